"""The real process when its token is revoked in the middle of its work, and when it is given another."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from storage.database import Database
from storage.tables.audit import AuditEntry
from storage.tables.queues import OutboxRow
from tests.process import BotProcess
from tests.wire_telegram import TelegramWire

POST = "/transfer 前大灯-左 x1 urgent 客户在等"
QUICK = '[clocks.transfer]\nseen = "3s"\nanswer = "30m"\n'


@pytest.fixture
def bot(database: Database, tmp_path: Path) -> Iterator[BotProcess]:
    with TelegramWire(limits=True).in_thread() as wire:
        bot = BotProcess(tmp_path, database, wire, QUICK)
        yield bot
        bot.close()
        assert wire.violations == []


def health(bot: BotProcess) -> dict[str, Any]:
    """Ask the process how it is."""
    port = re.findall(r"/metrics answer on 127\.0\.0\.1:(\d+)", bot.log)[-1]
    with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=20) as answer:
        return json.loads(answer.read())  # type: ignore[no-any-return]


def test_with_its_token_revoked_it_stays_says_so_once_and_says_everything_once_it_has_another(bot: BotProcess) -> None:
    bot.start()
    network = bot.network
    bot.says(network.sz01_manager, POST)
    bot.hears(network.sz02_manager, "T-0001")
    token, bot.wire.token = bot.wire.token, "12345:another"
    # Three seconds later the ask is late, and the store is to be told: that is refused.
    bot.until(lambda: "refuses us (Unauthorized)" in bot.log)
    bot.until(lambda: [one for one in bot.rows(AuditEntry) if one.act == "platform lost"])
    said = health(bot)
    assert (said["status"], "telegram refuses us: Unauthorized" in said["warnings"]) == ("degraded", True)
    assert bot.log.count("CRITICAL") == 1
    late = [row for row in bot.rows(OutboxRow) if not row.done_at]
    assert late
    bot.terminate()

    bot.wire.token = token
    bot.start()
    bot.stands(int(network.hq_chat.chat), "✅ telegram")
    bot.hears(network.sz02_manager, "已到时限")
    assert [row.failed for row in bot.rows(OutboxRow) if row.failed] == []
    assert bot.count(int(network.hq_chat.chat), "✅ telegram") == 1
    assert bot.count(bot.user(network.sz02_manager), "已到时限") == 1
    assert "Traceback" not in bot.log
