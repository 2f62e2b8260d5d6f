"""Goods on their way: shipped, received whole or in part, and recorded; the same for every kind that moves a part.

The buttons are called `transfer.…` for all of them: what stands in chats since there were transfers alone still works.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from handlers import access, forms, notify
from handlers.access import ASKERS, BOOKKEEPERS, REGION, STORE_LEADERS
from handlers.durations import parse_duration
from handlers.errors import BadFields, BadInput, NotAllowed, TooLate
from handlers.goods import messages, rules, sent_words, sides
from handlers.goods.details import read_details
from handlers.goods.telling import tell_giver
from handlers.messages import sentence
from handlers.money import format_amount, parse_amount
from handlers.registry import button, command, form
from handlers.requests import life
from handlers.requests import messages as request_messages
from handlers.requests.commands import (
    MOST_REASON,
    check_side,
    check_state,
    done,
    find,
    may_record,
    name_of,
)
from handlers.requests.grammar import Answer, clean, parse_quantity
from handlers.requests.telling import authors
from storage.queries import ledger as ledger_queries
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.queries import stock as stock_queries
from storage.tables.requests import Request, State, Transfer

if TYPE_CHECKING:
    from handlers.context import Context

# Shipping


@button("transfer.shipped", roles=ASKERS)
def press_shipped(context: Context, request: int) -> None:
    """Note that everything promised is on its way."""
    ship(context, request_queries.get_request(context.session, request), Answer("shipped"))


def ship(context: Context, request: Request, answer: Answer) -> None:
    """Note what is on its way, with courier, waybill and ETA where they were said; the rest may follow."""
    check_side(context, request, sides.giver(request), State.ACCEPTED, State.SHIPPED)
    moved = request_queries.get_transfer(context.session, request.id)
    left = rules.to_ship(moved)
    if left < 1:
        check_state(context, request, State.ACCEPTED)
    quantity = left if answer.quantity is None else answer.quantity
    rules.check_quantity(quantity, left)
    before = str(request.state)
    rest = _check_part(context, request, moved, answer.rest)
    moved.shipped += quantity
    courier, waybill, way = read_details(rest)
    _note_details(context, moved, courier or moved.courier, waybill or moved.waybill, way)
    request.state = State.SHIPPED
    request_queries.add_event(
        context.session,
        request.id,
        "shipped",
        context.now,
        person_id=context.my_id,
        store_id=sides.giver_id(request),
        quantity=moved.shipped,
    )
    if before == State.ACCEPTED:
        life.next_step(context, request, "ship")
    done(context, request, "transfer.shipped", before)


@button("transfer.details", roles=ASKERS)
def press_details(context: Context, request: int) -> None:
    """Ask for carrier, waybill and ETA."""
    found = request_queries.get_request(context.session, request)
    check_side(context, found, sides.giver(found), State.SHIPPED, State.RECEIVED)
    moved = request_queries.get_transfer(context.session, request)
    inbound = context.inbound
    forms.ask(
        context, messages.details_form(context.language, found, moved, whole=inbound is not None and inbound.can_form)
    )


@form("transfer.details", roles=ASKERS)
def send_details(context: Context, values: dict[str, str], request: int) -> None:
    """Note carrier, waybill and ETA."""
    found = request_queries.get_request(context.session, request)
    check_side(context, found, sides.giver(found), State.SHIPPED, State.RECEIVED)
    eta = clean(values.get("eta", ""), 20)
    try:
        way = parse_duration(eta) if eta else None
    except ValueError as error:
        raise BadFields({"eta": "goods.bad_eta"}) from error
    moved = request_queries.get_transfer(context.session, request)
    number, why = clean(values.get("part", ""), 40), clean(values.get("instead", ""), MOST_REASON)
    _check_field(context, found, moved, number, why)
    courier, waybill = clean(values.get("courier", ""), 40), clean(values.get("waybill", ""), 40)
    _note_details(context, moved, courier or moved.courier, waybill or moved.waybill, way)
    done(context, found, "transfer.details", str(found.state))


def _check_part(context: Context, request: Request, moved: Transfer, words: str) -> str:
    """Return the words of a shipping without the part number; another one than was asked for is blocked."""
    if not words:
        return words
    part = stock_queries.get_part(context.session, moved.part_id)
    known = {sent_words.bare(one.part_no) for one in stock_queries.list_parts(context.session)}
    sent = sent_words.read_sent(words, part.part_no, known)
    if not sent.number or sent_words.bare(sent.number) == sent_words.bare(part.part_no):
        return sent.rest
    if not sent.substitute or not sent.rest:
        raise BadInput("goods.other_part", wanted=part.part_no, sent=sent.number)
    _note_substitute(context, request, moved, sent.number, sent.rest[:MOST_REASON])
    return ""


def _check_field(context: Context, request: Request, moved: Transfer, number: str, why: str) -> None:
    """Check the part number of the details' form as that of the words."""
    part = stock_queries.get_part(context.session, moved.part_id)
    if not number or sent_words.bare(number) in {sent_words.bare(part.part_no), sent_words.bare(moved.sent_part)}:
        return
    if not why:
        raise BadFields({"part": "goods.other_part"}, wanted=part.part_no, sent=number)
    _note_substitute(context, request, moved, number, why)


