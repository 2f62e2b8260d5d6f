"""The life of transfers and activations as PROGRAMME.md tells it, in plain Python: no database, no rule of ours.

`World` is the network; each request is a `Life`. What the model cannot know, which of several eligible stores ranks
first, it is told by `observed`; that the store was eligible it checks itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Literal

LEADERS = frozenset({"store_manager", "deputy"})
ASKERS = LEADERS | {"advisor"}
REGION = frozenset({"region_manager", "hq"})
BOOKKEEPERS = LEADERS | {"finance", "hq"}

MINUTE = timedelta(minutes=1)
# seen, answer, ship, the whole, a line for the customer: minutes
CLOCKS = {"urgent": (5, 10, 45, 120, 30), "today": (15, 30, 120, 480, 120), "normal": (30, 120, 480, 1440, 480)}
CLOCKS["dead"] = (60, 240, 480, 1440, 30)
SHORT_WITHIN = timedelta(days=30)
RECORD_AT = time(18, 0)
SHENZHEN = timedelta(hours=8)

# Who hears, so long after the limit: the store itself is called on the card and not counted here.
LADDERS: dict[str, tuple[tuple[int, str], ...]] = {
    "seen": (),
    "answer": ((0, "region"),),
    "ship": ((0, "region"), (30, "hq")),
    "receive": ((30, "region"), (60, "hq")),
    "deliver": ((0, "region"),),
    "record": ((180, "finance"), (1440, "region")),
    "unfilled": ((0, "region"), (15, "hq")),
}

# The one life: from where to where.
PATHS = {
    "asking": {"accepted", "unfilled", "withdrawn", "closed"},
    "accepted": {"shipped", "asking", "withdrawn", "closed"},
    "shipped": {"received", "asking"},
    "unfilled": {"accepted", "withdrawn", "closed"},
    "received": {"recorded"},
    "recorded": set[str](),
    "withdrawn": set[str](),
    "closed": set[str](),
}


class No(Exception):
    """What was tried is not done: `refused` (who or when is wrong) or `bad` (what was said is)."""

    def __init__(self, kind: Literal["refused", "bad"]) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True)
class Someone:
    """A person: role and place."""

    id: int
    name: str
    role: str
    store: int | None
    region: int | None


@dataclass
class Clock:
    """A step's clock: whose, until when, broken or not."""

    name: str
    turn: int
    store: int
    due: datetime
    broken: bool = False
    ended: bool = False


@dataclass
class Asked:
    """One store that was asked."""

    rank: int
    store: int
    state: str = "pending"
    seen: bool = False


@dataclass
class Rung:
    """Somebody who hears later if there is still a cause: the clock still runs, or this unfilled spell lasts."""

    at: datetime
    target: str
    cause: Clock | int


@dataclass
class Life:
    """One transfer, or an activation: that goes `outward`, from who asks to who accepts, and has clocks of its own."""

    id: int
    store: int
    urgency: str
    waits: bool
    asked: int
    opened: datetime
    state: str = "asking"
    owner: int | None = None
    accepted: int = 0
    shipped: int = 0
    received: int = 0
    lost: int = 0
    cancelled: int = 0
    asks: list[Asked] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    rungs: list[Rung] = field(default_factory=list)
    told: list[tuple[datetime, str]] = field(default_factory=list)
    spell: int = 0  # how often it became unfilled
    prompt_at: datetime | None = None
    prompts: int = 0
    finished: bool = False
    kept: str = ""
    outward: bool = False

    @property
    def giver(self) -> int | None:
        return self.store if self.outward else self.owner

    @property
    def taker(self) -> int | None:
        return self.owner if self.outward else self.store

    @property
    def ended(self) -> bool:
        return self.state in {"recorded", "withdrawn", "closed"}

    @property
    def open_ask(self) -> Asked | None:
        return next((ask for ask in self.asks if ask.state in {"pending", "seen", "accepted"}), None)

    @property
    def to_answer(self) -> Asked | None:
        ask = self.open_ask
        return ask if ask is not None and ask.state != "accepted" else None

    def running(self, name: str) -> Clock | None:
        return next((clock for clock in self.clocks if clock.name == name and not clock.ended), None)

    def minutes(self, which: int) -> timedelta:
        return self.table[which] * MINUTE

    @property
    def table(self) -> tuple[int, ...]:
        return CLOCKS["dead" if self.outward else self.urgency]


