"""The words of the boards: nudges, the evening's digest, Monday's scoreboard; written for a phone held in one hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from handlers import texts
from handlers.chat import Line, bold, line
from handlers.durations import say_duration
from handlers.money import format_amount, say_wan
from handlers.working_time import say_moment

# So many lines of one kind a phone shows without scrolling the rest away.
MOST_LINES = 12

texts.add(
    "reports",
    {
        "month": ("{year}年{month}", "{month} {year}", "{month} {year}"),
        "months": (
            "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
            "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
            "ene feb mar abr may jun jul ago sept oct nov dic",
        ),
        "date": ("{month}{day}日", "{day} {month}", "{day} {month}"),
        "and": ("、", ", ", ", "),
        "more": ("…另有 {count} 项", "… and {count} more", "… y {count} más"),
        "late": (
            "⏰ 补发,原定 {when}",
            "⏰ Late: was due at {when}",
            "⏰ Con retraso: tocaba a las {when}",
        ),
        "skipped": (
            "更早的 {count} 期不再补发",
            "{count} older ones are left out",
            "se omiten {count} anteriores",
        ),
        # The evening
        "digest_title": ("🌙 {name} · {day} 日结", "🌙 {name} · {day}, end of day", "🌙 {name} · {day}, cierre"),
        "digest_empty": (
            "🌙 {name} · {day}:没有未了的事,今天也没有可报的。",
            "🌙 {name} · {day}: nothing open, and nothing to report today.",
            "🌙 {name} · {day}: nada pendiente y nada que contar hoy.",
        ),
        "digest_counts": (
            "完成 {done} · 未了 {open} · 超时 {broken} · 顺延 {carried}",
            "{done} done · {open} open · {broken} late · {carried} carried over",
            "Hechas: {done} · abiertas: {open} · tarde: {broken} · aplazadas: {carried}",
        ),
        "nothing_open": ("没有未了的事 👍", "Nothing open 👍", "Nada pendiente 👍"),
        "owed": ("未了", "Still owed", "Pendiente"),
        "owed_by": ("{store}({names})", "{store} ({names})", "{store} ({names})"),
        "duty": (
            "· {label} {what}:{step},{when}",
            "· {label} {what}: {step}, {when}",
            "· {label} {what}: {step}, {when}",
        ),
        "duty_by": ("{when}前", "by {when}", "antes de {when}"),
        "duty_late": ("⚠️已超时{over}", "⚠️ {over} late", "⚠️ {over} tarde"),
        "unfilled": ("等区域指派", "Waiting for the region", "Esperan a la zona"),
        "unfilled_line": (
            "· {label} {what}:{store}求助,已无店可问",
            "· {label} {what}: asked by {store}, nobody left to ask",
            "· {label} {what}: pide {store}, no queda a quién preguntar",
        ),
        "done": ("今日完成", "Done today", "Hecho hoy"),
        "done_line": (
            "· {label} {what}:{owner} 帮 {store},{took}",
            "· {label} {what}: {owner} for {store}, {took}",
            "· {label} {what}: {owner} para {store}, {took}",
        ),
        "tomorrow": ("明日支援", "Supports tomorrow", "Apoyos de mañana"),
        "agreed": ("今日约好的支援", "Supports agreed today", "Apoyos acordados hoy"),
        "visit_line": (
            "· {label} {what}:{technician},{giver} → {host}",
            "· {label} {what}: {technician}, {giver} → {host}",
            "· {label} {what}: {technician}, {giver} → {host}",
        ),
        "broken": ("今日超时", "Limits broken today", "Plazos incumplidos hoy"),
        "broken_line": (
            "· {store} {step}超时{over}({label})",
            "· {store}: {step} {over} late ({label})",
            "· {store}: {step} {over} tarde ({label})",
        ),
        "broken_unmet": (
            "· {store} 到时限没有{step}({label})",
            "· {store}: no {step} by the limit ({label})",
            "· {store}: sin {step} al vencer ({label})",
        ),
        "broken_running": (
            "· {store} {step}已超时{over},还没做完({label})",
            "· {store}: {step} {over} late and still open ({label})",
            "· {store}: {step} {over} tarde y aún abierto ({label})",
        ),
        "carried": ("顺延到明天", "Carried over to tomorrow", "Aplazado a mañana"),
        "carried_line": (
            "· {label} {what}:{reason}({who})",
            "· {label} {what}: {reason} ({who})",
            "· {label} {what}: {reason} ({who})",
        ),
        "by_region": ("各区域", "By region", "Por zona"),
        "region_line": (
            "· {name}:完成 {done} · 未了 {open} · 超时 {broken}",
            "· {name}: {done} done · {open} open · {broken} late",
            "· {name}: hechas {done} · abiertas {open} · tarde {broken}",
        ),
        "owing_most": ("待办最多的门店", "Stores that owe most", "Tiendas con más pendiente"),
        "store_owes": ("· {store}:{count} 件", "· {store}: {count}", "· {store}: {count}"),
        "store_owes_late": (
            "· {store}:{count} 件,其中超时 {late}",
            "· {store}: {count}, of them {late} late",
            "· {store}: {count}, de ellas {late} tarde",
        ),
        # Nudges
        "nudge": (
            "⏰ 还有 {count} 单等您答复,请在 {until} 前处理:",
            "⏰ {count} still waiting for your answer; please deal with it by {until}:",
            "⏰ {count} esperan tu respuesta; atiéndelas antes de las {until}:",
        ),
        "nudge_line": (
            "· {label} {what}({store}求助)",
            "· {label} {what} (asked by {store})",
            "· {label} {what} (pide {store})",
        ),
        "nudge_how": (
            "在卡片上点「可以」或「不行」。今天确实办不了的,点下面说明原因:",
            'Press "Accept" or "Refuse" on the card. If it cannot be done today, say why below:',
            "Pulsa «Aceptar» o «Rechazar» en la tarjeta. Si hoy no es posible, di por qué abajo:",
        ),
        "nudge_region": (
            "⏰ {count} 单已无店可问,等您指派,请在 {until} 前处理:",
            "⏰ {count} with nobody left to ask wait for you; please decide by {until}:",
            "⏰ {count} sin nadie a quien preguntar te esperan; decide antes de las {until}:",
        ),
        "nudge_region_how": (
            "发送 /assign 单号 门店 指派,或 /close 单号 结束;也可以顺延:",
            "Send /assign REQUEST STORE, or /close REQUEST; or carry it over:",
            "Envía /assign PETICIÓN TIENDA o /close PETICIÓN; o aplázala:",
        ),
        "nudge_list": (
            "⏰ {until} 前请答复 — {list}",
            "⏰ Please answer by {until} — {list}",
            "⏰ Responded antes de las {until} — {list}",
        ),
        "nudge_who": ("{store} {names}:{labels}", "{store} {names}: {labels}", "{store} {names}: {labels}"),
        "nudge_stop": (";", "; ", "; "),
        "carry_button": ("{label} 顺延到明天", "{label} carry over", "{label} aplazar"),
        "unanswered": (
            "⚠️ {name}:{when} 仍无人接单,也没有说明顺延原因:",
            "⚠️ {name}: not accepted by {when}, and not carried over with a reason:",
            "⚠️ {name}: sin aceptar a las {when} y sin aplazar con motivo:",
        ),
        "unanswered_line": (
            "· {label} {what}:{store}求助,正在问{asked}",
            "· {label} {what}: asked by {store}, now asking {asked}",
            "· {label} {what}: pide {store}, ahora se pregunta a {asked}",
        ),
        # Monday
        "week_title": (
            "📊 {name}周报 · {first}–{last}",
            "📊 {name}, week of {first} – {last}",
            "📊 {name}, semana del {first} al {last}",
        ),
        "week_transfers": (
            "调拨 {count} 单 · 平均响应{response} · 送达平均{delivery}",
            "{count} transfers · mean response {response} · then delivery {delivery}",
            "{count} traslados · respuesta media {response} · después entrega {delivery}",
        ),
        "week_decision": (
            "  从询问到答复(中位){decision}",
            "  ask to answer (median) {decision}",
            "  de la pregunta a la respuesta (mediana) {decision}",
        ),
        "week_kept": (
            "  保住客户 {kept} 位 → {value}",
            "  {kept} customers kept → {value}",
            "  {kept} clientes conservados → {value}",
        ),
        "week_supports": (
            "支援 {count} 次 · 解决疑难 {solved} 个 · 满意度 {satisfaction}",
            "{count} supports · {solved} complex faults solved · satisfaction {satisfaction}",
            "{count} apoyos · {solved} averías complejas resueltas · satisfacción {satisfaction}",
        ),
        "week_diversions": (
            "分流 {count} 位 · 同意率 {agreed}% · 补偿 {compensation}",
            "{count} diversions · {agreed}% agreed · compensation {compensation}",
            "{count} derivaciones · {agreed}% de acuerdo · compensación {compensation}",
        ),
        "week_activations": (
            "盘活呆滞 {count} 单 {pieces} 件",
            "{count} times dead stock moved · {pieces} pieces",
            "{count} movimientos de inmovilizado · {pieces} unidades",
        ),
        "week_diverted": ("  保住价值 {value}", "  {value} kept", "  {value} conservados"),
        "week_total": ("合计保住价值 {value}", "Kept in all: {value}", "Conservado en total: {value}"),
        "yuan": ("{amount}元", "{amount}", "{amount}"),
        "board": ("门店榜", "The stores", "Las tiendas"),
        "board_region": (
            "本区域门店 · 名次为全网",
            "Our region · places in the whole network",
            "Nuestra zona · puesto en toda la red",
        ),
        "board_key": (
            "积分 · 收到调拨 · 平均答复 · 保住价值",
            "points · received · mean answer · value kept",
            "puntos · recibidos · respuesta media · valor",
        ),
        "board_line": (
            " {points}分·{received}单·{answer}·{value}",
            " {points} pt · {received} in · {answer} · {value}",
            " {points} pt · {received} rec. · {answer} · {value}",
        ),
        "case": (
            "⭐ 上周案例:{store}急需{what},{owner}{response}答应,{took}拿到手,客户留住了。({label})",
            "⭐ Case of the week: {store} needed {what}; {owner} agreed in {response}, it was there after {took}, "
            "and the customer stayed. ({label})",
            "⭐ Caso de la semana: {store} necesitaba {what}; {owner} aceptó en {response}, llegó a los {took} "
            "y el cliente se quedó. ({label})",
        ),
        "own": (
            "📊 {store}上周第 {place} 名{shared}(共 {of} 家){moved}",
            "📊 {store}: place {place}{shared} of {of} last week{moved}",
            "📊 {store}: puesto {place}{shared} de {of} la semana pasada{moved}",
        ),
        "own_figures": (
            "积分 {points} · 收到调拨 {received} 单 · 平均答复 {answer} · 保住 {value}",
            "{points} points · {received} transfers received · mean answer {answer} · {value} kept",
            "{points} puntos · {received} traslados recibidos · respuesta media {answer} · {value} conservados",
        ),
        "shared": ("(并列)", " (shared)", " (compartido)"),
        "rose": (",上升 {count} 名 ↑", ", up {count} ↑", ", sube {count} ↑"),
        "fell": (",下降 {count} 名 ↓", ", down {count} ↓", ", baja {count} ↓"),
        "stayed": (",与前一周持平", ", as the week before", ", igual que la anterior"),
    },
)


@dataclass(frozen=True, slots=True)
class Lateness:
    """That a board comes after its time: when it was due, and how many older ones are left out."""

    due_at: datetime
    skipped: int = 0


# What several boards say


def say_day(day: date, language: str) -> str:
    """Say a day without its year: 11月21日, 21 Nov."""
    month = texts.say(language, "reports.months").split()[day.month - 1]
    return texts.say(language, "reports.date", month=month, day=day.day)


def say_month(day: date, language: str) -> str:
    """Say a month with its year: 2026年11月, Nov 2026."""
    month = texts.say(language, "reports.months").split()[day.month - 1]
    return texts.say(language, "reports.month", month=month, year=day.year)


def say_step(step: str, language: str) -> str:
    """Say which step it is."""
    return texts.say(language, f"step.{step}")


def say_value(amount: int, currency: str, language: str) -> str:
    """Say a value as people of the language do: 64万元, ¥640,000."""
    if texts.language_of(language) == "zh" and currency == "CNY":
        return texts.say(language, "reports.yuan", amount=say_wan(amount, currency))
    return format_amount(amount, currency, language)


def say_short(amount: int, currency: str, language: str) -> str:
    """Say a value as short as a line on a phone wants it: 64万, ¥640,000."""
    if texts.language_of(language) == "zh" and currency == "CNY":
        return say_wan(amount, currency)
    return format_amount(amount, currency, language)


def say_mean(duration: timedelta | None, language: str) -> str:
    """Say a mean, or a dash where there is none."""
    return "–" if duration is None else say_duration(duration, language)


def cut(language: str, lines: Sequence[Line]) -> list[Line]:
    """Keep what a phone shows, and say how many more there are."""
    if len(lines) <= MOST_LINES:
        return list(lines)
    more = texts.say(language, "reports.more", count=len(lines) - MOST_LINES + 1)
    return [*lines[: MOST_LINES - 1], line(more)]


def section(language: str, key: str, lines: Sequence[Line]) -> list[Line]:
    """Set lines under a heading, after a blank line; nothing without lines."""
    return [line(""), line(bold(texts.say(language, key))), *cut(language, lines)] if lines else []


def late_line(language: str, timezone: str, now: datetime, late: Lateness | None) -> list[Line]:
    """Say that a board comes late; nothing when it does not."""
    if late is None:
        return []
    words = texts.say(language, "reports.late", when=say_moment(late.due_at, timezone, now, language))
    if late.skipped:
        words += " · " + texts.say(language, "reports.skipped", count=late.skipped)
    return [line(words)]


def say_names(names: Iterable[str], language: str) -> str:
    """Say names one after the other, each once."""
    return texts.say(language, "reports.and").join(dict.fromkeys(names))
