"""Requests, asks, steps, their story, and the rules they were opened under."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Float, Integer, and_, bindparam, case, cast, extract, func, insert, literal, union_all, update
from sqlmodel import Session, col, select

from storage.queries.prepared import Prepared
from storage.queries.queues import insert_for
from storage.queries.rows import add_rows, find_held, get_row
from storage.tables.boards import Part
from storage.tables.requests import (
    AT_WORK,
    NOT_TAKEN,
    Ask,
    AskState,
    Counter,
    Event,
    Policy,
    Progress,
    Request,
    State,
    Step,
    Transfer,
)

OPEN_ASKS = (AskState.PENDING, AskState.SEEN, AskState.ACCEPTED)
UNANSWERED = (AskState.PENDING, AskState.SEEN)
UNFINISHED = (*NOT_TAKEN, *AT_WORK)


# What is asked again and again is prebuilt: building a statement takes longer than running it.
_policies = Policy.__table__  # type: ignore[attr-defined]
_POLICY_ID = Prepared(select(_policies.c.id).where(_policies.c.digest == bindparam("digest")))
_POLICY_DIGEST = Prepared(select(_policies.c.digest).where(_policies.c.id == bindparam("policy_id")))
_NEXT_NUMBER = Prepared(
    update(Counter)
    .where(col(Counter.name) == bindparam("kind"))
    .values(value=col(Counter.value) + 1)
    .returning(col(Counter.value))
)
_LOCKED_REQUEST = Prepared(
    select(Request)
    .where(Request.id == bindparam("request_id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_LOCKED_REQUEST_OF_ASK = Prepared(
    select(Request)
    .where(Request.id == select(Ask.request_id).where(Ask.id == bindparam("ask_id")).scalar_subquery())
    .with_for_update()
    .execution_options(populate_existing=True)
)
_TRANSFER = Prepared(
    select(Transfer, Part)  # whoever asks for a transfer asks for its part next
    .join(Part, col(Part.id) == Transfer.part_id)
    .where(Transfer.request_id == bindparam("request_id"))
)
_ASKS = Prepared(select(Ask).where(Ask.request_id == bindparam("request_id")).order_by(col(Ask.rank)))
_OPEN_ASK = Prepared(select(Ask).where(Ask.request_id == bindparam("request_id"), col(Ask.state).in_(OPEN_ASKS)))
_RUNNING_STEPS = Prepared(
    select(Step).where(Step.request_id == bindparam("request_id"), col(Step.ended_at).is_(None)).order_by(col(Step.id))
)
_CURRENT = Prepared(
    select(Ask, Step)
    .select_from(Request)
    .outerjoin(Ask, and_(col(Ask.request_id) == Request.id, col(Ask.state).in_(OPEN_ASKS)))
    .outerjoin(Step, and_(col(Step.request_id) == Request.id, col(Step.ended_at).is_(None)))
    .where(Request.id == bindparam("request_id"))
    .order_by(col(Step.id))
)
_RUNNING_STEP = Prepared(
    select(Step).where(
        Step.request_id == bindparam("request_id"), Step.name == bindparam("name"), col(Step.ended_at).is_(None)
    )
)
_progress = Progress.__table__  # type: ignore[attr-defined]
_ADD_PROGRESS = (
    insert(_progress)
    .from_select(
        ["request_id", "number", "prompted_at", "answer"],
        select(
            bindparam("request_id", type_=Integer),
            func.count() + 1,
            bindparam("at", type_=_progress.c.prompted_at.type),
            literal(""),
        ).where(_progress.c.request_id == bindparam("request_id", type_=Integer)),
    )
    .returning(_progress.c.number)
)
_EVENTS = Prepared(select(Event).where(Event.request_id == bindparam("request_id")).order_by(col(Event.id)))


def get_or_add_policy(session: Session, rules: str, now: datetime) -> int:
    """Return the id of this version of the rules (JSON); new rules become a new version."""
    digest = hashlib.sha256(rules.encode()).hexdigest()
    found: int | None = _POLICY_ID.scalar(session, digest=digest)
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


def get_policy_digest(session: Session, policy_id: int) -> str:
    """Get the digest of a version of the rules: what is known of it already need not be read."""
    digest: str = _POLICY_DIGEST.scalar(session, policy_id=policy_id)
    return digest


def next_number(session: Session, kind: str) -> int:
    """Return the next number of a kind; it is given once, whoever asks at the same time."""
    number: int | None = _NEXT_NUMBER.scalar(session, kind=kind)
    if number is not None:
        return number
    session.execute(  # the first of its kind
        insert_for(session)(Counter).values(name=kind, value=0).on_conflict_do_nothing(index_elements=["name"])
    )
    return next_number(session, kind)


# Who practises, in a transaction that has locked a practice of theirs; nobody else may hear of it.
PRACTICE = "practice"


def _note_practice(session: Session, request: Request) -> Request:
    if request.practice:
        session.info[PRACTICE] = request.author_id
    return request


def is_practice(session: Session, request_id: int | None) -> bool:
    """Say whether a request is a practice, of which nothing is entered anywhere."""
    return request_id is not None and get_row(session, Request, request_id).practice


def list_practice(session: Session, person_id: int) -> Sequence[Request]:
    """List a person's open practices, the oldest first."""
    return session.exec(
        select(Request)
        .where(col(Request.ended_at).is_(None), Request.author_id == person_id, col(Request.practice).is_(True))
        .order_by(col(Request.id))
    ).all()


