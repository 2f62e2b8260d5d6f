"""What is said of an evening: the nudges, the digest, and what the region must decide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from handlers import texts
from handlers.chat import Button, Line, Message, bold, line, message
from handlers.durations import say_duration
from handlers.reports import rules
from handlers.reports.messages import Lateness, cut, late_line, say_day, say_names, say_step, section
from handlers.working_time import local, say_moment

# Buttons under one message; who has more to put off writes /carry.
MOST_BUTTONS = 8


def digest(
    language: str, timezone: str, figures: rules.DayFigures, now: datetime, late: Lateness | None = None
) -> Message:
    """Tell a region its evening."""
    day = say_day(local(figures.until, timezone).date(), language)
    after = late_line(language, timezone, now, late)
    if figures.is_empty:
        return message(texts.say(language, "reports.digest_empty", name=figures.name, day=day), *after)
    rows = [*_head(language, figures, day), *after, *_owed(language, timezone, figures, now)]
    rows += section(language, "reports.carried", [_carried(language, carried) for carried in figures.carried])
    rows += section(language, "reports.broken", [_broken(language, broken) for broken in figures.broken])
    rows += section(language, "reports.done", [_done(language, done) for done in figures.done])
    return message(*rows, *_visits(language, figures))


def network_digest(
    language: str,
    timezone: str,
    figures: rules.DayFigures,
    regions: Sequence[rules.DayFigures],
    now: datetime,
    late: Lateness | None = None,
) -> Message:
    """Tell HQ the network's evening: by region, who owes most, and what waits for a region."""
    day = say_day(local(figures.until, timezone).date(), language)
    after = late_line(language, timezone, now, late)
    if figures.is_empty:
        return message(texts.say(language, "reports.digest_empty", name=figures.name, day=day), *after)
    by_region = [
        line(
            texts.say(
                language,
                "reports.region_line",
                name=region.name,
                done=len(region.done),
                open=region.open,
                broken=len(region.broken),
            )
        )
        for region in regions
        if not region.is_empty
    ]
    owing = [_owes(language, store, duties) for store, duties in rules.duties_by_store(figures.duties)]
    rows = [*_head(language, figures, day), *after, *section(language, "reports.by_region", by_region)]
    rows += section(language, "reports.owing_most", owing)
    rows += section(language, "reports.unfilled", [_unfilled(language, waiting) for waiting in figures.unfilled])
    return message(*rows, *_visits(language, figures))


def _owes(language: str, store: str, duties: Sequence[rules.Duty]) -> Line:
    late = sum(duty.late for duty in duties)
    key = "reports.store_owes_late" if late else "reports.store_owes"
    return line(texts.say(language, key, store=store, count=len(duties), late=late))


def _head(language: str, figures: rules.DayFigures, day: str) -> list[Line]:
    counts = texts.say(
        language,
        "reports.digest_counts",
        done=len(figures.done),
        open=figures.open,
        broken=len(figures.broken),
        carried=len(figures.carried),
    )
    title = texts.say(language, "reports.digest_title", name=figures.name, day=day)
    return [line(bold(title)), line(counts)]


def _owed(language: str, timezone: str, figures: rules.DayFigures, now: datetime) -> list[Line]:
    """List what is owed, store by store with the names; or say that nothing is."""
    if not figures.open:
        return [line(texts.say(language, "reports.nothing_open"))]
    rows: list[Line] = []
    if figures.duties:
        rows += [line(""), line(bold(texts.say(language, "reports.owed")))]
    for store, duties in rules.duties_by_store(figures.duties):
        names = say_names((name for duty in duties for name in duty.names), language)
        owner = texts.say(language, "reports.owed_by", store=store, names=names) if names else store
        rows += [line(owner), *cut(language, [_duty(language, timezone, duty, now) for duty in duties])]
    return rows + section(language, "reports.unfilled", [_unfilled(language, waiting) for waiting in figures.unfilled])


def _duty(language: str, timezone: str, duty: rules.Duty, now: datetime) -> Line:
    if duty.late:
        when = texts.say(language, "reports.duty_late", over=say_duration(now - duty.due_at, language))
    else:
        when = texts.say(language, "reports.duty_by", when=say_moment(duty.due_at, timezone, now, language))
    step = say_step(duty.step, language)
    return line(texts.say(language, "reports.duty", label=duty.label, what=duty.what, step=step, when=when))


