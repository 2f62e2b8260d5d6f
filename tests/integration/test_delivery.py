"""The outbox is said by priority, in order, at the pace each chat allows, and survives whatever a platform does."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event

from bot import outbox
from bot.clock import SimulatedClock
from bot.delivery import MOST_TRIES, Delivery
from bot.lines import HANDS
from bot.outbox import Want
from bot.platform import DeliveryError, Gone, Moved, Pace, TryLater, Unreachable, Unsayable
from bot.threads import Desk, Inline, Threads
from handlers import chat as events
from handlers.chat import Priority
from handlers.load import load
from storage.database import Database
from tests.factories import MONDAY
from tests.fakes import UNPACED, FakePlatform
from tests.outbox_desk import SETTINGS, OutboxDesk

TELEGRAM = Pace(overall_per_second=30, chat_per_second=1, group_per_minute=20)

Open = Callable[..., tuple[OutboxDesk, FakePlatform]]


@pytest.fixture
def at_desk(any_database: Database) -> Open:
    """Open a desk with a fake Telegram at this pace; further platforms may sit beside it."""
    load()

    def open_it(
        pace: Pace = UNPACED, *, has_threads: bool = False, slack: bool = False
    ) -> tuple[OutboxDesk, FakePlatform]:
        clock = SimulatedClock(MONDAY)
        platform = FakePlatform(clock, pace=pace, has_threads=has_threads)
        beside = [FakePlatform(clock, name="slack", has_threads=True)] if slack else []
        return OutboxDesk(any_database, clock, [platform, *beside]), platform

    return open_it


# Order


async def test_a_chat_hears_things_in_the_order_they_were_said(at_desk: Open) -> None:
    desk, platform = at_desk()
    for number in range(5):
        desk.say("1", f"第{number}句")
    await desk.deliver_all()
    assert platform.texts("1") == ["第0句", "第1句", "第2句", "第3句", "第4句"]


async def test_an_urgent_ask_goes_before_digests_that_were_said_first(at_desk: Open) -> None:
    desk, platform = at_desk(Pace(overall_per_second=1, chat_per_second=1))
    for chat in ("1", "2", "3"):
        desk.say(chat, "日报", priority=Priority.DIGEST)
    desk.say("3", "急需前大灯", priority=Priority.URGENT)
    desk.say("4", "急需刹车片", priority=Priority.URGENT)
    await desk.deliver_all()
    assert [call.text for call in platform.calls] == ["急需前大灯", "急需刹车片", "日报", "日报", "日报"]
    assert platform.texts("3") == ["急需前大灯", "日报"]


async def test_an_edit_never_overtakes_its_post(at_desk: Open) -> None:
    desk, platform = at_desk()
    card = desk.card("-1")
    desk.look(card, "询问中")
    gate = platform.hold("-1")
    saying = asyncio.create_task(desk.deliver())
    await platform.until(lambda: platform.tries == ["-1"])
    desk.look(card, "已接单", Priority.URGENT)
    desk.say("-1", "另一句", priority=Priority.URGENT)
    gate.set()
    await saying
    await desk.deliver_all()
    assert [(call.kind, call.text) for call in platform.calls] == [
        ("post", "询问中"),
        ("edit", "已接单"),
        ("post", "另一句"),
    ]
    assert platform.calls[1].posted == platform.calls[0].posted


async def test_ten_quick_edits_are_one_call_and_the_last_state_wins(at_desk: Open) -> None:
    desk, platform = at_desk()
    card = desk.card("-1")
    for number in range(10):
        desk.look(card, f"状态{number}")
    await desk.deliver_all()
    assert [(call.kind, call.text) for call in platform.calls] == [("post", "状态9")]
    for number in range(10, 20):
        desk.look(card, f"状态{number}")
    await desk.deliver_all()
    assert [(call.kind, call.text) for call in platform.calls[1:]] == [("edit", "状态19")]


async def test_ten_edits_while_the_first_is_on_its_way_are_two_calls(at_desk: Open) -> None:
    desk, platform = at_desk()
    card = desk.card("-1")
    desk.look(card, "状态0")
    await desk.deliver()
    desk.look(card, "状态1")
    gate = platform.hold("-1")
    saying = asyncio.create_task(desk.deliver())
    await platform.until(lambda: len(platform.tries) == 2)
    for number in range(2, 11):
        desk.look(card, f"状态{number}")
    gate.set()
    await saying
    await desk.deliver_all()
    assert [call.text for call in platform.calls] == ["状态0", "状态1", "状态10"]


async def test_what_a_card_said_while_its_post_failed_is_posted_once_in_its_newest_words(at_desk: Open) -> None:
    desk, platform = at_desk()
    card = desk.card("-1")
    desk.look(card, "询问中")
    platform.fail("-1", TryLater("502"))
    gate = platform.hold("-1")
    saying = asyncio.create_task(desk.deliver())
    await platform.until(lambda: platform.tries == ["-1"])
    desk.look(card, "已接单", Priority.URGENT)
    gate.set()
    await saying
    desk.look(card, "已发出")
    await desk.deliver_all()
    assert [(call.kind, call.text) for call in platform.calls] == [("post", "已发出")]
    assert desk.find_card(card).message == platform.calls[0].posted.message


async def test_a_slow_chat_does_not_hold_back_another(at_desk: Open) -> None:
    desk, platform = at_desk()
    gate = platform.hold("1")
    desk.say("1", "慢")
    desk.say("2", "快", "更快")
    saying = asyncio.create_task(desk.deliver())
    await platform.until(lambda: platform.texts("2") == ["快"])
    assert platform.texts("1") == []
    gate.set()
    await saying
    await desk.deliver_all()
    assert (platform.texts("1"), platform.texts("2")) == (["慢"], ["快", "更快"])


async def test_nobody_looks_through_the_outbox_while_no_hand_is_free(at_desk: Open) -> None:
    """A look through a long outbox costs more than a message, and each commit wakes delivery."""
    desk, platform = at_desk()
    gates = [platform.hold(str(chat)) for chat in range(HANDS)]
    for chat in range(HANDS + 1):
        desk.say(str(chat), "词")
    saying = asyncio.create_task(desk.deliver())
    await platform.until(lambda: len(platform.tries) == HANDS)
    asked: list[str] = []
    event.listen(desk.database.engine, "before_cursor_execute", lambda *what: asked.append(what[2]))
    assert await desk.app.delivery._begin_due(desk.clock.now()) is None
    assert asked == []
    for gate in gates:
        gate.set()
    await saying
    await desk.deliver_all()
    assert len(platform.calls) == HANDS + 1


# Cards


async def test_a_card_deleted_in_the_chat_is_posted_once_more_and_not_again(at_desk: Open) -> None:
    desk, platform = at_desk()
    card = desk.card("-1")
    desk.look(card, "询问中")
    await desk.deliver_all()
    for words in ("已接单", "已发出"):
        platform.fail("-1", Gone("message to edit not found"))
        desk.look(card, words)
        await desk.deliver_all()
    assert [(call.kind, call.text) for call in platform.calls] == [("post", "询问中"), ("post", "已接单")]
    assert desk.find_card(card).message == platform.calls[1].posted.message
    assert [row.failed for row in desk.rows()] == ["", "", "the card was deleted, and deleted again"]


async def test_a_line_under_a_card_goes_into_its_thread(at_desk: Open) -> None:
    desk, platform = at_desk(has_threads=True)
    card = desk.card("C1")
    desk.under(card, "李娜已查看")
    desk.look(card, "询问中", Priority.DIGEST)
    await desk.deliver_all()
    posted = platform.calls[0].posted
    assert [(call.text, call.address.thread) for call in platform.calls] == [
        ("询问中", ""),
        ("李娜已查看", posted.message),
    ]


async def test_a_line_under_a_card_is_left_out_where_there_are_no_threads(at_desk: Open) -> None:
    desk, platform = at_desk()
    card = desk.card("-1")
    desk.look(card, "询问中")
    desk.under(card, "李娜已查看")
    desk.say("-1", "下一句")
    await desk.deliver_all()
    assert platform.texts("-1") == ["询问中", "下一句"]
    assert [row.failed for row in desk.rows()] == ["", "no threads", ""]


async def test_a_line_under_a_card_that_could_not_be_posted_is_left_out(at_desk: Open) -> None:
    desk, platform = at_desk(has_threads=True)
    card = desk.card("C1")
    platform.fail("C1", Unsayable("invalid_blocks"))
    desk.look(card, "询问中")
    desk.under(card, "李娜已查看")
    await desk.deliver_all()
    assert platform.calls == []
    assert [row.failed for row in desk.rows()] == ["invalid_blocks", "its card was never posted"]


# Pace


async def test_a_429_delays_its_chat_alone(at_desk: Open) -> None:
    desk, platform = at_desk()
    platform.fail("1", TryLater("429", seconds=7, limited=True))
    desk.say("1", "一", "二")
    desk.say("2", "别处")
    look = await desk.deliver()
    assert look == MONDAY + timedelta(seconds=7)
    assert platform.texts("2") == ["别处"]
    desk.say("1", "后来的急件", priority=Priority.URGENT)
    desk.clock.set(MONDAY + timedelta(seconds=6.9))
    await desk.deliver()
    assert platform.texts("1") == []
    await desk.deliver_all()
    assert platform.texts("1") == ["后来的急件", "一", "二"]
    assert platform.calls[1].at == MONDAY + timedelta(seconds=7)


async def test_a_429_outlives_the_process(at_desk: Open) -> None:
    desk, platform = at_desk()
    platform.fail("1", TryLater("429", seconds=7, limited=True))
    desk.say("1", "一", "二")
    await desk.deliver()
    desk.restart()
    desk.say("1", "三")
    assert await desk.deliver() == MONDAY + timedelta(seconds=7)
    await desk.deliver_all()
    assert platform.texts("1") == ["一", "二", "三"]


async def test_thirty_a_second_over_all_chats_and_no_more(at_desk: Open) -> None:
    desk, platform = at_desk(TELEGRAM)
    for chat in range(300):
        desk.say(str(chat + 1), "早上好")
    took = await desk.deliver_all()
    assert len(platform.calls) == 300
    assert platform.busiest(timedelta(seconds=1)) == 30
    assert timedelta(seconds=9) <= took <= timedelta(seconds=9) * 1.1


async def test_one_a_second_in_a_chat(at_desk: Open) -> None:
    desk, platform = at_desk(TELEGRAM)
    desk.say("1", *(str(number) for number in range(30)))
    took = await desk.deliver_all()
    assert platform.texts("1") == [str(number) for number in range(30)]
    assert platform.busiest(timedelta(seconds=1)) == 1
    assert timedelta(seconds=29) <= took <= timedelta(seconds=29) * 1.1


async def test_twenty_a_minute_in_a_group(at_desk: Open) -> None:
    desk, platform = at_desk(TELEGRAM)
    desk.say("-1", *(str(number) for number in range(60)))
    desk.say("1", *(str(number) for number in range(40)))
    took = await desk.deliver_all()
    least = timedelta(seconds=120 + 19)  # twenty at once a second, twice the rest of a minute, twenty again
    assert platform.busiest(timedelta(minutes=1), "-1") == 20
    assert least <= took <= least * 1.1
    assert max(call.at for call in platform.calls if call.address.chat == "1") < MONDAY + timedelta(seconds=43)


async def test_words_for_one_person_in_a_group_keep_the_pace_of_their_private_chat(at_desk: Open) -> None:
    desk, platform = at_desk(TELEGRAM)
    desk.say("7", "一", "二")
    desk.say("-1", "三", only_for="7")
    await desk.deliver_all()
    times = sorted(call.at for call in platform.calls if "7" in (call.address.chat, call.only_for))
    assert len(times) == 3
    assert all(later - earlier > timedelta(seconds=1) for earlier, later in itertools.pairwise(times))


async def test_waiting_for_the_pace_holds_no_claim(at_desk: Open) -> None:
    desk, _ = at_desk(TELEGRAM)
    desk.say("1", "一", "二")
    await desk.deliver()
    assert [(row.done_at is not None, row.claimed_at) for row in desk.rows()][1] == (False, None)


async def test_how_long_the_pace_and_the_platform_hold_messages_back_is_measured(at_desk: Open) -> None:
    desk, platform = at_desk(TELEGRAM)
    desk.say("1", "一", "二", "三")
    for chat in range(31):  # with the first chat's two more than may be said in a second over all chats
        desk.say(str(chat + 100), "早上好")
    await desk.deliver_all()
    # The second and the third of the one chat, and of the many chats those the first second had no room for.
    count, seconds = held_back(desk, "pace")
    assert (count, count <= seconds <= 1.1 * count) == (4, True)
    assert held_back(desk, "limit") == (0, 0)
    platform.fail("1", TryLater("Too Many Requests", seconds=7, limited=True))
    desk.clock.set(desk.clock.now() + timedelta(minutes=1))
    desk.say("1", "四")
    await desk.deliver_all()
    assert held_back(desk, "limit") == (1, 7)
    assert held_back(desk, "pace") == (count, seconds)


def held_back(desk: OutboxDesk, by: str) -> tuple[float, float]:
    """Return how many messages were held back, by the pace or by the platform, and for how many seconds in all."""
    name = "xietong_rate_limit_wait_seconds"
    labels = {"platform": "telegram", "by": by}
    registry = desk.app.meters.registry
    return tuple(registry.get_sample_value(f"{name}_{part}", labels) or 0 for part in ("count", "sum"))  # type: ignore[return-value]


async def test_nothing_is_claimed_of_a_chat_that_was_not_looked_at(at_desk: Open) -> None:
    desk, _ = at_desk()
    desk.say("1", "一")
    desk.say("2", "二", priority=Priority.URGENT)
    parcels, _ = outbox.claim(desk.database, {"telegram": Want([desk.rows()[0].id])}, desk.clock.now(), "me")
    assert [parcel.row.chat for parcel in parcels] == ["1"]


# Crashes


async def test_what_was_claimed_and_not_said_is_said_after_a_restart(at_desk: Open) -> None:
    desk, platform = at_desk()
    desk.say("1", "一", "二")
    gate = platform.hold("1")
    saying = asyncio.create_task(desk.deliver())
    await platform.until(lambda: platform.tries == ["1"])
    await crash(saying)
    assert desk.rows()[0].claimed_at is not None
    gate.set()
    desk.restart()
    assert await desk.deliver() is None  # in the hands of a process that may live, for all we know
    await recover(desk)
    await desk.deliver_all()
    assert platform.texts("1") == ["一", "二"]


async def test_what_was_said_and_not_noted_is_said_again(at_desk: Open) -> None:
    desk, platform = at_desk()
    card = desk.card("-1")
    desk.look(card, "询问中")
    await desk.deliver_all()
    desk.look(card, "已接单")
    desk.say("1", "一")
    for chat in ("-1", "1"):
        platform.lose_answer(chat)
    saying = asyncio.create_task(desk.deliver())
    await platform.until(lambda: len(platform.calls) == 3)
    await crash(saying)
    platform._lost.clear()
    desk.restart()
    await recover(desk)
    await desk.deliver_all()
    assert platform.texts("1") == ["一", "一"]
    edits = [call for call in platform.calls if call.kind == "edit"]
    assert [(edit.text, edit.posted) for edit in edits] == [("已接单", platform.calls[0].posted)] * 2


async def crash(saying: asyncio.Task[object]) -> None:
    """Let a process die: nothing of what it was doing is done."""
    for task in asyncio.all_tasks():
        if task is saying or task.get_name().startswith("outbox"):
            task.cancel()
    await asyncio.gather(saying, return_exceptions=True)


async def recover(desk: OutboxDesk) -> None:
    """Begin as after a crash, as late as the lease of claims asks for where several processes may run."""
    desk.clock.set(desk.clock.now() + timedelta(seconds=61))
    await desk.app.begin()


# What a platform refuses


async def test_a_blocked_person_hears_by_their_other_account(at_desk: Open) -> None:
    desk, platform = at_desk(slack=True)
    slack = desk.platforms[1]
    assert isinstance(slack, FakePlatform)
    person = desk.network.sz01_manager
    telegram_chat, slack_chat = link_both(desk, person.id)
    platform.fail_always(telegram_chat, Unreachable("bot was blocked by the user", event=events.USER_BLOCKED))
    desk.say(telegram_chat, "请确认收货", person_id=person.id)
    await desk.deliver_all()
    assert platform.texts(telegram_chat) == []
    assert "请确认收货" in slack.texts(slack_chat)
    assert [row.source for row in desk.inbounds()] == ["delivery:1:0"]


def link_both(desk: OutboxDesk, person_id: int) -> tuple[str, str]:
    """Give a person a Slack account beside the one on Telegram, which was used last; return the private chats."""
    from storage.queries import people as people_queries
    from storage.tables.people import Account

    with desk.database.transaction() as session:
        now = desk.clock.now()
        session.add(
            Account(
                platform="slack",
                user="U9",
                person_id=person_id,
                private_chat="D9",
                linked_at=now - timedelta(days=1),
                used_at=now - timedelta(days=1),
            )
        )
        session.flush()
        return people_queries.list_accounts(session, person_id)[0].private_chat, "D9"


async def test_a_chat_that_moved_gets_everything_under_its_new_id(at_desk: Open) -> None:
    desk, platform = at_desk()
    chat = desk.network.managers_chat.chat
    card = desk.card(chat)
    desk.look(card, "询问中")
    await desk.deliver_all()
    platform.fail_always(chat, Moved("-100777"))
    desk.look(card, "已接单")
    desk.say(chat, "今晚日报")
    took = await desk.deliver_all()
    assert platform.texts("-100777") == ["已接单", "今晚日报"]
    assert [call.kind for call in platform.calls if call.address.chat == "-100777"] == ["post", "post"]
    assert desk.find_card(card).posted_chat == "-100777"
    assert took == timedelta(0)


async def test_a_chat_nobody_knows_that_moved_is_followed_as_well(at_desk: Open) -> None:
    desk, platform = at_desk()
    platform.fail_always("-5", Moved("-1005"))
    desk.say("-5", "一", "二")
    await desk.deliver_all()
    assert platform.texts("-1005") == ["一", "二"]


async def test_what_cannot_be_said_anywhere_is_tried_twice_and_given_up_on_the_record(at_desk: Open) -> None:
    desk, platform = at_desk()
    chat = desk.network.hq_chat.chat
    platform.fail(chat, *(Unreachable("not enough rights", event="something new") for _ in range(2)))
    desk.say(chat, "一", "二")
    desk.say("2", "别处")
    await desk.deliver_all()
    assert platform.tries.count(chat) == 3
    assert platform.texts(chat) == ["二"]
    assert platform.texts("2") == ["别处"]
    assert desk.rows(chat)[0].failed == "not enough rights"
    assert desk.acts().count("message given up") == 1


async def test_private_words_a_stranger_refuses_delay_nobody_in_the_group(at_desk: Open) -> None:
    desk, platform = at_desk()
    platform.fail("-1", Unreachable("bot can't initiate conversation with a user", event=events.USER_BLOCKED))
    desk.say("-1", "我还不认识这个账号", only_for="999")
    desk.say("-1", "询问中")
    assert await desk.deliver_all() == timedelta(0)
    assert platform.texts("-1") == ["询问中"]
    event = desk.inbounds()[0]
    assert (event.chat, event.source) == ("999", "delivery:1:0")


async def test_what_a_platform_will_never_take_is_put_aside_and_the_next_is_said(at_desk: Open) -> None:
    desk, platform = at_desk()
    platform.fail("1", Unsayable("can't parse entities"))
    desk.say("1", "坏的", "好的")
    await desk.deliver_all()
    assert platform.texts("1") == ["好的"]
    assert desk.rows()[0].failed == "can't parse entities"
    assert desk.acts() == ["message given up"]


@pytest.mark.parametrize("error", [KeyError("chat"), DeliveryError("something new")])
async def test_an_error_nobody_foresaw_is_tried_ten_times_and_put_aside(at_desk: Open, error: Exception) -> None:
    desk, platform = at_desk()
    platform.fail("1", *[error] * MOST_TRIES)
    desk.say("1", "坏的", "好的")
    desk.say("2", "别处")
    await desk.deliver_all()
    assert platform.tries.count("1") == MOST_TRIES + 1
    assert platform.texts("1") == ["好的"]
    assert platform.texts("2") == ["别处"]


async def test_a_row_that_cannot_be_read_is_put_aside(at_desk: Open) -> None:
    desk, platform = at_desk()
    desk.say("1", "坏的", "好的")
    with desk.database.transaction() as session:
        first = session.get(type(desk.rows()[0]), desk.rows()[0].id)
        assert first is not None
        first.payload = '{"lines": 3}'
    await desk.deliver_all()
    assert platform.texts("1") == ["好的"]


# A platform that does not answer


async def test_an_outage_is_logged_once_and_loses_nothing(at_desk: Open, caplog: pytest.LogCaptureFixture) -> None:
    desk, platform = at_desk()
    caplog.set_level(logging.WARNING, logger="bot")
    platform.fail_always("", TryLater("no answer"))
    for chat in range(60):
        desk.say(str(chat + 1), "一", "二")
    await desk.deliver_all(timedelta(minutes=30))
    assert platform.calls == []
    assert len(platform.tries) < HANDS + 30 * 60 / 30 + 20  # a probe every half minute, not sixty
    platform.fail_always("", None)
    took = await desk.deliver_all()
    assert all(platform.texts(str(chat + 1)) == ["一", "二"] for chat in range(60))
    assert took < timedelta(seconds=61)
    said = [record.message for record in caplog.records if "answer" in record.message]
    assert [words.split(" (")[0] for words in said[:1]] == ["telegram does not answer; trying until it does"]
    assert len(said) == 2


async def test_one_message_that_fails_while_others_are_said_does_not_block_its_chat_for_ever(at_desk: Open) -> None:
    desk, platform = at_desk()
    desk.say("1", "坏的", "好的")
    platform.fail_always("1", TryLater("500"))
    while desk.rows("1")[0].done_at is None:
        desk.say("2", "别处")
        desk.clock.set(await desk.deliver() or desk.clock.now())
        assert desk.clock.now() < MONDAY + timedelta(minutes=15)
    platform.fail_always("1", None)
    await desk.deliver_all()
    assert platform.texts("1") == ["好的"]
    assert desk.rows("1")[0].failed == "failed 10 times while others were said: 500"


async def test_a_platform_that_never_answers_is_given_up_on_after_a_while(at_desk: Open) -> None:
    desk, platform = at_desk()
    happened: list[object] = []

    async def note(*event: object) -> None:
        happened.append(event)

    room = Desk(desk.database, Inline(), desk.clock)
    delivery = Delivery(room, SETTINGS, [platform], note, by="me", patience=0.01)
    platform.hold("1")
    desk.say("1", "一")
    look = await delivery.deliver_due(desk.clock.now())
    assert look == MONDAY + timedelta(seconds=1)
    assert (desk.rows()[0].attempts, desk.rows()[0].claimed_at) == (1, None)


async def test_a_process_that_stood_still_leaves_it_to_others_and_silences_no_chat(at_desk: Open) -> None:
    desk, platform = at_desk(TELEGRAM)
    holds = False

    async def note(*_event: object) -> None:
        """Take what happens."""

    room = Desk(desk.database, Inline(), desk.clock)
    delivery = Delivery(room, SETTINGS, [platform], note, by="me", holds=lambda: holds)
    desk.say("1", "一")
    await delivery.deliver_due(desk.clock.now())
    assert platform.texts("1") == []
    outbox.release(desk.database)  # as the others do with what is in the hands of one who stands still
    holds = True
    await delivery.deliver_due(desk.clock.now())
    assert platform.texts("1") == ["一"]


async def test_a_clock_set_back_while_a_message_is_on_its_way_silences_no_chat(at_desk: Open) -> None:
    desk, platform = at_desk(TELEGRAM)
    desk.say("1", "一")
    gate = platform.hold("1")
    saying = asyncio.create_task(desk.deliver())
    await platform.until(lambda: platform.tries == ["1"])
    looking = asyncio.create_task(desk.app.delivery.deliver_due(desk.clock.now() - timedelta(hours=1)))
    for _ in range(20):  # until it has looked at the clock
        await asyncio.sleep(0)
    assert desk.app.delivery.shown == desk.clock.now() - timedelta(hours=1)
    gate.set()
    await asyncio.gather(saying, looking)
    desk.say("1", "二")
    await desk.deliver_all()
    assert platform.texts("1") == ["一", "二"]


# Several processes


async def test_two_processes_say_everything_once_and_in_order(postgres: Database) -> None:
    load()
    clock = SimulatedClock(MONDAY)
    platform = FakePlatform(clock)
    threads = Threads(one_writer=False)
    first, second = (OutboxDesk(postgres, clock, [platform], workers=threads) for _ in range(2))
    for number in range(5):
        for chat in range(20):
            first.say(str(chat + 1), str(number))
    await asyncio.gather(first.deliver_all(), second.deliver_all())
    await first.deliver_all()
    threads.close(5)
    for chat in range(20):
        assert platform.texts(str(chat + 1)) == [str(number) for number in range(5)]
