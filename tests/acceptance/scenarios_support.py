"""A technician's support as the people of a small network see it, played on every platform.

王强 of SZ02 and 何平 of SZ03 are T3 for 三电故障 and free every day. It is ten in the morning, and time passes when a
scenario lets it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from datetime import time as wall_time

from sqlmodel import select

from handlers.working_time import at_local, local
from storage.tables.bookings import Booking, BookingState
from storage.tables.ledger import MoneyEntry, PointsEntry
from storage.tables.requests import AskState, State, Step, StepOutcome, Urgency
from storage.tables.support import Support
from tests.acceptance.scenarios import scenario
from tests.acceptance.stage import SHANGHAI, Stage, StageClock

GIVER, HOST = "深圳福田店:三项都确认", "深圳南山店:三项都确认"


async def _furnish(stage: Stage) -> None:
    stage.clock = StageClock()
    stage.furnishes()
    stage.lends()
    await stage.opens()


def _day(stage: Stage, days: int) -> datetime:
    """Return nine o'clock so many days from now."""
    day = local(stage.clock.now(), str(SHANGHAI)).date() + timedelta(days=days)
    return at_local(day, wall_time(9), str(SHANGHAI))


def _post(stage: Stage, days: int = 4) -> str:
    day = _day(stage, days).astimezone(SHANGHAI)
    return f"/support 三电故障 T3 {day.month}月{day.day}日上午 高压互锁报警"


def _bookings(stage: Stage) -> list[tuple[int, BookingState]]:
    with stage.database.transaction(writing=False) as session:
        return [(one.technician_id, one.state) for one in session.exec(select(Booking).order_by(Booking.id))]  # type: ignore[arg-type]


def _steps(stage: Stage) -> dict[str, Step]:
    with stage.database.transaction(writing=False) as session:
        return {step.name: step for step in session.exec(select(Step))}


async def _accepted(stage: Stage, days: int = 4) -> None:
    await stage.says("张伟", _post(stage, days))
    await stage.presses("陈静", "可以", "S-0001")
    await stage.is_(State.ACCEPTED)


async def _confirmed(stage: Stage, days: int = 4) -> None:
    await _accepted(stage, days)
    await stage.presses("陈静", GIVER, "S-0001")
    await stage.presses("张伟", HOST, "S-0001")
    await stage.is_(State.CONFIRMED)


@scenario()
async def a_support_goes_from_words_to_ratings(stage: Stage) -> None:
    await _furnish(stage)
    await stage.says("张伟", _post(stage) + ",客户车在店")
    await stage.shown("managers", "S-0001", "三电故障", "深圳福田店")
    await stage.shown("technicians", "S-0001")
    card = await stage.finds("陈静", "S-0001", button="可以")
    await stage.says("陈静", "收到,可以", reply_to=card)
    await stage.is_(State.ACCEPTED)
    assert [state for _, state in _bookings(stage)] == [BookingState.HELD]
    await stage.presses("陈静", GIVER, "S-0001")
    await stage.presses("张伟", HOST, "S-0001")
    await stage.is_(State.CONFIRMED)
    assert [state for _, state in _bookings(stage)] == [BookingState.BOOKED]
    await stage.passes(until=_day(stage, 3) + timedelta(hours=1))
    for item in ("☐ 工具", "☐ 交通"):
        await stage.presses("陈静", item, "S-0001")
    for item in ("☐ 工单", "☐ 配件"):
        await stage.presses("张伟", item, "S-0001")
    for name in ("prepare", "prepare_host"):
        await stage.comes(lambda name=name: _steps(stage)[name].outcome is StepOutcome.MET)  # type: ignore[misc]
    await stage.passes(until=_day(stage, 1))
    await stage.presses("张伟", "技师已到店", "S-0001")
    await stage.is_(State.ARRIVED)
    await stage.passes(hours=2)
    await stage.presses("陈静", "已完工", "S-0001")
    await stage.is_(State.DONE)
    await stage.presses("张伟", "留住了")
    await stage.presses("张伟", "登记结果", "S-0001")
    await stage.fills(
        "张伟", [("solved", "故障解决了吗", "已解决"), ("hours", "工时", "2.5"), ("satisfaction", "客户满意度", "9")]
    )
    await stage.is_(State.RECORDED)
    await stage.shown("managers", "S-0001", "完成", "满意 9/10")
    await stage.presses("张伟", "9", "S-0001", "深圳福田店 打分")
    await stage.presses("陈静", "8", "S-0001", "深圳南山店 打分")
    for who in ("张伟", "陈静"):
        await stage.told(who, "深圳福田店 得 9", "深圳南山店 得 8")
    with stage.database.transaction(writing=False) as session:
        (points,) = session.exec(select(PointsEntry))
        (money,) = session.exec(select(MoneyEntry))
    assert (points.store_id, points.points) == (stage.people["陈静"].store_id, 5)
    assert (money.rule, money.payer, money.amount) == ("cost.subsidy", "hq", 30_000)
    for where, chat in stage.rooms["managers"] + stage.rooms["technicians"]:
        assert len([one for one in where.sees(chat) if one.text.startswith("S-0001")]) == 1, where.name


