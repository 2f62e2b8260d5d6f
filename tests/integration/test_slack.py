"""What people do on Slack becomes an inbound, is stored before it is acknowledged, and is answered at once."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.clock import SimulatedClock
from bot.slack import Slack
from handlers.chat import Address, Button, Field, Form, Inbound, InboundKind, Reply, message
from handlers.hearing import route_of
from handlers.load import load
from tests.slack_desk import Desk, Mode, running
from tests.wire_slack import SlackWire
from tests.wire_slack_web import BOT_ID, BOT_USER, TEAM

CHANNEL, USER = "C0EAST", "U0ANNA"
MODES = pytest.mark.parametrize("mode", ["socket", "http"], indirect=True)
CARD = message("T-0001", buttons=((Button("可以 Accept", "accept", token="tok-1"),),))
FORM = Form(
    action="transfer",
    title="A transfer from the neighbours",
    submit="Ask",
    token="form-1",
    fields=(
        Field("part", "Part", value="前大灯"),
        Field("why", "Why", "lines", hint="In a line or two", optional=True),
        Field("urgency", "How urgent", "choice", (("urgent", "急 Urgent"), ("today", "今天 Today")), "today"),
        Field("quantity", "How many", "number", value="a lot"),
        Field("day", "Day", "date", value="2026-11-23"),
        Field("time", "Time", "time", optional=True),
    ),
)
FILLED = {"part": "A <b>", "urgency": "急 Urgent", "quantity": "2", "day": "2026-11-24", "time": "08:30"}


@pytest.fixture
async def wire() -> AsyncIterator[SlackWire]:
    async with SlackWire() as wire:
        wire.add_channel(CHANNEL, USER)
        yield wire
        assert wire.violations == []


@pytest.fixture
def mode(request: pytest.FixtureRequest) -> Mode:
    found: Mode = getattr(request, "param", "socket")
    return found


@pytest.fixture
def desk(wire: SlackWire) -> Desk:
    return Desk(wire)


@pytest.fixture
async def slack(wire: SlackWire, desk: Desk, mode: Mode) -> AsyncIterator[Slack]:
    async with running(wire, desk, mode) as slack:
        yield slack


# Words


@MODES
async def test_a_command_is_words_to_the_bot_with_a_trigger_for_forms(
    slack: Slack, wire: SlackWire, desk: Desk
) -> None:
    command = wire.command(USER, "transfer 前大灯-左 x1 R&D <urgent>", channel=CHANNEL)
    heard = await desk.one()
    trigger = command.payload["trigger_id"]
    assert heard == Inbound(
        id=f"slack:{TEAM}:command:{trigger}",
        kind=InboundKind.TEXT,
        origin=Address("slack", CHANNEL),
        user=USER,
        user_name=f"name-{USER}",
        text="transfer 前大灯-左 x1 R&D <urgent>",
        addressed=True,
        can_form=True,
        handle=trigger,
    )


@MODES
async def test_a_command_without_words_asks_for_help(slack: Slack, wire: SlackWire, desk: Desk) -> None:
    wire.command(USER, "")
    heard = await desk.one()
    assert (heard.text, heard.private, heard.origin.chat) == ("help", True, "D0ANNA")


@MODES
async def test_a_mention_that_arrives_as_two_events_is_one_inbound(slack: Slack, wire: SlackWire, desk: Desk) -> None:
    said = wire.say(USER, "@bot: /transfer 前大灯", channel=CHANNEL)
    heard = await desk.one()
    assert len(wire.deliveries) == 2
    assert heard.id == f"slack:{TEAM}:{CHANNEL}:{said.ts}"
    assert (heard.text, heard.addressed, heard.private, heard.can_form) == ("transfer 前大灯", True, False, False)
    assert (heard.message, heard.reply_to, heard.origin) == (said.ts, "", Address("slack", CHANNEL))


@MODES
async def test_a_direct_message_is_addressed_to_the_bot(slack: Slack, wire: SlackWire, desk: Desk) -> None:
    wire.say(USER, "my requests")
    heard = await desk.one()
    assert (heard.text, heard.addressed, heard.private) == ("my requests", True, True)
    assert heard.origin == Address("slack", "D0ANNA")


async def test_a_reply_in_a_thread_names_its_root_and_stays_in_the_thread(
    slack: Slack, wire: SlackWire, desk: Desk
) -> None:
    card = await slack.post(Address("slack", CHANNEL), CARD)
    wire.say(USER, "收到,可以", channel=CHANNEL, thread=card.message)
    heard = await desk.one()
    assert (heard.text, heard.addressed, heard.reply_to) == ("收到,可以", False, card.message)
    assert heard.origin == Address("slack", CHANNEL, card.message)


async def test_what_people_say_among_themselves_is_not_taken(slack: Slack, wire: SlackWire, desk: Desk) -> None:
    wire.say(USER, "lunch?", channel=CHANNEL)
    await wire.settled()
    assert desk.taken == []


async def test_a_bare_mention_asks_for_help(slack: Slack, wire: SlackWire, desk: Desk) -> None:
    wire.say(USER, "@bot", channel=CHANNEL)
    assert (await desk.one()).text == "help"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("ask <@U0WANG> or <@U0LI|li wei>", "ask @U0WANG or @li wei"),
        ("see <#C0WEST|west> and <#C0X>", "see #west and #C0X"),
        ("<https://a.cn/x?y=1&amp;z=2> <http://sz01.cn|sz01.cn>", "https://a.cn/x?y=1&z=2 sz01.cn"),
        ("<mailto:a@b.cn|a@b.cn> <tel:139|139>", "a@b.cn 139"),
        ("<!here> <!subteam^S1|@managers> <!date^1|{date}|Monday>", "@here @managers {date}|Monday"),
        ("two\nlines", "two\nlines"),
    ],
)
async def test_slack_markup_is_read_as_a_person_sees_it(
    slack: Slack, wire: SlackWire, desk: Desk, raw: str, words: str
) -> None:
    wire.say(USER, raw, raw=True)
    assert (await desk.one()).text == words


@pytest.mark.parametrize(
    "more",
    [
        {"subtype": "message_changed", "message": {"ts": "1.1", "text": "edited"}},
        {"subtype": "channel_join"},
        {"subtype": "bot_message", "bot_id": "B0OTHER"},
        {"bot_id": BOT_ID},
        {"bot_id": "B0OTHER"},
    ],
)
async def test_edits_joins_and_bots_are_not_words(
    slack: Slack, wire: SlackWire, desk: Desk, more: dict[str, Any]
) -> None:
    wire.say(USER, "transfer", **more)
    await wire.settled()
    assert desk.taken == []


async def test_a_shared_file_comes_with_its_words(slack: Slack, wire: SlackWire, desk: Desk) -> None:
    files = [{"id": "F1", "name": "lamp.jpg", "permalink": "https://stores.slack.com/files/F1"}]
    wire.say(USER, "broken like this", subtype="file_share", files=files)
    heard = await desk.one()
    assert heard.text == "broken like this"
    assert heard.values == {"file": "https://stores.slack.com/files/F1", "file_name": "lamp.jpg"}


async def test_a_workbook_sent_directly_says_where_it_can_be_fetched(slack: Slack, wire: SlackWire, desk: Desk) -> None:
    there = "https://files.slack.com/files-pri/T0-F1/download/%E5%BA%93%E5%AD%98.xlsx"
    wire.say(
        USER,
        "",
        subtype="file_share",
        files=[{"id": "F1", "name": "库存.xlsx", "permalink": "https://x", "url_private_download": there, "size": 900}],
    )
    heard = await desk.one()
    assert (heard.values["file_url"], heard.values["file_size"], heard.private) == (there, "900", True)
    load()
    assert route_of(heard).act == "import"


@pytest.mark.parametrize("replies", [False, True])
async def test_a_deleted_message_is_an_event(slack: Slack, wire: SlackWire, desk: Desk, replies: bool) -> None:
    posted = await slack.post(Address("slack", CHANNEL), CARD)
    wire.delete(wire.messages(CHANNEL)[0], replies=replies)
    heard = await desk.one()
    assert (heard.kind, heard.text, heard.message) == (InboundKind.EVENT, "message_deleted", posted.message)
    assert heard.origin == Address("slack", CHANNEL)


@MODES
async def test_a_message_can_be_made_a_request_by_the_shortcut(slack: Slack, wire: SlackWire, desk: Desk) -> None:
    root = wire.say("U0WANG", "morning", channel=CHANNEL)
    said = wire.say("U0WANG", "need a <lamp>", channel=CHANNEL, thread=root.ts, bot_id="B0NOTHEARD")
    shortcut = wire.shortcut(USER, said)
    heard = await desk.one()
    link = f"https://stores.slack.com/archives/{CHANNEL}/p{said.ts.replace('.', '')}"
    assert (heard.text, heard.addressed, heard.can_form) == ("draft", True, True)
    link = f"{link}?thread_ts={root.ts}&cid={CHANNEL}"
    assert heard.values == {"link": link, "author": "U0WANG", "quoted": "need a <lamp>"}
    assert (heard.user, heard.handle) == (USER, shortcut.payload["trigger_id"])


async def test_another_apps_shortcut_is_acknowledged_and_left_alone(slack: Slack, wire: SlackWire, desk: Desk) -> None:
    wire.shortcut(USER, wire.say(USER, "hello", channel=CHANNEL), "something_else")
    await wire.settled()
    assert desk.taken == []


# Buttons and forms


@MODES
async def test_a_pressed_button_gives_its_token_and_its_message(slack: Slack, wire: SlackWire, desk: Desk) -> None:
    posted = await slack.post(Address("slack", CHANNEL), CARD)
    press = wire.press(USER, wire.messages(CHANNEL)[0], "可以 Accept")
    heard = await desk.one()
    assert (heard.kind, heard.token, heard.message) == (InboundKind.BUTTON, "tok-1", posted.message)
    assert (heard.user, heard.can_form, heard.handle) == (USER, True, press.payload["trigger_id"])
    assert heard.origin == Address("slack", CHANNEL)


async def test_a_button_in_a_thread_keeps_the_thread(slack: Slack, wire: SlackWire, desk: Desk) -> None:
    root = wire.say(USER, "hi", channel=CHANNEL)
    await slack.post(Address("slack", CHANNEL, root.ts), CARD)
    wire.press(USER, wire.messages(CHANNEL)[0], "可以 Accept")
    assert (await desk.one()).origin == Address("slack", CHANNEL, root.ts)


async def test_a_button_only_one_person_sees_names_no_message_to_edit(
    slack: Slack, wire: SlackWire, desk: Desk
) -> None:
    await slack.post(Address("slack", CHANNEL), CARD, only_for=USER)
    wire.press(USER, wire.ephemerals(CHANNEL, USER)[0], "可以 Accept")
    heard = await desk.one()
    assert (heard.token, heard.message) == ("tok-1", "")


async def opened(wire: SlackWire, desk: Desk) -> None:
    """Let a command open the form, and forget that it did."""
    desk.reply = lambda inbound: Reply(form=FORM)
    wire.command(USER, "transfer", channel=CHANNEL)
    await wire.wait_for(lambda: wire.views)
    await wire.settled()
    desk.taken.clear()
    desk.answered.clear()


@MODES
async def test_a_form_opens_and_gives_its_fields_and_where_it_was_opened(
    slack: Slack, wire: SlackWire, desk: Desk
) -> None:
    await opened(wire, desk)
    desk.reply = lambda inbound: Reply()
    sent = wire.submit(USER, wire.views[0], FILLED)
    heard = await desk.one()
    assert (heard.kind, heard.token, heard.origin) == (InboundKind.FORM, "form-1", Address("slack", CHANNEL))
    assert heard.values == {**FILLED, "urgency": "urgent", "why": ""}
    assert sent.answer is None
    assert not wire.views[0].open


async def test_the_form_shows_its_presets_and_leaves_out_an_impossible_one(
    slack: Slack, wire: SlackWire, desk: Desk
) -> None:
    await opened(wire, desk)
    content = wire.views[0].content
    inputs = {block["block_id"]: block["element"] for block in content["blocks"]}
    assert content["title"]["text"] == "A transfer from the nei…"
    assert inputs["part"]["initial_value"] == "前大灯"
    assert inputs["urgency"]["initial_option"]["value"] == "today"
    assert "initial_value" not in inputs["quantity"]
    assert inputs["day"]["initial_date"] == "2026-11-23"
    assert [block["optional"] for block in content["blocks"]] == [False, True, False, False, False, True]


@MODES
async def test_a_wrong_form_shows_its_errors_and_may_be_sent_again(slack: Slack, wire: SlackWire, desk: Desk) -> None:
    await opened(wire, desk)
    desk.reply = lambda inbound: Reply(errors={"quantity": "At least 1.", "": "Nobody has it."})
    await wire.settled(wire.submit(USER, wire.views[0], FILLED | {"quantity": "0"}))
    assert wire.views[0].errors == {"quantity": "At least 1.", "part": "Nobody has it."}
    assert wire.views[0].open
    desk.reply = lambda inbound: Reply()
    await wire.settled(wire.submit(USER, wire.views[0], FILLED))
    assert [one.values["quantity"] for one in desk.answered] == ["0", "2"]
    assert not wire.views[0].open


@MODES
async def test_a_form_may_lead_to_another_form_and_a_toast(slack: Slack, wire: SlackWire, desk: Desk) -> None:
    await opened(wire, desk)
    other = Form("confirm", "Sure?", (Field("sure", "Sure"),), "Yes", token="form-2")
    desk.reply = lambda inbound: Reply(form=other, toast="One more thing.")
    await wire.settled(wire.submit(USER, wire.views[0], FILLED))
    assert wire.views[0].open
    assert wire.views[0].content["title"]["text"] == "Sure?"
    await wire.wait_for(lambda: wire.ephemerals(CHANNEL, USER))
    assert wire.ephemerals(CHANNEL, USER)[0].words == "One more thing."


async def test_a_form_that_takes_long_is_closed_in_time_and_its_errors_are_said(
    slack: Slack, wire: SlackWire, desk: Desk
) -> None:
    await opened(wire, desk)
    gate = asyncio.Event()

    async def slowly() -> Reply:
        await gate.wait()
        return Reply(errors={"part": "Nobody has it."})

    desk.reply = lambda inbound: slowly()
    sent = wire.submit(USER, wire.views[0], FILLED)
    await wire.settled(sent)
    in_hand = not desk.answered
    gate.set()
    assert sent.latency < 3
    assert in_hand
    assert not wire.views[0].open
    await wire.wait_for(lambda: wire.ephemerals(CHANNEL, USER))
    assert wire.ephemerals(CHANNEL, USER)[0].words == "Nobody has it."


async def test_a_stored_form_whose_work_fails_is_not_asked_for_again(
    slack: Slack, wire: SlackWire, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    await opened(wire, desk)
    desk.reply = lambda inbound: 1 / 0
    await wire.settled(wire.submit(USER, wire.views[0], FILLED))
    assert not wire.views[0].open
    assert "could not be answered" in caplog.text


# Events

EVENTS = [
    ("channel_archive", {"channel": CHANNEL, "user": USER}, "chat_closed", USER),
    ("group_archive", {"channel": CHANNEL}, "chat_closed", ""),
    ("channel_unarchive", {"channel": CHANNEL, "user": USER}, "chat_reopened", USER),
    ("channel_left", {"channel": CHANNEL}, "bot_removed", ""),
    ("group_left", {"channel": CHANNEL}, "bot_removed", ""),
    ("channel_deleted", {"channel": CHANNEL}, "bot_removed", ""),
    ("member_left_channel", {"channel": CHANNEL, "user": BOT_USER}, "bot_removed", ""),
    ("member_joined_channel", {"channel": CHANNEL, "user": BOT_USER, "inviter": USER}, "bot_added", USER),
    ("member_left_channel", {"channel": CHANNEL, "user": USER}, "member_left", USER),
]


@pytest.mark.parametrize(("kind", "event", "text", "user"), EVENTS)
async def test_what_happens_to_a_channel_is_an_event(
    slack: Slack, wire: SlackWire, desk: Desk, kind: str, event: dict[str, str], text: str, user: str
) -> None:
    happened = wire.event(kind, **event)
    heard = await desk.one()
    assert (heard.kind, heard.text, heard.user) == (InboundKind.EVENT, text, user)
    assert heard.origin == Address("slack", CHANNEL)
    assert heard.id == f"slack:{TEAM}:{happened.payload['event_id']}"


@MODES
async def test_a_channel_with_a_new_id_has_moved(slack: Slack, wire: SlackWire, desk: Desk) -> None:
    wire.event("channel_id_changed", old_channel_id=CHANNEL, new_channel_id="C0NEW")
    heard = await desk.one()
    assert (heard.text, heard.origin.chat, heard.values) == ("chat_moved", CHANNEL, {"to": "C0NEW"})


@pytest.mark.parametrize("kind", ["app_uninstalled", "tokens_revoked"])
async def test_the_end_of_the_app_is_logged_and_told_without_a_chat(
    slack: Slack, wire: SlackWire, desk: Desk, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    wire.event(kind)
    heard = await desk.one()
    assert (heard.text, heard.origin, heard.values) == ("bot_removed", Address("slack", ""), {"reason": kind})
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


async def test_others_joining_and_unknown_events_are_acknowledged_and_left_alone(
    slack: Slack, wire: SlackWire, desk: Desk
) -> None:
    wire.event("member_joined_channel", channel=CHANNEL, user=USER)
    wire.event("reaction_added", user=USER, item={"channel": CHANNEL})
    await wire.settled()
    assert desk.taken == []


# Once, and never lost


@MODES
async def test_what_is_delivered_again_is_acknowledged_again_and_done_once(
    slack: Slack, wire: SlackWire, desk: Desk
) -> None:
    sent = wire.command(USER, "my")
    await desk.one()
    wire.redeliver(sent)
    wire.redeliver(sent)
    await wire.wait_for(lambda: desk.repeats == 2)
    assert len(desk.answered) == 1


@MODES
async def test_what_cannot_be_stored_is_not_acknowledged_and_comes_again(
    slack: Slack, wire: SlackWire, desk: Desk
) -> None:
    desk.full = True
    sent = wire.say(USER, "transfer")
    delivery = wire.deliveries[0]
    await wire.wait_for(lambda: desk.refused)
    desk.full = False
    # Whatever was sent for the first is there once the second is acknowledged.
    await wire.settled(wire.command(USER, "my"))
    assert not delivery.acked
    wire.redeliver(delivery)
    await wire.settled()
    await wire.wait_for(lambda: len(desk.answered) == 2)
    assert desk.answered[1].message == sent.ts


@MODES
async def test_it_is_acknowledged_before_it_is_answered(slack: Slack, wire: SlackWire, desk: Desk) -> None:
    gate = asyncio.Event()

    async def slowly() -> Reply:
        await gate.wait()
        return Reply()

    desk.reply = lambda inbound: slowly()
    await wire.settled(wire.command(USER, "stock lamp"))
    assert (len(desk.taken), desk.answered) == (1, [])
    gate.set()
    await desk.one()


@MODES
async def test_stopping_waits_for_what_is_in_hand(slack: Slack, wire: SlackWire, desk: Desk) -> None:
    gate = asyncio.Event()

    async def slowly() -> Reply:
        await gate.wait()
        return Reply(toast="Done.")

    desk.reply = lambda inbound: slowly()
    await wire.settled(wire.command(USER, "stock lamp"))
    stopping = asyncio.create_task(slack.stop_intake())
    asyncio.get_running_loop().call_soon(gate.set)
    await stopping
    assert len(desk.answered) == 1
    assert [one["text"] for one in wire.responses] == ["Done."]


# Answers at once


async def test_a_toast_after_a_command_is_shown_to_that_person_where_they_are(
    slack: Slack, wire: SlackWire, desk: Desk
) -> None:
    desk.reply = lambda inbound: Reply(toast="No <part> & no store.")
    wire.command(USER, "transfer", channel="C0FOREIGN")
    await wire.wait_for(lambda: wire.responses)
    assert wire.responses == [
        {"response_type": "ephemeral", "replace_original": False, "text": "No &lt;part&gt; &amp; no store."}
    ]


async def test_a_toast_after_words_is_ephemeral_in_a_channel_and_a_message_in_private(
    slack: Slack, wire: SlackWire, desk: Desk
) -> None:
    desk.reply = lambda inbound: Reply(toast="Try again.")
    wire.say(USER, "@bot transfer", channel=CHANNEL)
    await wire.wait_for(lambda: wire.ephemerals(CHANNEL, USER))
    wire.say(USER, "transfer")
    await wire.wait_for(lambda: wire.messages("D0ANNA"))
    assert [one.words for one in wire.messages("D0ANNA")] == ["Try again."]
    assert wire.messages(CHANNEL) == []


async def test_a_toast_that_fits_nowhere_in_the_channel_goes_to_the_person(
    slack: Slack, wire: SlackWire, desk: Desk
) -> None:
    wire.fail_next("respond", status=404, error="expired_url")
    desk.reply = lambda inbound: Reply(toast="Try again.")
    wire.command(USER, "transfer", channel="C0FOREIGN")
    await wire.wait_for(lambda: wire.messages("D0ANNA"))
    assert [one.words for one in wire.messages("D0ANNA")] == ["Try again."]


async def test_a_form_for_words_without_a_trigger_is_logged(
    slack: Slack, wire: SlackWire, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.reply = lambda inbound: Reply(form=FORM)
    wire.say(USER, "transfer")
    await desk.one()
    await slack.stop_intake()
    assert "opens a form only for" in caplog.text
    assert wire.views == []


async def test_a_form_that_comes_too_late_is_logged_and_nothing_breaks(caplog: pytest.LogCaptureFixture) -> None:
    clock = SimulatedClock(datetime(2026, 11, 20, 8, tzinfo=UTC))
    async with SlackWire(clock=clock) as wire:
        desk = Desk(wire)
        async with running(wire, desk):

            def late(inbound: Inbound) -> Reply:
                clock.set(clock.now() + timedelta(seconds=4))
                return Reply(form=FORM)

            desk.reply = late
            wire.command(USER, "transfer")
            await wire.wait_for(lambda: wire.calls_of("views.open") and wire.calls_of("views.open")[0].status)
        assert wire.views == []
        assert "expired_trigger_id" in caplog.text


# Requests over HTTP


@pytest.fixture
async def over_http(wire: SlackWire, desk: Desk) -> AsyncIterator[Slack]:
    async with running(wire, desk, "http") as slack:
        yield slack


@pytest.mark.parametrize("signature", ["forged", "stale", "future", "odd", "none"])
async def test_a_request_slack_did_not_sign_just_now_is_refused(
    over_http: Slack, wire: SlackWire, desk: Desk, signature: str
) -> None:
    body = json.dumps(
        {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": {"type": "app_uninstalled"}}
    )
    assert await wire.push(body, signature=signature) == 401  # type: ignore[arg-type]
    assert desk.taken == []
    assert await wire.push(body) == 200
    assert len(desk.taken) == 1


async def test_a_signed_body_that_is_no_json_is_refused(over_http: Slack, wire: SlackWire, desk: Desk) -> None:
    assert await wire.push("{broken") == 400
    assert desk.taken == []


async def test_slack_can_verify_the_address(over_http: Slack, wire: SlackWire) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc123", "token": "verification"})
    status, answer = await wire.request(body, "application/json")
    assert (status, json.loads(answer)) == (200, {"challenge": "abc123"})


async def test_an_acknowledgement_over_http_is_quick(over_http: Slack, wire: SlackWire, desk: Desk) -> None:
    sent = [wire.command(USER, "my") for _ in range(20)]
    await wire.settled(*sent)
    assert min(one.latency for one in sent) < 0.5
