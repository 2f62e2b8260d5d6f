"""Changing a request while it runs: what is asked for, who has it, and its end undone; each with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from handlers import access, forms, notify, texts
from handlers.access import ASKERS
from handlers.chat import Message, message
from handlers.durations import say_duration
from handlers.errors import BadFields, BadInput, NotAllowed, TooLate
from handlers.messages import sentence
from handlers.registry import button, command, form
from handlers.requests import around_messages, cards, clocks, life, messages, rules
from handlers.requests.commands import MOST_REASON, check_requester, done, find, name_of, reason_in, withdraw
from handlers.requests.grammar import clean
from handlers.requests.kinds import Change, kind_of
from handlers.working_time import add_working
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.tables.people import Person
from storage.tables.requests import NOT_TAKEN, OPEN_STATES, AskState, Request, State, Step, Urgency

if TYPE_CHECKING:
    from handlers.context import Context

LONGEST_MATTER = 200
# Before anything is on its way the requester can still change what is wanted.
EDITABLE = (*NOT_TAKEN, State.ACCEPTED)
# What ended by somebody's word can begin again; what was done cannot.
REOPENABLE = frozenset({State.WITHDRAWN, State.CLOSED})


# What every kind, or many, let change


def _urgency_now(context: Context, request: Request, language: str) -> str:
    return texts.say(language, f"urgency.{request.urgency}")


def _change_urgency(context: Context, request: Request, words: str) -> None:
    """Run the clocks that are not broken anew by another urgency, from now on."""
    if request.held_at is not None:
        raise BadFields({"value": "around.held_already"})
    said = clean(words, 20).casefold()
    known = {
        written: urgency
        for urgency in Urgency
        for label in texts.sentences(f"urgency.{urgency}").values()
        for written in (str(urgency), label.casefold(), label.partition(" ")[2].casefold())
    }
    if said not in known:
        raise BadFields({"value": "around.bad_urgency"})
    request.urgency = known[said]
    for step in request_queries.list_running_steps(context.session, request.id):
        if step.breached_at is None and step.due_at > context.now:
            _restart(context, request, step)


def _restart(context: Context, request: Request, step: Step) -> None:
    kind, table = kind_of(request), clocks.clocks_of(context, request)
    store = people_queries.get_store(context.session, step.store_id)
    own = kind.find_step(step.name)
    if own is None:
        length = getattr(table, step.name, None)
        if not isinstance(length, timedelta):
            return
        due_at = add_working(rules.clock_hours(store, request.urgency), context.now, length)
    elif own.fixed:
        return
    else:
        due_at = kind.due(context, request, step.name, store)
    clocks.move(context, request, step, due_at)
    if step.name == kind.whole:
        request.cap_at = due_at


def _matter_now(context: Context, request: Request, language: str) -> str:
    return messages.say_matter(language, request.matter)


def _change_matter(context: Context, request: Request, words: str) -> None:
    matter = clean(words, LONGEST_MATTER)
    if not matter:
        raise BadFields({"value": "around.change_usage"})
    request.matter = matter


URGENCY = Change("around.urgency", EDITABLE, _urgency_now, _change_urgency, around_messages.urgencies)
_MATTER = Change("around.matter", OPEN_STATES, _matter_now, _change_matter, wordy=True)


def _changes(context: Context, request: Request) -> Mapping[str, Change]:
    """Return what can be changed of a request as it stands."""
    known = {**kind_of(request).changes, "matter": _MATTER}
    return {name: change for name, change in known.items() if request.state in change.states}


# Changing


@command("edit", "修改", "editar", roles=ASKERS)
def edit(context: Context, words: str) -> None:
    """Change what a request of one's store asks for, with a reason."""
    wanted, _, rest = words.partition(" ")
    request = find(context, wanted, lock=True)
    check_requester(context, request, *State)
    known = _changes(context, request)
    if not known:
        raise TooLate("around.nothing_to_change", state=_state_words(context, request))
    if not rest.strip():
        language = context.language
        shown = [(name, context.words(one.label), one.now(context, request, language)) for name, one in known.items()]
        context.answer(around_messages.change_choices(language, request, name_of(request), shown))
        return
    said, _, more = rest.strip().partition(" ")
    name = next((name for name, one in known.items() if _is_called(said, name, one)), "")
    if not name:
        names = " / ".join(context.words(one.label) for one in known.values())
        raise BadInput("around.change_which", label=name_of(request), names=names)
    if not more.strip():
        raise BadInput("around.change_usage")
    value, _, reason = (more.strip(), "", "") if known[name].wordy else more.strip().partition(" ")
    if not clean(reason, MOST_REASON):
        _ask_change(context, request, name, known[name], {"value": value})
        return
    _apply(context, request, name, value, clean(reason, MOST_REASON))


