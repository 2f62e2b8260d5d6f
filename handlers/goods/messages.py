"""The words of goods on their way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from handlers import texts
from handlers.chat import Button, Field, Form, Line, Look, bold
from handlers.goods import catalogue  # noqa: F401 - the sentences
from handlers.working_time import say_moment
from storage.tables.boards import Part
from storage.tables.requests import Request, Transfer

DIFFERENCES = ("short", "damaged", "wrong")


def what(
    language: str,
    timezone: str,
    now: datetime,
    part: Part,
    transfer: Transfer,
    request: Request,
    own: Sequence[Line] = (),
) -> tuple[Line, ...]:
    """Write the card's lines of what is moved, and how far it is; after the counts what its kind has to add."""
    rows: list[Line] = [
        texts.say_line(language, "goods.what", part=bold(part.name), count=str(transfer.asked)),
    ]
    if transfer.accepted and (transfer.accepted != transfer.asked or transfer.shipped or transfer.received):
        rows.append(
            texts.say_line(
                language,
                "goods.counts",
                accepted=str(transfer.accepted),
                shipped=str(transfer.shipped),
                received=str(transfer.received),
            )
        )
    rows.extend(own)
    if transfer.sent_part:
        sent, why = bold(transfer.sent_part), transfer.sent_why or "—"
        rows.append(texts.say_line(language, "goods.substitute", sent=sent, part=part.part_no, reason=why))
    if transfer.difference:
        rows.append(texts.say_line(language, "goods.lost", difference=difference(language, transfer.difference)))
    carried = " ".join(part for part in (transfer.courier, transfer.waybill) if part)
    if transfer.eta_at is not None:
        eta = texts.say(language, "goods.eta", eta=say_moment(transfer.eta_at, timezone, now, language))
        carried = f"{carried} · {eta}" if carried else eta
    if carried and request.owner_store_id is not None:
        rows.append(texts.say_line(language, "goods.courier", courier=carried))
    return tuple(rows)


def difference(language: str, stored: str) -> str:
    """Say a difference stored as `damaged 2 words`."""
    code, _, rest = stored.partition(" ")
    said = texts.say(language, f"difference.{code}") if code in DIFFERENCES else code
    return f"{said} {rest}".strip()


def ship_buttons(language: str, request: Request) -> tuple[tuple[Button, ...], ...]:
    """Offer the giving store what it can do before shipping."""
    args: dict[str, str | int] = {"request": request.id}
    return ((Button(texts.say(language, "goods.shipped_button"), "transfer.shipped", args, Look.PRIMARY),),)


def details_button(language: str, request: Request) -> tuple[Button, ...]:
    """Offer to add carrier, waybill and ETA after shipping."""
    return (Button(texts.say(language, "goods.details_button"), "transfer.details", {"request": request.id}),)


def receipt_buttons(language: str, request: Request, *, left: int, partly: bool) -> tuple[tuple[Button, ...], ...]:
    """Offer the receipt: all that is still to come, a difference, and after a part the rest."""
    args: dict[str, str | int] = {"request": request.id}
    rows: list[tuple[Button, ...]] = []
    if left:
        received = texts.say(language, "goods.received_button", count=left)
        differs = Button(texts.say(language, "goods.differs_button"), "transfer.differs", args)
        rows.append((Button(received, "transfer.received", args, Look.PRIMARY), differs))
    if partly:
        rows.append((Button(texts.say(language, "goods.rest_button"), "transfer.rest", args, Look.DANGER),))
    return tuple(rows)


def details_form(language: str, request: Request, transfer: Transfer, *, whole: bool) -> Form:
    """Ask for carrier, waybill and the time of the way; in a `whole` form for another part number, too.

    Asked one after the other five questions would be too many: there it is said with the shipping.
    """
    other = (
        Field("part", texts.say(language, "goods.part_field"), value=transfer.sent_part, optional=True),
        Field("instead", texts.say(language, "goods.instead_field"), value=transfer.sent_why, optional=True),
    )
    return Form(
        "transfer.details",
        texts.say(language, "goods.details_title"),
        (
            Field("courier", texts.say(language, "goods.courier_field"), value=transfer.courier, optional=True),
            Field("waybill", texts.say(language, "goods.waybill_field"), value=transfer.waybill, optional=True),
            Field(
                "eta",
                texts.say(language, "goods.eta_field"),
                hint=texts.say(language, "goods.eta_hint"),
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
        texts.say(language, "goods.differs_title"),
        (
            Field("received", texts.say(language, "goods.good_field"), "number"),
            Field("difference", texts.say(language, "goods.difference_field"), "choice", options),
            Field("words", texts.say(language, "goods.words_field"), "lines", optional=True),
        ),
        texts.say(language, "request.send"),
        {"request": request.id},
    )
