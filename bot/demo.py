"""A week of a sample network in some seconds: real dispatch, timers, outbox and delivery on a simulated clock.

People with habits post and answer through the terminal platform; a few scenes of it are told, the week is summed up,
and what must be true of a database afterwards is checked.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Literal

from rich.console import Console as Screen
from rich.progress import BarColumn, Progress, TextColumn

from bot import demo_network as network
from bot.app import App
from bot.clock import SimulatedClock, WallClock
from bot.console import Console
from bot.demo_acts import read
from bot.demo_checks import MOST_TOLD, Check, check
from bot.demo_customers import Book
from bot.demo_days import Days, shelves
from bot.demo_facts import gather, stated_now
from bot.demo_helps import Call, Helps, todays_capacity
from bot.demo_network import Member
from bot.demo_people import ZONE, People, Plan, Script, find_button
from bot.demo_summary import figures, summary_rows
from bot.demo_told import WIDTH, Entry, Log, Teller, together
from bot.threads import Inline
from handlers.load import load
from handlers.settings import Settings
from handlers.working_time import at_local, local
from storage.database import Database
from storage.tables.people import Role

Pace = Literal["fast", "watch"]

LAST = date(2026, 11, 23)  # a Monday: the demo ends with its scoreboard
ENDS = time(9, 30)
CHORES = timedelta(hours=6)  # periodic work sets its timers a day ahead or more


@dataclass(frozen=True, slots=True)
class Scene:
    """A request of the first day that is told: when it is posted, and how the stores asked answer in turn.

    `until` are the words of its card that end the story; "" tells all of it, its cards in full. `without` are words of
    what is left out, `after` is when it is told.
    """

    title: str
    start: time
    script: Script
    until: str = ""
    without: tuple[str, ...] = ()
    after: timedelta = timedelta(hours=2, minutes=50)


SCENES = (
    Scene("一次调拨,卡片随状态变化 · one transfer, its card changing", time(10, 0), ("accept",)),
    Scene("一家不行,自动问下一家 · a refusal cascades", time(13, 30), ("refuse", "accept"), "已同意"),
    Scene("无人应答,超时上报 · silence escalates", time(15, 0), ("silent", "accept"), "已同意"),
)
DIVERSION = Scene(
    "一次分流,客户自己选 · a customer diverted",
    time(10, 40),
    ("accept",),
    "已完成服务",
    ("请把进度转告客户(第 2 次)", "请把进度转告客户(第 3 次)", "[已转发]", "[跳过]"),
    timedelta(hours=5),
)
SUPPORT = Scene(
    "一次技师支援,提前三天约 · a technician lent",
    time(9, 10),
    ("accept",),
    "故障已解决",
    ("📨 S", "⏳", "⭐", "[已转发]", "[跳过]"),
    timedelta(hours=3),
)
OVER = timedelta(hours=4)  # after the end of a visit its record is made
OPENED = time(8, 40)  # managers have read what the morning reminds them of
MORNING = time(7, 45)  # the stores' systems say what is booked today


def run(*, stores: int = 15, days: int = 7, seed: int = 1, pace: Pace = "fast", out: Path | None = None) -> int:
    """Play the demo; returns 0, 1 when a check failed, 130 when it was stopped."""
    load()
    try:
        return asyncio.run(_run(stores, days, seed, pace, out))
    except KeyboardInterrupt:
        sys.stderr.write("已停止 · stopped\n")
        return 130


async def _run(stores: int, days: int, seed: int, pace: Pace, out: Path | None) -> int:
    with network.passing_database() as database:
        demo = Demo(database, stores, days, seed, pace)
        try:
            await demo.play()
            checks = demo.finish()
        finally:
            await demo.app.close()
        if out is not None:
            demo.write(out)
    return exit_code(checks)


def exit_code(checks: Sequence[Check]) -> int:
    """Return 0 when everything is as it must be, else 1."""
    return 0 if all(one.ok for one in checks) else 1


class Demo:
    """One run."""

    def __init__(self, database: Database, stores: int, days: int, seed: int, pace: Pace) -> None:
        self.settings = Settings()
        self.first = LAST - timedelta(days=days)
        self.end = at_local(LAST, ENDS, ZONE)
        self.clock = SimulatedClock(at_local(self.first, time(7, 30), ZONE))
        self.console = Console()
        self.database = database
        network.fill(database, self.settings, stores, seed, self.clock.now())
        self.app = App(database, self.settings, self.clock, [self.console], workers=Inline(), by="demo")
        self.cast = network.members(database)
        shelf = shelves(stores, seed)
        self.people = People(self.console, self.clock, self.cast, seed, shelf, read)
        self.book = Book(self.people.dice("customers"))
        self.days = Days(self.people, self.cast, shelf, self.book)
        self.helps = Helps(self.people, self.cast, stores, seed, self.book, until=LAST - timedelta(days=1))
        self.stated = stated_now(database)
        self.log = Log(self.cast)
        self.screen = Screen(width=WIDTH, highlight=False, markup=False, emoji=False, record=True, soft_wrap=False)
        self.teller = Teller(self.log, self.screen)
        self.pace = pace
        self.size = (stores, days, seed)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(40),
            TextColumn("{task.percentage:>3.0f}%"),
            console=Screen(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )

    async def play(self) -> None:
        """Play all days and tell the scenes."""
        stores, days, seed = self.size
        self.teller.line(f"协同 xietong · 演示:{stores} 家门店,{days} 天,种子 {seed}", "bold")
        self.teller.line("所有人说的话、按的按钮都走真实的处理、定时器、发件箱和投递;时钟是模拟的。", "dim")
        await self.app.begin()
        with self._bar:
            await network.link_all(self.app, self.console, self.cast)
            await network.bind_all(self.app, self.console, self.cast)
            self.console.watch(lambda shown: self.log.show(shown, self.clock.now()))
            self.people.tell = lambda did: self.log.do(did, self.clock.now())
            self._agenda()
            await self._live(self.end)

    def _agenda(self) -> None:
        for scene in SCENES:
            need = self.days.scene(others=len(scene.script))
            when = at_local(self.first, scene.start, ZONE)
            number: list[int] = []
            self.people.at(when, partial(self.days.post, need, number, Plan(scene.script)))
            self.people.at(when + scene.after, partial(self._tell_request, scene, number))
        dice = self.people.dice("scenes")
        self._stage(DIVERSION, "D", self.helps.diversion(dice, Plan(DIVERSION.script), store=self.helps.busiest))
        self._stage(SUPPORT, "S", self.helps.support(self.first, dice, Plan(SUPPORT.script)))
        for number_of_day in range(self.size[1]):
            day = self.first + timedelta(days=number_of_day)
            if number_of_day:
                self.people.at(at_local(day, MORNING, ZONE), partial(self._restate, day))
                for member in self.cast:
                    if member.role is Role.STORE_MANAGER:
                        self.people.at(at_local(day, OPENED, ZONE), partial(self._confirm, member))
            self.days.plan(day, number_of_day)
            self.helps.plan(day, number_of_day)
        digest = at_local(self.first, self.settings.digest.nightly, ZONE)
        self.people.at(
            digest + timedelta(minutes=1), partial(self._tell_board, "晚间日结 · the nightly digest", "🌙", digest)
        )
        weekly = at_local(LAST, self.settings.digest.weekly, ZONE)
        title = "周一积分榜 · the weekly scoreboard"
        self.people.at(weekly + timedelta(minutes=1), partial(self._tell_board, title, "📊", weekly))

    def _stage(self, scene: Scene, letter: str, call: Call | None) -> None:
        """Let a support or a diversion be posted and told: all of it where the demo goes on for so long."""
        if call is None:
            return
        when, number = at_local(self.first, scene.start, ZONE), list[int]()
        self.people.at(when, partial(self.helps.post, call, letter, number))
        told = when + scene.after
        if call.plan.ends_at is not None:
            over = call.plan.ends_at + OVER
            scene, told = (scene, over) if over < self.end else (replace(scene, until="已约定"), told)
        self.people.at(told, partial(self._tell_request, scene, number))

    async def _restate(self, day: date) -> None:
        stores, _, seed = self.size
        rows = todays_capacity(stores, seed, self.people.dice("capacity", day))
        network.restate(self.database, self.settings, rows, self.clock.now())
        self.stated = stated_now(self.database) | self.stated  # of days before, what was said then

    async def _confirm(self, member: Member) -> None:
        """Say with one tap that the stock is as yesterday: where the reminder of the morning asks for it."""
        for shown in reversed(self.console.messages(member.user)):
            if (button := find_button(shown, "boards.same")) is not None:
                await self.people.press(member, shown, button)
                return

    async def _live(self, end: datetime) -> None:
        """Let time pass: the bot works what is due, people read and answer, and so on to the end."""
        clock, start = self.clock, self.clock.now()
        task = self._bar.add_task("", total=(end - start).total_seconds())
        while True:
            due = await self.app.settle()
            self.people.read()
            now = clock.now()
            self._bar.update(
                task, completed=(now - start).total_seconds(), description=f"{local(now, ZONE):%m-%d %H:%M}"
            )
            if now >= end:
                return
            chores = now.replace(hour=now.hour - now.hour % 6, minute=0, second=0, microsecond=0) + CHORES
            clock.set(min(at for at in (due, self.people.next_at, chores, end) if at is not None))
            if clock.now() >= chores:
                await self.app.scheduler.see_to(clock.now())
            await self.people.act()

    # Telling

    async def _tell_request(self, scene: Scene, number: list[int]) -> None:
        label = self.people.labels.get(number[0], "") if number else ""
        story = self.log.story(label, until=scene.until, without=scene.without)
        await self._tell(f"{scene.title}({label})", story, whole=not scene.until)

    async def _tell_board(self, title: str, mark: str, at: datetime) -> None:
        """Tell the fullest of the boards posted at an instant."""
        boards = [one for one in self.log.entries if one.at == at and self._is_board(one, mark)]
        if boards:
            await self._tell(title, [max(boards, key=lambda one: len(one.text))], whole=True)

    async def _tell(self, title: str, entries: Sequence[Entry], *, whole: bool) -> None:
        self._bar.stop()
        self.teller.head(f"{title} · {local(self.clock.now(), ZONE):%m-%d}")
        for same in together(entries):
            self.teller.begin_day(same[0].at)
            self.teller.tell(same, whole=whole)
            if self.pace == "watch":
                await WallClock().sleep(1)
        if not self._bar.disable:
            self._bar.start()

    # The end

    def finish(self) -> list[Check]:
        """Sum up and check; returns what was checked."""
        with self.database.transaction(writing=False) as session:
            self.facts = gather(session, self.clock.now(), stated=self.stated, secrets=self.book.secrets)
        self.figures = figures(self.facts, posted=self.log.posted, edited=self.log.edited)
        self.teller.head("小结 · summary")
        for chinese, english, figure in summary_rows(self.figures):
            self.teller.figure(chinese, english, figure)
        self.teller.head("自检 · what must be true")
        checks = check(self.facts)
        for one in checks:
            self.teller.line(f"{'✓' if one.ok else '✗'} {one.name}({one.count})", "green" if one.ok else "bold red")
            for problem in one.problems[:MOST_TOLD]:
                self.teller.line(f"    {problem}", "red")
        return checks

    def write(self, out: Path) -> None:
        """Write the transcript, the figures and the boards into a folder."""
        out.mkdir(parents=True, exist_ok=True)
        (out / "transcript.txt").write_text(self.screen.export_text(clear=False), encoding="utf-8")
        (out / "summary.json").write_text(
            json.dumps(self.figures, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
        )
        for name, mark in (("digest", "🌙"), ("weekly", "📊")):
            boards = [one for one in self.log.entries if self._is_board(one, mark)]
            said = [f"{local(one.at, ZONE):%Y-%m-%d %H:%M} {one.chat}\n{one.text}\n" for one in boards]
            (out / f"{name}.txt").write_text("\n".join(said), encoding="utf-8")

    def _is_board(self, entry: Entry, mark: str) -> bool:
        return entry.did is None and entry.chat not in self.log.by_user and entry.text.startswith(mark)
