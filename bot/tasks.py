"""What the command line does once and then ends: set up, take a workbook in, invite, back up, report.

What is slow to import and not needed by each is imported where it is used.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from bot import keys
from bot.clock import WallClock
from bot.config import DEFAULT_PATH, Config, example, load
from bot.platforms import enabled
from handlers.chat import Message
from handlers.errors import BadInput
from handlers.network import commands as network
from handlers.network import messages, sample
from handlers.network.sheets import Sheet
from storage import migrate
from storage.database import Database, shown_url
from storage.queries import people as people_queries
from storage.tables.people import Person, Role

CLI = "cli"  # who did it, in the audit and beside the figures


class Refused(Exception):
    """It is not done; the text is one sentence that says why and what to do."""

    def __init__(self, text: str, *, usage: bool = False) -> None:
        super().__init__(text)
        self.usage = usage


def init(path: Path | None, *, with_sample: bool, out: Console) -> None:
    """Write the configuration, make the database, take in the sample, and print a code for HQ's first person."""
    from handlers.people.commands import make_code

    file = path or DEFAULT_PATH
    out.print(f"{file}: {'written' if _write_example(file) else 'is there already and stays as it is'}")
    config = load(file)
    database = Database(config.database.url)
    try:
        migrate.upgrade(database)
        out.print(f"database: ready ({shown_url(config.database.url)})")
        if made := keys.unlock(database, config):
            out.print(f"key: {made}, for customers' data; it is in no backup, so keep a copy elsewhere", soft_wrap=True)
        now = WallClock().now()
        with database.transaction() as session:
            if with_sample and people_queries.list_stores(session, active=False):
                out.print("sample: the network has stores already and stays as it is")
            elif with_sample:
                plan = network.import_sheets(session, sample.sample_sheets(), config.settings(), now, by="sample")
                added = {kind: plan.counts.get((kind, "added"), 0) for kind in ("stores", "people", "stock")}
                out.print(f"sample: {added['stores']} stores, {added['people']} people, {added['stock']} parts")
            person = network.first_of_hq(session, config.settings())
            linked = people_queries.list_reachable(
                session, [one.id for one in people_queries.list_people(session, Role.HQ)]
            )
            code = "" if linked else make_code(session, person, now)
    finally:
        database.close()
    if code:
        _print_code(config, person, code, out)
    else:
        out.print(f"people: {person.name} (HQ) or somebody else of HQ is linked already")
    if not (config.telegram.enabled or config.slack.enabled):
        out.print("next: `xietong chat` to try it here; a token in the configuration, then `xietong run`")


def import_workbook(config: Config, file: Path, *, dry_run: bool, yes: bool, out: Console) -> bool:
    """Show what a workbook would change, and write it when told; False when a row of it is bad."""
    from bot import workbook

    settings, language = config.settings(), config.network.language
    try:
        sheets = workbook.read(file)
    except BadInput as error:
        raise Refused(error.words(language)) from None
    with opened(config) as database:
        with database.transaction(writing=False) as session:
            plan = network.plan_import(session, sheets, settings, WallClock().now())
        say(messages.plan_message(language, plan, most=200), out)
        if plan.problems or plan.changes_nothing or dry_run:
            return not plan.problems
        if not (yes or confirm("Write this?")):
            raise Refused("nothing was written")
        with database.transaction() as session:
            done = network.import_sheets(session, sheets, settings, WallClock().now(), by=f"import:{file.name}")
        # What others wrote between the question and the answer was looked at once more.
        say(messages.plan_message(language, done) if done.problems else messages.written(language), out)
        return not done.problems


def export_network(config: Config, file: Path, *, force: bool, out: Console) -> None:
    """Write the network as a workbook."""
    from bot import workbook

    _check_free(file, force)
    with opened(config) as database, database.transaction(writing=False) as session:
        sheets: Sequence[Sheet] = network.export_sheets(session, config.settings(), WallClock().now())
    workbook.write(file, sheets)
    out.print(f"{file}: {', '.join(f'{sheet.name} {len(sheet.rows) - 1}' for sheet in sheets)}", markup=False)


def invite(config: Config, name: str, store: str, out: Console) -> None:
    """Print a one-time code for a person."""
    from handlers.people.commands import make_code

    with opened(config) as database, database.transaction() as session:
        found = people_queries.list_people_named(session, name)
        places = {one.code: one for one in people_queries.list_stores(session, active=False)}
        if store:
            wanted = people_queries.find_store(session, store)
            if wanted is None:
                raise Refused(
                    f"there is no store {store!r}; its code or name, for example {next(iter(places), 'SZ01')}"
                )
            found = [person for person in found if person.store_id == wanted.id]
        if not found:
            raise Refused(f"nobody is called {name!r}{' there' if store else ''}; `xietong import` brings people in")
        if len(found) > 1:
            codes = {one.id: one.code for one in places.values()}
            where = ", ".join(codes.get(person.store_id or 0, str(person.role)) for person in found)
            raise Refused(f"{len(found)} people are called {name!r} ({where}); say which: --store CODE")
        code = make_code(session, found[0], WallClock().now())
    _print_code(config, found[0], code, out)


def migrate_database(config: Config, out: Console) -> None:
    """Bring the database to this version."""
    database = Database(config.database.url)
    try:
        before = migrate.current(database)
        migrate.upgrade(database)
        after = migrate.current(database)
        out.print(f"database: {after}, as it was" if before == after else f"database: {before or 'empty'} → {after}")
    finally:
        database.close()


