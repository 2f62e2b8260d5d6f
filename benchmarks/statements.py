"""Records what our code asks of a database, transaction by transaction, for the bare driver to ask again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event

from benchmarks.yardstick_statements import Transaction
from storage.database import Database


@contextmanager
def recorded(database: Database) -> Iterator[list[Transaction]]:
    """Yield a list that fills with each committed transaction, in the order of the commits."""
    done: list[Transaction] = []
    running: dict[int, Transaction] = {}

    def key(connection: Connection) -> int:
        return id(connection.connection.dbapi_connection)

    def asked(connection: Connection, _cursor: Any, statement: str, given: Any, _context: Any, many: bool) -> None:
        running.setdefault(key(connection), []).append((statement, given, many))

    def committed(connection: Connection) -> None:
        if statements := running.pop(key(connection), None):
            done.append(statements)

    def undone(connection: Connection) -> None:
        running.pop(key(connection), None)

    listeners = (("before_cursor_execute", asked), ("commit", committed), ("rollback", undone))
    for name, listener in listeners:
        event.listen(database.engine, name, listener)
    try:
        yield done
    finally:
        for name, listener in listeners:
            event.remove(database.engine, name, listener)


def singly(transactions: list[Transaction]) -> list[Transaction]:
    """Take what was committed together apart again: each savepoint becomes a transaction of its own."""
    found: list[Transaction] = []
    for transaction in transactions:
        begin, current = transaction[0], []
        for statement in transaction[1:]:
            word = statement[0].split(" ", 1)[0]
            if word in {"SAVEPOINT", "RELEASE"}:
                if current:
                    found.append([begin, *current])
                current = []
            else:
                current.append(statement)
        if current:
            found.append([begin, *current])
    return found
