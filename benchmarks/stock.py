"""What a `/stock` costs in a large network, beside a `/whoami` of the same process.

Milliseconds an answer: the time from the first command handed over to the last answer received, ÷ the commands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from benchmarks.harness import Figure, Goal, How, Pairs, pairs_of
from benchmarks.network import Network
from benchmarks.processes import Wire, bot, sqlite, until, wired
from benchmarks.updates import is_done, warm_up
from storage.database import Database

PARTS = 50_000
FIGURES = (
    Figure(
        "stock",
        "ms of a `/stock` answer, 50,000 parts × 200 stores",
        "ms",
        "a `/whoami` answer of the same process",
        Goal("most", 1.5),
    ),
)


@dataclass(frozen=True)
class Large:
    """The network that is measured, with so many further parts, each on the shelf of every store."""

    network: Network
    parts: int

    def fill(self, database: Database) -> None:
        """Write it into an empty database; the rows are too many to be made one by one."""
        self.network.fill(database)
        with database.transaction() as session:
            connection = session.connection()
            connection.execute(
                text(
                    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :parts) "
                    "INSERT INTO parts (part_no, name, aliases) "
                    "SELECT printf('LP-%06d', i), printf('部件%06d-%s', i, iif(i % 2, '右', '左')), '' FROM n"
                ),
                {"parts": self.parts},
            )
            connection.execute(
                text(
                    "INSERT INTO stock_levels "
                    "(part_id, store_id, quantity, stated_at, stated_by, moved_at, counted_at, used) "
                    "SELECT p.id, s.id, (p.id + s.id) % 9, l.stated_at, 'benchmark', l.stated_at, l.stated_at, 0 "
                    "FROM parts p, stores s, "
                    "(SELECT max(stated_at) AS stated_at FROM stock_levels) l WHERE p.part_no LIKE 'LP-%'"
                )
            )

    def stock(self, count: int) -> list[tuple[int, int, str]]:
        """Let the managers ask in turns who has one of these parts."""
        users = [self.network.user(number % self.network.stores) for number in range(count)]
        return [(user, user, f"/stock LP-{number * 7919 % self.parts:06}") for number, user in enumerate(users)]


def measure(how: How) -> Pairs:
    """Measure both in turns in one process."""
    large = Large(Network(), how.size(PARTS, 2_000))
    stock, whoami = large.stock(how.size(1_000, 200)), large.network.whoami(how.size(1_000, 200))
    with wired() as wire, sqlite(how, f"stock-{large.parts}", large.fill) as url, bot(how, wire, url):
        warm_up(wire, large.network)
        measured = how.in_turns(
            lambda: _each(how, wire, url, "/stock", stock), lambda: _each(how, wire, url, "/whoami", whoami)
        )
    return pairs_of("stock", measured)


def _each(how: How, wire: Wire, url: str, name: str, said: Sequence[tuple[int, int, str]]) -> float:
    wire.ask("forget")
    wire.load(said)
    told = wire.wait_quiet(len(said))
    until(lambda: is_done(url), "an empty outbox")
    told = wire.wait_quiet(len(said), rest=0.3)
    took = (told["last_said"] - told["first_handed"]) / len(said) * 1000
    how.say(f"{name} {took:.2f} ms each")
    return float(took)
