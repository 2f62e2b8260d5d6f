"""The words of diversions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from handlers import contacts, texts
from handlers.chat import Button, Field, Form, Line, Look, Message, Span, bold, copy, line, message
from handlers.diversions import catalogue, refusals, rules  # noqa: F401 - the sentences
from handlers.durations import say_duration
from handlers.money import format_amount
from handlers.requests.messages import comma
from handlers.working_time import say_moment
from storage.tables.boards import Technician
from storage.tables.diversions import Diversion
from storage.tables.requests import Request

# The card


def what(language: str, timezone: str, now: datetime, diverted: Diversion, currency: str) -> tuple[Line, ...]:
    """Write the card's lines of who is sent with what, what is kept for them, and what is paid."""
    rows: list[Line] = [
        texts.say_line(language, "diversion.what", service=bold(diverted.service), vehicle=diverted.vehicle),
        texts.say_line(language, "diversion.wait_here", wait=wait(language, diverted.wait_minutes)),
    ]
    if diverted.technician and diverted.expected_at is not None:
        eta = say_moment(diverted.expected_at, timezone, now, language)
        rows.append(texts.say_line(language, "diversion.reserved", technician=diverted.technician, eta=eta))
    if diverted.transport:
        paid = texts.say_line(
            language,
            "diversion.paid",
            transport=transport(language, diverted, currency),
            compensation=texts.say(language, f"diversion.compensation_{diverted.compensation}"),
            amount=format_amount(diverted.amount, currency, language),
        )
        marks = {"pending": "diversion.waits_for_hq", "refused": "diversion.refused_by_hq"}
        mark = marks.get(diverted.approval)
        rows.append((*paid, Span(texts.say(language, mark))) if mark else paid)
    if diverted.call:
        rows.append(texts.say_line(language, f"diversion.call_{diverted.call}", words=diverted.call_words or "—"))
    return tuple(rows)


def wait(language: str, minutes: int) -> str:
    """Say how long a customer waits."""
    return say_duration(timedelta(minutes=minutes), language)


def transport(language: str, diverted: Diversion, currency: str) -> str:
    """Say how the customer goes, with what it costs."""
    said = texts.say(language, f"diversion.transport_{diverted.transport}")
    return f"{said} {format_amount(diverted.fare, currency, language)}" if diverted.fare else said


# Opening


def form(language: str, args: dict[str, str | int]) -> Form:
    """Ask for what is missing of a diversion."""
    return Form(
        "diversion.post",
        texts.say(language, "diversion.form_title"),
        (
            _text(language, "service", "diversion.service", "diversion.service_hint"),
            _text(language, "wait", "diversion.wait", "diversion.wait_hint"),
            _text(language, "vehicle", "diversion.vehicle", "diversion.vehicle_hint"),
            _text(language, "needs", "diversion.needs", "diversion.needs_hint"),
            Field(
                contacts.FIELD,
                texts.say(language, "diversion.customer"),
                hint=texts.say(language, "diversion.customer_hint"),
                optional=True,
            ),
        ),
        texts.say(language, "diversion.send"),
        args,
    )


def _text(language: str, name: str, label: str, hint: str) -> Field:
    return Field(name, texts.say(language, label), hint=texts.say(language, hint))


def not_by_rule(
    language: str, why: Sequence[str], wait_minutes: int, least: timedelta, args: dict[str, str | int]
) -> Message:
    """Say why this is no diversion by the rules, and offer it all the same."""
    said = {
        "short_wait": texts.say(
            language, "diversion.short_wait", wait=wait(language, wait_minutes), least=say_duration(least, language)
        ),
        "no_bay_near": texts.say(language, "diversion.no_bay_near"),
    }
    reasons = comma(language).join(said[name] for name in why)
    all_the_same = Button(texts.say(language, "diversion.override_button"), "diversion.override", args, Look.DANGER)
    return message(texts.say(language, "diversion.not_by_rule", why=reasons), buttons=((all_the_same,),))


