"""What happens when an account refuses private words: they are said elsewhere, and HQ hears of it once."""

from __future__ import annotations

from typing import Any

import pytest

from handlers import chat as events
from handlers.chat import Address, Inbound, InboundKind, Priority
from storage.database import Database
from storage.tables.chats import Card
from storage.tables.people import Account
from storage.tables.queues import OutboxRow
from tests.factories import MONDAY, Factory, SmallNetwork, small_network
from tests.people_desk import card_at, delivery_tells, one, open_words, refreshed, request_of, say, tell
from tests.talk import Talk


@pytest.fixture
def network(database: Database) -> SmallNetwork:
    with database.transaction() as session:
        return small_network(session)


@pytest.fixture
def talk(database: Database, network: SmallNetwork) -> Talk:
    return Talk(database)


# An account refuses


def test_a_blocked_person_hears_by_the_other_account(talk: Talk, network: SmallNetwork) -> None:
    with talk.database.transaction() as session:
        Factory(session).account(network.sz01_manager, "slack", "U500", used_at=MONDAY.replace(year=2025))
    tell(talk, network.sz01_manager, "请答复 T-0001")
    talk.happens(events.USER_BLOCKED, "telegram:7001", user="telegram:7001")
    assert one(talk.database, Account, user="7001").blocked
    heard = talk.last_heard("slack:D500")
    assert (heard.plain, heard.priority, heard.person_id) == (
        "请答复 T-0001",
        Priority.URGENT,
        network.sz01_manager.id,
    )
    assert open_words(talk, "telegram:7001") == []
    assert "改发到 slack" in talk.last(network.hq_chat).plain


def test_a_blocked_person_without_another_account_is_mentioned_in_the_group(talk: Talk, network: SmallNetwork) -> None:
    tell(talk, network.sz01_manager, "请答复 T-0001")
    talk.happens(events.USER_BLOCKED, "telegram:7001", user="telegram:7001")
    heard = talk.last_heard(network.managers_chat)
    assert heard.plain == "张伟 请答复 T-0001"
    assert heard.message.lines[0][0].user == "7001"
    hq = talk.last(network.hq_chat).plain
    assert "张伟(深圳南山店 店长)" in hq
    assert "深圳 店长群" in hq
    talk.happens(events.USER_BLOCKED, "telegram:7001", user="telegram:7001")
    assert len(talk.heard(network.hq_chat)) == 1
    assert len(talk.heard(network.managers_chat)) == 1


def test_what_delivery_could_not_say_is_said_elsewhere(talk: Talk, network: SmallNetwork) -> None:
    tell(talk, network.sz01_manager, "请答复 T-0001")
    row = one(talk.database, OutboxRow)
    delivery_tells(talk, events.USER_BLOCKED, row, user="7001")
    assert one(talk.database, OutboxRow, id=row.id).failed == events.USER_BLOCKED
    assert talk.last(network.managers_chat).plain == "张伟 请答复 T-0001"


def test_an_answer_a_group_was_not_meant_to_see_stays_unsaid(talk: Talk, network: SmallNetwork) -> None:
    place = talk.address(network.managers_chat)
    say(talk, (place, "只给您", {"only_for": "7001", "person_id": network.sz01_manager.id}))
    row = one(talk.database, OutboxRow)
    talk.takes(
        Inbound(
            f"delivery:{row.id}:0",
            InboundKind.EVENT,
            Address("telegram", "7001"),
            user="7001",
            text=events.USER_BLOCKED,
            private=True,
        )
    )
    assert one(talk.database, OutboxRow, id=row.id).failed
    assert [heard.plain for heard in talk.heard(place)] == ["只给您"]


def test_a_code_is_said_to_nobody_else_when_hq_blocks_the_bot(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.hq, "/invite 张伟")
    secret = talk.last(network.hq).plain
    talk.happens(events.USER_BLOCKED, "telegram:7012", user="telegram:7012")
    assert [heard.address.chat for heard in talk.heard() if heard.plain == secret] == ["7012"]
    assert open_words(talk, "telegram:7012") == []


def test_private_cards_go_to_the_other_account(talk: Talk, network: SmallNetwork) -> None:
    with talk.database.transaction() as session:
        Factory(session).account(network.sz01_manager, "slack", "U500")
        mine: dict[str, Any] = {"person_id": network.sz01_manager.id}
        first = card_at(session, request_of(session, network), Address("telegram", "7001"), **mine)
        second = request_of(session, network, 2)
        double = card_at(session, second, Address("telegram", "7001"), **mine)
        card_at(session, second, Address("slack", "D500"), **mine)
    talk.happens(events.USER_BLOCKED, "telegram:7001", user="telegram:7001")
    moved = one(talk.database, Card, id=first.id)
    assert (moved.platform, moved.chat, moved.message, moved.rendered) == ("slack", "D500", "", "")
    assert one(talk.database, Card, id=double.id).platform == "telegram"  # it stands there already
    assert refreshed(talk) == [first.request_id, double.request_id]


def test_the_event_of_a_person_known_by_chat_alone_is_understood(talk: Talk, network: SmallNetwork) -> None:
    for event in (events.BOT_REMOVED, events.USER_BLOCKED):
        talk.happens(event, network.sz02_manager)  # a Slack channel id, and no user
    assert one(talk.database, Account, person_id=network.sz02_manager.id).blocked
    assert len(talk.heard(network.hq_chat)) == 1


def test_nothing_waits_for_a_stranger_who_blocks(talk: Talk, network: SmallNetwork) -> None:
    talk.says("telegram:500", "/start")
    talk.happens(events.USER_BLOCKED, "telegram:500", user="telegram:500")
    assert open_words(talk, "telegram:500") == []
    assert talk.heard(network.hq_chat) == []


def test_an_account_that_takes_words_again_gets_its_cards(talk: Talk, network: SmallNetwork) -> None:
    with talk.database.transaction() as session:
        card = card_at(
            session,
            request_of(session, network),
            Address("telegram", "7001"),
            person_id=network.sz01_manager.id,
        )
    talk.happens(events.USER_BLOCKED, "telegram:7001", user="telegram:7001")
    assert refreshed(talk) == []
    talk.happens(events.USER_UNBLOCKED, "telegram:7001", user="telegram:7001")
    assert not one(talk.database, Account, user="7001").blocked
    assert refreshed(talk) == [card.request_id]
    talk.happens(events.USER_BLOCKED, "telegram:7001", user="telegram:7001")
    talk.says(network.sz01_manager, "/start")  # where a platform tells nothing, their own words do
    assert not one(talk.database, Account, user="7001").blocked
    talk.happens(events.USER_UNBLOCKED, "telegram:500", user="telegram:500")
