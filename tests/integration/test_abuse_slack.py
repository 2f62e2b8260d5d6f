"""Slack's open port: what Slack did not sign just now is refused; what it signed is worked once, whoever repeats it."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

import aiohttp
import pytest
from sqlmodel import select

from bot.app import App
from bot.slack import PATH, Slack
from bot.threads import Inline
from handlers.load import load
from handlers.settings import Settings
from storage.database import Database
from storage.tables.audit import AuditEntry
from storage.tables.queues import InboundRow
from tests.factories import small_network
from tests.slack_desk import QuickClock
from tests.wire_slack import SlackWire
from tests.wire_slack_web import TEAM

load()

FORM = "application/x-www-form-urlencoded"
MEGABYTE = 1024**2


class Port:
    """The bot on a real database, taking in over HTTP."""

    def __init__(self, wire: SlackWire, database: Database) -> None:
        self.wire = wire
        self.clock = QuickClock()
        self.slack = Slack(
            bot_token=wire.bot_token,
            signing_secret=wire.signing_secret,
            mode="http",
            base_url=wire.base_url,
            listen="127.0.0.1:0",
            clock=self.clock,
        )
        self.app = App(database, Settings(), self.clock, [self.slack], workers=Inline())
        self.database = database

    async def start(self) -> None:
        await self.slack.start(self.app.take, self.app.answer)
        self.wire.use_http(f"http://{self.slack.address}{PATH}")

    def signed(self, body: bytes, *, at: str = "", over: bytes | None = None, ago: float = 0) -> dict[str, str]:
        """Sign a body (or another) as Slack does, at a time."""
        at = at or str(int((self.clock.now() - timedelta(seconds=ago)).timestamp()))
        base = b"v0:" + at.encode() + b":" + (body if over is None else over)
        digest = hmac.new(self.wire.signing_secret.encode(), base, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}"}

    async def posts(self, body: bytes, headers: dict[str, str], kind: str = FORM) -> int:
        async with aiohttp.ClientSession() as session:
            given = {"Content-Type": kind, **headers}
            async with session.post(self.wire.http_url, data=body, headers=given) as response:
                return response.status

    async def settles(self) -> None:
        await self.app.inbox.idle()

    def stored(self) -> list[InboundRow]:
        with self.database.transaction(writing=False) as session:
            return list(session.exec(select(InboundRow)))

    def acts(self) -> list[str]:
        with self.database.transaction(writing=False) as session:
            return [entry.act for entry in session.exec(select(AuditEntry))]


@pytest.fixture
async def port(database: Database) -> AsyncIterator[Port]:
    async with SlackWire() as wire:
        with database.transaction() as session:
            network = small_network(session)
        wire.add_channel("C0EAST", f"U{network.sz02_manager.id:04}")
        port = Port(wire, database)
        await port.start()
        yield port
        await port.settles()
        await port.slack.close()


def command(text: str, trigger: str = "13.37.a") -> bytes:
    return urlencode(
        {
            "team_id": TEAM,
            "channel_id": "D0ANNA",
            "user_id": "U0ANNA",
            "user_name": "anna",
            "command": "/xietong",
            "text": text,
            "trigger_id": trigger,
        }
    ).encode()


def press(token: str, trigger: str) -> bytes:
    payload = {
        "type": "block_actions",
        "team": {"id": TEAM},
        "user": {"id": "U0ANNA"},
        "trigger_id": trigger,
        "container": {"type": "message", "message_ts": "1.1", "channel_id": "D0ANNA"},
        "actions": [{"value": token}],
    }
    return urlencode({"payload": json.dumps(payload)}).encode()


def form(trigger: str) -> bytes:
    payload = {
        "type": "view_submission",
        "team": {"id": TEAM},
        "user": {"id": "U0ANNA"},
        "trigger_id": trigger,
        "view": {"id": "V1", "private_metadata": json.dumps({"token": "t", "chat": "D0ANNA", "thread": ""})},
    }
    return urlencode({"payload": json.dumps(payload)}).encode()


def words(event_id: str) -> bytes:
    event = {"type": "message", "channel": "D0ANNA", "user": "U0ANNA", "text": "whoami", "ts": "100.1"}
    return json.dumps({"type": "event_callback", "team_id": TEAM, "event_id": event_id, "event": event}).encode()


def left(event_id: str) -> bytes:
    event = {"type": "channel_archive", "channel": "C0EAST", "user": "U0ANNA"}
    return json.dumps({"type": "event_callback", "team_id": TEAM, "event_id": event_id, "event": event}).encode()


# Not Slack


@pytest.mark.parametrize(
    ("sign", "name"),
    [
        (lambda port, body: {}, "none"),
        (lambda port, body: port.signed(body, over=body + b"&x=1"), "another body"),
        (lambda port, body: port.signed(body, over=b""), "no body"),
        (lambda port, body: port.signed(body, ago=301), "stale"),
        (lambda port, body: port.signed(body, ago=-302), "of the future"),
        (lambda port, body: port.signed(body) | {"X-Slack-Request-Timestamp": "0"}, "another time"),
        (lambda port, body: port.signed(body, at="9" * 400), "a time no clock has"),
        (lambda port, body: port.signed(body, at="nan"), "no number"),
        (lambda port, body: port.signed(body) | {"X-Slack-Signature": "v0="}, "empty"),
        (lambda port, body: port.signed(body) | {"X-Slack-Signature": "v1=" + "0" * 64}, "another version"),
        (lambda port, body: port.signed(body) | {"X-Slack-Signature": "v0=\u00e9"}, "odd letters"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_slack_did_not_sign_just_now_over_this_body_is_refused(
    port: Port, sign: object, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    body = command("whoami")
    assert callable(sign)
    assert await port.posts(body, sign(port, body)) == 401
    assert port.stored() == []
    assert caplog.records == []  # knocking at the door fills no log


async def test_a_body_of_another_encoding_than_text_is_refused(port: Port) -> None:
    body = b"\xff\xfe\x00"
    assert await port.posts(body, port.signed(body)) == 401


async def test_a_body_that_unpacks_to_very_much_is_refused_before_it_is_signed_for(port: Port) -> None:
    bomb = gzip.compress(b"x" * 30 * MEGABYTE)
    assert await port.posts(bomb, {"Content-Encoding": "gzip"}) in {400, 413}
    assert port.stored() == []


async def test_a_body_that_never_comes_to_its_end_is_given_up(port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.slack.BODY_SECONDS", 0.05)
    place = urlsplit(port.wire.http_url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    writer.write(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nx".encode())
    async with asyncio.timeout(60):
        assert b" 408 " in await reader.readline()
    writer.close()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"[" * 100_000, "application/json"),
        (b'{"a":' * 100_000, "application/json"),
        (b"payload=" + b"[" * 100_000, FORM),
        (b"payload=7", FORM),
        (b"payload=", FORM),
        (b"", FORM),
        (b"7", "application/json"),
    ],
    ids=range(7),
)
async def test_signed_bodies_that_say_nothing_are_a_400(port: Port, body: bytes, kind: str) -> None:
    assert await port.posts(body, port.signed(body), kind) == 400
    assert port.stored() == []


# Slack, again and again


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda: command("whoami"), FORM),
        (lambda: press("no-such-token", "13.38.b"), FORM),
        (lambda: form("13.39.c"), FORM),
        (lambda: words("Ev1"), "application/json"),
        (lambda: left("Ev2"), "application/json"),
    ],
    ids=["command", "press", "form", "words", "event"],
)
async def test_a_signed_request_replayed_within_its_five_minutes_has_one_effect(
    port: Port, make: object, kind: str
) -> None:
    assert callable(make)
    body = make()
    headers = port.signed(body, ago=120)
    for _ in range(5):
        assert await port.posts(body, headers, kind) == 200
    await port.settles()
    assert len(port.stored()) == 1
    assert len(port.acts()) <= 1


async def test_the_same_words_as_two_events_are_one_inbound(port: Port) -> None:
    for body in (words("Ev1"), words("Ev2")):
        assert await port.posts(body, port.signed(body), "application/json") == 200
    await port.settles()
    assert len(port.stored()) == 1


async def test_a_retry_whose_first_delivery_never_arrived_is_worked(port: Port) -> None:
    body = words("Ev1")
    headers = {**port.signed(body), "X-Slack-Retry-Num": "2", "X-Slack-Retry-Reason": "http_timeout"}
    assert await port.posts(body, headers, "application/json") == 200
    await port.settles()
    assert [row.done_at is not None for row in port.stored()] == [True]


async def test_a_command_about_a_payload_is_a_command(port: Port) -> None:
    body = command("transfer payload=1 x1 urgent")
    assert await port.posts(body, port.signed(body)) == 200
    await port.settles()
    (row,) = port.stored()
    assert "payload=1" in row.payload


async def test_words_cannot_smuggle_in_a_field_of_their_own(port: Port) -> None:
    body = command("x&user_id=U0HQ&payload={}&text=approve")
    assert await port.posts(body, port.signed(body)) == 200
    await port.settles()
    (row,) = port.stored()
    assert json.loads(row.payload)["user"] == "U0ANNA"
