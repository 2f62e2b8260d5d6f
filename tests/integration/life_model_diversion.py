"""The life of diversions as PROGRAMME.md tells it, in plain Python: consent first, a bay and a technician, the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import ClassVar

from tests.integration.life_model import ASKERS, LEADERS, MINUTE, REGION, SHENZHEN, Clock, Life, Rung, Someone
from tests.integration.life_model_kinds import KindLife, KindWorld
from tests.integration.life_model_support import here

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# seen, answer, -, -, a line for the customer: minutes
CLOCKS = (5, 10, 0, 0, 30)
FARES = {"car": 0, "taxi": 5_000, "own": 0}
USUAL, CAP = 20_000, 200_000
Place = tuple[int, date]


@dataclass
class Bays:
    """A store's bookings of a day."""

    booked: int
    stated_at: datetime
    taken: int = 0  # of them by diversions to this store


@dataclass
class DiversionLife(KindLife):
    """A customer who would wait too long."""

    consent: str = ""
    finished_at: datetime | None = None
    bay: Place | None = None
    given: Place | None = None  # where one was taken off
    transport: str = ""
    fare: int = 0
    amount: int = 0
    compensation: str = ""
    approval: str = ""
    call: str = ""
    paid: dict[str, int] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)  # "" while it is open

    def minutes(self, which: int) -> timedelta:
        return CLOCKS[which] * MINUTE

    @property
    def complained(self) -> bool:
        return bool(self.complaints) and not self.complaints[-1]

    @property
    def pending(self) -> tuple[str, int, str, int]:
        return self.transport, self.fare, self.compensation, self.amount


