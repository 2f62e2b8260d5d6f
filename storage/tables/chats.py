"""Where the bot speaks: bound chats, the cards standing in them, buttons and half-filled forms."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import choice, identity, moment


class Purpose(StrEnum):
    """What a bound chat is for."""

    MANAGERS = "managers"
    EMERGENCY = "emergency"
    TECHNICIANS = "technicians"
    HQ = "hq"


class Chat(SQLModel, table=True):
    """A group, topic or channel bound to a purpose of a region (HQ's chats have none)."""

    __tablename__ = "chats"
    __table_args__ = (UniqueConstraint("platform", "chat", "thread"),)
    id: int = identity()
    platform: str
    chat: str
    thread: str = ""
    purpose: Purpose = choice(Purpose)
    region_id: int | None = Field(default=None, foreign_key="regions.id", index=True)
    language: str = ""
    bound_at: datetime = moment()
    bound_by: int | None = Field(default=None, foreign_key="persons.id")
    suspended_at: datetime | None = moment(default=None, nullable=True)  # the bot cannot speak there now
    suspended_why: str = ""


class Card(SQLModel, table=True):
    """A message of a request that is edited in place: one for each bound chat, one for each person who must act.

    A question of the technicians' has its cards too, and a live board one. `message` is the platform's id once it is
    posted, `posted_chat` the chat the platform put it in.
    """

    __tablename__ = "cards"
    __table_args__ = (
        UniqueConstraint("request_id", "platform", "chat", "thread"),
        UniqueConstraint("question_id", "platform", "chat", "thread"),
        UniqueConstraint("board_id", "platform", "chat", "thread"),
    )
    id: int = identity()
    request_id: int | None = Field(default=None, foreign_key="requests.id")  # one of the three
    question_id: int | None = Field(default=None, foreign_key="questions.id")
    board_id: int | None = Field(default=None, foreign_key="live_boards.id")
    platform: str
    chat: str = Field(index=True)
    thread: str = ""
    person_id: int | None = Field(default=None, foreign_key="persons.id", index=True)  # None: a group's card
    language: str
    timezone: str
    posted_chat: str = ""
    message: str = Field(default="", index=True)
    told_event: int = 0  # the last line of the story told in its thread
    reposted: bool = False  # it was deleted by somebody and posted once more
    rendered: str = ""  # hash of what was said last: the same again is not said


class ButtonToken(SQLModel, table=True):
    """What a button's opaque token stands for."""

    __tablename__ = "button_tokens"
    token: str = Field(primary_key=True)
    key: str = Field(unique=True)  # action and arguments: the same button has one token for ever
    action: str
    args: str  # JSON
    created_at: datetime = moment()


class Draft(SQLModel, table=True):
    """A form being filled in one question after another, by one person in one chat."""

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("platform", "chat", "user"),)
    id: int = identity()
    platform: str
    chat: str
    user: str
    action: str
    args: str  # JSON
    form: str  # JSON of the Form
    filled: str = "{}"  # JSON: field → value
    field: str  # the one asked for now
    expires_at: datetime = moment()
