"""Working time: tables of cases with the edges named, then properties against a minute-by-minute model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.working_time import (
    ALWAYS,
    Hours,
    Slot,
    add_working,
    at_local,
    closing,
    is_open,
    local,
    next_local,
    next_opening,
    say_moment,
    working_between,
)

SHANGHAI, NEW_YORK, MADRID = "Asia/Shanghai", "America/New_York", "Europe/Madrid"
SPLIT = Hours(SHANGHAI, ((time(9), time(12)), (time(13), time(18))))
NIGHT = ((time(22), time(6)),)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def at(text: str, zone: str = SHANGHAI) -> datetime:
    """Read "2026-11-26 12:30" as a wall time of the zone."""
    moment = datetime.fromisoformat(text)
    return at_local(moment.date(), moment.time(), zone)


@pytest.mark.parametrize(
    ("start", "duration", "expected"),
    [
        pytest.param("2026-11-26 12:30", 10, "2026-11-26 13:10", id="asked in the lunch break"),
        pytest.param("2026-11-26 11:55", 10, "2026-11-26 13:05", id="spans the lunch break"),
        pytest.param("2026-11-26 11:50", 10, "2026-11-26 12:00", id="ends as the store shuts, not tomorrow"),
        pytest.param("2026-11-26 12:00", 10, "2026-11-26 13:10", id="asked at the minute of closing"),
        pytest.param("2026-11-26 17:55", 10, "2026-11-27 09:05", id="carries over the night"),
        pytest.param("2026-11-26 08:59", 1, "2026-11-26 09:01", id="before opening"),
        pytest.param("2026-11-26 10:00", 0, "2026-11-26 10:00", id="nothing, while open"),
        pytest.param("2026-11-26 12:00", 0, "2026-11-26 13:00", id="nothing, at the minute of closing"),
        pytest.param("2026-11-26 19:00", 0, "2026-11-27 09:00", id="nothing, after hours"),
        pytest.param("2026-11-26 09:00", 8 * 60, "2026-11-26 18:00", id="exactly one day's work"),
        pytest.param("2026-11-26 09:00", 8 * 60 * 3, "2026-11-28 18:00", id="three days' work"),
        pytest.param("2026-12-31 17:30", 60, "2027-01-01 09:30", id="over the new year"),
    ],
)
def test_a_clock_stands_still_while_the_store_is_shut(start: str, duration: int, expected: str) -> None:
    assert add_working(SPLIT, at(start), minutes(duration)) == at(expected)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-11-26 08:59:59", False),
        ("2026-11-26 09:00", True),
        ("2026-11-26 11:59:59", True),
        ("2026-11-26 12:00", False),
        ("2026-11-26 13:00", True),
        ("2026-11-26 18:00", False),
        ("2026-11-29 10:00", True),  # a Sunday: weekdays are not this file's yet
    ],
)
def test_opening_time_is_open_and_closing_time_is_closed(when: str, expected: bool) -> None:
    assert is_open(SPLIT, at(when)) is expected


@pytest.mark.parametrize(
    ("when", "opens", "shuts"),
    [
        pytest.param("2026-11-26 08:00", "2026-11-26 09:00", "2026-11-26 12:00", id="before opening"),
        pytest.param("2026-11-26 10:00", "2026-11-26 10:00", "2026-11-26 12:00", id="while open"),
        pytest.param("2026-11-26 12:00", "2026-11-26 13:00", "2026-11-26 18:00", id="at closing"),
        pytest.param("2026-11-26 20:00", "2026-11-27 09:00", "2026-11-27 12:00", id="at night"),
    ],
)
def test_the_next_opening_and_closing_are_those_of_the_opening_in_progress_or_the_next(
    when: str, opens: str, shuts: str
) -> None:
    assert next_opening(SPLIT, at(when)) == at(opens)
    assert closing(SPLIT, at(when)) == at(shuts)


@pytest.mark.parametrize(
    "slots",
    [
        (),
        ((time(0), time(0)),),
        ((time(8), time(8)),),
        ((time(8), time(20)), (time(20), time(8))),
        ((time(6), time(18)), (time(12), time(7))),
    ],
)
def test_a_store_that_never_shuts_has_no_closing_and_every_minute_counts(slots: tuple[Slot, ...]) -> None:
    hours = Hours(NEW_YORK, slots)
    start = at("2026-03-07 23:30", NEW_YORK)  # the night the clocks go forward
    assert closing(hours, start) is None
    assert is_open(hours, start)
    assert add_working(hours, start, timedelta(days=2)) == start + timedelta(days=2)
    assert working_between(hours, start, start + timedelta(hours=30)) == timedelta(hours=30)


def test_always_is_open_at_any_time() -> None:
    start = datetime(2026, 11, 26, 3, 7, tzinfo=UTC)
    assert add_working(ALWAYS, start, minutes(10)) == start + minutes(10)
    assert next_opening(ALWAYS, start) == start


def test_two_slots_that_touch_or_overlap_are_one_opening() -> None:
    hours = Hours(SHANGHAI, ((time(12), time(18)), (time(9), time(12)), (time(10), time(13))))
    assert closing(hours, at("2026-11-26 09:00")) == at("2026-11-26 18:00")
    assert working_between(hours, at("2026-11-26 00:00"), at("2026-11-27 00:00")) == timedelta(hours=9)


def test_a_night_shift_runs_into_the_next_day() -> None:
    hours = Hours(SHANGHAI, NIGHT)
    assert is_open(hours, at("2026-11-27 05:59"))
    assert not is_open(hours, at("2026-11-27 06:00"))
    assert closing(hours, at("2026-11-26 23:00")) == at("2026-11-27 06:00")
    assert add_working(hours, at("2026-11-27 05:55"), minutes(10)) == at("2026-11-27 22:05")


@pytest.mark.parametrize(
    ("zone", "evening", "hours_worked"),
    [
        pytest.param(NEW_YORK, "2026-03-07 22:00", 7, id="New York loses an hour"),
        pytest.param(NEW_YORK, "2026-10-31 22:00", 9, id="New York wins an hour"),
        pytest.param(MADRID, "2026-03-28 22:00", 7, id="Madrid loses an hour"),
        pytest.param(MADRID, "2026-10-24 22:00", 9, id="Madrid wins an hour"),
        pytest.param(MADRID, "2026-11-26 22:00", 8, id="an ordinary night"),
    ],
)
def test_a_night_on_which_clocks_change_is_as_long_as_it_was(zone: str, evening: str, hours_worked: int) -> None:
    hours, start = Hours(zone, NIGHT), at(evening, zone)
    assert working_between(hours, start, start + timedelta(hours=12)) == timedelta(hours=hours_worked)
    assert closing(hours, start) == start + timedelta(hours=hours_worked)
    assert add_working(hours, start, timedelta(hours=hours_worked)) == closing(hours, start)


@pytest.mark.parametrize("zone", [NEW_YORK, MADRID])
def test_opening_hours_keep_to_the_wall_clock_across_a_change(zone: str) -> None:
    hours = Hours(zone, ((time(9), time(18)),))
    for day in ("2026-03-07", "2026-03-08", "2026-03-28", "2026-03-29", "2026-10-25", "2026-11-01"):
        opens = next_opening(hours, at(f"{day} 00:00", zone))
        assert local(opens, zone).isoformat(sep=" ")[:16] == f"{day} 09:00"


@pytest.mark.parametrize(
    ("day", "wall", "zone", "expected"),
    [
        pytest.param(date(2026, 11, 26), time(16), SHANGHAI, "2026-11-26T08:00", id="ordinary"),
        pytest.param(date(2026, 3, 8), time(2, 30), NEW_YORK, "2026-03-08T07:00", id="skipped: first instant after"),
        pytest.param(date(2026, 3, 8), time(2, 0), NEW_YORK, "2026-03-08T07:00", id="first minute skipped"),
        pytest.param(date(2026, 3, 8), time(3, 0), NEW_YORK, "2026-03-08T07:00", id="first minute after the gap"),
        pytest.param(date(2026, 3, 8), time(1, 59), NEW_YORK, "2026-03-08T06:59", id="last minute before the gap"),
        pytest.param(date(2026, 11, 1), time(1, 30), NEW_YORK, "2026-11-01T05:30", id="twice: the first"),
        pytest.param(date(2026, 11, 1), time(2, 0), NEW_YORK, "2026-11-01T07:00", id="after the hour that came twice"),
        pytest.param(date(2026, 3, 29), time(2, 15), MADRID, "2026-03-29T01:00", id="skipped in Madrid"),
        pytest.param(date(2026, 10, 25), time(2, 15), MADRID, "2026-10-25T00:15", id="twice in Madrid"),
        pytest.param(date(2026, 10, 4), time(2, 10), "Australia/Lord_Howe", "2026-10-03T15:30", id="half-hour gap"),
        pytest.param(date(2011, 12, 30), time(12), "Pacific/Apia", "2011-12-30T10:00", id="a day that never was"),
    ],
)
def test_a_wall_time_becomes_one_instant(day: date, wall: time, zone: str, expected: str) -> None:
    moment = at_local(day, wall, zone)
    assert moment.isoformat() == f"{expected}:00+00:00"


def test_a_wall_time_keeps_its_microseconds() -> None:
    assert at_local(date(2026, 11, 26), time(16, 0, 1, 5), SHANGHAI) == datetime(2026, 11, 26, 8, 0, 1, 5, UTC)


@pytest.mark.parametrize(
    ("now", "wall", "zone", "expected"),
    [
        pytest.param("2026-11-26T12:59", time(21), SHANGHAI, "2026-11-26T13:00", id="later today"),
        pytest.param("2026-11-26T13:00", time(21), SHANGHAI, "2026-11-27T13:00", id="exactly now is tomorrow"),
        pytest.param("2026-11-26T13:01", time(21), SHANGHAI, "2026-11-27T13:00", id="just missed"),
        pytest.param("2026-11-26T17:00", time(0, 30), SHANGHAI, "2026-11-27T16:30", id="already tomorrow there"),
        pytest.param("2026-03-08T06:30", time(2, 30), NEW_YORK, "2026-03-08T07:00", id="skipped hour"),
        pytest.param("2026-03-08T07:00", time(2, 30), NEW_YORK, "2026-03-09T06:30", id="the skipped hour comes once"),
        pytest.param("2026-11-01T05:45", time(1, 30), NEW_YORK, "2026-11-02T06:30", id="the second 01:30 is none"),
    ],
)
def test_the_next_time_a_clock_shows_is_strictly_later(now: str, wall: time, zone: str, expected: str) -> None:
    assert next_local(datetime.fromisoformat(f"{now}+00:00"), wall, zone).isoformat() == f"{expected}:00+00:00"


@pytest.mark.parametrize(
    ("language", "there", "expected"),
    [
        pytest.param("zh", "2026-11-26 16:00", "16:00", id="today"),
        pytest.param("zh", "2026-11-26 00:00", "00:00", id="today's first minute"),
        pytest.param("zh", "2026-11-27 16:00", "11月27日 16:00", id="another day, Chinese"),
        pytest.param("zh-CN", "2026-11-27 16:00", "11月27日 16:00", id="another day, Chinese of a region"),
        pytest.param("en", "2026-11-27 16:00", "27 Nov 16:00", id="another day, English"),
        pytest.param("es", "2026-11-27 16:00", "27 nov 16:00", id="another day, Spanish"),
        pytest.param("es", "2027-01-02 09:05", "2 ene 09:05", id="next year"),
    ],
)
def test_a_moment_is_said_with_its_day_unless_it_is_today(language: str, there: str, expected: str) -> None:
    now = at("2026-11-26 08:00")
    assert say_moment(at(there), SHANGHAI, now, language) == expected


@pytest.mark.parametrize(
    ("reader", "other", "expected"),
    [
        pytest.param("Asia/Bangkok", SHANGHAI, "16:00 (UTC+7)", id="the reader's own offset is named"),
        pytest.param(SHANGHAI, SHANGHAI, "17:00", id="one zone"),
        pytest.param(SHANGHAI, "Asia/Singapore", "17:00", id="another zone at the same offset"),
        pytest.param("Asia/Kolkata", SHANGHAI, "14:30 (UTC+5:30)", id="half an hour"),
        pytest.param("Asia/Kathmandu", SHANGHAI, "14:45 (UTC+5:45)", id="three quarters"),
        pytest.param("America/St_Johns", SHANGHAI, "05:30 (UTC-3:30)", id="behind Greenwich"),
        pytest.param("UTC", SHANGHAI, "09:00 (UTC+0)", id="at Greenwich"),
        pytest.param("Asia/Bangkok", None, "16:00", id="nobody else reads"),
    ],
)
def test_a_reader_elsewhere_sees_the_offset(reader: str, other: str | None, expected: str) -> None:
    moment = datetime(2026, 11, 26, 9, tzinfo=UTC)
    assert say_moment(moment, reader, moment, "en", other) == expected


def test_zones_that_differ_only_in_summer_are_told_apart_by_the_instant() -> None:
    summer, winter = datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 12, 1, 12, tzinfo=UTC)
    assert say_moment(summer, "Africa/Lagos", summer, "en", MADRID) == "13:00 (UTC+1)"
    assert say_moment(winter, "Africa/Lagos", winter, "en", MADRID) == "13:00"


def test_today_is_the_readers_own_and_not_that_of_utc() -> None:
    now = datetime(2026, 11, 26, 17, tzinfo=UTC)  # 27 November, 01:00 in Shanghai
    assert say_moment(now + timedelta(hours=1), SHANGHAI, now, "zh") == "02:00"
    assert say_moment(now - timedelta(hours=2), SHANGHAI, now, "zh") == "11月26日 23:00"


NAIVE = datetime(2026, 11, 26, 9)  # noqa: DTZ001 what must be refused


@pytest.mark.parametrize(
    "call",
    [
        lambda: is_open(SPLIT, NAIVE),
        lambda: next_opening(SPLIT, NAIVE),
        lambda: closing(SPLIT, NAIVE),
        lambda: add_working(SPLIT, NAIVE, minutes(1)),
        lambda: working_between(SPLIT, NAIVE, at("2026-11-26 10:00")),
        lambda: working_between(SPLIT, at("2026-11-26 10:00"), NAIVE),
        lambda: local(NAIVE, SHANGHAI),
        lambda: next_local(NAIVE, time(9), SHANGHAI),
        lambda: say_moment(NAIVE, SHANGHAI, at("2026-11-26 10:00"), "zh"),
        lambda: say_moment(at("2026-11-26 10:00"), SHANGHAI, NAIVE, "zh"),
    ],
)
def test_a_time_without_a_zone_is_refused(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="without a zone"):
        call()


@pytest.mark.parametrize("name", ["", "Nowhere/City", "../etc/passwd", "/etc/passwd", "a\0b", "x" * 5000, "Asia"])
def test_an_unknown_zone_is_refused_with_an_example(name: str) -> None:
    with pytest.raises(ValueError, match="Asia/Shanghai"):
        Hours(name)


def test_a_negative_duration_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        add_working(SPLIT, at("2026-11-26 10:00"), minutes(-1))


def test_times_of_any_zone_come_back_in_utc() -> None:
    start = datetime(2026, 11, 26, 12, 30, tzinfo=timezone(timedelta(hours=8)))
    due = add_working(SPLIT, start, minutes(10))
    assert due.tzinfo is UTC
    assert due == at("2026-11-26 13:10")
    assert next_opening(SPLIT, at("2026-11-26 10:00").astimezone(timezone(minutes(-210)))).tzinfo is UTC


@dataclass(frozen=True, slots=True)
class WeekdaysOnly(Hours):
    """Stand for the calendars to come: they say a day's slots and nothing else."""

    def slots_on(self, day: date) -> tuple[Slot, ...]:
        return self.slots if day.weekday() < 5 else ()


