"""The customer's side of a request: who the customer is, what was promised and what came of it, who is on the way."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from handlers.chat import Button, Line
from handlers.customers import book
from handlers.geo import road_km
from handlers.requests import clocks, promise_messages
from handlers.requests.kinds import TRAVELLING, Side, kind_of
from storage.queries import people as people_queries
from storage.tables.people import Store
from storage.tables.requests import Request

if TYPE_CHECKING:
    from handlers.context import Context


def note_promise(context: Context, request: Request) -> None:
    """Note at the acceptance what the customer is told; what was told before stands."""
    if request.promised_at is None and (request.customer_waits or request.customer_id is not None):
        request.promised_at = kind_of(request).promise(context, request)


def lines(context: Context, request: Request, language: str, timezone: str) -> tuple[Line, ...]:
    """Write what a card says of the customer: who, masked, what was promised, and who is on the way."""
    rows: list[Line] = []
    if request.customer_id is not None:
        rows.append(promise_messages.customer(language, book.masked(context, request.customer_id, language)))
    if request.promised_at is not None:
        rows.append(promise_messages.promised(language, timezone, context.now, request))
    if _is_expected(request):
        rows.append(promise_messages.on_the_way(language, timezone, context.now, request))
    return tuple(rows)


def buttons(request: Request, language: str, side: Side) -> tuple[tuple[Button, ...], ...]:
    """Offer what a side can do for the customer: see them in full, and say when who is on the way arrives."""
    kind, row = kind_of(request), []
    if request.customer_id is not None and side in kind.calls and request.ended_at is None:
        row.append(promise_messages.look_button(language, request))
    if request.state in TRAVELLING and not kind.asks_eta and side != kind.bound_for:
        row.append(promise_messages.eta_button(language, request))
    return (tuple(row),) if row else ()


def forward(context: Context, request: Request, language: str, timezone: str) -> str:
    """Write the words for the customer, in their language where it is known."""
    spoken = book.language_of(context, request.customer_id) or language
    words = kind_of(request).forward(context, request, spoken, timezone)
    if _is_expected(request):
        assert request.eta_at is not None
        words = promise_messages.with_eta(spoken, timezone, context.now, words, request.eta_at)
    return words


def _is_expected(request: Request) -> bool:
    """Say whether somebody is on the way whose ETA is known; a kind with an ETA of its own shows it itself."""
    return request.eta_at is not None and travels(request) and kind_of(request).note_eta is None


def destination(context: Context, request: Request) -> Store:
    """Return the store at which who is on the way will arrive."""
    owned = kind_of(request).bound_for == "owner" and request.owner_store_id is not None
    return people_queries.get_store(context.session, (request.owner_store_id if owned else None) or request.store_id)


def km_to_go(context: Context, request: Request, latitude: float, longitude: float) -> float | None:
    """Return how far it is by road from a place; None where the store's own place is not known, or this is none."""
    store = destination(context, request)
    if store.latitude is None or store.longitude is None:
        return None
    detour = clocks.rules_of(context, request).matching.detour
    try:
        return road_km(latitude, longitude, store.latitude, store.longitude, detour)
    except ValueError:
        return None


def travel_time(context: Context, request: Request, km: float) -> timedelta:
    """Return how long so many kilometres take."""
    return timedelta(hours=km / clocks.rules_of(context, request).matching.speed_kmh)


def note_eta(context: Context, request: Request, at: datetime, km: float | None) -> None:
    """Note when who is on the way arrives."""
    request.eta_at, request.eta_km = at, km
    own = kind_of(request).note_eta
    if own is not None:
        own(context, request, at)


def travels(request: Request) -> bool:
    """Say whether somebody is on the way for a request."""
    return request.state in TRAVELLING or request.state in kind_of(request).under_way


def lacks_kept(request: Request) -> bool:
    """Say whether it is still to be said what became of the customer who waited."""
    return request.customer_waits and not request.kept
