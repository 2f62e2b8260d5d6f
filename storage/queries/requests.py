"""Requests, asks, steps, their story, and the rules they were opened under."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, func, update
from sqlmodel import Session, col, select

from storage.queries.queues import insert_for
from storage.tables.requests import Ask, AskState, Counter, Event, Policy, Progress, Request, State, Step, Transfer

OPEN_ASKS = (AskState.PENDING, AskState.SEEN, AskState.ACCEPTED)
UNANSWERED = (AskState.PENDING, AskState.SEEN)
AT_WORK = (State.ACCEPTED, State.SHIPPED)
UNFINISHED = (State.ASKING, State.UNFILLED, *AT_WORK)


def get_or_add_policy(session: Session, rules: str, now: datetime) -> int:
    """Return the id of this version of the rules (JSON); new rules become a new version."""
    digest = hashlib.sha256(rules.encode()).hexdigest()
    found = session.exec(select(Policy.id).where(Policy.digest == digest)).one_or_none()
    if found is None:
        session.execute(
            insert_for(session)(Policy)
            .values(rules=rules, digest=digest, since=now)
            .on_conflict_do_nothing(index_elements=["digest"])
        )
        found = session.exec(select(Policy.id).where(Policy.digest == digest)).one()
    assert found is not None
    return found


def get_policy(session: Session, policy_id: int) -> Policy:
    """Get a version of the rules."""
    return session.get_one(Policy, policy_id)


def next_number(session: Session, kind: str) -> int:
    """Return the next number of a kind; it is given once, whoever asks at the same time."""
    session.execute(
        insert_for(session)(Counter).values(name=kind, value=0).on_conflict_do_nothing(index_elements=["name"])
    )
    number: int = session.execute(
        update(Counter)
        .where(col(Counter.name) == kind)
        .values(value=col(Counter.value) + 1)
        .returning(col(Counter.value))
    ).scalar_one()
    return number


def get_request(session: Session, request_id: int, *, lock: bool = True) -> Request:
    """Get a request, locked until the transaction ends: whoever touches it takes its row first."""
    query = select(Request).where(Request.id == request_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.exec(query).one()


def find_request(session: Session, kind: str, number: int) -> Request | None:
    """Find a request by its kind and number."""
    return session.exec(select(Request).where(Request.kind == kind, Request.number == number)).one_or_none()


def get_transfer(session: Session, request_id: int) -> Transfer:
    """Get what a transfer moves."""
    return session.get_one(Transfer, request_id)


def get_ask(session: Session, ask_id: int, *, fresh: bool = False) -> Ask:
    """Get the ask of one store; `fresh` reads it again, as after waiting for the request's lock."""
    return session.get_one(Ask, ask_id, populate_existing=fresh)


def list_asks(session: Session, request_id: int) -> Sequence[Ask]:
    """List the asks of a request in their order."""
    return session.exec(select(Ask).where(Ask.request_id == request_id).order_by(col(Ask.rank))).all()


def find_open_ask(session: Session, request_id: int) -> Ask | None:
    """Find the one ask that is pending, seen or accepted."""
    return session.exec(select(Ask).where(Ask.request_id == request_id, col(Ask.state).in_(OPEN_ASKS))).one_or_none()


def get_step(session: Session, step_id: int, *, fresh: bool = False) -> Step:
    """Get a step; `fresh` reads it again, as after waiting for the request's lock."""
    return session.get_one(Step, step_id, populate_existing=fresh)


def list_steps(session: Session, request_id: int) -> Sequence[Step]:
    """List the steps of a request in the order they began."""
    return session.exec(
        select(Step).where(Step.request_id == request_id).order_by(col(Step.started_at), col(Step.id))
    ).all()


def list_running_steps(session: Session, request_id: int) -> Sequence[Step]:
    """List the steps whose clock runs, in the order they began."""
    return session.exec(
        select(Step).where(Step.request_id == request_id, col(Step.ended_at).is_(None)).order_by(col(Step.id))
    ).all()


def find_running_step(session: Session, request_id: int, name: str) -> Step | None:
    """Find the running step of this name."""
    return session.exec(
        select(Step).where(Step.request_id == request_id, Step.name == name, col(Step.ended_at).is_(None))
    ).one_or_none()


def add_event(
    session: Session,
    request_id: int,
    word: str,
    now: datetime,
    *,
    person_id: int | None = None,
    store_id: int | None = None,
    **values: object,
) -> None:
    """Add a line to a request's story."""
    session.add(
        Event(
            request_id=request_id,
            at=now,
            word=word,
            args=json.dumps(values, ensure_ascii=False),
            person_id=person_id,
            store_id=store_id,
        )
    )
    session.flush()


