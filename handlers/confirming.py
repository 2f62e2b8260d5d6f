"""Asking before something is posted: what was said is kept in a button, and done when it is pressed, once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from handlers import contacts, messages
from handlers.access import check_role
from handlers.chat import Button, Look, Message
from handlers.context import Quoted
from handlers.errors import TooLate, Unconfirmed
from handlers.registry import EVERYONE, button, registry
from storage.queries import health

if TYPE_CHECKING:
    from handlers.context import Context


def carried(context: Context) -> dict[str, str | int]:
    """Return the arguments by which a form or a button carries whose message something is made of, and whom to ask."""
    said: dict[str, str | int] = {}
    if context.quoted is not None:
        said["quoted"] = context.quoted.to_json()
    if context.first_store_id is not None:
        said["asked_first"] = context.first_store_id
    return said


def take(context: Context, args: dict[str, Any]) -> None:
    """Take those arguments from a form's or a button's again."""
    quoted = args.pop("quoted", None)
    if quoted is not None:
        context.quoted = Quoted.from_json(quoted)
    context.first_store_id = args.pop("asked_first", None)


def ask(context: Context, error: Unconfirmed, act: str, name: str, given: object, **args: object) -> None:
    """Show what is about to be posted; `act` (command, button or form) of this name is what was tried.

    `given` are a command's words or a form's values.
    """
    if isinstance(given, dict):
        given = {key: contacts.as_field(context, one) if key == contacts.FIELD else one for key, one in given.items()}
    what: dict[str, str | int] = {
        "act": act,
        "name": name,
        "given": json.dumps(_kept(context, given), ensure_ascii=False),
        "args": json.dumps(args, ensure_ascii=False),
        "once": str(context.inbound_id),
        **carried(context),
        **contacts.carried(context),
    }
    yes = Button(context.words(error.button), "core.confirm", what, Look.PRIMARY)
    no = Button(context.words("core.drop_button"), "core.drop")
    context.quoted = context.first_store_id = None  # they are in the button already
    context.answer(Message(tuple(error.above), ((yes,), (no,))))


def _kept(context: Context, given: object) -> object:
    """Return what was given as it can be kept: of a customer only which one it is."""
    if not isinstance(given, dict) or not given.get(contacts.FIELD):
        return given
    customer_id = contacts.from_field(context, given[contacts.FIELD])
    return {**given, contacts.FIELD: "" if customer_id is None else f"{contacts.FIELD}:{customer_id}"}


@button("core.confirm", roles=EVERYONE)
def press_confirm(context: Context, act: str, name: str, given: str, args: str, once: str) -> None:
    """Do what was asked to be confirmed; a second press does nothing more."""
    if not health.note_once(context.session, f"confirmed:{once}", context.now):
        raise TooLate("core.confirmed_already")
    context.confirmed = True
    said, more = json.loads(given), json.loads(args)
    if act == "command":
        command = registry.commands[name]
        check_role(context.person, command.roles)
        command.run(context, said)
        return
    action = (registry.buttons if act == "button" else registry.forms)[name]
    check_role(context.person, action.roles)
    if act == "button":
        action.run(context, **more)
    else:
        action.run(context, said, **more)


@button("core.drop", roles=EVERYONE)
def press_drop(context: Context) -> None:
    """Post nothing."""
    context.answer(messages.sentence(context.words("core.dropped")))
