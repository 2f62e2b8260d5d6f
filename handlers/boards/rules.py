"""The policy of the boards: who sees which figures, what a light means, how often a board in a chat changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.settings import Boards
from storage.tables.boards import Board
from storage.tables.people import Person, Role

HURRIED = 4  # changes shown shortly after one another: from then on they come less often
CALM = timedelta(seconds=15)  # so long without a change makes up for one of them


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose eyes: they see the exact figures of these dealers (None: of all), and of others only whether there are."""

    dealers: frozenset[int] | None = frozenset()

    def sees(self, dealer_id: int) -> bool:
        """Say whether the exact figures of a dealer are theirs to see."""
        return self.dealers is None or dealer_id in self.dealers


@dataclass(frozen=True, slots=True)
class StockRow:
    """What a store has of a part; `count` is None where only whether it has any may be seen."""

    store_id: int
    store: str
    has: bool
    count: int | None
    stated_at: datetime
    stale: bool


@dataclass(frozen=True, slots=True)
class TechRow:
    """A technician on the map; `windows` and `status` are None where only whether there are any may be seen."""

    store_id: int
    store: str
    name: str
    level: str
    km: float | None
    free: bool
    windows: str | None
    status: str | None
    lent_at: datetime | None
    stated_at: datetime
    stale: bool


@dataclass(frozen=True, slots=True)
class CapacityRow:
    """A store's day; `booked` and `capacity` are None where they may not be seen or nobody has said them.

    `free` is None where nobody has said anything.
    """

    store_id: int
    store: str
    exact: bool
    free: bool | None
    capacity: int | None
    booked: int | None
    stated_at: datetime | None
    stale: bool


def eyes_of(person: Person, own_dealer: int | None, region_dealers: frozenset[int]) -> Viewer:
    """Return what a person may see: HQ everything, a store its dealer, a region manager a region of one dealer."""
    if person.role is Role.HQ:
        return Viewer(None)
    if own_dealer is not None:
        return Viewer(frozenset({own_dealer}))
    return Viewer(region_dealers if person.role is Role.REGION_MANAGER and len(region_dealers) == 1 else frozenset())


def eyes_in(is_hq: bool, region_dealers: frozenset[int]) -> Viewer:
    """Return what may be seen in a chat: what every dealer in it may see."""
    if is_hq:
        return Viewer(None)
    return Viewer(region_dealers if len(region_dealers) == 1 else frozenset())


def light(booked: int, capacity: int, numbers: Boards) -> str:
    """Return the light of a day: over its capacity red, busy yellow, else green."""
    if booked * 100 > capacity * numbers.full:
        return "🔴"
    return "🟡" if booked * 100 >= capacity * numbers.busy else "🟢"


def utilisation(booked: int, capacity: int) -> int:
    """Return bookings ÷ capacity in per cent, halves up."""
    return (booked * 200 + capacity) // (capacity * 2)


def next_change(changed_at: datetime | None, hurried: int, boards: int, now: datetime, numbers: Boards) -> datetime:
    """Return when a board that stands in a chat beside others (`boards` in all) may change: now, or later."""
    if changed_at is None or now < changed_at:
        return now
    hurry = hurried * boards >= HURRIED  # beside others its share of a chat's patience is used up sooner
    return max(now, changed_at + (numbers.live_hurried * boards if hurry else numbers.live_every))


def hurry_after(changed_at: datetime | None, hurried: int, now: datetime) -> int:
    """Return how many changes have been shown shortly after one another, this one among them."""
    if changed_at is None:
        return 0
    return max(0, hurried - max(now - changed_at, timedelta(0)) // CALM) + 1


# What is written

_BOARDS = {
    Board.STOCK: "stock 库存 existencias",
    Board.TECHNICIANS: "tech technicians 技师 tecnicos técnicos",
    Board.CAPACITY: "capacity 产能 capacidad",
}
_BOARD_WORDS = {word: board for board, words in _BOARDS.items() for word in words.split()}
_OFF = frozenset(["off", "end", "stop", "停", "停用", "关", "关闭", "取消", "quitar", "fin", "no"])
_ON = frozenset(["on", "开", "启用", "恢复", "si", "sí", "poner"])
_LIST = frozenset(["list", "列表", "lista"])


def read_board(words: str) -> tuple[Board | None, str, bool]:
    """Return the board that is named, what it is about, and whether it is to end."""
    said = _words(words)
    ends = [word for word in (said[:1] + said[-1:]) if word.casefold() in _OFF]
    plain = [word for word in said if word.casefold() not in _OFF | _LIST]
    if len(plain) > 1 and plain[-1].casefold() in _ON:
        plain.pop()
    board = _BOARD_WORDS.get(plain[0].casefold()) if plain else None
    return board, " ".join(plain[1:] if board else plain), bool(ends)


def read_agreement(words: str) -> tuple[str, bool | None]:
    """Return the dealer named, and whether it agrees; None where neither was said."""
    said = _words(words)
    last = said[-1].casefold() if said else ""
    if last in _OFF | _ON:
        return " ".join(said[:-1]), last in _ON
    return " ".join(said), None


def _words(text: str) -> list[str]:
    """Return the words of a text without what nobody sees: they are said back."""
    return "".join(sign if sign.isprintable() else " " for sign in text).split()
