"""How the faked Slack hands over what happens: Socket Mode, or signed HTTP requests."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

import aiohttp
from aiohttp import WSMsgType, web

from bot.clock import Clock
from tests.wire_slack_web import Json, Refused, SlackWeb

Signature = Literal["valid", "forged", "stale", "future", "odd", "none"]
FORM_TYPE = "application/x-www-form-urlencoded"
SKEWS = {"stale": -301, "future": 301}


@dataclass(eq=False)
class Delivery:
    """One thing handed to the bot, and what became of it; `status` is that of the last HTTP answer."""

    id: str
    kind: str
    payload: Json
    accepts: bool = False
    at: float = 0.0
    attempts: int = 0
    acked: bool = False
    latency: float = 0.0
    answer: Json | None = None
    status: int = 0

    def body(self) -> tuple[str, str]:
        """Return the body of an HTTP request and its content type."""
        if self.kind == "events_api":
            return json.dumps(self.payload), "application/json"
        fields = self.payload if self.kind == "slash_commands" else {"payload": json.dumps(self.payload)}
        return urlencode(fields), FORM_TYPE


class SlackLine(SlackWeb):
    """A workspace that talks to its app: over a socket, or over HTTP after `use_http`."""

    signing_secret = "8f742231b10e8888abcd99yyyzzz85a5"

    def __init__(self, *, clock: Clock | None = None, pace: float = 0.0) -> None:
        super().__init__(clock=clock, pace=pace)
        self.deliveries: list[Delivery] = []
        self.handshakes_to_refuse = 0
        self.connections = 0  # how many sockets were ever opened
        self.sockets: list[web.WebSocketResponse] = []  # those open now
        self.in_turn = False  # hand over to one socket after the other, as Slack does, rather than to the newest
        self.http_url = ""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    # Starting and stopping

    async def start(self, port: int = 0) -> None:
        """Listen on loopback."""
        await super().start(port)
        self._loop = asyncio.get_running_loop()
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))

    async def stop(self) -> None:
        """Close sockets, server and client."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for socket in list(self.sockets):
            await socket.close()
        if self._session is not None:
            await self._session.close()
        await super().stop()

    def add_routes(self, app: web.Application) -> None:
        """Serve the socket beside the rest."""
        super().add_routes(app)
        app.router.add_get("/socket", self._socket)

    # Handing over

    def deliver(self, kind: str, payload: Json, *, accepts: bool = False) -> Delivery:
        """Hand something to the bot; what it does not acknowledge is sent again over the next connection."""
        with self.lock:
            delivery = Delivery(f"env-{next(self.ids)}", kind, payload, accepts)
            self.deliveries.append(delivery)
        self.redeliver(delivery)
        return delivery

    def redeliver(self, delivery: Delivery) -> None:
        """Send a delivery (again), acknowledged or not."""
        self._run(self._send(delivery))

    async def settled(self, *deliveries: Delivery) -> None:
        """Wait until these deliveries (all, without any named) are acknowledged."""
        await self.wait_for(lambda: all(one.acked for one in deliveries or self.deliveries))

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(self._track(work), self._loop)

    async def _track(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await task

    async def _send(self, delivery: Delivery) -> None:
        if not delivery.at:
            delivery.at = asyncio.get_running_loop().time()
        if self.http_url:
            delivery.attempts += 1
            body, kind = delivery.body()
            delivery.status, answer = await self.request(body, kind, retry=delivery.attempts - 1)
            if delivery.status == 200:
                self._acknowledge(delivery, json.loads(answer) if answer.startswith("{") else None)
            self.changed()
        elif self.sockets:
            place = self.deliveries.index(delivery) % len(self.sockets) if self.in_turn else -1
            await self._frame(self.sockets[place], delivery)

    async def _frame(self, socket: web.WebSocketResponse, delivery: Delivery) -> None:
        delivery.attempts += 1
        frame = {
            "type": delivery.kind,
            "envelope_id": delivery.id,
            "payload": delivery.payload,
            "accepts_response_payload": delivery.accepts,
        }
        if delivery.kind == "events_api":
            frame |= {"retry_attempt": delivery.attempts - 1, "retry_reason": ""}
        with contextlib.suppress(ConnectionError):  # it stays unacknowledged and goes over the next connection
            await socket.send_json(frame)
        self.changed()

    def _acknowledge(self, delivery: Delivery, answer: Json | None) -> None:
        with self.lock:
            if delivery.acked:
                return
            delivery.acked, delivery.answer = True, answer
            delivery.latency = asyncio.get_running_loop().time() - delivery.at
            if answer is not None and not delivery.accepts:
                self.violations.append(f"{delivery.kind}: an acknowledgement with a payload: {answer}")
            if delivery.payload.get("type") == "view_submission":
                self._submitted(delivery)

    def _submitted(self, delivery: Delivery) -> None:
        shown = next(one for one in self.views if one.id == delivery.payload["view"]["id"])
        answer = delivery.answer or {}
        action = answer.get("response_action", "close")
        if action == "errors":
            fields = {block.get("block_id") for block in shown.content["blocks"]}
            if unknown := set(answer["errors"]) - fields or not answer["errors"]:
                self.violations.append(f"errors at no field: {unknown}")
            shown.errors = answer["errors"]
        elif action == "update":
            try:
                self.change(shown, answer["view"])
            except Refused as refusal:
                self.violations.append(f"response_action update: {refusal.why}")
        elif answer and action not in ("close", "clear"):
            self.violations.append(f"response_action {action}")
        else:
            shown.open = False

    # The socket

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            self.violations.append("a socket was opened with a ticket that is spent or was never given")
            return web.Response(status=403)
        self.tickets.discard(ticket)
        if self.handshakes_to_refuse:
            self.handshakes_to_refuse -= 1
            return web.Response(status=503)
        socket = web.WebSocketResponse(timeout=1)
        await socket.prepare(request)
        self.sockets.append(socket)
        self.connections += 1
        try:
            info = {"num_connections": len(self.sockets), "connection_info": {"app_id": "A0APP"}}
            await socket.send_json({"type": "hello", **info})
            for delivery in [one for one in self.deliveries if not one.acked]:
                await self._frame(socket, delivery)
            self.changed()
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    self._hear(json.loads(frame.data))
        finally:
            self.sockets.remove(socket)
            self.changed()
        return socket

    def _hear(self, ack: Json) -> None:
        delivery = next((one for one in self.deliveries if one.id == ack.get("envelope_id")), None)
        if delivery is None or not set(ack) <= {"envelope_id", "payload"}:
            self.violations.append(f"no acknowledgement: {ack}")
        else:
            self._acknowledge(delivery, ack.get("payload"))
        self.changed()

    def refresh(self, reason: str = "refresh_requested") -> None:
        """Ask for another connection; the old one stays open until `retire`."""
        self._run(self.sockets[-1].send_json({"type": "disconnect", "reason": reason, "debug_info": {}}))

    def retire(self) -> None:
        """Close the oldest connection in good order."""
        self._run(self._close(self.sockets[0]))

    async def _close(self, socket: web.WebSocketResponse) -> None:
        await socket.close()

    def cut(self) -> None:
        """Break every connection without a word."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._abort)

    def _abort(self) -> None:
        for socket in self.sockets:
            transport = socket._req.transport if socket._req is not None else None
            if transport is not None:
                transport.abort()

    # HTTP

    def use_http(self, url: str) -> None:
        """Deliver signed requests to this address instead of the socket."""
        self.http_url = url

    async def push(self, body: str, *, signature: Signature = "valid", content_type: str = "application/json") -> int:
        """Send one request of any kind and return its status."""
        status, _ = await self.request(body, content_type, signature=signature)
        return status

    async def request(
        self, body: str, content_type: str, *, signature: Signature = "valid", retry: int = 0
    ) -> tuple[int, str]:
        """Send one request and return its status and answer; a refused connection is status 0."""
        assert self._session is not None
        headers = {"Content-Type": content_type, **self._signed(body, signature)}
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
        try:
            async with self._session.post(self.http_url, data=body.encode(), headers=headers) as response:
                return response.status, await response.text()
        except aiohttp.ClientError:
            return 0, ""

    def _signed(self, body: str, signature: Signature) -> dict[str, str]:
        if signature == "none":
            return {}
        at = str(int(self.clock.now().timestamp()) + SKEWS.get(signature, 0))
        if signature == "odd":
            return {"X-Slack-Request-Timestamp": "yesterday", "X-Slack-Signature": "v0=é"}
        secret = "another" if signature == "forged" else self.signing_secret
        digest = hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}"}
