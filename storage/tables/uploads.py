"""Files that were sent and wait to be confirmed."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from storage.types import identity, moment


class Upload(SQLModel, table=True):
    """A workbook as it was read, of one inbound; `packed` is "" once it was written or dropped."""

    __tablename__ = "uploads"
    id: int = identity()
    source: str = Field(unique=True)  # the inbound's: worked again after a crash it is the same one
    person_id: int = Field(foreign_key="persons.id")
    name: str
    packed: str
    sent_at: datetime = moment(index=True)
    done_at: datetime | None = moment(default=None, nullable=True)
