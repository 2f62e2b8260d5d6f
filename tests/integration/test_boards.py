"""The boards in chat: tables everybody can read, figures as far as they may be seen, and asking from a row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from bot.slack_blocks import parts as slack_parts
from bot.telegram_text import parts as telegram_parts
from handlers.chat import Message
from handlers.columns import CELLS, width
from handlers.errors import PolicyError
from storage.database import Database
from storage.queries import outlooks, shared, stock
from storage.tables.audit import AuditEntry
from storage.tables.boards import Capacity, Technician
from storage.tables.people import Dealer
from storage.tables.requests import Request
from tests.factories import MONDAY, Factory, SmallNetwork, small_network
from tests.talk import Talk
from tests.wire_slack_schema import message_problems
from tests.wire_telegram_checks import read_html


@pytest.fixture
def network(any_database: Database) -> SmallNetwork:
    with any_database.transaction() as session:
        network = small_network(session)
        make = Factory(session)
        for store, name, level, specialties, windows in (
            (network.sz01, "刘洋", "T2", "三电故障、智能驾驶", ""),
            (network.sz02, "张伟", "T3", "三电故障", "周三全天"),
            (network.sz03, "王强", "T3", "智能驾驶、三电", "周五下午"),
            (network.sz03, "孙丽", "T1", "钣喷", "周一至周五上午"),
        ):
            facts = {"store_id": store.id, "name": name, "level": level, "specialties": specialties}
            make.add(Technician(**facts, windows=windows, status="在岗", stated_at=MONDAY, stated_by="test"))
        for store, booked, daily in ((network.sz01, 32, 30), (network.sz02, 20, 25), (network.sz03, 12, 20)):
            row = {"store_id": store.id, "day": MONDAY.date(), "daily_capacity": daily, "bookings": booked}
            make.add(Capacity(**row, stated_at=MONDAY - timedelta(minutes=40), stated_by="test"))
        return network


@pytest.fixture
def talk(any_database: Database, network: SmallNetwork) -> Talk:
    return Talk(any_database)


def audit_of(session: Session, person_id: int) -> Sequence[AuditEntry]:
    """Return what is on the record of a person, in order."""
    return session.exec(select(AuditEntry).where(AuditEntry.person_id == person_id).order_by(col(AuditEntry.id))).all()


def table_of(said: Message) -> list[str]:
    """Return the rows of a message's table, each as wide as a phone shows."""
    (block,) = (span for row in said.lines for span in row if span.style == "table")
    rows = block.text.split("\n")
    assert all(width(row) <= CELLS for row in rows), rows
    (html,) = telegram_parts(said)
    assert [one["type"] for one in read_html(html).entities].count("pre") == 1
    (part,) = slack_parts(said)
    assert not message_problems(part.blocks)
    assert any(element["type"] == "rich_text_preformatted" for element in part.blocks[0]["elements"])
    return rows


def row_of(said: Message, start: str) -> str:
    return next(row for row in table_of(said) if row.startswith(start))


def test_stock_is_a_table_and_one_tap_on_a_row_asks_that_store_first(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.sz01_manager, "/stock 前大灯")
    said = talk.last(network.sz01_manager)
    assert row_of(said, "深圳福田店").split() == ["深圳福田店", "3", "10:00"]  # the same dealer
    assert row_of(said, "深圳龙岗店").split() == ["深圳龙岗店", "有", "10:00"]
    assert row_of(said, "深圳南山店").split() == ["深圳南山店", "0", "10:00"]
    assert "只显示有或无" in said.plain
    talk.presses(network.sz01_manager, "向 深圳龙岗店 调拨")
    assert "数量" in talk.last(network.sz01_manager).plain  # what is missing is asked for
    talk.says(network.sz01_manager, "1")
    talk.presses(network.sz01_manager, "⚪ 普通")
    talk.says(network.sz01_manager, "补库存")
    assert "深圳龙岗店" in talk.card(network.sz01_manager, "T-0001").plain.splitlines()[2]  # 福田 is nearer
    talk.presses(network.sz03_manager, "request.refuse")
    talk.presses(network.sz03_manager, "已预订")
    assert "T-0001" in talk.card(network.sz02_manager).plain  # then the others in their order


