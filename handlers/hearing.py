"""What was said, as handlers are given it: what it leads to, and without what identifies a customer.

A command's words, a form's fields and a message that is quoted come to a handler with telephones and plates masked; the
contact itself stands beside them. So no handler can put one where it does not belong.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from handlers import contacts, masking
from handlers.chat import WHEREABOUTS, Inbound, InboundKind
from handlers.registry import Command, registry

# Of an inbound's values these are a platform's own ids, and nobody's words.
_NO_WORDS = frozenset({"author", "link", "file", "file_url"})


@dataclass(frozen=True, slots=True)
class Route:
    """What an inbound leads to: a name for the record, and a command where it is one."""

    act: str
    command: Command | None = None
    words: str = ""


def route_of(inbound: Inbound) -> Route:
    """Say what an inbound is about, by its words alone."""
    if inbound.kind is not InboundKind.TEXT:
        return Route(str(inbound.kind))
    if not inbound.text.strip():
        return _route_of_file(inbound)
    first, _, rest = inbound.text.strip().partition(" ")
    first, newline, more = first.partition("\n")  # a command may be followed by a line end
    if inbound.addressed or inbound.private:
        name = registry.words.get(first.casefold())
        if name is not None:
            return Route(name, registry.commands[name], f"{more}{' ' if newline else ''}{rest}".strip())
    return Route("text")


def _route_of_file(inbound: Inbound) -> Route:
    """Say for which command a file is that comes to us without words, by the end of its name."""
    name = inbound.values.get("file_name", "").casefold()
    if name and (inbound.addressed or inbound.private):
        for command in registry.commands.values():
            if command.files and name.endswith(command.files):
                return Route(command.name, command)
    return Route("text")


def hear(inbound: Inbound) -> tuple[Inbound, masking.Contact]:
    """Return an inbound as handlers are given it, and the customer's contact that stood in it in clear.

    So no handler can put a telephone or a plate where it does not belong, unless its words are about nothing else.
    """
    command = route_of(inbound).command
    if inbound.kind is InboundKind.EVENT or (command is not None and command.contacts == "left"):
        return inbound, masking.Contact()
    text, contact = masking.heard(inbound.text)
    if command is not None and command.contacts == "taken":
        text = taken(text)
    values = {}
    for name, words in inbound.values.items():
        if name == contacts.FIELD or name in _NO_WORDS:
            values[name] = words
            continue
        values[name], found = masking.heard(words)
        contact = contact or found
    if text == inbound.text and values == inbound.values:
        return inbound, contact
    return replace(inbound, text=text, values=values), contact


def taken(masked: str) -> str:
    """Take what is masked out of a text, line by line."""
    return "\n".join(masking.stripped(line) for line in masked.split("\n"))


def redacted(inbound: Inbound, *, private: bool = False) -> Inbound:
    """Return an inbound as it is kept once it is worked: without contacts, and without where somebody was.

    What is `private` is about a customer and nothing else: of that no word is kept.
    """
    if inbound.kind is InboundKind.EVENT:
        return replace(inbound, values={}) if inbound.text == WHEREABOUTS else inbound
    command = route_of(inbound).command
    text = masking.mask(inbound.text)
    if private or (command is not None and command.contacts == "left"):
        text = text.split(maxsplit=1)[0] if command is not None else ""
    values = {
        name: "" if name == contacts.FIELD else words if name in _NO_WORDS else masking.mask(words)
        for name, words in inbound.values.items()
    }
    same = text == inbound.text and values == inbound.values
    return inbound if same else replace(inbound, text=text, values=values)
