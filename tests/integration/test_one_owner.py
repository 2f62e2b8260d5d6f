"""Exactly one owner, whoever presses first: manager and deputy, on both platforms, again and again."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

from handlers import dispatch
from handlers.chat import Address, Inbound, InboundKind, Reply, to_json
from handlers.settings import Settings
from storage.database import Database
from storage.queries import chats as chat_queries
from storage.queries import queues
from storage.queries import stock as stock_queries
from storage.tables.ledger import PointsEntry
from storage.tables.people import Account
from storage.tables.queues import Timer
from storage.tables.requests import Ask, AskState, Request, State
from tests.factories import MONDAY, small_network
from tests.talk import UNWARNED, Talk

PRESSES = 50


@pytest.mark.parametrize("runs", [5, pytest.param(100, marks=pytest.mark.soak)])
def test_fifty_acceptances_at_once_leave_one_owner(any_database: Database, runs: int) -> None:
    with any_database.transaction() as session:
        network = small_network(session)
        for store, quantity in ((network.sz02, 500), (network.sz03, 0)):  # only one store can be asked
            level = stock_queries.find_stock_level(session, store.id, network.headlamp.id)
            assert level is not None
            level.quantity = quantity
    talk = Talk(any_database, UNWARNED)
    for _ in range(runs):
        talk.says(network.sz01_manager, "/transfer 前大灯-左 x1 normal 补库存")
    with any_database.transaction() as session:
        asks = session.exec(select(Ask).order_by(Ask.id)).all()  # type: ignore[arg-type]
        tokens = [chat_queries.token_of(session, "request.accept", {"ask": ask.id}, MONDAY) for ask in asks]
    assert len(tokens) == runs
    with any_database.transaction(writing=False) as session:
        users = [
            (account.platform, account.user)
            for account in session.exec(select(Account))
            if account.person_id in {network.sz02_manager.id, network.sz02_deputy.id}
        ]
    assert {platform for platform, _ in users} == {"telegram", "slack"}
    with ThreadPoolExecutor(16) as pool:
        for run, token in enumerate(tokens):
            gate = threading.Barrier(16)
            presses = [
                pool.submit(_press, any_database, gate, run, number, token, *users[number % 2])
                for number in range(PRESSES)
            ]
            replies = [press.result() for press in presses]
            assert len([reply for reply in replies if "已由" in reply.toast]) == PRESSES - 1, run
    with any_database.transaction(writing=False) as session:
        requests = session.exec(select(Request)).all()
        assert {request.state for request in requests} == {State.ACCEPTED}
        assert {request.owner_store_id for request in requests} == {network.sz02.id}
        accepted = [ask for ask in session.exec(select(Ask)) if ask.state is AskState.ACCEPTED]
        assert len(accepted) == runs
        ships = [timer.key for timer in session.exec(select(Timer)) if timer.key.endswith(":ship:due")]
        assert len(ships) == runs
        assert not session.exec(select(PointsEntry)).all()


def _press(
    database: Database, gate: threading.Barrier, run: int, number: int, token: str, platform: str, user: str
) -> Reply:
    """Press as a platform delivers it: stored first, then worked; the first sixteen start together."""
    inbound = Inbound(
        id=f"{platform}:{run}:{number}",
        kind=InboundKind.BUTTON,
        origin=Address(platform, user),
        user=user,
        private=True,
        token=token,
    )
    if number < 16:
        gate.wait(30)
    now = MONDAY + timedelta(seconds=run)
    with database.transaction() as session:
        row = queues.add_inbound(
            session, source=inbound.id, platform=platform, chat=user, payload=to_json(inbound), now=now
        )
    assert row is not None
    return dispatch.answer(database, Settings(), row, inbound, now)


@pytest.mark.parametrize("quantity", [-1, 0, 10**9])
def test_an_odd_quantity_promises_nothing(database: Database, quantity: int) -> None:
    with database.transaction() as session:
        network = small_network(session)
    talk = Talk(database)
    talk.says(network.sz01_manager, "/transfer 前大灯-左 x2 urgent 客户在等")
    talk.delivered()
    talk.says(network.sz02_manager, f"可以 {quantity}个", reply_to=talk.card(network.sz02_manager, "T-0001"))
    with database.transaction(writing=False) as session:
        assert session.exec(select(Request)).one().state is State.ASKING
