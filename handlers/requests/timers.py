"""What happens later to a request. Each timer looks at the request again, under its lock, before it does anything."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from handlers import notify
from handlers.access import REGION
from handlers.chat import Button, Message, Priority
from handlers.durations import say_duration
from handlers.people import chat_messages
from handlers.registry import timer
from handlers.requests import answering, cards, clocks, life, messages, rules, standing
from handlers.requests.kinds import kind_of
from handlers.requests.telling import authors, prompt_line, tell_author
from handlers.settings import Rung
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.tables.people import Role
from storage.tables.requests import Request, State, Step

if TYPE_CHECKING:
    from handlers.context import Context


@timer("requests.nudge")
def nudge(context: Context, request: int, step: int, per_cent: int) -> None:
    """Remind the accountable store privately of a limit that comes near; the region where nobody there can hear."""
    found = request_queries.get_request(context.session, request)
    running = request_queries.get_step(context.session, step)
    if running.ended_at is not None or running.breached_at is not None:
        return
    if str(per_cent) in running.snoozed.split() or context.now >= running.due_at:
        return
    per_cents = clocks.rules_of(context, found).limits.nudges

    def words(language: str, timezone: str) -> Message:
        label, brief = cards.brief(context, found, language)
        last = per_cent == per_cents[-1]
        return messages.nudge(language, timezone, context.now, label, brief, running, last=last)

    leaders = life.reachable_leaders(context, running.store_id)
    bundle = messages.NOTICES if per_cent == per_cents[-1] else ""  # the others have a button of their own
    told = notify.tell_each(context, leaders, words, priority=cards.priority_of(found), bundle=bundle)
    if not told and per_cent == per_cents[-1]:
        _call_for(context, found, running, words)


def _call_for(context: Context, request: Request, step: Step, words: notify.Words) -> None:
    """Ask the region, else HQ, to call a store at which nobody can be reached."""
    store = people_queries.get_store(context.session, step.store_id)

    def calls(language: str, timezone: str) -> Message:
        return words(language, timezone).with_lines(*chat_messages.stores_alone(language, [store.code]).lines)

    priority = cards.priority_of(request)
    if not notify.tell_region(context, store.region_id, calls, priority=priority):
        notify.tell_hq(context, calls, priority=priority)


@timer("requests.due")
def due(context: Context, request: int, step: int) -> None:
    """Put a broken limit on the record and begin its escalation."""
    found = request_queries.get_request(context.session, request)
    running = request_queries.get_step(context.session, step)
    if running.ended_at is not None or running.breached_at is not None or context.now < running.due_at:
        return
    lapse = kind_of(found).lapses.get(running.name)
    if lapse is not None:
        lapse(context, found)
        return
    clocks.breach(context, found, running)
    if running.name == "seen":
        ask = request_queries.find_open_ask(context.session, request)
        if ask is not None:
            answering.begin_answer(context, found, ask, since=running.due_at)
    cards.refresh(context, found)


@timer("requests.rung")
def rung(context: Context, request: int, ladder: str, number: int, turn: int, step: int, time: int) -> None:
    """Do what a rung of an escalation says: tell somebody, ask the next store, or close."""
    found = request_queries.get_request(context.session, request)
    running = request_queries.get_step(context.session, step) if step else None
    if not _still_wanted(found, running):
        return
    this = rules.ladder_of(clocks.rules_of(context, found), ladder)[number]
    before = str(found.state)
    if this.target == "next_store":
        ask = request_queries.find_open_ask(context.session, request)
        if ask is not None and ask.state in rules.ANSWERABLE:
            life.expire(context, found, ask)
        cards.refresh(context, found)
    elif this.target == "close":
        life.stop(context, found, State.CLOSED, "closed", "")
        cards.refresh(context, found)
    elif this.target == "store":
        _call_on(context, found, running)
    else:
        _tell(context, found, running, this, reason="unfilled")
        cards.refresh(context, found)
    tell_author(context, found, before)
    if time < this.repeat and _still_wanted(found, running):
        _again(context, found, ladder, number, turn, step, time + 1, this)


@timer("requests.open_too_long")
def open_too_long(context: Context, request: int, again: bool = False) -> None:
    """Tell the region of a request nobody has taken for a day; look at one that is still open every day."""
    found = request_queries.get_request(context.session, request)
    if not again and found.state in {State.ASKING, State.UNFILLED}:
        found.escalations += 1
        for this in clocks.rules_of(context, found).escalation.open_too_long:
            _tell(context, found, None, this, reason="open")
        cards.refresh(context, found)
    standing.look_again(context, found)


@timer("requests.progress")
def progress(context: Context, request: int, turn: int, number: int) -> None:
    """Give the author a line for the customer, and set the next one."""
    found = request_queries.get_request(context.session, request)
    if found.state not in kind_of(found).under_way:
        return
    prompt_line(context, found)
    assert context.due_at is not None
    clocks.prompt_progress(context, found, turn, number + 1, context.due_at)


@timer("requests.refresh")
def refresh(context: Context, request: int) -> None:
    """Show a request's cards again, as when one was deleted or its chat moved."""
    cards.refresh(context, request_queries.get_request(context.session, request))


