"""A busy hour, killed at random instants or with its clock set: each timer once, ledger and cards right in the end."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.demo_checks import Check, check, gather
from bot.lines import HANDS
from handlers.chat import Message, message_from_json
from handlers.load import load
from storage.database import Database
from storage.queries import checks
from storage.tables.audit import AuditEntry
from storage.tables.boards import Capacity, StockLevel, StockMove
from storage.tables.bookings import Booking
from storage.tables.chats import Card
from storage.tables.diversions import Complaint, Diversion, WorkCredit
from storage.tables.ledger import MoneyEntry, PointsEntry
from storage.tables.questions import Question, QuestionAnswer, QuestionCall
from storage.tables.queues import InboundRow, OutboxRow, Timer
from storage.tables.requests import Ask, Event, Request, Step, Transfer
from storage.tables.support import Support
from tests import forking
from tests.factories import MONDAY
from tests.hour import fill
from tests.hour_world import World
from tests.process import ROOT

FORE = 0.7  # of the hour: in what is left of it nobody is killed, so that it ends
# What must be the same whether it was killed or not; ids are given in order, so they are the same too.
TOLD = (
    *(Request, Ask, Step, PointsEntry, MoneyEntry, Timer),
    *(Transfer, StockLevel, StockMove),
    *(Support, Booking),
    *(Diversion, WorkCredit, Capacity, Complaint),
    *(Question, QuestionAnswer, QuestionCall),
)


@dataclass
class Played:
    """An hour that was played."""

    database: Database
    world: World
    kills: int

    @property
    def now(self) -> datetime:
        """What its clock showed in the end."""
        return datetime.fromisoformat(self.world.ended["clock"])

    def rows(self, table: type[Any]) -> Sequence[Any]:
        """Return every row of a table."""
        with self.database.transaction(writing=False) as session:
            return checks.list_all(session, table)

    def found(self) -> list[Check]:
        """Check what must be true of a database at rest."""
        load()
        with self.database.transaction(writing=False) as session:
            return check(gather(session, self.now))


def play(database: Database, folder: Path, seed: int, posts: int, kills: Sequence[float] = (), *more: str) -> Played:
    """Play the hour of a seed, killed after so many instants of each life."""
    path = folder / "world"
    given = ["--seed", str(seed), "--posts", str(posts), "--kill", json.dumps(list(kills))]
    ended = forking.run([database.url, str(path), *given, *more], ROOT, dict(os.environ), module="tests.hour")
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert "Traceback" not in ended.stderr, ended.stderr[-3000:]
    world = World(path, MONDAY)
    world.remember()
    return Played(database, world, int(ended.stdout))


def kills_of(played: Played, seed: int, count: int) -> list[int | float]:
    """Choose so many kills, spread over the hour that was played without them.

    The first two at real moments, a fifth as a message was said and before that was noted, the rest at any instant.
    """
    chance = random.Random(seed)
    share = FORE * played.world.ended["ticks"] / count
    kills: list[int | float] = [1 + int(2 * chance.random() * share) for _ in range(count)]
    messages = max(2, len(played.world.shown) // count)
    for place in chance.sample(range(2, count), count // 5):
        kills[place] = -chance.randrange(1, 2 * messages)
    kills[:2] = [chance.uniform(0.05, 0.6), chance.uniform(0.05, 0.6)]
    return kills


@pytest.mark.parametrize("seed", [pytest.param(4), *(pytest.param(seed, marks=pytest.mark.soak) for seed in (1, 2))])
def test_ten_kills_of_a_busy_hour_leave_what_no_kill_leaves(sqlite_template: Path, tmp_path: Path, seed: int) -> None:
    check_kills(sqlite_template, tmp_path, seed, posts=4, kills=10)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(3))
def test_two_hundred_kills_of_a_busy_hour_leave_what_no_kill_leaves(
    sqlite_template: Path, tmp_path: Path, seed: int
) -> None:
    check_kills(sqlite_template, tmp_path, seed, posts=14, kills=200)


@pytest.mark.parametrize(("posts", "kills"), [(2, 10), pytest.param(14, 200, marks=pytest.mark.soak)])
def test_kills_of_a_busy_hour_on_postgresql_lose_and_double_nothing(
    postgres: Database, tmp_path: Path, posts: int, kills: int
) -> None:
    fill(postgres)
    instants = 1_500 * posts  # about: how many it takes to play the hour
    chance = random.Random(posts)
    doomed = [chance.randrange(1, 2 * instants // kills) for _ in range(kills)]
    killed = play(postgres, tmp_path, 1, posts, doomed)
    assert killed.kills == kills
    # A transaction that was rolled back leaves a gap in PostgreSQL's numbers.
    check_right(killed, but="审计无缺口 · no gap in the audit")
    print(f"{kills} kills on PostgreSQL, {len(check_repeats(killed))} repeats")


def test_kills_while_several_threads_work_lose_and_double_nothing(sqlite_template: Path, tmp_path: Path) -> None:
    database = copied(sqlite_template, tmp_path / "threads")
    chance = random.Random(4)
    killed = play(database, tmp_path, 4, 2, [chance.randrange(1, 500) for _ in range(5)], "--threads")
    assert killed.kills == 5
    check_right(killed)
    check_repeats(killed)


# The hour with a clock that is set: back and forward, and the other way round.
TURNS = [
    pytest.param([[20, -60], [50, 60]], id="back and forward"),
    pytest.param([[20, 60], [50, -60]], id="forward and back"),
]


@pytest.mark.parametrize("turns", TURNS)
def test_a_clock_set_by_an_hour_loses_no_timer_and_silences_nobody(
    sqlite_template: Path, tmp_path: Path, turns: list[list[int]]
) -> None:
    played = play(copied(sqlite_template, tmp_path / "turned"), tmp_path, 1, 2, [], "--turn", json.dumps(turns))
    marks = [json.loads(line) for line in (tmp_path / "world").read_text(encoding="utf-8").splitlines()]
    turned = [mark for mark in marks if mark["kind"] == "turned"]
    assert [mark["unsaid"] > 0 for mark in turned] == [True, True]
    check_right(played)
    assert played.world.ended["unsaid"] == 0
    # What is said meanwhile and what waited is said within the minute, whatever the clock shows.
    assert [mark for mark in marks if mark["kind"] == "stuck"] == []


def check_lively(played: Played) -> None:
    """See that something of every kind was done to its end in the hour, so that there was something to disturb."""
    done = {request.kind for request in played.rows(Request) if request.finished_at is not None}
    assert done == {"transfer", "support", "diversion"}
    assert [one for one in played.rows(Complaint) if one.resolved_at is not None]
    assert [one for one in played.rows(Question) if one.solved_at is not None]


def check_right(played: Played, *, but: str = "") -> None:
    """See that everything that must be true of a database at rest is."""
    assert [one for one in played.found() if not one.ok and one.name != but] == []
    check_cards(played)


def check_kills(template: Path, folder: Path, seed: int, posts: int, kills: int) -> None:
    """Play the hour twice, once with kills, and compare."""
    calm = play(copied(template, folder / "calm"), folder / "calm", seed, posts)
    killed = play(copied(template, folder / "killed"), folder / "killed", seed, posts, kills_of(calm, seed, kills))
    assert (calm.kills, killed.kills) == (0, kills)
    assert calm.now == killed.now
    check_lively(calm)
    check_right(calm)
    check_right(killed)
    for table in TOLD:
        assert shown(killed, table) == shown(calm, table), table
    assert stories(killed) == stories(calm)
    assert len(killed.rows(AuditEntry)) == len(calm.rows(AuditEntry))
    assert [row.source for row in killed.rows(InboundRow)] == [row.source for row in calm.rows(InboundRow)]
    assert looks(killed) == looks(calm)
    repeats = check_repeats(killed)
    assert posts_of(killed, repeats) == posts_of(calm, set())
    print(f"seed {seed}: {kills} kills, {len(killed.world.shown)} messages, {len(repeats)} of them repeats")


def copied(template: Path, folder: Path) -> Database:
    """Make the hour's network in a copy of an empty database."""
    folder.mkdir()
    shutil.copy(template, folder / "hour.db")
    database = Database(f"sqlite:///{folder / 'hour.db'}")
    fill(database)
    return database


