"""Asking the technicians, answering them, and saying what helped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import access, forms, notify, texts
from handlers.access import ASKERS, STAFF
from handlers.boards.specialties import find_specialty, is_specialty, split_specialties, without_specialty
from handlers.chat import message_from_json
from handlers.errors import BadFields, BadInput, NotAllowed, NotFound, TooLate
from handlers.messages import sentence
from handlers.questions import calling, cards, messages, rules
from handlers.registry import EVERYONE, button, command, form, reply
from handlers.requests.clocks import rules_text
from handlers.requests.grammar import clean, parse_answer
from handlers.working_time import say_moment
from storage.queries import chats as chat_queries
from storage.queries import ledger as ledger_queries
from storage.queries import people as people_queries
from storage.queries import questions as question_queries
from storage.queries import requests as request_queries
from storage.tables.people import Store
from storage.tables.questions import Question, QuestionAnswer, QuestionState

if TYPE_CHECKING:
    from handlers.context import Context

# So many specialties can be chosen among, and so many cases are shown.
MOST_SPECIALTIES = 12
MOST_CASES = 5

# Asking


@command("ask", "请教", "preguntar", roles=STAFF)
def ask(context: Context, words: str) -> None:
    """Ask the technicians; those who know the specialty are named, and what is missing is asked for."""
    said = clean(words, rules.LONGEST_QUESTION)
    specialty = find_specialty(said, [*_specialties(context, here=True), *_specialties(context, here=False)])
    words = without_specialty(said, specialty) if specialty else said
    _consider(context, specialty or "", words, _file(context))


@form("question.post", roles=STAFF)
def send_ask(context: Context, values: dict[str, str], file: str) -> None:
    """Ask the technicians what a form says."""
    _consider(context, values.get("specialty", ""), clean(values.get("words", ""), rules.LONGEST_QUESTION), file)


def _consider(context: Context, specialty: str, words: str, file: str) -> None:
    """Ask for what is missing, and post what is whole."""
    store = _store(context)
    known = _specialties(context, here=True) or _specialties(context, here=False)
    if specialty not in {"", messages.OTHER}:  # chosen, or written in words of one's own
        specialty = find_specialty(specialty, [*known, *_specialties(context, here=False)]) or ""
        if not specialty:
            raise BadFields({"specialty": "core.pick_one"})
    if not (specialty and words):
        filled = {name: value for name, value in (("specialty", specialty), ("words", words)) if value}
        offered = list(dict.fromkeys([*([specialty] if specialty and specialty != messages.OTHER else []), *known]))
        forms.ask(context, messages.form(context.language, offered[:MOST_SPECIALTIES], {"file": file}), filled=filled)
        return
    if len(words) < rules.SHORTEST_ANSWER:
        raise BadFields({"words": "question.words_needed"})
    _post(context, store, specialty, words, file)


def _store(context: Context) -> Store:
    if context.store is None:
        raise NotAllowed("core.not_your_role")
    return context.store


def _specialties(context: Context, *, here: bool) -> list[str]:
    """List the specialties on the map of the region, or of the network, those of most technicians first."""
    counted: dict[str, int] = {}
    for one in calling.known_in(context, _store(context).region_id if here else None):
        for specialty in split_specialties(one.specialties):
            counted[specialty] = counted.get(specialty, 0) + 1
    names: list[str] = []
    for name in sorted(counted, key=lambda specialty: (-counted[specialty], specialty)):
        if not any(is_specialty(name, other) for other in names):  # 三电 is 三电故障, whoever wrote which
            names.append(name)
    return names


def _file(context: Context) -> str:
    return context.inbound.values.get("file", "") if context.inbound else ""


def _post(context: Context, store: Store, specialty: str, words: str, file: str) -> None:
    session, numbers = context.session, context.settings.rules
    twin = question_queries.find_twin(session, context.my_id, words, context.now - numbers.limits.duplicate)
    if twin is not None:
        raise TooLate("question.asked_already", label=rules.label(twin.number))
    question = question_queries.add_question(
        session,
        {
            "number": request_queries.next_number(session, "question"),
            "region_id": store.region_id,
            "store_id": store.id,
            "author_id": context.my_id,
            "policy_id": request_queries.get_or_add_policy(session, rules_text(numbers), context.now),
            "specialty": specialty,
            "words": words,
            "reference": file,
            "asked_at": context.now,
            "practice": context.me.practising,
        },
    )
    context.audit("question.ask", rules.label(question.number), after=specialty, policy_id=question.policy_id)
    if question.practice:  # nobody is called, and nobody else sees it
        cards.post_to(context, question, [context.me])
        return
    people = calling.call_specialists(context, question)
    if people or question_queries.list_calls(session, question.id):
        calling.begin_clock(context, question)
    else:  # nobody to name: the next level at once
        calling.climb(context, question)
    if cards.post(context, question, [*people, context.me]):
        calling.tell_absent(context, question, people)
    name = rules.label(question.number)
    cards_here = {(card.platform, card.chat) for card in chat_queries.list_question_cards(session, question.id)}
    if (context.origin.platform, context.origin.chat) not in cards_here and question.due_at is not None:
        when = say_moment(question.due_at, context.timezone, context.now, context.language)
        context.answer(sentence(context.words("question.posted", label=name, when=when)))


# Answering


@command("solved", "已解决", "办法", "resuelto")
def solved(context: Context, words: str) -> None:
    """Say what solves a question, in reply to it or by its number; who asked says whether it helped."""
    number, said = rules.split_label(words)
    question = _question_meant(context, number)
    if question is None:
        raise BadInput("question.which")
    _answer(context, question, said, tell=True)


@button("question.answer", roles=EVERYONE)
def press_answer(context: Context, question: int) -> None:
    """Ask for an answer."""
    found = question_queries.get_question(context.session, question)
    _check_reader(context, found)
    rules.check_open(found)
    forms.ask(context, messages.answer_form(context.language, found))


@form("question.answer", roles=EVERYONE)
def send_answer(context: Context, values: dict[str, str], question: int) -> None:
    """Note an answer from a form."""
    words = values.get("words", "")
    if not rules.is_answer(words):
        raise BadFields({"words": "question.answer_needed"})
    _answer(context, question_queries.get_question(context.session, question), words, tell=True)
    context.toast(context.words("question.noted"))


@reply
def answer_in_words(context: Context, text: str) -> bool:
    """Take words in reply to a question as an answer to it; a nod is left alone."""
    if context.person is None:
        return False
    question = _question_replied_to(context)
    if question is None:
        return False
    answer = parse_answer(text)
    nods = answer is not None and answer.kind in {"seen", "accept"} and not answer.rest
    if question.state is QuestionState.SOLVED or nods or not rules.is_answer(text):
        return True
    if question.author_id == context.my_id:
        _add_to(context, question, text)
    else:
        _answer(context, question, text, tell=question.state is QuestionState.OPEN)
    return True


def _add_to(context: Context, question: Question, text: str) -> None:
    """Add what who asked says further to the question."""
    before = question.words
    question.words = clean(f"{before};{text}", rules.LONGEST_QUESTION)
    context.audit("question.add", rules.label(question.number), before=before[:200], policy_id=question.policy_id)
    cards.refresh(context, question)


def _answer(context: Context, question: Question, text: str, *, tell: bool) -> None:
    """Keep an answer and stop the clock; one of who asked is the solution at once."""
    _check_reader(context, question)
    rules.check_open(question)
    words = clean(text, rules.LONGEST_ANSWER)
    if not rules.is_answer(words):
        raise BadInput("question.answer_needed")
    row = {"question_id": question.id, "person_id": context.my_id, "words": words, "at": context.now}
    answer_id = question_queries.add_answer(context.session, row | {"reference": _file(context)})
    question.answered_at = question.answered_at or context.now
    if question.state is QuestionState.OPEN:
        question.state = QuestionState.ANSWERED
        calling.stop_clock(question)
    name = rules.label(question.number)
    context.audit("question.answer", name, after=words[:200], policy_id=question.policy_id)
    answer = question_queries.find_answer(context.session, answer_id)
    assert answer is not None
    if question.author_id == context.my_id:
        _accept(context, question, answer)
        return
    if tell:
        author = people_queries.get_person(context.session, question.author_id)
        given = cards.given(context, answer)
        notify.tell_each(context, [author], lambda language, _zone: messages.answered(language, question, given))
    cards.refresh(context, question)


def _check_reader(context: Context, question: Question) -> None:
    """Raise unless a question is this person's to read: of the own region, or of no region."""
    me = context.me
    region_id = context.store.region_id if context.store else me.region_id
    called = {call.person_id for call in question_queries.list_calls(context.session, question.id)}
    if region_id is not None and region_id != question.region_id and me.id not in called:
        raise NotAllowed("question.not_in_region")


