"""The sheet of people: known by name and place, and by phone where two share both."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from handlers.network import cells
from handlers.network.plan import Change, Draft, Entry, Reading, Values, differing, same
from handlers.network.sheets import Table
from storage.tables.people import Role

# Who works nowhere in particular may leave the store blank.
_OF_THE_NETWORK = frozenset({Role.HQ, Role.FINANCE, Role.AUDITOR})

Place = tuple[str, str]  # store's code and region's name; one of them, or neither


@dataclass(frozen=True, slots=True)
class _Said:
    """What a row says of a person."""

    reading: Reading
    name: str
    role: Role | None
    place: Place
    phone: str | None
    language: str | None


def read_people(table: Table, draft: Draft) -> None:
    """Plan the people."""
    known: dict[tuple[str, Place], list[Entry]] = defaultdict(list)
    for entry in draft.known.people:
        known[same(str(entry.values["name"])), _place_of(entry)].append(entry)
    said: dict[tuple[str, Place], list[_Said]] = defaultdict(list)
    for row in table.rows:
        one = _read(Reading(draft, table, row))
        if one is not None:
            said[same(one.name), one.place].append(one)
    changes: list[tuple[_Said, Entry | None]] = []
    for key, rows in said.items():
        changes += _matched(rows, known.get(key, []))
    for one, old in sorted(changes, key=lambda pair: pair[0].reading.row.number):
        _put(one, old)


def _place_of(entry: Entry) -> Place:
    return str(entry.values["store"] or ""), str(entry.values["region"] or "")


def _read(reading: Reading) -> _Said | None:
    name = reading.need("name", cells.text, 40)
    role = reading.read("role", cells.role)
    words = reading.read("store", cells.text, 60)
    phone, language = reading.read("phone", cells.phone), reading.read("language", cells.language)
    place = None if reading.bad else _place(reading, role, words)
    if name is None or place is None or reading.bad:
        return None
    return _Said(reading, name, role, place, phone, language)


def _place(reading: Reading, role: Role | None, words: str | None) -> Place | None:
    """Find where a person belongs: a region manager to a region, named or by one of its stores."""
    regions = reading.draft.regions
    if role is Role.REGION_MANAGER:
        if words is None:
            if len(regions) == 1:
                return "", next(iter(regions.values()))
            reading.refuse("store", "network.which_region")
            return None
        if same(words) in regions:
            return "", regions[same(words)]
        if same(words) not in reading.draft.places and same(words) not in reading.draft.bad_stores:
            reading.refuse("store", "network.unknown_region", value=words)
            return None
        store = reading.store(words)
        return ("", str(reading.draft.stores[same(store)]["region"])) if store else None
    if words is None:
        if role is not None and role not in _OF_THE_NETWORK:
            reading.refuse("store", "network.store_needed")
            return None
        return "", ""
    if role is None and same(words) in regions and same(words) not in reading.draft.places:
        return "", regions[same(words)]
    store = reading.store(words)
    return (store, "") if store else None


def _matched(rows: list[_Said], known: list[Entry]) -> list[tuple[_Said, Entry | None]]:
    """Find whom each row of one name and place means."""
    if len(rows) == 1 and len(known) <= 1:
        return [(rows[0], known[0] if known else None)]
    by_phone = {str(entry.values["phone"]): entry for entry in known if entry.values["phone"]}
    unnumbered = [entry for entry in known if not entry.values["phone"]]
    taken: dict[str, _Said] = {}
    matched: list[tuple[_Said, Entry | None]] = []
    for one in rows:
        if one.phone is None:
            one.reading.refuse("phone", "network.same_name", value=one.name)
        elif one.phone in taken:
            one.reading.refuse("phone", "network.twice", value=one.name, other=taken[one.phone].reading.row.number)
        else:
            taken[one.phone] = one
            old = by_phone.get(one.phone)
            matched.append((one, old if old or not unnumbered else unnumbered.pop(0)))
    return matched


def _put(one: _Said, old: Entry | None) -> None:
    reading, draft = one.reading, one.reading.draft
    if old is None and one.role is None:
        reading.refuse("role", "network.needed")
        return
    store, region = one.place
    values: Values = {
        "name": one.name if old is None else old.values["name"],
        "role": str(one.role or (old.values["role"] if old else "")),
        "store": store,
        "region": region,
        "phone": one.phone or (old.values["phone"] if old else ""),
        "language": one.language or (old.values["language"] if old else ""),
    }
    label = " · ".join(filter(None, (one.name, store or region)))
    fields = differing(old.values if old else None, values)
    draft.put(Change("people", reading.row.number, label, values, fields, old.id if old else None))
    if old is None:
        _note_namesakes(one)


def _note_namesakes(one: _Said) -> None:
    """Say when somebody of this name is known elsewhere: perhaps he moved, and then he would be there twice."""
    draft = one.reading.draft
    elsewhere = [_place_of(entry) for entry in draft.known.people if same(str(entry.values["name"])) == same(one.name)]
    if elsewhere:
        where = ", ".join(filter(None, ("".join(place) for place in elsewhere)))
        reading = one.reading
        draft.note(reading.table.name, reading.row.number, "network.namesake", value=one.name, where=where or "-")
