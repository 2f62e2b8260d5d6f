"""The engine and the one way to use it: `with database.transaction() as session`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event, make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlmodel import Session, create_engine

# How long a writer waits for another one (another process: a backup, an import) before the caller tries again later.
BUSY_SECONDS = 10.0


class Database:
    """A SQLite file or a PostgreSQL database.

    On SQLite a writing transaction takes the writer at its beginning (`BEGIN IMMEDIATE`): one that reads first and
    then wants to write is refused under load. A `passing` SQLite file goes with the process that made it: nothing is
    forced to the disk.
    """

    def __init__(self, url: str, *, pool_size: int = 8, passing: bool = False) -> None:
        self.url = normal_url(url)
        self.is_sqlite = self.url.startswith("sqlite")
        self.engine = _sqlite(self.url, passing) if self.is_sqlite else _postgres(self.url, pool_size)

    @contextmanager
    def transaction(self, *, writing: bool = True) -> Iterator[Session]:
        """Yield a session whose work is committed whole at the end of the block, or not at all."""
        engine = self.engine.execution_options(writing=writing)
        with Session(engine, expire_on_commit=False, autoflush=True) as session, session.begin():
            session.info["held"] = []
            yield session

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


@event.listens_for(Session, "loaded_as_persistent")
def _hold(session: Session, row: object) -> None:
    """Keep what was read until the transaction ends: the session itself forgets at once what nobody holds."""
    held = session.info.get("held")
    if held is not None:
        held.append(row)


def normal_url(url: str) -> str:
    """Name the driver in a PostgreSQL URL, so that `postgresql://` means psycopg 3."""
    parsed = make_url(url)
    if parsed.drivername in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed.render_as_string(hide_password=False)


# Whatever a database answers instead of doing what it was asked.
DatabaseError = SQLAlchemyError


def why(error: SQLAlchemyError) -> str:
    """Return the first line of what the database said, without the statement it was about."""
    return str(getattr(error, "orig", None) or error).strip().split("\n")[0]


def shown_url(url: str) -> str:
    """Return a URL without its password."""
    return make_url(url).render_as_string(hide_password=True)


def is_passing(error: BaseException) -> bool:
    """Say whether the same work may succeed when tried again: locked, cut off, deadlocked, shutting down."""
    return isinstance(error, OperationalError)


def _sqlite(url: str, passing: bool) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy begins; see below
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        # What was acknowledged survives a power cut; what nobody will look for again need not.
        cursor.execute(f"PRAGMA synchronous = {'OFF' if passing else 'FULL'}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA recursive_triggers = ON")  # INSERT OR REPLACE must not get round an append-only table
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        writing = connection.get_execution_options().get("writing", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _postgres(url: str, pool_size: int) -> Engine:
    return create_engine(url, pool_size=pool_size, max_overflow=4, pool_pre_ping=True)
