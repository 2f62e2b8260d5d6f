"""What the tests of bot/telegram.py stand on: a desk behind the platform, a clock, and a strict Bot API."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.clock import SimulatedClock
from bot.platform import (
    DeliveryError,
)
from bot.telegram import Telegram
from handlers.chat import (
    Address,
    Button,
    Inbound,
    Message,
    Reply,
    message,
)
from tests.wire_telegram import TOKEN, TelegramWire

ZHANG, LI = 101, 102
GROUP = -1001234567890
SECRET = "a-Secret_0123456789"


class Desk:
    """What stands behind the platform: it stores each inbound once and answers it."""

    def __init__(self, wire: TelegramWire) -> None:
        self.wire = wire
        self.taken: list[list[Inbound]] = []
        self.stored: dict[str, Inbound] = {}
        self.answered: list[str] = []
        self.reply = Reply()
        self.fail_storing = 0
        self.fail_answering = False
        self.gate = asyncio.Event()
        self.gate.set()

    async def take(self, batch: Sequence[Inbound]) -> Sequence[Inbound]:
        if self.fail_storing:
            self.fail_storing -= 1
            self.wire.changed()
            raise RuntimeError("database is locked")
        self.taken.append(list(batch))
        new = [one for one in batch if one.id not in self.stored]
        self.stored |= {one.id: one for one in new}
        self.wire.changed()
        return new

    async def answer(self, inbound: Inbound) -> Reply:
        await self.gate.wait()
        if self.fail_answering:
            raise ZeroDivisionError
        self.answered.append(inbound.id)
        self.wire.changed()
        return self.reply

    async def one(self) -> Inbound:
        """Wait for the last inbound of those stored."""
        await self.wire.wait_for(lambda: self.stored)
        return list(self.stored.values())[-1]


class Clock(SimulatedClock):
    """Simulated, and remembers who slept how long."""

    def __init__(self) -> None:
        super().__init__(datetime(2026, 11, 21, 8, tzinfo=UTC))
        self.pauses: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await super().sleep(seconds)


@pytest.fixture(name="wire")
async def given_wire() -> AsyncIterator[TelegramWire]:
    async with TelegramWire() as wire:
        wire.user(ZHANG, "张伟")
        wire.user(LI, "Li", username="li_na")
        wire.group(GROUP, "店长群")
        yield wire


@pytest.fixture(name="clock")
def given_clock() -> Clock:
    return Clock()


@pytest.fixture(name="telegram")
async def given_telegram(wire: TelegramWire, clock: Clock) -> AsyncIterator[Telegram]:
    telegram = Telegram(TOKEN, base_url=wire.url, clock=clock)
    yield telegram
    await telegram.close()


@pytest.fixture(name="desk")
async def given_desk(wire: TelegramWire, telegram: Telegram) -> AsyncIterator[Desk]:
    """A platform that polls, with a desk behind it."""
    desk = Desk(wire)
    await telegram.start(desk.take, desk.answer)
    yield desk
    desk.gate.set()
    await telegram.stop_intake()


def address(chat: int, topic: int = 0) -> Address:
    return Address("telegram", str(chat), str(topic) if topic else "")


def card(*lines: str, token: str = "tok-1", label: str = "可以 Accept") -> Message:
    return message(*lines, buttons=((Button(label, "accept", token=token),),))


@asynccontextmanager
async def hooked(wire: TelegramWire, **more: Any) -> AsyncIterator[tuple[Telegram, Desk]]:
    """A platform that is called, with a desk behind it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{free.getsockname()[1]}"
    telegram = Telegram(
        TOKEN,
        base_url=wire.url,
        mode="webhook",
        webhook_url=f"http://{listen}/telegram",
        listen=listen,
        clock=Clock(),
        **{"secret": SECRET, **more},
    )
    desk = Desk(wire)
    await telegram.start(desk.take, desk.answer)
    try:
        yield telegram, desk
    finally:
        await telegram.stop_intake()
        await telegram.close()


async def refused(telegram: Telegram, to: Address, said: Message | None = None) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await telegram.post(to, said or message("hello"))
    return caught.value
