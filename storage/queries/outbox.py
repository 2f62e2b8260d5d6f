"""What delivery asks of the outbox many times a second: statements built once, rows as plain values.

Building a statement, and an object for each row, takes longer than running it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Table, bindparam, case, exists, func, literal, or_, select, update
from sqlmodel import Session, SQLModel

from storage.queries.prepared import Prepared
from storage.tables.queues import OutboxRow

CLAIMING = 7_301  # PostgreSQL's advisory lock of who claims from the outbox


@dataclass(frozen=True, slots=True)
class Waiting:
    """The first thing to be said in a chat of which nothing is being said, and not before when.

    A chat in which something is held has two: the first of what is held, too, for it holds back nothing else.
    """

    row_id: int
    platform: str
    chat: str
    not_before: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """A row that was said, and the platform's id of what was posted ("" for an edit)."""

    row_id: int
    message: str


_rows: Table = OutboxRow.__table__  # type: ignore[attr-defined]
_cards: Table = SQLModel.metadata.tables["cards"]
_TO_SAY = (
    _rows.c.id,
    _rows.c.platform,
    _rows.c.chat,
    _rows.c.thread,
    _rows.c.only_for,
    _rows.c.reply_to,
    _rows.c.priority,
    _rows.c.payload,
    _rows.c.card_id,
    _rows.c.under_card,
    _rows.c.person_id,
    _rows.c.created_at,
    _rows.c.attempts,
    _rows.c.held_until,
)


_LATER = 1 << 48  # what a priority counts beside an id: of two rows the one of the less sum is said first


def _waiting() -> Any:
    """Ask of each chat for the first of what is still to be said, unless something is being said there.

    What is held stands in a line of its own until its time has come. To sort all that waits would take several times as
    long: a look through a long outbox must cost little.
    """
    is_held = _rows.c.held_until > bindparam("now")
    place = _rows.c.priority * literal(_LATER, BigInteger) + _rows.c.id
    first = func.min(case((is_held, None), else_=place))
    chats = (
        select(
            _rows.c.platform,
            _rows.c.chat,
            case((func.count(_rows.c.claimed_at) == 0, first)).label("first"),
            func.min(case((is_held, place))).label("first_held"),
            func.min(case((is_held, _rows.c.held_until))).label("held"),
        )
        .where(_rows.c.done_at.is_(None))
        .group_by(_rows.c.platform, _rows.c.chat)
        .subquery()
    )
    return (
        select(
            chats.c.platform,
            chats.c.chat,
            _rows.c.id,
            _rows.c.try_at,
            (chats.c.first_held % literal(_LATER, BigInteger)).label("held_id"),
            chats.c.held,
        )
        .select_from(chats)
        .outerjoin(_rows, _rows.c.id == chats.c.first % literal(_LATER, BigInteger))
        .order_by(chats.c.first)
    )


def _claim() -> Any:
    other = _rows.alias("other")
    in_hand = exists().where(
        other.c.platform == _rows.c.platform,
        other.c.chat == _rows.c.chat,
        other.c.done_at.is_(None),
        other.c.claimed_at.is_not(None),
    )
    return (
        update(_rows)
        .where(
            _rows.c.id.in_(bindparam("ids", expanding=True)),
            _rows.c.done_at.is_(None),
            _rows.c.claimed_at.is_(None),
            ~in_hand,
        )
        .values(claimed_at=bindparam("now"), claimed_by=bindparam("by"))
        .returning(*_TO_SAY)
    )


