"""Who needs a technician, and whose customer would wait too long, in the demo's days; with what becomes of each."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

from bot import demo_questions
from bot.demo_customers import Book
from bot.demo_network import Member
from bot.demo_people import ZONE, People, Plan
from handlers.boards.windows import is_free, read_windows
from handlers.geo import road_km
from handlers.network.sample import SampleRow, sample_workbook
from handlers.settings import Settings
from handlers.support.rules import has_level, parts_of
from handlers.working_time import at_local
from storage.tables.people import Role

# Beside what is planned below, a day and store.
SUPPORTS, DIVERSIONS = 0.02, 0.03
NEAR_KM = 45

FAULTS = {
    "三电故障": ("高压互锁报警,客户车在店", "充电中断,报绝缘故障"),
    "智能驾驶": ("前视摄像头标定总失败", "泊车雷达误报"),
    "发动机": ("换过火花塞仍报缺缸,客户车在店", "冷车异响,查不到来源"),
    "变速箱": ("二挡顿挫,换过油没改善", "倒挡打滑,客户车在店"),
    "钣喷": ("铝合金翼子板要修复", "珍珠白调不出色差以内"),
    "底盘": ("高速跑偏,四轮定位做过两次", "前桥异响,客户车在店"),
    "空调": ("制冷时断时续,压力正常", "暖风不热,客户车在店"),
    "电气": ("停放两天就亏电,查不到漏电点", "仪表偶发黑屏,客户车在店"),
}
SERVICES = ("保养", "小保养", "换刹车片", "四轮定位", "更换轮胎", "空调清洗")
VEHICLES = ("宝马X3", "奔驰C200", "奥迪A6", "丰田凯美瑞", "比亚迪汉", "本田雅阁")
NEEDS = ("需要代步车", "需要尽快取车", "需要休息区能办公", "要接送到地铁站")

# On which day, when and how; T is a part, S a technician, D a customer. What is not scripted is as people are.
TURNS: tuple[tuple[int, time, str, Plan], ...] = (
    (0, time(9, 25), "D", Plan(("accept",), "waits")),
    (0, time(11, 20), "S", Plan(("refuse", "accept"))),
    (0, time(11, 50), "D", Plan(("accept",), "complaint")),
    (0, time(13, 10), "D", Plan(("refuse", "accept"))),
    (0, time(14, 20), "S", Plan(("accept", "accept", "accept"), "cannot")),
    (0, time(15, 40), "S", Plan(("accept",), "urgent")),
    (1, time(9, 30), "S", Plan(("accept",), "withdraw")),
    (1, time(9, 50), "D", Plan(("accept",), "no_show")),
    (1, time(10, 20), "S", Plan(("accept",), "unsolved")),
    (1, time(11, 10), "D", Plan(("accept",), "dear")),
    (1, time(14, 5), "D", Plan(("accept",), "short")),
    (2, time(9, 40), "D", Plan(("accept",), "back")),
    (2, time(10, 10), "S", Plan(("accept",), "late")),
    (2, time(10, 40), "D", Plan(("accept",), "denied")),
    (2, time(11, 30), "D", Plan(("accept",), "complaint_upheld")),
)


@dataclass(frozen=True, slots=True)
class Call:
    """What somebody asks for, in their words, and how it is to go."""

    author: Member
    words: str
    plan: Plan


class Helps:
    """Fills the people's agenda with supports and diversions, day by day."""

    def __init__(
        self, people: People, cast: Sequence[Member], stores: int, seed: int, book: Book, *, until: date
    ) -> None:
        self._people = people
        self._until = until  # what is planned to be seen to its end is over before
        self._cast = cast
        self._book = book
        self._rows = sample_workbook(stores, seed)
        self._managers = {one.store: one for one in cast if one.role is Role.STORE_MANAGER}
        self._parts = parts_of(Settings().rules.supporting)
        self._near = {store: self._neighbours(store) for store in self._managers}

    def plan(self, day: date, number: int) -> None:
        """Plan a day, the first having the number 0."""
        demo_questions.plan(self._people, self._cast, self._rows["technicians"], day, number)
        dice = self._people.dice("helps", day)
        for turn, start, letter, plan in TURNS:
            if turn == number and letter in "SD":
                self._plan(letter, day, start, dice, plan)
        for letter, often in (("S", SUPPORTS), ("D", DIVERSIONS)):
            count = len(self._managers) * often
            for _ in range(int(count) + (dice.random() < count % 1)):
                start = (datetime.combine(day, time(9)) + timedelta(minutes=dice.randrange(330))).time()
                self._plan(letter, day, start, dice, Plan())

    def _plan(self, letter: str, day: date, start: time, dice: random.Random, plan: Plan) -> None:
        when = at_local(day, start, ZONE) + timedelta(seconds=dice.randrange(300))
        call = self.support(day, dice, plan) if letter == "S" else self.diversion(dice, plan)
        if call is not None:
            self._people.at(when, partial(self.post, call, letter, []))

    async def post(self, call: Call, letter: str, number: list[int]) -> None:
        """Post a call; `number` takes the number by which its label is found."""
        number.append(self._people.direct(call.author, letter, call.plan))
        await self._people.say(call.author, call.words)

    # A technician

    def support(self, day: date, dice: random.Random, plan: Plan, *, host: str = "") -> Call | None:
        """Find a fault that enough technicians of other stores could see to in the days after; None where none can."""
        ahead = [day + timedelta(days=days) for days in (range(1, 3) if plan.twist == "urgent" else range(3, 6))]
        if plan.script:
            ahead = [one for one in ahead if one < self._until] or ahead
        wanted = len(plan.script) + 1 if plan.script else 1
        hosts = [host] if host else dice.sample(sorted(self._managers), len(self._managers))
        for least in range(wanted, 0, -1):
            for store in hosts:
                found = self._openings(store, ahead, least)
                if found:
                    return self._support(store, *dice.choice(found), dice, plan)
        return None

    def _openings(self, store: str, days: Sequence[date], least: int) -> list[tuple[str, str, date, str]]:
        """List specialty, level, day and part of the day for which so many other stores have somebody."""
        return [
            (specialty, level, day, part)
            for day in days
            for part in ("上午", "下午")
            for specialty in FAULTS
            for level in ("T2", "T3")
            if len(self._able(store, specialty, level, day, part)) >= least
        ]

    def _able(self, store: str, specialty: str, level: str, day: date, part: str) -> set[str]:
        span = self._parts.morning if part == "上午" else self._parts.afternoon
        return {
            str(one["store"])
            for one in self._rows["technicians"]
            if one["store"] != store
            and specialty in str(one["specialties"]).split("、")
            and has_level(str(one["level"]), level)
            and is_free(read_windows(str(one["windows"] or ""), day), day, span, self._parts)
        }

    def _support(
        self, store: str, specialty: str, level: str, day: date, part: str, dice: random.Random, plan: Plan
    ) -> Call:
        begins, until = self._parts.morning if part == "上午" else self._parts.afternoon
        midnight = at_local(day, time(0), ZONE)
        starts_at, ends_at = (midnight + timedelta(minutes=minutes) for minutes in (begins, until))
        words = f"/support {specialty} {level} {day.month}月{day.day}日{part} {dice.choice(FAULTS[specialty])}"
        return Call(self._author(store, dice), words, Plan(plan.script, plan.twist, starts_at, ends_at))

    # A customer

    def diversion(self, dice: random.Random, plan: Plan, *, store: str = "") -> Call:
        """Find a customer who would wait too long, where other stores are near."""
        stores = sorted(self._managers, key=lambda one: (-len(self._near[one]), one))
        store = store or dice.choice(stores[: max(1, len(stores) * 4 // 5)])
        wait = dice.choice((90, 100, 110) if plan.twist == "short" else (130, 150, 160, 180, 210, 240))
        about = f"{dice.choice(SERVICES)} 等待{wait}分钟 {dice.choice(VEHICLES)} {dice.choice(NEEDS)}"
        customer = self._book.next_of(store)
        return Call(self._author(store, dice), f"/divert {about},{customer.words}", plan)

    @property
    def busiest(self) -> str:
        """The store with most customers for its bays among those with others near."""
        booked = {str(row["store"]): _utilisation(row) for row in self._rows["capacity"]}
        return max(self._managers, key=lambda one: (len(self._near[one]) > 1, booked[one], one))

    def _neighbours(self, store: str) -> list[str]:
        places = {str(row["code"]): row for row in self._rows["stores"]}
        here = places[store]
        return [code for code, row in places.items() if code != store and _km(here, row) <= NEAR_KM]

    def _author(self, store: str, dice: random.Random) -> Member:
        if dice.random() < 0.5:
            return self._managers[store]
        return next(one for one in self._cast if one.store == store and one.role is Role.ADVISOR)


def _km(here: SampleRow, there: SampleRow) -> float:
    places = [float(str(row[name])) for row in (here, there) for name in ("latitude", "longitude")]
    return road_km(places[0], places[1], places[2], places[3], Settings().rules.matching.detour)


def _utilisation(row: SampleRow) -> float:
    return float(str(row["bookings"])) / float(str(row["daily_capacity"]))


def todays_capacity(stores: int, seed: int, dice: random.Random) -> list[SampleRow]:
    """Return what the stores say of a new day: their capacity, and how much of it is booked in the morning."""
    return [
        {**row, "bookings": round(int(str(row["daily_capacity"])) * dice.uniform(0.5, 1.05))}
        for row in sample_workbook(stores, seed)["capacity"]
    ]
