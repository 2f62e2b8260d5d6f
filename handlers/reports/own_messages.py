"""The words of what people ask themselves: why these points and clocks; and putting something off to tomorrow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers import texts
from handlers.chat import Field, Form, Line, Message, bold, code, line, message
from handlers.ledger.cost_messages import CostLine, cost_line
from handlers.ledger.messages import EntryLine, entry_words, signed
from handlers.working_time import local, say_moment

texts.add(
    "own",
    {
        # Why
        "why_what": (
            "请写编号,例如:/why T-0001,或 /why P-12",
            "Give a number, for example: /why T-0001, or /why P-12",
            "Indica un número, por ejemplo: /why T-0001 o /why P-12",
        ),
        "why_request": ("{label} {what} · {urgency}", "{label} {what} · {urgency}", "{label} {what} · {urgency}"),
        "version": (
            "规则版本 {version}({since}起)",
            "Rules: version {version} (since {since})",
            "Reglas: versión {version} (desde {since})",
        ),
        "limits": ("时限:{limits}", "Limits: {limits}", "Límites: {limits}"),
        "limit": ("{step} {limit}", "{step} {limit}", "{step} {limit}"),
        "points": ("积分:", "Points:", "Puntos:"),
        "no_points": (
            "还没有积分,确认收货后才计。",
            "No points yet: they come with the confirmed receipt.",
            "Aún sin puntos: llegan al confirmar la recepción.",
        ),
        "entry_of": ("{store} {words}", "{store} {words}", "{store} {words}"),
        "costs": ("费用:", "Costs:", "Costes:"),
        # To tomorrow
        "carry_title": ("{label} 顺延到明天", "Carry {label} over to tomorrow", "Aplazar {label} a mañana"),
        "carry_reason": ("原因", "Reason", "Motivo"),
        "carry_hint": (
            "例如:客户明早再来",
            "for example: the customer comes back tomorrow morning",
            "por ejemplo: el cliente vuelve mañana por la mañana",
        ),
        "carry_send": ("顺延", "Carry over", "Aplazar"),
        "carried": (
            "好的,{label} 已顺延到明天:{reason}",
            "{label} is carried over to tomorrow: {reason}",
            "{label} se aplaza a mañana: {reason}",
        ),
        "carry_what": (
            "请写明单号和原因,例如:/carry T-0001 客户明早再来",
            "Say which request and why, for example: /carry T-0001 customer comes back tomorrow",
            "Indica qué petición y por qué, por ejemplo: /carry T-0001 el cliente vuelve mañana",
        ),
        "carry_over": (
            "{label} 已经有结果,不用顺延。",
            "{label} needs no carrying over any more.",
            "{label} ya no hace falta aplazarla.",
        ),
        "carry_not_yours": (
            "只有双方门店的店长、副店长、发起人和区域经理可以顺延。",
            "Only the managers and deputies of its stores, its author and its region can carry it over.",
            "Solo pueden aplazarla los gerentes y suplentes de sus tiendas, quien la abrió y su zona.",
        ),
    },
)
texts.add(
    "help",
    {
        "score": ("积分和名次", "Points and places", "Puntos y puestos"),
        "why": ("积分和时限是怎么算的", "Why these points and clocks", "Por qué estos puntos y plazos"),
        "carry": ("今天办不了,说明原因顺延到明天", "Carry a request over to tomorrow", "Aplazar una petición a mañana"),
    },
)
texts.add(
    "example",
    {
        "score": ("/score", "/score", "/score"),
        "why": ("/why T-0001", "/why T-0001", "/why T-0001"),
        "carry": (
            "/carry T-0001 客户明早再来",
            "/carry T-0001 customer comes back tomorrow",
            "/carry T-0001 el cliente vuelve mañana",
        ),
    },
)


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a request's points and clocks are as they are; `limits` are (step, limit) of its version of the rules."""

    label: str
    what: str
    urgency: str
    version: int
    since: datetime
    limits: Sequence[tuple[str, str]]
    steps: Sequence[Line]
    entries: Sequence[tuple[str, EntryLine]]
    costs: Sequence[CostLine]
    finished: bool


