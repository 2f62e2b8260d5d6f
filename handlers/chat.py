"""The words a chat is described in, free of any platform.

`bot/` turns what a platform delivers into an `Inbound` and a `Message` into what a platform sends. Everything here
is a frozen value that survives a trip through JSON, because the inbound and outbox queues store it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from typing import Literal

from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class Address:
    """A place messages go: `chat` and `thread` are the platform's own ids; `thread` is "" outside threads."""

    platform: str
    chat: str
    thread: str = ""

    def __str__(self) -> str:
        return f"{self.platform}:{self.chat}" + (f"/{self.thread}" if self.thread else "")


class InboundKind(StrEnum):
    """What was done: words written, a button pressed, a form sent, or an event of the chat itself."""

    TEXT = "text"
    BUTTON = "button"
    FORM = "form"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Inbound:
    """One thing said to the bot.

    `id` is unique for ever and names the platform (`telegram:8123`, `slack:Ev0PV5`): the same id twice is a repeat.
    `user` is the platform's id of the author, "" for an event nobody caused.
    `text` has the bot's mention and the leading slash taken off; `addressed` says that one of them stood there, so
    that its first word is meant as a command (in a private chat every text is addressed to the bot).
    `message` is the platform's id of the message itself, for a button of the message that carries it.
    `reply_to` is the platform's id of the message it answers (Slack: the root of the thread).
    `token` is a button's or form's opaque token; `values` a form's fields, or an event's facts.
    `can_form` says a form can be opened in answer; `handle` is what the platform needs to answer at once
    (callback id, trigger id) and means nothing to anybody else.
    """

    id: str
    kind: InboundKind
    origin: Address
    user: str = ""
    user_name: str = ""
    text: str = ""
    addressed: bool = False
    private: bool = False
    message: str = ""
    reply_to: str = ""
    token: str = ""
    values: dict[str, str] = field(default_factory=dict)
    can_form: bool = False
    handle: str = ""

    def __post_init__(self) -> None:
        """Take out what no database and no JSON can hold: NUL, and halves of characters."""
        object.__setattr__(self, "text", _storable(self.text))
        object.__setattr__(self, "user_name", _storable(self.user_name))
        object.__setattr__(self, "token", _storable(self.token))  # it comes back from outside as anybody likes
        object.__setattr__(self, "values", {_storable(key): _storable(value) for key, value in self.values.items()})


def _storable(text: str) -> str:
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


# The events of a chat, as `Inbound.text` of kind EVENT.
CHAT_MOVED = "chat_moved"  # values: to = the chat's new id
BOT_ADDED = "bot_added"
BOT_REMOVED = "bot_removed"  # kicked, or the chat was deleted
CHAT_CLOSED = "chat_closed"  # topic closed, channel archived
CHAT_REOPENED = "chat_reopened"
USER_BLOCKED = "user_blocked"  # this user does not want private messages any more
USER_UNBLOCKED = "user_unblocked"
MEMBER_LEFT = "member_left"
MESSAGE_DELETED = "message_deleted"  # message = its id
PLATFORM_LOST = "platform_lost"  # the whole platform refuses us; values: reason
PLATFORM_FOUND = "platform_found"
WHEREABOUTS = "whereabouts"  # somebody is there; values: latitude, longitude (degrees), again = 1: a live one goes on
FLOODED = "flooded"  # values: was = what kind it was before; wait = seconds

Style = Literal["", "bold", "italic", "code", "copy", "table", "mention"]


@dataclass(frozen=True, slots=True)
class Span:
    """A run of words in one style. `copy` is a text to take over as it stands; a `mention` names a person of ours.

    A `table` stands in a line of its own, its rows at line ends: a block in a monospace face.
    `user` is filled in when a mention is said: the person's id on that platform, or "" (then only the name shows).
    """

    text: str
    style: Style = ""
    person: int | None = None
    user: str = ""


Line = tuple[Span, ...]


def line(*parts: str | Span) -> Line:
    """Join plain strings and spans into one line."""
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts)


def bold(text: str) -> Span:
    """Return the words in bold."""
    return Span(text, "bold")


