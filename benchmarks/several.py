"""One process and four on one PostgreSQL database: timers that are due together, and messages that wait.

There is no goal: on a machine of two cores the database, the wire and four processes share them. It is shown that
more processes do no harm and share the work, and docs/performance.md says what bounds it.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import col, update

from benchmarks.harness import Figure, How, Pair, Pairs
from benchmarks.network import Network
from benchmarks.processes import pause, postgres, start_bot, until, wired
from benchmarks.queued import add_outbox, chats_of
from benchmarks.timers import AHEAD, GRACE, count_open, fill_timers, set_due
from bot.clock import WallClock
from storage.database import Database
from storage.tables.queues import OutboxRow

PROCESSES = 4
APART = timedelta(seconds=7)  # each process looks at the outbox every 5 s, and then knows when its rows are due
MOST_TIMES = 3  # each takes half a minute, and there is no goal to be sure of
CHATS = 200
FIGURES = (
    Figure("several-timers", "timers fired a second by 4 processes on PostgreSQL", "timers/s", "by 1 process"),
    Figure("several-deliveries", "messages delivered a second by 4 processes", "messages/s", "by 1 process"),
)


def measure(how: How) -> Pairs:
    """Measure four processes beside one."""
    network, due, waiting = Network(), how.size(600, 200), how.size(1_500, 500)

    def fill(database: Database) -> None:
        fill_timers(database, network, due, 0)
        add_outbox(database, chats_of(network, chats=CHATS, groups=0), waiting)

    with postgres(how, fill) as full:
        measured = replace(how, times=min(how.times, MOST_TIMES)).in_turns(
            lambda: _rates(how, full, network, PROCESSES, due),
            lambda: _rates(how, full, network, 1, due),
        )
    return {
        "several-timers": [Pair(four[0], one[0]) for four, one in measured],
        "several-deliveries": [Pair(four[1], one[1]) for four, one in measured],
    }


def _rates(how: How, full: str, network: Network, processes: int, due: int) -> tuple[float, float]:
    """Return the timers and the messages a second."""
    clock = WallClock()
    with ExitStack() as stack:
        url = stack.enter_context(postgres(how, like=full))
        wire = stack.enter_context(wired())
        database = Database(url)
        stack.callback(database.close)
        _put_off(database, clock.now() + timedelta(days=1))
        children = []
        for number in range(processes):
            children.append(start_bot(how, wire, url, number=number + 1))
            stack.callback(children[-1].end)
        until(lambda: all(child.said("running") for child in children), "every process")
        pause(GRACE)
        timers_at = clock.now() + AHEAD
        set_due(database, timers_at)
        wire.load(network.whoami(1))  # its commit wakes every process, and each looks for an earlier timer
        pause((timers_at - clock.now()).total_seconds())
        until(lambda: count_open(database) == 0, "every timer", every=0.02)
        timers = due / (clock.now() - timers_at).total_seconds()
        pause(1.0)  # what the timers said is said as well
        wire.ask("forget")
        _put_off(database, clock.now() + APART)
        until(lambda: _unsaid(database) == 0, "every message", every=0.1)
        at: list[float] = wire.ask("lists")["said_at"]
    messages = (len(at) - 1) / (at[-1] - at[0])
    how.say(f"{processes}: {timers:.0f} timers/s, {messages:.0f} messages/s")
    return timers, messages


def _put_off(database: Database, moment: datetime) -> None:
    """Let what waits be said from this moment on."""
    with database.transaction() as session:
        session.exec(update(OutboxRow).where(col(OutboxRow.done_at).is_(None)).values(try_at=moment))


def _unsaid(database: Database) -> int:
    with database.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM outbox WHERE done_at IS NULL")).scalar_one())
