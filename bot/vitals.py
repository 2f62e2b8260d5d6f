"""How the process is: whether its heart beats, its intake runs and its database answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from bot.auditor import Auditor
from bot.meters import Meters
from bot.threads import Desk
from storage.queries import health

Intake = Literal["starts", "runs", "elsewhere"]

PING = 2.0  # seconds for the database to answer


@dataclass(frozen=True, slots=True)
class Pulse:
    """How the process is: well while the heart beats; `reasons` why not, `warnings` what a restart would not mend."""

    is_well: bool
    heartbeat_age: float | None  # seconds; None: it has not beaten yet
    reasons: list[str]
    warnings: list[str]


class Vitals:
    """Knows how the process is: its heart by the auditor's word, its intake by the app's."""

    def __init__(
        self,
        desk: Desk,
        auditor: Auditor,
        meters: Meters,
        platforms: Iterable[str],
        refused: Callable[[], list[str]] = list,
    ) -> None:
        self._desk = desk
        self._auditor = auditor
        self._meters = meters
        self._silent = set(platforms)  # whose intake does not run yet
        self._refused = refused  # which platforms refuse us, in words
        self._stopping = False
        self._pinging: asyncio.Task[None] | None = None

    def runs(self) -> None:
        """Note that the process has begun to work."""
        self._meters.up.set(1)

    def intake(self, platform: str, state: Intake) -> None:
        """Note how a platform's intake is; where another process takes in, this one is ready all the same."""
        self._meters.intake_up.labels(platform).set(state == "runs")
        if state == "starts":
            self._silent.add(platform)
        else:
            self._silent.discard(platform)

    def stops(self) -> None:
        """Note that the process stops."""
        self._stopping = True
        self._meters.up.set(0)

    def pulse(self) -> Pulse:
        """Say how the process is."""
        auditor, now = self._auditor, self._desk.now()
        is_well, reasons, age = auditor.is_healthy(now), auditor.reasons(), None
        if auditor.heartbeat_at is None:
            reasons.append("no audit has found all well yet")
        else:
            age = (now - auditor.heartbeat_at).total_seconds()
            if not is_well and not reasons:
                reasons.append("no audit has ended for too long")
        return Pulse(is_well, age, reasons, [*self._refused(), *auditor.warnings()])

    async def unready(self) -> list[str]:
        """Say why the process cannot take part in the work now; nothing where it can."""
        reasons = ["it is stopping"] if self._stopping else []
        reasons += [f"the intake of {platform} does not run" for platform in sorted(self._silent)]
        if self._pinging is None or self._pinging.done():  # one at a time: a database that hangs keeps its thread
            self._pinging = asyncio.create_task(self._desk.once(self._ping, reading=True), name="ping")
            self._pinging.add_done_callback(_forget)
        await asyncio.wait({self._pinging}, timeout=PING)
        if not self._pinging.done() or self._pinging.cancelled() or self._pinging.exception() is not None:
            reasons.append("the database does not answer")
        return reasons

    def _ping(self) -> None:
        with self._desk.database.transaction(writing=False) as session:
            health.ping(session)


def _forget(task: asyncio.Task[None]) -> None:
    """Take note of how a late answer ended, so that nobody complains that nobody did."""
    if not task.cancelled():
        task.exception()
