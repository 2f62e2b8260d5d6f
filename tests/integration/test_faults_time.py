"""Storms, outages and odd days, on a simulated clock: the app with the real Telegram side, against a strict Bot API."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlmodel import col, select

from bot.app import App
from bot.clock import SimulatedClock
from bot.telegram import Telegram
from bot.threads import Inline
from handlers.chat import Address, Inbound, InboundKind, Priority, message, message_from_json
from handlers.context import Context
from handlers.load import load
from handlers.settings import Digest, Settings
from handlers.working_time import local
from storage.database import Database
from storage.queries import checks
from storage.tables.people import Account, Person
from storage.tables.queues import InboundRow, OutboxRow, Timer
from storage.tables.requests import Request, State
from tests.factories import MONDAY, Factory, SmallNetwork, small_network
from tests.fakes import FakePlatform
from tests.storm import Storm, check_order
from tests.wire_telegram import TOKEN, TelegramWire

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


class Stage:
    """The small network, all of it on Telegram, with its app and its Bot API on one simulated clock."""

    def __init__(self, database: Database, wire: TelegramWire, clock: SimulatedClock) -> None:
        load()
        self.database, self.wire, self.clock = database, wire, clock
        self.telegram = Telegram(TOKEN, base_url=wire.url, clock=clock)
        self.app = App(database, Settings(), clock, [self.telegram], workers=Inline())
        self._said = 0
        with database.transaction() as session:
            self.network: SmallNetwork = small_network(session)
            for account in session.exec(select(Account)):
                account.platform, account.user = "telegram", f"{7000 + account.person_id}"
                account.private_chat = account.user
                wire.user(int(account.user), f"{account.person_id}")
        for chat in (self.network.managers_chat, self.network.bangkok_chat, self.network.hq_chat):
            wire.group(int(chat.chat), str(chat.purpose))

    async def says(self, person: Person, text: str) -> None:
        """Let a person write privately, and the bot work it; nothing is delivered yet."""
        await self._takes(person, InboundKind.TEXT, text=text.removeprefix("/"))

    async def presses(self, person: Person, action: str) -> None:
        """Let a person press a button that was said to them, shown or not yet."""
        rows = [row for row in self.rows() if row.chat == f"{7000 + person.id}"]
        buttons = [one for row in rows for line in message_from_json(row.payload).buttons for one in line]
        token = next(one.token for one in reversed(buttons) if one.action == action)
        await self._takes(person, InboundKind.BUTTON, token=token)

    async def _takes(self, person: Person, kind: InboundKind, *, text: str = "", token: str = "") -> None:
        self._said += 1
        user = f"{7000 + person.id}"
        origin = Address("telegram", user)
        inbound = Inbound(
            f"telegram:{self._said}", kind, origin, user=user, text=text, token=token, addressed=True, private=True
        )
        await self.app.take([inbound])
        await self.app.inbox.idle()

    def rows(self) -> Sequence[OutboxRow]:
        """Return the outbox, in order."""
        with self.database.transaction(writing=False) as session:
            return session.exec(select(OutboxRow).order_by(col(OutboxRow.id))).all()

    def say(self, chat: str, words: str, priority: Priority) -> None:
        """Say something as a handler does."""
        with self.database.transaction() as session:
            context = Context(session, Settings(), self.clock.now())
            context.say(Address("telegram", chat), message(words), priority=priority)
            context.flush(session)


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[Stage]:
    """Give a stage on Monday morning."""
    clock = SimulatedClock(MONDAY)
    async with TelegramWire(clock=clock, limits=True) as wire:
        stage = Stage(database, wire, clock)
        yield stage
        await stage.app.close()
        assert wire.violations == []


@pytest.mark.parametrize("seed", range(3))
async def test_in_a_storm_of_429s_no_ask_is_later_than_telegram_forces_and_digests_wait(
    stage: Stage, seed: int
) -> None:
    storm = Storm(stage.wire, seed, longest=30)
    group = stage.network.managers_chat.chat
    for number in range(12):
        stage.say(group, f"日结 {number}", Priority.DIGEST)
    chats = [group, *(f"{7000 + person.id}" for person in people(stage))][:10]
    for step in range(4):
        for chat in chats:
            stage.say(chat, f"问 {step} {chat}", Priority.URGENT)
        await stage.app.advance(MONDAY + (step + 1) * 20 * SECOND)
    await stage.app.advance(MONDAY + 20 * MINUTE)
    rows = stage.rows()
    assert len(storm.refused) > 20
    assert len(storm.said()) == len(rows) == 52
    storm.check_patience()
    check_order(rows)
    for row in rows:
        if row.priority == Priority.URGENT:
            assert row.done_at is not None
            # A second and a half: the pace over all chats, and a hair's breadth beyond the chat's own.
            assert row.done_at - storm.forced(row.chat, row.created_at, row.done_at) < 1.5 * SECOND, row
    assert [one.text for one in stage.wire.messages(int(group)) if "日结" in one.text] == [
        f"日结 {number}" for number in range(12)
    ]


def people(stage: Stage) -> list[Person]:
    """List everybody."""
    with stage.database.transaction(writing=False) as session:
        return list(checks.list_all(session, Person))


async def test_after_ten_minutes_without_telegram_everything_is_said_once_in_order_cards_in_their_newest_look(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="bot")
    port = int(stage.wire.url.rpartition(":")[2])
    network, app = stage.network, stage.app
    await app.scheduler.see_to(MONDAY)
    await stage.wire.stop()
    await stage.says(network.sz01_manager, "/transfer 前大灯-左 x1 urgent 客户在等")
    for number in range(5):
        stage.say(network.hq_chat.chat, f"第{number}句", Priority.NORMAL)
    await app.advance(MONDAY + 4 * MINUTE)
    await stage.presses(network.sz02_manager, "request.accept")
    await app.advance(MONDAY + 8 * MINUTE)
    await stage.presses(network.sz02_manager, "transfer.shipped")
    await app.advance(MONDAY + 10 * MINUTE)
    assert stage.wire.calls == []
    await stage.wire.start(port)
    await app.advance(MONDAY + 12 * MINUTE)
    cards = [one for one in stage.wire.messages(int(network.managers_chat.chat)) if "T-0001" in one.text]
    assert [(one.edits, "已发出" in one.text) for one in cards] == [(0, True)]
    assert [one.text for one in stage.wire.messages(int(network.hq_chat.chat))] == [f"第{n}句" for n in range(5)]
    rows = stage.rows()
    assert all(row.done_at is not None and not row.failed for row in rows)
    said = [row for row in rows if row.message]
    assert len(stage.wire.calls_of("sendMessage")) == len(said)
    for chat in {row.chat for row in said}:  # in the order of their urgency, and in it of their saying
        mine = [row for row in said if row.chat == chat]
        assert sorted(mine, key=lambda row: int(row.message)) == sorted(mine, key=lambda row: (row.priority, row.id))
    texts = Counter((one.chat, one.text) for chat in stage.wire.chats for one in stage.wire.messages(chat))
    assert max(texts.values()) == 1
    assert max(row.done_at for row in rows if row.done_at) < MONDAY + 11 * MINUTE + 10 * SECOND
    outages = [record.message for record in caplog.records if record.message.startswith("telegram ")]
    assert len(outages) == 2, outages
    with stage.database.transaction(writing=False) as session:
        assert [one.state for one in checks.list_all(session, Request)] == [State.SHIPPED]


# Odd days

DAYS = [
    pytest.param("Europe/Madrid", datetime(2026, 3, 28, 12, tzinfo=UTC), time(2, 30), id="an hour less"),
    pytest.param("Europe/Madrid", datetime(2026, 10, 24, 12, tzinfo=UTC), time(2, 30), id="an hour more"),
    pytest.param("Europe/Madrid", datetime(2028, 2, 28, 12, tzinfo=UTC), time(21, 0), id="a leap day"),
    pytest.param("Asia/Shanghai", datetime(2026, 12, 31, 6, tzinfo=UTC), time(21, 0), id="a new year"),
]


@pytest.mark.parametrize(("zone", "start", "nightly"), DAYS)
async def test_on_odd_days_every_board_is_posted_once_and_every_limit_is_kept(
    database: Database, zone: str, start: datetime, nightly: time
) -> None:
    load()
    clock = SimulatedClock(start)
    platform = FakePlatform(clock)
    settings = Settings(digest=Digest(nightly=nightly, nudges=(), quiet=None))
    with database.transaction() as session:
        make = Factory(session, start)
        region = make.region("马德里", timezone=zone)
        part, stores = make.part(), [make.store(region=region, place=(40.4, -3.7 + n / 50)) for n in range(3)]
        managers = [make.person(at=store) for store in stores]
        group = make.chat(region=region)
        for store, quantity in zip(stores, (0, 5, 5), strict=True):
            make.stock(part, store, quantity)
    app = App(database, settings, clock, [platform], workers=Inline())
    await app.begin()
    for number, hours in enumerate((1, 11, 13, 15, 24)):
        await app.advance(start + hours * HOUR, step=6 * HOUR)
        asker = f"{7000 + managers[0].id}"
        words = f"transfer {part.name} x1 {('urgent', 'today', 'normal')[number % 3]} 客户在等"
        inbound = Inbound(
            f"telegram:{number}", InboundKind.TEXT, Address("telegram", asker), user=asker, text=words, private=True
        )
        await app.take([inbound])
    await app.advance(start + timedelta(days=2), step=6 * HOUR)
    await app.close()
    check_timers(database, clock.now())
    with database.transaction(writing=False) as session:
        assert [row.error for row in checks.list_all(session, InboundRow) if row.error] == []
        assert len(checks.list_all(session, Request)) == 5
    boards = [call for call in platform.calls if call.address.chat == group.chat and "🌙" in call.text]
    # One for each local day, at its hour, never twice; where that hour is left out, when it would have begun.
    days = [local(call.at, zone) for call in boards]
    assert len({(day - timedelta(hours=12)).date() for day in days}) == len(days) == 2
    left_out = time(3, 0) if start.month == 3 else nightly
    assert [day.time() for day in days] == [left_out, nightly]


def check_timers(database: Database, now: datetime) -> None:
    """See that each timer fired once when it was due, or was cancelled, or waits for what is to come."""
    with database.transaction(writing=False) as session:
        timers = checks.list_all(session, Timer)
    assert len(timers) > 20
    for timer in timers:
        assert timer.attempts == 0, (timer.key, timer.error)
        if timer.fired_at is not None:
            assert timer.cancelled_at is None
            assert timer.due_at <= timer.fired_at < timer.due_at + MINUTE, timer
        elif timer.cancelled_at is None:
            assert timer.due_at > now, timer
