"""Holding a request: both clocks stand still, nudges too; nobody escapes a breach; it goes on by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from storage.database import Database
from storage.queries import requests as request_queries
from storage.tables.audit import AuditEntry
from storage.tables.requests import Request, Step
from tests.factories import MONDAY, SmallNetwork, small_network
from tests.talk import Talk

POST = "/transfer 前大灯-左 x1 urgent 客户在等"


@dataclass
class Desk:
    """A network, a talk with the bot in it, and what stands in the database."""

    talk: Talk
    network: SmallNetwork

    def request(self) -> Request:
        with self.talk.database.transaction(writing=False) as session:
            return session.exec(select(Request).order_by(col(Request.id).desc())).first()  # type: ignore[return-value]

    def due(self, name: str) -> datetime:
        return self.step(name).due_at

    def step(self, name: str) -> Step:
        with self.talk.database.transaction(writing=False) as session:
            steps = request_queries.list_steps(session, self.request().id)
            return [step for step in steps if step.name == name][-1]

    def asks(self, text: str = POST) -> None:
        self.talk.says(self.network.sz01_manager, text)
        self.talk.delivered()

    def accepts(self) -> None:
        self.talk.presses(self.network.sz02_manager, "可以")
        self.talk.delivered()

    def restarts(self) -> None:
        """Let another process go on with the same database."""
        self.talk = Talk(self.talk.database, now=self.talk.now)


@pytest.fixture
def desk(any_database: Database) -> Desk:
    with any_database.transaction() as session:
        network = small_network(session)
    return Desk(Talk(any_database), network)


def test_a_twenty_minute_pause_moves_the_step_and_the_whole_by_exactly_twenty_minutes(desk: Desk) -> None:
    desk.asks()
    desk.accepts()
    ship, deliver = desk.due("ship"), desk.due("deliver")
    desk.talk.passes(minutes=7)
    desk.talk.says(desk.network.sz01_manager, "/hold T-0001 2h 等客户确认")
    desk.talk.passes(minutes=20)
    desk.talk.says(desk.network.sz01_manager, "/resume T-0001")
    assert desk.due("ship") - ship == timedelta(minutes=20)
    assert desk.due("deliver") - deliver == timedelta(minutes=20)
    assert desk.request().cap_at == desk.due("deliver")
    # The limit itself is where it was moved to, to the second.
    desk.talk.passes(until=desk.due("ship") - timedelta(seconds=1))
    assert desk.step("ship").breached_at is None
    desk.talk.passes(seconds=1)
    assert desk.step("ship").breached_at == ship + timedelta(minutes=20)


def test_the_clock_of_the_answer_stands_still_too(desk: Desk) -> None:
    desk.asks()
    desk.talk.presses(desk.network.sz02_manager, "收到")
    answer = desk.due("answer")
    desk.talk.says(desk.network.sz01_manager, "/hold T-0001 30m 等客户确认")
    fired = desk.talk.passes(minutes=29, seconds=59)
    assert not [key for key in fired if ":answer:" in key]
    desk.talk.passes(seconds=1)
    assert desk.due("answer") - answer == timedelta(minutes=30)
    assert desk.request().held_at is None


def test_a_pause_over_night_adds_nothing_to_a_clock_in_opening_hours(desk: Desk) -> None:
    desk.talk.passes(until=MONDAY + timedelta(hours=7, minutes=40))  # 17:40, open until 18:00
    desk.asks("/transfer 前大灯-左 x1 普通 补库存")
    desk.talk.passes(minutes=20)
    seen = desk.due("seen")
    assert seen == MONDAY + timedelta(hours=22, minutes=40)  # 30 min: 20 today, 10 from 08:30
    desk.talk.says(desk.network.sz01_manager, "/hold T-0001 14h 明早再说")
    desk.talk.passes(hours=14)
    assert desk.request().held_at is None
    assert desk.due("seen") == seen


def test_at_its_longest_time_a_hold_ends_by_itself_and_says_so_even_after_a_restart(desk: Desk) -> None:
    desk.asks()
    desk.accepts()
    desk.talk.says(desk.network.sz02_manager, "/hold T-0001 20m 等客户确认")
    assert "暂停到 10:20" in desk.talk.last(desk.network.managers_chat).plain
    assert "等客户确认" in desk.talk.last(desk.network.managers_chat).plain
    assert "暂停到 10:20" in desk.talk.last_heard(desk.network.sz01_manager, "⏸ T-0001").plain
    desk.restarts()
    desk.talk.passes(minutes=20)
    assert "自动继续" in desk.talk.last(desk.network.managers_chat).plain
    told = desk.talk.last_heard(desk.network.sz01_manager, "▶️ T-0001").plain
    assert "自动继续" in told
    assert "「发货」时限 11:05" in told
    assert "▶️ T-0001" in desk.talk.last_heard(desk.network.sz02_manager, "▶️").plain


def test_no_nudge_comes_during_a_hold_and_each_comes_once_after_it(desk: Desk) -> None:
    desk.asks()
    desk.talk.presses(desk.network.sz02_manager, "收到")  # 10 min: nudges at 5:00 and 8:00
    desk.talk.passes(minutes=6)
    desk.talk.says(desk.network.sz01_manager, "/hold T-0001 1h 等客户确认")
    desk.talk.passes(minutes=30)
    desk.talk.says(desk.network.sz01_manager, "/resume T-0001")
    fired = desk.talk.passes(minutes=1, seconds=59)
    assert not [key for key in fired if "nudge" in key]
    fired = desk.talk.passes(seconds=1)
    assert [key for key in fired if ":answer:nudge" in key] == ["request:1:1:answer:nudge80:1"]
    assert [key for key in desk.talk.passes(minutes=2) if ":answer:due" in key] == ["request:1:1:answer:due:1"]


def test_nobody_escapes_a_breach_that_happened_already_by_a_hold(desk: Desk) -> None:
    desk.asks()
    desk.accepts()
    desk.talk.passes(minutes=46)  # shipping was due after 45: the region heard, HQ hears 30 minutes later
    desk.talk.says(desk.network.sz02_manager, "/hold T-0001 2h 等客户确认")
    assert "没有可以暂停的时限" in desk.talk.last(desk.network.sz02_manager).plain
    assert desk.request().held_at is None
    fired = desk.talk.passes(minutes=30)
    assert [key for key in fired if ":ship:rung" in key]


def test_who_is_neither_party_nor_region_cannot_hold_and_a_reason_and_a_limit_are_needed(desk: Desk) -> None:
    desk.asks()
    desk.accepts()
    talk, network = desk.talk, desk.network
    talk.says(network.sz03_manager, "/hold T-0001 20m 等客户确认")
    assert "只有发起门店" in talk.last(network.sz03_manager).plain
    for words in ("/hold T-0001", "/hold T-0001 20m", "/hold T-0001 一会儿 等客户"):
        talk.says(network.sz01_manager, words)
        assert "/hold T-0001 20m 等客户确认" in talk.last(network.sz01_manager).plain
    talk.says(network.sz01_manager, "/hold T-0001 25h 等客户确认")
    assert "一次最多暂停" in talk.last(network.sz01_manager).plain
    assert desk.request().held_at is None
    talk.says(network.shenzhen_manager, "/hold T-0001 20m 等客户确认")
    assert desk.request().held_at is not None
    talk.says(network.sz01_manager, "/hold T-0001 20m 等客户确认")
    assert "已经在暂停中" in talk.last(network.sz01_manager).plain
    with talk.database.transaction(writing=False) as session:
        acts = [entry.act for entry in session.exec(select(AuditEntry)) if not entry.refused]
    assert acts.count("request.hold") == 1


def test_a_request_can_be_held_only_so_often(desk: Desk) -> None:
    desk.asks()
    desk.accepts()
    for _ in range(3):
        desk.talk.says(desk.network.sz01_manager, "/hold T-0001 5m 等客户确认")
        desk.talk.says(desk.network.sz01_manager, "/resume T-0001")
    desk.talk.says(desk.network.sz01_manager, "/hold T-0001 5m 等客户确认")
    assert "暂停过 3 次" in desk.talk.last(desk.network.sz01_manager).plain


def test_what_is_accepted_and_shipped_during_a_hold_begins_its_clock_with_the_resumption(desk: Desk) -> None:
    desk.asks()
    desk.talk.says(desk.network.sz01_manager, "/hold T-0001 1h 等客户确认")
    desk.talk.passes(minutes=10)
    desk.accepts()
    desk.talk.passes(minutes=10)
    desk.talk.says(desk.network.sz01_manager, "/resume T-0001")
    assert desk.due("ship") == MONDAY + timedelta(minutes=20 + 45)
    assert desk.step("seen").breached_at is None


def test_withdrawing_a_held_request_leaves_no_timer(desk: Desk) -> None:
    desk.asks()
    desk.talk.says(desk.network.sz01_manager, "/hold T-0001 1h 等客户确认")
    desk.talk.presses(desk.network.sz01_manager, "撤回")
    assert not [timer for timer in desk.talk.pending() if timer.request_id is not None]
    assert desk.request().held_at is None


# G4


def test_a_clock_of_ten_minutes_is_nudged_at_five_and_eight_and_told_at_ten_once_each_across_a_restart(
    desk: Desk,
) -> None:
    desk.asks()
    desk.talk.presses(desk.network.sz02_manager, "收到")
    began = desk.talk.now
    told: list[tuple[timedelta, str]] = []
    for seconds in range(0, 600, 60):
        if seconds in {240, 300, 480}:
            desk.restarts()
        told += [(desk.talk.now - began, key) for key in desk.talk.passes(minutes=1)]
    answer = [(after, key.rpartition(":")[2]) for after, key in told if ":answer:" in key]
    assert [what for _, what in answer if what.startswith(("nudge", "due"))] == ["nudge50", "nudge80", "due"]
    with desk.talk.database.transaction(writing=False) as session:
        step = session.exec(select(Step).where(Step.name == "answer")).first()
    assert step is not None and step.breached_at == began + timedelta(minutes=10)
    nudges = [said for said in desk.talk.heard(desk.network.sz02_manager) if "还剩" in said.plain]
    assert [said.plain.rpartition("还剩 ")[2] for said in nudges] == ["5分钟。", "2分钟。"]


def test_a_snooze_suppresses_only_the_snoozed_reminder(desk: Desk) -> None:
    desk.asks()
    desk.talk.presses(desk.network.sz02_manager, "收到")
    desk.talk.passes(minutes=5)
    desk.talk.presses(desk.network.sz02_manager, "跳过下次提醒")
    desk.restarts()
    desk.talk.passes(minutes=5)
    nudges = [said for said in desk.talk.heard(desk.network.sz02_manager) if "还剩" in said.plain]
    assert len(nudges) == 1
    assert desk.step("seen").name == "seen"
    with desk.talk.database.transaction(writing=False) as session:
        step = session.exec(select(Step).where(Step.name == "answer")).first()
    assert step is not None and step.breached_at is not None  # the limit itself is told all the same


# G3


def test_acceptance_stops_the_first_two_ladders_and_not_done_still_fires(desk: Desk) -> None:
    desk.asks()
    desk.talk.passes(minutes=2)
    desk.accepts()
    waiting = [timer for timer in desk.talk.pending() if timer.name in {"requests.due", "requests.nudge"}]
    names = {timer.key.split(":")[3] for timer in waiting}
    assert names == {"ship", "deliver"}
    fired = desk.talk.passes(minutes=46)
    assert [key for key in fired if ":ship:due" in key] and [key for key in fired if ":ship:rung" in key]
    assert not [key for key in fired if ":seen:" in key or ":answer:" in key]
