"""Slack's Socket Mode: it comes back by itself, loses nothing, says an outage once and never a secret."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.platform import TryLater, Unsayable
from bot.slack import Slack
from handlers.chat import Address, Inbound, Reply, message
from tests.slack_desk import Desk, QuickClock, make, running
from tests.wire_slack import SlackWire

CHANNEL, USER = "C0EAST", "U0ANNA"


@pytest.fixture
async def wire() -> AsyncIterator[SlackWire]:
    async with SlackWire() as wire:
        wire.add_channel(CHANNEL, USER)
        yield wire
        assert wire.violations == []


@pytest.fixture
def desk(wire: SlackWire) -> Desk:
    return Desk(wire)


@pytest.fixture
async def slack(wire: SlackWire, desk: Desk) -> AsyncIterator[Slack]:
    async with running(wire, desk) as slack:
        yield slack


def outages(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged of the connection."""
    return [record.getMessage() for record in caplog.records if record.name == "bot.slack_socket"]


async def test_a_cut_connection_comes_back_and_what_was_said_meanwhile_arrives(
    slack: Slack, wire: SlackWire, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    wire.cut()
    await wire.wait_for(lambda: not wire.sockets)
    wire.command(USER, "my")
    assert (await desk.one()).text == "my"
    assert wire.connections == 2
    lost, back = outages(caplog)
    assert "out of reach" in lost
    assert "back after" in back


async def test_what_was_taken_but_not_acknowledged_comes_again_and_is_done_once(
    slack: Slack, wire: SlackWire, desk: Desk
) -> None:
    gate = asyncio.Event()
    take, first = desk.take, True

    async def interrupted(inbounds: Any) -> Any:
        nonlocal first
        stored = await take(inbounds)
        if first:
            first = False
            await gate.wait()  # stored, but the acknowledgement finds the connection gone
        return stored

    await slack.close()
    again = make(wire)
    desk.take = interrupted  # type: ignore[method-assign]
    await again.start(desk.take, desk.answer)
    sent = wire.command(USER, "my")
    await wire.wait_for(lambda: desk.taken)
    wire.cut()
    await wire.settled(sent)
    gate.set()
    await again.close()
    assert (sent.attempts, desk.repeats, len(desk.answered)) == (2, 1, 1)


@pytest.mark.parametrize("reason", ["refresh_requested", "warning"])
async def test_a_connection_slack_wants_refreshed_is_replaced_before_it_ends(
    slack: Slack, wire: SlackWire, desk: Desk, caplog: pytest.LogCaptureFixture, reason: str
) -> None:
    old = wire.sockets[0]
    wire.refresh(reason)
    await wire.wait_for(lambda: wire.connections == 2 and len(wire.sockets) == 2)
    late = wire.command(USER, "late")
    await wire.settled(late)
    wire.retire()
    await wire.wait_for(lambda: old not in wire.sockets)
    await wire.settled(wire.command(USER, "later"))
    await wire.wait_for(lambda: len(desk.answered) == 2)
    assert [one.text for one in desk.taken] == ["late", "later"]
    assert outages(caplog) == []
    assert wire.connections == 2


async def test_what_still_comes_over_the_old_connection_is_heard(slack: Slack, wire: SlackWire, desk: Desk) -> None:
    wire.refresh()
    await wire.wait_for(lambda: len(wire.sockets) == 2)
    wire.sockets.reverse()  # the wire sends over its last one: now the old
    await wire.settled(wire.command(USER, "my"))
    assert (await desk.one()).text == "my"
    wire.sockets.reverse()


async def test_a_long_outage_is_said_once_waited_out_longer_and_longer_and_ends(
    wire: SlackWire, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    clock = QuickClock()
    async with running(wire, desk, clock=clock):
        wire.fail_next("apps.connections.open", status=503, times=3)
        wire.fail_next("apps.connections.open", status=429, retry_after=9)
        wire.handshakes_to_refuse = 4
        wire.cut()
        await wire.wait_for(lambda: wire.connections == 2)
        wire.command(USER, "my")
        await desk.one()
    assert [seconds for seconds in clock.slept if seconds != 9] == [1, 2, 4, 8, 16, 30, 30, 30]
    assert 9 in clock.slept
    assert len(outages(caplog)) == 2


async def test_connections_that_do_not_last_are_opened_ever_more_slowly(wire: SlackWire, desk: Desk) -> None:
    clock = QuickClock()
    async with running(wire, desk, clock=clock):

        async def lose() -> None:
            opened = wire.connections
            wire.cut()
            await wire.wait_for(lambda: wire.connections == opened + 1)
            await wire.settled(wire.command(USER, "my"))  # the other end has seen it too

        for _ in range(4):
            await lose()
        assert clock.slept == [1, 2, 4]
        clock.ahead = timedelta(seconds=11)
        await lose()
        assert clock.slept == [1, 2, 4]


async def test_every_attempt_uses_a_fresh_ticket(slack: Slack, wire: SlackWire, desk: Desk) -> None:
    wire.handshakes_to_refuse = 3
    wire.cut()
    await wire.wait_for(lambda: wire.connections == 2)
    assert len(wire.calls_of("apps.connections.open")) == 5


async def test_stopping_in_an_outage_does_not_wait_for_its_end(wire: SlackWire, desk: Desk) -> None:
    slack = make(wire)
    await slack.start(desk.take, desk.answer)
    wire.fail_next("apps.connections.open", how="hang", times=1)
    wire.cut()
    await wire.wait_for(lambda: len(wire.calls_of("apps.connections.open")) == 2)
    async with asyncio.timeout(2):
        await slack.close()


async def test_stopping_acknowledges_what_is_being_stored(wire: SlackWire, desk: Desk) -> None:
    gate, take = asyncio.Event(), desk.take

    async def slowly(inbounds: Any) -> Any:
        wire.changed()
        begun.append(inbounds)
        await gate.wait()
        return await take(inbounds)

    begun: list[Any] = []
    slack = make(wire)
    await slack.start(slowly, desk.answer)
    sent = wire.command(USER, "my")
    await wire.wait_for(lambda: begun)
    closing = asyncio.create_task(slack.close())
    for _ in range(50):  # let it get as far as it does
        await asyncio.sleep(0)
    gate.set()
    await closing
    await wire.wait_for(lambda: sent.acked)
    assert len(desk.answered) == 1


@pytest.mark.parametrize(
    ("more", "error"),
    [({"bot_token": "xoxb-9-bad"}, TryLater), ({"base_url": "http://127.0.0.1:9/api/"}, TryLater)],
)
async def test_a_start_that_fails_says_why(
    wire: SlackWire, desk: Desk, more: dict[str, Any], error: type[Exception]
) -> None:
    slack = make(wire, **more)
    with pytest.raises(error):
        await slack.start(desk.take, desk.answer)
    await slack.close()


async def test_a_start_without_socket_mode_says_why(wire: SlackWire, desk: Desk) -> None:
    wire.fail_next("apps.connections.open", status=200, error="not_enabled")
    slack = make(wire)
    with pytest.raises(Unsayable, match="not_enabled"):
        await slack.start(desk.take, desk.answer)
    await slack.close()


async def test_a_refused_handshake_does_not_tell_the_ticket(
    wire: SlackWire, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    wire.handshakes_to_refuse = 1
    slack = make(wire)
    with pytest.raises(TryLater, match="WSServerHandshakeError") as caught:
        await slack.start(desk.take, desk.answer)
    logging.getLogger("tests").error("not started", exc_info=caught.value)
    assert "ticket=" not in logging.Formatter().format(caplog.records[0])
    await slack.close()


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_no_log_line_holds_a_secret(
    wire: SlackWire, desk: Desk, mode: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    desk.reply = lambda inbound: Reply(toast="Hello.")
    async with running(wire, desk, mode) as slack:
        wire.command(USER, "my", channel=CHANNEL)
        await wire.wait_for(lambda: wire.responses)
        wire.fail_next("respond", status=404)
        wire.command(USER, "my", channel=CHANNEL)
        await wire.wait_for(lambda: wire.ephemerals(CHANNEL, USER))
        wire.fail_next("chat.postMessage", status=503)
        with pytest.raises(TryLater) as caught:
            await slack.post(Address("slack", CHANNEL), message("T-1"))
        logging.getLogger("tests").error("not sent", exc_info=caught.value)
        desk.full = True
        wire.command(USER, "again")
        await wire.wait_for(lambda: desk.refused)
        if mode == "socket":
            wire.handshakes_to_refuse = 1
            wire.fail_next("apps.connections.open", how="cut")
            wire.cut()
            await wire.wait_for(lambda: wire.connections == 2)
    lines = [logging.Formatter().format(record) for record in caplog.records]
    assert any("the disk is full" in line for line in lines)
    secret = [line for line in lines if "-secret" in line or wire.signing_secret in line]
    assert secret == []


async def test_a_flood_is_taken_in_and_answered_whole(slack: Slack, wire: SlackWire, desk: Desk) -> None:
    desk.reply = lambda inbound: _echo(inbound)
    for number in range(200):
        wire.say(USER, f"word {number}")
    await wire.wait_for(lambda: len(desk.answered) == 200)
    await wire.settled()
    assert {one.text for one in desk.answered} == {f"word {number}" for number in range(200)}


def _echo(inbound: Inbound) -> Reply:
    return Reply()


async def test_the_fake_also_runs_in_a_thread_of_its_own() -> None:
    fake = SlackWire()
    with fake.in_thread() as wire:
        wire.add_channel(CHANNEL, USER)
        desk = Desk(wire)
        async with running(wire, desk) as slack:
            await slack.post(Address("slack", CHANNEL), message("T-1"))
            wire.say(USER, "@bot my", channel=CHANNEL)
            await desk.one()
            wire.cut()
            await wire.wait_for(lambda: wire.connections == 2)
        assert [one.words for one in wire.messages(CHANNEL)] == ["T-1"]
    assert fake.violations == []
