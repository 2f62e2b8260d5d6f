"""The diversion as the engine sees it: its steps, its candidates, its words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from handlers import texts
from handlers.access import ASKERS
from handlers.chat import Button, Line
from handlers.diversions import messages, reserving, serving, sources
from handlers.diversions.commands import begin_choice, draft
from handlers.diversions.words import LONGEST_SERVICE, LONGEST_VEHICLE
from handlers.errors import BadFields
from handlers.geo import way_km
from handlers.masking import stripped
from handlers.requests import changing, clocks
from handlers.requests import rules as request_rules
from handlers.requests.grammar import clean
from handlers.requests.kinds import Change, CostRule, Kind, Side, StepKind, Word, register
from handlers.working_time import add_working, say_moment
from storage.queries import diversions as diversion_queries
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.tables.people import Store
from storage.tables.requests import Request, State

if TYPE_CHECKING:
    from handlers.context import Context


def _what(context: Context, request: Request, language: str, timezone: str) -> tuple[Line, ...]:
    diverted = diversion_queries.get_diversion(context.session, request.id)
    return messages.what(language, timezone, context.now, diverted, context.settings.network.currency)


def _brief(context: Context, request: Request, language: str) -> str:
    diverted = diversion_queries.get_diversion(context.session, request.id)
    return texts.say(language, "diversion.brief", service=diverted.service, vehicle=diverted.vehicle)


def _forward(context: Context, request: Request, language: str, timezone: str) -> str:
    """Write the line for the customer: where they are expected, how far it is, and by when."""
    diverted = diversion_queries.get_diversion(context.session, request.id)
    store = people_queries.get_store(context.session, request.store_id)
    owner = people_queries.get_store(context.session, request.owner_store_id or 0)
    if request.state not in {State.ACCEPTED, State.DEPARTED}:
        return texts.say(language, "diversion.forward_arrived", store=owner.name, technician=diverted.technician)
    km = way_km(store, owner, clocks.rules_of(context, request).matching.detour)
    key = "forward_departed" if request.state is State.DEPARTED else "forward_accepted"
    return texts.say(
        language,
        f"diversion.{key}",
        store=owner.name,
        way="" if km is None else texts.say(language, "diversion.way_km", km=round(km)),
        eta=say_moment(max(diverted.expected_at or context.now, context.now), timezone, context.now, language),
    )


def _due(context: Context, request: Request, step: str, store: Store) -> datetime:
    """Return when a step is due: the record the next day, the arrival some time after it is expected."""
    table = reserving.clocks_of(context, request)
    if step == "record":
        return request_rules.record_by(table.record, context.now, store.timezone)
    if step == "come":
        expected = diversion_queries.get_diversion(context.session, request.id).expected_at
        return (expected or context.now) + table.no_show
    span = {"call": table.call, "transport": table.transport, "depart": table.depart, "serve": table.serve}[step]
    return add_working(request_rules.clock_hours(store, request.urgency), context.now, span)


def _buttons(context: Context, request: Request, language: str, side: Side) -> tuple[tuple[Button, ...], ...]:
    diverted, state = diversion_queries.get_diversion(context.session, request.id), request.state
    rows: list[tuple[Button, ...]] = []
    if side == "requester":
        if state is State.CONSENTING:
            rows.extend(messages.choice_buttons(language, request))
        elif state is State.ACCEPTED:
            if diverted.transport and diverted.approval in {"", "approved"}:
                rows.append(messages.depart_button(language, request))
            rows.append(messages.transport_button(language, request, diverted))
        elif state is State.DEPARTED:
            rows.append(messages.back_button(language, request))
        return tuple(rows)
    if state in serving.CALLABLE and diverted.call != "reached":
        rows.extend(messages.call_buttons(language, request, diverted))
    if state is State.DEPARTED:
        rows.append((*messages.arrive_button(language, request), *messages.back_button(language, request)))
    elif state is State.ARRIVED:
        rows.append((*messages.serve_button(language, request), *messages.back_button(language, request)))
    elif state is State.DONE and request_queries.find_running_step(context.session, request.id, "record"):
        rows.append(messages.record_button(language, request))
    return tuple(rows)


def _promise(context: Context, request: Request) -> datetime:
    """Promise the work done by when the technician's time ends."""
    store = people_queries.get_store(context.session, request.owner_store_id or 0)
    return reserving.visit(context, request, store)[1]