@scenario()
async def what_is_missing_of_a_support_is_asked_for(stage: Stage) -> None:
    """On Telegram one question after another, on Slack in a form with pickers for the day and the time."""
    await _furnish(stage)
    side, _ = stage.side("张伟")
    day = _day(stage, 5).astimezone(SHANGHAI)
    when = [("day", "哪一天", f"{day:%m}月{day:%d}日 14:00-16:00")]
    if not side.guides:
        when = [("day", "", f"{day:%Y-%m-%d}"), ("time", "", "14:00")]
    await stage.says("张伟", "/support")
    await stage.fills(
        "张伟",
        [
            ("specialty", "什么专长", "三电故障"),
            ("level", "至少什么级别", "T3"),
            *when,
            ("matter", "什么问题", "高压互锁报警"),
        ],
    )
    await stage.shown("managers", "S-0001", "高压互锁报警", "深圳福田店")
    with stage.database.transaction(writing=False) as session:
        (support,) = session.exec(select(Support))
    begins = support.starts_at.astimezone(SHANGHAI)
    assert (begins.date(), begins.hour) == (day.date(), 14)
    await stage.presses("陈静", "不行", "S-0001")
    await stage.fills("陈静", [("reason", "原因", "人手不足")])
    await stage.finds("黄磊", "S-0001", button="可以")
    assert stage.asks()[0].refusal == "no_hands"


@scenario()
async def a_refused_support_is_asked_of_the_next_store_and_another_technician_is_held(stage: Stage) -> None:
    await _furnish(stage)
    await stage.says("张伟", _post(stage))
    card = await stage.finds("陈静", "S-0001", button="可以")
    await stage.says("陈静", "收到,不行,原因是人手不足", reply_to=card)
    await stage.finds("黄磊", "S-0001", button="可以")
    await stage.finds("陈静", "S-0001", "不用您处理")
    await stage.shown("managers", "人手不足", "深圳龙岗店")
    first, second = stage.asks()
    assert (first.state, first.refusal, second.state) == (AskState.REFUSED, "no_hands", AskState.PENDING)
    (freed, before), (held, now) = _bookings(stage)
    assert (before, now, freed != held) == (BookingState.FREED, BookingState.HELD, True)


@scenario()
async def a_support_that_is_not_answered_goes_to_the_next_store(stage: Stage) -> None:
    await _furnish(stage)
    await stage.says("张伟", _post(stage))
    await stage.finds("陈静", "S-0001", button="可以")
    await stage.passes(minutes=46)
    await stage.finds("黄磊", "S-0001", button="可以")
    await stage.told("林峰", "S-0001", "深圳福田店")
    assert [ask.state for ask in stage.asks()] == [AskState.EXPIRED, AskState.PENDING]
    assert [state for _, state in _bookings(stage)] == [BookingState.FREED, BookingState.HELD]


