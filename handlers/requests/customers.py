"""A request's customer: named, seen in full by who must call, and erased when they ask for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from handlers import access
from handlers.access import ASKERS, HQ, STORE_LEADERS
from handlers.contacts import add
from handlers.customers import book, cases, messages, rules
from handlers.errors import BadInput, NotAllowed, NotFound, TooLate
from handlers.masking import parse_contact, stripped
from handlers.messages import sentence
from handlers.registry import button, command, timer
from handlers.requests import cards
from handlers.requests.commands import find, name_of
from handlers.requests.kinds import kind_of
from storage.queries import chats as chat_queries
from storage.queries import customers as customer_queries
from storage.queries import queues
from storage.queries import requests as request_queries
from storage.queries.chats import NewCard
from storage.tables.customers import Customer
from storage.tables.requests import Request

if TYPE_CHECKING:
    from handlers.context import Context

_LANGUAGES = (
    ("zh", "中文|zh|chinese|chino"),
    ("en", "英文|英语|en|english|ingl[eé]s"),
    ("es", "西语|西班牙语|es|spanish|español"),
)


@command("customer", "客户", "cliente", roles=ASKERS, in_groups=False, contacts="left")
def customer(context: Context, words: str) -> None:
    """See a request's customer in full, or name one."""
    label, _, said = words.strip().partition(" ")
    request = find(context, label, lock=True)
    if said.strip():
        _name(context, request, said.strip())
    else:
        look(context, request)


def _name(context: Context, request: Request, words: str) -> None:
    """Put a customer on a request of the own store, in the place of who stood there."""
    context.private = True
    if not access.works_at(context.me, request.store_id):
        raise NotAllowed("request.not_yours")
    language, words = _language_in(words)
    contact = parse_contact(words)
    if not contact:
        raise BadInput("customer.bad_contact", label=name_of(request))
    before = request.customer_id
    customer_id = add(context, contact, language)
    if customer_id is None:
        return
    request.customer_id = customer_id
    context.session.flush()
    if before is not None:
        _erase_unused(context, before)
    cards.refresh(context, request)
    context.audit(
        "customer.named",
        name_of(request),
        before=rules.number(before) if before else "",
        after=rules.number(customer_id),
        policy_id=request.policy_id,
    )
    masked = book.masked(context, customer_id, context.language)
    context.answer(sentence(context.words("customer.noted", label=name_of(request), customer=masked)))


def _language_in(words: str) -> tuple[str, str]:
    """Take the customer's language off the end of the words, where one stands there."""
    for language, named in _LANGUAGES:
        found = re.search(rf"\s(?:{named})$", words, re.IGNORECASE)
        if found:
            return language, words[: found.start()]
    return "", words


def _erase_unused(context: Context, customer_id: int) -> None:
    """Erase a customer whom no request names any more."""
    found = customer_queries.find_customer(context.session, customer_id)
    if (
        found is not None
        and found.erased_at is None
        and not customer_queries.list_requests_of(context.session, found.id)
    ):
        hide_all(context, found)
        book.erase(context, found)


# Looking


@button("customers.look", roles=ASKERS)
def press_look(context: Context, request: int) -> None:
    """See a request's customer in full, privately."""
    look(context, request_queries.get_request(context.session, request))


def look(context: Context, request: Request) -> None:
    """Show a customer in full to who must call, on the record; one look too many is a case for HQ."""
    session, label = context.session, name_of(request)
    if not rules.can_look(context.me, request.store_id, _callers(request)):
        raise NotAllowed("customer.not_yours")
    if request.customer_id is None:
        raise TooLate("customer.none", label=label)
    found = customer_queries.get_customer(session, request.customer_id)
    if found.erased_at is not None:
        raise TooLate("customer.is_erased")
    account = context.private_account(context.my_id)
    if account is None or not customer_queries.can_keep(session):
        raise TooLate("customer.no_key")
    if not cases.may_look(context):
        return
    contact = customer_queries.read_customer(session, found)
    limits = context.settings.customers
    card = NewCard(
        request_id=None,
        platform=account.platform,
        chat=account.private_chat,
        thread="",
        person_id=context.my_id,
        language=context.language,
        timezone=context.timezone,
    )
    context.say_card(card, messages.in_full(context.language, label, rules.number(found.id), contact, limits))
    chat_queries.add_cards(session, [card])
    look_id = customer_queries.add_look(
        session, person_id=context.my_id, customer_id=found.id, request_id=request.id, now=context.now, card_id=card.id
    )
    context.later(f"look:{look_id}:hide", "customers.hide", context.now + limits.shown, look=look_id)
    context.audit("customer.look", label, after=rules.number(found.id), policy_id=request.policy_id)
    context.toast(context.words("customer.sent"))


