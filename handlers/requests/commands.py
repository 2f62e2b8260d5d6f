"""What people do with a request of any kind: answer it, withdraw it, give it back, and say what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from handlers import access, forms, notify
from handlers.access import ASKERS, REGION, STORE_LEADERS
from handlers.chat import message_from_json
from handlers.errors import BadFields, BadInput, NotAllowed, NotFound, TooLate
from handlers.messages import sentence
from handlers.registry import button, form
from handlers.requests import answering, cards, clocks, life, messages, promises, rules
from handlers.requests.grammar import classify_reason, clean, parse_answer, parse_quantity, parse_score
from handlers.requests.kinds import Side, kind_by_letter, kind_of
from handlers.requests.messages import CardFacts
from handlers.requests.telling import authors, tell_author, tell_provider
from storage.queries import chats as chat_queries
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.tables.people import Person
from storage.tables.requests import Ask, Request, State

if TYPE_CHECKING:
    from handlers.context import Context

MOST_REASON = 200


def find(context: Context, words: str, *, lock: bool) -> Request:
    """Find the request people call by this label. Raises BadInput or NotFound."""
    letter, number = rules.parse_label(words)
    kind = kind_by_letter(letter)
    found = request_queries.find_request(context.session, kind.name, number) if kind else None
    if found is None:
        raise NotFound("request.unknown", label=rules.label(letter, number))
    return request_queries.get_request(context.session, found.id, lock=lock)


def request_of_card(context: Context) -> Request | None:
    """Return the request whose card was answered, locked; any message of ours that names one request does as well."""
    inbound = context.inbound
    assert inbound is not None
    origin = inbound.origin
    for message in (inbound.reply_to, origin.thread):
        card = chat_queries.find_card_at(context.session, origin.platform, origin.chat, message)
        if card is not None and card.request_id is not None:
            return request_queries.get_request(context.session, card.request_id)
    said = chat_queries.find_said(context.session, origin.platform, origin.chat, inbound.reply_to)
    labels = rules.labels_in(message_from_json(said).plain) if said else set()
    if len(labels) != 1:
        return None
    letter, number = labels.pop()
    kind = kind_by_letter(letter)
    named = request_queries.find_request(context.session, kind.name, number) if kind else None
    return request_queries.get_request(context.session, named.id) if named else None


def name_of(request: Request) -> str:
    """Return a request's label."""
    return rules.label(kind_of(request).letter, request.number)


def satisfaction_in(values: dict[str, str]) -> int:
    """Read how satisfied the customer is from a form. Raises BadFields."""
    score = parse_score(values.get("satisfaction", ""))
    if score is None:
        raise BadFields({"satisfaction": "request.bad_satisfaction"})
    return score


def reason_in(words: str, *, example: str) -> str:
    """Return a reason cleaned. Raises BadInput when there is none."""
    reason = clean(words, MOST_REASON)
    if not reason:
        raise BadInput("request.reason_needed", example=example)
    return reason


# Answering


def lock_ask(context: Context, ask_id: int) -> tuple[Request, Ask]:
    """Lock the request of an ask, and check that who speaks may answer it now."""
    request = request_queries.get_request_of_ask(context.session, ask_id)
    ask = request_queries.get_ask(context.session, ask_id, fresh=True)
    rules.check_may_answer(
        ask,
        request,
        context.me,
        access.leads(context.me, ask.store_id) or plays(context, request),
        owner=_owner_name(context, request),
        asked="" if ask.state in rules.ANSWERABLE else _asked_name(context, request),
    )
    return request, ask


def done(
    context: Context,
    request: Request,
    act: str,
    before: str,
    *,
    reason: str = "",
    words: str = "",
    regions: Iterable[int] | None = None,
) -> CardFacts:
    """Show the cards, put the act on the record, and let who acted know; `regions` as of `cards.refresh`."""
    facts = cards.refresh(context, request, regions)
    tell_author(context, request, before)
    context.audit(
        act, name_of(request), before=before, after=str(request.state), reason=reason, policy_id=request.policy_id
    )
    context.toast(words or context.words("request.done"))
    return facts


