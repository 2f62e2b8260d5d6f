"""The policy of transfers: when one is urgent, which store is asked first, who sees how many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from handlers.errors import BadInput
from handlers.settings import Matching
from handlers.working_time import at_local, local

# A store without a figure of its own is taken to answer as the programme wants it to.
USUAL_ANSWER_MINUTES = 5.0
# What the other factors weigh, in minutes until the part is on its way: readable in the reasons, and comparable.
LOAD_MINUTES = 10.0
REFUSAL_MINUTES = 30.0
ONLY_SOME_MINUTES = 60.0


@dataclass(frozen=True, slots=True)
class Source:
    """A store with stock of a part: what it has, has promised, and how it answers.

    `km` is by road, None where a store's place is not known. `refusal_rate` is 0–1.
    """

    store_id: int
    quantity: int
    reserved: int
    km: float | None
    load: int
    answer_minutes: float | None
    refusal_rate: float


@dataclass(frozen=True, slots=True)
class Ranked:
    """A source with its place: `left` after safety stock and promises, `minutes` the weighed estimate."""

    source: Source
    left: int
    minutes: float
    travel_minutes: int | None


def left_to_give(source: Source, safety_stock: int) -> int:
    """Return how many a store can give away: what it has, less what is promised, less its safety stock."""
    return source.quantity - source.reserved - safety_stock


def rank(sources: Sequence[Source], wanted: int, matching: Matching) -> list[Ranked]:
    """Rank the stores that can give, the soonest first.

    Left out: at or below safety stock, or beyond the longest way. A store whose place is unknown counts as the
    longest way. Who can only give some comes after those who can give all, other things being near.
    """
    ranked = []
    for source in sources:
        left = left_to_give(source, matching.safety_stock)
        km = matching.max_km if source.km is None else source.km
        if left < 1 or km > matching.max_km:
            continue
        travel = km / matching.speed_kmh * 60
        answer = USUAL_ANSWER_MINUTES if source.answer_minutes is None else source.answer_minutes
        minutes = travel + answer + source.load * LOAD_MINUTES + source.refusal_rate * REFUSAL_MINUTES
        if left < wanted:
            minutes += ONLY_SOME_MINUTES
        ranked.append(Ranked(source, left, minutes, None if source.km is None else round(travel)))
    return sorted(ranked, key=lambda one: (one.minutes, -one.left, one.source.store_id))


def not_urgent_because(customer_waits: bool, own_stock: int, neighbours: int) -> list[str]:
    """Return why a request is not urgent by the programme: the customer waits, we have none, a neighbour has."""
    why = []
    if not customer_waits:
        why.append("nobody_waits")
    if own_stock > 0:
        why.append("own_stock")
    if neighbours == 0:
        why.append("nobody_has")
    return why


def can_see_quantity(own_dealer: int, other_dealer: int) -> bool:
    """Say whether a store may see how many another has: only within one dealer, else that it has some."""
    return own_dealer == other_dealer


def check_return(back: date, today: date, longest: timedelta) -> None:
    """Raise BadInput unless the day of a return is today or later, and not too far away."""
    if not today <= back <= today + longest:
        raise BadInput("transfer.back_out_of_range", days=longest.days)


def next_reminder(day: date, wall: time, timezone: str, now: datetime) -> datetime:
    """Return when a loan due on that local day is looked at next: the day before, on it, then daily."""
    first = max(day - timedelta(days=1), local(now, timezone).date())
    at = at_local(first, wall, timezone)
    return at if at > now else at_local(first + timedelta(days=1), wall, timezone)


def is_stale(stated_at: datetime, now: datetime) -> bool:
    """Say whether a stock figure is older than the day it is good for."""
    return now - stated_at > timedelta(hours=24)
