"""Message → Telegram: its words as HTML in parts that fit, its buttons as a keyboard."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

from handlers.chat import Button, Message, Span

TEXT_LIMIT = 4096  # UTF-16 units after the tags are read; Telegram counts characters, of which there are no more
TOAST_LIMIT = 200
PLACEHOLDER_LIMIT = 64
DESCRIPTION_LIMIT = 256
ROW_LIMIT = 8  # buttons

_TAGS = {
    "bold": ("<b>", "</b>"),
    "italic": ("<i>", "</i>"),
    "code": ("<code>", "</code>"),
    "copy": ("<code>", "</code>"),  # a tap on it copies it
}
_BLOCK = ("<pre>", "</pre>")


@dataclass(frozen=True, slots=True)
class _Run:
    text: str
    before: str = ""
    after: str = ""


def parts(message: Message) -> list[str]:
    """Return the words as HTML, in as many parts as their length needs; none where there are no words."""
    runs = _runs(message)
    text = "".join(run.text for run in runs)
    return [_html(runs, start, end) for start, end in _cuts(text, TEXT_LIMIT) if text[start:end].strip()]


def shortened(message: Message) -> str:
    """Return the words as HTML of one part, what does not fit left out at a line's end."""
    whole = parts(message)
    if len(whole) < 2:
        return whole[0] if whole else ""
    runs = _runs(message)
    start, end = _cuts("".join(run.text for run in runs), TEXT_LIMIT - 2)[0]
    return f"{_html(runs, start, end)}\n…"


def keyboard(message: Message) -> dict[str, Any] | None:
    """Return the buttons as the Bot API takes them, or a question's reply field where there are none."""
    rows = [row[at : at + ROW_LIMIT] for row in message.buttons for at in range(0, len(row), ROW_LIMIT)]
    if rows:
        return {"inline_keyboard": [[_button(button) for button in row] for row in rows]}
    if message.ask:
        hint = cut(" ".join(message.ask.split()), PLACEHOLDER_LIMIT)
        asked: dict[str, Any] = {"force_reply": True, "selective": True}
        return {**asked, "input_field_placeholder": hint} if hint else asked
    return None


def cut(text: str, limit: int) -> str:
    """Return at most `limit` UTF-16 units of the text, with … where something is left out."""
    text = _sound(text).strip()
    return text if _fits(text, 0, limit) == len(text) else text[: _fits(text, 0, limit - 1)] + "…"


def _button(button: Button) -> dict[str, str]:
    shown = {"text": _sound(button.label), "callback_data": button.token}
    return {**shown, "style": button.look.value} if button.look.value else shown


def _runs(message: Message) -> list[_Run]:
    runs: list[_Run] = []
    for number, row in enumerate(message.lines):
        if number:
            runs.append(_Run("\n"))
        runs.extend(_run(span, alone=len(row) == 1) for span in row)
    return runs


def _run(span: Span, *, alone: bool) -> _Run:
    text = _sound(span.text)
    if span.style == "mention":
        known = span.user.isascii() and span.user.isdigit()
        return _Run(text, f'<a href="tg://user?id={span.user}">', "</a>") if known else _Run(text)
    if span.style == "table" or (span.style == "copy" and (alone or "\n" in text)):
        return _Run(text, *_BLOCK)
    return _Run(text, *_TAGS.get(span.style, ("", "")))


def _html(runs: list[_Run], start: int, end: int) -> str:
    """Return this range of the plain text as HTML; a run cut in two is closed and opened again."""
    pieces, at = [], 0
    for run in runs:
        text = run.text[max(0, start - at) : max(0, end - at)]
        at += len(run.text)
        if text:
            pieces.append(f"{run.before}{html.escape(text, quote=False)}{run.after}")
    return "".join(pieces)


def _cuts(text: str, limit: int) -> list[tuple[int, int]]:
    """Return the ranges to send: at a line's end where one fits, else at a space, else anywhere."""
    ranges, start = [], 0
    while start < len(text):
        end = _fits(text, start, limit)
        if end == len(text):
            ranges.append((start, end))
            break
        following = end
        if (newline := text.rfind("\n", start + 1, end + 1)) > 0:
            end, following = newline, newline + 1
        elif (space := text.rfind(" ", start + 1, end)) > 0:
            end = following = space + 1
        ranges.append((start, end))
        start = following
    return ranges


def _fits(text: str, start: int, limit: int) -> int:
    """Return how far from `start` the text goes before it is over so many UTF-16 units."""
    end = min(len(text), start + limit)
    if (end - start) * 2 <= limit:  # whatever its characters are
        return end
    units = end - start + sum(1 for sign in text[start:end] if ord(sign) > 0xFFFF)
    while units > limit:
        end -= 1
        units -= 2 if ord(text[end]) > 0xFFFF else 1
    return end


def _sound(text: str) -> str:
    """Return the text without halves of characters, which UTF-8 cannot say."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
