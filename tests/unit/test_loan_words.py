"""The day of a return, and the part number of a shipping, as people write them."""

from __future__ import annotations

from datetime import date

import pytest

from handlers.goods.sent_words import Sent, read_sent
from handlers.transfers.loan_words import parse_return
from handlers.transfers.words import parse_transfer

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("words", "day", "rest"),
    [
        ("诊断仪 x1 urgent 客户等 还11月30日", date(2026, 11, 30), "诊断仪 x1 urgent 客户等"),
        ("诊断仪 11月30日前还 x1", date(2026, 11, 30), "诊断仪 x1"),
        ("诊断仪 归还2026-12-01 x1", date(2026, 12, 1), "诊断仪 x1"),
        ("诊断仪 x1 3天后还", date(2026, 11, 25), "诊断仪 x1"),
        ("诊断仪 x1 明天还", date(2026, 11, 23), "诊断仪 x1"),
        ("scanner x1 return by 30 Nov", date(2026, 11, 30), "scanner x1"),
        ("scanner x1 return Jan 5", date(2027, 1, 5), "scanner x1"),
        ("escáner x1 devolver el 30 de noviembre", date(2026, 11, 30), "escáner x1"),
        ("诊断仪 x1 urgent 客户等", None, "诊断仪 x1 urgent 客户等"),
        ("诊断仪 还2月30日", None, "诊断仪"),
    ],
)
def test_the_day_of_a_return_is_read_and_taken_out_of_the_words(words: str, day: date | None, rest: str) -> None:
    assert parse_return(words, TODAY) == (day, rest)


def test_a_loan_in_the_words_of_a_manager_leaves_part_quantity_urgency_and_matter() -> None:
    day, rest = parse_return("诊断仪 x1 urgent 客户等 还11月30日", TODAY)
    said = parse_transfer(rest)
    assert day == date(2026, 11, 30)
    assert (said.part, said.quantity, said.urgency, said.waiting) == ("诊断仪", 1, "urgent", True)


@pytest.mark.parametrize("words", ["11月30日", "30 nov", "2026-11-30", "还 11月30日前", "8天"])
def test_a_day_alone_is_read_where_it_is_asked_for(words: str) -> None:
    assert parse_return(words, TODAY, alone=True) == (date(2026, 11, 30), "")


@pytest.mark.parametrize(
    ("words", "sent"),
    [
        ("8K0 941 003 顺丰 SF123", Sent("8K0 941 003", False, "顺丰 SF123")),
        ("8k0-941-003", Sent("8k0-941-003", False, "")),
        ("8K0941004 30分钟", Sent("8K0941004", False, "30分钟")),
        ("顺丰 SF123456789 30分钟", Sent("", False, "顺丰 SF123456789 30分钟")),
        ("替代 8K0 941 004 原厂停产", Sent("8K0 941 004", True, "原厂停产")),
        ("件号 ABC1 顺丰", Sent("ABC1", False, "顺丰")),
        ("PN77 顺丰", Sent("PN77", False, "顺丰")),
        ("", Sent("", False, "")),
    ],
)
def test_the_number_of_the_part_that_is_sent_is_told_from_waybill_and_time(words: str, sent: Sent) -> None:
    assert read_sent(words, "8K0 941 003", {"PN77"}) == sent
