"""The command line: parse, call, exit code. Each command imports what it needs, so that `--help` is quick.

Exit codes: 0 done · 1 it failed, or the doctor found something · 2 wrong words on the command line or in config.toml.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from bot.config import Config

app = typer.Typer(
    name="xietong",
    help="协同: the bot with which the stores of a network help each other.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
export_app = typer.Typer(help="Write what is known into a workbook.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(export_app, name="export")

ConfigOption = Annotated[
    Path | None, typer.Option("--config", envvar="XIETONG_CONFIG", help="The configuration; config.toml if it is here.")
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
LevelOption = Annotated[
    Literal["debug", "info", "warning", "error"], typer.Option("--log", help="From which level on the log tells.")
]


@app.command()
def demo(
    stores: Annotated[int, typer.Option(min=3, max=60, help="How many stores.")] = 15,
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days.")] = 7,
    seed: Annotated[int, typer.Option(help="The same seed, the same story.")] = 1,
    pace: Annotated[Literal["fast", "watch"], typer.Option(help="fast, or watch to read along.")] = "fast",
    out: Annotated[Path | None, typer.Option(help="A folder for the transcript.")] = None,
) -> None:
    """See a network work for a week: nothing is needed, nothing is left behind."""
    with _sentences():
        from bot.demo import run as run_demo

        _log("error")
        raise typer.Exit(run_demo(stores=stores, days=days, seed=seed, pace=pace, out=out))


@app.command()
def chat(
    config: ConfigOption = None,
    db: Annotated[str, typer.Option("--db", help="A database instead of the configured one.")] = "",
) -> None:
    """Talk to the bot in this terminal; /as NAME speaks as somebody else. Where nothing is set up, to a sample."""
    with _sentences():
        from bot.chat import run as run_chat
        from bot.config import DEFAULT_PATH

        set_up = config or db or DEFAULT_PATH.exists()
        if not set_up:
            _log("warning")
        raise typer.Exit(run_chat(_load(config, db) if set_up else None))


@app.command()
def init(
    config: ConfigOption = None,
    sample: Annotated[bool, typer.Option("--sample", help="With a sample network of 15 stores.")] = False,
) -> None:
    """Write config.toml, create the database, print a code for HQ's first person; nothing is ever overwritten."""
    with _sentences():
        from bot import tasks

        tasks.init(config, with_sample=sample, out=_out())


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="An .xlsx workbook.")],
    config: ConfigOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and write nothing.")] = False,
    yes: YesOption = False,
) -> None:
    """Take the network in from a workbook: shows what would change, asks, and writes all of it or nothing."""
    with _sentences():
        from bot import tasks

        if not tasks.import_workbook(_load(config), file, dry_run=dry_run, yes=yes, out=_out()):
            raise typer.Exit(1)


