"""What the boards show, read from the rows: the same figures whoever asks, and for any instant gone by."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median_high
from typing import TYPE_CHECKING

from handlers.ledger.rules import Standing, mean, midnight
from handlers.reports import rules
from handlers.requests import rules as request_rules
from handlers.requests.kinds import kind_of
from handlers.working_time import local
from storage.queries import dead_stock as dead_queries
from storage.queries import diversions as diversion_queries
from storage.queries import ledger as ledger_queries
from storage.queries import people as people_queries
from storage.queries import reports as report_queries
from storage.queries import support as support_queries
from storage.queries import tallies as tally_queries
from storage.queries.tallies import Total
from storage.tables.people import Store
from storage.tables.requests import Event, Request, Step

if TYPE_CHECKING:
    from sqlmodel import Session

    from handlers.context import Context


# The kinds whose kept customers are the week's value: a support's customer is its transfer's or diversion's too.
VALUED = frozenset({"transfer", "diversion"})


@dataclass(frozen=True)
class Reader:
    """What turns rows into lines of one language: the stores by id, and how a request is called."""

    context: Context
    language: str
    stores: dict[int, Store]

    def label(self, request: Request) -> str:
        """Call a request by its label."""
        return request_rules.label(kind_of(request).letter, request.number)

    def what(self, request: Request) -> str:
        """Say in a few words what a request is about."""
        return kind_of(request).brief(self.context, request, self.language)

    def store(self, store_id: int | None) -> str:
        """Name a store."""
        return self.stores[store_id].name if store_id is not None else ""

    def is_in(self, region_id: int | None, *store_ids: int | None) -> bool:
        """Say whether one of the stores is of the region (None: the network, of which all are)."""
        return region_id is None or any(
            store_id is not None and self.stores[store_id].region_id == region_id for store_id in store_ids
        )


def reader(context: Context, language: str) -> Reader:
    """Prepare reading in a language; stores that left are still named."""
    stores = people_queries.list_stores(context.session, active=False)
    return Reader(context, language, {store.id: store for store in stores})


# The evening


def day_figures(
    context: Context, language: str, region_id: int | None, since: datetime, until: datetime
) -> rules.DayFigures:
    """Read a region's evening (None: the network's): what runs now, and what was from `since` up to but not at `until`.

    What was carried over counts from the local midnight: yesterday evening's is today's work again.
    """
    read = reader(context, language)
    region = people_queries.get_region(context.session, region_id) if region_id is not None else None
    timezone = (region.timezone if region else "") or context.settings.network.timezone
    carried = list_carried(read, region_id, midnight(local(until, timezone).date(), timezone), until)
    done = report_queries.list_finished(context.session, since, until)
    broken = report_queries.list_breaches(context.session, since, until)
    tomorrow, agreed = _visits(read, region_id, timezone, since, until)
    return rules.DayFigures(
        name=region.name if region else context.settings.network.name,
        since=since,
        until=until,
        duties=list_duties(read, region_id),
        unfilled=tuple(waiting for waiting in list_waiting(read, region_id) if not waiting.asked),
        done=tuple(
            _done(read, request) for request in done if read.is_in(region_id, request.store_id, request.owner_store_id)
        ),
        broken=tuple(_broken(read, step, request) for step, request in broken if read.is_in(region_id, step.store_id)),
        carried=tuple(_carried(read, event, request) for event, request in carried),
        tomorrow=tomorrow,
        agreed=agreed,
    )


def list_duties(read: Reader, region_id: int | None) -> tuple[rules.Duty, ...]:
    """List what the stores of a region owe now, by its limit; of one ask and store, the last step that began."""
    context = read.context
    running = report_queries.list_running_steps_at(context.session, context.now)
    owed = {
        (step.request_id, step.turn, step.store_id): (step, request) for step, request in sorted(running, key=_began)
    }
    duties = [_duty(read, step, request) for step, request in owed.values() if read.is_in(region_id, step.store_id)]
    return tuple(sorted(duties, key=lambda duty: (duty.due_at, duty.label)))


def list_waiting(read: Reader, region_id: int | None) -> list[rules.Waiting]:
    """List a region's requests that nobody has accepted, the oldest first."""
    context = read.context
    asked = {
        request.id: step.store_id
        for step, request in report_queries.list_running_steps_at(context.session, context.now)
        if step.name in rules.ANSWERING
    }
    return [
        rules.Waiting(
            request_id=request.id,
            label=read.label(request),
            what=read.what(request),
            urgency=request.urgency,
            store=read.store(request.store_id),
            asked=read.store(asked.get(request.id)),
        )
        for request in report_queries.list_unanswered_at(context.session, context.now)
        if _is_of(region_id, request)
    ]


