"""Where a part can come from, and what its giver is told."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from handlers import texts
from handlers.durations import parse_duration
from handlers.geo import box_around, road_km
from handlers.messages import sentence
from handlers.requests import cards, clocks, life
from handlers.requests.kinds import Candidate, Reason
from handlers.settings import Rules
from handlers.transfers import messages as transfer_messages
from handlers.transfers import rules
from handlers.working_time import say_moment
from storage.purposes import MATCHING
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
    for offer in stock_queries.list_offers(
        session, part.id, purpose=MATCHING, more_than=matching.safety_stock, box=box
    ):
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
