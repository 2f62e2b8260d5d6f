"""Take a workbook in and give one out: load what is known, ask the rules, write it whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from handlers import texts, working_time
from handlers.money import exponent
from handlers.network import rules
from handlers.network.messages import shown
from handlers.network.plan import Entry, Known, Plan, Value
from handlers.network.sheets import HEADINGS, KINDS, Cell, Kind, Sheet, as_sheet, heading_words, sheet_words
from handlers.network.writing import write
from handlers.settings import Settings
from storage.queries import boards
from storage.queries import people as people_queries
from storage.tables.people import Person, Role, Store

if TYPE_CHECKING:
    from sqlmodel import Session


def plan_import(session: Session, sheets: list[Sheet], settings: Settings, now: datetime, *, own: str = "") -> Plan:
    """Say what a workbook would change in the network as it stands; `own` is the only store it may speak of."""
    has_stock = "stock" in rules.kinds_in(sheets)
    old = now - settings.rules.diverting.fresh
    known = load_known(session, now, settings.network.currency, own=own, with_stock=has_stock, old=old)
    return rules.plan(sheets, known, settings.network, now, own=own)


def import_sheets(
    session: Session, sheets: list[Sheet], settings: Settings, now: datetime, *, by: str, own: str = ""
) -> Plan:
    """Write a workbook into the network, unless a row of it is bad; returns what was planned.

    `by` says who: it stands with the figures and in the audit. `own` is as in `plan_import`.
    """
    plan = plan_import(session, sheets, settings, now, own=own)
    if not plan.problems and not plan.changes_nothing:
        write(session, plan, now, by, settings.network.currency)
    return plan


def load_known(
    session: Session,
    now: datetime,
    currency: str,
    *,
    own: str = "",
    with_stock: bool = True,
    old: datetime | None = None,
) -> Known:
    """Load the network as a workbook would say it: of `own` store's levels alone, without parts if none are named.

    A part's price is in whole units of the currency. A capacity said before `old` is too old.
    """
    unit = 10 ** exponent(currency)
    dealers = {dealer.id: dealer.name for dealer in people_queries.list_dealers(session)}
    regions = people_queries.list_regions(session)
    region_names = {region.id: region.name for region in regions}
    stores = people_queries.list_stores(session, active=False)
    codes = {store.id: store.code for store in stores}
    # A store's today is yesterday or tomorrow in UTC.
    days = [(now + timedelta(days=shift)).date() for shift in (-1, 0, 1)]
    capacities = {
        (codes[row.store_id], row.day): Entry(
            row.id,
            {"store": codes[row.store_id], "daily_capacity": row.daily_capacity, "bookings": row.bookings},
            row.stated_at,
            row.stated_by == "bot" or (old is not None and row.stated_at < old),
        )
        for row in boards.list_capacities(session, days)
    }
    technicians = [
        _entry(
            row.id,
            row.stated_at,
            store=codes[row.store_id],
            name=row.name,
            level=row.level,
            specialties=row.specialties,
            status=row.status,
            windows=row.windows,
        )
        for row in boards.list_technicians(session)
    ]
    travel = {}
    for way in boards.list_travel(session):
        begins, ends = codes[way.from_store_id], codes[way.to_store_id]
        values: dict[str, Value] = {"from": begins, "to": ends, "minutes": way.minutes}
        travel[begins, ends] = Entry(way.id, values)
    return Known(
        dealers=tuple(dealers.values()),
        regions={region.name: region.timezone for region in regions},
        stores=tuple(_store(store, dealers[store.dealer_id], region_names[store.region_id]) for store in stores),
        people=tuple(_person(one, codes, region_names) for one in people_queries.list_everybody(session)),
        parts=tuple(
            _entry(
                part_id,
                None,
                part_no=part_no,
                part=name,
                aliases=aliases,
                price=None if price is None else price / unit,
            )
            for part_id, part_no, name, aliases, price in (boards.list_part_rows(session) if with_stock else ())
        ),
        levels={
            (part_no, code): (count, at)
            for part_no, code, count, at in (boards.list_all_levels(session, own) if with_stock else ())
        },
        technicians=tuple(technicians),
        capacities=capacities,
        travel=travel,
    )


def export_sheets(session: Session, settings: Settings, now: datetime) -> list[Sheet]:
    """Return the network as a workbook in the network's language; taken in again it changes nothing."""
    known, language = load_known(session, now, settings.network.currency), settings.network.language
    zones = {str(store.values["code"]): str(store.values["timezone"]) for store in known.stores}
    todays = [
        entry.values
        for (code, day), entry in known.capacities.items()
        if day == working_time.local(now, zones[code]).date()
    ]
    rows: dict[Kind, list[dict[str, Value]]] = {
        "stores": [entry.values for entry in known.stores],
        "people": [{**one.values, "store": one.values["store"] or one.values["region"]} for one in known.people],
        "stock": [part.values | _levels_of(known, part, zones) for part in known.parts],
        "technicians": sorted(
            (one.values for one in known.technicians), key=lambda row: (str(row["store"]), str(row["name"]))
        ),
        "capacity": sorted(todays, key=lambda row: str(row["store"])),
        "travel": [known.travel[ends].values for ends in sorted(known.travel)],
    }
    return [_sheet(kind, rows[kind], list(zones) if kind == "stock" else [], language) for kind in KINDS]


def _by_store(row: dict[str, Value]) -> tuple[str, str]:
    return str(row["store"]), str(row.get("name"))


def _levels_of(known: Known, part: Entry, stores: Iterable[str]) -> dict[str, Value]:
    levels = {store: known.levels.get((str(part.values["part_no"]), store)) for store in stores}
    return {store: level[0] if level else None for store, level in levels.items()}


def _sheet(kind: Kind, rows: list[dict[str, Value]], stores: list[str], language: str) -> Sheet:
    keys = [heading.key for heading in HEADINGS[kind]] + stores
    words = {key: heading_words(kind, key, language) for key in keys}
    body = [{words[key]: _cell(language, key, row[key]) for key in keys} for row in rows]
    return as_sheet(sheet_words(kind, language), body, list(words.values()))


def _cell(language: str, key: str, value: Value) -> Cell:
    """Write numbers as numbers and everything else in words; what is not known stays blank."""
    if value is None or value == "":
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return shown(language, key, value)


def _entry(row_id: int | None, stated_at: datetime | None, **values: Value) -> Entry:
    assert row_id is not None
    return Entry(row_id, values, stated_at)


def _store(store: Store, dealer: str, region: str) -> Entry:
    return _entry(
        store.id,
        None,
        code=store.code,
        name=store.name,
        dealer=dealer,
        region=region,
        latitude=store.latitude,
        longitude=store.longitude,
        opens=store.opens,
        closes=store.closes,
        timezone=store.timezone,
        daily_capacity=store.daily_capacity,
        emergencies=store.emergencies,
    )


def _person(person: Person, codes: Mapping[int, str], regions: Mapping[int, str]) -> Entry:
    store = codes[person.store_id] if person.store_id else ""
    return _entry(
        person.id,
        None,
        name=person.name,
        role=str(person.role),
        store=store,
        region=regions[person.region_id] if person.region_id and not store else "",
        phone=person.phone,
        language=person.language,
    )


def first_of_hq(session: Session, settings: Settings) -> Person:
    """Return HQ's first person; a network that has none gets one, so that somebody can begin."""
    found = people_queries.list_people(session, Role.HQ)
    if found:
        return found[0]
    person = Person(name=texts.say(settings.network.language, "network.role_hq"), role=Role.HQ)
    session.add(person)
    session.flush()
    return person
