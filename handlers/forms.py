"""Filling in a form: opened whole where the platform can, else asked one question after another.

The half-filled form is a row of its own, one for each person and chat, so that a restart loses nothing and a second
form begun in the same chat takes the place of the first.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from handlers import confirming, contacts, messages
from handlers.access import check_role
from handlers.chat import Field, Form, InboundKind, mention
from handlers.errors import BadFields, NotAllowed, PersonError, TooLate, Unconfirmed
from handlers.registry import STRANGERS, button, command, registry, reply
from storage.queries import chats as chat_queries
from storage.tables.chats import Draft

if TYPE_CHECKING:
    from handlers.context import Context

# Long enough to serve the customer first, short enough that tomorrow's words are not taken for today's answer.
PATIENCE = timedelta(minutes=30)
MOST_CHARACTERS = 500

_FORM: TypeAdapter[Form] = TypeAdapter(Form)


def ask(context: Context, form: Form, *, filled: dict[str, str] | None = None) -> None:
    """Have a form filled in by who speaks; `filled` are the fields known already."""
    filled = filled or {}
    inbound = context.inbound
    assert inbound is not None
    form = replace(form, args={**form.args, **contacts.carried(context), **confirming.carried(context)})
    if inbound.can_form:
        known = tuple(replace(field, value=filled.get(field.name, field.value)) for field in form.fields)
        context.open(replace(form, fields=known))
        return
    _drop(context)
    draft = Draft(
        platform=inbound.origin.platform,
        chat=inbound.origin.chat,
        user=inbound.user,
        action=form.action,
        args=json.dumps(form.args, ensure_ascii=False),
        form=_FORM.dump_json(form).decode(),
        filled=json.dumps(filled, ensure_ascii=False),
        field="",
        expires_at=context.now + PATIENCE,
    )
    context.session.add(draft)
    _next(context, draft, form)


@reply
def answer_in_words(context: Context, text: str) -> bool:
    """Take words as the answer to the field asked for, where this person is filling in a form here."""
    draft = _draft(context)
    inbound = context.inbound
    assert inbound is not None
    if draft is None or not (inbound.private or _answers_us(context)) or _answers_a_card(context):
        return False
    form = _FORM.validate_json(draft.form)
    field = _field(form, draft.field)
    value = text.strip()[:MOST_CHARACTERS]
    if field.name == contacts.FIELD:
        context.private = True
        value = contacts.as_field(context, context.unmasked)
    if field.kind == "choice" and value:
        chosen = _chosen(field, value)
        if chosen is None and not _is_last(draft, form, field):
            _ask_for(context, form, field, problem=context.words("core.pick_one"))
            return True
        value = chosen or value  # the form itself may know what words of one's own mean
    if not value and not field.optional:
        _ask_for(context, form, field, problem=context.words("core.needed", field=field.label))
        return True
    _fill(context, draft, form, field.name, value)
    return True


def offers(context: Context, text: str) -> bool:
    """Say whether words are, to the letter, one of the choices that a form offers this person here."""
    draft = _draft(context)
    inbound = context.inbound
    assert inbound is not None
    if draft is None or not (inbound.private or _answers_us(context)):
        return False
    field = _field(_FORM.validate_json(draft.form), draft.field)
    return field.kind == "choice" and _letters(text) in {_letters(label) for _, label in field.options}


@button("form.pick", roles=STRANGERS)
def pick(context: Context, field: str, value: str) -> None:
    """Take a pressed button as the answer to the field asked for."""
    draft = _draft(context)
    if draft is None:
        raise TooLate("core.unknown_button")
    form = _FORM.validate_json(draft.form)
    offered = {key for key, _ in _field(form, field).options} if draft.field == field else set()
    if draft.field != field or not (value in offered or (value == "" and _field(form, field).optional)):
        raise TooLate("core.earlier_question")
    _fill(context, draft, form, field, value)


@button("form.cancel", roles=STRANGERS)
def press_cancel(context: Context) -> None:
    """Stop filling in."""
    cancel(context, "")


@command("cancel", "取消", "cancelar")
def cancel(context: Context, words: str) -> None:
    """Stop filling in a form."""
    if _draft(context) is None:
        raise TooLate("core.nothing_to_cancel")
    _drop(context)
    context.answer(messages.sentence(context.words("core.cancelled")))


def _draft(context: Context) -> Draft | None:
    inbound = context.inbound
    assert inbound is not None
    origin = inbound.origin
    return chat_queries.find_draft(context.session, origin.platform, origin.chat, inbound.user, context.now)


def _answers_us(context: Context) -> bool:
    """Say whether words in a group answer a message of ours, or stand in a thread: people talk there as well."""
    inbound = context.inbound
    assert inbound is not None
    origin = inbound.origin
    if origin.thread and inbound.reply_to == origin.thread:
        return True
    return chat_queries.find_said(context.session, origin.platform, origin.chat, inbound.reply_to) is not None


def _answers_a_card(context: Context) -> bool:
    """Say whether the words reply to a request's card: then they are about that one, whatever is being filled in."""
    inbound = context.inbound
    assert inbound is not None
    origin = inbound.origin
    return chat_queries.find_card_at(context.session, origin.platform, origin.chat, inbound.reply_to) is not None