def opened(
    language: str, label: str, due: str, near: Sequence[tuple[str, str, str]], script: str, request: Request
) -> Message:
    """Give the advisor the stores near as (store, ETA, reasons), the words to say, and the customer's two choices."""
    rows = [line(texts.say(language, "diversion.opened", label=label, due=due))]
    if near:
        rows.append(texts.say_line(language, "diversion.near_title"))
    else:
        rows.append(texts.say_line(language, "diversion.near_none"))
    for rank, (store, eta, reasons) in enumerate(near, start=1):
        rows.append(
            texts.say_line(language, "diversion.near_line", rank=str(rank), store=bold(store), eta=eta, reasons=reasons)
        )
    rows += [line(bold(texts.say(language, "diversion.say_this"))), line(copy(script))]
    return Message(tuple(rows), choice_buttons(language, request))


def script(language: str, diverted: Diversion, best: tuple[str, int, int | None] | None, amount: str) -> str:
    """Write the words for the customer: the wait here, the store near as (name, way, wait there), what they get.

    The wait there is None where it is not theirs to hear: of another dealer's store it is said that it has a bay.
    """
    values = {"service": diverted.service, "wait": wait(language, diverted.wait_minutes), "amount": amount}
    if best is None:
        return texts.say(language, "diversion.script_any", **values)
    store, way, there = best
    values |= {"store": store, "way": wait(language, way)}
    if there is None:
        return texts.say(language, "diversion.script_bay", **values)
    return texts.say(language, "diversion.script", there=wait(language, there), **values)


# Buttons


def choice_buttons(language: str, request: Request) -> tuple[tuple[Button, ...], ...]:
    """Offer the customer's two choices."""
    args: dict[str, str | int] = {"request": request.id}
    goes = Button(texts.say(language, "diversion.goes_button"), "diversion.goes", args, Look.PRIMARY)
    return ((goes, Button(texts.say(language, "diversion.waits_button"), "diversion.waits", args)),)


def call_buttons(language: str, request: Request, diverted: Diversion) -> tuple[tuple[Button, ...], ...]:
    """Offer what came of the call, until the customer was reached."""
    args: dict[str, str | int] = {"request": request.id}
    reached = Button(texts.say(language, "diversion.reached_button"), "diversion.reached", args, Look.PRIMARY)
    missed = Button(texts.say(language, "diversion.not_reached_button"), "diversion.not_reached", args)
    return ((reached,) if diverted.call else (reached, missed),)


def transport_button(language: str, request: Request, diverted: Diversion) -> tuple[Button, ...]:
    """Offer to arrange the way and the compensation, or to change them."""
    key = "diversion.change_button" if diverted.transport else "diversion.transport_button"
    look = Look.PLAIN if diverted.transport else Look.PRIMARY
    return (Button(texts.say(language, key), "diversion.transport", {"request": request.id}, look),)


def depart_button(language: str, request: Request) -> tuple[Button, ...]:
    """Offer to say that the customer has left."""
    words = texts.say(language, "diversion.depart_button")
    return (Button(words, "diversion.depart", {"request": request.id}, Look.PRIMARY),)


def arrive_button(language: str, request: Request) -> tuple[Button, ...]:
    """Offer to say that the customer has arrived."""
    words = texts.say(language, "diversion.arrive_button")
    return (Button(words, "diversion.arrive", {"request": request.id}, Look.PRIMARY),)


def back_button(language: str, request: Request) -> tuple[Button, ...]:
    """Offer to say that the customer does not come, or has gone without the work."""
    return (Button(texts.say(language, "diversion.back_button"), "diversion.back", {"request": request.id}),)


def serve_button(language: str, request: Request) -> tuple[Button, ...]:
    """Offer to say that the work is done."""
    words = texts.say(language, "diversion.serve_button")
    return (Button(words, "diversion.serve", {"request": request.id}, Look.PRIMARY),)


def record_button(language: str, request: Request) -> tuple[Button, ...]:
    """Offer to make the record."""
    return (Button(texts.say(language, "diversion.record_button"), "diversion.record", {"request": request.id}),)


# Forms


def technician_form(language: str, technicians: Sequence[Technician], ask: int) -> Form:
    """Ask which technician does the work; in words where the store has nobody on the map."""
    label = texts.say(language, "diversion.technician")
    if technicians:
        options = tuple((str(one.id), " ".join(filter(None, (one.name, one.level)))) for one in technicians)
        field = Field("technician", label, "choice", options)
    else:
        field = Field("technician", label, hint=texts.say(language, "diversion.technician_hint"))
    title, send = texts.say(language, "diversion.technician_title"), texts.say(language, "request.send")
    return Form("diversion.technician", title, (field,), send, {"ask": ask})


