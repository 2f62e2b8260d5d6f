"""What lies dead in a store, who runs short of it, and how much it was week by week.

Shared figures: who runs short is asked for matching, nothing else; what lies dead is shown to the store itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Float, and_, cast, extract, func, literal, or_
from sqlmodel import Session, col, select

from storage.purposes import check_purpose
from storage.queries.queues import insert_for
from storage.tables.boards import DeadStockWeek, Part, StockLevel
from storage.tables.requests import AT_WORK, NOT_TAKEN, Request, Transfer
from storage.types import UtcDateTime

# So many parts are named in one question: a database takes only so many values.
BATCH = 500


class DeadLevel(NamedTuple):
    """A level that lies dead, with its part."""

    part_id: int
    part_no: str
    name: str
    price: int | None
    quantity: int
    moved_at: datetime
    used: int
    counted_at: datetime


@dataclass(frozen=True, slots=True)
class Shortage:
    """How often a store asked for a part lately, for how many, whether it ran out by its table, and how many it has."""

    times: int = 0
    pieces: int = 0
    ran_out: bool = False
    has: int = 0


def list_dead(
    session: Session, store_id: int, now: datetime, *, unmoved: timedelta, cover: timedelta
) -> Sequence[DeadLevel]:
    """List what a store has that has not moved for so long, or lasts it for longer than `cover` as it used it so far.

    Its own use is known after as long as that which has not moved has lain still.
    """
    before = now - unmoved
    lasts = col(StockLevel.quantity) * _seconds(session, now) > col(StockLevel.used) * cover.total_seconds()
    too_much = (col(StockLevel.counted_at) <= before) & lasts
    rows = session.execute(
        select(  # type: ignore[call-overload]
            StockLevel.part_id,
            Part.part_no,
            Part.name,
            Part.price,
            StockLevel.quantity,
            StockLevel.moved_at,
            StockLevel.used,
            StockLevel.counted_at,
        )
        .join(Part, col(Part.id) == col(StockLevel.part_id))
        .where(
            StockLevel.store_id == store_id,
            StockLevel.quantity > 0,
            or_(col(StockLevel.moved_at) <= before, too_much),
        )
        .order_by(Part.part_no)
    )
    return [DeadLevel(*row) for row in rows]


def _seconds(session: Session, now: datetime) -> ColumnElement[float]:
    """Return for how long a level's use has been counted."""
    until, since = literal(now, UtcDateTime()), col(StockLevel.counted_at)
    if session.get_bind().dialect.name == "sqlite":
        return (func.julianday(until) - func.julianday(since)) * 86400.0
    return cast(extract("epoch", until - since), Float)


def list_shortages(
    session: Session, parts: Collection[int], since: datetime, *, purpose: str
) -> dict[int, dict[int, Shortage]]:
    """Return part → store → its shortage since an instant."""
    check_purpose(purpose)
    found: dict[int, dict[int, Shortage]] = {}
    for batch in _batches(parts):
        asked = session.execute(
            select(Transfer.part_id, Request.store_id, func.count(), func.sum(Transfer.asked))
            .join(Request, col(Request.id) == col(Transfer.request_id))
            .where(
                col(Transfer.part_id).in_(batch),
                col(Transfer.outward).is_(False),
                col(Request.opened_at) >= since,
                col(Request.practice).is_(False),
            )
            .group_by(col(Transfer.part_id), col(Request.store_id))
        )
        for part_id, store_id, times, pieces in asked:
            found.setdefault(part_id, {})[store_id] = Shortage(times, int(pieces))
        askers = {store_id for part_id in batch for store_id in found.get(part_id, ())}
        ran_out = and_(
            col(StockLevel.quantity) == 0,
            col(StockLevel.moved_at) >= since,
            col(StockLevel.used) > 0,
        )
        levels = session.execute(
            select(StockLevel.part_id, StockLevel.store_id, StockLevel.quantity, ran_out.label("ran_out")).where(
                col(StockLevel.part_id).in_(batch), or_(ran_out, col(StockLevel.store_id).in_(askers))
            )
        )
        for part_id, store_id, quantity, is_out in levels:
            stores = found.setdefault(part_id, {})
            if store_id in stores or is_out:
                stores[store_id] = replace(stores.get(store_id, Shortage()), ran_out=bool(is_out), has=quantity)
    return found


def _batches(parts: Collection[int]) -> Iterator[list[int]]:
    listed = sorted(parts)
    for start in range(0, len(listed), BATCH):
        yield listed[start : start + BATCH]


def list_on_offer(session: Session, store_id: int) -> dict[int, int]:
    """Return part → the open request by which a store moves it away already."""
    rows = session.execute(
        select(Transfer.part_id, Request.id)
        .join(Request, col(Request.id) == col(Transfer.request_id))
        .where(
            Request.store_id == store_id,
            col(Request.state).in_((*NOT_TAKEN, *AT_WORK)),
            col(Request.practice).is_(False),
            col(Transfer.outward).is_(True),
        )
        .order_by(col(Request.id))
    )
    return {row.part_id: row.id for row in rows}


def add_week(
    session: Session, store_id: int, week: date, *, parts: int, pieces: int, amount: int, currency: str, unpriced: int
) -> None:
    """Keep what lies dead in a store at the beginning of a week, once."""
    session.execute(
        insert_for(session)(DeadStockWeek)
        .values(
            store_id=store_id,
            week=week,
            parts=parts,
            pieces=pieces,
            amount=amount,
            currency=currency,
            unpriced=unpriced,
        )
        .on_conflict_do_nothing(index_elements=["store_id", "week"])
    )


def list_weeks(session: Session, store_id: int, *, last: int) -> Sequence[DeadStockWeek]:
    """List the last weeks of a store, the oldest first."""
    query = select(DeadStockWeek).where(DeadStockWeek.store_id == store_id)
    return list(reversed(session.exec(query.order_by(col(DeadStockWeek.week).desc()).limit(last)).all()))


def count_moved(session: Session, requests: Collection[int]) -> int:
    """Count the pieces that arrived by these requests."""
    if not requests:
        return 0
    total = session.exec(select(func.sum(Transfer.received)).where(col(Transfer.request_id).in_(list(requests)))).one()
    return int(total or 0)
