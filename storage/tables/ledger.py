"""Points and money: append-only; the database itself refuses UPDATE and DELETE."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from storage.types import identity, moment


class PointsEntry(SQLModel, table=True):
    """Points of a store; `key` is unique, so that a work is rewarded once. A reversal names the entry it undoes."""

    __tablename__ = "points_entries"
    id: int = identity()
    key: str = Field(unique=True)
    store_id: int = Field(foreign_key="stores.id", index=True)
    points: int
    rule: str
    policy_id: int = Field(foreign_key="policies.id")
    request_id: int | None = Field(default=None, foreign_key="requests.id", index=True)
    reverses_id: int | None = Field(default=None, foreign_key="points_entries.id", unique=True)
    reason: str = ""
    person_id: int | None = Field(default=None, foreign_key="persons.id")
    at: datetime = moment(index=True)


class MoneyEntry(SQLModel, table=True):
    """A cost in integer minor units; `payer` and `payee` are `hq`, `store:3`, `person:7` or `carrier`."""

    __tablename__ = "money_entries"
    __table_args__ = (CheckConstraint("amount <> 0", name="not_zero"),)
    id: int = identity()
    key: str = Field(unique=True)
    amount: int
    currency: str
    payer: str
    payee: str
    rule: str
    policy_id: int = Field(foreign_key="policies.id")
    request_id: int | None = Field(default=None, foreign_key="requests.id", index=True)
    reverses_id: int | None = Field(default=None, foreign_key="money_entries.id", unique=True)
    reason: str = ""
    reference: str = ""  # a waybill, a receipt
    person_id: int | None = Field(default=None, foreign_key="persons.id")
    at: datetime = moment(index=True)
