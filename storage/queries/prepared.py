"""Statements that are asked at each inbound: compiled once, and on SQLite run by its driver itself.

SQLAlchemy takes ten times as long over a small statement as SQLite does, and as long again over each object it makes
of a row. PostgreSQL is spoken to by SQLAlchemy, and so is SQLite in a transaction that begins while anybody listens to
its statements.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import Dialect, Select, inspect
from sqlalchemy.exc import DBAPIError, MultipleResultsFound, NoResultFound
from sqlalchemy.orm.attributes import instance_dict, instance_state
from sqlmodel import Session

Values = Mapping[str, Any]
Row = TypeVar("Row")
Convert = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class _Text:
    """A statement as the driver takes it: for parameters of these names, its lists of these lengths."""

    sql: str
    fixed: dict[str, Any]  # the statement's own values
    lists: tuple[tuple[str, tuple[str, ...]], ...]  # a parameter that is a list, and the names of its places
    places: tuple[tuple[str, Convert], ...]

    def values(self, given: Values) -> tuple[Any, ...]:
        """Put what is given in the places of the text."""
        known: Values = {**self.fixed, **given} if self.fixed else given
        for name, places in self.lists:
            known = {**known, **dict(zip(places, known[name], strict=True))}
        return tuple([known[name] if convert is None else convert(known[name]) for name, convert in self.places])


@dataclass(frozen=True, slots=True)
class _Entity:
    """A table's columns among those of a row, and the class of its objects."""

    of: type[Any]
    new: Callable[[], Any]  # an object of it, empty
    start: int
    end: int
    names: tuple[str, ...]
    key: int  # where the primary key is
    fresh: bool  # an object that the session holds already takes what was read

    def object(self, session: Session, row: Sequence[Any]) -> Any:
        """Return the object of a row: the one that the session holds, where it does."""
        key = row[self.key]
        if key is None:  # an outer join found none
            return None
        identity = (self.of, (key,), None)
        held = session.identity_map.get(identity)
        if held is not None:
            if self.fresh:  # what was changed of it is written by now
                instance_dict(held).update(zip(self.names, row[self.start : self.end], strict=True))
            return held
        return hold(session, identity, self.new(), zip(self.names, row[self.start : self.end], strict=True))


def hold(session: Session, identity: tuple[Any, ...], made: Row, values: Iterable[tuple[str, Any]]) -> Row:
    """Make a new object one that the session has read with these values: what is changed of it later is written."""
    instance_dict(made).update(values)
    state = instance_state(made)
    state.key = identity
    session.identity_map.add(state)
    state.session_id = session.hash_key
    session.info.setdefault("held", []).append(made)
    return made


