"""What is posted by itself, each once: its timer has a key for ever and sets the next one when it fires.

After a standstill the latest of each is posted, marked as late, and the older ones are left out with a note.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from handlers import notify
from handlers.chat import Message, Priority
from handlers.ledger.rules import midnight, month_of
from handlers.registry import periodic, timer
from handlers.reports import evening_messages, figures, rules, week_messages
from handlers.reports.messages import Lateness
from handlers.reports.report import evening, network_evening, timezone_of
from handlers.requests import life
from handlers.working_time import local
from storage.queries import chats as chat_queries
from storage.queries import people as people_queries
from storage.queries import reports as report_queries
from storage.queries import tallies as tally_queries
from storage.tables.chats import Chat, Purpose
from storage.tables.people import Region, Role

if TYPE_CHECKING:
    from handlers.context import Context


# When


@periodic("reports")
def set_timers(context: Context) -> None:
    """See to it that the next of everything is set: for a new region, and after the hours were changed."""
    for region in (None, *people_queries.list_regions(context.session)):
        for series in _series(context, region):
            _set(context, series, series.next_day(context.now))


@periodic("tallies")
def remember(context: Context) -> None:
    """Remember what is long past of the stores' points and answers, so that it is not summed up at every question."""
    timezone = context.settings.network.timezone
    today = midnight(local(context.now, timezone).date(), timezone)
    if context.now - today < rules.SETTLED or tally_queries.is_heard_before(context.session, today):
        return  # what was heard before midnight is still to be worked, and belongs before it
    month, _ = month_of(context.now, timezone)
    tally_queries.remember(context.session, month, today)


def _series(context: Context, region: Region | None) -> list[rules.Series]:
    scope = str(region.id) if region else rules.NETWORK
    settings = context.settings
    return rules.series_of(settings.digest, scope, timezone_of(context, region), settings.network.timezone)


def _set(context: Context, series: rules.Series, day: date, *, skipped: int = 0) -> None:
    """See to it that the timer of a day is set."""
    args: dict[str, Any] = {"wall": f"{series.wall:%H:%M}"} if series.name == "nudge" else {"skipped": skipped}
    name = f"reports.{series.name}"
    context.keep(series.key(day), name, series.due(day), scope=series.scope, day=day.isoformat(), **args)


def _go_on(context: Context, series: rules.Series, day: date) -> bool:
    """Set the next timer of a series; False when this one is too old, and the latest is posted in its place."""
    _set(context, series, series.next_day(context.now))
    latest = series.latest_day(context.now)
    if latest <= day:
        return True
    skipped = series.between(day, latest)
    _set(context, series, latest, skipped=skipped)
    context.audit("report skipped", series.key(day), reason=f"{skipped} older than {series.key(latest)}")
    return False


def _find_region(context: Context, scope: str) -> Region | None:
    return None if scope == rules.NETWORK else people_queries.get_region(context.session, int(scope))


def _find_series(context: Context, region: Region | None, name: rules.Name) -> rules.Series:
    return next(series for series in _series(context, region) if series.name == name)


def _lateness(context: Context, due_at: datetime, skipped: int) -> Lateness | None:
    return Lateness(due_at, skipped) if skipped or rules.is_late(due_at, context.now) else None


def _chats(context: Context, region: Region | None) -> Iterable[Chat]:
    """Return where a region's boards are posted; the network's go to HQ's chats."""
    if region is None:
        return chat_queries.list_chats(context.session, Purpose.HQ)
    return chat_queries.list_chats(context.session, Purpose.MANAGERS, region_ids=[region.id])


def _post(context: Context, region: Region | None, words: notify.Words, priority: Priority = Priority.DIGEST) -> None:
    for chat in _chats(context, region):
        notify.say_in(context, chat, words, priority=priority)


# The evening


@timer("reports.nudge")
def nudge(context: Context, scope: str, day: str, wall: str) -> None:
    """Nudge who still owes an answer today: each privately, and all in one line of the region's chats."""
    region, on, hour = _find_region(context, scope), date.fromisoformat(day), time.fromisoformat(wall)
    digest, timezone = context.settings.digest, timezone_of(context, region)
    if region is None or hour not in digest.nudges:
        return
    series = rules.Series("nudge", scope, hour, timezone)
    _set(context, series, series.next_day(context.now))
    if rules.is_nudge_stale(digest, on, hour, timezone, context.now):
        return
    until = rules.Series("digest", scope, digest.nightly, timezone).due(on)
    duties = _pressing(context, region, midnight(on, timezone))
    _nudge_stores(context, duties, until)
    _nudge_region(context, region, midnight(on, timezone), until)

    def words(language: str, timezone: str) -> Message:
        return evening_messages.nudge_list(language, timezone, duties(language), until, context.now)

    if duties(context.settings.network.language):
        _post(context, region, words, Priority.NORMAL)


def _carried_ids(context: Context, began: datetime) -> set[int]:
    """Return the requests that were put off since the local midnight; what was said this instant counts."""
    carried = report_queries.list_carried(context.session, began, context.now + timedelta(seconds=1))
    return {request.id for _, request in carried}


