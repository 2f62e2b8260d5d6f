"""The policy of diversions: who may be sent, which store is asked first, what is paid, how long one may complain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.boards import rules as board_rules
from handlers.settings import Diverting

TRANSPORTS = ("car", "taxi", "own")
COMPENSATIONS = ("voucher", "cash")
CALLS = ("reached", "not_reached")
KEPT = ("yes", "no", "unknown")
# A technician with one of these words behind the name is not in the workshop.
_AWAY = (
    "假",
    "休",
    "离",
    "外出",
    "出差",
    "培训",
    "支援中",
    "leave",
    "off",
    "sick",
    "away",
    "training",
    "baja",
    "vacacion",
)


@dataclass(frozen=True, slots=True)
class Bay:
    """A store and its day: `booked` of `capacity`; `booked` is None where nobody has said anything today.

    `km` is by road, None where a store's place is not known.
    """

    store_id: int
    capacity: int
    booked: int | None
    km: float | None
    measured: int | None = None  # minutes of the way
    burden: float = 0.0  # what the store's conduct weighs, in minutes


@dataclass(frozen=True, slots=True)
class Ranked:
    """A store with a free bay: how long until the customer is there, and then waits."""

    bay: Bay
    way_minutes: int
    wait_minutes: int

    @property
    def free(self) -> int:
        """How many bays are free."""
        return self.bay.capacity - (self.bay.booked or 0)


def not_diverted_because(wait_minutes: int, neighbours: int, numbers: Diverting) -> list[str]:
    """Return why a customer is not diverted by the programme: the wait is short, or no neighbour has a free bay."""
    why = []
    if timedelta(minutes=wait_minutes) <= numbers.least_wait:
        why.append("short_wait")
    if not neighbours:
        why.append("no_bay_near")
    return why


def rank(bays: Sequence[Bay], numbers: Diverting, speed_kmh: float) -> list[Ranked]:
    """Rank the stores with a free bay: where the customer is served soonest comes first.

    A store too far away is left out; one whose place is unknown counts as the furthest, one that has said nothing
    today as full but for one bay.
    """
    found = []
    for bay in bays:
        if (bay.km is not None and bay.km > numbers.max_km) or (bay.booked or 0) >= bay.capacity:
            continue
        way = way_minutes(bay.km, bay.measured, numbers, speed_kmh)
        found.append(Ranked(bay, way, expected_wait(bay, numbers)))

    def order(one: Ranked) -> tuple[float, int, int]:
        return one.way_minutes + one.wait_minutes + one.bay.burden, utilisation(one.bay), one.bay.store_id

    return sorted(found, key=order)


def way_minutes(km: float | None, measured: int | None, numbers: Diverting, speed_kmh: float) -> int:
    """Return how long the way takes: as it was measured, else by the road; one that is not known is the longest."""
    way = (numbers.max_km if km is None else km) / speed_kmh * 60 if measured is None else measured
    return max(1, round(way))


def expected_wait(bay: Bay, numbers: Diverting) -> int:
    """Return the minutes a customer waits in a store: of a full day's wait the share that is booked."""
    share = (bay.capacity - 1 if bay.booked is None else bay.booked) / bay.capacity
    return round(numbers.full_wait / timedelta(minutes=1) * share)


def utilisation(bay: Bay) -> int:
    """Return bookings ÷ capacity as the boards show it; 100 where nobody has said how many there are."""
    return 100 if bay.booked is None else board_rules.utilisation(bay.booked, bay.capacity)


def is_in(status: str) -> bool:
    """Say whether a technician of this status is in the workshop."""
    folded = status.casefold()
    return not any(word in folded for word in _AWAY)


# What is paid


def usual_amount(name: str, numbers: Diverting) -> int:
    """Return what is given where nobody says otherwise, of `voucher`, `cash`, `car`, `taxi` or `own`."""
    return int(getattr(numbers, name, 0))


def caps_broken(transport: str, fare: int, compensation: str, amount: int, numbers: Diverting) -> dict[str, int]:
    """Return which of the two is more than may be given without HQ, each with its cap."""
    given = {transport: fare, compensation: amount}
    caps = {name: int(getattr(numbers, f"{name}_cap", 0)) for name in given}
    return {name: cap for name, cap in caps.items() if given[name] > cap}


# What came of it


def acceptance_rate(agreed: int, asked: int) -> int | None:
    """Return how many of the customers asked agreed to go, in per cent, halves up; None where nobody was asked."""
    return (agreed * 200 + asked) // (asked * 2) if asked else None


def may_complain(finished_at: datetime, now: datetime, numbers: Diverting) -> bool:
    """Say whether there is still time for a complaint; exactly at the end is too late."""
    return now - finished_at < numbers.complain_within
