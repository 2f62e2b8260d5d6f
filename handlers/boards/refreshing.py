"""Saying a store's own figures anew: in a short line, by a tap, in a form. A workbook goes by `handlers/network`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from handlers import forms
from handlers.access import ASKERS, STAFF, STORE_LEADERS, works_at
from handlers.boards import fresh_messages as messages
from handlers.boards import freshness, rules
from handlers.boards.finding import find_parts
from handlers.boards.freshness import Board
from handlers.boards.windows import read_windows
from handlers.chat import Button, Message
from handlers.errors import BadFields, BadInput, NotAllowed, NotFound, PersonError, TooLate
from handlers.messages import sentence
from handlers.registry import button, form
from handlers.working_time import local
from storage.queries import boards as board_queries
from storage.queries import freshness as queries
from storage.queries import live
from storage.queries import stock as stock_queries
from storage.queries import support as support_queries
from storage.queries.diversions import find_capacity
from storage.tables.boards import Board as BoardKind
from storage.tables.boards import Capacity, Part, StockLevel, Technician
from storage.tables.people import Role, Store

if TYPE_CHECKING:
    from handlers.context import Context

# The first words with which a board's command says something instead of asking.
SET = frozenset({"set", "设", "改", "更新", "fijar", "poner"})
# More is a slip of the finger, as in a workbook.
MOST_PARTS, MOST_CARS, MOST_WORDS = 99_999, 9_999, 200
MOST_LINES = 100
# How far back what was said of a day is worth something for today.
LOOKS_BACK = timedelta(days=14)

FindParts = Callable[["Context", str], tuple[list[Part], bool]]
"""Finds the part that words mean: those of exactly this name (True), else the likeliest few (False)."""


_AMOUNT = re.compile(r"(?P<part>.*?\S)\s*(?:[:：=]|\s)\s*[x×]?\s*(?P<count>[0-9][0-9,]{0,8})\s*[个件]?")
_BOOKINGS = re.compile(r"(?P<bookings>[0-9]{1,5})(?:\s*/\s*(?P<daily>[0-9]{1,5}))?")
_APART = re.compile(r"[\n;；]+|[,，、](?=\s*\D)")


@dataclass(frozen=True, slots=True)
class _Amount:
    part: Part
    count: int


def to_set(words: str) -> str | None:
    """Return what follows where a board's command says something (`set …`); None where it asks."""
    first, _, rest = words.strip().partition(" ")
    return rest.strip() if first.casefold() in SET else None


# Stock


def set_stock(context: Context, words: str) -> None:
    """Say how many of a part, or of several, one's own store has."""
    store = own_store(context)
    lines = [line.strip() for line in _APART.split(words) if line.strip()]
    if not lines:
        raise BadInput("fresh.set_usage")
    if len(lines) == 1:
        name, count = _amount(lines[0])
        found, is_exact = find_parts(context, name)
        if found and not (is_exact and len(found) == 1):
            buttons = tuple(
                (
                    Button(
                        f"{part.name} {part.part_no} = {count}", "boards.set_stock", {"part": part.id, "count": count}
                    ),
                )
                for part in found
            )
            context.answer(Message(sentence(context.words("fresh.set_which")).lines, buttons))
            return
    _put_stock(context, store, _amounts(context, lines, find_parts))


@button("boards.set_stock", roles=ASKERS)
def press_set_stock(context: Context, part: int, count: int) -> None:
    """Say how many of the part meant one's own store has."""
    _put_stock(context, own_store(context), [_Amount(stock_queries.get_part(context.session, part), count)])


def _amounts(context: Context, lines: Sequence[str], find: FindParts) -> list[_Amount]:
    """Read lines of a part and a number each: all of them, or none is written."""
    amounts: dict[int, _Amount] = {}
    for words in lines[: MOST_LINES + 1]:
        name, count = _amount(words)
        found, is_exact = find(context, name)
        if not found:
            raise BadInput("fresh.set_unknown", words=name[:40])
        if not is_exact or len(found) > 1:
            raise BadInput("fresh.set_vague", words=name[:40])
        amounts[found[0].id] = _Amount(found[0], count)
    return list(amounts.values())


def _amount(words: str) -> tuple[str, int]:
    found = _AMOUNT.fullmatch(unicodedata.normalize("NFKC", words).strip())
    if found is None:
        raise BadInput("fresh.set_bad_line", words=words[:40])
    count = int(found["count"].replace(",", ""))
    if count > MOST_PARTS:
        raise BadInput("fresh.set_too_many", most=MOST_PARTS)
    return found["part"][:80], count


def _put_stock(context: Context, store: Store, amounts: Sequence[_Amount]) -> None:
    context.answer(sentence(context.words("fresh.set_done", what=state_stock(context, store, amounts))))