def _unfilled(language: str, waiting: rules.Waiting) -> Line:
    key = "reports.unanswered_line" if waiting.asked else "reports.unfilled_line"
    values = {"label": waiting.label, "what": waiting.what, "store": waiting.store}
    return line(texts.say(language, key, **values, asked=waiting.asked))


def _done(language: str, done: rules.Done) -> Line:
    took = say_duration(done.took, language)
    values = {"label": done.label, "what": done.what, "store": done.store, "owner": done.owner}
    return line(texts.say(language, "reports.done_line", **values, took=took))


def _broken(language: str, broken: rules.Broken) -> Line:
    key = "reports.broken_running" if broken.running else "reports.broken_line"
    if not broken.over:  # taken back at the limit itself, as an ask that nobody answered
        key = "reports.broken_unmet"
    step, over = say_step(broken.step, language), say_duration(broken.over, language)
    return line(texts.say(language, key, label=broken.label, step=step, store=broken.store, over=over))


def _visits(language: str, figures: rules.DayFigures) -> list[Line]:
    rows = section(language, "reports.tomorrow", [_visit(language, visit) for visit in figures.tomorrow])
    return rows + section(language, "reports.agreed", [_visit(language, visit) for visit in figures.agreed])


def _visit(language: str, visit: rules.Visit) -> Line:
    values = {"label": visit.label, "what": visit.what, "technician": visit.technician}
    return line(texts.say(language, "reports.visit_line", **values, giver=visit.giver, host=visit.host))


def _carried(language: str, carried: rules.Carried) -> Line:
    values = {"label": carried.label, "what": carried.what, "who": carried.who, "reason": carried.reason}
    return line(texts.say(language, "reports.carried_line", **values))


# Before the evening's end, and at it


def nudge(language: str, timezone: str, duties: Sequence[rules.Duty], until: datetime, now: datetime) -> Message:
    """Ask one person for the answers they owe by the digest's hour."""
    when = say_moment(until, timezone, now, language)
    return message(
        texts.say(language, "reports.nudge", count=len(duties), until=when),
        *_asked(language, duties),
        texts.say(language, "reports.nudge_how"),
        buttons=_carry_buttons(language, duties),
    )


def nudge_region(
    language: str, timezone: str, waiting: Sequence[rules.Waiting], until: datetime, now: datetime
) -> Message:
    """Ask the region to decide what nobody is left to be asked for."""
    when = say_moment(until, timezone, now, language)
    return message(
        texts.say(language, "reports.nudge_region", count=len(waiting), until=when),
        *cut(language, [_unfilled(language, request) for request in waiting]),
        texts.say(language, "reports.nudge_region_how"),
        buttons=_carry_buttons(language, waiting),
    )


def nudge_list(language: str, timezone: str, duties: Sequence[rules.Duty], until: datetime, now: datetime) -> Message:
    """Name in one line who still owes an answer."""
    parts = []
    for store, owed in rules.duties_by_store(duties):
        names = say_names((name for duty in owed for name in duty.names), language)
        labels = say_names((duty.label for duty in owed), language)
        parts.append(texts.say(language, "reports.nudge_who", store=store, names=names, labels=labels))
    listed = texts.say(language, "reports.nudge_stop").join(parts)
    when = say_moment(until, timezone, now, language)
    return message(texts.say(language, "reports.nudge_list", until=when, list=listed))


def unanswered(
    language: str, timezone: str, name: str, waiting: Sequence[rules.Waiting], at: datetime, now: datetime
) -> Message:
    """Tell the region what was neither accepted nor carried over by the digest's hour."""
    return message(
        texts.say(language, "reports.unanswered", name=name, when=say_moment(at, timezone, now, language)),
        *cut(language, [_unfilled(language, request) for request in waiting]),
        texts.say(language, "reports.nudge_region_how"),
        buttons=_carry_buttons(language, waiting),
    )


def _asked(language: str, duties: Sequence[rules.Duty]) -> list[Line]:
    said = [
        texts.say(language, "reports.nudge_line", label=duty.label, what=duty.what, store=duty.asker) for duty in duties
    ]
    return cut(language, [line(words) for words in dict.fromkeys(said)])


def _carry_buttons(language: str, requests: Iterable[rules.Duty | rules.Waiting]) -> tuple[tuple[Button, ...], ...]:
    labels = dict.fromkeys((request.label, request.request_id) for request in requests)
    return tuple(
        (Button(texts.say(language, "reports.carry_button", label=label), "reports.carry", {"request": request_id}),)
        for label, request_id in list(labels)[:MOST_BUTTONS]
    )
