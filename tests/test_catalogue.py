"""Every command, button, form, timer and sentence named in code exists, is complete in three languages, and is used.

What the code names is read from its syntax tree, so a key or an action that only appears in a rare branch counts too.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter

import pytest

import bot
import handlers
import storage
from handlers import texts
from handlers.load import load
from handlers.registry import Command, registry
from handlers.requests.kinds import all_kinds
from storage.tables.requests import State

load()

HANDLERS = Path(handlers.__file__).parent
BOT = Path(bot.__file__).parent
STORAGE = Path(storage.__file__).parent
KINDS = {kind.name: kind for kind in all_kinds()}
KEYS = texts.keys()
FEATURES = sorted({key.split(".")[0] for key in KEYS})
PER_COMMAND = ("help", "example")  # features whose keys are the commands' names
MENU_LIMIT = 256  # of Telegram, for a command's description
SAYING = {"say", "say_line", "words", "BadInput", "NotFound", "NotAllowed", "TooLate"}  # (…, key, **values)

_KEY = re.compile(rf"(?:{'|'.join(FEATURES)})\.[a-z0-9_]+")
_KEY_PREFIX = re.compile(rf"(?:{'|'.join(FEATURES)})\.[a-z0-9_]*")


# What the code names


@dataclass
class Named:
    """What the files name, each with where."""

    keys: dict[str, str] = field(default_factory=dict)
    prefixes: dict[str, str] = field(default_factory=dict)  # of keys built when the bot runs
    strings: set[str] = field(default_factory=set)  # any other words: they may be the end of such a key
    said: list[tuple[str, str, frozenset[str]]] = field(default_factory=list)  # where, key, values given
    actions: list[tuple[str, str, str, frozenset[str] | None]] = field(default_factory=list)  # where, kind, name, args


def files() -> list[Path]:
    found = (file for room in (HANDLERS, BOT, STORAGE) for file in room.rglob("*.py"))
    return sorted(file for file in found if not {"migrations", "tables"} & set(file.parts))  # say nothing


def named() -> Named:
    found = Named()
    trees = {file: ast.parse(file.read_text(encoding="utf-8")) for file in files()}
    acts = {place for tree in trees.values() for place in _places_of_acts(tree)}
    for file, tree in trees.items():
        for node in _outside_declarations(tree, acts):
            where = f"{file.relative_to(HANDLERS.parent)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.strings.add(node.value)
                if _KEY.fullmatch(node.value):
                    found.keys.setdefault(node.value, where)
            elif isinstance(node, ast.JoinedStr):
                _note_built(found, node, where)
            elif isinstance(node, ast.Call):
                _note_call(found, node, where)
    return found


def _places_of_acts(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield functions that take the name of an act for the record, such as `audit`, and at which place."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            parameters = [one.arg for one in node.args.args if one.arg != "self"]
            if "act" in parameters:
                yield node.name, parameters.index("act")


def _outside_declarations(tree: ast.AST, acts: set[tuple[str, int]]) -> Iterator[ast.AST]:
    """Walk a tree, leaving out what `texts.add` and decorators declare, the inside of built words, and acts."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for child in ast.iter_child_nodes(node):
            declares = isinstance(child, ast.Call) and _name_of(child) in DECLARING
            built = isinstance(node, ast.JoinedStr) and isinstance(child, ast.Constant)
            act = isinstance(node, ast.Call) and child in node.args and (_name_of(node), node.args.index(child)) in acts
            if not (declares or built or act):
                waiting.append(child)


DECLARING = {"add_texts", "command", "button", "form", "timer", "periodic", "event"}


