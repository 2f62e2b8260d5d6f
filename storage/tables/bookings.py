"""Whose time is taken: a technician's booking, and each half hour of it once."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from storage.types import choice, identity, moment


class BookingState(StrEnum):
    """How firmly time is taken."""

    HELD = "held"  # asked for
    BOOKED = "booked"  # agreed
    FREED = "freed"


class Booking(SQLModel, table=True):
    """A technician's time for a request, from `starts_at` up to `ends_at`."""

    __tablename__ = "bookings"
    id: int = identity()
    technician_id: int = Field(foreign_key="technicians.id", index=True)
    request_id: int = Field(foreign_key="requests.id", index=True)
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    state: BookingState = choice(BookingState)
    made_at: datetime = moment()
    freed_at: datetime | None = moment(default=None, nullable=True)


class BookedSlot(SQLModel, table=True):
    """Half an hour of a technician's that is taken: the key lets nobody take it twice, on whichever database."""

    __tablename__ = "booked_slots"
    technician_id: int = Field(foreign_key="technicians.id", primary_key=True)
    slot: int = Field(primary_key=True)  # half hours since 1970
    booking_id: int = Field(foreign_key="bookings.id", index=True)
