"""Requests of every kind, the stores asked, the steps' clocks, the story, and the rules they were opened under."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.types import choice, identity, moment


class State(StrEnum):
    """Where a request stands; the kinds share one life, and between acceptance and record each has its own stages."""

    CONSENTING = "consenting"  # diversion: the customer has not said yet whether to wait or to go
    ASKING = "asking"
    ACCEPTED = "accepted"
    SHIPPED = "shipped"  # transfer
    RECEIVED = "received"
    CONFIRMED = "confirmed"  # support: both managers agreed
    DEPARTED = "departed"  # diversion: the customer is on the way
    ARRIVED = "arrived"  # support, diversion
    DONE = "done"
    RECORDED = "recorded"
    WITHDRAWN = "withdrawn"
    UNFILLED = "unfilled"
    DECLINED = "declined"  # diversion: the customer chose to wait
    CLOSED = "closed"  # by the region


# An owner works on it.
AT_WORK = (State.ACCEPTED, State.SHIPPED, State.CONFIRMED, State.DEPARTED, State.ARRIVED)
# The work is done, and its end confirmed; paperwork may be left.
WORK_DONE = (State.RECEIVED, State.DONE)
# Nobody has taken it yet.
NOT_TAKEN = (State.CONSENTING, State.ASKING, State.UNFILLED)
# Open: all the others have ended.
OPEN_STATES = (*NOT_TAKEN, *AT_WORK, *WORK_DONE)


class Urgency(StrEnum):
    """How soon help is needed; each has its own clocks."""

    URGENT = "urgent"
    TODAY = "today"
    NORMAL = "normal"


class AskState(StrEnum):
    """Where the ask of one store stands."""

    PENDING = "pending"
    SEEN = "seen"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"
    CANCELLED = "cancelled"  # the request ended, or went elsewhere
    BROKEN = "broken"  # accepted, and then could not deliver


class StepOutcome(StrEnum):
    """How a step's clock ended."""

    MET = "met"
    BREACHED = "breached"
    CANCELLED = "cancelled"


class Policy(SQLModel, table=True):
    """One version of the programme's numbers; a request keeps the version it was opened under."""

    __tablename__ = "policies"
    id: int = identity()
    rules: str  # JSON of handlers.settings.Rules
    digest: str = Field(unique=True)  # of the rules: the same rules are one version
    since: datetime = moment()


class Counter(SQLModel, table=True):
    """The last number given to a request of a kind."""

    __tablename__ = "counters"
    name: str = Field(primary_key=True)
    value: int = 0


class Request(SQLModel, table=True):
    """A request for help; its kind's own facts stand in a table of the kind."""

    __tablename__ = "requests"
    __table_args__ = (
        UniqueConstraint("kind", "number"),
        CheckConstraint("owner_store_id IS NULL OR owner_store_id <> store_id", name="not_oneself"),
        # Of a store's or region's years only what is open is ever asked for: an index by the place alone would lead
        # to all of them.
        Index(None, "state", "owner_store_id"),
        Index(None, "region_id", "ended_at"),
    )
    id: int = identity()
    kind: str
    number: int
    urgency: Urgency = choice(Urgency)
    state: State = choice(State)
    store_id: int = Field(foreign_key="stores.id")  # who asks
    region_id: int = Field(foreign_key="regions.id")
    author_id: int = Field(foreign_key="persons.id")
    first_store_id: int | None = Field(default=None, foreign_key="stores.id")  # picked by its author: asked first
    owner_store_id: int | None = Field(default=None, foreign_key="stores.id")  # who accepted
    owner_person_id: int | None = Field(default=None, foreign_key="persons.id")
    policy_id: int = Field(foreign_key="policies.id")
    matter: str  # what is wrong
    customer_waits: bool = False
    override_reason: str = ""  # why it is urgent although the rules say it is not
    opened_at: datetime = moment()
    cap_at: datetime = moment()  # when the whole must be done
    accepted_at: datetime | None = moment(default=None, nullable=True)
    finished_at: datetime | None = moment(default=None, nullable=True, index=True)  # the confirmed end of the work
    ended_at: datetime | None = moment(default=None, nullable=True, index=True)  # nothing is left to do
    escalations: int = 0
    kept: str = ""  # was the customer kept: yes, no, unknown
    end_reason: str = ""
    practice: bool = False  # everything works and nothing counts
    held_at: datetime | None = moment(default=None, nullable=True)  # its clocks stand still since then
    held_until: datetime | None = moment(default=None, nullable=True)  # and go on by themselves then
    hold_reason: str = ""
    customer_id: int | None = Field(default=None, foreign_key="customers.id", index=True)
    promised_at: datetime | None = moment(default=None, nullable=True)  # what the customer was told
    eta_at: datetime | None = moment(default=None, nullable=True)  # when whoever is on the way will be there
    eta_km: float | None = None  # still to go by road, of a live location
    eta_shown_at: datetime | None = moment(default=None, nullable=True)  # when the cards were changed last for it
    satisfaction: int | None = None  # the customer's, 1–10
    written_by: str = ""  # who wrote the chat message it was made of
    written_at: str = ""  # a link to that message, where the platform has one


