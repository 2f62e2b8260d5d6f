"""Parts are found by what they are called now and besides, whichever process changed it."""

from __future__ import annotations

import pytest
from sqlmodel import select

from benchmarks.statements import recorded
from handlers.boards import finding
from storage.database import Database
from storage.queries import boards as board_queries
from storage.queries import stock as stock_queries
from storage.queries.rows import get_row
from storage.tables.audit import AuditEntry
from storage.tables.boards import Part
from tests.factories import Factory, SmallNetwork, small_network
from tests.talk import Talk


@pytest.fixture
def network(any_database: Database) -> SmallNetwork:
    with any_database.transaction() as session:
        return small_network(session)


def test_hq_says_another_word_for_a_part_and_undoes_it_and_all_is_on_the_record(
    any_database: Database, network: SmallNetwork
) -> None:
    talk, asker = Talk(any_database), network.sz01_manager
    with any_database.transaction() as session:
        make = Factory(session)
        make.stock(make.part("高压清洗泵", "CP-1"), network.sz02, 5)

    def finds(words: str) -> bool:
        talk.says(asker, f"/stock {words}")
        return "高压清洗泵" in talk.last(asker).plain

    assert not finds("洗车枪")
    talk.says(asker, "/alias 洗车枪 = 高压清洗泵")  # not his to say
    assert not finds("洗车枪")
    bad = (("洗车枪", "/alias"), ("枪 = 高压清洗泵", "2"), ("洗车枪 = 洗车枪", "/alias"), ("洗车枪 =", "洗车枪"))
    for words, hint in bad:
        talk.says(network.hq, f"/alias {words}")
        assert hint in talk.last(network.hq).plain
    talk.says(network.hq, "/alias 洗车枪 = 高压清洗泵")
    assert finds("洗车枪")
    talk.says(network.hq, "/alias")
    assert "洗车枪 = 高压清洗泵" in talk.last(network.hq).plain
    talk.says(network.hq, "/alias 洗车枪 = 高压清洗泵")
    talk.presses(network.hq, "boards.alias_undo")
    assert finds("洗车枪")  # what it meant before was the same
    talk.says(network.hq, "/alias 洗车枪=")
    assert not finds("洗车枪")
    talk.presses(network.hq, "boards.alias_undo")
    assert finds("洗车枪")
    with any_database.transaction(writing=False) as session:
        acts = session.exec(
            select(AuditEntry).where(AuditEntry.subject == "洗车枪").order_by(AuditEntry.id)  # type: ignore[arg-type]
        ).all()
        said = [(one.before, one.after, one.person_id) for one in acts]
    assert [(before, after) for before, after, _ in said] == [
        ("", "高压清洗泵"),
        ("高压清洗泵", "高压清洗泵"),
        ("高压清洗泵", "高压清洗泵"),
        ("高压清洗泵", ""),
        ("", "高压清洗泵"),
    ]
    assert {person for _, _, person in said} == {network.hq.id}


def test_a_word_of_the_trade_is_taken_out_for_the_network_and_put_back(
    any_database: Database, network: SmallNetwork
) -> None:
    talk = Talk(any_database)
    with any_database.transaction() as session:
        make = Factory(session)
        make.stock(make.part("点火线圈", "IC-1"), network.sz02, 5)
    talk.says(network.sz01_manager, "/stock 高压包")
    assert "点火线圈" in talk.last(network.sz01_manager).plain
    talk.says(network.hq, "/alias 高压包 =")
    talk.says(network.sz01_manager, "/stock 高压包")
    assert "点火线圈" not in talk.last(network.sz01_manager).plain
    talk.presses(network.hq, "boards.alias_undo")
    talk.says(network.sz01_manager, "/stock 高压包")
    assert "点火线圈" in talk.last(network.sz01_manager).plain


def test_what_another_process_changes_is_found_at_once(any_database: Database, network: SmallNetwork) -> None:
    here, there = Talk(any_database), Database(any_database.url)
    try:
        here.says(network.sz01_manager, "/stock 前大灯-左")
        with there.transaction() as session:
            before = stock_queries.state_of_parts(session)
            get_row(session, Part, network.headlamp.id).name = "氙气灯"
        here.says(network.sz01_manager, "/stock 氙气灯")
        assert "深圳福田店" in here.last(network.sz01_manager).plain
        with any_database.transaction() as session:
            get_row(session, Part, network.headlamp.id).aliases = "疝气灯"
        with there.transaction(writing=False) as session:
            assert stock_queries.state_of_parts(session) == before + 2
    finally:
        there.close()


def test_of_several_parts_that_fit_alike_the_first_few_are_offered_as_buttons(
    any_database: Database, network: SmallNetwork
) -> None:
    talk = Talk(any_database)
    with any_database.transaction() as session:
        make = Factory(session)
        for number in range(70):  # more than are compared one by one
            make.part(f"车门密封条-左前 {number:02}款", f"DS-{number:03}")
    talk.says(network.sz01_manager, "/stock 门密封条")
    offered = [button.label for button in talk.last_heard(network.sz01_manager).buttons]
    assert len(offered) == 5
    assert all("车门密封条" in text for text in offered)


def test_of_many_parts_the_index_is_ready_before_somebody_asks(any_database: Database, network: SmallNetwork) -> None:
    rows = [
        {"id": number, "part_no": f"MP-{number:05}", "name": f"备件{number:05}", "aliases": ""}
        for number in range(1_000, 1_000 + finding.MANY)
    ]
    with any_database.transaction() as session:
        board_queries.add_rows(session, Part, rows)
        stock_queries.note_parts_changed(session)
    with any_database.transaction(writing=False) as session:
        finding.make_ready(session)
    with recorded(any_database) as asked:
        Talk(any_database).says(network.sz01_manager, "/stock MP-01500")
    assert "备件01500" in Talk(any_database).last(network.sz01_manager).plain
    statements = [words for transaction in asked for words, _, _ in transaction]
    assert any("counters" in words for words in statements)
    assert not any("aliases" in words and "WHERE" not in words for words in statements)  # the names are not read again
