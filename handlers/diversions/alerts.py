"""Telling a store, once, of a day that will be too full: in the morning, and after every change of its bookings.

Whoever changed the bookings need not say so: every minute the figures of the days ahead are compared with those that
were looked at last, and what differs is looked at again. A store that is shut, or has its quiet hours, is looked at
again when it opens: by then it may not be so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from handlers import notify
from handlers.chat import Message
from handlers.diversions import ahead_messages as messages
from handlers.diversions import days, forecast, sources
from handlers.diversions.ahead_messages import TooFull
from handlers.diversions.forecast import Forecast
from handlers.holding import quiet_until
from handlers.registry import periodic, timer
from handlers.requests import life
from handlers.requests import rules as request_rules
from handlers.working_time import local, next_local, next_opening
from storage.purposes import MATCHING
from storage.queries import chats as chat_queries
from storage.queries import outlooks, shared
from storage.queries import people as people_queries
from storage.queries import stock as stock_queries
from storage.queries.outlooks import Place
from storage.tables.chats import Purpose
from storage.tables.people import Role, Store

if TYPE_CHECKING:
    from handlers.context import Context

_DAY = timedelta(days=1)


# When


@periodic("ahead")
def see_to(context: Context) -> None:
    """Set the next morning of each region, and look at the stores whose bookings have changed."""
    numbers, network = context.settings.ahead, context.settings.network
    if not numbers.alert_days:
        return
    for region in people_queries.list_regions(context.session):
        timezone = region.timezone or network.timezone
        due_at = next_local(context.now, numbers.morning, timezone)
        key = f"ahead:{region.id}:{local(due_at, timezone):%Y-%m-%dT%H:%M}"
        context.keep(key, "ahead.morning", due_at, region=region.id)
    # A store's today is yesterday or tomorrow in UTC.
    today = context.now.date()
    changed = outlooks.list_changed(context.session, today - _DAY, today + numbers.alert_days * _DAY)
    if changed:
        outlooks.note_looked(context.session, changed)
        ids = {store_id for store_id, *_ in changed}
        look(context, [store for store in people_queries.list_stores(context.session) if store.id in ids])


@timer("ahead.morning")
def look_in_the_morning(context: Context, region: int) -> None:
    """Look at the days ahead of a region's stores: what a weekday usually is may be too much without a booking."""
    look(context, people_queries.list_stores(context.session, region_id=region))


@timer("ahead.opening")
def look_at_opening(context: Context, store: int) -> None:
    """Look again at a store that was shut when it was looked at."""
    found = people_queries.get_store(context.session, store)
    if found.active:
        look(context, [found], waits=False)


def _speaks_at(context: Context, store: Store) -> datetime:
    """Return from when a store can be told: it is open, and its quiet hours are over."""
    hours = request_rules.hours_of(store)
    opens_at = next_opening(hours, context.now)
    quiet = quiet_until(context.settings.digest.quiet, store.timezone, opens_at)
    return next_opening(hours, quiet) if quiet else opens_at


# Looking


def look(context: Context, stores: Sequence[Store], *, waits: bool = True) -> None:
    """Tell of the days ahead of these stores that will be too full, each once; `waits`: those shut when they open."""
    boards, numbers = context.settings.boards, context.settings.rules.diverting
    ahead = {store.id: _days_ahead(context, store) for store in stores}
    known = days.read(context, stores, {day for group in ahead.values() for day in group})
    full = {
        place: one
        for place, one in known.items()
        if place[1] in ahead[place[0]] and forecast.is_too_full(one, boards, numbers)
    }
    if not full:
        return
    told = outlooks.list_told(context.session, {place[0] for place in full}, {place[1] for place in full})
    near = _near(context)
    found: dict[int, list[TooFull]] = defaultdict(list)
    for store in stores:
        places = [(store.id, day) for day in ahead[store.id] if (store.id, day) in full.keys() - told]
        if not places:
            continue
        at = _speaks_at(context, store)
        if waits and at > context.now:
            context.later(f"ahead:store:{store.id}:{at:%Y-%m-%dT%H:%M}", "ahead.opening", at, store=store.id)
            continue
        for place in places:
            if outlooks.claim_telling(context.session, *place, context.now):
                found[store.region_id].append(TooFull(store, place[1], full[place], near(store, place[1])))
    for region_id, ones in found.items():
        for one in ones:
            _tell_store(context, one)
        sharing = {one.id for one in shared.list_sharing_stores(context.session, purpose=MATCHING, region_id=region_id)}
        if told_of := [one for one in ones if one.store.id in sharing]:
            _tell_region(context, region_id, told_of)


def _days_ahead(context: Context, store: Store) -> list[date]:
    today = sources.day_of(store, context.now)
    return [today + number * _DAY for number in range(context.settings.ahead.alert_days)]


def _near(context: Context) -> Callable[[Store, date], Sequence[sources.Offer]]:
    """Return what ranks the green stores near one on a day; what it reads it reads once."""

    @cache
    def stores() -> dict[int, Store]:
        return {store.id: store for store in shared.list_sharing_stores(context.session, purpose=MATCHING)}

    @cache
    def known(day: date) -> dict[Place, Forecast]:
        return days.read(context, stores().values(), [day], matched=True)

    @cache
    def ways(store_id: int) -> dict[int, int]:
        return stock_queries.list_ways(context.session, store_id)

    return lambda store, day: days.green_near(context, store, day, stores(), known(day), ways(store.id))


# Telling


def _tell_store(context: Context, full: TooFull) -> None:
    """Tell a store's manager; the deputy where the manager cannot hear."""
    settings = context.settings
    today = sources.day_of(full.store, context.now)
    minutes = full.one.wait(settings.rules.diverting)
    wait = minutes if timedelta(minutes=minutes) > settings.rules.diverting.least_wait else None

    def words(language: str, _timezone: str) -> Message:
        return messages.too_full(language, full, today, settings.boards, settings.ahead.weeks, wait)

    leaders = life.reachable_leaders(context, full.store.id)
    managers = [person for person in leaders if person.role is Role.STORE_MANAGER]
    notify.tell_each(context, managers or leaders, words)
    context.audit("ahead.told", full.store.code, after=f"{full.day} {full.one.expected}/{full.one.capacity}")


def _tell_region(context: Context, region_id: int, found: Sequence[TooFull]) -> None:
    """Tell a region's chats of all of it in one message."""
    dated = [(one, sources.day_of(one.store, context.now)) for one in found]

    def words(language: str, _timezone: str) -> Message:
        return messages.region(language, dated)

    for chat in chat_queries.list_chats(context.session, Purpose.MANAGERS, region_ids=[region_id]):
        notify.say_in(context, chat, words)
