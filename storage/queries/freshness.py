"""How old what the boards say is, whether it was said anew in time, and whether it was right."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlmodel import Session, col

from storage.queries import live
from storage.queries.queues import insert_for
from storage.tables.boards import Board, Capacity, Part, StockLevel, Technician
from storage.tables.freshness import Refresh, SpotCheck
from storage.tables.people import Store
from storage.tables.requests import Ask, AskState, Request


class Age(NamedTuple):
    """How many rows of a board a store has, how many were said before an instant, and when the oldest was said."""

    rows: int
    old: int
    oldest: datetime


def list_openings(session: Session) -> Sequence[tuple[str, str]]:
    """List when stores in use open, each once: time zone, and the wall time as HH:MM."""
    rows = session.execute(select(col(Store.timezone), col(Store.opens)).where(col(Store.active).is_(True)).distinct())
    return sorted({(timezone, f"{opens:%H:%M}") for timezone, opens in rows})


def map_ages(
    session: Session, table: type[StockLevel | Technician], store_ids: Collection[int], before: datetime
) -> dict[int, Age]:
    """Return store → the age of its stock levels or technicians, of these stores that have any."""
    old = func.sum(case((col(table.stated_at) < before, 1), else_=0))
    rows = session.execute(
        select(col(table.store_id), func.count(), old, func.min(col(table.stated_at)))
        .where(col(table.store_id).in_(list(store_ids)))
        .group_by(col(table.store_id))
    )
    return {store_id: Age(int(count), int(stale or 0), oldest) for store_id, count, stale, oldest in rows}


def map_capacity_ages(
    session: Session, store_ids: Collection[int], day: date, since: date, before: datetime
) -> dict[int, Age]:
    """Return store → the age of what is said of its day, of these stores that have said anything since a day.

    A day nobody has spoken of is as old as the last one that somebody did speak of. What the bot itself wrote down
    (a bay it took) says nothing.
    """
    rows = session.execute(
        select(
            col(Capacity.store_id),
            func.max(case((and_(col(Capacity.day) == day, col(Capacity.stated_at) >= before), 1), else_=0)),
            func.max(col(Capacity.stated_at)),
        )
        .where(
            col(Capacity.store_id).in_(list(store_ids)), col(Capacity.day) >= since, col(Capacity.stated_by) != "bot"
        )
        .group_by(col(Capacity.store_id))
    )
    return {store_id: Age(1, 0 if said else 1, last) for store_id, said, last in rows}


def find_last_capacity(session: Session, store_id: int, day: date) -> Capacity | None:
    """Find what people said last of a store's day: of this one, else of the last before it.

    What the bot itself wrote down (a bay it took) says nothing.
    """
    found = session.execute(
        select(Capacity)
        .where(col(Capacity.store_id) == store_id, col(Capacity.day) <= day, col(Capacity.stated_by) != "bot")
        .order_by(col(Capacity.day).desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return found.scalars().first()


def list_old_levels(session: Session, store_id: int, before: datetime) -> Sequence[tuple[Part, StockLevel]]:
    """List a store's stock levels that were said before an instant, by part number."""
    rows = session.execute(
        select(Part, StockLevel)
        .join(StockLevel, col(StockLevel.part_id) == col(Part.id))
        .where(col(StockLevel.store_id) == store_id, col(StockLevel.stated_at) < before)
        .order_by(col(Part.part_no))
    )
    return [(part, level) for part, level in rows]


def restate(
    session: Session, table: type[StockLevel | Technician], store_id: int, before: datetime, now: datetime, by: str
) -> int:
    """Say anew, as it stands, what a store said before an instant; returns how many rows that were."""
    done = session.execute(
        update(table)
        .where(col(table.store_id) == store_id, col(table.stated_at) < before)
        .values(stated_at=now, stated_by=by)
        .returning(col(StockLevel.part_id) if table is StockLevel else col(Technician.id))
        .execution_options(synchronize_session=False)
    )
    said = set(done.scalars())
    if said and table is StockLevel:
        live.note_change(session, Board.STOCK, {store_id}, said)
    elif said:
        live.note_change(session, Board.TECHNICIANS, {store_id})
    return len(said)


# In time


def add_refreshes(session: Session, rows: Sequence[dict[str, object]]) -> None:
    """Note boards that were due on a day, each once."""
    if rows:
        statement = insert_for(session)(Refresh)
        statement = statement.on_conflict_do_nothing(index_elements=["store_id", "board", "day"])
        session.connection().execute(statement, list(rows))  # by the driver's executemany, as many as they are


