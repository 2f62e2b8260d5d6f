"""Supports: their facts, who can be asked, who is lent when, and what they were worth to both sides."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, func, or_
from sqlmodel import Session, col, select

from storage.queries.rows import get_row
from storage.tables.boards import Technician
from storage.tables.bookings import Booking, BookingState
from storage.tables.people import Person, Role
from storage.tables.requests import Event, Request, State
from storage.tables.support import Support


class Lent(NamedTuple):
    """A technician's time with another store; `booked` where both managers have agreed."""

    technician_id: int
    request_id: int
    store_id: int  # where to
    starts_at: datetime
    ends_at: datetime
    booked: bool


class Agreed(NamedTuple):
    """A visit that both managers have agreed on, and when they had."""

    request: Request
    support: Support
    at: datetime


class Figures(NamedTuple):
    """What supports came to between two instants."""

    done: int
    solved: int
    satisfaction: float | None  # the customers', 1–10


def get_support(session: Session, request_id: int) -> Support:
    """Get what a support is about."""
    return get_row(session, Support, request_id)


def list_specialties(session: Session) -> list[str]:
    """List the cells of the map that say what technicians are good at, each once."""
    return sorted({cell for cell in session.exec(select(Technician.specialties).distinct()) if cell})


def list_technicians_of(session: Session, store_id: int) -> Sequence[Technician]:
    """List a store's technicians on the map."""
    return session.exec(select(Technician).where(Technician.store_id == store_id).order_by(col(Technician.id))).all()


def get_technician(session: Session, technician_id: int) -> Technician:
    """Get a technician of the map."""
    return get_row(session, Technician, technician_id)


def find_person_of(session: Session, technician: Technician) -> Person | None:
    """Find the person a row of the map is about: the one technician of that name in that store."""
    found = session.exec(
        select(Person).where(
            Person.store_id == technician.store_id,
            Person.name == technician.name,
            Person.role == Role.TECHNICIAN,
            col(Person.active).is_(True),
        )
    ).all()
    return found[0] if len(found) == 1 else None


def count_lent(session: Session, technicians: Collection[int], since: datetime) -> dict[int, int]:
    """Count how often each of these technicians was promised to others since then."""
    rows = session.exec(
        select(Support.technician_id, func.count())
        .join(Request, col(Request.id) == col(Support.request_id))
        .where(
            col(Support.technician_id).in_(list(technicians)),
            Support.starts_at >= since,
            col(Request.owner_store_id).is_not(None),
            col(Request.practice).is_(False),
            col(Request.state).not_in((State.WITHDRAWN, State.CLOSED)),
        )
        .group_by(col(Support.technician_id))
    )
    return {technician_id: count for technician_id, count in rows if technician_id is not None}


def list_lent(
    session: Session, since: datetime, until: datetime, *, technicians: Collection[int] | None = None
) -> list[Lent]:
    """List whose time is held or booked for another store in a stretch of time, in order; None: everybody's."""
    query = (
        select(Booking, Request.store_id)
        .join(Request, col(Request.id) == col(Booking.request_id))
        .join(Technician, col(Technician.id) == col(Booking.technician_id))
        .where(
            Booking.state != BookingState.FREED,
            Booking.starts_at < until,
            Booking.ends_at > since,
            col(Request.store_id) != col(Technician.store_id),
        )
        .order_by(col(Booking.starts_at), col(Booking.id))
    )
    if technicians is not None:
        query = query.where(col(Booking.technician_id).in_(list(technicians)))
    return [
        Lent(
            booking.technician_id,
            booking.request_id,
            store_id,
            booking.starts_at,
            booking.ends_at,
            booking.state is BookingState.BOOKED,
        )
        for booking, store_id in session.exec(query)
    ]


def list_visits(
    session: Session, since: datetime, *, technicians: Collection[int] = (), store_id: int | None = None
) -> Sequence[tuple[Request, Support]]:
    """List the promised visits that end after an instant: of these technicians, and from or to a store."""
    concerned: ColumnElement[bool] = col(Support.technician_id).in_(list(technicians))
    if store_id is not None:
        concerned = concerned | (col(Request.store_id) == store_id) | (col(Request.owner_store_id) == store_id)
    return session.exec(
        select(Request, Support)
        .join(Support, col(Support.request_id) == col(Request.id))
        .where(
            concerned,
            Support.ends_at > since,
            col(Request.state).in_((State.ACCEPTED, State.CONFIRMED, State.ARRIVED)),
        )
        .order_by(col(Support.starts_at), col(Request.id))
    ).all()


# What reports ask


def list_agreed(session: Session, at: datetime) -> list[Agreed]:
    """List the visits that begin at an instant or later and were agreed before it, in order.

    What was given back or reopened since is not agreed any more.
    """
    rows = session.exec(
        select(Request, Support, Event)
        .join(Support, col(Support.request_id) == col(Request.id))
        .join(Event, col(Event.request_id) == col(Request.id))
        .where(
            Support.starts_at >= at,
            Event.at < at,
            col(Event.word).in_(("confirmed", "broken", "reopened")),
            or_(col(Request.ended_at).is_(None), col(Request.ended_at) >= at),
            col(Request.practice).is_(False),
        )
        .order_by(col(Support.starts_at), col(Request.id), col(Event.id))
    )
    last = {request.id: (request, support, event) for request, support, event in rows}
    return [Agreed(request, one, event.at) for request, one, event in last.values() if event.word == "confirmed"]


def average_ratings(
    session: Session, since: datetime, until: datetime, *, store_id: int | None = None
) -> dict[int, tuple[float, int]]:
    """Return store → (mean of what other managers gave it, how many), of the supports shown in this time.

    Purpose: conduct. What is still hidden counts nowhere. With `store_id` only that store's supports are read.
    """
    sums: dict[int, tuple[int, int]] = {}
    query = (
        select(Request.store_id, Request.owner_store_id, Support.rating_by_giver, Support.rating_by_host)
        .join(Support, col(Support.request_id) == col(Request.id))
        .where(
            col(Support.shown_at) >= since,
            col(Support.shown_at) < until,
            col(Request.practice).is_(False),
        )
    )
    if store_id is not None:
        query = query.where(or_(col(Request.store_id) == store_id, col(Request.owner_store_id) == store_id))
    for host, giver, by_giver, by_host in session.exec(query):
        for store_id, rating in ((host, by_giver), (giver, by_host)):
            if store_id is not None and rating is not None:
                total, count = sums.get(store_id, (0, 0))
                sums[store_id] = total + rating, count + 1
    return {store_id: (total / count, count) for store_id, (total, count) in sums.items()}


def figures(session: Session, since: datetime, until: datetime, stores: Collection[int] | None = None) -> Figures:
    """Return what the supports done between two instants came to, asked by these stores (None: by all)."""
    query = (
        select(
            func.count(),
            func.coalesce(func.sum(case((col(Support.solved) == "yes", 1), else_=0)), 0),
            func.avg(Request.satisfaction),
        )
        .select_from(Request)
        .join(Support, col(Support.request_id) == col(Request.id))
        .where(col(Request.finished_at) >= since, col(Request.finished_at) < until, col(Request.practice).is_(False))
    )
    if stores is not None:
        query = query.where(col(Request.store_id).in_(list(stores)))
    count, solved, satisfaction = session.exec(query).one()
    return Figures(int(count), int(solved), None if satisfaction is None else float(satisfaction))
