"""A desk for diversions: three stores of one city with their day's bookings and technicians, and a talk with the bot.

SZ01 is over full (32 of 30) and sends; SZ02, of the same dealer, has 20 of 25 booked and two technicians; SZ03, of
another dealer and further away, has 12 of 20 and one technician. It is Monday, 10:00.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col, select

from handlers.settings import Rules, Settings
from storage.database import Database
from storage.queries import bookings as booking_queries
from storage.queries import diversions as diversion_queries
from storage.queries import requests as request_queries
from storage.tables.audit import AuditEntry
from storage.tables.boards import Capacity, Technician, Travel
from storage.tables.bookings import Booking
from storage.tables.diversions import Diversion, WorkCredit
from storage.tables.ledger import MoneyEntry, PointsEntry
from storage.tables.people import Person
from storage.tables.requests import Ask, Event, Request, State, Step
from tests.factories import MONDAY, Factory, SmallNetwork, small_network
from tests.talk import Talk

TODAY = date(2026, 3, 2)
POST = "/divert 保养 等待150分钟 宝马X3 需要代步车"


@dataclass
class Desk:
    """A network and a talk with the bot in it."""

    talk: Talk
    network: SmallNetwork

    # What stands in the database

    def request(self) -> Request:
        with self.talk.database.transaction(writing=False) as session:
            found = session.exec(select(Request).order_by(col(Request.id).desc())).first()
            assert found is not None
            return found

    def count(self) -> int:
        with self.talk.database.transaction(writing=False) as session:
            return len(session.exec(select(Request)).all())

    def diverted(self) -> Diversion:
        with self.talk.database.transaction(writing=False) as session:
            return diversion_queries.get_diversion(session, self.request().id)

    def asks(self) -> list[Ask]:
        with self.talk.database.transaction(writing=False) as session:
            return list(request_queries.list_asks(session, self.request().id))

    def steps(self) -> dict[str, Step]:
        with self.talk.database.transaction(writing=False) as session:
            return {step.name: step for step in request_queries.list_steps(session, self.request().id)}

    def words(self) -> list[str]:
        with self.talk.database.transaction(writing=False) as session:
            return [event.word for event in session.exec(select(Event).order_by(col(Event.id)))]

    def booked(self) -> tuple[int, int, int]:
        """Return today's bookings of SZ01, SZ02 and SZ03."""
        with self.talk.database.transaction(writing=False) as session:
            rows = {row.store_id: row.bookings for row in session.exec(select(Capacity))}
        network = self.network
        return tuple(rows.get(store.id, 0) for store in (network.sz01, network.sz02, network.sz03))  # type: ignore[return-value]

    def bookings(self) -> list[Booking]:
        with self.talk.database.transaction(writing=False) as session:
            return list(booking_queries.list_bookings(session, self.request().id))

    def points(self) -> list[PointsEntry]:
        with self.talk.database.transaction(writing=False) as session:
            return list(session.exec(select(PointsEntry).order_by(col(PointsEntry.id))))

    def money(self) -> dict[str, MoneyEntry]:
        with self.talk.database.transaction(writing=False) as session:
            return {entry.rule: entry for entry in session.exec(select(MoneyEntry))}

    def credits(self) -> list[WorkCredit]:
        with self.talk.database.transaction(writing=False) as session:
            return list(session.exec(select(WorkCredit)))

    def audited(self, act: str) -> list[AuditEntry]:
        with self.talk.database.transaction(writing=False) as session:
            return list(session.exec(select(AuditEntry).where(AuditEntry.act == act)))

    def set_day(self, person_store: int, *, bookings: int, capacity: int | None = None) -> None:
        with self.talk.database.transaction() as session:
            row = diversion_queries.find_capacity(session, person_store, TODAY)
            assert row is not None
            row.bookings = bookings
            row.daily_capacity = capacity or row.daily_capacity

    def restate(self, store_id: int, at: datetime) -> None:
        with self.talk.database.transaction() as session:
            row = diversion_queries.find_capacity(session, store_id, TODAY)
            assert row is not None
            row.stated_at = at

    def measures_way(self, here: int, there: int, minutes: int) -> None:
        """Measure the way there, and a way back that takes longer."""
        with self.talk.database.transaction() as session:
            for begins, ends, took in ((here, there, minutes), (there, here, minutes + 25)):
                Factory(session).add(Travel(from_store_id=begins, to_store_id=ends, minutes=took))

    def forget_technicians(self, store_id: int) -> None:
        with self.talk.database.transaction() as session:
            for one in diversion_queries.list_technicians_of(session, store_id):
                session.delete(one)

    def set_status(self, name: str, status: str) -> None:
        with self.talk.database.transaction() as session:
            session.exec(select(Technician).where(Technician.name == name)).one().status = status

    def token_of(self, person: Person, action: str) -> str:
        """Return the token of the newest button of this action that a person sees."""
        for heard in self.talk._candidates(person, None, ""):
            for button in heard.buttons:
                if button.action == action:
                    return button.token
        raise AssertionError(f"nobody shows {action}")

    # What people do

    @property
    def sender(self) -> Person:
        return self.network.sz01_advisor

    @property
    def receiver(self) -> Person:
        return self.network.sz02_manager

    def opens(self, text: str = POST) -> None:
        self.talk.says(self.sender, text)
        self.talk.delivered()

    def goes(self) -> None:
        self.talk.presses(self.sender, "客户愿意去")
        self.talk.delivered()

    def accepted(self) -> None:
        """Bring a diversion so far that SZ02 has accepted with 马丽."""
        self.opens()
        self.goes()
        self.accepts("马丽 T1")

    def accepts(self, technician: str, person: Person | None = None) -> None:
        person = person or self.receiver
        self.talk.presses(person, "可以", on="D-")
        self.talk.delivered()
        self.talk.presses(person, technician)
        self.talk.delivered()

    def pays(self, transport: str = "专车", compensation: str = "服务券 ¥200", **more: str) -> None:
        """Record way and compensation by buttons, or with `more` fields by the whole form."""
        if more:
            reply = self.talk.presses(self.sender, "diversion.transport", can_form=True)
            assert reply.form is not None
            self.talk.sends_form(self.sender, {"transport": transport, "compensation": compensation, **more})
        else:
            self.talk.presses(self.sender, "diversion.transport")
            self.talk.delivered()
            self.talk.presses(self.sender, transport)
            self.talk.delivered()
            if compensation[-1].isdigit() and "¥" not in compensation:
                self.talk.says(self.sender, compensation)
            else:
                self.talk.presses(self.sender, compensation)
        self.talk.delivered()

    def departed(self) -> None:
        self.accepted()
        self.pays()
        self.talk.presses(self.sender, "客户已出发")
        self.talk.delivered()

    def arrived(self) -> None:
        self.departed()
        self.talk.presses(self.receiver, "客户已到店")
        self.talk.delivered()

    def serves(self, satisfaction: str = "9", kept: str = "留住了") -> None:
        self.talk.presses(self.receiver, "diversion.serve")
        self.talk.delivered()
        self.talk.says(self.receiver, satisfaction)
        self.talk.delivered()
        self.talk.presses(self.receiver, kept)
        self.talk.delivered()

    def done(self) -> None:
        """Bring a diversion to the end of its work, the customer called."""
        self.accepted()
        self.talk.presses(self.receiver, "📞 已联系上客户")
        self.pays()
        self.talk.presses(self.sender, "客户已出发")
        self.talk.delivered()
        self.talk.presses(self.receiver, "客户已到店")
        self.talk.delivered()
        self.serves()

    def recorded(self) -> None:
        self.done()
        self.talk.presses(self.receiver, "diversion.record")
        self.talk.delivered()
        self.talk.says(self.receiver, "1280")
        self.talk.delivered()
        assert self.request().state is State.RECORDED


def make_desk(database: Database, *, rules: Rules | None = None) -> Desk:
    """Build the desk."""
    settings = Settings(rules=rules) if rules else Settings()
    with database.transaction() as session:
        network = small_network(session, rules=rules)
        make = Factory(session)
        for store, capacity, bookings in ((network.sz01, 30, 32), (network.sz02, 25, 20), (network.sz03, 20, 12)):
            facts = {"daily_capacity": capacity, "bookings": bookings, "stated_at": MONDAY, "stated_by": "store"}
            make.add(Capacity(store_id=store.id, day=TODAY, **facts))
        for store, name, level in (
            (network.sz01, "刘洋", "T2"),
            (network.sz02, "马丽", "T1"),
            (network.sz02, "孙强", "T2"),
            (network.sz03, "何平", "T2"),
        ):
            make.add(Technician(store_id=store.id, name=name, level=level, stated_at=MONDAY))
    return Desk(Talk(database, settings), network)