def shown(played: Played, table: type[Any]) -> list[dict[str, Any]]:
    """Return the rows of a table as values."""
    return [row.model_dump() for row in played.rows(table)]


def stories(played: Played) -> list[tuple[Any, ...]]:
    """Return what happened to each request, and when."""
    return [(one.request_id, one.at, one.word, one.args, one.store_id, one.person_id) for one in played.rows(Event)]


def check_cards(played: Played) -> None:
    """See that each card stands in its chat as it was said last."""
    said: dict[int, OutboxRow] = {}
    for row in played.rows(OutboxRow):
        if row.card_id is not None and not row.under_card:
            said[row.card_id] = max(row, said.get(row.card_id, row), key=lambda one: one.id)
    for card in played.rows(Card):
        stands = played.world.shown[card.message]
        assert stands.chat == card.posted_chat
        assert stands.message == message_from_json(said[card.id].payload), card


def looks(played: Played) -> list[Any]:
    """Return how each card looks in the end, without the tokens, which are drawn by lot."""

    def words(message: Message) -> tuple[str, list[str]]:
        return message.plain, [button.label for row in message.buttons for button in row]

    cards = {(one.request_id or 0, one.question_id or 0, one.chat): one for one in played.rows(Card)}
    return [(key, words(played.world.shown[card.message].message)) for key, card in sorted(cards.items())]


def check_repeats(killed: Played) -> set[str]:
    """See that only what was in flight at a kill was said twice; returns the ids of those messages."""
    messages = list(killed.world.shown.values())
    noted = {row.message for row in killed.rows(OutboxRow)}
    repeats = [one for one in messages if one.id not in noted]
    for one in repeats:
        # Of each life only the last: what was noted is never said again. And each was said again.
        after = [other for other in messages if other.life == one.life and int(other.id) > int(one.id)]
        assert len(after) < HANDS, one
        assert [other for other in messages if other.chat == one.chat and other.life > one.life], one
    return {one.id for one in repeats}


def posts_of(played: Played, without: set[str]) -> Counter[tuple[str, str]]:
    """Count what was posted in each chat, and its words where they were never changed."""
    messages = [one for one in played.world.shown.values() if one.id not in without]
    return Counter((one.chat, "" if one.edits else one.text) for one in messages)
