"""A request's cards: one in each bound chat of its purpose, one private to each person who must act."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from handlers import notify, texts
from handlers.chat import Address, Button, Message, Priority
from handlers.registry import registry
from handlers.requests import clocks, life, messages, promises, rules
from handlers.requests.kinds import Kind, Reason, Side, kind_of
from handlers.working_time import Hours, add_working
from storage.queries import chats as chat_queries
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.queries.chats import NewCard
from storage.tables.chats import Card, Chat, Purpose
from storage.tables.people import Person, Role, Store
from storage.tables.requests import Ask, Event, Request, State, Step, Urgency

if TYPE_CHECKING:
    from handlers.context import Context


def _place(context: Context, request: Request, regions: Iterable[int]) -> list[Card | NewCard]:
    """Return where a new request's cards stand: the bound chats of these regions, and privately its author."""
    placed: list[Card | NewCard] = []
    places = [] if request.practice else list(dict.fromkeys([request.region_id, *regions]))
    for chat in _chats(context, request, places):
        language, timezone = notify.view_of(context, chat)
        _add(request, placed, Address(chat.platform, chat.chat, chat.thread), language, timezone, None)
    _add_private(context, request, placed, people_queries.get_person(context.session, request.author_id))
    return placed


def _chats(context: Context, request: Request, regions: Sequence[int]) -> list[Chat]:
    """Return the chats a request belongs into: an urgent one the emergency chats, where a region has one.

    Beside them stand those of the purposes its kind is shown to.
    """
    purposes = [Purpose.EMERGENCY, Purpose.MANAGERS] if request.urgency is Urgency.URGENT else [Purpose.MANAGERS]
    beside = kind_of(request).shown_to
    bound = chat_queries.list_chats_of(context.session, [*purposes, *beside], regions)
    found: list[Chat] = []
    for region_id in regions:
        by_purpose = (
            [chat for chat in bound if (chat.region_id, chat.purpose) == (region_id, one)] for one in purposes
        )
        found.extend(next(filter(None, by_purpose), []))
        found.extend(chat for chat in bound if chat.region_id == region_id and chat.purpose in beside)
    return found


def refresh(context: Context, request: Request, regions: Iterable[int] | None = None) -> messages.CardFacts:
    """Show every card of a request as it now stands; of a new one, beside its own, in the chats of these regions.

    Who has come to act gets a card; who has nothing to do any more sees so once. Return what the cards show.
    """
    context.session.flush()
    facts = facts_of(context, request)
    cards: list[Card | NewCard] = []
    if regions is None:
        cards.extend(chat_queries.list_cards(context.session, request.id))
    else:
        cards.extend(_place(context, request, regions))
    for person in _actors(context, request, facts.ask):
        _add_private(context, request, cards, person)
    for card in cards:
        context.say_card(card, render(context, request, card, facts), priority=priority_of(request))
        _tell_thread(context, card, facts)
    chat_queries.add_cards(context.session, [card for card in cards if isinstance(card, NewCard)])
    return facts


def priority_of(request: Request) -> Priority:
    """Return how soon a request's cards are said: what is urgent goes before everything else."""
    return Priority.URGENT if request.urgency is Urgency.URGENT else Priority.NORMAL


def facts_of(context: Context, request: Request, *, events: bool = True) -> messages.CardFacts:
    """Gather what a card shows."""
    session = context.session
    kind = kind_of(request)
    ask, running = request_queries.find_current(session, request.id)
    story = messages.without_echoes(request_queries.list_events(session, request.id)) if events else ()
    stores = _names(context, {event.store_id for event in story} | {request.store_id, request.owner_store_id})
    people = {
        person_id: people_queries.get_person(session, person_id).name
        for person_id in {event.person_id for event in story}
        if person_id is not None
    }
    asked_id = request.owner_store_id or (ask.store_id if ask else None)
    expected = _expected(context, request, running, story)
    hearing = rules.next_hearing(clocks.rules_of(context, request), expected, context.now)
    home = people_queries.get_store(session, request.store_id)
    clocks_running = [step for step in running if step.name != kind.whole]
    in_time = sorted((step for step in clocks_running if step.breached_at is None), key=lambda step: step.due_at)
    clock = in_time[0] if in_time else clocks_running[-1] if clocks_running else None
    # Who has not even looked is late while the clock of the answer runs already.
    late = next((step for step in running if step.breached_at and step.name != kind.whole), None)
    return messages.CardFacts(
        label=rules.label(kind.letter, request.number),
        request=request,
        store=home.name,
        asked=people_queries.get_store(session, asked_id).name if asked_id else "",
        ask=ask,
        home=home.timezone,
        clock=clock,
        beside=in_time[1:],
        next_target=hearing.target if hearing else "",
        next_at=hearing.at if hearing else None,
        events=story,
        stores=stores,
        people=people,
        late=leaders_of(context, late.store_id) if late is not None else (),
    )


