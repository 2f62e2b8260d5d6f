"""The log: a line for each record to standard error, without secrets, and nothing in it that forges a second line."""

from __future__ import annotations

import logging
import re
import sys
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TextIO

HIDDEN = "<hidden>"
# A shorter word is no secret worth the name, and hiding it would spoil every line it happens to stand in.
LEAST_SECRET = 4

# What looks like a secret, whether it is one of ours or not: a token of Telegram (also inside its addresses), of
# Slack, the ticket of a Slack socket, and the password of an address.
_SECRETS = (
    re.compile(r"[0-9]{6,12}(?::|%3[Aa])[A-Za-z0-9_-]{30,}"),
    re.compile(r"xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{8,}"),
    re.compile(r"xapp-[A-Za-z0-9-]{8,}"),
    re.compile(r"(?<=ticket=)[^&\s\"']+"),
    re.compile(r"(?<=://)[^:/@\s]*:[^/\s]+(?=@)"),
)

# Libraries that tell of every request, tick or statement at the levels below.
_QUIET = {
    logging.WARNING: ("aiohttp.access", "apscheduler", "asyncio", "httpcore", "httpx", "sqlalchemy", "urllib3"),
    logging.INFO: ("aiohttp", "alembic", "slack_bolt", "slack_sdk", "telegram"),
}
_LONGEST = 8_000


class Redactor:
    """Hides the secrets of the configuration, and whatever looks like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # The longest first: one may be part of another.
        words = sorted({word for word in secrets if len(word) >= LEAST_SECRET}, key=len, reverse=True)
        self._words = re.compile("|".join(map(re.escape, words))) if words else None

    def hide(self, text: str) -> str:
        """Return the text without secrets."""
        if self._words is not None:
            text = self._words.sub(HIDDEN, text)
        for pattern in _SECRETS:
            text = pattern.sub(HIDDEN, text)
        return text


class LineFormatter(logging.Formatter):
    """Write a record as one line; the lines of a traceback follow, each marked as such."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
        lines = [f"{at}Z {record.levelname:<7} {record.name}: {plain(record.getMessage())}"]
        if record.exc_info:
            lines += [f"  | {plain(line)}" for line in self.formatException(record.exc_info).split("\n")]
        if record.stack_info:
            lines += [f"  | {plain(line)}" for line in record.stack_info.split("\n")]
        return self._redactor.hide("\n".join(lines))


def set_up(level: str = "info", secrets: Iterable[str] = (), stream: TextIO | None = None) -> None:
    """Log to standard error from this level on; what was set up before is replaced."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(LineFormatter(Redactor(secrets)))
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    logging.captureWarnings(True)
    for least, names in _QUIET.items():
        for name in names:
            logging.getLogger(name).setLevel(max(least, root.level))


def plain(text: str) -> str:
    """Return text as one line: control characters and marks of direction are written out."""
    shown = "".join(_written(letter) if unicodedata.category(letter) in _UNSEEN else letter for letter in text)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}… ({len(shown)} characters)"


_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def _written(letter: str) -> str:
    return letter.encode("unicode_escape").decode() if not 0xD800 <= ord(letter) < 0xE000 else f"\\u{ord(letter):04x}"
