"""The words of every request: its card, its story, and what people hear of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from handlers import texts
from handlers.chat import Button, Field, Form, Line, Look, Message, Span, bold, copy, line, mention, message
from handlers.durations import say_duration
from handlers.working_time import say_moment
from storage.tables.people import Person
from storage.tables.requests import Ask, AskState, Event, Request, State, Step

REFUSALS = ("no_stock", "reserved", "no_hands", "other")

# The last lines of the story stand on the card: plain groups have no threads.
STORY_LINES = 4

texts.add(
    "urgency",
    {
        "urgent": ("🔴 紧急", "🔴 urgent", "🔴 urgente"),
        "today": ("🟡 今天", "🟡 today", "🟡 hoy"),
        "normal": ("⚪ 普通", "⚪ normal", "⚪ normal"),
    },
)
texts.add(
    "step",
    {
        "seen": ("看到请求", "seen", "visto"),
        "answer": ("答复", "answer", "respuesta"),
        "ship": ("发货", "shipping", "envío"),
        "receive": ("确认收货", "receipt", "recepción"),
        "record": ("补录", "record", "registro"),
        "deliver": ("全程", "the whole", "total"),
    },
)
texts.add(
    "target",
    {
        "store": ("门店", "the store", "la tienda"),
        "region": ("区域经理", "the region manager", "gerente de zona"),
        "hq": ("总部", "HQ", "la central"),
        "finance": ("财务", "finance", "finanzas"),
        "author": ("发起人", "the requester", "quien pide"),
        "next_store": ("转问下一家店", "the next store is asked", "se pregunta a otra tienda"),
        "close": ("自动关闭", "it is closed", "se cierra"),
    },
)
texts.add(
    "refusal",
    {
        "no_stock": ("库存不足", "No stock", "Sin stock"),
        "reserved": ("已预订", "Reserved", "Reservado"),
        "no_hands": ("人手不足", "No hands free", "Sin personal"),
        "other": ("其他原因", "Another reason", "Otro motivo"),
    },
)
texts.add(
    "event",
    {
        "opened": ("{store} 发起({who})", "{store} asked ({who})", "{store} pidió ({who})"),
        "asked": ("已询问 {store}", "{store} is asked", "se preguntó a {store}"),
        "skipped": ("跳过 {store}:{why}", "{store} passed over: {why}", "{store} omitida: {why}"),
        "seen": ("{store} 已看到({who})", "{store} has seen it ({who})", "{store} lo ha visto ({who})"),
        "accepted": ("✅ {store} 同意({who})", "✅ {store} accepted ({who})", "✅ {store} aceptó ({who})"),
        "assigned": (
            "{who} 指派 {store}",
            "{who} assigned {store}",
            "{who} asignó a {store}",
        ),
        "refused": (
            "❌ {store} 不行:{reason}",
            "❌ {store} refused: {reason}",
            "❌ {store} rechazó: {reason}",
        ),
        "expired": (
            "{store} 未按时答复",
            "{store} did not answer in time",
            "{store} no respondió a tiempo",
        ),
        "unfilled": ("无店可接", "nobody is left to ask", "no queda a quién preguntar"),
        "breached": (
            "⏰ {store} 超时:{step}",
            "⏰ {store} late: {step}",
            "⏰ {store} tarde: {step}",
        ),
        "broken": (
            "⚠️ {store} 无法交付:{reason}",
            "⚠️ {store} cannot deliver: {reason}",
            "⚠️ {store} no puede entregar: {reason}",
        ),
        "withdrawn": ("已撤回({who})", "withdrawn ({who})", "retirada ({who})"),
        "closed": ("已关闭({who}):{reason}", "closed ({who}): {reason}", "cerrada ({who}): {reason}"),
        "credited": ("{store} +{points} 分", "{store} +{points} points", "{store} +{points} puntos"),
        "escalated": ("已上报{target}", "told: {target}", "avisado: {target}"),
        "extended": (
            "{step} 延长 {by}({who}):{reason}",
            "{step} extended by {by} ({who}): {reason}",
            "{step} ampliado {by} ({who}): {reason}",
        ),
        "kept": ("客户是否留住:{kept}", "customer kept: {kept}", "cliente conservado: {kept}"),
        "progress": (
            "客户进度第 {number} 次:{answer}",
            "line to the customer no. {number}: {answer}",
            "aviso al cliente n.º {number}: {answer}",
        ),
        "carried": ("转到明天:{reason}", "carried over: {reason}", "pasa a mañana: {reason}"),
        "closed_now": ("现在不营业", "closed now", "cerrada ahora"),
        "nobody_there": ("店长都不在", "nobody is there", "no hay nadie"),
    },
)
texts.add(
    "request",
    {
        "asked_by": ("{store} → {asked}", "{store} → {asked}", "{store} → {asked}"),
        "nobody_yet": ("待定", "nobody yet", "nadie aún"),
        "matter": ("原因:{matter}", "Why: {matter}", "Motivo: {matter}"),
        "override": ("特批紧急:{reason}", "Urgent all the same: {reason}", "Urgente de todos modos: {reason}"),
        "state": ("状态:{state}", "State: {state}", "Estado: {state}"),
        "asking_pending": (
            "等 {store} 看到并答复",
            "waiting for {store} to see it and answer",
            "esperando a que {store} lo vea y responda",
        ),
        "asking_seen": (
            "{store} 已看到,等答复",
            "{store} has seen it, waiting for the answer",
            "{store} lo ha visto, falta la respuesta",
        ),
        "accepted": (
            "{store} 已同意,等发货",
            "{store} accepted, waiting for shipping",
            "{store} aceptó, falta el envío",
        ),
        "shipped": (
            "{store} 已发出,等收货",
            "{store} shipped, waiting for receipt",
            "{store} envió, falta la recepción",
        ),
        "received": ("已收货,待补录单据", "received, record to be made", "recibido, falta el registro"),
        "recorded": ("✅ 完成", "✅ done", "✅ hecho"),
        "withdrawn": ("已撤回", "withdrawn", "retirada"),
        "unfilled": (
            "无店可接,已报区域经理",
            "nobody can help, the region manager knows",
            "nadie puede ayudar, lo sabe gerencia de zona",
        ),
        "closed": ("已关闭", "closed", "cerrada"),
        "clock": (
            "⏱ {step}:{due} 前 · 全程 {cap} 前",
            "⏱ {step} by {due} · the whole by {cap}",
            "⏱ {step} antes de {due} · total antes de {cap}",
        ),
        "clock_late": (
            "⏱ {step}:{due} 已超时 · 全程 {cap} 前",
            "⏱ {step} was due {due} · the whole by {cap}",
            "⏱ {step} venció {due} · total antes de {cap}",
        ),
        "clock_record": (
            "⏱ 补录:{due} 前",
            "⏱ record by {due}",
            "⏱ registro antes de {due}",
        ),
        "next": ("下一步:{at} {target}", "Next: {at} {target}", "Después: {at} {target}"),
        "seen_button": ("收到", "Seen", "Visto"),
        "accept_button": ("可以", "Accept", "Aceptar"),
        "part_button": ("只能给一部分", "Only some", "Solo una parte"),
        "refuse_button": ("不行", "Refuse", "Rechazar"),
        "withdraw_button": ("撤回", "Withdraw", "Retirar"),
        "cannot_button": ("无法交付", "Cannot deliver", "No puedo entregar"),
        "show_button": ("查看 {label}", "Show {label}", "Ver {label}"),
        "why_you": ("为什么问您:{reasons}", "Why you: {reasons}", "Por qué tú: {reasons}"),
        "answer_hint": (
            "也可直接回复:收到,可以 / 收到,不行,原因是…",
            "Or reply in words: OK / No, because …",
            "O responde con texto: Sí / No, porque …",
        ),
        "past": (
            "{label} {brief}:现在不用您处理了({state})。",
            "{label} {brief}: nothing to do for you now ({state}).",
            "{label} {brief}: ya no tienes nada que hacer ({state}).",
        ),
        "refuse_title": ("为什么不行?", "Why not?", "¿Por qué no?"),
        "reason": ("原因", "Reason", "Motivo"),
        "reason_words": ("请写明原因", "Say why in words", "Explica el motivo"),
        "cannot_title": ("为什么无法交付?", "Why can it not be delivered?", "¿Por qué no se puede entregar?"),
        "part_title": ("能给多少?", "How many can you give?", "¿Cuántas puedes dar?"),
        "quantity": ("数量", "Quantity", "Cantidad"),
        "send": ("发送", "Send", "Enviar"),
        "nudge": (
            "⏳ {label} {brief}:「{step}」时限 {due},还剩 {left}。",
            '⏳ {label} {brief}: "{step}" is due {due}, {left} left.',
            "⏳ {label} {brief}: «{step}» vence {due}, quedan {left}.",
        ),
        "snooze_button": ("跳过下次提醒", "Skip the next reminder", "Omitir el próximo aviso"),
        "snoozed": (
            "好的,下次提醒跳过;到时限仍会通知。",
            "All right, the next reminder is skipped; the limit itself is still told.",
            "De acuerdo, se omite el próximo aviso; el límite se avisará igualmente.",
        ),
        "late": (
            "⏰ {label} {brief}:「{step}」已到时限({due}),请马上处理。",
            '⏰ {label} {brief}: "{step}" was due {due}; please see to it now.',
            "⏰ {label} {brief}: «{step}» venció {due}; atiéndelo ahora.",
        ),
        "late_card": ("⏰ 请马上处理:{people}", "⏰ Please see to it now: {people}", "⏰ Atiéndelo ahora: {people}"),
        "escalation": (
            "📣 {label} {brief}:{store}「{step}」超时({due})。",
            '📣 {label} {brief}: {store} is late with "{step}" (due {due}).',
            "📣 {label} {brief}: {store} va tarde con «{step}» (vencía {due}).",
        ),
        "escalation_unfilled": (
            "📣 {label} {brief}:没有门店可以接,请处理。",
            "📣 {label} {brief}: no store can take it; please see to it.",
            "📣 {label} {brief}: ninguna tienda puede; atiéndelo.",
        ),
        "escalation_open": (
            "📣 {label} {brief}:已超过 {after} 无人接单。",
            "📣 {label} {brief}: nobody has taken it for over {after}.",
            "📣 {label} {brief}: nadie la ha tomado en más de {after}.",
        ),
        "what_region_can_do": (
            "可以:/assign {label} 门店编码,或 /close {label} 原因",
            "You can: /assign {label} STORE, or /close {label} reason",
            "Puedes: /assign {label} TIENDA, o /close {label} motivo",
        ),
        "story": ("经过:", "So far:", "Hasta ahora:"),
        "progress_prompt": (
            "📨 {label}:请把进度转告客户(第 {number} 次):",
            "📨 {label}: please let the customer know (no. {number}):",
            "📨 {label}: informa al cliente (n.º {number}):",
        ),
        "progress_sent": ("已转发", "Sent", "Enviado"),
        "progress_skipped": ("跳过", "Skipped", "Omitido"),
        "progress_thanks": ("已记录,谢谢。", "Noted, thank you.", "Anotado, gracias."),
        "kept_question": (
            "{label}:客户留住了吗?",
            "{label}: was the customer kept?",
            "{label}: ¿se conservó al cliente?",
        ),
        "kept_yes": ("留住了", "Yes", "Sí"),
        "kept_no": ("没留住", "No", "No"),
        "kept_unknown": ("不清楚", "Not known", "No se sabe"),
        "kept_noted": ("已记录:{kept}", "Noted: {kept}", "Anotado: {kept}"),
        "seen_noted": (
            "已记录「收到」。请在时限内答复可以或不行。",
            "Noted as seen. Please answer before the limit.",
            "Anotado como visto. Responde antes del límite.",
        ),
        "done": ("好的,已更新。", "Done.", "Hecho."),
        "my_title": ("我的待办", "Waiting for you", "Lo que tienes pendiente"),
        "my_empty": (
            "没有待办。需要配件时:/transfer 前大灯-左 x1 urgent 客户在等",
            "Nothing is waiting. To ask for a part: /transfer headlamp left x1 urgent customer waiting",
            "Nada pendiente. Para pedir una pieza: /transfer faro izquierdo x1 urgente cliente esperando",
        ),
        "steps_title": ("各步用时:", "The steps:", "Los pasos:"),
        "step_line": (
            "{step} · {store}:{start}→{end},时限 {due} {outcome}",
            "{step} · {store}: {start}→{end}, due {due} {outcome}",
            "{step} · {store}: {start}→{end}, límite {due} {outcome}",
        ),
        "step_met": ("✓", "✓", "✓"),
        "step_late": ("✗ 超 {late}", "✗ {late} late", "✗ {late} tarde"),
        "step_running": ("进行中", "running", "en curso"),
        "step_cancelled": ("—", "—", "—"),
        "assigned_told": (
            "📌 区域已把 {label} 指派给贵店:{brief}。若无法交付,请按「无法交付」。",
            '📌 Your region assigned {label} to your store: {brief}. If you cannot, press "Cannot deliver".',
            "📌 Tu zona asignó {label} a tu tienda: {brief}. Si no puedes, pulsa «No puedo entregar».",
        ),
        "provider_told_withdrawn": (
            "ℹ️ {label} {brief} 已由 {store} 撤回,不用再准备了。",
            "ℹ️ {store} withdrew {label} {brief}; nothing more to prepare.",
            "ℹ️ {store} retiró {label} {brief}; no hay nada más que preparar.",
        ),
        # Refusals
        "no_label": (
            "请写编号,例如:T-0001",
            "Please give its number, for example: T-0001",
            "Indica su número, por ejemplo: T-0001",
        ),
        "unknown": ("没有 {label} 这个请求。", "There is no request {label}.", "No existe la petición {label}."),
        "not_asked": (
            "这个请求问的不是贵店,只有被询问门店的店长或副店长可以答复。",
            "Your store is not the one asked; only the manager or deputy of the store asked can answer.",
            "No se preguntó a tu tienda; solo puede responder el gerente o suplente de la tienda consultada.",
        ),
        "taken": ("已由 {who} 接单。", "Already taken by {who}.", "Ya lo tomó {who}."),
        "moved_on": (
            "已过时限,现在正在问 {store}。",
            "Too late: {store} is being asked now.",
            "Demasiado tarde: ahora se pregunta a {store}.",
        ),
        "over": ("这个请求已经结束。", "This request is over.", "Esta petición ha terminado."),
        "not_yours": (
            "只有发起门店可以这样做。",
            "Only the store that asked can do this.",
            "Solo puede hacerlo la tienda que pidió.",
        ),
        "not_owner": (
            "只有接单的门店可以这样做。",
            "Only the store that accepted can do this.",
            "Solo puede hacerlo la tienda que aceptó.",
        ),
        "not_now": (
            "现在不能这样做:{state}。",
            "That is not possible now: {state}.",
            "No es posible ahora: {state}.",
        ),
        "too_late_to_withdraw": (
            "已经发出,不能撤回;收到后请按「已收到」。",
            'It is on its way and cannot be withdrawn; press "Received" when it arrives.',
            "Ya va en camino y no se puede retirar; pulsa «Recibido» cuando llegue.",
        ),
        "not_your_region": (
            "这个请求不在您的区域。",
            "This request is not of your region.",
            "Esta petición no es de tu zona.",
        ),
        "not_to_read": (
            "您不能查看这个请求:只有双方门店、其区域和总部可以。",
            "You cannot read this request: only its stores, their regions and HQ can.",
            "No puedes ver esta petición: solo sus tiendas, sus zonas y la central.",
        ),
        "reason_needed": (
            "请写明原因,例如:{example}",
            "Please say why, for example: {example}",
            "Explica el motivo, por ejemplo: {example}",
        ),
        "unknown_store": (
            "没有「{store}」这家门店。请写门店编码,例如:SZ02",
            'There is no store "{store}". Write its code, for example: SZ02',
            "No existe la tienda «{store}». Escribe su código, por ejemplo: SZ02",
        ),
        "not_itself": (
            "不能指派给发起的门店自己。",
            "A request cannot be assigned to the store that asked.",
            "No se puede asignar a la misma tienda que pidió.",
        ),
        "bad_quantity": (
            "数量请填 1 到 {most} 的整数。",
            "Give a whole number from 1 to {most}.",
            "Indica un número entero de 1 a {most}.",
        ),
        "bad_extension": (
            "请写延长多久和原因,例如:/extend T-0001 20m 堵车",
            "Say for how long and why, for example: /extend T-0001 20m traffic jam",
            "Indica cuánto y por qué, por ejemplo: /extend T-0001 20m atasco",
        ),
        "nothing_runs": (
            "没有可以延长的时限。",
            "There is no limit to extend.",
            "No hay ningún límite que ampliar.",
        ),
        "not_understood": (
            "没看懂。请回复「收到,可以」,或「收到,不行,原因是…」,也可以点按钮。",
            'I did not understand. Reply "OK", or "No, because …", or press a button.',
            "No lo he entendido. Responde «Sí», o «No, porque …», o pulsa un botón.",
        ),
        "which_one": (
            "您有几个请求待答复,请回复对应的卡片,或用它上面的按钮。",
            "Several requests wait for you; reply to the card you mean, or press its buttons.",
            "Tienes varias peticiones; responde a la tarjeta que quieras o pulsa sus botones.",
        ),
    },
)
texts.add(
    "help",
    {
        "my": ("我的待办", "What waits for you", "Lo que tienes pendiente"),
        "request": ("查看一个请求的全部经过", "The whole story of a request", "La historia de una petición"),
        "assign": ("把请求指派给一家门店(区域)", "Assign a request to a store (region)", "Asignar a una tienda (zona)"),
        "close": ("关闭无店可接的请求(区域)", "Close a request (region)", "Cerrar una petición (zona)"),
        "extend": ("延长当前一步的时限", "Extend the limit of the present step", "Ampliar el límite del paso actual"),
    },
)
texts.add(
    "example",
    {
        "my": ("/my", "/my", "/my"),
        "request": ("/request T-0001", "/request T-0001", "/request T-0001"),
        "assign": ("/assign T-0001 SZ02", "/assign T-0001 SZ02", "/assign T-0001 SZ02"),
        "close": ("/close T-0001 客户已取消", "/close T-0001 customer cancelled", "/close T-0001 cliente canceló"),
        "extend": ("/extend T-0001 20m 堵车", "/extend T-0001 20m traffic jam", "/extend T-0001 20m atasco"),
    },
)


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What a card shows, free of language and reader; the kind's own lines are given apart."""

    label: str
    request: Request
    store: str
    asked: str  # who is asked or owns it, "" for nobody
    ask: Ask | None
    home: str  # the requester's time zone: a reader elsewhere sees his own with its offset
    clock: Step | None  # the step that runs
    next_target: str
    next_at: datetime | None
    events: Sequence[Event]
    stores: dict[int, str] = field(default_factory=dict)
    people: dict[int, str] = field(default_factory=dict)
    late: tuple[Person, ...] = ()  # who is called on, after a broken limit


