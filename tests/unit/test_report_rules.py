"""When boards are posted, how stores rank, and how the boards read."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

import handlers.requests.messages  # noqa: F401 - the steps' words
from handlers import texts
from handlers.columns import width
from handlers.ledger.rules import Standing
from handlers.reports import rules
from handlers.reports.evening_messages import digest, network_digest, nudge_list
from handlers.reports.messages import Lateness
from handlers.reports.week_messages import own_line, week_board
from handlers.settings import Digest

GOLDEN = Path(__file__).parent.parent / "golden"
SHANGHAI = "Asia/Shanghai"
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def at(hour: int, minute: int = 0, day: int = 21) -> datetime:
    """Return a moment of November 2026 in UTC."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


# When


@pytest.mark.parametrize(
    ("timezone", "due"),
    [
        ("Asia/Shanghai", at(13)),
        ("Asia/Bangkok", at(14)),
        ("Asia/Kolkata", at(15, 30)),
        ("Europe/Madrid", at(20)),
        ("America/Mexico_City", at(3, day=22)),
    ],
)
def test_the_digest_is_due_at_nine_in_the_evening_of_each_zone(timezone: str, due: datetime) -> None:
    series = rules.Series("digest", "1", time(21), timezone)
    assert series.due(date(2026, 11, 21)) == due
    assert series.key(date(2026, 11, 21)) == "digest:1:2026-11-21"


def test_the_digest_keeps_its_wall_time_when_the_clocks_change() -> None:
    series = rules.Series("digest", "1", time(21), "Europe/Madrid")
    before, after = series.due(date(2026, 10, 24)), series.due(date(2026, 10, 25))
    assert after - before == timedelta(hours=25)
    assert series.next_day(before) == date(2026, 10, 25)
    assert series.latest_day(after - minutes(1)) == date(2026, 10, 24)


def test_a_digest_in_the_hour_the_clocks_skip_comes_right_after_it() -> None:
    series = rules.Series("digest", "1", time(2, 30), "Europe/Madrid")
    assert series.due(date(2027, 3, 28)) == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)


def test_the_next_is_strictly_after_now_and_the_latest_may_be_now() -> None:
    series = rules.Series("digest", "1", time(21), SHANGHAI)
    assert series.next_day(at(12, 59)) == date(2026, 11, 21)
    assert series.next_day(at(13)) == date(2026, 11, 22)
    assert series.latest_day(at(13)) == date(2026, 11, 21)
    assert series.latest_day(at(12, 59)) == date(2026, 11, 20)
    assert series.latest_day(at(1)) == date(2026, 11, 20)


def test_the_scoreboard_is_due_on_mondays_and_named_for_the_week_that_ended() -> None:
    series = rules.Series("weekly", "network", time(9), SHANGHAI, SHANGHAI)
    assert series.next_day(at(4)) == date(2026, 11, 23)
    assert series.next_day(MONDAY) == date(2026, 11, 30)
    assert series.latest_day(MONDAY) == date(2026, 11, 23)
    assert series.latest_day(at(4)) == date(2026, 11, 16)
    assert series.due(date(2026, 11, 23)) == MONDAY
    assert series.key(date(2026, 11, 23)) == "weekly:network:2026-W47"
    assert series.key(date(2027, 1, 4)) == "weekly:network:2026-W53"


def test_a_region_whose_monday_comes_first_waits_until_the_networks_week_is_over() -> None:
    series = rules.Series("weekly", "2", time(9), "Pacific/Auckland", "Europe/Madrid")
    assert series.due(date(2026, 11, 23)) == at(23, day=22)  # Monday 00:00 in Madrid; 09:00 in Auckland was 20:00 UTC


def test_a_week_runs_from_monday_to_monday_of_the_networks_zone() -> None:
    week = datetime(2026, 11, 15, 16, tzinfo=UTC), datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert rules.week_before(date(2026, 11, 23), SHANGHAI) == week
    assert rules.week_before(date(2026, 11, 29), SHANGHAI) == week
    since, until = rules.week_before(date(2026, 10, 26), "Europe/Madrid")
    assert until - since == timedelta(days=7, hours=1)


