"""The words that belong to no feature: apologies, refusals anybody may meet, and the questions of a form."""

from __future__ import annotations

from collections.abc import Sequence

from handlers import texts
from handlers.chat import Button, Field, Look, Message, Span, bold, line, message

texts.add(
    "core",
    {
        "apology": (
            "抱歉,出了点问题,这一步没有完成。请稍后再试;若仍不行,请把编号 {id} 告诉总部。",
            "Sorry, something went wrong and this was not done. Try again; if it fails again, give HQ the number {id}.",
            "Lo siento, algo falló y no se hizo. Repítelo; si sigue fallando, da a la central el número {id}.",
        ),
        "stranger": (
            "我还不认识这个账号。请向总部要一个绑定码,然后发送:/start 绑定码(Slack:/xietong link 绑定码)",
            "I do not know this account yet. Ask HQ for a code, then send: /start CODE (on Slack: /xietong link CODE)",
            "No conozco esta cuenta. Pide un código a la central y envía: /start CÓDIGO (Slack: /xietong link CÓDIGO)",
        ),
        "not_your_role": (
            "您的角色不能做这个操作。发送 /help 查看您能用的命令。",
            "Your role may not do this. Send /help to see what you can do.",
            "Tu función no permite hacer esto. Envía /help para ver lo que puedes hacer.",
        ),
        "private_only": (
            "请私聊我发送这个命令,不要发在群里。",
            "Please send me this command in private, not in a group.",
            "Envíame esta orden en privado, no en un grupo.",
        ),
        "groups_only": (
            "请在群里发送这个命令。",
            "Please send this command in a group.",
            "Envía esta orden en un grupo.",
        ),
        "unknown_button": (
            "这个按钮已经失效。发送 /my 查看现在待办的事。",
            "This button no longer works. Send /my to see what is waiting for you.",
            "Este botón ya no sirve. Envía /my para ver lo que tienes pendiente.",
        ),
        "not_understood": (
            "我没看懂。例如:/transfer 前大灯-左 x1 urgent 客户在等,或发送 /help",
            "I did not understand. For example: /transfer headlamp left x1 urgent customer waiting, or send /help",
            "No lo he entendido. Por ejemplo: /transfer faro izquierdo x1 urgente cliente esperando, o envía /help",
        ),
        "drop_button": ("不发了", "Drop it", "Descartar"),
        "dropped": ("好的,没有发布。", "All right, nothing was posted.", "De acuerdo, no se publicó nada."),
        "confirmed_already": ("已经发布过了。", "It has been posted already.", "Ya se publicó."),
        "timer_put_aside": (
            "一个定时任务多次失败,已搁置:{key}({error})。请查看日志。",
            "A timer failed again and again and was put aside: {key} ({error}). See the log.",
            "Un temporizador falló repetidas veces y se apartó: {key} ({error}). Consulta el registro.",
        ),
        "flood": (
            "一下子太多了,多出来的我没有处理。请等{wait},再发一次最后那条。",
            "That was too much at once: what came on top is not done. Wait {wait}, then send the last one again.",
            "Demasiado de golpe: lo que sobraba no se ha hecho. Espera {wait} y repite lo último.",
        ),
        "flood_stranger": (
            "我还不认识这个账号,先不回复了。请向总部要一个绑定码,{wait}后再发送:/start 绑定码"
            "(Slack:/xietong link 绑定码)",
            "I do not know this account and answer no more. Ask HQ for a code; in {wait} send: /start CODE "
            "(on Slack: /xietong link CODE)",
            "No conozco esta cuenta y ya no respondo. Pide un código a la central y en {wait} envía: /start CÓDIGO "
            "(Slack: /xietong link CÓDIGO)",
        ),
        "audit_found": (
            "🩺 自检发现有事项停滞,已重试一次仍未恢复:{what}。日志与 /healthz 有详情。",
            "🩺 The bot found something stuck, and one more try did not help: {what}. See the log and /healthz.",
            "🩺 El bot encontró algo atascado y reintentarlo no bastó: {what}. Consulta el registro y /healthz.",
        ),
        "audit_well": (
            "✅ 此前停滞的事项已恢复:{what}。",
            "✅ What was stuck goes on again: {what}.",
            "✅ Lo que estaba atascado vuelve a andar: {what}.",
        ),
        "audit_given_up": (
            "🩺 有 {count} 条消息无法送达或处理,已搁置:{what}。日志有详情。",
            "🩺 Messages that could not be said or worked and were put aside: {count}, such as {what}. See the log.",
            "🩺 Mensajes que no se pudieron enviar o tratar y se apartaron: {count}, como {what}. Mira el registro.",
        ),
        "stuck_timer": ("定时器 {count} 个({name})", "timers {count} ({name})", "temporizadores {count} ({name})"),
        "stuck_inbound": (
            "收到未处理 {count} 条({name})",
            "heard and not worked {count} ({name})",
            "recibidos sin tratar {count} ({name})",
        ),
        "stuck_message": (
            "未发出的消息 {count} 个群({name})",
            "chats with unsaid messages {count} ({name})",
            "chats con mensajes sin enviar {count} ({name})",
        ),
        "stuck_request": (
            "无后续定时的请求 {count} 个({name})",
            "requests without a next timer {count} ({name})",
            "peticiones sin temporizador {count} ({name})",
        ),
        "cancel": ("取消", "Cancel", "Cancelar"),
        "skip": ("跳过", "Skip", "Omitir"),
        "cancelled": (
            "已取消,什么都没有改变。",
            "Cancelled; nothing was changed.",
            "Cancelado; no ha cambiado nada.",
        ),
        "nothing_to_cancel": (
            "现在没有正在填写的内容。",
            "There is nothing being filled in.",
            "No hay nada a medio rellenar.",
        ),
        "earlier_question": (
            "这个按钮是前面的问题,请回答最新的一个问题,或发送 /cancel 取消。",
            "That button belongs to an earlier question; answer the newest one, or send /cancel.",
            "Ese botón es de una pregunta anterior; responde la última o envía /cancel.",
        ),
        "needed": (
            "请填写「{field}」。",
            'Please fill in "{field}".',
            "Rellena «{field}».",
        ),
        "pick_one": (
            "请点选一个按钮。",
            "Please press one of the buttons.",
            "Pulsa uno de los botones.",
        ),
        "question": ("{title} · {field}", "{title} · {field}", "{title} · {field}"),
        "or_reply": (
            "请点选,或直接回复文字",
            "Press one, or reply in words",
            "Pulsa uno o responde con texto",
        ),
        "reply_in_words": ("请回复这条消息", "Reply to this message", "Responde a este mensaje"),
    },
)


