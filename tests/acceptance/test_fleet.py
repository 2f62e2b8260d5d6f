"""Several real processes on one PostgreSQL database: killed or frozen at any moment, the others take over in 15 s."""

from __future__ import annotations

import json
import random
import re
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clock import WallClock
from storage.database import Database
from storage.queries import queues
from storage.tables.people import Account
from storage.tables.queues import InboundRow, OutboxRow, Timer
from storage.tables.requests import Request, State
from tests.fleet import Fleet, Member, locked, waits_for_a_lock
from tests.own_servers import free_port
from tests.wire_slack import SlackWire
from tests.wire_telegram import TOKEN, TelegramWire

pytestmark = pytest.mark.postgres

POST = "/transfer 前大灯-左 x1 urgent 客户在等"


@pytest.fixture
def fleets(postgres: Database, tmp_path: Path) -> Iterator[Callable[..., Fleet]]:
    """Prepare a fleet without processes, with further configuration."""
    made: list[Fleet] = []
    with TelegramWire(limits=True).in_thread() as wire:

        def prepare(config: str = "") -> Fleet:
            # The same store asks for the same part again and again; whether it means it is asked elsewhere.
            made.append(Fleet(tmp_path, postgres, wire, f'{config}\n[limits]\nduplicate = "0s"\n'))
            return made[0]

        yield prepare
        for fleet in made:
            fleet.close()
        assert wire.violations == []
        assert not any(TOKEN in fleet.log for fleet in made)


@pytest.fixture
def fleet(fleets: Callable[..., Fleet]) -> Fleet:
    """Give a fleet without processes."""
    return fleets()


@pytest.mark.parametrize("end", [Member.kill, Member.terminate])
def test_one_polls_and_another_goes_on_when_it_is_killed(fleet: Fleet, end: Callable[[Member], None]) -> None:
    for _ in range(2):
        fleet.add()
    manager = fleet.network.sz01_manager
    fleet.says(manager, "/whoami")
    fleet.hears(manager, "张伟")
    assert [call.answer for call in fleet.wire.calls_of("getUpdates") if call.status == 409] == []
    poller, usual = fleet.poller(), fleet.seconds_to_answer()
    end(poller)
    fleet.says(manager, "/help")
    fleet.check_taken_over(poller, lambda: fleet.count(fleet.user(manager), "/transfer"), usual)
    assert fleet.poller() is not poller
    fleet.until(fleet.is_quiet)
    assert len(fleet.rows(InboundRow)) == 4


def test_a_frozen_poller_is_replaced_and_steps_back_when_it_wakes(fleet: Fleet) -> None:
    for _ in range(2):
        fleet.add()
    manager = fleet.network.sz01_manager
    frozen, usual = fleet.poller(), fleet.seconds_to_answer()
    frozen.freeze()
    fleet.says(manager, POST)
    fleet.check_taken_over(frozen, lambda: fleet.count(fleet.group, "T-0001"), usual)
    assert fleet.poller() is not frozen
    frozen.thaw()
    fleet.until(lambda: "stood still" in frozen.log)
    fleet.says(manager, "/whoami")
    fleet.hears(manager, "张伟")
    fleet.until(fleet.is_quiet)
    assert fleet.poller() is not frozen
    assert len(fleet.rows(Request)) == 1
    assert fleet.count(fleet.group, "T-0001") == 1


def test_what_a_frozen_process_has_locked_is_free_in_time(fleet: Fleet) -> None:
    """It is frozen in the middle of a transaction that holds the request."""
    frozen = fleet.add()
    network = fleet.network
    fleet.says(network.sz01_manager, POST)
    fleet.hears(network.sz02_manager, "T-0001")
    fleet.until(fleet.is_quiet)
    other, usual = fleet.add(), fleet.seconds_to_answer()
    with locked(fleet.database, "SELECT id FROM requests FOR UPDATE"):
        fleet.presses(network.sz02_manager, "可以")
        fleet.until(lambda: waits_for_a_lock(fleet.database))
        frozen.freeze()
    fleet.check_taken_over(frozen, lambda: fleet.rows(Request)[0].state is not State.ASKING, usual)
    assert other.process.poll() is None
    frozen.thaw()
    fleet.until(fleet.is_quiet)
    acts = [one for one in fleet.rows(InboundRow) if '"button"' in one.payload]
    assert [one.error for one in acts] == [""]


