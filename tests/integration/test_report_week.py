"""Monday's scoreboard, and why a request's points and clocks are as they are."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from handlers.reports.report import report
from handlers.settings import Settings
from storage.database import Database
from storage.queries import ledger
from storage.tables.diversions import Diversion
from storage.tables.people import Store
from storage.tables.requests import AskState, Request, State, Urgency
from storage.tables.support import Support
from tests.factories import MONDAY, SmallNetwork, small_network
from tests.report_desk import DAY, EVENING, NEXT_MONDAY, Rows, minutes, posted
from tests.talk import Talk


@pytest.fixture
def network(database: Database) -> SmallNetwork:
    with database.transaction() as session:
        return small_network(session)


@pytest.fixture
def any_network(any_database: Database) -> SmallNetwork:
    with any_database.transaction() as session:
        return small_network(session)


@pytest.fixture
def talk(database: Database, network: SmallNetwork) -> Talk:
    return Talk(database)


def fill_week(session: Session, network: SmallNetwork) -> None:
    """Fill the week of 2 March: SZ02 gives three, SZ03 two, BK01 none."""
    rows = Rows(session, network)
    monday = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
    rows.done(network.sz01, network.sz02, monday, response=10, took=50, kept="yes")
    rows.done(network.sz01, network.sz02, monday + DAY, response=20, took=80, kept="no")
    rows.done(network.sz03, network.sz02, monday + 2 * DAY, response=6, took=60, kept="yes")
    rows.done(network.sz01, network.sz03, monday + 3 * DAY, response=4, took=40, kept="yes")
    rows.done(network.sz01, network.sz03, monday + 4 * DAY, response=5, took=45, kept="unknown")
    rows.done(network.sz02, network.sz03, monday - 7 * DAY, response=2)  # the week before
    rows.done(network.sz01, network.sz03, NEXT_MONDAY - timedelta(hours=1))  # this Monday morning


def test_the_scoreboard_is_posted_on_monday_morning_everywhere_with_the_same_figures(
    any_database: Database, any_network: SmallNetwork
) -> None:
    with any_database.transaction() as session:
        fill_week(session, any_network)
    talk = Talk(any_database, now=NEXT_MONDAY - timedelta(hours=2))
    talk.passes(hours=4)
    (heard,) = talk.heard(any_network.managers_chat)
    assert heard.at == NEXT_MONDAY
    assert heard.plain.splitlines() == [
        "📊 协同网络周报 · 3月2日–3月8日",
        "调拨 5 单 · 平均响应9分钟 · 送达平均46分钟",
        "  保住客户 3 位 → 24万元",
        "  从询问到答复(中位)6分钟",
        "合计保住价值 24万元",
        "",
        "门店榜",
        "积分 · 收到调拨 · 平均答复 · 保住价值",
        "🥇 深圳福田店 3分·0单·12分钟·0 ↑1",
        "🥈 深圳龙岗店 2分·1单·5分钟·8万 ↓1",
        "🥉 曼谷素坤逸店 0分·0单·–·0 ↓1",
        "🥉 深圳南山店 0分·4单·–·16万 ↓1",
        "",
        "⭐ 上周案例:深圳南山店急需前大灯-左 ×1,深圳龙岗店4分钟答应,40分钟拿到手,客户留住了。(T-0004)",
    ]
    assert [one.at for one in talk.heard(any_network.bangkok_chat)] == [NEXT_MONDAY + timedelta(hours=1)]
    assert "5 transfers · mean response 9 min" in talk.last(any_network.bangkok_chat).plain
    assert talk.last(any_network.hq_chat).plain == heard.plain


def fill_supports_and_diversions(session: Session, network: SmallNetwork) -> None:
    """Write the worked example's five supports and thirteen customers asked, of whom twelve went and were kept."""

    def add(kind: str, number: int, **facts: object) -> Request:
        request = Request(
            kind=kind,
            number=number,
            urgency=Urgency.TODAY,
            store_id=network.sz01.id,
            region_id=network.sz01.region_id,
            author_id=network.sz01_manager.id,
            policy_id=network.policy.id,
            matter="",
            opened_at=EVENING,
            cap_at=EVENING + DAY,
            **facts,
        )
        session.add(request)
        session.flush()
        return request

    done = {"state": State.RECORDED, "owner_store_id": network.sz02.id, "finished_at": EVENING, "ended_at": EVENING}
    for number, satisfaction in enumerate((10, 10, 10, 10, 9), start=1):
        request = add("support", number, satisfaction=satisfaction, **done)
        visit = {"starts_at": EVENING - DAY, "ends_at": EVENING}
        session.add(Support(request_id=request.id, specialty="三电", level="T3", solved="yes", **visit))
    for number in range(1, 14):
        went = number < 13
        facts = done | {"kept": "yes"} if went else {"state": State.DECLINED, "ended_at": EVENING}
        request = add("diversion", number, **facts)
        asked = {"consent": "go" if went else "wait", "consented_at": EVENING}
        session.add(Diversion(request_id=request.id, service="保养", wait_minutes=150, vehicle="", **asked))
        if went:
            ledger.add_money(
                session,
                key=f"request:{request.id}:compensation",
                amount=200_000,
                currency="CNY",
                payer="hq",
                payee="customer",
                rule="cost.compensation",
                policy_id=network.policy.id,
                request_id=request.id,
                now=EVENING,
            )
    add("support", 99, practice=True, **done)


