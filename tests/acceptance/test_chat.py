"""The terminal as a chat: a real process, words typed into it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import select

from bot.clock import WallClock
from bot.demo_network import fill
from handlers.network.sample import sample_workbook
from handlers.settings import Settings
from storage.database import Database
from storage.migrate import upgrade
from storage.queries import people as people_queries
from storage.tables.boards import Capacity, Technician

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


def _let_it_be_ten(database: Database) -> None:
    """Move the stores to where it is some time after ten in the morning, every technician free all day."""
    now = WallClock().now()
    ahead = (10 - now.astimezone(UTC).hour + 12) % 24 - 12
    zone = f"Etc/GMT{-ahead:+d}"
    with database.transaction() as session:
        for store in people_queries.list_stores(session):
            store.timezone = zone
        for capacity in session.exec(select(Capacity)):
            capacity.day = now.astimezone(ZoneInfo(zone)).date()
        for technician in session.exec(select(Technician)):
            technician.windows = "每天全天"


def sample_of_my_own(folder: Path, config: str = "", *, morning: bool = False) -> tuple[str, ...]:
    """Make a database with a sample network, its stores open day and night; return the words that name it."""
    url = f"sqlite:///{folder / 'own.db'}"
    database = Database(url)
    upgrade(database)
    fill(database, Settings(), 6, 1, WallClock().now())
    with database.transaction() as session:
        for store in people_queries.list_stores(session):
            store.closes = store.opens
    if morning:
        _let_it_be_ten(database)
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


def test_a_support_and_a_diversion_go_from_hand_to_hand_by_what_is_typed(tmp_path: Path) -> None:
    asks, helps = (f"/as {leader(store)}" for store in ("SZ02", "SZ01"))
    support = (
        helps,
        asks,
        "/support 三电 T3 昨天下午 高压互锁",
        "/support 三电 T3 今天 15:00-16:30 高压互锁报警,客户车在店",
        helps,
        "> 收到,可以",
        "#5.1",  # time, cost and travel
        asks,
        "#7.1",
        "#4.3",  # he is there
        helps,
        "#5.1",  # he is done
        asks,
        "#17.1",  # the customer is kept
        "#4.1",  # the record
        "已解决",
        "两个半小时",
        "10",
    )
    diversion = (
        helps,
        "/divert 保养 等90分钟 宝马X3 要代步车",
        "/divert 保养 宝马X3 要代步车 等两个半小时",
        "#1",  # the customer goes
        asks,
        "> 可以",
        "#1",  # the technician
        "#25.1",  # the customer was reached
        helps,
        "#23.1",  # way and compensation
        "#1",
        "#1",
        "#23.1",  # the customer has left
        asks,
        "#25.1",  # and is there
        "#25.1",  # the work is done
        "9",
        "留住了",
        "#25.1",
        "1280",
        "/my",
        "/score",
    )
    shown = typed(tmp_path, *support, *diversion, words=sample_of_my_own(tmp_path, morning=True))
    for words in (
        "已经过了,请写以后的时间",
        "状态:已约定,等技师到店",
        "S-0001 已登记:故障已解决 · 工时 2小时30分 · 客户满意 10/10。补贴 ¥300 由总部付给 张伟。",
        "按规定不能分流:预计等待 1小时30分,没有超过 2小时",
        "您愿意过去的",
        "工位已留 · 技师 田浩然",
        "接送:专车 · 补偿:服务券 ¥200",
        "没有待办",
        "本月 2 分",
    ):
        assert words in shown, f"nobody said {words} in:\n{shown}"
    assert shown.count("状态:✅ 完成") >= 2


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
