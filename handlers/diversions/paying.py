"""The way there and the compensation: recorded by the sender, approved by HQ over the cap, entered as HQ's costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import forms, notify
from handlers.access import ASKERS, HQ
from handlers.chat import Message
from handlers.diversions import messages, rules
from handlers.diversions.words import parse_compensation
from handlers.errors import BadFields, TooLate
from handlers.messages import sentence
from handlers.money import format_amount, parse_amount
from handlers.registry import button, form, timer
from handlers.requests import cards, clocks, life
from handlers.requests import messages as request_messages
from handlers.requests.commands import MOST_REASON, check_requester, done
from handlers.requests.grammar import clean
from handlers.requests.telling import authors
from handlers.texts import say
from storage.queries import diversions as diversion_queries
from storage.queries import ledger as ledger_queries
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.tables.diversions import Diversion
from storage.tables.requests import Request, State

if TYPE_CHECKING:
    from handlers.context import Context

# What the story says of the way there.
_WAYS = {"car": "transport_car", "taxi": "transport_taxi", "own": "transport_own"}

# Recording


@button("diversion.transport", roles=ASKERS)
def press_transport(context: Context, request: int) -> None:
    """Ask how the customer goes there, and what they get."""
    found = request_queries.get_request(context.session, request)
    check_requester(context, found, State.ACCEPTED)
    numbers, currency = clocks.rules_of(context, found).diverting, context.settings.network.currency
    usual = {
        name: format_amount(amount, currency, context.language)
        for name in (*rules.TRANSPORTS, *rules.COMPENSATIONS)
        if (amount := rules.usual_amount(name, numbers))
    }
    usual |= {name: usual.get(name, format_amount(0, currency, context.language)) for name in rules.COMPENSATIONS}
    forms.ask(context, messages.transport_form(context.language, found, usual))


@form("diversion.transport", roles=ASKERS)
def send_transport(context: Context, values: dict[str, str], request: int) -> None:
    """Record the way there and the compensation; what is over a cap waits for HQ."""
    found = request_queries.get_request(context.session, request)
    check_requester(context, found, State.ACCEPTED)
    numbers = clocks.rules_of(context, found).diverting
    transport = values.get("transport", "")
    if transport not in rules.TRANSPORTS:
        raise BadFields({"transport": "core.pick_one"})
    compensation, written = values.get("compensation", ""), values.get("amount", "")
    if compensation not in rules.COMPENSATIONS:  # written rather than chosen: 服务券 300
        said = parse_compensation(compensation)
        if said is None:
            raise BadFields({"compensation": "diversion.bad_compensation"})
        compensation, written = said[0], said[1] or written
        field = "compensation"
    else:
        field = "amount"
    diverted = diversion_queries.get_diversion(context.session, request)
    diverted.transport, diverted.compensation = transport, compensation
    diverted.amount = _amount(context, field, written, rules.usual_amount(compensation, numbers))
    fare = _amount(context, "fare", values.get("fare", ""), rules.usual_amount(transport, numbers))
    diverted.fare = 0 if transport == "own" else fare
    _note(context, found, diverted)


def _amount(context: Context, field: str, written: str, usual: int) -> int:
    written = clean(written, 40)
    if not written:
        return usual
    try:
        return parse_amount(written, context.settings.network.currency)
    except ValueError as error:
        raise BadFields({field: "diversion.bad_amount"}) from error


def _note(context: Context, request: Request, diverted: Diversion) -> None:
    """End the sender's clock, and ask HQ where an amount is over its cap."""
    currency = context.settings.network.currency
    over = bool(_broken(context, request, diverted))
    over = over and not request.practice  # HQ hears nothing of a practice
    diverted.approval, diverted.approved_by = "pending" if over else "", None
    request_queries.add_event(
        context.session,
        request.id,
        _WAYS[diverted.transport],
        context.now,
        person_id=context.my_id,
        store_id=request.store_id,
        amount=format_amount(diverted.amount, currency, "en"),
    )
    if request_queries.find_running_step(context.session, request.id, "transport") is not None:
        life.next_step(context, request, "transport")
    _cancel_reminders(context, request)
    if over:
        request_queries.add_event(context.session, request.id, "approval_asked", context.now)
        _ask_hq(context, request, diverted)
        _remind_later(context, request, 1)
    record = f"{diverted.transport} {diverted.fare} {diverted.compensation} {diverted.amount} {diverted.approval}"
    key = "diversion.approval_needed" if over else "diversion.transport_noted"
    done(context, request, "diversion.transport", str(request.state), reason=record.strip(), words=context.words(key))


# HQ's approval


def _broken(context: Context, request: Request, diverted: Diversion) -> dict[str, int]:
    """Return the caps that are broken, by what they are of."""
    numbers = clocks.rules_of(context, request).diverting
    return rules.caps_broken(diverted.transport, diverted.fare, diverted.compensation, diverted.amount, numbers)


def _ask_hq(context: Context, request: Request, diverted: Diversion) -> None:
    store = people_queries.get_store(context.session, request.store_id).name
    currency = context.settings.network.currency

    def words(language: str, timezone: str) -> Message:
        label, brief = cards.brief(context, request, language)
        return messages.approval(language, label, brief, store, diverted, currency, _broken(context, request, diverted))

    notify.tell_hq(context, words, priority=cards.priority_of(request))


