"""What the customer was promised, and when whoever is on the way arrives: typed, or by a live location."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from handlers import access, forms
from handlers.access import ASKERS, STAFF
from handlers.chat import WHEREABOUTS
from handlers.durations import parse_duration
from handlers.errors import BadFields, BadInput, NotAllowed, TooLate
from handlers.messages import sentence
from handlers.registry import button, command, event, form
from handlers.requests import cards, messages, promise_messages, promises
from handlers.requests.commands import find, name_of, request_of_card
from handlers.requests.grammar import clean
from handlers.requests.kinds import TRAVELLING
from handlers.settings import wall_time
from handlers.working_time import at_local, local, say_moment
from storage.queries import requests as request_queries
from storage.tables.requests import OPEN_STATES, Request

if TYPE_CHECKING:
    from handlers.context import Context

# Who says "in 400 hours" has mistyped.
LONGEST_WAY = timedelta(days=3)
LONGEST_PROMISE = timedelta(days=60)


def moment_in(context: Context, words: str, longest: timedelta) -> datetime | None:
    """Read `40m` from now, or `16:30` of the speaker's clock, tomorrow's where today's is over; None for neither."""
    said = clean(words, 20).replace("：", ":")
    try:
        span = parse_duration(said)
    except ValueError:
        return _next_time(context, said)
    return context.now + span if timedelta(0) < span <= longest else None


def _next_time(context: Context, words: str) -> datetime | None:
    try:
        time = wall_time(words)
    except ValueError:
        return None
    if time is None:
        return None
    today = local(context.now, context.timezone).date()
    at = at_local(today, time, context.timezone)
    return at if at > context.now else at_local(today + timedelta(days=1), time, context.timezone)


# Who is on the way


@command("eta", "预计到达", "llegada", roles=STAFF)
def eta(context: Context, words: str) -> None:
    """Say when whoever is on the way arrives."""
    label, _, said = words.strip().partition(" ")
    request = find(context, label, lock=True)
    _check_party(context, request)
    at = moment_in(context, said, LONGEST_WAY)
    if at is None:
        raise BadInput("promise.bad_eta", label=name_of(request))
    _note(context, request, at)


@button("promise.eta", roles=STAFF)
def press_eta(context: Context, request: int) -> None:
    """Ask how long it will still take."""
    found = request_queries.get_request(context.session, request)
    _check_party(context, found)
    forms.ask(context, promise_messages.eta_form(context.language, name_of(found), found))


@form("promise.eta", roles=STAFF)
def send_eta(context: Context, values: dict[str, str], request: int) -> None:
    """Note how long it will still take."""
    found = request_queries.get_request(context.session, request)
    _check_party(context, found)
    at = moment_in(context, values.get("eta", ""), LONGEST_WAY)
    if at is None:
        raise BadFields({"eta": "promise.bad_eta"}, label=name_of(found))
    _note(context, found, at)


def _check_party(context: Context, request: Request) -> None:
    """Raise unless who speaks belongs to one of the two stores and somebody is on the way."""
    if context.me.store_id not in {request.store_id, request.owner_store_id} or context.me.store_id is None:
        raise NotAllowed("promise.not_a_party")
    if not promises.travels(request):
        facts = cards.facts_of(context, request)
        state = messages.state_words(context.language, facts)
        raise TooLate("promise.not_travelling", label=name_of(request), state=state)


def _note(context: Context, request: Request, at: datetime, km: float | None = None) -> None:
    before = request.eta_at.isoformat() if request.eta_at else ""
    promises.note_eta(context, request, at, km)
    request.eta_shown_at = context.now
    cards.refresh(context, request)
    context.audit("request.eta", name_of(request), before=before, after=at.isoformat(), policy_id=request.policy_id)
    said = say_moment(at, context.timezone, context.now, context.language)
    context.answer(sentence(context.words("promise.eta_noted", label=name_of(request), eta=said)))


@event(WHEREABOUTS)
def is_somewhere(context: Context) -> None:
    """Reckon an ETA from where somebody is who replies to a card with a location; a live one goes on by itself."""
    inbound = context.inbound
    assert inbound is not None
    first = inbound.values.get("again") != "1"
    request = _meant(context)
    if request is None or context.person is None:
        return
    place = _place(inbound.values)
    if context.me.role not in STAFF or place is None:
        return
    try:
        _check_party(context, request)
        km = promises.km_to_go(context, request, *place)
        if km is None:
            raise TooLate("promise.no_place", label=name_of(request))
    except (NotAllowed, TooLate):
        if first:
            raise
        return  # a live location goes on after the arrival, and nobody wants to hear of it
    at = context.now + promises.travel_time(context, request, km)
    if first:
        _note(context, request, at, km)
        return
    promises.note_eta(context, request, at, km)
    shown = request.eta_shown_at
    if shown is None or context.now - shown >= context.settings.customers.live_every:
        request.eta_shown_at = context.now
        cards.refresh(context, request)


def _meant(context: Context) -> Request | None:
    """Return the request a location is about: that of the card it replies to, else the one the store travels for."""
    request = request_of_card(context)
    inbound = context.inbound
    assert inbound is not None
    if request is not None or context.person is None or context.me.store_id is None or not inbound.private:
        return request
    owned = request_queries.list_owned(context.session, context.me.store_id)
    travelling = [one.id for one in owned if one.state in TRAVELLING]
    return request_queries.get_request(context.session, travelling[0]) if len(travelling) == 1 else None


def _place(values: dict[str, str]) -> tuple[float, float] | None:
    try:
        latitude, longitude = float(values["latitude"]), float(values["longitude"])
    except (KeyError, ValueError):
        return None
    known = math.isfinite(latitude) and math.isfinite(longitude)
    return (latitude, longitude) if known and abs(latitude) <= 90 and abs(longitude) <= 180 else None


# What the customer was promised


@command("promise", "承诺", "prometer", roles=ASKERS)
def promise(context: Context, words: str) -> None:
    """Note what the customer was promised."""
    label, _, said = words.strip().partition(" ")
    request = find(context, label, lock=True)
    if not access.works_at(context.me, request.store_id):
        raise NotAllowed("request.not_yours")
    if request.state not in OPEN_STATES or request.finished_at is not None:
        raise TooLate("request.over")
    at = moment_in(context, said, LONGEST_PROMISE)
    if at is None:
        raise BadInput("promise.bad_promise", label=name_of(request))
    before, request.promised_at = request.promised_at, at
    request_queries.add_event(
        context.session,
        request.id,
        "promised",
        context.now,
        person_id=context.my_id,
        store_id=request.store_id,
        minutes=round((at - request.opened_at).total_seconds() / 60),
    )
    cards.refresh(context, request)
    context.audit(
        "request.promise",
        name_of(request),
        before=before.isoformat() if before else "",
        after=at.isoformat(),
        policy_id=request.policy_id,
    )
    by = say_moment(at, context.timezone, context.now, context.language)
    context.answer(sentence(context.words("promise.noted", label=name_of(request), by=by)))
