"""What a receiving store promises: a bay of its day and a technician, both or neither."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from handlers import forms
from handlers.access import STORE_LEADERS
from handlers.diversions import messages, sources
from handlers.errors import BadFields, TooLate
from handlers.registry import form
from handlers.requests import clocks
from handlers.requests.commands import accept as accept_ask
from handlers.requests.commands import lock_ask
from handlers.requests.grammar import clean
from handlers.settings import DiversionClocks
from storage.queries import bookings as booking_queries
from storage.queries import diversions as diversion_queries
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.tables.diversions import Diversion
from storage.tables.people import Store
from storage.tables.requests import Ask, Request

if TYPE_CHECKING:
    from handlers.context import Context

MOST_NAME = 40


def clocks_of(context: Context, request: Request) -> DiversionClocks:
    """Return a diversion's clocks, in the version it was opened under."""
    table = clocks.clocks_of(context, request)
    assert isinstance(table, DiversionClocks)
    return table


def visit(context: Context, request: Request, store: Store) -> tuple[datetime, datetime]:
    """Return from when to when a store would have the customer: with the time to arrange the way, and the way."""
    arrives = context.now + clocks_of(context, request).transport + sources.way_of(context, request, store)
    return arrives, arrives + clocks.rules_of(context, request).diverting.service_time


# Accepting


def lacks(context: Context, request: Request, ask: Ask) -> bool:
    """Ask which technician does it; the only one who is free is taken, and without one nothing is accepted."""
    diverted = diversion_queries.get_diversion(context.session, request.id)
    if diverted.technician:
        return False
    store = people_queries.get_store(context.session, ask.store_id)
    _check_bay(context, store)
    free, is_on_map = sources.free_technicians(context, store.id, *visit(context, request, store))
    if is_on_map and not free:
        raise TooLate("diversion.no_technician", store=store.name)
    if len(free) == 1:
        diverted.technician_id, diverted.technician = free[0].id, free[0].name
        return False
    forms.ask(context, messages.technician_form(context.language, free, ask.id))
    return True


@form("diversion.technician", roles=STORE_LEADERS)
def send_technician(context: Context, values: dict[str, str], ask: int) -> None:
    """Accept with this technician."""
    request, found = lock_ask(context, ask)
    store = people_queries.get_store(context.session, found.store_id)
    diverted = diversion_queries.get_diversion(context.session, request.id)
    said = clean(values.get("technician", ""), MOST_NAME)
    free, is_on_map = sources.free_technicians(context, store.id, *visit(context, request, store))
    if is_on_map:
        chosen = next((one for one in free if said in {str(one.id), one.name}), None)
        if chosen is None:
            raise BadFields({"technician": "core.pick_one"})
        diverted.technician_id, diverted.technician = chosen.id, chosen.name
    elif said:
        diverted.technician_id, diverted.technician = None, said
    else:
        raise BadFields({"technician": "diversion.technician_name"})
    accept_ask(context, ask, None)


def _check_bay(context: Context, store: Store) -> None:
    """Raise TooLate when a store's day is known to be full."""
    row = diversion_queries.find_capacity(context.session, store.id, sources.day_of(store, context.now))
    capacity = row.daily_capacity if row else store.daily_capacity or 0
    if capacity <= (row.bookings if row else 0):
        raise TooLate("diversion.no_bay", store=store.name)


# Reserving


def accept(context: Context, request: Request, ask: Ask, quantity: int | None) -> None:
    """Reserve bay and technician at the store that promised."""
    diverted = diversion_queries.get_diversion(context.session, request.id)
    store = people_queries.get_store(context.session, ask.store_id)
    starts_at, ends_at = visit(context, request, store)
    if not diverted.technician:
        _choose_first(context, request, diverted, store, starts_at, ends_at)
    diverted.expected_at = starts_at
    if not request.practice:
        _take_bay(context, request, diverted, store)
        _book(context, request, diverted, starts_at, ends_at)
    request_queries.add_event(
        context.session, request.id, "reserved", context.now, store_id=store.id, technician=diverted.technician
    )


def _choose_first(
    context: Context, request: Request, diverted: Diversion, store: Store, starts_at: datetime, ends_at: datetime
) -> None:
    """Choose a technician where nobody at the store was asked: the region assigned it, or the bot plays it."""
    free, is_on_map = sources.free_technicians(context, store.id, starts_at, ends_at)
    if free:
        diverted.technician_id, diverted.technician = free[0].id, free[0].name
    elif request.practice:
        diverted.technician = "—"
    elif is_on_map:
        raise TooLate("diversion.no_technician", store=store.name)
    else:
        raise TooLate("diversion.assign_no_technician", store=store.name)


def _take_bay(context: Context, request: Request, diverted: Diversion, store: Store) -> None:
    sender = people_queries.get_store(context.session, request.store_id)
    day, sender_day = sources.day_of(store, context.now), sources.day_of(sender, context.now)
    given = diversion_queries.take_bay(
        context.session,
        taker=(store.id, day),
        giver=(sender.id, sender_day),
        usual=store.daily_capacity,
        now=context.now,
    )
    if given is None:
        raise TooLate("diversion.no_bay", store=store.name)
    diverted.bay_store_id, diverted.bay_day = store.id, day
    diverted.given_day = sender_day if given else None


def _book(context: Context, request: Request, diverted: Diversion, starts_at: datetime, ends_at: datetime) -> None:
    """Book the technician's time; one who is only named has none of ours."""
    if diverted.technician_id is None:
        return
    held = booking_queries.hold_time(
        context.session,
        technician_id=diverted.technician_id,
        request_id=request.id,
        starts_at=starts_at,
        ends_at=ends_at,
        now=context.now,
    )
    if not held:
        raise TooLate("diversion.technician_taken", technician=diverted.technician)
    booking_queries.book_time(context.session, request.id)


def release(context: Context, request: Request) -> None:
    """Give bay and technician back, and forget how the customer would have gone there."""
    diverted = diversion_queries.get_diversion(context.session, request.id)
    if diverted.bay_store_id is not None and diverted.bay_day is not None:
        diversion_queries.return_bay(
            context.session,
            taker=(diverted.bay_store_id, diverted.bay_day),
            giver=(request.store_id, diverted.given_day) if diverted.given_day else None,
        )
    booking_queries.free_time(context.session, request.id, context.now)
    diverted.bay_store_id = diverted.bay_day = diverted.given_day = None
    diverted.technician_id, diverted.technician = None, ""
    diverted.expected_at = diverted.called_at = None
    diverted.transport = diverted.compensation = diverted.approval = diverted.call = diverted.call_words = ""
    diverted.fare = diverted.amount = 0
