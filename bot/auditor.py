"""Looks every minute for what is stuck, has it kicked once, tells HQ, and withholds the heartbeat while it stays so.

A platform that does not take messages is no fault of ours, and a restart would not help: that is told of (`delayed`),
and the heart beats on.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from bot.meters import Meters
from bot.threads import Desk
from handlers import auditing
from handlers.auditing import UNSAID, Finding, Kind, Look
from handlers.settings import Settings
from storage.queries.health import Backlog, Waiting
from storage.tables.requests import OPEN_STATES

log = logging.getLogger(__name__)

ALIVE = timedelta(seconds=150)  # without a good audit for so long we are not healthy
COUNTED = 5  # audits between two counts of the broken limits, which are the dearest to count

WHAT = {
    Kind.TIMER: "overdue timers",
    Kind.INBOUND: "inbounds that nobody works",
    Kind.MESSAGE: "chats with messages that nobody says",
    Kind.REQUEST: "requests that wait for no timer",
}


class Auditor:
    """Audits one database for one process.

    `answers` says whether a platform takes messages now, `lost` whether this process has claimed a message and has it
    in nobody's hands; `kick` makes the process look again at all it may have overlooked.
    """

    def __init__(
        self,
        desk: Desk,
        settings: Settings,
        meters: Meters,
        *,
        answers: Callable[[str], bool],
        lost: Callable[[int, str], bool],
        kick: Callable[[datetime], Awaitable[None]],
    ) -> None:
        self._desk = desk
        self._settings = settings
        self._meters = meters
        self._answers = answers
        self._lost = lost
        self._kick = kick
        self._audits = 0
        self._kicked: set[str] = set()
        self._told: dict[Kind, list[Finding]] = {}  # what HQ was told of, until it is well again
        self.found: dict[Kind, list[Finding]] = {}  # by the last audit, the oldest first
        self.delayed: Counter[str] = Counter()  # platform → chats that wait for it
        self.heartbeat_at: datetime | None = None  # the last time nothing was found
        meters.heartbeat_age.set_function(self._age)

    async def audit(self, now: datetime) -> bool:
        """Look once; returns whether nothing is stuck."""
        database = self._desk.database
        look = await self._desk.surely(lambda: auditing.look(database, now), reading=True)
        waited, stuck = self.delayed, self._weigh(look.waiting, now)
        before, self.found = self.found, _by_kind([*look.found, *stuck])
        self._note(before, waited)
        await self._measure(look, now)
        if self._audits:  # what waited for a process that has just started is about to be worked
            await self._kick_new(look.waiting, now)
        await self._report(before, now)
        await self._desk.surely(lambda: auditing.tell_given_up(database, self._settings, now))
        self._audits += 1
        if not self.found:
            self.heartbeat_at = now
        return not self.found

    def is_healthy(self, now: datetime) -> bool:
        """Say whether an audit found nothing stuck, not long ago."""
        return self.heartbeat_at is not None and now - self.heartbeat_at < ALIVE

    def reasons(self) -> list[str]:
        """Say what is stuck, in words that name nobody."""
        return [f"{WHAT[kind]}: {len(found)}" for kind, found in self.found.items()]

    def warnings(self) -> list[str]:
        """Say what is amiss that a restart would not mend."""
        return [f"chats that wait for {platform}: {count}" for platform, count in sorted(self.delayed.items())]

    def _weigh(self, waiting: Sequence[Waiting], now: datetime) -> list[Finding]:
        """Tell the messages that are stuck with us from those that wait for their platform."""
        stuck = []
        self.delayed = Counter()
        for one in waiting:
            if self._answers(one.platform) and one.try_at <= now - UNSAID:
                stuck.append(Finding(Kind.MESSAGE, one.id, f"outbox {one.id} ({one.platform})", one.due_since))
            else:  # it does not answer, or asked for patience
                self.delayed[one.platform] += 1
        return stuck

    def _note(self, before: dict[Kind, list[Finding]], waited: Counter[str]) -> None:
        """Say in the log what has become stuck, and what goes on again."""
        for kind, found in self.found.items():
            if kind not in before:
                log.error("%s: %d, the oldest since %s: %s", WHAT[kind], len(found), found[0].since, found[0].name)
        for kind in before.keys() - self.found.keys():
            log.warning("no %s any more", WHAT[kind])
        for platform in self.delayed.keys() - waited.keys():
            log.warning("%d chats wait for %s for more than %s", self.delayed[platform], platform, UNSAID)
        for platform in waited.keys() - self.delayed.keys():
            log.warning("no chat waits for %s any more", platform)

    async def _kick_new(self, waiting: Sequence[Waiting], now: datetime) -> None:
        """Kick what was not kicked before, on the record, and have the process look again."""
        new = [one for found in self.found.values() for one in found if one.key not in self._kicked]
        self._kicked = {one.key for found in self.found.values() for one in found}
        if not new:
            return
        wanted = {one.id for one in new if one.kind is Kind.MESSAGE}
        lost = [one.id for one in waiting if one.id in wanted and self._lost(one.id, one.claimed_by)]
        database, settings = self._desk.database, self._settings
        kicked = await self._desk.surely(lambda: auditing.kick(database, settings, new, now, lost=lost))
        for one in kicked:
            log.warning("%s is stuck since %s and is kicked once more", one.name, one.since)
            self._meters.rekicked.labels(str(one.kind)).inc()
        await self._kick(now)

    async def _report(self, before: dict[Kind, list[Finding]], now: datetime) -> None:
        """Tell HQ what was stuck a minute ago and still is, and of what it was told that goes on again."""
        earlier = {one.key for found in before.values() for one in found}
        stuck: dict[Kind, list[Finding]] = {}
        for kind, found in self.found.items():
            staying = [one for one in found if one.key in earlier]
            if staying and kind not in self._told:
                stuck[kind] = staying
        well = {kind: told for kind, told in self._told.items() if kind not in self.found}
        database, settings = self._desk.database, self._settings
        if stuck:
            await self._desk.surely(lambda: auditing.tell_stuck(database, settings, stuck, now, well=False))
            self._told |= stuck
        if well:
            await self._desk.surely(lambda: auditing.tell_stuck(database, settings, well, now, well=True))
            self._told = {kind: told for kind, told in self._told.items() if kind not in well}

    async def _measure(self, look: Look, now: datetime) -> None:
        """Set the gauges of what waits."""
        meters, backlog = self._meters, look.backlog
        for kind in Kind:
            meters.findings.labels(str(kind)).set(len(self.found.get(kind, ())))
        meters.inbound_open.set(backlog.inbound)
        meters.timers_due.set(backlog.timers)
        for platform in {*self._settings.platforms, *backlog.outbox}:
            meters.outbox_open.labels(platform).set(backlog.outbox.get(platform, 0))
        for queue in ("inbound", "timers", "outbox"):
            meters.oldest.labels(queue).set(_seconds_since(backlog, queue, now))
        for state in OPEN_STATES:
            meters.requests_open.labels(str(state)).set(backlog.requests.get(str(state), 0))
        if self._audits % COUNTED == 0:
            database = self._desk.database
            breaches = await self._desk.surely(lambda: auditing.count_breaches(database, now), reading=True)
            meters.breaches.clear()
            for step, count in breaches.items():
                meters.breaches.labels(step).set(count)

    def _age(self) -> float:
        return (self._desk.now() - self.heartbeat_at).total_seconds() if self.heartbeat_at is not None else -1


def _seconds_since(backlog: Backlog, queue: str, now: datetime) -> float:
    at = backlog.oldest.get(queue)
    return max((now - at).total_seconds(), 0) if at is not None else 0


def _by_kind(findings: Sequence[Finding]) -> dict[Kind, list[Finding]]:
    found: dict[Kind, list[Finding]] = {}
    for one in sorted(findings, key=lambda finding: finding.since):
        found.setdefault(one.kind, []).append(one)
    return found
