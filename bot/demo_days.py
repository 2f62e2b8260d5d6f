"""What happens in the demo's days by itself: who needs which part when, who is away, who looks something up."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial

from bot.demo_customers import Book
from bot.demo_network import Member, managers_chat
from bot.demo_people import ZONE, People, Plan, Script
from handlers.network.sample import sample_workbook
from handlers.working_time import at_local
from storage.tables.people import Role

Shelf = dict[str, dict[str, int]]

MATTERS = {
    "urgent": ("客户在等", "客户在店等", "客户在等,事故车"),
    "today": ("客户已约", "今天交车", "客户已约下午"),
    "normal": ("补库存", "备货", "客户已约"),
}
URGENCY_WORDS = {"urgent": ("urgent", "急", "紧急"), "today": ("今天", "today"), "normal": ("普通", "normal")}
FIRST_PART = "前大灯-左"  # what every example asks for
# Needs a day and store: fifteen stores move some two dozen parts a week.
NEEDS = 0.2
# On which day and when dead stock is offered, and how who is asked answers.
ACTIVATIONS = ((2, time(10, 15), "accept"), (3, time(14, 20), "refuse"))
# On which day and when a part is lent for a day, one is held up, one cannot be sent after all, and nobody gives one.
TWISTS = (
    (0, time(11, 5), "loan"),
    (0, time(16, 10), "hold"),
    (3, time(10, 40), "cannot"),
    (6, time(10, 20), "nobody"),
)

CHATTER = ("辛苦了", "收到", "今天堵车厉害,大家注意时间", "谢谢各位", "周五月度例会别忘了")


@dataclass(frozen=True, slots=True)
class Need:
    """A store needs a part."""

    author: Member
    part: str
    words: str


def shelves(stores: int, seed: int) -> Shelf:
    """Return what each store has, as the sample's stock sheet says: store → part → how many."""
    rows = sample_workbook(stores, seed)
    codes = [str(row["code"]) for row in rows["stores"]]
    return {code: {str(row["part"]): int(str(row[code])) for row in rows["stock"]} for code in codes}


