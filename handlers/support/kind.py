"""The support as the engine sees it: its steps, its candidates, its words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from handlers import texts
from handlers.chat import Button, Line
from handlers.errors import TooLate
from handlers.requests import clocks
from handlers.requests import rules as request_rules
from handlers.requests.kinds import CostRule, Kind, Side, StepKind, register
from handlers.support import candidates, commands, messages, rules, telling
from handlers.support.changing import CHANGES
from handlers.working_time import add_working, say_moment
from storage.queries import people as people_queries
from storage.queries import support as support_queries
from storage.tables.chats import Purpose
from storage.tables.people import Store
from storage.tables.requests import Ask, Request, State
from storage.tables.support import Support

if TYPE_CHECKING:
    from handlers.context import Context


def _support(context: Context, request: Request) -> Support:
    return support_queries.get_support(context.session, request.id)


def _what(context: Context, request: Request, language: str, timezone: str) -> tuple[Line, ...]:
    support = _support(context, request)
    return messages.what(language, timezone, context.now, support, request, telling.shown_of(context, request, support))


def _brief(context: Context, request: Request, language: str) -> str:
    return messages.brief(language, _support(context, request), telling.host_of(context, request).timezone)


def _forward(context: Context, request: Request, language: str, timezone: str) -> str:
    """Write the line for the customer: who comes, from how far and when."""
    support = _support(context, request)
    level = support.technician_level
    if request.state is State.ARRIVED:
        when = say_moment(max(support.ends_at, context.now), timezone, context.now, language)
        return texts.say(language, "support.forward_arrived", level=level, when=when)
    store = people_queries.get_store(context.session, request.owner_store_id or 0).name
    when = say_moment(support.starts_at, timezone, context.now, language)
    if request.state is State.ACCEPTED:
        return texts.say(language, "support.forward_accepted", store=store, level=level, when=when)
    way = "" if support.km is None else texts.say(language, "support.way_km", km=round(support.km))
    return texts.say(language, "support.forward_confirmed", store=store, level=level, way=way, when=when)


def _due(context: Context, request: Request, step: str, store: Store) -> datetime:
    """Return when a step is due: what hangs on the visit by its time, the record the day after."""
    table, support = telling.clocks_of(context, request), _support(context, request)
    host = telling.host_of(context, request)
    if step in {"prepare", "prepare_host"}:
        return rules.prepared_by(support.starts_at, host.timezone, context.now, table)
    if step == "arrive":
        return max(support.starts_at, context.now) + table.late
    if step == "work":
        return max(support.ends_at, context.now) + table.work
    if step == "record":
        return request_rules.record_by(table.record, context.now, store.timezone)
    return add_working(request_rules.clock_hours(store, request.urgency), context.now, table.agree)


def _begins(context: Context, request: Request, step: str, store: Store) -> datetime | None:
    """Return from when a step's clock counts that belongs to the visit or the day before."""
    support = _support(context, request)
    if step in {"prepare", "prepare_host"}:
        return max(context.now, telling.posted_at(context, request, support))
    if step == "arrive":
        return max(context.now, support.starts_at - telling.clocks_of(context, request).on_the_way)
    return None


def _unasked(context: Context, request: Request, ask: Ask) -> None:
    candidates.let_go(context, request)


def _accept(context: Context, request: Request, ask: Ask, quantity: int | None) -> None:
    """Keep what is held; what an ask that had expired let go is held again, where it is still free."""
    support = _support(context, request)
    store = people_queries.get_store(context.session, ask.store_id)
    held = support.technician_id
    technician = support_queries.get_technician(context.session, held) if held is not None else None
    own = technician is not None and technician.store_id == store.id
    if not own and not candidates.hold_fitting(context, request, store.id):
        raise TooLate("support.technician_gone")
    host = telling.host_of(context, request)
    telling.ask_host(context, request, support, _due(context, request, "agree_host", host))