def code(text: str) -> Span:
    """Return the words in a monospace face, to be typed as they stand."""
    return Span(text, "code")


def copy(text: str) -> Span:
    """Return a text ready to forward."""
    return Span(text, "copy")


def table(rows: Iterable[str]) -> Span:
    """Return rows as a block in a monospace face; `handlers/columns.py` fills them up."""
    return Span("\n".join(rows), "table")


def mention(person: int | None, name: str) -> Span:
    """Name a person so that the platform tells them."""
    return Span(name, "mention", person)


class Look(StrEnum):
    """How a button looks where the platform has looks."""

    PLAIN = ""
    PRIMARY = "primary"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Button:
    """A choice under a message: pressing it runs `action` with `args`.

    `token` is what travels through the platform; it is made when the message is said and looked up when pressed.
    """

    label: str
    action: str
    args: dict[str, str | int] = field(default_factory=dict)
    look: Look = Look.PLAIN
    token: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What the bot says: lines, rows of buttons, and `ask` (a placeholder) where it waits for words in reply.

    `gist` is what stands for it in a message that names several such: a line each, which begins with its label.
    """

    lines: tuple[Line, ...]
    buttons: tuple[tuple[Button, ...], ...] = ()
    ask: str = ""
    gist: tuple[Line, ...] = ()

    @property
    def plain(self) -> str:
        """The words alone, for terminals, notifications and logs of tests."""
        return "\n".join("".join(span.text for span in row) for row in self.lines)

    def with_args(self, **more: str | int) -> Message:
        """Return it with more arguments for each of its buttons."""
        rows = tuple(tuple(replace(one, args={**one.args, **more}) for one in row) for row in self.buttons)
        return replace(self, buttons=rows)

    def with_lines(self, *more: Line) -> Message:
        """Return this message with further lines below."""
        return replace(self, lines=self.lines + more)


def message(*lines: str | Span | Line, buttons: tuple[tuple[Button, ...], ...] = (), ask: str = "") -> Message:
    """Build a message; a line is a string, a span or a tuple of spans, and a string is split at its line ends."""
    rows: list[Line] = []
    for part in lines:
        if isinstance(part, str):
            rows.extend(line(text) for text in part.split("\n"))
        elif isinstance(part, Span):
            rows.append((part,))
        else:
            rows.append(part)
    return Message(tuple(rows), buttons, ask)


FieldKind = Literal["text", "lines", "choice", "number", "date", "time"]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a form asks for; `options` are (value, label) pairs of a choice."""

    name: str
    label: str
    kind: FieldKind = "text"
    options: tuple[tuple[str, str], ...] = ()
    value: str = ""
    hint: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """Several fields filled in at once: a modal on Slack, one question after another elsewhere.

    Sending it runs the form `action` with `args` and the fields' values.
    """

    action: str
    title: str
    fields: tuple[Field, ...]
    submit: str
    args: dict[str, str | int] = field(default_factory=dict)
    token: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What cannot wait and cannot be stored: a button's toast (`alert`: must be dismissed) and a form to open.

    A form that was sent and is wrong comes back as `errors`, field → sentence.
    """

    toast: str = ""
    alert: bool = False
    form: Form | None = None
    errors: dict[str, str] = field(default_factory=dict)


class Priority(IntEnum):
    """What goes first to a platform that is slow; within a chat and priority, first in first out."""

    URGENT = 0
    NORMAL = 1
    PROGRESS = 2
    DIGEST = 3


_INBOUND: TypeAdapter[Inbound] = TypeAdapter(Inbound)
_MESSAGE: TypeAdapter[Message] = TypeAdapter(Message)


def to_json(value: Inbound | Message) -> str:
    """Write a value of this vocabulary as JSON."""
    if isinstance(value, Inbound):
        return _INBOUND.dump_json(value, exclude_defaults=True).decode()
    return _MESSAGE.dump_json(value, exclude_defaults=True).decode()


def inbound_from_json(text: str) -> Inbound:
    """Read an inbound written by `to_json`."""
    return _INBOUND.validate_json(text)


def message_from_json(text: str) -> Message:
    """Read a message written by `to_json`."""
    return _MESSAGE.validate_json(text)