def get_request(session: Session, request_id: int, *, lock: bool = True) -> Request:
    """Get a request, locked until the transaction ends: whoever touches it takes its row first."""
    if lock:
        return _note_practice(session, _LOCKED_REQUEST.one(session, request_id=request_id)[0])
    return session.exec(select(Request).where(Request.id == request_id)).one()


def get_request_of_ask(session: Session, ask_id: int) -> Request:
    """Get the request of an ask, locked until the transaction ends."""
    return _note_practice(session, _LOCKED_REQUEST_OF_ASK.one(session, ask_id=ask_id)[0])


def find_request(session: Session, kind: str, number: int) -> Request | None:
    """Find a request by its kind and number."""
    return session.exec(select(Request).where(Request.kind == kind, Request.number == number)).one_or_none()


def get_transfer(session: Session, request_id: int) -> Transfer:
    """Get what a transfer or an activation moves."""
    held = find_held(session, Transfer, request_id)
    return held if held is not None else _TRANSFER.one(session, request_id=request_id)[0]


def get_ask(session: Session, ask_id: int, *, fresh: bool = False) -> Ask:
    """Get the ask of one store; `fresh` reads it again, as after waiting for the request's lock."""
    return session.get_one(Ask, ask_id, populate_existing=True) if fresh else get_row(session, Ask, ask_id)


def list_asks(session: Session, request_id: int) -> Sequence[Ask]:
    """List the asks of a request in their order."""
    return _ASKS.scalars(session, request_id=request_id)


def find_open_ask(session: Session, request_id: int) -> Ask | None:
    """Find the one ask that is pending, seen or accepted."""
    found: Ask | None = _OPEN_ASK.scalar(session, request_id=request_id)
    return found


def find_current(session: Session, request_id: int) -> tuple[Ask | None, Sequence[Step]]:
    """Find what `find_open_ask` and `list_running_steps` do, with one question."""
    rows = _CURRENT.rows(session, request_id=request_id)
    return rows[0][0], [step for _, step in rows if step is not None]


def get_step(session: Session, step_id: int, *, fresh: bool = False) -> Step:
    """Get a step; `fresh` reads it again, as after waiting for the request's lock."""
    return session.get_one(Step, step_id, populate_existing=True) if fresh else get_row(session, Step, step_id)


