"""Notices of which many may come: one is said at once, what follows within a minute goes into one message.

So does what quiet hours hold back until their end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from handlers import holding
from handlers.chat import Message, message_from_json, to_json
from storage.queries import queues
from storage.queries.rows import add_rows
from storage.tables.queues import OutboxRow

if TYPE_CHECKING:
    from sqlmodel import Session


@dataclass(frozen=True, slots=True)
class Notice:
    """One of a bundle, the language of its reader, and its row of the outbox, not written yet."""

    bundle: str
    language: str
    message: Message
    row: dict[str, Any]


def store(session: Session, notices: Sequence[Notice], now: datetime) -> None:
    """Write notices to the outbox, or into the message that waits for its minute there."""
    for one in notices:
        one.row["bundle"] = ":".join([one.bundle, one.row["thread"], "quiet" * bool(one.row["held_until"])])
    # In one order, so that two who say much at the same time do not wait for each other.
    for place in sorted({_place(one.row) for one in notices}):
        queues.lock_bundle(session, *place)
    for one in notices:
        last = queues.find_last_bundled(session, *_place(one.row))
        if last is not None and last.done_at is None and last.held_until is not None and last.held_until > now:
            whole = holding.gathered(message_from_json(last.payload), one.message, one.language)
            last.payload, last.priority = to_json(whole), min(last.priority, one.row["priority"])
            session.flush()
            continue
        if last is not None and one.row["held_until"] is None:
            one.row["held_until"] = holding.apart_from(last.held_until or last.created_at, now)
        add_rows(session, OutboxRow, [one.row])


def _place(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["platform"], row["chat"], row["bundle"]
