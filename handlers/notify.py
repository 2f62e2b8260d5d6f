"""Telling the people of a role: in their bound chat where there is one, else each privately."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from handlers.chat import Address, Message, Priority
from storage.queries import chats as chat_queries
from storage.queries import people as people_queries
from storage.tables.chats import Chat, Purpose
from storage.tables.people import Person, Role

if TYPE_CHECKING:
    from handlers.context import Context

# Words in a reader's language and time zone.
Words = Callable[[str, str], Message]


def tell_hq(context: Context, words: Words, *, priority: Priority = Priority.NORMAL, bundle: str = "") -> bool:
    """Tell HQ: its bound chats, else its people privately; False when there is nobody to hear."""
    chats = chat_queries.list_chats(context.session, Purpose.HQ)
    if chats:
        for chat in chats:
            say_in(context, chat, words, priority=priority, bundle=bundle)
        return True
    people = people_queries.list_people(context.session, Role.HQ)
    return tell_each(context, people, words, priority=priority, bundle=bundle)


def tell_region(
    context: Context, region_id: int, words: Words, *, priority: Priority = Priority.NORMAL, bundle: str = ""
) -> bool:
    """Tell a region's managers privately; False when none can be told."""
    managers = people_queries.list_region_managers(context.session, region_id)
    return tell_each(context, managers, words, priority=priority, bundle=bundle)


def tell_each(
    context: Context,
    people: Iterable[Person],
    words: Words,
    *,
    priority: Priority = Priority.NORMAL,
    bundle: str = "",
) -> bool:
    """Tell each of these people privately, in their own language and time zone; False when none can be told."""
    told = False
    for person in people:
        message = words(context.language_for(person), context.timezone_for(person))
        told = context.tell(person, message, priority=priority, bundle=bundle) or told
    return told


def say_in(
    context: Context, chat: Chat, words: Words, *, priority: Priority = Priority.NORMAL, bundle: str = ""
) -> None:
    """Say something in a bound chat, in its language and time zone."""
    view = view_of(context, chat)
    place = Address(chat.platform, chat.chat, chat.thread)
    context.say(place, words(*view), priority=priority, bundle=bundle, view=view)


def view_of(context: Context, chat: Chat) -> tuple[str, str]:
    """Return the language and time zone of a bound chat: its own, its region's, the network's."""
    network = context.settings.network
    region = people_queries.get_region(context.session, chat.region_id) if chat.region_id else None
    language = chat.language or (region.language if region else "") or network.language
    return language, (region.timezone if region else "") or network.timezone
