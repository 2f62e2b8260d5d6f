"""What stores earned and how they answered, summed up: what is long past is remembered, what came since is read.

A tally holds nothing that the entries and asks do not say. It is made again from them each day, so a figure costs the
same in the first week and in the third year.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, bindparam, cast, delete, exists, extract, func, insert
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from storage.queries import ledger
from storage.tables.ledger import PointsEntry, Tally
from storage.tables.queues import InboundRow
from storage.tables.requests import Ask
from storage.types import UtcDateTime

# The `since` of what is summed from the beginning; no network is older.
EVER = datetime(1970, 1, 1, tzinfo=UTC)
# So much of the past is summed in one transaction, where a whole year was not remembered yet.
STEP = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Total:
    """What a store earned and how it answered in a time; `earned_at` is of the last points that stand."""

    points: int = 0
    earned_at: datetime | None = None
    answers: int = 0
    answer_ms: int = 0

    @property
    def mean_answer(self) -> timedelta | None:
        """How long it took to answer; None where it never did."""
        return timedelta(milliseconds=self.answer_ms) / self.answers if self.answers else None


def list_totals(session: Session, since: datetime, until: datetime) -> dict[int, Total]:
    """Sum up every store from `since` up to but not at `until`. Purpose: conduct."""
    reached, totals = _remembered(session, since)
    if reached is None or reached > until:
        return _read(session, since, until)
    late = _read(session, reached, until)
    earned = _undone_since(session, since, reached)
    if earned:
        last = list_last_earned(session, since, until, earned)
        totals = {
            store_id: replace(total, earned_at=last.get(store_id)) if store_id in earned else total
            for store_id, total in totals.items()
        }
    for store_id, more in late.items():
        known = totals.get(store_id, Total())
        totals[store_id] = Total(
            known.points + more.points,
            more.earned_at or known.earned_at,
            known.answers + more.answers,
            known.answer_ms + more.answer_ms,
        )
    return totals


def list_points_in_all(session: Session, month: datetime, of_month: dict[int, Total]) -> dict[int, int]:
    """Sum up every store's points from the beginning, given those of the month that began at `month`."""
    reached, totals = _remembered(session, EVER)
    points = {store_id: total.points for store_id, total in totals.items()}
    if reached == month:
        late = {store_id: total.points for store_id, total in of_month.items()}
    else:
        late = ledger.list_balances(session, since=reached)
    for store_id, more in late.items():
        points[store_id] = points.get(store_id, 0) + more
    return points


def list_last_earned(
    session: Session, since: datetime, until: datetime, stores: Collection[int] | None = None
) -> dict[int, datetime]:
    """List when each store (or each of these) earned its last points that stand; reversals do not count."""
    counter = aliased(PointsEntry)
    undone = exists().where(col(counter.reverses_id) == col(PointsEntry.id))
    query = (
        select(PointsEntry.store_id, func.max(PointsEntry.at))
        .where(
            PointsEntry.at >= since,
            PointsEntry.at < until,
            # Said so that no index answers it: almost every entry ever made undoes nothing.
            func.coalesce(col(PointsEntry.reverses_id), 0) == 0,
            col(PointsEntry.points) > 0,
            ~undone,
        )
        .group_by(col(PointsEntry.store_id))
    )
    if stores is not None:
        query = query.where(col(PointsEntry.store_id).in_(list(stores)))
    return dict(session.exec(query).all())


# Remembering


def is_heard_before(session: Session, at: datetime) -> bool:
    """Say whether something that was heard before an instant is not worked yet: what it does belongs before it."""
    waiting = select(InboundRow.id).where(col(InboundRow.done_at).is_(None), InboundRow.received_at < at).limit(1)
    return session.exec(waiting).first() is not None


def remember(session: Session, month: datetime, midnight: datetime) -> None:
    """Remember the month that began at `month` up to a midnight, and the points of all the months before it."""
    reached = _reached(session, month)
    if reached is None or reached < midnight:
        # Whole, not on top of yesterday's: what came too late for yesterday's is in today's.
        _put(session, month, midnight, _read(session, month, midnight))
        session.execute(delete(Tally).where(col(Tally.since) > EVER, col(Tally.since) < month))
    _remember_ever(session, month)


