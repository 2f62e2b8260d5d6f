"""A workbook sent into the chat: fetched, read in a process of its own, shown as a diff, written when confirmed."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot import workbook
from bot.app import App
from bot.clock import SimulatedClock
from bot.console import Console
from bot.threads import Inline
from handlers import dispatch
from handlers.chat import Address, Inbound, InboundKind, to_json
from handlers.context import Attached
from handlers.errors import BadInput
from handlers.load import load
from handlers.network.packing import pack, unpack
from handlers.network.sheets import Cell, as_sheet
from handlers.settings import Settings
from storage.database import Database
from storage.queries import queues, uploads
from storage.tables.boards import Capacity, Part, StockLevel, Technician
from storage.tables.uploads import Upload
from tests.factories import MONDAY, Factory, SmallNetwork, small_network
from tests.talk import Talk

load()

SETTINGS = Settings()


def book(**sheets: list[dict[str, Cell]]) -> bytes:
    return workbook.write_bytes([as_sheet(name, rows) for name, rows in sheets.items()])


def levels(database: Database, store: int) -> dict[str, int]:
    with database.transaction(writing=False) as session:
        rows = session.exec(select(Part.part_no, StockLevel).where(StockLevel.part_id == Part.id))
        return {part_no: level.quantity for part_no, level in rows if level.store_id == store}


class Chat:
    """The app with a console, on which SZ01's manager, SZ02's deputy and HQ are linked."""

    def __init__(self, database: Database, folder: Path) -> None:
        with database.transaction() as session:
            self.network = small_network(session)
            make = Factory(session)
            for person, user in ((self.network.sz01_manager, "张伟"), (self.network.sz02_deputy, "杨帆")):
                make.account(person, "console", user)
            make.account(self.network.hq, "console", "何总")
            make.account(self.network.sz01_technician, "console", "刘洋")
        self.database, self.folder, self.console = database, folder, Console()
        self.clock = SimulatedClock(MONDAY)
        self.app = App(database, SETTINGS, self.clock, [self.console], workers=Inline())

    async def sends(self, user: str, name: str, content: bytes, *, chat: str = "") -> str:
        """Send a file; return what is answered."""
        file = self.folder / name
        file.write_bytes(content)
        await self.console.send_file(user, file, chat=chat)
        await self.app.settle()
        return self.console.last(chat or user).text

    async def presses(self, user: str, label: str, *, on: str = "") -> str:
        """Press a button of what was said last; return what came of it."""
        shown = next(one for one in reversed(self.console.messages(on or user)) if one.buttons)
        reply = await self.console.press(user, shown, label)
        await self.app.settle()
        return reply.toast or self.console.last(on or user).text


@pytest.fixture
async def chat(database: Database, tmp_path: Path) -> Chat:
    chat = Chat(database, tmp_path)
    await chat.app.begin()
    return chat


async def test_a_workbook_sent_into_the_chat_is_shown_first_and_written_once_it_is_confirmed(chat: Chat) -> None:
    store = chat.network.sz01.id
    rows: list[dict[str, Cell]] = [
        {"备件号": "HL-1001-L", "备件名称": "别的叫法", "深圳南山店": 2},
        {"备件号": "BP-2001-F", "深圳南山店": "６"},
    ]
    sent = book(库存=rows, 技师=[{"门店": "SZ01", "姓名": "刘洋", "等级": "T2", "状态": "=1+1"}])
    before = levels(chat.database, store)
    shown = await chat.sends("张伟", "库存 2026.xlsx", sent)
    assert "HL-1001-L" in shown
    assert "0 → 2" in shown
    assert "别的叫法" not in shown  # how a part is called is the network's
    assert levels(chat.database, store) == before
    assert "确认" in str([button.label for button in chat.console.last("张伟").buttons])
    assert "已写入" in await chat.presses("张伟", "✅ 确认写入")
    assert levels(chat.database, store) == {**before, "HL-1001-L": 2}
    with chat.database.transaction(writing=False) as session:
        assert session.exec(select(Technician.status)).one() == "=1+1"  # a formula is a text to us
        level = session.exec(select(StockLevel).where(StockLevel.store_id == store)).first()
        assert level is not None and level.stated_by == "sheet:张伟"
        assert session.exec(select(Upload.packed)).all() == [""]  # nothing is kept of it
    # A second press, and the same file again, change nothing.
    assert "已经处理过" in await chat.presses("张伟", "✅ 确认写入")
    assert "没有变化" in await chat.sends("张伟", "again.xlsx", sent)
    assert not chat.console.last("张伟").buttons


async def test_only_rows_of_the_own_store_are_taken_and_every_bad_row_is_named(chat: Chat) -> None:
    other = chat.network.sz02.id
    before = levels(chat.database, other)
    csv = "备件号,深圳南山店,SZ02\nHL-1001-L,1e9,3\nBP-2001-F,-1,\nNEW-1,3,\nBP-2001-F,2,\n".encode("gb18030")
    said = await chat.sends("张伟", "库存.csv", csv)
    for words in ("SZ02", "第 2 行", "1e9", "第 3 行", "-1", "NEW-1", "第 5 行", "重复"):
        assert words in said, words
    assert not chat.console.last("张伟").buttons
    # Other stores' rows are refused whatever they say, so that nothing can be guessed of them.
    said = await chat.sends("张伟", "产能.csv", "门店,日产能,今日预约\nSZ02,30,1\nSZ01,30,32\n".encode())
    assert "不是您的门店" in said and "第 2 行" in said
    assert "总部维护" in await chat.sends("张伟", "all.xlsx", book(stores=[{"code": "SZ01", "name": "我的店"}]))
    assert levels(chat.database, other) == before
    # HQ may speak of all of them.
    assert "4 → 9" in await chat.sends("何总", "x.csv", b"part_no;SZ03\nHL-1001-L;9\n")
    assert "已写入" in await chat.presses("何总", "✅ 确认写入")
    assert levels(chat.database, chat.network.sz03.id)["HL-1001-L"] == 9


async def test_who_has_no_say_is_refused_before_anything_is_fetched(chat: Chat) -> None:
    sent = book(capacity=[{"store": "SZ01", "daily_capacity": 30, "bookings": 12}])
    assert "您的角色不能" in await chat.sends("刘洋", "产能.xlsx", sent)
    assert "不认识" in await chat.sends("陌生人", "产能.xlsx", sent)
    with chat.database.transaction(writing=False) as session:
        assert session.exec(select(Upload)).all() == []
    # In a group only who sent it sees the diff, and nobody else can confirm it.
    await chat.sends("张伟", "产能.xlsx", sent, chat="店长群")
    assert chat.console.last("店长群").only_for == "张伟"
    assert "不是您发的" in await chat.presses("杨帆", "✅ 确认写入", on="店长群")
    await chat.presses("张伟", "✅ 确认写入", on="店长群")
    with chat.database.transaction(writing=False) as session:
        assert session.exec(select(Capacity.bookings)).all() == [12]


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    return buffer.getvalue()


async def test_a_file_nobody_should_open_is_refused_in_one_sentence(chat: Chat) -> None:
    assert "不是 Excel" in await chat.sends("张伟", "网络.xlsx", b"MZ\x90\x00 this is a program")
    assert "大得不正常" in await chat.sends("张伟", "bomb.xlsx", bomb())
    assert "太大" in await chat.sends("张伟", "big.xlsx", b"0" * 20_000_001)  # by its declared size
    gone = Inbound(
        "console:gone", InboundKind.TEXT, Address("console", "张伟"), user="张伟", private=True, addressed=True,
        values={"file": "/nowhere/库存.xlsx", "file_name": "库存.xlsx"},
    )  # fmt: skip
    await chat.console.hand_over(gone)
    await chat.app.settle()
    assert "没有取到" in chat.console.last("张伟").text
    await chat.console.say("张伟", "/import")
    await chat.app.settle()
    assert "直接发给我" in chat.console.last("张伟").text


def test_a_file_waits_a_day_and_is_planned_anew_when_it_is_confirmed(any_database: Database) -> None:
    with any_database.transaction() as session:
        network = small_network(session)
    talk = Talk(any_database)
    packed = pack([as_sheet("stock", [{"part_no": "HL-1001-L", "SZ01": 5}])])

    def sends(number: int) -> None:
        _sends(talk, network, packed, f"telegram:file-{number}")

    sends(1)
    sends(1)  # worked again after a crash: it is the same file
    with any_database.transaction() as session:
        assert len(session.exec(select(Upload)).all()) == 1
    sends(2)
    talk.presses(network.sz01_manager, "network.write")
    assert levels(any_database, network.sz01.id)["HL-1001-L"] == 5
    talk.presses(network.sz01_manager, "network.write", on=talk.heard(network.sz01_manager)[0])
    assert "没有变化" in talk.last(network.sz01_manager).plain
    sends(3)
    talk.presses(network.sz01_manager, "network.drop")
    talk.presses(network.sz01_manager, "network.write")
    assert "已经处理过" in talk.reply.toast
    talk.passes(days=1, hours=1)
    with any_database.transaction(writing=False) as session:
        assert session.exec(select(Upload)).all() == []


def _sends(talk: Talk, network: SmallNetwork, packed: str, source: str) -> None:
    """Let a file come whose sheets were read already, as the inbox lets it come."""
    place = talk.address(network.sz01_manager)
    user = talk.account_on(network.sz01_manager, place.platform)
    inbound = Inbound(
        source, InboundKind.TEXT, place, user=user, private=True, addressed=True,
        values={"file": "F1", "file_name": "库存.xlsx"},
    )  # fmt: skip
    with talk.database.transaction() as session:
        row_id = queues.add_inbound(
            session, source=source, platform=place.platform, chat=place.chat, payload=to_json(inbound), now=talk.now
        )
        upload = uploads.add_upload(
            session, source=source, person_id=network.sz01_manager.id, name="库存.xlsx", packed=packed, now=talk.now
        )
    if row_id is None:
        return
    database, settings = talk.database, talk.settings
    assert dispatch.wants_file(database, settings, row_id, inbound, talk.now)
    looked = dispatch.look(database, settings, row_id, inbound, talk.now, Attached(upload))
    dispatch.answer(database, settings, row_id, inbound, talk.now, looked)


def test_a_csv_is_read_as_people_save_it() -> None:
    for content in (
        "备件号,SZ01\nA,3\n".encode("utf-8-sig"),
        "备件号;SZ01\nA;3\n".encode("gb18030"),
        "备件号\tSZ01\nA\t3".encode(),
    ):
        (sheet,) = workbook.read_sent("C:\\Users\\x\\库存.csv", content)
        assert (sheet.name, [row.cells for row in sheet.rows]) == ("库存", [("备件号", "SZ01"), ("A", "3")])


@pytest.mark.parametrize("content", [b"a\0b", b'part_no,SZ01\n"A,3\n', b"\xff\xfe\xff"])
def test_what_is_no_csv_is_refused(content: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        workbook.read_sent("x.csv", content)
    assert refused.value.key == "network.file_not_csv"


def test_sheets_come_back_as_they_were_packed() -> None:
    cells: dict[str, Cell] = {
        "a": "=1+1", "b": 3, "c": 3.5, "d": True, "e": None, "f": date(2026, 3, 2), "g": time(8, 30),
        "h": timedelta(hours=8), "i": datetime.fromisoformat("2026-03-02T08:00"), "j": "前大灯 🚗",
    }  # fmt: skip
    sheets = [as_sheet("库存", [cells]), as_sheet("空", [])]
    assert unpack(pack(sheets)) == sheets
