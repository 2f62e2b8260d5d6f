"""The real process while Telegram is in trouble, repeats itself or is late; stopped under load; its work poisoned."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clock import WallClock
from handlers.chat import Priority
from storage.database import Database
from storage.tables.audit import AuditEntry
from storage.tables.queues import InboundRow, OutboxRow, Timer
from storage.tables.requests import Ask, AskState, Request
from tests.process import BotProcess
from tests.storm import Storm
from tests.wire_telegram import TelegramWire

POST = "/transfer 前大灯-左 x1 urgent 客户在等"
QUICK = '[clocks.transfer]\nseen = "3s"\nanswer = "3s"\n'


@pytest.fixture
def wire() -> Iterator[TelegramWire]:
    """Give a Telegram that enforces its limits."""
    with TelegramWire(limits=True).in_thread() as wire:
        yield wire
    assert wire.violations == []


@pytest.fixture
def make(database: Database, tmp_path: Path, wire: TelegramWire) -> Iterator[Callable[..., BotProcess]]:
    """Prepare a process, not started."""
    made: list[BotProcess] = []

    def prepare(config: str = "", module: str = "bot") -> BotProcess:
        made.append(BotProcess(tmp_path, database, wire, config, module=module))
        return made[-1]

    yield prepare
    for bot in made:
        bot.close()


def test_errors_cut_and_half_closed_connections_and_a_reply_that_never_comes_lose_nothing(
    make: Callable[..., BotProcess],
) -> None:
    bot = make(module="tests.hasty")  # which waits for a reply that never comes for 5 s instead of 45
    bot.start()
    for how in ("status", "hang", "cut", "half"):
        bot.wire.fail_next("getUpdates", how=how)
    for how in ("hang", "status", "cut", "half", "status", "status"):
        bot.wire.fail_next("sendMessage", how=how)
    bot.wire.fail_next("sendMessage", how="cut", done=True, times=2)
    users = bot.strangers(16, "/whoami")
    bot.says(bot.network.sz01_manager, POST)
    bot.stands(bot.group, "T-0001")
    bot.until(lambda: min(bot.answered(users)) > 0 and bot.is_quiet())
    # Only what Telegram took although its answer was lost may stand twice.
    twice = [count for count in bot.answered(users) if count > 1]
    assert len(twice) <= 2 and max(bot.answered(users)) <= 2
    assert len(bot.rows(Request)) == 1
    assert [row.failed for row in bot.rows(OutboxRow) if row.failed] == []
    # Every failure is met, and after the last it goes on asking.
    bot.until(lambda: not bot.wire.unmet("getUpdates") and not bot.wire.unmet("sendMessage"))
    bot.says(bot.network.sz01_manager, "/whoami")
    bot.hears(bot.network.sz01_manager, "张伟")
    assert "Traceback" not in bot.log


def test_in_a_storm_of_429s_the_patience_asked_for_is_kept_and_everything_is_said_once(
    make: Callable[..., BotProcess],
) -> None:
    bot = make()
    bot.start()
    storm = Storm(bot.wire, 7, longest=2)
    users = bot.strangers(20, "/whoami")
    bot.says(bot.network.sz01_manager, POST)
    bot.stands(bot.group, "T-0001")
    bot.hears(bot.network.sz02_manager, "T-0001")
    bot.until(lambda: min(bot.answered(users)) > 0 and bot.is_quiet())
    assert len(storm.refused) >= 7
    storm.check_patience()
    assert bot.answered(users) == [1] * len(users)
    assert bot.count(bot.group, "T-0001") == 1


def held(bot: BotProcess, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Let somebody do something that Telegram keeps to itself for now."""
    with bot.wire.lock:
        update = act()
        bot.wire.updates.remove(update)
    return update


