"""The people of the demo: each reads what the bot shows them, and after a while answers it, as their habit is.

They know what a person knows: their own shelf, what stands on their screen, and what they were asked. All they do
is said to the bot as anybody would say it, in words, by a button or in reply to a card.
"""

from __future__ import annotations

import heapq
import itertools
import random
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.clock import Clock
from bot.console import Console, Shown
from bot.demo_network import Member
from handlers.chat import Button
from handlers.working_time import at_local, local
from storage.tables.people import Role

ZONE = "Asia/Shanghai"
WAKES, SLEEPS = time(8, 35), time(21, 30)
_LABEL = re.compile(r"\bT-\d{4,}")

Act = Callable[[], Awaitable[None]]
Span = tuple[float, float]  # minutes
Script = tuple[str, ...]  # how the stores asked answer, one after the other: accept, refuse, silent


@dataclass(frozen=True, slots=True)
class Habit:
    """How somebody goes about it: how long they take, and how likely (0-1) they refuse, stay silent, write words."""

    look: Span
    answer: Span
    ship: Span
    refuses: float
    silent: float
    words: float


HABITS = {
    "quick": Habit(look=(0.5, 3), answer=(0.5, 4), ship=(8, 30), refuses=0.05, silent=0.02, words=0.5),
    "slow": Habit(look=(2, 8), answer=(4, 11), ship=(25, 70), refuses=0.08, silent=0.08, words=0.4),
    "refusing": Habit(look=(1, 5), answer=(1, 5), ship=(15, 40), refuses=0.65, silent=0.02, words=0.7),
    "asleep": Habit(look=(4, 20), answer=(5, 30), ship=(30, 80), refuses=0.05, silent=0.6, words=0.3),
}
# So are ten managers; deputies and advisors are quick.
OF_TEN = ("quick", "slow", "quick", "refusing", "quick", "asleep", "quick", "slow", "quick", "slow")


@dataclass(frozen=True, slots=True)
class Did:
    """What somebody did: words, or a button in brackets; `chat` is "" in private."""

    member: Member
    chat: str
    words: str
    label: str  # of the request it is about, "" where it is about none


Reader = Callable[["People", Member, Shown], None]


