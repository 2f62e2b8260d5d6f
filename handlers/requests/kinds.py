"""What a kind of request brings to the engine: its steps as data, its candidates, its words.

The engine never asks which kind it has before it; it asks the kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from storage.tables.requests import State

if TYPE_CHECKING:
    from handlers.chat import Button, Line
    from handlers.context import Context
    from handlers.requests.grammar import Answer
    from storage.tables.chats import Purpose
    from storage.tables.people import Role, Store
    from storage.tables.requests import Ask, Request

Side = Literal["owner", "requester"]

# Why a store is a good one to ask: a key of the catalogue and its values.
Reason = tuple[str, dict[str, str | int]]


@dataclass(frozen=True, slots=True)
class StepKind:
    """A step after the acceptance: its clock's name, whose it is, and what must have ended before it begins.

    Where nothing must, it begins with the acceptance; several may run side by side. The last of a kind is the record.
    One that is `fixed` hangs on an appointment: a hold does not move it. One that is not `nudged` has reminders of its
    own, and one that `lasts` keeps a request open after its record. `when` says of which requests it is a step at all,
    and `begun` does what else there is to do when it begins.
    """

    name: str
    accountable: Side
    after: tuple[str, ...] = ()
    fixed: bool = False
    nudged: bool = True
    lasts: bool = False
    when: Callable[[Context, Request], bool] = lambda _context, _request: True
    begun: Callable[[Context, Request], None] = lambda _context, _request: None


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

    `gives` is what it would give, an id of the kind's own: a technician's. What is `stale` is known by figures that are
    too old: it comes after the others and is not asked by itself.
    """

    store_id: int
    name: str
    region_id: int
    reasons: tuple[Reason, ...]
    gives: int | None = None
    stale: bool = False


@dataclass(frozen=True, slots=True)
class CostRule:
    """A cost that a request may carry: its name without `cost.`, whom it goes to, and why it may not now.

    `payee` as the ledger writes it: carrier, customer, store:3, person:7. `why_not` is a key of the catalogue with no
    values, "" where it may. One that the kind enters `by_itself` is entered by hand once it was taken back.
    """

    name: str
    payee: str
    why_not: str = ""
    by_itself: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What the requester can still change of a request: its label's key, in which states, and how.

    `now` says what it is, `run` takes what was written, or raises BadFields about the field `value`; it may change
    who is asked. Where it is `wordy` its value is all that is written after its name, and the reason is asked for.
    """

    label: str
    states: tuple[State, ...]
    now: Callable[[Context, Request, str], str]
    run: Callable[[Context, Request, str], None]
    options: Callable[[str], tuple[tuple[str, str], ...]] = lambda _language: ()
    wordy: bool = False


# Where somebody, or something, is on the way and can be expected.
TRAVELLING = frozenset({State.SHIPPED, State.CONFIRMED, State.DEPARTED})


def _nothing(*_: object) -> None:
    """Do nothing."""


def _by_the_cap(_context: Context, request: Request) -> datetime:
    """Promise what the clock of the whole says."""
    return request.cap_at


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of request.

    `whole` names the clock that runs from the opening to the confirmed end; `steps` follow the acceptance, the last
    one being the record; `due` says when one that begins now is due at its store. `finished` is the state of the
    confirmed end. In the `under_way` states the customer hears a line every so often; in the `returnable` ones the
    owner can give the promise back; in the `awaited` ones 收到 from whom it is `bound_for` is about what comes. The
    `provider` is the side that does the work: it earns the points, and is blamed first for the whole. The author hears
    of the `told` states in words of the kind's own (`<kind>.author_<state>`); a card says `<kind>.state_<state>`.

    `what` are the card's lines of what is asked for, `brief` the same in a few words, `forward` the words for the
    customer. `asked` holds what a store would give before it is asked, False when that is gone, and `unasked` lets it
    go when the ask ends without a promise; `begins` says from when the clock of a step counts that is planned for
    later; `accept` books what a store promised (quantity None: all of it) and `release` takes the promise back.
    `shown_to` are purposes whose chats show its cards beside the managers' chats. `cost_rules` are the costs a request
    may carry by hand. `draft` opens the kind's form, filled in as far as something is known (field → words).
    `lacks` asks for what an acceptance needs and was not said, and says True when it did: nothing is accepted yet.
    `lapses` are the steps whose time running out is nobody's fault, and what happens then. `matter` is the sentence
    that says a card's matter; `refusals` are the reasons a store can press.
    `calls` are the sides that may see the customer in full, because they call; `bound_for` is whom an ETA is about
    arriving at. `promise` is what the customer is told at the acceptance. A kind that keeps an ETA among its own facts
    notes it by `note_eta` and shows it itself; one that `asks_eta` has a form of its own for it. `forget`
    takes what is masked of an erased customer out of the kind's own words.
    `line_at` says when the customer's next line comes after one, where that is not at the usual time.
    `buttons` are what a side can do now beside answering; `divisible` says that a part can be promised. `words` are
    what else can be said in reply to a card.
    `command` opens one from words (the kind's name where it says nothing). `same` says whether two requests of a store
    are about the same thing; `changes` are what can be changed of one, beside its urgency and matter. `reopened` begins
    anew with one that had ended. `numbers` are the groups of the rules that its one page shows beside its clocks.
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
    begins: Callable[[Context, Request, str, Store], datetime | None] = lambda *_: None
    asked: Callable[[Context, Request, Candidate], bool] = lambda *_: True
    unasked: Callable[[Context, Request, Ask], None] = _nothing
    words: Mapping[str, Word] = field(default_factory=dict)
    lacks: Callable[[Context, Request, Ask], bool] = lambda _context, _request, _ask: False
    lapses: Mapping[str, Callable[[Context, Request], None]] = field(default_factory=dict)
    matter: str = "request.matter"
    refusals: tuple[str, ...] = ("no_stock", "reserved", "no_hands", "other")
    shown_to: tuple[Purpose, ...] = ()
    cost_rules: Callable[[Context, Request], Sequence[CostRule]] = lambda _context, _request: ()
    draft: Callable[[Context, Mapping[str, str]], None] | None = None
    calls: frozenset[Side] = frozenset({"requester"})
    bound_for: Side = "requester"
    provider: Side = "owner"
    promise: Callable[[Context, Request], datetime] = _by_the_cap
    note_eta: Callable[[Context, Request, datetime], None] | None = None
    line_at: Callable[[Context, Request, datetime, datetime], datetime] = lambda _context, _request, _after, usual: (
        usual
    )
    asks_eta: bool = False
    forget: Callable[[Context, Request], None] = _nothing
    command: str = ""
    same: Callable[[Context, Request, Request], bool] = lambda _context, _request, _other: False
    changes: Mapping[str, Change] = field(default_factory=dict)
    reopened: Callable[[Context, Request], None] | None = None
    numbers: tuple[str, ...] = ()

    def step(self, name: str) -> StepKind:
        """Return the step of this name."""
        return next(step for step in self.steps if step.name == name)

    def find_step(self, name: str) -> StepKind | None:
        """Find the step of this name; none of the whole, and of what comes before the acceptance."""
        return next((step for step in self.steps if step.name == name), None)


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


def store_on(request: Request, side: Side) -> int | None:
    """Return the store on a side of a request; the owner's is None while there is none."""
    return request.owner_store_id if side == "owner" else request.store_id


def all_kinds() -> Sequence[Kind]:
    """Return every kind, in the order they were declared."""
    return tuple(_kinds.values())
