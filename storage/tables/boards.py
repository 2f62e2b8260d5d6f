"""What there is: parts and stock levels, technicians, capacity. Each row carries who said it and when."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.types import choice, identity, moment


class Board(StrEnum):
    """The three tables everybody can see."""

    STOCK = "stock"
    TECHNICIANS = "tech"
    CAPACITY = "capacity"


class Part(SQLModel, table=True):
    """A part by number and name; `aliases` are further names, separated by `|`."""

    __tablename__ = "parts"
    id: int = identity()
    part_no: str = Field(unique=True)
    name: str = Field(index=True)
    aliases: str = ""
    price: int | None = None  # of one piece, in minor units of the network's currency


class PartWord(SQLModel, table=True):
    """What else a word in the names of parts is called; one that means "" is no other word for anything."""

    __tablename__ = "part_words"
    id: int = identity()
    word: str = Field(unique=True)
    means: str
    said_by: int | None = Field(default=None, foreign_key="persons.id")
    said_at: datetime = moment()


class StockLevel(SQLModel, table=True):
    """How many of a part a store says it has, since when it is so many, and how many it has used up by its table.

    The same figure said again is no movement; what goes to another store is one, and is not used up.
    """

    __tablename__ = "stock_levels"
    __table_args__ = (
        UniqueConstraint("part_id", "store_id"),
        CheckConstraint("quantity >= 0", name="not_negative"),
    )
    id: int = identity()
    part_id: int = Field(foreign_key="parts.id")
    store_id: int = Field(foreign_key="stores.id", index=True)
    quantity: int
    stated_at: datetime = moment()
    stated_by: str = ""
    moved_at: datetime = moment()  # when the quantity changed last
    used: int = 0  # by how much the table fell, all told, since
    counted_at: datetime = moment()


class Travel(SQLModel, table=True):
    """How long the way from one store to another takes, where somebody measured it."""

    __tablename__ = "travel"
    __table_args__ = (
        UniqueConstraint("to_store_id", "from_store_id"),
        CheckConstraint("minutes >= 0", name="not_negative"),
    )
    id: int = identity()
    from_store_id: int = Field(foreign_key="stores.id", index=True)
    to_store_id: int = Field(foreign_key="stores.id")
    minutes: int


class StockMove(SQLModel, table=True):
    """A movement of stock between two stores; `key` is unique, so that it happens once."""

    __tablename__ = "stock_moves"
    __table_args__ = (CheckConstraint("from_store_id <> to_store_id", name="two_stores"),)
    id: int = identity()
    key: str = Field(unique=True)
    request_id: int = Field(foreign_key="requests.id", index=True)
    part_id: int = Field(foreign_key="parts.id")
    from_store_id: int = Field(foreign_key="stores.id")
    to_store_id: int = Field(foreign_key="stores.id")
    quantity_out: int
    quantity_in: int
    moved_at: datetime = moment()


class DeadStockWeek(SQLModel, table=True):
    """What lay dead in a store at the beginning of a week, for its figures over time."""

    __tablename__ = "dead_stock_weeks"
    __table_args__ = (UniqueConstraint("store_id", "week"),)
    id: int = identity()
    store_id: int = Field(foreign_key="stores.id")
    week: date  # its Monday
    parts: int
    pieces: int
    amount: int  # of those parts that have a price, in minor units
    currency: str
    unpriced: int = 0  # so many pieces have none


class Technician(SQLModel, table=True):
    """A technician on the map; `windows` in the words of the sheet."""

    __tablename__ = "technicians"
    __table_args__ = (UniqueConstraint("store_id", "name"),)
    id: int = identity()
    store_id: int = Field(foreign_key="stores.id")
    name: str
    level: str
    specialties: str = ""
    status: str = ""
    windows: str = ""
    stated_at: datetime = moment()
    stated_by: str = ""


class Capacity(SQLModel, table=True):
    """A store's bookings of one day."""

    __tablename__ = "capacities"
    __table_args__ = (UniqueConstraint("store_id", "day"),)
    id: int = identity()
    store_id: int = Field(foreign_key="stores.id")
    day: date = Field(index=True)
    daily_capacity: int
    bookings: int
    stated_at: datetime = moment()
    stated_by: str = ""


class LiveBoard(SQLModel, table=True):
    """A board that stands in a bound chat and is kept up to date there, until it ends; its message is a card.

    `what` is the part's number, or the specialty as people wrote it. It is looked at when something on it changes;
    `hurried` counts the changes shown shortly after one another.
    """

    __tablename__ = "live_boards"
    __table_args__ = (
        Index(
            "uq_live_boards_one_of_a_kind",
            "chat_id",
            "board",
            "what",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
    id: int = identity()
    chat_id: int | None = Field(default=None, foreign_key="chats.id", index=True)  # None: the chat is bound no more
    board: Board = choice(Board)
    part_id: int | None = Field(default=None, foreign_key="parts.id")  # of stock
    what: str = ""
    begun_at: datetime = moment()
    begun_by: int = Field(foreign_key="persons.id")
    looked_at: datetime | None = moment(default=None, nullable=True)
    changed_at: datetime | None = moment(default=None, nullable=True)  # what it shows
    hurried: int = 0
    ended_at: datetime | None = moment(default=None, nullable=True)
