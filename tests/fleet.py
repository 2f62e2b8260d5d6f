"""Several real processes on one PostgreSQL database, against one fake Telegram; each can be killed or frozen."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from urllib.request import urlopen

import psycopg
from sqlalchemy import make_url

from bot.leases import LASTING
from storage.database import Database
from storage.queries import sharing
from storage.tables.sharing import Lease
from tests.process import ROOT, BotProcess
from tests.wire_telegram import TOKEN, TelegramWire

T = TypeVar("T")

TAKEN_OVER = 15.0  # seconds
LOAD = 10  # of what takes a word to be answered: some tenths of a second on a quiet machine, seconds on a busy one


class Member:
    """One process of the fleet; its environment names what is its own."""

    def __init__(self, number: int, folder: Path, environ: dict[str, str]) -> None:
        self.log_file = folder / f"log-{number}"
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "run", "--config", str(folder / "config.toml")],
                cwd=ROOT,
                env={
                    **os.environ,
                    "XIETONG_TELEGRAM__TOKEN": TOKEN,
                    "XIETONG_HEALTH__LISTEN": "127.0.0.1:0",
                    **environ,
                },
                stdout=log,
                stderr=log,
            )

    @property
    def log(self) -> str:
        """What it logged."""
        return self.log_file.read_text(encoding="utf-8")

    def metric(self, name: str) -> float:
        """Return the sum of a metric's samples, as it counts them itself."""
        (port,) = re.findall(r"/metrics answer on 127\.0\.0\.1:(\d+)", self.log)
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.split()[-1]) for line in lines if re.match(rf"{name}[{{ ]", line))

    def kill(self) -> None:
        """End it as a power cut does."""
        self.process.kill()
        self.process.wait(10)

    def terminate(self) -> None:
        """Let it end as a supervisor does."""
        self.process.terminate()
        assert self.process.wait(30) == 0

    def freeze(self) -> None:
        """Let it stand still: its connections stay, and it does nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on as if no time had passed."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """End it, whatever it does."""
        if self.process.poll() is None:
            self.thaw()
            self.kill()


class Fleet(BotProcess):
    """A network as in `BotProcess`, served by several processes."""

    def __init__(self, folder: Path, database: Database, wire: TelegramWire, config: str = "") -> None:
        super().__init__(folder, database, wire, config)
        self.members: list[Member] = []

    def add(self, **environ: str) -> Member:
        """Start one more process, and wait until it lives."""
        member = Member(len(self.members), self.folder, {"XIETONG_DATABASE__URL": self.database.url, **environ})
        self.members.append(member)
        self.until(lambda: "running as process " in member.log)
        return member

    def holder(self, name: str = "poll:telegram") -> str:
        """Return which process holds a lease, "" for none."""
        with self.database.transaction(writing=False) as session:
            return next((who for lease, who, holds in sharing.list_leases(session) if lease == name and holds), "")

    def name_of(self, member: Member) -> str:
        """Return what a process calls itself in the database, as its log says."""
        words = member.log.partition("as process ")[2]
        return words.partition(":")[0]

    def poller(self) -> Member:
        """Wait until a process polls, and return it."""
        name = self.until(self.holder)
        return next(member for member in self.members if self.name_of(member) == name)

    def seconds_until(self, condition: Callable[[], object]) -> float:
        """Wait until something is true, and return how long it took by the database's clock."""
        begun = self.now()
        self.until(condition)
        return (self.now() - begun).total_seconds()

    def now(self) -> datetime:
        """Return what the database's clock shows."""
        with self.database.transaction(writing=False) as session:
            return session.connection().exec_driver_sql("SELECT clock_timestamp()").scalar_one()  # type: ignore[no-any-return]

    def seconds_left(self, member: Member) -> float:
        """Return for how long the others still take a process for living."""
        with self.database.transaction(writing=False) as session:
            lease = session.get(Lease, f"{sharing.PROCESS}{self.name_of(member)}")
        return max((lease.until - self.now()).total_seconds(), 0) if lease is not None else 0

    def seconds_to_answer(self) -> float:
        """Return how long a word takes to be answered, by this machine under the load it has now."""
        asker = self.user(self.network.auditor)
        before = len(self.wire.messages(asker))
        self.says(self.network.auditor, "/whoami")
        return self.seconds_until(lambda: len(self.wire.messages(asker)) > before)

    def check_taken_over(self, member: Member, condition: Callable[[], object], usual: float) -> None:
        """See that others do in time what one leaves that has just met its end; `usual` is how quick they were before.

        For as long as its lease lasts, at the most, they think it lives; what they take from then on is promised for a
        machine that has nothing else to do, so it counts less where a word takes long to be answered, before or after.
        """
        left = self.seconds_left(member)
        assert left <= LASTING.total_seconds(), left
        took = self.seconds_until(condition)
        usual = max(usual, self.seconds_to_answer())
        assert took - left < TAKEN_OVER - LASTING.total_seconds() + LOAD * usual, (took, left, usual)

    def close(self) -> None:
        """End every process."""
        for member in self.members:
            member.close()

    @property
    def log(self) -> str:
        """What all of them logged."""
        return "\n".join(member.log for member in self.members)


def locked(database: Database, statement: str) -> psycopg.Connection:
    """Hold what a statement locks until the end of the block."""
    url = make_url(database.url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = psycopg.connect(url)
    connection.execute(statement)
    return connection


def waits_for_a_lock(database: Database) -> int:
    """Return how many transactions wait for another."""
    with database.transaction(writing=False) as session:
        found = session.connection().exec_driver_sql(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return int(found.scalar_one())
