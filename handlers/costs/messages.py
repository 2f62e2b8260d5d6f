"""The words of entering costs and of what they come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handlers import texts
from handlers.chat import Line, Message, bold, code, line, message
from handlers.ledger.cost_messages import CostLine, cost_line, place_of, say_rule
from handlers.money import format_amount

# So many entries of a request are listed; the sum is of all.
MOST_LISTED = 20

texts.add(
    "costs",
    {
        "entered": ("💰 已记 {words}", "💰 Entered: {words}", "💰 Anotado: {words}"),
        "about": ("{label} {what}", "{label} {what}", "{label} {what}"),
        "correct": (
            "记错了请财务或总部冲正:",
            "If it is wrong, finance or HQ takes it back: ",
            "Si está mal, finanzas o la central lo anula: ",
        ),
        "reason_here": ("原因", "reason", "motivo"),
        "overridden": (
            "⚠️ 由 {payer} 承担(总部决定):{reason}",
            "⚠️ {payer} pays (HQ decided): {reason}",
            "⚠️ Paga {payer} (decisión de la central): {reason}",
        ),
        "title": ("💰 {label} 费用", "💰 Costs of {label}", "💰 Costes de {label}"),
        "none": ("还没有费用。", "No costs yet.", "Aún no hay costes."),
        "month_title": ("💰 费用 · {month}{whose}", "💰 Costs · {month}{whose}", "💰 Costes · {month}{whose}"),
        "whose": (" · {name}", " · {name}", " · {name}"),
        "rule_line": ("{name} {amount} · {count} 笔", "{name} {amount} · {count}", "{name} {amount} · {count}"),
        "total": ("合计 {amount}", "Total {amount}", "Total {amount}"),
        "payer_line": ("{payer}承担 {amount}", "{payer} pays {amount}", "paga {payer}: {amount}"),
        "undone": (
            "已扣除冲正 {count} 笔",
            "{count} taken back, and left out",
            "{count} anulados y descontados",
        ),
        "earlier": ("…… 另有 {count} 笔更早的", "… and {count} earlier ones", "… y {count} anteriores"),
        # Refusals
        "what": (
            "请写单号、费用和金额,例如:/cost S-0003 住宿 320 发票F123(运费、差旅、住宿、补偿、交通、损失)",
            "Write the request, the cost and the amount, for example: /cost S-0003 lodging 320 F123",
            "Escribe la petición, el coste y el importe, por ejemplo: /cost S-0003 alojamiento 320 F123",
        ),
        "which": (
            "这是哪笔费用的凭证?请回复卡片,把照片和费用一起发,例如:住宿 320",
            "Which cost is that the receipt of? Reply to the card with photo and cost, for example: lodging 320",
            "¿De qué coste es el justificante? Responde con la foto y el coste, por ejemplo: alojamiento 320",
        ),
        "bad_amount": (
            "金额请写数字,例如:/cost S-0003 住宿 320",
            "Write the amount in figures, for example: /cost S-0003 lodging 320",
            "Escribe el importe en cifras, por ejemplo: /cost S-0003 alojamiento 320",
        ),
        "which_party": (
            "请写明是谁,例如:/cost S-0003 差旅 120 收款 李工",
            "Say who, for example: /cost S-0003 travel 120 payee SZ02",
            "Indica quién, por ejemplo: /cost S-0003 viaje 120 cobra SZ02",
        ),
        "unknown_party": (
            "没找到「{name}」。请写门店代码或双方门店的人名,例如:收款 SZ02",
            'Nobody is called "{name}". Give a store\'s code or a person of the two stores, for example: payee SZ02',
            "No se encuentra «{name}». Da el código de una tienda o una persona de ambas, por ejemplo: cobra SZ02",
        ),
        "not_of_kind": (
            "{kind}单不记{name},可以记:{allowed}。例如:/cost {label} {first} 50",
            "A {kind} carries no {name}; it can carry: {allowed}. For example: /cost {label} {first} 50",
            "{kind} no lleva {name}; puede llevar: {allowed}. Por ejemplo: /cost {label} {first} 50",
        ),
        "nothing_by_hand": (
            "{kind}单的费用由系统自动记,不用手工录入。",
            "The costs of a {kind} are entered by the system.",
            "Los costes de {kind} los anota el sistema.",
        ),
        "nobody_yet": (
            "{label} 还没有门店接,等接了再记费用。",
            "Nobody has taken {label} yet; enter its costs once a store has.",
            "Nadie ha aceptado {label} todavía; anota sus costes después.",
        ),
        "practice": (
            "{label} 是练习单,不记费用。",
            "{label} is practice; it carries no costs.",
            "{label} es de práctica; no lleva costes.",
        ),
        "receipt_needed": (
            "{name}要有凭证:把照片和这句话一起发,或写发票号,例如:/cost {label} {first} 320 发票F123",
            "{name} needs a receipt: send its photo with these words, or its number: /cost {label} {first} 320 F123",
            "{name} pide justificante: su foto con estas palabras, o su número: /cost {label} {first} 320 F123",
        ),
        "too_much": (
            "单笔超过 {most},请财务或总部录入。",
            "More than {most} at once is for finance or HQ to enter.",
            "Más de {most} de una vez lo anota finanzas o la central.",
        ),
        "twice": (
            "这笔已经记过了:{entry}。如果是另一笔,请写上它的发票号。",
            "That is entered already: {entry}. If it is another one, give its receipt's number.",
            "Ya está anotado: {entry}. Si es otro, indica el número de su justificante.",
        ),
        "hq_pays": (
            "费用由总部承担;只有总部可以改由别人承担。",
            "HQ pays; only HQ can decide that somebody else does.",
            "Paga la central; solo ella puede decidir que pague otro.",
        ),
        "payer_why": (
            "改由别人承担要写原因,例如:/cost T-0001 运费 50 付款 SZ01 发错件自担",
            "Say why somebody else pays, for example: /cost T-0001 freight 50 payer SZ01 wrong part sent",
            "Indica por qué paga otro, por ejemplo: /cost T-0001 flete 50 paga SZ01 pieza equivocada",
        ),
        "loss_by_finance": (
            "呆滞损失由财务或总部录入。",
            "A loss on dead stock is for finance or HQ to enter.",
            "La pérdida de inmovilizado la anota finanzas o la central.",
        ),
        "loss_why": (
            "请写损失的原因,例如:/cost SZ01 损失 800 电瓶过期报废",
            "Say why it was lost, for example: /cost SZ01 loss 800 batteries out of date",
            "Indica el motivo, por ejemplo: /cost SZ01 perdida 800 baterías caducadas",
        ),
        "not_bookkeeper": (
            "费用由双方门店的店长、财务或总部录入。",
            "Costs are entered by the two stores' managers, finance or HQ.",
            "Los costes los anotan las gerencias de ambas tiendas, finanzas o la central.",
        ),
        "costs_what": (
            "请写单号或月份,例如:/costs S-0003,或 /costs 2026-11",
            "Give a request or a month, for example: /costs S-0003, or /costs 2026-11",
            "Indica una petición o un mes, por ejemplo: /costs S-0003 o /costs 2026-11",
        ),
    },
)
texts.add(
    "help",
    {
        "cost": ("记一笔费用,可附发票照片", "Enter a cost, with a photo of its receipt", "Anotar un coste, con foto"),
        "costs": ("一单或一个月的费用", "The costs of a request or a month", "Costes de una petición o un mes"),
    },
)
texts.add(
    "example",
    {
        "cost": (
            "/cost S-0003 住宿 320 发票F123",
            "/cost S-0003 lodging 320 F123",
            "/cost S-0003 alojamiento 320 F123",
        ),
        "costs": ("/costs 2026-11", "/costs 2026-11", "/costs 2026-11"),
    },
)


@dataclass(frozen=True, slots=True)
class SumLine:
    """What costs of one name come to."""

    rule: str
    payer: str
    currency: str
    total: int
    count: int
    undone: int


def entered(language: str, cost: CostLine, *, about: tuple[str, str], payer_reason: str) -> Message:
    """Confirm a cost, and say how it is corrected."""
    rows: list[Line] = [line(bold(texts.say(language, "costs.entered", words=cost_line(language, cost))))]
    label, what = about
    if label:
        rows.append(line(texts.say(language, "costs.about", label=label, what=what)))
    if payer_reason:
        rows.append(line(texts.say(language, "costs.overridden", payer=cost.payer, reason=payer_reason)))
    take_back = f"/reverse {cost.entry} {texts.say(language, 'costs.reason_here')}"
    rows.append(line(texts.say(language, "costs.correct"), code(take_back)))
    return message(*rows)


def of_request(language: str, label: str, costs: Sequence[CostLine], sums: Sequence[SumLine]) -> Message:
    """List a request's costs and their sum."""
    rows: list[Line] = [line(bold(texts.say(language, "costs.title", label=label)))]
    if not costs:
        return message(*rows, texts.say(language, "costs.none"))
    if len(costs) > MOST_LISTED:
        rows.append(line(texts.say(language, "costs.earlier", count=len(costs) - MOST_LISTED)))
    rows += [line(cost_line(language, cost)) for cost in costs[-MOST_LISTED:]]
    return message(*rows, *_totals(language, sums))


