"""The hand of the clock: fires timers when they are due and sees to what is periodic. The memory is the database.

APScheduler only says "now": a date for the next due timer, set again after each commit, and a minute's interval. Its
own store of work is never used, so nothing is lost or doubled with it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]
from apscheduler.triggers.date import DateTrigger  # type: ignore[import-untyped]
from apscheduler.triggers.interval import IntervalTrigger  # type: ignore[import-untyped]

from bot.threads import Desk
from handlers import dispatch
from handlers.settings import Settings
from storage.queries import queues

log = logging.getLogger(__name__)
logging.getLogger("apscheduler").setLevel(logging.WARNING)  # it would tell of each tick

BATCH = 100  # timers looked up at once
LOOK = timedelta(seconds=60)  # the longest sleep: the machine's clock may have jumped
OVERDUE = timedelta(seconds=60)  # a timer this late is a failure of ours
UNSAID = timedelta(minutes=5)  # a message this old, still unsaid, is worth a line in the log
ALIVE = timedelta(seconds=150)  # without a good audit for so long we are not healthy

Minutely = Callable[[datetime], Awaitable[None]]


class Scheduler:
    """Fires timers and sees to what is periodic.

    `before` is awaited before timers fire, `minutely` each minute; `committed` is called after each piece of work.
    """

    def __init__(
        self,
        desk: Desk,
        settings: Settings,
        *,
        before: Minutely,
        minutely: Minutely,
        committed: Callable[[], None],
    ) -> None:
        self._desk = desk
        self._settings = settings
        self._before = before
        self._minutely = minutely
        self._committed = committed
        self._firing = asyncio.Lock()
        self._rung = asyncio.Event()
        self._overdue = 0
        self._late: set[str] = set()  # said in the log
        self.heartbeat_at: datetime | None = None  # the last time nothing was found overdue

    # The steps, which a driver with a simulated clock calls itself

    async def fire_due(self, now: datetime) -> datetime | None:
        """Fire everything due, the longest due first; return when the next is due. One that fails stops no other."""
        await self._before(now)
        tried: set[int] = set()
        async with self._firing:
            while ids := [id_ for id_ in await self._list_due(now) if id_ not in tried]:
                for timer_id in ids:
                    tried.add(timer_id)
                    await self._fire(timer_id)
            return await self._find_next()

    async def see_to(self, now: datetime) -> None:
        """See to everything periodic, then look for what is overdue."""
        await self._desk.surely(lambda: dispatch.see_to(self._desk.database, self._settings, now))
        self._committed()
        await self._minutely(now)
        await self.audit(now)

    async def audit(self, now: datetime) -> bool:
        """Look for timers that should have fired and messages that should have been said; the first stop the heart."""

        def count() -> tuple[int, int]:
            with self._desk.database.transaction(writing=False) as session:
                overdue = queues.count_overdue_timers(session, now - OVERDUE)
                return overdue, queues.count_backlog(session, now - UNSAID)

        overdue, unsaid = await self._desk.surely(count, reading=True)
        if overdue:
            log.error("%d timers are overdue", overdue)
        elif self._overdue:
            log.warning("no timer is overdue any more")
        if unsaid:
            log.warning("%d messages wait for more than %s", unsaid, UNSAID)
        self._overdue = overdue
        if not overdue:
            self.heartbeat_at = now
        return not overdue

    def is_healthy(self, now: datetime) -> bool:
        """Say whether an audit found nothing overdue, not long ago."""
        return self.heartbeat_at is not None and now - self.heartbeat_at < ALIVE

    # The hand of the clock

    async def run(self) -> None:
        """Fire what is due, and wait for the next, for ever."""
        ticks = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        ticks.add_job(self._minute, IntervalTrigger(minutes=1, timezone=UTC), id="minute")
        ticks.start()
        try:
            while True:
                self._rung.clear()
                due = await self.fire_due(self._desk.now())
                now = self._desk.now()
                if due is not None and due <= now:  # in another's hands, perhaps: not at once again
                    due = now + timedelta(seconds=1)
                next_tick = DateTrigger(min(due or now + LOOK, now + LOOK), UTC)
                ticks.add_job(self._ring, next_tick, id="due", replace_existing=True)
                await self._rung.wait()
        finally:
            ticks.shutdown(wait=False)

    def wake(self) -> None:
        """Look at the timers at once: an earlier one may have been set."""
        self._rung.set()

    async def _ring(self) -> None:
        self._rung.set()

    async def _minute(self) -> None:
        await self.see_to(self._desk.now())

    async def _list_due(self, now: datetime) -> list[int]:
        def find() -> tuple[list[int], list[tuple[str, datetime]]]:
            with self._desk.database.transaction(writing=False) as session:
                due = list(queues.list_due_timers(session, now, BATCH))
                return due, list(queues.list_late_timers(session, now - OVERDUE, BATCH)) if due else []

        due, late = await self._desk.surely(find, reading=True)
        for key, due_at in late:
            if key not in self._late:
                log.warning("timer %s fires %s late", key, now - due_at)
        self._late = {key for key, _ in late}
        return due

    async def _find_next(self) -> datetime | None:
        def find() -> datetime | None:
            with self._desk.database.transaction(writing=False) as session:
                return queues.find_next_due(session)

        return await self._desk.surely(find, reading=True)

    async def _fire(self, timer_id: int) -> None:
        database, settings = self._desk.database, self._settings
        try:
            await self._desk.surely(lambda: dispatch.fire(database, settings, timer_id, self._desk.now()))
        except Exception:
            log.exception("timer %s could not be put off", timer_id)
        self._committed()
