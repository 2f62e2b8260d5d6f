"""The one place that reads the clock and waits on it; everything else is told what time it is."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Now and sleep: it paces ticks, buckets and back-off, so that a test's or the demo's time is simulated whole."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds of this clock."""


class WallClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds."""
        await asyncio.sleep(seconds)


class SimulatedClock:
    """A clock that stands until it is moved; whoever sleeps on it moves it.

    For one driver in one thread (the demo, tests): `sleep` jumps, so nothing ever really waits.
    """

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the simulated instant in UTC."""
        return self._now

    def set(self, now: datetime) -> None:
        """Move to this instant; never backwards."""
        self._now = max(self._now, now)

    async def sleep(self, seconds: float) -> None:
        """Move on by so many seconds."""
        self._now += timedelta(seconds=seconds)