def state_stock(context: Context, store: Store, amounts: Sequence[_Amount]) -> str:
    """Write how many of each a store has; returns what it was and is, in words."""
    said = []
    for one in amounts:
        level = stock_queries.find_stock_level(context.session, store.id, one.part.id)
        before = level.quantity if level is not None else "–"
        said.append(context.words("fresh.set_part", part=one.part.name, before=before, after=one.count))
    rows = [{"part_id": one.part.id, "store_id": store.id, "quantity": one.count, **stated(context)} for one in amounts]
    board_queries.put_stock_levels(context.session, rows)
    context.session.expire_all()  # rows were written past the session
    words = " · ".join(said)
    context.audit("boards.stock", store.code, after=words[:400])
    return words


# Capacity


def set_capacity(context: Context, words: str) -> None:
    """Say how many bookings one's own store has today, and of how many it could take."""
    found = _BOOKINGS.fullmatch(unicodedata.normalize("NFKC", words).strip())
    if found is None:
        raise BadInput("fresh.capacity_usage")
    daily = int(found["daily"]) if found["daily"] else None
    context.answer(
        _capacity_words(context, *state_capacity(context, own_store(context), int(found["bookings"]), daily))
    )


@button("boards.bookings", roles=ASKERS)
def press_bookings(context: Context, store: int, by: int) -> None:
    """Note a booking more, or one less."""
    here = _same_store(context, store)
    bookings = max(0, _bookings(context, here, today(context, here)) + by)
    context.toast(_capacity_words(context, *state_capacity(context, here, bookings, None)).plain)


def state_capacity(context: Context, store: Store, bookings: int, daily: int | None) -> tuple[int, int]:
    """Write a store's bookings of today; returns them and its capacity."""
    day = today(context, store)
    last, now = _last_and_now(context, store, day)
    said = last or now
    known = daily or (said.daily_capacity if said is not None else store.daily_capacity)
    if not known:
        raise BadInput("fresh.capacity_unknown")
    if max(bookings, known) > MOST_CARS:
        raise BadInput("fresh.capacity_usage")
    row = {"store_id": store.id, "day": day, "daily_capacity": known, "bookings": bookings, **stated(context)}
    board_queries.put_capacities(context.session, [row])
    before = f"{now.bookings}/{now.daily_capacity}" if now is not None else ""
    context.session.expire_all()
    context.audit("boards.capacity", store.code, before=before, after=f"{bookings}/{known}")
    return bookings, known


def _last_and_now(context: Context, store: Store, day: date) -> tuple[Capacity | None, Capacity | None]:
    """Return what people said last of a store's day, and what stands of it now, whoever wrote it."""
    last = queries.find_last_capacity(context.session, store.id, day)
    return last, find_capacity(context.session, store.id, day)


def _bookings(context: Context, store: Store, day: date) -> int:
    """Return the bookings of a store's day: as people said last, and no fewer than the bays the bot has taken on it."""
    return max((one.bookings for one in _last_and_now(context, store, day) if one is not None), default=0)


def _capacity_words(context: Context, bookings: int, daily: int) -> Message:
    percent = rules.utilisation(bookings, daily)
    light = rules.light(bookings, daily, context.settings.boards)
    return sentence(
        context.words("fresh.capacity_done", light=light, bookings=bookings, capacity=daily, percent=percent)
    )


# Technicians


def set_technician(context: Context, words: str) -> None:
    """Say when one of one's own technicians is free this week, or how he is."""
    store = own_store(context, STAFF)
    name, _, said = " ".join(words.split()).partition(" ")
    if not name or not said:
        raise BadInput("fresh.tech_usage")
    context.answer(sentence(state_technician(context, store, name, said)))


def state_technician(context: Context, store: Store, name: str, said: str) -> str:
    """Write a technician's free windows where words are such, else the status; returns it in words."""
    if len(said) > MOST_WORDS:
        raise BadInput("fresh.tech_too_long", most=MOST_WORDS)
    known = support_queries.list_technicians_of(context.session, store.id)
    wanted = unicodedata.normalize("NFKC", name).casefold()
    found = [one for one in known if one.name.casefold() == wanted]
    if not found or (context.me.role not in STORE_LEADERS and found[0].name != context.me.name):
        raise NotFound("fresh.tech_unknown", name=name[:40], names="、".join(one.name for one in known) or "–")
    technician = found[0]
    is_windows = bool(read_windows(said, today(context, store)))
    if is_windows:
        technician.windows = said
    else:
        technician.status = said
    technician.stated_at, technician.stated_by = context.now, by(context)
    live.note_change(context.session, BoardKind.TECHNICIANS, {store.id})
    context.audit("boards.technician", f"{store.code} {technician.name}", after=said)
    key = "fresh.tech_windows" if is_windows else "fresh.tech_status"
    return context.words(key, name=technician.name, words=said)


# All at once


@button("boards.same", roles=ASKERS)
def press_same(context: Context, store: int) -> None:
    """Say everything that is due anew, as it stands."""
    here = _same_store(context, store)
    done = confirm_due(context, here)
    if not done:
        raise TooLate("fresh.nothing_due")
    what = " · ".join(f"{messages.board_name(context.language, board)} {count}" for board, count in done.items())
    context.answer(sentence(context.words("fresh.same_done", what=what)))


