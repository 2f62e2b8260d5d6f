"""A backup restores the same balances and pending timers, on either database and from one to the other."""

from __future__ import annotations

import json
import os
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, func, select, text

from storage import migrate
from storage.backup import BadBackup, back_up, is_empty, read_manifest
from storage.database import Database
from storage.queries import queues
from storage.restore import InUse, NotEmpty, restore
from storage.tables.audit import AuditEntry
from storage.tables.boards import Capacity
from storage.tables.chats import ButtonToken
from storage.tables.ledger import PointsEntry
from storage.tables.people import Person
from storage.tables.queues import Timer
from tests.factories import MONDAY, Factory

ODD = "前大灯 <b>'\"\\ 🚗 \u2028 é \t{}"


def _fill(database: Database) -> None:
    with database.transaction() as session:
        make = Factory(session)
        store = make.store("ZZ99", ODD, place=(22.0, 113.123456789))
        for _ in range(10):
            make.person(at=store)
        policy = session.execute(text("SELECT id FROM policies")).scalar() or _policy(session)
        for key, points in (("a", 1), ("b", 10)):
            entry = make.add(
                PointsEntry(
                    key=key, store_id=store.id, points=points, rule="points.transfer", policy_id=policy, at=MONDAY
                )
            )
        back = {"reverses_id": entry.id, "policy_id": policy, "at": MONDAY + timedelta(microseconds=7)}
        make.add(PointsEntry(key="-b", store_id=store.id, points=-10, rule="points.transfer", **back))
        for number in range(3):
            queues.add_timer(
                session, key=f"timer:{number}", name="reports.digest", due_at=MONDAY + timedelta(hours=number), n=number
            )
        fired = queues.find_timer(session, "timer:0")
        assert fired is not None
        fired.fired_at = MONDAY
        make.add(Capacity(store_id=store.id, day=date(2026, 3, 2), daily_capacity=30, bookings=32, stated_at=MONDAY))
        for token in ("b", "A", "_", "Z", "é"):  # sorted differently by SQLite and PostgreSQL
            make.add(ButtonToken(token=token, key=token, action="x", args="{}", created_at=MONDAY))
        make.add(AuditEntry(at=MONDAY, act="test", after=ODD))


def _policy(session: Session) -> int:
    from handlers.settings import Rules
    from storage.tables.requests import Policy

    policy = Factory(session).add(Policy(rules=Rules().model_dump_json(), digest="d", since=MONDAY))
    return policy.id


def _facts(database: Database) -> dict[str, object]:
    with database.transaction(writing=False) as session:
        balances = session.exec(select(PointsEntry.store_id, func.sum(PointsEntry.points)).group_by("store_id")).all()
        pending = session.exec(select(Timer.key, Timer.due_at).where(Timer.fired_at == None)).all()  # noqa: E711
        people = session.exec(select(Person.name, Person.role).order_by("id")).all()
        return {"balances": sorted(map(tuple, balances)), "pending": sorted(map(tuple, pending)), "people": people}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of a database with nothing in it, not even tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/restored.db"
    found = request.getfixturevalue("empty_postgres")
    return str(found.url)


def _opened(url: str, look: Callable[[Database], object]) -> object:
    database = Database(url)
    try:
        return look(database)
    finally:
        database.close()


def test_a_backup_restores_the_same_balances_and_pending_timers_on_either_database(
    any_database: Database, empty_url: str, tmp_path: Path
) -> None:
    _fill(any_database)
    made = back_up(any_database, tmp_path / "b.zip", MONDAY)
    assert made.rows > 30
    manifest, kept = restore(empty_url, tmp_path / "b.zip", MONDAY)
    assert manifest == made
    assert kept == ""

    def look(restored: Database) -> None:
        assert _facts(restored) == _facts(any_database)
        assert migrate.is_at_head(restored)
        assert migrate.check(restored) == []
        again = back_up(restored, tmp_path / "again.zip", MONDAY)
        assert again.tables == made.tables

    _opened(empty_url, look)


def test_the_restored_database_goes_on(any_database: Database, empty_url: str, tmp_path: Path) -> None:
    _fill(any_database)
    back_up(any_database, tmp_path / "b.zip", MONDAY)
    restore(empty_url, tmp_path / "b.zip", MONDAY)

    def look(restored: Database) -> None:
        with restored.transaction() as session:
            last = session.exec(select(func.max(Person.id))).one()
            assert Factory(session).person("新来的").id > (last or 0)
        with restored.transaction() as session, pytest.raises(IntegrityError, match="append-only"):
            session.execute(text("UPDATE points_entries SET points = 1000"))
        with restored.transaction() as session, pytest.raises(IntegrityError, match="append-only"):
            session.execute(text("DELETE FROM audit_entries"))

    _opened(empty_url, look)


