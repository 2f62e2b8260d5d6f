"""A move carries everything over, row for row, whenever it is killed; the source stays as it was."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import inspect, make_url
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, func, select, text

from bot.clock import SimulatedClock
from handlers.context import Context
from handlers.load import load
from handlers.registry import registry
from storage import migrate, move
from storage.backup import back_up
from storage.beside import NAME, Occupied, place_beside
from storage.database import Database, DatabaseError
from storage.move import Moved, SourceChanged
from storage.queries import queues, sharing
from storage.reading import is_same_place, others_at, reading
from storage.tables.ledger import PointsEntry
from storage.tables.people import Person
from storage.tables.queues import Timer
from tests.factories import MONDAY, Factory
from tests.fakes import FakePlatform
from tests.integration.move_desk import fill_the_rest, grow
from tests.outbox_desk import OutboxDesk
from tests.process import PATIENCE, ROOT

PASSWORD = "不可说-p%40ss"  # in the URL; nobody looks at it, for the tests' server trusts loopback

BATCH = 100  # rows in one transaction; some thousand else
COMMAND = f"from storage import backup; backup.BATCH = {BATCH}; from bot.cli import main; main()"

T = TypeVar("T")


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.backup.BATCH", BATCH)


@pytest.fixture(scope="module")
def grown(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a SQLite file with some thousand rows, once."""
    path = tmp_path_factory.mktemp("grown") / "xietong.db"
    shutil.copy(sqlite_template, path)
    with closing_database(f"sqlite:///{path}") as database:
        grow(database, 120)
        with database.transaction() as session:
            for number in range(3):
                queues.add_timer(session, key=f"note:{number}", name="test.note", due_at=MONDAY, word=str(number))
        fill_the_rest(database)
    return path


@pytest.fixture
def source(grown: Path, tmp_path: Path) -> Path:
    """Give a copy of it."""
    path = tmp_path / "source" / "xietong.db"
    path.parent.mkdir()
    shutil.copy(grown, path)
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of a database with nothing in it, not even tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/target.db"
    return str(request.getfixturevalue("empty_postgres").url)


@contextmanager
def closing_database(url: str) -> Iterator[Database]:
    """Open a database and close it."""
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


def look(url: str, question: Callable[[Session], T]) -> T:
    """Ask a database something."""
    with closing_database(url) as database, database.transaction(writing=False) as session:
        return question(session)


def carry(source: str | Path, target: str, *, anew: bool = False, told: move.Told = lambda *_: None) -> Moved:
    """Move, from a file or a URL."""
    return move.move(url_of(source) if isinstance(source, Path) else source, target, anew=anew, told=told)


def url_of(path: Path) -> str:
    """Return the URL of a SQLite file."""
    return f"sqlite:///{path}"


def facts(url: str, folder: Path) -> object:
    """Return what a backup says of every table: rows and digest."""
    with closing_database(url) as database:
        return back_up(database, folder / "facts.zip", MONDAY).tables


