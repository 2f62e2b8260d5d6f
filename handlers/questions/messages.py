"""The words of a question's card, and of what is said beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers import texts
from handlers.chat import Button, Field, Form, Line, Look, Message, Span, bold, line, mention, message
from handlers.questions import catalogue, rules
from handlers.working_time import say_moment
from storage.tables.questions import Question, QuestionState

__all__ = ["catalogue"]

# So many answers stand on the card; the first ones give way.
LAST_ANSWERS = 5
LAST_OFFERED = 3
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody named on the card."""

    person_id: int | None
    name: str


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as people read it."""

    id: int
    name: str
    store: str
    words: str
    accepted: bool
    with_file: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What a question's card shows; `levels` are those called so far, `next_level` who hears next, "" the last."""

    question: Question
    store: str
    author: str
    called: Sequence[Called]
    levels: Sequence[str]
    next_level: str
    is_over: bool  # every level was called and nobody is left
    answers: Sequence[Given]
    offered: Sequence[tuple[int, str]]
    can_draft: bool


def card(language: str, timezone: str, now: datetime, facts: Facts) -> Message:
    """Write a question's card."""
    question, name = facts.question, rules.label(facts.question.number)

    def say(key: str, **values: object) -> str:
        return texts.say(language, f"question.{key}", **values)

    specialty = say_specialty(language, question.specialty)
    asked = say_moment(question.asked_at, timezone, now, language)
    rows: list[Line] = [
        line(bold(say("practice_title" if question.practice else "title", label=name, specialty=specialty))),
        line(question.words),
        line(say("asked_by", store=facts.store, who=facts.author, when=asked)),
    ]
    if question.reference:
        rows.append(line(say("with_file")))
    solved = question.state is QuestionState.SOLVED
    if not solved:
        if facts.called or not (question.practice or question.specialty == OTHER):
            rows.append(_called(language, specialty, facts.called))
        rows += [line(say("told_level", whom=say_level(language, level))) for level in facts.levels]
    rows += [_answer(language, given) for given in facts.answers if not given.accepted][-LAST_ANSWERS:]
    for given in facts.answers:
        if given.accepted:
            who = say("who", name=given.name, store=given.store)
            rows.append(line(bold(say("solution", who=who, words=given.words))))
    if solved and question.solved_at is not None:
        rows.append(line(say("solved_at", when=say_moment(question.solved_at, timezone, now, language))))
        return message(*rows)
    if question.state is QuestionState.OPEN and question.due_at is not None:
        when = say_moment(question.due_at, timezone, now, language)
        whom = say_level(language, facts.next_level) if facts.next_level else ""
        rows.append(line(say("next_at", when=when, whom=whom) if whom else say("last_at", when=when)))
    if facts.is_over and question.state is QuestionState.OPEN:
        rows.append(line(say("nobody_left")))
        if facts.can_draft:
            rows.append(line(say("draft_it")))
    rows.append(line(Span(say("how"), "italic")))
    return message(*rows, buttons=buttons(language, facts))


def buttons(language: str, facts: Facts) -> tuple[tuple[Button, ...], ...]:
    """Return what can be done with a question that is not solved."""
    question = facts.question
    rows = [(_button(language, "answer_button", "question.answer", {"question": question.id}, Look.PRIMARY),)]
    rows += [(useful_button(language, answer_id, name),) for answer_id, name in facts.offered]
    last: list[Button] = []
    if question.state is QuestionState.ANSWERED:
        last.append(unsolved_button(language, question))
    if facts.can_draft:
        last.append(support_button(language, question))
    return (*rows, tuple(last)) if last else tuple(rows)


def useful_button(language: str, answer_id: int, name: str) -> Button:
    """Offer to say that an answer helped."""
    return Button(texts.say(language, "question.useful_button", name=name), "question.useful", {"answer": answer_id})


def unsolved_button(language: str, question: Question) -> Button:
    """Offer to say that nothing helped yet."""
    return _button(language, "unsolved_button", "question.unsolved", {"question": question.id})


def support_button(language: str, question: Question) -> Button:
    """Offer to make a support of it."""
    return _button(language, "support_button", "question.support", {"question": question.id})


