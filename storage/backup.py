"""A backup is one zip file: a JSON line for each row of each table, and a manifest. It restores on either database.

What is written is the same on SQLite and PostgreSQL, so the manifest's digest of each table proves a restore: the
rows are read back and must give the same digests before they take the place of what was there.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    MetaData,
    String,
    Table,
    Time,
    collate,
    func,
    insert,
    inspect,
    literal,
    select,
    text,
    tuple_,
)
from sqlalchemy.exc import DataError, IntegrityError

from storage.database import Database
from storage.migrate import current

FORMAT = 1
MANIFEST = "manifest.json"
BATCH = 2_000
T = TypeVar("T")
VERSION_TABLE = "alembic_version"  # stands in the manifest instead


class BadBackup(Exception):
    """The file is no backup of ours, or is damaged; the text says which."""


class NotEmpty(Exception):
    """The database to restore into has something in it."""


@dataclass(frozen=True, slots=True)
class Saved:
    """One table of a backup; the digest does not depend on the order of the rows."""

    columns: tuple[str, ...]
    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: when it was made, the shape of its tables, and how many rows each has."""

    made_at: str
    revision: str
    tables: Mapping[str, Saved]

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(saved.rows for saved in self.tables.values())


def back_up(database: Database, file: Path, now: datetime) -> Manifest:
    """Write everything of one instant into a file; an older backup there goes only when this one is whole.

    Raises `BadBackup` when the file there is something else, or the database has no tables.
    """
    if file.exists():
        read_manifest(file)
    revision = current(database)
    if revision is None:
        raise BadBackup("the database has no tables yet: there is nothing to back up")
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    tables: dict[str, Saved] = {}
    try:
        with _private(beside) as archive, snapshot(database) as connection:
            for table in tables_of(connection):
                with archive.open(_member(table.name), "w", force_zip64=True) as lines:
                    tables[table.name] = _save(connection, table, lines)
            manifest = Manifest(now.astimezone(UTC).isoformat(), revision, tables)
            archive.writestr(MANIFEST, json.dumps({"format": FORMAT, **asdict(manifest)}, indent=1))
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
    return manifest


def read_manifest(file: Path) -> Manifest:
    """Read what a backup says of itself. Raises `BadBackup`."""
    with _opened(file) as archive:
        try:
            said = json.loads(archive.read(MANIFEST))
            if said["format"] != FORMAT:
                raise BadBackup(f"{file.name} was written by a newer version (format {said['format']})")
            tables = {
                str(name): Saved(tuple(saved["columns"]), int(saved["rows"]), str(saved["digest"]))
                for name, saved in said["tables"].items()
            }
            return Manifest(str(said["made_at"]), str(said["revision"]), tables)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadBackup(f"{file.name} is no backup of xietong") from error


def is_empty(database: Database) -> bool:
    """Say whether a database has no row of ours."""
    with database.reading() as connection:
        return all(
            connection.execute(select(1).select_from(table).limit(1)).first() is None for table in tables_of(connection)
        )


def load(database: Database, file: Path, manifest: Manifest) -> None:
    """Fill the empty tables of a database of the backup's own revision, and prove it. Raises `BadBackup`."""
    with _opened(file) as archive, database.engine.begin() as connection:
        tables = {table.name: table for table in tables_of(connection)}
        unknown = set(manifest.tables) ^ set(tables)
        if unknown:
            raise BadBackup(
                f"{file.name} has other tables than revision {manifest.revision}: {', '.join(sorted(unknown))}"
            )
        for name, table in tables.items():  # in the order in which one refers to another
            _fill(connection, table, manifest.tables[name], archive, file.name)
        if not database.is_sqlite:
            set_sequences(connection, tables.values())
        for name, table in tables.items():
            found = _digest(connection, table)
            if found != manifest.tables[name].digest:
                raise BadBackup(f"after restoring, {name} is not what {file.name} says it was; nothing was changed")


# Rows as lines


def _save(connection: Connection, table: Table, lines: Any) -> Saved:
    digest, count = 0, 0
    for line in _lines(connection, table):
        lines.write(line + b"\n")
        digest, count = _add(digest, line), count + 1
    return Saved(tuple(column.name for column in table.columns), count, f"{digest:064x}")


def _digest(connection: Connection, table: Table) -> str:
    digest = 0
    for line in _lines(connection, table):
        digest = _add(digest, line)
    return f"{digest:064x}"


def _add(digest: int, line: bytes) -> int:
    """Sum the rows' hashes: SQLite and PostgreSQL sort words differently."""
    return (digest + int.from_bytes(hashlib.sha256(line).digest())) % (1 << 256)


