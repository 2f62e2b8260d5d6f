"""What bot/telegram.py says: words, buttons, edits, refusals, the menu and doctor's findings."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.platform import (
    Gone,
    Level,
    MenuEntry,
    Moved,
    Posted,
    TryLater,
    Unreachable,
    Unsayable,
)
from bot.telegram import Telegram
from handlers import chat as words
from handlers.chat import (
    Button,
    Look,
    Span,
    bold,
    code,
    copy,
    line,
    message,
    table,
)
from tests.integration.telegram_desk import (
    GROUP,
    LI,
    ZHANG,
    Clock,
    address,
    card,
    refused,
)
from tests.integration.telegram_desk import given_clock as given_clock
from tests.integration.telegram_desk import given_desk as given_desk
from tests.integration.telegram_desk import given_telegram as given_telegram
from tests.integration.telegram_desk import given_wire as given_wire
from tests.wire_telegram import TOKEN, TelegramWire

# Saying


async def test_every_style_arrives_escaped(wire: TelegramWire, telegram: Telegram) -> None:
    said = message(
        line("a <b> & c > d ", bold('B<"'), " ", Span("I&", "italic"), " ", code("x<y")),
        line("to ", Span("张伟 <3", "mention", 7, str(ZHANG)), " and ", Span("nobody", "mention", 8)),
        line("tap: ", copy("SF123&4")),
        copy("Dear customer,\n  your <part> is on its way."),
        Span("bad id", "mention", 9, '1"><b>'),
    )
    await telegram.post(address(GROUP), said)
    (shown,) = wire.messages(GROUP)
    assert shown.text == said.plain
    at = shown.text.encode("utf-16-le")
    styles = [
        (one["type"], at[one["offset"] * 2 : (one["offset"] + one["length"]) * 2].decode("utf-16-le"))
        for one in shown.entities
    ]
    assert styles == [
        ("bold", 'B<"'),
        ("italic", "I&"),
        ("code", "x<y"),
        ("text_mention", "张伟 <3"),
        ("code", "SF123&4"),
        ("pre", "Dear customer,\n  your <part> is on its way."),
    ]
    assert shown.entities[3]["user"] == ZHANG
    assert wire.calls[-1].params["link_preview_options"] == {"is_disabled": True}
    assert wire.violations == []


async def test_buttons_carry_their_token_and_look(wire: TelegramWire, telegram: Telegram) -> None:
    rows = (
        (Button("可以", "yes", look=Look.PRIMARY, token="t1"), Button("不行", "no", look=Look.DANGER, token="t2")),
        tuple(Button(str(n), "pick", token=f"p{n}") for n in range(10)),
    )
    posted = await telegram.post(address(GROUP), message("?", buttons=rows))
    (shown,) = wire.messages(GROUP)
    assert posted == Posted(str(GROUP), str(shown.id))
    assert shown.buttons[0] == [("可以", "t1"), ("不行", "t2")]
    assert [len(row) for row in shown.buttons] == [2, 8, 2]
    assert [one.get("style") for one in shown.markup["inline_keyboard"][0]] == ["primary", "danger"]
    assert wire.violations == []


@pytest.mark.parametrize(("ask", "placeholder"), [("数量", "数量"), ("长" * 80, "长" * 63 + "…"), (" ", "-")])
async def test_a_question_opens_a_reply_field(
    wire: TelegramWire, telegram: Telegram, ask: str, placeholder: str
) -> None:
    await telegram.post(address(GROUP), message("多少?", ask=ask))
    (shown,) = wire.messages(GROUP)
    assert shown.ask == placeholder
    assert shown.markup["selective"] is True


async def test_buttons_win_over_a_question(wire: TelegramWire, telegram: Telegram) -> None:
    rows = ((Button("1", "n", token="t"),),)
    await telegram.post(address(GROUP), message("多少?", ask="数量", buttons=rows))
    (shown,) = wire.messages(GROUP)
    assert (shown.labels, shown.ask) == (["1"], "")


async def test_a_long_text_is_split_at_line_ends_with_the_buttons_last(
    wire: TelegramWire, telegram: Telegram, clock: Clock
) -> None:
    lines = [line(bold(f"{n:04}"), f" <{'配件😀' * 8}>") for n in range(400)]
    said = message(*lines, buttons=((Button("ok", "ok", token="t"),),))
    posted = await telegram.post(address(GROUP), said)
    shown = wire.messages(GROUP)
    assert len(shown) == 4
    assert "\n".join(one.text for one in shown) == said.plain
    assert [one.labels for one in shown] == [[], [], [], ["ok"]]
    assert posted.message == str(shown[-1].id)
    assert clock.pauses == [1.0] * 3, "the parts keep the chat's pace"
    assert wire.violations == []


async def test_a_line_longer_than_the_limit_is_split_inside(wire: TelegramWire, telegram: Telegram) -> None:
    await telegram.post(address(GROUP), message(line("before ", bold("&😀" * 3000))))
    shown = wire.messages(GROUP)
    assert shown[0].text == "before"
    assert "".join(one.text for one in shown[1:]) == "&😀" * 3000
    assert all(one.entities[0]["type"] == "bold" for one in shown[1:])
    assert wire.violations == []


@pytest.mark.parametrize(("length", "count"), [(4096, 1), (4097, 2), (8192, 2), (8193, 3)])
async def test_the_limit_is_kept_to_the_unit(wire: TelegramWire, telegram: Telegram, length: int, count: int) -> None:
    await telegram.post(address(GROUP), message("x" * length))
    assert len(wire.messages(GROUP)) == count
    assert sum(len(one.text) for one in wire.messages(GROUP)) == length


async def test_a_part_without_words_is_not_sent(wire: TelegramWire, telegram: Telegram) -> None:
    await telegram.post(address(GROUP), message("x" * 4096, " ", " "))
    assert [len(one.text) for one in wire.messages(GROUP)] == [4096]
    assert wire.violations == []


async def test_a_429_between_two_parts_does_not_say_the_first_again(
    wire: TelegramWire, telegram: Telegram, clock: Clock
) -> None:
    said = asyncio.create_task(telegram.post(address(GROUP), message("x" * 4000, "y" * 4000)))
    await wire.wait_for(lambda: wire.messages(GROUP))
    wire.fail_next("sendMessage", 429, retry_after=3)
    await said
    assert [one.text[0] for one in wire.messages(GROUP)] == ["x", "y"]
    assert clock.pauses == [1.0, 3.0]


async def test_a_message_for_one_goes_to_the_private_chat(wire: TelegramWire, telegram: Telegram) -> None:
    forum = wire.group(-100222, "论坛", forum=True)
    topic = wire.topic(forum, "紧急")
    posted = await telegram.post(address(forum, topic), message("secret"), only_for=str(ZHANG), reply_to="5")
    assert "reply_parameters" not in wire.calls[-1].params, "ids are each chat's own"
    assert posted.chat == str(ZHANG)
    assert [one.text for one in wire.messages(ZHANG)] == ["secret"]
    assert not wire.messages(forum)


async def test_a_topic_and_the_answered_message_are_kept(wire: TelegramWire, telegram: Telegram) -> None:
    forum = wire.group(-100222, "论坛", forum=True)
    topic = wire.topic(forum, "紧急")
    first = await telegram.post(address(forum, topic), message("card"))
    await telegram.post(address(forum, topic), message("answer"), reply_to=first.message)
    await telegram.post(address(forum, topic), message("to a message that is gone"), reply_to="999")
    shown = wire.messages(forum)
    assert [one.topic for one in shown] == [topic] * 3
    assert [one.reply_to for one in shown] == [0, int(first.message), 0]
    assert wire.violations == []


async def test_halves_of_characters_do_not_stop_a_message(wire: TelegramWire, telegram: Telegram) -> None:
    await telegram.post(address(GROUP), message("half \ud83d here", buttons=((Button("\ud83d", "x", token="t"),),)))
    assert wire.messages(GROUP)[0].text == "half � here"
    assert wire.violations == []


# Editing


async def test_an_edit_changes_words_and_buttons_in_place(wire: TelegramWire, telegram: Telegram) -> None:
    posted = await telegram.post(address(GROUP), card("T-0001"))
    await telegram.edit(address(GROUP), posted, message(bold("done"), ask="ignored"))
    (shown,) = wire.messages(GROUP)
    assert (shown.text, shown.buttons, shown.edits) == ("done", [], 1)
    assert wire.violations == []


async def test_an_edit_that_changes_nothing_is_no_error(wire: TelegramWire, telegram: Telegram) -> None:
    posted = await telegram.post(address(GROUP), card("T-0001"))
    await telegram.edit(address(GROUP), posted, card("T-0001"))
    assert wire.calls[-1].status == 400
    assert wire.messages(GROUP)[0].edits == 0


async def test_an_edit_over_the_limit_is_cut_at_a_line_end(wire: TelegramWire, telegram: Telegram) -> None:
    posted = await telegram.post(address(GROUP), card("T-0001"))
    lines = [line(bold(f"line {n} & more")) for n in range(400)]
    await telegram.edit(address(GROUP), posted, message(*lines))
    text = wire.messages(GROUP)[0].text
    kept = text.split("\n")
    assert kept[-1] == "…"
    assert kept[:-1] == [f"line {n} & more" for n in range(len(kept) - 1)]
    assert 4000 < len(text) <= 4096
    assert wire.violations == []


# Refusals


async def test_a_429_says_how_long(wire: TelegramWire, telegram: Telegram) -> None:
    wire.fail_next("sendMessage", 429, retry_after=23)
    error = await refused(telegram, address(GROUP))
    assert isinstance(error, TryLater)
    assert (error.seconds, error.limited) == (23, True)


@pytest.mark.parametrize(
    "failure",
    [
        {"status": 500},
        {"status": 502},
        {"status": 502, "body": "<html>nginx</html>"},
        {"how": "cut"},
        {"status": 200, "body": "not json"},
    ],
    ids=str,
)
async def test_what_may_pass_is_tried_later(wire: TelegramWire, telegram: Telegram, failure: dict[str, Any]) -> None:
    wire.fail_next("sendMessage", **failure)
    error = await refused(telegram, address(GROUP))
    assert isinstance(error, TryLater)
    assert (error.seconds, error.limited) == (None, False)
    await telegram.post(address(GROUP), message("again"))


async def test_no_answer_in_time_is_tried_later(
    wire: TelegramWire, telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram_http.READ", 0.05)
    wire.fail_next("sendMessage", how="hang")
    assert isinstance(await refused(telegram, address(GROUP)), TryLater)


async def test_nobody_listening_is_tried_later() -> None:
    telegram = Telegram(TOKEN, base_url="http://127.0.0.1:1")
    assert isinstance(await refused(telegram, address(GROUP)), TryLater)
    await telegram.close()


async def test_a_group_that_moved_says_where(wire: TelegramWire, telegram: Telegram) -> None:
    wire.migrate(GROUP, -100999, told=False)
    error = await refused(telegram, address(GROUP))
    assert isinstance(error, Moved)
    assert error.chat == "-100999"
    await telegram.post(address(-100999), message("here"))


async def test_places_that_cannot_be_reached_say_what_happened(wire: TelegramWire, telegram: Telegram) -> None:
    forum = wire.group(-100222, "论坛", forum=True)
    topic = wire.topic(forum, "紧急")
    await telegram.post(address(forum, topic), message("before"))
    wire.close_topic(forum, topic)
    wire.kick_bot(GROUP, LI)
    wire.block(LI)
    wire.user(103, "Wang", started=False)
    wire.chats[wire.group(-100333, "禁言")].muted = True
    expected = {
        address(GROUP): words.BOT_REMOVED,
        address(-555): words.BOT_REMOVED,
        address(LI): words.USER_BLOCKED,
        address(103): words.USER_BLOCKED,
        address(104): words.USER_BLOCKED,
        address(forum, topic): words.CHAT_CLOSED,
        address(forum, 4711): words.CHAT_CLOSED,
        address(-100333): words.CHAT_CLOSED,
    }
    found = {}
    for where in expected:
        error = await refused(telegram, where)
        assert isinstance(error, Unreachable)
        found[where] = error.event
    assert found == expected


async def test_a_message_telegram_does_not_take_is_unsayable(wire: TelegramWire, telegram: Telegram) -> None:
    tokens = (tuple(Button(str(n), "x", token="t" * 65) for n in range(3)),)
    assert isinstance(await refused(telegram, address(GROUP), message("x", buttons=tokens)), Unsayable)
    assert isinstance(await refused(telegram, address(GROUP), message(" ", "\n")), Unsayable)
    wire.fail_next("sendMessage", 413, description="Request Entity Too Large")
    assert isinstance(await refused(telegram, address(GROUP)), Unsayable)


async def test_a_message_that_cannot_be_edited_any_more_is_gone(wire: TelegramWire, telegram: Telegram) -> None:
    posted = await telegram.post(address(GROUP), message("card"))
    wire.delete(wire.messages(GROUP)[0])
    theirs = wire.say(ZHANG, "mine", GROUP)["message"]["message_id"]
    for number in (posted.message, "4711", str(theirs)):
        with pytest.raises(Gone):
            await telegram.edit(address(GROUP), Posted(str(GROUP), number), message("x"))


async def test_an_edit_meets_the_same_refusals(wire: TelegramWire, telegram: Telegram) -> None:
    posted = await telegram.post(address(GROUP), message("card"))
    wire.fail_next("editMessageText", 429, retry_after=5)
    with pytest.raises(TryLater):
        await telegram.edit(address(GROUP), posted, message("x"))
    with pytest.raises(Unsayable):
        await telegram.edit(address(GROUP), posted, message(""))
    wire.migrate(GROUP, -100999, told=False)
    with pytest.raises(Moved):
        await telegram.edit(address(GROUP), posted, message("x"))


# The menu and doctor


async def test_the_menu_is_registered_by_scope_and_language(wire: TelegramWire, telegram: Telegram) -> None:
    menu = [
        MenuEntry("transfer", {"zh": "调拨", "en": "Ask for a part", "es": "Pedir una pieza"}, True, True),
        MenuEntry("whoami", {"zh": "我是\n谁" * 99}, False, True),
        MenuEntry("调拨", {"zh": "调拨"}, True, True),
        MenuEntry("Bad-Name", {"zh": "x"}, True, True),
        MenuEntry("empty", {}, True, True),
    ]
    await telegram.publish(menu)
    scopes = ("all_private_chats", "all_group_chats")
    assert set(wire.commands) == {(scope, language) for scope in scopes for language in ("", "zh", "en", "es")}
    group = wire.commands["all_group_chats", "es"]
    assert group == [{"command": "transfer", "description": "Pedir una pieza"}]
    private = wire.commands["all_private_chats", ""]
    assert [one["command"] for one in private] == ["transfer", "whoami"]
    assert private[0]["description"] == "调拨"
    assert wire.violations == []


async def test_a_menu_that_cannot_be_registered_says_so(wire: TelegramWire, telegram: Telegram) -> None:
    wire.fail_next("setMyCommands", 502)
    with pytest.raises(TryLater):
        await telegram.publish([])


async def test_a_healthy_bot_has_nothing_to_mend(wire: TelegramWire, telegram: Telegram) -> None:
    assert telegram.deep_link("K7") == ""
    findings = await telegram.check()
    assert {one.level for one in findings} == {Level.OK}
    assert not any(one.mend for one in findings)
    assert telegram.deep_link("K7") == "https://t.me/xietong_bot?start=K7"


async def test_doctor_sees_privacy_mode_a_stray_webhook_and_a_backlog(wire: TelegramWire, telegram: Telegram) -> None:
    wire.me["can_read_all_group_messages"] = False
    wire.webhook = {"url": f"https://x.example/{TOKEN}"}
    for number in range(101):
        wire.say(ZHANG, str(number), GROUP)
    warned = [one for one in await telegram.check() if one.level is Level.WARN]
    assert len(warned) == 3
    assert all(one.mend for one in warned)
    assert "setprivacy" in warned[0].mend
    assert "https://x.example/<token>" in warned[1].text
    assert "101" in warned[2].text


async def test_doctor_sees_a_webhook_that_is_not_ours_or_fails(wire: TelegramWire) -> None:
    telegram = Telegram(TOKEN, base_url=wire.url, mode="webhook", webhook_url="https://ours.example")
    wire.webhook_error = "Connection refused"
    texts = [one.text for one in await telegram.check() if one.level is Level.WARN]
    await telegram.close()
    assert texts == ["the webhook is not set", "Telegram's last call failed: Connection refused"]


async def test_doctor_never_raises(wire: TelegramWire, telegram: Telegram) -> None:
    for failure in ({"status": 401}, {"status": 502}, {"how": "cut"}, {"status": 200, "body": '{"result": 7}'}):
        wire.fail_next("getMe", **failure)
        (finding,) = await telegram.check()
        assert finding.level is Level.FAIL
        assert finding.mend


async def test_a_board_is_pinned_silently_unpinned_at_its_end_and_said_where_it_may_not_be(
    wire: TelegramWire, telegram: Telegram
) -> None:
    board = replace(message(table(["门店  3", "SZ01  0"])), pinned="pinned")
    posted = await telegram.post(address(GROUP), board)
    (shown,) = wire.messages(GROUP)
    assert shown.pinned and wire.calls_of("pinChatMessage")[0].params["disable_notification"]
    assert [one["type"] for one in shown.entities] == ["pre"]
    await telegram.edit(address(GROUP), posted, replace(message("3"), pinned="pinned"))
    assert len(wire.calls_of("pinChatMessage")) == 1  # whoever unpinned it meant it
    await telegram.edit(address(GROUP), posted, replace(message("⏹"), pinned="unpinned"))
    assert not shown.pinned
    wire.chats[GROUP].may_pin = False
    await telegram.post(address(GROUP), board)
    assert not wire.messages(GROUP)[-1].pinned
