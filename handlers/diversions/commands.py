"""Diversions as people ask for them: what is missing, who may be sent, and what the customer chose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from handlers import access, contacts, forms
from handlers.access import ASKERS
from handlers.customers import book
from handlers.diversions import messages, rules, sources
from handlers.diversions.reserving import clocks_of
from handlers.diversions.words import (
    LONGEST_NEEDS,
    LONGEST_SERVICE,
    LONGEST_TEXT,
    LONGEST_VEHICLE,
    parse_diversion,
    parse_wait,
)
from handlers.errors import BadFields, BadInput, NotAllowed, TooLate
from handlers.messages import sentence
from handlers.money import format_amount
from handlers.registry import button, command, form
from handlers.requests import cards, clocks, life
from handlers.requests import messages as request_messages
from handlers.requests.commands import MOST_REASON, check_requester, done, name_of
from handlers.requests.grammar import clean
from handlers.requests.kinds import kind_named
from handlers.settings import DiversionClocks
from handlers.working_time import next_local, say_moment
from storage.ciphers import NoKey
from storage.queries import customers as customer_queries
from storage.queries import diversions as diversion_queries
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.queries.rows import add_held
from storage.tables.diversions import Diversion
from storage.tables.requests import Request, State, Urgency

if TYPE_CHECKING:
    from handlers.context import Context

# So many of the stores near are named with their reasons.
MOST_EXPLAINED = 3
_MOST = {"service": LONGEST_SERVICE, "vehicle": LONGEST_VEHICLE, "needs": LONGEST_NEEDS}

# Posting


@command("divert", "分流", "desvio", "desvío", roles=ASKERS, contacts="taken", quotes=True)
def divert(context: Context, words: str) -> None:
    """Send a customer who would wait too long to another store; what is missing is asked for."""
    said = parse_diversion(words[: LONGEST_TEXT + 1])
    if said.problems:
        raise BadInput(f"diversion.{said.problems[0]}")
    wait = "" if said.wait is None else str(said.wait)
    draft(context, {"service": said.service, "wait": wait, "vehicle": said.vehicle, "needs": said.needs})


@form("diversion.post", roles=ASKERS)
def send_post(context: Context, values: dict[str, str]) -> None:
    """Post a diversion from a filled form."""
    if values.get(contacts.FIELD):
        context.customer_id = contacts.from_field(context, values[contacts.FIELD]) or context.customer_id
    blank = next((name for name in ("service", "wait", "vehicle", "needs") if not clean(values.get(name, ""), 40)), "")
    if blank:
        raise BadFields({blank: "core.needed"}, field=context.words(f"diversion.{blank}"))
    draft(context, values)


def draft(context: Context, values: Mapping[str, str]) -> None:
    """Ask for what is missing, and post what is whole."""
    if context.store is None:
        raise NotAllowed("diversion.stores_only")
    filled = {name: clean(values.get(name, ""), most) for name, most in _MOST.items()}
    written = clean(values.get("wait", ""), 40)
    if written:
        filled["wait"] = str(_read_wait(context, written))
    filled = {name: value for name, value in filled.items() if value}
    if len(filled) <= len(_MOST):
        forms.ask(context, messages.form(context.language, {}), filled=filled)
        return
    _post_or_ask(context, filled["service"], int(filled["wait"]), filled["vehicle"], filled["needs"])


def _read_wait(context: Context, written: str) -> int:
    longest = context.settings.rules.diverting.longest_wait
    minutes = parse_wait(written)
    if minutes is None or not 1 <= minutes <= longest / timedelta(minutes=1):
        most = messages.wait(context.language, round(longest / timedelta(minutes=1)))
        raise BadFields({"wait": "diversion.bad_wait"}, most=most)
    return minutes


def _post_or_ask(context: Context, service: str, wait: int, vehicle: str, needs: str) -> None:
    """Post the diversion, or say why it is none by the rules and offer it all the same."""
    store, numbers = context.store, context.settings.rules
    assert store is not None
    _check_one_a_customer(context, service, vehicle)
    found = sources.offers(context, store, numbers)
    why = rules.not_diverted_because(wait, len(found), numbers.diverting)
    if why:
        args: dict[str, str | int] = {
            "service": service,
            "wait": wait,
            "vehicle": vehicle,
            "needs": needs,
            "store": store.id,
            **contacts.carried(context),
        }
        context.audit("diversion.not_by_rule", after=f"{wait} {' '.join(why)}", refused=True)
        context.answer(messages.not_by_rule(context.language, why, wait, numbers.diverting.least_wait, args))
        return
    _open(context, service, wait, vehicle, needs, found)


@button("diversion.override", roles=ASKERS)
def press_override(context: Context, service: str, wait: int, vehicle: str, needs: str, store: int) -> None:
    """Ask why the customer is diverted all the same."""
    _check_same_store(context, store)
    args: dict[str, str | int] = {
        "service": service,
        "wait": wait,
        "vehicle": vehicle,
        "needs": needs,
        "store": store,
    }
    forms.ask(
        context,
        request_messages.reason_form(context.language, "diversion.override", "diversion.override_title", args),
    )


@form("diversion.override", roles=ASKERS)
def send_override(
    context: Context, values: dict[str, str], service: str, wait: int, vehicle: str, needs: str, store: int
) -> None:
    """Divert against the rule, with a reason that is on the record."""
    _check_same_store(context, store)
    reason = clean(values.get("reason", ""), MOST_REASON)
    if not reason:
        raise BadFields({"reason": "request.reason_words"})
    assert context.store is not None
    _check_one_a_customer(context, service, vehicle)
    found = sources.offers(context, context.store, context.settings.rules)
    _open(context, service, wait, vehicle, needs, found, override_reason=reason)


def _check_same_store(context: Context, store: int) -> None:
    if not access.works_at(context.me, store):
        raise NotAllowed("request.not_yours")


def _check_one_a_customer(context: Context, service: str, vehicle: str) -> None:
    """Raise when the customer with this vehicle is being diverted already: an impatient thumb presses twice, too.

    Of a diversion without a contact the vehicle and the work tell; who then gives a contact is asked whether it is
    the same (`same` of the kind), and is not refused for ever by somebody else's blank.
    """
    assert context.store is not None
    mine = _contact(context, contacts.keep(context))
    for request, diverted in diversion_queries.list_open_diversions(context.session, context.store.id):
        other = _contact(context, request.customer_id)
        if mine:
            same = bool(mine & other)
        else:
            same = (diverted.vehicle.casefold(), diverted.service) == (vehicle.casefold(), service)
        if same:
            raise TooLate("diversion.open_already", label=name_of(request))


def _contact(context: Context, customer_id: int | None) -> set[str]:
    """Return a customer's telephone and plate, as far as they are known."""
    customer = customer_queries.find_customer(context.session, customer_id) if customer_id is not None else None
    if customer is None or customer.erased_at is not None:
        return set()
    try:
        _, phone, plate = customer_queries.read_customer(context.session, customer)
    except NoKey:
        return set()
    return {known for known in (phone, plate) if known}


