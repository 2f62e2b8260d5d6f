"""A hostile afternoon against the real process: floods, forged buttons and poisoned words, while others work on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from bot.clock import WallClock
from storage.database import Database
from storage.tables.audit import AuditEntry
from storage.tables.queues import InboundRow, Timer
from tests.log_watch import FOUND
from tests.process import BotProcess
from tests.wire_telegram import TOKEN, Shown, TelegramWire
from tests.wire_telegram_world import Callback

LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z [A-Z]+ +\S+: |  \| ")
LIMITS = '[flood]\nat_once = 4\nstrangers_at_once = 2\n[database]\nurl = "sqlite:///unused.db"\n'
STRANGER = 31337


@pytest.fixture
def bot(database: Database, tmp_path: Path) -> Iterator[BotProcess]:
    with TelegramWire(limits=True).in_thread() as wire:
        bot = BotProcess(tmp_path, database, wire, LIMITS)
        yield bot
        bot.close()
        assert wire.violations == []


def forge(wire: TelegramWire, user: int, shown: Shown, token: str) -> None:
    """Press a button that is not there, as a client of one's own making can."""
    callback = Callback(f"forged-{len(wire.callbacks)}", user)
    with wire.lock:
        wire.callbacks[callback.id] = callback
    words = {"id": callback.id, "from": wire.users[user], "chat_instance": "1", "data": token}
    wire.update("callback_query", {**words, "message": wire._message(shown)})


def test_while_some_flood_forge_and_poison_the_others_are_served_and_the_log_stays_one(bot: BotProcess) -> None:
    bot.start()
    network, wire = bot.network, bot.wire
    flooder, worker = network.sz01_manager, network.sz03_manager
    wire.user(STRANGER, "x\n2026-01-01 00:00:00.000Z ERROR   bot: forged\x1b[2J\u202e")
    for number in range(200):
        bot.says(flooder, f"/whoami {number}")
        wire.say(STRANGER, "\x1b]0;owned\x07 <b> {0} \u202e" * 20)
    card = bot.hears(flooder, "张伟")
    for token in ("x" * 64, "前" * 21, "a\0b", "' OR 1=1"):
        forge(wire, bot.user(network.sz02_deputy), card, token)
    bot.says(worker, "/whoami")
    assert "黄磊" in bot.hears(worker, "黄磊").text
    bot.hears(flooder, "等10秒")
    bot.until(lambda: not wire.unanswered())  # a forged press is answered too
    bot.until(bot.is_quiet)
    assert len(bot.rows(InboundRow)) < 20
    acts = [entry.act for entry in bot.rows(AuditEntry)]
    assert acts.count("flood") == 2
    assert acts.count("button (forged)") == 4
    assert bot.terminate()[0] == 0
    assert all(LINE.match(row) for row in bot.log.splitlines()), bot.log
    assert TOKEN not in bot.log
    assert "owned" not in bot.log


def has_line(bot: BotProcess, words: str) -> bool:
    """Say whether a line of the log ends like this."""
    return re.search(f"{words}$", bot.log, re.MULTILINE) is not None


def test_at_debug_and_in_trouble_the_log_has_tracebacks_and_no_secret(database: Database, tmp_path: Path) -> None:
    now = WallClock().now()
    with database.transaction() as session:
        session.add(Timer(key="poison", name="no.such", due_at=now, try_at=now))
    with TelegramWire(limits=True).in_thread() as wire:
        bot = BotProcess(tmp_path, database, wire, log="debug", module="tests.hasty")
        try:
            bot.start()
            for how in ("status", "cut", "half", "hang"):
                wire.fail_next("getUpdates", how=how)
                wire.fail_next("sendMessage", how=how)
            bot.says(bot.network.sz01_manager, "/transfer 前大灯-左 x1 urgent 客户在等")
            bot.says(bot.network.sz03_manager, "/request 张先生 13900001234 粤B12345")
            wire.user(STRANGER, "x")
            wire.say(STRANGER, "/start AB23CD45")
            bot.until(lambda: not wire.unmet("getUpdates") and not wire.unmet("sendMessage"))
            bot.stands(bot.group, "T-0001")
            bot.until(bot.is_quiet)
            # What an operator asks for: who was worked, what was said and what fired, by numbers, and how long it took.
            asker, took = bot.user(bot.network.sz01_manager), r"in \d+\.\d ms, \d+\.\d ms after it was"
            for told in (
                rf"inbound \d+: transfer by {asker} in telegram:{asker}, worked {took} heard",
                rf"inbound \d+: start by {STRANGER} in telegram:{STRANGER}, worked {took} heard",
                rf"outbox \d+ to telegram:{bot.group}: message \d+ {took} due",
                rf"timer poison failed {took} due",
            ):
                bot.until(partial(has_line, bot, rf" DEBUG   bot\.\w+: {told}"))
        finally:
            bot.close()
    assert "KeyError: 'no.such'" in bot.log
    assert FOUND.search(bot.log) is None
    assert not any(words in bot.log for words in ("张伟", "前大灯", "客户在等", "AB23CD45"))
