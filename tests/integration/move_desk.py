"""A network with a history of any length in a database, row by row rather than told: for tests and timing of moves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Date, Enum, Float, Integer, Table, Time, func, insert, select
from sqlmodel import SQLModel

from storage.database import Database
from storage.tables.audit import AuditEntry
from storage.tables.chats import ButtonToken
from storage.tables.ledger import MoneyEntry, PointsEntry
from storage.tables.queues import InboundRow, OutboxRow, Timer
from storage.tables.requests import Ask, AskState, Event, Request, State, Step, StepOutcome, Transfer, Urgency
from storage.types import UtcDateTime
from tests.factories import MONDAY, SmallNetwork, small_network

ODD = "前大灯 <b>'\"\\ 🚗 \u2028 é \t{}"
AT_ONCE = 500  # requests in one statement of each table

# Which rows a request has of each table, and how many.
_OF = ((Transfer, 1), (Ask, 2), (Step, 3), (Event, 5), (Timer, 4), (OutboxRow, 3), (InboundRow, 3))
_MORE = ((AuditEntry, 4), (PointsEntry, 1), (MoneyEntry, 1), (ButtonToken, 1))


def grow(database: Database, requests: int) -> int:
    """Add a small network and so many requests, 29 rows each; return how many rows those are."""
    with database.transaction() as session:
        network = small_network(session)
    rows = 0
    for first in range(1, requests + 1, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, requests + 1))
        with database.engine.begin() as connection:
            for table, count in ((Request, 1), *_OF, *_MORE):
                found = [_row(table, network, number, turn) for number in numbers for turn in range(1, count + 1)]
                connection.execute(insert(table), found)
                rows += len(found)
    return rows


def _row(table: type[SQLModel], network: SmallNetwork, number: int, turn: int) -> dict[str, Any]:
    at = MONDAY + timedelta(minutes=number, microseconds=turn)
    return next(row for kind, row in _rows(network, number, turn, at) if kind is table)


def _rows(network: SmallNetwork, n: int, turn: int, at: Any) -> Iterator[tuple[type[SQLModel], dict[str, Any]]]:
    asks, gives, person, policy = network.sz01.id, network.sz02.id, network.sz01_manager.id, network.policy.id
    late = at + timedelta(hours=1)
    yield (
        Request,
        {
            "kind": "transfer",
            "number": n,
            "urgency": Urgency.NORMAL,
            "state": State.RECORDED,
            "store_id": asks,
            "region_id": network.shenzhen.id,
            "author_id": person,
            "owner_store_id": gives,
            "policy_id": policy,
            "matter": f"{ODD} {n}",
            "customer_waits": n % 2 == 0,
            "opened_at": at,
            "cap_at": late,
            "ended_at": late,
        },
    )
    yield Transfer, {"request_id": n, "part_id": network.headlamp.id, "asked": n % 7 + 1, "eta_at": None}
    yield (
        Ask,
        {"request_id": n, "store_id": gives, "rank": turn, "state": AskState.REFUSED, "asked_at": at},
    )
    yield (
        Step,
        {
            "request_id": n,
            "turn": turn,
            "name": "respond",
            "store_id": gives,
            "started_at": at,
            "due_at": late,
            "outcome": StepOutcome.MET if turn % 2 else None,
        },
    )
    yield Event, {"request_id": n, "at": at, "word": "asked", "args": f'{{"n":{n}}}', "person_id": person}
    yield (
        Timer,
        {
            "key": f"request:{n}:{turn}",
            "name": "requests.deadline",
            "request_id": n,
            "due_at": late,
            "try_at": late,
            "fired_at": late,
        },
    )
    yield (
        OutboxRow,
        {
            "platform": "telegram",
            "chat": network.managers_chat.chat,
            "priority": 5,
            "payload": f'{{"words":"{n}"}}',
            "edit": turn == 1,
            "created_at": at,
            "try_at": at,
            "done_at": at,
        },
    )
    yield (
        InboundRow,
        {
            "source": f"telegram:{n}:{turn}",
            "platform": "telegram",
            "chat": network.managers_chat.chat,
            "payload": "{}",
            "received_at": at,
            "done_at": at,
        },
    )
    yield AuditEntry, {"at": at, "person_id": person, "act": "request", "subject": f"T-{n:04}", "after": ODD}
    entry = {"key": f"request:{n}", "rule": "points.transfer", "policy_id": policy, "request_id": n, "at": at}
    yield PointsEntry, {**entry, "store_id": gives, "points": 1}
    yield MoneyEntry, {**entry, "amount": 2500 + n, "currency": "CNY", "payer": "hq", "payee": "carrier"}
    # Words for keys, which the two databases sort differently.
    token = f"{'aBé_Z'[n % 5]}{n}"
    yield ButtonToken, {"token": token, "key": token, "action": "x", "args": "{}", "created_at": at}


def fill_the_rest(database: Database) -> None:
    """Add a row to each table that is empty still, so that there is something of every kind of column."""
    with database.engine.begin() as connection:
        for table in SQLModel.metadata.sorted_tables:
            if connection.execute(select(table).limit(1)).first() is None:
                connection.execute(insert(table).values(_any_row(connection, table)))


def _any_row(connection: Connection, table: Table) -> dict[str, Any]:
    row: dict[str, Any] = {}
    referred = set[Any]()
    for column in table.columns:
        if column.foreign_keys:
            (key,) = column.foreign_keys
            # What refers to two rows of a table must not be the same one twice.
            pick = func.max if key.column in referred else func.min
            row[column.name] = connection.execute(select(pick(key.column))).scalar()
            referred.add(key.column)
        elif column.name != "id":  # which is numbered
            row[column.name] = _any_value(column)
    return row


def _any_value(column: Column[Any]) -> Any:
    kind = column.type
    if isinstance(kind, Enum):
        return next(iter(kind.enum_class or kind.enums))
    if isinstance(kind, UtcDateTime):
        return MONDAY + timedelta(hours="ends" in column.name)
    if isinstance(kind, Date):
        return MONDAY.date()
    if isinstance(kind, Time):
        return MONDAY.time()
    if isinstance(kind, Boolean):
        return True
    if isinstance(kind, Float):
        return 7.1
    return 7 if isinstance(kind, Integer) else ODD
