"""The steps of a request: each begins with its clock and timers, and ends met, broken or cancelled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from handlers.requests import rules
from handlers.requests.kinds import kind_of, store_on
from handlers.settings import KindClocks, Rules, Rung
from handlers.working_time import Hours, add_working, working_between
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.queries.rows import add_row
from storage.tables.requests import Request, Step, StepOutcome

if TYPE_CHECKING:
    from handlers.context import Context

_parsed: dict[str, Rules] = {}  # by digest
_written: tuple[Rules, str] | None = None

_SECOND = timedelta(seconds=1)


def rules_of(context: Context, request: Request) -> Rules:
    """Return the rules a request was opened under."""
    found = context.rules.get(request.policy_id)
    if found is None:
        digest = request_queries.get_policy_digest(context.session, request.policy_id)
        if digest not in _parsed:
            policy = request_queries.get_policy(context.session, request.policy_id)
            _parsed[digest] = Rules.stored(policy.rules)
        found = context.rules[request.policy_id] = _parsed[digest]
    return found


def rules_text(rules: Rules) -> str:
    """Return rules as they are stored; those in force, which are always the same, are written out once."""
    global _written
    if _written is None or _written[0] is not rules:
        _written = rules, rules.model_dump_json()
    return _written[1]


def clocks_of(context: Context, request: Request) -> KindClocks:
    """Return the clocks of a request's kind and urgency, in the version it was opened under."""
    return rules_of(context, request).clocks.of(request.kind, request.urgency)


def key(request: Request, turn: int, step: str, what: str) -> str:
    """Name a timer of a request: `request:41:1:answer:due`."""
    return f"request:{request.id}:{turn}:{step}:{what}"


@dataclass(frozen=True, slots=True)
class _Begun:
    """A step that has just begun, as far as its timers go."""

    id: int
    turn: int
    name: str
    store_id: int
    started_at: datetime
    due_at: datetime
    extended: int = 0
    held: int = 0
    breached_at: datetime | None = None


def begin(
    context: Context,
    request: Request,
    name: str,
    *,
    store_id: int,
    duration: timedelta | None = None,
    due_at: datetime | None = None,
    started_at: datetime | None = None,
    ask_id: int | None = None,
    turn: int = 0,
    over: bool = False,
) -> None:
    """Begin a step: a `duration` runs in its store's hours, a `due_at` stands as it is; an ask's rank is the `turn`.

    One that is `over` ends as it begins, and needs no timers.
    """
    started_at = started_at or context.now
    if due_at is None:
        assert duration is not None
        due_at = add_working(_hours(context, request, name, store_id), started_at, duration)
    facts = {"turn": turn, "name": name, "store_id": store_id, "started_at": started_at, "due_at": due_at}
    facts |= {"request_id": request.id, "ask_id": ask_id}
    if over:
        breached = due_at if rules.is_breached(due_at, context.now) else None
        facts |= {"ended_at": context.now, "breached_at": breached, "outcome": _outcome(breached)}
    step_id = add_row(context.session, Step, facts)
    begun = _Begun(step_id, turn, name, store_id, started_at, due_at)
    if not over and not _can_stand(request, begun):
        _set_timers(context, request, begun)


def _outcome(breached_at: datetime | None) -> StepOutcome:
    return StepOutcome.MET if breached_at is None else StepOutcome.BREACHED


def nudges_of(context: Context, request: Request, step: Step | _Begun) -> list[tuple[int, datetime]]:
    """Return a step's nudges as (per cent, when), those gone by as well; the whole has none."""
    kind = kind_of(request)
    own = kind.find_step(step.name)
    if step.name == kind.whole or (own is not None and not own.nudged):
        return []
    limits = rules_of(context, request).limits
    hours = _hours(context, request, step.name, step.store_id)
    duration = working_between(hours, step.started_at, step.due_at)
    if step.held:  # when it stood still is not known any more, but what is left of it now is
        left = working_between(hours, request.held_at or context.now, step.due_at)
        whole = duration - timedelta(seconds=step.held)
        found = rules.nudges_left(hours, request.held_at or context.now, whole, left, limits.nudges, limits.nudge_over)
    else:
        found = rules.nudge_times(hours, step.started_at, duration, limits.nudges, limits.nudge_over)
    return [(per_cent, min(at, step.due_at)) for per_cent, at in found]


