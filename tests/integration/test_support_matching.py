"""Who is asked for a support, whose time is taken, and that nobody's is taken twice."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
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


# Changing what is wanted before a store has agreed


def changes(desk: Desk, words: str, reason: str) -> None:
    desk.talk.says(desk.network.sz01_manager, f"/edit S-0001 {words}")
    desk.talk.delivered()
    desk.talk.says(desk.network.sz01_manager, reason)
    desk.talk.delivered()


def test_another_time_frees_the_old_one_and_holds_who_is_free_then_and_moves_the_limit_of_the_whole(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    talk.says(network.sz01_manager, POST)
    talk.delivered()
    changes(desk, "时间 3月6日 9:00-12:00", "客户改上午来")
    # 张伟 is free on the whole of Friday: the same store, the same technician, another time.
    assert desk.bookings() == [(desk.zhang.id, "freed"), (desk.zhang.id, "held")]
    assert [ask.state for ask in desk.asks()] == [AskState.PENDING]
    assert desk.support().starts_at == STARTS - timedelta(hours=4)
    assert desk.request().cap_at == datetime(2026, 3, 6, 6, 0, tzinfo=UTC)  # two hours after its end
    told = talk.last_heard(network.sz02_manager, "✏️ S-0001 三电故障 T3 · 3月6日 09:00").plain
    assert told.endswith("从 3月6日 13:00 – 18:00 改成 3月6日 09:00 – 12:00。原因:客户改上午来")
    assert not talk.heard(network.hq_chat)


def test_a_time_nearer_than_three_days_makes_it_urgent_and_hq_is_told_once(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    talk.says(network.sz01_manager, POST)
    talk.delivered()
    changes(desk, "时间 3月4日上午", "客户等不及")
    changes(desk, "时间 3月4日下午", "上午没人")
    assert desk.request().urgency is Urgency.URGENT
    assert [message.plain[:8] for message in talk.outbox(network.hq_chat)] == ["🔴 S-0001"]
    changes(desk, "时间 3月6日下午", "又不急了")
    assert desk.request().urgency is Urgency.NORMAL


def test_a_level_the_asked_store_has_nobody_of_goes_to_the_next_store(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    talk.says(network.sz01_manager, POST.replace("T3", "T2"))
    talk.delivered()
    assert desk.bookings() == [(desk.li.id, "held")]
    talk.says(network.sz01_manager, "/edit S-0001 级别 T3 T2 修过没修好")
    assert desk.bookings() == [(desk.li.id, "freed"), (desk.zhang.id, "held")]
    talk.says(network.sz01_manager, "/edit S-0001 专长 智能驾驶 其实是雷达")
    assert desk.bookings()[1:] == [(desk.zhang.id, "freed"), (desk.wang.id, "held")]
    assert [ask.state for ask in desk.asks()] == [AskState.CANCELLED, AskState.PENDING]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("级别 T9 难", "级别只有 T1、T2、T3"),
        ("价格 100 贵", "现在能改的:时间 / 级别 / 专长 / 原因说明"),
    ],
)
def test_what_cannot_be_changed_gets_a_sentence_and_nothing_moves(desk: Desk, words: str, says: str) -> None:
    desk.talk.says(desk.network.sz01_manager, POST)
    desk.talk.delivered()
    desk.talk.says(desk.network.sz01_manager, f"/edit S-0001 {words}")
    assert says in desk.talk.last(desk.network.sz01_manager).plain
    assert desk.bookings() == [(desk.zhang.id, "held")]


@pytest.mark.parametrize(
    ("words", "says"),
    [("时间 2月30日下午", "没有这一天"), ("时间 3月1日下午", "已经过了"), ("时间 3月6日", "还缺时间")],
)
def test_a_time_that_cannot_be_is_asked_for_again_and_the_old_one_stays_held(desk: Desk, words: str, says: str) -> None:
    desk.talk.says(desk.network.sz01_manager, POST)
    desk.talk.delivered()
    changes(desk, words, "客户改期")
    assert says in desk.talk.last(desk.network.sz01_manager).plain
    assert desk.bookings() == [(desk.zhang.id, "held")]
    assert desk.support().starts_at == STARTS


def test_what_both_stores_agree_on_is_not_changed_by_one_of_them(desk: Desk) -> None:
    desk.accepted()
    desk.talk.says(desk.network.sz01_manager, "/edit S-0001 时间 3月6日上午 早点来")
    assert "现在能改的:原因说明" in desk.talk.last(desk.network.sz01_manager).plain
    assert desk.support().starts_at == STARTS
