"""The demo as a real process, and the checks it makes of itself."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from rich.cells import cell_len
from sqlmodel import Session, col, select

from bot.demo import exit_code
from bot.demo_checks import check, gather
from storage.database import Database
from storage.queries import ledger as ledger_queries
from storage.queries import queues
from storage.tables.boards import StockMove, Technician
from storage.tables.bookings import Booking, BookingState
from storage.tables.diversions import Diversion
from storage.tables.ledger import MoneyEntry
from storage.tables.queues import InboundRow, OutboxRow
from storage.tables.requests import Request
from tests.factories import MONDAY, small_network
from tests.talk import Talk

ROOT = Path(__file__).parents[2]
SCENES = ("一次调拨", "一次分流", "一家不行", "无人应答", "晚间日结", "一次技师支援", "周一积分榜")


COMMAND = (sys.executable, "-m", "bot", "demo")


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "TMPDIR": str(folder)}


def demo(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *words], cwd=folder, env=environment(folder), capture_output=True, timeout=600)


def test_two_days_of_six_stores_are_told_and_found_right_and_the_same_each_time(tmp_path: Path) -> None:
    first, second = (
        demo(tmp_path, "--stores", "6", "--days", "2", "--seed", "3", *words) for words in ([], ["--out", "told"])
    )
    assert first.returncode == 0, first.stdout.decode() + first.stderr.decode()
    assert first.stdout == second.stdout
    told = first.stdout.decode()
    assert [title for title in SCENES if f"━━ {title}" in told] == list(SCENES)
    checks = told[told.index("自检") :].splitlines()[1:]
    assert len(checks) == 14
    assert all(line.startswith("✓") for line in checks)
    assert told.strip() == (tmp_path / "told" / "transcript.txt").read_text(encoding="utf-8").strip()
    summary = json.loads((tmp_path / "told" / "summary.json").read_text(encoding="utf-8"))
    assert summary["requests"] >= 6
    assert summary["accepted"] >= 3
    assert "日结" in (tmp_path / "told" / "digest.txt").read_text(encoding="utf-8")
    assert "周报" in (tmp_path / "told" / "weekly.txt").read_text(encoding="utf-8")
    assert [left.name for left in tmp_path.iterdir()] == ["told"], "the temporary database is gone"


def test_the_week_takes_every_way_a_request_can_end_and_all_is_right_after_it(tmp_path: Path) -> None:
    run = demo(tmp_path, "--out", "told")
    told = run.stdout.decode()
    assert run.returncode == 0, told[-3000:] + run.stderr.decode()
    summary = json.loads((tmp_path / "told" / "summary.json").read_text(encoding="utf-8"))
    assert {kind: counted["done"] > 3 for kind, counted in summary["kinds"].items()} == {
        "transfer": True,
        "support": True,
        "diversion": True,
        "activation": False,
    }
    assert len(summary["ends"]) == 29
    assert {end for end, count in summary["ends"].items() if count == 0} == set()
    assert summary["ends"]["question solved"] == 2
    assert "故障已解决" in told, "the support is told to its end"
    assert "已完成,满意度" in told, "and so is the diversion"
    assert {line for line in told.splitlines() if cell_len(line) > 80} == set()


def test_every_line_of_the_transcript_fits_eighty_columns(tmp_path: Path) -> None:
    told = demo(tmp_path, "--stores", "3", "--days", "1", "--seed", "2").stdout.decode()
    assert {line for line in told.splitlines() if cell_len(line) > 80} == set()


def test_ctrl_c_ends_it_cleanly(tmp_path: Path) -> None:
    with subprocess.Popen(
        COMMAND,
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell starts what runs in its background with Ctrl-C ignored, and so would its tests' children be.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdout is not None
        assert "演示" in process.stdout.readline().decode()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.decode() == "已停止 · stopped\n"
    assert list(tmp_path.iterdir()) == []


# What the checks find


@pytest.fixture
def done(database: Database) -> Database:
    """Give a database in which one transfer went from the first word to the freight."""
    with database.transaction() as session:
        network = small_network(session)
    talk = Talk(database)
    talk.sees_to_it()
    for person, act in (
        (network.sz01_manager, "/transfer 前大灯-左 x1 urgent 客户在等"),
        (network.sz02_manager, "[可以]"),
        (network.sz02_manager, "[已发出]"),
        (network.sz01_manager, "[已收到 ×1]"),
        (network.sz01_manager, "[留住了]"),
        (network.sz02_manager, "/freight T-0001 50 SF123"),
    ):
        if act.startswith("["):
            talk.presses(person, act[1:-1])
        else:
            talk.says(person, act)
        talk.delivered()
    return database


def failing(database: Database, secrets: tuple[str, ...] = ()) -> list[str]:
    with database.transaction(writing=False) as session:
        checks = check(gather(session, MONDAY + timedelta(minutes=1), secrets=secrets))
    assert exit_code(checks) == int(any(not one.ok for one in checks))
    return [one.name.partition(" · ")[2] for one in checks if not one.ok]


def test_a_transfer_done_right_passes_every_check(done: Database) -> None:
    assert failing(done) == []


def test_a_customer_in_clear_is_found(done: Database) -> None:
    assert failing(done, ("欧阳先生", "13900090000")) == []
    assert failing(done, ("欧阳先生", "客户在等")) == ["no customer in clear"]


def double_point(session: Session) -> None:
    request = session.exec(select(Request)).one()
    assert request.owner_store_id is not None
    ledger_queries.add_points(
        session,
        key="once more",
        store_id=request.owner_store_id,
        points=1,
        rule="points.transfer",
        policy_id=request.policy_id,
        request_id=request.id,
        now=MONDAY,
    )


def double_move(session: Session) -> None:
    move = session.exec(select(StockMove)).one()
    session.add(StockMove(**move.model_dump(exclude={"id", "key"}), key="once more"))


def forgotten_timer(session: Session) -> None:
    queues.add_timer(session, key="forgotten", name="requests.refresh", due_at=MONDAY, request=1)


def unsaid_words(session: Session) -> None:
    session.exec(select(OutboxRow)).first().done_at = None  # type: ignore[union-attr]


def failed_inbound(session: Session) -> None:
    session.exec(select(InboundRow)).first().error = "ValueError: no"  # type: ignore[union-attr]


def second_card(session: Session) -> None:
    row = session.exec(select(OutboxRow).where(col(OutboxRow.card_id).is_not(None), OutboxRow.message != "")).first()
    assert row is not None
    session.add(OutboxRow(**row.model_dump(exclude={"id", "message"}), message="another"))


def silent_request(session: Session) -> None:
    session.exec(select(Request)).one().ended_at = None


def unrecorded_command(session: Session) -> None:
    row = session.exec(select(InboundRow)).first()
    assert row is not None
    session.add(InboundRow(**row.model_dump(exclude={"id", "source"}), source="telegram:unrecorded"))


def paying_store(session: Session) -> None:
    cost = session.exec(select(MoneyEntry)).one()
    session.add(MoneyEntry(**cost.model_dump(exclude={"id", "key", "payer"}), key="once more", payer="store:1"))


def two_places_at_once(session: Session) -> None:
    request = session.exec(select(Request)).one()
    technician = Technician(store_id=request.store_id, name="张伟", level="T3", stated_at=MONDAY)
    session.add(technician)
    session.flush()
    for start in (MONDAY, MONDAY + timedelta(minutes=30)):
        session.add(
            Booking(
                technician_id=technician.id,
                request_id=request.id,
                starts_at=start,
                ends_at=start + timedelta(hours=1),
                state=BookingState.BOOKED,
                made_at=MONDAY,
            )
        )


def customer_without_a_bay(session: Session) -> None:
    request = session.exec(select(Request)).one()
    session.add(Diversion(request_id=request.id, service="保养", wait_minutes=150, vehicle="宝马X3"))


@pytest.mark.parametrize(
    ("sabotage", "found"),
    [
        (double_point, ["the ledger is the work done"]),
        (double_move, ["stock moved once per receipt"]),
        (forgotten_timer, ["each timer fired once"]),
        (unsaid_words, ["the outbox is empty"]),
        (failed_inbound, ["every inbound worked"]),
        (second_card, ["one card a chat"]),
        (silent_request, ["every request goes on or ended"]),
        (unrecorded_command, ["no gap in the audit"]),
        (paying_store, ["HQ bears every cost, once"]),
        (two_places_at_once, ["no technician booked twice"]),
        (customer_without_a_bay, ["bays taken are the diversions"]),
    ],
)
def test_what_is_not_as_it_must_be_is_found(
    done: Database, sabotage: Callable[[Session], None], found: list[str]
) -> None:
    with done.transaction() as session:
        sabotage(session)
    assert failing(done) == found
