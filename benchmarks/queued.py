"""A thousand queued messages over sixty chats, with the platform's limits enforced by the wire.

The least time the limits allow: 30 messages in any second over all, so the last of 1,000 leaves 33 seconds after the
first. No chat has more than its own limits allow in that time (one a second; a group 20 in a minute).
"""

from __future__ import annotations

from time import monotonic

from benchmarks.harness import Figure, Goal, How, Pair, Pairs
from benchmarks.network import FIRST_GROUP, Network
from benchmarks.processes import bot, sqlite, wired
from bot.clock import WallClock
from handlers.chat import message, to_json
from storage.database import Database
from storage.tables.queues import OutboxRow

CHATS, GROUPS, OVERALL = 60, 20, 30
FIGURES = (
    Figure(
        "queued-time",
        "1,000 queued messages over 60 chats, limits enforced: first → last arrives",
        "s",
        "the least time the limits allow",
        Goal("most", 1.1),
    ),
    Figure(
        "queued-calls",
        "calls for them: one more for each 429",
        "calls",
        "the messages",
        Goal("most", 1.0),
    ),
)


def measure(how: How) -> Pairs:
    """Let a process that starts find them waiting."""
    network, count = Network(), how.size(1_000, 300)
    least = float((count - 1) // OVERALL)

    def fill(database: Database) -> None:
        network.fill(database)
        add_outbox(database, chats_of(network), count)

    times, calls = [], []
    for number in range(how.times):
        if number and monotonic() > how.until:
            break
        with sqlite(how, f"queued-{count}", fill) as url, wired() as wire:
            wire.ask("limits", on=True)
            with bot(how, wire, url, paced=True):
                told = wire.wait_quiet(count, rest=1.0)
                at = wire.ask("lists")["said_at"]
        took, refused = at[-1] - at[0], told["calls"].get("429", 0)
        how.say(f"{len(at)} messages in {took:.2f} s (least {least:.0f} s), {refused} refused")
        times.append(Pair(took, least))
        calls.append(Pair(float(len(at) + refused), float(count)))
    return {"queued-time": times, "queued-calls": calls}


def chats_of(network: Network, *, chats: int = CHATS, groups: int = GROUPS) -> list[str]:
    """Return so many chats, of which so many are groups."""
    private = [str(network.user(number)) for number in range(chats - groups)]
    return private + [str(FIRST_GROUP - number) for number in range(groups)]


def add_outbox(database: Database, chats: list[str], count: int) -> None:
    """Queue so many messages, chat by chat in turn."""
    now = WallClock().now()
    with database.transaction() as session:
        session.add_all(
            OutboxRow(
                platform="telegram",
                chat=chats[number % len(chats)],
                priority=2,
                payload=to_json(message(f"第 {number} 条消息")),
                created_at=now,
                try_at=now,
            )
            for number in range(count)
        )