def test_a_database_with_something_in_it_is_replaced_only_when_told_and_kept_aside(
    any_database: Database, tmp_path: Path
) -> None:
    _fill(any_database)
    back_up(any_database, tmp_path / "b.zip", MONDAY)
    before = _facts(any_database)
    with any_database.transaction() as session:
        Factory(session).person("后来的")
    later = _facts(any_database)
    any_database.close()
    with pytest.raises(NotEmpty):
        restore(any_database.url, tmp_path / "b.zip", MONDAY)
    assert _opened(any_database.url, _facts) == later
    _, kept = restore(any_database.url, tmp_path / "b.zip", MONDAY, replace=True)
    assert _opened(any_database.url, _facts) == before
    if any_database.is_sqlite:
        assert _opened(f"sqlite:///{kept}", _facts) == later
    else:
        assert kept == "schema before_20260302020000"
        with any_database.transaction() as session:
            session.execute(text("SET LOCAL search_path = before_20260302020000"))
            assert session.exec(select(Person.name).where(Person.name == "后来的")).one()


def test_the_empty_tables_of_a_new_database_are_no_hindrance(any_database: Database, tmp_path: Path) -> None:
    _fill(any_database)
    back_up(any_database, tmp_path / "b.zip", MONDAY)
    fresh = Database(f"sqlite:///{tmp_path}/fresh.db")
    migrate.upgrade(fresh)
    assert is_empty(fresh)
    fresh.close()
    _, kept = restore(fresh.url, tmp_path / "b.zip", MONDAY)
    assert kept == ""
    assert not _opened(fresh.url, is_empty)


def _rewrite(file: Path, change: Callable[[str, bytes], bytes]) -> None:
    with zipfile.ZipFile(file) as archive:
        parts = {name: change(name, archive.read(name)) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("points_entries", lambda content: content.replace(b"-10", b"-99")),
        ("points_entries", lambda content: content[: content.rindex(b"\n", 0, -1) + 1]),
        ("timers", lambda content: content + content.splitlines()[0].replace(b"timer:0", b"timer:9") + b"\n"),
        ("timers", lambda content: content[:-10]),
    ],
)
def test_a_damaged_backup_changes_nothing(
    any_database: Database, tmp_path: Path, table: str, change: Callable[[bytes], bytes]
) -> None:
    _fill(any_database)
    file = tmp_path / "b.zip"
    back_up(any_database, file, MONDAY)
    _rewrite(file, lambda name, content: change(content) if name == f"tables/{table}.jsonl" else content)
    before = _facts(any_database)
    any_database.close()
    with pytest.raises(BadBackup, match=r"b\.zip"):
        restore(any_database.url, file, MONDAY, replace=True)
    assert _opened(any_database.url, _facts) == before
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def test_a_backup_of_a_newer_version_is_refused_in_words(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    back_up(database, file, MONDAY)
    _rewrite(file, lambda name, content: content.replace(migrate.head().encode(), b"9999"))
    with pytest.raises(migrate.NewerDatabase, match="9999"):
        restore(f"sqlite:///{tmp_path}/x.db", file, MONDAY)


def test_a_backup_of_an_older_version_is_brought_to_todays_shape(tmp_path: Path) -> None:
    first = Database(f"sqlite:///{tmp_path}/first.db")
    migrate.upgrade(first, "0001")
    back_up(first, tmp_path / "b.zip", MONDAY)
    first.close()
    manifest, _ = restore(f"sqlite:///{tmp_path}/x.db", tmp_path / "b.zip", MONDAY)
    assert manifest.revision == "0001"
    assert _opened(f"sqlite:///{tmp_path}/x.db", migrate.is_at_head)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04nonsense"])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.zip"
    file.write_bytes(content)
    with pytest.raises(BadBackup, match="no backup of xietong"):
        read_manifest(file)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", json.dumps([1]))
    with pytest.raises(BadBackup, match="no backup of xietong"):
        read_manifest(file)


def test_a_backup_never_takes_the_place_of_something_else(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "xietong.db"  # the database itself
    before = file.read_bytes()
    with pytest.raises(BadBackup):
        back_up(database, file, MONDAY)
    assert file.read_bytes() == before
    back_up(database, tmp_path / "b.zip", MONDAY)
    back_up(database, tmp_path / "b.zip", MONDAY + timedelta(days=1))
    assert read_manifest(tmp_path / "b.zip").made_at.startswith("2026-03-03")


def test_only_its_owner_may_read_a_backup(database: Database, tmp_path: Path) -> None:
    back_up(database, tmp_path / "b.zip", MONDAY)
    assert (tmp_path / "b.zip").stat().st_mode & 0o077 == 0 or os.name == "nt"


def test_a_backup_is_of_one_instant_while_others_write(any_database: Database, tmp_path: Path) -> None:
    _fill(any_database)
    before = back_up(any_database, tmp_path / "before.zip", MONDAY)
    with any_database.transaction() as session:
        Factory(session).person("还没提交")
        session.flush()
        during = back_up(any_database, tmp_path / "during.zip", MONDAY)
    assert during.tables == before.tables


def test_a_file_that_is_open_elsewhere_is_not_replaced(database: Database, tmp_path: Path) -> None:
    _fill(database)
    back_up(database, tmp_path / "b.zip", MONDAY)
    database.close()
    path = database.url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM persons").fetchone()
        with pytest.raises(InUse):
            restore(database.url, tmp_path / "b.zip", MONDAY, replace=True)
