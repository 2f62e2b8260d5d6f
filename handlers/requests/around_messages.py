"""The words around a request: where it was written, what is confirmed before it is posted, what can be changed."""

from __future__ import annotations

from collections.abc import Sequence

from handlers import texts
from handlers.chat import Button, Field, Form, Line, Message, bold, line
from handlers.requests import around_catalogue  # noqa: F401 - the sentences
from storage.tables.requests import Request, Urgency


def written(language: str, request: Request) -> Line:
    """Say whose message a request was made of, with the link to it."""
    who = request.written_by or "—"
    if request.written_at:
        return texts.say_line(language, "around.written_at", who=who, link=request.written_at)
    return texts.say_line(language, "around.written_by", who=who)


def draft(language: str, who: str, words: str, kinds: Sequence[tuple[str, str]]) -> Message:
    """Offer what a message can be made: `kinds` are (name, title)."""
    rows = [
        texts.say_line(language, "around.draft_of", who=bold(who or "—")),
        line(words),
        texts.say_line(language, "around.draft_kinds"),
    ]
    buttons = tuple((Button(title, "request.draft_as", {"kind": name}),) for name, title in kinds)
    return Message(tuple(rows), buttons)


def change_choices(language: str, request: Request, label: str, changes: Sequence[tuple[str, str, str]]) -> Message:
    """Offer what can be changed: (name, label, what it is now)."""
    rows = [line(texts.say(language, "around.change_what", label=label))]
    rows.extend(line(f"{title}:{now}" if language == "zh" else f"{title}: {now}") for _, title, now in changes)
    buttons = tuple(
        Button(title, "request.change", {"request": request.id, "field": name}) for name, title, _ in changes
    )
    return Message(tuple(rows), tuple((button,) for button in buttons))


def change_form(
    language: str, request: Request, name: str, title: str, now: str, options: tuple[tuple[str, str], ...]
) -> Form:
    """Ask for the new value and the reason."""
    return Form(
        "request.change",
        texts.say(language, "around.change_title", field=title),
        (
            Field("value", title, "choice" if options else "text", options, hint=now),
            Field("reason", texts.say(language, "around.change_reason"), "text"),
        ),
        texts.say(language, "request.send"),
        {"request": request.id, "field": name},
    )


def urgencies(language: str) -> tuple[tuple[str, str], ...]:
    """Return the urgencies to choose from."""
    return tuple((str(name), texts.say(language, f"urgency.{name}")) for name in Urgency)