def _is_called(said: str, name: str, change: Change) -> bool:
    return said.casefold() in {name, *(label.casefold() for label in texts.sentences(change.label).values())}


def _state_words(context: Context, request: Request) -> str:
    return messages.state_words(context.language, cards.facts_of(context, request, events=False))


@button("request.change", roles=ASKERS)
def press_change(context: Context, request: int, field: str) -> None:
    """Ask for the new value and the reason."""
    found = request_queries.get_request(context.session, request)
    _ask_change(context, found, field, _check_change(context, found, field), {})


def _check_change(context: Context, request: Request, name: str) -> Change:
    check_requester(context, request, *State)
    change = _changes(context, request).get(name)
    if change is None:
        raise TooLate("request.not_now", state=_state_words(context, request))
    return change


def _ask_change(context: Context, request: Request, name: str, change: Change, filled: dict[str, str]) -> None:
    language = context.language
    now = change.now(context, request, language)
    asked = around_messages.change_form(
        language, request, name, context.words(change.label), now, change.options(language)
    )
    forms.ask(context, asked, filled=filled)


@form("request.change", roles=ASKERS)
def send_change(context: Context, values: dict[str, str], request: int, field: str) -> None:
    """Change one thing of a request."""
    found = request_queries.get_request(context.session, request)
    _check_change(context, found, field)
    reason = clean(values.get("reason", ""), MOST_REASON)
    if not reason:
        raise BadFields({"reason": "request.reason_words"})
    _apply(context, found, field, values.get("value", ""), reason)


def _apply(context: Context, request: Request, name: str, value: str, reason: str) -> None:
    """Change it, put it into the story, tell whoever prepares it, and ask again where another store fits now."""
    change = _check_change(context, request, name)
    language = context.settings.network.language
    before, was = str(request.state), change.now(context, request, language)
    change.run(context, request, value)
    now = change.now(context, request, language)
    if now == was:
        raise BadFields({"value": "around.unchanged"})
    _note(context, request, "changed", field=name, label=change.label, before=was, after=now, reason=reason)
    _tell_provider(context, request, change, was, now, reason)
    _ask_again(context, request)
    done(context, request, "request.change", before, reason=f"{name} {was} → {now}: {reason}")


def _tell_provider(context: Context, request: Request, change: Change, was: str, now: str, reason: str) -> None:
    ask = request_queries.find_open_ask(context.session, request.id)
    if ask is None:
        return
    store = people_queries.get_store(context.session, request.store_id).name

    def words(language: str, timezone: str) -> Message:
        label, brief = cards.brief(context, request, language)
        values = {"label": label, "brief": brief, "store": store, "before": was, "after": now, "reason": reason}
        return message(texts.say(language, "around.changed_told", field=texts.say(language, change.label), **values))

    leaders = life.reachable_leaders(context, ask.store_id)
    notify.tell_each(context, leaders, words, priority=cards.priority_of(request))


def _ask_again(context: Context, request: Request) -> None:
    """Ask another store where the one that is asked does not fit any more, or where nobody was left and now is."""
    if request.state not in {State.ASKING, State.UNFILLED}:
        return
    context.session.flush()
    candidates = kind_of(request).candidates(context, request)
    ask = request_queries.find_open_ask(context.session, request.id)
    asked = {one.store_id for one in request_queries.list_asks(context.session, request.id)}
    fits = {one.store_id for one in candidates}
    if ask is not None and ask.store_id not in fits:
        life.drop_ask(context, request, AskState.CANCELLED)
        life.ask_next(context, request)
    elif ask is None and fits - asked:
        life.end_unfilled(context, request)
        life.ask_next(context, request)


# Handing over


@command("handover", "移交", "traspasar", roles=ASKERS)
def handover(context: Context, words: str) -> None:
    """Hand a request, asked or owned, to a colleague of the same store."""
    wanted, _, rest = words.partition(" ")
    request = find(context, wanted, lock=True)
    owns = request.owner_store_id is not None and access.works_at(context.me, request.owner_store_id)
    if not owns and not access.works_at(context.me, request.store_id):
        raise NotAllowed("around.not_party")
    if request.ended_at is not None:
        raise TooLate("request.over")
    colleague, reason = _colleague(context, rest.strip())
    has = request.owner_person_id if owns else request.author_id
    if has == colleague.id:
        raise TooLate("around.handed_already", name=colleague.name)
    if owns:
        request.owner_person_id = colleague.id
    else:
        request.author_id = colleague.id
    _note(context, request, "handed", whom=colleague.name, reason=reason)

    def told(language: str, timezone: str) -> Message:
        label, brief = cards.brief(context, request, language)
        values = {"who": context.me.name, "label": label, "brief": brief, "reason": reason}
        show = messages.show_button(language, label, request)
        return message(texts.say(language, "around.handed_told", **values), buttons=((show,),))

    notify.tell_each(context, [colleague], told, priority=cards.priority_of(request))
    done(context, request, "request.handover", str(request.state), reason=f"{colleague.name}: {reason}")


