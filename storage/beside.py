"""A place beside an empty database, in which another is built over as many runs as it takes, and then put in its stead.

On PostgreSQL it is a schema of the same database, for SQLite a file in the same folder. Until it is put in place the
database itself stays empty: no bot can start on half of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, inspect, make_url, select, table, text

from storage.backup import VERSION_TABLE
from storage.database import Database, normal_url
from storage.restore import exchange, fold, with_schema
from storage.tables import metadata

NAME = "unfinished_move"  # of the schema, at the end of the file's name, and of the table of notes in it
_BEFORE = "before_the_move"  # the empty tables that were there, for an instant


class Occupied(Exception):
    """The database to build beside has something in it; the text says where."""


class Place(Protocol):
    """Where it is built: `home` is the URL of the empty database, `url` that of what is built beside it."""

    home: str
    url: str

    def has_home(self) -> bool:
        """Whether there is a database at home, be it empty."""

    def is_begun(self) -> bool:
        """Whether something was begun here."""

    def begin(self) -> None:
        """Make room where nothing was begun."""

    def clear(self) -> None:
        """Take away what was begun."""

    def put(self) -> None:
        """Put what was built in the place of the empty database, in one step. Raises `Occupied`."""


def place_beside(url: str) -> Place:
    """Return the place beside a database."""
    return _Folder(url) if make_url(url).drivername.startswith("sqlite") else _Schema(url)


def is_free(url: str) -> bool:
    """Say whether a database has no tables but empty ones of ours."""
    database = Database(url)
    try:
        with database.reading() as connection:
            return _is_free(connection)
    finally:
        database.close()


def _is_free(connection: Connection) -> bool:
    names = _names(connection)
    return set(names) <= set(metadata.tables) and not any(
        connection.execute(select(1).select_from(table(name)).limit(1)).first() for name in names
    )


def _names(connection: Connection) -> list[str]:
    return [name for name in inspect(connection).get_table_names() if name != VERSION_TABLE]


class _Folder:
    """A file beside a SQLite file."""

    def __init__(self, url: str) -> None:
        self.home = normal_url(url)
        self._target = Path(make_url(url).database or "")
        self._file = self._target.with_name(f".{self._target.name}.{NAME}")
        self.url = f"sqlite:///{self._file}"

    def has_home(self) -> bool:
        """Whether there is a file at home."""
        return self._target.exists()

    def is_begun(self) -> bool:
        """Whether there is a file beside it."""
        return self._file.exists()

    def begin(self) -> None:
        """Leave it to SQLite, which makes the file."""

    def clear(self) -> None:
        """Take the file away, and its log before it: a log without its file would be taken for the next one's."""
        for left in (Path(f"{self._file}-wal"), Path(f"{self._file}-shm"), self._file):
            left.unlink(missing_ok=True)

    def put(self) -> None:
        """Let the file take the name. Raises `Occupied`, and `InUse` where another process has either open."""
        if self._target.exists():
            if not is_free(self.home):
                raise Occupied(str(self._target))
            fold(self._target)
        database = Database(self.url)
        try:
            with database.engine.begin() as connection:
                connection.execute(text(f"DROP TABLE IF EXISTS {NAME}"))
        finally:
            database.close()
        fold(self._file)
        self._file.replace(self._target)


class _Schema:
    """A schema of a PostgreSQL database."""

    def __init__(self, url: str) -> None:
        self.home = normal_url(url)
        self.url = with_schema(self.home, NAME)

    def has_home(self) -> bool:
        """Say yes: a database is never made by us."""
        return True

    def is_begun(self) -> bool:
        """Whether the schema is there."""
        return self._does("SELECT 1 FROM pg_namespace WHERE nspname = :name", name=NAME)

    def begin(self) -> None:
        """Make the schema."""
        self._does(f'CREATE SCHEMA "{NAME}"')

    def clear(self) -> None:
        """Drop the schema with everything in it."""
        self._does(f'DROP SCHEMA IF EXISTS "{NAME}" CASCADE')

    def put(self) -> None:
        """Let the tables change places, in one transaction. Raises `Occupied`."""
        database = Database(self.home)
        try:
            with database.engine.begin() as connection:
                for name in _names(connection):  # whoever writes there now is waited for, and then seen
                    connection.execute(text(f'LOCK TABLE "{name}"'))
                if not _is_free(connection):
                    raise Occupied(make_url(self.home).database or "")
                connection.execute(text(f'DROP TABLE IF EXISTS "{NAME}"."{NAME}"'))
                exchange(connection, NAME, _BEFORE)
                connection.execute(text(f'DROP SCHEMA "{_BEFORE}" CASCADE'))
                connection.execute(text(f'DROP SCHEMA "{NAME}" CASCADE'))
        finally:
            database.close()

    def _does(self, statement: str, **values: str) -> bool:
        """Run one statement at home; say whether it returned a row."""
        database = Database(self.home)
        try:
            with database.engine.begin() as connection:
                found = connection.execute(text(statement), values)
                return bool(found.returns_rows and found.first())
        finally:
            database.close()
