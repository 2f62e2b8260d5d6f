"""The world of the busy hour: what was said to whom and what was acknowledged, kept in a file that outlives the bot.

Each line is written by one call before the bot learns of it, so that a kill -9 leaves the world as it was: what stands
in a chat stands there, what was not acknowledged is handed over again, and the clock goes on where it stopped.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bot.platform import Answer, Finding, Gone, MenuEntry, Pace, Posted, Take
from handlers.chat import Address, Button, Message, message_from_json, to_json
from storage.database import Database


@dataclass
class Shown:
    """A message of the bot as it stands; `at` is when it was posted or last changed."""

    id: str
    chat: str
    message: Message
    at: datetime
    edits: int = 0
    life: int = 0  # which of the bot's lives posted it

    @property
    def text(self) -> str:
        """The words alone."""
        return self.message.plain

    @property
    def buttons(self) -> list[Button]:
        """The buttons in one row."""
        return [button for row in self.message.buttons for button in row]


class Doom:
    """Kills this process by SIGKILL at the n-th instant that is worth it, -n: when the n-th message was said; 0: never.

    `ticks` counts the instants.
    """

    def __init__(self, at: int = 0) -> None:
        self.ticks = 0
        self._said = 0
        self._at = at

    def tick(self, *_: Any, **__: Any) -> None:
        """Let an instant pass."""
        self.ticks += 1
        if self.ticks == self._at:
            os.kill(os.getpid(), signal.SIGKILL)

    def said(self) -> None:
        """Let the instant pass between a platform's answer and our knowing it."""
        self._said += 1
        if self._said == -self._at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.tick()

    def watch(self, database: Database) -> None:
        """Count before and after each statement, before and after each commit."""
        engine = database.engine
        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(engine, name, self.tick)
        event.listen(engine, "checkin", self.tick)  # the first thing after a commit


class World:
    """A platform whose chats live in a file; `heard` is called with each message that appears or changes."""

    name = "telegram"
    asks = False
    pace = Pace(overall_per_second=0, chat_per_second=0)
    has_threads = False

    def __init__(self, path: Path, now: datetime, doom: Doom | None = None) -> None:
        self.now = now
        self.shown: dict[str, Shown] = {}
        self.acknowledged: list[str] = []
        self.lives = 0
        self.ended: dict[str, Any] = {}
        self.heard: Callable[[Shown], None] = lambda shown: None
        self._path = path
        self._doom = doom or Doom()
        self._file = -1

    def remember(self) -> None:
        """Take up what the file tells."""
        if self._path.exists():
            for line in self._path.read_text(encoding="utf-8").splitlines():
                self._happen(json.loads(line))

    def open(self) -> None:
        """Begin a life of the bot."""
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.note(kind="life")

    def note(self, **what: Any) -> None:
        """Write what happens, then let it happen."""
        os.write(self._file, json.dumps(what, ensure_ascii=False).encode() + b"\n")
        self._happen(what)

    def _happen(self, what: dict[str, Any]) -> None:
        match what["kind"]:
            case "life":
                self.lives += 1
            case "clock":
                self.now = datetime.fromisoformat(what["at"])
            case "acknowledged":
                self.acknowledged.append(what["key"])
            case "post":
                message = message_from_json(what["message"])
                shown = Shown(what["id"], what["chat"], message, self.now, life=self.lives)
                self.shown[shown.id] = shown
                self.heard(shown)
            case "edit":
                shown = self.shown[what["id"]]
                shown.message, shown.at = message_from_json(what["message"]), self.now
                shown.edits += 1
                self.heard(shown)
            case "end":
                self.ended = what

    # What the bot does

    async def start(self, take: Take, answer: Answer) -> None:
        """Do nothing: the driver hands over."""

    async def stop_intake(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""

    async def post(self, address: Address, message: Message, *, only_for: str = "", reply_to: str = "") -> Posted:
        """Say a message; others go out and come back meanwhile."""
        self._doom.tick()
        await asyncio.sleep(0)
        posted = Posted(only_for or address.chat, f"{len(self.shown) + 1}")
        self.note(kind="post", id=posted.message, chat=posted.chat, message=to_json(message))
        self._doom.said()
        await asyncio.sleep(0)
        return posted

    async def edit(self, address: Address, posted: Posted, message: Message) -> None:
        """Change a message; unchanged content is no error."""
        self._doom.tick()
        await asyncio.sleep(0)
        if posted.message not in self.shown:
            raise Gone(f"there is no message {posted.message}")
        if self.shown[posted.message].message != message:
            self.note(kind="edit", id=posted.message, message=to_json(message))
        self._doom.said()
        await asyncio.sleep(0)

    async def publish(self, menu: Sequence[MenuEntry]) -> None:
        """Do nothing."""

    async def greet(self) -> None:
        """Be well."""

    async def check(self) -> list[Finding]:
        """Find nothing."""
        return []

    def deep_link(self, code: str) -> str:
        """Return "": there are no links."""
        return ""

    def is_group(self, address: Address) -> bool:
        """Whether the chat begins with "-"."""
        return address.chat.startswith("-")
