"""Statements that SQLite's driver runs itself give and do what SQLAlchemy would, on each database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import String, bindparam, cast, event, insert, select, type_coerce, update
from sqlalchemy.exc import IntegrityError, MultipleResultsFound, NoResultFound, OperationalError
from sqlmodel import Session, SQLModel, col

from storage.database import Database, is_passing
from storage.queries.prepared import Prepared
from storage.queries.rows import add_held, add_row, get_row
from storage.tables.people import Account, Person, Region, Role, Store
from storage.tables.queues import Timer
from storage.tables.requests import Counter
from tests.factories import MONDAY, SmallNetwork, small_network

PEOPLE = (
    select(Person, Account, Store)
    .outerjoin(Account, col(Account.person_id) == Person.id)
    .outerjoin(Store, col(Store.id) == Person.store_id)
    .where(col(Person.role).in_(bindparam("roles", expanding=True)), col(Person.active).is_(True))
    .order_by(col(Person.id), col(Account.id))
)
_persons: Any = Person.__table__  # type: ignore[attr-defined]
NAMES = select(_persons.c.id, _persons.c.role, _persons.c.away_until, _persons.c.active).order_by(_persons.c.id)
COUNT = (
    update(Counter)
    .where(col(Counter.name) == bindparam("which"))
    .values(value=col(Counter.value) + bindparam("more"))
    .returning(col(Counter.value))
)


@pytest.fixture
def network(any_database: Database) -> SmallNetwork:
    with any_database.transaction() as session:
        return small_network(session)


def listening(database: Database) -> None:
    """Let SQLAlchemy run what SQLite's driver would: somebody listens."""
    event.listen(database.engine, "before_cursor_execute", lambda *_: None)


def told(rows: list[Any]) -> list[list[dict[str, Any] | None]]:
    return [[one.model_dump() if isinstance(one, SQLModel) else None for one in row] for row in rows]


@pytest.mark.parametrize("roles", [[Role.STORE_MANAGER], [Role.STORE_MANAGER, Role.HQ, Role.DEPUTY], []])
def test_rows_come_as_sqlalchemy_gives_them(any_database: Database, network: SmallNetwork, roles: list[Role]) -> None:
    statement = Prepared(PEOPLE)
    with any_database.transaction() as session:
        session.get_one(Person, network.sz01_manager.id).away_until = MONDAY + timedelta(days=1)
    with any_database.transaction(writing=False) as session:
        expected = told(list(session.execute(PEOPLE, {"roles": roles}).all()))
    for _ in range(2):  # the second time it is compiled already
        with any_database.transaction(writing=False) as session:
            assert told(statement.rows(session, roles=roles)) == expected
    listening(any_database)
    with any_database.transaction(writing=False) as session:
        assert told(statement.rows(session, roles=roles)) == expected


def test_columns_come_by_their_names_and_as_what_they_mean(any_database: Database, network: SmallNetwork) -> None:
    with any_database.transaction() as session:
        session.get_one(Person, network.sz01_manager.id).away_until = MONDAY
        session.flush()
        rows = Prepared(NAMES).rows(session)
        assert [tuple(row) for row in rows] == [tuple(row) for row in session.execute(NAMES)]
        (manager,) = [row for row in rows if row.id == network.sz01_manager.id]
        assert (manager.role, manager.away_until, manager.active) == (Role.STORE_MANAGER, MONDAY, True)


def test_what_is_changed_of_a_row_that_was_read_is_written(any_database: Database, network: SmallNetwork) -> None:
    with any_database.transaction() as session:
        store = get_row(session, Store, network.sz01.id)
        assert session.get(Store, network.sz01.id) is store
        assert not session.dirty
        store.name = "改了名"
        assert store in session.dirty
    with any_database.transaction(writing=False) as session:
        assert get_row(session, Store, network.sz01.id).name == "改了名"


def test_what_was_changed_before_is_seen_by_what_is_asked_next(any_database: Database, network: SmallNetwork) -> None:
    named = Prepared(select(Store).where(col(Store.name) == bindparam("name")))
    with any_database.transaction() as session:
        store = get_row(session, Store, network.sz01.id)
        store.name = "改了名"
        assert named.scalar(session, name="改了名") is store


def test_a_row_that_is_read_afresh_takes_what_was_written_past_the_session(
    any_database: Database, network: SmallNetwork
) -> None:
    held = Prepared(select(Store).where(col(Store.id) == bindparam("row")))
    fresh = Prepared(held.statement.execution_options(populate_existing=True))
    stores: Any = Store.__table__  # type: ignore[attr-defined]
    with any_database.transaction() as session:
        store = get_row(session, Store, network.sz01.id)
        before = store.name
        session.connection().execute(update(stores).where(stores.c.id == store.id).values(name="改了名"))
        assert (held.scalar(session, row=store.id), store.name) == (store, before)
        assert (fresh.scalar(session, row=store.id), store.name) == (store, "改了名")
        assert store not in session.dirty


