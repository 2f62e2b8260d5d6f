"""What technicians asked each other, who was called, what was answered, and the cases that came of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from storage.queries.rows import add_held, add_row, add_rows
from storage.tables.boards import Technician
from storage.tables.people import Person, Role, Store
from storage.tables.questions import Question, QuestionAnswer, QuestionCall, QuestionState

# A region's map is a few hundred rows; more of one region would be a mistake of the sheet.
MOST_TECHNICIANS = 2_000

OnMap = tuple[Technician, Store, Person | None]


def add_question(session: Session, row: dict[str, Any]) -> Question:
    """Add a question."""
    return add_held(session, Question, row)


def get_question(session: Session, question_id: int, *, lock: bool = True) -> Question:
    """Get a question, locked and as it is now unless `lock` says otherwise."""
    query = select(Question).where(Question.id == question_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.exec(query).one()


def find_question(session: Session, number: int) -> Question | None:
    """Find a question by its number (Q-0001 is 1)."""
    return session.exec(select(Question).where(Question.number == number)).one_or_none()


def find_twin(session: Session, author_id: int, words: str, since: datetime) -> Question | None:
    """Find the same question of the same person, asked since then and not solved."""
    return session.exec(
        select(Question)
        .where(
            Question.author_id == author_id,
            Question.words == words,
            Question.asked_at > since,
            Question.state != QuestionState.SOLVED,
        )
        .limit(1)
    ).first()


def list_on_map(session: Session, region_id: int | None) -> list[OnMap]:
    """List a region's technicians on the map (None: everybody's) with their store and, where linked, their person.

    A row of the map is linked to the one technician of that name in that store.
    """
    query = (
        select(Technician, Store)
        .join(Store, col(Store.id) == col(Technician.store_id))
        .where(col(Store.active).is_(True))
        .order_by(col(Technician.level).desc(), col(Technician.store_id), col(Technician.name))
        .limit(MOST_TECHNICIANS)
    )
    if region_id is not None:
        query = query.where(Store.region_id == region_id)
    rows = session.exec(query).all()
    stores = {store.id for _, store in rows}
    known: dict[tuple[int | None, str], list[Person]] = {}
    for person in session.exec(
        select(Person)
        .where(
            Person.role == Role.TECHNICIAN,
            col(Person.active).is_(True),
            col(Person.store_id).in_(stores),
        )
        .order_by(col(Person.id))
    ):
        known.setdefault((person.store_id, person.name), []).append(person)
    # Two of one name in a store cannot be told apart: the first is as good as none.
    linked = {key: people[0] for key, people in known.items() if len(people) == 1}
    return [(technician, store, linked.get((store.id, technician.name))) for technician, store in rows]


def add_calls(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Note who is called to a question."""
    add_rows(session, QuestionCall, rows)


def list_calls(session: Session, question_id: int) -> Sequence[QuestionCall]:
    """List who was called to a question, in that order."""
    return session.exec(
        select(QuestionCall).where(QuestionCall.question_id == question_id).order_by(col(QuestionCall.id))
    ).all()


def add_answer(session: Session, row: dict[str, Any]) -> int:
    """Add an answer and return its id."""
    return add_row(session, QuestionAnswer, row)


def find_answer(session: Session, answer_id: int) -> QuestionAnswer | None:
    """Find an answer."""
    return session.get(QuestionAnswer, answer_id)


def list_answers(session: Session, question_id: int) -> Sequence[QuestionAnswer]:
    """List a question's answers in the order they came."""
    return session.exec(
        select(QuestionAnswer).where(QuestionAnswer.question_id == question_id).order_by(col(QuestionAnswer.id))
    ).all()


def list_cases(session: Session, grams: Collection[str], limit: int = 400) -> Sequence[Question]:
    """List the solved questions that hold any of these pieces of words, the newest first."""
    holds = [col(Question.searched).contains(gram, autoescape=True) for gram in grams]
    return session.exec(
        select(Question)
        .where(Question.state == QuestionState.SOLVED, col(Question.practice).is_(False), or_(*holds))
        .order_by(col(Question.solved_at).desc(), col(Question.id).desc())
        .limit(limit)
    ).all()


def count_credits(session: Session, since: datetime, until: datetime) -> dict[int, int]:
    """Count the answers of each person that solved a question from `since` up to but not at `until`."""
    rows = session.exec(
        select(QuestionAnswer.person_id, func.count())
        .join(Question, col(Question.id) == col(QuestionAnswer.question_id))
        .where(
            col(QuestionAnswer.accepted_at) >= since,
            col(QuestionAnswer.accepted_at) < until,
            col(Question.practice).is_(False),
        )
        .group_by(col(QuestionAnswer.person_id))
    )
    return {person_id: int(count) for person_id, count in rows}
