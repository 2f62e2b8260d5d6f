"""Where a part can come from, and what its giver is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from handlers import texts
from handlers.boards.freshness import is_stale
from handlers.durations import parse_duration
from handlers.geo import box_around, road_km
from handlers.messages import sentence
from handlers.requests import cards, clocks, conduct, life
from handlers.requests.kinds import Candidate, Reason
from handlers.requests.rules import open_minutes
from handlers.settings import Rules
from handlers.transfers import messages as transfer_messages
from handlers.transfers import rules
from handlers.working_time import local, say_moment
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


def ranked(
    context: Context,
    store: Store,
    part: Part,
    wanted: int,
    numbers: Rules,
    still_days: Mapping[int, int] = MappingProxyType({}),
) -> list[Candidate]:
    """Rank the stores that could give so many of a part to a store, with the reasons. Purpose: matching.

    `still_days` is store → for how long the part has not moved there, where that is known.
    """
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
                still_days=still_days.get(offer.store_id),
            )
        )
    best = [
        (offers[one.source.store_id][0], one, stale)
        for stale, sources in found.items()  # what is stale after all the others
        for one in rules.rank(sources, wanted, matching, numbers.ranking)
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
    if one.is_dead and source.still_days is not None:
        said.append(("why.still", {"days": source.still_days}))
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


def read_details(words: str) -> tuple[str, str, timedelta | None]:
    """Read `顺丰 SF123 30分钟` as courier, waybill and the time of the way, whatever is there."""
    courier, waybill, way = [], "", None
    for word in words.replace(",", " ").replace("，", " ").split():
        span = _span(word)
        if way is None and span is not None:
            way = span
        elif not waybill and re.fullmatch(r"(?=.*\d)[A-Za-z0-9-]{5,40}", word):
            waybill = word
        else:
            courier.append(word)
    return " ".join(courier)[:40], waybill, way


def _span(word: str) -> timedelta | None:
    """Read a time of the way as people write it: 30分钟, 2小时, 45min, 1h30m."""
    if found := re.fullmatch(r"(\d{1,4})(?:分钟|分|min|mins|minutos)", word):
        return timedelta(minutes=int(found[1]))
    if found := re.fullmatch(r"(\d{1,2})(?:小时|hours?|horas?)", word):
        return timedelta(hours=int(found[1]))
    try:
        return parse_duration(word)
    except ValueError:
        return None


def tell_owner(context: Context, request: Request, key: str, **values: object) -> None:
    """Tell the giving store's leaders of something the receiver did."""
    moved = request_queries.get_transfer(context.session, request.id)
    part = stock_queries.get_part(context.session, moved.part_id)
    store = people_queries.get_store(context.session, request.store_id).name
    for person in life.reachable_leaders(context, request.owner_store_id or 0):
        language = context.language_for(person)
        said = dict(values)
        if "difference" in said:
            said["difference"] = transfer_messages.difference(language, str(said["difference"]))
        words = texts.say(
            language,
            key,
            label=cards.brief(context, request, language)[0],
            part=part.name,
            store=store,
            shipped=moved.shipped,
            asked=moved.asked,
            **said,
        )
        context.tell(person, sentence(words), priority=cards.priority_of(request))


def prompt_record(context: Context, request: Request) -> None:
    """Ask the giving store for freight and waybill."""
    step = request_queries.find_running_step(context.session, request.id, "record")
    if step is None:
        return
    for person in life.reachable_leaders(context, step.store_id):
        language = context.language_for(person)
        due = say_moment(step.due_at, context.timezone_for(person), context.now, language)
        label = cards.brief(context, request, language)[0]
        context.tell(person, sentence(texts.say(language, "transfer.record_prompt", label=label, due=due)))


def way_km(store: Store, other: Store | stock_queries.Offer, detour: float) -> float | None:
    here, there = (store.latitude, store.longitude), (other.latitude, other.longitude)
    if here[0] is None or here[1] is None or there[0] is None or there[1] is None:
        return None
    return road_km(here[0], here[1], there[0], there[1], detour)
