"""The words of transfers."""

from __future__ import annotations

from collections.abc import Sequence

from handlers import texts
from handlers.chat import Button, Field, Form, Line, Look, Message, bold, message
from handlers.requests.kinds import Candidate
from handlers.requests.messages import MATTERS, comma
from handlers.transfers import catalogue  # noqa: F401 - the sentences
from handlers.working_time import say_day
from storage.tables.boards import Part
from storage.tables.requests import Request, Transfer


def lent(language: str, transfer: Transfer) -> tuple[Line, ...]:
    """Say of a loan when it comes back; of what is not lent nothing."""
    if transfer.back_on is None:
        return ()
    key = "transfer.lent_back" if transfer.back_at else "transfer.lent"
    return (texts.say_line(language, key, day=say_day(transfer.back_on, language)),)


def form(language: str, *, parts: Sequence[Part], args: dict[str, str | int], loan: bool = False) -> Form:
    """Ask for what is missing of a transfer; `parts` to choose from where the words fit several."""
    choices = tuple((part.part_no, f"{part.name} {part.part_no}") for part in parts)
    urgencies = tuple((name, texts.say(language, f"urgency.{name}")) for name in ("urgent", "today", "normal"))
    back = Field("back", texts.say(language, "transfer.back"), "date", hint=texts.say(language, "transfer.back_hint"))
    matters = tuple((texts.say(language, f"matter.{name}"), texts.say(language, f"matter.{name}")) for name in MATTERS)
    return Form(
        "transfer.post",
        texts.say(language, "transfer.loan_title" if loan else "transfer.form_title"),
        (
            Field(
                "part",
                texts.say(language, "transfer.which_part" if choices else "transfer.part"),
                "choice" if choices else "text",
                choices,
                hint="" if choices else texts.say(language, "transfer.part_hint"),
            ),
            Field(
                "quantity",
                texts.say(language, "transfer.quantity"),
                "number",
                hint=texts.say(language, "transfer.quantity_hint"),
            ),
            Field("urgency", texts.say(language, "transfer.urgency"), "choice", urgencies),
            Field(
                "matter",
                texts.say(language, "transfer.matter"),
                "text",
                matters,
                hint=texts.say(language, "transfer.matter_hint"),
            ),
            *((back,) if loan else ()),
        ),
        texts.say(language, "transfer.send"),
        args,
    )


def not_urgent(language: str, why: Sequence[str], own: int, args: dict[str, str | int]) -> Message:
    """Say why this is not urgent by the rules, and offer what can be done."""
    keys = {"nobody_waits": "nobody_waits", "own_stock": "own_stock", "nobody_has": "nobody_has_it"}
    reasons = comma(language).join(texts.say(language, f"transfer.{keys[name]}", own=own) for name in why)
    buttons = (
        (Button(texts.say(language, "transfer.as_normal"), "transfer.post_as", {**args, "urgency": "normal"}),),
        (Button(texts.say(language, "transfer.as_today"), "transfer.post_as", {**args, "urgency": "today"}),),
        (Button(texts.say(language, "transfer.as_urgent"), "transfer.override", args, Look.DANGER),),
    )
    return message(texts.say(language, "transfer.not_urgent", why=reasons), buttons=buttons)


def ranking(language: str, ranked: Sequence[tuple[str, str]]) -> list[Line]:
    """List the stores that would be asked with their reasons."""
    if not ranked:
        return [texts.say_line(language, "transfer.ranking_none")]
    rows = [texts.say_line(language, "transfer.ranking_title")]
    for place, (store, reasons) in enumerate(ranked, start=1):
        rows.append(
            texts.say_line(language, "transfer.ranking_line", rank=str(place), store=bold(store), reasons=reasons)
        )
    return rows


def ask_store(language: str, part: Part, store: Candidate) -> Button:
    """Offer to ask one store for a part."""
    label = texts.say(language, "transfer.ask_store_button", store=store.name)
    return Button(label, "transfer.begin", {"part": part.id, "store": store.store_id})


def back_button(language: str, request: Request, count: int) -> tuple[Button, ...]:
    """Offer the lender to confirm that what was lent is back."""
    words = texts.say(language, "transfer.back_button", count=count)
    return (Button(words, "transfer.back", {"request": request.id}, Look.PRIMARY),)


def again_button(language: str, request: Request) -> tuple[Button, ...]:
    """Offer to ask others for what the owner did not promise."""
    return (Button(texts.say(language, "transfer.rest_again_button"), "transfer.again", {"request": request.id}),)
