"""How stores answered of late and what they carry: what every kind weighs when it ranks who is asked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING

from handlers.requests.kinds import Reason
from handlers.requests.rules import Conduct
from storage.queries import requests as request_queries

if TYPE_CHECKING:
    from handlers.context import Context

# How far back a store's answers are looked at.
ANSWERS_OF = timedelta(days=30)
# Of so many stores, the first by everything else, it is looked at where a whole network could be asked.
MOST_WEIGHED = 20
_NO_PART = 0


def of_stores(context: Context, stores: Collection[int], part_id: int = _NO_PART) -> dict[int, Conduct]:
    """Return the conduct of each of these stores, with what it has promised of a part. Purpose: conduct."""
    if not stores:
        return {}
    carried = request_queries.count_carried(context.session, part_id, stores)
    answers = request_queries.answer_figures(context.session, context.now - ANSWERS_OF, stores)
    found = {}
    for store_id in stores:
        count, lost, seconds = answers.get(store_id, (0, 0, None))
        load, promised = carried.get(store_id, (0, 0))
        minutes = None if seconds is None else seconds / 60
        found[store_id] = Conduct(minutes, lost / count if count else 0.0, load, promised)
    return found


def reasons(conduct: Conduct) -> list[Reason]:
    """Say how a store answers and what it carries."""
    said: list[Reason] = [("why.new_here", {})]
    if conduct.answer_minutes is not None:
        said = [("why.answers", {"minutes": max(1, round(conduct.answer_minutes))})]
    if conduct.load:
        said.append(("why.load", {"count": conduct.load}))
    if conduct.refusal_rate:
        said.append(("why.refuses", {"share": round(conduct.refusal_rate * 100)}))
    return said
