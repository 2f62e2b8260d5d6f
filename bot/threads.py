"""Where synchronous work runs: in worker threads, or at once in the event loop; and trying again until it works."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from queue import SimpleQueue
from typing import Any, Protocol, TypeVar

from bot.clock import Clock
from bot.meters import Meters
from storage.database import Database, is_passing

log = logging.getLogger(__name__)

T = TypeVar("T")

Together = Callable[[], AbstractContextManager[Callable[[], bool]]]
"""Commits what is done within it at once; yields whether what was done before an error still stands."""

GROUP = 64  # pieces of work that one commit ends at the most: each waits for the others
READERS = 3  # threads of a SQLite database for what only reads; the writer is one
POOL = 8  # threads of a PostgreSQL database, as many as it keeps connections
FIRST_PAUSE = 0.5  # seconds between two tries, doubled each time …
LONGEST_PAUSE = 10.0  # … up to this


class Workers(Protocol):
    """Runs what is synchronous. `write` is for work that takes the writer, `read` for work that never does."""

    async def write(self, work: Callable[[], T]) -> T:
        """Run work that may change something."""

    async def read(self, work: Callable[[], T]) -> T:
        """Run work that only reads, or that may take long before it writes."""

    def close(self, seconds: float = 0) -> None:
        """Take no more work; wait so long at the most for what runs."""


class Inline:
    """Runs work at once, in the event loop: for the demo and tests, where the order of things must be known."""

    async def write(self, work: Callable[[], T]) -> T:
        """Run it."""
        return work()

    async def read(self, work: Callable[[], T]) -> T:
        """Run it."""
        return work()

    def close(self, seconds: float = 0) -> None:
        """Do nothing."""


class Threads:
    """Worker threads: one writer and a few readers for SQLite, one small pool for PostgreSQL.

    The one writer commits what waits for it `together`.
    """

    def __init__(self, *, one_writer: bool, together: Together | None = None) -> None:
        self._writing = _Lane("write", 1 if one_writer else POOL, together if one_writer else None)
        self._reading = _Lane("read", READERS) if one_writer else self._writing

    async def write(self, work: Callable[[], T]) -> T:
        """Run it in the writer's thread."""
        return await asyncio.wrap_future(self._writing.begin(work))

    async def read(self, work: Callable[[], T]) -> T:
        """Run it in a reader's thread, so that it never waits for the writer."""
        return await asyncio.wrap_future(self._reading.begin(work))

    def close(self, seconds: float = 0) -> None:
        """End the threads; one that hangs in a lock is left behind."""
        for lane in (self._writing, self._reading):
            lane.close(seconds)


@dataclass(slots=True)
class _Piece:
    """A piece of work, and how it ended: it is told once its group is committed."""

    work: Callable[[], Any]
    future: Future[Any] = field(default_factory=Future)
    result: Any = None
    error: BaseException | None = None

    def run(self) -> None:
        try:
            self.result, self.error = self.work(), None
        except BaseException as error:  # noqa: BLE001 - it is raised where the work is awaited
            self.error = error

    def tell(self) -> None:
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class _Lane:
    """Threads that share a queue. They are daemons: the process can end although one waits for a lock."""

    def __init__(self, name: str, threads: int, together: Together | None = None) -> None:
        self._queue: SimpleQueue[_Piece | None] = SimpleQueue()
        self._together = together
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True) for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def begin(self, work: Callable[[], T]) -> Future[T]:
        piece = _Piece(work)
        self._queue.put(piece)
        return piece.future

    def close(self, seconds: float) -> None:
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join(seconds)

    def _work(self) -> None:
        while (piece := self._queue.get()) is not None:
            pieces = [piece]
            while self._together is not None and len(pieces) < GROUP and not self._queue.empty():
                more = self._queue.get()
                if more is None:
                    self._queue.put(None)
                    break
                pieces.append(more)
            self._run([piece for piece in pieces if piece.future.set_running_or_notify_cancel()])

    def _run(self, pieces: list[_Piece]) -> None:
        if self._together is None or len(pieces) == 1:
            for piece in pieces:
                piece.run()
        else:
            try:
                with self._together() as stands:
                    for piece in pieces:
                        piece.run()
                        if piece.error is not None and not stands():
                            raise piece.error
            except BaseException as error:  # noqa: BLE001 - nothing of the group stands: each of it is told
                for piece in pieces:
                    piece.error = error
        for piece in pieces:
            piece.tell()


class Outage:
    """Remembers that something does not work, so that the log says it once, and once that it works again.

    `after` so many failures in a row it is an outage.
    """

    def __init__(
        self, what: str, *, first: float = FIRST_PAUSE, longest: float = LONGEST_PAUSE, after: int = 1
    ) -> None:
        self.what = what
        self.after = after
        self.failures = 0
        self._first = first
        self._longest = longest

    @property
    def is_on(self) -> bool:
        """Whether it has failed so often that it must be an outage."""
        return self.failures >= self.after

    def failed(self, error: BaseException) -> float:
        """Note a failure; return the seconds to wait before the next try."""
        self.failures += 1
        if self.failures == self.after:
            log.warning("%s does not answer; trying until it does (%s)", self.what, _brief(error))
        return min(self._longest, self._first * 2.0 ** min(max(self.failures - self.after, 0), 20))

    def worked(self) -> None:
        """Note a success."""
        if self.is_on:
            log.warning("%s answers again after %d failures", self.what, self.failures)
        self.failures = 0


class Desk:
    """Where the database's work is handed in: run once, or again and again until a passing error has passed."""

    def __init__(self, database: Database, workers: Workers, clock: Clock, meters: Meters | None = None) -> None:
        self._meters = meters or Meters()
        self.database = database
        self.clock = clock
        self.workers = workers
        self._outage = Outage("the database")

    def now(self) -> datetime:
        """Return the present instant."""
        return self.clock.now()

    async def once(self, work: Callable[[], T], *, reading: bool = False, kind: str = "") -> T:
        """Run it; a passing error is noted and raised. How long each `kind` takes is measured."""
        handed_in = time.perf_counter()
        begun = handed_in

        def timed() -> T:
            nonlocal begun
            begun = time.perf_counter()
            return work()

        try:
            result = await (self.workers.read(timed) if reading else self.workers.write(timed))
        except Exception as error:
            if is_passing(error):
                self._outage.failed(error)
            raise
        self._outage.worked()
        self._meters.transaction_wait.observe(begun - handed_in)
        if kind:
            self._meters.transaction_time.labels(kind).observe(time.perf_counter() - begun)
        return result

    async def surely(self, work: Callable[[], T], *, reading: bool = False, kind: str = "") -> T:
        """Run it until it works or fails for good; each try begins anew, so it reads the clock itself."""
        pause = FIRST_PAUSE
        while True:
            try:
                return await self.once(work, reading=reading, kind=kind)
            except Exception as error:
                if not is_passing(error):
                    raise
            await self.clock.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)


def _brief(error: BaseException) -> str:
    """Return the first line of an error: SQLAlchemy's go on with the statement and its values."""
    return (str(error).splitlines() or [type(error).__name__])[0]
