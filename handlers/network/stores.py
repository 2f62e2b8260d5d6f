"""The sheet of stores: each row is a store by its code; dealers and regions come into being by being named."""

from __future__ import annotations

from datetime import time

from handlers.network import cells
from handlers.network.plan import Change, Draft, Entry, Reading, Values, differing, same
from handlers.network.sheets import Table

# As `storage.tables.people.Store` has them.
OPENS, CLOSES = time(8, 30), time(18, 0)


def read_stores(table: Table, draft: Draft) -> None:
    """Plan the stores."""
    known = {same(str(entry.values["code"])): entry for entry in draft.known.stores}
    rows: dict[str, Reading] = {}
    for row in table.rows:
        _read(Reading(draft, table, row), known, rows)
    _check_names(draft, rows)
    draft.find_places()


def _read(reading: Reading, known: dict[str, Entry], rows: dict[str, Reading]) -> None:
    draft = reading.draft
    code = reading.need("code", cells.code)
    if code is None:
        return
    key = same(code)
    if key in rows:
        reading.refuse("code", "network.twice", value=code, other=rows[key].row.number)
        return
    rows[key] = reading
    old = known.get(key)
    given = _given(reading)
    if old is None and given["name"] is None and not reading.bad:
        reading.refuse("name", "network.needed")
    values = {**_defaults(reading, code, given), **(old.values if old else {})}
    values |= {name: value for name, value in given.items() if value is not None}
    if not reading.bad and (values["latitude"] is None) != (values["longitude"] is None):
        reading.refuse("latitude" if values["latitude"] is None else "longitude", "network.both_coordinates")
    if reading.bad:
        draft.bad_stores |= {key, same(str(given["name"] or ""))}
        return
    _found(draft, values)
    draft.stores[key] = values
    fields = differing(old.values if old else None, values)
    draft.put(
        Change(
            "stores", reading.row.number, f"{values['code']} {values['name']}", values, fields, old.id if old else None
        )
    )


def _given(reading: Reading) -> Values:
    """Read what the row says; None where it says nothing."""
    opens, closes = reading.read("opens", cells.wall_time), reading.read("closes", cells.wall_time)
    if not reading.bad and (opens is None) != (closes is None):
        reading.refuse("opens" if opens is None else "closes", "network.both_hours")
    return {
        "name": reading.read("name", cells.text, 60),
        "dealer": reading.read("dealer", cells.text, 80),
        "region": reading.read("region", cells.text, 40),
        "latitude": reading.read("latitude", cells.number, 90),
        "longitude": reading.read("longitude", cells.number, 180),
        "opens": opens,
        "closes": closes,
        "timezone": reading.read("timezone", cells.zone),
        "daily_capacity": reading.read("daily_capacity", cells.whole, cells.MOST_CARS, 1),
        "emergencies": reading.read("emergencies", cells.yes),
    }


def _defaults(reading: Reading, code: str, given: Values) -> Values:
    """Return what a new store takes where its row is blank.

    A network of one dealer or one region need not name it; with several a guess would be worse than a question.
    """
    draft = reading.draft
    new = same(code) not in draft.stores
    values: Values = {"code": code, "name": None}
    for column, names in (("dealer", draft.dealers), ("region", draft.regions)):
        if new and given[column] is None and len(names) > 1:
            reading.refuse(column, f"network.which_{column}")
        values[column] = next(iter(names.values()), draft.network.name)
    region = draft.regions.get(same(str(given["region"] or values["region"])), "")
    return values | {
        "latitude": None,
        "longitude": None,
        "opens": OPENS,
        "closes": CLOSES,
        "timezone": draft.zones.get(region) or draft.network.timezone,
        "daily_capacity": None,
        "emergencies": False,
    }


def _found(draft: Draft, values: Values) -> None:
    """Take dealer and region as they are written already, or as new; a new region lives in its first store's zone."""
    dealer, region = str(values["dealer"]), str(values["region"])
    values["dealer"] = draft.dealers.setdefault(same(dealer), dealer)
    values["region"] = draft.regions.setdefault(same(region), region)
    zone = str(values["timezone"])
    draft.zones.setdefault(str(values["region"]), "" if zone == draft.network.timezone else zone)


def _check_names(draft: Draft, rows: dict[str, Reading]) -> None:
    """Refuse a store whose name is another's name or code: people name stores by either."""
    owners: dict[str, str] = {key: key for key in draft.stores}
    # Rows that were not touched come first, so that the blame falls on a row of the file.
    for key in sorted(draft.stores, key=lambda key: key in rows):
        name = same(str(draft.stores[key]["name"]))
        owner = owners.setdefault(name, key)
        reading = rows.get(key) or rows.get(owner)
        if owner != key and reading is not None:
            reading.refuse(
                "name", "network.name_taken", value=draft.stores[key]["name"], other=draft.stores[owner]["code"]
            )
