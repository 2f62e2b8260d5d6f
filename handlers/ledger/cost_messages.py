"""The words about costs: what they are called, who pays, why an entry is as it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from handlers import texts
from handlers.chat import Message, bold, line, message
from handlers.working_time import local, say_moment

# As the programme names them: what moves parts, what sends people, what customers get, what is lost.
ORDER = ("freight", "subsidy", "travel", "lodging", "compensation", "transport", "loss")

texts.add(
    "cost",
    {
        "freight": ("运费", "freight", "flete"),
        "subsidy": ("技师补贴", "technician's subsidy", "subsidio del técnico"),
        "travel": ("差旅", "travel", "viaje"),
        "lodging": ("住宿", "lodging", "alojamiento"),
        "compensation": ("客户补偿", "compensation", "compensación"),
        "transport": ("客户交通", "the customer's transport", "transporte del cliente"),
        "loss": ("呆滞损失", "loss on dead stock", "pérdida de inmovilizado"),
        "party_hq": ("总部", "HQ", "la central"),
        "party_carrier": ("承运方", "the carrier", "el transportista"),
        "party_customer": ("客户", "the customer", "el cliente"),
        "party_technician": ("技师", "the technician", "el técnico"),
        "by_voucher": ("服务券", "service voucher", "vale de servicio"),
        "by_cash": ("现金", "cash", "efectivo"),
        "by_car": ("专车", "car", "coche"),
        "by_taxi": ("打车券", "taxi voucher", "vale de taxi"),
        "line": (
            "{entry} {name} {amount} · {payer} → {payee} {reference}",
            "{entry} {name} {amount} · {payer} → {payee} {reference}",
            "{entry} {name} {amount} · {payer} → {payee} {reference}",
        ),
        "line_reversal": (
            "{entry} {name} {amount} · 冲正 {other}:{reason}",
            "{entry} {name} {amount} · takes back {other}: {reason}",
            "{entry} {name} {amount} · anula {other}: {reason}",
        ),
        "why_title": ("{entry}:{name} {amount}", "{entry}: {name} {amount}", "{entry}: {name} {amount}"),
        "why_parties": ("{payer} 付给 {payee}", "{payer} pays {payee}", "{payer} paga a {payee}"),
        "why_request": ("请求:{label} {what}", "Request: {label} {what}", "Petición: {label} {what}"),
        "why_reference": ("凭证:{reference}", "Receipt: {reference}", "Justificante: {reference}"),
        "why_reason": ("说明:{reason}", "Why: {reason}", "Motivo: {reason}"),
        "why_by": ("{who} 录入,{when}", "entered by {who}, {when}", "anotado por {who}, {when}"),
        "why_alone": ("系统自动记账,{when}", "entered by the system, {when}", "anotado por el sistema, {when}"),
        "why_version": (
            "规则 {rule},版本 {version}({since}起)",
            "Rule {rule}, version {version} (since {since})",
            "Regla {rule}, versión {version} (desde {since})",
        ),
        "reversed": (
            "已冲正 {entry}:{amount},原因:{reason}。原记录保留,新记录 {other}。",
            "{entry} is taken back: {amount}, because: {reason}. The entry stays; the counter-entry is {other}.",
            "{entry} anulado: {amount}, motivo: {reason}. El apunte queda; el contrario es {other}.",
        ),
        "no_entry": ("没有 {entry} 这笔费用。", "There is no cost {entry}.", "No existe el coste {entry}."),
        "not_to_see": (
            "这笔费用不归您查看。",
            "This cost is not yours to see.",
            "Este coste no es tuyo.",
        ),
    },
)


@dataclass(frozen=True, slots=True)
class CostLine:
    """A cost as people read it; `reverses` is the entry it takes back."""

    entry: str
    name: str
    amount: str
    payer: str
    payee: str
    reference: str
    reason: str
    at: datetime
    reverses: str = ""


@dataclass(frozen=True, slots=True)
class CostExplained:
    """Why a cost is as it is; `other`, `by` and `reason` of the reversal it is or has."""

    line: CostLine
    rule: str
    version: int
    since: datetime
    entered_by: str
    label: str = ""
    what: str = ""
    other: str = ""
    by: str = ""
    reason: str = ""


def say_rule(language: str, rule: str) -> str:
    """Say what a cost is for."""
    key = f"cost.{rule.removeprefix('cost.')}"
    return texts.say(language, key) if texts.has(key) else rule


def place_of(rule: str) -> tuple[int, str]:
    """Return where a cost stands in a list of them."""
    name = rule.removeprefix("cost.")
    return ORDER.index(name) if name in ORDER else len(ORDER), name


def cost_line(language: str, cost: CostLine) -> str:
    """Say a cost in a line."""
    key = "cost.line_reversal" if cost.reverses else "cost.line"
    return texts.say(
        language,
        key,
        entry=cost.entry,
        name=cost.name,
        amount=cost.amount,
        payer=cost.payer,
        payee=cost.payee,
        reference=cost.reference,
        other=cost.reverses,
        reason=cost.reason,
    ).strip()


def explain_cost(language: str, timezone: str, now: datetime, why: CostExplained) -> Message:
    """Explain a cost: what for, who pays, the rule and its version, and whether it was taken back."""
    cost = why.line
    when = say_moment(cost.at, timezone, now, language)
    title = texts.say(language, "cost.why_title", entry=cost.entry, name=cost.name, amount=cost.amount)
    rows = [
        line(bold(title)),
        line(texts.say(language, "cost.why_parties", payer=cost.payer, payee=cost.payee)),
    ]
    if why.label:
        rows.append(line(texts.say(language, "cost.why_request", label=why.label, what=why.what)))
    if cost.reference:
        rows.append(line(texts.say(language, "cost.why_reference", reference=cost.reference)))
    if cost.reason and not cost.reverses:
        rows.append(line(texts.say(language, "cost.why_reason", reason=cost.reason)))
    since = local(why.since, timezone).date().isoformat()
    rows.append(line(texts.say(language, "cost.why_version", rule=why.rule, version=why.version, since=since)))
    by = texts.say(language, "cost.why_by", who=why.entered_by, when=when) if why.entered_by else ""
    rows.append(line(by or texts.say(language, "cost.why_alone", when=when)))
    if why.other:
        key = "ledger.why_reversal" if cost.reverses else "ledger.why_reversed"
        rows.append(line(texts.say(language, key, other=why.other, who=why.by, reason=why.reason)))
    return message(*rows)


def reversed_cost(language: str, entry: str, other: str, amount: str, reason: str) -> Message:
    """Confirm that a cost was taken back."""
    return message(texts.say(language, "cost.reversed", entry=entry, other=other, amount=amount, reason=reason))
