"""A sample network in a passing database, its people linked and its chats bound as in any other: for demo and chat."""

from __future__ import annotations

import re
import secrets
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.app import App
from bot.console import NAME, Console
from handlers.network.commands import import_sheets
from handlers.network.sample import SampleRow, sample_sheets
from handlers.network.sheets import as_sheet
from handlers.people.commands import make_code
from handlers.settings import Settings
from storage.database import Database
from storage.migrate import upgrade
from storage.queries import people as people_queries
from storage.tables.people import Role

if TYPE_CHECKING:
    from sqlmodel import Session

LEADERS = frozenset({Role.STORE_MANAGER, Role.DEPUTY})
# Who speaks in the demo; auditors only read.
TALKERS = LEADERS | {Role.HQ, Role.FINANCE, Role.REGION_MANAGER, Role.ADVISOR, Role.TECHNICIAN}

HQ_CHAT = "总部群"
# More at one instant would be a flood; the others have their code from the machine.
MOST_INVITED = 40


@dataclass(frozen=True, slots=True)
class Member:
    """A person as their colleagues know them; `user` is their account's id at the terminal."""

    person_id: int
    user: str
    name: str
    role: Role
    store: str = ""  # its code
    store_name: str = ""
    region: str = ""
    language: str = ""

    @property
    def leads(self) -> bool:
        """Whether they answer for their store."""
        return self.role in LEADERS


@contextmanager
def passing_database() -> Iterator[Database]:
    """Give an empty SQLite database at head that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="xietong-") as folder:
        database = Database(f"sqlite:///{Path(folder) / 'xietong.db'}", passing=True, key=secrets.token_bytes(32))
        try:
            upgrade(database)
            yield database
        finally:
            database.close()


def fill(database: Database, settings: Settings, stores: int, seed: int, now: datetime) -> None:
    """Take a sample network in as a workbook of it would be."""
    with database.transaction() as session:
        plan = import_sheets(session, sample_sheets(stores, seed), settings, now, by="sample")
    assert not plan.problems, plan.problems


def restate(database: Database, settings: Settings, rows: list[SampleRow], now: datetime) -> None:
    """Take in what the stores say of their new day, as the evening's export of their own systems would be."""
    with database.transaction() as session:
        plan = import_sheets(session, [as_sheet("capacity", rows)], settings, now, by="sample")
    assert not plan.problems, plan.problems


def members(database: Database) -> list[Member]:
    """List everybody of the network, in the order they were entered."""
    with database.transaction(writing=False) as session:
        stores = {store.id: store for store in people_queries.list_stores(session, active=False)}
        regions = region_names(session)
        found = []
        for person in people_queries.list_everybody(session):
            store = stores.get(person.store_id or 0)
            region_id = store.region_id if store else person.region_id
            found.append(
                Member(
                    person.id,
                    f"p{person.id}",
                    person.name,
                    person.role,
                    store.code if store else "",
                    store.name if store else "",
                    regions.get(region_id or 0, ""),
                    person.language,
                )
            )
    return found


def region_names(session: Session) -> dict[int, str]:
    """Return the regions' names."""
    return {region.id: region.name for region in people_queries.list_regions(session)}


def managers_chat(region: str) -> str:
    """Name the chat of a region's store managers."""
    return f"{region}店长群"


def emergency_chat(region: str) -> str:
    """Name a region's chat for what is urgent."""
    return f"{region}紧急支援群"


def technicians_chat(region: str) -> str:
    """Name a region's chat in which technicians help each other."""
    return f"{region}技师互助群"


async def link(app: App, console: Console, member: Member) -> None:
    """Link a person's account as somebody at the machine does: `xietong invite` and the code said to the bot."""
    with app.database.transaction() as session:
        person = people_queries.get_person(session, member.person_id)
        code = make_code(session, person, app.clock.now())
    await console.say(member.user, f"/start {code}", name=member.name)


async def link_all(app: App, console: Console, people: Sequence[Member]) -> None:
    """Link everybody: HQ from the machine, HQ invites the regions, these their stores; each says the code received."""
    hq = [member for member in people if member.role is Role.HQ]
    await link(app, console, hq[0])
    overseers = {member.region: member for member in people if member.role is Role.REGION_MANAGER}
    invited: Counter[str] = Counter()
    for member in sorted(people, key=lambda one: bool(one.store)):
        if member is hq[0] or member.role not in TALKERS:
            continue
        inviter = overseers[member.region] if member.store else hq[0]
        invited[inviter.user] += 1
        if invited[inviter.user] > MOST_INVITED:
            await link(app, console, member)
            continue
        place = member.store or member.region
        await console.say(inviter.user, f"/invite {member.name} {place}".strip(), name=inviter.name)
        await app.settle()
        invitation = console.last(inviter.user, containing="/start ")
        code = re.search(r"/start (\S+)", invitation.text)
        assert code is not None
        await console.say(member.user, f"/start {code[1]}", name=member.name)
    await app.settle()


async def bind_all(app: App, console: Console, people: Sequence[Member]) -> None:
    """Bind a managers' and a technicians' chat for each region, one for emergencies in the first, and HQ's."""
    overseers = [member for member in people if member.role is Role.REGION_MANAGER]
    for member in overseers:
        await console.say(member.user, "/bind managers", chat=managers_chat(member.region), name=member.name)
        await console.say(member.user, "/bind technicians", chat=technicians_chat(member.region), name=member.name)
    for member in overseers[:1]:
        await console.say(member.user, "/bind emergency", chat=emergency_chat(member.region), name=member.name)
    first = next(member for member in people if member.role is Role.HQ)
    await console.say(first.user, "/bind hq", chat=HQ_CHAT, name=first.name)
    await app.settle()


def is_linked(database: Database, member: Member) -> bool:
    """Say whether a person's account at the terminal is linked."""
    with database.transaction(writing=False) as session:
        account = people_queries.find_account(session, NAME, member.user)
        return account is not None and account.person_id == member.person_id
