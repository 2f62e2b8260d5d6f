"""The words of the boards: tables that a phone shows without wrapping."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

from handlers import texts
from handlers.boards import catalogue, rules
from handlers.boards.rules import CapacityRow, StockRow, TechRow
from handlers.chat import Button, Line, Message, bold, line, message, table
from handlers.columns import table as columns
from handlers.columns import wrapped
from handlers.settings import Boards
from handlers.working_time import local, say_moment
from storage.tables.boards import LiveBoard, Part

__all__ = ["catalogue"]

MOST_TECHNICIANS = 12
MOST_STORES = 40
OLD = "⌛"


def age(language: str, stated_at: datetime | None, timezone: str, now: datetime, *, stale: bool) -> str:
    """Say since when a figure stands: the time of today, else how many days ago, on the reader's clock."""
    if stated_at is None:
        return "—"
    said = _since(language, stated_at, timezone, local(now, timezone).date())
    return OLD + said if stale else said


@lru_cache(1_024)  # the rows of a board were mostly said together
def _since(language: str, stated_at: datetime, timezone: str, today: date) -> str:
    at = local(stated_at, timezone)
    days = (today - at.date()).days
    return f"{at:%H:%M}" if days <= 0 else texts.say(language, "boards.days", count=days)


def stock(language: str, timezone: str, now: datetime, part: Part, rows: Sequence[StockRow], more: int) -> list[Line]:
    """List who has a part, how many or whether any, and since when that is said; so many `more` are left out."""
    lines = [texts.say_line(language, "boards.stock_title", part=bold(part.name), number=part.part_no)]
    if not rows:
        return [*lines, line(texts.say(language, "boards.nobody_has"))]
    head = (_head(language, "store"), _head(language, "count"), _head(language, "as_of"))
    body = [
        (
            row.store,
            str(row.count) if row.count is not None else _has(language, row.has),
            age(language, row.stated_at, timezone, now, stale=row.stale),
        )
        for row in rows
    ]
    lines.append(line(table(columns([head, *body], right=(1, 2)))))
    coarse = any(row.count is None for row in rows)
    return [*lines, *_below(language, more, coarse, any(row.stale for row in rows))]


def technicians(
    language: str, timezone: str, now: datetime, specialty: str, rows: Sequence[TechRow], *, with_way: bool
) -> list[Line]:
    """List who is good at something: level, way and age, and below each the store, free windows and what is taken."""
    named = specialty or texts.say(language, "boards.tech_all")
    lines = [texts.say_line(language, "boards.tech_title", specialty=bold(named))]
    if not rows:
        return [*lines, line(texts.say(language, "boards.nobody_there"))]
    shown = rows[:MOST_TECHNICIANS]
    head = (_head(language, "technician"), _head(language, "level"), "", _head(language, "as_of"))
    if with_way:
        head = (*head[:2], _head(language, "way"), head[3])
    firsts = columns(
        [
            head,
            *(
                (
                    row.name,
                    row.level,
                    _way(language, row.km) if with_way else "",
                    age(language, row.stated_at, timezone, now, stale=row.stale),
                )
                for row in shown
            ),
        ],
        right=(2, 3),
    )
    block = firsts[:1]
    for first, row in zip(firsts[1:], shown, strict=True):
        block.append(first)
        block.extend(wrapped(f"{row.store} {_windows(language, row)}", indent=" "))
        if row.lent_at is not None:
            at = say_moment(row.lent_at, timezone, now, language)
            block.extend(wrapped(texts.say(language, "boards.lent", at=at), indent=" 🔁"))
    lines.append(line(table(block)))
    coarse = any(row.windows is None for row in rows)
    return [*lines, *_below(language, len(rows) - len(shown), coarse, any(row.stale for row in rows))]


