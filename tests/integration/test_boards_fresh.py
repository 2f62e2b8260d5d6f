"""Keeping the boards fresh and right: short lines, taps, reminders, spot checks, and what `/fresh` shows."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from handlers.boards import freshness
from handlers.settings import Boards, Rules, Settings
from storage.database import Database
from storage.queries import freshness as queries
from storage.queries.diversions import take_bay
from storage.tables.boards import Capacity, StockLevel, Technician
from storage.tables.freshness import Refresh, SpotCheck
from storage.tables.people import Store
from tests.factories import MONDAY, Factory, SmallNetwork, small_network
from tests.talk import Talk

TUESDAY = datetime(2026, 3, 3, tzinfo=ZoneInfo("Asia/Shanghai"))
OPENING = TUESDAY.replace(hour=8, minute=30)
UNCHECKED = Settings(boards=Boards(spot_checks=0))


@pytest.fixture
def network(any_database: Database) -> SmallNetwork:
    """Give the small network; SZ01 has a technician on the map and a day of bookings as well."""
    with any_database.transaction() as session:
        network = small_network(session)
        make = Factory(session)
        make.add(Technician(store_id=network.sz01.id, name="刘洋", level="T2", stated_at=MONDAY))
        make.add(_day(network.sz01, date(2026, 3, 2), 20))
    return network


def _day(store: Store, day: date, bookings: int) -> Capacity:
    return Capacity(store_id=store.id, day=day, daily_capacity=25, bookings=bookings, stated_at=MONDAY, stated_by="x")


def quantity(talk: Talk, store: Store, part: int) -> int:
    with talk.database.transaction(writing=False) as session:
        found = session.exec(select(StockLevel).where(StockLevel.store_id == store.id, StockLevel.part_id == part))
        return found.one().quantity


def met(talk: Talk, store: Store, day: date) -> dict[str, bool | None]:
    with talk.database.transaction(writing=False) as session:
        rows = session.exec(select(Refresh).where(Refresh.store_id == store.id, Refresh.day == day))
        return {row.board: row.met for row in rows}


def test_a_short_line_says_a_figure_of_the_own_store_anew(any_database: Database, network: SmallNetwork) -> None:
    talk, manager = Talk(any_database, UNCHECKED), network.sz01_manager
    talk.says(manager, "/stock set 前大灯-左 3")
    assert "前大灯-左 0 → 3" in talk.last(manager).plain
    talk.says(manager, "/库存 设 HL-1001-L x4, 前刹车片:7")
    assert quantity(talk, network.sz01, network.headlamp.id) == 4
    assert quantity(talk, network.sz01, network.brake_pad.id) == 7
    assert quantity(talk, network.sz02, network.headlamp.id) == 3  # nobody else's
    talk.says(manager, "/stock set 大灯 5")  # not named in full: which one is asked, and a tap says it
    assert quantity(talk, network.sz01, network.headlamp.id) == 4
    talk.presses(manager, "boards.set_stock")
    assert quantity(talk, network.sz01, network.headlamp.id) == 5
    for words, why in (
        ("/stock set", "例如"),
        ("/stock set 前大灯-左", "看不懂"),
        ("/stock set 前大灯-左 -3", "看不懂"),
        ("/stock set 前大灯-左 1000000", "99999"),
        ("/stock set 火箭发动机喷管 3", "没有"),
        ("/stock set 前大灯-左 9; 火箭发动机喷管 3", "没有"),  # all of it, or none
        ("/capacity 很多", "例如"),
        ("/tech set 刘洋", "例如"),
        ("/tech set 张三 周三上午", "刘洋"),
    ):
        talk.says(manager, words)
        assert why in talk.last(manager).plain, words
    assert quantity(talk, network.sz01, network.headlamp.id) == 5
    talk.says(network.hq, "/stock set 前大灯-左 3")
    assert "自己门店" in talk.last(network.hq).plain
    talk.says(manager, "/stock 前大灯-左")  # without it, it asks as ever
    assert "深圳福田店" in talk.last(manager).plain

    talk.says(manager, "/capacity 32/30")
    assert "🔴" in talk.last(manager).plain and "107 %" in talk.last(manager).plain
    talk.says(manager, "/产能 20")
    assert "20/30" in talk.last(manager).plain
    talk.says(manager, "/tech set 刘洋 周三上午")
    talk.says(network.sz01_technician, "/tech set 刘洋 请假")
    with any_database.transaction(writing=False) as session:
        technician = session.exec(select(Technician)).one()
        assert (technician.windows, technician.status, technician.stated_by) == ("周三上午", "请假", "chat:刘洋")


def test_what_is_due_is_reminded_of_at_opening_in_one_message_and_one_tap_says_all_of_it(
    any_database: Database, network: SmallNetwork
) -> None:
    talk, manager = Talk(any_database, UNCHECKED), network.sz01_manager
    talk.passes(until=OPENING - timedelta(seconds=1))
    before = talk.mark()
    talk.passes(until=OPENING)
    (told,) = talk.heard(manager, after=before)
    assert "库存 2 项" in told.plain and "今日预约" in told.plain
    assert "技师" not in told.plain.split("有变化")[0]  # they are said weekly
    assert not talk.heard(network.sz01_deputy, after=before)  # one person of a store hears it
    assert "产能" not in talk.last(network.sz03_manager).plain  # a board that a store has not is not asked for
    talk.presses(manager, "+1 预约", on=told)
    assert "21/25" in talk.reply.toast
    talk.presses(manager, "−1", on=told)
    talk.presses(manager, "boards.same", on=told)
    assert "库存 2" in talk.last(manager).plain
    talk.presses(manager, "boards.same", on=told)
    assert "已经更新过" in talk.reply.toast
    mark = talk.mark()
    talk.presses(network.sz02_manager, "boards.same")  # with nothing but stock
    talk.passes(until=OPENING + timedelta(hours=4))
    assert met(talk, network.sz01, TUESDAY.date()) == {"stock": True, "capacity": True}
    assert met(talk, network.sz02, TUESDAY.date()) == {"stock": True}
    assert met(talk, network.sz03, TUESDAY.date()) == {"stock": False}
    # Four hours later the region hears of who has not, in one message.
    (missed,) = [one for one in talk.heard(network.shenzhen_manager, after=mark) if "还没更新" in one.plain]
    assert "深圳龙岗店" in missed.plain and "深圳南山店" not in missed.plain
    assert "BK" not in missed.plain
    # On Monday the technicians are due as well; what was said in the night is not asked for again.
    talk.passes(until=OPENING + timedelta(days=5, hours=23, minutes=50))
    talk.says(manager, "/stock set 前大灯-左 1; 刹车片-前 6")
    mark = talk.mark()
    talk.passes(until=OPENING + timedelta(days=6))
    (told,) = talk.heard(manager, after=mark)
    assert "技师 1 位" in told.plain and "库存" not in told.plain.split("有变化")[0]


def test_a_form_takes_what_has_changed_or_nothing(any_database: Database, network: SmallNetwork) -> None:
    talk, manager = Talk(any_database, UNCHECKED), network.sz01_manager
    talk.passes(until=OPENING)
    talk.presses(manager, "boards.form", can_form=True)
    form = talk.reply.form
    assert form is not None
    assert "HL-1001-L 0" in next(field.value for field in form.fields if field.name == "stock")
    talk.sends_form(manager, {"stock": "HL-1001-L 2\n什么 3", "bookings": "18"}, form=form)
    assert "没有" in talk.reply.errors["stock"]
    assert quantity(talk, network.sz01, network.headlamp.id) == 0
    talk.sends_form(manager, {"stock": "HL-1001-L 2", "bookings": "18", "technicians": "刘洋:周四全天"}, form=form)
    assert quantity(talk, network.sz01, network.headlamp.id) == 2
    with any_database.transaction(writing=False) as session:
        assert session.exec(select(Technician.windows)).one() == "周四全天"
        last = queries.find_last_capacity(session, network.sz01.id, TUESDAY.date())
        assert last is not None and (last.bookings, last.day) == (18, TUESDAY.date())
    # Without forms one question comes after the other, and another store's button is nobody else's.
    talk.presses(manager, "boards.form")
    assert "今日预约" in talk.last(manager).plain
    told = talk.last_heard(manager, "今天要更新")
    token = next(button.token for button in told.buttons if button.action == "boards.same")
    talk.presses_token(network.sz02_deputy, token)
    assert "自己门店" in talk.reply.toast
    # A bay that the bot took overnight says nothing of the day: what people said last stands, and no bay is lost.
    for days, taken, stands in ((1, 1, 18), (2, 19, 19)):
        day = TUESDAY.date() + timedelta(days=days)
        with any_database.transaction() as session:
            for _ in range(taken):
                places = {"taker": (network.sz01.id, day), "giver": (network.sz02.id, day)}
                take_bay(session, **places, usual=30, now=talk.now)
        talk.passes(until=OPENING + timedelta(days=days))
        talk.presses(manager, "boards.form", can_form=True)
        form = talk.reply.form
        assert form is not None and not next(field.value for field in form.fields if field.name == "bookings")
        talk.presses(manager, "boards.same")
        assert "产能 1" in talk.last(manager).plain
        with any_database.transaction(writing=False) as session:
            last = queries.find_last_capacity(session, network.sz01.id, day)
            assert last is not None and (last.bookings, last.daily_capacity, last.day) == (stands, 25, day)


def test_a_stale_figure_comes_last_says_so_and_is_not_asked_by_itself(
    any_database: Database, network: SmallNetwork
) -> None:
    talk = Talk(any_database, UNCHECKED, now=MONDAY)
    with any_database.transaction() as session:
        for level in session.exec(select(StockLevel).where(StockLevel.store_id == network.sz02.id)):
            level.stated_at = MONDAY - timedelta(hours=24, seconds=1)
    # Where nobody can be asked, for all figures are stale, nothing is urgent by the rules.
    with any_database.transaction() as session:
        elsewhere = select(StockLevel).where(StockLevel.store_id == network.sz03.id)
        for level in session.exec(elsewhere):
            level.stated_at = MONDAY - timedelta(hours=24, seconds=1)
    talk.says(network.sz01_manager, "/transfer 前大灯-左 x1 urgent 客户在等")
    assert "附近门店都没有" in talk.last(network.sz01_manager).plain
    assert not talk.heard(network.sz03_manager)
    with any_database.transaction() as session:
        for level in session.exec(elsewhere):
            level.stated_at = MONDAY
    talk.says(network.sz01_manager, "/transfer 前大灯-左 x1 urgent 客户在等")
    assert "深圳南山店 → 深圳龙岗店" in talk.card(network.sz03_manager).plain  # SZ02 is nearer
    explained = talk.last(network.sz01_manager).plain
    assert explained.index("深圳龙岗店") < explained.index("过期")
    talk.presses(network.sz03_manager, "request.refuse")
    talk.presses(network.sz03_manager, "已预订")
    talk.passes(seconds=1)
    assert not talk.heard(network.sz02_manager)
    assert "台账已过期" in talk.card(network.managers_chat).plain
    assert "前大灯-左" in talk.last(network.shenzhen_manager).plain  # who can assign it all the same
    for board, period in (("stock", 1), ("technicians", 7), ("capacity", 0.5)):
        then = MONDAY - timedelta(days=period)
        assert not freshness.is_stale(board, then, MONDAY, Rules())  # type: ignore[arg-type]
        assert freshness.is_stale(board, then - timedelta(seconds=1), MONDAY, Rules())  # type: ignore[arg-type]


def test_spot_checks_and_refusals_make_the_months_accuracy_and_fresh_shows_it(
    any_database: Database, network: SmallNetwork
) -> None:
    talk = Talk(any_database, Settings(boards=Boards(spot_checks=1)))
    with any_database.transaction() as session:
        session.add(Refresh(store_id=network.sz02.id, board="stock", day=date(2026, 3, 1), due_at=MONDAY, met=True))
    # A refusal for want of stock is against the table, one for another reason says nothing of it.
    talk.says(network.sz01_manager, "/transfer 前大灯-左 x1 urgent 客户在等")
    talk.presses(network.sz02_manager, "request.refuse")
    talk.presses(network.sz02_manager, "库存不足")
    talk.presses(network.sz03_manager, "request.refuse")
    talk.presses(network.sz03_manager, "人手不足")
    talk.passes(until=OPENING)
    talk.presses(network.sz02_manager, "boards.same")
    talk.passes(until=OPENING + timedelta(hours=4))
    with any_database.transaction(writing=False) as session:
        asked = {check.store_id: check for check in session.exec(select(SpotCheck))}
    # Only figures that a store stands by are put to the test, and the day's lot says which.
    assert set(asked) == {network.sz02.id}
    said = talk.last_heard(network.sz02_manager, "抽查")
    talk.presses(network.sz02_manager, f"✓ 对,{asked[network.sz02.id].said} 个", on=said)
    assert "与台账一致" in talk.last(network.sz02_manager).plain
    talk.presses(network.sz02_manager, "0", on=said)
    assert "已经回答过" in talk.reply.toast
    talk.says(network.sz02_manager, "/fresh")
    own = talk.last(network.sz02_manager).plain
    assert "准确 50.0 % ❌(1/2)" in own
    assert "及时 100.0 % ✅(2/2)" in own
    assert "深圳南山店" not in own
    # The next day another number is found: the table says so from then on.
    talk.passes(until=OPENING + timedelta(days=1))
    talk.presses(network.sz02_manager, "boards.same")
    talk.passes(until=OPENING + timedelta(days=1, hours=4))
    said = talk.last_heard(network.sz02_manager, "抽查")
    talk.presses(network.sz02_manager, "boards.check_other", on=said, can_form=True)
    talk.sends_form(network.sz02_manager, {"count": "很多"})
    assert talk.reply.errors
    talk.presses(network.sz02_manager, "boards.check_other", on=said, can_form=True)
    talk.sends_form(network.sz02_manager, {"count": "12"})
    assert "已改为 12" in talk.last(network.sz02_manager).plain
    with any_database.transaction(writing=False) as session:
        part = session.exec(select(SpotCheck).where(SpotCheck.found == 12)).one().part_id
    assert quantity(talk, network.sz02, part) == 12
    talk.says(network.shenzhen_manager, "/fresh 2026-03")
    region = talk.last(network.shenzhen_manager).plain
    assert "准确 33.3 % ❌(1/3)" in region and "深圳龙岗店" in region and "曼谷" not in region
    talk.says(network.hq, "/fresh")
    assert "曼谷素坤逸店" in talk.last(network.hq).plain
    talk.says(network.hq, "/fresh 三月")
    assert "例如" in talk.last(network.hq).plain


def test_over_ninety_five_per_cent_is_more_than_ninety_five() -> None:
    assert not freshness.passes(freshness.share(95, 100) or 0, 95)
    assert freshness.passes(freshness.share(951, 1000) or 0, 95)
    assert freshness.share(0, 0) is None
    days = [date(2026, 3, 1) + timedelta(days=number) for number in range(700)]
    drawn = [day for day in days if freshness.is_drawn(7, day, 7)]
    assert 60 < len(drawn) < 140  # about one day in seven
    assert drawn == [day for day in days if freshness.is_drawn(7, day, 7)]  # whoever asks
    assert len({freshness.draw(7, day, 10) for day in drawn}) == 10
    assert not any(freshness.is_drawn(7, day, 0) for day in days)
