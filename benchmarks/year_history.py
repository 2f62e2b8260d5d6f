"""What so many days of closed requests leave behind, made by the database itself: INSERT … SELECT, chunk by chunk.

A life is told by `lives`, a temporary table of numbers; every other row is computed from it, with no chance in it. Of
eleven requests nine are transfers, one is a support and one a diversion; what is open now are transfers. Of
twenty requests three go to a second store, one is withdrawn and one is shipped late; the others are accepted by the
first store that is asked, shipped, received and recorded. Constraints and the append-only triggers stay as they are.
A request leaves some 60 rows here, and some 200 in a lively week of the demo: what grows with the people who watch — a
card for each, an edit for each change, the nudges — is kept low, so that a year fits on a disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from benchmarks.year_life import closed_life, open_life
from benchmarks.year_network import NOW, PARTS, PER_REGION
from benchmarks.year_said import cards, said
from benchmarks.year_words import KIND, Words
from storage.database import Database

CLOSED = timedelta(hours=6)  # before NOW: the youngest of the closed ones was opened then
OPEN = 300  # of them a third is being asked, a third is accepted, a third is on the way
CHUNK = 20_000  # lives in one transaction
MINUTE = 60


def add_history(database: Database, days: int, a_day: int, stores: int) -> int:
    """Write the history of so many days and the requests that are open now; return how many requests there are."""
    words, closed = Words(database.is_sqlite), days * a_day
    _hasten(database)
    for first in range(1, closed + 1, CHUNK):
        last = min(first + CHUNK - 1, closed)
        _run(
            database,
            [*_lives(words, first, last, closed, days, stores), *closed_life(words), *said(words), "DROP TABLE lives"],
        )
    _run(
        database,
        [*_lives(words, closed + 1, closed + OPEN, 0, 0, stores), *open_life(words), *cards(words), "DROP TABLE lives"],
    )
    _run(database, [f"UPDATE counters SET value = {closed + OPEN}", *_sequences(words)])
    database.engine.dispose()  # what was hastened is over
    return closed + OPEN


def analyse(database: Database) -> None:
    """Let the database count what it has, as it does by itself in time."""
    if database.is_sqlite:
        _run(database, ["PRAGMA optimize"])
    else:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _hasten(database: Database) -> None:
    """Give SQLite's one connection a large cache, and let it trust the rows: each names rows made just before it.

    That they do is asked of a small history in tests/integration/test_growth.py.
    """
    if database.is_sqlite:
        with database.engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute("PRAGMA cache_size = -1000000")
            driver.execute("PRAGMA foreign_keys = OFF")


def _run(database: Database, statements: list[str]) -> None:
    """Run statements in one transaction, by the driver: what it is given has signs that mean something above it."""
    with database.engine.begin() as connection:
        cursor = connection.connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()


def _lives(words: Words, first: int, last: int, closed: int, days: int, stores: int) -> Iterator[str]:
    """Make the table of lives: n, opened (seconds), store s, first asked f, who gave o, what happened v, its kind."""
    end = int((NOW - CLOSED).timestamp())
    # An open one was opened in the last half hour: its clocks still run.
    opened = f"{end} - CAST(({closed} - n) AS BIGINT) * {days * 86_400} / {max(closed, 1)}" if closed else _just(last)
    base = f"(n * 7919 % {stores}) / {PER_REGION} * {PER_REGION}"
    place = f"(n * 7919 % {stores}) % {PER_REGION}"
    kind = KIND if closed else "'transfer'"
    yield (
        f"CREATE TEMPORARY TABLE lives AS WITH RECURSIVE numbers(n) AS (SELECT CAST({first} AS BIGINT) UNION ALL "
        f"SELECT n + 1 FROM numbers WHERE n < {last}) SELECT n, {opened} AS t, n * 7919 % {stores} + 1 AS s, "
        f"{base} / {PER_REGION} + 1 AS r, {base} + ({place} + 1 + n % 9) % {PER_REGION} + 1 AS f, "
        f"CASE WHEN n % 20 < 3 THEN {base} + ({place} + 11 + n % 9) % {PER_REGION} + 1 "
        f"ELSE {base} + ({place} + 1 + n % 9) % {PER_REGION} + 1 END AS o, n % 20 AS v, n % 7 * {MINUTE} AS x, "
        f"n * 31 % {PARTS} + 1 AS part, {kind} AS kind FROM numbers"
    )


def _just(last: int) -> str:
    return f"{int(NOW.timestamp())} - 1800 + (n + {OPEN} - {last}) * 2"


def _sequences(words: Words) -> Iterator[str]:
    """Let PostgreSQL count on from the ids that were given."""
    if words.is_sqlite:
        return
    tables = "requests asks steps events stock_moves points_entries money_entries inbound audit_entries cards timers "
    tables += "outbox stores regions dealers persons accounts chats parts bookings technicians"
    for table in tables.split():
        yield f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"


def window(days: int) -> tuple[datetime, datetime]:
    """Return when the history begins and ends."""
    return NOW - CLOSED - timedelta(days=days), NOW - CLOSED
