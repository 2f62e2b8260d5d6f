"""Every line the suite logs is looked at: a secret of the tests in one of them fails the test that logged it.

Imported before the bot is: loggers made from then on show what they are told from DEBUG up, as `run --log debug` would
write it but before anything is hidden from it; whoever listens hears no more than before. The log files of real
processes are read at the end.
"""

from __future__ import annotations

import logging
import re
import traceback
from pathlib import Path

# Of the wires and desks of the tests; tests/unit/test_abuse_log.py sees to it that none is missing.
SECRETS = (
    "8123456789:AAF-strict_fake_of_the_Bot_API-0123456",
    "AAF-strict_fake_of_the_Bot_API-0123456",
    "a-Secret_0123456789",
    "xoxb-1111-secret",
    "xapp-1-2222-secret",
    "8f742231b10e8888abcd99yyyzzz85a5",
    "s3cr3t-w0rd",
)
# A response's address and a socket's ticket, a person's telephone, a customer's plate and name, and what turns a line
# of text into two.
_SHAPES = (
    r"response-\d+-secret",
    r"ticket=(?!<|abc-def)[\w-]+",
    r"(?<!\d)13[89]0000\d{4}(?!\d)",
    r"粤B·?(?:12312|12345|54321)",
    r"张先生|Ana López",
    r"/start [2-9A-HJ-NP-TV-Z]{8}\b",
)
FOUND = re.compile("|".join([*map(re.escape, SECRETS), *_SHAPES]))
ROOMS = ("bot", "handlers", "storage", "telegram", "slack_bolt", "slack_sdk", "aiohttp")
FILES = ("log", "*.log", "log-*")


class Watch:
    """What was found in what was logged."""

    def __init__(self) -> None:
        self.lines = 0
        self.found: list[str] = []

    def look(self, record: logging.LogRecord) -> None:
        """Look at one record, its traceback included."""
        self.lines += 1
        words = record.getMessage()
        if record.exc_info and record.exc_info[0] is not None:
            words += "".join(traceback.format_exception(*record.exc_info))
        if record.stack_info:
            words += record.stack_info
        self.read(f"the log of {record.name}", words)

    def read(self, where: str, words: str) -> None:
        """Look at words that were logged."""
        if found := FOUND.search(words):
            self.found.append(f"{found.group()!r} in {where}: {words[max(0, found.start() - 200) : found.end() + 100]}")

    def check(self) -> None:
        """Raise an AssertionError when something was found since this was asked last."""
        found, self.found = self.found, []
        assert not found, "a secret was logged:\n" + "\n".join(found)


WATCH = Watch()


class WatchedLogger(logging.Logger):
    """Shows the watch all that is told to it, and hands on what it would without it."""

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802 - logging's name
        """Say whether anybody looks at this level."""
        if super().isEnabledFor(level):
            return True
        return self.name.split(".")[0] in ROOMS and level >= self._own_level()

    def handle(self, record: logging.LogRecord) -> None:
        """Look at the record first."""
        WATCH.look(record)
        if super().isEnabledFor(record.levelno):
            super().handle(record)

    def _own_level(self) -> int:
        """Return the level somebody gave this logger or one above it, the root's aside."""
        logger: logging.Logger | None = self
        while logger is not None and logger.parent is not None:
            if logger.level:
                return logger.level
            logger = logger.parent
        return logging.DEBUG


class RootHandler(logging.Handler):
    """Shows the watch what loggers tell that were made before it."""

    def emit(self, record: logging.LogRecord) -> None:
        """Look at the record."""
        if not isinstance(logging.getLogger(record.name), WatchedLogger):
            WATCH.look(record)


def read_files(folder: Path) -> None:
    """Look at what real processes logged into files below a folder."""
    for pattern in FILES:
        for file in folder.rglob(pattern):
            if file.is_file():
                WATCH.read(str(file), file.read_text(encoding="utf-8", errors="replace"))


logging.setLoggerClass(WatchedLogger)
