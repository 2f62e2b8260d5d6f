"""A workbook of 20,000 rows sent into the chat: from its bytes to the words that say what it would change."""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

from sqlmodel import Session

from benchmarks.harness import Figure, Goal, How, Pair, Pairs
from benchmarks.inside import settings
from benchmarks.network import Network
from benchmarks.processes import ROOT, sqlite
from bot import reader, workbook
from bot.clock import WallClock
from handlers.network import messages
from handlers.network.commands import load_known, plan_import
from handlers.network.packing import unpack
from handlers.network.plan import Known
from handlers.network.sheets import as_sheet
from handlers.network.writing import write
from storage.database import Database

ROWS, COLUMNS = 20_000, 5
READ = "import sys, python_calamine as c; b = c.CalamineWorkbook.from_path(sys.argv[1]); "
READ += "print(sum(len(b.get_sheet_by_name(n).to_python()) for n in b.sheet_names)); "
HEIGHT = "next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM'))"
READ += f"print({HEIGHT})"
YARDSTICK = "a Python that only reads it with python-calamine"
FIGURES = (
    Figure(
        "sheet",
        f"a workbook of {ROWS:,} parts × {COLUMNS} stores: its bytes → the diff of every row",
        "s",
        YARDSTICK,
        Goal("most", 10, 3.0),
    ),
    Figure("sheet-memory", "memory for it at its height, of both processes", "MB", YARDSTICK, Goal("most", 8, 200)),
)
"""What the diff compares with is as large as the file: every part and level is known, and half of them change."""


def measure(how: How) -> Pairs:
    """Measure it in a process of its own beside one that only reads the file."""
    rows = 2_000 if how.quick else ROWS
    file = how.folder / "sheet.xlsx"

    def fill(database: Database) -> None:
        Network().fill(database)
        _fill(database, rows, file)

    with sqlite(how, "sheet", fill) as url:
        found = how.in_turns(lambda: _ours(url, file, rows), lambda: _theirs(file))
    return {
        "sheet": [Pair(ours[0], theirs[0]) for ours, theirs in found],
        "sheet-memory": [Pair(ours[1], theirs[1]) for ours, theirs in found],
    }


def _fill(database: Database, rows: int, file: Path) -> None:
    now = WallClock().now() - timedelta(days=1)
    with database.transaction() as session:
        codes = [str(entry.values["code"]) for entry in _known(session, now).stores][:COLUMNS]
        assert len(codes) == COLUMNS
        sheet = as_sheet("stock", [_row(number, codes, 0) for number in range(rows)])
        plan = plan_import(session, [sheet], settings(), now)
        assert not plan.problems
        write(session, plan, now, "benchmark", settings().network.currency)
    file.write_bytes(workbook.write_bytes([as_sheet("stock", [_row(number, codes, 1) for number in range(rows)])]))


def _known(session: Session, now: datetime) -> Known:
    return load_known(session, now, settings().network.currency, with_stock=False)


def _row(number: int, codes: list[str], more: int) -> dict[str, str | int]:
    names: dict[str, str | int] = {"part_no": f"SH-{number:05}", "part": f"备件 {number:05}"}
    return names | {code: number % 50 + more * (index % 2) for index, code in enumerate(codes)}


def _ours(url: str, file: Path, rows: int) -> tuple[float, float]:
    words = [sys.executable, "-m", "benchmarks.sheet", url, str(file)]
    done = subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    seconds, memory, changes = json.loads(done.stdout)
    assert changes == rows
    return seconds, memory


def _theirs(file: Path) -> tuple[float, float]:
    begun = perf_counter()
    done = subprocess.run([sys.executable, "-c", READ, str(file)], check=True, capture_output=True)
    return perf_counter() - begun, int(done.stdout.split()[-1]) * 1024 / 1e6


def _once(url: str, file: Path) -> None:
    """Do what the bot does with a file that was fetched; print seconds, megabytes at the height and what changes."""
    content = file.read_bytes()
    database = Database(url)
    begun = perf_counter()
    packed = asyncio.run(reader.read(file.name, content))
    with database.transaction(writing=False) as session:
        plan = plan_import(session, unpack(packed), settings(), WallClock().now())
    assert messages.plan_message("zh", plan, most=10).lines
    seconds = perf_counter() - begun
    # One after the other: the reading process is gone when the diff is made.
    own = Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]
    height = max(int(own), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    print(json.dumps([seconds, height * 1024 / 1e6, len(plan.changes)]))


if __name__ == "__main__":
    _once(sys.argv[1], Path(sys.argv[2]))
