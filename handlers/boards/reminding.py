"""Keeping the boards fresh and right by itself: reminders at opening, the region four hours later, spot checks.

One timer for all stores that open at one hour of a zone, one message for everything that a store owes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from handlers import forms, notify
from handlers.access import ASKERS, works_at
from handlers.boards import fresh_messages as messages
from handlers.boards import freshness
from handlers.boards.fresh_messages import Owed
from handlers.boards.freshness import BOARDS, Board
from handlers.boards.refreshing import LOOKS_BACK, MOST_PARTS, by
from handlers.chat import Message
from handlers.errors import BadFields, NotAllowed, TooLate
from handlers.messages import sentence
from handlers.registry import button, form, periodic, timer
from handlers.working_time import local
from storage.queries import boards as board_queries
from storage.queries import freshness as queries
from storage.queries import people as people_queries
from storage.queries import stock as stock_queries
from storage.tables.boards import StockLevel, Technician
from storage.tables.people import Person, Role, Store

if TYPE_CHECKING:
    from handlers.context import Context

_DAY = timedelta(days=1)


@periodic("boards")
def set_timers(context: Context) -> None:
    """See to it that the next opening of every hour at which stores open is set."""
    for timezone, wall in queries.list_openings(context.session):
        day = local(context.now, timezone).date()
        while (due_at := _opening(day, wall, timezone)) <= context.now:
            day += _DAY
        key = f"boards:due:{timezone}:{wall}:{day}"
        context.keep(key, "boards.due", due_at, timezone=timezone, wall=wall, day=day.isoformat())


def _opening(day: date, wall: str, timezone: str) -> datetime:
    return freshness.due_at(day, time.fromisoformat(wall), timezone)


@timer("boards.due")
def remind(context: Context, timezone: str, wall: str, day: str) -> None:
    """Note what is due at opening, and remind each store of what it owes, in one message."""
    on, due_at = date.fromisoformat(day), _opening(date.fromisoformat(day), wall, timezone)
    until = due_at + context.settings.boards.grace
    if context.now >= until:  # after a standstill nobody can be in time
        return
    stores = _stores(context, timezone, wall)
    has, owed = _owed(context, stores, timezone, on)
    queries.add_refreshes(
        context.session,
        [
            {"store_id": store_id, "board": board, "day": on, "due_at": due_at, "met": None if is_owed else True}
            for store_id, boards in has.items()
            for board in boards
            if (is_owed := board in owed.get(store_id, {})) or board != "technicians"
        ],
    )
    for store in stores:
        person = _reachable(context, store) if store.id in owed else None
        if person is not None:
            language, zone = context.language_for(person), context.timezone_for(person)
            told = messages.due(language, zone, context.now, store.name, owed[store.id], until, store.id)
            context.tell(person, told)
    context.later(
        f"boards:missed:{timezone}:{wall}:{day}", "boards.missed", until, timezone=timezone, wall=wall, day=day
    )


@timer("boards.missed")
def escalate(context: Context, timezone: str, wall: str, day: str) -> None:
    """Note what was said anew in time and tell the regions of the rest; draw the day's spot checks."""
    on = date.fromisoformat(day)
    stores = {store.id: store for store in _stores(context, timezone, wall)}
    _, owed = _owed(context, list(stores.values()), timezone, on)
    missed: dict[int, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))  # region → store → boards
    for refresh in queries.list_open_refreshes(context.session, on, stores):
        refresh.met = refresh.board not in owed.get(refresh.store_id, {})
        if not refresh.met:
            missed[stores[refresh.store_id].region_id][refresh.store_id].append(refresh.board)
    for region_id, boards in missed.items():
        _tell_region(context, region_id, [(stores[store_id].name, names) for store_id, names in boards.items()])
    for store in stores.values():
        _spot_check(context, store, on)


def _tell_region(context: Context, region_id: int, stores: Sequence[tuple[str, Sequence[str]]]) -> None:
    region = people_queries.get_region(context.session, region_id).name

    def words(language: str, timezone: str) -> Message:
        return messages.missed(language, timezone, context.now, region, stores)

    if not notify.tell_region(context, region_id, words):
        notify.tell_hq(context, words)