@export_app.command("network")
def export_network(
    file: Annotated[Path, typer.Argument(help="The .xlsx to write.")],
    config: ConfigOption = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Write the network as a workbook that `import` takes."""
    with _sentences():
        from bot import tasks

        tasks.export_network(_load(config), file, force=force, out=_out())


@app.command()
def invite(
    name: Annotated[str, typer.Argument(help="The person's name.")],
    config: ConfigOption = None,
    store: Annotated[str, typer.Option(help="The store, where several share the name.")] = "",
) -> None:
    """Print a one-time code with which a person links an account."""
    with _sentences():
        from bot import tasks

        tasks.invite(_load(config), name, store, _out())


@app.command()
def migrate(config: ConfigOption = None) -> None:
    """Bring the database to this version; back it up before."""
    with _sentences():
        from bot import tasks

        tasks.migrate_database(_load(config), _out())


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The file to write.")], config: ConfigOption = None) -> None:
    """Write everything into one file, while the bot runs."""
    with _sentences():
        from bot import tasks

        tasks.back_up(_load(config), file, _out())


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `backup` wrote.")],
    config: ConfigOption = None,
    replace: Annotated[bool, typer.Option("--replace", help="Also where the database is not empty.")] = False,
    yes: YesOption = False,
) -> None:
    """Put a backup in the place of the database, checked row for row; stop the bot before."""
    with _sentences():
        from bot import tasks

        tasks.restore(_load(config), file, replace=replace, yes=yes, out=_out())


@app.command()
def move(
    to: Annotated[str, typer.Option("--to", envvar="XIETONG_MOVE_TO", help="postgresql://… or sqlite:///…, empty.")],
    config: ConfigOption = None,
    anew: Annotated[bool, typer.Option("--anew", help="Begin an unfinished move from the first row.")] = False,
    yes: YesOption = False,
) -> None:
    """Carry everything over to another database, checked row for row; stop the bot before. Goes on where it stopped."""
    with _sentences():
        from bot.moving import move as carry_over

        source, target = _load(config), _load(config, to)
        _log("warning", (*source.secrets(), *target.secrets()))
        if not carry_over(source.database.url, target.database.url, anew=anew, yes=yes, out=_out()):
            raise typer.Exit(1)


@app.command()
def doctor(config: ConfigOption = None) -> None:
    """Look at everything the bot needs, and say how to mend what is amiss."""
    with _sentences():
        from bot import tasks

        _log("error")
        if not tasks.examine(config, _out()):
            raise typer.Exit(1)


@app.command()
def report(
    name: Annotated[str, typer.Argument(help="digest or weekly.")],
    at: Annotated[str, typer.Option("--at", help="When, for example 2026-03-04T21:00; the network's time.")],
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Print a board as it would be posted at that time."""
    with _sentences():
        from bot import tasks

        tasks.report(_load(config), name, at, as_json=as_json, out=_out())


@app.command()
def run(config: ConfigOption = None, log: LevelOption = "info") -> None:
    """Connect to the enabled platforms and work until stopped."""
    with _sentences():
        from bot.app import run as run_app

        raise typer.Exit(run_app(_load(config, level=log)))


def main() -> None:
    """Run the command line."""
    app()


def _load(path: Path | None, db: str = "", *, level: str = "warning") -> Config:
    """Read the configuration and set up the log; a database named here takes the place of the configured one."""
    import os

    from bot.config import load

    config = load(path, {**os.environ, **({"XIETONG_DATABASE__URL": db} if db else {})})
    _log(level, config.secrets())
    return config


def _log(level: str, secrets: tuple[str, ...] = ()) -> None:
    from bot.log import set_up

    set_up(level, secrets)


def _out() -> Console:
    from rich.console import Console

    return Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 160)


@contextmanager
def _sentences() -> Iterator[None]:
    """Turn what may go wrong into a sentence on standard error and an exit code; anything else is a bug of ours."""
    try:
        yield
    except Exception as error:
        found = _sentence(error)
        if found is None:
            raise
        words, code = found
        sys.stderr.write(f"xietong: {words}\n")
        raise typer.Exit(code) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _sentence(error: Exception) -> tuple[str, int] | None:
    from bot.config import ConfigError
    from bot.log import Redactor
    from bot.tasks import Refused
    from handlers.errors import PersonError
    from storage.backup import BadBackup
    from storage.database import DatabaseError, why
    from storage.migrate import NewerDatabase
    from storage.restore import InUse

    if isinstance(error, ConfigError):
        return str(error), 2
    if isinstance(error, Refused):
        return str(error), 2 if error.usage else 1
    if isinstance(error, PersonError):
        return error.words("en"), 1
    if isinstance(error, InUse):
        return "the database is in use; stop the bot first", 1
    if isinstance(error, BadBackup | NewerDatabase):
        return str(error), 1
    if isinstance(error, DatabaseError):
        return f"the database refuses: {Redactor().hide(why(error))}", 1
    if isinstance(error, OSError):
        return f"{error.filename or 'the system'}: {error.strerror or error}", 1
    return None
