"""The workbook's shape: sheets of rows of cells, and what their names and headings mean in either language."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal

Cell = str | float | int | bool | time | date | timedelta | datetime | None

Kind = Literal["stores", "people", "stock", "technicians", "capacity", "travel"]
KINDS: tuple[Kind, ...] = ("stores", "people", "stock", "technicians", "capacity", "travel")


@dataclass(frozen=True, slots=True)
class Row:
    """A row by the number a spreadsheet shows, cells in the order of the columns."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as it was read: every row that is not empty, headings among them."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A column: its key, the Chinese heading and further ways to write it."""

    key: str
    zh: str
    also: tuple[str, ...] = ()
    needed: bool = False


SHEET_NAMES: dict[Kind, tuple[str, ...]] = {
    "stores": ("门店", "门店表", "store"),
    "people": ("人员", "人员表", "成员", "person", "persons"),
    "stock": ("库存", "库存表", "库存共享表"),
    "technicians": ("技师", "技师表", "技师能力地图", "technician"),
    "capacity": ("产能", "产能表", "产能监控表"),
    "travel": ("车程", "车程表", "路程", "travel times"),
}

HEADINGS: dict[Kind, tuple[Heading, ...]] = {
    "stores": (
        Heading("code", "编码", ("门店编码", "store code"), needed=True),
        Heading("name", "门店", ("门店名称", "store", "store name")),
        Heading("dealer", "经销商"),
        Heading("region", "区域"),
        Heading("latitude", "纬度"),
        Heading("longitude", "经度"),
        Heading("opens", "开门"),
        Heading("closes", "关门"),
        Heading("timezone", "时区", ("time zone",)),
        Heading("daily_capacity", "日产能"),
        Heading("emergencies", "紧急支援"),
    ),
    "people": (
        Heading("name", "姓名", needed=True),
        Heading("role", "角色"),
        Heading("store", "门店"),
        Heading("phone", "电话", ("手机",)),
        Heading("language", "语言"),
    ),
    "stock": (
        Heading("part_no", "备件号", ("part number",), needed=True),
        Heading("part", "备件名称", ("part name",)),
        Heading("aliases", "别名"),
        Heading("price", "单价", ("unit price",)),
    ),
    "technicians": (
        Heading("store", "门店", needed=True),
        Heading("name", "技师姓名", ("姓名",), needed=True),
        Heading("level", "等级"),
        Heading("specialties", "专长", ("specialities",)),
        Heading("status", "当前状态", ("状态",)),
        Heading("windows", "本周可支援时间", ("可支援时间",)),
    ),
    "capacity": (
        Heading("store", "门店", needed=True),
        Heading("daily_capacity", "日产能"),
        Heading("bookings", "今日预约", ("预约",)),
    ),
    "travel": (
        Heading("from", "出发门店", ("从", "from store"), needed=True),
        Heading("to", "到达门店", ("到", "to store"), needed=True),
        Heading("minutes", "分钟", ("车程分钟",), needed=True),
    ),
}

# The headings may stand below a title.
HIGHEST_HEADING = 5


def plain_key(words: str) -> str:
    """Return words as they are compared: without case, width, blanks and marks between them."""
    folded = unicodedata.normalize("NFKC", words).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


_SHEETS: dict[str, Kind] = {plain_key(name): kind for kind in KINDS for name in (kind, *SHEET_NAMES[kind])}


def _columns(kind: Kind) -> dict[str, str]:
    return {
        plain_key(word): heading.key for heading in HEADINGS[kind] for word in (heading.key, heading.zh, *heading.also)
    }


_COLUMNS: dict[Kind, dict[str, str]] = {kind: _columns(kind) for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet that was recognised: where each column stands, the columns nobody knows, and the rows below."""

    kind: Kind
    name: str
    heading_row: int
    columns: Mapping[str, int]
    unknown: Mapping[int, str]
    twice: tuple[str, ...]
    rows: tuple[Row, ...] = field(repr=False)


def kind_of(sheet: Sheet) -> Kind | None:
    """Return what a sheet is about, by its name."""
    return _SHEETS.get(plain_key(sheet.name))


def kind_by_headings(sheet: Sheet) -> Kind | None:
    """Return what a sheet of any name is about: the kind of which it has every needed column, and the most of them."""
    found: list[tuple[int, Kind]] = []
    for kind in KINDS:
        table = table_of(sheet, kind)
        if table is not None and not missing_headings(table):
            found.append((len(table.columns), kind))
    return max(found, key=lambda one: one[0])[1] if found else None


def table_of(sheet: Sheet, kind: Kind) -> Table | None:
    """Find the headings of a sheet; None when there are none among its first rows."""
    known = _COLUMNS[kind]
    for position, row in enumerate(sheet.rows[:HIGHEST_HEADING]):
        words = [_heading(cell) for cell in row.cells]
        if not any(known.get(plain_key(word)) in _needed(kind) for word in words):
            continue
        columns: dict[str, int] = {}
        unknown: dict[int, str] = {}
        twice: list[str] = []
        for index, word in enumerate(words):
            key = known.get(plain_key(word))
            if key is None:
                unknown.update({index: word} if word else {})
            elif key in columns:
                twice.append(word)
            else:
                columns[key] = index
        return Table(kind, sheet.name, row.number, columns, unknown, tuple(twice), sheet.rows[position + 1 :])
    return None


def missing_headings(table: Table) -> list[str]:
    """Return the keys of the columns that must be there and are not."""
    return [key for key in _needed(table.kind) if key not in table.columns]


def _heading(cell: Cell) -> str:
    """Return the words of a heading; a store's code may be a number."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).split()) if cell is not None else ""


def _needed(kind: Kind) -> tuple[str, ...]:
    return tuple(heading.key for heading in HEADINGS[kind] if heading.needed)


def example_heading(kind: Kind) -> tuple[str, str]:
    """Return the heading by which a sheet is recognised, in both languages."""
    heading = next(heading for heading in HEADINGS[kind] if heading.needed)
    return heading.zh, heading.key


def heading_words(kind: Kind, key: str, language: str) -> str:
    """Return how a column is headed in a language; a store's column is headed by its code."""
    heading = next((heading for heading in HEADINGS[kind] if heading.key == key), None)
    return heading.zh if heading is not None and language == "zh" else key


def sheet_words(kind: Kind, language: str) -> str:
    """Return how a sheet is named in a language."""
    return SHEET_NAMES[kind][0] if language == "zh" else kind


def as_sheet(name: str, rows: Iterable[Mapping[str, Cell]], headings: Sequence[str] = ()) -> Sheet:
    """Make a sheet of rows that name their columns, as `export` and the sample network do."""
    listed = list(rows)
    columns = list(headings) or list(dict.fromkeys(key for row in listed for key in row))
    body = (Row(number, tuple(row.get(key) for key in columns)) for number, row in enumerate(listed, 2))
    return Sheet(name, (Row(1, tuple(columns)), *body))
