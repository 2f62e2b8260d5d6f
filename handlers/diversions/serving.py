"""A diversion on its way: called, departed, arrived, served, recorded; or the customer does not come."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from handlers import access, forms, notify
from handlers.access import ASKERS
from handlers.chat import Message
from handlers.diversions import messages, rules, sources
from handlers.diversions.paying import check_paid, enter_compensation, enter_fare
from handlers.errors import BadFields, NotAllowed, TooLate
from handlers.messages import sentence
from handlers.money import parse_amount
from handlers.registry import button, form
from handlers.requests import cards, clocks, life
from handlers.requests import messages as request_messages
from handlers.requests.commands import MOST_REASON, check_owner, check_requester, check_state, done, satisfaction_in
from handlers.requests.grammar import Answer, clean
from handlers.requests.telling import authors
from handlers.texts import say
from handlers.working_time import say_moment
from storage.queries import bookings as booking_queries
from storage.queries import diversions as diversion_queries
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.tables.requests import Request, State

if TYPE_CHECKING:
    from handlers.context import Context

# While the receiving store can say what came of its call.
CALLABLE = (State.ACCEPTED, State.DEPARTED, State.ARRIVED, State.DONE)

# What the story says of a call.
_CALLED = {"reached": "called_reached", "not_reached": "called_not_reached"}

# The call


@button("diversion.reached", roles=ASKERS)
def press_reached(context: Context, request: int) -> None:
    """Note that the receiving store has spoken with the customer."""
    _note_call(context, request, "reached", "")


@button("diversion.not_reached", roles=ASKERS)
def press_not_reached(context: Context, request: int) -> None:
    """Ask what happens now that the customer was not reached."""
    found = request_queries.get_request(context.session, request)
    check_owner(context, found, *CALLABLE)
    args: dict[str, str | int] = {"request": request}
    title = "diversion.not_reached_title"
    forms.ask(context, request_messages.reason_form(context.language, "diversion.not_reached", title, args))


@form("diversion.not_reached", roles=ASKERS)
def send_not_reached(context: Context, values: dict[str, str], request: int) -> None:
    """Note that the customer was not reached, and what happens now."""
    words = clean(values.get("reason", ""), MOST_REASON)
    if not words:
        raise BadFields({"reason": "request.reason_words"})
    _note_call(context, request, "not_reached", words)


def _note_call(context: Context, request_id: int, outcome: str, words: str) -> None:
    request = request_queries.get_request(context.session, request_id)
    check_owner(context, request, *CALLABLE)
    diverted = diversion_queries.get_diversion(context.session, request_id)
    if diverted.call == "reached":
        raise TooLate("core.unknown_button")
    first = not diverted.call
    diverted.call, diverted.call_words, diverted.called_at = outcome, words, context.now
    request_queries.add_event(
        context.session,
        request_id,
        _CALLED[outcome],
        context.now,
        person_id=context.my_id,
        store_id=request.owner_store_id,
        words=words,
    )
    if first:
        life.next_step(context, request, "call")
    done(context, request, "diversion.call", str(request.state), reason=f"{outcome} {words}".strip())


# On the way


@button("diversion.depart", roles=ASKERS)
def press_depart(context: Context, request: int) -> None:
    """Note that the customer has left."""
    depart(context, request_queries.get_request(context.session, request), Answer("shipped"))


def depart(context: Context, request: Request, answer: Answer) -> None:
    """Note that the customer is on the way: only once way and compensation are settled."""
    check_requester(context, request, State.ACCEPTED)
    diverted = diversion_queries.get_diversion(context.session, request.id)
    check_paid(diverted)
    before = str(request.state)
    store = people_queries.get_store(context.session, request.owner_store_id or 0)
    diverted.expected_at = context.now + sources.way_of(context, request, store)
    request.state = State.DEPARTED
    request_queries.add_event(
        context.session, request.id, "departed", context.now, person_id=context.my_id, store_id=request.store_id
    )
    life.next_step(context, request, "depart")
    done(context, request, "diversion.depart", before)


@button("diversion.arrive", roles=ASKERS)
def press_arrive(context: Context, request: int) -> None:
    """Note that the customer is at the receiving store."""
    found = request_queries.get_request(context.session, request)
    check_owner(context, found, State.DEPARTED)
    before = str(found.state)
    diversion_queries.get_diversion(context.session, request).arrived_at = context.now
    found.state = State.ARRIVED
    request_queries.add_event(
        context.session, request, "came", context.now, person_id=context.my_id, store_id=found.owner_store_id
    )
    life.next_step(context, found, "come")
    done(context, found, "diversion.arrive", before)


# Not coming


def no_show(context: Context, request: Request) -> None:
    """End what the customer did not come for: bay and technician are free, and there are no points."""
    owner_id = request.owner_store_id
    diverted = diversion_queries.get_diversion(context.session, request.id)
    enter_fare(context, request, diverted)
    life.stop(context, request, State.CLOSED, "no_show", "")
    _tell_both(context, request, owner_id, "diversion.no_show_told", "")
    cards.refresh(context, request)


@button("diversion.back", roles=ASKERS)
def press_back(context: Context, request: int) -> None:
    """Ask why the customer does not come."""
    found = request_queries.get_request(context.session, request)
    _check_party(context, found)
    args: dict[str, str | int] = {"request": request}
    forms.ask(context, request_messages.reason_form(context.language, "diversion.back", "diversion.back_title", args))


@form("diversion.back", roles=ASKERS)
def send_back(context: Context, values: dict[str, str], request: int) -> None:
    """End a diversion whose customer turned back, with the reason."""
    found = request_queries.get_request(context.session, request)
    _check_party(context, found)
    reason = clean(values.get("reason", ""), MOST_REASON)
    if not reason:
        raise BadFields({"reason": "request.reason_words"})
    before, owner_id = str(found.state), found.owner_store_id
    enter_fare(context, found, diversion_queries.get_diversion(context.session, request))
    life.stop(context, found, State.CLOSED, "turned_back", reason)
    _tell_both(context, found, owner_id, "diversion.back_told", reason)
    done(context, found, "diversion.back", before, reason=reason)


def _check_party(context: Context, request: Request) -> None:
    """Raise unless who speaks belongs to one of the two stores and the customer is on the way or there."""
    parties = (request.store_id, request.owner_store_id)
    if not any(access.works_at(context.me, store_id) for store_id in parties):
        raise NotAllowed("request.not_owner")
    check_state(context, request, State.DEPARTED, State.ARRIVED)


def _tell_both(context: Context, request: Request, owner_id: int | None, key: str, reason: str) -> None:
    """Tell the author and the receiving store's leaders; who has just done it knows."""

    def words(language: str, timezone: str) -> Message:
        label, brief = cards.brief(context, request, language)
        return sentence(say(language, key, label=label, brief=brief, reason=reason))

    people = [*authors(context, request), *life.reachable_leaders(context, owner_id or 0)]
    others = [person for person in people if person.id != context.person_id]
    notify.tell_each(context, others, words, priority=cards.priority_of(request))