def _note_eta(context: Context, request: Request, at: datetime) -> None:
    """Expect the customer at another time; who is late is waited for longer before it counts as not coming."""
    diverted = diversion_queries.get_diversion(context.session, request.id)
    diverted.expected_at = at
    step = request_queries.find_running_step(context.session, request.id, "come")
    if step is None:
        return
    clocks.move(context, request, step, max(step.due_at, at + reserving.clocks_of(context, request).no_show))


def _forget(context: Context, request: Request) -> None:
    diverted = diversion_queries.get_diversion(context.session, request.id)
    diverted.vehicle, diverted.call_words = stripped(diverted.vehicle), stripped(diverted.call_words)


def _same(context: Context, request: Request, other: Request) -> bool:
    """Say whether two diversions are of one vehicle."""
    this, that = (diversion_queries.get_diversion(context.session, one.id) for one in (request, other))
    return this.vehicle.casefold() == that.vehicle.casefold()


def _now(name: str) -> Callable[[Context, Request, str], str]:
    """Return what says a field of a diversion."""
    return lambda context, request, _: str(getattr(diversion_queries.get_diversion(context.session, request.id), name))


def _change(name: str, most: int) -> Callable[[Context, Request, str], None]:
    """Return what changes a field of a diversion."""

    def run(context: Context, request: Request, words: str) -> None:
        written = clean(words, most)
        if not written:
            raise BadFields({"value": "around.change_usage"})
        setattr(diversion_queries.get_diversion(context.session, request.id), name, written)

    return run


def _cost_rules(context: Context, request: Request) -> Sequence[CostRule]:
    """Name what is entered by itself when the work is done."""
    return (
        CostRule("compensation", "customer", "diversion.cost_by_itself", by_itself=True),
        CostRule("transport", "carrier", "diversion.cost_by_itself", by_itself=True),
    )


register(
    Kind(
        name="diversion",
        letter="D",
        whole="same_day",
        steps=(
            StepKind("call", "owner"),
            StepKind("transport", "requester"),
            StepKind("depart", "requester", after=("transport",)),
            StepKind("come", "owner", after=("depart",)),
            StepKind("serve", "owner", after=("come",)),
            StepKind("record", "owner", after=("serve",)),
        ),
        due=_due,
        finished=State.DONE,
        under_way=frozenset({State.ACCEPTED, State.DEPARTED}),
        returnable=frozenset({State.ACCEPTED, State.DEPARTED}),
        awaited=frozenset(),
        told=frozenset({State.ACCEPTED, State.ARRIVED, State.DONE}),
        candidates=sources.candidates,
        what=_what,
        brief=_brief,
        forward=_forward,
        accept=reserving.accept,
        release=reserving.release,
        buttons=_buttons,
        words={"shipped": Word("requester", ASKERS, (State.ACCEPTED,), serving.depart)},
        lacks=reserving.lacks,
        lapses={"come": serving.no_show},
        matter="diversion.matter",
        cost_rules=_cost_rules,
        calls=frozenset({"requester", "owner"}),
        bound_for="owner",
        promise=_promise,
        note_eta=_note_eta,
        forget=_forget,
        same=_same,
        refusals=("reserved", "no_hands", "other"),
        changes={
            "service": Change(
                "diversion.service", changing.EDITABLE, _now("service"), _change("service", LONGEST_SERVICE)
            ),
            "vehicle": Change(
                "diversion.vehicle", changing.EDITABLE, _now("vehicle"), _change("vehicle", LONGEST_VEHICLE)
            ),
        },
        reopened=begin_choice,
        command="divert",
        numbers=("diverting",),
        draft=draft,
    )
)
