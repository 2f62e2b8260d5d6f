"""What was measured, to read: lines for a terminal, and the table in docs/performance.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.harness import Figure, Goal, Result, Spread

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- measured: `benchmarks/run --markdown` writes this table -->", "<!-- end of what is measured -->"
HEAD = (
    "| figure | what | ours | yardstick | ratio (least–greatest) | goal | met | measured |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
)
NOT_YET = "not measured yet"


def lines_of(results: Sequence[Result]) -> list[str]:
    """Write the table for a terminal."""
    lines = [f"{'figure':26}{'ours':>14}{'yardstick':>14}  {'ratio (least–greatest)':26}{'goal':20}met"]
    for result in results:
        lines.append(
            f"{result.figure.name:26}{_amount(result.ours.median):>14}{_amount(result.yardstick.median):>14}"
            f"  {_ratio(result.ratio):26}{goal_words(result.figure):20}{_met(result)}"
        )
        lines.append(f"{'':26}{result.figure.unit}; beside: {result.figure.yardstick}")
    return lines


def write_page(results: Sequence[Result], figures: Sequence[Figure], when: str, page: Path = PAGE) -> None:
    """Put what was measured into the page's table; figures that were not measured now keep their row."""
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    old, _, after = rest.partition(END)
    kept = {name_in(row): row for row in old.splitlines() if name_in(row)}
    kept |= {result.figure.name: _row(result, when) for result in results}
    rows = [kept.get(figure.name) or _empty(figure) for figure in figures]
    page.write_text("\n".join([before + BEGIN, "", *HEAD, *rows, "", END]) + after, encoding="utf-8")


def names_on(page: Path = PAGE) -> list[str]:
    """Return the figures the page's table has, in order."""
    table = page.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    return [name for name in map(name_in, table.splitlines()) if name]


def name_in(row: str) -> str:
    """Return the figure a row of the table is about, "" for any other line."""
    first = row.split("|")[1].strip() if row.startswith("|") else ""
    return first.strip("`") if first.startswith("`") else ""


def goal_words(figure: Figure) -> str:
    """Write a goal in a few signs."""
    goal = figure.goal
    if goal is None:
        return "shown"
    words = f"{'≥' if goal.at == 'least' else '≤'} {goal.ratio:g} ×"
    return words + _limit(goal, figure.unit) + (", each" if figure.of_each else "")


def _limit(goal: Goal, unit: str) -> str:
    return "" if goal.limit is None else f", {'≥' if goal.at == 'least' else '<'} {goal.limit:g} {unit}"


def _row(result: Result, when: str) -> str:
    cells = (
        f"`{result.figure.name}`",
        result.figure.what,
        f"{_amount(result.ours.median)} {result.figure.unit}",
        f"{_amount(result.yardstick.median)} · {result.figure.yardstick}",
        _ratio(result.ratio),
        goal_words(result.figure),
        _met(result),
        f"{when}, {len(result.pairs)} {'things' if result.figure.of_each else '×'}",
    )
    return f"| {' | '.join(cells)} |"


def _empty(figure: Figure) -> str:
    cells = (f"`{figure.name}`", figure.what, "", figure.yardstick, "", goal_words(figure), "", NOT_YET)
    return f"| {' | '.join(cells)} |"


def _met(result: Result) -> str:
    if result.is_met is None:
        return "–"
    if result.is_met:
        return "yes"
    goal = result.figure.goal
    if not result.figure.of_each or goal is None:
        return "**no**"
    missed = [pair.name for pair in result.pairs if not goal.is_met(pair.ratio, pair.ours)]
    return f"**no** ({', '.join(missed)})"


def _ratio(spread: Spread) -> str:
    return f"{spread.median:.2f} ({spread.least:.2f}–{spread.greatest:.2f})"


def _amount(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.3g}"
