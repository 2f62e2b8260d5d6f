"""A support that was promised: confirmed by both, prepared, the day itself, what came of it and the ratings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import forms
from handlers.access import ASKERS, STAFF, STORE_LEADERS
from handlers.errors import BadFields, TooLate
from handlers.messages import sentence
from handlers.money import format_amount
from handlers.registry import button, form
from handlers.requests import clocks, life
from handlers.requests.commands import (
    ask_kept,
    check_owner,
    check_requester,
    done,
    may_record,
    name_of,
    satisfaction_in,
)
from handlers.requests.grammar import HIGHEST_SCORE, LOWEST_SCORE
from handlers.requests.telling import authors
from handlers.support import messages, rules, telling
from handlers.support.rules import Side
from handlers.support.words import parse_hours
from handlers.working_time import say_moment
from storage.queries import bookings as booking_queries
from storage.queries import ledger as ledger_queries
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.queries import support as support_queries
from storage.tables.requests import Request, State
from storage.tables.support import Support

if TYPE_CHECKING:
    from handlers.context import Context

_STEPS: dict[Side, tuple[str, str]] = {"giver": ("agree", "prepare"), "host": ("agree_host", "prepare_host")}


def _check_side(context: Context, request: Request, side: str, *states: State) -> None:
    """Raise unless who speaks belongs to this side and the request is in one of these states."""
    if side == "giver":
        check_owner(context, request, *states)
    elif side == "host":
        check_requester(context, request, *states)
    else:
        raise TooLate("core.unknown_button")


# Confirming


@button("support.agree", roles=STORE_LEADERS)
def press_agree(context: Context, request: int, side: Side, item: str) -> None:
    """Confirm time, cost or travel for one's own store; once both stores have all three the support is booked."""
    found = request_queries.get_request(context.session, request)
    _check_side(context, found, side, State.ACCEPTED)
    support = support_queries.get_support(context.session, request)
    said = support.agreed_giver if side == "giver" else support.agreed_host
    wanted = rules.AGREED if item == "all" else (item,)
    new = [one for one in wanted if one in rules.AGREED and one not in said.split()]
    if not new:
        raise TooLate("support.agreed_already")
    for one in new:
        said = rules.with_item(said, one)
    if side == "giver":
        support.agreed_giver = said
    else:
        support.agreed_host = said
    _note(context, found, "agreed", items=" ".join(f"agreed.{one}" for one in new))
    step = _STEPS[side][0]
    if rules.is_whole(said, rules.AGREED):
        if _both_agreed(support):
            _confirm(context, found, support)
        life.next_step(context, found, step)
        if found.state is State.CONFIRMED:
            telling.plan(context, found, support)
    words = context.words("support.agreed_noted", items=messages.named(context.language, "agreed", new))
    done(context, found, "support.agree", str(State.ACCEPTED), reason=f"{side} {' '.join(new)}", words=words)


@button("support.agree_each", roles=STORE_LEADERS)
def press_agree_each(context: Context, request: int, side: Side) -> None:
    """Offer to confirm one by one."""
    found = request_queries.get_request(context.session, request)
    _check_side(context, found, side, State.ACCEPTED)
    support = support_queries.get_support(context.session, request)
    said = support.agreed_giver if side == "giver" else support.agreed_host
    if rules.is_whole(said, rules.AGREED):
        raise TooLate("support.agreed_already")
    context.answer(messages.agree_each(context.language, name_of(found), found, side, said))


def _both_agreed(support: Support) -> bool:
    return all(rules.is_whole(said, rules.AGREED) for said in (support.agreed_giver, support.agreed_host))


def _confirm(context: Context, request: Request, support: Support) -> None:
    """Book what was held: both managers confirmed time, cost and travel."""
    booking_queries.book_time(context.session, request.id)
    request.state = State.CONFIRMED
    _note(context, request, "confirmed", technician=support.technician)


# Preparing


@button("support.tick", roles=STAFF)
def press_tick(context: Context, request: int, side: Side, item: str) -> None:
    """Tick a line of the checklist, for one's own store."""
    found = request_queries.get_request(context.session, request)
    _check_side(context, found, side, State.CONFIRMED)
    support = support_queries.get_support(context.session, request)
    wanted = rules.checklist_of(side, support.km, clocks.rules_of(context, found).supporting)
    if item not in wanted:
        raise TooLate("core.unknown_button")
    if support.posted_at is None:
        at = telling.posted_at(context, found, support)
        when = say_moment(at, context.timezone, context.now, context.language)
        raise TooLate("support.not_posted", when=when)
    said = support.ticked_giver if side == "giver" else support.ticked_host
    if item not in said.split():
        said = rules.with_item(said, item)
        if side == "giver":
            support.ticked_giver = said
        else:
            support.ticked_host = said
        _note(context, found, "ticked", items=f"checklist.{item}")
        if rules.is_whole(said, wanted):
            life.next_step(context, found, _STEPS[side][1])
    words = context.words("support.ticked_noted", item=context.words(f"checklist.{item}"))
    done(context, found, "support.tick", str(found.state), reason=f"{side} {item}", words=words)


# The day


