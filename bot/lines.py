"""What delivery knows of one platform: its pace, whether it answers, and whether it takes anything from us."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.pace import Pacer
from bot.platform import Platform
from bot.threads import Outage
from storage.queries.outbox import Waiting

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
    paced: dict[int, datetime] = field(default_factory=dict)  # row → since when the pace alone holds it back

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

    def choose(self, waiting: Sequence[Waiting], now: datetime) -> tuple[list[int], list[datetime]]:
        """Say which of these, each the first of its chat, may be said now, and when it is worth trying each again."""
        ready = [max(one.not_before, self.pacer.ready_at(one.chat, now)) for one in waiting]
        able = [one.row_id for one, at in zip(waiting, ready, strict=True) if at <= now]
        held = [one.row_id for one, at in zip(waiting, ready, strict=True) if one.not_before <= now < at]
        for row_id in (*held, *able[self.pacer.room(now) :]):
            self.paced.setdefault(row_id, now)
        # Without room: the pace says when there will be some, or the end of what is in hand wakes us.
        return able[: max(self.room(now), 0)], [max(at, self.ready_at(now)) for at in ready]

    def let_go(self, due: Collection[int], waiting: Sequence[Waiting], now: datetime) -> list[float]:
        """Return for how many seconds the pace held back what is said now; what waits no more is forgotten."""
        if not self.paced:
            return []
        gone = [(now - self.paced.pop(row_id)).total_seconds() for row_id in due if row_id in self.paced]
        still = {one.row_id for one in waiting}
        self.paced = {row_id: since for row_id, since in self.paced.items() if row_id in still}
        return [max(seconds, 0) for seconds in gone]

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