def rows_of(
    connection: Connection, table: Table, names: Sequence[str] = (), after: Sequence[Any] = ()
) -> Iterator[list[Any]]:
    """Yield a table's rows after a key, in the order of keys, a batch in memory at a time.

    The order and the values are the same on either database; the columns are those named, else all.
    """
    keys = [_in_order(connection, column) for column in table.primary_key.columns]
    query = select(*(table.columns[name] for name in names or table.columns.keys())).order_by(*keys)
    if after:
        query = query.where(tuple_(*keys) > tuple_(*map(literal, after)))
    for row in connection.execution_options(yield_per=BATCH).execute(query):
        yield [canonical(value) for value in row]


def _in_order(connection: Connection, column: Column[Any]) -> ColumnElement[Any]:
    """Sort words by their letters' numbers, as SQLite does, and not as a language would."""
    by_language = connection.dialect.name != "sqlite" and isinstance(column.type, String)
    return collate(column, "C") if by_language else column


def as_line(row: Sequence[Any]) -> bytes:
    """Write a row as JSON: the same row is the same line on either database."""
    return json.dumps([_plain(value) for value in row], ensure_ascii=False, separators=(",", ":")).encode()


def _lines(connection: Connection, table: Table) -> Iterator[bytes]:
    return map(as_line, rows_of(connection, table))


def canonical(value: Any) -> Any:
    """Take a moment to UTC: SQLite gives it without a zone, PostgreSQL in the session's."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, date | time):  # a datetime is a date
        return value.isoformat()
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"a backup cannot hold {type(value).__name__}")


def _fill(connection: Connection, table: Table, saved: Saved, archive: zipfile.ZipFile, name: str) -> None:
    if set(saved.columns) != set(table.columns.keys()):
        raise BadBackup(f"{name} has other columns of {table.name} than its revision")
    readers = [_reader(table.columns[column].type) for column in saved.columns]
    count = 0
    try:
        with archive.open(_member(table.name)) as lines:
            for batch in batches(lines):
                rows = [
                    {
                        column: read(value) if value is not None else None
                        for column, read, value in zip(saved.columns, readers, json.loads(line), strict=True)
                    }
                    for line in batch
                ]
                count += len(rows)
                connection.execute(insert(table), rows)
    except (KeyError, ValueError, TypeError, zipfile.BadZipFile, IntegrityError, DataError) as error:
        raise BadBackup(f"{name} is damaged at {table.name}") from error
    if count != saved.rows:
        raise BadBackup(f"{name} is damaged: {table.name} has {count} rows instead of {saved.rows}")


def _reader(kind: Any) -> Any:
    if isinstance(kind, DateTime):
        return datetime.fromisoformat
    if isinstance(kind, Date):
        return date.fromisoformat
    return time.fromisoformat if isinstance(kind, Time) else (lambda value: value)


def batches(lines: Iterable[T]) -> Iterator[Sequence[T]]:
    """Yield what comes in handfuls that a database takes well at once."""
    batch: list[T] = []
    for line in lines:
        batch.append(line)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def set_sequences(connection: Connection, tables: Iterable[Table]) -> None:
    """Let PostgreSQL go on numbering where the backup stopped."""
    for table in tables:
        sequence = None
        if "id" in table.columns:
            found = text("SELECT pg_get_serial_sequence(:name, 'id')")
            sequence = connection.execute(found, {"name": table.name}).scalar_one()
        last = connection.execute(select(func.max(table.columns["id"]))).scalar_one() if sequence else None
        if last is not None:
            connection.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})


# The file and the database


def tables_of(connection: Connection) -> list[Table]:
    """Read the tables as the database has them, which may be older than ours, each after those it refers to."""
    found = MetaData()
    names = [name for name in inspect(connection).get_table_names() if name != VERSION_TABLE]
    found.reflect(connection, only=names)
    return found.sorted_tables


@contextmanager
def snapshot(database: Database) -> Iterator[Connection]:
    """Yield a connection that sees one instant and holds nobody up."""
    options = {} if database.is_sqlite else {"isolation_level": "REPEATABLE READ"}
    with database.reading(**options) as connection:
        yield connection


@contextmanager
def _private(file: Path) -> Iterator[zipfile.ZipFile]:
    """Yield a new zip file that only its owner may read: it holds names and telephones."""
    file.unlink(missing_ok=True)  # in a folder of all it may be somebody's link, to write over what is ours
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as raw, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        yield archive


@contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except FileNotFoundError as error:
        raise BadBackup(f"there is no such file: {file}") from error
    except (zipfile.BadZipFile, IsADirectoryError) as error:
        raise BadBackup(f"{file.name} is no backup of xietong, or is damaged") from error


def _member(table: str) -> str:
    return f"tables/{table}.jsonl"
