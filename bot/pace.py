"""How fast a platform lets us speak: so many messages a second in all, in a chat, in a group a minute."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor
from typing import Protocol

from bot.platform import Platform
from handlers.chat import Address

MARGIN = 1.01  # windows are kept this much longer: two clocks never run alike
# Chats that rest are forgotten once there are so many.
MOST_CHATS = 2_000
UNLIMITED = 1_000_000


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` in any `seconds`; processes that share a Redis count under the same `key`."""

    key: str
    count: int
    seconds: float


class SharedPace(Protocol):
    """Counts for several processes together."""

    async def share(self, limits: list[Limit], now: datetime) -> float:
        """Count a message towards limits all processes share; return the seconds to wait, 0 when it was counted."""

    async def arrived(self, limits: list[Limit], counted: datetime, now: datetime) -> None:
        """Count the message that was counted then towards these limits as arriving now."""


class Window:
    """Remembers what counts towards a limit: what is on its way, and when the rest arrived.

    The platform counts what arrives, so what is on its way counts as arriving now, however long it takes.
    """

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self._span = timedelta(seconds=limit.seconds)
        self._away = 0
        self._arrived: deque[datetime] = deque(maxlen=limit.count)

    def ready_at(self, now: datetime) -> datetime:
        """Return when one more may be done: now, or later."""
        free = self.limit.count - self._away
        if free <= 0:
            return now + self._span  # at the soonest: what is on its way must arrive first
        if len(self._arrived) < free:
            return now
        return max(now, self._arrived[-free] + self._span)

    def room(self, now: datetime) -> int:
        """Return how many more may be done now."""
        return max(self.limit.count - self._away - sum(1 for at in self._arrived if at + self._span > now), 0)

    def take(self) -> None:
        """Count one that goes on its way."""
        self._away += 1

    def end(self, now: datetime | None) -> None:
        """Count one that was on its way as arriving now, at the latest; None: it was not sent after all."""
        self._away -= 1
        if now is not None:
            self._arrived.append(now)


class Pacer:
    """What a platform's pace allows, chat by chat.

    Whoever wants to speak looks first (`ready_at`, `room`) and then counts (`take`): nobody waits in here.
    """

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        rate = platform.pace.overall_per_second
        self._overall = _windows([limit_of(f"{platform.name}:all", floor(rate), rate)])
        self._chats: dict[str, list[Window]] = {}
        self._held: dict[str, datetime] = {}

    def room(self, now: datetime) -> int:
        """Return how many may be said now over all chats."""
        return min((window.room(now) for window in self._overall), default=UNLIMITED)

    def overall_at(self, now: datetime) -> datetime:
        """Return when something may be said again, in whatever chat."""
        return _latest(now, self._overall)

    def ready_at(self, chat: str, now: datetime) -> datetime:
        """Return when something may be said again in this chat, as far as the chat's own limits go."""
        return max(_latest(now, self._chats.get(chat, ())), self._held.get(chat, now))

    def take(self, chat: str, now: datetime) -> None:
        """Count one message of this chat that goes on its way."""
        for window in (*self._overall, *self._of(chat, now)):
            window.take()

    def take_in(self, chat: str, now: datetime) -> datetime:
        """Count one message towards the limits of this chat alone if it may speak; returns when it may."""
        at = self.ready_at(chat, now)
        if at <= now:
            for window in self._of(chat, now):
                window.take()
        return at

    def end(self, chat: str, now: datetime | None, apart: str = "") -> None:
        """Count the message of this chat that was taken as arriving now; None: it was not sent after all.

        `apart` is a chat in which alone it was taken as well.
        """
        for window in (*self._overall, *self._chats[chat], *(self._chats[apart] if apart else ())):
            window.end(now)

    def end_in(self, chat: str, now: datetime | None) -> None:
        """Count what was taken in this chat alone as arriving now; None: it was not sent after all."""
        for window in self._chats[chat]:
            window.end(now)

    def hold(self, chat: str, until: datetime) -> None:
        """Say nothing in this chat until then."""
        self._held[chat] = max(until, self._held.get(chat, until))

    def limits(self, chat: str, now: datetime) -> list[Limit]:
        """Return the limits one message of this chat counts towards."""
        return [window.limit for window in (*self._overall, *self._of(chat, now))]

    def _of(self, chat: str, now: datetime) -> list[Window]:
        if chat not in self._chats:
            self._forget(now)
            pace, key = self._platform.pace, f"{self._platform.name}:{chat}"
            limits = [limit_of(key, pace.burst, pace.chat_per_second)]
            if self._platform.is_group(Address(self._platform.name, chat)):
                limits.append(limit_of(f"{key}:group", floor(pace.group_per_minute), pace.group_per_minute / 60))
            self._chats[chat] = _windows(limits)
        return self._chats[chat]

    def _forget(self, now: datetime) -> None:
        if len(self._chats) < MOST_CHATS:
            return
        idle = [chat for chat, windows in self._chats.items() if all(_is_idle(window, now) for window in windows)]
        for chat in idle:
            del self._chats[chat]
        self._held = {chat: until for chat, until in self._held.items() if until > now}


def limit_of(key: str, count: int, rate: float) -> Limit | None:
    """Return `rate` messages a second as a limit, `count` of them at once; None where there is no limit."""
    return Limit(key, max(1, count), max(1, count) / rate * MARGIN) if rate > 0 else None


def _windows(limits: Iterable[Limit | None]) -> list[Window]:
    return [Window(limit) for limit in limits if limit is not None]


def _latest(now: datetime, windows: Iterable[Window]) -> datetime:
    return max((window.ready_at(now) for window in windows), default=now)


def _is_idle(window: Window, now: datetime) -> bool:
    return window.room(now) == window.limit.count
