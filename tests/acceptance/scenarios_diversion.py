"""A customer who is diverted as the people of a small network see it, played on every platform.

SZ01 is full; SZ02 has 12 of 20 bays booked and 王强, SZ03 as many and 何平. It is ten in the morning, and time passes
when a scenario lets it.
"""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, select

from storage.tables.boards import Capacity, Technician
from storage.tables.bookings import Booking, BookingState
from storage.tables.diversions import Diversion
from storage.tables.ledger import MoneyEntry, PointsEntry
from storage.tables.requests import AskState, State, Step, StepOutcome
from tests.acceptance.scenarios import scenario
from tests.acceptance.stage import Stage, StageClock
from tests.factories import Factory

POST = "/divert 保养 等待150分钟 宝马X3 需要代步车"


async def _furnish(stage: Stage, **bookings: int) -> None:
    stage.clock = StageClock()
    stage.furnishes()
    stage.lends()
    stage.fills_bays(**{"南山": 20, "福田": 12, "龙岗": 12, **bookings})
    await stage.opens()


def _bays(stage: Stage) -> tuple[int, ...]:
    """Return the bookings of SZ01, SZ02 and SZ03."""
    with stage.database.transaction(writing=False) as session:
        rows = session.exec(select(Capacity).order_by(col(Capacity.store_id)))
        return tuple(row.bookings for row in rows)


def _bookings(stage: Stage) -> list[BookingState]:
    with stage.database.transaction(writing=False) as session:
        return [one.state for one in session.exec(select(Booking).order_by(col(Booking.id)))]


def _steps(stage: Stage) -> dict[str, Step]:
    with stage.database.transaction(writing=False) as session:
        return {step.name: step for step in session.exec(select(Step).order_by(col(Step.id)))}


def _diverted(stage: Stage) -> Diversion:
    with stage.database.transaction(writing=False) as session:
        return session.exec(select(Diversion)).one()


async def _accepted(stage: Stage) -> None:
    await stage.says("张伟", POST)
    await stage.presses("张伟", "客户愿意去", "D-0001")
    await stage.presses("陈静", "可以", "D-0001")
    await stage.is_(State.ACCEPTED)


async def _pays(stage: Stage, compensation: str = "服务券 ¥200", amount: str = "") -> None:
    """Record way and compensation: an amount of one's own is written where it is asked for."""
    side, _ = stage.side("张伟")
    await stage.presses("张伟", "安排接送和补偿", "D-0001")
    answers = [("transport", "客户怎么过去", "打车券 ¥50"), ("compensation", "补偿", compensation)]
    if amount and side.guides:
        answers[1] = ("compensation", "补偿", f"服务券 {amount}")
    elif amount:
        answers.append(("amount", "", amount))
    await stage.fills("张伟", answers)
    await stage.comes(lambda: _diverted(stage).transport == "taxi")


async def _departed(stage: Stage) -> None:
    await _accepted(stage)
    await _pays(stage)
    await stage.presses("张伟", "客户已出发", "D-0001")
    await stage.is_(State.DEPARTED)


async def _served(stage: Stage) -> None:
    await _departed(stage)
    await stage.presses("陈静", "📞 已联系上客户", "D-0001")
    await stage.presses("陈静", "客户已到店", "D-0001")
    await stage.is_(State.ARRIVED)
    await stage.presses("陈静", "已完成", "D-0001")
    await stage.fills("陈静", [("satisfaction", "客户满意度", "9"), ("kept", "客户留住了吗", "留住了")])
    await stage.is_(State.DONE)


