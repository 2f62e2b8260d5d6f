"""What bot/telegram.py hears: words, files, presses and events, from a strict Bot API at the wire."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.telegram import Telegram
from handlers import chat as words
from handlers.chat import (
    Inbound,
    InboundKind,
    Reply,
    message,
)
from tests.integration.telegram_desk import (
    GROUP,
    LI,
    ZHANG,
    Clock,
    Desk,
    address,
    card,
)
from tests.integration.telegram_desk import given_clock as given_clock
from tests.integration.telegram_desk import given_desk as given_desk
from tests.integration.telegram_desk import given_telegram as given_telegram
from tests.integration.telegram_desk import given_wire as given_wire
from tests.wire_telegram import TelegramWire

# What people say


@pytest.mark.parametrize(
    ("said", "text", "addressed"),
    [
        ("/transfer 前大灯-左 x1 urgent", "transfer 前大灯-左 x1 urgent", True),
        ("/transfer@xietong_bot 前大灯", "transfer 前大灯", True),
        ("/Transfer@XIETONG_bot", "Transfer", True),
        ("／调拨 前大灯", "调拨 前大灯", True),
        ("@xietong_bot 调拨 前大灯 x1", "调拨 前大灯 x1", True),
        ("@Xietong_Bot，调拨 前大灯", "调拨 前大灯", True),
        ("@xietong_bot /help", "help", True),
        ("@xietong_bottle 调拨", "@xietong_bottle 调拨", False),
        ("收到,可以", "收到,可以", False),
        ("a / b", "a / b", False),
        ("/", "/", False),
        ("two\nlines", "two\nlines", False),
    ],
)
async def test_words_in_a_group_lose_slash_and_mention(
    wire: TelegramWire, desk: Desk, said: str, text: str, addressed: bool
) -> None:
    update = wire.say(ZHANG, said, GROUP)
    inbound = await desk.one()
    assert inbound == Inbound(
        f"telegram:{wire.me['id']}:{update['update_id']}",
        InboundKind.TEXT,
        address(GROUP),
        user=str(ZHANG),
        user_name="张伟",
        text=text,
        addressed=addressed,
        message=str(update["message"]["message_id"]),
    )


async def test_a_command_for_another_bot_is_passed_over(wire: TelegramWire, desk: Desk) -> None:
    wire.say(ZHANG, "/transfer@other_bot x", GROUP)
    wire.say(ZHANG, "@xietong_bot /help@other_bot", GROUP)
    wire.say(ZHANG, "mine", GROUP)
    assert (await desk.one()).text == "mine"
    assert len(desk.stored) == 1


async def test_a_private_text_is_addressed_and_a_deep_link_is_the_word_start(wire: TelegramWire, desk: Desk) -> None:
    wire.say(ZHANG, "/start K7Q2-9X")
    inbound = await desk.one()
    assert (inbound.text, inbound.private, inbound.addressed) == ("start K7Q2-9X", True, True)
    assert inbound.origin == address(ZHANG)
    wire.say(ZHANG, "两件")
    await wire.wait_for(lambda: len(desk.stored) == 2)
    assert (await desk.one()).addressed


async def test_a_reply_names_the_message_it_answers(wire: TelegramWire, telegram: Telegram, desk: Desk) -> None:
    posted = await telegram.post(address(GROUP), message("T-0001"))
    update = wire.say(ZHANG, "收到", GROUP, reply_to=int(posted.message))
    assert update["message"]["message_thread_id"], "a supergroup's reply carries a thread id"
    inbound = await desk.one()
    assert inbound.reply_to == posted.message
    assert inbound.origin == address(GROUP), "which is no topic"


async def test_a_topic_is_a_thread_and_its_opening_message_is_not_answered(wire: TelegramWire, desk: Desk) -> None:
    forum = wire.group(-100222, "论坛", forum=True)
    topic = wire.topic(forum, "紧急")
    first = wire.say(ZHANG, "/bind emergency", forum, topic=topic)
    inbound = await desk.one()
    assert (inbound.origin, inbound.reply_to) == (address(forum, topic), "")
    wire.say(LI, "好", forum, topic=topic, reply_to=first["message"]["message_id"])
    await wire.wait_for(lambda: len(desk.stored) == 2)
    inbound = await desk.one()
    assert (inbound.origin, inbound.reply_to) == (address(forum, topic), str(first["message"]["message_id"]))


async def test_an_anonymous_administrator_has_no_user(wire: TelegramWire, desk: Desk) -> None:
    wire.say(ZHANG, "/close", GROUP, anonymous=True)
    inbound = await desk.one()
    assert (inbound.user, inbound.user_name, inbound.text) == ("", "店长群", "close")


@pytest.mark.parametrize(
    ("more", "values"),
    [
        (
            {"voice": {"file_id": "V1", "file_unique_id": "v", "duration": 3, "file_size": 900}},
            {"file": "V1", "file_kind": "voice", "file_size": "900"},
        ),
        (
            {
                "photo": [
                    {"file_id": "S", "file_unique_id": "s", "width": 9, "height": 9, "file_size": 1},
                    {"file_id": "L", "file_unique_id": "l", "width": 99, "height": 99, "file_size": 50},
                ]
            },
            {"file": "L", "file_kind": "photo", "file_size": "50"},
        ),
        (
            {"document": {"file_id": "D", "file_unique_id": "d", "file_name": "网络.xlsx", "file_size": 7}},
            {"file": "D", "file_kind": "document", "file_name": "网络.xlsx", "file_size": "7"},
        ),
    ],
    ids=["voice", "photo", "document"],
)
async def test_a_file_comes_with_its_caption_and_facts(
    wire: TelegramWire, desk: Desk, more: dict[str, Any], values: dict[str, str]
) -> None:
    wire.say(ZHANG, "", GROUP, caption="@xietong_bot 收到", **more)
    inbound = await desk.one()
    assert (inbound.text, inbound.values, inbound.addressed) == ("收到", values, True)


async def test_stickers_edits_and_bots_say_nothing(wire: TelegramWire, desk: Desk) -> None:
    wire.say(ZHANG, "", GROUP)
    robot = {"id": 5, "is_bot": True, "first_name": "Robot"}
    wire.say(ZHANG, "/transfer", GROUP, **{"from": robot})
    wire.update("edited_message", wire.say(ZHANG, "first", GROUP)["message"] | {"edit_date": 1})
    wire.say(ZHANG, "last", GROUP)
    await wire.wait_for(lambda: len(desk.stored) == 2)
    assert [one.text for one in desk.stored.values()] == ["first", "last"]
    assert not wire.updates or wire.updates[-1]["message"]["text"] == "last"


async def test_an_update_that_cannot_be_read_stops_no_other(
    wire: TelegramWire, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    wire.update("message", {"message_id": "no date, no chat"})
    wire.say(ZHANG, "next", GROUP)
    assert (await desk.one()).text == "next"
    assert "cannot be read" in caplog.text


# Buttons


async def test_a_press_brings_its_token_and_is_answered_with_the_reply(
    wire: TelegramWire, telegram: Telegram, desk: Desk
) -> None:
    desk.reply = Reply(toast="好" * 300, alert=True)
    posted = await telegram.post(address(GROUP), card("T-0001"))
    (shown,) = wire.messages(GROUP)
    update = wire.press(LI, shown, "可以 Accept")
    await wire.wait_for(lambda: not wire.unanswered())
    assert await desk.one() == Inbound(
        f"telegram:{wire.me['id']}:{update['update_id']}",
        InboundKind.BUTTON,
        address(GROUP),
        user=str(LI),
        user_name="Li",
        addressed=True,
        message=posted.message,
        token="tok-1",
        handle=update["callback_query"]["id"],
    )
    (answer,) = wire.callbacks[update["callback_query"]["id"]].answers
    assert answer == {"text": "好" * 199 + "…", "alert": True}
    assert wire.violations == []


async def test_a_press_on_a_message_too_old_to_show_is_still_a_press(
    wire: TelegramWire, telegram: Telegram, desk: Desk
) -> None:
    await telegram.post(address(ZHANG), card("old"))
    wire.press(ZHANG, wire.messages(ZHANG)[0], "tok-1", inaccessible=True)
    inbound = await desk.one()
    assert (inbound.origin, inbound.token, inbound.private) == (address(ZHANG), "tok-1", True)
    await wire.wait_for(lambda: not wire.unanswered())


async def test_a_press_is_answered_when_answering_breaks(
    wire: TelegramWire, telegram: Telegram, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.fail_answering = True
    await telegram.post(address(GROUP), card("T-0001"))
    update = wire.press(LI, wire.messages(GROUP)[0], "tok-1")
    await wire.wait_for(lambda: not wire.unanswered())
    assert wire.callbacks[update["callback_query"]["id"]].answers == [{"text": "", "alert": False}]
    assert f"telegram:{wire.me['id']}:{update['update_id']} was not worked" in caplog.text


async def test_the_same_press_three_times_is_worked_once_and_each_time_answered(
    wire: TelegramWire, telegram: Telegram, desk: Desk
) -> None:
    await telegram.post(address(GROUP), card("T-0001"))
    update = wire.press(LI, wire.messages(GROUP)[0], "tok-1")
    answers = wire.callbacks[update["callback_query"]["id"]].answers
    for count in (1, 2, 3):
        await wire.wait_for(lambda count=count: len(answers) == count)
        if count < 3:
            wire.redeliver(update)
    assert len(desk.answered) == 1
    assert len(desk.taken) == 3


async def test_a_repeat_of_a_press_in_hand_does_not_take_its_toast_away(
    wire: TelegramWire, telegram: Telegram, desk: Desk
) -> None:
    desk.reply = Reply(toast="已接单")
    desk.gate.clear()
    await telegram.post(address(GROUP), card("T-0001"))
    update = wire.press(LI, wire.messages(GROUP)[0], "tok-1")
    await wire.wait_for(lambda: len(desk.taken) == 1)
    wire.redeliver(update)
    await wire.wait_for(lambda: len(desk.taken) == 2)
    desk.gate.set()
    await wire.wait_for(lambda: not wire.unanswered())
    assert wire.callbacks[update["callback_query"]["id"]].answers == [{"text": "已接单", "alert": False}]


async def test_a_press_that_means_nothing_to_us_is_answered(wire: TelegramWire, telegram: Telegram, desk: Desk) -> None:
    await telegram.post(address(GROUP), card("game"))
    update = wire.press(LI, wire.messages(GROUP)[0], "tok-1")
    await wire.wait_for(lambda: not wire.unanswered())
    answers = wire.callbacks[update["callback_query"]["id"]].answers
    query = {key: value for key, value in update["callback_query"].items() if key not in ("data", "message")}
    wire.update("callback_query", query | {"inline_message_id": "x", "game_short_name": "chess"})
    await wire.wait_for(lambda: len(answers) == 2)
    assert len(desk.stored) == 1


async def test_the_answer_to_a_press_is_tried_again_but_not_when_it_is_too_old(
    wire: TelegramWire, telegram: Telegram, desk: Desk, clock: Clock
) -> None:
    await telegram.post(address(GROUP), card("T-0001"))
    wire.fail_next("answerCallbackQuery", 502)
    wire.press(LI, wire.messages(GROUP)[0], "tok-1")
    await wire.wait_for(lambda: not wire.unanswered())
    assert [call.status for call in wire.calls_of("answerCallbackQuery")] == [502, 200]

    desk.gate.clear()
    wire.press(LI, wire.messages(GROUP)[0], "tok-1")
    wire.forget_callbacks()
    await wire.wait_for(lambda: len(desk.taken) == 2)
    desk.gate.set()
    await telegram.stop_intake()
    assert [call.status for call in wire.calls_of("answerCallbackQuery")] == [502, 200, 400]


# Events


def _kick(wire: TelegramWire) -> Any:
    return wire.kick_bot(GROUP, LI)


def _add(wire: TelegramWire) -> Any:
    return wire.add_bot(GROUP, LI)


def _block(wire: TelegramWire) -> Any:
    return wire.block(LI)


def _unblock(wire: TelegramWire) -> Any:
    return wire.unblock(LI)


def _leave(wire: TelegramWire) -> Any:
    return wire.leave(LI, GROUP)


@pytest.mark.parametrize(
    ("happen", "event", "chat"),
    [
        (_kick, words.BOT_REMOVED, GROUP),
        (_add, words.BOT_ADDED, GROUP),
        (_block, words.USER_BLOCKED, LI),
        (_unblock, words.USER_UNBLOCKED, LI),
        (_leave, words.MEMBER_LEFT, GROUP),
    ],
)
async def test_what_happens_to_a_chat_is_an_event(
    wire: TelegramWire, desk: Desk, happen: Callable[[TelegramWire], Any], event: str, chat: int
) -> None:
    happen(wire)
    inbound = await desk.one()
    assert (inbound.kind, inbound.text, inbound.origin) == (InboundKind.EVENT, event, address(chat))
    assert (inbound.user, inbound.user_name, inbound.private) == (str(LI), "Li", chat == LI)


async def test_a_promotion_and_the_bots_own_leaving_message_are_no_events(wire: TelegramWire, desk: Desk) -> None:
    wire.membership(GROUP, LI, "left", "left")
    wire.service(GROUP, LI, left_chat_member=wire.me)
    wire.say(ZHANG, "next", GROUP)
    assert (await desk.one()).text == "next"
    assert len(desk.stored) == 1


@pytest.mark.parametrize(("still_there", "events"), [(True, []), (False, [words.BOT_REMOVED])])
async def test_a_restricted_bot_is_there_as_long_as_it_is_a_member(
    wire: TelegramWire, desk: Desk, still_there: bool, events: list[str]
) -> None:
    rights = [
        "can_change_info",
        "can_invite_users",
        "can_pin_messages",
        "can_send_messages",
        "can_send_polls",
        "can_manage_topics",
        "can_send_other_messages",
        "can_add_web_page_previews",
        "can_send_audios",
        "can_send_documents",
        "can_send_photos",
        "can_send_videos",
        "can_send_video_notes",
        "can_send_voice_notes",
        "can_edit_tag",
        "can_react_to_messages",
    ]
    member = wire.membership(GROUP, LI, "member", "member")["my_chat_member"]
    restricted = {"user": wire.me, "status": "restricted", "is_member": still_there, "until_date": 0}
    wire.update("my_chat_member", member | {"new_chat_member": restricted | dict.fromkeys(rights, False)})
    wire.say(ZHANG, "next", GROUP)
    await wire.wait_for(lambda: any(one.text == "next" for one in desk.stored.values()))
    assert [one.text for one in desk.stored.values() if one.kind is InboundKind.EVENT] == events


async def test_a_group_that_becomes_a_supergroup_moves_once(wire: TelegramWire, desk: Desk) -> None:
    wire.group(-77, "小群", basic=True)
    wire.migrate(-77, -10077)
    wire.say(ZHANG, "next", -10077)
    await wire.wait_for(lambda: len(desk.stored) == 2)
    moved, text = desk.stored.values()
    assert (moved.text, moved.origin, moved.values) == (words.CHAT_MOVED, address(-77), {"to": "-10077"})
    assert text.origin == address(-10077)


async def test_a_topic_that_closes_and_opens_is_an_event_of_the_topic(wire: TelegramWire, desk: Desk) -> None:
    forum = wire.group(-100222, "论坛", forum=True)
    topic = wire.topic(forum, "紧急")
    wire.close_topic(forum, topic, LI)
    wire.reopen_topic(forum, topic, LI)
    await wire.wait_for(lambda: len(desk.stored) == 2)
    told = [(one.text, one.origin, one.user) for one in desk.stored.values()]
    where = address(forum, topic)
    assert told == [(words.CHAT_CLOSED, where, str(LI)), (words.CHAT_REOPENED, where, str(LI))]
