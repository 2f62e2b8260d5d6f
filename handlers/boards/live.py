"""Boards that stand in chats: each one message, pinned, changed where it stands when something on it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import notify
from handlers.boards import figures, messages, rules
from handlers.chat import Line, Message, Priority
from storage.queries import chats as chat_queries
from storage.queries import live as live_queries
from storage.queries import people as people_queries
from storage.queries import stock as stock_queries
from storage.queries.chats import NewCard
from storage.tables.boards import Board, LiveBoard
from storage.tables.chats import Chat

if TYPE_CHECKING:
    from handlers.context import Context


def show(context: Context, live: LiveBoard, chat: Chat) -> None:
    """Post a board, or change it where it stands; what it shows already is not said again."""
    language, timezone = notify.view_of(context, chat)
    message = render(context, live, chat, language, timezone)
    card = live_queries.find_board_card(context.session, live.id)
    if card is not None:
        before = card.rendered
        context.say_card(card, message, priority=Priority.DIGEST)
        changed = card.rendered != before
    else:
        new = NewCard(None, chat.platform, chat.chat, chat.thread, None, language, timezone, board_id=live.id)
        context.say_card(new, message)
        chat_queries.add_cards(context.session, [new])
        changed = True
    live.looked_at = context.now
    if changed:
        live.hurried = rules.hurry_after(live.changed_at, live.hurried, context.now)
        live.changed_at = context.now


def end(context: Context, live: LiveBoard, chat: Chat) -> None:
    """Keep a board up to date no more, and say so in its place."""
    live.ended_at = context.now
    card = live_queries.find_board_card(context.session, live.id)
    if card is not None:
        language, _ = notify.view_of(context, chat)
        context.say_card(card, messages.ended(language, live))


def render(context: Context, live: LiveBoard, chat: Chat, language: str, timezone: str) -> Message:
    """Write a board as everybody in its chat may see it: of the chat's region, or of the whole network."""
    viewer, now, region_id = figures.viewer_in(context, chat), context.now, chat.region_id
    lines: list[Line]
    if live.board is Board.STOCK:
        assert live.part_id is not None
        part = stock_queries.get_part(context.session, live.part_id)
        levels, more = figures.stock(context, part, viewer, region_id=region_id)
        lines, ask = messages.stock(language, timezone, now, part, levels, more), messages.ask_part(language, part)
    elif live.board is Board.TECHNICIANS:
        rows = figures.technicians(context, live.what, viewer, region_id=region_id)
        lines = messages.technicians(language, timezone, now, live.what, rows, with_way=False)
        ask = messages.ask_technician(language, live.what)
    else:
        place = people_queries.get_region(context.session, region_id).name if region_id is not None else ""
        days = figures.capacity(context, viewer, region_id=region_id)
        lines = messages.capacity(language, timezone, now, place, days, context.settings.boards)
        ask = messages.ask_divert(language)
    return Message(tuple(lines), ((ask,),), pinned="pinned")
