"""Turn a Message into Slack blocks and a Form into a modal.

Words go into rich text, where styles travel beside the text: nothing a person wrote can become a mention, a link or
bold type, and bold works between Chinese characters, where Slack's own markup wants spaces.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice
from typing import Any

from bot.platform import Unsayable
from handlers.chat import Address, Button, Field, Form, Line, Look, Message, Span

Block = dict[str, Any]

TEXT_LIMIT = 3900  # chat.update refuses a text over 4,000 characters
ELEMENT_LIMIT = 100  # with the text it keeps blocks under the 12,000 characters of `msg_blocks_too_long`
LINK_LIMIT = 10  # in one run of words; further ones stay words
BLOCK_LIMIT = 50
ROW_LIMIT = 25  # buttons in one actions block
LABEL_LIMIT = 75
TITLE_LIMIT = 24
TOKEN_LIMIT = 2000
INPUT_LIMIT = 3000
CALLBACK = "xietong_form"
INPUT = "value"  # the action id of every input; its block's id is the field's name

_BOXED = frozenset({"copy", "table"})
_USER = re.compile(r"[UW][A-Z0-9]{2,}")
# Only plain addresses become links: Slack refuses the whole message for one that it finds invalid.
_LINK = re.compile(r"https?://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?:[/?#][A-Za-z0-9/?#&=%._~+-]*)?")
_SHAPES = {"number": r"-?\d+(\.\d+)?", "date": r"\d{4}-\d\d-\d\d", "time": r"\d\d:\d\d"}


@dataclass(frozen=True, slots=True)
class Part:
    """One Slack message: its blocks, and the same words as text for notifications and screen readers."""

    text: str
    blocks: list[Block]


def escape(text: str) -> str:
    """Write the three characters that Slack reads as markup as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def parts(message: Message) -> list[Part]:
    """Return the Slack messages that say this one; the last carries the buttons."""
    chunks = list(_chunks(message.lines))
    made = [Part(_fallback(chunk), [_rich_text(chunk)]) for chunk in chunks]
    made[-1].blocks.extend(_actions(message.buttons))
    return made


def view(form: Form, origin: Address) -> Block:
    """Return the modal that asks for a form; it carries where it was opened, which Slack does not say again."""
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": json.dumps({"token": form.token, "chat": origin.chat, "thread": origin.thread}),
        "title": _plain(form.title, TITLE_LIMIT),
        "submit": _plain(form.submit, TITLE_LIMIT),
        "blocks": [_input(field) for field in form.fields],
    }


# Words


def _fallback(rows: Sequence[Line]) -> str:
    return "\n".join("".join(_words(span) for span in row) for row in rows).strip("\n") or " "


def _words(span: Span) -> str:
    return f"<@{span.user}>" if _is_mention(span) else escape(span.text)


def _is_mention(span: Span) -> bool:
    return span.style == "mention" and _USER.fullmatch(span.user) is not None


