"""The policy of dead stock and the words after /activate, without a database."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from handlers.activations import rules
from handlers.activations.words import splits, take_quantity
from handlers.settings import DeadStock
from tests.factories import MONDAY

NUMBERS = DeadStock()


def lying(quantity: int, *, used: int = 0, moved: int = 0, counted: int = 100) -> rules.Lying:
    """Build a level that moved and was first counted so many days ago."""
    ago = [MONDAY - timedelta(days=days) for days in (moved, counted)]
    return rules.Lying(1, "P1", "前大灯-左", None, quantity, ago[0], used, ago[1])


def test_what_has_not_moved_for_ninety_days_is_dead_to_the_second_and_all_of_it() -> None:
    level = lying(4, moved=90)
    assert rules.is_unmoved(level, NUMBERS, MONDAY)
    assert not rules.is_unmoved(level, NUMBERS, MONDAY - timedelta(seconds=1))
    assert rules.pieces(level, NUMBERS, MONDAY) == 4


def test_of_too_much_what_is_over_half_a_year_of_its_own_use_lies_dead() -> None:
    assert rules.pieces(lying(40, used=10), NUMBERS, MONDAY) == 22  # ten in a hundred days: eighteen in half a year
    assert rules.lasts_days(lying(40, used=10), MONDAY) == 400


def test_what_another_dealer_has_is_not_told_by_what_it_is_offered() -> None:
    assert [rules.is_short(5, has) for has in (3, 5)] == [True, False]
    assert rules.is_short(0, 0)
    assert rules.wanted(5, 3, own=True) == 2
    assert {rules.wanted(5, has, own=False) for has in (0, 3, 4)} == {5}


def test_who_asked_most_often_comes_first_then_the_nearest_and_nobody_too_far() -> None:
    needs = [
        rules.Need(store, times, 1, False, km)
        for store, times, km in ((1, 1, 9.0), (2, 3, 80.0), (3, 1, 2.0), (4, 9, 200.0))
    ]
    assert [need.store_id for need in rules.rank(needs, 150)] == [2, 3, 1]


@pytest.mark.parametrize(
    ("now", "days"), [(MONDAY - timedelta(minutes=31), 0), (MONDAY - timedelta(minutes=30), 7), (MONDAY, 7)]
)
def test_the_next_monday_is_after_now(now: datetime, days: int) -> None:
    found = rules.next_monday(time(9, 30), "Asia/Shanghai", now)
    assert found == MONDAY - timedelta(minutes=30) + timedelta(days=days)


def test_a_quantity_is_marked_and_a_part_number_is_none() -> None:
    assert take_quantity("8K0 941 003 x2 SZ02") == (2, ["8K0", "941", "003", "SZ02"])
    assert take_quantity("前大灯-左 两件") == (2, ["前大灯-左"])
    assert take_quantity("8K0 941 003") == (None, ["8K0", "941", "003"])
    assert list(splits(["前大灯-左", "深圳", "福田店"])) == [("前大灯-左", "深圳 福田店"), ("前大灯-左 深圳", "福田店")]
