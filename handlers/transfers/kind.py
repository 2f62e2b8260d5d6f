"""The transfer as the engine sees it: its steps, its candidates, its words."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from handlers import texts
from handlers.access import ASKERS, REGION
from handlers.chat import Button, Line
from handlers.geo import way_km
from handlers.goods import messages as goods_messages
from handlers.goods import moving, promising
from handlers.goods.telling import prompt_record
from handlers.requests import changing, clocks
from handlers.requests.kinds import Kind, Side, StepKind, Word, register
from handlers.transfers import loans, messages, sources
from handlers.working_time import say_moment
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.queries import stock as stock_queries
from storage.tables.people import Store
from storage.tables.requests import Request, State

if TYPE_CHECKING:
    from handlers.context import Context


def _what(context: Context, request: Request, language: str, timezone: str) -> tuple[Line, ...]:
    moved = request_queries.get_transfer(context.session, request.id)
    part = stock_queries.get_part(context.session, moved.part_id)
    lent = messages.lent(language, moved)
    return goods_messages.what(language, timezone, context.now, part, moved, request, lent)


def _forward(context: Context, request: Request, language: str, timezone: str) -> str:
    """Write the line for the customer: where the part comes from, how far, and by when."""
    session = context.session
    moved = request_queries.get_transfer(session, request.id)
    part = stock_queries.get_part(session, moved.part_id)
    store = people_queries.get_store(session, request.store_id)
    owner = people_queries.get_store(session, request.owner_store_id or 0)
    km = way_km(store, owner, clocks.rules_of(context, request).matching.detour)
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
    """Return when a step is due: what was lent by its day."""
    if step == loans.STEP:
        return loans.due(context, request, store.timezone)
    return promising.due(context, request, step, store)


def _same(context: Context, request: Request, other: Request) -> bool:
    """Say whether two transfers are of one part; what was asked for as the rest of another is meant to be."""
    this, that = (request_queries.get_transfer(context.session, one.id) for one in (request, other))
    return this.part_id == that.part_id and this.parent_id is None and (this.back_on is None) == (that.back_on is None)


def _buttons(context: Context, request: Request, language: str, side: Side) -> tuple[tuple[Button, ...], ...]:
    moved = request_queries.get_transfer(context.session, request.id)
    if side == "owner":
        rows = list(promising.giver_buttons(context, request, language))
        if request.state is State.RECEIVED and moved.back_on is not None and moved.back_at is None:
            rows.append(messages.back_button(language, request, moved.received))
        return tuple(rows)
    rows = list(promising.taker_buttons(context, request, language))
    if request.state in {State.ACCEPTED, State.SHIPPED} and moved.accepted < moved.asked:
        rows.append(messages.again_button(language, request))
    return tuple(rows)


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
                begun=loans.begin,
            ),
            StepKind("record", "owner", after=("receive",), begun=prompt_record),
        ),
        due=_due,
        finished=State.RECEIVED,
        under_way=frozenset({State.ACCEPTED, State.SHIPPED}),
        returnable=frozenset({State.ACCEPTED, State.SHIPPED}),
        awaited=frozenset({State.SHIPPED}),
        told=frozenset({State.ACCEPTED, State.SHIPPED}),
        candidates=sources.candidates,
        what=_what,
        brief=promising.brief,
        forward=_forward,
        accept=promising.accept,
        release=promising.release,
        buttons=_buttons,
        divisible=promising.divisible,
        same=_same,
        numbers=("matching", "ranking", "lending"),
        changes={"quantity": promising.quantity("transfer.quantity"), "urgency": changing.URGENCY},
        note_eta=promising.note_eta,
        asks_eta=True,
        cost_rules=promising.cost_rules,
        words={
            "shipped": Word("owner", ASKERS, (State.ACCEPTED, State.SHIPPED), moving.ship),
            "received": Word("requester", ASKERS | REGION, (State.SHIPPED,), moving.receive),
        },
    )
)
