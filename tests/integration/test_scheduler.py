"""Timers fire once, in order and in time; one that fails stops no other, and the auditor sees what is overdue."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from bot.app import App
from bot.clock import SimulatedClock, WallClock
from bot.threads import Inline
from handlers.chat import Address, Inbound, InboundKind
from handlers.context import Context
from handlers.load import load
from handlers.registry import registry
from storage.database import Database
from storage.tables.queues import Timer
from tests.factories import MONDAY
from tests.fakes import FakePlatform, HappeningClock
from tests.outbox_desk import SETTINGS, OutboxDesk

MINUTE = timedelta(minutes=1)


class Fired:
    """What fired, in order, and when; a timer called "bad" always fails."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.moments: list[datetime] = []
        self.next_in: timedelta | None = None
        self.something = asyncio.Event()

    def run(self, context: Context, word: str = "") -> None:
        """Fire."""
        if word == "bad":
            raise KeyError("a mistake of ours")
        self.names.append(word)
        self.moments.append(context.now)
        self.something.set()
        if self.next_in is not None:
            context.later(f"{word}+", "test.note", context.now + self.next_in, word=f"{word}+")
            self.next_in = None


@pytest.fixture
def fired() -> Iterator[Fired]:
    """Declare the timer `test.note` for one test."""
    load()
    notes = Fired()
    registry.timers["test.note"] = notes.run
    yield notes
    del registry.timers["test.note"]


@pytest.fixture
def desk(any_database: Database) -> OutboxDesk:
    """Give a desk on Monday morning."""
    clock = SimulatedClock(MONDAY)
    return OutboxDesk(any_database, clock, [FakePlatform(clock)])


def set_timers(database: Database, after: timedelta, *names: str, origin: datetime = MONDAY) -> None:
    """Set timers called by their names, so long after Monday morning."""
    with database.transaction() as session:
        context = Context(session, SETTINGS, MONDAY)
        for name in names:
            context.later(name, "test.note", origin + after, word=name)
        context.flush(session)


def timer(database: Database, key: str) -> Timer:
    """Return a timer as it is now."""
    with database.transaction(writing=False) as session:
        return session.exec(select(Timer).where(Timer.key == key)).one()


async def test_what_is_due_fires_in_order_and_the_next_is_told(desk: OutboxDesk, fired: Fired) -> None:
    set_timers(desk.database, 2 * MINUTE, "二")
    set_timers(desk.database, 1 * MINUTE, "一")
    set_timers(desk.database, 9 * MINUTE, "九")
    assert await desk.app.scheduler.fire_due(MONDAY) == MONDAY + MINUTE
    desk.clock.set(MONDAY + 3 * MINUTE)
    assert await desk.app.scheduler.fire_due(desk.clock.now()) == MONDAY + 9 * MINUTE
    assert fired.names == ["一", "二"]
    assert await desk.app.scheduler.fire_due(desk.clock.now()) == MONDAY + 9 * MINUTE
    assert fired.names == ["一", "二"]


async def test_a_timer_that_sets_an_earlier_one_is_heard(desk: OutboxDesk, fired: Fired) -> None:
    set_timers(desk.database, 1 * MINUTE, "一")
    fired.next_in = MINUTE
    desk.clock.set(MONDAY + MINUTE)
    assert await desk.app.scheduler.fire_due(desk.clock.now()) == MONDAY + 2 * MINUTE


async def test_a_poisoned_timer_does_not_block_those_behind_it_and_is_put_aside(desk: OutboxDesk, fired: Fired) -> None:
    set_timers(desk.database, 1 * MINUTE, "bad", "好")
    set_timers(desk.database, 2 * MINUTE, "更好")
    await desk.app.advance(MONDAY + 3 * MINUTE)
    assert fired.names == ["好", "更好"]
    assert timer(desk.database, "bad").attempts == 5
    await desk.app.advance(MONDAY + timedelta(hours=2))
    bad = timer(desk.database, "bad")
    assert (bad.fired_at, bad.cancelled_at is not None) == (None, True)
    assert desk.acts().count("timer put aside") == 1


async def test_hundreds_due_at_once_all_fire_once(desk: OutboxDesk, fired: Fired) -> None:
    names = [str(number) for number in range(250)]
    set_timers(desk.database, MINUTE, *names)
    desk.clock.set(MONDAY + MINUTE)
    assert await desk.app.scheduler.fire_due(desk.clock.now()) is None
    assert fired.names == names


