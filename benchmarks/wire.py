"""A platform at the wire that costs little: it hands out updates, takes what is said, counts, and keeps the time.

    python -m benchmarks.wire

prints its port and serves on loopback until it is ended. `/bot<token>/<method>` is the Bot API, `/api/<method>` is
Slack's Web API, and `/wire/<act>` is for the benchmark that looks on (see `Wire`). The tests' wires are strict and
slow; this one checks nothing but the limits, where it is told to.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from functools import partial
from typing import Any

BATCH = 100  # updates in one answer, as Telegram gives them
EPOCH = 1_772_000_000  # a date for what is said; nobody looks at it
WEB_API_SECONDS = 0.1  # what a call of Slack's Web API takes

_OFFSET = re.compile(rb'offset"?\s*[=:]\s*"?(\d+)')
_TIMEOUT = re.compile(rb'timeout"?\s*[=:]\s*"?(\d+)')
_CHAT = re.compile(rb'chat_id"?\s*[=:]\s*"?(-?\d+)')
_LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)

_ME = {
    "id": 1,
    "is_bot": True,
    "first_name": "bench",
    "username": "bench_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": True,
    "supports_inline_queries": False,
}
_SAYING = frozenset({"sendMessage", "editMessageText"})

Answer = Callable[[bytes], None]


class Limits:
    """What Telegram allows: 30 messages in any second, 1 in a chat, 20 in a group's minute."""

    def __init__(self) -> None:
        self._taken: dict[tuple[str, float], deque[float]] = defaultdict(deque)

    def wait(self, chat: int, now: float) -> float:
        """Count one message; return the seconds it comes too early, 0 when it was counted."""
        windows = [("all", 30, 1.0), (str(chat), 1, 1.0)]
        if chat < 0:
            windows.append((str(chat), 20, 60.0))
        late = 0.0
        for key, count, span in windows:
            taken = self._taken[key, span]
            while taken and taken[0] <= now - span:
                taken.popleft()
            if len(taken) >= count:
                late = max(late, taken[0] + span - now)
        if late <= 0:
            for key, _, span in windows:
                self._taken[key, span].append(now)
        return late


