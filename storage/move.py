"""Carry everything from one database over to an empty one: in batches, resumable, every row compared at the end.

The source is only read, as of one instant. What is built stands beside the target (`storage.beside`) with its notes:
how far each table has come, written in the transaction of each batch, and what the source looked like. Killed at any
moment, the next run goes on at the last batch that was committed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    func,
    insert,
    inspect,
    make_url,
    select,
    update,
)

from storage.backup import BATCH, as_line, batches, canonical, rows_of, set_sequences, snapshot, tables_of
from storage.beside import NAME, Occupied, Place, is_free, place_beside
from storage.database import Database, DatabaseError
from storage.migrate import current, head, upgrade
from storage.reading import reading

MOST_KEYS = 5  # of the rows that differ in a table, so many are named

# What a database looks like without reading every word of it: for each table how many rows, and of its columns the
# sum, the newest moment, or how many are filled in.
Facts = Mapping[str, Sequence[Any]]

_NOTES = Table(NAME, MetaData(), Column("name", String, primary_key=True), Column("note", Text, nullable=False))
_SOURCE = "source"  # the note that is no table's


class WrongShape(Exception):
    """The source is not at this version's migration; the text is where it is."""


class SourceChanged(Exception):
    """The source is not what it was when the move began; the text names the tables."""


class AtWork(Exception):
    """Another move is at work on the same target."""


@dataclass(frozen=True, slots=True)
class Carried:
    """One table: its rows, how many of them this run copied, and the keys of the first that differ."""

    name: str
    rows: int
    copied: int
    differ: int = 0
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """What a run did; `again` when the target had everything before it began."""

    tables: Sequence[Carried]
    again: bool = False

    @property
    def is_same(self) -> bool:
        """Whether every row was found equal."""
        return not any(table.differ for table in self.tables)


# Told what is done ("copied", "compared"), of which table, how many rows of all tables by now, and of how many.
Told = Callable[[str, str, int, int], None]


def move(source_url: str, target_url: str, *, anew: bool = False, told: Told) -> Moved:
    """Carry everything over; what differs in the end is said, and then the target stays empty.

    Raises `WrongShape`, `SourceChanged`, `Occupied`, `AtWork` and `InUse`; the same call again goes on, `anew` begins
    from the first row.
    """
    place = place_beside(target_url)
    with reading(source_url) as source, snapshot(source) as read:
        if (found := current(source)) != head():
            raise WrongShape(found or "nothing")
        tables = _tables(read)
        facts = _facts(read, tables)
        if place.has_home() and not is_free(place.home):
            return Moved(_compare_again(read, tables, place, facts, told), again=True)
        if anew:
            place.clear()
        copied = _build(read, tables, place, facts, told)
        moved = Moved(_compared(read, tables, place.url, facts, told, copied))
        with snapshot(source) as later:
            _check_same(facts, _facts(later, tables))
    if moved.is_same:
        place.put()
    return moved


# What a database looks like


def _facts(connection: Connection, tables: Sequence[Table]) -> Facts:
    facts = {}
    for table in tables:
        asked: list[Any] = [func.count()]
        for column in sorted(table.columns, key=lambda column: column.name):
            if isinstance(column.type, DateTime):
                asked += [func.count(column), func.max(column)]
            elif isinstance(column.type, Integer):
                asked.append(func.sum(column))
            elif column.nullable:
                asked.append(func.count(column))
        found = connection.execute(select(*asked).select_from(table)).one()
        values = [int(value) if isinstance(value, Decimal) else canonical(value) for value in found]
        facts[table.name] = json.loads(as_line(values))
    return facts


def _check_same(before: Facts, now: Facts) -> None:
    changed = [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]
    if changed:
        raise SourceChanged(", ".join(_change(name, before.get(name), now.get(name)) for name in changed))


def _change(name: str, before: Sequence[Any] | None, now: Sequence[Any] | None) -> str:
    rows = [found[0] if found else 0 for found in (before, now)]
    return f"{name} ({rows[0]} rows, now {rows[1]})" if rows[0] != rows[1] else name


def _tables(connection: Connection) -> list[Table]:
    return [table for table in tables_of(connection) if table.name != NAME]


def _count(facts: Facts) -> int:
    return sum(found[0] for found in facts.values())


# Building the copy


def _build(source: Connection, sources: Sequence[Table], place: Place, facts: Facts, told: Told) -> dict[str, int]:
    """Copy what is not there yet; returns how many rows of each table."""
    target = Database(place.url)
    try:
        if place.is_begun() and (found := _read_notes(target, facts)) is not None:
            notes = found
        elif place.is_begun() and _is_whole(target, facts):
            return {}  # killed when its notes were gone already, an instant before it was put in place
        else:
            target.close()
            place.clear()
            place.begin()
            notes = _begin_notes(target, facts)
        upgrade(target)
        with target.engine.connect() as connection:
            tables = {table.name: table for table in _tables(connection)}
        done, of = sum(note["rows"] for note in notes.values()), _count(facts)
        copied = dict.fromkeys(facts, 0)
        for table in sources:  # in the order in which one refers to another
            for count in _fill(source, target, table, tables[table.name], notes[table.name]):
                copied[table.name] += count
                done += count
                told("copied", table.name, done, of)
        if not target.is_sqlite:
            with target.engine.begin() as connection:
                set_sequences(connection, tables.values())
        return copied
    finally:
        target.close()


