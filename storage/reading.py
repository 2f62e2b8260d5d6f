"""Open a database to read it and nothing else, and see who else is at it."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.pool import NullPool
from sqlmodel import Session

from storage.database import Database
from storage.queries import sharing
from storage.tables.sharing import Lease


@dataclass(frozen=True, slots=True)
class Others:
    """How many processes of the bot live on a database, and how many connections of the same user it has."""

    living: int
    connected: int


@contextmanager
def reading(url: str) -> Iterator[Database]:
    """Yield a database that cannot be written to."""
    database = Database(url)
    file = Path(make_url(url).database or "")
    had_log = Path(f"{file}-wal").exists()
    database.engine = _reading_sqlite(file) if database.is_sqlite else _reading_postgres(database.url)
    try:
        yield database
    finally:
        database.close()
        if database.is_sqlite and not had_log:
            # A reader leaves an empty log behind; whoever closes as the last one that may write takes it away.
            with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=rw", uri=True)) as last:
                last.execute("SELECT count(*) FROM sqlite_master")


def _reading_sqlite(file: Path) -> Engine:
    def connect() -> sqlite3.Connection:
        # SQLAlchemy begins; see below
        return sqlite3.connect(
            f"file:{quote(str(file))}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
        )

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _reading_postgres(url: str) -> Engine:
    return create_engine(url, execution_options={"postgresql_readonly": True}, hide_parameters=True)


def _is_locked(file: Path) -> bool:
    """Ask for an instant for the lock of a writer of the whole file, which everybody who has it open stands against."""
    if sys.platform == "win32":
        return False  # there SQLite itself refuses what must not be
    import fcntl

    with file.open("rb+") as opened:
        try:
            fcntl.lockf(opened, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)  # where SQLite keeps its readers' locks
        except OSError:
            return True
    return False


def others_at(url: str) -> Others:
    """Look who else is at a database: on SQLite by its own locks, on PostgreSQL by leases and connections."""
    if make_url(url).drivername.startswith("sqlite"):
        return Others(living=int(_is_locked(Path(make_url(url).database or ""))), connected=0)
    asked = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user "
        "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    with reading(url) as database, database.engine.connect() as connection:
        connected = int(connection.execute(asked).scalar_one())
        if not inspect(connection).has_table(str(Lease.__tablename__)):
            return Others(living=0, connected=connected)
        leases = sharing.list_leases(Session(connection))
        return Others(sum(holds and name.startswith(sharing.PROCESS) for name, _, holds in leases), connected)


def is_same_place(one: str, other: str) -> bool:
    """Say whether two URLs name one database."""
    first, second = make_url(one), make_url(other)
    if first.drivername.startswith("sqlite") or second.drivername.startswith("sqlite"):
        return first.get_backend_name() == second.get_backend_name() and (
            Path(first.database or "").resolve() == Path(second.database or "").resolve()
        )
    return (first.host, first.port or 5432, first.database) == (second.host, second.port or 5432, second.database)
