"""The words of every request: its card, its story, and what people hear of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from handlers import texts
from handlers.chat import Button, Field, Form, Line, Look, Message, Span, bold, copy, line, mention, message
from handlers.durations import say_duration
from handlers.requests import around_messages, catalogue, rules  # noqa: F401 - the sentences
from handlers.working_time import say_moment
from storage.tables.people import Person
from storage.tables.requests import AT_WORK, WORK_DONE, Ask, AskState, Event, Request, State, Step

REFUSALS = ("no_stock", "reserved", "no_hands", "no_need", "other")

# What is wrong, where one of these was picked.
MATTERS = ("waiting", "booked", "restock")

# The last lines of the story stand on the card: plain groups have no threads.
STORY_LINES = 4

# Why a store was passed over.
_SKIPPED = {"closed": "closed_now", "nobody": "nobody_there", "taken": "taken_now", "stale": "stale_now"}

# What timers say about requests, of which many may come in one minute.
NOTICES = "requests"


# What every reader of a language and a time zone sees of a card: the lines above and those below their own.
Body = tuple[tuple[Line, ...], tuple[Line, ...]]


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What a card shows, free of language and reader; the kind's own lines are given apart."""

    label: str
    request: Request
    store: str
    asked: str  # who is asked or owns it, "" for nobody
    ask: Ask | None
    home: str  # the requester's time zone: a reader elsewhere sees his own with its offset
    clock: Step | None  # the step that runs, the one that is due first
    next_target: str
    next_at: datetime | None
    events: Sequence[Event]
    stores: dict[int, str] = field(default_factory=dict)
    people: dict[int, str] = field(default_factory=dict)
    beside: Sequence[Step] = ()  # what runs beside it, in time
    late: tuple[Person, ...] = ()  # who is called on, after a broken limit
    bodies: dict[tuple[str, str], Body] = field(default_factory=dict)  # what was written of it; see `card`


def state_words(language: str, facts: CardFacts) -> str:
    """Say where a request stands."""
    state = facts.request.state
    if state is State.ASKING:
        seen = facts.ask is not None and facts.ask.state is AskState.SEEN
        return texts.say(language, "request.asking_seen" if seen else "request.asking_pending", store=facts.asked)
    if state in {*AT_WORK, *WORK_DONE}:
        return texts.say(language, f"{facts.request.kind}.state_{state}", store=facts.asked)
    return texts.say(language, f"request.{state}")


def card(language: str, body: Body, *, buttons: tuple[tuple[Button, ...], ...] = (), reasons: str = "") -> Message:
    """Write the card of one reader: what `body` says to all, why they are asked, and their buttons."""
    above, below = body
    if reasons:
        why = texts.say_line(language, "request.why_you", reasons=reasons)
        above = (*above, why, line(Span(texts.say(language, "request.answer_hint"), "italic")))
    return Message((*above, *below), buttons)


def body(
    language: str, timezone: str, now: datetime, facts: CardFacts, title: str, what: tuple[Line, ...], matter: str
) -> Body:
    """Write what all see: what, how urgent, who asks, who is asked, where it stands, its clock, who hears next."""
    request = facts.request
    asked = facts.asked or texts.say(language, "request.nobody_yet")
    urgency = texts.say(language, f"urgency.{request.urgency}")
    rows: list[Line] = [
        line(bold(f"{facts.label} {title}"), f" · {urgency}"),
        *([line(texts.say(language, "around.practice"))] if request.practice else []),
        *what,
        texts.say_line(language, "request.asked_by", store=facts.store, asked=asked),
        texts.say_line(language, matter, matter=say_matter(language, request.matter)),
    ]
    if request.override_reason:
        rows.append(texts.say_line(language, "request.override", reason=request.override_reason))
    if request.written_by or request.written_at:
        rows.append(around_messages.written(language, request))
    rows.append(texts.say_line(language, "request.state", state=bold(state_words(language, facts))))
    rows.extend(_clock_lines(language, timezone, now, facts))
    if facts.late:
        rows.append(_called_on(language, facts.late))
    told = story(language, timezone, now, facts.events[-STORY_LINES:], facts)
    return tuple(rows), (line("┈┈┈┈┈┈"), *told)


def comma(language: str) -> str:
    """Return what stands between the parts of a list."""
    return "、" if language == "zh" else ", "


def say_matter(language: str, matter: str) -> str:
    """Say a matter: one of ours in the reader's language, words of one's own as they were written."""
    for name in MATTERS:
        if matter in texts.sentences(f"matter.{name}").values():
            return texts.say(language, f"matter.{name}")
    return matter


