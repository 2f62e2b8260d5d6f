"""The three durable queues: what was said to us, what to do later, what to say."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from storage.types import identity, moment


class InboundRow(SQLModel, table=True):
    """Something said to us, stored before it is acknowledged; `source` is the platform's id of it."""

    __tablename__ = "inbound"
    __table_args__ = (
        Index(
            "ix_inbound_open",
            "platform",
            "chat",
            "id",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )
    id: int = identity()
    source: str = Field(unique=True)
    platform: str
    chat: str
    payload: str  # JSON of the Inbound
    received_at: datetime = moment()
    taken_by: str = ""  # the process that works it
    done_at: datetime | None = moment(default=None, nullable=True)
    attempts: int = 0
    error: str = ""


class Timer(SQLModel, table=True):
    """Something to do later, once: `key` is unique for ever."""

    __tablename__ = "timers"
    __table_args__ = (
        Index(
            "ix_timers_pending",
            "try_at",
            "id",
            sqlite_where=text("fired_at IS NULL AND cancelled_at IS NULL"),
            postgresql_where=text("fired_at IS NULL AND cancelled_at IS NULL"),
        ),
        Index(
            "ix_timers_late",  # of many that wait, the few that are late
            "due_at",
            sqlite_where=text("fired_at IS NULL AND cancelled_at IS NULL"),
            postgresql_where=text("fired_at IS NULL AND cancelled_at IS NULL"),
        ),
    )
    id: int = identity()
    key: str = Field(unique=True)
    name: str
    args: str = "{}"  # JSON
    request_id: int | None = Field(default=None, foreign_key="requests.id", index=True)
    due_at: datetime = moment()
    try_at: datetime = moment()  # due_at, later after a failure
    fired_at: datetime | None = moment(default=None, nullable=True)
    cancelled_at: datetime | None = moment(default=None, nullable=True)
    attempts: int = 0
    error: str = ""


class OutboxRow(SQLModel, table=True):
    """Something to say: a new message, a new card, or a card's new look."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_open",
            "platform",
            "chat",
            "priority",
            "id",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
        Index(
            "ix_outbox_bundle",
            "platform",
            "chat",
            "bundle",
            "id",
            sqlite_where=text("bundle <> ''"),
            postgresql_where=text("bundle <> ''"),
        ),
    )
    id: int = identity()
    platform: str
    chat: str
    thread: str = ""
    only_for: str = ""  # a platform user: shown to that one alone
    reply_to: str = ""
    priority: int
    payload: str  # JSON of the Message
    card_id: int | None = Field(default=None, foreign_key="cards.id", index=True)
    edit: bool = False  # of the card: change it; else post it
    under_card: bool = False  # a line in the card's thread
    person_id: int | None = Field(default=None, foreign_key="persons.id")  # whom a private message is for
    created_at: datetime = moment()
    try_at: datetime = moment()
    held_until: datetime | None = moment(default=None, nullable=True)  # not said before, and nothing waits behind it
    bundle: str = ""  # what is said with others of its kind in one message
    claimed_at: datetime | None = moment(default=None, nullable=True)
    claimed_by: str = ""
    done_at: datetime | None = moment(default=None, nullable=True)
    message: str = Field(default="", index=True)  # the platform's id of what was posted
    failed: str = ""  # why it was given up
    attempts: int = 0
