"""The days ahead, asked for: how full one's own store will be, or the stores of one's region on a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from handlers.access import ASKERS, REGION, STAFF, works_at
from handlers.boards.figures import viewer_of
from handlers.boards.windows import WHOLE_DAY, Parts, find_when
from handlers.diversions import ahead_messages as messages
from handlers.diversions import days, sources
from handlers.diversions.commands import draft
from handlers.diversions.forecast import SHOWN_DAYS, Forecast
from handlers.errors import BadInput, NotAllowed, TooLate
from handlers.registry import button, command
from handlers.requests.grammar import clean
from handlers.working_time import local
from storage.purposes import MATCHING
from storage.queries import shared
from storage.tables.people import Role

if TYPE_CHECKING:
    from handlers.context import Context

_DAY = timedelta(days=1)
_LONGEST = 40
_ANY_PART = Parts(WHOLE_DAY, WHOLE_DAY, WHOLE_DAY)  # a day is meant, whichever part of it is said


@command("ahead", "预测", "负荷", "carga", roles=STAFF | REGION, reading=True)
def ahead(context: Context, words: str) -> None:
    """How full the next days will be at one's own store; a region and HQ see each of theirs on a day."""
    numbers = context.settings
    day = _day_of(context, words)
    if context.store is not None:
        store = context.store
        today = sources.day_of(store, context.now)
        shown = [today + number * _DAY for number in range(SHOWN_DAYS)]
        known = days.read(context, [store], shown)
        mine = [(one, known[store.id, one]) for one in shown]
        context.answer(messages.store_days(context.language, store.name, mine, numbers.boards, numbers.ahead.weeks))
        return
    is_hq = context.me.role is Role.HQ
    if not is_hq and context.me.region_id is None:
        raise NotAllowed("ahead.no_stores")
    stores = shared.list_sharing_stores(
        context.session, purpose=MATCHING, region_id=None if is_hq else context.me.region_id
    )
    known = days.read(context, stores, [day])
    viewer = viewer_of(context)
    theirs = [(store.name, known[store.id, day], viewer.sees(store.dealer_id)) for store in stores]
    theirs.sort(key=_fullest_first)
    context.answer(messages.stores_day(context.language, day, theirs, numbers.boards, numbers.ahead.weeks))


def _day_of(context: Context, words: str) -> date:
    """Return the day that is meant, today where none is said."""
    today = local(context.now, context.timezone).date()
    said = clean(words, _LONGEST)
    if not said:
        return today
    when = find_when(said, today, _ANY_PART)
    if when.day is None or when.rest or when.problem:
        raise BadInput("ahead.bad_day")
    if not today <= when.day < today + SHOWN_DAYS * _DAY:
        raise BadInput("ahead.far_day", days=SHOWN_DAYS)
    return when.day


def _fullest_first(row: tuple[str, Forecast, bool]) -> tuple[bool, float, str]:
    """Sort by how full a day is where that is shown: the order must not tell what the row does not."""
    name, one, exact = row
    load = one.expected / one.capacity if exact and one.expected is not None and one.capacity else -1
    return not exact, -load, name


@button("ahead.divert", roles=ASKERS)
def press_divert(context: Context, store: int, day: str) -> None:
    """Begin a diversion on the day that is too full, with what is known of it; the customer is asked first, as ever."""
    if not works_at(context.me, store) or context.store is None:
        raise NotAllowed("request.not_yours")
    today, meant = sources.day_of(context.store, context.now), date.fromisoformat(day)
    if meant < today:
        raise TooLate("ahead.past_day")
    if meant > today:
        raise TooLate("ahead.another_day", day=messages.day_name(context.language, meant, today))
    numbers = context.settings.rules.diverting
    wait = days.read(context, [context.store], [today])[store, today].wait(numbers)
    # A shorter one is no reason to divert: what this customer would wait is asked.
    draft(context, {"wait": str(wait)} if timedelta(minutes=wait) > numbers.least_wait else {})
