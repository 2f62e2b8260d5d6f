"""What a technician's support is about: who comes when, what both managers confirmed, how it went, and the ratings."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from storage.types import moment


class Support(SQLModel, table=True):
    """A support. Sides are the giver (the request's owner) and the host (who asked).

    `agreed_…` and `ticked_…` are the names of what a side has confirmed, separated by blanks. A side's rating is what
    it gives the other. Kilometres and subsidy (minor units) are frozen when the technician is held.
    """

    __tablename__ = "supports"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="begins_before_it_ends"),
        CheckConstraint("rating_by_giver IS NULL OR rating_by_giver BETWEEN 1 AND 10", name="rating_by_giver"),
        CheckConstraint("rating_by_host IS NULL OR rating_by_host BETWEEN 1 AND 10", name="rating_by_host"),
    )
    request_id: int = Field(foreign_key="requests.id", primary_key=True)
    specialty: str
    level: str  # at least
    starts_at: datetime = moment(index=True)
    ends_at: datetime = moment()
    technician_id: int | None = Field(default=None, foreign_key="technicians.id", index=True)
    technician: str = ""  # the name, as it was
    technician_level: str = ""
    km: float | None = None
    subsidy: int = 0
    agreed_giver: str = ""
    agreed_host: str = ""
    posted_at: datetime | None = moment(default=None, nullable=True)  # the checklist
    ticked_giver: str = ""
    ticked_host: str = ""
    arrived_at: datetime | None = moment(default=None, nullable=True)
    arrived_by: int | None = Field(default=None, foreign_key="persons.id")
    done_at: datetime | None = moment(default=None, nullable=True)
    done_by: int | None = Field(default=None, foreign_key="persons.id")
    solved: str = ""  # yes, no
    minutes: int | None = None  # of work
    rating_by_giver: int | None = None
    rating_by_host: int | None = None
    shown_at: datetime | None = moment(default=None, nullable=True, index=True)  # both ratings, to both
