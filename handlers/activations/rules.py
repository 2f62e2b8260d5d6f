"""The policy of dead stock: what lies dead and why, how much of it goes, and to whom first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from handlers.settings import DeadStock
from handlers.working_time import at_local, local


@dataclass(frozen=True, slots=True)
class Lying:
    """A part that lies in a store: how many, since when, and how many the store has used since they are counted."""

    part_id: int
    part_no: str
    name: str
    price: int | None
    quantity: int
    moved_at: datetime
    used: int
    counted_at: datetime


@dataclass(frozen=True, slots=True)
class Need:
    """A store that runs short of a part: how often it asked lately, how many to offer it, and how far away it is."""

    store_id: int
    times: int
    pieces: int
    ran_out: bool
    km: float | None


def is_unmoved(lying: Lying, numbers: DeadStock, now: datetime) -> bool:
    """Say whether it has not moved for so long; what lies dead otherwise is more than the store uses."""
    return lying.moved_at <= now - numbers.unmoved


def days_still(lying: Lying, now: datetime) -> int:
    """Return for how many days it has not moved."""
    return (now - lying.moved_at).days


def lasts_days(lying: Lying, now: datetime) -> int:
    """Return for how many days it lasts the store as it was used so far; at least one piece is taken to be."""
    return round((now - lying.counted_at).days * lying.quantity / max(lying.used, 1))


def pieces(lying: Lying, numbers: DeadStock, now: datetime) -> int:
    """Return how many lie dead: all of what has not moved, of too much what is over the store's own use."""
    if is_unmoved(lying, numbers, now):
        return lying.quantity
    counted = max((now - lying.counted_at) / timedelta(days=1), 1.0)
    return lying.quantity - round(lying.used * (numbers.cover / timedelta(days=1)) / counted)


def is_short(asked: int, has: int) -> bool:
    """Say whether a store asked for more than it has now; one that only ran out lacks one."""
    return max(asked, 1) > has


def wanted(asked: int, has: int, *, own: bool) -> int:
    """Return how many to offer a store that is short: what it lacks, of another dealer what it asked for.

    Less than that would say how many another dealer has.
    """
    return max(asked, 1) - (has if own else 0)


def rank(needs: Iterable[Need], max_km: float) -> list[Need]:
    """Rank who runs short: who asked most often, then the nearest; nobody beyond the longest way.

    A store whose place is unknown counts as the longest way.
    """
    near = [(max_km if need.km is None else need.km, need) for need in needs]
    reached = [(km, need) for km, need in near if km <= max_km]
    return [need for km, need in sorted(reached, key=lambda one: (-one[1].times, one[0], one[1].store_id))]


def next_monday(wall: time, timezone: str, now: datetime) -> datetime:
    """Return the next Monday at this local time, after now."""
    today = local(now, timezone).date()
    monday = today - timedelta(days=today.weekday())
    at = at_local(monday, wall, timezone)
    return at if at > now else at_local(monday + timedelta(days=7), wall, timezone)


def monday_of(now: datetime, timezone: str) -> date:
    """Return the Monday of the local week."""
    today = local(now, timezone).date()
    return today - timedelta(days=today.weekday())