def state_words(language: str, facts: CardFacts) -> str:
    """Say where a request stands."""
    state = facts.request.state
    if state is State.ASKING:
        seen = facts.ask is not None and facts.ask.state is AskState.SEEN
        return texts.say(language, "request.asking_seen" if seen else "request.asking_pending", store=facts.asked)
    if state is State.ACCEPTED:
        return texts.say(language, "request.accepted", store=facts.asked)
    if state is State.SHIPPED:
        return texts.say(language, "request.shipped", store=facts.asked)
    return texts.say(language, f"request.{state}")


def card(
    language: str,
    timezone: str,
    now: datetime,
    facts: CardFacts,
    title: str,
    what: tuple[Line, ...],
    *,
    buttons: tuple[tuple[Button, ...], ...] = (),
    reasons: str = "",
) -> Message:
    """Write the card: what, how urgent, who asks, who is asked, where it stands, its clock, who hears next."""
    request = facts.request
    asked = facts.asked or texts.say(language, "request.nobody_yet")
    urgency = texts.say(language, f"urgency.{request.urgency}")
    rows: list[Line] = [
        line(bold(f"{facts.label} {title}"), f" · {urgency}"),
        *what,
        texts.say_line(language, "request.asked_by", store=facts.store, asked=asked),
        texts.say_line(language, "request.matter", matter=request.matter),
    ]
    if request.override_reason:
        rows.append(texts.say_line(language, "request.override", reason=request.override_reason))
    rows.append(texts.say_line(language, "request.state", state=bold(state_words(language, facts))))
    rows.extend(_clock_lines(language, timezone, now, facts))
    if facts.late:
        rows.append(_called_on(language, facts.late))
    if reasons:
        rows.append(texts.say_line(language, "request.why_you", reasons=reasons))
    rows.append(line("┈┈┈┈┈┈"))
    rows.extend(story(language, timezone, now, facts.events[-STORY_LINES:], facts))
    return Message(tuple(rows), buttons)


