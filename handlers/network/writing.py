"""Write a plan into the tables, many rows at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from handlers.money import exponent
from handlers.network.plan import Change, Level, Plan, Value
from handlers.network.sheets import Kind
from storage.queries import boards, live
from storage.queries import people as people_queries
from storage.queries import stock as stock_queries
from storage.tables.audit import AuditEntry
from storage.tables.boards import Capacity, Part, Technician
from storage.tables.people import Dealer, Person, Region, Store

if TYPE_CHECKING:
    from sqlmodel import Session


Ids = Mapping[str, int]


def write(session: Session, plan: Plan, now: datetime, by: str, currency: str) -> None:
    """Write everything a plan says, in the order in which one row names another; prices are in this currency."""
    changes: dict[Kind, list[Change]] = defaultdict(list)
    for change in plan.changes:
        changes[change.kind].append(change)
    session.add_all([Dealer(name=name) for name in plan.dealers])
    session.add_all([Region(name=name, timezone=zone) for name, zone in plan.regions.items()])
    session.flush()
    regions = {region.name: region.id for region in people_queries.list_regions(session)}
    _write_stores(session, changes["stores"], regions)
    stores = {store.code: store.id for store in people_queries.list_stores(session, active=False)}
    _write_people(session, changes["people"], stores, regions)
    _write_stock(session, changes["stock"], plan, stores, now, by, 10 ** exponent(currency))
    stated = {"stated_at": now, "stated_by": by}
    boards.put_technicians(session, [_of_store(change.values, stores) | stated for change in changes["technicians"]])
    boards.change_rows(session, Technician, [{"id": row_id, **stated} for row_id in plan.restated_technicians])
    boards.change_rows(session, Capacity, [{"id": row_id, **stated} for row_id in plan.restated_capacities])
    boards.put_capacities(
        session, [_of_store(change.values, stores) | stated | {"day": change.day} for change in changes["capacity"]]
    )
    boards.put_travel(
        session,
        [
            {
                "from_store_id": stores[str(change.values["from"])],
                "to_store_id": stores[str(change.values["to"])],
                "minutes": change.values["minutes"],
            }
            for change in changes["travel"]
        ],
    )
    session.add(AuditEntry(at=now, act="import", subject=by[:80], after=_summary(plan)))
    live.arm_all(session, now)
    session.expire_all()  # rows were written past the session


def _write_stores(session: Session, changes: list[Change], regions: Ids) -> None:
    dealers = {dealer.name: dealer.id for dealer in people_queries.list_dealers(session)}
    renamed = [change for change in changes if change.id is not None and "name" in change.fields]
    # Two stores may swap names: for an instant each has one that nobody else can have.
    boards.change_rows(session, Store, [{"id": change.id, "name": f"\x01{change.id}"} for change in renamed])
    added: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for change in changes:
        values: dict[str, Any] = dict(change.values)
        values["dealer_id"], values["region_id"] = dealers[values.pop("dealer")], regions[values.pop("region")]
        _sort(change, values, added, changed, new={"active": True})
    boards.add_rows(session, Store, added)
    boards.change_rows(session, Store, changed)


def _write_people(session: Session, changes: list[Change], stores: Ids, regions: Ids) -> None:
    added: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for change in changes:
        values: dict[str, Any] = dict(change.values)
        store, region = values.pop("store"), values.pop("region")
        values["store_id"] = stores[store] if store else None
        values["region_id"] = regions[region] if region else None
        _sort(change, values, added, changed, new={"away_until": None, "active": True})
    boards.add_rows(session, Person, added)
    boards.change_rows(session, Person, changed)


def _write_stock(
    session: Session, changes: list[Change], plan: Plan, stores: Ids, now: datetime, by: str, unit: int
) -> None:
    added: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for change in changes:
        values: dict[str, Any] = dict(change.values)
        values["name"] = values.pop("part")
        price = values.get("price")
        values["price"] = None if price is None else round(price * unit)
        if change.itself:
            _sort(change, values, added, changed, new={})
    boards.add_rows(session, Part, added)
    boards.change_rows(session, Part, changed)
    if added or changed:
        stock_queries.note_parts_changed(session)
    parts = boards.map_part_ids(session)

    def rows(levels: Iterable[Level]) -> list[dict[str, Any]]:
        return [
            {
                "part_id": parts[level.part_no],
                "store_id": stores[level.store],
                "quantity": level.quantity,
                "stated_at": now,
                "stated_by": by,
            }
            for level in levels
        ]

    boards.put_stock_levels(session, rows((*plan.levels, *plan.restated_levels)))


def _sort(
    change: Change,
    values: dict[str, Any],
    added: list[dict[str, Any]],
    changed: list[dict[str, Any]],
    *,
    new: dict[str, Any],
) -> None:
    if change.id is None:
        added.append(values | new)
    else:
        changed.append(values | {"id": change.id})


def _of_store(values: dict[str, Value], stores: Ids) -> dict[str, Any]:
    rest: dict[str, Any] = dict(values)
    return {"store_id": stores[rest.pop("store")], **rest}


def _summary(plan: Plan) -> str:
    said = [f"{kind} {what} {count}" for (kind, what), count in sorted(plan.counts.items()) if what != "unchanged"]
    return ", ".join([*said, f"restated {plan.restated}"])