def transport_form(language: str, request: Request, usual: dict[str, str]) -> Form:
    """Ask how the customer goes and what they get; `usual` is what is given of each, written out."""
    transports = tuple(
        (name, " ".join(filter(None, (texts.say(language, f"diversion.transport_{name}"), usual.get(name, "")))))
        for name in rules.TRANSPORTS
    )
    compensations = tuple(
        (name, f"{texts.say(language, f'diversion.compensation_{name}')} {usual[name]}") for name in rules.COMPENSATIONS
    )
    return Form(
        "diversion.transport",
        texts.say(language, "diversion.transport_title"),
        (
            Field("transport", texts.say(language, "diversion.transport_field"), "choice", transports),
            Field(
                "compensation",
                texts.say(language, "diversion.compensation_field"),
                "choice",
                compensations,
                hint=texts.say(language, "diversion.compensation_hint"),
            ),
            Field("amount", texts.say(language, "diversion.amount_field"), optional=True),
            Field("fare", texts.say(language, "diversion.fare_field"), optional=True),
        ),
        texts.say(language, "request.send"),
        {"request": request.id},
    )


def serve_form(language: str, request: Request) -> Form:
    """Ask what came of it: the customer's satisfaction, whether they were kept, the result."""
    kept = tuple((name, texts.say(language, f"request.kept_{name}")) for name in rules.KEPT)
    return Form(
        "diversion.serve",
        texts.say(language, "diversion.serve_title"),
        (
            Field(
                "satisfaction",
                texts.say(language, "diversion.satisfaction_field"),
                "number",
                hint=texts.say(language, "diversion.satisfaction_hint"),
            ),
            Field("kept", texts.say(language, "diversion.kept_field"), "choice", kept),
            Field("result", texts.say(language, "diversion.result_field"), "lines", optional=True),
        ),
        texts.say(language, "request.send"),
        {"request": request.id},
    )


def record_form(language: str, request: Request) -> Form:
    """Ask for the worth of the work, and the number of the voucher."""
    return Form(
        "diversion.record",
        texts.say(language, "diversion.record_title"),
        (
            _text(language, "work", "diversion.work_field", "diversion.work_hint"),
            Field("reference", texts.say(language, "diversion.reference_field"), optional=True),
        ),
        texts.say(language, "request.send"),
        {"request": request.id},
    )


# What others hear


def approval(
    language: str, label: str, brief: str, store: str, diverted: Diversion, currency: str, broken: Mapping[str, int]
) -> Message:
    """Ask HQ to approve what is over the cap."""
    caps = comma(language).join(
        f"{_given(language, name)} {format_amount(cap, currency, language)}" for name, cap in broken.items()
    )
    words = texts.say(
        language,
        "diversion.approval_asked",
        caps=caps,
        label=label,
        brief=brief,
        store=store,
        transport=transport(language, diverted, currency),
        compensation=texts.say(language, f"diversion.compensation_{diverted.compensation}"),
        amount=format_amount(diverted.amount, currency, language),
    )
    args: dict[str, str | int] = {
        "request": diverted.request_id,
        "transport": diverted.transport,
        "fare": diverted.fare,
        "compensation": diverted.compensation,
        "amount": diverted.amount,
    }
    approve = Button(texts.say(language, "diversion.approve_button"), "diversion.approve", args, Look.PRIMARY)
    refuse = Button(texts.say(language, "diversion.not_approve_button"), "diversion.not_approve", args, Look.DANGER)
    return message(words, buttons=((approve, refuse),))


def _given(language: str, name: str) -> str:
    if name in rules.TRANSPORTS:
        return texts.say(language, f"diversion.transport_{name}")
    return texts.say(language, f"diversion.compensation_{name}")


def complaint(
    language: str, label: str, brief: str, who: str, reason: str, store: str, request: Request, number: int
) -> Message:
    """Ask the region to decide a complaint."""
    words = texts.say(
        language, "diversion.complaint_told", label=label, brief=brief, who=who, reason=reason, store=store
    )
    buttons = tuple(
        Button(
            texts.say(language, key),
            "diversion.resolve",
            {"request": request.id, "number": number, "outcome": outcome},
            look,
        )
        for key, outcome, look in (
            ("diversion.uphold_button", "upheld", Look.DANGER),
            ("diversion.dismiss_button", "dismissed", Look.PRIMARY),
        )
    )
    return message(words, buttons=(buttons,))
