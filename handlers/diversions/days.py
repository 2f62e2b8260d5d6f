"""The stores' days ahead as they are known: read once for many stores, and who near is free on a day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from handlers.boards.freshness import is_stale
from handlers.diversions import forecast, rules, sources
from handlers.diversions.forecast import Forecast
from handlers.diversions.sources import Offer
from handlers.geo import way_km
from handlers.requests import rules as request_rules
from handlers.working_time import ALWAYS, at_local, local, next_opening
from storage.purposes import MATCHING
from storage.queries import outlooks
from storage.queries.outlooks import Place
from storage.tables.people import Store

if TYPE_CHECKING:
    from handlers.context import Context


def read(
    context: Context, stores: Iterable[Store], days: Collection[date], *, matched: bool = False
) -> dict[Place, Forecast]:
    """Return what each of these days will be like at each of these stores.

    `matched`: customers are sent by it, so a day whose figure of today is stale is left out. Purpose: matching.
    """
    numbers, by_id = context.settings.ahead, {store.id: store for store in stores}
    before = {day: forecast.same_weekdays(day, numbers.weeks) for day in days}
    asked = {*days, *(past for group in before.values() for past in group)}
    figures = outlooks.map_figures(context.session, asked, by_id, purpose=MATCHING)
    found = {}
    for store in by_id.values():
        for day in days:
            said = figures.get((store.id, day))
            is_old = said is not None and is_stale("capacity", said.stated_at, context.now, context.settings.rules)
            if matched and is_old and day == sources.day_of(store, context.now):
                continue
            then = [figures[store.id, past] for past in before[day] if (store.id, past) in figures]
            found[store.id, day] = forecast.forecast(
                said.daily_capacity if said else store.daily_capacity,
                said.bookings if said else None,
                [one.bookings for one in then if not one.by_bot],  # a store that said nothing was not nearly empty
                numbers,
            )
    return found


def green_near(
    context: Context,
    store: Store,
    day: date,
    stores: Mapping[int, Store],
    known: Mapping[Place, Forecast],
    ways: Mapping[int, int],
) -> list[Offer]:
    """Rank which of these stores have a green light and take customers of this one on a day, by the `ways` measured.

    Of another dealer's store it is said that it has room, and neither how much nor how long one waits there.
    """
    rules_now = context.settings.rules
    bays = []
    for other in stores.values():
        one = known.get((other.id, day))
        if other.id != store.id and one is not None and one.light(context.settings.boards) == "🟢":
            bay = one.bay(other.id, way_km(store, other, rules_now.matching.detour), ways.get(other.id))
            bays += [bay] if bay else []
    found = []
    for ranked in rules.rank(bays, rules_now.diverting, rules_now.matching.speed_kmh):
        other = stores[ranked.bay.store_id]
        if not _takes_on(other, day, context.now, timedelta(minutes=ranked.way_minutes)):
            continue
        found.append(Offer(other, ranked, sources.reasons_for(store, other, ranked)))
    return found


def _takes_on(store: Store, day: date, now: datetime, way: timedelta) -> bool:
    """Say whether a store is still open, or opens, on a day when a customer can be there."""
    hours = ALWAYS if store.emergencies else request_rules.hours_of(store)
    at = max(now + way, at_local(day, time(0), store.timezone))
    return local(next_opening(hours, at), store.timezone).date() == day
