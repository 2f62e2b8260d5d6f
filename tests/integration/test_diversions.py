"""A diversion from the first word to the points, through the real dispatch and its timers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.diversions import rules
from storage.database import Database
from storage.queries import diversions as diversion_queries
from storage.queries import ledger as ledger_queries
from storage.tables.bookings import BookingState
from storage.tables.requests import AskState, State, StepOutcome
from tests.factories import MONDAY
from tests.integration.diversion_desk import POST, Desk, make_desk


@pytest.fixture
def desk(any_database: Database) -> Desk:
    return make_desk(any_database)


def test_a_diversion_runs_from_the_first_word_to_the_record(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    desk.opens()
    assert desk.request().state is State.CONSENTING
    desk.goes()
    assert desk.request().state is State.ASKING
    desk.accepts("马丽 T1")
    request = desk.request()
    assert (request.state, request.owner_store_id) == (State.ACCEPTED, network.sz02.id)
    talk.presses(desk.receiver, "📞 已联系上客户")
    talk.delivered()
    desk.pays()
    talk.presses(desk.sender, "客户已出发")
    talk.delivered()
    assert desk.request().state is State.DEPARTED
    talk.passes(minutes=20)
    talk.presses(desk.receiver, "客户已到店")
    talk.delivered()
    assert desk.request().state is State.ARRIVED
    desk.serves("9", "留住了")
    request = desk.request()
    assert (request.state, request.satisfaction, request.kept) == (State.DONE, 9, "yes")
    talk.presses(desk.receiver, "diversion.record")
    talk.delivered()
    talk.says(desk.receiver, "1280")
    talk.delivered()
    assert desk.request().state is State.RECORDED
    assert [(entry.store_id, entry.points) for entry in desk.points()] == [(network.sz02.id, 2)]
    assert not [timer for timer in talk.pending() if timer.request_id is not None]


# F1: who may be sent, and where to


@pytest.mark.parametrize(("minutes", "allowed"), [(121, True), (120, False)])
def test_only_a_wait_over_two_hours_is_diverted(desk: Desk, minutes: int, allowed: bool) -> None:
    desk.opens(f"/divert 保养 等待{minutes}分钟 宝马X3 需要代步车")
    assert desk.count() == (1 if allowed else 0)
    if not allowed:
        assert "没有超过 2小时" in desk.talk.last(desk.sender).plain


def test_a_shorter_wait_is_diverted_with_a_reason_that_is_on_the_record(desk: Desk) -> None:
    desk.opens("/divert 保养 等待120分钟 宝马X3 需要代步车")
    (refused,) = desk.audited("diversion.not_by_rule")
    assert refused.refused
    assert desk.count() == 0
    desk.talk.presses(desk.sender, "仍要分流(写理由)")
    desk.talk.delivered()
    desk.talk.says(desk.sender, "客户要赶飞机")
    desk.talk.delivered()
    assert (desk.request().state, desk.request().override_reason) == (State.CONSENTING, "客户要赶飞机")
    (opened,) = desk.audited("diversion.open")
    assert opened.reason == "客户要赶飞机"
    assert "特批:客户要赶飞机" in desk.talk.card(desk.sender, "D-0001").plain


def test_the_list_shows_only_stores_with_a_free_bay_and_when_the_customer_would_be_there(desk: Desk) -> None:
    desk.set_day(desk.network.sz02.id, bookings=25)
    desk.opens()
    said = desk.talk.last(desk.sender).plain
    assert "深圳福田店" not in said
    assert "1. 深圳龙岗店:最早 11:15 到 · 有空工位" in said


def test_a_day_that_was_stated_too_long_ago_is_not_matched(desk: Desk) -> None:
    desk.restate(desk.network.sz02.id, MONDAY - timedelta(hours=12, seconds=1))
    desk.restate(desk.network.sz03.id, MONDAY - timedelta(hours=12))
    desk.opens()
    said = desk.talk.last(desk.sender).plain
    assert "深圳福田店" not in said
    assert "深圳龙岗店" in said


def test_another_dealers_figures_are_never_shown(desk: Desk) -> None:
    desk.opens()
    first, second = (line for line in desk.talk.last(desk.sender).plain.splitlines() if line[:2] in {"1.", "2."})
    assert "空 5 个工位 · 利用率 80%" in first
    assert not {"8", "60%"} & set(second.replace(" · ", " ").split())
    assert "有空工位" in second
    assert "到店约等 48 分钟" in first
    assert "约等" not in second, "the wait tells how much of its day is booked"
    assert "到店后约等48分钟" in desk.talk.last(desk.sender).plain
    # The best is another dealer's store: neither the words for the customer nor its own card say its wait.
    desk.talk.presses(desk.sender, "客户愿意等")
    desk.set_day(desk.network.sz02.id, bookings=25)
    desk.opens("/divert 保养 等待150分钟 奥迪A4 需要代步车")
    said = desk.talk.last(desk.sender).plain
    assert "附近的深圳龙岗店今天有空工位,车程约" in said
    assert "约等" not in said
    desk.goes()
    asked = desk.talk.card(desk.network.sz03_manager, "D-0002").plain
    assert "有空工位" in asked
    assert "约等" not in asked


def test_without_a_free_bay_near_only_an_override_opens_it_and_the_region_hears(desk: Desk) -> None:
    desk.set_day(desk.network.sz02.id, bookings=25)
    desk.set_day(desk.network.sz03.id, bookings=20)
    desk.opens()
    assert desk.count() == 0
    assert "附近没有门店有空工位" in desk.talk.last(desk.sender).plain
    desk.talk.presses(desk.sender, "仍要分流(写理由)")
    desk.talk.delivered()
    desk.talk.says(desk.sender, "客户投诉升级")
    desk.talk.delivered()
    desk.goes()
    assert desk.request().state is State.UNFILLED
    desk.talk.passes(seconds=1)
    assert "D-0001" in desk.talk.last(desk.network.shenzhen_manager).plain


# F2: the customer chooses


def test_nobody_is_asked_and_nothing_is_booked_before_the_customer_agreed(desk: Desk) -> None:
    desk.opens()
    said = desk.talk.last(desk.sender).plain
    assert "还没有问任何门店" in said
    assert "送您¥200服务券。去或留都由您决定" in said
    assert (desk.asks(), desk.bookings(), desk.booked()) == ([], [], (32, 20, 12))
    desk.talk.passes(minutes=30)
    assert (desk.asks(), desk.bookings(), desk.booked()) == ([], [], (32, 20, 12))
    desk.goes()
    assert [ask.store_id for ask in desk.asks()] == [desk.network.sz02.id]
    assert desk.diverted().consent == "go"
    assert desk.booked() == (32, 20, 12), "a bay is taken by the acceptance, not by the ask"


def test_a_customer_who_waits_ends_it_as_declined(desk: Desk) -> None:
    desk.opens()
    desk.talk.presses(desk.sender, "客户愿意等")
    desk.talk.delivered()
    request = desk.request()
    assert (request.state, request.ended_at is not None) == (State.DECLINED, True)
    assert desk.diverted().consent == "wait"
    assert desk.steps()["contact"].outcome is StepOutcome.MET
    assert "客户选择在本店等" in desk.talk.card(desk.sender, "D-0001").plain
    assert not [timer for timer in desk.talk.pending() if timer.request_id is not None]
    said = desk.talk.presses(desk.sender, "客户愿意去", on="可以这样对客户说").toast
    assert "现在不能这样做:客户选择继续等" in said
    assert desk.asks() == []


def test_twelve_of_thirteen_customers_who_agreed_are_92_per_cent(desk: Desk) -> None:
    for number in range(13):
        desk.opens(f"/divert 保养 等待150分钟 车型{number} 需要代步车")
        desk.talk.presses(desk.sender, "客户愿意等" if number == 7 else "客户愿意去")
        desk.talk.delivered()
    with desk.talk.database.transaction(writing=False) as session:
        since, until = desk.talk.now, desk.talk.now + timedelta(seconds=1)
        counted = diversion_queries.count_consents(session, since=since, until=until)
        assert counted == (12, 13)
        assert diversion_queries.count_consents(session, since=until, until=until + timedelta(days=1)) == (0, 0)
        other = diversion_queries.count_consents(session, since=since, until=until, store_id=desk.network.sz02.id)
    assert other == (0, 0)
    assert rules.acceptance_rate(*counted) == 92


@pytest.mark.parametrize(("seconds", "breached"), [(299, False), (300, True)])
def test_the_customer_is_told_within_five_minutes_or_the_sender_is_late(
    desk: Desk, seconds: int, breached: bool
) -> None:
    desk.opens()
    desk.talk.passes(seconds=seconds)
    desk.goes()
    step = desk.steps()["contact"]
    assert ((step.outcome is StepOutcome.BREACHED), step.store_id) == (breached, desk.network.sz01.id)


# F3: the receiving store reserves both


def test_an_acceptance_reserves_bay_and_technician_and_changes_both_stores_boards(desk: Desk) -> None:
    desk.accepted()
    assert desk.booked() == (31, 21, 12)
    (booking,) = desk.bookings()
    assert booking.state is BookingState.BOOKED
    diverted = desk.diverted()
    assert (diverted.technician, diverted.expected_at) == ("马丽", booking.starts_at)
    assert booking.ends_at - booking.starts_at == timedelta(hours=2)
    card = desk.talk.card(desk.receiver, "D-0001").plain
    assert "客户需求:需要代步车" in card
    assert "技师 马丽" in card


def test_without_a_free_bay_nothing_is_confirmed(desk: Desk) -> None:
    desk.opens()
    desk.goes()
    desk.set_day(desk.network.sz02.id, bookings=25)
    said = desk.talk.presses(desk.receiver, "可以", on="D-").toast
    assert "今天的工位已满" in said
    assert (desk.request().state, desk.booked()) == (State.ASKING, (32, 25, 12))


def test_without_a_free_technician_nothing_is_confirmed(desk: Desk) -> None:
    desk.accepted()
    desk.opens(POST.replace("宝马X3", "奥迪A4"))
    desk.goes()
    desk.talk.presses(desk.receiver, "可以", on="D-0002")  # 孙强 is the only one left, and taken as he is
    desk.talk.delivered()
    assert desk.diverted().technician == "孙强"
    desk.opens(POST.replace("宝马X3", "大众ID4"))
    desk.goes()
    said = desk.talk.presses(desk.receiver, "可以", on="D-0003").toast
    assert "没有空闲技师" in said
    assert (desk.request().state, desk.bookings(), desk.booked()) == (State.ASKING, [], (30, 22, 12))


def test_a_store_without_anybody_on_the_map_names_its_technician_in_words(desk: Desk) -> None:
    desk.forget_technicians(desk.network.sz02.id)
    desk.opens()
    desk.goes()
    desk.talk.presses(desk.receiver, "可以", on="D-")
    desk.talk.delivered()
    assert desk.request().state is State.ASKING
    desk.talk.says(desk.receiver, "老王")
    desk.talk.delivered()
    assert (desk.request().state, desk.diverted().technician) == (State.ACCEPTED, "老王")
    assert (desk.bookings(), desk.booked()) == ([], (31, 21, 12))


def test_a_technician_who_is_away_is_not_offered(desk: Desk) -> None:
    desk.set_status("马丽", "请假")
    desk.opens()
    desk.goes()
    desk.talk.presses(desk.receiver, "可以", on="D-")
    desk.talk.delivered()
    assert (desk.request().state, desk.diverted().technician) == (State.ACCEPTED, "孙强")


def test_a_store_that_does_not_answer_is_followed_by_the_next(desk: Desk) -> None:
    desk.opens()
    desk.goes()
    desk.talk.passes(minutes=15)
    first, second = desk.asks()
    assert (first.state, second.state, second.store_id) == (AskState.EXPIRED, AskState.PENDING, desk.network.sz03.id)
    assert second.asked_at - first.asked_at == timedelta(minutes=15)
    assert desk.steps()["answer"].store_id == desk.network.sz02.id
    assert desk.booked() == (32, 20, 12)


def test_a_promise_given_back_frees_bay_and_technician_and_the_next_store_is_asked(desk: Desk) -> None:
    desk.accepted()
    desk.talk.presses(desk.receiver, "无法交付")
    desk.talk.delivered()
    desk.talk.says(desk.receiver, "举升机坏了")
    desk.talk.delivered()
    assert desk.request().state is State.ASKING
    assert [ask.state for ask in desk.asks()] == [AskState.BROKEN, AskState.PENDING]
    assert desk.booked() == (32, 20, 12)
    assert [booking.state for booking in desk.bookings()] == [BookingState.FREED]
    desk.talk.presses(desk.network.sz03_manager, "可以", on="D-")
    desk.talk.delivered()
    assert (desk.request().owner_store_id, desk.diverted().technician) == (desk.network.sz03.id, "何平")
    assert desk.booked() == (31, 20, 13)


def test_a_withdrawal_frees_bay_and_technician_once(desk: Desk) -> None:
    desk.accepted()
    desk.talk.says(
        desk.network.sz01_manager,
        "撤回",
        reply_to=desk.talk.card(desk.network.managers_chat, "D-0001"),
        chat=desk.network.managers_chat,
    )
    desk.talk.delivered()
    assert (desk.request().state, desk.booked()) == (State.WITHDRAWN, (32, 20, 12))
    assert [booking.state for booking in desk.bookings()] == [BookingState.FREED]


def test_the_region_assigns_a_store_and_its_first_free_technician(desk: Desk) -> None:
    desk.opens()
    desk.goes()
    desk.talk.says(desk.network.shenzhen_manager, "/assign D-0001 SZ03")
    desk.talk.delivered()
    assert (desk.request().owner_store_id, desk.diverted().technician) == (desk.network.sz03.id, "何平")
    assert desk.booked() == (31, 20, 13)


# F4: the way there and the compensation


def test_nobody_departs_before_way_and_compensation_are_recorded(desk: Desk) -> None:
    desk.accepted()
    desk.talk.says(desk.sender, "已出发", reply_to=desk.talk.card(desk.sender, "D-0001"))
    desk.talk.delivered()
    assert "请先点「安排接送和补偿」" in desk.talk.last(desk.sender).plain
    assert desk.request().state is State.ACCEPTED
    desk.pays("打车券 ¥50", "现金 ¥200")
    diverted = desk.diverted()
    assert (diverted.transport, diverted.fare, diverted.compensation, diverted.amount) == ("taxi", 5000, "cash", 20000)
    desk.talk.presses(desk.sender, "客户已出发")
    assert desk.request().state is State.DEPARTED


@pytest.mark.parametrize(("seconds", "breached"), [(1799, False), (1800, True)])
def test_the_way_there_is_arranged_within_thirty_minutes_of_the_confirmation(
    desk: Desk, seconds: int, breached: bool
) -> None:
    desk.accepted()
    desk.talk.passes(seconds=seconds)
    desk.pays()
    step = desk.steps()["transport"]
    assert ((step.outcome is StepOutcome.BREACHED), step.store_id) == (breached, desk.network.sz01.id)


@pytest.mark.parametrize(("amount", "asks_hq"), [("服务券 2000", False), ("服务券 2000.01", True)])
def test_over_the_cap_hq_approves_before_the_customer_leaves(desk: Desk, amount: str, asks_hq: bool) -> None:
    desk.accepted()
    desk.pays("专车", amount)
    assert desk.diverted().approval == ("pending" if asks_hq else "")
    assert desk.steps()["transport"].outcome is StepOutcome.MET
    if not asks_hq:
        return
    card = desk.talk.card(desk.sender, "D-0001")
    assert "等总部批准" in card.plain
    desk.talk.says(desk.sender, "已出发", reply_to=card)
    desk.talk.delivered()
    assert "等总部批准后客户才能出发" in desk.talk.last(desk.sender).plain
    assert "服务券 ¥2,000.01,超过上限(服务券 ¥2,000)" in desk.talk.last(desk.network.hq_chat).plain
    desk.talk.presses(desk.network.hq, "批准")
    desk.talk.delivered()
    assert desk.diverted().approval == "approved"
    desk.talk.presses(desk.sender, "客户已出发")
    assert desk.request().state is State.DEPARTED


def test_hq_is_reminded_and_its_refusal_names_the_reason(desk: Desk) -> None:
    desk.accepted()
    desk.pays("专车", "现金 3000")
    chat = desk.talk.address(desk.network.hq_chat)
    before = len(desk.talk.visible(chat))
    desk.talk.passes(minutes=15)
    assert len(desk.talk.visible(chat)) > before
    token = desk.token_of(desk.network.hq, "diversion.approve")
    desk.talk.presses(desk.network.hq, "不批准")
    desk.talk.delivered()
    desk.talk.says(desk.network.hq, "太多了", chat=chat, reply_to=desk.talk.visible(chat)[-1])
    desk.talk.delivered()
    assert desk.diverted().approval == "refused"
    assert "太多了" in desk.talk.last(desk.sender).plain
    assert "已经处理过" in desk.talk.presses_token(desk.network.hq, token, chat=desk.network.hq_chat).toast
    desk.pays("专车", "现金 500")
    assert (desk.diverted().approval, desk.diverted().amount) == ("", 50_000)


def test_of_an_approval_nobody_gives_hq_is_reminded_until_the_evening_and_no_longer(desk: Desk) -> None:
    desk.accepted()
    desk.pays("专车", "现金 3000")
    chat = desk.talk.address(desk.network.hq_chat)
    desk.talk.passes(until=desk.request().cap_at + timedelta(minutes=15))

    def asked() -> int:
        return sum("3,000" in heard.plain for heard in desk.talk.heard(chat))

    before = asked()
    desk.talk.passes(days=1)
    assert before > 4
    assert asked() == before


# F5: the call


def test_the_call_is_due_ten_minutes_after_the_confirmation_and_missing_it_is_the_receivers_breach(desk: Desk) -> None:
    desk.accepted()
    step = desk.steps()["call"]
    assert step.due_at - step.started_at == timedelta(minutes=10)
    desk.talk.passes(minutes=10)
    step = desk.steps()["call"]
    assert (step.breached_at, step.store_id) == (step.due_at, desk.network.sz02.id)
    assert "致电客户" in desk.talk.last(desk.receiver).plain


def test_the_call_holds_an_outcome_with_words_where_nobody_was_reached(desk: Desk) -> None:
    desk.accepted()
    desk.talk.passes(minutes=9, seconds=59)
    desk.talk.presses(desk.receiver, "没联系上")
    desk.talk.delivered()
    assert desk.steps()["call"].outcome is None, "without words nothing is noted"
    desk.talk.says(desk.receiver, "无人接听,十分钟后再打")
    desk.talk.delivered()
    assert desk.steps()["call"].outcome is StepOutcome.MET
    assert (desk.diverted().call, desk.diverted().call_words) == ("not_reached", "无人接听,十分钟后再打")
    desk.talk.presses(desk.receiver, "📞 已联系上客户")
    assert desk.diverted().call == "reached"


def test_the_record_waits_for_what_came_of_the_call(desk: Desk) -> None:
    desk.arrived()
    desk.serves()
    assert desk.request().state is State.DONE
    said = desk.talk.presses(desk.receiver, "diversion.record").toast
    assert "请先填写致电客户的结果" in said
    desk.talk.presses(desk.receiver, "📞 已联系上客户")
    desk.talk.delivered()
    desk.talk.presses(desk.receiver, "diversion.record")
    desk.talk.delivered()
    desk.talk.says(desk.receiver, "1280")
    assert desk.request().state is State.RECORDED


# F6, H9: what it counts, and who pays


def test_the_end_credits_the_receiver_alone_and_hq_pays(desk: Desk) -> None:
    desk.accepted()
    desk.pays("打车券 ¥50")
    desk.talk.presses(desk.sender, "客户已出发")
    desk.talk.delivered()
    desk.talk.presses(desk.receiver, "客户已到店")
    desk.talk.delivered()
    assert (desk.points(), desk.money(), desk.credits()) == ([], {}, [])
    desk.serves()
    assert [(entry.store_id, entry.points, entry.rule) for entry in desk.points()] == [
        (desk.network.sz02.id, 2, "points.diversion")
    ]
    assert [credit.store_id for credit in desk.credits()] == [desk.network.sz02.id]
    money = desk.money()
    assert {rule: (entry.amount, entry.payer, entry.currency) for rule, entry in money.items()} == {
        "cost.compensation": (20_000, "hq", "CNY"),
        "cost.transport": (5_000, "hq", "CNY"),
    }
    assert {entry.policy_id for entry in money.values()} == {desk.request().policy_id}
    taken_back = money["cost.compensation"].id
    for words in ("/cost D-0001 补偿 180", f"/reverse M-{taken_back} 客户只收了180元", "/cost D-0001 补偿 180"):
        desk.talk.says(desk.network.finance, words)
    with desk.talk.database.transaction(writing=False) as session:
        entries = ledger_queries.list_money_entries(session, request_id=desk.request().id)
    assert sorted(entry.amount for entry in entries if entry.rule == "cost.compensation") == [-20_000, 18_000, 20_000]


def test_the_end_asks_for_satisfaction_from_one_to_ten_and_whether_the_customer_was_kept(desk: Desk) -> None:
    desk.arrived()
    desk.talk.presses(desk.receiver, "diversion.serve")
    desk.talk.delivered()
    desk.talk.says(desk.receiver, "11")
    desk.talk.delivered()
    desk.talk.presses(desk.receiver, "不清楚")
    desk.talk.delivered()
    for wrong in ("0", "很好", "10.5"):
        desk.talk.says(desk.receiver, wrong)
        desk.talk.delivered()
        assert "1 到 10" in desk.talk.last(desk.receiver).plain
        assert desk.request().state is State.ARRIVED
    desk.talk.says(desk.receiver, "10")
    desk.talk.delivered()
    request = desk.request()
    assert (request.state, request.satisfaction, request.kept) == (State.DONE, 10, "unknown")


def test_what_was_recorded_is_on_the_credit(desk: Desk) -> None:
    desk.recorded()
    (credit,) = desk.credits()
    assert (credit.amount, credit.store_id) == (128_000, desk.network.sz02.id)
    step = desk.steps()["record"]
    assert (step.outcome, step.store_id) == (StepOutcome.MET, desk.network.sz02.id)


def test_a_second_press_of_the_end_pays_and_counts_nothing_more(desk: Desk) -> None:
    desk.arrived()
    token = desk.token_of(desk.receiver, "diversion.serve")
    desk.serves()
    reply = desk.talk.presses_token(desk.receiver, token, can_form=True)
    assert reply.form is None
    assert "现在不能这样做" in reply.toast
    assert (len(desk.points()), len(desk.money())) == (1, 1)


# F7: what does not go well


@pytest.mark.parametrize(("seconds", "gone"), [(3599, False), (3600, True)])
def test_a_customer_who_is_not_there_an_hour_after_the_expected_time_frees_everything(
    desk: Desk, seconds: int, gone: bool
) -> None:
    desk.departed()
    assert desk.booked() == (31, 21, 12)
    expected = desk.diverted().expected_at
    assert expected is not None
    desk.talk.passes(until=expected + timedelta(seconds=seconds))
    if not gone:
        desk.talk.presses(desk.receiver, "客户已到店")
        assert (desk.request().state, desk.booked()) == (State.ARRIVED, (31, 21, 12))
        return
    assert (desk.request().state, desk.booked(), desk.points()) == (State.CLOSED, (32, 20, 12), [])
    assert [booking.state for booking in desk.bookings()] == [BookingState.FREED]
    assert "no_show" in desk.words()
    assert desk.steps()["come"].breached_at is None, "it is nobody's fault"
    assert "客户没有到店" in desk.talk.last(desk.sender).plain
    assert not [timer for timer in desk.talk.pending() if timer.request_id is not None]


def test_a_customer_who_turns_back_frees_everything_and_only_the_way_is_paid(desk: Desk) -> None:
    desk.accepted()
    desk.pays("打车券 ¥50")
    desk.talk.presses(desk.sender, "客户已出发")
    desk.talk.delivered()
    desk.talk.presses(desk.sender, "客户不来了")
    desk.talk.delivered()
    desk.talk.says(desk.sender, "临时有事回家了")
    desk.talk.delivered()
    request = desk.request()
    assert (request.state, request.end_reason) == (State.CLOSED, "临时有事回家了")
    assert (desk.booked(), desk.points(), desk.credits()) == ((32, 20, 12), [], [])
    assert list(desk.money()) == ["cost.transport"]
    assert "临时有事回家了" in desk.talk.last(desk.receiver).plain


@pytest.mark.parametrize(("seconds", "allowed"), [(-1, True), (0, False)])
def test_a_complaint_within_seven_days_reopens_it_and_holds_the_points(desk: Desk, seconds: int, allowed: bool) -> None:
    desk.recorded()
    finished = desk.request().finished_at
    assert finished is not None
    desk.talk.passes(until=finished + timedelta(days=7, seconds=seconds))
    desk.talk.says(desk.sender, "/complaint D-0001 保养后机油灯亮")
    desk.talk.delivered()
    request = desk.request()
    if not allowed:
        assert (request.state, len(desk.points())) == (State.RECORDED, 1)
        assert "已超过 7天" in desk.talk.last(desk.sender).plain
        return
    assert (request.state, request.ended_at) == (State.DONE, None)
    assert [entry.points for entry in desk.points()] == [2, -2]
    assert desk.points()[1].reverses_id == desk.points()[0].id
    assert "保养后机油灯亮" in desk.talk.last(desk.network.shenzhen_manager).plain


@pytest.mark.parametrize(
    ("words", "entries"),
    [("不成立 灯亮与保养无关", [2, -2, 2]), ("成立 机油没加够", [2, -2])],
)
def test_the_region_decides_a_complaint_with_a_reason_and_the_points_come_back_or_not(
    desk: Desk, words: str, entries: list[int]
) -> None:
    desk.recorded()
    desk.talk.says(desk.network.sz01_manager, "/complaint D-0001 保养后机油灯亮")
    desk.talk.delivered()
    desk.talk.says(desk.network.shenzhen_manager, "/resolve D-0001 成立")
    desk.talk.delivered()
    assert "理由" in desk.talk.last(desk.network.shenzhen_manager).plain, "a reason is needed"
    desk.talk.says(desk.network.shenzhen_manager, f"/resolve D-0001 {words}")
    desk.talk.delivered()
    assert [entry.points for entry in desk.points()] == entries
    assert {entry.store_id for entry in desk.points()} == {desk.network.sz02.id}
    assert desk.request().state is State.RECORDED
    assert not [timer for timer in desk.talk.pending() if timer.request_id is not None]


def test_a_complaint_before_the_record_leaves_the_record_to_be_made(desk: Desk) -> None:
    desk.done()
    desk.talk.says(desk.sender, "/complaint D-0001 保养后机油灯亮")
    desk.talk.delivered()
    desk.talk.presses(desk.receiver, "diversion.record")
    desk.talk.delivered()
    desk.talk.says(desk.receiver, "1280")
    desk.talk.delivered()
    assert desk.request().state is State.DONE, "the complaint is still open"
    desk.talk.presses(desk.network.shenzhen_manager, "投诉不成立")
    desk.talk.delivered()
    desk.talk.says(desk.network.shenzhen_manager, "灯亮与保养无关")
    desk.talk.delivered()
    assert desk.request().state is State.RECORDED
    assert [entry.points for entry in desk.points()] == [2, -2, 2]
    desk.talk.says(desk.sender, "/complaint D-0001 又亮了")
    desk.talk.delivered()
    assert [entry.points for entry in desk.points()] == [2, -2, 2, -2], "a second complaint holds them again"