def story(language: str, timezone: str, now: datetime, events: Sequence[Event], facts: CardFacts) -> list[Line]:
    """Write lines of a request's story, each with its local time."""
    return [
        line(f"{say_moment(event.at, timezone, now, language)} {event_words(language, event, facts)}")
        for event in events
    ]


def event_words(language: str, event: Event, facts: CardFacts) -> str:
    """Say one line of the story."""
    values = json.loads(event.args)
    words: dict[str, str] = {
        "store": facts.stores.get(event.store_id or 0, ""),
        "who": facts.people.get(event.person_id or 0, "—"),
        "reason": _reason(language, values),
        **{name: str(value) for name, value in values.items()},
    }
    if "step" in values:
        words["step"] = texts.say(language, f"step.{values['step']}")
    if "target" in values:
        words["target"] = texts.say(language, f"target.{values['target']}")
    if "why" in values:
        words["why"] = texts.say(language, f"event.{'closed_now' if values['why'] == 'closed' else 'nobody_there'}")
    if "kept" in values:
        words["kept"] = texts.say(language, f"request.kept_{values['kept']}")
    if event.word == "progress":
        words["answer"] = texts.say(language, f"request.progress_{values['answer']}")
    return texts.say(language, f"event.{event.word}", **words)


def thread_lines(language: str, timezone: str, now: datetime, events: Sequence[Event], facts: CardFacts) -> Message:
    """Write what is new of the story for the card's thread."""
    rows = story(language, timezone, now, events, facts)
    if facts.late:
        rows.append(_called_on(language, facts.late))
    return Message(tuple(rows))


