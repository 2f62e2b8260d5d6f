"""The stage of a scenario: the bot over a small network, and what each of its people does and sees."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import select

from bot.app import App
from bot.clock import WallClock
from handlers.settings import Settings
from handlers.working_time import next_local
from storage.database import Database
from storage.queries import queues
from storage.tables.boards import Capacity, Technician
from storage.tables.chats import Purpose
from storage.tables.people import Person, Region, Role, Store
from storage.tables.queues import Timer
from storage.tables.requests import Ask, Request, State
from tests.acceptance.sides import Seen, Side
from tests.factories import Factory
from tests.wire import PATIENCE

PEOPLE = ("张伟", "陈静", "黄磊", "林峰", "何总", "李娜")
SHANGHAI = ZoneInfo("Asia/Shanghai")


class StageClock(WallClock):
    """The machine's clock put on: it is ten in the morning when it is made, and runs on; `reaches` moves it further."""

    def __init__(self) -> None:
        self._ahead = next_local(super().now(), time(10), str(SHANGHAI)) - super().now()

    def now(self) -> datetime:
        """Return the stage's instant."""
        return super().now() + self._ahead

    def reaches(self, at: datetime) -> None:
        """Move to an instant, never backwards."""
        self._ahead += max(at - self.now(), timedelta(0))


