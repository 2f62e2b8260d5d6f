"""Asking for a support: what is missing is asked for, what cannot be is refused in a sentence, and nothing is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from storage.database import Database
from storage.queries import chats as chat_queries
from storage.queries import support as support_queries
from storage.tables.requests import Request, State
from storage.tables.support import Support
from tests.factories import MONDAY
from tests.support_desk import ENDS, POST, STARTS, Desk, support_desk


@pytest.fixture
def desk(database: Database) -> Desk:
    return support_desk(database)


def count(desk: Desk) -> int:
    with desk.talk.database.transaction(writing=False) as session:
        return len(session.exec(select(Request)).all())


# C1


def test_in_chat_one_question_after_another_is_asked_and_nothing_is_posted_before_the_last(desk: Desk) -> None:
    talk, manager = desk.talk, desk.network.sz01_manager
    talk.says(manager, "/support")
    assert "什么专长" in talk.last(manager).plain
    talk.presses(manager, "三电故障")
    assert "什么级别" in talk.last(manager).plain
    talk.presses(manager, "T3")
    assert "哪一天" in talk.last(manager).plain
    talk.says(manager, "3月6日")
    assert "什么问题" in talk.last(manager).plain
    talk.says(manager, "高压互锁报警")
    assert "还缺时间" in talk.last(manager).plain
    assert count(desk) == 0
    talk.presses(manager, "下午")
    support = desk.support()
    assert (support.specialty, support.level, support.starts_at, support.ends_at) == ("三电故障", "T3", STARTS, ENDS)
    assert desk.request().matter == "高压互锁报警"


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("T3 3月6日下午 客户车抖", "什么专长"),
        ("三电故障 3月6日下午 报警", "什么级别"),
        ("三电故障 T3 报警", "哪一天"),
        ("三电故障 T3 3月6日 报警", "什么时间"),
        ("三电故障 T3 3月6日下午", "什么问题"),
    ],
)
def test_whatever_part_is_missing_is_asked_for_by_name(desk: Desk, words: str, field: str) -> None:
    talk, manager = desk.talk, desk.network.sz01_manager
    talk.says(manager, f"/support {words}")
    assert field in talk.last(manager).plain
    assert count(desk) == 0


def test_the_modal_has_pickers_and_shows_what_is_known(desk: Desk) -> None:
    talk, manager = desk.talk, desk.network.sz02_manager
    form = talk.says(manager, "/support 智能驾驶 T3 3月6日 9:00-12:00", can_form=True).form
    assert form is not None
    kinds = {field.name: (field.kind, field.value) for field in form.fields}
    assert (kinds["day"], kinds["time"]) == (("date", "2026-03-06"), ("time", "09:00"))
    assert kinds["level"] == ("choice", "T3")
    talk.sends_form(manager, {"matter": "雷达标定"})
    support = desk.support()
    assert support.starts_at == datetime(2026, 3, 6, 1, 0, tzinfo=UTC)
    assert support.ends_at == datetime(2026, 3, 6, 4, 0, tzinfo=UTC)


def test_a_time_picked_anew_lasts_as_long_as_a_visit_and_none_at_all_is_the_whole_day(desk: Desk) -> None:
    talk, manager = desk.talk, desk.network.sz02_manager
    talk.says(manager, "/support 智能驾驶 T3 3月6日 9:00-12:00 雷达", can_form=True)
    filled = {"specialty": "智能驾驶", "level": "T3", "day": "2026-03-06", "matter": "雷达标定"}
    talk.says(manager, "/support", can_form=True)
    talk.sends_form(manager, {**filled, "time": "14:00"})
    assert desk.support().ends_at - desk.support().starts_at == timedelta(hours=3)
    talk.says(manager, "/support", can_form=True)
    talk.sends_form(manager, {**filled, "day": "2026-03-10", "time": ""})
    assert desk.support().ends_at - desk.support().starts_at == timedelta(hours=9)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("三电故障 T3 3月1日下午 报警", "3月1日 已经过了"),
        ("三电故障 T3 昨天下午 报警", "3月1日 已经过了"),
        ("三电故障 T3 今天 8:00-9:30 报警", "已经过了"),
        ("三电故障 T3 今天上午8点 报警", "3月2日 08:00 已经过了"),
        ("三电故障 T3 2027年3月6日下午 报警", "2027年3月6日 太远了"),
        ("三电故障 T3 ２月３０日下午 报警", "没有这一天"),
        ("三电故障 T3 2月30日下午 报警", "没有这一天"),
        ("三电故障 T3 3月6日 25:00 报警", "没有这个时间"),
        ("三电故障 T3 8月6日下午 报警", "太远了"),
    ],
)
def test_a_time_that_cannot_be_is_refused_in_one_sentence_with_an_example(desk: Desk, words: str, says: str) -> None:
    talk, manager = desk.talk, desk.network.sz01_manager
    talk.says(manager, f"/support {words}")
    answer = talk.last(manager).plain
    assert says in answer and "例如" in answer
    assert "\n" not in answer
    assert count(desk) == 0


def test_a_wrong_answer_in_a_form_is_asked_again_and_the_others_are_kept(desk: Desk) -> None:
    talk, manager = desk.talk, desk.network.sz01_manager
    talk.says(manager, "/support 三电故障 T3 高压互锁报警")
    talk.says(manager, "去年")
    assert "没看懂哪一天" in talk.last(manager).plain
    talk.says(manager, "3月1日下午")
    assert "已经过了" in talk.last(manager).plain
    talk.says(manager, "3月6日下午")
    assert desk.support().starts_at == STARTS


def test_a_specialty_nobody_on_the_map_has_can_be_asked_for_and_the_region_hears(desk: Desk) -> None:
    talk, manager = desk.talk, desk.network.sz01_manager
    talk.says(manager, "/support T2 3月6日下午 变速箱异响")
    talk.says(manager, "变速箱")
    assert desk.support().specialty == "变速箱"
    assert desk.request().state is State.UNFILLED
    assert "没有合适的技师" in talk.last(manager).plain
    talk.passes(seconds=1)
    assert "S-0001" in talk.last(desk.network.shenzhen_manager).plain


def test_only_a_store_asks_and_only_its_leaders_and_advisors(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    for person in (network.sz01_technician, network.hq):
        talk.says(person, POST)
        assert "您的角色不能做这个操作" in talk.last(person).plain
    assert count(desk) == 0
    talk.says(network.sz01_advisor, POST)
    assert count(desk) == 1


def test_in_english_and_spanish_it_is_understood_as_well(desk: Desk) -> None:
    talk, manager = desk.talk, desk.network.sz01_manager
    talk.says(manager, "/soporte 三电故障 T3 viernes tarde alarma de interlock")
    assert desk.support().starts_at == STARTS
    talk.says(desk.network.sz03_manager, "/support 三电 T3 Wed all day HV interlock alarm")
    assert desk.support().technician == "张伟"


# The technician's side, and the host's leaders


def test_the_technician_hears_the_evening_before_and_sees_his_visits(desk: Desk) -> None:
    talk, himself = desk.talk, desk.zhang_himself
    talk.says(himself, "/visits")
    assert "没有支援安排" in talk.last(himself).plain
    desk.confirmed()
    evening = STARTS - timedelta(hours=18)  # Thursday 19:00
    talk.passes(until=evening - timedelta(seconds=1))
    assert not [heard for heard in talk.heard(himself) if "明天的支援" in heard.plain]
    talk.passes(seconds=1)
    told = talk.last(himself).plain
    assert "深圳南山店" in told and "3月6日 13:00" in told and "高压互锁报警" in told
    talk.says(himself, "/visits")
    assert "深圳福田店 → 深圳南山店" in talk.last(himself).plain
    talk.says(desk.network.sz01_technician, "/visits")  # not his, though of the host's store
    assert "没有支援安排" in talk.last(desk.network.sz01_technician).plain
    talk.says(desk.network.sz01_advisor, "/支援安排")
    assert "张伟" in talk.last(desk.network.sz01_advisor).plain


def test_the_technician_says_himself_that_he_is_done(desk: Desk) -> None:
    desk.arrived()
    desk.talk.says(desk.zhang_himself, "/visits")
    desk.talk.presses(desk.zhang_himself, "已完工")
    assert desk.request().state is State.DONE
    assert desk.support().done_by == desk.zhang_himself.id


def test_where_an_advisor_asked_the_manager_is_asked_to_confirm_and_the_advisor_knows(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    talk.says(network.sz01_advisor, POST)
    talk.delivered()
    talk.presses(network.sz02_manager, "可以")
    talk.delivered()
    asked = talk.last_heard(network.sz01_manager, "请店长在 11:00 前确认")
    assert [button.action for button in asked.buttons] == ["support.agree", "support.agree_each"]
    known = talk.last_heard(network.sz01_advisor, "请店长在 11:00 前确认")
    assert not known.buttons


def test_a_second_press_of_the_same_confirmation_changes_nothing(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    desk.accepted()
    card = talk.card(network.sz02_manager, "S-0001")
    (every,) = [button for button in card.buttons if button.label == "深圳福田店:三项都确认"]
    talk.presses_token(network.sz02_manager, every.token)
    reply = talk.presses_token(network.sz02_deputy, every.token)
    assert "已经确认过了" in reply.toast
    assert len(desk.events("agreed")) == 1


def test_a_side_ticks_only_its_own_lines_and_not_before_they_are_posted(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    desk.confirmed()

    def tick(side: str, item: str) -> str:
        with talk.database.transaction() as session:
            token = chat_queries.token_of(
                session, "support.tick", {"request": desk.request().id, "side": side, "item": item}, talk.now
            )
        return talk.presses_token(network.sz02_manager, token).toast

    assert "清单 3月5日 10:00 才发" in tick("giver", "tools")
    assert "只有发起门店" in tick("host", "parts")
    talk.passes(until=STARTS - timedelta(hours=27))
    assert "已勾选:工具" in tick("giver", "tools")
    tick("giver", "tools")
    assert (desk.support().ticked_giver, len(desk.events("ticked"))) == ("tools", 1)


# The record and what reports ask


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"solved": "maybe"}, "solved"),
        ({"hours": "很久"}, "hours"),
        ({"hours": "73"}, "hours"),
        ({"satisfaction": "11"}, "satisfaction"),
        ({"satisfaction": "0"}, "satisfaction"),
    ],
)
def test_a_result_that_cannot_be_is_refused_by_its_field(desk: Desk, values: dict[str, str], field: str) -> None:
    talk, manager = desk.talk, desk.network.sz01_manager
    desk.worked()
    talk.presses(manager, "留住了")
    talk.presses(manager, "登记结果", can_form=True)
    reply = talk.sends_form(manager, {"solved": "yes", "hours": "3", "satisfaction": "9"} | values)
    assert list(reply.errors) == [field]
    assert desk.request().state is State.DONE


def test_only_the_host_records_and_once(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    desk.worked("/support 三电故障 T3 3月6日下午 高压互锁报警")
    (record,) = [b for b in talk.card(network.sz01_manager, "S-0001").buttons if b.action == "support.record"]
    assert "只有发起门店" in talk.presses_token(network.sz02_manager, record.token).toast
    talk.presses_token(network.sz01_manager, record.token, can_form=True)
    form = talk.reply.form
    talk.sends_form(network.sz01_manager, {"solved": "no", "hours": "1", "satisfaction": "6"})
    assert desk.request().state is State.RECORDED
    talk.sends_form(network.sz01_manager, {"solved": "yes", "hours": "9", "satisfaction": "10"}, form=form)
    assert (desk.support().solved, desk.request().satisfaction) == ("no", 6)
    assert len(desk.money()) == 1


def test_what_is_written_before_the_customer_question_is_answered_is_kept(desk: Desk) -> None:
    talk, manager = desk.talk, desk.network.sz01_manager
    desk.worked()
    talk.presses(manager, "登记结果", can_form=True)
    talk.sends_form(manager, {"solved": "yes", "hours": "2.5", "satisfaction": "10"})
    assert desk.request().state is State.DONE
    talk.presses(manager, "留住了")
    talk.presses(manager, "登记结果", can_form=True)
    assert talk.reply.form is not None
    assert [field.value for field in talk.reply.form.fields] == ["yes", "2.5", "10"]
    talk.sends_form(manager, {})
    assert desk.request().state is State.RECORDED


def test_five_supports_with_satisfaction_nine_point_eight_come_out_for_the_week(desk: Desk) -> None:
    desk.worked()
    done_at = desk.request().finished_at
    assert done_at is not None
    with desk.talk.database.transaction() as session:
        first, facts = session.exec(select(Request)).one(), session.exec(select(Support)).one()
        first.satisfaction, facts.solved = 9, "yes"
        facts.rating_by_host, facts.rating_by_giver, facts.shown_at = 9, 10, done_at
        for number in range(2, 6):
            row = first.model_dump(exclude={"id"}) | {"number": number, "satisfaction": 10}
            other = Request(**row)
            session.add(other)
            session.flush()
            own = facts.model_dump() | {"request_id": other.id, "rating_by_host": 10, "rating_by_giver": None}
            session.add(Support(**own))
    with desk.talk.database.transaction(writing=False) as session:
        found = support_queries.figures(session, MONDAY, MONDAY + timedelta(days=7))
        assert (found.done, found.solved, found.satisfaction) == (5, 5, 9.8)
        assert support_queries.figures(session, MONDAY + timedelta(days=7), MONDAY + timedelta(days=14)).done == 0
        averages = support_queries.average_ratings(session, MONDAY, MONDAY + timedelta(days=7))
        assert averages == {desk.network.sz02.id: (9.8, 5), desk.network.sz01.id: (10.0, 1)}


def test_what_is_hidden_counts_in_no_average(desk: Desk) -> None:
    desk.worked()
    desk.talk.presses(desk.network.sz01_manager, "3")
    with desk.talk.database.transaction(writing=False) as session:
        assert support_queries.average_ratings(session, MONDAY, MONDAY + timedelta(days=30)) == {}


# What the customer hears


def test_a_line_for_the_customer_comes_with_each_event_daily_and_every_half_hour_of_the_way(desk: Desk) -> None:
    talk, manager = desk.talk, desk.network.sz01_manager

    def lines() -> list[str]:
        return [heard.plain for heard in talk.heard(manager) if heard.plain.startswith("📨")]

    desk.confirmed()
    assert "正在" not in lines()[-1] and "将于 3月6日 13:00 到店" in lines()[-1]
    before = len(lines())
    talk.passes(days=1)
    assert len(lines()) == before + 1
    talk.passes(until=STARTS - timedelta(hours=1, seconds=1))
    before = len(lines())
    talk.passes(until=STARTS - timedelta(hours=1))
    assert len(lines()) == before + 1
    talk.passes(until=STARTS - timedelta(seconds=1))
    assert len(lines()) == before + 2
    talk.passes(until=STARTS)
    assert len(lines()) == before + 3
    talk.presses(manager, "技师已到店")
    assert "已到店,正在处理您的车" in talk.last_heard(manager, "📨").plain


# Around a support


def test_the_same_again_for_the_same_time_asks_first(desk: Desk) -> None:
    talk, manager = desk.talk, desk.network.sz01_manager
    talk.says(manager, POST)
    talk.says(manager, POST)
    assert count(desk) == 1
    assert "S-0001" in talk.last(manager).plain
    talk.presses(manager, "core.confirm")
    assert count(desk) == 2


def test_a_support_that_was_withdrawn_and_reopened_holds_a_technician_again(desk: Desk) -> None:
    talk, manager = desk.talk, desk.network.sz01_manager
    desk.confirmed()
    talk.presses(manager, "撤回")
    talk.says(manager, "/reopen S-0001 客户又来了")
    assert desk.request().state is State.ASKING
    assert desk.bookings() == [(desk.zhang.id, "freed"), (desk.zhang.id, "held")]


def test_travel_is_a_cost_only_of_a_far_visit_and_the_subsidy_comes_by_itself(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    desk.confirmed()
    talk.says(network.sz02_manager, "/cost S-0001 travel 200 收据123")
    assert "近距离的支援没有差旅和住宿费" in talk.last(network.sz02_manager).plain
    talk.says(network.sz02_manager, "/cost S-0001 subsidy 300")
    assert "自动入账" in talk.last(network.sz02_manager).plain
    assert desk.money() == []


def test_in_practice_nobody_s_time_is_taken_and_nothing_is_paid(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    talk.says(network.sz01_manager, "/practice on")
    talk.says(network.sz01_manager, POST.replace("3月6日下午", "3月4日全天"))
    for choice in ("可以", "深圳福田店:三项都确认", "深圳南山店:三项都确认"):
        talk.presses(network.sz01_manager, choice)
        talk.delivered()
    assert (desk.request().state, desk.support().technician) == (State.CONFIRMED, "张伟")
    talk.passes(until=STARTS)
    for choice in ("技师已到店", "已完工", "9", "10", "留住了"):
        talk.presses(network.sz01_manager, choice)
        talk.delivered()
    assert desk.request().state is State.DONE
    assert (desk.bookings(), desk.money(), desk.points()) == ([], [], [])
    for other in (network.sz02_manager, desk.zhang_himself, network.hq_chat, desk.technicians_chat):
        assert not [heard for heard in talk.heard(other) if "S-0001" in heard.plain]
