"""How full the stores' days are and were, what has changed since that was looked at, and who was told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlmodel import Session, col

from storage.purposes import check_purpose
from storage.queries.queues import insert_for
from storage.tables.boards import Capacity
from storage.tables.outlooks import Outlook

Place = tuple[int, date]  # a store and its day


@dataclass(frozen=True, slots=True)
class Figures:
    """What was said of a store's day, and when; `by_bot`: nobody said it, a customer who was sent there counts."""

    daily_capacity: int
    bookings: int
    stated_at: datetime
    by_bot: bool


def map_figures(
    session: Session, days: Collection[date], store_ids: Collection[int] | None = None, *, purpose: str
) -> dict[Place, Figures]:
    """Return (store, day) → what is said of it; of these stores, None: of all."""
    check_purpose(purpose)
    query = select(
        col(Capacity.store_id),
        col(Capacity.day),
        col(Capacity.daily_capacity),
        col(Capacity.bookings),
        col(Capacity.stated_at),
        col(Capacity.stated_by),
    ).where(col(Capacity.day).in_(sorted(days)))
    if store_ids is not None:
        query = query.where(col(Capacity.store_id).in_(sorted(store_ids)))
    return {
        (store_id, day): Figures(capacity, bookings, stated_at, stated_by == "bot")
        for store_id, day, capacity, bookings, stated_at, stated_by in session.execute(query)
    }


def list_changed(session: Session, since: date, until: date) -> Sequence[tuple[int, date, int, int]]:
    """List the days, both ends included, whose figures are others than when they were looked at.

    Each is (store, day, capacity, bookings). Whoever wrote them: it is the figures that are compared.
    """
    query = (
        select(col(Capacity.store_id), col(Capacity.day), col(Capacity.daily_capacity), col(Capacity.bookings))
        .join(
            Outlook,
            and_(col(Outlook.store_id) == col(Capacity.store_id), col(Outlook.day) == col(Capacity.day)),
            isouter=True,
        )
        .where(
            col(Capacity.day) >= since,
            col(Capacity.day) <= until,
            or_(
                col(Outlook.bookings).is_distinct_from(col(Capacity.bookings)),
                col(Outlook.daily_capacity).is_distinct_from(col(Capacity.daily_capacity)),
            ),
        )
    )
    return sorted((store_id, day, capacity, bookings) for store_id, day, capacity, bookings in session.execute(query))


def note_looked(session: Session, rows: Sequence[tuple[int, date, int, int]]) -> None:
    """Note with which figures these days, as `list_changed` gives them, were looked at."""
    statement = insert_for(session)(Outlook)
    statement = statement.on_conflict_do_update(
        index_elements=["store_id", "day"],
        set_={name: statement.excluded[name] for name in ("daily_capacity", "bookings")},
    )
    values: list[dict[str, Any]] = [
        {"store_id": store_id, "day": day, "daily_capacity": capacity, "bookings": bookings, "told_at": None}
        for store_id, day, capacity, bookings in rows
    ]
    if values:
        session.connection().execute(statement, values)


def list_told(session: Session, store_ids: Collection[int], days: Collection[date]) -> set[Place]:
    """Return which of these stores were told of which of these days."""
    query = select(col(Outlook.store_id), col(Outlook.day)).where(
        col(Outlook.store_id).in_(sorted(store_ids)),
        col(Outlook.day).in_(sorted(days)),
        col(Outlook.told_at).is_not(None),
    )
    return {(store_id, day) for store_id, day in session.execute(query)}


def claim_telling(session: Session, store_id: int, day: date, now: datetime) -> bool:
    """Note that a store is told of a day; False when it was before, by whichever process."""
    statement = insert_for(session)(Outlook).values(store_id=store_id, day=day, told_at=now)
    statement = statement.on_conflict_do_update(
        index_elements=["store_id", "day"],
        set_={"told_at": statement.excluded.told_at},
        where=col(Outlook.told_at).is_(None),
    ).returning(Outlook.id)
    return session.execute(statement).scalar_one_or_none() is not None
