"""Changing, handing over, withdrawing and reopening a request: each with its reason, told and on the record."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlmodel import col, select

from storage.database import Database
from storage.queries import requests as request_queries
from storage.tables.audit import AuditEntry
from storage.tables.requests import Ask, AskState, Event, State, Transfer
from tests.factories import MONDAY, small_network
from tests.integration.test_around_hold import POST, Desk
from tests.talk import Talk


@pytest.fixture
def desk(database: Database) -> Desk:
    with database.transaction() as session:
        network = small_network(session)
    return Desk(Talk(database), network)


def moved(desk: Desk) -> Transfer:
    with desk.talk.database.transaction(writing=False) as session:
        return request_queries.get_transfer(session, desk.request().id)


def asks(desk: Desk) -> list[Ask]:
    with desk.talk.database.transaction(writing=False) as session:
        return list(request_queries.list_asks(session, desk.request().id))


def story(desk: Desk, word: str) -> list[dict[str, object]]:
    with desk.talk.database.transaction(writing=False) as session:
        events = session.exec(select(Event).where(Event.word == word).order_by(col(Event.id)))
        return [json.loads(event.args) for event in events]


def audited(desk: Desk, act: str) -> list[str]:
    with desk.talk.database.transaction(writing=False) as session:
        return [entry.reason for entry in session.exec(select(AuditEntry).where(AuditEntry.act == act))]


def test_a_changed_quantity_is_told_to_the_owner_with_its_reason(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    desk.asks("/transfer 前大灯-左 x2 urgent 客户在等")
    desk.accepts()
    talk.says(network.sz01_manager, "/edit T-0001 数量 1 客户只要一个")
    assert (moved(desk).asked, moved(desk).accepted) == (1, 1)
    told = talk.last_heard(network.sz02_manager, "✏️ T-0001").plain
    assert "把「数量」从 2 改成 1" in told and "客户只要一个" in told
    assert story(desk, "changed")[0]["reason"] == "客户只要一个"
    assert "客户只要一个" in audited(desk, "request.change")[0]
    assert "✏️ 数量:2 → 1" in talk.card(network.managers_chat, "T-0001").plain


def test_a_store_that_no_longer_fits_is_let_go_and_the_next_one_asked(desk: Desk) -> None:
    desk.asks()
    talk, network = desk.talk, desk.network
    with talk.database.transaction() as session:
        from storage.queries import stock as stock_queries

        level = stock_queries.find_stock_level(session, network.sz02.id, network.headlamp.id)
        assert level is not None
        level.quantity = 1
    talk.says(network.sz01_manager, "/edit T-0001 数量 3 客户多要两个")
    first, second = asks(desk)
    assert (first.state, second.store_id, second.state) == (AskState.CANCELLED, network.sz03.id, AskState.PENDING)


def test_what_to_change_is_offered_by_buttons_and_asked_for_with_the_reason(desk: Desk) -> None:
    desk.asks()
    talk, network = desk.talk, desk.network
    talk.says(network.sz01_manager, "/edit T-0001")
    assert "要改什么" in talk.last(network.sz01_manager).plain
    talk.presses(network.sz01_manager, "紧急程度")
    talk.presses(network.sz01_manager, "🟡 今天")
    talk.says(network.sz01_manager, "客户改成下午来")
    request = desk.request()
    assert request.urgency == "today"
    assert desk.due("seen") == MONDAY + timedelta(minutes=15)
    assert desk.due("deliver") == request.cap_at == MONDAY + timedelta(hours=8)


def test_the_matter_can_be_changed_in_words_and_its_reason_is_asked_for(desk: Desk) -> None:
    desk.asks()
    talk, network = desk.talk, desk.network
    talk.says(network.sz01_manager, "/edit T-0001 原因说明 客户下午三点来取")
    talk.says(network.sz01_manager, "写错了")
    assert desk.request().matter == "客户下午三点来取"


def test_only_the_requesting_store_changes_and_not_after_shipping(desk: Desk) -> None:
    desk.asks()
    desk.accepts()
    talk, network = desk.talk, desk.network
    talk.says(network.sz02_manager, "/edit T-0001 数量 2 多给一个")
    assert "只有发起门店" in talk.last(network.sz02_manager).plain
    talk.says(network.sz01_manager, "/edit T-0001 数量")
    assert "/edit T-0001 数量 2 客户多要一个" in talk.last(network.sz01_manager).plain
    talk.says(network.sz01_manager, "/edit T-0001 颜色 红 好看")
    assert "T-0001 现在能改的:数量 / 紧急程度 / 原因说明" in talk.last(network.sz01_manager).plain
    talk.presses(network.sz02_manager, "已发出")
    talk.says(network.sz01_manager, "/edit T-0001 数量 2 客户多要一个")
    assert moved(desk).asked == 1


def test_a_request_is_handed_to_a_colleague_of_the_store_with_a_reason(desk: Desk) -> None:
    desk.asks()
    talk, network = desk.talk, desk.network
    talk.says(network.sz01_manager, f"/handover T-0001 {network.sz01_advisor.name} 我要下班了")
    assert desk.request().author_id == network.sz01_advisor.id
    assert "我要下班了" in talk.last_heard(network.sz01_advisor, "🤝").plain
    assert story(desk, "handed")[0] == {"whom": network.sz01_advisor.name, "reason": "我要下班了"}
    talk.delivered()
    desk.accepts()
    talk.says(network.sz02_manager, f"/handover T-0001 {network.sz02_deputy.name} 我出差")
    assert desk.request().owner_person_id == network.sz02_deputy.id
    talk.says(network.sz02_manager, f"/handover T-0001 {network.sz01_manager.name} 我出差")
    assert "贵店没有" in talk.last(network.sz02_manager).plain
    talk.says(network.sz03_manager, f"/handover T-0001 {network.sz03_deputy.name} 我出差")
    assert "只有发起门店" in talk.last(network.sz03_manager).plain
    assert len(audited(desk, "request.handover")) == 2


def test_a_withdrawal_with_its_reason_cancels_every_timer(desk: Desk) -> None:
    desk.asks()
    desk.accepts()
    talk, network = desk.talk, desk.network
    talk.says(network.sz01_manager, "/withdraw T-0001")
    assert "/withdraw T-0001 客户改约了" in talk.last(network.sz01_manager).plain
    talk.says(network.sz01_manager, "/withdraw T-0001 客户改约了")
    assert (desk.request().state, desk.request().end_reason) == (State.WITHDRAWN, "客户改约了")
    assert "客户改约了" in talk.card(network.managers_chat, "T-0001").plain
    assert not [timer for timer in talk.pending() if timer.request_id is not None]


@pytest.mark.parametrize(("seconds", "reopens"), [(24 * 3600 - 1, True), (24 * 3600, False)])
def test_what_was_withdrawn_is_reopened_within_a_day_and_not_a_second_later(
    desk: Desk, seconds: int, reopens: bool
) -> None:
    desk.asks("/transfer 前大灯-左 x1 普通 补库存")
    desk.accepts()
    talk, network = desk.talk, desk.network
    left = desk.request().cap_at
    talk.passes(minutes=10)
    talk.says(network.sz01_manager, "/withdraw T-0001 客户改约了")
    talk.passes(seconds=seconds)
    talk.presses(network.sz02_manager, "boards.same")  # a figure of yesterday's is not asked by
    talk.says(network.sz01_manager, "/reopen T-0001 客户又来了")
    request = desk.request()
    if not reopens:
        assert request.state is State.WITHDRAWN
        assert "不能重开" in talk.last(network.sz01_manager).plain
        return
    assert (request.state, request.ended_at, request.owner_store_id) == (State.ASKING, None, None)
    assert request.cap_at > left
    assert asks(desk)[-1].store_id == network.sz02.id  # its promise was taken back by the requester: it may be asked
    assert story(desk, "reopened")[0]["reason"] == "客户又来了"
    assert audited(desk, "request.reopen") == ["客户又来了"]
    assert "🔁" in talk.last_heard(network.sz02_manager, "🔁").plain
    talk.delivered()
    desk.accepts()
    talk.presses(network.sz02_manager, "已发出")
    talk.delivered()
    talk.presses(network.sz01_manager, "已收到 ×1")
    assert desk.request().state is State.RECEIVED


def test_only_the_parties_reopen_and_only_what_ended_by_somebodys_word(desk: Desk) -> None:
    desk.asks()
    talk, network = desk.talk, desk.network
    talk.says(network.sz01_manager, "/reopen T-0001 客户又来了")
    assert "还没有结束" in talk.last(network.sz01_manager).plain
    desk.accepts()
    talk.presses(network.sz02_manager, "已发出")
    talk.delivered()
    talk.presses(network.sz01_manager, "已收到 ×1")
    talk.presses(network.sz01_manager, "留住了")
    talk.says(network.sz02_manager, "/freight T-0001 50 SF123")
    print(talk.last(network.sz02_manager).plain, desk.request())
    talk.says(network.sz01_manager, "/reopen T-0001 客户又来了")
    assert "已经完成" in talk.last(network.sz01_manager).plain
    talk.says(network.sz03_manager, "/reopen T-0001 客户又来了")
    assert "只有发起门店" in talk.last(network.sz03_manager).plain
    talk.says(network.sz01_manager, "/reopen T-0001")
    assert "/reopen T-0001 客户又来了" in talk.last(network.sz01_manager).plain


def test_withdrawing_and_reopening_wins_no_time_on_the_clock_of_the_whole(desk: Desk) -> None:
    desk.asks(POST)
    talk, network = desk.talk, desk.network
    talk.passes(minutes=4)
    talk.says(network.sz01_manager, "/withdraw T-0001 客户改约了")
    talk.passes(hours=3)
    talk.says(network.sz01_manager, "/reopen T-0001 客户又来了")
    assert desk.due("deliver") == MONDAY + timedelta(hours=5)
    talk.passes(until=desk.due("deliver"))
    assert desk.step("deliver").breached_at == MONDAY + timedelta(hours=5)
