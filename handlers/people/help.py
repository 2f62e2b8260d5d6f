"""What the bot can do, for who asks: by role, kind of chat and language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.errors import NotFound
from handlers.people import help_messages, rules
from handlers.registry import STRANGERS, Command, command, registry

if TYPE_CHECKING:
    from handlers.chat import Message
    from handlers.context import Context

MOST_CHARACTERS = 4096  # what one message of a chat may have


@command("help", "帮助", "ayuda", roles=STRANGERS, reading=True)
def help_(context: Context, words: str) -> None:
    """Say what the bot can do, or how one command works."""
    wanted = words.split(maxsplit=1)[0].lstrip("/／").casefold()[:64] if words.strip() else ""
    if not wanted:
        context.answer(_overview(context))
        return
    name = registry.words.get(wanted)
    if name is None:
        usual = allowed_names(context)
        near = [registry.words[word.casefold()] for word in rules.near_names(wanted, _words_of(usual))]
        known = list(dict.fromkeys(near or usual))[:3]
        raise NotFound("people.help_unknown", name=rules.shown(wanted), near=" ".join(f"/{other}" for other in known))
    context.answer(help_messages.details(context.language, registry.commands[name]))


def allowed_names(context: Context) -> list[str]:
    """List the commands that who speaks may use here, those of the everyday work first."""
    return [one.name for group in _groups(context).values() for one in group]


def _words_of(names: list[str]) -> list[str]:
    return [word for name in names for word in (name, *registry.commands[name].aliases)]


def _may(context: Context, one: Command) -> bool:
    return one.roles is None or (context.person is not None and context.person.role in one.roles)


def _more_in_private(context: Context) -> bool:
    assert context.inbound is not None
    hidden = any(not one.in_groups and _may(context, one) for one in registry.commands.values())
    return hidden and not context.inbound.private


def _groups(context: Context) -> dict[str, list[Command]]:
    """Group the commands that who speaks may use here by feature, people's own affairs last."""
    assert context.inbound is not None
    private = context.inbound.private
    groups: dict[str, list[Command]] = {}
    for one in registry.commands.values():
        if (one.in_private if private else one.in_groups) and _may(context, one):
            groups.setdefault(help_messages.group_of(one), []).append(one)
    order = help_messages.GROUPS
    return {name: groups[name] for name in sorted(groups, key=lambda name: order.index(name))}


def _overview(context: Context) -> Message:
    """List what may be used here, as fully as one message has room for."""
    groups = _groups(context)
    for examples in (True, False):
        said = help_messages.overview(
            context.language,
            groups,
            examples=examples,
            known=context.person is not None,
            more=_more_in_private(context),
        )
        if len(said.plain.encode("utf-16-le")) // 2 <= MOST_CHARACTERS:
            break
    return said
