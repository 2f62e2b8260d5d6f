"""The bot's own path inside this process, for the figures of the database alone: no platform and no wire."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import col, select

from bot.app import App
from bot.clock import WallClock
from bot.config import Config
from bot.platform import Answer, Finding, MenuEntry, Pace, Posted, Take
from handlers.chat import Address, Inbound, InboundKind, Message, inbound_from_json, to_json
from handlers.load import load
from handlers.settings import Settings
from storage.database import Database
from storage.queries import queues
from storage.queries import requests as request_queries
from storage.tables.queues import InboundRow


class Silent:
    """A platform that is there and says nothing: everything is said at once, and nowhere."""

    name = "telegram"
    asks = False
    pace = Pace(0, 0)
    has_threads = False

    def __init__(self) -> None:
        self._said = 0

    async def start(self, take: Take, answer: Answer) -> None:
        """Hear nothing."""

    async def stop_intake(self) -> None:
        """Hear nothing more."""

    async def close(self) -> None:
        """Do nothing."""

    async def post(self, address: Address, message: Message, *, only_for: str = "", reply_to: str = "") -> Posted:
        """Say it nowhere."""
        self._said += 1
        return Posted(address.chat, str(self._said))

    async def edit(self, address: Address, posted: Posted, message: Message) -> None:
        """Change nothing."""

    async def publish(self, menu: Sequence[MenuEntry]) -> None:
        """Show no menu."""

    async def greet(self) -> None:
        """Be well."""

    async def check(self) -> list[Finding]:
        """Find nothing."""
        return []

    def deep_link(self, code: str) -> str:
        """Return no link."""
        return ""

    def is_group(self, address: Address) -> bool:
        """Say what Telegram would."""
        return address.chat.startswith("-")


def app_of(database: Database) -> App:
    """Build the app as a process does, with a platform that is silent."""
    load()
    return App(database, settings(), WallClock(), [Silent()])


def settings() -> Settings:
    """Return what a new network is told."""
    load()
    return Config().settings().model_copy(update={"platforms": frozenset({"telegram"})})


def store(database: Database, said: Sequence[tuple[int, int, str]], prefix: str) -> None:
    """Store what was said privately, as the intake does."""
    now = WallClock().now()
    with database.transaction() as session:
        request_queries.get_or_add_policy(session, settings().rules.model_dump_json(), now)
        for number, (chat, user, text) in enumerate(said):
            inbound = Inbound(
                f"{prefix}:{number}",
                InboundKind.TEXT,
                Address("telegram", str(chat)),
                user=str(user),
                text=text.removeprefix("/"),
                private=True,
            )
            queues.add_inbound(
                session,
                source=inbound.id,
                platform="telegram",
                chat=str(chat),
                payload=to_json(inbound),
                now=now,
            )


def stored(database: Database) -> list[tuple[int, Inbound]]:
    """Return what was said and not worked, in order."""
    with database.transaction(writing=False) as session:
        rows = session.exec(select(InboundRow).where(col(InboundRow.done_at).is_(None)).order_by(col(InboundRow.id)))
        return [(row.id, inbound_from_json(row.payload)) for row in rows]