def test_series_skipped_are_counted_in_days_and_in_weeks() -> None:
    daily, weekly = (rules.Series(name, "1", time(9), SHANGHAI) for name in ("digest", "weekly"))
    assert daily.between(date(2026, 11, 18), date(2026, 11, 21)) == 3
    assert weekly.between(date(2026, 11, 9), date(2026, 11, 23)) == 2


@pytest.mark.parametrize(
    ("wall", "now", "stale"),
    [
        (time(20), at(12), False),
        (time(20), at(12, 44), False),
        (time(20), at(12, 45), True),  # the second nudge is due: one of them is enough
        (time(20, 45), at(12, 59), False),
        (time(20, 45), at(13), True),
    ],
)
def test_a_nudge_is_stale_once_the_next_one_or_the_digest_is_due(wall: time, now: datetime, stale: bool) -> None:
    assert rules.is_nudge_stale(Digest(), date(2026, 11, 21), wall, SHANGHAI, now) is stale


def test_a_board_is_late_only_when_somebody_would_notice() -> None:
    assert not rules.is_late(at(13), at(13, 5))
    assert rules.is_late(at(13), at(13, 5) + timedelta(seconds=1))


def test_the_network_is_not_nudged_and_regions_are_twice() -> None:
    assert [s.name for s in rules.series_of(Digest(), "network", SHANGHAI, SHANGHAI)] == ["digest", "weekly"]
    names = [s.key(date(2026, 11, 23)) for s in rules.series_of(Digest(), "3", SHANGHAI, SHANGHAI)]
    assert names == [
        "nudge:3:2026-11-23:20:00",
        "nudge:3:2026-11-23:20:45",
        "digest:3:2026-11-23",
        "weekly:3:2026-W47",
    ]


# Places


def standing(store: int, points: int = 0, answer: float | None = None, last: datetime | None = None) -> Standing:
    return Standing(store, points, None if answer is None else minutes(answer), last)


def test_movement_is_how_many_places_a_store_rose() -> None:
    before = [standing(1, 5), standing(2, 3), standing(3, 1)]
    now = [standing(1, 1), standing(2, 3), standing(3, 4)]
    assert rules.places(now, before) == {1: (3, False, -2), 2: (2, False, 0), 3: (1, False, 2)}


def test_the_first_week_has_nothing_to_compare_with_and_a_new_store_neither() -> None:
    assert rules.places([standing(1, 1), standing(2)], [standing(1), standing(2)])[1] == (1, False, None)
    assert rules.places([standing(1, 1), standing(2)], [standing(1, 1)])[2] == (2, False, None)


# What is owed


NINE = at(13)


def duty(label: str, store: str = "福田店", *, due: datetime = NINE, now: datetime = NINE, **facts: str) -> rules.Duty:
    number = int(label[-4:])
    named = {"what": "前大灯-左 ×1", "urgency": "urgent", "step": "answer", **facts}
    return rules.Duty(
        number,
        label,
        store_id=number,
        store=store,
        asker="罗湖店",
        names=("张伟",),
        due_at=due,
        late=now >= due,
        **named,
    )


def test_the_store_that_is_late_comes_first_and_its_earliest_limit_first() -> None:
    duties = [
        duty("T-0001", "A", due=at(14)),
        duty("T-0002", "B", due=at(15)),
        duty("T-0003", "B", due=at(14, 30)),
        duty("T-0004", "C", due=at(12)),
    ]
    grouped = [(store, [owed.label for owed in found]) for store, found in rules.duties_by_store(duties)]
    assert grouped == [("C", ["T-0004"]), ("B", ["T-0003", "T-0002"]), ("A", ["T-0001"])]


@pytest.mark.parametrize(
    ("step", "urgency", "due", "pressing"),
    [
        ("answer", "urgent", at(14), True),
        ("seen", "today", at(14), True),
        ("answer", "normal", at(14), False),  # its clock stands until the store opens
        ("answer", "normal", at(13), True),
        ("ship", "urgent", at(12), False),
    ],
)
def test_only_answers_of_the_day_are_nudged(step: str, urgency: str, due: datetime, pressing: bool) -> None:
    assert rules.is_pressing(duty("T-0001", due=due, step=step, urgency=urgency)) is pressing


