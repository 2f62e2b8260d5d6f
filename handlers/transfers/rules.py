"""The policy of transfers: when one is urgent, which store is asked first, who sees how many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from handlers.errors import BadInput
from handlers.requests.rules import UNKNOWN, Conduct, burden
from handlers.settings import Matching, Ranking
from handlers.working_time import at_local, local


@dataclass(frozen=True, slots=True)
class Source:
    """A store with stock of a part: what it has, how far it is, and how it answers.

    `km` is by road, None where a store's place is not known; `way_minutes` where the way was measured. `open_minutes`
    is for how much longer it is open today, None where it never closes. `still` is how long the part has lain
    there without a movement, None where nobody says.
    """

    store_id: int
    quantity: int
    km: float | None
    conduct: Conduct = UNKNOWN
    way_minutes: int | None = None
    open_minutes: int | None = None
    still: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A source with its place: `left` after safety stock and promises, `minutes` the weighed estimate."""

    source: Source
    left: int
    minutes: float
    travel_minutes: int | None
    closes_soon: bool
    is_dead: bool


def left_to_give(source: Source, safety_stock: int) -> int:
    """Return how many a store can give away: what it has, less what is promised, less its safety stock."""
    return source.quantity - source.conduct.promised - safety_stock


def rank(
    sources: Sequence[Source], wanted: int, matching: Matching, ranking: Ranking, unmoved: timedelta
) -> list[Ranked]:
    """Rank the stores that can give, the soonest first.

    Left out: at or below safety stock, or beyond the longest way. A store whose place is unknown counts as the
    longest way. Who can only give some comes after those who can give all, other things being near. What has not moved
    for as long as `unmoved` lies dead.
    """
    closing_within = ranking.closing_within / timedelta(minutes=1)
    ranked = []
    for source in sources:
        left = left_to_give(source, matching.safety_stock)
        km = matching.max_km if source.km is None else source.km
        if left < 1 or km > matching.max_km:
            continue
        travel = km / matching.speed_kmh * 60 if source.way_minutes is None else source.way_minutes
        minutes = travel * ranking.way + burden(source.conduct, ranking)
        if left < wanted:
            minutes += ranking.only_some
        else:
            minutes -= min(left - wanted, ranking.most_spare) * ranking.spare
        closes_soon = source.open_minutes is not None and source.open_minutes < closing_within
        if closes_soon and source.open_minutes is not None:
            minutes += ranking.closing * (1 - source.open_minutes / closing_within)
        is_dead = source.still is not None and source.still >= unmoved
        if is_dead:
            minutes -= ranking.dead
        is_known = source.km is not None or source.way_minutes is not None
        ranked.append(Ranked(source, left, minutes, round(travel) if is_known else None, closes_soon, is_dead))
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