def _hours(context: Context, request: Request, name: str, store_id: int) -> Hours:
    """Return the hours a step's clock runs in: paperwork is never done at night, however urgent the work was."""
    store = people_queries.get_store(context.session, store_id)
    if name == kind_of(request).steps[-1].name:
        return rules.hours_of(store)
    return rules.clock_hours(store, request.urgency)


def _set_timers(context: Context, request: Request, step: Step | _Begun) -> None:
    """Set the nudges still to come and the limit; one that was moved has keys of its own."""
    mark = f":{step.extended}" if step.extended else ""
    timers = [
        _timer(request, step, f"nudge{per_cent}{mark}", "requests.nudge", at, per_cent=per_cent)
        for per_cent, at in nudges_of(context, request, step)
        if at >= context.now or not mark
    ]
    timers.append(_timer(request, step, f"due{mark}", "requests.due", step.due_at))
    context.timers.extend(timers)


def end(context: Context, request: Request, name: str, *, at: datetime | None = None) -> Step | None:
    """End a running step as done; its clock says whether in time. None when it does not run."""
    step = request_queries.find_running_step(context.session, request.id, name)
    if step is None:
        return None
    if _can_stand(request, step):
        _move_on(context, request, step)
    step.ended_at = at or context.now
    if step.breached_at is None and rules.is_breached(step.due_at, step.ended_at):
        step.breached_at = step.due_at  # the press came before its timer was worked, but too late all the same
    step.outcome = _outcome(step.breached_at)
    context.cancel_timers(request.id, key(request, step.turn, step.name, ""))
    return step


def cancel(context: Context, request: Request, name: str) -> None:
    """End a running step that nobody has to do any more; a breach it had stays."""
    step = request_queries.find_running_step(context.session, request.id, name)
    if step is None:
        return
    step.ended_at = context.now
    step.outcome = StepOutcome.BREACHED if step.breached_at else StepOutcome.CANCELLED
    context.cancel_timers(request.id, key(request, step.turn, step.name, ""))


def breach(context: Context, request: Request, step: Step) -> None:
    """Put a broken limit on the record, against the store whose clock it was."""
    step.breached_at = step.due_at
    if step.name == kind_of(request).whole:
        steps = request_queries.list_steps(context.session, request.id)
        provider_id = store_on(request, kind_of(request).provider)
        step.store_id = rules.blamed_for_whole(steps, provider_id, request.store_id)
    request.escalations += 1
    request_queries.add_event(
        context.session, request.id, "breached", step.due_at, store_id=step.store_id, step=step.name
    )
    climb(context, request, step.name, since=step.due_at, turn=step.turn, step=step)


def climb(
    context: Context, request: Request, ladder: str, *, since: datetime, turn: int, step: Step | None = None
) -> None:
    """Set the timers of an escalation's rungs, counted from this instant."""
    store_id = step.store_id if step else request.store_id
    timers = [
        {
            "key": key(request, turn, ladder, f"rung{number}:0"),
            "name": "requests.rung",
            "due_at": rung_at(context, store_id, since, rung.wait, rung),
            "request_id": request.id,
            "args": {
                "request": request.id,
                "ladder": ladder,
                "number": number,
                "turn": turn,
                "step": step.id if step else 0,
                "time": 0,
            },
        }
        for number, rung in enumerate(rules.ladder_of(rules_of(context, request), ladder))
    ]
    context.timers.extend(timers)


def rung_at(context: Context, store_id: int, since: datetime, wait: timedelta, rung: Rung) -> datetime:
    """Return when a rung about this store is due so long after an instant."""
    return rules.rung_at(rung, since, wait, rules.hours_of(people_queries.get_store(context.session, store_id)))


def extend(context: Context, request: Request, step: Step, by: timedelta) -> None:
    """Put off the limit of a running step that is not broken yet."""
    move(context, request, step, add_working(_hours(context, request, step.name, step.store_id), step.due_at, by))