def test_a_request_in_two_hands_is_open_once() -> None:
    figures = rules.DayFigures(
        "深圳",
        at(13, day=20),
        at(13),
        duties=(duty("T-0001"), duty("T-0001", "B")),
        unfilled=(rules.Waiting(2, "T-0002", "", "urgent", "A", ""),),
    )
    assert figures.open == 2


# How the boards read


def golden_week() -> rules.WeekFigures:
    """Return the programme's worked example."""
    value = 8_000_000
    return rules.WeekFigures(
        since=at(16, day=15),
        until=at(16, day=22),
        first_day=date(2026, 11, 16),
        last_day=date(2026, 11, 22),
        currency="CNY",
        transfers=rules.TransferWeek(23, minutes(35), minutes(72), 8, 8 * value),
        supports=rules.SupportWeek(5, 5, 9.8),
        diversions=rules.DiversionWeek(12, 13, 12, 2_400_000, 12 * value),
        stores=(
            rules.StoreWeek(1, "SZ01", "福田店", 1, 9, 2, minutes(3), 2 * value, 1, False, 2),
            rules.StoreWeek(2, "SZ02", "南山店", 1, 7, 4, minutes(4.5), 3 * value, 2, False, 0),
            rules.StoreWeek(3, "GZ01", "广州天河店", 2, 7, 1, minutes(6), value, 3, False, -2),
            rules.StoreWeek(4, "GZ02", "番禺店", 2, 0, 3, minutes(65), 2 * value, 4, False, None),
            rules.StoreWeek(5, "DG01", "东莞店", 2, 0, 0, None, 0, 5, True, -1),
            rules.StoreWeek(6, "FS01", "佛山店", 2, 0, 0, None, 0, 5, True, 0),
        ),
        case=rules.Case("T-0017", "前大灯-左 ×1", "南山店", "福田店", minutes(3), minutes(48)),
    )


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_weeks_worked_example_reads_as_the_programme_prints_it(language: str) -> None:
    board = week_board(language, SHANGHAI, "协同网络", golden_week(), MONDAY).plain
    assert board + "\n" == (GOLDEN / f"weekly.{language}.txt").read_text()


def test_the_worked_example_comes_out_in_figures() -> None:
    week = golden_week()
    assert week.transfers.value == 64_000_000
    assert week.diversions is not None
    assert week.diversions.agreed_per_cent == 92
    assert week.diversions.value == 96_000_000
    assert week.total == 160_000_000


def test_kinds_nobody_used_yet_have_no_line() -> None:
    week = rules.WeekFigures(at(16, day=15), at(16, day=22), date(2026, 11, 16), date(2026, 11, 22), "CNY")
    board = week_board("zh", SHANGHAI, "协同网络", week, MONDAY).plain
    assert "支援" not in board
    assert "分流" not in board
    assert "调拨 0 单" in board


def test_a_stores_line_fits_a_phone() -> None:
    rows = week_board("zh", SHANGHAI, "协同网络", golden_week(), MONDAY).plain.splitlines()
    stores = [row for row in rows if "店" in row and "分·" in row]
    assert len(stores) == 6
    assert max(width(row) for row in stores) <= 40


def test_in_a_great_network_a_region_sees_its_own_stores_with_their_places_in_the_network() -> None:
    stores = [rules.StoreWeek(n, f"S{n}", f"S{n}", n % 2, 0, 0, None, 0, n, False, None) for n in range(1, 42)]
    shown, only_region = rules.lines_for(stores, 1)
    assert only_region
    assert [line.place for line in shown[:3]] == [1, 3, 5]
    assert rules.lines_for(stores, None) == (stores, False)
    assert rules.lines_for(stores[:40], 1) == (stores[:40], False)


