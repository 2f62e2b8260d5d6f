"""The three durable queues."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from storage.tables.queues import InboundRow, OutboxRow, Timer

CLAIMING = 7_301  # PostgreSQL's advisory lock of who claims from the outbox


def insert_for(session: Session) -> Any:
    """Return the INSERT of this database that knows ON CONFLICT."""
    return sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert


def add_inbound(session: Session, *, source: str, platform: str, chat: str, payload: str, now: datetime) -> int | None:
    """Store something said to us; None when it was stored before."""
    statement = (
        insert_for(session)(InboundRow)
        .values(
            source=source,
            platform=platform,
            chat=chat,
            payload=payload,
            received_at=now,
            attempts=0,
            error="",
        )
        .on_conflict_do_nothing(index_elements=["source"])
        .returning(InboundRow.id)
    )
    row: int | None = session.execute(statement).scalar_one_or_none()
    return row


def claim_inbound(session: Session, inbound_id: int) -> InboundRow | None:
    """Lock an inbound that is not done; None when it is done or in other hands."""
    return session.exec(
        select(InboundRow)
        .where(InboundRow.id == inbound_id, col(InboundRow.done_at).is_(None))
        .with_for_update(skip_locked=True)
    ).one_or_none()


def find_inbound(session: Session, source: str) -> InboundRow | None:
    """Find something said to us by the platform's id of it, worked or not."""
    return session.exec(select(InboundRow).where(InboundRow.source == source)).one_or_none()


def list_inbound_from(session: Session, prefix: str) -> Sequence[InboundRow]:
    """List what was said to us whose id begins like this, in order."""
    return session.exec(
        select(InboundRow)
        .where(col(InboundRow.source).startswith(prefix, autoescape=True))
        .order_by(col(InboundRow.id))
    ).all()


def list_open_inbound(session: Session) -> Sequence[InboundRow]:
    """List what was said and not worked, in order."""
    return session.exec(select(InboundRow).where(col(InboundRow.done_at).is_(None)).order_by(col(InboundRow.id))).all()


def add_timer(
    session: Session, *, key: str, name: str, due_at: datetime, request_id: int | None = None, **args: object
) -> None:
    """Set a timer; a key that exists already is left as it is."""
    session.execute(
        insert_for(session)(Timer)
        .values(
            key=key,
            name=name,
            args=json.dumps(args, ensure_ascii=False),
            request_id=request_id,
            due_at=due_at,
            try_at=due_at,
            attempts=0,
            error="",
        )
        .on_conflict_do_nothing(index_elements=["key"])
    )


def cancel_timers(session: Session, request_id: int, now: datetime, *, prefix: str = "") -> None:
    """Cancel a request's pending timers whose key begins with `prefix`.

    One that is being fired in this instant is skipped, not waited for: it looks at the request again under its lock
    and stays silent, while waiting for it could wait for ever (it waits for the request).
    """
    pending = (
        select(Timer.id)
        .where(
            Timer.request_id == request_id,
            col(Timer.fired_at).is_(None),
            col(Timer.cancelled_at).is_(None),
            col(Timer.key).startswith(prefix, autoescape=True),
        )
        .with_for_update(skip_locked=True)
    )
    ids = list(session.exec(pending))
    if ids:
        session.execute(update(Timer).where(col(Timer.id).in_(ids)).values(cancelled_at=now))


def _pending_timer() -> ColumnElement[bool]:
    return and_(col(Timer.fired_at).is_(None), col(Timer.cancelled_at).is_(None))


def claim_timer(session: Session, timer_id: int, now: datetime) -> Timer | None:
    """Lock a timer that is due; None when it fired, was cancelled or is in other hands."""
    return session.exec(
        select(Timer)
        .where(Timer.id == timer_id, _pending_timer(), Timer.try_at <= now)
        .with_for_update(skip_locked=True)
    ).one_or_none()


def list_due_timers(session: Session, now: datetime, limit: int) -> Sequence[int]:
    """List the ids of what is due, the longest due first."""
    found = session.exec(
        select(Timer.id)
        .where(_pending_timer(), Timer.try_at <= now)
        .order_by(col(Timer.try_at), col(Timer.id))
        .limit(limit)
    )
    return [timer_id for timer_id in found if timer_id is not None]


