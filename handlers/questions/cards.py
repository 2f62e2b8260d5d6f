"""A question's cards, edited in place: one in each technicians' chat of its region, without one private ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from handlers import notify
from handlers.chat import Address
from handlers.questions import messages, rules
from handlers.questions.messages import Called, Facts, Given
from handlers.requests.kinds import Kind, all_kinds
from handlers.settings import Questions, Rules
from storage.queries import chats as chat_queries
from storage.queries import people as people_queries
from storage.queries import questions as question_queries
from storage.queries import requests as request_queries
from storage.queries.chats import NewCard
from storage.tables.chats import Card, Purpose
from storage.tables.people import Person
from storage.tables.questions import Question, QuestionAnswer, QuestionState

if TYPE_CHECKING:
    from handlers.context import Context

# What a question nobody can answer becomes a draft of.
DRAFTED = "support"


def numbers_of(context: Context, question: Question) -> Questions:
    """Return the rules a question was asked under."""
    held = context.rules.get(question.policy_id)
    if held is None:
        policy = request_queries.get_policy(context.session, question.policy_id)
        held = context.rules[question.policy_id] = Rules.stored(policy.rules)
    return held.questions


def drafted_kind() -> Kind | None:
    """Return the kind a question can be made a draft of, where there is one."""
    return next((kind for kind in all_kinds() if kind.name == DRAFTED and kind.draft is not None), None)


def post(context: Context, question: Question, people: Iterable[Person]) -> bool:
    """Post a new question in the technicians' chats of its region; without one, privately to these people.

    False where it stands in no chat.
    """
    session = context.session
    placed: list[NewCard] = []
    for chat in chat_queries.list_chats_of(session, [Purpose.TECHNICIANS], [question.region_id]):
        view = notify.view_of(context, chat)
        placed.append(_card(question, Address(chat.platform, chat.chat, chat.thread), view, None))
    if not placed:
        post_to(context, question, people)
        return False
    _say(context, question, placed)
    chat_queries.add_cards(session, placed)
    return True


def post_to(context: Context, question: Question, people: Iterable[Person]) -> None:
    """Post a new question privately to each of these people."""
    placed = [card for person in people if (card := _private(context, question, person)) is not None]
    _say(context, question, placed)
    chat_queries.add_cards(context.session, placed)


def refresh(context: Context, question: Question) -> None:
    """Show every card of a question as it now stands."""
    context.session.flush()
    _say(context, question, chat_queries.list_question_cards(context.session, question.id))


def _say(context: Context, question: Question, cards: Iterable[Card | NewCard]) -> None:
    facts = facts_of(context, question)
    for card in cards:
        context.say_card(card, messages.card(card.language, card.timezone, context.now, facts))


def _private(context: Context, question: Question, person: Person) -> NewCard | None:
    account = context.private_account(person.id)
    if account is None:
        return None
    view = context.language_for(person), context.timezone_for(person)
    return _card(question, Address(account.platform, account.private_chat), view, person.id)


def _card(question: Question, place: Address, view: tuple[str, str], person_id: int | None) -> NewCard:
    return NewCard(
        request_id=None,
        platform=place.platform,
        chat=place.chat,
        thread=place.thread,
        person_id=person_id,
        language=view[0],
        timezone=view[1],
        question_id=question.id,
    )


def facts_of(context: Context, question: Question) -> Facts:
    """Gather what a question's card shows."""
    session, numbers = context.session, numbers_of(context, question)
    calls = question_queries.list_calls(session, question.id)
    answers = question_queries.list_answers(session, question.id)
    heard = sorted({call.level for call in calls if call.level})
    levels = [numbers.levels[level - 1] for level in heard]
    following = numbers.levels[question.level : question.level + 1]
    return Facts(
        question=question,
        store=people_queries.get_store(session, question.store_id).name,
        author=people_queries.get_person(session, question.author_id).name,
        called=[Called(call.person_id, call.name) for call in calls if call.level == 0],
        levels=levels,
        next_level=following[0] if following else "",
        is_over=question.level > len(numbers.levels),
        answers=[given(context, answer) for answer in answers],
        offered=[
            (answer.id, people_queries.get_person(session, answer.person_id).name)
            for answer in rules.offered(answers, messages.LAST_OFFERED)
            if answer.person_id != question.author_id
        ],
        can_draft=can_draft(question),
    )


def can_draft(question: Question) -> bool:
    """Say whether a question can be made a draft: those who were named could not answer it."""
    return question.level > 0 and question.state is not QuestionState.SOLVED and drafted_kind() is not None


def given(context: Context, answer: QuestionAnswer) -> Given:
    """Return an answer as people read it."""
    person = people_queries.get_person(context.session, answer.person_id)
    return Given(
        id=answer.id,
        name=person.name,
        store=place_of(context, person),
        words=answer.words,
        accepted=answer.accepted_at is not None,
        with_file=bool(answer.reference),
    )


def place_of(context: Context, person: Person) -> str:
    """Name where somebody works: the store, the region, the network."""
    session = context.session
    if person.store_id is not None:
        return people_queries.get_store(session, person.store_id).name
    if person.region_id is not None:
        return people_queries.get_region(session, person.region_id).name
    return context.settings.network.name
