"""The one life of a request: opened, asked, answered, handed on, done or ended.

Each function changes the rows, sets and cancels the timers and writes the story; the caller holds the request's lock
and shows the cards afterwards (`cards.refresh`). A request has at most one open ask: the database sees to it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from handlers import contacts, masking
from handlers.errors import TooLate
from handlers.requests import clocks, drafting, promises, rules
from handlers.requests.answering import end_answer, note
from handlers.requests.kinds import Candidate, Kind, kind_of, store_on
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
    customer_id: int | None = None,
) -> Request:
    """Open a request of the store of who speaks, to be done by `cap_at`, for a customer or for whom was spoken of.

    The kind adds its own facts, then calls `start`.
    """
    session, store = context.session, context.store
    assert store is not None
    policy_id = request_queries.get_or_add_policy(session, clocks.rules_text(context.settings.rules), context.now)
    context.rules[policy_id] = context.settings.rules
    customer_id = customer_id or contacts.keep(context)
    request = {
        "kind": kind.name,
        "number": request_queries.next_number(session, kind.name),
        "urgency": urgency,
        "state": State.ASKING,
        "store_id": store.id,
        "region_id": store.region_id,
        "author_id": context.my_id,
        "first_store_id": context.first_store_id,
        "policy_id": policy_id,
        "matter": masking.mask(matter) if customer_id is None else masking.stripped(masking.mask(matter)),
        "customer_id": customer_id,
        "customer_waits": customer_waits,
        "override_reason": masking.mask(override_reason),
        "opened_at": context.now,
        "cap_at": cap_at,
        "practice": context.me.practising,
    }
    if context.me.practising:
        session.info[request_queries.PRACTICE] = context.my_id
    if context.quoted is not None:
        request |= {"written_by": context.quoted.author[:80], "written_at": context.quoted.link[:200]}
    return add_held(session, Request, request)


def start(context: Context, request: Request, candidates: Sequence[Candidate]) -> None:
    """Set the clock of the whole, and ask the first of these stores."""
    begin(context, request)
    ask_next(context, request, candidates)


def begin(context: Context, request: Request) -> None:
    """Put the opening on the record and set the clock of the whole; nobody is asked yet.

    Raises Unconfirmed where its author should look first.
    """
    drafting.check_confirmed(context, request)
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
    """Ask the next best store that has not been asked, first one that was picked; without any the region hears at once.

    The `candidates` are ranked now; of a new request, which has asked nobody, they have just been.
    """
    asks = request_queries.list_asks(context.session, request.id) if candidates is None else ()
    # One whose ask was taken back before it could answer may be asked again.
    asked = {ask.store_id for ask in asks if ask.state is not AskState.CANCELLED}
    most = clocks.rules_of(context, request).matching.most_asked
    if len(asks) < most:
        ranked = kind_of(request).candidates(context, request) if candidates is None else candidates
        for candidate in sorted(ranked, key=lambda one: one.store_id != request.first_store_id):
            if candidate.store_id in asked:
                continue
            why_not = "stale" if candidate.stale else _why_not(context, request, candidate.store_id)
            if not why_not and not kind_of(request).asked(context, request, candidate):
                why_not = "taken"
            if not why_not:
                ask_store(context, request, candidate, rank=len(asks) + 1)
                return
            request_queries.add_event(
                context.session, request.id, "skipped", context.now, store_id=candidate.store_id, why=why_not
            )
    _leave_unfilled(context, request)


def ask_store(context: Context, request: Request, candidate: Candidate, *, rank: int) -> None:
    """Ask one store; its clock to have seen it begins."""
    if request.state is not State.ASKING:  # of a new one it is: to say so again would be work for the session
        request.state = State.ASKING
    store_id, reasons = candidate.store_id, json.dumps(candidate.reasons, ensure_ascii=False)
    ask = {"request_id": request.id, "store_id": store_id, "rank": rank, "asked_at": context.now}
    ask |= {"state": AskState.PENDING, "reasons": reasons, "practice": request.practice}
    ask_id = add_row(context.session, Ask, ask)
    request_queries.add_event(context.session, request.id, "asked", context.now, store_id=store_id, rank=rank)
    seen = clocks.clocks_of(context, request).seen
    clocks.begin(context, request, "seen", store_id=store_id, duration=seen, ask_id=ask_id, turn=rank)
    if request.practice:
        clocks.play_later(context, request, rank, ask_id)


def reachable_leaders(context: Context, store_id: int) -> list[Person]:
    """List a store's manager and deputy who are not away and can be told something."""
    return [
        person
        for person in context.leaders_of(store_id)
        if not rules.is_away(person, context.now) and context.can_hear(person.id)
    ]


def _why_not(context: Context, request: Request, store_id: int) -> str:
    """Say why a store cannot be asked now, "" when it can."""
    if request.practice:
        return ""
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


def end_unfilled(context: Context, request: Request) -> None:
    """Let nobody hear any more that nobody was left to ask."""
    if request.state is not State.UNFILLED:
        return
    times = request_queries.count_events(context.session, request.id, "unfilled")
    context.cancel_timers(request.id, clocks.key(request, times, "unfilled", ""))


# Answering


