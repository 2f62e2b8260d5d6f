"""Practice: everything works, nobody else hears of it, and nothing counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import func, select

from handlers.settings import Settings
from storage.database import Database
from storage.queries import health
from storage.queries import reports as report_queries
from storage.queries import requests as request_queries
from storage.queries import stock as stock_queries
from storage.queries import tallies as tally_queries
from storage.tables.ledger import MoneyEntry, PointsEntry
from storage.tables.people import Person
from storage.tables.requests import Request, State
from tests.factories import MONDAY, small_network
from tests.integration.test_around_hold import POST, Desk
from tests.talk import Talk


@pytest.fixture
def desk(any_database: Database) -> Desk:
    with any_database.transaction() as session:
        network = small_network(session)
    return Desk(Talk(any_database), network)


def heard_by_others(desk: Desk, person: Person) -> list[str]:
    return [said.plain for said in desk.talk.heard() if said.person_id != person.id]


def whole_transfer(desk: Desk, manager: Person) -> None:
    """Play both sides of a transfer from the post to the record."""
    talk = desk.talk
    desk.asks()
    talk.delivered()
    for choice in ("收到", "可以", "已发出", "已收到 ×1", "留住了"):
        talk.presses(manager, choice)
        talk.delivered()
    talk.says(manager, "/freight T-0001 50 SF123")


def test_who_practises_plays_both_sides_alone_and_nothing_counts(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    manager = network.sz01_manager
    talk.says(manager, "/practice on")
    assert "练习开始" in talk.last(manager).plain
    whole_transfer(desk, manager)
    request = desk.request()
    assert (request.practice, request.state) == (True, State.RECORDED)
    assert "🎓 练习" in talk.card(manager, "T-0001").plain
    assert heard_by_others(desk, manager) == []
    since, until = MONDAY - timedelta(days=1), MONDAY + timedelta(days=1)
    with talk.database.transaction(writing=False) as session:
        assert session.exec(select(func.count()).select_from(PointsEntry)).one() == 0
        assert session.exec(select(func.count()).select_from(MoneyEntry)).one() == 0
        lamp = network.headlamp.id
        assert stock_queries.count_stock(session, network.sz02.id, lamp) == 3
        assert stock_queries.count_stock(session, network.sz01.id, lamp) == 0
        assert report_queries.list_finished(session, since, until) == []
        assert report_queries.list_breaches(session, since, until) == []
        assert report_queries.list_answer_times(session, since, until) == {}
        assert tally_queries.list_totals(session, since, until) == {}
        assert request_queries.answer_figures(session, since, [network.sz02.id]) == {}


def test_an_open_practice_is_in_no_board_no_list_and_no_auditors_line(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    talk.says(network.sz01_manager, "/practice on")
    desk.asks()
    talk.passes(minutes=1)
    with talk.database.transaction(writing=False) as session:
        now = talk.now
        assert report_queries.list_running_steps_at(session, now) == []
        assert report_queries.list_unanswered_at(session, now) == []
        assert request_queries.list_unfinished_of_region(session, None) == []
        carried = request_queries.count_carried(session, network.headlamp.id, [network.sz02.id])
        assert carried.get(network.sz02.id, (0, 0)) == (0, 0)
        assert health.list_forgotten(session, now, 10) == []
        assert health.list_standing(session, network.shenzhen.id, []) == []
        assert health.measure(session, now).requests == {}
    talk.says(network.sz02_manager, "/my")
    assert "T-0001" not in talk.last(network.sz02_manager).plain
    talk.says(network.sz01_deputy, "/request T-0001")
    assert "不能查看" in talk.last(network.sz01_deputy).plain
    talk.says(network.sz01_manager, "/my")
    assert "T-0001" in talk.last(network.sz01_manager).plain


def test_the_bot_accepts_for_the_other_side_after_two_minutes_and_breaches_reach_nobody_else(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    advisor = network.sz01_advisor  # may not answer for a store, and needs the other side played
    talk.says(advisor, "/practice on")
    talk.says(advisor, POST)
    talk.passes(minutes=1, seconds=59)
    assert desk.request().state is State.ASKING
    talk.passes(seconds=1)
    assert desk.request().state is State.ACCEPTED
    assert "机器人代 深圳福田店 答复" in talk.card(advisor, "T-0001").plain
    talk.passes(hours=5)  # every limit is broken, and would have gone to region and HQ
    assert heard_by_others(desk, advisor) == []
    assert desk.step("ship").breached_at is not None
    with talk.database.transaction(writing=False) as session:
        assert health.count_breaches(session, MONDAY) == {}


def test_the_evening_and_the_morning_after_say_nothing_of_a_practice(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    talk.says(network.sz01_manager, "/practice on")
    desk.asks()
    talk.passes(days=2)
    assert not [said for said in heard_by_others(desk, network.sz01_manager) if "T-0001" in said]


def test_the_end_of_practising_ends_what_was_practised_and_what_is_asked_for_then_is_real(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    talk.says(network.sz01_manager, "/practice on")
    desk.asks()
    talk.says(network.sz01_manager, "/practice off")
    assert desk.request().state is State.WITHDRAWN
    assert not [timer for timer in talk.pending() if timer.request_id is not None]
    desk.asks()
    assert not desk.request().practice
    assert "T-0002" in talk.card(network.managers_chat).plain
    assert "T-0002" in talk.card(network.sz02_manager).plain


def test_nobody_else_can_answer_a_practice(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    talk.says(network.sz01_manager, "/practice on")
    desk.asks()
    (accept,) = [one for one in talk.card(network.sz01_manager).buttons if one.action == "request.accept"]
    assert "问的不是贵店" in talk.presses_token(network.sz03_manager, accept.token).toast
    assert desk.request().state is State.ASKING


def test_practice_without_a_word_says_how_it_stands_and_another_word_gets_an_example(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    talk.says(network.sz01_manager, "/practice")
    assert "练习现在是:关" in talk.last(network.sz01_manager).plain
    talk.says(network.sz01_manager, "/practice 也许")
    assert "/practice on" in talk.last(network.sz01_manager).plain
    assert isinstance(Settings().rules.limits.practice, timedelta)
    with talk.database.transaction(writing=False) as session:
        assert session.exec(select(func.count()).select_from(Request)).one() == 0
