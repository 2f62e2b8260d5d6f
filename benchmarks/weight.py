"""How heavy the program is beside its libraries alone: `xietong --help`, `run` until it polls, memory at rest."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from time import perf_counter

from benchmarks.harness import Figure, Goal, How, Pair, Pairs
from benchmarks.network import Network
from benchmarks.processes import ROOT, clock_of, pause, sqlite, start_bot, wired

IMPORTS = "import telegram.ext, slack_bolt.async_app, sqlmodel"
MEMORY = "; print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmRSS')))"
REST = 4.0
YARDSTICK = f'`python -c "{IMPORTS}"`'
FIGURES = (
    Figure("help", "`xietong --help`", "s", YARDSTICK, Goal("most", 0.5)),
    Figure("ready", "`xietong run`: process start → first poll", "s", YARDSTICK, Goal("most", 2.0)),
    Figure("memory", "memory at rest (RSS)", "MB", YARDSTICK, Goal("most", 1.6)),
)


def measure(how: How) -> Pairs:
    """Measure each beside a Python that only imports."""
    program = Path(sys.executable).with_name("xietong")
    words = [str(program)] if program.exists() else [sys.executable, "-m", "bot"]
    subprocess.run([*words, "--help"], cwd=ROOT, check=True, capture_output=True)  # its bytecode is written by now
    _imports()
    helps = how.in_turns(lambda: _seconds([*words, "--help"]), _imports)
    starts = how.in_turns(lambda: _start(how), _imports)
    return {
        "help": [Pair(ours, other[0]) for ours, other in helps],
        "ready": [Pair(ours[0], other[0]) for ours, other in starts],
        "memory": [Pair(ours[1], other[1]) for ours, other in starts],
    }


def _seconds(words: list[str]) -> float:
    begun = perf_counter()
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    return perf_counter() - begun


def _imports() -> tuple[float, float]:
    begun = perf_counter()
    done = subprocess.run([sys.executable, "-c", IMPORTS + MEMORY], cwd=ROOT, check=True, capture_output=True)
    return perf_counter() - begun, int(done.stdout) * 1024 / 1e6


def _start(how: How) -> tuple[float, float]:
    with sqlite(how, "network", Network().fill) as url, wired() as wire:
        child = start_bot(how, wire, url)
        try:
            seconds = clock_of(wire, child)
            pause(REST)
            memory = child.memory() / 1e6
        finally:
            child.end()
    how.say(f"ready after {seconds:.2f} s, {memory:.0f} MB")
    return seconds, memory
