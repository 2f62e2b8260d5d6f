"""Supports as people ask for them: what is missing, what is urgent, and who could come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from handlers import forms, notify, texts
from handlers.access import ASKERS, STAFF
from handlers.boards.specialties import find_specialty, split_specialties
from handlers.boards.windows import When, find_when
from handlers.chat import InboundKind, Line, Message, bold, line
from handlers.durations import say_duration
from handlers.errors import BadFields, BadInput, NotAllowed
from handlers.messages import sentence
from handlers.registry import command, form
from handlers.requests import cards, life
from handlers.requests.commands import done, name_of
from handlers.requests.grammar import clean
from handlers.requests.kinds import Candidate, kind_named
from handlers.support import candidates, messages, rules
from handlers.support.rules import Visit
from handlers.support.words import (
    LONGEST_MATTER,
    LONGEST_SPECIALTY,
    LONGEST_TEXT,
    parse_level,
    parse_support,
    says_waiting,
)
from handlers.working_time import local, say_moment
from storage.queries import people as people_queries
from storage.queries import support as support_queries
from storage.queries.rows import add_held
from storage.tables.people import Role, Store
from storage.tables.requests import Ask, Request, State, Urgency
from storage.tables.support import Support

if TYPE_CHECKING:
    from handlers.context import Context

# So many of the ranked stores are named with their reasons.
MOST_EXPLAINED = 3
MOST_VISITS = 20
_NEEDED = ("specialty", "level", "day", "matter")


@command("support", "支援", "soporte", "apoyo", roles=ASKERS, contacts="taken", quotes=True)
def support(context: Context, words: str) -> None:
    """Ask another store for a technician; what is missing is asked for."""
    store, numbers = _store(context), context.settings.rules.supporting
    today = local(context.now, store.timezone).date()
    said = parse_support(words[:LONGEST_TEXT], specialties(context), today, rules.parts_of(numbers))
    if said.when.problem:
        raise BadInput(f"support.{said.when.problem}")
    known = {"specialty": said.specialty, "level": said.level, "matter": said.matter}
    _consider(context, known, said.when)


@form("support.post", roles=ASKERS)
def send_post(context: Context, values: dict[str, str], begins: int = -1, until: int = -1) -> None:
    """Post a support from a filled form; a time left as it was shown keeps its end."""
    blank = next((name for name in _NEEDED if not clean(values.get(name, ""), LONGEST_MATTER)), "")
    if blank:
        raise BadFields({blank: "core.needed"}, field=context.words(f"support.{blank}"))
    at = values.get("time", "")
    if begins >= 0 and until >= 0 and at == _clock(begins):
        values = {**values, "time": f"{at}-{_clock(until)}"}
    draft(context, values)


def draft(context: Context, values: Mapping[str, str]) -> None:
    """Ask for what is missing of the form's fields, and post what is whole."""
    known = {"matter": clean(values.get("matter", ""), LONGEST_MATTER)}
    specialty = clean(values.get("specialty", ""), LONGEST_SPECIALTY)
    known["specialty"] = find_specialty(specialty, specialties(context)) or specialty
    if level := values.get("level", ""):
        known["level"] = parse_level(level)
        if not known["level"]:
            raise BadFields({"level": "support.bad_level"})
    _consider(context, known, _when(context, values.get("day", ""), values.get("time", "")))


def _when(context: Context, day: str, time: str) -> When:
    """Read the form's day and time. Raises BadFields for what cannot be read."""
    numbers, store = context.settings.rules.supporting, _store(context)
    today = local(context.now, store.timezone).date()
    when = find_when(clean(f"{day} {time}", 60), today, rules.parts_of(numbers))
    if when.problem:
        field = "time" if when.problem == "no_such_time" and time else "day"
        raise BadFields({field: f"support.{when.problem}"})
    if day and when.day is None:
        raise BadFields({"day": "support.bad_day"})
    if day and when.begins is None:
        picked = context.confirmed or (context.inbound is not None and context.inbound.kind is InboundKind.FORM)
        if time or not picked:
            raise BadFields({"time": "support.need_time"})
        whole = rules.parts_of(numbers).day  # a picker left empty
        return When(when.day, whole[0], whole[1], when.rest)
    return when


def _consider(context: Context, known: dict[str, str], when: When) -> None:
    """Check the time, ask for what is missing, and post what is whole."""
    visit = _visit(context, when)
    filled = {name: value for name, value in known.items() if value}
    if visit is not None and len(filled) == 3 and "level" in filled:
        _open(context, filled["specialty"], filled["level"], visit, filled["matter"])
        return
    inbound = context.inbound
    assert inbound is not None
    args: dict[str, str | int] = {}
    if when.day is not None:
        filled["day"] = when.day.isoformat()
    if when.begins is not None:
        args = {"begins": when.begins, "until": when.until if when.until is not None else -1}
        filled["time"] = _clock(when.begins)
    asked = messages.form(
        context.language,
        specialties(context),
        must_say_time=when.day is not None and not inbound.can_form,
        args=args,
    )
    forms.ask(context, asked, filled=filled)


def _visit(context: Context, when: When) -> Visit | None:
    """Return the visit that was said, None while a part of it is missing. Raises BadFields for one that cannot be."""
    numbers, store = context.settings.rules.supporting, _store(context)
    if when.day is None or when.begins is None:
        if when.day is not None:
            _check_day(context, when.day, store)
        return None
    _check_day(context, when.day, store)
    visit = rules.visit_of(when.day, when.begins, when.until, store.timezone, context.now, numbers)
    if visit is None:
        said = f"{_say_day(context, when.day, store)} {_clock(when.begins)}"
        raise BadFields({"time": "support.past"}, when=said)
    return visit


