"""The way of everything Slack delivers: stored, then acknowledged, then answered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.platform import Answer, Take
from bot.slack_blocks import view
from bot.slack_events import UNINSTALLED, Bot, Heard, read
from handlers.chat import InboundKind, Reply

log = logging.getLogger(__name__)

FORM_SECONDS = 2.5  # Slack shows an error to whoever sent a form when nothing came within three

T = TypeVar("T")
Say = Callable[[Heard, Reply], Coroutine[Any, Any, None]]


class Intake(AsyncMiddleware):
    """The only middleware that Bolt reaches.

    Bolt's listeners acknowledge an event before they run, and its authorisation acknowledges what comes while
    `auth.test` fails: either would lose what nobody has stored. So this stands before both and never calls `next`.
    What it raises Bolt logs and turns into a 500, on which Slack delivers again.
    """

    def __init__(self, bot: Bot, take: Take, answer: Answer, say: Say) -> None:
        self._bot = bot
        self._take = take
        self._answer = answer
        self._say = say
        self._tasks: set[asyncio.Task[Any]] = set()

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - Bolt's name
    ) -> BoltResponse:
        """Store what was delivered, begin to answer it and acknowledge it."""
        asked = asyncio.get_running_loop().time()
        body = req.body
        if body.get("type") == "url_verification":
            return BoltResponse(status=200, body={"challenge": body.get("challenge", "")})
        heard = read(body, self._bot)
        if heard is None:
            return BoltResponse(status=200)
        if heard.inbound.values.get("reason") in UNINSTALLED:
            log.error("the app was taken out of the Slack workspace (%s)", heard.inbound.values["reason"])
        if not await self._take([heard.inbound]):
            return BoltResponse(status=200)
        if heard.inbound.kind is InboundKind.FORM:
            return await self._form(heard, asked + FORM_SECONDS)
        self._begin(self._work(heard))
        return BoltResponse(status=200)

    async def drain(self) -> None:
        """Wait until everything stored here is answered."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _work(self, heard: Heard) -> None:
        await self._say(heard, await self._answer(heard.inbound))

    async def _form(self, heard: Heard, deadline: float) -> BoltResponse:
        """Answer a form in its acknowledgement, where alone Slack takes errors; close it when that takes too long."""
        answer = self._begin(self._ask(heard))
        left = max(0.0, deadline - asyncio.get_running_loop().time())
        await asyncio.wait({answer}, timeout=left)
        if not answer.done():
            self._begin(self._late(heard, answer))
            return BoltResponse(status=200)
        if answer.exception() is not None:
            return BoltResponse(status=200)  # it is stored: sending it again would do it twice
        reply = answer.result()
        if reply.toast:
            self._begin(self._say(heard, Reply(toast=reply.toast, alert=reply.alert)))
        if reply.errors and heard.fields:
            return BoltResponse(status=200, body={"response_action": "errors", "errors": _placed(heard, reply)})
        if reply.form is not None:
            shown = view(reply.form, heard.inbound.origin)
            return BoltResponse(status=200, body={"response_action": "update", "view": shown})
        return BoltResponse(status=200)

    async def _ask(self, heard: Heard) -> Reply:
        return await self._answer(heard.inbound)

    async def _late(self, heard: Heard, answer: asyncio.Task[Reply]) -> None:
        """Say as a message what came too late for the form."""
        reply = await answer
        words = "\n".join(filter(None, [reply.toast, *reply.errors.values()]))
        await self._say(heard, Reply(toast=words, alert=reply.alert, form=reply.form))

    def _begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._end)
        return task

    def _end(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("what Slack delivered could not be answered", exc_info=error)


def _placed(heard: Heard, reply: Reply) -> dict[str, str]:
    """Return the errors by field; one that names none of them stands at the first, as Slack would refuse it."""
    placed: dict[str, str] = {}
    for name, sentence in reply.errors.items():
        where = name if name in heard.fields else heard.fields[0]
        placed[where] = f"{placed[where]} {sentence}" if where in placed else sentence
    return placed
