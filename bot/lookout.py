"""Asks each platform now and then who we are, so that a revoked token is known within a minute though nobody speaks.

That a platform refuses us, and that it takes us again, becomes an event in the inbound queue like everything that
happens to a chat: one place decides what it means, and HQ hears of it once, by whatever still works. While no platform
works nobody can be told, so the log says it loudly; and nothing that is to be said is given up.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from bot.platform import Answer, DeliveryError, Platform, Refused, Take
from bot.threads import Desk
from handlers import chat as vocabulary
from handlers.chat import Address, Inbound, InboundKind, to_json
from storage.queries import outages, queues

log = logging.getLogger(__name__)

EVERY = 30.0  # seconds between two looks: HQ hears within sixty
PATIENCE = 15.0  # seconds for a platform to answer

Happened = Callable[[int, Inbound, datetime], Awaitable[object]]
"""Work a stored event to its end."""


class Lookout:
    """Knows which platforms refuse us; `by` names this process, `found` is told what takes our words again."""

    def __init__(
        self,
        desk: Desk,
        platforms: Sequence[Platform],
        happened: Happened,
        found: Callable[[str], None],
        *,
        by: str,
    ) -> None:
        self._desk = desk
        self._platforms = platforms
        self._happened = happened
        self._found = found
        self._by = by
        self._refusing: dict[str, str] = {}  # platform → why
        self._one_at_a_time = asyncio.Lock()

    def warnings(self) -> list[str]:
        """Say which platforms refuse us, and why."""
        return [f"{platform} refuses us: {why}" for platform, why in sorted(self._refusing.items())]

    async def run(self) -> None:
        """Look again and again, for ever."""
        while True:
            await self._desk.clock.sleep(EVERY)
            await self.look()

    async def start(self, platform: Platform, take: Take, answer: Answer) -> None:
        """Have a platform take in. What was refused until now may be well again, also where nobody speaks."""
        try:
            await platform.start(take, answer)
        except Refused as error:
            await self.refused(platform.name, str(error))
            raise
        if await self._desk.surely(self._list_lost, reading=True):
            await self.look()

    async def look(self) -> None:
        """Ask every platform who we are."""
        for platform in self._platforms:
            try:
                async with asyncio.timeout(PATIENCE):
                    await platform.greet()
            except Refused as error:
                await self.refused(platform.name, str(error))
            except (DeliveryError, OSError):
                continue  # out of reach, which says nothing of us; delivery and intake tell of it
            else:
                await self._takes(platform.name)

    async def refused(self, platform: str, why: str) -> None:
        """Note that a platform refuses us, and have it told once."""
        async with self._one_at_a_time:
            if platform in self._refusing:
                return
            self._refusing[platform] = why
            left = [one.name for one in self._platforms if one.name not in self._refusing]
            log.critical(
                "%s refuses us (%s). What is to be said there waits and is not lost. Set a valid token and start "
                "again; `xietong doctor` says how. %s",
                platform,
                why,
                f"HQ hears of it on {', '.join(left)}" if left else "No platform is left to tell anybody of it",
            )
            await self._tell(platform, vocabulary.PLATFORM_LOST, why)

    async def _takes(self, platform: str) -> None:
        """Note that a platform takes our words; where the network's record says otherwise, have that told."""
        async with self._one_at_a_time:
            was = self._refusing.pop(platform, None)
            if was is not None:
                log.warning("%s takes our words again", platform)
            if platform in await self._desk.surely(self._list_lost, reading=True):
                await self._tell(platform, vocabulary.PLATFORM_FOUND, "")
                self._found(platform)
            elif was is not None:
                self._found(platform)

    def _list_lost(self) -> list[str]:
        """List the platforms of which the network's record says that they refuse us."""
        with self._desk.database.transaction(writing=False) as session:
            return list(outages.map_lost(session, [platform.name for platform in self._platforms]))

    async def _tell(self, platform: str, event: str, why: str) -> None:
        """Store what has happened to a platform, as if it had told us, and have it worked."""
        now = self._desk.now()
        inbound = Inbound(
            f"lookout:{self._by}:{platform}:{now.isoformat()}:{event}",
            InboundKind.EVENT,
            Address(platform, ""),
            text=event,
            values={"reason": why},
        )

        def add() -> int | None:
            with self._desk.database.transaction() as session:
                return queues.add_inbound(
                    session,
                    source=inbound.id,
                    platform=platform,
                    chat="",
                    payload=to_json(inbound),
                    now=now,
                    by=self._by,
                )

        row_id = await self._desk.surely(add)
        if row_id is not None:
            await self._happened(row_id, inbound, now)
