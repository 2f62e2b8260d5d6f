"""Costs: what they are called, who pays, and an entry taken back. HQ pays, unless HQ itself has said why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import access, notify, texts
from handlers.errors import BadInput, NotAllowed, NotFound, TooLate
from handlers.ledger import cost_messages, rules
from handlers.money import format_amount
from storage.queries import boards as board_queries
from storage.queries import ledger as ledger_queries
from storage.queries import people as people_queries
from storage.tables.ledger import MoneyEntry
from storage.tables.people import Person, Role

if TYPE_CHECKING:
    from handlers.chat import Message
    from handlers.context import Context

HQ_PAYS = "hq"
# What a reference begins with that is a file of a platform rather than words.
_FILE = ("telegram:", "slack:", "console:")


def party_name(context: Context, party: str, language: str) -> str:
    """Name who pays or is paid; what has no name of its own stays as the ledger calls it."""
    kind, _, number = party.partition(":")
    if kind == "store" and number.isdigit():
        return people_queries.get_store(context.session, int(number)).name
    if kind == "person" and number.isdigit():
        return people_queries.get_person(context.session, int(number)).name
    if kind == "technician" and number.isdigit():  # on the map, and linked to no person
        technician = board_queries.find_technician(context.session, int(number))
        if technician is not None:
            return technician.name
    key = f"cost.party_{kind}"
    return texts.say(language, key) if texts.has(key) else party


def reference_of(platform: str, file: str) -> str:
    """Return the reference of a receipt that is a file of a platform."""
    return f"{platform}:{file}"


def say_reference(reference: str, language: str) -> str:
    """Say a reference: a file is a clip, a word of ours is said in the language, other words stay as they are."""
    if reference.startswith(_FILE):
        _, _, file = reference.partition(":")
        return f"📎 {file}" if file.startswith("https://") else "📎"  # a link can be opened, an id only by its platform
    key = f"cost.by_{reference}"
    return texts.say(language, key) if texts.has(key) else reference


def line_of(context: Context, entry: MoneyEntry, language: str) -> cost_messages.CostLine:
    """Return an entry as people read it."""
    return cost_messages.CostLine(
        entry=rules.money_label(entry.id),
        name=cost_messages.say_rule(language, entry.rule),
        amount=format_amount(entry.amount, entry.currency, language),
        payer=party_name(context, entry.payer, language),
        payee=party_name(context, entry.payee, language),
        reference=say_reference(entry.reference, language),
        reason=entry.reason,
        at=entry.at,
        reverses=rules.money_label(entry.reverses_id) if entry.reverses_id else "",
    )


def reverse_cost(context: Context, words: str) -> None:
    """Take back a cost by its counter-entry; who entered it is told."""
    number, reason = rules.split_reversal(words, letter="M")
    session, name = context.session, rules.money_label(number)
    entry = ledger_queries.find_money_entry(session, number)
    if entry is None:
        raise NotFound("cost.no_entry", entry=name)
    if entry.reverses_id is not None:
        raise BadInput("ledger.is_reversal", entry=name)
    added = ledger_queries.reverse_money(session, number, reason=reason, person_id=context.my_id, now=context.now)
    counter = ledger_queries.find_money_reversal(session, number)
    assert counter is not None
    other = rules.money_label(counter.id)
    if not added:
        raise TooLate("ledger.reversed_before", entry=name, other=other)
    context.audit(
        "ledger.reverse",
        name,
        before=f"{entry.amount} {entry.currency}",
        after=f"{other} {counter.amount} {counter.currency}",
        reason=reason,
        policy_id=entry.policy_id,
    )

    def words_in(language: str, _zone: str) -> Message:
        amount = format_amount(counter.amount, counter.currency, language)
        return cost_messages.reversed_cost(language, name, other, amount, reason)

    entered = people_queries.get_person(session, entry.person_id) if entry.person_id else None
    if entered is not None and entered.id != context.my_id and entered.active:
        notify.tell_each(context, [entered], words_in)
    context.answer(words_in(context.language, context.timezone))


def check_may_see(context: Context, entry: MoneyEntry, *, of_request: bool) -> None:
    """Raise unless an entry is this person's to see: finance, HQ, an auditor, who is paid or pays, or the request's."""
    me = context.me
    mine = {f"person:{me.id}"} | ({f"store:{me.store_id}"} if me.role in access.STORE_LEADERS else set())
    if not (_sees_all(me) or of_request or mine & {entry.payer, entry.payee}):
        raise NotAllowed("cost.not_to_see")


def _sees_all(person: Person) -> bool:
    return person.role in {Role.HQ, Role.FINANCE, Role.AUDITOR}
