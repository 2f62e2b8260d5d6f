"""A board drawn on request, for any instant: the same figures as posted, as messages and for programs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from handlers.chat import Message
from handlers.context import Context
from handlers.reports import evening_messages, figures, rules, week_messages
from handlers.settings import Settings
from handlers.working_time import local
from storage.queries import people as people_queries
from storage.tables.people import Region

if TYPE_CHECKING:
    from sqlmodel import Session

NAMES = ("digest", "weekly")

Titled = list[tuple[str, Message]]


def report(session: Session, settings: Settings, name: str, at: datetime) -> tuple[Titled, dict[str, object]]:
    """Draw the digest or the weekly scoreboard as if posted at this instant: titled messages, and plain data.

    The digest is one of each region, in its language and time zone, and the network's. Raises ValueError for any
    other name.
    """
    if name not in NAMES:
        raise ValueError(f"no report {name!r}: {' or '.join(NAMES)}")
    context = Context(session, settings, at)
    messages, data = _digest(context) if name == "digest" else _weekly(context)
    return messages, {"report": name, "at": at.isoformat(), **data}


def evening(context: Context, region: Region | None, until: datetime, language: str) -> rules.DayFigures:
    """Read the evening that ends at `until`, begun at the digest before it."""
    timezone = timezone_of(context, region)
    series = rules.Series("digest", "", context.settings.digest.nightly, timezone)
    since = series.due(series.latest_day(until - timedelta(microseconds=1)))
    return figures.day_figures(context, language, region.id if region else None, since, until)


def network_evening(
    context: Context, until: datetime, language: str
) -> tuple[rules.DayFigures, tuple[rules.DayFigures, ...]]:
    """Read the network's evening and that of each region, all for the network's own hours."""
    whole = evening(context, None, until, language)
    regions = people_queries.list_regions(context.session)
    return whole, tuple(figures.day_figures(context, language, region.id, whole.since, until) for region in regions)


def timezone_of(context: Context, region: Region | None) -> str:
    """Return a region's time zone, the network's where it has none."""
    return (region.timezone if region else "") or context.settings.network.timezone


def language_of(context: Context, region: Region | None) -> str:
    """Return a region's language, the network's where it has none."""
    return (region.language if region else "") or context.settings.network.language


def _digest(context: Context) -> tuple[Titled, dict[str, object]]:
    messages: Titled = []
    data: list[object] = []
    for region in people_queries.list_regions(context.session):
        language, timezone = language_of(context, region), timezone_of(context, region)
        read = evening(context, region, context.now, language)
        messages.append((region.name, evening_messages.digest(language, timezone, read, context.now)))
        data.append(_day(read))
    language, timezone = language_of(context, None), timezone_of(context, None)
    whole, regions = network_evening(context, context.now, language)
    message = evening_messages.network_digest(language, timezone, whole, regions, context.now)
    messages.append((context.settings.network.name, message))
    return messages, {"regions": data, "network": _day(whole)}


def _day(read: rules.DayFigures) -> dict[str, object]:
    plain = rules.as_plain(read)
    assert isinstance(plain, dict)
    return {**plain, "open": read.open}


def _weekly(context: Context) -> tuple[Titled, dict[str, object]]:
    network = context.settings.network
    since, until = rules.week_before(local(context.now, network.timezone).date(), network.timezone)
    read = figures.week_figures(context, network.language, since, until)
    message = week_messages.week_board(network.language, network.timezone, network.name, read, context.now)
    plain = rules.as_plain(read)
    assert isinstance(plain, dict)
    if read.diversions is not None:
        plain["diversions"]["agreed_per_cent"] = read.diversions.agreed_per_cent
    return [(network.name, message)], {**plain, "total": read.total}
