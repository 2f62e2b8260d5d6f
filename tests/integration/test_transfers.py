"""A transfer from the first word to the points, through the real dispatch and its timers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import select

from handlers.settings import Rules, Settings
from storage.database import Database
from storage.queries import ledger as ledger_queries
from storage.queries import requests as request_queries
from storage.queries import stock as stock_queries
from storage.tables.audit import AuditEntry
from storage.tables.ledger import MoneyEntry, PointsEntry
from storage.tables.requests import Ask, AskState, Request, State, Step, StepOutcome
from tests.factories import SmallNetwork, small_network
from tests.talk import Talk

POST = "/transfer 前大灯-左 x1 urgent 客户在等"


@dataclass
class Stage:
    """A network and a talk with the bot in it."""

    talk: Talk
    network: SmallNetwork

    def request(self) -> Request:
        with self.talk.database.transaction(writing=False) as session:
            return session.exec(select(Request).order_by(Request.id.desc())).first()  # type: ignore[attr-defined,return-value]

    def asks(self) -> list[Ask]:
        with self.talk.database.transaction(writing=False) as session:
            return list(request_queries.list_asks(session, self.request().id))

    def steps(self) -> dict[str, list[Step]]:
        with self.talk.database.transaction(writing=False) as session:
            found: dict[str, list[Step]] = {}
            for step in request_queries.list_steps(session, self.request().id):
                found.setdefault(step.name, []).append(step)
            return found

    def stock_of(self, store_id: int) -> int:
        with self.talk.database.transaction(writing=False) as session:
            level = stock_queries.find_stock_level(session, store_id, self.network.headlamp.id)
            return level.quantity if level else 0


@pytest.fixture
def stage(any_database: Database) -> Stage:
    with any_database.transaction() as session:
        network = small_network(session)
    return Stage(Talk(any_database), network)


def accepted(stage: Stage, text: str = POST) -> None:
    talk, network = stage.talk, stage.network
    talk.says(network.sz01_manager, text)
    talk.delivered()
    talk.presses(network.sz02_manager, "可以")
    talk.delivered()


def test_a_transfer_runs_from_the_first_word_to_the_points(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    talk.says(network.sz01_manager, POST)
    talk.delivered()
    assert stage.request().state is State.ASKING
    assert "T-0001" in talk.last(network.managers_chat).plain
    assert "深圳福田店" in talk.last(network.sz02_manager).plain
    talk.presses(network.sz02_manager, "可以")
    talk.delivered()
    assert (stage.request().state, stage.request().owner_person_id) == (State.ACCEPTED, network.sz02_manager.id)
    talk.passes(minutes=20)
    talk.presses(network.sz02_manager, "已发出")
    talk.delivered()
    talk.passes(minutes=30)
    talk.presses(network.sz01_manager, "已收到 ×1")
    talk.delivered()
    assert stage.request().state is State.RECEIVED
    assert (stage.stock_of(network.sz01.id), stage.stock_of(network.sz02.id)) == (1, 2)
    talk.presses(network.sz01_manager, "留住了")
    assert stage.request().kept == "yes"
    talk.says(network.sz02_manager, "/freight T-0001 50 SF123")
    talk.delivered()
    request = stage.request()
    assert request.state is State.RECORDED
    with talk.database.transaction(writing=False) as session:
        points = session.exec(select(PointsEntry)).all()
        money = session.exec(select(MoneyEntry)).all()
        assert [(entry.store_id, entry.points) for entry in points] == [(network.sz02.id, 1)]
        assert [(entry.amount, entry.payer, entry.reference) for entry in money] == [(5000, "hq", "SF123")]
    assert not [timer for timer in talk.pending() if timer.request_id is not None]


def test_a_refusal_cascades_to_the_next_store_with_its_reason(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    talk.says(network.sz01_manager, POST)
    talk.delivered()
    card = talk.card(network.sz02_manager, "T-0001")
    talk.says(network.sz02_manager, "收到,不行,原因是客户已预约", reply_to=card)
    talk.delivered()
    first, second = stage.asks()
    assert (first.state, first.refusal) == (AskState.REFUSED, "reserved")
    assert (second.state, second.store_id) == (AskState.PENDING, network.sz03.id)
    assert "深圳龙岗店" in talk.last(network.managers_chat).plain


def test_an_ask_nobody_answers_goes_on_and_a_late_acceptance_is_told_so(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    talk.says(network.sz01_manager, POST)
    talk.delivered()
    (accept,) = [b for b in talk.card(network.sz02_manager, "T-0001").buttons if b.label == "可以"]
    talk.passes(minutes=3)
    talk.presses(network.sz02_manager, "收到")
    talk.delivered()
    talk.passes(minutes=10)  # 13:00 from the opening
    first, second = stage.asks()
    assert (first.state, second.state) == (AskState.EXPIRED, AskState.PENDING)
    assert second.asked_at - first.asked_at == timedelta(minutes=13)
    answer = stage.steps()["answer"][0]
    assert (answer.outcome, answer.store_id) == (StepOutcome.BREACHED, network.sz02.id)
    assert stage.request().escalations == 1
    reply = talk.presses_token(network.sz02_manager, accept.token)
    assert "深圳龙岗店" in reply.toast
    assert stage.request().owner_store_id is None


@pytest.mark.parametrize(("minutes", "seconds", "breached"), [(4, 59, False), (5, 0, True)])
def test_seen_a_second_before_the_limit_is_in_time(stage: Stage, minutes: int, seconds: int, breached: bool) -> None:
    talk, network = stage.talk, stage.network
    talk.says(network.sz01_manager, POST)
    talk.delivered()
    talk.passes(minutes=minutes, seconds=seconds)
    talk.presses(network.sz02_manager, "收到")
    (step,) = stage.steps()["seen"]
    assert (step.outcome is StepOutcome.BREACHED) is breached
    if breached:
        assert step.breached_at == step.due_at
        assert step.store_id == network.sz02.id


def test_only_the_step_that_was_late_is_blamed(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    talk.says(network.sz01_manager, POST)
    talk.delivered()
    talk.passes(minutes=4)
    talk.presses(network.sz02_manager, "收到")
    talk.delivered()
    talk.passes(minutes=9)
    talk.presses(network.sz02_manager, "可以")
    talk.delivered()
    talk.passes(minutes=46)
    talk.presses(network.sz02_manager, "已发出")
    talk.delivered()
    talk.passes(minutes=30)
    talk.presses(network.sz01_manager, "已收到 ×1")
    steps = stage.steps()
    outcomes = {name: found[0].outcome for name, found in steps.items() if name != "record"}
    assert outcomes == {
        "seen": StepOutcome.MET,
        "answer": StepOutcome.MET,
        "ship": StepOutcome.BREACHED,
        "receive": StepOutcome.MET,
        "deliver": StepOutcome.MET,
    }
    ship = steps["ship"][0]
    assert ship.ended_at is not None
    assert (ship.store_id, ship.ended_at - ship.due_at) == (network.sz02.id, timedelta(minutes=1))
    talk.says(network.sz01_manager, "/request T-0001")
    shown = talk.last(network.sz01_manager).plain
    assert "发货" in shown
    assert "超 1分钟" in shown or "超 1 分钟" in shown


def test_the_whole_is_breached_exactly_two_hours_after_the_opening(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    accepted(stage)
    talk.passes(minutes=119, seconds=59)
    assert stage.steps()["deliver"][0].breached_at is None
    talk.passes(seconds=1)
    request, whole = stage.request(), stage.steps()["deliver"][0]
    assert whole.breached_at == request.opened_at + timedelta(hours=2)
    assert whole.store_id == network.sz02.id


def test_three_of_five_arrive_and_the_rest_is_cancelled(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    with talk.database.transaction() as session:
        level = stock_queries.find_stock_level(session, network.sz03.id, network.headlamp.id)
        assert level is not None
        level.quantity = 9
    talk.says(network.sz01_manager, "/transfer 前大灯-左 x5 urgent 客户在等")
    talk.delivered()
    talk.presses(network.sz03_manager, "可以")
    talk.delivered()
    talk.presses(network.sz03_manager, "已发出")
    talk.delivered()
    card = talk.card(network.sz01_manager, "T-0001")
    talk.says(network.sz01_manager, "已收到3个", reply_to=card)
    talk.delivered()
    assert stage.request().state is State.SHIPPED
    assert "3/5" in talk.last(network.sz03_manager).plain
    talk.presses(network.sz01_manager, "其余不要了")
    talk.delivered()
    talk.says(network.sz01_manager, "客户只要三个")
    talk.delivered()
    assert stage.request().state is State.RECEIVED
    assert any("客户只要三个" in message.plain for message in talk.outbox(network.sz03_manager))
    assert (stage.stock_of(network.sz01.id), stage.stock_of(network.sz03.id)) == (3, 6)


def test_an_urgent_request_that_is_not_urgent_needs_a_reason_on_the_record(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    talk.says(network.sz01_manager, "/transfer 前大灯-左 x1 urgent 补库存")
    talk.delivered()
    assert stage.request() is None
    talk.presses(network.sz01_manager, "仍按紧急(写理由)")
    talk.delivered()
    talk.says(network.sz01_manager, "大客户下午到店")
    talk.delivered()
    assert stage.request().override_reason == "大客户下午到店"
    with talk.database.transaction(writing=False) as session:
        assert any(entry.reason == "大客户下午到店" for entry in session.exec(select(AuditEntry)))


@pytest.mark.parametrize(
    ("text", "asked_for"),
    [
        ("/transfer", "配件"),
        ("/transfer 前大灯-左", "数量"),
        ("/transfer 前大灯-左 x1", "多急"),
        ("/transfer 前大灯-左 x1 urgent", "什么事"),
    ],
)
def test_what_is_missing_is_asked_for_by_name(stage: Stage, text: str, asked_for: str) -> None:
    stage.talk.says(stage.network.sz01_manager, text)
    assert asked_for in stage.talk.last(stage.network.sz01_manager).plain
    assert stage.request() is None


def test_a_guided_form_posts_the_transfer(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    talk.says(network.sz01_manager, "/transfer")
    talk.delivered()
    for answer in ("前大灯-左", "1"):
        talk.says(network.sz01_manager, answer)
        talk.delivered()
    talk.presses(network.sz01_manager, "🔴 紧急")
    talk.delivered()
    talk.presses(network.sz01_manager, "客户在等")
    talk.delivered()
    request = stage.request()
    assert (request.urgency, request.matter, request.customer_waits) == ("urgent", "客户在等", True)


def test_another_store_cannot_accept(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    talk.says(network.sz01_manager, POST)
    talk.delivered()
    reply = talk.presses(network.sz03_manager, "可以", chat=network.managers_chat)
    assert reply.toast
    assert stage.request().state is State.ASKING
    with talk.database.transaction(writing=False) as session:
        refused = [entry for entry in session.exec(select(AuditEntry)) if entry.refused]
    assert [entry.person_id for entry in refused] == [network.sz03_manager.id]


def test_who_cannot_deliver_keeps_the_breach_and_others_are_asked(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    accepted(stage)
    talk.presses(network.sz02_manager, "无法交付")
    talk.delivered()
    talk.says(network.sz02_manager, "货损了")
    talk.delivered()
    ship = stage.steps()["ship"][0]
    assert (ship.outcome, ship.store_id) == (StepOutcome.BREACHED, network.sz02.id)
    assert [ask.state for ask in stage.asks()] == [AskState.BROKEN, AskState.PENDING]
    talk.presses(network.sz03_manager, "可以")
    talk.delivered()
    assert stage.request().owner_store_id == network.sz03.id


def test_nobody_left_tells_the_region_manager_who_assigns(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    talk.says(network.sz01_manager, POST)
    talk.delivered()
    for manager in (network.sz02_manager, network.sz03_manager):
        card = talk.card(manager, "T-0001")
        talk.says(manager, "不行,没货", reply_to=card)
        talk.delivered()
    assert stage.request().state is State.UNFILLED
    talk.passes(seconds=1)
    assert "T-0001" in talk.last(network.shenzhen_manager).plain
    talk.passes(minutes=15)
    assert any("T-0001" in message.plain for message in talk.outbox(network.hq_chat))
    talk.says(network.shenzhen_manager, "/assign T-0001 SZ03")
    talk.delivered()
    assert stage.request().owner_store_id == network.sz03.id
    assert stage.request().state is State.ACCEPTED


def test_a_late_acceptance_counts_while_nobody_else_is_asked(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    talk.says(network.sz01_manager, POST)
    talk.delivered()
    talk.passes(minutes=40)
    assert stage.request().state is State.UNFILLED
    ask = stage.asks()[0]
    talk.delivered()
    talk.says(network.sz02_manager, "收到,可以", reply_to=talk.card(network.sz02_manager, "T-0001"))
    request = stage.request()
    assert (request.state, request.owner_store_id) == (State.ACCEPTED, ask.store_id)
    assert stage.steps()["answer"][0].outcome is StepOutcome.BREACHED


def test_withdrawing_cancels_every_timer(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    accepted(stage)
    talk.presses(network.sz01_manager, "撤回")
    assert stage.request().state is State.WITHDRAWN
    assert not [timer for timer in talk.pending() if timer.request_id is not None]
    assert any("撤回" in message.plain for message in talk.outbox(network.sz02_manager))


def test_the_author_gets_a_line_for_the_customer_every_half_hour(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    accepted(stage)
    mark = talk.mark()
    talk.passes(minutes=95)
    prompts = [heard for heard in talk.heard(network.sz01_manager, after=mark) if "📨" in heard.plain]
    opened = stage.request().accepted_at
    assert opened is not None
    assert [(heard.at - opened).seconds // 60 for heard in prompts] == [30, 60, 90]
    assert "深圳福田店" in prompts[0].plain
    talk.delivered()
    talk.presses(network.sz01_manager, "已转发")
    talk.presses(network.sz02_manager, "已发出")
    talk.delivered()
    talk.presses(network.sz01_manager, "已收到 ×1")
    mark = talk.mark()
    talk.passes(hours=2)
    assert not [heard for heard in talk.heard(network.sz01_manager, after=mark) if "📨" in heard.plain]


def test_nudges_come_at_half_and_four_fifths_of_a_long_clock(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    talk.says(network.sz01_manager, POST)
    talk.delivered()
    talk.presses(network.sz02_manager, "收到")
    talk.delivered()
    mark = talk.mark()
    talk.passes(minutes=10)
    asked = stage.asks()[0].seen_at
    assert asked is not None
    nudges = [heard for heard in talk.heard(network.sz02_manager, after=mark) if "⏳" in heard.plain]
    assert [(heard.at - asked).seconds for heard in nudges] == [300, 480]


def test_a_request_keeps_the_rules_it_was_opened_under(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    talk.says(network.sz01_manager, POST)
    talk.delivered()
    quicker = Rules.model_validate({"clocks": {"transfer": {"answer": "7m"}}})
    talk.settings = Settings(rules=quicker)
    talk.presses(network.sz02_manager, "收到")
    (answer,) = stage.steps()["answer"]
    assert answer.due_at - answer.started_at == timedelta(minutes=10)
    talk.says(network.sz03_manager, "/transfer 刹车片-前 x1 urgent 客户在等")
    talk.delivered()
    talk.presses(network.sz01_manager, "收到")
    (answer,) = stage.steps()["answer"]
    assert answer.due_at - answer.started_at == timedelta(minutes=7)


def test_points_are_not_given_twice(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    accepted(stage)
    talk.presses(network.sz02_manager, "已发出")
    talk.delivered()
    card = talk.card(network.sz01_manager, "T-0001")
    (received,) = [button for button in card.buttons if button.label == "已收到 ×1"]
    for source in ("telegram:1", "telegram:1", "telegram:2"):
        talk.presses_token(network.sz01_manager, received.token, source=source)
    talk.says(network.sz01_manager, "已收到", reply_to=card)
    with talk.database.transaction(writing=False) as session:
        assert ledger_queries.balance(session, network.sz02.id) == 1
    assert (stage.stock_of(network.sz01.id), stage.stock_of(network.sz02.id)) == (1, 2)


def test_a_reply_to_any_message_that_names_the_request_is_about_it(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    talk.says(network.sz01_manager, POST)
    talk.delivered()
    talk.presses(network.sz02_manager, "收到")
    talk.passes(minutes=6)
    talk.delivered()
    nudge = talk.last_heard(network.sz02_manager, "⏳")
    talk.says(network.sz02_manager, "可以", reply_to=nudge)
    assert stage.request().owner_store_id == network.sz02.id