class DiversionWorld(KindWorld):
    """Diversions between three stores; `kilometres(one, other)` is the way by road."""

    kilometres: Callable[[int, int], float]
    capacity: int
    bays: dict[Place, Bays]
    ladders: ClassVar[Mapping[str, tuple[tuple[int, str], ...]]] = {
        "seen": (),
        "answer": ((0, "region"),),
        "contact": ((10, "region"),),
        "call": ((10, "region"),),
        "transport": ((15, "region"), (30, "hq")),
        "depart": ((30, "region"),),
        "serve": ((60, "region"),),
        "same_day": ((0, "region"),),
        "complaint": ((0, "region"), (1440, "hq")),
        "record": ((180, "finance"), (1440, "region")),
        "unfilled": ((0, "region"), (15, "hq")),
    }
    paths: ClassVar[Mapping[str, frozenset[str]]] = {
        "consenting": frozenset({"asking", "declined", "withdrawn", "closed"}),
        "asking": frozenset({"accepted", "unfilled", "withdrawn", "closed"}),
        "unfilled": frozenset({"accepted", "withdrawn", "closed"}),
        "accepted": frozenset({"departed", "asking", "withdrawn", "closed"}),
        "departed": frozenset({"arrived", "asking", "closed"}),
        "arrived": frozenset({"done", "closed"}),
        "done": frozenset({"recorded"}),
        "recorded": frozenset({"done"}),  # by a complaint
        "withdrawn": frozenset(),
        "closed": frozenset(),
        "declined": frozenset(),
    }
    whole = "same_day"
    steps = ("call", "transport", "depart", "come", "serve", "record")
    earned = 2
    returnable: ClassVar[frozenset[str]] = frozenset({"accepted", "departed"})

    # Time

    def _break(self, life: Life, clock: Clock) -> None:
        if clock.name == "come":  # nobody's fault: what was taken is given back, and there are no points
            assert isinstance(life, DiversionLife)
            self._pays(life, "transport", life.fare)
            self.stops(life, "closed")
        else:
            super()._break(life, clock)

    def _prompt(self, life: Life) -> None:
        if life.state in {"accepted", "departed"}:
            super()._prompt(life)
        else:
            life.prompt_at = None

    def today(self) -> date:
        return (self.now + SHENZHEN).date()

    def way(self, life: KindLife, store: int) -> timedelta:
        return max(1, round(self.kilometres(life.store, store) / 40 * 60)) * MINUTE

    # Asking

    def has_bay(self, store: int) -> bool:
        row = self.bays.get((store, self.today()))
        return row is None or row.booked < self.capacity

    def is_offered(self, store: int) -> bool:
        """A bay is free, and what is said of the day is not older than twelve hours."""
        row = self.bays.get((store, self.today()))
        return self.has_bay(store) and (row is None or self.now - row.stated_at <= 12 * HOUR)

    def may_be_asked(self, life: KindLife, store: int) -> bool:
        return self.is_offered(store)

    def visit(self, life: KindLife, store: int) -> tuple[datetime, datetime]:
        arrives = self.now + 30 * MINUTE + self.way(life, store)
        return arrives, arrives + 2 * HOUR

    def can_take(self, life: KindLife, store: int) -> bool:
        return self.has_bay(store) and self.is_free(store, self.visit(life, store), but=life)

    def posts(self, person: Someone, request: int) -> None:
        assert person.store is not None
        life = DiversionLife(request, person.store, "", True, 1, self.now, state="consenting")
        self.lives[request] = life
        cap = here(self.now, time(21))
        self._begin(life, "same_day", life.store, cap if cap > self.now else cap + DAY, 0)
        self._begin(life, "contact", life.store, self.now + 5 * MINUTE, 0)
        life.rungs.append(Rung(self.now + DAY, "region", 0))

    def chooses(self, person: Someone, life: DiversionLife, choice: str) -> None:
        self.need(person.role in ASKERS and person.store == life.store)
        self.need(life.state == "consenting")
        life.consent = choice
        self._end(life, "contact")
        if choice == "wait":
            self.stops(life, "declined")
            return
        self._to(life, "asking")
        self._ask_next(life)

    def takes(self, life: KindLife, store: int) -> None:
        assert isinstance(life, DiversionLife)
        life.taken = (store, self.visit(life, store))
        life.bay = (store, self.today())
        bay = self.bays.setdefault(life.bay, Bays(0, self.now))
        bay.booked, bay.taken = bay.booked + 1, bay.taken + 1
        sender = self.bays.get((life.store, self.today()))
        life.given = None
        if sender is not None and sender.booked > sender.taken:  # what came to it is not its own to give
            sender.booked -= 1
            life.given = (life.store, self.today())

    def lets_go(self, life: KindLife) -> None:
        assert isinstance(life, DiversionLife)
        if life.bay is not None:
            bay = self.bays[life.bay]
            bay.booked, bay.taken = bay.booked - 1, bay.taken - 1
        if life.given is not None:
            self.bays[life.given].booked += 1
        life.taken = life.bay = life.given = None
        life.transport = life.compensation = life.approval = life.call = ""
        life.fare = life.amount = 0

    def begins(self, life: KindLife, store: int, turn: int) -> None:
        self._begin(life, "call", store, self.now + 10 * MINUTE, turn)
        self._begin(life, "transport", life.store, self.now + 30 * MINUTE, turn)

    # The way there

    def _may(self, person: Someone, life: DiversionLife, store: int | None, *states: str) -> None:
        self.need(person.role in ASKERS and store is not None and person.store == store)
        self.need(life.state in states)

    def _turn(self, life: DiversionLife) -> int:
        ask = life.open_ask
        assert ask is not None
        return ask.rank

    def may_call(self, person: Someone, life: DiversionLife) -> None:
        self._may(person, life, life.owner, "accepted", "departed", "arrived", "done")

    def calls(self, person: Someone, life: DiversionLife, outcome: str) -> None:
        self.may_call(person, life)
        self.need(life.call != "reached")
        if not life.call:
            self._end(life, "call")
        life.call = outcome

    def may_arrange(self, person: Someone, life: DiversionLife) -> None:
        self._may(person, life, life.store, "accepted")

    def arranges(self, person: Someone, life: DiversionLife, transport: str, compensation: str, amount: int) -> None:
        self.may_arrange(person, life)
        life.transport, life.fare = transport, FARES[transport]
        life.compensation, life.amount = compensation, amount
        life.approval = "pending" if amount > CAP else ""
        if any(clock.name == "transport" and not clock.ended for clock in life.clocks):
            self._end(life, "transport")
            self._begin(life, "depart", life.store, self.now + 30 * MINUTE, self._turn(life))

    def may_approve(self, person: Someone, life: DiversionLife, asked: tuple[str, int, str, int]) -> None:
        self.need(person.role == "hq")
        self.need(life.approval == "pending" and life.state == "accepted" and life.pending == asked)

    def departs(self, person: Someone, life: DiversionLife) -> None:
        self.may_arrange(person, life)
        self.need(bool(life.transport) and life.approval in {"", "approved"})
        assert life.owner is not None
        self._to(life, "departed")
        self._end(life, "depart")
        life.prompts += 1
        self._begin(life, "come", life.owner, self.now + self.way(life, life.owner) + HOUR, self._turn(life))

    def arrives(self, person: Someone, life: DiversionLife) -> None:
        self._may(person, life, life.owner, "departed")
        assert life.owner is not None
        self._to(life, "arrived")
        self._end(life, "come")
        life.prompts += 1
        self._begin(life, "serve", life.owner, self.now + 3 * HOUR, self._turn(life))

    def may_turn_back(self, person: Someone, life: DiversionLife) -> None:
        self.need(person.role in ASKERS and person.store in {life.store, life.owner})
        self.need(life.state in {"departed", "arrived"})

    def turns_back(self, person: Someone, life: DiversionLife) -> None:
        self.may_turn_back(person, life)
        self._pays(life, "transport", life.fare)
        self.stops(life, "closed")

    # The end

    def may_serve(self, person: Someone, life: DiversionLife) -> None:
        self._may(person, life, life.owner, "arrived")

    def serves(self, person: Someone, life: DiversionLife, kept: str) -> None:
        self.may_serve(person, life)
        assert life.owner is not None
        life.kept, life.finished_at = kept, self.now
        self.finishes(life)
        self._pays(life, "transport", life.fare)
        self._pays(life, "compensation", life.amount)
        self._end(life, "serve")
        life.taken = None  # who is done can be booked again; the bay's customer was there
        self._begin(life, "record", life.owner, here(self.now, time(18), 1), self._turn(life))

    def _pays(self, life: DiversionLife, what: str, amount: int) -> None:
        if amount:
            life.paid.setdefault(f"cost.{what}", amount)

    def may_record(self, person: Someone, life: DiversionLife) -> None:
        self.need(person.role in LEADERS)
        self._may(person, life, life.owner, "done")
        self.need(life.running("record") is not None)
        self.need(bool(life.call))

    def records(self, person: Someone, life: Life) -> None:
        assert isinstance(life, DiversionLife)
        self.may_record(person, life)
        self._end(life, "record")
        if not life.complained:
            self._is_recorded(life)

    def _is_recorded(self, life: DiversionLife) -> None:
        self._to(life, "recorded")
        life.rungs = []
        life.held_at = life.held_until = None

    # A complaint

    def complains(self, person: Someone, life: DiversionLife) -> None:
        self.need(person.role in ASKERS | REGION)
        party = person.store is not None and person.store in {life.store, life.owner}
        self.need(party or self._oversees(person))
        self.need(life.state in {"done", "recorded"})
        assert life.finished_at is not None and life.owner is not None
        self.need(self.now - life.finished_at < 7 * DAY)
        self.need(not life.complained)
        life.complaints.append("")
        life.state = "done"
        self._begin(life, "complaint", life.owner, self.now + DAY, len(life.complaints))

    def resolves(self, person: Someone, life: DiversionLife, outcome: str) -> None:
        self.need(person.role in REGION)
        self.need(self._oversees(person))
        self.need(life.complained)
        life.complaints[-1] = outcome
        self._end(life, "complaint")
        if life.running("record") is None:
            self._is_recorded(life)

    def points_of(self, life: DiversionLife) -> int:
        """What stands of the points now: held while a complaint is open, back for good where it was upheld."""
        return self.earned if life.finished and not life.complained and "upheld" not in life.complaints else 0
