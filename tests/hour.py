"""A busy hour of the real bot in a process that is killed again and again: `python -m tests.hour` (see `main`).

The process that is started only gives birth: each life of the bot is a child of its own, ended by SIGKILL when it was
told and born again on what it left behind, until one lives to the end.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import traceback
from datetime import datetime, timedelta
from pathlib import Path

from bot.app import App
from bot.clock import SimulatedClock
from bot.telegram import Telegram
from bot.threads import Inline
from handlers.load import load
from handlers.working_time import local
from storage.database import Database
from storage.queries import checks
from storage.tables.boards import Capacity, Part, Technician
from storage.tables.chats import Purpose
from storage.tables.people import Account, Person, Role, Store
from storage.tables.queues import OutboxRow
from tests.factories import MONDAY, Factory
from tests.hour_people import MINUTE, Member, People
from tests.hour_world import Doom, World
from tests.talk import UNWARNED

GROUP = "-1001"
HQ = "-1002"
PARTS = ("前大灯-左", "刹车片-前", "机油滤清器", "右后视镜", "雨刮片")
END = timedelta(hours=3)  # the hour, and until what began in it has come to its end
CHORES = timedelta(minutes=30)


def fill(database: Database, *, stores: int = 6, now: datetime = MONDAY, timezone: str = "Asia/Shanghai") -> None:
    """Make the network of the hour: a region, two dealers, two leaders and a technician in each store, and too little.

    A technician of every second store knows high voltage; every store has a bay free today.
    """
    with database.transaction() as session:
        make = Factory(session, now)
        region = make.region("深圳", timezone=timezone)
        parts = [make.part(name) for name in PARTS]
        for number in range(stores):
            place = (22.5 + number / 50, 114.0 + number / 40)
            dealer = make.dealer(("鹏程汽车", "大湾汽车")[number % 2])
            store = make.store(f"S{number:02}", f"第{number}店", region=region, dealer=dealer, place=place)
            make.person(f"店长{number}", Role.STORE_MANAGER, at=store)
            make.person(f"副手{number}", Role.DEPUTY, at=store)
            make.person(f"技师{number}", Role.TECHNICIAN, at=store)
            for place_of, part in enumerate(parts):
                make.stock(part, store, (0, 3, 0, 5, 2)[(number + place_of) % 5])
            said = {"store_id": store.id, "stated_at": now}
            skill = ("三电故障", "钣喷")[number % 2]
            make.add(Technician(name=f"技师{number}", level="T3", specialties=skill, windows="每天全天", **said))
            make.add(Capacity(day=local(now, timezone).date(), daily_capacity=20, bookings=10 + number, **said))
        make.person("区域", Role.REGION_MANAGER, at=region)
        make.person("总部", Role.HQ)
        make.chat(Purpose.MANAGERS, region, chat=GROUP)
        make.chat(Purpose.HQ, chat=HQ)


def cast_of(database: Database) -> list[Member]:
    """List who talks."""
    with database.transaction(writing=False) as session:
        people = {one.id: one for one in checks.list_all(session, Person)}
        stores = {one.id: one.code for one in checks.list_all(session, Store)}
        return [
            Member(one.user, people[one.person_id].role, stores.get(people[one.person_id].store_id or 0, ""))
            for one in checks.list_all(session, Account)
        ]


def parts_of(database: Database) -> list[str]:
    """List the parts' names."""
    with database.transaction(writing=False) as session:
        return [one.name for one in checks.list_all(session, Part)]


