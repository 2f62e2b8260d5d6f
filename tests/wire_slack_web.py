"""A Slack workspace and its Web API, faked at the wire and stricter than Slack's own."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.clock import Clock
from tests.wire import Call, Failure, Wire
from tests.wire_slack_schema import message_problems, view_problems

Json = dict[str, Any]

TEAM, BOT_USER, BOT_ID, DOMAIN = "T0TEAM", "U0BOT", "B0BOT", "stores"
SCOPES = (
    "app_mentions:read,channels:history,channels:read,chat:write,commands,files:read,groups:history,groups:read,"
    "im:history,pins:write"
)
TRIGGER_SECONDS = 3.0

# method → (required parameters, further allowed ones)
METHODS: dict[str, tuple[set[str], set[str]]] = {
    "auth.test": (set(), set()),
    "apps.connections.open": (set(), set()),
    "chat.postMessage": (
        {"channel", "text", "blocks"},
        {"thread_ts", "unfurl_links", "unfurl_media", "reply_broadcast", "mrkdwn"},
    ),
    "chat.postEphemeral": ({"channel", "user", "text", "blocks"}, {"thread_ts"}),
    "chat.update": ({"channel", "ts", "text", "blocks"}, {"parse"}),
    "pins.add": ({"channel", "timestamp"}, set()),
    "pins.remove": ({"channel", "timestamp"}, set()),
    "views.open": ({"trigger_id", "view"}, set()),
    "views.update": ({"view_id", "view"}, {"hash"}),
    "respond": ({"text"}, {"response_type", "replace_original"}),
}


class Refused(Exception):
    """Slack answers `ok: false` with this error; `why` tells the test more."""

    def __init__(self, error: str, *why: str) -> None:
        super().__init__(error)
        self.error, self.why = error, why


@dataclass
class Said:
    """A message as it stands: the bot's, or a person's."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread: str = ""
    only_for: str = ""
    edits: int = 0
    pinned: bool = False

    @property
    def words(self) -> str:
        """The words of the blocks, as a person reads them."""
        runs = [
            "".join(run.get("text") or run.get("url") or f"@{run.get('user_id')}" for run in element["elements"])
            for block in self.blocks
            if block["type"] == "rich_text"
            for element in block["elements"]
        ]
        return "\n".join(runs)

    @property
    def buttons(self) -> dict[str, Json]:
        """The buttons by their labels."""
        rows = [block["elements"] for block in self.blocks if block["type"] == "actions"]
        return {button["text"]["text"]: button for row in rows for button in row}


@dataclass
class Channel:
    """A channel or a direct message; `members` leaves the bot out."""

    id: str
    members: set[str] = field(default_factory=set)
    bot: bool = True
    archived: bool = False
    messages: list[Said] = field(default_factory=list)
    last_post: float = 0.0


@dataclass
class Shown:
    """A modal on somebody's screen; its hash changes with its content only, not with errors shown on it."""

    id: str
    user: str
    content: Json
    hash: str
    open: bool = True
    errors: dict[str, str] = field(default_factory=dict)


