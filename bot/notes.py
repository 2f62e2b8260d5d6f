"""Notes what was said: together, for a transaction for each message would cost more than saying it."""

from __future__ import annotations

import asyncio
import logging

from bot import outbox
from bot.meters import Meters
from bot.outbox import Parcel
from bot.platform import Posted
from bot.threads import Desk

log = logging.getLogger(__name__)


class Notes:
    """While one transaction notes, what is said meanwhile waits for the next."""

    def __init__(self, desk: Desk, meters: Meters, by: str) -> None:
        self._desk = desk
        self._meters = meters
        self._by = by
        self._spoken: list[tuple[Parcel, Posted | None, asyncio.Future[None]]] = []
        self._noting: asyncio.Task[None] | None = None

    async def note(self, parcel: Parcel, posted: Posted | None) -> None:
        """Return once it is noted that it was said; `posted` is where it stands, None for an edit."""
        noted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._spoken.append((parcel, posted, noted))
        if self._noting is None or self._noting.done():
            self._noting = asyncio.create_task(self._note_all(), name="noting what was said")
        await noted

    async def _note_all(self) -> None:
        while self._spoken:
            spoken, self._spoken = self._spoken, []
            pairs = [(parcel, posted) for parcel, posted, _ in spoken]
            try:
                repeated = await self._desk.surely(
                    lambda: outbox.said(self._desk.database, pairs, self._desk.now(), self._by),  # noqa: B023
                    kind="said",
                )
            except Exception as error:  # noqa: BLE001 - it is raised where it is awaited
                for _, _, noted in spoken:
                    if not noted.done():
                        noted.set_exception(error)
                continue
            for parcel in repeated:
                log.warning("outbox %d was taken over by another process and may be said twice", parcel.row.id)
                self._meters.messages_repeated.labels(parcel.row.platform).inc()
            for _, _, noted in spoken:
                if not noted.done():  # cancelled by a stop
                    noted.set_result(None)
