"""Customers: masked in every chat, encrypted at rest, shown in full only to who must call, erased when they ask."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from handlers.settings import Settings
from storage.database import Database
from storage.queries import customers as customer_queries
from storage.tables import metadata
from storage.tables.audit import AuditEntry
from storage.tables.customers import Customer, CustomerLook, LookCase
from storage.tables.requests import Request
from tests.conftest import KEY
from tests.factories import SmallNetwork, small_network
from tests.talk import Talk

NAME, PHONE, PLATE = "张先生", "13800001234", "粤B12312"
POST = f"/transfer 前大灯-左 x1 urgent 客户在等 客户 {NAME} {PHONE} {PLATE}"
MASKED = "张** · 138****1234 · 粤B·***12"
CLEAR = (PHONE, PLATE, NAME)


@dataclass
class Stage:
    """A network and a talk with the bot in it."""

    talk: Talk
    network: SmallNetwork

    def request(self) -> Request:
        with self.talk.database.transaction(writing=False) as session:
            return session.exec(select(Request).order_by(col(Request.id).desc())).first()  # type: ignore[return-value]

    def contact(self, number: int) -> tuple[str, str, str]:
        with self.talk.database.transaction(writing=False) as session:
            return customer_queries.read_customer(session, session.get_one(Customer, number))

    def stored(self) -> str:
        """Return everything the database holds, as text."""
        with self.talk.database.transaction(writing=False) as session:
            return "\n".join(
                str(tuple(row))
                for table in metadata.sorted_tables
                for row in session.execute(text(f"SELECT * FROM {table.name}"))
            )

    def everything_said(self) -> str:
        return "\n".join(message.plain for message in self.talk.outbox())

    def looks(self) -> list[CustomerLook]:
        with self.talk.database.transaction(writing=False) as session:
            return list(session.exec(select(CustomerLook)))

    def cases(self) -> list[LookCase]:
        with self.talk.database.transaction(writing=False) as session:
            return list(session.exec(select(LookCase)))


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


def opened(stage: Stage) -> None:
    stage.talk.says(stage.network.sz01_manager, POST)
    stage.talk.delivered()


# Masked in every chat


def test_every_card_shows_the_customer_masked_and_the_book_keeps_them_in_full(stage: Stage) -> None:
    opened(stage)
    talk, network, request = stage.talk, stage.network, stage.request()
    assert request.customer_id is not None
    assert stage.contact(request.customer_id) == (NAME, PHONE, PLATE)
    assert request.customer_waits and "138" not in request.matter
    for place in (network.managers_chat, network.sz01_manager, network.sz02_manager):
        assert MASKED in talk.card(place, "T-0001").plain
    assert not any(word in stage.everything_said() for word in CLEAR)


def test_nothing_of_a_customer_stands_in_the_database_in_clear(stage: Stage) -> None:
    opened(stage)
    assert not any(word in stage.stored() for word in CLEAR)


def test_a_telephone_written_in_a_reason_is_masked_before_anything_keeps_it(stage: Stage) -> None:
    opened(stage)
    talk, network = stage.talk, stage.network
    card = talk.card(network.sz02_manager, "T-0001")
    talk.says(network.sz02_manager, "不行,原因是请直接打 13900005678 问,车牌粤B·54321", reply_to=card)
    talk.delivered()
    assert "139****5678" in talk.card(network.managers_chat, "T-0001").plain
    assert "13900005678" not in stage.stored() and "54321" not in stage.stored()


def test_a_contact_given_before_the_questions_comes_with_the_request(small: Stage) -> None:
    talk, network = small.talk, small.network
    talk.says(network.sz01_manager, f"/transfer 前大灯-左 客户 {NAME} {PHONE}")
    talk.says(network.sz01_manager, "1")
    talk.presses(network.sz01_manager, "⚪ 普通")
    talk.presses(network.sz01_manager, "补库存")
    request = small.request()
    assert request.customer_id is not None and small.contact(request.customer_id) == (NAME, PHONE, "")
    assert PHONE not in small.stored()


def test_a_contact_of_which_no_request_comes_is_erased_after_a_day(small: Stage) -> None:
    talk, network = small.talk, small.network
    talk.says(network.sz01_manager, f"/transfer 前大灯-左 客户 {NAME} {PHONE}")
    talk.says(network.sz01_manager, "/cancel")
    talk.passes(hours=23)
    assert small.contact(1) == (NAME, PHONE, "")
    talk.passes(hours=1)
    assert small.contact(1) == ("", "", "")


def test_without_the_key_a_request_is_opened_all_the_same_and_the_customer_is_not_kept(small: Stage) -> None:
    database = Database(small.talk.database.url)
    talk, network = Talk(database), small.network
    talk.says(network.sz01_manager, POST)
    assert small.request().customer_id is None
    assert any("密钥" in message.plain for message in talk.outbox(network.sz01_manager))
    assert PHONE not in small.stored()
    database.close()


def test_another_key_than_the_first_one_reads_and_adds_nobody(small: Stage) -> None:
    opened(small)
    database = Database(small.talk.database.url, key=bytes(32))
    talk, network = Talk(database), small.network
    talk.says(network.sz01_manager, "/request T-0001", source="telegram:other-1")
    assert "已加密" in talk.last(network.sz01_manager).plain
    talk.says(
        network.sz01_manager, f"/transfer 刹车片-前 x1 normal 补库存 客户 {NAME} {PHONE}", source="telegram:other-2"
    )
    assert (small.request().number, small.request().customer_id) == (2, None)
    database.close()


# Seen in full by who must call


def test_who_must_call_sees_the_customer_privately_and_every_look_is_on_the_record(stage: Stage) -> None:
    opened(stage)
    talk, network = stage.talk, stage.network
    reply = talk.presses(network.sz01_manager, "查看客户")
    assert "私下" in reply.toast and PHONE not in reply.toast
    shown = talk.last(network.sz01_manager).plain
    assert all(word in shown for word in CLEAR)
    assert not any(PHONE in message.plain for message in talk.outbox(network.managers_chat))
    with talk.database.transaction(writing=False) as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.act == "customer.look")).one()
    assert (entry.person_id, entry.subject, entry.after) == (network.sz01_manager.id, "T-0001", "C-0001")
    assert [(look.person_id, look.customer_id) for look in stage.looks()] == [(network.sz01_manager.id, 1)]


def test_what_was_shown_is_hidden_after_ten_minutes_and_forgotten_by_the_database(stage: Stage) -> None:
    opened(stage)
    talk, network = stage.talk, stage.network
    talk.presses(network.sz01_manager, "查看客户")
    talk.delivered()
    talk.passes(minutes=9, seconds=59)
    assert any(PHONE in heard.plain for heard in talk.visible(network.sz01_manager))
    talk.passes(seconds=1)
    assert not any(PHONE in heard.plain for heard in talk.visible(network.sz01_manager))
    assert any("已隐藏" in heard.plain for heard in talk.visible(network.sz01_manager))
    assert PHONE not in stage.stored()


@pytest.mark.parametrize(
    "who", ["sz02_manager", "sz03_manager", "shenzhen_manager", "hq", "auditor", "sz01_technician"]
)
def test_nobody_else_sees_a_customer_in_full(small: Stage, who: str) -> None:
    opened(small)
    talk, person = small.talk, getattr(small.network, who)
    talk.says(person, "/customer T-0001")
    assert PHONE not in small.everything_said()
    assert not small.looks()
    with talk.database.transaction(writing=False) as session:
        assert session.exec(select(AuditEntry).where(col(AuditEntry.refused).is_(True))).one().person_id == person.id


def test_the_button_stands_on_no_group_card_and_not_on_a_givers(small: Stage) -> None:
    opened(small)
    talk, network = small.talk, small.network
    for place in (network.managers_chat, network.sz02_manager):
        assert "查看客户" not in [button.label for button in talk.card(place, "T-0001").buttons]
    talk.presses(network.sz02_manager, "可以")
    assert "查看客户" not in [button.label for button in talk.card(network.sz02_manager, "T-0001").buttons]


def test_a_customer_is_not_named_in_a_group(small: Stage) -> None:
    opened(small)
    talk, network = small.talk, small.network
    talk.says(network.sz01_manager, f"/customer T-0001 李四 {PHONE}", chat=network.managers_chat)
    assert "私聊" in talk.last(network.managers_chat).plain
    assert "李四" not in small.stored()


def test_a_customer_can_be_named_later_and_the_one_before_is_erased(small: Stage) -> None:
    opened(small)
    talk, network = small.talk, small.network
    talk.says(network.sz01_advisor, "/customer T-0001 Ana López +34612345678 es")
    assert small.contact(1) == ("", "", "")
    assert small.contact(2) == ("Ana López", "+34612345678", "")
    assert "A** · +34****5678" in talk.card(network.managers_chat, "T-0001").plain
    assert "López" not in small.stored()


# Too many looks


def test_the_twenty_first_look_within_an_hour_freezes_the_right_and_opens_a_case_due_in_72_hours(stage: Stage) -> None:
    opened(stage)
    talk, network = stage.talk, stage.network
    for _ in range(20):
        talk.presses(network.sz01_manager, "查看客户", on="T-0001")
        talk.passes(minutes=2)
    assert len(stage.looks()) == 20 and not stage.cases()
    reply = talk.presses(network.sz01_manager, "查看客户", on="T-0001")
    assert "20 次" in reply.toast and len(stage.looks()) == 20
    (case,) = stage.cases()
    assert case.due_at - case.opened_at == timedelta(hours=72)
    assert "张伟" in talk.last(network.hq_chat).plain
    assert "冻结" in talk.presses(network.sz01_manager, "查看客户", on="T-0001").toast
    assert len(stage.cases()) == 1


def test_twenty_looks_over_more_than_an_hour_are_nobodys_case(small: Stage) -> None:
    opened(small)
    talk, network = small.talk, small.network
    for _ in range(25):
        talk.says(network.sz01_advisor, "/customer T-0001")
        talk.passes(minutes=4)
    assert len(small.looks()) == 25 and not small.cases()


def test_hq_restores_the_right_with_a_reason_and_the_looks_before_count_no_more(small: Stage) -> None:
    frozen(small)
    talk, network = small.talk, small.network
    talk.presses(network.hq, "恢复权限", chat=network.hq_chat)
    talk.delivered()
    talk.says(network.hq, "回访客户,正常", chat=network.hq_chat, reply_to=talk.last_heard(network.hq_chat))
    (case,) = small.cases()
    assert (case.restored, case.decided_by, case.reason) == (True, network.hq.id, "回访客户,正常")
    assert "恢复" in talk.last(network.sz01_advisor).plain
    talk.says(network.sz01_advisor, "/customer T-0001")
    assert len(small.looks()) == 21


def test_hq_keeps_it_frozen_and_may_think_better_of_it(small: Stage) -> None:
    frozen(small)
    talk, network = small.talk, small.network
    for choice in ("继续冻结", "恢复权限"):
        talk.presses(network.hq, choice, chat=network.hq_chat)
        talk.delivered()
        talk.says(network.hq, "已谈话", chat=network.hq_chat, reply_to=talk.last_heard(network.hq_chat))
        talk.says(network.sz01_advisor, "/customer T-0001")
        assert len(small.looks()) == (20 if choice == "继续冻结" else 21)
    assert "已经处理" in talk.presses(network.hq, "继续冻结", chat=network.hq_chat).toast


def test_a_case_nobody_decides_is_told_again_at_72_hours_and_stays_frozen(small: Stage) -> None:
    frozen(small)
    talk, network = small.talk, small.network
    mark = talk.mark()
    talk.passes(hours=71, minutes=59, seconds=59)
    assert not [one for one in talk.heard(network.hq_chat, after=mark) if "到期仍未处理" in one.plain]
    talk.passes(seconds=1)
    assert len([one for one in talk.heard(network.hq_chat, after=mark) if "到期仍未处理" in one.plain]) == 1
    talk.says(network.sz01_advisor, "/customer T-0001")
    assert len(small.looks()) == 20


def frozen(stage: Stage) -> None:
    opened(stage)
    talk, network = stage.talk, stage.network
    for _ in range(21):
        talk.says(network.sz01_advisor, "/customer T-0001")
    talk.delivered()
    assert len(stage.cases()) == 1


# Erased


def test_an_erased_customer_is_gone_from_the_book_the_cards_and_the_messages(stage: Stage) -> None:
    opened(stage)
    talk, network = stage.talk, stage.network
    talk.presses(network.sz01_manager, "查看客户")
    card = talk.card(network.sz02_manager, "T-0001")
    talk.says(network.sz02_manager, f"不行,原因是客户 {NAME} {PHONE} 已改约", reply_to=card)
    talk.delivered()
    talk.says(network.sz01_manager, "/forget T-0001")
    assert MASKED in talk.last(network.sz01_manager).plain
    talk.presses(network.sz01_manager, "永久删除")
    talk.delivered()
    assert stage.contact(1) == ("", "", "")
    for place in (network.managers_chat, network.sz01_manager, network.sz03_manager):
        seen = "\n".join(heard.plain for heard in talk.visible(place) if heard.card_id is not None)
        assert "138****1234" not in seen and PHONE not in seen
        assert "已删除" in seen
    assert stage.request().customer_id == 1  # pseudonymous
    with talk.database.transaction(writing=False) as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.act == "customer.erased")).one()
    assert (entry.subject, entry.after, entry.person_id) == ("C-0001", "2026-03-02", network.sz01_manager.id)
    assert "已按要求删除" in talk.presses(network.sz01_manager, "永久删除").toast


@pytest.mark.parametrize(
    ("who", "may"), [("sz02_manager", False), ("sz01_advisor", False), ("hq", True), ("sz01_deputy", True)]
)
def test_only_the_own_stores_leaders_and_hq_have_a_customer_erased(small: Stage, who: str, may: bool) -> None:
    opened(small)
    small.talk.says(getattr(small.network, who), "/forget C-0001")
    offered = "永久删除" in [b.label for m in small.talk.outbox() for row in m.buttons for b in row]
    assert offered is may


def test_nothing_is_erased_before_it_is_confirmed(small: Stage) -> None:
    opened(small)
    small.talk.says(small.network.sz01_manager, "/forget T-0001")
    assert small.contact(1) == (NAME, PHONE, PLATE)


@pytest.mark.parametrize("words", ["/forget C-0099", "/forget T-0099", "/forget", "/customer T-0001 ", "/customer"])
def test_words_that_name_nobody_get_a_sentence_with_an_example(small: Stage, words: str) -> None:
    small.talk.says(small.network.sz01_manager, "/transfer 前大灯-左 x1 normal 补库存")
    small.talk.says(small.network.sz01_manager, words)
    assert "T-0001" in small.talk.last(small.network.sz01_manager).plain or "T-0099" in words


def test_the_numbers_are_the_configurations(database: Database) -> None:
    with database.transaction() as session:
        network = small_network(session)
    settings = Settings.model_validate({"customers": {"looks": 2, "shown": "1m", "case_due": "24h"}})
    stage = Stage(Talk(database, settings), network)
    opened(stage)
    for _ in range(3):
        stage.talk.says(network.sz01_advisor, "/customer T-0001")
    assert len(stage.looks()) == 2
    assert stage.cases()[0].due_at - stage.cases()[0].opened_at == timedelta(hours=24)
    stage.talk.delivered()
    stage.talk.passes(minutes=1)
    assert PHONE not in stage.stored()


# Two processes


def test_of_looks_at_once_from_two_processes_no_more_than_twenty_are_let_through(any_database: Database) -> None:
    with any_database.transaction() as session:
        network = small_network(session)
    stage = Stage(Talk(any_database), network)
    opened(stage)
    for _ in range(18):
        stage.talk.says(network.sz01_advisor, "/customer T-0001")
    together = threading.Barrier(6)

    def looks(number: int) -> None:
        other = Database(any_database.url, key=KEY)
        together.wait()
        Talk(other).says(network.sz01_advisor, "/customer T-0001", source=f"telegram:process-{number}")
        other.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(looks, range(6)))
    assert len(stage.looks()) == 20
    assert len(stage.cases()) == 1
