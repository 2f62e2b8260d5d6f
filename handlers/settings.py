"""The numbers the programme may change, frozen. `Rules` are versioned: a request keeps those it was opened under."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    field_validator,
    model_validator,
)

from handlers.durations import format_duration, parse_duration
from handlers.texts import Language


def _duration(value: Any) -> Any:
    if isinstance(value, int | float):  # 5 what? seconds, where minutes were meant, would be costly
        raise ValueError(f'a duration has a unit: "{value}m", "{value}h"')
    return parse_duration(value) if isinstance(value, str) else value


def wall_time(value: str) -> time | None:
    """Read "18:00"; None for what is not written so. Raises ValueError for a time that does not exist."""
    found = re.fullmatch(r"([0-9]{1,2})[:：]([0-9]{2})", value.strip())
    if not found:
        return None
    hour, minute = int(found[1]), int(found[2])
    if hour > 23 or minute > 59:
        raise ValueError(f'"{value}" is no time of day; write for example "18:00"')
    return time(hour, minute)


def _record_by(value: Any) -> Any:
    return (wall_time(value) if isinstance(value, str) else None) or _duration(value)


def _clock_words(value: time | timedelta) -> str:
    return value.strftime("%H:%M") if isinstance(value, time) else format_duration(value)


def _time_of_day(value: Any) -> Any:
    if isinstance(value, time):
        return value
    found = wall_time(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f'"{value}" is no time of day; write for example "18:00"')
    return found


Quiet = tuple[time, time]  # local times of day: from, to; past midnight where `to` is not after `from`


def _quiet(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if not value.strip():
        return None
    since, dash, until = value.replace("–", "-").partition("-")
    found = wall_time(since), wall_time(until)
    if not dash or None in found or found[0] == found[1]:
        raise ValueError(f'"{value}" are no hours; write for example "21:30-07:30", or "" for none')
    return found


def _quiet_words(value: Quiet | None) -> str:
    return "-".join(wall.strftime("%H:%M") for wall in value) if value else ""


Duration = Annotated[timedelta, BeforeValidator(_duration), PlainSerializer(format_duration)]
TimeOfDay = Annotated[time, BeforeValidator(_time_of_day), PlainSerializer(_clock_words)]
QuietHours = Annotated[Quiet | None, BeforeValidator(_quiet), PlainSerializer(_quiet_words)]
# A moment of the next day ("18:00"), or a duration ("20h").
NextDay = Annotated[time | timedelta, BeforeValidator(_record_by), PlainSerializer(_clock_words)]


class Frozen(BaseModel):
    """Settings do not change, and a key nobody knows is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class KindClocks(Frozen):
    """How long the steps may take that every kind has."""

    seen: Duration = Field(timedelta(minutes=5), description="the asked store has seen the ask")
    answer: Duration = Field(timedelta(minutes=10), description="it answers, from having seen it or from that limit")
    record: NextDay = Field(time(18, 0), description="the record is complete: a time of the next day, or a duration")
    progress: Duration = Field(timedelta(minutes=30), description="a line for the customer this often, once accepted")


class TransferClocks(KindClocks):
    """How long each step of a transfer may take."""

    ship: Duration = Field(timedelta(minutes=45), description="packed and on its way, from the acceptance")
    deliver: Duration = Field(timedelta(hours=2), description="in the requester's hands, from the request: the cap")


_TRANSFER_TODAY = TransferClocks(
    seen=timedelta(minutes=15),
    answer=timedelta(minutes=30),
    ship=timedelta(hours=2),
    deliver=timedelta(hours=8),
    progress=timedelta(hours=2),
)
_TRANSFER_NORMAL = TransferClocks(
    seen=timedelta(minutes=30),
    answer=timedelta(hours=2),
    ship=timedelta(hours=8),
    deliver=timedelta(days=1),
    progress=timedelta(hours=8),
)


