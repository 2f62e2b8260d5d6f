"""Parts, stock levels and their movements. Stock is a shared figure: it may feed matching, nothing else."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, time
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, bindparam, delete, event, func, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from storage.purposes import check_purpose
from storage.queries import live, requests
from storage.queries.prepared import Prepared
from storage.queries.queues import insert_for
from storage.queries.rows import get_row
from storage.tables.boards import Board, Part, PartWord, StockLevel, StockMove, Travel
from storage.tables.people import Dealer, Store
from storage.tables.requests import Counter


class Offer(NamedTuple):
    """A store that has some of a part, and where it is."""

    store_id: int
    name: str
    region_id: int
    dealer_id: int
    latitude: float | None
    longitude: float | None
    quantity: int
    opens: time
    closes: time
    timezone: str
    way_minutes: int | None  # to who asks, where it was measured
    stated_at: datetime
    moved_at: datetime


# What is asked at each transfer is prebuilt: building a statement takes longer than running it.
_parts, _levels = Part.__table__, StockLevel.__table__  # type: ignore[attr-defined]
_stores, _dealers = Store.__table__, Dealer.__table__  # type: ignore[attr-defined]
_travel = Travel.__table__  # type: ignore[attr-defined]
_PARTS = "parts"  # the counter that goes up whenever a part, or a word for one, has changed
_STATE = Prepared(select(Counter.value).where(Counter.name == _PARTS))
_OFFERS = Prepared(
    select(  # type: ignore[call-overload]
        _stores.c.id,
        _stores.c.name,
        _stores.c.region_id,
        _stores.c.dealer_id,
        _stores.c.latitude,
        _stores.c.longitude,
        _levels.c.quantity,
        _stores.c.opens,
        _stores.c.closes,
        _stores.c.timezone,
        _travel.c.minutes,
        _levels.c.stated_at,
        _levels.c.moved_at,
    )
    .join(_levels, _levels.c.store_id == _stores.c.id)
    .join(_dealers, _dealers.c.id == _stores.c.dealer_id)
    .outerjoin(_travel, and_(_travel.c.to_store_id == bindparam("to"), _travel.c.from_store_id == _stores.c.id))
    .where(
        _levels.c.part_id == bindparam("part_id"),
        _levels.c.quantity > bindparam("least"),
        _stores.c.active.is_(True),
        _dealers.c.agreed.is_(True),
    )
    .order_by(_stores.c.id)
)
_OFFERS_NEAR = Prepared(
    _OFFERS.statement.where(
        or_(
            _stores.c.latitude.is_(None),
            _stores.c.longitude.is_(None),
            and_(
                _stores.c.latitude.between(bindparam("south"), bindparam("north")),
                _stores.c.longitude.between(bindparam("west"), bindparam("east")),
            ),
        )
    )
)
_LEVEL = Prepared(
    select(_levels.c.quantity).where(
        _levels.c.store_id == bindparam("store_id"), _levels.c.part_id == bindparam("part_id")
    )
)


def state_of_parts(session: Session) -> int:
    """Return a number that is another one whenever parts, or the words for them, have changed."""
    state: int | None = _STATE.scalar(session)
    return state or 0


def note_parts_changed(session: Session) -> None:
    """Note that parts, or the words for them, were changed past the session; until it ends, no other can do so."""
    _note_changed(session.connection())


@event.listens_for(Part, "after_insert")
@event.listens_for(Part, "after_update")
@event.listens_for(Part, "after_delete")
def _note_changed_of_session(_mapper: Any, connection: Connection, _part: Part) -> None:
    _note_changed(connection)


def _note_changed(connection: Connection) -> None:
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    counters = Counter.__table__  # type: ignore[attr-defined]
    connection.execute(
        insert(counters)
        .values(name=_PARTS, value=1)
        .on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + 1})
    )


def list_part_names(session: Session) -> Sequence[tuple[int, str, str, str]]:
    """List how every part is called: id, number, name, and further names separated by `|`."""
    rows = session.connection().execute(select(_parts.c.id, _parts.c.part_no, _parts.c.name, _parts.c.aliases))
    return [tuple(row) for row in rows]


def list_part_words(session: Session) -> Sequence[PartWord]:
    """List the network's own words for parts."""
    return session.exec(select(PartWord).order_by(col(PartWord.word))).all()