def _check_day(context: Context, day: date, store: Store) -> None:
    numbers = context.settings.rules.supporting
    today = local(context.now, store.timezone).date()
    if day < today:
        raise BadFields({"day": "support.past"}, when=_say_day(context, day, store))
    if rules.is_too_far(day, today, numbers):
        raise BadFields({"day": "support.too_far"}, when=_say_day(context, day, store), days=numbers.furthest.days)


def _say_day(context: Context, day: date, store: Store) -> str:
    """Write a day, with its year where it is another one."""
    other = day.year != local(context.now, store.timezone).year
    if context.language == "zh":
        return f"{f'{day.year}年' if other else ''}{day.month}月{day.day}日"
    return f"{day:%d/%m/%Y}" if other else f"{day:%d/%m}"


def visit_in(context: Context, words: str) -> Visit:
    """Read a day and a time as they are changed to. Raises BadFields about the field `value`."""
    numbers, store = context.settings.rules.supporting, _store(context)
    today = local(context.now, store.timezone).date()
    when = find_when(clean(words, 60), today, rules.parts_of(numbers))
    problem = when.problem or ("bad_day" if when.day is None else "need_time" if when.begins is None else "")
    if problem:
        raise BadFields({"value": f"support.{problem}"})
    try:
        visit = _visit(context, when)
    except BadFields as error:
        raise BadFields({"value": error.key}, **error.values) from error
    assert visit is not None
    return visit


def urgency_of(context: Context, visit: Visit) -> Urgency:
    """Return how urgent a visit is: less than the lead away is urgent."""
    timezone = _store(context).timezone
    today, day = (local(at, timezone).date() for at in (context.now, visit.starts_at))
    return Urgency.URGENT if rules.is_urgent(day, today, context.settings.rules.supporting) else Urgency.NORMAL


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _store(context: Context) -> Store:
    if context.store is None:
        raise NotAllowed("support.stores_only")
    return context.store


def specialties(context: Context) -> list[str]:
    """List what technicians of the network are good at, each once, in the order of the map."""
    cells = support_queries.list_specialties(context.session)
    return list(dict.fromkeys(one for cell in cells for one in split_specialties(cell)))


# Opening


def _open(context: Context, specialty: str, level: str, visit: Visit, matter: str) -> None:
    urgency = urgency_of(context, visit)
    request = life.open_request(
        context,
        kind_named("support"),
        urgency=urgency,
        matter=matter,
        customer_waits=says_waiting(matter),
        cap_at=visit.ends_at + context.settings.rules.clocks.support.work,
    )
    row = {"request_id": request.id, "specialty": specialty, "level": level}
    add_held(context.session, Support, row | {"starts_at": visit.starts_at, "ends_at": visit.ends_at})
    found = candidates.candidates(context, request)
    life.start(context, request, found)
    facts = done(context, request, "support.open", "", regions=[one.region_id for one in found])
    if urgency is Urgency.URGENT and not request.practice:
        tell_hq(context, request)
    _explain(context, request, facts.ask, found)


def tell_hq(context: Context, request: Request) -> None:
    """Tell HQ of a support that is asked for at short notice; it is asked all the same."""
    store = people_queries.get_store(context.session, request.store_id).name
    lead = context.settings.rules.supporting.lead

    def words(language: str, _zone: str) -> Message:
        label, brief = cards.brief(context, request, language)
        values = {"label": label, "brief": brief, "store": store, "matter": request.matter}
        return sentence(texts.say(language, "support.hq_told", lead=say_duration(lead, language), **values))

    notify.tell_hq(context, words, priority=cards.priority_of(request))


def _explain(context: Context, request: Request, ask: Ask | None, found: list[Candidate]) -> None:
    """Tell who asked which stores could send whom and why, the first ones in order."""
    language, rows = context.language, list[Line]()
    if ask is None:
        rows.append(texts.say_line(language, "support.opened_unfilled", label=name_of(request)))
    else:
        asked = people_queries.get_store(context.session, ask.store_id).name
        rows.append(texts.say_line(language, "support.opened", label=name_of(request), asked=asked))
    if request.urgency is Urgency.URGENT:
        lead = say_duration(context.settings.rules.supporting.lead, language)
        rows.append(texts.say_line(language, "support.opened_urgent", lead=lead))
    if ask is not None:
        said = [(one.name, cards.join_reasons(language, one.reasons)) for one in found[:MOST_EXPLAINED]]
        rows.extend(messages.ranking(language, said))
    context.answer(Message(tuple(rows)))


# Looking


@command("visits", "支援安排", "visitas", roles=STAFF, reading=True)
def visits(context: Context, words: str) -> None:
    """The visits to come: a technician's own, else those from and to the store."""
    store, session = _store(context), context.session
    own = context.me.role is Role.TECHNICIAN
    mine = [one.id for one in support_queries.list_technicians_of(session, store.id) if one.name == context.me.name]
    found = support_queries.list_visits(session, context.now, technicians=mine, store_id=None if own else store.id)[
        :MOST_VISITS
    ]
    rows, buttons = list[Line](), []
    for request, one in found:
        label = name_of(request)
        giver = people_queries.get_store(session, request.owner_store_id or 0).name
        host = people_queries.get_store(session, request.store_id).name
        said = texts.say_line(
            context.language,
            "support.visit_line",
            when=say_moment(one.starts_at, context.timezone, context.now, context.language),
            technician=one.technician,
            giver=giver,
            host=host,
        )
        rows += [line(bold(label), f" {one.specialty} {one.level}"), said]
        if request.state is State.ARRIVED and request.owner_store_id == store.id:
            buttons.append((messages.done_button(context.language, request),))
    context.answer(messages.visits(context.language, rows, tuple(buttons)))