def past(language: str, facts: CardFacts, brief: str) -> Message:
    """Show a card to somebody who has nothing to do with it any more."""
    words = state_words(language, facts)
    return message(texts.say(language, "request.past", label=facts.label, brief=brief, state=words))


def answer_buttons(language: str, ask: Ask, *, several: bool) -> tuple[tuple[Button, ...], ...]:
    """Offer the answers that fit the state of an ask; `several`: a part of the quantity can be promised."""
    args: dict[str, str | int] = {"ask": ask.id}
    first = [
        Button(texts.say(language, "request.accept_button"), "request.accept", args, Look.PRIMARY),
        Button(texts.say(language, "request.refuse_button"), "request.refuse", args, Look.DANGER),
    ]
    if ask.state is AskState.PENDING:
        first.insert(0, Button(texts.say(language, "request.seen_button"), "request.seen", args))
    rows = [tuple(first)]
    if several:
        rows.append((Button(texts.say(language, "request.part_button"), "request.accept_part", args),))
    return tuple(rows)


def my_lines(language: str, timezone: str, now: datetime, facts: CardFacts, brief: str) -> list[Line]:
    """Write a request in two lines, for a list."""
    urgency = texts.say(language, f"urgency.{facts.request.urgency}")
    rows = [line(bold(facts.label), f" {brief} · {urgency}"), line(f"　{state_words(language, facts)}")]
    if facts.clock is not None:
        due = say_moment(facts.clock.due_at, timezone, now, language, facts.home)
        mark = "⏰" if facts.clock.breached_at else "⏱"
        rows[1] = line(f"　{state_words(language, facts)} · {mark} {due}")
    return rows