def capacity(
    language: str, timezone: str, now: datetime, place: str, rows: Sequence[CapacityRow], numbers: Boards
) -> list[Line]:
    """List the stores' days: booked of capacity, utilisation and light; of other dealers whether a bay is free."""
    named = place or texts.say(language, "boards.everywhere")
    lines = [texts.say_line(language, "boards.capacity_title", place=bold(named))]
    if not rows:
        return [*lines, line(texts.say(language, "boards.no_stores"))]
    head = (_head(language, "store"), _head(language, "booked"), _head(language, "load"), "", _head(language, "as_of"))
    body = []
    for row in rows[:MOST_STORES]:
        known = row.booked is not None and bool(row.capacity)
        percent = light = ""
        if known:
            assert row.booked is not None and row.capacity is not None
            percent = f"{rules.utilisation(row.booked, row.capacity)}%"
            light = rules.light(row.booked, row.capacity, numbers)
        said = age(language, row.stated_at, timezone, now, stale=row.stale)
        body.append((row.store, _booked(language, row), percent, light, said))
    lines.append(line(table(columns([head, *body], right=(1, 2, 4)))))
    if any(row.exact for row in rows):
        lines.append(line(texts.say(language, "boards.lights")))
    coarse = any(not row.exact for row in rows)
    return [*lines, *_below(language, len(rows) - MOST_STORES, coarse, any(row.stale for row in rows))]


def _head(language: str, name: str) -> str:
    return texts.say(language, f"boards.{name}")


def _has(language: str, has: bool) -> str:
    return texts.say(language, "boards.has" if has else "boards.none")


def _way(language: str, km: float | None) -> str:
    return "—" if km is None else texts.say(language, "boards.km", km=round(km))


def _windows(language: str, row: TechRow) -> str:
    if row.windows is None:
        return texts.say(language, "boards.free" if row.free else "boards.no_window")
    said = " ".join(filter(None, (row.status or "", row.windows)))
    return said or texts.say(language, "boards.no_window")


def _booked(language: str, row: CapacityRow) -> str:
    if not row.exact:
        return "—" if row.free is None else _has(language, row.free)
    booked = "—" if row.booked is None else str(row.booked)
    return f"{booked}/{'—' if row.capacity is None else row.capacity}"


def _below(language: str, more: int, coarse: bool, stale: bool) -> list[Line]:
    """Say what the table leaves out, and what its signs mean."""
    keys = [key for key, said in (("boards.coarse", coarse), ("boards.stale", stale)) if said]
    left = [line(texts.say(language, "boards.more", count=more))] if more > 0 else []
    return [*left, *(line(texts.say(language, key)) for key in keys)]


# Asking from a row


def ask_part(language: str, part: Part) -> Button:
    """Offer to ask for a part."""
    return Button(texts.say(language, "boards.ask_part", part=part.name), "transfer.begin", {"part": part.id})


def ask_technician(language: str, specialty: str) -> Button:
    """Offer to ask for a technician of a specialty."""
    return Button(texts.say(language, "boards.ask_tech"), "support.begin", {"specialty": specialty})


def ask_divert(language: str) -> Button:
    """Offer to send a customer elsewhere."""
    return Button(texts.say(language, "boards.ask_divert"), "diversion.begin", {})


# Boards that stand in chats


def named(language: str, live: LiveBoard) -> str:
    """Name a board: 库存 HL-1001-L."""
    return f"{texts.say(language, f'boards.board_{live.board}')} {live.what}".strip()


def ended(language: str, live: LiveBoard) -> Message:
    """Say in place of a board that it is kept up to date no more."""
    words = f"{named(language, live)} · {texts.say(language, 'boards.live_ended')}"
    return Message((line(words),), pinned="unpinned")


def listed(language: str, boards: Sequence[LiveBoard]) -> Message:
    """List the boards of a chat, each with a button that ends it."""
    if not boards:
        return message(texts.say(language, "boards.live_none"))
    rows = [line(texts.say(language, "boards.live_list")), *(line(f"• {named(language, live)}") for live in boards)]
    return Message(tuple(rows), tuple((end_button(language, live),) for live in boards))


def end_button(language: str, live: LiveBoard) -> Button:
    """Offer to end a board."""
    label = texts.say(language, "boards.live_end_button", board=named(language, live))
    return Button(label, "boards.end", {"live": live.id})


def agreements(language: str, dealers: Sequence[tuple[str, bool]]) -> Message:
    """List the dealers, and whether each has agreed to share its figures."""
    rows = [line(texts.say(language, "boards.agreements"))]
    for dealer, agreed in dealers:
        rows.append(line(texts.say(language, "boards.agreed" if agreed else "boards.not_agreed", dealer=dealer)))
    return Message(tuple(rows))
