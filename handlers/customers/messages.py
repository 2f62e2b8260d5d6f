"""The words about customers: masked for everybody, in full for who must call, and what HQ hears."""

from __future__ import annotations

from datetime import datetime

from handlers import texts
from handlers.chat import Button, Field, Form, Look, Message, bold, line, message
from handlers.customers import catalogue  # noqa: F401 - the sentences
from handlers.durations import say_duration
from handlers.settings import Customers
from handlers.working_time import say_moment


def in_full(language: str, label: str, number: str, contact: tuple[str, str, str], limits: Customers) -> Message:
    """Show a customer to the one who must call: a telephone on a line of its own, to be tapped."""
    name, phone, plate = contact
    rows = [line(bold(texts.say(language, "customer.shown", label=label, number=number)))]
    if name or plate:
        rows.append(line("👤 " + " · ".join(part for part in (name, plate) if part)))
    if phone:
        rows.append(line(f"📞 {phone}"))
    rows.append(texts.say_line(language, "customer.shown_note", minutes=say_duration(limits.shown, language)))
    return message(*rows)


def hidden(language: str, label: str, customer: str) -> Message:
    """Say what is left of a customer that was shown in full."""
    return message(texts.say(language, "customer.hidden", label=label, customer=customer))


def too_many(language: str, timezone: str, now: datetime, due: datetime, limits: Customers) -> str:
    """Say that somebody has looked too often."""
    return texts.say(
        language,
        "customer.too_many",
        within=say_duration(limits.looks_within, language),
        most=limits.looks,
        due=say_moment(due, timezone, now, language),
    )


def case(
    language: str, timezone: str, now: datetime, *, number: int, who: str, store: str, due: datetime, limits: Customers
) -> Message:
    """Tell HQ of a frozen right, to decide about."""
    words = texts.say(
        language,
        "customer.case",
        who=who,
        store=store,
        within=say_duration(limits.looks_within, language),
        most=limits.looks,
        due=say_moment(due, timezone, now, language),
    )
    return message(words, buttons=case_buttons(language, number))


def case_overdue(language: str, timezone: str, now: datetime, *, number: int, who: str, due: datetime) -> Message:
    """Remind HQ that nobody has decided."""
    words = texts.say(language, "customer.case_overdue", who=who, due=say_moment(due, timezone, now, language))
    return message(words, buttons=case_buttons(language, number))


def case_buttons(language: str, number: int) -> tuple[tuple[Button, ...], ...]:
    """Offer the two decisions."""
    restore = Button(
        texts.say(language, "customer.restore_button"),
        "customers.decide",
        {"case": number, "restore": 1},
        Look.PRIMARY,
    )
    keep = Button(
        texts.say(language, "customer.keep_button"), "customers.decide", {"case": number, "restore": 0}, Look.DANGER
    )
    return ((restore, keep),)


def decide_form(language: str, number: int, restore: int) -> Form:
    """Ask why it is decided so."""
    return Form(
        "customers.decide",
        texts.say(language, "customer.decide_title"),
        (Field("reason", texts.say(language, "request.reason_words"), "lines"),),
        texts.say(language, "customer.restore_button" if restore else "customer.keep_button"),
        {"case": number, "restore": restore},
    )


def forget_question(language: str, number: str, customer_id: int, customer: str, labels: str) -> Message:
    """Ask once more before a customer is erased."""
    words = texts.say(language, "customer.forget_question", number=number, customer=customer, labels=labels)
    button = Button(
        texts.say(language, "customer.forget_button"), "customers.forget", {"customer": customer_id}, Look.DANGER
    )
    return message(words, buttons=((button,),))
