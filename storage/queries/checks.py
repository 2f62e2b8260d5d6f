"""Everything a table holds, for checks of a whole small database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import inspect
from sqlmodel import Session, SQLModel, select

Row = TypeVar("Row", bound=SQLModel)


def list_all(session: Session, table: type[Row]) -> Sequence[Row]:
    """List every row of a table, in the order of its key."""
    return session.exec(select(table).order_by(*inspect(table).primary_key)).all()
