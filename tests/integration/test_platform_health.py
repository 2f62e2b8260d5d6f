"""A platform that refuses us: HQ hears once by another, duties go another way, and nothing that waits is lost."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.clock import SimulatedClock
from bot.platform import Level, Refused, TryLater
from bot.telegram import Telegram
from handlers import chat as events
from handlers.chat import Address, message
from handlers.context import Context
from handlers.settings import Settings
from storage.database import Database
from storage.tables.audit import AuditEntry
from storage.tables.chats import Card, Chat
from storage.tables.people import Person
from storage.tables.queues import OutboxRow
from storage.tables.requests import Ask
from tests.factories import MONDAY, Factory, SmallNetwork, small_network
from tests.fakes import FakePlatform
from tests.integration.telegram_desk import Clock, Desk
from tests.integration.telegram_desk import given_clock as given_clock
from tests.integration.telegram_desk import given_desk as given_desk
from tests.integration.telegram_desk import given_telegram as given_telegram
from tests.integration.telegram_desk import given_wire as given_wire
from tests.outbox_desk import OutboxDesk
from tests.people_desk import card_at, one, open_words, request_of, rows, say
from tests.slack_desk import make as make_slack
from tests.talk import Talk
from tests.wire_slack import SlackWire
from tests.wire_telegram import TelegramWire

POST = "/transfer 刹车片-前 x1 urgent 客户在等"
UNAUTHORIZED = Refused("Unauthorized")


class Two:
    """A desk on Telegram and Slack; HQ and SZ01's manager have an account on each."""

    def __init__(self, database: Database) -> None:
        self.clock = SimulatedClock(MONDAY)
        self.telegram = FakePlatform(self.clock)
        self.slack = FakePlatform(self.clock, name="slack", has_threads=True)
        self.desk = OutboxDesk(database, self.clock, [self.telegram, self.slack])
        self.network = self.desk.network
        with database.transaction() as session:
            make = Factory(session)
            self.hq = make.account(self.network.hq, "slack").private_chat
            self.manager = make.account(self.network.sz01_manager, "slack").private_chat

    def tell(self, person: Person, words: str) -> None:
        """Tell a person something, as a feature would."""
        with self.desk.database.transaction() as session:
            context = Context(session, self.desk.app.settings, self.clock.now())
            context.tell(person, message(words))
            context.flush(session)

    def chat(self, chat: Chat) -> Chat:
        """Return a bound chat as it is now."""
        return one(self.desk.database, Chat, id=chat.id)


@pytest.fixture
def two(database: Database) -> Two:
    return Two(database)


async def test_a_revoked_token_is_told_once_on_the_other_platform_and_words_go_there(
    two: Two, caplog: pytest.LogCaptureFixture
) -> None:
    network, app = two.network, two.desk.app
    group = network.managers_chat.chat
    two.telegram.fail_always("", UNAUTHORIZED)
    two.desk.say(group, "给大家的一", "给大家的二")
    await app.settle()
    two.tell(network.sz01_manager, "之后的话")
    await app.settle()
    await app.lookout.look()
    two.clock.set(MONDAY + timedelta(minutes=20))
    await app.settle()
    [told] = two.slack.texts(two.hq)
    assert told.startswith("🚨 telegram") and "Unauthorized" in told
    assert "深圳 店长群" in told and "BK01" in told
    assert two.slack.texts(two.manager) == ["之后的话"]
    assert two.chat(network.managers_chat).suspended_why == events.PLATFORM_LOST
    assert [row.failed for row in two.desk.rows(group)] == ["", ""]
    assert two.desk.acts().count("platform lost") == 1
    assert len([one for one in caplog.records if one.levelno == logging.CRITICAL]) == 1
    assert app.lookout.warnings() == ["telegram refuses us: Unauthorized"]
    assert app.vitals.pulse().warnings[0] == "telegram refuses us: Unauthorized"

    two.telegram.fail_always("", None)
    await app.lookout.look()
    await app.settle()
    assert two.telegram.texts(group) == ["给大家的一", "给大家的二"]
    assert two.chat(network.managers_chat).suspended_at is None
    [back] = two.telegram.texts(network.hq_chat.chat)
    assert back.startswith("✅ telegram")
    assert app.vitals.pulse().warnings == []
    await app.lookout.look()
    await app.settle()
    assert len(two.telegram.texts(network.hq_chat.chat)) == 1


