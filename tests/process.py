"""The real process, `python -m bot run`, on a database of its own, against a fake Telegram at the wire."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlmodel import col, select

from bot.clock import WallClock
from handlers.settings import Rules
from storage.database import Database
from storage.queries import people as people_queries
from storage.tables.boards import StockLevel
from storage.tables.people import Account, Person, Store
from storage.tables.queues import InboundRow, OutboxRow, Timer
from tests.factories import SmallNetwork, small_network
from tests.wire_telegram import TOKEN, Shown, TelegramWire

ROOT = Path(__file__).parent.parent
PATIENCE = 90.0  # seconds: a start takes two on a quiet machine, and ten on one that runs all tests at once

T = TypeVar("T")


class BotProcess:
    """A network whose stores are open day and night, its people on Telegram, and the process that serves them."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        wire: TelegramWire,
        config: str = "",
        *,
        module: str = "bot",
        env: Mapping[str, str] | None = None,
        log: str = "info",
    ) -> None:
        self.folder = folder
        self.module = module  # what is run: the bot, or a program of the tests that runs it in trouble of some kind
        self.env = dict(env or {})
        self.log_level = log
        self.database = database
        self.wire = wire
        self.log_file = folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "config.toml").write_text(
            f'[health]\nlisten = "127.0.0.1:0"\n[telegram]\nenabled = true\nbase_url = "{wire.url}"\n{config}',
            encoding="utf-8",
        )
        with database.transaction() as session:
            self.network: SmallNetwork = small_network(session, WallClock().now(), rules=Rules())
            for store in session.exec(select(Store)):
                store.closes = store.opens
            for level in session.exec(select(StockLevel).where(StockLevel.store_id == self.network.sz02.id)):
                if level.part_id == self.network.brake_pad.id:
                    level.quantity = 0  # so that asking for one is urgent
            for account in session.exec(select(Account).where(Account.platform != "telegram")):
                account.platform, account.user = "telegram", f"{7000 + account.person_id}"
                account.private_chat = account.user
            for account in session.exec(select(Account)):
                wire.user(int(account.user), people_queries.get_person(session, account.person_id).name)
        for chat in (self.network.managers_chat, self.network.bangkok_chat, self.network.hq_chat):
            wire.group(int(chat.chat), str(chat.purpose))
        self.group = int(self.network.managers_chat.chat)

    # The process

    def start(self) -> None:
        """Start, and wait until it takes in."""
        before = len(self.wire.calls_of("getUpdates"))
        config = str(self.folder / "config.toml")
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", self.module, "run", "--config", config, "--log", self.log_level],
                cwd=ROOT,
                env={
                    **os.environ,
                    "XIETONG_TELEGRAM__TOKEN": TOKEN,
                    "XIETONG_DATABASE__URL": self.database.url,
                    "XIETONG_DIGEST__QUIET": "",  # it runs by the machine's clock, at any hour
                    **self.env,
                },
                stdout=log,
                stderr=log,
            )
        self.until(lambda: len(self.wire.calls_of("getUpdates")) > before)

    def kill(self) -> None:
        """End it as a power cut does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)
        self._process = None

    def terminate(self) -> tuple[int, float]:
        """Ask it to stop; returns its exit code and how many seconds it took."""
        assert self._process is not None
        begun = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(30)
        self._process = None
        return code, time.monotonic() - begun

    def close(self) -> None:
        """End it if it runs."""
        if self._process is not None:
            self.kill()

    def until(self, condition: Callable[[], T]) -> T:
        """Wait until something is true; it is looked at after each call of the process and now and then."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                found: T = self.wire.wait_until(condition, 0.2)
                return found
            except TimeoutError:
                if self._process is not None and self._process.poll() is not None:
                    raise AssertionError(f"the process ended:\n{self.log}") from None
                if time.monotonic() > end:
                    raise AssertionError(f"it never came true; the log:\n{self.log[-3000:]}") from None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the database's writer, as a backup of another program would."""
        path = self.database.url.removeprefix("sqlite:///")
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
            other.close()

    @property
    def log(self) -> str:
        """What it logged, over all its lives."""
        return self.log_file.read_text(encoding="utf-8")

    # People

    def user(self, person: Person) -> int:
        """Return a person's number on Telegram, which is that of their private chat too."""
        return 7000 + person.id

    def says(self, person: Person, text: str, chat: int = 0) -> None:
        """Let a person write, privately or in a chat."""
        self.wire.say(self.user(person), text, chat)

    def hears(self, person: Person, words: str) -> Shown:
        """Wait until the last message with these words stands in a person's private chat, and return it."""
        return self.stands(self.user(person), words)

    def stands(self, chat: int, words: str) -> Shown:
        """Wait until the last message with these words stands in a chat, and return it."""
        return self.until(lambda: next((one for one in reversed(self.wire.messages(chat)) if words in one.text), None))  # type: ignore[return-value]

    def count(self, chat: int, words: str) -> int:
        """Return in how many messages of a chat these words stand."""
        return sum(1 for one in self.wire.messages(chat) if words in one.text)

    def presses(self, person: Person, label: str, words: str = "T-0001") -> None:
        """Let a person press a button of the last message in their private chat that has it, once it is there."""

        def find() -> Shown | None:
            found = [one for one in self.wire.messages(self.user(person)) if label in one.labels and words in one.text]
            return found[-1] if found else None

        shown = self.until(find)
        assert shown is not None
        self.wire.press(self.user(person), shown, label)

    def strangers(self, count: int, text: str) -> list[int]:
        """Let so many people whom nobody knows write the same words, each privately; returns their numbers."""
        users = [self.wire.user(90_000 + number, f"客{number}") for number in range(count)]
        for user in users:
            self.wire.say(user, text)
        return users

    def answered(self, users: Sequence[int]) -> list[int]:
        """Return in how many messages each of these people was answered."""
        return [len(self.wire.messages(user)) for user in users]

    # What is remembered

    def rows(self, table: type[T]) -> list[T]:
        """Return every row of a table, in order."""
        with self.database.transaction(writing=False) as session:
            return list(session.exec(select(table).order_by(col(table.id))))  # type: ignore[attr-defined]

    def is_quiet(self) -> bool:
        """Whether nothing is left to work or to say."""
        worked = all(one.done_at for one in self.rows(InboundRow))
        return worked and all(one.done_at for one in self.rows(OutboxRow))

    def pending(self, before: timedelta) -> list[Timer]:
        """Return the timers that are still to fire within so long from now."""
        end = WallClock().now() + before
        return [
            one for one in self.rows(Timer) if one.fired_at is None and one.cancelled_at is None and one.due_at < end
        ]

    def wait_past(self, moment: datetime) -> None:
        """Wait until the machine's clock is past this moment."""
        while (left := (moment - WallClock().now()).total_seconds()) > 0:
            threading.Event().wait(left)
