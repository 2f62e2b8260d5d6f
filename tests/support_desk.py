"""A small network with technicians on the map, and what the tests of supports ask of it again and again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import select

from handlers.settings import Rules, Settings
from storage.database import Database
from storage.queries import bookings as booking_queries
from storage.queries import requests as request_queries
from storage.tables.boards import Technician
from storage.tables.bookings import Booking
from storage.tables.chats import Chat, Purpose
from storage.tables.ledger import MoneyEntry, PointsEntry
from storage.tables.people import Person, Role
from storage.tables.requests import Ask, Event, Request, Step
from storage.tables.support import Support
from tests.factories import MONDAY, Factory, SmallNetwork, small_network
from tests.talk import Talk

# MONDAY is 2 March 2026, 10:00 in Shenzhen; the visit is on Friday, 6 March, 13:00–18:00 there.
POST = "/support 三电故障 T3 3月6日下午 高压互锁报警,客户车在店"
STARTS = datetime(2026, 3, 6, 5, 0, tzinfo=UTC)
ENDS = datetime(2026, 3, 6, 10, 0, tzinfo=UTC)


@dataclass
class Desk:
    """A network with its technicians, and a talk with the bot in it.

    福田店 (SZ02, about 20 km): 张伟 T3 三电故障, linked, Wed and Fri all day; 李娜 T2 the same.
    龙岗店 (SZ03, about 50 km): 王强 T3 智能驾驶 and 三电故障, Fri afternoon.
    """

    talk: Talk
    network: SmallNetwork
    zhang: Technician
    wang: Technician
    li: Technician
    zhang_himself: Person
    technicians_chat: Chat

    def request(self) -> Request:
        with self.talk.database.transaction(writing=False) as session:
            return session.exec(select(Request).order_by(Request.id.desc())).first()  # type: ignore[attr-defined,return-value]

    def support(self) -> Support:
        with self.talk.database.transaction(writing=False) as session:
            return session.exec(select(Support).order_by(Support.request_id.desc())).first()  # type: ignore[attr-defined,return-value]

    def asks(self) -> list[Ask]:
        with self.talk.database.transaction(writing=False) as session:
            return list(request_queries.list_asks(session, self.request().id))

    def steps(self) -> dict[str, list[Step]]:
        with self.talk.database.transaction(writing=False) as session:
            found: dict[str, list[Step]] = {}
            for step in request_queries.list_steps(session, self.request().id):
                found.setdefault(step.name, []).append(step)
            return found

    def events(self, word: str) -> list[Event]:
        with self.talk.database.transaction(writing=False) as session:
            events = request_queries.list_events(session, self.request().id)
            return [event for event in events if event.word == word]

    def bookings(self) -> list[tuple[int, str]]:
        with self.talk.database.transaction(writing=False) as session:
            found: list[Booking] = list(booking_queries.list_bookings(session, self.request().id))
            return [(booking.technician_id, str(booking.state)) for booking in found]

    def points(self) -> list[tuple[int, int]]:
        with self.talk.database.transaction(writing=False) as session:
            return [(entry.store_id, entry.points) for entry in session.exec(select(PointsEntry))]

    def money(self) -> list[MoneyEntry]:
        with self.talk.database.transaction(writing=False) as session:
            return list(session.exec(select(MoneyEntry).order_by(MoneyEntry.id)))  # type: ignore[arg-type]

    # The way there

    def accepted(self, text: str = POST) -> None:
        """Let the nearest store accept."""
        self.talk.says(self.network.sz01_manager, text)
        self.talk.delivered()
        self.talk.presses(self.network.sz02_manager, "request.accept")
        self.talk.delivered()

    def confirmed(self, text: str = POST) -> None:
        """Let both managers confirm all three."""
        self.accepted(text)
        self.agree_all(self.network.sz02_manager)
        self.agree_all(self.network.sz01_manager)

    def agree_all(self, manager: Person) -> None:
        self.talk.presses(manager, "support.agree")  # the first button is all three
        self.talk.delivered()

    def arrived(self, text: str = POST) -> None:
        """Let the visit begin in time."""
        self.confirmed(text)
        self.talk.passes(until=STARTS)
        self.talk.presses(self.network.sz01_manager, "技师已到店")
        self.talk.delivered()

    def worked(self, text: str = POST) -> None:
        """Let the technician be done two hours later."""
        self.arrived(text)
        self.talk.passes(hours=2)
        self.talk.presses(self.network.sz02_manager, "已完工")
        self.talk.delivered()


def support_desk(database: Database, *, rules: Rules | None = None) -> Desk:
    """Build the network with its technicians, on a Monday morning."""
    with database.transaction() as session:
        network = small_network(session, rules=rules)
        make = Factory(session)

        def technician(store_id: int, name: str, level: str, specialties: str, windows: str) -> Technician:
            facts: dict[str, Any] = {"status": "可支援", "stated_at": MONDAY - timedelta(days=1)}
            return make.add(
                Technician(store_id=store_id, name=name, level=level, specialties=specialties, windows=windows, **facts)
            )

        zhang = technician(network.sz02.id, "张伟", "T3", "三电故障", "周三全天、周五全天")
        li = technician(network.sz02.id, "李娜", "T2", "三电故障", "周一至周五全天")
        wang = technician(network.sz03.id, "王强", "T3", "智能驾驶、三电故障", "周五下午")
        himself = make.person("张伟", Role.TECHNICIAN, at=network.sz02)
        chat = make.chat(Purpose.TECHNICIANS, network.shenzhen)
    talk = Talk(database, Settings(rules=rules or Rules()))
    return Desk(talk, network, zhang, wang, li, himself, chat)
