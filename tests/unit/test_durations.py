"""Durations: as the configuration writes them and as people read them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.durations import LONGEST, format_duration, parse_duration, say_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2s", 2),
        ("10m", 600),
        ("2h", 7200),
        ("3d", 259_200),
        ("1h30m", 5400),
        ("1d2h3m4s", 93_784),
        ("90m", 5400),
        ("0s", 0),
        (" 1H 30M ", 5400),
        ("10min", 600),
        ("10分钟", 600),
        ("1小时35分", 5700),
        ("2天", 172_800),
        ("3650d", 315_360_000),
    ],
)
def test_a_duration_is_read(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text",
    ["", " ", "10", "m", "ten", "1.5h", "-5m", "+5m", "5 m 2 h", "30m1h", "1h1h", "10mm", "5w", "٣m", "1h30", "1e3s"],
)
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="10m, 2h, 3d or 1h30m"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["3651d", "999999999d", "3650d1s"])
def test_what_is_longer_than_ten_years_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="at most 3650d"):
        parse_duration(text)


def test_ten_thousand_digits_are_refused_in_a_short_sentence() -> None:
    with pytest.raises(ValueError) as refused:
        parse_duration("9" * 10_000 + "d")
    assert len(str(refused.value)) < 150


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (2, "2s"), (60, "1m"), (5400, "1h30m"), (86_400, "1d"), (90_061, "1d1h1m1s"), (86_405, "1d5s")],
)
def test_a_duration_is_written_in_its_largest_units(seconds: int, text: str) -> None:
    assert format_duration(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize("seconds", [-1, 0.5, 1.000001])
def test_what_cannot_be_read_back_is_not_written(seconds: float) -> None:
    with pytest.raises(ValueError, match="whole seconds"):
        format_duration(timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("seconds", "zh", "en", "es"),
    [
        pytest.param(95 * 60, "1小时35分", "1 h 35 min", "1 h 35 min", id="hours and minutes"),
        pytest.param(600, "10分钟", "10 min", "10 min", id="minutes alone"),
        pytest.param(7200, "2小时", "2 h", "2 h", id="hours alone"),
        pytest.param(3 * 86_400, "3天", "3 d", "3 d", id="days alone"),
        pytest.param(86_400 + 60, "1天1分", "1 d 1 min", "1 d 1 min", id="no hours between"),
        pytest.param(0, "0秒", "0 s", "0 s", id="nothing"),
        pytest.param(45, "45秒", "45 s", "45 s", id="under a minute"),
        pytest.param(59.4, "59秒", "59 s", "59 s", id="just under a minute"),
        pytest.param(59.5, "1分钟", "1 min", "1 min", id="rounds up to a minute"),
        pytest.param(89, "1分钟", "1 min", "1 min", id="rounds down"),
        pytest.param(90, "2分钟", "2 min", "2 min", id="half a minute rounds up"),
        pytest.param(150, "3分钟", "3 min", "3 min", id="half rounds up, not to even"),
        pytest.param(3599.9, "1小时", "1 h", "1 h", id="rounds up to an hour"),
        pytest.param(-300, "-5分钟", "-5 min", "-5 min", id="overdue"),
    ],
)
def test_a_duration_is_said_in_whole_minutes(seconds: float, zh: str, en: str, es: str) -> None:
    duration = timedelta(seconds=seconds)
    assert [say_duration(duration, language) for language in ("zh", "en", "es")] == [zh, en, es]


def test_a_language_of_a_region_is_that_language_and_an_unknown_one_english() -> None:
    hour = timedelta(hours=1)
    assert [say_duration(hour, language) for language in ("zh-CN", "es-MX", "fr")] == ["1小时", "1 h", "1 h"]


@given(st.integers(0, int(LONGEST.total_seconds())))
def test_what_is_written_reads_back_the_same(seconds: int) -> None:
    duration = timedelta(seconds=seconds)
    assert parse_duration(format_duration(duration)) == duration


@given(st.integers(0, 100_000), st.sampled_from(["zh", "en", "es"]))
def test_what_is_said_of_whole_minutes_reads_back_the_same(minutes: int, language: str) -> None:
    duration = timedelta(minutes=minutes)
    assert parse_duration(say_duration(duration, language)) == duration


@given(st.text(max_size=20))
def test_any_text_is_a_duration_or_a_value_error(text: str) -> None:
    try:
        duration = parse_duration(text)
    except ValueError:
        return
    assert timedelta(0) <= duration <= LONGEST
