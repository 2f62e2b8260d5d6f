"""Who did what, where and when: append-only; the database itself refuses UPDATE and DELETE."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from storage.types import identity, moment


class AuditEntry(SQLModel, table=True):
    """One act or refusal."""

    __tablename__ = "audit_entries"
    id: int = identity()
    at: datetime = moment(index=True)
    person_id: int | None = Field(default=None, foreign_key="persons.id", index=True)
    platform: str = ""
    user: str = ""
    chat: str = ""
    inbound_id: int | None = None
    act: str
    subject: str = Field(default="", index=True)  # such as T-0001
    before: str = ""
    after: str = ""
    reason: str = ""
    refused: bool = False
    policy_id: int | None = Field(default=None, foreign_key="policies.id")