def test_updates_thrice_and_out_of_order_have_one_effect_and_late_ones_are_refused(
    make: Callable[..., BotProcess],
) -> None:
    bot = make(QUICK)
    bot.start()
    network = bot.network
    first = held(bot, lambda: bot.wire.say(bot.user(network.sz01_manager), POST))
    words = "/transfer 刹车片-前 x1 urgent 客户在等"
    second = held(bot, lambda: bot.wire.say(bot.user(network.sz03_manager), words))
    for update in (second, first, second, first, first, second):
        bot.wire.redeliver(update)
    bot.until(lambda: len(bot.rows(Request)) == 2)
    lamp = next(one for one in bot.rows(Request) if one.store_id == network.sz01.id)
    label = f"T-{lamp.number:04}"
    shown = bot.hears(network.sz02_manager, label)
    press = held(bot, lambda: bot.wire.press(bot.user(network.sz02_manager), shown, "可以"))
    bot.until(lambda: [one for one in asks(bot, lamp) if one.state is AskState.EXPIRED])
    before = asks(bot, lamp)[0]
    press["callback_query"]["message"]["date"] -= 3600
    for _ in range(3):
        bot.wire.redeliver(press)
    bot.until(lambda: bot.wire.callbacks[press["callback_query"]["id"]].answers)
    bot.until(lambda: not bot.pending(timedelta(seconds=20)) and bot.is_quiet())
    assert asks(bot, lamp)[0] == before
    assert [one.owner_store_id for one in bot.rows(Request)] == [None, None]
    assert len([one for one in bot.rows(AuditEntry) if one.refused]) == 1
    assert bot.wire.callbacks[press["callback_query"]["id"]].answers[0]["alert"]
    assert len(bot.rows(InboundRow)) == 3
    assert bot.count(bot.group, "T-0001") == bot.count(bot.group, "T-0002") == 1


def asks(bot: BotProcess, request: Request) -> list[Ask]:
    """Return who was asked for this request."""
    return [one for one in bot.rows(Ask) if one.request_id == request.id]


def test_told_to_stop_under_load_it_ends_in_time_and_loses_nothing(make: Callable[..., BotProcess]) -> None:
    bot = make()
    bot.start()
    users = bot.strangers(100, "/whoami")
    bot.until(lambda: sum(bot.answered(users)) >= 20)
    code, seconds = bot.terminate()
    assert code == 0
    assert seconds < 10
    assert sum(bot.answered(users)) < len(users)
    bot.start()
    bot.until(lambda: min(bot.answered(users)) > 0 and bot.is_quiet())
    assert bot.answered(users) == [1] * len(users)
    assert "Traceback" not in bot.log


def test_a_file_over_the_limit_stops_nothing(make: Callable[..., BotProcess]) -> None:
    bot = make()
    bot.start()
    hq = bot.network.hq
    file = {"file_id": "F", "file_unique_id": "U", "file_name": "network.xlsx", "file_size": 60 * 1024**2}
    bot.wire.say(bot.user(hq), "", document=file)
    bot.wire.say(bot.user(hq), "", bot.group, document=file)
    bot.says(hq, "/whoami")
    bot.hears(hq, "何总")
    bot.until(bot.is_quiet)
    # No command takes a file: privately that is said in one sentence, in a group nobody spoke to the bot.
    assert [row.error for row in bot.rows(InboundRow) if row.error] == []
    assert len(bot.wire.messages(bot.user(hq))) == 2
    assert bot.wire.messages(bot.group) == []
    assert bot.wire.calls_of("getFile") == []


def test_a_poisoned_timer_and_a_poisoned_message_are_put_aside_told_to_hq_and_stop_nothing(
    make: Callable[..., BotProcess], database: Database
) -> None:
    bot = make()
    now = WallClock().now()
    with database.transaction() as session:  # at their last tries: the waits between them are a quarter of an hour
        session.add(Timer(key="poison", name="no.such", due_at=now, try_at=now, attempts=6))
        session.add(
            OutboxRow(
                platform="telegram",
                chat=str(bot.group),
                priority=int(Priority.URGENT),
                payload="poison",
                created_at=now,
                try_at=now,
                attempts=9,
            )
        )
    bot.start()
    hq = int(bot.network.hq_chat.chat)
    bot.says(bot.network.sz01_manager, POST)
    bot.stands(bot.group, "T-0001")
    bot.until(lambda: {"timer put aside", "message given up"} <= {one.act for one in bot.rows(AuditEntry)})
    # Messages are looked through each minute, and at each start.
    for _ in range(2):
        bot.terminate()
        bot.start()
        bot.stands(hq, "outbox 1")
    bot.until(bot.is_quiet)
    assert [bot.count(hq, words) for words in ("poison(KeyError", "outbox 1")] == [1, 1]
    assert len(bot.wire.messages(hq)) == 2
