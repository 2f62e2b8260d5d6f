"""A diverted customer: the receiving store calls them, so it may see them in full; nobody else's store may."""

from __future__ import annotations

import pytest

from storage.database import Database
from storage.queries import customers as customer_queries
from storage.tables.customers import Customer
from storage.tables.people import Role
from tests.factories import Factory
from tests.integration.diversion_desk import POST, Desk, make_desk

CONTACT = " 客户 张先生 13800001234 粤B12312"


@pytest.fixture
def desk(database: Database) -> Desk:
    return make_desk(database)


def accepted(desk: Desk) -> None:
    desk.opens(POST + CONTACT)
    desk.goes()
    desk.accepts("马丽 T1")


def in_full(desk: Desk, person: object) -> bool:
    return any("13800001234" in heard.plain for heard in desk.talk.heard(person))  # type: ignore[arg-type]


def test_the_receiving_stores_advisor_sees_the_customer_privately_once_it_has_accepted(desk: Desk) -> None:
    with desk.talk.database.transaction() as session:
        advisor = Factory(session).person("何静", Role.ADVISOR, at=desk.network.sz02)
    desk.opens(POST + CONTACT)
    desk.goes()
    desk.talk.says(advisor, "/customer D-0001")
    assert not in_full(desk, advisor)
    desk.accepts("马丽 T1")
    desk.talk.says(advisor, "/customer D-0001")
    assert in_full(desk, advisor)
    desk.talk.presses(desk.receiver, "查看客户")
    assert in_full(desk, desk.receiver)
    desk.talk.says(desk.network.sz03_manager, "/customer D-0001")
    assert not in_full(desk, desk.network.sz03_manager)
    assert "138****1234" in desk.talk.card(desk.network.managers_chat, "D-0001").plain
    assert not any("13800001234" in message.plain for message in desk.talk.outbox(desk.network.managers_chat))


def test_once_it_is_over_the_receiving_store_sees_nobody_in_full_any_more(desk: Desk) -> None:
    desk.opens(POST + CONTACT)
    desk.goes()
    desk.accepts("马丽 T1")
    desk.talk.presses(desk.receiver, "📞 已联系上客户")
    desk.pays()
    desk.talk.presses(desk.sender, "客户已出发")
    desk.talk.delivered()
    desk.talk.presses(desk.receiver, "客户已到店")
    desk.talk.delivered()
    desk.serves()
    desk.talk.presses(desk.receiver, "diversion.record")
    desk.talk.delivered()
    desk.talk.says(desk.receiver, "1280")
    desk.talk.says(desk.receiver, "/customer D-0001")
    assert not in_full(desk, desk.receiver)
    desk.talk.says(desk.sender, "/customer D-0001")
    assert in_full(desk, desk.sender)


def test_an_erased_customer_is_gone_from_the_diversions_cards(desk: Desk) -> None:
    accepted(desk)
    desk.talk.says(desk.network.sz01_manager, "/forget D-0001")
    desk.talk.presses(desk.network.sz01_manager, "永久删除")
    desk.talk.delivered()
    for place in (desk.network.managers_chat, desk.sender, desk.receiver):
        card = desk.talk.card(place, "D-0001").plain
        assert "138****1234" not in card and "粤B·***12" not in card and "已删除" in card
    with desk.talk.database.transaction(writing=False) as session:
        assert customer_queries.read_customer(session, session.get_one(Customer, 1)) == ("", "", "")
