"""Hold a Socket Mode connection to Slack: acknowledge what was stored, come back by itself, say an outage once.

slack_sdk's own client is not used: it tries a spent address for ever when a handshake fails (python-slack-sdk issues
1446, 1110), waits up to its ping interval after a cut, and logs the address, whose ticket is a secret.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.clock import Clock
from bot.platform import DeliveryError, TryLater

log = logging.getLogger(__name__)

HELLO_SECONDS = 15
HEARTBEAT_SECONDS = 20  # a network that went away silently is noticed within thirty
CLOSE_SECONDS = 2.0  # a peer that does not answer our goodbye must not hold up the end of the process
RETIRE_SECONDS = 30  # Slack closes a connection it wants refreshed within about ten
STEADY = timedelta(seconds=10)  # a connection that lived longer ends a row of failures
LONGEST_WAIT = 30.0  # apps.connections.open is allowed about once a minute, with bursts

Endpoint = Callable[[], Awaitable[str]]
Handle = Callable[[dict[str, Any]], Awaitable[BoltResponse]]


@dataclass(eq=False)
class _Connection:
    """One websocket; `over` is set when another should take its place, `asked` when Slack wants that."""

    ws: aiohttp.ClientWebSocketResponse
    since: datetime
    over: asyncio.Event = field(default_factory=asyncio.Event)
    asked: bool = False
    reader: asyncio.Task[None] | None = None


class Socket:
    """Slack's envelopes, over as many connections one after another as it takes."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        clock: Clock,
        endpoint: Endpoint,
        handle: Handle,
        *,
        proxy: str | None = None,
    ) -> None:
        self._session = session
        self._clock = clock
        self._endpoint = endpoint
        self._handle = handle
        self._proxy = proxy
        self._connections: set[_Connection] = set()
        self._envelopes: set[asyncio.Task[None]] = set()
        self._retiring: set[asyncio.Task[None]] = set()
        self._keeper: asyncio.Task[None] | None = None
        self._down_since: datetime | None = None

    async def start(self) -> None:
        """Connect, and stay connected from now on. Raises a `DeliveryError` when the first attempt fails."""
        self._keeper = asyncio.create_task(self._keep(await self._connect()))

    async def stop(self) -> None:
        """Take in nothing more, acknowledge what was taken in, and disconnect."""
        waiting = [self._keeper, *self._retiring, *(one.reader for one in self._connections)]
        running = [task for task in waiting if task is not None]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await asyncio.gather(*self._envelopes, return_exceptions=True)
        await asyncio.gather(*(one.ws.close() for one in self._connections), return_exceptions=True)
        self._connections.clear()

    async def _keep(self, connection: _Connection) -> None:
        """Replace the connection whenever it is lost or Slack wants it refreshed."""
        tries = 0
        while True:
            await connection.over.wait()
            if not connection.asked:
                self._lost("the connection was cut")
            if self._clock.now() - connection.since > STEADY:
                tries = 0
            fresh = None
            while fresh is None:
                if tries:
                    await self._clock.sleep(min(2.0 ** (tries - 1), LONGEST_WAIT))
                tries += 1
                fresh = await self._try_again()
            # What Slack still sends over the old connection is heard while the new one already stands.
            self._spawn(self._retiring, self._retire(connection))
            connection = fresh

    async def _try_again(self) -> _Connection | None:
        try:
            return await self._connect()
        except DeliveryError as error:
            self._lost(str(error))
            if isinstance(error, TryLater) and error.seconds:
                await self._clock.sleep(error.seconds)
            return None

    async def _connect(self) -> _Connection:
        url = await self._endpoint()
        ws = None
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                ws = await self._session.ws_connect(
                    url,
                    heartbeat=HEARTBEAT_SECONDS,
                    timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_SECONDS),
                    proxy=self._proxy,
                )
                hello = await ws.receive()
            greeting = json.loads(hello.data) if hello.type is aiohttp.WSMsgType.TEXT else {}
            if greeting.get("type") != "hello":
                raise TryLater(f"Slack's socket said no hello but {greeting.get('reason', hello.type.name)}")
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            # The error names the address and so the ticket: neither it nor its traceback goes further.
            await self._discard(ws)
            raise TryLater(f"Slack's socket: {type(error).__name__}") from None
        except TryLater:
            await self._discard(ws)
            raise
        connection = _Connection(ws, self._clock.now())
        connection.reader = asyncio.create_task(self._read(connection))
        self._connections.add(connection)
        self._regained()
        return connection

    async def _discard(self, ws: aiohttp.ClientWebSocketResponse | None) -> None:
        if ws is not None:
            await ws.close()

    async def _read(self, connection: _Connection) -> None:
        try:
            async for frame in connection.ws:
                if frame.type is aiohttp.WSMsgType.TEXT:
                    self._hear(connection, json.loads(frame.data))
        finally:
            connection.over.set()

    def _hear(self, connection: _Connection, data: dict[str, Any]) -> None:
        if data.get("type") == "disconnect":
            connection.asked = True
            connection.over.set()
        elif "envelope_id" in data:
            self._spawn(self._envelopes, self._answer(connection, data))

    async def _answer(self, connection: _Connection, envelope: dict[str, Any]) -> None:
        """Acknowledge an envelope that was stored; one that was not is left for Slack to deliver again."""
        response = await self._handle(envelope.get("payload") or {})
        if response.status != 200:
            return
        payload = json.loads(response.body) if response.body.startswith("{") else None
        try:
            await connection.ws.send_json(SocketModeResponse(envelope["envelope_id"], payload).to_dict())
        except (aiohttp.ClientError, ConnectionError):
            log.info("Slack will deliver again what was acknowledged too late")

    async def _retire(self, connection: _Connection) -> None:
        if connection.reader is not None:
            await asyncio.wait({connection.reader}, timeout=RETIRE_SECONDS)
            connection.reader.cancel()
        await connection.ws.close()
        self._connections.discard(connection)

    def _spawn(self, tasks: set[asyncio.Task[None]], work: Any) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    def _lost(self, why: str) -> None:
        if self._down_since is None:
            self._down_since = self._clock.now()
            log.warning("Slack is out of reach (%s); trying again until it is back", why)

    def _regained(self) -> None:
        if self._down_since is not None:
            away = (self._clock.now() - self._down_since).total_seconds()
            self._down_since = None
            log.warning("Slack is back after %.0f s", away)
