"""The watch over the suite's log sees what it should, wherever it is logged."""

from __future__ import annotations

import logging
import tomllib
from pathlib import Path

import pytest

from tests.log_watch import FOUND, SECRETS, Watch, WatchedLogger, read_files
from tests.log_watch import WATCH as THE_WATCH


def test_the_watch_knows_the_secrets_of_every_wire() -> None:
    from tests.integration.telegram_desk import SECRET
    from tests.wire_slack import SlackWire
    from tests.wire_telegram import TOKEN

    ours = {TOKEN, TOKEN.split(":")[1], SECRET, SlackWire.bot_token, SlackWire.app_token, SlackWire.signing_secret}
    assert ours <= set(SECRETS)


@pytest.mark.parametrize("name", ["bot.inbox", "handlers.dispatch", "bot.slack.sdk", "tests.anything"])
def test_every_logger_of_ours_is_watched(name: str) -> None:
    assert isinstance(logging.getLogger(name), WatchedLogger)


def test_a_secret_is_found_in_a_message_its_arguments_its_traceback_and_below_the_level_that_is_heard() -> None:
    log = logging.getLogger("bot.test_abuse_log")
    secret = SECRETS[2]

    def caught() -> int:
        with pytest.raises(AssertionError, match="a secret was logged"):
            THE_WATCH.check()
        return 1

    log.error(f"with {secret}")
    count = caught()
    log.warning("with %r", {"secret": secret})
    count += caught()
    log.debug("with %s", secret)
    count += caught()
    try:
        raise ValueError(f"it was {secret}")
    except ValueError:
        log.exception("it failed")
    count += caught()
    logging.getLogger("a.library").error("with %s", secret)
    count += caught()
    assert count == 5
    THE_WATCH.check()


def test_who_listens_hears_no_more_than_without_the_watch(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("bot.test_abuse_log").debug("not heard")
    assert caplog.records == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("POST /respond/response-12-secret", True),
        ("wss://s.slack.com/?ticket=abc-1&x", True),
        ("13900001234 called", True),
        ("heard /start AB23CD45", True),
        ("T-0001 at 13:90, inbound 13900001, /start", False),
    ],
)
def test_telephones_codes_and_tickets_are_found_and_ordinary_words_are_not(words: str, found: bool) -> None:
    assert (FOUND.search(words) is not None) is found


def test_the_logs_of_processes_are_read(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "log").write_text(f"x {SECRETS[0]}", encoding="utf-8")
    read_files(tmp_path)
    with pytest.raises(AssertionError, match="a secret was logged"):
        THE_WATCH.check()
    (tmp_path / "a" / "log").write_text("nothing", encoding="utf-8")


def test_a_watch_that_found_something_says_it_once() -> None:
    watch = Watch()
    watch.read("here", SECRETS[0])
    with pytest.raises(AssertionError):
        watch.check()
    watch.check()


def test_warnings_are_errors_so_that_none_is_logged_instead() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["pytest"]["ini_options"]["filterwarnings"][0] == "error"