def withdraw_button(language: str, request: Request) -> Button:
    """Offer to withdraw."""
    return Button(
        texts.say(language, "request.withdraw_button"), "request.withdraw", {"request": request.id}, Look.DANGER
    )


def cannot_button(language: str, request: Request) -> Button:
    """Offer to say that a promise cannot be kept."""
    return Button(texts.say(language, "request.cannot_button"), "request.cannot", {"request": request.id}, Look.DANGER)


def show_button(language: str, label: str, request: Request) -> Button:
    """Offer to show a request."""
    return Button(texts.say(language, "request.show_button", label=label), "request.show", {"request": request.id})


def refuse_form(language: str, ask: Ask) -> Form:
    """Ask why a store refuses."""
    options = tuple((code, texts.say(language, f"refusal.{code}")) for code in REFUSALS)
    return Form(
        "request.refuse",
        texts.say(language, "request.refuse_title"),
        (
            Field("reason", texts.say(language, "request.reason"), "choice", options),
            Field("words", texts.say(language, "request.reason_words"), "lines", optional=True),
        ),
        texts.say(language, "request.send"),
        {"ask": ask.id},
    )


def reason_form(language: str, action: str, title: str, args: dict[str, str | int]) -> Form:
    """Ask for a reason in words."""
    reason = Field("reason", texts.say(language, "request.reason_words"), "lines")
    return Form(action, texts.say(language, title), (reason,), texts.say(language, "request.send"), args)