@button("support.arrived", roles=STAFF)
def press_arrived(context: Context, request: int) -> None:
    """Say that the technician has come: the host's to say, on the day."""
    found = request_queries.get_request(context.session, request)
    check_requester(context, found, State.CONFIRMED)
    support = support_queries.get_support(context.session, request)
    host = people_queries.get_store(context.session, found.store_id)
    if not rules.is_visit_day(support.starts_at, host.timezone, context.now):
        when = say_moment(support.starts_at, host.timezone, context.now, context.language)
        raise TooLate("support.not_the_day", when=when)
    support.arrived_at, support.arrived_by = context.now, context.my_id
    found.state = State.ARRIVED
    for name in ("prepare", "prepare_host"):  # what was not ticked by now is not going to be
        clocks.cancel(context, found, name)
    _note(context, found, "expert_arrived", technician=support.technician)
    life.next_step(context, found, "arrive")
    done(context, found, "support.arrived", str(State.CONFIRMED))


@button("support.done", roles=STAFF)
def press_done(context: Context, request: int) -> None:
    """Say that the work is done: the technician's side to say, and only after the host has seen him come."""
    found = request_queries.get_request(context.session, request)
    if found.state in {State.ACCEPTED, State.CONFIRMED}:
        check_owner(context, found, found.state)
        raise TooLate("support.no_arrival")
    check_owner(context, found, State.ARRIVED)
    support = support_queries.get_support(context.session, request)
    support.done_at, support.done_by = context.now, context.my_id
    _note(context, found, "work_done")
    context.session.flush()
    life.finish(context, found)
    life.next_step(context, found, "work")
    _pay(context, found, support)
    telling.finished(context, found, support)
    if found.customer_waits:
        ask_kept(context, found, authors(context, found))
    done(context, found, "support.done", str(State.ARRIVED))


def _pay(context: Context, request: Request, support: Support) -> None:
    """Enter the subsidy: HQ pays the technician, by the distance frozen when he was held; once."""
    if request.practice or not support.subsidy:
        return
    currency = context.settings.network.currency
    ledger_queries.add_money(
        context.session,
        key=f"request:{request.id}:subsidy",
        amount=support.subsidy,
        currency=currency,
        payer="hq",
        payee=telling.payee(context, support),
        rule="cost.subsidy",
        policy_id=request.policy_id,
        request_id=request.id,
        now=context.now,
        person_id=context.my_id,
    )
    amount = format_amount(support.subsidy, currency, "en")
    _note(context, request, "subsidy", amount=amount, technician=support.technician)


# The record


@button("support.record", roles=ASKERS)
def press_record(context: Context, request: int) -> None:
    """Ask what came of it."""
    found = request_queries.get_request(context.session, request)
    check_requester(context, found, State.DONE)
    support = support_queries.get_support(context.session, request)
    forms.ask(context, messages.record_form(context.language, found, support))


@form("support.record", roles=ASKERS)
def send_record(context: Context, values: dict[str, str], request: int) -> None:
    """Record whether the fault is solved, the hours of work and the customer's satisfaction."""
    found = request_queries.get_request(context.session, request)
    check_requester(context, found, State.DONE)
    support = support_queries.get_support(context.session, request)
    solved = values.get("solved", "")
    if solved not in {"yes", "no"}:
        raise BadFields({"solved": "core.pick_one"})
    longest = clocks.rules_of(context, found).supporting.longest_work
    minutes = parse_hours(values.get("hours", ""))
    if not minutes or minutes > longest.total_seconds() / 60:
        raise BadFields({"hours": "support.bad_hours"}, most=round(longest.total_seconds() / 3600))
    satisfaction = satisfaction_in(values)
    support.solved, support.minutes, found.satisfaction = solved, minutes, satisfaction
    if not may_record(context, found):
        return  # what was written is kept, and the form shows it again
    _note(context, found, "recorded")
    life.record(context, found)
    result = messages.result(context.language, support, found)
    done(context, found, "support.record", str(State.DONE), reason=f"{solved} {minutes} {satisfaction}")
    amount = format_amount(support.subsidy, context.settings.network.currency, context.language)
    said = context.words(
        "support.recorded", label=name_of(found), result=result, amount=amount, technician=support.technician
    )
    context.answer(sentence(said))


# Rating each other


@button("support.rate", roles=STORE_LEADERS)
def press_rate(context: Context, request: int, side: Side, score: int) -> None:
    """Rate the other store; what was given is shown to both once both have, or when the time for it is over."""
    found = request_queries.get_request(context.session, request)
    _check_side(context, found, side, State.DONE, State.RECORDED)
    support = support_queries.get_support(context.session, request)
    if support.shown_at is not None:
        raise TooLate("support.rated_shown")
    if not LOWEST_SCORE <= score <= HIGHEST_SCORE:
        raise TooLate("core.unknown_button")
    if side == "giver":
        support.rating_by_giver = score
    else:
        support.rating_by_host = score
    both = support.rating_by_giver is not None and support.rating_by_host is not None
    if both:
        telling.show_ratings(context, found, support)
    # The score itself is on no record that the other side could read before its time.
    done(
        context,
        found,
        "support.rate",
        str(found.state),
        words=context.words("support.rated_both" if both else "support.rated", score=score),
    )


def _note(context: Context, request: Request, word: str, **values: object) -> None:
    request_queries.add_event(
        context.session,
        request.id,
        word,
        context.now,
        person_id=context.my_id,
        store_id=context.me.store_id,
        **values,
    )
