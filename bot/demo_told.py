"""The demo's transcript: of everything that was said, the few scenes that are told, written for 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from rich.console import Console as Screen
from rich.text import Text

from bot.console import Shown
from bot.demo_network import Member
from bot.demo_people import ZONE, Did, label_of
from handlers.people.messages import role as role_name
from handlers.working_time import local

WIDTH = 80
BODY = WIDTH - 12


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


@dataclass
class Scene:
    """A story to be told: a request's, from its posting on, seen from the chat where it was posted."""

    title: str
    words: str
    number: list[int] = field(default_factory=list)  # by which its label is found
    people: set[str] = field(default_factory=set)  # whose private chats belong to it; empty: everybody's


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

    def story(self, label: str) -> list[Entry]:
        """List what belongs to a request: its posting, its card in the first group, what people did and were told."""
        about = [one for one in self.entries if one.label == label]
        home = next((one.chat for one in about if one.chat not in self.by_user and one.did is None), "")
        opened = next((one for one in about if one.did is None), None)
        if opened is None:
            return []
        before = [one for one in self.entries[: self.entries.index(opened)] if one.did is not None][-1:]
        return before + [one for one in about if self._belongs(one, label, home)]

    def _belongs(self, one: Entry, label: str, home: str) -> bool:
        if one.did is not None or one.chat == home:
            return True
        # Of what is said privately: everything but the card, which is the group's once more.
        return one.chat in self.by_user and not one.text.startswith(f"{label} ")


class Teller:
    """Writes on a screen, and remembers what it wrote; `pause` is awaited after each piece."""

    def __init__(self, log: Log, screen: Screen) -> None:
        self.log = log
        self.screen = screen
        self._cards: dict[str, list[str]] = {}

    def head(self, title: str) -> None:
        """Write a heading."""
        self.screen.print()
        self.screen.print(Text(f"━━ {title} ", "bold cyan").append("━" * max(2, 74 - Text(title).cell_len), "cyan"))

    def line(self, words: str, style: str = "") -> None:
        """Write a line, folded where it is too long."""
        self.screen.print(Text(words, style))

    def tell(self, entry: Entry) -> None:
        """Write one thing that was said."""
        at = f"{local(entry.at, ZONE):%H:%M}"
        if entry.did is not None:
            self._did(at, entry.did)
        elif entry.chat in self.log.by_user:
            member = self.log.by_user[entry.chat]
            self.screen.print(Text(f"{at}  ").append(f"🤖 → 私聊 {named(member)}", "green"))
            self._body(entry.text.split("\n"), entry.buttons, "green")
        else:
            self._card(at, entry)

    def _did(self, at: str, did: Did) -> None:
        where = f" @{did.chat}" if did.chat else ""
        how = "按" if did.words.startswith("[") else "回复" if did.label and not did.words.startswith("/") else "说"
        line = Text(f"{at}  ").append(f"👤 {named(did.member)}{where}", "bold yellow").append(f" {how}:", "yellow")
        if line.cell_len + Text(did.words).cell_len < WIDTH:
            self.screen.print(line.append(did.words))
        else:
            self.screen.print(line)
            self._body([did.words], (), "yellow")

    def _card(self, at: str, entry: Entry) -> None:
        """Write a group's message; a change shows what is new in it."""
        lines = entry.text.split("\n")
        before = self._cards.get(entry.message)
        self._cards[entry.message] = lines
        what = "卡片更新" if entry.edit else "新消息"
        self.screen.print(Text(f"{at}  ").append(f"🤖 {entry.chat} · {what}", "bold green"))
        self._body(lines, entry.buttons, "green", old=set(before or ()))

    def _body(self, lines: Sequence[str], buttons: Sequence[str], style: str, old: set[str] | None = None) -> None:
        for line in lines:
            known = old is not None and line in old
            for piece in folded(line, BODY):
                self.screen.print(Text("       ").append("│ ", style).append(piece, "dim" if known else ""))
        if buttons:
            for piece in folded(" ".join(buttons), BODY):
                self.screen.print(Text("       ").append("│ ", style).append(piece, "bold blue"))


def named(member: Member) -> str:
    """Name a person with place and role."""
    place = member.store_name or member.region
    return f"{member.name}({place}{role_name('zh', member.role)})"


def folded(line: str, width: int) -> Iterator[str]:
    """Fold a line at so many columns; a Chinese letter takes two."""
    piece = Text()
    for letter in line:
        if piece.cell_len + Text(letter).cell_len > width:
            yield piece.plain
            piece = Text()
        piece.append(letter)
    yield piece.plain