@scenario()
async def an_agreement_is_breached_at_sixty_minutes_against_the_side_that_is_missing(stage: Stage) -> None:
    await _furnish(stage)
    await _accepted(stage)
    await stage.presses("陈静", GIVER, "S-0001")
    await stage.comes(lambda: _steps(stage)["agree"].outcome is StepOutcome.MET)
    await stage.presses("张伟", "逐项确认", "S-0001")
    await stage.presses("张伟", "逐项确认", "S-0001")
    await stage.presses("张伟", "只确认时间", "S-0001", "逐项确认")
    await stage.shown("managers", "S-0001", "☑时间 ☐费用")
    await stage.passes(minutes=59)
    assert _steps(stage)["agree_host"].breached_at is None
    await stage.passes(minutes=1)
    host = _steps(stage)["agree_host"]
    assert host.breached_at is not None
    assert (host.breached_at - host.started_at, host.store_id) == (timedelta(minutes=60), stage.people["张伟"].store_id)
    await stage.told("张伟", "⏰", "S-0001")
    await stage.passes(minutes=30)
    await stage.told("林峰", "S-0001", "深圳南山店")
    await stage.presses("张伟", HOST, "S-0001")
    await stage.is_(State.CONFIRMED)
    steps = _steps(stage)
    assert (steps["agree"].outcome, steps["agree_host"].outcome) == (StepOutcome.MET, StepOutcome.BREACHED)


@scenario()
async def a_lender_who_cannot_send_anybody_frees_him_and_the_next_store_is_asked(stage: Stage) -> None:
    await _furnish(stage)
    await _confirmed(stage)
    await stage.presses("陈静", "无法交付", "S-0001")
    await stage.fills("陈静", [("reason", "请写明原因", "技师病了")])
    await stage.finds("黄磊", "S-0001", button="可以")
    await stage.told("张伟", "S-0001", "技师病了")
    assert [ask.state for ask in stage.asks()] == [AskState.BROKEN, AskState.PENDING]
    assert [state for _, state in _bookings(stage)] == [BookingState.FREED, BookingState.HELD]


@scenario()
async def a_support_withdrawn_after_both_confirmed_frees_the_technician(stage: Stage) -> None:
    await _furnish(stage)
    await _confirmed(stage)
    await stage.presses("张伟", "撤回", "S-0001")
    await stage.is_(State.WITHDRAWN)
    await stage.told("陈静", "S-0001", "撤回")
    assert [state for _, state in _bookings(stage)] == [BookingState.FREED]


@scenario()
async def a_visit_tomorrow_is_urgent_and_hq_is_told(stage: Stage) -> None:
    await _furnish(stage)
    await stage.says("张伟", _post(stage, days=1))
    await stage.finds("陈静", "S-0001", button="可以")
    await stage.shown("hq", "S-0001", "深圳南山店")
    request = stage.request()
    assert request is not None
    assert request.urgency is Urgency.URGENT


@scenario()
async def a_technician_who_is_late_is_told_of_once_and_the_host_alone_can_say_that_he_came(stage: Stage) -> None:
    await _furnish(stage)
    await _confirmed(stage)
    side, user = stage.side("陈静")
    card = await stage.shown("managers", "S-0001", button="技师已到店", on=side)
    await side.presses(user, card, "技师已到店")
    await stage.told("陈静", "发起")
    await stage.is_(State.CONFIRMED)
    await stage.passes(until=_day(stage, 4) + timedelta(minutes=15))
    await stage.told("张伟", "S-0001", "王强", "未确认到店")
    await stage.presses("张伟", "技师已到店", "未确认到店")
    await stage.is_(State.ARRIVED)
    arrive = _steps(stage)["arrive"]
    assert (arrive.outcome, arrive.store_id) == (StepOutcome.BREACHED, stage.people["陈静"].store_id)


@scenario()
async def a_support_nobody_can_give_is_the_regions_at_once(stage: Stage) -> None:
    await _furnish(stage)
    await stage.says("张伟", _post(stage))
    await stage.presses("陈静", "不行", "S-0001")
    await stage.fills("陈静", [("reason", "原因", "人手不足")])
    await stage.presses("黄磊", "不行", "S-0001")
    await stage.fills("黄磊", [("reason", "原因", "人手不足")])
    await stage.is_(State.UNFILLED)
    await stage.told("林峰", "/assign S-0001")
    await stage.says("林峰", "/assign S-0001 SZ03")
    await stage.is_(State.ACCEPTED)
    assert [state for _, state in _bookings(stage)][-1] is BookingState.HELD
