"""Bound chats, cards, button tokens and half-filled forms."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, insert, update
from sqlmodel import Session, col, select

from storage.queries import live
from storage.queries.prepared import Prepared
from storage.queries.queues import insert_for
from storage.tables.boards import LiveBoard
from storage.tables.chats import ButtonToken, Card, Chat, Draft, Purpose
from storage.tables.people import Region
from storage.tables.questions import Question, QuestionState
from storage.tables.queues import OutboxRow
from storage.tables.requests import Request

# What is asked at each inbound is prebuilt: building a statement takes longer than running it.
_CHAT = Prepared(
    select(Chat).where(
        Chat.platform == bindparam("platform"), Chat.chat == bindparam("chat"), Chat.thread == bindparam("thread")
    )
)
_CARDS = Prepared(select(Card).where(Card.request_id == bindparam("request_id")).order_by(col(Card.id)))
_CHATS_OF = Prepared(
    select(Chat, Region)  # whoever speaks in a chat asks for its region next
    .join(Region, col(Region.id) == Chat.region_id)
    .where(
        col(Chat.purpose).in_(bindparam("purposes", expanding=True)),
        col(Chat.region_id).in_(bindparam("regions", expanding=True)),
        col(Chat.suspended_at).is_(None),
    )
    .order_by(col(Chat.id))
)
_cards, _tokens = Card.__table__, ButtonToken.__table__  # type: ignore[attr-defined]
_ADD_CARDS = Prepared(
    insert(_cards)
    .values(posted_chat="", message="", reposted=False)
    .returning(_cards.c.id, _cards.c.platform, _cards.c.chat, _cards.c.thread)
)
_TOKENS = Prepared(select(_tokens.c.key, _tokens.c.token).where(_tokens.c.key.in_(bindparam("keys", expanding=True))))


@dataclass
class NewCard:
    """A card that has no row before `add_cards` gives it one, with all others of its request."""

    request_id: int | None
    platform: str
    chat: str
    thread: str
    person_id: int | None
    language: str
    timezone: str
    told_event: int = 0
    rendered: str = ""
    question_id: int | None = None
    board_id: int | None = None
    id: int | None = field(default=None, init=False)


def find_chat(session: Session, platform: str, chat: str, thread: str = "") -> Chat | None:
    """Find the binding of exactly this place."""
    found: Chat | None = _CHAT.scalar(session, platform=platform, chat=chat, thread=thread)
    return found


def list_chats(
    session: Session,
    purpose: Purpose,
    *,
    region_ids: Sequence[int | None] | None = None,
    suspended: bool = False,
) -> Sequence[Chat]:
    """List the chats bound for a purpose, of these regions (None: the network's own)."""
    query = select(Chat).where(Chat.purpose == purpose).order_by(col(Chat.id))
    if not suspended:
        query = query.where(col(Chat.suspended_at).is_(None))
    chats = session.exec(query).all()
    return [chat for chat in chats if region_ids is None or chat.region_id in region_ids]


def list_chats_of(session: Session, purposes: Sequence[Purpose], region_ids: Sequence[int]) -> Sequence[Chat]:
    """List the chats bound for any of these purposes of these regions."""
    return _CHATS_OF.scalars(session, purposes=list(purposes), regions=list(region_ids))


def list_bindings(session: Session) -> Sequence[Chat]:
    """List every bound chat."""
    return session.exec(select(Chat).order_by(col(Chat.id))).all()


def list_bindings_of(session: Session, platform: str, chat: str) -> Sequence[Chat]:
    """List the bindings of a chat with all its threads."""
    return session.exec(select(Chat).where(Chat.platform == platform, Chat.chat == chat)).all()


def get_chat(session: Session, chat_id: int) -> Chat:
    """Get a binding."""
    return session.get_one(Chat, chat_id)


def get_card(session: Session, card_id: int) -> Card:
    """Get a card."""
    return session.get_one(Card, card_id)


def list_bindings_on(session: Session, platform: str) -> Sequence[Chat]:
    """List the bindings of a platform."""
    return session.exec(select(Chat).where(Chat.platform == platform).order_by(col(Chat.id))).all()


def delete_chat(session: Session, chat: Chat, now: datetime) -> None:
    """Forget a binding; the boards that stand there end."""
    live.end_boards_of(session, chat.id, now)
    session.delete(chat)
    session.flush()


def list_open_cards(session: Session, platform: str, chat: str, thread: str | None = None) -> Sequence[Card]:
    """List the cards in a chat, or in one of its threads, of what is not at its end: requests, questions, boards."""
    found: list[Card] = []
    of_requests = (
        select(Card).join(Request, col(Request.id) == col(Card.request_id)).where(col(Request.ended_at).is_(None))
    )
    of_questions = (
        select(Card)
        .join(Question, col(Question.id) == col(Card.question_id))
        .where(col(Question.state).in_((QuestionState.OPEN, QuestionState.ANSWERED)))
    )
    of_boards = (
        select(Card).join(LiveBoard, col(LiveBoard.id) == col(Card.board_id)).where(col(LiveBoard.ended_at).is_(None))
    )
    for query in (of_requests, of_questions, of_boards):
        query = query.where(Card.platform == platform, _stands_in(chat)).order_by(col(Card.id))
        found.extend(session.exec(query if thread is None else query.where(Card.thread == thread)))
    return found


def _stands_in(chat: str) -> ColumnElement[bool]:
    """Ask for a chat so that its index does not answer: it would lead to all the years of cards in a busy group."""
    return col(Card.chat).concat("") == chat


def find_card(
    session: Session,
    request_id: int | None,
    platform: str,
    chat: str,
    thread: str = "",
    *,
    question_id: int | None = None,
    board_id: int | None = None,
) -> Card | None:
    """Find the card of a request, of a question or of a board, in a place."""
    return session.exec(
        select(Card).where(
            Card.request_id == request_id,
            Card.question_id == question_id,
            Card.board_id == board_id,
            Card.platform == platform,
            Card.chat == chat,
            Card.thread == thread,
        )
    ).one_or_none()


def list_cards_by_id(session: Session, ids: Collection[int]) -> dict[int, Card]:
    """List these cards, by their ids."""
    found = session.exec(select(Card).where(col(Card.id).in_(ids))) if ids else ()
    return {card.id: card for card in found}


def place_card(session: Session, card_id: int, *, posted_chat: str, message: str) -> None:
    """Note where a card stands."""
    session.execute(update(Card).where(col(Card.id) == card_id).values(posted_chat=posted_chat, message=message))


def add_cards(session: Session, cards: Sequence[NewCard]) -> None:
    """Add the cards of one request as they are now; from then on each has its id."""
    if not cards:
        return
    rows = [{name: value for name, value in vars(card).items() if name != "id"} for card in cards]
    added = _ADD_CARDS.each(session, rows)
    ids = {(platform, chat, thread): card_id for card_id, platform, chat, thread in added}
    for card in cards:
        card.id = ids[card.platform, card.chat, card.thread]


def list_cards(session: Session, request_id: int) -> Sequence[Card]:
    """List a request's cards in the order they were posted."""
    return _CARDS.scalars(session, request_id=request_id)


def list_question_cards(session: Session, question_id: int) -> Sequence[Card]:
    """List a question's cards in the order they were posted."""
    return session.exec(select(Card).where(Card.question_id == question_id).order_by(col(Card.id))).all()


def find_card_at(session: Session, platform: str, chat: str, message: str) -> Card | None:
    """Find the card that this message of a chat is."""
    if not message:
        return None
    return session.exec(
        select(Card).where(Card.platform == platform, Card.posted_chat == chat, Card.message == message)
    ).first()


def move_chat(session: Session, *, platform: str, chat: str, to: str) -> None:
    """Take the bindings and cards of a chat to its new id."""
    session.execute(update(Chat).where(col(Chat.platform) == platform, col(Chat.chat) == chat).values(chat=to))
    # The messages of the old chat cannot be edited under the new id: such a card is posted once more.
    session.execute(
        update(Card)
        .where(col(Card.platform) == platform, col(Card.chat) == chat)
        .values(chat=to, posted_chat="", message="", rendered="")
    )


def drop_doubles(session: Session, *, platform: str, chat: str, to: str, now: datetime) -> None:
    """Before a chat moves to an id that is known already, give up what stands at both: that of the old id goes."""
    for old in list_bindings_of(session, platform, chat):
        if find_chat(session, platform, to, old.thread) is not None:
            delete_chat(session, old, now)
    for card in session.exec(select(Card).where(Card.platform == platform, Card.chat == chat)).all():
        of = {"question_id": card.question_id, "board_id": card.board_id}
        there = find_card(session, card.request_id, platform, to, card.thread, **of)
        if there is not None:
            _drop_card(session, card, now)
    session.flush()


def drop_unposted(session: Session, *, platform: str, chat: str, thread: str, now: datetime) -> None:
    """Give up the cards that were to stand in a place and do not yet: it is not for them any more."""
    for card in session.exec(
        select(Card).where(Card.platform == platform, _stands_in(chat), Card.thread == thread, col(Card.message) == "")
    ).all():
        _drop_card(session, card, now)
    session.flush()


def _drop_card(session: Session, card: Card, now: datetime) -> None:
    rows = update(OutboxRow).where(col(OutboxRow.card_id) == card.id)
    session.execute(rows.where(col(OutboxRow.done_at).is_(None)).values(done_at=now, failed="no card here"))
    session.execute(rows.values(card_id=None))
    session.delete(card)


def token_of(session: Session, action: str, args: dict[str, str | int], now: datetime) -> str:
    """Return the opaque token of one button."""
    return tokens_of(session, [(action, args)], now)[0]


def tokens_of(session: Session, buttons: Sequence[tuple[str, dict[str, str | int]]], now: datetime) -> list[str]:
    """Return the opaque tokens of buttons, in order: the same action and arguments have one for ever."""
    wanted = [(action, json.dumps(args, sort_keys=True, ensure_ascii=False)) for action, args in buttons]
    keys = {f"{action} {text}": (action, text) for action, text in wanted}
    if not keys:
        return []
    tokens = _tokens_under(session, keys)
    missing: list[dict[str, Any]] = [
        {"token": secrets.token_urlsafe(15), "key": key, "action": action, "args": text, "created_at": now}
        for key, (action, text) in keys.items()
        if key not in tokens
    ]
    if missing:
        if _add_tokens(insert_for(session)).change(session, missing) == len(missing):
            tokens |= {row["key"]: row["token"] for row in missing}
        else:  # whoever came first gave the token
            tokens = _tokens_under(session, keys)
    return [tokens[f"{action} {text}"] for action, text in wanted]


def _tokens_under(session: Session, keys: Collection[str]) -> dict[str, str]:
    return dict(_TOKENS.rows(session, keys=list(keys)))


@cache
def _add_tokens(insert: Any) -> Any:
    return Prepared(insert(_tokens).on_conflict_do_nothing(index_elements=["key"]))


def find_token(session: Session, token: str) -> ButtonToken | None:
    """Find what a token stands for."""
    return session.get(ButtonToken, token)


def find_draft(session: Session, platform: str, chat: str, user: str, now: datetime) -> Draft | None:
    """Find what this person is filling in here, unless it has expired."""
    draft = session.exec(
        select(Draft).where(Draft.platform == platform, Draft.chat == chat, Draft.user == user)
    ).one_or_none()
    return draft if draft and draft.expires_at > now else None


def delete_draft(session: Session, platform: str, chat: str, user: str) -> None:
    """Forget what this person was filling in here."""
    session.execute(
        delete(Draft).where(col(Draft.platform) == platform, col(Draft.chat) == chat, col(Draft.user) == user)
    )
    session.flush()


def find_said(session: Session, platform: str, chat: str, message: str) -> str | None:
    """Find what the bot said in this message of a chat, as JSON of a Message."""
    if not message:
        return None
    found = select(OutboxRow.payload).where(
        OutboxRow.platform == platform, OutboxRow.chat == chat, OutboxRow.message == message
    )
    return session.exec(found.limit(1)).first()
