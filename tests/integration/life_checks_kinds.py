"""What must hold of supports and diversions after every step of the model test."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, ClassVar

from hypothesis.stateful import invariant
from sqlalchemy import text

from tests.integration.life_desk import FACTS, Facts, LifeDesk
from tests.integration.life_model_kinds import KindLife, KindWorld

OWNED = frozenset({"accepted", "confirmed", "departed", "arrived", "done", "recorded"})


class KindChecks(LifeDesk):
    """What holds of requests of one kind after every step, the engine's beside the model's."""

    tables: ClassVar[dict[str, str]] = {
        **{table: columns for table, columns in FACTS.items() if table not in {"transfers", "stock_moves"}},
        "bookings": "*",
        "booked_slots": "*",
        "capacities": "*",
        "supports": "*",
        "diversions": "*",
        "work_credits": "*",
    }
    world: KindWorld  # type: ignore[assignment]

    # What always holds

    @invariant()
    def all_holds(self) -> None:
        facts = self._facts_by_name()
        self.the_model_and_the_engine_agree(facts)
        self.one_owner_and_one_open_ask(facts)
        self.no_half_hour_of_a_technician_is_taken_twice(facts)
        self.points_come_once_and_only_at_the_end(facts)
        self.what_is_over_is_silent_and_what_lives_is_waited_for(facts)
        self.a_timer_fires_once_and_a_card_is_posted_once()
        self.own_facts_agree(facts)

    def own_facts_agree(self, facts: Facts) -> None:
        """Compare what only this kind has."""
        raise NotImplementedError

    def the_model_and_the_engine_agree(self, facts: Facts) -> None:
        assert len(facts["requests"]) == len(self.world.lives)
        for life in self.world.lives.values():
            assert isinstance(life, KindLife)
            request = next(row for row in facts["requests"] if row["id"] == life.id)
            assert (request["state"], request["kept"]) == (life.state, life.kept)
            assert request["owner_store_id"] == life.owner
            assert (request["held_at"] is not None) == (life.held_at is not None)
            asks = [row for row in facts["asks"] if row["request_id"] == life.id]
            assert [(row["rank"], row["store_id"], row["state"]) for row in asks] == [
                (ask.rank, ask.store, ask.state) for ask in life.asks
            ]
            self.clocks_and_blame_agree([row for row in facts["steps"] if row["request_id"] == life.id], life)
            told = [
                (row["at"][:19], json.loads(row["args"])["target"])
                for row in facts["events"]
                if row["request_id"] == life.id and row["word"] == "escalated"
            ]
            assert sorted(told) == sorted((f"{at:%Y-%m-%d %H:%M:%S}", target) for at, target in life.told)
            assert life.prompts == len([row for row in facts["progress"] if row["request_id"] == life.id])

    def clocks_and_blame_agree(self, rows: list[dict[str, Any]], life: KindLife) -> None:
        """Compare every clock to the second, a hold's too, and against whom its breach stands."""
        # Who is blamed for the whole depends on who was late of all; the model does not say.
        steps = sorted(
            (
                row["turn"],
                row["name"],
                row["due_at"][:19],
                bool(row["breached_at"]),
                bool(row["ended_at"]),
                0 if row["name"] == self.world.whole else row["store_id"],
            )
            for row in rows
        )
        wanted = sorted(
            (
                clock.turn,
                clock.name,
                said(clock.due),
                clock.broken,
                clock.ended,
                0 if clock.name == self.world.whole else clock.store,
            )
            for clock in life.clocks
        )
        assert steps == wanted, f"{set(steps) - set(wanted)} are not {set(wanted) - set(steps)}"

    def one_owner_and_one_open_ask(self, facts: Facts) -> None:
        for request in facts["requests"]:
            asks = [row for row in facts["asks"] if row["request_id"] == request["id"]]
            opened = [row for row in asks if row["state"] in {"pending", "seen", "accepted"}]
            assert len(opened) <= 1
            owned = request["state"] in OWNED
            assert owned == (len([row for row in asks if row["state"] == "accepted"]) == 1)
            assert owned <= (request["owner_store_id"] is not None)

    def no_half_hour_of_a_technician_is_taken_twice(self, facts: Facts) -> None:
        standing = [row for row in facts["bookings"] if row["state"] != "freed"]
        home = {name: store for store, name in zip(self.world.stores, self.technicians(), strict=True)}
        found = {row["request_id"]: (home[row["technician_id"]], row["starts_at"][:19]) for row in standing}
        assert len(found) == len(standing)
        assert found == {
            life.id: (life.taken[0], said(life.taken[1][0]))
            for life in self.world.lives.values()
            if isinstance(life, KindLife) and life.taken is not None
        }
        slots = [(row["technician_id"], row["slot"]) for row in facts["booked_slots"]]
        assert len(slots) == len(set(slots))
        assert {row["booking_id"] for row in facts["booked_slots"]} == {row["id"] for row in standing}

    def technicians(self) -> list[int]:
        """Return the technicians of the three stores, in their order."""
        with self.database.transaction(writing=False) as session:
            rows = session.execute(text("SELECT id, store_id FROM technicians")).all()
        homes = {store: technician for technician, store in rows}
        return [homes[store] for store in self.world.stores]

    def points_come_once_and_only_at_the_end(self, facts: Facts) -> None:
        entries = facts["points_entries"]
        assert {row["request_id"]: row["store_id"] for row in entries} == self.world.points
        assert len(entries) == len(self.world.points)
        assert all(row["points"] == self.world.earned for row in entries)
        finished = {row["id"] for row in facts["requests"] if row["finished_at"] is not None}
        assert set(self.world.points) == finished

    def what_is_over_is_silent_and_what_lives_is_waited_for(self, facts: Facts) -> None:
        for life in self.world.lives.values():
            assert isinstance(life, KindLife)
            pending = [row for row in facts["timers_of"] if row["request_id"] == life.id]
            running = [row for row in facts["steps"] if row["request_id"] == life.id and row["ended_at"] is None]
            if life.ended:
                assert not pending and not running
                continue
            for clock in life.clocks:  # every limit that is not broken yet has its timer, or stands still
                due = f"request:{life.id}:{clock.turn}:{clock.name}:due"
                waits = any(row["key"].startswith(due) for row in pending)
                assert waits == (not clock.ended and not clock.broken and not self.world.stands(life, clock)), due
            assert any(row["name"] == "requests.hold_over" for row in pending) == (life.held_at is not None)
            assert pending, f"request {life.id} is {life.state} and waits for nothing"
            assert not [row for row in pending if row["due_at"][:19] <= said(self.talk.now)]


def said(at: datetime) -> str:
    """Write an instant as the database does, to the second."""
    return f"{at:%Y-%m-%d %H:%M:%S}"
