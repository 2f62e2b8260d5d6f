"""What can be changed of a support before a store has agreed to it: the specialty, the level and the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.boards.specialties import find_specialty
from handlers.errors import BadFields
from handlers.requests import clocks
from handlers.requests.grammar import clean
from handlers.requests.kinds import Change, kind_of
from handlers.support import candidates, commands, messages, telling
from handlers.support.words import LONGEST_SPECIALTY, parse_level
from storage.queries import requests as request_queries
from storage.queries import support as support_queries
from storage.tables.requests import NOT_TAKEN, Request, Urgency
from storage.tables.support import Support

if TYPE_CHECKING:
    from handlers.context import Context


def _support(context: Context, request: Request) -> Support:
    return support_queries.get_support(context.session, request.id)


def _specialty_now(context: Context, request: Request, _language: str) -> str:
    return _support(context, request).specialty


def _change_specialty(context: Context, request: Request, words: str) -> None:
    written = clean(words, LONGEST_SPECIALTY)
    if not written:
        raise BadFields({"value": "around.change_usage"})
    _support(context, request).specialty = find_specialty(written, commands.specialties(context)) or written
    _hold_anew(context, request)


def _level_now(context: Context, request: Request, _language: str) -> str:
    return _support(context, request).level


def _change_level(context: Context, request: Request, words: str) -> None:
    level = parse_level(words)
    if not level:
        raise BadFields({"value": "support.bad_level"})
    _support(context, request).level = level
    _hold_anew(context, request)


def _time_now(context: Context, request: Request, language: str) -> str:
    return messages.time_of(
        language, telling.host_of(context, request).timezone, context.now, _support(context, request)
    )


def _change_time(context: Context, request: Request, words: str) -> None:
    """Want the technician at another time: the urgency and the whole's limit follow, and HQ hears of a short notice."""
    if request.held_at is not None:
        raise BadFields({"value": "around.held_already"})
    visit = commands.visit_in(context, words)
    support = _support(context, request)
    support.starts_at, support.ends_at = visit.starts_at, visit.ends_at
    was, request.urgency = request.urgency, commands.urgency_of(context, visit)
    request.cap_at = visit.ends_at + telling.clocks_of(context, request).work
    whole = request_queries.find_running_step(context.session, request.id, kind_of(request).whole)
    if whole is not None and whole.breached_at is None:
        clocks.move(context, request, whole, request.cap_at)
    _hold_anew(context, request)
    if request.urgency is Urgency.URGENT and was is not Urgency.URGENT and not request.practice:
        commands.tell_hq(context, request)


def _hold_anew(context: Context, request: Request) -> None:
    """Hold whoever of the asked store fits what is wanted now; where nobody does, another store is asked."""
    ask = request_queries.find_open_ask(context.session, request.id)
    candidates.let_go(context, request)
    context.session.flush()
    if ask is not None:
        candidates.hold_fitting(context, request, ask.store_id)


CHANGES = {
    "time": Change("support.change_time", NOT_TAKEN, _time_now, _change_time, wordy=True),
    "level": Change("support.change_level", NOT_TAKEN, _level_now, _change_level, messages.levels),
    "specialty": Change("support.change_specialty", NOT_TAKEN, _specialty_now, _change_specialty),
}
