"""Somebody says more than a person does: told once, on the record once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from handlers import chat as vocabulary
from handlers import messages
from handlers.chat import InboundKind
from handlers.durations import say_duration
from handlers.registry import event

if TYPE_CHECKING:
    from handlers.context import Context


@event(vocabulary.FLOODED)
def flooded(context: Context) -> None:
    """Tell who floods what to do; what they said is not done."""
    inbound = context.inbound
    assert inbound is not None
    was, wait = inbound.values.get("was", ""), timedelta(seconds=int(inbound.values.get("wait", "60")))
    key = "core.flood" if context.person is not None else "core.flood_stranger"
    words = context.words(key, wait=say_duration(wait, context.language))
    subject = f"person:{context.person.id}" if context.person is not None else ""
    context.audit("flood", subject, after=was, reason="more than a person says", refused=True)
    if was == InboundKind.BUTTON:
        context.toast(words, alert=True)
    elif was == InboundKind.FORM:
        context.reply = replace(context.reply, errors={"": words})  # the form stays open, with what is in it
    else:
        context.answer(messages.sentence(words))
