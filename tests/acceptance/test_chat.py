"""The terminal as a chat: a real process, words typed into it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from pathlib import Path

from bot.clock import WallClock
from bot.demo_network import fill
from handlers.network.sample import sample_workbook
from handlers.settings import Settings
from storage.database import Database
from storage.migrate import upgrade
from storage.queries import people as people_queries

ROOT = Path(__file__).parents[2]


def start(folder: Path, *words: str) -> subprocess.Popen[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("XIETONG_")}
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "chat", *words],
        cwd=folder,
        env={**clean, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def typed(folder: Path, *lines: str, words: tuple[str, ...] = ()) -> str:
    """Type these lines, then end the input; return what was shown."""
    process = start(folder, *words)
    out, errors = process.communicate("".join(f"{line}\n" for line in lines), timeout=180)
    assert process.returncode == 0, out + errors
    assert "Traceback" not in errors, errors
    return out


def leader(store: str, role: str = "店长") -> str:
    """Return who leads a store of the sample that chat makes."""
    people = sample_workbook(6, 1)["people"]
    return next(str(one["name"]) for one in people if one["store"] == store and one["role"] == role)


def test_a_transfer_goes_from_hand_to_hand_in_the_sample_network(tmp_path: Path) -> None:
    shown = typed(
        tmp_path,
        "/transfer 前大灯-左 x1 普通 补库存",
        f"/as {leader('SZ02')}",
        "#2",  # 可以
        "> 已发出 顺丰 SF123456",
        f"/as {leader('SZ01')}",
        "#1",  # 已收到
        "/my",
        "/quit",
    )
    assert f"您现在是 深圳福田店店长 {leader('SZ01')}" in shown
    assert "[#1 收到]  [#2 可以]  [#3 不行]" in shown
    for state in ("已同意,等发货", "顺丰 SF123456", "已收货,待补录单据", "更新 edited"):
        assert state in shown
    assert "+1 分" in shown


def test_a_message_is_answered_by_its_number_and_in_a_group(tmp_path: Path) -> None:
    shown = typed(
        tmp_path,
        "/in 深圳店长群",
        "/transfer 前大灯-左 x1 普通 补库存",
        f"/as {leader('SZ02')}",
        "/in 深圳店长",
        "/reply 1 收到,不行,原因是客户已预约",
        "/as 没有这个人",
        "#99.1",
        "#7",
    )
    card = re.search(r"── \((\d+)\) 🤖 深圳店长群 [\d:]+\n│ T-0001", shown)
    assert card is not None
    assert card[1] == "1"
    assert "不行:已预订、客户已预约" in shown
    assert f"深圳南山店:{leader('SZ02')}(店长)" in shown  # who there is, where the name is not known
    assert shown.count("没有这个按钮") == 2


def sample_of_my_own(folder: Path, config: str = "") -> tuple[str, ...]:
    """Make a database with a sample network, its stores open day and night; return the words that name it."""
    url = f"sqlite:///{folder / 'own.db'}"
    database = Database(url)
    upgrade(database)
    fill(database, Settings(), 6, 1, WallClock().now())
    with database.transaction() as session:
        for store in people_queries.list_stores(session):
            store.closes = store.opens
    database.close()
    (folder / "own.toml").write_text(f'[database]\nurl = "{url}"\n{config}', encoding="utf-8")
    return "--config", str(folder / "own.toml")


def test_on_a_database_of_ones_own_nobody_is_anybody_before_saying_who(tmp_path: Path) -> None:
    words = sample_of_my_own(tmp_path)
    shown = typed(tmp_path, "/whoami", f"/as {leader('SZ01')}", "/whoami", words=words)
    assert "say first who you are" in shown
    assert "已绑定" in shown or "绑定成功" in shown
    assert "console" in shown
    again = typed(tmp_path, f"/as {leader('SZ01')}", "/whoami", words=words)
    assert "console" in again
    assert "绑定成功" not in again


def test_limits_run_while_nobody_types(tmp_path: Path) -> None:
    process = start(tmp_path, *sample_of_my_own(tmp_path, '[clocks.transfer]\nseen = "1s"\n'))
    assert process.stdin is not None
    assert process.stdout is not None
    guard = threading.Timer(120, process.kill)
    guard.start()
    try:
        # The asked can be told only when they are linked.
        for line in (f"/as {leader('SZ02')}", f"/as {leader('SZ01')}", "/transfer 前大灯-左 x1 urgent 客户在等", "#3"):
            process.stdin.write(f"{line}\n")
        process.stdin.write("大客户\n")
        process.stdin.flush()
        late = next((line for line in process.stdout if "深圳南山店 超时:看到请求" in line), "")
        process.stdin.write("/quit\n")
        process.stdin.flush()
        process.stdin.close()
        assert process.wait(60) == 0
    finally:
        guard.cancel()
        process.kill()
        process.wait()
        process.stdout.close()
        if process.stderr is not None:
            process.stderr.close()
    assert late