def _note_substitute(context: Context, request: Request, moved: Transfer, number: str, why: str) -> None:
    """Note that another part is on its way; what was asked for stays on the line."""
    moved.sent_part, moved.sent_why = number, why
    request_queries.add_event(
        context.session,
        request.id,
        "substituted",
        context.now,
        person_id=context.my_id,
        store_id=sides.giver_id(request),
        sent=number,
        reason=why,
    )


def _note_details(context: Context, moved: Transfer, courier: str, waybill: str, way: timedelta | None) -> None:
    moved.courier, moved.waybill = courier, waybill
    if way is not None:
        moved.eta_at = context.now + way


# Receiving


@button("transfer.received", roles=ASKERS | REGION)
def press_received(context: Context, request: int) -> None:
    """Confirm that everything still to come arrived in order."""
    receive(context, request_queries.get_request(context.session, request), Answer("received"))


def receive(context: Context, request: Request, answer: Answer) -> None:
    """Confirm a receipt, whole or of so many; what is missing stays open until it comes or is cancelled."""
    _check_receiver(context, request)
    moved = request_queries.get_transfer(context.session, request.id)
    left = _check_coming(moved)
    quantity = left if answer.quantity is None else answer.quantity
    if not 1 <= quantity <= left:
        raise BadInput("goods.bad_received", most=left)
    if quantity < left and answer.quantity is not None:
        _book(context, request, moved, received=quantity, lost=0, difference=f"short {left - quantity}")
        return
    _book(context, request, moved, received=quantity, lost=0, difference="")


@button("transfer.differs", roles=ASKERS | REGION)
def press_differs(context: Context, request: int) -> None:
    """Ask what differs."""
    found = request_queries.get_request(context.session, request)
    _check_receiver(context, found)
    _check_coming(request_queries.get_transfer(context.session, request))
    forms.ask(context, messages.differs_form(context.language, found))


@form("transfer.differs", roles=ASKERS | REGION)
def send_differs(context: Context, values: dict[str, str], request: int) -> None:
    """Note a receipt that differs: how many arrived in order, and what is wrong with the others."""
    found = request_queries.get_request(context.session, request)
    _check_receiver(context, found)
    moved = request_queries.get_transfer(context.session, request)
    left = _check_coming(moved)
    quantity = parse_quantity(values.get("received", ""))
    if quantity is None or not 0 <= quantity <= left:
        raise BadFields({"received": "goods.bad_received"}, most=left)
    code = values.get("difference", "")
    if code not in messages.DIFFERENCES:
        raise BadFields({"difference": "core.pick_one"})
    words = clean(values.get("words", ""), MOST_REASON)
    # What is short may still come; what came damaged or wrong will not become good.
    lost = 0 if code == "short" else left - quantity
    difference = f"{code} {left - quantity} {words}".strip() if quantity < left else ""
    _book(context, found, moved, received=quantity, lost=lost, difference=difference)


def _check_receiver(context: Context, request: Request) -> None:
    """Raise unless who receives, or an overseer after the limit was broken, may confirm the receipt now."""
    step = request_queries.find_running_step(context.session, request.id, "receive")
    if step is not None and step.breached_at is not None:
        # Who was told: the region of the store that receives, which need not be the request's.
        region_id = people_queries.get_store(context.session, step.store_id).region_id
        if access.oversees(context.me, region_id):
            check_state(context, request, State.SHIPPED)
            return
    check_side(context, request, sides.taker(request), State.SHIPPED)


def _check_coming(moved: Transfer) -> int:
    """Return how many pieces are on their way. Raises TooLate when all that was sent has arrived."""
    left = rules.on_its_way(moved)
    if left < 1:
        raise TooLate("goods.nothing_coming")
    return left


def _check_rest(moved: Transfer) -> int:
    """Return how many pieces can be cancelled. Raises TooLate when there is nothing to cancel."""
    rest = rules.to_cancel(moved)
    if rest < 1:
        raise TooLate("goods.nothing_to_cancel")
    return rest


