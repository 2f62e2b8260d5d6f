"""What happens to chats and accounts: nothing that was to be said is lost, and HQ hears of it once."""

from __future__ import annotations

import pytest

from handlers import chat as events
from handlers.chat import Address, Inbound, InboundKind, Priority, line, mention, message
from handlers.context import Context
from handlers.settings import Settings
from storage.database import Database
from storage.queries import queues
from storage.tables.audit import AuditEntry
from storage.tables.chats import Card, Chat
from storage.tables.people import Account
from storage.tables.queues import OutboxRow
from tests.factories import MONDAY, Factory, SmallNetwork, small_network
from tests.people_desk import card_at, delivery_tells, group_card, one, open_words, refreshed, request_of, rows, say
from tests.talk import Talk


@pytest.fixture
def network(database: Database) -> SmallNetwork:
    with database.transaction() as session:
        return small_network(session)


@pytest.fixture
def talk(database: Database, network: SmallNetwork) -> Talk:
    return Talk(database)


# A chat moves


def test_bindings_cards_and_words_follow_a_chat_to_its_new_id(any_database: Database) -> None:
    with any_database.transaction() as session:
        network = small_network(session)
    talk = Talk(any_database)
    card = group_card(talk, network)
    old = network.managers_chat.chat
    say(talk, (talk.address(network.managers_chat), "一句话", {}))
    talk.happens(events.CHAT_MOVED, network.managers_chat, to="-100777")

    assert one(any_database, Chat, id=network.managers_chat.id).chat == "-100777"
    moved = one(any_database, Card, id=card.id)
    assert (moved.chat, moved.message, moved.rendered) == ("-100777", "", "")
    assert refreshed(talk) == [card.request_id]
    assert open_words(talk, "telegram:-100777") == ["一句话"]
    assert open_words(talk, f"telegram:{old}") == []
    assert "深圳 店长群 · telegram -100777" in talk.last(network.hq_chat).plain

    talk.happens(events.CHAT_MOVED, f"telegram:{old}", to="-100777")  # the error says it as well
    assert len(talk.heard(network.hq_chat)) == 1


def test_a_chat_that_delivery_finds_moved_is_followed(talk: Talk, network: SmallNetwork) -> None:
    say(talk, (talk.address(network.managers_chat), "一句话", {}))
    row = one(talk.database, OutboxRow)
    delivery_tells(talk, events.CHAT_MOVED, row, to="-100777")
    assert one(talk.database, Chat, id=network.managers_chat.id).chat == "-100777"
    assert one(talk.database, OutboxRow, id=row.id).chat == "-100777"


def test_a_chat_moves_onto_an_id_that_was_bound_already(talk: Talk, network: SmallNetwork) -> None:
    with talk.database.transaction() as session:
        make = Factory(session)
        new = make.chat(chat="-100777", region=network.shenzhen)
        request = request_of(session, network)
        old_card = card_at(session, request, talk.address(network.managers_chat), posted="m1")
        new_card = card_at(session, request, talk.address(new), posted="m2")
        other = card_at(session, request_of(session, network, 2), talk.address(network.managers_chat), posted="m3")
        queued = OutboxRow(
            platform="telegram",
            chat=old_card.chat,
            priority=1,
            payload="{}",
            card_id=old_card.id,
            edit=True,
            created_at=MONDAY,
            try_at=MONDAY,
        )
        make.add(queued)
    talk.happens(events.CHAT_MOVED, network.managers_chat, to="-100777")
    assert [chat.id for chat in rows(talk.database, Chat, chat="-100777")] == [new.id]
    assert {card.id for card in rows(talk.database, Card, chat="-100777")} == {new_card.id, other.id}
    assert not rows(talk.database, Card, id=old_card.id)
    assert one(talk.database, OutboxRow, id=queued.id).failed


@pytest.mark.parametrize("to", ["", "same"])
def test_a_move_to_nowhere_or_itself_is_nothing(talk: Talk, network: SmallNetwork, to: str) -> None:
    talk.happens(events.CHAT_MOVED, network.managers_chat, to=network.managers_chat.chat if to else "")
    assert one(talk.database, Chat, id=network.managers_chat.id).chat == network.managers_chat.chat
    assert talk.heard() == []


# The bot loses a chat and finds it again


