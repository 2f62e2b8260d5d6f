"""Redis: only what may be lost. The pace that several processes share, and the word that something was committed.

Nothing here is needed for the truth: without Redis each process keeps its own pace and looks at the database by
itself. Every call is short, and raises `CacheGone` rather than wait.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime

import redis

log = logging.getLogger(__name__)

PATIENCE = 0.3  # seconds for a call: on loopback or in a rack one takes a millisecond
LISTEN = 1.0  # seconds a listener waits before it looks whether it should stop
PAUSE = 3.0  # seconds between a listener's tries to connect again

# One list for each limit, the newest stamp (in milliseconds) first. Counts a message towards all of them, or towards
# none and returns how many milliseconds to wait. Lists, because Redis 3 knew them already.
_TAKE = """
local now = tonumber(ARGV[1])
local wait = 0
for number, key in ipairs(KEYS) do
    local count, span = tonumber(ARGV[2 * number]), tonumber(ARGV[2 * number + 1])
    local oldest = redis.call('LINDEX', key, count - 1)
    if oldest then
        wait = math.max(wait, tonumber(oldest) + span - now)
    end
end
if wait > 0 then
    return math.ceil(wait)
end
for number, key in ipairs(KEYS) do
    redis.call('LPUSH', key, ARGV[1])
    redis.call('LTRIM', key, 0, tonumber(ARGV[2 * number]) - 1)
    redis.call('PEXPIRE', key, math.ceil(tonumber(ARGV[2 * number + 1])) + 1000)
end
return 0
"""


class CacheGone(Exception):
    """Redis does not answer."""


class Cache:
    """A Redis that several processes of one network share; `prefix` begins every key and channel of ours."""

    def __init__(self, url: str, *, prefix: str = "xietong:") -> None:
        self._url = url
        self._prefix = prefix
        self._redis = self._connected()
        self._take = self._redis.register_script(_TAKE)

    def ping(self) -> None:
        """Return when Redis answers. Raises `CacheGone`."""
        try:
            self._redis.ping()
        except redis.RedisError as error:
            raise CacheGone(str(error)) from error

    def take(self, limits: Sequence[tuple[str, int, float]], now: datetime) -> float:
        """Count one towards every limit (key, count, seconds), or towards none; return the seconds to wait.

        Raises `CacheGone`.
        """
        if not limits:
            return 0
        keys = [f"{self._prefix}pace:{key}" for key, _, _ in limits]
        values = [number for _, count, seconds in limits for number in (count, round(seconds * 1000))]
        try:
            waited = self._take(keys=keys, args=[round(now.timestamp() * 1000), *values])
        except redis.RedisError as error:
            raise CacheGone(str(error)) from error
        return int(waited) / 1000

    def wake(self, by: str) -> None:
        """Tell the other processes that something was committed. Raises `CacheGone`."""
        try:
            self._redis.publish(f"{self._prefix}wake", by)
        except redis.RedisError as error:
            raise CacheGone(str(error)) from error

    def listen(self, heard: Callable[[str], None], stopped: threading.Event) -> None:
        """Hear who committed something, until `stopped`: for a thread of its own. Connects again by itself."""
        while not stopped.is_set():
            try:
                self._listen(heard, stopped)
            except redis.RedisError:
                stopped.wait(PAUSE)

    def close(self) -> None:
        """Close every connection."""
        self._redis.close()

    def _listen(self, heard: Callable[[str], None], stopped: threading.Event) -> None:
        # A client of its own, so that `close` in another thread takes nothing away while it is being read.
        with self._connected() as own, own.pubsub(ignore_subscribe_messages=True) as channel:
            channel.subscribe(f"{self._prefix}wake")
            while not stopped.is_set():
                # It waits by itself; the connection's own timeout would end every quiet moment as an error.
                message = channel.get_message(timeout=LISTEN)
                if message is not None:
                    heard(str(message["data"]))

    def _connected(self) -> redis.Redis:
        return redis.Redis.from_url(
            self._url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, decode_responses=True, retry=None
        )
