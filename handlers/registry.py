"""What the bot can do: features declare here by decorator, and a name declared twice is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from storage.tables.people import Role

EVERYONE = frozenset(Role)
# What becomes of a customer's telephone and plate in a command's words: masked, taken out of them and kept, or left.
Contacts = Literal["masked", "taken", "left"]
STRANGERS: frozenset[Role] | None = None  # as `roles`: also for people who are not linked to a person


@dataclass(frozen=True, slots=True)
class Command:
    """A word a person may write; the words of its help stand in the catalogue as `help.<name>`.

    `aliases` are the same word in other languages. `roles` is who may; None: strangers as well.
    A `reading` command changes nothing and never holds the writer.
    """

    name: str
    aliases: tuple[str, ...]
    roles: frozenset[Role] | None
    reading: bool
    in_groups: bool
    in_private: bool
    run: Callable[..., None]
    secret: bool = False  # its words are on no record: they are a code that may still be good
    contacts: Contacts = "masked"
    quotes: bool = False  # without words of its own it takes those of the message it replies to
    writes: frozenset[str] = frozenset()  # first words, folded, with which a reading command changes something
    files: tuple[str, ...] = ()  # a file whose name ends so and that comes without words is meant for it

    def only_reads(self, words: str) -> bool:
        """Say whether it changes nothing with these words."""
        return self.reading and not (self.writes and (words.split(maxsplit=1) or [""])[0].casefold() in self.writes)


@dataclass(frozen=True, slots=True)
class Action:
    """What a button or a form does."""

    name: str
    roles: frozenset[Role] | None
    run: Callable[..., None]


@dataclass
class Registry:
    """Everything declared, by name."""

    commands: dict[str, Command] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)  # every name and alias → name
    buttons: dict[str, Action] = field(default_factory=dict)
    forms: dict[str, Action] = field(default_factory=dict)
    timers: dict[str, Callable[..., None]] = field(default_factory=dict)
    periodics: dict[str, Callable[..., None]] = field(default_factory=dict)
    events: dict[str, Callable[..., None]] = field(default_factory=dict)
    replies: list[Callable[..., bool]] = field(default_factory=list)


registry = Registry()

Handler = Callable[..., Any]


def _declare(table: dict[str, Any], name: str, value: Any) -> None:
    if name in table:
        raise ValueError(f"{name} is declared twice")
    table[name] = value


def command(
    name: str,
    *aliases: str,
    roles: frozenset[Role] | None = EVERYONE,
    reading: bool = False,
    in_groups: bool = True,
    in_private: bool = True,
    secret: bool = False,
    contacts: Contacts = "masked",
    quotes: bool = False,
    writes: Iterable[str] = (),
    files: tuple[str, ...] = (),
) -> Callable[[Handler], Handler]:
    """Declare `run(context, words)` as a command."""

    def declare(run: Handler) -> Handler:
        folded = frozenset(word.casefold() for word in writes)
        declared = Command(
            name, aliases, roles, reading, in_groups, in_private, run, secret, contacts, quotes, folded, files
        )
        _declare(registry.commands, name, declared)
        for word in (name, *aliases):
            _declare(registry.words, word.casefold(), name)
        return run

    return declare


def button(name: str, *, roles: frozenset[Role] | None = EVERYONE) -> Callable[[Handler], Handler]:
    """Declare `run(context, **args)` as what a button of this action does."""

    def declare(run: Handler) -> Handler:
        _declare(registry.buttons, name, Action(name, roles, run))
        return run

    return declare


def form(name: str, *, roles: frozenset[Role] | None = EVERYONE) -> Callable[[Handler], Handler]:
    """Declare `run(context, values, **args)` as what sending a form of this action does."""

    def declare(run: Handler) -> Handler:
        _declare(registry.forms, name, Action(name, roles, run))
        return run

    return declare


def timer(name: str) -> Callable[[Handler], Handler]:
    """Declare `run(context, **args)` as what a timer of this name does when it is due."""

    def declare(run: Handler) -> Handler:
        _declare(registry.timers, name, run)
        return run

    return declare


def periodic(name: str) -> Callable[[Handler], Handler]:
    """Declare `run(context)` as something seen to every minute and at the start; it must be harmless to repeat."""

    def declare(run: Handler) -> Handler:
        _declare(registry.periodics, name, run)
        return run

    return declare


def event(name: str) -> Callable[[Handler], Handler]:
    """Declare `run(context)` as what happens on this event of a chat."""

    def declare(run: Handler) -> Handler:
        _declare(registry.events, name, run)
        return run

    return declare


def reply(run: Callable[..., bool]) -> Callable[..., bool]:
    """Declare `run(context, text) -> bool`: words that answer a message of ours; False leaves them to the next."""
    registry.replies.append(run)
    return run
