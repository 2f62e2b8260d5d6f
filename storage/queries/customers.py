"""Customers and their ciphers, who looked at them, and the lines that went to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case
from sqlmodel import Session, col, func, select

from storage.ciphers import NoKey, Vault
from storage.queries.queues import insert_for
from storage.queries.rows import add_row, get_row
from storage.tables.customers import Customer, CustomerLook, Keyhole, LookCase
from storage.tables.people import Person
from storage.tables.requests import Progress, Request

PROTECTED = ("name", "phone", "plate")


def vault_of(session: Session) -> Vault:
    """Return the vault of a session's database."""
    vault = session.info.get("vault")
    return vault if isinstance(vault, Vault) else Vault()


def can_keep(session: Session) -> bool:
    """Say whether customers can be added here: there is a key, and it is this database's."""
    vault, proof = vault_of(session), find_proof(session)
    return vault.has_key and (proof is None or vault.fits(proof))


def find_proof(session: Session) -> str | None:
    """Find what the key of this database is known by; None before the first customer."""
    return session.exec(select(Keyhole.proof)).one_or_none()


def count_customers(session: Session) -> int:
    """Count the customers that are not erased."""
    return session.exec(select(func.count()).select_from(Customer).where(col(Customer.erased_at).is_(None))).one()


def add_customer(
    session: Session,
    *,
    store_id: int,
    name: str,
    phone: str,
    plate: str,
    language: str,
    now: datetime,
    added_by: int | None,
) -> int:
    """Add a store's customer, encrypted under a key of their own. Raises NoKey."""
    vault = vault_of(session)
    if not vault.fits(find_proof(session) or _prove(session, vault, now)):
        raise NoKey("the key of this process is not this database's")
    key = vault.new_key()
    sealed = {what: vault.seal(key, what, words) for what, words in zip(PROTECTED, (name, phone, plate), strict=True)}
    row = {"store_id": store_id, "key": key, "language": language, "added_at": now, "added_by": added_by}
    return add_row(session, Customer, row | sealed)


def _prove(session: Session, vault: Vault, now: datetime) -> str:
    """Note what the key of this database is known by; of two processes the first one's counts."""
    session.execute(
        insert_for(session)(Keyhole)
        .values(id=1, proof=vault.proof(), made_at=now)
        .on_conflict_do_nothing(index_elements=["id"])
    )
    proof = find_proof(session)
    assert proof is not None
    return proof


def get_customer(session: Session, customer_id: int) -> Customer:
    """Get a customer, as encrypted."""
    return get_row(session, Customer, customer_id)


def find_customer(session: Session, customer_id: int) -> Customer | None:
    """Find a customer by number, as encrypted, locked until the transaction ends."""
    return session.exec(select(Customer).where(Customer.id == customer_id).with_for_update()).one_or_none()


def read_customer(session: Session, customer: Customer) -> tuple[str, str, str]:
    """Return name, telephone and plate in clear; all empty once erased. Raises NoKey."""
    vault = vault_of(session)
    name, phone, plate = (vault.open(customer.key, what, getattr(customer, what)) for what in PROTECTED)
    return name, phone, plate


def erase_customer(session: Session, customer: Customer, now: datetime) -> None:
    """Forget a customer's key, and with it what was encrypted."""
    customer.key = customer.name = customer.phone = customer.plate = ""
    customer.erased_at = now
    session.flush()


def list_requests_of(session: Session, customer_id: int) -> Sequence[int]:
    """List the requests a customer has to do with."""
    found = select(Request.id).where(Request.customer_id == customer_id).order_by(col(Request.id))
    return session.exec(found).all()


# Looks


def lock_person(session: Session, person_id: int) -> None:
    """Let nobody else count this person's looks meanwhile."""
    session.exec(select(Person.id).where(Person.id == person_id).with_for_update()).one()


def count_looks(session: Session, person_id: int, since: datetime) -> int:
    """Count a person's looks after an instant."""
    return session.exec(
        select(func.count())
        .select_from(CustomerLook)
        .where(CustomerLook.person_id == person_id, CustomerLook.at > since)
    ).one()


def add_look(
    session: Session, *, person_id: int, customer_id: int, request_id: int, now: datetime, card_id: int | None
) -> int:
    """Put a look on the record."""
    look = {"person_id": person_id, "customer_id": customer_id, "request_id": request_id, "at": now}
    return add_row(session, CustomerLook, look | {"card_id": card_id})


def get_look(session: Session, look_id: int) -> CustomerLook:
    """Get a look."""
    return session.get_one(CustomerLook, look_id)


def list_shown_looks(session: Session, customer_id: int) -> Sequence[CustomerLook]:
    """List the looks at a customer whose messages still show them."""
    found = select(CustomerLook).where(
        CustomerLook.customer_id == customer_id,
        col(CustomerLook.hidden_at).is_(None),
        col(CustomerLook.card_id).is_not(None),
    )
    return session.exec(found.order_by(col(CustomerLook.id))).all()


def find_last_case(session: Session, person_id: int) -> LookCase | None:
    """Find what was decided last, or is to be decided, of a person's right to look."""
    found = select(LookCase).where(LookCase.person_id == person_id)
    return session.exec(found.order_by(col(LookCase.id).desc()).limit(1)).first()


def get_case(session: Session, case_id: int) -> LookCase:
    """Get a case, locked until the transaction ends."""
    found = select(LookCase).where(LookCase.id == case_id)
    return session.exec(found.with_for_update().execution_options(populate_existing=True)).one()


def add_case(session: Session, *, person_id: int, now: datetime, due_at: datetime, looks: int) -> int:
    """Open a case: from now on the person's right is frozen."""
    return add_row(session, LookCase, {"person_id": person_id, "opened_at": now, "due_at": due_at, "looks": looks})


# The lines for customers


@dataclass(frozen=True, slots=True)
class Lines:
    """How many lines for customers were asked for, and how many of them went out."""

    asked: int
    sent: int
    skipped: int

    @property
    def missed(self) -> int:
        """Skipped, or never answered."""
        return self.asked - self.sent


def count_lines(session: Session, since: datetime, until: datetime, *, store_id: int | None = None) -> Lines:
    """Count the lines for customers asked for between two instants, of one store or of all. Purpose: conduct."""

    def those(answer: str) -> object:
        return func.coalesce(func.sum(case((col(Progress.answer) == answer, 1), else_=0)), 0)

    query = (
        select(func.count(), those("sent"), those("skipped"))  # type: ignore[call-overload]
        .select_from(Progress)
        .join(Request, col(Request.id) == col(Progress.request_id))
        .where(Progress.prompted_at >= since, Progress.prompted_at < until, col(Request.practice).is_(False))
    )
    if store_id is not None:
        query = query.where(Request.store_id == store_id)
    asked, sent, skipped = session.exec(query).one()
    return Lines(int(asked), int(sent), int(skipped))
