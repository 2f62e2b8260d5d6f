"""The words about keeping the boards fresh and right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from handlers import texts
from handlers.boards.freshness import BOARDS, Board, passes, share
from handlers.chat import Button, Field, Form, Line, Look, Message, bold, line, message
from handlers.working_time import say_moment

texts.add(
    "fresh",
    {
        "stock": ("库存", "Stock", "Existencias"),
        "technicians": ("技师", "Technicians", "Técnicos"),
        "capacity": ("产能", "Capacity", "Capacidad"),
        # The reminder
        "due": (
            "⏰ {store} 今天要更新的台账({until} 前):",
            "⏰ {store}: to be said anew today, by {until}:",
            "⏰ {store}: para actualizar hoy, antes de las {until}:",
        ),
        "due_stock": (
            "库存 {count} 项,最早是 {at} 的",
            "stock: {count} figures, the oldest of {at}",
            "existencias: {count} cifras, la más antigua de {at}",
        ),
        "due_technicians": (
            "技师 {count} 位,最早是 {at} 的",
            "technicians: {count}, the oldest of {at}",
            "técnicos: {count}, el más antiguo de {at}",
        ),
        "due_capacity": (
            "今日预约台数(上次 {at})",
            "today's bookings (last said {at})",
            "citas de hoy (última vez {at})",
        ),
        "due_how": (
            "有变化就写一句,例如:/stock set 前大灯-左 3 · /capacity 32 · /tech set 张伟 周三上午;或把表格直接发来",
            "What has changed takes a line, for example: /stock set headlamp left 3 · /capacity 32 · "
            "/tech set Zhang Wed am; or send the workbook",
            "Lo que cambió cabe en una línea, por ejemplo: /stock set faro izquierdo 3 · /capacity 32 · "
            "/tech set Zhang mié mañana; o envía el libro",
        ),
        "same_button": ("✅ 全部同昨天", "✅ All as yesterday", "✅ Todo como ayer"),
        "more_button": ("+1 预约", "+1 booking", "+1 cita"),
        "less_button": ("−1", "−1", "−1"),
        "form_button": ("📝 填表", "📝 Fill in", "📝 Rellenar"),
        "same_done": (
            "好的,都按昨天的记为今天的:{what}。",
            "All right, as yesterday: {what}.",
            "De acuerdo, como ayer: {what}.",
        ),
        "nothing_due": ("今天的都已经更新过了。", "Everything of today is said already.", "Lo de hoy ya está al día."),
        "missed": (
            "⚠️ {region}:到 {at} 还没更新台账的门店:",
            "⚠️ {region}: not said anew by {at}:",
            "⚠️ {region}: sin actualizar a las {at}:",
        ),
        "missed_store": ("{store}:{boards}", "{store}: {boards}", "{store}: {boards}"),
        # Short lines
        "stores_only": (
            "只能更新自己门店的台账;总部请发表格(.xlsx)。",
            "Only one's own store's figures can be said like this; HQ sends the workbook (.xlsx).",
            "Así solo se actualizan las cifras de la propia tienda; la central envía el libro (.xlsx).",
        ),
        "set_usage": (
            "请写备件和现有数量,例如:/stock set 前大灯-左 3",
            "Write the part and how many there are, for example: /stock set headlamp left 3",
            "Escribe la pieza y cuántas hay, por ejemplo: /stock set faro izquierdo 3",
        ),
        "set_bad_line": (
            "「{words}」看不懂,请写备件和数量,例如:前大灯-左 3",
            '"{words}" is not understood: the part and how many, for example: headlamp left 3',
            "«{words}» no se entiende: la pieza y cuántas, por ejemplo: faro izquierdo 3",
        ),
        "set_unknown": (
            "没有「{words}」这个备件,一行也没有写入。例如:前大灯-左 3",
            'There is no part "{words}"; nothing was written. For example: headlamp left 3',
            "No existe la pieza «{words}»; no se guardó nada. Por ejemplo: faro izquierdo 3",
        ),
        "set_vague": (
            "「{words}」可能是几种备件,请写备件号或全名,例如:HL-1001-L 3",
            '"{words}" may be several parts: write the number or the whole name, for example: HL-1001-L 3',
            "«{words}» puede ser varias piezas: escribe la referencia o el nombre entero, por ejemplo: HL-1001-L 3",
        ),
        "set_which": ("是哪一个?", "Which one is it?", "¿Cuál es?"),
        "set_too_many": (
            "数量要在 0 到 {most} 之间,例如:/stock set 前大灯-左 3",
            "The number must be between 0 and {most}, for example: /stock set headlamp left 3",
            "La cantidad va de 0 a {most}, por ejemplo: /stock set faro izquierdo 3",
        ),
        "set_done": ("已更新:{what}", "Noted: {what}", "Anotado: {what}"),
        "set_part": ("{part} {before} → {after}", "{part} {before} → {after}", "{part} {before} → {after}"),
        "capacity_usage": (
            "请写今日预约台数,例如:/capacity 32(或 32/30:预约/日产能)",
            "Write today's bookings, for example: /capacity 32 (or 32/30: bookings/daily capacity)",
            "Escribe las citas de hoy, por ejemplo: /capacity 32 (o 32/30: citas/capacidad diaria)",
        ),
        "capacity_unknown": (
            "还不知道门店的日产能,请一起写上,例如:/capacity 32/30",
            "The store's daily capacity is not known yet: say both, for example: /capacity 32/30",
            "Aún no se sabe la capacidad diaria: indica ambas, por ejemplo: /capacity 32/30",
        ),
        "capacity_done": (
            "{light} 今日预约 {bookings}/{capacity},利用率 {percent} %",
            "{light} today's bookings {bookings}/{capacity}, {percent} % used",
            "{light} citas de hoy {bookings}/{capacity}, {percent} % de uso",
        ),
        "tech_usage": (
            "请写技师和可支援时间或状态,例如:/tech set 张伟 周三上午",
            "Write the technician and the free time or status, for example: /tech set Zhang Wed am",
            "Escribe el técnico y el tiempo libre o el estado, por ejemplo: /tech set Zhang mié mañana",
        ),
        "tech_unknown": (
            "本店没有技师「{name}」,有:{names}",
            'There is no technician "{name}" here; there are: {names}',
            "Aquí no hay ningún técnico «{name}»; hay: {names}",
        ),
        "tech_too_long": (
            "太长了,最多 {most} 个字,例如:/tech set 张伟 周三上午",
            "That is too long: at most {most} characters, for example: /tech set Zhang Wed am",
            "Es demasiado largo: como mucho {most} caracteres, por ejemplo: /tech set Zhang mié mañana",
        ),
        "tech_windows": (
            "{name} 本周可支援时间:{words}",
            "{name} is free this week: {words}",
            "{name} está libre esta semana: {words}",
        ),
        "tech_status": ("{name} 状态:{words}", "{name}: {words}", "{name}: {words}"),
        # The form
        "form_title": ("更新台账", "Say it anew", "Actualizar"),
        "form_bookings": ("今日预约台数", "Today's bookings", "Citas de hoy"),
        "form_bookings_hint": ("例如:32", "for example: 32", "por ejemplo: 32"),
        "form_stock": ("库存,每行一种", "Stock, a line each", "Existencias, una por línea"),
        "form_stock_hint": ("例如:前大灯-左 3", "for example: headlamp left 3", "por ejemplo: faro izquierdo 3"),
        "form_technicians": ("技师,每行一位", "Technicians, a line each", "Técnicos, uno por línea"),
        "form_technicians_hint": (
            "例如:张伟 周三上午",
            "for example: Zhang Wed am",
            "por ejemplo: Zhang mié mañana",
        ),
        "form_submit": ("更新", "Save", "Guardar"),
        # Spot checks
        "check": (
            "🔎 抽查:台账写着 {store} 有 {count} 个「{part}」。请看一眼货架,现在是几个?",
            "🔎 Spot check: the table says that {store} has {count} of {part}. How many are on the shelf now?",
            "🔎 Control: la tabla dice que {store} tiene {count} de {part}. ¿Cuántas hay ahora en el estante?",
        ),
        "check_right": ("✓ 对,{count} 个", "✓ Right, {count}", "✓ Sí, {count}"),
        "check_other": ("其他数量", "Another number", "Otra cantidad"),
        "check_title": ("货架上有几个?", "How many are there?", "¿Cuántas hay?"),
        "check_field": ("数量", "How many", "Cuántas"),
        "check_thanks": ("谢谢,与台账一致。", "Thank you, as the table says.", "Gracias, como dice la tabla."),
        "check_mended": (
            "谢谢,台账已改为 {count}。",
            "Thank you, the table says {count} now.",
            "Gracias, la tabla dice ahora {count}.",
        ),
        "check_done": ("这次抽查已经回答过了。", "This check is answered already.", "Este control ya se contestó."),
        # /fresh
        "title": (
            "台账及时率与准确率,{month}(目标:高于 {target} %)",
            "Boards in time and right, {month} (target: over {target} %)",
            "Tableros a tiempo y correctos, {month} (objetivo: más de {target} %)",
        ),
        "store_line": (
            "{store}:及时 {timely} · 准确 {right}",
            "{store}: in time {timely} · right {right}",
            "{store}: a tiempo {timely} · correcto {right}",
        ),
        "board_line": (
            "{board}:{rows} 行,{old} 行过期",
            "{board}: {rows} rows, {old} stale",
            "{board}: {rows} filas, {old} caducadas",
        ),
        "no_boards": ("还没有台账", "no boards yet", "aún sin tableros"),
        "none_yet": ("–", "–", "–"),
        "more_stores": ("……还有 {count} 家门店", "… and {count} more stores", "… y {count} tiendas más"),
        "pass": (
            "{percent} % ✅({good}/{count})",
            "{percent} % ✅ ({good}/{count})",
            "{percent} % ✅ ({good}/{count})",
        ),
        "fail": (
            "{percent} % ❌({good}/{count})",
            "{percent} % ❌ ({good}/{count})",
            "{percent} % ❌ ({good}/{count})",
        ),
        "bad_month": (
            "请写月份,例如:/fresh 2026-03",
            "Write a month, for example: /fresh 2026-03",
            "Escribe un mes, por ejemplo: /fresh 2026-03",
        ),
    },
)
texts.add(
    "help",
    {
        "fresh": (
            "台账的及时率与准确率",
            "Whether the boards are in time and right",
            "Si los tableros están a tiempo y son correctos",
        ),
    },
)
texts.add(
    "example",
    {
        "fresh": ("/fresh 2026-03", "/fresh 2026-03", "/fresh 2026-03"),
    },
)

MOST_IN_FORM = 30  # stock figures that a form shows
MOST_STORES = 40  # that one message shows


@dataclass(frozen=True, slots=True)
class Owed:
    """How much of a board is due, and since when it stands."""

    count: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class StoreFigures:
    """A store's boards: rows and stale ones of each, and (good, of how many) in time and right."""

    name: str
    boards: Mapping[Board, tuple[int, int]]
    timely: tuple[int, int]
    right: tuple[int, int]


