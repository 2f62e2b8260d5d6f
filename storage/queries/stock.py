"""Parts, stock levels and their movements. Stock is a shared figure: it may feed matching, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from storage.queries.queues import insert_for
from storage.queries.requests import AT_WORK
from storage.tables.boards import Part, StockLevel, StockMove
from storage.tables.requests import Request, Transfer


def list_parts(session: Session) -> Sequence[Part]:
    """List every part by number."""
    return session.exec(select(Part).order_by(col(Part.part_no))).all()


def get_part(session: Session, part_id: int) -> Part:
    """Get a part."""
    return session.get_one(Part, part_id)


def find_part_by_number(session: Session, part_no: str) -> Part | None:
    """Find a part by exactly this number."""
    return session.exec(select(Part).where(Part.part_no == part_no)).one_or_none()


def find_stock_level(session: Session, store_id: int, part_id: int) -> StockLevel | None:
    """Find what a store says it has of a part."""
    return session.exec(
        select(StockLevel).where(StockLevel.store_id == store_id, StockLevel.part_id == part_id)
    ).one_or_none()


def list_stock_levels(session: Session, part_id: int) -> Sequence[StockLevel]:
    """List what each store says it has of a part."""
    return session.exec(
        select(StockLevel).where(StockLevel.part_id == part_id).order_by(col(StockLevel.store_id))
    ).all()


def count_reserved(session: Session, part_id: int) -> dict[int, int]:
    """Return store → how many of a part it has promised and not yet seen received."""
    rows = session.exec(
        select(
            Request.owner_store_id,
            func.sum(Transfer.accepted - Transfer.received - Transfer.lost - Transfer.cancelled),
        )
        .join(Transfer, col(Transfer.request_id) == col(Request.id))
        .where(
            Transfer.part_id == part_id,
            col(Request.state).in_(AT_WORK),
            col(Request.owner_store_id).is_not(None),
        )
        .group_by(col(Request.owner_store_id))
    )
    return {store_id: int(count) for store_id, count in rows if store_id is not None}


def move_stock(
    session: Session,
    *,
    key: str,
    request_id: int,
    part_id: int,
    giver_id: int,
    taker_id: int,
    out: int,
    taken: int,
    now: datetime,
) -> bool:
    """Take so many from one store's level and add so many to another's, once for each key; False when done before.

    A level never goes below nothing: a table that said less than was sent was wrong before.
    """
    inserted = session.execute(
        insert_for(session)(StockMove)
        .values(
            key=key,
            request_id=request_id,
            part_id=part_id,
            from_store_id=giver_id,
            to_store_id=taker_id,
            quantity_out=out,
            quantity_in=taken,
            moved_at=now,
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(StockMove.id)
    ).scalar_one_or_none()
    if inserted is None:
        return False
    # Always in the order of the stores' ids: two transfers the other way round would wait for each other.
    for store_id, change in sorted(((giver_id, -out), (taker_id, taken))):
        level = session.exec(
            select(StockLevel)
            .where(StockLevel.store_id == store_id, StockLevel.part_id == part_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one_or_none()
        if level is not None:
            level.quantity = max(0, level.quantity + change)
        elif change > 0:
            session.add(
                StockLevel(part_id=part_id, store_id=store_id, quantity=change, stated_at=now, stated_by=f"move:{key}")
            )
    session.flush()
    return True
