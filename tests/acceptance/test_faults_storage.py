"""The real process while its database or its Redis is in trouble: nothing is lost, nothing is done twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from bot.clock import WallClock
from storage.database import Database, normal_url
from storage.migrate import upgrade
from storage.tables.queues import InboundRow, OutboxRow
from storage.tables.requests import Event, Request
from tests.fakes import Relay
from tests.fleet import Fleet, locked, waits_for_a_lock
from tests.own_servers import OwnPostgres, own_postgres, own_redis
from tests.process import BotProcess
from tests.wire_telegram import TelegramWire

POST = "/transfer 前大灯-左 x1 urgent 客户在等"
Make = Callable[..., BotProcess]


@pytest.fixture
def wire() -> Iterator[TelegramWire]:
    """Give a Telegram that enforces its limits."""
    with TelegramWire(limits=True).in_thread() as wire:
        yield wire
    assert wire.violations == []


@pytest.fixture
def make(tmp_path: Path, wire: TelegramWire) -> Iterator[Make]:
    """Prepare a process (not started) on a database."""
    made: list[BotProcess] = []

    def prepare(database: Database, **how: object) -> BotProcess:
        made.append(BotProcess(tmp_path, database, wire, **how))  # type: ignore[arg-type]
        return made[-1]

    yield prepare
    for bot in made:
        bot.close()


@pytest.fixture(scope="module")
def server() -> Iterator[OwnPostgres]:
    """Give a PostgreSQL that may be killed."""
    with own_postgres() as server:
        yield server


@pytest.fixture
def killable(server: OwnPostgres) -> Iterator[Database]:
    """Give an empty network's database on it."""
    database = Database(server.url)
    upgrade(database)
    yield database
    database.close()
    if not server.is_running:
        server.start()
    engine = create_engine(normal_url(server.url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()


def check_all_answered_once(bot: BotProcess, users: list[int]) -> None:
    """Wait until everybody was answered, and see that everything was heard and said once."""
    bot.until(lambda: min(bot.answered(users)) > 0 and bot.is_quiet())
    assert bot.answered(users) == [1] * len(users)
    rows = bot.rows(InboundRow)
    assert [row.error for row in rows if row.error] == []
    assert max(Counter(row.source for row in rows).values()) == 1
    assert bot.wire.updates == []


# SQLite


def test_on_a_full_disk_nothing_acknowledged_is_lost_and_it_goes_on_when_there_is_room(
    make: Make, database: Database, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.write_text("")
    bot = make(database, module="tests.full_disk", env={"FULL_DISK": str(disk)})
    bot.start()
    bot.says(bot.network.sz01_manager, POST)
    bot.hears(bot.network.sz02_manager, "T-0001")
    bot.until(bot.is_quiet)
    disk.write_text("1")
    users = bot.strangers(40, "/whoami")
    bot.presses(bot.network.sz02_manager, "可以")
    bot.until(lambda: "database or disk is full" in bot.log)
    # What was acknowledged stands in the database; the rest is still with Telegram.
    stored = {row.source.rpartition(":")[2] for row in bot.rows(InboundRow)}
    waiting = {str(update["update_id"]) for update in bot.wire.updates}
    assert len(stored | waiting) == 42
    assert bot.wire.updates or not bot.is_quiet()
    disk.write_text("")
    check_all_answered_once(bot, users)
    assert len(bot.rows(InboundRow)) == 42
    assert "answers again" in bot.log or "stored again" in bot.log
    assert bot.rows(Request)[0].state == "accepted"
    assert bot.log.count("database or disk is full") < 10


def test_a_database_locked_for_ten_seconds_makes_nobody_late(make: Make, database: Database) -> None:
    bot = make(database, config='[clocks.transfer]\nseen = "12s"\nanswer = "2s"\n')
    bot.start()
    bot.says(bot.network.sz01_manager, POST)
    bot.hears(bot.network.sz02_manager, "T-0001")
    limit = max(one.due_at for one in bot.pending(timedelta(seconds=20)))
    with bot.locked():
        bot.presses(bot.network.sz02_manager, "可以")
        users = bot.strangers(5, "/whoami")
        bot.until(lambda: "the database does not answer" in bot.log)  # it waits for ten seconds by itself
        bot.wait_past(limit + timedelta(seconds=2))
    check_all_answered_once(bot, users)
    # The press was heard in time, though its limit passed while nothing could be written.
    assert bot.rows(Request)[0].state == "accepted"
    assert bot.log.count("the database does not answer") == bot.log.count("the database answers again") == 1


# PostgreSQL


def test_a_postgresql_that_dies_under_load_and_comes_back_loses_nothing(
    make: Make, killable: Database, server: OwnPostgres
) -> None:
    bot = make(killable)
    bot.start()
    bot.says(bot.network.sz01_manager, POST)
    bot.hears(bot.network.sz02_manager, "T-0001")
    users = bot.strangers(40, "/whoami")
    bot.until(lambda: any(bot.answered(users)))
    killable.close()
    server.stop()
    bot.presses(bot.network.sz02_manager, "可以")
    bot.until(lambda: "the database does not answer" in bot.log)
    server.start()
    bot.until(lambda: "the database answers again" in bot.log)
    bot.until(lambda: min(bot.answered(users)) > 0 and len(bot.rows(InboundRow)) >= 42 and bot.is_quiet())
    # What was said in the instant in which the database died may be said again.
    assert sum(bot.answered(users)) - len(users) <= bot.log.count("are said again") * 32
    assert len(bot.rows(InboundRow)) == 42
    assert bot.rows(Request)[0].state == "accepted"
    assert [row.failed for row in bot.rows(OutboxRow) if row.failed] == []


def test_connections_cut_in_the_middle_of_transactions_do_nothing_twice(
    make: Make, killable: Database, server: OwnPostgres
) -> None:
    relay = Relay("127.0.0.1", server.port)
    through = Database(make_url(killable.url).set(port=relay.port).render_as_string(hide_password=False))
    bot = make(through)
    bot.start()
    users = bot.strangers(40, "/whoami")
    for step in range(1, 6):
        bot.until(lambda step=step: sum(bot.answered(users)) >= 6 * step)  # type: ignore[misc]
        cut_off(server)
    relay.cut()
    bot.until(lambda: "the database does not answer" in bot.log)
    bot.says(bot.network.sz01_manager, POST)
    relay.mend()
    bot.stands(bot.group, "T-0001")
    bot.until(lambda: min(bot.answered(users)) > 0 and bot.is_quiet())
    assert bot.count(bot.group, "T-0001") == 1
    assert len(bot.rows(InboundRow)) == 41
    assert [row.error for row in bot.rows(InboundRow) if row.error] == []
    assert bot.answered(users) == [1] * 40
    through.close()
    relay.close()


def test_a_transaction_that_is_cut_off_in_its_middle_is_undone_and_done_once(
    make: Make, killable: Database, server: OwnPostgres
) -> None:
    bot = make(killable)
    bot.start()
    bot.says(bot.network.sz01_manager, POST)
    bot.hears(bot.network.sz02_manager, "T-0001")
    bot.until(bot.is_quiet)
    with locked(killable, "SELECT id FROM requests FOR UPDATE"):
        bot.presses(bot.network.sz02_manager, "可以")
        for _ in range(3):  # each time it is tried anew, and stands before the request again
            bot.until(lambda: waits_for_a_lock(killable))
            cut_off(server, "AND wait_event_type = 'Lock'")
            bot.until(lambda: not waits_for_a_lock(killable))
        assert bot.rows(Request)[0].state == "asking"
    bot.until(lambda: bot.rows(Request)[0].state == "accepted" and bot.is_quiet())
    presses = [row for row in bot.rows(InboundRow) if '"button"' in row.payload]
    assert [(row.error, row.done_at is not None) for row in presses] == [("", True)]
    assert [one.word for one in bot.rows(Event)].count("accepted") == 1
    assert [row.failed for row in bot.rows(OutboxRow) if row.failed] == []
    assert "the database answers again" in bot.log


def cut_off(server: OwnPostgres, which: str = "") -> None:
    """End every connection of the bot's, whatever it is doing, or those of which this is true."""
    engine = create_engine(normal_url(server.url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        connection.execute(text(f"{others} AND backend_type = 'client backend' {which}"))
    engine.dispose()


# Redis


def test_a_redis_that_is_killed_and_comes_back_empty_is_missed_by_nobody(
    postgres: Database, tmp_path: Path, wire: TelegramWire
) -> None:
    with own_redis() as server:
        fleet = Fleet(tmp_path, postgres, wire, f'[redis]\nurl = "{server.url}"\n')
        try:
            for _ in range(2):  # one alone counts its pace in memory
                fleet.add()
            users = fleet.strangers(45, "/whoami")
            fleet.until(lambda: sum(fleet.answered(users)) >= 10)
            killed_at = WallClock().now()
            server.kill()
            fleet.until(lambda: "Redis does not answer" in fleet.log)
            fleet.says(fleet.network.sz01_manager, POST)
            fleet.hears(fleet.network.sz02_manager, "T-0001")
            check_all_answered_once(fleet, users)
            server.start()
            while "Redis answers again" not in fleet.log:
                fleet.says(fleet.network.sz01_manager, "/my")
                fleet.until(fleet.is_quiet)
        finally:
            fleet.close()
    # With Redis or without the pace is kept; only the second in which Redis died is counted anew by the database.
    late = [call.at - killed_at for call in wire.calls if call.status == 429]
    assert [wait for wait in late if not timedelta(0) <= wait < timedelta(seconds=3)] == []
    assert fleet.count(fleet.group, "T-0001") == 1
