"""What is stuck and how much waits: the questions of the auditor, asked once a minute of a busy database.

Each is answered from an index over what is open, however many years lie behind it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select, update
from sqlmodel import Session, col

from storage.queries.queues import insert_for
from storage.tables.audit import AuditEntry
from storage.tables.queues import InboundRow, OutboxRow, Timer
from storage.tables.requests import Request, Step


@dataclass(frozen=True, slots=True)
class Waiting:
    """The message that comes next in a chat and waits too long."""

    id: int
    platform: str
    due_since: datetime
    try_at: datetime
    claimed_by: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much waits in the queues, how old the oldest of each is, and how the requests stand."""

    inbound: int
    timers: int
    outbox: dict[str, int]  # by platform
    oldest: dict[str, datetime]  # by queue
    requests: dict[str, int]  # by state


def list_overdue_timers(
    session: Session, before: datetime, now: datetime, retries: timedelta, limit: int
) -> Sequence[tuple[int, str, datetime]]:
    """List the timers that should have fired before an instant: id, key, due, the longest overdue first.

    One that failed is tried again within `retries` from now, so nothing beyond need be looked at.
    """
    return [
        (timer_id, key, due_at)
        for timer_id, key, due_at in session.execute(
            select(col(Timer.id), col(Timer.key), col(Timer.due_at))
            .where(_pending(), col(Timer.try_at) <= now + retries, col(Timer.due_at) < before)
            .order_by(col(Timer.due_at), col(Timer.id))
            .limit(limit)
        )
    ]


def list_open_inbound(session: Session, before: datetime, limit: int) -> Sequence[tuple[int, datetime]]:
    """List what was heard before an instant and is not worked: id, when, the oldest first."""
    return [
        (row_id, received_at)
        for row_id, received_at in session.execute(
            select(col(InboundRow.id), col(InboundRow.received_at))
            .where(col(InboundRow.done_at).is_(None), col(InboundRow.received_at) < before)
            # Not by the id: it would be taken for the quickest way, and lead through everything that was ever heard.
            .order_by(col(InboundRow.received_at), col(InboundRow.id))
            .limit(limit)
        )
    ]


def list_waiting(session: Session, before: datetime) -> Sequence[Waiting]:
    """List the chats whose next message waits since before an instant: what comes next is said first, always."""
    place = func.row_number().over(
        partition_by=(col(OutboxRow.platform), col(OutboxRow.chat)),
        order_by=(col(OutboxRow.priority), col(OutboxRow.id)),
    )
    heads = (
        select(
            col(OutboxRow.id),
            col(OutboxRow.platform),
            _due_since().label("due_since"),
            col(OutboxRow.try_at),
            col(OutboxRow.claimed_by),
            place.label("place"),
        )
        .where(
            col(OutboxRow.done_at).is_(None),
            # What is held waits as it should, and nothing waits behind it.
            or_(col(OutboxRow.held_until).is_(None), col(OutboxRow.held_until) < before),
        )
        .subquery()
    )
    rows = session.execute(
        select(heads.c.id, heads.c.platform, heads.c.due_since, heads.c.try_at, heads.c.claimed_by)
        .where(heads.c.place == 1, heads.c.due_since < before)
        .order_by(heads.c.id)
    )
    return [Waiting(*row) for row in rows]


def list_forgotten(session: Session, before: datetime, limit: int) -> Sequence[Request]:
    """List the open requests that wait for no timer at all, the oldest first; those just opened are left out."""
    waits = exists().where(col(Timer.request_id) == col(Request.id), _pending())
    found = session.execute(
        select(Request).where(_open(), col(Request.opened_at) < before, ~waits).order_by(col(Request.id)).limit(limit)
    )
    return found.scalars().all()


