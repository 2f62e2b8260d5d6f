"""Every open request waits for something; one that stands still is named once a day until somebody ends it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from handlers.settings import Digest, Limits, Rules, Settings
from storage.database import Database
from storage.tables.queues import Timer
from storage.tables.requests import Request, State
from tests.factories import SmallNetwork, small_network
from tests.talk import UNWARNED, Place, Talk

URGENT = "/transfer 前大灯-左 x1 urgent 客户在等"
STILL = "时限都已过仍未完成"


@pytest.fixture
def network(any_database: Database) -> SmallNetwork:
    """Give the small network."""
    with any_database.transaction() as session:
        return small_network(session)


@pytest.fixture
def talk(any_database: Database, network: SmallNetwork) -> Talk:
    """Give a talk with the bot on Monday at 10:00 in Shenzhen, a minute before the daily list."""
    return Talk(any_database, Settings(digest=Digest(still_open="10:30"), rules=UNWARNED.rules))


def lists(talk: Talk, place: Place, words: str = STILL) -> list[str]:
    """Return the lists of what stands still that were said somewhere."""
    return [heard.plain for heard in talk.heard(place) if words in heard.plain]


def waits(talk: Talk) -> list[str]:
    """Return the open requests' pending timers, by their keys; fail where an open request has none."""
    with talk.database.transaction(writing=False) as session:
        opened = session.exec(select(Request).where(Request.ended_at == None)).all()  # noqa: E711
    pending = talk.pending()
    for request in opened:
        assert any(one.request_id == request.id for one in pending), f"{request.id} is {request.state} and waits"
    return [one.key for one in pending if one.request_id is not None]


def test_what_nobody_takes_is_named_once_a_day_to_its_store_region_and_hq(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.sz01_manager, URGENT)
    talk.passes(hours=23)
    assert lists(talk, network.hq_chat) == []  # the ladder spoke for itself
    for day in (1, 2, 3):
        talk.passes(hours=24)
        waits(talk)
        for place in (network.hq_chat, network.managers_chat, network.sz01_manager, network.sz01_deputy):
            assert len(lists(talk, place)) == day, (day, place)
    assert "T-0001" in lists(talk, network.hq_chat)[-1]
    assert "前大灯-左" in lists(talk, network.managers_chat)[-1]
    assert lists(talk, network.bangkok_chat) == []
    assert lists(talk, network.sz03_manager) == []
    talk.says(network.shenzhen_manager, "/close T-0001 客户取消")
    assert waits(talk) == []
    talk.passes(days=2)
    assert len(lists(talk, network.hq_chat)) == 3


def test_a_late_owner_is_told_what_stands_with_him_and_several_are_one_list(talk: Talk, network: SmallNetwork) -> None:
    for person in (network.sz01_manager, network.sz01_advisor):
        talk.says(person, URGENT)
        talk.delivered()
        talk.presses(network.sz02_manager, "可以")
        talk.delivered()
    talk.passes(days=2)
    owner, hq = lists(talk, network.sz02_manager), lists(talk, network.hq_chat)
    assert len(owner) == len(hq) == 1
    assert all(label in words for label in ("T-0001", "T-0002") for words in (*owner, *hq))
    assert "等发货" in owner[0]


def test_a_part_that_was_shipped_and_paperwork_that_was_forgotten_are_named_too(
    talk: Talk, network: SmallNetwork
) -> None:
    talk.says(network.sz01_manager, "/transfer 前大灯-左 x2 urgent 客户在等")
    talk.delivered()
    talk.presses(network.sz02_manager, "可以")
    talk.delivered()
    talk.says(network.sz02_manager, "已发出 1个", reply_to=talk.card(network.sz02_manager, "T-0001"))
    talk.delivered()
    talk.passes(days=2)
    waits(talk)
    assert len(lists(talk, network.sz01_manager)) == 1  # whose receipt is late
    talk.says(network.sz02_manager, "已发出", reply_to=talk.card(network.sz02_manager, "T-0001"))
    talk.says(network.sz01_manager, "已收到", reply_to=talk.card(network.sz01_manager, "T-0001"))
    talk.presses(network.sz01_manager, "留住了")
    with talk.database.transaction(writing=False) as session:
        assert session.exec(select(Request.state)).one() is State.RECEIVED
    talk.passes(days=5)
    waits(talk)
    assert lists(talk, network.sz02_manager)
    talk.says(network.finance, "/freight T-0001 50 SF123")
    assert waits(talk) == []


def test_the_list_is_read_in_each_readers_language_and_cut_where_it_is_long(
    talk: Talk, network: SmallNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.requests.rules.MOST_NAMED", 1)
    with talk.database.transaction() as session:
        session.get_one(type(network.hq_chat), network.hq_chat.id).language = "es"
        session.get_one(type(network.managers_chat), network.managers_chat.id).language = "en"
    for person in (network.sz01_manager, network.sz01_advisor, network.sz01_deputy):
        talk.says(person, URGENT)
    talk.passes(days=2)
    (spanish,) = lists(talk, network.hq_chat, "siguen abiertas")
    (english,) = lists(talk, network.managers_chat, "still open although")
    assert "y 2 más" in spanish
    assert "and 2 more" in english
    assert "T-0002" not in english


def test_how_often_belongs_to_the_rules_a_request_was_opened_under(
    any_database: Database, network: SmallNetwork
) -> None:
    often = Settings(rules=Rules(limits=Limits(still_open="6h", answer_all="6h")))
    talk = Talk(any_database, often)
    talk.says(network.sz01_manager, URGENT)
    talk.settings = Settings()
    begun = talk.now
    talk.passes(hours=25)
    with any_database.transaction(writing=False) as session:
        looks = session.exec(select(Timer).where(Timer.name == "requests.open_too_long")).all()
    assert sorted(one.due_at - begun for one in looks) == [timedelta(hours=hours) for hours in (6, 12, 18, 24, 30)]


def test_after_a_standstill_it_looks_once_and_not_for_each_day_that_went_by(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.sz01_manager, URGENT)
    talk.passes(hours=1)
    talk.now += timedelta(days=5)
    talk.fires_due()
    with talk.database.transaction(writing=False) as session:
        looks = session.exec(select(Timer).where(Timer.name == "requests.open_too_long")).all()
    assert [one.fired_at is None for one in sorted(looks, key=lambda one: one.due_at)] == [False, True]
    assert looks[-1].due_at > talk.now
