"""Dealers, regions, stores, persons, accounts and link codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import and_, bindparam, func, or_, update
from sqlmodel import Session, col, select

from storage.queries.prepared import Prepared
from storage.queries.rows import get_row
from storage.tables.people import Account, Dealer, LinkCode, Person, Region, Role, Store

# What is asked at each inbound is prebuilt: building a statement takes longer than running it.
_SPEAKER = Prepared(
    select(Account, Person, Store, Region)
    .join(Person, col(Person.id) == Account.person_id)
    .outerjoin(Store, col(Store.id) == Person.store_id)
    .outerjoin(Region, col(Region.id) == func.coalesce(Store.region_id, Person.region_id))
    .where(Account.platform == bindparam("platform"), Account.user == bindparam("user"))
)
_TOUCH = Prepared(update(Account).where(col(Account.id) == bindparam("account_id")).values(used_at=bindparam("now")))
_ACCOUNTS = Prepared(
    select(Account)
    .where(Account.person_id == bindparam("person_id"))
    .order_by(col(Account.used_at).desc(), col(Account.id))
)
_IS_STAFF = and_(
    col(Person.store_id) == bindparam("store_id"),
    col(Person.role).in_(bindparam("roles", expanding=True)),
    col(Person.active).is_(True),
)
_STAFF = Prepared(select(Person).where(_IS_STAFF).order_by(col(Person.id)))
_STAFF_ACCOUNTS = Prepared(
    select(Person, Account, Store, Region)  # whoever tells them something asks for the last two next
    .join(Store, col(Store.id) == Person.store_id)
    .join(Region, col(Region.id) == Store.region_id)
    .outerjoin(Account, col(Account.person_id) == Person.id)
    .where(_IS_STAFF)
    .order_by(col(Person.id), col(Account.used_at).desc(), col(Account.id))
)


def find_account(session: Session, platform: str, user: str) -> Account | None:
    """Find a linked account."""
    return session.exec(select(Account).where(Account.platform == platform, Account.user == user)).one_or_none()


def find_speaker(session: Session, platform: str, user: str) -> tuple[Account, Person, Store | None] | None:
    """Find a linked account with its person and that person's store."""
    found = _SPEAKER.rows(session, platform=platform, user=user)
    return found[0][:3] if found else None


def touch_account(session: Session, account_id: int, now: datetime) -> None:
    """Note that an account was used."""
    _TOUCH.change(session, {"account_id": account_id, "now": now})


def list_accounts(session: Session, person_id: int) -> Sequence[Account]:
    """List a person's accounts, the one used last first."""
    return _ACCOUNTS.scalars(session, person_id=person_id)


def list_staff_accounts(session: Session, store_id: int, roles: Iterable[Role]) -> list[tuple[Person, list[Account]]]:
    """List a store's people of these roles, each with the accounts, the one used last first."""
    staff: dict[int, tuple[Person, list[Account]]] = {}
    found = _STAFF_ACCOUNTS.rows(session, store_id=store_id, roles=list(roles))
    for person, account, _, _ in found:
        _, accounts = staff.setdefault(person.id, (person, []))
        if account is not None:
            accounts.append(account)
    return list(staff.values())


def get_person(session: Session, person_id: int) -> Person:
    """Get a person."""
    return get_row(session, Person, person_id)


def get_store(session: Session, store_id: int) -> Store:
    """Get a store."""
    return get_row(session, Store, store_id)


def get_region(session: Session, region_id: int) -> Region:
    """Get a region."""
    return get_row(session, Region, region_id)


def find_store(session: Session, words: str) -> Store | None:
    """Find a store by code or name, in any case."""
    wanted = words.strip().casefold()
    for store in session.exec(select(Store)):
        if wanted in {store.code.casefold(), store.name.casefold()}:
            return store
    return None


def find_region(session: Session, name: str) -> Region | None:
    """Find a region by name, in any case."""
    wanted = name.strip().casefold()
    return next((region for region in session.exec(select(Region)) if region.name.casefold() == wanted), None)


def list_stores(session: Session, *, region_id: int | None = None, active: bool = True) -> Sequence[Store]:
    """List the stores by code."""
    query = select(Store).order_by(col(Store.code))
    if region_id is not None:
        query = query.where(Store.region_id == region_id)
    if active:
        query = query.where(col(Store.active).is_(True))
    return session.exec(query).all()


def list_regions(session: Session) -> Sequence[Region]:
    """List the regions in the order they joined."""
    return session.exec(select(Region).order_by(col(Region.id))).all()


def list_people_named(session: Session, name: str) -> Sequence[Person]:
    """List the people of this name."""
    return session.exec(
        select(Person).where(Person.name == name.strip(), col(Person.active).is_(True)).order_by(col(Person.id))
    ).all()


def list_staff(session: Session, store_id: int, roles: Iterable[Role]) -> Sequence[Person]:
    """List a store's people of these roles."""
    return _STAFF.scalars(session, store_id=store_id, roles=list(roles))


def list_region_managers(session: Session, region_id: int) -> Sequence[Person]:
    """List a region's managers."""
    return session.exec(
        select(Person)
        .where(
            Person.region_id == region_id,
            Person.role == Role.REGION_MANAGER,
            col(Person.active).is_(True),
        )
        .order_by(col(Person.id))
    ).all()


def list_people(session: Session, role: Role) -> Sequence[Person]:
    """List the people of a role."""
    return session.exec(
        select(Person).where(Person.role == role, col(Person.active).is_(True)).order_by(col(Person.id))
    ).all()


def find_link_code(session: Session, code_hash: str) -> LinkCode | None:
    """Find a link code by its hash, and lock it: two people may try the same one."""
    return session.exec(select(LinkCode).where(LinkCode.code_hash == code_hash).with_for_update()).one_or_none()


def expire_link_codes(session: Session, person_id: int, now: datetime) -> None:
    """Let a person's unused codes be worth nothing from now on."""
    session.execute(
        update(LinkCode)
        .where(
            col(LinkCode.person_id) == person_id,
            col(LinkCode.used_at).is_(None),
            col(LinkCode.expires_at) > now,
        )
        .values(expires_at=now)
    )


def list_everybody(session: Session) -> Sequence[Person]:
    """List everybody who is active."""
    return session.exec(select(Person).where(col(Person.active).is_(True)).order_by(col(Person.id))).all()


def list_accounts_at(session: Session, platform: str, chat: str) -> Sequence[Account]:
    """List the accounts whose private words go to this place, or whose user has its id."""
    return session.exec(
        select(Account)
        .where(Account.platform == platform, or_(col(Account.private_chat) == chat, col(Account.user) == chat))
        .order_by(col(Account.id))
    ).all()


def list_reachable(session: Session, person_ids: Iterable[int]) -> set[int]:
    """Return which of these people have an account that takes private words."""
    found = session.exec(
        select(Account.person_id).where(col(Account.person_id).in_(list(person_ids)), col(Account.blocked).is_(False))
    )
    return set(found)


def list_dealers(session: Session) -> Sequence[Dealer]:
    """List the dealers in the order they joined."""
    return session.exec(select(Dealer).order_by(col(Dealer.id))).all()
