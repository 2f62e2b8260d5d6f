"""Turn what Slack delivers into Inbounds: the same payloads over a socket and over HTTP."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any

from bot.slack_blocks import INPUT
from handlers.chat import (
    BOT_ADDED,
    BOT_REMOVED,
    CHAT_CLOSED,
    CHAT_MOVED,
    CHAT_REOPENED,
    MEMBER_LEFT,
    MESSAGE_DELETED,
    Address,
    Inbound,
    InboundKind,
)

Payload = dict[str, Any]

NAME = "slack"
SHORTCUT = "xietong_from_message"
LONGEST_QUOTE = 500  # more of somebody else's message than a request is made of is not kept
_CHANNEL_EVENTS = {
    "channel_archive": CHAT_CLOSED,
    "group_archive": CHAT_CLOSED,
    "channel_unarchive": CHAT_REOPENED,
    "group_unarchive": CHAT_REOPENED,
    "channel_left": BOT_REMOVED,
    "group_left": BOT_REMOVED,
    "channel_deleted": BOT_REMOVED,
    "group_deleted": BOT_REMOVED,
    "channel_id_changed": CHAT_MOVED,
}
UNINSTALLED = frozenset(["app_uninstalled", "tokens_revoked"])
# A reply also sent to its channel, and words with a file, are words; edits, joins, topics and bots are not.
_SAID = frozenset(["", "file_share", "thread_broadcast"])
_MARKUP = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")


@dataclass(frozen=True, slots=True)
class Bot:
    """Who we are in this workspace."""

    team: str
    user: str
    bot: str


@dataclass(frozen=True, slots=True)
class Heard:
    """An inbound and what only its immediate answer needs: where to say it, and the fields of the form."""

    inbound: Inbound
    respond_url: str = ""
    fields: tuple[str, ...] = ()


def read(body: Payload, bot: Bot) -> Heard | None:
    """Return what was said or done, or None for what is no concern of ours."""
    if "command" in body:
        return _command(body)
    kind = body.get("type")
    if kind == "event_callback":
        inbound = _event(body, bot)
        return Heard(inbound) if inbound is not None else None
    if kind == "block_actions":
        return _press(body)
    if kind == "view_submission":
        return _submission(body, bot)
    if kind == "message_action" and body.get("callback_id") == SHORTCUT:
        return _shortcut(body)
    return None


def plain(text: str) -> str:
    """Return Slack's escaped text as the words a person sees."""
    words = _MARKUP.sub(_unmarked, text)
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _unmarked(found: re.Match[str]) -> str:
    target, label = found.group(1), found.group(2)
    if target[0] in "@#!":
        name = label or target[1:].partition("^")[0]
        # A date's label is its words; everything else is called by its name.
        return name if target.startswith("!date") or name[:1] in "@#" else ("#" if target[0] == "#" else "@") + name
    return label or target.removeprefix("mailto:").removeprefix("tel:")


# What people do on purpose


def _command(body: Payload) -> Heard:
    inbound = Inbound(
        id=f"{NAME}:{body['team_id']}:command:{body['trigger_id']}",
        kind=InboundKind.TEXT,
        origin=Address(NAME, body["channel_id"]),
        user=body["user_id"],
        user_name=body.get("user_name", ""),
        text=plain(body.get("text", "")).strip().removeprefix("/") or "help",
        addressed=True,
        private=_is_private(body["channel_id"]),
        can_form=True,
        handle=body["trigger_id"],
    )
    return Heard(inbound, body.get("response_url", ""))


def _press(body: Payload) -> Heard | None:
    action, container = body["actions"][0], body.get("container", {})
    if container.get("type") != "message" or not action.get("value"):
        return None
    chat = container["channel_id"]
    ts = container["message_ts"]
    inbound = Inbound(
        id=f"{NAME}:{_team(body)}:press:{body['trigger_id']}",
        kind=InboundKind.BUTTON,
        origin=Address(NAME, chat, _thread({"ts": ts, **container, **body.get("message", {})})),
        user=body["user"]["id"],
        user_name=_user_name(body),
        private=_is_private(chat),
        message="" if container.get("is_ephemeral") else ts,  # what only one person sees cannot be edited
        token=action["value"],
        can_form=True,
        handle=body["trigger_id"],
    )
    return Heard(inbound, body.get("response_url", ""))


def _submission(body: Payload, bot: Bot) -> Heard | None:
    form = body["view"]
    try:
        opened = json.loads(form.get("private_metadata", ""))
        token, chat, thread = opened["token"], opened["chat"], opened["thread"]
    except (ValueError, KeyError, TypeError):
        return None
    state = form.get("state", {}).get("values", {})
    inbound = Inbound(
        # The view's hash stays the same when a form is sent again after its errors: only the trigger is new.
        id=f"{NAME}:{_team(body) or bot.team}:form:{form['id']}:{body.get('trigger_id') or form.get('hash', '')}",
        kind=InboundKind.FORM,
        origin=Address(NAME, chat or body["user"]["id"], thread),
        user=body["user"]["id"],
        user_name=_user_name(body),
        private=_is_private(chat),
        token=token,
        values={name: _value(inputs.get(INPUT, {})) for name, inputs in state.items()},
        can_form=True,
        handle=body.get("trigger_id", ""),
    )
    return Heard(inbound, fields=tuple(state))


def _value(element: Payload) -> str:
    option = element.get("selected_option") or {}
    found = element.get("value") or option.get("value") or element.get("selected_date") or element.get("selected_time")
    return str(found or "")