def list_standing(session: Session, region_id: int, driving: Collection[str]) -> Sequence[Request]:
    """List a region's open requests for which no timer of these names waits, the oldest first."""
    driven = exists().where(col(Timer.request_id) == col(Request.id), _pending(), col(Timer.name).in_(list(driving)))
    found = session.execute(
        select(Request).where(_open(), col(Request.region_id) == region_id, ~driven).order_by(col(Request.opened_at))
    )
    return found.scalars().all()


def list_given_up(session: Session, since: datetime, limit: int) -> Sequence[tuple[int, str, str, str]]:
    """List what was put on the record as given up since an instant: id, what, where, why."""
    return [
        (entry_id, subject, after, reason)
        for entry_id, subject, after, reason in session.execute(
            select(col(AuditEntry.id), col(AuditEntry.subject), col(AuditEntry.after), col(AuditEntry.reason))
            .where(
                col(AuditEntry.at) >= since,
                col(AuditEntry.act).in_(("message given up", "inbound put aside")),
            )
            .order_by(col(AuditEntry.at), col(AuditEntry.id))
            .limit(limit)
        )
    ]


def release_rows(session: Session, row_ids: Collection[int]) -> None:
    """Give back messages that are claimed and in nobody's hands."""
    session.execute(
        update(OutboxRow)
        .where(col(OutboxRow.id).in_(list(row_ids)), col(OutboxRow.done_at).is_(None))
        .values(claimed_at=None, claimed_by="")
    )


def ping(session: Session) -> None:
    """Ask the database for nothing but an answer."""
    session.execute(select(literal(1)))


def note_once(session: Session, key: str, now: datetime) -> bool:
    """Put a mark on the record of timers, as one that has fired; False when it was there before.

    "Only once" is always a unique key: whichever process is first has done it.
    """
    statement = (
        insert_for(session)(Timer)
        .values(key=key, name="audit.mark", args="{}", due_at=now, try_at=now, fired_at=now, attempts=0, error="")
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(Timer.id)
    )
    return session.execute(statement).scalar_one_or_none() is not None


def measure(session: Session, now: datetime) -> Backlog:
    """Count what waits and how the requests stand."""
    inbound, heard = session.execute(
        select(func.count(), func.min(col(InboundRow.received_at))).where(col(InboundRow.done_at).is_(None))
    ).one()
    timers, due = session.execute(
        select(func.count(), func.min(col(Timer.due_at))).where(_pending(), col(Timer.try_at) <= now)
    ).one()
    outbox = session.execute(
        select(col(OutboxRow.platform), func.count(), func.min(_due_since()))
        .where(col(OutboxRow.done_at).is_(None))
        .group_by(col(OutboxRow.platform))
    ).all()
    said = min((created_at for _, _, created_at in outbox), default=None)
    requests = session.execute(
        select(col(Request.state), func.count()).where(_open()).group_by(col(Request.state))
    ).all()
    oldest = {"inbound": heard, "timers": due, "outbox": said}
    return Backlog(
        inbound=inbound,
        timers=timers,
        outbox={platform: count for platform, count, _ in outbox},
        oldest={queue: at for queue, at in oldest.items() if at is not None},
        requests={str(state): count for state, count in requests},
    )


def count_breaches(session: Session, since: datetime) -> dict[str, int]:
    """Return step → how many limits of it were broken since an instant."""
    query = (
        select(col(Step.name), func.count())
        .join(Request, col(Request.id) == col(Step.request_id))
        .where(col(Step.breached_at) >= since, col(Request.practice).is_(False))
        .group_by(col(Step.name))
    )
    return {str(name): int(count) for name, count in session.execute(query)}


def _due_since() -> ColumnElement[datetime]:
    return func.coalesce(col(OutboxRow.held_until), col(OutboxRow.created_at))


def _pending() -> ColumnElement[bool]:
    return and_(col(Timer.fired_at).is_(None), col(Timer.cancelled_at).is_(None))


def _open() -> ColumnElement[bool]:
    # A practice stuck in the middle is nobody's care.
    return and_(col(Request.ended_at).is_(None), col(Request.practice).is_(False))
