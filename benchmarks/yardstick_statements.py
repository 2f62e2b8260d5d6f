"""The same statements by the bare driver: sqlite3, or psycopg with one connection for each client."""

import sqlite3
import threading
from time import perf_counter
from typing import Any

import psycopg

Statement = tuple[str, Any, bool]  # the words, what is given, whether it is given many times over
Transaction = list[Statement]


def replay_sqlite(path: str, transactions: list[Transaction]) -> list[float]:
    """Run them one after the other; return when each was committed, in seconds from the beginning."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA recursive_triggers = ON")
    cursor = connection.cursor()
    begun, ended = perf_counter(), []
    for transaction in transactions:
        for words, given, many in transaction:  # BEGIN is among them
            if many:
                cursor.executemany(words, given)
            else:
                cursor.execute(words, given)
                cursor.fetchall()
        if connection.in_transaction:
            cursor.execute("COMMIT")
        ended.append(perf_counter() - begun)
    connection.close()
    return ended


def replay_postgres(url: str, transactions: list[Transaction], clients: int) -> list[float]:
    """Run them by so many clients at once; return when each was committed, in seconds from the beginning."""
    url = url.replace("postgresql+psycopg", "postgresql")
    ended: list[float] = []
    ready = threading.Barrier(clients + 1)

    def work(mine: list[Transaction]) -> None:
        with psycopg.connect(url) as connection:
            ready.wait()
            for transaction in mine:
                with connection.cursor() as cursor:
                    for words, given, many in transaction:
                        if many:
                            cursor.executemany(words, given)
                        else:
                            cursor.execute(words, given)
                            if cursor.description:
                                cursor.fetchall()
                connection.commit()
                ended.append(perf_counter())

    threads = [threading.Thread(target=work, args=(transactions[number::clients],)) for number in range(clients)]
    for thread in threads:
        thread.start()
    ready.wait()
    begun = perf_counter()
    for thread in threads:
        thread.join()
    return sorted(at - begun for at in ended)
