"""The three durable queues."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, bindparam, func, or_, text, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, col, select

from storage.queries.prepared import Prepared
from storage.tables.queues import InboundRow, OutboxRow, Timer

_inbound: Table = InboundRow.__table__  # type: ignore[attr-defined]
_ADD_INBOUND = {
    dialect: insertion(_inbound)
    .on_conflict_do_nothing(index_elements=["source"])
    .returning(_inbound.c.id, _inbound.c.source)
    for dialect, insertion in (("sqlite", sqlite_insert), ("postgresql", postgresql_insert))
}


def insert_for(session: Session) -> Any:
    """Return the INSERT of this database that knows ON CONFLICT."""
    return sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert


def add_inbound(
    session: Session, *, source: str, platform: str, chat: str, payload: str, now: datetime, by: str = ""
) -> int | None:
    """Store something said to us, to be worked `by` a process; None when it was stored before."""
    statement = (
        insert_for(session)(InboundRow)
        .values(
            source=source,
            platform=platform,
            chat=chat,
            payload=payload,
            received_at=now,
            taken_by=by,
            attempts=0,
            error="",
        )
        .on_conflict_do_nothing(index_elements=["source"])
        .returning(InboundRow.id)
    )
    row: int | None = session.execute(statement).scalar_one_or_none()
    return row


@dataclass(frozen=True, slots=True)
class Heard:
    """Something said to us: the platform's id of it, where, as JSON, and when it was heard."""

    source: str
    platform: str
    chat: str
    payload: str
    received_at: datetime


def add_inbounds(session: Session, heard: Sequence[Heard], *, by: str) -> dict[str, int]:
    """Store what was said to us, to be worked `by` a process; returns the ids of what was not stored before."""
    values = [
        {
            "source": one.source,
            "platform": one.platform,
            "chat": one.chat,
            "payload": one.payload,
            "received_at": one.received_at,
            "taken_by": by,
            "attempts": 0,
            "error": "",
        }
        for one in heard
    ]
    stored = session.connection().execute(_ADD_INBOUND[session.get_bind().dialect.name], values)
    return {source: row_id for row_id, source in stored}


def has_earlier_inbound(session: Session, platform: str, chat: str, row_id: int) -> bool:
    """Say whether something that was said in this chat before is still open."""
    earlier = select(InboundRow.id).where(
        InboundRow.platform == platform, InboundRow.chat == chat, col(InboundRow.done_at).is_(None)
    )
    return session.exec(earlier.where(col(InboundRow.id) < row_id).limit(1)).first() is not None


def claim_inbound(session: Session, inbound_id: int) -> InboundRow | None:
    """Lock an inbound that is not done; None when it is done or in other hands."""
    return session.exec(
        select(InboundRow)
        .where(InboundRow.id == inbound_id, col(InboundRow.done_at).is_(None))
        .with_for_update(skip_locked=True)
    ).one_or_none()


