"""The words of dead stock and its activation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from handlers import texts
from handlers.activations import (
    catalogue,  # noqa: F401 - the sentences
    rules,
)
from handlers.activations.targets import Dead
from handlers.chat import Button, Field, Form, Line, Look, Message, bold, line
from handlers.money import format_amount
from handlers.requests.cards import join_reasons
from handlers.settings import DeadStock
from handlers.working_time import say_day
from storage.tables.boards import DeadStockWeek, Part

# A list longer than this is read in the workbook, not in a chat.
MOST_LISTED = 10
MOST_OFFERED = 5


def direction(language: str) -> tuple[Line, ...]:
    """Say that it goes the other way round than a transfer."""
    return (texts.say_line(language, "activation.direction"),)


def form(language: str, parts: Sequence[Part]) -> Form:
    """Ask for what is missing; `parts` to choose from where the words fit several."""
    choices = tuple((part.part_no, f"{part.name} {part.part_no}") for part in parts)
    return Form(
        "activation.post",
        texts.say(language, "activation.form_title"),
        (
            Field(
                "part",
                texts.say(language, "activation.which_part" if choices else "activation.part"),
                "choice" if choices else "text",
                choices,
                hint="" if choices else texts.say(language, "activation.part_hint"),
            ),
            Field(
                "quantity",
                texts.say(language, "activation.quantity"),
                "number",
                hint=texts.say(language, "activation.quantity_hint"),
            ),
            Field(
                "store",
                texts.say(language, "activation.store"),
                hint=texts.say(language, "activation.store_hint"),
                optional=True,
            ),
        ),
        texts.say(language, "activation.send"),
    )


def dead_lines(language: str, now: datetime, dead: Dead, numbers: DeadStock, currency: str) -> list[Line]:
    """Write a part that lies dead: how many, why, what it is worth, and where it could go."""
    lying = dead.lying
    if rules.is_unmoved(lying, numbers, now):
        why = texts.say(language, "activation.why_unmoved", days=rules.days_still(lying, now))
    else:
        why = texts.say(language, "activation.why_too_much", days=rules.lasts_days(lying, now))
    why += _worth(language, dead.amount, currency)
    rows = [texts.say_line(language, "activation.line", part=bold(lying.name), count=str(dead.pieces), why=why)]
    if dead.target is None:
        rows.append(texts.say_line(language, "activation.goes_nowhere"))
    else:
        reasons = join_reasons(language, dead.target.reasons)
        store, count = bold(dead.target.name), str(dead.count)
        rows.append(texts.say_line(language, "activation.goes_to", store=store, count=count, reasons=reasons))
    return rows


def dead_list(
    language: str,
    now: datetime,
    store: str,
    found: Sequence[Dead],
    weeks: Sequence[DeadStockWeek],
    numbers: DeadStock,
    currency: str,
) -> list[Line]:
    """List what lies dead in a store, with its value now and week by week."""
    if not found:
        return [texts.say_line(language, "activation.list_none", store=bold(store)), *_weeks(language, weeks)]
    pieces = str(sum(dead.pieces for dead in found))
    head = texts.say_line(language, "activation.list_title", store=bold(store), parts=str(len(found)), pieces=pieces)
    unpriced = sum(dead.pieces for dead in found if dead.lying.price is None)
    rows: list[Line] = [(*head, *line(value(language, sum(dead.amount for dead in found), unpriced, currency)))]
    for dead in found[:MOST_LISTED]:
        rows.extend(dead_lines(language, now, dead, numbers, currency))
    if len(found) > MOST_LISTED:
        rows.append(texts.say_line(language, "activation.more", count=str(len(found) - MOST_LISTED)))
    return [*rows, *_weeks(language, weeks)]


def value(language: str, amount: int, unpriced: int, currency: str) -> str:
    """Say what dead stock is worth, and how much of it has no price; nothing where none has."""
    if not amount:
        return ""
    said = _worth(language, amount, currency)
    return said + (texts.say(language, "activation.unpriced", count=unpriced) if unpriced else "")


def _worth(language: str, amount: int, currency: str) -> str:
    return texts.say(language, "activation.worth", amount=format_amount(amount, currency, language)) if amount else ""


def _weeks(language: str, weeks: Sequence[DeadStockWeek]) -> list[Line]:
    if not weeks:
        return []
    said = [
        texts.say(
            language,
            "activation.week",
            day=say_day(week.week, language),
            pieces=week.pieces,
            worth=_worth(language, week.amount, week.currency),
        )
        for week in weeks
    ]
    return [line(texts.say(language, "activation.weeks"), " " if language != "zh" else "", " · ".join(said))]


def offer_button(language: str, store_id: int, dead: Dead) -> Button:
    """Offer to ask the store that runs short of it, with one tap."""
    assert dead.target is not None
    words = texts.say(language, "activation.button", store=dead.target.name, part=dead.lying.name, count=dead.count)
    args: dict[str, str | int] = {
        "store": store_id,
        "part": dead.lying.part_id,
        "quantity": dead.count,
        "target": dead.target.store_id,
    }
    return Button(words, "activation.begin", args, Look.PRIMARY)


def suggestion(
    language: str,
    now: datetime,
    store: tuple[int, str],
    found: Sequence[Dead],
    points: int,
    numbers: DeadStock,
    currency: str,
) -> Message:
    """Suggest to a store (id, name) what to offer to whom."""
    rows = [texts.say_line(language, "activation.suggestion", store=bold(store[1]), points=str(points))]
    for dead in found:
        rows.extend(dead_lines(language, now, dead, numbers, currency))
    return Message(tuple(rows), tuple((offer_button(language, store[0], dead),) for dead in found))
