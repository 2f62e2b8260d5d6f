"""When the boards are posted, what they show, and who is told what: values and plain functions of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from handlers.ledger.rules import Standing, midnight, rank
from handlers.settings import Digest
from handlers.working_time import at_local, local

# A board this much behind its time says so; below it, nobody would notice that the bot was busy.
LATE = timedelta(minutes=5)

# So long after midnight a day is taken as told: a clock that is put right by some minutes changes nothing of it.
SETTLED = timedelta(hours=1)

# Up to this many stores every chat sees every store; in a greater network a region sees its own, with their places
# in the whole network, because nobody reads eighty lines on a phone.
MOST_LINES = 40

NETWORK = "network"  # the scope of what is posted for HQ
MONDAY = 0

# The steps of an ask: who has one running owes an answer.
ANSWERING = frozenset({"seen", "answer"})

_DAY = timedelta(days=1)

Name = Literal["nudge", "digest", "weekly"]


# When


@dataclass(frozen=True, slots=True)
class Series:
    """Something posted again and again at a wall time of a zone: daily, or on Mondays.

    `scope` is a region's id or "network". `not_before_midnight_of` is the zone whose Monday must have begun as well:
    the network's week is not over while it is still Sunday there.
    """

    name: Name
    scope: str
    wall: time
    timezone: str
    not_before_midnight_of: str = ""

    def due(self, day: date) -> datetime:
        """Return when it is due on that local day."""
        due = at_local(day, self.wall, self.timezone)
        return max(due, midnight(day, self.not_before_midnight_of)) if self.not_before_midnight_of else due

    def key(self, day: date) -> str:
        """Return the timer's key for that local day: `digest:3:2026-11-21`, `weekly:network:2026-W47`."""
        if self.name == "weekly":
            year, week, _ = (day - _DAY).isocalendar()  # the week that has ended
            return f"weekly:{self.scope}:{year}-W{week:02}"
        return f"{self.name}:{self.scope}:{day}" + (f":{self.wall:%H:%M}" if self.name == "nudge" else "")

    def next_day(self, now: datetime) -> date:
        """Return the local day on which it is due next, strictly after now."""
        day = local(now, self.timezone).date() - _DAY
        while not self._is_on(day) or self.due(day) <= now:
            day += _DAY
        return day

    def latest_day(self, now: datetime) -> date:
        """Return the local day on which it was due last, now included."""
        day = local(now, self.timezone).date() + _DAY
        while not self._is_on(day) or self.due(day) > now:
            day -= _DAY
        return day

    def between(self, day: date, other: date) -> int:
        """Return how many of its days lie from `day` up to but not at `other`."""
        return (other - day).days // (7 if self.name == "weekly" else 1)

    def _is_on(self, day: date) -> bool:
        return self.name != "weekly" or day.weekday() == MONDAY


def series_of(digest: Digest, scope: str, timezone: str, network_timezone: str) -> list[Series]:
    """Return everything posted for a region or the network: nudges go to regions alone."""
    nudges = [] if scope == NETWORK else [Series("nudge", scope, wall, timezone) for wall in digest.nudges]
    return [
        *nudges,
        Series("digest", scope, digest.nightly, timezone),
        Series("weekly", scope, digest.weekly, timezone, network_timezone),
    ]


def is_late(due_at: datetime, now: datetime) -> bool:
    """Say whether what is posted now must be marked as late."""
    return now - due_at > LATE


def is_nudge_stale(digest: Digest, day: date, wall: time, timezone: str, now: datetime) -> bool:
    """Say whether a nudge comes when the next one or the digest itself is due: then it is not worth saying."""
    due = at_local(day, wall, timezone)
    later = [at_local(day, other, timezone) for other in (*digest.nudges, digest.nightly)]
    return any(due < other <= now for other in later)


def week_before(day: date, timezone: str) -> tuple[datetime, datetime]:
    """Return the week from Monday to Monday that ended before that local day."""
    monday = day - timedelta(days=day.weekday())
    return midnight(monday - timedelta(days=7), timezone), midnight(monday, timezone)


# The evening


@dataclass(frozen=True, slots=True)
class Duty:
    """What a store still owes: a step whose clock runs. `names` are who answers for it there, `asker` who asked."""

    request_id: int
    label: str
    what: str
    urgency: str
    step: str
    store_id: int
    store: str
    asker: str
    names: tuple[str, ...]
    due_at: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request nobody has accepted; `asked` is the store that is asked now, "" when the region must decide."""

    request_id: int
    label: str
    what: str
    urgency: str
    store: str
    asked: str


@dataclass(frozen=True, slots=True)
class Done:
    """A request whose work was confirmed."""

    label: str
    what: str
    store: str
    owner: str
    took: timedelta


@dataclass(frozen=True, slots=True)
class Broken:
    """A limit that was broken: by how much until now, or until the step ended."""

    label: str
    step: str
    store: str
    over: timedelta
    running: bool


@dataclass(frozen=True, slots=True)
class Carried:
    """A request put off to tomorrow, by whom and why."""

    label: str
    what: str
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class Visit:
    """A technician's visit to come: whose he is, and who has asked for him."""

    label: str
    what: str
    technician: str
    giver: str
    host: str