async def test_what_came_due_while_nobody_ran_fires_once_and_its_lateness_is_logged(
    desk: OutboxDesk, fired: Fired, caplog: pytest.LogCaptureFixture
) -> None:
    for minutes in (1, 2, 3):
        set_timers(desk.database, minutes * MINUTE, str(minutes))
    desk.clock.set(MONDAY + timedelta(hours=1))
    desk.restart()
    caplog.set_level(logging.WARNING, logger="bot")
    await desk.app.begin()
    await desk.app.settle()
    desk.restart()
    await desk.app.begin()
    await desk.app.settle()
    assert fired.names == ["1", "2", "3"]
    assert [record.message for record in caplog.records if "late" in record.message] == [
        "timer 1 fires 0:59:00 late",
        "timer 2 fires 0:58:00 late",
        "timer 3 fires 0:57:00 late",
    ]


async def test_the_auditor_withholds_the_heartbeat_while_something_is_overdue(desk: OutboxDesk, fired: Fired) -> None:
    app = desk.app
    assert not app.healthy
    await app.begin()
    assert app.healthy
    set_timers(desk.database, MINUTE, "bad")
    await app.advance(MONDAY + 2 * MINUTE, step=MINUTE)
    assert app.healthy
    await app.advance(MONDAY + 6 * MINUTE, step=MINUTE)
    assert not app.healthy
    await app.advance(MONDAY + timedelta(hours=2), step=MINUTE)  # it is put aside by now
    assert app.healthy


async def test_a_press_in_time_is_not_overtaken_by_its_own_limit(desk: OutboxDesk, fired: Fired) -> None:
    await desk.app.begin()
    heard: list[datetime] = []

    def hear(context: Context) -> None:
        heard.append(context.now)
        fired.names.append("press")

    registry.events["test.press"] = hear
    set_timers(desk.database, 5 * MINUTE, "limit")
    desk.clock.set(MONDAY + timedelta(minutes=4, seconds=59))
    inbound = Inbound("telegram:1", InboundKind.EVENT, Address("telegram", "1"), text="test.press")
    await desk.app.take([inbound])
    desk.clock.set(MONDAY + timedelta(minutes=5, seconds=30))
    await desk.app.scheduler.fire_due(desk.clock.now())
    del registry.events["test.press"]
    assert fired.names == ["press", "limit"]
    assert heard == [MONDAY + timedelta(minutes=4, seconds=59)]


async def test_a_locked_database_is_waited_for_and_the_timer_fires_when_it_is_free(
    database: Database, fired: Fired, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("storage.database.BUSY_SECONDS", 0.01)
    caplog.set_level(logging.WARNING, logger="bot")
    impatient = Database(database.url)
    clock = HappeningClock(MONDAY)
    app = App(impatient, SETTINGS, clock, [], workers=Inline())
    set_timers(database, timedelta(0), "一")
    other = database.engine.connect()
    lock = other.begin()  # BEGIN IMMEDIATE
    clock.at(MONDAY + timedelta(seconds=10), lock.rollback)
    await app.scheduler.fire_due(clock.now())
    other.close()
    await app.close()
    assert fired.names == ["一"]
    assert timedelta(seconds=10) <= fired.moments[0] - MONDAY < timedelta(seconds=25)
    said = [record.message for record in caplog.records if "answer" in record.message]
    assert len(said) == 2, said


async def test_the_hand_of_the_clock_fires_in_time_and_hears_of_an_earlier_timer(
    database: Database, fired: Fired, caplog: pytest.LogCaptureFixture
) -> None:
    clock = WallClock()
    app = App(database, SETTINGS, clock, [], workers=Inline())
    set_timers(database, timedelta(hours=1), "später", origin=clock.now())
    ticking = asyncio.create_task(app.scheduler.run())
    begun = clock.now()
    set_timers(database, timedelta(milliseconds=300), "bald", origin=begun)
    for _ in range(5):
        app.scheduler.wake()
    async with asyncio.timeout(60):
        await fired.something.wait()
    ticking.cancel()
    await asyncio.gather(ticking, return_exceptions=True)
    await app.close()
    assert fired.names == ["bald"]
    assert timedelta(milliseconds=300) <= fired.moments[0] - begun < timedelta(seconds=5)
    assert caplog.records == []
