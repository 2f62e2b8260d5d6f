"""What technicians ask each other, who was called, and what was answered: the cases to come."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.types import choice, identity, moment


class QuestionState(StrEnum):
    """Where a question stands."""

    OPEN = "open"  # nobody has answered since it was asked, or since an answer did not help
    ANSWERED = "answered"
    SOLVED = "solved"


class Question(SQLModel, table=True):
    """A question to those who know; `level` counts the levels of the escalation that have been called."""

    __tablename__ = "questions"
    __table_args__ = (Index(None, "state", "solved_at"),)
    id: int = identity()
    number: int = Field(unique=True)
    region_id: int = Field(foreign_key="regions.id", index=True)
    store_id: int = Field(foreign_key="stores.id")
    author_id: int = Field(foreign_key="persons.id")
    policy_id: int = Field(foreign_key="policies.id")
    specialty: str
    words: str
    reference: str = ""  # the platform's id of a photo or file that came with it
    state: QuestionState = choice(QuestionState, default=QuestionState.OPEN)
    level: int = 0
    turn: int = 0  # of its clock: one that was begun again makes the timer before it worth nothing
    due_at: datetime | None = moment(default=None, nullable=True)  # when the next level hears; None: nobody is left
    asked_at: datetime = moment()
    answered_at: datetime | None = moment(default=None, nullable=True)  # the first answer
    solved_at: datetime | None = moment(default=None, nullable=True)
    drafted_at: datetime | None = moment(default=None, nullable=True)  # first made a draft of a request
    practice: bool = False  # only who asks sees it, and it becomes no case
    searched: str = ""  # question and solution as they are searched, once solved


class QuestionAnswer(SQLModel, table=True):
    """What somebody answered; at most one answer of a question is the one that solved it: its author's credit."""

    __tablename__ = "question_answers"
    __table_args__ = (
        Index(
            "uq_question_answers_one_accepted",
            "question_id",
            unique=True,
            sqlite_where=text("accepted_at IS NOT NULL"),
            postgresql_where=text("accepted_at IS NOT NULL"),
        ),
        Index(None, "accepted_at", "person_id"),
    )
    id: int = identity()
    question_id: int = Field(foreign_key="questions.id", index=True)
    person_id: int = Field(foreign_key="persons.id")
    words: str
    reference: str = ""
    at: datetime = moment()
    accepted_at: datetime | None = moment(default=None, nullable=True)


class QuestionCall(SQLModel, table=True):
    """Somebody called to a question, once: named on its card (level 0) or told privately (from 1).

    Who is on the technicians' map and linked to no person is named all the same; so is HQ as a whole.
    """

    __tablename__ = "question_calls"
    __table_args__ = (
        UniqueConstraint("question_id", "person_id"),
        Index(None, "question_id", "level"),
    )
    id: int = identity()
    question_id: int = Field(foreign_key="questions.id")
    person_id: int | None = Field(default=None, foreign_key="persons.id")
    name: str
    level: int
    at: datetime = moment()
