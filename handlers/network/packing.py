"""Sheets as text and back: as the process that reads a file hands them over, and as they are kept until confirmed."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from handlers.network.sheets import Cell, Row, Sheet

_READ: dict[str, Callable[[str], Cell]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
}


def pack(sheets: Sequence[Sheet]) -> str:
    """Write sheets as a text that is some tenth of their words."""
    plain = [[sheet.name, [[row.number, row.cells] for row in sheet.rows]] for sheet in sheets]
    words = json.dumps(plain, ensure_ascii=False, separators=(",", ":"), default=_named)
    return base64.b85encode(zlib.compress(words.encode("utf-8", "surrogatepass"), 1)).decode()


def unpack(packed: str) -> list[Sheet]:
    """Read what `pack` wrote."""
    words = zlib.decompress(base64.b85decode(packed)).decode("utf-8", "surrogatepass")
    plain = json.loads(words, object_hook=_value)
    return [Sheet(name, tuple(Row(number, tuple(cells)) for number, cells in rows)) for name, rows in plain]


def _named(cell: object) -> dict[str, Any]:
    """Write what JSON has no word for, under the name of its type."""
    if isinstance(cell, timedelta):
        return {"seconds": cell.total_seconds()}
    assert isinstance(cell, date | time)
    return {type(cell).__name__: cell.isoformat()}


def _value(named: dict[str, Any]) -> Cell:
    ((name, value),) = named.items()
    return timedelta(seconds=value) if name == "seconds" else _READ[name](value)
