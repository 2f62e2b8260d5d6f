"""Where a customer can be sent: the stores with a free bay, how far they are, and who is free there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from handlers.boards.figures import stated_today
from handlers.boards.freshness import is_stale
from handlers.diversions import rules
from handlers.geo import way_km
from handlers.requests import clocks, conduct
from handlers.requests import rules as request_rules
from handlers.requests.kinds import Candidate, Reason
from handlers.requests.rules import Conduct
from handlers.settings import Rules
from handlers.working_time import is_open, local
from storage.purposes import MATCHING
from storage.queries import bookings as booking_queries
from storage.queries import diversions as diversion_queries
from storage.queries import people as people_queries
from storage.queries import shared
from storage.queries import stock as stock_queries
from storage.tables.boards import Technician
from storage.tables.people import Store
from storage.tables.requests import Request, Urgency

if TYPE_CHECKING:
    from handlers.context import Context

_SLOT_SECONDS = booking_queries.SLOT.total_seconds()


@dataclass(frozen=True, slots=True)
class Offer:
    """A store that could take the customer."""

    store: Store
    ranked: rules.Ranked
    reasons: tuple[Reason, ...]

    @property
    def way(self) -> timedelta:
        """How long the customer is on the way."""
        return timedelta(minutes=self.ranked.way_minutes)


def candidates(context: Context, request: Request) -> list[Candidate]:
    """Rank the stores that could take a request's customer."""
    store = people_queries.get_store(context.session, request.store_id)
    return as_candidates(offers(context, store, clocks.rules_of(context, request)))


def as_candidates(found: list[Offer]) -> list[Candidate]:
    """Return what the engine knows of these stores."""
    return [Candidate(one.store.id, one.store.name, one.store.region_id, one.reasons) for one in found]


def offers(context: Context, store: Store, numbers: Rules) -> list[Offer]:
    """Rank the stores with a free bay that are open when the customer comes, with the reasons. Purpose: matching."""
    sharing = shared.list_sharing_stores(context.session, purpose=MATCHING)
    others = {other.id: other for other in sharing if other.id != store.id}
    stated = stated_today(context, others.values())
    ways = stock_queries.list_ways(context.session, store.id)
    bays = []
    for other in others.values():
        row = stated.get(other.id)
        if row is not None and is_stale("capacity", row.stated_at, context.now, numbers):
            continue
        capacity = row.daily_capacity if row is not None else other.daily_capacity
        if capacity:
            booked = row.bookings if row is not None else None
            km = way_km(store, other, numbers.matching.detour)
            bays.append(rules.Bay(other.id, capacity, booked, km, ways.get(other.id)))
    ranked = [
        one
        for one in rules.rank(bays, numbers.diverting, numbers.matching.speed_kmh)
        if _takes(others[one.bay.store_id], context.now, timedelta(minutes=one.way_minutes))
    ]
    first, rest = ranked[: conduct.MOST_WEIGHED], ranked[conduct.MOST_WEIGHED :]
    known = conduct.of_stores(context, [one.bay.store_id for one in first])
    weighed = [replace(one.bay, burden=request_rules.burden(known[one.bay.store_id], numbers.ranking)) for one in first]
    first = rules.rank(weighed, numbers.diverting, numbers.matching.speed_kmh)
    return [
        Offer(
            others[one.bay.store_id],
            one,
            reasons_for(store, others[one.bay.store_id], one, known.get(one.bay.store_id)),
        )
        for one in (*first, *rest)
    ]


def _takes(store: Store, now: datetime, way: timedelta) -> bool:
    """Say whether a store can be asked now and is still open when the customer comes."""
    if not request_rules.can_be_asked(store, Urgency.TODAY, now):
        return False
    return store.emergencies or is_open(request_rules.hours_of(store), now + way)


def reasons_for(store: Store, other: Store, one: rules.Ranked, answers: Conduct | None = None) -> tuple[Reason, ...]:
    """Say why a store stands where it stands, and how it answers now; its figures only within one dealer.

    How long one waits there is one of them: it is reckoned from how much of its day is booked.
    """
    said: list[Reason] = []
    if one.bay.booked is None:
        said.append(("why.bookings_unknown", {}))
    elif store.dealer_id == other.dealer_id:
        said += [("why.bays", {"count": one.free}), ("why.utilisation", {"percent": rules.utilisation(one.bay)})]
    else:
        said.append(("why.bay_free", {}))
    if one.bay.km is None and one.bay.measured is not None:
        said.append(("why.way_minutes", {"minutes": one.way_minutes}))
    elif one.bay.km is None:
        said.append(("why.way_unknown", {}))
    else:
        said.append(("why.way", {"km": round(one.bay.km), "minutes": one.way_minutes}))
    if store.dealer_id == other.dealer_id:
        said.append(("why.wait", {"minutes": one.wait_minutes}))
    if answers is not None:
        said.extend(conduct.reasons(answers))
    return tuple(said)


def way_of(context: Context, request: Request, store: Store) -> timedelta:
    """Return how long a request's customer is on the way to a store."""
    numbers = clocks.rules_of(context, request)
    km = way_km(people_queries.get_store(context.session, request.store_id), store, numbers.matching.detour)
    measured = stock_queries.list_ways(context.session, request.store_id).get(store.id)
    return timedelta(minutes=rules.way_minutes(km, measured, numbers.diverting, numbers.matching.speed_kmh))


def day_of(store: Store, at: datetime) -> date:
    """Return which day it is at a store."""
    return local(at, store.timezone).date()


def free_technicians(
    context: Context, store_id: int, since: datetime, until: datetime
) -> tuple[list[Technician], bool]:
    """List a store's technicians who are in and free from `since` until `until`, and say whether it has any at all."""
    known = diversion_queries.list_technicians_of(context.session, store_id)
    inside = [technician for technician in known if rules.is_in(technician.status)]
    slots = booking_queries.slots_between(since, until)  # half hours are taken whole
    begin, end = (datetime.fromtimestamp(slot * _SLOT_SECONDS, UTC) for slot in (slots.start, slots.stop))
    taken = booking_queries.list_taken(context.session, [one.id for one in inside], begin, end)
    return [technician for technician in inside if technician.id not in taken], bool(known)
