"""How stores rank, what a month is, and how an entry is called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from handlers.errors import BadInput
from handlers.working_time import at_local, local

# Phones write dashes of their own; more digits than a database holds are nobody's number.
_LABEL = re.compile(r"#?([PpMm])\s*[-–—]?\s*0*([0-9]{1,9})")

# A reason stands in the ledger for ever and in a chat message: what is longer belongs in a conversation.
MOST_REASON = 200

# Control characters, and those that turn a line around: what stands in the ledger reads as it was written.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a store is ranked by: its points, its mean answer, and when it earned its last points."""

    store_id: int
    points: int = 0
    mean_answer: timedelta | None = None
    last_earned: datetime | None = None

    @property
    def order(self) -> tuple[int, timedelta, datetime]:
        """What is smaller is better: more points, then the faster mean answer, then the earlier last point."""
        answer = timedelta.max if self.mean_answer is None else self.mean_answer
        return -self.points, answer, self.last_earned or _NEVER


def rank(standings: Iterable[Standing]) -> dict[int, int]:
    """Return store → place from 1, the best first; equals share a place and the next counts them all: 1, 2, 2, 4."""
    ordered = sorted(standings, key=lambda standing: standing.order)
    places: dict[int, int] = {}
    for index, standing in enumerate(ordered):
        shared = index > 0 and standing.order == ordered[index - 1].order
        places[standing.store_id] = places[ordered[index - 1].store_id] if shared else index + 1
    return places


def month_of(at: datetime, timezone: str) -> tuple[datetime, datetime]:
    """Return the local month of an instant: when it begins, and when the next does."""
    first = local(at, timezone).date().replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return midnight(first, timezone), midnight(following, timezone)


def midnight(day: date, timezone: str) -> datetime:
    """Return when a local day begins."""
    return at_local(day, time(0), timezone)


def mean(durations: Iterable[timedelta]) -> timedelta | None:
    """Return the mean; None of none."""
    found = list(durations)
    return sum(found, timedelta(0)) / len(found) if found else None


def entry_label(number: int) -> str:
    """Return what people call an entry of points: P-12."""
    return f"P-{number}"


def money_label(number: int) -> str:
    """Return what people call a cost: M-12."""
    return f"M-{number}"


def find_entry_number(text: str, letter: str = "P") -> int | None:
    """Read `P-12`, `p12` or `#P-12` (M: a cost); None when it is something else."""
    found = _LABEL.fullmatch(text.strip())
    return int(found[2]) if found and found[1].upper() == letter else None


def split_reversal(words: str, letter: str = "P") -> tuple[int, str]:
    """Read `P-12 reason` (M: a cost) as number and reason. Raises BadInput when either is missing."""
    visible = "".join(" " if unicodedata.category(sign) in _INVISIBLE else sign for sign in words)
    first, _, reason = " ".join(visible.split()).partition(" ")
    number = find_entry_number(first, letter)
    if number is None:
        raise BadInput("ledger.reverse_what")
    if not reason:
        raise BadInput("ledger.reverse_why", entry=f"{letter}-{number}")
    return number, reason[:MOST_REASON]
