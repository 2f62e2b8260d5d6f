"""Customers: what identifies one is encrypted under the customer's own key, and erased with it; who looked at whom."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from storage.types import identity, moment


class Customer(SQLModel, table=True):
    """A store's customer. Name, telephone and plate are ciphers; `key` is theirs, wrapped, "" once erased."""

    __tablename__ = "customers"
    id: int = identity()
    store_id: int = Field(foreign_key="stores.id", index=True)
    key: str = ""
    name: str = ""
    phone: str = ""
    plate: str = ""
    language: str = ""
    added_at: datetime = moment()
    added_by: int | None = Field(default=None, foreign_key="persons.id")
    erased_at: datetime | None = moment(default=None, nullable=True)


class Keyhole(SQLModel, table=True):
    """What the deployment's key is known by: ciphers made with another one would never be read again."""

    __tablename__ = "keyholes"
    id: int = Field(default=1, primary_key=True)  # there is one
    proof: str
    made_at: datetime = moment()


class CustomerLook(SQLModel, table=True):
    """One look at a customer in full: who, at whom, for which request, and the message that showed it."""

    __tablename__ = "customer_looks"
    __table_args__ = (Index(None, "person_id", "at"),)
    id: int = identity()
    person_id: int = Field(foreign_key="persons.id")
    customer_id: int = Field(foreign_key="customers.id", index=True)
    request_id: int = Field(foreign_key="requests.id")
    at: datetime = moment()
    card_id: int | None = Field(default=None, foreign_key="cards.id")
    hidden_at: datetime | None = moment(default=None, nullable=True)


class LookCase(SQLModel, table=True):
    """A right to look that is frozen: somebody looked too often, and HQ decides; one open case a person."""

    __tablename__ = "look_cases"
    __table_args__ = (
        Index(
            "uq_look_cases_one_open",
            "person_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )
    id: int = identity()
    person_id: int = Field(foreign_key="persons.id", index=True)
    opened_at: datetime = moment()
    due_at: datetime = moment()
    looks: int
    decided_at: datetime | None = moment(default=None, nullable=True)
    decided_by: int | None = Field(default=None, foreign_key="persons.id")
    restored: bool = False  # else the right stays frozen, until a later decision
    reason: str = ""
