"""Who there is: dealers, regions, stores, persons and their chat accounts."""

from datetime import datetime, time
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import choice, identity, moment


class Role(StrEnum):
    """What a person may do; rights are in `handlers/access.py`."""

    HQ = "hq"
    REGION_MANAGER = "region_manager"
    STORE_MANAGER = "store_manager"
    DEPUTY = "deputy"
    ADVISOR = "advisor"
    TECHNICIAN = "technician"
    FINANCE = "finance"
    AUDITOR = "auditor"


class Dealer(SQLModel, table=True):
    """The legal owner of stores."""

    __tablename__ = "dealers"
    id: int = identity()
    name: str = Field(unique=True)
    agreed: bool = True  # to share its figures; without it they take part in nothing


class Region(SQLModel, table=True):
    """A group of stores with one region manager; "" takes the network's value."""

    __tablename__ = "regions"
    id: int = identity()
    name: str = Field(unique=True)
    timezone: str = ""
    language: str = ""


class Store(SQLModel, table=True):
    """A service store; `opens` = `closes` means day and night. A missing place is ranked as far away."""

    __tablename__ = "stores"
    id: int = identity()
    code: str = Field(unique=True)
    name: str = Field(unique=True)
    dealer_id: int = Field(foreign_key="dealers.id", index=True)
    region_id: int = Field(foreign_key="regions.id", index=True)
    latitude: float | None = None
    longitude: float | None = None
    opens: time = time(8, 30)
    closes: time = time(18, 0)
    timezone: str
    daily_capacity: int | None = None
    emergencies: bool = False  # may be asked for urgent help outside its hours
    active: bool = True


class Person(SQLModel, table=True):
    """Someone with a role; a store's people have a store, a region manager a region."""

    __tablename__ = "persons"
    id: int = identity()
    name: str = Field(index=True)
    role: Role = choice(Role)
    store_id: int | None = Field(default=None, foreign_key="stores.id", index=True)
    region_id: int | None = Field(default=None, foreign_key="regions.id", index=True)
    phone: str = ""
    language: str = ""
    away_until: datetime | None = moment(default=None, nullable=True)
    practising: bool = False  # what they ask for now is practice
    active: bool = True


class Account(SQLModel, table=True):
    """A person's account on a platform; `private_chat` is where private words go, "" once they are refused."""

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("platform", "user"),)
    id: int = identity()
    platform: str
    user: str
    person_id: int = Field(foreign_key="persons.id", index=True)
    private_chat: str
    blocked: bool = False
    linked_at: datetime = moment()
    used_at: datetime = moment()  # the account last used is the one spoken to


class LinkCode(SQLModel, table=True):
    """A one-time code that links an account to a person; only its hash is kept."""

    __tablename__ = "link_codes"
    id: int = identity()
    code_hash: str = Field(unique=True)
    person_id: int = Field(foreign_key="persons.id")
    created_at: datetime = moment()
    expires_at: datetime = moment()
    used_at: datetime | None = moment(default=None, nullable=True)
