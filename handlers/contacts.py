"""What is said of a customer, kept in the store's book: encrypted, and erased again where no request comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import messages
from handlers.masking import Contact, parse_contact
from storage.queries import customers as customer_queries

if TYPE_CHECKING:
    from handlers.context import Context

# A form's fields of this name are about a customer: they are not masked on their way in, and kept at once.
FIELD = "customer"
_KEPT = "customer:"


def keep(context: Context) -> int | None:
    """Keep the contact that stood in what was said, once; None where none did, or none can be kept here."""
    if context.customer_id is None and context.contact:
        context.customer_id = add(context, context.contact)
    return context.customer_id


def add(context: Context, contact: Contact, language: str = "") -> int | None:
    """Add a customer of the speaker's store; without a key nothing is kept, who speaks hears so, and work goes on."""
    if context.store is None:
        return None
    if not customer_queries.can_keep(context.session):
        context.answer(messages.sentence(context.words("customer.no_key")))
        return None
    customer_id = customer_queries.add_customer(
        context.session,
        store_id=context.store.id,
        name=contact.name,
        phone=contact.phone,
        plate=contact.plate,
        language=language,
        now=context.now,
        added_by=context.person_id,
    )
    after = context.now + context.settings.customers.unused
    context.later(f"customer:{customer_id}:unused", "customers.unused", after, customer=customer_id)
    return customer_id


def carried(context: Context) -> dict[str, int]:
    """Return the argument by which a form or a button carries the contact of now to when it is sent or pressed."""
    customer_id = keep(context)
    return {} if customer_id is None else {"customer_id": customer_id}


def as_field(context: Context, words: str) -> str:
    """Return what a half-filled form remembers of the words about a customer: nothing in clear."""
    customer_id = from_field(context, words)
    return "" if customer_id is None else f"{_KEPT}{customer_id}"


def from_field(context: Context, words: str) -> int | None:
    """Return the customer a form's field names: by what `as_field` made of it, or in words."""
    kept = words.removeprefix(_KEPT)
    if kept != words and kept.isascii() and kept.isdigit():
        found = customer_queries.find_customer(context.session, int(kept))
        ours = found is not None and context.store is not None and found.store_id == context.store.id
        return int(kept) if ours else None
    contact = parse_contact(words)
    return add(context, contact) if contact else None
