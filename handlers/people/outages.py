"""What becomes of duties while a whole platform refuses us, as when its token is revoked; and when it takes us again.

Nothing that was to be said there is given up: it waits. What can reach its reader by another platform goes there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from handlers import chat as vocabulary
from handlers import notify
from handlers.chat import Address, Message, Priority, message_from_json
from handlers.people import chat_messages, events
from handlers.registry import event
from storage.queries import chats as chat_queries
from storage.queries import outages
from storage.queries import people as people_queries
from storage.tables.chats import Chat, Purpose
from storage.tables.people import Account, Role, Store
from storage.tables.queues import OutboxRow

if TYPE_CHECKING:
    from handlers.context import Context


@event(vocabulary.BOT_REMOVED)
def bot_removed(context: Context) -> None:
    """Suspend a chat's bindings; without a chat the app was taken out of the whole platform."""
    assert context.inbound is not None
    origin = context.origin
    if origin.chat:
        events.lose_place(context, Address(origin.platform, origin.chat), vocabulary.BOT_REMOVED)
    else:
        lose(context, context.inbound.values.get("reason", ""), gone=True)


@event(vocabulary.PLATFORM_LOST)
def platform_lost(context: Context) -> None:
    """Speak elsewhere while a platform refuses us."""
    assert context.inbound is not None
    lose(context, context.inbound.values.get("reason", ""), gone=False)


def lose(context: Context, why: str, *, gone: bool) -> None:
    """Note that a platform refuses us, tell HQ once, and reroute; `gone`: the bot is out of its chats as well."""
    session, platform = context.session, context.origin.platform
    is_new = outages.note_lost(session, platform, why, context.now)
    context.lost_platforms = None
    elsewhere = not context.settings.platforms or platform in context.lost
    bindings = chat_queries.list_bindings_on(session, platform)
    live = [chat for chat in bindings if chat.suspended_at is None]
    held = [chat for chat in bindings if chat.suspended_why == vocabulary.PLATFORM_LOST]
    # With no other platform everything waits where it is, unless its chats are lost for good.
    for chat in [*live, *held] if gone else live if elsewhere else []:
        chat.suspended_at = context.now
        chat.suspended_why = vocabulary.BOT_REMOVED if gone else vocabulary.PLATFORM_LOST
        context.audit("chat lost", f"chat:{chat.id}", reason=chat.suspended_why)
    if not is_new:
        return
    context.audit("platform lost", platform, reason=why)
    if not elsewhere:
        return  # nobody could hear of it now: the log says it, and HQ hears when it is over
    _take_cards(context, platform)
    _say_elsewhere(context, platform, live)
    _tell_lost(context, platform, why, live)


def _take_cards(context: Context, platform: str) -> None:
    """Have the open cards of everybody who has another account stand there from now on."""
    accounts: dict[tuple[int, str], Account | None] = {}
    for card in outages.list_private_cards(context.session, platform):
        key = (card.person_id or 0, card.chat)
        if key not in accounts:
            accounts[key] = next(
                (
                    account
                    for account in context.accounts_of(key[0])
                    if account.platform == platform and account.private_chat == card.chat
                ),
                None,
            )
    for (person_id, _), account in accounts.items():
        other = context.private_account(person_id)
        if account is not None and other is not None and other.platform not in context.lost:
            events.take_cards(context, account, other)


def _end_moved(context: Context, platform: str) -> None:
    """End what was on its way when its card moved to another platform."""
    rows = [row for row in outages.list_waiting(context.session, platform) if row.card_id is not None]
    cards = chat_queries.list_cards_by_id(context.session, {row.card_id for row in rows if row.card_id is not None})
    for row in rows:
        if row.card_id in cards and cards[row.card_id].platform != platform:
            row.done_at, row.failed = context.now, f"{vocabulary.PLATFORM_LOST}: said elsewhere"


def _say_elsewhere(context: Context, platform: str, places: Sequence[Chat]) -> None:
    """Say by another platform what waits for one person, and what waits for HQ; the rest waits on."""
    hq = {(chat.chat, chat.thread) for chat in places if chat.purpose is Purpose.HQ}
    for row in outages.list_waiting(context.session, platform):
        if row.only_for:
            continue  # an answer to who spoke there
        is_hqs = (row.chat, row.thread) in hq and row.card_id is None
        if _is_said(context, row) if row.person_id is not None else is_hqs and _hq_hears(context, row):
            row.done_at, row.failed = context.now, f"{vocabulary.PLATFORM_LOST}: said elsewhere"


def _is_said(context: Context, row: OutboxRow) -> bool:
    """Say a person's words by their other account; a card has moved as a whole."""
    assert row.person_id is not None
    other = context.private_account(row.person_id)
    if other is None or other.platform in context.lost or other.platform == row.platform:
        return False
    if row.card_id is None:
        said = events.unsaid(message_from_json(row.payload))
        where = Address(other.platform, other.private_chat)
        context.say(where, said, priority=Priority(row.priority), person_id=row.person_id)
    return True


def _hq_hears(context: Context, row: OutboxRow) -> bool:
    """Say to HQ's people privately what was for their chat; False while none of them hears."""
    said = events.unsaid(message_from_json(row.payload))
    people = people_queries.list_people(context.session, Role.HQ)
    hearing = [person for person in people if context.can_hear(person.id)]
    for person in hearing:
        context.tell(person, said, priority=Priority(row.priority))
    return bool(hearing)


def _tell_lost(context: Context, platform: str, why: str, live: Sequence[Chat]) -> None:
    """Tell HQ what is lost, and each region which of its stores nobody can be reached at."""
    places = [events.as_place(context, chat) for chat in live]
    alone = _stores_alone(context)
    codes = [store.code for stores in alone.values() for store in stores]

    def words(language: str, _zone: str) -> Message:
        return chat_messages.platform_lost(language, platform, why, places, codes)

    notify.tell_hq(context, words, priority=Priority.URGENT)
    for region_id, stores in alone.items():
        here = [store.code for store in stores]
        notify.tell_region(
            context,
            region_id,
            lambda language, _zone: chat_messages.stores_alone(language, here),  # noqa: B023 - said at once
            priority=Priority.URGENT,
        )


def _stores_alone(context: Context) -> dict[int, list[Store]]:
    """Return region → its stores whose leaders have accounts and hear nothing by any of them now."""
    found: dict[int, list[Store]] = defaultdict(list)
    for store in people_queries.list_stores(context.session):
        leaders = context.leaders_of(store.id)
        if any(context.accounts_of(person.id) for person in leaders) and events.is_alone(context, store.id):
            found[store.region_id].append(store)
    return found


@event(vocabulary.PLATFORM_FOUND)
def platform_found(context: Context) -> None:
    """Speak again on a platform that refused us: what waited is said, and its chats are used again."""
    session, platform = context.session, context.origin.platform
    outage = outages.forget_lost(session, platform)
    context.lost_platforms = None
    if outage is None:
        return
    context.audit("platform found", platform, before=outage.why)
    _end_moved(context, platform)
    outages.hasten(session, platform, context.now)
    bindings = chat_queries.list_bindings_on(session, platform)
    events.come_back(context, [chat for chat in bindings if chat.suspended_why == vocabulary.PLATFORM_LOST])
    still = [events.as_place(context, chat) for chat in bindings if chat.suspended_at is not None]

    def words(language: str, timezone: str) -> Message:
        return chat_messages.platform_found(language, timezone, context.now, platform, outage.since, still)

    notify.tell_hq(context, words)