class SlackWeb(Wire):
    """A workspace with one app in it."""

    bot_token = "xoxb-1111-secret"
    app_token = "xapp-1-2222-secret"

    def __init__(self, *, clock: Clock | None = None, pace: float = 0.0) -> None:
        super().__init__(clock=clock)
        self.pace = pace  # seconds that must pass between two posts in a channel
        self.scopes = SCOPES
        self.files: dict[str, bytes] = {}  # by id
        self.channels: dict[str, Channel] = {}
        self.views: list[Shown] = []
        self.responses: list[Json] = []  # what was said through response addresses
        self.disabled: set[str] = set()  # people who take no direct messages
        self.ids = itertools.count(1)
        self.tickets: set[str] = set()
        self._triggers: dict[str, tuple[float, bool]] = {}

    @property
    def base_url(self) -> str:
        """What the bot is told as Slack's address."""
        return f"{self.url}/api/"

    def add_routes(self, app: web.Application) -> None:
        """Serve the Web API and the response addresses."""
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/respond/{id}", self._respond)
        app.router.add_get("/files-pri/{id}", self._file)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """Give a private file to whoever shows the token, and the page for logging in to anybody else."""
        content = self.files.get(request.match_info["id"])
        if request.headers.get("Authorization") != f"Bearer {self.bot_token}" or "files:read" not in self.scopes:
            return web.Response(text="<html>sign in</html>", content_type="text/html")
        return web.Response(body=content) if content is not None else web.Response(status=404)

    # Looking

    def add_channel(self, chat: str, *members: str) -> Channel:
        """Make a channel with the bot and these people in it."""
        with self.lock:
            return self.channels.setdefault(chat, Channel(chat, set(members)))

    def dm(self, user: str) -> Channel:
        """Return a person's direct messages with the bot."""
        return self.add_channel(f"D{user[1:]}", user)

    def messages(self, chat: str, *, thread: str | None = None) -> list[Said]:
        """Return what the bot said for all to see in a channel, or in one of its threads ("": outside them)."""
        with self.lock:
            said = self.channels[chat].messages if chat in self.channels else []
            said = [one for one in said if one.user == BOT_USER and not one.only_for]
            return said if thread is None else [one for one in said if one.thread == thread]

    def ephemerals(self, chat: str, user: str) -> list[Said]:
        """Return what the bot showed one person alone in a channel."""
        with self.lock:
            said = self.channels[chat].messages if chat in self.channels else []
            return [one for one in said if one.only_for == user]

    def trigger(self, user: str) -> str:
        """Make a trigger id, good once and for three seconds."""
        trigger = f"{next(self.ids)}.{user}.{next(self.ids):08x}"
        self._triggers[trigger] = (self.clock.now().timestamp(), False)
        return trigger

    def new_ts(self) -> str:
        """Make a message's id."""
        return f"{int(self.clock.now().timestamp())}.{next(self.ids):06d}"

    def new_hash(self) -> str:
        """Make a view's hash."""
        return f"{int(self.clock.now().timestamp())}.{next(self.ids):x}"

    # The Web API

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        params = await _params(request)
        if request.query or "token" in params:
            self.violations.append(f"{method}: a token belongs into the header, parameters into the body")
        return await self.serve(request, method, params)

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        return await self.serve(request, "respond", await request.json())

    async def carry_out(self, call: Call, request: web.Request) -> web.StreamResponse:
        """Check and do one call."""
        headers = {"x-oauth-scopes": self.scopes}
        try:
            with self.lock:
                self._check(call, request)
                call.answer = {"ok": True, **self._do(call)}
        except Refused as refusal:
            if refusal.why:
                self.violations.append(f"{call.method}: {refusal.error}: {'; '.join(refusal.why)}")
            call.answer = {"ok": False, "error": refusal.error, "response_metadata": {"messages": [*refusal.why]}}
            if refusal.error == "ratelimited":
                return web.json_response(call.answer, status=429, headers={**headers, "Retry-After": "1"})
        return web.json_response(call.answer, headers=headers)

    def failure_response(self, failure: Failure) -> web.Response:
        """Word a failure as Slack does: a limit as JSON, trouble of its own as a page."""
        if failure.status == 429:
            headers = {"Retry-After": str(failure.retry_after or 1)}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        if failure.status >= 500 and not failure.extra:
            return web.Response(status=failure.status, text="<html>Slack is down</html>", content_type="text/html")
        return web.json_response({"ok": False, **failure.extra}, status=failure.status)

    def _check(self, call: Call, request: web.Request) -> None:
        if call.method not in METHODS:
            raise Refused("unknown_method", call.method)
        required, allowed = METHODS[call.method]
        if unknown := set(call.params) - required - allowed:
            raise Refused("invalid_arguments", f"unknown {sorted(unknown)}")
        if missing := required - set(call.params):
            raise Refused("no_text" if missing == {"text"} else "invalid_arguments", f"missing {sorted(missing)}")
        if call.method == "respond":
            return
        token = self.app_token if call.method == "apps.connections.open" else self.bot_token
        if request.headers.get("Authorization") != f"Bearer {token}":
            raise Refused("invalid_auth")

    def _do(self, call: Call) -> Json:
        params = call.params
        if "blocks" in params:
            if problems := message_problems(params["blocks"]):
                raise Refused("invalid_blocks", *problems)
            if not 0 < len(params["text"]) <= 4000:
                raise Refused("msg_too_long", f"{len(params['text'])} characters of text")
        doing: dict[str, Callable[[Json], Json]] = {
            "auth.test": self._auth_test,
            "apps.connections.open": self._connections_open,
            "chat.postMessage": self._post_message,
            "chat.postEphemeral": self._post_ephemeral,
            "chat.update": self._update,
            "pins.add": lambda params: self._pin(params, pinned=True),
            "pins.remove": lambda params: self._pin(params, pinned=False),
            "views.open": self._views_open,
            "views.update": self._views_update,
            "respond": self._responded,
        }
        return doing[call.method](params)

    def _auth_test(self, params: Json) -> Json:
        who = {"team": "Stores", "team_id": TEAM, "user": "xietong", "user_id": BOT_USER, "bot_id": BOT_ID}
        return {"url": f"https://{DOMAIN}.slack.com/", **who}

    def _connections_open(self, params: Json) -> Json:
        ticket = f"ticket-{next(self.ids)}-secret"
        self.tickets.add(ticket)
        return {"url": f"{self.url.replace('http', 'ws', 1)}/socket?ticket={ticket}&app_id=A0APP"}

    def _responded(self, params: Json) -> Json:
        self.responses.append(params)
        return {}

    def _channel(self, chat: str) -> Channel:
        if chat[:1] == "U" and chat not in self.disabled:
            return self.dm(chat)
        channel = self.channels.get(chat)
        if channel is None or (chat[:1] == "D" and channel.members & self.disabled):
            raise Refused("channel_not_found")
        if not channel.bot:
            raise Refused("not_in_channel")
        if channel.archived:
            raise Refused("is_archived")
        return channel

    def _thread(self, channel: Channel, params: Json) -> str:
        thread = str(params.get("thread_ts", ""))
        if thread and not any(said.ts == thread for said in channel.messages):
            raise Refused("thread_not_found")
        if any(said.ts == thread and said.thread for said in channel.messages):
            raise Refused("cannot_reply_to_message", f"{thread} is a reply itself")
        return thread

    def _post_message(self, params: Json) -> Json:
        channel = self._channel(params["channel"])
        now = self.clock.now().timestamp()
        if self.pace and now - channel.last_post < self.pace:
            raise Refused("ratelimited")
        channel.last_post = now
        thread = self._thread(channel, params)
        said = Said(channel.id, self.new_ts(), BOT_USER, params["text"], params["blocks"], thread)
        channel.messages.append(said)
        return {"channel": channel.id, "ts": said.ts, "message": {"text": said.text, "ts": said.ts}}

    def _post_ephemeral(self, params: Json) -> Json:
        channel = self._channel(params["channel"])
        if params["user"] not in channel.members:
            raise Refused("user_not_in_channel")
        thread, user = self._thread(channel, params), params["user"]
        said = Said(channel.id, self.new_ts(), BOT_USER, params["text"], params["blocks"], thread, user)
        channel.messages.append(said)
        return {"message_ts": said.ts}

    def _update(self, params: Json) -> Json:
        if params["channel"][:1] == "U":
            raise Refused("channel_not_found", "an edit wants the id of the direct message")
        channel = self._channel(params["channel"])
        said = next((one for one in channel.messages if one.ts == params["ts"] and not one.only_for), None)
        if said is None:
            raise Refused("message_not_found")
        if said.user != BOT_USER:
            raise Refused("cant_update_message")
        if any(b["type"] == "rich_text" for b in said.blocks) and params["blocks"][0]["type"] != "rich_text":
            raise Refused("block_mismatch", "rich text is replaced by rich text only")
        said.text, said.blocks, said.edits = params["text"], params["blocks"], said.edits + 1
        return {"channel": channel.id, "ts": said.ts, "text": said.text}

    def _pin(self, params: Json, *, pinned: bool) -> Json:
        channel = self._channel(params["channel"])
        said = next((one for one in channel.messages if one.ts == params["timestamp"] and not one.only_for), None)
        if said is None:
            raise Refused("message_not_found")
        if said.pinned == pinned:
            raise Refused("already_pinned" if pinned else "no_pin")
        said.pinned = pinned
        return {}

    def _views_open(self, params: Json) -> Json:
        at, used = self._triggers.get(params["trigger_id"], (None, False))
        if at is None:
            raise Refused("invalid_trigger_id", params["trigger_id"])
        if used:
            raise Refused("exchanged_trigger_id", params["trigger_id"])
        if self.clock.now().timestamp() - at > TRIGGER_SECONDS:
            raise Refused("expired_trigger_id")
        self._triggers[params["trigger_id"]] = (at, True)
        if problems := view_problems(params["view"]):
            raise Refused("invalid_arguments", *problems)
        shown = Shown(f"V{next(self.ids)}", params["trigger_id"].split(".")[1], params["view"], self.new_hash())
        self.views.append(shown)
        return {"view": {"id": shown.id, "hash": shown.hash, **shown.content}}

    def _views_update(self, params: Json) -> Json:
        shown = next((one for one in self.views if one.id == params["view_id"] and one.open), None)
        if shown is None:
            raise Refused("not_found")
        if params.get("hash", shown.hash) != shown.hash:
            raise Refused("hash_conflict")
        self.change(shown, params["view"])
        return {"view": {"id": shown.id, "hash": shown.hash, **shown.content}}

    def change(self, shown: Shown, content: Json) -> None:
        """Put other content on a modal."""
        if problems := view_problems(content):
            raise Refused("invalid_arguments", *problems)
        shown.content, shown.hash, shown.errors = content, self.new_hash(), {}


async def _params(request: web.Request) -> Json:
    """Read a JSON or a form body; in a form, structures are JSON strings."""
    if request.content_type == "application/json":
        body = await request.json()
        return body if isinstance(body, dict) else {}
    form = dict(await request.post())
    structured = ("blocks", "view")
    return {name: json.loads(str(value)) if name in structured else value for name, value in form.items()}
