"""What stands behind the Slack platform in its tests: a desk that stores and answers, and a clock that waits little."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.clock import WallClock
from bot.slack import PATH, Slack
from handlers.chat import Inbound, Reply
from tests.wire_slack import SlackWire

Mode = Literal["socket", "http"]


class QuickClock(WallClock):
    """The machine's clock, on which every wait is short; `slept` tells how long each was meant to be."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.ahead = timedelta()  # how far it has been moved on

    def now(self) -> datetime:
        return super().now() + self.ahead

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await super().sleep(0.002)


class Desk:
    """Stores what is handed over, once by id, and answers with what `reply` says."""

    def __init__(self, wire: SlackWire) -> None:
        self.wire = wire
        self.taken: list[Inbound] = []
        self.answered: list[Inbound] = []
        self.repeats = 0
        self.full = False  # nothing can be stored
        self.refused = 0
        self.reply: Callable[[Inbound], Any] = lambda inbound: Reply()

    async def take(self, inbounds: Sequence[Inbound]) -> Sequence[Inbound]:
        if self.full:
            self.refused += 1
            self.wire.changed()
            raise OSError("the disk is full")
        known = {one.id for one in self.taken}
        new = [one for one in inbounds if one.id not in known]
        self.repeats += len(inbounds) - len(new)
        self.wire.changed()
        self.taken += new
        return new

    async def answer(self, inbound: Inbound) -> Reply:
        reply = self.reply(inbound)
        if not isinstance(reply, Reply):
            reply = await reply
        self.answered.append(inbound)
        self.wire.changed()
        assert isinstance(reply, Reply)
        return reply

    async def one(self) -> Inbound:
        """Wait until everything is acknowledged and something answered; it must be a single thing."""
        await self.wire.wait_for(lambda: self.answered)
        await self.wire.settled()
        assert len(self.answered) == len(self.taken) == 1
        return self.answered[0]


def make(wire: SlackWire, mode: Mode = "socket", **more: Any) -> Slack:
    """Build the platform as the app would, against the wire."""
    given = {
        "bot_token": wire.bot_token,
        "app_token": wire.app_token,
        "signing_secret": wire.signing_secret,
        "mode": mode,
        "base_url": wire.base_url,
        "listen": "127.0.0.1:0",
        "clock": QuickClock(),
        **more,
    }
    return Slack(**given)


@asynccontextmanager
async def running(wire: SlackWire, desk: Desk, mode: Mode = "socket", **more: Any) -> AsyncIterator[Slack]:
    """Run the platform."""
    slack = make(wire, mode, **more)
    try:
        await slack.start(desk.take, desk.answer)
        if mode == "http":
            wire.use_http(f"http://{slack.address}{PATH}")
        yield slack
    finally:
        await slack.close()