def _stores(context: Context, timezone: str, wall: str) -> list[Store]:
    opens = time.fromisoformat(wall)
    return [
        store
        for store in people_queries.list_stores(context.session)
        if store.timezone == timezone and (store.opens.hour, store.opens.minute) == (opens.hour, opens.minute)
    ]


def _owed(
    context: Context, stores: Iterable[Store], timezone: str, day: date
) -> tuple[dict[int, list[Board]], dict[int, dict[Board, Owed]]]:
    """Return which boards each store has, and which of them are due on a day, with how much of each."""
    ours = [store.id for store in stores]
    has: dict[int, list[Board]] = defaultdict(list)
    owed: dict[int, dict[Board, Owed]] = defaultdict(dict)
    for board in BOARDS:
        before = freshness.due_before(board, day, timezone, context.settings.rules)
        if board == "capacity":
            ages = queries.map_capacity_ages(context.session, ours, day, day - LOOKS_BACK, before)
        else:
            ages = queries.map_ages(context.session, StockLevel if board == "stock" else Technician, ours, before)
        for store_id, age in ages.items():
            has[store_id].append(board)
            if age.old:
                owed[store_id][board] = Owed(age.old, age.oldest)
    return has, dict(owed)


def _reachable(context: Context, store: Store) -> Person | None:
    """Return who is told for a store: the manager, else the deputy, whoever is there and can hear."""
    leaders = sorted(context.leaders_of(store.id), key=lambda person: person.role is not Role.STORE_MANAGER)
    return next(
        (
            person
            for person in leaders
            if (person.away_until is None or person.away_until <= context.now) and context.can_hear(person.id)
        ),
        None,
    )


# Spot checks


def _spot_check(context: Context, store: Store, day: date) -> None:
    """Ask a store about one of its figures where its day's lot says so."""
    if not freshness.is_drawn(store.id, day, context.settings.boards.spot_checks):
        return
    since = context.now - freshness.period_of("stock", context.settings.rules)
    parts = queries.list_parts_stated(context.session, store.id, since)
    person = _reachable(context, store)
    if not parts or person is None:
        return
    part = stock_queries.get_part(context.session, parts[freshness.draw(store.id, day, len(parts))])
    said = stock_queries.count_stock(context.session, store.id, part.id)
    check_id = queries.add_spot_check(
        context.session, store_id=store.id, part_id=part.id, day=day, said=said, now=context.now
    )
    if check_id is not None:
        context.tell(person, messages.check(context.language_for(person), check_id, store.name, part.name, said))


@button("boards.check", roles=ASKERS)
def press_check(context: Context, check: int, count: int) -> None:
    """Say how many there are; the board says so too from now on."""
    found = queries.claim_spot_check(context.session, check)
    if not works_at(context.me, found.store_id):
        raise NotAllowed("fresh.stores_only")
    if found.found is not None:
        raise TooLate("fresh.check_done")
    # What was sold or moved since the question is no mistake of the board.
    now_said = stock_queries.count_stock(context.session, found.store_id, found.part_id)
    found.found = found.said if count == now_said else count
    found.answered_at, found.answered_by = context.now, context.my_id
    row = {"part_id": found.part_id, "store_id": found.store_id, "quantity": count}
    board_queries.put_stock_levels(context.session, [{**row, "stated_at": context.now, "stated_by": by(context)}])
    key = "fresh.check_thanks" if found.found == found.said else "fresh.check_mended"
    context.audit("boards.check", f"check {check}", before=str(found.said), after=str(count))
    context.answer(sentence(context.words(key, count=count)))


@button("boards.check_other", roles=ASKERS)
def press_check_other(context: Context, check: int) -> None:
    """Ask for another number."""
    forms.ask(context, messages.check_form(context.language, check))


@form("boards.check", roles=ASKERS)
def send_check(context: Context, values: dict[str, str], check: int) -> None:
    """Take another number."""
    words = values.get("count", "").strip()
    if not words.isdecimal() or len(words) > 9 or int(words) > MOST_PARTS:
        raise BadFields({"count": "fresh.set_too_many"}, most=MOST_PARTS)
    press_check(context, check, int(words))
