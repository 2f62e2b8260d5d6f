"""The real process: what is said to it is answered, and a kill -9 at the worst moments loses and doubles nothing."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import workbook
from bot.clock import WallClock
from handlers.network.sheets import as_sheet
from storage.database import Database
from storage.tables.audit import AuditEntry
from storage.tables.boards import StockLevel
from storage.tables.ledger import PointsEntry
from storage.tables.queues import InboundRow, Timer
from storage.tables.requests import Event, Request, State
from tests.process import BotProcess
from tests.wire_telegram import TOKEN, TelegramWire

POST = "/transfer 前大灯-左 x1 urgent 客户在等"
QUICK = '[clocks.transfer]\nseen = "6s"\nanswer = "6s"\n'


@pytest.fixture
def bots(database: Database, tmp_path: Path) -> Iterator[Callable[..., BotProcess]]:
    """Prepare a process (not started) with further configuration."""
    made: list[BotProcess] = []
    with TelegramWire(limits=True).in_thread() as wire:

        def prepare(config: str = "") -> BotProcess:
            made.append(BotProcess(tmp_path, database, wire, config))
            return made[0]

        yield prepare
        for bot in made:
            bot.close()
        assert wire.violations == []
        assert not any(TOKEN in bot.log for bot in made)


@pytest.fixture
def bot(bots: Callable[..., BotProcess]) -> BotProcess:
    """Give a process, not started."""
    return bots()


def test_it_answers_lists_its_commands_and_stops_when_told(bot: BotProcess) -> None:
    bot.start()
    manager = bot.network.sz01_manager
    bot.says(manager, "/whoami")
    assert "深圳南山店" in bot.hears(manager, "张伟").text
    bot.until(lambda: {"zh", "en", "es", ""} <= {language for _, language in bot.wire.commands})
    code, seconds = bot.terminate()
    assert code == 0
    assert seconds < 10


def test_a_workbook_that_is_sent_is_fetched_shown_and_written_once_it_is_confirmed(bot: BotProcess) -> None:
    content = workbook.write_bytes([as_sheet("stock", [{"part_no": "HL-1001-L", "SZ01": 7}])])
    bot.start()
    manager = bot.user(bot.network.sz01_manager)
    bot.wire.files["F1"] = content
    file = {"file_id": "F1", "file_unique_id": "U1", "file_name": "库存.xlsx", "file_size": len(content)}
    bot.wire.service(manager, manager, document=file)
    shown = bot.hears(bot.network.sz01_manager, "0 → 7")
    bot.wire.press(manager, shown, "✅ 确认写入")
    bot.hears(bot.network.sz01_manager, "已写入")
    bot.until(bot.is_quiet)
    assert {row.quantity for row in bot.rows(StockLevel) if row.stated_by == "sheet:张伟"} == {7}


def test_a_stop_is_heeded_while_the_platform_hangs_and_the_database_is_locked(bot: BotProcess) -> None:
    bot.start()
    manager = bot.network.sz01_manager
    bot.wire.fail_next("sendMessage", how="hang")
    bot.says(manager, "/whoami")
    bot.until(lambda: bot.wire.calls_of("sendMessage"))
    with bot.locked():
        bot.says(manager, "/help")
        bot.until(lambda: not bot.wire.updates or bot.wire.calls_of("getUpdates")[-1].answer)
        code, seconds = bot.terminate()
    assert code == 0
    assert seconds < 10
    bot.wire.stop_failing()
    bot.start()
    bot.hears(manager, "张伟")
    bot.hears(manager, "/whoami")
    bot.until(bot.is_quiet)


def test_killed_between_receipt_and_commit_it_hears_the_update_again(bot: BotProcess) -> None:
    bot.start()
    manager = bot.network.sz01_manager
    with bot.locked():
        bot.says(manager, "/whoami")
        bot.until(lambda: any(call.answer for call in bot.wire.calls_of("getUpdates")))
        assert bot.rows(InboundRow) == []
        bot.kill()
    bot.start()
    bot.hears(manager, "张伟")
    bot.until(bot.is_quiet)
    assert len(bot.rows(InboundRow)) == bot.count(bot.user(manager), "张伟") == 1


def test_killed_between_commit_and_delivery_it_says_everything_once(bot: BotProcess) -> None:
    bot.start()
    network = bot.network
    bot.wire.fail_next("sendMessage", how="hang", times=20)
    bot.says(network.sz01_manager, POST)
    bot.until(lambda: bool(bot.wire.calls_of("sendMessage") and bot.rows(Request)))
    bot.kill()
    bot.wire.stop_failing()
    assert all(not bot.wire.messages(chat) for chat in bot.wire.chats)
    bot.start()
    bot.stands(bot.group, "T-0001")
    bot.hears(network.sz02_manager, "T-0001")
    bot.until(bot.is_quiet)
    assert len(bot.rows(Request)) == 1
    assert bot.count(bot.group, "T-0001") == 1
    assert bot.count(bot.user(network.sz02_manager), "T-0001") == 1


def test_killed_in_the_instant_between_saying_and_noting_it_may_say_it_twice_and_does_nothing_twice(
    bot: BotProcess,
) -> None:
    bot.start()
    network = bot.network
    bot.wire.fail_next("sendMessage", how="hang", done=True, times=20)
    bot.says(network.sz01_manager, POST)
    bot.stands(bot.group, "T-0001")
    bot.hears(network.sz02_manager, "T-0001")
    bot.kill()
    bot.wire.stop_failing()
    bot.start()
    bot.until(bot.is_quiet)
    bot.presses(network.sz02_manager, "可以")
    bot.until(lambda: bot.rows(Request)[0].state == State.ACCEPTED and bot.is_quiet())
    assert len(bot.rows(Request)) == 1
    assert bot.count(bot.group, "T-0001") == 2
    assert bot.count(bot.user(network.sz02_manager), "T-0001") == 2


def test_killed_across_three_due_times_it_fires_each_once(bots: Callable[..., BotProcess]) -> None:
    bot = bots(QUICK)
    bot.start()
    post_three(bot)
    bot.kill()
    due = {timer.key for timer in bot.pending(timedelta(seconds=30))}
    assert len(due) >= 3
    bot.wait_past(WallClock().now() + timedelta(seconds=7))
    restarted = WallClock().now()
    bot.start()

    def fired() -> list[Timer]:
        return [timer for timer in bot.rows(Timer) if timer.key in due and timer.fired_at is not None]

    bot.until(lambda: len(fired()) == len(due) and bot.is_quiet())
    for timer in fired():
        assert timer.fired_at is not None
        assert restarted <= timer.fired_at < restarted + timedelta(seconds=60)
        assert (timer.attempts, timer.cancelled_at) == (0, None)
    # Nobody answered: what was due is broken once each, however often the process died.
    bot.kill()
    bot.start()
    bot.until(bot.is_quiet)
    breaches = Counter(
        (event.request_id, event.store_id, event.args) for event in bot.rows(Event) if event.word == "breached"
    )
    assert len(breaches) >= 3
    assert max(breaches.values()) == 1


def test_a_whole_transfer_is_done_once_although_it_is_killed_at_every_step(bot: BotProcess) -> None:
    for number, (act, done) in enumerate(life_of(bot)):
        bot.start()
        polls = len(bot.wire.calls_of("getUpdates"))
        act()
        # At once, once it was handed over, or once it was committed.
        moments: list[Callable[[], object]] = [
            lambda: True,
            lambda polls=polls: len(bot.wire.calls_of("getUpdates")) > polls,  # type: ignore[misc]
            done,
        ]
        bot.until(moments[number % 3])
        bot.kill()
        bot.start()
        bot.until(lambda done=done: done() and bot.is_quiet())  # type: ignore[misc]
        bot.kill()
    check_done_once(bot)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20))
def test_a_whole_transfer_is_done_once_although_it_is_killed_again_and_again(bot: BotProcess, seed: int) -> None:
    chance = random.Random(seed)
    for act, done in life_of(bot):
        bot.start()
        act()
        for _ in range(5):
            calls = len(bot.wire.calls) + chance.randrange(6)
            bot.until(lambda calls=calls, done=done: len(bot.wire.calls) >= calls or done())  # type: ignore[misc]
            bot.kill()
            bot.start()
        bot.until(lambda done=done: done() and bot.is_quiet())  # type: ignore[misc]
        bot.kill()
    check_done_once(bot, cards=30)


def life_of(bot: BotProcess) -> list[tuple[Callable[[], None], Callable[[], bool]]]:
    """Return the steps of a transfer: what somebody does, and whether it is done."""
    network = bot.network
    return [
        (lambda: bot.says(network.sz01_manager, POST, bot.group), lambda: bool(bot.rows(Request))),
        (lambda: bot.presses(network.sz02_manager, "可以"), lambda: state(bot) == State.ACCEPTED),
        (lambda: bot.presses(network.sz02_manager, "已发出"), lambda: state(bot) == State.SHIPPED),
        (lambda: bot.presses(network.sz01_manager, "已收到 ×1"), lambda: state(bot) == State.RECEIVED),
        (lambda: bot.presses(network.sz01_manager, "留住了"), lambda: bot.rows(Request)[0].kept == "yes"),
        (lambda: bot.says(network.sz02_manager, "/freight T-0001 50 SF123"), lambda: state(bot) == State.RECORDED),
    ]


def check_done_once(bot: BotProcess, cards: int = 1) -> None:
    """See that the transfer was done once and left nothing behind; its card may stand in so many copies."""
    assert len(bot.rows(Request)) == 1
    assert [(entry.store_id, entry.points) for entry in bot.rows(PointsEntry)] == [(bot.network.sz02.id, 1)]
    assert 1 <= bot.count(bot.group, "T-0001") <= cards
    once = Counter(one.source for one in bot.rows(InboundRow))
    assert max(once.values()) == 1
    assert [one.act for one in bot.rows(AuditEntry) if one.refused] == []
    assert not [timer for timer in bot.pending(timedelta(days=9)) if timer.request_id is not None]


def test_telegrams_limits_are_kept_so_that_it_never_has_to_ask_for_patience(bots: Callable[..., BotProcess]) -> None:
    bot = bots(QUICK)
    bot.start()
    post_three(bot)
    bot.until(lambda: all(one.state == State.UNFILLED for one in bot.rows(Request)) and bot.is_quiet())
    assert len([call for call in bot.wire.calls if call.method in {"sendMessage", "editMessageText"}]) > 30
    assert [call for call in bot.wire.calls if call.status == 429] == []


def post_three(bot: BotProcess) -> None:
    """Let three managers ask for something urgently at once."""
    network = bot.network
    for asker, part in (
        (network.sz01_manager, "前大灯-左"),
        (network.sz02_manager, "刹车片-前"),
        (network.sz03_manager, "刹车片-前"),
    ):
        bot.says(asker, f"/transfer {part} x1 urgent 客户在等")
    bot.until(lambda: len(bot.rows(Request)) == 3)


def state(bot: BotProcess) -> State:
    """Return where the request stands."""
    return bot.rows(Request)[0].state