def _name_of(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(value=ast.Name(id="texts"), attr="add"):
            return "add_texts"
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def _note_built(found: Named, node: ast.JoinedStr, where: str) -> None:
    first = node.values[0]
    if isinstance(first, ast.Constant) and _KEY_PREFIX.fullmatch(str(first.value)):
        found.prefixes.setdefault(str(first.value), where)


def _note_call(found: Named, call: ast.Call, where: str) -> None:
    name, open_ended = _name_of(call), any(keyword.arg is None for keyword in call.keywords)
    given = frozenset(keyword.arg for keyword in call.keywords if keyword.arg is not None)
    strings = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    if name in SAYING and not open_ended:
        found.said.extend((where, key, given) for key in strings if _KEY.fullmatch(key))
    if name == "Button":
        found.actions.append((where, "buttons", *_action(call, 1, "action", 2)))
    elif name == "Form":
        found.actions.append((where, "forms", *_action(call, 0, "action", 4)))
    elif name == "later":
        action, _ = _action(call, 1, "name", -1)
        known = None if open_ended else given - {"key", "name", "due_at", "request_id"}
        found.actions.append((where, "timers", action, known))


def _action(call: ast.Call, place: int, keyword: str, args_place: int) -> tuple[str, frozenset[str] | None]:
    """Return the action a call names ("" when it is built) and the names of its arguments (None when they are)."""
    given = {one.arg: one.value for one in call.keywords}
    action = call.args[place] if len(call.args) > place else given.get(keyword)
    args = call.args[args_place] if 0 <= args_place < len(call.args) else given.get("args")
    name = action.value if isinstance(action, ast.Constant) else ""
    if args is None:
        return str(name), frozenset()
    if isinstance(args, ast.Dict) and all(isinstance(key, ast.Constant) for key in args.keys):
        return str(name), frozenset(str(key.value) for key in args.keys if isinstance(key, ast.Constant))
    return str(name), None


NAMED = named()


# Commands


def commands() -> list[Command]:
    return sorted(registry.commands.values(), key=lambda one: one.name)


@pytest.mark.parametrize("one", commands(), ids=lambda one: one.name)
def test_every_command_has_help_and_an_example_that_fit_a_menu(one: Command) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]{0,31}", one.name), "Telegram's menu takes no other names"
    for language in texts.LANGUAGES:
        says = texts.say(language, f"help.{one.name}")
        example = texts.say(language, f"example.{one.name}")
        assert 1 <= len(says) <= MENU_LIMIT
        assert "\n" not in says
        word = example.removeprefix("/").split()[0]
        assert example.startswith("/")
        assert registry.words.get(word.casefold()) == one.name, f"the example {example} is another command's"


@pytest.mark.parametrize("one", commands(), ids=lambda one: one.name)
def test_every_command_can_be_used_by_somebody_somewhere(one: Command) -> None:
    assert one.roles is None or one.roles
    assert one.in_groups or one.in_private
    assert list(inspect.signature(one.run).parameters)[:1] == ["context"]
    assert inspect.getdoc(one.run), "its first line says what it does"


def test_no_two_commands_share_a_word() -> None:
    owners: dict[str, str] = {}
    for one in commands():
        for word in (one.name, *one.aliases):
            folded = unicodedata.normalize("NFKC", word).casefold()
            assert word == word.strip() and not re.search(r"\s", word), f"{word!r} is more than one word"
            assert owners.setdefault(folded, one.name) == one.name, f"{word} means {owners[folded]} and {one.name}"
            assert registry.words[word.casefold()] == one.name


@pytest.mark.parametrize("name", sorted(path.name for path in HANDLERS.iterdir() if (path / "__init__.py").exists()))
def test_every_feature_that_declares_something_is_loaded(name: str) -> None:
    for file in sorted((HANDLERS / name).glob("*.py")):
        if re.search(r"^@(command|button|form|timer|periodic|event|reply)\b", file.read_text(encoding="utf-8"), re.M):
            module = f"handlers.{name}.{file.stem}"
            assert module in sys.modules, f"handlers/load.py does not import {module}"


# Sentences


def test_every_sentence_is_there_in_every_language() -> None:
    for key in KEYS:
        _check_languages(key)


def _check_languages(key: str) -> None:
    sentences = texts.sentences(key)
    assert set(sentences) == set(texts.LANGUAGES), key
    assert all(sentence.strip() for sentence in sentences.values()), key
    if key.startswith("example."):
        return
    words = {language: _without_holes(sentence) for language, sentence in sentences.items()}
    assert not _is_chinese(words["en"]) and not _is_chinese(words["es"]), f"{key}: Chinese stands in another language"
    # What has no words (": · ", "10 km") reads the same to everybody.
    wordless = len(set(words.values())) == 1 or not re.search("[A-Za-z]{3}", words["zh"])
    assert wordless or _is_chinese(words["zh"]), f"{key}: the Chinese sentence is not Chinese"


