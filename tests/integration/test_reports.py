"""The boards that are posted: at each region's hour, once, late after a standstill, with the right figures."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlmodel import Session, col, select

from handlers.reports.report import report
from handlers.settings import Digest, Settings
from storage.database import Database
from storage.queries import ledger
from storage.queries import requests as request_queries
from storage.tables.audit import AuditEntry
from storage.tables.chats import Chat, Purpose
from storage.tables.people import Person, Region, Store
from storage.tables.queues import Timer
from storage.tables.requests import Ask, AskState, Event, Request, State, Step, StepOutcome, Transfer, Urgency
from tests.factories import MONDAY, Factory, SmallNetwork, small_network
from tests.talk import Talk

EVENING = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)  # 21:00 in Shenzhen
BANGKOK_EVENING = EVENING + timedelta(hours=1)
NEXT_MONDAY = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)  # 09:00 in Shenzhen
DAY = timedelta(days=1)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@pytest.fixture
def network(database: Database) -> SmallNetwork:
    with database.transaction() as session:
        return small_network(session)


@pytest.fixture
def talk(database: Database, network: SmallNetwork) -> Talk:
    return Talk(database)


class Rows:
    """Writes requests as they would stand after the engine, at any time of the past."""

    def __init__(self, session: Session, network: SmallNetwork) -> None:
        self.session = session
        self.network = network

    def request(
        self,
        store: Store,
        author: Person,
        opened: datetime,
        *,
        urgency: Urgency = Urgency.URGENT,
        state: State = State.ASKING,
        **facts: object,
    ) -> Request:
        """Add a transfer of one left headlamp that nobody has accepted."""
        request = Request(
            kind="transfer",
            number=request_queries.next_number(self.session, "transfer"),
            urgency=urgency,
            state=state,
            store_id=store.id,
            region_id=store.region_id,
            author_id=author.id,
            policy_id=self.network.policy.id,
            matter="waiting",
            opened_at=opened,
            cap_at=opened + timedelta(hours=2),
            **facts,
        )
        self.session.add(request)
        self.session.flush()
        self.session.add(Transfer(request_id=request.id, part_id=self.network.headlamp.id, asked=1))
        return request

    def ask(self, request: Request, store: Store, asked: datetime, *, rank: int = 1, **facts: object) -> Ask:
        """Add the ask of one store."""
        values = {"state": AskState.PENDING, **facts}
        ask = Ask(request_id=request.id, store_id=store.id, rank=rank, asked_at=asked, **values)
        self.session.add(ask)
        self.session.flush()
        return ask

    def step(
        self,
        request: Request,
        store: Store,
        name: str,
        started: datetime,
        due: datetime,
        *,
        ended: datetime | None = None,
        turn: int = 1,
    ) -> Step:
        """Add a step; it is broken when it ended late."""
        broken = ended is not None and ended >= due
        step = Step(
            request_id=request.id,
            turn=turn,
            name=name,
            store_id=store.id,
            started_at=started,
            due_at=due,
            ended_at=ended,
            outcome=None if ended is None else StepOutcome.BREACHED if broken else StepOutcome.MET,
            breached_at=due if broken else None,
        )
        self.session.add(step)
        self.session.flush()
        return step

    def done(
        self,
        asker: Store,
        giver: Store,
        finished: datetime,
        *,
        response: float = 10,
        took: float = 60,
        kept: str = "",
        author: Person | None = None,
    ) -> Request:
        """Add a transfer delivered and recorded, answered once, with its point."""
        opened = finished - minutes(took)
        request = self.request(
            asker,
            author or self.network.sz01_manager,
            opened,
            state=State.RECORDED,
            owner_store_id=giver.id,
            accepted_at=opened + minutes(response),
            finished_at=finished,
            ended_at=finished,
            kept=kept,
        )
        self.ask(request, giver, opened, state=AskState.ACCEPTED, answered_at=opened + minutes(response))
        ledger.add_points(
            self.session,
            key=f"request:{request.id}:transfer",
            store_id=giver.id,
            points=1,
            rule="points.transfer",
            policy_id=self.network.policy.id,
            request_id=request.id,
            now=finished,
        )
        return request

    def asked(self, asker: Store, author: Person, store: Store, opened: datetime, **facts: object) -> Request:
        """Add a request that waits for a store's answer."""
        request = self.request(asker, author, opened, **facts)  # type: ignore[arg-type]
        self.ask(request, store, opened)
        self.step(request, store, "seen", opened, opened + minutes(5))
        return request


def posted(talk: Talk, chat: Chat | Person, words: str) -> list[str]:
    """Return what was said at a place with these words in it."""
    return [heard.plain for heard in talk.heard(chat) if words in heard.plain]


# When


def test_the_digest_is_posted_at_nine_in_the_evening_of_each_region(talk: Talk, network: SmallNetwork) -> None:
    talk.passes(until=EVENING - minutes(1))
    assert not talk.heard(network.managers_chat)
    talk.passes(minutes=1)
    assert len(posted(talk, network.managers_chat, "🌙")) == 1
    assert len(posted(talk, network.hq_chat, "🌙")) == 1
    assert not talk.heard(network.bangkok_chat)
    talk.passes(until=BANGKOK_EVENING)
    (heard,) = [heard for heard in talk.heard(network.bangkok_chat) if "🌙" in heard.plain]
    assert heard.at == BANGKOK_EVENING
    assert heard.plain == "🌙 曼谷 · 2 Mar: nothing open, and nothing to report today."


