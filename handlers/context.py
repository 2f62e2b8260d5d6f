"""What a handler is given: a session, the settings, what time it is and who speaks; and how it answers.

Nothing here sends. What is said is collected, and written to the outbox in the transaction of the facts it is about.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from handlers import bundling, holding, masking, texts
from handlers.bundling import Notice
from handlers.chat import (
    Address,
    Form,
    Inbound,
    InboundKind,
    Line,
    Message,
    Priority,
    Reply,
    Span,
    to_json,
)
from handlers.masking import Contact
from storage.queries import audit as audit_queries
from storage.queries import chats as chat_queries
from storage.queries import live, outages, queues
from storage.queries import people as people_queries
from storage.queries.chats import NewCard
from storage.queries.requests import PRACTICE
from storage.queries.rows import add_rows
from storage.tables.chats import Card, Chat
from storage.tables.people import Account, Person, Role, Store
from storage.tables.queues import OutboxRow

if TYPE_CHECKING:
    from sqlmodel import Session

    from handlers.errors import PersonError
    from handlers.settings import Rules, Settings


@dataclass(frozen=True, slots=True)
class Said:
    """A message on its way to the outbox."""

    address: Address
    message: Message
    priority: Priority = Priority.NORMAL
    only_for: str = ""
    reply_to: str = ""
    card: Card | NewCard | None = None
    edit: bool = False
    under_card: bool = False
    person_id: int | None = None
    view: tuple[str, str] = ("", "")  # the language and time zone of who reads it, where they are known
    bundle: str = ""  # said in one message with others of its kind that come within a minute


@dataclass(frozen=True, slots=True)
class Quoted:
    """A message that somebody wrote and another makes something of: who, what, and the link to it."""

    author: str
    text: str
    link: str = ""

    def to_json(self) -> str:
        """Write it as an argument of a button or a form."""
        return json.dumps([self.author, self.text, self.link], ensure_ascii=False)

    @staticmethod
    def from_json(text: str) -> Quoted:
        """Read what `to_json` wrote."""
        return Quoted(*json.loads(text))


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that was sent: the upload it is kept as once it was read, or why it could not be."""

    upload_id: int | None = None
    problem: PersonError | None = None


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
    audited: list[dict[str, object]] = field(default_factory=list)
    timers: list[dict[str, Any]] = field(default_factory=list)  # set, and not written yet
    reply: Reply = field(default_factory=Reply)
    accounts: dict[int, Sequence[Account]] = field(default_factory=dict)  # person → accounts; see `accounts_of`
    leaders: dict[int, list[Person]] = field(default_factory=dict)  # store → leaders; see `leaders_of`
    lost_platforms: frozenset[str] | None = None  # see `lost`
    rules: dict[int, Rules] = field(default_factory=dict)  # policy → rules; see `clocks.rules_of`
    contact: Contact = field(default_factory=Contact)  # of a customer, in what was said: it is masked there
    unmasked: str = ""  # what was said, with the contact in it: for `contacts` alone
    private: bool = False  # what was said is about a customer and nothing else, and not kept
    customer_id: int | None = None  # whose contact it is, once it is kept: `contacts.keep`

    quoted: Quoted | None = None  # the message that something is made of
    attached: Attached | None = None  # the file that was sent
    first_store_id: int | None = None  # the store that was picked on a board: it is asked first
    confirmed: bool = False  # who speaks has looked at what they are about to post

    def __post_init__(self) -> None:
        """Begin with no request locked; see `practises`."""
        if self.session is not None:
            self.session.info.pop(PRACTICE, None)

    # Who is here

    @property
    def practises(self) -> int | None:
        """The person whose practice this is: of a request that is one, nobody else hears anything."""
        author: int | None = self.session.info.get(PRACTICE)
        return author

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
    def inbound_private(self) -> bool:
        """Whether it was said in private."""
        return self.inbound is not None and self.inbound.private

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
        view: tuple[str, str] = ("", ""),
        bundle: str = "",
    ) -> None:
        """Say a new message at an address; what a `bundle` gathers has a gist."""
        self.said.append(
            Said(address, message, priority, only_for, reply_to, person_id=person_id, view=view, bundle=bundle)
        )

    def say_card(self, card: Card | NewCard, message: Message, *, priority: Priority = Priority.NORMAL) -> None:
        """Post a card, or change it where it stands; what it says already is not said again."""
        looks = hashlib.sha256(to_json(message).encode()).hexdigest()[:32]
        if card.rendered == looks:
            return
        edit = bool(card.rendered)
        card.rendered = looks
        address = Address(card.platform, card.chat, card.thread)
        view = (card.language, card.timezone)
        self.said.append(Said(address, message, priority, card=card, edit=edit, person_id=card.person_id, view=view))

    def say_under(self, card: Card | NewCard, message: Message, *, urgent: bool = False) -> None:
        """Add a line to a card's thread, where the platform has threads; one that is urgent is not held at night."""
        address = Address(card.platform, card.chat, card.thread)
        view = ("", "") if urgent else (card.language, card.timezone)
        self.said.append(Said(address, message, Priority.PROGRESS, card=card, under_card=True, view=view))

    def answer(self, message: Message, *, public: bool = False) -> None:
        """Answer who spoke, where they spoke: to them alone unless `public`."""
        assert self.inbound is not None
        if self.quoted is not None:
            message = message.with_args(quoted=self.quoted.to_json())
        if self.first_store_id is not None:
            message = message.with_args(asked_first=self.first_store_id)
        private = self.inbound.private or public
        self.say(
            self.inbound.origin,
            message,
            only_for="" if private else self.inbound.user,
            reply_to=self.inbound.message if public and not self.inbound.private else "",
            person_id=None if public else self.person.id if self.person else None,
        )

    def tell(self, person: Person, message: Message, *, priority: Priority = Priority.NORMAL, bundle: str = "") -> bool:
        """Say something to a person privately, by the account they used last; False when nobody will hear it now.

        Where their only platforms refuse us it is said all the same, and waits.
        """
        account = self.private_account(person.id)
        if account is None:
            return False
        place = Address(account.platform, account.private_chat)
        view = (self.language_for(person), self.timezone_for(person)) if bundle else ("", "")
        self.say(place, message, priority=priority, person_id=person.id, view=view, bundle=bundle)
        return account.platform not in self.lost

    def private_account(self, person_id: int) -> Account | None:
        """Return the account by which a person can be told something privately, on a platform that is connected."""
        connected = self.settings.platforms
        known = [
            account
            for account in self.accounts_of(person_id)
            if not account.blocked and (not connected or account.platform in connected)
        ]
        if len(known) < 2:
            return known[0] if known else None
        return next((account for account in known if account.platform not in self.lost), known[0])

    def can_hear(self, person_id: int) -> bool:
        """Say whether a person can be told something privately now."""
        account = self.private_account(person_id)
        return account is not None and account.platform not in self.lost

    @property
    def lost(self) -> frozenset[str]:
        """The connected platforms that refuse us; none of them where no other one is left to speak on."""
        if self.lost_platforms is None:
            connected = self.settings.platforms
            lost = frozenset(outages.map_lost(self.session, sorted(connected))) if len(connected) > 1 else frozenset()
            self.lost_platforms = lost if connected - lost else frozenset()
        return self.lost_platforms

    def accounts_of(self, person_id: int) -> Sequence[Account]:
        """Return a person's accounts, the one used last first; looked up once."""
        if person_id not in self.accounts:
            self.accounts[person_id] = people_queries.list_accounts(self.session, person_id)
        return self.accounts[person_id]

    def leaders_of(self, store_id: int) -> Sequence[Person]:
        """Return a store's manager and deputy; looked up once, with their accounts."""
        if store_id not in self.leaders:
            staff = people_queries.list_staff_accounts(self.session, store_id, (Role.STORE_MANAGER, Role.DEPUTY))
            self.accounts |= {person.id: accounts for person, accounts in staff}
            self.leaders[store_id] = [person for person, _ in staff]
        return self.leaders[store_id]

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
            {
                "at": self.now,
                "person_id": self.person_id,
                "platform": inbound.origin.platform if inbound else "",
                "user": inbound.user if inbound else "",
                "chat": inbound.origin.chat if inbound else "",
                "inbound_id": self.inbound_id,
                "act": act,
                "subject": subject,
                "before": masking.mask(before),
                "after": masking.mask(after),
                "reason": masking.mask(reason),
                "refused": refused,
                "policy_id": policy_id,
            }
        )

    def later(self, key: str, name: str, due_at: datetime, *, request_id: int | None = None, **args: object) -> None:
        """Set a timer that fires once; the same key is set once for ever."""
        self.timers.append({"key": key, "name": name, "due_at": due_at, "request_id": request_id, "args": args})

    def keep(self, key: str, name: str, due_at: datetime, **args: object) -> None:
        """Set a timer unless it is set; one that waits already follows the hour and the zone if they were changed."""
        found = queues.find_timer(self.session, key)
        if found is None:
            self.later(key, name, due_at, request_id=None, **args)
        elif found.fired_at is None and found.cancelled_at is None and not found.attempts and found.due_at != due_at:
            waiting = queues.lock_pending_timer(self.session, found.id)  # not of one that fires in this instant
            if waiting is not None:
                waiting.due_at = waiting.try_at = due_at

    def cancel_timers(self, request_id: int, prefix: str) -> None:
        """Cancel a request's pending timers whose key begins with this."""
        self.timers = [timer for timer in self.timers if not timer["key"].startswith(prefix)]
        queues.cancel_timers(self.session, request_id, self.now, prefix=prefix)

    def flush(self, session: Session) -> None:
        """Write the timers set and what was said and audited; called once, at the end of the transaction."""
        queues.add_timers(session, self.timers)
        live.arm(session, self.now)
        if self.said:
            self._store(session)
        audit_queries.add_entries(session, self.audited)
        if self.reply.form is not None:
            form = self.reply.form
            token = chat_queries.token_of(session, form.action, form.args, self.now)
            self.reply = replace(self.reply, form=replace(form, token=token))
        self.said, self.audited, self.timers = [], [], []

    def _store(self, session: Session) -> None:
        """Write what was said, in order; what is still to be said of a card takes its new words."""
        if self.practises is not None:
            self.said = [said for said in self.said if self._is_for(said, self.practises)]
        messages = self._ready(session)
        # Of a new card nothing can wait.
        edited = {said.card.id for said in self.said if isinstance(said.card, Card) and not said.under_card}
        waiting = queues.map_open_card_rows(session, edited) if edited else {}
        rows: list[dict[str, Any]] = []
        bundled: list[Notice] = []
        posts: dict[int, dict[str, Any]] = {}  # card → its row of these
        for said, message in zip(self.said, messages, strict=True):
            card_id = said.card.id if said.card else None
            words: dict[str, Any] = {"payload": to_json(message), "priority": int(said.priority)}
            words["held_until"] = held = self._quiet_until(said)
            if card_id is not None and not said.under_card:
                # Not said yet: the last state wins, and nothing is said twice.
                if card_id in posts:
                    words["priority"] = min(posts[card_id]["priority"], words["priority"])
                    posts[card_id].update(words | {"held_until": posts[card_id]["held_until"]})
                    continue
                if (row := waiting.get(card_id)) is not None:
                    row.payload, row.priority = words["payload"], min(row.priority, words["priority"])
                    row.held_until = row.held_until and held
                    continue
                posts[card_id] = words
                if said.edit:  # no platform rings for an edit
                    words["held_until"] = None
            if said.bundle:
                bundled.append(Notice(said.bundle, said.view[0], message, self._row(said, words)))
            else:
                rows.append(self._row(said, words))
        add_rows(session, OutboxRow, rows)
        if bundled:
            bundling.store(session, bundled, self.now)

    def _is_for(self, said: Said, person_id: int) -> bool:
        """Say whether this is said to a person alone, or answers who speaks."""
        here = self.inbound is not None and said.address == self.inbound.origin and said.card is None
        return said.person_id == person_id or (here and (bool(said.only_for) or self.inbound_private))

    def _quiet_until(self, said: Said) -> datetime | None:
        """Return until when quiet hours hold this back: neither what is urgent nor an answer."""
        quiet = self.settings.digest.quiet
        if quiet is None or said.priority is Priority.URGENT or said.only_for or self._answers(said):
            return None
        timezone = said.view[1]
        if not timezone and said.person_id is not None:
            timezone = self.timezone_for(people_queries.get_person(self.session, said.person_id))
        return holding.quiet_until(quiet, timezone, self.now) if timezone else None

    def _answers(self, said: Said) -> bool:
        """Say whether somebody has just spoken where this is said, or it is for who spoke."""
        inbound = self.inbound
        if inbound is None or inbound.kind is InboundKind.EVENT:
            return False
        here = (said.address.platform, said.address.chat) == (inbound.origin.platform, inbound.origin.chat)
        return here or (said.person_id is not None and said.person_id == self.person_id)

    def _row(self, said: Said, words: dict[str, Any]) -> dict[str, Any]:
        words.update(
            platform=said.address.platform,
            chat=said.address.chat,
            thread=said.address.thread,
            only_for=said.only_for,
            reply_to=said.reply_to,
            card_id=said.card.id if said.card else None,
            edit=said.edit,
            under_card=said.under_card,
            person_id=said.person_id,
            created_at=self.now,
            try_at=self.now,
        )
        return words

    def _ready(self, session: Session) -> list[Message]:
        """Give buttons their tokens and mentions the person's id on the platform where they are said."""

        def resolve(span: Span, platform: str) -> Span:
            if span.style != "mention" or span.person is None or span.user:
                return span
            user = next((account.user for account in self.accounts_of(span.person) if account.platform == platform), "")
            return replace(span, user=user)

        def lines(message: Message, platform: str) -> tuple[Line, ...]:
            if not [span for row in message.lines for span in row if span.style == "mention"]:
                return message.lines  # as most have it
            return tuple(tuple(resolve(span, platform) for span in row) for row in message.lines)

        messages = [said.message for said in self.said]
        pressable = [(one.action, one.args) for message in messages for row in message.buttons for one in row]
        tokens = iter(chat_queries.tokens_of(session, pressable, self.now))
        return [
            replace(
                message,
                lines=lines(message, said.address.platform),
                buttons=tuple(tuple(replace(button, token=next(tokens)) for button in row) for row in message.buttons),
            )
            for said, message in zip(self.said, messages, strict=True)
        ]