def _question_meant(context: Context, number: int | None) -> Question | None:
    """Return the question that is named, or replied to, locked. Raises NotFound for a number nobody has."""
    if number is None:
        return _question_replied_to(context)
    found = question_queries.find_question(context.session, number)
    if found is None:
        raise NotFound("question.unknown", label=rules.label(number))
    return question_queries.get_question(context.session, found.id)


def _question_replied_to(context: Context) -> Question | None:
    """Return the question whose card, or whose private word, is replied to, locked."""
    inbound, session = context.inbound, context.session
    assert inbound is not None
    origin = inbound.origin
    for said in (inbound.reply_to, origin.thread):
        card = chat_queries.find_card_at(session, origin.platform, origin.chat, said)
        if card is not None:
            return question_queries.get_question(session, card.question_id) if card.question_id else None
    payload = chat_queries.find_said(session, origin.platform, origin.chat, inbound.reply_to)
    numbers = rules.labels_in(message_from_json(payload).plain) if payload else set()
    found = question_queries.find_question(session, numbers.pop()) if len(numbers) == 1 else None
    return question_queries.get_question(session, found.id) if found else None


# What helped


@button("question.useful", roles=EVERYONE)
def press_useful(context: Context, answer: int) -> None:
    """Say that an answer helped: the question is solved, and whoever answered is credited."""
    found = question_queries.find_answer(context.session, answer)
    if found is None:
        raise TooLate("core.unknown_button")
    question = question_queries.get_question(context.session, found.question_id)
    rules.check_asker(question, context.me)
    rules.check_open(question)
    _accept(context, question, found)
    context.toast(context.words("question.solved", label=rules.label(question.number)))


