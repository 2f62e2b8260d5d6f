"""Builders of a network for tests: what a test does not name has a sensible default, and every name is Chinese first.

    with database.transaction() as session:
        network = small_network(session)

gives four stores in two regions with their people, accounts, chats, parts and stock. `Factory` builds single rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel

from handlers.settings import Rules
from storage.queries import requests as request_queries
from storage.tables.boards import Part, StockLevel
from storage.tables.chats import Chat, Purpose
from storage.tables.people import Account, Dealer, Person, Region, Role, Store
from storage.tables.requests import Policy

# A Monday: 10:00 in Shenzhen, 09:00 in Bangkok; no holiday in either, and every store is open.
MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)

Row = TypeVar("Row", bound=SQLModel)

_NAMES = (
    "赵敏",
    "钱程",
    "孙悦",
    "李娜",
    "周涛",
    "吴迪",
    "郑爽",
    "王强",
    "冯雪",
    "陈晨",
    "褚亮",
    "卫东",
    "蒋欣",
    "沈阳",
)


class Factory:
    """Adds rows to a session, each complete and with an id at once."""

    def __init__(self, session: Session, now: datetime = MONDAY) -> None:
        self.session = session
        self.now = now
        self._made = 0
        self._regions: dict[str, Region] = {}
        self._dealers: dict[str, Dealer] = {}

    def add(self, row: Row) -> Row:
        """Add a row and give it its id."""
        self.session.add(row)
        self.session.flush()
        return row

    def dealer(self, name: str = "鹏程汽车") -> Dealer:
        """Build a dealer; the same name is the same one."""
        if name not in self._dealers:
            self._dealers[name] = self.add(Dealer(name=name))
        return self._dealers[name]

    def region(self, name: str = "深圳", *, timezone: str = "Asia/Shanghai", language: str = "") -> Region:
        """Build a region; the same name is the same one."""
        if name not in self._regions:
            self._regions[name] = self.add(Region(name=name, timezone=timezone, language=language))
        return self._regions[name]

    def store(
        self,
        code: str = "",
        name: str = "",
        *,
        region: Region | None = None,
        dealer: Dealer | None = None,
        place: tuple[float, float] | None = (22.54, 114.05),
        opens: time = time(8, 30),
        closes: time = time(18, 0),
        timezone: str = "",
        **facts: Any,
    ) -> Store:
        """Build a store; `place` is latitude and longitude, None where it is not known."""
        region, dealer = region or self.region(), dealer or self.dealer()
        number = self._next()
        return self.add(
            Store(
                code=code or f"ST{number:02}",
                name=name or f"第{number}门店",
                dealer_id=dealer.id,
                region_id=region.id,
                latitude=place[0] if place else None,
                longitude=place[1] if place else None,
                opens=opens,
                closes=closes,
                timezone=timezone or region.timezone,
                **facts,
            )
        )

    def person(
        self,
        name: str = "",
        role: Role = Role.STORE_MANAGER,
        *,
        at: Store | Region | None = None,
        account: str = "telegram",
        **facts: Any,
    ) -> Person:
        """Build a person of a store or region with a linked account: "slack", "slack:U01", "" for none."""
        number = self._next()
        person = self.add(
            Person(
                name=name or f"{_NAMES[number % len(_NAMES)]}{number}",
                role=role,
                store_id=at.id if isinstance(at, Store) else None,
                region_id=at.id if isinstance(at, Region) else None,
                **facts,
            )
        )
        if account:
            platform, _, user = account.partition(":")
            self.account(person, platform, user)
        return person

    def account(self, person: Person, platform: str = "telegram", user: str = "", **facts: Any) -> Account:
        """Link an account to a person, with a private chat."""
        # As the platforms write them: the private chat of a Telegram user has the user's own number.
        user = user or {"telegram": f"{7000 + person.id}", "slack": f"U{person.id:04}"}.get(platform, person.name)
        private = f"D{user[1:]}" if platform == "slack" else user
        facts = {"private_chat": private, "linked_at": self.now, "used_at": self.now, **facts}
        return self.add(Account(platform=platform, user=user, person_id=person.id, **facts))

    def chat(
        self,
        purpose: Purpose = Purpose.MANAGERS,
        region: Region | None = None,
        *,
        platform: str = "telegram",
        chat: str = "",
        thread: str = "",
        **facts: Any,
    ) -> Chat:
        """Bind a chat to a purpose; HQ's chat has no region."""
        number = self._next()
        chat = chat or (f"C{number:04}" if platform == "slack" else f"-100{number:04}")
        region_id = None if purpose is Purpose.HQ else (region or self.region()).id
        facts = {"bound_at": self.now, **facts}
        return self.add(
            Chat(platform=platform, chat=chat, thread=thread, purpose=purpose, region_id=region_id, **facts)
        )

    def part(self, name: str = "前大灯-左", part_no: str = "", *, aliases: str = "") -> Part:
        """Build a part."""
        return self.add(Part(part_no=part_no or f"PN-{self._next():04}", name=name, aliases=aliases))

    def stock(
        self, part: Part, store: Store, quantity: int, *, stated_at: datetime | None = None, stated_by: str = "factory"
    ) -> StockLevel:
        """State how many of a part a store has, now unless `stated_at` says when."""
        return self.add(
            StockLevel(
                part_id=part.id,
                store_id=store.id,
                quantity=quantity,
                stated_at=stated_at or self.now,
                stated_by=stated_by,
                moved_at=stated_at or self.now,
                counted_at=stated_at or self.now,
            )
        )

    def policy(self, rules: Rules | None = None) -> Policy:
        """Store a version of the rules; the same rules are the same version."""
        text = (rules or Rules()).model_dump_json()
        policy_id = request_queries.get_or_add_policy(self.session, text, self.now)
        return request_queries.get_policy(self.session, policy_id)

    def _next(self) -> int:
        self._made += 1
        return self._made


