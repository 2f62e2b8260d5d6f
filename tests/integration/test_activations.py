"""Dead stock: what lies still is listed and suggested, one tap offers it, what has arrived earns ten points once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from handlers.network.commands import import_sheets
from handlers.network.sheets import as_sheet
from handlers.settings import Settings
from storage.database import Database
from storage.queries import requests as request_queries
from storage.queries import stock as stock_queries
from storage.tables.boards import DeadStockWeek, StockLevel
from storage.tables.ledger import MoneyEntry, PointsEntry
from storage.tables.people import Store
from storage.tables.requests import Request, State, Step
from tests.factories import MONDAY, SmallNetwork, small_network
from tests.talk import Talk

NEVER = timedelta(days=3650)  # between looks at what is periodic: each sets its next timer itself
SUGGESTED = MONDAY + timedelta(days=7, minutes=-30)  # the next Monday, 09:30 in Shenzhen


@dataclass
class Desk:
    talk: Talk
    network: SmallNetwork

    def request(self, number: int = 1) -> Request:
        with self.talk.database.transaction(writing=False) as session:
            return session.exec(select(Request).where(Request.kind == "activation", Request.number == number)).one()

    def pads(self) -> dict[str, int]:
        with self.talk.database.transaction(writing=False) as session:
            part = self.network.brake_pad.id
            stores = (self.network.sz01, self.network.sz02, self.network.sz03)
            return {store.code: stock_queries.count_stock(session, store.id, part) for store in stores}

    def level(self) -> StockLevel:
        with self.talk.database.transaction(writing=False) as session:
            found = stock_queries.find_stock_level(session, self.network.sz01.id, self.network.brake_pad.id)
            assert found is not None
            return found

    def points(self) -> list[tuple[int, int]]:
        with self.talk.database.transaction(writing=False) as session:
            return [(row.store_id, row.points) for row in session.exec(select(PointsEntry))]

    def lies_still(self, days: int) -> None:
        """Let SZ01's brake pads have lain there for so long, and SZ03 have asked for two of them."""
        with self.talk.database.transaction() as session:
            level = stock_queries.find_stock_level(session, self.network.sz01.id, self.network.brake_pad.id)
            assert level is not None
            level.moved_at = level.counted_at = MONDAY - timedelta(days=days)
        self.talk.says(self.network.sz03_manager, "/transfer 刹车片-前 x2 today 客户在等")
        self.talk.delivered()
        self.talk.presses(self.network.sz03_manager, "撤回")
        self.talk.delivered()


@pytest.fixture
def desk(any_database: Database) -> Desk:
    with any_database.transaction() as session:
        network = small_network(session)
    return Desk(Talk(any_database), network)


