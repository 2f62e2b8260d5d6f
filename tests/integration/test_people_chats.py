"""Bound chats and `/help`, through the real dispatch on a real database."""

from __future__ import annotations

import pytest

from handlers.chat import Address
from handlers.settings import Settings
from storage.database import Database
from storage.tables.audit import AuditEntry
from storage.tables.chats import Chat, Purpose
from storage.tables.people import Role
from tests.factories import MONDAY, Factory, SmallNetwork, small_network
from tests.people_desk import one, refusals, rows
from tests.talk import Place, Talk


@pytest.fixture
def network(database: Database) -> SmallNetwork:
    with database.transaction() as session:
        return small_network(session)


@pytest.fixture
def talk(database: Database, network: SmallNetwork) -> Talk:
    return Talk(database)


# Chats


def binding(talk: Talk, chat: str, thread: str = "") -> Chat:
    return one(talk.database, Chat, chat=chat, thread=thread)


def test_a_region_manager_binds_a_chat_for_the_own_region(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.shenzhen_manager, "/bind emergency", chat="telegram:-5")
    heard = talk.last_heard("telegram:-5")
    assert "深圳 紧急支援群" in heard.plain
    assert heard.only_for == ""
    bound = binding(talk, "-5")
    assert (bound.purpose, bound.region_id, bound.thread) == (Purpose.EMERGENCY, network.shenzhen.id, "")
    assert bound.bound_by == network.shenzhen_manager.id


def test_a_topic_is_a_place_of_its_own(talk: Talk, network: SmallNetwork) -> None:
    topic = Address("telegram", "-5", "42")
    talk.says(network.shenzhen_manager, "/绑定群 店长", chat=topic)
    talk.says(network.shenzhen_manager, "/绑定群 技师", chat=Address("telegram", "-5", "43"), reply_to="900")
    assert binding(talk, "-5", "42").purpose is Purpose.MANAGERS
    assert binding(talk, "-5", "43").purpose is Purpose.TECHNICIANS
    assert "深圳 店长群" in talk.last(topic).plain


def test_words_in_the_thread_of_a_message_bind_the_channel(talk: Talk, network: SmallNetwork) -> None:
    with talk.database.transaction() as session:
        Factory(session).account(network.shenzhen_manager, "slack", "U900")
    thread = Address("slack", "C5", "1700.1")
    talk.says("slack:U900", "@bot bind managers", chat=thread, reply_to="1700.1")
    assert binding(talk, "C5").purpose is Purpose.MANAGERS


def test_another_regions_manager_binds_nothing(talk: Talk, network: SmallNetwork) -> None:
    refused: list[tuple[str, Place]] = [
        ("/bind managers 深圳", "telegram:-5"),  # another region
        ("/bind managers", network.managers_chat),  # another region's chat
        ("/bind hq", "telegram:-5"),
        ("/bind managers", network.hq_chat),
        ("/unbind", network.managers_chat),
    ]
    for words, place in refused:
        talk.says(network.bangkok_manager, words, chat=place)
    talk.says(network.sz01_manager, "/bind managers", chat="telegram:-5")
    talk.says("telegram:500", "/bind managers", chat="telegram:-5")
    assert refusals(talk.database) == ["bind"] * 4 + ["unbind"] + ["bind"] * 2
    assert {chat.id for chat in rows(talk.database, Chat)} == {
        network.managers_chat.id,
        network.bangkok_chat.id,
        network.hq_chat.id,
    }
    assert one(talk.database, Chat, id=network.managers_chat.id).region_id == network.shenzhen.id


def test_nothing_is_bound_in_private(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.hq, "/bind hq")
    assert "群里" in talk.last(network.hq).plain
    assert len(rows(talk.database, Chat)) == 3


def test_a_button_in_a_private_chat_binds_nothing(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.hq, "/bind managers", chat="telegram:-6")
    talk.presses_token(network.hq, talk.last_heard("telegram:-6").buttons[0].token)
    assert talk.reply.alert
    assert len(rows(talk.database, Chat)) == 3


def test_a_region_manager_without_a_region_oversees_nothing(talk: Talk, network: SmallNetwork) -> None:
    with talk.database.transaction() as session:
        lost = Factory(session).person("无区", Role.REGION_MANAGER)
    for words, place in (
        ("/bind managers", "telegram:-5"),
        ("/bind managers 深圳", "telegram:-5"),
        ("/bind managers", network.hq_chat),
        ("/unbind", network.hq_chat),
        ("/lang en", network.hq_chat),
    ):
        talk.says(lost, words, chat=place)
    assert len(refusals(talk.database)) == 5
    talk.says(lost, "/chats")
    assert "总部群" not in talk.last(lost).plain
    talk.says(lost, "/invite 钱多")
    assert len(refusals(talk.database)) == 6


def test_hq_names_the_region_where_there_are_several(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.hq, "/bind managers 曼谷", chat="telegram:-5")
    assert binding(talk, "-5").region_id == network.bangkok.id
    assert "曼谷 store managers' chat" in talk.last("telegram:-5").plain  # in the region's language

    talk.says(network.hq, "/bind managers", chat="telegram:-6")
    heard = talk.last_heard("telegram:-6")
    assert heard.only_for == "7012"
    talk.presses_token(network.bangkok_manager, heard.buttons[0].token, on=heard)  # 深圳 is not theirs
    assert not rows(talk.database, Chat, chat="-6")
    talk.presses(network.hq, "深圳", on=heard)
    assert binding(talk, "-6").region_id == network.shenzhen.id

    talk.says(network.hq, "/bind managers 火星", chat="telegram:-7")
    assert "深圳, 曼谷" in talk.last("telegram:-7").plain
    talk.says(network.hq, "/bind hq 深圳", chat="telegram:-7")
    talk.says(network.hq, "/bind", chat="telegram:-7")
    talk.says(network.hq, "/bind 店" + "长" * 10_000, chat="telegram:-7")
    assert not rows(talk.database, Chat, chat="-7")


