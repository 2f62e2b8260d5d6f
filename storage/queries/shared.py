"""The shared figures of stores whose dealers have agreed: they feed matching, and a query for anything else raises."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from math import cos, radians
from typing import NamedTuple

from sqlalchemy import Boolean, bindparam, case, func, or_
from sqlmodel import Session, col, select

from storage.purposes import check_purpose
from storage.queries.prepared import Prepared
from storage.tables.boards import Capacity, StockLevel, Technician
from storage.tables.people import Dealer, Store


class Stocked(NamedTuple):
    """What a store in use says it has of a part, and since when; how many do, those left out among them."""

    store_id: int
    name: str
    dealer_id: int
    quantity: int
    stated_at: datetime
    total: int


_stores, _levels, _dealers = Store.__table__, StockLevel.__table__, Dealer.__table__  # type: ignore[attr-defined]
_seen = or_(bindparam("all_seen", type_=Boolean), _stores.c.dealer_id.in_(bindparam("seen", expanding=True)))
_north, _east = _stores.c.latitude - bindparam("latitude"), _stores.c.longitude - bindparam("longitude")
# Near enough to sort by: a degree of longitude is the shorter the further from the equator.
_far = _north * _north + _east * _east * bindparam("narrower")
_STOCK = Prepared(
    select(  # type: ignore[call-overload]
        _stores.c.id,
        _stores.c.name,
        _stores.c.dealer_id,
        _levels.c.quantity,
        _levels.c.stated_at,
        func.count().over().label("total"),
    )
    .join(_levels, _levels.c.store_id == _stores.c.id)
    .join(_dealers, _dealers.c.id == _stores.c.dealer_id)
    .where(
        _levels.c.part_id == bindparam("part_id"),
        _stores.c.active.is_(True),
        _dealers.c.agreed.is_(True),
        or_(bindparam("everywhere", type_=Boolean), _stores.c.region_id == bindparam("region_id")),
    )
    .order_by(
        case((_levels.c.quantity > 0, 0), else_=1),
        case((_levels.c.stated_at >= bindparam("since"), 0), else_=1),
        case((_seen, -_levels.c.quantity), else_=1),
        case((_far.is_(None), 1), else_=0),
        _far,
        _stores.c.name,
    )
    .limit(bindparam("most"))
)


def list_stock(
    session: Session,
    part_id: int,
    *,
    purpose: str,
    since: datetime,
    most: int,
    seen: Collection[int] | None = None,
    region_id: int | None = None,
    place: tuple[float, float] | None = None,
) -> Sequence[Stocked]:
    """List what stores have of a part: who has some, said since then, the most where it may be seen, then the nearest.

    Those whose dealers are `seen` (None: all) are told by how many they have; `place` is latitude and longitude.
    """
    check_purpose(purpose)
    latitude, longitude = place if place is not None else (0.0, 0.0)
    found = _STOCK.rows(
        session,
        part_id=part_id,
        since=since,
        most=most,
        all_seen=seen is None,
        seen=sorted(seen or ()) or [0],
        everywhere=region_id is None,
        region_id=region_id or 0,
        latitude=latitude,
        longitude=longitude,
        narrower=cos(radians(latitude)) ** 2 if place is not None else 0.0,
    )
    return list(map(Stocked._make, found))


def list_specialists(
    session: Session, *, purpose: str, since: datetime | None = None, region_id: int | None = None
) -> Sequence[tuple[Technician, Store]]:
    """List the technicians of stores in use with their stores, of one region, whose row was said since then."""
    check_purpose(purpose)
    query = (
        select(Technician, Store)
        .join(Store, col(Store.id) == col(Technician.store_id))
        .join(Dealer, col(Dealer.id) == col(Store.dealer_id))
        .where(col(Store.active).is_(True), col(Dealer.agreed).is_(True))
        .order_by(col(Technician.id))
    )
    if since is not None:
        query = query.where(Technician.stated_at >= since)
    if region_id is not None:
        query = query.where(Store.region_id == region_id)
    return session.exec(query).all()


def list_sharing_stores(session: Session, *, purpose: str, region_id: int | None = None) -> Sequence[Store]:
    """List the stores in use whose figures may be read, by code."""
    check_purpose(purpose)
    query = (
        select(Store)
        .join(Dealer, col(Dealer.id) == col(Store.dealer_id))
        .where(col(Store.active).is_(True), col(Dealer.agreed).is_(True))
        .order_by(col(Store.code))
    )
    return session.exec(query if region_id is None else query.where(Store.region_id == region_id)).all()


def list_capacities(session: Session, days: dict[int, date], *, purpose: str) -> dict[int, Capacity]:
    """Return store → what is said of its own day, of those that say anything."""
    check_purpose(purpose)
    rows = session.exec(select(Capacity).where(col(Capacity.day).in_(set(days.values()))))
    return {row.store_id: row for row in rows if days.get(row.store_id) == row.day}
