"""Column types that mean the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Dialect, Enum
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant in UTC; SQLite would give back naive ones. A naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Take an aware instant to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive time cannot be stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def moment(**options: Any) -> Any:
    """Declare a column that holds an instant."""
    return Field(sa_type=UtcDateTime, **options)


def choice(of: type[StrEnum], **options: Any) -> Any:
    """Declare a column that holds one of an enum's values, stored as its words."""
    column = Enum(
        of,
        native_enum=False,
        values_callable=lambda members: [member.value for member in members],
        length=32,
        create_constraint=False,
    )
    return Field(sa_type=column, **options)


def identity() -> Any:
    """Declare a primary key that the database gives; None only until the row is flushed."""
    return Field(default=None, primary_key=True)
