"""Real .xlsx files: read, written into the network whole or not at all, given out again; and nasty ones refused."""

from __future__ import annotations

import io
import time as clock
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlmodel import Session, func, select

from bot import workbook
from handlers.errors import BadInput
from handlers.network import commands
from handlers.network.plan import Plan
from handlers.network.sample import sample_sheets
from handlers.network.sheets import Row, Sheet, as_sheet
from handlers.settings import Settings
from storage.database import Database
from storage.queries import people as people_queries
from storage.queries import stock
from storage.tables.audit import AuditEntry
from storage.tables.boards import Capacity, Part, StockLevel, Technician
from storage.tables.people import Person, Role, Store

NOW = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
SETTINGS = Settings()


def _import(database: Database, sheets: list[Sheet], now: datetime = NOW) -> Plan:
    with database.transaction() as session:
        return commands.import_sheets(session, sheets, SETTINGS, now, by="import:test.xlsx")


def _export(database: Database, now: datetime = NOW, settings: Settings = SETTINGS) -> list[Sheet]:
    with database.transaction(writing=False) as session:
        return workbook.read_bytes(workbook.write_bytes(commands.export_sheets(session, settings, now)))


def _counts(database: Database) -> dict[str, int]:
    with database.transaction(writing=False) as session:
        tables = (Store, Person, Part, StockLevel, Technician, Capacity, AuditEntry)
        return {table.__name__: session.exec(select(func.count()).select_from(table)).one() for table in tables}


def _xlsx(write: Callable[[Any, Any], None], sheet: str = "stores") -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        write(book, book.add_worksheet(sheet))
    return buffer.getvalue()


# Through the file and into the tables


def test_a_workbook_becomes_the_network(any_database: Database) -> None:
    plan = _import(any_database, workbook.read_bytes(workbook.write_bytes(sample_sheets())))
    assert not plan.problems
    with any_database.transaction(writing=False) as session:
        store = people_queries.find_store(session, "SZ01")
        assert store is not None
        assert (store.name, store.opens, store.closes) == ("深圳福田店", time(8), time(20))
        assert (store.latitude, store.timezone, store.daily_capacity) == (22.541, "Asia/Shanghai", 30)
        assert store.emergencies
        assert [person.role for person in people_queries.list_staff(session, store.id, [Role.STORE_MANAGER])] == [
            Role.STORE_MANAGER
        ]
        regions = people_queries.list_regions(session)
        assert [region.name for region in regions] == ["深圳", "广州", "佛莞"]
        assert all(len(people_queries.list_region_managers(session, region.id)) == 1 for region in regions)
        part = stock.find_part_by_number(session, "HL-1001-L")
        assert part is not None
        level = stock.find_stock_level(session, store.id, part.id)
        assert level is not None
        assert (level.quantity, level.stated_at, level.stated_by) == (2, NOW, "import:test.xlsx")
        entry = session.exec(select(AuditEntry)).one()
        assert (entry.act, entry.subject) == ("import", "import:test.xlsx")
        assert "stores added 15" in entry.after


def test_the_same_file_twice_changes_nothing(any_database: Database) -> None:
    sheets = workbook.read_bytes(workbook.write_bytes(sample_sheets()))
    _import(any_database, sheets)
    before = _counts(any_database)
    again = _import(any_database, sheets, NOW + timedelta(hours=3))
    assert again.changes_nothing
    assert _counts(any_database) == before
    with any_database.transaction(writing=False) as session:
        assert session.exec(select(func.max(StockLevel.stated_at))).one() == NOW


def test_an_export_taken_in_again_changes_nothing_here_and_makes_the_same_network_elsewhere(
    any_database: Database, tmp_path: Path, sqlite_template: Path
) -> None:
    _import(any_database, sample_sheets(5))
    for settings in (SETTINGS, Settings.model_validate({"network": {"language": "en"}})):
        exported = _export(any_database, settings=settings)
        assert _import(any_database, exported).changes_nothing
        assert not _import(any_database, exported).notes
    other = tmp_path / "other.db"
    other.write_bytes(sqlite_template.read_bytes())
    elsewhere = Database(f"sqlite:///{other}")
    try:
        plan = _import(elsewhere, exported)
        assert not plan.problems
        assert _export(elsewhere) == _export(any_database)
    finally:
        elsewhere.close()


