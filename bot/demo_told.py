"""The demo's transcript: of everything that was said, the few scenes that are told, written for 80 columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from rich.cells import cell_len
from rich.console import Console as Screen
from rich.text import Text

from bot.console import Shown
from bot.demo_network import Member
from bot.demo_people import ZONE, Did, label_of
from handlers.people.messages import role as role_name
from handlers.working_time import local

WIDTH = 80
BODY = WIDTH - 12
_RUN = re.compile(r"[A-Za-z0-9]{1,20}$")
_CLOSING = frozenset(",.;:!?)]，。；：！？）」】、")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was said, as it stood then: by a person (`did`) or by the bot in a chat."""

    at: datetime
    chat: str
    text: str
    label: str
    did: Did | None = None
    buttons: tuple[str, ...] = ()
    message: str = ""  # the bot's message; the same again is an edit
    edit: bool = False


class Log:
    """Everything that was said, in order."""

    def __init__(self, cast: Sequence[Member]) -> None:
        self.entries: list[Entry] = []
        self.posted = self.edited = 0
        self.by_user = {member.user: member for member in cast}

    def show(self, shown: Shown, at: datetime) -> None:
        """Note what the bot said or changed."""
        if shown.edits:
            self.edited += 1
        else:
            self.posted += 1
        buttons = tuple(f"[{button.label}]" for button in shown.buttons)
        self.entries.append(
            Entry(at, shown.address.chat, shown.text, label_of(shown.text), None, buttons, shown.id, bool(shown.edits))
        )

    def do(self, did: Did, at: datetime) -> None:
        """Note what a person said or pressed."""
        self.entries.append(Entry(at, did.chat or did.member.user, did.words, did.label, did))

    def story(self, label: str, *, until: str = "", without: Sequence[str] = ()) -> list[Entry]:
        """List what belongs to a request: its posting, its card in the first group, what people did and were told.

        `until` ends it with the instant at which the card says so; `without` are words of what is left out.
        """
        about = [one for one in self.entries if one.label == label]
        opened = next((one for one in about if one.did is None), None)
        if opened is None:
            return []
        home = next((one.chat for one in about if one.chat not in self.by_user and one.did is None), "")
        end = next((one.at for one in about if until and one.chat == home and until in one.text), None)
        before = [one for one in self.entries[: self.entries.index(opened)] if one.did is not None][-1:]
        told = [one for one in about if self._belongs(one, label, home) and (end is None or one.at <= end)]
        return before + [one for one in told if one.chat == home or not any(words in one.text for words in without)]

    def _belongs(self, one: Entry, label: str, home: str) -> bool:
        if one.did is not None:  # who looks it up tells nothing
            return not one.text.startswith(("/request", "/why"))
        # Of what is said privately: everything but the card, which is the group's once more.
        is_card = one.text.startswith(f"{label} ") and not one.text.startswith(f"{label} 已")
        return one.chat == home or (one.chat in self.by_user and not is_card)


class Teller:
    """Writes on a screen, and remembers what it wrote; `pause` is awaited after each piece."""

    def __init__(self, log: Log, screen: Screen) -> None:
        self.log = log
        self.screen = screen
        self._cards: dict[str, list[str]] = {}
        self._day: date | None = None

    def head(self, title: str) -> None:
        """Write a heading; a story begins."""
        self._day = None
        self.screen.print()
        self.screen.print(Text(f"━━ {title} ", "bold cyan").append("━" * max(2, 74 - Text(title).cell_len), "cyan"))

    def begin_day(self, at: datetime) -> None:
        """Write the date where another day begins within a story."""
        day = local(at, ZONE).date()
        if self._day not in (None, day):
            self.line(f"── {day:%m-%d} ──", "dim")
        self._day = day

    def line(self, words: str, style: str = "") -> None:
        """Write a line, folded where it is too long."""
        self.screen.print(Text(words, style))

    def figure(self, chinese: str, english: str, figure: str) -> None:
        """Write a figure of the summary."""
        head = f"{chinese}{' ' * (26 - cell_len(chinese))}{english}"
        self.screen.print(Text(f"{head:<{62 - cell_len(head) + len(head)}}").append(figure, "bold"))

    def tell(self, entries: Sequence[Entry], *, whole: bool) -> None:
        """Write what was said at one instant, the same words to several people once; `whole` shows cards in full."""
        entry = entries[0]
        at = f"{local(entry.at, ZONE):%H:%M}"
        if entry.did is not None:
            self._did(at, entry.did)
        elif entry.chat in self.log.by_user:
            names = "、".join(named(self.log.by_user[one.chat]) for one in entries)
            for number, piece in enumerate(folded(f"🤖 → 私聊 {names}", WIDTH - 7)):
                self.screen.print(Text(f"{at}  " if number == 0 else " " * 7).append(piece, "green"))
            self._body(entry.text.split("\n"), entry.buttons, "green")
        else:
            self._card(at, entry, whole=whole)

    def _did(self, at: str, did: Did) -> None:
        where = f" @{did.chat}" if did.chat else ""
        how = "按" if did.words.startswith("[") else "回复" if did.label and not did.words.startswith("/") else "说"
        line = Text(f"{at}  ").append(f"👤 {named(did.member)}{where}", "bold yellow").append(f" {how}:", "yellow")
        if line.cell_len + Text(did.words).cell_len < WIDTH:
            self.screen.print(line.append(did.words))
        else:
            self.screen.print(line)
            self._body([did.words], (), "yellow")

    def _card(self, at: str, entry: Entry, *, whole: bool) -> None:
        """Write a group's message; of a change what is new, or all of it with the old lines dimmed."""
        lines = entry.text.split("\n")
        old = set(self._cards.get(entry.message, ()))
        self._cards[entry.message] = lines
        self.screen.print(Text(f"{at}  ").append(f"🤖 {entry.chat} · {'卡片更新' if old else '新消息'}", "bold green"))
        if not whole and old:
            lines = [line for line in lines if line not in old]
        self._body(lines, entry.buttons, "green", old)

    def _body(
        self, lines: Sequence[str], buttons: Sequence[str], style: str, old: frozenset[str] | set[str] = frozenset()
    ) -> None:
        for line in lines:
            for piece in folded(line, BODY):
                self.screen.print(Text("       ").append("│ ", style).append(piece, "dim" if line in old else ""))
        for piece in folded(" ".join(buttons), BODY) if buttons else ():
            self.screen.print(Text("       ").append("│ ", style).append(piece, "bold blue"))


def together(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Put together what was said to several people in the same words at the same instant."""
    for _, same in groupby(entries, lambda one: (one.at, one.text, id(one) if one.did or one.message == "" else "")):
        yield list(same)


def named(member: Member) -> str:
    """Name a person with place and role."""
    place = member.store_name or member.region
    return f"{member.name}({place}{role_name('zh', member.role)})"


def folded(line: str, width: int) -> Iterator[str]:
    """Fold a line at so many columns; a Chinese letter takes two.

    No line begins with what ends a sentence, and a number or a Latin word stays whole.
    """
    piece, size = "", 0
    for letter in line:
        wide = cell_len(letter)
        if size + wide > width and letter not in _CLOSING:
            run = _RUN.search(piece) if letter.isascii() and letter.isalnum() else None
            begun = run[0] if run and len(run[0]) < len(piece) else ""
            yield piece[: len(piece) - len(begun)].rstrip()
            piece, size = begun, len(begun)
        if piece or letter != " " or line.startswith(" "):
            piece, size = piece + letter, size + wide
    yield piece