def test_what_lies_dead_is_suggested_on_monday_and_one_tap_moves_it_once_for_ten_points(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    giver, taker = network.sz01_manager, network.sz03_manager
    desk.lies_still(84)  # ninety days on Sunday
    talk.says(giver, "/dead")
    assert "没有呆滞库存" in talk.last(giver).plain
    talk.sees_to_it()
    talk.passes(until=SUGGESTED - timedelta(seconds=1), tick=NEVER)
    assert not [said for said in talk.heard() if "💤" in said.plain]
    talk.passes(seconds=1, tick=NEVER)
    said = talk.last_heard(giver, "💤").plain
    assert "刹车片-前 ×6:90 天没动" in said
    assert "→ 深圳龙岗店 ×2:30 天内缺过 1 次" in said
    told = {one.person_id for one in talk.heard() if "💤" in one.plain}
    assert told == {giver.id, network.sz01_deputy.id}
    with talk.database.transaction(writing=False) as session:
        weeks = {row.store_id: row for row in session.exec(select(DeadStockWeek))}
    assert {store: week.pieces for store, week in weeks.items() if week.pieces} == {network.sz01.id: 6}
    assert weeks[network.sz01.id].week == date(2026, 3, 9)

    talk.presses(giver, "给 深圳龙岗店:刹车片-前 ×2")
    assert (desk.request().store_id, desk.request().state) == (network.sz01.id, State.ASKING)
    assert "K-0001 已发起,正在问 深圳龙岗店" in talk.last(giver).plain
    assert "K-0001" in talk.presses(giver, "给 深圳龙岗店:刹车片-前 ×2").toast  # an impatient thumb
    talk.delivered()
    card = talk.card(network.managers_chat, "K-0001").plain
    assert "呆滞件外调" in card
    assert "呆滞盘活:90 天没动过" in card
    talk.presses(taker, "可以")
    talk.delivered()
    assert "同意接收,请安排发货" in talk.last_heard(giver, "✅ K-0001").plain
    with talk.database.transaction(writing=False) as session:  # what is promised is the giver's, and is not given twice
        carried = request_queries.count_carried(session, network.brake_pad.id, [network.sz01.id, network.sz03.id])
    assert (carried[network.sz01.id], carried[network.sz03.id]) == ((1, 2), (0, 0))
    talk.says(giver, "/my")
    assert "K-0001" in talk.last(giver).plain
    talk.says(taker, "/my")
    assert "K-0001" in talk.last(taker).plain

    talk.says(giver, "已发出 顺丰 SF123456")
    talk.delivered()
    assert "已发出,收到后请按「已收到」" in talk.last_heard(taker, "🚚 K-0001").plain
    assert desk.pads() == {"SZ01": 6, "SZ02": 1, "SZ03": 0}
    talk.says(taker, "收到")  # about the goods: the receipt is offered
    talk.delivered()
    talk.presses(taker, "已收到 ×2")
    assert desk.pads() == {"SZ01": 4, "SZ02": 1, "SZ03": 2}
    assert desk.points() == [(network.sz01.id, 10)]
    assert "盘活完成" in talk.last_heard(giver, "📦 K-0001").plain
    assert "/freight K-0001" in talk.last_heard(giver, "📋 K-0001").plain
    talk.says(taker, "已收到")
    assert desk.pads()["SZ03"] == 2
    talk.says(giver, "/freight K-0001 50 SF123456")
    assert desk.request().state is State.RECORDED
    with talk.database.transaction(writing=False) as session:
        paid = [(row.payer, row.rule, row.amount) for row in session.exec(select(MoneyEntry))]
    assert paid == [("hq", "cost.freight", 5000)]
    assert "情况变了" in talk.presses(giver, "给 深圳龙岗店:刹车片-前 ×2", on="💤").toast
    assert not [timer for timer in talk.pending() if timer.request_id is not None]
    talk.passes(days=7, tick=NEVER)  # moved on Monday: nothing lies dead any more
    assert len([one for one in talk.heard(giver) if "💤" in one.plain]) == 1
    assert "1 单 2 件" in talk.last_heard(network.managers_chat, "盘活").plain
    assert (
        "K-0001 刹车片-前 ×2:深圳南山店 帮 深圳龙岗店" in talk.last_heard(network.managers_chat, "K-0001 刹车片").plain
    )

    talk.says(network.hq, "/reverse P-1 数错了")
    talk.says(network.hq, "/reverse P-1 数错了")
    assert desk.points() == [(network.sz01.id, 10), (network.sz01.id, -10)]


def test_by_hand_a_store_is_named_asked_first_and_the_next_one_after_a_refusal(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    giver = network.sz01_manager
    for words, wrong in (
        ("/activate 刹车片-前 x2", "附近没有门店缺 刹车片-前"),
        ("/activate 刹车片-前 x7 SZ02", "可给的只有 6 件"),
        ("/activate 前大灯-左 x1 SZ02", "没有可给的 前大灯-左"),
        ("/activate 刹车片-前 x2 SZ01", "这是本店"),
        ("/activate 方向盘套 x2 SZ02", "没找到配件「方向盘套」"),
        ("/activate 刹车片-前 x99999 SZ02", "数量"),
        ("/dead SZ02", "只能看本店"),
    ):
        talk.says(giver, words)
        assert wrong in talk.last(giver).plain, words
    talk.says(network.hq, "/activate 刹车片-前 x2 SZ02")
    desk.lies_still(100)
    talk.says(giver, "/dead")
    assert "深圳南山店 呆滞库存:1 种 6 件" in talk.last(giver).plain
    talk.says(network.hq, "/dead SZ01")
    assert "100 天没动" in talk.last(network.hq).plain
    assert talk.last(network.hq).buttons == ()
    talk.says(network.shenzhen_manager, "/dead SZ01")  # a region of several dealers: their figures are theirs
    assert "只能看本店" in talk.last(network.shenzhen_manager).plain
    talk.says(giver, "/activate SZ02 刹车片-前")  # no quantity: asked for
    talk.says(giver, "/activate 刹车片-前 深圳福田店")
    talk.says(giver, "3")
    talk.delivered()
    with talk.database.transaction(writing=False) as session:
        assert [ask.store_id for ask in request_queries.list_asks(session, desk.request().id)] == [network.sz02.id]
    assert "对方选定" in talk.card(network.sz02_manager, "K-0001").plain
    talk.presses(network.sz02_manager, "不行")
    talk.delivered()
    talk.presses(network.sz02_manager, "用不上")
    with talk.database.transaction(writing=False) as session:  # SZ03 has asked for some
        asked = request_queries.list_asks(session, desk.request().id)
    assert [ask.store_id for ask in asked] == [network.sz02.id, network.sz03.id]
    assert asked[0].refusal == "no_need"
    talk.delivered()
    talk.says(network.sz03_manager, "可以 2个")
    assert desk.request().state is State.ACCEPTED

    talk.passes(days=2, tick=NEVER)  # nobody ships: it stands against who asked, and gives
    with talk.database.transaction(writing=False) as session:
        late = session.exec(select(Step).where(col(Step.breached_at).is_not(None), Step.name == "ship")).one()
    assert late.store_id == network.sz01.id
    talk.presses(network.sz01_manager, "已发出")
    with talk.database.transaction() as session:  # who receives is of another region
        session.get_one(Store, network.sz03.id).region_id = network.bangkok.id
    talk.passes(days=4, tick=NEVER)
    with talk.database.transaction(writing=False) as session:
        blamed = {step.name: step.store_id for step in session.exec(select(Step)) if step.breached_at}
    assert blamed["deliver"] == network.sz01.id
    assert blamed["receive"] == network.sz03.id
    talk.delivered()
    told = talk.last_heard(network.bangkok_manager, "K-0001")
    token = next(button.token for button in told.buttons if button.action == "transfer.received")
    talk.presses_token(network.shenzhen_manager, token)  # the giver's region does not say what has arrived elsewhere
    assert desk.pads()["SZ03"] == 0
    talk.presses_token(network.bangkok_manager, token)  # the region told confirms what nobody confirmed
    assert desk.pads() == {"SZ01": 4, "SZ02": 1, "SZ03": 2}
    assert desk.points() == [(network.sz01.id, 10)]


def test_a_table_said_again_is_no_movement_and_what_is_used_is_counted(desk: Desk) -> None:
    talk, network = desk.talk, desk.network

    def says_table(quantity: int, days: int) -> None:
        sheet = as_sheet("库存", [{"备件号": network.brake_pad.part_no, "SZ01": quantity}])
        with talk.database.transaction() as session:
            plan = import_sheets(session, [sheet], Settings(), MONDAY + timedelta(days=days), by="test")
            assert not plan.problems

    priced = as_sheet("库存", [{"备件号": network.brake_pad.part_no, "单价": "1,200.50", "SZ01": 6}])
    with talk.database.transaction() as session:
        assert not import_sheets(session, [priced], Settings(), MONDAY, by="test").problems
        assert import_sheets(session, [priced], Settings(), MONDAY, by="test").changes_nothing
    says_table(6, 50)
    assert (desk.level().stated_at, desk.level().moved_at) == (MONDAY + timedelta(days=50), MONDAY)
    says_table(5, 60)
    says_table(9, 70)
    level = desk.level()
    assert (level.moved_at, level.used, level.counted_at) == (MONDAY + timedelta(days=70), 1, MONDAY)
    says_table(40, 100)  # one used in a hundred days, forty there: far too many, once another is short of it
    talk = Talk(talk.database, now=MONDAY + timedelta(days=100))
    talk.says(network.sz01_manager, "/dead")
    assert "没有呆滞库存" in talk.last(network.sz01_manager).plain
    talk.says(network.sz03_manager, "/transfer 刹车片-前 x2 today 客户在等")
    talk.says(network.sz01_manager, "/dead")
    said = talk.last(network.sz01_manager).plain
    assert "呆滞库存:1 种 38 件,值 ¥45,619" in said
    assert "刹车片-前 ×38:够用 4000 天,值 ¥45,619" in said
    assert "→ 深圳龙岗店 ×2" in said


def test_a_practised_activation_moves_nothing_and_earns_nothing(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    giver = network.sz01_manager
    talk.says(giver, "/practice on")
    talk.says(giver, "/activate 刹车片-前 x2 SZ02")
    talk.delivered()
    for choice in ("可以", "已发出", "已收到 ×2"):
        talk.presses(giver, choice)
        talk.delivered()
    assert desk.request().state is State.RECEIVED
    assert (desk.pads()["SZ01"], desk.points()) == (6, [])
    assert not [said for said in talk.heard() if "K-0001" in said.plain and said.person_id != giver.id]