def list_late_timers(session: Session, before: datetime, limit: int) -> Sequence[tuple[str, datetime]]:
    """List what should have fired before this instant: key and when, the longest overdue first."""
    found = session.execute(
        select(Timer.key, Timer.due_at)
        .where(_pending_timer(), Timer.due_at < before)
        .order_by(col(Timer.due_at))
        .limit(limit)
    )
    return [(key, due_at) for key, due_at in found]


def find_next_due(session: Session) -> datetime | None:
    """Find when the next timer is due."""
    return session.exec(select(Timer.try_at).where(_pending_timer()).order_by(col(Timer.try_at)).limit(1)).first()


def find_timer(session: Session, key: str) -> Timer | None:
    """Find a timer by its key, fired or not."""
    return session.exec(select(Timer).where(Timer.key == key)).one_or_none()


def list_pending_timers(session: Session, request_id: int) -> Sequence[Timer]:
    """List what a request still waits for, the next first."""
    return session.exec(
        select(Timer).where(Timer.request_id == request_id, _pending_timer()).order_by(col(Timer.due_at))
    ).all()


def count_overdue_timers(session: Session, before: datetime) -> int:
    """Count the timers that should have fired before this instant."""
    return session.exec(select(func.count()).select_from(Timer).where(_pending_timer(), Timer.due_at < before)).one()