def test_said_again_on_a_later_day_the_figures_are_fresh(any_database: Database) -> None:
    _import(any_database, sample_sheets(3))
    later = NOW + timedelta(days=1)
    plan = _import(any_database, [sheet for sheet in sample_sheets(3) if sheet.name in {"stock", "technicians"}], later)
    assert not plan.changes
    assert plan.restated == 150 + 9
    with any_database.transaction(writing=False) as session:
        assert session.exec(select(func.min(StockLevel.stated_at))).one() == later
        assert session.exec(select(func.min(Technician.stated_at))).one() == later
    # Bookings are old after half a day, and what the bot wrote nobody has said.
    morning, evening = NOW + timedelta(days=1, hours=-3), NOW + timedelta(days=1, hours=10)
    capacity = [sheet for sheet in sample_sheets(3) if sheet.name == "capacity"]
    assert not _import(any_database, capacity, morning).changes_nothing
    assert _import(any_database, capacity, morning + timedelta(hours=1)).changes_nothing
    with any_database.transaction() as session:
        day = session.exec(select(func.max(Capacity.day))).one()
        one, *_ = rows = session.exec(select(Capacity).where(Capacity.day == day)).all()
        one.stated_by = "bot"
    assert _import(any_database, capacity, morning + timedelta(hours=2)).restated == 1
    plan = _import(any_database, capacity, evening)
    assert (plan.changes, plan.restated) == ((), len(rows) - 1)
    with any_database.transaction(writing=False) as session:
        said = session.exec(select(Capacity.stated_by).where(Capacity.day == day)).all()
        assert set(said) == {"import:test.xlsx"}


@pytest.mark.parametrize(
    ("sheet", "bad"),
    [
        ("stores", {"code": "XX01", "name": "坏店", "dealer": "甲", "region": "深圳", "timezone": "Mars"}),
        ("people", {"name": "坏人", "role": "老板", "store": "SZ01"}),
        ("stock", {"part_no": "BAD", "part": "坏件", "SZ01": -1}),
        ("technicians", {"store": "SZ01", "name": "坏手", "level": "T9"}),
        ("capacity", {"store": "SZ01", "bookings": -1}),
    ],
)
def test_while_one_row_is_bad_nothing_at_all_is_written(
    any_database: Database, sheet: str, bad: dict[str, Any]
) -> None:
    sheets = {one.name: one for one in sample_sheets(3)}
    good = sheets[sheet]
    headings = [str(cell) for cell in good.rows[0].cells]
    row = Row(len(good.rows) + 1, tuple(bad.get(heading) for heading in headings))
    if sheet == "capacity":  # a second row of the same store is bad in itself
        good = Sheet(good.name, tuple(one for one in good.rows if one.cells[0] != "SZ01"))
    sheets[sheet] = Sheet(good.name, (*good.rows, row))
    plan = _import(any_database, list(sheets.values()))
    assert [(problem.sheet, problem.row) for problem in plan.problems] == [(sheet, row.number)]
    assert set(_counts(any_database).values()) == {0}


