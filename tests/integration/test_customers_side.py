"""The customer's side of a request: what was promised and what came of it, words to forward, who is on the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import col, select

from handlers.chat import WHEREABOUTS
from storage.database import Database
from storage.queries import customers as customer_queries
from storage.queries import requests as request_queries
from storage.tables.people import Person
from storage.tables.requests import Progress, Request, State
from tests.factories import SmallNetwork, small_network
from tests.talk import Talk

POST = "/transfer 前大灯-左 x1 urgent 客户在等"
SPANISH = "/customer T-0001 Ana López +34612345678 es"


@dataclass
class Stage:
    """A network and a talk with the bot in it."""

    talk: Talk
    network: SmallNetwork

    def request(self) -> Request:
        with self.talk.database.transaction(writing=False) as session:
            return session.exec(select(Request).order_by(col(Request.id).desc())).first()  # type: ignore[return-value]

    def lines(self) -> list[Progress]:
        with self.talk.database.transaction(writing=False) as session:
            return list(session.exec(select(Progress).order_by(col(Progress.number))))

    def accepted(self, text: str = POST) -> None:
        self.talk.says(self.network.sz01_manager, text)
        self.talk.delivered()
        self.talk.presses(self.network.sz02_manager, "可以")
        self.talk.delivered()

    def shipped(self) -> None:
        self.accepted()
        self.talk.presses(self.network.sz02_manager, "已发出")
        self.talk.delivered()

    def card(self) -> str:
        return self.talk.card(self.network.managers_chat, "T-0001").plain


@pytest.fixture
def stage(database: Database) -> Stage:
    with database.transaction() as session:
        network = small_network(session)
    return Stage(Talk(database), network)


# What was promised


@pytest.mark.parametrize(
    ("minutes", "verdict"),
    [
        (90, "承诺 120 分钟,实际 90 分钟:比承诺快,超出期望"),
        (120, "实际 120 分钟:按承诺做到"),
        (135, "实际 135 分钟:晚了 15分钟"),
    ],
)
def test_promised_120_and_actual_90_is_exceeded(stage: Stage, minutes: int, verdict: str) -> None:
    stage.shipped()
    assert "答应客户:12:00 前(120 分钟)" in stage.card()
    stage.talk.passes(minutes=minutes)
    stage.talk.presses(stage.network.sz01_manager, "已收到 ×1")
    assert verdict in stage.card()
    stage.talk.says(stage.network.sz01_manager, "/request T-0001")
    assert verdict in stage.talk.last(stage.network.sz01_manager).plain


def test_in_english_it_says_exceeded(stage: Stage) -> None:
    with stage.talk.database.transaction() as session:
        session.get_one(Person, stage.network.sz01_manager.id).language = "en"
    stage.shipped()
    stage.talk.passes(minutes=90)
    stage.talk.presses(stage.network.sz01_manager, "Received ×1")
    stage.talk.says(stage.network.sz01_manager, "/request T-0001")
    assert "Promised 120 min, actual 90 min: exceeded" in stage.talk.last(stage.network.sz01_manager).plain


def test_a_promise_can_be_set_by_the_own_store_and_stands_against_the_default(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    talk.says(network.sz01_manager, POST)
    talk.says(network.sz01_advisor, "/promise T-0001 90m")
    talk.delivered()
    talk.presses(network.sz02_manager, "可以")
    assert stage.request().promised_at == stage.request().opened_at + timedelta(minutes=90)
    assert "11:30 前(90 分钟)" in stage.card()
    talk.says(network.sz01_manager, "/promise T-0001 16:30")
    assert stage.request().promised_at == stage.request().opened_at + timedelta(hours=6, minutes=30)
    talk.says(network.sz02_deputy, "/promise T-0001 10m")
    assert stage.request().promised_at == stage.request().opened_at + timedelta(hours=6, minutes=30)


@pytest.mark.parametrize("words", ["", "soon", "0m", "-5m", "25:00", "99999d", "1000d"])
def test_a_promise_or_an_eta_that_is_no_time_gets_a_sentence_with_an_example(stage: Stage, words: str) -> None:
    stage.shipped()
    talk, network = stage.talk, stage.network
    before = stage.request().promised_at
    talk.says(network.sz01_manager, f"/promise T-0001 {words}")
    assert "/promise T-0001 90m" in talk.last(network.sz01_manager).plain
    talk.says(network.sz01_manager, f"/eta T-0001 {words}")
    assert "/eta T-0001 40m" in talk.last(network.sz01_manager).plain
    assert stage.request().promised_at == before


def test_where_nobody_waits_nothing_is_promised(stage: Stage) -> None:
    stage.accepted("/transfer 前大灯-左 x1 normal 补库存")
    assert stage.request().promised_at is None
    assert "🤝" not in stage.card()


# Words to forward


def test_a_line_for_the_customer_comes_with_each_event_and_every_half_hour(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    stage.accepted()
    told = talk.last(network.sz01_manager).plain
    assert "深圳福田店" in told and "📨" in told
    talk.passes(minutes=30)
    talk.presses(network.sz02_manager, "已发出")
    talk.delivered()
    assert "📨" in talk.last(network.sz01_manager).plain
    talk.passes(minutes=65)
    opened = stage.request().accepted_at
    assert opened is not None
    assert [(line.prompted_at - opened).seconds // 60 for line in stage.lines()] == [0, 30, 30, 60, 90]
    talk.presses(network.sz01_manager, "已收到 ×1")
    talk.passes(hours=2)
    assert len(stage.lines()) == 5


def test_the_words_are_in_the_customers_language(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    talk.says(network.sz01_manager, POST)
    talk.says(network.sz01_manager, SPANISH)
    talk.delivered()
    talk.presses(network.sz02_manager, "可以")
    words = talk.last(network.sz01_manager).lines[-1]
    assert words[0].style == "copy" and words[0].text.startswith("Hola, su")
    assert "请把进度转告客户" in talk.last(network.sz01_manager).plain


def test_skipped_and_unanswered_lines_count_as_missed(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    stage.accepted()
    talk.presses(network.sz01_manager, "已转发")
    talk.passes(minutes=30)
    talk.presses(network.sz01_manager, "跳过")
    talk.passes(minutes=35)
    with talk.database.transaction(writing=False) as session:
        since = stage.request().opened_at
        own = customer_queries.count_lines(session, since, talk.now, store_id=network.sz01.id)
        other = customer_queries.count_lines(session, since, talk.now, store_id=network.sz02.id)
        assert customer_queries.count_lines(session, since, talk.now) == own
    assert (own.asked, own.sent, own.skipped, own.missed) == (3, 1, 1, 2)
    assert (other.asked, other.missed) == (0, 0)


# Kept or not


def test_a_request_is_not_recorded_before_it_is_said_whether_the_customer_was_kept(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    stage.shipped()
    talk.presses(network.sz01_manager, "已收到 ×1")
    talk.delivered()
    mark = talk.mark()
    talk.says(network.sz02_manager, "/freight T-0001 50 SF123")
    assert (
        "深圳南山店" in talk.last(network.sz02_manager).plain
        and "客户是否留住" in talk.last(network.sz02_manager).plain
    )
    assert any("客户留住了吗" in one.plain for one in talk.outbox(network.sz01_manager, after=mark))
    assert stage.request().state is State.RECEIVED
    talk.presses(network.sz01_manager, "不清楚")
    talk.says(network.sz02_manager, "/freight T-0001 50 SF123")
    assert (stage.request().state, stage.request().kept) == (State.RECORDED, "unknown")


def test_where_the_own_store_is_silent_an_overseer_can_say_whether_the_customer_was_kept(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    stage.shipped()
    talk.presses(network.sz01_manager, "已收到 ×1")
    talk.says(network.hq, "/freight T-0001 50 SF123")
    talk.delivered()
    talk.presses(network.hq, "没留住")
    talk.says(network.hq, "/freight T-0001 50 SF123")
    assert (stage.request().state, stage.request().kept) == (State.RECORDED, "no")


def test_where_nobody_waited_it_is_recorded_at_once(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    stage.accepted("/transfer 前大灯-左 x1 normal 补库存")
    talk.presses(network.sz02_manager, "已发出")
    talk.delivered()
    talk.presses(network.sz01_manager, "已收到 ×1")
    talk.says(network.sz02_manager, "/freight T-0001 50 SF123")
    assert stage.request().state is State.RECORDED


# Who is on the way


def test_a_typed_eta_is_on_the_card_and_in_the_words_for_the_customer(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    stage.shipped()
    talk.says(network.sz02_deputy, "/eta T-0001 40分钟")
    assert "10:40" in stage.card()
    talk.passes(minutes=31)
    assert "10:40" in talk.last(network.sz01_manager).plain
    talk.says(network.sz02_deputy, "/eta T-0001 11:05")
    assert "11:05" in stage.card()


@pytest.mark.parametrize("who", ["sz03_manager", "bk01_manager"])
def test_nobody_else_says_an_eta(stage: Stage, who: str) -> None:
    stage.shipped()
    stage.talk.says(getattr(stage.network, who), "/eta T-0001 40m")
    assert stage.request().eta_at is None


def test_before_anybody_is_on_the_way_there_is_no_eta(stage: Stage) -> None:
    stage.talk.says(stage.network.sz01_manager, POST)
    stage.talk.says(stage.network.sz01_manager, "/eta T-0001 40m")
    assert stage.request().eta_at is None
    assert "没有人在路上" in stage.talk.last(stage.network.sz01_manager).plain


def located(stage: Stage, who: Person, latitude: float, longitude: float, **more: str) -> None:
    from handlers.chat import Inbound, InboundKind

    card = stage.talk.card(who, "T-0001")
    stage.talk._said += 1
    stage.talk.takes(
        Inbound(
            id=f"telegram:place-{stage.talk._said}",
            kind=InboundKind.EVENT,
            origin=card.address,
            user=stage.talk.account(who).user,
            text=WHEREABOUTS,
            private=True,
            reply_to=card.delivered_as,
            values={"latitude": str(latitude), "longitude": str(longitude), **more},
        )
    )


def test_a_live_location_in_reply_to_the_card_becomes_an_eta_by_road(stage: Stage) -> None:
    """16 km by road (great circle × 1.3) at 40 km/h take 24 min from SZ02 to SZ01."""
    stage.shipped()
    located(stage, stage.network.sz02_deputy, 22.5410, 114.0500)
    request = stage.request()
    assert request.eta_at is not None and request.eta_km == pytest.approx(16.0, abs=0.1)
    assert request.eta_at - stage.talk.now == timedelta(hours=request.eta_km / 40)
    assert "10:24" in stage.card()


def test_a_live_location_changes_the_cards_at_most_once_a_minute(stage: Stage) -> None:
    stage.shipped()
    talk, network = stage.talk, stage.network
    located(stage, network.sz02_deputy, 22.5410, 114.0500)
    talk.delivered()
    mark = talk.mark()
    for second in range(0, 180, 10):
        talk.passes(seconds=10)
        located(stage, network.sz02_deputy, 22.5410, 114.0500 - second / 2000, again="1")
    edits = [one for one in talk.heard(network.managers_chat, after=mark) if one.edit]
    assert 1 <= len(edits) <= 3
    assert not [one for one in talk.heard(network.sz02_deputy, after=mark) if one.card_id is None]


def test_where_somebody_was_is_not_kept(stage: Stage) -> None:
    from sqlalchemy import text

    stage.shipped()
    located(stage, stage.network.sz02_deputy, 22.5417, 114.0533)
    with stage.talk.database.transaction(writing=False) as session:
        assert not [row for row in session.execute(text("SELECT payload FROM inbound")) if "22.5417" in row[0]]


@pytest.mark.parametrize("place", [("nan", "1"), ("91", "0"), ("x", "y"), ("", "")])
def test_a_place_off_the_globe_says_nothing(stage: Stage, place: tuple[str, str]) -> None:
    stage.shipped()
    located(stage, stage.network.sz02_deputy, *place)  # type: ignore[arg-type]
    assert stage.request().eta_at is None


def test_a_live_location_that_goes_on_after_the_arrival_is_silent(stage: Stage) -> None:
    stage.shipped()
    talk, network = stage.talk, stage.network
    located(stage, network.sz02_deputy, 22.5410, 114.0500)
    talk.presses(network.sz01_manager, "已收到 ×1")
    talk.delivered()
    mark = talk.mark()
    talk.passes(minutes=2)
    located(stage, network.sz02_deputy, 22.5410, 114.0000, again="1")
    assert not talk.heard(network.sz02_deputy, after=mark)


def test_the_story_counts_the_lines_in_order(stage: Stage) -> None:
    stage.accepted()
    with stage.talk.database.transaction() as session:
        assert request_queries.add_progress(session, stage.request().id, stage.talk.now) == 2
        assert request_queries.add_progress(session, stage.request().id, stage.talk.now) == 3
