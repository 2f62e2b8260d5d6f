"""What is stuck, and what is done about it: kicked once, told to HQ once, and once more when it goes on again.

"Once" holds for all processes of a database and for ever: each has a mark with a unique key. Who looks, and how often,
is the affair of `bot/auditor.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from handlers import messages, notify
from handlers.chat import Priority
from handlers.context import Context
from handlers.dispatch import BACK_OFF
from handlers.requests import standing
from handlers.requests.kinds import kind_of
from handlers.requests.rules import label
from storage.database import Database
from storage.queries import health
from storage.queries import requests as request_queries
from storage.queries.health import Backlog, Waiting

if TYPE_CHECKING:
    from handlers.settings import Settings

OVERDUE = timedelta(seconds=60)  # a timer this late is a failure of ours
UNWORKED = timedelta(minutes=3)  # what was heard and is not worked after so long is in nobody's hands
UNSAID = timedelta(minutes=5)  # a message this old, still unsaid, is worth a question
GIVEN_UP = timedelta(minutes=10)  # what was put aside is told within this
MOST = 20  # of each kind are looked at by name


class Kind(StrEnum):
    """What can be stuck."""

    TIMER = "timer"
    INBOUND = "inbound"
    MESSAGE = "message"
    REQUEST = "request"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is stuck; its name has nobody's words in it."""

    kind: Kind
    id: int
    name: str
    since: datetime

    @property
    def key(self) -> str:
        """The finding's own name, the same in every process."""
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the database has found. Whether a waiting message is stuck, its platform decides."""

    found: tuple[Finding, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    backlog: Backlog = field(default_factory=lambda: Backlog(0, 0, {}, {}, {}))


def look(database: Database, now: datetime) -> Look:
    """Look for what is overdue, unworked, unsaid and forgotten, and count what waits."""
    with database.transaction(writing=False) as session:
        timers = health.list_overdue_timers(session, now - OVERDUE, now, BACK_OFF[-1], MOST)
        inbound = health.list_open_inbound(session, now - UNWORKED, MOST)
        forgotten = health.list_forgotten(session, now - OVERDUE, MOST)
        return Look(
            (
                *(Finding(Kind.TIMER, timer_id, key, due_at) for timer_id, key, due_at in timers),
                *(Finding(Kind.INBOUND, row_id, f"inbound {row_id}", at) for row_id, at in inbound),
                *(
                    Finding(Kind.REQUEST, one.id, label(kind_of(one).letter, one.number), one.opened_at)
                    for one in forgotten
                ),
            ),
            tuple(health.list_waiting(session, now - UNSAID)),
            health.measure(session, now),
        )


def count_breaches(database: Database, now: datetime) -> dict[str, int]:
    """Return step → how many limits were broken in the last day."""
    with database.transaction(writing=False) as session:
        return health.count_breaches(session, now - timedelta(days=1))


def kick(
    database: Database, settings: Settings, findings: Sequence[Finding], now: datetime, *, lost: Collection[int] = ()
) -> list[Finding]:
    """Put it on the record that these are kicked; returns those that were not kicked before.

    A forgotten request is given its timer, and a message that is `lost`, claimed and in nobody's hands, given back.
    """
    kicked = []
    with database.transaction() as session:
        context = Context(session, settings, now)
        health.release_rows(session, lost)
        for finding in findings:
            if not health.note_once(session, f"audit:kick:{finding.key}", now):
                continue
            kicked.append(finding)
            if finding.kind is Kind.REQUEST:
                standing.wait_on(context, request_queries.get_request(session, finding.id))
            context.audit("kicked once more", finding.name, reason=f"stuck since {finding.since:%Y-%m-%d %H:%M:%SZ}")
        context.flush(session)
    return kicked


def tell_stuck(
    database: Database, settings: Settings, found: Mapping[Kind, Sequence[Finding]], now: datetime, *, well: bool
) -> bool:
    """Tell HQ what is stuck (or `well` again), each kind once by its oldest; False when all of it was told before."""
    with database.transaction() as session:
        context = Context(session, settings, now)
        mark = "well" if well else "told"
        new = [
            (str(kind), len(findings), findings[0].name)
            for kind, findings in found.items()
            if health.note_once(session, f"audit:{mark}:{findings[0].key}", now)
        ]
        if new:
            # What is stuck keeps asks from being said: that waits for no morning, the good news does.
            priority = Priority.NORMAL if well else Priority.URGENT
            notify.tell_hq(context, lambda language, _zone: messages.stuck(language, new, well=well), priority=priority)
        context.flush(session)
    return bool(new)


def tell_given_up(database: Database, settings: Settings, now: datetime) -> int:
    """Tell HQ, in one message, what was put aside since the last time; returns how many."""
    with database.transaction(writing=False) as session:
        if not health.list_given_up(session, now - GIVEN_UP, 1):
            return 0
    with database.transaction() as session:
        context = Context(session, settings, now)
        entries = health.list_given_up(session, now - GIVEN_UP, MOST)
        new = [entry for entry in entries if health.note_once(session, f"audit:given_up:{entry[0]}", now)]
        if new:
            _, subject, _, why = new[0]
            notify.tell_hq(context, lambda language, _zone: messages.given_up(language, len(new), f"{subject}: {why}"))
            # What HQ itself cannot be told is not told to HQ, for ever and ever.
            here = {str(said.address) for said in context.said}
            if all(where in here for _, _, where, _ in new):
                context.said.clear()
        context.flush(session)
    return len(new)
