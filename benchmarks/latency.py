"""How long somebody waits: an update → the first message out, at a calm pace, beside the bare echo bot."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.harness import Figure, Goal, How, Pair, Pairs, quantile
from benchmarks.network import Network
from benchmarks.processes import Wire, bot, echo_bot, sqlite, wired
from benchmarks.updates import warm_up

RATE = 10.0  # updates a second
PACED = 2.0  # seconds; what was said while warming up is past the platform's windows then
FIGURES = tuple(
    Figure(
        f"latency-{name}",
        f"update → first message out, {name}, `/whoami` at 10 updates/s over 200 chats",
        "ms",
        "bare PTB echo bot",
        Goal("most", ratio),
    )
    for name, ratio in (("p50", 2.5), ("p99", 5.0))
)


def measure(how: How) -> Pairs:
    """Measure from when the update is at the platform to when the platform gets the message."""
    network = Network()
    said = network.whoami(how.size(120, 60))
    with wired() as wire:
        measured = how.in_turns(lambda: _ours(how, wire, network, said), lambda: _echo(how, wire, network, said))
    return {
        "latency-p50": [Pair(_ms(ours, 0.5), _ms(echo, 0.5)) for ours, echo in measured],
        "latency-p99": [Pair(_ms(ours, 0.99), _ms(echo, 0.99)) for ours, echo in measured],
    }


def _ours(how: How, wire: Wire, network: Network, said: Sequence[tuple[int, int, str]]) -> list[float]:
    with sqlite(how, "network", network.fill) as url, bot(how, wire, url, paced=True):
        return _answered(how, "ours", wire, network, said)


def _echo(how: How, wire: Wire, network: Network, said: Sequence[tuple[int, int, str]]) -> list[float]:
    with echo_bot(how, wire):
        return _answered(how, "echo", wire, network, said)


def _answered(how: How, who: str, wire: Wire, network: Network, said: Sequence[tuple[int, int, str]]) -> list[float]:
    warm_up(wire, network, rest=PACED)
    wire.load(said, RATE)
    wire.wait_quiet(len(said), rest=0.2)
    latencies: list[float] = wire.ask("lists")["latencies"]
    how.say(f"{who} p50 {_ms(latencies, 0.5):.1f} ms, p99 {_ms(latencies, 0.99):.1f} ms of {len(latencies)}")
    return latencies


def _ms(seconds: Sequence[float], share: float) -> float:
    return quantile(seconds, share) * 1000
