"""The hand of the clock: fires timers when they are due and sees to what is periodic. The memory is the database.

APScheduler only says "now": a date for the next due timer, set again after each commit, and a minute's interval. Its
own store of work is never used, so nothing is lost or doubled with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]
from apscheduler.triggers.date import DateTrigger  # type: ignore[import-untyped]
from apscheduler.triggers.interval import IntervalTrigger  # type: ignore[import-untyped]

from bot.meters import Meters
from bot.threads import GROUP, Desk
from handlers import dispatch
from handlers.settings import Settings
from storage.queries import queues

log = logging.getLogger(__name__)
logging.getLogger("apscheduler").setLevel(logging.WARNING)  # it would tell of each tick

HANDS = GROUP  # timers fired at once: on SQLite one commit ends them together …
POSTGRES_HANDS = 4  # … and on PostgreSQL each takes a connection of the few there are
BATCH = 100  # late timers told of at once
BREATH = 0.02  # seconds between two looks at the timers: a burst of commits is one reason to look
EVERY = timedelta(minutes=1)  # the periodic work and the audit
LOOK = timedelta(seconds=60)  # the longest sleep: the machine's clock may have jumped
OVERDUE = timedelta(seconds=60)  # a timer this late is a failure of ours


class Scheduler:
    """Fires timers and sees to what is periodic.

    `before` is awaited before timers fire, `audit` each minute; `committed` is called after each piece of work.
    """

    def __init__(
        self,
        desk: Desk,
        settings: Settings,
        *,
        before: Callable[[datetime], Awaitable[None]],
        audit: Callable[[datetime], Awaitable[object]],
        committed: Callable[[], None],
        meters: Meters,
    ) -> None:
        self._desk = desk
        self._settings = settings
        self._before = before
        self._audit = audit
        self._committed = committed
        self._meters = meters
        self._hands = HANDS if desk.database.is_sqlite else POSTGRES_HANDS
        self._firing = asyncio.Lock()
        self._rung = asyncio.Event()
        self._late: set[str] = set()  # said in the log

    # The steps, which a driver with a simulated clock calls itself

    async def fire_due(self, now: datetime) -> datetime | None:
        """Fire everything due, the longest due first; return when the next is due. One that fails stops no other."""
        await self._before(now)
        async with self._firing:
            due = await self._find_next(now)
            if due is None or due > now:
                return due
            stuck: set[int] = set()
            await asyncio.gather(*(self._fire_all(now, stuck) for _ in range(self._hands)))
            return await self._find_next(now)

    async def see_to(self, now: datetime) -> None:
        """See to everything periodic, then look for what is stuck."""
        await self._desk.surely(lambda: dispatch.see_to(self._desk.database, self._settings, now))
        self._committed()
        await self._audit(now)

    # The hand of the clock

    async def run(self) -> None:
        """Fire what is due, and wait for the next, for ever."""
        ticks = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        ticks.add_job(self._minute, IntervalTrigger(seconds=round(EVERY.total_seconds()), timezone=UTC), id="minute")
        ticks.start()
        shown = self._desk.now()
        try:
            while True:
                await asyncio.sleep(BREATH)
                self._rung.clear()
                due = await self.fire_due(self._desk.now())
                now = self._desk.now()
                if due is not None and due <= now:  # in another's hands, perhaps: not at once again
                    due = now + timedelta(seconds=1)
                next_tick = DateTrigger(min(due or now + LOOK, now + LOOK), UTC)
                ticks.add_job(self._ring, next_tick, id="due", replace_existing=True)
                # It counts on the machine's clock, which may be set back. Not `wait_for`: of Python 3.11 it can swallow
                # a cancellation that comes as the bell rings, and a stop would wait for ever.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK.total_seconds()):
                        await self._rung.wait()
                before, shown = shown, self._desk.now()
                if shown < before:
                    ticks.reschedule_job("minute", trigger=IntervalTrigger(minutes=1, timezone=UTC))
        finally:
            ticks.shutdown(wait=False)

    def wake(self) -> None:
        """Look at the timers at once: an earlier one may have been set."""
        self._rung.set()

    async def _ring(self) -> None:
        self._rung.set()

    async def _minute(self) -> None:
        await self.see_to(self._desk.now())

    async def _find_next(self, now: datetime) -> datetime | None:
        """Find when the next timer is due; what is very late is told in the log."""

        def find() -> tuple[datetime | None, Sequence[tuple[str, datetime]]]:
            with self._desk.database.transaction(writing=False) as session:
                due = queues.find_next_due(session)
                late = due is not None and due < now - OVERDUE
                return due, queues.list_late_timers(session, now - OVERDUE, BATCH) if late else ()

        due, late = await self._desk.surely(find, reading=True)
        for key, due_at in late:
            if key not in self._late:
                log.warning("timer %s fires %s late", key, now - due_at)
        self._late = {key for key, _ in late}
        return due

    async def _fire_all(self, due_by: datetime, stuck: set[int]) -> None:
        """Fire until nothing is due that nobody has in hand; `stuck` is what could not even be put off.

        What was said up to `due_by` was waited for: what is due later is for the next round.
        """
        database, settings, now = self._desk.database, self._settings, self._desk.now
        while True:
            begun = time.perf_counter()
            try:
                fired = await self._desk.surely(
                    lambda: dispatch.fire(database, settings, now(), due_by=due_by, but=frozenset(stuck)), kind="fire"
                )
            except dispatch.NotPutOff as error:
                log.exception("a timer is stuck")
                stuck.add(error.timer_id)
                continue
            if fired is None:
                return
            lateness = max((now() - fired.due_at).total_seconds(), 0)
            self._meters.timer_lateness.observe(lateness)
            if log.isEnabledFor(logging.DEBUG):
                how = "fired" if fired.done else "failed"
                took = (time.perf_counter() - begun) * 1_000
                log.debug("timer %s %s in %.1f ms, %.1f ms after it was due", fired.key, how, took, lateness * 1_000)
            if not fired.done:
                self._meters.timer_failures.inc()
            self._committed()