@scenario()
async def a_diversion_goes_from_words_to_points_with_the_customers_consent_first(stage: Stage) -> None:
    await _furnish(stage)
    await stage.says("张伟", POST)
    await stage.finds("张伟", "D-0001", "还没有问任何门店", "可以这样对客户说", button="客户愿意去")
    await stage.shown("managers", "D-0001", "宝马X3")
    assert (stage.asks(), _bays(stage), _bookings(stage)) == ([], (20, 12, 12), [])
    await stage.presses("张伟", "客户愿意去", "还没有问任何门店")
    card = await stage.finds("陈静", "D-0001", button="可以")
    assert (_bays(stage), _bookings(stage)) == ((20, 12, 12), [])
    await stage.says("陈静", "收到,可以", reply_to=card)
    await stage.is_(State.ACCEPTED)
    assert (_bays(stage), _bookings(stage)) == ((19, 13, 12), [BookingState.BOOKED])
    await stage.presses("陈静", "📞 已联系上客户", "D-0001")
    await _pays(stage)
    await stage.presses("张伟", "客户已出发", "D-0001")
    await stage.is_(State.DEPARTED)
    await stage.presses("陈静", "客户已到店", "D-0001")
    await stage.is_(State.ARRIVED)
    await stage.presses("陈静", "已完成", "D-0001")
    await stage.fills("陈静", [("satisfaction", "客户满意度", "9"), ("kept", "客户留住了吗", "留住了")])
    await stage.is_(State.DONE)
    await stage.presses("陈静", "补录", "D-0001")
    await stage.fills("陈静", [("work", "维修金额", "1280")])
    await stage.is_(State.RECORDED)
    await stage.shown("managers", "D-0001", "完成", "+2 分")
    with stage.database.transaction(writing=False) as session:
        (points,) = session.exec(select(PointsEntry))
        costs = {entry.rule: (entry.payer, entry.amount) for entry in session.exec(select(MoneyEntry))}
    assert (points.store_id, points.points) == (stage.people["陈静"].store_id, 2)
    assert costs == {"cost.transport": ("hq", 5_000), "cost.compensation": ("hq", 20_000)}
    for where, chat in stage.rooms["managers"]:
        assert len([one for one in where.sees(chat) if "D-0001" in one.text]) == 1, where.name


@scenario()
async def a_customer_who_waits_is_not_diverted_and_nobody_was_asked(stage: Stage) -> None:
    await _furnish(stage)
    await stage.says("张伟", POST)
    await stage.presses("张伟", "客户愿意等", "D-0001")
    await stage.is_(State.DECLINED)
    await stage.shown("managers", "D-0001", "客户选择在本店等")
    assert (stage.asks(), _bays(stage), _bookings(stage)) == ([], (20, 12, 12), [])
    assert _diverted(stage).consent == "wait"


@scenario()
async def what_is_missing_of_a_diversion_is_asked_for(stage: Stage) -> None:
    """On Telegram one question after another, on Slack in a form that opens whole."""
    await _furnish(stage)
    await stage.says("张伟", "/divert")
    await stage.fills(
        "张伟",
        [
            ("service", "做什么项目", "保养"),
            ("wait", "本店预计要等多久", "150分钟"),
            ("vehicle", "车型", "宝马X3"),
            ("needs", "客户需要什么", "代步车"),
        ],
    )
    await stage.shown("managers", "D-0001", "宝马X3", "代步车")
    await stage.finds("张伟", "D-0001", button="客户愿意去")


@scenario()
async def of_two_free_technicians_the_receiving_manager_names_one(stage: Stage) -> None:
    await _furnish(stage)
    with stage.database.transaction() as session:
        store_id = stage.people["陈静"].store_id or 0
        Factory(session).add(Technician(store_id=store_id, name="马丽", level="T1", stated_at=stage.clock.now()))
    await stage.says("张伟", POST)
    await stage.presses("张伟", "客户愿意去", "D-0001")
    await stage.presses("陈静", "可以", "D-0001")
    await stage.fills("陈静", [("technician", "技师", "马丽 T1")])
    await stage.is_(State.ACCEPTED)
    assert _diverted(stage).technician == "马丽"
    await stage.finds("张伟", "D-0001", "马丽")


@scenario()
async def without_a_bay_near_it_takes_a_reason_and_then_it_is_the_regions(stage: Stage) -> None:
    await _furnish(stage, 福田=20, 龙岗=20)
    await stage.says("张伟", POST)
    await stage.told("张伟", "附近没有门店有空工位")
    assert stage.request() is None
    await stage.presses("张伟", "仍要分流", "附近没有门店有空工位")
    await stage.fills("张伟", [("reason", "请写明原因", "客户要赶飞机")])
    await stage.presses("张伟", "客户愿意去", "D-0001")
    await stage.is_(State.UNFILLED)
    await stage.told("林峰", "D-0001")
    await stage.shown("managers", "D-0001", "客户要赶飞机")
    await stage.says("林峰", "/close D-0001 附近都满了")
    await stage.is_(State.CLOSED)


