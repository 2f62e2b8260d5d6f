"""The network that is measured: stores in regions with a manager each, parts, stock, and a chat for each region."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from sqlmodel import Session

from bot.clock import WallClock
from storage.database import Database
from storage.tables.boards import Part, StockLevel
from storage.tables.chats import Chat, Purpose
from storage.tables.people import Account, Dealer, Person, Region, Role, Store

STORES_OF_REGION = 10
PARTS = 40
FIRST_USER = 7_000_000
FIRST_GROUP = -100_000_000


@dataclass(frozen=True)
class Network:
    """How large: so many stores, ten in a region; every manager has a private chat on Telegram (and on Slack)."""

    stores: int = 200

    def user(self, store: int) -> int:
        """Return the number of a store's manager, which is that of the private chat too."""
        return FIRST_USER + store

    def fill(self, database: Database) -> None:
        """Write the network into an empty database."""
        with database.transaction() as session:
            self._add(session)

    def whoami(self, count: int) -> list[tuple[int, int, str]]:
        """Let the managers ask in turns who they are."""
        users = [self.user(number % self.stores) for number in range(count)]
        return [(user, user, "/whoami") for user in users]

    def stock(self, count: int) -> list[tuple[int, int, str]]:
        """Let the managers ask in turns who has a part; nothing is changed by it."""
        return [(self.user(number), self.user(number), f"/stock PN-{number % PARTS:04}") for number in range(count)]

    def transfers(self, count: int) -> list[tuple[int, int, str]]:
        """Let the managers post transfers in turns, each time of another part."""
        posted = []
        for number in range(count):
            store, turn = number % self.stores, number // self.stores
            user = self.user(store)
            posted.append((user, user, f"/transfer PN-{(store + turn) % PARTS:04} x1 今天 客户在等"))
        return posted

    def _add(self, session: Session) -> None:
        now = WallClock().now()
        dealers = [Dealer(name=f"经销商{number}") for number in range(max(1, self.stores // 7))]
        regions = [
            Region(name=f"区域{number}", timezone="Asia/Shanghai")
            for number in range(-(-self.stores // STORES_OF_REGION))
        ]
        parts = [Part(part_no=f"PN-{number:04}", name=f"配件{number:04}") for number in range(PARTS)]
        session.add_all([*dealers, *regions, *parts])
        session.flush()
        stores = []
        for number in range(self.stores):
            region, place = divmod(number, STORES_OF_REGION)
            stores.append(
                Store(
                    code=f"ST{number:04}",
                    name=f"第{number}门店",
                    dealer_id=dealers[number % len(dealers)].id,
                    region_id=regions[region].id,
                    latitude=20 + region // 10 * 3 + place * 0.05,  # a region is a city, far from the next
                    longitude=90 + region % 10 * 3 + place * 0.03,
                    opens=time(8),
                    closes=time(8),  # day and night, so that the hour of the measurement changes nothing
                    timezone="Asia/Shanghai",
                )
            )
        session.add_all(stores)
        session.flush()
        people = [
            Person(name=f"店长{number}", role=Role.STORE_MANAGER, store_id=store.id)
            for number, store in enumerate(stores)
        ]
        session.add_all(people)
        session.flush()
        for number, person in enumerate(people):
            for platform, user in (("telegram", f"{self.user(number)}"), ("slack", f"U{number:06}")):
                private = user if platform == "telegram" else f"D{number:06}"
                # Telegram is the one used last: it is spoken to.
                used = now if platform == "telegram" else now.replace(year=now.year - 1, day=1)
                session.add(
                    Account(
                        platform=platform,
                        user=user,
                        person_id=person.id,
                        private_chat=private,
                        linked_at=used,
                        used_at=used,
                    )
                )
        for number, region in enumerate(regions):
            session.add(
                Chat(
                    platform="telegram",
                    chat=f"{FIRST_GROUP - number}",
                    purpose=Purpose.MANAGERS,
                    region_id=region.id,
                    bound_at=now,
                )
            )
        session.add_all(
            StockLevel(
                part_id=part.id,
                store_id=store.id,
                quantity=50,
                stated_at=now,
                stated_by="benchmark",
                moved_at=now,
                counted_at=now,
            )
            for part in parts
            for store in stores
        )