def find_open_card_row(session: Session, card_id: int) -> OutboxRow | None:
    """Find what is still to be said of a card and is in nobody's hands: its post, or an edit."""
    return session.exec(
        select(OutboxRow)
        .where(
            OutboxRow.card_id == card_id,
            col(OutboxRow.under_card).is_(False),
            col(OutboxRow.done_at).is_(None),
            col(OutboxRow.claimed_at).is_(None),
        )
        .order_by(col(OutboxRow.id).desc())  # of two (one was given back): `fold_card_rows` keeps the newest words
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()


@cache  # building it takes longer than running it, and delivery asks many times a second
def _firsts() -> Any:
    """Number what is still to be said in the order of its chat: place 1 comes first, whether it is due or not.

    A chat of which something is being said is left out, so that a chat stays in order whoever says it.
    """
    other = aliased(OutboxRow)
    in_hand = exists().where(
        col(other.platform) == col(OutboxRow.platform),
        col(other.chat) == col(OutboxRow.chat),
        col(other.done_at).is_(None),
        col(other.claimed_at).is_not(None),
    )
    place = func.row_number().over(
        partition_by=(col(OutboxRow.platform), col(OutboxRow.chat)),
        order_by=(col(OutboxRow.priority), col(OutboxRow.id)),
    )
    return (
        select(  # type: ignore[call-overload]
            OutboxRow.id,
            OutboxRow.platform,
            OutboxRow.chat,
            OutboxRow.priority,
            OutboxRow.try_at,
            place.label("place"),
        )
        .where(col(OutboxRow.done_at).is_(None), col(OutboxRow.claimed_at).is_(None), ~in_hand)
        .subquery()
    )


@cache
def _waiting() -> Any:
    rows = _firsts()
    first = select(rows.c.platform, rows.c.chat, rows.c.try_at).where(rows.c.place == 1)
    return first.order_by(rows.c.priority, rows.c.id)


def list_waiting_chats(session: Session) -> Sequence[tuple[str, str, datetime]]:
    """List the chats that wait for something and of which nothing is being said: platform, chat, not before.

    The one with the most urgent to say comes first.
    """
    return [(platform, chat, try_at) for platform, chat, try_at in session.execute(_waiting())]


def claim_sendable(
    session: Session, now: datetime, by: str, limit: int, *, platform: str = "", chats: Collection[str] = ()
) -> list[OutboxRow]:
    """Claim what may be said now: of each chat the first of its highest priority, most urgent first.

    `platform` claims of these `chats` of that one alone. What is delayed holds back what comes after it in its
    chat, so that the order is kept.
    """
    if session.get_bind().dialect.name == "postgresql":
        # One claims at a time: two would each see a chat of which nothing is being said yet.
        session.execute(select(func.pg_advisory_xact_lock(CLAIMING)))
    rows = _firsts()
    firsts = select(rows.c.id).where(rows.c.place == 1, rows.c.try_at <= now)
    if platform:
        firsts = firsts.where(rows.c.platform == platform, rows.c.chat.in_(chats))
    claimed = session.exec(
        select(OutboxRow)
        .where(
            col(OutboxRow.id).in_(firsts.order_by(rows.c.priority, rows.c.id).limit(limit)),
            col(OutboxRow.claimed_at).is_(None),
        )
        .order_by(col(OutboxRow.priority), col(OutboxRow.id))
        .with_for_update(skip_locked=True)
    ).all()
    for row in claimed:
        row.claimed_at, row.claimed_by = now, by
    return list(claimed)


def get_outbox_row(session: Session, row_id: int) -> OutboxRow:
    """Get something to say, and lock it."""
    return session.exec(select(OutboxRow).where(OutboxRow.id == row_id).with_for_update()).one()


def fold_card_rows(session: Session, rows: Sequence[OutboxRow], now: datetime) -> None:
    """Let each card's row say the newest words of all that is still to be said of its card, and end the others."""
    by_card = {row.card_id: row for row in rows if row.card_id is not None and not row.under_card}
    if not by_card:
        return
    others = session.exec(
        select(OutboxRow)
        .where(
            col(OutboxRow.card_id).in_(by_card),
            col(OutboxRow.id).not_in([row.id for row in rows]),
            col(OutboxRow.under_card).is_(False),
            col(OutboxRow.done_at).is_(None),
            col(OutboxRow.claimed_at).is_(None),
        )
        .order_by(col(OutboxRow.id))
        .with_for_update()
    ).all()
    newest = {card_id: row.id for card_id, row in by_card.items()}
    for other in others:
        assert other.card_id is not None
        other.done_at = now
        if other.id > newest[other.card_id]:
            newest[other.card_id] = other.id
            by_card[other.card_id].payload = other.payload


def end_outbox_row(session: Session, row_id: int, now: datetime, *, message: str = "") -> None:
    """Note that something was said, and the platform's id of it."""
    session.execute(
        update(OutboxRow).where(col(OutboxRow.id) == row_id).values(done_at=now, failed="", message=message)
    )


def delay_chat(session: Session, platform: str, chat: str, until: datetime) -> None:
    """Let everything still to be said in a chat wait until this instant, so that its order is kept."""
    session.execute(
        update(OutboxRow)
        .where(
            col(OutboxRow.platform) == platform,
            col(OutboxRow.chat) == chat,
            col(OutboxRow.done_at).is_(None),
            col(OutboxRow.try_at) < until,
        )
        .values(try_at=until)
    )


def release_claims(session: Session, *, claimed_before: datetime | None = None, by: str = "", but: str = "") -> int:
    """Give back what was claimed by a process that is gone (`by` that one, all `but` that one); returns how many."""
    condition: ColumnElement[bool] = and_(col(OutboxRow.done_at).is_(None), col(OutboxRow.claimed_at).is_not(None))
    if claimed_before is not None:
        condition = and_(condition, col(OutboxRow.claimed_at) < claimed_before)
    if by:
        condition = and_(condition, col(OutboxRow.claimed_by) == by)
    if but:
        condition = and_(condition, col(OutboxRow.claimed_by) != but)
    result = session.execute(update(OutboxRow).where(condition).values(claimed_at=None, claimed_by=""))
    return int(result.rowcount)  # type: ignore[attr-defined]


def list_open_outbox(session: Session, *, platform: str, chat: str, thread: str | None = None) -> Sequence[OutboxRow]:
    """List what is still to be said in a chat."""
    query = select(OutboxRow).where(
        OutboxRow.platform == platform, OutboxRow.chat == chat, col(OutboxRow.done_at).is_(None)
    )
    if thread is not None:
        query = query.where(OutboxRow.thread == thread)
    return session.exec(query.order_by(col(OutboxRow.id))).all()


def count_backlog(session: Session, before: datetime) -> int:
    """Count what should have been said before this instant."""
    return session.exec(
        select(func.count())
        .select_from(OutboxRow)
        .where(col(OutboxRow.done_at).is_(None), OutboxRow.created_at < before)
    ).one()


def move_outbox(session: Session, *, platform: str, chat: str, to: str) -> None:
    """Send what is still to be said in a chat to its new id."""
    session.execute(
        update(OutboxRow)
        .where(col(OutboxRow.platform) == platform, col(OutboxRow.chat) == chat, col(OutboxRow.done_at).is_(None))
        .values(chat=to)
    )


def list_open_rows(session: Session, row_ids: Collection[int]) -> Sequence[OutboxRow]:
    """List which of these are still to be said."""
    return session.exec(
        select(OutboxRow)
        .where(col(OutboxRow.id).in_(list(row_ids)), col(OutboxRow.done_at).is_(None))
        .order_by(col(OutboxRow.id))
    ).all()
