"""What a board shows, as far as who looks may see it. Purpose: matching."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from handlers.boards import rules
from handlers.boards.freshness import is_stale, period_of
from handlers.boards.rules import CapacityRow, StockRow, TechRow, Viewer
from handlers.boards.specialties import has_specialty
from handlers.boards.windows import read_windows
from handlers.working_time import local
from storage.purposes import MATCHING
from storage.queries import people as people_queries
from storage.queries import shared
from storage.queries import support as support_queries
from storage.tables.boards import Capacity, Part
from storage.tables.chats import Chat, Purpose
from storage.tables.people import Store

if TYPE_CHECKING:
    from handlers.context import Context

LENT_AHEAD = timedelta(days=7)  # whoever is lent within it is shown so
MOST_STOCK = 12  # stores of one part: who has none, or is far away, comes last
FAR = float("inf")  # where a place is not known, behind all others


def viewer_of(context: Context) -> Viewer:
    """Return what who speaks may see."""
    me, store = context.me, context.store
    return rules.eyes_of(me, store.dealer_id if store else None, _dealers_in(context, me.region_id))


def viewer_in(context: Context, chat: Chat) -> Viewer:
    """Return what may be seen in a chat."""
    return rules.eyes_in(chat.purpose is Purpose.HQ, _dealers_in(context, chat.region_id))


def _dealers_in(context: Context, region_id: int | None) -> frozenset[int]:
    if region_id is None:
        return frozenset()
    stores = people_queries.list_stores(context.session, region_id=region_id)
    return frozenset(store.dealer_id for store in stores)


def stock(
    context: Context, part: Part, viewer: Viewer, *, region_id: int | None = None, store: Store | None = None
) -> tuple[list[StockRow], int]:
    """List who has a part, as `shared.list_stock` orders them, and how many are left out; `store` is who looks."""
    place = None
    if store is not None and store.latitude is not None and store.longitude is not None:
        place = store.latitude, store.longitude
    since = context.now - period_of("stock", context.settings.rules)
    found = shared.list_stock(
        context.session,
        part.id,
        purpose=MATCHING,
        since=since,
        most=MOST_STOCK,
        seen=viewer.dealers,
        region_id=region_id,
        place=place,
    )
    rows = [
        StockRow(
            store_id=row.store_id,
            store=row.name,
            has=row.quantity > 0,
            count=row.quantity if viewer.sees(row.dealer_id) else None,
            stated_at=row.stated_at,
            stale=row.stated_at < since,
        )
        for row in found
    ]
    return rows, found[0].total - len(found) if found else 0


def technicians(
    context: Context,
    specialty: str,
    viewer: Viewer,
    *,
    region_id: int | None = None,
    km_to: Callable[[Store], float | None] = lambda _store: None,
) -> list[TechRow]:
    """List who is good at something, the fresh rows first, then by the way there and the level."""
    now = context.now
    found = [
        (technician, store)
        for technician, store in shared.list_specialists(context.session, purpose=MATCHING, region_id=region_id)
        if not specialty or has_specialty(technician.specialties, specialty)
    ]
    ids = [technician.id for technician, _ in found]
    lent: dict[int, datetime] = {}
    for one in support_queries.list_lent(context.session, now, now + LENT_AHEAD, technicians=ids):
        lent.setdefault(one.technician_id, one.starts_at)
    rows = []
    for technician, store in found:
        exact = viewer.sees(store.dealer_id)
        stated_on = local(technician.stated_at, store.timezone).date()
        rows.append(
            TechRow(
                store_id=store.id,
                store=store.name,
                name=technician.name,
                level=technician.level,
                km=km_to(store),
                free=bool(read_windows(technician.windows, stated_on)),
                windows=technician.windows if exact else None,
                status=technician.status if exact else None,
                lent_at=lent.get(technician.id),
                stated_at=technician.stated_at,
                stale=is_stale("technicians", technician.stated_at, now, context.settings.rules),
            )
        )
    return sorted(rows, key=lambda row: (row.stale, FAR if row.km is None else row.km, _down(row.level), row.name))


def _down(level: str) -> int:
    digits = "".join(sign for sign in level if sign.isdigit())
    return -int(digits or 0)


def capacity(context: Context, viewer: Viewer, *, region_id: int | None = None) -> list[CapacityRow]:
    """List the stores' days by their codes."""
    stores = shared.list_sharing_stores(context.session, purpose=MATCHING, region_id=region_id)
    stated = stated_today(context, stores)
    return [_capacity_row(context, viewer, store, stated) for store in stores]


def _capacity_row(context: Context, viewer: Viewer, store: Store, stated: Mapping[int, Capacity]) -> CapacityRow:
    row, exact = stated.get(store.id), viewer.sees(store.dealer_id)
    daily = row.daily_capacity if row else store.daily_capacity
    return CapacityRow(
        store_id=store.id,
        store=store.name,
        exact=exact,
        free=row.bookings < row.daily_capacity if row else None,
        capacity=daily if exact else None,
        booked=row.bookings if row and exact else None,
        stated_at=row.stated_at if row else None,
        stale=row is not None and is_stale("capacity", row.stated_at, context.now, context.settings.rules),
    )


def stated_today(context: Context, stores: Iterable[Store]) -> dict[int, Capacity]:
    """Return store → what is said of its own today."""
    today: dict[int, date] = {store.id: local(context.now, store.timezone).date() for store in stores}
    return shared.list_capacities(context.session, today, purpose=MATCHING)
