"""The transfer as the engine sees it: its steps, its candidates, its words."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from handlers import texts
from handlers.access import ASKERS, REGION
from handlers.chat import Button, Line
from handlers.errors import BadFields, TooLate
from handlers.requests import changing, clocks
from handlers.requests import rules as request_rules
from handlers.requests.grammar import parse_quantity
from handlers.requests.kinds import Change, CostRule, Kind, Side, StepKind, Word, register
from handlers.settings import TransferClocks
from handlers.transfers import loans, messages, moving, rules, sources
from handlers.working_time import add_working, say_moment
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.queries import stock as stock_queries
from storage.tables.people import Store
from storage.tables.requests import Ask, Request, State

if TYPE_CHECKING:
    from handlers.context import Context


def _what(context: Context, request: Request, language: str, timezone: str) -> tuple[Line, ...]:
    moved = request_queries.get_transfer(context.session, request.id)
    part = stock_queries.get_part(context.session, moved.part_id)
    return messages.what(language, timezone, context.now, part, moved, request)


def _brief(context: Context, request: Request, language: str) -> str:
    moved = request_queries.get_transfer(context.session, request.id)
    part = stock_queries.get_part(context.session, moved.part_id)
    some = 0 < moved.accepted < moved.asked  # 2/5 tells whoever hears of it that not all is coming
    count = f"{moved.accepted}/{moved.asked}" if some else str(moved.asked)
    return texts.say(language, "transfer.what", part=part.name, count=count)


def _forward(context: Context, request: Request, language: str, timezone: str) -> str:
    """Write the line for the customer: where the part comes from, how far, and by when."""
    session = context.session
    moved = request_queries.get_transfer(session, request.id)
    part = stock_queries.get_part(session, moved.part_id)
    store = people_queries.get_store(session, request.store_id)
    owner = people_queries.get_store(session, request.owner_store_id or 0)
    km = sources.way_km(store, owner, clocks.rules_of(context, request).matching.detour)
    eta = max(moved.eta_at or request.cap_at, context.now)
    key = "forward_shipped" if request.state is State.SHIPPED else "forward_accepted"
    return texts.say(
        language,
        f"transfer.{key}",
        part=part.name,
        store=owner.name,
        way="" if km is None else texts.say(language, "transfer.way_km", km=round(km)),
        eta=say_moment(eta, timezone, context.now, language),
    )


def _due(context: Context, request: Request, step: str, store: Store) -> datetime:
    """Return when a step is due: the record the next day, the receipt by the cap."""
    table = clocks.clocks_of(context, request)
    assert isinstance(table, TransferClocks)
    hours = request_rules.clock_hours(store, request.urgency)
    if step == "record":
        return request_rules.record_by(table.record, context.now, store.timezone)
    if step == loans.STEP:
        return loans.due(context, request, store.timezone)
    if step == "ship":
        return add_working(hours, context.now, table.ship)
    travel = rules.planned_travel(table.seen, table.answer, table.ship, table.deliver)
    return max(request.cap_at, add_working(hours, context.now, travel))


def _accept(context: Context, request: Request, ask: Ask, quantity: int | None) -> None:
    moved = request_queries.get_transfer(context.session, request.id)
    promised = moved.asked if quantity is None else quantity
    rules.check_quantity(promised, moved.asked)
    moved.accepted = promised


def _release(context: Context, request: Request) -> None:
    moved = request_queries.get_transfer(context.session, request.id)
    if moved.received or moved.lost:  # what arrived stays his: the rest is the requester's to cancel or ask for again
        raise TooLate("transfer.partly_received")
    moved.asked -= moved.cancelled
    moved.accepted = moved.shipped = moved.cancelled = 0
    moved.courier = moved.waybill = ""
    moved.eta_at = None


def _note_eta(context: Context, request: Request, at: datetime) -> None:
    request_queries.get_transfer(context.session, request.id).eta_at = at


def _divisible(context: Context, request: Request) -> bool:
    return request_queries.get_transfer(context.session, request.id).asked > 1


def _same(context: Context, request: Request, other: Request) -> bool:
    """Say whether two transfers are of one part; what was asked for as the rest of another is meant to be."""
    this, that = (request_queries.get_transfer(context.session, one.id) for one in (request, other))
    return this.part_id == that.part_id and this.parent_id is None and (this.back_on is None) == (that.back_on is None)


def _quantity_now(context: Context, request: Request, language: str) -> str:
    return str(request_queries.get_transfer(context.session, request.id).asked)


def _change_quantity(context: Context, request: Request, words: str) -> None:
    """Ask for more or for fewer: of fewer a store promises no more than is wanted, of more what it promised."""
    quantity = parse_quantity(words)
    if quantity is None or not 1 <= quantity <= rules.MOST_PIECES:
        raise BadFields({"value": "transfer.quantity_out_of_range"})
    moved = request_queries.get_transfer(context.session, request.id)
    moved.asked, moved.accepted = quantity, min(moved.accepted, quantity)


def _buttons(context: Context, request: Request, language: str, side: Side) -> tuple[tuple[Button, ...], ...]:
    moved = request_queries.get_transfer(context.session, request.id)
    if side == "owner":
        rows: list[tuple[Button, ...]] = []
        if request.state in {State.ACCEPTED, State.SHIPPED} and rules.to_ship(moved) > 0:
            rows.extend(messages.owner_buttons(language, request))
        if request.state is State.SHIPPED:
            rows.append(messages.details_button(language, request))
        if request.state is State.RECEIVED and moved.back_on is not None and moved.back_at is None:
            rows.append(messages.back_button(language, request, moved.received))
        return tuple(rows)
    rows = []
    if request.state is State.SHIPPED:
        left, rest = rules.on_its_way(moved), rules.to_cancel(moved)
        rows.extend(messages.receipt_buttons(language, request, left=left, partly=rest > 0))
    if request.state in {State.ACCEPTED, State.SHIPPED} and moved.accepted < moved.asked:
        rows.append(messages.again_button(language, request))
    return tuple(rows)


def _cost_rules(_context: Context, request: Request) -> tuple[CostRule, ...]:
    """Return what a transfer may cost beside the freight of its record, which is entered with the waybill."""
    late = "" if request.state is State.RECORDED else "transfer.freight_first"
    return CostRule("freight", "carrier", late), CostRule("loss", f"store:{request.owner_store_id}")


register(
    Kind(
        name="transfer",
        letter="T",
        whole="deliver",
        steps=(
            StepKind("ship", "owner"),
            StepKind("receive", "requester", after=("ship",)),
            StepKind(
                loans.STEP,
                "requester",
                after=("receive",),
                fixed=True,
                nudged=False,
                lasts=True,
                when=loans.is_loan,
            ),
            StepKind("record", "owner", after=("receive",)),
        ),
        due=_due,
        finished=State.RECEIVED,
        under_way=frozenset({State.ACCEPTED, State.SHIPPED}),
        returnable=frozenset({State.ACCEPTED, State.SHIPPED}),
        awaited=frozenset({State.SHIPPED}),
        told=frozenset({State.ACCEPTED, State.SHIPPED}),
        candidates=sources.candidates,
        what=_what,
        brief=_brief,
        forward=_forward,
        accept=_accept,
        release=_release,
        buttons=_buttons,
        divisible=_divisible,
        same=_same,
        numbers=("matching", "ranking", "lending"),
        changes={"quantity": Change("transfer.quantity", changing.EDITABLE, _quantity_now, _change_quantity)}
        | {"urgency": changing.URGENCY},
        note_eta=_note_eta,
        asks_eta=True,
        cost_rules=_cost_rules,
        words={
            "shipped": Word("owner", ASKERS, (State.ACCEPTED, State.SHIPPED), moving.ship),
            "received": Word("requester", ASKERS | REGION, (State.SHIPPED,), moving.receive),
        },
    )
)
