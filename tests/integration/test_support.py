"""A technician's support from the first word to the ratings, through the real dispatch and its timers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage.database import Database
from storage.queries import chats as chat_queries
from storage.tables.people import Person
from storage.tables.requests import AskState, State, StepOutcome, Urgency
from tests.support_desk import ENDS, POST, STARTS, Desk, support_desk


@pytest.fixture
def desk(any_database: Database) -> Desk:
    return support_desk(any_database)


def test_a_support_runs_from_the_first_word_to_the_record(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    talk.says(network.sz01_manager, POST)
    talk.delivered()
    request, support = desk.request(), desk.support()
    assert (request.state, request.urgency, request.kind) == (State.ASKING, Urgency.NORMAL, "support")
    assert (support.starts_at, support.ends_at) == (STARTS, ENDS)
    assert (support.technician_id, desk.bookings()) == (desk.zhang.id, [(desk.zhang.id, "held")])
    assert "S-0001" in talk.last(network.managers_chat).plain
    assert "S-0001" in talk.last(desk.technicians_chat).plain
    talk.presses(network.sz02_manager, "可以")
    talk.delivered()
    assert desk.request().state is State.ACCEPTED
    desk.agree_all(network.sz02_manager)
    assert desk.request().state is State.ACCEPTED
    assert desk.bookings() == [(desk.zhang.id, "held")]
    desk.agree_all(network.sz01_manager)
    assert desk.request().state is State.CONFIRMED
    assert desk.bookings() == [(desk.zhang.id, "booked")]
    talk.passes(until=STARTS)
    talk.presses(network.sz01_manager, "技师已到店")
    talk.delivered()
    assert desk.request().state is State.ARRIVED
    talk.passes(hours=3)
    talk.presses(desk.network.sz02_manager, "已完工")
    talk.delivered()
    assert desk.request().state is State.DONE
    assert desk.points() == [(network.sz02.id, 5)]
    (subsidy,) = desk.money()
    assert (subsidy.amount, subsidy.payer, subsidy.rule) == (30_000, "hq", "cost.subsidy")
    assert subsidy.payee == f"person:{desk.zhang_himself.id}"
    talk.presses(network.sz01_manager, "留住了")
    talk.presses(network.sz01_manager, "登记结果", can_form=True)
    talk.sends_form(network.sz01_manager, {"solved": "yes", "hours": "2.5", "satisfaction": "10"})
    request, support = desk.request(), desk.support()
    assert (request.state, request.satisfaction) == (State.RECORDED, 10)
    assert (support.solved, support.minutes) == ("yes", 150)
    assert not [timer for timer in talk.pending() if timer.key.startswith("request:")]
    assert "已解决" in talk.card(network.managers_chat, "S-0001").plain


def test_a_refusal_frees_the_technician_and_the_next_store_is_asked(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    talk.says(network.sz01_manager, POST)
    talk.delivered()
    talk.says(network.sz02_manager, "收到,不行,原因是人手不足", reply_to=talk.card(network.sz02_manager, "S-0001"))
    talk.delivered()
    first, second = desk.asks()
    assert (first.state, second.state, second.store_id) == (AskState.REFUSED, AskState.PENDING, network.sz03.id)
    assert desk.bookings() == [(desk.zhang.id, "freed"), (desk.wang.id, "held")]
    assert desk.support().technician == "王强"


def test_an_ask_nobody_answers_frees_the_technician_too(desk: Desk) -> None:
    desk.talk.says(desk.network.sz01_manager, POST)
    desk.talk.delivered()
    desk.talk.passes(minutes=45)  # 15 to look, 30 to answer
    assert [ask.state for ask in desk.asks()] == [AskState.EXPIRED, AskState.PENDING]
    assert desk.bookings() == [(desk.zhang.id, "freed"), (desk.wang.id, "held")]


# E1


@pytest.mark.parametrize(
    ("day", "urgency"), [("3月4日全天", Urgency.URGENT), ("3月5日全天", Urgency.NORMAL), ("周五下午", Urgency.NORMAL)]
)
def test_a_visit_in_less_than_three_days_is_urgent_and_hq_is_told_and_it_is_asked_at_once(
    desk: Desk, day: str, urgency: Urgency
) -> None:
    talk, network = desk.talk, desk.network
    with talk.database.transaction() as session:
        session.merge(desk.zhang).windows = "周三全天、周四全天、周五全天"
    talk.says(network.sz01_manager, f"/support 三电 T3 {day} 高压互锁报警")
    assert desk.request().urgency is urgency
    assert [ask.state for ask in desk.asks()] == [AskState.PENDING]
    told = [heard.plain for heard in talk.heard(network.hq_chat) if "S-0001" in heard.plain]
    assert bool(told) is (urgency is Urgency.URGENT)
    if told:
        assert "不到3天提前量" in told[0]


# E3


def test_a_support_is_confirmed_only_when_both_sides_confirmed_all_three(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    desk.accepted()
    talk.presses(network.sz02_manager, "逐项确认", on=talk.card(network.sz02_manager, "S-0001"))
    for item in ("只确认时间", "只确认费用"):
        talk.presses(network.sz02_manager, item)
    desk.agree_all(network.sz01_manager)
    assert desk.request().state is State.ACCEPTED
    assert desk.support().agreed_giver == "time cost"
    talk.passes(minutes=20)
    talk.presses(network.sz02_manager, "只确认交通")
    assert desk.request().state is State.CONFIRMED
    (agree,), (host,) = desk.steps()["agree"], desk.steps()["agree_host"]
    assert (agree.outcome, host.outcome) == (StepOutcome.MET, StepOutcome.MET)


@pytest.mark.parametrize("missing", ["giver", "host"])
def test_at_sixty_minutes_the_breach_is_recorded_against_the_side_still_missing(desk: Desk, missing: str) -> None:
    talk, network = desk.talk, desk.network
    desk.accepted()
    desk.agree_all(network.sz01_manager if missing == "giver" else network.sz02_manager)
    talk.passes(minutes=59, seconds=59)
    names = {"giver": ("agree", "agree_host"), "host": ("agree_host", "agree")}
    late, other = names[missing]
    assert desk.steps()[late][0].breached_at is None
    talk.passes(seconds=1)
    step = desk.steps()[late][0]
    assert step.breached_at == step.due_at == step.started_at + timedelta(hours=1)
    assert step.store_id == (network.sz02.id if missing == "giver" else network.sz01.id)
    assert desk.steps()[other][0].outcome is StepOutcome.MET
    assert desk.request().state is State.ACCEPTED


# E4


def test_the_checklist_is_posted_the_day_before_at_ten_and_open_items_escalate_at_six(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    desk.confirmed()
    ten, six = STARTS - timedelta(hours=27), STARTS - timedelta(hours=19)  # Thursday 10:00 and 18:00 in Shenzhen
    talk.passes(until=ten - timedelta(seconds=1))
    assert desk.support().posted_at is None
    talk.passes(seconds=1)
    talk.delivered()
    assert desk.support().posted_at == ten
    assert "工具" in talk.last_heard(network.sz02_manager, "请在").plain
    assert "工单" in talk.last_heard(network.sz01_manager, "请在").plain
    for item in ("☐ 工具", "☐ 交通"):  # 20 km away nobody lodges
        talk.presses(network.sz02_manager, item)
        talk.delivered()
    talk.presses(network.sz01_manager, "☐ 工单")
    talk.passes(until=six - timedelta(seconds=1))
    assert not desk.events("breached")
    talk.passes(seconds=1)
    (prepare,), (host,) = desk.steps()["prepare"], desk.steps()["prepare_host"]
    assert (prepare.outcome, prepare.breached_at) == (StepOutcome.MET, None)
    assert (host.breached_at, host.store_id, host.due_at) == (six, network.sz01.id, six)
    assert [event.args for event in desk.events("escalated")] == ['{"target": "region"}']
    assert "S-0001" in talk.last(network.shenzhen_manager).plain


def test_where_neither_store_is_ready_the_card_says_once_who_was_told_and_the_region_hears_what_helps_now(
    desk: Desk,
) -> None:
    talk, overseer = desk.talk, desk.network.shenzhen_manager
    desk.confirmed()
    talk.passes(until=STARTS - timedelta(hours=19))
    talk.delivered()
    assert len(desk.events("escalated")) == 2  # of each store its own
    assert talk.card(desk.network.managers_chat, "S-0001").plain.count("已上报区域经理") == 1
    letters = [heard.plain for heard in talk.heard(overseer) if "S-0001" in heard.plain]
    for store in ("深圳福田店", "深圳南山店"):
        assert any(f"可以:打电话催{store},或 /close S-0001 原因" in letter for letter in letters)
    assert not any("/assign" in letter for letter in letters)
    talk.says(overseer, "/assign S-0001 SZ03")
    assert desk.request().state is State.CONFIRMED
    talk.says(overseer, "/close S-0001 客户改期")
    assert (desk.request().state, desk.bookings()) == (State.CLOSED, [(desk.zhang.id, "freed")])


def test_the_checklist_of_a_near_visit_is_posted_at_once(desk: Desk) -> None:
    with desk.talk.database.transaction() as session:
        session.merge(desk.zhang).windows = "周一至周五全天"
    desk.confirmed("/support 三电故障 T3 明天上午 高压互锁报警")
    assert desk.support().posted_at == desk.talk.now
    (prepare,) = desk.steps()["prepare"]
    assert prepare.due_at == desk.talk.now + timedelta(hours=8)  # 18:00 today


# E5


def test_arrival_and_end_are_stamped_by_different_sides(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    desk.confirmed()
    talk.passes(until=STARTS)
    (arrived,) = [b for b in talk.card(network.sz01_manager, "S-0001").buttons if b.action == "support.arrived"]
    reply = talk.presses_token(network.sz02_manager, arrived.token)
    assert reply.alert and desk.request().state is State.CONFIRMED
    talk.presses_token(network.sz01_manager, arrived.token)
    talk.delivered()
    assert desk.request().state is State.ARRIVED
    (done,) = [b for b in talk.card(network.sz02_manager, "S-0001").buttons if b.action == "support.done"]
    reply = talk.presses_token(network.sz01_manager, done.token)
    assert reply.alert and desk.request().state is State.ARRIVED
    talk.presses_token(network.sz02_manager, done.token)
    assert desk.request().state is State.DONE


def test_without_an_arrival_there_is_no_end(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    desk.confirmed()
    talk.passes(until=STARTS + timedelta(hours=3))
    with talk.database.transaction() as session:
        token = chat_queries.token_of(session, "support.done", {"request": desk.request().id}, talk.now)
    reply = talk.presses_token(network.sz02_manager, token)
    assert "还没确认技师到店" in reply.toast
    assert desk.request().state is State.CONFIRMED
    assert not desk.points()


def test_the_arrival_is_not_stamped_before_the_day(desk: Desk) -> None:
    desk.confirmed()
    reply = desk.talk.presses(desk.network.sz01_manager, "技师已到店")
    assert "还没到支援那天" in reply.toast
    assert desk.request().state is State.CONFIRMED


@pytest.mark.parametrize(("minutes", "seconds", "late"), [(14, 59, False), (15, 0, True)])
def test_over_fifteen_minutes_late_the_requester_is_told_once(
    desk: Desk, minutes: int, seconds: int, late: bool
) -> None:
    talk, network = desk.talk, desk.network
    desk.confirmed()
    talk.passes(until=STARTS + timedelta(minutes=minutes, seconds=seconds))
    told = [heard for heard in talk.heard(network.sz01_manager) if "未确认到店" in heard.plain]
    assert len(told) == late
    talk.passes(minutes=60)
    assert len([heard for heard in talk.heard(network.sz01_manager) if "未确认到店" in heard.plain]) == 1
    talk.presses(network.sz01_manager, "技师已到店", on="未确认到店")
    (arrive,) = desk.steps()["arrive"]
    assert (arrive.breached_at, arrive.store_id) == (STARTS + timedelta(minutes=15), network.sz02.id)


def test_where_the_limit_was_moved_the_requester_is_told_at_the_new_one(desk: Desk) -> None:
    talk, manager = desk.talk, desk.network.sz01_manager
    desk.confirmed()
    talk.passes(until=STARTS)
    talk.says(manager, "/extend S-0001 30m 堵车")
    (arrive,) = desk.steps()["arrive"]
    assert arrive.due_at == STARTS + timedelta(minutes=45)
    talk.passes(minutes=44, seconds=59)
    assert not [heard for heard in talk.heard(manager) if "未确认到店" in heard.plain]
    talk.passes(seconds=1)
    assert len([heard for heard in talk.heard(manager) if "未确认到店" in heard.plain]) == 1


# E6


def test_the_record_is_made_in_words_though_one_of_them_is_a_command_too(desk: Desk) -> None:
    talk, manager = desk.talk, desk.network.sz01_manager
    desk.worked()
    talk.presses(manager, "留住了")
    talk.presses(manager, "登记结果")
    for words in ("已解决", "两个半小时", "10"):
        talk.says(manager, words)
    support = desk.support()
    assert (desk.request().state, support.solved, support.minutes) == (State.RECORDED, "yes", 150)
    talk.says(manager, "已解决")  # and with no form about it is the command again
    assert "是哪个问题" in talk.last(manager).plain


def test_ratings_are_hidden_until_both_are_given(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    desk.worked()
    talk.presses(network.sz01_manager, "9")
    assert desk.support().shown_at is None
    assert "互评" not in talk.card(network.managers_chat, "S-0001").plain
    assert not [heard for heard in talk.heard(network.sz02_manager) if "互评" in heard.plain]
    talk.says(network.sz02_manager, "/score")
    assert "互评" not in talk.last(network.sz02_manager).plain
    talk.presses(network.sz02_manager, "10")
    support = desk.support()
    assert (support.rating_by_host, support.rating_by_giver, support.shown_at) == (9, 10, talk.now)
    for manager in (network.sz01_manager, network.sz02_manager):
        assert "深圳福田店 得 9 · 深圳南山店 得 10" in talk.last(manager).plain
    reply = talk.presses(network.sz01_manager, "1")
    assert "已经公开" in reply.toast and desk.support().rating_by_host == 9
    talk.says(network.sz02_deputy, "/score")
    assert "近一年支援互评 9.0/10(1 次)" in talk.last(network.sz02_deputy).plain


def test_one_rating_alone_is_shown_after_seventy_two_hours(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    desk.worked()
    talk.presses(network.sz01_manager, "9")
    talk.passes(hours=71, minutes=59, seconds=59)
    assert desk.support().shown_at is None
    talk.passes(seconds=1)
    assert desk.support().shown_at == talk.now
    assert "深圳福田店 得 9 · 深圳南山店 得 未打分" in talk.last_heard(network.sz02_manager, "互评").plain


# E7


def test_a_subsidy_that_was_taken_back_is_entered_right_by_finance_and_stands_once(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    desk.worked()

    def says(person: Person, words: str) -> str:
        talk.says(person, words)
        return talk.last(person).plain

    assert "先冲正再重记" in says(network.finance, "/cost S-0001 补贴 500")
    says(network.finance, "/reverse M-1 距离算错")
    assert "先冲正再重记" in says(network.sz02_manager, "/cost S-0001 补贴 500")
    assert "M-3 技师补贴 ¥500 · 总部 → 张伟" in says(network.finance, "/cost S-0001 补贴 500 距离更正")
    assert "先冲正再重记" in says(network.hq, "/cost S-0001 补贴 500 距离更正")
    assert [(entry.amount, entry.payer, entry.payee) for entry in desk.money()] == [
        (amount, "hq", f"person:{desk.zhang_himself.id}") for amount in (30_000, -30_000, 50_000)
    ]
    says(network.hq, "/reverse M-3 还是不对")
    says(network.hq, "/cost S-0001 补贴 1000")
    assert [entry.amount for entry in desk.money()][3:] == [-50_000, 100_000]