def render(context: Context, request: Request, card: Card | NewCard, facts: messages.CardFacts) -> Message:
    """Write a card for its reader: a group's has the buttons of whoever acts next, a person's only his own."""
    kind, language = kind_of(request), card.language
    if card.person_id is None:
        buttons = _group_buttons(context, request, kind, facts, language)
        return _card(context, request, facts, language, card.timezone, buttons)
    person = people_queries.get_person(context.session, card.person_id)
    if side_of(request, facts.ask, person) is None:
        return messages.past(language, facts, kind.brief(context, request, language))
    return render_for(context, request, facts, person, view=(language, card.timezone))


def render_for(
    context: Context,
    request: Request,
    facts: messages.CardFacts,
    person: Person,
    *,
    view: tuple[str, str] | None = None,
) -> Message:
    """Write a card as one person sees it, with what they can do."""
    language, timezone = view or (context.language_for(person), context.timezone_for(person))
    side = side_of(request, facts.ask, person)
    buttons = _buttons(context, request, kind_of(request), facts, language, side) if side else ()
    buttons = for_roles(buttons, {person.role})
    reasons = say_reasons(language, facts.ask) if side == "asked" and facts.ask is not None else ""
    return _card(context, request, facts, language, timezone, buttons, reasons)


def _card(
    context: Context,
    request: Request,
    facts: messages.CardFacts,
    language: str,
    timezone: str,
    buttons: tuple[tuple[Button, ...], ...],
    reasons: str = "",
) -> Message:
    body = facts.bodies.get((language, timezone))
    if body is None:
        kind = kind_of(request)
        title, what = texts.say(language, f"kind.{kind.name}"), kind.what(context, request, language, timezone)
        what = (*what, *promises.lines(context, request, language, timezone))
        body = facts.bodies[language, timezone] = messages.body(
            language, timezone, context.now, facts, title, what, kind.matter
        )
    return messages.card(language, body, buttons=buttons, reasons=reasons)


def for_roles(buttons: tuple[tuple[Button, ...], ...], roles: set[Role]) -> tuple[tuple[Button, ...], ...]:
    """Leave the buttons that one of these roles may press: the others would only be refused."""

    def may(button: Button) -> bool:
        allowed = registry.buttons[button.action].roles
        return allowed is None or bool(allowed & roles)

    kept = (tuple(button for button in row if may(button)) for row in buttons)
    return tuple(row for row in kept if row)


def say_reasons(language: str, ask: Ask) -> str:
    """Say why this store is asked."""
    return join_reasons(language, json.loads(ask.reasons))


def join_reasons(language: str, reasons: Sequence[Reason]) -> str:
    """Say the reasons of a ranking in one line."""
    return " · ".join(texts.say(language, key, **values) for key, values in reasons)


def side_of(request: Request, ask: Ask | None, person: Person) -> str | None:
    """Say what a person has to do with a request now: asked, owner, requester, or nothing."""
    if not person.active:
        return None
    if person.store_id == request.store_id:
        return "requester"
    if request.owner_store_id is not None and person.store_id == request.owner_store_id:
        return "owner"
    if ask is not None and ask.state in rules.ANSWERABLE and person.store_id == ask.store_id:
        return "asked"
    return None


def brief(context: Context, request: Request, language: str) -> tuple[str, str]:
    """Return a request's label and what it is about in a few words."""
    kind = kind_of(request)
    return rules.label(kind.letter, request.number), kind.brief(context, request, language)


def _actors(context: Context, request: Request, ask: Ask | None) -> list[Person]:
    if ask is None or request.ended_at is not None or request.practice:
        return []
    return life.reachable_leaders(context, ask.store_id)


def _group_buttons(
    context: Context, request: Request, kind: Kind, facts: messages.CardFacts, language: str
) -> tuple[tuple[Button, ...], ...]:
    ask = facts.ask
    if request.state is State.ASKING and ask is not None:
        return messages.answer_buttons(language, ask, several=False)
    sides: tuple[Side, ...] = ("owner", "requester")
    rows: list[tuple[Button, ...]] = []
    for row in (row for side in sides for row in kind.buttons(context, request, language, side)):
        shown = [button for above in rows for button in above]  # what both sides can do stands there once
        rows.append(tuple(button for button in row if button not in shown))
    return tuple(row for row in rows if row)