def test_supports_and_diversions_of_the_worked_example_stand_on_the_board(
    any_database: Database, any_network: SmallNetwork
) -> None:
    with any_database.transaction() as session:
        fill_week(session, any_network)
        fill_supports_and_diversions(session, any_network)
    talk = Talk(any_database, now=NEXT_MONDAY - minutes(1))
    talk.passes(minutes=1)
    lines = talk.last(any_network.managers_chat).plain.splitlines()
    assert lines[4:8] == [
        "支援 5 次 · 解决疑难 5 个 · 满意度 9.8",
        "分流 12 位 · 同意率 92% · 补偿 2.4万元",
        "  保住价值 96万元",
        "合计保住价值 120万元",
    ]
    assert [
        line for line in lines if "深圳南山店 0分" in line and "·112万" in line
    ]  # what it kept itself, of both kinds


def test_each_manager_is_told_the_own_place_and_no_deputy_is(database: Database, network: SmallNetwork) -> None:
    with database.transaction() as session:
        fill_week(session, network)
    talk = Talk(database, now=NEXT_MONDAY - timedelta(hours=1))
    talk.passes(hours=2)
    assert talk.last(network.sz02_manager).plain == (
        "📊 深圳福田店上周第 1 名(共 4 家),上升 1 名 ↑\n积分 3 · 收到调拨 0 单 · 平均答复 12分钟 · 保住 0元"
    )
    assert "第 3 名(并列)" in talk.last(network.sz01_manager).plain
    assert not talk.heard(network.sz02_deputy)


def test_the_scoreboard_comes_once_a_week(database: Database, network: SmallNetwork) -> None:
    talk = Talk(database, now=NEXT_MONDAY - timedelta(hours=1))
    talk.passes(days=15, tick=timedelta(hours=12))
    assert len(posted(talk, network.managers_chat, "📊")) == 3


def test_the_weekly_report_has_the_posted_figures(database: Database, network: SmallNetwork) -> None:
    with database.transaction() as session:
        fill_week(session, network)
    with database.transaction(writing=False) as session:
        ((title, message),), data = report(session, Settings(), "weekly", NEXT_MONDAY)
    talk = Talk(database, now=NEXT_MONDAY - minutes(1))
    talk.passes(minutes=1)
    assert title == "协同网络"
    assert message.plain == talk.last(network.hq_chat).plain
    plain = json.loads(json.dumps(data))
    assert plain["transfers"] == {
        "count": 5,
        "response": 540,
        "delivery": 2760,
        "kept": 3,
        "value": 24_000_000,
        "decision": 360,
    }
    assert plain["total"] == 24_000_000
    assert plain["supports"] is None
    assert [store["code"] for store in plain["stores"]] == ["SZ02", "SZ03", "BK01", "SZ01"]


