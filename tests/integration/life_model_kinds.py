"""What supports and diversions have in common beyond the engine's life: steps as data, and a hold.

`KindWorld` takes asking, clocks and escalations from the transfers' `World`; a kind says in its own file what its
steps are, what a promise takes and gives back, and who may do what.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar

from tests.integration.life_model import (
    ASKERS,
    LEADERS,
    MINUTE,
    REGION,
    Asked,
    Clock,
    Life,
    Rung,
    Someone,
    World,
)

Interval = tuple[datetime, datetime]
HALF_HOUR = timedelta(minutes=30)
NOT_TAKEN = frozenset({"consenting", "asking", "unfilled"})


@dataclass
class KindClock(Clock):
    """A step's clock with its beginning: what a hold lasted before that does not count."""

    began: datetime | None = None


@dataclass
class KindLife(Life):
    """A support or a diversion; `taken` is what its promise keeps of a technician's time."""

    held_at: datetime | None = None
    held_until: datetime | None = None
    holds: int = 0
    taken: tuple[int, Interval] | None = None  # of which store's technician

    @property
    def ended(self) -> bool:
        return self.state in {"recorded", "withdrawn", "closed", "declined"}


def touches(one: Interval, two: Interval) -> bool:
    """Say whether two stretches touch the same half hour."""

    def slots(stretch: Interval) -> tuple[int, int]:
        seconds = HALF_HOUR.total_seconds()
        return int(stretch[0].timestamp() // seconds), -int(-stretch[1].timestamp() // seconds)

    (a, b), (c, d) = slots(one), slots(two)
    return a < d and c < b


class KindWorld(World):
    """Requests of one kind; each of the stores has one technician."""

    ladders: ClassVar[Mapping[str, tuple[tuple[int, str], ...]]]
    paths: ClassVar[Mapping[str, frozenset[str]]]
    whole: ClassVar[str]
    fixed: ClassVar[frozenset[str]] = frozenset()
    steps: ClassVar[tuple[str, ...]]  # of the kind, in order
    earned: ClassVar[int]
    returnable: ClassVar[frozenset[str]]

    # Time

    def stands(self, life: KindLife, clock: Clock) -> bool:
        """Say whether a clock stands still because its request is held."""
        since = life.held_at
        return since is not None and not clock.broken and clock.due > since and clock.name not in self.fixed

    def _due(self, life: Life) -> list[tuple[datetime, int, Callable[[], None]]]:
        assert isinstance(life, KindLife)
        if life.ended:
            return []
        found: list[tuple[datetime, int, Callable[[], None]]] = [
            (clock.due, 0, partial(self._break, life, clock))
            for clock in life.clocks
            if not clock.ended and not clock.broken and not self.stands(life, clock)
        ]
        found += [(rung.at, 1, partial(self._hear, life, rung)) for rung in life.rungs]
        if life.prompt_at is not None:
            found.append((life.prompt_at, 2, partial(self._prompt, life)))
        if life.held_until is not None:
            found.append((life.held_until, -1, partial(self.goes_on, life)))
        return found

    def line_at(self, life: Life, after: datetime) -> datetime:
        """Say when the customer's next line comes after one."""
        return after + life.minutes(4)

    def _prompt(self, life: Life) -> None:
        assert life.prompt_at is not None
        life.prompts += 1
        life.prompt_at = self.line_at(life, life.prompt_at)

    def _climb(self, life: Life, ladder: str, since: datetime, cause: Clock | int) -> None:
        life.rungs += [Rung(since + wait * MINUTE, target, cause) for wait, target in self.ladders[ladder]]
        life.rungs.sort(key=lambda rung: rung.at)

    def _to(self, life: Life, state: str) -> None:
        assert state in self.paths[life.state], f"{life.state} → {state} is no path of the life"
        life.state = state

    def _begin(self, life: Life, name: str, store: int, due: datetime, turn: int) -> None:
        life.clocks.append(KindClock(name, turn, store, due, began=self.now))

    def _end(self, life: Life, *names: str) -> None:
        for clock in life.clocks:
            if clock.name in names and not clock.ended:
                self._move(life, clock)
                clock.ended = True
                clock.broken = clock.broken or clock.due <= self.now

    def _drop(self, life: Life, *names: str) -> None:
        """End clocks that nobody has to keep any more: what was not broken is not broken by that."""
        for clock in life.clocks:
            if clock.name in names:
                clock.ended = True

    def _move(self, life: Life, clock: Clock) -> None:
        assert isinstance(life, KindLife) and isinstance(clock, KindClock) and clock.began is not None
        if life.held_at is not None and self.stands(life, clock):
            clock.due += self.now - max(life.held_at, clock.began)

    # A hold

    def holds(self, person: Someone, life: KindLife, by: timedelta) -> None:
        self.need(person.role in LEADERS | REGION)
        self._may_hold(person, life)
        self.need(life.held_at is None and life.holds < 3 and not life.ended)
        running = [clock for clock in life.clocks if not clock.ended and not clock.broken and clock.due > self.now]
        self.need(any(clock.name not in self.fixed | {self.whole} for clock in running))
        life.held_at, life.held_until, life.holds = self.now, self.now + by, life.holds + 1

    def resumes(self, person: Someone, life: KindLife) -> None:
        self.need(person.role in LEADERS | REGION)
        self._may_hold(person, life)
        self.need(life.held_at is not None)
        self.goes_on(life)

    def goes_on(self, life: KindLife) -> None:
        for clock in life.clocks:
            if not clock.ended:
                self._move(life, clock)
        life.held_at = life.held_until = None

    def _may_hold(self, person: Someone, life: KindLife) -> None:
        leads = any(self._leads(person, store) for store in (life.store, life.owner))
        self.need(leads or self._oversees(person))

    # Technicians

    def is_free(self, store: int, stretch: Interval, but: KindLife | None = None) -> bool:
        """Say whether a store's technician has nothing in these half hours."""
        return not any(
            life is not but and life.taken is not None and life.taken[0] == store and touches(life.taken[1], stretch)
            for life in self.lives.values()
            if isinstance(life, KindLife)
        )

    def lets_go(self, life: KindLife) -> None:
        """Give back what the promise took; a kind may have more to give back."""
        life.taken = None

    # Asking and answering, where a kind differs from the transfers

    def can_take(self, life: KindLife, store: int) -> bool:
        """Say whether a store could promise this now."""
        raise NotImplementedError

    def may_be_asked(self, life: KindLife, store: int) -> bool:
        """Say whether a store is one to ask."""
        return self.can_take(life, store)

    def takes(self, life: KindLife, store: int) -> None:
        """Take what a store promises."""
        raise NotImplementedError

    def begins(self, life: KindLife, store: int, turn: int) -> None:
        """Begin the steps that follow the acceptance."""
        raise NotImplementedError

    def asked(self, life: KindLife, store: int) -> None:
        """Take what is held while a store is asked: nothing, unless the kind holds something."""

    def unasked(self, life: KindLife) -> None:
        """Give back what was held for an ask that ended without a promise."""

    def _ask_next(self, life: Life) -> None:
        assert isinstance(life, KindLife)
        super()._ask_next(life)
        if life.state == "asking":
            self.asked(life, life.asks[-1].store)

    def refuses(self, person: Someone, life: Life, ask: Asked) -> None:
        assert isinstance(life, KindLife)
        self.may_answer(person, life, ask)
        self.need(ask.state in {"pending", "seen"})
        self._see(life, ask)
        self._end(life, "answer")
        ask.state = "refused"
        self.unasked(life)
        self._ask_next(life)

    def _eligible(self, life: Life) -> set[int]:
        assert isinstance(life, KindLife)
        asked = {ask.store for ask in life.asks if ask.state != "cancelled"}
        return {
            store
            for store in self.stores
            if store not in asked and store != life.store and self.may_be_asked(life, store)
        }

    def _owned(self, life: Life, ask: Asked, quantity: int) -> None:
        assert isinstance(life, KindLife)
        ask.state = "accepted"
        self._to(life, "accepted")
        life.owner = ask.store
        self.takes(life, ask.store)
        self.begins(life, ask.store, ask.rank)
        if life.waits:
            life.prompts += 1
            life.prompt_at = self.line_at(life, self.now)

    def accepts(self, person: Someone, life: Life, ask: Asked, quantity: int | None) -> None:
        assert isinstance(life, KindLife)
        self.may_answer(person, life, ask)
        self.need(ask.state in ({"pending", "seen"} if life.state == "asking" else {"expired", "refused"}))
        self.need(quantity is None, "bad")
        self.need(self.can_take(life, ask.store))
        super().accepts(person, life, ask, None)

    def assigns(self, person: Someone, life: Life, store: int) -> None:
        assert isinstance(life, KindLife)
        self.need(person.role in REGION)
        self.need(self._oversees(person))
        self.need(store != life.store, "bad")
        self.need(life.state in {"asking", "unfilled"})
        self.need(self.can_take(life, store))
        super().assigns(person, life, store)

    def cannot(self, person: Someone, life: Life) -> None:
        assert isinstance(life, KindLife)
        self.may_give(person, life, LEADERS, *self.returnable)
        ask = life.open_ask
        assert ask is not None and life.owner is not None
        running = [clock for clock in life.clocks if clock.name in self.steps and not clock.ended]
        his = [clock for clock in running if clock.store == life.owner] or running
        for clock in running:
            clock.ended = True
            if clock in his:
                clock.store, clock.broken = life.owner, True
        ask.state = "broken"
        self.lets_go(life)
        life.owner, life.prompt_at = None, None
        life.state = "asking"
        self._ask_next(life)

    def stops(self, life: Life, state: str) -> None:
        assert isinstance(life, KindLife)
        self._to(life, state)
        self._take_back(life, "cancelled")
        if life.open_ask is not None:
            life.open_ask.state = "cancelled"
        for clock in life.clocks:
            clock.ended = True
        self.lets_go(life)
        life.prompt_at, life.rungs = None, []
        life.held_at = life.held_until = None

    def _take_back(self, life: Life, state: str) -> None:
        ask = life.to_answer
        if ask is not None:
            assert isinstance(life, KindLife)
            ask.state = state
            self.unasked(life)
        self._drop(life, "seen", "answer")

    def withdraws(self, person: Someone, life: Life) -> None:
        self.need(person.role in ASKERS and person.store == life.store)
        self.need(life.state in NOT_TAKEN | {"accepted", "confirmed"})
        self.stops(life, "withdrawn")

    def closes(self, person: Someone, life: Life) -> None:
        self.need(person.role in REGION)
        self.may_order(person, life, *self.paths)
        self.need(life.state in NOT_TAKEN | {"accepted", "confirmed"})
        self.stops(life, "closed")

    def finishes(self, life: KindLife) -> None:
        """Note the confirmed end: the points, once, and the clock of the whole."""
        if life.held_at is not None:
            self.goes_on(life)
        self._to(life, "done")
        self._end(life, self.whole)
        life.prompt_at, life.finished = None, True
        assert life.owner is not None
        self.points[life.id] = life.owner
