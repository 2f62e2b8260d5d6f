"""Slack: payloads become Inbounds, Messages become blocks."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk import signature
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.clock import Clock
from bot.platform import (
    Answer,
    DeliveryError,
    Finding,
    Gone,
    Level,
    MenuEntry,
    Pace,
    Posted,
    Refused,
    Take,
    TryLater,
    Unreachable,
    Unsayable,
    gathered,
)
from bot.slack_blocks import Part, escape, parts, view
from bot.slack_errors import ThreadGone, from_refusal, is_person
from bot.slack_events import NAME, Bot, Heard
from bot.slack_intake import Intake
from bot.slack_socket import Socket
from handlers.chat import Address, Message, Reply, message

log = logging.getLogger(__name__)
# At debug the SDK prints every payload and the socket's address with its ticket. It looks at this logger's own level.
_sdk_log = logging.getLogger(f"{__name__}.sdk")
_sdk_log.setLevel(logging.INFO)

PATH = "/slack/events"
BODY_SECONDS = 10.0  # for a body to come whole: Slack itself gives up after three
# What the manifest asks for; docs/slack-manifest.yaml says why.
SCOPES = frozenset(
    [
        "app_mentions:read",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "groups:history",
        "groups:read",
        "im:history",
        "pins:write",
    ]
)
# Slack documents one message a second in a channel and "several hundred a minute" in a workspace: 300 is 5 a second.
PACE = Pace(overall_per_second=5, chat_per_second=1)
_INSTALL = (
    "check [slack] bot_token (OAuth & Permissions on the app's page), install the app again if need be, and start "
    "`xietong run` again; meanwhile nothing that is to be said there is lost"
)
_MANIFEST = "install the app again from docs/slack-manifest.yaml"


class _Fresh(signature.Clock):
    """Let Slack's verifier read our clock, in seconds since 1970."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.now().timestamp()


