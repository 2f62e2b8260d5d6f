"""Read a whole workbook: which sheet is which, and each in the order in which one names what another brought."""

from __future__ import annotations

from datetime import datetime

from handlers.network.boards import read_capacity, read_technicians
from handlers.network.people import read_people
from handlers.network.plan import Draft, Known, Plan, Problem
from handlers.network.sheets import (
    KINDS,
    Kind,
    Sheet,
    Table,
    example_heading,
    kind_by_headings,
    kind_of,
    missing_headings,
    table_of,
)
from handlers.network.stock import read_stock
from handlers.network.stores import read_stores
from handlers.network.travel import read_travel
from handlers.settings import Network

_READERS = {
    "stores": read_stores,
    "people": read_people,
    "stock": read_stock,
    "technicians": read_technicians,
    "capacity": read_capacity,
    "travel": read_travel,
}


# What is HQ's to say, in a file of whoever speaks for one store.
_HQS: tuple[Kind, ...] = ("stores", "people", "travel")


def plan(sheets: list[Sheet], known: Known, network: Network, now: datetime, *, own: str = "") -> Plan:
    """Say what a workbook would change, every bad row with its reason, and what was left aside.

    `own` is the code of the store that whoever sent it speaks for, "" for HQ: no row of another store is read.
    """
    draft = Draft(known, network, now, own=own)
    tables = _tables(sheets, draft)
    for kind in _HQS if own else ():
        if kind in tables and (table := tables.pop(kind)).rows:
            draft.problems.append(Problem(kind, table.name, table.heading_row, "", "network.hqs_sheet", {}))
    stores_are_read = bool(own) or not any(problem.kind == "stores" for problem in draft.problems)
    for kind in KINDS:
        if kind in tables and (stores_are_read or kind == "stores"):  # else every other row would name no store
            _READERS[kind](tables[kind], draft)
    order = {sheet.name: position for position, sheet in enumerate(sheets)}
    draft.problems.sort(key=lambda problem: (order.get(problem.sheet, 0), problem.row))
    return draft.plan()


def kinds_in(sheets: list[Sheet]) -> set[Kind]:
    """Return what a workbook has sheets about."""
    return {kind for sheet in sheets if (kind := _kind_of(sheet, sheets)) is not None}


def _kind_of(sheet: Sheet, sheets: list[Sheet]) -> Kind | None:
    """Return what a sheet is about; a file of one sheet, such as CSV, is often called anything."""
    return kind_of(sheet) or (kind_by_headings(sheet) if len(sheets) == 1 else None)


def _tables(sheets: list[Sheet], draft: Draft) -> dict[Kind, Table]:
    """Recognise the sheets and their headings."""
    tables: dict[Kind, Table] = {}
    named: dict[Kind, str] = {}
    for sheet in sheets:
        kind = _kind_of(sheet, sheets)
        if kind is None:
            draft.note(sheet.name, 0, "network.sheet_ignored")
        elif kind in named:
            draft.problems.append(Problem(kind, sheet.name, 1, "", "network.sheet_twice", {"other": named[kind]}))
        else:
            named[kind] = sheet.name
            table = table_of(sheet, kind) if sheet.rows else None
            if table is not None:
                tables[kind] = table
                _check_headings(table, draft)
            elif sheet.rows:
                words = " / ".join(example_heading(kind))
                draft.problems.append(Problem(kind, sheet.name, 1, "", "network.no_headings", {"value": words}))
    if not named:
        draft.problems.append(Problem(None, "", 0, "", "network.no_sheets", {}))
    return {kind: table for kind, table in tables.items() if not missing_headings(table)}


def _check_headings(table: Table, draft: Draft) -> None:
    for key in missing_headings(table):
        problem = Problem(table.kind, table.name, table.heading_row, key, "network.heading_missing", {})
        draft.problems.append(problem)
    for words in table.twice:
        values = {"value": words}
        draft.problems.append(Problem(table.kind, table.name, table.heading_row, words, "network.column_twice", values))
    if table.kind != "stock":
        for words in table.unknown.values():
            draft.note(table.name, 0, "network.column_ignored", value=words)
