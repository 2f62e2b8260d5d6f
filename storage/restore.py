"""Put a backup in the place of a database: built beside it, proved, and only then exchanged in one step."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, make_url, text

from storage.backup import Manifest, NotEmpty, is_empty, load, read_manifest
from storage.database import Database
from storage.migrate import upgrade


class InUse(Exception):
    """Another process has the database open."""


def restore(url: str, file: Path, now: datetime, *, replace: bool = False) -> tuple[Manifest, str]:
    """Restore a backup; returns its manifest and where what was there before is kept ("" if there was nothing).

    Raises `BadBackup`, `NotEmpty` unless `replace`, and `InUse`; then everything is as it was.
    """
    manifest = read_manifest(file)
    stamp = now.astimezone(UTC).strftime("%Y%m%d%H%M%S")
    put = _into_sqlite if make_url(url).drivername.startswith("sqlite") else _into_postgres
    return manifest, put(url, lambda database: _build(database, file, manifest), f"before_{stamp}", replace)


def _build(database: Database, file: Path, manifest: Manifest) -> None:
    """Make the tables as the backup knew them, fill them, and bring them to today's shape."""
    upgrade(database, manifest.revision)
    load(database, file, manifest)
    upgrade(database)


def _into_sqlite(url: str, build: Callable[[Database], None], before: str, replace: bool) -> str:
    target = Path(make_url(url).database or "")
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    kept = ""
    if target.exists():
        fold(target)
        if not _is_empty(url):
            if not replace:
                raise NotEmpty(str(target))
            kept = str(target.with_name(f"{target.name}.{before}"))
    try:
        database = Database(f"sqlite:///{fresh}")
        try:
            build(database)
        finally:
            database.close()
        if target.exists():
            fold(target)  # once more: somebody may have opened it meanwhile
        if kept:
            target.rename(kept)
        fresh.replace(target)
    finally:
        for left in (fresh, Path(f"{fresh}-wal"), Path(f"{fresh}-shm")):
            left.unlink(missing_ok=True)
    return kept


def fold(file: Path) -> None:
    """Fold the log that lies beside a SQLite file into it. Raises `InUse` while another process has the file open."""
    with closing(sqlite3.connect(file, timeout=1)) as connection:
        try:
            # Leaving WAL mode needs the file for oneself. A log left beside would be taken for the new file's.
            connection.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            raise InUse(str(error)) from error


def _is_empty(url: str) -> bool:
    database = Database(url)
    try:
        return is_empty(database)
    finally:
        database.close()


def _into_postgres(url: str, build: Callable[[Database], None], before: str, replace: bool) -> str:
    """Build in a schema of its own; then the tables change places with those that were there."""
    fresh = f"restoring_{before}"
    empty = _is_empty(url)
    if not empty and not replace:
        raise NotEmpty(make_url(url).database or "")
    target = Database(url)
    beside = Database(with_schema(target.url, fresh))
    try:
        with target.engine.begin() as connection:
            connection.execute(text(f'CREATE SCHEMA "{fresh}"'))
        try:
            build(beside)
            beside.close()
            with target.engine.begin() as connection:
                exchange(connection, fresh, before)
                if empty:
                    connection.execute(text(f'DROP SCHEMA "{before}" CASCADE'))
        finally:
            beside.close()
            with target.engine.begin() as connection:
                connection.execute(text(f'DROP SCHEMA "{fresh}" CASCADE'))
    finally:
        target.close()
    return "" if empty else f"schema {before}"


def with_schema(url: str, schema: str) -> str:
    """Return the URL of a schema of the same PostgreSQL database."""
    return make_url(url).update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)


def exchange(connection: Connection, fresh: str, before: str) -> None:
    """Put the tables of a PostgreSQL schema in the place of the connection's own, which go to a new one, `before`."""
    home = connection.execute(text("SELECT current_schema()")).scalar_one()
    connection.execute(text(f'CREATE SCHEMA "{before}"'))
    _take(connection, home, before)
    _take(connection, fresh, home)


def _take(connection: Connection, source: str, to: str) -> None:
    """Take every table of a schema, and what its triggers call, to another; indexes and sequences follow."""
    called = text(
        "SELECT DISTINCT p.oid::regprocedure::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal "
        "AND c.relnamespace = CAST(:source AS regnamespace) AND p.pronamespace = c.relnamespace"
    )
    tables = text("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = :source")
    functions = connection.execute(called, {"source": source}).scalars().all()
    for name in connection.execute(tables, {"source": source}).scalars().all():
        connection.execute(text(f'ALTER TABLE "{source}".{name} SET SCHEMA "{to}"'))
    for signature in functions:
        connection.execute(text(f'ALTER FUNCTION {signature} SET SCHEMA "{to}"'))