def quantity_form(language: str, action: str, title: str, args: dict[str, str | int]) -> Form:
    """Ask for a number of pieces."""
    quantity = Field("quantity", texts.say(language, "request.quantity"), "number")
    return Form(action, texts.say(language, title), (quantity,), texts.say(language, "request.send"), args)


def nudge(language: str, timezone: str, now: datetime, label: str, brief: str, step: Step, *, last: bool) -> Message:
    """Remind a store of a limit that comes near; all but the last reminder offer to skip the next."""
    words = texts.say(
        language,
        "request.nudge",
        label=label,
        brief=brief,
        step=texts.say(language, f"step.{step.name}"),
        due=say_moment(step.due_at, timezone, now, language),
        left=say_duration(step.due_at - now, language),
    )
    skip = Button(texts.say(language, "request.snooze_button"), "request.snooze", {"step": step.id})
    return message(words, buttons=() if last else ((skip,),))


def late(language: str, timezone: str, now: datetime, label: str, brief: str, step: Step) -> Message:
    """Tell a store that its limit is broken."""
    return message(
        texts.say(
            language,
            "request.late",
            label=label,
            brief=brief,
            step=texts.say(language, f"step.{step.name}"),
            due=say_moment(step.due_at, timezone, now, language),
        )
    )


def escalation(
    language: str,
    timezone: str,
    now: datetime,
    facts: CardFacts,
    brief: str,
    *,
    step: Step | None,
    reason: str,
    after: str,
    buttons: tuple[tuple[Button, ...], ...],
) -> Message:
    """Tell the next role, with the whole story; `reason` is late, unfilled or open."""
    values = {"label": facts.label, "brief": brief}
    if step is not None:
        head = texts.say(
            language,
            "request.escalation",
            store=facts.stores.get(step.store_id, ""),
            step=texts.say(language, f"step.{step.name}"),
            due=say_moment(step.due_at, timezone, now, language),
            **values,
        )
    elif reason == "open":
        head = texts.say(language, "request.escalation_open", after=after, **values)
    else:
        head = texts.say(language, "request.escalation_unfilled", **values)
    rows: list[Line] = [line(head), line(texts.say(language, "request.story"))]
    rows.extend(story(language, timezone, now, facts.events, facts))
    if step is None or step.name not in {"receive", "record"}:
        rows.append(texts.say_line(language, "request.what_region_can_do", label=facts.label))
    return Message(tuple(rows), buttons)


