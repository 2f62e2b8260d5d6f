"""Linking and inviting, through the real dispatch on a real database."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from storage.database import Database
from storage.tables.audit import AuditEntry
from storage.tables.people import Account, LinkCode, Person, Role
from tests.factories import Factory, SmallNetwork, small_network
from tests.people_desk import code_for, one, refusals, rows, unlinked
from tests.talk import Talk


@pytest.fixture
def network(database: Database) -> SmallNetwork:
    with database.transaction() as session:
        return small_network(session)


@pytest.fixture
def talk(database: Database, network: SmallNetwork) -> Talk:
    return Talk(database)


# Linking


def test_a_code_links_an_account_to_its_person_once(any_database: Database) -> None:
    with any_database.transaction() as session:
        network = small_network(session)
    talk = Talk(any_database)
    person = unlinked(any_database, network)
    made = code_for(any_database, person)
    talk.says("telegram:500", f"/start {made}")
    assert "新来的" in talk.last("telegram:500").plain
    account = one(any_database, Account, user="500")
    assert (account.person_id, account.private_chat) == (person.id, "500")
    assert one(any_database, LinkCode).code_hash != made

    talk.says("telegram:501", f"/start {made}")
    assert "用过" in talk.last("telegram:501").plain
    assert not rows(any_database, Account, user="501")
    assert refusals(any_database) == ["start"]


def test_whoami_shows_person_store_and_role_on_both_platforms(talk: Talk, network: SmallNetwork) -> None:
    talk.says("slack:U500", f"link {code_for(talk.database, network.sz01_manager)}", chat="slack:D500", private=True)
    for user, place in ((network.sz01_manager, "telegram:7001"), ("slack:U500", "slack:D500")):
        talk.says(user, "whoami", chat=place, private=True)
        said = talk.last(place).plain
        for fact in (
            "张伟",
            "店长",
            "深圳南山店",
            "SZ01",
            "深圳",
            "中文",
            "Asia/Shanghai",
            "telegram",
            "slack",
            "在岗",
        ):
            assert fact in said


@pytest.mark.parametrize("written", ["lower", "spaced", "dashed", "wide"])
def test_a_code_is_taken_however_it_is_typed(talk: Talk, network: SmallNetwork, written: str) -> None:
    made = code_for(talk.database, unlinked(talk.database, network))
    as_written = {
        "lower": made.lower(),
        "spaced": f" {made[:4]}  {made[4:]} ",
        "dashed": f"{made[:4]}-{made[4:]}",
        "wide": "".join(chr(ord(sign) + 0xFEE0) for sign in made),
    }
    talk.says("telegram:500", f"/start {as_written[written]}")
    assert rows(talk.database, Account, user="500")


def test_a_code_lasts_fifteen_minutes(talk: Talk, network: SmallNetwork) -> None:
    person = unlinked(talk.database, network)
    made = code_for(talk.database, person)
    talk.now += timedelta(minutes=15)
    talk.says("telegram:500", f"/start {made}")
    assert "过期" in talk.last("telegram:500").plain
    assert not rows(talk.database, Account, user="500")
    made = code_for(talk.database, person, talk.now)
    talk.now += timedelta(minutes=14, seconds=59)
    talk.says("telegram:500", f"/start {made}")
    assert rows(talk.database, Account, user="500")


def test_a_new_code_takes_the_place_of_the_older_one(talk: Talk, network: SmallNetwork) -> None:
    person = unlinked(talk.database, network)
    older, newer = code_for(talk.database, person), code_for(talk.database, person)
    talk.says("telegram:500", f"/start {older}")
    assert "过期" in talk.last("telegram:500").plain
    talk.says("telegram:500", f"/start {newer}")
    assert rows(talk.database, Account, user="500")


def test_five_wrong_codes_and_even_the_right_one_has_to_wait(talk: Talk, network: SmallNetwork) -> None:
    made = code_for(talk.database, unlinked(talk.database, network))
    for guess in ("22222222", "33333333", "nonsense", "A" * 10_000, "<b>44444444</b>"):
        talk.says("telegram:500", f"/start {guess}")
        assert "不对" in talk.last("telegram:500").plain
    talk.says("telegram:500", f"/start {made}")
    assert "15 分钟后" in talk.last("telegram:500").plain
    assert not rows(talk.database, Account, user="500")
    assert refusals(talk.database) == ["start"] * 6
    talk.says("telegram:501", f"/start {made}")  # another account is not held back
    assert rows(talk.database, Account, user="501")


def test_after_a_pause_one_may_try_again(talk: Talk, network: SmallNetwork) -> None:
    for _ in range(5):
        talk.says("telegram:500", "/start 22222222")
    talk.now += timedelta(minutes=15)
    made = code_for(talk.database, unlinked(talk.database, network), talk.now)
    talk.says("telegram:500", f"/start {made}")
    assert rows(talk.database, Account, user="500")


def test_an_account_belongs_to_one_person(talk: Talk, network: SmallNetwork) -> None:
    made = code_for(talk.database, network.sz02_manager)
    talk.says(network.sz01_manager, f"/start {made}")
    assert "已经绑定给 张伟" in talk.last(network.sz01_manager).plain
    assert one(talk.database, Account, user="7001").person_id == network.sz01_manager.id
    assert one(talk.database, LinkCode).used_at is None


def test_ones_own_account_again_spends_no_code(talk: Talk, network: SmallNetwork) -> None:
    made = code_for(talk.database, network.sz01_manager)
    talk.says(network.sz01_manager, f"/start {made}")
    assert "不用再绑" in talk.last(network.sz01_manager).plain
    talk.says("telegram:500", f"/start {made}")
    assert len(rows(talk.database, Account, person_id=network.sz01_manager.id)) == 2


def test_a_person_hears_of_a_new_account_by_the_old_one(talk: Talk, network: SmallNetwork) -> None:
    talk.says("telegram:500", f"/start {code_for(talk.database, network.sz01_manager)}")
    assert "不是您本人" in talk.last("telegram:7001").plain


def test_the_account_of_somebody_who_left_can_be_linked_anew(talk: Talk, network: SmallNetwork) -> None:
    with talk.database.transaction() as session:
        session.get_one(Person, network.sz01_deputy.id).active = False
    talk.says("telegram:7002", "/whoami")
    assert "还没有绑定" in talk.last("telegram:7002").plain
    person = unlinked(talk.database, network, "李娜", Role.DEPUTY)
    talk.says("telegram:7002", f"/start {code_for(talk.database, person)}")
    assert one(talk.database, Account, user="7002").person_id == person.id


def test_a_code_of_somebody_who_left_links_nobody(talk: Talk, network: SmallNetwork) -> None:
    made = code_for(talk.database, network.sz01_deputy)
    with talk.database.transaction() as session:
        session.get_one(Person, network.sz01_deputy.id).active = False
    talk.says("telegram:500", f"/start {made}")
    assert not rows(talk.database, Account, user="500")


def test_a_code_everybody_saw_is_burnt(talk: Talk, network: SmallNetwork) -> None:
    made = code_for(talk.database, unlinked(talk.database, network))
    talk.says("telegram:500", f"/start {made}", chat=network.managers_chat)
    heard = talk.last_heard(network.managers_chat)
    assert "作废" in heard.plain
    assert made not in heard.plain
    assert heard.only_for == ""  # a stranger cannot be told privately
    talk.says("telegram:500", f"/start {made}")
    assert "用过" in talk.last("telegram:500").plain
    assert not rows(talk.database, Account, user="500")
    assert refusals(talk.database) == ["start", "start"]


def test_a_slash_command_nobody_sees_links_in_a_channel_as_well(talk: Talk, network: SmallNetwork) -> None:
    made = code_for(talk.database, unlinked(talk.database, network))
    talk.says("slack:U500", f"/link {made}", chat="slack:C9", private=False, can_form=True)
    assert one(talk.database, Account, user="U500").private_chat == "U500"
    assert talk.last_heard("slack:C9").only_for == "U500"


def test_starting_a_bot_in_a_group_with_telegrams_own_word_is_no_guess(talk: Talk, network: SmallNetwork) -> None:
    talk.says("telegram:500", "/start true", chat=network.managers_chat)
    assert refusals(talk.database) == []


def test_an_anonymous_admin_is_linked_to_nobody(talk: Talk, network: SmallNetwork) -> None:
    made = code_for(talk.database, unlinked(talk.database, network))
    talk.says("telegram:", f"/start {made}", chat="telegram:-77", private=False, can_form=True)
    assert "自己的账号" in talk.last("telegram:-77").plain
    assert not rows(talk.database, Account, user="")


def test_start_without_a_code_greets_whom_it_knows_and_tells_the_others_how(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.sz01_manager, "/start")
    said = talk.last(network.sz01_manager).plain
    assert "深圳南山店" in said
    assert "/away" in said
    assert "/invite" not in said
    talk.says("telegram:500", "/start")
    assert "/start" in talk.last("telegram:500").plain


# Inviting


def secret_in(talk: Talk, person: Person) -> str:
    found = re.search(r"/start (\w{8})", talk.last(person).plain)
    assert found
    return found[1]


def test_hq_invites_by_name_and_the_code_works(talk: Talk, network: SmallNetwork) -> None:
    person = unlinked(talk.database, network, "孙丽")
    talk.says(network.hq, "/invite 孙丽")
    said = talk.last(network.hq).plain
    assert "孙丽" in said
    assert "深圳南山店" in said
    assert "/xietong link" in said
    talk.says("telegram:500", f"/start {secret_in(talk, network.hq)}")
    assert one(talk.database, Account, user="500").person_id == person.id


def test_a_code_is_handed_over_privately_and_kept_nowhere_in_words(talk: Talk, network: SmallNetwork) -> None:
    unlinked(talk.database, network, "孙丽")
    talk.says(network.hq, "/invite 孙丽", chat=network.managers_chat)
    heard = talk.last_heard(network.managers_chat)
    assert heard.only_for == "7012"
    assert heard.person_id is None  # so that it is never said anywhere else
    found = re.search(r"/start (\w{8})", heard.plain)
    assert found
    entries = rows(talk.database, AuditEntry)
    assert [(entry.act, entry.subject) for entry in entries] == [("invite", f"person:{unlinked_id(talk, '孙丽')}")]
    assert not any(found[1] in f"{entry.after}{entry.reason}{entry.before}" for entry in entries)


def unlinked_id(talk: Talk, name: str) -> int:
    return one(talk.database, Person, name=name).id


def test_of_several_with_one_name_the_store_or_a_button_decides(talk: Talk, network: SmallNetwork) -> None:
    with talk.database.transaction() as session:
        other = Factory(session).person("张伟", Role.ADVISOR, at=network.sz02, account="")
    talk.says(network.hq, "/invite 张伟")
    assert "是哪一位" in talk.last(network.hq).plain
    talk.presses(network.hq, "张伟(深圳福田店 服务顾问)")
    assert one(talk.database, LinkCode).person_id == other.id
    talk.says(network.hq, "/invite 张伟 SZ01")
    assert {code.person_id for code in rows(talk.database, LinkCode)} == {other.id, network.sz01_manager.id}


def test_an_unknown_name_is_answered_with_names_near_it(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.hq, "/invite 张玮")
    assert "张伟" in talk.last(network.hq).plain
    talk.says(network.hq, "/invite " + "龘" * 10_000)
    assert len(talk.last(network.hq).plain) < 200
    talk.says(network.hq, "/invite")
    assert "例如" in talk.last(network.hq).plain
    assert not rows(talk.database, LinkCode)


def test_a_region_invites_its_own_people_only(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.shenzhen_manager, "/invite 张伟")
    assert one(talk.database, LinkCode).person_id == network.sz01_manager.id
    for name in ("Somchai", "何总", "钱多"):
        talk.says(network.shenzhen_manager, f"/invite {name}")
        assert "只能邀请" in talk.last(network.shenzhen_manager).plain
    talk.says(network.shenzhen_manager, "/invite Somchay")  # nor are the others' names told
    assert "Somchai" not in talk.last(network.shenzhen_manager).plain
    assert len(rows(talk.database, LinkCode)) == 1
    assert refusals(talk.database) == ["invite"] * 3


def test_a_store_manager_invites_nobody(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.sz01_manager, "/invite 李娜")
    assert not rows(talk.database, LinkCode)
    assert refusals(talk.database) == ["invite"]


def test_somebody_elses_button_gives_no_code(talk: Talk, network: SmallNetwork) -> None:
    with talk.database.transaction() as session:
        Factory(session).person("Somchai", Role.ADVISOR, at=network.bk01, account="")
    talk.says(network.hq, "/invite Somchai")
    token = talk.last_heard(network.hq).buttons[0].token
    for thief in (network.sz01_manager, network.shenzhen_manager, "telegram:500"):
        talk.presses_token(thief, token)
        assert talk.reply.alert
    assert not rows(talk.database, LinkCode)
    assert len(refusals(talk.database)) == 3


def test_the_button_of_somebody_who_left_since_gives_no_code(talk: Talk, network: SmallNetwork) -> None:
    with talk.database.transaction() as session:
        other = Factory(session).person("张伟", Role.ADVISOR, at=network.sz02, account="")
    talk.says(network.hq, "/invite 张伟")
    with talk.database.transaction() as session:
        session.get_one(Person, other.id).active = False
    talk.presses(network.hq, "张伟(深圳福田店 服务顾问)")
    assert talk.reply.alert
    assert not rows(talk.database, LinkCode)


@pytest.mark.parametrize("name", ["<b>张三</b>", "مُحَمَّد", "a\u202eb", "{name}", "José García", "=cmd()"])
def test_any_name_is_said_as_it_stands(talk: Talk, network: SmallNetwork, name: str) -> None:
    unlinked(talk.database, network, name)
    talk.says(network.hq, f"/invite {name}")
    talk.says("telegram:500", f"/start {secret_in(talk, network.hq)}")
    assert name in talk.last("telegram:500").plain
    talk.says("telegram:500", "/whoami")
    assert name in talk.last("telegram:500").plain