_end_inbound = Prepared(
    update(_inbound)
    .where(
        _inbound.c.id
        == select(_inbound.c.id)
        .where(_inbound.c.id == bindparam("inbound_id"), _inbound.c.done_at.is_(None))
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    .values(done_at=bindparam("now"))
)


def end_inbound(session: Session, inbound_id: int, now: datetime) -> bool:
    """Claim an inbound and note that it is done with this transaction; False when it was, or is in other hands."""
    return _end_inbound.change(session, {"inbound_id": inbound_id, "now": now}) == 1


def redact_inbound(session: Session, inbound_id: int, payload: str) -> None:
    """Keep other words of an inbound than those in which it came."""
    session.execute(update(InboundRow).where(col(InboundRow.id) == inbound_id).values(payload=payload))


def redact_card(session: Session, card_id: int) -> None:
    """Forget what was said of a card and is said: what waits to be said stands."""
    said = update(OutboxRow).where(col(OutboxRow.card_id) == card_id, col(OutboxRow.done_at).is_not(None))
    session.execute(said.values(payload='{"lines":[]}'))


def find_inbound(session: Session, source: str) -> InboundRow | None:
    """Find something said to us by the platform's id of it, worked or not."""
    return session.exec(select(InboundRow).where(InboundRow.source == source)).one_or_none()


def list_inbound_from(session: Session, sources: Collection[str]) -> Sequence[InboundRow]:
    """List what was said to us under these ids, in order."""
    found = select(InboundRow).where(col(InboundRow.source).in_(list(sources)))
    return session.exec(found.order_by(col(InboundRow.id))).all()


def list_open_inbound(session: Session) -> Sequence[InboundRow]:
    """List what was said and not worked, in order."""
    # Put in order here: asked for in the order of ids, SQLite reads everything that was ever said.
    rows = session.exec(select(InboundRow).where(col(InboundRow.done_at).is_(None))).all()
    return sorted(rows, key=lambda row: row.id)


def add_timer(
    session: Session, *, key: str, name: str, due_at: datetime, request_id: int | None = None, **args: object
) -> None:
    """Set a timer; a key that exists already is left as it is."""
    add_timers(session, [{"key": key, "name": name, "due_at": due_at, "request_id": request_id, "args": args}])


def add_timers(session: Session, timers: Sequence[dict[str, Any]]) -> None:
    """Set timers (key, name, due_at, request_id, args); a key that exists already is left as it is."""
    rows = [
        {**timer, "args": json.dumps(timer["args"], ensure_ascii=False), "try_at": timer["due_at"]} for timer in timers
    ]
    if rows:
        _add_timers(insert_for(session)).change(session, rows)


@cache  # building a statement takes longer than running it
def _add_timers(insert: Any) -> Any:
    rows = insert(Timer.__table__).values(attempts=0, error="")  # type: ignore[attr-defined]
    return Prepared(rows.on_conflict_do_nothing(index_elements=["key"]))


def set_timers_again(session: Session, timers: Sequence[dict[str, Any]]) -> None:
    """Set timers (key, name, due_at, args) that fire again and again: one that waits already is left as it is.

    Whoever sets one waits for who is firing it in this instant, and sets it anew: no change goes unseen.
    """
    rows = [
        {**timer, "args": json.dumps(timer["args"], ensure_ascii=False), "try_at": timer["due_at"]} for timer in timers
    ]
    if rows:
        _set_again(insert_for(session)).change(session, rows)


@cache
def _set_again(insert: Any) -> Any:
    rows = insert(Timer.__table__).values(attempts=0, error="")  # type: ignore[attr-defined]
    anew: dict[str, Any] = {name: rows.excluded[name] for name in ("due_at", "try_at", "args", "attempts", "error")}
    return Prepared(
        rows.on_conflict_do_update(
            index_elements=["key"],
            set_=anew | {"fired_at": None, "cancelled_at": None},
            where=or_(_timer.c.fired_at.is_not(None), _timer.c.cancelled_at.is_not(None)),
        )
    )


_timer = Timer.__table__  # type: ignore[attr-defined]
_CANCEL_TIMERS = Prepared(
    update(_timer)
    .where(
        _timer.c.id.in_(
            select(_timer.c.id)
            .where(
                _timer.c.request_id == bindparam("request"),
                _timer.c.fired_at.is_(None),
                _timer.c.cancelled_at.is_(None),
                func.substr(_timer.c.key, 1, bindparam("length")) == bindparam("prefix"),
            )
            .with_for_update(skip_locked=True)
        )
    )
    .values(cancelled_at=bindparam("now"))
)


def cancel_timers(session: Session, request_id: int, now: datetime, *, prefix: str = "") -> None:
    """Cancel a request's pending timers whose key begins with `prefix`.

    One that is being fired in this instant is skipped, not waited for: it looks at the request again under its lock
    and stays silent, while waiting for it could wait for ever (it waits for the request).
    """
    which = {"request": request_id, "prefix": prefix, "length": len(prefix), "now": now}
    _CANCEL_TIMERS.change(session, which)


def _pending_timer() -> ColumnElement[bool]:
    return and_(col(Timer.fired_at).is_(None), col(Timer.cancelled_at).is_(None))


_FIRE_NEXT = Prepared(
    update(_timer)
    .where(
        _timer.c.id
        == select(_timer.c.id)
        .where(
            _timer.c.fired_at.is_(None),
            _timer.c.cancelled_at.is_(None),
            _timer.c.try_at <= bindparam("due_by"),
            _timer.c.id.not_in(bindparam("but", expanding=True)),
        )
        .order_by(_timer.c.try_at, _timer.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    .values(fired_at=bindparam("now"))
    .returning(_timer.c.id, _timer.c.key, _timer.c.name, _timer.c.args, _timer.c.due_at)
)


def claim_timer(session: Session, timer_id: int, now: datetime) -> Timer | None:
    """Lock a timer that is due; None when it fired, was cancelled or is in other hands."""
    return session.exec(
        select(Timer)
        .where(Timer.id == timer_id, _pending_timer(), Timer.try_at <= now)
        .with_for_update(skip_locked=True)
    ).one_or_none()


def lock_pending_timer(session: Session, timer_id: int) -> Timer | None:
    """Lock a timer that waits; None when it fired, was cancelled or is in other hands: nobody waits for these."""
    return session.exec(
        select(Timer).where(Timer.id == timer_id, _pending_timer()).with_for_update(skip_locked=True)
    ).one_or_none()


@dataclass(frozen=True, slots=True)
class Due:
    """A timer that fires with this transaction: its key and name, its arguments as JSON, and when it was due."""

    timer_id: int
    key: str
    name: str
    args: str
    due_at: datetime


def claim_next_timer(session: Session, due_by: datetime, now: datetime, but: Collection[int] = ()) -> Due | None:
    """Claim the longest due timer that is in nobody's hands, `but` these, and note that it fires with this transaction.

    None when there is none.
    """
    found = _FIRE_NEXT.rows(session, due_by=due_by, now=now, but=list(but))
    return Due(*found[0]) if found else None


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


_OPEN_CARD_ROWS = Prepared(
    select(OutboxRow)
    .where(
        col(OutboxRow.card_id).in_(bindparam("cards", expanding=True)),
        col(OutboxRow.under_card).is_(False),
        col(OutboxRow.done_at).is_(None),
        col(OutboxRow.claimed_at).is_(None),
    )
    .order_by(col(OutboxRow.id))
    .with_for_update(skip_locked=True)
)


def map_open_card_rows(session: Session, card_ids: Collection[int]) -> dict[int, OutboxRow]:
    """Return card → what is still to be said of it and is in nobody's hands: its post, or an edit.

    Of two (one was given back) the newer: `fold_card_rows` keeps the newest words.
    """
    rows = _OPEN_CARD_ROWS.scalars(session, cards=list(card_ids))
    return {row.card_id: row for row in rows if row.card_id is not None}


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


BUNDLES = 7_302  # PostgreSQL's space of advisory locks of bundles
_LOCK_BUNDLE = select(func.pg_advisory_xact_lock(bindparam("space"), func.hashtext(bindparam("name"))))
_LAST_BUNDLED = (
    select(OutboxRow)
    .where(
        OutboxRow.platform == bindparam("platform"),
        OutboxRow.chat == bindparam("chat"),
        OutboxRow.bundle == bindparam("bundle"),
        text("outbox.bundle <> ''"),  # the index is of these alone
    )
    .order_by(col(OutboxRow.id).desc())
    .limit(1)
    .with_for_update()
    .execution_options(populate_existing=True)
)


def find_last_bundled(session: Session, platform: str, chat: str, bundle: str) -> OutboxRow | None:
    """Find what was put into the outbox last of this bundle in a chat, and lock it."""
    which = {"platform": platform, "chat": chat, "bundle": bundle}
    return session.exec(_LAST_BUNDLED, params=which).one_or_none()


def lock_bundle(session: Session, platform: str, chat: str, bundle: str) -> None:
    """Let nobody else put anything of this bundle into the outbox meanwhile."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_LOCK_BUNDLE, {"space": BUNDLES, "name": f"{platform}:{chat}:{bundle}"})


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


def hasten_outbox(session: Session, now: datetime, *, every: bool) -> None:
    """Let what was said later than now, by a clock that was set back since, wait no longer; or `every` open row."""
    late = col(OutboxRow.try_at) if every else col(OutboxRow.created_at)
    session.execute(update(OutboxRow).where(col(OutboxRow.done_at).is_(None), late > now).values(try_at=now))
    held = (col(OutboxRow.done_at).is_(None), col(OutboxRow.held_until).is_not(None), col(OutboxRow.created_at) > now)
    session.execute(update(OutboxRow).where(*held).values(held_until=None))


def release_claims(session: Session, *, by: str = "") -> int:
    """Give back what is in hand: of every process, or of `by` alone; returns how many."""
    condition: ColumnElement[bool] = and_(col(OutboxRow.done_at).is_(None), col(OutboxRow.claimed_at).is_not(None))
    if by:
        condition = and_(condition, col(OutboxRow.claimed_by) == by)
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
        .where(
            col(OutboxRow.done_at).is_(None),
            func.coalesce(col(OutboxRow.held_until), col(OutboxRow.created_at)) < before,
        )
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
