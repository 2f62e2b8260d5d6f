"""How each command's time grows with the history: a year of 500 stores against the same stores with a week.

    python -m benchmarks.year [--days 365] [--repeats 30] [--keep FOLDER] [--postgres URL]

makes both databases (SQLite files, or databases on a PostgreSQL server), says everything to both in turn through the
real dispatch, and prints the medians and their ratio with its spread as a table, then as JSON. `--keep` leaves the
files in a folder and takes them from there the next time: a year takes some minutes and some 13 GB.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import create_engine, make_url, text
from sqlmodel import col, func, select

from benchmarks import year_acts
from benchmarks.year_history import add_history, analyse
from benchmarks.year_network import NOW, PER_REGION, add_network
from handlers import dispatch
from handlers.chat import Inbound, to_json
from handlers.context import Context
from handlers.load import load
from handlers.registry import registry
from handlers.settings import Settings
from storage.database import Database, normal_url
from storage.migrate import upgrade
from storage.queries import health, outbox, queues
from storage.tables.audit import AuditEntry
from storage.tables.queues import InboundRow
from storage.tables.requests import Request

STORES, A_DAY, DAYS, WEEK = 500, 3_300, 365, 7
MOST_REPEATS = 32  # of a hundred requests in each state some acts take the first, some the middle, some the last
GOAL = 1.2
KEY = bytes(range(32))  # of its customers: the same each time, for a history that is kept
BLOCKS = 5  # the ratio's spread is that of so many parts of the repetitions

# The boards: when they are drawn, and what is drawn. The week on the board is one that both databases hold whole.
EVENING = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
BOARDS: tuple[tuple[str, str, datetime, dict[str, Any]], ...] = (
    ("timer digest (region)", "reports.digest", EVENING, {"scope": "3", "day": "2026-11-20"}),
    ("timer digest (network)", "reports.digest", EVENING, {"scope": "network", "day": "2026-11-20"}),
    ("timer nudge (region)", "reports.nudge", EVENING, {"scope": "3", "day": "2026-11-20", "wall": "20:45"}),
    ("timer weekly (region)", "reports.weekly", MONDAY, {"scope": "3", "day": "2026-11-23"}),
)
BOARD_REPEATS = 10


class _Undone(Exception):
    """What was tried is rolled back."""


@dataclass
class Side:
    """One database, and what was measured in it."""

    database: Database
    days: int
    stores: int = STORES
    settings: Settings = field(default_factory=Settings)
    requests: int = 0
    build_seconds: float = 0.0
    size: int = 0
    said: int = 0

    def see(self) -> None:
        """Look at what is open before anybody speaks."""
        with self.database.transaction(writing=False) as session:
            self.scene = year_acts.look(session, self.stores)
            self.requests = session.exec(select(func.count()).select_from(Request)).one()

    def answer(self, name: str, make: year_acts.Make, turn: int) -> float:
        """Say one thing through the real path; return the seconds it took."""
        self.said += 1
        now = NOW + timedelta(seconds=self.said)
        source = f"year:{time.time_ns()}:{self.said}"
        with self.database.transaction() as session:
            inbound = make(session, self.scene, turn, now).inbound(source)
            inbound_id = _store(session, inbound, now)
        start = time.perf_counter()
        dispatch.answer(self.database, self.settings, inbound_id, inbound, now)
        took = time.perf_counter() - start
        self._check(name, inbound_id, inbound)
        return took

    def _check(self, name: str, inbound_id: int, inbound: Inbound) -> None:
        """Raise where an act was not done: a refusal is quick, and says nothing about what grows."""
        with self.database.transaction(writing=False) as session:
            failed = session.exec(select(InboundRow.error).where(InboundRow.id == inbound_id)).one()
            said = select(AuditEntry.act, AuditEntry.reason).where(AuditEntry.inbound_id == inbound_id)
            acts = session.exec(said.where(AuditEntry.at > NOW).order_by(col(AuditEntry.at).desc()).limit(1)).all()
        # What was done is on the record as what it is; a refusal as the command's own word, with why.
        word = inbound.text.partition(" ")[0]
        why = next((reason for act, reason in acts if reason and (inbound.token or act == word)), "")
        if failed or why:
            raise RuntimeError(f"{name} was not done: {failed or why}")

    def draw(self, timer: str, at: datetime, args: dict[str, Any]) -> float:
        """Do what a timer does, and take it back; return the seconds it took."""
        start = time.perf_counter()
        try:
            with self.database.transaction() as session:
                context = Context(session, self.settings, at, due_at=at)
                registry.timers[timer](context, **args)
                context.flush(session)
                raise _Undone
        except _Undone:
            return time.perf_counter() - start

    def ask(self, question: Callable[[Any], object], *, writing: bool = False) -> float:
        """Ask the database one question of the clock's or delivery's; return the seconds it took."""
        start = time.perf_counter()
        try:
            with self.database.transaction(writing=writing) as session:
                question(session)
                raise _Undone
        except _Undone:
            return time.perf_counter() - start


def _store(session: Any, inbound: Inbound, now: datetime) -> int:
    found = queues.add_inbound(
        session,
        source=inbound.id,
        platform=inbound.origin.platform,
        chat=inbound.origin.chat,
        payload=to_json(inbound),
        now=now,
    )
    assert found is not None
    return found


QUESTIONS: dict[str, Callable[[Any], object]] = {
    "tick list_due_timers": lambda session: queues.list_due_timers(session, NOW, 100),
    "tick find_next_due": lambda session: queues.find_next_due(session),
    "tick overdue timers": lambda session: health.list_overdue_timers(session, NOW, NOW, timedelta(hours=1), 100),
    "tick forgotten requests": lambda session: health.list_forgotten(session, NOW, 100),
    "tick given up": lambda session: health.list_given_up(session, NOW - timedelta(hours=1), 100),
    "tick open inbound": lambda session: health.list_open_inbound(session, NOW, 100),
    "tick open inbound (all)": lambda session: queues.list_open_inbound(session),
    "tick late timers": lambda session: queues.list_late_timers(session, NOW, 100),
    "tick waiting messages": lambda session: outbox.list_waiting(session, NOW),
    "tick figures": lambda session: health.measure(session, NOW),
}


def measure(
    repeats: int = 30, *, days: int = DAYS, keep: Path | None = None, postgres: str = "", only: str = ""
) -> dict[str, Any]:
    """Measure everything in both databases in turn; return the rows, and what was built and how."""
    load()
    repeats = min(repeats, MOST_REPEATS)
    with _database("week", WEEK, keep, postgres) as week, _database(f"days{days}", days, keep, postgres) as year:
        sides = (week, year)
        for side in sides:
            side.see()
        rows = []
        for name, work, times in _works(repeats):
            if only in name:
                rows.append(_row(name, [_pair(sides, work, turn) for turn in range(times)]))
                sys.stderr.write(f"{line_of(rows[-1])}\n")
        return {
            "figure": "each command's p50 with a year of 500 stores behind it",
            "yardstick": "the same stores with a week",
            "goal": GOAL,
            "database": "postgresql" if postgres else "sqlite",
            "stores": STORES,
            "built": [
                {
                    "days": side.days,
                    "requests": side.requests,
                    "build_seconds": round(side.build_seconds, 1),
                    "bytes": side.size,
                }
                for side in sides
            ],
            "repeats": repeats,
            "rows": rows,
        }


Work = Callable[[Side, int], float]


def _works(repeats: int) -> Iterator[tuple[str, Work, int]]:
    """List what is measured: name, how, and how often."""
    for name, make in year_acts.acts().items():
        often = min(repeats, STORES // PER_REGION) if name in year_acts.ONCE_A_REGION else repeats
        yield name, lambda side, turn, name=name, make=make: side.answer(name, make, turn), often  # type: ignore[misc]
    for name, timer, at, args in BOARDS:
        yield (
            name,
            lambda side, _turn, timer=timer, at=at, args=args: side.draw(timer, at, args),  # type: ignore[misc]
            min(repeats, BOARD_REPEATS),
        )
    yield "tick periodic", lambda side, _turn: _see_to(side), repeats
    for name, question in QUESTIONS.items():
        yield name, lambda side, _turn, question=question: side.ask(question, writing=True), repeats  # type: ignore[misc]


def _see_to(side: Side) -> float:
    start = time.perf_counter()
    dispatch.see_to(side.database, side.settings, NOW + timedelta(hours=1))
    return time.perf_counter() - start


def _pair(sides: tuple[Side, Side], work: Work, turn: int) -> tuple[float, float]:
    """Do one thing in both databases, the other one first every second time."""
    if turn % 2:
        second = work(sides[1], turn)
        return work(sides[0], turn), second
    return work(sides[0], turn), work(sides[1], turn)


def _row(name: str, pairs: list[tuple[float, float]]) -> dict[str, Any]:
    """Sum up: medians, their ratio, and the lowest and highest ratio of the parts."""
    size = max(1, len(pairs) // BLOCKS)
    parts = [pairs[start : start + size] for start in range(0, size * BLOCKS, size)]
    ratios = [median(b for _, b in part) / median(a for a, _ in part) for part in parts if part]
    week, year = median(a for a, _ in pairs), median(b for _, b in pairs)
    return {
        "name": name,
        "week_ms": round(week * 1000, 3),
        "year_ms": round(year * 1000, 3),
        "ratio": round(year / week, 3),
        "low": round(min(ratios), 3),
        "high": round(max(ratios), 3),
        "times": len(pairs),
    }


# The databases


@contextmanager
def _database(name: str, days: int, keep: Path | None, postgres: str) -> Iterator[Side]:
    if postgres:
        with _on_server(f"xietong_year_{name}", postgres) as url:
            yield from _side(url, days, fresh=True)
    elif keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        path = keep / f"{name}.db"
        yield from _side(f"sqlite:///{path}", days, fresh=not path.exists())
    else:
        with tempfile.TemporaryDirectory(prefix="xietong-year-") as folder:
            yield from _side(f"sqlite:///{Path(folder) / name}.db", days, fresh=True)


def _side(url: str, days: int, *, fresh: bool) -> Iterator[Side]:
    # Nothing is forced to the disk: what a disk takes for each commit would hide what grows.
    database = Database(url, passing=True, key=KEY)
    try:
        side = Side(database, days)
        upgrade(database)
        if fresh:
            fill(side, A_DAY)
        else:
            settle(side)
        side.size = _size(database)
        yield side
    finally:
        database.close()


def fill(side: Side, a_day: int) -> None:
    """Write the network and its history into an empty database."""
    start = time.perf_counter()
    add_network(side.database, side.stores)
    add_history(side.database, side.days, a_day, side.stores)
    settle(side)
    analyse(side.database)
    side.build_seconds = time.perf_counter() - start


def settle(side: Side) -> None:
    """Remember the past as the bot does of itself, once a day: a month of it at a time."""
    load()
    for _ in range(side.days // 28 + 2):
        with side.database.transaction() as session:
            registry.periodics["tallies"](Context(session, side.settings, NOW))


def _size(database: Database) -> int:
    with database.engine.connect() as connection:
        if database.is_sqlite:
            pages, each = (
                connection.exec_driver_sql(f"PRAGMA {word}").scalar_one() for word in ("page_count", "page_size")
            )
            return int(pages) * int(each)
        return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


@contextmanager
def _on_server(name: str, postgres: str) -> Iterator[str]:
    engine = create_engine(normal_url(postgres), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
        try:
            yield make_url(postgres).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    engine.dispose()


def table(found: dict[str, Any]) -> str:
    """Write what was measured as lines."""
    built = ", ".join(
        f"{one['days']} days = {one['requests']:,} requests ({one['bytes'] / 1e9:.2f} GB, {one['build_seconds']:.0f} s)"
        for one in found["built"]
    )
    lines = [f"{found['database']}: {built}", f"{'':28}{'week ms':>10}{'year ms':>10}{'ratio':>8}   spread"]
    return "\n".join([*lines, *(line_of(row) for row in found["rows"])])


def line_of(row: dict[str, Any]) -> str:
    """Write one row of the table."""
    ratio = f"{row['ratio']:8.2f}   {row['low']:.2f}-{row['high']:.2f}"
    over = "" if row["ratio"] <= GOAL else f"  > {GOAL}"
    return f"{row['name']:28}{row['week_ms']:10.2f}{row['year_ms']:10.2f}{ratio}{over}"


def main(words: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.year", description=__doc__)
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--postgres", default="")
    parser.add_argument("--only", default="", help="only what has this in its name")
    asked = parser.parse_args(words)
    found = measure(asked.repeats, days=asked.days, keep=asked.keep, postgres=asked.postgres, only=asked.only)
    sys.stdout.write(f"{table(found)}\n{json.dumps(found, ensure_ascii=False)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
