"""What a kind of request brings to the engine: its steps as data, its candidates, its words.

The engine never asks which kind it has before it; it asks the kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from handlers.chat import Button, Line
    from handlers.context import Context
    from handlers.requests.grammar import Answer
    from storage.tables.people import Role, Store
    from storage.tables.requests import Ask, Request, State

Side = Literal["owner", "requester"]

# Why a store is a good one to ask: a key of the catalogue and its values.
Reason = tuple[str, dict[str, str | int]]


@dataclass(frozen=True, slots=True)
class StepKind:
    """A step after the acceptance: its clock's name, whose it is, and what must have ended before it begins.

    Where nothing must, it begins with the acceptance; several may run side by side. The last of a kind is the record.
    """

    name: str
    accountable: Side
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """What a side can say in words beside an answer: who may, in which states of the request, and what it does.

    Of several requests in these states those in the first one are meant.
    """

    side: Side
    roles: frozenset[Role]
    states: tuple[State, ...]
    run: Callable[[Context, Request, Answer], None]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A store that could help, and why it stands where it stands in the ranking.

    `gives` is what it would give, an id of the kind's own: a technician's.
    """

    store_id: int
    name: str
    region_id: int
    reasons: tuple[Reason, ...]
    gives: int | None = None


def _nothing(*_: object) -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of request.

    `whole` names the clock that runs from the opening to the confirmed end; `steps` follow the acceptance, the last
    one being the record; `due` says when one that begins now is due at its store. `finished` is the state of the
    confirmed end. In the `under_way` states the customer hears a line every so often; in the `returnable` ones the
    owner can give the promise back; in the `awaited` ones 收到 from the requester is about what comes. The author hears
    of the `told` states in words of the kind's own (`<kind>.author_<state>`); a card says `<kind>.state_<state>`.

    `what` are the card's lines of what is asked for, `brief` the same in a few words, `forward` the words for the
    customer. `asked` holds what an asked store would give, and `unasked` lets it go when the ask ends without a
    promise; `accept` books what a store promised (quantity None: all of it) and `release` takes the promise back.
    `buttons` are what a side can do now beside answering; `divisible` says that a part can be promised. `words` are
    what else can be said in reply to a card.
    """

    name: str
    letter: str
    whole: str
    steps: tuple[StepKind, ...]
    due: Callable[[Context, Request, str, Store], datetime]
    finished: State
    under_way: frozenset[State]
    returnable: frozenset[State]
    awaited: frozenset[State]
    told: frozenset[State]
    candidates: Callable[[Context, Request], Sequence[Candidate]]
    what: Callable[[Context, Request, str, str], tuple[Line, ...]]
    brief: Callable[[Context, Request, str], str]
    forward: Callable[[Context, Request, str, str], str]
    accept: Callable[[Context, Request, Ask, int | None], None]
    release: Callable[[Context, Request], None]
    buttons: Callable[[Context, Request, str, Side], tuple[tuple[Button, ...], ...]]
    divisible: Callable[[Context, Request], bool] = lambda _context, _request: False
    asked: Callable[[Context, Request, Candidate, int], None] = _nothing
    unasked: Callable[[Context, Request, Ask], None] = _nothing
    words: Mapping[str, Word] = field(default_factory=dict)

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


def all_kinds() -> Sequence[Kind]:
    """Return every kind, in the order they were declared."""
    return tuple(_kinds.values())
