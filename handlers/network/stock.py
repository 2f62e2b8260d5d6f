"""The sheet of stock: a row for each part, a column for each store, headed by its code or name."""

from __future__ import annotations

from handlers.errors import BadInput
from handlers.network import cells
from handlers.network.plan import Change, Draft, Entry, Level, Problem, Reading, Value, Values, differing, same
from handlers.network.sheets import Row, Table


def read_stock(table: Table, draft: Draft) -> None:
    """Plan the parts and their levels."""
    stores = _store_columns(table, draft)
    known = {same(str(entry.values["part_no"])): entry for entry in draft.known.parts}
    seen: dict[str, int] = {}
    for row in table.rows:
        reading = Reading(draft, table, row)
        part_no = reading.need("part_no", cells.text, 40)
        if part_no is None:
            continue
        key = same(part_no)
        if key in seen:
            reading.refuse("part_no", "network.twice", value=part_no, other=seen[key])
            continue
        seen[key] = row.number
        _read(reading, part_no, known.get(key), stores)


def _store_columns(table: Table, draft: Draft) -> dict[int, str]:
    """Return which column is which store's; a column of no store is an error, for its figures would be lost."""
    stores: dict[int, str] = {}
    for index, words in table.unknown.items():
        store = draft.places.get(same(words))
        if store is None and same(words) in draft.bad_stores:
            continue
        key = "network.unknown_store_column" if store is None else "network.column_twice"
        if store is not None and not draft.may_say(store):
            if not _is_blank(table, index):
                key = "network.not_your_column"
                draft.problems.append(Problem("stock", table.name, table.heading_row, words, key, {"value": words}))
        elif store is None or store in stores.values():
            draft.problems.append(Problem("stock", table.name, table.heading_row, words, key, {"value": words}))
        else:
            stores[index] = store
    return stores


def _is_blank(table: Table, index: int) -> bool:
    """Say whether nothing stands in a column: in a form that HQ hands out, others' columns may be there."""
    return all(index >= len(row.cells) or row.cells[index] in (None, "") for row in table.rows)


def _read(reading: Reading, part_no: str, old: Entry | None, stores: dict[int, str]) -> None:
    draft = reading.draft
    name, aliases = reading.read("part", cells.text, 80), reading.read("aliases", cells.text, 200)
    price = reading.read("price", cells.price)
    if draft.own:  # the catalogue of parts is the network's: a store says how many it has
        if old is None:
            reading.refuse("part_no", "network.unknown_part", value=part_no)
        name = aliases = price = None
    elif old is None and name is None and not reading.bad:
        reading.refuse("part", "network.needed")
    levels = _levels(reading, stores)
    if reading.bad:
        return
    values: Values = {
        "part_no": old.values["part_no"] if old else part_no,
        "part": name or (old.values["part"] if old else ""),
        "aliases": _aliases(aliases) if aliases else (old.values["aliases"] if old else ""),
        "price": price if price is not None else (old.values.get("price") if old else None),
    }
    itself = differing(old.values if old else None, values)
    number = str(values["part_no"])
    fields: dict[str, tuple[Value, Value]] = dict(itself)
    for store, quantity in levels.items():
        level = Level(number, store, quantity)
        before = draft.known.levels.get((number, store))
        if before is None or before[0] != quantity:
            fields[store] = (before[0] if before else None, quantity)
            draft.levels.append(level)
        elif draft.is_stale(store, before[1]):
            draft.restated_levels.append(level)
    label = f"{number} {values['part']}"
    draft.put(Change("stock", reading.row.number, label, values, fields, old.id if old else None, bool(itself)))


def _levels(reading: Reading, stores: dict[int, str]) -> dict[str, int]:
    """Read how many each store has; a blank cell says nothing."""
    row: Row = reading.row
    levels: dict[str, int] = {}
    for index, store in stores.items():
        cell = row.cells[index] if index < len(row.cells) else None
        try:
            quantity = cells.whole(cell, cells.MOST_PARTS)
        except BadInput as error:
            reading.refuse(store, error.key, **error.values)
            continue
        if quantity is not None:
            levels[store] = quantity
    return levels


def _aliases(words: str) -> str:
    """Take names between any of the marks people use to the one that is stored."""
    for mark in "，,、;；/｜":
        words = words.replace(mark, "|")
    return "|".join(dict.fromkeys(name.strip() for name in words.split("|") if name.strip()))
