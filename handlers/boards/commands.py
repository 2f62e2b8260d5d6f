"""Let a board stand in a chat, end it, list those that stand there; and who has agreed to share figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import access
from handlers.boards import live, messages, rules
from handlers.boards.finding import find_parts
from handlers.errors import BadInput, NotAllowed, TooLate
from handlers.messages import sentence
from handlers.registry import button, command
from storage.queries import chats as chat_queries
from storage.queries import live as live_queries
from storage.queries import people as people_queries
from storage.tables.boards import Board, LiveBoard
from storage.tables.chats import Chat

if TYPE_CHECKING:
    from handlers.context import Context

MOST_BOARDS = 3  # in one chat: they share its pace
LONGEST = 40  # signs of what a board is about


@command("board", "看板", "tablero", roles=access.REGION, in_private=False)
def board(context: Context, words: str) -> None:
    """Let a board stand in this chat and keep itself up to date; end it, or list those that stand here."""
    chat = _chat(context)
    kind, what, off = rules.read_board(words[:LONGEST])
    if kind is None:
        if words.strip() and not off and what:
            raise BadInput("boards.live_usage")
        _list_or_end(context, chat, end=off)
        return
    part_id = None
    if kind is Board.STOCK:
        found, _ = find_parts(context, what) if what else ([], False)
        if len(found) != 1:
            example = found[0].name if found else context.words("boards.example_part")
            raise BadInput("boards.live_part", words=what, example=example)
        part_id, what = found[0].id, found[0].part_no
    elif kind is Board.CAPACITY:
        what = ""
    standing = live_queries.find_live_board(context.session, chat.id, kind, what)
    if off:
        if standing is None:
            raise TooLate("boards.live_none")
        _end(context, standing, chat)
    elif standing is not None:
        raise TooLate("boards.live_already", board=messages.named(context.language, standing))
    else:
        _begin(context, chat, kind, what, part_id)


def _chat(context: Context) -> Chat:
    chat = context.chat
    if chat is None or chat.suspended_at is not None:
        raise BadInput("boards.live_not_bound")
    if not access.oversees(context.me, chat.region_id):
        raise NotAllowed("core.not_your_role")
    return chat


def _begin(context: Context, chat: Chat, kind: Board, what: str, part_id: int | None) -> None:
    if len(live_queries.list_live_boards(context.session, chat.id)) >= MOST_BOARDS:
        raise TooLate("boards.live_most", most=MOST_BOARDS)
    new = LiveBoard(
        chat_id=chat.id, board=kind, part_id=part_id, what=what, begun_at=context.now, begun_by=context.my_id
    )
    context.session.add(new)
    context.session.flush()
    context.audit("board", f"chat:{chat.id}", after=f"{kind} {what}".strip())
    live.show(context, new, chat)
    context.answer(sentence(context.words("boards.live_on", board=messages.named(context.language, new))))


def _list_or_end(context: Context, chat: Chat, *, end: bool) -> None:
    standing = live_queries.list_live_boards(context.session, chat.id)
    if end and len(standing) == 1:
        _end(context, standing[0], chat)
        return
    context.answer(messages.listed(context.language, standing))


@button("boards.end", roles=access.REGION)
def press_end(context: Context, live: int) -> None:
    """End a board of the list."""
    found = live_queries.lock_live_board(context.session, live)
    if found.ended_at is not None or found.chat_id is None:
        raise TooLate("boards.live_none")
    chat = chat_queries.get_chat(context.session, found.chat_id)
    if not access.oversees(context.me, chat.region_id):
        raise NotAllowed("core.not_your_role")
    _end(context, found, chat)


def _end(context: Context, standing: LiveBoard, chat: Chat) -> None:
    live.end(context, standing, chat)
    context.audit("board", f"chat:{chat.id}", before=f"{standing.board} {standing.what}".strip())
    named = messages.named(context.language, standing)
    context.answer(sentence(context.words("boards.live_off", board=named)))


# Agreements


@command("agreement", "协议", "acuerdo", roles=access.HQ)
def agreement(context: Context, words: str) -> None:
    """Say which dealers share their figures, or that one does so now (on) or no more (off)."""
    dealers = people_queries.list_dealers(context.session)
    name, agreed = rules.read_agreement(words[:120])
    if not name:
        context.answer(messages.agreements(context.language, [(dealer.name, dealer.agreed) for dealer in dealers]))
        return
    found = next((dealer for dealer in dealers if dealer.name.casefold() == name.casefold()), None)
    if found is None or agreed is None:
        known = ", ".join(dealer.name for dealer in dealers)
        raise BadInput("boards.agreement_usage", words=name, known=known, example=dealers[0].name if dealers else "")
    context.audit("agreement", f"dealer:{found.id}", before=_state(found.agreed), after=_state(agreed))
    found.agreed = agreed
    live_queries.arm_all(context.session, context.now)
    key = "boards.agreement_on" if agreed else "boards.agreement_off"
    context.answer(sentence(context.words(key, dealer=found.name)))


def _state(agreed: bool) -> str:
    return "on" if agreed else "off"