def back_up(config: Config, file: Path, out: Console) -> None:
    """Write everything into one file."""
    from storage import backup

    with opened(config) as database:
        made = backup.back_up(database, file, WallClock().now())
    out.print(f"{file}: {made.rows} rows of {len(made.tables)} tables, {file.stat().st_size / 1000:.0f} kB")
    if kept := keys.key_file(config):
        out.print(f"the key for customers' data is not in it: {kept} or {keys.VARIABLE}", soft_wrap=True)


def restore(config: Config, file: Path, *, replace: bool, yes: bool, out: Console) -> None:
    """Put a backup in the place of the database."""
    from storage import backup
    from storage.restore import restore as put_back

    manifest = backup.read_manifest(file)
    out.print(f"{file}: made {manifest.made_at}, {manifest.rows} rows")
    if replace and not (
        yes or confirm(f"Replace {shown_url(config.database.url)} by this? What is there is kept aside.")
    ):
        raise Refused("nothing was restored")
    try:
        _, kept = put_back(config.database.url, file, WallClock().now(), replace=replace)
    except backup.NotEmpty:
        raise Refused("the database is not empty; --replace puts the backup in its place", usage=True) from None
    out.print("restored and checked, row for row" + (f"; what was there is kept in {kept}" if kept else ""))


def report(config: Config, name: str, at: str, *, as_json: bool, out: Console) -> None:
    """Print a board as if it were posted at an instant."""
    from handlers.load import load as load_features
    from handlers.reports.report import NAMES
    from handlers.reports.report import report as draw

    if name not in NAMES:
        raise Refused(f"there is no report {name!r}: {' or '.join(NAMES)}", usage=True)
    moment = _moment(at, config.network.timezone)
    load_features()
    with opened(config) as database, database.transaction(writing=False) as session:
        titled, data = draw(session, config.settings(), name, moment)
    if as_json:
        sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n")
        return
    for title, message in titled:
        out.rule(Text(title))
        say(message, out)


def examine(path: Path | None, out: Console) -> bool:
    """Print what the doctor finds; False when something fails."""
    from rich.table import Table

    from bot.doctor import examine as look
    from bot.platform import Level

    findings = asyncio.run(look(path, WallClock()))
    styles = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "bold red"}
    table = Table("", "what", "found", "mend")
    for finding in findings:
        level = Text(finding.level, styles[finding.level])
        table.add_row(level, *map(Text, (finding.subject, finding.text, finding.mend)))
    out.print(table)
    return all(finding.level is not Level.FAIL for finding in findings)


# What they share


@contextmanager
def opened(config: Config) -> Iterator[Database]:
    """Open the database and close it again. Raises `Refused` where it is not of this version."""
    url = config.database.url
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///").split("?")[0]).exists():
        raise Refused("there is no database yet; `xietong init` creates it")
    database = Database(url)
    try:
        found = migrate.current(database)
        if found != migrate.head():
            raise Refused(
                f"the database is at {found or 'nothing'}, this version needs {migrate.head()}: `xietong migrate`"
            )
        keys.unlock(database, config)
        yield database
    finally:
        database.close()


def say(message: Message, out: Console) -> None:
    """Print a message of the bot; words of people are never taken for markup."""
    for line in message.lines:
        text = Text()
        for span in line:
            text.append(span.text, "bold" if span.style == "bold" else "")
        out.print(text, soft_wrap=True)


def confirm(question: str) -> bool:
    """Ask whoever sits at the terminal. Raises `Refused` when nobody does."""
    if not sys.stdin.isatty():
        raise Refused("nobody is there to ask; --yes answers yes", usage=True)
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() in {"y", "yes", "是", "sí", "si"}


def _write_example(file: Path) -> bool:
    """Write the example where there is no file; only its owner may read it, for tokens come into it."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "wb") as target:
        target.write(example().encode())
    return True


def _check_free(file: Path, force: bool) -> None:
    if file.exists() and not force:
        raise Refused(f"{file} is there already; --force writes over it", usage=True)


def _print_code(config: Config, person: Person, code: str, out: Console) -> None:
    out.print(Text(f"one-time code for {person.name}, good for 15 minutes: {code}"))
    link = _deep_link(config, code) if config.telegram.enabled else ""
    if link:
        out.print(Text(f"Telegram: {link}"), soft_wrap=True)
    out.print(Text(f"in a private chat with the bot: /start {code} (Telegram) · /xietong link {code} (Slack)"))


def _deep_link(config: Config, code: str) -> str:
    """Ask Telegram for our name; without an answer there is no link, and the code does as well."""

    async def ask() -> str:
        for platform in enabled(config, WallClock()):
            try:
                if platform.name == "telegram":
                    async with asyncio.timeout(10):
                        await platform.check()
                    return platform.deep_link(code)
            except TimeoutError:
                return ""
            finally:
                await platform.close()
        return ""

    return asyncio.run(ask())


def _moment(words: str, timezone: str) -> datetime:
    """Read an instant; without an offset it is the network's time."""
    try:
        moment = datetime.fromisoformat(words.strip())
    except ValueError:
        raise Refused(f"{words!r} is no instant; write for example 2026-03-04T21:00", usage=True) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(timezone))