@dataclass
class World:
    """Stock, people and requests; `observed(request, rank)` says which store was asked as the nth, if any."""

    stores: tuple[int, ...]
    region: int
    stock: dict[int, int]
    leaders: dict[int, tuple[int, ...]]
    observed: Callable[[int, int], int | None]
    now: datetime
    lives: dict[int, Life] = field(default_factory=dict)
    away: dict[int, datetime] = field(default_factory=dict)
    lost: int = 0
    points: dict[int, int] = field(default_factory=dict)  # request → store
    made_up: int = 0  # pieces that a table did not know of when they were sent

    # Time

    def passes(self, end: datetime) -> None:
        """Let everything happen that is due until then, in order."""
        while True:
            due = [(at, place, do) for life in self.lives.values() for at, place, do in self._due(life) if at <= end]
            if not due:
                break
            at, _, do = min(due, key=lambda one: one[:2])
            self.now = max(self.now, at)
            do()
        self.now = end

    def _due(self, life: Life) -> list[tuple[datetime, int, Callable[[], None]]]:
        if life.ended:
            return []
        found: list[tuple[datetime, int, Callable[[], None]]] = [
            (clock.due, 0, partial(self._break, life, clock))
            for clock in life.clocks
            if not clock.ended and not clock.broken
        ]
        found += [(rung.at, 1, partial(self._hear, life, rung)) for rung in life.rungs]
        if life.prompt_at is not None:
            found.append((life.prompt_at, 2, partial(self._prompt, life)))
        return found

    def _break(self, life: Life, clock: Clock) -> None:
        clock.broken = True
        self._climb(life, clock.name, clock.due, clock)
        ask = life.to_answer
        if clock.name == "seen" and ask is not None:
            self._begin(life, "answer", ask.store, clock.due + life.minutes(1), ask.rank)
        if clock.name == "answer" and ask is not None:
            while life.rungs and life.rungs[0].at <= clock.due:  # the region hears first
                self._hear(life, life.rungs[0])
            self._take_back(life, "expired")
            self._ask_next(life)

    def _climb(self, life: Life, ladder: str, since: datetime, cause: Clock | int) -> None:
        life.rungs += [Rung(since + wait * MINUTE, target, cause) for wait, target in LADDERS[ladder]]
        life.rungs.sort(key=lambda rung: rung.at)

    def _hear(self, life: Life, rung: Rung) -> None:
        life.rungs.remove(rung)
        if isinstance(rung.cause, Clock):
            wanted = not rung.cause.ended
        elif rung.cause == 0:
            wanted = life.state in {"asking", "unfilled"}
        else:
            wanted = life.state == "unfilled" and rung.cause == life.spell
        if wanted:
            life.told.append((rung.at, rung.target))

    def _prompt(self, life: Life) -> None:
        assert life.prompt_at is not None
        life.prompts += 1
        life.prompt_at += life.minutes(4)

    def _begin(self, life: Life, name: str, store: int, due: datetime, turn: int) -> None:
        life.clocks.append(Clock(name, turn, store, due))

    def _end(self, life: Life, *names: str) -> None:
        for clock in life.clocks:
            if clock.name in names:
                clock.ended = True

    def _to(self, life: Life, state: str) -> None:
        assert state in PATHS[life.state], f"{life.state} → {state} is no path of the life"
        life.state = state

    # Asking

    def activates(self, person: Someone, request: int, quantity: int, target: int) -> None:
        """Offer what lies here to the store that was picked, then to whoever is short of it."""
        self.opens(person, request, quantity, "normal", False, picked=target)

    def opens(
        self, person: Someone, request: int, quantity: int, urgency: str, waits: bool, picked: int | None = None
    ) -> Life:
        assert person.store is not None
        life = Life(request, person.store, urgency, waits, quantity, self.now, outward=picked is not None)
        self.lives[request] = life
        self._begin(life, "deliver", life.store, self.now + life.minutes(3), 0)
        life.rungs.append(Rung(self.now + timedelta(hours=24), "region", 0))
        self._ask_next(life, picked)
        return life

    def is_urgent(self, store: int, waits: bool) -> bool:
        """The customer waits, we have none, a neighbour has."""
        return waits and not self.stock[store] and any(self.can_give(other) for other in self.stores if other != store)

    def can_give(self, store: int) -> bool:
        return self.left(store) - 1 >= 1

    def left(self, store: int) -> int:
        """What a store has and has not promised."""
        promised = sum(
            life.accepted - life.received - life.lost - life.cancelled
            for life in self.lives.values()
            if life.giver == store and life.state in {"accepted", "shipped"}
        )
        return self.stock[store] - promised

    def is_short(self, store: int) -> bool:
        """It asked for more lately than it has now."""
        asked = [
            life.asked
            for life in self.lives.values()
            if life.store == store and not life.outward and life.opened >= self.now - SHORT_WITHIN
        ]
        return bool(asked) and max(sum(asked), 1) > self.stock[store]

    def _eligible(self, life: Life) -> set[int]:
        asked = {ask.store for ask in life.asks}
        return {
            store
            for store in self.stores
            if store not in asked
            and store != life.store
            and (self.is_short(store) if life.outward else self.can_give(store))
            and self._is_there(store)
        }

    def _is_there(self, store: int) -> bool:
        return any(self.away.get(leader, self.now) <= self.now for leader in self.leaders[store])

    def _ask_next(self, life: Life, picked: int | None = None) -> None:
        eligible, rank = self._eligible(life), len(life.asks) + 1
        if picked is not None and self._is_there(picked):
            eligible = {picked}
        if not eligible:
            # An nth ask that stands there all the same is the region's, which may name anybody.
            life.spell += 1
            self._to(life, "unfilled")
            self._climb(life, "unfilled", self.now, life.spell)
            return
        chosen = self.observed(life.id, rank)
        assert chosen in eligible, f"asked {chosen}, could be asked: {sorted(eligible)}"
        life.asks.append(Asked(rank, chosen))
        self._begin(life, "seen", chosen, self.now + life.minutes(0), rank)

    def _take_back(self, life: Life, state: str) -> None:
        ask = life.to_answer
        if ask is not None:
            ask.state = state
        self._end(life, "seen", "answer")

    # Who may what

    def _leads(self, person: Someone, store: int | None) -> bool:
        return person.role in LEADERS and store is not None and person.store == store

    def _oversees(self, person: Someone) -> bool:
        return person.role == "hq" or (person.role == "region_manager" and person.region == self.region)

    @staticmethod
    def need(holds: bool, kind: Literal["refused", "bad"] = "refused") -> None:
        if not holds:
            raise No(kind)

    def may_answer(self, person: Someone, life: Life, ask: Asked) -> None:
        self.need(self._leads(person, ask.store))
        self.need(life.state in {"asking", "unfilled"})
        self.need(life.state == "unfilled" or ask.state in {"pending", "seen"})

    def may_receive(self, person: Someone, life: Life) -> None:
        clock = life.running("receive")
        overdue = clock is not None and clock.broken and self._oversees(person)
        self.need(overdue or (person.role in ASKERS and life.taker is not None and person.store == life.taker))
        self.need(life.state == "shipped")

    def may_give(self, person: Someone, life: Life, roles: frozenset[str], *states: str) -> None:
        self.need(person.role in roles and life.giver is not None and person.store == life.giver)
        self.need(life.state in states)

    def may_give_back(self, person: Someone, life: Life) -> None:
        """Who has accepted can take that back; what is sent to him he receives first."""
        self.need(person.role in LEADERS and life.owner is not None and person.store == life.owner)
        self.need(life.state in ({"accepted"} if life.outward else {"accepted", "shipped"}))

    def may_order(self, person: Someone, life: Life, *states: str) -> None:
        self.need(self._oversees(person))
        self.need(life.state in states)

    # Answers

    def sees(self, person: Someone, life: Life, ask: Asked) -> None:
        self.may_answer(person, life, ask)
        self.need(ask.state in {"pending", "seen"})
        self._see(life, ask)

    def _see(self, life: Life, ask: Asked) -> None:
        if not ask.seen:
            ask.seen = True
            ask.state = "seen"
            self._end(life, "seen")
            if life.running("answer") is None:
                self._begin(life, "answer", ask.store, self.now + life.minutes(1), ask.rank)

    def accepts(self, person: Someone, life: Life, ask: Asked, quantity: int | None) -> None:
        self.may_answer(person, life, ask)
        self.need(ask.state in ({"pending", "seen"} if life.state == "asking" else {"expired", "refused"}))
        self.need(quantity is None or 1 <= quantity <= life.asked, "bad")
        if ask.state in {"pending", "seen"}:
            self._see(life, ask)
            self._end(life, "answer")
        self._owned(life, ask, life.asked if quantity is None else quantity)

    def _owned(self, life: Life, ask: Asked, quantity: int) -> None:
        ask.state = "accepted"
        self._to(life, "accepted")
        life.owner, life.accepted = ask.store, quantity
        assert life.giver is not None
        self._begin(life, "ship", life.giver, self.now + life.minutes(2), ask.rank)
        if life.waits:
            life.prompts += 1
            life.prompt_at = self.now + life.minutes(4)

    def refuses(self, person: Someone, life: Life, ask: Asked) -> None:
        self.may_answer(person, life, ask)
        self.need(ask.state in {"pending", "seen"})
        self._see(life, ask)
        self._end(life, "answer")
        ask.state = "refused"
        self._ask_next(life)

    def assigns(self, person: Someone, life: Life, store: int) -> None:
        self.need(person.role in REGION)
        self.need(self._oversees(person))
        self.need(store != life.store, "bad")
        self.need(life.state in {"asking", "unfilled"})
        self._take_back(life, "cancelled")
        ask = Asked(len(life.asks) + 1, store, seen=True)
        life.asks.append(ask)
        self._owned(life, ask, life.asked)

    # Doing

    def ships(self, person: Someone, life: Life, quantity: int | None) -> None:
        self.may_give(person, life, ASKERS, "accepted", "shipped")
        left = life.accepted - life.shipped - life.cancelled
        self.need(left > 0)
        self.need(quantity is None or 1 <= quantity <= left, "bad")
        life.shipped += left if quantity is None else quantity
        if life.state == "accepted":
            self._to(life, "shipped")
            self._end(life, "ship")
            life.prompts += life.waits
            ask = life.open_ask
            assert ask is not None and life.taker is not None
            seen, answer, ship, whole, _ = life.table
            travel = self.now + (whole - seen - answer - ship) * MINUTE
            self._begin(life, "receive", life.taker, max(life.opened + whole * MINUTE, travel), ask.rank)

    def receives(self, person: Someone, life: Life, quantity: int | None) -> None:
        """Take what arrived in order (None: all that is on its way)."""
        self.may_receive(person, life)
        left = life.shipped - life.received - life.lost
        self.need(left > 0)
        self.need(quantity is None or 1 <= quantity <= left, "bad")
        self._book(life, left if quantity is None else quantity, 0)

    def differs(self, person: Someone, life: Life, good: int | None, code: str) -> None:
        """Take so many in order; what is short may still come, what is damaged or wrong is lost."""
        self.may_receive(person, life)
        left = life.shipped - life.received - life.lost
        self.need(left > 0)
        self.need(good is not None and 0 <= good <= left and code in {"short", "damaged", "wrong"}, "bad")
        assert good is not None
        self._book(life, good, 0 if code == "short" else left - good)

    def _book(self, life: Life, good: int, lost: int) -> None:
        life.received += good
        life.lost += lost
        assert life.giver is not None and life.taker is not None
        self.made_up += max(0, good + lost - self.stock[life.giver])
        self.stock[life.giver] = max(0, self.stock[life.giver] - good - lost)
        self.stock[life.taker] += good
        self.lost += lost
        self._finish_if_whole(life)

    def cancels_rest(self, person: Someone, life: Life) -> None:
        self.may_receive(person, life)
        rest = self.rest(life)
        self.need(rest > 0)
        life.cancelled += rest
        self._finish_if_whole(life)

    def rest(self, life: Life) -> int:
        """What is on its way cannot be called off; after a first receipt what is missing can be given up."""
        if life.received + life.lost:
            return life.accepted - life.received - life.lost - life.cancelled
        return life.accepted - life.shipped - life.cancelled

    def _finish_if_whole(self, life: Life) -> None:
        if life.accepted > life.received + life.lost + life.cancelled:
            return
        ask = life.open_ask
        assert ask is not None and life.giver is not None
        self._to(life, "received")
        self._end(life, "deliver", "receive", "ship")
        life.prompt_at, life.finished = None, True
        if life.received:
            self.points[life.id] = life.giver
        here = (self.now + SHENZHEN).date() + timedelta(days=1)
        due = datetime.combine(here, RECORD_AT, UTC) - SHENZHEN
        self._begin(life, "record", life.giver, due, ask.rank)

    def cannot(self, person: Someone, life: Life) -> None:
        self.may_give_back(person, life)
        self.need(not life.received + life.lost)  # what arrived stays his; the rest is the requester's to cancel
        ask = life.open_ask
        assert ask is not None and life.owner is not None
        for clock in life.clocks:
            if clock.name in {"ship", "receive"} and not clock.ended:
                clock.store, clock.broken, clock.ended = life.owner, True, True
        ask.state = "broken"
        life.owner, life.prompt_at = None, None
        life.asked -= life.cancelled
        life.accepted = life.shipped = life.cancelled = 0
        self._to(life, "asking")
        self._ask_next(life)

    def stops(self, life: Life, state: str) -> None:
        self._to(life, state)
        self._take_back(life, "cancelled")
        if life.open_ask is not None:
            life.open_ask.state = "cancelled"
        for clock in life.clocks:
            clock.ended = True
        life.prompt_at = None
        life.rungs = []
        if life.owner is not None:
            life.asked -= life.cancelled
            life.accepted = life.shipped = life.cancelled = 0

    def withdraws(self, person: Someone, life: Life) -> None:
        self.need(person.role in ASKERS and person.store == life.store)
        self.need(life.state in {"asking", "accepted", "unfilled"})
        self.stops(life, "withdrawn")

    def records(self, person: Someone, life: Life) -> None:
        self.need(person.role in BOOKKEEPERS)
        self.need(person.role not in LEADERS or person.store in {life.store, life.owner})
        self.need(life.state == "received")
        if life.waits and not life.kept:
            return  # whether the customer was kept is asked once more, and nothing else happens
        self._to(life, "recorded")
        self._end(life, "record")
        life.rungs = []

    def extends(self, person: Someone, life: Life, by: timedelta) -> None:
        self.need(person.role in LEADERS | REGION)
        clocks = [c for c in life.clocks if not c.ended and not c.broken and c.name != "deliver"]
        self.need(bool(clocks))
        clock = clocks[-1]
        waits = self._leads(person, life.store) and clock.store != life.store
        self.need(waits or self._oversees(person))
        clock.due += by
