"""The bot on a disk that may be full: `python -m tests.full_disk run …` instead of `python -m bot run …`.

The file named in FULL_DISK says how many pages the database may have, "" as many as it likes; it is read again before
each transaction, so that a test fills the disk and makes room while the bot runs.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.pool import Pool

from bot.cli import main

ROOM = "1073741823"  # SQLite's own limit


def limit(connection: sqlite3.Connection, *_: Any) -> None:
    """Let the database grow as far as the file says; below its size it stays as large as it is."""
    pages = Path(os.environ["FULL_DISK"]).read_text(encoding="utf-8").strip()
    connection.execute(f"PRAGMA max_page_count = {pages or ROOM}")


if __name__ == "__main__":
    event.listen(Pool, "checkout", limit)
    main()