def story(language: str, timezone: str, now: datetime, events: Sequence[Event], facts: CardFacts) -> list[Line]:
    """Write lines of a request's story, each with its local time."""
    return [
        line(f"{say_moment(event.at, timezone, now, language)} {event_words(language, event, facts)}")
        for event in events
    ]


def without_echoes(events: Sequence[Event]) -> list[Event]:
    """Leave out what says no more than the line before it, as when one role hears of two sides in the same minute."""
    return [event for before, event in zip((None, *events), events, strict=False) if not _is_echo(before, event)]


def _is_echo(before: Event | None, event: Event) -> bool:
    return (
        before is not None
        and event.word == before.word
        and event.person_id is None
        and (event.args, event.store_id) == (before.args, before.store_id)
        and event.at - before.at < timedelta(minutes=1)
    )


def event_words(language: str, event: Event, facts: CardFacts) -> str:
    """Say one line of the story."""
    values = json.loads(event.args)
    words: dict[str, str] = {
        "store": facts.stores.get(event.store_id or 0, ""),
        "who": facts.people.get(event.person_id or 0, "—"),
        "reason": _reason(language, values),
        **{name: str(value) for name, value in values.items()},
    }
    if "step" in values:
        words["step"] = texts.say(language, f"step.{values['step']}")
    if "field" in values:
        words["field"] = texts.say(language, str(values["label"]))
    if "by" in values:
        words["by"] = say_duration(timedelta(seconds=values["by"]), language)
    if "target" in values:
        words["target"] = texts.say(language, f"target.{values['target']}")
    if "why" in values:
        words["why"] = texts.say(language, f"event.{_SKIPPED[values['why']]}")
    if "items" in values:  # keys of the catalogue
        words["items"] = comma(language).join(texts.say(language, key) for key in str(values["items"]).split())
    if "kept" in values:
        words["kept"] = texts.say(language, f"request.kept_{values['kept']}")
    if event.word == "progress":
        words["answer"] = texts.say(language, f"request.progress_{values['answer']}")
    return texts.say(language, f"event.{event.word}", **words)


def thread_lines(language: str, timezone: str, now: datetime, events: Sequence[Event], facts: CardFacts) -> Message:
    """Write what is new of the story for the card's thread."""
    rows = story(language, timezone, now, events, facts)
    if facts.late and any(event.word == "breached" for event in events):  # one mention for one broken limit
        rows.append(_called_on(language, facts.late))
    return Message(tuple(rows))


def past(language: str, facts: CardFacts, brief: str) -> Message:
    """Show a card to somebody who has nothing to do with it any more."""
    words = state_words(language, facts)
    return message(texts.say(language, "request.past", label=facts.label, brief=brief, state=words))


def answer_buttons(language: str, ask: Ask, *, several: bool) -> tuple[tuple[Button, ...], ...]:
    """Offer the answers that fit the state of an ask; `several`: a part of the quantity can be promised."""
    args: dict[str, str | int] = {"ask": ask.id}
    first = [
        Button(texts.say(language, "request.accept_button"), "request.accept", args, Look.PRIMARY),
        Button(texts.say(language, "request.refuse_button"), "request.refuse", args, Look.DANGER),
    ]
    if ask.state is AskState.PENDING:
        first.insert(0, Button(texts.say(language, "request.seen_button"), "request.seen", args))
    rows = [tuple(first)]
    if several:
        rows.append((Button(texts.say(language, "request.part_button"), "request.accept_part", args),))
    return tuple(rows)


def my_lines(language: str, timezone: str, now: datetime, facts: CardFacts, brief: str) -> list[Line]:
    """Write a request in two lines, for a list."""
    urgency = texts.say(language, f"urgency.{facts.request.urgency}")
    rows = [line(bold(facts.label), f" {brief} · {urgency}"), line(f"　{state_words(language, facts)}")]
    if facts.clock is not None:
        due = say_moment(facts.clock.due_at, timezone, now, language, facts.home)
        mark = "⏰" if facts.clock.breached_at else "⏱"
        rows[1] = line(f"　{state_words(language, facts)} · {mark} {due}")
    return rows