def of_month(language: str, month: str, whose: str, sums: Sequence[SumLine]) -> Message:
    """Say what a month's costs come to, by name and by who pays."""
    said = texts.say(language, "costs.whose", name=whose) if whose else ""
    rows: list[Line] = [line(bold(texts.say(language, "costs.month_title", month=month, whose=said)))]
    if not sums:
        return message(*rows, texts.say(language, "costs.none"))
    totals: dict[tuple[str, str], tuple[int, int]] = {}
    for one in sums:
        total, count = totals.get((one.rule, one.currency), (0, 0))
        totals[one.rule, one.currency] = total + one.total, count + one.count
    for (rule, currency), (total, count) in sorted(totals.items(), key=lambda one: (one[0][1], place_of(one[0][0]))):
        if not (total or count):
            continue  # all of it was taken back
        amount = format_amount(total, currency, language)
        name = say_rule(language, rule)
        rows.append(line(texts.say(language, "costs.rule_line", name=name, amount=amount, count=count)))
    return message(*rows, *_totals(language, sums))


def _totals(language: str, sums: Sequence[SumLine]) -> list[Line]:
    """Say the sum of each currency, who pays how much of it, and how many entries were taken back."""
    rows: list[Line] = [line("")]
    for currency in dict.fromkeys(one.currency for one in sums):
        mine = [one for one in sums if one.currency == currency]
        total = format_amount(sum(one.total for one in mine), currency, language)
        rows.append(line(bold(texts.say(language, "costs.total", amount=total))))
        payers: dict[str, int] = {}
        for one in mine:
            payers[one.payer] = payers.get(one.payer, 0) + one.total
        for payer, paid in sorted(payers.items(), key=lambda one: (-one[1], one[0])):
            amount = format_amount(paid, currency, language)
            rows.append(line(texts.say(language, "costs.payer_line", payer=payer, amount=amount)))
    undone = sum(one.undone for one in sums)
    if undone:
        rows.append(line(texts.say(language, "costs.undone", count=undone)))
    return rows