def confirm_due(context: Context, store: Store) -> dict[Board, int]:
    """Say a store's rows that are due anew, as they stand; returns board → how many."""
    day, numbers, done = today(context, store), context.settings.rules, dict[Board, int]()
    tables: dict[Board, type[StockLevel | Technician]] = {"stock": StockLevel, "technicians": Technician}
    for board, table in tables.items():
        before = freshness.due_before(board, day, store.timezone, numbers)
        if count := queries.restate(context.session, table, store.id, before, context.now, by(context)):
            done[board] = count
    last = queries.find_last_capacity(context.session, store.id, day)
    midnight = freshness.due_before("capacity", day, store.timezone, numbers)
    is_said = last is not None and last.day == day and last.stated_at >= midnight
    if last is not None and last.day >= day - LOOKS_BACK and not is_said:
        state_capacity(context, store, _bookings(context, store, day), last.daily_capacity)
        done["capacity"] = 1
    context.session.expire_all()
    if done:
        context.audit("boards.same", store.code, after=", ".join(f"{board} {count}" for board, count in done.items()))
    return done


@button("boards.form", roles=ASKERS)
def press_form(context: Context, store: int) -> None:
    """Ask for whatever has changed."""
    here = _same_store(context, store)
    day = today(context, here)
    before = freshness.due_before("stock", day, here.timezone, context.settings.rules)
    due = queries.list_old_levels(context.session, here.id, before)[: messages.MOST_IN_FORM]
    last = queries.find_last_capacity(context.session, here.id, day)
    filled = {
        "stock": "\n".join(f"{part.part_no} {level.quantity}" for part, level in due),
        "bookings": str(last.bookings) if last is not None and last.day == day else "",
    }
    shown = {name: value for name, value in filled.items() if value}
    asked = messages.figures_form(context.language, here.id, shown)
    assert context.inbound is not None
    # One question after the other takes nothing for answered: what is known is no answer there.
    forms.ask(context, asked, filled=shown if context.inbound.can_form else None)


@form("boards.figures", roles=ASKERS)
def send_figures(context: Context, values: dict[str, str], store: int) -> None:
    """Take what has changed: all of it, or none where a line is not understood."""
    here = _same_store(context, store)
    said = []
    for name, take in (("stock", _take_stock), ("technicians", _take_technicians), ("bookings", _take_bookings)):
        words = values.get(name, "").strip()
        if not words:
            continue
        try:
            said.append(take(context, here, words))
        except PersonError as error:
            raise BadFields({name: error.key}, **error.values) from None
    if not said:
        raise BadFields({"bookings": "fresh.capacity_usage"})
    context.answer(sentence(context.words("fresh.set_done", what=" · ".join(said))))


def _take_stock(context: Context, store: Store, words: str) -> str:
    lines = [line.strip() for line in _APART.split(words) if line.strip()]
    return state_stock(context, store, _amounts(context, lines, _find_named))


def _take_technicians(context: Context, store: Store, words: str) -> str:
    said = []
    for line in filter(None, map(str.strip, words.splitlines())):
        name, _, rest = re.sub(r"\s*[:：]\s*", " ", line, count=1).partition(" ")
        if not rest:
            raise BadInput("fresh.tech_usage")
        said.append(state_technician(context, store, name, rest.strip()))
    return " · ".join(said)


def _take_bookings(context: Context, store: Store, words: str) -> str:
    found = _BOOKINGS.fullmatch(unicodedata.normalize("NFKC", words))
    if found is None:
        raise BadInput("fresh.capacity_usage")
    daily = int(found["daily"]) if found["daily"] else None
    return _capacity_words(context, *state_capacity(context, store, int(found["bookings"]), daily)).plain


def _find_named(context: Context, words: str) -> tuple[list[Part], bool]:
    """Find a part by its number or its whole name: a form shows the numbers."""
    found = stock_queries.find_part_named(context.session, words)
    return ([found], True) if found is not None else ([], False)


# What they share


def own_store(context: Context, roles: frozenset[Role] = ASKERS) -> Store:
    """Return the store of who speaks. Raises `NotAllowed` where there is none, or it is not theirs to say."""
    if context.store is None or context.me.role not in roles:
        raise NotAllowed("fresh.stores_only")
    return context.store


def _same_store(context: Context, store_id: int) -> Store:
    """Return the store that a button is about, if it is still that of who presses it."""
    if not works_at(context.me, store_id):
        raise NotAllowed("fresh.stores_only")
    return own_store(context)


def today(context: Context, store: Store) -> date:
    """Return the day it is at a store."""
    return local(context.now, store.timezone).date()


def by(context: Context) -> str:
    """Return who says a figure, as it stands beside it."""
    return f"chat:{context.me.name}"


def stated(context: Context) -> dict[str, object]:
    """Return when a figure was said and by whom."""
    return {"stated_at": context.now, "stated_by": by(context)}
