"""Who hears what of a support, and when: both managers, the technician, and what the timers say later."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from handlers import notify, texts
from handlers.chat import Message, message
from handlers.durations import say_duration
from handlers.requests import cards, clocks, life
from handlers.requests.telling import authors
from handlers.settings import SupportClocks
from handlers.support import messages, rules
from handlers.support.rules import Side
from handlers.working_time import say_moment
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.queries import support as support_queries
from storage.tables.people import Person, Store
from storage.tables.requests import Request
from storage.tables.support import Support

if TYPE_CHECKING:
    from handlers.context import Context


def clocks_of(context: Context, request: Request) -> SupportClocks:
    """Return a support's clocks, in the version it was opened under."""
    table = clocks.clocks_of(context, request)
    assert isinstance(table, SupportClocks)
    return table


def host_of(context: Context, request: Request) -> Store:
    """Return the store that asked."""
    return people_queries.get_store(context.session, request.store_id)


def expert_of(context: Context, support: Support) -> Person | None:
    """Return the person who comes, where the map's row is linked to one."""
    if support.technician_id is None:
        return None
    technician = support_queries.get_technician(context.session, support.technician_id)
    return support_queries.find_person_of(context.session, technician)


def leaders_of(context: Context, request: Request, store_id: int | None) -> list[Person]:
    """Return who hears for a store; who practises hears for both, and nobody else does."""
    if request.practice:
        return authors(context, request)
    return life.reachable_leaders(context, store_id) if store_id is not None else []


def payee(context: Context, support: Support) -> str:
    """Return who is paid, as the ledger writes it: the person, or the row of the map where there is none."""
    person = expert_of(context, support)
    return f"person:{person.id}" if person else f"technician:{support.technician_id}"


def shown_of(context: Context, request: Request, support: Support) -> messages.Shown:
    """Gather what a card shows beside the support's own row."""
    owner = request.owner_store_id
    numbers = clocks.rules_of(context, request).supporting
    lists: dict[Side, tuple[str, ...]] = {
        "giver": rules.checklist_of("giver", support.km, numbers),
        "host": rules.checklist_of("host", support.km, numbers),
    }
    giver = people_queries.get_store(context.session, owner).name if owner else ""
    return messages.Shown(giver, host_of(context, request).name, context.settings.network.currency, lists)


# Confirming


def ask_host(context: Context, request: Request, support: Support, due_at: datetime) -> None:
    """Ask the leaders of the store that asked to confirm as well, and let its author know."""
    store = host_of(context, request)
    technician = f"{support.technician} {support.technician_level}"
    giver = people_queries.get_store(context.session, request.owner_store_id or 0).name

    def words(language: str, timezone: str) -> Message:
        label, brief = cards.brief(context, request, language)
        due = say_moment(due_at, timezone, context.now, language)
        said = texts.say(
            language, "support.agree_now", label=label, brief=brief, store=giver, technician=technician, due=due
        )
        return message(said, buttons=messages.agree_buttons(language, request, "host", store.name, support.agreed_host))

    leaders = leaders_of(context, request, store.id)
    priority = cards.priority_of(request)
    notify.tell_each(context, leaders, words, priority=priority)
    others = [person for person in authors(context, request) if person.id not in {leader.id for leader in leaders}]
    notify.tell_each(context, others, lambda *view: message(*words(*view).lines), priority=priority)


# Planning what comes by itself


def posted_at(context: Context, request: Request, support: Support) -> datetime:
    """Return when the checklist is posted."""
    table, host = clocks_of(context, request), host_of(context, request)
    return rules.day_before(support.starts_at, table.checklist, host.timezone)


def plan(context: Context, request: Request, support: Support) -> None:
    """Set what happens by itself before the visit: the checklist, the technician's evening, a late arrival."""
    ask = request_queries.find_open_ask(context.session, request.id)
    assert ask is not None
    table, host = clocks_of(context, request), host_of(context, request)
    at = posted_at(context, request, support)
    if at <= context.now:
        post(context, request, support)
    else:
        _later(context, request, ask.rank, "support.checklist", at)
    evening = rules.day_before(support.starts_at, table.evening, host.timezone)
    if evening <= context.now:
        tell_expert(context, request, support, "booked_soon")
    else:
        _later(context, request, ask.rank, "support.evening", evening)
    plan_late(context, request, ask.rank, max(support.starts_at, context.now) + table.late)


def plan_late(context: Context, request: Request, turn: int, at: datetime) -> None:
    """Set when a technician who is not there is late; a limit that is moved sets it anew."""
    what = f"late:{at:%Y-%m-%dT%H:%M:%S}"
    context.later(
        clocks.key(request, turn, "support", what),
        "support.late",
        at,
        request_id=request.id,
        request=request.id,
        turn=turn,
    )


def _later(context: Context, request: Request, turn: int, name: str, at: datetime) -> None:
    """Set a timer of this promise: of another one it says nothing."""
    what = name.partition(".")[2]
    context.later(
        clocks.key(request, turn, "support", what), name, at, request_id=request.id, request=request.id, turn=turn
    )


