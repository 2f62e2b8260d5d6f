"""The same scenarios on Telegram, on Slack, in the terminal, and on a network that uses two platforms at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from handlers.load import load
from storage.database import Database
from tests.acceptance import (  # they declare themselves
    scenarios_customers,  # noqa: F401
    scenarios_diversion,  # noqa: F401
    scenarios_platforms,  # noqa: F401
    scenarios_support,  # noqa: F401
)
from tests.acceptance.scenarios import SCENARIOS, Scenario
from tests.acceptance.sides import ConsoleSide, Side, SlackSide, TelegramSide
from tests.acceptance.stage import PEOPLE, Stage
from tests.wire_slack import SlackWire
from tests.wire_telegram import TelegramWire

load()

# Who is where on the mixed network; elsewhere everybody is on the one platform.
MIXED = {"张伟": "telegram", "陈静": "slack", "黄磊": "slack", "林峰": "telegram", "何总": "telegram", "李娜": "slack"}
USERS = {"telegram": "10{}", "slack": "U010{}", "console": "user{}"}

PLAYS = [(cast, name) for name, (_, where) in SCENARIOS.items() for cast in where]


@asynccontextmanager
async def a_stage(database: Database, cast: str, *, basic: bool) -> AsyncIterator[Stage]:
    """Set a stage: the fakes, the people and the groups of a cast; at the end nothing may be complained of."""
    async with AsyncExitStack() as stack:
        sides: dict[str, Side] = {}
        if cast in {"telegram", "mixed"}:
            sides["telegram"] = TelegramSide(await stack.enter_async_context(TelegramWire()))
        if cast in {"slack", "mixed"}:
            sides["slack"] = SlackSide(await stack.enter_async_context(SlackWire()))
        if cast == "console":
            sides["console"] = ConsoleSide()
        seats = {}
        for number, name in enumerate(PEOPLE):
            side = sides[MIXED[name] if cast == "mixed" else cast]
            seats[name] = (side, USERS[side.name].format(number))
            side.joins(seats[name][1], name)
        members = {side.name: [user for where, user in seats.values() if where is side] for side in sides.values()}
        first = next(iter(sides.values()))
        rooms = {
            "managers": [(side, _group(side, 1, members[side.name], basic)) for side in sides.values()],
            "technicians": [(side, _group(side, 3, members[side.name], False)) for side in sides.values()],
            "hq": [(first, _group(first, 2, members[first.name], False))],
        }
        stage = Stage(database, sides, seats, rooms)
        try:
            yield stage
        finally:
            if stage.app is not None:
                await stage.app.stop()
        assert [complaint for side in sides.values() for complaint in side.complaints()] == []


def _group(side: Side, number: int, members: list[str], basic: bool) -> str:
    if isinstance(side, TelegramSide):
        return side.group(number, *members, basic=basic)
    return side.group(number, *members)


@pytest.mark.parametrize(("cast", "name"), PLAYS, ids=[f"{cast}-{name}" for cast, name in PLAYS])
async def test_scenario(database: Database, cast: str, name: str) -> None:
    play: Scenario = SCENARIOS[name][0]
    async with a_stage(database, cast, basic="supergroup" in name) as stage:
        await play(stage)
