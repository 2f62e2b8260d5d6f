"""A desk for tests of delivery: says things into the outbox as handlers do, and lets delivery say them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlmodel import col, select

from bot.app import App
from bot.clock import SimulatedClock
from bot.platform import Platform
from bot.threads import Inline, Workers
from handlers.chat import Address, Priority, message
from handlers.context import Context
from handlers.settings import Flood, Settings
from storage.database import Database
from storage.queries import chats as chat_queries
from storage.tables.audit import AuditEntry
from storage.tables.chats import Card
from storage.tables.queues import InboundRow, OutboxRow
from storage.tables.requests import Request, State, Urgency
from tests.factories import MONDAY, SmallNetwork, small_network

SETTINGS = Settings(flood=Flood(at_once=0))  # here one says more than a person can


class OutboxDesk:
    """An app over one database, with its clock; `restart` is what a crash leaves: a new app on the same database."""

    def __init__(
        self,
        database: Database,
        clock: SimulatedClock,
        platforms: Sequence[Platform],
        workers: Workers | None = None,
    ) -> None:
        self._workers = workers or Inline()
        self.database = database
        self.clock = clock
        self.platforms = platforms
        self._network: SmallNetwork | None = None
        self.app = self._new_app()

    def restart(self) -> None:
        """Forget everything in memory."""
        self.app = self._new_app()

    def _new_app(self) -> App:
        return App(self.database, SETTINGS, self.clock, self.platforms, workers=self._workers)

    @contextmanager
    def context(self) -> Iterator[Context]:
        """Yield a context whose words go to the outbox at the end."""
        with self.database.transaction() as session:
            context = Context(session, SETTINGS, self.clock.now())
            yield context
            context.flush(session)

    def say(
        self,
        chat: str,
        *texts: str,
        priority: Priority = Priority.NORMAL,
        platform: str = "telegram",
        only_for: str = "",
        person_id: int | None = None,
    ) -> None:
        """Say texts in a chat."""
        with self.context() as context:
            for text in texts:
                address = Address(platform, chat)
                context.say(address, message(text), priority=priority, only_for=only_for, person_id=person_id)

    def card(self, chat: str, platform: str = "telegram") -> int:
        """Make a card of a new request in a chat; nothing is said of it yet."""
        network = self.network
        with self.database.transaction() as session:
            number = len(session.exec(select(Request.id)).all()) + 1
            request = Request(
                kind="transfer",
                number=number,
                urgency=Urgency.URGENT,
                state=State.ASKING,
                store_id=network.sz01.id,
                region_id=network.shenzhen.id,
                author_id=network.sz01_manager.id,
                policy_id=network.policy.id,
                matter="前大灯-左",
                opened_at=self.clock.now(),
                cap_at=self.clock.now() + timedelta(hours=2),
            )
            session.add(request)
            session.flush()
            card = Card(request_id=request.id, platform=platform, chat=chat, language="zh", timezone="Asia/Shanghai")
            session.add(card)
            session.flush()
            return card.id

    def look(self, card_id: int, text: str, priority: Priority = Priority.NORMAL) -> None:
        """Let a card say this from now on."""
        with self.context() as context:
            context.say_card(chat_queries.get_card(context.session, card_id), message(text), priority=priority)

    def under(self, card_id: int, text: str) -> None:
        """Add a line to a card's thread."""
        with self.context() as context:
            context.say_under(chat_queries.get_card(context.session, card_id), message(text))

    @property
    def network(self) -> SmallNetwork:
        """The small network, made when it is first asked for."""
        if self._network is None:
            with self.database.transaction() as session:
                self._network = small_network(session, min(self.clock.now(), MONDAY))
        return self._network

    async def deliver(self) -> datetime | None:
        """Say what is due now; returns when to look again."""
        return await self.app.delivery.deliver_due(self.clock.now())

    async def deliver_all(self, until: timedelta = timedelta(hours=12)) -> timedelta:
        """Say everything, moving the clock to where delivery wants to look again; returns how long it took."""
        begun = self.clock.now()
        while (look := await self.deliver()) is not None and look - begun < until:
            self.clock.set(max(look, self.clock.now()))
        return self.clock.now() - begun

    def rows(self, chat: str = "") -> Sequence[OutboxRow]:
        """Return the outbox, in order."""
        with self.database.transaction(writing=False) as session:
            query = select(OutboxRow).order_by(col(OutboxRow.id))
            return session.exec(query.where(OutboxRow.chat == chat) if chat else query).all()

    def find_card(self, card_id: int) -> Card:
        """Return a card as it is now."""
        with self.database.transaction(writing=False) as session:
            return chat_queries.get_card(session, card_id)

    def inbounds(self) -> Sequence[InboundRow]:
        """Return everything said to us."""
        with self.database.transaction(writing=False) as session:
            return session.exec(select(InboundRow).order_by(col(InboundRow.id))).all()

    def acts(self) -> list[str]:
        """Return the names of what is on the record."""
        with self.database.transaction(writing=False) as session:
            return [entry.act for entry in session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))]
