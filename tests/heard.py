"""What was said, as somebody would see it: the outbox read by place, and delivered without a platform."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import col, select

from handlers.chat import Address, Button, Message, message_from_json
from storage.database import Database
from storage.queries import people as people_queries
from storage.tables.chats import Card, Chat
from storage.tables.people import Account, Person
from storage.tables.queues import OutboxRow

Place = Person | Chat | Address | str
User = Person | str  # a person (the account they used last), or "telegram:99" for a stranger


@dataclass(frozen=True)
class Heard:
    """One row of the outbox as somebody would see it."""

    row: int
    address: Address
    message: Message
    only_for: str
    reply_to: str
    card_id: int | None
    edit: bool
    under_card: bool
    person_id: int | None
    priority: int
    at: datetime
    delivered_as: str  # the platform's id of the message, "" while it waits

    @property
    def plain(self) -> str:
        """The words alone."""
        return self.message.plain

    @property
    def buttons(self) -> list[Button]:
        """The buttons under it, in reading order."""
        return [button for row in self.message.buttons for button in row]


class Ears:
    """Hears what the outbox of a database says; `now` is when it is delivered."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.database = database
        self.now = now

    # What was said

    def heard(self, chat: Place | None = None, *, after: int = 0) -> list[Heard]:
        """List what was said, oldest first: at a place or everywhere, delivered or not, after a row of the outbox."""
        query = select(OutboxRow).where(col(OutboxRow.id) > after).order_by(col(OutboxRow.id))
        if chat is not None:
            address = self.address(chat)
            query = query.where(
                OutboxRow.platform == address.platform,
                OutboxRow.chat == address.chat,
                OutboxRow.thread == address.thread,
            )
        with self.database.transaction(writing=False) as session:
            return [_heard(row) for row in session.exec(query)]

    def outbox(self, chat: Place | None = None, *, after: int = 0) -> list[Message]:
        """List the messages said, oldest first; see `heard` for more about each."""
        return [heard.message for heard in self.heard(chat, after=after)]

    def last(self, chat: Place) -> Message:
        """Return what was said last at a place."""
        return self.last_heard(chat).message

    def last_heard(self, chat: Place, containing: str = "") -> Heard:
        """Return what was said last at a place, the last with these words in it."""
        found = [heard for heard in self.heard(chat) if containing in heard.plain]
        assert found, f"nothing{f' with {containing!r}' if containing else ''} was said at {self.address(chat)}"
        return found[-1]

    def mark(self) -> int:
        """Return the outbox's last row, to ask later what was said after it."""
        with self.database.transaction(writing=False) as session:
            return session.exec(select(OutboxRow.id).order_by(col(OutboxRow.id).desc()).limit(1)).first() or 0

    def card(self, chat: Place, containing: str = "") -> Heard:
        """Deliver what waits and return a chat's newest card as it looks now; `.delivered_as` can be replied to."""
        self.delivered()
        found = [heard for heard in self.visible(chat) if heard.card_id is not None and containing in heard.plain]
        assert found, f"no card{f' with {containing!r}' if containing else ''} stands at {self.address(chat)}"
        return found[-1]

    def visible(self, chat: Place) -> list[Heard]:
        """List the messages that stand in a chat as they look now, oldest first: an edit shows in its card's place."""
        standing: dict[tuple[str, int], Heard] = {}
        for heard in self.heard(chat):
            if heard.card_id is not None and not heard.under_card:
                before = standing.get(("card", heard.card_id))
                # An edit keeps the id of the message it changes.
                seen = replace(heard, delivered_as=before.delivered_as) if heard.edit and before else heard
                if not heard.edit:
                    standing.pop(("card", heard.card_id), None)  # posted anew: below everything
                standing["card", heard.card_id] = seen
            else:
                standing["row", heard.row] = heard
        return list(standing.values())

    def delivered(self) -> int:
        """Deliver everything that waits, as a platform would: posts get message ids. Returns how many."""
        with self.database.transaction() as session:
            waiting = select(OutboxRow).where(col(OutboxRow.done_at).is_(None)).order_by(col(OutboxRow.id))
            rows = session.exec(waiting).all()
            for row in rows:
                row.done_at = self.now
                card = session.get(Card, row.card_id) if row.card_id is not None and not row.under_card else None
                if card is not None and row.edit and card.message:
                    row.message = card.message
                    continue
                row.message = f"m{row.id}"
                if card is not None:
                    card.posted_chat, card.message = row.chat, row.message
            return len(rows)

    # Who and where

    def address(self, place: Place) -> Address:
        """Return the address of a place."""
        if isinstance(place, Address):
            return place
        if isinstance(place, Chat):
            return Address(place.platform, place.chat, place.thread)
        if isinstance(place, Person):
            account = self.account(place)
            return Address(account.platform, account.private_chat)
        platform, _, chat = place.rpartition(":")
        return Address(platform or "telegram", chat)

    def account(self, person: Person, platform: str = "") -> Account:
        """Return the account a person used last, of this platform where one is named."""
        with self.database.transaction(writing=False) as session:
            accounts = people_queries.list_accounts(session, person.id)
        for account in accounts:
            if platform in {"", account.platform}:
                return account
        raise AssertionError(f"{person.name} has no account{f' on {platform}' if platform else ''}")

    def account_on(self, user: User, platform: str) -> str:
        """Return the platform's own id of a user."""
        return self.account(user, platform).user if isinstance(user, Person) else user.rpartition(":")[2]


def _heard(row: OutboxRow) -> Heard:
    return Heard(
        row=row.id,
        address=Address(row.platform, row.chat, row.thread),
        message=message_from_json(row.payload),
        only_for=row.only_for,
        reply_to=row.reply_to,
        card_id=row.card_id,
        edit=row.edit,
        under_card=row.under_card,
        person_id=row.person_id,
        priority=row.priority,
        at=row.created_at,
        delivered_as=row.message,
    )