@dataclass(frozen=True, slots=True)
class DayFigures:
    """One region's evening, or the whole network's; `until` is the digest's hour, `since` that of the day before.

    `tomorrow` are the visits of the next local day, `agreed` the later ones that were agreed since.
    """

    name: str
    since: datetime
    until: datetime
    duties: tuple[Duty, ...] = ()
    unfilled: tuple[Waiting, ...] = ()
    done: tuple[Done, ...] = ()
    broken: tuple[Broken, ...] = ()
    carried: tuple[Carried, ...] = ()
    tomorrow: tuple[Visit, ...] = ()
    agreed: tuple[Visit, ...] = ()

    @property
    def open(self) -> int:
        """How many requests are not finished with: nobody owes more than one thing at once of each."""
        return len({duty.label for duty in self.duties} | {waiting.label for waiting in self.unfilled})

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing at all to tell."""
        to_come = self.tomorrow or self.agreed
        return not (self.duties or self.unfilled or self.done or self.broken or self.carried or to_come)


def duties_by_store(duties: Iterable[Duty]) -> list[tuple[str, list[Duty]]]:
    """Group what is owed by store: who is late first, then who owes most; within a store by limit."""
    stores: dict[str, list[Duty]] = {}
    for duty in sorted(duties, key=lambda duty: duty.due_at):
        stores.setdefault(duty.store, []).append(duty)
    return sorted(
        stores.items(), key=lambda item: (-sum(duty.late for duty in item[1]), -len(item[1]), item[1][0].due_at)
    )


def is_pressing(duty: Duty) -> bool:
    """Say whether somebody owes an answer today: what can wait is nudged only once its limit is broken."""
    return duty.step in ANSWERING and (duty.urgency != "normal" or duty.late)


# The week


@dataclass(frozen=True, slots=True)
class TransferWeek:
    """Transfers delivered: `response` from opening to the final acceptance, `delivery` from there to the receipt.

    `decision` is the median from the ask of a store to its answer, over every answer given.
    """

    count: int = 0
    response: timedelta | None = None
    delivery: timedelta | None = None
    kept: int = 0
    value: int = 0  # in minor units, as every amount
    decision: timedelta | None = None


@dataclass(frozen=True, slots=True)
class SupportWeek:
    """Technicians' supports done."""

    count: int = 0
    solved: int = 0
    satisfaction: float | None = None


@dataclass(frozen=True, slots=True)
class DiversionWeek:
    """Customers diverted: `agreed` of those who were `offered` it."""

    count: int = 0
    offered: int = 0
    agreed: int = 0
    compensation: int = 0
    value: int = 0

    @property
    def agreed_per_cent(self) -> int:
        """The share of customers who agreed, in whole per cents, halves up."""
        return (200 * self.agreed + self.offered) // (2 * self.offered) if self.offered else 0


@dataclass(frozen=True, slots=True)
class ActivationWeek:
    """Dead stock that was moved away in a week: how often, and how many pieces."""

    count: int
    pieces: int


@dataclass(frozen=True, slots=True)
class StoreWeek:
    """A store's line: what it gave (points) and gained (transfers received, value kept), and its place.

    `moved` is how many places it rose since last week (negative: fell), None when last week had no places.
    """

    store_id: int
    code: str
    name: str
    region_id: int
    points: int
    received: int
    answer: timedelta | None
    value: int
    place: int
    shared: bool
    moved: int | None


@dataclass(frozen=True, slots=True)
class Case:
    """The week's example: a customer kept, quickly; the customer is never named."""

    label: str
    what: str
    store: str
    owner: str
    response: timedelta
    took: timedelta


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """The network's week; a kind nobody used yet is None."""

    since: datetime
    until: datetime
    first_day: date
    last_day: date
    currency: str
    transfers: TransferWeek = TransferWeek()
    supports: SupportWeek | None = None
    diversions: DiversionWeek | None = None
    activations: ActivationWeek | None = None
    stores: tuple[StoreWeek, ...] = ()
    case: Case | None = None

    @property
    def total(self) -> int:
        """The value of all customers kept, in minor units."""
        return self.transfers.value + (self.diversions.value if self.diversions else 0)


def places(standings: Sequence[Standing], before: Sequence[Standing]) -> dict[int, tuple[int, bool, int | None]]:
    """Return store → (place, shared, places risen since the week before).

    A week in which nobody earned or answered anything has no places to compare with.
    """
    now, then = rank(standings), rank(before)
    had_places = any(standing.points or standing.mean_answer for standing in before)
    counts: dict[int, int] = {}
    for place in now.values():
        counts[place] = counts.get(place, 0) + 1
    return {
        store_id: (place, counts[place] > 1, then[store_id] - place if had_places and store_id in then else None)
        for store_id, place in now.items()
    }


def lines_for(stores: Sequence[StoreWeek], region_id: int | None) -> tuple[Sequence[StoreWeek], bool]:
    """Return the lines a chat sees, and whether they are only its region's."""
    if region_id is None or len(stores) <= MOST_LINES:
        return stores, False
    return [line for line in stores if line.region_id == region_id], True


# For programs


def as_plain(value: object) -> object:
    """Turn figures into what JSON can say: instants in ISO 8601, durations in whole seconds."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, timedelta):
        return round(value.total_seconds())
    if isinstance(value, date):  # a datetime is one
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): as_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_plain(item) for item in value]
    return value