def still_open(
    language: str,
    timezone: str,
    now: datetime,
    region: str,
    rows: Sequence[tuple[CardFacts, str]],
    *,
    more: int,
) -> Message:
    """List what is still open although every limit of it is broken, each with its few words."""
    lines = [line(bold(texts.say(language, "request.still_open", region=region)))]
    for facts, brief in rows:
        lines.extend(my_lines(language, timezone, now, facts, brief))
    if more > 0:
        lines.append(line(texts.say(language, "request.still_open_more", count=more)))
    return Message(tuple(lines))


def withdraw_button(language: str, request: Request) -> Button:
    """Offer to withdraw."""
    return Button(
        texts.say(language, "request.withdraw_button"), "request.withdraw", {"request": request.id}, Look.DANGER
    )


def cannot_button(language: str, request: Request) -> Button:
    """Offer to say that a promise cannot be kept."""
    return Button(texts.say(language, "request.cannot_button"), "request.cannot", {"request": request.id}, Look.DANGER)


def show_button(language: str, label: str, request: Request) -> Button:
    """Offer to show a request."""
    return Button(texts.say(language, "request.show_button", label=label), "request.show", {"request": request.id})


def refuse_form(language: str, ask: Ask, reasons: Sequence[str] = REFUSALS) -> Form:
    """Ask why a store refuses."""
    options = tuple((code, texts.say(language, f"refusal.{code}")) for code in reasons)
    return Form(
        "request.refuse",
        texts.say(language, "request.refuse_title"),
        (
            Field("reason", texts.say(language, "request.reason"), "choice", options),
            Field("words", texts.say(language, "request.reason_words"), "lines", optional=True),
        ),
        texts.say(language, "request.send"),
        {"ask": ask.id},
    )


def reason_form(language: str, action: str, title: str, args: dict[str, str | int]) -> Form:
    """Ask for a reason in words."""
    reason = Field("reason", texts.say(language, "request.reason_words"), "lines")
    return Form(action, texts.say(language, title), (reason,), texts.say(language, "request.send"), args)


def quantity_form(language: str, action: str, title: str, args: dict[str, str | int]) -> Form:
    """Ask for a number of pieces."""
    quantity = Field("quantity", texts.say(language, "request.quantity"), "number")
    return Form(action, texts.say(language, title), (quantity,), texts.say(language, "request.send"), args)


def nudge(language: str, timezone: str, now: datetime, label: str, brief: str, step: Step, *, last: bool) -> Message:
    """Remind a store of a limit that comes near; all but the last reminder offer to skip the next."""
    words = texts.say(
        language,
        "request.nudge",
        label=label,
        brief=brief,
        step=texts.say(language, f"step.{step.name}"),
        due=say_moment(step.due_at, timezone, now, language),
        left=say_duration(step.due_at - now, language),
    )
    skip = Button(texts.say(language, "request.snooze_button"), "request.snooze", {"step": step.id})
    return replace(message(words, buttons=() if last else ((skip,),)), gist=gist(label, words))


def gist(label: str, words: str) -> tuple[Line, ...]:
    """Return what stands for a notice where several are named: its words, which name its label, from there on."""
    return (line(bold(label), words.partition(label)[2]),)


def late(language: str, timezone: str, now: datetime, label: str, brief: str, step: Step) -> Message:
    """Tell a store that its limit is broken."""
    words = texts.say(
        language,
        "request.late",
        label=label,
        brief=brief,
        step=texts.say(language, f"step.{step.name}"),
        due=say_moment(step.due_at, timezone, now, language),
    )
    return replace(message(words), gist=gist(label, words))


def escalation(
    language: str,
    timezone: str,
    now: datetime,
    facts: CardFacts,
    brief: str,
    *,
    step: Step | None,
    reason: str,
    after: str,
    buttons: tuple[tuple[Button, ...], ...],
) -> Message:
    """Tell the next role, with the whole story; `reason` is late, unfilled or open."""
    values = {"label": facts.label, "brief": brief}
    if step is not None:
        head = texts.say(
            language,
            "request.escalation",
            store=facts.stores.get(step.store_id, ""),
            step=texts.say(language, f"step.{step.name}"),
            due=say_moment(step.due_at, timezone, now, language),
            **values,
        )
    elif reason == "open":
        head = texts.say(language, "request.escalation_open", after=after, **values)
    else:
        head = texts.say(language, "request.escalation_unfilled", **values)
    rows: list[Line] = [line(head), line(texts.say(language, "request.story"))]
    rows.extend(story(language, timezone, now, facts.events, facts))
    if step is None or step.name not in {"receive", "record"}:
        rows.append(_what_region_can_do(language, facts, step))
    return Message(tuple(rows), buttons, gist=gist(facts.label, head))


