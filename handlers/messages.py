"""The words that belong to no feature: apologies, refusals anybody may meet, and the questions of a form."""

from __future__ import annotations

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
        "timer_put_aside": (
            "一个定时任务多次失败,已搁置:{key}({error})。请查看日志。",
            "A timer failed again and again and was put aside: {key} ({error}). See the log.",
            "Un temporizador falló repetidas veces y se apartó: {key} ({error}). Consulta el registro.",
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
        "not_your_form": (
            "这个表单是别人在填。请自己发送命令。",
            "Somebody else is filling in this form. Please send the command yourself.",
            "Otra persona está rellenando este formulario. Envía la orden tú mismo.",
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
