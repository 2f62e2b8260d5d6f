"""A PostgreSQL and a Redis of a test's own, which it may kill: each on a free port and in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

POSTGRES_USER = "postgres"  # as whom PostgreSQL runs where the tests are root's: it refuses root
PATIENCE = 30.0


def free_port() -> int:
    """Return a port nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def is_listening(port: int) -> bool:
    """Say whether somebody listens at a port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def _wait_for(port: int) -> None:
    end = time.monotonic() + PATIENCE
    while not is_listening(port):
        assert time.monotonic() < end, f"nobody listens at {port}"
        Event().wait(0.02)


class OwnPostgres:
    """A PostgreSQL cluster in a folder, that can be stopped as by a power cut and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._as = (
            ["setpriv", f"--reuid={POSTGRES_USER}", f"--regid={POSTGRES_USER}", "--clear-groups"]
            if os.getuid() == 0
            else []
        )
        self.port = free_port()
        self.url = f"postgresql://{POSTGRES_USER}@127.0.0.1:{self.port}/postgres"
        self._run("initdb", "-U", POSTGRES_USER, "-A", "trust", "--no-sync", "--no-instructions", "-E", "UTF8")

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1 -c max_connections=40"
        self._run("pg_ctl", "start", "-w", "-l", str(self._folder / "log"), "-o", options)

    def stop(self) -> None:
        """Stop at once, finishing nothing."""
        self._run("pg_ctl", "stop", "-w", "-m", "immediate")

    @property
    def is_running(self) -> bool:
        """Whether it answers."""
        return is_listening(self.port)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [*self._as, _program(program), "-D", str(self._folder / "data"), *arguments],
            check=True,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            timeout=PATIENCE,
        )


@contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    """Give a running PostgreSQL; skip where none can be made."""
    if not _program("initdb") or not _program("pg_ctl"):
        pytest.skip("initdb and pg_ctl are not installed")
    folder = Path(tempfile.mkdtemp(prefix="xietong-postgres-"))
    try:
        if os.getuid() == 0:
            if POSTGRES_USER not in {one.pw_name for one in pwd.getpwall()} or not shutil.which("setpriv"):
                pytest.skip("PostgreSQL does not run as root, and there is no other user for it")
            shutil.chown(folder, POSTGRES_USER)
        server = OwnPostgres(folder)
        server.start()
        try:
            yield server
        finally:
            if server.is_running:
                server.stop()
    finally:
        shutil.rmtree(folder)


def _program(name: str) -> str:
    """Find a program of PostgreSQL, which most systems do not put into the path; "" where there is none."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(versions[-1]) if versions else shutil.which(name) or ""


class OwnRedis:
    """A Redis that keeps nothing: killed and started again it is empty."""

    def __init__(self, program: Sequence[str]) -> None:
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start, and wait until it listens."""
        self._process = subprocess.Popen(
            [*self._program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
            stdout=subprocess.DEVNULL,
        )
        _wait_for(self.port)

    def kill(self) -> None:
        """End it as a power cut does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None


@contextmanager
def own_redis() -> Iterator[OwnRedis]:
    """Give a running Redis; skip where none is installed."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    server = OwnRedis([program])
    server.start()
    try:
        yield server
    finally:
        server.kill()