def move(context: Context, request: Request, step: Step, due_at: datetime) -> None:
    """Move the limit of a running step that is not broken yet."""
    context.cancel_timers(request.id, key(request, step.turn, step.name, ""))
    step.due_at = due_at
    step.extended += 1
    if not _can_stand(request, step):
        _set_timers(context, request, step)


# Standing still


def can_hold(context: Context, request: Request) -> bool:
    """Say whether a clock runs that a hold would stop: one that is broken already runs on."""
    running = request_queries.list_running_steps(context.session, request.id)
    names = [step.name for step in running if step.due_at > context.now and _can_stand(request, step, context.now)]
    return any(name != kind_of(request).whole for name in names)


def stand_still(context: Context, request: Request) -> None:
    """Stop every clock of a request that is held from now on; what is broken already stays so, and is still told."""
    for step in request_queries.list_running_steps(context.session, request.id):
        if _can_stand(request, step):
            context.cancel_timers(request.id, key(request, step.turn, step.name, ""))


def go_on(context: Context, request: Request) -> None:
    """Let the clocks of a request go on after a hold: each limit moves by the working time that it stood still."""
    for step in request_queries.list_running_steps(context.session, request.id):
        if _can_stand(request, step):
            _move_on(context, request, step)
            _set_timers(context, request, step)
        if step.name == kind_of(request).whole:
            request.cap_at = step.due_at
    forget_hold(context, request)


def forget_hold(context: Context, request: Request) -> None:
    """Hold a request no longer, whatever becomes of its clocks."""
    if request.held_at is not None:
        context.cancel_timers(request.id, key(request, 0, "hold", ""))
    request.held_at = request.held_until = None
    request.hold_reason = ""


def _can_stand(request: Request, step: Step | _Begun, since: datetime | None = None) -> bool:
    """Say whether the clock of a running step stands still while the request is held (`since`: if it were)."""
    since = since or request.held_at
    own = kind_of(request).find_step(step.name)
    return since is not None and step.breached_at is None and step.due_at > since and not (own and own.fixed)


def _move_on(context: Context, request: Request, step: Step) -> None:
    assert request.held_at is not None
    hours = _hours(context, request, step.name, step.store_id)
    stood = working_between(hours, max(request.held_at, step.started_at), context.now)
    if stood:
        # A limit by the clock on the wall, as nine in the evening, may lie outside opening hours and stays of its day.
        inside = working_between(hours, step.due_at - _SECOND, step.due_at)
        step.due_at = add_working(hours, step.due_at, stood) if inside else step.due_at + stood
    step.held += round(stood.total_seconds())
    step.extended += 1


def play_later(context: Context, request: Request, turn: int, ask_id: int) -> None:
    """Set when the bot accepts for the other side of a practice."""
    context.later(
        key(request, turn, "play", "answer"),
        "requests.play",
        context.now + rules_of(context, request).limits.practice,
        request_id=request.id,
        request=request.id,
        ask=ask_id,
    )


# Lines for the customer


def begin_progress(context: Context, request: Request, turn: int) -> None:
    """Begin asking for lines to the customer; where none waits there is nobody to send a line to."""
    if request.customer_waits:
        prompt_progress(context, request, turn, 1, context.now)


def stop_progress(context: Context, request: Request) -> None:
    """Stop asking for lines to the customer."""
    for ask in request_queries.list_asks(context.session, request.id):
        context.cancel_timers(request.id, key(request, ask.rank, "progress", ""))


def prompt_progress(context: Context, request: Request, turn: int, number: int, after: datetime) -> None:
    """Set the timer of the next line for the customer."""
    usual = after + clocks_of(context, request).progress
    context.later(
        key(request, turn, "progress", str(number)),
        "requests.progress",
        kind_of(request).line_at(context, request, after, usual),
        request_id=request.id,
        request=request.id,
        turn=turn,
        number=number,
    )


def _timer(
    request: Request, step: Step | _Begun, what: str, name: str, due_at: datetime, **args: object
) -> dict[str, object]:
    return {
        "key": key(request, step.turn, step.name, what),
        "name": name,
        "due_at": due_at,
        "request_id": request.id,
        "args": {"request": request.id, "step": step.id, **args},
    }
