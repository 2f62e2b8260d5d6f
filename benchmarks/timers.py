"""A thousand timers due in one second among a million pending ones: how late they fire.

The timers are real: the nudges of a thousand open transfers, each of which reads its request, finds who is on duty,
and writes a private line. Late is how long after its moment a timer's work was committed, seen from outside.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session, col, select, update

from benchmarks import inside
from benchmarks.harness import Figure, Goal, How, Pair, Pairs, quantile
from benchmarks.network import Network
from benchmarks.processes import bot, pause, sqlite, until, wired
from benchmarks.statements import recorded, singly
from benchmarks.yardstick_statements import Transaction, replay_sqlite
from bot.clock import WallClock
from handlers import dispatch
from storage.database import Database
from storage.tables.queues import OutboxRow, Timer
from storage.tables.requests import Step

AHEAD = timedelta(seconds=3)
GRACE = 3.0  # seconds: a process that has just started listens before it fires
FIGURES = (
    Figure(
        "timers-late",
        "1,000 timers due in one second among 1,000,000 pending, with their reads and writes: p99 lateness",
        "s",
        "the same statements by sqlite3, each transaction committed, from the same second",
        Goal("most", 4.0, limit=3.0),
    ),
)


def measure(how: How) -> Pairs:
    """Measure the process beside the replay of what it asks of the database."""
    network, name, due, pending = Network(), names(how), *sizes(how)

    def fill(database: Database) -> None:
        fill_timers(database, network, due, pending)

    def ours() -> float:
        with sqlite(how, name, fill) as url, wired() as wire, bot(how, wire, url):
            pause(GRACE)
            database = Database(url)
            moment = WallClock().now() + AHEAD
            set_due(database, moment)
            wire.load(network.whoami(1))  # whatever is committed lets the process look for an earlier timer
            late = _watch(database, moment, due)
            database.close()
        how.say(f"ours p50 {quantile(late, 0.5):.3f} s, p99 {quantile(late, 0.99):.3f} s of {due} timers")
        return quantile(late, 0.99)

    with sqlite(how, name, fill) as url:
        grouped = _recorded(Database(url))
    transactions = singly(grouped)
    how.say(
        f"{sum(map(len, transactions)) / due:.1f} statements for each timer; "
        f"the process commits {len(transactions) / len(grouped):.0f} transactions at once"
    )

    def bare() -> float:
        with sqlite(how, name, fill) as url:
            return quantile(replay_sqlite(url.removeprefix("sqlite:///"), transactions), 0.99)

    return {"timers-late": [Pair(*pair) for pair in how.in_turns(ours, bare)]}


def names(how: How) -> str:
    """Name the database, which other figures use as well."""
    return "million-brief" if how.quick else "million"


def sizes(how: How) -> tuple[int, int]:
    """Return how many are due and how many are pending."""
    return how.size(1_000, 250), how.size(1_000_000, 200_000)


def fill_timers(database: Database, network: Network, due: int, pending: int) -> None:
    """Write the network, open transfers with one nudge each, and so many timers of the next year."""
    network.fill(database)
    inside.store(database, network.transfers(due), "posted")
    settings, now = inside.settings(), WallClock().now()
    for row_id, inbound in inside.stored(database):
        dispatch.answer(database, settings, row_id, inbound, now)
    with database.transaction() as session:
        session.exec(update(OutboxRow).values(done_at=now))
        _keep_one_nudge_each(session, now, due)
    add_pending(database, pending)


def add_pending(database: Database, count: int) -> None:
    """Write so many timers that are due at some moment of the next year."""
    from_, step = WallClock().now() + timedelta(days=2), timedelta(days=360) / max(count, 1)
    insert = Timer.__table__.insert()
    for first in range(0, count, 20_000):
        with database.transaction() as session:
            session.execute(
                insert,
                [
                    {
                        "key": f"pending:{number}",
                        "name": "requests.nudge",
                        "args": '{"request": 1, "step": 1, "per_cent": 50}',
                        "due_at": from_ + step * number,
                        "try_at": from_ + step * number,
                        "attempts": 0,
                        "error": "",
                    }
                    for number in range(first, min(count, first + 20_000))
                ],
            )


def _keep_one_nudge_each(session: Session, now: datetime, due: int) -> None:
    nudges: dict[int, int] = {}
    for timer in session.exec(select(Timer).where(Timer.name == "requests.nudge").order_by(col(Timer.due_at))):
        if timer.request_id is not None:
            nudges.setdefault(timer.request_id, timer.id)
    if len(nudges) < due:
        raise RuntimeError(f"{len(nudges)} of {due} transfers have a nudge")
    session.exec(update(Timer).values(cancelled_at=now))
    # A nudge is silent once its limit is over, which it would be some minutes after this.
    session.exec(update(Step).values(due_at=now + timedelta(days=2)))
    for timer_id in nudges.values():
        session.exec(
            update(Timer)
            .where(col(Timer.id) == timer_id)
            .values(cancelled_at=None, due_at=now + timedelta(days=1), try_at=now + timedelta(days=1))
        )


def set_due(database: Database, moment: datetime) -> None:
    """Let the nudges be due at this moment."""
    with database.transaction() as session:
        session.exec(
            update(Timer)
            .where(
                col(Timer.name) == "requests.nudge",
                col(Timer.request_id).is_not(None),
                col(Timer.fired_at).is_(None),
                col(Timer.cancelled_at).is_(None),
            )
            .values(due_at=moment, try_at=moment)
        )


def count_open(database: Database) -> int:
    """Count the nudges that have not fired."""
    with database.reading() as connection:  # who looks must not take the writer, nor wait for it
        # By the index of what is pending: looking must cost nothing among a million.
        found = connection.execute(
            text(
                "SELECT count(*) FROM timers WHERE fired_at IS NULL AND cancelled_at IS NULL AND try_at <= :end"
                " AND request_id IS NOT NULL"
            ),
            {"end": WallClock().now().replace(tzinfo=None) + timedelta(days=1, hours=1)},
        )
        return int(found.scalar_one())


def _watch(database: Database, moment: datetime, due: int) -> Sequence[float]:
    """Look until all have fired; return how late each was, by what was committed whenever we looked."""
    clock = WallClock()
    late: list[float] = []

    def all_fired() -> bool:
        left = count_open(database)
        seconds = (clock.now() - moment).total_seconds()
        late.extend([seconds] * (due - left - len(late)))
        return left == 0

    until(all_fired, "every timer", every=0.01)
    return late


def _recorded(database: Database) -> list[Transaction]:
    """Fire what is due once, and return what that asked of the database."""
    now = WallClock().now()
    set_due(database, now)
    app = inside.app_of(database)

    async def fire() -> list[Transaction]:
        with recorded(database) as transactions:
            await app.scheduler.fire_due(now)
        await app.close()
        return transactions

    return asyncio.run(fire())
