"""Absences and languages, through the real dispatch on a real database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage.database import Database
from storage.tables.chats import Chat
from storage.tables.people import Person
from tests.factories import MONDAY, SmallNetwork, small_network
from tests.people_desk import one, refusals
from tests.talk import Talk


@pytest.fixture
def network(database: Database) -> SmallNetwork:
    with database.transaction() as session:
        return small_network(session)


@pytest.fixture
def talk(database: Database, network: SmallNetwork) -> Talk:
    return Talk(database)


# Absences


def test_while_one_is_away_the_deputy_answers(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.sz01_manager, "/away until 14:00")
    said = talk.last(network.sz01_manager).plain
    assert "14:00" in said
    assert "李娜" in said
    assert one(talk.database, Person, id=network.sz01_manager.id).away_until == MONDAY + timedelta(hours=4)
    talk.says(network.sz01_manager, "/whoami")
    assert "离开,到 14:00" in talk.last(network.sz01_manager).plain
    talk.says(network.sz01_manager, "/back")
    assert "欢迎回来" in talk.last(network.sz01_manager).plain
    assert one(talk.database, Person, id=network.sz01_manager.id).away_until is None


def test_who_leaves_a_store_without_anybody_is_warned(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.sz01_deputy, "/away 2h")
    talk.says(network.sz01_manager, "/away 1h")
    assert "没有别人" in talk.last(network.sz01_manager).plain
    talk.says(network.bk01_manager, "/away 1h")  # there is no deputy at all
    assert "nobody else" in talk.last(network.bk01_manager).plain


def test_a_deputy_who_cannot_be_reached_does_not_count(talk: Talk, network: SmallNetwork) -> None:
    talk.happens("user_blocked", "telegram:7002", user="telegram:7002")
    talk.says(network.sz01_manager, "/away 1h")
    assert "没有别人" in talk.last(network.sz01_manager).plain


def test_who_leads_no_store_is_told_of_no_deputy(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.hq, "/away tomorrow")
    said = talk.last(network.hq).plain
    assert "3月3日 09:00" in said
    assert "没有别人" not in said


def test_an_absence_is_in_the_stores_own_time(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.bk01_manager, "/away until 14:00")
    assert "14:00" in talk.last(network.bk01_manager).plain
    assert one(talk.database, Person, id=network.bk01_manager.id).away_until == MONDAY + timedelta(hours=5)


def test_without_words_the_usual_absences_are_offered(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.sz01_manager, "/away")
    talk.presses(network.sz01_manager, "2 小时")
    assert one(talk.database, Person, id=network.sz01_manager.id).away_until == MONDAY + timedelta(hours=2)
    talk.says(network.sz01_manager, "/离开")
    assert "12:00" in talk.last(network.sz01_manager).plain
    talk.presses(network.sz01_manager, "我回来了")
    assert one(talk.database, Person, id=network.sz01_manager.id).away_until is None


def test_an_absence_that_is_over_is_over(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.sz01_manager, "/away 1h")
    talk.now += timedelta(hours=1)
    talk.says(network.sz01_manager, "/whoami")
    assert "在岗" in talk.last(network.sz01_manager).plain
    talk.says(network.sz01_manager, "/back")
    assert "没有设离开" in talk.last(network.sz01_manager).plain


@pytest.mark.parametrize("words", ["whenever", "today 08:00", "90d", "🙂" * 5_000])
def test_an_odd_absence_changes_nothing_and_shows_an_example(talk: Talk, network: SmallNetwork, words: str) -> None:
    talk.says(network.sz01_manager, f"/away {words}")
    said = talk.last(network.sz01_manager).plain
    assert "/away" in said
    assert "\n" not in said
    assert one(talk.database, Person, id=network.sz01_manager.id).away_until is None


def test_a_stranger_is_never_away(talk: Talk, network: SmallNetwork) -> None:
    talk.says("telegram:500", "/away 2h")
    assert "还不认识" in talk.last("telegram:500").plain
    assert refusals(talk.database) == ["away"]


# Languages


def test_a_person_and_a_chat_each_have_their_language(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.shenzhen_manager, "/lang es", chat=network.managers_chat)
    assert "español" in talk.last(network.managers_chat).plain
    talk.says(network.shenzhen_manager, "/lang en")
    assert "English" in talk.last(network.shenzhen_manager).plain
    talk.says(network.shenzhen_manager, "/whoami")
    assert "region manager" in talk.last(network.shenzhen_manager).plain
    assert one(talk.database, Chat, id=network.managers_chat.id).language == "es"
    assert one(talk.database, Person, id=network.shenzhen_manager.id).language == "en"


def test_a_language_is_picked_by_button(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.sz01_manager, "/lang")
    talk.presses(network.sz01_manager, "English")
    assert one(talk.database, Person, id=network.sz01_manager.id).language == "en"


def test_who_may_not_set_a_chats_language_is_refused(talk: Talk, network: SmallNetwork) -> None:
    for person in (network.sz01_manager, network.bangkok_manager):
        talk.says(person, "/lang en", chat=network.managers_chat)
    talk.says(network.sz01_manager, "/lang klingon")
    assert "/lang" in talk.last(network.sz01_manager).plain
    assert one(talk.database, Chat, id=network.managers_chat.id).language == ""
    assert one(talk.database, Person, id=network.sz01_manager.id).language == ""
    assert refusals(talk.database) == ["lang", "lang"]
    talk.says(network.hq, "/lang en", chat="telegram:-5")
    assert "/bind" in talk.last("telegram:-5").plain
