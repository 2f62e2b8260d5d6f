"""How old what a board says may be, when it is due to be said anew, and what of it is put to the test.

A refresh is due when its store opens: stock and the day's capacity daily, technicians in the week after the last time.
It is in time before the grace is over. A row older than its board's period is stale: it is shown as such, comes after
the others, and no store is asked by it alone.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time, timedelta
from typing import Literal

from handlers.settings import Rules
from handlers.working_time import at_local

Board = Literal["stock", "technicians", "capacity"]
BOARDS: tuple[Board, ...] = ("stock", "technicians", "capacity")

_DAY = timedelta(days=1)
# Midnight is no hour for a reminder: who opens before this, or never shuts, has a morning too.
EARLIEST, MORNING = time(6), time(8)


def period_of(board: Board, rules: Rules) -> timedelta:
    """Return how old a row of a board may be."""
    return {"stock": rules.matching.fresh, "technicians": rules.supporting.fresh, "capacity": rules.diverting.fresh}[
        board
    ]


def is_stale(board: Board, stated_at: datetime, now: datetime, rules: Rules) -> bool:
    """Say whether a row of a board is too old to be relied on alone."""
    return now - stated_at > period_of(board, rules)


def due_before(board: Board, day: date, timezone: str, rules: Rules) -> datetime:
    """Return the local midnight before which a row must have been said to be due on a day of its store."""
    days = 1 if board == "capacity" else max(1, round(period_of(board, rules) / _DAY))
    return at_local(day - (days - 1) * _DAY, time(0), timezone)


def due_at(day: date, opens: time, timezone: str) -> datetime:
    """Return when the refreshes of a day are due at stores that open at that hour."""
    return at_local(day, opens if opens >= EARLIEST else MORNING, timezone)


def share(good: int, count: int) -> float | None:
    """Return a share in per cent, None of nothing."""
    return good * 100 / count if count else None


def passes(per_cent: float, target: float) -> bool:
    """Say whether a share is good enough: more than the target."""
    return per_cent > target


def is_drawn(store_id: int, day: date, every: int) -> bool:
    """Say whether a store is asked about a figure on a day: on one in so many, by the day's own lot."""
    return every > 0 and _lot("store", store_id, day) % every == 0


def draw(store_id: int, day: date, count: int) -> int:
    """Return which of so many figures of a store is put to the test on a day."""
    return _lot("figure", store_id, day) % count


def _lot(what: str, store_id: int, day: date) -> int:
    """Return a number that nobody can foresee by habit, and that is the same whoever asks."""
    return int.from_bytes(hashlib.sha256(f"{what}:{store_id}:{day.isoformat()}".encode()).digest()[:8])