def list_carried(read: Reader, region_id: int | None, since: datetime, until: datetime) -> list[tuple[Event, Request]]:
    """List a region's requests put off in that time that still wait, each with its last reason."""
    last = {
        request.id: (event, request)
        for event, request in report_queries.list_carried(read.context.session, since, until)
        if _is_of(region_id, request) and request.ended_at is None and request.finished_at is None
    }
    return list(last.values())


def _began(found: tuple[Step, Request]) -> tuple[datetime, int]:
    return found[0].started_at, found[0].id


def _is_of(region_id: int | None, request: Request) -> bool:
    return region_id is None or request.region_id == region_id


def _duty(read: Reader, step: Step, request: Request) -> rules.Duty:
    return rules.Duty(
        request_id=request.id,
        label=read.label(request),
        what=read.what(request),
        urgency=request.urgency,
        step=step.name,
        store_id=step.store_id,
        store=read.store(step.store_id),
        asker=read.store(request.store_id),
        names=_names(read.context, step, request),
        due_at=step.due_at,
        late=request_rules.is_breached(step.due_at, read.context.now),
    )


def _names(context: Context, step: Step, request: Request) -> tuple[str, ...]:
    """Name who answers for a step: the author for the asking store, the leaders present for any other."""
    author = people_queries.get_person(context.session, request.author_id)
    if step.store_id == request.store_id and author.active:
        return (author.name,)
    leaders = context.leaders_of(step.store_id)
    present = [person.name for person in leaders if not request_rules.is_away(person, context.now)]
    return tuple(present or [person.name for person in leaders])


def _done(read: Reader, request: Request) -> rules.Done:
    assert request.finished_at is not None
    helped, helper = request.store_id, request.owner_store_id
    if kind_of(request).provider == "requester":
        helped, helper = helper or 0, request.store_id
    return rules.Done(
        label=read.label(request),
        what=read.what(request),
        store=read.store(helped),
        owner=read.store(helper),
        took=request.finished_at - request.opened_at,
    )


def _broken(read: Reader, step: Step, request: Request) -> rules.Broken:
    now = read.context.now
    running = step.ended_at is None or step.ended_at > now
    ended = now if running or step.ended_at is None else step.ended_at
    return rules.Broken(
        label=read.label(request),
        step=step.name,
        store=read.store(step.store_id),
        over=max(ended - step.due_at, timedelta(0)),
        running=running,
    )


def _visits(
    read: Reader, region_id: int | None, timezone: str, since: datetime, until: datetime
) -> tuple[tuple[rules.Visit, ...], tuple[rules.Visit, ...]]:
    """Return the visits to come at `until`: tomorrow's, and of the later ones those that were agreed `since`."""
    day_after = midnight(local(until, timezone).date() + timedelta(days=2), timezone)
    tomorrow, agreed = list[rules.Visit](), list[rules.Visit]()
    for one in support_queries.list_agreed(read.context.session, until):
        request, support = one.request, one.support
        if not read.is_in(region_id, request.store_id, request.owner_store_id):
            continue
        visit = rules.Visit(
            label=read.label(request),
            what=read.what(request),
            technician=support.technician,
            giver=read.store(request.owner_store_id),
            host=read.store(request.store_id),
        )
        if support.starts_at < day_after:
            tomorrow.append(visit)
        elif one.at >= since:
            agreed.append(visit)
    return tuple(tomorrow), tuple(agreed)


def _carried(read: Reader, event: Event, request: Request) -> rules.Carried:
    person = people_queries.get_person(read.context.session, event.person_id) if event.person_id else None
    return rules.Carried(
        label=read.label(request),
        what=read.what(request),
        who=person.name if person else "",
        reason=str(json.loads(event.args).get("reason", "")),
    )


# The week


def week_figures(context: Context, language: str, since: datetime, until: datetime) -> rules.WeekFigures:
    """Read the network's week."""
    settings = context.settings.network
    read = reader(context, language)
    done = report_queries.list_finished(context.session, since, until)
    finished = [request for request in done if request.kind == "transfer"]
    answers = report_queries.list_answer_times(context.session, since, until)
    return rules.WeekFigures(
        since=since,
        until=until,
        first_day=local(since, settings.timezone).date(),
        last_day=local(until - timedelta(seconds=1), settings.timezone).date(),
        currency=settings.currency,
        transfers=_transfer_week(
            finished,
            settings.kept_customer,
            [took for times in answers.values() for took in times],
        ),
        supports=_support_week(context.session, since, until),
        diversions=_diversion_week(context, done, since, until),
        activations=_activation_week(context.session, done),
        stores=_store_weeks(read, finished, [r for r in done if r.kind in VALUED], since, until),
        case=_case(read, finished),
    )


