"""A strict fake of the Bot API: it refuses what Telegram refuses and records what should not have been sent."""

from __future__ import annotations

import hmac
import math
from collections import defaultdict, deque
from typing import Any

import aiohttp
from aiohttp import web

from bot.clock import Clock
from tests.wire import Call, Failure
from tests.wire_telegram_checks import (
    TOAST_UNITS,
    Refusal,
    bad,
    check_commands,
    check_markup,
    check_words,
    checked,
    units,
)
from tests.wire_telegram_world import TOKEN, Chat, Json, Shown, TelegramWorld, same

__all__ = ["TOKEN", "Shown", "TelegramWire"]

DESCRIPTIONS = {
    400: "Bad Request: something", 401: "Unauthorized", 403: "Forbidden: something", 404: "Not Found",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway",
}  # fmt: skip
MOST_BYTES = 20_000_000  # of a file that a bot may fetch
JITTER = 0.05  # seconds: a caller who keeps the pace to the millisecond is not refused for the network's haste


class TelegramWire(TelegramWorld):
    """The Bot API of one bot. With `limits` it counts 1/s a chat, 20/min a group and 30/s over all on `clock`."""

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        limits: bool = False,
        token: str = TOKEN,
        username: str = "xietong_bot",
    ) -> None:
        super().__init__(clock=clock, token=token, username=username)
        self.limits = limits
        self.webhook: Json = {}
        self.webhook_error = ""
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self._poll = 0
        self._sent: defaultdict[str, deque[float]] = defaultdict(deque)
        self._methods = {
            "getMe": lambda _: self.me,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": lambda _: self._webhook_info(),
            "getFile": self._get_file,
            "sendMessage": self._send_message,
            "editMessageText": self._edit_message_text,
            "pinChatMessage": lambda params: self._pin(params, pinned=True),
            "unpinChatMessage": lambda params: self._pin(params, pinned=False),
            "deleteMessage": self._delete_message,
            "answerCallbackQuery": self._answer_callback_query,
            "setMyCommands": self._set_my_commands,
            "deleteMyCommands": self._set_my_commands,
        }

    def add_routes(self, app: web.Application) -> None:
        """Answer at /bot<token>/<method>, and give files at /file/bot<token>/<path>."""
        app.router.add_route("*", "/bot{token}/{method}", self._received)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)

    async def _received(self, request: web.Request) -> web.StreamResponse:
        params: Json = dict(request.query)
        try:
            if request.content_type == "application/json":
                params |= await request.json()
            elif request.can_read_body:
                params |= dict(await request.post())
        except ValueError:
            return _answer(400, description="Bad Request: can't parse JSON object")
        return await self.serve(request, request.match_info["method"], params)

    async def carry_out(self, call: Call, request: web.Request) -> web.Response:
        """Check one call and do what it asks."""
        try:
            if not hmac.compare_digest(request.match_info["token"], self.token):
                raise Refusal(401, "Unauthorized")
            params = checked(call.method, call.params)
            if call.method == "getUpdates":
                result: Any = await self._get_updates(params)
            else:
                with self.lock:
                    result = self._methods[call.method](params)
        except Refusal as refusal:
            if refusal.ours:
                self.violations.append(f"{call.method}: {refusal.description}")
            call.answer = refusal.description
            return _answer(refusal.status, refusal.description, refusal.parameters)
        call.answer = result
        return _answer(200, result=result)

    def failure_response(self, failure: Failure) -> web.Response:
        """Word an ordered failure as the Bot API does."""
        parameters = dict(failure.extra.get("parameters", {}))
        if failure.retry_after:
            parameters["retry_after"] = failure.retry_after
        if "body" in failure.extra:
            return web.Response(status=failure.status, text=failure.extra["body"], content_type="text/html")
        description = failure.extra.get("description", DESCRIPTIONS.get(failure.status, "Error"))
        return _answer(failure.status, description, parameters)

    async def push(self, update: Json, *, secret: str | None = None) -> int:
        """Call the registered webhook with an update, as Telegram does; returns the status it answered."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret if secret is not None else self.webhook["secret_token"]}
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.webhook["url"], json=update, headers=headers) as response,
        ):
            if response.ok:
                self._forget(lambda one: one["update_id"] == update["update_id"])
            return response.status

    # Files

    def _get_file(self, params: Json) -> Json:
        content = self.files.get(params["file_id"])
        if content is None:
            raise Refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(content) > MOST_BYTES:
            raise Refusal(400, "Bad Request: file is too big")
        path = f"documents/{params['file_id']} 1.xlsx"
        return {"file_id": params["file_id"], "file_unique_id": "U", "file_size": len(content), "file_path": path}

    async def _download(self, request: web.Request) -> web.StreamResponse:
        found = {f"documents/{file_id} 1.xlsx": content for file_id, content in self.files.items()}
        path = request.match_info["path"]
        if not hmac.compare_digest(request.match_info["token"], self.token) or path not in found:
            return web.Response(status=404, text=f"no {path}")
        return web.Response(body=found[path])

    # Updates

    async def _get_updates(self, params: Json) -> list[Json]:
        self._poll += 1
        poll = self._poll
        self.changed()  # the poll before this one ends
        if self.webhook:
            raise Refusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        if "allowed_updates" in params:
            self.allowed = set(params["allowed_updates"]) or self.allowed
        offset = params.get("offset", 0)
        if offset > 0:
            self._forget(lambda one: one["update_id"] < offset)
        if not 1 <= params.get("limit", 100) <= 100:
            raise bad("limit must be between 1 and 100")
        try:
            await self.wait_for(lambda: self.again or self.updates or self._poll != poll, params.get("timeout", 0))
        except TimeoutError:
            return []
        if self._poll != poll:
            raise Refusal(409, DESCRIPTIONS[409])
        with self.lock:
            again, self.again = self.again, []
            return [*again, *self.updates[: params.get("limit", 100)]]

    def _forget(self, done: Any) -> None:
        with self.lock:
            self.updates = [one for one in self.updates if not done(one)]
        self.changed()

    def _set_webhook(self, params: Json) -> bool:
        local = params["url"].startswith(("http://127.0.0.1", "http://localhost"))
        if params["url"] and not (params["url"].startswith("https://") or local):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        self.webhook = params if params["url"] else {}
        self.allowed = set(params.get("allowed_updates", ())) or self.allowed
        return True

    def _delete_webhook(self, params: Json) -> bool:
        self.webhook = {}
        if params.get("drop_pending_updates"):
            self.updates.clear()
        return True

    def _webhook_info(self) -> Json:
        error = {"last_error_date": self._date(), "last_error_message": self.webhook_error}
        return {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self.updates),
            **(error if self.webhook_error else {}),
        }

    # Messages

    def _send_message(self, params: Json) -> Json:
        chat = self._reach(params["chat_id"], params.get("message_thread_id", 0))
        words = check_words(params["text"], params.get("parse_mode", ""))
        markup = params.get("reply_markup", {})
        check_markup(markup)
        reply = params.get("reply_parameters", {})
        replied = self.shown.get((chat.id, reply.get("message_id", 0)))
        if reply and (replied is None or replied.deleted):
            if not reply.get("allow_sending_without_reply"):
                raise Refusal(400, "Bad Request: message to be replied not found")
            replied = None
        self._count(chat)
        shown = Shown(
            chat.id, 0, words.text, params["text"], words.entities, markup,
            topic=params.get("message_thread_id", 0), reply_to=replied.id if replied else 0,
        )  # fmt: skip
        return self._message(self._keep(shown))

    def _edit_message_text(self, params: Json) -> Json:
        chat = self._reach(params["chat_id"])
        shown = self.shown.get((chat.id, params["message_id"]))
        if shown is None or shown.deleted:
            raise Refusal(400, "Bad Request: message to edit not found")
        if shown.user:
            raise Refusal(400, "Bad Request: message can't be edited")
        if chat.topics.get(shown.topic, True) is False:
            raise Refusal(400, "Bad Request: TOPIC_CLOSED")
        words = check_words(params["text"], params.get("parse_mode", ""))
        markup = params.get("reply_markup", {})
        check_markup(markup)
        if same(shown, words, markup):
            raise Refusal(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are "
                "exactly the same as a current content and reply markup of the message",
            )
        self._count(chat)
        shown.text, shown.html, shown.entities, shown.markup = words.text, params["text"], words.entities, markup
        shown.edits += 1
        return self._message(shown)

    def _delete_message(self, params: Json) -> bool:
        shown = self.shown.get((self._reach(params["chat_id"]).id, params["message_id"]))
        if shown is None or shown.deleted:
            raise Refusal(400, "Bad Request: message to delete not found")
        shown.deleted = True
        return True

    def _pin(self, params: Json, *, pinned: bool) -> bool:
        chat = self._reach(params["chat_id"])
        shown = self.shown.get((chat.id, params["message_id"]))
        if shown is None or shown.deleted:
            raise Refusal(400, "Bad Request: message to pin not found")
        if not chat.may_pin:
            raise Refusal(400, "Bad Request: not enough rights to manage pinned messages in the chat")
        shown.pinned = pinned
        return True

    def _reach(self, number: int, topic: int = 0) -> Chat:
        chat = self.chats.get(number)
        if chat is None:
            if number in self.users:
                raise Refusal(403, "Forbidden: bot can't initiate conversation with a user")
            raise Refusal(400, "Bad Request: chat not found")
        if chat.moved_to:
            raise Refusal(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=chat.moved_to,
            )
        if chat.kicked:
            who = "blocked by the user" if chat.kind == "private" else f"kicked from the {chat.kind} chat"
            raise Refusal(403, f"Forbidden: bot was {who}")
        if chat.muted:
            raise Refusal(400, "Bad Request: not enough rights to send text messages to the chat")
        if topic and topic not in chat.topics:
            raise Refusal(400, "Bad Request: message thread not found")
        if topic and not chat.topics[topic]:
            raise Refusal(400, "Bad Request: TOPIC_CLOSED")
        return chat

    def _count(self, chat: Chat) -> None:
        """Refuse with a 429 what comes too fast."""
        if not self.limits:
            return
        now = self.clock.now().timestamp()
        windows = [("all", 30, 1.0), (f"chat {chat.id}", 1, 1.0)]
        if chat.kind != "private":
            windows.append((f"group {chat.id}", 20, 60.0))
        wait = 0.0
        for name, most, seconds in windows:
            sent = self._sent[name]
            while sent and sent[0] <= now - seconds + JITTER:
                sent.popleft()
            if len(sent) >= most:
                wait = max(wait, sent[0] + seconds - now)
        if wait:
            seconds_left = max(1, math.ceil(wait))
            raise Refusal(429, f"Too Many Requests: retry after {seconds_left}", retry_after=seconds_left)
        for name, *_ in windows:
            self._sent[name].append(now)

    # Callbacks and menus

    def _answer_callback_query(self, params: Json) -> bool:
        callback = self.callbacks.get(params["callback_query_id"])
        if callback is None or callback.too_old:
            raise Refusal(
                400,
                "Bad Request: query is too old and response timeout expired or query ID is invalid",
            )
        if units(params.get("text", "")) > TOAST_UNITS:
            raise bad("MESSAGE_TOO_LONG")
        callback.answers.append({"text": params.get("text", ""), "alert": params.get("show_alert", False)})
        return True

    def _set_my_commands(self, params: Json) -> bool:
        scope = params.get("scope", {"type": "default"})["type"]
        language = params.get("language_code", "")
        check_commands(params.get("commands", []), language)
        self.commands[scope, language] = params.get("commands", [])
        return True


def _answer(status: int, description: str = "", parameters: Json | None = None, *, result: Any = None) -> web.Response:
    if status == 200:
        return web.json_response({"ok": True, "result": result})
    body = {"ok": False, "error_code": status, "description": description}
    return web.json_response(body | ({"parameters": parameters} if parameters else {}), status=status)
