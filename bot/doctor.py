"""Looks at everything a running bot needs, and says of what is amiss how to mend it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot import keys
from bot.clock import Clock
from bot.config import Config, ConfigError, load
from bot.log import Redactor
from bot.platform import Finding, Level, Platform
from bot.platforms import enabled
from handlers import auditing
from handlers.access import STORE_LEADERS
from handlers.load import load as load_handlers
from handlers.requests.kinds import kind_of
from handlers.requests.rules import label
from handlers.working_time import Hours, next_opening
from storage import migrate
from storage.database import Database, DatabaseError, why
from storage.queries import chats as chat_queries
from storage.queries import customers as customer_queries
from storage.queries import health, queues
from storage.queries import people as people_queries
from storage.tables.chats import Purpose
from storage.tables.people import Person, Role

if TYPE_CHECKING:
    from sqlmodel import Session

PATIENCE = 20.0  # seconds for a platform to answer
LATE = timedelta(minutes=1)
VERY_LATE = timedelta(hours=1)
MOST_NAMES = 5


async def examine(path: Path | None, clock: Clock) -> list[Finding]:
    """Look at everything; the first thing that is missing hides what stands on it."""
    try:
        config = load(path)
    except ConfigError as error:
        return [Finding(Level.FAIL, "configuration", str(error), "mend these keys; config.example.toml has them all")]
    findings = [_configuration(config, path)]
    platforms = enabled(config, clock)
    findings += await asyncio.to_thread(_database, config, clock.now(), bool(platforms))
    findings.append(await asyncio.to_thread(_redis, config))
    if not platforms:
        findings.append(Finding(Level.OK, "platforms", "none is enabled yet; `xietong chat` works without"))
    for platform in platforms:
        findings += await _platform(platform)
    return [_hidden(finding, Redactor(config.secrets())) for finding in findings]


def _configuration(config: Config, path: Path | None) -> Finding:
    names = [name for name, on in (("Telegram", config.telegram.enabled), ("Slack", config.slack.enabled)) if on]
    return Finding(Level.OK, "configuration", f"{config.network.name}; enabled: {', '.join(names) or 'no platform'}")


def _redis(config: Config) -> Finding:
    if not config.redis.url:
        return Finding(Level.OK, "Redis", "not used; one process needs none")
    from storage.cache import Cache, CacheGone

    cache = Cache(config.redis.url)
    try:
        cache.ping()
    except CacheGone as error:
        mend = "start it or see [redis] url; meanwhile the bot works on without, a little later"
        return Finding(Level.WARN, "Redis", f"does not answer: {error}", mend)
    finally:
        cache.close()
    return Finding(Level.OK, "Redis", "answers")


async def _platform(platform: Platform) -> list[Finding]:
    try:
        async with asyncio.timeout(PATIENCE):
            return await platform.check()
    except TimeoutError:
        return [Finding(Level.FAIL, platform.name, f"no answer within {PATIENCE:.0f} s", "check the network")]
    finally:
        await platform.close()


def _database(config: Config, now: datetime, with_platforms: bool) -> list[Finding]:
    """Look at the database, and at what only it can tell."""
    url = config.database.url
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///").split("?")[0]).exists():
        return [Finding(Level.FAIL, "database", "there is none yet", "`xietong init` creates it")]
    load_handlers()
    try:
        key = keys.find_key(config)
    except ConfigError as error:
        return [Finding(Level.FAIL, "key", str(error), f"put the right one back: {keys.VARIABLE} or the file")]
    database = Database(url, key=key)
    try:
        found = migrate.current(database)
        if found != migrate.head():
            text = f"is at {found or 'nothing'}, this version needs {migrate.head()}"
            return [Finding(Level.FAIL, "database", text, "`xietong backup` first, then `xietong migrate`")]
        findings = [Finding(Level.OK, "database", f"{'SQLite' if database.is_sqlite else 'PostgreSQL'}, at {found}")]
        with database.transaction(writing=False) as session:
            findings += [_timers(session, now), _outbox(session, now), _inbound(session, now), _requests(session, now)]
            findings.append(_hours(session, now))
            findings.append(_key(session, config))
            if with_platforms:
                findings += [*_chats(session), *_people(session)]
        return findings
    except DatabaseError as error:
        return [Finding(Level.FAIL, "database", why(error), "see [database] url, and that the database runs")]
    finally:
        database.close()


def _timers(session: Session, now: datetime) -> Finding:
    late, very_late = (queues.count_overdue_timers(session, now - since) for since in (LATE, VERY_LATE))
    return _queue("timers", "are overdue", late, very_late)


def _outbox(session: Session, now: datetime) -> Finding:
    late, very_late = (queues.count_backlog(session, now - since) for since in (LATE, VERY_LATE))
    return _queue("outbox", "messages wait to be said", late, very_late)


def _inbound(session: Session, now: datetime) -> Finding:
    received = [row.received_at for row in queues.list_open_inbound(session)]
    late, very_late = (sum(at < now - since for at in received) for since in (LATE, VERY_LATE))
    return _queue("inbound", "messages wait to be worked", late, very_late)


def _requests(session: Session, now: datetime) -> Finding:
    forgotten = health.list_forgotten(session, now - LATE, auditing.MOST)
    if not forgotten:
        return Finding(Level.OK, "requests", "each that is open waits for a timer")
    names = ", ".join(label(kind_of(one).letter, one.number) for one in forgotten[:MOST_NAMES])
    text = f"{len(forgotten)} are open and wait for no timer, such as {names}"
    return Finding(Level.WARN, "requests", text, "`xietong run` gives each one within a minute, once; see its log")


def _queue(name: str, what: str, late: int, very_late: int) -> Finding:
    if not late:
        return Finding(Level.OK, name, "nothing waits")
    mend = "see that `xietong run` is running; its log says what fails"
    level, text = Level.WARN, f"{late} {what}"
    if very_late:
        level, text = Level.FAIL, f"{text}, {very_late} of them for over an hour"
    return Finding(level, name, text, mend)


def _key(session: Session, config: Config) -> Finding:
    """See that the customers' data can be read, and by nobody else."""
    count, proof = customer_queries.count_customers(session), customer_queries.find_proof(session)
    vault, file = customer_queries.vault_of(session), keys.key_file(config)
    if proof is not None and not (vault.has_key and vault.fits(proof)):
        what = "is another one than" if vault.has_key else "is missing:"
        mend = f"put the right one back: {keys.VARIABLE}{f', or {file}' if file else ''}"
        return Finding(Level.FAIL, "key", f"{what} that of {count} customers, who cannot be read", mend)
    if not vault.has_key and file is None:
        mend = f"set {keys.VARIABLE} for every process of this database"
        return Finding(Level.WARN, "key", "there is none, so no customer can be kept", mend)
    if keys.is_open_to_others(config):
        return Finding(Level.WARN, "key", f"{file} can be read by others", f"chmod 600 {file}")
    if not vault.has_key:
        return Finding(Level.OK, "key", "none yet; the first run makes one beside the database")
    return Finding(Level.OK, "key", f"there is one, {count} customers stand under it; it is in no backup")


