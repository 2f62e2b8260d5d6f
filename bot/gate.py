"""Lets in what is said at a person's pace; of a flood it lets in one word: that it is one."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from bot.threads import Desk
from handlers.chat import FLOODED, Inbound, InboundKind
from handlers.flood import Flood, Verdict
from handlers.settings import Settings
from storage.queries import people as people_queries

log = logging.getLogger(__name__)


class Gate:
    """Stands before the inbox. What happens to a chat passes always; people pass as `handlers.flood` says."""

    def __init__(self, desk: Desk, settings: Settings) -> None:
        self._desk = desk
        self._flood = Flood(settings.flood) if settings.flood.at_once else None

    async def admitted(self, inbounds: Sequence[Inbound], now: datetime, paid: Collection[str]) -> list[Inbound]:
        """Return what is to be stored; `paid` are the ids of what was let in before and could not be stored.

        The first thing over somebody's measure becomes the event that they flood, under its own id: so whoever
        waits for its answer gets one, and a repeat of it is still a repeat.
        """
        if self._flood is None:
            return list(inbounds)
        admitted = []
        for inbound in inbounds:
            verdict = Verdict.ADMIT
            if inbound.kind is not InboundKind.EVENT and inbound.id not in paid:
                verdict = await self._judge(self._flood, inbound, now)
            if verdict is Verdict.ADMIT:
                admitted.append(inbound)
            elif verdict is Verdict.TELL:
                wait = self._flood.wait(_who(inbound))
                log.warning("%s floods: what is over the measure is dropped", _who(inbound))
                values = {"was": str(inbound.kind), "wait": str(int(wait.total_seconds()))}
                admitted.append(replace(inbound, kind=InboundKind.EVENT, text=FLOODED, token="", values=values))
        return admitted

    async def _judge(self, flood: Flood, inbound: Inbound, now: datetime) -> Verdict:
        who = _who(inbound)
        waits = inbound.kind is not InboundKind.TEXT or inbound.addressed or inbound.private
        aloud = waits and bool(inbound.user)
        verdict = flood.hears(who, now, aloud=aloud)
        if verdict is not Verdict.LOOK_UP:
            return verdict
        platform, user = inbound.origin.platform, inbound.user

        def look_up() -> bool:
            with self._desk.database.transaction(writing=False) as session:
                account = people_queries.find_account(session, platform, user)
                return account is not None and people_queries.get_person(session, account.person_id).active

        flood.learns(who, now, linked=await self._desk.once(look_up, reading=True))
        return flood.hears(who, now, aloud=aloud)


def _who(inbound: Inbound) -> str:
    """Name the account; who writes in the name of a chat is that chat."""
    return f"{inbound.origin.platform}:{inbound.user or f'#{inbound.origin.chat}'}"