def test_a_correction_changes_only_what_it_says(any_database: Database) -> None:
    _import(any_database, sample_sheets(3))
    before = _counts(any_database)
    plan = _import(
        any_database,
        [
            as_sheet("门店", [{"编码": "sz01", "门店": "深圳中心店", "日产能": 40}]),
            as_sheet("库存", [{"备件号": "HL-1001-L", "SZ01": 9, "GZ01": None}]),
            as_sheet("产能", [{"门店": "深圳中心店", "今日预约": 12}]),
        ],
        NOW + timedelta(minutes=5),
    )
    assert not plan.problems
    after = _counts(any_database)
    assert after == {**before, "AuditEntry": before["AuditEntry"] + 1}
    with any_database.transaction(writing=False) as session:
        store = people_queries.find_store(session, "深圳中心店")
        assert store is not None
        assert (store.code, store.daily_capacity, store.opens) == ("SZ01", 40, time(8))
        levels = _levels(session, "HL-1001-L")
        assert levels["SZ01"] == (9, NOW + timedelta(minutes=5))
        assert levels["GZ01"] == (0, NOW)
        assert session.exec(select(Capacity.bookings).where(Capacity.store_id == store.id)).one() == 12


def _levels(session: Session, part_no: str) -> dict[str, tuple[int, datetime]]:
    rows = session.exec(
        select(Store.code, StockLevel.quantity, StockLevel.stated_at)
        .join(StockLevel, StockLevel.store_id == Store.id)  # type: ignore[arg-type]
        .join(Part, Part.id == StockLevel.part_id)  # type: ignore[arg-type]
        .where(Part.part_no == part_no)
    )
    return {code: (quantity, at) for code, quantity, at in rows}


def test_two_stores_swap_names(any_database: Database) -> None:
    _import(any_database, sample_sheets(3))
    rows = [{"code": "SZ01", "name": "广州天河店"}, {"code": "GZ01", "name": "深圳福田店"}]
    assert not _import(any_database, [as_sheet("stores", rows)]).problems
    with any_database.transaction(writing=False) as session:
        names = {store.code: store.name for store in people_queries.list_stores(session)}
    assert (names["SZ01"], names["GZ01"]) == ("广州天河店", "深圳福田店")


def test_twenty_thousand_rows_take_seconds(database: Database) -> None:
    _import(database, sample_sheets(3))
    rows = [{"part_no": f"P{number}", "part": f"备件 {number}", "SZ01": number % 9} for number in range(20_000)]
    content = workbook.write_bytes([as_sheet("stock", rows)])
    begun = clock.perf_counter()
    assert not _import(database, workbook.read_bytes(content)).problems
    assert clock.perf_counter() - begun < 30  # some 2 s on a machine that does nothing else
    assert _counts(database)["Part"] == 20_050


# What spreadsheets do


def test_cells_arrive_as_the_spreadsheet_keeps_them() -> None:
    def write(book: Any, page: Any) -> None:
        page.write_row(0, 0, ["编码", "门店", "开门", "关门", "日产能"])
        page.write_string(1, 0, "SZ01")
        page.write_string(1, 1, "=1+1")
        page.write_number(1, 2, 0.3541666, book.add_format({"num_format": "hh:mm"}))
        page.write_datetime(1, 3, time(18, 0), book.add_format({"num_format": "hh:mm"}))
        page.write_number(1, 4, 30)
        page.write_string(3, 0, "  ")
        page.write_number(5, 0, 1001)

    (sheet,) = workbook.read_bytes(_xlsx(write))
    assert [row.number for row in sheet.rows] == [1, 2, 6]  # blank rows go, the numbers stay as they are shown
    assert sheet.rows[1].cells == ("SZ01", "=1+1", time(8, 29, 59, 994000), time(18), 30.0)


