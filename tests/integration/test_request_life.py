"""The life of transfers and activations against a model: anybody does anything, by any button ever shown or in words.

Every step goes through the real dispatch on SQLite; `life_model` says in plain Python what PROGRAMME.md makes of it.
The seed is fixed; `-m soak` runs many more and longer lives.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test
from sqlalchemy import text
from sqlmodel import Session, col, select

from handlers.chat import Form
from storage.database import Database
from storage.tables.boards import StockLevel
from storage.tables.chats import Card
from storage.tables.people import Account
from storage.tables.queues import OutboxRow
from tests.factories import MONDAY, small_network
from tests.integration.life_desk import LifeDesk, Template
from tests.integration.life_model import ASKERS, BOOKKEEPERS, LEADERS, PATHS, REGION, Asked, Life, Someone

MOST_REQUESTS = 3
# How often what happens.
MIX = (
    *["goes_on"] * 9,
    *["time_passes"] * 4,
    *["replies"] * 3,
    *["presses_anything"] * 2,
    *["presses_what_is_shown"] * 2,
    *["sends_form"] * 2,
    *["records"] * 2,
    "posts",
    "assigns",
    "closes",
    "extends",
    "is_away",
)
NEVER = timedelta(days=3650)  # between looks at what is periodic: the digest is no part of a request's life

WORDS = (
    "收到",
    "收到,可以",
    "OK",
    "可以 1个",
    "可以 9个",
    "收到,不行,原因是客户已预约",
    "No, because no stock",
    "不行",
    "已发出",
    "已发出 1个",
    "Enviado",
    "已收到",
    "已收到1个",
    "已收到9个",
    "撤回",
    "无法交付,路上坏了",
    "好热啊",
)
# What has happened before a life is looked at.
ACCEPTED = ("asked", "收到,可以")
BEGUN = (
    (),
    (("asked", "可以 1个"),),
    (ACCEPTED, ("owner", "已发出 1个")),
    (ACCEPTED, ("owner", "已发出 1个"), ("requester", "已收到1个")),
    (ACCEPTED, ("owner", "已发出"), ("requester", "已收到1个")),
)
ACTIVATED = (
    (),
    (("asked", "可以 1个"),),
    (ACCEPTED, ("requester", "已发出 1个")),
    (ACCEPTED, ("requester", "已发出"), ("asked", "已收到1个")),
    (("asked", "收到,不行,原因是客户已预约"),),
)
# What whoever is to act can press, state by state.
NEXT = {
    "asking": (
        ("request.accept", "asked"),
        ("request.seen", "asked"),
        ("request.accept", "asked"),
        ("request.refuse", "asked"),
        ("request.accept_part", "asked"),
    ),
    "accepted": (
        ("transfer.shipped", "giver"),
        ("transfer.shipped", "giver"),
        ("request.cannot", "owner"),
        ("transfer.again", "requester"),
    ),
    "shipped": (
        ("transfer.differs", "taker"),
        ("transfer.received", "taker"),
        ("transfer.differs", "taker"),
        ("transfer.rest", "taker"),
        ("transfer.shipped", "giver"),
        ("request.cannot", "owner"),
        ("transfer.details", "giver"),
        ("request.progress", "requester"),
    ),
    "unfilled": (("request.accept", "asked"), ("request.withdraw", "requester")),
    "received": (("request.kept", "requester"),),
    "recorded": (("request.kept", "requester"),),
    "withdrawn": (),
    "closed": (),
}


@pytest.fixture(scope="module")
def template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Template:
    path = tmp_path_factory.mktemp("life") / "network.db"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    with database.transaction() as session:
        network = small_network(session)
        for store in (network.sz01, network.sz02, network.sz03, network.bk01):
            store.opens = store.closes = time(0, 0)
        for level in session.exec(select(StockLevel)):
            level.stated_at = MONDAY + timedelta(days=300)  # the table is never stale
    database.close()
    return Template(path, network)


class Lives(LifeDesk):
    """What people do, drawn by numbers: what comes next more often than what is odd, so that lives come to an end."""

    @initialize(begun=st.sampled_from(BEGUN), quantity=st.integers(1, 3))
    def first(self, begun: tuple[tuple[str, str], ...], quantity: int) -> None:
        """Begin with a request that has come some way, in parts or whole."""
        self._posts(self.people[0], quantity, "urgent", True, 0)
        (life,) = self.world.lives.values()
        for side, words in begun:
            ask = life.open_ask
            store = life.store if side == "requester" else ask.store if ask is not None else None
            sender = next(one for one in self.people if one.store == store and one.role in LEADERS)
            self._replies(life, words, sender, 0)

    @rule(what=st.sampled_from(MIX), numbers=st.tuples(*[st.integers(0, 119)] * 4), again=st.integers(0, 2))
    def something_happens(self, what: str, numbers: tuple[int, int, int, int], again: int) -> None:
        getattr(self, what)(*numbers, again)

    # Asking for a part

    def posts(self, who: int, quantity: int, urgency: int, waits: int, again: int) -> None:
        """Ask for a part, three requests at the most."""
        if len(self.world.lives) < MOST_REQUESTS:
            how = ("urgent", "today", "normal")[urgency % 3]
            self._posts(self._someone(who, None), quantity % 3 + 1, how, waits % 2 == 0, again)

    def _posts(self, who: Someone, quantity: int, urgency: str, waits: bool, again: int) -> None:
        words = f"/transfer 前大灯-左 x{quantity} {urgency} {'客户在等' if waits else '补库存'}"
        if who.store == self.network.bk01.id:
            return  # beyond the longest way of everybody

        def expected() -> None:
            self.world.need(who.role in ASKERS)
            assert who.store is not None
            if urgency != "urgent" or self.world.is_urgent(who.store, waits):
                self._opens(who, quantity, urgency, waits)
            else:
                assert not self._new_requests()

        self._does(who, lambda source: self.talk.says(self.persons[who.id], words, source=source), expected, again)

    # What comes next, so that lives go on

    def goes_on(self, request: int, way: int, who: int, code: int, again: int) -> None:
        """Do one of the things that whoever is to act now can do, and send the form it opens."""
        self._goes_on(self._life(request), way, who, code, again)

    def _goes_on(self, life: Life, way: int, who: int, code: int, again: int) -> None:
        acts = NEXT[life.state]
        if not acts:
            return
        action, side = acts[way % len(acts)]
        ask = life.open_ask or (life.asks[-1] if life.asks else None)
        sides = {"owner": life.owner, "requester": life.store, "giver": life.giver, "taker": life.taker}
        store = {**sides, "asked": ask.store if ask else None}[side]
        staff = [one for one in self.people if one.store == store and one.role in LEADERS]
        found = [token for token in self._tokens() if token[1] == action and self._is_of(token[2], life, ask)]
        if not found or not staff:
            return
        before = len(self.forms)
        sender = staff[who % len(staff)]
        self._presses(found[-1], sender, again)
        if len(self.forms) > before:
            self._sends(self.forms[-1], sender, who % 3 + 1, code % 4, True, again)

    def _is_of(self, args: dict[str, Any], life: Life, ask: Asked | None) -> bool:
        if "ask" in args:
            of, asked = self._asked(args["ask"])
            return of is life and asked is ask
        return args.get("request") == life.id

    # Buttons: any that was ever made, pressed by anybody

    def presses_anything(self, button: int, who: int, _c: int, _d: int, again: int) -> None:
        tokens = self._tokens()
        self._presses(tokens[button % len(tokens)], self.people[who % len(self.people)], again)

    def presses_what_is_shown(self, button: int, request: int, right: int, _d: int, again: int) -> None:
        """Press a button under a card as it looks now, as somebody of the stores it is about."""
        life = self._life(request)
        with self.database.transaction(writing=False) as session:
            cards = session.exec(select(Card.id).where(Card.request_id == life.id)).all()
            newest = session.exec(
                select(OutboxRow)
                .where(col(OutboxRow.card_id).in_(cards), col(OutboxRow.under_card).is_(False))
                .order_by(col(OutboxRow.id).desc())
            ).all()
        latest: dict[int, OutboxRow] = {}
        for row in newest:
            latest.setdefault(row.card_id or 0, row)
        shown = {
            one["token"]
            for row in latest.values()
            for line in json.loads(row.payload).get("buttons", [])
            for one in line
        }
        tokens = [token for token in self._tokens() if token[0] in shown]
        if not tokens:
            return
        ask = life.open_ask
        near = [one for one in self.people if one.store in {life.store, ask.store if ask else life.owner}]
        self._presses(tokens[button % len(tokens)], near[right % len(near)], again)

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
        if action in {"request.seen", "request.accept", "request.accept_part", "request.refuse"}:
            life, ask = self._asked(args["ask"])
            return {
                "request.seen": lambda: world.sees(who, life, ask),
                "request.accept": lambda: world.accepts(who, life, ask, None),
                "request.accept_part": lambda: (world.may_answer(who, life, ask), need(life.asked > 1, "bad")),
                "request.refuse": lambda: (
                    world.may_answer(who, life, ask),
                    need(ask.state in {"pending", "seen"}),
                ),
            }[action]
        if action == "request.snooze":
            return lambda: self._snoozes(who, args["step"])
        if action in {"transfer.post_as", "transfer.override"}:
            if len(world.lives) >= MOST_REQUESTS:
                return None
            right = who.role in ASKERS and who.store == args["store"]
            if action == "transfer.override":
                return lambda: need(right)
            return lambda: (
                need(right),
                self._opens(who, args["quantity"], args["urgency"], bool(args["waits"])),
            )
        life_of = world.lives.get(args.get("request", 0))
        if life_of is None:
            return None
        life = life_of
        if action == "transfer.again" and len(world.lives) >= MOST_REQUESTS:
            return None
        return {
            "request.withdraw": lambda: world.withdraws(who, life),
            "request.cannot": lambda: world.may_give_back(who, life),
            "request.kept": lambda: self._keeps(who, life, args["kept"]),
            "request.progress": lambda: need(who.role in ASKERS and who.store == life.store),
            "request.show": lambda: need(self._may_read(who, life)),
            "transfer.shipped": lambda: world.ships(who, life, None),
            "transfer.details": lambda: world.may_give(who, life, ASKERS, "shipped", "received"),
            "transfer.received": lambda: world.receives(who, life, None),
            "transfer.differs": lambda: (
                world.may_receive(who, life),
                need(life.shipped > life.received + life.lost),
            ),
            "transfer.rest": lambda: (world.may_receive(who, life), need(world.rest(life) > 0)),
            "transfer.again": lambda: self._asks_again(who, life),
        }.get(action)

    def _keeps(self, who: Someone, life: Life, kept: str) -> None:
        own = who.role in ASKERS and who.store == life.store
        self.world.need(own or (who.role in REGION and self.world._oversees(who)))
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

    def _may_read(self, who: Someone, life: Life) -> bool:
        if who.role in {"hq", "finance", "auditor"}:
            return True
        return who.store in {life.store, *(ask.store for ask in life.asks)} or who.region == self.network.shenzhen.id

    def _asks_again(self, who: Someone, life: Life) -> None:
        self.world.need(who.role in ASKERS and who.store == life.store)
        self.world.need(life.state in {"accepted", "shipped"})
        missing = life.asked - life.accepted
        self.world.need(missing > 0)
        life.asked = life.accepted
        self._opens(who, missing, life.urgency, life.waits)

    # Forms: any that was ever opened, sent by anybody

    def sends_form(self, form: int, who: int, count: int, code: int, again: int) -> None:
        """Send a form, also one that was opened long ago."""
        if self.forms:
            chosen = self.forms[form % len(self.forms)]
            sender = self._someone(who, None)
            if who % 2:
                sender = self._right_one(chosen, sender)
            self._sends(chosen, sender, count % 4, code % 4, code % 5 > 0, again)

    def _sends(self, chosen: Form, sender: Someone, count: int, code: int, said: bool, again: int) -> None:
        values = {
            "quantity": str(count),
            "received": str(count),
            "difference": ("short", "damaged", "wrong", "odd")[code],
            "reason": "太远了" if said else "",
            "words": "太远了" if said else "",
            "eta": "30m",
        }
        if chosen.action == "request.refuse":
            values["reason"] = ("no_stock", "reserved", "no_hands", "other")[code]
        sent = {field.name: values[field.name] for field in chosen.fields if field.name in values}
        expected = self._form(chosen, sent, sender)
        if expected is None:
            return
        person = self.persons[sender.id]
        self._does(
            sender, lambda source: self.talk.sends_form(person, sent, form=chosen, source=source), expected, again
        )

    def _right_one(self, form: Form, otherwise: Someone) -> Someone:
        """Return a leader of the store a form is for."""
        if "ask" in form.args:
            store: int | None = self._asked(int(form.args["ask"]))[1].store
        elif "store" in form.args:
            store = int(form.args["store"])
        else:
            life = self.world.lives[int(form.args["request"])]
            store = {"request.cannot": life.owner, "transfer.details": life.giver}.get(form.action, life.taker)
        return next((one for one in self.people if one.store == store and one.role in LEADERS), otherwise)

    def _form(self, form: Form, sent: dict[str, str], who: Someone) -> Callable[[], object] | None:
        world, need, args = self.world, self.world.need, form.args
        reason = sent.get("reason", "")
        count = int(sent.get("received", sent.get("quantity", "0")))
        if form.action in {"request.refuse", "request.accept_part"}:
            life, ask = self._asked(int(args["ask"]))
            need_words = reason == "other" and not sent.get("words")
            if form.action == "request.accept_part":
                return lambda: (need(who.role in LEADERS), world.accepts(who, life, ask, count))
            return lambda: (
                need(who.role in LEADERS),
                need(not need_words, "bad"),
                world.refuses(who, life, ask),
            )
        if form.action == "transfer.override":
            if len(world.lives) >= MOST_REQUESTS:
                return None
            return lambda: (
                need(who.role in ASKERS and who.store == args["store"]),
                need(bool(reason), "bad"),
                self._opens(who, int(args["quantity"]), "urgent", bool(args["waits"])),
            )
        life = world.lives[int(args["request"])]
        return {
            "request.cannot": lambda: (
                need(who.role in LEADERS),
                need(bool(reason), "bad"),
                world.cannot(who, life),
            ),
            "transfer.differs": lambda: world.differs(who, life, count, sent["difference"]),
            "transfer.rest": lambda: (
                world.may_receive(who, life),
                need(bool(reason), "bad"),
                world.cancels_rest(who, life),
            ),
            "transfer.details": lambda: world.may_give(who, life, ASKERS, "shipped", "received"),
        }[form.action]

    # Words under the card in the group

    def replies(self, request: int, said: int, who: int, near: int, again: int) -> None:
        life, words = self._life(request), WORDS[said % len(WORDS)]
        sender = self._someone(who, None)
        if near % 4:
            ask = life.open_ask
            party = [one for one in self.people if one.store in {life.store, ask.store if ask else life.owner}]
            sender = party[who % len(party)]
        self._replies(life, words, sender, again)

    def _replies(self, life: Life, words: str, sender: Someone, again: int) -> None:
        self.talk.delivered()
        account = self.accounts[sender.id]
        with self.database.transaction(writing=False) as session:
            card = self._card_for(session, life.id, account)
        if card is None:
            return  # on another platform, and never asked
        private = card.person_id is not None
        person = self.persons[sender.id]
        self._does(
            sender,
            lambda source: self.talk.says(
                person,
                words,
                chat=None if private else self.network.managers_chat,
                reply_to=card.message,
                can_form=True,
                source=source,
            ),
            lambda: self._words(words, life, sender, meant=private),
            again,
        )

    @staticmethod
    def _card_for(session: Session, request: int, account: Account) -> Card | None:
        cards = session.exec(select(Card).where(Card.request_id == request, Card.platform == account.platform)).all()
        group = next((card for card in cards if card.person_id is None), None)
        return group or next((card for card in cards if card.person_id == account.person_id), None)

    def _words(self, words: str, life: Life, who: Someone, *, meant: bool) -> None:
        """Say what words under a card mean from this person."""
        world, need = self.world, self.world.need
        mine = next((ask for ask in reversed(life.asks) if ask.store == who.store), None)
        answering = mine is not None and mine is life.to_answer and who.store != life.store
        if words == "好热啊":
            need(not meant, "bad")
            return
        if words == "收到" or (words == "已收到" and answering):
            if life.state == "shipped" and who.store == life.taker:
                return  # the receipt is offered
            if who.store == life.store or (mine is None and not meant):
                return
            ask = mine or life.open_ask or next(iter(reversed(life.asks)), None)
            need(ask is not None)
            assert ask is not None
            world.sees(who, life, ask)
            return
        if (
            words in {"收到,可以", "OK", "可以 1个", "可以 9个"}
            or words.startswith(("收到,不行", "No", "不行"))
            or (words.startswith("无法") and answering)
        ):
            ask = mine or life.open_ask or next(iter(reversed(life.asks)), None)
            need(ask is not None)
            assert ask is not None
            if words.startswith(("收到,可以", "OK", "可以")):
                world.accepts(who, life, ask, int(words[3]) if words.startswith("可以") else None)
            elif words == "不行":
                world.may_answer(who, life, ask)
                need(ask.state in {"pending", "seen"})
            else:
                world.refuses(who, life, ask)
        elif words in {"已发出", "已发出 1个", "Enviado"}:
            world.ships(who, life, 1 if "1" in words else None)
        elif words.startswith("已收到"):
            world.receives(who, life, int(words[3]) if "个" in words else None)
        elif words == "撤回":
            world.withdraws(who, life)
        else:
            world.cannot(who, life)

    # Commands of the region and the books

    def assigns(self, request: int, who: int, right: int, store: int, again: int) -> None:
        life, overseer = self._life(request), self._someone(who, REGION if right % 4 == 0 else None)
        code, wanted = f"SZ0{store % 3 + 1}", self.world.stores[store % 3]
        self._commands(
            overseer, f"/assign {self._label(life)} {code}", lambda: self.world.assigns(overseer, life, wanted), again
        )

    def closes(self, request: int, who: int, right: int, said: int, again: int) -> None:
        life, overseer = self._life(request), self._someone(who, REGION if right % 4 == 0 else None)
        need = self.world.need

        def expected() -> None:
            need(overseer.role in REGION)
            self.world.may_order(overseer, life, *PATHS)
            need(said % 3 > 0, "bad")
            need(life.state in {"asking", "unfilled", "accepted"})
            self.world.stops(life, "closed")

        self._commands(overseer, f"/close {self._label(life)} {'客户取消' if said % 3 else ''}", expected, again)

    def extends(self, request: int, who: int, right: int, by: int, again: int) -> None:
        life, asker = self._life(request), self._someone(who, REGION if right % 2 else None)
        minutes = (1, 20, 600)[by % 3]
        self._commands(
            asker,
            f"/extend {self._label(life)} {minutes}m 堵车",
            lambda: self.world.extends(asker, life, timedelta(minutes=minutes)),
            again,
        )

    def records(self, request: int, who: int, right: int, _d: int, again: int) -> None:
        life, keeper = self._life(request), self._someone(who, BOOKKEEPERS if right % 2 else None)
        self._commands(
            keeper, f"/freight {self._label(life)} 50 SF123", lambda: self.world.records(keeper, life), again
        )

    def is_away(self, who: int, hours: int, _c: int, _d: int, again: int) -> None:
        one, hours = self._someone(who, LEADERS), hours % 4 + 1

        def expected() -> None:
            self.world.away[one.id] = self.talk.now + timedelta(hours=hours)

        self._commands(one, f"/away {hours}h", expected, again)

    def _commands(self, who: Someone, words: str, expected: Callable[[], object], again: int) -> None:
        person = self.persons[who.id]
        self._does(who, lambda source: self.talk.says(person, words, source=source), expected, again)

    # Time

    def time_passes(self, long: int, _b: int, _c: int, _d: int, _again: int) -> None:
        minutes = (1, 2, 4, 5, 7, 10, 15, 30, 44, 45, 60, 121, 480, 1500)[long % 14]
        self.fired += self.talk.passes(minutes=minutes, tick=NEVER)
        self.world.passes(self.talk.now)


class Activations(Lives):
    """The same with one that goes the other way round, to a store that is picked and others that are short of it."""

    @initialize(begun=st.sampled_from(ACTIVATED), quantity=st.integers(1, 3), short=st.booleans())
    def first(self, begun: tuple[tuple[str, str], ...], quantity: int, short: bool) -> None:
        """Begin with an activation that has come some way, where another store is `short` of the part or none is."""
        if short:
            self._posts(self.people[0], 2, "normal", False, 0)
        sender = next(one for one in self.people if one.store == self.network.sz02.id and one.role in LEADERS)
        self._activates(sender, quantity, self.network.sz03.code, self.network.sz03.id, 0)
        life = list(self.world.lives.values())[-1]
        for side, words in begun:
            ask = life.open_ask
            store = life.store if side == "requester" else ask.store if ask is not None else None
            self._replies(life, words, next(one for one in self.people if one.store == store), 0)

    def posts(self, who: int, quantity: int, urgency: int, waits: int, again: int) -> None:
        """Ask for a part, or offer some: often more than there is, or to oneself."""
        if waits % 3 or len(self.world.lives) >= MOST_REQUESTS:
            super().posts(who, quantity, urgency, waits, again)
            return
        one, place = self._someone(who, None), urgency % 3
        if sum(life.outward for life in self.world.lives.values()) < 2 and one.store != self.network.sz02.id:
            self._activates(one, quantity % 4 + 1, f"SZ0{place + 1}", self.world.stores[place], again)

    def _activates(self, who: Someone, quantity: int, code: str, target: int, again: int) -> None:
        def expected() -> None:
            self.world.need(who.role in ASKERS)
            assert who.store is not None
            self.world.need(who.store != target, "bad")
            self.world.need(who.store in self.world.stores)
            self.world.need(quantity <= self.world.left(who.store), "bad")
            (request,) = self._new_requests()
            self.world.activates(who, request, quantity, target)

        if who.store != self.network.bk01.id:
            self._commands(who, f"/activate 前大灯-左 x{quantity} {code}", expected, again)


def run(machine: type[Lives], template: Template, examples: int, steps: int) -> None:
    """Let a machine live; the seed is fixed where it is few."""
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


@pytest.mark.parametrize(
    ("examples", "steps"), [(14, 30), pytest.param(1500, 60, marks=pytest.mark.soak)], ids=["ci", "soak"]
)
def test_every_life_goes_as_the_programme_says(template: Template, examples: int, steps: int) -> None:
    run(Lives, template, examples, steps)


@pytest.mark.parametrize(
    ("examples", "steps"), [(8, 25), pytest.param(1500, 60, marks=pytest.mark.soak)], ids=["ci", "soak"]
)
def test_every_activation_goes_as_the_programme_says(template: Template, examples: int, steps: int) -> None:
    run(Activations, template, examples, steps)
