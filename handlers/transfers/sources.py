"""Where a part can come from."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from handlers.geo import box_around
from handlers.goods.rules import way_km
from handlers.requests import clocks
from handlers.requests.kinds import Candidate, Reason
from handlers.settings import Rules
from handlers.transfers import rules
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.queries import stock as stock_queries
from storage.tables.boards import Part
from storage.tables.people import Store
from storage.tables.requests import Request

if TYPE_CHECKING:
    from handlers.context import Context

# How far back a store's answers are looked at.
ANSWERS_OF = timedelta(days=30)


def candidates(context: Context, request: Request) -> list[Candidate]:
    """Rank the stores that could give what a request asks for."""
    moved = request_queries.get_transfer(context.session, request.id)
    store = people_queries.get_store(context.session, request.store_id)
    part = stock_queries.get_part(context.session, moved.part_id)
    return ranked(context, store, part, moved.asked, clocks.rules_of(context, request))


def ranked(context: Context, store: Store, part: Part, wanted: int, numbers: Rules) -> list[Candidate]:
    """Rank the stores that could give so many of a part to a store, with the reasons. Purpose: matching."""
    session, matching = context.session, numbers.matching
    offers: dict[int, tuple[stock_queries.Offer, float | None]] = {}
    box = None
    if store.latitude is not None and store.longitude is not None:
        box = box_around(store.latitude, store.longitude, matching.max_km / matching.detour)
    for offer in stock_queries.list_offers(session, part.id, more_than=matching.safety_stock, box=box):
        km = way_km(store, offer, matching.detour)
        if offer.store_id != store.id and (km is None or km <= matching.max_km):
            offers[offer.store_id] = offer, km
    if not offers:
        return []
    carried = request_queries.count_carried(session, part.id, offers)
    answers = request_queries.answer_figures(session, context.now - ANSWERS_OF, offers)
    found = []
    for offer, km in offers.values():
        count, lost, seconds = answers.get(offer.store_id, (0, 0, None))
        load, reserved = carried.get(offer.store_id, (0, 0))
        found.append(
            rules.Source(
                store_id=offer.store_id,
                quantity=offer.quantity,
                reserved=reserved,
                km=km,
                load=load,
                answer_minutes=None if seconds is None else seconds / 60,
                refusal_rate=lost / count if count else 0.0,
            )
        )
    best = [(offers[one.source.store_id][0], one) for one in rules.rank(found, wanted, matching)]
    return [
        Candidate(offer.store_id, offer.name, offer.region_id, reasons(store, offer, one, wanted))
        for offer, one in best
    ]


def reasons(store: Store, other: stock_queries.Offer, one: rules.Ranked, wanted: int) -> tuple[Reason, ...]:
    """Say why a store stands where it stands; how many it has only within one dealer."""
    source = one.source
    said: list[Reason] = [("why.enough" if one.left >= wanted else "why.some", {})]
    if rules.can_see_quantity(store.dealer_id, other.dealer_id):
        said[0] = ("why.left", {"count": one.left})
    if source.km is None or one.travel_minutes is None:
        said.append(("why.way_unknown", {}))
    else:
        said.append(("why.way", {"km": round(source.km), "minutes": one.travel_minutes}))
    if source.answer_minutes is None:
        said.append(("why.new_here", {}))
    else:
        said.append(("why.answers", {"minutes": max(1, round(source.answer_minutes))}))
    if source.load:
        said.append(("why.load", {"count": source.load}))
    if source.refusal_rate:
        said.append(("why.refuses", {"share": round(source.refusal_rate * 100)}))
    return tuple(said)


def visible_levels(context: Context, part: Part) -> list[tuple[str, str, datetime, bool]]:
    """List who has a part as far as who asks may see: (store, how many or 有, stated at, stale)."""
    session = context.session
    stores = {store.id: store for store in people_queries.list_stores(session)}
    rows = []
    for level in stock_queries.list_stock_levels(session, part.id):
        store = stores.get(level.store_id)
        if store is None:
            continue
        own = context.store is not None and rules.can_see_quantity(context.store.dealer_id, store.dealer_id)
        count = str(level.quantity) if own else context.words(f"transfer.has_{'it' if level.quantity else 'none'}")
        rows.append((store.name, count, level.stated_at, rules.is_stale(level.stated_at, context.now)))
    return rows
