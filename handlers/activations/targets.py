"""Where dead stock can go: the stores that run short of it, near enough, with the reasons. Purpose: matching."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from handlers.activations import rules
from handlers.geo import way_km
from handlers.requests import clocks
from handlers.requests.kinds import Candidate, Reason
from handlers.settings import Rules
from storage.purposes import MATCHING
from storage.queries import dead_stock as dead_queries
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.queries import shared
from storage.tables.people import Store
from storage.tables.requests import Request

if TYPE_CHECKING:
    from handlers.context import Context


@dataclass(frozen=True, slots=True)
class Dead:
    """What lies dead: how many pieces, and who is offered how many of them (None, 0: nobody runs short of it)."""

    lying: rules.Lying
    pieces: int
    target: Candidate | None = None
    count: int = 0

    @property
    def amount(self) -> int:
        """What it is worth, 0 where nobody said what a piece costs."""
        return self.pieces * (self.lying.price or 0)


def candidates(context: Context, request: Request) -> list[Candidate]:
    """Rank the stores that could take what a request moves away."""
    moved = request_queries.get_transfer(context.session, request.id)
    store = people_queries.get_store(context.session, request.store_id)
    numbers = clocks.rules_of(context, request)
    return [candidate for candidate, _ in ranked(context, store, (moved.part_id,), numbers)[moved.part_id]]


def ranked(
    context: Context, store: Store, parts: Sequence[int], numbers: Rules, sharing: Sequence[Store] | None = None
) -> Mapping[int, list[tuple[Candidate, rules.Need]]]:
    """Rank for each part the stores in use that run short of it; `sharing`: those that share, where known."""
    since = context.now - numbers.dead_stock.short_within
    short = dead_queries.list_shortages(context.session, parts, since, purpose=MATCHING)
    if sharing is None:
        sharing = shared.list_sharing_stores(context.session, purpose=MATCHING)
    others = {one.id: one for one in sharing if one.id != store.id}
    matching = numbers.matching
    found: dict[int, list[tuple[Candidate, rules.Need]]] = {}
    for part_id in parts:
        needs = [
            rules.Need(
                other,
                one.times,
                rules.wanted(one.pieces, one.has, own=others[other].dealer_id == store.dealer_id),
                one.ran_out,
                way_km(store, others[other], matching.detour),
            )
            for other, one in short.get(part_id, {}).items()
            if other in others and rules.is_short(one.pieces, one.has)
        ]
        found[part_id] = [
            (as_candidate(others[need.store_id], reasons(need, numbers)), need)
            for need in rules.rank(needs, matching.max_km)
        ]
    return found


def as_candidate(store: Store, said: tuple[Reason, ...]) -> Candidate:
    """Make a candidate of a store."""
    return Candidate(store.id, store.name, store.region_id, said)


def reasons(need: rules.Need, numbers: Rules) -> tuple[Reason, ...]:
    """Say why a store is a good one to take it."""
    said: list[Reason] = []
    days = numbers.dead_stock.short_within.days
    if need.times:
        said.append(("why.ran_short", {"count": need.times, "days": days}))
    if need.ran_out:
        said.append(("why.ran_out", {}))
    if need.km is None:
        said.append(("why.way_unknown", {}))
    else:
        minutes = round(need.km / numbers.matching.speed_kmh * 60)
        said.append(("why.way", {"km": round(need.km), "minutes": minutes}))
    return tuple(said)


def list_dead(context: Context, store: Store, sharing: Sequence[Store] | None = None) -> list[Dead]:
    """List what lies dead in a store with who could take it, what is worth most first.

    What has not moved is dead in any case; what is only more than the store uses, where others run short of it.
    `sharing` is as in `ranked`.
    """
    session, numbers = context.session, context.settings.rules
    own = numbers.dead_stock
    rows = dead_queries.list_dead(session, store.id, context.now, unmoved=own.unmoved, cover=own.cover)
    levels = [rules.Lying(*row) for row in rows]
    targets = ranked(context, store, [lying.part_id for lying in levels], numbers, sharing)
    found = []
    for lying in levels:
        pieces, takers = rules.pieces(lying, own, context.now), targets[lying.part_id]
        if pieces < 1 or not (takers or rules.is_unmoved(lying, own, context.now)):
            continue
        target, need = takers[0] if takers else (None, None)
        left = pieces - promised(context, store.id, lying.part_id) if takers else 0
        count = min(left, need.pieces) if need is not None and left > 0 else 0
        found.append(Dead(lying, pieces, target if count else None, count))
    return sorted(found, key=_worth)


def _worth(dead: Dead) -> tuple[int, int, datetime, str]:
    return -dead.amount, -dead.pieces, dead.lying.moved_at, dead.lying.part_no


def promised(context: Context, store_id: int, part_id: int) -> int:
    """Return how many of a part a store has promised to others already."""
    return request_queries.count_carried(context.session, part_id, [store_id]).get(store_id, (0, 0))[1]
