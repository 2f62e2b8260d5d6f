"""Files that people send, fetched from where the platforms keep them: whole, within bounds, and no token given away."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot import reader
from bot.console import Console
from bot.platform import TooBig, Unsayable
from bot.telegram import Telegram
from handlers.errors import BadInput
from tests.integration.telegram_desk import given_clock as given_clock
from tests.integration.telegram_desk import given_desk as given_desk
from tests.integration.telegram_desk import given_telegram as given_telegram
from tests.integration.telegram_desk import given_wire as given_wire
from tests.slack_desk import make
from tests.wire_slack import SlackWire
from tests.wire_telegram import TelegramWire

MOST = 20_000_000


async def test_telegrams_file_is_asked_for_and_fetched(wire: TelegramWire, telegram: Telegram) -> None:
    wire.files = {"F1": b"PK 1", "F2": b"0" * (MOST + 1)}
    assert await telegram.fetch({"file": "F1"}, MOST) == b"PK 1"
    with pytest.raises(TooBig):
        await telegram.fetch({"file": "F1"}, 3)
    with pytest.raises(TooBig):
        await telegram.fetch({"file": "F2"}, MOST)
    with pytest.raises(Unsayable):
        await telegram.fetch({"file": "gone"}, MOST)


async def test_slacks_file_is_fetched_with_the_token_which_nobody_else_is_shown() -> None:
    async with SlackWire() as wire, SlackWire() as elsewhere:
        wire.files = elsewhere.files = {"F1": b"PK 1"}
        slack = make(wire)
        try:
            assert await slack.fetch({"file_url": f"{wire.url}/files-pri/F1"}, MOST) == b"PK 1"
            with pytest.raises(TooBig):
                await slack.fetch({"file_url": f"{wire.url}/files-pri/F1"}, 3)
            for address in (
                f"{elsewhere.url}/files-pri/F1",  # a linked file of somebody else's server
                "https://files.slack.com.example.org/files-pri/F1",
                "https://me@files.slack.com:8443/files-pri/F1",
                "http://files.slack.com/files-pri/F1",
                "file:///etc/passwd",
                "https://[",
                "",
            ):
                with pytest.raises(Unsayable):
                    await slack.fetch({"file_url": address}, MOST)
            wire.scopes = ""
            with pytest.raises(Unsayable, match="html"):  # the page for logging in is no file
                await slack.fetch({"file_url": f"{wire.url}/files-pri/F1"}, MOST)
        finally:
            await slack.close()


async def test_a_file_of_this_machine_is_read_within_its_bounds(tmp_path: Path) -> None:
    console, file = Console(), tmp_path / "库存.xlsx"
    file.write_bytes(b"PK 1")
    assert await console.fetch({"file": str(file)}, 4) == b"PK 1"
    with pytest.raises(TooBig):
        await console.fetch({"file": str(file)}, 3)
    with pytest.raises(Unsayable):
        await console.fetch({"file": str(tmp_path)}, 3)


async def test_while_a_file_is_read_everything_else_goes_on() -> None:
    turns = 0
    rows = "\n".join(f"P{number},{number % 9}" for number in range(20_000))
    reading = asyncio.create_task(reader.read("库存.csv", f"part_no,SZ01\n{rows}\n".encode()))
    while not reading.done():
        await asyncio.sleep(0)
        turns += 1
    assert len(await reading) > 10_000
    assert turns > 50
    with pytest.raises(BadInput, match="file_not_xlsx"):
        await reader.read("x.xlsx", b"MZ")
