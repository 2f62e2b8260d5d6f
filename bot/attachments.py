"""Files that people send: fetched from where they lie, read in a process of their own, and kept until confirmed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime

from bot import reader
from bot.platform import DeliveryError, Platform, TooBig, Unsayable
from bot.threads import Desk
from bot.workbook import MOST_MEGABYTES
from handlers import dispatch
from handlers.chat import Inbound
from handlers.context import Attached
from handlers.errors import BadInput
from handlers.settings import Settings
from storage.queries import people as people_queries
from storage.queries import uploads

log = logging.getLogger(__name__)

TRIES = 3
PAUSE = 1.0  # seconds between two tries
PATIENCE = 30.0  # seconds for a file to come whole: the auditor should not take it for stuck
LONGEST_NAME = 200  # characters; the end of a name says what it is
AT_ONCE = 2  # files read at the same time: each takes a core and some memory


class Attachments:
    """Takes the file of an inbound to where a command can look at it; its own chat waits for that, no other does."""

    def __init__(self, desk: Desk, settings: Settings, platforms: Sequence[Platform]) -> None:
        self._desk = desk
        self._settings = settings
        self._platforms = {platform.name: platform for platform in platforms}
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def of(self, row_id: int, inbound: Inbound, now: datetime) -> Attached | None:
        """Return what became of an inbound's file; None where it has none that anybody here takes."""
        if not inbound.values.get("file"):
            return None
        database, settings = self._desk.database, self._settings
        if not await self._desk.surely(
            lambda: dispatch.wants_file(database, settings, row_id, inbound, now), reading=True
        ):
            return None
        try:
            content = await self._fetch(inbound)
            async with self._turns:
                packed = await reader.read(inbound.values.get("file_name", "")[-LONGEST_NAME:], content)
        except BadInput as problem:
            return Attached(problem=problem)
        return Attached(await self._desk.surely(lambda: self._keep(inbound, packed, now)))

    async def _fetch(self, inbound: Inbound) -> bytes:
        most = MOST_MEGABYTES * 1_000_000
        declared = inbound.values.get("file_size", "")
        platform = self._platforms.get(inbound.origin.platform)
        if declared.isdecimal() and int(declared) > most:
            raise BadInput("network.file_too_big", most=MOST_MEGABYTES)
        try:
            async with asyncio.timeout(PATIENCE):
                for _ in range(TRIES if platform is not None else 0):
                    assert platform is not None
                    try:
                        return await platform.fetch(inbound.values, most)
                    except TooBig:
                        raise BadInput("network.file_too_big", most=MOST_MEGABYTES) from None
                    except Unsayable as error:
                        log.info("the file of %s cannot be fetched: %s", inbound.id, error)
                        break
                    except DeliveryError as error:
                        log.warning("the file of %s was not fetched: %s", inbound.id, error)
                        await self._desk.clock.sleep(PAUSE)
        except TimeoutError:
            log.warning("the file of %s did not come in time", inbound.id)
        raise BadInput("network.not_fetched")

    def _keep(self, inbound: Inbound, packed: str, now: datetime) -> int:
        with self._desk.database.transaction() as session:
            speaker = people_queries.find_speaker(session, inbound.origin.platform, inbound.user)
            assert speaker is not None  # else it would not have been fetched
            return uploads.add_upload(
                session,
                source=inbound.id,
                person_id=speaker[1].id,
                name=inbound.values.get("file_name", "")[-LONGEST_NAME:],
                packed=packed,
                now=now,
            )
