"""Points and money: append-only; the database itself refuses UPDATE and DELETE."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import identity, moment


class PointsEntry(SQLModel, table=True):
    """Points of a store; `key` is unique, so that a work is rewarded once. A reversal names the entry it undoes."""

    __tablename__ = "points_entries"
    # A store's points and everybody's between two instants are summed from the index alone.
    __table_args__ = (Index(None, "store_id", "at", "points"), Index(None, "at", "store_id", "points", "reverses_id"))
    id: int = identity()
    key: str = Field(unique=True)
    store_id: int = Field(foreign_key="stores.id")
    points: int
    rule: str
    policy_id: int = Field(foreign_key="policies.id")
    request_id: int | None = Field(default=None, foreign_key="requests.id", index=True)
    reverses_id: int | None = Field(default=None, foreign_key="points_entries.id", unique=True)
    reason: str = ""
    person_id: int | None = Field(default=None, foreign_key="persons.id")
    at: datetime = moment()


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


class Tally(SQLModel, table=True):
    """What a store earned and how it answered from `since` up to `until`, remembered so that it is not summed again.

    It holds nothing that the entries and asks do not say: without it the same is read from them, only slower.
    """

    __tablename__ = "tallies"
    __table_args__ = (UniqueConstraint("since", "store_id"),)
    id: int = identity()
    since: datetime = moment()
    until: datetime = moment()  # the same of all that have one `since`
    store_id: int = Field(foreign_key="stores.id")
    points: int
    earned_at: datetime | None = moment(default=None, nullable=True)  # the last points that stand
    answers: int = 0
    answer_ms: int = Field(default=0, sa_type=BigInteger)  # of all of them together
