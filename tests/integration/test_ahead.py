"""The days ahead: a store that will be too full is told once, when it can hear it, and sends customers by one tap."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

from sqlmodel import select

from handlers import dispatch
from handlers.network.commands import import_sheets
from handlers.network.sample import as_sheet
from handlers.settings import Diverting, Rules, Settings
from storage.database import Database
from storage.tables.boards import Capacity
from storage.tables.requests import Request
from tests.factories import MONDAY, Factory, small_network
from tests.heard import Heard
from tests.integration.diversion_desk import TODAY, make_desk
from tests.talk import Talk

DAY = timedelta(days=1)
FULL = "预计过满"


def alerts(talk: Talk) -> list[Heard]:
    """Return what was told of days that will be too full, to stores and regions."""
    return [heard for heard in talk.heard() if FULL in heard.plain or "too full" in heard.plain]


def say_past(database: Database, store_id: int, day: date, *bookings: int, capacity: int = 30) -> None:
    """State the bookings of the same weekday of the weeks before, the latest first."""
    with database.transaction() as session:
        for week, count in enumerate(bookings, start=1):
            facts = {"daily_capacity": capacity, "bookings": count, "stated_by": "store"}
            then = MONDAY - 7 * week * DAY
            session.add(Capacity(store_id=store_id, day=day - 7 * week * DAY, stated_at=then, **facts))


def test_a_day_over_its_capacity_is_told_once_with_who_has_room_and_one_tap_to_divert(any_database: Database) -> None:
    desk = make_desk(any_database)
    talk, network = desk.talk, desk.network
    desk.measures_way(network.sz01.id, network.sz03.id, 40)  # by the road it would be 75
    talk.sees_to_it()
    private, region = alerts(talk)
    assert private.address == talk.address(network.sz01_manager)
    assert private.plain.splitlines() == [
        "🔴 深圳南山店 今天(3月2日)预计过满:32/30 台,负荷 107%(按已约数)",
        "空闲(🟢)的邻店:",
        "1. 深圳龙岗店:有空工位 · 50 公里约 40 分钟",  # another dealer's: that there is room, and no figure
        "客户同意之前不会预约任何工位。",
    ]
    assert region.address == talk.address(network.managers_chat)
    assert region.plain.splitlines() == [
        "🔴 这些门店预计过满:",
        "深圳南山店 · 今天(3月2日) · 空闲邻店:深圳龙岗店",
    ]
    # It falls, rises, grows; the bot is started anew: nothing more is said of this day.
    for bookings in (20, 40, 45):
        desk.set_day(network.sz01.id, bookings=bookings)
        talk.passes(minutes=1)
    again = Talk(any_database, now=talk.now + timedelta(hours=1))
    again.passes(hours=1)
    assert [heard.row for heard in alerts(again)] == [private.row, region.row]
    # One tap: the guided form asks for what is not known, and the customer comes first.
    booked = desk.booked()
    talk.delivered()
    talk.presses(network.sz01_manager, "🚗 分流客户")
    for words in ("保养", "150分钟", "宝马X3", "代步车"):
        talk.delivered()
        talk.says(network.sz01_manager, words)
    assert "征求客户意见" in talk.last(network.sz01_manager).plain
    assert (desk.request().state, desk.asks(), desk.booked()) == ("consenting", [], booked)
    talk.presses_token(network.sz02_deputy, private.buttons[0].token, on=private)
    assert (desk.count(), talk.reply.alert, talk.reply.form) == (1, True, None)


def test_the_tap_fills_in_the_wait_where_it_is_known_to_be_too_long(database: Database) -> None:
    rules = Rules(diverting=Diverting(full_wait=timedelta(minutes=135)))
    desk = make_desk(database, rules=rules)
    talk, network = desk.talk, desk.network
    desk.set_day(network.sz01.id, bookings=28)  # 93 %, and 126 minutes
    talk.sees_to_it()
    private = talk.last(network.sz01_manager)
    assert private.plain.splitlines()[:2] == [
        "🟡 深圳南山店 今天(3月2日)预计过满:28/30 台,负荷 93%(按已约数)",
        "到店客户预计要等2小时6分。",
    ]
    reply = talk.presses(network.sz01_manager, "🚗 分流客户", can_form=True)
    assert reply.form is not None
    assert {field.name: field.value for field in reply.form.fields if field.value} == {"wait": "126"}
    # What is practised is in no figure: a bay taken there would make SZ01's day another one.
    before = desk.booked()
    talk.says(network.sz01_advisor, "/practice divert 保养 等待150分钟 宝马X3 需要代步车")
    talk.passes(minutes=10)
    assert desk.booked() == before
    assert len(alerts(talk)) == 2


def test_several_processes_tell_a_store_once(any_database: Database) -> None:
    desk = make_desk(any_database)
    gate = threading.Barrier(4)

    def minute() -> None:
        gate.wait()
        dispatch.see_to(any_database, Settings(), MONDAY)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(minute) for _ in range(4)]:
            done.result()
    desk.talk.passes(minutes=2)
    assert len(alerts(desk.talk)) == 2  # the store, and its region's chat
    assert {heard.address.chat for heard in alerts(desk.talk)} == {
        desk.talk.address(place).chat for place in (desk.network.sz01_manager, desk.network.managers_chat)
    }


def test_a_store_that_is_shut_is_looked_at_again_when_it_opens(database: Database) -> None:
    """At 20:00 both are shut until 08:30; what has fallen by then is not told, and no message waits for the morning."""
    with database.transaction() as session:
        network = small_network(session)
    talk = Talk(database, now=MONDAY + timedelta(hours=10))
    tomorrow = TODAY + DAY

    def book(store_id: int, bookings: int) -> None:
        with database.transaction() as session:
            row = session.exec(select(Capacity).where(Capacity.store_id == store_id)).one_or_none()
            row = row or Capacity(store_id=store_id, day=tomorrow, daily_capacity=20, bookings=0, stated_at=talk.now)
            row.bookings = bookings
            session.add(row)

    for store in (network.sz01, network.sz02):
        book(store.id, 25)
    talk.passes(hours=2)
    assert alerts(talk) == []
    book(network.sz02.id, 15)
    talk.passes(until=MONDAY + DAY - timedelta(hours=1, minutes=31))  # 08:29
    assert alerts(talk) == []
    talk.passes(minutes=1)
    assert [heard.at for heard in alerts(talk)] == [MONDAY + DAY - timedelta(hours=1, minutes=30)] * 2
    assert "深圳南山店 今天(3月3日)" in talk.last(network.sz01_manager).plain
    assert "深圳福田店" not in "".join(heard.plain for heard in alerts(talk))


def test_what_the_weekday_usually_is_is_told_in_the_morning_and_diverted_on_the_day(database: Database) -> None:
    desk = make_desk(database)
    talk, network = desk.talk, desk.network
    desk.set_day(network.sz01.id, bookings=12)
    with database.transaction() as session:
        session.get_one(type(network.sz01), network.sz01.id).daily_capacity = 30
    wednesday = TODAY + 2 * DAY
    say_past(database, network.sz01.id, wednesday, 28, 34, 31, 36)
    talk.passes(until=MONDAY + DAY - timedelta(hours=1, minutes=31))
    assert alerts(talk) == []  # Wednesday is looked at from Tuesday on, and at 08:00 the store is shut
    talk.passes(minutes=2)
    private, region = alerts(talk)
    assert private.plain.splitlines()[:2] == [
        "🔴 深圳南山店 明天(3月4日)预计过满:33/30 台,负荷 110%(按近 4 周同一天的中位数,目前已约 –)",
        "附近没有空闲(🟢)的门店。",  # of no other store is anything known of Wednesday
    ]
    assert "空闲邻店:无" in region.plain
    talk.delivered()
    talk.presses(network.sz01_manager, "ahead.divert")
    assert talk.reply.toast == "分流在当天进行:明天(3月4日)再按这个按钮,或当天发送 /divert"
    talk.passes(until=MONDAY + 2 * DAY)
    assert [heard.row for heard in alerts(talk)] == [private.row, region.row]
    reply = talk.presses(network.sz01_manager, "ahead.divert", on=private, can_form=True)
    assert reply.form is not None and reply.form.action == "diversion.post"
    talk.passes(days=1)
    talk.presses(network.sz01_manager, "ahead.divert", on=private)
    assert "那天已经过去" in talk.reply.toast


def test_what_an_import_says_is_looked_at_and_a_capacity_that_shrinks_as_well(database: Database) -> None:
    with database.transaction() as session:
        network = small_network(session)
    say_past(database, network.sz03.id, TODAY, 24, 26, capacity=30)
    talk = Talk(database)

    def bring(daily: int, bookings: int) -> None:
        rows = [{"store": "SZ03", "daily_capacity": daily, "bookings": bookings}]
        with database.transaction() as session:
            plan = import_sheets(session, [as_sheet("capacity", rows)], Settings(), talk.now, by="test")
            assert not plan.problems

    bring(30, 12)
    talk.passes(minutes=1)
    assert alerts(talk) == []
    bring(22, 12)  # some of the workshop is ill; the Mondays before had 25
    talk.passes(minutes=1)
    assert (
        "今天(3月2日)预计过满:25/22 台,负荷 114%(按近 4 周同一天的中位数,目前已约 12)"
        in talk.last(network.sz03_manager).plain
    )
    with database.transaction(writing=False) as session:
        assert session.exec(select(Request)).all() == []


def test_ahead_shows_ones_own_seven_days_and_a_region_its_stores_on_a_day(database: Database) -> None:
    desk = make_desk(database)
    talk, network = desk.talk, desk.network
    with database.transaction() as session:
        make = Factory(session)
        make.add(Capacity(store_id=network.bk01.id, day=TODAY, daily_capacity=10, bookings=9, stated_at=MONDAY))
        sent = {"daily_capacity": 30, "bookings": 1, "stated_by": "bot"}  # nobody said so: not what a Thursday is like
        for week in (1, 2, 3):
            day = TODAY + 3 * DAY - 7 * week * DAY
            make.add(Capacity(store_id=network.sz01.id, day=day, stated_at=MONDAY, **sent))
        session.get_one(type(network.sz01), network.sz01.id).daily_capacity = 30
    say_past(database, network.sz01.id, TODAY + DAY, 28, 34, 31, 36)
    say_past(database, network.sz01.id, TODAY + 2 * DAY, 20)
    talk.says(network.sz01_advisor, "/ahead")
    assert talk.last(network.sz01_advisor).plain.splitlines() == [
        "📅 深圳南山店 今后 7 天",
        "日期        已约 预计 负荷",
        "周一 3月2日   32   32 107% 🔴",
        "周二 3月3日    –  ~33 110% 🔴",
        "周三 3月4日    –    –    –",
        "周四 3月5日    –    –    –",
        "周五 3月6日    –    –    –",
        "周六 3月7日    –    –    –",
        "周日 3月8日    –    –    –",
        "~ 按近 4 周同一天的中位数(比已约数多)",
        "没有 ~ 的按已约数;“–”表示还没有数据。",
    ]
    talk.says(network.hq, "/负荷")
    assert talk.last(network.hq).plain.splitlines()[:4] == [
        "📅 周一 3月2日 各店负荷",
        "门店         已约 预计 负荷",
        "深圳南山店     32   32 107% 🔴",
        "曼谷素坤逸店    9    9  90% 🟡",
    ]
    # Of stores of several dealers a region sees whether there is room, in an order that tells no more.
    talk.says(network.shenzhen_manager, "/负荷")
    rows = [row.split() for row in talk.last(network.shenzhen_manager).plain.splitlines()[2:5]]
    assert sorted(rows) == [["深圳南山店", "无"], ["深圳福田店", "有"], ["深圳龙岗店", "有"]]
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    talk.says(network.hq, "/预测 明天")
    assert [row.split()[0] for row in talk.last(network.hq).plain.splitlines()[2:6]] == [
        "深圳南山店",
        "曼谷素坤逸店",
        "深圳福田店",
        "深圳龙岗店",
    ]
    talk.says(network.bangkok_manager, "/carga")
    assert "曼谷素坤逸店      9    9  90% 🟡" in talk.last(network.bangkok_manager).plain
    assert "深圳" not in talk.last(network.bangkok_manager).plain
    for words, answer in (("明天下雨", "没看懂"), ("2月30日", "没看懂"), ("4月1日", "7 天内"), ("昨天", "7 天内")):
        talk.says(network.hq, f"/ahead {words}")
        assert answer in talk.last(network.hq).plain
    talk.says(network.finance, "/ahead")
    assert "角色" in talk.last(network.finance).plain
