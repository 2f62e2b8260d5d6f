"""Finding a part among fifty thousand: what people type, through our own index, beside the driver's LIKE."""

from __future__ import annotations

import csv
import sqlite3
import statistics
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import psycopg

from benchmarks import inside
from benchmarks.harness import Figure, Goal, How, NotHere, Pair, Pairs
from benchmarks.parts import catalogue
from benchmarks.processes import postgres, sqlite
from bot.clock import WallClock
from handlers.boards import finding
from handlers.context import Context
from storage.database import Database
from storage.queries import boards
from storage.queries.stock import note_parts_changed
from storage.tables.boards import Part

QUERIES = Path(__file__).parent.parent / "tests" / "part_queries.tsv"
FIGURES = tuple(
    Figure(
        f"find-{name.lower()}",
        f"a part found among 50,000 by what people type, {name}: processor's time, median of 300",
        "ms",
        f"`LIKE '%…%'` over the 50,000 names by {driver}",
        Goal("most", 4.0, limit=20.0),
    )
    for name, driver in (("SQLite", "sqlite3"), ("PostgreSQL", "psycopg, by the clock: the server works"))
)


def measure(how: How) -> Pairs:
    """Measure both databases; the index is made before, as it is once in a process."""
    typed = _typed()[: how.size(300, 60)]
    found = {}
    with sqlite(how, "parts", _fill) as url:
        path = url.removeprefix("sqlite:///")
        found["find-sqlite"] = _in_turns(
            how, url, typed, lambda: _like(sqlite3.connect(path), "?", typed, process_time)
        )
    try:
        with postgres(how, _fill) as url:
            plain = url.replace("postgresql+psycopg", "postgresql")
            found["find-postgresql"] = _in_turns(
                how, url, typed, lambda: _like(psycopg.connect(plain), "%s", typed, perf_counter)
            )
    except NotHere as why:
        how.say(str(why))
    return found


def _in_turns(how: How, url: str, typed: Sequence[str], yardstick: Callable[[], float]) -> list[Pair]:
    database = Database(url)
    try:
        with database.transaction(writing=False) as session:
            begun = process_time()
            finding.make_ready(session)
            how.say(f"the index was made in {process_time() - begun:.2f} s of the processor's time")
        return [Pair(*pair) for pair in how.in_turns(lambda: _find(database, typed), yardstick)]
    finally:
        database.close()


def _find(database: Database, typed: Sequence[str]) -> float:
    """Find each of them as a command does; return the median milliseconds."""
    took = []
    for words in typed:
        with database.transaction(writing=False) as session:
            context = Context(session, inside.settings(), WallClock().now())
            begun = process_time()
            finding.find_parts(context, words)
            took.append((process_time() - begun) * 1000)
    return statistics.median(took)


def _like(connection: Any, place: str, typed: Sequence[str], clock: Callable[[], float]) -> float:
    """Look for each of them as it is written; return the median milliseconds."""
    took = []
    with closing(connection):
        cursor = connection.cursor()
        for words in typed:
            begun = clock()
            cursor.execute(f"SELECT id, name FROM parts WHERE name LIKE {place} LIMIT 5", (f"%{words}%",))
            cursor.fetchall()
            took.append((clock() - begun) * 1000)
    return statistics.median(took)


def _fill(database: Database) -> None:
    rows = [
        {"id": part.id, "part_no": part.part_no, "name": part.name, "aliases": part.aliases} for part in catalogue()
    ]
    with database.transaction() as session:
        boards.add_rows(session, Part, rows)
        note_parts_changed(session)


def _typed() -> list[str]:
    with QUERIES.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
        return [row["query"] for row in rows]
