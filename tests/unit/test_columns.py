"""Tables of a monospace face: as wide as a phone shows, whatever the script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.columns import CELLS, cut, fill, table, width, wrapped


@pytest.mark.parametrize(
    ("words", "cells"),
    [("", 0), ("SZ01", 4), ("深圳", 4), ("ｶﾅ", 2), ("Ａ", 2), ("🟢", 2), ("é", 1), ("e\u0301", 1), ("🅿\ufe0f", 1)],
)
def test_a_chinese_character_is_as_wide_as_two_letters_and_an_accent_as_nothing(words: str, cells: int) -> None:
    assert width(words) == cells


SIGNS = st.text(st.sampled_from("abc深圳🟢é 0"), max_size=60)


@given(SIGNS, st.integers(2, 40))
def test_what_is_cut_fits_and_what_is_filled_up_is_as_wide_as_it_should_be(words: str, cells: int) -> None:
    fitted = cut(words, cells)
    assert width(fitted) <= cells
    assert fitted == words or fitted.endswith("…")
    assert width(fill(fitted, cells)) == width(fill(fitted, cells, right=True)) == cells
    assert all(width(row) <= cells for row in wrapped(words, cells))
    assert "".join("".join(wrapped(words, cells)).split()) == "".join(words.split())


@given(st.lists(st.tuples(SIGNS, st.text("0123456789", max_size=9), st.text("深0", max_size=5)), max_size=6))
def test_no_row_of_a_table_is_wider_than_a_phone_and_its_columns_stand_below_each_other(
    rows: list[tuple[str, str, str]],
) -> None:
    made = table(rows, right=(1, 2))
    assert len(made) == len(rows)
    assert all(width(row) <= CELLS for row in made)
    ends = {width(row) for row, (_, _, last) in zip(made, rows, strict=True) if last}
    assert len(ends) <= 1
