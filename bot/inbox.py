"""Everything said to us: stored before it is acknowledged, then worked in the order of its chat.

The inbox works what it stored by itself, one after the other in a chat and the chats side by side; `answer` only
waits for the outcome. So nothing depends on a platform asking for it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.gate import Gate
from bot.meters import Meters
from bot.threads import Desk
from handlers import dispatch
from handlers.chat import Inbound, Reply, inbound_from_json, to_json
from handlers.context import Attached, Context
from handlers.hearing import redacted, route_of
from handlers.settings import Settings
from storage.database import DatabaseError, is_refused
from storage.queries import queues, sharing

log = logging.getLogger(__name__)

REMEMBERED = 1_000  # outcomes kept for whoever asks late, and first hearings of what could not be stored
TURN = 0.1  # seconds between two looks whether another process has worked what was said in a chat before
PATIENCE = 20.0  # real seconds that timers wait for what was said before them


@dataclass(slots=True, eq=False)
class _Errand:
    row_id: int
    inbound: Inbound
    received_at: datetime
    done: asyncio.Future[Reply]
    fetching: bool = False  # a file: no limit is kept by it, so that timers need not wait for it


class Inbox:
    """Takes in and works what people say; `committed` is called after each piece of work.

    `by` names this process on what it takes in; where other processes take in as well, or did (`is_shared`), a chat is
    worked in the order in which it was stored, whoever stored it. `attached` fetches the file that comes with one.
    """

    def __init__(
        self,
        desk: Desk,
        settings: Settings,
        committed: Callable[[], None],
        *,
        by: str = "",
        is_shared: Callable[[], bool] = lambda: False,
        meters: Meters | None = None,
        attached: Callable[[int, Inbound, datetime], Awaitable[Attached | None]] | None = None,
    ) -> None:
        self._attached = attached
        self._desk = desk
        self._settings = settings
        self._committed = committed
        self._by = by
        self._is_shared = is_shared
        self._meters = meters or Meters()
        self._chats: dict[tuple[str, str], deque[_Errand]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._outcomes: dict[str, asyncio.Future[Reply]] = {}
        self._heard: dict[str, datetime] = {}  # when we first heard what we could not store
        self._gate = Gate(desk, settings)

    async def take(self, inbounds: Sequence[Inbound]) -> list[Inbound]:
        """Store inbounds in one transaction and begin to work them; returns those not seen before.

        Raises when nothing was stored; what was said still counts from when it was first heard.
        """
        now = self._desk.now()
        inbounds = await self._gate.admitted(inbounds, now, self._heard)
        if not inbounds:
            return []
        times = {inbound.id: self._heard.get(inbound.id, now) for inbound in inbounds}

        try:
            stored = await self._stored(inbounds, times)
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

    async def _stored(self, inbounds: Sequence[Inbound], times: Mapping[str, datetime]) -> list[tuple[int, Inbound]]:
        """Store them together; what the database refuses for good is passed over, and stops no other."""

        def store() -> list[tuple[int, Inbound]]:
            heard = [
                queues.Heard(
                    inbound.id, inbound.origin.platform, inbound.origin.chat, to_json(inbound), times[inbound.id]
                )
                for inbound in inbounds
            ]
            with self._desk.database.transaction() as session:
                ids = queues.add_inbounds(session, heard, by=self._by)
            return [(ids[inbound.id], inbound) for inbound in _once(inbounds) if inbound.id in ids]

        try:
            return await self._desk.once(store, kind="store")
        except (DatabaseError, ValueError) as error:
            if not is_refused(error):
                raise
            if len(inbounds) == 1:
                log.exception("%s cannot be stored and is passed over", inbounds[0].id)
                return []
        return [one for inbound in inbounds for one in await self._stored([inbound], times)]

    async def answer(self, inbound: Inbound) -> Reply:
        """Wait until a stored inbound is worked and return what must be answered at once."""
        outcome = self._outcomes.pop(inbound.id, None)
        return await asyncio.shield(outcome) if outcome is not None else Reply()

    def add(self, row_id: int, inbound: Inbound, received_at: datetime) -> asyncio.Future[Reply]:
        """Queue a stored inbound behind what was said in its chat before; returns its outcome.

        What was adopted from a process that is gone was said before what waits here.
        """
        done: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        key = (inbound.origin.platform, inbound.origin.chat)
        chat = self._chats.get(key)
        if chat is None:
            chat = self._chats[key] = deque()
            task = asyncio.create_task(self._work_chat(key, chat), name=f"chat {key}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        place = len(chat)
        while place and chat[place - 1].row_id > row_id:
            place -= 1
        chat.insert(place, _Errand(row_id, inbound, received_at, done))
        return done

    async def recover(self) -> None:
        """Work everything that was stored and not worked, in order: what a crash left behind."""

        def find() -> list[tuple[int, str, datetime]]:
            with self._desk.database.transaction(writing=False) as session:
                return [(row.id, row.payload, row.received_at) for row in queues.list_open_inbound(session)]

        if found := await self._desk.surely(find, reading=True):
            log.warning("%d inbounds were stored and not worked; they are worked now", len(found))
            await self._add_stored(found)
        await self.idle()

    async def adopt(self) -> None:
        """Work what processes that live no more stored and did not work."""

        def adopt() -> list[tuple[int, str, datetime]]:
            with self._desk.database.transaction() as session:
                return sharing.adopt_inbound(session, self._by)

        if found := await self._desk.surely(adopt):
            log.warning("%d inbounds of a process that is gone are worked now", len(found))
            await self._add_stored(found)

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
        earlier = {
            errand.done
            for chat in self._chats.values()
            if not chat[0].fetching
            for errand in chat
            if errand.received_at <= now
        }
        if earlier:
            await asyncio.wait(earlier, timeout=PATIENCE)

    async def _add_stored(self, found: Sequence[tuple[int, str, datetime]]) -> None:
        in_hand = {errand.row_id for chat in self._chats.values() for errand in chat}
        for row_id, payload, received_at in found:
            if row_id in in_hand:
                continue
            try:
                inbound = inbound_from_json(payload)
            except ValueError as error:  # written by another version
                await self._put_aside(row_id, error)
            else:
                self.add(row_id, inbound, received_at)

    async def _work_chat(self, key: tuple[str, str], chat: deque[_Errand]) -> None:
        while chat:
            errand, begun = chat[0], time.perf_counter()
            try:
                if not await self._is_its_turn(errand):
                    await self._desk.clock.sleep(TURN)
                    continue  # what it waits for may stand before it by now
                reply = await self._work(errand)
            except Exception as error:
                log.exception("inbound %s could not be worked", errand.row_id)
                await self._put_aside(errand.row_id, error)
                self._meters.inbound_failures.inc()
                reply = Reply()
            lateness = (self._desk.now() - errand.received_at).total_seconds()
            self._meters.inbound_lateness.labels(errand.inbound.origin.platform).observe(max(lateness, 0))
            if log.isEnabledFor(logging.DEBUG):
                self._tell(errand, lateness, time.perf_counter() - begun)
            errand.done.set_result(reply)
            chat.remove(errand)
            self._committed()
        del self._chats[key]

    def _tell(self, errand: _Errand, lateness: float, took: float) -> None:
        """Tell the log what was worked, by numbers alone: nobody's name, and none of the words."""
        log.debug(
            "inbound %d: %s by %s in %s, worked in %.1f ms, %.1f ms after it was heard",
            errand.row_id,
            route_of(errand.inbound).act,
            errand.inbound.user or "nobody",
            errand.inbound.origin,
            took * 1_000,
            lateness * 1_000,
        )

    async def _is_its_turn(self, errand: _Errand) -> bool:
        """Say whether nothing said before in its chat is open, in the hands of whichever process."""
        origin = errand.inbound.origin

        def is_first() -> bool:
            with self._desk.database.transaction(writing=False) as session:
                return not queues.has_earlier_inbound(session, origin.platform, origin.chat, errand.row_id)

        return not self._is_shared() or await self._desk.surely(is_first, reading=True)

    async def _work(self, errand: _Errand) -> Reply:
        database, settings, row_id, inbound = self._desk.database, self._settings, errand.row_id, errand.inbound
        now, looked, attached = errand.received_at, None, None
        if self._attached is not None and inbound.values.get("file"):
            errand.fetching = True
            attached = await self._attached(row_id, inbound, now)
            errand.fetching = False
        if dispatch.is_reading(inbound):  # the long half, without the writer
            looked = await self._desk.surely(
                lambda: dispatch.look(database, settings, row_id, inbound, now, attached), reading=True
            )
        return await self._desk.surely(
            lambda: dispatch.answer(database, settings, row_id, inbound, now, looked), kind="answer"
        )

    async def _put_aside(self, row_id: int, error: Exception) -> None:
        """End an inbound that not even the apology could end, on the record, so that it stops nothing behind it."""

        def end() -> None:
            with self._desk.database.transaction() as session:
                row = queues.claim_inbound(session, row_id)
                if row is None:
                    return
                row.done_at, row.error = self._desk.now(), f"{type(error).__name__}: {error}"[:500]
                row.payload = _kept(row.payload)
                context = Context(session, self._settings, self._desk.now())
                context.audit("inbound put aside", f"inbound {row_id}", reason=row.error)
                context.flush(session)

        await self._desk.surely(end)


def _kept(payload: str) -> str:
    """Return what is kept of a stored inbound; one that cannot be read stays as it is."""
    try:
        return to_json(redacted(inbound_from_json(payload)))
    except ValueError:
        return payload


def _once(inbounds: Iterable[Inbound]) -> Iterable[Inbound]:
    """Leave out what a batch repeats."""
    return {inbound.id: inbound for inbound in inbounds}.values()


def _trim(remembered: dict[str, datetime] | dict[str, asyncio.Future[Reply]]) -> None:
    """Forget the oldest of what nobody asked for."""
    while len(remembered) > REMEMBERED:
        del remembered[next(iter(remembered))]
