"""What waits in a chat for another process that is gone comes behind what that one had taken in."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

from sqlmodel import col, select

from bot.clock import SimulatedClock
from bot.inbox import Inbox
from bot.threads import Desk, Threads
from handlers.chat import Address, Inbound, InboundKind, to_json
from handlers.load import load
from handlers.settings import Settings
from storage.database import Database
from storage.queries import people as people_queries
from storage.queries import queues, sharing
from storage.tables.queues import OutboxRow
from tests.factories import MONDAY, small_network


async def test_what_a_process_that_is_gone_took_in_is_worked_before_what_waited_for_it(postgres: Database) -> None:
    load()
    with postgres.transaction() as session:
        manager = small_network(session).sz01_manager
        account = people_queries.list_accounts(session, manager.id)[0]

    def says(number: int) -> Inbound:
        return Inbound(
            f"update:{number}",
            InboundKind.TEXT,
            Address("telegram", account.private_chat),
            user=account.user,
            text=f"request T-{number}",
            private=True,
        )

    with postgres.transaction() as session:
        first = says(9001)
        heard = queues.Heard(first.id, "telegram", account.private_chat, to_json(first), MONDAY)
        queues.add_inbounds(session, [heard], by="gone")
        sharing.renew_leases(session, "here", [], timedelta(minutes=5))
    workers = Threads(one_writer=False)
    inbox = Inbox(
        Desk(postgres, workers, SimulatedClock(MONDAY)), Settings(), lambda: None, by="here", is_shared=lambda: True
    )
    assert len(await inbox.take([says(9002), says(9003)])) == 2
    with postgres.transaction(writing=False) as session:
        assert not session.exec(select(OutboxRow)).all()  # they wait
    await inbox.adopt()
    async with asyncio.timeout(60):
        await inbox.idle()
    workers.close(1)
    with postgres.transaction(writing=False) as session:
        said = [row.payload for row in session.exec(select(OutboxRow).order_by(col(OutboxRow.id)))]
    assert [number for payload in said for number in re.findall(r"T-(9\d+)", payload)[:1]] == ["9001", "9002", "9003"]
