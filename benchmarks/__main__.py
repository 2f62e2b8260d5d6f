"""Measures the figures of docs/performance.md, each as a ratio to a yardstick of the same run.

benchmarks/run [FIGURE …] [--pairs 5] [--minutes M] [--quick] [--json FILE] [--markdown] [--keep FOLDER] [--list]
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from benchmarks import (
    find,
    hot_path,
    latency,
    pending,
    queued,
    report,
    several,
    sheet,
    slack,
    stock,
    timers,
    updates,
    weight,
    year_figure,
)
from benchmarks.harness import Figure, How, NotHere, Pairs, Result, as_json
from bot.clock import WallClock

POSTGRES = os.environ.get("XIETONG_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")
# What a change elsewhere may break: one group that fails leaves the others to be measured.
FAILURES = (
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    subprocess.SubprocessError,
    SQLAlchemyError,
)


@dataclass(frozen=True)
class Group:
    """Figures that are measured together."""

    name: str
    figures: tuple[Figure, ...]
    measure: Callable[[How], Pairs]
    share: int = 1  # of the minutes that are given


GROUPS = (
    Group("echo", updates.ECHO, updates.measure_echo),
    Group("transfer", updates.TRANSFER, updates.measure_transfer),
    Group("stock", stock.FIGURES, stock.measure),
    Group("latency", latency.FIGURES, latency.measure),
    Group("slack", slack.FIGURES, slack.measure),
    Group("hot-path", hot_path.FIGURES, hot_path.measure),
    Group("find", find.FIGURES, find.measure),
    Group("timers", timers.FIGURES, timers.measure),
    Group("pending", pending.FIGURES, pending.measure),
    Group("queued", queued.FIGURES, queued.measure),
    Group("several", several.FIGURES, several.measure),
    Group("sheet", sheet.FIGURES, sheet.measure),
    Group("weight", weight.FIGURES, weight.measure),
    Group("year", year_figure.FIGURES, year_figure.measure, share=4),
)
FIGURES = tuple(figure for group in GROUPS for figure in group.figures)


def main(words: Sequence[str]) -> int:
    """Measure, print, write; returns 1 when a figure could not be measured."""
    given = _parse(words)
    if given.list:
        for group in GROUPS:
            print(f"{group.name}: {', '.join(figure.name for figure in group.figures)}")
        return 0
    chosen = chosen_of(given.figures)
    _keep_bytecode()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended, and databases dropped
    now, begun = WallClock().now(), monotonic()
    about = {
        "at": now.isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "times": given.times,
        "quick": given.quick,
    }
    print(f"Python {about['python']}, {about['cores']} cores, load {about['load']:.1f} before it begins")
    results: list[Result] = []
    failed = []
    with tempfile.TemporaryDirectory(prefix="xietong-bench-") as folder:
        how = How(given.times, given.quick, Path(folder), _postgres(), given.keep, say=_say)
        for number, group in enumerate(chosen):
            started = monotonic()
            print(f"{group.name} … ({number + 1} of {len(chosen)}, after {started - begun:.0f} s)", flush=True)
            try:
                pairs = group.measure(replace(how, until=_until(given.minutes, begun, started, chosen[number:])))
            except NotHere as why:
                print(f"  left out: {why}")
                continue
            except FAILURES:
                traceback.print_exc()
                failed.append(group.name)
                continue
            print(f"  {monotonic() - started:.0f} s", flush=True)
            results += [Result(figure, tuple(pairs[figure.name])) for figure in group.figures if pairs.get(figure.name)]
    print()
    print("\n".join(report.lines_of(results)))
    print(f"\n{monotonic() - begun:.0f} s in all" + (f"; FAILED: {', '.join(failed)}" if failed else ""))
    if given.json:
        given.json.write_text(json.dumps(as_json(results, about), ensure_ascii=False, indent=2) + "\n")
    if given.markdown:
        when = f"{now:%Y-%m-%d}, load {about['load']:.1f}" + (", quick" if given.quick else "")
        report.write_page(results, FIGURES, when)
    return 1 if failed else 0


def _parse(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "benchmarks/run", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    names = [group.name for group in GROUPS]
    known = {*names, *(figure.name for figure in FIGURES)}
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=f"all, or some of: {', '.join(names)}")
    parser.add_argument(
        "--pairs", "--times", dest="times", type=int, default=0, help="how often each is measured (5; quick: 1)"
    )
    parser.add_argument(
        "--minutes",
        type=float,
        default=math.inf,
        help="measure fewer pairs where time is short; one at least",
    )
    parser.add_argument("--quick", action="store_true", help="less of everything, to see that it runs")
    parser.add_argument("--json", type=Path, help="write everything measured into this file")
    parser.add_argument("--markdown", action="store_true", help="write the table in docs/performance.md")
    parser.add_argument("--keep", type=Path, help="keep the databases of `year` in this folder, and find them there")
    parser.add_argument("--list", action="store_true", help="name the figures")
    given = parser.parse_args(words)
    for name in given.figures:
        if name not in known:
            parser.error(f"there is no figure {name!r}; there are {', '.join(names)}")
    given.times = given.times or (1 if given.quick else 5)
    return given


def chosen_of(names: Sequence[str]) -> list[Group]:
    """Return the groups of these names, and those that these figures are measured in; without names all."""
    return [
        group
        for group in GROUPS
        if not names or group.name in names or any(figure.name in names for figure in group.figures)
    ]


def _until(minutes: float, begun: float, now: float, left: Sequence[Group]) -> float:
    """Return until when the first of these may begin another pair: its share of the time that is left."""
    return now + (begun + minutes * 60 - now) * left[0].share / sum(group.share for group in left)


def _say(words: str) -> None:
    print(f"  {words}", flush=True)


def _keep_bytecode() -> None:
    """Let Python keep what it compiles, whatever the environment says: a program is started more than once."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def _postgres() -> str:
    """Return the PostgreSQL server's URL, "" where none listens."""
    url = make_url(POSTGRES)
    try:
        with socket.create_connection((url.host or "127.0.0.1", url.port or 5432), timeout=2):
            return POSTGRES
    except OSError:
        return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
