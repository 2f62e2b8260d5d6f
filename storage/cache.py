"""Redis: only what may be lost. The pace that several processes share.

Nothing here is needed for the truth: without Redis the processes count in the database. Every call is short, and
raises `CacheGone` rather than wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import redis

PATIENCE = 0.3  # seconds for a call: on loopback or in a rack one takes a millisecond

# A bucket of tokens for each limit: `count` of them, and each comes back `span` milliseconds after it was taken, so
# that never more than `count` are taken in any `span`. A bucket lists when its tokens were taken, the newest first.
# Takes one of every bucket, or none and returns how many milliseconds to wait.
_TAKE = """
local now = tonumber(ARGV[1])
local wait = 0
for number, key in ipairs(KEYS) do
    local count, span = tonumber(ARGV[2 * number]), tonumber(ARGV[2 * number + 1])
    local oldest = redis.call('LINDEX', key, count - 1)
    if oldest and tonumber(oldest) <= now + span then -- else a clock was set back
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


_PUT_OFF = """
for _, key in ipairs(KEYS) do
    if redis.call('LREM', key, 1, ARGV[1]) > 0 then
        redis.call('LPUSH', key, ARGV[2])
    end
end
"""


class CacheGone(Exception):
    """Redis does not answer."""


class Cache:
    """A Redis that several processes of one network share; `prefix` begins every key of ours."""

    def __init__(self, url: str, *, prefix: str = "xietong:") -> None:
        self._url = url
        self._prefix = prefix
        self._redis = self._connected()
        self._take = self._redis.register_script(_TAKE)
        self._put_off = self._redis.register_script(_PUT_OFF)

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

    def put_off(self, keys: Sequence[str], counted: datetime, now: datetime) -> float:
        """Count what was counted then towards these limits as counted now. Raises `CacheGone`."""
        stamps = [round(at.timestamp() * 1000) for at in (counted, now)]
        try:
            self._put_off(keys=[f"{self._prefix}pace:{key}" for key in keys], args=stamps)
        except redis.RedisError as error:
            raise CacheGone(str(error)) from error
        return 0

    def close(self) -> None:
        """Close every connection."""
        self._redis.close()

    def _connected(self) -> redis.Redis:
        return redis.Redis.from_url(
            self._url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, decode_responses=True, retry=None
        )
