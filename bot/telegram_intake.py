"""Takes updates in, by asking for them or by being called: each is stored, then worked, then answered."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any

from aiohttp import web
from telegram import Bot, Update
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.clock import Clock
from bot.platform import Answer, Take
from bot.telegram_http import NO_BOT_API
from bot.telegram_text import TOAST_LIMIT, cut
from bot.telegram_updates import ALLOWED_UPDATES, read_update
from handlers.chat import Inbound, Reply

log = logging.getLogger(__name__)

POLL = 30  # seconds a poll waits for something to come
BACK_OFF = (1, 2, 4, 8, 15, 30)  # seconds between tries, the last for ever
ANSWER_PAUSES = (0.5, 2.0)  # seconds between tries to answer a callback, which is forgotten after some 15
IN_HAND = 500  # inbounds worked at once; beyond, polling waits: what is stored is safe but takes memory
BODY_LIMIT = 1024**2  # bytes of a webhook's body; an update has a few thousand
BODY_SECONDS = 10.0  # for a body to come whole: who sends it a byte at a time holds a connection, not more
# What an update can be that is none: the library reads whatever types and numbers it is given, and as deep.
_UNREADABLE = (AttributeError, KeyError, TypeError, ValueError, OverflowError, RecursionError)
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of the header, not a secret

Raw = dict[str, Any]


class UpdatesBot(Bot):
    """A `Bot` that hands over updates as they came, so that one it cannot read stops no other."""

    async def raw_updates(self, offset: int) -> list[Raw]:
        """Wait for updates from this number on; asking tells Telegram to forget those before it."""
        data = {"offset": offset, "timeout": POLL, "allowed_updates": list(ALLOWED_UPDATES)}
        read = (self._request[0].read_timeout or 0) + POLL
        result = await self._post("getUpdates", data, read_timeout=read)
        if not isinstance(result, list):
            raise TelegramError("getUpdates did not answer with a list")
        return result

    async def say(self, method: str, parameters: Raw) -> Raw:
        """Call a method that says or changes a message, by the Bot API's own names; returns the message.

        The library's own methods make objects of every button and of the message that comes back: half of a call.
        """
        said = await self._post(method, parameters)
        if not isinstance(said, dict) or "message_id" not in said or "id" not in (said.get("chat") or ()):
            raise TelegramError(NO_BOT_API)
        return said

    async def file_path(self, file_id: str) -> str:
        """Ask where a file lies, beneath the address of files."""
        found = await self._post("getFile", {"file_id": file_id})
        path = found.get("file_path") if isinstance(found, dict) else None
        if not isinstance(path, str) or not path:
            raise TelegramError(NO_BOT_API)
        return path


class Intake:
    """What runs between `start` and `stop_intake`."""

    def __init__(self, bot: UpdatesBot, clock: Clock, take: Take, answer: Answer) -> None:
        self._bot = bot
        self._clock = clock
        self._take = take
        self._answer = answer
        self._tasks: set[asyncio.Task[Any]] = set()
        self._in_hand: set[str] = set()
        self._poller: asyncio.Task[None] | None = None
        self._runner: web.AppRunner | None = None
        self._ready = False
        self._failures = 0
        self._unstored = False

    async def poll(self, prepare: Callable[[], Awaitable[None]]) -> None:
        """Begin to ask for updates; `prepare` is run first, again and again while the network is gone."""
        await self._first(prepare)
        self._in_background(self._poll(prepare))

    async def listen(self, host: str, port: int, secret: str, prepare: Callable[[], Awaitable[None]]) -> None:
        """Begin to listen for updates, then tell Telegram where by `prepare`."""

        async def called(request: web.Request) -> web.Response:
            return await self._called(request, secret)

        app = web.Application(client_max_size=BODY_LIMIT)
        # Any path: the secret tells who calls, and a proxy in front may have changed the path.
        app.router.add_post("/{path:.*}", called)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=5)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
            await self._first(prepare)
        except BaseException:
            await self._runner.cleanup()
            raise
        if not self._ready:
            self._in_background(self._until_ready(prepare))

    async def stop(self) -> None:
        """Take in nothing more and wait until what was taken in is answered."""
        if self._poller is not None:
            self._poller.cancel()
            await asyncio.wait({self._poller})
        if self._runner is not None:
            await self._runner.cleanup()
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _first(self, prepare: Callable[[], Awaitable[None]]) -> None:
        """Prepare once; no network is no reason not to start, a refusal is."""
        try:
            await self._prepare(prepare)
        except TelegramError as error:
            if isinstance(error, BadRequest | Forbidden | InvalidToken):
                raise
            self._note_failure(error)

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        def ended(task: asyncio.Task[None]) -> None:
            if not task.cancelled() and task.exception():
                log.critical("Telegram is not listened to any more", exc_info=task.exception())

        self._poller = asyncio.create_task(work, name="telegram intake")
        self._poller.add_done_callback(ended)

    async def _prepare(self, prepare: Callable[[], Awaitable[None]]) -> None:
        await prepare()
        self._ready = True
        self._note_success()

    async def _until_ready(self, prepare: Callable[[], Awaitable[None]]) -> None:
        while not self._ready:
            await self._pause()
            try:
                await self._prepare(prepare)
            except TelegramError as error:
                self._note_failure(error)

    async def _poll(self, prepare: Callable[[], Awaitable[None]]) -> None:
        await self._until_ready(prepare)
        offset = 0
        while True:
            try:
                updates = await self._bot.raw_updates(offset)
            except TelegramError as error:
                self._note_failure(error)
                await self._pause(error)
                continue
            self._note_success()
            # Shielded: a stop may come now, but what is half stored is stored to its end.
            while not await asyncio.shield(self._spawn(self._hand_over(updates))):
                self._failures += 1
                await self._pause()
            self._failures = 0
            if updates:
                offset = updates[-1]["update_id"] + 1
            while len(self._tasks) > IN_HAND:
                await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)

    async def _called(self, request: web.Request, secret: str) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), secret.encode()):
            return web.Response(status=401)
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await request.read()
        except TimeoutError:
            return web.Response(status=408)
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            update = None
        if not (isinstance(update, dict) and isinstance(update.get("update_id"), int)):
            return web.Response(status=400)
        if not self._ready:
            return web.Response(status=503)  # who we are is not known yet; Telegram calls again
        stored = await asyncio.shield(self._spawn(self._hand_over([update])))
        return web.Response(status=200 if stored else 503)

    async def _hand_over(self, updates: Sequence[Raw]) -> bool:
        """Store a batch and begin to work what is new in it; False when it could not be stored."""
        inbounds: list[Inbound] = []
        idle: list[str] = []  # callbacks that mean nothing to us, yet somebody waits
        for raw in updates:
            update, inbound = self._read(raw)
            if inbound is not None:
                inbounds.append(inbound)
            elif update is not None and update.callback_query is not None:
                idle.append(update.callback_query.id)
        try:
            new = await self._take(inbounds) if inbounds else []
        except Exception:
            if not self._unstored:
                log.exception("updates cannot be stored; they stay with Telegram until they can")
            self._unstored = True
            return False
        if self._unstored and inbounds:
            log.warning("updates are stored again")
            self._unstored = False
        for inbound in new:
            self._in_hand.add(inbound.id)
            self._spawn(self._work(inbound))
        repeats = {one.handle for one in inbounds if one.handle and one.id not in self._in_hand}
        for handle in (*idle, *repeats):
            self._spawn(self._settle(handle, Reply()))
        return True

    def _read(self, raw: Raw) -> tuple[Update | None, Inbound | None]:
        try:
            update = Update.de_json(raw, self._bot)
            return update, read_update(update, self._bot.bot)
        except _UNREADABLE as error:
            log.warning("update %s cannot be read and is passed over: %r", raw.get("update_id"), error)
            return None, None

    async def _work(self, inbound: Inbound) -> None:
        reply = Reply()
        try:
            reply = await self._answer(inbound)
        except Exception:
            log.exception("%s was not worked to its end", inbound.id)
        if inbound.handle:
            await self._settle(inbound.handle, reply)
        self._in_hand.discard(inbound.id)

    async def _settle(self, handle: str, reply: Reply) -> None:
        """Answer a callback, so that the button stops waiting; a few tries, for it soon is too old."""
        toast = cut(reply.toast, TOAST_LIMIT)
        for pause in (*ANSWER_PAUSES, None):
            try:
                await self._bot.answer_callback_query(handle, text=toast or None, show_alert=reply.alert)
                return
            except BadRequest as error:
                log.info("a callback was not answered: %s", error)
                return
            except TelegramError as error:
                if pause is None:
                    log.warning("a callback was not answered: %s", error)
                    return
                await self._clock.sleep(pause)

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _pause(self, error: TelegramError | None = None) -> None:
        seconds: float = BACK_OFF[min(self._failures, len(BACK_OFF)) - 1]
        if isinstance(error, RetryAfter):
            seconds = max(seconds, seconds_of(error))
        await self._clock.sleep(seconds)

    def _note_failure(self, error: TelegramError) -> None:
        self._failures += 1
        if self._failures > 1:
            return
        if isinstance(error, InvalidToken):
            log.error("Telegram refuses the token (%s); trying until it takes it", error)
        elif isinstance(error, Conflict):
            log.error("another process takes in this bot's updates (409: %s); trying until it ends", error)
        else:
            log.warning("Telegram cannot be reached (%s); trying until it can", error)

    def _note_success(self) -> None:
        if self._failures:
            log.warning("Telegram is reached again after %d failures", self._failures)
        self._failures = 0


def seconds_of(error: RetryAfter) -> float:
    """Return the seconds a 429 asks for; the library gives a number or a timedelta."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