def test_a_lost_chat_is_suspended_and_hq_hears_once(talk: Talk, network: SmallNetwork) -> None:
    for event in (events.BOT_REMOVED, events.BOT_REMOVED, events.CHAT_CLOSED):
        talk.happens(event, network.managers_chat)
    lost = one(talk.database, Chat, id=network.managers_chat.id)
    assert (lost.suspended_at, lost.suspended_why) == (MONDAY, events.BOT_REMOVED)
    assert len(talk.heard(network.hq_chat)) == 1
    assert "深圳 店长群" in talk.last(network.hq_chat).plain
    assert "机器人被移出" in talk.last(network.hq_chat).plain


def test_hq_hears_privately_when_its_own_chat_is_lost(talk: Talk, network: SmallNetwork) -> None:
    talk.happens(events.BOT_REMOVED, network.hq_chat)
    assert "总部群" in talk.last(network.hq).plain


def test_a_closed_topic_leaves_the_others_alone(talk: Talk, network: SmallNetwork) -> None:
    with talk.database.transaction() as session:
        topics = [Factory(session).chat(chat="-5", thread=thread, region=network.shenzhen) for thread in ("", "1", "2")]
    talk.happens(events.CHAT_CLOSED, Address("telegram", "-5", "1"))
    assert [bool(one(talk.database, Chat, id=topic.id).suspended_at) for topic in topics] == [False, True, False]
    talk.happens(events.BOT_REMOVED, Address("telegram", "-5"))
    assert all(one(talk.database, Chat, id=topic.id).suspended_at for topic in topics)
    talk.happens(events.CHAT_REOPENED, Address("telegram", "-5", "2"))
    assert [bool(one(talk.database, Chat, id=topic.id).suspended_at) for topic in topics] == [True, True, False]


def test_a_whole_platform_is_lost_when_the_app_is_taken_out(talk: Talk, network: SmallNetwork) -> None:
    with talk.database.transaction() as session:
        make = Factory(session)
        there = [make.chat(platform="slack", region=region) for region in (network.shenzhen, network.bangkok)]
    talk.happens(events.BOT_REMOVED, Address("slack", ""))
    assert all(one(talk.database, Chat, id=chat.id).suspended_at for chat in there)
    assert one(talk.database, Chat, id=network.managers_chat.id).suspended_at is None
    assert len(talk.heard(network.hq_chat)) == 1


def test_whom_a_lost_line_names_hears_it_privately(talk: Talk, network: SmallNetwork) -> None:
    place = talk.address(network.managers_chat)
    with talk.database.transaction() as session:
        context = Context(session, Settings(), talk.now)
        person = network.sz02_manager  # on Slack
        context.say(place, message(line(mention(person.id, person.name), " 请答复 T-0001")), priority=Priority.URGENT)
        context.say(place, message("没有点名"))
        context.say(place, message("只给一个人"), only_for="7001")
        context.flush(session)
    talk.happens(events.BOT_REMOVED, network.managers_chat)
    heard = talk.last_heard(network.sz02_manager)
    assert heard.plain == "陈静 请答复 T-0001"
    assert heard.message.lines[0][0].user.startswith("U")  # as Slack knows them
    assert heard.priority == Priority.URGENT
    # What platforms show to one alone they can say privately.
    assert open_words(talk, network.managers_chat) == ["只给一个人"]
    assert {row.failed for row in rows(talk.database, OutboxRow) if row.done_at} == {events.BOT_REMOVED}


def test_cards_of_a_chat_that_comes_back_are_said_as_they_are_then(talk: Talk, network: SmallNetwork) -> None:
    shown = group_card(talk, network)
    with talk.database.transaction() as session:
        never = card_at(session, request_of(session, network, 2), talk.address(network.managers_chat), posted="")
        ended = request_of(session, network, 3, ended_at=MONDAY)
        card_at(session, ended, talk.address(network.managers_chat), posted="m3")
    talk.happens(events.BOT_REMOVED, network.managers_chat)
    assert refreshed(talk) == []
    talk.happens(events.BOT_ADDED, network.managers_chat)
    assert one(talk.database, Chat, id=network.managers_chat.id).suspended_at is None
    assert refreshed(talk) == [shown.request_id, never.request_id]
    # Whatever the new look is, it is said: as an edit where the card stands, else as a post.
    again, posted = one(talk.database, Card, id=shown.id), one(talk.database, Card, id=never.id)
    assert (again.message, bool(again.rendered), again.rendered != "hash") == ("m1", True, True)
    assert (posted.message, posted.rendered) == ("", "")
    assert "又可以" in talk.last(network.hq_chat).plain
    talk.happens(events.BOT_ADDED, network.managers_chat)
    assert len(talk.heard(network.hq_chat)) == 2


