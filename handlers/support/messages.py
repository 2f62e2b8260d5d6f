"""The words of supports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers import texts
from handlers.chat import Button, Field, Form, Line, Look, Message, bold, line, message
from handlers.durations import say_duration
from handlers.money import format_amount
from handlers.requests.grammar import HIGHEST_SCORE, LOWEST_SCORE
from handlers.requests.messages import comma
from handlers.support import catalogue, rules
from handlers.support.rules import Side
from handlers.working_time import local, say_moment
from storage.tables.requests import Request, State
from storage.tables.support import Support

__all__ = ["catalogue"]

MOST_OFFERED = 8  # specialties in a form
_DONE, _OPEN = "☑", "☐"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a card shows of a support beside its own row, free of language."""

    giver: str  # the names of the stores, "" for nobody yet
    host: str
    currency: str
    lists: dict[Side, tuple[str, ...]]  # what each has to see to


def what(
    language: str, timezone: str, now: datetime, support: Support, request: Request, shown: Shown
) -> tuple[Line, ...]:
    """Write the card's lines: what is wanted and when, who comes, what is confirmed and ready, how it went."""
    rows: list[Line] = [
        texts.say_line(language, "support.what", specialty=bold(support.specialty), level=support.level),
        texts.say_line(
            language,
            "support.when",
            since=bold(say_moment(support.starts_at, timezone, now, language)),
            until=say_moment(support.ends_at, timezone, support.starts_at, language),
        ),
    ]
    if support.technician:
        rows.append(line(expert(language, support, shown.currency)))
    if request.state is State.ACCEPTED:
        rows.extend(_confirming(language, support, shown))
    if request.state is State.CONFIRMED and support.posted_at is not None:
        rows.extend(_list(language, support, shown))
    if support.arrived_at is not None:
        done = say_moment(support.done_at, timezone, now, language) if support.done_at else "…"
        arrived = say_moment(support.arrived_at, timezone, now, language)
        rows.append(texts.say_line(language, "support.was_there", arrived=arrived, done=done))
    if support.solved:
        rows.append(line(result(language, support, request)))
    if support.shown_at is not None:
        rows.append(line(ratings(language, support, shown.giver, shown.host)))
    return tuple(rows)


def expert(language: str, support: Support, currency: str) -> str:
    """Name who comes, from how far, and what HQ pays for it."""
    way = texts.say(language, "support.way_unknown")
    if support.km is not None:
        way = texts.say(language, "support.way", km=round(support.km))
    return texts.say(
        language,
        "support.expert",
        technician=support.technician,
        level=support.technician_level,
        way=way,
        amount=format_amount(support.subsidy, currency, language),
    )


def _confirming(language: str, support: Support, shown: Shown) -> list[Line]:
    rows = []
    for store, said in ((shown.giver, support.agreed_giver), (shown.host, support.agreed_host)):
        items = marked(language, "agreed", rules.AGREED, said)
        rows.append(texts.say_line(language, "support.list_line", store=store, items=items))
    return [line(texts.say(language, "support.agreeing")), *rows]


def _list(language: str, support: Support, shown: Shown) -> list[Line]:
    rows = [line(texts.say(language, "support.list"))]
    sides: tuple[tuple[Side, str, str], ...] = (
        ("giver", shown.giver, support.ticked_giver),
        ("host", shown.host, support.ticked_host),
    )
    for side, store, said in sides:
        items = marked(language, "checklist", shown.lists[side], said)
        rows.append(texts.say_line(language, "support.list_line", store=store, items=items))
    return rows


def marked(language: str, feature: str, items: Sequence[str], said: str) -> str:
    """Write items with what is confirmed of them ticked."""
    ticked = said.split()
    return " ".join(f"{_DONE if item in ticked else _OPEN}{texts.say(language, f'{feature}.{item}')}" for item in items)


def named(language: str, feature: str, items: Sequence[str]) -> str:
    """Write the names of items."""
    return comma(language).join(texts.say(language, f"{feature}.{item}") for item in items)


def result(language: str, support: Support, request: Request) -> str:
    """Say what came of a support."""
    return texts.say(
        language,
        "support.result",
        solved=texts.say(language, f"support.solved_{support.solved}"),
        hours=say_duration(timedelta(minutes=support.minutes or 0), language),
        satisfaction=request.satisfaction or "—",
    )


def ratings(language: str, support: Support, giver: str, host: str) -> str:
    """Say what the two managers gave each other."""
    none = texts.say(language, "support.not_rated")
    return texts.say(
        language,
        "support.ratings",
        giver=giver,
        host=host,
        to_giver=support.rating_by_host or none,
        to_host=support.rating_by_giver or none,
    )


def brief(language: str, support: Support, timezone: str) -> str:
    """Say in a few words what is wanted and when, by the clock of the store that asks."""
    there = local(support.starts_at, timezone)
    when = f"{there.month}月{there.day}日" if language == "zh" else f"{there.day}/{there.month}"
    return texts.say(
        language, "support.brief", specialty=support.specialty, level=support.level, when=f"{when} {there:%H:%M}"
    )


def time_of(language: str, timezone: str, now: datetime, support: Support) -> str:
    """Say from when until when a technician is wanted."""
    since = say_moment(support.starts_at, timezone, now, language)
    return f"{since} – {say_moment(support.ends_at, timezone, support.starts_at, language)}"


def levels(_language: str) -> tuple[tuple[str, str], ...]:
    """Return the levels to choose from."""
    return tuple((one, one) for one in rules.LEVELS)


