"""The people of the demo: each reads what the bot shows them, and after a while answers it, as their habit is.

They know what a person knows: their own shelf, what stands on their screen, and what they were asked. All they do
is said to the bot as anybody would say it, in words, by a button or in reply to a card.
"""

from __future__ import annotations

import heapq
import itertools
import random
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial

from bot.clock import Clock
from bot.console import Console, Shown
from bot.demo_network import HQ_CHAT, Member
from handlers.chat import Button
from handlers.working_time import at_local, local
from storage.tables.people import Role

ZONE = "Asia/Shanghai"
WAKES, SLEEPS = time(8, 35), time(21, 30)
_LABEL = re.compile(r"\b[TSDK]-\d{4,}")

Act = Callable[[], Awaitable[None]]
Span = tuple[float, float]  # minutes
Script = tuple[str, ...]  # how the stores asked answer, one after the other: accept, refuse, silent

FORM = timedelta(minutes=4)  # so long nobody begins a second form
AGAIN = timedelta(minutes=25)  # after so long one looks whether what was done has worked
TRIES = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """How a request is to go: how the stores asked answer (else as they use to), and what happens to it.

    `starts_at` and `ends_at` are a visit's.
    """

    script: Script = ()
    twist: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


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
        self.scripts: dict[str, Script] = {}  # request → how the stores asked are directed to answer
        self.plans: dict[str, Plan] = {}  # request → how it is to go, of those that were planned
        self.labels: dict[int, str] = {}  # the number of a directed posting → its request
        self._directed: dict[tuple[str, str], list[tuple[int, Plan]]] = {}
        self._pending: dict[str, list[str]] = {}  # what somebody writes when the bot asks for words
        self._picks: dict[str, dict[str, str]] = {}  # what somebody picks where a form offers choices: field → value
        self._busy: dict[str, datetime] = {}  # who fills in a form, and until when nothing else
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
        readers = self._by_user | {HQ_CHAT: next(one for one in self.cast if one.role is Role.HQ)}
        private = [(readers[one.address.chat], one) for one in latest.values() if one.address.chat in readers]
        for member, shown in private:  # an author knows the own request before anybody answers it
            if find_button(shown, "request.withdraw") and label_of(shown.text) not in self.asker:
                self._recognise(member, label_of(shown.text))
        for member, shown in private:
            self._reader(self, member, shown)

    def _recognise(self, author: Member, label: str) -> None:
        self.asker[label] = author
        if directed := self._directed.get((author.user, label[:1])):
            number, plan = directed.pop(0)
            self.labels[number], self.plans[label] = label, plan
            if plan.script:
                self.scripts[label] = plan.script

    def direct(self, author: Member, letter: str, plan: Plan) -> int:
        """Direct how this member's next request of a kind goes; returns a number for its label."""
        number = next(self._numbers)
        self._directed.setdefault((author.user, letter), []).append((number, plan))
        return number

    def twist(self, label: str) -> str:
        """Return what is to happen to a request, "" for nothing."""
        plan = self.plans.get(label)
        return plan.twist if plan else ""

    def turn(self, label: str) -> int:
        """Return which store has a request now: the first that was asked, or one after it."""
        return len(self.asked.get(label, ()))

    def is_asker(self, member: Member, label: str) -> bool:
        """Say whether somebody works where a request came from."""
        asker = self.asker.get(label)
        return asker is not None and asker.store == member.store

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

    async def reply_while(self, member: Member, shown: Shown, button: Button, words: str) -> None:
        """Reply to a message in words while a button of it still stands."""
        if find_button(shown, button.action, button.args) is not None:
            await self.say(member, words, reply_to=shown)

    async def fill(
        self,
        member: Member,
        shown: Shown,
        button: Button,
        *words: str,
        picks: Mapping[str, str] | None = None,
        tries: int = TRIES,
    ) -> None:
        """Press a button that opens a form, and fill it in: `picks` by their fields, the words as they are asked for.

        Where it did not work it is done again: a form is lost when another one is begun.
        """
        now = self.clock.now()
        again = partial(self.fill, member, shown, button, *words, picks=picks)
        if find_button(shown, button.action, button.args, button.label) is None:
            return
        if self._busy.get(member.user, now) > now:
            self.at(awake(self._busy[member.user]), partial(again, tries=tries))
            return
        self._busy[member.user] = now + FORM
        self.will_write(member, *words)
        self._picks[member.user] = dict(picks or {})
        await self.press(member, shown, button)
        if tries > 1:
            self.at(awake(now + AGAIN), partial(again, tries=tries - 1))

    def pick_of(self, member: Member, field: str) -> str:
        """Return what somebody picks of the choices of a field, "" for any."""
        return self._picks.get(member.user, {}).get(field, "")

    async def write_in_turn(self, member: Member, shown: Shown) -> None:
        """Write what the bot was expected to ask for: in a group as a reply."""
        if pending := self._pending.get(member.user):
            group = shown.address.chat != member.user
            chat, reply_to = (shown.address.chat, shown) if group else ("", None)
            await self.say(member, pending.pop(0), chat=chat, reply_to=reply_to)

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

    def acts(self, member: Member) -> bool:
        """Say whether somebody is who does what a store has to do: its manager, else the deputy."""
        if member.role is Role.STORE_MANAGER:
            return not self.is_away(member)
        return member.role is Role.DEPUTY and self.stands_in(member)

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


def is_card(shown: Shown) -> bool:
    """Say whether a message is a request's card, which is edited, rather than a word about it, which stays."""
    label = label_of(shown.text)
    return bool(label) and shown.text.startswith(f"{label} ")


def find_button(shown: Shown, action: str, args: dict[str, str | int] | None = None, label: str = "") -> Button | None:
    """Find a button under a message as it stands now."""
    return next(
        (
            button
            for button in shown.buttons
            if button.action == action and args in (None, button.args) and label in ("", button.label)
        ),
        None,
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
