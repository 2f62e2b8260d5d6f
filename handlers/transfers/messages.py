"""The words of transfers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from handlers import texts
from handlers.chat import Button, Field, Form, Line, Look, Message, bold, message
from handlers.requests.kinds import Candidate
from handlers.requests.messages import MATTERS, comma
from handlers.transfers import catalogue  # noqa: F401 - the sentences
from handlers.working_time import say_day, say_moment
from storage.tables.boards import Part
from storage.tables.requests import Request, Transfer

DIFFERENCES = ("short", "damaged", "wrong")


def what(
    language: str, timezone: str, now: datetime, part: Part, transfer: Transfer, request: Request
) -> tuple[Line, ...]:
    """Write the card's lines of what is moved, and how far it is."""
    rows: list[Line] = [
        texts.say_line(language, "transfer.what", part=bold(part.name), count=str(transfer.asked)),
    ]
    if transfer.accepted and (transfer.accepted != transfer.asked or transfer.shipped or transfer.received):
        rows.append(
            texts.say_line(
                language,
                "transfer.counts",
                accepted=str(transfer.accepted),
                shipped=str(transfer.shipped),
                received=str(transfer.received),
            )
        )
    if transfer.back_on is not None:
        key = "transfer.lent_back" if transfer.back_at else "transfer.lent"
        rows.append(texts.say_line(language, key, day=say_day(transfer.back_on, language)))
    if transfer.sent_part:
        sent, why = bold(transfer.sent_part), transfer.sent_why or "—"
        rows.append(texts.say_line(language, "transfer.substitute", sent=sent, part=part.part_no, reason=why))
    if transfer.difference:
        rows.append(texts.say_line(language, "transfer.lost", difference=difference(language, transfer.difference)))
    carried = " ".join(part for part in (transfer.courier, transfer.waybill) if part)
    if transfer.eta_at is not None:
        eta = texts.say(language, "transfer.eta", eta=say_moment(transfer.eta_at, timezone, now, language))
        carried = f"{carried} · {eta}" if carried else eta
    if carried and request.owner_store_id is not None:
        rows.append(texts.say_line(language, "transfer.courier", courier=carried))
    return tuple(rows)


def difference(language: str, stored: str) -> str:
    """Say a difference stored as `damaged 2 words`."""
    code, _, rest = stored.partition(" ")
    said = texts.say(language, f"difference.{code}") if code in DIFFERENCES else code
    return f"{said} {rest}".strip()


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


def owner_buttons(language: str, request: Request) -> tuple[tuple[Button, ...], ...]:
    """Offer the giving store what it can do before shipping."""
    args: dict[str, str | int] = {"request": request.id}
    return ((Button(texts.say(language, "transfer.shipped_button"), "transfer.shipped", args, Look.PRIMARY),),)


def back_button(language: str, request: Request, count: int) -> tuple[Button, ...]:
    """Offer the lender to confirm that what was lent is back."""
    words = texts.say(language, "transfer.back_button", count=count)
    return (Button(words, "transfer.back", {"request": request.id}, Look.PRIMARY),)


def details_button(language: str, request: Request) -> tuple[Button, ...]:
    """Offer to add carrier, waybill and ETA after shipping."""
    return (Button(texts.say(language, "transfer.details_button"), "transfer.details", {"request": request.id}),)


def receipt_buttons(language: str, request: Request, *, left: int, partly: bool) -> tuple[tuple[Button, ...], ...]:
    """Offer the receipt: all that is still to come, a difference, and after a part the rest."""
    args: dict[str, str | int] = {"request": request.id}
    rows: list[tuple[Button, ...]] = []
    if left:
        received = texts.say(language, "transfer.received_button", count=left)
        differs = Button(texts.say(language, "transfer.differs_button"), "transfer.differs", args)
        rows.append((Button(received, "transfer.received", args, Look.PRIMARY), differs))
    if partly:
        rows.append((Button(texts.say(language, "transfer.rest_button"), "transfer.rest", args, Look.DANGER),))
    return tuple(rows)


def again_button(language: str, request: Request) -> tuple[Button, ...]:
    """Offer to ask others for what the owner did not promise."""
    return (Button(texts.say(language, "transfer.rest_again_button"), "transfer.again", {"request": request.id}),)


def details_form(language: str, request: Request, transfer: Transfer, *, whole: bool) -> Form:
    """Ask for carrier, waybill and the time of the way; in a `whole` form for another part number, too.

    Asked one after the other five questions would be too many: there it is said with the shipping.
    """
    other = (
        Field("part", texts.say(language, "transfer.part_field"), value=transfer.sent_part, optional=True),
        Field("instead", texts.say(language, "transfer.instead_field"), value=transfer.sent_why, optional=True),
    )
    return Form(
        "transfer.details",
        texts.say(language, "transfer.details_title"),
        (
            Field("courier", texts.say(language, "transfer.courier_field"), value=transfer.courier, optional=True),
            Field("waybill", texts.say(language, "transfer.waybill_field"), value=transfer.waybill, optional=True),
            Field(
                "eta",
                texts.say(language, "transfer.eta_field"),
                hint=texts.say(language, "transfer.eta_hint"),
                optional=True,
            ),
            *(other if whole else ()),
        ),
        texts.say(language, "request.send"),
        {"request": request.id},
    )


def differs_form(language: str, request: Request) -> Form:
    """Ask how many arrived in order, and what is wrong with the others."""
    options = tuple((code, texts.say(language, f"difference.{code}")) for code in DIFFERENCES)
    return Form(
        "transfer.differs",
        texts.say(language, "transfer.differs_title"),
        (
            Field("received", texts.say(language, "transfer.good_field"), "number"),
            Field("difference", texts.say(language, "transfer.difference_field"), "choice", options),
            Field("words", texts.say(language, "transfer.words_field"), "lines", optional=True),
        ),
        texts.say(language, "request.send"),
        {"request": request.id},
    )
