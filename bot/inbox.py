"""Everything said to us: stored before it is acknowledged, then worked in the order of its chat.

The inbox works what it stored by itself, one after the other in a chat and the chats side by side; `answer` only
waits for the outcome. So nothing depends on a platform asking for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.threads import Desk
from handlers import dispatch
from handlers.chat import Inbound, Reply, inbound_from_json, to_json
from handlers.settings import Settings
from storage.queries import queues

log = logging.getLogger(__name__)

REMEMBERED = 1_000  # outcomes kept for whoever asks late, and first hearings of what could not be stored
ADOPT = timedelta(seconds=90)  # an inbound still open after this, and not in our hands, is of a process that is gone
PATIENCE = 20.0  # real seconds that timers wait for what was said before them


@dataclass(frozen=True, slots=True)
class _Errand:
    row_id: int
    inbound: Inbound
    received_at: datetime
    done: asyncio.Future[Reply]


class Inbox:
    """Takes in and works what people say; `committed` is called after each piece of work."""

    def __init__(self, desk: Desk, settings: Settings, committed: Callable[[], None]) -> None:
        self._desk = desk
        self._settings = settings
        self._committed = committed
        self._chats: dict[tuple[str, str], deque[_Errand]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._outcomes: dict[str, asyncio.Future[Reply]] = {}
        self._heard: dict[str, datetime] = {}  # when we first heard what we could not store

    async def take(self, inbounds: Sequence[Inbound]) -> list[Inbound]:
        """Store inbounds in one transaction and begin to work them; returns those not seen before.

        Raises when nothing was stored; what was said still counts from when it was first heard.
        """
        now = self._desk.now()
        times = {inbound.id: self._heard.get(inbound.id, now) for inbound in inbounds}

        def store() -> list[tuple[int, Inbound]]:
            with self._desk.database.transaction() as session:
                ids = [
                    queues.add_inbound(
                        session,
                        source=inbound.id,
                        platform=inbound.origin.platform,
                        chat=inbound.origin.chat,
                        payload=to_json(inbound),
                        now=times[inbound.id],
                    )
                    for inbound in inbounds
                ]
            return [(id_, inbound) for id_, inbound in zip(ids, inbounds, strict=True) if id_ is not None]

        try:
            stored = await self._desk.once(store)
        except BaseException:
            self._heard.update(times)
            _trim(self._heard)
            raise
        for inbound_id in times:
            self._heard.pop(inbound_id, None)
        for row_id, inbound in stored:
            self._outcomes[inbound.id] = self.add(row_id, inbound, times[inbound.id])
        _trim(self._outcomes)
        return [inbound for _, inbound in stored]

    async def answer(self, inbound: Inbound) -> Reply:
        """Wait until a stored inbound is worked and return what must be answered at once."""
        outcome = self._outcomes.pop(inbound.id, None)
        return await asyncio.shield(outcome) if outcome is not None else Reply()

    def add(self, row_id: int, inbound: Inbound, received_at: datetime) -> asyncio.Future[Reply]:
        """Queue a stored inbound behind what was said in its chat before; returns its outcome."""
        done: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        key = (inbound.origin.platform, inbound.origin.chat)
        chat = self._chats.get(key)
        if chat is None:
            chat = self._chats[key] = deque()
            task = asyncio.create_task(self._work_chat(key, chat), name=f"chat {key}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        chat.append(_Errand(row_id, inbound, received_at, done))
        return done

    async def recover(self) -> None:
        """Work everything that was stored and not worked, in order: what a crash left behind."""
        if count := await self._add_open(None):
            log.warning("%d inbounds were stored and not worked; they are worked now", count)
        await self.idle()

    async def adopt(self, now: datetime) -> None:
        """Work what a process that is gone stored and did not work."""
        if count := await self._add_open(now - ADOPT):
            log.warning("%d inbounds of another process are worked now", count)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being worked."""
        return not self._tasks

    async def idle(self) -> None:
        """Wait until nothing is being worked."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def catch_up(self, now: datetime) -> None:
        """Wait for what was said up to now, so that an answer in time is never overtaken by its own limit."""
        earlier = {errand.done for chat in self._chats.values() for errand in chat if errand.received_at <= now}
        if earlier:
            await asyncio.wait(earlier, timeout=PATIENCE)

    async def _add_open(self, received_before: datetime | None) -> int:
        in_hand = {errand.row_id for chat in self._chats.values() for errand in chat}

        def find() -> list[tuple[int, str, datetime]]:
            with self._desk.database.transaction(writing=False) as session:
                rows = queues.list_open_inbound(session)
                return [
                    (row.id, row.payload, row.received_at)
                    for row in rows
                    if row.id not in in_hand and (received_before is None or row.received_at < received_before)
                ]

        found = await self._desk.surely(find, reading=True)
        for row_id, payload, received_at in found:
            try:
                inbound = inbound_from_json(payload)
            except ValueError as error:  # written by another version
                await self._put_aside(row_id, error)
            else:
                self.add(row_id, inbound, received_at)
        return len(found)

    async def _work_chat(self, key: tuple[str, str], chat: deque[_Errand]) -> None:
        while chat:
            errand = chat[0]
            try:
                reply = await self._work(errand)
            except Exception as error:
                log.exception("inbound %s could not be worked", errand.row_id)
                await self._put_aside(errand.row_id, error)
                reply = Reply()
            errand.done.set_result(reply)
            chat.popleft()
            self._committed()
        del self._chats[key]

    async def _work(self, errand: _Errand) -> Reply:
        command = dispatch.route_of(errand.inbound).command
        return await self._desk.surely(
            lambda: dispatch.answer(
                self._desk.database, self._settings, errand.row_id, errand.inbound, errand.received_at
            ),
            reading=command is not None and command.reading,
        )

    async def _put_aside(self, row_id: int, error: Exception) -> None:
        """End an inbound that not even the apology could end, so that it stops nothing behind it."""

        def end() -> None:
            with self._desk.database.transaction() as session:
                row = queues.claim_inbound(session, row_id)
                if row is not None:
                    row.done_at, row.error = self._desk.now(), f"{type(error).__name__}: {error}"[:500]

        await self._desk.surely(end)


def _trim(remembered: dict[str, datetime] | dict[str, asyncio.Future[Reply]]) -> None:
    """Forget the oldest of what nobody asked for."""
    while len(remembered) > REMEMBERED:
        del remembered[next(iter(remembered))]