def _book(context: Context, request: Request, moved: Transfer, *, received: int, lost: int, difference: str) -> None:
    """Book a receipt: stock of both stores, the sender told of a difference, and the end when all has come."""
    before = str(request.state)
    moved.received += received
    moved.lost += lost
    if difference:
        moved.difference = difference
        tell_giver(context, request, "goods.difference_told", received=moved.received, difference=difference)
    if received or lost:
        stock_queries.move_stock(
            context.session,
            key=f"request:{request.id}:{moved.received}:{moved.lost}",
            request_id=request.id,
            part_id=_part_sent(context, moved),
            giver_id=sides.giver_id(request),
            taker_id=sides.taker_id(request),
            out=received + lost,
            # What is lent never is the borrower's to give.
            taken=0 if moved.back_on else received,
            now=context.now,
        )
    request_queries.add_event(
        context.session,
        request.id,
        "received",
        context.now,
        person_id=context.my_id,
        store_id=sides.taker_id(request),
        quantity=moved.received,
        asked=moved.asked,
    )
    _close_if_whole(context, request, moved)
    done(context, request, "transfer.received", before, reason=difference)


@button("transfer.rest", roles=ASKERS | REGION)
def press_rest(context: Context, request: int) -> None:
    """Ask why the rest is not wanted any more."""
    found = request_queries.get_request(context.session, request)
    _check_receiver(context, found)
    _check_rest(request_queries.get_transfer(context.session, request))
    forms.ask(
        context,
        request_messages.reason_form(context.language, "transfer.rest", "goods.rest_title", {"request": request}),
    )


@form("transfer.rest", roles=ASKERS | REGION)
def send_rest(context: Context, values: dict[str, str], request: int) -> None:
    """Cancel what has not come, with a reason; the sender is told."""
    found = request_queries.get_request(context.session, request)
    _check_receiver(context, found)
    reason = clean(values.get("reason", ""), MOST_REASON)
    if not reason:
        raise BadFields({"reason": "request.reason_words"})
    moved = request_queries.get_transfer(context.session, request)
    before, rest = str(found.state), _check_rest(moved)
    moved.cancelled += rest
    request_queries.add_event(
        context.session,
        request,
        "rest_cancelled",
        context.now,
        person_id=context.my_id,
        store_id=sides.taker_id(found),
        quantity=rest,
        words=reason,
    )
    tell_giver(context, found, "goods.rest_told", count=rest, reason=reason, received=moved.received)
    _close_if_whole(context, found, moved)
    done(context, found, "transfer.rest", before, reason=reason)


def _part_sent(context: Context, moved: Transfer) -> int:
    """Return the part that came: the substitute, where it is one we know."""
    if moved.sent_part:
        number = sent_words.bare(moved.sent_part)
        for part in stock_queries.list_parts(context.session):
            if sent_words.bare(part.part_no) == number:
                return part.id
    return moved.part_id


def _close_if_whole(context: Context, request: Request, moved: Transfer) -> None:
    """End the work when nothing is still to come: points, record, and the question about the customer."""
    if rules.outstanding(moved.accepted, moved.received, moved.lost, moved.cancelled) > 0:
        return
    context.session.flush()
    life.finish(context, request, earned=moved.received > 0)
    life.next_step(context, request, "receive")
    if request.customer_waits:
        notify.tell_each(
            context,
            authors(context, request),
            lambda language, _zone: request_messages.kept_question(language, name_of(request), request),
        )


# Recording


@command("freight", "运费", "flete", roles=BOOKKEEPERS)
def freight(context: Context, words: str) -> None:
    """Record the freight of what was sent, paid by HQ, and its waybill."""
    wanted, _, rest = words.partition(" ")
    request = find(context, wanted, lock=True)
    parties = {request.store_id, request.owner_store_id}
    if context.me.role in STORE_LEADERS and context.me.store_id not in parties:
        raise NotAllowed("goods.not_bookkeeper")
    amount_words, _, waybill = rest.strip().partition(" ")
    currency = context.settings.network.currency
    try:
        amount = parse_amount(amount_words, currency)
    except ValueError as error:
        raise BadInput("goods.bad_freight") from error
    check_state(context, request, State.RECEIVED)
    if request_queries.find_running_step(context.session, request.id, "record") is None:
        raise TooLate("goods.recorded_already", label=name_of(request))
    if not may_record(context, request):
        return
    moved = request_queries.get_transfer(context.session, request.id)
    moved.waybill = clean(waybill, 40) or moved.waybill
    if amount:
        ledger_queries.add_money(
            context.session,
            key=f"request:{request.id}:freight",
            amount=amount,
            currency=currency,
            payer="hq",
            payee="carrier",
            rule="cost.freight",
            policy_id=request.policy_id,
            request_id=request.id,
            now=context.now,
            reference=moved.waybill,
            person_id=context.my_id,
        )
    said = format_amount(amount, currency, context.language)
    request_queries.add_event(
        context.session,
        request.id,
        "recorded",
        context.now,
        person_id=context.my_id,
        store_id=context.me.store_id,
        amount=amount,
        currency=currency,
        waybill=moved.waybill,
    )
    life.record(context, request)
    done(context, request, "transfer.freight", str(State.RECEIVED), reason=json.dumps([amount, moved.waybill]))
    context.answer(sentence(context.words("goods.recorded", label=name_of(request), amount=said)))
