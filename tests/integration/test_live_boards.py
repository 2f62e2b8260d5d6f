"""Boards that stand in chats: one message each, changed in place soon after something on it changes."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from bot.app import App
from bot.clock import SimulatedClock
from bot.telegram import Telegram
from bot.threads import Inline
from handlers import notify
from handlers.boards.live import render
from handlers.boards.timers import look
from handlers.chat import BOT_ADDED, BOT_REMOVED, CHAT_MOVED, MESSAGE_DELETED, Address, Message, Priority, message
from handlers.context import Context
from handlers.load import load
from handlers.network.commands import export_sheets, import_sheets
from handlers.network.sheets import Row
from handlers.settings import Settings
from storage.database import Database
from storage.queries import boards as board_queries
from storage.queries import chats as chat_queries
from storage.queries import live, queues
from storage.tables.boards import Board, Capacity, LiveBoard, Part, Technician
from storage.tables.chats import Card, Purpose
from storage.tables.people import Person, Role
from storage.tables.queues import OutboxRow, Timer
from tests.factories import MONDAY, Factory, SmallNetwork, small_network
from tests.fleet import waits_for_a_lock
from tests.heard import Heard
from tests.talk import Talk
from tests.wire import PATIENCE
from tests.wire_telegram import TOKEN, TelegramWire

SECOND = timedelta(seconds=1)
SOON = timedelta(seconds=5)


@pytest.fixture
def network(any_database: Database) -> SmallNetwork:
    with any_database.transaction() as session:
        network = small_network(session)
        make = Factory(session)
        facts = {"name": "张伟", "level": "T3", "specialties": "三电故障", "status": "在岗", "windows": "周三全天"}
        make.add(Technician(store_id=network.sz02.id, **facts, stated_at=MONDAY, stated_by="test"))
        for store, booked, daily in ((network.sz01, 32, 30), (network.sz02, 20, 25), (network.sz03, 12, 20)):
            row = {"store_id": store.id, "day": MONDAY.date(), "daily_capacity": daily, "bookings": booked}
            make.add(Capacity(**row, stated_at=MONDAY, stated_by="test"))
        return network


@pytest.fixture
def talk(any_database: Database, network: SmallNetwork) -> Talk:
    return Talk(any_database)


def states(talk: Talk, network: SmallNetwork, quantity: int, *stores: int) -> None:
    """Let somebody say anew how many headlamps these stores have."""
    with talk.database.transaction() as session:
        context = Context(session, talk.settings, talk.now)
        said = {"part_id": network.headlamp.id, "quantity": quantity, "stated_at": talk.now, "stated_by": "test"}
        board_queries.put_stock_levels(session, [said | {"store_id": store_id} for store_id in stores])
        context.flush(session)


def row_of(said: Heard | Message, start: str) -> list[str]:
    """Return the cells of a row of a board."""
    return next(row.split() for row in said.plain.splitlines() if row.startswith(start))


def edits(talk: Talk, card: Heard) -> int:
    """Count how often a board was changed."""
    return sum(heard.edit for heard in talk.heard() if heard.card_id == card.card_id)


def test_a_board_stands_pinned_and_shows_a_transfers_stock_five_seconds_later(
    talk: Talk, network: SmallNetwork
) -> None:
    talk.says(network.sz01_manager, "/board stock 前大灯-左", chat=network.managers_chat)
    assert "角色" in talk.last(network.managers_chat).plain
    talk.says(network.shenzhen_manager, "/board stock 前大灯-左", chat=network.managers_chat)
    talk.says(network.hq, "/board stock HL-1001-L", chat=network.hq_chat)
    coarse, exact = talk.card(network.managers_chat, "📦 前大灯"), talk.card(network.hq_chat, "📦 前大灯")
    assert coarse.message.pinned == exact.message.pinned == "pinned"
    # Three stores of two dealers read this chat: nobody's figures are in it.
    assert {row_of(coarse, name)[1] for name in ("深圳南山店", "深圳福田店", "深圳龙岗店")} == {"有", "无"}
    assert "曼谷" not in coarse.plain
    assert row_of(exact, "曼谷素坤逸店")[1] == "5"
    talk.says(network.hq, "/board stock HL-1001-L", chat=network.hq_chat)
    assert "已经在" in talk.last(network.hq_chat).plain
    talk.says(network.sz01_manager, "/transfer 前大灯-左 x2 urgent 客户在等")
    talk.presses(network.sz02_manager, "可以")
    talk.presses(network.sz02_manager, "transfer.shipped")
    talk.passes(seconds=6)
    assert edits(talk, exact) == 0  # it is still the giver's
    talk.presses(network.sz01_manager, "transfer.received")
    talk.passes(seconds=5)
    now = talk.card(network.hq_chat, "📦 前大灯")
    assert (row_of(now, "深圳福田店")[1], row_of(now, "深圳南山店")[1]) == ("1", "2")
    assert now.card_id == exact.card_id and edits(talk, exact) == 1
    assert row_of(talk.card(network.managers_chat, "📦 前大灯"), "深圳南山店")[1] == "有"
    # Asked for from the board itself.
    talk.presses(network.sz03_manager, "申请调拨 前大灯-左", chat=network.managers_chat, can_form=True)
    assert talk.reply.form is not None and talk.reply.form.fields[0].value == "HL-1001-L"


def test_bookings_and_an_import_change_the_boards_they_stand_on(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.hq, "/board capacity", chat=network.hq_chat)
    talk.says(network.hq, "/看板 技师 三电", chat=network.hq_chat)
    assert row_of(talk.card(network.hq_chat, "📊"), "深圳福田店")[1:4] == ["20/25", "80%", "🟡"]
    # A diversion takes a bay of the one and frees one of the other.
    talk.says(network.sz01_manager, "/divert 首保 等3小时 ES6 下午要用车")
    talk.presses(network.sz01_manager, "diversion.goes")
    talk.presses(network.sz02_manager, "可以")
    talk.passes(seconds=5)
    board = talk.card(network.hq_chat, "📊")
    assert (row_of(board, "深圳福田店")[1], row_of(board, "深圳南山店")[1]) == ("21/25", "31/30")
    # A support that is asked for holds its technician.
    talk.says(network.sz03_manager, "/support 三电 T3 3月4日14:00-16:00 高压互锁报警")
    talk.passes(seconds=5)
    assert "🔁" in talk.card(network.hq_chat, "🔧").plain
    # The workbook, which no chat has to do with.
    with talk.database.transaction() as session:
        sheets = [sheet for sheet in export_sheets(session, talk.settings, talk.now) if sheet.name in {"产能", "技师"}]
        assert len(sheets) == 2
        changed: dict[object, object] = {31: 29, "T3": "T2"}

        def anew(row: Row) -> Row:
            return replace(row, cells=tuple(changed.get(cell, cell) for cell in row.cells))

        sheets = [replace(sheet, rows=tuple(map(anew, sheet.rows))) for sheet in sheets]
        assert not import_sheets(session, sheets, talk.settings, talk.now, by="test").problems
    talk.passes(seconds=5)
    assert row_of(talk.card(network.hq_chat, "📊"), "深圳南山店")[1:4] == ["29/30", "97%", "🟡"]
    assert row_of(talk.card(network.hq_chat, "🔧"), "张伟")[1] == "T2"
    # What a store says itself, in a line or by a tap.
    talk.says(network.sz02_manager, "/capacity 25")
    talk.says(network.sz02_manager, "/tech set 张伟 周四全天")
    talk.passes(seconds=20)  # two boards that changed often share the chat's patience
    assert row_of(talk.card(network.hq_chat, "📊"), "深圳福田店")[1:4] == ["25/25", "100%", "🟡"]
    assert "周四全天" in talk.card(network.hq_chat, "🔧").plain


def test_many_changes_are_few_edits_and_the_last_state_stands(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.hq, "/board stock 前大灯-左", chat=network.hq_chat)
    board = talk.card(network.hq_chat, "📦 前大灯")
    talk.passes(minutes=1)
    for number in range(40):  # half a minute long
        states(talk, network, number + 10, network.sz01.id, network.sz02.id)
        talk.passes(seconds=0.75)
        talk.delivered()
    assert 5 <= edits(talk, board) <= 9
    talk.passes(seconds=10)
    assert row_of(talk.card(network.hq_chat, "📦 前大灯"), "深圳福田店")[1] == "49"
    talk.passes(minutes=2)
    before = edits(talk, board)
    states(talk, network, 7, network.sz02.id)  # calm again: at once
    talk.passes(seconds=5)
    assert edits(talk, board) == before + 1
    states(talk, network, 7, network.sz02.id)  # nothing new
    talk.passes(minutes=10)
    talk.sees_to_it()
    talk.passes(seconds=5)
    assert edits(talk, board) == before + 1
    talk.passes(hours=25)  # figures grow old by themselves
    assert "⌛" in talk.card(network.hq_chat, "📦 前大灯").plain


def test_a_board_is_ended_listed_posted_anew_and_goes_where_its_chat_goes(talk: Talk, network: SmallNetwork) -> None:
    chat = network.managers_chat
    talk.says(network.shenzhen_manager, "/board", chat=chat)
    assert "没有看板" in talk.last(chat).plain
    for words in ("/board 天气", "/board stock 不存在的零件"):
        talk.says(network.shenzhen_manager, words, chat=chat)
        assert "例如:/board" in talk.last(chat).plain
    talk.says(network.bangkok_manager, "/board capacity", chat=chat)
    assert "Your role" in talk.last(chat).plain
    for words in ("stock 前大灯-左", "stock 刹车片-前", "capacity"):
        talk.says(network.shenzhen_manager, f"/board {words} on", chat=chat)
    talk.says(network.shenzhen_manager, "/board tech 三电", chat=chat)
    assert "已有 3 个" in talk.last(chat).plain
    talk.says(network.shenzhen_manager, "/board off", chat=chat)
    talk.presses(network.shenzhen_manager, "停用 库存 BP-2001-F", chat=chat)
    talk.says(network.shenzhen_manager, "/board capacity off", chat=chat)
    ended = talk.card(chat, "产能")
    assert ended.message.pinned == "unpinned" and not ended.buttons
    talk.says(network.shenzhen_manager, "/board list", chat=chat)
    assert talk.last(chat).plain.count("•") == 1
    # Somebody deletes it: it is posted once more.
    board = talk.card(chat, "📦 前大灯")
    talk.happens(MESSAGE_DELETED, chat, message=board.delivered_as)
    talk.passes(seconds=10)
    again = talk.card(chat, "📦 前大灯")
    assert again.card_id == board.card_id and again.delivered_as != board.delivered_as
    # We are put out and let in again: what changed meanwhile is said then.
    talk.happens(BOT_REMOVED, chat)
    states(talk, network, 0, network.sz02.id, network.sz03.id)
    talk.passes(minutes=1)
    talk.happens(BOT_ADDED, chat)
    talk.passes(seconds=10)
    assert row_of(talk.card(chat, "📦 前大灯"), "深圳福田店")[1] == "无"
    # The group becomes a supergroup.
    talk.happens(CHAT_MOVED, chat, to="-100777")
    talk.passes(seconds=10)
    moved = Address(chat.platform, "-100777")
    assert row_of(talk.card(moved, "📦 前大灯"), "深圳福田店")[1] == "无"
    # Bound no more, it ends.
    talk.says(network.shenzhen_manager, "/unbind", chat=moved)
    with talk.database.transaction(writing=False) as session:
        assert all(one.ended_at and one.chat_id is None for one in session.exec(select(LiveBoard)) if one.what != "")
    mark = talk.mark()
    states(talk, network, 5, network.sz02.id)
    talk.passes(minutes=1)
    assert not talk.heard(after=mark)


def test_what_changes_while_a_board_is_looked_at_is_looked_at_again(
    postgres: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with postgres.transaction() as session:
        network = small_network(session)
    talk = Talk(postgres)
    talk.says(network.hq, "/board stock 前大灯-左", chat=network.hq_chat)
    talk.passes(seconds=10)
    states(talk, network, 8, network.sz02.id)
    talk.now += 2 * SECOND
    changed = threading.Thread(target=states, args=(talk, network, 9, network.sz02.id))
    with postgres.transaction() as session:  # one process looks …
        context = Context(session, talk.settings, talk.now)
        timer = queues.claim_next_timer(session, talk.now, talk.now)
        assert timer is not None and timer.name == "boards.look"
        look(context, session.exec(select(LiveBoard.id)).one())
        changed.start()  # … while another writes, and waits for it at its end
        end = time.monotonic() + PATIENCE
        while not waits_for_a_lock(postgres):
            assert changed.is_alive() and time.monotonic() < end
        context.flush(session)
    changed.join(10)
    talk.passes(seconds=5)
    assert row_of(talk.card(network.hq_chat, "📦 前大灯"), "深圳福田店")[1] == "9"
    with postgres.transaction(writing=False) as session:
        assert len(session.exec(select(Timer).where(Timer.name == "boards.look")).all()) == 1


# A storm, at the wire

CHATS, REGIONS, CHANGES = 50, 5, 1_000


class Stage:
    """Fifty groups with a board each, and a Bot API that keeps Telegram's limits, on one simulated clock."""

    def __init__(self, database: Database, wire: TelegramWire, clock: SimulatedClock) -> None:
        load()
        self.database, self.wire, self.clock, self.settings = database, wire, clock, Settings()
        telegram = Telegram(TOKEN, base_url=wire.url, clock=clock)
        self.app = App(database, self.settings, clock, [telegram], workers=Inline())
        self.telegram = telegram
        self.stores: list[int] = []
        self.parts: list[int] = []
        with database.transaction() as session:
            make = Factory(session)
            hq = make.person("何总", Role.HQ, account="")
            parts = [make.part(f"配件{number}") for number in range(3)]
            self.parts = [part.id for part in parts]
            for number in range(REGIONS):
                region, dealer = make.region(f"区域{number}"), make.dealer(f"经销商{number}")
                for _ in range(4):
                    store = make.store(region=region, dealer=dealer, daily_capacity=20)
                    self.stores.append(store.id)
                    for part in parts:
                        make.stock(part, store, 5)
                for _ in range(CHATS // REGIONS):
                    chat = make.chat(Purpose.MANAGERS, region)
                    wire.group(int(chat.chat), region.name)
                    self._begin(make, chat.id, hq, parts, len(self.stores) + chat.id)
            live.arm_all(session, MONDAY)

    def _begin(self, make: Factory, chat_id: int, hq: Person, parts: list[Part], number: int) -> None:
        facts = {"chat_id": chat_id, "begun_at": MONDAY, "begun_by": hq.id}
        if number % 2:
            part = parts[number % len(parts)]
            make.add(LiveBoard(**facts, board=Board.STOCK, part_id=part.id, what=part.part_no))
        else:
            make.add(LiveBoard(**facts, board=Board.CAPACITY))

    def changes(self, chance: random.Random, count: int) -> None:
        """Let so many figures change, each in a transaction of its own."""
        now = self.clock.now()
        for _ in range(count):
            with self.database.transaction() as session:
                context = Context(session, self.settings, now)
                said = {"store_id": chance.choice(self.stores), "stated_at": now, "stated_by": "test"}
                if chance.random() < 0.5:
                    level = {"part_id": chance.choice(self.parts), "quantity": chance.randrange(50)}
                    board_queries.put_stock_levels(session, [said | level])
                else:
                    day = {"day": now.date(), "daily_capacity": 20, "bookings": chance.randrange(30)}
                    board_queries.put_capacities(session, [said | day])
                context.flush(session)

    def ask(self, chat: str) -> datetime:
        """Say something urgent in a group; returns when."""
        with self.database.transaction() as session:
            context = Context(session, self.settings, self.clock.now())
            context.say(Address("telegram", chat), message("急!"), priority=Priority.URGENT)
            context.flush(session)
        return self.clock.now()


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[Stage]:
    clock = SimulatedClock(MONDAY)
    async with TelegramWire(clock=clock, limits=True) as wire:
        stage = Stage(database, wire, clock)
        yield stage
        await stage.app.close()
        await stage.telegram.close()
        assert wire.violations == []


async def test_a_thousand_changes_in_a_minute_keep_every_limit_and_leave_every_board_right(stage: Stage) -> None:
    chance = random.Random(11)
    await stage.app.advance(MONDAY + 10 * SECOND)
    assert len(stage.wire.calls_of("pinChatMessage")) == CHATS
    begun = stage.clock.now()
    asked: list[datetime] = []
    group = ""
    for step in range(60):
        stage.changes(chance, CHANGES // 60 + (step < CHANGES % 60))
        if step == 45:
            group = next(chat for chat in map(str, stage.wire.chats))
            asked.append(stage.ask(group))
        await stage.app.advance(begun + (step + 1) * SECOND)
    await stage.app.advance(begun + timedelta(seconds=80))
    assert [call for call in stage.wire.calls if call.status == 429] == []
    (said,) = [call for call in stage.wire.calls_of("sendMessage") if call.params["text"] == "急!"]
    assert said.at - asked[0] <= 3 * SECOND  # people come first
    edited = stage.wire.calls_of("editMessageText")
    assert CHATS * 5 <= len(edited) <= CHATS * 13
    with stage.database.transaction(writing=False) as session:
        assert session.exec(select(OutboxRow).where(col(OutboxRow.done_at).is_(None))).all() == []
        context = Context(session, stage.settings, stage.clock.now())
        for board in session.exec(select(LiveBoard)):
            chat = chat_queries.get_chat(session, board.chat_id or 0)
            card = session.exec(select(Card).where(Card.board_id == board.id)).one()
            right = render(context, board, chat, *notify.view_of(context, chat))
            assert stage.wire.shown[int(chat.chat), int(card.message)].text == right.plain.strip()
