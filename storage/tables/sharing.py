"""What the processes on one database share: who lives, who holds what only one may do, and how fast all may speak."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from storage.types import moment


class Lease(SQLModel, table=True):
    """Something one process holds until an instant of the database's clock, unless it renews it.

    `process:ID` is the process itself: while it holds that, it lives.
    """

    __tablename__ = "leases"
    name: str = Field(primary_key=True)
    holder: str
    until: datetime = moment()


class Paced(SQLModel, table=True):
    """When what counts towards a limit was said last, newest first: milliseconds since 1970, separated by spaces."""

    __tablename__ = "paced"
    key: str = Field(primary_key=True)
    stamps: str = ""