@dataclass(frozen=True, slots=True)
class EntryExplained:
    """Why an entry is as it is; `by` and `reason` of the reversal it is or has."""

    entry: EntryLine
    store: str
    rule: str
    worth: int
    version: int
    since: datetime
    what: str
    finished_at: datetime | None
    other: str = ""
    by: str = ""
    reason: str = ""


def explain_request(language: str, timezone: str, now: datetime, why: Explained) -> Message:
    """Explain a request: its rules, how each step went and whose it was, the points and costs that came of it."""
    urgency = texts.say(language, f"urgency.{why.urgency}")
    head = texts.say(language, "own.why_request", label=why.label, what=why.what, urgency=urgency)
    since = local(why.since, timezone).date().isoformat()
    limits = " · ".join(
        texts.say(language, "own.limit", step=texts.say(language, f"step.{step}"), limit=limit)
        for step, limit in why.limits
    )
    rows: list[Line] = [
        line(bold(head)),
        line(texts.say(language, "own.version", version=why.version, since=since)),
        line(texts.say(language, "own.limits", limits=limits)),
        line(""),
        line(bold(texts.say(language, "request.steps_title"))),
        *why.steps,
    ]
    if why.entries:
        rows += [line(""), line(bold(texts.say(language, "own.points")))]
        for store, entry in why.entries:
            words = entry_words(language, timezone, now, entry)
            rows.append(line(texts.say(language, "own.entry_of", store=store, words=words)))
        rows.append(line(texts.say(language, "ledger.score_why"), code(f"/why {why.entries[0][1].entry}")))
    elif not why.finished:
        rows += [line(""), line(texts.say(language, "own.no_points"))]
    if why.costs:
        rows += [line(""), line(bold(texts.say(language, "own.costs")))]
        rows += [line(cost_line(language, cost)) for cost in why.costs]
    return message(*rows)


def explain_entry(language: str, timezone: str, now: datetime, why: EntryExplained) -> Message:
    """Explain an entry of points: the rule and its version, what it came of, and whether it was taken back."""
    entry = why.entry
    rows: list[Line] = [
        line(
            bold(
                texts.say(language, "ledger.why_title", entry=entry.entry, store=why.store, points=signed(entry.points))
            )
        )
    ]
    key = f"ledger.rule_{why.rule.removeprefix('points.')}"
    words = texts.say(language, key) if texts.has(key) else why.rule
    rows.append(line(texts.say(language, "ledger.why_rule", rule=why.rule, worth=why.worth, words=words)))
    since = local(why.since, timezone).date().isoformat()
    rows.append(line(texts.say(language, "ledger.why_version", version=why.version, since=since)))
    if why.finished_at is not None:
        when = say_moment(why.finished_at, timezone, now, language)
        rows.append(line(texts.say(language, "ledger.why_input", label=entry.label, what=why.what, when=when)))
    if why.other:
        key = "ledger.why_reversal" if entry.reverses else "ledger.why_reversed"
        rows.append(line(texts.say(language, key, other=why.other, who=why.by, reason=why.reason)))
    return message(*rows)


def carry_form(language: str, label: str, request_id: int) -> Form:
    """Ask why something is put off to tomorrow."""
    reason = Field("reason", texts.say(language, "own.carry_reason"), hint=texts.say(language, "own.carry_hint"))
    title = texts.say(language, "own.carry_title", label=label)
    return Form("reports.carry", title, (reason,), texts.say(language, "own.carry_send"), {"request": request_id})


def carried(language: str, label: str, reason: str) -> Message:
    """Confirm that a request is put off to tomorrow."""
    return message(texts.say(language, "own.carried", label=label, reason=reason))
