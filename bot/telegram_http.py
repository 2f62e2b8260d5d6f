"""The HTTP under python-telegram-bot, on aiohttp: its own, on httpx, is two thirds of what a call costs.

The token lives here and nowhere else. The library is given none and asks for `bot/getMe`; this class puts the
token in, and takes it out of whatever comes back, so that neither the library's log nor an error can show it.
"""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import quote

import aiohttp
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.platform import DeliveryError, TryLater, Unsayable, gathered

# Otherwise the library warns, for each 429, that `RetryAfter.retry_after` will be a timedelta one day.
os.environ.setdefault("PTB_TIMEDELTA", "true")

CONNECT = 10.0  # seconds: a mobile line's TLS handshake takes two or three
READ = 15.0  # seconds beyond what a call itself waits for
WRITE = 60.0  # seconds for an upload of a few megabytes
POOL = 10.0  # seconds to wait for one of `CONNECTIONS`
CONNECTIONS = 64  # the long poll holds one; 30 calls a second at 300 ms need ten

NO_BOT_API = "this is no answer of the Bot API"

_Seconds = Any  # float | None, or the library's mark for "not given"


class AiohttpRequest(BaseRequest):
    """Calls the Bot API at `base_url` with this token over connections that are kept open."""

    __slots__ = ("_base_url", "_session", "_token")

    def __init__(self, base_url: str, token: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Return the seconds an answer may take."""
        return READ

    async def initialize(self) -> None:
        """Do nothing: the session is made by the first call, in the loop that uses it."""

    async def shutdown(self) -> None:
        """Close every connection."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read an answer of the Bot API; anything else (a proxy's page, a portal's) is an error, said once."""
        try:
            answer = json.loads(payload)
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or not ("result" in answer or answer.get("ok") is False):
            raise TelegramError(NO_BOT_API)
        return answer

    def hide(self, text: str) -> str:
        """Return the text without the token."""
        return text.replace(self._token, "<token>") if self._token else text

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: _Seconds = BaseRequest.DEFAULT_NONE,
        write_timeout: _Seconds = BaseRequest.DEFAULT_NONE,
        connect_timeout: _Seconds = BaseRequest.DEFAULT_NONE,
        pool_timeout: _Seconds = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Make one request; return its status and body. Raises `TimedOut` or `NetworkError`."""
        connect, read = _given(connect_timeout, CONNECT), _given(read_timeout, READ)
        timeout = aiohttp.ClientTimeout(
            total=_sum(connect, read, _given(write_timeout, WRITE), _given(pool_timeout, POOL)),
            connect=_sum(connect, _given(pool_timeout, POOL)),
            sock_connect=connect,
            sock_read=read,
        )
        failure: TelegramError
        try:
            async with self._opened().request(
                method, self._address(url), timeout=timeout, allow_redirects=False, **_body(request_data)
            ) as response:
                return response.status, self._hidden(await response.read())
        except TimeoutError as error:
            failure = TimedOut(self.hide(str(error) or "Timed out"))
        except (aiohttp.ClientError, OSError) as error:
            failure = NetworkError(self.hide(f"{type(error).__name__}: {error}"))
        # Raised out here, so that the error with the address in it is not even its context.
        raise failure

    async def download(self, path: str, most: int) -> bytes:
        """Return a file of at most so many bytes. Raises a `DeliveryError`."""
        # The path is Telegram's, and only ever part of an address: each of its pieces is quoted.
        address = f"{self._base_url}/file/bot{self._token}/{quote(path)}"
        timeout = aiohttp.ClientTimeout(total=None, connect=CONNECT + POOL, sock_connect=CONNECT, sock_read=READ)
        failure: DeliveryError
        try:
            async with self._opened().get(address, timeout=timeout, allow_redirects=False) as response:
                if response.status == 200:
                    return await gathered(response.content.iter_any(), most)
                words = f"the file answers {response.status}"
                failure = Unsayable(words) if 400 <= response.status < 429 else TryLater(words)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            failure = TryLater(self.hide(f"{type(error).__name__}: {error}"))
        raise failure  # out here, as above

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=60),
                headers={"User-Agent": self.USER_AGENT},
                # Telegram is often reached through a proxy; a Bot API server of one's own never is.
                trust_env=self._base_url.startswith("https:"),
            )
        return self._session

    def _address(self, url: str) -> str:
        return f"{self._base_url}/{url.replace('bot/', f'bot{self._token}/', 1)}"

    def _hidden(self, payload: bytes) -> bytes:
        # A proxy's error page repeats the address it was asked for.
        return payload.replace(self._token.encode(), b"<token>") if self._token else payload


def _given(value: _Seconds, default: float) -> float | None:
    return default if value is BaseRequest.DEFAULT_NONE else value


def _sum(*seconds: float | None) -> float | None:
    known = [one for one in seconds if one is not None]
    return sum(known) if len(known) == len(seconds) else None


def _body(data: RequestData | None) -> dict[str, Any]:
    if data is None:
        return {}
    if not data.contains_files:
        return {"json": data.parameters}
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return {"data": form}
