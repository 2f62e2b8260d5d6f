"""The outbox's transactions: what delivery reads and writes around each message it says.

All of them are short and none waits for a platform; `delivery.py` hands them to a worker thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.platform import Moved, Posted, Unreachable
from handlers import chat as events
from handlers.chat import Address, Inbound, InboundKind, to_json
from handlers.context import Context
from handlers.settings import Settings
from storage.database import Database
from storage.queries import chats as chat_queries
from storage.queries import outbox, queues, sharing
from storage.queries import people as people_queries
from storage.tables.queues import OutboxRow

if TYPE_CHECKING:
    from sqlmodel import Session


@dataclass(frozen=True, slots=True)
class Want:
    """What may be claimed of a platform: these rows, each the first of its chat."""

    row_ids: Sequence[int]
    has_threads: bool = False


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claimed row and its card, as they were read: nobody else touches them while they are in hand.

    `payload` is what to say: of a card the newest look.
    """

    row: Any
    card: Any | None
    payload: str

    @property
    def address(self) -> Address:
        """Where it goes."""
        return Address(self.row.platform, self.row.chat, self.row.thread)

    @property
    def posted(self) -> Posted | None:
        """Where the card stands; None while it stands nowhere, and for what is no card."""
        if self.card is None or not self.card.message:
            return None
        return Posted(self.card.posted_chat or self.card.chat, self.card.message)


def list_waiting(database: Database, now: datetime) -> list[outbox.Waiting]:
    """List the first of each chat that waits for something, the most urgent first."""
    with database.transaction(writing=False) as session:
        return outbox.list_waiting(session, now)


def claim(database: Database, wants: Mapping[str, Want], now: datetime, by: str) -> tuple[list[Parcel], int]:
    """Claim what may be said now; returns it, and how many rows ended because there is nowhere to say them."""
    parcels, dropped = [], 0
    with database.transaction() as session:
        wanted = [row_id for want in wants.values() for row_id in want.row_ids]
        rows = outbox.claim_rows(session, wanted, now, by)
        cards = outbox.list_cards(session, {row.card_id for row in rows if row.card_id is not None})
        words = outbox.fold_cards(session, rows, now)
        for row in rows:
            card = cards.get(row.card_id)
            if card is None or not row.under_card:
                parcels.append(Parcel(row, card, words.get(row.id, row.payload)))
                continue
            parcel = _under(session, row, card, wants[row.platform], now, by)
            if parcel is None:
                dropped += 1
            else:
                parcels.append(parcel)
    return sorted(parcels, key=lambda parcel: (parcel.row.priority, parcel.row.id)), dropped


def _under(session: Session, row: Any, card: Any, want: Want, now: datetime, by: str) -> Parcel | None:
    """Make a line under a card ready to be said; None when it is ended, as it cannot be said anywhere."""
    if not want.has_threads:
        outbox.drop(session, row.id, now, "no threads")
        return None
    if card.message:
        return Parcel(row, card, row.payload)
    post = queues.find_open_card_row(session, card.id)
    if post is None:
        outbox.drop(session, row.id, now, "its card was never posted")
        return None
    # The line waits for its card, which is said in its place.
    post.claimed_at, post.claimed_by = now, by
    line = queues.get_outbox_row(session, row.id)
    line.claimed_at, line.claimed_by = None, ""
    queues.fold_card_rows(session, [post], now)
    return Parcel(post, card, post.payload)


def said(
    database: Database, spoken: Sequence[tuple[Parcel, Posted | None]], now: datetime, by: str
) -> Sequence[Parcel]:
    """Note that these were said; `posted` is where it stands, None for an edit.

    Returns what another process took over meanwhile, so that it is said twice: this one stood still for too long.
    """
    with database.transaction() as session:
        ended = [outbox.Ended(parcel.row.id, posted.message if posted else "") for parcel, posted in spoken]
        repeated = set(outbox.end_rows(session, ended, now, by))
        placed = [
            (parcel.row.card_id, posted.chat, posted.message)
            for parcel, posted in spoken
            if posted is not None
            and parcel.row.card_id is not None
            and not parcel.row.under_card
            and parcel.row.id not in repeated
        ]
        outbox.place_cards(session, placed)
    return [parcel for parcel, _ in spoken if parcel.row.id in repeated]


def put_off(database: Database, parcel: Parcel, until: datetime, now: datetime, by: str, *, tried: bool = True) -> None:
    """Give it back, and let its whole chat wait until then."""
    with database.transaction() as session:
        row = _given_back(session, parcel, now, by)
        if row is None:
            return
        row.attempts += tried
        queues.delay_chat(session, row.platform, row.chat, until)


def card_gone(database: Database, parcel: Parcel, now: datetime, by: str) -> bool:
    """Have a card that somebody deleted posted once more; False when it was posted once more already."""
    with database.transaction() as session:
        row = _given_back(session, parcel, now, by)
        if row is None:
            return True
        if row.card_id is None:
            row.done_at, row.failed = now, "the message is gone"
            return False
        card = chat_queries.get_card(session, row.card_id)
        if card.reposted:
            row.done_at, row.failed = now, "the card was deleted, and deleted again"
            return False
        card.reposted, card.message, card.posted_chat = True, "", ""
        row.attempts += 1
    return True


