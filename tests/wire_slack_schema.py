"""What Slack accepts as blocks and views: every limit that its documentation names, and nothing unknown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

BLOCKS_LIMIT = 13_200  # undocumented: where `msg_blocks_too_long` begins (bolt-js issue 2509)

# kind → (required keys, further allowed keys)
Keys = tuple[set[str], set[str]]
BLOCKS: dict[str, Keys] = {
    "rich_text": ({"elements"}, set()),
    "section": ({"text"}, set()),
    "actions": ({"elements"}, set()),
    "input": ({"label", "element"}, {"hint", "optional"}),
    "divider": (set(), set()),
}
RICH: dict[str, Keys] = {
    "text": ({"text"}, {"style"}),
    "link": ({"url"}, {"text", "style"}),
    "user": ({"user_id"}, {"style"}),
}
INPUTS: dict[str, Keys] = {
    "plain_text_input": (
        set(),
        {"multiline", "min_length", "max_length", "initial_value", "placeholder", "focus_on_load"},
    ),
    "number_input": ({"is_decimal_allowed"}, {"initial_value", "min_value", "max_value", "placeholder"}),
    "static_select": ({"options"}, {"initial_option", "placeholder"}),
    "datepicker": (set(), {"initial_date", "placeholder"}),
    "timepicker": (set(), {"initial_time", "placeholder", "timezone"}),
}
VIEW: Keys = (
    {"title", "blocks"},
    {"submit", "close", "private_metadata", "callback_id", "clear_on_close", "notify_on_close", "external_id"},
)


def message_problems(blocks: Any) -> list[str]:
    """Return what Slack would refuse of a message's blocks."""
    if not isinstance(blocks, list) or not blocks:
        return ["a message needs blocks"]
    found = [] if len(blocks) <= 50 else [f"{len(blocks)} blocks of 50"]
    size = len(json.dumps(blocks, ensure_ascii=False))
    if size > BLOCKS_LIMIT:
        found.append(f"blocks of {size} characters of {BLOCKS_LIMIT}")
    found += _blocks(blocks, {"rich_text", "section", "actions", "divider"})
    return found


def view_problems(view: Any) -> list[str]:
    """Return what Slack would refuse of a modal."""
    if not isinstance(view, dict) or view.get("type") != "modal":
        return ["a view is a modal"]
    found = _keys("view", view, VIEW)
    for name in ("title", "submit", "close"):
        if name in view:
            found += _plain(f"view.{name}", view[name], 24)
    blocks = view.get("blocks", [])
    found += _limit("view.private_metadata", view.get("private_metadata", ""), 3000)
    found += _limit("view.callback_id", view.get("callback_id", ""), 255)
    if not 1 <= len(blocks) <= 100:
        found.append(f"a view of {len(blocks)} blocks")
    if "submit" not in view and any(block.get("type") == "input" for block in blocks):
        found.append("a view with inputs needs submit")
    return found + _blocks(blocks, {"input", "section", "rich_text", "divider"})


def _blocks(blocks: list[dict[str, Any]], allowed: set[str]) -> list[str]:
    found = []
    for number, block in enumerate(blocks):
        kind, where = block.get("type", ""), f"blocks[{number}]"
        if kind not in allowed:
            found.append(f"{where}: {kind!r} does not belong here")
            continue
        found += _keys(where, block, BLOCKS[kind], {"block_id"})
        found += _limit(f"{where}.block_id", block.get("block_id", "x"), 255)
        found += {
            "rich_text": _rich_text,
            "section": _section,
            "actions": _actions,
            "input": _input,
            "divider": lambda *_: [],
        }[kind](where, block)
    found += _twice("block_id", [block["block_id"] for block in blocks if "block_id" in block])
    ids = [element.get("action_id") for block in blocks for element in block.get("elements", [])]
    return found + _twice("action_id", [one for one in ids if one])


def _rich_text(where: str, block: dict[str, Any]) -> list[str]:
    found = [] if block.get("elements") else [f"{where}: no elements"]
    for number, element in enumerate(block.get("elements", [])):
        at = f"{where}.elements[{number}]"
        if element.get("type") not in ("rich_text_section", "rich_text_preformatted"):
            found.append(f"{at}: {element.get('type')!r}")
            continue
        found += _keys(at, element, ({"elements"}, set()))
        inner = element.get("elements", [])
        found += [] if inner else [f"{at}: no elements"]
        boxed = element["type"] == "rich_text_preformatted"
        for run in inner:
            found += _run(at, run, boxed)
    return found


