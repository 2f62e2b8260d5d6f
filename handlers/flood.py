"""Too much from one person: a bucket for each, a smaller one for strangers, and one that all strangers share.

Everybody is a stranger until it matters: who is within a stranger's measure is let in unasked, and only beyond it the
caller is told to look up who this is. So the usual case costs no question to anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from handlers import settings

MOST_REMEMBERED = 10_000  # buckets kept; one forgotten is one that is full
LINKED_FOR = timedelta(hours=1)  # a person who is known stays so, also when unlinked meanwhile: it is only a measure
STRANGER_FOR = timedelta(minutes=1)  # a stranger may have linked the account since
# What all strangers together may say: a thousand accounts must not fill the disk, nor shut out the next newcomer.
TOGETHER_AT_ONCE = 200
TOGETHER_EVERY = timedelta(seconds=2)


class Verdict(Enum):
    """What becomes of what was said: let in, first look up who it is, dropped and told so, or dropped."""

    ADMIT = "admit"
    LOOK_UP = "look up"
    TELL = "tell"
    DROP = "drop"


@dataclass(slots=True)
class Bucket:
    """Holds `most` drops, and one comes back `every` so many seconds; `full_at` is when it is full again."""

    most: int
    every: float
    full_at: float = 0.0

    def has(self, now: float) -> bool:
        """Say whether a drop is left."""
        # No more can be missing than it holds, so that a clock set back locks nobody out for long.
        self.full_at = min(self.full_at, now + self.most * self.every)
        return self.full_at - now <= (self.most - 1) * self.every

    def take(self, now: float) -> None:
        """Take one drop out."""
        self.full_at = max(self.full_at, now) + self.every


@dataclass(slots=True)
class _One:
    """What is remembered of one account."""

    bucket: Bucket
    linked: bool = False
    sure_until: float = 0.0  # until when `linked` need not be looked up again
    told: bool = False


class Flood:
    """Measures what each account says; `now` is passed in."""

    def __init__(self, limits: settings.Flood) -> None:
        self._limits = limits
        self._known: dict[str, _One] = {}
        self._together = Bucket(TOGETHER_AT_ONCE, TOGETHER_EVERY.total_seconds())

    def hears(self, who: str, now: datetime, *, aloud: bool = True) -> Verdict:
        """Say what becomes of one thing said; `aloud`: its author waits for an answer, so may be told."""
        at = now.timestamp()
        one = self._known.pop(who, None) or _One(self._bucket(linked=False))
        self._known[who] = one  # the last one heard is the last one forgotten
        if len(self._known) > MOST_REMEMBERED:
            del self._known[next(iter(self._known))]
        if one.told and one.bucket.full_at <= at:
            one.told = False  # quiet for long enough: the flood is over
        room = one.bucket.has(at) and (one.linked or self._together.has(at))
        if room:
            one.bucket.take(at)
            if not one.linked:
                self._together.take(at)
            return Verdict.ADMIT
        if not at < one.sure_until <= at + LINKED_FOR.total_seconds():  # or the clock was set back
            return Verdict.LOOK_UP
        if one.told or not aloud or one.bucket.has(at):  # or it is the other strangers that are too many
            return Verdict.DROP
        one.told = True
        return Verdict.TELL

    def learns(self, who: str, now: datetime, *, linked: bool) -> None:
        """Remember whether this account is that of a person of ours."""
        one = self._known[who]
        if linked != one.linked:
            one.linked, one.bucket = linked, self._bucket(linked=linked)
        one.sure_until = (now + (LINKED_FOR if linked else STRANGER_FOR)).timestamp()

    def wait(self, who: str) -> timedelta:
        """Return how long this account had best wait before it says more."""
        linked = self._known[who].linked
        return max(self._limits.every * 5, timedelta(seconds=10)) if linked else self._limits.strangers_every

    def __len__(self) -> int:
        """Count the accounts remembered."""
        return len(self._known)

    def _bucket(self, *, linked: bool) -> Bucket:
        limits = self._limits
        if linked:
            return Bucket(limits.at_once, limits.every.total_seconds())
        return Bucket(limits.strangers_at_once, limits.strangers_every.total_seconds())