class TransferClockTable(TransferClocks):
    """The urgent clocks, and those of the other urgencies where they differ."""

    today: TransferClocks = Field(_TRANSFER_TODAY, description="the clocks of what must be done today")
    normal: TransferClocks = Field(_TRANSFER_NORMAL, description="the clocks of everything else; opening hours only")

    @model_validator(mode="before")
    @classmethod
    def _inherit(cls, data: Any) -> Any:
        """Let a sub-table name only what differs: from ours by default, from the urgent clocks where those were set."""
        if not isinstance(data, dict):
            return data
        filled = dict(data)
        urgent = {name: filled[name] for name in TransferClocks.model_fields if name in filled}
        for name, ours in (("today", _TRANSFER_TODAY), ("normal", _TRANSFER_NORMAL)):
            given = filled.get(name, {})
            if isinstance(given, dict):
                filled[name] = {**ours.model_dump(), **urgent, **given}
        return filled


class ActivationClocks(TransferClocks):
    """How long each step of moving dead stock away may take, in opening hours: it has lain there long enough."""

    seen: Duration = Field(timedelta(hours=1), description="the store it would go to has seen the ask")
    answer: Duration = Field(timedelta(hours=4), description="it answers, from having seen it or from that limit")
    ship: Duration = Field(timedelta(hours=8), description="packed and on its way, from the acceptance")
    deliver: Duration = Field(timedelta(hours=24), description="in the other store's hands, from the request: the cap")


class DiversionClocks(KindClocks):
    """How long each step of a diversion may take."""

    contact: Duration = Field(timedelta(minutes=5), description="the customer was told and has chosen, from the start")
    call: Duration = Field(timedelta(minutes=10), description="the receiving store called the customer, once accepted")
    transport: Duration = Field(
        timedelta(minutes=30), description="the way there and the compensation are recorded, once accepted"
    )
    depart: Duration = Field(timedelta(minutes=30), description="the customer is on the way, once that is recorded")
    no_show: Duration = Field(
        timedelta(minutes=60), description="not there so long after the expected arrival: bay and technician are free"
    )
    serve: Duration = Field(timedelta(hours=3), description="the work is done, from the arrival")
    complaint: Duration = Field(timedelta(days=1), description="the region has decided a complaint")
    same_day: TimeOfDay = Field(time(21, 0), description="the whole is done by this local time: the cap")


class SupportClocks(KindClocks):
    """How long each step of a technician's support may take."""

    seen: Duration = Field(timedelta(minutes=15), description="the asked store has seen the ask")
    answer: Duration = Field(timedelta(minutes=30), description="it answers, from having seen it or from that limit")
    progress: Duration = Field(timedelta(days=1), description="a line for the customer this often, once accepted")
    agree: Duration = Field(
        timedelta(hours=1), description="time, cost and travel confirmed by each of the two managers, once accepted"
    )
    checklist: TimeOfDay = Field(time(10, 0), description="the day before, local: the checklist is posted to both")
    prepared: TimeOfDay = Field(time(18, 0), description="the day before, local: everything on it is ticked")
    hurried: Duration = Field(timedelta(hours=1), description="so long for it where the visit is nearer than that")
    evening: TimeOfDay = Field(time(19, 0), description="the evening before, local: the technician hears of the visit")
    on_the_way: Duration = Field(
        timedelta(hours=1), description="from so long before the agreed time the clock of the arrival counts"
    )
    travelling: Duration = Field(
        timedelta(minutes=30), description="and from then on the customer has a line this often"
    )
    late: Duration = Field(timedelta(minutes=15), description="not there so long after the agreed time: a breach")
    work: Duration = Field(timedelta(hours=2), description="done, from the agreed end of the visit")
    rate: Duration = Field(timedelta(hours=72), description="what the managers gave each other is shown after this")


