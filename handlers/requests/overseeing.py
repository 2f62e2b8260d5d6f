"""What a region may do with a request: assign it, close it, move its limit."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from handlers import access, texts
from handlers.access import REGION, STORE_LEADERS
from handlers.durations import parse_duration
from handlers.errors import BadInput, NotAllowed, NotFound, TooLate
from handlers.messages import sentence
from handlers.registry import command
from handlers.requests import cards, clocks, life, rules
from handlers.requests.commands import MOST_REASON, check_state, done, find, name_of, reason_in, regions_of
from handlers.requests.grammar import clean
from handlers.requests.kinds import Candidate, kind_of
from handlers.requests.telling import tell_provider
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.tables.requests import Request, State

if TYPE_CHECKING:
    from handlers.context import Context


# A limit that is moved further than this is no limit; close the request instead.
LONGEST_EXTENSION = timedelta(days=7)


@command("assign", "指派", "asignar", roles=REGION)
def assign(context: Context, words: str) -> None:
    """Make a store the owner of a request, by the region's word."""
    wanted, _, store_words = words.partition(" ")
    request = find(context, wanted, lock=True)
    _check_oversees(context, request)
    if not store_words.strip():
        raise BadInput("request.assign_usage")
    store = people_queries.find_store(context.session, store_words)
    if store is None or not store.active:
        raise NotFound("request.unknown_store", store=clean(store_words, 40))
    if store.id == request.store_id:
        raise BadInput("request.not_itself")
    check_state(context, request, *rules.ASSIGNABLE)
    before = str(request.state)
    life.assign(context, request, Candidate(store.id, store.name, store.region_id, (("why.by_region", {}),)))
    for person in life.reachable_leaders(context, store.id):
        language = context.language_for(person)
        label, brief = cards.brief(context, request, language)
        told = texts.say(language, "request.assigned_told", label=label, brief=brief)
        context.tell(person, sentence(told), priority=cards.priority_of(request))
    done(context, request, "request.assign", before, reason=store.code)
    context.answer(sentence(context.words("request.done")))


@command("close", "关闭", "cerrar", roles=REGION)
def close(context: Context, words: str) -> None:
    """End a request that nobody can fill."""
    wanted, _, rest = words.partition(" ")
    request = find(context, wanted, lock=True)
    _check_oversees(context, request)
    reason = reason_in(rest, example=texts.say(context.language, "example.close"))
    check_state(context, request, *rules.WITHDRAWABLE)
    before, owner_id = str(request.state), request.owner_store_id
    life.stop(context, request, State.CLOSED, "closed", reason)
    if owner_id is not None:
        tell_provider(context, request, owner_id, "request.provider_told_closed", reason=reason)
    done(context, request, "request.close", before, reason=reason)
    context.answer(sentence(context.words("request.done")))


@command("extend", "延长", "ampliar", roles=STORE_LEADERS | REGION)
def extend(context: Context, words: str) -> None:
    """Move the limit of the step that runs: the region, or the store that waits for it."""
    wanted, _, rest = words.partition(" ")
    request = find(context, wanted, lock=True)
    span, _, why = rest.strip().partition(" ")
    reason = clean(why, MOST_REASON)
    try:
        by = parse_duration(span)
    except ValueError as error:
        raise BadInput("request.bad_extension") from error
    if not reason or not timedelta(0) < by <= LONGEST_EXTENSION:
        raise BadInput("request.bad_extension")
    running = [
        step
        for step in request_queries.list_running_steps(context.session, request.id)
        if step.breached_at is None and step.name != kind_of(request).whole
    ]
    if not running:
        raise TooLate("request.nothing_runs")
    step = running[-1]
    waits = access.leads(context.me, request.store_id) and step.store_id != request.store_id
    if not waits and not _oversees(context, request):
        raise NotAllowed("request.not_yours" if context.me.store_id else "request.not_your_region")
    before = step.due_at.isoformat()
    clocks.extend(context, request, step, by)
    request_queries.add_event(
        context.session,
        request.id,
        "extended",
        context.now,
        person_id=context.my_id,
        step=step.name,
        by=round(by.total_seconds()),
        reason=reason,
    )
    cards.refresh(context, request)
    context.audit(
        "request.extend",
        name_of(request),
        before=f"{step.name} {before}",
        after=f"{step.name} {step.due_at.isoformat()}",
        reason=reason,
        policy_id=request.policy_id,
    )
    context.answer(sentence(context.words("request.done")))


def _oversees(context: Context, request: Request) -> bool:
    return any(access.oversees(context.me, region) for region in regions_of(context, request))


def _check_oversees(context: Context, request: Request) -> None:
    if not _oversees(context, request):
        raise NotAllowed("request.not_your_region")
