"""Synchronous work runs beside the event loop; what may pass is tried again, and the log says so once."""

from __future__ import annotations

import asyncio
import logging
import threading

import pytest

from bot.threads import Outage, Threads


async def test_work_runs_in_a_thread_and_gives_its_result_or_its_error() -> None:
    threads = Threads(one_writer=True)
    assert await threads.write(threading.get_ident) != threading.get_ident()
    with pytest.raises(ZeroDivisionError):
        await threads.read(lambda: 1 // 0)
    threads.close(5)


async def test_there_is_one_writer_and_it_does_not_hold_back_readers() -> None:
    threads = Threads(one_writer=True)
    gate = threading.Event()
    first = asyncio.create_task(threads.write(lambda: gate.wait(20)))
    second = asyncio.create_task(threads.write(gate.is_set))
    assert await threads.read(gate.is_set) is False
    gate.set()
    assert await first
    assert await second
    threads.close(5)


async def test_work_nobody_waits_for_any_more_is_not_begun() -> None:
    threads = Threads(one_writer=True)
    gate = threading.Event()
    done: list[int] = []
    first = asyncio.create_task(threads.write(lambda: gate.wait(20)))
    await asyncio.sleep(0)
    second = asyncio.create_task(threads.write(lambda: done.append(2)))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    gate.set()
    await first
    await threads.write(lambda: done.append(3))
    assert done == [3]
    threads.close(5)


async def test_closing_does_not_wait_for_a_thread_that_hangs() -> None:
    threads = Threads(one_writer=True)
    gate = threading.Event()
    hanging = asyncio.create_task(threads.write(lambda: gate.wait(20)))
    await threads.read(lambda: None)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    threads.close(0.05)
    assert loop.time() - begun < 10
    gate.set()
    assert await hanging


def test_an_outage_waits_longer_each_time_and_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, logger="bot")
    outage = Outage("Redis", first=1, longest=10, after=2)
    assert [outage.failed(OSError("gone\nwith details")) for _ in range(6)] == [1, 1, 2, 4, 8, 10]
    outage.worked()
    outage.worked()
    assert outage.failed(OSError("once")) == 1
    outage.worked()
    assert [record.message for record in caplog.records] == [
        "Redis does not answer; trying until it does (gone)",
        "Redis answers again after 6 failures",
    ]