def _what_region_can_do(language: str, facts: CardFacts, step: Step | None) -> Line:
    """Say what helps now: another store can be named while nobody has it, and a promise under way not be called off."""
    state = facts.request.state
    if step is None or state in rules.ASSIGNABLE:
        return texts.say_line(language, "request.region_assigns", label=facts.label)
    key = "request.region_closes" if state in rules.WITHDRAWABLE else "request.region_calls"
    return texts.say_line(language, key, label=facts.label, store=facts.stores.get(step.store_id, ""))


def progress(language: str, label: str, number: int, forward: str, request: Request) -> Message:
    """Prompt a line to the customer, with the words ready to forward."""
    head = texts.say(language, "request.progress_prompt", label=label, number=number)
    buttons = tuple(
        Button(
            texts.say(language, f"request.progress_{answer}"),
            "request.progress",
            {"request": request.id, "number": number, "answer": answer},
        )
        for answer in ("sent", "skipped")
    )
    return message(head, copy(forward), buttons=(buttons,))


def kept_question(language: str, label: str, request: Request) -> Message:
    """Ask whether the customer was kept."""
    buttons = tuple(
        Button(
            texts.say(language, f"request.kept_{answer}"),
            "request.kept",
            {"request": request.id, "kept": answer},
        )
        for answer in ("yes", "no", "unknown")
    )
    return message(texts.say(language, "request.kept_question", label=label), buttons=(buttons,))


def step_line(language: str, timezone: str, now: datetime, step: Step, store: str) -> Line:
    """Say how a step went: when, whose, and by how much too late."""
    if step.breached_at is not None:
        over = (step.ended_at or now) - step.due_at
        outcome = texts.say(language, "request.step_late", late=say_duration(max(over, over * 0), language))
    elif step.ended_at is None:
        outcome = texts.say(language, "request.step_running")
    else:
        outcome = texts.say(language, f"request.step_{step.outcome}")
    return texts.say_line(
        language,
        "request.step_line",
        step=texts.say(language, f"step.{step.name}"),
        store=store,
        start=say_moment(step.started_at, timezone, now, language),
        end=say_moment(step.ended_at, timezone, now, language) if step.ended_at else "…",
        due=say_moment(step.due_at, timezone, now, language),
        outcome=outcome,
    )


def _clock_lines(language: str, timezone: str, now: datetime, facts: CardFacts) -> list[Line]:
    rows: list[Line] = []
    step, held_until = facts.clock, facts.request.held_until
    if held_until is not None:
        until = say_moment(held_until, timezone, now, language, facts.home)
        rows.append(texts.say_line(language, "around.held", until=until, reason=facts.request.hold_reason))
    elif step is not None:
        values = {
            "step": texts.say(language, f"step.{step.name}"),
            "due": say_moment(step.due_at, timezone, now, language, facts.home),
            "cap": say_moment(facts.request.cap_at, timezone, now, language, facts.home),
        }
        if facts.request.finished_at is not None and step.name != "record":
            rows.append(texts.say_line(language, "request.clock_after", step=values["step"], due=values["due"]))
        elif facts.request.finished_at is not None:
            rows.append(texts.say_line(language, "request.clock_record", due=values["due"]))
        else:
            key = "request.clock_late" if step.breached_at else "request.clock"
            rows.append(texts.say_line(language, key, **values))
        for other in facts.beside:
            due = say_moment(other.due_at, timezone, now, language, facts.home)
            name = texts.say(language, f"step.{other.name}")
            rows.append(texts.say_line(language, "request.clock_after", step=name, due=due))
    if facts.next_at is not None:
        target = texts.say(language, f"next.{facts.next_target}")
        at = say_moment(facts.next_at, timezone, now, language, facts.home)
        rows.append(texts.say_line(language, "request.next", at=at, target=target))
    return rows


def _called_on(language: str, people: Sequence[Person]) -> Line:
    spans: list[str | Span] = []
    for person in people:
        spans.extend((mention(person.id, f"@{person.name}"), " "))
    head, _, tail = texts.say(language, "request.late_card", people="\0").partition("\0")
    return line(head, *spans, tail)


def _reason(language: str, values: dict[str, object]) -> str:
    """Say a reason: a refusal's code in words, then what was written."""
    code, words = str(values.get("code", "")), str(values.get("words", values.get("reason", "")))
    said = texts.say(language, f"refusal.{code}") if code in REFUSALS and (code != "other" or not words) else ""
    return comma(language).join(part for part in (said, words) if part) or "—"
