"""The arithmetic of a figure: pairs measured in turns, their ratios, the median and the spread, and the goal."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, Literal, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure should reach: a ratio to its yardstick, and with `limit` an amount of its own unit.

    `at` says whether more is better ("least") or less is ("most").
    """

    at: Literal["least", "most"]
    ratio: float
    limit: float | None = None

    def is_met(self, ratio: float, ours: float) -> bool:
        """Say whether these, as measured, reach it."""
        if self.at == "least":
            return ratio >= self.ratio and (self.limit is None or ours >= self.limit)
        return ratio <= self.ratio and (self.limit is None or ours < self.limit)


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table: what is measured, in which unit, beside what; without a goal it is only shown.

    `of_each`: its pairs are not repetitions but things each of which has to reach the goal.
    """

    name: str
    what: str
    unit: str
    yardstick: str
    goal: Goal | None = None
    of_each: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """One measurement of ours and one of the yardstick, right after each other; `name` where pairs differ in kind."""

    ours: float
    yardstick: float
    name: str = ""

    @property
    def ratio(self) -> float:
        """Ours in yardsticks."""
        return self.ours / self.yardstick if self.yardstick else float("nan")


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of several measurements, and the least and the greatest of them."""

    median: float
    least: float
    greatest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Return the spread of these."""
        return cls(statistics.median(values), min(values), max(values))


@dataclass(frozen=True, slots=True)
class Result:
    """A figure and its pairs; the ratio is the median of the pairs' ratios, not the ratio of the medians."""

    figure: Figure
    pairs: tuple[Pair, ...]

    @property
    def ratio(self) -> Spread:
        """How the ratios of the pairs lie."""
        return Spread.of([pair.ratio for pair in self.pairs])

    @property
    def ours(self) -> Spread:
        """How our measurements lie."""
        return Spread.of([pair.ours for pair in self.pairs])

    @property
    def yardstick(self) -> Spread:
        """How the yardstick's lie."""
        return Spread.of([pair.yardstick for pair in self.pairs])

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is reached by the medians (by each, where it is of each); None where there is none."""
        goal = self.figure.goal
        if goal is None:
            return None
        if self.figure.of_each:
            return all(goal.is_met(pair.ratio, pair.ours) for pair in self.pairs)
        return goal.is_met(self.ratio.median, self.ours.median)


@dataclass(frozen=True, slots=True)
class How:
    """How a run measures: how often, briefly or at full size, and where its files and servers are."""

    times: int
    quick: bool
    folder: Path
    postgres: str  # "" without one: what needs it is left out, and said so
    keep: Path | None = None  # where the databases of a year stay
    until: float = math.inf  # no pair begins after it but the first, as `monotonic` says
    say: Callable[[str], None] = field(default=lambda _words: None)

    def in_turns(self, ours: Callable[[], T], yardstick: Callable[[], T]) -> list[tuple[T, T]]:
        """Measure both as often as was asked for, or as there is time for."""
        return in_turns(self.times, ours, yardstick, until=self.until)

    def size(self, whole: int, brief: int) -> int:
        """Choose the amount of work."""
        return brief if self.quick else whole


Pairs = Mapping[str, Sequence[Pair]]
"""A figure's name → what was measured for it."""


class NotHere(Exception):
    """The figure cannot be measured on this machine: what it needs is not there."""


def in_turns(
    times: int,
    ours: Callable[[], T],
    yardstick: Callable[[], T],
    *,
    until: float = math.inf,
    clock: Callable[[], float] = monotonic,
) -> list[tuple[T, T]]:
    """Measure both so often, once at least; who goes first changes each time, so that a warm cache favours neither."""
    measured: list[tuple[T, T]] = []
    for number in range(times):
        if measured and clock() > until:
            break
        if number % 2 == 0:
            mine = ours()
            other = yardstick()
        else:
            other = yardstick()
            mine = ours()
        measured.append((mine, other))
    return measured


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of all does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * round(share * 1000) // 1000) - 1))]


def pairs_of(name: str, measured: Sequence[tuple[float, float]]) -> dict[str, list[Pair]]:
    """Return what `in_turns` measured for one figure."""
    return {name: [Pair(ours, other) for ours, other in measured]}


def as_json(results: Sequence[Result], about: Mapping[str, Any]) -> dict[str, Any]:
    """Return everything measured, for programs."""
    return {
        **about,
        "figures": [
            {
                "name": result.figure.name,
                "what": result.figure.what,
                "unit": result.figure.unit,
                "yardstick": result.figure.yardstick,
                "goal": _goal(result.figure.goal),
                "met": result.is_met,
                "ratio": _spread(result.ratio),
                "ours": _spread(result.ours),
                "yardsticks": _spread(result.yardstick),
                "pairs": [[pair.ours, pair.yardstick, *([pair.name] if pair.name else [])] for pair in result.pairs],
            }
            for result in results
        ],
    }


def _goal(goal: Goal | None) -> dict[str, Any] | None:
    return None if goal is None else {"at": goal.at, "ratio": goal.ratio, "limit": goal.limit}


def _spread(spread: Spread) -> dict[str, float]:
    return {"median": spread.median, "least": spread.least, "greatest": spread.greatest}