_WAITING = Prepared(_waiting())
_CLAIM = Prepared(_claim())
_ONE_CLAIM_AT_A_TIME = select(func.pg_advisory_xact_lock(CLAIMING))
_CARDS = Prepared(select(_cards).where(_cards.c.id.in_(bindparam("ids", expanding=True))))
_OTHERS = Prepared(
    select(_rows.c.id, _rows.c.card_id, _rows.c.payload)
    .where(
        _rows.c.card_id.in_(bindparam("cards", expanding=True)),
        _rows.c.id.not_in(bindparam("but", expanding=True)),
        _rows.c.under_card.is_(False),
        _rows.c.done_at.is_(None),
        _rows.c.claimed_at.is_(None),
    )
    .order_by(_rows.c.id)
    .with_for_update()
)
_END = Prepared(
    update(_rows)
    .where(
        _rows.c.id == bindparam("row"),
        _rows.c.done_at.is_(None),
        or_(_rows.c.claimed_by == bindparam("by"), _rows.c.claimed_at.is_(None)),
    )
    .values(done_at=bindparam("now"), failed="", message=bindparam("said"))
)
_FOLD = Prepared(update(_rows).where(_rows.c.id == bindparam("row")).values(payload=bindparam("words")))
_DROP = Prepared(
    update(_rows).where(_rows.c.id == bindparam("row")).values(done_at=bindparam("now"), failed=bindparam("why"))
)
_PLACE = Prepared(
    update(_cards)
    .where(_cards.c.id == bindparam("card_row"))
    .values(posted_chat=bindparam("place"), message=bindparam("said"))
)


def list_waiting(session: Session, now: datetime) -> list[Waiting]:
    """List the first of each chat that waits for something, the most urgent first."""
    waiting = []
    for row in _WAITING.rows(session, now=now):
        if row.id is not None:
            waiting.append(Waiting(row.id, row.platform, row.chat, row.try_at))
        if row.held is not None:
            waiting.append(Waiting(row.held_id, row.platform, row.chat, row.held))
    return waiting


def claim_rows(session: Session, row_ids: Collection[int], now: datetime, by: str) -> list[Any]:
    """Claim these if nobody did and nothing is being said in their chats; returns what of them was claimed."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        # One claims at a time: two would each see a chat of which nothing is being said yet.
        connection.execute(_ONE_CLAIM_AT_A_TIME)
    return _CLAIM.rows(session, ids=list(row_ids), now=now, by=by)


def list_cards(session: Session, card_ids: Collection[int]) -> dict[int, Any]:
    """List these cards by their ids, as they stand."""
    if not card_ids:
        return {}
    return {card.id: card for card in _CARDS.rows(session, ids=list(card_ids))}


def fold_cards(session: Session, rows: Iterable[Any], now: datetime) -> Mapping[int, str]:
    """End what else is still to be said of the cards of these rows; returns the newest words of a row that has any.

    A row keeps its place and says the newest of all.
    """
    by_card = {row.card_id: row.id for row in rows if row.card_id is not None and not row.under_card}
    if not by_card:
        return {}
    found = _OTHERS.rows(session, cards=list(by_card), but=list(by_card.values()))
    words: dict[int, str] = {}
    newest = dict(by_card)
    for other in found:
        if other.id > newest[other.card_id]:
            newest[other.card_id] = other.id
            words[by_card[other.card_id]] = other.payload
    if found:
        _DROP.change(session, [{"row": other.id, "now": now, "why": ""} for other in found])
    if words:
        _FOLD.change(session, [{"row": row_id, "words": payload} for row_id, payload in words.items()])
    return words


def drop(session: Session, row_id: int, now: datetime, why: str) -> None:
    """End something that cannot be said anywhere."""
    _DROP.change(session, {"row": row_id, "now": now, "why": why})


def end_rows(session: Session, ended: Sequence[Ended], now: datetime, by: str) -> list[int]:
    """Note that these were said; returns those that another process had in hand, or had said, meanwhile."""
    words = [{"row": one.row_id, "by": by, "now": now, "said": one.message} for one in ended]
    if _END.change(session, words) == len(words):
        return []
    noted = select(_rows.c.id).where(
        _rows.c.id.in_([one.row_id for one in ended]), _rows.c.done_at == now, _rows.c.claimed_by.in_((by, ""))
    )
    mine = set(session.connection().scalars(noted))
    return [one.row_id for one in ended if one.row_id not in mine]


def place_cards(session: Session, placed: Sequence[tuple[int, str, str]]) -> None:
    """Note where cards stand: card, chat, the platform's id of the message."""
    if placed:
        words = [{"card_row": card, "place": chat, "said": message} for card, chat, message in placed]
        _PLACE.change(session, words)
