"""What one platform alone has, used as hurried people use it: modals and their errors, a message menu, places, photos.

The network is that of the scenarios of supports and diversions.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlmodel import select

from storage.tables.ledger import MoneyEntry
from storage.tables.people import Store
from storage.tables.requests import State
from storage.tables.support import Support
from tests.acceptance import scenarios_diversion, scenarios_support
from tests.acceptance.scenarios import scenario
from tests.acceptance.sides import Seen, SlackSide, TelegramSide
from tests.acceptance.stage import SHANGHAI, Stage
from tests.wire_slack_web import Shown


async def _modal(stage: Stage, who: str) -> Shown:
    """Wait for the form that is open before somebody."""
    side, user = stage.side(who)
    assert isinstance(side, SlackSide)
    shown = await side.wait(lambda: next((one for one in side.wire.views if one.user == user and one.open), None))
    assert isinstance(shown, Shown)
    return shown


async def _refused(stage: Stage, who: str, shown: Shown, values: dict[str, str]) -> dict[str, str]:
    """Send a form and return the errors that it shows at its fields, all of it still there."""
    side, user = stage.side(who)
    assert isinstance(side, SlackSide)
    shown.errors = {}
    delivery = side.wire.submit(user, shown, values)
    await side.wait(lambda: delivery.acked)
    assert shown.open, "the form is gone with all that was written in it"
    return shown.errors


def _inputs(shown: Shown) -> dict[str, str]:
    return {block["block_id"]: block["element"]["type"] for block in shown.content["blocks"]}


def _filled(shown: Shown) -> dict[str, Any]:
    """Return what the form shows as filled in already."""
    elements = {block["block_id"]: block["element"] for block in shown.content["blocks"]}
    return {
        name: next((value for key, value in element.items() if key.startswith("initial_")), None)
        for name, element in elements.items()
    }


def _support(stage: Stage) -> Support:
    with stage.database.transaction(writing=False) as session:
        return session.exec(select(Support)).one()


@scenario("slack")
async def a_support_is_asked_for_in_a_modal_that_names_what_is_wrong_where_it_stands(stage: Stage) -> None:
    await scenarios_support._furnish(stage)
    await stage.says("张伟", "/support 三电 T3 昨天下午 高压互锁报警")
    await stage.told("张伟", "已经过了", "例如")
    await stage.says("张伟", "/support 三电 高压互锁报警,客户车在店")
    shown = await _modal(stage, "张伟")
    inputs = _inputs(shown)
    assert (inputs["day"], inputs["time"], inputs["level"]) == ("datepicker", "timepicker", "static_select")
    assert (_filled(shown)["specialty"], _filled(shown)["matter"]) == ("三电故障", "高压互锁报警,客户车在店")
    day, yesterday = (f"{scenarios_support._day(stage, days).astimezone(SHANGHAI):%Y-%m-%d}" for days in (4, -1))
    whole = {"specialty": "三电", "level": "T3", "day": day, "time": "09:00", "matter": "高压互锁报警,客户车在店"}
    assert "已经过了" in (await _refused(stage, "张伟", shown, {**whole, "day": yesterday}))["day"]
    assert "太远了" in (await _refused(stage, "张伟", shown, {**whole, "day": "2099-01-01"}))["day"]
    assert list(await _refused(stage, "张伟", shown, {**whole, "matter": "  "})) == ["matter"]
    assert stage.request() is None
    await stage.fills("张伟", [(name, "", value) for name, value in whole.items()])
    await stage.is_(State.ASKING)
    support = _support(stage)
    begins = scenarios_support._day(stage, 4)
    assert (support.specialty, support.starts_at, support.ends_at) == ("三电故障", begins, begins + timedelta(hours=3))
    await stage.shown("managers", "S-0001", "高压互锁报警")
    await stage.finds("陈静", "S-0001", button="可以")


@scenario("slack")
async def a_diversion_is_asked_for_in_a_modal_that_names_what_is_wrong_where_it_stands(stage: Stage) -> None:
    await scenarios_diversion._furnish(stage)
    await stage.says("张伟", "/divert 保养")
    shown = await _modal(stage, "张伟")
    assert _filled(shown)["service"] == "保养"
    whole = {"service": "保养", "wait": "两个半小时", "vehicle": "宝马X3", "needs": "代步车"}
    assert "150分钟" in (await _refused(stage, "张伟", shown, {**whole, "wait": "好久"}))["wait"]
    assert list(await _refused(stage, "张伟", shown, {**whole, "vehicle": " "})) == ["vehicle"]
    assert stage.request() is None
    written = {**whole, "customer": "张先生 13800001234 粤B12312"}
    await stage.fills("张伟", [(name, "", value) for name, value in written.items()])
    await stage.shown("managers", "D-0001", "宝马X3", "138****1234", "粤B·***12")
    await stage.presses("张伟", "客户愿意去", "D-0001")
    await stage.finds("陈静", "D-0001", button="可以")


@scenario("slack")
async def a_message_of_a_channel_becomes_a_support_by_its_menu_and_is_public_only_once_it_is_sent(stage: Stage) -> None:
    await scenarios_support._furnish(stage)
    side, user = stage.side("张伟")
    assert isinstance(side, SlackSide)
    channel = stage.room("managers", side)
    original = side.wire.say(
        stage.side("黄磊")[1], "南山那台三电故障的车高压互锁报警,客户车在店,谁能来看看", channel=channel
    )
    side.wire.shortcut(user, original)
    asked = await stage.told("张伟", "黄磊", "发什么请求")
    assert isinstance(asked.of.only_for, str) and asked.of.only_for == user
    await side.presses(user, asked, "支援")
    shown = await _modal(stage, "张伟")
    assert _filled(shown)["specialty"] == "三电故障" and "高压互锁报警" in _filled(shown)["matter"]
    assert [one.text for one in side.sees(channel)] == []
    day = f"{scenarios_support._day(stage, 4).astimezone(SHANGHAI):%Y-%m-%d}"
    values = {"specialty": "三电故障", "level": "T3", "day": day, "matter": _filled(shown)["matter"]}
    await stage.fills("张伟", [(name, "", value) for name, value in values.items()])
    link = f"https://stores.slack.com/archives/{channel}/p{original.ts.replace('.', '')}"
    await stage.shown("managers", "S-0001", "黄磊", link)


@scenario("telegram")
async def a_message_of_a_group_becomes_a_support_or_a_diversion_by_a_reply_and_a_confirmation(stage: Stage) -> None:
    await scenarios_diversion._furnish(stage)
    side, user = stage.side("张伟")
    assert isinstance(side, TelegramSide)
    room = stage.room("managers", side)
    day = scenarios_support._day(stage, 4).astimezone(SHANGHAI)
    for command, words, label in (
        ("/support", f"三电故障 T3 {day.month}月{day.day}日上午 高压互锁报警,谁来看看", "S-0001"),
        ("/divert", "保养 等待150分钟 宝马X3 需要代步车", "D-0001"),
    ):
        asked = side.wire.say(int(stage.side("黄磊")[1]), words, int(room))["message"]["message_id"]
        side.wire.say(int(user), command, int(room), reply_to=asked)
        await stage.told("张伟", "请确认", "黄磊", words)
        assert not any(label in one.text for one in side.sees(room))
        await stage.presses("张伟", "发布", "请确认", words)
        card = await stage.shown("managers", label, "黄磊")
        assert f"/{asked}" in card.text  # the link to what was written
    assert len([one for one in side.sees(room) if "S-0001" in one.text or "D-0001" in one.text]) == 2


async def _replies(stage: Stage, who: str, seen: Seen, words: str = "", **what: Any) -> dict[str, Any]:
    """Answer a message with something that is more than words: a place, or a photo with words under it."""
    side, user = stage.side(who)
    if isinstance(side, SlackSide):
        said = seen.of
        side.wire.say(user, words, channel=said.channel, thread=said.thread or said.ts, subtype="file_share", **what)
        return {}
    assert isinstance(side, TelegramSide)
    caption = {"caption": words} if words else {}
    return dict(side.wire.say(int(user), "", seen.of.chat, reply_to=seen.of, **caption, **what)["message"])


def _photo(stage: Stage, who: str, name: str) -> dict[str, Any]:
    """Return a photo as the platform hands it over."""
    if isinstance(stage.side(who)[0], SlackSide):
        return {"files": [{"id": name, "name": "IMG_1.jpg", "permalink": f"https://stores.slack.com/files/{name}"}]}
    return {"photo": [{"file_id": name, "file_unique_id": name, "width": 900, "height": 1600, "file_size": 90_000}]}


@scenario("telegram")
async def a_live_location_in_reply_to_the_card_says_when_the_technician_comes(stage: Stage) -> None:
    await scenarios_support._furnish(stage)
    await scenarios_support._confirmed(stage)
    await stage.passes(until=scenarios_support._day(stage, 4) - timedelta(minutes=40))
    side, user = stage.side("陈静")
    assert isinstance(side, TelegramSide)
    card = await stage.finds("陈静", "S-0001", "已约定")
    start = {"latitude": 22.541, "longitude": 114.05, "live_period": 3600}
    sent = await _replies(stage, "陈静", card, location=start)
    await stage.told("陈静", "S-0001:预计", "到达,已更新卡片")
    await stage.shown("managers", "S-0001", "还有约 16 公里")
    await stage.passes(minutes=20)
    moved = {"latitude": 22.535, "longitude": 113.98, "live_period": 3600}
    side.wire.update("edited_message", sent | {"edit_date": 1, "location": moved})
    await stage.shown("managers", "S-0001", "还有约 7 公里")
    await stage.presses("张伟", "技师已到店", "S-0001")
    await stage.is_(State.ARRIVED)
    await stage.shown("managers", "S-0001", "技师已到店,正在处理")
    heard = len(side.hears(user))
    side.wire.update("edited_message", sent | {"edit_date": 2, "location": start})
    await stage.says("陈静", "/visits")
    await stage.comes(lambda: len(side.hears(user)) > heard)
    assert [one.text for one in side.hears(user)[heard:] if "预计" in one.text] == []  # who is there is not expected
    assert "还有约" not in (await stage.shown("managers", "S-0001")).text


@scenario("telegram", "slack")
async def a_receipts_photo_in_reply_to_the_card_is_entered_with_the_cost_written_under_it(stage: Stage) -> None:
    await scenarios_support._furnish(stage)
    with stage.database.transaction() as session:  # so far away that travel and lodging are paid
        session.get_one(Store, stage.people["张伟"].store_id).longitude = 113.5
    await scenarios_support._accepted(stage)
    mine = await stage.finds("陈静", "S-0001", "补贴 ¥500")
    await _replies(stage, "陈静", mine, **_photo(stage, "陈静", "F0BARE"))
    await stage.told("陈静", "这是哪笔费用的凭证", "例如")
    await _replies(stage, "陈静", mine, "住宿320", **_photo(stage, "陈静", "F1HOTEL"))
    await stage.told("陈静", "M-1 住宿 ¥320 · 总部 → 王强 📎")
    card = await stage.shown("managers", "S-0001")
    await _replies(
        stage, "张伟", card, "看看这车", **_photo(stage, "张伟", "F2CAR")
    )  # people talk under a card as well
    await _replies(stage, "张伟", card, "差旅 120 高铁", **_photo(stage, "张伟", "F3TRAIN"))
    await stage.told("张伟", "M-2 差旅 ¥120")
    with stage.database.transaction(writing=False) as session:
        costs = [(one.rule, one.amount, one.reference, one.reason) for one in session.exec(select(MoneyEntry))]
    files = "slack:https://stores.slack.com/files/" if "slack" in stage.sides else "telegram:"
    assert costs == [
        ("cost.lodging", 32_000, f"{files}F1HOTEL", ""),
        ("cost.travel", 12_000, f"{files}F3TRAIN", "高铁"),
    ]