def test_an_empty_evening_is_said_in_one_line(talk: Talk, network: SmallNetwork) -> None:
    talk.passes(until=EVENING)
    assert posted(talk, network.managers_chat, "🌙") == ["🌙 深圳 · 3月2日:没有未了的事,今天也没有调拨。"]


def test_every_evening_has_one_digest(talk: Talk, network: SmallNetwork) -> None:
    talk.passes(until=EVENING + 3 * DAY)
    said = posted(talk, network.managers_chat, "🌙")
    assert [words.splitlines()[0][:14] for words in said] == [f"🌙 深圳 · 3月{day}日:没有" for day in (2, 3, 4, 5)]


def test_a_digest_missed_in_a_standstill_is_posted_once_and_marked_late(
    database: Database, talk: Talk, network: SmallNetwork
) -> None:
    talk.sees_to_it()
    again = Talk(database, now=EVENING + timedelta(hours=2))  # the process was away over the hour
    again.passes(minutes=3)
    (said,) = posted(again, network.managers_chat, "🌙")
    assert said.splitlines()[1] == "⏰ 补发,原定 21:00"
    restarted = Talk(database, now=again.now)
    restarted.passes(minutes=3)
    assert len(posted(restarted, network.managers_chat, "🌙")) == 1


def test_after_three_days_only_the_latest_digest_is_posted_and_the_next_comes_in_time(
    database: Database, talk: Talk, network: SmallNetwork
) -> None:
    talk.sees_to_it()
    again = Talk(database, now=EVENING + 3 * DAY + timedelta(hours=1))
    again.passes(minutes=3)
    (said,) = posted(again, network.managers_chat, "🌙")
    assert "3月5日" in said
    assert "⏰ 补发,原定 21:00 · 更早的 3 期不再补发" in said
    with database.transaction() as session:
        skipped = session.exec(select(AuditEntry).where(AuditEntry.act == "report skipped")).all()
        assert f"digest:{network.shenzhen.id}:2026-03-02" in {entry.subject for entry in skipped}
    again.passes(until=EVENING + 4 * DAY)
    assert len(posted(again, network.managers_chat, "🌙")) == 2
    assert "补发" not in posted(again, network.managers_chat, "🌙")[1]


def test_a_scoreboard_missed_for_two_weeks_is_posted_once_for_the_last_week(
    database: Database, talk: Talk, network: SmallNetwork
) -> None:
    talk.sees_to_it()
    again = Talk(database, now=NEXT_MONDAY + 15 * DAY)
    again.passes(minutes=3)
    (said,) = posted(again, network.managers_chat, "📊")
    assert "3月16日–3月22日" in said
    assert "更早的 2 期不再补发" in said


def test_a_region_that_joins_today_has_its_digest_this_evening_and_none_of_yesterday(
    database: Database, talk: Talk, network: SmallNetwork
) -> None:
    talk.passes(hours=1)
    with database.transaction() as session:
        make = Factory(session)
        madrid = make.region("Madrid", timezone="Europe/Madrid", language="es")
        chat = make.chat(Purpose.MANAGERS, madrid, chat="-555")
    talk.passes(until=datetime(2026, 3, 2, 20, 0, tzinfo=UTC))
    (said,) = posted(talk, chat, "🌙")
    assert said == "🌙 Madrid · 2 mar: nada pendiente y nada que contar hoy."


def test_the_digest_keeps_its_hour_over_a_change_of_clocks(database: Database) -> None:
    with database.transaction() as session:
        make = Factory(session)
        madrid = make.region("Madrid", timezone="Europe/Madrid", language="es")
        chat = make.chat(Purpose.MANAGERS, madrid)
    talk = Talk(database, now=datetime(2026, 3, 28, 12, 0, tzinfo=UTC))
    talk.passes(days=2)
    assert [heard.at.hour for heard in talk.heard(chat) if "🌙" in heard.plain] == [20, 19]


def test_a_changed_hour_moves_the_digest_that_waits(database: Database, talk: Talk, network: SmallNetwork) -> None:
    talk.sees_to_it()
    earlier = Talk(database, Settings(digest=Digest(nightly=time(20, 30))), now=talk.now)
    earlier.passes(until=EVENING + timedelta(hours=3))
    (heard,) = [heard for heard in earlier.heard(network.managers_chat) if "🌙" in heard.plain]
    assert heard.at == EVENING - minutes(30)


def test_a_region_that_moves_to_another_zone_takes_its_digest_along(
    database: Database, talk: Talk, network: SmallNetwork
) -> None:
    talk.sees_to_it()
    with database.transaction() as session:
        session.get_one(Region, network.shenzhen.id).timezone = "Asia/Bangkok"
    talk.passes(until=EVENING + timedelta(hours=3))
    assert [heard.at for heard in talk.heard(network.managers_chat) if "🌙" in heard.plain] == [BANGKOK_EVENING]