@button("request.seen", roles=STORE_LEADERS)
def press_seen(context: Context, ask: int) -> None:
    """Note that the asked store has seen the ask."""
    request, found = lock_ask(context, ask)
    if found.state not in rules.ANSWERABLE:
        raise TooLate("request.over")
    answering.see(context, request, found)
    done(context, request, "request.seen", str(request.state), words=context.words("request.seen_noted"))


@button("request.accept", roles=STORE_LEADERS)
def press_accept(context: Context, ask: int) -> None:
    """Accept an ask whole."""
    accept(context, ask, None)


def accept(context: Context, ask: int, quantity: int | None) -> None:
    """Make the asked store the owner, for all or a part of what is asked for."""
    request, found = lock_ask(context, ask)
    if found.state not in rules.ANSWERABLE and not rules.can_revive(found, request):
        raise TooLate("request.over")
    if kind_of(request).lacks(context, request, found):
        return
    before = str(request.state)
    life.accept(context, request, found, quantity)
    done(context, request, "request.accept", before)


@button("request.accept_part", roles=STORE_LEADERS)
def press_accept_part(context: Context, ask: int) -> None:
    """Ask how many can be given."""
    request, _ = lock_ask(context, ask)
    if not kind_of(request).divisible(context, request):
        raise BadInput("request.bad_quantity", most=1)
    args: dict[str, str | int] = {"ask": ask}
    forms.ask(context, messages.quantity_form(context.language, "request.accept_part", "request.part_title", args))


@form("request.accept_part", roles=STORE_LEADERS)
def send_accept_part(context: Context, values: dict[str, str], ask: int) -> None:
    """Accept a part of what is asked for."""
    quantity = parse_quantity(values.get("quantity", ""))
    if quantity is None:
        raise BadFields({"quantity": "request.bad_quantity"}, most=9999)
    try:
        accept(context, ask, quantity)
    except BadInput as error:  # too many or none: a wrong field, not a lost form
        raise BadFields({"quantity": error.key}, **error.values) from error


@button("request.refuse", roles=STORE_LEADERS)
def press_refuse(context: Context, ask: int) -> None:
    """Ask why; the clock runs on."""
    request, found = lock_ask(context, ask)
    if found.state not in rules.ANSWERABLE:
        raise TooLate("request.over")
    forms.ask(context, messages.refuse_form(context.language, found, kind_of(request).refusals))


@form("request.refuse", roles=STORE_LEADERS)
def send_refuse(context: Context, values: dict[str, str], ask: int) -> None:
    """Refuse with a reason."""
    code, words = values.get("reason", ""), clean(values.get("words", ""), MOST_REASON)
    if code not in messages.REFUSALS:  # asked why, people write it rather than choose
        code, words = _reason_written(code)
    if code == "other" and not words:
        raise BadFields({"words": "request.reason_words"})
    refuse(context, ask, code, words)


def _reason_written(written: str) -> tuple[str, str]:
    """Sort a reason in words of one's own. Raises BadFields for a question, or an answer that is no refusal."""
    answer = parse_answer(written)
    words = clean(answer.reason if answer and answer.kind == "refuse" else written, MOST_REASON)
    if not words or words.endswith(("?", "？")) or (answer and answer.kind != "refuse"):
        raise BadFields({"reason": "core.pick_one"})
    return classify_reason(words), words


def refuse(context: Context, ask: int, code: str, words: str) -> None:
    """Refuse an ask; the next store is asked."""
    request, found = lock_ask(context, ask)
    if found.state not in rules.ANSWERABLE:
        raise TooLate("request.over")
    before = str(request.state)
    life.refuse(context, request, found, code, words)
    done(context, request, "request.refuse", before, reason=f"{code} {words}".strip())


