"""Transfers as people ask for them: post, ship, receive, record."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from handlers import access, forms, texts
from handlers.access import ASKERS, BOOKKEEPERS, REGION, STORE_LEADERS
from handlers.chat import Button, Message
from handlers.durations import parse_duration
from handlers.errors import BadFields, BadInput, NotAllowed
from handlers.messages import sentence
from handlers.money import format_amount, parse_amount
from handlers.registry import button, command, form
from handlers.requests import cards, life
from handlers.requests.commands import MOST_REASON, check_owner, check_requester, check_state, done, find, name_of
from handlers.requests import messages as request_messages
from handlers.requests.grammar import Answer, clean, parse_count
from handlers.requests.kinds import kind_named
from handlers.transfers import messages, rules, sources
from handlers.transfers.words import LONGEST_MATTER, parse_transfer
from storage.queries import ledger as ledger_queries
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.queries import stock as stock_queries
from storage.tables.boards import Part
from storage.tables.requests import Request, State, Transfer, Urgency

if TYPE_CHECKING:
    from handlers.context import Context

# Posting


@command("transfer", "调拨", "traslado", roles=ASKERS)
def transfer(context: Context, words: str) -> None:
    """Ask another store for a part; what is missing is asked for."""
    said = parse_transfer(words)
    if said.problems:
        raise BadInput(f"transfer.{said.problems[0]}")
    matter = said.matter
    if said.waiting and not matter:
        matter = context.words("matter.waiting")
    _consider(
        context,
        {
            "part": said.part,
            "quantity": str(said.quantity or ""),
            "urgency": said.urgency or "",
            "matter": matter,
        },
        waits=said.waiting,
    )


@form("transfer.post", roles=ASKERS)
def send_post(context: Context, values: dict[str, str], waits: int) -> None:
    """Post a transfer from a filled form."""
    quantity = parse_count(clean(values.get("quantity", ""), 12))
    if quantity is None or not 1 <= quantity <= rules.MOST_PIECES:
        raise BadFields({"quantity": "transfer.quantity_out_of_range"})
    if values.get("urgency") not in set(Urgency):
        raise BadFields({"urgency": "transfer.bad_urgency"})
    _consider(context, {**values, "quantity": str(quantity)}, waits=bool(waits) if waits >= 0 else None)


def _consider(context: Context, values: dict[str, str], *, waits: bool | None) -> None:
    """Ask for what is missing, confirm what is not exact, and post what is whole."""
    _check_store(context)
    matter = clean(values.get("matter", ""), LONGEST_MATTER)
    words = clean(values.get("part", ""), 80)
    found = sources.find_parts(context, words) if words else []
    if words and not found:
        raise BadFields({"part": "transfer.unknown_part"}, words=words)
    exact = found[0] if len(found) == 1 else None
    known = {"part": exact.part_no if exact else "", "matter": matter, **_kept(values, "quantity", "urgency")}
    filled = {name: value for name, value in known.items() if value}
    if len(filled) < 4:
        args: dict[str, str | int] = {"waits": -1 if waits is None else int(waits)}
        asked = messages.form(context.language, parts=[] if exact else found, args=args)
        forms.ask(context, asked, filled=filled)
        return
    assert exact is not None
    customer_waits = _says_waiting(context, matter) if waits is None else waits
    _post_or_ask(context, exact, int(filled["quantity"]), Urgency(filled["urgency"]), matter, customer_waits)


def _kept(values: dict[str, str], *names: str) -> dict[str, str]:
    return {name: values.get(name, "") for name in names}


def _says_waiting(context: Context, matter: str) -> bool:
    """Say whether a matter means that a customer waits, in whatever words of ours."""
    if matter in texts.sentences("matter.waiting").values():
        return True
    return bool(parse_transfer(matter).waiting)


def _check_store(context: Context) -> None:
    if context.store is None:
        raise NotAllowed("transfer.stores_only")


def _post_or_ask(
    context: Context, part: Part, quantity: int, urgency: Urgency, matter: str, customer_waits: bool
) -> None:
    """Post the request, or say why it is not urgent and offer what can be done."""
    assert context.store is not None
    if urgency is Urgency.URGENT:
        level = stock_queries.find_stock_level(context.session, context.store.id, part.id)
        own = level.quantity if level else 0
        neighbours = len(sources.ranked(context, context.store, part, quantity, context.settings.rules))
        why = rules.not_urgent_because(customer_waits, own, neighbours)
        if why:
            args: dict[str, str | int] = {
                "part": part.id,
                "quantity": quantity,
                "matter": matter,
                "waits": int(customer_waits),
                "store": context.store.id,
            }
            context.answer(messages.not_urgent(context.language, why, own, args))
            return
    _open(context, part, quantity, urgency, matter, customer_waits)


@button("transfer.post_as", roles=ASKERS)
def press_post_as(
    context: Context, part: int, quantity: int, matter: str, waits: int, store: int, urgency: str
) -> None:
    """Post as less than urgent."""
    _check_same_store(context, store)
    _open(context, stock_queries.get_part(context.session, part), quantity, Urgency(urgency), matter, bool(waits))


@button("transfer.override", roles=ASKERS)
def press_override(context: Context, part: int, quantity: int, matter: str, waits: int, store: int) -> None:
    """Ask why it is urgent all the same."""
    _check_same_store(context, store)
    args: dict[str, str | int] = {"part": part, "quantity": quantity, "matter": matter, "waits": waits, "store": store}
    forms.ask(
        context,
        request_messages.reason_form(context.language, "transfer.override", "transfer.override_title", args),
    )


@form("transfer.override", roles=ASKERS)
def send_override(
    context: Context, values: dict[str, str], part: int, quantity: int, matter: str, waits: int, store: int
) -> None:
    """Post as urgent against the rule, with a reason that is on the record."""
    _check_same_store(context, store)
    reason = clean(values.get("reason", ""), MOST_REASON)
    if not reason:
        raise BadFields({"reason": "request.reason_words"})
    found = stock_queries.get_part(context.session, part)
    _open(context, found, quantity, Urgency.URGENT, matter, bool(waits), override_reason=reason)


def _check_same_store(context: Context, store: int) -> None:
    if not access.works_at(context.me, store):
        raise NotAllowed("request.not_yours")


def _open(
    context: Context,
    part: Part,
    quantity: int,
    urgency: Urgency,
    matter: str,
    customer_waits: bool,
    *,
    override_reason: str = "",
    parent_id: int | None = None,
) -> Request:
    assert context.store is not None
    request = life.open_request(
        context,
        kind_named("transfer"),
        urgency=urgency,
        matter=matter,
        customer_waits=customer_waits,
        override_reason=override_reason,
    )
    context.session.add(Transfer(request_id=request.id, part_id=part.id, asked=quantity, parent_id=parent_id))
    context.session.flush()
    candidates = sources.candidates(context, request)
    cards.place(context, request, [candidate.store.region_id for candidate in candidates])
    life.start(context, request)
    done(context, request, "transfer.open", "", reason=override_reason)
    return request


# Looking


@command("stock", "库存", "existencias", reading=True)
def stock(context: Context, words: str) -> None:
    """Who has a part, and who would be asked; nothing is asked yet."""
    wanted = clean(words, 80)
    if not wanted:
        raise BadInput("transfer.stock_usage")
    found = sources.find_parts(context, wanted)
    if not found:
        raise BadInput("transfer.unknown_part", words=wanted)
    if len(found) > 1:
        buttons = tuple((Button(f"{part.name} {part.part_no}", "transfer.stock", {"part": part.id}),) for part in found)
        context.answer(Message(sentence(context.words("transfer.which_part")).lines, buttons))
        return
    show_stock(context, found[0])


@button("transfer.stock")
def press_stock(context: Context, part: int) -> None:
    """Show who has the part meant."""
    show_stock(context, stock_queries.get_part(context.session, part))


def show_stock(context: Context, part: Part) -> None:
    """Answer with who has a part, as far as the asker may see it, and who would be asked."""
    context.audit("stock", part.part_no)
    rows = messages.stock(context.language, context.timezone, context.now, part, sources.visible_levels(context, part))
    if context.store is None or context.me.role not in ASKERS:
        context.answer(Message(tuple(rows)))
        return
    would = sources.ranked(context, context.store, part, 1, context.settings.rules)
    said = [(candidate.store.name, cards.join_reasons(context.language, candidate.reasons)) for candidate in would[:5]]
    rows.extend(messages.ranking(context.language, said))
    ask = Button(context.words("transfer.ask_button", part=part.name), "transfer.begin", {"part": part.id})
    context.answer(Message(tuple(rows), ((ask,),) if would else ()))


@button("transfer.begin", roles=ASKERS)
def press_begin(context: Context, part: int) -> None:
    """Begin a transfer from the stock table, with the part filled in."""
    found = stock_queries.get_part(context.session, part)
    _consider(context, {"part": found.part_no}, waits=None)


# Shipping


@button("transfer.shipped", roles=ASKERS)
def press_shipped(context: Context, request: int) -> None:
    """Note that everything promised is on its way."""
    ship(context, request_queries.get_request(context.session, request), Answer("shipped"))


def ship(context: Context, request: Request, answer: Answer) -> None:
    """Note what is on its way, with courier, waybill and ETA where they were said; the rest may follow."""
    check_owner(context, request, State.ACCEPTED, State.SHIPPED)
    moved = request_queries.get_transfer(context.session, request.id)
    left = moved.accepted - moved.shipped
    if left < 1:
        check_state(context, request, State.ACCEPTED)
    quantity = left if answer.quantity is None else answer.quantity
    rules.check_quantity(quantity, left)
    before = str(request.state)
    moved.shipped += quantity
    courier, waybill, way = sources.read_details(answer.rest)
    _note_details(context, moved, courier or moved.courier, waybill or moved.waybill, way)
    request.state = State.SHIPPED
    request_queries.add_event(
        context.session,
        request.id,
        "shipped",
        context.now,
        person_id=context.my_id,
        store_id=request.owner_store_id,
        quantity=moved.shipped,
    )
    if before == State.ACCEPTED:
        life.next_step(context, request, "ship")
    done(context, request, "transfer.shipped", before)


@button("transfer.details", roles=ASKERS)
def press_details(context: Context, request: int) -> None:
    """Ask for carrier, waybill and ETA."""
    found = request_queries.get_request(context.session, request)
    check_owner(context, found, State.SHIPPED, State.RECEIVED)
    moved = request_queries.get_transfer(context.session, request)
    forms.ask(context, messages.details_form(context.language, found, moved))


@form("transfer.details", roles=ASKERS)
def send_details(context: Context, values: dict[str, str], request: int) -> None:
    """Note carrier, waybill and ETA."""
    found = request_queries.get_request(context.session, request)
    check_owner(context, found, State.SHIPPED, State.RECEIVED)
    eta = clean(values.get("eta", ""), 20)
    try:
        way = parse_duration(eta) if eta else None
    except ValueError as error:
        raise BadFields({"eta": "transfer.bad_eta"}) from error
    moved = request_queries.get_transfer(context.session, request)
    courier, waybill = clean(values.get("courier", ""), 40), clean(values.get("waybill", ""), 40)
    _note_details(context, moved, courier or moved.courier, waybill or moved.waybill, way)
    done(context, found, "transfer.details", str(found.state))


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
    left = moved.shipped - moved.received - moved.lost
    quantity = left if answer.quantity is None else answer.quantity
    if not 1 <= quantity <= left:
        raise BadInput("transfer.bad_received", most=left)
    if quantity < left and answer.quantity is not None:
        _book(context, request, moved, received=quantity, lost=0, difference=f"short {left - quantity}")
        return
    _book(context, request, moved, received=quantity, lost=0, difference="")


@button("transfer.differs", roles=ASKERS | REGION)
def press_differs(context: Context, request: int) -> None:
    """Ask what differs."""
    found = request_queries.get_request(context.session, request)
    _check_receiver(context, found)
    forms.ask(context, messages.differs_form(context.language, found))


@form("transfer.differs", roles=ASKERS | REGION)
def send_differs(context: Context, values: dict[str, str], request: int) -> None:
    """Note a receipt that differs: how many arrived in order, and what is wrong with the others."""
    found = request_queries.get_request(context.session, request)
    _check_receiver(context, found)
    moved = request_queries.get_transfer(context.session, request)
    left = moved.shipped - moved.received - moved.lost
    quantity = parse_count(clean(values.get("received", ""), 12))
    if quantity is None or not 0 <= quantity <= left:
        raise BadFields({"received": "transfer.bad_received"}, most=left)
    code = values.get("difference", "")
    if code not in messages.DIFFERENCES:
        raise BadFields({"difference": "core.pick_one"})
    words = clean(values.get("words", ""), MOST_REASON)
    # What is short may still come; what came damaged or wrong will not become good.
    lost = 0 if code == "short" else left - quantity
    difference = f"{code} {left - quantity} {words}".strip() if quantity < left else ""
    _book(context, found, moved, received=quantity, lost=lost, difference=difference)


def _check_receiver(context: Context, request: Request) -> None:
    """Raise unless the requester, or an overseer after the limit was broken, may confirm the receipt now."""
    step = request_queries.find_running_step(context.session, request.id, "receive")
    if step is not None and step.breached_at is not None and access.oversees(context.me, request.region_id):
        check_state(context, request, State.SHIPPED)
        return
    check_requester(context, request, State.SHIPPED)


def _book(context: Context, request: Request, moved: Transfer, *, received: int, lost: int, difference: str) -> None:
    """Book a receipt: stock of both stores, the sender told of a difference, and the end when all has come."""
    before = str(request.state)
    moved.received += received
    moved.lost += lost
    if difference:
        moved.difference = difference
        sources.tell_owner(context, request, "transfer.difference_told", received=moved.received, difference=difference)
    assert request.owner_store_id is not None
    if received or lost:
        stock_queries.move_stock(
            context.session,
            key=f"request:{request.id}:{moved.received}:{moved.lost}",
            request_id=request.id,
            part_id=moved.part_id,
            giver_id=request.owner_store_id,
            taker_id=request.store_id,
            out=received + lost,
            taken=received,
            now=context.now,
        )
    request_queries.add_event(
        context.session,
        request.id,
        "received",
        context.now,
        person_id=context.my_id,
        store_id=request.store_id,
        quantity=moved.received,
        asked=moved.asked,
    )
    _close_if_whole(context, request, moved)
    done(context, request, "transfer.received", before, reason=difference)


@button("transfer.rest", roles=ASKERS)
def press_rest(context: Context, request: int) -> None:
    """Ask why the rest is not wanted any more."""
    found = request_queries.get_request(context.session, request)
    _check_receiver(context, found)
    forms.ask(
        context,
        request_messages.reason_form(context.language, "transfer.rest", "transfer.rest_title", {"request": request}),
    )


@form("transfer.rest", roles=ASKERS)
def send_rest(context: Context, values: dict[str, str], request: int) -> None:
    """Cancel what has not come, with a reason; the sender is told."""
    found = request_queries.get_request(context.session, request)
    _check_receiver(context, found)
    reason = clean(values.get("reason", ""), MOST_REASON)
    if not reason:
        raise BadFields({"reason": "request.reason_words"})
    moved = request_queries.get_transfer(context.session, request)
    before, rest = str(found.state), rules.outstanding(moved.accepted, moved.received, moved.lost, moved.cancelled)
    moved.cancelled += rest
    request_queries.add_event(
        context.session,
        request,
        "rest_cancelled",
        context.now,
        person_id=context.my_id,
        store_id=found.store_id,
        quantity=rest,
        words=reason,
    )
    sources.tell_owner(context, found, "transfer.rest_told", count=rest, reason=reason, received=moved.received)
    _close_if_whole(context, found, moved)
    done(context, found, "transfer.rest", before, reason=reason)


@button("transfer.again", roles=ASKERS)
def press_again(context: Context, request: int) -> None:
    """Open a second request for what the owner did not promise."""
    found = request_queries.get_request(context.session, request)
    check_requester(context, found, State.ACCEPTED, State.SHIPPED)
    moved = request_queries.get_transfer(context.session, request)
    missing = moved.asked - moved.accepted
    if missing < 1:
        raise BadInput("core.unknown_button")
    _check_store(context)
    moved.asked = moved.accepted
    part = stock_queries.get_part(context.session, moved.part_id)
    matter = f"{found.matter} ({context.words('transfer.rest_matter', label=name_of(found))})"
    _open(context, part, missing, found.urgency, matter[:LONGEST_MATTER], found.customer_waits, parent_id=request)
    done(context, found, "transfer.again", str(found.state))


def _close_if_whole(context: Context, request: Request, moved: Transfer) -> None:
    """End the work when nothing is still to come: points, record, and the question about the customer."""
    if rules.outstanding(moved.accepted, moved.received, moved.lost, moved.cancelled) > 0:
        return
    context.session.flush()
    life.finish(context, request, earned=moved.received > 0)
    life.next_step(context, request, "receive")
    sources.prompt_record(context, request)
    author = people_queries.get_person(context.session, request.author_id)
    if request.customer_waits:
        language = context.language_for(author)
        question = request_messages.kept_question(language, name_of(request), request)
        context.tell(author, question)


# Recording


@command("freight", "运费", "flete", roles=BOOKKEEPERS)
def freight(context: Context, words: str) -> None:
    """Record a transfer's freight, paid by HQ, and its waybill."""
    wanted, _, rest = words.partition(" ")
    request = find(context, wanted, lock=True)
    parties = {request.store_id, request.owner_store_id}
    if context.me.role in STORE_LEADERS and context.me.store_id not in parties:
        raise NotAllowed("transfer.not_bookkeeper")
    amount_words, _, waybill = rest.strip().partition(" ")
    currency = context.settings.network.currency
    try:
        amount = parse_amount(amount_words, currency)
    except ValueError as error:
        raise BadInput("transfer.bad_freight") from error
    check_state(context, request, State.RECEIVED)
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
    context.answer(sentence(context.words("transfer.recorded", label=name_of(request), amount=said)))
