"""What the tests of people and of bound chats share: a network to talk to, and looking into its tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel, select

from handlers.chat import Address, Inbound, InboundKind, Priority, message
from handlers.context import Context
from handlers.people.commands import make_code
from handlers.settings import Settings
from storage.database import Database
from storage.tables.audit import AuditEntry
from storage.tables.chats import Card, Chat
from storage.tables.people import Person, Role
from storage.tables.queues import OutboxRow
from storage.tables.requests import Request, State, Urgency
from tests.factories import MONDAY, Factory, SmallNetwork
from tests.talk import Place, Talk

Row = TypeVar("Row", bound=SQLModel)


def rows(database: Database, table: type[Row], **wanted: Any) -> Sequence[Row]:
    """List the rows with these facts."""
    with database.transaction(writing=False) as session:
        return session.exec(select(table).filter_by(**wanted)).all()


def one(database: Database, table: type[Row], **wanted: Any) -> Row:
    """Return the only row with these facts."""
    found = rows(database, table, **wanted)
    assert len(found) == 1, found
    return found[0]


def code_for(database: Database, person: Person, now: datetime = MONDAY) -> str:
    """Make a person's code."""
    with database.transaction() as session:
        return make_code(session, person, now)


def refusals(database: Database) -> list[str]:
    """List the acts that were refused."""
    return [entry.act for entry in rows(database, AuditEntry) if entry.refused]


def unlinked(database: Database, network: SmallNetwork, name: str = "新来的", role: Role = Role.ADVISOR) -> Person:
    """Add a person of SZ01 who has no account."""
    with database.transaction() as session:
        return Factory(session).person(name, role, at=network.sz01, account="")


def request_of(session: Session, network: SmallNetwork, number: int = 1, **facts: Any) -> Request:
    """Add a request that is being asked."""
    known: dict[str, Any] = {
        "kind": "transfer",
        "number": number,
        "urgency": Urgency.URGENT,
        "state": State.ASKING,
        "store_id": network.sz01.id,
        "region_id": network.shenzhen.id,
        "author_id": network.sz01_manager.id,
        "policy_id": network.policy.id,
        "matter": "前大灯-左",
        "opened_at": MONDAY,
        "cap_at": MONDAY,
    }
    return Factory(session).add(Request(**{**known, **facts}))


def card_at(session: Session, request: Request, address: Address, *, posted: str = "m1", **facts: Any) -> Card:
    """Add a request's card in a place."""
    known: dict[str, Any] = {
        "request_id": request.id,
        "platform": address.platform,
        "chat": address.chat,
        "thread": address.thread,
        "language": "zh",
        "timezone": "Asia/Shanghai",
        "posted_chat": address.chat if posted else "",
        "message": posted,
        "rendered": "hash",
    }
    return Factory(session).add(Card(**{**known, **facts}))


def group_card(talk: Talk, network: SmallNetwork, *, number: int = 1, chat: Chat | None = None, **facts: Any) -> Card:
    """Add a request with a card in a bound chat."""
    with talk.database.transaction() as session:
        request = request_of(session, network, number, **facts)
        return card_at(session, request, talk.address(chat or network.managers_chat), posted=f"m{number}")


def say(talk: Talk, *said: tuple[Address, str, dict[str, object]]) -> None:
    """Let the bot say something, as a feature would."""
    with talk.database.transaction() as session:
        context = Context(session, Settings(), talk.now)
        for address, words, how in said:
            context.say(address, message(words), **how)  # type: ignore[arg-type]
        context.flush(session)


def tell(talk: Talk, person: Person, words: str) -> None:
    """Let the bot tell a person something, as a feature would."""
    with talk.database.transaction() as session:
        context = Context(session, Settings(), talk.now)
        assert context.tell(person, message(words), priority=Priority.URGENT)
        context.flush(session)


def delivery_tells(talk: Talk, event: str, row: OutboxRow, *, user: str = "", **values: str) -> None:
    """Let delivery say that it could not say this row, which it has in its hand."""
    with talk.database.transaction() as session:
        session.get_one(OutboxRow, row.id).claimed_at = talk.now
    talk.takes(
        Inbound(
            f"delivery:{row.id}:0",
            InboundKind.EVENT,
            Address(row.platform, row.chat, row.thread),
            user=user,
            text=event,
            private=bool(user),
            values=values,
        )
    )


def refreshed(talk: Talk) -> list[int | None]:
    """List the requests whose cards are to be said anew."""
    return [timer.request_id for timer in talk.pending() if timer.name == "requests.refresh"]


def open_words(talk: Talk, place: Place) -> list[str]:
    """List what is still to be said at a place."""
    still = {row.id for row in rows(talk.database, OutboxRow, done_at=None)}
    return [heard.plain for heard in talk.heard(place) if heard.row in still]
