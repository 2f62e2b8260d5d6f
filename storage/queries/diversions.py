"""Diversions: their facts, the bays they take and give, the customers' choices, complaints."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from storage.queries import live
from storage.queries.queues import insert_for
from storage.queries.requests import UNFINISHED
from storage.queries.rows import get_row
from storage.tables.boards import Board, Capacity, Technician
from storage.tables.diversions import Complaint, Diversion, WorkCredit
from storage.tables.requests import Request


def get_diversion(session: Session, request_id: int) -> Diversion:
    """Get what a diversion is about."""
    return get_row(session, Diversion, request_id)


def list_open_diversions(session: Session, store_id: int) -> Sequence[tuple[Request, Diversion]]:
    """List the diversions a store sends whose work is not done, the oldest first."""
    return [
        (request, diverted)
        for request, diverted in session.exec(
            select(Request, Diversion)
            .join(Diversion, col(Diversion.request_id) == col(Request.id))
            # By their state: what was withdrawn was never finished, and of that there are years. No word of the kind,
            # which the join says: asked for by it, all diversions ever made are read.
            .where(Request.store_id == store_id, col(Request.state).in_(UNFINISHED))
            .order_by(col(Request.id))
        )
    ]


# Bays


def find_capacity(session: Session, store_id: int, day: date) -> Capacity | None:
    """Find what is said of a store's capacity on a day."""
    return session.exec(select(Capacity).where(Capacity.store_id == store_id, Capacity.day == day)).one_or_none()


def take_bay(
    session: Session, *, taker: tuple[int, date], giver: tuple[int, date], usual: int | None, now: datetime
) -> bool | None:
    """Add a booking to the taker's day and take one off the giver's; both are (store, its day).

    None when the taker's day is full, by whichever process; else whether the giver had a booking to take off. A day
    nobody has said anything of has the `usual` capacity (None: nothing is known, so nothing is free).
    """
    if usual is not None:
        session.execute(
            insert_for(session)(Capacity)
            .values(store_id=taker[0], day=taker[1], daily_capacity=usual, bookings=0, stated_at=now, stated_by="bot")
            .on_conflict_do_nothing(index_elements=["store_id", "day"])
        )
    rows = _lock(session, [taker, giver])
    taken, given = rows.get(taker), rows.get(giver)
    if taken is None or taken.bookings >= taken.daily_capacity:
        return None
    taken.bookings += 1
    # Of the giver's bookings those that came to it this way are not its own to give.
    has_given = given is not None and given.bookings > _count_taken(session, *giver)
    if given is not None and has_given:
        given.bookings -= 1
    session.flush()
    live.note_change(session, Board.CAPACITY, {taker[0], giver[0]})
    return has_given


def _count_taken(session: Session, store_id: int, day: date) -> int:
    taken = select(func.count()).select_from(Diversion).where(Diversion.bay_store_id == store_id)
    return session.exec(taken.where(Diversion.bay_day == day)).one()


def return_bay(session: Session, *, taker: tuple[int, date], giver: tuple[int, date] | None) -> None:
    """Undo `take_bay`; `giver` is None where nothing was taken off."""
    rows = _lock(session, [taker, giver] if giver else [taker])
    if (taken := rows.get(taker)) is not None:
        taken.bookings = max(0, taken.bookings - 1)
    if giver is not None and (given := rows.get(giver)) is not None:
        given.bookings += 1
    session.flush()
    live.note_change(session, Board.CAPACITY, {store_id for store_id, _ in rows})


def _lock(session: Session, places: Sequence[tuple[int, date]]) -> dict[tuple[int, date], Capacity]:
    """Lock rows always in the order of their stores: two diversions the other way round would wait for each other."""
    found = {}
    for store_id, day in sorted(places):
        row = session.exec(
            select(Capacity)
            .where(Capacity.store_id == store_id, Capacity.day == day)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one_or_none()
        if row is not None:
            found[store_id, day] = row
    return found


def list_technicians_of(session: Session, store_id: int) -> Sequence[Technician]:
    """List the technicians a store has on the map, by name."""
    return session.exec(select(Technician).where(Technician.store_id == store_id).order_by(col(Technician.name))).all()


# What customers chose


def count_consents(
    session: Session, *, since: datetime, until: datetime, store_id: int | None = None
) -> tuple[int, int]:
    """Return how many customers agreed to go, of how many who chose, from `since` up to but not at `until`."""
    query = (
        select(func.coalesce(func.sum(case((col(Diversion.consent) == "go", 1), else_=0)), 0), func.count())
        .select_from(Diversion)
        .join(Request, col(Request.id) == col(Diversion.request_id))
        .where(
            col(Diversion.consented_at) >= since, col(Diversion.consented_at) < until, col(Request.practice).is_(False)
        )
    )
    if store_id is not None:
        query = query.where(Request.store_id == store_id)
    agreed, asked = session.exec(query).one()
    return int(agreed), int(asked)


# For whom the work counts


def add_credit(
    session: Session, *, request_id: int, store_id: int, currency: str, now: datetime, amount: int = 0
) -> bool:
    """Let the work of a request count for a store, once; False when it does already."""
    statement = (
        insert_for(session)(WorkCredit)
        .values(request_id=request_id, store_id=store_id, amount=amount, currency=currency, at=now)
        .on_conflict_do_nothing(index_elements=["request_id"])
        .returning(WorkCredit.request_id)
    )
    return session.execute(statement).scalar_one_or_none() is not None


def find_credit(session: Session, request_id: int) -> WorkCredit | None:
    """Find for which store the work of a request counts."""
    return session.exec(select(WorkCredit).where(WorkCredit.request_id == request_id)).one_or_none()


# Complaints


def list_complaints(session: Session, request_id: int) -> Sequence[Complaint]:
    """List the complaints about a request in their order."""
    return session.exec(
        select(Complaint).where(Complaint.request_id == request_id).order_by(col(Complaint.number))
    ).all()


def find_open_complaint(session: Session, request_id: int) -> Complaint | None:
    """Find the complaint about a request that nobody has decided."""
    return session.exec(
        select(Complaint).where(Complaint.request_id == request_id, col(Complaint.resolved_at).is_(None))
    ).one_or_none()
