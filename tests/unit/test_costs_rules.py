"""How a cost is written in the three languages, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from handlers.costs import rules
from handlers.costs.rules import CostWords
from handlers.errors import BadInput
from handlers.ledger import rules as ledger_rules


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("S-0003 lodging 320", CostWords("S-0003", "lodging", 32000, "", "", "", "")),
        ("S-0003 住宿 320 发票F123", CostWords("S-0003", "lodging", 32000, "发票F123", "", "", "")),
        ("S-0003 住宿320", CostWords("S-0003", "lodging", 32000, "", "", "", "")),
        ("住宿 ¥320.50 F1", CostWords("", "lodging", 32050, "F1", "", "", "")),
        ("S-0003 差旅 120 高铁票 收款 李工", CostWords("S-0003", "travel", 12000, "高铁票", "李工", "", "")),
        (
            "T-0001 freight 50 SF1 payer SZ01 wrong part sent",
            CostWords("T-0001", "freight", 5000, "SF1", "", "SZ01", "wrong part sent"),
        ),
        (
            "T-0001 flete 50 cobra SZ02 paga SZ01 pieza equivocada",
            CostWords("T-0001", "freight", 5000, "", "SZ02", "SZ01", "pieza equivocada"),
        ),
        ("D-0001 compensación 200", CostWords("D-0001", "compensation", 20000, "", "", "", "")),
        ("SZ01 损失 800 电瓶过期报废", CostWords("SZ01", "loss", 80000, "电瓶过期报废", "", "", "")),
    ],
)
def test_a_cost_is_read_in_three_languages(words: str, meant: CostWords) -> None:
    assert rules.read_cost(words, "CNY") == meant


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("", "costs.what"),
        ("S-0003", "costs.what"),
        ("S-0003 beer 320", "costs.what"),
        ("S-0003 lodging", "costs.bad_amount"),
        ("S-0003 lodging many", "costs.bad_amount"),
        ("S-0003 lodging -5", "costs.bad_amount"),
        ("S-0003 lodging 0", "costs.bad_amount"),
        ("S-0003 lodging 99999999999999", "costs.bad_amount"),
        ("S-0003 lodging 320 payer", "costs.which_party"),
    ],
)
def test_words_that_are_no_cost_are_refused(words: str, key: str) -> None:
    with pytest.raises(BadInput) as refused:
        rules.read_cost(words, "CNY")
    assert refused.value.key == key


@pytest.mark.parametrize(
    ("words", "month"),
    [("2026-11", date(2026, 11, 1)), ("2026年3月", date(2026, 3, 1)), ("2026-13", None), ("soon", None)],
)
def test_a_month_is_read(words: str, month: date | None) -> None:
    assert rules.read_month(words) == month


def test_an_entry_of_points_and_a_cost_are_told_apart_by_their_letter() -> None:
    assert ledger_rules.find_entry_number("M-12", "M") == 12
    assert ledger_rules.find_entry_number("M-12") is None
    assert ledger_rules.find_entry_number("P-12") == 12
    assert ledger_rules.split_reversal("m12 记错了", "M") == (12, "记错了")