def refuse_in_words(context: Context, ask: int, reason: str) -> None:
    """Refuse with a reason written in words, or ask why where there is none."""
    if not reason:
        press_refuse(context, ask)
        return
    refuse(context, ask, classify_reason(reason), clean(reason, MOST_REASON))


# Taking back


@button("request.withdraw", roles=ASKERS)
def press_withdraw(context: Context, request: int) -> None:
    """Withdraw a request."""
    withdraw(context, request_queries.get_request(context.session, request), "")


def withdraw(context: Context, request: Request, reason: str) -> None:
    """End a request by its own store; a provider who prepares it is told."""
    rules.check_may_withdraw(request, context.me)
    before, owner_id = str(request.state), request.owner_store_id
    store = people_queries.get_store(context.session, request.store_id).name
    life.stop(context, request, State.WITHDRAWN, "withdrawn", reason)
    if owner_id is not None:
        tell_provider(context, request, owner_id, "request.provider_told_withdrawn", store=store)
    done(context, request, "request.withdraw", before, reason=reason)


@button("request.cannot", roles=STORE_LEADERS)
def press_cannot(context: Context, request: int) -> None:
    """Ask why a promise cannot be kept."""
    found = request_queries.get_request(context.session, request)
    check_owner(context, found, *kind_of(found).returnable)
    forms.ask(
        context,
        messages.reason_form(context.language, "request.cannot", "request.cannot_title", {"request": request}),
    )


@form("request.cannot", roles=STORE_LEADERS)
def send_cannot(context: Context, values: dict[str, str], request: int) -> None:
    """Give a promise back, with the reason."""
    reason = clean(values.get("reason", ""), MOST_REASON)
    if not reason:
        raise BadFields({"reason": "request.reason_words"})
    cannot(context, request_queries.get_request(context.session, request), reason)


def cannot(context: Context, request: Request, reason: str) -> None:
    """Give a promise back: the breach stays with the owner, and the next store is asked."""
    check_owner(context, request, *kind_of(request).returnable)
    before = str(request.state)
    life.break_promise(context, request, reason)
    done(context, request, "request.cannot", before, reason=reason)


def plays(context: Context, request: Request) -> bool:
    """Say whether who speaks practises with this request, and so plays both sides of it."""
    return request.practice and request.author_id == context.person_id


def check_owner(context: Context, request: Request, *states: State) -> None:
    """Raise unless who speaks belongs to the owner's store and the request is in one of these states."""
    works_there = request.owner_store_id is not None and access.works_at(context.me, request.owner_store_id)
    if not works_there and not (request.owner_store_id is not None and plays(context, request)):
        raise NotAllowed("request.not_owner")
    check_state(context, request, *states)


def check_requester(context: Context, request: Request, *states: State) -> None:
    """Raise unless who speaks belongs to the store that asked and the request is in one of these states."""
    if not access.works_at(context.me, request.store_id):
        raise NotAllowed("request.not_yours")
    check_state(context, request, *states)


def check_side(context: Context, request: Request, side: Side, *states: State) -> None:
    """Raise unless who speaks belongs to the store on this side and the request is in one of these states."""
    (check_owner if side == "owner" else check_requester)(context, request, *states)


def check_state(context: Context, request: Request, *states: State) -> None:
    """Raise unless the request is in one of these states."""
    if request.state not in states:
        facts = cards.facts_of(context, request)
        raise TooLate("request.not_now", state=messages.state_words(context.language, facts))


# What the requester is asked


@button("request.progress", roles=ASKERS)
def press_progress(context: Context, request: int, number: int, answer: str) -> None:
    """Note whether a line went to the customer; the first answer counts."""
    found = request_queries.get_request(context.session, request)
    if not access.works_at(context.me, found.store_id):
        raise NotAllowed("request.not_yours")
    prompted = request_queries.find_progress(context.session, request, number)
    if prompted is None or answer not in {"sent", "skipped"}:
        raise TooLate("core.unknown_button")
    if not prompted.answer:
        prompted.answer, prompted.answered_at = answer, context.now
        request_queries.add_event(
            context.session, request, "progress", context.now, person_id=context.my_id, number=number, answer=answer
        )
    context.audit("request.progress", name_of(found), after=prompted.answer, policy_id=found.policy_id)
    context.toast(context.words("request.progress_thanks"))


