"""The life of supports against a model: anybody does anything, at any time, by any button or form ever shown.

Every step goes through the real dispatch on SQLite; `life_model_support` says in plain Python what PROGRAMME.md makes
of it. The seed is fixed; `-m soak` runs many more and longer lives.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize

from handlers.chat import Form
from tests.integration.life_desk import Facts, Template
from tests.integration.life_desk_kinds import NEVER, SPECIALTIES, KindDesk, make_template, run
from tests.integration.life_model import ASKERS, SHENZHEN, Someone
from tests.integration.life_model_kinds import Interval, KindLife
from tests.integration.life_model_support import SupportLife, SupportWorld, here

PARTS = (
    ("上午", time(9), time(12)),
    ("10:00-11:00", time(10), time(11)),
    ("下午", time(13), time(18)),
    ("10:30-14:00", time(10, 30), time(14)),
)
DAYS = (4, 4, 1, 5)
# How far the first has come at the most when a life is looked at.
BEGUN = (
    ("request.accept", "asked"),
    ("support.agree", "owner"),
    ("support.agree", "requester"),
    ("support.arrived", "requester"),
    ("support.done", "owner"),
)


@pytest.fixture(scope="module")
def template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Template:
    return make_template(sqlite_template, tmp_path_factory.mktemp("life-support"))


class Supports(KindDesk):
    """Three supports at the most, of three stores with one technician each."""

    kind = "support"
    letter = "S"
    world: SupportWorld
    next_acts: ClassVar[dict[str, tuple[tuple[str, str], ...]]] = {
        "asking": (
            ("request.accept", "asked"),
            ("request.accept", "asked"),
            ("request.seen", "asked"),
            ("request.refuse", "asked"),
        ),
        "accepted": (
            *[("support.agree", "owner"), ("support.agree", "requester")] * 3,
            ("support.agree_each", "owner"),
            ("support.agree_each", "requester"),
            ("request.cannot", "owner"),
        ),
        "confirmed": (
            *[("support.tick", "owner"), ("support.tick", "requester"), ("support.arrived", "requester")] * 2,
            ("request.cannot", "owner"),
        ),
        "arrived": (("support.done", "owner"),),
        "done": (
            ("request.kept", "requester"),
            ("support.record", "requester"),
            ("support.rate", "requester"),
            ("support.rate", "owner"),
        ),
        "unfilled": (("request.accept", "asked"), ("request.withdraw", "requester")),
        "recorded": (("support.rate", "owner"), ("support.rate", "requester")),
        "withdrawn": (),
        "closed": (),
    }

    def __init__(self) -> None:
        super().__init__()
        old = self.world
        self.world = SupportWorld(old.stores, old.region, {}, old.leaders, self._observed, self.talk.now)
        self.world.kilometres = self._kilometres_of

    def _kilometres_of(self, life: KindLife) -> float:
        return self.kilometres(life.store, life.taken[0]) if life.taken else 0

    @initialize(begun=st.integers(0, len(BEGUN)), when=st.integers(0, 3), waits=st.booleans())
    def first(self, begun: int, when: int, waits: bool) -> None:
        """Begin with a support that has come some way."""
        self.post(self.people[0], 0, when, waits, 0)
        (life,) = self.world.lives.values()
        assert isinstance(life, SupportLife)
        for action, side in BEGUN[:begun]:
            if action == "support.arrived":
                self.fired += self.talk.passes(until=life.visit[0], tick=NEVER)
                self.world.passes(self.talk.now)
            self._acts(life, action, side, 0, 0, 0)

    def post(self, who: Someone, what: int, when: int, waits: bool, again: int) -> None:
        if who.store == self.network.bk01.id:
            return  # beyond the longest way of everybody
        specialty = SPECIALTIES[len(self.world.lives)]  # the same once more would be asked about first
        word, since, until = PARTS[when % len(PARTS)]
        days = DAYS[what % len(DAYS)]
        day = (self.talk.now + SHENZHEN).date() + timedelta(days=days)
        visit: Interval = (here(self.talk.now, since, days), here(self.talk.now, until, days))
        words = f"/support {specialty} T3 {day.month}月{day.day}日{word} {'客户车在店' if waits else '高压互锁报警'}"

        def expected() -> None:
            self.world.need(who.role in ASKERS)
            (request,) = self._new_requests()
            self.world.posts(who, request, visit, waits)

        self._commands(who, words, expected, again)

    def own_button(
        self, action: str, args: dict[str, Any], who: Someone, life: KindLife
    ) -> Callable[[], object] | None:
        world = self.world
        assert isinstance(life, SupportLife)
        own: dict[str, Callable[[], object]] = {
            "support.agree": lambda: world.agrees(who, life, args["side"], args["item"]),
            "support.agree_each": lambda: world.may_agree(who, life, args["side"]),
            "support.tick": lambda: world.ticks(who, life, args["side"], args["item"]),
            "support.arrived": lambda: world.arrives(who, life),
            "support.done": lambda: world.is_done(who, life),
            "support.record": lambda: (
                world.need(who.role in ASKERS and who.store == life.store),
                world.need(life.state == "done"),
            ),
            "support.rate": lambda: world.rates(who, life, args["side"], args["score"]),
        }
        return own.get(action)

    def own_form(
        self, form: Form, who: Someone, count: int, code: int
    ) -> tuple[dict[str, str], Callable[[], object]] | None:
        if form.action != "support.record":
            return None
        life = self.world.lives[int(form.args["request"])]
        assert isinstance(life, SupportLife)
        hours = "2.5" if code % 6 else "很久"
        values = {"solved": ("yes", "no")[count % 2], "hours": hours, "satisfaction": str(count % 10 + 1)}

        def expected() -> None:
            need = self.world.need
            need(who.role in ASKERS and who.store == life.store)
            need(life.state == "done")
            need(hours != "很久", "bad")
            self.world.records(who, life)

        return values, expected

    def own_facts_agree(self, facts: Facts) -> None:
        for life in self.world.lives.values():
            assert isinstance(life, SupportLife)
            row = next(one for one in facts["supports"] if one["request_id"] == life.id)
            said = [set(row[name].split()) for name in ("agreed_giver", "agreed_host", "ticked_giver", "ticked_host")]
            assert said == [life.agreed["giver"], life.agreed["host"], life.ticked["giver"], life.ticked["host"]]
            assert (row["posted_at"] is not None, row["shown_at"] is not None) == (life.posted, life.shown)
            assert (row["rating_by_giver"], row["rating_by_host"]) == (
                life.rated.get("giver"),
                life.rated.get("host"),
            )
            booked = [one["state"] for one in facts["bookings"] if one["request_id"] == life.id]
            if life.taken is not None:
                sure = life.state in {"confirmed", "arrived", "done", "recorded"}
                assert [state for state in booked if state != "freed"] == ["booked" if sure else "held"]
                near = self._kilometres_of(life) < 50
                assert row["subsidy"] == (30_000 if near else 50_000)
            paid = [one for one in facts["money_entries"] if one["request_id"] == life.id]
            assert [(one["amount"], one["payer"]) for one in paid] == (
                [(row["subsidy"], "hq")] if life.finished else []
            )


@pytest.mark.parametrize(
    ("examples", "steps"), [(10, 40), pytest.param(1500, 70, marks=pytest.mark.soak)], ids=["ci", "soak"]
)
def test_every_support_goes_as_the_programme_says(template: Template, examples: int, steps: int) -> None:
    run(Supports, template, examples, steps)
