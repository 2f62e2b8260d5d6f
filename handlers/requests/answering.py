"""An ask that is being answered: seen, and its clocks begun and ended."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from handlers.requests import clocks
from storage.queries import requests as request_queries
from storage.tables.requests import Ask, AskState, Request

if TYPE_CHECKING:
    from handlers.context import Context


def see(context: Context, request: Request, ask: Ask) -> bool:
    """Note that the asked store has seen the ask, and start the clock of its answer; False when it had before."""
    if ask.seen_at is not None:
        return False
    _note_seen(context, request, ask)
    begin_answer(context, request, ask, since=context.now)
    return True


def begin_answer(context: Context, request: Request, ask: Ask, *, since: datetime) -> None:
    """Start the clock of the answer, unless it runs: from having seen the ask, or from the limit for that."""
    if request_queries.find_running_step(context.session, request.id, "answer") is None:
        _begin_answer(context, request, ask, since)


def _begin_answer(context: Context, request: Request, ask: Ask, since: datetime, *, over: bool = False) -> None:
    clocks.begin(
        context,
        request,
        "answer",
        store_id=ask.store_id,
        duration=clocks.clocks_of(context, request).answer,
        started_at=since,
        ask_id=ask.id,
        turn=ask.rank,
        over=over,
    )


def _note_seen(context: Context, request: Request, ask: Ask) -> None:
    ask.seen_at = context.now
    if ask.state is AskState.PENDING:
        ask.state = AskState.SEEN
    clocks.end(context, request, "seen")
    note(context, request, "seen", store_id=ask.store_id)


def end_answer(context: Context, request: Request, ask: Ask) -> None:
    """End the clocks of an ask that is being answered: who answers has seen it too."""
    unseen = ask.seen_at is None
    if unseen:
        _note_seen(context, request, ask)
    if clocks.end(context, request, "answer") is None and unseen:
        _begin_answer(context, request, ask, context.now, over=True)


def note(context: Context, request: Request, word: str, *, store_id: int | None, **values: object) -> None:
    """Add a line to the story, by who speaks."""
    request_queries.add_event(
        context.session,
        request.id,
        word,
        context.now,
        person_id=context.person_id,
        store_id=store_id,
        **values,
    )
