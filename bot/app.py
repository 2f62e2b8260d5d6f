"""Builds everything, runs it, and closes it in reverse: the only place where objects meet."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import secrets
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot import keys
from bot.attachments import Attachments
from bot.auditor import Auditor
from bot.clock import Clock, SimulatedClock, WallClock
from bot.config import Config
from bot.delivery import Delivery
from bot.inbox import Inbox
from bot.leases import Leases
from bot.lookout import Lookout
from bot.meters import Meters
from bot.platform import DeliveryError, Platform
from bot.platforms import enabled, menu
from bot.scheduler import Scheduler
from bot.threads import Desk, Outage, Threads, Workers
from bot.vitals import Vitals
from handlers.boards import finding
from handlers.chat import Inbound, Reply
from handlers.load import load
from handlers.settings import Settings
from storage.database import Database
from storage.migrate import current, head
from storage.queries import requests as request_queries

if TYPE_CHECKING:
    from bot.sharing import Sharing
    from storage.cache import Cache

log = logging.getLogger(__name__)

GRACE = 2.0  # seconds after the start in which what waits at the platforms is heard, before overdue timers fire
STOP = 7.0  # seconds that stopping may take …
HARD_STOP = 9.0  # … and after which the process ends whatever hangs: a supervisor's patience is often ten
STEP = timedelta(hours=1)  # simulated time between two looks at what is periodic: it is set a day ahead or more
STANDING = timedelta(seconds=8)  # that a transaction may stand still before the database ends it, for the others' sake
ROUNDS = 1_000  # of settling: beyond, something talks to itself


class App:
    """The running bot.

    A driver with a simulated clock calls `begin`, then `settle` and `advance`; a process calls `start` and `stop`.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: Clock,
        platforms: Sequence[Platform],
        *,
        workers: Workers | None = None,
        sharing: Sharing | None = None,
        cache: Cache | None = None,
        meters: Meters | None = None,
        by: str = "",
    ) -> None:
        settings = settings.model_copy(
            update={
                "platforms": frozenset(platform.name for platform in platforms),
                "threaded": frozenset(platform.name for platform in platforms if platform.has_threads),
            }
        )
        self.database = database
        self.settings = settings
        self.clock = clock
        self.platforms = list(platforms)
        self.meters = meters or Meters()
        self._workers = workers or Threads(one_writer=database.is_sqlite, together=database.together)
        self.by = by or secrets.token_hex(6)
        self._desk = Desk(database, self._workers, clock, self.meters)
        self.leases = Leases(self._desk, self.by, self._take_over)
        self._sharing = sharing
        if sharing is None and not database.is_sqlite:
            from bot.sharing import Sharing  # brings PostgreSQL's driver with it

            self._sharing = Sharing(database, self._workers, self._is_shared, cache=cache)
        self.inbox = Inbox(
            self._desk,
            settings,
            self._committed,
            by=self.by,
            is_shared=lambda: self.leases.was_shared,
            meters=self.meters,
            attached=Attachments(self._desk, settings, self.platforms).of,
        )
        self.delivery = Delivery(
            self._desk,
            settings,
            self.platforms,
            self._happened,
            by=self.by,
            shared=self._sharing,
            holds=self.leases.holds,
            meters=self.meters,
            refused=lambda platform, why: self.lookout.refused(platform, why),
        )
        self.lookout = Lookout(self._desk, self.platforms, self._happened, found=self.delivery.takes_again, by=self.by)
        self.auditor = Auditor(
            self._desk,
            settings,
            self.meters,
            answers=self.delivery.answers,
            lost=self.delivery.has_lost,
            kick=self._look_again,
        )
        self.scheduler = Scheduler(
            self._desk,
            settings,
            before=self.inbox.catch_up,
            audit=self.auditor.audit,
            committed=self._committed,
            meters=self.meters,
        )
        names = [platform.name for platform in platforms]
        self.vitals = Vitals(self._desk, self.auditor, self.meters, names, self.lookout.warnings)
        self._starting: list[asyncio.Task[None]] = []
        self._running: list[asyncio.Task[None]] = []

    # What platforms are given

    async def take(self, inbounds: Sequence[Inbound]) -> Sequence[Inbound]:
        """Store inbounds before they are acknowledged; returns those not seen before."""
        return await self.inbox.take(inbounds)

    async def answer(self, inbound: Inbound) -> Reply:
        """Wait until a stored inbound is worked; returns what must be answered at once."""
        return await self.inbox.answer(inbound)

    @property
    def healthy(self) -> bool:
        """Whether nothing was found stuck, and not long ago."""
        return self.auditor.is_healthy(self.clock.now())

    # A driver's steps

    async def begin(self) -> None:
        """Take up where the last process stopped and let the platforms take in; nothing runs by itself."""
        await self._recover()
        for platform in self.platforms:
            await platform.start(self.take, self.answer)
        await self.scheduler.see_to(self.clock.now())

    async def settle(self) -> datetime | None:
        """Work, fire and say everything due now until nothing moves; return when there is more to do."""
        for _ in range(ROUNDS):
            await self.inbox.idle()
            now = self.clock.now()
            due = await self.scheduler.fire_due(now)
            look = await self.delivery.deliver_due(now)
            moments = [moment for moment in (due, look) if moment is not None]
            if self.inbox.is_idle and all(moment > now for moment in moments):
                return min(moments, default=None)
        raise RuntimeError(f"the bot does not come to rest: at {now} a timer is due at {due}, a message at {look}")

    async def advance(self, to: datetime, *, step: timedelta = STEP) -> None:
        """Let simulated time pass up to an instant, stopping wherever something is due."""
        clock = self.clock
        assert isinstance(clock, SimulatedClock)
        while True:
            due = await self.settle()
            now = clock.now()
            if now >= to:
                return
            # On the hour, so that midnights and the digests' times are met in every zone.
            chores = now - (now - datetime.min.replace(tzinfo=now.tzinfo)) % step + step
            clock.set(min(moment for moment in (due, chores, to) if moment is not None))
            if clock.now() >= chores:
                await self.scheduler.see_to(clock.now())

    # A process

    async def start(self) -> None:
        """Take up where the last process stopped and run until `stop`; a platform that cannot start goes on trying."""
        await self._until_it_works("the leases", self.leases.begin)
        if self._sharing is not None:
            self._sharing.start(self._woken)
        await self._recover()
        await self.scheduler.see_to(self.clock.now())
        self.vitals.runs()
        self._running = [
            asyncio.create_task(self.delivery.run(), name="delivery"),
            asyncio.create_task(self._tick(), name="scheduler"),
            asyncio.create_task(self.leases.run(), name="leases"),
            asyncio.create_task(self.lookout.run(), name="lookout"),
        ]
        self._starting = [
            *(asyncio.create_task(self._connect(platform), name=platform.name) for platform in self.platforms),
            asyncio.create_task(self._make_ready(), name="the index of parts"),
        ]

    async def failure(self) -> BaseException:
        """Wait until a part of the bot has failed for good; return why."""
        while True:
            done, _ = await asyncio.wait({*self._starting, *self._running}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if error := task.exception():
                    log.critical("%s has failed", task.get_name(), exc_info=error)
                    return error
                self._starting.remove(task)

    async def stop(self, seconds: float = STOP) -> None:
        """Stop taking in, finish what is in hand, and close, within so many seconds."""
        self.vitals.stops()
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds

        async def within(what: str, work: Awaitable[object], share: float) -> None:
            try:
                async with asyncio.timeout((end - loop.time()) * share):
                    await work
            except TimeoutError:
                log.warning("%s took too long and was left", what)
            except Exception:
                log.exception("%s failed", what)

        await _cancel(*self._starting)
        await within("the answers", self._stop_intake(), 0.5)
        await _cancel(*self._running)
        await within("the last messages", self.delivery.deliver_due(self.clock.now()), 0.5)
        await self.delivery.drain((end - loop.time()) / 4)
        await within("giving back what is unsaid", self.delivery.release_mine(), 0.5)
        await within("giving up the leases", self.leases.end(), 0.5)
        await within("closing", self.close(), 0.8)

    async def close(self) -> None:
        """Close everything in reverse."""
        if self._sharing is not None:
            await self._sharing.close()
        for platform in reversed(self.platforms):
            await platform.close()
        self._workers.close(0.2)
        self.database.close()

    async def find_shape(self) -> str | None:
        """Return the migration the database is at, waiting until it answers."""
        return await self._desk.surely(lambda: current(self.database), reading=True)

    async def _recover(self) -> None:
        """Take up what the last process left; where several share a database, what those that live no more left."""
        await self._desk.surely(self._note_rules)
        if self.database.is_sqlite:
            await self.delivery.release_all()
            await self.inbox.recover()
        else:
            await self._take_over()
            await self.inbox.idle()

    async def _make_ready(self) -> None:
        """Make the index of many parts in a reader's thread: the first transfer would hold the writer for it."""

        def read() -> None:
            with self.database.transaction(writing=False) as session:
                finding.make_ready(session)

        await self._desk.surely(read, reading=True)

    def _note_rules(self) -> None:
        """Make the rules in force a version, if they changed."""
        with self.database.transaction() as session:
            request_queries.get_or_add_policy(session, self.settings.rules.model_dump_json(), self.clock.now())

    async def _connect(self, platform: Platform) -> None:
        """Take in; where one process alone may ask for what is new, while this one is it."""
        lease = f"poll:{platform.name}"
        while True:
            if platform.asks:
                self.vitals.intake(platform.name, "starts" if self.database.is_sqlite else "elsewhere")
                await self.leases.until_held(lease)
                self.vitals.intake(platform.name, "starts")
            await self._until_it_works(platform.name, lambda: self.lookout.start(platform, self.take, self.answer))
            log.info("%s takes in", platform.name)
            self.vitals.intake(platform.name, "runs")
            await self._until_it_works(f"the menu of {platform.name}", lambda: platform.publish(menu()))
            if not platform.asks or self.database.is_sqlite:
                return
            self.meters.polling_held.labels(platform.name).set(1)
            await self.leases.until_lost(lease)
            log.warning("%s: another process takes in", platform.name)
            self.meters.polling_held.labels(platform.name).set(0)
            await platform.stop_intake()

    async def _until_it_works(self, what: str, work: Callable[[], Awaitable[None]]) -> None:
        outage = Outage(what, first=1, longest=60)
        while True:
            try:
                await work()
            except Exception as error:
                # Whatever it is, one platform's trouble is not the other's.
                if not isinstance(error, OSError | DeliveryError) and not outage.is_on:
                    log.exception("%s cannot be started", what)
                await self.clock.sleep(outage.failed(error))
            else:
                outage.worked()
                return

    async def _tick(self) -> None:
        await self.clock.sleep(GRACE)
        await self.scheduler.run()

    async def _stop_intake(self) -> None:
        await asyncio.gather(*(platform.stop_intake() for platform in self.platforms))
        await self.inbox.idle()

    async def _take_over(self) -> None:
        """Take over what processes that live no more had in hand."""
        await self.delivery.release_orphans()
        await self.inbox.adopt()

    async def _look_again(self, now: datetime) -> None:
        """Look at everything once more that could have been overlooked."""
        if not self.database.is_sqlite:
            await self._take_over()
        self._woken()

    async def _happened(self, row_id: int, inbound: Inbound, received_at: datetime) -> Reply:
        return await self.inbox.add(row_id, inbound, received_at)

    def _is_shared(self) -> bool:
        return self.leases.is_shared

    def _committed(self) -> None:
        self._woken()
        if self._sharing is not None:
            self._sharing.tell()

    def _woken(self) -> None:
        self.delivery.wake()
        self.scheduler.wake()


def run(config: Config) -> int:
    """Run the enabled platforms until SIGTERM or SIGINT; returns the exit code."""
    load()
    # Measured: with a database's threads beside the loop, a tenth to a quarter more updates a second.
    sys.setswitchinterval(0.0005)  # a thread that waits for the interpreter gets it ten times sooner
    gc.freeze()  # modules stay for ever: the collector need not walk over them each time …
    gc.set_threshold(10_000, 20, 20)  # … and looks less often at what a burst of messages makes
    return asyncio.run(_run(config))


async def _run(config: Config) -> int:
    stopping = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stopping.set)
    app = _build(config)
    if not app.platforms:
        log.error("no platform is enabled: set [telegram] or [slack] enabled = true and its tokens")
        return 1
    from bot.health import Health  # a web server, which only a process needs

    health = Health(config.health.listen, app.vitals, app.meters)
    await health.start()
    told = asyncio.create_task(stopping.wait())
    working = asyncio.create_task(_work(app))
    await asyncio.wait({told, working}, return_when=asyncio.FIRST_COMPLETED)
    if stopping.is_set():
        log.info("stopping: what is in hand is finished")
        _end_hard(HARD_STOP)
    elif error := working.exception():
        log.critical("the bot cannot run", exc_info=error)
    await _cancel(told, working)
    await app.stop()
    await health.close()
    log.info("stopped")
    return 0 if stopping.is_set() else 1


def _end_hard(seconds: float) -> None:
    """End the process after so long, whatever thread hangs in a lock or a name server; nothing unsaid is lost by it."""
    ending = threading.Timer(seconds, os._exit, (0,))
    ending.daemon = True
    ending.start()


async def _work(app: App) -> None:
    """Start and work until something fails for good."""
    found = await app.find_shape()
    if found != head():
        log.critical("the database is at %s, this version needs %s: `xietong migrate`", found or "nothing", head())
        return
    await app.start()
    log.info("running as process %s: %s", app.by, ", ".join(platform.name for platform in app.platforms))
    await app.failure()


def _build(config: Config) -> App:
    clock = WallClock()
    database = Database(config.database.url, standing=STANDING)
    keys.unlock(database, config)
    if not database.vault.has_key:
        log.warning("no key for customers' data (%s): none can be kept or read; see `xietong doctor`", keys.VARIABLE)
    workers = Threads(one_writer=database.is_sqlite, together=database.together)
    cache = None
    if config.redis.url and not database.is_sqlite:
        from storage.cache import Cache  # brings Redis with it, which most networks do without

        cache = Cache(config.redis.url)
    return App(database, config.settings(), clock, enabled(config, clock), workers=workers, cache=cache)


async def _cancel(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
