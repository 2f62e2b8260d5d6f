"""Nothing that is asked reads a whole history: every statement of every command, board and tick, by its plan.

The statements are those that really run, through the real dispatch, in a migrated database with a history in it. A
plan of SQLite's that scans one of the tables that grow for ever fails; so does one of PostgreSQL's that scans although
scanning was made dear, which means that no index would do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from benchmarks import year, year_acts
from benchmarks.year_history import analyse
from benchmarks.year_network import NOW
from handlers import dispatch
from handlers.load import load
from storage.database import Database
from storage.migrate import upgrade
from storage.tables.freshness import Refresh, SpotCheck
from tests.conftest import postgres_at

load()

# What grows with every request, for ever.
GROWING = frozenset(
    {
        *("requests", "transfers", "asks", "steps", "events", "cards", "button_tokens", "stock_moves"),
        *("points_entries", "money_entries", "audit_entries", "inbound", "outbox", "timers"),
        *("supports", "diversions", "work_credits", "bookings", "booked_slots"),
        *("capacities", "outlooks", "refreshes", "spot_checks"),
    }
)
# Indexes over what is open alone: to read all of one is to read what waits.
OPEN_ALONE = frozenset({"ix_inbound_open", "ix_timers_pending", "ix_outbox_open", "ix_timers_late"})
# Indexes that lead to years of rows where nothing but this column is given.
WIDE = (
    "SEARCH cards USING INDEX ix_cards_chat (chat=?)",
    "ix_transfers_part_id (part_id=?)",
    "ix_requests_region_id_ended_at (region_id=?)",
    "ix_asks_store_id_asked_at_state_answered_at_practice (store_id=?)",
    "sqlite_autoindex_requests_1 (kind=?)",
)

Statement = tuple[str, Any]
STORES, DAYS, A_DAY = 60, 40, 25


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def side(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[year.Side]:
    """Give a database with a history of some weeks in it, made once."""
    if request.param == "sqlite":
        made = Database(f"sqlite:///{tmp_path_factory.mktemp('growth') / 'growth.db'}", passing=True, key=year.KEY)
        upgrade(made)
        yield _filled(made)
        made.close()
        return
    # A database of its own for the module: the fixture's is for one test.
    with (
        postgres_at("growth", request.getfixturevalue("postgres_template")) as url,
        closing(Database(url, key=year.KEY)) as made,
    ):
        yield _filled(made)


def _filled(database: Database) -> year.Side:
    side = year.Side(database, DAYS, STORES)
    year.fill(side, A_DAY)
    with database.transaction() as session:
        for day in (NOW.date() - timedelta(days=number) for number in range(DAYS)):
            at = NOW - (NOW.date() - day)
            for store in range(1, STORES + 1):
                session.add(Refresh(store_id=store, board="stock", day=day, due_at=at, met=True))
                session.add(SpotCheck(store_id=store, part_id=1, day=day, asked_at=at, said=1, found=1))
    analyse(database)
    side.see()
    return side


@contextmanager
def heard(database: Database) -> Iterator[list[Statement]]:
    """Collect the statements that run."""
    found: list[Statement] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        found.append((statement, parameters[0] if isinstance(parameters, list) else parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def scans(database: Database, statements: list[Statement]) -> list[str]:
    """Return the statements that would read the whole of a growing table, each with the line of its plan."""
    asked = {statement: parameters for statement, parameters in statements if is_question(statement)}
    found: list[str] = []
    with database.reading() as connection:
        if not database.is_sqlite:
            connection.execute(text("SET enable_seqscan = off"))
        for statement, parameters in asked.items():
            word = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
            rows = connection.exec_driver_sql(word + statement, parameters).all()
            lines = [str(row[-1]) for row in rows]
            if "reverses_id IS NULL" in statement:  # true of almost every entry ever made
                found.extend(line for line in lines if " USING INDEX sqlite_autoindex_points_entries_2" in line)
            found.extend(f"{line}\n  {statement}" for line in lines if is_scan(line, sqlite=database.is_sqlite))
    return found


def is_question(statement: str) -> bool:
    """Say whether a statement looks for rows: an INSERT of given values does not."""
    return bool(re.match(r"\s*(SELECT|UPDATE|DELETE|WITH)\b", statement)) and "advisory" not in statement


def is_scan(line: str, *, sqlite: bool) -> bool:
    """Say whether a line of a plan reads the whole of a growing table, or years of it."""
    if not sqlite:
        found = re.search(r"Seq Scan on (\w+)", line)
        return found is not None and found[1] in GROWING
    if any(wide in line for wide in WIDE):
        return True
    found = re.match(r"SCAN (\w+?)(?:_\d+)?(?: USING (?:COVERING )?INDEX (\w+))?$", line.strip())
    return found is not None and found[1] in GROWING and found[2] not in OPEN_ALONE


def test_a_history_is_as_the_bot_would_have_left_it(side: year.Side) -> None:
    if side.database.is_sqlite:
        with side.database.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    assert side.requests == DAYS * A_DAY + 300
    with side.database.reading() as connection:
        kinds = {kind for (kind,) in connection.exec_driver_sql("SELECT kind FROM requests WHERE state = 'recorded'")}
    assert kinds == {"transfer", "support", "diversion"}
    assert len(side.scene.asking) == len(side.scene.accepted) == len(side.scene.shipped) == 100


@pytest.mark.parametrize("name", year_acts.acts())
def test_no_command_reads_a_whole_history(side: year.Side, name: str) -> None:
    acts, before = year_acts.acts(), year_acts.BEFORE.get(name)
    turn = 8 if before else 7
    if before:
        side.answer(before, acts[before], turn)
    with heard(side.database) as statements:
        side.answer(name, acts[name], turn)
    assert scans(side.database, statements) == []


@pytest.mark.parametrize("board", year.BOARDS, ids=lambda board: board[0])
def test_no_board_reads_a_whole_history(side: year.Side, board: tuple[str, str, Any, dict[str, Any]]) -> None:
    _, timer, at, args = board
    with heard(side.database) as statements:
        side.draw(timer, at, args)
    assert scans(side.database, statements) == []


def test_nothing_periodic_reads_a_whole_history(side: year.Side) -> None:
    with heard(side.database) as statements:
        dispatch.see_to(side.database, side.settings, NOW + timedelta(days=1, hours=2))
    assert scans(side.database, statements) == []
    with heard(side.database) as again:
        dispatch.see_to(side.database, side.settings, NOW + timedelta(days=1, hours=2, minutes=1))
    assert again
    assert not [statement for statement, _ in again if "INSERT INTO timers" in statement]  # all that comes is set


@pytest.mark.parametrize("name", year.QUESTIONS)
def test_no_tick_reads_a_whole_history(side: year.Side, name: str) -> None:
    question: Callable[[Any], object] = year.QUESTIONS[name]
    with heard(side.database) as statements:
        side.ask(question)
    assert scans(side.database, statements) == []
