"""The words about points: who has how many, why, and what was taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers import texts
from handlers.chat import Message, bold, code, line, message
from handlers.durations import say_duration
from handlers.working_time import say_moment

MEDALS = {1: "🥇", 2: "🥈", 3: "🥉"}

texts.add(
    "ledger",
    {
        "score_title": ("🏅 {store} · {month}", "🏅 {store} · {month}", "🏅 {store} · {month}"),
        "score_month": (
            "本月 {points} 分 · 第 {place} 名{shared}(共 {of} 家)",
            "{points} points this month · place {place}{shared} of {of}",
            "{points} puntos este mes · puesto {place}{shared} de {of}",
        ),
        "shared": ("(并列)", " (shared)", " (compartido)"),
        "score_total": (
            "累计 {total} 分 · 本月平均答复 {answer}",
            "{total} points in all · mean answer this month {answer}",
            "{total} puntos en total · respuesta media este mes {answer}",
        ),
        "score_rated": (
            "近一年支援互评 {mean}/10({count} 次)",
            "Rated {mean}/10 by other managers for supports within a year ({count})",
            "Nota de otras gerencias por apoyos en un año: {mean}/10 ({count})",
        ),
        "score_last": ("最近几笔:", "The last entries:", "Los últimos apuntes:"),
        "score_none": (
            "还没有积分。答应一次调拨并送到对方手里就有了。",
            "No points yet. Accept a transfer and deliver it, and there will be.",
            "Aún no hay puntos. Acepta un traslado y entrégalo, y los habrá.",
        ),
        "score_why": ("查依据:", "Why: ", "Por qué: "),
        "entry_line": (
            "{entry} {points} · {label} · {when}",
            "{entry} {points} · {label} · {when}",
            "{entry} {points} · {label} · {when}",
        ),
        "entry_reversal": (
            "{entry} {points} · 冲正 {other}:{reason} · {when}",
            "{entry} {points} · takes back {other}: {reason} · {when}",
            "{entry} {points} · anula {other}: {reason} · {when}",
        ),
        "table_title": (
            "🏅 门店积分 · {month}",
            "🏅 The stores' points · {month}",
            "🏅 Puntos de las tiendas · {month}",
        ),
        "table_key": (
            "本月积分 · 平均答复 · 累计",
            "points this month · mean answer · in all",
            "puntos este mes · respuesta media · en total",
        ),
        "table_line": (
            " {points}分·{answer}·{total}",
            " {points} pt · {answer} · {total}",
            " {points} pt · {answer} · {total}",
        ),
        "table_empty": ("还没有门店。", "There are no stores yet.", "Aún no hay tiendas."),
        # Why
        "why_title": (
            "{entry}:{store} {points} 分",
            "{entry}: {store} {points} points",
            "{entry}: {store} {points} puntos",
        ),
        "why_rule": (
            "规则 {rule} = {worth}:{words}",
            "Rule {rule} = {worth}: {words}",
            "Regla {rule} = {worth}: {words}",
        ),
        "why_version": (
            "规则版本 {version}({since}起),按请求发起时的版本算",
            "Version {version} of the rules (since {since}), the one the request was opened under",
            "Versión {version} de las reglas (desde {since}), la vigente al abrir la petición",
        ),
        "why_input": (
            "依据:{label} {what},{when} 确认收货",
            "Because of: {label} {what}, receipt confirmed {when}",
            "Por: {label} {what}, recepción confirmada {when}",
        ),
        "why_reversal": (
            "冲正 {other}({who}):{reason}",
            "Takes back {other} ({who}): {reason}",
            "Anula {other} ({who}): {reason}",
        ),
        "why_reversed": (
            "已被 {other} 冲正({who}):{reason}",
            "Taken back by {other} ({who}): {reason}",
            "Anulado por {other} ({who}): {reason}",
        ),
        "rule_transfer": (
            "调拨送到对方门店,给出件的门店计分",
            "a transfer delivered to another store, for the store that gave",
            "un traslado entregado a otra tienda, para la que dio",
        ),
        "rule_support": ("完成一次技师支援", "a technician's support done", "un apoyo técnico hecho"),
        "rule_diversion": (
            "接待一位分流客户,给接收门店计分",
            "a diverted customer served, for the receiving store",
            "un cliente derivado atendido, para la tienda que recibe",
        ),
        "rule_answer": (
            "答复请教,办法管用",
            "an answer that solved a question",
            "una respuesta que resolvió una pregunta",
        ),
        "rule_activation": ("盘活呆滞库存", "dead stock moved", "existencias inmovilizadas movidas"),
        # Taking back
        "reverse_what": (
            "请写明哪一笔和原因,例如:/reverse P-12 重复计分",
            "Say which entry and why, for example: /reverse P-12 counted twice",
            "Indica qué apunte y por qué, por ejemplo: /reverse P-12 contado dos veces",
        ),
        "reverse_why": (
            "请写明原因,例如:/reverse {entry} 重复计分",
            "Say why, for example: /reverse {entry} counted twice",
            "Explica el motivo, por ejemplo: /reverse {entry} contado dos veces",
        ),
        "no_entry": ("没有 {entry} 这笔积分。", "There is no entry {entry}.", "No existe el apunte {entry}."),
        "is_reversal": (
            "{entry} 本身就是冲正,不能再冲正。",
            "{entry} takes another entry back; it cannot be taken back itself.",
            "{entry} ya es una anulación; no se puede anular.",
        ),
        "reversed_before": (
            "{entry} 已经冲正过了({other})。",
            "{entry} was taken back before ({other}).",
            "{entry} ya se anuló ({other}).",
        ),
        "reversed": (
            "已冲正 {entry}:{store} {points} 分。原记录保留,新记录 {other}。",
            "{entry} is taken back: {store} {points} points. The entry stays; the counter-entry is {other}.",
            "{entry} anulado: {store} {points} puntos. El apunte queda; el contrario es {other}.",
        ),
        "told": (
            "ℹ️ 总部冲正了 {store} 的 {entry}:{points} 分。原因:{reason}\n有疑问请发 /why {entry}",
            "ℹ️ HQ took back {entry} of {store}: {points} points. Why: {reason}\nTo see it whole: /why {entry}",
            "ℹ️ La central anuló {entry} de {store}: {points} puntos. Motivo: {reason}\nPara verlo: /why {entry}",
        ),
        "not_yours": (
            "您只能查看本店(或本区域)的积分。",
            "You can only see the points of your own store or region.",
            "Solo puedes ver los puntos de tu tienda o zona.",
        ),
    },
)
texts.add(
    "help",
    {
        "reverse": (
            "冲正一笔积分或费用(总部、财务)",
            "Take back points (HQ) or a cost (HQ, finance)",
            "Anular puntos (central) o un coste (central, finanzas)",
        )
    },
)
texts.add(
    "example",
    {"reverse": ("/reverse P-12 重复计分", "/reverse P-12 counted twice", "/reverse P-12 contado dos veces")},
)


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry as people read it; `reverses` is the entry it takes back."""

    entry: str
    points: int
    label: str
    at: datetime
    reverses: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """A store's month: its points and place, and all its points."""

    store: str
    points: int
    place: int
    shared: bool
    of: int
    total: int
    answer: timedelta | None


