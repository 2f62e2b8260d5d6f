"""The engine and the one way to use it: `with database.transaction() as session`."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Engine, PoolProxiedConnection, event, make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError, SQLAlchemyError, StatementError
from sqlmodel import Session, create_engine

from storage.ciphers import Vault

# How long a writer waits for another one (another process: a backup, an import) before the caller tries again later.
BUSY_SECONDS = 10.0
STOOD_STILL = "25P03"  # PostgreSQL's word for a transaction it ended because nothing happened in it


class Database:
    """A SQLite file or a PostgreSQL database.

    On SQLite a writing transaction takes the writer at its beginning (`BEGIN IMMEDIATE`): one that reads first and
    then wants to write is refused under load. A `passing` SQLite file goes with the process that made it: nothing is
    forced to the disk. PostgreSQL ends a transaction that stands still for as long as `standing`, and gives its locks
    to others: its process is frozen, or gone with its machine. Without a `key` no customer can be read or added.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 8,
        passing: bool = False,
        standing: timedelta | None = None,
        key: bytes | None = None,
    ) -> None:
        self.url = normal_url(url)
        self.vault = Vault(key)
        self.is_sqlite = self.url.startswith("sqlite")
        self.engine = _sqlite(self.url, passing) if self.is_sqlite else _postgres(self.url, pool_size, standing)
        self._mine = _Mine()
        if self.is_sqlite:
            # The dialect's own begin does nothing. An engine's event would do as well, but makes each statement dearer.
            self.engine.dialect.do_begin = self._begin  # type: ignore[method-assign]

    @contextmanager
    def transaction(self, *, writing: bool = True) -> Iterator[Session]:
        """Yield a session whose work is committed whole at the end of the block, or not at all.

        Within `together` it is committed with the others, or undone alone.
        """
        if self._mine.group is not None:
            with _part_of(self._mine.group) as session:
                session.info["vault"] = self.vault
                yield session
            return
        with self._mine.set(writing), Session(self.engine, expire_on_commit=False) as session, session.begin():
            session.info |= {"held": [], "driver": None, "vault": self.vault}
            yield session

    @contextmanager
    def reading(self, **options: Any) -> Iterator[Connection]:
        """Yield a connection in a transaction that only reads; SQLAlchemy's execution options may be given."""
        engine = self.engine.execution_options(**options)
        with self._mine.set(False), engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def together(self) -> Iterator[Callable[[], bool]]:
        """Commit every transaction of this thread in one, at the end of the block: one wait for the disk for many.

        For SQLite, where there is one writer anyway; elsewhere the locks of one would wait for the others. When it
        raises, nothing of any of them stands. It yields a question to ask after each error: whether what was done
        before still stands, for a full disk undoes everything at once.
        """
        with self.engine.connect() as group, group.begin():
            raw = group.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            self._mine.group = group
            try:
                yield lambda: raw.in_transaction
            finally:
                self._mine.group = None

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def _begin(self, dbapi_connection: PoolProxiedConnection) -> None:
        raw = dbapi_connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.execute("BEGIN IMMEDIATE" if self._mine.writing else "BEGIN")


class _Mine(threading.local):
    """What a thread is about: the group its transactions are a part of, and whether the one it begins writes."""

    group: Connection | None = None
    writing = True

    @contextmanager
    def set(self, writing: bool) -> Iterator[None]:
        before, self.writing = self.writing, writing
        try:
            yield
        finally:
            self.writing = before


@contextmanager
def _part_of(group: Connection) -> Iterator[Session]:
    """Yield a session whose work is a savepoint of a SQLite transaction: SQLAlchemy's own costs more than the work."""
    raw = group.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    raw.execute("SAVEPOINT part")
    try:
        with Session(group, expire_on_commit=False, join_transaction_mode="rollback_only") as session:
            session.info |= {"held": [], "driver": None}
            yield session
            session.flush()
    except BaseException:
        if raw.in_transaction:  # a full disk has undone everything already
            raw.execute("ROLLBACK TO part")
            raw.execute("RELEASE part")
        raise
    raw.execute("RELEASE part")


@event.listens_for(Session, "loaded_as_persistent")
@event.listens_for(Session, "pending_to_persistent")
@event.listens_for(Session, "detached_to_persistent")
def _hold(session: Session, row: object) -> None:
    """Keep what was read or added until the transaction ends: the session itself forgets at once what nobody holds."""
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


def is_refused(error: BaseException) -> bool:
    """Say whether the database, or its driver, refuses these very values, and would again."""
    if isinstance(error, StatementError) and not isinstance(error, DBAPIError):
        error = error.orig or error
    return isinstance(error, DataError | IntegrityError | ValueError)


def is_passing(error: BaseException) -> bool:
    """Say whether the same work may succeed when tried again: locked, cut off, deadlocked, shutting down."""
    if isinstance(error, OperationalError):
        return True
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == STOOD_STILL


def _sqlite(url: str, passing: bool) -> Engine:
    # What people wrote, their names and telephones are in no error, and so in no log.
    engine = create_engine(
        url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # `Database._begin` begins
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        # What was acknowledged survives a power cut; what nobody will look for again need not.
        cursor.execute(f"PRAGMA synchronous = {'OFF' if passing else 'FULL'}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA recursive_triggers = ON")  # INSERT OR REPLACE must not get round an append-only table
        cursor.close()

    return engine


def _postgres(url: str, pool_size: int, standing: timedelta | None) -> Engine:
    arguments = {}
    if standing is not None:
        seconds = round(standing.total_seconds())
        options = {
            "idle_in_transaction_session_timeout": seconds * 1000,  # milliseconds
            "tcp_keepalives_idle": seconds,
            "tcp_keepalives_interval": 1,
            "tcp_keepalives_count": 3,
        }
        arguments["options"] = " ".join(f"-c {name}={value}" for name, value in options.items())
    return create_engine(
        url, pool_size=pool_size, max_overflow=4, pool_pre_ping=True, hide_parameters=True, connect_args=arguments
    )