def find_part_word(session: Session, word: str) -> PartWord | None:
    """Find what the network says of a word."""
    return session.exec(select(PartWord).where(PartWord.word == word)).one_or_none()


def put_part_word(session: Session, word: str, means: str | None, *, by: int, now: datetime) -> None:
    """Say what a word in the names of parts means, "" for nothing; None: the network says nothing of it."""
    session.execute(delete(PartWord).where(col(PartWord.word) == word))
    if means is not None:
        session.add(PartWord(word=word, means=means, said_by=by, said_at=now))
    note_parts_changed(session)


def list_parts_of(session: Session, ids: Collection[int]) -> Sequence[Part]:
    """List the parts of these ids, in their order."""
    found = {part.id: part for part in session.exec(select(Part).where(col(Part.id).in_(list(ids))))}
    return [found[part_id] for part_id in ids if part_id in found]


def list_parts(session: Session) -> Sequence[Part]:
    """List every part by number."""
    return session.exec(select(Part).order_by(col(Part.part_no))).all()


def count_parts(session: Session) -> int:
    """Count the parts."""
    return session.exec(select(func.count()).select_from(Part)).one()


def get_part(session: Session, part_id: int) -> Part:
    """Get a part."""
    return get_row(session, Part, part_id)


def find_part_by_number(session: Session, part_no: str) -> Part | None:
    """Find a part by exactly this number."""
    return session.exec(select(Part).where(Part.part_no == part_no)).one_or_none()


def find_part_named(session: Session, words: str) -> Part | None:
    """Find the only part of exactly this number or name, whatever its case."""
    folded = words.casefold()
    found = session.exec(
        select(Part).where(or_(func.lower(Part.part_no) == folded, func.lower(Part.name) == folded)).limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


def find_stock_level(session: Session, store_id: int, part_id: int) -> StockLevel | None:
    """Find what a store says it has of a part."""
    return session.exec(
        select(StockLevel).where(StockLevel.store_id == store_id, StockLevel.part_id == part_id)
    ).one_or_none()


def count_stock(session: Session, store_id: int, part_id: int) -> int:
    """Return how many of a part a store says it has, 0 where it says nothing."""
    found: int | None = _LEVEL.scalar(session, store_id=store_id, part_id=part_id)
    return found or 0


def list_offers(
    session: Session,
    part_id: int,
    *,
    purpose: str,
    to: int,
    more_than: int,
    box: tuple[float, float, float, float] | None = None,
) -> Sequence[Offer]:
    """List the stores in use that share their figures and have more of a part than so many, by their ids.

    Each with the way to a store. With a `box` (south, north, west, east in degrees) those in it, and those whose place
    is not known.
    """
    check_purpose(purpose)
    asked: dict[str, float] = {"part_id": part_id, "least": more_than, "to": to}
    if box is None:
        return list(map(Offer._make, _OFFERS.rows(session, **asked)))
    asked |= zip(("south", "north", "west", "east"), box, strict=True)
    return list(map(Offer._make, _OFFERS_NEAR.rows(session, **asked)))


def list_ways(session: Session, start: int) -> dict[int, int]:
    """Return store → the minutes of the way there from a store, as far as it was measured."""
    return dict(session.exec(select(Travel.to_store_id, Travel.minutes).where(Travel.from_store_id == start)).all())


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
    if requests.is_practice(session, request_id):
        return False
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
        if level is not None and change:
            level.quantity, level.moved_at = max(0, level.quantity + change), now
        elif level is None and change > 0:
            level = StockLevel(
                part_id=part_id, store_id=store_id, quantity=change, stated_at=now, stated_by=f"move:{key}"
            )
            level.moved_at = level.counted_at = now
            session.add(level)
    session.flush()
    live.note_change(session, Board.STOCK, {giver_id, taker_id}, {part_id})
    return True
