"""The webhook's open port: whoever calls without the secret gets nowhere, and whoever has it breaks nothing."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import zlib
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from tests.integration.telegram_desk import GROUP, SECRET, ZHANG, Desk, hooked
from tests.integration.telegram_desk import given_wire as given_wire
from tests.wire_telegram import TelegramWire

HEADER = "X-Telegram-Bot-Api-Secret-Token"
MEGABYTE = 1024**2


class Caller:
    """Somebody who found the port."""

    def __init__(self, wire: TelegramWire, desk: Desk) -> None:
        self.wire = wire
        self.desk = desk
        self.url: str = wire.webhook["url"]

    async def posts(self, body: bytes, *, secret: str | None = SECRET, **headers: str) -> int:
        given = {"Content-Type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}}
        if secret is not None:
            given[HEADER] = secret
        async with aiohttp.ClientSession() as session:
            try:
                async with session.post(self.url, data=io.BytesIO(body), headers=given) as response:
                    return response.status
            except aiohttp.ClientError:
                return 0  # the connection was closed while the body was still on its way

    async def is_served(self) -> None:
        """Check that what Telegram itself sends is still taken in."""
        before = len(self.desk.stored)
        assert await self.wire.push(self.wire.say(ZHANG, "/help", GROUP)) == 200
        assert len(self.desk.stored) == before + 1


@pytest.fixture
async def caller(wire: TelegramWire) -> AsyncIterator[Caller]:
    async with hooked(wire) as (_, desk):
        yield Caller(wire, desk)


def update(**message: Any) -> bytes:
    words = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "x", **message}
    return json.dumps({"update_id": 7, "message": words}).encode()


@pytest.mark.parametrize(
    "secret", [None, "", "wrong", SECRET[:-1], SECRET + "x", SECRET.upper(), "\xff\xfe", "é" * 5000]
)
async def test_without_the_secret_nothing_is_read_and_nothing_stored(caller: Caller, secret: str | None) -> None:
    assert await caller.posts(update(), secret=secret) in {401, 400}  # 400: a header over the server's limit
    assert caller.desk.taken == []
    await caller.is_served()


async def test_a_body_of_any_size_without_the_secret_is_not_even_read(caller: Caller) -> None:
    assert await caller.posts(b"x" * 50 * MEGABYTE, secret="wrong") in {401, 0}
    assert caller.desk.taken == []
    await caller.is_served()


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
async def test_a_body_that_unpacks_to_very_much_is_refused(caller: Caller, encoding: str, pack: Any) -> None:
    bomb = pack(b'{"update_id": 7, "x": "' + b"x" * 30 * MEGABYTE + b'"}')
    assert len(bomb) < MEGABYTE // 4
    assert await caller.posts(bomb, Content_Encoding=encoding) in {400, 413}
    assert caller.desk.taken == []
    await caller.is_served()


async def test_a_packed_update_of_an_honest_size_is_read(caller: Caller) -> None:
    assert await caller.posts(gzip.compress(update()), Content_Encoding="gzip") == 200


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"update_id":' * 50_000,
        b'{"update_id": ' + b"9" * 100_000 + b"}",
        b'{"update_id": 1e400}',
        b'{"update_id": NaN}',
        b"\x1f\x8b\x08broken",
        b"\xed\xa0\x80",
    ],
    ids=["lists", "objects", "a long number", "infinity", "nan", "gzip unsaid", "a half character"],
)
async def test_what_is_no_update_is_a_400(caller: Caller, body: bytes) -> None:
    assert await caller.posts(body) == 400
    assert caller.desk.taken == []
    await caller.is_served()


def nested(depth: int) -> bytes:
    words: dict[str, Any] = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "x"}
    for _ in range(depth):
        words = {**words, "reply_to_message": words}
    return json.dumps({"update_id": 7, "message": words}).encode()


@pytest.mark.parametrize(
    "body",
    [
        update(date=10**30),
        update(date=-(10**15)),
        update(chat=None),
        update(text=["x"]),
        update(text={"a": 1}),
        update(entities="x"),
        update(**{"from": 7}),
        update(reply_to_message=[]),
        b'{"update_id": 7, "callback_query": {"id": "1", "data": {"a": 1}}}',
        b'{"update_id": 7, "my_chat_member": []}',
        nested(700),
    ],
    ids=range(11),
)
async def test_an_update_of_the_wrong_shape_is_passed_over_and_stops_nothing(caller: Caller, body: bytes) -> None:
    assert await caller.posts(body) == 200
    assert not any(caller.desk.taken)
    await caller.is_served()


async def test_an_unreadable_update_stops_no_polling(wire: TelegramWire) -> None:
    from bot.telegram import Telegram
    from tests.integration.telegram_desk import Clock
    from tests.wire_telegram import TOKEN

    telegram, desk = Telegram(TOKEN, base_url=wire.url, clock=Clock()), Desk(wire)
    wire.updates += [json.loads(update(date=10**30)) | {"update_id": 1}, json.loads(nested(700)) | {"update_id": 2}]
    await telegram.start(desk.take, desk.answer)
    wire.say(ZHANG, "/help", GROUP)
    assert (await desk.one()).text == "help"
    await telegram.stop_intake()
    await telegram.close()


async def test_any_content_type_is_judged_by_its_body(caller: Caller) -> None:
    assert await caller.posts(update(), Content_Type="text/html") == 200
    assert await caller.posts(b"update_id=7", Content_Type="application/x-www-form-urlencoded") == 400


async def test_a_body_that_never_comes_to_its_end_is_given_up(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.telegram_intake.BODY_SECONDS", 0.05)
    place = urlsplit(caller.url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    writer.write(f"POST /telegram HTTP/1.1\r\nHost: x\r\n{HEADER}: {SECRET}\r\nContent-Length: 1000\r\n\r\n{{".encode())
    async with asyncio.timeout(60):
        assert b" 408 " in await reader.readline()
    writer.close()
    await caller.is_served()


async def test_hundreds_of_connections_that_say_nothing_keep_nobody_out(caller: Caller) -> None:
    place = urlsplit(caller.url)
    idle = [await asyncio.open_connection(place.hostname, place.port) for _ in range(200)]
    for _, writer in idle[:100]:
        writer.write(b"POST /telegram HTTP/1.1\r\nX-")
    await caller.is_served()
    for _, writer in idle:
        writer.close()


@pytest.mark.parametrize("path", ["/../../etc/passwd", "/%2e%2e/%00", "//x", "/" + "x" * 4000, "/telegram?secret=1"])
async def test_no_path_leads_anywhere_else(caller: Caller, path: str) -> None:
    place = urlsplit(caller.url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    for method in ("GET", "POST", "PUT"):
        writer.write(f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode())
        async with asyncio.timeout(60):
            status = int((await reader.readuntil(b"\r\n\r\n")).split()[1])
            await reader.read(1 if status == 204 else 0)
        assert status in {400, 401, 404, 405}
        writer.close()
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
    writer.close()
    assert caller.desk.taken == []