def test_a_suspended_chat_hears_nothing_and_every_other_one_does(
    database: Database, talk: Talk, network: SmallNetwork
) -> None:
    with database.transaction() as session:
        session.get_one(Chat, network.managers_chat.id).suspended_at = MONDAY
        other = Factory(session).chat(Purpose.MANAGERS, network.shenzhen, platform="slack", language="en")
    talk.passes(until=EVENING)
    assert not talk.heard(network.managers_chat)
    assert "nothing open" in talk.last(other).plain


# What the evening says


def test_the_digest_names_what_each_store_owes_what_was_done_and_what_was_late(
    database: Database, talk: Talk, network: SmallNetwork
) -> None:
    with database.transaction() as session:
        rows = Rows(session, network)
        sz01, sz02, sz03 = network.sz01, network.sz02, network.sz03
        waits = rows.asked(sz01, network.sz01_advisor, sz02, EVENING - minutes(3))
        ships = rows.request(
            sz01,
            network.sz01_manager,
            EVENING - minutes(70),
            state=State.ACCEPTED,
            owner_store_id=sz03.id,
            accepted_at=EVENING - minutes(60),
        )
        rows.step(ships, sz03, "ship", EVENING - minutes(60), EVENING - minutes(15)).breached_at = EVENING - minutes(15)
        comes = rows.request(
            sz01,
            network.sz01_advisor,
            EVENING - minutes(90),
            state=State.SHIPPED,
            owner_store_id=sz02.id,
            accepted_at=EVENING - minutes(80),
        )
        rows.step(comes, sz01, "receive", EVENING - minutes(50), EVENING + minutes(30))
        rows.done(sz01, sz02, EVENING - timedelta(hours=3), took=48)
        rows.done(sz01, sz02, EVENING - timedelta(hours=25))  # before yesterday's digest
    Talk(database, now=EVENING).passes(minutes=0)
    talk.now = EVENING
    with database.transaction() as session:
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
        "· T-0004 前大灯-左 ×1:深圳福田店 → 深圳南山店,48分钟",
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
    database: Database, network: SmallNetwork
) -> None:
    with database.transaction() as session:
        Rows(session, network).asked(network.sz01, network.sz01_manager, network.sz02, EVENING - timedelta(hours=1))
    talk = Talk(database, now=EVENING - minutes(61))
    talk.passes(minutes=2)
    talk.presses(network.sz02_deputy, "T-0001 顺延到明天", can_form=True)
    talk.sends_form(network.sz02_deputy, {"reason": "客户明早再来"})
    assert "T-0001 已顺延到明天:客户明早再来" in talk.last(network.sz02_deputy).plain
    talk.passes(until=EVENING)
    assert not posted(talk, network.shenzhen_manager, "仍无人接单")
    assert len(posted(talk, network.sz02_deputy, "等您答复")) == 1  # not at 20:45
    assert "顺延到明天\n· T-0001 前大灯-左 ×1:客户明早再来(杨帆)" in talk.last(network.managers_chat).plain
    with database.transaction() as session:
        noted = session.exec(select(AuditEntry).where(AuditEntry.act == "request.carry")).one()
        assert (noted.subject, noted.after, noted.person_id) == ("T-0001", "客户明早再来", network.sz02_deputy.id)


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


# Monday


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
    database: Database, network: SmallNetwork
) -> None:
    with database.transaction() as session:
        fill_week(session, network)
    talk = Talk(database, now=NEXT_MONDAY - timedelta(hours=2))
    talk.passes(hours=4)
    (heard,) = talk.heard(network.managers_chat)
    assert heard.at == NEXT_MONDAY
    assert heard.plain.splitlines() == [
        "📊 协同网络周报 · 3月2日–3月8日",
        "调拨 5 单 · 平均响应9分钟 · 送达平均46分钟",
        "  保住客户 3 位 → 24万元",
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
    assert [one.at for one in talk.heard(network.bangkok_chat)] == [NEXT_MONDAY + timedelta(hours=1)]
    assert "5 transfers · mean response 9 min" in talk.last(network.bangkok_chat).plain
    assert talk.last(network.hq_chat).plain == heard.plain


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
    assert plain["transfers"] == {"count": 5, "response": 540, "delivery": 2760, "kept": 3, "value": 24_000_000}
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


def test_the_timers_of_reports_have_keys_that_say_what_they_are(
    database: Database, talk: Talk, network: SmallNetwork
) -> None:
    talk.sees_to_it()
    talk.sees_to_it()
    region = network.shenzhen.id
    with database.transaction() as session:
        keys = {timer.key for timer in session.exec(select(Timer))}
    assert {
        f"nudge:{region}:2026-03-02:20:00",
        f"nudge:{region}:2026-03-02:20:45",
        f"digest:{region}:2026-03-02",
        f"weekly:{region}:2026-W10",
        "digest:network:2026-03-02",
        "weekly:network:2026-W10",
    } <= keys
    assert len(keys) == 10
