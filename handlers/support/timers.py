"""What happens later to a support: the checklist, the technician's evening, a late arrival, the ratings shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.registry import timer
from handlers.requests import cards
from handlers.support import telling
from storage.queries import requests as request_queries
from storage.queries import support as support_queries
from storage.tables.requests import Request, State
from storage.tables.support import Support

if TYPE_CHECKING:
    from handlers.context import Context


def _confirmed(context: Context, request: int, turn: int) -> tuple[Request, Support] | None:
    """Lock a support whose promise of then still stands and whose technician has not come; None otherwise."""
    found = request_queries.get_request(context.session, request)
    ask = request_queries.find_open_ask(context.session, request)
    if found.state is not State.CONFIRMED or ask is None or ask.rank != turn:
        return None
    return found, support_queries.get_support(context.session, request)


@timer("support.checklist")
def checklist(context: Context, request: int, turn: int) -> None:
    """Post the checklist the day before."""
    standing = _confirmed(context, request, turn)
    if standing is not None and standing[1].posted_at is None:
        telling.post(context, *standing)
        cards.refresh(context, standing[0])


@timer("support.evening")
def evening(context: Context, request: int, turn: int) -> None:
    """Tell the technician of tomorrow's visit."""
    standing = _confirmed(context, request, turn)
    if standing is not None:
        telling.tell_expert(context, *standing, key="evening")


@timer("support.late")
def late(context: Context, request: int, turn: int) -> None:
    """Tell whoever asked that the technician is late, once."""
    standing = _confirmed(context, request, turn)
    if standing is None:
        return
    arrive = request_queries.find_running_step(context.session, request, "arrive")
    if arrive is not None and arrive.due_at > context.now:  # its limit was moved meanwhile
        telling.plan_late(context, standing[0], turn, arrive.due_at)
    else:
        telling.tell_late(context, *standing)


@timer("support.ratings")
def ratings(context: Context, request: int) -> None:
    """Show the ratings when the time for them is over, one of them alone as well."""
    found = request_queries.get_request(context.session, request)
    support = support_queries.get_support(context.session, request)
    if support.shown_at is None:
        telling.show_ratings(context, found, support)
        cards.refresh(context, found)
