"""Where a part can come from."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

from handlers.boards.freshness import is_stale
from handlers.geo import box_around, way_km
from handlers.requests import clocks, conduct
from handlers.requests.kinds import Candidate, Reason
from handlers.requests.rules import open_minutes
from handlers.settings import Rules
from handlers.transfers import rules
from handlers.working_time import local
from storage.purposes import MATCHING
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.queries import stock as stock_queries
from storage.tables.boards import Part
from storage.tables.people import Store
from storage.tables.requests import Request

if TYPE_CHECKING:
    from handlers.context import Context


def candidates(context: Context, request: Request) -> list[Candidate]:
    """Rank the stores that could give what a request asks for."""
    moved = request_queries.get_transfer(context.session, request.id)
    store = people_queries.get_store(context.session, request.store_id)
    part = stock_queries.get_part(context.session, moved.part_id)
    return ranked(context, store, part, moved.asked, clocks.rules_of(context, request))


def ranked(context: Context, store: Store, part: Part, wanted: int, numbers: Rules) -> list[Candidate]:
    """Rank the stores that could give so many of a part to a store, with the reasons. Purpose: matching."""
    matching = numbers.matching
    offers: dict[int, tuple[stock_queries.Offer, float | None]] = {}
    box = None
    if store.latitude is not None and store.longitude is not None:
        box = box_around(store.latitude, store.longitude, matching.max_km / matching.detour)
    for offer in stock_queries.list_offers(
        context.session, part.id, purpose=MATCHING, to=store.id, more_than=matching.safety_stock, box=box
    ):
        km = way_km(store, offer, matching.detour)
        if offer.store_id != store.id and (km is None or km <= matching.max_km):
            offers[offer.store_id] = offer, km
    if not offers:
        return []
    known = conduct.of_stores(context, offers, part.id)
    walls: dict[str, time] = {}  # what the clock on the wall says
    found: dict[bool, list[rules.Source]] = {False: [], True: []}  # whether the figure is stale
    for offer, km in offers.values():
        wall = walls.get(offer.timezone)
        if wall is None:
            wall = walls[offer.timezone] = local(context.now, offer.timezone).time()
        found[is_stale("stock", offer.stated_at, context.now, numbers)].append(
            rules.Source(
                store_id=offer.store_id,
                quantity=offer.quantity,
                km=km,
                conduct=known[offer.store_id],
                way_minutes=offer.way_minutes,
                open_minutes=open_minutes(offer.opens, offer.closes, wall),
                still=context.now - offer.moved_at,
            )
        )
    best = [
        (offers[one.source.store_id][0], one, stale)
        for stale, sources in found.items()  # what is stale after all the others
        for one in rules.rank(sources, wanted, matching, numbers.ranking, numbers.dead_stock.unmoved)
    ]
    return [
        Candidate(
            offer.store_id,
            offer.name,
            offer.region_id,
            (*reasons(store, offer, one, wanted), *((("why.stale", {}),) if stale else ())),
            stale=stale,
        )
        for offer, one, stale in best
    ]


def reasons(store: Store, other: stock_queries.Offer, one: rules.Ranked, wanted: int) -> tuple[Reason, ...]:
    """Say why a store stands where it stands; how many it has only within one dealer."""
    source = one.source
    said: list[Reason] = [("why.enough" if one.left >= wanted else "why.some", {})]
    if rules.can_see_quantity(store.dealer_id, other.dealer_id):
        said[0] = ("why.left", {"count": one.left})
    if one.is_dead and source.still is not None and rules.can_see_quantity(store.dealer_id, other.dealer_id):
        said.append(("why.still", {"days": source.still.days}))
    if one.travel_minutes is None:
        said.append(("why.way_unknown", {}))
    elif source.km is None:
        said.append(("why.way_minutes", {"minutes": one.travel_minutes}))
    else:
        said.append(("why.way", {"km": round(source.km), "minutes": one.travel_minutes}))
    if one.closes_soon and source.open_minutes is not None:
        said.append(("why.closes", {"minutes": source.open_minutes}) if source.open_minutes else ("why.closed", {}))
    said.extend(conduct.reasons(source.conduct))
    return tuple(said)
