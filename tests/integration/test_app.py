"""What is said to the bot is stored before it is acknowledged, worked once and in order, and survives a crash."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from bot.app import App
from bot.clock import SimulatedClock
from bot.platform import TryLater
from bot.platforms import menu
from bot.threads import Inline, Threads
from handlers.chat import Address, Inbound, InboundKind, message
from handlers.context import Context
from handlers.load import load
from handlers.registry import Command, registry
from storage.database import Database
from tests.factories import MONDAY
from tests.fakes import Call, FakePlatform, HappeningClock, QuickClock
from tests.outbox_desk import SETTINGS, OutboxDesk


class Heard:
    """What the command `note` heard, in order; "bad" is a mistake of ours, "wait" waits for `gate`."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.moments: list[object] = []
        self.gate = threading.Event()
        self.waiting = threading.Event()

    def run(self, context: Context, words: str) -> None:
        """Hear it and answer."""
        if words == "wait":
            self.waiting.set()
            assert self.gate.wait(20)
        self.words.append(words)
        self.moments.append(context.now)
        if words.startswith("bad"):
            raise KeyError("a mistake of ours")
        context.answer(message(f"听到了:{words}"))


@pytest.fixture
def heard() -> Iterator[Heard]:
    """Declare the commands `note` and `peek` (which only reads) for one test."""
    load()
    notes = Heard()
    for name, reading in (("note", False), ("peek", True)):
        registry.commands[name] = Command(name, (), None, reading, True, True, notes.run)
        registry.words[name] = name
    yield notes
    for name in ("note", "peek"):
        del registry.commands[name], registry.words[name]


@pytest.fixture
def desk(any_database: Database) -> OutboxDesk:
    """Give a desk on Monday morning."""
    clock = SimulatedClock(MONDAY)
    return OutboxDesk(any_database, clock, [FakePlatform(clock)])


def said(number: int, text: str, chat: str = "1") -> Inbound:
    """Return words said to the bot in a private chat."""
    return Inbound(
        f"telegram:{number}", InboundKind.TEXT, Address("telegram", chat), user=chat, text=text, private=True
    )


async def hear(app: App, *inbounds: Inbound) -> None:
    """Take inbounds in as a platform does, and wait until they are worked."""
    await asyncio.gather(*(app.answer(inbound) for inbound in await app.take(inbounds)))


# Taking in


async def test_the_same_update_three_times_has_one_effect(desk: OutboxDesk, heard: Heard) -> None:
    inbound = said(1, "note 一")
    assert await desk.app.take([inbound]) == [inbound]
    assert await desk.app.take([inbound, said(2, "note 二")]) == [said(2, "note 二")]
    await desk.app.settle()
    assert await desk.app.take([inbound]) == []
    await desk.app.settle()
    assert heard.words == ["一", "二"]
    assert [row.text for row in calls(desk)] == ["听到了:一", "听到了:二"]


def calls(desk: OutboxDesk) -> list[Call]:
    """Return what was said."""
    platform = desk.platforms[0]
    assert isinstance(platform, FakePlatform)
    return list(platform.calls)


