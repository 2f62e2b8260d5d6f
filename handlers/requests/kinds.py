"""What a kind of request brings to the engine: its steps as data, its candidates, its words.

The engine never asks which kind it has before it; it asks the kind.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from handlers.chat import Button, Line
    from handlers.context import Context
    from handlers.requests.grammar import Answer
    from storage.tables.requests import Ask, Request

Side = Literal["owner", "requester"]

# Why a store is a good one to ask: a key of the catalogue and its values.
Reason = tuple[str, dict[str, str | int]]


@dataclass(frozen=True, slots=True)
class StepKind:
    """A step after the acceptance: its clock's name and whose it is."""

    name: str
    accountable: Side


@dataclass(frozen=True, slots=True)
class Candidate:
    """A store that could help, and why it stands where it stands in the ranking."""

    store_id: int
    name: str
    region_id: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of request.

    `whole` names the clock that runs from the opening to the confirmed end; `steps` follow the acceptance in order,
    the last one being the record. `what` are the card's lines of what is asked for, `brief` the same in a few words,
    `forward` the words for the customer. `accept` books what a store promised (quantity None: all of it) and
    `release` takes the promise back. `buttons` are what a side can do now beside answering; `divisible` says that a
    part can be promised. `shipped` and `received` do what these words mean for the kind.
    """

    name: str
    letter: str
    whole: str
    steps: tuple[StepKind, ...]
    candidates: Callable[[Context, Request], Sequence[Candidate]]
    what: Callable[[Context, Request, str, str], tuple[Line, ...]]
    brief: Callable[[Context, Request, str], str]
    forward: Callable[[Context, Request, str, str], str]
    accept: Callable[[Context, Request, Ask, int | None], None]
    release: Callable[[Context, Request], None]
    buttons: Callable[[Context, Request, str, Side], tuple[tuple[Button, ...], ...]]
    divisible: Callable[[Context, Request], bool]
    shipped: Callable[[Context, Request, Answer], None]
    received: Callable[[Context, Request, Answer], None]

    def step(self, name: str) -> StepKind:
        """Return the step of this name."""
        return next(step for step in self.steps if step.name == name)


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Declare a kind; a name or a letter declared twice is refused."""
    if kind.name in _kinds or any(other.letter == kind.letter for other in _kinds.values()):
        raise ValueError(f"{kind.name} or {kind.letter} is declared twice")
    _kinds[kind.name] = kind
    return kind


def kind_of(request: Request) -> Kind:
    """Return a request's kind."""
    return _kinds[request.kind]


def kind_named(name: str) -> Kind:
    """Return the kind of this name."""
    return _kinds[name]


def kind_by_letter(letter: str) -> Kind | None:
    """Return the kind whose labels begin with this letter, or None."""
    return next((kind for kind in _kinds.values() if kind.letter == letter.upper()), None)
