"""What the posted boards ask: what ran, was broken, was done or put off at an instant or between two.

Every question takes its instants, so that a board can be drawn again later with the same figures. Each is answered by
way of an index on its time, or of the requests that are open, whatever else lies behind.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, literal_column, or_, union_all
from sqlmodel import Session, col, select

from storage.tables.requests import Ask, Event, Request, Step


def list_running_steps_at(session: Session, at: datetime) -> Sequence[tuple[Step, Request]]:
    """List the steps of one store each (not the whole's limit) whose clock ran at an instant, by their limit."""
    rows = session.exec(
        select(Step, Request)
        .join(Request, col(Request.id) == col(Step.request_id))
        .where(
            col(Step.request_id).in_(_open_at(at)),
            Step.turn > 0,
            Step.started_at <= at,
            col(Request.practice).is_(False),
        )
    )
    running = [(step, request) for step, request in rows if step.ended_at is None or step.ended_at > at]
    return sorted(running, key=lambda found: (found[0].due_at, found[0].id))


def _open_at(at: datetime) -> Select[tuple[int]]:
    """Ask which requests had not ended at an instant: no step runs longer than its request.

    Two questions of the index on the end: asked as one with OR it is answered by reading every request.
    """
    not_ended = select(col(Request.id)).where(col(Request.ended_at).is_(None))
    later = select(col(Request.id)).where(col(Request.ended_at) > at)
    found = union_all(not_ended, later).subquery()
    return select(found.c.id)


def list_breaches(session: Session, since: datetime, until: datetime) -> Sequence[tuple[Step, Request]]:
    """List the steps that broke their limit from `since` up to but not at `until`, in order."""
    return session.exec(
        select(Step, Request)
        .join(Request, col(Request.id) == col(Step.request_id))
        .where(col(Step.breached_at) >= since, col(Step.breached_at) < until, col(Request.practice).is_(False))
        .order_by(col(Step.breached_at), col(Step.id))
    ).all()


def list_finished(session: Session, since: datetime, until: datetime) -> Sequence[Request]:
    """List the requests whose work was confirmed done from `since` up to but not at `until`, in order."""
    return session.exec(
        select(Request)
        .where(col(Request.finished_at) >= since, col(Request.finished_at) < until, col(Request.practice).is_(False))
        .order_by(col(Request.finished_at), col(Request.id))
    ).all()


def list_unanswered_at(session: Session, at: datetime) -> Sequence[Request]:
    """List the requests nobody had accepted at an instant, the oldest first."""
    return session.exec(
        select(Request)
        .where(
            col(Request.id).in_(_open_at(at)),
            Request.opened_at <= at,
            col(Request.practice).is_(False),
            or_(col(Request.accepted_at).is_(None), col(Request.accepted_at) > at),
        )
        .order_by(col(Request.opened_at), col(Request.id))
    ).all()


def list_carried(session: Session, since: datetime, until: datetime) -> Sequence[tuple[Event, Request]]:
    """List what was carried over with a reason from `since` up to but not at `until`, in order."""
    return session.exec(
        select(Event, Request)
        .join(Request, col(Request.id) == col(Event.request_id))
        .where(_is_carried(), Event.at >= since, Event.at < until, col(Request.practice).is_(False))
        .order_by(col(Event.id))
    ).all()


def _is_carried() -> ColumnElement[bool]:
    """Say it in the very words of the index that holds these alone: a parameter would hide that it is meant."""
    return col(Event.word) == literal_column("'carried'")


def find_carried(session: Session, request_id: int, *, since: datetime) -> str | None:
    """Find the last reason a request was put off with since an instant."""
    args = session.exec(
        select(Event.args)
        .where(Event.request_id == request_id, Event.word == "carried", Event.at >= since)
        .order_by(col(Event.id).desc())
        .limit(1)
    ).first()
    return None if args is None else str(json.loads(args).get("reason", ""))


def list_answer_times(session: Session, since: datetime, until: datetime) -> dict[int, list[timedelta]]:
    """Return store → how long each answer took that it gave from `since` up to but not at `until`.

    Purpose: conduct. What the region assigned was answered in the instant it was asked, by nobody: it is not counted.
    """
    times: dict[int, list[timedelta]] = {}
    for store_id, asked_at, answered_at in session.exec(
        select(Ask.store_id, Ask.asked_at, Ask.answered_at).where(
            col(Ask.answered_at) >= since,
            col(Ask.answered_at) < until,
            col(Ask.answered_at) > col(Ask.asked_at),
            col(Ask.practice).is_(False),
        )
    ):
        assert answered_at is not None
        times.setdefault(store_id, []).append(answered_at - asked_at)
    return times
