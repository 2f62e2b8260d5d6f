"""A flood at the door of the running bot: what is dropped, who is told, and that nobody else notices."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import col, select

from bot.app import App
from bot.clock import SimulatedClock
from bot.threads import Inline
from handlers.chat import BOT_REMOVED, Address, Inbound, InboundKind, Reply
from handlers.load import load
from handlers.settings import Flood, Settings
from storage.database import Database
from storage.tables.audit import AuditEntry
from storage.tables.queues import InboundRow, OutboxRow
from tests.factories import MONDAY, SmallNetwork, small_network
from tests.fakes import FakePlatform

load()

SETTINGS = Settings(flood=Flood(at_once=20, strangers_at_once=3))
STRANGER = "9999"


class Street:
    """The bot, the network, and people who say things at one instant."""

    def __init__(self, database: Database, settings: Settings = SETTINGS) -> None:
        self.database = database
        self.clock = SimulatedClock(MONDAY)
        self.platform = FakePlatform(self.clock)
        self.app = App(database, settings, self.clock, [self.platform], workers=Inline())
        self._said = 0

    def inbound(self, user: str, text: str = "whoami", *, chat: str = "", **more: object) -> Inbound:
        """Return one thing that a user says: privately, or in a chat."""
        self._said += 1
        given: dict[str, object] = {
            "kind": InboundKind.TEXT,
            "origin": Address("telegram", chat or user),
            "private": not chat,
            "addressed": True,
            "text": text,
            "handle": f"callback-{self._said}",
        }
        return Inbound(id=f"telegram:{self._said}", user=user, **{**given, **more})  # type: ignore[arg-type]

    async def hears(self, *inbounds: Inbound) -> list[Reply]:
        """Take them in as a platform does, and return what those stored were answered at once."""
        taken = await self.app.take(inbounds)
        replies = list(await asyncio.gather(*(self.app.answer(one) for one in taken)))
        await self.app.settle()
        return replies

    def stored(self) -> int:
        with self.database.transaction(writing=False) as session:
            return len(session.exec(select(InboundRow.id)).all())

    def audited(self, act: str) -> list[AuditEntry]:
        with self.database.transaction(writing=False) as session:
            return list(session.exec(select(AuditEntry).where(col(AuditEntry.act) == act)))

    def rows(self) -> int:
        with self.database.transaction(writing=False) as session:
            return sum(len(session.exec(select(table.id)).all()) for table in (InboundRow, OutboxRow, AuditEntry))


@pytest.fixture
def network(database: Database) -> SmallNetwork:
    with database.transaction() as session:
        return small_network(session)


@pytest.fixture
def street(database: Database, network: SmallNetwork) -> Iterator[Street]:
    quick = Database(database.url, passing=True)  # nothing is forced to the disk: there is much to store here
    yield Street(quick)
    quick.close()


def user(network: SmallNetwork) -> str:
    return f"{7000 + network.sz01_manager.id}"


async def test_a_flood_is_dropped_told_once_and_on_the_record_once(street: Street, network: SmallNetwork) -> None:
    zhang = user(network)
    await street.hears(*(street.inbound(zhang) for _ in range(500)))
    said = street.platform.texts(zhang)
    told = "一下子太多了,多出来的我没有处理。请等10秒,再发一次最后那条。"
    assert [text for text in said if "等10秒" in text] == [told]
    assert street.stored() == len(said) <= 25
    (entry,) = street.audited("flood")
    assert (entry.subject, entry.user, entry.refused) == (f"person:{network.sz01_manager.id}", zhang, True)


async def test_after_a_pause_the_flooder_is_heard_again(street: Street, network: SmallNetwork) -> None:
    zhang = user(network)
    await street.hears(*(street.inbound(zhang) for _ in range(500)))
    before = street.stored()
    street.clock.set(MONDAY + timedelta(seconds=10))
    await street.hears(street.inbound(zhang, "lang en"))
    assert street.stored() == before + 1
    assert "English" in street.platform.texts(zhang)[-1]


async def test_others_and_what_happens_to_a_chat_pass_while_one_floods(street: Street, network: SmallNetwork) -> None:
    zhang, deputy = user(network), f"{7000 + network.sz02_deputy.id}"
    await street.hears(*(street.inbound(zhang) for _ in range(500)))
    await street.hears(street.inbound(deputy))
    assert "杨帆" in street.platform.texts(deputy)[-1]
    group = network.managers_chat.chat
    await street.hears(street.inbound(zhang, BOT_REMOVED, chat=group, kind=InboundKind.EVENT))
    assert street.audited("chat lost")


async def test_the_press_that_is_too_much_is_answered_by_an_alert_and_no_message(
    street: Street, network: SmallNetwork
) -> None:
    zhang = user(network)
    presses = [street.inbound(zhang, "", kind=InboundKind.BUTTON, token="no such") for _ in range(40)]
    replies = await street.hears(*presses)
    assert [reply for reply in replies if "等10秒" in reply.toast] == replies[-1:]
    assert replies[-1].alert
    assert street.platform.texts(zhang) == []


async def test_a_form_that_is_too_much_stays_open_with_what_is_in_it(street: Street, network: SmallNetwork) -> None:
    zhang = user(network)
    await street.hears(*(street.inbound(zhang) for _ in range(3 + 20)))
    (reply,) = await street.hears(street.inbound(zhang, "", kind=InboundKind.FORM, token="t", values={"part": "灯"}))
    assert "等10秒" in reply.errors[""]


async def test_a_repeat_of_what_was_let_in_costs_nothing_that_matters(street: Street, network: SmallNetwork) -> None:
    zhang = user(network)
    first = street.inbound(zhang)
    for _ in range(50):
        await street.hears(first)
    assert street.stored() == 1
    assert street.audited("flood") == []


async def test_a_stranger_gets_few_answers_and_then_one_that_says_what_to_do(street: Street) -> None:
    for _ in range(50):
        await street.hears(street.inbound(STRANGER, "hello"))
    said = street.platform.texts(STRANGER)
    assert len(said) == 4
    assert "绑定码" in said[-1]
    assert "1分钟" in said[-1]
    assert len(street.audited("flood")) == 1


async def test_strangers_cannot_fill_the_database(
    database: Database, network: SmallNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.flood.TOGETHER_AT_ONCE", 20)
    quick = Database(database.url, passing=True)
    street = Street(quick)
    for seconds in range(0, 60, 2):
        street.clock.set(MONDAY + timedelta(seconds=seconds))
        await street.app.take([street.inbound(f"{number}", "hello") for number in range(100)])
    await street.app.inbox.idle()
    # 3,000 things were said by a hundred: so many are stored at once, then one each two seconds; each who used up the
    # three of a stranger is told.
    assert street.stored() <= (20 + 30) * 4 / 3
    quick.close()


async def test_a_person_of_ours_is_heard_while_strangers_flood(street: Street, network: SmallNetwork) -> None:
    await street.app.take([street.inbound(str(number), "hello") for number in range(300)])
    await street.hears(*(street.inbound(user(network)) for _ in range(10)))
    assert len(street.platform.texts(user(network))) == 10


async def test_words_of_strangers_among_themselves_in_a_group_are_dropped_in_silence(
    street: Street, network: SmallNetwork
) -> None:
    group = network.managers_chat.chat
    for _ in range(100):
        await street.hears(street.inbound(STRANGER, "lunch?", chat=group, addressed=False))
    assert street.platform.calls == []
    assert street.stored() == 3


async def test_who_writes_in_the_name_of_a_chat_is_measured_as_that_chat(street: Street, network: SmallNetwork) -> None:
    group = network.managers_chat.chat
    for _ in range(100):
        await street.hears(street.inbound("", "whoami", chat=group))
    assert street.stored() == 3


async def test_what_could_not_be_stored_is_not_counted_twice_when_it_comes_again(
    database: Database, network: SmallNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database.BUSY_SECONDS", 0.01)
    impatient = Database(database.url)
    street = Street(impatient)
    batch = [street.inbound(user(network)) for _ in range(20)]
    with database.engine.connect() as other:
        lock = other.begin()
        for _ in range(5):
            with pytest.raises(Exception, match="locked"):
                await street.app.take(batch)
        lock.rollback()
    assert await street.app.take(batch) == batch
    await street.app.inbox.idle()
    impatient.close()


async def test_the_limits_can_be_turned_off(database: Database, network: SmallNetwork) -> None:
    street = Street(database, Settings(flood=Flood(at_once=0)))
    await street.hears(*(street.inbound(STRANGER) for _ in range(100)))
    assert street.stored() == 100
