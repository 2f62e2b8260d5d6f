"""Who is called to a question: the specialists by name, then level by level, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import access, notify
from handlers.chat import Message
from handlers.questions import cards, messages, rules
from handlers.questions.rules import Known
from handlers.requests import rules as request_rules
from handlers.settings import Level
from handlers.working_time import add_working
from storage.queries import chats as chat_queries
from storage.queries import people as people_queries
from storage.queries import questions as question_queries
from storage.tables.people import Person
from storage.tables.questions import Question

if TYPE_CHECKING:
    from handlers.context import Context


def known_in(context: Context, region_id: int | None) -> list[Known]:
    """List who is on the technicians' map of a region (None: of the network) and not away."""
    return [
        Known(technician.name, store.id, technician.level, technician.specialties, person.id if person else None)
        for technician, store, person in question_queries.list_on_map(context.session, region_id)
        if person is None or not request_rules.is_away(person, context.now)
    ]


def call_specialists(context: Context, question: Question) -> list[Person]:
    """Name the specialists of a question, of the region if it has any; return those linked to a person."""
    most = cards.numbers_of(context, question).most_named
    for region_id in (question.region_id, None):
        found = rules.specialists(known_in(context, region_id), question.specialty, question.author_id, most)
        if found:
            break
    _note(context, question, [(one.person_id, one.name) for one in found], level=0)
    return [people_queries.get_person(context.session, one.person_id) for one in found if one.person_id is not None]


def tell_absent(context: Context, question: Question, people: list[Person]) -> None:
    """Tell those privately whom no mention reaches: who has no account where the question stands, or is elsewhere."""
    facts = cards.facts_of(context, question)
    cards_of = chat_queries.list_question_cards(context.session, question.id)
    platforms = {card.platform for card in cards_of}
    for person in people:
        store = people_queries.get_store(context.session, person.store_id) if person.store_id else None
        near = store is not None and store.region_id == question.region_id
        if not near or not platforms & {account.platform for account in context.accounts_of(person.id)}:
            language = context.language_for(person)
            context.tell(person, messages.called_privately(language, "called_privately", facts))


def begin_clock(context: Context, question: Question) -> None:
    """Set when the next level hears: after so much working time of the store that asks."""
    store = people_queries.get_store(context.session, question.store_id)
    hours, wait = request_rules.hours_of(store), cards.numbers_of(context, question).answer
    question.turn += 1
    question.due_at = add_working(hours, context.now, wait)
    context.later(
        f"question:{question.id}:{question.turn}",
        "questions.next",
        question.due_at,
        question=question.id,
        turn=question.turn,
    )


def stop_clock(question: Question) -> None:
    """Stop the clock: its timer is worth nothing any more."""
    question.turn += 1
    question.due_at = None


def climb(context: Context, question: Question) -> bool:
    """Call the next level that has somebody to hear; False when all were called.

    When the clock of the last one runs out, the store that asked hears so, once.
    """
    levels = cards.numbers_of(context, question).levels
    while question.level < len(levels):
        level = levels[question.level]
        question.level += 1
        if _call(context, question, level):
            begin_clock(context, question)
            return True
    stop_clock(question)
    if question.level > len(levels):
        return False
    question.level = len(levels) + 1
    _tell_store(context, question)
    return False


def _call(context: Context, question: Question, level: Level) -> bool:
    """Tell the people of a level, each once; False when nobody heard."""
    session = context.session
    facts = cards.facts_of(context, question)

    def words(language: str, _zone: str) -> Message:
        return messages.called_privately(language, "climbed", facts)

    calls = question_queries.list_calls(session, question.id)
    called = {call.person_id for call in calls if call.person_id is not None} | {question.author_id}
    if level == "hq":
        heard = notify.tell_hq(context, words)
        _note(context, question, [(None, level)] if heard else [], level=question.level)
        return heard
    if level == "region":
        people = list(people_queries.list_region_managers(session, question.region_id))
    else:
        numbers = cards.numbers_of(context, question)
        known = known_in(context, question.region_id)
        found = rules.experts(known, question.specialty, numbers.expert, called, numbers.most_named)
        people = [people_queries.get_person(session, one.person_id) for one in found if one.person_id is not None]
    hearing = [person for person in people if person.id not in called and context.can_hear(person.id)]
    _note(context, question, [(person.id, person.name) for person in hearing], level=question.level)
    return notify.tell_each(context, hearing, words)


def _tell_store(context: Context, question: Question) -> None:
    """Tell who asked, and who leads that store, that nobody knows; they can make a support of it."""
    session = context.session
    leaders = context.leaders_of(question.store_id)
    author = people_queries.get_person(session, question.author_id)
    people = {person.id: person for person in (author, *leaders) if person.active}
    for person in people.values():  # a technician who asked cannot post a support: the store's leaders can
        draft = cards.can_draft(question) and person.role in access.ASKERS
        context.tell(person, messages.nobody_left(context.language_for(person), question, can_draft=draft))


def _note(context: Context, question: Question, people: list[tuple[int | None, str]], *, level: int) -> None:
    rows = [
        {"question_id": question.id, "person_id": person_id, "name": name, "level": level, "at": context.now}
        for person_id, name in people
    ]
    question_queries.add_calls(context.session, rows)