def list_events(session: Session, request_id: int, *, last: int | None = None) -> Sequence[Event]:
    """List a request's story, the oldest first; `last` keeps the newest so many."""
    query = select(Event).where(Event.request_id == request_id).order_by(col(Event.id).desc())
    if last is not None:
        query = query.limit(last)
    return list(reversed(session.exec(query).all()))


def count_events(session: Session, request_id: int, word: str) -> int:
    """Count how often something happened to a request."""
    return session.exec(
        select(func.count()).select_from(Event).where(Event.request_id == request_id, Event.word == word)
    ).one()


def list_unfinished(session: Session, store_id: int) -> Sequence[Request]:
    """List what a store asked for and what it is asked or owes, the oldest first."""
    asked = select(Ask.request_id).where(Ask.store_id == store_id, col(Ask.state).in_(UNANSWERED))
    return session.exec(
        select(Request)
        .where(
            col(Request.ended_at).is_(None),
            (col(Request.store_id) == store_id)
            | (col(Request.owner_store_id) == store_id)
            | col(Request.id).in_(asked),
        )
        .order_by(col(Request.opened_at))
    ).all()


def list_unfinished_of_region(session: Session, region_id: int | None) -> Sequence[Request]:
    """List what is unfinished in a region (None: everywhere), the oldest first."""
    query = select(Request).where(col(Request.ended_at).is_(None), col(Request.state).in_(UNFINISHED))
    if region_id is not None:
        query = query.where(Request.region_id == region_id)
    return session.exec(query.order_by(col(Request.opened_at))).all()


def list_unanswered_asks(session: Session, store_id: int) -> Sequence[Ask]:
    """List what a store is asked and has not answered, the oldest first."""
    return session.exec(
        select(Ask).where(Ask.store_id == store_id, col(Ask.state).in_(UNANSWERED)).order_by(col(Ask.id))
    ).all()


def list_owned(session: Session, store_id: int) -> Sequence[Request]:
    """List what a store accepted and has not done, the oldest first."""
    return session.exec(
        select(Request)
        .where(Request.owner_store_id == store_id, col(Request.state).in_(AT_WORK))
        .order_by(col(Request.opened_at))
    ).all()


def answer_figures(session: Session, since: datetime) -> dict[int, tuple[int, int, float | None]]:
    """Return store → (asks ended, of them refused or expired, mean seconds to an answer) since an instant.

    Purpose: conduct. An ask taken back before its time is not counted.
    """
    counted = (AskState.ACCEPTED, AskState.REFUSED, AskState.EXPIRED, AskState.BROKEN)
    refused = case((col(Ask.state).in_((AskState.REFUSED, AskState.EXPIRED)), 1), else_=0)
    rows = session.exec(
        select(Ask.store_id, func.count(), func.sum(refused))
        .where(col(Ask.state).in_(counted), Ask.asked_at >= since)
        .group_by(col(Ask.store_id))
    ).all()
    seconds: dict[int, list[float]] = {}
    for store_id, asked_at, answered_at in session.exec(
        select(Ask.store_id, Ask.asked_at, Ask.answered_at).where(
            col(Ask.answered_at) > col(Ask.asked_at),
            Ask.asked_at >= since,  # an assignment is no answer
        )
    ):
        assert answered_at is not None
        seconds.setdefault(store_id, []).append((answered_at - asked_at).total_seconds())
    means = {store_id: sum(values) / len(values) for store_id, values in seconds.items()}
    return {store_id: (count, int(lost or 0), means.get(store_id)) for store_id, count, lost in rows}


def count_load(session: Session) -> dict[int, int]:
    """Return store → how much it carries: asks to answer and accepted requests to deliver."""
    load: dict[int, int] = {}
    asked = select(Ask.store_id, func.count()).where(col(Ask.state).in_(UNANSWERED)).group_by(col(Ask.store_id))
    owned = (
        select(Request.owner_store_id, func.count())
        .where(col(Request.state).in_(AT_WORK), col(Request.owner_store_id).is_not(None))
        .group_by(col(Request.owner_store_id))
    )
    for query in (asked, owned):
        for store_id, count in session.exec(query):
            if store_id is not None:
                load[store_id] = load.get(store_id, 0) + count
    return load


def find_progress(session: Session, request_id: int, number: int) -> Progress | None:
    """Find the nth line for the customer."""
    return session.exec(
        select(Progress).where(Progress.request_id == request_id, Progress.number == number)
    ).one_or_none()


def count_progress(session: Session, request_id: int) -> int:
    """Count the lines for the customer prompted so far."""
    return session.exec(select(func.count()).select_from(Progress).where(Progress.request_id == request_id)).one()
