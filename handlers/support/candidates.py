"""Who can come: the technicians of other stores with the specialty, the level and a free window, and holding one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from handlers.boards.freshness import period_of
from handlers.boards.specialties import has_specialty
from handlers.boards.windows import as_minutes, is_free, read_windows
from handlers.geo import way_km
from handlers.money import format_amount
from handlers.requests import clocks, conduct
from handlers.requests import rules as request_rules
from handlers.requests.kinds import Candidate, Reason
from handlers.requests.rules import Conduct
from handlers.settings import Rules
from handlers.support import rules
from handlers.support.rules import Specialist, Visit
from handlers.working_time import local
from storage.purposes import MATCHING
from storage.queries import bookings as booking_queries
from storage.queries import people as people_queries
from storage.queries import shared
from storage.queries import support as support_queries
from storage.tables.boards import Technician
from storage.tables.people import Store
from storage.tables.requests import Request
from storage.tables.support import Support

if TYPE_CHECKING:
    from handlers.context import Context

_Known = Sequence[tuple[Technician, Store]]


def candidates(context: Context, request: Request) -> list[Candidate]:
    """Rank the stores whose technician could do what a request asks for."""
    support = support_queries.get_support(context.session, request.id)
    store = people_queries.get_store(context.session, request.store_id)
    numbers = clocks.rules_of(context, request)
    return _ranked(context, store, support, numbers)


def _ranked(context: Context, store: Store, support: Support, numbers: Rules) -> list[Candidate]:
    """Rank the stores with a technician who fits and is free, the best of each, with the reasons. Purpose: matching."""
    visit = Visit(support.starts_at, support.ends_at)
    since = context.now - period_of("technicians", numbers)
    known = [
        (technician, other)
        for technician, other in shared.list_specialists(context.session, since=since, purpose=MATCHING)
        if other.id != store.id
        and has_specialty(technician.specialties, support.specialty)
        and rules.has_level(technician.level, support.level)
        and rules.can_be_lent(technician.status)
        and _has_window(technician, other, visit, numbers)
    ]
    return _as_candidates(context, store, support.level, _untaken(context, known, support), numbers)


def _anybody_of(context: Context, store: Store, other_id: int, support: Support, numbers: Rules) -> list[Candidate]:
    """List a store's technicians of the specialty whose time is not taken, whatever the map says of windows."""
    other = people_queries.get_store(context.session, other_id)
    known = [
        (technician, other)
        for technician in support_queries.list_technicians_of(context.session, other_id)
        if has_specialty(technician.specialties, support.specialty)
    ]
    return _as_candidates(context, store, support.level, _untaken(context, known, support), numbers)


def _has_window(technician: Technician, store: Store, visit: Visit, numbers: Rules) -> bool:
    """Say whether a technician is free then, by the clock of his own store."""
    begins, ends = local(visit.starts_at, store.timezone), local(visit.ends_at, store.timezone)
    since = as_minutes(begins.time())
    until = since + round((ends - begins) / timedelta(minutes=1))
    windows = read_windows(technician.windows, local(technician.stated_at, store.timezone).date())
    return until <= 24 * 60 and is_free(windows, begins.date(), (since, until), rules.parts_of(numbers.supporting))


def _untaken(context: Context, known: _Known, support: Support) -> _Known:
    """Leave out those whose half hours are held or booked already for another request."""
    slots = booking_queries.slots_between(support.starts_at, support.ends_at)
    size = booking_queries.SLOT.total_seconds()
    begin, end = (datetime.fromtimestamp(slot * size, UTC) for slot in (slots.start, slots.stop))
    taken = booking_queries.list_taken(context.session, [technician.id for technician, _ in known], begin, end)
    busy = {
        technician_id
        for technician_id, bookings in taken.items()
        if any(one.request_id != support.request_id for one in bookings)
    }
    return [(technician, store) for technician, store in known if technician.id not in busy]