class Clocks(Frozen):
    """The steps' clocks of every kind of request."""

    transfer: TransferClockTable = TransferClockTable()
    support: SupportClocks = SupportClocks()
    diversion: DiversionClocks = DiversionClocks()
    activation: ActivationClocks = ActivationClocks()

    def of(self, kind: str, urgency: str) -> KindClocks:
        """Return the clocks of a kind and urgency: the kind's urgent ones where it has no others."""
        table: KindClocks = getattr(self, kind)
        other: KindClocks = getattr(table, urgency, table)
        return other


Target = Literal["store", "region", "hq", "finance", "author", "next_store", "close"]


class Rung(Frozen):
    """One rung of an escalation: so long after the limit was broken, this one hears of it (or this is done)."""

    wait: Duration
    target: Target
    working_time: bool = False
    repeat: int = Field(0, ge=0, le=20)

    def __str__(self) -> str:
        words = f"{format_duration(self.wait)} {self.target}"
        if self.working_time:
            words += " working_time"
        return words + (f" repeat {self.repeat}" if self.repeat else "")


_RUNG = re.compile(r"(?P<wait>\S+) (?P<target>[a-z_]+)(?P<working> working_time)?(?: repeat (?P<repeat>\d+))?")


def _rung(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    found = _RUNG.fullmatch(" ".join(value.split()))
    if not found:
        raise ValueError(f'"{value}" is no rung; write for example "7m region" or "10m store working_time repeat 3"')
    return Rung(
        wait=parse_duration(found["wait"]),
        target=found["target"],
        working_time=bool(found["working"]),
        repeat=int(found["repeat"] or 0),
    )


Ladder = tuple[Annotated[Rung, BeforeValidator(_rung), PlainSerializer(str)], ...]


def _ladder(*rungs: str) -> Ladder:
    return tuple(_rung(rung) for rung in rungs)


class Escalation(Frozen):
    """Who hears when a limit is broken, step by step; waits run from the breach."""

    seen: Ladder = Field(_ladder("0s store"), description="the asked store has not even looked")
    answer: Ladder = Field(_ladder("0s region", "0s next_store"), description="no answer: the next store is asked")
    ship: Ladder = Field(_ladder("0s store", "0s region", "30m hq"), description="accepted, and not on its way")
    receive: Ladder = Field(_ladder("0s store", "30m region", "1h hq"), description="receipt not confirmed")
    deliver: Ladder = Field(_ladder("0s region"), description="the whole took too long")
    record: Ladder = Field(_ladder("0s store", "3h finance", "1d region"), description="the record is missing")
    give_back: Ladder = Field(_ladder("0s store", "1d region", "3d hq"), description="what was borrowed is not back")
    agree: Ladder = Field(_ladder("0s store", "30m region"), description="the giving store has not confirmed all three")
    agree_host: Ladder = Field(_ladder("0s store", "30m region"), description="nor the store that asked for support")
    prepare: Ladder = Field(_ladder("0s store", "0s region"), description="the giver's part of the checklist is open")
    prepare_host: Ladder = Field(_ladder("0s store", "0s region"), description="the host's part of it is open")
    arrive: Ladder = Field(_ladder("0s store", "45m region"), description="the technician is not there")
    work: Ladder = Field(_ladder("0s store", "2h region"), description="the support is not done")
    visit: Ladder = Field(_ladder("0s region"), description="the whole of a support took too long")
    contact: Ladder = Field(_ladder("0s store", "10m region"), description="the customer was not told of the choice")
    call: Ladder = Field(_ladder("0s store", "10m region"), description="the receiving store has not called")
    transport: Ladder = Field(_ladder("0s store", "15m region", "30m hq"), description="no way there is arranged")
    depart: Ladder = Field(_ladder("0s store", "30m region"), description="arranged, and the customer not on the way")
    come: Ladder = Field((), description="the customer does not come: nobody's fault, bay and technician are free")
    serve: Ladder = Field(_ladder("0s store", "1h region"), description="the diverted customer is not served yet")
    same_day: Ladder = Field(_ladder("0s region"), description="the diversion took longer than the day")
    complaint: Ladder = Field(_ladder("0s region", "1d hq"), description="a complaint is not decided")
    unfilled: Ladder = Field(_ladder("0s region", "15m hq"), description="nobody is left to ask")
    open_too_long: Ladder = Field(_ladder("0s region"), description="unanswered after `limits.answer_all`")


class Points(Frozen):
    """What a done piece of work earns."""

    transfer: int = Field(1, ge=0, description="a transfer delivered to another store, to the store that gave")
    support: int = Field(5, ge=0, description="a technician's support done")
    diversion: int = Field(2, ge=0, description="a diverted customer served, to the receiving store")
    activation: int = Field(10, ge=0, description="dead stock moved, to the store that moved it")


class Matching(Frozen):
    """How stores are ranked as sources."""

    safety_stock: int = Field(1, ge=0, description="so many of a part stay in the store; below it a store is not asked")
    max_km: float = Field(150, gt=0, description="stores further than this by road are not asked")
    detour: float = Field(1.3, ge=1, description="road distance ÷ great circle")
    speed_kmh: float = Field(40, gt=0, description="for the estimate of the way")
    most_asked: int = Field(8, ge=1, le=50, description="so many stores are asked at the most, one after the other")
    fresh: Duration = Field(
        timedelta(hours=24), gt=timedelta(0), description="a stock figure older than this is stale and not asked by it"
    )


class Ranking(Frozen):
    """What weighs how much when stores are ranked: all in minutes until help is on its way, so that it adds up."""

    way: float = Field(1, ge=0, description="each minute of the way")
    answer: float = Field(1, ge=0, description="each minute that the store usually takes to answer")
    usual_answer: Duration = Field(timedelta(minutes=5), description="taken for a store that was not asked of late")
    load: float = Field(10, ge=0, description="each request that the store carries already")
    refusal: float = Field(30, ge=0, description="a store that refused all it was asked of late; of half of it half")
    only_some: float = Field(60, ge=0, description="a store that can give only some of what is asked for")
    spare: float = Field(
        1, ge=0, description="off for each piece that is left beside safety stock and what is asked for"
    )
    most_spare: int = Field(10, ge=0, description="more pieces than that make no difference")
    closing: float = Field(30, ge=0, description="a store that closes at once; the longer it is still open the less")
    closing_within: Duration = Field(
        timedelta(hours=1), gt=timedelta(0), description="a store that is open for longer is not closing"
    )
    dead: float = Field(20, ge=0, description="off for a store where the part lies dead: it goes first")


Hours = tuple[time, time]  # local times of one day: from, to


def _hours(value: Any) -> Any:
    found = _quiet(value)
    if found is None or found[0] >= found[1]:
        raise ValueError(f'"{value}" are no hours of a day; write for example "09:00-12:00"')
    return found


DayHours = Annotated[Hours, BeforeValidator(_hours), PlainSerializer(_quiet_words)]


class Supporting(Frozen):
    """Whose technician helps whom, when, and what HQ pays for it. Money is in minor units (fen, cents)."""

    lead: Duration = Field(timedelta(days=3), description="a visit on an earlier day than this is urgent, and HQ hears")
    furthest: Duration = Field(timedelta(days=60), description="a visit later than this is a slip of the keyboard")
    morning: DayHours = Field((time(9, 0), time(12, 0)), description="what 上午 means")
    afternoon: DayHours = Field((time(13, 0), time(18, 0)), description="what 下午 means")
    day: DayHours = Field((time(9, 0), time(18, 0)), description="what 全天 means")
    visit: Duration = Field(timedelta(hours=3), description="how long a visit is where only its beginning was said")
    fresh: Duration = Field(timedelta(days=7), description="a row of the technicians' map older than this is stale")
    max_km: float = Field(500, gt=0, description="technicians further than this by road are not asked")
    lent_within: Duration = Field(timedelta(days=30), description="how far back counts how much one was lent already")
    lent_km: float = Field(30, ge=0, description="each such support counts like so many kilometres more")
    level_km: float = Field(10, ge=0, description="each level above what is asked for counts like so many more")
    near_km: float = Field(50, gt=0, description="from here on the middle subsidy, and travel and lodging")
    far_km: float = Field(200, gt=0, description="beyond this the highest subsidy")
    subsidy_near: int = Field(30_000, ge=0, description="to the technician, nearer than `near_km`")
    subsidy_middle: int = Field(50_000, ge=0, description="to the technician, from `near_km` to `far_km` inclusive")
    subsidy_far: int = Field(100_000, ge=0, description="to the technician, beyond `far_km`")
    longest_work: Duration = Field(timedelta(hours=72), description="more hours than this are a slip of the keyboard")


class Diverting(Frozen):
    """Who may be sent to another store, where to, and what HQ pays for it. Money is in minor units (fen, cents)."""

    least_wait: Duration = Field(timedelta(hours=2), description="only who would wait longer than this is diverted")
    longest_wait: Duration = Field(timedelta(hours=24), description="a longer wait is a slip of the keyboard")
    service_time: Duration = Field(timedelta(hours=2), description="so long a technician is booked for a customer")
    full_wait: Duration = Field(
        timedelta(minutes=60), description="the wait expected where the day is full; elsewhere its share of it"
    )
    max_km: float = Field(60, gt=0, description="customers are not sent further than this by road")
    fresh: Duration = Field(timedelta(hours=12), description="a capacity row older than this is stale and not matched")
    voucher: int = Field(20_000, ge=0, description="the service voucher that is offered")
    voucher_cap: int = Field(200_000, ge=0, description="a larger service voucher needs HQ's approval")
    cash: int = Field(20_000, ge=0, description="the cash that is offered in place of it")
    cash_cap: int = Field(200_000, ge=0, description="more cash needs HQ's approval")
    car: int = Field(0, ge=0, description="what a car of ours costs")
    car_cap: int = Field(20_000, ge=0, description="a dearer car needs HQ's approval")
    taxi: int = Field(5_000, ge=0, description="the taxi voucher that is given")
    taxi_cap: int = Field(20_000, ge=0, description="a larger taxi voucher needs HQ's approval")
    remind_hq: Duration = Field(
        timedelta(minutes=15), gt=timedelta(0), description="HQ is reminded this often of an approval"
    )
    complain_within: Duration = Field(timedelta(days=7), description="a complaint so long after the end reopens it")


class Lending(Frozen):
    """What is borrowed and comes back."""

    longest: Duration = Field(timedelta(days=90), gt=timedelta(0), description="nothing is lent for longer")
    back_by: TimeOfDay = Field(time(18, 0), description="it is back by this local time of its day")
    remind: TimeOfDay = Field(time(10, 0), description="the reminders of the day before and of the day itself")


class DeadStock(Frozen):
    """What lies dead in a store, and who runs short of it."""

    unmoved: Duration = Field(timedelta(days=90), gt=timedelta(0), description="not moved for so long: dead")
    cover: Duration = Field(
        timedelta(days=180), gt=timedelta(0), description="more than the store itself uses in so long is too much"
    )
    short_within: Duration = Field(
        timedelta(days=30), gt=timedelta(0), description="how far back counts who asked for it or ran out of it"
    )
    suggested: int = Field(3, ge=0, le=8, description="so many parts are suggested to a store in a week; 0: none")


class Limits(Frozen):
    """The limits that hold for every kind."""

    nudges: tuple[int, ...] = Field((50, 80), description="per cent of a clock at which its store is nudged privately")
    nudge_over: Duration = Field(timedelta(minutes=5), description="clocks up to this long are not nudged")
    answer_all: Duration = Field(timedelta(hours=24), description="unanswered so long: the region hears")
    still_open: Duration = Field(
        timedelta(hours=24),
        ge=timedelta(hours=1),
        description="an open request is looked at this often; one that stands still is named in its region's list",
    )
    duplicate: Duration = Field(timedelta(minutes=30), description="the same store and part so soon again: a warning")
    hold: Duration = Field(
        timedelta(hours=24), gt=timedelta(0), description="a request is held so long at the most, at one time"
    )
    holds: int = Field(3, ge=0, description="so often a request can be held; 0: never")
    reopen: Duration = Field(timedelta(hours=24), description="what ended can be reopened so long")
    practice: Duration = Field(timedelta(minutes=2), description="in a practice the bot accepts for the other side")

    @field_validator("nudges")
    @classmethod
    def _rising(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if list(value) != sorted(set(value)) or not all(0 < per_cent < 100 for per_cent in value):
            raise ValueError("per cents between 1 and 99, rising, for example [50, 80]")
        return value


Level = Literal["experts", "region", "hq"]


class Questions(Frozen):
    """The technicians' questions to each other."""

    answer: Duration = Field(
        timedelta(minutes=15),
        gt=timedelta(0),
        description="nobody has answered in so much working time: the next level hears, each once",
    )
    levels: tuple[Level, ...] = Field(
        ("experts", "region", "hq"),
        description="who hears after the specialists: the region's experts, its manager, HQ",
    )
    expert: str = Field("T3", min_length=1, description="the level on the technicians' map that makes an expert")
    most_named: int = Field(5, ge=1, le=20, description="so many are named, and so many experts told, at the most")
    points: int = Field(0, ge=0, description="to the store of whoever's answer solved it; 0: it is credited by name")


class Costs(Frozen):
    """Costs entered by hand."""

    most: int = Field(
        2_000_000, gt=0, description="one entry over it (minor units: fen, cents) is finance's or HQ's to make"
    )
    receipts: tuple[Literal["freight", "travel", "lodging", "transport", "compensation"], ...] = Field(
        ("travel", "lodging"), description="costs that need a receipt: a photo, or its number"
    )


class Rules(Frozen):
    """One version of the programme."""

    clocks: Clocks = Clocks()
    escalation: Escalation = Escalation()
    points: Points = Points()
    matching: Matching = Matching()
    ranking: Ranking = Ranking()
    supporting: Supporting = Supporting()
    diverting: Diverting = Diverting()
    lending: Lending = Lending()
    dead_stock: DeadStock = DeadStock()
    limits: Limits = Limits()
    questions: Questions = Questions()
    costs: Costs = Costs()

    @classmethod
    def stored(cls, text: str) -> Rules:
        """Return a version as it was stored; a number in it that no rule has any more is passed over."""
        return cls.model_validate_json(text, extra="ignore")


class Network(Frozen):
    """The network as a whole: what regions and stores take where they say nothing."""

    name: str = Field("协同网络", description="the network's name, as people know it")
    language: Language = Field("zh", description="zh, en or es")
    timezone: str = Field("Asia/Shanghai", description="an IANA time zone")
    currency: str = Field("CNY", pattern="^[A-Z]{3}$", description="an ISO 4217 code")
    kept_customer: int = Field(
        8_000_000, ge=0, description="what a kept customer is worth, in minor units (fen, cents)"
    )

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f'"{value}" is no time zone; write for example "Asia/Shanghai"') from error
        return value


class Digest(Frozen):
    """When the boards are posted, in each region's local time."""

    nightly: TimeOfDay = Field(time(21, 0), description="the day's digest")
    nudges: tuple[TimeOfDay, ...] = Field((time(20, 0), time(20, 45)), description="to who still owes an answer")
    weekly: TimeOfDay = Field(time(9, 0), description="Monday's scoreboard")
    dead_stock: TimeOfDay = Field(time(9, 30), description="Monday's suggestions of what to do with dead stock")
    still_open: TimeOfDay = Field(
        time(10, 0), description="the list of what is still open although every limit of it is broken"
    )
    quiet: QuietHours = Field(
        (time(21, 30), time(7, 30)),
        description="what is not urgent and nobody asked for waits until these local hours are over; empty: none",
    )


class Boards(Frozen):
    """The boards everybody can see, those that stand in chats, and how they are kept fresh and right."""

    busy: int = Field(75, ge=1, le=100, description="from so many per cent of its capacity a store is yellow")
    full: int = Field(100, ge=1, description="over so many per cent it is red")
    live_every: Duration = Field(
        timedelta(seconds=3), description="a board that stands in a chat changes no more often than this"
    )
    live_hurried: Duration = Field(
        timedelta(seconds=7), description="the same where it has changed four times in a row so: the chat is for people"
    )
    live_again: Duration = Field(
        timedelta(minutes=5),
        ge=timedelta(minutes=1),
        description="it is looked at this often even where nothing has changed: figures grow old by themselves",
    )
    grace: Duration = Field(
        timedelta(hours=4),
        gt=timedelta(0),
        description="a refresh is due at opening; so long after, the region hears",
    )
    spot_checks: int = Field(7, ge=0, description="a store is asked about a stock figure each so many days; 0: never")
    target: float = Field(95, ge=0, le=100, description="refreshes in time and figures right: over so many per cent")


class Ahead(Frozen):
    """How full the stores will be, and when a store is told that it will be too full."""

    weeks: int = Field(4, ge=1, le=12, description="the same weekday of so many weeks past says what a day usually is")
    least_weeks: int = Field(2, ge=1, description="of fewer weeks than this bookings alone count")
    alert_days: int = Field(
        2, ge=0, le=7, description="of so many days, today the first, a store is told that one is too full; 0: of none"
    )
    morning: TimeOfDay = Field(
        time(8, 0), description="the days ahead are looked at by this local time, and after every change of bookings"
    )


class Flood(Frozen):
    """How much one account may say; what is over it is dropped, and whoever sent it is told once."""

    # As much as one has to say after a long outage comes all at once; a person taps ten times in a busy minute.
    at_once: int = Field(60, ge=0, description="messages, buttons and forms of one person at once; 0: no limits at all")
    every: Duration = Field(timedelta(seconds=2), gt=timedelta(0), description="after that, one each so long")
    strangers_at_once: int = Field(8, ge=1, description="the same for an account that is linked to nobody")
    strangers_every: Duration = Field(timedelta(minutes=1), gt=timedelta(0), description="after that, one each so long")


class Customers(Frozen):
    """Customers' names, telephones and plates: who sees them in full, and for how long."""

    looks: int = Field(20, ge=1, description="so many looks at customers in full within `looks_within`; then a case")
    looks_within: Duration = Field(timedelta(hours=1), gt=timedelta(0), description="the time the looks are counted in")
    case_due: Duration = Field(timedelta(hours=72), description="HQ decides within this about a right that is frozen")
    shown: Duration = Field(
        timedelta(minutes=10), gt=timedelta(0), description="a customer shown in full is hidden again after this"
    )
    unused: Duration = Field(
        timedelta(days=1), gt=timedelta(0), description="a customer of whom no request came is erased after this"
    )
    live_every: Duration = Field(
        timedelta(minutes=1), description="a live location changes a request's cards no more often than this"
    )


class Settings(Frozen):
    """Everything `handlers/` is told."""

    network: Network = Network()
    digest: Digest = Digest()
    ahead: Ahead = Ahead()
    flood: Flood = Flood()
    customers: Customers = Customers()
    boards: Boards = Boards()
    rules: Rules = Rules()
    # Not configured but told by the process that runs: the platforms that are connected (none: every one), and those
    # on which a card has a thread for its story.
    platforms: frozenset[str] = frozenset()
    threaded: frozenset[str] = frozenset()
