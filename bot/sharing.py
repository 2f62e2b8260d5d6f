"""What several processes share through Redis: the platforms' pace, and waking each other.

Redis may go at any time. Then each process keeps its own pace and looks at the database by itself, the log says so
once, and Redis is tried again now and then; nothing ever waits for it.
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
from storage.cache import CacheGone

if TYPE_CHECKING:
    from storage.cache import Cache

log = logging.getLogger(__name__)

TRY_AGAIN = timedelta(seconds=5)  # while Redis does not answer it is asked this often
BREATH = 0.05  # seconds between two words to the other processes: a burst of commits is one


class Sharing:
    """Shares with the other processes of this network."""

    def __init__(self, cache: Cache, workers: Workers) -> None:
        self._cache = cache
        self._workers = workers
        self._me = secrets.token_hex(4)
        self._outage = Outage("Redis")
        self._not_before: datetime | None = None
        self._committed = asyncio.Event()
        self._stopped = threading.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self, woken: Callable[[], None]) -> None:
        """Begin to tell and to listen; `woken` is called when another process committed something."""
        loop = asyncio.get_running_loop()

        def heard(by: str) -> None:
            if by != self._me and not self._stopped.is_set():
                loop.call_soon_threadsafe(woken)

        threading.Thread(target=self._cache.listen, args=(heard, self._stopped), name="redis", daemon=True).start()
        self._task = asyncio.create_task(self._tell(), name="redis")

    def tell(self) -> None:
        """Let the other processes know that something was committed."""
        self._committed.set()

    async def share(self, limits: list[Limit], now: datetime) -> float:
        """Count a message towards limits all processes share; return the seconds to wait, 0 without Redis."""
        if self._not_before is not None and now < self._not_before:
            return 0
        wanted = [(limit.key, limit.count, limit.seconds) for limit in limits]
        try:
            wait = await self._workers.read(lambda: self._cache.take(wanted, now))
        except CacheGone as error:
            self._not_before = now + TRY_AGAIN
            self._outage.failed(error)
            return 0
        self._not_before = None
        self._outage.worked()
        return wait

    def close(self) -> None:
        """Stop telling and listening."""
        self._stopped.set()
        if self._task is not None:
            self._task.cancel()
        self._cache.close()

    async def _tell(self) -> None:
        while True:
            await self._committed.wait()
            self._committed.clear()
            try:
                await self._workers.read(lambda: self._cache.wake(self._me))
            except CacheGone as error:
                self._outage.failed(error)
                await asyncio.sleep(TRY_AGAIN.total_seconds())
            else:
                self._outage.worked()
                await asyncio.sleep(BREATH)
