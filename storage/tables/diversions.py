"""What a diversion is about: the customer's choice, the bay and the technician, the way there, what came of it."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.types import identity, moment


class Diversion(SQLModel, table=True):
    """A customer who would wait too long, and the store that takes the work. Money is in minor units."""

    __tablename__ = "diversions"
    __table_args__ = (Index(None, "bay_store_id", "bay_day"),)
    request_id: int = Field(foreign_key="requests.id", primary_key=True)
    service: str
    wait_minutes: int  # what the customer would wait here
    vehicle: str
    consent: str = ""  # go, wait
    consented_at: datetime | None = moment(default=None, nullable=True, index=True)
    consented_by: int | None = Field(default=None, foreign_key="persons.id")
    technician_id: int | None = Field(default=None, foreign_key="technicians.id")
    technician: str = ""  # the name: of the map, or in words where the store has nobody on it
    bay_store_id: int | None = Field(default=None, foreign_key="stores.id")  # whose bay is taken
    bay_day: date | None = None
    given_day: date | None = None  # the day of the sender's from which a booking was taken off
    expected_at: datetime | None = moment(default=None, nullable=True)  # when the customer arrives
    transport: str = ""  # car, taxi, own
    fare: int = 0
    compensation: str = ""  # voucher, cash
    amount: int = 0
    approval: str = ""  # pending, approved, refused: of what is over the cap
    approved_by: int | None = Field(default=None, foreign_key="persons.id")
    call: str = ""  # reached, not_reached
    call_words: str = ""
    called_at: datetime | None = moment(default=None, nullable=True)
    arrived_at: datetime | None = moment(default=None, nullable=True)
    result: str = ""
    reference: str = ""  # the number of the voucher or receipt


class WorkCredit(SQLModel, table=True):
    """For which store the work of a request counts, and what it was worth in minor units, 0 where nobody said."""

    __tablename__ = "work_credits"
    request_id: int = Field(foreign_key="requests.id", primary_key=True)
    store_id: int = Field(foreign_key="stores.id", index=True)
    amount: int = 0
    currency: str
    at: datetime = moment()


class Complaint(SQLModel, table=True):
    """A complaint about work that was done; while it is open the points are held."""

    __tablename__ = "complaints"
    __table_args__ = (
        UniqueConstraint("request_id", "number"),
        Index(
            "uq_complaints_one_open",
            "request_id",
            unique=True,
            sqlite_where=text("resolved_at IS NULL"),
            postgresql_where=text("resolved_at IS NULL"),
        ),
    )
    id: int = identity()
    request_id: int = Field(foreign_key="requests.id")
    number: int  # of this request, from 1
    words: str
    store_id: int | None = Field(default=None, foreign_key="stores.id")  # who brought it, None for the region
    person_id: int | None = Field(default=None, foreign_key="persons.id")
    at: datetime = moment()
    outcome: str = ""  # upheld, dismissed
    reason: str = ""
    resolved_by: int | None = Field(default=None, foreign_key="persons.id")
    resolved_at: datetime | None = moment(default=None, nullable=True)
