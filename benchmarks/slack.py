"""How soon a Slack command is acknowledged while the Web API is slow, beside a bare Bolt handler.

Signed slash commands over HTTP, 100 a second whatever the answers do, from 200 people; the Web API takes 100 ms.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

import aiohttp

from benchmarks.harness import Figure, Goal, How, Pairs, pairs_of, quantile
from benchmarks.network import Network
from benchmarks.processes import ROOM, Child, Wire, sqlite, until, wired
from bot.clock import WallClock

RATE = 100  # commands a second
SECRET = "bench"
FIGURES = (
    Figure(
        "slack-ack",
        "Slack command → ack, p99, at 100 commands/s while the Web API takes 100 ms",
        "ms",
        "bare Bolt handler, its own HTTP server",
        Goal("most", 3.0, limit=100.0),
    ),
)


def measure(how: How) -> Pairs:
    """Measure from the request to its 200."""
    network = Network()
    count = how.size(800, 300)

    def ours() -> float:
        with sqlite(how, "network", network.fill) as url, _bot(how, wire, url) as port:
            return _p99(how, "ours", port, network, count)

    def bolt() -> float:
        with _bolt(how, wire) as port:
            return _p99(how, "bolt", port, network, count)

    with wired() as wire:
        return pairs_of("slack-ack", how.in_turns(ours, bolt))


def _p99(how: How, who: str, port: int, network: Network, count: int) -> float:
    asyncio.run(_commands(port, network, 50))  # nothing is done for the first time afterwards
    seconds = asyncio.run(_commands(port, network, count))
    how.say(
        f"{who} p50 {quantile(seconds, 0.5) * 1000:.1f} ms, p99 {quantile(seconds, 0.99) * 1000:.1f} ms of {count} acks"
    )
    return quantile(seconds, 0.99) * 1000


async def _commands(port: int, network: Network, count: int) -> list[float]:
    """Send commands at their moments; return what each acknowledgement took since its moment."""
    loop = asyncio.get_running_loop()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        begun = loop.time()

        async def send(number: int) -> float:
            moment = begun + number / RATE
            await asyncio.sleep(moment - loop.time())
            body, headers = _signed(number % network.stores)
            async with session.post(f"http://127.0.0.1:{port}/slack/events", data=body, headers=headers) as response:
                await response.read()
                if response.status != 200:
                    raise RuntimeError(f"{response.status} for a command")
            return loop.time() - moment

        return await asyncio.gather(*(send(number) for number in range(count)))


def _signed(store: int) -> tuple[bytes, dict[str, str]]:
    known = {
        "token": "verification",
        "team_id": "T1",
        "team_domain": "bench",
        "channel_id": f"D{store:06}",
        "channel_name": "directmessage",
        "user_id": f"U{store:06}",
        "user_name": f"u{store}",
        "command": "/xietong",
        "text": "whoami",
        "api_app_id": "A1",
        "is_enterprise_install": "false",
        "response_url": "http://127.0.0.1:9/none",
        "trigger_id": secrets.token_hex(8),
    }
    body = urlencode(known).encode()
    moment = str(int(WallClock().now().timestamp()))
    signature = hmac.new(SECRET.encode(), b"v0:" + moment.encode() + b":" + body, hashlib.sha256).hexdigest()
    return body, {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": moment,
        "X-Slack-Signature": f"v0={signature}",
    }


@contextmanager
def _bot(how: How, wire: Wire, database: str) -> Iterator[int]:
    port = free_port()
    file = how.folder / "slack.toml"
    file.write_text(
        f'[slack]\nenabled = true\nmode = "http"\nbase_url = "{wire.url}/api/"\nlisten = "127.0.0.1:{port}"\n'
        f'bot_token = "xoxb-bench"\nsigning_secret = "{SECRET}"\n{ROOM}',
        encoding="utf-8",
    )
    words = [sys.executable, "-m", "bot", "run", "--config", str(file)]
    child = Child(words, how.folder / "slack.log", {"XIETONG_DATABASE__URL": database})
    with _listening(child, port):
        yield port


@contextmanager
def _bolt(how: How, wire: Wire) -> Iterator[int]:
    port = free_port()
    words = [sys.executable, "-m", "benchmarks.yardstick_bolt", SECRET, f"{wire.url}/api/", str(port)]
    with _listening(Child(words, how.folder / "bolt.log"), port):
        yield port


@contextmanager
def _listening(child: Child, port: int) -> Iterator[None]:
    def listens() -> bool:
        child.check()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        until(listens, "a port that listens")
        yield
    finally:
        child.kill()  # it would say what its outbox still holds, at Slack's pace


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
