"""What the bot says on Slack: blocks within every limit, edits, refusals as delivery errors, and the doctor."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clock import SimulatedClock
from bot.platform import DeliveryError, Gone, Level, Posted, TryLater, Unreachable, Unsayable
from bot.slack import SCOPES, Slack
from handlers.chat import Address, Button, Look, Message, Span, bold, code, copy, line, message, table
from tests.slack_desk import make
from tests.wire_slack import SlackWire
from tests.wire_slack_web import Said

CHANNEL, USER = "C0EAST", "U0ANNA"
EAST = Address("slack", CHANNEL)
HOSTILE = "<!channel> *bold* _it_ ~no~ `code` <@U0WANG> <https://evil.cn|bank> &amp; > quoted\u202e :smile:"


@pytest.fixture
async def wire() -> AsyncIterator[SlackWire]:
    async with SlackWire() as wire:
        wire.add_channel(CHANNEL, USER)
        yield wire
        assert wire.violations == []


@pytest.fixture
async def slack(wire: SlackWire) -> AsyncIterator[Slack]:
    slack = make(wire)
    yield slack
    await slack.close()


def runs(said: Said) -> list[dict[str, Any]]:
    """Return the runs of words in a message."""
    return [run for element in said.blocks[0]["elements"] for run in element["elements"]]


def button(label: str = "可以", token: str = "tok") -> Button:
    return Button(label, "accept", token=token)


# Looks


async def test_a_board_is_pinned_and_unpinned_at_its_end(slack: Slack, wire: SlackWire) -> None:
    board = replace(message("库存", table(["门店  3", "SZ01  0"])), pinned="pinned")
    posted = await slack.post(EAST, board)
    (said,) = wire.messages(CHANNEL)
    assert said.pinned
    assert [one["type"] for one in said.blocks[0]["elements"]] == ["rich_text_section", "rich_text_preformatted"]
    assert said.words == "库存\n门店  3\nSZ01  0"
    await slack.edit(EAST, posted, replace(message("⏹"), pinned="unpinned"))
    assert not said.pinned
    wire.fail_next("pins.add", 500)
    await slack.post(EAST, board)  # it stands there all the same
    assert [one.pinned for one in wire.messages(CHANNEL)] == [False, False]


async def test_styles_travel_beside_the_words(slack: Slack, wire: SlackWire) -> None:
    await slack.post(EAST, message(line("急", bold("前大灯"), " see ", code("T-1"), Span("!", "italic")), "", "end"))
    said = wire.messages(CHANNEL)[0]
    assert runs(said) == [
        {"type": "text", "text": "急"},
        {"type": "text", "text": "前大灯", "style": {"bold": True}},
        {"type": "text", "text": " see "},
        {"type": "text", "text": "T-1", "style": {"code": True}},
        {"type": "text", "text": "!", "style": {"italic": True}},
        {"type": "text", "text": "\n\nend"},
    ]
    assert said.text == "急前大灯 see T-1!\n\nend"


async def test_a_mention_tells_a_known_person_and_names_an_unknown_one(slack: Slack, wire: SlackWire) -> None:
    known = Span("张伟", "mention", 1, user=USER)
    await slack.post(EAST, message(line(known, " and ", Span("李", "mention", 2), Span("x", "mention", 3, "a b"))))
    said = wire.messages(CHANNEL)[0]
    assert runs(said) == [{"type": "user", "user_id": USER}, {"type": "text", "text": " and 李x"}]
    assert said.text == f"<@{USER}> and 李x"


async def test_a_text_to_forward_stands_in_a_box_of_its_own(slack: Slack, wire: SlackWire) -> None:
    await slack.post(EAST, message("For the customer:", line("→ ", copy("您的车\n明天好")), "Done"))
    first, arrow, box, last = wire.messages(CHANNEL)[0].blocks[0]["elements"]
    assert (box["type"], box["elements"]) == ("rich_text_preformatted", [{"type": "text", "text": "您的车\n明天好"}])
    assert [one["elements"][0]["text"] for one in (first, arrow, last)] == ["For the customer:", "→ ", "Done"]


async def test_what_people_wrote_cannot_become_markup(slack: Slack, wire: SlackWire) -> None:
    await slack.post(EAST, message(line(bold(HOSTILE), copy(HOSTILE))))
    said = wire.messages(CHANNEL)[0]
    words = "".join(run.get("text") or run["url"] for run in runs(said))
    assert words == HOSTILE * 2
    assert {run["type"] for run in runs(said)} <= {"text", "link"}
    assert not re.search("[<>]", said.text)


async def test_a_plain_address_can_be_followed(slack: Slack, wire: SlackWire) -> None:
    await slack.post(EAST, message("见https://stores.slack.com/archives/C1/p2?cid=C1。", line(code("https://a.cn"))))
    assert [run for run in runs(wire.messages(CHANNEL)[0]) if run["type"] == "link"] == [
        {"type": "link", "url": "https://stores.slack.com/archives/C1/p2?cid=C1"}
    ]


async def test_many_addresses_in_one_text_stay_within_the_limit_of_blocks(slack: Slack, wire: SlackWire) -> None:
    await slack.post(EAST, message("http://a.cn " * 300))
    assert len([run for run in runs(wire.messages(CHANNEL)[0]) if run["type"] == "link"]) == 10


@pytest.mark.parametrize("words", ["", "\n\n", " "])
async def test_an_empty_message_is_still_said(slack: Slack, wire: SlackWire, words: str) -> None:
    await slack.post(EAST, message(words))
    assert wire.messages(CHANNEL)[0].words.strip() == ""


async def test_buttons_keep_their_rows_and_looks(slack: Slack, wire: SlackWire) -> None:
    accept = Button("可以", "accept", look=Look.PRIMARY, token="a")
    refuse = Button("不行", "refuse", look=Look.DANGER, token="b")
    await slack.post(EAST, message("T-1", buttons=((accept, refuse), (Button("L" * 90, "seen", token="c"),))))
    rows = [block["elements"] for block in wire.messages(CHANNEL)[0].blocks[1:]]
    assert [[one.get("style", "") for one in row] for row in rows] == [["primary", "danger"], [""]]
    assert [one["value"] for row in rows for one in row] == ["a", "b", "c"]
    assert rows[1][0]["text"]["text"] == "L" * 74 + "…"


@pytest.mark.parametrize(("rows", "each", "blocks"), [(1, 60, 3), (60, 1, 3), (40, 2, 40)])
async def test_many_buttons_are_laid_into_as_many_rows_as_slack_takes(
    slack: Slack, wire: SlackWire, rows: int, each: int, blocks: int
) -> None:
    many = tuple(tuple(button(f"{row}.{n}", f"t{row}.{n}") for n in range(each)) for row in range(rows))
    await slack.post(EAST, message("choose", buttons=many))
    said = wire.messages(CHANNEL)[0]
    assert (len(said.buttons), len(said.blocks)) == (rows * each, 1 + blocks)


@pytest.mark.parametrize("token", ["", "x" * 2001])
async def test_a_button_without_a_usable_token_is_unsayable(slack: Slack, wire: SlackWire, token: str) -> None:
    with pytest.raises(Unsayable):
        await slack.post(EAST, message("T-1", buttons=((button(token=token),),)))
    assert wire.calls == []


# Long messages

LONG = {
    "many lines": message(*[f"line {n}: {'字' * 60}" for n in range(200)]),
    "one line": message("车" * 10_000),
    "all escaped": message("&<>" * 3000),
    "many spans": message(*[line(bold("a"), "b", code("c"), "d") for _ in range(200)]),
    "spans in a line": message(line(*[Span(str(n % 10), "bold" if n % 2 else "") for n in range(500)])),
    "a long box": message(line(copy("词" * 9000))),
}


@pytest.mark.parametrize("name", LONG)
async def test_a_long_message_is_split_and_loses_no_character(slack: Slack, wire: SlackWire, name: str) -> None:
    said = Message(LONG[name].lines, ((button(),),))
    posted = await slack.post(EAST, said)
    shown = wire.messages(CHANNEL)
    assert len(shown) > 1
    assert "".join(one.words for one in shown).replace("\n", "") == said.plain.replace("\n", "")
    assert posted.message == shown[-1].ts
    assert [bool(one.buttons) for one in shown] == [False] * (len(shown) - 1) + [True]


async def test_a_long_message_is_split_at_line_ends(slack: Slack, wire: SlackWire) -> None:
    await slack.post(EAST, LONG["many lines"])
    assert "\n".join(one.words for one in wire.messages(CHANNEL)) == LONG["many lines"].plain


# Where


async def test_a_message_to_a_person_opens_the_direct_channel_and_can_be_edited_there(
    slack: Slack, wire: SlackWire
) -> None:
    posted = await slack.post(Address("slack", USER), message("Hello"))
    assert posted.chat == "D0ANNA"
    await slack.edit(Address("slack", USER), posted, message("Hello again"))
    assert [one.words for one in wire.messages("D0ANNA")] == ["Hello again"]


@pytest.mark.parametrize("by", ["address", "reply_to"])
async def test_a_message_goes_into_the_thread_it_belongs_to(slack: Slack, wire: SlackWire, by: str) -> None:
    card = await slack.post(EAST, message("T-1"))
    if by == "address":
        await slack.post(Address("slack", CHANNEL, card.message), message("seen"))
    else:
        await slack.post(EAST, message("seen"), reply_to=card.message)
    assert [one.words for one in wire.messages(CHANNEL, thread=card.message)] == ["seen"]


async def test_words_for_a_thread_that_is_gone_go_to_the_channel(slack: Slack, wire: SlackWire) -> None:
    await slack.post(Address("slack", CHANNEL, "1.000001"), message("seen"))
    assert [one.words for one in wire.messages(CHANNEL, thread="")] == ["seen"]


async def test_what_is_for_one_person_is_shown_to_that_person_alone(slack: Slack, wire: SlackWire) -> None:
    posted = await slack.post(EAST, message("Only you"), only_for=USER)
    assert posted == Posted(CHANNEL, "")
    assert [one.words for one in wire.ephemerals(CHANNEL, USER)] == ["Only you"]
    assert wire.messages(CHANNEL) == []
    with pytest.raises(Gone):
        await slack.edit(EAST, posted, message("More"))


async def test_in_a_direct_channel_everything_is_for_that_person(slack: Slack, wire: SlackWire) -> None:
    posted = await slack.post(Address("slack", wire.dm(USER).id), message("Only you"), only_for=USER)
    assert posted.message == wire.messages("D0ANNA")[0].ts


async def test_what_cannot_be_shown_to_one_person_in_a_channel_is_said_directly(slack: Slack, wire: SlackWire) -> None:
    posted = await slack.post(EAST, message("Only you"), only_for="U0WANG")
    assert posted == Posted("D0WANG", wire.messages("D0WANG")[0].ts)
    assert wire.messages(CHANNEL) == []


async def test_links_are_not_unfurled(slack: Slack, wire: SlackWire) -> None:
    await slack.post(EAST, message("https://a.cn"))
    params = wire.calls[-1].params
    assert (params["unfurl_links"], params["unfurl_media"]) == (False, False)


# Edits


async def test_a_card_is_edited_in_place_and_the_same_again_is_no_error(slack: Slack, wire: SlackWire) -> None:
    posted = await slack.post(EAST, message("T-1 open", buttons=((button(),),)))
    for _ in range(2):
        await slack.edit(EAST, posted, message("T-1 done"))
    said = wire.messages(CHANNEL)[0]
    assert (said.words, said.buttons, said.edits) == ("T-1 done", {}, 2)


async def test_an_edit_of_a_split_message_changes_the_part_with_the_buttons(slack: Slack, wire: SlackWire) -> None:
    posted = await slack.post(EAST, Message(LONG["one line"].lines, ((button(),),)))
    await slack.edit(EAST, posted, message("车" * 10_000 + "!"))
    assert wire.messages(CHANNEL)[-1].words.endswith("车!")


async def test_an_edit_of_a_message_that_is_gone_says_so(slack: Slack, wire: SlackWire) -> None:
    with pytest.raises(Gone):
        await slack.edit(EAST, Posted(CHANNEL, "1.000001"), message("T-1"))


# Refusals

REFUSALS: list[tuple[str, type[DeliveryError], dict[str, object]]] = [
    ("channel_not_found", Unreachable, {"event": "bot_removed"}),
    ("not_in_channel", Unreachable, {"event": "bot_removed"}),
    ("is_archived", Unreachable, {"event": "chat_closed"}),
    ("restricted_action_read_only_channel", Unreachable, {"event": "chat_closed"}),
    ("user_disabled", Unreachable, {"event": "user_blocked"}),
    ("messages_tab_disabled", Unreachable, {"event": "user_blocked"}),
    ("token_revoked", TryLater, {"seconds": 300.0, "limited": False}),
    ("invalid_auth", TryLater, {"seconds": 300.0, "limited": False}),
    ("account_inactive", TryLater, {"seconds": 300.0, "limited": False}),
    ("missing_scope", TryLater, {"seconds": 300.0, "limited": False}),
    ("rate_limited", TryLater, {"seconds": 60.0, "limited": True}),
    ("internal_error", TryLater, {"seconds": None, "limited": False}),
    ("cant_update_message", Gone, {}),
    ("edit_window_closed", Gone, {}),
    ("message_not_found", Gone, {}),
    ("invalid_blocks", Unsayable, {}),
    ("msg_too_long", Unsayable, {}),
    ("an_error_of_tomorrow", Unsayable, {}),
]


@pytest.mark.parametrize(("code", "kind", "facts"), REFUSALS)
async def test_every_refusal_says_what_is_to_be_done(
    slack: Slack, wire: SlackWire, code: str, kind: type[DeliveryError], facts: dict[str, object]
) -> None:
    wire.fail_next("chat.postMessage", status=200, error=code)
    with pytest.raises(kind) as caught:
        await slack.post(EAST, message("T-1"))
    assert {name: getattr(caught.value, name) for name in facts} == facts
    assert code in str(caught.value)


async def test_a_person_who_cannot_be_written_to_has_blocked_us(slack: Slack, wire: SlackWire) -> None:
    wire.disabled.add(USER)
    with pytest.raises(Unreachable) as caught:
        await slack.post(Address("slack", USER), message("Hello"))
    assert caught.value.event == "user_blocked"


async def test_an_archived_channel_and_a_lost_one_are_told_apart(slack: Slack, wire: SlackWire) -> None:
    wire.channels[CHANNEL].archived = True
    with pytest.raises(Unreachable) as caught:
        await slack.post(EAST, message("T-1"))
    assert caught.value.event == "chat_closed"
    wire.channels[CHANNEL].archived, wire.channels[CHANNEL].bot = False, False
    with pytest.raises(Unreachable) as caught:
        await slack.post(EAST, message("T-1"))
    assert caught.value.event == "bot_removed"


async def test_a_limit_says_how_long_to_wait(slack: Slack, wire: SlackWire) -> None:
    wire.fail_next("chat.update", status=429, retry_after=7)
    posted = await slack.post(EAST, message("T-1"))
    with pytest.raises(TryLater) as caught:
        await slack.edit(EAST, posted, message("T-1"))
    assert (caught.value.limited, caught.value.seconds) == (True, 7.0)


async def test_the_pace_of_one_channel_holds_up_no_other() -> None:
    clock = SimulatedClock(datetime(2026, 11, 20, 8, tzinfo=UTC))
    async with SlackWire(clock=clock, pace=slack_pace()) as wire:
        wire.add_channel(CHANNEL)
        wire.add_channel("C0WEST")
        slack = make(wire, clock=clock)
        await slack.post(EAST, message("1"))
        with pytest.raises(TryLater):
            await slack.post(EAST, message("2"))
        await slack.post(Address("slack", "C0WEST"), message("3"))
        clock.set(clock.now() + timedelta(seconds=1))
        await slack.post(EAST, message("2"))
        await slack.close()


def slack_pace() -> float:
    return 1 / Slack.pace.chat_per_second


@pytest.mark.parametrize("how", ["status", "cut", "hang"])
async def test_trouble_at_slack_is_tried_later(wire: SlackWire, how: Any) -> None:
    slack = make(wire, timeout=0.2)
    wire.fail_next("chat.postMessage", status=503, how=how)
    with pytest.raises(TryLater) as caught:
        await slack.post(EAST, message("T-1"))
    assert (caught.value.limited, caught.value.seconds) == (False, None)
    await slack.close()


async def test_no_network_is_tried_later(wire: SlackWire) -> None:
    slack = make(wire, base_url="http://127.0.0.1:9/api/")
    with pytest.raises(TryLater):
        await slack.post(EAST, message("T-1"))
    await slack.close()


# Doctor


async def test_the_doctor_finds_everything_well(slack: Slack) -> None:
    found = await slack.check()
    assert [(one.level, one.mend) for one in found] == [(Level.OK, "")] * 3
    assert found[0].text == "xietong in Stores"


async def test_the_doctor_names_a_missing_scope(slack: Slack, wire: SlackWire) -> None:
    wire.scopes = wire.scopes.replace("commands,", "")
    found = (await slack.check())[1]
    assert (found.level, found.text) == (Level.FAIL, "missing: commands")
    assert "slack-manifest" in found.mend


@pytest.mark.parametrize(
    ("more", "subject", "word"),
    [
        ({"bot_token": "xoxb-wrong"}, "Slack", "invalid_auth"),
        ({"app_token": "xapp-wrong"}, "Slack socket", "invalid_auth"),
        ({"mode": "http", "signing_secret": ""}, "Slack requests", "no signing secret"),
        ({"base_url": "http://127.0.0.1:9/api/"}, "Slack", "ClientConnectorError"),
    ],
)
async def test_the_doctor_says_what_to_mend(wire: SlackWire, more: dict[str, Any], subject: str, word: str) -> None:
    slack = make(wire, **more)
    failed = [one for one in await slack.check() if one.level is Level.FAIL]
    assert [(one.subject, word in one.text, bool(one.mend)) for one in failed] == [(subject, True, True)]
    await slack.close()


def test_the_manifest_asks_for_the_scopes_the_code_needs() -> None:
    manifest = (Path(__file__).parents[2] / "docs/slack-manifest.yaml").read_text()
    scopes = manifest.partition("    bot:\n")[2].partition("settings:")[0]
    assert set(re.findall(r"- (\S+) # \S+", scopes)) == SCOPES


async def test_slack_has_threads_and_no_links_menus_or_limits_by_the_minute(slack: Slack, wire: SlackWire) -> None:
    await slack.publish([])
    assert (slack.has_threads, slack.deep_link("123"), slack.is_group(EAST)) == (True, "", False)
    assert wire.calls == []


# The fake itself


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"channel": CHANNEL, "blocks": [{"type": "divider"}]}, "no_text"),
        ({"channel": CHANNEL, "text": "x", "blocks": []}, "invalid_blocks"),
        ({"channel": CHANNEL, "text": "x", "blocks": [{"type": "divider"}], "colour": "red"}, "invalid_arguments"),
        ({"channel": CHANNEL, "text": "x" * 4001, "blocks": [{"type": "divider"}]}, "msg_too_long"),
        ({"channel": CHANNEL, "text": "x", "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
    ],
)
async def test_the_fake_refuses_and_records_what_slack_would_not_take(
    slack: Slack, wire: SlackWire, params: dict[str, Any], error: str
) -> None:
    with pytest.raises(Unsayable, match=error):
        await slack._call("chat.postMessage", **params)
    assert len(wire.violations) == 1
    assert error in wire.violations.pop()


async def test_the_fake_reads_forms_as_it_reads_json(slack: Slack, wire: SlackWire) -> None:
    client = slack._web()
    await client.api_call("chat.postMessage", data={"channel": CHANNEL, "text": "x", "blocks": json.dumps(BLOCKS)})
    assert wire.messages(CHANNEL)[0].blocks == BLOCKS


BLOCKS = [{"type": "divider"}]