@pytest.mark.parametrize(("index", "words"), [(0, "上升 2 名"), (1, "持平"), (2, "下降 2 名"), (4, "(并列)")])
def test_a_manager_is_told_the_own_place_and_how_it_moved(index: int, words: str) -> None:
    store = golden_week().stores[index]
    told = own_line("zh", store, 15, "CNY").plain
    assert f"第 {store.place} 名" in told
    assert "共 15 家" in told
    assert words in told


def evening() -> rules.DayFigures:
    now = at(13)
    return rules.DayFigures(
        name="深圳",
        since=at(13, day=20),
        until=now,
        duties=(
            duty("T-0012", "福田店", due=at(12, 48)),
            duty("T-0015", "福田店", due=at(13, 40), step="ship", what="刹车片-前 ×2"),
            duty("T-0009", "南山店", due=at(10, day=22), step="record"),
        ),
        unfilled=(rules.Waiting(20, "T-0020", "蓄电池 ×1", "urgent", "罗湖店", ""),),
        done=(rules.Done("T-0003", "前大灯-左 ×1", "南山店", "福田店", minutes(48)),),
        broken=(
            rules.Broken("T-0004", "ship", "福田店", minutes(1), False),
            rules.Broken("T-0012", "answer", "福田店", minutes(12), True),
        ),
        carried=(rules.Carried("T-0008", "前大灯-左 ×1", "李娜", "客户明早再来"),),
        tomorrow=(rules.Visit("S-0002", "三电故障 T3 · 11月22日 13:00", "张伟", "福田店", "南山店"),),
        agreed=(rules.Visit("S-0003", "钣喷 T2 · 11月27日 09:00", "王强", "龙岗店", "南山店"),),
    )


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_digest_says_who_owes_what_was_done_broken_and_put_off(language: str) -> None:
    said = digest(language, SHANGHAI, evening(), at(13)).plain
    assert said + "\n" == (GOLDEN / f"digest.{language}.txt").read_text()


@pytest.mark.parametrize(
    ("language", "words"), [("zh", "没有未了的事"), ("en", "nothing open"), ("es", "nada pendiente")]
)
def test_an_empty_day_says_so_in_one_line(language: str, words: str) -> None:
    empty = rules.DayFigures("深圳", at(13, day=20), at(13))
    said = digest(language, SHANGHAI, empty, at(13)).plain
    assert words in said
    assert "\n" not in said
    assert network_digest(language, SHANGHAI, empty, [empty], at(13)).plain == said


def test_a_late_digest_says_when_it_was_due_and_what_is_left_out() -> None:
    said = digest("zh", SHANGHAI, evening(), at(23), Lateness(at(13), 2)).plain.splitlines()
    assert said[2] == "⏰ 补发,原定 11月21日 21:00 · 更早的 2 期不再补发"


def test_a_long_day_is_cut_to_what_a_phone_shows_and_says_how_much_more_there_is() -> None:
    done = tuple(rules.Done(f"T-{n:04}", "前大灯-左 ×1", "A", "B", minutes(n)) for n in range(1, 41))
    said = digest("zh", SHANGHAI, rules.DayFigures("深圳", at(13, day=20), at(13), done=done), at(13)).plain
    assert "完成 40" in said
    assert said.count("T-") == 11
    assert "另有 29 项" in said


def test_the_nudge_names_in_one_line_who_owes_which_answers() -> None:
    duties = [duty("T-0012"), duty("T-0013"), duty("T-0014", "罗湖店")]
    said = nudge_list("zh", SHANGHAI, duties, at(13), at(12)).plain
    assert said == "⏰ 21:00 前请答复 — 福田店 张伟:T-0012、T-0013;罗湖店 张伟:T-0014"


def test_figures_are_plain_for_programs() -> None:
    plain = rules.as_plain(golden_week())
    assert isinstance(plain, dict)
    assert json.loads(json.dumps(plain))["transfers"] == {
        "count": 23,
        "response": 2100,
        "delivery": 4320,
        "kept": 8,
        "value": 64_000_000,
        "decision": None,
    }
    assert plain["first_day"] == "2026-11-16"
    assert plain["since"] == "2026-11-15T16:00:00+00:00"
