"""A golden month of costs: all three kinds through the real dispatch, and the month is the sum of its requests."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from storage.database import Database
from storage.queries import ledger as ledger_queries
from storage.tables.audit import AuditEntry
from storage.tables.boards import Technician
from storage.tables.ledger import MoneyEntry
from storage.tables.people import Person, Role
from storage.tables.requests import Request, State
from tests.factories import MONDAY, Factory
from tests.integration.diversion_desk import Desk, make_desk

GOLDEN = Path(__file__).parents[1] / "golden" / "costs.zh.txt"
FRIDAY = MONDAY + timedelta(days=4)


class Month:
    """A March at the desk of diversions, with a store 60 km away that lends its technician."""

    def __init__(self, database: Database) -> None:
        self.desk: Desk = make_desk(database)
        self.talk, self.network = self.desk.talk, self.desk.network
        with database.transaction() as session:
            make = Factory(session)
            make._made = 500  # names and chats of its own
            dealer = make.dealer("惠民汽车")
            home = make.store(
                "HZ01", "惠州惠城店", region=self.network.shenzhen, dealer=dealer, place=(23.083, 114.416)
            )
            self.giver: Person = make.person("何惠", Role.STORE_MANAGER, at=home)
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

    def says(self, person: Person, words: str) -> str:
        self.talk.says(person, words)
        return self.talk.last(person).plain

    def entries(self) -> list[MoneyEntry]:
        with self.talk.database.transaction(writing=False) as session:
            return list(session.exec(select(MoneyEntry).order_by(col(MoneyEntry.id))))

    def find(self, rule: str) -> MoneyEntry:
        return next(entry for entry in self.entries() if entry.rule == rule)

    def moves_a_part(self) -> None:
        talk, network = self.talk, self.network
        talk.says(network.sz01_manager, "/transfer 前大灯-左 x1 urgent 客户在等")
        talk.delivered()
        for person, button in (
            (network.sz02_manager, "可以"),
            (network.sz02_manager, "已发出"),
            (network.sz01_manager, "已收到 ×1"),
            (network.sz01_manager, "留住了"),
        ):
            talk.presses(person, button)
            talk.delivered()
        self.says(network.sz02_deputy, "/freight T-0001 50 SF123")

    def sends_a_customer(self) -> None:
        """Divert one customer by taxi, with cash: both are entered by themselves when the work is done."""
        desk, talk = self.desk, self.talk
        desk.accepted()
        talk.presses(desk.receiver, "📞 已联系上客户")
        desk.pays("打车券 ¥50", "现金 ¥200")
        talk.presses(desk.sender, "客户已出发")
        talk.delivered()
        talk.presses(desk.receiver, "客户已到店")
        talk.delivered()
        desk.serves()

    def lends_a_technician(self) -> None:
        """Have 罗工 come on Friday: HQ pays the subsidy by itself, travel and lodging by hand."""
        talk, manager = self.talk, self.network.sz01_manager
        reply = talk.says(manager, "/support 三电故障 T3 高压互锁报警", can_form=True)
        assert reply.form is not None
        talk.sends_form(manager, {"day": "2026-03-06", "time": "09:00-12:00", "matter": "高压互锁报警"})
        talk.delivered()
        talk.presses(self.giver, "可以", on="S-0001")
        talk.delivered()
        for person in (self.giver, manager):
            talk.presses(person, "support.agree", on="S-0001")
            talk.delivered()
        talk.passes(until=FRIDAY)
        talk.delivered()
        talk.presses(manager, "support.arrived", on="S-0001")
        talk.delivered()
        talk.passes(hours=1)
        talk.presses(self.giver, "support.done", on="S-0001")
        talk.delivered()
        self.says(self.giver, "/cost S-0001 差旅 120 高铁G6001")
        self.says(manager, "/cost S-0001 住宿 320 发票F123")

    def is_played(self) -> None:
        network = self.network
        self.moves_a_part()
        self.sends_a_customer()
        self.lends_a_technician()
        self.says(network.sz01_manager, "/cost T-0001 运费 30 SF124")
        self.says(network.hq, "/cost T-0001 运费 12.50 付款 SZ01 发错件自担")
        self.says(network.finance, "/cost SZ03 损失 800 电瓶过期报废")

    def is_reconciled(self) -> None:
        """Check that the month by rule and payer is the sum over the requests, and over what belongs to none."""
        since, until = MONDAY - timedelta(days=1), MONDAY + timedelta(days=29)
        by_request: dict[tuple[str, str], int] = defaultdict(int)
        with self.talk.database.transaction(writing=False) as session:
            month = ledger_queries.sum_money(session, since=since, until=until)
            for request in session.exec(select(Request)):
                for entry in ledger_queries.list_money_entries(session, request_id=request.id):
                    by_request[entry.rule, entry.payer] += entry.amount
        for entry in self.entries():
            if entry.request_id is None:
                by_request[entry.rule, entry.payer] += entry.amount
        assert {(one.rule, one.payer): one.total for one in month} == dict(by_request)
        assert sum(one.total for one in month) == sum(entry.amount for entry in self.entries())


@pytest.fixture
def month(any_database: Database) -> Month:
    return Month(any_database)


def test_the_golden_month_reconciles_to_its_requests_also_after_corrections(month: Month) -> None:
    month.is_played()
    month.is_reconciled()
    network = month.network
    shown = [month.says(network.finance, "/costs 2026-03")]
    month.says(network.finance, f"/reverse M-{month.find('cost.lodging').id} 发票抬头错")
    month.says(network.hq, f"/reverse M-{month.find('cost.freight').id} 对方到付")
    month.is_reconciled()
    for person, words in (
        (network.finance, "/costs 2026-03"),
        (network.shenzhen_manager, "/costs 2026-03"),
        (month.giver, "/costs 2026-03"),
        (network.bangkok_manager, "/costs 2026-03"),
        (network.finance, "/costs 2026-04"),
        (network.sz01_manager, "/costs T-0001"),
        (network.sz01_manager, "/costs S-0001"),
        (network.sz01_manager, "/costs D-0001"),
    ):
        shown.append(month.says(person, words))
    assert "\n\n".join(shown) + "\n" == GOLDEN.read_text(encoding="utf-8")


def test_every_cost_of_the_month_is_hqs_but_the_one_hq_gave_away(month: Month) -> None:
    month.is_played()
    entries = month.entries()
    names = ("freight", "subsidy", "travel", "lodging", "compensation", "transport", "loss")
    assert {entry.rule for entry in entries} == {f"cost.{name}" for name in names}
    others = [entry for entry in entries if entry.payer != "hq"]
    assert [(entry.payer, entry.amount, entry.reason) for entry in others] == [
        (f"store:{month.network.sz01.id}", 1250, "发错件自担")
    ]
    with month.talk.database.transaction(writing=False) as session:
        overrides = session.exec(select(AuditEntry).where(AuditEntry.act == "cost.override")).all()
        states = {request.kind: request.state for request in session.exec(select(Request))}
    assert [act.person_id for act in overrides] == [month.network.hq.id]
    assert states == {"transfer": State.RECORDED, "diversion": State.DONE, "support": State.DONE}
