"""What a chat platform must be able to do, and how it says that it cannot."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from handlers.chat import Address, Inbound, Message, Reply


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a message stands: the chat the platform put it in (a Slack user id becomes a channel) and its id."""

    chat: str
    message: str


@dataclass(frozen=True, slots=True)
class Pace:
    """How many messages a second a platform takes: over all, in one chat, and in one group in a minute (0: no limit).

    `burst` is how many may go at once after a rest.
    """

    overall_per_second: float
    chat_per_second: float
    group_per_minute: float = 0
    burst: int = 1


class DeliveryError(Exception):
    """A message could not be said.

    DeliveryError
    ├── TryLater      the platform asks for patience, or did not answer: again after `seconds`
    │   └── Refused   the platform takes nothing from us until somebody mends it: the token was revoked
    ├── Moved         the chat has a new id
    ├── Unreachable   nothing can be said there any more: blocked, kicked, archived, closed, deleted
    ├── Gone          the message to edit does not exist any more
    ├── Unsayable     the platform refuses this message, and would again
    └── TooBig        a file has more bytes than are wanted
    """


class TryLater(DeliveryError):
    """The platform asks for patience: a 429 (`limited`), a 5xx, or no answer."""

    def __init__(self, why: str, *, seconds: float | None = None, limited: bool = False) -> None:
        super().__init__(why)
        self.seconds = seconds
        self.limited = limited


class Refused(TryLater):
    """The platform takes nothing from us, whatever it is, until somebody gives us a valid token."""

    def __init__(self, why: str) -> None:
        super().__init__(why, seconds=300.0)  # the lookout asks more often than messages are tried


class Moved(DeliveryError):
    """The chat has a new id, as when a Telegram group becomes a supergroup."""

    def __init__(self, chat: str) -> None:
        super().__init__(f"the chat moved to {chat}")
        self.chat = chat


class Unreachable(DeliveryError):
    """Nothing can be said at this address any more; `event` is the chat event it amounts to."""

    def __init__(self, why: str, *, event: str) -> None:
        super().__init__(why)
        self.event = event


class Gone(DeliveryError):
    """The message to edit does not exist any more."""


class Unsayable(DeliveryError):
    """The platform refuses this message, and would again."""


class TooBig(DeliveryError):
    """A file has more bytes than are wanted."""


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A command as a platform's menu lists it; `description` is language → one line."""

    name: str
    description: dict[str, str]
    in_groups: bool
    in_private: bool


class Level(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What `doctor` found of one subject; `mend` says what to do, "" where nothing need be done."""

    level: Level
    subject: str
    text: str
    mend: str = ""


async def gathered(pieces: AsyncIterable[bytes], most: int) -> bytes:
    """Put the pieces of a file together. Raises `TooBig` as soon as there are more than so many bytes."""
    content = bytearray()
    async for piece in pieces:
        content += piece
        if len(content) > most:
            raise TooBig(f"more than {most} bytes")
    return bytes(content)


Take = Callable[[Sequence[Inbound]], Awaitable[Sequence[Inbound]]]
"""Store inbounds before they are acknowledged; returns those not seen before. It raises when nothing was stored."""

Answer = Callable[[Inbound], Awaitable[Reply]]
"""Work one stored inbound to its end and return what must be answered at once."""


class Platform(Protocol):
    """A chat platform: it hands what people say to `take`, then `answer`, and says what delivery gives it."""

    name: str
    pace: Pace
    asks: bool  # intake asks for what is new, which one process alone may do; else the platform calls any process

    async def start(self, take: Take, answer: Answer) -> None:
        """Begin to take in; return once intake runs. Raises `OSError` or a platform error when it cannot."""

    async def stop_intake(self) -> None:
        """Stop taking in and wait for what was already handed over to be answered."""

    async def close(self) -> None:
        """Close connections; nothing is said after this."""

    async def post(self, address: Address, message: Message, *, only_for: str = "", reply_to: str = "") -> Posted:
        """Say a message; `only_for` (a user id) shows it to that user alone where the platform can.

        A text over the platform's limit is split at line ends; the id returned is of the part with the buttons.
        Raises a `DeliveryError`.
        """

    async def edit(self, address: Address, posted: Posted, message: Message) -> None:
        """Change a message said before; unchanged content is no error. Raises a `DeliveryError`."""

    async def fetch(self, values: Mapping[str, str], most: int) -> bytes:
        """Return the content of a file that was sent; `values` are those of its inbound.

        Raises `TooBig` beyond so many bytes, else a `DeliveryError`.
        """

    async def publish(self, menu: Sequence[MenuEntry]) -> None:
        """Register the commands where the platform has a menu of them."""

    async def greet(self) -> None:
        """Ask the platform who we are. Raises a `DeliveryError`: `Refused` when it wants nothing of us any more."""

    async def check(self) -> list[Finding]:
        """Look at the connection for `doctor`: who we are there, rights, webhook or socket. Never raises."""

    def deep_link(self, code: str) -> str:
        """Return a link that links an account by this one-time code, "" where the platform has none."""

    def is_group(self, address: Address) -> bool:
        """Whether the group pace applies to this address."""

    @property
    def has_threads(self) -> bool:
        """Whether a message can be answered in a thread of its own."""