def _open(
    context: Context,
    service: str,
    wait: int,
    vehicle: str,
    needs: str,
    found: list[sources.Offer],
    *,
    override_reason: str = "",
) -> None:
    """Open the request with the customer's choice before everything else: nobody is asked, nothing is booked."""
    store = context.store
    table = context.settings.rules.clocks.of("diversion", Urgency.TODAY)
    assert store is not None and isinstance(table, DiversionClocks)
    request = life.open_request(
        context,
        kind_named("diversion"),
        urgency=Urgency.TODAY,
        matter=needs,
        customer_waits=True,
        cap_at=next_local(context.now, table.same_day, store.timezone),
        override_reason=override_reason,
    )
    facts = {"request_id": request.id, "service": service, "wait_minutes": wait, "vehicle": vehicle}
    diverted = add_held(context.session, Diversion, facts)
    life.begin(context, request)
    begin_choice(context, request)
    regions = [one.store.region_id for one in found]
    done(context, request, "diversion.open", "", reason=override_reason, regions=regions)
    _give_words(context, request, diverted, found)


def begin_choice(context: Context, request: Request) -> None:
    """Let the customer choose first, each time anew: nobody is asked and nothing is booked before."""
    request.state = State.CONSENTING
    diverted = diversion_queries.get_diversion(context.session, request.id)
    diverted.consent, diverted.consented_at, diverted.consented_by = "", None, None
    clocks.begin(
        context,
        request,
        "contact",
        store_id=request.store_id,
        duration=clocks_of(context, request).contact,
        turn=request_queries.count_events(context.session, request.id, "reopened"),
    )


def _give_words(context: Context, request: Request, diverted: Diversion, found: list[sources.Offer]) -> None:
    """Answer with the stores near, what to say to the customer, and the two choices."""
    language, timezone, now = context.language, context.timezone, context.now
    step = request_queries.find_running_step(context.session, request.id, "contact")
    assert step is not None
    near = [
        (
            one.store.name,
            say_moment(now + one.way, timezone, now, language),
            cards.join_reasons(language, one.reasons),
        )
        for one in found[:MOST_EXPLAINED]
    ]
    best = None
    if found:
        first, here = found[0], people_queries.get_store(context.session, request.store_id)
        there = first.ranked.wait_minutes if first.store.dealer_id == here.dealer_id else None
        best = (first.store.name, first.ranked.way_minutes, there)
    spoken = book.language_of(context, request.customer_id) or language
    amount = format_amount(context.settings.rules.diverting.voucher, context.settings.network.currency, spoken)
    words = messages.script(spoken, diverted, best, amount)
    due = say_moment(step.due_at, timezone, now, language)
    context.answer(messages.opened(language, name_of(request), due, near, words, request))


# What the customer chose


@button("diversion.goes", roles=ASKERS)
def press_goes(context: Context, request: int) -> None:
    """Note that the customer goes, and ask the first store."""
    found = request_queries.get_request(context.session, request)
    _note_choice(context, found, "go")
    request_queries.add_event(
        context.session, request, "consented", context.now, person_id=context.my_id, store_id=found.store_id
    )
    # Whoever the customer was told of may be full by now: they are ranked anew.
    life.ask_next(context, found)
    facts = done(context, found, "diversion.goes", State.CONSENTING)
    label = name_of(found)
    if facts.ask is None:
        context.answer(sentence(context.words("diversion.asking_nobody", label=label)))
        return
    asked = people_queries.get_store(context.session, facts.ask.store_id).name
    context.answer(sentence(context.words("diversion.asking", label=label, asked=asked)))


@button("diversion.waits", roles=ASKERS)
def press_waits(context: Context, request: int) -> None:
    """Note that the customer waits: that ends it, and nobody was asked."""
    found = request_queries.get_request(context.session, request)
    _note_choice(context, found, "wait")
    life.stop(context, found, State.DECLINED, "declined", "")
    done(context, found, "diversion.waits", State.CONSENTING)


def _note_choice(context: Context, request: Request, choice: str) -> None:
    """Put the customer's choice on the record, once, and end its clock."""
    check_requester(context, request, State.CONSENTING)
    diverted = diversion_queries.get_diversion(context.session, request.id)
    diverted.consent, diverted.consented_at, diverted.consented_by = choice, context.now, context.my_id
    clocks.end(context, request, "contact")