# Served


@button("diversion.serve", roles=ASKERS)
def press_serve(context: Context, request: int) -> None:
    """Ask what came of it."""
    found = request_queries.get_request(context.session, request)
    check_owner(context, found, State.ARRIVED)
    forms.ask(context, messages.serve_form(context.language, found))


@form("diversion.serve", roles=ASKERS)
def send_serve(context: Context, values: dict[str, str], request: int) -> None:
    """End the work: points and credit to the receiving store, the costs to HQ."""
    found = request_queries.get_request(context.session, request)
    check_owner(context, found, State.ARRIVED)
    satisfaction = satisfaction_in(values)
    kept = values.get("kept", "")
    if kept not in rules.KEPT:
        raise BadFields({"kept": "core.pick_one"})
    before = str(found.state)
    diverted = diversion_queries.get_diversion(context.session, request)
    diverted.result = clean(values.get("result", ""), MOST_REASON)
    found.satisfaction, found.kept = satisfaction, kept
    assert found.owner_store_id is not None
    request_queries.add_event(
        context.session,
        request,
        "served",
        context.now,
        person_id=context.my_id,
        store_id=found.owner_store_id,
        satisfaction=satisfaction,
    )
    request_queries.add_event(context.session, request, "kept", context.now, person_id=context.my_id, kept=kept)
    context.session.flush()
    life.finish(context, found)
    if not found.practice:
        diversion_queries.add_credit(
            context.session,
            request_id=request,
            store_id=found.owner_store_id,
            currency=context.settings.network.currency,
            now=context.now,
        )
    booking_queries.free_time(context.session, request, context.now)  # who is done can be booked again
    enter_fare(context, found, diverted)
    enter_compensation(context, found, diverted)
    life.next_step(context, found, "serve")
    _prompt_record(context, found)
    done(context, found, "diversion.serve", before, reason=f"{satisfaction} {kept} {diverted.result}".strip())


def _prompt_record(context: Context, request: Request) -> None:
    """Ask the receiving store for the worth of the work."""
    step = request_queries.find_running_step(context.session, request.id, "record")
    if step is None:
        return

    def words(language: str, timezone: str) -> Message:
        due = say_moment(step.due_at, timezone, context.now, language)
        label = cards.brief(context, request, language)[0]
        return Message(
            sentence(say(language, "diversion.record_prompt", label=label, due=due)).lines,
            (messages.record_button(language, request),),
        )

    notify.tell_each(context, life.reachable_leaders(context, step.store_id), words)


@button("diversion.record", roles=ASKERS)
def press_record(context: Context, request: int) -> None:
    """Ask for the worth of the work and the number of the voucher."""
    found = request_queries.get_request(context.session, request)
    _check_record(context, found)
    forms.ask(context, messages.record_form(context.language, found))


@form("diversion.record", roles=ASKERS)
def send_record(context: Context, values: dict[str, str], request: int) -> None:
    """Record what the work was worth; while a complaint is open the request stays so."""
    found = request_queries.get_request(context.session, request)
    _check_record(context, found)
    currency = context.settings.network.currency
    try:
        amount = parse_amount(clean(values.get("work", ""), 40), currency)
    except ValueError as error:
        raise BadFields({"work": "diversion.bad_amount"}) from error
    diverted = diversion_queries.get_diversion(context.session, request)
    diverted.reference = clean(values.get("reference", ""), 40)
    credit = diversion_queries.find_credit(context.session, request)
    if credit is not None:
        credit.amount = amount
    before = str(found.state)
    request_queries.add_event(
        context.session,
        request,
        "recorded",
        context.now,
        person_id=context.my_id,
        store_id=found.owner_store_id,
        amount=amount,
        currency=currency,
        reference=diverted.reference,
    )
    if diversion_queries.find_open_complaint(context.session, request) is None:
        life.record(context, found)
    else:
        clocks.end(context, found, "record")
    done(context, found, "diversion.record", before, reason=json.dumps([amount, diverted.reference]))


def _check_record(context: Context, request: Request) -> None:
    """Raise unless the record can be made now: the work is done, and it is known what came of the call."""
    check_owner(context, request, State.DONE)
    if request_queries.find_running_step(context.session, request.id, "record") is None:
        raise TooLate("diversion.recorded_already")
    if not diversion_queries.get_diversion(context.session, request.id).call:
        raise TooLate("diversion.call_first")