def give_up(database: Database, settings: Settings, parcel: Parcel, why: str, now: datetime, by: str) -> None:
    """End what cannot be said, and put that on the record."""
    with database.transaction() as session:
        row = queues.get_outbox_row(session, parcel.row.id)
        if not _is_mine(row, by):
            return
        row.done_at, row.failed = now, why[:500]
        context = Context(session, settings, now)
        context.audit("message given up", f"outbox {row.id}", after=str(parcel.address), reason=row.failed)
        context.flush(session)


def add_event(
    database: Database, settings: Settings, parcel: Parcel, error: Moved | Unreachable, now: datetime, by: str
) -> tuple[int, Inbound] | None:
    """Store what a refusal says about the chat, as if the platform had told us; the row stays in hand meanwhile.

    None when it was told of this row and this chat before.
    """
    with database.transaction() as session:
        row = queues.get_outbox_row(session, parcel.row.id)
        event = _event(session, row, error)
        row.attempts += 1
        told = queues.list_inbound_from(session, [f"delivery:{row.id}:{tries}" for tries in range(row.attempts)])
        if any(one.platform == event.origin.platform and one.chat == event.origin.chat for one in told):
            return None
        inbound_id = queues.add_inbound(
            session,
            source=event.id,
            platform=event.origin.platform,
            chat=event.origin.chat,
            payload=to_json(event),
            now=now,
            by=by,
        )
        return (inbound_id, event) if inbound_id is not None else None


def after_event(
    database: Database, parcel: Parcel, error: Moved | Unreachable, until: datetime, now: datetime, by: str
) -> None:
    """Give the row back once the event was worked: to its new chat, else to be tried once more later."""
    with database.transaction() as session:
        row = _given_back(session, parcel, now, by)
        if row is None or row.done_at is not None or row.chat != parcel.row.chat:
            return
        if isinstance(error, Moved):
            queues.move_outbox(session, platform=row.platform, chat=row.chat, to=error.chat)
        elif row.only_for and error.event == events.USER_BLOCKED:
            # One person refuses private words; the group it was said in has nothing to wait for.
            row.done_at, row.failed = now, str(error)[:500]
        else:
            queues.delay_chat(session, row.platform, row.chat, until)


def hasten(database: Database, now: datetime, *, every: bool) -> None:
    """Let what was said when the clock showed later wait no longer; with `every` whatever waits."""
    with database.transaction() as session:
        queues.hasten_outbox(session, now, every=every)


def release(database: Database, *, by: str = "") -> int:
    """Give back what is in hand: of all, or of `by` alone; returns how many."""
    with database.transaction() as session:
        return queues.release_claims(session, by=by)


def release_orphans(database: Database) -> int:
    """Give back what processes that live no more had in hand; returns how many."""
    with database.transaction() as session:
        return sharing.release_orphans(session)


def _given_back(session: Session, parcel: Parcel, now: datetime, by: str) -> OutboxRow | None:
    """Take a row out of our hands; what its card said since is said in its place. None when it is not ours any more."""
    row = queues.get_outbox_row(session, parcel.row.id)
    if not _is_mine(row, by):
        return None
    row.claimed_at, row.claimed_by = None, ""
    if row.done_at is None:
        queues.fold_card_rows(session, [row], now)
    return row


def _is_mine(row: OutboxRow, by: str) -> bool:
    """Say whether no other process took a row over, as happens to one that stood still."""
    return row.claimed_by in {by, ""}


def _event(session: Session, row: OutboxRow, error: Moved | Unreachable) -> Inbound:
    """Word a refusal as the event of the chat that it amounts to."""
    key = f"delivery:{row.id}:{row.attempts}"
    origin = Address(row.platform, row.chat, row.thread)
    if isinstance(error, Moved):
        return Inbound(key, InboundKind.EVENT, origin, text=events.CHAT_MOVED, values={"to": error.chat})
    if error.event != events.USER_BLOCKED:
        return Inbound(key, InboundKind.EVENT, origin, text=error.event)
    # What is for one person alone goes to that person's private chat where the platform has no other way.
    chat = row.only_for or row.chat
    user = _user_of(session, row, chat)
    private = Address(row.platform, chat)
    return Inbound(key, InboundKind.EVENT, private, user=user, text=error.event, private=True)


def _user_of(session: Session, row: OutboxRow, chat: str) -> str:
    """Return the platform's id of the person whose private chat this is; on most platforms it is the chat's."""
    if row.person_id is None:
        return chat
    accounts = people_queries.list_accounts(session, row.person_id)
    mine = (one.user for one in accounts if one.platform == row.platform and one.private_chat == chat)
    return next(mine, chat)
