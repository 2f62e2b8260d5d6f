"""Servers that answer as the platforms do, only stricter, so that the real process can be driven at the wire.

A wire runs in the test's own event loop (`async with TelegramWire() as wire`) or in a thread with a loop of
its own (`with TelegramWire().in_thread() as wire`), for a test that drives a subprocess. Its helpers may be
called from either side; `wait_for` is awaited from any loop and `wait_until` blocks a thread.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Self

from aiohttp import web

from bot.clock import Clock, WallClock

if TYPE_CHECKING:
    from tests.wire_slack import SlackWire as SlackWire
    from tests.wire_telegram import TelegramWire as TelegramWire


@dataclass
class Call:
    """One call the wire received; `status` is 0 while it is unanswered or was never answered."""

    method: str
    params: dict[str, Any]
    at: datetime
    status: int = 0
    answer: Any = None


How = Literal["status", "hang", "cut", "half"]

# Seconds until what is waited for is given up. It ends a test that hangs and bounds none that passes: a machine that
# runs every test at once may take long over what takes a moment on a quiet one.
PATIENCE = 60.0


@dataclass
class Failure:
    """How a coming call fails: by a status, by no answer (`hang`), or by a connection cut halfway (`cut`).

    `half` closes our half of the connection without a word and goes on listening.

    `done` says that the call is carried out nevertheless: only its answer is lost.
    """

    method: str
    status: int = 500
    how: How = "status"
    done: bool = False
    retry_after: int = 0
    extra: dict[str, Any] = field(default_factory=dict)


class Wire:
    """What every fake platform shares: a server on loopback, the calls it got, failures to order, waiting."""

    def __init__(self, *, clock: Clock | None = None) -> None:
        self.clock: Clock = clock or WallClock()
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.url = ""
        self.lock = threading.RLock()
        self.trouble: Callable[[Call], Failure | None] = lambda call: None  # says of each call how it fails
        self._failures: list[Failure] = []
        self._condition = threading.Condition(self.lock)
        self._waiters: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
        self._runner: web.AppRunner | None = None
        self._stopping = asyncio.Event()

    # To be filled in by each platform

    def add_routes(self, app: web.Application) -> None:
        """Add the platform's paths; their handlers end in `serve`."""
        raise NotImplementedError

    async def carry_out(self, call: Call, request: web.Request) -> web.StreamResponse:
        """Do what one call asks."""
        raise NotImplementedError

    def failure_response(self, failure: Failure) -> web.Response:
        """Word a failure as the platform does."""
        headers = {"Retry-After": str(failure.retry_after)} if failure.retry_after else None
        return web.json_response({"ok": False, **failure.extra}, status=failure.status, headers=headers)

    # Starting and stopping

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; `url` is known afterwards."""
        self._stopping = asyncio.Event()
        app = web.Application(client_max_size=50 * 1024**2)
        self.add_routes(app)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        host, number = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{number}"

    async def stop(self) -> None:
        """Close every connection; what is still unanswered stays so."""
        self._stopping.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @contextmanager
    def in_thread(self, port: int = 0) -> Iterator[Self]:
        """Run in a thread with its own loop, for a test that blocks while a subprocess talks."""
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, name=type(self).__name__, daemon=True)
        thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self.start(port), loop).result(10)
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(self.stop(), loop).result(10)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(10)
            loop.close()

    # Calls

    def calls_of(self, method: str) -> list[Call]:
        """Return the calls of one method, oldest first."""
        with self.lock:
            return [call for call in self.calls if call.method == method]

    def fail_next(
        self,
        method: str = "*",
        status: int = 500,
        *,
        how: How = "status",
        done: bool = False,
        retry_after: int = 0,
        times: int = 1,
        **extra: Any,
    ) -> None:
        """Let the next `times` calls of a method ("*": of any) fail; `extra` goes into the answer's body."""
        with self.lock:
            self._failures += [Failure(method, status, how, done, retry_after, extra) for _ in range(times)]

    def stop_failing(self) -> None:
        """Forget the failures that were ordered and not used."""
        with self.lock:
            self._failures.clear()

    def unmet(self, method: str) -> int:
        """Return how many of the failures ordered for a method no call has met yet."""
        with self.lock:
            return sum(1 for one in self._failures if one.method == method)

    async def serve(self, request: web.Request, method: str, params: dict[str, Any]) -> web.StreamResponse:
        """Record one call, carry it out and answer it, or fail it as ordered."""
        call = Call(method, params, self.clock.now())
        with self.lock:
            self.calls.append(call)
            failure = next((one for one in self._failures if one.method in ("*", method)), None)
            if failure is not None:
                self._failures.remove(failure)
            else:
                failure = self.trouble(call)
        self.changed()
        if failure is None:
            response = await self.carry_out(call, request)
        else:
            if failure.done:
                await self.carry_out(call, request)
            response = await self._fail(failure, request)
        call.status = response.status
        self.changed()
        return response

    async def _fail(self, failure: Failure, request: web.Request) -> web.StreamResponse:
        if failure.how == "half" and request.transport is not None:
            request.transport.write_eof()
        if failure.how in {"hang", "half"}:
            await self._stopping.wait()
        if failure.how == "status":
            return self.failure_response(failure)
        cut = web.StreamResponse(status=200, headers={"Content-Length": "1000"})
        if failure.how == "cut":
            await cut.prepare(request)
            await cut.write(b'{"ok":')
        if request.transport is not None:
            request.transport.abort()
        return cut

    # Waiting

    def changed(self) -> None:
        """Wake whoever waits for something to become true."""
        with self._condition:
            self._condition.notify_all()
            for loop, event in self._waiters:
                if not loop.is_closed():
                    loop.call_soon_threadsafe(event.set)

    async def wait_for(self, predicate: Callable[[], Any], timeout: float = PATIENCE) -> Any:  # noqa: ASYNC109 - callers pass it on
        """Return the predicate's first true value; `TimeoutError` tells what was called last."""
        waiter = (asyncio.get_running_loop(), asyncio.Event())
        with self.lock:
            self._waiters.append(waiter)
        try:
            async with asyncio.timeout(timeout):
                while not (found := self._look(predicate)):
                    await waiter[1].wait()
                    waiter[1].clear()
                return found
        except TimeoutError as error:
            raise TimeoutError(self._late(timeout)) from error
        finally:
            with self.lock:
                self._waiters.remove(waiter)

    def wait_until(self, predicate: Callable[[], Any], timeout: float = PATIENCE) -> Any:
        """Block this thread until the predicate is true and return its value."""
        with self._condition:
            if found := self._condition.wait_for(predicate, timeout):
                return found
        raise TimeoutError(self._late(timeout))

    def _look(self, predicate: Callable[[], Any]) -> Any:
        with self.lock:
            return predicate()

    def _late(self, seconds: float) -> str:
        last = [f"{call.method} {call.status} {call.params}"[:200] for call in self.calls[-8:]]
        return f"not true within {seconds} s; the last calls were:\n" + "\n".join(last)


def __getattr__(name: str) -> Any:
    """Import a platform's wire when it is asked for, so that one may be used without the other."""
    if name == "TelegramWire":
        from tests.wire_telegram import TelegramWire

        return TelegramWire
    if name == "SlackWire":
        from tests.wire_slack import SlackWire

        return SlackWire
    raise AttributeError(name)
