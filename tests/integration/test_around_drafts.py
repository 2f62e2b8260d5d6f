"""A message turned into a draft, and a likely duplicate: nothing is public before somebody says so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.chat import Inbound, InboundKind
from storage.database import Database
from storage.tables.people import Person
from storage.tables.requests import Request
from tests.factories import small_network
from tests.integration.test_around_hold import POST, Desk
from tests.talk import Talk

WORDS = "前大灯-左 x1 急 客户在等"
LINK = "https://t.me/c/123/45"


@pytest.fixture
def desk(any_database: Database) -> Desk:
    with any_database.transaction() as session:
        network = small_network(session)
    return Desk(Talk(any_database), network)


def replies(desk: Desk, user: Person, text: str, words: str, *, author: str = "", can_form: bool = False) -> None:
    """Write a command in the group as a reply to somebody's message."""
    chat = desk.network.managers_chat
    account = desk.talk.account(user, "telegram").user
    desk.talk.takes(
        Inbound(
            id=f"telegram:quoted-{desk.talk.mark()}-{text}",
            kind=InboundKind.TEXT,
            origin=desk.talk.address(chat),
            user=account,
            text=text,
            addressed=True,
            message="77",
            reply_to="76",
            values={"quoted": words, "author": author, "author_name": "王师傅", "link": LINK},
            can_form=can_form,
        )
    )


def public(desk: Desk) -> list[str]:
    return [said.plain for said in desk.talk.heard(desk.network.managers_chat) if not said.only_for]


def test_a_message_becomes_a_draft_that_nobody_else_sees_before_it_is_confirmed(desk: Desk) -> None:
    manager = desk.network.sz01_manager
    replies(desk, manager, "transfer", WORDS)
    assert public(desk) == []
    assert desk.talk.heard(desk.network.sz02_manager) == []
    assert desk.request() is None
    shown = desk.talk.last_heard(desk.network.managers_chat)
    assert shown.only_for
    assert "请确认" in shown.plain and "王师傅" in shown.plain and WORDS in shown.plain
    desk.talk.presses(manager, "发布")
    request = desk.request()
    assert (request.written_by, request.written_at) == ("王师傅", LINK)
    card = desk.talk.card(desk.network.managers_chat, "T-0001")
    assert "王师傅" in card.plain and LINK in card.plain


def test_confirming_twice_posts_once(desk: Desk) -> None:
    manager = desk.network.sz01_manager
    replies(desk, manager, "transfer", WORDS)
    (button,) = [one for one in desk.talk.last_heard(desk.network.managers_chat).buttons if one.label == "发布"]
    desk.talk.presses_token(manager, button.token)
    assert "已经发布过了" in desk.talk.presses_token(manager, button.token).toast
    assert desk.request().number == 1


def test_a_draft_can_be_dropped(desk: Desk) -> None:
    replies(desk, desk.network.sz01_manager, "transfer", WORDS)
    desk.talk.presses(desk.network.sz01_manager, "不发了")
    assert desk.request() is None
    assert public(desk) == []


def test_what_the_message_does_not_say_is_asked_for_and_then_confirmed(desk: Desk) -> None:
    manager, group = desk.network.sz01_manager, desk.network.managers_chat
    replies(desk, manager, "transfer", "谁家有前大灯-左", author=desk.talk.account(desk.network.sz01_advisor).user)
    desk.talk.presses(manager, "form.pick")  # which part: the likeliest
    desk.talk.delivered()
    question = desk.talk.last_heard(group)
    desk.talk.says(manager, "1", chat=group, reply_to=question)
    desk.talk.presses(manager, "⚪ 普通")
    desk.talk.presses(manager, "补库存")
    assert desk.request() is None
    desk.talk.presses(manager, "发布")
    assert desk.request().written_by == desk.network.sz01_advisor.name


def test_the_shortcut_asks_which_kind_and_the_whole_form_is_the_confirmation(desk: Desk) -> None:
    manager = desk.network.sz02_manager  # on Slack
    account = desk.talk.account(manager, "slack")
    desk.talk.takes(
        Inbound(
            id="slack:shortcut-1",
            kind=InboundKind.TEXT,
            origin=desk.talk.address(manager),
            user=account.user,
            text="draft",
            addressed=True,
            private=True,
            values={"quoted": "刹车片-前 x2 补库存", "author": account.user, "link": "https://x.slack.com/p1"},
            can_form=True,
        )
    )
    assert "发什么请求" in desk.talk.last(manager).plain
    desk.talk.presses(manager, "调拨", can_form=True)
    form = desk.talk.reply.form
    assert form is not None
    assert desk.request() is None
    values = {field.name: field.value for field in form.fields}
    assert values["quantity"] == "2"
    desk.talk.sends_form(manager, {"urgency": "normal", "matter": "补库存"})
    assert (desk.request().written_by, desk.request().written_at) == (manager.name, "https://x.slack.com/p1")


def test_who_may_not_ask_for_a_transfer_cannot_make_a_draft_of_one(desk: Desk) -> None:
    replies(desk, desk.network.sz01_technician, "transfer", WORDS)
    assert "您的角色不能" in desk.talk.last(desk.network.managers_chat).plain


# Duplicates


def test_the_same_part_asked_for_by_the_same_store_within_thirty_minutes_warns_privately_with_the_label(
    desk: Desk,
) -> None:
    desk.asks()
    desk.talk.passes(minutes=29, seconds=59)
    desk.talk.says(desk.network.sz01_deputy, POST)
    warning = desk.talk.last(desk.network.sz01_deputy)
    assert "T-0001" in warning.plain and "像是同一件事" in warning.plain
    assert desk.request().number == 1
    assert not [said for said in public(desk) if "T-0002" in said]
    desk.talk.presses(desk.network.sz01_deputy, "仍然发布")
    assert desk.request().number == 2


def test_after_thirty_minutes_or_for_another_part_or_store_nobody_is_warned(desk: Desk) -> None:
    talk, network = desk.talk, desk.network
    desk.asks()
    talk.says(network.sz03_manager, "/transfer 刹车片-前 x1 普通 补库存")
    assert desk.request().number == 2
    talk.passes(minutes=30)
    talk.says(network.sz01_deputy, POST)
    assert desk.request().number == 3


def test_what_has_ended_is_no_duplicate(desk: Desk) -> None:
    desk.asks()
    desk.talk.says(desk.network.sz01_manager, "/withdraw T-0001 写错了")
    desk.asks()
    assert desk.request().number == 2


def test_the_warning_follows_the_setting(any_database: Database) -> None:
    from handlers.settings import Limits, Rules, Settings

    with any_database.transaction() as session:
        network = small_network(session)
    settings = Settings(rules=Rules(limits=Limits(duplicate=timedelta(0))))
    desk = Desk(Talk(any_database, settings), network)
    desk.asks()
    desk.talk.passes(seconds=1)
    desk.talk.says(network.sz01_deputy, POST)
    assert isinstance(desk.request(), Request) and desk.request().number == 2
