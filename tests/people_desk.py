"""What the tests of people and of bound chats share: a network to talk to, and looking into its tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlmodel import SQLModel, select

from handlers.people.commands import make_code
from storage.database import Database
from storage.tables.audit import AuditEntry
from storage.tables.people import Person, Role
from tests.factories import MONDAY, Factory, SmallNetwork

Row = TypeVar("Row", bound=SQLModel)


def rows(database: Database, table: type[Row], **wanted: Any) -> Sequence[Row]:
    """List the rows with these facts."""
    with database.transaction(writing=False) as session:
        return session.exec(select(table).filter_by(**wanted)).all()


def one(database: Database, table: type[Row], **wanted: Any) -> Row:
    """Return the only row with these facts."""
    found = rows(database, table, **wanted)
    assert len(found) == 1, found
    return found[0]


def code_for(database: Database, person: Person, now: datetime = MONDAY) -> str:
    """Make a person's code."""
    with database.transaction() as session:
        return make_code(session, person, now)


def refusals(database: Database) -> list[str]:
    """List the acts that were refused."""
    return [entry.act for entry in rows(database, AuditEntry) if entry.refused]


def unlinked(database: Database, network: SmallNetwork, name: str = "新来的", role: Role = Role.ADVISOR) -> Person:
    """Add a person of SZ01 who has no account."""
    with database.transaction() as session:
        return Factory(session).person(name, role, at=network.sz01, account="")
