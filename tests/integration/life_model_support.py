"""The life of supports as PROGRAMME.md tells it, in plain Python: a technician's time, two managers, one visit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import ClassVar

from tests.integration.life_model import ASKERS, LEADERS, MINUTE, SHENZHEN, Life, Rung, Someone
from tests.integration.life_model_kinds import Interval, KindLife, KindWorld

STAFF = ASKERS | {"technician"}
AGREED = frozenset({"time", "cost", "travel"})
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# seen, answer, -, -, a line for the customer: minutes; the same however urgent
CLOCKS = (15, 30, 0, 0, 24 * 60)


NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class SupportLife(KindLife):
    """A support of one visit."""

    visit: Interval = (NEVER, NEVER)
    agreed: dict[str, set[str]] = field(default_factory=lambda: {"giver": set(), "host": set()})
    ticked: dict[str, set[str]] = field(default_factory=lambda: {"giver": set(), "host": set()})
    posted: bool = False
    post_at: datetime | None = None
    rated: dict[str, int] = field(default_factory=dict)
    show_at: datetime | None = None
    shown: bool = False

    def minutes(self, which: int) -> timedelta:
        return CLOCKS[which] * MINUTE


def here(day: datetime, at: time, days: int = 0) -> datetime:
    """Return a time of Shenzhen's day so many days from an instant's."""
    return datetime.combine((day + SHENZHEN).date() + timedelta(days=days), at, UTC) - SHENZHEN


class SupportWorld(KindWorld):
    """Supports between three stores; `kilometres(life)` is how far the technician comes, as the card shows it."""

    kilometres: Callable[[KindLife], float]
    ladders: ClassVar[Mapping[str, tuple[tuple[int, str], ...]]] = {
        "seen": (),
        "answer": ((0, "region"),),
        "agree": ((30, "region"),),
        "agree_host": ((30, "region"),),
        "prepare": ((0, "region"),),
        "prepare_host": ((0, "region"),),
        "arrive": ((45, "region"),),
        "work": ((120, "region"),),
        "visit": ((0, "region"),),
        "record": ((180, "finance"), (1440, "region")),
        "unfilled": ((0, "region"), (15, "hq")),
    }
    paths: ClassVar[Mapping[str, frozenset[str]]] = {
        "asking": frozenset({"accepted", "unfilled", "withdrawn", "closed"}),
        "unfilled": frozenset({"accepted", "withdrawn", "closed"}),
        "accepted": frozenset({"confirmed", "asking", "withdrawn", "closed"}),
        "confirmed": frozenset({"arrived", "asking", "withdrawn", "closed"}),
        "arrived": frozenset({"done"}),
        "done": frozenset({"recorded"}),
        "recorded": frozenset(),
        "withdrawn": frozenset(),
        "closed": frozenset(),
    }
    whole = "visit"
    fixed: ClassVar[frozenset[str]] = frozenset({"prepare", "prepare_host", "arrive"})
    steps = ("agree", "agree_host", "prepare", "prepare_host", "arrive", "work", "record")
    earned = 5
    returnable: ClassVar[frozenset[str]] = frozenset({"accepted", "confirmed"})

    # Asking

    def posts(self, person: Someone, request: int, visit: Interval, waits: bool) -> SupportLife:
        assert person.store is not None
        life = SupportLife(request, person.store, "", waits, 1, self.now, visit=visit)
        self.lives[request] = life
        self._begin(life, "visit", life.store, visit[1] + 2 * HOUR, 0)
        life.rungs.append(Rung(self.now + DAY, "region", 0))
        self._ask_next(life)
        return life

    def can_take(self, life: KindLife, store: int) -> bool:
        assert isinstance(life, SupportLife)
        return self.is_free(store, life.visit, but=life)

    def asked(self, life: KindLife, store: int) -> None:
        self.takes(life, store)

    def unasked(self, life: KindLife) -> None:
        self.lets_go(life)

    def takes(self, life: KindLife, store: int) -> None:
        assert isinstance(life, SupportLife)
        life.taken = (store, life.visit)

    def lets_go(self, life: KindLife) -> None:
        assert isinstance(life, SupportLife)
        life.taken, life.posted, life.post_at = None, False, None
        life.agreed = {"giver": set(), "host": set()}
        life.ticked = {"giver": set(), "host": set()}

    def begins(self, life: KindLife, store: int, turn: int) -> None:
        self._begin(life, "agree", store, self.now + HOUR, turn)
        self._begin(life, "agree_host", life.store, self.now + HOUR, turn)

    # Agreeing

    def may_speak(self, person: Someone, life: SupportLife, side: str, roles: frozenset[str]) -> None:
        store = life.owner if side == "giver" else life.store
        self.need(person.role in roles and store is not None and person.store == store)

    def may_agree(self, person: Someone, life: SupportLife, side: str) -> None:
        self.may_speak(person, life, side, LEADERS)
        self.need(life.state == "accepted")
        self.need(life.agreed[side] != AGREED)

    def agrees(self, person: Someone, life: SupportLife, side: str, item: str) -> None:
        self.may_agree(person, life, side)
        new = (AGREED if item == "all" else {item}) - life.agreed[side]
        self.need(bool(new))
        life.agreed[side] |= new
        if life.agreed[side] != AGREED:
            return
        both = life.agreed["giver"] == life.agreed["host"] == AGREED
        if both:
            self._to(life, "confirmed")
        self._end(life, "agree" if side == "giver" else "agree_host")
        if both:
            self._confirm(life)

    def _confirm(self, life: SupportLife) -> None:
        ask, (starts, _) = life.open_ask, life.visit
        assert ask is not None and life.owner is not None
        due = here(starts, time(18), -1)
        if due - self.now < HOUR:
            due = max(min(self.now + HOUR, starts), self.now + MINUTE)
        self._begin(life, "prepare", life.owner, due, ask.rank)
        self._begin(life, "prepare_host", life.store, due, ask.rank)
        self._begin(life, "arrive", life.owner, max(starts, self.now) + 15 * MINUTE, ask.rank)
        life.prompts += life.waits
        life.post_at = here(starts, time(10), -1)
        if life.post_at <= self.now:
            self._post(life)

    def _post(self, life: SupportLife) -> None:
        life.posted, life.post_at = True, None

    def _due(self, life: KindLife) -> list[tuple[datetime, int, Callable[[], None]]]:  # type: ignore[override]
        assert isinstance(life, SupportLife)
        found = super()._due(life)
        if life.post_at is not None and not life.ended:
            found.append((life.post_at, 3, lambda: self._post(life)))
        if life.show_at is not None:
            found.append((life.show_at, 3, lambda: self._show(life)))
        return found

    def line_at(self, life: Life, after: datetime) -> datetime:
        """Say when the customer's next line comes: as the expert sets out, then every half hour of the visit."""
        assert isinstance(life, SupportLife)
        usual, sets_out = super().line_at(life, after), life.visit[0] - HOUR
        if after < sets_out:
            return min(usual, sets_out)
        return min(usual, after + HOUR / 2) if after < life.visit[1] else usual

    def _prompt(self, life: KindLife) -> None:  # type: ignore[override]
        if life.state in {"accepted", "confirmed"}:
            super()._prompt(life)
        else:
            life.prompt_at = None

    # Preparing, the day, the end

    def list_of(self, side: str, life: SupportLife) -> set[str]:
        far = {"lodging"} if self.kilometres(life) >= 50 else set[str]()
        return {"work_order", "parts"} if side == "host" else {"tools", "travel"} | far

    def ticks(self, person: Someone, life: SupportLife, side: str, item: str) -> None:
        self.may_speak(person, life, side, STAFF)
        self.need(life.state == "confirmed")
        self.need(item in self.list_of(side, life))
        self.need(life.posted)
        if item in life.ticked[side]:
            return
        life.ticked[side].add(item)
        if life.ticked[side] == self.list_of(side, life):
            self._end(life, "prepare" if side == "giver" else "prepare_host")

    def arrives(self, person: Someone, life: SupportLife) -> None:
        self.need(person.role in STAFF and person.store == life.store)
        self.need(life.state == "confirmed")
        self.need((self.now + SHENZHEN).date() >= (life.visit[0] + SHENZHEN).date())
        ask = life.open_ask
        assert ask is not None and life.owner is not None
        self._to(life, "arrived")
        self._drop(life, "prepare", "prepare_host")
        self._end(life, "arrive")
        self._begin(life, "work", life.owner, max(life.visit[1], self.now) + 2 * HOUR, ask.rank)
        life.prompts += life.waits
        life.post_at = None

    def is_done(self, person: Someone, life: SupportLife) -> None:
        self.need(person.role in STAFF and person.store == life.owner and life.owner is not None)
        self.need(life.state == "arrived")
        ask = life.open_ask
        assert ask is not None
        self.finishes(life)
        self._end(life, "work")
        self._begin(life, "record", life.store, here(self.now, time(18), 1), ask.rank)
        life.show_at = self.now + 72 * HOUR

    def records(self, person: Someone, life: KindLife) -> None:  # type: ignore[override]
        self.need(person.role in ASKERS and person.store == life.store)
        self.need(life.state == "done")
        if life.waits and not life.kept:
            return  # whether the customer was kept is asked once more, and what was written is kept
        self._end(life, "record")
        self._to(life, "recorded")
        life.rungs = []
        life.held_at = life.held_until = None

    def rates(self, person: Someone, life: SupportLife, side: str, score: int) -> None:
        self.may_speak(person, life, side, LEADERS)
        self.need(life.state in {"done", "recorded"})
        self.need(not life.shown)
        life.rated[side] = score
        if len(life.rated) == 2:
            self._show(life)

    def _show(self, life: SupportLife) -> None:
        life.shown, life.show_at = True, None
