"""How updates come to bot/telegram.py: polled or called, stored before they are forgotten."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Sequence

import aiohttp
import pytest

from bot.platform import Refused
from bot.telegram import Telegram
from handlers.chat import Inbound, Reply
from tests.integration.telegram_desk import (
    GROUP,
    LI,
    SECRET,
    ZHANG,
    Clock,
    Desk,
    address,
    card,
    hooked,
    refused,
)
from tests.integration.telegram_desk import given_clock as given_clock
from tests.integration.telegram_desk import given_desk as given_desk
from tests.integration.telegram_desk import given_telegram as given_telegram
from tests.integration.telegram_desk import given_wire as given_wire
from tests.wire_telegram import TOKEN, TelegramWire

# Polling


async def test_polling_asks_for_what_it_reads_and_takes_a_webhook_away(wire: TelegramWire, telegram: Telegram) -> None:
    wire.webhook = {"url": "https://elsewhere.example", "secret_token": "x"}
    desk = Desk(wire)
    await telegram.start(desk.take, desk.answer)
    await wire.wait_for(lambda: wire.calls_of("getUpdates"))
    await telegram.stop_intake()
    assert [call.method for call in wire.calls] == ["getMe", "deleteWebhook", "getUpdates"]
    params = wire.calls[-1].params
    assert set(params["allowed_updates"]) == {"message", "edited_message", "callback_query", "my_chat_member"}
    assert params["timeout"] >= 20
    assert wire.violations == []


async def test_telegram_forgets_an_update_only_once_it_is_stored(
    wire: TelegramWire, desk: Desk, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    desk.fail_storing = 4
    wire.say(ZHANG, "do not lose me", GROUP)
    await wire.wait_for(lambda: desk.fail_storing == 0)
    assert (await desk.one()).text == "do not lose me"
    assert clock.pauses == [1, 2, 4, 8]
    assert caplog.text.count("updates cannot be stored") == 1
    assert caplog.text.count("updates are stored again") == 1
    await wire.wait_for(lambda: not wire.updates)


async def test_an_update_not_stored_before_a_stop_comes_again_to_the_next_process(
    wire: TelegramWire, telegram: Telegram, desk: Desk
) -> None:
    desk.fail_storing = 10**9
    wire.say(ZHANG, "do not lose me", GROUP)
    await wire.wait_for(lambda: desk.fail_storing < 10**9)
    await telegram.stop_intake()
    assert len(wire.updates) == 1

    desk.fail_storing = 0
    await telegram.start(desk.take, desk.answer)
    assert (await desk.one()).text == "do not lose me"


async def test_a_stop_waits_for_what_is_in_hand(wire: TelegramWire, telegram: Telegram, desk: Desk) -> None:
    desk.gate.clear()
    wire.say(ZHANG, "slow", GROUP)
    await wire.wait_for(lambda: desk.taken)
    stop = asyncio.create_task(telegram.stop_intake())
    await asyncio.wait({stop}, timeout=0.05)
    assert not stop.done()
    desk.gate.set()
    await stop
    assert len(desk.answered) == 1


async def test_a_stop_while_a_batch_is_being_stored_lets_it_be_stored_and_worked(
    wire: TelegramWire, telegram: Telegram, clock: Clock
) -> None:
    desk, gate = Desk(wire), asyncio.Event()
    begun: list[Inbound] = []

    async def take(batch: Sequence[Inbound]) -> Sequence[Inbound]:
        begun.extend(batch)
        wire.changed()
        await gate.wait()
        return await desk.take(batch)

    await telegram.start(take, desk.answer)
    wire.say(ZHANG, "x", GROUP)
    await wire.wait_for(lambda: begun)
    stop = asyncio.create_task(telegram.stop_intake())
    await asyncio.wait({stop}, timeout=0.05)
    gate.set()
    await stop
    assert len(desk.answered) == 1


async def test_polling_waits_while_too_much_is_in_hand(
    wire: TelegramWire, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram_intake.IN_HAND", 0)
    desk.gate.clear()
    wire.say(ZHANG, "first", GROUP)
    await wire.wait_for(lambda: desk.taken)
    wire.say(ZHANG, "second", GROUP)
    with pytest.raises(TimeoutError):
        await wire.wait_for(lambda: len(desk.taken) > 1, 0.1)
    desk.gate.set()
    await wire.wait_for(lambda: len(desk.answered) == 2)


async def test_a_poll_may_last_longer_than_any_other_call(
    wire: TelegramWire, telegram: Telegram, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram_http.READ", 0.05)
    desk = Desk(wire)
    await telegram.start(desk.take, desk.answer)
    with pytest.raises(TimeoutError):
        await wire.wait_for(lambda: len(wire.calls_of("getUpdates")) > 1, 0.2)
    await telegram.stop_intake()
    assert clock.pauses == []


async def test_an_outage_is_logged_once_and_its_end_once(
    wire: TelegramWire, desk: Desk, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    await wire.wait_for(lambda: wire.calls_of("getUpdates"))
    wire.fail_next("getUpdates", 502, times=2)
    wire.fail_next("getUpdates", how="cut")
    wire.fail_next("getUpdates", 200, body="<html>Welcome to our Wi-Fi</html>")
    wire.fail_next("getUpdates", 502, times=4, body=f"<html>/bot{TOKEN}/getUpdates</html>")
    wire.say(ZHANG, "before", GROUP)
    await wire.wait_for(lambda: len(clock.pauses) == 8)
    wire.say(ZHANG, "after", GROUP)
    await wire.wait_for(lambda: len(desk.stored) == 2)
    assert clock.pauses == [1, 2, 4, 8, 15, 30, 30, 30]
    told = [record.getMessage() for record in caplog.records if record.name == "bot.telegram_intake"]
    assert len(told) == 2
    assert "cannot be reached (Bad Gateway)" in told[0]
    assert "reached again after 8 failures" in told[1]


async def test_another_process_on_the_same_token_is_named(
    wire: TelegramWire, desk: Desk, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    await wire.wait_for(lambda: wire.calls_of("getUpdates"))
    async with aiohttp.ClientSession() as other, other.post(f"{wire.url}/bot{TOKEN}/getUpdates") as response:
        assert response.status == 200
    await wire.wait_for(lambda: clock.pauses == [1])
    wire.say(ZHANG, "mine again", GROUP)
    assert (await desk.one()).text == "mine again"
    assert "another process takes in this bot's updates" in caplog.text


async def test_a_429_on_polling_is_waited_out(wire: TelegramWire, desk: Desk, clock: Clock) -> None:
    await wire.wait_for(lambda: wire.calls_of("getUpdates"))
    wire.fail_next("getUpdates", 429, retry_after=17)
    wire.say(ZHANG, "x", GROUP)
    await wire.wait_for(lambda: len(wire.calls_of("getUpdates")) > 2)
    assert clock.pauses == [17]


async def test_it_starts_without_a_network_and_goes_on_when_it_is_there(
    wire: TelegramWire, telegram: Telegram, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    wire.fail_next("getMe", 502, times=3)
    desk = Desk(wire)
    await telegram.start(desk.take, desk.answer)
    wire.say(ZHANG, "hello", GROUP)
    assert (await desk.one()).text == "hello"
    await telegram.stop_intake()
    assert clock.pauses == [1, 2, 4]


async def test_a_refused_token_is_a_reason_not_to_start(wire: TelegramWire) -> None:
    desk, telegram = Desk(wire), Telegram("12345:wrong-token", base_url=wire.url)
    with pytest.raises(Refused, match="Unauthorized") as caught:
        await telegram.start(desk.take, desk.answer)
    await telegram.close()
    assert "wrong-token" not in repr(caught.value)


# Webhook


async def test_a_webhook_stores_before_it_says_200(wire: TelegramWire) -> None:
    async with hooked(wire) as (_, desk):
        assert wire.webhook["secret_token"] == SECRET
        assert set(wire.webhook["allowed_updates"]) == {"message", "edited_message", "callback_query", "my_chat_member"}
        update = wire.say(ZHANG, "/help", GROUP)
        desk.fail_storing = 1
        assert await wire.push(update) == 503
        assert len(wire.updates) == 1
        assert await wire.push(update) == 200
        assert [one.text for one in desk.stored.values()] == ["help"]
        assert await wire.push(update) == 200
        assert len(desk.stored) == len(desk.answered) == 1


async def test_a_webhook_is_tried_later_while_the_bot_does_not_know_itself(
    wire: TelegramWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram_http.READ", 0.2)
    wire.fail_next("getMe", 502)
    wire.fail_next("getMe", how="hang")
    async with hooked(wire) as (telegram, desk):
        await wire.wait_for(lambda: len(wire.calls_of("getMe")) == 2)
        url = f"http://{telegram._listen}/"
        wire.webhook = {"url": url, "secret_token": SECRET}  # still set from the run before
        update = wire.say(ZHANG, "/help", GROUP)
        assert await wire.push(update) == 503
        await wire.wait_for(lambda: wire.webhook["url"] != url)
        assert await wire.push(update) == 200
        assert len(desk.stored) == 1


async def test_a_webhook_answers_presses(wire: TelegramWire) -> None:
    async with hooked(wire) as (telegram, desk):
        desk.reply = Reply(toast="ok")
        await telegram.post(address(GROUP), card("T-0001"))
        assert await wire.push(wire.press(LI, wire.messages(GROUP)[0], "tok-1")) == 200
        await wire.wait_for(lambda: not wire.unanswered())


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", "ünïcode"])
async def test_a_webhook_lets_nobody_in_without_the_secret(wire: TelegramWire, secret: str) -> None:
    async with hooked(wire) as (_, desk):
        assert await wire.push(wire.say(ZHANG, "/help", GROUP), secret=secret) == 401
        assert not desk.stored


async def test_an_empty_secret_is_made_up_and_shuts_the_door_as_well(wire: TelegramWire) -> None:
    async with hooked(wire, secret="") as (_, desk):
        update = wire.say(ZHANG, "/help", GROUP)
        assert await wire.push(update, secret="") == 401
        assert await wire.push(update) == 200
        assert desk.stored


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'{"message": {}}', 400),
        (b'{"update_id": "7"}', 400),
        (b"\xff\xfe", 400),
        (b'{"update_id": 7}', 200),
        (b'{"update_id": 7, "message": {"text": 1}}', 200),  # unreadable for ever: calling again is of no use
        (b'"' + b"x" * 1024**2 + b'"', 413),
    ],
    ids=range(9),
)
async def test_a_webhook_refuses_what_is_no_update(wire: TelegramWire, body: bytes, status: int) -> None:
    async with hooked(wire) as (_, desk), aiohttp.ClientSession() as session:
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        async with session.post(wire.webhook["url"], data=io.BytesIO(body), headers=headers) as response:
            assert response.status == status
        async with session.get(wire.webhook["url"], headers=headers) as response:
            assert response.status == 405
        assert not desk.stored


async def test_a_webhook_on_a_port_that_is_taken_does_not_start(wire: TelegramWire) -> None:
    taken = wire.url.removeprefix("http://")
    telegram = Telegram(TOKEN, base_url=wire.url, mode="webhook", webhook_url="https://x.example", listen=taken)
    desk = Desk(wire)
    with pytest.raises(OSError, match="address already in use"):
        await telegram.start(desk.take, desk.answer)
    await telegram.close()


# The token


async def test_the_token_is_in_no_log_line_and_no_error(
    wire: TelegramWire, caplog: pytest.LogCaptureFixture, clock: Clock
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("telegram", "aiohttp", "asyncio"):
        caplog.set_level(logging.DEBUG, name)
    page = f'<a href="/bot{TOKEN}/x">moved</a>'
    async with hooked(wire) as (telegram, desk):
        wire.fail_next("sendMessage", 404, body=page)
        wire.fail_next("sendMessage", 302, body=page)
        wire.fail_next("sendMessage", 400, description=f"Bad Request: no {TOKEN}")
        wire.fail_next("sendMessage", how="cut")
        errors = [await refused(telegram, address(GROUP)) for _ in range(4)]
        desk.fail_storing = 1
        await wire.push(wire.say(ZHANG, "x", GROUP))
    for base_url in ("http://127.0.0.1:1", "http://no such host", "nonsense://x"):
        dead = Telegram(TOKEN, base_url=base_url, clock=clock)
        errors.append(await refused(dead, address(GROUP)))
        assert TOKEN not in repr(await dead.check())
        assert TOKEN not in repr(vars(dead))
        await dead.close()
    for error in errors:
        logging.getLogger("test").error("delivery failed: %r", error, exc_info=error)
        cause: BaseException | None = error
        while cause is not None:
            assert TOKEN not in repr(cause) + str(cause.args)
            cause = cause.__cause__ or cause.__context__
    assert "delivery failed" in caplog.text
    assert "cannot be stored" in caplog.text
    assert TOKEN not in caplog.text
    assert TOKEN.split(":")[1] not in caplog.text
    assert SECRET not in caplog.text