def _pressing(context: Context, region: Region, began: datetime) -> Callable[[str], tuple[rules.Duty, ...]]:
    carried = _carried_ids(context, began)

    @cache
    def of(language: str) -> tuple[rules.Duty, ...]:
        read = figures.reader(context, language)
        duties = figures.list_duties(read, region.id)
        return tuple(duty for duty in duties if rules.is_pressing(duty) and duty.request_id not in carried)

    return of


def _nudge_stores(context: Context, duties: Callable[[str], tuple[rules.Duty, ...]], until: datetime) -> None:
    for store_id in dict.fromkeys(duty.store_id for duty in duties(context.settings.network.language)):

        def words(language: str, timezone: str, store_id: int = store_id) -> Message:
            owed = [duty for duty in duties(language) if duty.store_id == store_id]
            return evening_messages.nudge(language, timezone, owed, until, context.now)

        notify.tell_each(context, life.reachable_leaders(context, store_id), words)


def _unanswered(
    context: Context, region: Region, began: datetime, *, unasked: bool = False
) -> Callable[[str], list[rules.Waiting]]:
    """Return what of the day nobody accepted or put off, in a language; `unasked`: what the region must decide."""
    carried = _carried_ids(context, began)

    @cache
    def of(language: str) -> list[rules.Waiting]:
        return [
            waiting
            for waiting in figures.list_waiting(figures.reader(context, language), region.id)
            if waiting.urgency != "normal" and waiting.request_id not in carried and not (unasked and waiting.asked)
        ]

    return of


def _nudge_region(context: Context, region: Region, began: datetime, until: datetime) -> None:
    waiting = _unanswered(context, region, began, unasked=True)
    if waiting(context.settings.network.language):

        def words(language: str, timezone: str) -> Message:
            return evening_messages.nudge_region(language, timezone, waiting(language), until, context.now)

        notify.tell_region(context, region.id, words)


@timer("reports.digest")
def digest(context: Context, scope: str, day: str, skipped: int = 0) -> None:
    """Post the evening of a region or the network, and take to the region what nobody answered or put off."""
    region, on = _find_region(context, scope), date.fromisoformat(day)
    series = _find_series(context, region, "digest")
    if not _go_on(context, series, on):
        return
    until = series.due(on)
    late = _lateness(context, until, skipped)
    if region is None:
        _post_network(context, until, late)
        return
    if list(_chats(context, region)):
        read = cache(lambda language: evening(context, region, until, language))

        def words(language: str, timezone: str) -> Message:
            return evening_messages.digest(language, timezone, read(language), context.now, late)

        _post(context, region, words)
    _escalate(context, region, midnight(on, series.timezone), until)


def _post_network(context: Context, until: datetime, late: Lateness | None) -> None:
    read = cache(lambda language: network_evening(context, until, language))

    def words(language: str, timezone: str) -> Message:
        whole, regions = read(language)
        return evening_messages.network_digest(language, timezone, whole, regions, context.now, late)

    _post(context, None, words)


def _escalate(context: Context, region: Region, began: datetime, until: datetime) -> None:
    """Tell the region's manager what was neither answered nor put off; HQ where there is no such person."""
    waiting = _unanswered(context, region, began)
    found = waiting(context.settings.network.language)
    if not found:
        return

    def words(language: str, timezone: str) -> Message:
        return evening_messages.unanswered(language, timezone, region.name, waiting(language), until, context.now)

    if not notify.tell_region(context, region.id, words):
        notify.tell_hq(context, words)
    for request in found:
        context.audit("escalated at the day's end", request.label, reason="neither answered nor carried over")


# Monday


@timer("reports.weekly")
def weekly(context: Context, scope: str, day: str, skipped: int = 0) -> None:
    """Post the week that has ended, and tell each store's manager the own place."""
    region, on = _find_region(context, scope), date.fromisoformat(day)
    series = _find_series(context, region, "weekly")
    if not _go_on(context, series, on):
        return
    network = context.settings.network
    since, until = rules.week_before(on, network.timezone)
    late = _lateness(context, series.due(on), skipped)
    read = cache(lambda language: figures.week_figures(context, language, since, until))
    region_id = region.id if region else None

    def words(language: str, timezone: str) -> Message:
        return week_messages.week_board(
            language, timezone, network.name, read(language), context.now, region_id=region_id, late=late
        )

    _post(context, region, words)
    if region is not None:
        _tell_own(context, region, read(network.language))


def _tell_own(context: Context, region: Region, read: rules.WeekFigures) -> None:
    """Tell each store manager of a region the own line: no words of a language are in the figures it needs."""
    for store in read.stores:
        if store.region_id != region.id:
            continue

        def words(language: str, _zone: str, store: rules.StoreWeek = store) -> Message:
            return week_messages.own_line(language, store, len(read.stores), read.currency)

        managers = people_queries.list_staff(context.session, store.store_id, (Role.STORE_MANAGER,))
        notify.tell_each(context, managers, words, priority=Priority.DIGEST)