def test_a_store_that_left_has_no_line(database: Database, network: SmallNetwork) -> None:
    with database.transaction() as session:
        fill_week(session, network)
        session.get_one(Store, network.sz03.id).active = False
    with database.transaction(writing=False) as session:
        ((_, message),), data = report(session, Settings(), "weekly", NEXT_MONDAY)
    stores = data["stores"]
    assert isinstance(stores, list)
    assert [store["code"] for store in stores] == ["SZ02", "BK01", "SZ01"]
    assert "调拨 5 单" in message.plain


def test_what_a_region_assigned_is_no_answer_of_the_store(database: Database, network: SmallNetwork) -> None:
    with database.transaction() as session:
        rows = Rows(session, network)
        request = rows.request(network.sz01, network.sz01_manager, MONDAY)
        rows.ask(request, network.sz02, MONDAY, state=AskState.ACCEPTED, answered_at=MONDAY)
    with database.transaction(writing=False) as session:
        _, data = report(session, Settings(), "weekly", NEXT_MONDAY)
    stores = data["stores"]
    assert isinstance(stores, list)
    assert {store["answer"] for store in stores} == {None}


def test_a_report_nobody_knows_is_refused(database: Database, network: SmallNetwork) -> None:
    with database.transaction(writing=False) as session, pytest.raises(ValueError, match="digest or weekly"):
        report(session, Settings(), "monthly", EVENING)


# Why


def test_why_shows_each_step_whose_it_was_and_how_late_and_only_to_who_may_read_it(
    database: Database, network: SmallNetwork
) -> None:
    with database.transaction() as session:
        rows = Rows(session, network)
        request = rows.done(network.sz01, network.sz02, MONDAY + minutes(80), took=80)
        for name, store, start, due, end in (
            ("seen", network.sz02, 0, 5, 4),
            ("answer", network.sz02, 4, 14, 13),
            ("ship", network.sz02, 13, 58, 59),
            ("receive", network.sz01, 59, 120, 80),
        ):
            rows.step(
                request,
                store,
                name,
                MONDAY + minutes(start),
                MONDAY + minutes(due),
                ended=MONDAY + minutes(end),
            )
    talk = Talk(database, now=MONDAY + timedelta(hours=3))
    talk.says(network.sz02_manager, "/why t-1")
    said = talk.last(network.sz02_manager).plain.splitlines()
    assert said[0] == "T-0001 前大灯-左 ×1 · 🔴 紧急"
    assert "看到请求 5分钟 · 答复 10分钟 · 发货 45分钟" in said[2]
    late = [row for row in said if "✗" in row]
    assert len(late) == 1
    assert late[0].startswith("发货 · 深圳福田店")
    assert late[0].endswith("✗ 超 1分钟")
    assert any(row.startswith("深圳福田店 P-1 +1") for row in said)
    talk.says(network.sz03_manager, "/why T-0001")
    assert "您不能查看这个请求" in talk.last(network.sz03_manager).plain
    talk.says(network.shenzhen_manager, "/why T-0001")
    assert "✗ 超 1分钟" in talk.last(network.shenzhen_manager).plain


@pytest.mark.parametrize("words", ["/why", "/why nonsense", "/why T-0099", "/why P-77", "/why " + "9" * 300])
def test_why_of_nothing_is_answered_with_a_sentence(talk: Talk, network: SmallNetwork, words: str) -> None:
    talk.says(network.sz01_manager, words)
    assert len(talk.last(network.sz01_manager).plain.splitlines()) == 1
