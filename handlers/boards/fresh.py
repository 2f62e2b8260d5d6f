"""`/fresh`: whether the boards are said anew in time, and whether they are right."""

from __future__ import annotations

import re
from datetime import date, time
from typing import TYPE_CHECKING

from handlers.access import REGION, STAFF, oversees
from handlers.boards import fresh_messages as messages
from handlers.boards import freshness, refreshing
from handlers.boards.fresh_messages import StoreFigures
from handlers.boards.freshness import BOARDS, Board
from handlers.errors import BadInput
from handlers.registry import command
from handlers.working_time import at_local, local
from storage.queries import freshness as queries
from storage.queries import people as people_queries
from storage.tables.boards import StockLevel, Technician
from storage.tables.people import Store

if TYPE_CHECKING:
    from handlers.context import Context


@command("fresh", "及时率", "frescura", roles=STAFF | REGION, reading=True)
def fresh(context: Context, words: str) -> None:
    """Show whether one's own store's boards are in time and right; a region's, and HQ's, all of theirs."""
    month = _month(words) or local(context.now, context.timezone).date().replace(day=1)
    shown = [store for store in people_queries.list_stores(context.session) if _is_theirs(context, store)]
    context.answer(
        messages.figures(context.language, month, context.settings.boards.target, figures_of(context, shown, month))
    )


def _is_theirs(context: Context, store: Store) -> bool:
    return store.id == context.me.store_id or oversees(context.me, store.region_id)


def _month(words: str) -> date | None:
    if not words.strip():
        return None
    found = re.fullmatch(r"(20[0-9]{2})[-/.年]?(0?[1-9]|1[0-2])月?", words.strip())
    if found is None:
        raise BadInput("fresh.bad_month")
    return date(int(found[1]), int(found[2]), 1)


def figures_of(context: Context, stores: list[Store], month: date) -> list[StoreFigures]:
    """Return the stores' figures of a month, with how their boards stand now."""
    session, rules = context.session, context.settings.rules
    after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    refreshes = queries.count_refreshes(session, month, after)
    zone = context.settings.network.timezone
    ids = [store.id for store in stores]
    right = queries.count_right(session, ids, *(at_local(day, time(0), zone) for day in (month, after)))
    tables: dict[Board, type[StockLevel | Technician]] = {"stock": StockLevel, "technicians": Technician}
    ages = {
        board: queries.map_ages(session, table, ids, context.now - freshness.period_of(board, rules))
        for board, table in tables.items()
    }
    found = []
    for store in stores:
        day = refreshing.today(context, store)
        last = queries.find_last_capacity(session, store.id, day)
        boards = {board: (age[store.id].rows, age[store.id].old) for board, age in ages.items() if store.id in age}
        if last is not None and last.day >= day - refreshing.LOOKS_BACK:
            old = last.day != day or freshness.is_stale("capacity", last.stated_at, context.now, rules)
            boards["capacity"] = (1, int(old))
        counts = [refreshes.get((store.id, board), (0, 0)) for board in BOARDS]
        timely = (sum(good for good, _ in counts), sum(count for _, count in counts))
        found.append(StoreFigures(store.name, boards, timely, right.get(store.id, (0, 0))))
    return found
