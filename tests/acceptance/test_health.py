"""The real process over HTTP: ready once it takes in, well while its heart beats, and what its figures say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from bot.clock import WallClock
from storage.database import Database
from storage.tables.queues import Timer
from tests.process import BotProcess
from tests.wire_telegram import TOKEN, TelegramWire

POST = "/transfer 前大灯-左 x1 urgent 客户在等"
QUICK = '[clocks.transfer]\nseen = "2s"\nanswer = "30m"\n'


class Watched(BotProcess):
    """A process that is asked how it is."""

    def get(self, path: str) -> tuple[int, str]:
        """Ask, and return status and body; 0 while nobody answers."""
        found = re.findall(r"/metrics answer on 127\.0\.0\.1:(\d+)", self.log)
        if not found:
            return 0, ""
        try:
            with urlopen(f"http://127.0.0.1:{found[-1]}{path}", timeout=20) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()
        except (URLError, ConnectionError):
            return 0, ""

    def becomes(self, path: str, status: int) -> dict[str, Any]:
        """Wait until this is answered with that status; returns what it says."""
        said: list[str] = []

        def look() -> bool:
            found, body = self.get(path)
            said.append(body)
            return found == status

        self.until(look)
        return json.loads(said[-1])  # type: ignore[no-any-return]

    def metric(self, name: str) -> float:
        """Return the sum of a metric's samples."""
        _, body = self.get("/metrics")
        return sum(float(line.split()[-1]) for line in body.splitlines() if re.match(rf"{name}[{{ ]", line))

    @contextmanager
    def holding(self, timer: int) -> Iterator[None]:
        """Hold a timer's row as a process would that hangs in the middle of its work."""
        with self.database.engine.connect() as other, other.begin():
            other.execute(text("SELECT id FROM timers WHERE id = :id FOR UPDATE"), {"id": timer})
            yield


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Callable[..., Watched]]:
    """Prepare a process on a database, with further configuration."""
    made: list[Watched] = []
    with TelegramWire(limits=True).in_thread() as wire:

        def prepare(database: Database, config: str = "", module: str = "bot") -> Watched:
            made.append(Watched(tmp_path, database, wire, config, module=module))
            return made[0]

        yield prepare
        for bot in made:
            bot.close()
        assert not any(TOKEN in bot.log for bot in made)


def test_a_running_process_is_well_and_ready_and_shows_how_late_its_timers_fired(
    watched: Callable[..., Watched], database: Database
) -> None:
    bot = watched(database, QUICK)
    bot.start()
    assert bot.becomes("/healthz", 200)["status"] == "ok"
    assert bot.becomes("/readyz", 200) == {"ready": True, "reasons": []}
    assert bot.metric("xietong_timer_lateness_seconds_count") == 0
    bot.says(bot.network.sz01_manager, POST)
    bot.until(lambda: any(one.fired_at for one in bot.rows(Timer)))  # two seconds later the ask is unseen
    bot.until(lambda: bot.metric("xietong_timer_lateness_seconds_count") >= 1)
    assert bot.metric('xietong_messages_said_total{platform="telegram"}') >= 1
    assert bot.metric("xietong_inbound_lateness_seconds_count") >= 1
    assert bot.metric("xietong_transaction_seconds_count") >= 1
    assert bot.metric("xietong_up") == 1
    assert bot.metric("xietong_process_resident_memory_bytes") > 0
    _, said = bot.get("/metrics")
    assert "张伟" not in said
    assert str(bot.group) not in said
    code, _ = bot.terminate()
    assert code == 0
    assert bot.get("/healthz") == (0, "")


def test_a_locked_database_stops_the_heart_and_it_beats_on_when_it_is_free(
    watched: Callable[..., Watched], database: Database
) -> None:
    bot = watched(database, module="tests.hasty")
    bot.start()
    bot.becomes("/healthz", 200)
    with bot.locked():
        said = bot.becomes("/healthz", 503)
        assert (said["status"], said["reasons"]) == ("stuck", ["no audit has ended for too long"])
    assert bot.becomes("/healthz", 200)["status"] == "ok"


@pytest.mark.postgres
def test_a_stuck_timer_is_kicked_and_stops_the_heart_until_it_can_fire(
    watched: Callable[..., Watched], postgres: Database
) -> None:
    bot = watched(postgres, module="tests.hasty")
    bot.start()
    bot.says(bot.network.sz01_manager, POST)
    bot.until(lambda: [one for one in bot.pending(timedelta(hours=1)) if one.request_id])
    bot.becomes("/healthz", 200)
    timer = next(one for one in bot.pending(timedelta(hours=1)) if one.request_id)
    with postgres.transaction() as session:
        found = session.exec(select(Timer).where(col(Timer.id) == timer.id)).one()
        found.due_at = found.try_at = WallClock().now() + timedelta(seconds=1)
    with bot.holding(timer.id):
        # On a busy machine an audit may be late as well: what counts is that this one is told.
        bot.until(lambda: "overdue timers: 1" in bot.becomes("/healthz", 503)["reasons"])
        bot.stands(int(bot.network.hq_chat.chat), "🩺")
        assert bot.metric("xietong_audit_findings") == 1
    assert bot.becomes("/healthz", 200)["status"] == "ok"
    bot.until(lambda: next(one for one in bot.rows(Timer) if one.id == timer.id).fired_at)
    bot.stands(int(bot.network.hq_chat.chat), "✅")
    assert bot.count(int(bot.network.hq_chat.chat), "🩺") == 1
    assert bot.metric("xietong_audit_rekicked_total") == 1
