"""The one life of a request: opened, asked, answered, handed on, done or ended.

Each function changes the rows, sets and cancels the timers and writes the story; the caller holds the request's lock
and shows the cards afterwards (`cards.refresh`). A request has at most one open ask: the database sees to it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from handlers.requests import clocks, rules
from handlers.requests.kinds import Candidate, Kind, kind_of
from storage.queries import ledger as ledger_queries
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.queries.rows import add_held, add_row
from storage.tables.people import Person
from storage.tables.requests import Ask, AskState, Request, State, Urgency

if TYPE_CHECKING:
    from handlers.context import Context


def open_request(
    context: Context,
    kind: Kind,
    *,
    urgency: Urgency,
    matter: str,
    customer_waits: bool,
    cap_at: datetime,
    override_reason: str = "",
) -> Request:
    """Open a request of the store of who speaks, to be done by `cap_at`.

    The kind adds its own facts, then calls `start`.
    """
    session, store = context.session, context.store
    assert store is not None
    policy_id = request_queries.get_or_add_policy(session, clocks.rules_text(context.settings.rules), context.now)
    context.rules[policy_id] = context.settings.rules
    request = {
        "kind": kind.name,
        "number": request_queries.next_number(session, kind.name),
        "urgency": urgency,
        "state": State.ASKING,
        "store_id": store.id,
        "region_id": store.region_id,
        "author_id": context.my_id,
        "policy_id": policy_id,
        "matter": matter,
        "customer_waits": customer_waits,
        "override_reason": override_reason,
        "opened_at": context.now,
        "cap_at": cap_at,
    }
    return add_held(session, Request, request)


def start(context: Context, request: Request, candidates: Sequence[Candidate]) -> None:
    """Set the clock of the whole, and ask the first of these stores."""
    begin(context, request)
    ask_next(context, request, candidates)


def begin(context: Context, request: Request) -> None:
    """Put the opening on the record and set the clock of the whole; nobody is asked yet."""
    request_queries.add_event(
        context.session,
        request.id,
        "opened",
        context.now,
        person_id=request.author_id,
        store_id=request.store_id,
        reason=request.override_reason,
    )
    clocks.begin(context, request, kind_of(request).whole, store_id=request.store_id, due_at=request.cap_at)
    context.later(
        clocks.key(request, 0, "open", "too_long"),
        "requests.open_too_long",
        request.opened_at + clocks.rules_of(context, request).limits.answer_all,
        request_id=request.id,
        request=request.id,
    )


# Asking


def ask_next(context: Context, request: Request, candidates: Sequence[Candidate] | None = None) -> None:
    """Ask the next best store that has not been asked; when none is left, the region hears at once.

    The `candidates` are ranked now; of a new request, which has asked nobody, they have just been.
    """
    asks = request_queries.list_asks(context.session, request.id) if candidates is None else ()
    asked = {ask.store_id for ask in asks}
    most = clocks.rules_of(context, request).matching.most_asked
    if len(asks) < most:
        for candidate in kind_of(request).candidates(context, request) if candidates is None else candidates:
            if candidate.store_id in asked:
                continue
            why_not = _why_not(context, request, candidate.store_id)
            if not why_not:
                ask_store(context, request, candidate, rank=len(asks) + 1)
                return
            request_queries.add_event(
                context.session, request.id, "skipped", context.now, store_id=candidate.store_id, why=why_not
            )
    _leave_unfilled(context, request)


def ask_store(context: Context, request: Request, candidate: Candidate, *, rank: int) -> None:
    """Ask one store; its clock to have seen it begins."""
    request.state = State.ASKING
    store_id, reasons = candidate.store_id, json.dumps(candidate.reasons, ensure_ascii=False)
    ask = {"request_id": request.id, "store_id": store_id, "rank": rank, "asked_at": context.now}
    ask_id = add_row(context.session, Ask, ask | {"state": AskState.PENDING, "reasons": reasons})
    kind_of(request).asked(context, request, candidate, ask_id)
    request_queries.add_event(context.session, request.id, "asked", context.now, store_id=store_id, rank=rank)
    seen = clocks.clocks_of(context, request).seen
    clocks.begin(context, request, "seen", store_id=store_id, duration=seen, ask_id=ask_id, turn=rank)


def reachable_leaders(context: Context, store_id: int) -> list[Person]:
    """List a store's manager and deputy who are not away and can be told something."""
    return [
        person
        for person in context.leaders_of(store_id)
        if not rules.is_away(person, context.now) and context.can_hear(person.id)
    ]


def _why_not(context: Context, request: Request, store_id: int) -> str:
    """Say why a store cannot be asked now, "" when it can."""
    reachable = reachable_leaders(context, store_id)  # first: with its people the store itself is read
    store = people_queries.get_store(context.session, store_id)
    if not rules.can_be_asked(store, request.urgency, context.now):
        return "closed"
    return "" if reachable else "nobody"


