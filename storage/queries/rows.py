"""Getting one row by its id and adding rows, with statements built once: building one takes longer than running it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Insert, bindparam, insert, inspect
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import instance_dict
from sqlmodel import Session, SQLModel, select
from sqlmodel.sql.expression import SelectOfScalar

Values = dict[str, Any]
Row = TypeVar("Row", bound=SQLModel)


@cache
def _by_id(table: type[Row]) -> SelectOfScalar[Row]:
    (key,) = inspect(table).primary_key
    return select(table).where(key == bindparam("row_id"))


def find_held(session: Session, table: type[Row], row_id: int) -> Row | None:
    """Find a row by its id among those that were read or added in this transaction."""
    held: Row | None = session.identity_map.get((table, (row_id,), None))
    return held


def get_row(session: Session, table: type[Row], row_id: int) -> Row:
    """Get a row by its id: the one that was read in this transaction, where it was."""
    held = find_held(session, table, row_id)
    return held if held is not None else session.exec(_by_id(table), params={"row_id": row_id}).one()


@cache
def _insert(table: type[SQLModel]) -> tuple[Insert, Values]:
    """Return the INSERT into a table, and what a row has that does not say otherwise."""
    fields = table.model_fields.items()
    usual = {name: field.default for name, field in fields if name != "id" and not field.is_required()}
    return insert(table.__table__), usual  # type: ignore[attr-defined]


def add_rows(session: Session, table: type[SQLModel], rows: Sequence[Values]) -> None:
    """Add rows in this order; a column that a row does not name has its default.

    The session does not look after them: an object for each costs several times the row.
    """
    statement, usual = _insert(table)
    if rows:
        session.connection().execute(statement, [usual | row for row in rows])


def add_row(session: Session, table: type[SQLModel], row: Values) -> int:
    """Add a row as `add_rows` does, after what was changed before it, and return its id."""
    session.flush()
    statement, usual = _insert(table)
    key = session.connection().execute(statement, usual | row).inserted_primary_key
    assert key is not None
    return int(key[0])


def add_held(session: Session, table: type[Row], row: Values) -> Row:
    """Add a row as `add_row` does, and return it as if it had been read: what is changed of it later is written.

    To construct it and leave the insert to the session costs four times as much.
    """
    values = _insert(table)[1] | row
    (key,) = inspect(table).primary_key
    values[key.name] = add_row(session, table, values)
    held: Row = inspect(table).class_manager.new_instance()
    instance_dict(held).update(values)
    make_transient_to_detached(held)
    session.add(held)
    return held
