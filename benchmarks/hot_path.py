"""Transactions a second on the hot path, beside the very same statements by the bare driver.

The hot path is the answer to a stored `/whoami`: look who asks, write the answer, the record and the inbound's end.
What it asks of the database is recorded once, and asked again by the bare driver on a copy of the same database.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from benchmarks import inside
from benchmarks.harness import Figure, Goal, How, NotHere, Pair, Pairs
from benchmarks.network import Network
from benchmarks.processes import postgres, sqlite
from benchmarks.statements import recorded
from benchmarks.yardstick_statements import Transaction, replay_postgres, replay_sqlite
from bot.clock import WallClock
from handlers import dispatch
from handlers.chat import Inbound
from storage.database import Database

CLIENTS = 16
FIGURES = (
    Figure(
        "hot-path-sqlite",
        "transactions/s of the hot path on SQLite, as the process works them",
        "transactions/s",
        "the same statements by sqlite3, each transaction committed, same PRAGMAs and fsync",
        Goal("least", 0.3),
    ),
    Figure(
        "hot-path-sqlite-grouped",
        "the same, where the yardstick commits as many at once as the process does",
        "transactions/s",
        "the same statements by sqlite3 in the same groups",
    ),
    Figure(
        "hot-path-postgres",
        "transactions/s of the hot path on PostgreSQL, 16 clients",
        "transactions/s",
        "the same statements by psycopg, 16 connections",
        Goal("least", 0.3),
    ),
)


def measure(how: How) -> Pairs:
    """Measure both databases."""
    count = how.size(2_000, 500)
    network = Network()
    found = _sqlite(how, network, count)
    try:
        found["hot-path-postgres"] = _postgres(how, network, count)
    except NotHere as why:
        how.say(str(why))
    return found


def _sqlite(how: How, network: Network, count: int) -> dict[str, list[Pair]]:
    def fill(database: Database) -> None:
        network.fill(database)
        inside.store(database, network.whoami(count), "hot")

    @contextmanager
    def made() -> Iterator[str]:
        with sqlite(how, f"hot-{count}", fill) as url:
            yield url

    def ours() -> float:
        with made() as url:
            took = asyncio.run(_work(Database(url)))
        how.say(f"ours took {took:.2f} s on SQLite")
        return count / took

    def bare(transactions: list[Transaction]) -> float:
        with made() as url:
            return count / replay_sqlite(url.removeprefix("sqlite:///"), transactions)[-1]

    with made() as url, recorded(database := Database(url)) as single:
        _answer_each(database, inside.stored(database), 1)
        database.close()
    with made() as url, recorded(database := Database(url)) as grouped:
        asyncio.run(_work(database))
    how.say(
        f"{sum(map(len, single)) / count:.1f} statements each; the process commits {count / len(grouped):.0f} at once"
    )
    measured = how.in_turns(ours, lambda: (bare(single), bare(grouped)))
    return {
        "hot-path-sqlite": [Pair(mine, each) for mine, (each, _) in measured],
        "hot-path-sqlite-grouped": [Pair(mine, groups) for mine, (_, groups) in measured],
    }


async def _work(database: Database) -> float:
    """Work everything that is stored, as a process does that starts; return the seconds."""
    app = inside.app_of(database)
    begun = perf_counter()
    await app.inbox.recover()
    took = perf_counter() - begun
    await app.close()
    return took


def _postgres(how: How, network: Network, count: int) -> list[Pair]:
    said = network.whoami(count)

    def fill(database: Database) -> None:
        network.fill(database)
        inside.store(database, said, "hot")

    with postgres(how, fill) as full:
        with postgres(how, like=full) as url, recorded(database := Database(url)) as transactions:
            _answer_each(database, inside.stored(database), 1)
            database.close()

        def ours() -> float:
            with postgres(how, like=full) as url:
                database = Database(url, pool_size=CLIENTS)
                took = _answer_each(database, inside.stored(database), CLIENTS)
                database.close()
            how.say(f"ours took {took:.2f} s on PostgreSQL")
            return count / took

        def bare() -> float:
            with postgres(how, like=full) as url:
                return count / replay_postgres(url, transactions, CLIENTS)[-1]

        return [Pair(*pair) for pair in how.in_turns(ours, bare)]


def _answer_each(database: Database, stored: list[tuple[int, Inbound]], clients: int) -> float:
    """Answer what is stored, each in a transaction of its own, by so many threads; return the seconds."""
    settings, now = inside.settings(), WallClock().now()
    ready = threading.Barrier(clients + 1)

    def work(mine: list[tuple[int, Inbound]]) -> None:
        ready.wait()
        for row_id, inbound in mine:
            dispatch.answer(database, settings, row_id, inbound, now)

    threads = [threading.Thread(target=work, args=(stored[number::clients],)) for number in range(clients)]
    for thread in threads:
        thread.start()
    ready.wait()
    begun = perf_counter()
    for thread in threads:
        thread.join()
    return perf_counter() - begun