async def test_a_revoked_token_is_known_though_nobody_speaks(two: Two) -> None:
    two.telegram.fail_always("", UNAUTHORIZED)
    await two.desk.app.lookout.look()
    await two.desk.app.settle()
    assert len(two.slack.texts(two.hq)) == 1


async def test_a_platform_out_of_reach_is_not_one_that_refuses_us(two: Two) -> None:
    two.telegram.fail_always("", TryLater("a cable"))
    await two.desk.app.lookout.look()
    await two.desk.app.settle()
    assert two.slack.calls == []
    assert two.desk.app.lookout.warnings() == []


async def test_what_waits_for_a_person_and_for_hq_goes_by_the_other_platform(two: Two) -> None:
    network = two.network
    two.telegram.fail_always("", UNAUTHORIZED)
    two.tell(network.sz01_manager, "请答复")
    two.desk.say(network.hq_chat.chat, "升级:没人接")
    await two.desk.app.settle()
    await two.desk.app.settle()
    assert "请答复" in two.slack.texts(two.manager)
    assert "升级:没人接" in two.slack.texts(two.hq)
    two.telegram.fail_always("", None)
    await two.desk.app.lookout.look()
    await two.desk.app.settle()
    said = [call.text for call in two.telegram.calls]
    assert not {"请答复", "升级:没人接"} & set(said)


