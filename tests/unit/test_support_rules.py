"""The policy of supports, and reading what people write of them and of free windows."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from handlers.boards.windows import Parts, find_when, is_free, read_windows
from handlers.settings import SupportClocks, Supporting
from handlers.support import rules
from handlers.support.rules import Specialist
from handlers.support.words import parse_hours, parse_level, parse_support, says_waiting

SUNDAY = date(2026, 11, 22)
FRIDAY = date(2026, 11, 27)
PARTS = Parts((9 * 60, 12 * 60), (13 * 60, 18 * 60), (9 * 60, 18 * 60))
NUMBERS = Supporting()
ZONE = "Asia/Shanghai"


def at(hour: int, minute: int = 0) -> int:
    return hour * 60 + minute


# What it costs


@pytest.mark.parametrize(
    ("km", "yuan"), [(0.0, 300), (49.9, 300), (50.0, 500), (200.0, 500), (200.1, 1000), (None, 300)]
)
def test_the_subsidy_goes_by_the_distance(km: float | None, yuan: int) -> None:
    assert rules.subsidy(km, NUMBERS) == yuan * 100


@pytest.mark.parametrize(("km", "may"), [(49.9, False), (50.0, True), (200.1, True), (None, False)])
def test_travel_and_lodging_may_be_claimed_only_from_fifty_kilometres(km: float | None, may: bool) -> None:
    assert rules.may_claim_travel(km, NUMBERS) is may
    assert ("lodging" in rules.checklist_of("giver", km, NUMBERS)) is may


# When it is urgent


@pytest.mark.parametrize(("days", "urgent"), [(0, True), (2, True), (3, False), (30, False)])
def test_less_than_three_days_ahead_is_urgent(days: int, urgent: bool) -> None:
    assert rules.is_urgent(SUNDAY + timedelta(days=days), SUNDAY, NUMBERS) is urgent


def test_the_checklist_is_due_the_evening_before_or_within_an_hour_where_that_is_too_near() -> None:
    table = SupportClocks()
    visit = datetime(2026, 11, 27, 5, 0, tzinfo=UTC)
    evening = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
    assert rules.prepared_by(visit, ZONE, visit - timedelta(days=3), table) == evening
    assert rules.prepared_by(visit, ZONE, evening - timedelta(minutes=30), table) == evening + timedelta(minutes=30)
    assert rules.prepared_by(visit, ZONE, visit - timedelta(minutes=20), table) == visit


def test_a_visit_that_has_begun_begins_with_the_next_half_hour_and_one_that_is_over_is_none() -> None:
    now = datetime(2026, 11, 27, 6, 10, tzinfo=UTC)  # 14:10 in Shenzhen
    visit = rules.visit_of(FRIDAY, at(13), at(18), ZONE, now, NUMBERS)
    assert visit is not None
    assert visit.starts_at == datetime(2026, 11, 27, 6, 30, tzinfo=UTC)
    assert rules.visit_of(FRIDAY, at(9), at(12), ZONE, now, NUMBERS) is None


def test_a_moment_that_is_past_is_none_however_much_would_be_left_of_three_hours() -> None:
    now = datetime(2026, 11, 27, 6, 10, tzinfo=UTC)  # 14:10 in Shenzhen
    assert rules.visit_of(FRIDAY, at(14), None, ZONE, now, NUMBERS) is None
    later = rules.visit_of(FRIDAY, at(14) + 15, None, ZONE, now, NUMBERS)
    assert later is not None
    assert later.starts_at == now + timedelta(minutes=5)


def test_only_the_beginning_said_means_three_hours_and_never_past_midnight() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    visit = rules.visit_of(FRIDAY, at(22), None, ZONE, now, NUMBERS)
    assert visit is not None
    assert visit.ends_at - visit.starts_at == timedelta(hours=2)


# Who is asked


def test_the_cheapest_comes_first_then_the_nearest_and_who_was_lent_less() -> None:
    near_often = Specialist(1, 11, "T3", 10, lent=1)
    near = Specialist(2, 12, "T3", 30, lent=0)
    cheap_high = Specialist(3, 13, "T3", 49, lent=0)
    far = Specialist(4, 14, "T3", 60, lent=0)
    too_far = Specialist(5, 15, "T3", 501, lent=0)
    again = Specialist(6, 12, "T2", 40, lent=0)
    found = rules.rank([too_far, far, cheap_high, near_often, near, again], "T3", NUMBERS)
    assert [one.technician_id for one in found] == [2, 1, 3, 4]


def test_how_a_store_answers_counts_like_kilometres_and_never_more_than_the_cost() -> None:
    slow, quick, dear = (
        Specialist(1, 11, "T3", 10, lent=0, burden_km=40),
        Specialist(2, 12, "T3", 40, lent=0, burden_km=5),
        Specialist(3, 13, "T3", 60, lent=0),
    )
    assert [one.technician_id for one in rules.rank([dear, slow, quick], "T3", NUMBERS)] == [2, 1, 3]


@pytest.mark.parametrize(
    ("status", "can"),
    [
        ("可支援", True),
        ("空闲", True),
        ("", True),
        ("忙", False),
        ("请假", False),
        ("on leave", False),
        ("外出培训", False),
    ],
)
def test_a_technician_who_is_busy_or_away_is_not_lent(status: str, can: bool) -> None:
    assert rules.can_be_lent(status) is can


@pytest.mark.parametrize(
    ("level", "wanted", "has"),
    [("T3", "T3", True), ("T3", "T1", True), ("T2", "T3", False), ("", "T1", False), ("大师", "T1", False)],
)
def test_a_level_is_enough_from_the_one_wanted(level: str, wanted: str, has: bool) -> None:
    assert rules.has_level(level, wanted) is has


# The map's windows


@pytest.mark.parametrize(
    ("words", "day", "span", "free"),
    [
        ("周三全天", date(2026, 11, 25), (at(9), at(18)), True),
        ("周三全天", date(2026, 12, 2), (at(9), at(18)), True),  # every week
        ("周三全天", date(2026, 11, 26), (at(9), at(18)), False),
        ("Fri PM", FRIDAY, (at(13), at(18)), True),
        ("Fri PM", FRIDAY, (at(11), at(14)), False),
        ("周五下午", FRIDAY, (at(12), at(15)), True),
        ("11月27日 9:00-12:00", FRIDAY, (at(9), at(12)), True),
        ("11月27日 9:00-12:00", FRIDAY, (at(9), at(12, 30)), False),
        ("11月27日 9:00-12:00", FRIDAY + timedelta(days=7), (at(9), at(12)), False),
        ("周一、周五上午", FRIDAY, (at(9), at(12)), True),
        ("周一、周五上午", date(2026, 11, 23), (at(13), at(15)), False),
        ("周一至周五下午", date(2026, 11, 26), (at(14), at(16)), True),
        ("周五上午、周五下午", FRIDAY, (at(9), at(18)), True),  # windows that meet are one
        ("下周五上午", FRIDAY, (at(9), at(12)), True),
        ("viernes tarde", FRIDAY, (at(14), at(16)), True),
        ("mié y vie mañana", FRIDAY, (at(9), at(12)), True),
        ("工作日全天", FRIDAY, (at(9), at(18)), True),
        ("周五不行", FRIDAY, (at(9), at(12)), False),
        ("除周五外都可以", FRIDAY, (at(9), at(12)), False),
        ("问店长", FRIDAY, (at(9), at(12)), False),
        ("", FRIDAY, (at(9), at(12)), False),
        ("周五 25:00-26:00", FRIDAY, (at(9), at(12)), False),
    ],
)
def test_a_window_in_words_is_free_when_it_says_so(words: str, day: date, span: tuple[int, int], free: bool) -> None:
    assert is_free(read_windows(words, SUNDAY), day, span, PARTS) is free


def test_an_afternoon_the_network_lets_begin_before_noon_still_holds_an_afternoon() -> None:
    early = Parts((8 * 60, 11 * 60), (11 * 60 + 30, 17 * 60), (8 * 60, 17 * 60))
    assert is_free(read_windows("周五下午", SUNDAY), FRIDAY, early.afternoon, early)


# What is asked for


@pytest.mark.parametrize(
    ("words", "day", "begins", "until"),
    [
        ("11月27日下午", FRIDAY, at(13), at(18)),
        ("2026-11-27 14:00", FRIDAY, at(14), None),
        ("周五 9:00-12:00", FRIDAY, at(9), at(12)),
        ("下周一上午", date(2026, 11, 23), at(9), at(12)),
        ("明天全天", date(2026, 11, 23), at(9), at(18)),
        ("后天下午2点到4点", date(2026, 11, 24), at(14), at(16)),
        ("后天上午9点半", date(2026, 11, 24), at(9, 30), None),
        ("tomorrow 2pm", date(2026, 11, 23), at(14), None),
        ("Friday 2-4pm", FRIDAY, at(14), at(16)),
        ("Friday afternoon at 3:00", FRIDAY, at(15), None),
        ("27 Nov 9am-12pm", FRIDAY, at(9), at(12)),
        ("mañana por la tarde", date(2026, 11, 23), at(13), at(18)),
        ("viernes por la mañana", FRIDAY, at(9), at(12)),
        ("27/11 todo el día", FRIDAY, at(9), at(18)),
        ("1月3日上午", date(2027, 1, 3), at(9), at(12)),
        ("11月20日上午", date(2026, 11, 20), at(9), at(12)),  # past, and not of the next year
        ("周五", FRIDAY, None, None),
        ("下午", None, at(13), at(18)),
        ("8K0 941 003 12V T3", None, None, None),
    ],
)
def test_a_day_and_a_time_are_read_as_people_write_them(
    words: str, day: date | None, begins: int | None, until: int | None
) -> None:
    when = find_when(words, SUNDAY, PARTS)
    assert (when.day, when.begins, when.until, when.problem) == (day, begins, until, "")


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("三电 T3 昨天下午 高压互锁报警", date(2026, 11, 21)),
        ("三电 T3 前天15点,高压互锁报警", date(2026, 11, 20)),
        ("上周三 9:00-12:00", date(2026, 11, 11)),
        ("yesterday afternoon", date(2026, 11, 21)),
        ("ayer por la tarde", date(2026, 11, 21)),
        ("昨天", date(2026, 11, 21)),
        ("三电 T3 昨天下午抛锚的车", None),  # when it happened is no time to come
        ("三电 T3 昨天修过,还是报警", None),
        ("三电 昨天下午 报警,周五下午来", FRIDAY),
        ("三电 上周三修过,周五下午来", FRIDAY),
    ],
)
def test_a_day_gone_by_is_meant_only_where_it_stands_as_the_time_to_come(words: str, day: date | None) -> None:
    assert find_when(words, SUNDAY, PARTS).day == day
    assert find_when(f"{words},11月27日 15:00", SUNDAY, PARTS).begins == at(15)  # whenever it was that happened
    assert not is_free(read_windows("昨天全天、上周五全天", SUNDAY), FRIDAY, (at(13), at(18)), PARTS)


@pytest.mark.parametrize(
    ("words", "day", "begins"),
    [
        ("三电T3明早9点 高压报警", date(2026, 11, 23), at(9)),
        ("明早 三电 报警", date(2026, 11, 23), at(9)),
        ("今晚7点 三电", SUNDAY, at(19)),
        ("三电 T3 27号下午 高压", FRIDAY, at(13)),
        ("6号上午9点", date(2026, 12, 6), at(9)),  # this month's is over
        ("三电 T3 周5下午 高压", FRIDAY, at(13)),
        ("今早抛锚,周五下午来", FRIDAY, at(13)),
        ("2号缸失火,周五下午来", FRIDAY, at(13)),
        ("每周3次报警,周五下午来", FRIDAY, at(13)),
        ("说明早期故障,周五下午来", FRIDAY, at(13)),
    ],
)
def test_a_day_is_read_as_hurried_people_write_it(words: str, day: date, begins: int) -> None:
    when = find_when(words, SUNDAY, PARTS)
    assert (when.day, when.begins, when.problem) == (day, begins, "")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("31号下午", "no_such_day"),
        ("2月30日上午", "no_such_day"),
        ("13月1日", "no_such_day"),
        ("明天 25:00", "no_such_time"),
        ("明天 9:75", "no_such_time"),
        ("明天 14:00-9:00", "no_such_time"),
    ],
)
def test_a_day_or_a_time_that_does_not_exist_is_told_so(words: str, problem: str) -> None:
    assert find_when(words, SUNDAY, PARTS).problem == problem


def test_every_part_of_a_line_is_found_wherever_it_stands() -> None:
    known = ["三电故障", "智能驾驶", "钣喷"]
    for words in (
        "三电故障 T3 11月27日下午 高压互锁报警,客户车在店",
        "三电 11月27日下午 t3 高压互锁报警,客户车在店",
        "T3级 三电故障 高压互锁报警,客户车在店 11月27日下午",
    ):
        said = parse_support(words, known, SUNDAY, PARTS)
        assert (said.specialty, said.level, said.when.day, said.when.begins) == ("三电故障", "T3", FRIDAY, at(13))
        assert said.matter == "高压互锁报警,客户车在店"


def test_what_was_not_said_is_empty() -> None:
    said = parse_support("高压互锁报警", ["三电故障"], SUNDAY, PARTS)
    assert (said.specialty, said.level, said.when.day, said.matter) == ("", "", None, "高压互锁报警")
    said = parse_support("", [], SUNDAY, PARTS)
    assert (said.specialty, said.level, said.matter) == ("", "", "")


@pytest.mark.parametrize(
    ("words", "level"), [("T3", "T3"), ("t 2", "T2"), ("2级", "T2"), ("T1以上", "T1"), ("T4", ""), ("ST3X", "")]
)
def test_a_level_is_read(words: str, level: str) -> None:
    assert parse_level(words) == level


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("3", 180),
        ("2.5", 150),
        ("2,5小时", 150),
        ("0.5", 30),
        ("２小时３０分", 150),
        ("两个半小时", 150),
        ("三小时", 180),
        ("1h20m", 80),
        ("2小时90分", None),
        ("很久", None),
        ("", None),
    ],
)
def test_hours_of_work_are_read(words: str, minutes: int | None) -> None:
    assert parse_hours(words) == minutes


@pytest.mark.parametrize(
    ("matter", "waits"),
    [
        ("高压报警,客户车在店", True),
        ("客户在等", True),
        ("customer is waiting", True),
        ("客户不在店", False),
        ("报警", False),
    ],
)
def test_a_customer_who_waits_is_heard(matter: str, waits: bool) -> None:
    assert says_waiting(matter) is waits


def test_quiet_defaults_of_the_day_are_the_programme_s() -> None:
    table = SupportClocks()
    assert (table.agree, table.checklist, table.prepared) == (timedelta(hours=1), time(10, 0), time(18, 0))
    assert (table.late, table.rate, NUMBERS.lead) == (timedelta(minutes=15), timedelta(hours=72), timedelta(days=3))