def _hours(session: Session, now: datetime) -> Finding:
    """See that every zone is known and every store opens some time."""
    wrong = []
    stores = people_queries.list_stores(session)
    for store in stores:
        try:
            slots: tuple[tuple[time, time], ...] = ((store.opens, store.closes),)
            next_opening(Hours(store.timezone, slots), now)
        except ValueError as error:
            wrong.append(f"{store.code}: {error}")
    for region in people_queries.list_regions(session):
        try:
            Hours(region.timezone or "UTC")
        except ValueError as error:
            wrong.append(f"{region.name}: {error}")
    if wrong:
        return Finding(Level.FAIL, "calendar", "; ".join(wrong), "mend it in the workbook and import that")
    if not stores:
        return Finding(Level.OK, "calendar", "no stores yet; `xietong import` takes a workbook")
    return Finding(Level.OK, "calendar", f"{len(stores)} stores have a time zone and hours")


def _chats(session: Session) -> Iterator[Finding]:
    chats = chat_queries.list_bindings(session)
    for chat in chats:
        if chat.suspended_at is not None:
            where = f"{chat.platform} {chat.chat}" + (f"/{chat.thread}" if chat.thread else "")
            text = f"{where} ({chat.purpose}) cannot be spoken in: {chat.suspended_why}"
            yield Finding(Level.WARN, "chats", text, "add the bot there again, or bind another chat")
    bound = {chat.region_id for chat in chats if chat.purpose is Purpose.MANAGERS and chat.suspended_at is None}
    used = {store.region_id for store in people_queries.list_stores(session)}
    without = [region.name for region in people_queries.list_regions(session) if region.id in used - bound]
    if without:
        mend = "write `/bind managers` in the store managers' chat of each"
        yield Finding(Level.WARN, "chats", f"no managers' chat in {', '.join(without)}", mend)
    else:
        yield Finding(Level.OK, "chats", f"{len(chats)} bound")


def _people(session: Session) -> Iterator[Finding]:
    """See who must be reached and cannot be: HQ, regions, and the leaders of stores."""
    everybody = people_queries.list_everybody(session)
    reachable = people_queries.list_reachable(session, [person.id for person in everybody])
    if not any(person.role is Role.HQ and person.id in reachable for person in everybody):
        yield Finding(Level.WARN, "people", "nobody of HQ is linked", "`xietong init` prints a code for the first")
    codes = {store.id: store.code for store in people_queries.list_stores(session)}
    leaders: dict[int, list[Person]] = defaultdict(list)
    for person in everybody:
        if person.role in STORE_LEADERS and person.store_id in codes:
            leaders[person.store_id].append(person)
    alone = [code for store, code in codes.items() if not _linked(leaders[store], reachable)]
    if alone:
        named = ", ".join(alone[:MOST_NAMES]) + (
            f" and {len(alone) - MOST_NAMES} more" if len(alone) > MOST_NAMES else ""
        )
        mend = "`xietong invite NAME` or `/invite NAME` gives a code"
        yield Finding(Level.WARN, "people", f"neither manager nor deputy is linked at {named}", mend)
    elif codes:
        yield Finding(Level.OK, "people", f"{len(reachable)} of {len(everybody)} linked")


def _linked(people: Sequence[Person], reachable: set[int]) -> bool:
    return any(person.id in reachable for person in people)


def _hidden(finding: Finding, redactor: Redactor) -> Finding:
    return Finding(finding.level, finding.subject, redactor.hide(finding.text), redactor.hide(finding.mend))