def list_open_refreshes(session: Session, day: date, store_ids: Collection[int]) -> Sequence[Refresh]:
    """List what was due on a day and is not known yet to have been in time."""
    found = session.execute(
        select(Refresh)
        .where(col(Refresh.day) == day, col(Refresh.met).is_(None), col(Refresh.store_id).in_(list(store_ids)))
        .order_by(col(Refresh.store_id), col(Refresh.board))
    )
    return found.scalars().all()


def count_refreshes(session: Session, since: date, until: date) -> dict[tuple[int, str], tuple[int, int]]:
    """Return (store, board) → how many were in time, of how many due from a day up to but not on another."""
    met = func.sum(case((col(Refresh.met).is_(True), 1), else_=0))
    rows = session.execute(
        select(col(Refresh.store_id), col(Refresh.board), met, func.count())
        .where(col(Refresh.day) >= since, col(Refresh.day) < until, col(Refresh.met).is_not(None))
        .group_by(col(Refresh.store_id), col(Refresh.board))
    )
    return {(store_id, board): (int(good or 0), int(count)) for store_id, board, good, count in rows}


# Right


def list_parts_stated(session: Session, store_id: int, since: datetime) -> Sequence[int]:
    """List the parts of which a store has said since an instant how many it has."""
    found = session.execute(
        select(col(StockLevel.part_id))
        .where(col(StockLevel.store_id) == store_id, col(StockLevel.stated_at) >= since)
        .order_by(col(StockLevel.part_id))
    )
    return found.scalars().all()


def add_spot_check(session: Session, *, store_id: int, part_id: int, day: date, said: int, now: datetime) -> int | None:
    """Note a question to a store, one a day; None when it was asked already."""
    statement = (
        insert_for(session)(SpotCheck)
        .values(store_id=store_id, part_id=part_id, day=day, said=said, asked_at=now)
        .on_conflict_do_nothing(index_elements=["store_id", "day"])
        .returning(SpotCheck.id)
    )
    found: int | None = session.execute(statement).scalar_one_or_none()
    return found


def claim_spot_check(session: Session, check_id: int) -> SpotCheck:
    """Get a question to a store, locked."""
    return session.get_one(SpotCheck, check_id, with_for_update=True, populate_existing=True)


def count_right(
    session: Session, store_ids: Collection[int], since: datetime, until: datetime
) -> dict[int, tuple[int, int]]:
    """Return store → how many of its stock figures were right, of how many that were put to the test, of these stores.

    A spot check that was answered is a test; so is an ask by the board that was accepted, or declined for want of
    stock although the board said otherwise.
    """
    right: dict[int, list[int]] = {}

    def add(rows: Iterable[Any]) -> None:
        for store_id, good, count in rows:
            found = right.setdefault(store_id, [0, 0])
            found[0] += int(good or 0)
            found[1] += int(count)

    def good(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, 1), else_=0))

    add(
        session.execute(
            select(col(SpotCheck.store_id), good(col(SpotCheck.found) == col(SpotCheck.said)), func.count())
            .where(col(SpotCheck.asked_at) >= since, col(SpotCheck.asked_at) < until, col(SpotCheck.found).is_not(None))
            .group_by(col(SpotCheck.store_id))
        )
    )
    answered = or_(
        # Whom the region assigned was not asked by the board.
        and_(col(Ask.state) == AskState.ACCEPTED, col(Ask.answered_at) != col(Ask.asked_at)),
        and_(col(Ask.state) == AskState.REFUSED, col(Ask.refusal) == "no_stock"),
    )
    asks = session.execute(
        select(col(Request.kind), col(Ask.store_id), good(col(Ask.state) == AskState.ACCEPTED), func.count())
        .join(Request, col(Request.id) == col(Ask.request_id))
        .where(
            col(Ask.store_id).in_(list(store_ids)),  # without them no index leads to an instant
            col(Ask.asked_at) >= since,
            col(Ask.asked_at) < until,
            col(Ask.practice).is_(False),
            answered,
        )
        .group_by(col(Ask.store_id), col(Request.kind))
    )
    # Told apart here: asked for by their kind, all transfers ever made are read.
    add(row for kind, *row in asks if kind == "transfer")
    ours = set(store_ids)
    return {store_id: (good_ones, count) for store_id, (good_ones, count) in right.items() if store_id in ours}
