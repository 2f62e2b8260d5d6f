"""The words of the days ahead: the table, and what is told of a day that will be too full."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from handlers import columns, texts
from handlers.boards.rules import utilisation
from handlers.chat import Button, Line, Look, Message, bold, line, table
from handlers.diversions import ahead_catalogue  # noqa: F401 - the sentences
from handlers.diversions.forecast import SHOWN_DAYS, Forecast
from handlers.diversions.messages import wait as say_wait
from handlers.diversions.sources import Offer
from handlers.requests.cards import join_reasons
from handlers.requests.messages import comma
from handlers.settings import Boards
from handlers.working_time import say_day
from storage.tables.people import Store

MOST_NEAR = 3  # so many stores near are named
MOST_STORES = 40  # a message holds so many, and nobody reads more
_NOTHING = "–"


@dataclass(frozen=True, slots=True)
class TooFull:
    """A store's day that will be too full, and the stores near that have room, the best first."""

    store: Store
    day: date
    one: Forecast
    near: Sequence[Offer]


# The table


def store_days(language: str, store: str, days: Sequence[tuple[date, Forecast]], boards: Boards, weeks: int) -> Message:
    """Write a store's days ahead."""
    title = texts.say(language, "ahead.title_store", store=store, days=SHOWN_DAYS)
    rows = [(f"{_weekday(language, day)} {say_day(day, language)}", one, True) for day, one in days]
    return _page(language, title, "ahead.column_day", rows, boards, weeks)


def stores_day(
    language: str, day: date, stores: Sequence[tuple[str, Forecast, bool]], boards: Boards, weeks: int
) -> Message:
    """Write a day at many stores, the fullest first; of one whose figures are not shown, whether it has room."""
    title = texts.say(language, "ahead.title_day", day=f"{_weekday(language, day)} {say_day(day, language)}")
    page = _page(language, title, "ahead.column_store", stores[:MOST_STORES], boards, weeks)
    left = len(stores) - MOST_STORES
    return page.with_lines(line(texts.say(language, "ahead.more", count=left))) if left > 0 else page


def _page(
    language: str, title: str, first: str, rows: Sequence[tuple[str, Forecast, bool]], boards: Boards, weeks: int
) -> Message:
    names = ("column_booked", "column_expected", "column_load")
    heading = (texts.say(language, first), *(texts.say(language, f"ahead.{name}") for name in names), "")
    cells = [
        _cells(name, one, boards) if exact else (name, "", "", _room(language, one), "") for name, one, exact in rows
    ]
    shown = columns.table([heading, *cells], right={1, 2, 3})
    page = [line(bold(title)), line(table(shown))]
    if any(one.by_past and exact for _, one, exact in rows):
        page.append(line(texts.say(language, "ahead.past_mark", weeks=weeks)))
    return Message((*page, line(texts.say(language, "ahead.no_past"))))


def _cells(name: str, one: Forecast, boards: Boards) -> tuple[str, str, str, str, str]:
    booked = _NOTHING if one.booked is None else str(one.booked)
    expected = _NOTHING if one.expected is None else f"{'~' if one.by_past else ''}{one.expected}"
    return name, booked, expected, _percent(one), one.light(boards)


def _room(language: str, one: Forecast) -> str:
    if one.expected is None or not one.capacity:
        return _NOTHING
    return texts.say(language, "boards.has" if one.expected < one.capacity else "boards.none")


def _percent(one: Forecast) -> str:
    if one.expected is None or not one.capacity:
        return _NOTHING
    percent = utilisation(one.expected, one.capacity)
    return f"{percent}%" if percent < 1000 else ">999%"


def day_name(language: str, day: date, today: date) -> str:
    """Name a day as people do: today, tomorrow, else its weekday, with the date."""
    near = {today: "ahead.today", today + timedelta(days=1): "ahead.tomorrow"}.get(day)
    said = say_day(day, language)
    return texts.say(language, near, day=said) if near else f"{_weekday(language, day)} {said}"


def _weekday(language: str, day: date) -> str:
    return texts.say(language, "ahead.weekdays").split()[day.weekday()]


# What is told


def too_full(
    language: str, full: TooFull, today: date, boards: Boards, weeks: int, wait_minutes: int | None
) -> Message:
    """Tell a store's manager that a day will be too full, who near has room, with one tap to divert.

    `wait_minutes` is given where customers would wait too long.
    """
    one, store = full.one, full.store
    booked = _NOTHING if one.booked is None else one.booked
    basis = texts.say(language, f"ahead.basis_{'past' if one.by_past else 'booked'}", weeks=weeks, booked=booked)
    rows: list[Line] = [
        line(
            bold(
                texts.say(
                    language,
                    "ahead.too_full",
                    light=one.light(boards),
                    store=store.name,
                    day=day_name(language, full.day, today),
                    expected=one.expected,
                    capacity=one.capacity,
                    percent=utilisation(one.expected or 0, one.capacity or 1),
                    basis=basis,
                )
            )
        )
    ]
    if wait_minutes is not None:
        rows.append(line(texts.say(language, "ahead.wait", wait=say_wait(language, wait_minutes))))
    rows.append(line(texts.say(language, "ahead.near_title" if full.near else "ahead.near_none")))
    for rank, offer in enumerate(full.near[:MOST_NEAR], start=1):
        reasons = join_reasons(language, offer.reasons)
        near_line = texts.say_line(
            language, "ahead.near_line", rank=str(rank), store=bold(offer.store.name), reasons=reasons
        )
        rows.append(near_line)
    rows.append(line(texts.say(language, "ahead.consent")))
    args: dict[str, str | int] = {"store": store.id, "day": full.day.isoformat()}
    divert = Button(texts.say(language, "ahead.divert_button"), "ahead.divert", args, Look.PRIMARY)
    return Message(tuple(rows), ((divert,),))


def region(language: str, days: Sequence[tuple[TooFull, date]]) -> Message:
    """Tell a region's chat which stores will be too full on which day, without a figure: dealers read along.

    Each comes with the store's today.
    """
    rows: list[Line] = [line(bold(texts.say(language, "ahead.region_title")))]
    for full, today in days[:MOST_STORES]:
        names = comma(language).join(offer.store.name for offer in full.near[:MOST_NEAR])
        region_line = texts.say_line(
            language,
            "ahead.region_line",
            store=bold(full.store.name),
            day=day_name(language, full.day, today),
            near=names or texts.say(language, "ahead.region_nobody"),
        )
        rows.append(region_line)
    return Message(tuple(rows))