def digest(path: Path) -> str:
    """Return what a file's bytes come to."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def balances(session: Session) -> list[tuple[int, int]]:
    """Return the points of each store."""
    found = session.exec(select(PointsEntry.store_id, func.sum(PointsEntry.points)).group_by("store_id"))
    return sorted(map(tuple, found))


def pending(session: Session) -> list[str]:
    """Return the keys of the timers that are still to fire."""
    return sorted(session.exec(select(Timer.key).where(Timer.fired_at == None)))  # noqa: E711


# From one to the other


def test_everything_is_there_afterwards_and_the_source_is_as_it_was(source: Path, target: str, tmp_path: Path) -> None:
    before = digest(source)
    moved = carry(source, target)
    assert moved.is_same
    assert not moved.again
    assert [table.name for table in moved.tables if not table.rows] == []  # no table is left out
    assert sum(table.copied for table in moved.tables) == sum(table.rows for table in moved.tables) > 3_400
    assert digest(source) == before
    assert [path.name for path in source.parent.iterdir()] == ["xietong.db"]
    assert facts(target, tmp_path) == facts(url_of(source), tmp_path)
    assert look(target, balances) == look(url_of(source), balances) != []
    assert look(target, pending) == look(url_of(source), pending) == ["note:0", "note:1", "note:2"]
    with closing_database(target) as database:
        assert migrate.is_at_head(database)
        assert migrate.check(database) == []
        with database.engine.connect() as connection:
            assert NAME not in [*inspect(connection).get_table_names(), *inspect(connection).get_schema_names()]
    assert [path.name for path in tmp_path.iterdir() if NAME in path.name] == []


@pytest.mark.postgres
def test_it_goes_back_from_postgresql_to_a_file(postgres: Database, tmp_path: Path) -> None:
    grow(postgres, 40)
    with postgres.engine.begin() as connection:  # its sessions speak in another zone than UTC
        connection.execute(text(f"ALTER DATABASE \"{make_url(postgres.url).database}\" SET timezone = 'Asia/Shanghai'"))
    postgres.close()
    target = f"sqlite:///{tmp_path}/target.db"
    assert carry(postgres.url, target).is_same
    assert facts(target, tmp_path) == facts(postgres.url, tmp_path)
    assert look(target, balances) == look(postgres.url, balances) != []


def test_the_target_goes_on_numbering_and_its_ledgers_are_append_only(source: Path, target: str) -> None:
    carry(source, target)
    with closing_database(target) as database:
        with database.transaction() as session:
            last = session.exec(select(func.max(Person.id))).one()
            assert Factory(session).person("新来的").id > (last or 0)
        for statement in ("UPDATE points_entries SET points = 9", "DELETE FROM audit_entries"):
            with database.transaction() as session, pytest.raises(IntegrityError, match="append-only"):
                session.execute(text(statement))


async def test_a_bot_on_the_target_fires_what_was_pending_once(source: Path, target: str) -> None:
    carry(source, target)
    load()
    fired: list[str] = []

    def note(_context: Context, word: str) -> None:
        fired.append(word)

    registry.timers["test.note"] = note
    try:
        with closing_database(target) as database:
            clock = SimulatedClock(MONDAY + timedelta(hours=1))
            desk = OutboxDesk(database, clock, [FakePlatform(clock)])
            await desk.app.begin()
            await desk.app.settle()
            desk.restart()
            await desk.app.begin()
            await desk.app.settle()
    finally:
        del registry.timers["test.note"]
    assert sorted(fired) == ["0", "1", "2"]
    assert look(target, pending) != look(url_of(source), pending)


# Killed


class Killed(BaseException):
    """Ends a move at an instant, as far as the database can see."""


@pytest.mark.parametrize("at", [1, 4, 9])
def test_ended_after_a_batch_it_goes_on_with_the_next(source: Path, target: str, tmp_path: Path, at: int) -> None:
    steps = []

    def told(*step: object) -> None:
        steps.append(step)
        if len(steps) == at:
            raise Killed

    with pytest.raises(Killed):
        carry(source, target, told=told)
    copied = steps[-1][2]
    if "postgresql" in target or Path(target.removeprefix("sqlite:///")).exists():
        assert look(target, lambda session: inspect(session.connection()).get_table_names()) == []
    moved = carry(source, target)
    assert moved.is_same
    assert sum(table.copied for table in moved.tables) == sum(table.rows for table in moved.tables) - int(str(copied))
    assert facts(target, tmp_path) == facts(url_of(source), tmp_path)


def test_ended_before_it_is_put_in_place_it_compares_once_more(source: Path, target: str) -> None:
    steps = []

    def told(what: str, *_: object) -> None:
        steps.append(what)
        if steps.count("compared") == 25:
            raise Killed

    with pytest.raises(Killed):
        carry(source, target, told=told)
    if "sqlite" in target:  # there the notes go an instant before the file takes its name
        with closing_database(place_beside(target).url) as beside, beside.engine.begin() as connection:
            connection.execute(text(f"DROP TABLE {NAME}"))
    moved = carry(source, target)
    assert moved.is_same
    assert sum(table.copied for table in moved.tables) == 0
    assert not moved.again
    assert carry(source, target).again


@contextmanager
def running(source: Path, target: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run the command line's move."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("XIETONG_")}
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "move", "--to", target],
        cwd=source.parent,
        env={**clean, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)
        assert process.stdout is not None
        process.stdout.close()


def ended(process: subprocess.Popen[bytes], within: float) -> bool:
    """Wait a little; say whether the process has ended by itself."""
    try:
        process.wait(within)
    except subprocess.TimeoutExpired:
        return False
    return True


def rows_there(beside: Database) -> int:
    """Return how many rows the target's notes speak of; 0 before there are any."""
    asked = f"SELECT coalesce(sum((note::json->>'rows')::int), 0) FROM {NAME} WHERE name <> 'source'"
    try:
        with beside.engine.connect() as connection:
            return int(connection.execute(text(asked)).scalar_one())
    except DatabaseError:
        return 0


