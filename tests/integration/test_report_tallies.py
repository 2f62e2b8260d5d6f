"""What is remembered of the past is what the entries and asks say, and what came later is on top of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from handlers.context import Context
from handlers.load import load
from handlers.registry import registry
from handlers.settings import Settings
from storage.database import Database
from storage.queries import ledger as ledger_queries
from storage.queries import queues
from storage.queries import tallies as tally_queries
from storage.tables.ledger import PointsEntry, Tally
from storage.tables.requests import Ask, AskState, Request, State, Urgency
from tests.factories import Factory, SmallNetwork, small_network

load()

# The 12th, 10:00 in Shenzhen; its month and its day began at the local midnight.
NOW = datetime(2026, 3, 12, 2, 0, tzinfo=UTC)
MONTH = datetime(2026, 2, 28, 16, 0, tzinfo=UTC)
TODAY = datetime(2026, 3, 11, 16, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class Told:
    """A network in which one store or the other earned a point every twelfth hour of two months."""

    database: Database
    network: SmallNetwork

    def earn(self, session: Session, key: str, store_id: int, at: datetime) -> None:
        """Add a point."""
        ledger_queries.add_points(
            session,
            key=key,
            store_id=store_id,
            points=1,
            rule="points.transfer",
            policy_id=self.network.policy.id,
            request_id=None,
            now=at,
        )

    def answer(self, session: Session, number: int, at: datetime) -> None:
        """Let the second store answer an ask in so many minutes."""
        shop, policy = self.network.sz01, self.network.policy
        asked = Request(
            kind="transfer",
            number=number,
            urgency=Urgency.URGENT,
            state=State.ASKING,
            matter="x",
            store_id=shop.id,
            region_id=shop.region_id,
            author_id=self.network.sz01_manager.id,
            policy_id=policy.id,
            opened_at=at,
            cap_at=at,
        )
        ask = Ask(
            request_id=Factory(session).add(asked).id,
            store_id=self.network.sz02.id,
            rank=1,
            state=AskState.REFUSED,
            asked_at=at,
            answered_at=at + timedelta(minutes=number),
        )
        Factory(session).add(ask)

    def remember(self, now: datetime = NOW) -> None:
        """See to it as the bot does every minute."""
        with self.database.transaction() as session:
            registry.periodics["tallies"](Context(session, Settings(), now))

    def totals(self) -> tuple[dict[int, tally_queries.Total], dict[int, int]]:
        """Read the month, and all points."""
        with self.database.transaction(writing=False) as session:
            month = tally_queries.list_totals(session, MONTH, NOW + HOUR)
            return month, tally_queries.list_points_in_all(session, MONTH, month)

    def reached(self) -> set[tuple[datetime, datetime]]:
        """Read what is remembered: from when up to when."""
        with self.database.transaction(writing=False) as session:
            return set(session.exec(select(Tally.since, Tally.until)).all())


@pytest.fixture
def told(any_database: Database) -> Told:
    with any_database.transaction() as session:
        found = Told(any_database, small_network(session))
        for place in range(120):
            store = (found.network.sz01, found.network.sz02)[place % 2]
            found.earn(session, f"work:{place}", store.id, NOW - place * 12 * HOUR)
        for number in range(1, 13):
            found.answer(session, number, NOW - number * 20 * HOUR)
    return found


def test_what_is_remembered_is_what_the_entries_say(told: Told) -> None:
    read = told.totals()
    told.remember()
    assert (MONTH, TODAY) in told.reached()
    for _ in range(3):
        told.remember()  # the months before, one at a time
    assert told.reached() == {(MONTH, TODAY), (tally_queries.EVER, MONTH)}
    assert told.totals() == read
    month, in_all = read
    assert sum(in_all.values()) == 120
    assert month[told.network.sz02.id].mean_answer == timedelta(minutes=6.5)


def test_what_comes_later_is_on_top_of_it(told: Told) -> None:
    before, _ = told.totals()
    told.remember()
    store = told.network.sz01.id
    with told.database.transaction() as session:
        told.earn(session, "work:late", store, NOW + timedelta(minutes=1))
    month, in_all = told.totals()
    assert month[store].points == before[store].points + 1
    assert month[store].earned_at == NOW + timedelta(minutes=1)
    assert sum(in_all.values()) == 121


def test_a_point_of_a_remembered_day_that_is_taken_back_counts_no_more(told: Told) -> None:
    told.remember()
    store = told.network.sz02.id
    with told.database.transaction() as session:
        later = session.exec(
            select(PointsEntry.id).where(PointsEntry.store_id == store, PointsEntry.at > TODAY - 30 * HOUR)
        ).all()
        for entry_id in later:
            ledger_queries.reverse_points(session, entry_id or 0, reason="重复", person_id=None, now=NOW)
    remembered = told.totals()
    with told.database.transaction() as session:
        for tally in session.exec(select(Tally)).all():
            session.delete(tally)
    assert told.totals() == remembered
    earned_at = remembered[0][store].earned_at
    assert earned_at is not None
    assert earned_at <= TODAY - 30 * HOUR


def test_a_day_is_remembered_whole_again_the_next_day(told: Told) -> None:
    told.remember()
    with told.database.transaction() as session:
        told.earn(session, "work:too late", told.network.sz01.id, TODAY - HOUR)  # worked after a standstill
    told.remember(NOW + 24 * HOUR)
    _, in_all = told.totals()
    assert sum(in_all.values()) == 121


def test_nothing_is_remembered_while_words_of_yesterday_wait(told: Told) -> None:
    with told.database.transaction() as session:
        heard = queues.add_inbound(
            session, source="t:1", platform="telegram", chat="1", payload="{}", now=TODAY - timedelta(minutes=1)
        )
    told.remember()
    assert told.reached() == set()
    with told.database.transaction() as session:
        row = queues.claim_inbound(session, heard or 0)
        assert row is not None
        row.done_at = NOW
    told.remember()
    assert (MONTH, TODAY) in told.reached()


def test_a_day_is_not_remembered_before_it_has_settled(told: Told) -> None:
    told.remember(TODAY + timedelta(minutes=59))
    assert told.reached() == set()


def test_a_month_that_is_over_is_forgotten(told: Told) -> None:
    for _ in range(4):
        told.remember()
    told.remember(NOW + timedelta(days=31))
    since = {since for since, _ in told.reached()}
    assert MONTH not in since
    assert tally_queries.EVER in since
