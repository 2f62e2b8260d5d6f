"""The sheet of measured ways: how many minutes it takes from one store to another; the way back is a row of its own."""

from __future__ import annotations

from handlers.network import cells
from handlers.network.plan import Change, Draft, Reading, Values, differing
from handlers.network.sheets import Table

MOST_MINUTES = 24 * 60


def read_travel(table: Table, draft: Draft) -> None:
    """Plan the ways: known by both stores."""
    seen: dict[tuple[str, str], int] = {}
    for row in table.rows:
        reading = Reading(draft, table, row)
        begins = reading.store(reading.need("from", cells.text, 60), "from")
        ends = reading.store(reading.need("to", cells.text, 60), "to")
        minutes = reading.need("minutes", cells.whole, MOST_MINUTES)
        if begins is None or ends is None or minutes is None:
            continue
        label = f"{begins} → {ends}"
        if begins == ends:
            reading.refuse("to", "network.same_store", value=ends)
        elif (begins, ends) in seen:
            reading.refuse("to", "network.twice", value=label, other=seen[begins, ends])
        seen.setdefault((begins, ends), row.number)
        if reading.bad:
            continue
        old = draft.known.travel.get((begins, ends))
        values: Values = {"from": begins, "to": ends, "minutes": minutes}
        fields = differing(old.values if old else None, values)
        if old is None:
            fields.pop("from")
            fields.pop("to")
        draft.put(Change("travel", row.number, label, values, fields, old.id if old else None))
