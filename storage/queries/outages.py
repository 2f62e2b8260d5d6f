"""Which platforms refuse us: a mark of each, on the record of timers as one that has fired, while it does."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, update
from sqlmodel import Session, col, select

from storage.queries.queues import insert_for
from storage.tables.chats import Card
from storage.tables.queues import OutboxRow, Timer
from storage.tables.requests import Request

NAME = "platform.lost"

# Whoever tells people something on several platforms asks for these: prebuilt.
_LOST = select(Timer.key, Timer.fired_at, Timer.args).where(col(Timer.key).in_(bindparam("keys", expanding=True)))


@dataclass(frozen=True, slots=True)
class Outage:
    """Since when a platform refuses us, and why."""

    since: datetime
    why: str


def _key(platform: str) -> str:
    return f"platform:{platform}:lost"


def map_lost(session: Session, platforms: Sequence[str]) -> Mapping[str, Outage]:
    """Return which of these platforms refuse us."""
    names = {_key(platform): platform for platform in platforms}
    if not names:
        return {}
    rows = session.execute(_LOST, {"keys": list(names)})
    return {names[key]: Outage(since, json.loads(args)["why"]) for key, since, args in rows}


def note_lost(session: Session, platform: str, why: str, now: datetime) -> bool:
    """Note that a platform refuses us from now on; False when that was known."""
    args = json.dumps({"why": why}, ensure_ascii=False)
    statement = (
        insert_for(session)(Timer)
        .values(key=_key(platform), name=NAME, args=args, due_at=now, try_at=now, fired_at=now, attempts=0, error="")
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(Timer.id)
    )
    return session.execute(statement).scalar_one_or_none() is not None


def forget_lost(session: Session, platform: str) -> Outage | None:
    """Note that a platform takes our words again; returns what its outage was, None when there was none."""
    outage = map_lost(session, [platform]).get(platform)
    session.execute(delete(Timer).where(col(Timer.key) == _key(platform)))
    return outage


def list_waiting(session: Session, platform: str) -> Sequence[OutboxRow]:
    """List what is to be said on a platform and is in nobody's hands, in order."""
    return session.exec(
        select(OutboxRow)
        .where(OutboxRow.platform == platform, col(OutboxRow.done_at).is_(None), col(OutboxRow.claimed_at).is_(None))
        .order_by(col(OutboxRow.id))
    ).all()


def list_private_cards(session: Session, platform: str) -> Sequence[Card]:
    """List the cards in private chats of a platform whose requests are not at their end."""
    return session.exec(
        select(Card)
        .join(Request, col(Request.id) == col(Card.request_id))
        .where(Card.platform == platform, col(Card.person_id).is_not(None), col(Request.ended_at).is_(None))
        .order_by(col(Card.id))
    ).all()


def hasten(session: Session, platform: str, now: datetime) -> None:
    """Let what waits for a platform wait no longer."""
    session.execute(
        update(OutboxRow)
        .where(col(OutboxRow.platform) == platform, col(OutboxRow.done_at).is_(None), col(OutboxRow.try_at) > now)
        .values(try_at=now)
    )
