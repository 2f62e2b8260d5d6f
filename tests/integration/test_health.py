"""/healthz, /readyz and /metrics over HTTP: what they say, what they keep to themselves, and whom they hang up on."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import pytest

from bot.clock import SimulatedClock
from bot.health import Health
from bot.platform import TryLater
from handlers.load import load
from storage.database import Database
from tests.factories import MONDAY
from tests.fakes import FakePlatform
from tests.outbox_desk import OutboxDesk

MINUTE = timedelta(minutes=1)


@dataclass
class Asking:
    """An app, its server, and a client that asks it."""

    desk: OutboxDesk
    platform: FakePlatform
    health: Health
    client: aiohttp.ClientSession

    async def get(self, path: str, method: str = "GET") -> tuple[int, str]:
        """Ask, and return status and body."""
        async with self.client.request(method, f"http://127.0.0.1:{self.health.port}{path}") as answer:
            return answer.status, await answer.text()

    async def json(self, path: str) -> tuple[int, dict[str, object]]:
        """Ask for what is said in JSON."""
        status, body = await self.get(path)
        return status, json.loads(body)


@pytest.fixture
async def asking(database: Database) -> AsyncIterator[Asking]:
    """Give an app that has not begun, and its server on a free port."""
    load()
    clock = SimulatedClock(MONDAY)
    platform = FakePlatform(clock)
    desk = OutboxDesk(database, clock, [platform])
    health = Health("127.0.0.1:0", desk.app.vitals, desk.app.meters, patience=0.3)
    await health.start()
    async with aiohttp.ClientSession() as client:
        yield Asking(desk, platform, health, client)
    await health.close()


async def test_it_is_well_while_the_heart_beats_and_says_why_it_is_not(asking: Asking) -> None:
    status, said = await asking.json("/healthz")
    assert (status, said["status"], said["heartbeat_age_seconds"]) == (503, "stuck", None)
    await asking.desk.app.begin()
    assert await asking.json("/healthz") == (
        200,
        {"status": "ok", "heartbeat_age_seconds": 0.0, "reasons": [], "warnings": []},
    )
    asking.desk.clock.set(MONDAY + 3 * MINUTE)
    assert await asking.json("/healthz") == (
        503,
        {
            "status": "stuck",
            "heartbeat_age_seconds": 180.0,
            "reasons": ["no audit has ended for too long"],
            "warnings": [],
        },
    )


async def test_a_platform_that_refuses_is_a_warning_and_the_heart_beats_on(asking: Asking) -> None:
    app, desk = asking.desk.app, asking.desk
    await app.begin()
    asking.platform.fail_always("", TryLater("502 Bad Gateway"))
    desk.say("5001", "一")
    await app.advance(MONDAY + 8 * MINUTE, step=MINUTE)
    status, said = await asking.json("/healthz")
    assert (status, said["status"], said["warnings"]) == (200, "degraded", ["chats that wait for telegram: 1"])
    asking.platform.fail_always("", None)
    await app.advance(MONDAY + 11 * MINUTE, step=MINUTE)
    assert (await asking.json("/healthz"))[1]["status"] == "ok"


async def test_it_is_ready_once_every_intake_runs_and_the_database_answers_until_it_stops(asking: Asking) -> None:
    app = asking.desk.app
    assert await asking.json("/readyz") == (
        503,
        {"ready": False, "reasons": ["the intake of telegram does not run"]},
    )
    app.vitals.intake("telegram", "runs")
    assert await asking.json("/readyz") == (200, {"ready": True, "reasons": []})
    app.vitals.intake("telegram", "starts")
    assert (await asking.json("/readyz"))[0] == 503
    app.vitals.intake("telegram", "elsewhere")  # another process polls
    assert (await asking.json("/readyz"))[0] == 200
    app.vitals.stops()
    assert await asking.json("/readyz") == (503, {"ready": False, "reasons": ["it is stopping"]})


async def test_it_is_not_ready_without_its_database(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    asking.desk.app.vitals.intake("telegram", "runs")
    asking.desk.database.close()
    monkeypatch.setattr(asking.desk.app.vitals, "_ping", lambda: 1 / 0)
    assert await asking.json("/readyz") == (503, {"ready": False, "reasons": ["the database does not answer"]})


async def test_the_metrics_count_what_the_app_does_and_name_nobody(asking: Asking) -> None:
    app, desk = asking.desk.app, asking.desk
    network = desk.network
    await app.begin()
    with desk.context() as context:
        context.later("still_open:1", "requests.still_open", MONDAY + MINUTE, region=network.shenzhen.id)
    desk.say(network.managers_chat.chat, "张伟")
    await app.settle()
    await app.advance(MONDAY + 2 * MINUTE, step=MINUTE)
    status, metrics = await asking.get("/metrics")
    assert status == 200
    lines = metrics.splitlines()
    assert 'xietong_messages_said_total{platform="telegram"} 1.0' in lines
    assert 'xietong_outbox_open{platform="telegram"} 0.0' in lines
    assert 'xietong_requests_open{state="asking"} 0.0' in lines
    assert 'xietong_audit_findings{kind="timer"} 0.0' in lines
    assert "xietong_timers_due 0.0" in lines
    assert "xietong_heartbeat_age_seconds 0.0" in lines
    assert any(line.startswith("xietong_timer_lateness_seconds_count") for line in lines)
    assert network.managers_chat.chat not in metrics
    assert "张伟" not in metrics


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/healthz", "HEAD", 503),
        ("/metrics", "HEAD", 200),
        ("/metrics", "POST", 405),
        ("/readyz", "DELETE", 405),
        ("/", "GET", 404),
        ("/../config.toml", "GET", 404),
        ("/metrics/", "GET", 404),
    ],
)
async def test_it_answers_what_it_is_for_and_nothing_else(asking: Asking, path: str, method: str, status: int) -> None:
    found, body = await asking.get(path, method)
    assert found == status
    if method == "HEAD":
        assert body == ""


async def test_nothing_of_a_request_is_logged(asking: Asking, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await asking.get("/nobody-here?secret=hunter2")
    reader, writer = await asyncio.open_connection("127.0.0.1", asking.health.port)
    writer.write(b"BAD hunter2 \x00\xff\r\nhunter2\r\n\r\n")
    await writer.drain()
    await reader.read()
    writer.close()
    assert not [record for record in caplog.records if "hunter2" in record.getMessage()]
    assert not [record for record in caplog.records if record.name.startswith("aiohttp")]


async def test_a_client_that_says_nothing_is_hung_up_on(asking: Asking) -> None:
    silent, silent_writer = await asyncio.open_connection("127.0.0.1", asking.health.port)
    slow, slow_writer = await asyncio.open_connection("127.0.0.1", asking.health.port)
    slow_writer.write(b"GET /metrics HTTP/1.1\r\nHost: ")
    for reader in (silent, slow):
        async with asyncio.timeout(60):
            with contextlib.suppress(ConnectionResetError):
                assert await reader.read() == b"", "it answered half a request"
    for writer in (silent_writer, slow_writer):
        writer.close()


async def test_a_port_that_is_taken_stops_nobody_and_is_said_once(
    asking: Asking, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        listen = f"127.0.0.1:{other.getsockname()[1]}"
        health = Health(listen, asking.desk.app.vitals, asking.desk.app.meters)
        await health.start()
        assert health.port == 0
        await health.close()
    said = [record.getMessage() for record in caplog.records if record.name == "bot.health"]
    assert len(said) == 1
    assert listen in said[0]


async def test_without_an_address_it_listens_nowhere(asking: Asking) -> None:
    health = Health("", asking.desk.app.vitals, asking.desk.app.meters)
    await health.start()
    assert health.port == 0
    await health.close()