def _leave_unfilled(context: Context, request: Request) -> None:
    request.state = State.UNFILLED
    request_queries.add_event(context.session, request.id, "unfilled", context.now)
    # A promise given back can leave a request so again, and then all hear again.
    times = request_queries.count_events(context.session, request.id, "unfilled")
    clocks.climb(context, request, "unfilled", since=context.now, turn=times)


def _end_unfilled(context: Context, request: Request) -> None:
    if request.state is not State.UNFILLED:
        return
    times = request_queries.count_events(context.session, request.id, "unfilled")
    context.cancel_timers(request.id, clocks.key(request, times, "unfilled", ""))


# Answering


def see(context: Context, request: Request, ask: Ask) -> bool:
    """Note that the asked store has seen the ask, and start the clock of its answer; False when it had before."""
    if ask.seen_at is not None:
        return False
    _note_seen(context, request, ask)
    begin_answer(context, request, ask, since=context.now)
    return True


def begin_answer(context: Context, request: Request, ask: Ask, *, since: datetime) -> None:
    """Start the clock of the answer, unless it runs: from having seen the ask, or from the limit for that."""
    if request_queries.find_running_step(context.session, request.id, "answer") is None:
        _begin_answer(context, request, ask, since)


def _begin_answer(context: Context, request: Request, ask: Ask, since: datetime, *, over: bool = False) -> None:
    clocks.begin(
        context,
        request,
        "answer",
        store_id=ask.store_id,
        duration=clocks.clocks_of(context, request).answer,
        started_at=since,
        ask_id=ask.id,
        turn=ask.rank,
        over=over,
    )


def _note_seen(context: Context, request: Request, ask: Ask) -> None:
    ask.seen_at = context.now
    if ask.state is AskState.PENDING:
        ask.state = AskState.SEEN
    clocks.end(context, request, "seen")
    _note(context, request, "seen", store_id=ask.store_id)


def _end_answer(context: Context, request: Request, ask: Ask) -> None:
    """End the clocks of an ask that is being answered: who answers has seen it too."""
    unseen = ask.seen_at is None
    if unseen:
        _note_seen(context, request, ask)
    if clocks.end(context, request, "answer") is None and unseen:
        _begin_answer(context, request, ask, context.now, over=True)


def accept(context: Context, request: Request, ask: Ask, quantity: int | None = None) -> None:
    """Make the asked store the request's one owner, and start the first step of the kind."""
    kind = kind_of(request)
    if ask.state in rules.ANSWERABLE:
        _end_answer(context, request, ask)
    _end_unfilled(context, request)
    ask.state, ask.answered_at, ask.answered_by = AskState.ACCEPTED, context.now, context.person_id
    _own(context, request, ask, person_id=context.person_id)
    kind.accept(context, request, ask, quantity)
    _note(context, request, "accepted", store_id=ask.store_id)
    _begin_next(context, request, kind, ask, after=None)
    clocks.begin_progress(context, request, ask.rank)


def assign(context: Context, request: Request, candidate: Candidate) -> Ask:
    """Make a store the owner by the region's word; an ask under way is taken back."""
    drop_ask(context, request, AskState.CANCELLED)
    rank = len(request_queries.list_asks(context.session, request.id)) + 1
    ask = Ask(
        request_id=request.id,
        store_id=candidate.store_id,
        rank=rank,
        state=AskState.ACCEPTED,
        reasons=json.dumps(candidate.reasons, ensure_ascii=False),
        asked_at=context.now,
        seen_at=context.now,
        answered_at=context.now,
        answered_by=context.person_id,
    )
    context.session.add(ask)
    context.session.flush()
    _end_unfilled(context, request)
    _own(context, request, ask, person_id=None)
    kind = kind_of(request)
    kind.asked(context, request, candidate, ask.id)
    kind.accept(context, request, ask, None)
    _note(context, request, "assigned", store_id=ask.store_id)
    _begin_next(context, request, kind, ask, after=None)
    clocks.begin_progress(context, request, ask.rank)
    return ask


def refuse(context: Context, request: Request, ask: Ask, code: str, words: str) -> None:
    """Note a refusal with its reason, and ask the next store."""
    _end_answer(context, request, ask)
    ask.state, ask.answered_at, ask.answered_by = AskState.REFUSED, context.now, context.person_id
    ask.refusal, ask.refusal_words = code, words
    kind_of(request).unasked(context, request, ask)
    _note(context, request, "refused", store_id=ask.store_id, code=code, words=words)
    ask_next(context, request)


def expire(context: Context, request: Request, ask: Ask) -> None:
    """Take an unanswered ask back and ask the next store; the breach stays."""
    drop_ask(context, request, AskState.EXPIRED)
    request_queries.add_event(context.session, request.id, "expired", context.now, store_id=ask.store_id)
    ask_next(context, request)


