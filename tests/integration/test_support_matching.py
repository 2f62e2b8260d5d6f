"""Who is asked for a support, whose time is taken, and that nobody's is taken twice."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from storage.database import Database
from storage.queries import bookings as booking_queries
from storage.queries import support as support_queries
from storage.tables.boards import Technician
from storage.tables.bookings import BookedSlot
from storage.tables.people import Dealer, Role
from storage.tables.requests import AskState, Request, State, Urgency
from tests.factories import MONDAY, Factory
from tests.support_desk import ENDS, POST, STARTS, Desk, support_desk


@pytest.fixture
def desk(database: Database) -> Desk:
    return support_desk(database)


@pytest.fixture
def any_desk(any_database: Database) -> Desk:
    return support_desk(any_database)


# E2


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("三电 T3 3月4日全天", ["张伟"]),
        ("智能驾驶 T3 周五下午", ["王强"]),
        ("三电故障 T3 周五下午", ["张伟", "王强"]),
        ("三电故障 T2 周四上午", ["李娜"]),
        ("智能驾驶 T3 周四下午", []),
        ("钣喷 T1 周五下午", []),
    ],
)
def test_who_has_the_specialty_the_level_and_the_time_is_asked_and_no_other(
    desk: Desk, words: str, asked: list[str]
) -> None:
    if words.startswith("钣喷"):  # known, but nobody of that specialty is free
        with desk.talk.database.transaction() as session:
            make = Factory(session)
            facts: dict[str, Any] = {"status": "忙", "windows": "周五全天", "stated_at": MONDAY}
            make.add(Technician(store_id=desk.network.sz03.id, name="陈晨", level="T2", specialties="钣喷", **facts))
    desk.talk.says(desk.network.sz01_manager, f"/support {words} 报警")
    answer = desk.talk.last(desk.network.sz01_manager).plain
    for name in ("张伟", "王强", "李娜"):
        assert (f"{name} T" in answer) is (name in asked), answer
    assert [request_ask.state for request_ask in desk.asks()] == [AskState.PENDING] * min(1, len(asked))
    if asked:
        assert desk.support().technician == asked[0]
    else:
        assert desk.request().state is State.UNFILLED


def test_a_row_of_the_map_older_than_seven_days_is_not_matched(desk: Desk) -> None:
    with desk.talk.database.transaction() as session:
        session.merge(desk.zhang).stated_at = MONDAY - timedelta(days=7, seconds=1)
        session.merge(desk.wang).stated_at = MONDAY - timedelta(days=7)
    desk.talk.says(desk.network.sz01_manager, POST)
    assert desk.support().technician == "王强"


def test_the_map_shows_who_is_lent_and_where(desk: Desk) -> None:
    desk.confirmed()
    day = timedelta(days=1)
    with desk.talk.database.transaction(writing=False) as session:
        (lent,) = support_queries.list_lent(session, STARTS - day, ENDS + day)
        assert (lent.technician_id, lent.store_id, lent.booked) == (desk.zhang.id, desk.network.sz01.id, True)
        assert not support_queries.list_lent(session, ENDS, ENDS + day)
        assert not support_queries.list_lent(session, STARTS, ENDS, technicians=[desk.wang.id])


def test_who_was_lent_already_comes_after_who_was_not(desk: Desk) -> None:
    with desk.talk.database.transaction() as session:
        session.merge(desk.li).level = "T3"
        session.merge(desk.zhang).windows = "周四全天、周五全天"
    desk.confirmed("/support 三电故障 T3 周四上午 报警")
    assert desk.support().technician == "张伟"  # alike in all else, the first on the map
    desk.talk.says(desk.network.sz03_manager, POST)
    assert desk.support().technician == "李娜"


# Nobody's time twice


def test_a_technician_who_is_held_is_not_asked_again_for_the_same_time(any_desk: Desk) -> None:
    desk, talk = any_desk, any_desk.talk
    talk.says(desk.network.sz01_manager, POST)
    talk.says(desk.network.sz03_manager, POST)
    assert desk.support().technician == ""  # 王强 is their own, 张伟 is held
    assert desk.request().state is State.UNFILLED
    talk.says(desk.network.sz03_manager, "/support 三电故障 T3 3月4日全天 报警")
    assert desk.support().technician == "张伟"


def test_two_who_hold_the_same_time_at_once_do_not_both_get_it(any_desk: Desk) -> None:
    database = any_desk.talk.database
    with database.transaction() as session:
        make = Factory(session)
        first, second = (_request(make, any_desk, store) for store in (any_desk.network.sz01, any_desk.network.sz03))
    gate = threading.Barrier(2)

    def hold(request_id: int, shift: timedelta) -> bool:
        gate.wait(30)
        with database.transaction() as session:
            return booking_queries.hold_time(
                session,
                technician_id=any_desk.zhang.id,
                request_id=request_id,
                starts_at=STARTS + shift,
                ends_at=ENDS + shift,
                now=MONDAY,
            )

    for round_ in range(5):
        with ThreadPoolExecutor(2) as pool:
            held = [
                pool.submit(hold, first, timedelta(days=7 * round_)),
                pool.submit(hold, second, timedelta(days=7 * round_, hours=2)),
            ]
            assert sorted(one.result() for one in held) == [False, True]
    with database.transaction(writing=False) as session:
        slots = [(slot.technician_id, slot.slot) for slot in session.exec(select(BookedSlot))]
        assert len(slots) == len(set(slots)) == 5 * 10


def _request(make: Factory, desk: Desk, store: object) -> int:
    request = make.add(
        Request(
            kind="support",
            number=900 + store.id,  # type: ignore[attr-defined]
            urgency=Urgency.NORMAL,
            state=State.ASKING,
            store_id=store.id,  # type: ignore[attr-defined]
            region_id=desk.network.shenzhen.id,
            author_id=desk.network.sz01_manager.id,
            policy_id=desk.network.policy.id,
            matter="报警",
            opened_at=MONDAY,
            cap_at=ENDS,
            ended_at=MONDAY,
        )
    )
    return request.id


def test_two_processes_that_ask_at_once_never_hold_the_same_technician(any_desk: Desk) -> None:
    desk, talk = any_desk, any_desk.talk
    with talk.database.transaction() as session:  # only 张伟 fits
        session.merge(desk.wang).specialties = "智能驾驶"
        make = Factory(session)
        region, dealer = desk.network.shenzhen, session.get_one(Dealer, desk.network.sz01.dealer_id)
        fourth = make.store("SZ04", "深圳宝安店", region=region, dealer=dealer, place=(22.55, 113.88))
        manager = make.person("吴迪", Role.STORE_MANAGER, at=fourth)
    gate = threading.Barrier(2)
    talks = [type(talk)(talk.database, talk.settings, tolerant=False) for _ in range(2)]

    def ask(number: int) -> None:
        gate.wait(30)
        who = (desk.network.sz01_manager, manager)[number]
        talks[number].says(who, POST, source=f"telegram:race-{number}")

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(ask, number) for number in range(2)]:
            one.result()
    with talk.database.transaction(writing=False) as session:
        states = sorted(str(request.state) for request in session.exec(select(Request)))
        slots = [slot.slot for slot in session.exec(select(BookedSlot))]
    assert states == ["asking", "unfilled"]
    assert len(slots) == len(set(slots)) == 10


# Giving it back


def test_withdrawing_after_the_confirmation_frees_the_time_and_calls_the_technician_off(desk: Desk) -> None:
    desk.confirmed()
    desk.talk.presses(desk.network.sz01_manager, "撤回")
    assert desk.request().state is State.WITHDRAWN
    assert desk.bookings() == [(desk.zhang.id, "freed")]
    assert "不用去了" in desk.talk.last(desk.zhang_himself).plain
    assert not [timer for timer in desk.talk.pending() if timer.key.startswith("request:")]
    with desk.talk.database.transaction(writing=False) as session:
        assert not session.exec(select(BookedSlot)).all()


def test_a_lender_who_cannot_frees_the_time_and_the_next_store_is_asked(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    desk.confirmed()
    talk.presses(network.sz02_manager, "无法交付", can_form=True)
    talk.sends_form(network.sz02_manager, {"reason": "张伟病了"})
    assert [ask.state for ask in desk.asks()] == [AskState.BROKEN, AskState.PENDING]
    assert desk.bookings() == [(desk.zhang.id, "freed"), (desk.wang.id, "held")]
    support = desk.support()
    assert (support.technician, support.agreed_giver, support.agreed_host) == ("王强", "", "")
    talk.passes(until=STARTS - timedelta(hours=15))  # the evening before: 张伟 hears nothing of a visit
    assert not [heard for heard in talk.heard(desk.zhang_himself) if "明天的支援" in heard.plain]


def test_the_second_lender_s_visit_runs_like_the_first_one_s(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    desk.confirmed()
    talk.presses(network.sz02_manager, "无法交付", can_form=True)
    talk.sends_form(network.sz02_manager, {"reason": "张伟病了"})
    talk.delivered()
    talk.presses(network.sz03_manager, "request.accept")
    talk.delivered()
    desk.agree_all(network.sz03_manager)
    desk.agree_all(network.sz01_manager)
    assert desk.request().state is State.CONFIRMED
    assert desk.bookings()[-1] == (desk.wang.id, "booked")
    assert (desk.support().subsidy, desk.steps()["agree"][0].store_id) == (50_000, network.sz02.id)
    talk.passes(until=STARTS - timedelta(hours=27))
    assert "住宿" in talk.last_heard(network.sz03_manager, "请在").plain  # just over 50 km


def test_the_region_assigns_whom_the_map_would_not_and_not_a_store_without_anybody(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    talk.says(network.sz01_manager, "/support 智能驾驶 T3 周四上午 报警")
    assert desk.request().state is State.UNFILLED
    talk.says(network.shenzhen_manager, "/assign S-0001 SZ02")
    assert "没有可以给的" in talk.last(network.shenzhen_manager).plain
    assert desk.request().state is State.UNFILLED
    talk.says(network.shenzhen_manager, "/assign S-0001 SZ03")
    assert (desk.request().state, desk.support().technician) == (State.ACCEPTED, "王强")
    assert desk.bookings() == [(desk.wang.id, "held")]


def test_a_late_acceptance_counts_only_while_the_technician_is_still_free(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    with talk.database.transaction() as session:
        session.merge(desk.wang).specialties = "智能驾驶"
    talk.says(network.sz01_manager, POST)
    talk.delivered()
    (accept,) = [b for b in talk.card(network.sz02_manager, "S-0001").buttons if b.action == "request.accept"]
    talk.passes(minutes=45)
    assert desk.request().state is State.UNFILLED
    first = desk.request().id
    talk.says(network.sz03_manager, POST)  # takes 张伟 meanwhile
    reply = talk.presses_token(network.sz02_manager, accept.token)
    assert "已被别的请求占用" in reply.toast
    talk.presses(network.sz03_manager, "撤回", chat=network.sz03_manager)
    talk.presses_token(network.sz02_manager, accept.token)
    with talk.database.transaction(writing=False) as session:
        assert session.get_one(Request, first).state is State.ACCEPTED
        assert [booking.technician_id for booking in booking_queries.list_bookings(session, first)][-1] == desk.zhang.id
