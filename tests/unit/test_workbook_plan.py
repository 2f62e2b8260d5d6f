"""What a workbook would change: every rule of the sheets as a case, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from handlers import texts
from handlers.network import messages
from handlers.network.plan import Change, Entry, Known, Plan
from handlers.network.rules import plan
from handlers.network.sample import sample_sheets, sample_workbook
from handlers.network.sheets import Cell, Row, Sheet, as_sheet
from handlers.settings import Network

NOW = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)  # noon in Shenzhen
YESTERDAY = NOW - timedelta(days=1)

STORE = {"code": "SZ01", "name": "福田店", "dealer": "鹏城", "region": "深圳"}
OTHER = {"code": "GZ01", "name": "天河店", "dealer": "羊城", "region": "广州"}


def _store(number: int, **values: Any) -> Entry:
    whole: dict[str, Any] = {
        "latitude": None,
        "longitude": None,
        "opens": time(8, 30),
        "closes": time(18),
        "timezone": "Asia/Shanghai",
        "daily_capacity": None,
        "emergencies": False,
    }
    return Entry(number, {**whole, **values})


def _person(number: int, name: str, store: str = "SZ01", **values: Any) -> Entry:
    whole = {"role": "store_manager", "region": "", "phone": "", "language": ""}
    return Entry(number, {"name": name, "store": store, **whole, **values})


def _known(**more: Any) -> Known:
    """Two stores of two dealers and regions, as they stand in the database."""
    facts: dict[str, Any] = {
        "dealers": ("鹏城", "羊城"),
        "regions": {"深圳": "", "广州": ""},
        "stores": (_store(1, **STORE), _store(2, **OTHER)),
    }
    return Known(**{**facts, **more})


def _plan(known: Known | None = None, now: datetime = NOW, **sheets: list[dict[str, Cell]]) -> Plan:
    return plan([as_sheet(name, rows) for name, rows in sheets.items()], known or _known(), Network(), now)


def _reasons(result: Plan) -> list[tuple[str, int, str, str]]:
    return [(found.sheet, found.row, found.column, found.key.removeprefix("network.")) for found in result.problems]


def _only(result: Plan) -> Change:
    assert _reasons(result) == []
    (change,) = result.changes
    return change


# Sheets and headings


def test_headings_are_understood_in_either_language_in_any_order() -> None:
    chinese = {"区域": "深圳", "编码": "SZ01", "门店": "福田店", "开门": "08:30", "关门": "18:00", "经销商": "鹏城"}
    english = {
        "Closes": "18:00",
        "OPENS ": "08:30",
        "Name": "福田店",
        "region": "深圳",
        "code": "SZ01",
        "Dealer": "鹏城",
    }
    first, second = _plan(Known(), 门店=[chinese]), _plan(Known(), Stores=[english])
    assert first.changes == second.changes
    assert _only(first).values["region"] == "深圳"


def test_headings_may_stand_below_a_title() -> None:
    sheet = Sheet("门店", (Row(1, ("2026年3月 门店表", None)), Row(3, ("编码", "门店")), Row(4, ("SZ09", "新店"))))
    result = plan([sheet], Known(), Network(), NOW)
    assert _only(result).row == 4


def test_extra_columns_and_sheets_are_ignored_with_a_note() -> None:
    result = _plan(stores=[{**STORE, "备注": "看一下"}], 说明=[{"a": "b"}])
    assert _reasons(result) == []
    assert {(note.sheet, note.key) for note in result.notes} == {
        ("stores", "network.column_ignored"),
        ("说明", "network.sheet_ignored"),
    }
    assert "备注" in messages.plan_message("zh", result).plain


@pytest.mark.parametrize(
    ("sheets", "reason"),
    [
        ({"说明": [{"a": "b"}]}, ("", 0, "", "no_sheets")),
        ({"stores": [{"code": "A1"}], "门店": [{"code": "A1"}]}, ("门店", 1, "", "sheet_twice")),
        ({"stores": [{"何": "A1"}]}, ("stores", 1, "", "no_headings")),
        ({"technicians": [{"name": "张伟"}]}, ("technicians", 1, "store", "heading_missing")),
        ({"people": [{"name": "张伟", "姓名": "王强"}]}, ("people", 1, "姓名", "column_twice")),
        ({"stock": [{"part_no": "P1", "part": "x", "SZ09": 1}]}, ("stock", 1, "SZ09", "unknown_store_column")),
        ({"stock": [{"part_no": "P1", "part": "x", "SZ01": 1, "福田店": 2}]}, ("stock", 1, "福田店", "column_twice")),
    ],
)
def test_a_sheet_that_cannot_be_used_says_why(sheets: dict[str, Any], reason: tuple[str, int, str, str]) -> None:
    assert reason in _reasons(_plan(**sheets))


def test_a_sheet_of_stores_that_cannot_be_read_is_the_only_complaint() -> None:
    result = _plan(Known(), stores=[{"编号": "SZ01"}], people=[{"name": "张伟", "role": "店长", "store": "SZ01"}])
    assert [key for *_, key in _reasons(result)] == ["no_headings"]


# Stores


def test_blank_cells_of_a_new_store_take_the_networks_defaults() -> None:
    change = _only(_plan(Known(), stores=[{"code": "SZ01", "name": "福田店"}]))
    network = Network()
    assert change.values == _store(1, code="SZ01", name="福田店", dealer=network.name, region=network.name).values


def test_blank_cells_of_a_known_store_leave_what_is_there() -> None:
    known = _known(stores=(_store(1, **STORE, daily_capacity=30, emergencies=True),))
    change = _only(_plan(known, stores=[{"code": "sz01", "name": None, "latitude": 22.5, "longitude": "114"}]))
    assert change.id == 1
    assert change.fields == {"latitude": (None, 22.5), "longitude": (None, 114.0)}
    assert change.values["code"] == "SZ01"
    assert change.values["daily_capacity"] == 30
    assert change.values["emergencies"] is True


@pytest.mark.parametrize(
    ("said", "opens"),
    [
        ("08:30", time(8, 30)),
        ("8：30", time(8, 30)),
        ("08:30:00", time(8, 30)),
        (0.3541666666, time(8, 30)),
        (time(8, 29, 59, 942000), time(8, 30)),
        (datetime(1899, 12, 31, 8, 30), time(8, 30)),  # noqa: DTZ001 - as a spreadsheet gives it
        (timedelta(hours=8, minutes=30), time(8, 30)),
        ("24:00", time(0)),
        (1.0, time(0)),
        (0, time(0)),
    ],
)
def test_times_are_read_however_a_spreadsheet_keeps_them(said: Cell, opens: time) -> None:
    assert _only(_plan(Known(), stores=[{**STORE, "opens": said, "closes": "20:00"}])).values["opens"] == opens


@pytest.mark.parametrize(
    ("cells", "column", "key"),
    [
        ({"code": None}, "code", "needed"),
        ({"code": "SZ 01"}, "code", "not_a_code"),
        ({"code": "---"}, "code", "not_a_code"),
        ({"code": "S" * 21}, "code", "too_long"),
        ({"code": True}, "code", "not_words"),
        ({"code": 1e20}, "code", "digits_lost"),
        ({"name": None, "code": "NEW1"}, "name", "needed"),
        ({"name": "x" * 61}, "name", "too_long"),
        ({"latitude": 95, "longitude": 114}, "latitude", "out_of_range"),
        ({"latitude": 22, "longitude": -190.5}, "longitude", "out_of_range"),
        ({"latitude": "north", "longitude": 114}, "latitude", "not_number"),
        ({"latitude": "nan", "longitude": 114}, "latitude", "not_number"),
        ({"latitude": 22.5}, "longitude", "both_coordinates"),
        ({"opens": "08:30"}, "closes", "both_hours"),
        ({"closes": "18:00"}, "opens", "both_hours"),
        ({"opens": "soon", "closes": "18:00"}, "opens", "not_time"),
        ({"opens": "25:00", "closes": "18:00"}, "opens", "not_time"),
        ({"opens": "08:75", "closes": "18:00"}, "opens", "not_time"),
        ({"opens": 8.5, "closes": "18:00"}, "opens", "not_time"),
        ({"timezone": "Mars/Base"}, "timezone", "unknown_zone"),
        ({"timezone": "../../etc/passwd"}, "timezone", "unknown_zone"),
        ({"daily_capacity": 0}, "daily_capacity", "too_small"),
        ({"daily_capacity": -5}, "daily_capacity", "too_small"),
        ({"daily_capacity": 1e9}, "daily_capacity", "too_large"),
        ({"daily_capacity": "thirty"}, "daily_capacity", "not_whole"),
        ({"daily_capacity": 30.5}, "daily_capacity", "not_whole"),
        ({"emergencies": "maybe"}, "emergencies", "not_yes_no"),
        ({"code": "NEW1", "name": "天河店"}, "name", "name_taken"),
        ({"name": "gz01"}, "name", "name_taken"),
        ({"code": "NEW1", "name": "新店", "region": None}, "region", "which_region"),
        ({"code": "NEW1", "name": "新店", "dealer": None}, "dealer", "which_dealer"),
    ],
)
def test_a_bad_cell_of_a_store_names_row_column_and_reason(cells: dict[str, Cell], column: str, key: str) -> None:
    assert _reasons(_plan(stores=[{**STORE, **cells}])) == [("stores", 2, column, key)]


def test_the_same_code_twice_is_a_reason_that_names_the_other_row() -> None:
    result = _plan(stores=[STORE, OTHER, {**STORE, "code": "ｓｚ01"}])
    assert _reasons(result) == [("stores", 4, "code", "twice")]
    assert result.problems[0].values["other"] == 2


def test_two_stores_may_swap_names() -> None:
    result = _plan(stores=[{"code": "SZ01", "name": "天河店"}, {"code": "GZ01", "name": "福田店"}])
    assert _reasons(result) == []
    assert [change.fields for change in result.changes] == [
        {"name": ("福田店", "天河店")},
        {"name": ("天河店", "福田店")},
    ]


def test_a_new_region_lives_in_the_time_zone_of_its_first_store() -> None:
    rows = [{"code": "BK01", "name": "Bangkok", "region": "泰国", "timezone": "Asia/Bangkok"}]
    rows.append({"code": "BK02", "name": "Chiang Mai", "region": "泰国"})
    rows.append({"code": "SZ09", "name": "新店", "region": "南山"})
    result = _plan(Known(dealers=("鹏城",)), stores=rows)
    assert result.regions == {"泰国": "Asia/Bangkok", "南山": ""}
    assert [change.values["timezone"] for change in result.changes] == ["Asia/Bangkok", "Asia/Bangkok", "Asia/Shanghai"]


# People


@pytest.mark.parametrize(
    ("said", "role"),
    [
        ("店长", "store_manager"),
        ("Store Manager", "store_manager"),
        ("gerente", "store_manager"),
        ("副店长", "deputy"),
        ("subgerente", "deputy"),
        ("服务顾问", "advisor"),
        ("asesor", "advisor"),
        ("技师", "technician"),
        ("Técnico", "technician"),
        ("财务", "finance"),
        ("审计", "auditor"),
        ("总部", "hq"),
        ("HQ", "hq"),
        ("区域经理", "region_manager"),
        ("region_manager", "region_manager"),
    ],
)
def test_roles_are_said_in_any_language(said: str, role: str) -> None:
    store = "深圳" if role == "region_manager" else "SZ01"
    assert _only(_plan(people=[{"name": "赵敏", "role": said, "store": store}])).values["role"] == role


@pytest.mark.parametrize("words", ["SZ01", "sz01", "福田店", " 福田店 "])
def test_a_store_is_named_by_its_code_or_name(words: str) -> None:
    assert _only(_plan(people=[{"name": "赵敏", "role": "店长", "store": words}])).values["store"] == "SZ01"


@pytest.mark.parametrize(("words", "region"), [("深圳", "深圳"), ("GZ01", "广州"), ("天河店", "广州")])
def test_a_region_manager_is_placed_by_a_region_or_one_of_its_stores(words: str, region: str) -> None:
    change = _only(_plan(people=[{"name": "赵敏", "role": "区域经理", "store": words}]))
    assert (change.values["store"], change.values["region"]) == ("", region)


def test_people_of_the_network_need_no_store() -> None:
    rows = [{"name": name, "role": role} for name, role in (("甲", "总部"), ("乙", "财务"), ("丙", "审计"))]
    result = _plan(people=rows)
    assert _reasons(result) == []
    assert all(change.values["store"] == "" == change.values["region"] for change in result.changes)


@pytest.mark.parametrize(
    ("cells", "column", "key"),
    [
        ({"name": None}, "name", "needed"),
        ({"role": None}, "role", "needed"),
        ({"role": "老板"}, "role", "unknown_role"),
        ({"store": None}, "store", "store_needed"),
        ({"store": "SZ77"}, "store", "unknown_store"),
        ({"store": "深圳"}, "store", "unknown_store"),
        ({"role": "区域经理", "store": "上海"}, "store", "unknown_region"),
        ({"role": "区域经理", "store": None}, "store", "which_region"),
        ({"phone": "call me"}, "phone", "not_phone"),
        ({"phone": "1"}, "phone", "not_phone"),
        ({"language": "fr"}, "language", "unknown_language"),
    ],
)
def test_a_bad_cell_of_a_person_names_row_column_and_reason(cells: dict[str, Cell], column: str, key: str) -> None:
    row = {"name": "赵敏", "role": "店长", "store": "SZ01", **cells}
    assert _reasons(_plan(people=[row])) == [("people", 2, column, key)]


@pytest.mark.parametrize(
    ("said", "phone"),
    [(13800138000.0, "13800138000"), ("138-0013 8000", "13800138000"), ("+34 600 123 456", "+34600123456")],
)
def test_telephones_are_digits_however_they_are_written(said: Cell, phone: str) -> None:
    row = {"name": "赵敏", "role": "店长", "store": "SZ01", "phone": said}
    assert _only(_plan(people=[row])).values["phone"] == phone


def test_a_person_is_known_by_name_and_store_and_blank_cells_leave_what_is_there() -> None:
    known = _known(people=(_person(7, "赵敏", phone="13800000001", language="en"),))
    change = _only(_plan(known, people=[{"name": "赵敏", "role": "副店长", "store": "福田店", "phone": None}]))
    assert change.id == 7
    assert change.fields == {"role": ("store_manager", "deputy")}
    assert change.values["phone"] == "13800000001"
    same_again = _plan(known, people=[{"name": "赵敏", "store": "SZ01"}])
    assert same_again.changes_nothing
    assert _reasons(same_again) == []


def test_the_same_name_at_another_store_is_another_person_and_noted() -> None:
    known = _known(people=(_person(7, "赵敏"),))
    result = _plan(known, people=[{"name": "赵敏", "role": "店长", "store": "GZ01"}])
    assert _only(result).id is None
    assert [note.key for note in result.notes] == ["network.namesake"]


def test_two_who_share_name_and_store_are_told_apart_by_phone() -> None:
    known = _known(people=(_person(7, "赵敏", phone="13800000001"), _person(8, "赵敏", phone="13800000002")))
    change = _only(_plan(known, people=[{"name": "赵敏", "role": "技师", "store": "SZ01", "phone": "13800000002"}]))
    assert change.id == 8
    assert _reasons(_plan(known, people=[{"name": "赵敏", "role": "技师", "store": "SZ01"}])) == [
        ("people", 2, "phone", "same_name")
    ]
    new = {"name": "赵敏", "role": "技师", "store": "SZ01", "phone": "13800000003"}
    assert _only(_plan(known, people=[new])).id is None


def test_two_rows_of_one_name_and_store_need_different_phones() -> None:
    row = {"name": "赵敏", "role": "技师", "store": "SZ01"}
    assert _reasons(_plan(people=[row, row])) == [
        ("people", 2, "phone", "same_name"),
        ("people", 3, "phone", "same_name"),
    ]
    numbered = [{**row, "phone": "13800000001"}, {**row, "phone": "13800000001"}]
    assert _reasons(_plan(people=numbered)) == [("people", 3, "phone", "twice")]
    known = _known(people=(_person(7, "赵敏", role="technician", phone="13800000001"),))
    result = _plan(known, people=[{**row, "phone": "13800000002"}, {**row, "phone": "13800000001"}])
    assert [(change.row, change.id) for change in result.changes] == [(2, None)]


def test_who_names_a_store_whose_own_row_is_bad_is_not_blamed() -> None:
    stores = [{"code": "NEW1", "name": "新店", "region": "深圳", "dealer": "鹏城", "timezone": "Mars"}]
    people = [{"name": "赵敏", "role": "店长", "store": "NEW1"}, {"name": "钱程", "role": "店长", "store": "新店"}]
    stock = [{"part_no": "P1", "part": "x", "NEW1": 1}]
    assert _reasons(_plan(stores=stores, people=people, stock=stock)) == [("stores", 2, "timezone", "unknown_zone")]


# Stock


def test_a_stock_cell_adds_changes_or_leaves_a_level() -> None:
    parts = (Entry(1, {"part_no": "P1", "part": "前大灯-左", "aliases": ""}),)
    known = _known(parts=parts, levels={("P1", "SZ01"): (3, NOW), ("P1", "GZ01"): (4, NOW)})
    result = _plan(known, 库存=[{"备件号": "p1", "备件名称": None, "福田店": 5.0, "GZ01": None}])
    assert [(level.store, level.quantity) for level in result.levels] == [("SZ01", 5)]
    assert _only(result).fields == {"SZ01": (3, 5)}
    assert not _only(result).itself
    unchanged = _plan(known, stock=[{"part_no": "P1", "SZ01": "３", "GZ01": 4.0}])
    assert unchanged.changes_nothing


def test_what_is_said_again_on_a_later_day_counts_as_said_today() -> None:
    parts = (Entry(1, {"part_no": "P1", "part": "x", "aliases": ""}),)
    technicians = (
        Entry(
            5,
            {"store": "SZ01", "name": "张伟", "level": "T3", "specialties": "", "status": "", "windows": ""},
            YESTERDAY,
        ),
    )
    known = _known(parts=parts, levels={("P1", "SZ01"): (3, YESTERDAY)}, technicians=technicians)
    result = _plan(
        known,
        stock=[{"part_no": "P1", "SZ01": 3}],
        technicians=[{"store": "SZ01", "name": "张伟"}],
    )
    assert not result.changes
    assert result.restated == 2
    assert result.restated_technicians == (5,)
    # Midnight of the store's day is what counts, not twenty-four hours.
    earlier = NOW.replace(hour=0)  # 08:00 of the same day in Shenzhen
    known = _known(parts=parts, levels={("P1", "SZ01"): (3, earlier)})
    assert _plan(known, stock=[{"part_no": "P1", "SZ01": 3}]).changes_nothing


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        (-1, "too_small"),
        ("-1", "too_small"),
        (1e9, "too_large"),
        ("1e9", "not_whole"),
        (2.5, "not_whole"),
        ("2.5", "not_whole"),
        ("=cmd()", "not_whole"),
        ("five", "not_whole"),
        (True, "not_whole"),
        (float("inf"), "not_whole"),
        (date(2026, 3, 4), "not_whole"),
        ("9" * 40, "not_whole"),
    ],
)
def test_a_bad_quantity_names_row_store_and_reason(cell: Cell, key: str) -> None:
    assert _reasons(_plan(stock=[{"part_no": "P1", "part": "x", "SZ01": cell}])) == [("stock", 2, "SZ01", key)]


@pytest.mark.parametrize(("cell", "quantity"), [("3", 3), (3.0, 3), ("3.0", 3), ("1,200", 1200), ("０", 0), (0, 0)])
def test_quantities_are_read_as_numbers_or_as_text(cell: Cell, quantity: int) -> None:
    result = _plan(stock=[{"part_no": "P1", "part": "x", "SZ01": cell}])
    assert [level.quantity for level in result.levels] == [quantity]


def test_a_part_needs_a_name_once_and_a_number_always() -> None:
    rows = [{"part_no": "P1", "SZ01": 1}, {"part": "x", "SZ01": 1}, {"part_no": "P2", "part": "y"}, {"part_no": "p2"}]
    assert _reasons(_plan(stock=rows)) == [
        ("stock", 2, "part", "needed"),
        ("stock", 3, "part_no", "needed"),
        ("stock", 5, "part_no", "twice"),
    ]


def test_part_numbers_that_are_numbers_keep_their_digits() -> None:
    result = _plan(stock=[{"part_no": 351001234.0, "part": "x"}, {"part_no": "00123", "part": "y"}])
    assert [change.values["part_no"] for change in result.changes] == ["351001234", "00123"]


def test_a_store_column_may_be_headed_by_a_number() -> None:
    known = _known(stores=(_store(1, **{**STORE, "code": "1001"}),))
    sheet = Sheet("stock", (Row(1, ("part_no", "part", 1001.0)), Row(2, ("P1", "x", 4.0))))
    result = plan([sheet], known, Network(), NOW)
    assert [(level.store, level.quantity) for level in result.levels] == [("1001", 4)]


def test_further_names_of_a_part_are_split_at_any_mark() -> None:
    change = _only(_plan(stock=[{"part_no": "P1", "part": "蓄电池", "aliases": "电瓶、battery；电瓶, batería"}]))
    assert change.values["aliases"] == "电瓶|battery|batería"


# Technicians and capacity


def test_a_technician_is_known_by_store_and_name() -> None:
    row = {"门店": "福田店", "技师姓名": "张伟", "等级": "t3", "专长": "三电故障", "本周可支援时间": "周三全天"}
    change = _only(_plan(技师=[row]))
    assert change.values == {
        "store": "SZ01",
        "name": "张伟",
        "level": "T3",
        "specialties": "三电故障",
        "status": "",
        "windows": "周三全天",
    }


@pytest.mark.parametrize(
    ("cells", "column", "key"),
    [
        ({"level": "T4"}, "level", "not_level"),
        ({"level": None}, "level", "needed"),
        ({"store": None}, "store", "needed"),
        ({"store": "SZ77"}, "store", "unknown_store"),
        ({"name": None}, "name", "needed"),
        ({"windows": "x" * 201}, "windows", "too_long"),
        ({"windows": date(2026, 3, 4)}, "windows", "not_words"),
    ],
)
def test_a_bad_cell_of_a_technician_names_row_column_and_reason(cells: dict[str, Cell], column: str, key: str) -> None:
    row = {"store": "SZ01", "name": "张伟", "level": "T3", "windows": "", **cells}
    assert _reasons(_plan(technicians=[row])) == [("technicians", 2, column, key)]


def test_the_same_technician_twice_is_a_reason() -> None:
    row = {"store": "SZ01", "name": "张伟", "level": "T3"}
    assert _reasons(_plan(technicians=[row, {**row, "store": "福田店"}])) == [("technicians", 3, "name", "twice")]


def test_capacity_is_of_the_stores_own_day() -> None:
    late = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)  # past midnight in Shenzhen, before it in Madrid
    known = _known(
        stores=(_store(1, **STORE), _store(2, **OTHER, timezone="Europe/Madrid") if False else _store(2, **OTHER))
    )
    change = _only(_plan(known, late, capacity=[{"store": "SZ01", "daily_capacity": 30, "bookings": 32}]))
    assert change.day == date(2026, 3, 5)


def test_todays_capacity_changes_and_yesterdays_stays() -> None:
    values = {"store": "SZ01", "daily_capacity": 30, "bookings": 20}
    known = _known(capacities={("SZ01", date(2026, 3, 4)): Entry(9, values, NOW)})
    change = _only(_plan(known, capacity=[{"store": "SZ01", "bookings": "25"}]))
    assert (change.id, change.fields) == (9, {"bookings": (20, 25)})
    tomorrow = _only(_plan(known, NOW + timedelta(days=1), capacity=[values]))
    assert (tomorrow.id, tomorrow.day) == (None, date(2026, 3, 5))
    assert _plan(known, capacity=[values]).changes_nothing
    # What is too old, or the bot's alone, is said again by the same figures.
    old = _known(capacities={("SZ01", date(2026, 3, 4)): Entry(9, values, NOW, is_old=True)})
    again = _plan(old, capacity=[values])
    assert (again.changes, again.restated_capacities, again.restated) == ((), (9,), 1)


@pytest.mark.parametrize(
    ("cells", "column", "key"),
    [
        ({"bookings": -1}, "bookings", "too_small"),
        ({"bookings": None}, "bookings", "needed"),
        ({"daily_capacity": None}, "daily_capacity", "capacity_needed"),
        ({"daily_capacity": 0}, "daily_capacity", "too_small"),
        ({"store": "SZ77"}, "store", "unknown_store"),
    ],
)
def test_a_bad_cell_of_a_capacity_names_row_column_and_reason(cells: dict[str, Cell], column: str, key: str) -> None:
    row = {"store": "SZ01", "daily_capacity": 30, "bookings": 0, **cells}
    assert _reasons(_plan(capacity=[row])) == [("capacity", 2, column, key)]


def test_a_capacity_left_blank_is_the_stores_own() -> None:
    stores = [{**STORE, "daily_capacity": 28}]
    result = _plan(stores=stores, capacity=[{"store": "SZ01", "bookings": 7}])
    assert [change.values["daily_capacity"] for change in result.changes if change.kind == "capacity"] == [28]


# The whole


def test_odd_words_are_cleaned_and_kept() -> None:
    row = {**STORE, "code": "NEW1", "name": "  <b>新\u202e店\x00</b>\n二 ", "dealer": "=cmd()", "region": "深圳"}
    change = _only(_plan(stores=[row]))
    assert change.values["name"] == "<b>新店</b> 二"
    assert change.values["dealer"] == "=cmd()"


@pytest.mark.parametrize("language", ["zh", "en", "es"])
def test_every_reason_has_words_with_row_and_sheet(language: str) -> None:
    rows = [{**STORE, "latitude": 95, "longitude": 1}, {**STORE, "code": "SZ02", "name": "x", "timezone": "Mars"}]
    result = _plan(Known(), stores=rows, 人员=[{"name": "赵敏", "role": "老板", "store": "SZ01"}])
    said = [messages.problem_words(language, problem) for problem in result.problems]
    assert len(said) == 3
    assert all(number in words for number, words in zip("232", said, strict=True))
    assert "人员" in said[2]
    assert "老板" in said[2]
    assert "纬度" in said[0] if language == "zh" else "latitude" in said[0]


def test_every_reason_of_the_catalogue_is_in_three_languages() -> None:
    keys = [key for key in texts.keys() if key.startswith("network.")]  # noqa: SIM118 - not a mapping
    assert len(keys) > 50
    assert all(set(texts.sentences(key)) == {"zh", "en", "es"} for key in keys)


def test_the_diff_shows_what_stood_there_before() -> None:
    known = _known(stores=(_store(1, **STORE, daily_capacity=25), _store(2, **OTHER)))
    result = _plan(known, stores=[{"code": "SZ01", "daily_capacity": 30, "opens": "09:00", "closes": "18:00"}])
    assert "~ SZ01 福田店:开门 08:30 → 09:00 · 日产能 25 → 30" in messages.plan_message("zh", result).plain
    assert "~ SZ01 福田店: opens 08:30 → 09:00 · daily_capacity 25 → 30" in messages.plan_message("en", result).plain


def test_long_lists_are_cut_and_counted() -> None:
    people = [{"name": f"人{number}", "role": "技师", "store": "SZ01"} for number in range(30)]
    said = messages.plan_message("en", _plan(people=people), most=5).plain
    assert said.count("+ 人") == 5
    assert "25 more rows" in said


# The sample


def test_the_sample_is_taken_in_without_a_problem_or_a_note() -> None:
    for stores in (3, 4, 15, 60):
        result = plan(sample_sheets(stores), Known(), Network(), NOW)
        assert _reasons(result) == []
        assert result.notes == ()
        assert result.counts["stores", "added"] == stores
        assert result.counts["stock", "added"] == 50


def test_the_sample_has_what_the_programme_tells_of() -> None:
    rows = sample_workbook()
    lamp = next(row for row in rows["stock"] if row["part"] == "前大灯-左")
    assert [lamp[code] for code in ("SZ01", "GZ01", "DG01", "FS01")] == [2, 0, 3, 1]
    windows = {row["name"]: (row["level"], row["specialties"], row["windows"]) for row in rows["technicians"]}
    assert windows["张伟"] == ("T3", "三电故障", "周三全天")
    assert windows["王强"] == ("T3", "智能驾驶", "周五下午")
    assert windows["李娜"][0] == "T2"
    assert [(row["bookings"], row["daily_capacity"]) for row in rows["capacity"]][:3] == [(32, 30), (20, 25), (12, 20)]
    assert len({row["region"] for row in rows["stores"]}) == 3
    names = [row["name"] for row in rows["people"]]
    assert len(set(names)) == len(names)
    for store in rows["stores"]:
        roles = [row["role"] for row in rows["people"] if row["store"] == store["code"]]
        assert {"店长", "副店长", "服务顾问"} <= set(roles)
    assert any(value == 0 for row in rows["stock"] for value in row.values())


def test_the_same_seed_gives_the_same_sample() -> None:
    assert sample_workbook(15, 7) == sample_workbook(15, 7)
    assert sample_workbook(15, 7) != sample_workbook(15, 8)
    with pytest.raises(ValueError, match="3 to 60"):
        sample_workbook(2)