def progress(language: str, label: str, number: int, forward: str, request: Request) -> Message:
    """Prompt a line to the customer, with the words ready to forward."""
    head = texts.say(language, "request.progress_prompt", label=label, number=number)
    buttons = tuple(
        Button(
            texts.say(language, f"request.progress_{answer}"),
            "request.progress",
            {"request": request.id, "number": number, "answer": answer},
        )
        for answer in ("sent", "skipped")
    )
    return message(head, copy(forward), buttons=(buttons,))


def kept_question(language: str, label: str, request: Request) -> Message:
    """Ask whether the customer was kept."""
    buttons = tuple(
        Button(
            texts.say(language, f"request.kept_{answer}"),
            "request.kept",
            {"request": request.id, "kept": answer},
        )
        for answer in ("yes", "no", "unknown")
    )
    return message(texts.say(language, "request.kept_question", label=label), buttons=(buttons,))


def step_line(language: str, timezone: str, now: datetime, step: Step, store: str) -> Line:
    """Say how a step went: when, whose, and by how much too late."""
    if step.breached_at is not None:
        over = (step.ended_at or now) - step.due_at
        outcome = texts.say(language, "request.step_late", late=say_duration(max(over, over * 0), language))
    elif step.ended_at is None:
        outcome = texts.say(language, "request.step_running")
    else:
        outcome = texts.say(language, f"request.step_{step.outcome}")
    return texts.say_line(
        language,
        "request.step_line",
        step=texts.say(language, f"step.{step.name}"),
        store=store,
        start=say_moment(step.started_at, timezone, now, language),
        end=say_moment(step.ended_at, timezone, now, language) if step.ended_at else "…",
        due=say_moment(step.due_at, timezone, now, language),
        outcome=outcome,
    )


