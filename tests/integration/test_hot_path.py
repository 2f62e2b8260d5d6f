"""What is asked at every inbound: statements built once answer as those built anew did, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import select

from storage.database import Database
from storage.queries import chats as chat_queries
from storage.queries import people as people_queries
from storage.queries import queues
from storage.queries import requests as request_queries
from storage.queries.chats import NewCard
from storage.queries.rows import add_held, add_row, add_rows, get_row
from storage.tables.boards import Part
from storage.tables.people import Store
from storage.tables.queues import Timer
from storage.tables.requests import Ask, AskState, Event, Request, State, Step, StepOutcome, Transfer, Urgency
from tests.factories import MONDAY, SmallNetwork, small_network
from tests.talk import Talk

POST = "/transfer 前大灯-左 x1 urgent 客户在等"


@pytest.fixture
def network(any_database: Database) -> SmallNetwork:
    with any_database.transaction() as session:
        return small_network(session)


def open_request(database: Database, network: SmallNetwork, number: int = 1) -> int:
    with database.transaction() as session:
        request = Request(
            kind="transfer",
            number=number,
            urgency=Urgency.URGENT,
            state=State.RECORDED,
            store_id=network.sz01.id,
            region_id=network.shenzhen.id,
            author_id=network.sz01_manager.id,
            policy_id=network.policy.id,
            matter="x",
            opened_at=MONDAY,
            cap_at=MONDAY,
        )
        session.add(request)
        session.flush()
        return request.id


def test_a_part_is_found_by_its_new_name_at_once(any_database: Database, network: SmallNetwork) -> None:
    talk = Talk(any_database)
    talk.says(network.sz01_manager, "/stock 前大灯-左")
    assert "深圳福田店" in talk.last(network.sz01_manager).plain
    with any_database.transaction() as session:
        get_row(session, Part, network.headlamp.id).name = "氙气灯"
    talk.says(network.sz01_manager, "/stock 氙气灯")
    assert "深圳福田店" in talk.last(network.sz01_manager).plain


def test_the_speed_of_answers_is_the_mean_of_those_given(any_database: Database, network: SmallNetwork) -> None:
    given = (
        (AskState.ACCEPTED, timedelta(seconds=100)),
        (AskState.REFUSED, timedelta(seconds=200, microseconds=400_000)),
        (AskState.EXPIRED, None),
        (AskState.ACCEPTED, timedelta()),  # by the region's word: no answer
        (AskState.CANCELLED, None),
    )
    for number, (state, took) in enumerate(given, 1):
        request_id = open_request(any_database, network, number)
        with any_database.transaction() as session:
            ask = {"request_id": request_id, "store_id": network.sz02.id, "rank": 1, "state": state}
            answered = None if took is None else MONDAY + took
            add_row(session, Ask, ask | {"asked_at": MONDAY, "answered_at": answered})
    with any_database.transaction(writing=False) as session:
        stores = [network.sz02.id, network.sz03.id]
        found = request_queries.answer_figures(session, MONDAY, stores)
        assert found == {network.sz02.id: (4, 2, 150.2)}
        assert request_queries.answer_figures(session, MONDAY + timedelta(seconds=1), stores) == {}
        assert request_queries.answer_figures(session, MONDAY, [network.sz03.id]) == {}


def test_only_timers_whose_key_begins_so_are_cancelled(any_database: Database, network: SmallNetwork) -> None:
    request_id = open_request(any_database, network)
    names = ("open_long:due", "open-long:due", "openXlong:due", "open_long")
    with any_database.transaction() as session:
        timers = [
            {"key": name, "name": "requests.refresh", "due_at": MONDAY, "request_id": request_id, "args": {"n": 1}}
            for name in names
        ]
        queues.add_timers(session, timers)
        queues.add_timers(session, timers)  # a key is set once
        queues.cancel_timers(session, request_id, MONDAY, prefix="open_long:")
    with any_database.transaction(writing=False) as session:
        found = {timer.key: timer.cancelled_at for timer in session.exec(select(Timer))}
    assert found == {"open_long:due": MONDAY, "open-long:due": None, "openXlong:due": None, "open_long": None}


def test_rows_added_past_the_session_stand_in_their_order_with_their_defaults(
    any_database: Database, network: SmallNetwork
) -> None:
    request_id = open_request(any_database, network)
    with any_database.transaction() as session:
        rows = [{"request_id": request_id, "at": MONDAY, "word": f"word{number}"} for number in range(50)]
        add_rows(session, Event, rows)
        add_rows(session, Event, [])
    with any_database.transaction(writing=False) as session:
        story = request_queries.list_events(session, request_id)
        assert [event.word for event in story] == [f"word{number}" for number in range(50)]
        assert {(event.args, event.person_id) for event in story} == {("{}", None)}


def test_a_row_added_and_held_is_written_again_when_it_is_changed(
    any_database: Database, network: SmallNetwork
) -> None:
    request_id = open_request(any_database, network)
    with any_database.transaction() as session:
        facts = {"request_id": request_id, "part_id": network.headlamp.id, "asked": 3}
        held = add_held(session, Transfer, facts)
        assert request_queries.get_transfer(session, request_id) is held
        held.accepted = 2
    with any_database.transaction(writing=False) as session:
        found = request_queries.get_transfer(session, request_id)
        assert (found.asked, found.accepted, found.shipped, found.courier, found.eta_at) == (3, 2, 0, "", None)


def test_new_cards_get_each_its_own_id(any_database: Database, network: SmallNetwork) -> None:
    request_id = open_request(any_database, network)
    with any_database.transaction() as session:
        new = [NewCard(request_id, "telegram", str(n), "", None, "zh", "Asia/Shanghai", n) for n in range(1, 6)]
        chat_queries.add_cards(session, new)
        chat_queries.add_cards(session, [])
    with any_database.transaction(writing=False) as session:
        found = {card.id: card for card in chat_queries.list_cards(session, request_id)}
    assert {card.id: (card.chat, card.told_event) for card in new} == {
        card_id: (card.chat, card.told_event) for card_id, card in found.items()
    }
    assert {(card.posted_chat, card.message, card.reposted) for card in found.values()} == {("", "", False)}


def test_a_store_carries_what_it_is_asked_and_what_it_promised(any_database: Database, network: SmallNetwork) -> None:
    part, giver = network.headlamp.id, network.sz02.id
    for number, (state, kind) in enumerate(((State.ACCEPTED, "transfer"), (State.SHIPPED, "support")), 1):
        request_id = open_request(any_database, network, number)
        with any_database.transaction() as session:
            request = request_queries.get_request(session, request_id)
            request.state, request.kind, request.owner_store_id = state, kind, giver
            if kind == "transfer":
                moved = {"request_id": request_id, "part_id": part, "asked": 5, "accepted": 4, "received": 1}
                add_held(session, Transfer, moved)
    request_id = open_request(any_database, network, 3)
    with any_database.transaction() as session:
        request_queries.get_request(session, request_id).state = State.ASKING
        ask = {"request_id": request_id, "store_id": giver, "rank": 1, "state": AskState.SEEN, "asked_at": MONDAY}
        add_row(session, Ask, ask)
    with any_database.transaction(writing=False) as session:
        assert request_queries.count_carried(session, part, [giver]) == {giver: (3, 3)}
        assert request_queries.count_carried(session, part + 1, [giver]) == {giver: (3, 0)}


def test_who_accepts_unseen_has_answered_in_time_and_is_reminded_of_nothing(
    any_database: Database, network: SmallNetwork
) -> None:
    talk = Talk(any_database)
    talk.says(network.sz01_manager, POST)
    talk.delivered()
    talk.passes(minutes=2)
    talk.presses(network.sz02_manager, "可以")
    with any_database.transaction(writing=False) as session:
        steps = {step.name: step for step in session.exec(select(Step))}
        answer = steps["answer"]
        assert (answer.started_at, answer.ended_at, answer.outcome) == (talk.now, talk.now, StepOutcome.MET)
        assert (answer.breached_at, answer.turn, answer.store_id) == (None, 1, network.sz02.id)
        assert steps["seen"].outcome is StepOutcome.MET
        assert not [timer.key for timer in session.exec(select(Timer)) if ":answer:" in timer.key]


def test_a_transfer_and_its_answer_ask_the_database_little(
    any_database: Database, network: SmallNetwork, request: pytest.FixtureRequest
) -> None:
    """Each statement more is a thirtieth of what the whole path costs; some of these are the talk's own."""
    talk, asked = Talk(any_database), list[str]()

    def note(*what: Any) -> None:
        asked.append(what[2])

    event.listen(any_database.engine, "before_cursor_execute", note)
    request.addfinalizer(lambda: event.remove(any_database.engine, "before_cursor_execute", note))
    talk.says(network.sz01_manager, POST)
    talk.delivered()
    asked.clear()
    talk.says(network.sz01_manager, POST)
    assert len(asked) <= 34, "\n".join(asked)
    talk.delivered()
    asked.clear()
    talk.presses(network.sz02_manager, "可以")
    assert len(asked) <= 48, "\n".join(asked)


def test_a_row_read_in_this_transaction_is_the_same_one(any_database: Database, network: SmallNetwork) -> None:
    with any_database.transaction() as session:
        store = get_row(session, Store, network.sz02.id)
        store.name = "changed"
        assert get_row(session, Store, network.sz02.id) is store
        speaker = people_queries.find_speaker(session, "telegram", str(7000 + network.sz02_deputy.id))
        assert speaker is not None
        assert speaker[2] is store
        assert people_queries.find_speaker(session, "telegram", "nobody") is None


def test_an_inbound_in_other_hands_is_left_to_them(postgres: Database) -> None:
    with postgres.transaction() as session:
        row_id = queues.add_inbound(session, source="t:1", platform="t", chat="c", payload="{}", now=MONDAY)
    assert row_id is not None
    with postgres.transaction() as one:
        assert queues.end_inbound(one, row_id, MONDAY)
        with postgres.transaction() as other:
            assert not queues.end_inbound(other, row_id, MONDAY)
    with postgres.transaction() as session:
        assert not queues.end_inbound(session, row_id, MONDAY)