def signed(points: int) -> str:
    """Say points with their sign: +1, -1."""
    return f"{points:+d}"


def score(
    language: str,
    timezone: str,
    now: datetime,
    month: str,
    mine: ScoreLine,
    entries: Sequence[EntryLine],
    rated: tuple[float, int] | None = None,
) -> Message:
    """Tell a store its points, its place, and what they come from; `rated` is its mean rating of so many supports."""
    shared = texts.say(language, "ledger.shared") if mine.shared else ""
    answer = _answer(language, mine.answer)
    rows = [
        line(bold(texts.say(language, "ledger.score_title", store=mine.store, month=month))),
        line(
            texts.say(language, "ledger.score_month", points=mine.points, place=mine.place, shared=shared, of=mine.of)
        ),
        line(texts.say(language, "ledger.score_total", total=mine.total, answer=answer)),
    ]
    if rated is not None:
        mean, count = rated
        rows.append(line(texts.say(language, "ledger.score_rated", mean=f"{mean:.1f}", count=count)))
    if not entries:
        return message(*rows, texts.say(language, "ledger.score_none"))
    rows.append(line(texts.say(language, "ledger.score_last")))
    rows += [line(entry_words(language, timezone, now, entry)) for entry in entries]
    rows.append(line(texts.say(language, "ledger.score_why"), code(f"/why {entries[0].entry}")))
    return message(*rows)


def entry_words(language: str, timezone: str, now: datetime, entry: EntryLine) -> str:
    """Say an entry in a line."""
    key = "ledger.entry_reversal" if entry.reverses else "ledger.entry_line"
    return texts.say(
        language,
        key,
        entry=entry.entry,
        points=signed(entry.points),
        label=entry.label,
        other=entry.reverses,
        reason=entry.reason,
        when=say_moment(entry.at, timezone, now, language),
    )


def score_table(language: str, month: str, lines: Sequence[ScoreLine]) -> Message:
    """Tell who oversees the stores how they stand."""
    title = line(bold(texts.say(language, "ledger.table_title", month=month)))
    if not lines:
        return message(title, texts.say(language, "ledger.table_empty"))
    rows = [title, line(texts.say(language, "ledger.table_key"))]
    for store in lines:
        place = MEDALS.get(store.place, f"{store.place}.")
        answer = _answer(language, store.answer)
        words = texts.say(language, "ledger.table_line", points=store.points, answer=answer, total=store.total)
        rows.append(line(f"{place} ", bold(store.store), words))
    return message(*rows)


def reversed_entry(language: str, entry: str, other: str, store: str, points: int) -> Message:
    """Confirm that an entry was taken back."""
    return message(texts.say(language, "ledger.reversed", entry=entry, other=other, store=store, points=signed(points)))


def told_reversal(language: str, entry: str, store: str, points: int, reason: str) -> Message:
    """Tell a store's manager that points were taken back, and why."""
    return message(texts.say(language, "ledger.told", entry=entry, store=store, points=signed(points), reason=reason))


def _answer(language: str, answer: timedelta | None) -> str:
    return "–" if answer is None else say_duration(answer, language)
