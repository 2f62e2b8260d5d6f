"""Borrowing in place of a transfer, and the number of the part that is sent."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import select

from storage.database import Database
from storage.queries import requests as request_queries
from storage.queries import stock as stock_queries
from storage.tables.boards import Part
from storage.tables.ledger import PointsEntry
from storage.tables.requests import State, Transfer
from tests.factories import MONDAY, Factory, small_network
from tests.integration.test_around_hold import Desk
from tests.talk import Talk

LOAN = "/borrow 诊断仪 x1 urgent 客户在等 还3月6日"  # Friday of the week


@pytest.fixture
def desk(any_database: Database) -> Desk:
    with any_database.transaction() as session:
        network = small_network(session)
        make = Factory(session)
        scanner = make.part("诊断仪", "VAS-6154")
        make.stock(scanner, network.sz02, 3)
        lamp = session.get_one(Part, network.headlamp.id)
        lamp.part_no = "8K0 941 003"
    return Desk(Talk(any_database), network)


def moved(desk: Desk) -> Transfer:
    with desk.talk.database.transaction(writing=False) as session:
        return request_queries.get_transfer(session, desk.request().id)


def stock(desk: Desk, name: str, store_id: int) -> int:
    with desk.talk.database.transaction(writing=False) as session:
        part = session.exec(select(Part).where(Part.name == name)).one()
        return stock_queries.count_stock(session, store_id, part.id)


def arrives(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    desk.accepts()
    talk.presses(network.sz02_manager, "已发出")
    talk.delivered()
    talk.presses(network.sz01_manager, "已收到 ×1")
    talk.delivered()
    talk.presses(network.sz01_manager, "留住了")


def test_a_loan_is_open_until_the_lender_confirms_the_return_and_its_stock_comes_back_once(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    desk.asks(LOAN)
    assert "借用,3月6日 前归还" in talk.card(network.managers_chat, "T-0001").plain
    arrives(desk)
    assert (stock(desk, "诊断仪", network.sz01.id), stock(desk, "诊断仪", network.sz02.id)) == (0, 2)
    talk.says(network.sz02_manager, "/freight T-0001 50 SF123")
    assert (desk.request().state, desk.request().ended_at) == (State.RECEIVED, None)
    talk.says(network.sz02_manager, "/freight T-0001 50 SF123")
    assert "已经补录" in talk.last(network.sz02_manager).plain
    talk.delivered()
    (back,) = [one for one in talk.card(network.sz02_manager, "T-0001").buttons if one.action == "transfer.back"]
    assert "只有接单的门店" in talk.presses_token(network.sz01_manager, back.token).toast
    talk.presses_token(network.sz02_manager, back.token)
    assert stock(desk, "诊断仪", network.sz02.id) == 3
    assert desk.request().state is State.RECORDED
    assert talk.presses_token(network.sz02_manager, back.token).toast
    assert stock(desk, "诊断仪", network.sz02.id) == 3
    assert "已确认收回" in talk.last_heard(network.sz01_manager, "✅ T-0001").plain
    assert not [timer for timer in talk.pending() if timer.request_id is not None]
    with talk.database.transaction(writing=False) as session:
        assert [entry.points for entry in session.exec(select(PointsEntry))] == [1]


def test_a_loan_reminds_the_day_before_and_on_the_day_at_ten_and_then_escalates(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    desk.asks(LOAN)
    arrives(desk)
    talk.says(network.sz02_manager, "/freight T-0001 50 SF123")
    fired = [(talk.now, key) for key in talk.passes(until=MONDAY + timedelta(days=3) - timedelta(seconds=1))]
    assert not [key for _, key in fired if "loan" in key or "give_back" in key]  # no nudge of half of the time either
    talk.passes(seconds=1)
    assert "明天要归还 深圳福田店" in talk.last_heard(network.sz01_manager, "🔁").plain
    talk.passes(days=1)
    assert "今天归还 深圳福田店" in talk.last_heard(network.sz01_manager, "🔁").plain
    assert "今天归还 深圳福田店" in talk.last_heard(network.sz02_manager, "🔁").plain
    assert desk.due("give_back") == MONDAY + timedelta(days=4, hours=8)  # 18:00
    talk.passes(hours=8)
    assert desk.step("give_back").store_id == network.sz01.id
    assert "「归还」已到时限" in talk.last_heard(network.sz01_manager, "归还").plain
    talk.passes(days=1)
    assert "「归还」超时" in talk.last_heard(network.shenzhen_manager, "归还").plain
    talk.delivered()
    talk.presses(network.sz02_manager, "已收回 ×1")
    assert desk.request().state is State.RECORDED


def test_the_return_before_the_record_leaves_the_record_to_be_made(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    desk.asks(LOAN)
    arrives(desk)
    talk.presses(network.sz02_manager, "已收回 ×1")
    assert desk.request().state is State.RECEIVED
    talk.says(network.sz02_manager, "/freight T-0001 50 SF123")
    assert desk.request().state is State.RECORDED


def test_a_day_that_is_missing_is_asked_for_and_one_that_is_wrong_gets_a_sentence(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    talk.says(network.sz01_manager, "/借用 诊断仪 x1 urgent 客户在等")
    assert "哪天归还" in talk.last(network.sz01_manager).plain
    for words in ("下个月", "2025-01-01"):
        talk.says(network.sz01_manager, words)
        assert "11月30日" in talk.last(network.sz01_manager).plain
    talk.says(network.sz01_manager, "3天")
    assert moved(desk).back_on == date(2026, 3, 5)
    talk.says(network.sz01_manager, "/borrow 诊断仪 x1 urgent 客户在等 还2027-03-01")
    assert "90 天之内" in talk.last(network.sz01_manager).plain


# The number of the part


def test_another_part_number_than_was_asked_for_blocks_the_shipping(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    desk.asks("/transfer 前大灯-左 x1 urgent 客户在等")
    desk.accepts()
    card = talk.card(network.sz02_manager, "T-0001")
    talk.says(network.sz02_manager, "已发 8K0 941 004 顺丰 SF123456", reply_to=card)
    said = talk.last(network.sz02_manager).plain
    assert "要的是 8K0 941 003,您写的是 8K0 941 004" in said
    assert (desk.request().state, moved(desk).shipped) == (State.ACCEPTED, 0)
    talk.says(network.sz02_manager, "已发 VAS-6154", reply_to=card)  # a part we know, of another shape
    assert moved(desk).shipped == 0


def test_the_right_number_ships_with_courier_and_waybill(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    desk.asks("/transfer 前大灯-左 x1 urgent 客户在等")
    desk.accepts()
    talk.says(
        network.sz02_manager, "已发 8k0-941-003 顺丰 SF123456", reply_to=talk.card(network.sz02_manager, "T-0001")
    )
    found = moved(desk)
    assert (found.shipped, found.courier, found.waybill, found.sent_part) == (1, "顺丰", "SF123456", "")


def test_a_substitute_with_its_reason_keeps_the_original_line(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    desk.asks("/transfer 前大灯-左 x1 urgent 客户在等")
    desk.accepts()
    card = talk.card(network.sz02_manager, "T-0001")
    talk.says(network.sz02_manager, "已发 替代 8K0 941 004", reply_to=card)
    assert "写原因" in talk.last(network.sz02_manager).plain
    talk.says(network.sz02_manager, "已发 替代 8K0 941 004 原厂停产", reply_to=card)
    found = moved(desk)
    assert (found.shipped, found.sent_part, found.sent_why) == (1, "8K0 941 004", "原厂停产")
    assert found.part_id == network.headlamp.id
    shown = talk.card(network.managers_chat, "T-0001").plain
    assert "前大灯-左 ×1" in shown
    assert "替代件 8K0 941 004(原 8K0 941 003):原厂停产" in shown


def test_the_details_form_checks_the_number_too(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    desk.asks("/transfer 前大灯-左 x1 urgent 客户在等")
    desk.accepts()
    talk.presses(network.sz02_manager, "已发出")
    talk.delivered()
    talk.presses(network.sz02_manager, "填快递/单号/到达", can_form=True)
    form = talk.reply.form
    reply = talk.sends_form(network.sz02_manager, {"part": "8K0 941 004"}, form=form)
    assert "8K0 941 003" in reply.errors["part"]
    talk.sends_form(network.sz02_manager, {"part": "8K0941003", "courier": "顺丰"}, form=form)
    assert (moved(desk).sent_part, moved(desk).courier) == ("", "顺丰")
    talk.sends_form(network.sz02_manager, {"part": "8K0 941 004", "instead": "原厂停产"}, form=form)
    assert moved(desk).sent_part == "8K0 941 004"