@dataclass(frozen=True)
class SmallNetwork:
    """Four stores in two regions, everybody linked; attributes are named for store and role.

    深圳 (UTC+8): SZ01 深圳南山店 and SZ02 深圳福田店 of one dealer, SZ03 深圳龙岗店 of another.
    曼谷 (UTC+7): BK01 曼谷素坤逸店, whose people read English; too far away to be asked for a transfer.
    前大灯-左: SZ01 has none, SZ02 3, SZ03 4, BK01 5. 刹车片-前: SZ01 6, SZ02 1 (the safety stock), SZ03 0.
    Everybody is on Telegram but SZ02's manager (Slack) and SZ03's deputy (terminal).
    """

    shenzhen: Region
    bangkok: Region
    sz01: Store
    sz02: Store
    sz03: Store
    bk01: Store
    sz01_manager: Person
    sz01_deputy: Person
    sz01_advisor: Person
    sz01_technician: Person
    sz02_manager: Person
    sz02_deputy: Person
    sz03_manager: Person
    sz03_deputy: Person
    bk01_manager: Person
    shenzhen_manager: Person
    bangkok_manager: Person
    hq: Person
    finance: Person
    auditor: Person
    managers_chat: Chat
    bangkok_chat: Chat
    hq_chat: Chat
    headlamp: Part
    brake_pad: Part
    policy: Policy


def small_network(session: Session, now: datetime = MONDAY, *, rules: Rules | None = None) -> SmallNetwork:
    """Build the network most tests are about; see `SmallNetwork`."""
    make = Factory(session, now)
    shenzhen = make.region("深圳")
    bangkok = make.region("曼谷", timezone="Asia/Bangkok", language="en")
    pengcheng, bay, siam = make.dealer("鹏程汽车"), make.dealer("大湾汽车"), make.dealer("暹罗汽车")
    sz01 = make.store("SZ01", "深圳南山店", region=shenzhen, dealer=pengcheng, place=(22.5329, 113.9303))
    sz02 = make.store("SZ02", "深圳福田店", region=shenzhen, dealer=pengcheng, place=(22.5410, 114.0500))
    sz03 = make.store("SZ03", "深圳龙岗店", region=shenzhen, dealer=bay, place=(22.7200, 114.2470))
    bk01 = make.store("BK01", "曼谷素坤逸店", region=bangkok, dealer=siam, place=(13.7366, 100.5608))
    headlamp = make.part("前大灯-左", "HL-1001-L", aliases="左前大灯|headlamp left|faro izquierdo")
    brake_pad = make.part("刹车片-前", "BP-2001-F", aliases="前刹车片|front brake pad|pastilla delantera")
    for store, headlamps, pads in ((sz01, 0, 6), (sz02, 3, 1), (sz03, 4, 0), (bk01, 5, 8)):
        make.stock(headlamp, store, headlamps)
        make.stock(brake_pad, store, pads)
    return SmallNetwork(
        shenzhen=shenzhen,
        bangkok=bangkok,
        sz01=sz01,
        sz02=sz02,
        sz03=sz03,
        bk01=bk01,
        sz01_manager=make.person("张伟", Role.STORE_MANAGER, at=sz01),
        sz01_deputy=make.person("李娜", Role.DEPUTY, at=sz01),
        sz01_advisor=make.person("王芳", Role.ADVISOR, at=sz01),
        sz01_technician=make.person("刘洋", Role.TECHNICIAN, at=sz01),
        sz02_manager=make.person("陈静", Role.STORE_MANAGER, at=sz02, account="slack"),
        sz02_deputy=make.person("杨帆", Role.DEPUTY, at=sz02),
        sz03_manager=make.person("黄磊", Role.STORE_MANAGER, at=sz03),
        sz03_deputy=make.person("周敏", Role.DEPUTY, at=sz03, account="console"),
        bk01_manager=make.person("Somchai", Role.STORE_MANAGER, at=bk01),
        shenzhen_manager=make.person("林峰", Role.REGION_MANAGER, at=shenzhen),
        bangkok_manager=make.person("Malee", Role.REGION_MANAGER, at=bangkok),
        hq=make.person("何总", Role.HQ),
        finance=make.person("钱多", Role.FINANCE),
        auditor=make.person("严谨", Role.AUDITOR),
        managers_chat=make.chat(Purpose.MANAGERS, shenzhen),
        bangkok_chat=make.chat(Purpose.MANAGERS, bangkok),
        hq_chat=make.chat(Purpose.HQ),
        headlamp=headlamp,
        brake_pad=brake_pad,
        policy=make.policy(rules),
    )
