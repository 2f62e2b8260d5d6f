"""The stores' book of customers: added, shown masked, and erased. A request names its customer by the number here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import contacts, texts
from handlers.customers import catalogue, rules  # noqa: F401 - the sentences
from handlers.masking import Contact
from handlers.registry import timer
from storage.ciphers import NoKey
from storage.queries import chats as chat_queries
from storage.queries import customers as customer_queries
from storage.queries import queues
from storage.tables.customers import Customer, CustomerLook

if TYPE_CHECKING:
    from handlers.chat import Message
    from handlers.context import Context


def add(context: Context, *, name: str, phone: str, plate: str, language: str = "") -> int | None:
    """Add a customer of the speaker's store and return the number; None (and a word about it) where no key is."""
    return contacts.add(context, Contact(name, phone, plate), language)


def masked(context: Context, customer_id: int | None, language: str) -> str:
    """Return a customer as everybody may see one; "" for none."""
    if customer_id is None:
        return ""
    customer = customer_queries.get_customer(context.session, customer_id)
    if customer.erased_at is not None:
        return texts.say(language, "customer.erased")
    try:
        return rules.say_masked(*customer_queries.read_customer(context.session, customer))
    except NoKey:
        return texts.say(language, "customer.sealed")


def language_of(context: Context, customer_id: int | None) -> str:
    """Return the language a customer reads, "" where nobody has said."""
    return "" if customer_id is None else customer_queries.get_customer(context.session, customer_id).language


def hide_look(context: Context, look: CustomerLook, words: Message) -> None:
    """Change the message that showed a customer in full, and forget what it said."""
    if look.hidden_at is not None or look.card_id is None:
        return
    look.hidden_at = context.now
    card = chat_queries.get_card(context.session, look.card_id)
    context.say_card(card, words)
    queues.redact_card(context.session, card.id)


def erase(context: Context, customer: Customer) -> None:
    """Forget a customer's key."""
    customer_queries.erase_customer(context.session, customer, context.now)
    context.audit("customer.erased", rules.number(customer.id), after=f"{context.now:%Y-%m-%d}")


@timer("customers.unused")
def unused(context: Context, customer: int) -> None:
    """Erase a customer of whom no request came."""
    found = customer_queries.find_customer(context.session, customer)
    if found is None or found.erased_at is not None or customer_queries.list_requests_of(context.session, customer):
        return
    erase(context, found)