class Days:
    """Fills the people's agenda, day by day; every need is asked for once."""

    def __init__(self, people: People, cast: Sequence[Member], shelf: Shelf, book: Book) -> None:
        self._people = people
        self._cast = cast
        self._shelf = shelf
        self._book = book
        self._used: set[tuple[str, str]] = set()
        self._managers = {one.store: one for one in cast if one.role is Role.STORE_MANAGER}

    def scene(self, *, others: int) -> Need:
        """Find a need that many other stores could fill, at least so many, for a scene that is told."""
        able = {
            (store, part): sum(theirs[part] > 2 for other, theirs in self._shelf.items() if other != store)
            for store, part in self._lacking()
        }
        enough = [need for need, count in able.items() if count >= others]
        if not enough:
            raise ValueError(f"no part that is missing somewhere stands in {others} other stores: try another seed")
        store, part = max(enough, key=lambda need: (need[1] == FIRST_PART, able[need], need))
        self._used |= {(store, part), *((other, part) for other in self._shelf if part == FIRST_PART)}
        return self._need(store, part, 1, "客户在等", "urgent")

    def _lacking(self) -> list[tuple[str, str]]:
        """List what stores have none of and have not asked for."""
        return [
            (store, part)
            for store, parts in self._shelf.items()
            for part, count in parts.items()
            if count == 0 and (store, part) not in self._used
        ]

    def plan(self, day: date, number: int) -> None:
        """Plan a day, the first having the number 0."""
        for turn, start, twist in TWISTS:
            if turn == number:
                self._plan_twist(day, start, twist)
        for turn, start, answer in ACTIVATIONS:
            if turn == number:
                self._plan_activation(at_local(day, start, ZONE), answer)
        dice = self._people.dice("day", day)
        for _ in range(max(3, round(len(self._managers) * NEEDS))):
            self._plan_need(dice, day)
        for member in self._managers.values():
            if dice.random() < 0.06:
                self._people.at(_at(day, time(8, 40), dice, 20), partial(self._leave, member, day))
        for _ in range(4):
            self._plan_look(dice, day)

    def _plan_need(self, dice: random.Random, day: date) -> None:
        lacking = self._lacking()
        if not lacking:
            return
        store, part = dice.choice(lacking)
        self._used.add((store, part))
        urgency = dice.choices(("urgent", "today", "normal"), (45, 35, 20))[0]
        count = 1 if dice.random() < 0.75 else dice.choice((2, 2, 3))
        words = dice.choice(URGENCY_WORDS[urgency])
        need = self._need(store, part, count, dice.choice(MATTERS[urgency]), words, dice)
        chat = managers_chat(need.author.region) if dice.random() < 0.4 else ""
        if urgency == "urgent" and not chat:  # privately: a telephone is nobody else's business
            need = replace(need, words=f"{need.words} {self._book.next_of(store).words}")
        self._people.at(_at(day, time(8, 45), dice, 480), partial(self._people.say, need.author, need.words, chat=chat))

    def _plan_twist(self, day: date, start: time, twist: str) -> None:
        """Plan a part that is lent for a day, held up, promised and not to be sent, or given by nobody."""
        need = self.scene(others=1)
        if twist == "loan":
            back = day + timedelta(days=1)
            command = f"/borrow {need.part} x1 urgent 客户在等 还{back.month}月{back.day}日"
            need = replace(need, words=command)
        when = at_local(day, start, ZONE)
        script: Script = ("refuse",) if twist == "nobody" else ("accept",)
        self._people.at(when, partial(self.post, need, [], Plan(script, twist)))

    def _plan_activation(self, when: datetime, answer: str) -> None:
        """Plan that who has most of a part offers one to a store that has none, and how that one answers."""
        known = [(store, part) for store, part in sorted(self._used) if self._shelf[store][part] == 0]
        counts = {
            (count, giver, taker, part)
            for taker, part in known
            for giver, shelf in self._shelf.items()
            if giver != taker and (count := shelf[part]) > 3
        }
        if not counts:
            return
        _, giver, taker, part = max(counts)
        need = Need(self._managers[giver], part, f"/activate {part} x1 {taker}")
        self._people.at(when, partial(self.post, need, [], Plan((answer,), ""), letter="K"))

    def _need(
        self, store: str, part: str, count: int, matter: str, word: str, dice: random.Random | None = None
    ) -> Need:
        author = self._managers[store]
        if dice is not None and dice.random() < 0.35:
            author = next(one for one in self._cast if one.store == store and one.role is Role.ADVISOR)
        return Need(author, part, f"/transfer {part} x{count} {word} {matter}")

    def _plan_look(self, dice: random.Random, day: date) -> None:
        member = dice.choice(list(self._managers.values()))
        part = dice.choice(list(self._shelf[member.store]))
        words = dice.choice((f"/stock {part}", "/my", "/score", "/request T-0001", "/why T-0001", ""))
        if words:
            act = partial(self._people.say, member, words)
        else:
            act = partial(self._people.say, member, dice.choice(CHATTER), chat=managers_chat(member.region))
        self._people.at(_at(day, time(9), dice, 540), act)

    async def _leave(self, member: Member, day: date) -> None:
        self._people.leave(member, at_local(day, time(14), ZONE))
        await self._people.say(member, "/away until 14:00")

    async def post(self, need: Need, number: list[int], plan: Plan, *, letter: str = "T") -> None:
        """Post a planned request; `number` takes the number by which its label is found."""
        number.append(self._people.direct(need.author, letter, plan))
        await self._people.say(need.author, need.words, chat=managers_chat(need.author.region))


def _at(day: date, start: time, dice: random.Random, within: int) -> datetime:
    """Return an instant within so many minutes after a local time."""
    return at_local(day, start, ZONE) + timedelta(seconds=dice.randrange(within * 60))
