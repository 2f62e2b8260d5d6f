"""Customers: what identifies one is encrypted under the customer's own key, and erased with it."""

from datetime import datetime

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
