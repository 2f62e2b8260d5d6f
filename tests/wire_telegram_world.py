"""Who and what is on the fake Telegram: people, chats, topics and messages, and what a test lets happen there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from bot.clock import Clock
from tests.wire import Wire
from tests.wire_telegram_checks import Words, units

Json = dict[str, Any]

TOKEN = "8123456789:AAF-strict_fake_of_the_Bot_API-0123456"
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}


@dataclass
class Chat:
    """A chat as Telegram keeps it; `topics` maps a forum topic's thread id to whether it is open."""

    id: int
    kind: str
    title: str = ""
    forum: bool = False
    kicked: bool = False
    muted: bool = False
    may_pin: bool = True
    moved_to: int = 0
    topics: dict[int, bool] = field(default_factory=dict)
    last_message: int = 0

    def json(self) -> Json:
        """Return the chat as updates name it."""
        named = {"first_name": self.title} if self.kind == "private" else {"title": self.title}
        return {"id": self.id, "type": self.kind, **named, **({"is_forum": True} if self.forum else {})}


@dataclass
class Shown:
    """One message as a chat shows it now; `user` is 0 for the bot's own."""

    chat: int
    id: int
    text: str
    html: str = ""
    entities: list[Json] = field(default_factory=list)
    markup: Json = field(default_factory=dict)
    user: int = 0
    topic: int = 0
    reply_to: int = 0
    edits: int = 0
    deleted: bool = False
    pinned: bool = False

    @property
    def buttons(self) -> list[list[tuple[str, str]]]:
        """The rows of buttons as (label, token)."""
        rows = self.markup.get("inline_keyboard", [])
        return [[(one["text"], one.get("callback_data", "")) for one in row] for row in rows]

    @property
    def labels(self) -> list[str]:
        """What stands on the buttons, row by row."""
        return [label for row in self.buttons for label, _ in row]

    @property
    def ask(self) -> str:
        """The placeholder of the reply field that is opened, "-" where it has none, "" where none is opened."""
        return self.markup.get("input_field_placeholder", "-") if self.markup.get("force_reply") else ""

    def token(self, label: str) -> str:
        """Return the token of the button so labelled (or so tokened)."""
        for row in self.buttons:
            for text, token in row:
                if label in (text, token):
                    return token
        raise AssertionError(f"no button {label!r} among {self.labels} under {self.text!r}")


@dataclass
class Callback:
    """A press that waits for its answer."""

    id: str
    user: int
    answers: list[Json] = field(default_factory=list)
    too_old: bool = False


