"""Borrowing in place of a transfer: it comes back by a day, and stays open until the lender has it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from handlers import notify, texts
from handlers.access import ASKERS
from handlers.chat import Message, message
from handlers.errors import BadFields, BadInput, TooLate
from handlers.registry import button, timer
from handlers.requests import cards, clocks, life
from handlers.requests.commands import check_owner, done
from handlers.requests.telling import authors
from handlers.transfers import rules
from handlers.transfers.loan_words import parse_return
from handlers.working_time import at_local, local
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.queries import stock as stock_queries
from storage.tables.requests import Request, State

if TYPE_CHECKING:
    from handlers.context import Context

STEP = "give_back"


def check_day(context: Context, back: date) -> None:
    """Raise unless something can be lent until that day."""
    assert context.store is not None
    longest = context.settings.rules.lending.longest
    today = local(context.now, context.store.timezone).date()
    try:
        rules.check_return(back, today, longest)
    except BadInput as error:
        raise BadFields({"back": error.key}, **error.values) from error


def read_day(context: Context, words: str) -> str:
    """Read the day of a form's field. Raises BadFields."""
    assert context.store is not None
    back, _ = parse_return(words, local(context.now, context.store.timezone).date(), alone=True)
    if back is None:
        raise BadFields({"back": "transfer.bad_back"})
    check_day(context, back)
    return back.isoformat()


def is_loan(context: Context, request: Request) -> bool:
    """Say whether a transfer is to come back."""
    return request_queries.get_transfer(context.session, request.id).back_on is not None


def due(context: Context, request: Request, timezone: str) -> datetime:
    """Return when what was lent must be back."""
    moved = request_queries.get_transfer(context.session, request.id)
    assert moved.back_on is not None
    return at_local(moved.back_on, clocks.rules_of(context, request).lending.back_by, timezone)


def begin(context: Context, request: Request) -> None:
    """Set the first reminder of a loan that has just arrived."""
    _next_reminder(context, request)


def _next_reminder(context: Context, request: Request) -> None:
    step = request_queries.find_running_step(context.session, request.id, STEP)
    if step is None:
        return
    store = people_queries.get_store(context.session, request.store_id)
    day = local(step.due_at, store.timezone).date()
    at = rules.next_reminder(day, clocks.rules_of(context, request).lending.remind, store.timezone, context.now)
    context.later(
        f"request:{request.id}:0:loan:{at:%Y-%m-%dT%H:%M}",
        "transfers.remind_loan",
        at,
        request_id=request.id,
        request=request.id,
    )


@timer("transfers.remind_loan")
def remind_loan(context: Context, request: int) -> None:
    """Remind the borrower the day before a loan is due back, and both on the day; look again every day until then."""
    found = request_queries.get_request(context.session, request)
    step = request_queries.find_running_step(context.session, request, STEP)
    if step is None or found.ended_at is not None:
        return
    store = people_queries.get_store(context.session, found.store_id)
    days = (local(step.due_at, store.timezone).date() - local(context.now, store.timezone).date()).days
    if days in (0, 1):
        owner = people_queries.get_store(context.session, found.owner_store_id or 0)
        key = "transfer.back_today" if days == 0 else "transfer.back_tomorrow"

        def words(language: str, timezone: str) -> Message:
            label, brief = cards.brief(context, found, language)
            return message(texts.say(language, key, label=label, brief=brief, owner=owner.name, store=store.name))

        people = {one.id: one for one in authors(context, found)}
        if days == 0:
            people |= {one.id: one for one in life.reachable_leaders(context, owner.id)}
        notify.tell_each(context, people.values(), words, priority=cards.priority_of(found))
    _next_reminder(context, found)


@button("transfer.back", roles=ASKERS)
def press_back(context: Context, request: int) -> None:
    """Confirm, as the lender, that what was lent is back: its stock is raised again, once."""
    found = request_queries.get_request(context.session, request)
    check_owner(context, found, State.RECEIVED, State.RECORDED)
    moved = request_queries.get_transfer(context.session, request)
    if request_queries.find_running_step(context.session, request, STEP) is None:
        raise TooLate("transfer.back_already")
    before = str(found.state)
    clocks.end(context, found, STEP)
    moved.back_at = context.now
    assert found.owner_store_id is not None
    stock_queries.move_stock(
        context.session,
        key=f"request:{request}:back",
        request_id=request,
        part_id=moved.part_id,
        giver_id=found.store_id,
        taker_id=found.owner_store_id,
        out=0,  # it never was the borrower's to give
        taken=moved.received,
        now=context.now,
    )
    request_queries.add_event(
        context.session,
        request,
        "back",
        context.now,
        person_id=context.my_id,
        store_id=found.owner_store_id,
        quantity=moved.received,
    )
    store = context.store.name if context.store else ""

    def words(language: str, timezone: str) -> Message:
        label, brief = cards.brief(context, found, language)
        return message(texts.say(language, "transfer.back_told", label=label, brief=brief, store=store))

    notify.tell_each(context, authors(context, found), words)
    life.complete(context, found)
    done(context, found, "transfer.back", before)
