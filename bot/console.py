"""A third platform: the terminal. Its chats live in memory; the demo, `chat` and tests speak through it.

A user's private chat has the user's id; any other chat is a group. Nothing is paced and nothing is refused, except
that a message of another run cannot be edited any more.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.platform import Answer, Finding, Gone, MenuEntry, Pace, Posted, Take, TooBig, Unsayable
from handlers.chat import Address, Button, Inbound, InboundKind, Message, Reply

NAME = "console"


@dataclass
class Shown:
    """A message of the bot as it stands in its chat now; `numbers` are its buttons', in their order."""

    id: str
    address: Address
    message: Message
    only_for: str = ""
    reply_to: str = ""
    edits: int = 0
    numbers: dict[str, int] = field(default_factory=dict)  # token → number

    @property
    def buttons(self) -> list[Button]:
        """The buttons in one row."""
        return [button for row in self.message.buttons for button in row]

    @property
    def text(self) -> str:
        """The words alone."""
        return self.message.plain


Watcher = Callable[[Shown], None]
"""Called after each post and edit (`edits` tells which); for transcripts."""


class Console:
    """The platform `console`. `run` begins every id, so that two runs on one database do not share any."""

    pace = Pace(overall_per_second=0, chat_per_second=0)

    def __init__(self, *, name: str = NAME, run: str = "", has_threads: bool = False) -> None:
        self.name = name
        self.asks = False
        self._run = run
        self._has_threads = has_threads
        self._shown: dict[str, Shown] = {}
        self._watchers: list[Watcher] = []
        self._ids = itertools.count(1)
        self._numbers = itertools.count(1)
        self._pressable: dict[int, tuple[Shown, str]] = {}
        self._take: Take | None = None
        self._answer: Answer | None = None

    # What a person does

    async def say(
        self,
        user: str,
        text: str,
        *,
        chat: str = "",
        thread: str = "",
        reply_to: Shown | str = "",
        name: str = "",
    ) -> Reply:
        """Say something as a user: privately, or in a chat; a leading slash or @bot means a command."""
        chat = chat or user
        private = chat == user
        words = text.strip()
        addressed = private or words[:1] in {"/", "／"} or words.startswith("@bot")
        return await self.hand_over(
            Inbound(
                self._next_id("in"),
                InboundKind.TEXT,
                Address(self.name, chat, thread),
                user=user,
                user_name=name or user,
                text=words.removeprefix("@bot").strip().lstrip("/／") if addressed else words,
                addressed=addressed,
                private=private,
                message=self._next_id("said"),
                reply_to=reply_to.id if isinstance(reply_to, Shown) else reply_to,
            )
        )

    async def send_file(self, user: str, file: Path, *, chat: str = "", text: str = "", name: str = "") -> Reply:
        """Send a file of this machine as a user, privately or in a chat."""
        chat = chat or user
        return await self.hand_over(
            Inbound(
                self._next_id("in"),
                InboundKind.TEXT,
                Address(self.name, chat),
                user=user,
                user_name=name or user,
                text=text.lstrip("/／"),
                addressed=True,
                private=chat == user,
                message=self._next_id("said"),
                values={"file": str(file), "file_kind": "document", "file_name": file.name, "file_size": _size(file)},
            )
        )

    async def press(self, user: str, where: Shown | int, label: str = "", *, name: str = "") -> Reply:
        """Press a button as a user: one of a message by its label (or how it begins), or one by its number.

        Raises `LookupError` when there is no such button.
        """
        shown, token = self._button(where, label)
        return await self.hand_over(
            Inbound(
                self._next_id("in"),
                InboundKind.BUTTON,
                shown.address,
                user=user,
                user_name=name or user,
                addressed=True,
                private=shown.address.chat == user,
                message=shown.id,
                token=token,
            )
        )

    async def hand_over(self, inbound: Inbound) -> Reply:
        """Take in any inbound and wait until it is worked."""
        assert self._take is not None and self._answer is not None, "the console was not started"
        if not await self._take([inbound]):
            return Reply()
        return await self._answer(inbound)

    # What stands in the chats

    def messages(self, chat: str, *, viewer: str = "") -> list[Shown]:
        """Return what the bot has said in a chat, as it stands now; for a `viewer` without others' private words."""
        return [
            shown
            for shown in self._shown.values()
            if shown.address.chat == chat and (not viewer or shown.only_for in {"", viewer})
        ]

    def last(self, chat: str, *, containing: str = "") -> Shown:
        """Return the last message of a chat (that contains these words). Raises `LookupError`."""
        found = [shown for shown in self.messages(chat) if containing in shown.text]
        if not found:
            raise LookupError(f"nothing in {chat} says {containing!r}")
        return found[-1]

    def watch(self, watcher: Watcher) -> None:
        """Call `watcher` after each post and edit."""
        self._watchers.append(watcher)

    # What the bot does

    async def start(self, take: Take, answer: Answer) -> None:
        """Remember whom to hand over to."""
        self._take, self._answer = take, answer

    async def stop_intake(self) -> None:
        """Do nothing: whoever says something waits for it to be answered."""

    async def close(self) -> None:
        """Do nothing."""

    async def post(self, address: Address, message: Message, *, only_for: str = "", reply_to: str = "") -> Posted:
        """Show a message."""
        shown = Shown(self._next_id("m"), address, message, only_for, reply_to)
        self._shown[shown.id] = shown
        self._show(shown)
        return Posted(address.chat, shown.id)

    async def edit(self, address: Address, posted: Posted, message: Message) -> None:
        """Change a message where it stands."""
        shown = self._shown.get(posted.message)
        if shown is None:
            raise Gone("this message was shown by another run")
        if shown.message != message:
            shown.message = message
            shown.edits += 1
            self._show(shown)

    async def fetch(self, values: Mapping[str, str], most: int) -> bytes:
        """Return a file of this machine."""
        return _content(Path(values["file"]), most)

    def forget(self, shown: Shown) -> None:
        """Delete a message, as somebody in the chat could."""
        del self._shown[shown.id]

    async def publish(self, menu: Sequence[MenuEntry]) -> None:
        """Do nothing: a terminal has no menu."""

    async def greet(self) -> None:
        """Do nothing: a terminal refuses nobody."""

    async def check(self) -> list[Finding]:
        """Find nothing."""
        return []

    def deep_link(self, code: str) -> str:
        """Return "": a terminal has no links."""
        return ""

    def is_group(self, address: Address) -> bool:
        """Say no: nothing is paced."""
        return False

    @property
    def has_threads(self) -> bool:
        """Whether a message can be answered in a thread of its own."""
        return self._has_threads

    def _show(self, shown: Shown) -> None:
        for number in shown.numbers.values():
            self._pressable.pop(number, None)
        # A button that stays keeps its number.
        shown.numbers = {
            button.token: shown.numbers.get(button.token) or next(self._numbers) for button in shown.buttons
        }
        self._pressable.update({number: (shown, token) for token, number in shown.numbers.items()})
        for watcher in self._watchers:
            watcher(shown)

    def _button(self, where: Shown | int, label: str) -> tuple[Shown, str]:
        if isinstance(where, int):
            if where not in self._pressable:
                raise LookupError(f"there is no button #{where}")
            return self._pressable[where]
        for button in (
            *(button for button in where.buttons if button.label == label),
            *(button for button in where.buttons if label and button.label.startswith(label)),
            *(button for button in where.buttons if label and label in button.label),
        ):
            return where, button.token
        raise LookupError(f"no button {label!r} among {[button.label for button in where.buttons]}")

    def _next_id(self, kind: str) -> str:
        return f"{self.name}:{self._run}{kind}{next(self._ids)}"


def render(shown: Shown) -> str:
    """Write a message as text, its buttons in brackets with their numbers."""
    rows = [
        "  ".join(f"[#{shown.numbers[button.token]} {button.label}]" for button in row) for row in shown.message.buttons
    ]
    return "\n".join([shown.text, *rows])


def _size(file: Path) -> str:
    try:
        return str(file.stat().st_size)
    except OSError:
        return ""


def _content(file: Path, most: int) -> bytes:
    try:
        with file.open("rb") as opened:
            content = opened.read(most + 1)
    except OSError as error:
        raise Unsayable(f"{file}: {error.strerror}") from None
    if len(content) > most:
        raise TooBig(str(file))
    return content
