"""The policy every kind shares: labels, whose answer counts, when a clock ends, who hears next."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from handlers.durations import format_duration
from handlers.errors import BadInput, NotAllowed, TooLate
from handlers.settings import Ladder, Ranking, Rules, Rung
from handlers.working_time import ALWAYS, Hours, add_working, at_local, is_open, local
from storage.tables.people import Person, Store
from storage.tables.requests import AT_WORK, NOT_TAKEN, WORK_DONE, Ask, AskState, Request, State, Step, Urgency

_LABEL = re.compile(r"#?([A-Za-z])\s*[--—]?\s*0*(\d{1,9})")
_NAMED = re.compile(r"(?<![A-Za-z0-9])([A-Z])-(\d{4,9})(?![0-9])")

ANSWERABLE = (AskState.PENDING, AskState.SEEN)
# A promise not yet fulfilled can be taken back; what is on its way cannot be called off, only found missing.
WITHDRAWABLE = (*NOT_TAKEN, State.ACCEPTED, State.CONFIRMED)
# The region can name a store while nobody has it.
ASSIGNABLE = (State.ASKING, State.UNFILLED)
LIVE = (*NOT_TAKEN, *AT_WORK)
# The timers that still do something about a request; one for which none of them waits stands still.
DRIVING = frozenset({"requests.due", "requests.rung", "requests.hold_over"})
MOST_NAMED = 20  # requests in a list of what stands still


def label(letter: str, number: int) -> str:
    """Return what people call a request: T-0001."""
    return f"{letter}-{number:04d}"


def parse_label(text: str) -> tuple[str, int]:
    """Read `T-0001`, `t1` or `#T-1` as letter and number. Raises BadInput."""
    found = _LABEL.fullmatch(text.strip())
    if not found:
        raise BadInput("request.no_label")
    return found[1].upper(), int(found[2])


def labels_in(text: str) -> set[tuple[str, int]]:
    """Return the requests that a text of ours names, as letter and number."""
    return {(letter, int(number)) for letter, number in _NAMED.findall(text)}


# Whose answer counts


def check_may_answer(ask: Ask, request: Request, person: Person, leads_it: bool, *, owner: str, asked: str) -> None:
    """Raise unless this person may answer this ask now.

    `owner` and `asked` name who has the request now. A late answer counts only while nobody else is asked.
    """
    if not leads_it:
        raise NotAllowed("request.not_asked")
    if request.state in {*AT_WORK, *WORK_DONE, State.RECORDED}:
        raise TooLate("request.taken", who=owner)
    if request.state is State.ASKING and ask.state not in ANSWERABLE:
        raise TooLate("request.moved_on", store=asked)
    if request.state not in {State.ASKING, State.UNFILLED}:
        raise TooLate("request.over")


def can_revive(ask: Ask, request: Request) -> bool:
    """Say whether an expired or refused ask may still be accepted: nobody else is asked, and the breach stays."""
    return request.state is State.UNFILLED and ask.state in {AskState.EXPIRED, AskState.REFUSED}


def check_may_withdraw(request: Request, person: Person) -> None:
    """Raise unless this person may withdraw the request now."""
    if person.store_id != request.store_id:
        raise NotAllowed("request.not_yours")
    if request.state not in WITHDRAWABLE:
        raise TooLate("request.too_late_to_withdraw" if request.state in AT_WORK else "request.over")


# Who can be asked


def can_be_asked(store: Store, urgency: Urgency, now: datetime) -> bool:
    """Say whether a store can be asked at this hour.

    What can wait is asked of a closed store too (its clock stands still); else only where it opted in.
    """
    return urgency is Urgency.NORMAL or store.emergencies or is_open(hours_of(store), now)


def is_away(person: Person, now: datetime) -> bool:
    """Say whether a person has said to be away."""
    return person.away_until is not None and person.away_until > now


def hours_of(store: Store) -> Hours:
    """Return a store's opening hours; equal times mean day and night."""
    if store.opens == store.closes:
        return Hours(store.timezone)
    return Hours(store.timezone, ((store.opens, store.closes),))


# Ranking


@dataclass(frozen=True, slots=True)
class Conduct:
    """How a store answered of late, and what it carries: `refusal_rate` is 0–1, `promised` pieces of one part."""

    answer_minutes: float | None = None  # None: it was not asked
    refusal_rate: float = 0.0
    load: int = 0
    promised: int = 0


UNKNOWN = Conduct()