@pytest.mark.postgres
def test_killed_at_any_instant_the_same_command_goes_on(source: Path, empty_postgres: Database, tmp_path: Path) -> None:
    seeded = random.Random(3)
    instants = sorted(seeded.randrange(1, 3_400) for _ in range(4))
    beside = Database(place_beside(empty_postgres.url).url)
    before = digest(source)
    try:
        seen = 0
        for instant in instants:
            with running(source, empty_postgres.url) as process:
                while rows_there(beside) < instant and not ended(process, within=0.02):
                    pass
                process.kill()
                process.wait(10)
            there = rows_there(beside)
            assert there >= seen
            seen = there
        assert seen
    finally:
        beside.close()
    if place_beside(empty_postgres.url).is_begun():
        with running(source, empty_postgres.url) as process:
            said = process.communicate(timeout=PATIENCE)[0].decode()
            assert process.returncode == 0, said
        assert "compared row for row" in said
        assert "by earlier runs" in said
    assert facts(empty_postgres.url, tmp_path) == facts(url_of(source), tmp_path)
    assert digest(source) == before


# What it refuses


def test_a_target_with_something_in_it_is_refused(source: Path, any_database: Database, tmp_path: Path) -> None:
    with any_database.transaction() as session:
        Factory(session).person("谁")
    any_database.close()
    before = facts(any_database.url, tmp_path)
    for anew in (False, True):
        with pytest.raises(Occupied):
            carry(source, any_database.url, anew=anew)
    assert facts(any_database.url, tmp_path) == before


def test_a_target_with_tables_of_somebody_else_is_refused(source: Path, target: str) -> None:
    with closing_database(target) as database, database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE theirs (id INTEGER PRIMARY KEY)"))
    with pytest.raises(Occupied):
        carry(source, target)


def test_a_target_with_our_empty_tables_is_filled(source: Path, any_database: Database, tmp_path: Path) -> None:
    any_database.close()
    assert carry(source, any_database.url).is_same
    assert facts(any_database.url, tmp_path) == facts(url_of(source), tmp_path)


def test_a_target_that_is_filled_meanwhile_is_not_replaced(source: Path, any_database: Database) -> None:
    def told(what: str, table: str, done: int, of: int) -> None:
        if (what, done) == ("compared", of) and not look(any_database.url, pending):
            with any_database.transaction() as session:
                queues.add_timer(session, key="theirs", name="test.note", due_at=MONDAY)
            any_database.close()

    with pytest.raises(Occupied):
        carry(source, any_database.url, told=told)
    assert look(any_database.url, pending) == ["theirs"]


def test_a_source_that_changed_since_is_told_and_begun_anew_when_asked(
    source: Path, target: str, tmp_path: Path
) -> None:
    def told(*_: object) -> None:
        raise Killed

    with pytest.raises(Killed):
        carry(source, target, told=told)
    with closing_database(url_of(source)) as database, database.transaction() as session:
        Factory(session).person("后来的", account="")
        timer = queues.find_timer(session, "note:0")
        assert timer is not None
        timer.fired_at = MONDAY
    with pytest.raises(SourceChanged, match=r"^persons \(14 rows, now 15\), timers$"):
        carry(source, target)
    assert carry(source, target, anew=True).is_same
    assert facts(target, tmp_path) == facts(url_of(source), tmp_path)