def _clock_lines(language: str, timezone: str, now: datetime, facts: CardFacts) -> list[Line]:
    rows: list[Line] = []
    step = facts.clock
    if step is not None:
        values = {
            "step": texts.say(language, f"step.{step.name}"),
            "due": say_moment(step.due_at, timezone, now, language, facts.home),
            "cap": say_moment(facts.request.cap_at, timezone, now, language, facts.home),
        }
        if facts.request.finished_at is not None:
            rows.append(texts.say_line(language, "request.clock_record", due=values["due"]))
        else:
            key = "request.clock_late" if step.breached_at else "request.clock"
            rows.append(texts.say_line(language, key, **values))
    if facts.next_at is not None:
        target = texts.say(language, f"target.{facts.next_target}")
        at = say_moment(facts.next_at, timezone, now, language, facts.home)
        rows.append(texts.say_line(language, "request.next", at=at, target=target))
    return rows


def _called_on(language: str, people: Sequence[Person]) -> Line:
    spans: list[str | Span] = []
    for person in people:
        spans.extend((mention(person.id, f"@{person.name}"), " "))
    head, _, tail = texts.say(language, "request.late_card", people="\0").partition("\0")
    return line(head, *spans, tail)


def _reason(language: str, values: dict[str, object]) -> str:
    """Say a reason: a refusal's code in words, then what was written."""
    code, words = str(values.get("code", "")), str(values.get("words", values.get("reason", "")))
    said = texts.say(language, f"refusal.{code}") if code in REFUSALS and (code != "other" or not words) else ""
    return "、".join(part for part in (said, words) if part) or "—"
