"""The log: one line a record, no secret in it, no line forged."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from bot.log import HIDDEN, plain, set_up

TOKEN = "1234567890:" + "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw9"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Log into a string, and give the loggers back as they were."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    stream = io.StringIO()
    set_up("debug", ["hunter2!", "s3cret-and-more", "s3cret", "ab"], stream)
    yield stream
    logging.captureWarnings(False)
    root.handlers[:] = before
    root.setLevel(level)


def test_a_record_is_one_line_whatever_is_in_it(lines: io.StringIO) -> None:
    forged = "hello\n2026-01-01 00:00:00.000Z ERROR   bot: everything burns\r\x1b[2K\u2028\u202eeman\ud800"
    logging.getLogger("bot.test").info("inbound %s", forged)
    said = lines.getvalue()
    assert said.count("\n") == 1
    assert said.endswith("\n")
    assert "hello\\n2026" in said
    assert all(sign not in said for sign in "\r\x1b\u2028\u202e\ud800")
    assert " INFO    bot.test: inbound hello" in said


def test_a_traceback_is_marked_line_by_line(lines: io.StringIO) -> None:
    try:
        raise ValueError(f"no\n2026-01-01 ERROR forged {TOKEN}")
    except ValueError:
        logging.getLogger("bot").exception("it failed")
    head, *rest = lines.getvalue().splitlines()
    assert head.endswith("ERROR   bot: it failed")
    assert len(rest) > 2
    assert all(line.startswith("  | ") for line in rest)
    assert TOKEN not in lines.getvalue()


@pytest.mark.parametrize(
    "secret",
    [
        TOKEN,
        "xoxb-1234567890-abcdefghij",
        "xoxe.xoxp-1-Mi0yLTEyMzQ1Njc4OTA",
        "xapp-1-A012345-678-abcdef",
        "s3cret-and-more",
        "hunter2!",
    ],
)
def test_no_secret_is_written(lines: io.StringIO, secret: str) -> None:
    logging.getLogger("bot").warning("calling https://api.telegram.org/bot%s/getMe with %r", secret, {"t": secret})
    assert secret not in lines.getvalue()
    assert "s3cret" not in lines.getvalue()
    assert HIDDEN in lines.getvalue()


def test_passwords_and_tickets_in_addresses_are_hidden(lines: io.StringIO) -> None:
    logging.getLogger("bot").warning(
        "postgresql://me:pass@word@db/x and wss://s.slack.com/link/?ticket=abc-def&app_id=1"
    )
    said = lines.getvalue()
    assert "pass" not in said
    assert "word@" not in said
    assert "abc-def" not in said
    assert "db/x" in said
    assert "app_id=1" in said


def test_ordinary_words_stay_as_they_are(lines: io.StringIO) -> None:
    words = "T-0001 广州 08:30 ab 12:45:10 https://example.com/a:b 前大灯-左"
    logging.getLogger("bot").info("%s", words)
    assert words in lines.getvalue()


def test_chatty_libraries_are_quiet_at_debug(lines: io.StringIO) -> None:
    logging.getLogger("httpx").info("HTTP Request: POST")
    logging.getLogger("telegram.ext").debug("update")
    logging.getLogger("sqlalchemy.engine").info("SELECT 1")
    logging.getLogger("bot.delivery").debug("said")
    assert lines.getvalue().count("\n") == 1
    assert "said" in lines.getvalue()


def test_very_long_words_are_cut() -> None:
    assert plain("x" * 10_000).endswith("(10000 characters)")
