"""What the tests of a support's and a diversion's life stand on: the transfers' desk with technicians and bays."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import time, timedelta
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test
from sqlalchemy import text

from handlers.chat import Form
from storage.database import Database
from storage.tables.boards import Capacity, Technician
from storage.tables.requests import Request
from tests.factories import MONDAY, Factory, small_network
from tests.integration.life_checks_kinds import KindChecks
from tests.integration.life_desk import Template
from tests.integration.life_model import ASKERS, LEADERS, REGION, Asked, Someone
from tests.integration.life_model_kinds import KindLife, KindWorld

MOST_REQUESTS = 3
NEVER = timedelta(days=3650)
CAPACITY = 2  # bays of a store
SPECIALTIES = ("三电故障", "智能驾驶", "钣喷")
# How often what happens.
MIX = (
    *["goes_on"] * 14,
    *["time_passes"] * 5,
    *["presses_anything"] * 3,
    *["sends_form"] * 2,
    *["posts"] * 2,
    *["holds"] * 2,
    *["something_else"] * 3,
    "resumes",
    "assigns",
    "closes",
)
MINUTES = (1, 4, 5, 10, 15, 29, 30, 45, 59, 60, 61, 121, 480, 1500)


def make_template(sqlite_template: Path, folder: Path) -> Template:
    """Make the network with a technician in each store of Shenzhen, free every day; the stores never close."""
    path = folder / "network.db"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    with database.transaction() as session:
        network = small_network(session)
        make = Factory(session)
        for store in (network.sz01, network.sz02, network.sz03, network.bk01):
            store.opens = store.closes = time(0, 0)
            session.add(store)
        for store, name in ((network.sz01, "刘洋"), (network.sz02, "王强"), (network.sz03, "何平")):
            store.daily_capacity = CAPACITY
            booked = {"SZ01": 2, "SZ02": 1, "SZ03": 0}[store.code]
            facts = {"daily_capacity": CAPACITY, "bookings": booked, "stated_at": MONDAY}
            make.add(Capacity(store_id=store.id, day=MONDAY.date(), **facts))
            make.add(
                Technician(
                    store_id=store.id,
                    name=name,
                    level="T3",
                    specialties="、".join(SPECIALTIES),
                    windows="每天全天",
                    stated_at=MONDAY + timedelta(days=300),  # the map is never stale
                )
            )
    database.close()
    return Template(path, network)


class KindDesk(KindChecks):
    """Requests of one kind, the engine's beside the model's; what people do is drawn by numbers."""

    kind: ClassVar[str]
    letter: ClassVar[str]
    next_acts: ClassVar[Mapping[str, tuple[tuple[str, str], ...]]]  # state → (action, side)
    world: KindWorld

    def kilometres(self, one: int, other: int) -> float:
        """Return the way by road: the great circle and three tenths."""
        places = {store.id: store for store in (self.network.sz01, self.network.sz02, self.network.sz03)}
        here, there = places[one], places[other]
        assert here.latitude and here.longitude and there.latitude and there.longitude
        up, along = radians(there.latitude - here.latitude), radians(there.longitude - here.longitude)
        half = sin(up / 2) ** 2 + cos(radians(here.latitude)) * cos(radians(there.latitude)) * sin(along / 2) ** 2
        return 2 * 6371.0088 * asin(sqrt(half)) * 1.3

    # What people do

    @rule(what=st.sampled_from(MIX), numbers=st.tuples(*[st.integers(0, 119)] * 4), again=st.integers(0, 1))
    def something_happens(self, what: str, numbers: tuple[int, int, int, int], again: int) -> None:
        if self.world.lives or what == "posts":
            getattr(self, what)(*numbers, again)

    def posts(self, who: int, what: int, when: int, waits: int, again: int) -> None:
        """Ask for something, three requests at the most."""
        if len(self.world.lives) < MOST_REQUESTS:
            self.post(self._someone(who, ASKERS if when % 4 else None), what, when, waits % 2 == 0, again)

    def post(self, who: Someone, what: int, when: int, waits: bool, again: int) -> None:
        """Open a request of the kind."""
        raise NotImplementedError

    def goes_on(self, request: int, way: int, who: int, code: int, again: int) -> None:
        """Do one of the things that whoever is to act now can do, and send the form it opens."""
        life = self._life(request)
        acts = self.next_acts[life.state]
        if not acts:
            return
        self._acts(life, *acts[way % len(acts)], who, code, again)

    def _acts(self, life: KindLife, action: str, side: str, who: int, code: int, again: int) -> None:
        """Press the newest button of an action as somebody of a side, and send the form it opens."""
        ask = life.open_ask or (life.asks[-1] if life.asks else None)
        store = {"owner": life.owner, "requester": life.store, "asked": ask.store if ask else None}.get(side)
        staff = [one for one in self.people if one.store == store and one.role in LEADERS]
        if side == "hq":
            staff = [one for one in self.people if one.role == "hq"]
        found = {
            str(token[2]): token
            for token in self._tokens()
            if token[1] == action and self._is_of(token[2], life, ask) and self._is_for(token[2], side)
        }
        if not found or not staff:
            return
        before, sender = len(self.forms), staff[who % len(staff)]
        self._presses(list(found.values())[code % len(found)], sender, again)
        if len(self.forms) > before:
            self._sends(self.forms[-1], sender, who, code, again)

    def _is_of(self, args: dict[str, Any], life: KindLife, ask: Asked | None) -> bool:
        if "ask" in args:
            of, asked = self._asked(args["ask"])
            return of is life and asked is ask
        return args.get("request") == life.id

    @staticmethod
    def _is_for(args: dict[str, Any], side: str) -> bool:
        return args.get("side") in {None, {"owner": "giver", "requester": "host"}.get(side)}

    def something_else(self, request: int, who: int, right: int, what: int, again: int) -> None:
        """Do what only people of this kind do."""

    def presses_anything(self, button: int, who: int, _c: int, _d: int, again: int) -> None:
        tokens = self._tokens()
        if tokens:
            self._presses(tokens[button % len(tokens)], self.people[who % len(self.people)], again)

    def _presses(self, token: tuple[str, str, dict[str, Any]], who: Someone, again: int) -> None:
        expected = self._button(token[1], token[2], who)
        if expected is None:
            return
        person = self.persons[who.id]
        self._does(
            who,
            lambda source: self.talk.presses_token(person, token[0], can_form=True, source=source),
            expected,
            again,
        )

    def _button(self, action: str, args: dict[str, Any], who: Someone) -> Callable[[], object] | None:
        """Return what the model makes of a pressed button; None for one that is not of a request's life."""
        world, need = self.world, self.world.need
        if action in {"request.seen", "request.accept", "request.refuse"}:
            life, ask = self._asked(args["ask"])
            return {
                "request.seen": lambda: world.sees(who, life, ask),
                "request.accept": lambda: world.accepts(who, life, ask, None),
                "request.refuse": lambda: (
                    world.may_answer(who, life, ask),
                    need(ask.state in {"pending", "seen"}),
                ),
            }[action]
        if action == "request.snooze":
            return lambda: self._snoozes(who, args["step"])
        life_of = world.lives.get(args.get("request", 0))
        if life_of is None:
            return None
        of = life_of
        assert isinstance(of, KindLife)
        common: dict[str, Callable[[], object]] = {
            "request.withdraw": lambda: world.withdraws(who, of),
            "request.cannot": lambda: world.may_give(who, of, LEADERS, *world.returnable),
            "request.kept": lambda: self._keeps(who, of, args["kept"]),
            "request.progress": lambda: need(who.role in ASKERS and who.store == of.store),
        }
        return common.get(action) or self.own_button(action, args, who, of)

    def own_button(
        self, action: str, args: dict[str, Any], who: Someone, life: KindLife
    ) -> Callable[[], object] | None:
        """Return what the model makes of a button of the kind's own."""
        raise NotImplementedError

    def _keeps(self, who: Someone, life: KindLife, kept: str) -> None:
        self.world.need(who.role in ASKERS and who.store == life.store)
        self.world.need(life.finished)
        life.kept = kept

    def _snoozes(self, who: Someone, step: int) -> None:
        with self.database.transaction(writing=False) as session:
            request, name, turn = session.execute(
                text("SELECT request_id, name, turn FROM steps WHERE id = :id"), {"id": step}
            ).one()
        clock = next(one for one in self.world.lives[request].clocks if (one.name, one.turn) == (name, turn))
        self.world.need(who.role in LEADERS and who.store == clock.store)
        self.world.need(not clock.ended and not clock.broken)

    # Forms: any that was ever opened, sent by anybody

    def sends_form(self, form: int, who: int, count: int, code: int, again: int) -> None:
        if self.forms:
            self._sends(self.forms[form % len(self.forms)], self._someone(who, None), count, code, again)

    def _sends(self, chosen: Form, sender: Someone, count: int, code: int, again: int) -> None:
        found = self._form(chosen, sender, count, code)
        if found is None:
            return
        values, expected = found
        person = self.persons[sender.id]
        self._does(
            sender, lambda source: self.talk.sends_form(person, values, form=chosen, source=source), expected, again
        )

    def _form(
        self, form: Form, who: Someone, count: int, code: int
    ) -> tuple[dict[str, str], Callable[[], object]] | None:
        world, need = self.world, self.world.need
        reason = "太远了" if code % 5 else ""
        if form.action == "request.refuse":
            life, ask = self._asked(int(form.args["ask"]))
            why = ("reserved", "no_hands", "other")[code % 3]
            return {"reason": why, "words": reason}, lambda: (
                need(who.role in LEADERS),
                need(why != "other" or bool(reason), "bad"),
                world.refuses(who, life, ask),
            )
        if form.action == "request.cannot":
            of = world.lives[int(form.args["request"])]
            return {"reason": reason}, lambda: (
                need(who.role in LEADERS),
                need(bool(reason), "bad"),
                world.cannot(who, of),
            )
        return self.own_form(form, who, count, code)

    def own_form(
        self, form: Form, who: Someone, count: int, code: int
    ) -> tuple[dict[str, str], Callable[[], object]] | None:
        """Return what is filled into a form of the kind's own, and what the model makes of it."""
        raise NotImplementedError

    # Commands of the region and of whoever holds

    def assigns(self, request: int, who: int, right: int, store: int, again: int) -> None:
        life, overseer = self._life(request), self._someone(who, REGION if right % 4 else None)
        code, wanted = f"SZ0{store % 3 + 1}", self.world.stores[store % 3]
        self._commands(
            overseer, f"/assign {self._label(life)} {code}", lambda: self.world.assigns(overseer, life, wanted), again
        )

    def closes(self, request: int, who: int, right: int, _d: int, again: int) -> None:
        life, overseer = self._life(request), self._someone(who, REGION if right % 2 else None)
        if right % 3 == 0:  # or all would end so
            self._commands(
                overseer, f"/close {self._label(life)} 客户取消", lambda: self.world.closes(overseer, life), again
            )

    def holds(self, request: int, who: int, right: int, by: int, again: int) -> None:
        life, minutes = self._life(request), (7, 20, 90, 1440)[by % 4]
        assert isinstance(life, KindLife)
        near = [one for one in self.people if one.store in {life.store, life.owner} and one.role in LEADERS]
        sender = near[who % len(near)] if right % 3 else self._someone(who, None)
        self._commands(
            sender,
            f"/hold {self._label(life)} {minutes}m 等客户确认",
            lambda: self.world.holds(sender, life, timedelta(minutes=minutes)),
            again,
        )

    def resumes(self, request: int, who: int, right: int, _d: int, again: int) -> None:
        life = self._life(request)
        assert isinstance(life, KindLife)
        sender = self._someone(who, LEADERS if right % 3 else None)
        self._commands(sender, f"/resume {self._label(life)}", lambda: self.world.resumes(sender, life), again)

    def _commands(self, who: Someone, words: str, expected: Callable[[], object], again: int) -> None:
        person = self.persons[who.id]
        self._does(who, lambda source: self.talk.says(person, words, source=source), expected, again)

    def _label(self, life: Any) -> str:
        return f"{self.letter}-{self._row(Request, life.id).number:04}"

    # Time

    def time_passes(self, long: int, request: int, far: int, _d: int, _again: int) -> None:
        """Let some minutes pass, or all until something that is awaited."""
        end = self.talk.now + timedelta(minutes=MINUTES[long % len(MINUTES)])
        awaited = [clock.due for clock in self._life(request).clocks if not clock.ended and clock.due > self.talk.now]
        if far % 3 == 0 and awaited:
            end = min(awaited) - timedelta(seconds=far % 2)
        if end > self.talk.now:
            self.fired += self.talk.passes(until=end, tick=NEVER)
            self.world.passes(self.talk.now)


def run(machine: type[KindDesk], template: Template, examples: int, steps: int) -> None:
    """Play so many lives of so many steps: a few always the same, more of them drawn anew."""
    machine.template = template
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=examples < 100,
            database=None,
            deadline=None,
            phases=(Phase.generate,) if examples < 100 else (Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
