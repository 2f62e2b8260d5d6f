"""The steps of a request: each begins with its clock and timers, and ends met, broken or cancelled."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from handlers.requests import rules
from handlers.requests.kinds import kind_of
from handlers.settings import Rules, Rung, TransferClocks
from handlers.working_time import Hours, add_working, working_between
from storage.queries import people as people_queries
from storage.queries import queues
from storage.queries import requests as request_queries
from storage.tables.requests import Ask, Request, Step, StepOutcome

if TYPE_CHECKING:
    from handlers.context import Context

_parsed: dict[str, Rules] = {}


def rules_of(context: Context, request: Request) -> Rules:
    """Return the rules a request was opened under."""
    policy = request_queries.get_policy(context.session, request.policy_id)
    if policy.digest not in _parsed:
        _parsed[policy.digest] = Rules.model_validate_json(policy.rules)
    return _parsed[policy.digest]


def clocks_of(context: Context, request: Request) -> TransferClocks:
    """Return the clocks of a request's kind and urgency, in the version it was opened under."""
    return rules_of(context, request).clocks.of(request.kind, request.urgency)


def key(request: Request, turn: int, step: str, what: str) -> str:
    """Name a timer of a request: `request:41:1:answer:due`."""
    return f"request:{request.id}:{turn}:{step}:{what}"


def begin(
    context: Context,
    request: Request,
    name: str,
    *,
    store_id: int,
    duration: timedelta | None = None,
    due_at: datetime | None = None,
    started_at: datetime | None = None,
    ask: Ask | None = None,
    turn: int = 0,
) -> Step:
    """Begin a step: a `duration` runs in its store's hours, a `due_at` stands as it is."""
    started_at = started_at or context.now
    if due_at is None:
        assert duration is not None
        due_at = add_working(_hours(context, request, name, store_id), started_at, duration)
    step = Step(
        request_id=request.id,
        ask_id=ask.id if ask else None,
        turn=ask.rank if ask else turn,
        name=name,
        store_id=store_id,
        started_at=started_at,
        due_at=due_at,
    )
    context.session.add(step)
    context.session.flush()
    _set_timers(context, request, step)
    return step


def nudges_of(context: Context, request: Request, step: Step) -> list[tuple[int, datetime]]:
    """Return a step's nudges as (per cent, when), those gone by as well; the whole has none."""
    if step.name == kind_of(request).whole:
        return []
    limits = rules_of(context, request).limits
    hours = _hours(context, request, step.name, step.store_id)
    duration = working_between(hours, step.started_at, step.due_at)
    found = rules.nudge_times(hours, step.started_at, duration, limits.nudges, limits.nudge_over)
    return [(per_cent, min(at, step.due_at)) for per_cent, at in found]


def _hours(context: Context, request: Request, name: str, store_id: int) -> Hours:
    """Return the hours a step's clock runs in: paperwork is never done at night, however urgent the work was."""
    store = people_queries.get_store(context.session, store_id)
    if name == kind_of(request).steps[-1].name:
        return rules.hours_of(store)
    return rules.clock_hours(store, request.urgency)


def _set_timers(context: Context, request: Request, step: Step) -> None:
    """Set the nudges still to come and the limit; one that was moved has keys of its own."""
    mark = f":{step.extended}" if step.extended else ""
    for per_cent, at in nudges_of(context, request, step):
        if at >= context.now or not mark:
            _set(context, request, step, f"nudge{per_cent}{mark}", "requests.nudge", at, per_cent=per_cent)
    _set(context, request, step, f"due{mark}", "requests.due", step.due_at)


def end(context: Context, request: Request, name: str, *, at: datetime | None = None) -> Step | None:
    """End a running step as done; its clock says whether in time. None when it does not run."""
    step = request_queries.find_running_step(context.session, request.id, name)
    if step is None:
        return None
    step.ended_at = at or context.now
    if step.breached_at is None and rules.is_breached(step.due_at, step.ended_at):
        step.breached_at = step.due_at  # the press came before its timer was worked, but too late all the same
    step.outcome = StepOutcome.BREACHED if step.breached_at else StepOutcome.MET
    queues.cancel_timers(context.session, request.id, context.now, prefix=key(request, step.turn, step.name, ""))
    return step


def cancel(context: Context, request: Request, name: str) -> None:
    """End a running step that nobody has to do any more; a breach it had stays."""
    step = request_queries.find_running_step(context.session, request.id, name)
    if step is None:
        return
    step.ended_at = context.now
    step.outcome = StepOutcome.BREACHED if step.breached_at else StepOutcome.CANCELLED
    queues.cancel_timers(context.session, request.id, context.now, prefix=key(request, step.turn, step.name, ""))


def breach(context: Context, request: Request, step: Step) -> None:
    """Put a broken limit on the record, against the store whose clock it was."""
    step.breached_at = step.due_at
    if step.name == kind_of(request).whole:
        steps = request_queries.list_steps(context.session, request.id)
        step.store_id = rules.blamed_for_whole(steps, request.owner_store_id, request.store_id)
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
    for number, rung in enumerate(rules.ladder_of(rules_of(context, request), ladder)):
        at = rung_at(context, store_id, since, rung.wait, rung)
        context.later(
            key(request, turn, ladder, f"rung{number}:0"),
            "requests.rung",
            at,
            request_id=request.id,
            request=request.id,
            ladder=ladder,
            number=number,
            turn=turn,
            step=step.id if step else 0,
            time=0,
        )


def rung_at(context: Context, store_id: int, since: datetime, wait: timedelta, rung: Rung) -> datetime:
    """Return when a rung about this store is due so long after an instant."""
    return rules.rung_at(rung, since, wait, rules.hours_of(people_queries.get_store(context.session, store_id)))


def extend(context: Context, request: Request, step: Step, by: timedelta) -> None:
    """Move the limit of a running step that is not broken yet."""
    queues.cancel_timers(context.session, request.id, context.now, prefix=key(request, step.turn, step.name, ""))
    step.due_at = add_working(_hours(context, request, step.name, step.store_id), step.due_at, by)
    step.extended += 1
    _set_timers(context, request, step)


def _set(
    context: Context, request: Request, step: Step, what: str, name: str, due_at: datetime, **args: object
) -> None:
    context.later(
        key(request, step.turn, step.name, what),
        name,
        due_at,
        request_id=request.id,
        request=request.id,
        step=step.id,
        **args,
    )
