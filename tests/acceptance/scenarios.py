"""What the people of a small network do and see: told once, played on every platform.

A scenario is an async function of a `Stage`; `@scenario` says where it can be played. People are named: 张伟 of SZ01
asks, 陈静 of SZ02 is the nearest to be asked, 黄磊 of SZ03 comes next, 林峰 manages the region, 何总 is HQ, and 李娜,
SZ01's deputy, has no account yet.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlmodel import select

from bot.clock import WallClock
from handlers.settings import Settings
from storage.tables.audit import AuditEntry
from storage.tables.chats import Chat, Purpose
from storage.tables.ledger import PointsEntry
from storage.tables.people import Account
from storage.tables.requests import AskState, Request, State
from tests.acceptance.sides import Side
from tests.acceptance.stage import Stage
from tests.talk import Talk

POST = "/transfer 前大灯-左 x1 urgent 客户在等"
EVERYWHERE = ("telegram", "slack", "console", "mixed")


Scenario = Callable[[Stage], Awaitable[None]]
SCENARIOS: dict[str, tuple[Scenario, tuple[str, ...]]] = {}


def scenario(*where: str) -> Callable[[Scenario], Scenario]:
    """Declare a scenario and the casts it is played with; everywhere, unless named."""

    def declare(play: Scenario) -> Scenario:
        SCENARIOS[play.__name__] = (play, where or EVERYWHERE)
        return play

    return declare


def _says(side: Side, chat: str, word: str) -> bool:
    return any(word in one.text for one in side.sees(chat))


@scenario()
async def a_code_links_an_account(stage: Stage) -> None:
    stage.furnishes()
    await stage.opens()
    await stage.says("李娜", "/whoami")
    await stage.says("何总", "/invite 李娜")
    said = await stage.told("何总", "绑定码")
    code = re.search(r"绑定码[::]\s*(\S+)", said.text)
    assert code is not None, said.text
    side, _ = stage.side("李娜")
    await stage.says("李娜", f"/{'start' if side.name == 'telegram' else 'link'} {code[1]}")
    await stage.told("李娜", "李娜", "深圳南山店")
    with stage.database.transaction(writing=False) as session:
        (account,) = session.exec(select(Account).where(Account.person_id == stage.people["李娜"].id))
        assert (account.platform, account.user) == (side.name, stage.side("李娜")[1])
    heard = len(side.hears(stage.side("李娜")[1]))
    await stage.says("李娜", "/whoami")
    await stage.comes(lambda: len(side.hears(stage.side("李娜")[1])) > heard)
    assert "李娜" in side.hears(stage.side("李娜")[1])[-1].text


@scenario()
async def a_bound_chat_gets_the_cards(stage: Stage) -> None:
    stage.furnishes(bound=False)
    await stage.opens()
    side, user = stage.side("林峰")
    await side.says(user, "/bind managers", stage.room("managers", side))

    def bound() -> bool:
        with stage.database.transaction(writing=False) as session:
            return any(chat.purpose is Purpose.MANAGERS for chat in session.exec(select(Chat)))

    await stage.comes(bound)
    await stage.says("张伟", POST)
    await stage.shown("managers", "T-0001", "前大灯-左", on=side)


@scenario()
async def a_transfer_goes_from_words_to_points(stage: Stage) -> None:
    stage.furnishes()
    await stage.opens()
    side, _ = stage.side("张伟")
    mention = "@xietong_bot" if side.name == "telegram" else "@bot"
    await stage.says("张伟", f"{mention} 调拨 前大灯-左 x1 急 客户在等", room="managers")
    await stage.shown("managers", "T-0001", "深圳福田店")
    card = await stage.finds("陈静", "T-0001", button="可以")
    await stage.says("陈静", "收到,可以", reply_to=card)
    await stage.is_(State.ACCEPTED)
    await stage.presses("陈静", "已发出", "T-0001")
    await stage.presses("张伟", "已收到 ×1", "T-0001")
    await stage.is_(State.RECEIVED)
    await stage.presses("张伟", "留住了")
    await stage.told("陈静", "/freight")
    await stage.says("陈静", "/freight T-0001 50 SF123")
    await stage.is_(State.RECORDED)
    await stage.shown("managers", "T-0001", "完成", "+1 分")
    with stage.database.transaction(writing=False) as session:
        (points,) = session.exec(select(PointsEntry))
        assert points.store_id == stage.people["陈静"].store_id
    for where, chat in stage.rooms["managers"]:
        assert len([one for one in where.sees(chat) if "T-0001" in one.text]) == 1, where.name


@scenario()
async def a_refusal_in_words_cascades(stage: Stage) -> None:
    stage.furnishes()
    await stage.opens()
    await stage.says("张伟", POST)
    card = await stage.finds("陈静", "T-0001", button="可以")
    await stage.says("陈静", "收到,不行,原因是客户已预约", reply_to=card)
    await stage.finds("黄磊", "T-0001", button="可以")
    await stage.shown("managers", "客户已预约", "深圳龙岗店")
    await stage.finds("陈静", "T-0001", "不用您处理")
    first, second = stage.asks()
    assert (first.state, first.refusal, second.state) == (AskState.REFUSED, "reserved", AskState.PENDING)


@scenario()
async def a_silence_escalates(stage: Stage) -> None:
    stage.furnishes()
    clocks = {"transfer": {"seen": "1s", "answer": "1s"}}
    await stage.opens(Settings.model_validate({"rules": {"clocks": clocks}}))
    await stage.says("张伟", POST)
    await stage.told("陈静", "⏰", "T-0001")
    await stage.finds("黄磊", "T-0001")
    await stage.told("林峰", "📣", "深圳福田店")
    await stage.is_(State.UNFILLED)
    await stage.told("林峰", "/assign T-0001")
    await stage.says("林峰", "/assign T-0001 SZ03")
    await stage.is_(State.ACCEPTED)
    await stage.shown("managers", "T-0001", "深圳龙岗店 已同意")


@scenario("mixed")
async def an_answer_on_slack_edits_the_card_on_telegram(stage: Stage) -> None:
    stage.furnishes()
    await stage.opens()
    telegram = stage.sides["telegram"]
    assert stage.side("陈静")[0].name == "slack"
    await stage.says("张伟", POST)
    before = await stage.shown("managers", "T-0001", "等 深圳福田店", on=telegram)
    await stage.presses("陈静", "可以", "T-0001")
    after = await stage.shown("managers", "T-0001", "深圳福田店 已同意", on=telegram)  # within its patience: 5 s
    assert before.of.id == after.of.id
    assert "可以" not in after.buttons


@scenario()
async def what_is_missing_is_asked_for(stage: Stage) -> None:
    """On Telegram one question after another, on Slack in a form that opens whole."""
    stage.furnishes()
    await stage.opens()
    side, user = stage.side("张伟")
    await stage.says("张伟", "/transfer 前大灯-左")
    if side.guides:
        await stage.finds("张伟", "数量")
        await stage.says("张伟", "1")
        await stage.presses("张伟", "🔴 紧急")
        await stage.presses("张伟", "客户在等")
    else:
        await side.fills(user, {"part": "前大灯-左", "quantity": "1", "urgency": "urgent", "matter": "客户在等"})
    await stage.shown("managers", "T-0001", "前大灯-左", "客户在等")
    side, user = stage.side("陈静")
    await stage.presses("陈静", "不行", "T-0001")
    if side.guides:
        await stage.presses("陈静", "库存不足")
    else:
        await side.fills(user, {"reason": "no_stock"})
    await stage.finds("黄磊", "T-0001", button="可以")
    assert stage.asks()[0].refusal == "no_stock"


@scenario()
async def a_wrong_stores_press_is_refused_privately(stage: Stage) -> None:
    stage.furnishes()
    await stage.opens()
    await stage.says("张伟", POST)
    side, user = stage.side("黄磊")
    card = await stage.shown("managers", "T-0001", button="可以", on=side)
    said = {where.name: len(where.sees(chat)) for where, chat in stage.rooms["managers"]}
    await side.presses(user, card, "可以")
    await stage.told("黄磊", "问的不是贵店")
    assert {where.name: len(where.sees(chat)) for where, chat in stage.rooms["managers"]} == said
    request = stage.request()
    assert request is not None
    assert request.state is State.ASKING
    with stage.database.transaction(writing=False) as session:
        (refused,) = [entry for entry in session.exec(select(AuditEntry)) if entry.refused]
        assert (refused.person_id, refused.platform) == (stage.people["黄磊"].id, side.name)


@scenario()
async def the_nightly_digest_fits(stage: Stage) -> None:
    """Even of a day on which thirty requests are open, and told late because the bot was down at its hour."""
    stage.furnishes()
    now = WallClock().now()
    local = (now - timedelta(minutes=1)).astimezone(ZoneInfo("Asia/Shanghai"))
    digest = {"nightly": f"{local:%H:%M}", "nudges": []}
    settings = Settings.model_validate({"digest": digest, "rules": {"limits": {"duplicate": "0s"}}})
    before = Talk(stage.database, settings, now - timedelta(minutes=3))
    for number in range(30):
        before.says(stage.people["张伟"], f"/transfer 前大灯-左 x1 today, 事故车{number} {'很长的原因' * 8}")
    before.sees_to_it()  # the process that set the evening's timer, and then went down
    await stage.opens(settings)
    for side, chat in stage.rooms["managers"]:
        await stage.comes(partial(_says, side, chat, "日结"))
        (digest,) = [one.text for one in side.sees(chat) if "日结" in one.text]
        assert "未了 30" in digest
        assert "另有" in digest
        assert len(digest) < 4096


@scenario("telegram", "mixed")
async def a_group_that_became_a_supergroup_keeps_its_cards(stage: Stage) -> None:
    stage.furnishes()
    await stage.opens()
    telegram = stage.sides["telegram"]
    wire = telegram.wire  # type: ignore[attr-defined]
    old = int(stage.room("managers", telegram))
    await stage.says("张伟", POST)
    await stage.shown("managers", "T-0001", on=telegram)
    new = old * 1000 - 1
    wire.migrate(old, new, told=False)
    await stage.presses("陈静", "可以", "T-0001")
    await stage.is_(State.ACCEPTED)
    await telegram.wait(lambda: any("已同意" in one.text for one in telegram.sees(str(new))))
    await stage.says("张伟", POST.replace("urgent", "today"))
    await stage.presses("张伟", "仍然发布", "像是同一件事")
    await telegram.wait(lambda: any("T-0002" in one.text for one in telegram.sees(str(new))))
    with stage.database.transaction(writing=False) as session:
        chats = {chat.chat for chat in session.exec(select(Chat)) if chat.platform == "telegram"}
        assert str(new) in chats
        assert str(old) not in chats


@scenario("telegram", "slack", "mixed")
async def a_kicked_bot_tells_hq_and_stays_silent(stage: Stage) -> None:
    stage.furnishes()
    await stage.opens()
    side, user = stage.side("黄磊")
    chat = stage.room("managers", side)
    wire = side.wire  # type: ignore[attr-defined]
    if side.name == "telegram":
        wire.kick_bot(int(chat), int(user))
    else:
        wire.kick(chat)
    await stage.shown("hq", "深圳")

    def suspended() -> bool:
        with stage.database.transaction(writing=False) as session:
            found = session.exec(select(Chat).where(Chat.platform == side.name, Chat.chat == chat)).one()
            return found.suspended_at is not None

    await stage.comes(suspended)
    await stage.says("张伟", POST)
    await stage.finds("陈静", "T-0001", button="可以")
    assert not [one for one in side.sees(chat) if "T-0001" in one.text]


@scenario("telegram", "slack")
async def who_blocked_the_bot_is_mentioned_in_the_group(stage: Stage) -> None:
    stage.furnishes()
    await stage.opens()
    side, user = stage.side("陈静")
    wire = side.wire  # type: ignore[attr-defined]
    if side.name == "telegram":
        wire.chats[int(user)].kicked = True  # blocked while nobody told us: the next word finds out
    else:
        wire.disabled.add(user)
    await stage.says("张伟", POST)
    chat = stage.room("managers", side)
    await side.wait(lambda: any("陈静" in one.text or user in one.text for one in side.sees(chat)))


@scenario()
async def an_update_delivered_three_times_has_one_effect(stage: Stage) -> None:
    stage.furnishes()
    await stage.opens()
    await stage.says("张伟", POST, times=3)
    await stage.presses("陈静", "可以", "T-0001", times=3)
    await stage.is_(State.ACCEPTED)
    await stage.presses("陈静", "已发出", "T-0001", times=3)
    await stage.presses("张伟", "已收到 ×1", "T-0001", times=3)
    await stage.is_(State.RECEIVED)
    await stage.presses("张伟", "留住了")
    await stage.comes(lambda: getattr(stage.request(), "kept", "") == "yes")
    with stage.database.transaction(writing=False) as session:
        assert len(session.exec(select(Request)).all()) == 1
        assert len(session.exec(select(PointsEntry)).all()) == 1
        assert [entry.act for entry in session.exec(select(AuditEntry)) if entry.refused] == []
