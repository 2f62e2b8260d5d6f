"""When the boards are posted: at each region's hour, once, and late after a standstill."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlmodel import select

from handlers.settings import Digest, Settings
from storage.database import Database
from storage.tables.audit import AuditEntry
from storage.tables.chats import Chat, Purpose
from storage.tables.people import Region
from storage.tables.queues import Timer
from tests.factories import MONDAY, Factory, SmallNetwork, small_network
from tests.report_desk import BANGKOK_EVENING, DAY, EVENING, NEXT_MONDAY, minutes, posted
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
    assert posted(talk, network.managers_chat, "🌙") == ["🌙 深圳 · 3月2日:没有未了的事,今天也没有可报的。"]


def test_every_evening_has_one_digest(talk: Talk, network: SmallNetwork) -> None:
    talk.passes(until=EVENING + 3 * DAY)
    said = posted(talk, network.managers_chat, "🌙")
    assert [words.splitlines()[0][:14] for words in said] == [f"🌙 深圳 · 3月{day}日:没有" for day in (2, 3, 4, 5)]


def test_a_digest_missed_in_a_standstill_is_posted_once_and_marked_late(
    any_database: Database, any_network: SmallNetwork
) -> None:
    Talk(any_database).sees_to_it()
    again = Talk(any_database, now=EVENING + timedelta(hours=2))  # the process was away over the hour
    again.passes(minutes=3)
    (said,) = posted(again, any_network.managers_chat, "🌙")
    assert said.splitlines()[1] == "⏰ 补发,原定 21:00"
    restarted = Talk(any_database, now=again.now)
    restarted.passes(minutes=3)
    assert len(posted(restarted, any_network.managers_chat, "🌙")) == 1


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
    assert len([key for key in keys if not key.startswith(("boards:", "ahead:", "dead_stock:"))]) == 10
