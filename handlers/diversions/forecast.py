"""How full a store's day will be: by its bookings so far, and by what the same weekday was like.

    expected = max(bookings so far, median of the same weekday's last bookings in the weeks before)

An even number of weeks has its median between the two in the middle, halves up. With too few weeks bookings alone
count; what nobody has said anything of is not guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.boards.rules import light
from handlers.diversions import rules
from handlers.settings import Ahead, Boards, Diverting

SHOWN_DAYS = 7
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Forecast:
    """A store's day: `booked` so far and what is `expected` of `capacity`, None where nobody has said anything.

    `by_past`: what is expected is the past's, for it is more than what is booked.
    """

    capacity: int | None
    booked: int | None
    expected: int | None
    by_past: bool = False

    def light(self, numbers: Boards) -> str:
        """Return its light; "" where nothing is known."""
        return "" if self.expected is None or not self.capacity else light(self.expected, self.capacity, numbers)

    def wait(self, numbers: Diverting) -> int:
        """Return how many minutes a customer is expected to wait; 0 where nothing is known."""
        bay = self.bay()
        return 0 if bay is None else rules.expected_wait(bay, numbers)

    def bay(self, store_id: int = 0, km: float | None = None, measured: int | None = None) -> rules.Bay | None:
        """Return it as a diversion sees it, so far from there or so many minutes; None where nothing is known."""
        if self.expected is None or not self.capacity:
            return None
        return rules.Bay(store_id, self.capacity, self.expected, km, measured)


def forecast(capacity: int | None, booked: int | None, past: Sequence[int], numbers: Ahead) -> Forecast:
    """Say what a day will be like; `past` are the last bookings of the same weekday, in any order."""
    usual = median(past) if len(past) >= numbers.least_weeks else None
    if usual is None or (booked is not None and booked >= usual):
        return Forecast(capacity, booked, booked)
    return Forecast(capacity, booked, usual, by_past=True)


def median(counts: Sequence[int]) -> int:
    """Return the middle of these counts; of an even number of them what lies between the two, halves up."""
    ordered = sorted(counts)
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return (low + high + 1) // 2


def same_weekdays(day: date, weeks: int) -> list[date]:
    """Return the same weekday of the weeks before, the latest first."""
    return [day - number * _WEEK for number in range(1, weeks + 1)]


def is_too_full(one: Forecast, boards: Boards, numbers: Diverting) -> bool:
    """Say whether a day needs help: over its capacity, or its customers would wait longer than they need to."""
    return one.light(boards) == "🔴" or timedelta(minutes=one.wait(numbers)) > numbers.least_wait