def _remember_ever(session: Session, month: datetime) -> None:
    reached = _reached(session, EVER)
    if reached is None:
        reached = session.exec(select(func.min(PointsEntry.at))).one()
    if reached is None or reached >= month:
        return
    until = min(reached + STEP, month)
    _, totals = _remembered(session, EVER)
    points = ledger.list_balances(session, since=reached, until=until)
    sums = {
        store_id: Total(points=totals.get(store_id, Total()).points + points.get(store_id, 0))
        for store_id in {*totals, *points}
    }
    _put(session, EVER, until, sums)


def _reached(session: Session, since: datetime) -> datetime | None:
    """Return up to when what began at `since` is remembered."""
    return session.exec(select(Tally.until).where(Tally.since == since).limit(1)).first()


def _remembered(session: Session, since: datetime) -> tuple[datetime | None, dict[int, Total]]:
    """Return what is remembered of what began at `since`, and up to when."""
    rows = session.execute(
        select(  # type: ignore[call-overload]
            Tally.until, Tally.store_id, Tally.points, Tally.earned_at, Tally.answers, Tally.answer_ms
        ).where(Tally.since == since)
    ).all()
    return (rows[0][0] if rows else None), {row[1]: Total(*row[2:]) for row in rows}


def _put(session: Session, since: datetime, until: datetime, totals: dict[int, Total]) -> None:
    session.execute(delete(Tally).where(col(Tally.since) == since))
    rows = [
        {
            "since": since,
            "until": until,
            "store_id": store_id,
            "points": total.points,
            "earned_at": total.earned_at,
            "answers": total.answers,
            "answer_ms": total.answer_ms,
        }
        for store_id, total in sorted(totals.items())
    ]
    if rows:
        session.execute(insert(Tally), rows)


# Reading


def _read(session: Session, since: datetime, until: datetime) -> dict[int, Total]:
    """Sum up from the entries and asks themselves."""
    points = ledger.list_balances(session, since=since, until=until)
    earned = list_last_earned(session, since, until) if points else {}
    connection = session.connection()
    answered = connection.execute(_answers(connection.dialect.name), {"since": since, "until": until})
    answers = {store_id: (count, int(took)) for store_id, count, took in answered}
    return {
        store_id: Total(points.get(store_id, 0), earned.get(store_id), *answers.get(store_id, (0, 0)))
        for store_id in {*points, *answers}
    }


@cache
def _answers(dialect: str) -> Any:
    """Build store → how many answers, and how long they took together; instants differ in two ways of saying.

    What the region assigned was answered in the instant it was asked, by nobody: it is not counted.
    """
    if dialect == "sqlite":
        days = func.julianday(Ask.answered_at) - func.julianday(Ask.asked_at)
        took = cast(func.round(days * 86_400_000), BigInteger)
    else:
        took = cast(func.round(extract("epoch", col(Ask.answered_at) - col(Ask.asked_at)) * 1000), BigInteger)
    since, until = (_moment(name) for name in ("since", "until"))
    return (
        select(Ask.store_id, func.count(), func.sum(took))
        .where(
            col(Ask.answered_at) >= since,
            col(Ask.answered_at) < until,
            col(Ask.answered_at) > col(Ask.asked_at),
            col(Ask.practice).is_(False),
        )
        .group_by(col(Ask.store_id))
    )


def _moment(name: str) -> Any:
    return bindparam(name, type_=UtcDateTime())


def _undone_since(session: Session, since: datetime, reached: datetime) -> set[int]:
    """Return the stores of which an entry of a remembered time was taken back after it: they earned last before."""
    undone = select(PointsEntry.reverses_id).where(PointsEntry.at >= reached, col(PointsEntry.reverses_id).is_not(None))
    ids = [entry_id for entry_id in session.exec(undone) if entry_id is not None]
    if not ids:
        return set()
    entries = select(PointsEntry.store_id, PointsEntry.at).where(col(PointsEntry.id).in_(ids))
    return {store_id for store_id, at in session.exec(entries) if since <= at < reached}
