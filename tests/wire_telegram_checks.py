"""What the Bot API lets through: the parameters of each method, the HTML it reads, the limits it counts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

TEXT_UNITS = 4096
CALLBACK_BYTES = 64
TOAST_UNITS = 200


class Refusal(Exception):
    """The call is refused; `ours` says that the caller should have known better (a violation)."""

    def __init__(self, status: int, description: str, *, ours: bool = False, **parameters: Any) -> None:
        super().__init__(description)
        self.status, self.description, self.ours, self.parameters = status, description, ours, parameters


def bad(description: str) -> Refusal:
    """Return the refusal of a call that could not have been right."""
    return Refusal(400, f"Bad Request: {description}", ours=True)


def units(text: str) -> int:
    """Return the length in UTF-16 units, as Telegram counts entities."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


# Parameters: a type, {field: type} for an object, [type] for a list, or a function that checks and converts.
# Telegram takes numbers and booleans as text as well, and objects as JSON text.


def _int(value: Any, path: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        return int(value)
    raise bad(f"{path} must be an Integer")


def _bool(value: Any, path: str) -> bool:
    if value in (True, False, "true", "false", "True", "False"):
        return value in (True, "true", "True")
    raise bad(f"{path} must be a Boolean")


def _str(value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise bad(f"{path} must be a String")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise bad("strings must be encoded in UTF-8") from None
    return value


CHECKS: dict[type, Callable[[Any, str], Any]] = {int: _int, bool: _bool, str: _str}

INLINE_BUTTON = {
    "text": str, "url": str, "callback_data": str, "style": str, "icon_custom_emoji_id": str,
    "switch_inline_query": str, "switch_inline_query_current_chat": str, "copy_text": {"text": str},
}  # fmt: skip
INLINE_KEYBOARD = {"inline_keyboard": [[INLINE_BUTTON]]}
REPLY_MARKUP = {
    **INLINE_KEYBOARD,
    "force_reply": bool,
    "selective": bool,
    "input_field_placeholder": str,
    "remove_keyboard": bool,
}
LINK_PREVIEW = {
    "is_disabled": bool, "url": str, "prefer_small_media": bool, "prefer_large_media": bool,
    "show_above_text": bool,
}  # fmt: skip
REPLY = {"message_id": int, "chat_id": int, "allow_sending_without_reply": bool}
SCOPE = {"type": str, "chat_id": int, "user_id": int}

METHODS: dict[str, dict[str, Any]] = {
    "getMe": {},
    "getUpdates": {"offset": int, "limit": int, "timeout": int, "allowed_updates": [str]},
    "setWebhook": {
        "url!": str, "ip_address": str, "max_connections": int, "allowed_updates": [str],
        "drop_pending_updates": bool, "secret_token": str,
    },
    "deleteWebhook": {"drop_pending_updates": bool},
    "getWebhookInfo": {},
    "getFile": {"file_id!": str},
    "sendMessage": {
        "chat_id!": int, "text!": str, "message_thread_id": int, "parse_mode": str,
        "link_preview_options": LINK_PREVIEW, "disable_notification": bool, "protect_content": bool,
        "reply_parameters": REPLY, "reply_markup": REPLY_MARKUP,
    },
    "editMessageText": {
        "chat_id!": int, "message_id!": int, "text!": str, "parse_mode": str,
        "link_preview_options": LINK_PREVIEW, "reply_markup": INLINE_KEYBOARD,
    },
    "pinChatMessage": {"chat_id!": int, "message_id!": int, "disable_notification": bool},
    "unpinChatMessage": {"chat_id!": int, "message_id!": int},
    "deleteMessage": {"chat_id!": int, "message_id!": int},
    "answerCallbackQuery": {
        "callback_query_id!": str, "text": str, "show_alert": bool, "url": str, "cache_time": int,
    },
    "setMyCommands": {
        "commands!": [{"command": str, "description": str}], "scope": SCOPE, "language_code": str,
    },
    "deleteMyCommands": {"scope": SCOPE, "language_code": str},
}  # fmt: skip


def checked(method: str, params: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters converted; refuses unknown and missing ones and wrong types."""
    if method not in METHODS:
        raise Refusal(404, "Not Found", ours=True)
    known = {name.rstrip("!"): kind for name, kind in METHODS[method].items()}
    converted = {name: _check(known, name, value, method) for name, value in params.items()}
    for name in METHODS[method]:
        if name.endswith("!") and name[:-1] not in converted:
            raise bad(f"{method} needs the parameter {name[:-1]}")
    return converted


def _check(known: dict[str, Any], name: str, value: Any, path: str) -> Any:
    if name not in known:
        raise bad(f"{path} has no field {name}")
    return _convert(known[name], value, f"{path}.{name}")


def _convert(kind: Any, value: Any, path: str) -> Any:
    if isinstance(kind, type):
        return CHECKS[kind](value, path)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise bad(f"can't parse {path} JSON object") from None
    if isinstance(kind, list):
        if not isinstance(value, list):
            raise bad(f"{path} must be an Array")
        return [_convert(kind[0], one, f"{path}[{number}]") for number, one in enumerate(value)]
    if not isinstance(value, dict):
        raise bad(f"{path} must be an Object")
    return {name: _check(kind, name, one, path) for name, one in value.items()}


@dataclass
class Words:
    """A text as Telegram keeps it: without tags, and the entities the tags became (offsets in UTF-16 units)."""

    text: str = ""
    entities: list[dict[str, Any]] = field(default_factory=list)


_TOKEN = re.compile(
    r"<(?P<close>/?)(?P<tag>[a-z-]+)(?P<attributes>(?:\s+[a-z-]+(?:=\"[^\"<>]*\")?)*)\s*>"
    r"|&(?P<entity>\#\d+|\#x[0-9a-fA-F]+|lt|gt|amp|quot);"
    r"|(?P<text>[^<>&]+)"
)
_KINDS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote",
}  # fmt: skip
_SIGNS = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}


def read_html(source: str) -> Words:
    """Read Telegram's HTML; stricter than Telegram in that a bare & or > and tags within code are refused."""
    words, open_tags, at = Words(), list[tuple[str, int, str]](), 0
    while at < len(source):
        found = _TOKEN.match(source, at)
        if found is None:
            raise bad(f"can't parse entities: unescaped or unfinished {source[at]!r} at offset {at}")
        at = found.end()
        if found["text"]:
            words.text += found["text"]
        elif found["entity"]:
            words.text += _sign(found["entity"])
        elif found["close"]:
            if not open_tags or open_tags[-1][0] != found["tag"]:
                raise bad(f"can't parse entities: unexpected end tag </{found['tag']}> at offset {at}")
            tag, start, attributes = open_tags.pop()
            if units(words.text) > start:
                words.entities.append(_entity(tag, start, units(words.text) - start, attributes))
        else:
            if found["tag"] not in _KINDS:
                raise bad(f'can\'t parse entities: unsupported start tag "{found["tag"]}" at offset {at}')
            if any(tag in ("pre", "code") for tag, *_ in open_tags):
                raise bad(f"can't parse entities: a tag within code at offset {at}")
            open_tags.append((found["tag"], units(words.text), found["attributes"]))
    if open_tags:
        raise bad(f"can't parse entities: can't find end tag corresponding to \"{open_tags[-1][0]}\"")
    return words


def _sign(name: str) -> str:
    if name.startswith("#"):
        return chr(int(name[2:], 16) if name[1] in "xX" else int(name[1:]))
    return _SIGNS[name]


def _entity(tag: str, offset: int, length: int, attributes: str) -> dict[str, Any]:
    entity = {"type": _KINDS[tag], "offset": offset, "length": length}
    if tag == "a":
        link = re.fullmatch(r"\s+href=\"([^\"]+)\"", attributes)
        if not link:
            raise bad("can't parse entities: an <a> needs a href")
        if user := re.fullmatch(r"tg://user\?id=(\d+)", link[1]):
            return {**entity, "type": "text_mention", "user": int(user[1])}
        return {**entity, "url": link[1]}
    if attributes:
        raise bad(f"can't parse entities: <{tag}> has no attributes here")
    return entity


def check_words(source: str, parse_mode: str) -> Words:
    """Return the words of a text as Telegram keeps them; refuses empty and over-long ones."""
    if parse_mode not in ("HTML", ""):
        raise bad(f"unsupported parse_mode {parse_mode}")
    words = read_html(source) if parse_mode else Words(source)
    words.text = words.text.strip()
    if not words.text:
        raise bad("message text is empty")
    if units(words.text) > TEXT_UNITS:
        raise bad(f"message is too long ({units(words.text)} units)")
    return words


def check_markup(markup: dict[str, Any] | None) -> None:
    """Refuse a keyboard that Telegram would refuse, or would quietly cut."""
    if not markup:
        return
    kinds = {"inline_keyboard", "force_reply", "remove_keyboard"} & markup.keys()
    if len(kinds) != 1:
        raise bad("a reply_markup is one of inline_keyboard, force_reply, remove_keyboard")
    if "force_reply" in markup and not 0 < units(markup.get("input_field_placeholder", "-")) <= 64:
        raise bad("input_field_placeholder must have 1-64 characters")
    rows = markup.get("inline_keyboard", [])
    if sum(len(row) for row in rows) > 100 or any(len(row) > 8 for row in rows):
        raise bad("a keyboard has at most 100 buttons, and 8 in a row")
    for button in (button for row in rows for button in row):
        does = set(button) - {"text", "style", "icon_custom_emoji_id"}
        if not button.get("text", "").strip() or len(does) != 1:
            raise bad("BUTTON_INVALID: a text and exactly one thing it does")
        if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= CALLBACK_BYTES:
            raise bad("BUTTON_DATA_INVALID")
        if button.get("style", "primary") not in ("primary", "success", "danger"):
            raise bad("BUTTON_STYLE_INVALID")


def check_commands(commands: list[dict[str, str]], language: str) -> None:
    """Refuse a menu that Telegram would refuse."""
    if len(commands) > 100 or (language and not re.fullmatch(r"[a-z]{2}", language)):
        raise bad("BOT_COMMANDS_TOO_MUCH or LANGUAGE_INVALID")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command.get("command", "")):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= units(command.get("description", "").strip()) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