def accept(context: Context, request: Request, ask: Ask, quantity: int | None = None) -> None:
    """Make the asked store the request's one owner, and start the first step of the kind."""
    kind = kind_of(request)
    if ask.state in rules.ANSWERABLE:
        end_answer(context, request, ask)
    end_unfilled(context, request)
    ask.state, ask.answered_at, ask.answered_by = AskState.ACCEPTED, context.now, context.person_id
    _own(context, request, ask, person_id=context.person_id)
    kind.accept(context, request, ask, quantity)
    note(context, request, "accepted", store_id=ask.store_id)
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
        practice=request.practice,
    )
    context.session.add(ask)
    context.session.flush()
    end_unfilled(context, request)
    _own(context, request, ask, person_id=None)
    kind = kind_of(request)
    if not kind.asked(context, request, candidate):
        raise TooLate("request.nothing_to_give", store=candidate.name)
    kind.accept(context, request, ask, None)
    note(context, request, "assigned", store_id=ask.store_id)
    _begin_next(context, request, kind, ask, after=None)
    clocks.begin_progress(context, request, ask.rank)
    return ask


def refuse(context: Context, request: Request, ask: Ask, code: str, words: str) -> None:
    """Note a refusal with its reason, and ask the next store."""
    end_answer(context, request, ask)
    ask.state, ask.answered_at, ask.answered_by = AskState.REFUSED, context.now, context.person_id
    ask.refusal, ask.refusal_words = code, words
    kind_of(request).unasked(context, request, ask)
    note(context, request, "refused", store_id=ask.store_id, code=code, words=words)
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
    names = {step.name for step in kind.steps}
    running = [step for step in request_queries.list_running_steps(context.session, request.id) if step.name in names]
    # Of steps side by side those of the owner are broken; where only another's runs, it was for the owner's promise.
    his = [step for step in running if step.store_id == request.owner_store_id] or running
    for step in running:
        if step in his:
            step.store_id = request.owner_store_id or step.store_id
            step.breached_at = step.breached_at or context.now
        clocks.cancel(context, request, step.name)
    note(context, request, "broken", store_id=request.owner_store_id, words=reason)
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
    """Note the confirmed end of the work: the provider's points if it `earned` any, in this transaction, once."""
    kind = kind_of(request)
    if request.held_at is not None:
        clocks.go_on(context, request)
    request.state, request.finished_at = kind.finished, context.now
    clocks.end(context, request, kind.whole)
    clocks.stop_progress(context, request)
    provider_id = store_on(request, kind.provider)
    assert provider_id is not None
    points = getattr(clocks.rules_of(context, request).points, kind.name)
    if points and earned and not request.practice:
        ledger_queries.add_points(
            context.session,
            key=f"request:{request.id}:{kind.name}",
            store_id=provider_id,
            points=points,
            rule=f"points.{kind.name}",
            policy_id=request.policy_id,
            request_id=request.id,
            now=context.now,
            person_id=context.person_id,
        )
        note(context, request, "credited", store_id=provider_id, points=points)


def record(context: Context, request: Request) -> None:
    """Note that the paperwork is done: nothing is left to do. Raises TooLate while nobody said if the customer stayed.

    `commands.may_record` asks for that first.
    """
    if promises.lacks_kept(request):
        raise TooLate("promise.kept_missing")
    clocks.end(context, request, kind_of(request).steps[-1].name)
    complete(context, request)


def complete(context: Context, request: Request) -> None:
    """End a request of which nothing is left to do; its record or a step that lasts longer may be."""
    kind = kind_of(request)
    running = [kind.find_step(step.name) for step in request_queries.list_running_steps(context.session, request.id)]
    if any(step is not None and (step.lasts or step is kind.steps[-1]) for step in running):
        return
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
    note(context, request, word, store_id=request.store_id, words=reason)


def _own(context: Context, request: Request, ask: Ask, *, person_id: int | None) -> None:
    request.state = State.ACCEPTED
    request.owner_store_id, request.owner_person_id = ask.store_id, person_id
    request.accepted_at = context.now
    promises.note_promise(context, request)
    context.session.flush()


def _begin_next(context: Context, request: Request, kind: Kind, ask: Ask | None, *, after: str | None) -> None:
    for step in kind.steps:
        if (after is None if step.after else after is not None) or not step.when(context, request):
            continue
        if after is not None and (after not in step.after or _still_runs(context, request, step.after)):
            continue
        store_id = store_on(request, step.accountable)
        assert store_id is not None
        store = people_queries.get_store(context.session, store_id)
        clocks.begin(
            context,
            request,
            step.name,
            store_id=store_id,
            due_at=kind.due(context, request, step.name, store),
            started_at=kind.begins(context, request, step.name, store),
            ask_id=ask.id if ask else None,
            turn=ask.rank if ask else 0,
        )
        step.begun(context, request)


def _still_runs(context: Context, request: Request, names: Sequence[str]) -> bool:
    """Say whether one of these steps is still to be ended."""
    running = request_queries.list_running_steps(context.session, request.id)
    return any(step.name in names for step in running)


def _cancel_all(context: Context, request: Request) -> None:
    clocks.forget_hold(context, request)
    context.cancel_timers(request.id, f"request:{request.id}:")