def list_steps(session: Session, request_id: int) -> Sequence[Step]:
    """List the steps of a request in the order they began."""
    return session.exec(
        select(Step).where(Step.request_id == request_id).order_by(col(Step.started_at), col(Step.id))
    ).all()


def list_running_steps(session: Session, request_id: int) -> Sequence[Step]:
    """List the steps whose clock runs, in the order they began."""
    return _RUNNING_STEPS.scalars(session, request_id=request_id)


def find_running_step(session: Session, request_id: int, name: str) -> Step | None:
    """Find the running step of this name."""
    found: Step | None = _RUNNING_STEP.scalar(session, request_id=request_id, name=name)
    return found


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
    event = {
        "request_id": request_id,
        "at": now,
        "word": word,
        "args": json.dumps(values, ensure_ascii=False),
        "person_id": person_id,
        "store_id": store_id,
    }
    add_rows(session, Event, [event])


def list_events(session: Session, request_id: int, *, last: int | None = None) -> Sequence[Event]:
    """List a request's story, the oldest first; `last` keeps the newest so many."""
    if last is None:
        return _EVENTS.scalars(session, request_id=request_id)
    query = select(Event).where(Event.request_id == request_id).order_by(col(Event.id).desc()).limit(last)
    return list(reversed(session.exec(query).all()))


def count_events(session: Session, request_id: int, word: str) -> int:
    """Count how often something happened to a request."""
    return session.exec(
        select(func.count()).select_from(Event).where(Event.request_id == request_id, Event.word == word)
    ).one()


_RECENT = Prepared(
    select(Request, Transfer)  # whoever compares transfers asks next what they move
    .outerjoin(Transfer, col(Transfer.request_id) == Request.id)
    .where(
        col(Request.ended_at).is_(None),
        Request.region_id == bindparam("region_id"),  # its index leads to few: what is open in the network is much
        Request.store_id == bindparam("store_id"),
        Request.kind == bindparam("kind"),
        col(Request.opened_at) > bindparam("since"),
        col(Request.state).in_(UNFINISHED),
    )
    .order_by(col(Request.id))
)


def list_recent(session: Session, request: Request, since: datetime) -> Sequence[Request]:
    """List what the store of a request has asked for of its kind after an instant and nobody has done yet.

    The oldest first; the request is among them.
    """
    where = {"region_id": request.region_id, "store_id": request.store_id}
    return _RECENT.scalars(session, kind=request.kind, since=since, **where)


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
    query = select(Request).where(
        col(Request.ended_at).is_(None), col(Request.state).in_(UNFINISHED), col(Request.practice).is_(False)
    )
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


@cache
def _answer_figures(dialect: str) -> Any:
    """Build the question of `answer_figures`: only the difference of two instants is said in two ways."""
    asks = Ask.__table__  # type: ignore[attr-defined]
    lost = asks.c.state.in_((AskState.REFUSED, AskState.EXPIRED))
    counted = lost | asks.c.state.in_((AskState.ACCEPTED, AskState.BROKEN))
    answered = asks.c.answered_at > asks.c.asked_at  # an assignment is no answer
    if dialect == "sqlite":
        took = (func.julianday(asks.c.answered_at) - func.julianday(asks.c.asked_at)) * 86400.0
    else:
        took = cast(extract("epoch", asks.c.answered_at - asks.c.asked_at), Float)
    return Prepared(
        select(  # type: ignore[call-overload]
            asks.c.store_id,
            func.sum(case((counted, 1), else_=0)),
            func.sum(case((lost, 1), else_=0)),
            func.sum(case((answered, 1), else_=0)),
            func.sum(case((answered, took), else_=0.0)),
        )
        .where(
            asks.c.asked_at >= bindparam("since"),
            asks.c.store_id.in_(bindparam("stores", expanding=True)),
            asks.c.practice.is_(False),
        )
        .group_by(asks.c.store_id)
    )