def _colleague(context: Context, words: str) -> tuple[Person, str]:
    """Read a colleague's name and the reason. Raises BadInput."""
    assert context.store is not None
    staff = people_queries.list_staff(context.session, context.store.id, ASKERS)
    named = [one for one in staff if one.active and words.casefold().startswith(one.name.casefold())]
    if not named:
        name = clean(words, 40).partition(" ")[0]
        raise BadInput("around.no_colleague", name=name) if name else BadInput("around.handover_usage")
    found = max(named, key=lambda one: len(one.name))  # 王五 is not 王五一
    reason = clean(words[len(found.name) :].lstrip(" ,，:："), MOST_REASON)
    if not reason:
        raise BadInput("around.handover_usage")
    return found, reason


# Withdrawing and reopening


@command("withdraw", "撤回", "retirar", roles=ASKERS)
def withdraw_in_words(context: Context, words: str) -> None:
    """Withdraw a request, with the reason."""
    wanted, _, rest = words.partition(" ")
    request = find(context, wanted, lock=True)
    withdraw(context, request, reason_in(rest, example=context.words("example.withdraw")))


@command("reopen", "重开", "reabrir", roles=ASKERS)
def reopen(context: Context, words: str) -> None:
    """Begin again with a request that ended a short time ago, by its own stores, with the reason."""
    wanted, _, rest = words.partition(" ")
    request = find(context, wanted, lock=True)
    owns = request.owner_store_id is not None and access.leads(context.me, request.owner_store_id)
    if not owns and not access.works_at(context.me, request.store_id):
        raise NotAllowed("around.not_party")
    reason = reason_in(rest, example=context.words("example.reopen"))
    label, after = name_of(request), clocks.rules_of(context, request).limits.reopen
    if request.ended_at is None:
        raise TooLate("around.not_ended", label=label)
    if request.state not in REOPENABLE:
        raise TooLate("around.done_for_good", label=label)
    if context.now >= request.ended_at + after:
        raise TooLate("around.reopen_too_late", label=label, after=say_duration(after, context.language))
    before, owner_id = str(request.state), request.owner_store_id
    _begin_again(context, request, reason)
    store = context.store.name if context.store else ""

    def told(language: str, timezone: str) -> Message:
        brief = cards.brief(context, request, language)[1]
        return sentence(
            texts.say(language, "around.reopened_told", label=label, brief=brief, store=store, reason=reason)
        )

    others = {one.id: one for one in life.reachable_leaders(context, owner_id)} if owner_id is not None else {}
    author = people_queries.get_person(context.session, request.author_id)
    others[author.id] = author
    others.pop(context.my_id, None)
    notify.tell_each(context, others.values(), told, priority=cards.priority_of(request))
    done(context, request, "request.reopen", before, reason=reason)


def _begin_again(context: Context, request: Request, reason: str) -> None:
    """Open a request again: its clock of the whole goes on where it stopped, and the stores are asked anew."""
    kind = kind_of(request)
    for step in request_queries.list_steps(context.session, request.id):
        if step.name == kind.whole and step.turn == 0:
            step.ended_at = step.outcome = None
    request.held_at, request.ended_at, request.end_reason = request.ended_at, None, ""
    request.owner_store_id = request.owner_person_id = request.accepted_at = None
    request.state = State.ASKING
    context.session.flush()
    clocks.go_on(context, request)  # as after a hold: to withdraw and reopen wins nobody time
    _note(context, request, "reopened", reason=reason)
    times = request_queries.count_events(context.session, request.id, "reopened")
    context.later(
        clocks.key(request, 0, "open", f"too_long{times}"),
        "requests.open_too_long",
        context.now + clocks.rules_of(context, request).limits.answer_all,
        request_id=request.id,
        request=request.id,
    )
    if kind.reopened is not None:
        kind.reopened(context, request)
    else:
        life.ask_next(context, request)


def _note(context: Context, request: Request, word: str, **values: object) -> None:
    store_id = context.store.id if context.store else None
    request_queries.add_event(
        context.session, request.id, word, context.now, person_id=context.my_id, store_id=store_id, **values
    )