def test_a_transaction_that_fails_leaves_nothing_of_what_was_added(
    any_database: Database, network: SmallNetwork
) -> None:
    def fails(session: Session) -> None:
        add_held(session, Region, {"name": "华北", "timezone": "Asia/Shanghai"}).name = "东北"
        raise LookupError

    with pytest.raises(LookupError), any_database.transaction() as session:
        fails(session)
    with any_database.transaction(writing=False) as session:
        names = set(session.scalars(select(Region.name)))
        assert names.isdisjoint({"华北", "东北"})


def test_rows_are_added_and_changed(any_database: Database) -> None:
    add = Prepared(insert(Counter.__table__))  # type: ignore[attr-defined]
    with any_database.transaction() as session:
        add.change(session, [{"name": "a", "value": 1}, {"name": "b", "value": 2}])
        add.change(session, {"name": "c", "value": 3})
        assert Prepared(COUNT).scalar(session, which="c", more=1) == 4
        assert Prepared(COUNT).each(session, [{"which": "a", "more": 5}]) == [(6,)]
        assert Prepared(COUNT).scalar(session, which="b", more=1) == 3
        assert Prepared(COUNT).rows(session, which="nobody", more=1) == []
        first = add_row(session, Region, {"name": "华北", "timezone": "Asia/Shanghai"})
        assert add_row(session, Region, {"name": "东北", "timezone": "Asia/Shanghai"}) > first


def test_no_row_or_one_too_many_is_said_as_sqlalchemy_says_it(any_database: Database, network: SmallNetwork) -> None:
    everybody = Prepared(select(Person).where(col(Person.id) > bindparam("least")))
    with any_database.transaction(writing=False) as session:
        with pytest.raises(MultipleResultsFound):
            everybody.scalar(session, least=0)
        with pytest.raises(NoResultFound):
            everybody.one(session, least=1_000_000)
        assert everybody.scalar(session, least=1_000_000) is None


def test_what_the_database_refuses_is_said_without_its_values(any_database: Database) -> None:
    add = Prepared(insert(Counter.__table__))  # type: ignore[attr-defined]
    with pytest.raises(IntegrityError) as refused, any_database.transaction() as session:
        add.change(session, [{"name": "13812345678", "value": 1}, {"name": "13812345678", "value": 2}])
    assert refused.value.params is None or "parameters hidden" in str(refused.value)


def test_a_locked_database_passes(database: Database) -> None:
    add = Prepared(insert(Counter.__table__))  # type: ignore[attr-defined]
    with database.transaction() as holder:
        add.change(holder, {"name": "held", "value": 1})
        with database.transaction(writing=False) as session:
            session.connection().exec_driver_sql("PRAGMA busy_timeout = 0")
            with pytest.raises(OperationalError) as locked:
                add.change(session, {"name": "late", "value": 1})
    assert is_passing(locked.value)


def test_an_instant_is_stored_and_asked_for_as_sqlalchemy_does(any_database: Database) -> None:
    """SQLite compares instants as text: two ways to write the same one would be two instants."""
    moments = [MONDAY, MONDAY + timedelta(milliseconds=200)]
    timers = Timer.__table__  # type: ignore[attr-defined]
    row = {"name": "n", "args": "{}", "attempts": 0, "error": ""}
    rows = [{**row, "key": f"{number}", "due_at": at, "try_at": at} for number, at in enumerate(moments)]
    with any_database.transaction() as session:
        Prepared(insert(timers)).change(session, rows)
        Prepared(insert(timers)).add(session, {**rows[1], "key": "one"})
        Prepared(update(timers).where(timers.c.key == "0").values(fired_at=bindparam("now"))).change(
            session, {"now": moments[1]}
        )
        session.connection().execute(insert(timers), [{**one, "key": f"s{one['key']}"} for one in rows])
        session.connection().execute(update(timers).where(timers.c.key == "s0").values(fired_at=moments[1]))
        columns = [type_coerce(cast(timers.c[name], String), String) for name in ("due_at", "try_at", "fired_at")]
        stored = {
            key: tuple(times) for key, *times in session.connection().execute(select(timers.c.key, *columns)).all()
        }
        assert stored["0"] == stored["s0"]
        assert stored["1"] == stored["s1"] == stored["one"]
        by_then = Prepared(select(timers.c.key).where(timers.c.due_at <= bindparam("now")).order_by(timers.c.key))
        assert by_then.scalars(session, now=moments[1]) == ["0", "1", "one", "s0", "s1"]
        among = Prepared(select(timers.c.key).where(timers.c.due_at.in_(bindparam("at", expanding=True))))
        assert sorted(among.scalars(session, at=[moments[1]])) == ["1", "one", "s1"]