def may_record(context: Context, request: Request) -> bool:
    """Say whether a request can be recorded; where nobody said if its customer was kept, ask for that once more."""
    if not promises.lacks_kept(request):
        return True
    mine = access.works_at(context.me, request.store_id) or access.oversees(context.me, request.region_id)
    asked = {person.id: person for person in (*authors(context, request), *([context.me] if mine else ()))}
    ask_kept(context, request, asked.values())
    store = people_queries.get_store(context.session, request.store_id).name
    key = "promise.kept_first_you" if mine else "promise.kept_first"
    context.answer(sentence(context.words(key, label=name_of(request), store=store)))
    return False


def ask_kept(context: Context, request: Request, people: Iterable[Person]) -> None:
    """Ask these people whether the customer was kept."""
    label = name_of(request)
    notify.tell_each(context, people, lambda language, _zone: messages.kept_question(language, label, request))


@button("request.kept", roles=ASKERS | REGION)
def press_kept(context: Context, request: int, kept: str) -> None:
    """Note whether the customer was kept, by the own store or an overseer; a later answer corrects an earlier one."""
    found = request_queries.get_request(context.session, request)
    if not (access.works_at(context.me, found.store_id) or access.oversees(context.me, found.region_id)):
        raise NotAllowed("request.not_yours")
    if found.finished_at is None or kept not in {"yes", "no", "unknown"}:
        raise TooLate("core.unknown_button")
    before, found.kept = found.kept, kept
    if before != kept:
        request_queries.add_event(context.session, request, "kept", context.now, person_id=context.my_id, kept=kept)
    words = context.words("request.kept_noted", kept=context.words(f"request.kept_{kept}"))
    done(context, found, "request.kept", before, words=words)


@button("request.snooze", roles=STORE_LEADERS)
def press_snooze(context: Context, step: int) -> None:
    """Skip the next reminder of this step; the limit itself is still told."""
    found = request_queries.get_step(context.session, step)
    request = request_queries.get_request(context.session, found.request_id)
    found = request_queries.get_step(context.session, step, fresh=True)
    if not access.leads(context.me, found.store_id):
        raise NotAllowed("request.not_owner")
    if found.ended_at is not None or found.breached_at is not None:
        raise TooLate("request.over")
    before, skipped = found.snoozed, found.snoozed.split()
    to_come = [str(per_cent) for per_cent, at in clocks.nudges_of(context, request, found) if at > context.now]
    if to_come and to_come[0] not in skipped:
        found.snoozed = " ".join([*skipped, to_come[0]])
    context.audit("request.snooze", name_of(request), before=before, after=found.snoozed, policy_id=request.policy_id)
    context.toast(context.words("request.snoozed"))


def _owner_name(context: Context, request: Request) -> str:
    """Name who has a request: the person who accepted, else the store."""
    if request.owner_person_id is not None:
        person = people_queries.get_person(context.session, request.owner_person_id)
        store = people_queries.get_store(context.session, request.owner_store_id or 0)
        return f"{store.name} {person.name}"
    if request.owner_store_id is not None:
        return people_queries.get_store(context.session, request.owner_store_id).name
    return "—"


def _asked_name(context: Context, request: Request) -> str:
    ask = request_queries.find_open_ask(context.session, request.id)
    return people_queries.get_store(context.session, ask.store_id).name if ask else "—"


def regions_of(context: Context, request: Request) -> set[int]:
    """Return the regions that have to do with a request: the requester's, and those of the stores asked."""
    asked = {ask.store_id for ask in request_queries.list_asks(context.session, request.id)}
    return {request.region_id} | {people_queries.get_store(context.session, store).region_id for store in asked}
