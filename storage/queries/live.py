"""Boards that stand in chats: which there are, and which of them have something new to show.

Whoever writes a row of a board notes it (`note_change`); at the end of the transaction the boards that show it are to
be looked at (`arm`), each by one timer that is set again, so that a thousand changes are one look.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, or_
from sqlmodel import Session, col, select

from storage.queries import queues
from storage.queries.prepared import Prepared
from storage.tables.boards import Board, LiveBoard
from storage.tables.chats import Card, Chat
from storage.tables.people import Store

# So long after the first of several changes a board is looked at: what comes together is shown together.
GATHER = timedelta(seconds=1)
_NOTED = "changed boards"
_live, _chats, _stores = LiveBoard.__table__, Chat.__table__, Store.__table__  # type: ignore[attr-defined]
_LIVE = Prepared(
    select(_live.c.id, _live.c.board, _live.c.part_id, _chats.c.region_id)
    .join(_chats, _chats.c.id == _live.c.chat_id)
    .where(_live.c.ended_at.is_(None), _chats.c.suspended_at.is_(None))
    .order_by(_live.c.id)
)
_REGIONS = Prepared(select(_stores.c.id, _stores.c.region_id).where(_stores.c.id.in_(bindparam("ids", expanding=True))))


def note_change(session: Session, board: Board, store_ids: Collection[int], part_ids: Collection[int] = ()) -> None:
    """Note that rows of a board have changed in this transaction: of these stores, and of stock of these parts."""
    if store_ids:
        stores, parts = session.info.setdefault(_NOTED, {}).setdefault(board, (set(), set()))
        stores.update(store_ids)
        parts.update(part_ids)


def arm(session: Session, now: datetime) -> None:
    """Have the live boards looked at soon that show what was noted; called once, at the end of a transaction."""
    noted: dict[Board, tuple[set[int], set[int]]] = session.info.pop(_NOTED, {})
    if not noted:
        return
    shown = [one for one in _LIVE.rows(session) if one[1] in noted]
    stores = set().union(*(noted[board][0] for _, board, _, _ in shown))
    regions = dict(_REGIONS.rows(session, ids=sorted(stores))) if stores else {}
    touched = {board: {regions.get(store_id) for store_id in stores} for board, (stores, _) in noted.items()}
    look(
        session,
        [
            live_id
            for live_id, board, part_id, region_id in shown
            if (part_id is None or part_id in noted[board][1]) and (region_id is None or region_id in touched[board])
        ],
        now + GATHER,
    )


def arm_all(session: Session, now: datetime) -> None:
    """Have every live board looked at soon."""
    look(session, [one[0] for one in _LIVE.rows(session)], now + GATHER)


def look(session: Session, ids: Sequence[int], due_at: datetime) -> None:
    """Have these live boards looked at by then; one that is to be looked at already is left as it is."""
    queues.set_timers_again(
        session,
        # In one order everywhere: two transactions the other way round would wait for each other.
        [
            {"key": f"board:{one}", "name": "boards.look", "due_at": due_at, "args": {"board": one}}
            for one in sorted(set(ids))
        ],
    )


def find_live_board(session: Session, chat_id: int, board: Board, what: str) -> LiveBoard | None:
    """Find a board that stands in a chat."""
    return session.exec(
        select(LiveBoard).where(
            LiveBoard.chat_id == chat_id,
            LiveBoard.board == board,
            LiveBoard.what == what,
            col(LiveBoard.ended_at).is_(None),
        )
    ).one_or_none()


def list_live_boards(session: Session, chat_id: int) -> Sequence[LiveBoard]:
    """List the boards that stand in a chat, in the order they began."""
    return session.exec(
        select(LiveBoard)
        .where(LiveBoard.chat_id == chat_id, col(LiveBoard.ended_at).is_(None))
        .order_by(col(LiveBoard.id))
    ).all()


def lock_live_board(session: Session, live_id: int) -> LiveBoard:
    """Get a board and lock it: it is looked at by one at a time."""
    return session.exec(
        select(LiveBoard).where(LiveBoard.id == live_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def list_unseen(session: Session, since: datetime) -> Sequence[int]:
    """List the boards in use that nobody has looked at since then."""
    return session.exec(
        select(LiveBoard.id)
        .join(Chat, col(Chat.id) == col(LiveBoard.chat_id))
        .where(
            col(LiveBoard.ended_at).is_(None),
            col(Chat.suspended_at).is_(None),
            or_(col(LiveBoard.looked_at).is_(None), col(LiveBoard.looked_at) < since),
        )
        .order_by(col(LiveBoard.id))
    ).all()


def find_board_card(session: Session, live_id: int) -> Card | None:
    """Find the card of a live board."""
    return session.exec(select(Card).where(Card.board_id == live_id)).first()


def end_boards_of(session: Session, chat_id: int, now: datetime) -> None:
    """End the boards of a chat that is bound no more."""
    for live in session.exec(select(LiveBoard).where(LiveBoard.chat_id == chat_id)).all():
        live.chat_id, live.ended_at = None, live.ended_at or now
    session.flush()
