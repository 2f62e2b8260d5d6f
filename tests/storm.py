"""A storm of 429s at the wire, and what must hold of whoever is in it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from storage.tables.queues import OutboxRow
from tests.wire import Call, Failure
from tests.wire_telegram import TelegramWire

SAYING = {"sendMessage", "editMessageText"}


class Storm:
    """Refuses every third message, asking for between one and `longest` seconds of patience."""

    def __init__(self, wire: TelegramWire, seed: int, longest: int) -> None:
        self._wire = wire
        self._chance = random.Random(seed)
        self._longest = longest
        self._calls = 0
        self.refused: list[tuple[str, datetime, int]] = []  # chat, when, for how many seconds
        wire.trouble = self._strike

    def _strike(self, call: Call) -> Failure | None:
        if call.method not in SAYING:
            return None
        self._calls += 1
        if self._calls % 3:
            return None
        seconds = self._chance.randint(1, self._longest)
        self.refused.append((str(call.params["chat_id"]), call.at, seconds))
        return Failure(call.method, 429, retry_after=seconds)

    def said(self) -> list[tuple[str, datetime]]:
        """List what was said: chat and when."""
        return [(str(one.params["chat_id"]), one.at) for one in self._wire.calls if self._is_said(one)]

    def _is_said(self, call: Call) -> bool:
        return call.method in SAYING and call.status == 200

    def check_patience(self) -> None:
        """See that nothing was tried in a chat before the patience asked for was over."""
        for chat, at, seconds in self.refused:
            hasty = [
                call.at
                for call in self._wire.calls
                if call.method in SAYING
                and str(call.params["chat_id"]) == chat
                and at < call.at < at + timedelta(seconds=seconds)
            ]
            assert not hasty, (chat, at, seconds, hasty)

    def forced(self, chat: str, since: datetime, until: datetime) -> datetime:
        """Return the earliest at which the platform let something wait in a chat since then be said."""
        waits = [
            at + timedelta(seconds=seconds)
            for where, at, seconds in self.refused
            if where == chat and at <= until and at + timedelta(seconds=seconds) > since
        ]
        before = [at + timedelta(seconds=1) for where, at in self.said() if where == chat and since <= at < until]
        return max([since, *waits, *before])


def check_order(rows: Sequence[OutboxRow]) -> None:
    """See that in a chat nothing was said while something more urgent waited there."""
    for row in rows:
        assert row.done_at is not None and not row.failed
        overtaken = [
            other.id
            for other in rows
            if other.chat == row.chat
            and other.priority < row.priority
            and other.created_at < row.done_at
            and other.done_at is not None
            and other.done_at > row.done_at
        ]
        assert not overtaken, (row.id, overtaken)
