"""What people ask about their own figures, and putting a request off to tomorrow with a reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from handlers import access, forms
from handlers.durations import say_duration
from handlers.errors import BadFields, BadInput, NotAllowed, NotFound, TooLate
from handlers.ledger import cost_messages, costs
from handlers.ledger import messages as ledger_messages
from handlers.ledger import rules as ledger_rules
from handlers.ledger.messages import EntryLine, ScoreLine
from handlers.registry import button, command, form
from handlers.reports import figures, messages, own_messages, rules
from handlers.requests import cards
from handlers.requests import messages as request_messages
from handlers.requests import rules as request_rules
from handlers.requests.clocks import clocks_of
from handlers.requests.commands import MOST_REASON, find, name_of
from handlers.requests.grammar import clean
from handlers.requests.kinds import kind_of
from handlers.settings import Rules
from handlers.working_time import local
from storage.queries import ledger as ledger_queries
from storage.queries import people as people_queries
from storage.queries import reports as report_queries
from storage.queries import requests as request_queries
from storage.queries import support as support_queries
from storage.queries import tallies as tally_queries
from storage.tables.ledger import PointsEntry
from storage.tables.people import Role
from storage.tables.requests import Request

if TYPE_CHECKING:
    from handlers.context import Context

# So many of the newest entries are what people ask about.
LAST_ENTRIES = 5
# What managers gave each other longer ago says little of who works there now.
RATED_WITHIN = timedelta(days=365)
CARRIERS = access.ASKERS | access.REGION


# Points


@command("score", "积分", "puntos", reading=True)
def score(context: Context, words: str) -> None:
    """The points of the month: a store's own and what they come from; every store's for who oversees them."""
    timezone = context.settings.network.timezone
    since, until = ledger_rules.month_of(context.now, timezone)
    month = messages.say_month(local(since, timezone).date(), context.language)
    lines = _score_lines(context, since, until)
    store = context.store
    if store is None:
        stores = people_queries.list_stores(context.session, region_id=context.me.region_id)
        shown = sorted((lines[store.id] for store in stores), key=lambda line: (line.place, line.store))
        context.answer(ledger_messages.score_table(context.language, month, shown))
        return
    entries = ledger_queries.list_entries(context.session, store_id=store.id, limit=LAST_ENTRIES)
    last = [_entry_line(context, entry) for entry in entries]
    mine, rated = lines[store.id], _ratings_of(context, store.id)
    context.answer(ledger_messages.score(context.language, context.timezone, context.now, month, mine, last, rated))


def _ratings_of(context: Context, store_id: int) -> tuple[float, int] | None:
    """Return what other managers gave a store for its supports: the mean and how many, None where none is shown."""
    since, until = context.now - RATED_WITHIN, context.now + timedelta(seconds=1)
    return support_queries.average_ratings(context.session, since, until, store_id=store_id).get(store_id)


def _score_lines(context: Context, since: datetime, until: datetime) -> dict[int, ScoreLine]:
    """Read every active store's month, and the own one's: the places are those of the whole network."""
    session, own = context.session, context.store
    stores = [*people_queries.list_stores(session), *([own] if own is not None and not own.active else [])]
    month = tally_queries.list_totals(session, since, until)
    standings = figures.standings_of(stores, month)
    places = rules.places(standings, ())
    totals = tally_queries.list_points_in_all(session, since, month)
    return {
        store.id: ScoreLine(
            store=store.name,
            points=standing.points,
            place=places[store.id][0],
            shared=places[store.id][1],
            of=len(stores),
            total=totals.get(store.id, 0),
            answer=standing.mean_answer,
        )
        for store, standing in zip(stores, standings, strict=True)
    }


def _entry_line(context: Context, entry: PointsEntry) -> EntryLine:
    return EntryLine(
        entry=ledger_rules.entry_label(entry.id),
        points=entry.points,
        label=_label_of(context, entry.request_id),
        at=entry.at,
        reverses=ledger_rules.entry_label(entry.reverses_id) if entry.reverses_id else "",
        reason=entry.reason,
    )


def _label_of(context: Context, request_id: int | None) -> str:
    if request_id is None:
        return "–"
    return name_of(request_queries.get_request(context.session, request_id, lock=False))


# Why


@command("why", "依据", "porque", reading=True)
def why(context: Context, words: str) -> None:
    """Why these points, or why these clocks: the rule, its version, what went in, whose it was, how late."""
    wanted = words.strip()
    if not wanted:
        raise BadInput("own.why_what")
    number = ledger_rules.find_entry_number(wanted)
    if number is not None:
        _explain_entry(context, number)
        return
    number = ledger_rules.find_entry_number(wanted, "M")
    if number is not None:
        _explain_cost(context, number)
        return
    _explain_request(context, find(context, wanted, lock=False))


def _explain_request(context: Context, request: Request) -> None:
    if not _may_read(context, request):
        raise NotAllowed("request.not_to_read")
    session, language = context.session, context.language
    names = {store.id: store.name for store in people_queries.list_stores(session, active=False)}
    policy = request_queries.get_policy(session, request.policy_id)
    steps = [
        request_messages.step_line(language, context.timezone, context.now, step, names[step.store_id])
        for step in request_queries.list_steps(session, request.id)
    ]
    entries = reversed(ledger_queries.list_entries(session, request_id=request.id))
    explained = own_messages.Explained(
        label=name_of(request),
        what=kind_of(request).brief(context, request, language),
        urgency=request.urgency,
        version=policy.id,
        since=policy.since,
        limits=_limits(context, request),
        steps=steps,
        entries=[(names[entry.store_id], _entry_line(context, entry)) for entry in entries],
        costs=[
            costs.line_of(context, entry, language)
            for entry in reversed(ledger_queries.list_money_entries(session, request_id=request.id))
        ],
        finished=request.finished_at is not None,
    )
    context.answer(own_messages.explain_request(language, context.timezone, context.now, explained))


def _limits(context: Context, request: Request) -> list[tuple[str, str]]:
    """Return the limits of a request's version of the rules that have a length; the record's is a time of day."""
    clocks, kind = clocks_of(context, request), kind_of(request)
    names = ("seen", "answer", *(step.name for step in kind.steps), kind.whole)
    limits = ((name, getattr(clocks, name, None)) for name in names)
    return [(name, say_duration(limit, context.language)) for name, limit in limits if isinstance(limit, timedelta)]


def _explain_cost(context: Context, number: int) -> None:
    session, name = context.session, ledger_rules.money_label(number)
    entry = ledger_queries.find_money_entry(session, number)
    if entry is None:
        raise NotFound("cost.no_entry", entry=name)
    request = request_queries.get_request(session, entry.request_id, lock=False) if entry.request_id else None
    costs.check_may_see(context, entry, of_request=request is not None and _may_read(context, request))
    policy = request_queries.get_policy(session, entry.policy_id)
    reversal = entry if entry.reverses_id else ledger_queries.find_money_reversal(session, entry.id)
    other = (entry.reverses_id if entry.reverses_id else reversal.id) if reversal else None
    explained = cost_messages.CostExplained(
        line=costs.line_of(context, entry, context.language),
        rule=entry.rule,
        version=policy.id,
        since=policy.since,
        entered_by=_person_name(context, entry.person_id),
        label=name_of(request) if request else "",
        what=kind_of(request).brief(context, request, context.language) if request else "",
        other=ledger_rules.money_label(other) if other else "",
        by=_person_name(context, reversal.person_id) if reversal else "",
        reason=reversal.reason if reversal else "",
    )
    context.answer(cost_messages.explain_cost(context.language, context.timezone, context.now, explained))


def _person_name(context: Context, person_id: int | None) -> str:
    return people_queries.get_person(context.session, person_id).name if person_id else ""


def _explain_entry(context: Context, number: int) -> None:
    session = context.session
    entry = ledger_queries.find_points_entry(session, number)
    if entry is None:
        raise NotFound("ledger.no_entry", entry=ledger_rules.entry_label(number))
    store = people_queries.get_store(session, entry.store_id)
    request = request_queries.get_request(session, entry.request_id, lock=False) if entry.request_id else None
    mine = access.works_at(context.me, store.id) or access.oversees(context.me, store.region_id)
    reader = context.me.role in {Role.FINANCE, Role.AUDITOR}
    if not (mine or reader or (request is not None and _may_read(context, request))):
        raise NotAllowed("ledger.not_yours")
    policy = request_queries.get_policy(session, entry.policy_id)
    points = Rules.stored(policy.rules).points
    reversal = entry if entry.reverses_id else ledger_queries.find_reversal(session, entry.id)
    line = _entry_line(context, reversal or entry)
    explained = own_messages.EntryExplained(
        entry=_entry_line(context, entry),
        store=store.name,
        rule=entry.rule,
        worth=getattr(points, entry.rule.removeprefix("points."), abs(entry.points)),
        version=policy.id,
        since=policy.since,
        what=kind_of(request).brief(context, request, context.language) if request else "",
        finished_at=request.finished_at if request else None,
        other=(line.reverses if entry.reverses_id else line.entry) if reversal else "",
        by=people_queries.get_person(session, reversal.person_id).name if reversal and reversal.person_id else "",
        reason=reversal.reason if reversal else "",
    )
    context.answer(own_messages.explain_entry(context.language, context.timezone, context.now, explained))


def _parties(context: Context, request: Request) -> set[int]:
    """Return the stores a request concerns: who asked, and everyone who was asked."""
    return {request.store_id} | {ask.store_id for ask in request_queries.list_asks(context.session, request.id)}


def _may_read(context: Context, request: Request) -> bool:
    stores = _parties(context, request)
    regions = {people_queries.get_store(context.session, store).region_id for store in stores}
    return access.can_read_request(context.me, request.region_id, stores, regions)


# To tomorrow


@command("carry", "顺延", "aplazar", roles=CARRIERS)
def carry(context: Context, words: str) -> None:
    """Put a request off to tomorrow with a reason: its stores, its author or its region."""
    wanted, _, rest = words.strip().partition(" ")
    reason = clean(rest, MOST_REASON)
    if not wanted or not reason:
        raise BadInput("own.carry_what")
    request = find(context, wanted, lock=True)
    _carry(context, request, reason)
    context.answer(own_messages.carried(context.language, name_of(request), reason))


@button("reports.carry", roles=CARRIERS)
def press_carry(context: Context, request: int) -> None:
    """Ask why a request is put off to tomorrow."""
    found = request_queries.get_request(context.session, request)
    _check_may_carry(context, found)
    forms.ask(context, own_messages.carry_form(context.language, name_of(found), request))


@form("reports.carry", roles=CARRIERS)
def send_carry(context: Context, values: dict[str, str], request: int) -> None:
    """Put a request off to tomorrow with the reason given."""
    reason = clean(values.get("reason", ""), MOST_REASON)
    if not reason:
        raise BadFields({"reason": "own.carry_what"})
    found = request_queries.get_request(context.session, request)
    _carry(context, found, reason)
    context.answer(own_messages.carried(context.language, name_of(found), reason))


def _carry(context: Context, request: Request, reason: str) -> None:
    """Note in the request's story that it is put off, and why; the same reason again changes nothing."""
    _check_may_carry(context, request)
    timezone = people_queries.get_store(context.session, request.store_id).timezone
    began = ledger_rules.midnight(local(context.now, timezone).date(), timezone)
    before = report_queries.find_carried(context.session, request.id, since=began)
    if before is None or before != reason:
        request_queries.add_event(
            context.session,
            request.id,
            "carried",
            context.now,
            person_id=context.my_id,
            store_id=context.me.store_id or request.store_id,
            reason=reason,
        )
        cards.refresh(context, request)
    context.audit(
        "request.carry", name_of(request), before=before or "", after=reason, reason=reason, policy_id=request.policy_id
    )


def _check_may_carry(context: Context, request: Request) -> None:
    """Raise unless this person may put this request off, and it still waits for somebody."""
    me = context.me
    may = (
        any(access.leads(me, store) for store in _parties(context, request))
        or me.id == request.author_id
        or access.oversees(me, request.region_id)
    )
    if not may:
        raise NotAllowed("own.carry_not_yours")
    if request.state not in request_rules.LIVE:
        raise TooLate("own.carry_over", label=name_of(request))
