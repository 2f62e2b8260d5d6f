"""Bringing a database to the shape of `storage/tables`: Alembic, configured here and nowhere else.

For developers: `python -m storage.migrate revision "what changes"` writes a migration from the difference between the
tables and the migrations, and `python -m storage.migrate check` says whether there is any. There is no way down: an
upgrade that must be undone is undone by restoring the backup made before it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, DateTime, Enum, text
from sqlmodel import AutoString

from storage.database import Database
from storage.tables import metadata
from storage.types import UtcDateTime

MIGRATIONS = Path(__file__).parent / "migrations"

# Any number, the same for every process of ours: who upgrades a PostgreSQL database holds this advisory lock.
UPGRADE_LOCK = 0x7869_6574


class NewerDatabase(Exception):
    """The database was made by a later version than this one."""


def upgrade(database: Database, to: str = "head") -> None:
    """Bring the database to a migration, whole or not at all; a second process waits and finds it done."""
    with _connection(database) as connection:
        known = {"head", None, *(script.revision for script in _scripts().walk_revisions())}
        found = MigrationContext.configure(connection).get_current_revision()
        if not {found, to} <= known:
            unknown = to if to not in known else found
            raise NewerDatabase(f"the database is at {unknown}, which this version does not know: install a newer one")
        command.upgrade(_config(connection), to)
        if database.is_sqlite:
            broken = connection.execute(text("PRAGMA foreign_key_check")).all()
            if broken:
                raise ValueError(f"the upgrade would leave rows that refer to nothing: {broken[:5]}")


def current(database: Database) -> str | None:
    """Return the migration the database is at; None for an empty one."""
    with database.reading() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """Return the newest migration."""
    found = _scripts().get_current_head()
    assert found is not None
    return found


def is_at_head(database: Database) -> bool:
    """Say whether the database has the shape this version expects."""
    return current(database) == head()


def check(database: Database) -> list[str]:
    """Return what differs between `storage/tables` and a database at head, one line each; empty when nothing does."""
    with database.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection, opts=_options()), metadata)
    return [str(difference) for difference in differences]


def revision(words: str) -> Path:
    """Write the migration that takes the newest one's shape to that of `storage/tables`; return its file."""
    number = f"{len(list(_scripts().walk_revisions())) + 1:04}"
    with _at_head() as database, _connection(database) as connection:
        made = command.revision(_config(connection), words, autogenerate=True, rev_id=number)
    assert made is not None and not isinstance(made, list)
    return Path(made.path)


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["run"] = lambda environment: _run(environment, connection)
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _options() -> dict[str, Any]:
    return {
        "target_metadata": metadata,
        "compare_type": True,
        "render_as_batch": True,  # SQLite cannot alter a table: it is copied
        "render_item": _render,
        "transactional_ddl": True,  # on SQLite too: we begin transactions ourselves
    }


def _run(environment: Any, connection: Connection | None) -> None:
    """Do what `migrations/env.py` is for."""
    environment.configure(connection=connection, **_options())
    with environment.begin_transaction():
        environment.run_migrations()


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our column types in SQLAlchemy's words, so that a migration imports none of our code."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return f"sa.{DateTime(timezone=True)!r}"
    if isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    if isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


@contextmanager
def _connection(database: Database) -> Iterator[Connection]:
    """Yield a connection inside a transaction that holds the right to upgrade."""
    with database.engine.connect() as connection:
        if not database.is_sqlite:
            with connection.begin():
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": UPGRADE_LOCK})
                yield connection
            return
        # A table that is copied is dropped, which foreign keys would forbid; they cannot be put off in a transaction.
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                yield connection
        finally:
            driver.execute("PRAGMA foreign_keys = ON")


@contextmanager
def _at_head() -> Iterator[Database]:
    """Yield a passing SQLite database at the newest migration."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/head.db")
        try:
            upgrade(database)
            yield database
        finally:
            database.close()


def _main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m storage.migrate", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("check", help="say what differs between the tables and the migrations")
    verbs.add_parser("revision", help="write a migration").add_argument("words", help="what changes, in a few words")
    asked = parser.parse_args(words)
    if asked.verb == "revision":
        sys.stdout.write(f"{revision(asked.words)}\n")
        return 0
    with _at_head() as database:
        differences = check(database)
    for difference in differences:
        sys.stdout.write(f"{difference}\n")
    sys.stdout.write(
        "the tables differ from the migrations: python -m storage.migrate revision ...\n"
        if differences
        else "the migrations make the tables as they are declared\n"
    )
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