def test_timers_are_shared_out_and_each_fires_once(fleet: Fleet) -> None:
    members = [fleet.add() for _ in range(2)]
    fleet.says(fleet.network.sz01_manager, POST)
    fleet.hears(fleet.network.sz02_manager, "T-0001")
    fired = "xietong_timer_lateness_seconds_count"
    for volley in range(10):  # one is enough, but for a machine on which one process happens to stand still meanwhile
        now = WallClock().now()
        with fleet.database.transaction() as session:
            for number in range(200):
                key, due = f"extra:{volley}:{number}", now + timedelta(seconds=2)
                queues.add_timer(session, key=key, name="requests.refresh", due_at=due, request=1)
        fleet.until(lambda: all(one.fired_at for one in fleet.rows(Timer) if one.key.startswith("extra:")))
        if all(member.metric(fired) for member in members):
            break
    assert all(member.metric(fired) >= 1 for member in members)
    # By their own counts they fired as many as there were: none fired in both.
    timers = [one for one in fleet.rows(Timer) if one.fired_at]
    fleet.until(lambda: sum(member.metric(fired) for member in members) >= len(timers))
    timers = [one for one in fleet.rows(Timer) if one.fired_at]
    assert sum(member.metric(fired) for member in members) == len(timers)
    assert all(one.attempts == 0 for one in fleet.rows(Timer))


def test_a_chat_is_worked_in_order_whichever_process_hears_it(fleets: Callable[..., Fleet]) -> None:
    fleet = fleets('mode = "webhook"\nwebhook_url = "https://bot.example.org/"\nsecret = "s3cret-of-the-test"\n')
    ports = [free_port() for _ in range(2)]
    for port in ports:
        fleet.add(XIETONG_TELEGRAM__LISTEN=f"127.0.0.1:{port}")
    manager = fleet.network.sz01_manager
    numbers = range(12)
    for number in numbers:
        update = fleet.wire.say(fleet.user(manager), f"/request T-{9000 + number}")
        called(f"http://127.0.0.1:{ports[number % 2]}/", update, "s3cret-of-the-test")
    fleet.until(lambda: len([one for one in fleet.rows(OutboxRow) if one.done_at]) >= len(numbers))
    rows = sorted(fleet.rows(InboundRow), key=lambda row: row.id)
    assert len({row.taken_by for row in rows}) == 2
    said = [shown.text for shown in fleet.wire.messages(fleet.user(manager))]
    asked = [match[1] for text in said if (match := re.search(r"T-(9\d+)", text))]
    assert asked == [str(9000 + number) for number in numbers]


@pytest.fixture
def slack() -> Iterator[SlackWire]:
    """Give a Slack that hands over to one connection after the other."""
    with SlackWire().in_thread() as wire:
        wire.in_turn = True
        yield wire
    assert wire.violations == []


def test_socket_mode_takes_in_on_every_process_and_a_chat_stays_in_order(
    fleets: Callable[..., Fleet], slack: SlackWire
) -> None:
    fleet = fleets(f'[slack]\nenabled = true\nbase_url = "{slack.base_url}"\n')
    user = "U0ZHANG"
    chat = slack.dm(user)
    with fleet.database.transaction() as session:
        person_id = fleet.network.sz01_manager.id
        now = WallClock().now()
        session.add(
            Account(person_id=person_id, platform="slack", user=user, private_chat=chat.id, linked_at=now, used_at=now)
        )
    for _ in range(2):
        fleet.add(XIETONG_SLACK__BOT_TOKEN=slack.bot_token, XIETONG_SLACK__APP_TOKEN=slack.app_token)
    fleet.until(lambda: len(slack.sockets) == 2)
    numbers = range(12)
    for number in numbers:
        slack.say(user, f"request T-{9000 + number}")
        fleet.until(lambda: slack.deliveries[-1].acked)  # which tells that it is stored

    def asked() -> list[str]:
        said = [one.words for one in chat.messages if one.user != user]
        return [match[1] for words in said if (match := re.search(r"T-(9\d+)", words))]

    fleet.until(lambda: len(asked()) >= len(numbers))
    assert asked() == [str(9000 + number) for number in numbers]
    rows = [row for row in fleet.rows(InboundRow) if row.platform == "slack"]
    assert len({row.taken_by for row in rows}) == 2
    assert len(rows) == len(numbers)


