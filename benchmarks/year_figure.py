"""Each command with a year of 500 stores behind it, beside the same stores with a week: benchmarks/year.py."""

from __future__ import annotations

from benchmarks.harness import Figure, Goal, How, Pair, Pairs
from benchmarks.year import measure as measure_year

FIGURES = (
    Figure(
        "year",
        "p50 of each command, board and tick with a year of 500 stores behind it (about 1.2 M requests)",
        "ms",
        "the same stores with a week",
        Goal("most", 1.2),
        of_each=True,
    ),
)


def measure(how: How) -> Pairs:
    """Measure everything in both databases; a pair is a command, and its repetitions are in its medians."""
    found = measure_year(how.size(30, 10), days=how.size(365, 28), keep=how.keep)
    for built in found["built"]:
        how.say(f"{built['days']} days: {built['requests']} requests, {built['bytes'] / 1e9:.2f} GB")
    pairs = []
    for row in found["rows"]:
        pairs.append(Pair(row["year_ms"], row["week_ms"], row["name"]))
        how.say(f"{row['name']}: {row['year_ms']:.2f} ms, {row['ratio']:.2f} ({row['low']:.2f}–{row['high']:.2f})")
    return {"year": pairs}
