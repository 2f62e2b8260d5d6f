"""A question nobody could answer becomes a support with one tap, and the support carries its costs."""

from __future__ import annotations

import pytest
from sqlmodel import select

from handlers.chat import Inbound, InboundKind
from storage.database import Database
from storage.tables.boards import Technician
from storage.tables.chats import Chat, Purpose
from storage.tables.ledger import MoneyEntry
from storage.tables.people import Person, Role
from storage.tables.questions import Question
from storage.tables.requests import Request, State
from storage.tables.support import Support
from tests.factories import MONDAY, Factory, SmallNetwork, small_network
from tests.talk import Talk

ASK = "/ask 三电 高压互锁报警,插头都查过了"


class Stage:
    """SZ01 asks; 王工 of SZ02 (12 km away) could come, and at HZ01 (more than 50 km away) 罗工."""

    def __init__(self, database: Database, *, far: bool) -> None:
        with database.transaction() as session:
            self.network: SmallNetwork = small_network(session)
            make = Factory(session)
            make._made = 500  # names and chats of its own
            self.channel: Chat = make.chat(Purpose.TECHNICIANS, self.network.shenzhen, chat="-100777")
            home = self.network.sz02
            if far:
                home = make.store(
                    "HZ01",
                    "惠州惠城店",
                    region=self.network.shenzhen,
                    dealer=make.dealer("惠民汽车"),
                    place=(23.0830, 114.4160),
                )
                make.person("何惠", Role.STORE_MANAGER, at=home)
            self.expert: Person = make.person("罗工", Role.TECHNICIAN, at=home)
            make.add(
                Technician(
                    store_id=home.id,
                    name="罗工",
                    level="T3",
                    specialties="三电故障",
                    status="在岗",
                    windows="周五全天",
                    stated_at=MONDAY,
                    stated_by="factory",
                )
            )
            self.giver: Person = session.exec(
                select(Person).where(Person.store_id == home.id, Person.role == Role.STORE_MANAGER)
            ).one()
        self.talk = Talk(database)

    def one(self, table: type) -> object:
        with self.talk.database.transaction(writing=False) as session:
            return session.exec(select(table)).one()

    def entries(self) -> list[MoneyEntry]:
        with self.talk.database.transaction(writing=False) as session:
            return list(session.exec(select(MoneyEntry).order_by(MoneyEntry.id)))  # type: ignore[arg-type]

    def says(self, person: Person, words: str) -> str:
        self.talk.says(person, words)
        return self.talk.last(person).plain

    def becomes_a_support(self) -> None:
        """Ask, hear nothing for the limit, and make a support of it for Friday morning."""
        talk, manager = self.talk, self.network.sz01_manager
        talk.says(self.network.sz01_technician, ASK, chat=self.channel)
        talk.passes(minutes=15)
        talk.delivered()
        reply = talk.presses(manager, "转为支援", chat=self.channel, can_form=True)
        assert reply.form is not None
        shown = {field.name: field.value for field in reply.form.fields}
        assert (shown["specialty"], shown["matter"]) == ("三电故障", "高压互锁报警,插头都查过了 (Q-0001)")
        talk.sends_form(manager, {"level": "T3", "day": "2026-03-06", "time": "09:00-12:00"})

    def accepted(self) -> None:
        self.becomes_a_support()
        self.talk.delivered()
        self.talk.presses(self.giver, "可以")
        self.talk.delivered()


@pytest.fixture
def near(database: Database) -> Stage:
    return Stage(database, far=False)


@pytest.fixture
def far(any_database: Database) -> Stage:
    return Stage(any_database, far=True)


def test_a_question_nobody_can_answer_becomes_a_support_draft_with_one_tap(near: Stage) -> None:
    near.becomes_a_support()
    request = near.one(Request)
    assert isinstance(request, Request)
    assert (request.kind, request.state) == ("support", State.ASKING)
    assert request.matter.startswith("高压互锁报警")
    question = near.one(Question)
    assert isinstance(question, Question)
    assert question.drafted_at == near.talk.now


def test_support_cards_show_in_the_technicians_channel_as_well(near: Stage) -> None:
    near.becomes_a_support()
    for place in (near.channel, near.network.managers_chat):
        assert "S-0001" in near.talk.card(place, "S-0001").plain


def test_only_the_store_that_asks_makes_a_support_of_its_question(near: Stage) -> None:
    talk = near.talk
    talk.says(near.network.sz01_technician, ASK, chat=near.channel)
    talk.passes(minutes=15)
    talk.delivered()
    assert "只有提问的门店" in talk.presses(near.network.sz02_deputy, "转为支援", chat=near.channel).toast


def test_a_draft_is_filled_in_words_where_there_are_no_forms(near: Stage) -> None:
    talk, manager = near.talk, near.network.sz01_manager
    talk.says(near.network.sz01_technician, ASK)
    talk.passes(hours=1)  # everybody was asked: the store's manager hears, with the button
    talk.delivered()
    talk.presses(manager, "转为支援", on="都问过了")
    assert "级" in talk.last(manager).plain


def test_travel_and_lodging_go_to_the_technician_from_50_km_with_a_photo_of_the_receipt(far: Stage) -> None:
    far.accepted()
    support = far.one(Support)
    assert isinstance(support, Support)
    assert support.km is not None and support.km > 50
    assert "住宿要有凭证" in far.says(far.network.sz01_manager, "/cost S-0001 住宿 320")
    far.talk.takes(
        Inbound(
            id="telegram:receipt",
            kind=InboundKind.TEXT,
            origin=far.talk.address(far.network.sz01_manager),
            user=far.talk.account(far.network.sz01_manager).user,
            text="cost S-0001 住宿 320",
            private=True,
            values={"file": "AgACReceipt", "file_kind": "photo"},
        )
    )
    assert "M-1 住宿 ¥320 · 总部 → 罗工 📎" in far.talk.last(far.network.sz01_manager).plain
    far.says(far.giver, "/cost S-0001 差旅 120 高铁G6001")
    shown = [(entry.rule, entry.amount, entry.payer, entry.payee, entry.reference) for entry in far.entries()]
    assert shown == [
        ("cost.lodging", 32000, "hq", f"person:{far.expert.id}", "telegram:AgACReceipt"),
        ("cost.travel", 12000, "hq", f"person:{far.expert.id}", "高铁G6001"),
    ]
    assert "补贴在完工时自动入账" in far.says(far.network.finance, "/cost S-0001 补贴 500")
    assert "支援单不记运费" in far.says(far.network.finance, "/cost S-0001 运费 50")
    assert "合计 ¥440" in far.says(far.giver, "/costs S-0001")


def test_travel_and_lodging_are_refused_for_a_near_support(near: Stage) -> None:
    near.accepted()
    assert "近距离的支援没有差旅和住宿费" in near.says(near.network.sz01_manager, "/cost S-0001 住宿 320 F1")
    assert not near.entries()