def _run(at: str, run: dict[str, Any], boxed: bool) -> list[str]:
    kind = run.get("type", "")
    if kind not in RICH or (boxed and kind == "user"):
        return [f"{at}: {kind!r}"]
    found = _keys(at, run, RICH[kind])
    if kind == "text" and not (isinstance(run.get("text"), str) and run["text"]):
        found.append(f"{at}: must be more than 0 characters")
    if kind == "link" and not re.fullmatch(r"https?://[\x21-\x7e]+", run.get("url", "")):
        found.append(f"{at}: invalid url")
    if kind == "user" and not re.fullmatch(r"[UW][A-Z0-9]+", run.get("user_id", "")):
        found.append(f"{at}: invalid user_id")
    style = run.get("style", {})
    if boxed and style:
        found.append(f"{at}: no style in preformatted")
    if not (set(style) <= {"bold", "italic", "strike", "code"} and all(v is True for v in style.values())):
        found.append(f"{at}: style {style}")
    return found


def _section(where: str, block: dict[str, Any]) -> list[str]:
    text = block.get("text", {})
    return _limit(f"{where}.text", text.get("text", ""), 3000, 1)


def _actions(where: str, block: dict[str, Any]) -> list[str]:
    elements = block.get("elements", [])
    found = [] if 1 <= len(elements) <= 25 else [f"{where}: {len(elements)} elements"]
    for number, button in enumerate(elements):
        at = f"{where}.elements[{number}]"
        found += _keys(at, button, ({"text", "action_id"}, {"value", "style", "url", "confirm"}))
        found += [] if button.get("type") == "button" else [f"{at}: {button.get('type')!r}"]
        found += _plain(f"{at}.text", button.get("text"), 75)
        found += _limit(f"{at}.value", button.get("value", ""), 2000, 1)
        found += _limit(f"{at}.action_id", button.get("action_id", ""), 255, 1)
        if button.get("style", "primary") not in ("primary", "danger"):
            found.append(f"{at}: style {button['style']!r}")
    return found


def _input(where: str, block: dict[str, Any]) -> list[str]:
    element = block.get("element", {})
    kind = element.get("type", "")
    if kind not in INPUTS:
        return [f"{where}: {kind!r} is no input"]
    found = _keys(where, element, INPUTS[kind], {"action_id"}) + _plain(f"{where}.label", block.get("label"), 2000)
    if "hint" in block:
        found += _plain(f"{where}.hint", block["hint"], 2000)
    if not 0 < element.get("max_length", 3000) <= 3000:
        found.append(f"{where}: max_length {element['max_length']}")
    initial = element.get("initial_value")
    if initial is not None:
        found += _limit(f"{where}.initial_value", initial, element.get("max_length", 3000))
        if kind == "number_input" and not re.fullmatch(r"-?\d+(\.\d+)?", initial):
            found.append(f"{where}: {initial!r} is no number")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", element.get("initial_date", "2026-01-01")):
        found.append(f"{where}: initial_date")
    if not re.fullmatch(r"\d\d:\d\d", element.get("initial_time", "08:00")):
        found.append(f"{where}: initial_time")
    return found + (_options(where, element) if kind == "static_select" else [])


def _options(where: str, element: dict[str, Any]) -> list[str]:
    options = element.get("options", [])
    found = [] if 1 <= len(options) <= 100 else [f"{where}: {len(options)} options"]
    for option in options:
        found += _keys(f"{where}.option", option, ({"text", "value"}, {"description"}), typed=False)
        found += _plain(f"{where}.option", option.get("text"), 75)
        found += _limit(f"{where}.option.value", option.get("value", ""), 150, 1)
    found += _twice(f"{where}.option", [option.get("value") for option in options])
    if "initial_option" in element and element["initial_option"] not in options:
        found.append(f"{where}: initial_option is none of the options")
    return found


def _plain(where: str, text: Any, limit: int) -> list[str]:
    if not isinstance(text, dict) or text.get("type") != "plain_text":
        return [f"{where}: no plain_text"]
    return _keys(where, text, ({"text"}, {"emoji"})) + _limit(where, text.get("text", ""), limit, 1)


def _limit(where: str, value: Any, limit: int, least: int = 0) -> list[str]:
    if isinstance(value, str) and least <= len(value) <= limit:
        return []
    return [f"{where}: {value!r:.60} is not {least} to {limit} characters"]


def _keys(where: str, value: dict[str, Any], keys: Keys, more: Iterable[str] = (), *, typed: bool = True) -> list[str]:
    required, allowed = keys
    missing = required - set(value)
    unknown = set(value) - required - allowed - set(more) - ({"type"} if typed else set())
    return [f"{where}: no {key}" for key in sorted(missing)] + [f"{where}: unknown {key}" for key in sorted(unknown)]


def _twice(what: str, values: list[Any]) -> list[str]:
    return [f"{what} {value!r} twice" for value in sorted({v for v in values if values.count(v) > 1})]
