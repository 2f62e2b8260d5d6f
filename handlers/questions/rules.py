"""Who is called to a question and when, whose word ends it, and which case is like which."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from handlers import access
from handlers.boards.specialties import has_specialty
from handlers.errors import NotAllowed, TooLate
from handlers.requests.grammar import clean, fold
from storage.tables.people import Person
from storage.tables.questions import Question, QuestionAnswer, QuestionState

LONGEST_QUESTION = 500
LONGEST_ANSWER = 500
# Shorter is a nod, not an answer.
SHORTEST_ANSWER = 2
# So many of a case's pieces must be in what is searched for.
LIKE_ENOUGH = 0.5
MOST_GRAMS = 40

_LABEL = re.compile(r"#?[Qq]\s*[-–—]?\s*0*([0-9]{1,9})(?=$|[\s,.:;,。:;、])")
_PAUSE = re.compile(r"^[\s,.:;,。:;、]+")
_NAMED = re.compile(r"\bQ-([0-9]{4,9})\b")
_PIECE = re.compile(r"[一-鿿]+|[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Known:
    """A technician on the map, and who that is: None where the row is linked to nobody."""

    name: str
    store_id: int
    level: str
    specialties: str
    person_id: int | None


def label(number: int) -> str:
    """Return what people call a question: Q-0001."""
    return f"Q-{number:04d}"


def split_label(words: str) -> tuple[int | None, str]:
    """Read `Q-0001 words` as number and words; None where no label stands first."""
    found = _LABEL.match(words.strip())
    if not found:
        return None, words.strip()
    return int(found[1]), _PAUSE.sub("", words.strip()[found.end() :], count=1)


def labels_in(text: str) -> set[int]:
    """Return the questions that a text of ours names."""
    return {int(number) for number in _NAMED.findall(text)}


# Who is called


def specialists(known: Iterable[Known], specialty: str, author_id: int, most: int) -> list[Known]:
    """Choose who is named for a specialty: those who can be told first, then by level; never who asks."""
    fitting = [one for one in known if has_specialty(one.specialties, specialty) and one.person_id != author_id]
    return sorted(fitting, key=_before)[:most]


def experts(known: Iterable[Known], specialty: str, level: str, called: set[int], most: int) -> list[Known]:
    """Choose the experts to be told: those of the specialty first; nobody twice."""
    fitting = [
        one
        for one in known
        if one.level.casefold() == level.casefold() and one.person_id is not None and one.person_id not in called
    ]
    return sorted(fitting, key=lambda one: (not has_specialty(one.specialties, specialty), *_before(one)))[:most]


def _before(one: Known) -> tuple[bool, int, int, str]:
    grade = re.search(r"[0-9]+", one.level)
    return one.person_id is None, -int(grade[0]) if grade else 0, one.store_id, one.name


# Whose word counts


def check_open(question: Question) -> None:
    """Raise TooLate when a question is solved."""
    if question.state is QuestionState.SOLVED:
        raise TooLate("question.solved_before", label=label(question.number))


def is_askers(question: Question, person: Person) -> bool:
    """Say whether a person speaks for who asked: the author, or who leads that store."""
    return person.id == question.author_id or access.leads(person, question.store_id)


def check_asker(question: Question, person: Person) -> None:
    """Raise unless this person may say whether an answer helped."""
    if not is_askers(question, person):
        raise NotAllowed("question.not_yours")


def is_answer(words: str) -> bool:
    """Say whether words in reply to a question are long enough to be an answer."""
    return len(clean(words, LONGEST_ANSWER)) >= SHORTEST_ANSWER


def offered(answers: Sequence[QuestionAnswer], most: int) -> list[QuestionAnswer]:
    """Return the answers that can be said to have helped: the last of each person, the newest first."""
    last = {answer.person_id: answer for answer in answers}
    return sorted(last.values(), key=lambda answer: -answer.id)[:most]


# Cases


def searchable(*words: str) -> str:
    """Return what a case is found by."""
    return fold(" ".join(words))


def grams(words: str) -> list[str]:
    """Return the pieces by which words are searched: two signs of Chinese each, whole words of other letters."""
    found: dict[str, None] = {}
    for piece in _PIECE.findall(fold(words)):
        if piece.isascii():
            found[piece] = None
        else:
            found.update(dict.fromkeys(piece[at : at + 2] for at in range(len(piece) - 1)))
    return [gram for gram in found if len(gram) > 1][:MOST_GRAMS]


def likeness(wanted: Sequence[str], searched: str) -> float:
    """Return the share of the pieces that a case holds."""
    return sum(gram in searched for gram in wanted) / len(wanted) if wanted else 0.0
