"""The boards whole, for the workbook: every part, level, technician and capacity, and writing many at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from sys import intern
from typing import Any

from sqlalchemy import case, insert, update
from sqlmodel import Session, SQLModel, col, select

from storage.queries import live
from storage.queries.queues import insert_for
from storage.tables.boards import Board, Capacity, Part, StockLevel, Technician, Travel
from storage.tables.people import Store

# Rows sent to the database at once: the whole of a large sheet would be held twice.
BATCH = 5_000

LevelRow = tuple[str, str, int, datetime]


def list_part_rows(session: Session) -> Sequence[tuple[int, str, str, str, int | None]]:
    """List every part as id, number, name, aliases and price in minor units, by number."""
    query = select(Part.id, Part.part_no, Part.name, Part.aliases, Part.price)  # type: ignore[call-overload]
    rows = session.execute(query.order_by(col(Part.part_no)))
    return [(part_id, part_no, name, aliases, price) for part_id, part_no, name, aliases, price in rows]


def list_all_levels(session: Session, code: str = "") -> Iterator[LevelRow]:
    """Yield every stock level, or one store's, as part number, store code, quantity and when it was said."""
    query = (
        select(Part.part_no, Store.code, StockLevel.quantity, StockLevel.stated_at)
        .join(StockLevel, col(StockLevel.part_id) == col(Part.id))
        .join(Store, col(Store.id) == col(StockLevel.store_id))
        .order_by(col(Part.part_no), col(Store.code))
    )
    for part_no, store, quantity, stated_at in session.execute(query.where(Store.code == code) if code else query):
        yield intern(part_no), intern(store), quantity, stated_at  # each is named in many rows


def list_technicians(session: Session) -> Sequence[Technician]:
    """List every technician by store and name."""
    return session.exec(select(Technician).order_by(col(Technician.store_id), col(Technician.name))).all()


def find_technician(session: Session, technician_id: int) -> Technician | None:
    """Find a technician on the map."""
    return session.get(Technician, technician_id)


def list_capacities(session: Session, days: Sequence[date]) -> Sequence[Capacity]:
    """List the stores' capacities of these days."""
    return session.exec(
        select(Capacity).where(col(Capacity.day).in_(days)).order_by(col(Capacity.store_id), col(Capacity.day))
    ).all()


def map_part_ids(session: Session) -> dict[str, int]:
    """Return part number → id."""
    return {part_no: part_id for part_no, part_id in session.exec(select(Part.part_no, Part.id)) if part_id}


def add_rows(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """Add many rows; each names every column."""
    for start in range(0, len(rows), BATCH):
        session.execute(insert(table), rows[start : start + BATCH])


def change_rows(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """Change many rows; each names its id and the columns that change, the same in all."""
    for start in range(0, len(rows), BATCH):
        session.execute(update(table), rows[start : start + BATCH])


def put_stock_levels(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Say how many of a part a store has, whether it was said before or not; the same number again is no movement."""
    new = insert_for(session)(StockLevel)
    fell = col(StockLevel.quantity) - new.excluded.quantity
    moved = {
        "moved_at": case((fell == 0, col(StockLevel.moved_at)), else_=new.excluded.stated_at),
        "used": col(StockLevel.used) + case((fell > 0, fell), else_=0),
    }
    moved_rows = [{"moved_at": row["stated_at"], "counted_at": row["stated_at"], "used": 0, **row} for row in rows]
    _put(session, StockLevel, ("part_id", "store_id"), ("quantity", "stated_at", "stated_by"), moved_rows, moved)
    live.note_change(session, Board.STOCK, {row["store_id"] for row in rows}, {row["part_id"] for row in rows})


def put_capacities(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Say a store's capacity of a day, whether it was said before or not."""
    said = ("daily_capacity", "bookings", "stated_at", "stated_by")
    _put(session, Capacity, ("store_id", "day"), said, rows)
    live.note_change(session, Board.CAPACITY, {row["store_id"] for row in rows})


def put_technicians(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Put technicians on the map, whether they were there before or not."""
    said = ("level", "specialties", "status", "windows", "stated_at", "stated_by")
    _put(session, Technician, ("store_id", "name"), said, rows)
    live.note_change(session, Board.TECHNICIANS, {row["store_id"] for row in rows})


def put_travel(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Say how long the way between two stores takes, whether it was said before or not."""
    _put(session, Travel, ("to_store_id", "from_store_id"), ("minutes",), rows)


def list_travel(session: Session) -> Sequence[Travel]:
    """List every way that was measured."""
    return session.exec(select(Travel).order_by(col(Travel.from_store_id), col(Travel.to_store_id))).all()


def _put(
    session: Session,
    table: type[SQLModel],
    key: tuple[str, ...],
    said: tuple[str, ...],
    rows: Sequence[dict[str, Any]],
    reckoned: Mapping[str, Any] | None = None,
) -> None:
    """Add rows, or where the key is there already change what is said of it, and what is `reckoned` from both."""
    statement = insert_for(session)(table)
    changed = {column: statement.excluded[column] for column in said} | dict(reckoned or {})
    statement = statement.on_conflict_do_update(index_elements=list(key), set_=changed)
    for start in range(0, len(rows), BATCH):
        # By the driver's executemany: SQLAlchemy's own way makes one statement of a thousand rows, and parses it.
        session.connection().execute(statement, rows[start : start + BATCH])
