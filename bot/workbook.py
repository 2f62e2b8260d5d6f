"""Excel workbooks become sheets of cells and the other way round; a file nobody should open is refused unopened."""

from __future__ import annotations

import csv
import io
import os
import re
import zipfile
import zlib
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

import python_calamine
import xlsxwriter  # type: ignore[import-untyped]

from handlers.errors import BadInput
from handlers.network.sheets import Cell, Row, Sheet

MOST_MEGABYTES = 20
# Unpacked: 20,000 rows of twenty columns are some 30 MB of XML.
MOST_UNPACKED = 300_000_000
MOST_PARTS_OF_A_FILE = 2_000
# A spreadsheet packs ten to one, twenty at most; a bomb packs a thousand to one.
MOST_RATIO = 100
RATIO_OVER = 5_000_000
# The reader lays a sheet out as one block, from the first cell to the last: two cells far apart would fill the memory.
MOST_CELLS = 8_000_000

_CELL = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br\s*=\s*["']([A-Za-z]{1,7})([0-9]{1,9})["']""")
_ROW = re.compile(rb"""<(?:\w+:)?row\s[^>]*?\br\s*=\s*["']([0-9]{1,9})["']""")
# The reader copies a shared text into every cell that shows it.
MOST_TEXT = 300_000_000
_SHARED = "xl/sharedStrings.xml"
_SHOWN = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\bt\s*=\s*["']s["'][^>]*>\s*<(?:\w+:)?v>\s*([0-9]{1,9})\s*<""")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"  # .xls, and every workbook with a password


def read(file: Path) -> list[Sheet]:
    """Read a workbook. Raises `BadInput` with one sentence when it cannot be used."""
    try:
        if file.stat().st_size > MOST_MEGABYTES * 1_000_000:
            raise BadInput("network.file_too_big", most=MOST_MEGABYTES)
        content = file.read_bytes()
    except FileNotFoundError:
        raise BadInput("network.file_missing", file=file.name) from None
    except OSError as error:
        raise BadInput("network.file_unreadable", file=file.name, why=error.strerror) from None
    return read_sent(file.name, content)


def read_sent(name: str, content: bytes) -> list[Sheet]:
    """Read a file that was sent, by its name a CSV or a workbook. Raises `BadInput` when it cannot be used."""
    # A name is never a path here: only its end is looked at, and a CSV's only sheet is called by what is left of it.
    stem, _, ending = re.split(r"[/\\]", name)[-1].rpartition(".")
    return read_csv(stem, content) if ending.casefold() == "csv" else read_bytes(content)


def read_csv(name: str, content: bytes) -> list[Sheet]:
    """Read a CSV in UTF-8 or as Chinese Excel saves it, between commas, semicolons or tabs. Raises `BadInput`."""
    if len(content) > MOST_MEGABYTES * 1_000_000:
        raise BadInput("network.file_too_big", most=MOST_MEGABYTES)
    if b"\0" in content:
        raise BadInput("network.file_not_csv")
    try:
        words = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            words = content.decode("gb18030")
        except UnicodeDecodeError:
            raise BadInput("network.file_not_csv") from None
    head = words[: words.find("\n") + 1] or words
    mark = max(",;\t", key=head.count)
    rows, cells = [], 0
    try:
        for number, row in enumerate(csv.reader(io.StringIO(words, newline=""), delimiter=mark, strict=True), 1):
            cells += len(row)
            if cells > MOST_CELLS:
                raise BadInput("network.file_bomb")
            found = tuple(cell if cell.strip() else None for cell in row)
            if any(cell is not None for cell in found):
                rows.append(Row(number, found))
    except csv.Error:
        raise BadInput("network.file_not_csv") from None
    return [Sheet(name, tuple(rows))]


def read_bytes(content: bytes) -> list[Sheet]:
    """Read a workbook that was sent. Raises `BadInput` with one sentence when it cannot be used."""
    if len(content) > MOST_MEGABYTES * 1_000_000:
        raise BadInput("network.file_too_big", most=MOST_MEGABYTES)
    _inspect(content)
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [_sheet(workbook, name) for name in workbook.sheet_names]
    except python_calamine.PasswordError:
        raise BadInput("network.file_locked") from None
    except (python_calamine.CalamineError, ValueError, OSError):
        raise BadInput("network.file_broken") from None


def write(file: Path, sheets: Sequence[Sheet]) -> None:
    """Write a workbook beside its place and then move it there, so that it is whole or not at all."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.unlink(missing_ok=True)  # in a folder of all it may be somebody's link, to write over what is ours
        with beside.open("xb") as target:
            target.write(write_bytes(sheets))
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def write_bytes(sheets: Sequence[Sheet]) -> bytes:
    """Return a workbook: words as words, whatever they begin with, and numbers as numbers."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        head = workbook.add_format({"bold": True, "bottom": 1})
        for sheet in sheets:
            page = workbook.add_worksheet(sheet.name)
            page.freeze_panes(1, 0)
            for position, row in enumerate(sheet.rows):
                for column, cell in enumerate(row.cells):
                    if cell is None:
                        continue
                    if isinstance(cell, int | float) and not isinstance(cell, bool):
                        page.write_number(position, column, cell)
                    else:
                        page.write_string(position, column, str(cell), head if position == 0 else None)
            for column, width in enumerate(_widths(sheet)):
                page.set_column(column, column, width)
    return buffer.getvalue()


def _inspect(content: bytes) -> None:
    """Look into the file's directory, and unpack it within limits, before the reader does so without."""
    if content.startswith(_OLD_OFFICE):
        raise BadInput("network.file_locked")
    if not content.startswith(b"PK"):
        raise BadInput("network.file_not_xlsx")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
                raise BadInput("network.file_not_xlsx")
            if any(entry.flag_bits & 1 for entry in entries):
                raise BadInput("network.file_locked")
            unpacked = sum(entry.file_size for entry in entries)
            if len(entries) > MOST_PARTS_OF_A_FILE or unpacked > MOST_UNPACKED or any(map(_is_bomb, entries)):
                raise BadInput("network.file_bomb")
            shared = [len(text) for text in archive.read(_SHARED).split(b"<si")[1:]] if _SHARED in names else []
            for entry in entries:
                # Reading stops at the size the directory declares and compares the checksum: a directory that lies
                # is found out here, not by filling the memory.
                _inspect_cells(archive.read(entry), shared)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, OSError):
        raise BadInput("network.file_broken") from None


def _is_bomb(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > RATIO_OVER and entry.file_size > MOST_RATIO * max(1, entry.compress_size)


def _inspect_cells(part: bytes, shared: list[int]) -> None:
    """Refuse a sheet whose cells lie too far apart or show too much text; `shared` are the lengths of shared texts."""
    places = _CELL.findall(part)
    if places:
        columns = {letters for letters, _ in places}
        widest = max(_column(letters) for letters in columns)
        lowest = max(int(number) for _, number in places)
    else:
        widest, lowest = 1, 1
    lowest = max(lowest, max((int(number) for number in _ROW.findall(part)), default=1))
    if widest * lowest > MOST_CELLS:
        raise BadInput("network.file_bomb")
    if len(places) * max(shared, default=0) > MOST_TEXT:
        shown = sum(shared[int(index)] for index in _SHOWN.findall(part) if int(index) < len(shared))
        if shown > MOST_TEXT:
            raise BadInput("network.file_bomb")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _sheet(workbook: python_calamine.CalamineWorkbook, name: str) -> Sheet:
    page = workbook.get_sheet_by_name(name)
    rows = enumerate(page.to_python(skip_empty_area=False), 1)
    found = ((number, tuple(_cell(cell) for cell in row)) for number, row in rows)
    return Sheet(name, tuple(Row(number, row) for number, row in found if any(cell is not None for cell in row)))


def _cell(cell: str | float | int | bool | time | date | datetime | timedelta) -> Cell:
    if isinstance(cell, str) and not cell.strip():
        return None
    return cell


def _widths(sheet: Sheet) -> list[int]:
    """Return how wide each column is: Chinese letters count double."""
    widths: list[int] = []
    for row in sheet.rows[:200]:
        for column, cell in enumerate(row.cells):
            words = "" if cell is None else str(cell)
            width = min(40, 2 + sum(2 if ord(letter) > 0x2E80 else 1 for letter in words))
            if column == len(widths):
                widths.append(8)
            widths[column] = max(widths[column], width)
    return widths