def due(
    language: str, timezone: str, now: datetime, store: str, owed: Mapping[Board, Owed], until: datetime, store_id: int
) -> Message:
    """Remind a store of what it owes: one message, and a tap for all of it."""
    when = say_moment(until, timezone, now, language)
    rows = [line(texts.say(language, "fresh.due", store=store, until=when))]
    for board in BOARDS:
        if board in owed:
            at = say_moment(owed[board].oldest, timezone, now, language)
            rows.append(line("· ", texts.say(language, f"fresh.due_{board}", count=owed[board].count, at=at)))
    rows.append(line(texts.say(language, "fresh.due_how")))
    args: dict[str, str | int] = {"store": store_id}
    buttons: list[tuple[Button, ...]] = [
        (Button(texts.say(language, "fresh.same_button"), "boards.same", args, Look.PRIMARY),)
    ]
    if "capacity" in owed:
        buttons.append(booking_buttons(language, store_id))
    buttons.append((Button(texts.say(language, "fresh.form_button"), "boards.form", args),))
    return Message(tuple(rows), tuple(buttons))


def booking_buttons(language: str, store_id: int) -> tuple[Button, ...]:
    """Offer a booking more and one less."""
    return (
        Button(texts.say(language, "fresh.more_button"), "boards.bookings", {"store": store_id, "by": 1}),
        Button(texts.say(language, "fresh.less_button"), "boards.bookings", {"store": store_id, "by": -1}),
    )


