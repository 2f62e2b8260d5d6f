"""Keeping the boards that stand in chats up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.boards import live, rules
from handlers.registry import periodic, timer
from storage.queries import chats as chat_queries
from storage.queries import live as live_queries

if TYPE_CHECKING:
    from handlers.context import Context


@timer("boards.look")
def look(context: Context, board: int) -> None:
    """Show what has changed on a board, or look again when it may change next."""
    found = live_queries.lock_live_board(context.session, board)
    if found.ended_at is not None or found.chat_id is None:
        return
    chat = chat_queries.get_chat(context.session, found.chat_id)
    if chat.suspended_at is not None:
        return
    beside = len(live_queries.list_live_boards(context.session, chat.id))
    at = rules.next_change(found.changed_at, found.hurried, beside, context.now, context.settings.boards)
    if at > context.now:
        live_queries.look(context.session, [found.id], at)
        return
    live.show(context, found, chat)


@periodic("live_boards")
def see_to_boards(context: Context) -> None:
    """Look at the boards nobody has looked at for a while: figures grow old by themselves."""
    unseen = live_queries.list_unseen(context.session, context.now - context.settings.boards.live_again)
    live_queries.look(context.session, unseen, context.now)