async def test_with_no_other_platform_the_log_says_it_once_and_a_restart_says_everything_once_in_order(
    any_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    clock = SimulatedClock(MONDAY)
    platform = FakePlatform(clock)
    desk = OutboxDesk(any_database, clock, [platform])
    group = desk.network.managers_chat.chat
    platform.fail_always("", UNAUTHORIZED)
    desk.say(group, "一", "二", "三")
    for hour in range(30):  # longer and oftener than what fails for reasons of its own is tried
        clock.set(MONDAY + timedelta(hours=hour))
        await desk.deliver()
        await desk.app.lookout.look()
    [loud] = [one for one in caplog.records if one.levelno == logging.CRITICAL]
    assert "No platform is left" in loud.getMessage()
    assert platform.calls == []
    assert [row.failed for row in desk.rows(group)] == ["", "", ""]
    assert rows(any_database, Chat, suspended_why=events.PLATFORM_LOST) == []

    platform.fail_always("", None)
    desk.restart()
    await desk.app.lookout.start(platform, desk.app.take, desk.app.answer)
    await desk.app.inbox.idle()
    await desk.deliver()
    assert platform.texts(group) == ["一", "二", "三"]
    assert [text for text in platform.texts(desk.network.hq_chat.chat) if text.startswith("✅ telegram")]


async def test_a_platform_that_refuses_us_at_the_start_is_told_of(two: Two) -> None:
    two.telegram.start_errors.append(UNAUTHORIZED)
    app = two.desk.app
    with pytest.raises(Refused):
        await app.lookout.start(two.telegram, app.take, app.answer)
    await app.settle()
    assert len(two.slack.texts(two.hq)) == 1


# What becomes of duties


@pytest.fixture
def network(database: Database) -> SmallNetwork:
    with database.transaction() as session:
        network = small_network(session)
        Factory(session).account(network.hq, "slack")
        Factory(session).account(network.shenzhen_manager, "slack")
        return network


@pytest.fixture
def talk(database: Database, network: SmallNetwork) -> Talk:
    return Talk(database, Settings(platforms=frozenset({"telegram", "slack", "console"})))


def slack_of(talk: Talk, person: Person) -> Address:
    """Return a person's private chat on Slack."""
    return Address("slack", talk.account(person, "slack").private_chat)


def lose(talk: Talk, platform: str = "telegram") -> None:
    """Let a platform refuse us."""
    talk.happens(events.PLATFORM_LOST, Address(platform, ""), reason="Unauthorized")


def test_stores_where_nobody_can_be_reached_are_told_to_hq_and_their_region(talk: Talk, network: SmallNetwork) -> None:
    lose(talk)
    lose(talk)
    [told] = talk.heard(slack_of(talk, network.hq))
    assert "BK01, SZ01" in told.plain
    [called] = talk.heard(slack_of(talk, network.shenzhen_manager))
    assert ("SZ01" in called.plain, "BK01" in called.plain) == (True, False)


def test_a_store_nobody_can_reach_is_not_asked_and_the_region_hears(talk: Talk, network: SmallNetwork) -> None:
    lose(talk)
    talk.says(f"console:{talk.account(network.sz03_deputy).user}", POST)
    assert rows(talk.database, Ask) == []
    talk.passes(minutes=1)
    assert talk.last_heard(slack_of(talk, network.shenzhen_manager), "T-0001")


def test_a_store_that_was_asked_and_cannot_be_reached_any_more_is_called_by_the_region(
    talk: Talk, network: SmallNetwork
) -> None:
    talk.says(f"console:{talk.account(network.sz03_deputy).user}", POST)
    assert one(talk.database, Ask).store_id == network.sz01.id
    lose(talk)
    before = talk.mark()
    talk.passes(minutes=14)
    called = [heard.plain for heard in talk.heard(slack_of(talk, network.shenzhen_manager), after=before)]
    # Once as its limit to see it breaks, once when the limit of the answer comes near.
    assert len([words for words in called if "T-0001" in words and "☎️" in words and "SZ01" in words]) == 2


def test_a_card_goes_to_the_other_account_of_its_reader(talk: Talk, network: SmallNetwork) -> None:
    with talk.database.transaction() as session:
        Factory(session).account(network.sz01_manager, "slack")
        request = request_of(session, network)
        place = Address("telegram", talk.account(network.sz01_manager, "telegram").private_chat)
        card = card_at(session, request, place, person_id=network.sz01_manager.id)
    lose(talk)
    moved = one(talk.database, Card, id=card.id)
    assert (moved.platform, moved.message, moved.rendered) == ("slack", "", "")


def test_an_app_taken_out_is_told_once_and_its_chats_wait_to_be_joined_again(talk: Talk, network: SmallNetwork) -> None:
    with talk.database.transaction() as session:
        there = Factory(session).chat(platform="slack", region=network.shenzhen)
    talk.happens(events.BOT_REMOVED, Address("slack", ""), reason="app_uninstalled")
    lose(talk, "slack")  # the token of an app that is taken out is refused as well
    assert one(talk.database, Chat, id=there.id).suspended_why == events.BOT_REMOVED
    assert len(talk.heard(network.hq_chat)) == 1
    talk.happens(events.PLATFORM_FOUND, Address("slack", ""))
    assert one(talk.database, Chat, id=there.id).suspended_why == events.BOT_REMOVED
    assert f"slack {there.chat}" in talk.last(network.hq_chat).plain
    assert len(rows(talk.database, AuditEntry, act="platform found")) == 1


def test_who_led_a_store_alone_and_blocks_us_is_told_to_the_region(talk: Talk, network: SmallNetwork) -> None:
    talk.happens(events.USER_BLOCKED, talk.address(network.bk01_manager), user=talk.account(network.bk01_manager).user)
    assert "BK01" in talk.last(network.bangkok_manager).plain
    assert "BK01" in talk.last(network.hq_chat).plain


def test_what_cannot_go_another_way_waits(talk: Talk, network: SmallNetwork) -> None:
    say(talk, (talk.address(network.managers_chat), "给大家的话", {}))
    lose(talk)
    assert open_words(talk, network.managers_chat) == ["给大家的话"]
    assert {row.failed for row in rows(talk.database, OutboxRow)} == {""}


# At the wire


async def test_telegram_refuses_a_revoked_token_everywhere_and_is_asked_on(
    wire: TelegramWire, telegram: Telegram, desk: Desk, clock: Clock
) -> None:
    token, wire.token = wire.token, "12345:another"
    with pytest.raises(Refused, match="Unauthorized"):
        await telegram.greet()
    with pytest.raises(Refused, match="Unauthorized"):
        await telegram.post(Address("telegram", "101"), message("在吗"))
    [finding] = await telegram.check()
    assert (finding.level, "BotFather" in finding.mend) == (Level.FAIL, True)
    wire.token = token
    wire.say(101, "还在")
    assert (await desk.one()).text == "还在"
    await telegram.greet()


@pytest.fixture
async def slack_wire() -> AsyncIterator[SlackWire]:
    async with SlackWire() as wire:
        yield wire


@pytest.mark.parametrize("token", ["bot_token", "app_token"])
async def test_slack_refuses_either_revoked_token(slack_wire: SlackWire, token: str) -> None:
    slack = make_slack(slack_wire, **{token: "xoxb-revoked"})  # type: ignore[arg-type]

    async def take(inbounds: object) -> list[object]:
        return []

    with pytest.raises(Refused, match="invalid_auth"):
        await slack.start(take, take)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="invalid_auth"):
        await slack.greet()
    await slack.close()
