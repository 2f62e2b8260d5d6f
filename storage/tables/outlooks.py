"""What was thought of a store's days ahead: so that only what changed is thought about again, and told once."""

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import identity, moment


class Outlook(SQLModel, table=True):
    """A store's day as it was looked at last: with which figures (None: there were none), and when it was told of.

    `told_at` is filled in once: a store is told once of a day, whatever becomes of it later.
    """

    __tablename__ = "outlooks"
    __table_args__ = (UniqueConstraint("store_id", "day"),)
    id: int = identity()
    store_id: int = Field(foreign_key="stores.id")
    day: date
    daily_capacity: int | None = None
    bookings: int | None = None
    told_at: datetime | None = moment(default=None, nullable=True)
