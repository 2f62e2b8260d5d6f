"""The platforms as the people of a scenario use them: one `Side` each, the same verbs on all of them.

A side stands before a fake at the wire (or the terminal), never before a handler: what it shows is what a person sees.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from bot.clock import WallClock
from bot.console import Console
from bot.console import Shown as ConsoleShown
from bot.platform import Pace, Platform
from bot.slack import Slack
from bot.telegram import Telegram
from handlers.chat import Inbound
from tests.wire import PATIENCE
from tests.wire_slack import SlackWire
from tests.wire_slack_line import Delivery
from tests.wire_slack_web import Said
from tests.wire_telegram import TOKEN, TelegramWire
from tests.wire_telegram_world import Shown as TelegramShown

# The pace has tests of its own: tests/integration/test_delivery.py.
UNPACED = Pace(overall_per_second=0, chat_per_second=0)


@dataclass(frozen=True)
class Seen:
    """A message as somebody sees it now; `of` is the side's own."""

    text: str
    buttons: tuple[str, ...]
    of: Any


class Side(Protocol):
    """What people do on one platform and what they see there."""

    name: str
    platform: Platform
    guides: bool  # a form is asked one question after another; else it opens whole

    def joins(self, user: str, name: str) -> None:
        """Make a person of the platform."""

    def group(self, number: int, *users: str) -> str:
        """Make a group with the bot in it; returns its id."""

    async def says(self, user: str, text: str, chat: str = "", reply_to: Seen | None = None, times: int = 1) -> None:
        """Write words, privately or in a chat; the platform delivers them so many times."""

    async def presses(self, user: str, seen: Seen, label: str, times: int = 1) -> None:
        """Press a button."""

    def sees(self, chat: str) -> list[Seen]:
        """List what the bot said in a chat for all to see, as it stands now, the oldest first."""

    def hears(self, user: str) -> list[Seen]:
        """List what this person alone was told, wherever."""

    async def fills(self, user: str, values: dict[str, str]) -> None:
        """Send the form opened before this person."""

    async def wait(self, predicate: Callable[[], Any]) -> Any:
        """Return the predicate's first true value."""

    def complaints(self) -> list[str]:
        """List what a real platform would not have let through."""


class TelegramSide:
    """Telegram: users are numbers, a private answer comes in the private chat, a toast over the chat."""

    name = "telegram"
    guides = True

    def __init__(self, wire: TelegramWire) -> None:
        self.wire = wire
        self.platform: Platform = Telegram(TOKEN, base_url=wire.url, clock=WallClock())
        self.platform.pace = UNPACED

    def joins(self, user: str, name: str) -> None:
        self.wire.user(int(user), name)

    def group(self, number: int, *users: str, basic: bool = False) -> str:
        return str(self.wire.group(-5000 - number if basic else -1001000000000 - number, f"群{number}", basic=basic))

    async def says(self, user: str, text: str, chat: str = "", reply_to: Seen | None = None, times: int = 1) -> None:
        shown = reply_to.of if reply_to else 0
        self._again(self.wire.say(int(user), text, int(chat or 0), reply_to=shown), times)

    async def presses(self, user: str, seen: Seen, label: str, times: int = 1) -> None:
        self._again(self.wire.press(int(user), seen.of, label), times)

    def _again(self, update: dict[str, Any], times: int) -> None:
        for _ in range(times - 1):
            self.wire.redeliver(update)

    def sees(self, chat: str) -> list[Seen]:
        return [_telegram(shown) for shown in self.wire.messages(int(chat))]

    def hears(self, user: str) -> list[Seen]:
        with self.wire.lock:
            pressed = [one for one in self.wire.callbacks.values() if one.user == int(user)]
        toasts = [answer.get("text") or "" for one in pressed for answer in one.answers]
        return [Seen(text, (), None) for text in toasts if text] + self.sees(user)

    async def fills(self, user: str, values: dict[str, str]) -> None:
        raise AssertionError("Telegram opens no forms")

    async def wait(self, predicate: Callable[[], Any]) -> Any:
        return await self.wire.wait_for(predicate, PATIENCE)

    def complaints(self) -> list[str]:
        return [*self.wire.violations, *(f"unanswered press {one.id}" for one in self.wire.unanswered())]


