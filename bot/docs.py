"""Writes docs/commands.md from the registry: `python -m bot.docs`; `--check` says whether it is up to date."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from handlers import texts
from handlers.load import load
from handlers.people import help_messages
from handlers.people.messages import role as role_name
from handlers.registry import Command, registry
from handlers.texts import LANGUAGE_NAMES, LANGUAGES
from storage.tables.people import Role

COMMANDS = Path("docs/commands.md")

HEAD = """\
# What people can write to the bot

Written by `python -m bot.docs` from the commands themselves; do not edit it by hand.

On Telegram a command begins with a slash: `/transfer …`. On Slack `/xietong` stands before it (`/xietong transfer …`),
or the bot's mention (`@xietong transfer …`, also in threads). In a private chat the slash may be left out. Every
command understands its names in all three languages, whichever language one reads.
"""


def commands() -> str:
    """Return docs/commands.md."""
    load()
    return "\n".join([HEAD, *_by_role(), *_by_group()])


def _by_role() -> Iterator[str]:
    yield "## By role\n"
    yield "| role | commands |"
    yield "| --- | --- |"
    everyone = [one for one in _sorted() if one.roles is None]
    yield f"| not linked yet | {_names(everyone)} |"
    for role in Role:
        names = " · ".join(role_name(language, role) for language in LANGUAGES)
        yield f"| {names} | {_names([one for one in _sorted() if one.roles is None or role in one.roles])} |"
    yield ""


def _by_group() -> Iterator[str]:
    for group in help_messages.GROUPS:
        found = [one for one in _sorted() if help_messages.group_of(one) == group]
        if not found:
            continue
        yield "## " + " · ".join(texts.say(language, f"people.group_{group}") for language in LANGUAGES) + "\n"
        for one in found:
            yield from _one(one)


def _one(one: Command) -> Iterator[str]:
    yield f"### /{one.name}\n"
    if one.aliases:
        yield f"Also: {' '.join(f'`/{word}`' for word in one.aliases)}  "
    where = {(True, True): "groups and private chats", (True, False): "groups only"}
    yield f"Where: {where.get((one.in_groups, one.in_private), 'private chats only')}  "
    yield f"Who: {_who(one)}\n"
    yield "| | what it does | for example |"
    yield "| --- | --- | --- |"
    for language in LANGUAGES:
        does, example = (texts.say(language, f"{kind}.{one.name}") for kind in ("help", "example"))
        yield f"| {LANGUAGE_NAMES[language]} | {_cell(does)} | `{_cell(example)}` |"
    yield ""


def _who(one: Command) -> str:
    if one.roles is None:
        return "everybody, also before an account is linked"
    if one.roles == frozenset(Role):
        return "everybody whose account is linked"
    return ", ".join(role_name("en", role) for role in Role if role in one.roles)


def _sorted() -> list[Command]:
    return sorted(registry.commands.values(), key=lambda one: one.name)


def _names(found: list[Command]) -> str:
    return " ".join(f"[/{one.name}](#{one.name})" for one in found)


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("\n", "<br>")


def main(words: list[str]) -> int:
    """Write the file, or with `--check` compare it with what would be written; return the exit code."""
    if words not in ([], ["--check"]):
        sys.stderr.write("python -m bot.docs [--check]\n")
        return 2
    text = commands()
    if not words:
        COMMANDS.write_text(text, encoding="utf-8")
        return 0
    if COMMANDS.is_file() and COMMANDS.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{COMMANDS} is not what the commands say: python -m bot.docs writes it anew\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
