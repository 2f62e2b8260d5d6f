"""What is said later than at once: in quiet hours what is not urgent, and within a minute what is like what was said.

Pure: what is said, when and where come in; until when it is held, and its words, go out.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers import texts
from handlers.chat import Line, Message, bold, line
from handlers.settings import Quiet
from handlers.working_time import Hours, closing, is_open

APART = timedelta(minutes=1)  # two messages of one bundle in one chat
# Thirty lines of a breach fit, and the whole into one message of either platform (4,096 and 3,000 characters).
ROOM = 2_400
ROOM_FOR_LABELS = 2_800

texts.add(
    "core",
    {
        "gathered": (
            "📋 这里有 {count} 条提醒(发送 /request 编号 查看详情):",
            "📋 {count} notices at once (/request NUMBER shows one):",
            "📋 {count} avisos juntos (/request NÚMERO muestra uno):",
        ),
        "gathered_more": (
            "……另有 {count} 条,发送 /my 查看",
            "… and {count} more; /my lists what is open",
            "… y {count} más; /my muestra lo pendiente",
        ),
    },
)


def quiet_until(quiet: Quiet | None, timezone: str, now: datetime) -> datetime | None:
    """Return when the quiet hours end that are now in this zone, None outside them."""
    if quiet is None:
        return None
    hours = Hours(timezone, (quiet,))
    return closing(hours, now) if is_open(hours, now) else None


def apart_from(said_at: datetime, now: datetime) -> datetime | None:
    """Return when the next message of a bundle may be said after one, None when it may be at once."""
    return said_at + APART if said_at + APART > now else None


def gathered(waiting: Message, more: Message, language: str) -> Message:
    """Put a notice into a message that waits: it names all, a line each, and by their labels alone what has no room."""
    gist = (waiting.gist or waiting.lines[:1]) + (more.gist or more.lines[:1])
    rows: list[Line] = [line(bold(texts.say(language, "core.gathered", count=len(gist))))]
    room = ROOM
    for number, row in enumerate(gist):
        room -= _length(row) + 1
        if room < 0:
            rows.extend(_in_short(gist[number:], language))
            break
        rows.append(row)
    return Message(tuple(rows), gist=gist)


def _in_short(gist: tuple[Line, ...], language: str) -> list[Line]:
    """Name what has no line of its own by its label, as far as there is room, and count the rest."""
    labels = list(dict.fromkeys(row[0].text for row in gist))
    named: list[str] = []
    room = ROOM_FOR_LABELS - ROOM
    for label in labels:
        room -= len(label) + 3
        if room < 0:
            break
        named.append(label)
    rows = [line(" · ".join(named))]
    if len(named) < len(labels):
        rows.append(line(texts.say(language, "core.gathered_more", count=len(labels) - len(named))))
    return rows


def _length(row: Line) -> int:
    return sum(len(span.text) for span in row)
