"""The shared figures of stores whose dealers have agreed: they feed matching, and a query for anything else raises."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from storage.purposes import check_purpose
from storage.queries.prepared import Prepared
from storage.tables.boards import Capacity, StockLevel, Technician
from storage.tables.people import Dealer, Store


class Stocked(NamedTuple):
    """What a store in use says it has of a part, since when, and where it is."""

    store_id: int
    name: str
    region_id: int
    dealer_id: int
    latitude: float | None
    longitude: float | None
    quantity: int
    stated_at: datetime


_stores, _levels, _dealers = Store.__table__, StockLevel.__table__, Dealer.__table__  # type: ignore[attr-defined]
_STOCK = Prepared(
    select(  # type: ignore[call-overload]
        _stores.c.id,
        _stores.c.name,
        _stores.c.region_id,
        _stores.c.dealer_id,
        _stores.c.latitude,
        _stores.c.longitude,
        _levels.c.quantity,
        _levels.c.stated_at,
    )
    .join(_levels, _levels.c.store_id == _stores.c.id)
    .join(_dealers, _dealers.c.id == _stores.c.dealer_id)
    .where(_levels.c.part_id == bindparam("part_id"), _stores.c.active.is_(True), _dealers.c.agreed.is_(True))
    .order_by(_stores.c.id)
)


def list_stock(session: Session, part_id: int, *, purpose: str) -> Sequence[Stocked]:
    """List what each store says it has of a part, by their ids."""
    check_purpose(purpose)
    return list(map(Stocked._make, _STOCK.rows(session, part_id=part_id)))


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
