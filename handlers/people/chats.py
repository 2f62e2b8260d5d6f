"""Bind a chat for a purpose, undo it, list what is bound."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from handlers import access, notify
from handlers.chat import Address, Inbound
from handlers.errors import BadInput, NotAllowed, NotFound
from handlers.people import chat_messages, rules
from handlers.people.events import as_place, come_back
from handlers.registry import button, command
from storage.queries import chats as chat_queries
from storage.queries import people as people_queries
from storage.tables.chats import Chat, Purpose
from storage.tables.people import Role

if TYPE_CHECKING:
    from handlers.context import Context


@command("bind", "绑定群", "enlazar", roles=access.REGION, in_private=False)
def bind(context: Context, words: str) -> None:
    """Say what this chat or topic is for."""
    assert context.inbound is not None
    purpose, region_words = rules.read_binding(words)
    if purpose is None:
        raise BadInput("people.bind_what")
    place = _place(context.inbound)
    if purpose is Purpose.HQ:
        rules.check_binding(context.me, purpose, None)
        if region_words:
            raise BadInput("people.bind_hq_plain")
        _bind(context, place, purpose, None)
        return
    region_id = _region(context, region_words)
    if region_id is not None:
        _bind(context, place, purpose, region_id)
        return
    regions = [(region.name, region.id) for region in people_queries.list_regions(context.session)]
    context.answer(chat_messages.which_region(context.language, purpose, place.thread, regions))


@button("people.bind", roles=access.REGION)
def press_bind(context: Context, purpose: str, region_id: int, thread: str) -> None:
    """Bind this chat for the region picked."""
    assert context.inbound is not None
    if context.inbound.private:
        raise NotAllowed("core.groups_only")
    _bind(context, replace(context.origin, thread=thread), Purpose(purpose), region_id)


@command("unbind", "解绑群", "desenlazar", roles=access.REGION, in_private=False)
def unbind(context: Context, words: str) -> None:
    """Stop using this chat."""
    assert context.inbound is not None
    place = _place(context.inbound)
    chat = chat_queries.find_chat(context.session, place.platform, place.chat, place.thread)
    if chat is None:
        raise NotFound("people.not_bound")
    rules.check_binding(context.me, chat.purpose, chat.region_id)
    language, _ = notify.view_of(context, chat)
    before = as_place(context, chat)
    context.audit("unbind", f"chat:{chat.id}", before=_facts(chat))
    _leave_cards(context, chat)
    chat_queries.delete_chat(context.session, chat, context.now)
    context.say(place, chat_messages.unbound(language, before))


@command("chats", "群", "grupos", roles=access.REGION, reading=True)
def chats(context: Context, words: str) -> None:
    """List the bound chats and whether they can be reached."""
    me = context.me
    seen = [
        as_place(context, chat)
        for chat in chat_queries.list_bindings(context.session)
        if me.role == Role.HQ or chat.region_id == me.region_id is not None
    ]
    context.answer(chat_messages.listed(context.language, context.timezone, context.now, seen))


def _place(inbound: Inbound) -> Address:
    """Return the place that is bound: the chat, or its topic.

    A thread that is the one message it answers is talk below that message, no place of its own.
    """
    origin = inbound.origin
    return replace(origin, thread="") if origin.thread == inbound.reply_to else origin


def _region(context: Context, words: str) -> int | None:
    """Return the region meant; None where HQ must say which of several."""
    me = context.me
    regions = people_queries.list_regions(context.session)
    if words:
        wanted = rules.fold(words)
        named = next((region for region in regions if rules.fold(region.name) == wanted), None)
        if named is None:
            known = ", ".join(region.name for region in regions)
            raise NotFound("people.bind_unknown_region", name=rules.shown(words), regions=known)
        return named.id
    if me.role != Role.HQ and me.region_id is not None:
        return me.region_id
    if me.role != Role.HQ or not regions:
        raise NotAllowed("people.bind_no_region")
    return regions[0].id if len(regions) == 1 else None


def _bind(context: Context, place: Address, purpose: Purpose, region_id: int | None) -> None:
    session = context.session
    rules.check_binding(context.me, purpose, region_id)
    chat = chat_queries.find_chat(session, place.platform, place.chat, place.thread)
    before = None
    if chat is None:
        chat = Chat(
            platform=place.platform,
            chat=place.chat,
            thread=place.thread,
            purpose=purpose,
            region_id=region_id,
            bound_at=context.now,
            bound_by=context.my_id,
        )
        session.add(chat)
        session.flush()
        context.audit("bind", f"chat:{chat.id}", after=_facts(chat))
    else:
        rules.check_binding(context.me, chat.purpose, chat.region_id)
        before, facts = as_place(context, chat), _facts(chat)
        chat.purpose, chat.region_id = purpose, region_id
        chat.bound_at, chat.bound_by = context.now, context.my_id
        context.audit("bind", f"chat:{chat.id}", before=facts, after=_facts(chat))
        if _facts(chat) != facts:
            _leave_cards(context, chat)
        if chat.suspended_at is not None:
            come_back(context, [chat])
    language, _ = notify.view_of(context, chat)
    context.say(place, chat_messages.bound(language, as_place(context, chat), before))


def _leave_cards(context: Context, chat: Chat) -> None:
    """Let no card come into a chat that is for something else now; those that stand there go on."""
    chat_queries.drop_unposted(
        context.session, platform=chat.platform, chat=chat.chat, thread=chat.thread, now=context.now
    )


def _facts(chat: Chat) -> str:
    return f"{chat.platform}:{chat.chat}/{chat.thread} {chat.purpose.value} region:{chat.region_id}"
