"""What stands still: every open request has a next timer, and what no limit drives any more is named once a day.

Each request looks at itself once a day from its opening until it ends (`limits.still_open`). One that is still open
although every limit of it is broken, and everybody has heard, is named in its region's daily list: to each store what
stands with it, to the region's chat and to HQ all of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from handlers import notify
from handlers.chat import Message
from handlers.registry import timer
from handlers.requests import cards, clocks, life, messages, rules
from handlers.working_time import next_local
from storage.queries import chats as chat_queries
from storage.queries import health, queues
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.tables.chats import Purpose
from storage.tables.people import Region
from storage.tables.requests import Request

if TYPE_CHECKING:
    from handlers.context import Context


def look_again(context: Context, request: Request) -> None:
    """Name a request that stands still in its region's next list, and look again in a day."""
    if request.ended_at is not None:
        return
    waiting = {one.name for one in queues.list_pending_timers(context.session, request.id)}
    if rules.stands_still(waiting):
        _name_tomorrow(context, request)
    every = clocks.rules_of(context, request).limits.still_open
    at = rules.next_look(context.due_at or context.now, every, context.now)
    _set(context, request, f"{at:%Y-%m-%dT%H:%M}", at)


def wait_on(context: Context, request: Request) -> None:
    """Give a request that waits for no timer one that looks at it at once, and goes on from there."""
    _set(context, request, "audit", context.now)


def _set(context: Context, request: Request, what: str, at: datetime) -> None:
    context.later(
        clocks.key(request, 0, "open", what),
        "requests.open_too_long",
        at,
        request_id=request.id,
        request=request.id,
        again=True,
    )


def _name_tomorrow(context: Context, request: Request) -> None:
    region = people_queries.get_region(context.session, request.region_id)
    timezone = region.timezone or context.settings.network.timezone
    at = next_local(context.now, context.settings.digest.still_open, timezone)
    key = f"still_open:{region.id}:{at:%Y-%m-%dT%H}"
    context.later(key, "requests.still_open", at, region=region.id)


@timer("requests.still_open")
def still_open(context: Context, region: int) -> None:
    """Name what stands still in a region: to its stores, in its chat and to HQ."""
    found = health.list_standing(context.session, region, rules.DRIVING)
    if not found:
        return
    where = people_queries.get_region(context.session, region)
    by_store: dict[int, list[Request]] = defaultdict(list)
    for request in found:
        for store_id in _held_by(context, request):
            by_store[store_id].append(request)
    for store_id, theirs in by_store.items():
        notify.tell_each(context, life.reachable_leaders(context, store_id), _words(context, where, theirs))
    words = _words(context, where, found)
    chats = chat_queries.list_chats(context.session, Purpose.MANAGERS, region_ids=[region])
    for chat in chats:
        notify.say_in(context, chat, words)
    if not chats:
        notify.tell_region(context, region, words)
    notify.tell_hq(context, words)


def _held_by(context: Context, request: Request) -> set[int]:
    """Return the stores a request stands with: whose broken steps run, else whoever asked."""
    running = request_queries.list_running_steps(context.session, request.id)
    late = {step.store_id for step in running if step.breached_at is not None}
    return late or {request.store_id}


def _words(context: Context, region: Region, requests: Sequence[Request]) -> notify.Words:
    def words(language: str, timezone: str) -> Message:
        rows = []
        for request in requests[: rules.MOST_NAMED]:
            facts = cards.facts_of(context, request, events=False)
            rows.append((facts, cards.brief(context, request, language)[1]))
        more = len(requests) - len(rows)
        return messages.still_open(language, timezone, context.now, region.name, rows, more=more)

    return words