def _callers(request: Request) -> set[int | None]:
    """Return the stores beside the own that may see the customer now: the owner's, where that side calls."""
    calls = "owner" in kind_of(request).calls and request.ended_at is None
    return {request.owner_store_id} if calls else set()


@timer("customers.hide")
def hide(context: Context, look: int) -> None:
    """Hide a customer again who was shown in full."""
    found = customer_queries.get_look(context.session, look)
    if found.hidden_at is not None:
        return
    customer = customer_queries.get_customer(context.session, found.customer_id)
    _hide(context, customer, look)


def _hide(context: Context, customer: Customer, look_id: int) -> None:
    found = customer_queries.get_look(context.session, look_id)
    if found.card_id is None:
        return
    card = chat_queries.get_card(context.session, found.card_id)
    label = name_of(request_queries.get_request(context.session, found.request_id, lock=False))
    masked = book.masked(context, customer.id, card.language)
    book.hide_look(context, found, messages.hidden(card.language, label, masked))
    # What was just being said while it was hidden is forgotten as well.
    context.later(
        f"look:{look_id}:sweep", "customers.sweep", context.now + context.settings.customers.shown, card=card.id
    )


@timer("customers.sweep")
def sweep(context: Context, card: int) -> None:
    """Forget what a hidden message had said."""
    queues.redact_card(context.session, card)


def hide_all(context: Context, customer: Customer) -> None:
    """Hide a customer wherever they are shown in full now."""
    for found in customer_queries.list_shown_looks(context.session, customer.id):
        _hide(context, customer, found.id)


# Forgetting


@command("forget", "删除客户", "olvidar", roles=STORE_LEADERS | HQ)
def forget(context: Context, words: str) -> None:
    """Ask once more, then erase a customer for ever."""
    found = _customer_in(context, words)
    _check_may_forget(context, found)
    labels = " ".join(name_of(request) for request in _requests_of(context, found)) or "—"
    masked = book.masked(context, found.id, context.language)
    context.answer(messages.forget_question(context.language, rules.number(found.id), found.id, masked, labels))


def _customer_in(context: Context, words: str) -> Customer:
    """Find a customer by number, or by a request's label. Raises NotFound."""
    number = rules.parse_number(words)
    if number is None:
        request = find(context, words, lock=False)
        number = request.customer_id
        if number is None:
            raise TooLate("customer.none", label=name_of(request))
    found = customer_queries.find_customer(context.session, number)
    if found is None:
        raise NotFound("customer.unknown", number=rules.number(number))
    return found


def _check_may_forget(context: Context, customer: Customer) -> None:
    if not rules.can_forget(context.me, customer):
        raise NotAllowed("customer.forget_not_yours")
    if customer.erased_at is not None:
        raise TooLate("customer.is_erased")


@button("customers.forget", roles=STORE_LEADERS | HQ)
def press_forget(context: Context, customer: int) -> None:
    """Erase a customer: the key is forgotten, and no card shows them any more."""
    requests = [
        request_queries.get_request(context.session, one)
        for one in customer_queries.list_requests_of(context.session, customer)
    ]
    found = customer_queries.find_customer(context.session, customer)
    assert found is not None
    _check_may_forget(context, found)
    book.erase(context, found)
    hide_all(context, found)
    for request in requests:
        request.matter = stripped(request.matter)
        kind_of(request).forget(context, request)
        request_queries.change_story(context.session, request.id, stripped)
        request_queries.add_event(
            context.session, request.id, "forgotten", context.now, person_id=context.my_id, store_id=request.store_id
        )
        cards.refresh(context, request)
    day = f"{context.now:%Y-%m-%d}"
    context.answer(sentence(context.words("customer.forgotten", number=rules.number(found.id), day=day)))


def _requests_of(context: Context, customer: Customer) -> Sequence[Request]:
    return [
        request_queries.get_request(context.session, one, lock=False)
        for one in customer_queries.list_requests_of(context.session, customer.id)
    ]
