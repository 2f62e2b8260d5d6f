"""Costs through the real dispatch: who pays, what is refused, what a correction does, what a month comes to."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select, text

from handlers.chat import Inbound, InboundKind
from handlers.settings import Rules, Settings
from storage.database import Database
from storage.queries import ledger as ledger_queries
from storage.tables.audit import AuditEntry
from storage.tables.ledger import MoneyEntry
from storage.tables.people import Person
from storage.tables.requests import Request, State
from tests.factories import MONDAY, SmallNetwork, small_network
from tests.talk import Talk

GOLDEN = Path(__file__).parents[1] / "golden" / "costs.zh.txt"
POST = "/transfer 前大灯-左 x1 urgent 客户在等"


@dataclass
class Stage:
    """A network and a talk with the bot in it."""

    talk: Talk
    network: SmallNetwork

    def entries(self) -> list[MoneyEntry]:
        with self.talk.database.transaction(writing=False) as session:
            return list(session.exec(select(MoneyEntry).order_by(MoneyEntry.id)))  # type: ignore[arg-type]

    def acts(self, act: str) -> list[AuditEntry]:
        with self.talk.database.transaction(writing=False) as session:
            return list(session.exec(select(AuditEntry).where(AuditEntry.act == act)))

    def says(self, person: Person, words: str) -> str:
        """Say something privately and return the answer."""
        self.talk.says(person, words)
        return self.talk.last(person).plain


@pytest.fixture
def stage(any_database: Database) -> Stage:
    with any_database.transaction() as session:
        network = small_network(session)
    return Stage(Talk(any_database), network)


@pytest.fixture
def small(database: Database) -> Stage:
    with database.transaction() as session:
        network = small_network(session)
    return Stage(Talk(database), network)


def delivered(stage: Stage) -> None:
    """Run one transfer of SZ01 from SZ02 to its receipt."""
    talk, network = stage.talk, stage.network
    talk.says(network.sz01_manager, POST)
    talk.delivered()
    talk.presses(network.sz02_manager, "可以")
    talk.delivered()
    talk.presses(network.sz02_manager, "已发出")
    talk.delivered()
    talk.presses(network.sz01_manager, "已收到 ×1")
    talk.delivered()
    talk.presses(network.sz01_manager, "留住了")


def recorded(stage: Stage) -> None:
    delivered(stage)
    stage.says(stage.network.sz02_deputy, "/freight T-0001 50 SF123")
    with stage.talk.database.transaction(writing=False) as session:
        assert session.get_one(Request, 1).state is State.RECORDED


def test_a_further_freight_is_paid_by_hq_and_says_how_it_is_corrected(stage: Stage) -> None:
    recorded(stage)
    answer = stage.says(stage.network.sz01_manager, "/cost T-0001 运费 30 SF124")
    assert "M-2 运费 ¥30 · 总部 → 承运方 SF124" in answer
    assert "/reverse M-2 原因" in answer
    entry = stage.entries()[-1]
    assert (entry.payer, entry.payee, entry.amount, entry.currency) == ("hq", "carrier", 3000, "CNY")
    assert (entry.rule, entry.request_id, entry.policy_id) == ("cost.freight", 1, 1)
    assert entry.person_id == stage.network.sz01_manager.id
    assert [(act.subject, act.policy_id) for act in stage.acts("cost.enter")] == [("T-0001", 1)]


def test_the_freight_of_the_record_is_entered_with_its_waybill(small: Stage) -> None:
    delivered(small)
    assert "/freight T-0001" in small.says(small.network.sz01_manager, "/cost T-0001 运费 30")
    assert not small.entries()


def test_a_cost_that_a_kind_does_not_carry_is_refused_with_what_it_does(small: Stage) -> None:
    recorded(small)
    answer = small.says(small.network.sz01_manager, "/cost T-0001 住宿 320 F1")
    assert answer == "调拨单不记住宿,可以记:运费 / 呆滞损失。例如:/cost T-0001 运费 50"
    assert len(small.entries()) == 1


def test_a_request_that_nobody_has_taken_carries_no_cost(small: Stage) -> None:
    small.talk.says(small.network.sz01_manager, POST)
    assert "还没有门店接" in small.says(small.network.sz01_manager, "/cost T-0001 运费 30")


@pytest.mark.parametrize("who", ["sz03_manager", "bk01_manager", "sz01_advisor", "auditor"])
def test_only_the_two_stores_finance_and_hq_enter_costs(small: Stage, who: str) -> None:
    recorded(small)
    small.says(getattr(small.network, who), "/cost T-0001 freight 30")
    assert len(small.entries()) == 1


def test_the_same_cost_again_is_not_entered_twice(stage: Stage) -> None:
    recorded(stage)
    stage.says(stage.network.sz01_manager, "/cost T-0001 运费 30 SF124")
    assert "已经记过了:M-2" in stage.says(stage.network.finance, "/cost T-0001 运费 30 SF124")
    stage.says(stage.network.finance, "/cost T-0001 运费 30 SF125")
    assert [entry.amount for entry in stage.entries()] == [5000, 3000, 3000]


def test_a_payer_other_than_hq_is_refused_without_hqs_audited_override(stage: Stage) -> None:
    recorded(stage)
    for who in (stage.network.sz01_manager, stage.network.finance):
        assert "费用由总部承担" in stage.says(who, "/cost T-0001 运费 30 付款 SZ01 发错件自担")
    assert "要写原因" in stage.says(stage.network.hq, "/cost T-0001 运费 30 付款 SZ01")
    assert [entry.payer for entry in stage.entries()] == ["hq"]
    assert [entry.refused for entry in stage.acts("cost")].count(True) == 2
    answer = stage.says(stage.network.hq, "/cost T-0001 运费 30 付款 SZ01 发错件自担")
    assert "⚠️ 由 深圳南山店 承担(总部决定):发错件自担" in answer
    entry = stage.entries()[-1]
    assert (entry.payer, entry.reason) == (f"store:{stage.network.sz01.id}", "发错件自担")
    (act,) = stage.acts("cost.override")
    assert (act.person_id, act.reason) == (stage.network.hq.id, "发错件自担")


def test_the_ledger_itself_takes_no_other_payer_without_a_reason(small: Stage) -> None:
    with small.talk.database.transaction() as session, pytest.raises(ValueError, match="HQ pays"):
        ledger_queries.add_money(
            session,
            key="x",
            amount=1,
            currency="CNY",
            payer=f"store:{small.network.sz01.id}",
            payee="carrier",
            rule="cost.freight",
            policy_id=small.network.policy.id,
            request_id=None,
            now=MONDAY,
        )


@pytest.mark.parametrize("change", ["UPDATE money_entries SET amount = 1", "DELETE FROM money_entries"])
def test_a_cost_is_never_changed_nor_deleted(stage: Stage, change: str) -> None:
    recorded(stage)
    with pytest.raises(IntegrityError, match="append-only"), stage.talk.database.transaction() as session:
        session.execute(text(change))
    assert [entry.amount for entry in stage.entries()] == [5000]


def test_a_correction_is_a_counter_entry_with_a_reason_by_finance_or_hq(stage: Stage) -> None:
    recorded(stage)
    network = stage.network
    stage.says(network.sz01_manager, "/cost T-0001 运费 30 SF124")
    stage.says(network.sz01_manager, "/reverse M-2 记错了")
    assert len(stage.entries()) == 2
    assert "请写明原因,例如:/reverse M-2" in stage.says(network.finance, "/reverse M-2")
    answer = stage.says(network.finance, "/reverse M-2 单号重复")
    assert answer == "已冲正 M-2:-¥30,原因:单号重复。原记录保留,新记录 M-3。"
    assert "已冲正 M-2" in stage.talk.last(network.sz01_manager).plain  # who entered it hears
    assert "已经冲正过了(M-3)" in stage.says(network.hq, "/reverse M-2 再来")
    assert "本身就是冲正" in stage.says(network.hq, "/reverse M-3 再来")
    assert "没有 M-99" in stage.says(network.hq, "/reverse M-99 再来")
    assert [entry.amount for entry in stage.entries()] == [5000, 3000, -3000]
    stage.says(network.sz01_manager, "/cost T-0001 运费 30 SF124")  # what was taken back may be entered anew
    assert [entry.amount for entry in stage.entries()] == [5000, 3000, -3000, 3000]


def test_finance_takes_back_costs_and_no_points(small: Stage) -> None:
    recorded(small)
    small.says(small.network.finance, "/reverse P-1 算错了")
    with small.talk.database.transaction(writing=False) as session:
        assert len(ledger_queries.list_entries(session)) == 1


def test_why_shows_a_cost_with_its_rule_version_and_correction(small: Stage) -> None:
    recorded(small)
    small.says(small.network.hq, "/reverse M-1 运费是到付")
    answer = small.says(small.network.sz02_deputy, "/why M-1")
    assert "M-1:运费 ¥50" in answer
    assert "总部 付给 承运方" in answer
    assert "请求:T-0001" in answer
    assert "规则 cost.freight,版本 1" in answer
    assert "已被 M-2 冲正(何总):运费是到付" in answer
    assert "冲正 M-1(何总)" in small.says(small.network.auditor, "/why M-2")
    whole = small.says(small.network.sz01_manager, "/why T-0001")
    assert "M-1 运费 ¥50 · 总部 → 承运方 SF123" in whole
    assert "M-2 运费 -¥50 · 冲正 M-1:运费是到付" in whole
    assert "不归您查看" in small.says(small.network.sz03_manager, "/why M-1") or "not yours" in small.says(
        small.network.bk01_manager, "/why M-1"
    )


def test_a_loss_on_dead_stock_is_entered_by_finance_or_hq_with_its_reason(small: Stage) -> None:
    network = small.network
    assert "由财务或总部录入" in small.says(network.sz01_manager, "/cost SZ01 损失 800 电瓶过期报废")
    assert "请写损失的原因" in small.says(network.finance, "/cost SZ01 损失 800")
    assert "M-1 呆滞损失 ¥800 · 总部 → 深圳南山店" in small.says(network.finance, "/cost SZ01 损失 800 电瓶过期报废")
    (entry,) = small.entries()
    assert (entry.payer, entry.payee, entry.request_id) == ("hq", f"store:{network.sz01.id}", None)
    assert entry.reason == "电瓶过期报废"


def test_more_than_the_limit_is_for_finance_or_hq(database: Database) -> None:
    rules = Rules.model_validate({"costs": {"most": 10_000, "receipts": ["freight"]}})
    with database.transaction() as session:
        network = small_network(session, rules=rules)
    stage = Stage(Talk(database, Settings(rules=rules)), network)
    recorded(stage)
    assert "要有凭证" in stage.says(network.sz01_manager, "/cost T-0001 运费 30")
    assert "超过 ¥100" in stage.says(network.sz01_manager, "/cost T-0001 运费 100.01 SF1")
    stage.says(network.sz01_manager, "/cost T-0001 运费 100 SF1")
    stage.says(network.finance, "/cost T-0001 运费 100.01 SF2")
    assert [entry.amount for entry in stage.entries()] == [5000, 10000, 10001]


def test_a_photo_sent_with_the_words_in_reply_to_the_card_is_the_receipt(stage: Stage) -> None:
    recorded(stage)
    talk, network = stage.talk, stage.network
    card = talk.card(network.managers_chat, "T-0001")
    for platform_id in ("telegram:photo-1", "telegram:photo-1"):  # delivered twice
        talk.takes(
            Inbound(
                id=platform_id,
                kind=InboundKind.TEXT,
                origin=talk.address(network.managers_chat),
                user=talk.account(network.sz01_manager).user,
                text="cost 运费 30 加急",
                addressed=True,
                message="p1",
                reply_to=card.delivered_as,
                values={"file": "AgACAgUAAx0", "file_kind": "photo"},
            )
        )
    entries = stage.entries()
    assert [entry.reference for entry in entries] == ["SF123", "telegram:AgACAgUAAx0"]
    assert entries[-1].reason == "加急"
    assert "→ 承运方 📎" in talk.last_heard(network.managers_chat, "M-2").plain
    assert talk.last_heard(network.managers_chat, "M-2").only_for  # money is nobody else's business in the group


def test_words_spoken_are_no_receipt(small: Stage) -> None:
    recorded(small)
    network = small.network
    small.talk.takes(
        Inbound(
            id="telegram:voice-1",
            kind=InboundKind.TEXT,
            origin=small.talk.address(network.finance),
            user=small.talk.account(network.finance).user,
            text="cost T-0001 运费 30",
            private=True,
            values={"file": "V1", "file_kind": "voice"},
        )
    )
    assert small.entries()[-1].reference == ""


def test_a_practice_request_carries_no_costs(small: Stage) -> None:
    recorded(small)
    with small.talk.database.transaction() as session:
        session.get_one(Request, 1).practice = True
    assert "练习" in small.says(small.network.finance, "/cost T-0001 运费 30")
    assert len(small.entries()) == 1


def test_one_cost_entered_by_two_at_once_is_entered_once(stage: Stage) -> None:
    recorded(stage)
    network, database = stage.network, stage.talk.database
    talks = [Talk(database, now=stage.talk.now) for _ in range(2)]
    start = threading.Barrier(2)

    def enter(talk: Talk, person: Person, source: str) -> None:
        start.wait(10)
        talk.says(person, "/cost T-0001 运费 30 SF124", source=source)

    people = (network.sz01_manager, network.finance)
    threads = [
        threading.Thread(target=enter, args=(talk, person, f"telegram:both-{person.id}"))
        for talk, person in zip(talks, people, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [entry.amount for entry in stage.entries()] == [5000, 3000]


@pytest.mark.parametrize(
    ("words", "payee"),
    [("收款 SZ02", "store:2"), ("收款 杨帆", "person:6")],
)
def test_a_cost_can_go_to_a_store_or_a_person_of_the_two(small: Stage, words: str, payee: str) -> None:
    recorded(small)
    small.says(small.network.finance, f"/cost T-0001 运费 30 {words}")
    assert small.entries()[-1].payee == payee


def test_a_payee_nobody_knows_is_refused(small: Stage) -> None:
    recorded(small)
    assert "没找到「黄磊」" in small.says(small.network.finance, "/cost T-0001 运费 30 收款 黄磊")  # of a third store


def test_costs_of_a_request_are_listed_and_summed_for_its_parties(small: Stage) -> None:
    recorded(small)
    network = small.network
    small.says(network.finance, "/cost T-0001 运费 30 SF124")
    small.says(network.finance, "/reverse M-1 到付")
    answer = small.says(network.sz02_deputy, "/costs T-0001")
    assert answer.splitlines()[0] == "💰 T-0001 费用"
    assert "合计 ¥30" in answer
    assert "总部承担 ¥30" in answer
    assert "已扣除冲正 1 笔" in answer
    assert "合计" not in small.says(network.sz03_manager, "/costs T-0001")
    assert "请写单号或月份" in small.says(network.finance, "/costs soon")
