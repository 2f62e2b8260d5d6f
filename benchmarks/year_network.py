"""The network the growth of the data is measured on: 500 stores in 25 regions, the same every time.

Its ids follow a rule, so that the history can be made by SQL alone: store `s` is of region `(s - 1) / 20 + 1`, its
manager is person `3 s - 2`, then its deputy and its advisor.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlmodel import Session, SQLModel

from handlers.settings import Settings
from storage.database import Database
from storage.queries import boards as board_queries
from storage.queries import requests as request_queries
from storage.tables.boards import Capacity, Part, Technician
from storage.tables.chats import Chat, Purpose
from storage.tables.people import Account, Dealer, Person, Region, Role, Store
from storage.tables.requests import Counter

# A Friday, 10:00 in Shanghai, the 20th: a month that is well under way, so that a month's figures are not a week's.
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)

PLATFORM = "telegram"
PER_REGION = 20
PARTS = 200
ZONE = "Asia/Shanghai"
STAFF = (Role.STORE_MANAGER, Role.DEPUTY, Role.ADVISOR)
HEAD_OFFICE = (Role.HQ, Role.FINANCE, Role.AUDITOR)


def manager_of(store: int) -> int:
    """Return the person who manages a store."""
    return len(STAFF) * (store - 1) + 1


def region_manager_of(region: int, stores: int) -> int:
    """Return the person who manages a region."""
    return len(STAFF) * stores + region


def add_network(database: Database, stores: int) -> None:
    """Write the network into an empty database."""
    regions = -(-stores // PER_REGION)
    with database.transaction() as session:
        request_queries.get_or_add_policy(session, Settings().rules.model_dump_json(), BEGAN)
        _add(session, [Dealer(id=n, name=f"经销商{n:02}") for n in range(1, 21)])
        _add(session, [Region(id=n, name=f"区域{n:02}", timezone=ZONE) for n in range(1, regions + 1)])
        _add(session, [_store(n) for n in range(1, stores + 1)])
        people = _people(stores, regions)
        _add(session, people)
        _add(session, [_account(person) for person in people])
        _add(session, [Counter(name=name, value=0) for name in ("transfer", "support", "diversion")])
        _add(session, _chats(regions))
        _add(session, [_part(n) for n in range(1, PARTS + 1)])
        board_queries.put_stock_levels(session, _levels(stores))
        _add(session, [_technician(n) for n in range(1, stores + 1)])
        _add(session, [_capacity(n) for n in range(1, stores + 1)])


def _add(session: Session, rows: Sequence[SQLModel]) -> None:
    session.add_all(rows)
    session.flush()


def _store(number: int) -> Store:
    """Place a store: a region is a square of its own, so that neighbours are near and other regions are not."""
    region, place = divmod(number - 1, PER_REGION)
    return Store(
        id=number,
        code=f"S{number:04}",
        name=f"第{number:04}门店",
        dealer_id=number % 20 + 1,
        region_id=region + 1,
        latitude=22.0 + region // 5 * 2 + place // 5 * 0.1,
        longitude=105.0 + region % 5 * 2 + place % 5 * 0.1,
        opens=time(8, 30),
        closes=time(18, 0),
        timezone=ZONE,
    )


def _people(stores: int, regions: int) -> list[Person]:
    people: list[Person] = []
    for store in range(1, stores + 1):
        staff = [Person(name=f"店员{store:04}{place}", role=role, store_id=store) for place, role in enumerate(STAFF)]
        people.extend(staff)
    people.extend(
        Person(name=f"区域经理{region:02}", role=Role.REGION_MANAGER, region_id=region)
        for region in range(1, regions + 1)
    )
    people.extend(Person(name=f"总部{place}", role=role) for place, role in enumerate(HEAD_OFFICE))
    for number, person in enumerate(people, 1):
        person.id = number
    return people


def _account(person: Person) -> Account:
    return Account(
        id=person.id,
        platform=PLATFORM,
        user=f"u{person.id}",
        person_id=person.id,
        private_chat=f"u{person.id}",
        linked_at=BEGAN,
        used_at=NOW - timedelta(hours=1),
    )


def _chats(regions: int) -> list[Chat]:
    managers = [
        Chat(id=n, platform=PLATFORM, chat=f"r{n}", purpose=Purpose.MANAGERS, region_id=n, bound_at=BEGAN)
        for n in range(1, regions + 1)
    ]
    return [*managers, Chat(id=regions + 1, platform=PLATFORM, chat="hq", purpose=Purpose.HQ, bound_at=BEGAN)]


def _part(number: int) -> Part:
    return Part(id=number, part_no=f"PN-{number:04}", name=f"配件{number:03}号", aliases=f"part {number:03}")


def _technician(store: int) -> Technician:
    """Give each store one who knows high voltage."""
    return Technician(
        id=store,
        store_id=store,
        name=f"技师{store:04}",
        level="T3",
        specialties="三电故障",
        stated_at=NOW - timedelta(hours=1),
        stated_by="import",
    )


def _capacity(store: int) -> Capacity:
    """Let every second store have room today."""
    return Capacity(
        store_id=store,
        day=NOW.date(),
        daily_capacity=20,
        bookings=20 if store % 2 else 4,
        stated_at=NOW - timedelta(hours=1),
        stated_by="import",
    )


def _levels(stores: int) -> list[dict[str, Any]]:
    """Let three stores in ten have a part."""
    said = {"quantity": 1_000, "stated_at": NOW - timedelta(hours=1), "stated_by": "import"}
    return [
        {"part_id": part, "store_id": store, **said}
        for part in range(1, PARTS + 1)
        for store in range(1, stores + 1)
        if (part * 7 + store * 3) % 10 < 3
    ]