class Slack:
    """The Slack platform, over a socket or over signed HTTP requests."""

    name = NAME
    asks = False  # Slack shares what it has to tell among the connections there are
    pace = PACE

    def __init__(
        self,
        *,
        bot_token: str,
        clock: Clock,
        app_token: str = "",
        signing_secret: str = "",
        mode: Literal["socket", "http"] = "socket",
        base_url: str = "https://slack.com/api/",
        listen: str = "127.0.0.1:3000",
        timeout: float = 20.0,
    ) -> None:
        self._bot_token = bot_token
        self._app_token = app_token
        self._signing_secret = signing_secret
        self._clock = clock
        self._mode = mode
        self._base_url = base_url
        self._listen = listen
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None
        self._client: AsyncWebClient | None = None
        self._app: AsyncApp | None = None
        self._intake: Intake | None = None
        self._socket: Socket | None = None
        self._runner: web.AppRunner | None = None
        self._shut = ""  # why the socket is refused, while it is

    @property
    def has_threads(self) -> bool:
        """Say that every message can be answered in a thread."""
        return True

    def is_group(self, address: Address) -> bool:
        """Say that no address has a limit by the minute."""
        return False

    def deep_link(self, code: str) -> str:
        """Return "": Slack has no link that sends words to a bot."""
        return ""

    async def publish(self, menu: Sequence[MenuEntry]) -> None:
        """Do nothing: Slack's one command stands in the manifest."""

    @property
    def address(self) -> str:
        """Return where HTTP mode listens, "host:port"."""
        host, port = self._runner.addresses[0][:2] if self._runner is not None else ("", 0)
        return f"{host}:{port}"

    # Taking in

    async def start(self, take: Take, answer: Answer) -> None:
        """Begin to take in; raises a `DeliveryError` when Slack cannot be reached or refuses our tokens."""
        bot, _ = await self._whoami()
        self._intake = Intake(bot, take, answer, self._say)
        self._app = AsyncApp(
            name=NAME,
            client=self._web(),
            logger=_sdk_log,
            before_authorize=self._intake,
            request_verification_enabled=False,  # done in `_receive`, by our clock
        )
        if self._mode == "http":
            await self._serve()
            return
        web_client = self._web()
        assert self._session is not None
        self._socket = Socket(self._session, self._clock, self._endpoint, self._dispatch, proxy=web_client.proxy)
        await self._socket.start()

    async def stop_intake(self) -> None:
        """Stop taking in and wait for what was already handed over to be answered."""
        if self._socket is not None:
            await self._socket.stop()
            self._socket = None
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        if self._intake is not None:
            await self._intake.drain()

    async def close(self) -> None:
        """Close connections; nothing is said after this."""
        await self.stop_intake()
        if self._session is not None:
            await self._session.close()
            self._session = self._client = None

    async def _dispatch(self, payload: dict[str, Any]) -> BoltResponse:
        assert self._app is not None
        return await self._app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=payload))

    async def _serve(self) -> None:
        server = web.Application()
        server.router.add_post(PATH, self._receive)
        self._runner = web.AppRunner(server, access_log=None, shutdown_timeout=5)
        await self._runner.setup()
        host, _, port = self._listen.rpartition(":")
        await web.TCPSite(self._runner, host, int(port)).start()

    async def _receive(self, request: web.Request) -> web.Response:
        """Take in one request of Slack's, if it is one: 401 for a wrong signature or one over 300 s old."""
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await request.read()
        except TimeoutError:
            return web.Response(status=408)
        if not self._is_genuine(body, request):
            return web.Response(status=401)
        asked = _read_body(body.decode(), request.content_type)
        if asked is None:
            return web.Response(status=400)
        return await to_aiohttp_response(await self._dispatch(asked))

    def _is_genuine(self, body: bytes, request: web.Request) -> bool:
        verifier = signature.SignatureVerifier(self._signing_secret, _Fresh(self._clock))
        try:
            return verifier.is_valid_request(body, dict(request.headers))
        except (ValueError, TypeError, OverflowError):  # a timestamp, a signature or a body that can be none
            return False

    async def _endpoint(self) -> str:
        try:
            response = await self._call("apps.connections.open", token=self._app_token)
        except Refused as error:
            self._shut = str(error)
            raise
        self._shut = ""
        return str(response["url"])

    # Answering at once

    async def _say(self, heard: Heard, reply: Reply) -> None:
        """Show what could not wait; whoever asked may be gone by now, so a failure is only logged."""
        inbound = heard.inbound
        try:
            if reply.form is not None:
                if not inbound.handle:
                    raise Unsayable("Slack opens a form only for a command, a button or a shortcut")
                shown = view(reply.form, inbound.origin)
                await self._call("views.open", trigger_id=inbound.handle, view=shown)
            if reply.toast and not (heard.respond_url and await self._respond(heard.respond_url, reply.toast)):
                await self.post(inbound.origin, message(reply.toast), only_for=inbound.user)
        except DeliveryError as error:
            log.warning("the answer to %s was not shown: %s", inbound.id, error)

    async def _respond(self, url: str, words: str) -> bool:
        """Say words to one person where they are, even in a channel we are no member of."""
        self._web()
        assert self._session is not None
        body = {"response_type": "ephemeral", "replace_original": False, "text": escape(words)}
        try:
            async with self._session.post(url, json=body) as response:
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    # Files

    async def fetch(self, values: Mapping[str, str], most: int) -> bytes:
        """Return a file that was sent. Raises a `DeliveryError`.

        Only Slack itself is shown the token: a file that lies elsewhere (a linked Drive's) is not fetched.
        """
        address = values.get("file_url", "")
        if not _is_slacks(address, self._base_url):
            raise Unsayable("the file does not lie with Slack")
        self._web()
        assert self._session is not None
        headers = {"Authorization": f"Bearer {self._bot_token}"}
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=self._timeout, sock_read=self._timeout)
        try:
            async with self._session.get(address, headers=headers, timeout=timeout, allow_redirects=False) as response:
                # Without the right to it Slack sends its page for logging in.
                if response.status == 200 and "html" not in response.content_type:
                    return await gathered(response.content.iter_any(), most)
                words = f"the file answers {response.status} {response.content_type}"
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TryLater(f"the file: {type(error).__name__}") from None
        raise TryLater(words) if response.status >= 429 else Unsayable(words)

    # Saying

    async def post(self, address: Address, message: Message, *, only_for: str = "", reply_to: str = "") -> Posted:
        """Say a message, in a thread where the address or `reply_to` names one. Raises a `DeliveryError`.

        What is meant for one person and cannot be shown in the channel goes to that person directly.
        """
        made = parts(message)
        thread = address.thread or reply_to
        if not only_for or is_person(address.chat):
            posted = await self._post(address.chat, made, thread)
            await self._pin(posted, message)
            return posted
        try:
            for part in made:
                await self._write("chat.postEphemeral", address.chat, part, thread, user=only_for)
        except Unreachable:
            return await self._post(only_for, made, "")
        return Posted(address.chat, "")

    async def _post(self, chat: str, made: Sequence[Part], thread: str) -> Posted:
        quiet = {"unfurl_links": False, "unfurl_media": False}
        posted = Posted(chat, "")
        for part in made:
            response = await self._write("chat.postMessage", chat, part, thread, **quiet)
            posted = Posted(str(response["channel"]), str(response["ts"]))
        return posted

    async def _pin(self, posted: Posted, message: Message) -> None:
        """Pin a message, or unpin it; where we may not it stands in its channel all the same."""
        method = {"pinned": "pins.add", "unpinned": "pins.remove"}.get(message.pinned)
        if method is None:
            return
        try:
            await self._call(method, posted.chat, channel=posted.chat, timestamp=posted.message)
        except DeliveryError as error:
            log.warning("%s is not %s: %s", posted, message.pinned, error)

    async def _write(self, method: str, chat: str, part: Part, thread: str, **more: Any) -> AsyncSlackResponse:
        said = {"channel": chat, "text": part.text, "blocks": part.blocks, **more}
        if thread:
            try:
                return await self._call(method, chat, **said, thread_ts=thread)
            except ThreadGone:
                log.info("the thread %s of %s is gone: its words go to the channel", thread, chat)
        return await self._call(method, chat, **said)

    async def edit(self, address: Address, posted: Posted, message: Message) -> None:
        """Change a message said before. Raises a `DeliveryError`.

        Of a message that was split, this changes the part with the buttons.
        """
        if not posted.message:
            raise Gone("what only one person saw cannot be changed")
        part = parts(message)[-1]
        await self._call(
            "chat.update",
            posted.chat,
            channel=posted.chat,
            ts=posted.message,
            text=part.text,
            blocks=part.blocks,
            parse="none",
        )
        if message.pinned == "unpinned":
            await self._pin(posted, message)

    async def _call(self, method: str, chat: str = "", **params: Any) -> AsyncSlackResponse:
        """Call Slack; `chat` is who should hear it, so that a refusal can be told what it means.

        An error underneath can print the request that it carries, with the token: no traceback may show it.
        """
        try:
            return await self._web().api_call(method, json=params)
        except SlackApiError as error:
            raise from_refusal(method, error, chat) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TryLater(f"{method}: {type(error).__name__}") from None

    def _web(self) -> AsyncWebClient:
        """Return the client, made when the loop runs; delivery does the retrying, by its own clock."""
        if self._client is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._timeout))
            self._client = AsyncWebClient(
                token=self._bot_token,
                base_url=self._base_url,
                session=self._session,
                logger=_sdk_log,
                retry_handlers=[],
            )
        return self._client

    async def _whoami(self) -> tuple[Bot, AsyncSlackResponse]:
        found = await self._call("auth.test")
        return Bot(str(found["team_id"]), str(found["user_id"]), str(found["bot_id"])), found

    async def greet(self) -> None:
        """Ask who we are. Raises a `DeliveryError`, also while the socket's own token is refused."""
        await self._whoami()
        if self._shut:
            raise Refused(self._shut)

    # Doctor

    async def check(self) -> list[Finding]:
        """Look at the connection for `doctor`: who we are, our scopes, the socket. Never raises."""
        try:
            _, found = await self._whoami()
        except DeliveryError as error:
            return [Finding(Level.FAIL, "Slack", str(error), _INSTALL)]
        who = f"{found['user']} in {found['team']}"
        findings = [Finding(Level.OK, "Slack", who), self._check_scopes(found)]
        if self._mode == "socket":
            findings.append(await self._check_socket())
        elif not self._signing_secret:
            mend = "set [slack] signing_secret from the app's page"
            findings.append(Finding(Level.FAIL, "Slack requests", "no signing secret", mend))
        return findings

    def _check_scopes(self, found: AsyncSlackResponse) -> Finding:
        granted = {scope.strip() for scope in found.headers.get("x-oauth-scopes", "").split(",")}
        missing = sorted(SCOPES - granted)
        if missing:
            return Finding(Level.FAIL, "Slack scopes", f"missing: {', '.join(missing)}", _MANIFEST)
        return Finding(Level.OK, "Slack scopes", "all granted")

    async def _check_socket(self) -> Finding:
        try:
            await self._endpoint()
        except DeliveryError as error:
            mend = "check [slack] app_token (connections:write) and that Socket Mode is on"
            return Finding(Level.FAIL, "Slack socket", str(error), mend)
        return Finding(Level.OK, "Slack socket", "opens")


def _is_slacks(address: str, base_url: str) -> bool:
    """Say whether a file lies with Slack, or where Slack is said to be."""
    try:
        there, ours = urlsplit(address), urlsplit(base_url)
    except ValueError:
        return False
    if there.scheme == "https" and (there.hostname or "").endswith(".slack.com"):
        return there.port in {None, 443} and not there.username
    return bool(there.netloc) and (there.scheme, there.netloc) == (ours.scheme, ours.netloc)


def _read_body(body: str, content_type: str) -> dict[str, Any] | None:
    """Return what a signed request says; None when it cannot be read.

    Bolt's own reading loses a command in whose text the word "payload" stands.
    """
    try:
        if content_type == "application/json":
            found = json.loads(body)
        else:
            fields = dict(parse_qsl(body, keep_blank_values=True, errors="strict"))
            found = json.loads(fields["payload"]) if "payload" in fields else fields
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found else None