# Asking for one


def form(language: str, specialties: Sequence[str], *, must_say_time: bool, args: dict[str, str | int]) -> Form:
    """Ask for what is missing of a support."""
    parts = tuple(
        (texts.say(language, f"support.{name}"), texts.say(language, f"support.{name}"))
        for name in ("morning", "afternoon", "all_day")
    )
    return Form(
        "support.post",
        texts.say(language, "support.form_title"),
        (
            Field(
                "specialty",
                texts.say(language, "support.specialty"),
                "text",
                tuple((one, one) for one in specialties[:MOST_OFFERED]),
                hint=texts.say(language, "support.specialty_hint"),
            ),
            Field("level", texts.say(language, "support.level"), "choice", levels(language)),
            Field("day", texts.say(language, "support.day"), "date", hint=texts.say(language, "support.day_hint")),
            Field(
                "time",
                texts.say(language, "support.time"),
                "time",
                parts,
                hint=texts.say(language, "support.time_hint"),
                optional=not must_say_time,
            ),
            Field("matter", texts.say(language, "support.matter"), hint=texts.say(language, "support.matter_hint")),
        ),
        texts.say(language, "support.send"),
        args,
    )


def ranking(language: str, ranked: Sequence[tuple[str, str]]) -> list[Line]:
    """List the stores that would be asked with their reasons."""
    rows = [texts.say_line(language, "support.ranking_title")]
    for place, (store, reasons) in enumerate(ranked, start=1):
        rows.append(
            texts.say_line(language, "support.ranking_line", rank=str(place), store=bold(store), reasons=reasons)
        )
    return rows


# Confirming, preparing, the day


def agree_buttons(language: str, request: Request, side: Side, store: str, said: str) -> tuple[tuple[Button, ...], ...]:
    """Offer a side to confirm all it has not confirmed, or one by one."""
    if rules.is_whole(said, rules.AGREED):
        return ()
    args: dict[str, str | int] = {"request": request.id, "side": side}
    label = texts.say(language, "support.agree_all_button", store=store)
    every = Button(label, "support.agree", {**args, "item": "all"}, Look.PRIMARY)
    return ((every, Button(texts.say(language, "support.agree_each_button"), "support.agree_each", args)),)


def agree_each(language: str, label: str, request: Request, side: Side, said: str) -> Message:
    """Offer what a side has not confirmed, each by itself."""
    row = tuple(
        Button(
            texts.say(language, "support.agree_button", item=texts.say(language, f"agreed.{item}")),
            "support.agree",
            {"request": request.id, "side": side, "item": item},
        )
        for item in rules.AGREED
        if item not in said.split()
    )
    return message(texts.say(language, "support.agree_each", label=label), buttons=(row,))


def tick_buttons(
    language: str, request: Request, side: Side, items: Sequence[str], said: str
) -> tuple[tuple[Button, ...], ...]:
    """Offer a side what of its part of the checklist is open."""
    row = tuple(
        Button(
            texts.say(language, "support.tick_button", item=texts.say(language, f"checklist.{item}")),
            "support.tick",
            {"request": request.id, "side": side, "item": item},
        )
        for item in items
        if item not in said.split()
    )
    return (row,) if row else ()


def arrived_button(language: str, request: Request) -> Button:
    """Offer the host to say that the technician is there."""
    return Button(
        texts.say(language, "support.arrived_button"), "support.arrived", {"request": request.id}, Look.PRIMARY
    )


def done_button(language: str, request: Request) -> Button:
    """Offer the giver to say that the work is done."""
    return Button(texts.say(language, "support.done_button"), "support.done", {"request": request.id}, Look.PRIMARY)


def record_button(language: str, request: Request) -> Button:
    """Offer the host to record what came of it."""
    return Button(texts.say(language, "support.record_button"), "support.record", {"request": request.id}, Look.PRIMARY)


def record_form(language: str, request: Request, support: Support) -> Form:
    """Ask for what came of a support."""
    solved = tuple((answer, texts.say(language, f"support.solved_{answer}")) for answer in ("yes", "no"))
    hours = f"{support.minutes / 60:g}" if support.minutes else ""
    return Form(
        "support.record",
        texts.say(language, "support.record_title"),
        (
            Field("solved", texts.say(language, "support.solved_field"), "choice", solved, value=support.solved),
            Field(
                "hours",
                texts.say(language, "support.hours_field"),
                "text",
                value=hours,
                hint=texts.say(language, "support.hours_hint"),
            ),
            Field(
                "satisfaction",
                texts.say(language, "support.satisfaction_field"),
                "number",
                value=str(request.satisfaction or ""),
                hint=texts.say(language, "support.satisfaction_hint"),
            ),
        ),
        texts.say(language, "request.send"),
        {"request": request.id},
    )


def rating_buttons(request: Request, side: Side) -> tuple[tuple[Button, ...], ...]:
    """Offer a rating from the lowest to the highest, in two rows."""
    scores = [
        Button(str(score), "support.rate", {"request": request.id, "side": side, "score": score})
        for score in range(LOWEST_SCORE, HIGHEST_SCORE + 1)
    ]
    return tuple(scores[:5]), tuple(scores[5:])


def visits(language: str, rows: Sequence[Line], buttons: tuple[tuple[Button, ...], ...]) -> Message:
    """List the visits to come."""
    if not rows:
        return message(texts.say(language, "support.visits_none"))
    return Message((line(bold(texts.say(language, "support.visits_title"))), *rows), buttons)
