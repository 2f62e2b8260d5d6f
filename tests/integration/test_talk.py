"""The tests' own driver sees what people would see, and does not let a failure pass."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from handlers.chat import Address, Message, line
from handlers.context import Context
from handlers.registry import timer
from storage.database import Database
from storage.queries import queues
from tests.factories import MONDAY, SmallNetwork, small_network
from tests.talk import Talk

PLACE = Address("telegram", "42")


@timer("tests.says")
def _says(context: Context, words: str) -> None:
    context.say(PLACE, Message((line(words),)))
    if words == "first":
        context.later("tests:at once", "tests.says", context.now, words="at once")


@timer("tests.fails")
def _fails(context: Context) -> None:
    raise RuntimeError("as the test wants")


@pytest.fixture
def talk(database: Database) -> Talk:
    return Talk(database)


@pytest.fixture
def network(database: Database) -> SmallNetwork:
    with database.transaction() as session:
        return small_network(session)


def set_timer(talk: Talk, minutes: int, name: str, **args: Any) -> None:
    with talk.database.transaction() as session:
        queues.add_timer(session, key=f"{name}:{args}", name=name, due_at=MONDAY + timedelta(minutes=minutes), **args)


def test_timers_fire_in_order_at_their_own_instants_and_one_may_set_another(talk: Talk) -> None:
    set_timer(talk, 90, "tests.says", words="last")
    set_timer(talk, 10, "tests.says", words="first")
    set_timer(talk, 200, "tests.says", words="too late")
    talk.passes(hours=2)
    assert talk.now == MONDAY + timedelta(hours=2)
    said = [(heard.plain, heard.at - MONDAY) for heard in talk.heard(PLACE)]
    assert said == [
        ("first", timedelta(minutes=10)),
        ("at once", timedelta(minutes=10)),
        ("last", timedelta(minutes=90)),
    ]


def test_a_timer_that_fails_fails_the_test(talk: Talk) -> None:
    set_timer(talk, 1, "tests.fails")
    with pytest.raises(AssertionError, match="as the test wants"):
        talk.passes(minutes=2)


def test_a_tolerant_talk_lets_a_failed_timer_be_put_off(database: Database) -> None:
    talk = Talk(database, tolerant=True)
    set_timer(talk, 1, "tests.fails")
    assert talk.passes(minutes=2) == []
    assert [waiting.attempts for waiting in talk.pending() if waiting.name == "tests.fails"] == [4]


def test_a_stranger_is_told_how_to_be_linked(any_database: Database) -> None:
    talk = Talk(any_database)
    talk.says("telegram:99", "hello")
    assert "/start" in talk.last("telegram:99").plain


def test_a_repeated_inbound_is_answered_once(talk: Talk, network: SmallNetwork) -> None:
    for _ in range(3):
        talk.says(network.sz01_manager, "what?", source="telegram:1")
    assert len(talk.heard(network.sz01_manager)) == 1


def test_a_card_shows_only_what_it_looks_like_now(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.sz01_manager, "/transfer 前大灯-左 x1 urgent 客户在等")
    asked = talk.card(network.sz02_manager)
    talk.presses(network.sz02_manager, "request.accept")
    agreed = talk.card(network.sz02_manager)
    assert agreed.delivered_as == asked.delivered_as != ""
    assert [heard.plain for heard in talk.visible(network.sz02_manager)] == [agreed.plain]
    with pytest.raises(AssertionError, match=r"request\.accept"):
        talk.presses(network.sz02_manager, "request.accept")
    stale = next(button for button in asked.buttons if button.action == "request.accept")
    talk.presses_token(network.sz02_manager, stale.token, on=asked)
    assert talk.reply.alert


def test_a_person_presses_on_every_platform_they_are_on(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.sz01_manager, "/transfer 前大灯-左 x1 urgent 客户在等")
    assert talk.card(network.managers_chat).address.platform == "telegram"
    talk.presses(network.sz02_deputy, "可以", chat=network.managers_chat)
    assert "深圳福田店" in talk.card(network.managers_chat).plain
    assert talk.card(network.sz02_manager).address.platform == "slack"
