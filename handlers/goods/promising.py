"""What a kind that moves a part brings to the engine: what is promised of it, when it is due, what it may cost."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from handlers import texts
from handlers.chat import Button
from handlers.errors import BadFields, TooLate
from handlers.goods import messages, rules, sides
from handlers.requests import changing, clocks
from handlers.requests import rules as request_rules
from handlers.requests.grammar import parse_quantity
from handlers.requests.kinds import Change, CostRule
from handlers.settings import TransferClocks
from handlers.working_time import add_working
from storage.queries import requests as request_queries
from storage.queries import stock as stock_queries
from storage.tables.people import Store
from storage.tables.requests import Ask, Request, State

if TYPE_CHECKING:
    from handlers.context import Context


def brief(context: Context, request: Request, language: str) -> str:
    """Say what is moved in a few words; 2/5 tells whoever hears of it that not all is coming."""
    moved = request_queries.get_transfer(context.session, request.id)
    part = stock_queries.get_part(context.session, moved.part_id)
    some = 0 < moved.accepted < moved.asked
    count = f"{moved.accepted}/{moved.asked}" if some else str(moved.asked)
    return texts.say(language, "goods.what", part=part.name, count=count)


def due(context: Context, request: Request, step: str, store: Store) -> datetime:
    """Return when a step is due: the record the next day, the receipt by the cap."""
    table = clocks.clocks_of(context, request)
    assert isinstance(table, TransferClocks)
    hours = request_rules.clock_hours(store, request.urgency)
    if step == "record":
        return request_rules.record_by(table.record, context.now, store.timezone)
    if step == "ship":
        return add_working(hours, context.now, table.ship)
    travel = rules.planned_travel(table.seen, table.answer, table.ship, table.deliver)
    return max(request.cap_at, add_working(hours, context.now, travel))


def accept(context: Context, request: Request, ask: Ask, quantity: int | None) -> None:
    """Book what was promised."""
    moved = request_queries.get_transfer(context.session, request.id)
    promised = moved.asked if quantity is None else quantity
    rules.check_quantity(promised, moved.asked)
    moved.accepted = promised


def release(context: Context, request: Request) -> None:
    """Take a promise back. Raises TooLate once some of it has arrived: that stays."""
    moved = request_queries.get_transfer(context.session, request.id)
    if moved.received or moved.lost:  # what arrived stays his: the rest is the requester's to cancel or ask for again
        raise TooLate("goods.partly_received")
    moved.asked -= moved.cancelled
    moved.accepted = moved.shipped = moved.cancelled = 0
    moved.courier = moved.waybill = ""
    moved.eta_at = None


def note_eta(context: Context, request: Request, at: datetime) -> None:
    """Note when it arrives."""
    request_queries.get_transfer(context.session, request.id).eta_at = at


def divisible(context: Context, request: Request) -> bool:
    """Say whether a part of it can be promised."""
    return request_queries.get_transfer(context.session, request.id).asked > 1


def quantity(label: str) -> Change:
    """Let the requester change how many; `label` is what that is called on a card."""
    return Change(label, changing.EDITABLE, _quantity_now, _change_quantity)


def _quantity_now(context: Context, request: Request, language: str) -> str:
    return str(request_queries.get_transfer(context.session, request.id).asked)


def _change_quantity(context: Context, request: Request, words: str) -> None:
    """Ask for more or for fewer: of fewer a store promises no more than is wanted, of more what it promised."""
    quantity = parse_quantity(words)
    if quantity is None or not 1 <= quantity <= rules.MOST_PIECES:
        raise BadFields({"value": "request.bad_quantity"}, most=rules.MOST_PIECES)
    moved = request_queries.get_transfer(context.session, request.id)
    moved.asked, moved.accepted = quantity, min(moved.accepted, quantity)


def giver_buttons(context: Context, request: Request, language: str) -> tuple[tuple[Button, ...], ...]:
    """Offer who gives what there is to do: ship, and say how it comes."""
    moved = request_queries.get_transfer(context.session, request.id)
    rows: list[tuple[Button, ...]] = []
    if request.state in {State.ACCEPTED, State.SHIPPED} and rules.to_ship(moved) > 0:
        rows.extend(messages.ship_buttons(language, request))
    if request.state is State.SHIPPED:
        rows.append(messages.details_button(language, request))
    return tuple(rows)


def taker_buttons(context: Context, request: Request, language: str) -> tuple[tuple[Button, ...], ...]:
    """Offer who takes what there is to do: confirm the receipt, and cancel what does not come."""
    if request.state is not State.SHIPPED:
        return ()
    moved = request_queries.get_transfer(context.session, request.id)
    left, rest = rules.on_its_way(moved), rules.to_cancel(moved)
    return messages.receipt_buttons(language, request, left=left, partly=rest > 0)


def cost_rules(_context: Context, request: Request) -> tuple[CostRule, ...]:
    """Return what it may cost beside the freight of its record, which is entered with the waybill."""
    late = "" if request.state is State.RECORDED else "goods.freight_first"
    giver_id = request.owner_store_id and sides.giver_id(request)
    return CostRule("freight", "carrier", late), CostRule("loss", f"store:{giver_id}")
