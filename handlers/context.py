"""What a handler is given: a session, the settings, what time it is and who speaks; and how it answers.

Nothing here sends. What is said is collected, and written to the outbox in the transaction of the facts it is about.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from handlers import texts
from handlers.chat import Address, Form, Inbound, Message, Priority, Reply, Span, to_json
from storage.queries import chats as chat_queries
from storage.queries import people as people_queries
from storage.queries import queues
from storage.tables.audit import AuditEntry
from storage.tables.chats import Card, Chat
from storage.tables.people import Account, Person, Store
from storage.tables.queues import OutboxRow

if TYPE_CHECKING:
    from sqlmodel import Session

    from handlers.settings import Settings


@dataclass(frozen=True, slots=True)
class Said:
    """A message on its way to the outbox."""

    address: Address
    message: Message
    priority: Priority = Priority.NORMAL
    only_for: str = ""
    reply_to: str = ""
    card: Card | None = None
    edit: bool = False
    under_card: bool = False
    person_id: int | None = None


@dataclass
class Context:
    """The circumstances of one inbound or one due timer."""

    session: Session
    settings: Settings
    now: datetime
    inbound: Inbound | None = None
    inbound_id: int | None = None
    person: Person | None = None
    account: Account | None = None
    store: Store | None = None
    chat: Chat | None = None
    due_at: datetime | None = None  # of a timer: when it should have fired
    said: list[Said] = field(default_factory=list)
    audited: list[AuditEntry] = field(default_factory=list)
    reply: Reply = field(default_factory=Reply)

    # Who is here

    @property
    def me(self) -> Person:
        """The person who speaks; only where the role was checked."""
        assert self.person is not None
        return self.person

    @property
    def my_id(self) -> int:
        """The id of the person who speaks."""
        return self.me.id

    @property
    def person_id(self) -> int | None:
        """The id of who speaks, None for a timer or a stranger."""
        return self.person.id if self.person else None

    @property
    def origin(self) -> Address:
        """Where it was said."""
        assert self.inbound is not None
        return self.inbound.origin

    @property
    def language(self) -> str:
        """The language of who speaks: their own, else of the chat, the region, the network."""
        if self.person is not None:
            return self.language_for(self.person)
        return (self.chat.language if self.chat else "") or self.settings.network.language

    @property
    def timezone(self) -> str:
        """The time zone of who speaks."""
        return self.timezone_for(self.person)

    def language_for(self, person: Person) -> str:
        """Return the language a person reads."""
        if person.language:
            return person.language
        region_id = person.region_id or (
            people_queries.get_store(self.session, person.store_id).region_id if person.store_id else None
        )
        region = people_queries.get_region(self.session, region_id) if region_id else None
        return (region.language if region else "") or self.settings.network.language

    def timezone_for(self, person: Person | None) -> str:
        """Return the time zone a person lives in: the store's, the region's, the network's."""
        if person is not None and person.store_id is not None:
            return people_queries.get_store(self.session, person.store_id).timezone
        if person is not None and person.region_id is not None:
            region = people_queries.get_region(self.session, person.region_id)
            return region.timezone or self.settings.network.timezone
        return self.settings.network.timezone

    def words(self, key: str, **values: object) -> str:
        """Say a sentence of the catalogue in the language of who speaks."""
        return texts.say(self.language, key, **values)

    # Saying

    def say(
        self,
        address: Address,
        message: Message,
        *,
        priority: Priority = Priority.NORMAL,
        only_for: str = "",
        reply_to: str = "",
        person_id: int | None = None,
    ) -> None:
        """Say a new message at an address."""
        self.said.append(Said(address, message, priority, only_for, reply_to, person_id=person_id))

    def say_card(self, card: Card, message: Message, *, priority: Priority = Priority.NORMAL) -> None:
        """Post a card, or change it where it stands; what it says already is not said again."""
        looks = hashlib.sha256(to_json(message).encode()).hexdigest()[:32]
        if card.rendered == looks:
            return
        edit = bool(card.rendered)
        card.rendered = looks
        address = Address(card.platform, card.chat, card.thread)
        self.said.append(Said(address, message, priority, card=card, edit=edit, person_id=card.person_id))

    def say_under(self, card: Card, message: Message, *, priority: Priority = Priority.PROGRESS) -> None:
        """Add a line to a card's thread, where the platform has threads."""
        address = Address(card.platform, card.chat, card.thread)
        self.said.append(Said(address, message, priority, card=card, under_card=True))

    def answer(self, message: Message, *, public: bool = False) -> None:
        """Answer who spoke, where they spoke: to them alone unless `public`."""
        assert self.inbound is not None
        private = self.inbound.private or public
        self.say(
            self.inbound.origin,
            message,
            only_for="" if private else self.inbound.user,
            reply_to=self.inbound.message if public and not self.inbound.private else "",
            person_id=None if public else self.person.id if self.person else None,
        )

    def tell(self, person: Person, message: Message, *, priority: Priority = Priority.NORMAL) -> bool:
        """Say something to a person privately, by the account they used last; False when they have none."""
        account = self.private_account(person.id)
        if account is None:
            return False
        self.say(Address(account.platform, account.private_chat), message, priority=priority, person_id=person.id)
        return True

    def private_account(self, person_id: int) -> Account | None:
        """Return the account by which a person can be told something privately, on a platform that is connected."""
        connected = self.settings.platforms
        for account in people_queries.list_accounts(self.session, person_id):
            if not account.blocked and (not connected or account.platform in connected):
                return account
        return None

    def toast(self, words: str, *, alert: bool = False) -> None:
        """Answer a pressed button with a few words that pass; elsewhere with a private message."""
        self.reply = replace(self.reply, toast=words, alert=alert)

    def open(self, form: Form) -> None:
        """Open a form before who spoke."""
        self.reply = replace(self.reply, form=form)

    # What is remembered beside

    def audit(
        self,
        act: str,
        subject: str = "",
        *,
        before: str = "",
        after: str = "",
        reason: str = "",
        refused: bool = False,
        policy_id: int | None = None,
    ) -> None:
        """Put an act on the record."""
        inbound = self.inbound
        self.audited.append(
            AuditEntry(
                at=self.now,
                person_id=self.person.id if self.person else None,
                platform=inbound.origin.platform if inbound else "",
                user=inbound.user if inbound else "",
                chat=inbound.origin.chat if inbound else "",
                inbound_id=self.inbound_id,
                act=act,
                subject=subject,
                before=before,
                after=after,
                reason=reason,
                refused=refused,
                policy_id=policy_id,
            )
        )

    def later(self, key: str, name: str, due_at: datetime, *, request_id: int | None = None, **args: object) -> None:
        """Set a timer that fires once; the same key is set once for ever."""
        queues.add_timer(self.session, key=key, name=name, due_at=due_at, request_id=request_id, **args)

    def flush(self, session: Session) -> None:
        """Write what was said and audited; called once, at the end of the transaction."""
        for said in self.said:
            self._store(session, said)
        session.add_all(self.audited)
        if self.reply.form is not None:
            form = self.reply.form
            token = chat_queries.token_of(session, form.action, form.args, self.now)
            self.reply = replace(self.reply, form=replace(form, token=token))
        self.said, self.audited = [], []

    def _store(self, session: Session, said: Said) -> None:
        payload = to_json(self._ready(session, said.message, said.address.platform))
        if said.card is not None and not said.under_card:
            session.flush()
            waiting = queues.find_open_card_row(session, said.card.id)
            if waiting is not None:  # not said yet: the last state wins, and nothing is said twice
                waiting.payload = payload
                waiting.priority = min(waiting.priority, int(said.priority))
                return
        session.add(
            OutboxRow(
                platform=said.address.platform,
                chat=said.address.chat,
                thread=said.address.thread,
                only_for=said.only_for,
                reply_to=said.reply_to,
                priority=int(said.priority),
                payload=payload,
                card_id=said.card.id if said.card else None,
                edit=said.edit,
                under_card=said.under_card,
                person_id=said.person_id,
                created_at=self.now,
                try_at=self.now,
            )
        )
        session.flush()

    def _ready(self, session: Session, message: Message, platform: str) -> Message:
        """Give buttons their tokens and mentions the person's id on this platform."""
        users: dict[int, str] = {}

        def resolve(span: Span) -> Span:
            if span.style != "mention" or span.person is None or span.user:
                return span
            if span.person not in users:
                accounts = people_queries.list_accounts(session, span.person)
                users[span.person] = next((a.user for a in accounts if a.platform == platform), "")
            return replace(span, user=users[span.person])

        pressable = [(button.action, button.args) for row in message.buttons for button in row]
        tokens = iter(chat_queries.tokens_of(session, pressable, self.now))
        return replace(
            message,
            lines=tuple(tuple(resolve(span) for span in row) for row in message.lines),
            buttons=tuple(tuple(replace(button, token=next(tokens)) for button in row) for row in message.buttons),
        )