def _release(context: Context, request: Request) -> None:
    support = _support(context, request)
    if request.state is State.CONFIRMED:
        telling.call_off(context, request, support)
    candidates.let_go(context, request)


def _buttons(context: Context, request: Request, language: str, side: Side) -> tuple[tuple[Button, ...], ...]:
    support = _support(context, request)
    is_giver = side == "owner"
    own: rules.Side = "giver" if is_giver else "host"
    if request.state is State.ACCEPTED:
        shown = telling.shown_of(context, request, support)
        store, said = (shown.giver, support.agreed_giver) if is_giver else (shown.host, support.agreed_host)
        return messages.agree_buttons(language, request, own, store, said)
    rows: list[tuple[Button, ...]] = []
    if request.state is State.CONFIRMED and support.posted_at is not None:
        items = telling.shown_of(context, request, support).lists[own]
        said = support.ticked_giver if is_giver else support.ticked_host
        rows.extend(messages.tick_buttons(language, request, own, items, said))
    if request.state is State.CONFIRMED and not is_giver:
        rows.append((messages.arrived_button(language, request),))
    if request.state is State.ARRIVED and is_giver:
        rows.append((messages.done_button(language, request),))
    if request.state is State.DONE and not is_giver:
        rows.append((messages.record_button(language, request),))
    return tuple(rows)


def _promise(context: Context, request: Request) -> datetime:
    return _support(context, request).ends_at


def _line_at(context: Context, request: Request, after: datetime, usual: datetime) -> datetime:
    """Return when the customer's next line comes: when the expert sets out, then so often until the visit's end."""
    table, support = telling.clocks_of(context, request), _support(context, request)
    sets_out = support.starts_at - table.on_the_way
    if after < sets_out:
        return min(usual, sets_out)
    return min(usual, after + table.travelling) if after < support.ends_at else usual


def _same(context: Context, request: Request, other: Request) -> bool:
    one, two = _support(context, request), _support(context, other)
    return one.specialty == two.specialty and one.starts_at < two.ends_at and two.starts_at < one.ends_at


def _cost_rules(context: Context, request: Request) -> Sequence[CostRule]:
    """Name the costs: the subsidy comes by itself, travel and lodging only from so far."""
    support = _support(context, request)
    payee = telling.payee(context, support) if support.technician_id is not None else "hq"
    why_not = (
        "" if rules.may_claim_travel(support.km, clocks.rules_of(context, request).supporting) else "support.cost_near"
    )
    if support.technician_id is None:
        why_not = "support.cost_nobody"
    return (
        CostRule("subsidy", payee, "support.cost_by_itself", by_itself=True),
        CostRule("travel", payee, why_not),
        CostRule("lodging", payee, why_not),
    )


register(
    Kind(
        name="support",
        letter="S",
        whole="visit",
        steps=(
            StepKind("agree", "owner"),
            StepKind("agree_host", "requester"),
            StepKind("prepare", "owner", after=("agree", "agree_host"), fixed=True),
            StepKind("prepare_host", "requester", after=("agree", "agree_host"), fixed=True),
            StepKind("arrive", "owner", after=("agree", "agree_host"), fixed=True),
            StepKind("work", "owner", after=("arrive",)),
            StepKind("record", "requester", after=("work",)),
        ),
        due=_due,
        begins=_begins,
        finished=State.DONE,
        under_way=frozenset({State.ACCEPTED, State.CONFIRMED}),
        returnable=frozenset({State.ACCEPTED, State.CONFIRMED}),
        awaited=frozenset(),
        told=frozenset({State.CONFIRMED}),
        candidates=candidates.candidates,
        what=_what,
        brief=_brief,
        forward=_forward,
        asked=candidates.hold,
        unasked=_unasked,
        accept=_accept,
        release=_release,
        buttons=_buttons,
        shown_to=(Purpose.TECHNICIANS,),
        cost_rules=_cost_rules,
        draft=commands.draft,
        promise=_promise,
        line_at=_line_at,
        same=_same,
        changes=CHANGES,
        numbers=("supporting",),
    )
)
