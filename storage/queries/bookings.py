"""Taking a technician's time, and giving it back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from storage.queries import live, requests
from storage.queries.rows import add_row
from storage.tables.boards import Board, Technician
from storage.tables.bookings import BookedSlot, Booking, BookingState

SLOT = timedelta(minutes=30)


def slots_between(starts_at: datetime, ends_at: datetime) -> range:
    """Return the half hours that a stretch of time touches, counted from 1970."""
    seconds = SLOT.total_seconds()
    return range(int(starts_at.timestamp() // seconds), -int(-ends_at.timestamp() // seconds))


def hold_time(
    session: Session, *, technician_id: int, request_id: int, starts_at: datetime, ends_at: datetime, now: datetime
) -> bool:
    """Hold a technician's time for a request; False when any of it is taken, by whichever process.

    A practice holds nothing.
    """
    if requests.is_practice(session, request_id):
        return True
    booking = {"technician_id": technician_id, "request_id": request_id, "starts_at": starts_at, "ends_at": ends_at}
    try:
        with session.begin_nested():
            booking_id = add_row(session, Booking, booking | {"state": BookingState.HELD, "made_at": now})
            taken = {"technician_id": technician_id, "booking_id": booking_id}
            rows = [taken | {"slot": slot} for slot in slots_between(starts_at, ends_at)]
            session.connection().execute(insert(BookedSlot.__table__), rows)  # type: ignore[attr-defined]
    except IntegrityError:
        return False
    _note(session, {technician_id})
    return True


def book_time(session: Session, request_id: int) -> None:
    """Make what is held for a request booked."""
    for booking in list_bookings(session, request_id):
        if booking.state is BookingState.HELD:
            booking.state = BookingState.BOOKED
            _note(session, {booking.technician_id})


def free_time(session: Session, request_id: int, now: datetime) -> None:
    """Give back whatever is held or booked for a request."""
    session.flush()
    for booking in list_bookings(session, request_id):
        if booking.state is not BookingState.FREED:
            booking.state, booking.freed_at = BookingState.FREED, now
            session.execute(delete(BookedSlot).where(col(BookedSlot.booking_id) == booking.id))
            _note(session, {booking.technician_id})


def _note(session: Session, technicians: Collection[int]) -> None:
    """Note that the map shows these technicians otherwise."""
    stores = session.exec(select(Technician.store_id).where(col(Technician.id).in_(list(technicians)))).all()
    live.note_change(session, Board.TECHNICIANS, stores)


def list_bookings(session: Session, request_id: int) -> Sequence[Booking]:
    """List the bookings of a request, those given back among them, in order."""
    return session.exec(select(Booking).where(Booking.request_id == request_id).order_by(col(Booking.id))).all()


def list_taken(
    session: Session, technicians: Collection[int], since: datetime, until: datetime
) -> dict[int, list[Booking]]:
    """Return technician → the bookings not given back that touch a stretch of time, in order."""
    found: dict[int, list[Booking]] = {}
    query = select(Booking).where(
        col(Booking.technician_id).in_(list(technicians)),
        Booking.state != BookingState.FREED,
        Booking.starts_at < until,
        Booking.ends_at > since,
    )
    for booking in session.exec(query.order_by(col(Booking.starts_at))):
        found.setdefault(booking.technician_id, []).append(booking)
    return found