@dataclass(frozen=True, slots=True)
class NeverAgain(Hours):
    def slots_on(self, day: date) -> tuple[Slot, ...]:
        return self.slots if day.year < 2026 else ()


def test_a_calendar_needs_only_to_say_the_slots_of_a_day() -> None:
    hours = WeekdaysOnly(SHANGHAI, ((time(9), time(18)), (time(22), time(6))))
    assert add_working(hours, at("2026-11-28 05:30"), minutes(60)) == at("2026-11-30 09:30")  # Saturday to Monday
    assert closing(hours, at("2026-11-27 23:00")) == at("2026-11-28 06:00")


def test_a_calendar_that_never_opens_again_is_an_error_and_not_an_endless_search() -> None:
    with pytest.raises(ValueError, match="no opening within a year"):
        next_opening(NeverAgain(SHANGHAI, ((time(9), time(18)),)), at("2026-11-26 10:00"))


# --- properties ---------------------------------------------------------------------------------------------

walls = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
zones = st.sampled_from([SHANGHAI, NEW_YORK, MADRID, "Asia/Kolkata", "Australia/Lord_Howe", "UTC"])
any_hours = st.builds(Hours, zones, st.lists(st.tuples(walls, walls), max_size=3).map(tuple))
# Around the changes of the clocks in both hemispheres as well as any other day.
instants = st.builds(
    lambda day, seconds: datetime.combine(day, time(0), UTC) + timedelta(seconds=seconds),
    st.sampled_from([date(2026, 3, 7), date(2026, 3, 28), date(2026, 10, 3), date(2026, 10, 24), date(2026, 10, 31)])
    | st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.integers(0, 2 * 86_400),
)
durations = st.integers(0, 40 * 3600).map(lambda seconds: timedelta(seconds=seconds))