def test_a_tap_that_is_urgent_by_override_still_asks_the_store_of_its_row(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.sz01_manager, "/stock 前大灯-左")
    talk.presses(network.sz01_manager, "向 深圳龙岗店 调拨", can_form=True)
    talk.sends_form(network.sz01_manager, {"quantity": "1", "urgency": "urgent", "matter": "车展要用"})
    talk.presses(network.sz01_manager, "仍按紧急(写理由)", can_form=True)
    talk.sends_form(network.sz01_manager, {"reason": "总部要求"})
    assert "深圳南山店 → 深圳龙岗店" in talk.card(network.sz03_manager).plain


def test_hq_sees_every_figure_and_a_region_manager_of_several_dealers_none(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.hq, "/stock 前大灯-左")
    assert row_of(talk.last(network.hq), "深圳龙岗店").split()[1] == "4"
    talk.says(network.shenzhen_manager, "/stock 前大灯-左")
    said = talk.last(network.shenzhen_manager)
    assert {row.split()[1] for row in table_of(said)[1:]} == {"有", "无"}
    talk.says(network.bangkok_manager, "/stock 前大灯-左")  # whose region is one dealer's
    assert row_of(talk.last(network.bangkok_manager), "曼谷素坤逸店").split()[1] == "5"


def test_technicians_are_listed_with_level_windows_and_way_and_asked_for_from_the_row(
    talk: Talk, network: SmallNetwork
) -> None:
    talk.says(network.sz01_manager, "/tech 三电")
    said = talk.last(network.sz01_manager)
    rows = table_of(said)
    at = next(number for number, row in enumerate(rows) if row.startswith("张伟"))
    assert rows[at].split() == ["张伟", "T3", "16km", "10:00"]
    assert rows[at + 1].split() == ["深圳福田店", "在岗", "周三全天"]
    at = next(number for number, row in enumerate(rows) if row.startswith("王强"))
    assert rows[at + 1].split() == ["深圳龙岗店", "有空"]  # another dealer's
    assert "孙丽" not in said.plain
    talk.presses(network.sz01_manager, "请 深圳龙岗店 王强 支援", can_form=True)
    form = talk.reply.form
    assert form is not None
    assert {field.name: field.value for field in form.fields if field.value} == {
        "specialty": "三电故障",
        "level": "T3",
    }
    talk.sends_form(network.sz01_manager, {"day": "2026-03-06", "time": "14:00-16:00", "matter": "高压互锁报警"})
    assert "深圳南山店 → 深圳龙岗店" in talk.card(network.sz03_manager).plain
    # The map shows him lent.
    talk.says(network.sz03_manager, "/tech 智能驾驶")
    assert "🔁" in talk.last(network.sz03_manager).plain
    talk.says(network.sz01_manager, "/tech")
    talk.presses(network.sz01_manager, "钣喷")
    assert table_of(talk.last(network.sz01_manager))[1].startswith("孙丽 T1")
    talk.says(network.sz01_manager, "/tech 区块链")
    assert "/tech 三电" in talk.last(network.sz01_manager).plain.replace("三电故障", "三电")


def test_capacity_has_the_programmes_lights_and_sends_a_customer_where_a_bay_is_free(
    talk: Talk, network: SmallNetwork
) -> None:
    talk.says(network.hq, "/capacity 深圳")
    said = talk.last(network.hq)
    assert [row.split() for row in table_of(said)[1:]] == [
        ["深圳南山店", "32/30", "107%", "🔴", "09:20"],
        ["深圳福田店", "20/25", "80%", "🟡", "09:20"],
        ["深圳龙岗店", "12/20", "60%", "🟢", "09:20"],
    ]
    talk.says(network.sz01_manager, "/capacity")
    said = talk.last(network.sz01_manager)
    assert row_of(said, "深圳龙岗店").split() == ["深圳龙岗店", "有", "09:20"]
    assert "20/25" in row_of(said, "深圳福田店")
    talk.presses(network.sz01_manager, "分流到 深圳福田店", can_form=True)
    talk.sends_form(
        network.sz01_manager,
        {"service": "首保", "wait": "3h", "vehicle": "ES6", "needs": "下午要用车", "customer": ""},
    )
    talk.presses(network.sz01_manager, "diversion.goes")
    assert "深圳南山店 → 深圳福田店" in talk.card(network.sz02_manager).plain
    talk.says(network.sz01_manager, "/capacity 火星")
    assert "/capacity 深圳" in talk.last(network.sz01_manager).plain


