"""What the test of a request's life stands on: the engine with its database, and how it is compared with the model."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlalchemy import text
from sqlmodel import col, func, select

from handlers.chat import Form, Reply
from storage.database import Database
from storage.tables.chats import ButtonToken, Card
from storage.tables.people import Account, Person
from storage.tables.queues import OutboxRow
from storage.tables.requests import Ask, Request
from tests.factories import SmallNetwork
from tests.integration.life_model import LEADERS, Asked, Life, No, Someone, World
from tests.talk import Talk

# What a person's request may change; the rest of the database is looked at apart.
FACTS = {
    "requests": "*",
    "transfers": "*",
    "asks": "*",
    "steps": "*",
    "events": "*",
    "progress": "*",
    "timers": "key, due_at, fired_at, cancelled_at",
    "stock_levels": "*",
    "stock_moves": "*",
    "points_entries": "*",
    "money_entries": "*",
    "cards": "*",
}


Facts = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Template:
    """A migrated SQLite file with the small network in it, every store open day and night."""

    path: Path
    network: SmallNetwork


class LifeDesk(RuleBasedStateMachine):
    """Requests of one network, the engine's beside the model's."""

    template: ClassVar[Template]
    tables: ClassVar[dict[str, str]] = FACTS

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="life-")
        path = Path(self.folder.name) / "life.db"
        shutil.copy(self.template.path, path)
        self.database = Database(f"sqlite:///{path}", passing=True)
        self.talk = Talk(self.database)
        self.network = network = self.template.network
        self.forms: list[Form] = []
        self.fired: list[str] = []
        self.said = 0
        with self.database.transaction(writing=False) as session:
            self.people = [
                Someone(one.id, one.name, str(one.role), one.store_id, one.region_id)
                for one in session.exec(select(Person).order_by(col(Person.id)))
            ]
            self.accounts = {account.person_id: account for account in session.exec(select(Account))}
        self.persons = {someone.id: self._row(Person, someone.id) for someone in self.people}
        stores = (network.sz01.id, network.sz02.id, network.sz03.id)
        self.world = World(
            stores=stores,
            region=network.shenzhen.id,
            stock={stores[0]: 0, stores[1]: 3, stores[2]: 4},
            leaders={
                store: tuple(one.id for one in self.people if one.store == store and one.role in LEADERS)
                for store in stores
            },
            observed=self._observed,
            now=self.talk.now,
        )
        self.pieces = sum(self.world.stock.values())

    def teardown(self) -> None:
        self.database.close()
        self.folder.cleanup()

    # What the database says

    def _row(self, table: Any, key: int) -> Any:
        with self.database.transaction(writing=False) as session:
            return session.get_one(table, key)

    def _observed(self, request: int, rank: int) -> int | None:
        with self.database.transaction(writing=False) as session:
            return session.exec(select(Ask.store_id).where(Ask.request_id == request, Ask.rank == rank)).one_or_none()

    def _facts(self) -> dict[str, list[Any]]:
        with self.database.transaction(writing=False) as session:
            return {
                table: [tuple(row) for row in session.execute(text(f"SELECT {columns} FROM {table} ORDER BY 1"))]
                for table, columns in self.tables.items()
            }

    def _number(self, table: str, where: str = "1") -> int:
        with self.database.transaction(writing=False) as session:
            return int(session.execute(text(f"SELECT count(*) FROM {table} WHERE {where}")).scalar_one())

    def _tokens(self) -> list[tuple[str, str, dict[str, Any]]]:
        with self.database.transaction(writing=False) as session:
            rows = session.exec(select(ButtonToken).order_by(text("rowid")))
            return [(row.token, row.action, json.loads(row.args)) for row in rows]

    # Doing one thing

    def _does(self, who: Someone, act: Callable[[str], Reply], expected: Callable[[], object], again: int) -> Reply:
        """Do one thing in the engine and in the model, `again` times repeated with the same id."""
        self.said += 1
        source = f"model:{self.said}"
        before = self._facts()
        outbox, audit, requests = (self._number(table) for table in ("outbox", "audit_entries", "requests"))
        reply = act(source)
        if reply.form is not None:
            self.forms.append(reply.form)
        try:
            expected()
        except No as no:
            assert self._facts() == before, "a refusal changed something"
            self._was_refused(who, reply, outbox, audit, no.kind)
        self.fired += self.talk.fires_due()
        self.world.passes(self.talk.now)
        if again:
            self._repeats(lambda: act(source), again)
        assert self._number("requests") >= requests
        return reply

    def _was_refused(self, who: Someone, reply: Reply, outbox: int, audit: int, kind: str) -> None:
        with self.database.transaction(writing=False) as session:
            rows = session.exec(select(OutboxRow).order_by(col(OutboxRow.id)).offset(outbox)).all()
            account = self.accounts[who.id]
            assert all(row.only_for == account.user or row.chat == account.private_chat for row in rows)
            assert rows or reply.toast or reply.errors, "a refusal without a word"
            entries = session.execute(
                text("SELECT person_id, refused, reason FROM audit_entries ORDER BY id LIMIT -1 OFFSET :n"),
                {"n": audit},
            ).all()
        assert [(person, bool(refused)) for person, refused, _ in entries] == [(who.id, kind == "refused")], entries
        assert all(reason for *_, reason in entries)

    def _repeats(self, act: Callable[[], Reply], times: int) -> None:
        counted = ("outbox", "audit_entries", "inbound", "timers", "requests")
        before, numbers = self._facts(), [self._number(table) for table in counted]
        for _ in range(times):
            assert act() == Reply()
        assert self._facts() == before
        assert [self._number(table) for table in counted] == numbers

    def _new_requests(self) -> list[int]:
        with self.database.transaction(writing=False) as session:
            ids = session.exec(select(Request.id).order_by(col(Request.id))).all()
        return [found for found in ids if found not in self.world.lives]

    def _opens(self, who: Someone, quantity: int, urgency: str, waits: bool) -> None:
        (request,) = self._new_requests()
        self.world.opens(who, request, quantity, urgency, waits)

    # Finding

    def _life(self, number: int) -> Life:
        lives = list(self.world.lives.values())
        return lives[number % len(lives)]

    def _asked(self, ask_id: int) -> tuple[Life, Asked]:
        ask = self._row(Ask, ask_id)
        life = self.world.lives[ask.request_id]
        return life, life.asks[ask.rank - 1]

    def _someone(self, number: int, roles: frozenset[str] | None) -> Someone:
        found = [one for one in self.people if roles is None or one.role in roles]
        return found[number % len(found)]

    def _label(self, life: Life) -> str:
        return f"{'K' if life.outward else 'T'}-{self._row(Request, life.id).number:04}"

    # What always holds

    @invariant()
    def all_holds(self) -> None:
        facts = self._facts_by_name()
        self.the_model_and_the_engine_agree(facts)
        self.one_owner_one_open_ask_and_quantities_in_order(facts)
        self.stock_is_moved_once_and_nothing_vanishes(facts)
        self.points_are_the_finished_transfers(facts)
        self.what_is_over_is_silent_and_what_lives_is_waited_for(facts)
        self.a_timer_fires_once_and_a_card_is_posted_once()

    def the_model_and_the_engine_agree(self, facts: Facts) -> None:
        assert len(facts["requests"]) == len(self.world.lives)
        for life in self.world.lives.values():
            request = next(row for row in facts["requests"] if row["id"] == life.id)
            moved = next(row for row in facts["transfers"] if row["request_id"] == life.id)
            quantities = (life.asked, life.accepted, life.shipped, life.received, life.lost, life.cancelled)
            assert request["state"] == life.state
            assert request["owner_store_id"] == life.owner
            assert request["kept"] == life.kept
            names = ("asked", "accepted", "shipped", "received", "lost", "cancelled")
            assert tuple(moved[name] for name in names) == quantities
            asks = [row for row in facts["asks"] if row["request_id"] == life.id]
            assert [(row["rank"], row["store_id"], row["state"]) for row in asks] == [
                (ask.rank, ask.store, ask.state) for ask in life.asks
            ]
            steps = sorted(
                (row["turn"], row["name"], row["due_at"][:19], bool(row["breached_at"]), bool(row["ended_at"]))
                for row in facts["steps"]
                if row["request_id"] == life.id
            )
            assert steps == sorted(
                (clock.turn, clock.name, f"{clock.due:%Y-%m-%d %H:%M:%S}", clock.broken, clock.ended)
                for clock in life.clocks
            )
            blamed = {
                (row["turn"], row["name"]): row["store_id"] for row in facts["steps"] if row["request_id"] == life.id
            }
            # The whole's breach is blamed on whoever was late; the model does not say who that was.
            clocks = {(clock.turn, clock.name): clock.store for clock in life.clocks if clock.name != "deliver"}
            assert clocks.items() <= blamed.items()
            told = [
                (row["at"][:19], json.loads(row["args"])["target"])
                for row in facts["events"]
                if row["request_id"] == life.id and row["word"] == "escalated"
            ]
            assert sorted(told) == sorted((f"{at:%Y-%m-%d %H:%M:%S}", target) for at, target in life.told)
            assert life.prompts == len([row for row in facts["progress"] if row["request_id"] == life.id])

    def one_owner_one_open_ask_and_quantities_in_order(self, facts: Facts) -> None:
        for request in facts["requests"]:
            asks = [row for row in facts["asks"] if row["request_id"] == request["id"]]
            opened = [row for row in asks if row["state"] in {"pending", "seen", "accepted"}]
            assert len(opened) <= 1
            owned = request["state"] in {"accepted", "shipped", "received", "recorded"}
            assert owned == (len([row for row in asks if row["state"] == "accepted"]) == 1)
            assert owned <= (request["owner_store_id"] is not None)
        for row in facts["transfers"]:
            assert row["asked"] >= row["accepted"] >= row["shipped"] >= row["received"] + row["lost"] >= 0
            assert row["accepted"] >= row["received"] + row["lost"] + row["cancelled"]

    def stock_is_moved_once_and_nothing_vanishes(self, facts: Facts) -> None:
        world = self.world
        part = self.network.headlamp.id
        levels = {row["store_id"]: row["quantity"] for row in facts["stock_levels"] if row["part_id"] == part}
        assert {store: levels[store] for store in world.stores} == world.stock
        assert sum(world.stock.values()) == self.pieces - world.lost + world.made_up
        for life in world.lives.values():
            moves = [row for row in facts["stock_moves"] if row["request_id"] == life.id]
            assert sum(row["quantity_in"] for row in moves) == life.received
            assert sum(row["quantity_out"] for row in moves) == life.received + life.lost

    def points_are_the_finished_transfers(self, facts: Facts) -> None:
        entries = facts["points_entries"]
        assert {row["request_id"]: row["store_id"] for row in entries} == self.world.points
        assert len(entries) == len(self.world.points)
        worth = {life.id: 10 if life.outward else 1 for life in self.world.lives.values()}
        assert all(row["points"] == worth[row["request_id"]] for row in entries)

    def what_is_over_is_silent_and_what_lives_is_waited_for(self, facts: Facts) -> None:
        for life in self.world.lives.values():
            pending = [row for row in facts["timers_of"] if row["request_id"] == life.id]
            running = [row for row in facts["steps"] if row["request_id"] == life.id and row["ended_at"] is None]
            if life.ended:
                assert not pending and not running
                continue
            keys = {row["key"].rpartition(":")[0] for row in pending}
            for clock in life.clocks:  # every limit that is not broken yet has its timer
                if not clock.ended and not clock.broken:
                    prefix = f"request:{life.id}:{clock.turn}:{clock.name}:"
                    assert any(row["key"].startswith(f"{prefix}due") for row in pending), (prefix, keys)
            assert pending, f"request {life.id} is {life.state} and waits for nothing"
            assert not [row for row in pending if row["due_at"][:19] <= f"{self.talk.now:%Y-%m-%d %H:%M:%S}"]

    def a_timer_fires_once_and_a_card_is_posted_once(self) -> None:
        assert len(self.fired) == len(set(self.fired))
        with self.database.transaction(writing=False) as session:
            posts = session.exec(
                select(Card.request_id, OutboxRow.platform, OutboxRow.chat, OutboxRow.thread, func.count())
                .join(Card, col(Card.id) == col(OutboxRow.card_id))
                .where(col(OutboxRow.edit).is_(False), col(OutboxRow.under_card).is_(False))
                .group_by(col(Card.request_id), OutboxRow.platform, OutboxRow.chat, OutboxRow.thread)
            ).all()
        assert all(count == 1 for *_, count in posts)

    def _facts_by_name(self) -> Facts:
        """Return the rows as they are now, read once a step."""
        with self.database.transaction(writing=False) as session:
            queries = {table: f"SELECT * FROM {table} ORDER BY 1" for table in self.tables if table != "timers"}
            queries["timers_of"] = "SELECT * FROM timers WHERE fired_at IS NULL AND cancelled_at IS NULL"
            return {
                name: [dict(row._mapping) for row in session.execute(text(query))] for name, query in queries.items()
            }
