"""The life of diversions against a model: anybody does anything, at any time, by any button or form ever shown.

Every step goes through the real dispatch on SQLite; `life_model_diversion` says in plain Python what PROGRAMME.md
makes of it. The seed is fixed; `-m soak` runs many more and longer lives.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize

from handlers.chat import Form
from tests.factories import MONDAY
from tests.integration.life_desk import Facts, Template
from tests.integration.life_desk_kinds import CAPACITY, KindDesk, make_template, run
from tests.integration.life_model import ASKERS, REGION, Someone
from tests.integration.life_model_diversion import CAP, USUAL, Bays, DiversionLife, DiversionWorld
from tests.integration.life_model_kinds import KindLife

Filled = tuple[dict[str, str], Callable[[], object]]
VEHICLES = ("宝马X3", "奥迪A4", "大众ID4")

# How far the first has come at the most when a life is looked at.
BEGUN = (
    ("diversion.goes", "requester"),
    ("request.accept", "asked"),
    ("diversion.transport", "requester"),
    ("diversion.depart", "requester"),
    ("diversion.arrive", "owner"),
    ("diversion.serve", "owner"),
    ("diversion.reached", "owner"),
    ("diversion.record", "owner"),
)


@pytest.fixture(scope="module")
def template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Template:
    return make_template(sqlite_template, tmp_path_factory.mktemp("life-diversion"))


class Diversions(KindDesk):
    """Three diversions at the most, of three stores with two bays and one technician each."""

    kind = "diversion"
    letter = "D"
    world: DiversionWorld
    next_acts: ClassVar[dict[str, tuple[tuple[str, str], ...]]] = {
        "consenting": (
            ("diversion.goes", "requester"),
            ("diversion.goes", "requester"),
            ("diversion.waits", "requester"),
        ),
        "asking": (
            ("request.accept", "asked"),
            ("request.accept", "asked"),
            ("request.seen", "asked"),
            ("request.refuse", "asked"),
        ),
        "accepted": (
            *[("diversion.transport", "requester"), ("diversion.depart", "requester")] * 2,
            ("diversion.reached", "owner"),
            ("diversion.not_reached", "owner"),
            ("diversion.approve", "hq"),
            ("request.cannot", "owner"),
        ),
        "departed": (
            *[("diversion.arrive", "owner")] * 3,
            ("diversion.reached", "owner"),
            ("diversion.back", "requester"),
            ("request.cannot", "owner"),
        ),
        "arrived": (
            ("diversion.serve", "owner"),
            ("diversion.serve", "owner"),
            ("diversion.reached", "owner"),
            ("diversion.back", "owner"),
        ),
        "done": (("diversion.reached", "owner"), ("diversion.record", "owner"), ("request.kept", "requester")),
        "unfilled": (("request.accept", "asked"), ("request.withdraw", "requester")),
        "recorded": (),
        "withdrawn": (),
        "closed": (),
        "declined": (),
    }

    def __init__(self) -> None:
        super().__init__()
        old = self.world
        self.world = DiversionWorld(old.stores, old.region, {}, old.leaders, self._observed, self.talk.now)
        self.world.kilometres = self.kilometres
        self.world.capacity = CAPACITY
        self.world.bays = {
            (store, MONDAY.date()): Bays(booked, MONDAY) for store, booked in zip(old.stores, (2, 1, 0), strict=True)
        }

    @initialize(begun=st.integers(0, len(BEGUN)))
    def first(self, begun: int) -> None:
        """Begin with a diversion that has come some way."""
        self.post(self.people[0], 0, 0, True, 0)
        (life,) = self.world.lives.values()
        assert isinstance(life, DiversionLife)
        for action, side in BEGUN[:begun]:
            self._acts(life, action, side, 1, 1, 0)

    def post(self, who: Someone, what: int, when: int, waits: bool, again: int) -> None:
        if who.store == self.network.bk01.id:
            return
        vehicle = VEHICLES[len(self.world.lives)]  # one diversion a customer

        def expected() -> None:
            self.world.need(who.role in ASKERS)
            if any(self.world.is_offered(store) for store in self.world.stores if store != who.store):
                (request,) = self._new_requests()
                self.world.posts(who, request)
            else:
                assert not self._new_requests(), "there is no bay near"

        self._commands(who, f"/divert 保养 等待150分钟 {vehicle} 需要代步车", expected, again)

    def something_else(self, request: int, who: int, right: int, what: int, again: int) -> None:
        """Complain of what was done, or decide a complaint."""
        life = self._life(request)
        assert isinstance(life, DiversionLife)
        if what % 2:
            near = [one for one in self.people if one.store in {life.store, life.owner} and one.role in ASKERS]
            sender = near[who % len(near)] if right % 3 else self._someone(who, None)
            words = f"/complaint {self._label(life)} 机油灯亮"
            self._commands(sender, words, lambda: self.world.complains(sender, life), again)
            return
        judge = self._someone(who, REGION if right % 3 else None)
        outcome, said = (("upheld", "成立"), ("dismissed", "不成立"))[what // 2 % 2]
        words = f"/resolve {self._label(life)} {said} 看过了"
        self._commands(judge, words, lambda: self.world.resolves(judge, life, outcome), again)

    def own_button(
        self, action: str, args: dict[str, Any], who: Someone, life: KindLife
    ) -> Callable[[], object] | None:
        world, need = self.world, self.world.need
        assert isinstance(life, DiversionLife)

        def asked() -> tuple[str, int, str, int]:
            return args["transport"], args["fare"], args["compensation"], args["amount"]

        def approves() -> None:
            world.may_approve(who, life, asked())
            life.approval = "approved"

        def resolving() -> None:
            need(who.role in REGION)
            need(who.role == "hq" or who.region == world.region)
            need(life.complained and len(life.complaints) == args["number"])

        own: dict[str, Callable[[], object]] = {
            "diversion.goes": lambda: world.chooses(who, life, "go"),
            "diversion.waits": lambda: world.chooses(who, life, "wait"),
            "diversion.reached": lambda: world.calls(who, life, "reached"),
            "diversion.not_reached": lambda: world.may_call(who, life),
            "diversion.transport": lambda: world.may_arrange(who, life),
            "diversion.approve": approves,
            "diversion.not_approve": lambda: world.may_approve(who, life, asked()),
            "diversion.depart": lambda: world.departs(who, life),
            "diversion.arrive": lambda: world.arrives(who, life),
            "diversion.back": lambda: world.may_turn_back(who, life),
            "diversion.serve": lambda: world.may_serve(who, life),
            "diversion.record": lambda: world.may_record(who, life),
            "diversion.resolve": resolving,
        }
        return own.get(action)

    def own_form(
        self, form: Form, who: Someone, count: int, code: int
    ) -> tuple[dict[str, str], Callable[[], object]] | None:
        life = self.world.lives.get(int(form.args.get("request", 0)))
        if not isinstance(life, DiversionLife):
            return None
        fill = {
            "diversion.transport": self._arranging,
            "diversion.not_reached": self._not_reaching,
            "diversion.back": self._turning_back,
            "diversion.serve": self._serving,
            "diversion.record": self._recording,
        }.get(form.action)
        return fill(life, who, count, code) if fill is not None else None

    def _arranging(self, life: DiversionLife, who: Someone, count: int, code: int) -> Filled:
        transport, compensation = ("car", "taxi", "own")[count % 3], ("voucher", "cash")[code % 2]
        over = code % 5 == 0
        values = {"transport": transport, "compensation": compensation, "amount": "2000.01" if over else ""}
        amount = CAP + 1 if over else USUAL
        return values, lambda: self.world.arranges(who, life, transport, compensation, amount)

    def _not_reaching(self, life: DiversionLife, who: Someone, _count: int, code: int) -> Filled:
        reason = "无人接听" if code % 5 else ""

        def expected() -> None:
            self.world.need(who.role in ASKERS)
            self.world.need(bool(reason), "bad")
            self.world.calls(who, life, "not_reached")

        return {"reason": reason}, expected

    def _turning_back(self, life: DiversionLife, who: Someone, _count: int, code: int) -> Filled:
        reason = "客户改主意了" if code % 5 else ""

        def expected() -> None:
            self.world.may_turn_back(who, life)
            self.world.need(bool(reason), "bad")
            self.world.turns_back(who, life)

        return {"reason": reason}, expected

    def _serving(self, life: DiversionLife, who: Someone, count: int, code: int) -> Filled:
        kept, satisfaction = ("yes", "no", "unknown")[count % 3], code % 12

        def expected() -> None:
            self.world.may_serve(who, life)
            self.world.need(1 <= satisfaction <= 10, "bad")
            self.world.serves(who, life, kept)

        return {"kept": kept, "satisfaction": str(satisfaction)}, expected

    def _recording(self, life: DiversionLife, who: Someone, _count: int, _code: int) -> Filled:
        return {"work": "1280"}, lambda: self.world.records(who, life)

    def points_come_once_and_only_at_the_end(self, facts: Facts) -> None:
        """The points are entered once, held by a counter-entry while there is a complaint, and entered again."""
        for life in self.world.lives.values():
            assert isinstance(life, DiversionLife)
            entries = [row for row in facts["points_entries"] if row["request_id"] == life.id]
            assert sum(row["points"] for row in entries) == self.world.points_of(life)
            assert all(row["store_id"] == life.owner for row in entries)
            assert bool(entries) == life.finished
            counted = [row for row in facts["work_credits"] if row["request_id"] == life.id]
            assert [row["store_id"] for row in counted] == ([life.owner] if life.finished else [])

    def own_facts_agree(self, facts: Facts) -> None:
        found = {(row["store_id"], row["day"]): row["bookings"] for row in facts["capacities"]}
        assert found == {(store, f"{day}"): row.booked for (store, day), row in self.world.bays.items()}
        for life in self.world.lives.values():
            assert isinstance(life, DiversionLife)
            row = next(one for one in facts["diversions"] if one["request_id"] == life.id)
            names = ("consent", "transport", "fare", "compensation", "amount", "approval", "call")
            assert [row[name] for name in names] == [getattr(life, name) for name in names]
            if life.state == "consenting":
                assert not life.asks and life.bay is None
            paid = {one["rule"]: one["amount"] for one in facts["money_entries"] if one["request_id"] == life.id}
            assert paid == life.paid
        assert all(one["payer"] == "hq" for one in facts["money_entries"])


@pytest.mark.parametrize(
    ("examples", "steps"), [(10, 40), pytest.param(1500, 70, marks=pytest.mark.soak)], ids=["ci", "soak"]
)
def test_every_diversion_goes_as_the_programme_says(template: Template, examples: int, steps: int) -> None:
    run(Diversions, template, examples, steps)