def _accept(context: Context, question: Question, answer: QuestionAnswer) -> None:
    """Make an answer the solution: kept as a case, credited to whoever gave it, once."""
    session, name = context.session, rules.label(question.number)
    answer.accepted_at = question.solved_at = context.now
    question.state = QuestionState.SOLVED
    question.searched = rules.searchable(name, question.specialty, question.words, answer.words)
    calling.stop_clock(question)
    person = people_queries.get_person(session, answer.person_id)
    points = cards.numbers_of(context, question).points
    if points and not question.practice and person.store_id is not None and person.id != question.author_id:
        ledger_queries.add_points(
            session,
            key=f"question:{question.id}",
            store_id=person.store_id,
            points=points,
            rule="points.answer",
            policy_id=question.policy_id,
            request_id=None,
            now=context.now,
            person_id=person.id,
            reason=name,
        )
    context.audit("question.solved", name, after=person.name, policy_id=question.policy_id)
    if person.id != context.my_id:
        store = people_queries.get_store(session, question.store_id).name
        notify.tell_each(
            context,
            [person],
            lambda language, _zone: sentence(texts.say(language, "question.credit_told", label=name, store=store)),
        )
    cards.refresh(context, question)


@button("question.unsolved", roles=EVERYONE)
def press_unsolved(context: Context, question: int) -> None:
    """Say that nothing helped yet: the next level is asked at once."""
    found = question_queries.get_question(context.session, question)
    rules.check_asker(found, context.me)
    rules.check_open(found)
    if found.state is not QuestionState.ANSWERED:
        raise TooLate("question.not_answered")
    found.state = QuestionState.OPEN
    raised = calling.climb(context, found)
    context.audit("question.unsolved", rules.label(found.number), policy_id=found.policy_id)
    cards.refresh(context, found)
    context.toast(context.words("question.raised" if raised else "question.asked_all"))


@button("question.support", roles=ASKERS)
def press_support(context: Context, question: int) -> None:
    """Make a support of a question nobody can answer: its form opens with what is known."""
    found = question_queries.get_question(context.session, question)
    if not access.works_at(context.me, found.store_id):
        raise NotAllowed("question.not_your_store")
    rules.check_open(found)
    kind = cards.drafted_kind()
    if kind is None or kind.draft is None:
        raise TooLate("question.no_support")
    found.drafted_at = found.drafted_at or context.now
    name = rules.label(found.number)
    context.audit("question.support", name, policy_id=found.policy_id)
    specialty = "" if found.specialty == messages.OTHER else found.specialty
    kind.draft(context, {"specialty": specialty, "matter": f"{found.words} ({name})"})


# Cases


@command("case", "案例", "caso", reading=True)
def case(context: Context, words: str) -> None:
    """Search the solved questions; two signs of Chinese are enough."""
    said = clean(words, rules.LONGEST_QUESTION)
    grams = rules.grams(said)
    if not grams:
        raise BadInput("question.case_what")
    found = question_queries.list_cases(context.session, grams)
    scored = [(rules.likeness(grams, question.searched), question) for question in found]
    best = sorted((one for one in scored if one[0] >= rules.LIKE_ENOUGH), key=lambda one: -one[0])[:MOST_CASES]
    if not best:
        context.answer(sentence(context.words("question.no_cases", words=said)))
        return
    shown = []
    for _, question in best:
        answers = question_queries.list_answers(context.session, question.id)
        accepted = next(answer for answer in answers if answer.accepted_at is not None)
        shown.append((question, cards.given(context, accepted)))
    context.answer(messages.cases(context.language, shown))