def _read_notes(target: Database, facts: Facts) -> dict[str, Any] | None:
    """Return the last run's note of each table, if there was one. Raises `SourceChanged` when the source was other."""
    with target.engine.begin() as connection:
        if not inspect(connection).has_table(NAME):
            return None
        # A run that was killed just now may still be committing: what it holds is waited for.
        found = connection.execute(select(_NOTES.c.name, _NOTES.c.note).with_for_update())
        notes = {name: json.loads(note) for name, note in found}
        _check_same(notes.pop(_SOURCE), facts)
        return notes


def _begin_notes(target: Database, facts: Facts) -> dict[str, Any]:
    notes = {name: _note(0, []) for name in facts}
    rows = [{"name": name, "note": json.dumps(note)} for name, note in {**notes, _SOURCE: facts}.items()]
    with target.engine.begin() as connection:
        _NOTES.create(connection)
        connection.execute(insert(_NOTES), rows)
    return notes


def _is_whole(target: Database, facts: Facts) -> bool:
    with snapshot(target) as found:
        return _facts(found, _tables(found)) == facts and current(target) == head()


def _note(rows: int, last: Sequence[Any]) -> dict[str, Any]:
    return {"rows": rows, "last": list(last)}


def _fill(source: Connection, target: Database, table: Table, to: Table, note: dict[str, Any]) -> Iterator[int]:
    """Copy a table from where its note says, yielding after each batch how many rows it had."""
    names = table.columns.keys()
    keys = [names.index(column.name) for column in table.primary_key.columns]
    for batch in batches(rows_of(source, table, names, note["last"])):
        after = _note(note["rows"] + len(batch), [batch[-1][key] for key in keys])
        with target.engine.begin() as connection:
            _write_note(connection, table.name, note, after)
            _insert(connection, to, names, batch)
        note = after
        yield len(batch)


def _insert(connection: Connection, table: Table, names: Sequence[str], rows: Sequence[list[Any]]) -> None:
    """Add rows; PostgreSQL takes many at once by COPY, several times as fast as by statements."""
    if connection.dialect.name == "sqlite":
        connection.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])
        return
    quoted = connection.dialect.identifier_preparer.quote
    copying = f"COPY {quoted(table.name)} ({', '.join(map(quoted, names))}) FROM STDIN"
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(copying) as lines:
            for row in rows:
                lines.write_row(row)
    except driver.Error as error:
        raise DatabaseError(f"{table.name}: {error}") from error


def _write_note(connection: Connection, name: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Note how far it has come, unless somebody else noted something. Raises `AtWork`."""
    changed = update(_NOTES).where(_NOTES.c.name == name, _NOTES.c.note == json.dumps(before))
    if connection.execute(changed.values(note=json.dumps(after))).rowcount != 1:
        raise AtWork


# Comparing


def _compare_again(
    source: Connection, sources: Sequence[Table], place: Place, facts: Facts, told: Told
) -> list[Carried]:
    """Compare with a target that is not empty: it may be what an earlier run put there. Raises `Occupied`."""
    target = Database(place.home)
    try:
        same = _is_whole(target, facts)
    finally:
        target.close()
    if not same:
        raise Occupied(make_url(place.home).database or "")
    return _compared(source, sources, place.home, facts, told, {})


def _compared(
    source: Connection, sources: Sequence[Table], url: str, facts: Facts, told: Told, copied: Mapping[str, int]
) -> list[Carried]:
    """Compare every row of every table."""
    target = Database(url)
    done, of = 0, _count(facts)
    try:
        with snapshot(target) as found:
            others = {table.name: table for table in _tables(found)}
            tables = []
            for table in sources:
                rows = facts[table.name][0]
                differ, shown = 0, list[str]()
                tell = partial(_tell, told, table.name, done, of)
                for key in _differing(source, found, table, others[table.name], tell):
                    differ += 1
                    shown += [key] if differ <= MOST_KEYS else []
                done += rows
                tell(rows)
                tables.append(Carried(table.name, rows, copied.get(table.name, 0), differ, tuple(shown)))
            return tables
    finally:
        target.close()


def _tell(told: Told, name: str, before: int, of: int, rows: int) -> None:
    told("compared", name, before + rows, of)


def _differing(
    source: Connection, target: Connection, table: Table, other: Table, seen: Callable[[int], None]
) -> Iterator[str]:
    """Walk two tables in the order of their keys; yield the keys of rows that are missing, surplus or other."""
    names = table.columns.keys()
    keys = [names.index(column.name) for column in table.primary_key.columns]
    mine, theirs = _seen(rows_of(source, table, names), seen), rows_of(target, other, names)
    one, two = next(mine, None), next(theirs, None)
    while one is not None or two is not None:
        first = one and [one[key] for key in keys]
        second = two and [two[key] for key in keys]
        if first == second:
            if one != two:
                yield _shown(first)
            one, two = next(mine, None), next(theirs, None)
        elif second is None or (first is not None and first < second):
            yield _shown(first)
            one = next(mine, None)
        else:
            yield _shown(second)
            two = next(theirs, None)


def _seen(rows: Iterator[list[Any]], seen: Callable[[int], None]) -> Iterator[list[Any]]:
    for number, row in enumerate(rows):
        if number % BATCH == 0:
            seen(number)
        yield row


def _shown(key: Sequence[Any] | None) -> str:
    return "/".join(map(str, key or ()))
