"""Entering a cost of a request, and reading what costs come to."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from handlers import access, texts
from handlers.access import BOOKKEEPERS
from handlers.costs import messages, rules
from handlers.costs.messages import SumLine
from handlers.costs.rules import CostWords
from handlers.errors import BadInput, NotAllowed, TooLate
from handlers.ledger import costs
from handlers.ledger import rules as ledger_rules
from handlers.money import format_amount
from handlers.registry import command, reply
from handlers.requests import clocks, looking
from handlers.requests.commands import find, name_of, request_of_card
from handlers.requests.kinds import CostRule, kind_of
from handlers.settings import Costs
from handlers.working_time import local
from storage.queries import ledger as ledger_queries
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.tables.ledger import MoneyEntry
from storage.tables.people import Role, Store
from storage.tables.requests import Request

if TYPE_CHECKING:
    from handlers.context import Context

# Entering


@command("cost", "费用", "coste", roles=BOOKKEEPERS)
def cost(context: Context, words: str) -> None:
    """Enter a cost of a request, or a loss of a store; a photo sent with it is its receipt."""
    said = rules.read_cost(words, context.settings.network.currency)
    rules.check_payer(context.me, said.payer, said.reason)
    if said.name == "loss" and said.about and not rules.is_label(said.about):
        _enter_loss(context, said)
        return
    request = find(context, said.about, lock=True) if said.about else _replied_to(context)
    rules.check_may_enter(context.me, request)
    label, numbers = name_of(request), clocks.rules_of(context, request).costs
    if request.practice:
        raise BadInput("costs.practice", label=label)
    if request.owner_store_id is None:
        raise TooLate("costs.nobody_yet", label=label)
    rule = _rule_of(context, request, said)
    _check(context, said, numbers, label)
    payee = _payee(context, request, said) if said.payee else rule.payee
    _enter(context, said, request=request, payee=payee, policy_id=request.policy_id)


@reply
def answer_in_words(context: Context, text: str) -> bool:
    """Take a photo sent in reply to a card, with a cost in the words under it (住宿 320), as that cost's receipt."""
    inbound = context.inbound
    assert inbound is not None
    bare = inbound.private and not text.strip()
    if not (_file(context) and (bare or rules.is_cost(text))) or request_of_card(context) is None:
        return False
    access.check_role(context.person, BOOKKEEPERS)
    if bare:
        raise BadInput("costs.which")
    cost(context, text)
    return True


def _replied_to(context: Context) -> Request:
    """Return the request whose card is replied to, locked. Raises BadInput where there is none."""
    request = request_of_card(context)
    if request is None:
        raise BadInput("costs.what")
    return request


def _rule_of(context: Context, request: Request, said: CostWords) -> CostRule:
    """Return the cost as the request's kind allows it. Raises BadInput where it does not, saying what it does."""
    kind = kind_of(request)
    allowed = {rule.name: rule for rule in kind.cost_rules(context, request)}
    found = allowed.get(said.name)
    language = context.language
    if found is None:
        names = [texts.say(language, f"cost.{name}") for name, rule in allowed.items() if not rule.why_not]
        kind_name = texts.say(language, f"kind.{kind.name}")
        if not names:
            raise BadInput("costs.nothing_by_hand", kind=kind_name)
        raise BadInput(
            "costs.not_of_kind",
            kind=kind_name,
            name=texts.say(language, f"cost.{said.name}"),
            allowed=" / ".join(names),
            label=name_of(request),
            first=names[0].split(" ")[0],
        )
    if found.why_not and not (found.by_itself and _may_enter_anew(context, request, found)):
        raise BadInput(found.why_not)
    return found


def _may_enter_anew(context: Context, request: Request, rule: CostRule) -> bool:
    """Say whether finance or HQ may enter what came by itself: all there was of it was taken back."""
    entries = [
        entry
        for entry in ledger_queries.list_money_entries(context.session, request_id=request.id)
        if entry.rule == f"cost.{rule.name}"
    ]
    undone = sum(entry.reverses_id is not None for entry in entries)
    return rules.is_treasurer(context.me) and 0 < undone == len(entries) - undone


def _check(context: Context, said: CostWords, numbers: Costs, label: str) -> None:
    most = format_amount(numbers.most, context.settings.network.currency, context.language)
    rules.check_amount(context.me, said.amount, numbers, most)
    if said.name == "loss":
        rules.check_loss(context.me, said.receipt or said.reason)
    if rules.needs_receipt(said.name, numbers, said.receipt, _file(context)):
        name = context.words(f"cost.{said.name}")
        raise BadInput("costs.receipt_needed", name=name, label=label, first=name.split(" ")[0])


def _file(context: Context) -> str:
    """Return the platform's id of a photo or document that came with the words; what is spoken is no receipt."""
    values = context.inbound.values if context.inbound else {}
    return "" if values.get("file_kind") in {"voice", "audio"} else values.get("file", "")


def _payee(context: Context, request: Request, said: CostWords) -> str:
    """Return whom a cost goes to as the ledger writes it: a store, or a person of one of the two."""
    store = people_queries.find_store(context.session, said.payee)
    if store is not None:
        return f"store:{store.id}"
    parties = {request.store_id, request.owner_store_id}
    people = [one for one in people_queries.list_people_named(context.session, said.payee) if one.store_id in parties]
    if len(people) != 1:
        raise BadInput("costs.unknown_party", name=said.payee)
    return f"person:{people[0].id}"


