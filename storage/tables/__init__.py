"""The shape of what is remembered: one file a subject."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel

# Named before the first table: a constraint without a name cannot be changed by a later migration.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

from storage.tables import (  # noqa: E402
    audit,
    boards,
    bookings,
    chats,
    customers,
    diversions,
    freshness,
    ledger,
    outlooks,
    people,
    questions,
    queues,
    requests,
    sharing,
    support,
    uploads,
)

metadata: MetaData = SQLModel.metadata

__all__ = [
    "audit",
    "boards",
    "bookings",
    "chats",
    "customers",
    "diversions",
    "freshness",
    "ledger",
    "metadata",
    "outlooks",
    "people",
    "questions",
    "queues",
    "requests",
    "sharing",
    "support",
    "uploads",
]
