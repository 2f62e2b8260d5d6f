"""Getting one row by its id and adding rows, with statements built once: building one takes longer than running it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import bindparam, insert, inspect
from sqlalchemy.exc import NoResultFound
from sqlmodel import Session, SQLModel, select

from storage.queries.prepared import Prepared, hold

Values = dict[str, Any]
Row = TypeVar("Row", bound=SQLModel)


@cache
def _by_id(table: type[SQLModel]) -> Prepared:
    (key,) = inspect(table).primary_key
    return Prepared(select(table).where(key == bindparam("row_id")))


def find_held(session: Session, table: type[Row], row_id: int) -> Row | None:
    """Find a row by its id among those that were read or added in this transaction."""
    held: Row | None = session.identity_map.get((table, (row_id,), None))
    return held


def get_row(session: Session, table: type[Row], row_id: int) -> Row:
    """Get a row by its id: the one that was read in this transaction, where it was."""
    held = find_held(session, table, row_id)
    if held is None:
        held = _by_id(table).scalar(session, row_id=row_id)
    if held is None:
        raise NoResultFound(f"{table.__name__} {row_id}")
    return held


@cache
def _insert(table: type[SQLModel]) -> tuple[Prepared, Values]:
    """Return the INSERT into a table, and what a row has that does not say otherwise."""
    fields = table.model_fields.items()
    usual = {name: field.default for name, field in fields if name != "id" and not field.is_required()}
    return Prepared(insert(table.__table__)), usual  # type: ignore[attr-defined]


def add_rows(session: Session, table: type[SQLModel], rows: Sequence[Values]) -> None:
    """Add rows in this order; a column that a row does not name has its default.

    The session does not look after them: an object for each costs several times the row.
    """
    statement, usual = _insert(table)
    if rows:
        statement.change(session, [usual | row for row in rows])


def add_row(session: Session, table: type[SQLModel], row: Values) -> int:
    """Add a row as `add_rows` does, after what was changed before it, and return its id."""
    session.flush()
    statement, usual = _insert(table)
    return statement.add(session, usual | row)


def add_held(session: Session, table: type[Row], row: Values) -> Row:
    """Add a row as `add_row` does, and return it as if it had been read: what is changed of it later is written.

    To construct it and leave the insert to the session costs four times as much.
    """
    values = _insert(table)[1] | row
    mapper = inspect(table)
    (key,) = mapper.primary_key
    row_id = values[key.name] = add_row(session, table, values)
    made: Row = mapper.class_manager.new_instance()
    return hold(session, (table, (row_id,), None), made, values.items())
