"""A complaint about a diversion: it is open again, the points are held, and the region decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import access, forms, notify
from handlers.access import ASKERS, REGION
from handlers.chat import Message
from handlers.diversions import messages, rules
from handlers.diversions.reserving import clocks_of
from handlers.diversions.words import parse_outcome
from handlers.durations import say_duration
from handlers.errors import BadFields, BadInput, NotAllowed, TooLate
from handlers.messages import sentence
from handlers.registry import button, command, form
from handlers.requests import cards, clocks, life
from handlers.requests import messages as request_messages
from handlers.requests.commands import MOST_REASON, check_state, done, find, name_of, regions_of
from handlers.requests.grammar import clean
from handlers.requests.telling import authors
from handlers.texts import say
from storage.queries import diversions as diversion_queries
from storage.queries import ledger as ledger_queries
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.tables.diversions import Complaint
from storage.tables.ledger import PointsEntry
from storage.tables.requests import Request, State

if TYPE_CHECKING:
    from handlers.context import Context

# What the story says of a decision.
_DECIDED = {"upheld": "complaint_upheld", "dismissed": "complaint_dismissed"}

# Bringing one


@command("complaint", "投诉", "queja", roles=ASKERS | REGION)
def complain(context: Context, words: str) -> None:
    """Note a complaint about a diversion that was done: its points are held until the region decides."""
    wanted, _, rest = words.strip().partition(" ")
    if not wanted or not rest.strip():
        raise BadInput("diversion.complaint_usage")
    request = _find(context, wanted)
    if context.me.store_id not in {request.store_id, request.owner_store_id} and not _oversees(context, request):
        raise NotAllowed("diversion.complaint_not_yours")
    reason = clean(rest, MOST_REASON)
    if not reason:
        raise BadInput("diversion.complaint_usage")
    check_state(context, request, *(() if request.practice else (State.DONE, State.RECORDED)))
    numbers = clocks.rules_of(context, request).diverting
    assert request.finished_at is not None and request.owner_store_id is not None
    if not rules.may_complain(request.finished_at, context.now, numbers):
        within = say_duration(numbers.complain_within, context.language)
        raise TooLate("diversion.complaint_too_late", within=within)
    if diversion_queries.find_open_complaint(context.session, request.id) is not None:
        raise TooLate("diversion.complaint_open")
    before = str(request.state)
    complaint = _open(context, request, reason)
    _tell_region(context, request, complaint)
    store = people_queries.get_store(context.session, request.owner_store_id).name
    done(context, request, "diversion.complaint", before, reason=reason)
    context.answer(sentence(context.words("diversion.complaint_noted", label=name_of(request), store=store)))


def _find(context: Context, words: str) -> Request:
    request = find(context, words, lock=True)
    if request.kind != "diversion":
        raise BadInput("diversion.diversions_only")
    return request


def _oversees(context: Context, request: Request) -> bool:
    return any(access.oversees(context.me, region) for region in regions_of(context, request))


def _open(context: Context, request: Request, reason: str) -> Complaint:
    """Open the request again with the clock of the complaint, and hold the points by a counter-entry."""
    session = context.session
    number = len(diversion_queries.list_complaints(session, request.id)) + 1
    complaint = Complaint(
        request_id=request.id,
        number=number,
        words=reason,
        store_id=context.me.store_id,
        person_id=context.my_id,
        at=context.now,
    )
    session.add(complaint)
    request.state, request.ended_at = State.DONE, None
    session.flush()
    request_queries.add_event(
        session,
        request.id,
        "complained",
        context.now,
        person_id=context.my_id,
        store_id=context.me.store_id,
        words=reason,
    )
    entry = _standing_points(context, request)
    if entry is not None and ledger_queries.reverse_points(
        session, entry.id, reason=reason, person_id=context.my_id, now=context.now
    ):
        _note_points(context, request, "points_held", entry)
    assert request.owner_store_id is not None
    clocks.begin(
        context,
        request,
        "complaint",
        store_id=request.owner_store_id,
        duration=clocks_of(context, request).complaint,
        turn=number,
    )
    # What ended was looked at no more.
    context.later(
        clocks.key(request, 0, "open", f"complaint{number}"),
        "requests.open_too_long",
        context.now + clocks.rules_of(context, request).limits.still_open,
        request_id=request.id,
        request=request.id,
        again=True,
    )
    return complaint


def _standing_points(context: Context, request: Request) -> PointsEntry | None:
    """Find the points of a request that nothing has undone."""
    entries = ledger_queries.list_entries(context.session, request_id=request.id)
    undone = {entry.reverses_id for entry in entries}
    return next((one for one in entries if one.reverses_id is None and one.id not in undone), None)


def _note_points(context: Context, request: Request, word: str, entry: PointsEntry) -> None:
    request_queries.add_event(
        context.session,
        request.id,
        word,
        context.now,
        person_id=context.person_id,
        store_id=entry.store_id,
        points=entry.points,
    )


def _tell_region(context: Context, request: Request, complaint: Complaint) -> None:
    who = context.store.name if context.store is not None else context.me.name
    store = people_queries.get_store(context.session, request.owner_store_id or 0).name

    def words(language: str, timezone: str) -> Message:
        label, brief = cards.brief(context, request, language)
        return messages.complaint(language, label, brief, who, complaint.words, store, request, complaint.number)

    if not notify.tell_region(context, request.region_id, words):
        notify.tell_hq(context, words)


# Deciding one


@command("resolve", "裁定", "resolver", roles=REGION)
def resolve(context: Context, words: str) -> None:
    """Decide a complaint: upheld, the points stay back; dismissed, they are entered again."""
    wanted, _, rest = words.strip().partition(" ")
    said = parse_outcome(rest)
    if not wanted or said is None:
        raise BadInput("diversion.resolve_usage")
    request = _find(context, wanted)
    complaint = diversion_queries.find_open_complaint(context.session, request.id)
    _decide(context, request, complaint, *said)
    context.answer(sentence(context.words("request.done")))


@button("diversion.resolve", roles=REGION)
def press_resolve(context: Context, request: int, number: int, outcome: str) -> None:
    """Ask for the reason of the decision."""
    found = request_queries.get_request(context.session, request)
    _check_open(context, found, diversion_queries.find_open_complaint(context.session, request), number)
    args: dict[str, str | int] = {"request": request, "number": number, "outcome": outcome}
    title = "diversion.resolve_title"
    forms.ask(context, request_messages.reason_form(context.language, "diversion.resolve", title, args))


@form("diversion.resolve", roles=REGION)
def send_resolve(context: Context, values: dict[str, str], request: int, number: int, outcome: str) -> None:
    """Decide a complaint, with the reason."""
    found = request_queries.get_request(context.session, request)
    complaint = _check_open(context, found, diversion_queries.find_open_complaint(context.session, request), number)
    reason = clean(values.get("reason", ""), MOST_REASON)
    if not reason:
        raise BadFields({"reason": "request.reason_words"})
    _decide(context, found, complaint, outcome, reason)


def _check_open(
    context: Context, request: Request, complaint: Complaint | None, number: int | None = None
) -> Complaint:
    """Return the open complaint. Raises unless who speaks oversees the request and this one is still open."""
    if not _oversees(context, request):
        raise NotAllowed("request.not_your_region")
    if complaint is None or (number is not None and complaint.number != number):
        raise TooLate("diversion.no_complaint")
    return complaint


def _decide(context: Context, request: Request, complaint: Complaint | None, outcome: str, reason: str) -> None:
    complaint = _check_open(context, request, complaint)
    before = str(request.state)
    complaint.outcome, complaint.reason = outcome, reason
    complaint.resolved_by, complaint.resolved_at = context.my_id, context.now
    context.session.flush()
    request_queries.add_event(
        context.session, request.id, _DECIDED[outcome], context.now, person_id=context.my_id, words=reason
    )
    if outcome == "dismissed":
        _release_points(context, request, complaint)
    clocks.end(context, request, "complaint")
    if request_queries.find_running_step(context.session, request.id, "record") is None:
        life.record(context, request)  # the paperwork was done before
    _tell_parties(context, request, f"diversion.resolved_told_{outcome}", reason)
    done(context, request, "diversion.resolve", before, reason=f"{outcome} {reason}")


def _release_points(context: Context, request: Request, complaint: Complaint) -> None:
    """Enter the points again that the complaint took back."""
    entries = ledger_queries.list_entries(context.session, request_id=request.id)
    held = next((one for one in entries if one.reverses_id is not None), None)  # the newest counter-entry
    if held is None or _standing_points(context, request) is not None:
        return
    ledger_queries.add_points(
        context.session,
        key=f"request:{request.id}:diversion:released:{complaint.number}",
        store_id=held.store_id,
        points=-held.points,
        rule=held.rule,
        policy_id=held.policy_id,
        request_id=request.id,
        now=context.now,
        person_id=context.my_id,
    )
    request_queries.add_event(
        context.session,
        request.id,
        "points_released",
        context.now,
        person_id=context.my_id,
        store_id=held.store_id,
        points=-held.points,
    )


def _tell_parties(context: Context, request: Request, key: str, reason: str) -> None:
    def words(language: str, timezone: str) -> Message:
        label, brief = cards.brief(context, request, language)
        return sentence(say(language, key, label=label, brief=brief, reason=reason))

    people = [*authors(context, request), *life.reachable_leaders(context, request.owner_store_id or 0)]
    notify.tell_each(context, people, words)