def test_what_begins_like_a_formula_stays_words() -> None:
    words = ["=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "http://example.com", "{=A1}"]
    content = workbook.write_bytes(
        [Sheet("门店", (Row(1, ("编码",)), *(Row(n, (w,)) for n, w in enumerate(words, 2))))]
    )
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in xml
        assert b"hyperlink" not in xml.lower()
    (sheet,) = workbook.read_bytes(content)
    assert [row.cells[0] for row in sheet.rows[1:]] == words


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    target = tmp_path / "n.xlsx"
    target.write_bytes(b"old")
    with pytest.raises(Exception, match="worksheet name"):
        workbook.write(target, [Sheet("x" * 40, ())])  # a name Excel does not take
    assert target.read_bytes() == b"old"
    workbook.write(target, [as_sheet("门店", [{"编码": "A1"}])])
    assert workbook.read(target)[0].rows[1].cells == ("A1",)
    assert [path.name for path in tmp_path.iterdir()] == ["n.xlsx"]


# Nasty files


def _key(content: bytes) -> str:
    with pytest.raises(BadInput) as caught:
        workbook.read_bytes(content)
    assert all(caught.value.words(language) for language in ("zh", "en", "es"))
    return caught.value.key.removeprefix("network.")


def _zip(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _changed(change: Callable[[str, bytes], bytes], content: bytes | None = None) -> bytes:
    whole = content or workbook.write_bytes([as_sheet("stores", [{"code": "SZ01", "name": "福田店"}])])
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        return _zip({name: change(name, archive.read(name)) for name in archive.namelist()})


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "file_not_xlsx"),
        (b"code,name\nSZ01,x\n", "file_not_xlsx"),
        (b"%PDF-1.7 renamed", "file_not_xlsx"),
        (b"PK\x03\x04 and nothing more", "file_broken"),
        (_zip({"readme.txt": b"hello"}), "file_not_xlsx"),
        (_zip({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}), "file_not_xlsx"),
        (_zip({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"nonsense"}), "file_broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "file_locked"),
        (b"x" * 20_000_001, "file_too_big"),
    ],
)
def test_what_is_no_workbook_is_one_clear_sentence(content: bytes, key: str) -> None:
    assert _key(content) == key


def test_a_truncated_workbook_is_refused() -> None:
    content = workbook.write_bytes(sample_sheets(3))
    assert _key(content[: len(content) // 2]) == "file_broken"


def test_a_zip_bomb_is_not_opened() -> None:
    bomb = _changed(lambda name, part: part + b" " * 60_000_000 if name == "xl/workbook.xml" else part)
    assert len(bomb) < 200_000
    assert _key(bomb) == "file_bomb"


def test_a_directory_that_lies_about_sizes_is_found_out() -> None:
    content = bytearray(_changed(lambda name, part: part + b" " * 10_000_000 if name == "xl/styles.xml" else part))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo("xl/styles.xml").file_size
    assert content.count(size.to_bytes(4, "little")) == 2  # the part's own head, and the directory
    lying = bytes(content).replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert _key(lying) == "file_broken"


def test_two_cells_at_the_ends_of_a_sheet_do_not_fill_the_memory() -> None:
    def far(name: str, part: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return part
        cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        return part.replace(b"</sheetData>", cell)

    assert _key(_changed(far)) == "file_bomb"


def test_one_long_text_in_very_many_cells_does_not_fill_the_memory() -> None:
    def write(_book: Any, page: Any) -> None:
        for row in range(20_000):
            page.write_string(row, 0, "x" * 32_000)

    assert _key(_xlsx(write)) == "file_bomb"


def test_too_many_parts_are_refused() -> None:
    parts = {"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}
    assert _key(_zip({**parts, **{f"xl/{number}": b"" for number in range(2_000)}})) == "file_bomb"


def test_a_part_with_a_password_is_refused() -> None:
    content = bytearray(workbook.write_bytes([as_sheet("stores", [{"code": "A"}])]))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        start = archive.start_dir
    content[start + 8] |= 1  # the flag "encrypted" of the first entry of the directory
    assert _key(bytes(content)) == "file_locked"


def test_files_that_are_not_there_or_too_big_are_refused_unread(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        workbook.read(tmp_path / "none.xlsx")
    assert caught.value.words("en") == "there is no such file: none.xlsx"
    with pytest.raises(BadInput) as caught:
        workbook.read(tmp_path)
    assert caught.value.key == "network.file_unreadable"
    huge = tmp_path / "huge.xlsx"
    with huge.open("wb") as file:
        file.truncate(21_000_000)
    with pytest.raises(BadInput) as caught:
        workbook.read(huge)
    assert caught.value.words("zh") == "文件太大:最多 20 MB"
