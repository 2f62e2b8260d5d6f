"""Slack, faked at the wire: the people who do things in it.

What they do (`say`, `press`, `command`, …) returns at once and is delivered from the wire's own loop, so it may be
called from either side; `deliveries` tells what became of it.
"""

from __future__ import annotations

from typing import Any

from tests.wire_slack_line import Delivery, SlackLine
from tests.wire_slack_web import BOT_ID, BOT_USER, DOMAIN, TEAM, Channel, Json, Said, Shown


class SlackWire(SlackLine):
    """A workspace with one app and its people; socket by default, HTTP after `use_http`."""

    def command(self, user: str, text: str, *, channel: str = "") -> Delivery:
        """Type `/xietong <text>` in a channel, or to the bot."""
        chat = channel or self.dm(user).id
        payload = {
            "token": "verification",
            "team_id": TEAM,
            "team_domain": DOMAIN,
            "channel_id": chat,
            "channel_name": "directmessage" if chat[0] == "D" else "stores",
            "user_id": user,
            "user_name": f"name-{user}",
            "command": "/xietong",
            "text": escape(text),
            "api_app_id": "A0APP",
            "is_enterprise_install": "false",
            "response_url": self._respond_url(),
            "trigger_id": self.trigger(user),
        }
        return self.deliver("slash_commands", payload, accepts=True)

    def say(
        self,
        user: str,
        text: str,
        *,
        channel: str = "",
        thread: str = "",
        raw: bool = False,
        **more: Any,
    ) -> Said:
        """Write words; `@bot` mentions the bot, `raw` is text as Slack writes it, `more` goes into the event."""
        with self.lock:
            place = self.channels[channel] if channel else self.dm(user)
            words = text if raw else escape(text).replace("@bot", f"<@{BOT_USER}>")
            said = Said(place.id, self.new_ts(), user, words, thread=thread)
            place.messages.append(said)
        event = {"channel": place.id, "user": user, "text": words, "ts": said.ts, "event_ts": said.ts, "team": TEAM}
        event |= {"thread_ts": thread, "parent_user_id": BOT_USER} if thread else {}
        kind = "im" if place.id[0] == "D" else "channel"
        self.event("message", **event, channel_type=kind, **more)
        if kind == "channel" and f"<@{BOT_USER}>" in words:
            self.event("app_mention", **event, **more)
        return said

    def press(self, user: str, message: Said, label: str) -> Delivery:
        """Press a button under a message of the bot's."""
        button = message.buttons[label]
        thread = {"thread_ts": message.thread} if message.thread else {}
        container = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel,
            "is_ephemeral": bool(message.only_for),
            **thread,
        }
        shown = {"user": BOT_USER, "bot_id": BOT_ID, "ts": message.ts, "blocks": message.blocks, **thread}
        payload = {
            "type": "block_actions",
            **self._someone(user),
            "trigger_id": self.trigger(user),
            "container": container,
            "channel": {"id": message.channel, "name": "stores"},
            "response_url": self._respond_url(),
            "actions": [{**button, "block_id": "b", "action_ts": self.new_ts()}],
            **({} if message.only_for else {"message": shown}),
        }
        return self.deliver("interactive", payload)

    def submit(self, user: str, view: Shown, values: dict[str, str]) -> Delivery:
        """Fill in a modal (fields by name; a choice by its value or label) and send it."""
        state = {}
        for block in view.content["blocks"]:
            if block["type"] == "input":
                element, value = block["element"], values.get(block["block_id"], "")
                state[block["block_id"]] = {element["action_id"]: _filled(element, value)}
        if unknown := set(values) - set(state):
            raise AssertionError(f"the form has no {unknown}")
        content = {**view.content, "id": view.id, "hash": view.hash, "state": {"values": state}, "team_id": TEAM}
        payload = {
            "type": "view_submission",
            **self._someone(user),
            "trigger_id": self.trigger(user),
            "view": content,
            "response_urls": [],
        }
        return self.deliver("interactive", payload, accepts=True)

    def shortcut(self, user: str, message: Said, callback: str = "xietong_from_message") -> Delivery:
        """Choose the app's shortcut in the menu of a message."""
        thread = {"thread_ts": message.thread} if message.thread else {}
        payload = {
            "type": "message_action",
            "callback_id": callback,
            **self._someone(user),
            "trigger_id": self.trigger(user),
            "message_ts": message.ts,
            "message": {"type": "message", "user": message.user, "ts": message.ts, "text": message.text, **thread},
            "channel": {"id": message.channel, "name": "stores"},
            "response_url": self._respond_url(),
        }
        return self.deliver("interactive", payload)

    def event(self, kind: str, **event: Any) -> Delivery:
        """Let something happen."""
        number = next(self.ids)
        payload = {
            "token": "verification",
            "team_id": TEAM,
            "api_app_id": "A0APP",
            "type": "event_callback",
            "event": {"type": kind, **event},
            "event_id": f"Ev{number:08d}",
            "event_time": int(self.clock.now().timestamp()),
            "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
        }
        return self.deliver("events_api", payload)

    def delete(self, message: Said, *, replies: bool = False) -> Delivery:
        """Delete a message; one with replies leaves a tombstone."""
        with self.lock:
            self.channels[message.channel].messages.remove(message)
        before = {"ts": message.ts, "user": message.user, "text": message.text}
        before |= {"thread_ts": message.thread} if message.thread else {}
        common = {"channel": message.channel, "ts": self.new_ts(), "hidden": True, "previous_message": before}
        if replies:
            grave = {"subtype": "tombstone", "ts": message.ts, "user": "USLACKBOT", "hidden": True}
            return self.event("message", subtype="message_changed", message=grave, **common)
        return self.event("message", subtype="message_deleted", deleted_ts=message.ts, **common)

    def archive(self, chat: str, *, archived: bool = True) -> Delivery:
        """Archive a channel, or bring it back."""
        self.channels[chat].archived = archived
        return self.event("channel_archive" if archived else "channel_unarchive", channel=chat, user="U0HQ")

    def kick(self, chat: str) -> Delivery:
        """Remove the bot from a channel."""
        self.channels[chat].bot = False
        return self.event("member_left_channel", user=BOT_USER, channel=chat, channel_type="C", team=TEAM)

    def invite(self, chat: str, by: str) -> Delivery:
        """Add the bot to a channel."""
        channel: Channel = self.add_channel(chat, by)
        channel.bot = True
        return self.event("member_joined_channel", user=BOT_USER, channel=chat, channel_type="C", inviter=by)

    def _someone(self, user: str) -> Json:
        who = {"id": user, "username": f"name-{user}", "name": f"name-{user}", "team_id": TEAM}
        return {"user": who, "team": {"id": TEAM, "domain": DOMAIN}, "api_app_id": "A0APP", "token": "verification"}

    def _respond_url(self) -> str:
        return f"{self.url}/respond/response-{next(self.ids)}-secret"


def escape(text: str) -> str:
    """Write text as Slack hands it over."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _filled(element: Json, value: str) -> Json:
    """Return the state of one input, as Slack says it."""
    kind = element["type"]
    if kind == "static_select":
        chosen = [one for one in element["options"] if value in (one["value"], one["text"]["text"])]
        if value and not chosen:
            raise AssertionError(f"{value!r} is none of the options")
        return {"type": kind, "selected_option": chosen[0] if chosen else None}
    name = {"datepicker": "selected_date", "timepicker": "selected_time"}.get(kind, "value")
    return {"type": kind, name: value or None}
