"""What the evening says: who owes what, who is nudged, and what goes to the region at nine."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlmodel import col, select

from handlers.reports.report import report
from handlers.settings import Settings
from storage.database import Database
from storage.tables.audit import AuditEntry
from storage.tables.people import Person
from storage.tables.requests import Event, Request, State, Step, Urgency
from tests.factories import SmallNetwork, small_network
from tests.report_desk import BANGKOK_EVENING, DAY, EVENING, Rows, minutes, posted
from tests.support_desk import support_desk
from tests.talk import Talk


@pytest.fixture
def network(database: Database) -> SmallNetwork:
    with database.transaction() as session:
        return small_network(session)


@pytest.fixture
def any_network(any_database: Database) -> SmallNetwork:
    with any_database.transaction() as session:
        return small_network(session)


def test_the_digest_names_what_each_store_owes_what_was_done_and_what_was_late(
    any_database: Database, any_network: SmallNetwork
) -> None:
    with any_database.transaction() as session:
        rows = Rows(session, any_network)
        sz01, sz02, sz03 = any_network.sz01, any_network.sz02, any_network.sz03
        waits = rows.asked(sz01, any_network.sz01_advisor, sz02, EVENING - minutes(3))
        ships = rows.request(
            sz01,
            any_network.sz01_manager,
            EVENING - minutes(70),
            state=State.ACCEPTED,
            owner_store_id=sz03.id,
            accepted_at=EVENING - minutes(60),
        )
        rows.step(ships, sz03, "ship", EVENING - minutes(60), EVENING - minutes(15)).breached_at = EVENING - minutes(15)
        comes = rows.request(
            sz01,
            any_network.sz01_advisor,
            EVENING - minutes(90),
            state=State.SHIPPED,
            owner_store_id=sz02.id,
            accepted_at=EVENING - minutes(80),
        )
        rows.step(comes, sz01, "receive", EVENING - minutes(50), EVENING + minutes(30))
        rows.done(sz01, sz02, EVENING - timedelta(hours=3), took=48)
        rows.done(sz01, sz02, EVENING - timedelta(hours=25))  # before yesterday's digest
    with any_database.transaction() as session:
        (_, said), *_ = report(session, Settings(), "digest", EVENING)[0]
        label = {request.id: f"T-{request.number:04}" for request in session.exec(select(Request))}
    assert said.plain.splitlines() == [
        "🌙 深圳 · 3月2日 日结",
        "完成 1 · 未了 3 · 超时 1 · 顺延 0",
        "",
        "未了",
        "深圳龙岗店(黄磊、周敏)",
        f"· {label[ships.id]} 前大灯-左 ×1:发货,⚠️已超时15分钟",
        "深圳福田店(陈静、杨帆)",
        f"· {label[waits.id]} 前大灯-左 ×1:看到请求,21:02前",
        "深圳南山店(王芳)",
        f"· {label[comes.id]} 前大灯-左 ×1:确认收货,21:30前",
        "",
        "今日超时",
        f"· 深圳龙岗店 发货已超时15分钟,还没做完({label[ships.id]})",
        "",
        "今日完成",
        "· T-0004 前大灯-左 ×1:深圳福田店 帮 深圳南山店,48分钟",
    ]


def test_a_report_of_the_past_shows_what_ran_then(database: Database, network: SmallNetwork) -> None:
    with database.transaction() as session:
        rows = Rows(session, network)
        request = rows.asked(network.sz01, network.sz01_manager, network.sz02, EVENING - minutes(3))
        step = session.exec(select(Step)).one()
        step.ended_at = EVENING + minutes(1)
        request.accepted_at = EVENING + minutes(1)
        request.state = State.ACCEPTED
    with database.transaction(writing=False) as session:
        then, data = report(session, Settings(), "digest", EVENING)
        later, _ = report(session, Settings(), "digest", EVENING + minutes(2))
    assert "未了 1" in then[0][1].plain
    assert "没有未了的事" in later[0][1].plain
    regions = data["regions"]
    assert isinstance(regions, list)
    assert regions[0]["duties"][0]["step"] == "seen"
    assert json.loads(json.dumps(data))["report"] == "digest"


def test_a_support_stands_in_the_digest_of_the_day_it_is_agreed_and_of_the_evening_before(
    any_database: Database,
) -> None:
    desk = support_desk(any_database)
    talk, network = desk.talk, desk.network
    talk.passes(until=EVENING - minutes(10))
    desk.accepted()  # a visit on Friday, 6 March
    talk.passes(until=EVENING)
    owed = posted(talk, network.managers_chat, "🌙")[-1]
    assert "深圳福田店(陈静、杨帆)\n· S-0001" in owed and "深圳南山店(张伟)\n· S-0001" in owed  # both must agree
    talk.passes(hours=15)
    for manager in (network.sz02_manager, network.sz01_manager):
        desk.agree_all(manager)
    digests = []
    for evening in range(1, 5):
        talk.passes(until=EVENING + evening * DAY)
        digests.append(posted(talk, network.managers_chat, "🌙")[-1])
    visit = "· S-0001 三电故障 T3 · 3月6日 13:00:张伟,深圳福田店 → 深圳南山店"
    assert digests[0].endswith(f"今日约好的支援\n{visit}")
    assert visit not in digests[1]
    assert digests[2].endswith(f"明日支援\n{visit}")
    assert visit not in digests[3]
    with any_database.transaction(writing=False) as session:
        (_, then), *_, (_, network_then) = report(session, Settings(), "digest", EVENING + DAY)[0]
        before = report(session, Settings(), "digest", EVENING)[0][0][1]
    assert visit in then.plain and visit in network_then.plain
    assert visit not in before.plain


def test_of_one_ask_only_the_step_that_began_last_is_owed(database: Database, network: SmallNetwork) -> None:
    with database.transaction() as session:
        rows = Rows(session, network)
        request = rows.asked(network.sz01, network.sz01_manager, network.sz02, EVENING - minutes(10))
        rows.step(request, network.sz02, "answer", EVENING - minutes(5), EVENING + minutes(5))
        rows.step(request, network.sz01, "deliver", EVENING - minutes(10), EVENING + minutes(110), turn=0)
    with database.transaction(writing=False) as session:
        _, data = report(session, Settings(), "digest", EVENING)
    regions = data["regions"]
    assert isinstance(regions, list)
    assert [duty["step"] for duty in regions[0]["duties"]] == ["answer"]


def test_a_transfer_between_regions_stands_in_both_and_counts_once_for_the_network(
    database: Database, network: SmallNetwork
) -> None:
    with database.transaction() as session:
        Rows(session, network).done(network.sz01, network.bk01, EVENING - timedelta(hours=2))
    with database.transaction(writing=False) as session:
        _, data = report(session, Settings(), "digest", EVENING)
    regions, whole = data["regions"], data["network"]
    assert isinstance(regions, list)
    assert isinstance(whole, dict)
    assert [len(region["done"]) for region in regions] == [1, 1]
    assert len(whole["done"]) == 1


def test_hq_sees_the_regions_and_who_owes_most(database: Database, network: SmallNetwork) -> None:
    with database.transaction() as session:
        rows = Rows(session, network)
        rows.asked(network.sz01, network.sz01_manager, network.sz02, EVENING - minutes(3))
        rows.request(network.bk01, network.bk01_manager, EVENING - minutes(30), state=State.UNFILLED)
    talk = Talk(database, now=EVENING - minutes(1))
    talk.passes(minutes=1)
    assert talk.last(network.hq_chat).plain.splitlines() == [
        "🌙 协同网络 · 3月2日 日结",
        "完成 0 · 未了 2 · 超时 0 · 顺延 0",
        "",
        "各区域",
        "· 深圳:完成 0 · 未了 1 · 超时 0",
        "· 曼谷:完成 0 · 未了 1 · 超时 0",
        "",
        "待办最多的门店",
        "· 深圳福田店:1 件",
        "",
        "等区域指派",
        "· T-0002 前大灯-左 ×1:曼谷素坤逸店求助,已无店可问",
    ]


# Everything of the day is answered by nine


def test_who_owes_an_answer_is_nudged_privately_twice_and_named_in_one_line(
    database: Database, network: SmallNetwork
) -> None:
    with database.transaction() as session:
        Rows(session, network).asked(
            network.sz01, network.sz01_manager, network.sz02, EVENING - timedelta(hours=2), urgency=Urgency.TODAY
        )
    talk = Talk(database, now=EVENING - minutes(61))
    talk.passes(until=EVENING - minutes(1))
    for person in (network.sz02_manager, network.sz02_deputy):
        heard = [heard for heard in talk.heard(person) if "等您答复" in heard.plain]
        assert [one.at for one in heard] == [EVENING - minutes(60), EVENING - minutes(15)]
        assert "T-0001 前大灯-左 ×1" in heard[0].plain
        assert heard[0].buttons[0].label == "T-0001 顺延到明天"
    assert posted(talk, network.managers_chat, "⏰") == [
        "⏰ 21:00 前请答复 — 深圳福田店 陈静、杨帆:T-0001",
        "⏰ 21:00 前请答复 — 深圳福田店 陈静、杨帆:T-0001",
    ]
    assert not talk.heard(network.sz03_manager)
    assert not talk.heard(network.bangkok_chat)


def test_nobody_is_nudged_who_owes_nothing_or_is_away_or_has_until_tomorrow(
    database: Database, network: SmallNetwork
) -> None:
    with database.transaction() as session:
        rows = Rows(session, network)
        later = rows.request(network.sz01, network.sz01_manager, EVENING - minutes(200), urgency=Urgency.NORMAL)
        rows.step(later, network.sz03, "seen", EVENING - minutes(200), EVENING + timedelta(hours=12))
        rows.asked(network.sz01, network.sz01_manager, network.sz02, EVENING - minutes(61))
        session.get_one(Person, network.sz02_manager.id).away_until = EVENING + DAY
    talk = Talk(database, now=EVENING - minutes(61))
    talk.passes(minutes=2)
    assert not posted(talk, network.sz02_manager, "等您答复")
    assert posted(talk, network.sz02_deputy, "等您答复")
    assert not talk.heard(network.sz03_manager)
    assert posted(talk, network.managers_chat, "⏰") == ["⏰ 21:00 前请答复 — 深圳福田店 杨帆:T-0002"]


def test_nudges_are_not_repeated_by_a_restart_nor_said_after_the_digest(
    database: Database, network: SmallNetwork
) -> None:
    with database.transaction() as session:
        Rows(session, network).asked(network.sz01, network.sz01_manager, network.sz02, EVENING - timedelta(hours=2))
    Talk(database, now=EVENING - minutes(90)).sees_to_it()
    talk = Talk(database, now=EVENING - minutes(10))  # both nudges are over: the later one is said
    talk.passes(minutes=1)
    assert len(posted(talk, network.sz02_deputy, "等您答复")) == 1
    again = Talk(database, now=talk.now)
    again.passes(minutes=1)
    assert len(posted(again, network.sz02_deputy, "等您答复")) == 1
    Talk(database, now=EVENING + DAY - minutes(90)).sees_to_it()
    evening = Talk(database, now=EVENING + DAY + minutes(1))
    evening.passes(minutes=1)
    assert len(posted(evening, network.sz02_deputy, "等您答复")) == 1


def test_what_is_neither_answered_nor_put_off_by_nine_goes_to_the_region_once(
    database: Database, network: SmallNetwork
) -> None:
    with database.transaction() as session:
        rows = Rows(session, network)
        rows.asked(network.sz01, network.sz01_manager, network.sz02, EVENING - timedelta(hours=1))
        rows.request(network.sz01, network.sz01_manager, EVENING - minutes(30), state=State.UNFILLED)
        rows.request(network.sz01, network.sz01_manager, EVENING - minutes(30), urgency=Urgency.NORMAL)
        rows.request(network.bk01, network.bk01_manager, EVENING - minutes(30))
    talk = Talk(database, now=EVENING - minutes(5))
    talk.passes(minutes=10)
    (said,) = posted(talk, network.shenzhen_manager, "仍无人接单")
    assert said.splitlines()[:3] == [
        "⚠️ 深圳:21:00 仍无人接单,也没有说明顺延原因:",
        "· T-0001 前大灯-左 ×1:深圳南山店求助,正在问深圳福田店",
        "· T-0002 前大灯-左 ×1:深圳南山店求助,已无店可问",
    ]
    assert "T-0003" not in said
    assert not talk.heard(network.hq)
    talk.passes(until=BANGKOK_EVENING + minutes(5))
    assert len(posted(talk, network.shenzhen_manager, "仍无人接单")) == 1
    assert len(posted(talk, network.bangkok_manager, "not accepted by 21:00")) == 1


def test_without_a_region_manager_hq_hears_what_nobody_answered(database: Database, network: SmallNetwork) -> None:
    with database.transaction() as session:
        Rows(session, network).asked(network.sz01, network.sz01_manager, network.sz02, EVENING - timedelta(hours=1))
        session.get_one(Person, network.shenzhen_manager.id).active = False
    talk = Talk(database, now=EVENING - minutes(1))
    talk.passes(minutes=1)
    assert posted(talk, network.hq_chat, "仍无人接单")


def test_what_was_put_off_with_a_reason_is_not_escalated_and_stands_in_the_digest(
    any_database: Database, any_network: SmallNetwork
) -> None:
    with any_database.transaction() as session:
        Rows(session, any_network).asked(
            any_network.sz01, any_network.sz01_manager, any_network.sz02, EVENING - timedelta(hours=1)
        )
    talk = Talk(any_database, now=EVENING - minutes(61))
    talk.passes(minutes=2)
    talk.presses(any_network.sz02_deputy, "T-0001 顺延到明天", can_form=True)
    talk.sends_form(any_network.sz02_deputy, {"reason": "客户明早再来"})
    assert "T-0001 已顺延到明天:客户明早再来" in talk.last(any_network.sz02_deputy).plain
    talk.passes(until=EVENING)
    assert not posted(talk, any_network.shenzhen_manager, "仍无人接单")
    assert len(posted(talk, any_network.sz02_deputy, "等您答复")) == 1  # not at 20:45
    assert "顺延到明天\n· T-0001 前大灯-左 ×1:客户明早再来(杨帆)" in talk.last(any_network.managers_chat).plain
    with any_database.transaction() as session:
        noted = session.exec(select(AuditEntry).where(AuditEntry.act == "request.carry")).one()
        assert (noted.subject, noted.after, noted.person_id) == ("T-0001", "客户明早再来", any_network.sz02_deputy.id)


def test_what_was_put_off_yesterday_must_be_answered_today(database: Database, network: SmallNetwork) -> None:
    with database.transaction() as session:
        Rows(session, network).asked(network.sz01, network.sz01_manager, network.sz02, EVENING - timedelta(hours=1))
    talk = Talk(database, now=EVENING - minutes(30))
    talk.says(network.shenzhen_manager, "/carry T-0001 客户明早再来")
    talk.passes(until=EVENING + DAY)
    assert [heard.at for heard in talk.heard(network.shenzhen_manager) if "仍无人接单" in heard.plain] == [
        EVENING + DAY
    ]
    assert "顺延 0" in posted(talk, network.managers_chat, "3月3日")[-1]


def test_only_the_parties_and_their_region_put_a_request_off_and_only_with_a_reason(
    database: Database, network: SmallNetwork
) -> None:
    with database.transaction() as session:
        rows = Rows(session, network)
        rows.asked(network.sz01, network.sz01_advisor, network.sz02, EVENING - timedelta(hours=1))
        rows.done(network.sz01, network.sz02, EVENING - timedelta(hours=1))
    talk = Talk(database, now=EVENING - minutes(30))
    for person, words in (
        (network.sz03_manager, "/carry T-0001 不关我事"),
        (network.bangkok_manager, "/carry T-0001 elsewhere"),
        (network.sz01_technician, "/carry T-0001 不是我的事"),
        (network.sz01_manager, "/carry T-0001"),
        (network.sz01_manager, "/carry"),
        (network.sz01_manager, "/carry T-9999 没有这个"),
        (network.sz01_manager, "/carry T-0002 已经做完"),
    ):
        talk.says(person, words)
    with database.transaction() as session:
        assert session.exec(select(Event).where(Event.word == "carried")).all() == []
    for person in (network.sz01_advisor, network.sz02_manager, network.hq):
        talk.says(person, f"/carry T-0001 {person.name}说明天")
    talk.says(network.hq, f"/carry T-0001 {network.hq.name}说明天")
    with database.transaction() as session:
        carried = session.exec(select(Event).where(Event.word == "carried").order_by(col(Event.id))).all()
        assert [event.person_id for event in carried] == [
            network.sz01_advisor.id,
            network.sz02_manager.id,
            network.hq.id,
        ]