def _still_wanted(request: Request, step: Step | None) -> bool:
    """Say whether an escalation still has a cause: its step is not done, or the request is still unfilled."""
    if step is not None:
        return step.ended_at is None
    return request.state is State.UNFILLED


def _call_on(context: Context, request: Request, step: Step | None) -> None:
    """Call on the store itself: a line and one mention on the card, and a private word."""
    if step is None:
        return

    def words(language: str, timezone: str) -> Message:
        label, brief = cards.brief(context, request, language)
        return messages.late(language, timezone, context.now, label, brief, step)

    leaders = cards.leaders_of(context, step.store_id)
    told = notify.tell_each(context, leaders, words, priority=cards.priority_of(request), bundle=messages.NOTICES)
    if not told:
        _call_for(context, request, step, words)
    cards.refresh(context, request)


def _tell(context: Context, request: Request, step: Step | None, this: Rung, *, reason: str) -> None:
    """Tell a role privately, with the whole story; one that has nobody to hear hands on to HQ."""
    context.session.flush()
    facts = cards.facts_of(context, request)
    after = clocks.rules_of(context, request).limits.answer_all

    def words(language: str, timezone: str) -> Message:
        return messages.escalation(
            language,
            timezone,
            context.now,
            facts,
            cards.brief(context, request, language)[1],
            step=step,
            reason=reason,
            after=say_duration(after, language),
            buttons=_overseer_buttons(context, request, step, language),
        )

    region_id = request.region_id
    if step is not None:
        region_id = people_queries.get_store(context.session, step.store_id).region_id
    told, target = False, this.target
    # Paperwork is never as urgent as the work was.
    priority = Priority.NORMAL if request.finished_at else cards.priority_of(request)
    if target == "region":
        told = notify.tell_region(context, region_id, words, priority=priority, bundle=messages.NOTICES)
    elif target == "finance":
        finance = people_queries.list_people(context.session, Role.FINANCE)
        told = notify.tell_each(context, finance, words, priority=priority, bundle=messages.NOTICES)
    elif target == "author":
        told = notify.tell_each(context, authors(context, request), words, priority=priority, bundle=messages.NOTICES)
    if not told:
        target = "hq"
        notify.tell_hq(context, words, priority=priority, bundle=messages.NOTICES)
    request_queries.add_event(context.session, request.id, "escalated", context.now, target=target)


def _overseer_buttons(
    context: Context, request: Request, step: Step | None, language: str
) -> tuple[tuple[Button, ...], ...]:
    """Offer an overseer what the receiving side could do, where a receipt was never confirmed."""
    if step is None or step.name != "receive":
        return ()
    kind = kind_of(request)
    side = kind.step(step.name).accountable
    return cards.for_roles(kind.buttons(context, request, language, side), set(REGION))


def _again(
    context: Context,
    request: Request,
    ladder: str,
    number: int,
    turn: int,
    step: int,
    time: int,
    this: Rung,
) -> None:
    # A rung that repeats at once would say everything in one second.
    after = max(this.wait, timedelta(minutes=1))
    store_id = request_queries.get_step(context.session, step).store_id if step else request.store_id
    context.later(
        clocks.key(request, turn, ladder, f"rung{number}:{time}"),
        "requests.rung",
        clocks.rung_at(context, store_id, context.now, after, this),
        request_id=request.id,
        request=request.id,
        ladder=ladder,
        number=number,
        turn=turn,
        step=step,
        time=time,
    )