def _store_named(context: Context, words: str) -> Store:
    store = people_queries.find_store(context.session, words)
    if store is None:
        raise BadInput("costs.unknown_party", name=words)
    return store


def _enter_loss(context: Context, said: CostWords) -> None:
    """Enter a loss on dead stock that belongs to no request."""
    numbers = context.settings.rules
    store = _store_named(context, said.about)
    _check(context, said, numbers.costs, store.code)
    policy_id = request_queries.get_or_add_policy(context.session, clocks.rules_text(numbers), context.now)
    _enter(context, said, request=None, payee=f"store:{store.id}", policy_id=policy_id)


def _enter(context: Context, said: CostWords, *, request: Request | None, payee: str, policy_id: int) -> None:
    """Add the entry, once; one taken back before may be entered anew."""
    session, file = context.session, _file(context)
    payer = f"store:{_store_named(context, said.payer).id}" if said.payer else costs.HQ_PAYS
    rule = f"cost.{said.name}"
    reference = costs.reference_of(context.origin.platform, file) if file else said.receipt
    # What is written beside a photo, why a store pays, why something was lost: the words of the entry.
    words = [said.receipt if file or said.name == "loss" else "", said.reason]
    reference = "" if said.name == "loss" and not file else reference
    request_id = request.id if request else None
    again = ledger_queries.count_money_reversals(session, request_id, rule, said.amount)
    looks = hashlib.sha256(f"{payee} {payer} {reference} {words}".encode()).hexdigest()[:16]
    about = f"request:{request_id}" if request else payee
    key = f"{about}:{said.name}:{said.amount}:{looks}:{again}"
    added = ledger_queries.add_money(
        session,
        key=key,
        amount=said.amount,
        currency=context.settings.network.currency,
        payer=payer,
        payee=payee,
        rule=rule,
        policy_id=policy_id,
        request_id=request_id,
        now=context.now,
        reference=reference,
        person_id=context.my_id,
        reason=" · ".join(filter(None, words)),
    )
    entry = ledger_queries.get_money_entry(session, key)
    label = name_of(request) if request else said.about
    if not added:
        raise TooLate("costs.twice", entry=ledger_rules.money_label(entry.id))
    context.audit(
        "cost.override" if said.payer else "cost.enter",
        label,
        after=f"{ledger_rules.money_label(entry.id)} {rule} {entry.amount} {entry.currency} {payer} → {payee}",
        reason=entry.reason,
        policy_id=policy_id,
    )
    shown = costs.line_of(context, entry, context.language)
    what = kind_of(request).brief(context, request, context.language) if request else entry.reason
    context.answer(messages.entered(context.language, shown, about=(label, what), payer_reason=said.reason))


# Reading


@command("costs", "费用表", "costes", roles=rules.READERS, reading=True)
def list_costs(context: Context, words: str) -> None:
    """The costs of a request, or of a month by what for and by who pays."""
    wanted = words.strip()
    if rules.is_label(wanted):
        request = find(context, wanted, lock=False)
        looking.check_may_read(context, request)
        _show_request(context, request)
        return
    month = rules.read_month(wanted) if wanted else local(context.now, context.settings.network.timezone).date()
    if month is None:
        raise BadInput("costs.costs_what")
    zone = context.settings.network.timezone
    since, until = ledger_rules.month_of(ledger_rules.midnight(month, zone), zone)
    store_id, region_id, whose = _whose(context)
    sums = ledger_queries.sum_money(context.session, since=since, until=until, store_id=store_id, region_id=region_id)
    shown = [
        SumLine(
            one.rule,
            costs.party_name(context, one.payer, context.language),
            one.currency,
            one.total,
            one.count,
            one.undone,
        )
        for one in sums
    ]
    context.answer(messages.of_month(context.language, f"{month:%Y-%m}", whose, shown))


def _whose(context: Context) -> tuple[int | None, int | None, str]:
    """Return whose costs this person sees: a store's, a region's, or everybody's."""
    me = context.me
    if me.role in access.STORE_LEADERS and context.store is not None:
        return context.store.id, None, context.store.name
    if me.role is Role.REGION_MANAGER and me.region_id is not None:
        return None, me.region_id, people_queries.get_region(context.session, me.region_id).name
    if me.role in {Role.HQ, Role.FINANCE, Role.AUDITOR}:
        return None, None, ""
    raise NotAllowed("core.not_your_role")


def _show_request(context: Context, request: Request) -> None:
    language = context.language
    entries = list(reversed(ledger_queries.list_money_entries(context.session, request_id=request.id)))
    lines = [costs.line_of(context, entry, language) for entry in entries]
    sums = [_sum_of(context, entry) for entry in entries]
    context.answer(messages.of_request(language, name_of(request), lines, sums))


def _sum_of(context: Context, entry: MoneyEntry) -> SumLine:
    undoes = entry.reverses_id is not None
    payer = costs.party_name(context, entry.payer, context.language)
    return SumLine(entry.rule, payer, entry.currency, entry.amount, -1 if undoes else 1, int(undoes))