def test_the_only_region_need_not_be_named(database: Database) -> None:
    with database.transaction() as session:
        make = Factory(session)
        region = make.region("深圳")
        boss = make.person("何总", Role.HQ)
    talk = Talk(database)
    talk.says(boss, "/bind managers", chat="telegram:-5")
    assert binding(talk, "-5").region_id == region.id


def test_a_chat_is_bound_to_another_purpose_with_a_notice(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.shenzhen_manager, "/bind technicians", chat=network.managers_chat)
    said = talk.last(network.managers_chat).plain
    assert "深圳 技师互助群" in said
    assert "以前是:深圳 店长群" in said
    assert one(talk.database, Chat, id=network.managers_chat.id).purpose is Purpose.TECHNICIANS
    talk.says(network.shenzhen_manager, "/bind technicians", chat=network.managers_chat)
    assert "早就是" in talk.last(network.managers_chat).plain
    before = [entry.before for entry in rows(talk.database, AuditEntry, act="bind")]
    assert "managers" in before[0]


def test_a_chat_is_unbound(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.shenzhen_manager, "/unbind", chat=network.managers_chat)
    assert "不再是:深圳 店长群" in talk.last(network.managers_chat).plain
    assert not rows(talk.database, Chat, id=network.managers_chat.id)
    talk.says(network.shenzhen_manager, "/unbind", chat=network.managers_chat)
    assert "还没有绑定" in talk.last(network.managers_chat).plain


def test_bound_chats_are_listed_with_their_state(talk: Talk, network: SmallNetwork) -> None:
    talk.happens("bot_removed", network.bangkok_chat)
    talk.says(network.hq, "/chats")
    said = talk.last(network.hq).plain
    assert len(said.splitlines()) == 4
    assert "深圳 店长群" in said
    assert "停用:机器人被移出" in said
    talk.says(network.shenzhen_manager, "/chats")
    said = talk.last(network.shenzhen_manager).plain
    assert "曼谷" not in said
    assert "总部群" not in said


def test_a_suspended_binding_lives_again_when_it_is_bound(talk: Talk, network: SmallNetwork) -> None:
    talk.happens("bot_removed", network.managers_chat)
    assert one(talk.database, Chat, id=network.managers_chat.id).suspended_at == MONDAY
    talk.says(network.shenzhen_manager, "/bind managers", chat=network.managers_chat)
    assert "恢复使用" in talk.last(network.managers_chat).plain
    assert one(talk.database, Chat, id=network.managers_chat.id).suspended_at is None


# Help


def test_help_is_by_role_chat_and_language(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.sz01_manager, "/help")
    said = talk.last(network.sz01_manager).plain
    assert "/away · 暂时离开" in said
    assert "/bind" not in said
    assert "/invite" not in said
    # Every command stands under its matter, one's own affairs last and alone.
    heads = [row for row in said.splitlines() if not row.startswith("/")]
    assert heads[:4] == ["调拨", "技师支援", "客户分流", "请教与案例"]
    assert said.index("客户分流") < said.index("/divert") < said.index("请教与案例") < said.index("/ask")
    assert said.index("调拨") < said.index("/activate") < said.index("技师支援") < said.index("/support")
    own = [row.split()[0] for row in said.split("账号与群\n")[1].splitlines() if row.startswith("/")]
    assert sorted(own) == ["/away", "/back", "/cancel", "/help", "/lang", "/start", "/whoami"]
    talk.says(network.shenzhen_manager, "/help")
    assert "/invite" in talk.last(network.shenzhen_manager).plain
    assert "/bind" not in talk.last(network.shenzhen_manager).plain  # in groups only
    talk.says(network.shenzhen_manager, "/help", chat=network.managers_chat)
    assert "/bind" in talk.last(network.managers_chat).plain
    talk.says(network.bk01_manager, "/help")
    assert "Be away for a while" in talk.last(network.bk01_manager).plain
    talk.says("telegram:500", "/help")
    assert "/away" not in talk.last("telegram:500").plain
    assert "/start" in talk.last("telegram:500").plain


def test_help_fits_one_message_for_everybody(talk: Talk, network: SmallNetwork) -> None:
    for language in ("zh", "en", "es"):
        talk.settings = Settings.model_validate({"network": {"language": language}})
        for place in (None, network.managers_chat):
            talk.says(network.hq, "/help", chat=place)
            said = talk.last(place or network.hq).plain
            assert 100 < len(said.encode("utf-16-le")) // 2 <= 4096


def test_help_explains_one_command(talk: Talk, network: SmallNetwork) -> None:
    for words in ("/help bind", "/help /bind", "/help 绑定群", "/帮助 BIND please"):
        talk.says(network.sz01_manager, words)
        said = talk.last(network.sz01_manager).plain
        assert "/bind 店长 深圳" in said
        assert "/绑定群" in said
        assert "只能在群里用" in said
        assert "区域经理" in said


def test_help_with_an_unknown_command_offers_what_is_near(talk: Talk, network: SmallNetwork) -> None:
    talk.says(network.sz01_manager, "/help awya")
    assert "/away" in talk.last(network.sz01_manager).plain
    talk.says(network.sz01_manager, "/help " + "<b>" * 4_000)
    said = talk.last(network.sz01_manager).plain
    assert "/" in said
    assert len(said) < 200
