"""The policy of supports: when one is urgent, who can be lent, what it costs, what must be ready and by when."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from handlers.boards.windows import Parts, as_minutes
from handlers.settings import SupportClocks, Supporting
from handlers.working_time import at_local, local

Side = Literal["giver", "host"]

LEVELS = ("T1", "T2", "T3")
# What each manager confirms before a support is booked.
AGREED = ("time", "cost", "travel")
# What must be ready the day before, and whose it is.
CHECKLIST: dict[Side, tuple[str, ...]] = {"giver": ("tools", "travel", "lodging"), "host": ("work_order", "parts")}
_DAY = timedelta(days=1)
_SLOT = timedelta(minutes=30)
# Somebody of such a status is not sent anywhere.
_NOT_LENT = re.compile(
    "忙|请假|休假|病假|休息|外出|培训|支援中|借出|离职|停|不可|不能|不在|busy|leave|sick|holiday|vacation|training|away|lent"
    "|not avail|unavail|ocupad|permiso|baja|vacacion|ausente|no disp"
)


@dataclass(frozen=True, slots=True)
class Specialist:
    """A technician who could come: `km` by road, None where a place is not known; `lent` how often of late.

    `burden_km` is what the store's conduct weighs, as far as one drives in the meantime.
    """

    technician_id: int
    store_id: int
    level: str
    km: float | None
    lent: int
    burden_km: float = 0.0


@dataclass(frozen=True, slots=True)
class Visit:
    """When a technician is wanted."""

    starts_at: datetime
    ends_at: datetime


# When


def parts_of(numbers: Supporting) -> Parts:
    """Return what the parts of a day mean."""

    def minutes(hours: tuple[time, time]) -> tuple[int, int]:
        return as_minutes(hours[0]), as_minutes(hours[1])

    return Parts(minutes(numbers.morning), minutes(numbers.afternoon), minutes(numbers.day))


def visit_of(
    day: date, begins: int, until: int | None, timezone: str, now: datetime, numbers: Supporting
) -> Visit | None:
    """Return the visit of these local minutes of a day; None where it is over already.

    A stretch that has begun begins with the next half hour, where that leaves any of it; a moment is over once it is
    past.
    """
    moment = until is None
    if until is None:
        until = min(begins + round(numbers.visit / timedelta(minutes=1)), 24 * 60)
    midnight = datetime.combine(day, time(0))

    def instant(minutes: int) -> datetime:
        wall = midnight + timedelta(minutes=minutes)
        return at_local(wall.date(), wall.time(), timezone)

    starts_at, ends_at = instant(begins), instant(until)
    if starts_at <= now:
        if moment:
            return None
        starts_at = datetime.fromtimestamp((now.timestamp() // 1800 + 1) * 1800, now.tzinfo)
    return Visit(starts_at, ends_at) if ends_at - starts_at >= _SLOT else None


def is_too_far(day: date, today: date, numbers: Supporting) -> bool:
    """Say whether a day is further ahead than anybody plans."""
    return day - today > numbers.furthest


def is_urgent(day: date, today: date, numbers: Supporting) -> bool:
    """Say whether a visit comes sooner than supports are booked ahead: today + 3 days is in time, a day less is not."""
    return day - today < numbers.lead


def day_before(starts_at: datetime, wall: time, timezone: str) -> datetime:
    """Return a time of the local day before the visit."""
    return at_local(local(starts_at, timezone).date() - _DAY, wall, timezone)


def prepared_by(starts_at: datetime, timezone: str, now: datetime, table: SupportClocks) -> datetime:
    """Return when the checklist must be done: the evening before, or soon where that is past, or nearly so."""
    due = day_before(starts_at, table.prepared, timezone)
    if due - now < table.hurried:
        due = max(min(now + table.hurried, starts_at), now + timedelta(minutes=1))
    return due


def is_visit_day(starts_at: datetime, timezone: str, now: datetime) -> bool:
    """Say whether it is the day of the visit, or later."""
    return local(now, timezone).date() >= local(starts_at, timezone).date()


# Who


def can_be_lent(status: str) -> bool:
    """Say whether a technician of this status can be sent to others."""
    return not _NOT_LENT.search(status.casefold())


def has_level(level: str, wanted: str) -> bool:
    """Say whether a level is at least the one wanted."""
    return _height(level) >= _height(wanted)


def _height(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else -1


def rank(found: Sequence[Specialist], wanted: str, numbers: Supporting) -> list[Specialist]:
    """Rank who could come: the cheapest first, then the nearest.

    Each support given of late, each level above what is wanted and how the store answers count like so many
    kilometres. Whose place is not known counts as the furthest; who is further than that is left out. Of a store only
    the best is named.
    """

    def order(one: Specialist) -> tuple[int, float, int]:
        km = numbers.max_km if one.km is None else one.km
        above = _height(one.level) - _height(wanted)
        weighed = km + one.burden_km + one.lent * numbers.lent_km + max(above, 0) * numbers.level_km
        return subsidy(km, numbers), weighed, one.technician_id

    near = [one for one in found if one.km is None or one.km <= numbers.max_km]
    best: dict[int, Specialist] = {}
    for one in sorted(near, key=order):
        best.setdefault(one.store_id, one)
    return list(best.values())


# What it costs


def subsidy(km: float | None, numbers: Supporting) -> int:
    """Return what HQ pays the technician, by the distance by road; the least where that is not known."""
    if km is None or km < numbers.near_km:
        return numbers.subsidy_near
    return numbers.subsidy_middle if km <= numbers.far_km else numbers.subsidy_far


def may_claim_travel(km: float | None, numbers: Supporting) -> bool:
    """Say whether travel and lodging may be claimed."""
    return km is not None and km >= numbers.near_km


# Confirming and preparing


def checklist_of(side: Side, km: float | None, numbers: Supporting) -> tuple[str, ...]:
    """Return what a side has to see to before the visit; nobody lodges near home."""
    near = not may_claim_travel(km, numbers)
    return tuple(item for item in CHECKLIST[side] if not (near and item == "lodging"))


def with_item(said: str, item: str) -> str:
    """Return the names confirmed so far with one more, each once."""
    names = said.split()
    return said if item in names else " ".join([*names, item])


def is_whole(said: str, wanted: Sequence[str]) -> bool:
    """Say whether everything wanted is confirmed."""
    return set(wanted) <= set(said.split())