@given(any_hours, instants, durations)
def test_the_working_time_until_a_due_time_is_the_duration(hours: Hours, a: datetime, d: timedelta) -> None:
    assert working_between(hours, a, add_working(hours, a, d)) == d


@given(any_hours, instants, durations, durations)
def test_due_times_never_go_back_with_a_longer_duration(
    hours: Hours, a: datetime, d: timedelta, more: timedelta
) -> None:
    # A duration of nothing waits for the opening, where the smallest one may still end at the closing before.
    if d:
        assert add_working(hours, a, d) <= add_working(hours, a, d + more)


@given(any_hours, instants, durations, durations)
def test_due_times_never_go_back_with_a_later_start(hours: Hours, a: datetime, later: timedelta, d: timedelta) -> None:
    assert add_working(hours, a, d) <= add_working(hours, a + later, d)


@given(any_hours, instants, durations, durations)
def test_working_time_adds_up(hours: Hours, a: datetime, first: timedelta, second: timedelta) -> None:
    b, c = a + first, a + first + second
    assert working_between(hours, a, c) == working_between(hours, a, b) + working_between(hours, b, c)
    if second:
        assert add_working(hours, add_working(hours, a, first), second) == add_working(hours, a, first + second)


@given(any_hours, instants, durations)
def test_a_due_time_is_never_in_closed_time(hours: Hours, a: datetime, d: timedelta) -> None:
    due = add_working(hours, a, d)
    assert is_open(hours, due) or is_open(hours, due - timedelta(microseconds=1))


