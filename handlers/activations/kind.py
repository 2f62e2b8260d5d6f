"""The activation as the engine sees it: who asks gives, who accepts takes; for the rest goods like any others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import notify, texts
from handlers.access import ASKERS, REGION
from handlers.activations import messages, targets
from handlers.chat import Button, Line, Message, message
from handlers.goods import messages as goods_messages
from handlers.goods import moving, promising, sides
from handlers.goods.telling import prompt_record
from handlers.requests import cards, life
from handlers.requests.kinds import Kind, Side, StepKind, Word, register
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.queries import stock as stock_queries
from storage.tables.requests import Request, State

if TYPE_CHECKING:
    from handlers.context import Context


def _what(context: Context, request: Request, language: str, timezone: str) -> tuple[Line, ...]:
    moved = request_queries.get_transfer(context.session, request.id)
    part = stock_queries.get_part(context.session, moved.part_id)
    return goods_messages.what(language, timezone, context.now, part, moved, request, messages.direction(language))


def _forward(context: Context, request: Request, language: str, _timezone: str) -> str:
    """Write a line for a customer, though none waits for what lies dead."""
    return promising.brief(context, request, language)


def _same(context: Context, request: Request, other: Request) -> bool:
    """Say whether two activations are of one part."""
    this, that = (request_queries.get_transfer(context.session, one.id) for one in (request, other))
    return this.part_id == that.part_id


def _buttons(context: Context, request: Request, language: str, side: Side) -> tuple[tuple[Button, ...], ...]:
    offer = promising.giver_buttons if side == sides.giver(request) else promising.taker_buttons
    return offer(context, request, language)


def _tell_taker(context: Context, request: Request) -> None:
    """Tell the store it goes to that it is on its way: a card changes in silence."""
    store = people_queries.get_store(context.session, sides.giver_id(request)).name

    def words(language: str, _zone: str) -> Message:
        label, brief = cards.brief(context, request, language)
        return message(texts.say(language, "activation.coming", label=label, brief=brief, store=store))

    leaders = life.reachable_leaders(context, sides.taker_id(request))
    notify.tell_each(context, leaders, words, priority=cards.priority_of(request))


register(
    Kind(
        name="activation",
        letter="K",
        whole="deliver",
        steps=(
            StepKind("ship", "requester"),
            StepKind("receive", "owner", after=("ship",), begun=_tell_taker),
            StepKind("record", "requester", after=("receive",), begun=prompt_record),
        ),
        due=promising.due,
        finished=State.RECEIVED,
        under_way=frozenset({State.SHIPPED}),
        returnable=frozenset({State.ACCEPTED}),
        awaited=frozenset({State.SHIPPED}),
        told=frozenset({State.ACCEPTED, State.RECEIVED}),
        candidates=targets.candidates,
        what=_what,
        brief=promising.brief,
        forward=_forward,
        accept=promising.accept,
        release=promising.release,
        buttons=_buttons,
        divisible=promising.divisible,
        same=_same,
        bound_for="owner",
        provider="requester",
        refusals=("no_need", "other"),
        command="activate",
        numbers=("dead_stock",),
        changes={"quantity": promising.quantity("activation.quantity")},
        note_eta=promising.note_eta,
        asks_eta=True,
        cost_rules=promising.cost_rules,
        words={
            "shipped": Word("requester", ASKERS, (State.ACCEPTED, State.SHIPPED), moving.ship),
            "received": Word("owner", ASKERS | REGION, (State.SHIPPED,), moving.receive),
        },
    )
)