def missed(
    language: str, timezone: str, now: datetime, region: str, stores: Sequence[tuple[str, Sequence[str]]]
) -> Message:
    """Tell a region which stores' boards were not said anew in time."""
    rows = [line(texts.say(language, "fresh.missed", region=region, at=say_moment(now, timezone, now, language)))]
    for store, boards in stores:
        names = "、".join(board_name(language, board) for board in boards)
        rows.append(line("· ", texts.say(language, "fresh.missed_store", store=store, boards=names)))
    return Message(tuple(rows))


def board_name(language: str, board: str) -> str:
    """Return what a board is called."""
    return texts.say(language, f"fresh.{board}")


def figures_form(language: str, store_id: int, filled: Mapping[str, str]) -> Form:
    """Ask for whatever has changed; `filled` is what is known."""

    def asked(name: str, kind: str) -> Field:
        return Field(
            name,
            texts.say(language, f"fresh.form_{name}"),
            "number" if kind == "number" else "lines",
            value=filled.get(name, ""),
            hint=texts.say(language, f"fresh.form_{name}_hint"),
            optional=True,
        )

    fields = (asked("bookings", "number"), asked("stock", "lines"), asked("technicians", "lines"))
    title, submit = texts.say(language, "fresh.form_title"), texts.say(language, "fresh.form_submit")
    return Form("boards.figures", title, fields, submit, {"store": store_id})


