"""The doctor: what it finds of each thing that can be amiss, and that it says how to mend it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select, update

from bot.clock import SimulatedClock
from bot.doctor import examine
from bot.platform import Finding, Level
from handlers.network import commands
from handlers.network.sample import sample_sheets
from handlers.settings import Settings
from storage.database import Database
from storage.queries import queues
from storage.tables.chats import Purpose
from storage.tables.people import Person, Region, Role, Store
from storage.tables.queues import InboundRow, OutboxRow, Timer
from tests.factories import MONDAY, Factory, small_network
from tests.talk import Talk
from tests.wire_telegram import TOKEN, TelegramWire

CLOCK = SimulatedClock(MONDAY)


@pytest.fixture
def config(database: Database, tmp_path: Path) -> Path:
    """Write a configuration of a sample network without a platform."""
    with database.transaction() as session:
        commands.import_sheets(session, sample_sheets(3), Settings(), MONDAY, by="sample")
    file = tmp_path / "config.toml"
    file.write_text(f'[database]\nurl = "{database.url}"\n', encoding="utf-8")
    return file


@pytest.fixture
async def wire() -> AsyncIterator[TelegramWire]:
    """Run a Bot API."""
    async with TelegramWire() as running:
        yield running


def _with_telegram(config: Path, wire: TelegramWire) -> Path:
    return _and(config, f'[telegram]\nenabled = true\ntoken = "{TOKEN}"\nbase_url = "{wire.url}"\n')


def _and(config: Path, text: str) -> Path:
    """Say more in the configuration."""
    config.write_text(config.read_text(encoding="utf-8") + text, encoding="utf-8")
    return config


async def _found(config: Path, subject: str) -> Finding:
    (found, *_) = [finding for finding in await examine(config, CLOCK) if finding.subject == subject]
    return found


async def test_a_network_without_a_platform_yet_is_well(config: Path) -> None:
    findings = await examine(config, CLOCK)
    assert {finding.level for finding in findings} == {Level.OK}
    subjects = [finding.subject for finding in findings]
    assert subjects[:2] == ["configuration", "database"]
    assert "platforms" in subjects


async def test_everything_amiss_says_how_to_mend_it(config: Path, wire: TelegramWire) -> None:
    findings = await examine(_with_telegram(config, wire), CLOCK)
    amiss = [finding for finding in findings if finding.level is not Level.OK]
    assert {finding.subject for finding in amiss} >= {"chats", "people"}
    assert all(finding.mend for finding in amiss)
    assert ("telegram", Level.OK) in {(finding.subject, finding.level) for finding in findings}
    assert TOKEN not in repr(findings)


@pytest.mark.parametrize(
    ("late", "level"), [(0, Level.OK), (0.5, Level.OK), (2, Level.WARN), (59, Level.WARN), (61, Level.FAIL)]
)
async def test_what_waits_too_long_is_found(config: Path, database: Database, late: float, level: Level) -> None:
    at = MONDAY - timedelta(minutes=late)
    facts: dict[str, Any] = {"platform": "telegram", "chat": "1", "payload": "{}"}
    with database.transaction() as session:
        queues.add_timer(session, key="t", name="reports.digest", due_at=at)
        session.add(OutboxRow(**facts, priority=1, created_at=at, try_at=at))
        session.add(InboundRow(**facts, source="x", received_at=at))
    for subject in ("timers", "outbox", "inbound"):
        assert (await _found(config, subject)).level is level, subject


async def test_an_open_request_that_waits_for_no_timer_is_named(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        network = small_network(session)
    Talk(database).says(network.sz01_manager, "/transfer 前大灯-左 x1 urgent 客户在等")
    config = tmp_path / "config.toml"
    config.write_text(f'[database]\nurl = "{database.url}"\n', encoding="utf-8")
    later = SimulatedClock(MONDAY + timedelta(minutes=2))

    async def found() -> Finding:
        return next(finding for finding in await examine(config, later) if finding.subject == "requests")

    assert (await found()).level is Level.OK
    with database.transaction() as session:
        session.execute(update(Timer).values(cancelled_at=MONDAY))
    amiss = await found()
    assert amiss.level is Level.WARN
    assert "T-0001" in amiss.text
    assert amiss.mend


async def test_a_store_with_an_unknown_zone_is_named(config: Path, database: Database) -> None:
    with database.transaction() as session:
        store = session.exec(select(Store).where(Store.code == "GZ01")).one()
        store.timezone = "Mars/Base"
        session.exec(select(Region).where(Region.name == "深圳")).one().timezone = "Nowhere"
    found = await _found(config, "calendar")
    assert found.level is Level.FAIL
    assert "GZ01" in found.text
    assert "深圳" in found.text


async def test_chats_and_people_are_well_once_bound_and_linked(
    config: Path, wire: TelegramWire, database: Database
) -> None:
    with database.transaction() as session:
        make = Factory(session)
        for region in session.exec(select(Region)):
            make.chat(Purpose.MANAGERS, region, chat=f"-{region.id}")
        leaders = session.exec(select(Person).where(Person.role == Role.STORE_MANAGER)).all()
        make.account(leaders[0])
    _with_telegram(config, wire)
    assert (await _found(config, "chats")).level is Level.OK
    people = await _found(config, "people")
    assert (people.level, people.text) == (Level.WARN, "nobody of HQ is linked")
    with database.transaction() as session:
        make = Factory(session)
        for leader in leaders[1:]:
            make.account(leader)
        make.account(session.exec(select(Person).where(Person.role == Role.HQ)).first())  # type: ignore[arg-type]
    assert (await _found(config, "people")).level is Level.OK


async def test_a_chat_the_bot_was_thrown_out_of_is_named(config: Path, wire: TelegramWire, database: Database) -> None:
    with database.transaction() as session:
        region = session.exec(select(Region)).first()
        Factory(session).chat(Purpose.MANAGERS, region, chat="-77", suspended_at=MONDAY, suspended_why="kicked by 张伟")
    found = await _found(_with_telegram(config, wire), "chats")
    assert found.level is Level.WARN
    assert "-77" in found.text
    assert "kicked by 张伟" in found.text


@pytest.mark.parametrize(
    ("text", "subject", "says"),
    [
        ('[database]\nurl = "sqlite:///none.db"\n', "database", "xietong init"),
        ('[database]\nurl = "postgresql://me:hunter2@127.0.0.1:9/x"\n', "database", "[database] url"),
        ("[nonsense]\n", "configuration", "config.example.toml"),
    ],
)
async def test_what_everything_stands_on_fails_first(tmp_path: Path, text: str, subject: str, says: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    findings = await examine(file, CLOCK)
    (found,) = [finding for finding in findings if finding.level is Level.FAIL]
    assert found.subject == subject
    assert says in found.mend
    assert "hunter2" not in repr(findings)
    assert not (tmp_path / "none.db").exists()


async def test_a_redis_that_is_gone_is_a_warning(config: Path) -> None:
    _and(config, '[redis]\nurl = "redis://127.0.0.1:9/0"\n')
    assert (await _found(config, "Redis")).level is Level.WARN


async def test_a_redis_that_answers_is_well(config: Path, redis_url: str) -> None:
    _and(config, f'[redis]\nurl = "{redis_url}"\n')
    assert (await _found(config, "Redis")).level is Level.OK
