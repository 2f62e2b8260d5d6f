"""So many messages in any span of time, and as soon as that allows."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import SimulatedClock
from bot.pace import MARGIN, MOST_CHATS, UNLIMITED, Limit, Pacer, Window, limit_of
from bot.platform import Pace
from tests.factories import MONDAY
from tests.fakes import UNPACED, FakePlatform

SECOND = timedelta(seconds=1)


def pacer(pace: Pace) -> Pacer:
    """Give the pacer of a platform with this pace; chats that begin with "-" are groups."""
    return Pacer(FakePlatform(SimulatedClock(MONDAY), pace=pace))


@settings(deadline=None)
@given(st.integers(1, 30), st.floats(0.1, 60), st.lists(st.floats(0, 5), max_size=80))
def test_no_span_of_time_has_more_than_its_limit(count: int, seconds: float, pauses: list[float]) -> None:
    window = Window(Limit("a", count, seconds))
    now, taken = MONDAY, []
    for pause in pauses:
        now = window.ready_at(now + timedelta(seconds=pause))
        window.take()
        window.end(now)
        taken.append(now)
    span = timedelta(seconds=seconds)
    assert all(sum(1 for other in taken if at <= other < at + span) <= count for at in taken)


@pytest.mark.parametrize(
    ("rate", "burst", "count", "seconds"),
    [(30, 30, 30, 1), (1, 1, 1, 1), (1, 3, 3, 3), (0.5, 1, 1, 2), (20 / 60, 20, 20, 60), (0.5, 0, 1, 2)],
)
def test_a_rate_is_a_number_in_a_span(rate: float, burst: int, count: int, seconds: float) -> None:
    limit = limit_of("a", burst, rate)
    assert limit is not None
    assert limit.count == count
    assert limit.seconds == pytest.approx(seconds * MARGIN)


def test_a_rate_of_nothing_is_no_limit() -> None:
    assert limit_of("a", 1, 0) is None
    free = pacer(UNPACED)
    for _ in range(100):
        say(free, "-1", MONDAY)
    assert (free.ready_at("-1", MONDAY), free.overall_at(MONDAY), free.room(MONDAY)) == (MONDAY, MONDAY, UNLIMITED)


def say(speaker: Pacer, chat: str, at: datetime) -> None:
    """Count a message that arrives at once."""
    speaker.take(chat, at)
    speaker.end(chat, at)


def test_chats_rest_by_themselves_and_all_together() -> None:
    two = pacer(Pace(overall_per_second=2, chat_per_second=1))
    say(two, "1", MONDAY)
    assert (two.ready_at("1", MONDAY), two.ready_at("2", MONDAY)) == (MONDAY + SECOND * MARGIN, MONDAY)
    assert (two.room(MONDAY), two.overall_at(MONDAY)) == (1, MONDAY)
    say(two, "2", MONDAY)
    assert (two.room(MONDAY), two.overall_at(MONDAY)) == (0, MONDAY + SECOND * MARGIN)


def test_what_is_on_its_way_counts_until_it_has_arrived_and_from_then_on() -> None:
    slow = pacer(Pace(overall_per_second=1, chat_per_second=1))
    slow.take("1", MONDAY)
    later = MONDAY + 3 * SECOND
    assert slow.room(later) == 0
    assert slow.ready_at("1", later) > later
    slow.end("1", later)
    assert slow.overall_at(later) == slow.ready_at("1", later) == later + SECOND * MARGIN


def test_what_was_not_sent_after_all_does_not_count() -> None:
    one = pacer(Pace(overall_per_second=1, chat_per_second=1))
    one.take("1", MONDAY)
    one.end("1", None)
    assert (one.room(MONDAY), one.ready_at("1", MONDAY)) == (1, MONDAY)


def test_a_chat_that_is_held_rests_until_then_and_no_shorter() -> None:
    held = pacer(UNPACED)
    held.hold("1", MONDAY + 7 * SECOND)
    held.hold("1", MONDAY + 2 * SECOND)
    assert held.ready_at("1", MONDAY) == MONDAY + 7 * SECOND
    assert held.ready_at("2", MONDAY) == MONDAY


def test_chats_that_rested_are_forgotten_and_those_that_rest_are_not() -> None:
    many = pacer(Pace(overall_per_second=0, chat_per_second=1))
    for number in range(MOST_CHATS - 1):
        say(many, str(number), MONDAY)
    later = MONDAY + timedelta(minutes=1)
    say(many, "late", later)
    say(many, "new", later)
    assert len(many._chats) == 2
    assert many.ready_at("late", later) == later + SECOND * MARGIN
