"""What delivery knows of one platform: its pace, whether it answers, and whether it takes anything from us."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from bot.pace import Pacer
from bot.platform import Platform
from bot.threads import Outage

HANDS = 32  # messages on their way at once
PROBE = 3  # failures in a row after which only one message at a time tries whether a platform answers again


@dataclass
class Line:
    """One platform: its pace, and whether it answers."""

    platform: Platform
    pacer: Pacer
    outage: Outage
    until: datetime | None = None  # while it does not answer: nothing is tried before
    said_at: datetime | None = None
    in_hand: set[asyncio.Task[None]] = field(default_factory=set)
    refused: bool = False  # it takes nothing from us until somebody mends that

    @classmethod
    def to(cls, platform: Platform) -> Line:
        """Begin with a platform of which nothing is known."""
        return cls(platform, Pacer(platform), Outage(platform.name, first=1, longest=30, after=PROBE))

    def room(self, now: datetime) -> int:
        """Return how many messages more may be on their way now."""
        if self.until is not None and now < self.until:
            return 0
        return min(self.pacer.room(now), self._hands - len(self.in_hand))

    @property
    def is_full(self) -> bool:
        """Whether as many messages are on their way as may be: until one of them ends there is no room for more."""
        return len(self.in_hand) >= self._hands

    @property
    def _hands(self) -> int:
        return 1 if self.outage.is_on or self.refused else HANDS

    def answered(self) -> None:
        """Note that the platform answers, whatever it says."""
        self.until = None
        self.refused = False
        self.outage.worked()

    def renewed(self) -> None:
        """Let nothing wait any more for what was the matter before."""
        self.answered()
        self.pacer = Pacer(self.platform)

    def ready_at(self, now: datetime) -> datetime:
        """Return when it is worth trying again."""
        return max(self.pacer.overall_at(now), self.until or now)
