"""The policy of diversions and the words they are asked for in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.diversions import rules
from handlers.diversions.words import parse_compensation, parse_diversion, parse_outcome, parse_wait
from handlers.settings import Diverting
from tests.factories import MONDAY

NUMBERS = Diverting()
SPEED = 40.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("保养 等待150分钟 宝马X3 需要代步车", ("保养", 150, "宝马X3", "需要代步车")),
        ("保养 等待150分钟 宝马X3 客户赶时间", ("保养", 150, "宝马X3", "客户赶时间")),
        ("等150分钟 保养 宝马X3 要代步车", ("保养", 150, "宝马X3", "要代步车")),
        ("保养 要等两个半小时,宝马X3,要代步车,有孩子", ("保养", 150, "宝马X3", "要代步车,有孩子")),
        ("保养 等2小时30分 宝马X3 无", ("保养", 150, "宝马X3", "无")),
        ("保养,预计等待2.5小时,Model 3,无", ("保养", 150, "Model 3", "无")),
        ("oil change wait 150 min, BMW X3, needs a loan car", ("oil change", 150, "BMW X3", "needs a loan car")),
        ("revisión espera 3 horas, Seat León, necesita coche", ("revisión", 180, "Seat León", "necesita coche")),
        ("保养", ("保养", None, "", "")),
        ("保养 宝马X3 需要代步车", ("保养", None, "宝马X3", "需要代步车")),
        ("", ("", None, "", "")),
    ],
)
def test_what_an_advisor_says_is_read_in_any_order(text: str, said: tuple[str, int | None, str, str]) -> None:
    found = parse_diversion(text)
    assert (found.service, found.wait, found.vehicle, found.needs.replace("，", ",")) == said
    assert found.problems == ()


def test_two_waits_are_a_problem_and_too_many_words_another() -> None:
    assert parse_diversion("保养 等150分钟 等200分钟 宝马X3").problems == ("two_waits",)
    assert "too_long" in parse_diversion("保" * 500).problems


@given(st.text(max_size=600))
def test_whatever_is_written_nothing_breaks(text: str) -> None:
    found = parse_diversion(text)
    assert found.wait is None or found.wait >= 0
    parse_wait(text)
    parse_compensation(text)
    parse_outcome(text)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("150", 150), ("150分钟", 150), ("2.5小时", 150), ("两小时", 120), ("2h30m", 150), ("很久", None), ("-5", None)],
)
def test_a_wait_is_read_where_it_is_asked_for(text: str, minutes: int | None) -> None:
    assert parse_wait(text) == minutes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("服务券 300", ("voucher", "300")),
        ("现金500元", ("cash", "500元")),
        ("voucher 300", ("voucher", "300")),
        ("efectivo 30", ("cash", "30")),
        ("券", ("voucher", "")),
        ("一顿饭", None),
    ],
)
def test_a_compensation_is_read_in_words(text: str, said: tuple[str, str] | None) -> None:
    assert parse_compensation(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("不成立 灯亮与保养无关", ("dismissed", "灯亮与保养无关")),
        ("成立,机油没加够", ("upheld", "机油没加够")),
        ("upheld oil was low", ("upheld", "oil was low")),
        ("rechazada ya estaba", ("dismissed", "ya estaba")),
        ("不成立", None),
        ("看看再说", None),
    ],
)
def test_a_decision_is_read_with_its_reason(text: str, said: tuple[str, str] | None) -> None:
    assert parse_outcome(text) == said


@pytest.mark.parametrize(
    ("minutes", "neighbours", "why"),
    [
        (121, 1, []),
        (120, 1, ["short_wait"]),
        (121, 0, ["no_bay_near"]),
        (30, 0, ["short_wait", "no_bay_near"]),
    ],
)
def test_why_a_customer_is_not_diverted(minutes: int, neighbours: int, why: list[str]) -> None:
    assert rules.not_diverted_because(minutes, neighbours, NUMBERS) == why


def test_the_store_where_the_customer_is_served_soonest_comes_first_and_a_full_one_not_at_all() -> None:
    near_and_busy = rules.Bay(1, 10, 9, 10.0)  # 15 minutes of way, 54 of waiting
    far_and_free = rules.Bay(2, 10, 1, 20.0)  # 30 and 6
    full, too_far = rules.Bay(3, 10, 10, 1.0), rules.Bay(4, 10, 0, 60.1)
    ranked = rules.rank([near_and_busy, full, too_far, far_and_free], NUMBERS, SPEED)
    assert [(one.bay.store_id, one.way_minutes, one.wait_minutes, one.free) for one in ranked] == [
        (2, 30, 6, 9),
        (1, 15, 54, 1),
    ]


def test_how_full_a_store_is_is_what_its_board_says_halves_up() -> None:
    assert [rules.utilisation(rules.Bay(1, 8, booked, 1.0)) for booked in (1, 5, 8)] == [13, 63, 100]
    assert rules.utilisation(rules.Bay(1, 8, None, 1.0)) == 100


def test_a_store_without_figures_or_place_counts_as_nearly_full_and_far() -> None:
    unknown, known = rules.Bay(1, 10, None, None), rules.Bay(2, 10, 9, 59.0)
    assert [one.bay.store_id for one in rules.rank([unknown, known], NUMBERS, SPEED)] == [2, 1]


def test_a_measured_way_counts_for_the_estimate_and_how_a_store_answers_beside_it() -> None:
    plain = rules.Bay(1, 10, 5, 20.0)  # half an hour of way
    measured, slow = rules.Bay(2, 10, 5, 20.0, measured=12), rules.Bay(3, 10, 5, 10.0, burden=16.0)
    ranked = rules.rank([plain, measured, slow], NUMBERS, SPEED)
    assert [(one.bay.store_id, one.way_minutes) for one in ranked] == [(2, 12), (1, 30), (3, 15)]


@pytest.mark.parametrize(("agreed", "asked", "rate"), [(12, 13, 92), (1, 2, 50), (1, 8, 13), (0, 3, 0), (0, 0, None)])
def test_the_acceptance_rate_is_rounded_halves_up(agreed: int, asked: int, rate: int | None) -> None:
    assert rules.acceptance_rate(agreed, asked) == rate


@pytest.mark.parametrize(
    ("fare", "compensation", "amount", "over"),
    [
        (20_000, "voucher", 200_000, {}),
        (20_001, "voucher", 0, {"taxi": 20_000}),
        (0, "voucher", 200_001, {"voucher": 200_000}),
        (20_001, "cash", 200_001, {"taxi": 20_000, "cash": 200_000}),
        (0, "cash", 200_000, {}),
    ],
)
def test_what_is_over_a_cap_needs_hq(fare: int, compensation: str, amount: int, over: dict[str, int]) -> None:
    assert rules.caps_broken("taxi", fare, compensation, amount, NUMBERS) == over


def test_seven_days_are_over_at_their_end() -> None:
    assert rules.may_complain(MONDAY, MONDAY + timedelta(days=7, seconds=-1), NUMBERS)
    assert not rules.may_complain(MONDAY, MONDAY + timedelta(days=7), NUMBERS)
