"""Databases and a Redis for the tests: migrated to head once, then copied for each test.

`database` is SQLite; `postgres` and `redis_url` need a service on loopback and are skipped, saying so, where none
listens. On CI (CI=true) a skip although the service is there fails the run.
"""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import socket
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

import pytest
import redis
from sqlalchemy import Engine, create_engine, event, make_url, text

from tests import log_watch  # isort: skip - before the bot's own loggers are made

from storage.ciphers import Vault
from storage.database import Database, normal_url
from storage.migrate import upgrade

POSTGRES = os.environ.get("XIETONG_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")
REDIS = os.environ.get("XIETONG_TEST_REDIS", "redis://127.0.0.1:6379/0")
KEY = bytes(range(32))  # of the tests' customers
SERVICES = {"postgres": POSTGRES, "redis": REDIS}


def is_there(service: str) -> bool:
    """Say whether something listens where this service should be."""
    url = make_url(SERVICES[service])
    port = url.port or {"postgres": 5432, "redis": 6379}[service]
    try:
        with socket.create_connection((url.host or "127.0.0.1", port), timeout=2):
            return True
    except OSError:
        return False


def _needs(service: str) -> None:
    if not is_there(service):
        url = make_url(SERVICES[service])
        pytest.skip(f"no {service} listens at {url.host}:{url.port}; see docs/operations.md, Tests")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate an empty SQLite file to head, once."""
    path = tmp_path_factory.mktemp("template") / "head.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    database.close()
    return path


class Reused:
    """An engine whose statements stay built from one test to the next, each test on a database of its own.

    Building a statement takes longer than running it, and an engine keeps what it built.
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url, key=KEY)
        event.listen(self._database.engine, "do_connect", self._lead)

    @contextmanager
    def at(self, url: str) -> Iterator[Database]:
        """Lead every new connection to this database, of the same server, until the end of the block."""
        database = self._database
        assert database.engine.pool.checkedout() == 0, "an earlier test still holds a connection"  # type: ignore[attr-defined]
        database.url, database.vault = normal_url(url), Vault(KEY)
        try:
            yield database
        finally:
            database.close()

    def _lead(self, _dialect: object, _record: object, words: list[str], named: dict[str, object]) -> None:
        name = make_url(self._database.url).database
        assert name is not None
        if self._database.is_sqlite:
            words[:] = [name]
        else:
            named["dbname"] = name


@pytest.fixture(scope="session")
def reused_sqlite() -> Reused:
    """Give the engine of this process's SQLite tests."""
    return Reused("sqlite:///none.db")


@pytest.fixture
def database(reused_sqlite: Reused, sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """Give a fresh SQLite database at head."""
    path = tmp_path / "xietong.db"
    shutil.copy(sqlite_template, path)
    with reused_sqlite.at(f"sqlite:///{path}") as fresh:
        yield fresh


def _on_server(statement: str) -> None:
    with _server().connect() as connection:
        connection.execute(text(statement))


@cache
def _server() -> Engine:
    return create_engine(normal_url(POSTGRES), isolation_level="AUTOCOMMIT", pool_size=1)


@contextmanager
def postgres_at(what: str, template: str = "template1") -> Iterator[str]:
    """Make a database on the tests' PostgreSQL, named for what it is for; drop it in the end."""
    name = f"xietong_{what}_{os.getpid()}_{secrets.token_hex(4)}"
    _on_server(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    finally:
        _on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def empty_postgres() -> Iterator[Database]:
    """Give a PostgreSQL database with nothing in it."""
    _needs("postgres")
    with postgres_at("empty") as url, closing(Database(url, key=KEY)) as database:
        yield database


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[str]:
    """Migrate an empty PostgreSQL database to head, once; return its name."""
    _needs("postgres")
    with postgres_at("template") as url:
        with closing(Database(url)) as database:  # nobody may be connected to a template
            upgrade(database)
        name = make_url(url).database
        assert name is not None
        yield name


@pytest.fixture(scope="session")
def reused_postgres() -> Reused:
    """Give the engine of this process's PostgreSQL tests."""
    return Reused(POSTGRES)


@pytest.fixture
def postgres(reused_postgres: Reused, postgres_template: str) -> Iterator[Database]:
    """Give a fresh PostgreSQL database at head."""
    with postgres_at("test", postgres_template) as url, reused_postgres.at(url) as database:
        yield database


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_database(request: pytest.FixtureRequest) -> Database:
    """Give a fresh database at head: the test runs once on SQLite and once on PostgreSQL."""
    found = request.getfixturevalue("database" if request.param == "sqlite" else "postgres")
    assert isinstance(found, Database)
    return found


@pytest.fixture
def redis_prefix() -> Iterator[str]:
    """Give a prefix of Redis keys that nobody else uses; what is stored under it goes at the end."""
    _needs("redis")
    prefix = f"xietong-test-{os.getpid()}-{secrets.token_hex(4)}:"
    yield prefix
    with redis.Redis.from_url(REDIS) as client:
        for key in client.scan_iter(match=f"{prefix}*"):
            client.delete(key)


@pytest.fixture
def redis_url(redis_prefix: str) -> str:
    """Give the URL of the tests' Redis; keys belong under `redis_prefix`."""
    return REDIS


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a report be sent between processes (pytest-xdist): odd input leaves half characters in a captured log."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections]
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, None, None]:
    """Fail a test that logged a secret; see tests/log_watch.py."""
    yield
    log_watch.WATCH.check()


@pytest.fixture(scope="session", autouse=True)
def watched_logs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Look at what is logged by loggers that are older than the watch, and at the end by processes of their own."""
    handler = log_watch.RootHandler()
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)
    log_watch.read_files(tmp_path_factory.getbasetemp())
    log_watch.WATCH.check()


# Which tests need a service, and that CI skips none of them


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses a service, so that `-m "not postgres"` finds it."""
    fixtures = {"postgres": {"postgres", "empty_postgres"}, "redis": {"redis_url", "redis_prefix"}}
    for item in items:
        for service, names in fixtures.items():
            if names & set(getattr(item, "fixturenames", ())):
                item.add_marker(service)


_skipped: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note a test of a service that was skipped although the service is there."""
    if report.skipped and any(service in report.keywords and is_there(service) for service in SERVICES):
        _skipped.append(report.nodeid)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which tests CI should not have skipped."""
    if _skipped and os.environ.get("CI") == "true":
        terminalreporter.section("skipped although the service is there", red=True)
        for nodeid in _skipped:
            terminalreporter.line(nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail on CI when a test of a service was skipped although the service is there."""
    if _skipped and os.environ.get("CI") == "true" and not hasattr(session.config, "workerinput"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