def _buttons(
    context: Context, request: Request, kind: Kind, facts: messages.CardFacts, language: str, side: str
) -> tuple[tuple[Button, ...], ...]:
    if side == "asked" and facts.ask is not None:
        several = kind.divisible(context, request)
        return messages.answer_buttons(language, facts.ask, several=several)
    if side == "owner":
        rows = kind.buttons(context, request, language, "owner")
        rows = (*rows, *promises.buttons(request, language, "owner"))
        if request.state in kind.returnable:
            rows = (*rows, (messages.cannot_button(language, request),))
        return rows
    rows = (*kind.buttons(context, request, language, "requester"), *promises.buttons(request, language, "requester"))
    if request.state in rules.WITHDRAWABLE:
        rows = (*rows, (messages.withdraw_button(language, request),))
    return (*_played(context, request, kind, facts, language), *rows) if request.practice else rows


def _played(
    context: Context, request: Request, kind: Kind, facts: messages.CardFacts, language: str
) -> tuple[tuple[Button, ...], ...]:
    """Return the buttons of the other side: who practises plays both."""
    if facts.ask is not None and facts.ask.state in rules.ANSWERABLE:
        return _buttons(context, request, kind, facts, language, "asked")
    owned = request.owner_store_id is not None and request.ended_at is None
    return _buttons(context, request, kind, facts, language, "owner") if owned else ()


def _expected(
    context: Context, request: Request, running: Sequence[Step], story: Sequence[Event]
) -> list[tuple[str, datetime, Hours]]:
    """Return the clocks that run, and the answer's that will run once the ask is seen or that limit is reached.

    Where nobody is left to ask, what counts is since when.
    """
    if request.ended_at is not None:
        return []

    def hours(store_id: int) -> Hours:
        return rules.hours_of(people_queries.get_store(context.session, store_id))

    if request.state is State.UNFILLED:
        since = [event.at for event in story if event.word == "unfilled"]
        return [("unfilled", since[-1], hours(request.store_id))] if since else []
    if request.held_at is not None:  # nobody hears of a clock that stands still
        running = [step for step in running if step.breached_at is not None]
    clocks_running = [(step.name, step.due_at, hours(step.store_id)) for step in running]
    unseen = next((step for step in running if step.name == "seen" and step.breached_at is None), None)
    if unseen is not None:
        store = people_queries.get_store(context.session, unseen.store_id)
        answer = clocks.clocks_of(context, request).answer
        due = add_working(rules.clock_hours(store, request.urgency), unseen.due_at, answer)
        clocks_running.append(("answer", due, hours(store.id)))
    return clocks_running


def _tell_thread(context: Context, card: Card | NewCard, facts: messages.CardFacts) -> None:
    """Tell what is new in the thread of a group's card, where the platform has threads."""
    if card.person_id is not None or not facts.events:
        return
    new: list[Event] = [event for event in facts.events if event.id > card.told_event]
    if not new:
        return
    # The first lines stand on the card that is posted with them.
    first, card.told_event = card.told_event == 0, facts.events[-1].id
    if first or card.platform not in context.settings.threaded:
        return
    said = messages.thread_lines(card.language, card.timezone, context.now, new, facts)
    context.say_under(card, said, urgent=facts.request.urgency is Urgency.URGENT)


def _add_private(context: Context, request: Request, cards: list[Card | NewCard], person: Person) -> None:
    if any(card.person_id == person.id for card in cards):
        return
    account = context.private_account(person.id)
    if account is None:
        return
    address = Address(account.platform, account.private_chat)
    _add(request, cards, address, context.language_for(person), context.timezone_for(person), person.id)


def _add(
    request: Request,
    cards: list[Card | NewCard],
    address: Address,
    language: str,
    timezone: str,
    person_id: int | None,
) -> None:
    if any(
        (card.platform, card.chat, card.thread) == (address.platform, address.chat, address.thread) for card in cards
    ):
        return
    cards.append(
        NewCard(
            request_id=request.id,
            platform=address.platform,
            chat=address.chat,
            thread=address.thread,
            person_id=person_id,
            language=language,
            timezone=timezone,
        )
    )


def _names(context: Context, store_ids: set[int | None]) -> dict[int, str]:
    found: dict[int, str] = {}
    for store_id in store_ids:
        if store_id is not None:
            store: Store = people_queries.get_store(context.session, store_id)
            found[store_id] = store.name
    return found


def leaders_of(context: Context, store_id: int) -> tuple[Person, ...]:
    """Return a store's manager and deputy, those who are not away first named."""
    staff = context.leaders_of(store_id)
    present = [person for person in staff if not rules.is_away(person, context.now)]
    return tuple(present or staff)
