"""What happens by itself on Monday: dead stock is counted, and what others run short of is suggested to its store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import notify
from handlers.activations import messages, rules, targets
from handlers.chat import Message, Priority
from handlers.registry import periodic, timer
from handlers.requests import life
from storage.purposes import MATCHING
from storage.queries import dead_stock as dead_queries
from storage.queries import people as people_queries
from storage.queries import shared
from storage.tables.people import Region, Store

if TYPE_CHECKING:
    from handlers.context import Context


@periodic("dead_stock")
def set_timers(context: Context) -> None:
    """See to it that each region's next Monday is set."""
    for region in people_queries.list_regions(context.session):
        _set(context, region)


def _set(context: Context, region: Region) -> None:
    zone = _zone(context, region)
    due = rules.next_monday(context.settings.digest.dead_stock, zone, context.now)
    day = rules.monday_of(due, zone).isoformat()
    context.keep(f"dead_stock:{region.id}:{day}", "activations.suggest", due, region=region.id)


def _zone(context: Context, region: Region) -> str:
    return region.timezone or context.settings.network.timezone


@timer("activations.suggest")
def suggest(context: Context, region: int) -> None:
    """Keep what lies dead in each store of a region this week, and suggest to each where the best of it could go."""
    found = people_queries.get_region(context.session, region)
    _set(context, found)
    sharing = shared.list_sharing_stores(context.session, purpose=MATCHING)
    for store in people_queries.list_stores(context.session, region_id=region):
        dead = targets.list_dead(context, store, sharing)
        _keep(context, store, dead, found)
        _tell(context, store, dead)


def _keep(context: Context, store: Store, dead: list[targets.Dead], region: Region) -> None:
    dead_queries.add_week(
        context.session,
        store.id,
        rules.monday_of(context.now, _zone(context, region)),
        parts=len(dead),
        pieces=sum(one.pieces for one in dead),
        amount=sum(one.amount for one in dead),
        currency=context.settings.network.currency,
        unpriced=sum(one.pieces for one in dead if one.lying.price is None),
    )


def _tell(context: Context, store: Store, dead: list[targets.Dead]) -> None:
    """Suggest what somebody runs short of and is not on its way out already."""
    numbers = context.settings.rules
    going = dead_queries.list_on_offer(context.session, store.id)
    offered = [one for one in dead if one.target is not None and one.lying.part_id not in going]
    best = offered[: numbers.dead_stock.suggested]
    if not best:
        return
    points, currency = numbers.points.activation, context.settings.network.currency

    def words(language: str, _zone: str) -> Message:
        place = (store.id, store.name)
        return messages.suggestion(language, context.now, place, best, points, numbers.dead_stock, currency)

    notify.tell_each(context, life.reachable_leaders(context, store.id), words, priority=Priority.DIGEST)
