"""What SQLite's one writer commits together: each piece stands or falls alone, and all of them with the commit."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlmodel import select

from bot.threads import Threads
from storage.database import Database
from storage.tables.people import Dealer


def add(database: Database, name: str, error: Exception | None = None) -> Callable[[], str]:
    """Return work that adds a dealer, and fails afterwards."""

    def work() -> str:
        with database.transaction() as session:
            session.add(Dealer(name=name))
            session.flush()
            if error is not None:
                raise error
        return name

    return work


def names(database: Database) -> list[str]:
    """List what stands."""
    with database.transaction(writing=False) as session:
        return sorted(session.exec(select(Dealer.name)))


def outcomes(database: Database, works: list[Callable[[], str]]) -> list[str]:
    """Run these in the writer, all of them waiting before the first begins, and say how each ended."""
    threads = Threads(one_writer=True, together=database.together)
    gate = threading.Event()
    threads._writing.begin(gate.wait)
    futures = [threads._writing.begin(work) for work in works]
    gate.set()
    found = [str(future.exception(20) or future.result(20)) for future in futures]
    threads.close(5)
    return found


def test_one_that_fails_takes_nothing_with_it(database: Database) -> None:
    works = [add(database, "甲"), add(database, "乙", ValueError("no")), add(database, "丙")]
    assert outcomes(database, works) == ["甲", "no", "丙"]
    assert names(database) == ["丙", "甲"]


def test_a_second_transaction_of_a_piece_stands_although_its_first_failed(database: Database) -> None:
    def refuse() -> str:
        with pytest.raises(ValueError, match="no"):
            add(database, "甲", ValueError("no"))()
        return add(database, "拒绝")()

    assert outcomes(database, [refuse, add(database, "丙")]) == ["拒绝", "丙"]
    assert names(database) == ["丙", "拒绝"]


def test_each_sees_what_the_one_before_did(database: Database) -> None:
    def count() -> str:
        with database.transaction() as session:
            return str(len(session.exec(select(Dealer)).all()))

    assert outcomes(database, [add(database, "甲"), count, add(database, "乙"), count]) == ["甲", "1", "乙", "2"]


def test_nobody_else_sees_any_of_it_before_the_commit(database: Database) -> None:
    seen: list[list[str]] = []

    def look() -> str:
        other = threading.Thread(target=lambda: seen.append(names(database)))
        other.start()
        other.join(20)
        return "looked"

    outcomes(database, [add(database, "甲"), look, add(database, "乙")])
    assert seen == [[]]
    assert names(database) == ["乙", "甲"]


def test_what_a_full_disk_undoes_is_told_to_everyone(database: Database) -> None:
    with database.transaction() as session:
        size = session.connection().exec_driver_sql("PRAGMA page_count").scalar_one()

    def fill() -> str:
        with database.transaction() as session:
            session.connection().exec_driver_sql(f"PRAGMA max_page_count = {size}")
            session.add_all([Dealer(name="x" * 100_000 + str(number)) for number in range(20)])
        return "filled"

    found = outcomes(database, [add(database, "甲"), fill, add(database, "丙")])
    assert ["full" in one for one in found] == [True, True, True]
    assert names(database) == []
