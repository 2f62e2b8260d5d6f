"""How stores rank, what a month is, and how entries are called and taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from handlers.errors import BadInput
from handlers.ledger.rules import Standing, find_entry_number, mean, month_of, rank, split_reversal

SHANGHAI = "Asia/Shanghai"


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def at(hour: int, minute: int = 0, day: int = 21) -> datetime:
    """Return a moment of November 2026 in UTC."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def standing(store: int, points: int = 0, answer: float | None = None, last: datetime | None = None) -> Standing:
    return Standing(store, points, None if answer is None else minutes(answer), last)


def test_points_rank_before_the_faster_answer_before_the_earlier_last_point() -> None:
    stores = [
        standing(1, 2, 9, at(3)),
        standing(2, 3, 60, at(9)),
        standing(3, 2, 5, at(9)),
        standing(4, 2, 9, at(1)),
        standing(5, 2, None, at(1)),
        standing(6, 0, 1),
    ]
    assert rank(stores) == {2: 1, 3: 2, 4: 3, 1: 4, 5: 5, 6: 6}


def test_what_is_equal_in_all_shares_a_place_and_the_next_place_counts_them() -> None:
    stores = [standing(1, 2, 5, at(1)), standing(2, 2, 5, at(1)), standing(3, 1), standing(4), standing(5)]
    assert rank(stores) == {1: 1, 2: 1, 3: 3, 4: 4, 5: 4}


def test_taking_points_back_can_put_a_store_below_those_without_any() -> None:
    assert rank([standing(1, -1), standing(2, 0)]) == {2: 1, 1: 2}


def test_the_mean_of_nothing_is_nothing() -> None:
    assert mean([]) is None
    assert mean([minutes(2), minutes(5)]) == minutes(3.5)


def test_a_month_is_the_local_one() -> None:
    assert month_of(datetime(2026, 11, 30, 16, tzinfo=UTC), SHANGHAI) == (
        datetime(2026, 11, 30, 16, tzinfo=UTC),
        datetime(2026, 12, 31, 16, tzinfo=UTC),
    )


@pytest.mark.parametrize(("text", "number"), [("P-12", 12), ("p12", 12), ("#P-0012", 12), ("T-1", None), ("P-", None)])
def test_an_entry_is_called_by_its_number(text: str, number: int | None) -> None:
    assert find_entry_number(text) == number


def test_a_number_no_database_holds_is_nobodys() -> None:
    assert find_entry_number("P-" + "9" * 30) is None


def test_a_reversal_needs_an_entry_and_a_reason() -> None:
    assert split_reversal("P-12  counted\ntwice‮") == (12, "counted twice")
    for words, key in (
        ("", "ledger.reverse_what"),
        ("T-0001 why", "ledger.reverse_what"),
        ("P-12", "ledger.reverse_why"),
    ):
        with pytest.raises(BadInput) as refused:
            split_reversal(words)
        assert refused.value.key == key