def _chosen(field: Field, words: str) -> str | None:
    """Return the choice that is meant: its key, its label without ornaments, or the one label that holds the words."""
    said = _letters(words)
    exact = [key for key, label in field.options if said in {_letters(key), _letters(label)}]
    if exact or len(said) < (2 if said.isascii() else 1):
        return exact[0] if exact else None
    near = [key for key, label in field.options if said in _letters(label)]
    return near[0] if len(near) == 1 else None


def _letters(words: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", words).casefold() if letter.isalnum())


def _is_last(draft: Draft, form: Form, field: Field) -> bool:
    """Say whether no other field that is needed is still empty."""
    filled = json.loads(draft.filled)
    return all(other.optional or other.name in filled for other in form.fields if other.name != field.name)


def _drop(context: Context) -> None:
    inbound = context.inbound
    assert inbound is not None
    origin = inbound.origin
    chat_queries.delete_draft(context.session, origin.platform, origin.chat, inbound.user)


def _field(form: Form, name: str) -> Field:
    return next(field for field in form.fields if field.name == name)


def _fill(context: Context, draft: Draft, form: Form, name: str, value: str) -> None:
    filled: dict[str, str] = {**json.loads(draft.filled), name: value}
    draft.filled = json.dumps(filled, ensure_ascii=False)
    draft.expires_at = context.now + PATIENCE
    _next(context, draft, form)


def _next(context: Context, draft: Draft, form: Form) -> None:
    """Ask for the first field that is still empty, or send the form when none is."""
    filled: dict[str, str] = json.loads(draft.filled)
    only_optional = all(field.optional for field in form.fields)
    for field in form.fields:
        # An optional field is asked for (and can be skipped) only where a form has no others.
        if field.name not in filled and (only_optional or not field.optional):
            draft.field = field.name
            _ask_for(context, form, field)
            return
    action, args = registry.forms[form.action], json.loads(draft.args)
    context.customer_id = args.pop("customer_id", None) or contacts.keep(context)
    confirming.take(context, args)
    said, audited, reply = len(context.said), len(context.audited), context.reply
    timers, customer_id = list(context.timers), context.customer_id
    try:
        with context.session.begin_nested():
            check_role(context.person, action.roles)
            action.run(context, filled, **args)
    except PersonError as error:
        del context.said[said:], context.audited[audited:]
        context.reply, context.timers, context.customer_id = reply, timers, customer_id
        if isinstance(error, Unconfirmed):
            _drop(context)
            confirming.ask(context, error, "form", form.action, filled, **args)
            return
        if not isinstance(error, BadFields):
            _give_up(context, form, error)
            return
        name = next(iter(error.fields))  # ask for the first wrong field again, with the reason
        draft.filled = json.dumps({key: value for key, value in filled.items() if key != name}, ensure_ascii=False)
        draft.field = name
        _ask_for(context, form, _field(form, name), problem=error.field_words(context.language)[name])
        return
    # The action may have begun another form here; only our own row goes.
    if _draft(context) is draft:
        _drop(context)


def _give_up(context: Context, form: Form, error: PersonError) -> None:
    """End a form whose time has passed: left open, it would take the person's next words for its answer."""
    inbound = context.inbound
    assert inbound is not None
    _drop(context)
    words = error.words(context.language)
    act = f"{form.action} {json.dumps(form.args, sort_keys=True, ensure_ascii=False)}"[:200]
    context.audit(act, reason=words, refused=isinstance(error, NotAllowed | TooLate))
    if inbound.kind is InboundKind.BUTTON:
        context.toast(words, alert=True)
    else:
        context.answer(messages.sentence(words))


def _ask_for(context: Context, form: Form, field: Field, *, problem: str = "") -> None:
    inbound = context.inbound
    assert inbound is not None
    whom = None
    if not inbound.private and context.person is not None:
        whom = mention(context.person.id, context.person.name)
    question = messages.question(context.language, form.title, field, whom=whom, problem=problem)
    context.say(inbound.origin, question, reply_to="" if inbound.private else inbound.message)