class People:
    """Everybody who talks. `shelf` is store → part → how many, as its own people know it; `reader` reads for them."""

    def __init__(
        self,
        console: Console,
        clock: Clock,
        cast: Sequence[Member],
        seed: int,
        shelf: dict[str, dict[str, int]],
        reader: Reader,
    ) -> None:
        self.console = console
        self.clock = clock
        self.cast = cast
        self.shelf = shelf
        self.tell: Callable[[Did], None] = lambda did: None
        self.asker: dict[str, Member] = {}  # request → who posted it
        self.asked: dict[str, list[str]] = {}  # request → the stores asked, in order
        self.scripts: dict[str, Script] = {}  # request → how it is directed
        self.labels: dict[int, str] = {}  # the number of a directed posting → its request
        self._directed: dict[str, list[tuple[int, Script]]] = {}
        self._pending: dict[str, list[str]] = {}  # what somebody writes when the bot asks for words
        self._away: dict[str, datetime] = {}
        self._begun: set[object] = set()
        self._unread: list[Shown] = []
        self._agenda: list[tuple[datetime, int, Act]] = []
        self._numbers = itertools.count(1)
        self._seed = seed
        self._reader = reader
        self._by_user = {member.user: member for member in cast}
        self._habits = self._deal()
        console.watch(self._unread.append)

    def _deal(self) -> dict[str, Habit]:
        stores = list(dict.fromkeys(member.store for member in self.cast if member.store))
        kinds = [HABITS[OF_TEN[place % len(OF_TEN)]] for place in range(len(stores))]
        self.dice("habits").shuffle(kinds)
        dealt = dict(zip(stores, kinds, strict=True))
        return {
            member.user: dealt[member.store]
            for member in self.cast
            if member.store and member.role is Role.STORE_MANAGER
        }

    def habit(self, member: Member) -> Habit:
        """Return how somebody goes about it."""
        return self._habits.get(member.user, HABITS["quick"])

    def dice(self, *about: object) -> random.Random:
        """Return dice of their own for a decision, so that none depends on the order in which others are taken."""
        return random.Random(":".join(map(str, (self._seed, *about))))  # noqa: S311 - a play, not a secret

    # Time

    @property
    def next_at(self) -> datetime | None:
        """When somebody acts next."""
        return self._agenda[0][0] if self._agenda else None

    def at(self, when: datetime, act: Act) -> None:
        """Let something be done at this instant."""
        heapq.heappush(self._agenda, (when, next(self._numbers), act))

    def after(self, dice: random.Random, span: Span, act: Act) -> None:
        """Let something be done after so many minutes, but not in anybody's sleep."""
        self.at(awake(self.clock.now() + minutes(dice, span)), act)

    async def act(self) -> None:
        """Do everything that is due now."""
        while self._agenda and self._agenda[0][0] <= self.clock.now():
            _, _, act = heapq.heappop(self._agenda)
            await act()

    def once(self, *key: object) -> bool:
        """Say whether this is the first time."""
        first = key not in self._begun
        self._begun.add(key)
        return first

    # Reading

    def read(self) -> None:
        """Let everybody read what was shown to them, and make up their minds."""
        latest = {shown.id: shown for shown in self._unread}
        self._unread.clear()
        private = [
            (self._by_user[one.address.chat], one) for one in latest.values() if one.address.chat in self._by_user
        ]
        for member, shown in private:  # an author knows the own request before anybody answers it
            if find_button(shown, "request.withdraw") and label_of(shown.text) not in self.asker:
                self._recognise(member, label_of(shown.text))
        for member, shown in private:
            self._reader(self, member, shown)

    def _recognise(self, author: Member, label: str) -> None:
        self.asker[label] = author
        if directed := self._directed.get(author.user):
            number, script = directed.pop(0)
            self.labels[number], self.scripts[label] = label, script

    def direct(self, author: Member, script: Script) -> int:
        """Direct how the stores asked in this member's next request answer; returns a number for its label."""
        number = next(self._numbers)
        self._directed.setdefault(author.user, []).append((number, script))
        return number

    # Doing

    async def say(self, member: Member, words: str, *, chat: str = "", reply_to: Shown | None = None) -> None:
        """Say something: privately, or in a chat; in reply to a message or not."""
        label = label_of(reply_to.text) if reply_to else label_of(words)
        self.tell(Did(member, chat, words, label))
        await self.console.say(member.user, words, chat=chat, reply_to=reply_to or "", name=member.name)

    async def press(self, member: Member, shown: Shown, button: Button) -> None:
        """Press a button, if it is still there when the finger comes down."""
        if find_button(shown, button.action, button.args) is None:
            return
        chat = "" if shown.address.chat == member.user else shown.address.chat
        self.tell(Did(member, chat, f"[{button.label}]", label_of(shown.text)))
        await self.console.press(member.user, shown, button.label, name=member.name)

    async def write_in_turn(self, member: Member) -> None:
        """Write what the bot was expected to ask for."""
        if pending := self._pending.get(member.user):
            await self.say(member, pending.pop(0))

    def has_to_write(self, member: Member) -> bool:
        """Say whether somebody has something to write when the bot asks for it."""
        return bool(self._pending.get(member.user))

    def will_write(self, member: Member, *words: str) -> None:
        """Remember what to write when the bot asks for it."""
        self._pending[member.user] = list(words)

    def leave(self, member: Member, until: datetime) -> None:
        """Let somebody not look at the phone until then."""
        self._away[member.user] = until

    def is_away(self, member: Member) -> bool:
        """Say whether somebody does not look at the phone now."""
        return self._away.get(member.user, self.clock.now()) > self.clock.now()

    def stands_in(self, member: Member) -> bool:
        """Say whether a deputy has to act because the manager is away."""
        return any(
            self.is_away(other)
            for other in self.cast
            if other.store == member.store and other.role is Role.STORE_MANAGER
        )


def label_of(text: str) -> str:
    """Return the request a text is about, "" when it names none, or several."""
    found = set(_LABEL.findall(text))
    return found.pop() if len(found) == 1 else ""


def find_button(shown: Shown, action: str, args: dict[str, str | int] | None = None) -> Button | None:
    """Find a button under a message as it stands now."""
    return next(
        (button for button in shown.buttons if button.action == action and (args is None or button.args == args)), None
    )


def minutes(dice: random.Random, span: Span) -> timedelta:
    """Draw a time from a span, in whole seconds."""
    return timedelta(seconds=round(dice.uniform(*span) * 60))


def awake(at: datetime) -> datetime:
    """Return the instant, or the next morning when people sleep then."""
    there = local(at, ZONE)
    if WAKES <= there.time() < SLEEPS:
        return at
    day = there.date() + timedelta(days=there.time() >= SLEEPS)
    return at_local(day, WAKES, ZONE) + timedelta(seconds=at.second * 10)