def _as_candidates(context: Context, store: Store, level: str, known: _Known, numbers: Rules) -> list[Candidate]:
    since = context.now - numbers.supporting.lent_within
    lent = support_queries.count_lent(context.session, [technician.id for technician, _ in known], since)
    technicians = {technician.id: (technician, other) for technician, other in known}
    found = [
        Specialist(
            technician.id,
            other.id,
            technician.level,
            way_km(store, other, numbers.matching.detour),
            lent.get(technician.id, 0),
        )
        for technician, other in known
    ]
    ranked = rules.rank(found, level, numbers.supporting)
    first, rest = ranked[: conduct.MOST_WEIGHED], ranked[conduct.MOST_WEIGHED :]
    answers = conduct.of_stores(context, [one.store_id for one in first])
    km_a_minute = numbers.matching.speed_kmh / 60
    weighed = [
        replace(one, burden_km=request_rules.burden(answers[one.store_id], numbers.ranking) * km_a_minute)
        for one in first
    ]
    return [
        Candidate(
            other.id,
            other.name,
            other.region_id,
            _reasons(context, technician, one, answers.get(other.id), numbers),
            technician.id,
        )
        for one in (*rules.rank(weighed, level, numbers.supporting), *rest)
        for technician, other in [technicians[one.technician_id]]
    ]


def _reasons(
    context: Context, technician: Technician, one: Specialist, answers: Conduct | None, numbers: Rules
) -> tuple[Reason, ...]:
    """Say why somebody stands where he stands."""
    said: list[Reason] = [
        ("why.technician", {"name": technician.name, "level": technician.level}),
        ("why.free_then", {}),
    ]
    if one.km is None:
        said.append(("why.way_unknown", {}))
    else:
        minutes = round(one.km / numbers.matching.speed_kmh * 60)
        said.append(("why.way", {"km": round(one.km), "minutes": minutes}))
    currency = context.settings.network.currency
    said.append(("why.subsidy", {"amount": format_amount(rules.subsidy(one.km, numbers.supporting), currency, "en")}))
    if one.lent:
        said.append(("why.lent", {"count": one.lent}))
    if answers is not None:
        said.extend(conduct.reasons(answers))
    return tuple(said)


# Holding


def hold(context: Context, request: Request, candidate: Candidate) -> bool:
    """Hold the time of whom a store would send, or of another of its own who fits; False when nobody is left there.

    Where the region names a store, anybody of the specialty there may be sent.
    """
    let_go(context, request)
    if candidate.gives is not None and _hold(context, request, candidate.gives):
        return True
    if hold_fitting(context, request, candidate.store_id):
        return True
    if candidate.gives is not None:
        return False
    support = support_queries.get_support(context.session, request.id)
    store = people_queries.get_store(context.session, request.store_id)
    numbers = clocks.rules_of(context, request)
    anybody = _anybody_of(context, store, candidate.store_id, support, numbers)
    return _hold_one(context, request, (one.gives for one in anybody))


def hold_fitting(context: Context, request: Request, store_id: int) -> bool:
    """Hold the time of a technician of this store who fits; False when none is free."""
    fitting = (one.gives for one in candidates(context, request) if one.store_id == store_id)
    return _hold_one(context, request, fitting)


def _hold_one(context: Context, request: Request, technicians: Iterable[int | None]) -> bool:
    return any(one is not None and _hold(context, request, one) for one in technicians)


def _hold(context: Context, request: Request, technician_id: int) -> bool:
    """Hold a technician's time; distance and subsidy are frozen with it. Practice takes nobody's time."""
    support = support_queries.get_support(context.session, request.id)
    technician = support_queries.get_technician(context.session, technician_id)
    if not request.practice and not booking_queries.hold_time(
        context.session,
        technician_id=technician_id,
        request_id=request.id,
        starts_at=support.starts_at,
        ends_at=support.ends_at,
        now=context.now,
    ):
        return False
    numbers = clocks.rules_of(context, request)
    store = people_queries.get_store(context.session, request.store_id)
    other = people_queries.get_store(context.session, technician.store_id)
    support.technician_id, support.technician = technician.id, technician.name
    support.technician_level = technician.level
    support.km = way_km(store, other, numbers.matching.detour)
    support.subsidy = rules.subsidy(support.km, numbers.supporting)
    return True


def let_go(context: Context, request: Request) -> None:
    """Give back whatever is held or booked, and forget what was confirmed about it."""
    support = support_queries.get_support(context.session, request.id)
    booking_queries.free_time(context.session, request.id, context.now)
    support.technician_id, support.technician, support.technician_level = None, "", ""
    support.km, support.subsidy = None, 0
    support.agreed_giver = support.agreed_host = support.ticked_giver = support.ticked_host = ""
    support.posted_at = None
