"""What happens to chats and accounts: moved, lost, found again, blocked; and what becomes of what was to be said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from handlers import chat as vocabulary
from handlers import notify
from handlers.access import STORE_LEADERS
from handlers.chat import Address, Inbound, Message, Priority, Span, message_from_json
from handlers.people import chat_messages, messages, rules
from handlers.registry import event
from storage.queries import chats as chat_queries
from storage.queries import live, queues
from storage.queries import people as people_queries
from storage.tables.chats import Card, Chat, Purpose
from storage.tables.people import Account, Person
from storage.tables.queues import OutboxRow

if TYPE_CHECKING:
    from handlers.context import Context

STALE = "stale"  # as what a card said last: no hash, so that its next look is said whatever it is


def as_place(context: Context, chat: Chat) -> chat_messages.Place:
    """Return a bound chat as messages describe it."""
    region = people_queries.get_region(context.session, chat.region_id) if chat.region_id else None
    language, _ = notify.view_of(context, chat)
    return chat_messages.Place(
        purpose=chat.purpose,
        region=region.name if region else "",
        platform=chat.platform,
        chat=chat.chat,
        thread=chat.thread,
        language=language,
        suspended_at=chat.suspended_at,
        suspended_why=chat.suspended_why,
    )


# Chats


@event(vocabulary.CHAT_MOVED)
def chat_moved(context: Context) -> None:
    """Follow a chat to its new id."""
    inbound, origin = _inbound(context), context.origin
    to = inbound.values.get("to", "")
    if not to or to == origin.chat:
        return
    session = context.session
    cards = chat_queries.list_open_cards(session, origin.platform, origin.chat)
    _refresh(context, cards)  # first: it waits for the requests' locks, and must hold no card meanwhile
    moved = chat_queries.list_bindings_of(session, origin.platform, origin.chat)
    chat_queries.drop_doubles(session, platform=origin.platform, chat=origin.chat, to=to, now=context.now)
    chat_queries.move_chat(session, platform=origin.platform, chat=origin.chat, to=to)
    queues.move_outbox(session, platform=origin.platform, chat=origin.chat, to=to)
    context.audit("chat moved", str(origin), before=origin.chat, after=to)
    if not moved:  # heard before, or never bound
        return
    now_bound = chat_queries.list_bindings_of(session, origin.platform, to)
    for chat in now_bound:
        chat.suspended_at, chat.suspended_why = None, ""  # who knows the new id is alive
    places = [as_place(context, chat) for chat in now_bound]
    notify.tell_hq(context, lambda language, _zone: chat_messages.chats_moved(language, places))


@event(vocabulary.CHAT_CLOSED)
def chat_closed(context: Context) -> None:
    """Suspend the binding of a closed topic, or all of an archived channel."""
    lose_place(context, context.origin, vocabulary.CHAT_CLOSED)


def lose_place(context: Context, place: Address, why: str) -> None:
    """Suspend the bindings of a place, and say elsewhere what was to be said there."""
    accounts = people_queries.list_accounts_at(context.session, place.platform, place.chat)
    if accounts:  # a private chat
        _refused(context, accounts, place)
        return
    bindings = chat_queries.list_bindings_of(context.session, place.platform, place.chat)
    _lose(context, [chat for chat in bindings if not place.thread or chat.thread == place.thread], why)
    _give_up(context, place, why)


def _lose(context: Context, bindings: Sequence[Chat], why: str) -> None:
    live = [chat for chat in bindings if chat.suspended_at is None]
    for chat in live:
        chat.suspended_at, chat.suspended_why = context.now, why
        context.audit("chat lost", f"chat:{chat.id}", reason=why)
    if live:
        places = [as_place(context, chat) for chat in live]
        notify.tell_hq(
            context,
            lambda language, _zone: chat_messages.chats_lost(language, places, why),
            priority=Priority.URGENT,
        )


def _give_up(context: Context, place: Address, why: str) -> None:
    """Say nothing more in a lost chat; whom a line names hears it privately.

    Cards need nothing: when the chat comes back, `come_back` has every open one said as it is then. Words for one
    user alone stay, for platforms say them privately.
    """
    for row in _waiting(context, place):
        if row.only_for:
            continue
        row.done_at, row.failed = context.now, why
        if row.card_id is not None and not row.under_card:
            continue
        said = message_from_json(row.payload)
        for person_id in dict.fromkeys(_named_in(said)):
            person = people_queries.get_person(context.session, person_id)
            context.tell(person, unsaid(said), priority=Priority(row.priority))


@event(vocabulary.BOT_ADDED)
def bot_added(context: Context) -> None:
    """Use a chat's bindings again, or say in a new chat how it is bound."""
    origin = context.origin
    bindings = chat_queries.list_bindings_of(context.session, origin.platform, origin.chat)
    if bindings:
        _find(context, bindings)
    else:
        language = context.settings.network.language
        context.say(Address(origin.platform, origin.chat), chat_messages.hint(language))


