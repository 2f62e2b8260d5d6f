"""Points and money: added once, undone by a counter-entry, never changed; and what people read of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import select

from storage.database import Database
from storage.queries import ledger
from storage.tables.audit import AuditEntry
from storage.tables.ledger import PointsEntry
from tests.factories import MONDAY, SmallNetwork, small_network
from tests.talk import Talk

DAY = timedelta(days=1)


@pytest.fixture
def network(any_database: Database) -> SmallNetwork:
    with any_database.transaction() as session:
        return small_network(session)


def credit(database: Database, network: SmallNetwork, key: str = "one", **facts: object) -> bool:
    """Give SZ02 a point, unless `facts` say otherwise."""
    values: dict[str, object] = {
        "store_id": network.sz02.id,
        "points": 1,
        "rule": "points.transfer",
        "policy_id": network.policy.id,
        "request_id": None,
        "now": MONDAY,
        **facts,
    }
    with database.transaction() as session:
        return ledger.add_points(session, key=key, **values)  # type: ignore[arg-type]


def entry_of(database: Database, key: str) -> PointsEntry:
    with database.transaction(writing=False) as session:
        return session.exec(select(PointsEntry).where(PointsEntry.key == key)).one()


def test_the_same_work_is_credited_once(any_database: Database, network: SmallNetwork) -> None:
    assert credit(any_database, network)
    assert not credit(any_database, network)
    with any_database.transaction() as session:
        assert ledger.balance(session, network.sz02.id) == 1


def test_one_of_each_work_earns_what_the_programme_says(any_database: Database, network: SmallNetwork) -> None:
    works = {"transfer": 1, "support": 5, "diversion": 2, "activation": 10}
    for rule, points in works.items():
        credit(any_database, network, rule, points=points, rule=f"points.{rule}")
    with any_database.transaction() as session:
        assert ledger.balance(session, network.sz02.id) == 18
        assert [entry.points for entry in reversed(ledger.list_entries(session))] == [1, 5, 2, 10]
        assert ledger.list_balances(session) == {network.sz02.id: 18}


def test_a_balance_counts_from_its_first_instant_up_to_but_not_at_its_last(
    any_database: Database, network: SmallNetwork
) -> None:
    for number in range(3):
        credit(any_database, network, str(number), now=MONDAY + number * DAY)
    with any_database.transaction() as session:
        assert ledger.balance(session, network.sz02.id, since=MONDAY + DAY) == 2
        assert ledger.balance(session, network.sz02.id, since=MONDAY, until=MONDAY + 2 * DAY) == 2
        assert ledger.balance(session, network.sz01.id) == 0


def test_an_entry_is_undone_once_and_only_with_a_reason(any_database: Database, network: SmallNetwork) -> None:
    credit(any_database, network)
    entry = entry_of(any_database, "one")
    with any_database.transaction() as session, pytest.raises(ValueError, match="reason"):
        ledger.reverse_points(session, entry.id, reason="  ", person_id=network.hq.id, now=MONDAY)
    for done in (True, False):
        with any_database.transaction() as session:
            again = ledger.reverse_points(session, entry.id, reason="twice", person_id=network.hq.id, now=MONDAY + DAY)
            assert again is done
    with any_database.transaction() as session:
        assert ledger.balance(session, network.sz02.id) == 0
        counter = ledger.find_reversal(session, entry.id)
        assert counter is not None
        assert (counter.points, counter.reason, counter.person_id) == (-1, "twice", network.hq.id)
        with pytest.raises(ValueError, match="not undone"):
            ledger.reverse_points(session, counter.id, reason="again", person_id=None, now=MONDAY)


def test_points_taken_back_are_not_the_last_ones_earned(any_database: Database, network: SmallNetwork) -> None:
    credit(any_database, network, "first")
    credit(any_database, network, "second", now=MONDAY + DAY)
    with any_database.transaction() as session:
        assert ledger.list_last_earned(session) == {network.sz02.id: MONDAY + DAY}
    second = entry_of(any_database, "second")
    with any_database.transaction() as session:
        ledger.reverse_points(session, second.id, reason="no", person_id=None, now=MONDAY + 2 * DAY)
        assert ledger.list_last_earned(session) == {network.sz02.id: MONDAY}


def test_a_cost_is_noted_once_and_undone_by_its_counter_entry(any_database: Database, network: SmallNetwork) -> None:
    with any_database.transaction() as session:
        for added in (True, False):
            assert added is ledger.add_money(
                session,
                key="freight:1",
                amount=5000,
                currency="CNY",
                payer="hq",
                payee="carrier",
                rule="freight",
                policy_id=network.policy.id,
                request_id=None,
                now=MONDAY,
                reference="SF123",
            )
        (entry,) = ledger.list_money_entries(session)
        assert ledger.reverse_money(session, entry.id, reason="wrong", person_id=None, now=MONDAY)
        assert not ledger.reverse_money(session, entry.id, reason="wrong", person_id=None, now=MONDAY)
        assert [(found.amount, found.reference) for found in ledger.list_money_entries(session)] == [
            (-5000, "SF123"),
            (5000, "SF123"),
        ]


def test_a_cost_of_nothing_is_no_entry(any_database: Database, network: SmallNetwork) -> None:
    with any_database.transaction() as session, pytest.raises(ValueError, match="nothing"):
        ledger.add_money(
            session,
            key="none",
            amount=0,
            currency="CNY",
            payer="hq",
            payee="carrier",
            rule="freight",
            policy_id=network.policy.id,
            request_id=None,
            now=MONDAY,
        )


@pytest.mark.parametrize("statement", ["UPDATE points_entries SET points = 9", "DELETE FROM points_entries"])
def test_the_database_itself_refuses_to_change_an_entry(
    any_database: Database, network: SmallNetwork, statement: str
) -> None:
    credit(any_database, network)
    with pytest.raises(DatabaseError), any_database.transaction() as session:
        session.execute(text(statement))
    assert entry_of(any_database, "one").points == 1


# What people read and do


def test_hq_takes_an_entry_back_and_the_stores_manager_is_told(any_database: Database, network: SmallNetwork) -> None:
    credit(any_database, network)
    name = f"P-{entry_of(any_database, 'one').id}"
    talk = Talk(any_database, now=MONDAY + DAY)
    talk.says(network.hq, f"/reverse {name} 重复计分")
    assert name in talk.last(network.hq).plain
    told = talk.last(network.sz02_manager).plain
    assert "-1 分" in told
    assert "重复计分" in told
    with any_database.transaction() as session:
        assert ledger.balance(session, network.sz02.id) == 0
        noted = session.exec(select(AuditEntry).where(AuditEntry.act == "ledger.reverse")).one()
        assert (noted.subject, noted.before, noted.reason, noted.person_id) == (name, "+1", "重复计分", network.hq.id)


def test_an_entry_is_not_taken_back_twice(any_database: Database, network: SmallNetwork) -> None:
    credit(any_database, network)
    name = f"P-{entry_of(any_database, 'one').id}"
    talk = Talk(any_database)
    talk.says(network.hq, f"/reverse {name} 重复计分")
    talk.says(network.hq, f"/reverse {name} 重复计分")
    assert "已经冲正过了" in talk.last(network.hq).plain
    with any_database.transaction() as session:
        assert ledger.balance(session, network.sz02.id) == 0


@pytest.mark.parametrize("words", ["/reverse P-1", "/reverse", "/reverse 1 because", "/reverse P-99999 because"])
def test_a_reversal_that_names_no_entry_or_reason_changes_nothing(
    any_database: Database, network: SmallNetwork, words: str
) -> None:
    credit(any_database, network)
    talk = Talk(any_database)
    talk.says(network.hq, words)
    assert len(talk.heard(network.hq)) == 1
    with any_database.transaction() as session:
        assert len(ledger.list_entries(session)) == 1


def test_only_hq_takes_points_back(any_database: Database, network: SmallNetwork) -> None:
    credit(any_database, network)
    talk = Talk(any_database)
    for person in (network.sz02_manager, network.shenzhen_manager, network.finance):
        talk.says(person, "/reverse P-1 because")
    with any_database.transaction() as session:
        assert ledger.balance(session, network.sz02.id) == 1
        refused = session.exec(select(AuditEntry).where(AuditEntry.act == "reverse")).all()
        assert [entry.refused for entry in refused] == [True] * 3


def test_a_store_sees_its_points_its_place_and_what_they_come_from(
    any_database: Database, network: SmallNetwork
) -> None:
    credit(any_database, network)
    credit(any_database, network, "last month", points=4, now=MONDAY - 3 * DAY)
    credit(any_database, network, "better", store_id=network.sz03.id, points=3)
    talk = Talk(any_database)
    talk.says(network.sz02_manager, "/score")
    said = talk.last(network.sz02_manager).plain
    assert "本月 1 分 · 第 2 名(共 4 家)" in said
    assert "累计 5 分" in said
    assert f"P-{entry_of(any_database, 'one').id} +1" in said
    assert "深圳龙岗店" not in said


def test_a_month_begins_at_the_networks_midnight(any_database: Database, network: SmallNetwork) -> None:
    month = MONDAY.replace(month=3, day=1, hour=0) - timedelta(hours=8)  # 1 March 00:00 in Shanghai
    credit(any_database, network, "before", now=month - timedelta(seconds=1))
    credit(any_database, network, "in it", now=month)
    talk = Talk(any_database)
    talk.says(network.sz02_manager, "/score")
    assert "本月 1 分" in talk.last(network.sz02_manager).plain


def test_the_region_sees_its_own_stores_and_hq_sees_all(any_database: Database, network: SmallNetwork) -> None:
    credit(any_database, network)
    talk = Talk(any_database)
    talk.says(network.shenzhen_manager, "/score")
    said = talk.last(network.shenzhen_manager).plain.splitlines()
    assert said[2] == "🥇 深圳福田店 1分·–·1"
    assert not any("曼谷" in row for row in said)
    talk.says(network.hq, "/score")
    assert "曼谷素坤逸店" in talk.last(network.hq).plain


def test_why_explains_an_entry_to_its_store_and_not_to_another(any_database: Database, network: SmallNetwork) -> None:
    credit(any_database, network)
    name = f"P-{entry_of(any_database, 'one').id}"
    talk = Talk(any_database)
    talk.says(network.sz02_deputy, f"/why {name}")
    said = talk.last(network.sz02_deputy).plain
    assert "深圳福田店 +1 分" in said
    assert "points.transfer = 1" in said
    assert f"规则版本 {network.policy.id}" in said
    for person in (network.shenzhen_manager, network.hq, network.finance, network.auditor):
        talk.says(person, f"/why {name}")
        assert "points.transfer = 1" in talk.last(person).plain
    talk.says(network.sz03_manager, f"/why {name}")
    assert "您只能查看" in talk.last(network.sz03_manager).plain


def test_why_shows_that_an_entry_was_taken_back_by_whom_and_why(any_database: Database, network: SmallNetwork) -> None:
    credit(any_database, network)
    number = entry_of(any_database, "one").id
    talk = Talk(any_database)
    talk.says(network.hq, f"/reverse P-{number} 重复计分")
    counter = entry_of(any_database, "reversal:one").id
    talk.says(network.sz02_manager, f"/why P-{number}")
    assert f"已被 P-{counter} 冲正(何总):重复计分" in talk.last(network.sz02_manager).plain
    talk.says(network.sz02_manager, f"/why P-{counter}")
    assert f"冲正 P-{number}(何总):重复计分" in talk.last(network.sz02_manager).plain