@dataclass
class Stage:
    """The bot with its platforms; `seats` says on which side each person is, `rooms` which groups there are."""

    database: Database
    sides: Mapping[str, Side]
    seats: Mapping[str, tuple[Side, str]]
    rooms: Mapping[str, list[tuple[Side, str]]]
    app: App | None = None
    people: dict[str, Person] = field(default_factory=dict)
    region: Region | None = None
    clock: WallClock = field(default_factory=WallClock)

    # Before the curtain

    def furnishes(self, *, bound: bool = True) -> None:
        """Make the network; every store is open day and night, so that a test may run at any hour."""
        with self.database.transaction() as session:
            make = Factory(session, self.clock.now())
            self.region = make.region("深圳")
            day: dict[str, Any] = {"opens": time(0, 0), "closes": time(0, 0)}
            sz01 = make.store("SZ01", "深圳南山店", place=(22.5329, 113.9303), **day)
            sz02 = make.store("SZ02", "深圳福田店", place=(22.5410, 114.0500), **day)
            sz03 = make.store("SZ03", "深圳龙岗店", place=(22.7200, 114.2470), **day)
            part = make.part("前大灯-左", "HL-1001-L", aliases="左前大灯|headlamp left")
            for store, quantity in ((sz01, 0), (sz02, 30), (sz03, 40)):
                make.stock(part, store, quantity)
            roles: dict[str, tuple[Role, Store | Region | None]] = {
                "张伟": (Role.STORE_MANAGER, sz01),
                "陈静": (Role.STORE_MANAGER, sz02),
                "黄磊": (Role.STORE_MANAGER, sz03),
                "林峰": (Role.REGION_MANAGER, self.region),
                "何总": (Role.HQ, None),
                "李娜": (Role.DEPUTY, sz01),
            }
            for name, (role, at) in roles.items():
                side, user = self.seats[name]
                account = "" if name == "李娜" else f"{side.name}:{user}"
                self.people[name] = make.person(name, role, at=at, account=account)
            for side, chat in self.rooms["hq"]:
                make.chat(Purpose.HQ, platform=side.name, chat=chat)
            for side, chat in self.rooms["managers"] if bound else ():
                make.chat(Purpose.MANAGERS, self.region, platform=side.name, chat=chat)

    def lends(self) -> None:
        """Put a technician of each of the two other stores on the map, free every day, and bind their channel."""
        with self.database.transaction() as session:
            make = Factory(session, self.clock.now())
            for store, name in (("陈静", "王强"), ("黄磊", "何平")):
                make.add(
                    Technician(
                        store_id=self.people[store].store_id or 0,
                        name=name,
                        level="T3",
                        specialties="三电故障",
                        windows="每天全天",
                        stated_at=self.clock.now(),
                    )
                )
            for side, chat in self.rooms["technicians"]:
                make.chat(Purpose.TECHNICIANS, self.region, platform=side.name, chat=chat)

    def fills_bays(self, **bookings: int) -> None:
        """Say how many of today's twenty bays are booked: `福田=12`."""
        managers = {"南山": "张伟", "福田": "陈静", "龙岗": "黄磊"}
        now = self.clock.now()
        with self.database.transaction() as session:
            for store, booked in bookings.items():
                store_id, day = self.people[managers[store]].store_id or 0, now.astimezone(SHANGHAI).date()
                row = session.exec(select(Capacity).where(Capacity.store_id == store_id, Capacity.day == day)).first()
                if row is None:
                    row = Capacity(store_id=store_id, day=day, daily_capacity=20, bookings=booked, stated_at=now)
                row.bookings = booked
                session.add(row)

    async def opens(self, settings: Settings | None = None) -> None:
        """Start the bot."""
        platforms = [side.platform for side in self.sides.values()]
        self.app = App(self.database, settings or Settings(), self.clock, platforms)
        await self.app.start()
        await asyncio.gather(*self.app._starting)

    # On it

    def side(self, who: str) -> tuple[Side, str]:
        return self.seats[who]

    async def says(self, who: str, text: str, room: str = "", reply_to: Seen | None = None, times: int = 1) -> None:
        """Write words, privately or in a room of one's own platform."""
        side, user = self.seats[who]
        await side.says(user, text, self.room(room, side) if room else "", reply_to, times)

    def room(self, room: str, side: Side) -> str:
        return next(chat for where, chat in self.rooms[room] if where is side)

    def private(self, who: str) -> str:
        side, user = self.seats[who]
        return f"D{user[1:]}" if side.name == "slack" else user

    async def finds(self, who: str, *words: str, button: str = "") -> Seen:
        """Wait for the newest message in somebody's private chat with these words (and this button)."""
        side, _ = self.seats[who]
        return await self._finds(side, self.private(who), words, button)

    async def shown(self, room: str, *words: str, button: str = "", on: Side | None = None) -> Seen:
        """Wait for the newest message of a room with these words."""
        found = [await self._finds(side, chat, words, button) for side, chat in self.rooms[room] if on in (None, side)]
        return found[0]

    async def _finds(self, side: Side, chat: str, words: tuple[str, ...], button: str) -> Seen:
        def look() -> Seen | None:
            seen = [
                one
                for one in side.sees(chat)
                if all(word in one.text for word in words)
                and any(label.startswith(button) for label in one.buttons or ("",))
            ]
            return seen[-1] if seen else None

        try:
            found = await side.wait(look)
        except TimeoutError:
            stands = "\n---\n".join(f"{one.text} {one.buttons}" for one in side.sees(chat))
            raise AssertionError(
                f"nobody said {words} {button!r} at {side.name}:{chat}; there stands:\n{stands}"
            ) from None
        assert isinstance(found, Seen)
        return found

    async def told(self, who: str, *words: str) -> Seen:
        """Wait until this person alone was told these words, wherever."""
        side, user = self.seats[who]

        def look() -> Seen | None:
            return next((one for one in side.hears(user) if all(word in one.text for word in words)), None)

        try:
            found = await side.wait(look)
        except TimeoutError:
            stands = "\n---\n".join(one.text for one in side.hears(user))
            raise AssertionError(f"{who} did not hear {words}, but:\n{stands}") from None
        assert isinstance(found, Seen)
        return found

    async def presses(self, who: str, label: str, *words: str, times: int = 1) -> None:
        """Press a button in one's private chat once it is there."""
        seen = await self.finds(who, *words, button=label)
        side, user = self.seats[who]
        await side.presses(user, seen, next(one for one in seen.buttons if one.startswith(label)), times)

    async def fills(self, who: str, answers: Sequence[tuple[str, str, str]]) -> None:
        """Fill in a form as the platform has it: (field, the question about it, the answer).

        Whole on Slack, where an answer is a value; elsewhere one question after the other, answered by the button that
        begins so, else in words.
        """
        side, user = self.seats[who]
        if not side.guides:
            await side.fills(user, {name: answer for name, _, answer in answers})
            return
        for _, question, answer in answers:
            asked = await self.finds(who, f"· {question}")
            label = next((one for one in asked.buttons if answer in one), "")
            if label:
                await side.presses(user, asked, label)
            else:
                await side.says(user, answer)

    async def comes(self, check: Callable[[], bool]) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(PATIENCE):
            while not check():  # noqa: ASYNC110 - the database has no event to wait for
                await asyncio.sleep(0.02)

    async def passes(self, *, until: datetime | None = None, **span: float) -> None:
        """Let time pass on the stage's clock: each timer on the way fires at its instant."""
        assert isinstance(self.clock, StageClock) and self.app is not None
        end = until or self.clock.now() + timedelta(**span)
        while (due := self._next_due()) is not None and due <= end:
            self.clock.reaches(due)
            self.app.scheduler.wake()
            try:
                await self.comes(lambda due=due: not self._is_due(due))  # type: ignore[misc]
            except TimeoutError:
                raise AssertionError(f"at {due} there did not fire: {self._due_keys(due)}") from None
        self.clock.reaches(end)

    def _is_due(self, at: datetime) -> bool:
        due = self._next_due()
        return due is not None and due <= at

    def _due_keys(self, at: datetime) -> list[str]:
        with self.database.transaction(writing=False) as session:
            timers = [session.get_one(Timer, timer_id) for timer_id in queues.list_due_timers(session, at, 9)]
            return [f"{timer.key} (tried {timer.attempts} times: {timer.error})" for timer in timers]

    def _next_due(self) -> datetime | None:
        with self.database.transaction(writing=False) as session:
            return queues.find_next_due(session)

    # Behind it

    def request(self) -> Request | None:
        with self.database.transaction(writing=False) as session:
            return session.exec(select(Request).where(Request.number == 1)).one_or_none()

    def asks(self) -> list[Ask]:
        with self.database.transaction(writing=False) as session:
            return list(session.exec(select(Ask).order_by(Ask.rank)))  # type: ignore[arg-type]

    async def is_(self, state: State) -> None:
        def there() -> bool:
            request = self.request()
            return request is not None and request.state is state

        try:
            await self.comes(there)
        except TimeoutError:
            request = self.request()
            raise AssertionError(f"not {state} but {request.state if request else 'not there'}") from None
