"""Who has a part: shown as far as the asking store may see, and ranked with reasons."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage.database import Database
from tests.factories import MONDAY, Factory, SmallNetwork, small_network
from tests.talk import Talk


@pytest.fixture
def network(any_database: Database) -> SmallNetwork:
    with any_database.transaction() as session:
        return small_network(session)


@pytest.fixture
def talk(any_database: Database, network: SmallNetwork) -> Talk:
    return Talk(any_database)


def line_of(words: str, start: str) -> str:
    return next(row for row in words.splitlines() if start in row)


def test_another_dealers_quantity_is_not_shown(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.sz01_manager, "/stock 前大灯-左")
    said = talk.last(network.sz01_manager).plain
    assert "3" in line_of(said, "深圳福田店")  # the same dealer
    assert "4" not in line_of(said, "深圳龙岗店")  # another one
    assert "有" in line_of(said, "深圳龙岗店")


def test_what_was_stated_long_ago_is_marked(talk: Talk, network: SmallNetwork) -> None:
    with talk.database.transaction() as session:
        make = Factory(session)
        part = make.part("雨刮片", "WB-1")
        make.stock(part, network.sz02, 5, stated_at=MONDAY - timedelta(hours=24, seconds=1))
        make.stock(part, network.sz01, 5, stated_at=MONDAY - timedelta(hours=24))
    talk.says(network.sz01_manager, "/stock 雨刮片")
    said = talk.last(network.sz01_manager).plain
    fresh, stale = line_of(said, "深圳南山店"), line_of(said, "深圳福田店")
    assert fresh.replace("深圳南山店", "") != stale.replace("深圳福田店", "")


def test_the_store_asked_first_is_near_has_enough_and_is_told_why(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.sz01_manager, "/transfer 前大灯-左 x1 urgent 客户在等")
    card = talk.card(network.sz02_manager).plain
    assert "深圳南山店 → 深圳福田店" in card
    assert "公里" in card


def test_the_safety_stock_stays_and_a_store_too_far_away_is_not_asked(talk: Talk, network: SmallNetwork) -> None:
    # 刹车片-前: SZ02 has 1, the safety stock; SZ03 none; BK01 8, but in another country.
    talk.says(network.sz03_manager, "/transfer 刹车片-前 x1 urgent 客户在等")
    assert "深圳龙岗店 → 深圳南山店" in talk.card(network.sz01_manager).plain
    talk.presses(network.sz01_manager, "request.refuse")
    talk.presses(network.sz01_manager, "已预订")
    talk.passes(seconds=1)
    assert "刹车片-前" in talk.last(network.shenzhen_manager).plain  # nobody else could be asked
    assert not talk.heard(network.sz02_manager)
    assert not talk.heard(network.bk01_manager)
