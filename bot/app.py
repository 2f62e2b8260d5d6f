"""Builds everything, runs it, and closes it in reverse: the only place where objects meet."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import signal
import threading
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.clock import Clock, SimulatedClock, WallClock
from bot.config import Config
from bot.delivery import Delivery
from bot.inbox import Inbox
from bot.platform import DeliveryError, MenuEntry, Platform
from bot.platforms import enabled
from bot.scheduler import Scheduler
from bot.threads import Desk, Outage, Threads, Workers
from handlers import texts
from handlers.chat import Inbound, Reply
from handlers.load import load
from handlers.registry import registry
from handlers.settings import Settings
from storage.database import Database
from storage.migrate import current, head
from storage.queries import requests as request_queries

if TYPE_CHECKING:
    from bot.sharing import Sharing  # brings Redis with it, which most networks do without

log = logging.getLogger(__name__)

GRACE = 2.0  # seconds after the start in which what waits at the platforms is heard, before overdue timers fire
STOP = 7.0  # seconds that stopping may take …
HARD_STOP = 9.0  # … and after which the process ends whatever hangs: a supervisor's patience is often ten
STEP = timedelta(hours=1)  # simulated time between two looks at what is periodic: it is set a day ahead or more
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
        self._workers = workers or Threads(one_writer=database.is_sqlite)
        self._sharing = sharing
        self._desk = Desk(database, self._workers, clock)
        self.inbox = Inbox(self._desk, settings, self._committed)
        self.delivery = Delivery(
            self._desk,
            settings,
            self.platforms,
            self._happened,
            by=by or secrets.token_hex(6),
            share=sharing.share if sharing else None,
        )
        self.scheduler = Scheduler(
            self._desk, settings, before=self.inbox.catch_up, minutely=self._each_minute, committed=self._committed
        )
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
        """Whether nothing was found overdue, and not long ago."""
        return self.scheduler.is_healthy(self.clock.now())

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
        raise RuntimeError("the bot does not come to rest: something is due again and again")

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
        if self._sharing is not None:
            self._sharing.start(self._woken)
        await self._recover()
        await self.scheduler.see_to(self.clock.now())
        self._running = [
            asyncio.create_task(self.delivery.run(), name="delivery"),
            asyncio.create_task(self._tick(), name="scheduler"),
        ]
        self._starting = [
            *(asyncio.create_task(self._connect(platform), name=platform.name) for platform in self.platforms),
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
        await within("closing", self.close(), 0.8)

    async def close(self) -> None:
        """Close everything in reverse."""
        if self._sharing is not None:
            self._sharing.close()
        for platform in reversed(self.platforms):
            await platform.close()
        self._workers.close(0.2)
        self.database.close()

    async def find_shape(self) -> str | None:
        """Return the migration the database is at, waiting until it answers."""
        return await self._desk.surely(lambda: current(self.database), reading=True)

    async def _recover(self) -> None:
        await self._desk.surely(self._note_rules)
        if self.database.is_sqlite:  # nobody else says what this outbox holds
            await self.delivery.release_all()
        else:
            await self.delivery.release_stale()
        await self.inbox.recover()

    def _note_rules(self) -> None:
        """Make the rules in force a version, if they changed."""
        with self.database.transaction() as session:
            request_queries.get_or_add_policy(session, self.settings.rules.model_dump_json(), self.clock.now())

    async def _connect(self, platform: Platform) -> None:
        await self._until_it_works(platform.name, lambda: platform.start(self.take, self.answer))
        log.info("%s takes in", platform.name)
        await self._until_it_works(f"the menu of {platform.name}", lambda: platform.publish(menu()))

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

    async def _each_minute(self, now: datetime) -> None:
        if not self.database.is_sqlite:
            await self.delivery.release_stale()
            await self.inbox.adopt(now)

    async def _happened(self, row_id: int, inbound: Inbound, received_at: datetime) -> Reply:
        return await self.inbox.add(row_id, inbound, received_at)

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
    return asyncio.run(_run(config))


async def _run(config: Config) -> int:
    stopping = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stopping.set)
    app = _build(config)
    if not app.platforms:
        log.error("no platform is enabled: set [telegram] or [slack] enabled = true and its tokens")
        return 1
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
    log.info("running: %s", ", ".join(platform.name for platform in app.platforms))
    await app.failure()


def _build(config: Config) -> App:
    clock = WallClock()
    database = Database(config.database.url)
    workers = Threads(one_writer=database.is_sqlite)
    sharing = None
    if config.redis.url:
        from bot.sharing import Sharing
        from storage.cache import Cache

        sharing = Sharing(Cache(config.redis.url), workers)
    return App(database, config.settings(), clock, enabled(config, clock), workers=workers, sharing=sharing)


def menu() -> list[MenuEntry]:
    """Return the commands as a platform's menu lists them."""
    return [
        MenuEntry(
            command.name,
            {str(language): words for language, words in texts.sentences(f"help.{command.name}").items()},
            command.in_groups,
            command.in_private,
        )
        for command in registry.commands.values()
        if texts.has(f"help.{command.name}")
    ]


async def _cancel(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
