"""What must be true of work done for others: its points, its costs, the technicians' time, the bays, the customers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from bot.demo_facts import Facts, by
from handlers.settings import Points
from storage.tables.bookings import BookingState
from storage.tables.requests import AT_WORK, WORK_DONE, Request, State

_POINTS = Points()
_STANDS = frozenset({*AT_WORK, *WORK_DONE, State.RECORDED})


def points_due(facts: Facts, request: Request) -> int:
    """Return what a request's work has earned as it stands, by the default rules."""
    moved = facts.transfers.get(request.id)
    if request.finished_at is None or request.practice or (moved is not None and moved.received == 0):
        return 0
    if any(one.outcome != "dismissed" for one in facts.complaints.get(request.id, [])):
        return 0
    return int(getattr(_POINTS, request.kind))


def costs_are_hqs(facts: Facts) -> Iterable[str]:
    """Find costs that HQ does not pay or that belong to no work, and work whose costs are missing or twice."""
    requests = {request.id: request for request in facts.requests}
    for entry in facts.costs:
        if entry.payer != "hq":
            yield f"cost {entry.key} is paid by {entry.payer}"
        if entry.request_id not in requests:
            yield f"cost {entry.key} belongs to no request"
    undone = {entry.reverses_id for entry in facts.costs}
    stand = [one for one in facts.costs if one.reverses_id is None and one.id not in undone]
    counted = Counter((entry.request_id, entry.rule) for entry in stand)
    for request_id, support in facts.supports.items():
        due = int(requests[request_id].finished_at is not None and support.subsidy > 0)
        if counted[request_id, "cost.subsidy"] != due:
            yield f"S-{requests[request_id].number:04}: {counted[request_id, 'cost.subsidy']} subsidies, {due} due"
    for request_id, diverted in facts.diversions.items():
        due = int(requests[request_id].finished_at is not None and diverted.amount > 0)
        if counted[request_id, "cost.compensation"] != due:
            count = counted[request_id, "cost.compensation"]
            yield f"D-{requests[request_id].number:04}: {count} compensations, {due} due"


def technicians_booked_once(facts: Facts) -> Iterable[str]:
    """Find technicians who are in two places, time kept for nothing, and half hours that no booking takes."""
    requests = {request.id: request for request in facts.requests}
    taken = [one for one in facts.bookings if one.state is not BookingState.FREED]
    for technician, bookings in by(taken, lambda one: one.technician_id).items():
        ordered = sorted(bookings, key=lambda one: one.starts_at)
        for one, after in pairwise(ordered):
            if after.starts_at < one.ends_at:
                yield f"technician {technician} is booked twice at {after.starts_at}"
    for booking in taken:
        request = requests[booking.request_id]
        if request.ended_at is not None and request.state not in _STANDS:
            yield f"request {request.number} is {request.state} and keeps a technician's time"
    known = {one.id for one in taken}
    yield from (f"half hour {one.slot} is taken for nothing" for one in facts.slots if one.booking_id not in known)


def bays_are_taken(facts: Facts) -> Iterable[str]:
    """Find customers without a bay, bays without a customer, and days that do not add up."""
    requests = {request.id: request for request in facts.requests}
    change: Counter[object] = Counter()
    for request_id, diverted in facts.diversions.items():
        request = requests[request_id]
        has = diverted.bay_store_id is not None
        if has != (request.state in _STANDS and not request.practice):
            yield f"D-{request.number:04} is {request.state} and {'has a' if has else 'has no'} bay"
        if has and diverted.bay_store_id != request.owner_store_id:
            yield f"D-{request.number:04} has a bay of store {diverted.bay_store_id}"
        if has:
            change[diverted.bay_store_id, diverted.bay_day] += 1
        if diverted.given_day is not None:
            change[request.store_id, diverted.given_day] -= 1
    if facts.stated is None:
        return
    for day in facts.capacities:
        said = facts.stated.get((day.store_id, day.day), 0) + change[day.store_id, day.day]
        if day.bookings != said:
            yield f"store {day.store_id} has {day.bookings} booked on {day.day}, not {said}"


def customers_are_hidden(facts: Facts) -> Iterable[str]:
    """Find customers' names, telephones and plates in clear in what the bot keeps."""
    kept = list(_kept(facts))
    whole = "\n".join(words for _, words in kept)
    for secret in facts.secrets:
        if secret in whole:
            where = next(place for place, words in kept if secret in words)
            yield f"{secret} is in clear in {where}"


def _kept(facts: Facts) -> Iterator[tuple[str, str]]:
    yield from ((f"outbox {one.id}", one.payload) for one in facts.outbox)
    yield from ((f"inbound {one.id}", one.payload) for one in facts.inbound)
    for events in facts.events.values():
        yield from ((f"event {one.id} {one.word}", one.args) for one in events)
    for entry in facts.audited:
        words = " ".join((entry.act, entry.subject, entry.before, entry.after, entry.reason))
        yield f"audit {entry.id} {entry.act}", words
    for request in facts.requests:
        yield f"request {request.number}", f"{request.matter} {request.override_reason} {request.end_reason}"
    for diverted in facts.diversions.values():
        words = f"{diverted.service} {diverted.vehicle} {diverted.call_words} {diverted.result}"
        yield f"diversion {diverted.request_id}", words
    for timer in facts.timers:
        yield f"timer {timer.key}", timer.args
