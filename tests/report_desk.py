"""What the tests of the posted boards stand on: their hours, and requests written as the engine would leave them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from storage.queries import ledger
from storage.queries import requests as request_queries
from storage.tables.chats import Chat
from storage.tables.people import Person, Store
from storage.tables.requests import Ask, AskState, Request, State, Step, StepOutcome, Transfer, Urgency
from tests.factories import SmallNetwork
from tests.talk import Talk

EVENING = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)  # 21:00 in Shenzhen
BANGKOK_EVENING = EVENING + timedelta(hours=1)
NEXT_MONDAY = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)  # 09:00 in Shenzhen
DAY = timedelta(days=1)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


class Rows:
    """Writes requests as they would stand after the engine, at any time of the past."""

    def __init__(self, session: Session, network: SmallNetwork) -> None:
        self.session = session
        self.network = network

    def request(
        self,
        store: Store,
        author: Person,
        opened: datetime,
        *,
        urgency: Urgency = Urgency.URGENT,
        state: State = State.ASKING,
        **facts: object,
    ) -> Request:
        """Add a transfer of one left headlamp that nobody has accepted."""
        request = Request(
            kind="transfer",
            number=request_queries.next_number(self.session, "transfer"),
            urgency=urgency,
            state=state,
            store_id=store.id,
            region_id=store.region_id,
            author_id=author.id,
            policy_id=self.network.policy.id,
            matter="waiting",
            opened_at=opened,
            cap_at=opened + timedelta(hours=2),
            **facts,
        )
        self.session.add(request)
        self.session.flush()
        self.session.add(Transfer(request_id=request.id, part_id=self.network.headlamp.id, asked=1))
        return request

    def ask(self, request: Request, store: Store, asked: datetime, *, rank: int = 1, **facts: object) -> Ask:
        """Add the ask of one store."""
        values = {"state": AskState.PENDING, **facts}
        ask = Ask(request_id=request.id, store_id=store.id, rank=rank, asked_at=asked, **values)
        self.session.add(ask)
        self.session.flush()
        return ask

    def step(
        self,
        request: Request,
        store: Store,
        name: str,
        started: datetime,
        due: datetime,
        *,
        ended: datetime | None = None,
        turn: int = 1,
    ) -> Step:
        """Add a step; it is broken when it ended late."""
        broken = ended is not None and ended >= due
        step = Step(
            request_id=request.id,
            turn=turn,
            name=name,
            store_id=store.id,
            started_at=started,
            due_at=due,
            ended_at=ended,
            outcome=None if ended is None else StepOutcome.BREACHED if broken else StepOutcome.MET,
            breached_at=due if broken else None,
        )
        self.session.add(step)
        self.session.flush()
        return step

    def done(
        self,
        asker: Store,
        giver: Store,
        finished: datetime,
        *,
        response: float = 10,
        took: float = 60,
        kept: str = "",
        author: Person | None = None,
    ) -> Request:
        """Add a transfer delivered and recorded, answered once, with its point."""
        opened = finished - minutes(took)
        request = self.request(
            asker,
            author or self.network.sz01_manager,
            opened,
            state=State.RECORDED,
            owner_store_id=giver.id,
            accepted_at=opened + minutes(response),
            finished_at=finished,
            ended_at=finished,
            kept=kept,
        )
        self.ask(request, giver, opened, state=AskState.ACCEPTED, answered_at=opened + minutes(response))
        ledger.add_points(
            self.session,
            key=f"request:{request.id}:transfer",
            store_id=giver.id,
            points=1,
            rule="points.transfer",
            policy_id=self.network.policy.id,
            request_id=request.id,
            now=finished,
        )
        return request

    def asked(self, asker: Store, author: Person, store: Store, opened: datetime, **facts: object) -> Request:
        """Add a request that waits for a store's answer."""
        request = self.request(asker, author, opened, **facts)  # type: ignore[arg-type]
        self.ask(request, store, opened)
        self.step(request, store, "seen", opened, opened + minutes(5))
        return request


def posted(talk: Talk, chat: Chat | Person, words: str) -> list[str]:
    """Return what was said at a place with these words in it."""
    return [heard.plain for heard in talk.heard(chat) if words in heard.plain]
