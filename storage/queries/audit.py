"""The record of acts and refusals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from storage.queries.rows import Values, add_rows
from storage.tables.audit import AuditEntry


def add_entries(session: Session, entries: Sequence[Values]) -> None:
    """Put acts and refusals on the record."""
    add_rows(session, AuditEntry, entries)


def count_refused(session: Session, *, platform: str, user: str, act: str, since: datetime) -> int:
    """Count how often this account was refused this act lately."""
    return session.exec(
        select(func.count())
        .select_from(AuditEntry)
        .where(
            AuditEntry.platform == platform,
            AuditEntry.user == user,
            AuditEntry.act == act,
            col(AuditEntry.refused).is_(True),
            AuditEntry.at > since,
        )
    ).one()
