"""A support's customer, and the expert who is on the way to them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.chat import WHEREABOUTS, Inbound, InboundKind
from storage.database import Database
from storage.queries import customers as customer_queries
from storage.tables.customers import Customer
from tests.support_desk import POST, STARTS, Desk, support_desk

CONTACT = " 客户 张先生 13800001234 粤B12312"


@pytest.fixture
def desk(database: Database) -> Desk:
    return support_desk(database)


def test_a_contact_in_the_words_makes_a_customer_and_leaves_the_matter(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    talk.says(network.sz01_manager, POST + CONTACT)
    request = desk.request()
    assert request.matter == "高压互锁报警,客户车在店"
    with talk.database.transaction(writing=False) as session:
        kept = customer_queries.read_customer(session, session.get_one(Customer, request.customer_id))
    assert kept == ("张先生", "13800001234", "粤B12312")
    for place in (network.managers_chat, desk.technicians_chat, network.sz02_manager):
        card = talk.card(place, "S-0001").plain
        assert "138****1234" in card and "13800001234" not in card


def test_the_lending_store_does_not_see_the_customer_in_full(desk: Desk) -> None:
    desk.confirmed(POST + CONTACT)
    desk.talk.says(desk.network.sz02_manager, "/customer S-0001")
    assert not any("13800001234" in message.plain for message in desk.talk.outbox(desk.network.sz02_manager))


def test_the_experts_eta_is_typed_by_button_and_by_command(desk: Desk) -> None:
    desk.confirmed(POST + CONTACT)
    talk, network = desk.talk, desk.network
    talk.passes(until=STARTS - timedelta(minutes=50))
    talk.presses(network.sz02_manager, "预计到达", on="S-0001")
    talk.delivered()
    talk.says(network.sz02_manager, "40分钟")
    assert "🚗 预计 12:50 到达" in talk.card(network.managers_chat, "S-0001").plain
    talk.says(desk.zhang_himself, "/eta S-0001 13:05")
    assert "🚗 预计 13:05 到达" in talk.card(network.managers_chat, "S-0001").plain


def test_who_has_arrived_is_not_expected_any_more(desk: Desk) -> None:
    desk.confirmed(POST + CONTACT)
    talk, network = desk.talk, desk.network
    talk.passes(until=STARTS - timedelta(minutes=50))
    talk.says(desk.zhang_himself, "/eta S-0001 12:50")
    talk.passes(until=STARTS)
    talk.presses(network.sz01_manager, "技师已到店")
    talk.delivered()
    line = talk.last_heard(network.sz01_manager, "请把进度转告客户").plain
    assert "已到店,正在处理您的车" in line and "预计" not in line
    assert "🚗" not in talk.card(network.managers_chat, "S-0001").plain


def test_what_is_said_of_the_customer_beside_a_telephone_stays_in_the_matter(desk: Desk) -> None:
    desk.talk.says(desk.network.sz01_manager, f"{POST} 13800001234")
    assert desk.request().matter == "高压互锁报警,客户车在店"
    assert "👤 客户:138****1234" in desk.talk.card(desk.network.managers_chat, "S-0001").plain


def test_the_experts_live_location_says_how_far_he_is_and_when_he_comes(desk: Desk) -> None:
    desk.confirmed(POST + CONTACT)
    talk, network = desk.talk, desk.network
    talk.passes(until=STARTS - timedelta(minutes=30))
    where = talk.address(desk.zhang_himself)
    talk.takes(
        Inbound(
            id="telegram:place",
            kind=InboundKind.EVENT,
            origin=where,
            user=talk.account(desk.zhang_himself).user,
            text=WHEREABOUTS,
            private=True,
            values={"latitude": "22.5410", "longitude": "114.0500"},
        )
    )
    card = talk.card(network.managers_chat, "S-0001").plain
    assert "🚗 还有约 16 公里,预计 12:54 到达" in card
    assert "12:54" in talk.last(desk.zhang_himself).plain