def test_a_source_that_changes_meanwhile_is_told_and_nothing_is_put_in_place(source: Path, target: str) -> None:
    changed = []

    def told(what: str, *_: object) -> None:
        if what == "compared" and not changed:
            changed.append(what)
            with closing_database(url_of(source)) as database, database.transaction() as session:
                Factory(session).person("后来的", account="")

    with pytest.raises(SourceChanged, match="persons"):
        carry(source, target, told=told)
    assert place_beside(target).is_begun()
    if "sqlite" in target:
        assert not place_beside(target).has_home()


def test_a_row_that_differs_is_found_and_named_and_nothing_is_put_in_place(source: Path, target: str) -> None:
    altered = []

    def told(what: str, table: str, done: int, of: int) -> None:
        if (what, done) == ("copied", of) and not altered:
            altered.append(table)
            with closing_database(place_beside(target).url) as beside, beside.engine.begin() as connection:
                connection.execute(text("UPDATE steps SET due_at = started_at WHERE id = 7"))
                connection.execute(text("UPDATE events SET word = 'no' WHERE id <= 9"))
                connection.execute(text("DELETE FROM stock_levels WHERE id = 3"))
                connection.execute(text("UPDATE button_tokens SET token = 'zz' WHERE token = 'a5'"))

    moved = carry(source, target, told=told)
    assert not moved.is_same
    assert {table.name: (table.differ, table.keys) for table in moved.tables if table.differ} == {
        "steps": (1, ("7",)),
        "events": (9, ("1", "2", "3", "4", "5")),
        "stock_levels": (1, ("3",)),
        "button_tokens": (2, ("a5", "zz")),
    }
    assert not carry(source, target).is_same
    assert carry(source, target, anew=True).is_same


def test_while_the_bot_has_the_file_open_it_is_seen(source: Path) -> None:
    assert others_at(url_of(source)).living == 0
    # Locks of one process do not stand against each other: the bot is another process.
    holding = (
        "import sys; from storage.database import Database\n"
        "database = Database(sys.argv[1])\n"
        "with database.transaction(writing=False) as session:\n"
        "    session.connection().exec_driver_sql('SELECT 1 FROM timers').all()\n"
        "print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holding, url_of(source)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        assert others_at(url_of(source)).living == 1
    assert others_at(url_of(source)).living == 0


@pytest.mark.postgres
def test_while_a_process_lives_on_postgresql_it_is_seen(postgres: Database) -> None:
    postgres.close()
    assert (others_at(postgres.url).living, others_at(postgres.url).connected) == (0, 0)
    with postgres.transaction() as session:
        sharing.renew_leases(session, "one", ["poll:telegram"], timedelta(hours=1))
        sharing.renew_leases(session, "two", [], timedelta(hours=1))
        sharing.renew_leases(session, "dead", [], timedelta(hours=-1))
    assert (others_at(postgres.url).living, others_at(postgres.url).connected) == (2, 1)


def test_the_source_cannot_be_written_to(any_database: Database) -> None:
    any_database.close()
    with (
        reading(any_database.url) as database,
        database.engine.connect() as connection,
        pytest.raises(DatabaseError, match=r"read-?only"),
    ):
        connection.execute(text("INSERT INTO dealers (name) VALUES ('x')"))
    with any_database.transaction(writing=False) as session:
        assert session.execute(text("SELECT count(*) FROM dealers")).scalar_one() == 0


def test_two_urls_of_one_database_are_seen_as_one(tmp_path: Path) -> None:
    assert is_same_place(f"sqlite:///{tmp_path}/x.db", f"sqlite:///{tmp_path}/../{tmp_path.name}/x.db")
    assert not is_same_place(f"sqlite:///{tmp_path}/x.db", f"sqlite:///{tmp_path}/y.db")
    assert is_same_place("postgresql://a:b@host/x", "postgresql+psycopg://c@host:5432/x")
    assert not is_same_place("postgresql://host/x", "postgresql://host/y")
    assert not is_same_place("sqlite:///x", "postgresql://host/x")


@pytest.mark.postgres
def test_what_postgresql_cannot_hold_is_told(source: Path, empty_postgres: Database) -> None:
    with closing_database(url_of(source)) as database, database.transaction() as session:
        session.execute(text("UPDATE dealers SET name = 'a' || char(0) || 'b' WHERE id = 1"))
    with pytest.raises(DatabaseError, match="dealers"):
        carry(source, empty_postgres.url)
