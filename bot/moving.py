"""`xietong move`: what is asked before, what is seen meanwhile, and what is said in the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.tasks import Refused, confirm
from storage.beside import Occupied
from storage.database import shown_url
from storage.move import AtWork, Moved, SourceChanged, Told, WrongShape
from storage.move import move as carry_over
from storage.reading import is_same_place, others_at

AGAIN = "the same command goes on where this one stopped"


def move(source: str, to: str, *, anew: bool, yes: bool, out: Console) -> bool:
    """Carry everything over to an empty database; False when a row differs in the end."""
    _check(source, to, yes)
    out.print(Text(f"from {shown_url(source)} to {shown_url(to)}"), soft_wrap=True)
    try:
        with _progress(out) as told:
            moved = carry_over(source, to, anew=anew, told=told)
    except WrongShape as error:
        raise Refused(
            f"the database to move is at {error}: `xietong migrate` brings it to this version first"
        ) from None
    except Occupied as error:
        raise Refused(
            f"{error} holds something that is no unfinished move of this database; "
            "make an empty database, and name that with --to"
        ) from None
    except SourceChanged as error:
        raise Refused(
            f"the database to move has changed since the move began: {error}; "
            "stop whatever writes to it, then --anew begins again"
        ) from None
    except AtWork:
        raise Refused(f"another move is at work on the same target; when it is over, {AGAIN}") from None
    _say(moved, source, to, out)
    return moved.is_same


def _check(source: str, to: str, yes: bool) -> None:
    """Refuse what cannot go well."""
    if is_same_place(source, to):
        raise Refused("--to names the configured database itself; name another, empty one", usage=True)
    is_file = source.startswith("sqlite:///")
    if is_file and not Path(source.removeprefix("sqlite:///").split("?")[0]).exists():
        raise Refused("there is no database yet; `xietong init` creates it")
    others = others_at(source)
    if others.living:
        who = "the bot, or somebody else," if is_file else f"the bot ({others.living} of its processes)"
        raise Refused(f"{who} is at work on the database to move; stop it, then the same command again")
    open_ = f"{others.connected} other connections of the same user are open on the database to move"
    if others.connected and not (yes or confirm(f"{open_}. Is every process of the bot stopped?")):
        raise Refused(f"{open_}; stop every process of the bot, then the same command again")


@contextmanager
def _progress(out: Console) -> Iterator[Told]:
    """Show a bar on a terminal, and a line for each tenth elsewhere."""
    if out.is_terminal:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=out, transient=True) as bar:
            tasks = {what: bar.add_task(what, total=None) for what in ("copied", "compared")}
            yield lambda what, table, done, of: bar.update(
                tasks[what], description=f"{what} {table}", completed=done, total=of
            )
        return
    tenths: dict[str, int] = {}

    def told(what: str, table: str, done: int, of: int) -> None:
        tenth = 10 * done // max(of, 1)
        if tenth != tenths.get(what):
            tenths[what] = tenth
            out.print(Text(f"{what}: {done} of {of} rows ({table})"))

    yield told


def _say(moved: Moved, source: str, to: str, out: Console) -> None:
    table = Table("table", "rows", "copied now", "compared")
    for found in moved.tables:
        more = "" if found.differ <= len(found.keys) else " …"
        words = (
            Text(f"{found.differ} differ: {', '.join(found.keys)}{more}", "bold red") if found.differ else Text("same")
        )
        table.add_row(found.name, str(found.rows), str(found.copied), words)
    out.print(table)
    rows, copied = sum(found.rows for found in moved.tables), sum(found.copied for found in moved.tables)
    if not moved.is_same:
        differ = sum(found.differ for found in moved.tables)
        out.print(f"{differ} of {rows} rows differ: nothing was put in place; --anew begins again from the first row")
        return
    if moved.again:
        out.print(f"{rows} rows: everything is there already, row for row; nothing was copied")
    else:
        earlier = f", {rows - copied} of them by earlier runs" if rows > copied else ""
        out.print(f"{rows} rows of {len(moved.tables)} tables moved{earlier}, and compared row for row")
    out.print(
        Text(f"{shown_url(source)} stays as it was. From now on, with the password where *** stands:"), soft_wrap=True
    )
    out.print(Text(f"XIETONG_DATABASE__URL={shown_url(to)}"), soft_wrap=True)
