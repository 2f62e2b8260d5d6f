"""What a workbook would change: values in, a `Plan` out. While one row is bad, nothing of the file is written."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Concatenate, ParamSpec, TypeVar

from handlers import working_time
from handlers.errors import BadInput
from handlers.network.sheets import Cell, Kind, Row, Table
from handlers.settings import Network

Value = str | int | float | bool | time | None
Values = dict[str, Value]
T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that is remembered, by the keys of its sheet; `stated_at` where a store says it anew each day or week.

    `is_old`, of a capacity: nobody can rely on it, for it was said too long ago or by the bot.
    """

    id: int
    values: Values
    stated_at: datetime | None = None
    is_old: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """The network as it stands. Stores are named by their codes, parts by their numbers; `levels` by both."""

    dealers: tuple[str, ...] = ()
    regions: Mapping[str, str] = field(default_factory=dict)  # name → time zone, "" for the network's
    stores: tuple[Entry, ...] = ()
    people: tuple[Entry, ...] = ()
    parts: tuple[Entry, ...] = ()
    levels: Mapping[tuple[str, str], tuple[int, datetime]] = field(default_factory=dict)
    technicians: tuple[Entry, ...] = ()
    capacities: Mapping[tuple[str, date], Entry] = field(default_factory=dict)
    travel: Mapping[tuple[str, str], Entry] = field(default_factory=dict)  # from and to


@dataclass(frozen=True, slots=True)
class Change:
    """A row to add (no `id`) or to change. `fields` is what differs: column → before, after.

    `values` is the whole row as it will be. A part whose levels alone change is not `itself` changed.
    """

    kind: Kind
    row: int
    label: str
    values: Values
    fields: Mapping[str, tuple[Value, Value]]
    id: int | None = None
    itself: bool = True
    day: date | None = None  # of a capacity


@dataclass(frozen=True, slots=True)
class Level:
    """How many of a part a store says it has."""

    part_no: str
    store: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be used: a sentence's key and values; `column` is the key of a column, or its heading."""

    kind: Kind | None
    sheet: str
    row: int
    column: str
    key: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Note:
    """What is worth knowing and stops nothing; `row` is 0 for a whole sheet."""

    sheet: str
    row: int
    key: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a workbook would change, and why it cannot be used where it cannot.

    `restated` are levels, technicians and capacities said again later: their figures are as they were, but fresh.
    """

    changes: tuple[Change, ...]
    levels: tuple[Level, ...]
    restated_levels: tuple[Level, ...]
    restated_technicians: tuple[int, ...]
    restated_capacities: tuple[int, ...]
    dealers: tuple[str, ...]
    regions: Mapping[str, str]
    counts: Mapping[tuple[Kind, str], int]  # (kind, added | changed | unchanged) → rows
    problems: tuple[Problem, ...]
    notes: tuple[Note, ...]

    @property
    def restated(self) -> int:
        """How many figures are only said again."""
        return len(self.restated_levels) + len(self.restated_technicians) + len(self.restated_capacities)

    @property
    def changes_nothing(self) -> bool:
        """Whether there is nothing to write."""
        return not self.changes and not self.restated


class Draft:
    """A plan in the making: the network as it would be after the rows read so far."""

    def __init__(self, known: Known, network: Network, now: datetime, *, own: str = "") -> None:
        self.known = known
        self.own = own  # the code of the only store that may be spoken of, "" for every one
        self.network = network
        self.now = now
        self.stores: dict[str, Values] = {same(str(entry.values["code"])): entry.values for entry in known.stores}
        self.bad_stores: set[str] = set()  # codes and names of rows that cannot be used: told once, there
        self.places: dict[str, str] = {}  # code or name of a store, as `same` compares → code
        self.regions: dict[str, str] = {same(name): name for name in known.regions}
        self.dealers: dict[str, str] = {same(name): name for name in known.dealers}
        self.zones: dict[str, str] = dict(known.regions)
        self.changes: list[Change] = []
        self.levels: list[Level] = []
        self.restated_levels: list[Level] = []
        self.restated_technicians: list[int] = []
        self.restated_capacities: list[int] = []
        self.counts: Counter[tuple[Kind, str]] = Counter()
        self.problems: list[Problem] = []
        self.notes: list[Note] = []
        self._midnights: dict[str, datetime] = {}
        self.find_places()

    def find_places(self) -> None:
        """Learn by which words each store is known."""
        self.places = {same(str(store["name"])): str(store["code"]) for store in self.stores.values()}
        self.places |= {key: str(store["code"]) for key, store in self.stores.items()}

    def put(self, change: Change) -> None:
        """Take a row that was read: to add, to change, or as it is already."""
        if change.id is None:
            self.counts[change.kind, "added"] += 1
        elif change.fields:
            self.counts[change.kind, "changed"] += 1
        else:
            self.counts[change.kind, "unchanged"] += 1
            return
        self.changes.append(change)

    def may_say(self, store: str) -> bool:
        """Say whether whoever sent it speaks for this store."""
        return self.own in {"", store}

    def note(self, sheet: str, row: int, key: str, **values: object) -> None:
        """Say what is worth knowing."""
        self.notes.append(Note(sheet, row, key, values))

    def today(self, store: str) -> date:
        """Return the day it is at a store."""
        return working_time.local(self.now, self._zone(store)).date()

    def is_stale(self, store: str, stated_at: datetime | None) -> bool:
        """Say whether something was said on an earlier day of the store's."""
        if store not in self._midnights:
            self._midnights[store] = working_time.at_local(self.today(store), time(0), self._zone(store))
        return stated_at is not None and stated_at < self._midnights[store]

    def _zone(self, store: str) -> str:
        return str(self.stores[same(store)]["timezone"])

    def plan(self) -> Plan:
        """Return the plan."""
        return Plan(
            tuple(self.changes),
            tuple(self.levels),
            tuple(self.restated_levels),
            tuple(self.restated_technicians),
            tuple(self.restated_capacities),
            tuple(name for name in self.dealers.values() if name not in self.known.dealers),
            {name: self.zones[name] for name in self.regions.values() if name not in self.known.regions},
            dict(self.counts),
            tuple(self.problems),
            tuple(self.notes),
        )