@pytest.mark.parametrize("words", ["/bind technicians", "/unbind"])
def test_no_card_comes_into_a_chat_that_is_for_something_else_now(
    talk: Talk, network: SmallNetwork, words: str
) -> None:
    place = talk.address(network.managers_chat)
    with talk.database.transaction() as session:
        waiting = card_at(session, request_of(session, network), place, posted="")
        standing = card_at(session, request_of(session, network, 2), place, posted="m2")
        waiting.rendered = ""
        context = Context(session, Settings(), talk.now)
        context.say_card(waiting, message("调拨"))
        context.flush(session)
    assert "调拨" in open_words(talk, network.managers_chat)
    talk.says(network.shenzhen_manager, words, chat=network.managers_chat)
    assert not rows(talk.database, Card, id=waiting.id)
    assert rows(talk.database, Card, id=standing.id)
    assert "调拨" not in open_words(talk, network.managers_chat)


def test_a_new_chat_is_told_how_it_is_bound(talk: Talk, network: SmallNetwork) -> None:
    talk.happens(events.BOT_ADDED, "telegram:-99", user="telegram:500")
    assert "/bind" in talk.last("telegram:-99").plain
    assert talk.heard(network.hq_chat) == []


# The rest


def test_a_deleted_card_is_posted_once_more_and_only_once(talk: Talk, network: SmallNetwork) -> None:
    card = group_card(talk, network)
    talk.happens(events.MESSAGE_DELETED, network.managers_chat, message="m1")
    gone = one(talk.database, Card, id=card.id)
    assert (gone.message, gone.rendered, gone.reposted) == ("", "", True)
    assert refreshed(talk) == [card.request_id]
    with talk.database.transaction() as session:
        again = session.get_one(Card, card.id)
        again.posted_chat, again.message, again.rendered = again.chat, "m9", "hash"
    talk.happens(events.MESSAGE_DELETED, network.managers_chat, message="m9")
    assert one(talk.database, Card, id=card.id).rendered == "hash"
    assert refreshed(talk) == [card.request_id]


def test_the_card_of_an_ended_request_stays_deleted(talk: Talk, network: SmallNetwork) -> None:
    card = group_card(talk, network, ended_at=MONDAY)
    talk.happens(events.MESSAGE_DELETED, network.managers_chat, message="m1")
    talk.happens(events.MESSAGE_DELETED, network.managers_chat, message="m555")
    assert one(talk.database, Card, id=card.id).message == "m1"
    assert refreshed(talk) == []


def test_who_left_a_chat_is_noted_and_keeps_every_right(talk: Talk, network: SmallNetwork) -> None:
    talk.happens(events.MEMBER_LEFT, network.managers_chat, user=network.sz01_manager)
    assert one(talk.database, AuditEntry, act="member left").subject == f"person:{network.sz01_manager.id}"
    assert talk.heard() == []
    talk.happens(events.MEMBER_LEFT, network.managers_chat, user="telegram:500")


@pytest.mark.parametrize(
    "event",
    [
        events.CHAT_MOVED,
        events.BOT_REMOVED,
        events.CHAT_CLOSED,
        events.CHAT_REOPENED,
        events.USER_BLOCKED,
        events.USER_UNBLOCKED,
        events.MEMBER_LEFT,
        events.MESSAGE_DELETED,
    ],
)
def test_an_event_of_a_place_nobody_knows_changes_nothing(talk: Talk, network: SmallNetwork, event: str) -> None:
    talk.happens(event, "telegram:-424242", user="telegram:500", message="m1")
    assert talk.heard() == []
    assert len(rows(talk.database, Chat, suspended_at=None)) == 3
    assert not rows(talk.database, Account, blocked=True)


def test_the_same_event_three_times_is_one(talk: Talk, network: SmallNetwork) -> None:
    event = Inbound("telegram:1", InboundKind.EVENT, talk.address(network.managers_chat), text=events.BOT_REMOVED)
    for _ in range(3):
        talk.takes(event)
    with talk.database.transaction(writing=False) as session:
        assert queues.find_inbound(session, "telegram:1") is not None
    assert len(talk.heard(network.hq_chat)) == 1