def _remind_later(context: Context, request: Request, number: int) -> None:
    times = request_queries.count_events(context.session, request.id, "approval_asked")
    context.later(
        clocks.key(request, times, "approval", str(number)),
        "diversion.approval",
        context.now + clocks.rules_of(context, request).diverting.remind_hq,
        request_id=request.id,
        request=request.id,
        number=number,
    )


def _cancel_reminders(context: Context, request: Request) -> None:
    times = request_queries.count_events(context.session, request.id, "approval_asked")
    context.cancel_timers(request.id, clocks.key(request, times, "approval", ""))


@timer("diversion.approval")
def remind_hq(context: Context, request: int, number: int) -> None:
    """Remind HQ of an approval that a customer waits for, until the day of it is over: then the daily list names it."""
    found = request_queries.get_request(context.session, request)
    diverted = diversion_queries.get_diversion(context.session, request)
    if diverted.approval == "pending" and found.state is State.ACCEPTED:
        _ask_hq(context, found, diverted)
        if context.now < found.cap_at:
            _remind_later(context, found, number + 1)


@button("diversion.approve", roles=HQ)
def press_approve(context: Context, request: int, transport: str, fare: int, compensation: str, amount: int) -> None:
    """Approve what is over the cap."""
    found, diverted = _lock_pending(context, request, (transport, fare, compensation, amount))
    diverted.approval, diverted.approved_by = "approved", context.my_id
    request_queries.add_event(context.session, request, "approved", context.now, person_id=context.my_id)
    _cancel_reminders(context, found)
    _tell_sender(context, found, "diversion.approval_told", "")
    done(context, found, "diversion.approve", str(found.state), reason=f"{fare} {amount}")


@button("diversion.not_approve", roles=HQ)
def press_not_approve(
    context: Context, request: int, transport: str, fare: int, compensation: str, amount: int
) -> None:
    """Ask why it is not approved."""
    _lock_pending(context, request, (transport, fare, compensation, amount))
    args: dict[str, str | int] = {
        "request": request,
        "transport": transport,
        "fare": fare,
        "compensation": compensation,
        "amount": amount,
    }
    title = "diversion.not_approve_title"
    forms.ask(context, request_messages.reason_form(context.language, "diversion.not_approve", title, args))


@form("diversion.not_approve", roles=HQ)
def send_not_approve(
    context: Context,
    values: dict[str, str],
    request: int,
    transport: str,
    fare: int,
    compensation: str,
    amount: int,
) -> None:
    """Refuse what is over the cap, with a reason; the sender changes it."""
    found, diverted = _lock_pending(context, request, (transport, fare, compensation, amount))
    reason = clean(values.get("reason", ""), MOST_REASON)
    if not reason:
        raise BadFields({"reason": "request.reason_words"})
    diverted.approval, diverted.approved_by = "refused", context.my_id
    request_queries.add_event(
        context.session, request, "not_approved", context.now, person_id=context.my_id, words=reason
    )
    _cancel_reminders(context, found)
    _tell_sender(context, found, "diversion.no_approval_told", reason)
    done(context, found, "diversion.not_approve", str(found.state), reason=reason)


def _lock_pending(context: Context, request: int, asked: tuple[str, int, str, int]) -> tuple[Request, Diversion]:
    """Lock a diversion whose approval is asked for. Raises TooLate when it is decided, or about other amounts now."""
    found = request_queries.get_request(context.session, request)
    diverted = diversion_queries.get_diversion(context.session, request)
    now = (diverted.transport, diverted.fare, diverted.compensation, diverted.amount)
    if diverted.approval != "pending" or now != asked or found.state is not State.ACCEPTED:
        raise TooLate("diversion.nothing_pending")
    return found, diverted


def _tell_sender(context: Context, request: Request, key: str, reason: str) -> None:
    def words(language: str, timezone: str) -> Message:
        label, brief = cards.brief(context, request, language)
        return sentence(say(language, key, label=label, brief=brief, reason=reason))

    notify.tell_each(context, authors(context, request), words, priority=cards.priority_of(request))


def check_paid(diverted: Diversion) -> None:
    """Raise unless the way and the compensation are recorded, and approved where that is needed."""
    if not diverted.transport or not diverted.compensation:
        raise TooLate("diversion.record_transport_first")
    if diverted.approval == "pending":
        raise TooLate("diversion.wait_for_hq")
    if diverted.approval == "refused":
        raise TooLate("diversion.change_first")


# Costs


def enter_fare(context: Context, request: Request, diverted: Diversion) -> None:
    """Enter what the way cost: a car or voucher that was used is paid for, whatever came of it."""
    _enter(context, request, "transport", diverted.fare, "carrier", diverted)


def enter_compensation(context: Context, request: Request, diverted: Diversion) -> None:
    """Enter what the customer got."""
    _enter(context, request, "compensation", diverted.amount, "customer", diverted)


def _enter(context: Context, request: Request, name: str, amount: int, payee: str, diverted: Diversion) -> None:
    if not amount or request.practice:
        return
    ledger_queries.add_money(
        context.session,
        key=f"request:{request.id}:{name}",
        amount=amount,
        currency=context.settings.network.currency,
        payer="hq",
        payee=payee,
        rule=f"cost.{name}",
        policy_id=request.policy_id,
        request_id=request.id,
        now=context.now,
        reference=diverted.transport if name == "transport" else diverted.compensation,
        person_id=context.person_id,
    )