class Reading:
    """One row being read: each cell becomes a value or a problem."""

    def __init__(self, draft: Draft, table: Table, row: Row) -> None:
        self.draft = draft
        self.table = table
        self.row = row
        self.bad = False

    def cell(self, column: str) -> Cell:
        """Return what stands in a column; None where there is no such column."""
        index = self.table.columns.get(column)
        return self.row.cells[index] if index is not None and index < len(self.row.cells) else None

    def read(
        self, column: str, parse: Callable[Concatenate[Cell, P], T | None], *args: P.args, **kwargs: P.kwargs
    ) -> T | None:
        """Read a cell; None when it is blank or bad."""
        try:
            return parse(self.cell(column), *args, **kwargs)
        except BadInput as error:
            self.refuse(column, error.key, **error.values)
            return None

    def need(
        self, column: str, parse: Callable[Concatenate[Cell, P], T | None], *args: P.args, **kwargs: P.kwargs
    ) -> T | None:
        """Read a cell that must not be blank."""
        before = len(self.draft.problems)
        value = self.read(column, parse, *args, **kwargs)
        if value is None and len(self.draft.problems) == before:
            self.refuse(column, "network.needed")
        return value

    def refuse(self, column: str, key: str, /, **values: object) -> None:
        """Say why this row cannot be used."""
        self.bad = True
        self.draft.problems.append(Problem(self.table.kind, self.table.name, self.row.number, column, key, values))

    def store(self, words: str | None, column: str = "store") -> str | None:
        """Return the code of the store these words name; a store whose own row is bad was told there."""
        if words is None:
            return None
        found = self.draft.places.get(same(words))
        if found is None:
            if same(words) in self.draft.bad_stores:
                self.bad = True
            else:
                self.refuse(column, "network.unknown_store", value=words)
        elif not self.draft.may_say(found):
            self.refuse(column, "network.not_your_store", value=words)
            return None
        return found


def same(words: str) -> str:
    """Return words as they are compared: without case and width."""
    return unicodedata.normalize("NFKC", words).strip().casefold()


def differing(before: Values | None, after: Values) -> dict[str, tuple[Value, Value]]:
    """Return what differs: column → before, after; of a new row what is said at all."""
    old = before or {}
    empty: tuple[Value, ...] = (None, "", False)
    return {
        name: (old.get(name), value)
        for name, value in after.items()
        if old.get(name) != value and not (before is None and value in empty)
    }