async def test_what_the_database_refuses_for_good_stops_nothing_beside_it(
    desk: OutboxDesk, heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = Inbound("telegram:2", InboundKind.TEXT, Address("telegram", None), text="x")  # type: ignore[arg-type]
    broken = replace(said(3, "note 三"), id="telegram:\ud800")  # half a character
    await desk.app.take([said(1, "note 一"), nowhere, broken, said(4, "note 四")])
    await desk.app.settle()
    assert heard.words == ["一", "四"]
    assert len([one for one in caplog.records if "cannot be stored" in one.message]) == 2


async def test_an_update_that_could_not_be_stored_is_processed_when_it_comes_again_as_of_its_first_hearing(
    database: Database, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database.BUSY_SECONDS", 0.01)
    impatient = Database(database.url)
    clock = SimulatedClock(MONDAY)
    app = App(impatient, SETTINGS, clock, [], workers=Inline())
    with database.engine.connect() as other:
        lock = other.begin()
        with pytest.raises(OperationalError):
            await app.take([said(1, "note 一")])
        lock.rollback()
    clock.set(MONDAY + timedelta(seconds=30))
    await hear(app, said(1, "note 一"))
    await app.close()
    assert (heard.words, heard.moments) == (["一"], [MONDAY])


async def test_odd_signs_no_database_can_hold_are_left_out(desk: OutboxDesk, heard: Heard) -> None:
    await hear(desk.app, said(1, "note a\0b\ud83dc"), said(2, "note 好"))
    assert heard.words == ["ab?c", "好"]


# Working


async def test_a_chat_is_worked_in_order_whoever_asks_first_for_its_outcome(desk: OutboxDesk, heard: Heard) -> None:
    inbounds = [said(number, f"note {number}") for number in range(20)]
    await desk.app.take(inbounds)
    await asyncio.gather(*(desk.app.answer(inbound) for inbound in reversed(inbounds)))
    assert heard.words == [str(number) for number in range(20)]


async def test_nothing_depends_on_a_platform_asking_for_the_outcome(desk: OutboxDesk, heard: Heard) -> None:
    await desk.app.take([said(1, "note 一")])
    await desk.app.settle()
    assert heard.words == ["一"]


async def test_a_reading_command_that_takes_long_holds_back_neither_writers_nor_other_chats(
    any_database: Database, heard: Heard
) -> None:
    clock = SimulatedClock(MONDAY)
    threads = Threads(one_writer=any_database.is_sqlite)
    app = App(any_database, SETTINGS, clock, [FakePlatform(clock)], workers=threads)
    slow = said(1, "peek wait", "1")
    await app.take([slow, said(2, "note 后", "1")])
    await asyncio.to_thread(heard.waiting.wait, 20)
    await hear(app, said(3, "note 别处", "2"), said(4, "peek 也行", "3"))
    assert sorted(heard.words) == ["也行", "别处"]
    heard.gate.set()
    await app.settle()
    assert heard.words[2:] == ["wait", "后"]
    threads.close(5)


async def test_a_mistake_of_ours_is_answered_with_an_apology_and_blocks_nothing(desk: OutboxDesk, heard: Heard) -> None:
    await hear(desk.app, said(1, "note bad"), said(2, "note 好"))
    await desk.app.settle()
    first, second = desk.inbounds()
    assert (first.error, first.done_at) == ("KeyError: 'a mistake of ours'", MONDAY)
    assert (second.error, second.done_at) == ("", MONDAY)
    assert len(calls(desk)) == 2


async def test_an_inbound_no_apology_can_end_is_put_aside_and_blocks_nothing(
    desk: OutboxDesk, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("not even that")

    monkeypatch.setattr("handlers.dispatch._apologise", fail)
    await hear(desk.app, said(1, "note bad"), said(2, "note 好"))
    assert heard.words == ["bad", "好"]
    assert [(row.error, row.done_at) for row in desk.inbounds()] == [
        ("RuntimeError: not even that", MONDAY),
        ("", MONDAY),
    ]


async def test_a_database_locked_for_ten_seconds_is_waited_for(
    database: Database, heard: Heard, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("storage.database.BUSY_SECONDS", 0.01)
    caplog.set_level(logging.WARNING, logger="bot")
    clock = HappeningClock(MONDAY)
    platform = FakePlatform(clock)
    app = App(Database(database.url), SETTINGS, clock, [platform], workers=Inline())
    await app.take([said(1, "note 一"), said(2, "note 二", "2")])
    other = database.engine.connect()
    lock = other.begin()  # BEGIN IMMEDIATE
    clock.at(MONDAY + timedelta(seconds=10), lock.rollback)
    await app.settle()
    other.close()
    await app.close()
    assert (heard.words, heard.moments) == (["一", "二"], [MONDAY, MONDAY])
    assert sorted(call.text for call in platform.calls) == ["听到了:一", "听到了:二"]
    assert timedelta(seconds=10) <= clock.now() - MONDAY < timedelta(seconds=30)
    assert len([record for record in caplog.records if "answer" in record.message]) == 2


# Crashes


async def test_what_was_stored_and_not_worked_is_worked_after_a_restart_before_anything_due(
    desk: OutboxDesk, heard: Heard
) -> None:
    for number in range(3):
        await desk.app.take([said(number, f"note {number}", str(number % 2 + 1))])
    for task in asyncio.all_tasks():  # the crash
        if task.get_name().startswith("chat"):
            task.cancel()
    desk.restart()
    registry.timers["test.limit"] = lambda context: heard.words.append("limit")
    with desk.context() as context:
        context.later("limit", "test.limit", MONDAY)
    desk.clock.set(MONDAY + timedelta(hours=1))
    await desk.app.begin()
    await desk.app.settle()
    del registry.timers["test.limit"]
    assert sorted(heard.words[:3]) == ["0", "1", "2"]
    assert heard.words.index("0") < heard.words.index("2")
    assert heard.words[3:] == ["limit"]
    assert heard.moments == [MONDAY] * 3
    desk.restart()
    await desk.app.begin()
    await desk.app.settle()
    assert len(heard.words) == 4


async def test_an_answer_asked_for_after_a_restart_is_empty(desk: OutboxDesk, heard: Heard) -> None:
    await hear(desk.app, said(1, "note 一"))
    desk.restart()
    assert not (await desk.app.answer(said(1, "note 一"))).toast


async def test_what_another_process_left_behind_is_adopted(postgres: Database, heard: Heard) -> None:
    clock = SimulatedClock(MONDAY)
    dead = OutboxDesk(postgres, clock, [])
    await dead.app.take([said(1, "note 一")])
    for task in asyncio.all_tasks():
        if task.get_name().startswith("chat"):
            task.cancel()
    alive = OutboxDesk(postgres, clock, [])
    await alive.app.begin()
    assert heard.words == ["一"]


# Starting and stopping


async def test_a_platform_that_cannot_start_goes_on_trying_and_stops_no_other(
    database: Database, heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    clock = QuickClock()
    telegram, slack = FakePlatform(clock), FakePlatform(clock, name="slack")
    slack.start_errors.extend([OSError("network is unreachable"), TryLater("503"), KeyError("a mistake of ours")])
    app = App(database, SETTINGS, clock, [slack, telegram], workers=Inline())
    await app.start()
    await telegram.until(lambda: telegram.started)
    assert telegram.take is not None
    for inbound in await telegram.take([said(1, "note 一")]):
        await app.answer(inbound)
    await telegram.until(lambda: telegram.texts("1") == ["听到了:一"])
    await slack.until(lambda: bool(slack.menu))
    await app.stop()
    assert (slack.started, slack.stopped, slack.closed, telegram.closed) == (True, True, True, True)
    assert [record.message for record in caplog.records if "slack" in record.message][:2] == [
        "slack does not answer; trying until it does (network is unreachable)",
        "slack answers again after 3 failures",
    ]


async def test_stopping_finishes_what_is_in_hand(database: Database, heard: Heard) -> None:
    clock = QuickClock()
    platform = FakePlatform(clock)
    app = App(database, SETTINGS, clock, [platform], workers=Inline())
    await app.start()
    gate = platform.hold("1")
    await hear(app, said(1, "note 一"), said(2, "note 二"))
    await platform.until(lambda: platform.tries == ["1"])
    stopping = asyncio.create_task(app.stop())
    gate.set()
    await stopping
    assert platform.texts("1") == ["听到了:一", "听到了:二"]


async def test_stopping_waits_for_nobody_longer_than_its_bound_and_loses_nothing(
    database: Database, heard: Heard
) -> None:
    clock = QuickClock()
    platform = FakePlatform(clock)
    app = App(database, SETTINGS, clock, [platform], workers=Inline())
    await app.start()
    platform.hold("1")
    await hear(app, said(1, "note 一"))
    await platform.until(lambda: platform.tries == ["1"])
    loop = asyncio.get_running_loop()
    begun = loop.time()
    await app.stop(0.5)
    assert loop.time() - begun < 5
    desk = OutboxDesk(database, SimulatedClock(clock.now()), [later := FakePlatform(clock)])
    assert desk.rows()[0].claimed_at is None
    await desk.deliver_all()
    assert later.texts("1") == ["听到了:一"]


def test_the_menu_lists_every_command_in_every_language() -> None:
    load()
    entries = {entry.name: entry for entry in menu()}
    assert set(entries) == set(registry.commands)
    assert all(set(entry.description) == {"zh", "en", "es"} for entry in entries.values())
