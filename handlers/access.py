"""Who may: roles and a person's own store or region. Checked on the server, whoever could see the button."""

from __future__ import annotations

from handlers.errors import NotAllowed
from storage.tables.people import Person, Role, Store

HQ = frozenset({Role.HQ})
REGION = frozenset({Role.REGION_MANAGER, Role.HQ})
STORE_LEADERS = frozenset({Role.STORE_MANAGER, Role.DEPUTY})
ASKERS = STORE_LEADERS | {Role.ADVISOR}
STAFF = ASKERS | {Role.TECHNICIAN}
BOOKKEEPERS = STORE_LEADERS | {Role.FINANCE, Role.HQ}


def check_role(person: Person | None, roles: frozenset[Role] | None) -> None:
    """Raise NotAllowed unless the person has one of the roles (None: strangers are welcome)."""
    if roles is None:
        return
    if person is None:
        raise NotAllowed("core.stranger")
    if person.role not in roles:
        raise NotAllowed("core.not_your_role")


def leads(person: Person, store_id: int | None) -> bool:
    """Say whether the person is manager or deputy of this store."""
    return store_id is not None and person.role in STORE_LEADERS and person.store_id == store_id


def works_at(person: Person, store_id: int | None) -> bool:
    """Say whether the person belongs to this store."""
    return store_id is not None and person.store_id == store_id


def oversees(person: Person, region_id: int | None) -> bool:
    """Say whether the person is HQ, or manages this region."""
    if person.role == Role.HQ:
        return True
    return person.role == Role.REGION_MANAGER and region_id is not None and person.region_id == region_id


def can_read_request(person: Person, region_id: int, stores: set[int], regions: set[int]) -> bool:
    """Say whether a request's story is this person's: a party, an overseer, finance or an auditor."""
    if person.role in {Role.HQ, Role.FINANCE, Role.AUDITOR}:
        return True
    return person.store_id in stores or any(oversees(person, region) for region in {region_id, *regions})


def timezone_of(person: Person | None, store: Store | None, default: str) -> str:
    """Return the time zone a person reads in: the store's, or the default (region's, network's)."""
    return store.timezone if store and person else default
