"""Who lives, and who does what only one may do: leases in the database, renewed every few seconds.

A process that ends gives its leases up; one that was killed or stands still loses them, and what it had in hand is
taken over by the others. Where the database is a file there is one process, and it holds everything.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.threads import Desk
from storage.queries import sharing

log = logging.getLogger(__name__)

BEAT = 2.0  # seconds between two renewals
LASTING = timedelta(seconds=8)  # without a renewal for so long a process is dead: within 15 s all is taken over
GONE = timedelta(days=1)  # after which a dead process is forgotten


class Leases:
    """This process' leases; `beaten` is awaited after each renewal.

    `me` names the process; a driver that does not run it holds everything.
    """

    def __init__(self, desk: Desk, me: str, beaten: Callable[[], Awaitable[None]]) -> None:
        self._desk = desk
        self._me = me
        self._beaten = beaten
        self._wanted: list[str] = []
        self._held: frozenset[str] = frozenset()
        self._valid_until: float | None = None  # on the event loop's clock; None: nobody else is there
        self._changed = asyncio.Event()
        self.living = 1
        self.was_shared = False

    @property
    def is_shared(self) -> bool:
        """Whether other processes live on this database; `was_shared` is whether any ever did since this one began."""
        return self.living > 1

    def holds(self) -> bool:
        """Say whether what this process has in hand is still its own."""
        return self._valid_until is None or asyncio.get_running_loop().time() < self._valid_until

    def has(self, name: str) -> bool:
        """Say whether this process holds a lease now."""
        return self._valid_until is None or (name in self._held and self.holds())

    async def until_held(self, name: str) -> None:
        """Wait until this process holds a lease."""
        if name not in self._wanted:
            self._wanted.append(name)
        while not self.has(name):
            await self._change()

    async def until_lost(self, name: str) -> None:
        """Wait until this process holds a lease no more."""
        while self.has(name):
            await self._change()

    async def begin(self) -> None:
        """Say that this process lives, and let the others hear of it, before it takes anything in hand."""
        if not self._desk.database.is_sqlite:
            await self._renew()
            if self.is_shared:
                await self._until_known()

    async def _until_known(self) -> None:
        """Wait until every other process has renewed its lease, and so knows of this one, or is dead."""
        database = self._desk.database

        def look(since: datetime | None) -> tuple[datetime, int]:
            with database.transaction(writing=False) as session:
                now = sharing.tell_time(session)
                return now, sharing.count_unaware(session, self._me, since or now, LASTING)

        since, unaware = await asyncio.to_thread(look, None)
        # Less than its own lease lasts: whoever has not renewed by then is dead soon, or slower than anything we keep.
        end = asyncio.get_running_loop().time() + LASTING.total_seconds() - BEAT
        while unaware and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(BEAT / 10)
            _, unaware = await asyncio.to_thread(look, since)

    async def run(self) -> None:
        """Renew for ever."""
        while True:
            await asyncio.sleep(BEAT)
            if self._desk.database.is_sqlite:
                continue
            try:
                await self._renew()
            except Exception:
                # Whatever it is, the next beat tries again; until one works this process holds nothing for long.
                log.exception("the leases could not be renewed")
                continue
            await self._beaten()

    async def end(self) -> None:
        """Give every lease up, so that the others need not wait."""
        if not self._desk.database.is_sqlite:
            await asyncio.to_thread(self._give_up)

    async def _renew(self) -> None:
        begun = asyncio.get_running_loop().time()

        def renew() -> sharing.Beat:
            with self._desk.database.transaction() as session:
                sharing.bury(session, GONE)
                return sharing.renew_leases(session, self._me, list(self._wanted), LASTING)

        # In a thread of its own: those of the desk may all wait for a lock that a standing process has.
        beat = await asyncio.to_thread(renew)
        if self._valid_until is not None and begun > self._valid_until:
            log.warning("this process stood still for %.0f s; others took over", begun - self._valid_until)
        self._valid_until = begun + LASTING.total_seconds()
        self._held, self.living = beat.held, beat.living
        self.was_shared = self.was_shared or self.is_shared
        self._changed.set()

    def _give_up(self) -> None:
        with self._desk.database.transaction() as session:
            sharing.end_leases(session, self._me)

    async def _change(self) -> None:
        """Wait for the next beat, or for the end of what is held."""
        self._changed.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BEAT):  # not `wait_for`, which can swallow a cancellation
                await self._changed.wait()