def _support_week(session: Session, since: datetime, until: datetime) -> rules.SupportWeek | None:
    found = support_queries.figures(session, since, until)
    return rules.SupportWeek(found.done, found.solved, found.satisfaction) if found.done else None


def _diversion_week(
    context: Context, done: Sequence[Request], since: datetime, until: datetime
) -> rules.DiversionWeek | None:
    agreed, offered = diversion_queries.count_consents(context.session, since=since, until=until)
    served = [request for request in done if request.kind == "diversion"]
    if not offered and not served:
        return None
    network = context.settings.network
    costs = ledger_queries.sum_money(context.session, since=since, until=until)
    paid = (cost.total for cost in costs if (cost.rule, cost.currency) == ("cost.compensation", network.currency))
    kept = sum(request.kept == "yes" for request in served)
    return rules.DiversionWeek(len(served), offered, agreed, sum(paid), kept * network.kept_customer)


def _activation_week(session: Session, done: Sequence[Request]) -> rules.ActivationWeek | None:
    moved = [request.id for request in done if request.kind == "activation"]
    return rules.ActivationWeek(len(moved), dead_queries.count_moved(session, moved)) if moved else None


def standings(session: Session, stores: Iterable[Store], since: datetime, until: datetime) -> tuple[Standing, ...]:
    """Read what stores are ranked by, from `since` up to but not at `until`."""
    return standings_of(stores, tally_queries.list_totals(session, since, until))


def standings_of(stores: Iterable[Store], totals: dict[int, Total]) -> tuple[Standing, ...]:
    """Say what stores are ranked by, given what they earned and how they answered."""
    none = Total()
    found = ((store, totals.get(store.id, none)) for store in stores)
    return tuple(Standing(store.id, total.points, total.mean_answer, total.earned_at) for store, total in found)


def _transfer_week(finished: list[Request], kept_customer: int, answers: list[timedelta]) -> rules.TransferWeek:
    kept = sum(request.kept == "yes" for request in finished)
    return rules.TransferWeek(
        count=len(finished),
        response=mean(_response(request) for request in finished),
        delivery=mean(_took(request) - _response(request) for request in finished),
        decision=median_high(answers) if answers else None,
        kept=kept,
        value=kept * kept_customer,
    )


def _store_weeks(
    read: Reader, finished: list[Request], valued: list[Request], since: datetime, until: datetime
) -> tuple[rules.StoreWeek, ...]:
    session, network = read.context.session, read.context.settings.network
    before, _ = rules.week_before(local(since, network.timezone).date(), network.timezone)
    active = [store for store in read.stores.values() if store.active]
    now = standings(session, active, since, until)
    places = rules.places(now, standings(session, active, before, since))
    received: dict[int, int] = {}
    kept: dict[int, int] = {}
    for request in finished:
        received[request.store_id] = received.get(request.store_id, 0) + 1
    for request in valued:
        kept[request.store_id] = kept.get(request.store_id, 0) + (request.kept == "yes")
    lines = [
        rules.StoreWeek(
            store_id=store.id,
            code=store.code,
            name=store.name,
            region_id=store.region_id,
            points=standing.points,
            received=received.get(store.id, 0),
            answer=standing.mean_answer,
            value=kept.get(store.id, 0) * network.kept_customer,
            place=places[store.id][0],
            shared=places[store.id][1],
            moved=places[store.id][2],
        )
        for store, standing in zip(active, now, strict=True)
    ]
    return tuple(sorted(lines, key=lambda line: (line.place, line.code)))


def _case(read: Reader, finished: list[Request]) -> rules.Case | None:
    """Choose the kept customer who was served fastest; nobody's name is in it."""
    kept = [request for request in finished if request.kept == "yes"]
    if not kept:
        return None
    best = min(kept, key=lambda request: (_took(request), request.id))
    return rules.Case(
        label=read.label(best),
        what=read.what(best),
        store=read.store(best.store_id),
        owner=read.store(best.owner_store_id),
        response=_response(best),
        took=_took(best),
    )


def _response(request: Request) -> timedelta:
    """Return how long it took from the opening to the final acceptance."""
    assert request.accepted_at is not None
    return request.accepted_at - request.opened_at


def _took(request: Request) -> timedelta:
    """Return how long it took from the opening to the confirmed end."""
    assert request.finished_at is not None
    return request.finished_at - request.opened_at
