"""Who is asked first and why: the measured way from a workbook, the hour, how a store answered."""

from __future__ import annotations

from datetime import time, timedelta

from handlers.network.commands import export_sheets, import_sheets
from handlers.network.sheets import Cell, as_sheet
from storage.database import Database
from storage.queries.rows import get_row
from storage.tables.people import Store
from tests.factories import MONDAY, small_network
from tests.talk import Talk


def test_a_store_stands_where_the_way_the_hour_and_its_answers_put_it_and_says_why(any_database: Database) -> None:
    with any_database.transaction() as session:
        network = small_network(session)
    talk, asker = Talk(any_database), network.sz01_manager

    def ranking() -> list[str]:
        talk.says(asker, "/stock 前大灯-左")
        return [row for row in talk.last(asker).plain.splitlines() if row[:2] in {"1.", "2."}]

    def measured(rows: list[dict[str, Cell]]) -> tuple[int, list[str]]:
        with any_database.transaction() as session:
            plan = import_sheets(session, [as_sheet("车程", rows)], talk.settings, talk.now, by="hq")
            return len(plan.changes), [problem.key for problem in plan.problems]

    first, second = ranking()
    assert "福田店" in first
    assert "龙岗店" in second
    # The way, as somebody measured it.
    ways: list[dict[str, Cell]] = [
        {"出发门店": "SZ03", "到达门店": "SZ01", "分钟": 3},
        {"出发门店": "SZ02", "到达门店": "深圳南山店", "分钟": 55},
    ]
    bad: list[dict[str, Cell]] = [
        {"出发门店": "SZ09", "到达门店": "SZ01", "分钟": 3},
        {"出发门店": "SZ01", "到达门店": "SZ01", "分钟": 3},
        {"出发门店": "SZ01", "到达门店": "SZ02", "分钟": -3},
    ]
    assert measured([*ways, *bad]) == (2, ["network.unknown_store", "network.same_store", "network.too_small"])
    assert "福田店" in ranking()[0]  # nothing of a sheet with a bad row is written
    assert measured(ways) == (2, [])
    assert measured(ways) == (0, [])
    first, second = ranking()
    assert "龙岗店" in first
    assert "约 3 分钟" in first
    assert "约 55 分钟" in second
    with any_database.transaction(writing=False) as session:
        (sheet,) = [one for one in export_sheets(session, talk.settings, talk.now) if one.name == "车程"]
    assert [row.cells for row in sheet.rows[1:]] == [("SZ02", "SZ01", 55), ("SZ03", "SZ01", 3)]
    assert measured([{**ways[0], "分钟": 70}]) == (1, [])
    assert "福田店" in ranking()[0]
    # The hour: SZ02 is about to close, SZ03 never does.
    with any_database.transaction() as session:
        store = get_row(session, Store, network.sz03.id)
        store.opens = store.closes = time(8)
        get_row(session, Store, network.sz02.id).closes = time(18)
    talk.now = MONDAY + timedelta(hours=7, minutes=50)  # 17:50 in Shenzhen
    first, second = ranking()
    assert "龙岗店" in first
    assert "10 分钟后打烊" in second
    # And who refuses: SZ02 does, all that it was asked.
    talk.now = MONDAY
    talk.says(asker, "/transfer 前大灯-左 x1 today 客户在等")
    talk.presses(network.sz02_manager, "request.refuse")
    talk.presses(network.sz02_manager, "库存不足")
    assert any("福田店" in row and "拒绝率 100%" in row for row in ranking())
