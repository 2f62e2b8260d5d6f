"""What a figure starts: the wire, the bot itself as it is run, the yardsticks, and the databases they use."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import create_engine, make_url, text

from benchmarks.harness import How, NotHere
from storage.database import Database, normal_url
from storage.migrate import upgrade

ROOT = Path(__file__).parent.parent
TOKEN = "123456:" + "A" * 35
# Two hundred people say in seconds what a network says in a day: each is measured, and none is too much. Several
# processes stand on one machine, each with a port of its own for its health.
ROOM = '[flood]\nat_once = 100000\n[health]\nlisten = "127.0.0.1:0"\n'
PATIENCE = 120.0  # seconds; a machine that does more than measure is slow

_wait = threading.Event().wait


def until(condition: Callable[[], bool], what: str, *, every: float = 0.02, patience: float = PATIENCE) -> None:
    """Wait until something is true."""
    end = monotonic() + patience
    while not condition():
        if monotonic() > end:
            raise TimeoutError(f"waited {patience:g} s for {what}")
        _wait(every)


def pause(seconds: float) -> None:
    """Let the machine come to rest."""
    _wait(seconds)


class Child:
    """A process of ours: started in its own session, its output in a file, ended by its id."""

    def __init__(self, words: Sequence[str], log: Path, environ: dict[str, str] | None = None) -> None:
        self.log = log
        self.begun = monotonic()
        with log.open("ab") as out:
            self._from = out.tell()
            self._process = subprocess.Popen(
                words, cwd=ROOT, env={**os.environ, **(environ or {})}, stdout=out, stderr=out
            )

    @property
    def pid(self) -> int:
        """Its id."""
        return self._process.pid

    def check(self) -> None:
        """Raise when it ended by itself."""
        if self._process.poll() is not None:
            raise RuntimeError(f"it ended with {self._process.returncode}:\n{self.log.read_text()[-3000:]}")

    def said(self, words: str) -> bool:
        """Say whether these words stand in what it wrote since it began; raise when it ended."""
        self.check()
        with self.log.open("rb") as log:
            log.seek(self._from)
            return words.encode() in log.read()

    def memory(self) -> int:
        """Return the bytes it holds in memory (RSS)."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) * 1024

    def cpu_seconds(self) -> float:
        """Return the processor's time it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self) -> None:
        """Ask it to stop, and end it when it does not."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait(15)


class Wire:
    """The wire in its own process, as who measures sees it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.wire"], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}"
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def close(self) -> None:
        """End it."""
        self._connection.close()
        self._process.kill()
        self._process.wait(10)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def ask(self, act: str, **given: Any) -> dict[str, Any]:
        """Let it do something; returns what it counted."""
        self._connection.request("POST", f"/wire/{act}", json.dumps(given) if given else "")
        told: dict[str, Any] = json.loads(self._connection.getresponse().read())
        return told

    def load(self, said: Sequence[tuple[int, int, str]], rate: float = 0) -> None:
        """Let people write: (chat, user, text), at once or so many a second."""
        self.ask("load", said=said, rate=rate)

    def wait_quiet(self, expected: int, *, rest: float = 1.0, patience: float = PATIENCE) -> dict[str, Any]:
        """Wait until so much was said and nothing more is for a while; returns what was counted."""
        seen, still = -1, monotonic()
        end = monotonic() + patience
        while True:
            told = self.ask("told")
            if told["said"] != seen:
                seen, still = told["said"], monotonic()
            elif seen >= expected and monotonic() - still >= rest:
                return told
            if monotonic() > end:
                raise TimeoutError(f"{told['said']} of {expected} were said: {told}")
            _wait(0.05)


@contextmanager
def wired() -> Iterator[Wire]:
    """Start a wire, and end it."""
    wire = Wire()
    try:
        yield wire
    finally:
        wire.close()


def clock_of(wire: Wire, child: Child) -> float:
    """Wait until a process polls; return how many seconds that took since its start."""

    def polls() -> bool:
        child.check()
        return bool(wire.ask("told")["polled_at"])

    until(polls, "the first poll", every=0.01)
    return float(wire.ask("told")["polled_at"]) - child.begun


@contextmanager
def bot(
    how: How, wire: Wire, database: str, *, config: str = "", paced: bool = False, number: int = 1
) -> Iterator[Child]:
    """Start the bot as it is run, wait until it polls, and end it; `paced` keeps the platform's limits."""
    child = start_bot(how, wire, database, config=config, paced=paced, number=number)
    try:
        clock_of(wire, child)
        yield child
    finally:
        child.end()


def start_bot(how: How, wire: Wire, database: str, *, config: str = "", paced: bool = False, number: int = 1) -> Child:
    """Start the bot as it is run."""
    file = how.folder / f"config-{number}.toml"
    file.write_text(
        f'[telegram]\nenabled = true\nbase_url = "{wire.url}"\npaced = {str(paced).lower()}\n{config}\n{ROOM}',
        encoding="utf-8",
    )
    wire.ask("forget")
    return Child(
        [sys.executable, "-m", "bot", "run", "--config", str(file)],
        how.folder / f"bot-{number}.log",
        {"XIETONG_TELEGRAM__TOKEN": TOKEN, "XIETONG_DATABASE__URL": database},
    )


@contextmanager
def echo_bot(how: How, wire: Wire) -> Iterator[Child]:
    """Start the bare echo bot, wait until it polls, and end it."""
    wire.ask("forget")
    child = Child([sys.executable, "-m", "benchmarks.yardstick_echo", TOKEN, wire.url], how.folder / "echo.log")
    try:
        clock_of(wire, child)
        yield child
    finally:
        child.end()


# Databases


@contextmanager
def sqlite(how: How, name: str, fill: Callable[[Database], None]) -> Iterator[str]:
    """Copy a SQLite file that is made once for all that give it this name, and remove the copy; yields its URL."""
    made = how.folder / f"{name}.db"
    if not made.exists():
        database = Database(f"sqlite:///{made}")
        upgrade(database)
        fill(database)
        with database.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
        database.close()  # the last connection takes what is beside the file into it
    folder = how.folder / f"db-{secrets.token_hex(4)}"
    folder.mkdir()
    try:
        shutil.copy(made, folder / "xietong.db")
        yield f"sqlite:///{folder / 'xietong.db'}"
    finally:
        shutil.rmtree(folder)


@contextmanager
def postgres(how: How, fill: Callable[[Database], None] | None = None, *, like: str = "") -> Iterator[str]:
    """Make a PostgreSQL database and drop it; yields its URL. It is filled, or a copy of the one at the URL `like`."""
    if not how.postgres:
        raise NotHere("it needs a PostgreSQL on loopback; see benchmarks/README.md")
    name = f"xietong_bench_{os.getpid()}_{secrets.token_hex(3)}"
    _on_server(how, f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{make_url(like).database}"' if like else ""))
    try:
        url = make_url(how.postgres).set(database=name).render_as_string(hide_password=False)
        database = Database(url)
        if fill is not None:
            upgrade(database)
            fill(database)
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        database.close()
        yield url
    finally:
        _on_server(how, f'DROP DATABASE "{name}" WITH (FORCE)')


def _on_server(how: How, statement: str) -> None:
    engine = create_engine(normal_url(how.postgres), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