@given(any_hours, instants, durations)
def test_no_more_is_worked_than_time_passes_and_nothing_backwards(hours: Hours, a: datetime, d: timedelta) -> None:
    assert timedelta(0) <= working_between(hours, a, a + d) <= d
    assert working_between(hours, a + d, a) == timedelta(0)


def wall_says_open(hours: Hours, moment: datetime) -> bool:
    """Judge by the wall clock alone; right on every day on which no clock changes."""
    wall = moment.astimezone(local(moment, hours.timezone).tzinfo).time()
    return not hours.slots or any(a <= wall < b if a < b else wall >= a or wall < b for a, b in hours.slots)


@settings(deadline=None)  # it counts forty hours minute by minute
@given(any_hours, st.datetimes(datetime(2026, 5, 1), datetime(2026, 8, 31)), durations)  # noqa: DTZ001
def test_where_no_clock_changes_the_wall_clock_decides(hours: Hours, moment: datetime, d: timedelta) -> None:
    start = moment.replace(second=0, microsecond=0, tzinfo=UTC)
    assert is_open(hours, start) == wall_says_open(hours, start)
    whole = d // timedelta(minutes=1)
    counted = sum(wall_says_open(hours, start + minutes(n)) for n in range(whole))
    assert working_between(hours, start, start + minutes(whole)) == minutes(counted)


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), walls, walls, zones)
def test_later_wall_times_are_never_earlier_instants(day: date, one: time, other: time, zone: str) -> None:
    first, second = sorted((one, other))
    assert at_local(day, first, zone) <= at_local(day, second, zone)
    # The instant shows the wall time asked for, or the first one after a gap.
    shown = local(at_local(day, one, zone), zone)
    assert (shown.date(), shown.time()) >= (day, one)


@given(instants, walls, zones)
def test_the_next_time_is_within_two_days(moment: datetime, wall: time, zone: str) -> None:
    found = next_local(moment, wall, zone)
    assert moment < found <= moment + timedelta(hours=49)
    assert local(found, zone).time() >= wall  # later only where the clock skipped it
