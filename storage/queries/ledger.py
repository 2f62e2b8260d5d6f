"""Points and money: entries are added once by their key and undone by a counter-entry, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, or_
from sqlalchemy import select as select_columns
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from storage.queries import requests
from storage.queries.queues import insert_for
from storage.tables.ledger import MoneyEntry, PointsEntry
from storage.tables.people import Store
from storage.tables.requests import Request


@dataclass(frozen=True, slots=True)
class MoneySum:
    """What the costs of one rule and payer come to; `count` are those that stand, `undone` the counter-entries."""

    rule: str
    payer: str
    currency: str
    total: int
    count: int
    undone: int


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
    """Add points to a store; False when an entry of this key stands already, and for a practice."""
    if requests.is_practice(session, request_id):
        return False
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
    """Add a cost, in minor units and not zero; False when an entry of this key stands already, and for a practice.

    HQ pays: another payer stands only with the reason for it.
    """
    if amount == 0:
        raise ValueError("a cost of nothing is no entry")
    if payer != "hq" and not reason.strip():
        raise ValueError("HQ pays, unless there is a reason why not")
    if requests.is_practice(session, request_id):
        return False
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


def find_money_entry(session: Session, entry_id: int) -> MoneyEntry | None:
    """Find a cost by its number (M-12 is 12)."""
    return session.get(MoneyEntry, entry_id)


def find_money_reversal(session: Session, entry_id: int) -> MoneyEntry | None:
    """Find the counter-entry that undid a cost."""
    return session.exec(select(MoneyEntry).where(MoneyEntry.reverses_id == entry_id)).one_or_none()


def get_money_entry(session: Session, key: str) -> MoneyEntry:
    """Get the cost of this key."""
    return session.exec(select(MoneyEntry).where(MoneyEntry.key == key)).one()


def count_money_reversals(session: Session, request_id: int | None, rule: str, amount: int) -> int:
    """Count the counter-entries of a request's costs of this rule and amount."""
    return session.exec(
        select(func.count()).where(
            MoneyEntry.request_id == request_id,
            MoneyEntry.rule == rule,
            MoneyEntry.amount == -amount,
            col(MoneyEntry.reverses_id).is_not(None),
        )
    ).one()


def sum_money(
    session: Session,
    *,
    since: datetime,
    until: datetime,
    store_id: int | None = None,
    region_id: int | None = None,
) -> list[MoneySum]:
    """Sum the costs from `since` up to but not at `until` by rule, payer and currency; counter-entries count.

    Of one store or region: what its requests cost, and what it pays or is paid itself.
    """
    party = _touches(session, store_id, region_id)
    rows = session.execute(
        select_columns(
            col(MoneyEntry.rule),
            col(MoneyEntry.payer),
            col(MoneyEntry.currency),
            func.sum(MoneyEntry.amount),
            func.sum(case((col(MoneyEntry.reverses_id).is_(None), 1), else_=-1)),
            func.sum(case((col(MoneyEntry.reverses_id).is_(None), 0), else_=1)),
        )
        .outerjoin(Request, col(Request.id) == col(MoneyEntry.request_id))
        .where(*_between(col(MoneyEntry.at), since, until), *party)
        .group_by(col(MoneyEntry.rule), col(MoneyEntry.payer), col(MoneyEntry.currency))
        .order_by(col(MoneyEntry.currency), col(MoneyEntry.rule), col(MoneyEntry.payer))
    )
    return [
        MoneySum(rule, payer, currency, int(total), int(count), int(undone))
        for rule, payer, currency, total, count, undone in rows
    ]


def _touches(session: Session, store_id: int | None, region_id: int | None) -> list[ColumnElement[bool]]:
    """Ask for the costs of one store, or of one region's stores; of neither, for all."""
    if store_id is not None:
        asking, stores = [col(Request.store_id) == store_id, col(Request.owner_store_id) == store_id], [store_id]
    elif region_id is not None:
        asking = [col(Request.region_id) == region_id]
        stores = list(session.exec(select(Store.id).where(Store.region_id == region_id)))
    else:
        return []
    parties = [f"store:{store}" for store in stores]
    return [or_(*asking, col(MoneyEntry.payer).in_(parties), col(MoneyEntry.payee).in_(parties))]


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
