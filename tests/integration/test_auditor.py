"""What is stuck is kicked once and told to HQ once, whoever looks; the heart stops meanwhile, and beats on after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import col, select, update

from bot.app import App
from bot.clock import SimulatedClock
from bot.platform import TryLater, Unsayable
from bot.threads import Inline
from handlers.context import Context
from handlers.load import load
from handlers.registry import registry
from storage.database import Database
from storage.tables.queues import InboundRow, OutboxRow, Timer
from storage.tables.requests import Request
from tests.factories import MONDAY, SmallNetwork
from tests.fakes import FakePlatform
from tests.outbox_desk import SETTINGS, OutboxDesk
from tests.talk import Talk

MINUTE = timedelta(minutes=1)
URGENT = "/transfer 前大灯-左 x1 urgent 客户在等"


class Audits:
    """An app on Monday morning, audited minute by minute; nothing else is done but what is written is said."""

    def __init__(self, database: Database) -> None:
        load()
        self.clock = SimulatedClock(MONDAY)
        self.platform = FakePlatform(self.clock)
        self.desk = OutboxDesk(database, self.clock, [self.platform])
        self.network: SmallNetwork = self.desk.network
        self.saying = True

    @property
    def app(self) -> App:
        """The app, a new one after a restart."""
        return self.desk.app

    async def minutes(self, count: int = 1, app: App | None = None) -> bool:
        """Let minutes pass, with an audit at the end of each; returns whether the last found all well."""
        well = True
        for _ in range(count):
            self.clock.set(self.clock.now() + MINUTE)
            well = await (app or self.app).auditor.audit(self.clock.now())
            if self.saying:
                await self.desk.deliver()
        return well

    def to_hq(self, words: str = "🩺") -> list[str]:
        """Return what HQ was told."""
        return [row.payload for row in self.desk.rows(self.network.hq_chat.chat) if words in row.payload]

    def kicks(self) -> int:
        """Return how often something was kicked, by the record."""
        return self.desk.acts().count("kicked once more")

    def set_timer(self, key: str = "stuck", **args: object) -> None:
        """Set a timer that is due now and does nothing."""
        with self.desk.context() as context:
            context.later(key, "test.nothing", self.clock.now(), **args)

    def change(self, statement: object) -> None:
        """Change the database by hand."""
        with self.desk.database.transaction() as session:
            session.execute(statement)  # type: ignore[call-overload]


@pytest.fixture
def audits(any_database: Database) -> Iterator[Audits]:
    """Give an app, and a timer that does nothing."""

    def nothing(context: Context) -> None:
        """Do nothing."""

    registry.timers["test.nothing"] = nothing
    yield Audits(any_database)
    del registry.timers["test.nothing"]


async def test_an_overdue_timer_is_kicked_once_told_once_and_told_again_when_it_is_well(audits: Audits) -> None:
    assert await audits.minutes()
    audits.set_timer()
    assert await audits.minutes(1)  # a minute late is no alarm yet
    assert not await audits.minutes(1)
    assert (audits.kicks(), audits.to_hq()) == (1, [])
    assert audits.app.healthy  # one bad audit is no death
    assert not await audits.minutes(10)
    assert not audits.app.healthy
    assert audits.app.auditor.reasons() == ["overdue timers: 1"]
    assert (audits.kicks(), len(audits.to_hq()), "stuck" in audits.to_hq()[0]) == (1, 1, True)
    await audits.app.scheduler.fire_due(audits.clock.now())
    assert await audits.minutes()
    assert audits.app.healthy
    assert len(audits.to_hq("✅")) == 1
    assert await audits.minutes(5)
    assert (audits.kicks(), len(audits.to_hq()), len(audits.to_hq("✅"))) == (1, 1, 1)


async def test_several_processes_and_a_restart_tell_it_once(audits: Audits) -> None:
    database, clock = audits.desk.database, audits.clock
    other = App(database, SETTINGS, clock, [FakePlatform(clock)], workers=Inline())
    await audits.minutes()
    await audits.minutes(app=other)
    audits.set_timer()
    audits.set_timer("stuck too")
    for _ in range(4):
        await audits.minutes()
        await audits.minutes(app=other)
    assert not audits.app.healthy
    assert not other.healthy
    audits.desk.restart()
    await audits.minutes(4)
    assert (audits.kicks(), len(audits.to_hq())) == (2, 1)
    assert "2" in audits.to_hq()[0]
    await audits.app.scheduler.fire_due(clock.now())
    await audits.minutes()
    await audits.minutes(app=other)
    assert len(audits.to_hq("✅")) == 1


async def test_a_request_without_a_next_timer_is_given_one_once(audits: Audits) -> None:
    talk = Talk(audits.desk.database)
    talk.says(audits.network.sz01_manager, URGENT)
    request = talk.pending()[0].request_id
    cut = update(Timer).where(col(Timer.fired_at).is_(None)).values(cancelled_at=MONDAY)
    audits.change(cut)
    assert await audits.minutes()
    assert not await audits.minutes()
    (given,) = [one for one in talk.pending() if one.request_id == request]
    assert given.due_at == audits.clock.now()
    assert await audits.minutes()  # it has one now
    await audits.app.scheduler.fire_due(audits.clock.now())
    (next_look,) = [one for one in talk.pending() if one.request_id == request]
    assert next_look.due_at == given.due_at + timedelta(days=1)
    assert await audits.minutes()
    assert (audits.kicks(), audits.to_hq()) == (1, [])
    audits.change(cut)  # somebody cuts it again
    await audits.minutes(6)
    assert not audits.app.healthy
    assert audits.app.auditor.reasons() == ["requests that wait for no timer: 1"]
    assert (audits.kicks(), len(audits.to_hq()), "T-0001" in audits.to_hq()[0]) == (1, 1, True)


async def test_a_message_that_nobody_has_in_hand_any_more_is_given_back_and_said(audits: Audits) -> None:
    desk, audits.saying = audits.desk, False
    await audits.minutes()
    desk.say("5001", "一")
    await desk.app.delivery.deliver_due(audits.clock.now())
    (row,) = desk.rows("5001")
    by = row.claimed_by
    assert by
    audits.change(update(OutboxRow).values(done_at=None))  # as if the end could not be noted
    assert await audits.minutes(5)
    assert not await audits.minutes()
    assert (audits.kicks(), audits.to_hq()) == (1, [])
    await desk.app.delivery.deliver_due(audits.clock.now())
    assert audits.platform.texts("5001") == ["一", "一"]
    assert await audits.minutes()


async def test_a_message_that_stays_though_its_platform_answers_stops_the_heart(audits: Audits) -> None:
    await audits.minutes()
    audits.saying = False
    audits.desk.say("5001", "一")
    audits.change(update(OutboxRow).values(claimed_at=MONDAY, claimed_by="somebody else"))
    assert await audits.minutes(5)
    assert not await audits.minutes(3)
    assert not audits.app.healthy
    assert audits.app.auditor.reasons() == ["chats with messages that nobody says: 1"]
    assert (audits.kicks(), len(audits.to_hq())) == (1, 1)
    assert "5001" not in audits.to_hq()[0]


async def test_a_platform_that_does_not_answer_is_told_of_and_the_heart_beats_on(audits: Audits) -> None:
    audits.platform.fail_always("", TryLater("502 Bad Gateway"))
    audits.desk.say("5001", "一")
    audits.desk.say("5002", "二")
    await audits.app.begin()
    await audits.app.advance(MONDAY + 20 * MINUTE, step=MINUTE)
    assert audits.app.healthy
    assert audits.app.auditor.warnings() == ["chats that wait for telegram: 2"]
    assert (audits.kicks(), audits.to_hq()) == (0, [])
    audits.platform.fail_always("", None)
    await audits.app.advance(MONDAY + 30 * MINUTE, step=MINUTE)
    assert audits.app.auditor.warnings() == []


async def test_a_long_queue_that_moves_is_not_stuck(audits: Audits) -> None:
    platform, audits.saying = audits.platform, False
    audits.desk.say("5001", *[str(number) for number in range(30)])
    await audits.minutes()
    for number in range(30):
        if number:  # one a minute is said, by hand: the pace of a slow chat
            first = next(row for row in audits.desk.rows("5001") if row.done_at is None)
            audits.change(update(OutboxRow).where(col(OutboxRow.id) == first.id).values(done_at=MONDAY))
            audits.change(
                update(OutboxRow).where(col(OutboxRow.done_at).is_(None)).values(try_at=audits.clock.now() + MINUTE)
            )
        assert await audits.minutes(), number
    assert platform.tries == []
    assert audits.app.healthy


async def test_what_can_never_be_said_or_worked_is_told_to_hq_in_one_line(audits: Audits) -> None:
    desk = audits.desk
    for chat in ("5001", "5002"):
        desk.say(chat, "一")
        audits.platform.fail(chat, Unsayable("can't parse entities"))
    audits.change(
        InboundRow.__table__.insert().values(  # type: ignore[attr-defined]
            source="telegram:9", platform="telegram", chat="1", payload="{", received_at=MONDAY, attempts=0, error=""
        )
    )
    await audits.app.begin()
    await desk.deliver()
    await audits.app.advance(MONDAY + 5 * MINUTE, step=MINUTE)
    assert sorted(act for act in desk.acts() if "aside" in act or "given up" in act) == [
        "inbound put aside",
        "message given up",
        "message given up",
    ]
    told = audits.to_hq()
    assert 1 <= len(told) <= 2  # of the inbound at the start, of the messages a minute later
    assert "can't parse entities" in "".join(told)


async def test_what_hq_itself_cannot_be_told_is_not_told_to_hq_for_ever(audits: Audits) -> None:
    chat = audits.network.hq_chat.chat
    audits.platform.fail_always(chat, Unsayable("the chat is read-only"))
    audits.desk.say(chat, "一")
    await audits.app.begin()
    await audits.app.advance(MONDAY + 30 * MINUTE, step=MINUTE)
    assert len(audits.desk.rows(chat)) == 1


async def test_the_figures_of_the_database_are_measured_each_minute(audits: Audits) -> None:
    talk = Talk(audits.desk.database)
    talk.says(audits.network.sz01_manager, URGENT)
    talk.passes(minutes=6)
    audits.clock.set(talk.now)
    await audits.app.auditor.audit(talk.now)
    lines = audits.app.meters.render().decode().splitlines()
    assert 'xietong_requests_open{state="asking"} 1.0' in lines
    assert 'xietong_breaches_last_day{step="seen"} 1.0' in lines
    with audits.desk.database.transaction(writing=False) as session:
        waiting = session.exec(select(OutboxRow).where(col(OutboxRow.done_at).is_(None))).all()
        assert session.exec(select(Request.id)).all()
    assert sum(float(line.split()[-1]) for line in lines if line.startswith("xietong_outbox_open{")) == len(waiting)
    assert 'xietong_oldest_seconds{queue="outbox"} 360.0' in lines
