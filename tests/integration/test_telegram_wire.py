"""The fake Bot API refuses what the real one refuses: were it lax, the tests against it would prove nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.platform import TryLater
from bot.telegram import Telegram
from handlers.chat import Inbound, Reply, message
from tests.integration.telegram_desk import GROUP, ZHANG, Clock, Desk, address, refused
from tests.wire_telegram import TOKEN, TelegramWire

HELLO = {"chat_id": GROUP, "text": "hello"}


@pytest.fixture
async def wire() -> AsyncIterator[TelegramWire]:
    async with TelegramWire() as wire:
        wire.user(ZHANG, "张伟")
        wire.group(GROUP, "店长群")
        yield wire


async def call(wire: TelegramWire, method: str, token: str = TOKEN, **params: Any) -> dict[str, Any]:
    """Call the fake as any client would."""
    async with aiohttp.ClientSession() as session, session.post(f"{wire.url}/bot{token}/{method}", json=params) as got:
        answer: dict[str, Any] = await got.json()
        assert answer.get("error_code", 200) == got.status
        return answer


def keyboard(*rows: list[dict[str, str]]) -> dict[str, Any]:
    return {"inline_keyboard": rows}


@pytest.mark.parametrize(
    ("method", "params", "complaint"),
    [
        ("sendMesage", HELLO, "Not Found"),
        ("sendMessage", {"text": "x"}, "needs the parameter chat_id"),
        ("sendMessage", {**HELLO, "disable_web_page_preview": True}, "no field disable_web_page_preview"),
        ("sendMessage", {**HELLO, "reply_parameters": {"message": 1}}, "no field message"),
        ("sendMessage", {**HELLO, "chat_id": "the group"}, "must be an Integer"),
        ("sendMessage", {**HELLO, "text": 7}, "must be a String"),
        ("sendMessage", {**HELLO, "text": " \n"}, "text is empty"),
        ("sendMessage", {**HELLO, "text": "<b></b>", "parse_mode": "HTML"}, "text is empty"),
        ("sendMessage", {**HELLO, "text": "x" * 4097}, "too long"),
        ("sendMessage", {**HELLO, "text": "😀" * 2049}, "too long"),
        ("sendMessage", {**HELLO, "text": "<b>x", "parse_mode": "HTML"}, "can't find end tag"),
        ("sendMessage", {**HELLO, "text": "<b>x</i>", "parse_mode": "HTML"}, "unexpected end tag"),
        ("sendMessage", {**HELLO, "text": "<p>x</p>", "parse_mode": "HTML"}, "unsupported start tag"),
        ("sendMessage", {**HELLO, "text": '<b onclick="x">x</b>', "parse_mode": "HTML"}, "no attributes"),
        ("sendMessage", {**HELLO, "text": "<code><b>x</b></code>", "parse_mode": "HTML"}, "a tag within code"),
        ("sendMessage", {**HELLO, "text": "1 < 2", "parse_mode": "HTML"}, "can't parse entities"),
        ("sendMessage", {**HELLO, "text": "a & b", "parse_mode": "HTML"}, "can't parse entities"),
        ("sendMessage", {**HELLO, "text": "&nbsp;", "parse_mode": "HTML"}, "can't parse entities"),
        ("sendMessage", {**HELLO, "parse_mode": "Markdown"}, "unsupported parse_mode"),
        ("sendMessage", {**HELLO, "reply_markup": keyboard([{"text": "x"}])}, "BUTTON_INVALID"),
        ("sendMessage", {**HELLO, "reply_markup": keyboard([{"text": "", "callback_data": "x"}])}, "BUTTON_INVALID"),
        (
            "sendMessage",
            {**HELLO, "reply_markup": keyboard([{"text": "x", "callback_data": "调" * 22}])},
            "BUTTON_DATA_INVALID",
        ),
        ("sendMessage", {**HELLO, "reply_markup": keyboard([{"text": "x", "callback_data": "y"}] * 9)}, "8 in a row"),
        (
            "sendMessage",
            {**HELLO, "reply_markup": keyboard(*[[{"text": "x", "callback_data": "y"}]] * 101)},
            "100 buttons",
        ),
        ("sendMessage", {**HELLO, "reply_markup": {"force_reply": True, "input_field_placeholder": "x" * 65}}, "1-64"),
        ("editMessageText", {**HELLO, "message_id": 1, "reply_markup": {"force_reply": True}}, "no field force_reply"),
        ("setMyCommands", {"commands": [{"command": "调拨", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ("setMyCommands", {"commands": [], "language_code": "zh-hans"}, "LANGUAGE_INVALID"),
        ("setWebhook", {"url": "http://insecure.example"}, "HTTPS"),
    ],
)
async def test_what_could_not_be_right_is_refused_and_recorded(
    wire: TelegramWire, method: str, params: dict[str, Any], complaint: str
) -> None:
    answer = await call(wire, method, **params)
    assert complaint in answer["description"]
    assert len(wire.violations) == 1
    assert not wire.messages(GROUP)


async def test_what_is_right_is_done_and_not_recorded(wire: TelegramWire) -> None:
    markup = keyboard([{"text": "x", "callback_data": "调" * 21}] * 8)
    answer = await call(wire, "sendMessage", **HELLO, reply_markup=markup)
    number = answer["result"]["message_id"]
    unchanged = await call(wire, "editMessageText", **HELLO, message_id=number, reply_markup=markup)
    assert "is not modified" in unchanged["description"]
    await call(wire, "editMessageText", chat_id=GROUP, message_id=number, text="1 &lt; 2", parse_mode="HTML")
    (shown,) = wire.messages(GROUP)
    assert (shown.text, shown.buttons, shown.edits) == ("1 < 2", [], 1)
    assert wire.violations == []
    assert (await call(wire, "getMe", token="1:x"))["error_code"] == 401


async def test_an_update_is_delivered_until_it_is_confirmed(wire: TelegramWire) -> None:
    first, second = wire.say(ZHANG, "1"), wire.say(ZHANG, "2")
    for _ in range(2):
        assert (await call(wire, "getUpdates"))["result"] == [first, second]
    assert (await call(wire, "getUpdates", offset=second["update_id"]))["result"] == [second]
    assert (await call(wire, "getUpdates"))["result"] == [second]


async def test_only_one_may_poll_and_none_beside_a_webhook(wire: TelegramWire) -> None:
    waiting = asyncio.create_task(call(wire, "getUpdates", timeout=30))
    await wire.wait_for(lambda: wire.calls_of("getUpdates"))
    assert (await call(wire, "getUpdates", timeout=0))["result"] == []
    assert (await waiting)["error_code"] == 409
    await call(wire, "setWebhook", url="https://x.example")
    assert (await call(wire, "getUpdates"))["error_code"] == 409


async def test_an_update_not_asked_for_is_lost(wire: TelegramWire) -> None:
    await call(wire, "getUpdates", allowed_updates=["message"])
    wire.kick_bot(GROUP, ZHANG)
    wire.say(ZHANG, "x")
    assert len((await call(wire, "getUpdates"))["result"]) == 1


async def test_an_answer_may_be_lost_though_the_call_was_done(wire: TelegramWire) -> None:
    wire.fail_next("sendMessage", how="cut", done=True)
    with pytest.raises(aiohttp.ClientError):
        await call(wire, "sendMessage", **HELLO)
    assert len(wire.messages(GROUP)) == 1


async def test_the_paces_it_names_are_those_telegram_keeps() -> None:
    clock = Clock()
    async with TelegramWire(clock=clock, limits=True) as wire:
        wire.user(ZHANG, "张伟")
        wire.group(GROUP, "店长群")
        telegram = Telegram(TOKEN, base_url=wire.url, clock=clock)
        for number in range(telegram.pace.group_per_minute):
            await telegram.post(address(GROUP), message(str(number)))
            await clock.sleep(1 / telegram.pace.chat_per_second)
        error = await refused(telegram, address(GROUP))
        await telegram.post(address(ZHANG), message("another chat is not held up"))
        await telegram.close()
    assert isinstance(error, TryLater)
    assert error.seconds == 40
    assert telegram.is_group(address(GROUP))
    assert not telegram.is_group(address(ZHANG))


def test_a_wire_in_a_thread_serves_a_test_that_blocks() -> None:
    async def talk(url: str) -> list[Inbound]:
        """Be the process: say that we are there, and stop when told to."""
        telegram, desk = Telegram(TOKEN, base_url=url), Desk(wire)
        stop = asyncio.Event()

        async def answer(inbound: Inbound) -> Reply:
            await telegram.post(inbound.origin, message(f"heard {inbound.text}"))
            stop.set()
            return Reply()

        await telegram.start(desk.take, answer)
        await stop.wait()
        await telegram.stop_intake()
        await telegram.close()
        return list(desk.stored.values())

    with TelegramWire().in_thread() as wire:
        wire.user(ZHANG, "张伟")
        wire.say(ZHANG, "hello")
        (inbound,) = asyncio.run(talk(wire.url))
        shown = wire.wait_until(lambda: wire.messages(ZHANG), 5)
        with pytest.raises(TimeoutError, match="sendMessage 200"):
            wire.wait_until(lambda: False, 0.01)
    assert inbound.origin == address(ZHANG)
    assert [one.text for one in shown] == ["heard hello"]