class Wire:
    """One bot's platform: what it has to hand out, and what was said to it."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.limits: Limits | None = None
        self.updates: deque[tuple[int, bytes]] = deque()  # may be handed out, and not confirmed yet
        self.pollers: list[tuple[int, Answer, asyncio.TimerHandle]] = []
        self.number = 0
        self.message = 0
        self.forget()

    def forget(self) -> None:
        """Begin a new count."""
        self.calls: Counter[str] = Counter()
        self.polled: list[float] = []  # the first poll's moment
        self.first_handed = 0.0
        self.last_said = 0.0
        self.handed = 0
        self.said_at: list[float] = []
        self.waiting: dict[int, deque[float]] = defaultdict(deque)  # chat → when each unanswered update came
        self.latencies: list[float] = []
        self.top = self.number

    # For who looks on

    def act(self, name: str, body: bytes, answer: Answer) -> None:
        """Do what a benchmark asks: load updates, forget the count, enforce limits, tell."""
        given: dict[str, Any] = json.loads(body) if body else {}
        if name == "forget":
            self.forget()
        elif name == "limits":
            self.limits = Limits() if given["on"] else None
        elif name == "load":
            self.load(given["said"], given.get("rate", 0.0))
        answer(json.dumps(self.told(name)).encode())

    def told(self, name: str) -> dict[str, Any]:
        """Return what was counted; the lists only to who asks for them."""
        known: dict[str, Any] = {
            "calls": dict(self.calls),
            "polled_at": self.polled[0] if self.polled else 0.0,
            "handed": self.handed,
            "said": len(self.said_at),
            "first_handed": self.first_handed,
            "last_said": self.last_said,
        }
        if name == "lists":
            known |= {"latencies": self.latencies, "said_at": self.said_at}
        return known

    def load(self, said: list[tuple[int, int, str]], rate: float) -> None:
        """Let people write: (chat, user, text), at once or so many a second."""
        for place, (chat, user, text) in enumerate(said):
            self.number += 1
            update = (self.number, _update(self.number, chat, user, text))
            if rate:
                self.loop.call_later(place / rate, self._comes, chat, update)
            else:
                self.waiting[chat].append(self.loop.time())
                self.updates.append(update)
        self._hand_out()

    def _comes(self, chat: int, update: tuple[int, bytes]) -> None:
        self.waiting[chat].append(self.loop.time())
        self.updates.append(update)
        self._hand_out()

    # The Bot API

    def call(self, method: str, body: bytes, answer: Answer) -> None:
        """Carry out one call of the Bot API."""
        self.calls[method] += 1
        if method == "getUpdates":
            self._poll(body, answer)
        elif method in _SAYING:
            self._say(method, body, answer)
        elif method == "getMe":
            answer(json.dumps({"ok": True, "result": _ME}).encode())
        else:
            answer(b'{"ok":true,"result":true}')

    def _poll(self, body: bytes, answer: Answer) -> None:
        self.polled = self.polled or [self.loop.time()]
        offset, seconds = _number(_OFFSET, body), _number(_TIMEOUT, body)
        while self.updates and self.updates[0][0] < offset:
            self.updates.popleft()
        end = self.loop.call_later(seconds, self._end_poll, answer)
        self.pollers.append((offset, answer, end))
        self._hand_out()

    def _end_poll(self, answer: Answer) -> None:
        self.pollers = [poller for poller in self.pollers if poller[1] is not answer]
        answer(b'{"ok":true,"result":[]}')

    def _hand_out(self) -> None:
        if not self.updates or not self.pollers:
            return
        _, answer, end = self.pollers.pop()
        end.cancel()
        batch = [self.updates[place] for place in range(min(BATCH, len(self.updates)))]
        self.first_handed = self.first_handed or self.loop.time()
        if batch[-1][0] > self.top:
            self.handed += sum(1 for number, _ in batch if number > self.top)
            self.top = batch[-1][0]
        answer(b'{"ok":true,"result":[' + b",".join(update for _, update in batch) + b"]}")

    def _say(self, method: str, body: bytes, answer: Answer) -> None:
        now = self.loop.time()
        chat = _number(_CHAT, body)
        if self.limits is not None and (late := self.limits.wait(chat, now)) > 0:
            self.calls["429"] += 1
            after = int(late) + 1
            answer(
                b'{"ok":false,"error_code":429,"description":"Too Many Requests: retry after %d",'
                b'"parameters":{"retry_after":%d}}' % (after, after)
            )
            return
        self.said_at.append(now)
        self.last_said = now
        if waiting := self.waiting.get(chat):
            self.latencies.append(now - waiting.popleft())
        self.message += 1
        kind = b"supergroup" if chat < 0 else b"private"
        answer(
            b'{"ok":true,"result":{"message_id":%d,"date":%d,"chat":{"id":%d,"type":"%b"},"text":"-"}}'
            % (self.message, EPOCH, chat, kind)
        )

    # Slack's Web API

    def web_api(self, method: str, _body: bytes, answer: Answer) -> None:
        """Answer after what such a call takes."""
        self.calls[method] += 1
        self.message += 1
        known = {
            "ok": True,
            "ts": f"{EPOCH}.{self.message:06}",
            "message_ts": f"{EPOCH}.{self.message:06}",
            "channel": "C1",
            "url": "https://bench.slack.com/",
            "team": "bench",
            "team_id": "T1",
            "user": "bench",
            "user_id": "UBOT",
            "bot_id": "BBOT",
            "app_id": "A1",
        }
        if method.startswith("chat."):
            self.said_at.append(self.loop.time())
            self.last_said = self.loop.time()
        self.loop.call_later(WEB_API_SECONDS, answer, json.dumps(known).encode())


class Connection(asyncio.Protocol):
    """One connection: HTTP/1.1 requests, one after the other."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the way back."""
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Carry out every request that is whole."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end]
            found = _LENGTH.search(head)
            length = int(found[1]) if found else 0
            if len(self._buffer) < end + 4 + length:
                return
            body = self._buffer[end + 4 : end + 4 + length]
            self._buffer = self._buffer[end + 4 + length :]
            self._carry_out(head.split(b" ", 2)[1].decode(), body)

    def _carry_out(self, path: str, body: bytes) -> None:
        room, _, name = path.partition("?")[0].strip("/").partition("/")
        if room == "wire":
            self._wire.act(name, body, self._answer)
        elif room == "api":
            self._wire.web_api(name, body, self._answer)
        else:
            self._wire.call(name, body, self._answer)

    def _answer(self, body: bytes) -> None:
        if self._transport is None:
            return
        status = b"429 Too Many Requests" if body.startswith(b'{"ok":false') else b"200 OK"
        head = b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
        self._transport.write(head + body)


def _number(pattern: re.Pattern[bytes], body: bytes) -> int:
    found = pattern.search(body)
    return int(found[1]) if found else 0


def _update(number: int, chat: int, user: int, text: str) -> bytes:
    message: dict[str, Any] = {
        "message_id": number,
        "date": EPOCH,
        "chat": {"id": chat, "type": "supergroup" if chat < 0 else "private", "first_name": "王"},
        "from": {"id": user, "is_bot": False, "first_name": "王", "language_code": "zh"},
        "text": text,
    }
    if text.startswith("/"):
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
    return json.dumps({"update_id": number, "message": message}, ensure_ascii=False).encode()


async def main() -> None:
    """Serve until ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(partial(Connection, Wire()), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
