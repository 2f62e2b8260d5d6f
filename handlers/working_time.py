"""Working time: when a store is open, and what a clock of ten minutes means when it shuts in the middle.

A stretch of opening is half open: at 12:00 a store open 09:00–12:00 is closed. A clock may still *end* at
12:00, because by then its time has passed in full; it is not carried over to the next opening.
Everything takes and gives aware UTC times; a wall time that a change of clocks skips means the first instant
after the gap, and one that comes twice means the first of the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

Slot = tuple[time, time]

_MIDNIGHT = time(0)
_WHOLE_DAY: tuple[Slot, ...] = ((_MIDNIGHT, _MIDNIGHT),)
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)

# A calendar without an opening for this long is a mistake in the calendar, not a holiday.
LONGEST_SHUT_DAYS = 366

_MONTHS = {
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "es": ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"],
}


@dataclass(frozen=True, slots=True)
class Hours:
    """Say when a store is open: daily (opens, closes) wall times of its zone, in any order; none is always.

    A slot whose end is not after its start passes midnight: 22:00–06:00 is a night, 00:00–00:00 a whole day.
    Raises ValueError for an unknown zone.
    """

    timezone: str
    slots: tuple[Slot, ...] = ()

    def __post_init__(self) -> None:
        zone(self.timezone)

    def slots_on(self, day: date) -> tuple[Slot, ...]:
        """Return the slots that start on that local day; none means closed."""
        return self.slots or _WHOLE_DAY


def zone(timezone: str) -> ZoneInfo:
    """Return the IANA zone; ValueError when there is none of that name."""
    try:
        return ZoneInfo(timezone)
    except (
        KeyError,
        ValueError,
        OSError,
    ) as error:  # the tz database answers odd names with any of the three
        raise ValueError(f"unknown time zone {timezone!r}, for example Asia/Shanghai") from error


ALWAYS = Hours("UTC")


def local(at: datetime, timezone: str) -> datetime:
    """Return the instant on that zone's wall clock; ValueError when `at` is naive."""
    return _utc(at).astimezone(zone(timezone))


def at_local(day: date, wall: time, timezone: str) -> datetime:
    """Return the UTC instant at which the zone's wall clock shows that time, or the first after a gap."""
    there = zone(timezone)
    moment = datetime.combine(day, wall.replace(tzinfo=None, fold=0), tzinfo=there)
    first = moment.astimezone(UTC)
    before = moment.replace(fold=1).astimezone(UTC)
    if before >= first:  # an ordinary time (equal), or one that comes twice
        return first
    return _change_between(before, first, there)


def next_local(at: datetime, wall: time, timezone: str) -> datetime:
    """Return the first UTC instant strictly after `at` at which the zone's wall clock shows that time."""
    day = local(at, timezone).date() - _DAY
    while (moment := at_local(day, wall, timezone)) <= at:
        day += _DAY
    return moment


def is_open(hours: Hours, at: datetime) -> bool:
    """Tell whether the store is open at that instant; closing time itself is closed."""
    return next_opening(hours, at) == at


def next_opening(hours: Hours, at: datetime) -> datetime:
    """Return `at` itself while the store is open, else the instant it opens next, in UTC."""
    return next(_stretches(hours, at))[0]


def closing(hours: Hours, at: datetime) -> datetime | None:
    """Return when the store shuts: the end of this opening or of the next; None if not in a year."""
    stretches = _stretches(hours, at)
    _, end = next(stretches)
    for opens, closes in stretches:
        if opens > end:
            return end
        if closes - _utc(at) > LONGEST_SHUT_DAYS * _DAY:
            return None
        end = closes
    raise AssertionError("stretches never end")


def add_working(hours: Hours, start: datetime, duration: timedelta) -> datetime:
    """Return the instant at which that much working time has passed since `start`; ValueError if negative.

    A duration of nothing is `start` itself while open, else the next opening.
    """
    if duration < timedelta(0):
        raise ValueError(f"a duration of working time cannot be negative: {duration}")
    for opens, closes in _stretches(hours, start):
        if duration <= closes - opens:
            return opens + duration
        duration -= closes - opens
    raise AssertionError("stretches never end")


def working_between(hours: Hours, a: datetime, b: datetime) -> timedelta:
    """Return the working time that passes between two instants; nothing when `b` is not after `a`."""
    total = timedelta(0)
    end = _utc(b)
    if end <= _utc(a):
        return total
    for opens, closes in _stretches(hours, a):
        if opens >= end:
            break
        total += min(closes, end) - opens
        if closes >= end:
            break
    return total


def say_moment(at: datetime, reader_timezone: str, now: datetime, language: str, other_zone: str | None = None) -> str:
    """Say an instant on the reader's clock: "16:00", with the day when it is not the reader's today.

    The reader's offset follows, "16:00 (UTC+7)", when `other_zone` stands at another one at that instant.
    """
    there = local(at, reader_timezone)
    words = f"{there:%H:%M}"
    if there.date() != local(now, reader_timezone).date():
        words = f"{say_day(there.date(), language)} {words}"
    if other_zone is not None and local(at, other_zone).utcoffset() != there.utcoffset():
        words += f" ({_say_offset(there.utcoffset() or timedelta(0))})"
    return words


def say_day(day: date, language: str) -> str:
    """Say a day without its year."""
    if language.startswith("zh"):
        return f"{day.month}月{day.day}日"
    months = _MONTHS["es" if language.startswith("es") else "en"]
    return f"{day.day} {months[day.month - 1]}"


def _say_offset(offset: timedelta) -> str:
    minutes = round(offset / timedelta(minutes=1))
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def _utc(at: datetime) -> datetime:
    if at.tzinfo is UTC:
        return at
    if at.utcoffset() is None:
        raise ValueError(f"a time without a zone: {at.isoformat()}")
    return at.astimezone(UTC)


def _change_between(before: datetime, after: datetime, there: ZoneInfo) -> datetime:
    """Find the instant the zone's offset changed, after the first and at latest at the second."""
    new = after.astimezone(there).utcoffset()
    while after - before > _SECOND:
        middle = before + timedelta(seconds=(after - before) // _SECOND // 2)
        if middle.astimezone(there).utcoffset() == new:
            after = middle
        else:
            before = middle
    return after.replace(microsecond=0)  # offsets change on whole seconds


def _stretches(hours: Hours, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield what is left of the opening in progress at `at`, then every later one, for ever.

    Stretches come in order and never overlap, though one may begin where the last ended.
    Raises ValueError when nothing opens for a year.
    """
    covered = _utc(at)
    day = local(at, hours.timezone).date() - _DAY  # a night shift may have begun yesterday
    while True:
        for opens, closes in _stretches_from(hours, day):
            if closes > covered:
                yield max(opens, covered), closes
                covered = closes
        day += _DAY
        if day - covered.date() > LONGEST_SHUT_DAYS * _DAY:
            raise ValueError(f"no opening within a year of {covered:%Y-%m-%d}")


@lru_cache(maxsize=4096)  # a few hundred stores have a few kinds of hours, and clocks run a few days
def _stretches_from(hours: Hours, day: date) -> tuple[tuple[datetime, datetime], ...]:
    return tuple(
        sorted(
            (
                at_local(day, opens, hours.timezone),
                at_local(day if opens < closes else day + _DAY, closes, hours.timezone),
            )
            for opens, closes in hours.slots_on(day)
        )
    )