class SlackSide:
    """Slack: a slash command for what begins with one, ephemerals for what is private, modals for forms."""

    name = "slack"
    guides = False

    def __init__(self, wire: SlackWire) -> None:
        self.wire = wire
        self.platform: Platform = Slack(
            bot_token=wire.bot_token,
            app_token=wire.app_token,
            signing_secret=wire.signing_secret,
            base_url=wire.base_url,
            clock=WallClock(),
        )
        self.platform.pace = UNPACED

    def joins(self, user: str, name: str) -> None:
        self.wire.dm(user)

    def group(self, number: int, *users: str) -> str:
        return self.wire.add_channel(f"C{number:04}", *users).id

    async def says(self, user: str, text: str, chat: str = "", reply_to: Seen | None = None, times: int = 1) -> None:
        if text.startswith("/"):
            self._again(self.wire.command(user, text[1:], channel=chat), times)
        else:
            before = len(self.wire.deliveries)
            self.wire.say(user, text, channel=chat, thread=reply_to.of.ts if reply_to else "")
            for delivery in self.wire.deliveries[before:]:
                self._again(delivery, times)

    async def presses(self, user: str, seen: Seen, label: str, times: int = 1) -> None:
        self._again(self.wire.press(user, seen.of, label), times)

    def _again(self, delivery: Delivery, times: int) -> None:
        for _ in range(times - 1):
            self.wire.redeliver(delivery)

    def sees(self, chat: str) -> list[Seen]:
        return [_slack(said) for said in self.wire.messages(chat, thread="")]

    def hears(self, user: str) -> list[Seen]:
        with self.wire.lock:
            alone = [said for chat in self.wire.channels.values() for said in chat.messages if said.only_for == user]
            answers = [Seen(str(one.get("text", "")), (), None) for one in self.wire.responses]
        # In the threads of direct messages nobody else reads along.
        return answers + [_slack(said) for said in [*alone, *self.wire.messages(self.wire.dm(user).id)]]

    async def fills(self, user: str, values: dict[str, str]) -> None:
        view = await self.wait(lambda: next((one for one in self.wire.views if one.user == user and one.open), None))
        self.wire.submit(user, view, values)
        await self.wait(lambda: not view.open)

    async def wait(self, predicate: Callable[[], Any]) -> Any:
        return await self.wire.wait_for(predicate, PATIENCE)

    def complaints(self) -> list[str]:
        return list(self.wire.violations)


class ConsoleSide:
    """The terminal, whose user waits until he is answered."""

    name = "console"
    guides = True

    def __init__(self) -> None:
        self.console = Console()
        self.platform: Platform = self.console
        self._told: dict[str, list[Seen]] = {}
        self._ids = itertools.count(1)

    def joins(self, user: str, name: str) -> None:
        self._told[user] = []

    def group(self, number: int, *users: str) -> str:
        return f"群{number}"

    async def says(self, user: str, text: str, chat: str = "", reply_to: Seen | None = None, times: int = 1) -> None:
        await self._hands(
            user, times, lambda: self.console.say(user, text, chat=chat, reply_to=reply_to.of if reply_to else "")
        )

    async def presses(self, user: str, seen: Seen, label: str, times: int = 1) -> None:
        await self._hands(user, times, lambda: self.console.press(user, seen.of, label))

    async def _hands(self, user: str, times: int, act: Callable[[], Awaitable[Any]]) -> None:
        """Let what is said be handed over so many times, as a network does that has not heard the answer."""
        handed: list[Inbound] = []
        once = self.console.hand_over

        async def remember(inbound: Inbound) -> Any:
            handed.append(inbound)
            return await once(inbound)

        self.console.hand_over = remember  # type: ignore[method-assign]
        try:
            reply = await act()
        finally:
            self.console.hand_over = once  # type: ignore[method-assign]
        for _ in range(times - 1):
            await once(handed[0])
        if reply.toast:
            self._told[user].append(Seen(reply.toast, (), None))

    def sees(self, chat: str) -> list[Seen]:
        return [
            _console(shown) for shown in self.console.messages(chat) if not shown.only_for or shown.only_for == chat
        ]

    def hears(self, user: str) -> list[Seen]:
        alone = [_console(shown) for shown in self.console._shown.values() if shown.only_for == user]
        return self._told[user] + alone + self.sees(user)

    async def fills(self, user: str, values: dict[str, str]) -> None:
        raise AssertionError("a terminal opens no forms")

    async def wait(self, predicate: Callable[[], Any]) -> Any:
        async with asyncio.timeout(PATIENCE):
            while not (found := predicate()):  # noqa: ASYNC110 - a terminal tells nobody that it changed
                await asyncio.sleep(0.01)
            return found

    def complaints(self) -> list[str]:
        return []


def _telegram(shown: TelegramShown) -> Seen:
    return Seen(shown.text, tuple(shown.labels), shown)


def _slack(said: Said) -> Seen:
    return Seen(said.words, tuple(said.buttons), said)


def _console(shown: ConsoleShown) -> Seen:
    return Seen(shown.text, tuple(button.label for button in shown.buttons), shown)