def sentence(words: str) -> Message:
    """Say one sentence."""
    return message(words)


def timer_put_aside(language: str, key: str, error: str) -> Message:
    """Tell HQ that a timer failed for good."""
    return message(texts.say(language, "core.timer_put_aside", key=key, error=error))


def stuck(language: str, found: Sequence[tuple[str, int, str]], *, well: bool = False) -> Message:
    """Tell HQ what is stuck, or goes on again: of each kind how many, and the oldest by its name."""
    parts = [texts.say(language, f"core.stuck_{kind}", count=count, name=name) for kind, count, name in found]
    what = ("、" if language == "zh" else ", ").join(parts)
    return message(texts.say(language, "core.audit_well" if well else "core.audit_found", what=what))


def given_up(language: str, count: int, what: str) -> Message:
    """Tell HQ what was put aside because it can never be said or worked."""
    return message(texts.say(language, "core.audit_given_up", count=count, what=what))


def question(language: str, title: str, field: Field, *, whom: Span | None, problem: str = "") -> Message:
    """Ask for one field of a form: a choice by buttons, anything else by a reply."""
    head = texts.say_line(language, "core.question", title=title, field=bold(field.label))
    rows = [line(whom, " ", *head) if whom else head]
    if problem:
        rows.insert(0, line(problem))
    buttons = tuple(
        (Button(label, "form.pick", {"field": field.name, "value": value}),) for value, label in field.options
    )
    if field.optional:
        skip = Button(texts.say(language, "core.skip"), "form.pick", {"field": field.name, "value": ""})
        buttons = (*buttons, (skip,))
    cancel = (Button(texts.say(language, "core.cancel"), "form.cancel", look=Look.DANGER),)
    if field.kind == "choice":
        return message(*rows, buttons=(*buttons, cancel))
    if buttons:
        return message(*rows, line(field.hint or texts.say(language, "core.or_reply")), buttons=(*buttons, cancel))
    return message(*rows, line(field.hint or texts.say(language, "core.reply_in_words")), ask=field.hint or field.label)