@scenario()
async def a_bay_that_is_gone_when_it_is_promised_is_not_promised(stage: Stage) -> None:
    await _furnish(stage)
    await stage.says("张伟", POST)
    await stage.presses("张伟", "客户愿意去", "D-0001")
    await stage.finds("陈静", "D-0001", button="可以")
    stage.fills_bays(福田=20)
    await stage.presses("陈静", "可以", "D-0001")
    await stage.told("陈静", "今天的工位已满")
    assert (_bays(stage), _bookings(stage)) == ((20, 20, 12), [])
    await stage.presses("陈静", "不行", "D-0001")
    await stage.fills("陈静", [("reason", "原因", "人手不足")])
    await stage.presses("黄磊", "可以", "D-0001")
    await stage.is_(State.ACCEPTED)
    assert _bays(stage) == (19, 20, 13)
    assert [ask.state for ask in stage.asks()] == [AskState.REFUSED, AskState.ACCEPTED]


@scenario()
async def a_store_that_does_not_answer_within_its_time_is_followed_by_the_next(stage: Stage) -> None:
    await _furnish(stage)
    await stage.says("张伟", POST)
    await stage.presses("张伟", "客户愿意去", "D-0001")
    await stage.finds("陈静", "D-0001", button="可以")
    await stage.passes(minutes=15)
    await stage.finds("黄磊", "D-0001", button="可以")
    await stage.told("林峰", "D-0001", "深圳福田店")
    first, second = stage.asks()
    assert (first.state, second.state) == (AskState.EXPIRED, AskState.PENDING)
    assert _bays(stage) == (20, 12, 12)


@scenario()
async def a_customer_who_does_not_come_frees_bay_and_technician_after_an_hour(stage: Stage) -> None:
    await _furnish(stage)
    await _departed(stage)
    assert _bays(stage) == (19, 13, 12)
    expected = _diverted(stage).expected_at
    assert expected is not None
    await stage.passes(until=expected + timedelta(minutes=59))
    await stage.is_(State.DEPARTED)
    await stage.passes(minutes=1)
    await stage.is_(State.CLOSED)
    await stage.told("张伟", "D-0001", "未到店")
    await stage.told("陈静", "D-0001", "未到店")
    request = stage.request()
    assert request is not None
    assert request.ended_at is not None
    assert timedelta(0) <= request.ended_at - expected - timedelta(minutes=60) < timedelta(seconds=5)
    assert (_bays(stage), _bookings(stage)) == ((20, 12, 12), [BookingState.FREED])
    with stage.database.transaction(writing=False) as session:
        assert session.exec(select(PointsEntry)).all() == []


@scenario()
async def what_is_over_the_cap_waits_for_hq(stage: Stage) -> None:
    await _furnish(stage)
    await _accepted(stage)
    await _pays(stage, "服务券 ¥200", "3000")
    approval = await stage.shown("hq", "D-0001", "3,000", button="批准")
    assert _diverted(stage).approval == "pending"
    assert _steps(stage)["transport"].outcome is StepOutcome.MET
    card = await stage.finds("张伟", "D-0001", "等总部批准")
    assert "客户已出发" not in card.buttons
    side, user = stage.side("何总")
    await side.presses(user, approval, "批准")
    await stage.presses("张伟", "客户已出发", "D-0001")
    await stage.is_(State.DEPARTED)


@scenario()
async def a_complaint_holds_the_points_and_the_region_decides(stage: Stage) -> None:
    await _furnish(stage)
    await _served(stage)
    await stage.says("张伟", "/complaint D-0001 保养后机油灯亮")
    await stage.told("林峰", "D-0001", "机油灯亮")
    await stage.comes(lambda: _points(stage) == [2, -2])
    await stage.presses("林峰", "投诉不成立", "D-0001")
    await stage.fills("林峰", [("reason", "请写明原因", "灯亮与保养无关")])
    await stage.comes(lambda: _points(stage) == [2, -2, 2])
    await stage.told("陈静", "D-0001", "不成立")


def _points(stage: Stage) -> list[int]:
    with stage.database.transaction(writing=False) as session:
        return [entry.points for entry in session.exec(select(PointsEntry).order_by(col(PointsEntry.id)))]