def check(language: str, check_id: int, store: str, part: str, said: int) -> Message:
    """Ask a store about one figure: a tap answers."""

    def choice(label: str, count: int) -> Button:
        look = Look.PRIMARY if count == said else Look.PLAIN
        return Button(label, "boards.check", {"check": check_id, "count": count}, look)

    near = [count for count in dict.fromkeys((said - 1, said + 1, 0)) if count >= 0 and count != said]
    other = Button(texts.say(language, "fresh.check_other"), "boards.check_other", {"check": check_id})
    return message(
        texts.say(language, "fresh.check", store=store, part=part, count=said),
        buttons=(
            (choice(texts.say(language, "fresh.check_right", count=said), said),),
            (*(choice(str(count), count) for count in near), other),
        ),
    )


def check_form(language: str, check_id: int) -> Form:
    """Ask for another number."""
    field = Field("count", texts.say(language, "fresh.check_field"), "number", hint="3")
    title, submit = texts.say(language, "fresh.check_title"), texts.say(language, "fresh.form_submit")
    return Form("boards.check", title, (field,), submit, {"check": check_id})


def figures(language: str, month: date, target: float, stores: Sequence[StoreFigures]) -> Message:
    """Show whether each store's boards are fresh, in time and right; of many stores those that are not come first."""
    ranked = sorted(stores, key=lambda store: _is_good(store.timely, target) and _is_good(store.right, target))
    title = texts.say(language, "fresh.title", month=f"{month:%Y-%m}", target=f"{target:g}")
    rows: list[Line] = [line(bold(title))]
    for store in ranked[:MOST_STORES]:
        timely, right = (_share(language, figure, target) for figure in (store.timely, store.right))
        rows.append(line(texts.say(language, "fresh.store_line", store=store.name, timely=timely, right=right)))
        said = [
            texts.say(language, "fresh.board_line", board=board_name(language, board), rows=count, old=old)
            for board, (count, old) in store.boards.items()
        ]
        rows.append(line("  ", " · ".join(said) or texts.say(language, "fresh.no_boards")))
    if len(ranked) > MOST_STORES:
        rows.append(line(texts.say(language, "fresh.more_stores", count=len(ranked) - MOST_STORES)))
    return Message(tuple(rows))


def _is_good(figure: tuple[int, int], target: float) -> bool:
    per_cent = share(*figure)
    return per_cent is None or passes(per_cent, target)


def _share(language: str, figure: tuple[int, int], target: float) -> str:
    per_cent = share(*figure)
    if per_cent is None:
        return texts.say(language, "fresh.none_yet")
    key = "fresh.pass" if passes(per_cent, target) else "fresh.fail"
    return texts.say(language, key, percent=f"{int(per_cent * 10) / 10:.1f}", good=figure[0], count=figure[1])
