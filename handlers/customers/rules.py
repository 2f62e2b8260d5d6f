"""The policy about customers: who may see one in full, how often, and who may have one erased."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta

from handlers import access, masking
from storage.tables.customers import Customer, LookCase
from storage.tables.people import Person

_NUMBER = re.compile(r"#?[Cc]\s*[--—]?\s*0*(\d{1,9})")


def number(customer_id: int) -> str:
    """Return what people call a customer: C-0001."""
    return f"C-{customer_id:04d}"


def parse_number(words: str) -> int | None:
    """Read `C-0001`; None for what is no customer's number."""
    found = _NUMBER.fullmatch(words.strip())
    return int(found[1]) if found else None


def say_masked(name: str, phone: str, plate: str) -> str:
    """Return a customer as everybody may see one: 张** · 138****1234 · 粤B·***12."""
    parts = (masking.mask_name(name), masking.mask_phone(phone), masking.mask_plate(plate))
    return " · ".join(part for part in parts if part)


def can_look(person: Person, store_id: int, callers: Collection[int | None]) -> bool:
    """Say whether a person may see a store's customer in full: of that store, or of one that has to call."""
    if person.role not in access.ASKERS or person.store_id is None:
        return False
    return person.store_id == store_id or person.store_id in callers


def is_frozen(case: LookCase | None) -> bool:
    """Say whether a person's right to look is frozen: until HQ has decided, and where it decided so."""
    return case is not None and not case.restored


def counted_since(case: LookCase | None, within: timedelta, now: datetime) -> datetime:
    """Return since when looks count: so long ago, and not what a decision has settled."""
    settled = case.decided_at if case is not None else None
    return max(now - within, settled) if settled else now - within


def can_forget(person: Person, customer: Customer) -> bool:
    """Say whether a person may have a customer erased: the own store's leaders, or HQ."""
    return person.role in access.HQ or access.leads(person, customer.store_id)
