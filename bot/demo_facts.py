"""Everything the demo's checks and its summary look at, read once from a database at rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeVar

from storage.database import Database
from storage.queries import checks
from storage.tables.audit import AuditEntry
from storage.tables.boards import Capacity, StockMove
from storage.tables.bookings import BookedSlot, Booking
from storage.tables.chats import Card
from storage.tables.diversions import Complaint, Diversion
from storage.tables.ledger import MoneyEntry, PointsEntry
from storage.tables.questions import Question
from storage.tables.queues import InboundRow, OutboxRow, Timer
from storage.tables.requests import Ask, Event, Request, Step, Transfer
from storage.tables.support import Support

if TYPE_CHECKING:
    from sqlmodel import Session

K = TypeVar("K")
V = TypeVar("V")

Stated = dict[tuple[int, date], int]
"""What stores said of their days before any customer was sent: (store, day) → bookings."""


@dataclass
class Facts:
    """What stands in a database; `stated` is None where nobody knows, `secrets` are what may not be read in it."""

    now: datetime
    timers: list[Timer]
    inbound: list[InboundRow]
    outbox: list[OutboxRow]
    cards: list[Card]
    requests: list[Request]
    transfers: dict[int, Transfer]
    supports: dict[int, Support]
    diversions: dict[int, Diversion]
    questions: list[Question]
    asks: dict[int, list[Ask]]
    steps: dict[int, list[Step]]
    events: dict[int, list[Event]]
    complaints: dict[int, list[Complaint]]
    points: list[PointsEntry]
    costs: list[MoneyEntry]
    moves: dict[int, list[StockMove]]
    bookings: list[Booking]
    slots: list[BookedSlot]
    capacities: list[Capacity]
    audited: list[AuditEntry]
    stated: Stated | None = None
    secrets: tuple[str, ...] = ()
    due: dict[int, list[Timer]] = field(default_factory=dict)  # request → its timers that wait


def gather(session: Session, now: datetime, *, stated: Stated | None = None, secrets: tuple[str, ...] = ()) -> Facts:
    """Read everything."""
    timers = list(checks.list_all(session, Timer))
    waiting = [one for one in timers if one.fired_at is None and one.cancelled_at is None]
    return Facts(
        now=now,
        timers=timers,
        inbound=list(checks.list_all(session, InboundRow)),
        outbox=list(checks.list_all(session, OutboxRow)),
        cards=list(checks.list_all(session, Card)),
        requests=list(checks.list_all(session, Request)),
        transfers={one.request_id: one for one in checks.list_all(session, Transfer)},
        supports={one.request_id: one for one in checks.list_all(session, Support)},
        diversions={one.request_id: one for one in checks.list_all(session, Diversion)},
        questions=list(checks.list_all(session, Question)),
        asks=by(checks.list_all(session, Ask), lambda one: one.request_id),
        steps=by(checks.list_all(session, Step), lambda one: one.request_id),
        events=by(checks.list_all(session, Event), lambda one: one.request_id),
        complaints=by(checks.list_all(session, Complaint), lambda one: one.request_id),
        points=list(checks.list_all(session, PointsEntry)),
        costs=list(checks.list_all(session, MoneyEntry)),
        moves=by(checks.list_all(session, StockMove), lambda one: one.request_id),
        bookings=list(checks.list_all(session, Booking)),
        slots=list(checks.list_all(session, BookedSlot)),
        capacities=list(checks.list_all(session, Capacity)),
        audited=list(checks.list_all(session, AuditEntry)),
        stated=stated,
        secrets=secrets,
        due=by((one for one in waiting if one.request_id), lambda one: one.request_id or 0),
    )


def stated_now(database: Database) -> Stated:
    """Read what the stores say of their days."""
    with database.transaction(writing=False) as session:
        return {(one.store_id, one.day): one.bookings for one in checks.list_all(session, Capacity)}


def by(rows: Iterable[V], key: Callable[[V], K]) -> dict[K, list[V]]:
    """Sort rows by what they belong to."""
    found: dict[K, list[V]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return dict(found)
