"""A database at head has the shape of `storage/tables` and refuses to change what is append-only."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, Table, insert, text
from sqlalchemy.exc import IntegrityError

from bot.app import App
from bot.clock import SimulatedClock
from bot.threads import Inline
from handlers.context import Context
from handlers.load import load
from handlers.registry import registry
from handlers.settings import Settings
from storage import migrate
from storage.database import Database
from tests.factories import MONDAY, small_network
from tests.fakes import FakePlatform

VERSIONS = sorted((migrate.MIGRATIONS / "versions").glob("*.py"))
APPEND_ONLY = ("points_entries", "money_entries", "audit_entries")
INSTANT = MONDAY.replace(tzinfo=None).isoformat(" ")
ENTRIES = {
    "points_entries": (
        "key, store_id, points, rule, policy_id, reason, at",
        f"'transfer:1', 1, 1, 'transfer', 1, '', '{INSTANT}'",
    ),
    "money_entries": (
        "key, amount, currency, payer, payee, rule, policy_id, reason, reference, at",
        f"'freight:1', 5000, 'CNY', 'hq', 'carrier', 'freight', 1, '', '', '{INSTANT}'",
    ),
    "audit_entries": (
        'at, platform, "user", chat, act, subject, before, after, reason, refused',
        f"'{INSTANT}', 'telegram', '7001', '7001', 'whoami', '', '', '', '', false",
    ),
}


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/empty.db")
    yield database
    database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_empty(request: pytest.FixtureRequest) -> Database:
    found = request.getfixturevalue("empty" if request.param == "sqlite" else "empty_postgres")
    assert isinstance(found, Database)
    return found


def test_an_empty_database_is_brought_to_head(any_empty: Database) -> None:
    assert migrate.current(any_empty) is None
    assert not migrate.is_at_head(any_empty)
    migrate.upgrade(any_empty)
    assert migrate.current(any_empty) == migrate.head()
    assert migrate.is_at_head(any_empty)


def test_the_migrations_make_the_tables_as_they_are_declared(any_database: Database) -> None:
    assert migrate.check(any_database) == []


def test_a_difference_between_tables_and_migrations_is_found(any_database: Database) -> None:
    with any_database.transaction() as session:
        session.execute(text("ALTER TABLE stores ADD COLUMN colour VARCHAR(8)"))
        session.execute(text("DROP INDEX ix_requests_finished_at"))
    found = "\n".join(migrate.check(any_database))
    assert "colour" in found
    assert "ix_requests_finished_at" in found


def test_upgrading_again_changes_nothing(any_database: Database) -> None:
    with any_database.transaction() as session:
        small_network(session)
    migrate.upgrade(any_database)
    with any_database.transaction(writing=False) as session:
        assert session.execute(text("SELECT count(*) FROM stores")).scalar_one() == 4


def test_a_database_of_a_newer_version_is_left_alone(any_database: Database) -> None:
    with any_database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(migrate.NewerDatabase, match="9999"):
        migrate.upgrade(any_database)
    assert not migrate.is_at_head(any_database)


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(any_empty: Database) -> None:
    with any_empty.transaction() as session:  # in the way of the last table the first migration makes
        session.execute(text("CREATE TABLE transfers (mine INTEGER)"))
    with pytest.raises(Exception, match="transfers"):
        migrate.upgrade(any_empty)
    assert migrate.current(any_empty) is None
    with any_empty.transaction() as session:
        session.execute(text("DROP TABLE transfers"))
    migrate.upgrade(any_empty)
    assert migrate.is_at_head(any_empty)


@pytest.mark.parametrize("since", [path.stem.partition("_")[0] for path in VERSIONS[:-1]])
async def test_an_upgrade_loses_no_timer_and_each_fires_once_after_it(any_empty: Database, since: str) -> None:
    migrate.upgrade(any_empty, since)
    with any_empty.engine.begin() as connection:
        timers = Table("timers", MetaData(), autoload_with=connection)
        given = {"name": "test.note", "try_at": MONDAY, "due_at": MONDAY, "attempts": 0, "error": ""}
        words = [given | {"key": f"note:{word}", "args": f'{{"word": "{word}"}}'} for word in "甲乙丙"]
        connection.execute(insert(timers), words)
    migrate.upgrade(any_empty)
    load()
    fired: list[str] = []

    def note(_context: Context, word: str) -> None:
        fired.append(word)

    registry.timers["test.note"] = note
    try:
        for _ in range(2):
            clock = SimulatedClock(MONDAY + timedelta(minutes=1))
            app = App(any_empty, Settings(), clock, [FakePlatform(clock)], workers=Inline())
            await app.begin()
            await app.settle()
    finally:
        del registry.timers["test.note"]
    assert sorted(fired) == sorted("甲乙丙")


def test_two_processes_upgrade_at_once_and_both_end_well(any_empty: Database) -> None:
    program = (
        "import sys; from storage.database import Database; from storage import migrate;"
        "database = Database(sys.argv[1]); sys.stdin.read(1); migrate.upgrade(database);"
        "sys.exit(0 if migrate.is_at_head(database) else 1)"
    )
    with ExitStack() as running:
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", program, any_empty.url], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            for _ in range(2)
        ]
        for process in processes:
            running.enter_context(process)
            running.callback(process.kill)
        for process in processes:  # both are let go once both wait
            assert process.stdin is not None
            process.stdin.write("!")
            process.stdin.flush()
        for process in processes:
            _, errors = process.communicate(timeout=200)
            assert process.returncode == 0, errors
    assert migrate.check(any_empty) == []


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_database_refuses_to_change_what_is_append_only(any_database: Database, table: str) -> None:
    columns, values = ENTRIES[table]
    with any_database.transaction() as session:
        small_network(session)
        session.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({values})"))
    changes = [f"UPDATE {table} SET reason = 'better'", f"DELETE FROM {table}"]
    if any_database.is_sqlite:
        changes.append(f"INSERT OR REPLACE INTO {table} (id, {columns}) VALUES (1, {values})")
    else:
        changes.append(f"TRUNCATE {table} CASCADE")
    for change in changes:
        with pytest.raises(IntegrityError, match="append-only"), any_database.transaction() as session:
            session.execute(text(change))
    with any_database.transaction(writing=False) as session:
        assert session.execute(text(f"SELECT count(*) FROM {table} WHERE reason = ''")).scalar_one() == 1


def test_there_is_no_way_down_and_one_line_of_migrations() -> None:
    # An upgrade is undone by restoring the backup made before it; a downgrade nobody runs is a downgrade nobody trusts.
    for path in VERSIONS:
        names = {node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)}
        assert "upgrade" in names, path.name
        assert "downgrade" not in names, path.name
    scripts = ScriptDirectory(str(migrate.MIGRATIONS))
    assert [script.revision for script in scripts.walk_revisions()] == [
        path.name.partition("_")[0] for path in reversed(VERSIONS)
    ]


def test_a_migration_imports_none_of_our_code() -> None:
    for path in (*VERSIONS, migrate.MIGRATIONS / "env.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert all(name.partition(".")[0] in {"alembic", "sqlalchemy"} for name in names), f"{path.name}: {names}"


def test_a_developer_sees_whether_a_migration_is_missing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "storage.migrate", "check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "as they are declared" in done.stdout
