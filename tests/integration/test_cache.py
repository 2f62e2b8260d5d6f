"""Redis holds only what may be lost: a pace that processes share, and their word that something was committed."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from redis import Redis
from sqlalchemy import make_url

from bot.app import App
from bot.clock import SimulatedClock
from bot.pace import Limit
from bot.platform import Pace
from bot.sharing import Sharing
from bot.threads import Inline
from storage.cache import _PUT_OFF, _TAKE, Cache, CacheGone
from storage.database import Database
from tests.factories import MONDAY
from tests.fakes import FakePlatform, Relay
from tests.outbox_desk import SETTINGS, OutboxDesk

pytestmark = pytest.mark.redis

SECOND = timedelta(seconds=1)


@pytest.fixture
def cache(redis_url: str, redis_prefix: str) -> Iterator[Cache]:
    """Give a cache with keys of its own."""
    found = Cache(redis_url, prefix=redis_prefix)
    yield found
    found.close()


@pytest.fixture
def relay(redis_url: str) -> Iterator[Relay]:
    """Give a way to Redis that can be cut."""
    url = make_url(redis_url)
    found = Relay(url.host or "127.0.0.1", url.port or 6379)
    yield found
    found.close()


def test_a_limit_lets_so_many_through_in_any_span_and_tells_how_long_to_wait(cache: Cache) -> None:
    limit = [("telegram:1", 2, 1.0)]
    waits = [cache.take(limit, MONDAY + timedelta(seconds=0.4) * step) for step in range(6)]
    assert waits == [0, 0, 0.2, 0, 0, 0.2]


def test_a_message_counts_towards_all_its_limits_or_towards_none(cache: Cache) -> None:
    overall, chat = ("all", 2, 10.0), ("1", 1, 1.0)
    assert cache.take([overall, chat], MONDAY) == 0
    assert cache.take([overall, chat], MONDAY) == 1
    assert cache.take([overall], MONDAY) == 0
    assert cache.take([overall, ("2", 1, 1.0)], MONDAY + SECOND) == 9
    assert cache.take([("2", 1, 1.0)], MONDAY + SECOND) == 0


def test_what_is_stored_goes_by_itself(cache: Cache, redis_url: str, redis_prefix: str) -> None:
    cache.take([("1", 3, 60.0)], MONDAY)
    with Redis.from_url(redis_url) as client:
        assert 60 <= client.ttl(f"{redis_prefix}pace:1") <= 61


def test_the_scripts_use_commands_of_redis_7_0_only(redis_url: str) -> None:
    """Whatever version the tests run on: it knows since when it has had each of its commands."""
    used = set(re.findall(r"redis\.call\('(\w+)'", _TAKE + _PUT_OFF))
    assert len(used) >= 5
    with Redis.from_url(redis_url, decode_responses=True) as client:
        docs = str(client.execute_command("COMMAND DOCS", *used))
    since = re.findall(r"'since'[,:] '(\d+)\.(\d+)\.\d+'", docs)
    assert len(since) >= len(used)
    assert all((int(major), int(minor)) <= (7, 0) for major, minor in since), docs


def test_nothing_is_counted_where_nothing_is_limited(cache: Cache) -> None:
    assert cache.take([], MONDAY) == 0


def test_a_redis_that_is_gone_is_an_error_at_once(relay: Relay, redis_prefix: str) -> None:
    cache = Cache(f"redis://127.0.0.1:{relay.port}/0", prefix=redis_prefix)
    cache.ping()
    relay.cut()
    for ask in (cache.ping, lambda: cache.take([("1", 1, 1.0)], MONDAY)):
        with pytest.raises(CacheGone):
            ask()
    relay.mend()
    cache.ping()
    cache.close()


async def test_two_processes_keep_one_pace(database: Database, cache: Cache) -> None:
    clock = SimulatedClock(MONDAY)
    platform = FakePlatform(clock, pace=Pace(overall_per_second=5, chat_per_second=1))
    desks = [OutboxDesk(database, clock, [platform]) for _ in range(2)]
    for desk in desks:
        desk.app = App(database, SETTINGS, clock, [platform], workers=Inline(), sharing=shared(database, cache))
    for chat in range(10):
        desks[0].say(str(chat + 1), "一", "二")
    looks = [MONDAY]
    while clock.now() < MONDAY + timedelta(minutes=1) and looks:
        looks = [look for desk in desks if (look := await desk.deliver()) is not None]
        clock.set(min(looks, default=clock.now()))
    assert all(platform.texts(str(chat + 1)) == ["一", "二"] for chat in range(10))
    assert platform.busiest(SECOND) == 5
    assert platform.busiest(SECOND, "1") == 1


async def test_without_redis_the_pace_is_kept_in_the_database_and_redis_is_used_again_when_it_is_back(
    postgres: Database, relay: Relay, redis_prefix: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="bot")
    cache = Cache(f"redis://127.0.0.1:{relay.port}/0", prefix=redis_prefix)
    sharing = shared(postgres, cache)
    one = [Limit("telegram:1", 1, 100.0)]
    assert await sharing.share(one, MONDAY) == 0
    assert await sharing.share(one, MONDAY + SECOND) == 109
    relay.cut()
    assert await sharing.share(one, MONDAY + 2 * SECOND) == 1.1  # the database does not know what was just said
    assert await sharing.share(one, MONDAY + 4 * SECOND) == 0
    assert 90 < await sharing.share(one, MONDAY + 4 * SECOND) <= 110
    relay.mend()
    assert 90 < await sharing.share(one, MONDAY + 5 * SECOND) <= 110  # it is not asked again so soon
    assert await sharing.share(one, MONDAY + 8 * SECOND) == 1.1
    assert await sharing.share(one, MONDAY + 10 * SECOND) == 100
    await sharing.close()
    assert [record.message.split(" (")[0] for record in caplog.records] == [
        "Redis does not answer; trying until it does",
        "Redis answers again after 1 failures",
    ]


def shared(database: Database, cache: Cache | None = None) -> Sharing:
    """Share as if other processes lived."""
    return Sharing(database, Inline(), lambda: True, cache=cache)
