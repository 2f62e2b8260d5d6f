"""Points and money: entries are added once by their key and undone by a counter-entry, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from storage.queries.queues import insert_for
from storage.tables.ledger import MoneyEntry, PointsEntry


def add_points(
    session: Session,
    *,
    key: str,
    store_id: int,
    points: int,
    rule: str,
    policy_id: int,
    request_id: int | None,
    now: datetime,
    person_id: int | None = None,
    reason: str = "",
) -> bool:
    """Add points to a store; False when an entry of this key stands already."""
    return _add(
        session,
        PointsEntry,
        key=key,
        store_id=store_id,
        points=points,
        rule=rule,
        policy_id=policy_id,
        request_id=request_id,
        reason=reason,
        person_id=person_id,
        at=now,
    )


def add_money(
    session: Session,
    *,
    key: str,
    amount: int,
    currency: str,
    payer: str,
    payee: str,
    rule: str,
    policy_id: int,
    request_id: int | None,
    now: datetime,
    reference: str = "",
    person_id: int | None = None,
    reason: str = "",
) -> bool:
    """Add a cost, in minor units and not zero; False when an entry of this key stands already."""
    if amount == 0:
        raise ValueError("a cost of nothing is no entry")
    return _add(
        session,
        MoneyEntry,
        key=key,
        amount=amount,
        currency=currency,
        payer=payer,
        payee=payee,
        rule=rule,
        policy_id=policy_id,
        request_id=request_id,
        reason=reason,
        reference=reference,
        person_id=person_id,
        at=now,
    )


def reverse_points(session: Session, entry_id: int, *, reason: str, person_id: int | None, now: datetime) -> bool:
    """Undo an entry by its counter-entry; False when it was undone before. Raises ValueError without a reason."""
    entry = session.get_one(PointsEntry, entry_id)
    _check_reversal(entry.reverses_id, reason)
    return _add(
        session,
        PointsEntry,
        key=f"reversal:{entry.key}",
        store_id=entry.store_id,
        points=-entry.points,
        rule=entry.rule,
        policy_id=entry.policy_id,
        request_id=entry.request_id,
        reverses_id=entry.id,
        reason=reason,
        person_id=person_id,
        at=now,
    )


def reverse_money(session: Session, entry_id: int, *, reason: str, person_id: int | None, now: datetime) -> bool:
    """Undo a cost by its counter-entry; False when it was undone before. Raises ValueError without a reason."""
    entry = session.get_one(MoneyEntry, entry_id)
    _check_reversal(entry.reverses_id, reason)
    return _add(
        session,
        MoneyEntry,
        key=f"reversal:{entry.key}",
        amount=-entry.amount,
        currency=entry.currency,
        payer=entry.payer,
        payee=entry.payee,
        rule=entry.rule,
        policy_id=entry.policy_id,
        request_id=entry.request_id,
        reverses_id=entry.id,
        reason=reason,
        reference=entry.reference,
        person_id=person_id,
        at=now,
    )


def balance(session: Session, store_id: int, *, since: datetime | None = None, until: datetime | None = None) -> int:
    """Sum a store's points from `since` up to but not at `until`."""
    total: int = session.exec(
        select(func.coalesce(func.sum(PointsEntry.points), 0)).where(
            PointsEntry.store_id == store_id, *_between(col(PointsEntry.at), since, until)
        )
    ).one()
    return int(total)


def list_balances(session: Session, *, since: datetime | None = None, until: datetime | None = None) -> dict[int, int]:
    """Sum the points of every store that has entries from `since` up to but not at `until`."""
    rows = session.exec(
        select(PointsEntry.store_id, func.sum(PointsEntry.points))
        .where(*_between(col(PointsEntry.at), since, until))
        .group_by(col(PointsEntry.store_id))
    )
    return {store_id: int(points) for store_id, points in rows}


def list_last_earned(
    session: Session, *, since: datetime | None = None, until: datetime | None = None
) -> dict[int, datetime]:
    """List when each store earned its last points that stand: reversed ones and reversals do not count."""
    undone = select(PointsEntry.reverses_id).where(col(PointsEntry.reverses_id).is_not(None))
    rows = session.exec(
        select(PointsEntry.store_id, func.max(PointsEntry.at))
        .where(
            col(PointsEntry.reverses_id).is_(None),
            col(PointsEntry.points) > 0,
            col(PointsEntry.id).not_in(undone),
            *_between(col(PointsEntry.at), since, until),
        )
        .group_by(col(PointsEntry.store_id))
    )
    return dict(rows.all())


def find_points_entry(session: Session, entry_id: int) -> PointsEntry | None:
    """Find an entry by its number (P-12 is 12)."""
    return session.get(PointsEntry, entry_id)


def find_reversal(session: Session, entry_id: int) -> PointsEntry | None:
    """Find the counter-entry that undid an entry."""
    return session.exec(select(PointsEntry).where(PointsEntry.reverses_id == entry_id)).one_or_none()


def list_entries(
    session: Session,
    *,
    store_id: int | None = None,
    request_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int | None = None,
) -> Sequence[PointsEntry]:
    """List points entries, the newest first."""
    query = select(PointsEntry).where(*_between(col(PointsEntry.at), since, until))
    if store_id is not None:
        query = query.where(PointsEntry.store_id == store_id)
    if request_id is not None:
        query = query.where(PointsEntry.request_id == request_id)
    return session.exec(query.order_by(col(PointsEntry.at).desc(), col(PointsEntry.id).desc()).limit(limit)).all()


def list_money_entries(
    session: Session,
    *,
    request_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Sequence[MoneyEntry]:
    """List costs, the newest first."""
    query = select(MoneyEntry).where(*_between(col(MoneyEntry.at), since, until))
    if request_id is not None:
        query = query.where(MoneyEntry.request_id == request_id)
    return session.exec(query.order_by(col(MoneyEntry.at).desc(), col(MoneyEntry.id).desc())).all()


def _add(session: Session, table: type[PointsEntry] | type[MoneyEntry], **values: object) -> bool:
    statement = (
        insert_for(session)(table)
        .values(**{"reason": "", **values})
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(table.id)
    )
    return session.execute(statement).scalar_one_or_none() is not None


def _check_reversal(reverses_id: int | None, reason: str) -> None:
    if reverses_id is not None:
        raise ValueError("a counter-entry is not undone in its turn: the work is entered again")
    if not reason.strip():
        raise ValueError("a reversal needs a reason")


def _between(at: Mapped[datetime], since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if since is not None:
        conditions.append(at >= since)
    if until is not None:
        conditions.append(at < until)
    return conditions