def _chunks(rows: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield the lines in as many lots as fit into one message each."""
    lot: list[Line] = []
    size = elements = 0
    for row in (piece for long in rows for piece in _pieces(long)):
        length = 1 + sum(len(_words(span)) for span in row)
        if lot and (size + length > TEXT_LIMIT or elements + len(row) > ELEMENT_LIMIT):
            yield lot
            lot, size, elements = [], 0, 0
        lot.append(row)
        size += length
        elements += len(row)
    yield lot


def _pieces(row: Line) -> Iterator[Line]:
    """Yield one line whole, or cut where it is too long for a message."""
    piece: list[Span] = []
    room = TEXT_LIMIT - 1
    for span in row:
        left = span
        while True:
            words = len(_words(left))
            fits = len(left.text) if words <= room else _fitting(left.text, room)
            if fits == len(left.text) and len(piece) < ELEMENT_LIMIT:
                piece.append(left)
                room -= words
                break
            if fits and len(piece) < ELEMENT_LIMIT:
                piece.append(replace(left, text=left.text[:fits]))
                left = replace(left, text=left.text[fits:])
            yield tuple(piece)
            piece, room = [], TEXT_LIMIT - 1
    yield tuple(piece)


def _fitting(text: str, room: int) -> int:
    """Count the leading characters that fit once they are escaped."""
    for count, character in enumerate(text):
        room -= len(escape(character))
        if room < 0:
            return count
    return len(text)


def _rich_text(rows: Sequence[Line]) -> Block:
    """Return the lines as one block: runs of words, and boxes for what is to be copied."""
    elements: list[Block] = []
    for boxed, lot in groupby(rows, lambda row: any(span.style in _BOXED for span in row)):
        lines = list(lot)
        if not boxed:
            elements += _section(lines)
            continue
        for row in lines:
            elements += _section([tuple(span for span in row if span.style not in _BOXED)])
            words = "".join(span.text for span in row if span.style in _BOXED)
            if words:
                elements.append({"type": "rich_text_preformatted", "elements": [_text(words)]})
    # Slack refuses a message with nothing in it; a blank is what an empty one looks like.
    return {"type": "rich_text", "elements": elements or _section([(Span(" "),)])}


def _section(rows: Sequence[Line]) -> list[Block]:
    spans = [span for row in rows for span in (Span("\n"), *row)][1:]
    runs: list[Block] = []
    for style, lot in groupby(spans, lambda span: "mention" if _is_mention(span) else _style(span)):
        if style == "mention":
            runs += [{"type": "user", "user_id": span.user} for span in lot]
        else:
            runs += _linked("".join(span.text for span in lot), style)
    return [{"type": "rich_text_section", "elements": runs}] if runs else []


def _style(span: Span) -> str:
    return span.style if span.style in ("bold", "italic", "code") else ""


def _linked(text: str, style: str) -> Iterator[Block]:
    start = 0
    links = _LINK.finditer(text) if style != "code" else ()
    for found in islice(links, LINK_LIMIT):
        yield from _texts(text[start : found.start()], style)
        yield {"type": "link", "url": found.group()}
        start = found.end()
    yield from _texts(text[start:], style)


def _texts(text: str, style: str) -> Iterator[Block]:
    if text:
        yield _text(text, style)


def _text(text: str, style: str = "") -> Block:
    return {"type": "text", "text": text} | ({"style": {style: True}} if style else {})


def _plain(text: str, limit: int) -> Block:
    words = " ".join(text.split()) or "…"
    return {"type": "plain_text", "text": words if len(words) <= limit else words[: limit - 1] + "…"}


# Buttons


def _actions(rows: Sequence[Sequence[Button]]) -> Iterator[Block]:
    buttons = [button for row in rows for button in row]
    if len(rows) >= BLOCK_LIMIT:
        rows = [buttons]
    number = 0
    for row in rows:
        for start in range(0, len(row), ROW_LIMIT):
            elements = []
            for button in row[start : start + ROW_LIMIT]:
                elements.append(_button(button, number))
                number += 1
            yield {"type": "actions", "elements": elements}


def _button(button: Button, number: int) -> Block:
    if not 0 < len(button.token) <= TOKEN_LIMIT:
        raise Unsayable(f"the button {button.label!r} has a token of {len(button.token)} characters")
    look = {} if button.look is Look.PLAIN else {"style": button.look.value}
    return {
        "type": "button",
        "action_id": f"xietong:{number}",
        "text": _plain(button.label, LABEL_LIMIT),
        "value": button.token,
        **look,
    }


# Forms


def _input(field: Field) -> Block:
    block: Block = {
        "type": "input",
        "block_id": field.name,
        "label": _plain(field.label, 2000),
        "element": {"action_id": INPUT, **_element(field)},
        "optional": field.optional,
    }
    return block | ({"hint": _plain(field.hint, 2000)} if field.hint else {})


def _element(field: Field) -> Block:
    """Return the input of a field; a preset that its kind cannot hold is left out, as Slack would refuse the form."""
    value = field.value
    if field.kind in _SHAPES and not re.fullmatch(_SHAPES[field.kind], value):
        value = ""
    if field.kind == "choice":
        options = [{"text": _plain(label, LABEL_LIMIT), "value": key} for key, label in field.options]
        chosen = [option for option in options if option["value"] == value]
        return {"type": "static_select", "options": options} | ({"initial_option": chosen[0]} if chosen else {})
    if field.kind == "date":
        return {"type": "datepicker"} | ({"initial_date": value} if value else {})
    if field.kind == "time":
        return {"type": "timepicker"} | ({"initial_time": value} if value else {})
    initial = {"initial_value": value[:INPUT_LIMIT]} if value else {}
    if field.kind == "number":
        return {"type": "number_input", "is_decimal_allowed": True} | initial
    multiline = field.kind == "lines"
    return {"type": "plain_text_input", "multiline": multiline, "max_length": INPUT_LIMIT} | initial