def post(context: Context, request: Request, support: Support) -> None:
    """Post the checklist to both stores."""
    support.posted_at = context.now
    request_queries.add_event(context.session, request.id, "checklist", context.now)
    shown = shown_of(context, request, support)
    sides: tuple[tuple[Side, int | None, str], ...] = (
        ("giver", request.owner_store_id, "prepare"),
        ("host", request.store_id, "prepare_host"),
    )
    for side, store_id, name in sides:
        step = request_queries.find_running_step(context.session, request.id, name)
        if step is None or store_id is None:
            continue
        due_at, items = step.due_at, shown.lists[side]

        def words(
            language: str,
            timezone: str,
            side: Side = side,
            items: tuple[str, ...] = items,
            due_at: datetime = due_at,
        ) -> Message:
            label, brief = cards.brief(context, request, language)
            said = texts.say(
                language,
                "support.checklist_posted",
                label=label,
                brief=brief,
                due=say_moment(due_at, timezone, context.now, language),
                items=messages.named(language, "checklist", items),
            )
            return message(said, buttons=messages.tick_buttons(language, request, side, items, ""))

        leaders = leaders_of(context, request, store_id)
        notify.tell_each(context, leaders, words, priority=cards.priority_of(request))


def tell_expert(context: Context, request: Request, support: Support, key: str) -> None:
    """Tell the technician of a visit, where he is linked to an account."""
    person = expert_of(context, support)
    if person is None or request.practice:
        return
    language, timezone = context.language_for(person), context.timezone_for(person)
    label, brief = cards.brief(context, request, language)
    when = say_moment(support.starts_at, timezone, context.now, language)
    store, matter = host_of(context, request).name, request.matter
    words = texts.say(language, f"support.{key}", label=label, brief=brief, store=store, when=when, matter=matter)
    context.tell(person, message(words), priority=cards.priority_of(request))


def call_off(context: Context, request: Request, support: Support) -> None:
    """Tell the technician that he need not go."""
    person = expert_of(context, support)
    if person is not None and not request.practice:
        language = context.language_for(person)
        label, brief = cards.brief(context, request, language)
        words = texts.say(language, "support.called_off", label=label, brief=brief)
        context.tell(person, message(words), priority=cards.priority_of(request))


def tell_late(context: Context, request: Request, support: Support) -> None:
    """Tell whoever asked that the technician is not there yet."""
    late = context.now - support.starts_at

    def words(language: str, timezone: str) -> Message:
        label, brief = cards.brief(context, request, language)
        said = texts.say(
            language,
            "support.late_told",
            label=label,
            brief=brief,
            technician=support.technician,
            when=say_moment(support.starts_at, timezone, context.now, language),
            late=say_duration(late, language),
        )
        return message(said, buttons=((messages.arrived_button(language, request),),))

    notify.tell_each(context, authors(context, request), words, priority=cards.priority_of(request))


# Afterwards


def finished(context: Context, request: Request, support: Support) -> None:
    """Ask the host for the record, and both managers to rate each other."""
    step = request_queries.find_running_step(context.session, request.id, "record")
    if step is not None:
        due_at = step.due_at

        def record(language: str, timezone: str) -> Message:
            due = say_moment(due_at, timezone, context.now, language)
            label = cards.brief(context, request, language)[0]
            said = texts.say(language, "support.record_prompt", label=label, due=due)
            return message(said, buttons=((messages.record_button(language, request),),))

        notify.tell_each(context, authors(context, request), record)
    rate = clocks_of(context, request).rate
    sides: tuple[tuple[Side, int | None, int | None], ...] = (
        ("giver", request.owner_store_id, request.store_id),
        ("host", request.store_id, request.owner_store_id),
    )
    for side, store_id, other_id in sides:
        other = people_queries.get_store(context.session, other_id or 0).name

        def rating(language: str, _zone: str, side: Side = side, other: str = other) -> Message:
            label, brief = cards.brief(context, request, language)
            hours = say_duration(rate, language)
            said = texts.say(language, "support.rate_prompt", label=label, brief=brief, store=other, hours=hours)
            return message(said, buttons=messages.rating_buttons(request, side))

        notify.tell_each(context, leaders_of(context, request, store_id), rating)
    # It outlives the request: nothing that ends it may cancel this.
    context.later(f"support:{request.id}:ratings", "support.ratings", context.now + rate, request=request.id)


def show_ratings(context: Context, request: Request, support: Support) -> None:
    """Show both managers what they gave each other."""
    support.shown_at = context.now
    giver = people_queries.get_store(context.session, request.owner_store_id or 0).name
    host = host_of(context, request).name

    def words(language: str, _zone: str) -> Message:
        label, brief = cards.brief(context, request, language)
        said = messages.ratings(language, support, giver, host)
        return message(texts.say(language, "support.ratings_shown", label=label, brief=brief, ratings=said))

    for store_id in (request.owner_store_id, request.store_id):
        notify.tell_each(context, leaders_of(context, request, store_id), words)
