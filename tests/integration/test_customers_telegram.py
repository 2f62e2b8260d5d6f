"""A location on Telegram: sent once, or live, which goes on by edits of its message."""

from __future__ import annotations

from handlers.chat import WHEREABOUTS, InboundKind
from tests.integration.telegram_desk import ZHANG, Desk
from tests.integration.telegram_desk import given_clock as given_clock
from tests.integration.telegram_desk import given_desk as given_desk
from tests.integration.telegram_desk import given_telegram as given_telegram
from tests.integration.telegram_desk import given_wire as given_wire
from tests.wire_telegram import TelegramWire


async def test_a_live_location_says_where_somebody_is_again_and_again(wire: TelegramWire, desk: Desk) -> None:
    card = wire.say(ZHANG, "a card", ZHANG)["message"]
    place = {"latitude": 22.541, "longitude": 114.05, "live_period": 3600}
    first = wire.say(ZHANG, "", ZHANG, location=place, reply_to_message=card)["message"]
    moved = {"latitude": 22.55, "longitude": 114.06, "live_period": 3600}
    wire.update("edited_message", first | {"edit_date": 1, "location": moved})
    await wire.wait_for(lambda: len(desk.stored) == 3)
    _, sent, again = desk.stored.values()
    assert {one.kind for one in (sent, again)} == {InboundKind.EVENT}
    assert {one.text for one in (sent, again)} == {WHEREABOUTS}
    assert sent.reply_to == again.reply_to == str(card["message_id"])
    assert sent.message == again.message == str(first["message_id"])
    assert sent.values == {"latitude": "22.541", "longitude": "114.05"}
    assert again.values == {"latitude": "22.55", "longitude": "114.06", "again": "1"}