def drop_ask(context: Context, request: Request, state: AskState) -> None:
    """End the ask that is open, with its clocks."""
    ask = request_queries.find_open_ask(context.session, request.id)
    if ask is not None:
        ask.state = state
        kind_of(request).unasked(context, request, ask)
        context.session.flush()
    clocks.cancel(context, request, "seen")
    clocks.cancel(context, request, "answer")


# Doing


def next_step(context: Context, request: Request, done: str) -> None:
    """End a step of the kind as done and begin those that waited for it."""
    clocks.end(context, request, done)
    ask = request_queries.find_open_ask(context.session, request.id)
    _begin_next(context, request, kind_of(request), ask, after=done)


def break_promise(context: Context, request: Request, reason: str) -> None:
    """Take the request back from an owner who cannot deliver: the breach stays with him, and others are asked."""
    ask = request_queries.find_open_ask(context.session, request.id)
    kind = kind_of(request)
    for step in kind.steps:
        running = request_queries.find_running_step(context.session, request.id, step.name)
        if running is not None:
            running.store_id = request.owner_store_id or running.store_id
            running.breached_at = running.breached_at or context.now
            clocks.cancel(context, request, step.name)
    _note(context, request, "broken", store_id=request.owner_store_id, words=reason)
    request.escalations += 1
    clocks.stop_progress(context, request)
    kind.release(context, request)
    request.owner_store_id = request.owner_person_id = request.accepted_at = None
    request.state = State.ASKING
    if ask is not None:
        ask.state, ask.refusal_words = AskState.BROKEN, reason
        context.session.flush()
    ask_next(context, request)


def finish(context: Context, request: Request, *, earned: bool = True) -> None:
    """Note the confirmed end of the work: the owner's points if it `earned` any, in this transaction, once."""
    kind = kind_of(request)
    request.state, request.finished_at = kind.finished, context.now
    clocks.end(context, request, kind.whole)
    clocks.stop_progress(context, request)
    assert request.owner_store_id is not None
    points = getattr(clocks.rules_of(context, request).points, kind.name)
    if points and earned:
        ledger_queries.add_points(
            context.session,
            key=f"request:{request.id}:{kind.name}",
            store_id=request.owner_store_id,
            points=points,
            rule=f"points.{kind.name}",
            policy_id=request.policy_id,
            request_id=request.id,
            now=context.now,
            person_id=context.person_id,
        )
        _note(context, request, "credited", store_id=request.owner_store_id, points=points)


def record(context: Context, request: Request) -> None:
    """Note that the paperwork is done: nothing is left to do."""
    clocks.end(context, request, kind_of(request).steps[-1].name)
    request.state = State.RECORDED
    request.ended_at = context.now
    _cancel_all(context, request)


def stop(context: Context, request: Request, state: State, word: str, reason: str) -> None:
    """End a request before its work was done: every timer and clock stops, and a promise is released."""
    if request.owner_store_id is not None:
        kind_of(request).release(context, request)
    drop_ask(context, request, AskState.CANCELLED)
    for step in request_queries.list_running_steps(context.session, request.id):
        clocks.cancel(context, request, step.name)
    request.state, request.end_reason, request.ended_at = state, reason, context.now
    _cancel_all(context, request)
    _note(context, request, word, store_id=request.store_id, words=reason)


def _own(context: Context, request: Request, ask: Ask, *, person_id: int | None) -> None:
    request.state = State.ACCEPTED
    request.owner_store_id, request.owner_person_id = ask.store_id, person_id
    request.accepted_at = context.now
    context.session.flush()


def _begin_next(context: Context, request: Request, kind: Kind, ask: Ask | None, *, after: str | None) -> None:
    for step in kind.steps:
        if after is None if step.after else after is not None:
            continue
        if after is not None and (after not in step.after or _still_runs(context, request, step.after)):
            continue
        store_id = request.owner_store_id if step.accountable == "owner" else request.store_id
        assert store_id is not None
        store = people_queries.get_store(context.session, store_id)
        clocks.begin(
            context,
            request,
            step.name,
            store_id=store_id,
            due_at=kind.due(context, request, step.name, store),
            ask_id=ask.id if ask else None,
            turn=ask.rank if ask else 0,
        )


def _still_runs(context: Context, request: Request, names: Sequence[str]) -> bool:
    """Say whether one of these steps is still to be ended."""
    running = request_queries.list_running_steps(context.session, request.id)
    return any(step.name in names for step in running)


def _cancel_all(context: Context, request: Request) -> None:
    context.cancel_timers(request.id, f"request:{request.id}:")


def _note(context: Context, request: Request, word: str, *, store_id: int | None, **values: object) -> None:
    request_queries.add_event(
        context.session,
        request.id,
        word,
        context.now,
        person_id=context.person_id,
        store_id=store_id,
        **values,
    )
