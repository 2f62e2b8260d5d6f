"""Nobody is rung out of bed for what can wait, and a bad minute is two messages and not thirty.

By the real dispatch, timers and delivery on a simulated clock, with a fake Telegram that hears what is said and when.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta

import pytest
from sqlmodel import col, select

from bot.app import App
from bot.clock import SimulatedClock
from bot.threads import Inline
from handlers.chat import Address, Inbound, InboundKind, Line, Message, bold, line
from handlers.holding import gathered, quiet_until
from handlers.load import load
from handlers.settings import Digest, Settings
from storage.database import Database
from storage.queries import people as people_queries
from storage.tables.chats import Chat
from storage.tables.people import Dealer, Person, Role
from storage.tables.queues import OutboxRow
from tests.factories import MONDAY, Factory, SmallNetwork, small_network
from tests.fakes import Call, FakePlatform

MANY = 30
NIGHT = MONDAY + timedelta(hours=13)  # 23:00 in Shenzhen, 22:00 in Bangkok
MORNING = MONDAY + timedelta(hours=21, minutes=30)  # 07:30 in Shenzhen
PART = "QX-10{:02}-L"
URGENT = "transfer {} x1 urgent 客户在等"
POST = "transfer 前大灯-左 x1 {} 客户在等"


class Night:
    """The bot over one database, what people say to it, and what they hear."""

    def __init__(self, database: Database, now: datetime, settings: Settings | None = None) -> None:
        load()
        self.database = database
        self.settings = settings or Settings()
        self.clock = SimulatedClock(now)
        self.telegram = FakePlatform(self.clock)
        self.others = [FakePlatform(self.clock, name=name) for name in ("slack", "console")]
        with database.transaction() as session:
            self.network: SmallNetwork = small_network(session, now)
            make = Factory(session, now)
            make._made = 500
            dealer = session.get_one(Dealer, self.network.bk01.dealer_id)
            bk02 = make.store("BK02", region=self.network.bangkok, dealer=dealer, place=(13.75, 100.5))
            self.bk02_manager = make.person("Anong", Role.STORE_MANAGER, at=bk02)
            make.stock(self.network.headlamp, bk02, 9)
            for number in range(MANY + 5):
                part = make.part(f"支架{number:02}", PART.format(number))
                for store in (self.network.sz02, self.network.sz03):
                    make.stock(part, store, 5)
        self.app = self._new_app()
        self._said = 0

    def _new_app(self) -> App:
        platforms = [self.telegram, *self.others]
        return App(self.database, self.settings, self.clock, platforms, workers=Inline())

    async def restart(self) -> None:
        """Forget everything in memory."""
        self.app = self._new_app()
        await self.app.begin()

    async def says(self, who: Person, text: str) -> None:
        """Write something privately, and have the bot do what is due."""
        await self._does(who, InboundKind.TEXT, text=text)

    async def presses(self, who: Person, label: str) -> None:
        """Press the newest button with this in its label in the own chat."""
        mine = [call.message for call in self.telegram.calls if call.address.chat == self.chat_of(who)]
        buttons = [one for said in reversed(mine) for row in said.buttons for one in row if label in one.label]
        await self._does(who, InboundKind.BUTTON, token=buttons[0].token)

    async def _does(self, who: Person, kind: InboundKind, *, text: str = "", token: str = "") -> None:
        self._said += 1
        user = self.chat_of(who)
        origin = Address("telegram", user)
        inbound = Inbound(
            f"telegram:{self._said}", kind, origin, user, text=text, addressed=True, private=True, token=token
        )
        await self.app.take([inbound])
        await self.app.answer(inbound)
        await self.app.settle()

    async def passes(self, to: datetime) -> None:
        await self.app.advance(to)

    def chat_of(self, place: Person | Chat) -> str:
        if isinstance(place, Chat):
            return place.chat
        with self.database.transaction(writing=False) as session:
            accounts = people_queries.list_accounts(session, place.id)
        return next(one.private_chat for one in accounts if one.platform == "telegram")

    def posts(self, place: Person | Chat, since: datetime | None = None) -> list[Call]:
        """Return the new messages of a chat: what rings."""
        chat = self.chat_of(place)
        return [
            call
            for call in self.telegram.calls
            if call.kind == "post" and call.address.chat == chat and (since is None or call.at >= since)
        ]


def labels(calls: Sequence[Call]) -> set[str]:
    return {label for call in calls for label in re.findall(r"T-\d{4}", call.text)}


# A bad minute


async def many_asks(night: Night) -> datetime:
    """Post thirty urgent requests within a minute; returns when the first was."""
    await night.app.begin()
    begun = night.clock.now()
    for number in range(MANY):
        await night.passes(begun + timedelta(seconds=1.5 * number))
        await night.says(night.network.sz01_manager, URGENT.format(PART.format(number)))
    return begun


async def test_thirty_breaches_in_a_minute_are_two_messages_that_name_them_all(any_database: Database) -> None:
    night = Night(any_database, MONDAY)
    network = night.network
    begun = await many_asks(night)
    late = begun + timedelta(minutes=15)  # nobody has looked for five minutes nor answered for ten
    await night.passes(late - timedelta(seconds=1))
    cards = len(night.posts(network.managers_chat))
    await night.passes(late + timedelta(minutes=2))
    first, then = night.posts(network.shenzhen_manager, late)
    assert labels([first]) == {"T-0001"} and first.at == late
    assert labels([first, then]) == {f"T-{number:04}" for number in range(1, MANY + 1)}
    assert then.at == late + timedelta(minutes=1)
    assert len(then.text) < 3_000  # one message on either platform
    assert len(night.posts(network.managers_chat)) == cards  # the group has its cards, changed in silence


async def test_an_urgent_ask_in_between_is_said_at_once(any_database: Database) -> None:
    night = Night(any_database, MONDAY)
    begun = await many_asks(night)
    unseen = begun + timedelta(minutes=5)
    deputy = night.network.sz02_deputy
    await night.passes(unseen + timedelta(seconds=20))
    asked = labels(night.posts(deputy))  # the other half is asked of the other store
    (first,) = night.posts(deputy, unseen)
    assert "已到时限" in first.text
    await night.says(night.network.sz01_manager, POST.format("urgent"))
    await night.says(night.network.sz01_manager, URGENT.format(PART.format(MANY)))
    asks = [call for call in night.posts(deputy, unseen) if call.message.buttons]
    assert asks and {call.at for call in asks} == {unseen + timedelta(seconds=20)}
    await night.restart()
    await night.passes(unseen + timedelta(minutes=2))
    late = [call for call in night.posts(deputy, unseen) if not call.message.buttons]
    assert [call.at - unseen for call in late] == [timedelta(0), timedelta(minutes=1)]
    assert labels(late) == asked


async def test_one_notice_after_another_keeps_its_own_words(any_database: Database) -> None:
    night = Night(any_database, MONDAY)
    await night.app.begin()
    for number in range(2):
        await night.says(night.network.sz01_manager, URGENT.format(PART.format(number)))
    late = MONDAY + timedelta(minutes=15)
    await night.passes(late + timedelta(minutes=5))
    first, then = night.posts(night.network.shenzhen_manager, late)
    assert "/assign T-0001" in first.text
    assert "/assign T-0002" in then.text
    assert then.at - first.at == timedelta(minutes=1)


# The night


@pytest.mark.parametrize("there", ["shenzhen", "bangkok"])
async def test_what_is_not_urgent_is_told_to_the_asked_store_in_its_morning(any_database: Database, there: str) -> None:
    night = Night(any_database, NIGHT - timedelta(minutes=5))
    network = night.network
    author, asked, chat, at, morning = {
        "shenzhen": (network.sz01_manager, network.sz02_deputy, network.managers_chat, NIGHT, MORNING),
        "bangkok": (
            network.bk01_manager,
            night.bk02_manager,
            network.bangkok_chat,
            NIGHT + timedelta(hours=1),
            MORNING + timedelta(hours=1),
        ),
    }[there]
    await night.app.begin()
    await night.passes(at)
    await night.says(author, POST.format("normal"))
    assert {call.at for call in night.posts(author)} == {at}  # the author's own card and the answer, at once
    await night.restart()
    await night.passes(morning - timedelta(seconds=1))
    assert night.posts(asked) == night.posts(chat) == []
    assert night.app.auditor.found == {} and not night.app.auditor.delayed  # what is held is not stuck
    await night.passes(morning)
    (ask,) = night.posts(asked)
    assert ask.at == morning and ask.message.buttons
    assert [call.at for call in night.posts(chat)] == [morning]


async def test_answers_and_urgent_words_pass_what_is_held_in_the_same_chat(any_database: Database) -> None:
    night = Night(any_database, NIGHT)
    network = night.network
    deputy = network.sz02_deputy
    await night.app.begin()
    await night.says(network.sz01_manager, POST.format("normal"))
    assert night.posts(deputy) == []
    await night.passes(NIGHT + timedelta(minutes=5))
    await night.says(deputy, "my")
    (answer,) = night.posts(deputy)
    assert answer.at == NIGHT + timedelta(minutes=5) and "T-0001" in answer.text
    await night.passes(NIGHT + timedelta(minutes=10))
    with any_database.transaction() as session:
        session.get_one(type(network.sz02), network.sz02.id).emergencies = True
    await night.says(network.sz01_manager, URGENT.format(PART.format(1)))
    urgent = night.posts(deputy)[-1]
    assert urgent.at == NIGHT + timedelta(minutes=10) and urgent.message.buttons
    assert "支架01" in urgent.text


async def test_a_held_card_that_changes_is_said_once_as_it_looks_last(any_database: Database) -> None:
    night = Night(any_database, NIGHT)
    network = night.network
    await night.app.begin()
    await night.says(network.sz01_manager, POST.format("normal"))
    await night.passes(NIGHT + timedelta(minutes=30))
    await night.presses(network.sz01_manager, "撤回")
    await night.restart()
    await night.passes(MORNING - timedelta(seconds=1))
    assert night.posts(network.managers_chat) == []
    await night.passes(MORNING + timedelta(hours=1))
    (card,) = night.posts(network.managers_chat)
    assert card.at == MORNING and "撤回" in card.text
    chat = network.managers_chat.chat
    assert not [call for call in night.telegram.calls if call.kind == "edit" and call.address.chat == chat]


async def test_without_quiet_hours_everything_is_said_at_once(any_database: Database) -> None:
    night = Night(any_database, NIGHT, Settings(digest=Digest(quiet="")))
    await night.app.begin()
    await night.says(night.network.sz01_manager, POST.format("normal"))
    assert [call.at for call in night.posts(night.network.sz02_deputy)] == [NIGHT]


async def test_the_boards_of_the_day_are_not_held(any_database: Database) -> None:
    night = Night(any_database, MONDAY)
    await night.app.begin()
    await night.passes(MONDAY + timedelta(days=7, hours=1))
    boards = [call.at for call in night.posts(night.network.managers_chat)]
    evening = MONDAY.replace(hour=13, minute=0)  # 21:00 in Shenzhen
    assert boards[0] == evening
    assert MONDAY.replace(hour=1, minute=0) + timedelta(days=7) in boards  # Monday 09:00
    with any_database.transaction(writing=False) as session:
        assert session.exec(select(OutboxRow).where(col(OutboxRow.held_until).is_not(None))).all() == []


# The pure parts

QUIET = (time(21, 30), time(7, 30))


@pytest.mark.parametrize(
    ("hour", "minute", "until"),
    [(13, 29, None), (13, 30, 10), (23, 29, 0), (23, 30, None)],  # UTC: 21:29, 21:30, 07:29, 07:30 in Shenzhen
)
def test_quiet_hours_run_from_the_first_minute_to_the_last(hour: int, minute: int, until: int | None) -> None:
    now = MONDAY.replace(hour=hour, minute=minute)
    found = quiet_until(QUIET, "Asia/Shanghai", now)
    assert found == (None if until is None else MONDAY.replace(hour=23, minute=30))


def notice(number: int, words: str = "深圳福田店「回复」超时") -> Message:
    row: Line = line(bold(f"T-{number:04}"), f" 前大灯-左 ×1:{words}(10:{number % 60:02})。")
    return Message((row,), gist=(row,))


@pytest.mark.parametrize(("count", "words", "lines"), [(30, "x" * 40, 31), (30, "x" * 200, 0), (900, "x" * 40, 0)])
def test_more_than_fits_is_named_in_short_and_the_rest_counted(count: int, words: str, lines: int) -> None:
    whole = notice(1, words)
    for number in range(2, count + 1):
        whole = gathered(whole, notice(number, words), "zh")
    assert len(whole.plain) < 3_000
    assert f"{count} 条" in whole.plain.splitlines()[0]
    named = set(re.findall(r"T-\d{4}", whole.plain))
    if lines:
        assert len(whole.lines) == lines
    if count == MANY:
        assert len(named) == MANY
    else:
        assert f"另有 {count - len(named)} 条" in whole.plain