@event(vocabulary.CHAT_REOPENED)
def chat_reopened(context: Context) -> None:
    """Use a topic's or a channel's bindings again."""
    origin = context.origin
    bindings = chat_queries.list_bindings_of(context.session, origin.platform, origin.chat)
    _find(context, [chat for chat in bindings if not origin.thread or chat.thread == origin.thread])


def _find(context: Context, bindings: Sequence[Chat]) -> None:
    lost = [chat for chat in bindings if chat.suspended_at is not None]
    if not lost:
        return
    come_back(context, lost)
    places = [as_place(context, chat) for chat in lost]
    notify.tell_hq(context, lambda language, _zone: chat_messages.chats_found(language, places))


def come_back(context: Context, bindings: Sequence[Chat]) -> None:
    """Use suspended bindings again, and have the open requests' cards in them said as they are now."""
    for chat in bindings:
        cards = chat_queries.list_open_cards(context.session, chat.platform, chat.chat, chat.thread)
        _refresh(context, cards)
        for card in cards:
            card.rendered = STALE if card.message else ""
        chat.suspended_at, chat.suspended_why = None, ""
        context.audit("chat found", f"chat:{chat.id}")


# Accounts


@event(vocabulary.USER_BLOCKED)
def user_blocked(context: Context) -> None:
    """Speak no more to an account that refuses private words; say what waits elsewhere."""
    inbound, origin = _inbound(context), context.origin
    accounts: Sequence[Account]
    if inbound.user:
        found = people_queries.find_account(context.session, origin.platform, inbound.user)
        accounts = [found] if found else []
    else:
        accounts = people_queries.list_accounts_at(context.session, origin.platform, origin.chat)
    _refused(context, accounts, origin)


def _refused(context: Context, accounts: Sequence[Account], place: Address) -> None:
    newly = [account for account in accounts if not account.blocked]
    for account in accounts:  # all of them first: none is another way to the others' person
        account.blocked = True
    for account in accounts:
        rows = _end(context, Address(place.platform, account.private_chat))
        person = people_queries.get_person(context.session, account.person_id)
        if person.active:
            _reroute(context, account, person, rows, tell=account in newly)
    if not accounts and not chat_queries.list_bindings_of(context.session, place.platform, place.chat):
        _end(context, place)  # a stranger: nothing is kept for them


def _end(context: Context, place: Address) -> list[OutboxRow]:
    """Say nothing more at a private place; return what was to be said there."""
    rows = _waiting(context, place)
    for row in rows:
        row.done_at, row.failed = context.now, vocabulary.USER_BLOCKED
    return rows


def _reroute(context: Context, account: Account, person: Person, rows: Sequence[OutboxRow], *, tell: bool) -> None:
    """Say by another account what was for this person, else with a mention in their region's managers' chat."""
    other = context.private_account(person.id)
    group = None if other is not None else _group_of(context, person)
    if other is not None:
        take_cards(context, account, other)
    for row in rows:
        if row.person_id != person.id or (other is not None and row.card_id is not None):
            continue  # a secret, somebody else's, or a card that moved as a whole
        if other is None and row.only_for:
            continue  # an answer in a group that was for them alone
        said, priority = unsaid(message_from_json(row.payload)), Priority(row.priority)
        if other is not None:
            context.say(Address(other.platform, other.private_chat), said, priority=priority, person_id=person.id)
        elif group is not None:
            in_group = chat_messages.mentioned(person.id, person.name, said)
            place = Address(group.platform, group.chat, group.thread)
            context.say(place, in_group, priority=priority, view=notify.view_of(context, group))
    if tell:
        context.audit("account lost", f"person:{person.id}", before=f"{account.platform}:{account.user}")
        _tell_lost(context, account, person, other, group)


def _tell_lost(context: Context, account: Account, person: Person, other: Account | None, group: Chat | None) -> None:
    store = people_queries.get_store(context.session, person.store_id) if person.store_id else None
    place = as_place(context, group) if group else None
    alone = store is not None and person.role in STORE_LEADERS and is_alone(context, store.id)

    def words(language: str, _zone: str) -> Message:
        who = messages.described(language, person, store.name if store else "")
        elsewhere = other.platform if other else ""
        said = chat_messages.person_lost(language, who, account.platform, elsewhere, place)
        if store is None or not alone:
            return said
        return said.with_lines(*chat_messages.stores_alone(language, [store.code]).lines)

    notify.tell_hq(context, words)
    if store is not None and alone:
        notify.tell_region(context, store.region_id, words)


def is_alone(context: Context, store_id: int) -> bool:
    """Say whether nobody who leads a store can be told anything now."""
    return not any(context.can_hear(person.id) for person in context.leaders_of(store_id))


