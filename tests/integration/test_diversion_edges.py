"""The edges of a diversion: who may not, what is missing, what two do at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

from handlers import dispatch
from handlers.chat import Address, Inbound, InboundKind, to_json
from storage.database import Database
from storage.queries import bookings as booking_queries
from storage.queries import diversions as diversion_queries
from storage.queries import queues
from storage.tables.bookings import Booking, BookingState
from storage.tables.requests import Request, State
from tests.factories import MONDAY
from tests.integration.diversion_desk import POST, TODAY, Desk, make_desk


@pytest.fixture
def desk(database: Database) -> Desk:
    return make_desk(database)


# Asking


def test_what_is_missing_is_asked_for_one_question_after_another(desk: Desk) -> None:
    talk, sender = desk.talk, desk.sender
    talk.says(sender, "/divert 保养")
    talk.delivered()
    assert "本店预计要等多久" in talk.last(sender).plain
    talk.says(sender, "两个半小时")
    talk.delivered()
    assert "车型" in talk.last(sender).plain
    talk.says(sender, "宝马X3")
    talk.delivered()
    assert "客户需要什么" in talk.last(sender).plain
    assert desk.count() == 0
    talk.says(sender, "代步车")
    talk.delivered()
    diverted = desk.diverted()
    said = (diverted.service, diverted.wait_minutes, diverted.vehicle, desk.request().matter)
    assert said == ("保养", 150, "宝马X3", "代步车")


@pytest.mark.parametrize("blank", ["service", "wait", "vehicle", "needs"])
def test_a_blank_field_blocks_the_posting_and_is_named(desk: Desk, blank: str) -> None:
    reply = desk.talk.says(desk.sender, "/divert", can_form=True)
    assert reply.form is not None
    values = {"service": "保养", "wait": "150", "vehicle": "宝马X3", "needs": "代步车"} | {blank: ""}
    again = desk.talk.sends_form(desk.sender, values)
    assert desk.count() == 0
    label = next(field.label for field in reply.form.fields if field.name == blank)
    assert again.errors == {blank: f"请填写「{label}」。"}


def test_a_wait_that_is_none_is_one_sentence_with_an_example_and_nothing_is_lost(desk: Desk) -> None:
    reply = desk.talk.says(desk.sender, "/divert 保养", can_form=True)
    assert reply.form is not None
    desk.talk.sends_form(desk.sender, {"wait": "很久", "vehicle": "宝马X3", "needs": "代步车"})
    assert desk.talk.reply.errors == {"wait": "请写要等多久,最多 1天,例如:150分钟"}


def test_a_customer_has_one_diversion_at_a_time(desk: Desk) -> None:
    desk.opens()
    desk.opens()
    assert desk.count() == 1
    assert "已有分流 D-0001" in desk.talk.last(desk.sender).plain
    desk.talk.presses(desk.sender, "客户愿意等")
    desk.talk.delivered()
    desk.opens()
    assert desk.count() == 2


def test_only_people_of_a_store_divert(desk: Desk) -> None:
    for person in (desk.network.hq, desk.network.shenzhen_manager, desk.network.sz01_technician):
        desk.talk.says(person, POST)
        desk.talk.delivered()
    assert desk.count() == 0


# Who may not


def test_each_side_does_its_own_and_nobody_elses(desk: Desk) -> None:
    talk = desk.talk
    desk.opens()
    goes = desk.token_of(desk.sender, "diversion.goes")
    assert "只有发起门店" in talk.presses_token(desk.receiver, goes).toast
    desk.goes()
    desk.accepts("马丽 T1")
    transport = desk.token_of(desk.sender, "diversion.transport")
    reached = desk.token_of(desk.receiver, "diversion.reached")
    assert "只有发起门店" in talk.presses_token(desk.receiver, transport).toast
    assert "只有接单的门店" in talk.presses_token(desk.sender, reached).toast
    assert "只有接单的门店" in talk.presses_token(desk.network.sz03_manager, reached).toast
    desk.pays("专车", "现金 3000")
    approve = desk.token_of(desk.network.hq, "diversion.approve")
    assert "不能做这个操作" in talk.presses_token(desk.network.shenzhen_manager, approve).toast
    assert desk.diverted().approval == "pending"


def test_a_stranger_to_the_diversion_brings_no_complaint(desk: Desk) -> None:
    desk.recorded()
    for person, says in (
        (desk.network.sz03_manager, "只有两家门店和区域"),
        (desk.network.bangkok_manager, "Only the two stores and the region"),
    ):
        desk.talk.says(person, "/complaint D-0001 不满意")
        desk.talk.delivered()
        assert says in desk.talk.last(person).plain
    assert len(desk.points()) == 1


def test_a_complaint_needs_words_and_a_diversion_that_is_done(desk: Desk) -> None:
    desk.departed()
    for words, says in (("/complaint D-0001", "请写投诉内容"), ("/complaint D-0001 不满意", "现在不能这样做")):
        desk.talk.says(desk.sender, words)
        desk.talk.delivered()
        assert says in desk.talk.last(desk.sender).plain


# The customer's side


def test_the_author_gets_a_line_for_the_customer_every_half_hour_until_the_arrival(desk: Desk) -> None:
    desk.departed()
    desk.talk.passes(minutes=31)
    assert "正在去深圳福田店的路上" in desk.talk.last(desk.sender).plain
    desk.talk.presses(desk.receiver, "客户已到店")
    desk.talk.delivered()
    before = len(desk.talk.visible(desk.talk.address(desk.sender)))
    desk.talk.passes(minutes=59)
    later = [heard.plain for heard in desk.talk.visible(desk.talk.address(desk.sender))[before:]]
    assert not [words for words in later if "路上" in words]


def test_the_measured_way_told_is_the_one_expected_and_a_later_eta_moves_the_end_of_the_waiting(desk: Desk) -> None:
    desk.measures_way(desk.network.sz01.id, desk.network.sz02.id, 35)  # by the road it would be 24
    desk.departed()
    assert "深圳福田店:最早 10:35 到" in desk.talk.last_heard(desk.sender, "可以这样对客户说").plain
    assert desk.diverted().expected_at == MONDAY + timedelta(minutes=35)
    desk.talk.says(desk.sender, "/eta D-0001 60m")
    desk.talk.delivered()
    assert desk.diverted().expected_at == MONDAY + timedelta(minutes=60)
    assert desk.steps()["come"].due_at == MONDAY + timedelta(minutes=120)
    desk.talk.passes(minutes=119, seconds=59)
    assert desk.request().state is State.DEPARTED
    desk.talk.passes(seconds=1)
    assert desk.request().state is State.CLOSED


# Two at once


def _together(database: Database, work: list[object]) -> list[object]:
    """Run these at the same instant, each on a connection of its own."""
    gate = threading.Barrier(len(work))

    def run(one: object) -> object:
        own = Database(database.url)
        try:
            gate.wait(10)
            with own.transaction() as session:
                return one(session)  # type: ignore[operator]
        finally:
            own.close()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(run, work))


def test_two_processes_cannot_take_the_last_bay(any_database: Database) -> None:
    desk = make_desk(any_database)
    network = desk.network
    desk.set_day(network.sz02.id, bookings=24)

    def take(giver: int) -> object:
        return lambda session: diversion_queries.take_bay(
            session, taker=(network.sz02.id, TODAY), giver=(giver, TODAY), usual=None, now=MONDAY
        )

    taken = _together(any_database, [take(network.sz01.id), take(network.sz03.id)] * 4)
    assert sorted(str(one) for one in taken) == ["None"] * 7 + ["True"]
    assert desk.booked()[1] == 25


def test_two_stores_that_send_to_each_other_do_not_wait_for_each_other(any_database: Database) -> None:
    desk = make_desk(any_database)
    one, two = (desk.network.sz02.id, TODAY), (desk.network.sz03.id, TODAY)

    def take(taker: tuple[int, object], giver: tuple[int, object]) -> object:
        return lambda session: diversion_queries.take_bay(session, taker=taker, giver=giver, usual=None, now=MONDAY)  # type: ignore[arg-type]

    assert _together(any_database, [take(one, two), take(two, one)] * 4) == [True] * 8
    assert desk.booked()[1:] == (20, 12)


def test_two_processes_cannot_book_a_technician_twice(any_database: Database) -> None:
    desk = make_desk(any_database)
    desk.opens()
    request = desk.request().id
    with any_database.transaction(writing=False) as session:
        technician = diversion_queries.list_technicians_of(session, desk.network.sz03.id)[0].id

    def book(minutes: int) -> object:
        starts_at = MONDAY + timedelta(minutes=minutes)
        return lambda session: booking_queries.hold_time(
            session,
            technician_id=technician,
            request_id=request,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            now=MONDAY,
        )

    held = _together(any_database, [book(10 * number) for number in range(6)])
    assert held.count(True) == 1


def test_a_day_nobody_has_spoken_of_takes_the_stores_usual_capacity(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    with talk.database.transaction() as session:
        for store in (network.sz02, network.sz03):
            row = diversion_queries.find_capacity(session, store.id, TODAY)
            session.delete(row)
        session.get_one(type(network.sz03), network.sz03.id).daily_capacity = 10
    desk.opens()
    said = talk.last(desk.sender).plain
    assert "深圳福田店" not in said, "nothing at all is known of it"
    assert "今天未报预约数" in said
    desk.goes()
    talk.presses(network.sz03_manager, "可以", on="D-")
    talk.delivered()
    assert desk.booked() == (31, 0, 1)


# The customer's contact, and what changes under way


def test_a_telephone_is_the_way_out_where_another_customer_of_the_same_car_left_none(desk: Desk) -> None:
    desk.opens()
    desk.opens()
    assert "若是另一位客户,请写上电话或车牌" in desk.talk.last(desk.sender).plain
    desk.opens(f"{POST} 客户张先生 13800001234")
    assert "像是同一件事" in desk.talk.last(desk.sender).plain
    desk.talk.presses(desk.sender, "仍然发布")
    assert desk.count() == 2


def test_a_telephone_tells_two_customers_apart_and_stands_nowhere_in_clear(desk: Desk) -> None:
    desk.opens("/divert 保养 等待150分钟 宝马X3 需要代步车 客户张先生 13800001234")
    assert desk.request().customer_id is not None
    desk.opens("/divert 洗车 等待200分钟 宝马X3 无 客户张先生 13800001234")
    assert desk.count() == 1, "one diversion a customer, whatever the work"
    assert "已有分流 D-0001" in desk.talk.last(desk.sender).plain
    card = desk.talk.card(desk.network.managers_chat, "D-0001").plain
    assert "138****1234" in card
    assert "13800001234" not in card


def test_what_began_again_asks_the_customer_again(desk: Desk) -> None:
    desk.accepted()
    desk.talk.says(desk.network.sz01_manager, "/withdraw D-0001 客户改主意了")
    desk.talk.delivered()
    assert (desk.request().state, desk.booked()) == (State.WITHDRAWN, (32, 20, 12))
    desk.talk.says(desk.network.sz01_manager, "/reopen D-0001 客户又愿意了")
    desk.talk.delivered()
    assert (desk.request().state, desk.diverted().consent) == (State.CONSENTING, "")
    desk.talk.passes(minutes=5)
    assert desk.steps()["contact"].breached_at is not None
    desk.goes()
    assert desk.request().state is State.ASKING


def test_the_vehicle_can_be_corrected_until_the_customer_leaves(desk: Desk) -> None:
    desk.accepted()
    desk.talk.says(desk.sender, "/edit D-0001 vehicle 宝马X5 写错了")
    desk.talk.delivered()
    assert desk.diverted().vehicle.startswith("宝马X5")


def test_a_promise_given_back_is_the_receivers_breach_alone(desk: Desk) -> None:
    desk.accepted()
    desk.talk.presses(desk.receiver, "无法交付")
    desk.talk.delivered()
    desk.talk.says(desk.receiver, "举升机坏了")
    desk.talk.delivered()
    call, transport = desk.steps()["call"], desk.steps()["transport"]
    assert (call.store_id, call.breached_at) == (desk.network.sz02.id, MONDAY)
    assert (transport.store_id, transport.breached_at) == (desk.network.sz01.id, None)


def test_words_accept_as_the_button_does_and_ask_for_the_technician(desk: Desk) -> None:
    desk.opens()
    desk.goes()
    desk.talk.says(desk.receiver, "收到,可以", reply_to=desk.talk.card(desk.receiver, "D-0001"))
    desk.talk.delivered()
    assert desk.request().state is State.ASKING
    assert "哪位技师来做" in desk.talk.last(desk.receiver).plain
    desk.talk.says(desk.receiver, "孙强")
    desk.talk.delivered()
    assert (desk.request().state, desk.diverted().technician) == (State.ACCEPTED, "孙强")


def test_two_managers_who_accept_at_once_get_the_last_bay_once(any_database: Database) -> None:
    desk = make_desk(any_database)
    talk, network = desk.talk, desk.network
    tokens = []
    for vehicle in ("宝马X3", "奥迪A4"):
        desk.opens(POST.replace("宝马X3", vehicle))
        desk.goes()
        label = f"D-000{len(tokens) + 1}"
        form = talk.presses(desk.receiver, "可以", on=label, can_form=True).form
        assert form is not None
        tokens.append((form.token, form.fields[0].options[len(tokens)][0]))
    desk.set_day(network.sz02.id, bookings=24)
    account = talk.account(desk.receiver, "slack")
    gate = threading.Barrier(2)

    def send(number: int) -> str:
        token, technician = tokens[number]
        inbound = Inbound(
            id=f"slack:race-{number}",
            kind=InboundKind.FORM,
            origin=Address("slack", account.private_chat),
            user=account.user,
            private=True,
            token=token,
            values={"technician": technician},
        )
        own = Database(any_database.url)
        try:
            with own.transaction() as session:
                row = queues.add_inbound(
                    session,
                    source=inbound.id,
                    platform="slack",
                    chat=account.private_chat,
                    payload=to_json(inbound),
                    now=talk.now,
                )
            assert row is not None
            gate.wait(10)
            dispatch.answer(own, talk.settings, row, inbound, talk.now)
            return "answered"
        finally:
            own.close()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(send, range(2))) == ["answered"] * 2
    with any_database.transaction(writing=False) as session:
        states = sorted(session.exec(select(Request.state)))
        booked = len([one for one in session.exec(select(Booking)) if one.state is BookingState.BOOKED])
    assert (states, booked) == ([State.ACCEPTED, State.ASKING], 1)
    assert desk.booked()[1] == 25


def test_a_refusal_offers_only_reasons_a_workshop_has(desk: Desk) -> None:
    desk.opens()
    desk.goes()
    desk.talk.presses(desk.receiver, "不行")
    desk.talk.delivered()
    labels = [button.label for button in desk.talk.last_heard(desk.receiver).buttons]
    assert "人手不足" in labels
    assert "库存不足" not in labels
    desk.talk.presses(desk.receiver, "人手不足")
    assert [ask.store_id for ask in desk.asks()] == [desk.network.sz02.id, desk.network.sz03.id]


def test_a_hold_puts_the_no_show_off_by_as_long_as_it_lasts(desk: Desk) -> None:
    desk.departed()
    due = desk.steps()["come"].due_at
    desk.talk.passes(minutes=10)
    desk.talk.says(desk.network.sz01_manager, "/hold D-0001 20m 路上抛锚")
    desk.talk.delivered()
    desk.talk.passes(until=due)
    assert desk.request().state is State.DEPARTED
    assert desk.steps()["come"].due_at == due + timedelta(minutes=20)
    desk.talk.passes(minutes=20)
    assert desk.request().state is State.CLOSED


def test_a_hold_moves_nine_in_the_evening_by_as_long_and_not_into_the_next_morning(desk: Desk) -> None:
    desk.departed()
    cap = desk.request().cap_at
    desk.talk.says(desk.network.sz01_manager, "/hold D-0001 10m 路上堵车")
    desk.talk.passes(minutes=10)
    assert desk.request().cap_at == cap + timedelta(minutes=10)
    assert "全程 21:10 前" in desk.talk.card(desk.network.managers_chat, "D-0001").plain


def test_an_answer_left_behind_is_not_said_to_be_somebody_else_s(desk: Desk) -> None:
    talk = desk.talk
    desk.arrived()
    talk.presses(desk.receiver, "已完成")
    talk.delivered()
    talk.says(desk.receiver, "9")
    talk.delivered()
    asked = talk.last_heard(desk.receiver)
    talk.says(desk.receiver, "/cancel")
    talk.presses(desk.receiver, "已完成")
    talk.delivered()
    assert talk.presses(desk.receiver, "留住了", on=asked).toast.startswith("这个按钮是前面的问题")


def test_practice_runs_whole_and_takes_no_bay_no_technician_and_counts_nowhere(desk: Desk) -> None:
    talk, manager = desk.talk, desk.network.sz01_manager
    desk.forget_technicians(desk.network.sz02.id)
    talk.sees_to_it()  # that SZ01 is too full today is true, and told to others as well
    told = talk.mark()
    talk.says(manager, "/practice on")
    talk.says(manager, POST)
    talk.delivered()
    talk.presses(manager, "客户愿意去")
    talk.delivered()
    talk.passes(minutes=2)  # the bot accepts for the other side
    assert (desk.request().state, desk.request().practice) == (State.ACCEPTED, True)
    talk.presses(manager, "📞 已联系上客户")
    talk.delivered()
    talk.presses(manager, "diversion.transport")
    talk.delivered()
    talk.presses(manager, "打车券 ¥50")
    talk.delivered()
    talk.says(manager, "现金 9000")
    talk.delivered()
    for choice in ("客户已出发", "客户已到店", "diversion.serve"):
        talk.presses(manager, choice)
        talk.delivered()
    talk.says(manager, "9")
    talk.delivered()
    talk.presses(manager, "留住了")
    talk.delivered()
    talk.says(manager, "/complaint D-0001 试一试")
    talk.delivered()
    assert "现在不能这样做" in talk.last(manager).plain
    talk.presses(manager, "diversion.record")
    talk.delivered()
    talk.says(manager, "1280")
    assert desk.request().state is State.RECORDED
    assert desk.booked() == (32, 20, 12)
    assert (desk.bookings(), desk.points(), desk.money(), desk.credits()) == ([], [], {}, [])
    assert {heard.address for heard in talk.heard(after=told)} == {talk.address(manager)}
    with talk.database.transaction(writing=False) as session:
        since, until = MONDAY, talk.now + timedelta(days=1)
        assert diversion_queries.count_consents(session, since=since, until=until) == (0, 0)


def test_the_whole_form_takes_other_amounts_and_refuses_what_is_none(desk: Desk) -> None:
    desk.accepted()
    form = desk.talk.presses(desk.sender, "diversion.transport", can_form=True).form
    assert form is not None
    filled = {"transport": "taxi", "compensation": "voucher", "amount": "三百", "fare": "80"}
    reply = desk.talk.sends_form(desk.sender, filled, form=form)
    assert reply.errors == {"amount": "请写金额,例如:200"}
    desk.talk.sends_form(desk.sender, filled | {"amount": "300"}, form=form)
    diverted = desk.diverted()
    assert (diverted.fare, diverted.amount, diverted.approval) == (8_000, 30_000, "")
    form = desk.talk.presses(desk.sender, "diversion.transport", can_form=True).form
    assert form is not None
    desk.talk.sends_form(desk.sender, filled | {"transport": "own", "amount": ""}, form=form)
    diverted = desk.diverted()
    assert (diverted.fare, diverted.amount) == (0, 20_000), "who drives himself has no fare"


@pytest.mark.parametrize("word", ["/divert", "/分流", "/desvio", "/desvío"])
def test_the_command_is_known_in_three_languages(desk: Desk, word: str) -> None:
    desk.opens(POST.replace("/divert", word))
    assert desk.request().number == 1


def test_a_technician_who_is_done_can_be_booked_again(desk: Desk) -> None:
    desk.done()
    (booking,) = desk.bookings()
    assert (booking.state, booking.freed_at) == (BookingState.FREED, desk.talk.now)
    assert desk.booked() == (31, 21, 12), "the bay was used today"
    desk.opens(POST.replace("宝马X3", "奥迪A4"))
    desk.goes()
    desk.accepts("马丽 T1")
    assert desk.diverted().technician == "马丽"


def test_a_receiver_who_cannot_after_all_hands_on_even_a_customer_on_the_way(desk: Desk) -> None:
    desk.departed()
    desk.talk.says(desk.receiver, "无法交付,举升机坏了", reply_to=desk.talk.card(desk.receiver, "D-0001"))
    desk.talk.delivered()
    assert (desk.request().state, desk.booked()) == (State.ASKING, (32, 20, 12))
    assert desk.steps()["come"].breached_at == MONDAY
    desk.talk.presses(desk.network.sz03_manager, "可以", on="D-")
    desk.talk.delivered()
    assert (desk.request().state, desk.diverted().transport) == (State.ACCEPTED, "")
