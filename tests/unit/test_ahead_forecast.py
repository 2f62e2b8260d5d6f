"""How full a day will be: the worked example of the docs, and the edges of its rule."""

from __future__ import annotations

from datetime import date

import pytest

from handlers import columns, texts
from handlers.diversions.ahead_messages import store_days, stores_day
from handlers.diversions.forecast import Forecast, forecast, is_too_full, median, same_weekdays
from handlers.settings import Ahead, Boards, Diverting

AHEAD, BOARDS, DIVERTING = Ahead(), Boards(), Diverting()
PAST = (28, 34, 31, 36)  # the worked example: the four Mondays before 2 March 2026


def test_the_worked_example_of_the_docs_comes_out() -> None:
    assert same_weekdays(date(2026, 3, 2), 4) == [date(2026, 2, day) for day in (23, 16, 9, 2)]
    monday = forecast(30, 12, PAST, AHEAD)
    assert monday == Forecast(capacity=30, booked=12, expected=33, by_past=True)  # (31 + 34) ÷ 2, halves up
    assert (monday.light(BOARDS), monday.wait(DIVERTING), is_too_full(monday, BOARDS, DIVERTING)) == ("🔴", 66, True)
    assert forecast(30, 35, PAST, AHEAD) == Forecast(30, 35, 35)  # more are booked than usual


@pytest.mark.parametrize(
    ("booked", "past", "expected", "by_past"),
    [
        (12, (28,), 12, False),  # one week says nothing yet
        (12, (28, 30), 29, True),
        (None, (28, 30, 40), 30, True),  # nobody has said anything of the day itself
        (29, (28, 30), 29, False),  # as many as usual: they are booked
        (None, (28,), None, False),
        (0, (), 0, False),
    ],
)
def test_the_past_counts_from_the_second_week_on_and_only_where_it_is_more(
    booked: int | None, past: tuple[int, ...], expected: int | None, by_past: bool
) -> None:
    assert forecast(30, booked, past, AHEAD) == Forecast(30, booked, expected, by_past)
    assert median(PAST) == median(sorted(PAST)) == 33


def test_a_day_is_too_full_over_its_capacity_or_over_two_hours_of_waiting() -> None:
    slow = Diverting(full_wait="150m")  # type: ignore[arg-type]
    for booked, light, full, slowly in ((30, "🟡", False, True), (31, "🔴", True, True), (24, "🟡", False, False)):
        one = Forecast(30, booked, booked)  # at 24 of 30 one waits 120 minutes exactly
        assert (one.light(BOARDS), is_too_full(one, BOARDS, DIVERTING)) == (light, full)
        assert is_too_full(one, BOARDS, slow) is slowly
    assert [Forecast(20, count, count).light(BOARDS) for count in (14, 15, 20, 21)] == ["🟢", "🟡", "🟡", "🔴"]
    assert not is_too_full(Forecast(None, 5, 5), BOARDS, DIVERTING)  # of what capacity nobody knows


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_no_row_is_wider_than_a_phone(language: str) -> None:
    widest = Forecast(1, 9_999, 9_999), Forecast(1, 9_998, 9_999, by_past=True), Forecast(None, None, None)
    names = "深圳市南山区科技园旗舰服务中心", "Centro de servicio Valle de los Caídos Norte", "B"
    days = [(date(2026, 9, 30), one) for one in widest]
    for page in (
        store_days(language, names[0], days, BOARDS, 4),
        stores_day(language, date(2026, 9, 30), list(zip(names, widest, (True,) * 3, strict=True)), BOARDS, 4),
    ):
        (rows,) = [span.text.split("\n") for line in page.lines for span in line if span.style == "table"]
        assert len(rows) == 4
        assert max(map(columns.width, rows)) <= columns.CELLS == 34
        assert ">999%" in rows[1]
