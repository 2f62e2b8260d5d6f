"""The sheets of technicians and of today's capacity."""

from __future__ import annotations

from handlers.network import cells
from handlers.network.plan import Change, Draft, Reading, Values, differing, same
from handlers.network.sheets import Table


def read_technicians(table: Table, draft: Draft) -> None:
    """Plan the technicians: known by store and name."""
    known = {(str(entry.values["store"]), same(str(entry.values["name"]))): entry for entry in draft.known.technicians}
    seen: dict[tuple[str, str], int] = {}
    for row in table.rows:
        reading = Reading(draft, table, row)
        name = reading.need("name", cells.text, 40)
        store = reading.store(reading.need("store", cells.text, 60))
        said = {
            "level": reading.read("level", cells.level),
            "specialties": reading.read("specialties", cells.text, 200),
            "status": reading.read("status", cells.text, 40),
            "windows": reading.read("windows", cells.text, 200),
        }
        if name is None or store is None:
            continue
        key = (store, same(name))
        old = known.get(key)
        if key in seen:
            reading.refuse("name", "network.twice", value=name, other=seen[key])
        elif old is None and said["level"] is None and not reading.bad:
            reading.refuse("level", "network.needed")
        seen.setdefault(key, row.number)
        if reading.bad:
            continue
        values: Values = {"store": store, "name": old.values["name"] if old else name}
        values |= {column: value or (old.values[column] if old else "") for column, value in said.items()}
        fields = differing(old.values if old else None, values)
        draft.put(Change("technicians", row.number, f"{name} · {store}", values, fields, old.id if old else None))
        if old is not None and not fields and draft.is_stale(store, old.stated_at):
            draft.restated_technicians.append(old.id)


def read_capacity(table: Table, draft: Draft) -> None:
    """Plan today's capacity, in each store's own day."""
    seen: dict[str, int] = {}
    for row in table.rows:
        reading = Reading(draft, table, row)
        store = reading.store(reading.need("store", cells.text, 60))
        daily = reading.read("daily_capacity", cells.whole, cells.MOST_CARS, 1)
        bookings = reading.read("bookings", cells.whole, cells.MOST_CARS)
        if store is None:
            continue
        if store in seen:
            reading.refuse("store", "network.twice", value=store, other=seen[store])
        seen.setdefault(store, row.number)
        day = draft.today(store)
        old = draft.known.capacities.get((store, day))
        if not reading.bad and old is None and bookings is None:
            reading.refuse("bookings", "network.needed")
        own = draft.stores[same(store)]["daily_capacity"]
        values: Values = {
            "store": store,
            "daily_capacity": daily or (old.values["daily_capacity"] if old else own),
            "bookings": bookings if bookings is not None else (old.values["bookings"] if old else None),
        }
        if not reading.bad and values["daily_capacity"] is None:
            reading.refuse("daily_capacity", "network.capacity_needed")
        if reading.bad:
            continue
        fields = differing(old.values if old else None, values)
        draft.put(Change("capacity", row.number, store, values, fields, old.id if old else None, day=day))
        if old is not None and not fields and (old.is_old or draft.is_stale(store, old.stated_at)):
            draft.restated_capacities.append(old.id)