class TurnedClock(SimulatedClock):
    """A machine's clock that is set while the bot runs: `offset` is how far it is from the true time."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self.offset = timedelta(0)

    def now(self) -> datetime:
        """Return what the clock shows."""
        return super().now() + self.offset

    def set(self, now: datetime) -> None:
        """Let time pass until the clock shows this."""
        super().set(now - self.offset)


class Hour:
    """One life of the bot in the hour; `turns` are (true minute, minutes by which the clock is set forward)."""

    def __init__(self, given: argparse.Namespace, doom: Doom) -> None:
        self.database = Database(given.url)
        self.doom = doom
        self.world = World(given.world, given.start, doom)
        if given.turn:  # a clock that jumps is worst where paces and waits are reckoned with it
            self.world.pace = Telegram.pace
        self.start, self.end = given.start, given.start + END
        self.watches = bool(given.turn)
        self.turns = [(self.start + minute * MINUTE, by * MINUTE) for minute, by in given.turn]
        cast, parts = cast_of(self.database), parts_of(self.database)
        self.people = People(self.world, cast, parts, given.seed, GROUP, given.posts)
        self.world.remember()
        self.clock = TurnedClock(self.world.now)
        workers = None if given.threads else Inline()
        self.app = App(self.database, UNWARNED, self.clock, [self.world], workers=workers)

    async def live(self) -> None:
        """Live until the hour is over."""
        self.world.open()
        self.doom.watch(self.database)
        await self.app.begin()
        while True:
            due = await self.settle()
            if self.world.now >= self.end:
                break
            shown = self.clock.now()
            chores = shown - (shown - datetime.min.replace(tzinfo=shown.tzinfo)) % CHORES + CHORES
            moments = [at - self.clock.offset for at in (due, chores) if at is not None]
            self.pass_until(min(at for at in (*moments, self.people.next_at, self.end) if at is not None))
            if self.clock.now() >= chores:
                await self.app.scheduler.see_to(self.clock.now())
        unsaid = len(self.unsaid())
        self.world.note(kind="end", ticks=self.doom.ticks, unsaid=unsaid, clock=self.clock.now().isoformat())
        await self.app.close()

    async def settle(self) -> datetime | None:
        """Let the bot do all there is to do, and people what they mean to; return when there is more to do."""
        due = await self.app.settle()
        for wish in self.people.due():
            await self.app.take([wish.inbound()])
            self.doom.tick()
            self.world.note(kind="acknowledged", key=wish.key)
            if self.turns and self.turns[0][0] <= self.world.now:  # now, while there is something to say
                await self.app.inbox.idle()
                self.clock.offset += self.turns.pop(0)[1]
                self.world.note(kind="turned", unsaid=len(self.unsaid()))
            due = await self.app.settle()
        return due

    def pass_until(self, moment: datetime) -> None:
        """Let true time pass, and note whether something waits to be said all the while."""
        if self.watches and moment - self.world.now > MINUTE and (unsaid := self.unsaid()):
            self.world.note(kind="stuck", rows=unsaid)
        self.clock.set(moment + self.clock.offset)
        self.world.note(kind="clock", at=moment.isoformat())

    def unsaid(self) -> list[int]:
        """List what is still to be said."""
        with self.database.transaction(writing=False) as session:
            return [row.id for row in checks.list_all(session, OutboxRow) if row.done_at is None]


def main() -> int:
    """Play the hour and say how often it was killed.

    Each of `--kill` is when a life ends: after so many instants, (-5) messages, or (1.5) real seconds.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("world", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--posts", type=int, default=14)
    parser.add_argument("--start", type=datetime.fromisoformat, default=MONDAY)
    parser.add_argument("--kill", type=json.loads, default=[])
    parser.add_argument("--turn", type=json.loads, default=[])
    parser.add_argument("--threads", action="store_true")
    given = parser.parse_args()
    load()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    for number, at in enumerate([*given.kill, 0]):
        born = os.fork()
        if born == 0:
            _live(given, at if isinstance(at, int) else 0)
        if isinstance(at, float) and signal.sigtimedwait({signal.SIGCHLD}, at) is None:
            os.kill(born, signal.SIGKILL)
        _, status = os.waitpid(born, 0)
        signal.sigtimedwait({signal.SIGCHLD}, 0)  # its end is known
        if not os.WIFSIGNALED(status):
            print(number)
            return os.waitstatus_to_exitcode(status)
        if os.WTERMSIG(status) != signal.SIGKILL:
            return 128 + os.WTERMSIG(status)
    return 1


def _live(given: argparse.Namespace, at: int) -> None:
    """Be one life, and end with it."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    code = 1
    try:
        asyncio.run(Hour(given, Doom(at)).live())
        code = 0
    finally:
        if code:
            traceback.print_exc()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