def _without_holes(sentence: str) -> str:
    words = "".join(literal for literal, _, _, _ in Formatter().parse(sentence))
    # A language is called by its own name, a part has the name it has, and what is written in Chinese is named so.
    return re.sub(r"中文|「[^」]*」|\([^)]*\)|前大灯-左", "", words)


def _is_chinese(words: str) -> bool:
    return bool(re.search(r"[\u4e00-\u9fff]", words))


def test_every_sentence_named_in_code_exists() -> None:
    others = {*registry.buttons, *registry.forms, *registry.timers, *registry.periodics}
    missing = {key: where for key, where in NAMED.keys.items() if not texts.has(key) and key not in others}
    assert not missing
    nothing = {
        prefix: where for prefix, where in NAMED.prefixes.items() if not any(key.startswith(prefix) for key in KEYS)
    }
    assert not nothing


def test_every_sentence_is_used() -> None:
    unused = [key for key in KEYS if not _is_used(key)]
    assert not unused


def _is_used(key: str) -> bool:
    feature, _, name = key.partition(".")
    if feature in PER_COMMAND:
        return name in registry.commands
    if feature == "request" and name in set(State):  # where it stands, whatever its kind
        return True
    if feature in KINDS and name.startswith(("state_", "author_")):  # named by a request's kind and state
        return name.partition("_")[2] in set(State)
    if key in NAMED.keys or any(key.startswith(prefix) for prefix in NAMED.prefixes if not prefix.endswith(".")):
        return True
    # Built of its feature and a word: the word has to stand somewhere.
    return f"{feature}." in NAMED.prefixes and name in NAMED.strings


def test_every_kind_has_words_for_what_its_author_hears() -> None:
    missing = [f"{name}.author_{state}" for name, kind in KINDS.items() for state in kind.told]
    assert [key for key in missing if not texts.has(key)] == []
    assert all(texts.has(f"{name}.state_{state}") for name, kind in KINDS.items() for state in kind.told)


def test_every_sentence_gets_its_values() -> None:
    wrong = []
    for where, key, given in NAMED.said:
        if not texts.has(key):
            continue  # another test says so
        wanted = {name for _, name, _, _ in Formatter().parse(texts.sentences(key)["zh"]) if name is not None}
        if wanted - given:
            wrong.append(f"{where}: {key} wants {sorted(wanted - given)}")
    assert not wrong


# Buttons, forms, timers


def test_every_button_form_and_timer_named_in_code_is_declared() -> None:
    tables: dict[str, dict[str, object]] = {
        "buttons": dict(registry.buttons),
        "forms": dict(registry.forms),
        "timers": dict(registry.timers),
    }
    missing = [f"{where}: {kind} {name}" for where, kind, name, _ in NAMED.actions if name and name not in tables[kind]]
    assert not missing


def test_every_button_form_and_timer_gets_its_arguments() -> None:
    wrong = []
    for where, kind, name, given in NAMED.actions:
        run = _run_of(kind, name)
        if run is None or given is None:
            continue
        parameters = list(inspect.signature(run).parameters.values())[2 if kind == "forms" else 1 :]
        takes_any = any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters)
        known = {one.name for one in parameters if one.kind is not inspect.Parameter.VAR_KEYWORD}
        needed = {one.name for one in parameters if one.default is inspect.Parameter.empty and one.name in known}
        if needed - given or (given - known and not takes_any):
            wrong.append(f"{where}: {name} takes {sorted(known)} and is given {sorted(given)}")
    assert not wrong


def _run_of(kind: str, name: str) -> Callable[..., object] | None:
    if kind == "timers":
        return registry.timers.get(name)
    action = (registry.buttons if kind == "buttons" else registry.forms).get(name)
    return action.run if action else None


def test_the_catalogue_is_read_from_the_code_that_runs() -> None:
    """A scan that finds nothing proves nothing."""
    assert len(NAMED.keys) > 50
    assert {kind for _, kind, name, _ in NAMED.actions if name} >= {"buttons", "timers"}
    assert len(NAMED.said) > 30
    assert importlib.import_module("handlers.forms").__file__ in {str(file) for file in files()}
