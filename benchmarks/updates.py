"""Updates a second: a command through the whole durable path beside a bare echo, and a transfer beside the same.

Updates ÷ the time from the first one handed over to the last answer received. Limits of the platform are off.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from benchmarks.harness import Figure, Goal, How, Pairs, pairs_of
from benchmarks.network import Network
from benchmarks.processes import Wire, bot, echo_bot, sqlite, until, wired
from storage.database import Database

Said = Sequence[tuple[int, int, str]]

ECHO = (
    Figure(
        "echo",
        "updates/s of `/whoami`: stored, deduplicated, person, rights, transaction, outbox, delivered",
        "updates/s",
        "bare PTB echo bot, its default request class",
        Goal("least", 0.6),
    ),
)
TRANSFER = (
    Figure(
        "transfer",
        "updates/s of `/transfer`: request, step, timers, cards and private lines",
        "updates/s",
        "bare PTB echo bot, its default request class",
        Goal("least", 0.25),
    ),
)


def measure_echo(how: How) -> Pairs:
    """Measure `/whoami` by the managers of 200 stores beside the echo of the same updates."""
    network = Network()
    said = network.whoami(how.size(4_000, 1_000))
    with wired() as wire:
        measured = how.in_turns(
            lambda: _ours(how, wire, network, said, at_least=len(said)),
            lambda: _echo(how, wire, said),
        )
    return pairs_of("echo", measured)


def measure_transfer(how: How) -> Pairs:
    """Measure `/transfer` by the same managers beside the echo of the same updates."""
    network = Network()
    said = network.transfers(how.size(1_000, 200))
    with wired() as wire:
        measured = (
            how.in_turns(  # Each is answered by its card at least; more comes in private and in the region's chat.
                lambda: _ours(how, wire, network, said, at_least=len(said)),
                lambda: _echo(how, wire, said),
            )
        )
    return pairs_of("transfer", measured)


def _ours(how: How, wire: Wire, network: Network, said: Said, *, at_least: int) -> float:
    with sqlite(how, "network", network.fill) as url, bot(how, wire, url) as child:
        warm_up(wire, network)
        used = child.cpu_seconds()
        wire.load(said)
        told = wire.wait_quiet(at_least)
        until(lambda: is_done(url), "an empty outbox")
        told = wire.wait_quiet(at_least, rest=0.3)
        rate = len(said) / (told["last_said"] - told["first_handed"])
        how.say(
            f"ours {rate:.0f}/s, {told['said']} calls ({told['said'] / len(said):.2f} each), "
            f"{(child.cpu_seconds() - used) / len(said) * 1000:.2f} ms of processor each"
        )
    return rate


def _echo(how: How, wire: Wire, said: Said) -> float:
    with echo_bot(how, wire) as child:
        wire.load(said[:100])
        wire.wait_quiet(100, rest=0.3)
        wire.ask("forget")
        used = child.cpu_seconds()
        wire.load(said)
        told = wire.wait_quiet(len(said), rest=0.3)
        rate = len(said) / (told["last_said"] - told["first_handed"])
        how.say(f"echo {rate:.0f}/s, {(child.cpu_seconds() - used) / len(said) * 1000:.2f} ms of processor each")
    return rate


def warm_up(wire: Wire, network: Network, *, rest: float = 0.5) -> None:
    """Let managers ask who they are and who has a part, so that nothing is done for the first time afterwards."""
    said = network.whoami(100) + network.stock(20)
    wire.load(said)
    wire.wait_quiet(len(said), rest=rest)
    wire.ask("forget")


def is_done(url: str) -> bool:
    """Say whether nothing is left to be worked or said."""
    database = Database(url)
    with database.reading() as connection:
        left = sum(
            connection.execute(text(f"SELECT count(*) FROM {table} WHERE done_at IS NULL")).scalar_one()
            for table in ("inbound", "outbox")
        )
    database.close()
    return left == 0