def _button(language: str, key: str, action: str, args: dict[str, str | int], look: Look = Look.PLAIN) -> Button:
    return Button(texts.say(language, f"question.{key}"), action, args, look)


def _called(language: str, specialty: str, called: Sequence[Called]) -> Line:
    if not called:
        return line(texts.say(language, "question.nobody_named", specialty=specialty))
    parts: list[str | Span] = [texts.say(language, "question.called")]
    for index, one in enumerate(called):
        if index:
            parts.append(texts.say(language, "question.apart"))
        parts.append(mention(one.person_id, one.name) if one.person_id is not None else one.name)
    return line(*parts)


def _answer(language: str, given: Given) -> Line:
    who = texts.say(language, "question.who", name=given.name, store=given.store)
    words = f"{given.words} 📎" if given.with_file else given.words
    return line(texts.say(language, "question.answer_line", who=who, words=words))


def say_specialty(language: str, specialty: str) -> str:
    """Say a specialty; what is on no map is `other`."""
    return texts.say(language, "question.other") if specialty == OTHER else specialty


def say_level(language: str, level: str) -> str:
    """Say who a level of the escalation is."""
    return texts.say(language, f"question.level_{level}")


def form(language: str, known: Sequence[str], args: dict[str, str | int]) -> Form:
    """Ask for what is missing of a question."""
    options = (*((one, one) for one in known), (OTHER, texts.say(language, "question.other")))
    fields = (
        Field("specialty", texts.say(language, "question.specialty"), "choice", options),
        Field(
            "words",
            texts.say(language, "question.words"),
            "lines",
            hint=texts.say(language, "question.words_hint"),
        ),
    )
    title, send = texts.say(language, "question.form_title"), texts.say(language, "question.send")
    return Form("question.post", title, fields, send, args)


def answer_form(language: str, question: Question) -> Form:
    """Ask for an answer."""
    hint = texts.say(language, "question.answer_hint")
    field = Field("words", texts.say(language, "question.answer_field"), "lines", hint=hint)
    title = texts.say(language, "question.answer_title", label=rules.label(question.number))
    return Form(
        "question.answer", title, (field,), texts.say(language, "question.answer_send"), {"question": question.id}
    )


def called_privately(language: str, key: str, facts: Facts) -> Message:
    """Tell somebody privately of a question they may know the answer to."""
    question = facts.question
    words = texts.say(
        language,
        f"question.{key}",
        label=rules.label(question.number),
        specialty=say_specialty(language, question.specialty),
        store=facts.store,
        who=facts.author,
        words=question.words,
    )
    answer = _button(language, "answer_button", "question.answer", {"question": question.id}, Look.PRIMARY)
    return message(words, buttons=((answer,),))


def answered(language: str, question: Question, given: Given) -> Message:
    """Tell who asked what somebody answered."""
    who = texts.say(language, "question.who", name=given.name, store=given.store)
    words = texts.say(language, "question.answered", label=rules.label(question.number), who=who, words=given.words)
    return message(
        words, buttons=((useful_button(language, given.id, given.name), unsolved_button(language, question)),)
    )


def nobody_left(language: str, question: Question, *, can_draft: bool) -> Message:
    """Tell the store that asked that everybody was asked."""
    words = texts.say(
        language,
        "question.end_told",
        label=rules.label(question.number),
        specialty=say_specialty(language, question.specialty),
        words=question.words,
    )
    if not can_draft:
        return message(words)
    draft = texts.say(language, "question.draft_it")
    return message(words, draft, buttons=((support_button(language, question),),))


def cases(language: str, found: Sequence[tuple[Question, Given]]) -> Message:
    """List the cases that were found, each with what solved it."""
    rows: list[Line] = [line(bold(texts.say(language, "question.cases_title")))]
    for question, given in found:
        specialty = say_specialty(language, question.specialty)
        rows.append(
            line(
                texts.say(
                    language,
                    "question.case_line",
                    label=rules.label(question.number),
                    specialty=specialty,
                    words=question.words,
                )
            )
        )
        who = texts.say(language, "question.who", name=given.name, store=given.store)
        rows.append(line(texts.say(language, "question.case_solution", words=given.words, who=who)))
    return message(*rows)
