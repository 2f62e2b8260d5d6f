"""What several processes share: the platforms' pace, and waking each other.

They wake each other by the database's NOTIFY. They count the pace in Redis, and in the database while there is none or
it does not answer: the log says so once, and Redis is tried again now and then. Nothing waits for either for long.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.pace import Limit
from bot.threads import Outage, Workers
from storage.bell import Bell, BellGone
from storage.database import Database, is_passing
from storage.queries import sharing

if TYPE_CHECKING:
    from sqlmodel import Session

    from storage.cache import Cache

log = logging.getLogger(__name__)

TRY_AGAIN = timedelta(seconds=5)  # while Redis does not answer it is asked this often
SETTLING = timedelta(seconds=1.1)  # for so long nothing is said when the count moves between Redis and the database
MARGIN = 1.1  # one process does not know what another has on its way, which the platform counts when it arrives
BREATH = 0.05  # seconds between two words to the other processes: a burst of commits is one


class Sharing:
    """Shares with the other processes on this PostgreSQL database; `is_shared` says whether there are any."""

    def __init__(
        self,
        database: Database,
        workers: Workers,
        is_shared: Callable[[], bool],
        *,
        cache: Cache | None = None,
    ) -> None:
        self._database = database
        self._workers = workers
        self._is_shared = is_shared
        self._cache = cache
        self._bell = Bell(database.url)
        self._me = secrets.token_hex(4)
        self._redis = Outage("Redis")
        self._ringing = Outage("the bell")
        self._not_before: datetime | None = None  # while Redis does not answer
        self._settled: datetime | None = None  # until then neither Redis nor the database knows all that was said
        self._committed = asyncio.Event()
        self._stopped = threading.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self, woken: Callable[[], None]) -> None:
        """Begin to tell and to listen; `woken` is called when another process committed something."""
        loop = asyncio.get_running_loop()

        def heard(by: str) -> None:
            if by != self._me and not self._stopped.is_set():
                loop.call_soon_threadsafe(woken)

        threading.Thread(target=self._bell.listen, args=(heard, self._stopped), name="bell", daemon=True).start()
        self._task = asyncio.create_task(self._tell(), name="bell")

    def tell(self) -> None:
        """Let the other processes know that something was committed."""
        self._committed.set()

    async def share(self, limits: list[Limit], now: datetime) -> float:
        """Count a message towards limits all processes share; return the seconds to wait, 0 when it was counted."""
        wanted = [(limit.key, limit.count, limit.seconds * MARGIN) for limit in limits]
        if not wanted or not self._is_shared():  # alone, each process' own count is enough
            return 0
        wait = await self._asked_redis(lambda cache: cache.take(wanted, now), now)
        if self._settled is not None and timedelta(0) < self._settled - now <= SETTLING:
            return (self._settled - now).total_seconds()
        if wait is None:
            wait = await self._asked_database(lambda session: sharing.take_pace(session, wanted, now))
        return 1.0 if wait is None else wait  # the database does not answer: the message waits there as well

    async def arrived(self, limits: list[Limit], counted: datetime, now: datetime) -> None:
        """Count the message that was counted then as arriving now.

        So the next one, which may leave another process at once, cannot seem too early over there.
        """
        keys = [limit.key for limit in limits]
        if not keys or not self._is_shared():
            return
        if await self._asked_redis(lambda cache: cache.put_off(keys, counted, now), now) is None:
            await self._asked_database(lambda session: sharing.put_off_pace(session, keys, counted, now))

    async def close(self) -> None:
        """Stop telling and listening."""
        self._stopped.set()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._bell.close()
        if self._cache is not None:
            self._cache.close()

    async def _asked_redis(self, ask: Callable[[Cache], float], now: datetime) -> float | None:
        """Ask Redis; None while there is none."""
        from storage.cache import CacheGone

        cache = self._cache
        if cache is None or (self._not_before is not None and self._not_before > now >= self._not_before - TRY_AGAIN):
            return None
        try:
            answer = await self._workers.read(lambda: ask(cache))
        except CacheGone as error:
            if self._not_before is None:
                self._settled = now + SETTLING
            self._not_before = now + TRY_AGAIN
            self._redis.failed(error)
            return None
        if self._not_before is not None:
            self._settled = now + SETTLING
        self._not_before = None
        self._redis.worked()
        return answer

    async def _asked_database(self, ask: Callable[[Session], float]) -> float | None:
        """Ask the database; None while it does not answer."""

        def work() -> float:
            with self._database.transaction() as session:
                return ask(session)

        try:
            return await self._workers.write(work)
        except Exception as error:
            if not is_passing(error):
                raise
            return None

    async def _tell(self) -> None:
        while True:
            await self._committed.wait()
            self._committed.clear()
            try:
                await asyncio.to_thread(self._bell.ring, self._me)
            except BellGone as error:
                await asyncio.sleep(self._ringing.failed(error))
            else:
                self._ringing.worked()
                await asyncio.sleep(BREATH)