def test_english_and_spanish_tables_fit_as_well(talk: Talk, network: SmallNetwork) -> None:
    for language, yes in (("en", "yes"), ("es", "sí")):
        talk.says(network.sz01_manager, f"/lang {language}")
        for command in ("/stock 前大灯-左", "/tech 三电", "/capacity"):
            talk.says(network.sz01_manager, command)
            said = talk.last(network.sz01_manager)
            assert table_of(said)
            assert not [sign for sign in said.lines[-1][0].text if "\u4e00" <= sign <= "\u9fff"]
        talk.says(network.sz01_manager, "/stock 前大灯-左")
        assert row_of(talk.last(network.sz01_manager), "深圳龙岗店").split()[1] == yes


def test_every_query_is_on_the_record(talk: Talk, network: SmallNetwork) -> None:
    for command in ("/stock 前大灯-左", "/tech 三电", "/capacity"):
        talk.says(network.sz01_manager, command)
    with talk.database.transaction(writing=False) as session:
        acts = [(one.act, one.subject) for one in audit_of(session, network.sz01_manager.id)]
    assert acts == [("stock", "HL-1001-L"), ("tech", "三电故障"), ("capacity", "深圳")]


def test_shared_figures_are_read_for_matching_and_for_nothing_else(
    any_database: Database, network: SmallNetwork
) -> None:
    with any_database.transaction(writing=False) as session:
        for read in (
            lambda purpose: shared.list_stock(session, network.headlamp.id, purpose=purpose, since=MONDAY, most=9),
            lambda purpose: shared.list_specialists(session, purpose=purpose),
            lambda purpose: shared.list_sharing_stores(session, purpose=purpose),
            lambda purpose: shared.list_capacities(session, {network.sz01.id: MONDAY.date()}, purpose=purpose),
            lambda purpose: outlooks.map_figures(session, [MONDAY.date()], purpose=purpose),
            lambda purpose: stock.list_offers(
                session, network.headlamp.id, purpose=purpose, to=network.sz01.id, more_than=0
            ),
        ):
            assert read("matching")
            for purpose in ("appraisal", "kpi", ""):
                with pytest.raises(PolicyError, match="matching only"):
                    read(purpose)


def test_a_dealer_without_an_agreement_is_neither_shown_nor_asked(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.sz01_manager, "/agreement 大湾汽车 off")
    assert "角色" in talk.last(network.sz01_manager).plain
    talk.says(network.hq, "/agreement 大湾 off")
    assert "/agreement" in talk.last(network.hq).plain  # nobody is called so
    talk.says(network.hq, "/agreement 大湾汽车 off")
    for command in ("/stock 前大灯-左", "/tech 三电", "/capacity"):
        talk.says(network.sz01_manager, command)
        assert "龙岗" not in talk.last(network.sz01_manager).plain
    talk.says(network.hq, "/stock 前大灯-左")
    assert "龙岗" not in talk.last(network.hq).plain
    talk.says(network.sz01_manager, "/support 智能驾驶 T2 3月6日14:00-16:00 标定失败")
    assert "没有" in talk.last(network.sz01_manager).plain or "区域" in talk.last(network.sz01_manager).plain
    assert not talk.heard(network.sz03_manager)
    talk.says(network.hq, "/agreement")
    assert "⛔ 大湾汽车" in talk.last(network.hq).plain
    talk.says(network.hq, "/agreement 大湾汽车 on")
    talk.says(network.sz01_manager, "/stock 前大灯-左")
    assert "龙岗" in talk.last(network.sz01_manager).plain
    with talk.database.transaction(writing=False) as session:
        changes = [(one.before, one.after) for one in audit_of(session, network.hq.id) if one.act == "agreement"]
        assert ("on", "off") in changes and ("off", "on") in changes
        assert session.get_one(Dealer, network.sz03.dealer_id).agreed
        assert session.get_one(Request, 1).first_store_id is None