class Transfer(SQLModel, table=True):
    """What a transfer or an activation moves. Quantities: `asked` ≥ `accepted` ≥ `shipped` ≥ `received` + `lost`."""

    __tablename__ = "transfers"
    request_id: int = Field(foreign_key="requests.id", primary_key=True)
    part_id: int = Field(foreign_key="parts.id", index=True)
    asked: int
    accepted: int = 0
    shipped: int = 0
    received: int = 0
    lost: int = 0  # arrived damaged, or not at all
    cancelled: int = 0
    difference: str = ""  # short, damaged, wrong, and the words
    courier: str = ""
    waybill: str = ""
    eta_at: datetime | None = moment(default=None, nullable=True)
    parent_id: int | None = Field(default=None, foreign_key="requests.id")  # the rest of which request
    sent_part: str = ""  # what was sent in its place, where that was another part number
    sent_why: str = ""
    back_on: date | None = None  # a loan: the local day by which it is back
    back_at: datetime | None = moment(default=None, nullable=True)  # when the lender had it back
    outward: bool = False  # it goes away from the store that asks: an activation


class Ask(SQLModel, table=True):
    """One store asked to help; at most one of a request is open at a time."""

    __tablename__ = "asks"
    __table_args__ = (
        UniqueConstraint("request_id", "rank"),
        Index(
            "uq_asks_one_open",
            "request_id",
            unique=True,
            sqlite_where=text("state IN ('pending', 'seen', 'accepted')"),
            postgresql_where=text("state IN ('pending', 'seen', 'accepted')"),
        ),
        Index(None, "state", "store_id"),
        # How a store answered lately, and how all did between two instants: read from the index alone.
        Index(None, "store_id", "asked_at", "state", "answered_at", "practice"),
        Index(None, "answered_at", "store_id", "asked_at", "practice"),
    )
    id: int = identity()
    request_id: int = Field(foreign_key="requests.id")
    store_id: int = Field(foreign_key="stores.id")
    rank: int
    state: AskState = choice(AskState)
    reasons: str = "[]"  # JSON: why this store, as [key, values] pairs
    asked_at: datetime = moment()
    seen_at: datetime | None = moment(default=None, nullable=True)
    answered_at: datetime | None = moment(default=None, nullable=True)
    answered_by: int | None = Field(default=None, foreign_key="persons.id")
    refusal: str = ""  # no_stock, reserved, no_hands, other
    refusal_words: str = ""
    practice: bool = False  # of a request that does not count


class Step(SQLModel, table=True):
    """A stage with a clock and one accountable store."""

    __tablename__ = "steps"
    __table_args__ = (
        UniqueConstraint("request_id", "turn", "name"),
        Index(
            "ix_steps_breached",
            "breached_at",
            sqlite_where=text("breached_at IS NOT NULL"),
            postgresql_where=text("breached_at IS NOT NULL"),
        ),
    )
    id: int = identity()
    request_id: int = Field(foreign_key="requests.id")
    ask_id: int | None = Field(default=None, foreign_key="asks.id")
    turn: int  # the rank of the ask it belongs to, 0 for the whole request's
    name: str
    store_id: int = Field(foreign_key="stores.id")
    started_at: datetime = moment()
    due_at: datetime = moment()
    ended_at: datetime | None = moment(default=None, nullable=True)
    outcome: StepOutcome | None = choice(StepOutcome, default=None, nullable=True)
    breached_at: datetime | None = moment(default=None, nullable=True)
    extended: int = 0  # how often its limit was moved
    held: int = 0  # seconds of its clock that stood still
    snoozed: str = ""  # the nudges put off, separated by blanks


class Event(SQLModel, table=True):
    """A line of a request's story: `word` and `values` become words in the reader's language."""

    __tablename__ = "events"
    __table_args__ = (
        Index(
            "ix_events_carried", "at", sqlite_where=text("word = 'carried'"), postgresql_where=text("word = 'carried'")
        ),
    )
    id: int = identity()
    request_id: int = Field(foreign_key="requests.id", index=True)
    at: datetime = moment()
    word: str
    args: str = "{}"  # JSON
    person_id: int | None = Field(default=None, foreign_key="persons.id")
    store_id: int | None = Field(default=None, foreign_key="stores.id")


class Progress(SQLModel, table=True):
    """A line for the customer, prompted to the author: sent, skipped or not answered."""

    __tablename__ = "progress"
    __table_args__ = (UniqueConstraint("request_id", "number"),)
    id: int = identity()
    request_id: int = Field(foreign_key="requests.id")
    number: int
    prompted_at: datetime = moment()
    answer: str = ""  # sent, skipped
    answered_at: datetime | None = moment(default=None, nullable=True)