def _shortcut(body: Payload) -> Heard:
    original, chat = body["message"], body["channel"]["id"]
    ts, thread = body.get("message_ts") or original["ts"], _thread(original)
    link = f"https://{body['team'].get('domain', 'slack')}.slack.com/archives/{chat}/p{ts.replace('.', '')}"
    inbound = Inbound(
        id=f"{NAME}:{_team(body)}:shortcut:{body['trigger_id']}",
        kind=InboundKind.TEXT,
        origin=Address(NAME, chat, thread),
        user=body["user"]["id"],
        user_name=_user_name(body),
        text="draft",
        addressed=True,
        private=_is_private(chat),
        message=ts,
        values={
            "link": link + (f"?thread_ts={thread}&cid={chat}" if thread else ""),
            "author": original.get("user", ""),
            "quoted": plain(original.get("text", "")).strip()[:LONGEST_QUOTE],
        },
        can_form=True,
        handle=body["trigger_id"],
    )
    return Heard(inbound, body.get("response_url", ""))


# What happens in a channel


def _event(body: Payload, bot: Bot) -> Inbound | None:
    event = body["event"]
    kind = event.get("type", "")
    if kind in ("message", "app_mention"):
        return _deleted(body) or _words(body, bot)
    happened = Inbound(
        id=f"{NAME}:{body['team_id']}:{body['event_id']}",
        kind=InboundKind.EVENT,
        origin=Address(NAME, event.get("channel") or ""),
    )
    if kind == "tokens_revoked" and not event.get("tokens", {}).get("bot", True):
        return None  # somebody's own token, which is none of ours
    if kind in UNINSTALLED:
        # No chat at all: the whole workspace is out of reach.
        return replace(happened, text=BOT_REMOVED, values={"reason": kind})
    if kind == "channel_id_changed":
        moved = {"to": event["new_channel_id"]}
        return replace(happened, text=CHAT_MOVED, origin=Address(NAME, event["old_channel_id"]), values=moved)
    if kind in _CHANNEL_EVENTS:
        return replace(happened, text=_CHANNEL_EVENTS[kind], user=event.get("user") or "")
    if kind == "member_joined_channel" and event["user"] == bot.user:
        return replace(happened, text=BOT_ADDED, user=event.get("inviter") or "")
    if kind == "member_left_channel":
        if event["user"] == bot.user:
            return replace(happened, text=BOT_REMOVED)
        return replace(happened, text=MEMBER_LEFT, user=event["user"])
    return None


def _deleted(body: Payload) -> Inbound | None:
    """Return the end of a message; one that has replies leaves a tombstone and counts as changed."""
    event = body["event"]
    before = event.get("previous_message") or {}
    if event.get("subtype") == "message_deleted":
        ts = event["deleted_ts"]
    elif event.get("subtype") == "message_changed" and event["message"].get("subtype") == "tombstone":
        ts = event["message"]["ts"]
    else:
        return None
    return Inbound(
        id=f"{NAME}:{body['team_id']}:{body['event_id']}",
        kind=InboundKind.EVENT,
        origin=Address(NAME, event["channel"], _thread({**before, "ts": ts})),
        text=MESSAGE_DELETED,
        private=_is_private(event["channel"]),
        message=ts,
    )


def _words(body: Payload, bot: Bot) -> Inbound | None:
    event = body["event"]
    if event.get("subtype", "") not in _SAID or event.get("bot_id") or event.get("user") in (None, bot.user):
        return None
    chat, ts, thread, raw = event["channel"], event["ts"], _thread(event), event.get("text") or ""
    unmentioned = re.sub(rf"<@{bot.user}(?:\|[^<>]*)?>[ \t]*[:：,，]?[ \t]*", "", raw)
    mentioned = unmentioned != raw
    words = plain(unmentioned).strip()
    private = _is_private(chat)
    addressed = private or mentioned or words.startswith("/")
    if not (addressed or thread):
        return None  # what people say among themselves is neither ours to answer nor to keep
    files = _files(event)
    return Inbound(
        id=f"{NAME}:{body['team_id']}:{chat}:{ts}",
        kind=InboundKind.TEXT,
        origin=Address(NAME, chat, thread),
        user=event["user"],
        text=words.removeprefix("/") or ("help" if mentioned and not files else ""),
        addressed=addressed,
        private=private,
        message=ts,
        reply_to=thread,
        values=files,
    )


def _files(event: Payload) -> dict[str, str]:
    """Return the first file's link and name, where it can be fetched from and its size in bytes."""
    first = next(iter(event.get("files") or []), None)
    if first is None:
        return {}
    found = {
        "file": first.get("permalink") or first.get("url_private") or first.get("id", ""),
        "file_name": first.get("name") or first.get("title") or "",
        "file_url": first.get("url_private_download") or first.get("url_private") or "",
        "file_size": str(first["size"]) if isinstance(first.get("size"), int) else "",
    }
    return {name: value for name, value in found.items() if value or name in {"file", "file_name"}}


def _thread(message: Payload) -> str:
    """Return the root of the thread a message is in; a root itself is in none."""
    root = message.get("thread_ts") or ""
    return root if root != message.get("ts") else ""


def _is_private(chat: str) -> bool:
    return chat.startswith("D")


def _team(body: Payload) -> str:
    return str((body.get("team") or {}).get("id", ""))


def _user_name(body: Payload) -> str:
    user = body["user"]
    return str(user.get("username") or user.get("name") or "")