@pytest.mark.redis
@pytest.mark.parametrize("shared", ["redis", "database"])
def test_two_processes_keep_one_pace(fleets: Callable[..., Fleet], redis_url: str, shared: str) -> None:
    """The fake counts what arrives: 30 a second over all, one a second in a chat.

    On a machine that holds up what is on its way for longer than the pace's margin, one may be too early.
    """
    fleet = fleets(f'[redis]\nurl = "{redis_url}"\n' if shared == "redis" else "")
    people = [fleet.wire.user(80_000 + number, f"客{number}") for number in range(60)]
    members = [fleet.add() for _ in range(2)]
    with fleet.database.transaction() as session:
        now = WallClock().now()
        for user in people:
            for text in ("一", "二"):
                payload = json.dumps({"lines": [[{"text": text}]]})
                session.add(
                    OutboxRow(
                        platform="telegram", chat=str(user), priority=1, payload=payload, created_at=now, try_at=now
                    )
                )
    fleet.until(lambda: all(row.done_at for row in fleet.rows(OutboxRow)))
    said = Counter(call.params["chat_id"] for call in fleet.wire.calls_of("sendMessage") if call.status == 200)
    assert set(said.values()) == {2}
    shares = [member.metric("xietong_messages_said_total") for member in members]
    assert min(shares) > 0, shares
    assert len([call for call in fleet.wire.calls_of("sendMessage") if call.status == 429]) <= 2
    assert all(member.process.poll() is None for member in members)


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 12))])
def test_killed_stopped_or_frozen_nothing_is_lost_and_only_what_was_on_its_way_is_repeated(
    fleet: Fleet, seed: int
) -> None:
    """Three processes; after every few posts one of them meets with an accident, and another is started."""
    chance = random.Random(seed)
    for _ in range(3):
        fleet.add()
    people = [fleet.network.sz01_manager, fleet.network.sz02_manager]
    posts = 0
    for accident in chance.sample(["kill", "freeze", "terminate"], 3):
        for _ in range(4):
            posts += 1
            fleet.says(people[posts % 2], f"/request T-{9000 + posts}")
            fleet.says(people[posts % 2], f"/transfer 前大灯-左 x1 urgent 客户{posts}在等", fleet.group)
        heard = chance.randrange(posts)
        fleet.until(lambda: len(fleet.rows(InboundRow)) > heard)  # noqa: B023
        victim = chance.choice([member for member in fleet.members if member.process.poll() is None])
        if accident == "kill":
            victim.kill()
        elif accident == "freeze":
            victim.freeze()
        else:
            victim.terminate()
        fleet.add()
        victim.thaw()
    fleet.until(lambda: len(fleet.rows(InboundRow)) >= 2 * posts)
    fleet.until(fleet.is_quiet)
    assert [row.error for row in fleet.rows(InboundRow) if row.error] == []
    assert all(timer.attempts == 0 for timer in fleet.rows(Timer))
    texts = Counter(
        shown.text for person in people for shown in fleet.wire.messages(fleet.user(person)) if "T-9" in shown.text
    )
    assert len(texts) == posts
    resaid = sum(int(number) for number in re.findall(r"(\d+) messages were in the hands", fleet.log))
    repeated = fleet.log.count("may be said twice")
    assert sum(texts.values()) - posts <= resaid + repeated


def called(url: str, update: dict[str, Any], secret: str) -> None:
    """Call a webhook as Telegram does."""
    request = urllib.request.Request(url, json.dumps(update).encode(), {"Content-Type": "application/json"})
    request.add_header("X-Telegram-Bot-Api-Secret-Token", secret)
    with urllib.request.urlopen(request, timeout=20) as response:
        assert response.status == 200
