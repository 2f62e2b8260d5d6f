"""Parts, stock levels and their movements. Stock is a shared figure: it may feed matching, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import String, and_, bindparam, cast, func, or_
from sqlmodel import Session, col, select

from storage.queries import requests
from storage.queries.prepared import Prepared
from storage.queries.queues import insert_for
from storage.queries.rows import get_row
from storage.tables.boards import Part, StockLevel, StockMove
from storage.tables.people import Store


class Offer(NamedTuple):
    """A store that has some of a part, and where it is."""

    store_id: int
    name: str
    region_id: int
    dealer_id: int
    latitude: float | None
    longitude: float | None
    quantity: int


# What is asked at each transfer is prebuilt: building a statement takes longer than running it.
_parts, _levels, _stores = Part.__table__, StockLevel.__table__, Store.__table__  # type: ignore[attr-defined]
_FIELD, _PART = "\x1f", "\x1e"  # what no name holds
_PARTS = Prepared(
    select(
        func.aggregate_strings(
            cast(_parts.c.id, String) + _FIELD + _parts.c.part_no + _FIELD + _parts.c.name + _FIELD + _parts.c.aliases,
            _PART,
        )
    )
)
_OFFERS = Prepared(
    select(  # type: ignore[call-overload]
        _stores.c.id,
        _stores.c.name,
        _stores.c.region_id,
        _stores.c.dealer_id,
        _stores.c.latitude,
        _stores.c.longitude,
        _levels.c.quantity,
    )
    .join(_levels, _levels.c.store_id == _stores.c.id)
    .where(
        _levels.c.part_id == bindparam("part_id"), _levels.c.quantity > bindparam("least"), _stores.c.active.is_(True)
    )
    .order_by(_stores.c.id)
)
_OFFERS_NEAR = Prepared(
    _OFFERS.statement.where(
        or_(
            _stores.c.latitude.is_(None),
            _stores.c.longitude.is_(None),
            and_(
                _stores.c.latitude.between(bindparam("south"), bindparam("north")),
                _stores.c.longitude.between(bindparam("west"), bindparam("east")),
            ),
        )
    )
)
_LEVEL = Prepared(
    select(_levels.c.quantity).where(
        _levels.c.store_id == bindparam("store_id"), _levels.c.part_id == bindparam("part_id")
    )
)


def describe_parts(session: Session) -> str:
    """Return how all parts are called, in one text: while it is the same, what was made of it holds."""
    described: str | None = _PARTS.scalar(session)
    return described or ""


def list_parts(session: Session) -> Sequence[Part]:
    """List every part by number."""
    return session.exec(select(Part).order_by(col(Part.part_no))).all()


def get_part(session: Session, part_id: int) -> Part:
    """Get a part."""
    return get_row(session, Part, part_id)


def find_part_by_number(session: Session, part_no: str) -> Part | None:
    """Find a part by exactly this number."""
    return session.exec(select(Part).where(Part.part_no == part_no)).one_or_none()


def find_stock_level(session: Session, store_id: int, part_id: int) -> StockLevel | None:
    """Find what a store says it has of a part."""
    return session.exec(
        select(StockLevel).where(StockLevel.store_id == store_id, StockLevel.part_id == part_id)
    ).one_or_none()


def count_stock(session: Session, store_id: int, part_id: int) -> int:
    """Return how many of a part a store says it has, 0 where it says nothing."""
    found: int | None = _LEVEL.scalar(session, store_id=store_id, part_id=part_id)
    return found or 0


def list_offers(
    session: Session, part_id: int, *, more_than: int, box: tuple[float, float, float, float] | None = None
) -> Sequence[Offer]:
    """List the stores in use that say they have more of a part than so many, by their ids.

    With a `box` (south, north, west, east in degrees) those in it, and those whose place is not known.
    """
    asked: dict[str, float] = {"part_id": part_id, "least": more_than}
    if box is None:
        return list(map(Offer._make, _OFFERS.rows(session, **asked)))
    asked |= zip(("south", "north", "west", "east"), box, strict=True)
    return list(map(Offer._make, _OFFERS_NEAR.rows(session, **asked)))


def list_stock_levels(session: Session, part_id: int) -> Sequence[StockLevel]:
    """List what each store says it has of a part."""
    return session.exec(
        select(StockLevel).where(StockLevel.part_id == part_id).order_by(col(StockLevel.store_id))
    ).all()


def move_stock(
    session: Session,
    *,
    key: str,
    request_id: int,
    part_id: int,
    giver_id: int,
    taker_id: int,
    out: int,
    taken: int,
    now: datetime,
) -> bool:
    """Take so many from one store's level and add so many to another's, once for each key; False when done before.

    A level never goes below nothing: a table that said less than was sent was wrong before.
    """
    if requests.is_practice(session, request_id):
        return False
    inserted = session.execute(
        insert_for(session)(StockMove)
        .values(
            key=key,
            request_id=request_id,
            part_id=part_id,
            from_store_id=giver_id,
            to_store_id=taker_id,
            quantity_out=out,
            quantity_in=taken,
            moved_at=now,
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(StockMove.id)
    ).scalar_one_or_none()
    if inserted is None:
        return False
    # Always in the order of the stores' ids: two transfers the other way round would wait for each other.
    for store_id, change in sorted(((giver_id, -out), (taker_id, taken))):
        level = session.exec(
            select(StockLevel)
            .where(StockLevel.store_id == store_id, StockLevel.part_id == part_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one_or_none()
        if level is not None and change:
            level.quantity, level.moved_at = max(0, level.quantity + change), now
        elif level is None and change > 0:
            level = StockLevel(
                part_id=part_id, store_id=store_id, quantity=change, stated_at=now, stated_by=f"move:{key}"
            )
            level.moved_at = level.counted_at = now
            session.add(level)
    session.flush()
    return True
