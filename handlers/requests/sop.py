"""The procedure of a kind on one page, written from the limits in force: it cannot disagree with them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from typing import TYPE_CHECKING

from pydantic import BaseModel

from handlers import texts
from handlers.chat import Line, Message, bold, line
from handlers.durations import say_duration
from handlers.errors import BadInput
from handlers.money import format_amount
from handlers.registry import command, registry
from handlers.requests import sop_catalogue  # noqa: F401 - the sentences
from handlers.requests.kinds import Kind, all_kinds
from storage.tables.requests import Urgency

if TYPE_CHECKING:
    from handlers.context import Context


@command("sop", "流程", "procedimiento", reading=True)
def sop(context: Context, words: str) -> None:
    """The procedure of a kind of request and its limits on one page."""
    kind = _named(words.strip().removeprefix("/"))
    if kind is None:
        raise BadInput("sop.which", kinds=" · ".join(f"/sop {one.name}" for one in all_kinds()))
    context.answer(Message(tuple(page(context, kind, context.language))))


def _named(words: str) -> Kind | None:
    """Find the kind by its name, its command or its title in any language."""
    said = words.casefold()
    opens = registry.words.get(said, said)
    for kind in all_kinds():
        titles = {title.casefold() for title in texts.sentences(f"kind.{kind.name}").values()}
        if said == kind.name or opens == (kind.command or kind.name) or said in titles:
            return kind
    return None


def page(context: Context, kind: Kind, language: str) -> list[Line]:
    """Write the page of a kind from the rules in force."""
    rules = context.settings.rules
    lines = [
        line(bold(texts.say(language, "sop.title", kind=texts.say(language, f"kind.{kind.name}")))),
        line(texts.say(language, f"sop.when_{kind.name}")),
        line(bold(texts.say(language, "sop.steps"))),
    ]
    for name, said in _clocks(context, kind, language):
        key = f"sop.clock_{kind.name}_{name}"
        words = texts.say(language, key if texts.has(key) else f"sop.clock_{name}", limit=said)
        lines.append(line(f"· {words}"))
    lines.append(line(bold(texts.say(language, "sop.rules"))))
    points = getattr(rules.points, kind.name)
    lines.append(line("· " + texts.say(language, "sop.points", points=points)))
    currency = context.settings.network.currency
    for group in kind.numbers:
        numbers: BaseModel = getattr(rules, group)
        for name in type(numbers).model_fields:
            value = getattr(numbers, name)
            money = format_amount(value, currency, language) if isinstance(value, int) else ""
            words = texts.say(language, f"sop.rule_{group}_{name}", limit=_say(value, language), money=money)
            lines.append(line("· " + words))
    lines.extend(_common(context, language))
    return lines


def _clocks(context: Context, kind: Kind, language: str) -> Iterator[tuple[str, str]]:
    """Yield a kind's clocks in the order they are declared, those of other urgencies where they differ."""
    clocks = context.settings.rules.clocks
    first = clocks.of(kind.name, Urgency.URGENT)
    others = [name for name in (Urgency.TODAY, Urgency.NORMAL) if clocks.of(kind.name, name) is not first]
    names = list(type(first).model_fields)
    # What closes a request is declared with what every kind has, and comes after what is the kind's own.
    for name in sorted(names, key=lambda one: one in {"record", "progress"}):
        if name in {str(urgency) for urgency in Urgency}:
            continue
        said = _say(getattr(first, name), language)
        differ = [(urgency, getattr(clocks.of(kind.name, urgency), name)) for urgency in others]
        if any(value != getattr(first, name) for _, value in differ):
            each = [f"{texts.say(language, f'urgency.{one}')} {_say(value, language)}" for one, value in differ]
            said += f"({' · '.join(each)})" if language == "zh" else f" ({' · '.join(each)})"
        # The record has a time of the next day, or so long after the end.
        after = name == "record" and isinstance(getattr(first, name), timedelta)
        yield "record_after" if after else name, said


def _common(context: Context, language: str) -> Iterator[Line]:
    """Yield what holds for every kind."""
    limits = context.settings.rules.limits
    nudges = " / ".join(f"{per_cent} %" for per_cent in limits.nudges)
    values = {
        "nudges": nudges,
        "answer_all": _say(limits.answer_all, language),
        "duplicate": _say(limits.duplicate, language),
        "hold": _say(limits.hold, language),
        "holds": limits.holds,
        "reopen": _say(limits.reopen, language),
    }
    for key in ("sop.all_nudges", "sop.all_answer", "sop.all_duplicate", "sop.all_hold", "sop.all_reopen"):
        yield line("· " + texts.say(language, key, **values))


def _say(value: object, language: str) -> str:
    if isinstance(value, timedelta):
        return say_duration(value, language)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, tuple):
        return "–".join(_say(part, language) for part in value)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)
