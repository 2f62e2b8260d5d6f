"""Fakes with which the process is tested inside: a platform, and a clock on which things happen.

Platforms at the wire are in `wire.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.clock import Clock, SimulatedClock, WallClock
from bot.platform import Answer, Finding, MenuEntry, Pace, Posted, Take, gathered
from handlers.chat import Address, Message

UNPACED = Pace(overall_per_second=0, chat_per_second=0)


@dataclass(frozen=True)
class Call:
    """One thing the bot said: a post or an edit, and when."""

    kind: Literal["post", "edit"]
    at: datetime
    address: Address
    message: Message
    posted: Posted
    only_for: str = ""
    reply_to: str = ""

    @property
    def text(self) -> str:
        """The words alone."""
        return self.message.plain


class FakePlatform:
    """A platform that remembers what it was told to say, and fails as it was told to.

    A chat that begins with "-" is a group. `calls` are those that succeeded, `tries` all of them by chat.
    """

    def __init__(
        self, clock: Clock, *, name: str = "telegram", pace: Pace = UNPACED, has_threads: bool = False
    ) -> None:
        self.name = name
        self.asks = False
        self.pace = pace
        self.has_threads = has_threads
        self.calls: list[Call] = []
        self.tries: list[str] = []
        self.menu: Sequence[MenuEntry] = ()
        self.started = self.stopped = self.closed = False
        self.take: Take | None = None
        self.answer: Answer | None = None
        self.start_errors: deque[Exception] = deque()
        self.files: dict[str, bytes] = {}
        self._clock = clock
        self._errors: dict[str, deque[Exception]] = defaultdict(deque)
        self._always: dict[str, Exception] = {}
        self._lost: set[str] = set()
        self._gates: dict[str, asyncio.Event] = {}
        self._changed = asyncio.Event()

    # What a test tells it

    def fail(self, chat: str, *errors: Exception) -> None:
        """Let the next calls for this chat fail, one after the other."""
        self._errors[chat].extend(errors)

    def fail_always(self, chat: str, error: Exception | None) -> None:
        """Let every call for this chat ("": for any) fail, until None is given."""
        if error is None:
            self._always.pop(chat, None)
        else:
            self._always[chat] = error

    def lose_answer(self, chat: str) -> None:
        """Let the calls for this chat be carried out, and their answers never come."""
        self._lost.add(chat)

    def hold(self, chat: str) -> asyncio.Event:
        """Let the calls for this chat wait until the event returned is set."""
        return self._gates.setdefault(chat, asyncio.Event())

    async def until(self, condition: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until something holds of what was said or tried."""
        async with asyncio.timeout(seconds):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    # What a test reads

    def texts(self, chat: str) -> list[str]:
        """Return what was said in a chat, in order."""
        return [call.text for call in self.calls if call.address.chat == chat]

    def busiest(self, span: timedelta, chat: str = "") -> int:
        """Return the most calls within any span of time, in a chat or ("") over all."""
        times = [call.at for call in self.calls if not chat or call.address.chat == chat]
        return max(sum(1 for other in times if at <= other < at + span) for at in times)

    # What the bot does

    async def start(self, take: Take, answer: Answer) -> None:
        """Begin, or fail as told."""
        if self.start_errors:
            raise self.start_errors.popleft()
        self.take, self.answer, self.started = take, answer, True
        self._changed.set()

    async def stop_intake(self) -> None:
        """Remember it."""
        self.stopped = True

    async def close(self) -> None:
        """Remember it."""
        self.closed = True

    async def post(self, address: Address, message: Message, *, only_for: str = "", reply_to: str = "") -> Posted:
        """Say a message."""
        await self._try(address.chat)
        posted = Posted(address.chat, f"{self.name}-{len(self.calls) + 1}")
        await self._note(Call("post", self._clock.now(), address, message, posted, only_for, reply_to))
        return posted

    async def edit(self, address: Address, posted: Posted, message: Message) -> None:
        """Change a message."""
        await self._try(address.chat)
        await self._note(Call("edit", self._clock.now(), address, message, posted))

    async def fetch(self, values: Mapping[str, str], most: int) -> bytes:
        """Return a file that a test has put there."""
        return await gathered(_in_one(self.files[values["file"]]), most)

    async def publish(self, menu: Sequence[MenuEntry]) -> None:
        """Remember the menu."""
        self.menu = menu
        self._changed.set()

    async def greet(self) -> None:
        """Be well, or fail as calls for any chat do."""
        if "" in self._always:
            raise self._always[""]

    async def check(self) -> list[Finding]:
        """Find nothing."""
        return []

    def deep_link(self, code: str) -> str:
        """Return "": there are no links."""
        return ""

    def is_group(self, address: Address) -> bool:
        """Whether the chat begins with "-"."""
        return address.chat.startswith("-")

    async def _try(self, chat: str) -> None:
        self.tries.append(chat)
        self._changed.set()
        if chat in self._gates:
            await self._gates[chat].wait()
        if self._errors[chat]:
            raise self._errors[chat].popleft()
        for key in (chat, ""):
            if key in self._always:
                raise self._always[key]

    async def _note(self, call: Call) -> None:
        self.calls.append(call)
        self._changed.set()
        if call.address.chat in self._lost:
            await asyncio.Event().wait()


class HappeningClock(SimulatedClock):
    """A simulated clock on which things happen: `at` an instant, when time passes it."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self._happenings: list[tuple[datetime, Callable[[], None]]] = []

    def at(self, when: datetime, do: Callable[[], None]) -> None:
        """Let this happen then."""
        self._happenings.append((when, do))

    async def sleep(self, seconds: float) -> None:
        """Move on by so many seconds, and let happen what falls into them."""
        await super().sleep(seconds)
        due = [(when, do) for when, do in self._happenings if when <= self.now()]
        self._happenings = [one for one in self._happenings if one not in due]
        for _, do in due:
            do()


class QuickClock(WallClock):
    """The machine's clock, on which a wait takes a hundredth of its time."""

    async def sleep(self, seconds: float) -> None:
        """Wait a little."""
        await asyncio.sleep(seconds / 100)


class Relay:
    """Hands bytes on to a server on loopback, until it is cut: then nobody is reached and every connection ends."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._is_cut = False
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Reach nobody from now on."""
        with self._lock:
            self._is_cut = True
            for one in self._open:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Reach the server again."""
        with self._lock:
            self._is_cut = False

    def close(self) -> None:
        """End."""
        self.cut()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                with self._lock:
                    if self._is_cut:
                        near.close()
                        continue
                    far = socket.create_connection(self._target)
                    self._open |= {near, far}
                for here, there in ((near, far), (far, near)):
                    threading.Thread(target=self._hand_on, args=(here, there), daemon=True).start()

    def _hand_on(self, here: socket.socket, there: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := here.recv(65536):
                there.sendall(data)
        with self._lock:
            self._open -= {here, there}
        for one in (here, there):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


async def _in_one(content: bytes) -> AsyncIterator[bytes]:
    yield content