class TelegramWorld(Wire):
    """The helpers of a test; each that makes an update returns it."""

    def __init__(self, *, clock: Clock | None = None, token: str = TOKEN, username: str = "xietong_bot") -> None:
        super().__init__(clock=clock)
        self.token = token
        self.me = {
            "id": int(token.split(":")[0]), "is_bot": True, "first_name": "协同", "username": username,
            "can_join_groups": True, "can_read_all_group_messages": True, "supports_inline_queries": False,
        }  # fmt: skip
        self.users: dict[int, Json] = {}
        self.chats: dict[int, Chat] = {}
        self.shown: dict[tuple[int, int], Shown] = {}
        self.files: dict[str, bytes] = {}  # by file id
        self.updates: list[Json] = []
        self.again: list[Json] = []
        self.callbacks: dict[str, Callback] = {}
        self.allowed = {"message", "edited_message", "callback_query", "my_chat_member"}
        self._last_update = 700_000_000

    # What there is

    def user(self, id: int, name: str, *, username: str = "", started: bool = True) -> int:  # noqa: A002
        """Make a person, who has opened the private chat with the bot unless `started` is False; returns the id."""
        self.users[id] = {"id": id, "is_bot": False, "first_name": name, **({"username": username} if username else {})}
        if started:
            self.chats[id] = Chat(id, "private", name)
        return id

    def group(self, id: int, title: str, *, forum: bool = False, basic: bool = False) -> int:  # noqa: A002
        """Make a group with the bot in it: a supergroup, unless `basic`; returns the id."""
        self.chats[id] = Chat(id, "group" if basic else "supergroup", title, forum)
        return id

    def topic(self, chat: int, name: str) -> int:
        """Open a topic in a forum; returns its thread id."""
        where = self.chats[chat]
        shown = self._keep(Shown(chat, 0, name, user=-1))
        where.topics[shown.id] = True
        return shown.id

    def messages(self, chat: int, *, all: bool = False) -> list[Shown]:  # noqa: A002
        """Return what the bot said in a chat as it stands now, oldest first; with `all` also what people said."""
        with self.lock:
            found = [one for one in self.shown.values() if one.chat == chat and not one.deleted]
        return sorted((one for one in found if all or not one.user), key=lambda one: one.id)

    def unanswered(self) -> list[Callback]:
        """Return the presses nobody answered."""
        with self.lock:
            return [one for one in self.callbacks.values() if not one.answers and not one.too_old]

    # What people do

    def say(
        self,
        user: int,
        text: str,
        chat: int = 0,
        *,
        topic: int = 0,
        reply_to: int | Shown = 0,
        anonymous: bool = False,
        **more: Any,
    ) -> Json:
        """Let a person write; `more` goes into the message (caption, voice, photo …)."""
        where = self.chats[chat or user]
        replied = reply_to.id if isinstance(reply_to, Shown) else reply_to
        shown = self._keep(Shown(where.id, 0, text, user=user, topic=topic, reply_to=replied))
        message = {**self._message(shown), **more}
        if anonymous:
            message |= {"from": ANONYMOUS, "sender_chat": where.json()}
        return self.update("message", message)

    def press(self, user: int, shown: Shown, button: str, *, inaccessible: bool = False) -> Json:
        """Let a person press a button, by its label or token, of a message as it was when they saw it."""
        token = shown.token(button)
        callback = Callback(str(4382_000_000 + len(self.callbacks)), user)
        with self.lock:
            self.callbacks[callback.id] = callback
        message = self._message(shown)
        if inaccessible:
            message = {"chat": message["chat"], "message_id": shown.id, "date": 0}
        return self.update(
            "callback_query",
            {"id": callback.id, "from": self.users[user], "chat_instance": "1", "data": token, "message": message},
        )

    def service(self, chat: int, user: int = 0, *, topic: int = 0, **what: Any) -> Json:
        """Let a service message appear: forum_topic_closed={}, left_chat_member={…}, migrate_to_chat_id=…"""
        shown = self._keep(Shown(chat, 0, "", user=user or -1, topic=topic))
        return self.update("message", {**self._message(shown), **what})

    def close_topic(self, chat: int, topic: int, user: int = 0) -> Json:
        """Close a topic: the bot cannot write there any more."""
        self.chats[chat].topics[topic] = False
        return self.service(chat, user, topic=topic, forum_topic_closed={})

    def reopen_topic(self, chat: int, topic: int, user: int = 0) -> Json:
        """Open a closed topic again."""
        self.chats[chat].topics[topic] = True
        return self.service(chat, user, topic=topic, forum_topic_reopened={})

    def leave(self, user: int, chat: int) -> Json:
        """Let a person leave a group."""
        return self.service(chat, user, left_chat_member=self.users[user])

    def migrate(self, chat: int, to: int, *, told: bool = True) -> list[Json]:
        """Turn a group into a supergroup with a new id; with `told` False only an error will say so."""
        old = self.chats[chat]
        self.chats[to] = Chat(to, "supergroup", old.title)
        updates = []
        if told:
            updates = [self.service(chat, migrate_to_chat_id=to), self.service(to, migrate_from_chat_id=chat)]
        old.moved_to = to
        return updates

    def kick_bot(self, chat: int, by: int) -> Json:
        """Remove the bot from a group."""
        self.chats[chat].kicked = True
        return self.membership(chat, by, "member", "kicked")

    def add_bot(self, chat: int, by: int) -> Json:
        """Add the bot to a group."""
        self.chats[chat].kicked = False
        return self.membership(chat, by, "left", "member")

    def block(self, user: int) -> Json:
        """Let a person block the bot."""
        self.chats[user].kicked = True
        return self.membership(user, user, "member", "kicked")

    def unblock(self, user: int) -> Json:
        """Let a person take the bot back."""
        self.chats[user].kicked = False
        return self.membership(user, user, "kicked", "member")

    def membership(self, chat: int, by: int, before: str, after: str) -> Json:
        """Let the bot's own membership change."""

        def member(status: str) -> Json:
            return {"user": self.me, "status": status, **({"until_date": 0} if status == "kicked" else {})}

        change = {"chat": self.chats[chat].json(), "from": self.users[by], "date": self._date()}
        members = {"old_chat_member": member(before), "new_chat_member": member(after)}
        return self.update("my_chat_member", change | members)

    def delete(self, shown: Shown) -> None:
        """Delete a message; Telegram tells bots nothing of it."""
        with self.lock:
            self.shown[shown.chat, shown.id].deleted = True

    def forget_callbacks(self) -> None:
        """Let the presses grow too old to be answered."""
        with self.lock:
            for callback in self.callbacks.values():
                callback.too_old = True

    # Updates

    def update(self, kind: str, what: Json) -> Json:
        """Queue an update; one of a kind the bot did not ask for is lost, as it is at Telegram."""
        with self.lock:
            self._last_update += 1
            update = {"update_id": self._last_update, kind: what}
            if kind in self.allowed:
                self.updates.append(update)
        self.changed()
        return update

    def redeliver(self, update: Json) -> None:
        """Deliver the same update once more, whatever was confirmed."""
        with self.lock:
            self.again.append(update)
        self.changed()

    def _keep(self, shown: Shown) -> Shown:
        with self.lock:
            where = self.chats[shown.chat]
            where.last_message += 1
            shown.id = where.last_message
            self.shown[shown.chat, shown.id] = shown
        return shown

    def _message(self, shown: Shown, *, nested: bool = False) -> Json:
        where = self.chats[shown.chat]
        author = self.users.get(shown.user) or (self.me if shown.user == 0 else ANONYMOUS)
        message: Json = {"message_id": shown.id, "date": self._date(), "chat": where.json(), "from": author}
        if shown.text:
            message["text"] = shown.text
            command = re.match(r"/[A-Za-z0-9_]+(@\w+)?", shown.text)
            if command and shown.user:
                message["entities"] = [{"type": "bot_command", "offset": 0, "length": units(command[0])}]
        if shown.markup.get("inline_keyboard"):
            message["reply_markup"] = {"inline_keyboard": shown.markup["inline_keyboard"]}
        if shown.topic:
            message |= {"message_thread_id": shown.topic, "is_topic_message": True}
        # A topic's messages answer the one that opened it; a plain supergroup's replies have a thread id too.
        replied = self.shown.get((shown.chat, shown.reply_to or shown.topic))
        if replied and not nested:
            message["reply_to_message"] = self._message(replied, nested=True)
            if not shown.topic and where.kind == "supergroup":
                message["message_thread_id"] = replied.id
        return message

    def _date(self) -> int:
        return int(self.clock.now().timestamp())


def same(shown: Shown, words: Words, markup: Json) -> bool:
    """Whether an edit would change nothing."""
    return (shown.text, shown.entities, shown.markup) == (words.text, words.entities, markup)
