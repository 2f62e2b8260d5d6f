"""Records what our code asks of a database, transaction by transaction, for the bare driver to ask again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session, SessionTransaction

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
        statements = running.pop(key(connection), [])
        if len(statements) > database.is_sqlite:  # more than a beginning
            done.append(statements)

    def undone(connection: Connection) -> None:
        running.pop(key(connection), None)

    parts: dict[int, Transaction] = {}  # session → the transaction that it is a part of

    # What `storage.database` tells SQLite's driver itself, nobody hears.
    def opened(connection: Connection) -> None:
        if database.is_sqlite:
            running[key(connection)] = [("BEGIN IMMEDIATE", (), False)]

    def begun(session: Session, _transaction: Any, connection: Connection) -> None:
        if connection.engine is database.engine and isinstance(session.bind, Connection):  # `Database.together`
            parts[id(session)] = running[key(connection)]
            parts[id(session)].append(("SAVEPOINT part", (), False))

    def ended(session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None and (statements := parts.pop(id(session), None)) is not None:
            statements.append(("RELEASE part", (), False))

    listeners: tuple[tuple[Any, str, Any], ...] = (
        (database.engine, "begin", opened),
        (database.engine, "before_cursor_execute", asked),
        (database.engine, "commit", committed),
        (database.engine, "rollback", undone),
        (Session, "after_begin", begun),
        (Session, "after_transaction_end", ended),
    )
    for listener in listeners:
        event.listen(*listener)
    try:
        yield done
    finally:
        for listener in listeners:
            event.remove(*listener)


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
