"""Whether the boards are said anew in time, and whether what they say is right."""

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import identity, moment


class Refresh(SQLModel, table=True):
    """A store's board that was due to be said anew on a day; `met` is None until its time is over."""

    __tablename__ = "refreshes"
    __table_args__ = (UniqueConstraint("store_id", "board", "day"),)
    id: int = identity()
    store_id: int = Field(foreign_key="stores.id")
    board: str  # stock, technicians, capacity
    day: date = Field(index=True)  # of the store
    due_at: datetime = moment()
    met: bool | None = None


class SpotCheck(SQLModel, table=True):
    """A store that was asked how many of a part it has; `said` is what the board said, `found` the answer."""

    __tablename__ = "spot_checks"
    __table_args__ = (UniqueConstraint("store_id", "day"),)
    id: int = identity()
    store_id: int = Field(foreign_key="stores.id")
    part_id: int = Field(foreign_key="parts.id")
    day: date
    asked_at: datetime = moment(index=True)
    said: int
    found: int | None = None
    answered_at: datetime | None = moment(default=None, nullable=True)
    answered_by: int | None = Field(default=None, foreign_key="persons.id")