class Prepared:
    """A statement that is asked again and again; its parameters are named by `bindparam`.

    Where it selects whole tables their rows come as objects of the session, as `session.execute` gives them.
    """

    def __init__(self, statement: Any) -> None:
        self.statement = statement
        self._texts: dict[Any, _Text] = {}
        self._converts: list[tuple[int, Callable[[Any], Any]]] | None = None

    def rows(self, session: Session, **given: Any) -> list[Any]:
        """Run it and return its rows."""
        raw = self._driver_of(session)
        if raw is None:
            run = session.execute if self._has_entities else session.connection().execute
            return list(run(self.statement, given).all())
        return self._read(session, self._run(session, raw, given).fetchall())

    def each(self, session: Session, given: Sequence[Values]) -> list[Any]:
        """Run it once for each of these, and return the rows of all."""
        raw = self._driver_of(session)
        if raw is None:
            return list(session.connection().execute(self.statement, list(given)).all())
        return self._read(session, [row for one in given for row in self._run(session, raw, one).fetchall()])

    def one(self, session: Session, **given: Any) -> Any:
        """Run it and return its only row. Raises `NoResultFound`."""
        found = self.rows(session, **given)
        if not found:
            raise NoResultFound("no row where one was expected")
        return found[0]

    def scalars(self, session: Session, **given: Any) -> list[Any]:
        """Run it and return the first of each row."""
        return [row[0] for row in self.rows(session, **given)]

    def scalar(self, session: Session, **given: Any) -> Any:
        """Run it and return the first of its only row, None where there is none."""
        found = self.scalars(session, **given)
        if len(found) > 1:
            raise MultipleResultsFound(f"{len(found)} rows where one at the most was expected")
        return found[0] if found else None

    def change(self, session: Session, given: Values | Sequence[Values]) -> int:
        """Run it, once or once for each of these; returns how many rows it changed.

        Of rows that were added a driver need not know how many: -1.
        """
        raw = self._driver_of(session)
        if raw is None:
            one = dict(given) if isinstance(given, Mapping) else [dict(values) for values in given]
            return int(session.connection().execute(self.statement, one).rowcount)
        if isinstance(given, Mapping):
            return self._run(session, raw, given).rowcount
        text = self._text(session, given[0])
        return _run(session, raw, text.sql, list(map(text.values, given)), many=True).rowcount

    def add(self, session: Session, row: Values) -> int:
        """Insert a row; returns the id that it was given."""
        raw = self._driver_of(session)
        if raw is None:
            key = session.connection().execute(self.statement, dict(row)).inserted_primary_key
            assert key is not None
            return int(key[0])
        added = self._run(session, raw, row).lastrowid
        assert added is not None
        return added

    def _driver_of(self, session: Session) -> sqlite3.Connection | None:
        """Return SQLite's own connection, after what was changed before is written; None where SQLAlchemy runs it."""
        if self._has_entities and session.autoflush:
            session.flush()
        info = session.info  # of one transaction: `Database` lets it be remembered there
        raw: sqlite3.Connection | None = info.get("driver")
        if raw is not None:
            return raw
        connection = session.connection()
        dispatch = connection.engine.dispatch
        if connection.dialect.name != "sqlite" or dispatch.before_cursor_execute or dispatch.after_cursor_execute:
            return None
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        if "driver" in info:
            info["driver"] = raw
        return raw

    def _run(self, session: Session, raw: sqlite3.Connection, given: Values) -> sqlite3.Cursor:
        text = self._text(session, given)
        return _run(session, raw, text.sql, text.values(given))

    def _text(self, session: Session, given: Values) -> _Text:
        lengths = tuple([len(value) for value in given.values() if type(value) is list])
        shape = lengths if self._is_select else (lengths, *given)
        text = self._texts.get(shape)
        if text is None:
            text = self._texts[shape] = self._compiled(session.get_bind().dialect, given)
        return text

    def _compiled(self, dialect: Dialect, given: Values) -> _Text:
        names = None if self._is_select else list(given)
        compiled = self._core.compile(dialect=dialect, column_keys=names)
        state = compiled.construct_expanded_state(dict(given))
        lists = tuple((name, tuple(places)) for name, places in state.parameter_expansion.items() if name in given)
        given_places = {place for _, places in lists for place in places}
        fixed = {
            name: value for name, value in state.parameters.items() if name not in given and name not in given_places
        }
        # Those of lists come with their places, all others with the statement.
        converts = {**compiled._bind_processors, **state.processors}
        places = tuple((name, converts.get(name)) for name in state.positiontup or ())
        return _Text(state.statement, fixed, lists, places)

    # What it gives back

    @cached_property
    def _is_select(self) -> bool:
        return not getattr(self.statement, "is_dml", False)

    @cached_property
    def _classes(self) -> list[Any]:
        """The tables that it selects whole, None for a column."""
        if not isinstance(self.statement, Select):
            return []
        told = [one["expr"] for one in self.statement.column_descriptions]
        return [one if isinstance(one, type) else None for one in told]

    @cached_property
    def _has_entities(self) -> bool:
        return any(one is not None for one in self._classes)

    @cached_property
    def _core(self) -> Any:
        """The same statement with each column by its name, so that their order is known."""
        if not self._has_entities:
            return self.statement
        return self.statement.with_only_columns(*self._columns, maintain_column_froms=True)

    @cached_property
    def _columns(self) -> list[Any]:
        if not self._has_entities:
            return list(getattr(self.statement, "exported_columns", ()))
        assert None not in self._classes  # of whole tables or of columns, not of both
        return [column for one in self._classes for column in inspect(one).local_table.c]

    @cached_property
    def _entities(self) -> list[_Entity]:
        entities, start = [], 0
        fresh = bool(self.statement.get_execution_options().get("populate_existing"))
        for one in self._classes if self._has_entities else ():
            mapper = inspect(one)
            columns = list(mapper.local_table.c)
            (key,) = mapper.primary_key
            names = tuple(mapper.get_property_by_column(column).key for column in columns)
            end, place = start + len(columns), start + columns.index(key)
            entities.append(_Entity(one, mapper.class_manager.new_instance, start, end, names, place, fresh))
            start = end
        return entities

    def _read(self, session: Session, rows: list[tuple[Any, ...]]) -> list[Any]:
        if not rows:
            return []
        if self._converts is None:
            dialect = session.get_bind().dialect
            converts = [(place, _convert(column, dialect)) for place, column in enumerate(self._columns)]
            self._converts = [(place, convert) for place, convert in converts if convert is not None]
        read = []
        for row in rows:
            values = list(row)
            for place, convert in self._converts:
                values[place] = convert(values[place])
            read.append(values)
        if self._entities:
            return [tuple([one.object(session, row) for one in self._entities]) for row in read]
        return list(map(self._named, read))

    @cached_property
    def _named(self) -> Callable[[Sequence[Any]], Any]:
        names = [column.key for column in self._columns]
        row: Any = namedtuple("row", names, rename=True)  # type: ignore[misc]
        made: Callable[[Sequence[Any]], Any] = row._make
        return made


def _convert(column: Any, dialect: Dialect) -> Convert:
    """Return what makes a value of what the driver gives for a column, None where it stays as it is."""
    found: Convert = column.type._cached_result_processor(dialect, None)  # its own cache: one for each type
    return found


def _run(session: Session, raw: sqlite3.Connection, sql: str, values: Any, *, many: bool = False) -> sqlite3.Cursor:
    try:
        return raw.executemany(sql, values) if many else raw.execute(sql, values)
    except sqlite3.Error as error:
        raise DBAPIError.instance(
            sql, None, error, sqlite3.Error, hide_parameters=True, dialect=session.get_bind().dialect
        ) from error
