"""What a million pending timers cost while nothing is due: the start of the process, and its memory."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.harness import Figure, Goal, How, Pair, Pairs
from benchmarks.network import Network
from benchmarks.processes import clock_of, pause, sqlite, start_bot, wired
from benchmarks.timers import fill_timers, names, sizes
from storage.database import Database

REST = 4.0  # seconds after the first poll: the scheduler has looked at the timers by then
FIGURES = (
    Figure(
        "pending-start",
        "start-up with 1,000,000 pending timers: process start → first poll",
        "s",
        "the same with none",
        Goal("most", 1.1),
    ),
    Figure(
        "pending-memory",
        "memory at rest with 1,000,000 pending timers",
        "MB",
        "the same with none",
        Goal("most", 1.1),
    ),
)


def measure(how: How) -> Pairs:
    """Start the process on both databases."""
    network, (due, pending) = Network(), sizes(how)

    def million(database: Database) -> None:
        fill_timers(database, network, due, pending)

    def none(database: Database) -> None:
        fill_timers(database, network, due, 0)

    measured = how.in_turns(
        lambda: _start(how, names(how), million),
        lambda: _start(how, f"{names(how)}-none", none),
    )
    return {
        "pending-start": [Pair(mine[0], other[0]) for mine, other in measured],
        "pending-memory": [Pair(mine[1], other[1]) for mine, other in measured],
    }


def _start(how: How, name: str, fill: Callable[[Database], None]) -> tuple[float, float]:
    with sqlite(how, name, fill) as url, wired() as wire:
        child = start_bot(how, wire, url)
        try:
            seconds = clock_of(wire, child)
            pause(REST)
            memory = child.memory() / 1e6
        finally:
            child.end()
    how.say(f"{name}: ready after {seconds:.2f} s, {memory:.0f} MB")
    return seconds, memory