def answer_figures(
    session: Session, since: datetime, stores: Collection[int]
) -> dict[int, tuple[int, int, float | None]]:
    """Return store → (asks ended, of them refused or expired, mean seconds to an answer) since an instant.

    Purpose: conduct. An ask taken back before its time is not counted.
    """
    figures = _answer_figures(session.get_bind().dialect.name)
    return {
        # Instants are not exact where they are days and parts of days: tenths of a second are.
        store_id: (count, lost, round(seconds, 1) / answered if answered else None)
        for store_id, count, lost, answered, seconds in figures.rows(session, since=since, stores=list(stores))
    }


def _stores() -> Any:
    return bindparam("stores", expanding=True)


def _carried() -> Any:
    # By way of the open requests: they are few, while asks and what was moved are kept for ever.
    asked = (
        select(Ask.store_id, func.count(), literal(0))
        .join(Request, col(Request.id) == Ask.request_id)
        .where(
            Request.state == State.ASKING,
            col(Ask.state).in_(UNANSWERED),
            col(Ask.store_id).in_(_stores()),
            col(Ask.practice).is_(False),
        )
        .group_by(col(Ask.store_id))
    )
    left = Transfer.accepted - Transfer.received - Transfer.lost - Transfer.cancelled
    outward = col(Transfer.outward).is_(True)  # not of a kind that moves nothing: that has no such row
    of_part = col(Transfer.part_id) == bindparam("part_id")
    owned = (
        select(
            Request.owner_store_id,
            func.sum(case((outward, 0), else_=1)),
            func.sum(case((outward, 0), (of_part, left), else_=0)),
        )
        .outerjoin(Transfer, col(Transfer.request_id) == col(Request.id))
        .where(
            col(Request.state).in_(AT_WORK),
            col(Request.owner_store_id).in_(_stores()),
            col(Request.practice).is_(False),
        )
        .group_by(col(Request.owner_store_id))
    )
    given = (
        select(Request.store_id, func.count(), func.sum(case((of_part, left), else_=0)))
        .join(Transfer, col(Transfer.request_id) == col(Request.id))
        .where(
            col(Request.state).in_(AT_WORK),
            col(Request.store_id).in_(_stores()),
            col(Request.practice).is_(False),
            outward,
        )
        .group_by(col(Request.store_id))
    )
    return union_all(asked, owned, given)


_CARRIED = Prepared(_carried())


def count_carried(session: Session, part_id: int, stores: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return store → how much it carries, and how many of a part it has promised and not yet seen received.

    It carries the asks it has to answer and the accepted requests it has to deliver, its own dead stock among them.
    """
    carried: dict[int, tuple[int, int]] = {}
    for store_id, count, promised in _CARRIED.rows(session, part_id=part_id, stores=list(stores)):
        before = carried.get(store_id, (0, 0))
        carried[store_id] = before[0] + count, before[1] + int(promised)
    return carried


def find_progress(session: Session, request_id: int, number: int) -> Progress | None:
    """Find the nth line for the customer."""
    return session.exec(
        select(Progress).where(Progress.request_id == request_id, Progress.number == number)
    ).one_or_none()


def add_progress(session: Session, request_id: int, now: datetime) -> int:
    """Note that one more line for the customer is asked for, and return which one it is."""
    added = session.connection().execute(_ADD_PROGRESS, {"request_id": request_id, "at": now})
    return int(added.scalar_one())


def change_story(session: Session, request_id: int, change: Callable[[str], str]) -> None:
    """Change the words people wrote in a request's story, where they hide something of a customer."""
    for event in list_events(session, request_id):
        if "**" in event.args:
            values = json.loads(event.args)
            said = {name: change(one) if isinstance(one, str) else one for name, one in values.items()}
            event.args = json.dumps(said, ensure_ascii=False)
    for ask in list_asks(session, request_id):
        ask.refusal_words = change(ask.refusal_words)
    session.flush()


def count_progress(session: Session, request_id: int) -> int:
    """Count the lines for the customer prompted so far."""
    return session.exec(select(func.count()).select_from(Progress).where(Progress.request_id == request_id)).one()