def burden(conduct: Conduct, ranking: Ranking) -> float:
    """Return what a store's conduct weighs in minutes."""
    usual = ranking.usual_answer / timedelta(minutes=1)
    answer = usual if conduct.answer_minutes is None else conduct.answer_minutes
    return answer * ranking.answer + conduct.load * ranking.load + conduct.refusal_rate * ranking.refusal


def open_minutes(opens: time, closes: time, wall: time) -> int | None:
    """Return for how many minutes more a store is open today: 0 while it is closed, None where it never closes."""
    if opens == closes:
        return None
    since, whole = (((one.hour - opens.hour) * 60 + one.minute - opens.minute) % 1440 for one in (wall, closes))
    return max(0, whole - since)


# Clocks


def clock_hours(store: Store, urgency: Urgency) -> Hours:
    """Return the hours in which a store's clock runs: always for what is urgent."""
    return ALWAYS if urgency is Urgency.URGENT else hours_of(store)


def record_by(when: time | timedelta, done_at: datetime, timezone: str) -> datetime:
    """Return when the record is due: a time of the next local day, or so long after the work was done."""
    if isinstance(when, timedelta):
        return done_at + when
    return at_local(local(done_at, timezone).date() + timedelta(days=1), when, timezone)


def nudge_times(
    hours: Hours, started_at: datetime, duration: timedelta, per_cents: Sequence[int], over: timedelta
) -> list[tuple[int, datetime]]:
    """Return the nudges of a clock as (per cent, when); a short clock has none."""
    if duration <= over:
        return []
    return [(per_cent, add_working(hours, started_at, duration * per_cent / 100)) for per_cent in per_cents]


def nudges_left(
    hours: Hours, since: datetime, duration: timedelta, left: timedelta, per_cents: Sequence[int], over: timedelta
) -> list[tuple[int, datetime]]:
    """Return the nudges of a clock of which so much was left at an instant; those gone by are at that instant."""
    if duration <= over:
        return []
    run = duration - left
    waits = [(per_cent, duration * per_cent / 100 - run) for per_cent in per_cents]
    return [
        (per_cent, add_working(hours, since, wait) if wait > timedelta(0) else since - timedelta(seconds=1))
        for per_cent, wait in waits
    ]


def check_hold(request: Request, by: timedelta, longest: timedelta, before: int, most: int) -> None:
    """Raise unless a request that was held so often before may be held so long."""
    if request.held_at is not None:
        raise TooLate("around.held_already")
    if not timedelta(0) < by <= longest:
        raise BadInput("around.hold_too_long", most=format_duration(longest))
    if before >= most:
        raise TooLate("around.held_too_often", most=most)


def is_breached(due_at: datetime, at: datetime) -> bool:
    """Say whether a limit is broken: exactly on it is too late."""
    return at >= due_at


def blamed_for_whole(steps: Sequence[Step], provider_id: int | None, store_id: int) -> int:
    """Return the store that the whole's breach stands against.

    The provider if one of his steps was broken; else whose step is running now; else who asked.
    """
    if any(step.store_id == provider_id and step.breached_at for step in steps):
        assert provider_id is not None
        return provider_id
    running = [step for step in steps if step.ended_at is None and step.turn > 0]
    return running[-1].store_id if running else store_id


# Escalation


@dataclass(frozen=True, slots=True)
class Hearing:
    """Who hears next, and when."""

    target: str
    at: datetime


def ladder_of(rules: Rules, step: str) -> Ladder:
    """Return the escalation of a step."""
    ladder: Ladder = getattr(rules.escalation, step)
    return ladder


def rung_at(rung: Rung, since: datetime, wait: timedelta, hours: Hours) -> datetime:
    """Return when a rung is due so long after an instant, in the store's hours where it says so."""
    return add_working(hours, since, wait) if rung.working_time else since + wait


def stands_still(waiting: Collection[str]) -> bool:
    """Say whether a request stands still: of the timers that wait for it (their names) none does anything about it."""
    return DRIVING.isdisjoint(waiting)


def next_look(last: datetime, every: timedelta, now: datetime) -> datetime:
    """Return when an open request is looked at again: so long after the last look was due, and never in the past."""
    return last + every * (max(now - last, timedelta(0)) // every + 1)


def next_hearing(rules: Rules, running: Sequence[tuple[str, datetime, Hours]], now: datetime) -> Hearing | None:
    """Return who hears next beyond the store itself; `running` are (step, due, hours) of every clock that runs."""
    found = [
        Hearing(rung.target, rung_at(rung, due, rung.wait, hours))
        for step, due, hours in running
        for rung in ladder_of(rules, step)
        if rung.target != "store"
    ]
    return min((hearing for hearing in found if hearing.at > now), key=lambda hearing: hearing.at, default=None)
