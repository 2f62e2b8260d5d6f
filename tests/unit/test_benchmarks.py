"""The arithmetic of the benchmarks, and that the page about them has exactly the figures they measure."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from pydantic import SecretStr

from benchmarks import report
from benchmarks.__main__ import FIGURES, GROUPS, chosen_of, main
from benchmarks.harness import Figure, Goal, Pair, Result, Spread, as_json, in_turns, quantile
from benchmarks.statements import recorded, singly
from benchmarks.wire import Limits
from bot.clock import WallClock
from bot.config import Config, TelegramConfig
from bot.pace import UNLIMITED, Pacer
from bot.platforms import enabled
from storage.database import Database

MORE = Figure("more", "updates/s", "updates/s", "an echo", Goal("least", 0.6))
LESS = Figure("less", "lateness", "s", "the driver", Goal("most", 4.0, limit=3.0))
SHOWN = Figure("shown", "four processes", "timers/s", "one process")
EACH = Figure("each", "commands", "ms", "a week", Goal("most", 1.2), of_each=True)


def result(figure: Figure, *pairs: tuple[float, float]) -> Result:
    return Result(figure, tuple(Pair(ours, yardstick) for ours, yardstick in pairs))


def test_the_ratio_is_the_median_of_the_pairs_and_has_its_spread() -> None:
    measured = result(MORE, (50, 100), (90, 100), (70, 100), (140, 200), (20, 10))
    assert measured.ratio == Spread(0.7, 0.5, 2.0)
    assert measured.ours.median == 70
    assert measured.yardstick == Spread(100, 10, 200)


def test_a_yardstick_of_nothing_is_no_ratio_and_meets_no_goal() -> None:
    measured = result(LESS, (1.0, 0.0))
    assert math.isnan(measured.ratio.median)
    assert measured.is_met is False


@pytest.mark.parametrize(("ours", "met"), [(60, True), (59, False), (200, True)])
def test_where_more_is_better_the_goal_is_a_least(ours: float, met: bool) -> None:
    assert result(MORE, (ours, 100)).is_met is met


@pytest.mark.parametrize(
    ("ours", "yardstick", "met"), [(2.0, 0.5, True), (2.1, 0.5, False), (0.1, 0.5, True), (3.0, 2.0, False)]
)
def test_where_less_is_better_the_goal_is_a_most_and_may_have_an_amount(
    ours: float, yardstick: float, met: bool
) -> None:
    assert result(LESS, (ours, yardstick)).is_met is met


def test_what_is_only_shown_has_no_goal_to_miss() -> None:
    assert result(SHOWN, (1, 2)).is_met is None


def test_a_goal_of_each_is_missed_by_one() -> None:
    good, bad = Pair(1.1, 1.0, "my"), Pair(1.5, 1.0, "stock")
    assert Result(EACH, (good, good)).is_met is True
    missed = Result(EACH, (good, good, bad))
    assert missed.is_met is False
    assert "**no** (stock)" in report._row(missed, "today")


def test_who_goes_first_changes_each_time() -> None:
    order: list[str] = []
    measured = in_turns(3, lambda: order.append("ours") or 1.0, lambda: order.append("yardstick") or 2.0)
    assert order == ["ours", "yardstick", "yardstick", "ours", "ours", "yardstick"]
    assert measured == [(1.0, 2.0)] * 3


def test_where_time_is_short_fewer_pairs_are_measured_but_one() -> None:
    times = iter((1.0, 2.0, 3.0, 4.0))
    assert len(in_turns(5, lambda: 1, lambda: 2, until=2.0, clock=lambda: next(times))) == 3
    assert in_turns(5, lambda: 1, lambda: 2, until=-1.0, clock=lambda: 0.0) == [(1, 2)]


def test_a_figure_is_measured_with_those_of_its_group() -> None:
    assert [group.name for group in chosen_of(["pending-memory", "echo"])] == ["echo", "pending"]
    assert chosen_of([]) == list(GROUPS)


def test_a_quantile_is_a_value_that_was_measured() -> None:
    values = [float(number) for number in range(1, 101)]
    assert quantile(values, 0.5) == 50
    assert quantile(values, 0.99) == 99
    assert quantile([7.0], 0.99) == 7
    assert quantile([1.0, 2.0], 1) == 2


def test_what_was_committed_together_is_taken_apart() -> None:
    begin, one, two, three = (("BEGIN IMMEDIATE", (), False), *(("UPDATE", (n,), False) for n in (1, 2, 3)))
    save, release = ("SAVEPOINT sa_1", (), False), ("RELEASE SAVEPOINT sa_1", (), False)
    assert singly([[begin, save, one, two, release, save, three, release], [begin, one]]) == [
        [begin, one, two],
        [begin, three],
        [begin, one],
    ]


def test_what_the_driver_is_told_itself_is_recorded_as_well(tmp_path: Path) -> None:
    """A yardstick without its BEGIN would wait for the disk after each statement."""
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    with database.transaction() as session:
        session.connection().exec_driver_sql("CREATE TABLE t (n INTEGER)")
    with recorded(database) as transactions:
        with database.transaction() as session:
            session.connection().exec_driver_sql("INSERT INTO t VALUES (1)")
        with database.together():
            for _ in range(2):
                with database.transaction() as session:
                    session.connection().exec_driver_sql("INSERT INTO t VALUES (2)")
    database.close()
    words = [[statement[0].split()[0] for statement in one] for one in transactions]
    assert words == [["BEGIN", "INSERT"], ["BEGIN", *["SAVEPOINT", "INSERT", "RELEASE"] * 2]]
    assert [len(one) for one in singly(transactions)] == [2, 2, 2]


def test_the_wires_limits_are_those_of_the_platform() -> None:
    limits = Limits()
    assert [limits.wait(chat, 0.0) > 0 for chat in range(31)] == [False] * 30 + [True]
    assert limits.wait(1, 0.999) > 0
    assert limits.wait(1, 1.0) == 0
    group = Limits()
    assert all(group.wait(-5, float(second)) == 0 for second in range(20))
    assert group.wait(-5, 30.0) == 30.0
    assert group.wait(-5, 60.0) == 0


def test_the_page_has_exactly_the_figures_that_are_measured() -> None:
    assert report.names_on() == [figure.name for figure in FIGURES]
    assert len({figure.name for figure in FIGURES}) == len(FIGURES)
    page = report.PAGE.read_text(encoding="utf-8")
    for figure in FIGURES:
        assert page.count(f"`{figure.name}`") >= 2, f"{figure.name} is not explained"


def test_a_run_writes_its_rows_and_leaves_the_others(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"before\n{report.BEGIN}\n{report.END}\nafter\n")
    report.write_page([result(MORE, (50, 100))], [MORE, LESS], "on Monday", page)
    assert report.names_on(page) == ["more", "less"]
    report.write_page([result(LESS, (9, 1))], [MORE, LESS, SHOWN], "on Tuesday", page)
    more, less, shown = (line for line in page.read_text().splitlines() if report.name_in(line))
    assert "0.50 (0.50–0.50)" in more
    assert "**no**" in more
    assert "on Monday, 1 ×" in more
    assert "≤ 4 ×, < 3 s" in less
    assert "on Tuesday" in less
    assert report.NOT_YET in shown
    assert page.read_text().startswith("before\n")
    assert page.read_text().endswith("\nafter\n")


def test_the_list_names_every_group(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    told = capsys.readouterr().out
    assert all(group.name in told for group in GROUPS)


def test_programs_are_told_everything() -> None:
    told = as_json([result(LESS, (1.0, 0.5))], {"times": 1})
    assert told["times"] == 1
    assert told["figures"][0]["met"] is True
    assert told["figures"][0]["pairs"] == [[1.0, 0.5]]
    assert told["figures"][0]["goal"] == {"at": "most", "ratio": 4.0, "limit": 3.0}


@pytest.mark.parametrize(("paced", "room"), [(True, 30), (False, UNLIMITED)])
def test_our_own_pace_can_be_taken_away_for_a_server_without_limits(paced: bool, room: int) -> None:
    config = Config(telegram=TelegramConfig(enabled=True, token=SecretStr("123456:ABC"), paced=paced))
    (telegram,) = enabled(config, WallClock())
    assert Pacer(telegram).room(WallClock().now()) == room