def take_cards(context: Context, account: Account, other: Account) -> None:
    """Have a person's open cards stand by the other account from now on."""
    session = context.session
    cards = [
        card
        for card in chat_queries.list_open_cards(session, account.platform, account.private_chat)
        if card.person_id == account.person_id
    ]
    _refresh(context, cards)
    for card in cards:
        place = other.platform, other.private_chat
        if chat_queries.find_card(session, card.request_id, *place, question_id=card.question_id) is None:
            card.platform, card.chat, card.thread = other.platform, other.private_chat, ""
            card.posted_chat = card.message = card.rendered = ""


def _group_of(context: Context, person: Person) -> Chat | None:
    """Find the chat in which a person is mentioned: their region's managers' chat, best where they have an account."""
    session = context.session
    store = people_queries.get_store(session, person.store_id) if person.store_id else None
    region_id = rules.region_of(person, store.region_id if store else None)
    purpose = Purpose.HQ if region_id is None else Purpose.MANAGERS
    chats = chat_queries.list_chats(session, purpose, region_ids=[region_id])
    platforms = {account.platform for account in people_queries.list_accounts(session, person.id)}
    return next((chat for chat in chats if chat.platform in platforms), chats[0] if chats else None)


@event(vocabulary.USER_UNBLOCKED)
def user_unblocked(context: Context) -> None:
    """Speak to an account again that took no private words."""
    inbound, origin = _inbound(context), context.origin
    account = people_queries.find_account(context.session, origin.platform, inbound.user)
    if account is not None:
        take_back(context, account)


def take_back(context: Context, account: Account) -> None:
    """Speak again to an account that was given up, and have its open cards said as they are now."""
    if not account.blocked:
        return
    account.blocked = False
    cards = chat_queries.list_open_cards(context.session, account.platform, account.private_chat)
    _refresh(context, cards)
    for card in cards:
        card.rendered = STALE if card.message else ""
    context.audit("account found", f"person:{account.person_id}", after=f"{account.platform}:{account.user}")


@event(vocabulary.MEMBER_LEFT)
def member_left(context: Context) -> None:
    """Note who left a chat; rights come from the role, never from being in a chat."""
    account = people_queries.find_account(context.session, context.origin.platform, _inbound(context).user)
    if account is not None:  # strangers come and go as often as they like
        context.audit("member left", f"person:{account.person_id}", before=str(context.origin))


# Messages


@event(vocabulary.MESSAGE_DELETED)
def message_deleted(context: Context) -> None:
    """Have a card that somebody deleted posted once more, while its request is open."""
    inbound, origin = _inbound(context), context.origin
    card = chat_queries.find_card_at(context.session, origin.platform, origin.chat, inbound.message)
    if card is None:
        return
    context.audit("card deleted", f"card:{card.id}", before=card.message)
    open_cards = chat_queries.list_open_cards(context.session, card.platform, card.chat, card.thread)
    if card.reposted or card.id not in {other.id for other in open_cards}:
        return
    _refresh(context, [card])
    card.posted_chat = card.message = card.rendered = ""
    card.reposted = True


def _refresh(context: Context, cards: Sequence[Card]) -> None:
    """Have the cards of these requests, questions and boards said as they are now, in a transaction of their own."""
    boards = [card.board_id for card in cards if card.board_id is not None]
    live.look(context.session, boards, context.now)
    for question_id in dict.fromkeys(card.question_id for card in cards if card.question_id is not None):
        key = f"question:{question_id}:refresh:{context.inbound_id}"
        context.later(key, "questions.refresh", context.now, question=question_id)
    for request_id in dict.fromkeys(card.request_id for card in cards if card.request_id is not None):
        context.later(
            f"request:{request_id}:refresh:{context.inbound_id}",
            "requests.refresh",
            context.now,
            request_id=request_id,
            request=request_id,
        )


# What waits to be said


def _waiting(context: Context, place: Address) -> list[OutboxRow]:
    """List what is to be said at a place, and what delivery could not say there and tells of by this event."""
    rows = queues.list_open_outbox(
        context.session, platform=place.platform, chat=place.chat, thread=place.thread or None
    )
    by, _, rest = _inbound(context).id.partition(":")
    failed = rest.partition(":")[0] if by == "delivery" else ""
    # Any other that is claimed is on its way, and delivery will tell of it.
    waiting = [row for row in rows if row.claimed_at is None or str(row.id) == failed]
    if failed.isdigit() and all(str(row.id) != failed for row in waiting):
        waiting += queues.list_open_rows(context.session, [int(failed)])
    return waiting


def _named_in(said: Message) -> list[int]:
    return [span.person for row in said.lines for span in row if span.style == "mention" and span.person is not None]


def unsaid(said: Message) -> Message:
    """Return a message as it was before it was said: mentions have another id on another platform."""
    lines = tuple(tuple(_without_user(span) for span in row) for row in said.lines)
    return replace(said, lines=lines)


def _without_user(span: Span) -> Span:
    return replace(span, user="") if span.style == "mention" else span


def _inbound(context: Context) -> Inbound:
    assert context.inbound is not None
    return context.inbound
