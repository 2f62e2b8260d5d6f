"""Holding a request: its clocks stand still for a time, with a reason, and go on by themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from handlers import access, notify, texts
from handlers.access import REGION, STORE_LEADERS
from handlers.chat import Message, message
from handlers.durations import parse_duration
from handlers.errors import BadInput, NotAllowed, TooLate
from handlers.messages import sentence
from handlers.registry import command, timer
from handlers.requests import cards, clocks, life, rules
from handlers.requests.commands import MOST_REASON, done, find, name_of, regions_of
from handlers.requests.grammar import clean
from handlers.requests.telling import authors
from handlers.working_time import say_moment
from storage.queries import requests as request_queries
from storage.tables.people import Person
from storage.tables.requests import Request

if TYPE_CHECKING:
    from handlers.context import Context


@command("hold", "暂停", "pausar", roles=STORE_LEADERS | REGION)
def hold(context: Context, words: str) -> None:
    """Let the clocks of a request stand still for a time, with a reason."""
    wanted, _, rest = words.partition(" ")
    request = find(context, wanted, lock=True)
    _check_may_hold(context, request)
    span, _, why = rest.strip().partition(" ")
    reason = clean(why, MOST_REASON)
    try:
        by = parse_duration(span)
    except ValueError as error:
        raise BadInput("around.hold_usage") from error
    if not reason:
        raise BadInput("around.hold_usage")
    limits = clocks.rules_of(context, request).limits
    times = request_queries.count_events(context.session, request.id, "held")
    rules.check_hold(request, by, limits.hold, times, limits.holds)
    if request.ended_at is not None or not clocks.can_hold(context, request):
        raise TooLate("around.nothing_to_hold")
    request.held_at, request.held_until, request.hold_reason = context.now, context.now + by, reason
    clocks.stand_still(context, request)
    _note(context, request, "held", by=by, reason=reason)
    context.later(
        clocks.key(request, 0, "hold", str(times)),
        "requests.hold_over",
        request.held_until,
        request_id=request.id,
        request=request.id,
    )
    _tell_others(context, request, "around.held_told")
    done(context, request, "request.hold", str(request.state), reason=reason)
    until = say_moment(request.held_until, context.timezone, context.now, context.language)
    context.answer(sentence(context.words("around.held_noted", until=until, label=name_of(request))))


@command("resume", "继续", "reanudar", roles=STORE_LEADERS | REGION)
def resume(context: Context, words: str) -> None:
    """Let the clocks of a held request go on."""
    request = find(context, words, lock=True)
    _check_may_hold(context, request)
    if request.held_at is None:
        raise TooLate("around.not_held")
    stood = context.now - request.held_at
    clocks.go_on(context, request)
    _note(context, request, "resumed", by=stood)
    _tell_others(context, request, "around.resumed_told")
    done(context, request, "request.resume", str(request.state))
    context.answer(sentence(context.words("request.done")))


@timer("requests.hold_over")
def hold_over(context: Context, request: int) -> None:
    """Let the clocks go on when the longest time of a hold is over, and say so."""
    found = request_queries.get_request(context.session, request)
    if found.held_at is None or found.held_until is None or context.now < found.held_until:
        return
    stood = context.now - found.held_at
    clocks.go_on(context, found)
    _note(context, found, "hold_over", by=stood)
    _tell_others(context, found, "around.hold_over_told")
    cards.refresh(context, found)


def _check_may_hold(context: Context, request: Request) -> None:
    """Raise unless who speaks leads a store that has to do with it, as asking or as owner, or its region."""
    leads = any(access.leads(context.me, store_id) for store_id in (request.store_id, request.owner_store_id))
    if not leads and not any(access.oversees(context.me, region) for region in regions_of(context, request)):
        raise NotAllowed("around.not_party")


def _tell_others(context: Context, request: Request, key: str) -> None:
    """Tell both sides: a card is edited silently, and who hurries should know that nobody waits."""
    ask = request_queries.find_open_ask(context.session, request.id)
    people: dict[int, Person] = {one.id: one for one in authors(context, request)}
    if ask is not None:
        people |= {one.id: one for one in life.reachable_leaders(context, ask.store_id)}
    clock = cards.facts_of(context, request, events=False).clock

    def words(language: str, timezone: str) -> Message:
        label, brief = cards.brief(context, request, language)
        until, due = request.held_until, clock.due_at if clock else request.cap_at
        said = texts.say(
            language,
            key,
            label=label,
            brief=brief,
            until=say_moment(until, timezone, context.now, language) if until else "",
            reason=request.hold_reason,
            step=texts.say(language, f"step.{clock.name}") if clock else "",
            due=say_moment(due, timezone, context.now, language),
        )
        return message(said)

    others = [person for person_id, person in people.items() if person_id != context.person_id]
    notify.tell_each(context, others, words, priority=cards.priority_of(request))


def _note(context: Context, request: Request, word: str, *, by: timedelta, **values: object) -> None:
    request_queries.add_event(
        context.session,
        request.id,
        word,
        context.now,
        person_id=context.person_id,
        store_id=context.store.id if context.store else None,
        by=round(by.total_seconds()),
        **values,
    )
