"""A real transfer's cards, when their chat moves, is lost and found, or who is asked blocks the bot."""

from __future__ import annotations

import pytest

from handlers import chat as events
from storage.database import Database
from tests.factories import Factory, SmallNetwork, small_network
from tests.talk import Talk

# SZ02 is nearest and asked first; its deputy is on Telegram.
WANTED = "/transfer 前大灯-左 x1 urgent 客户在等"


@pytest.fixture
def network(database: Database) -> SmallNetwork:
    with database.transaction() as session:
        return small_network(session)


@pytest.fixture
def talk(database: Database, network: SmallNetwork) -> Talk:
    talk = Talk(database)
    talk.says(network.sz01_manager, WANTED)
    talk.delivered()
    assert "T-0001" in talk.card(network.managers_chat).plain
    return talk


def test_a_card_is_posted_again_in_the_chat_that_moved(talk: Talk, network: SmallNetwork) -> None:
    old = talk.card(network.managers_chat)
    mark = talk.mark()
    talk.happens(events.CHAT_MOVED, network.managers_chat, to="-100777")
    talk.fires_due()
    card = talk.card("telegram:-100777")
    assert card.plain == old.plain
    assert not card.edit
    assert [button.token for button in card.buttons] == [button.token for button in old.buttons]
    assert not [heard for heard in talk.heard(network.managers_chat, after=mark) if heard.card_id]


def test_a_card_shows_what_happened_while_its_chat_was_lost(talk: Talk, network: SmallNetwork) -> None:
    talk.happens(events.BOT_REMOVED, network.managers_chat)
    before = talk.card(network.managers_chat)
    talk.presses(network.sz02_deputy, "可以", on=talk.card(network.sz02_deputy))
    talk.happens(events.CHAT_CLOSED, network.managers_chat)  # what was said there since is given up
    talk.happens(events.BOT_ADDED, network.managers_chat)
    talk.fires_due()
    card = talk.card(network.managers_chat)
    assert card.delivered_as == before.delivered_as  # edited in its place
    assert "已同意" not in before.plain
    assert "已同意" in card.plain


def test_a_deleted_card_stands_again(talk: Talk, network: SmallNetwork) -> None:
    old = talk.card(network.managers_chat)
    talk.happens(events.MESSAGE_DELETED, network.managers_chat, message=old.delivered_as)
    talk.fires_due()
    again = talk.card(network.managers_chat)
    assert again.plain == old.plain
    assert again.delivered_as != old.delivered_as


def test_who_is_asked_answers_by_the_other_account(talk: Talk, network: SmallNetwork) -> None:
    with talk.database.transaction() as session:
        Factory(session).account(network.sz02_deputy, "slack", "U500", used_at=talk.now.replace(year=2025))
    old = talk.card(network.sz02_deputy)
    talk.happens(events.USER_BLOCKED, old.address, user=network.sz02_deputy)
    talk.fires_due()
    card = talk.card("slack:D500")
    assert card.plain == old.plain
    talk.presses(network.sz02_deputy, "可以", on=card)
    assert "可以" not in [button.label for button in talk.card(network.managers_chat).buttons]
