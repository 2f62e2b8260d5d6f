"""Transfers as people ask for them: what is missing, what is urgent, and who has the part."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from handlers import access, contacts, forms, texts
from handlers.access import ASKERS
from handlers.boards import figures, refreshing
from handlers.boards import messages as board_messages
from handlers.boards.finding import find_parts
from handlers.chat import Button, Message
from handlers.errors import BadFields, BadInput, NotAllowed, TooLate
from handlers.goods.rules import MOST_PIECES
from handlers.messages import sentence
from handlers.registry import button, command, form
from handlers.requests import cards, life
from handlers.requests import messages as request_messages
from handlers.requests import rules as request_rules
from handlers.requests.commands import MOST_REASON, check_requester, done, name_of
from handlers.requests.grammar import clean, parse_quantity
from handlers.requests.kinds import Candidate, kind_named
from handlers.settings import TransferClocks
from handlers.transfers import loans, messages, rules, sources
from handlers.transfers.words import LONGEST_MATTER, parse_transfer
from handlers.working_time import add_working
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.queries import stock as stock_queries
from storage.queries.rows import add_held
from storage.tables.boards import Part
from storage.tables.requests import Ask, Request, State, Transfer, Urgency

if TYPE_CHECKING:
    from handlers.context import Context

# So many of the ranked stores are named with their reasons and offered to be asked.
MOST_EXPLAINED = 3

# Posting


@command("transfer", "调拨", "traslado", contacts="taken", roles=ASKERS, quotes=True)
def transfer(context: Context, words: str) -> None:
    """Ask another store for a part; what is missing is asked for."""
    begin(context, words)


def begin(context: Context, words: str, *, back: str = "", loan: bool = False) -> None:
    """Begin a transfer from words; of a `loan` the day is asked for by which it is `back`."""
    said = parse_transfer(words)
    if said.problems:
        raise BadInput(f"transfer.{said.problems[0]}")
    matter = said.matter
    if said.waiting and not matter:
        matter = context.words("matter.waiting")
    _consider(
        context,
        {
            "part": said.part,
            "quantity": str(said.quantity or ""),
            "urgency": said.urgency or "",
            "matter": matter,
            "back": back,
        },
        waits=said.waiting,
        loan=loan,
    )


@form("transfer.post", roles=ASKERS)
def send_post(context: Context, values: dict[str, str], waits: int, loan: int = 0) -> None:
    """Post a transfer from a filled form."""
    quantity = parse_quantity(values.get("quantity", ""))
    if quantity is None or not 1 <= quantity <= MOST_PIECES:
        raise BadFields({"quantity": "transfer.quantity_out_of_range"})
    urgency = values.get("urgency", "")
    if urgency not in set(Urgency):  # written rather than chosen: 不紧急, 很急
        urgency = parse_transfer(urgency).urgency or ""
    if not urgency:
        raise BadFields({"urgency": "transfer.bad_urgency"})
    known = {**values, "quantity": str(quantity), "urgency": urgency}
    if loan:
        check_store(context)
        known["back"] = loans.read_day(context, values.get("back", ""))
    _consider(context, known, waits=bool(waits) if waits >= 0 else None, loan=bool(loan))


def _consider(context: Context, values: dict[str, str], *, waits: bool | None, loan: bool = False) -> None:
    """Ask for what is missing, confirm what is not exact, and post what is whole."""
    check_store(context)
    matter = clean(values.get("matter", ""), LONGEST_MATTER)
    words = clean(values.get("part", ""), 80)
    found, is_exact = find_parts(context, words) if words else ([], False)
    if words and not found:
        raise BadFields({"part": "transfer.unknown_part"}, words=words)
    exact = found[0] if is_exact and len(found) == 1 else None
    known = {"part": exact.part_no if exact else "", "matter": matter, **_kept(values, "quantity", "urgency")}
    if loan:
        known["back"] = values.get("back", "")
    filled = {name: value for name, value in known.items() if value}
    if len(filled) < len(known):
        args: dict[str, str | int] = {"waits": -1 if waits is None else int(waits)}
        if loan:
            args["loan"] = 1
        asked = messages.form(context.language, parts=[] if exact else found, args=args, loan=loan)
        forms.ask(context, asked, filled=filled)
        return
    assert exact is not None
    customer_waits = _says_waiting(context, matter) if waits is None else waits
    _post_or_ask(
        context,
        exact,
        int(filled["quantity"]),
        Urgency(filled["urgency"]),
        matter,
        customer_waits,
        back=filled.get("back", ""),
    )


def _kept(values: dict[str, str], *names: str) -> dict[str, str]:
    return {name: values.get(name, "") for name in names}


def _says_waiting(context: Context, matter: str) -> bool:
    """Say whether a matter means that a customer waits, in whatever words of ours."""
    if matter in texts.sentences("matter.waiting").values():
        return True
    return bool(parse_transfer(matter).waiting)


def check_store(context: Context) -> None:
    """Raise unless who speaks belongs to a store."""
    if context.store is None:
        raise NotAllowed("transfer.stores_only")


def _post_or_ask(
    context: Context,
    part: Part,
    quantity: int,
    urgency: Urgency,
    matter: str,
    customer_waits: bool,
    *,
    back: str,
) -> None:
    """Post the request, or say why it is not urgent and offer what can be done."""
    assert context.store is not None
    candidates = None
    if urgency is Urgency.URGENT:
        own = stock_queries.count_stock(context.session, context.store.id, part.id)
        candidates = sources.ranked(context, context.store, part, quantity, context.settings.rules)
        asked = sum(not one.stale for one in candidates)  # a store is not asked by a stale figure
        why = rules.not_urgent_because(customer_waits, own, asked)
        if why:
            args: dict[str, str | int] = {
                "part": part.id,
                "quantity": quantity,
                "matter": matter,
                "waits": int(customer_waits),
                "store": context.store.id,
                "back": back,
                **contacts.carried(context),
            }
            context.answer(messages.not_urgent(context.language, why, own, args))
            return
    _open(context, part, quantity, urgency, matter, customer_waits, candidates=candidates, back=back)


@button("transfer.post_as", roles=ASKERS)
def press_post_as(
    context: Context, part: int, quantity: int, matter: str, waits: int, store: int, urgency: str, back: str = ""
) -> None:
    """Post as less than urgent."""
    _check_same_store(context, store)
    found = stock_queries.get_part(context.session, part)
    _check_not_twice(context, found, quantity, matter)
    _open(context, found, quantity, Urgency(urgency), matter, bool(waits), back=back)


@button("transfer.override", roles=ASKERS)
def press_override(
    context: Context, part: int, quantity: int, matter: str, waits: int, store: int, back: str = ""
) -> None:
    """Ask why it is urgent all the same."""
    _check_same_store(context, store)
    args: dict[str, str | int] = {"part": part, "quantity": quantity, "matter": matter, "waits": waits, "store": store}
    args["back"] = back
    forms.ask(
        context,
        request_messages.reason_form(context.language, "transfer.override", "transfer.override_title", args),
    )


@form("transfer.override", roles=ASKERS)
def send_override(
    context: Context,
    values: dict[str, str],
    part: int,
    quantity: int,
    matter: str,
    waits: int,
    store: int,
    back: str = "",
) -> None:
    """Post as urgent against the rule, with a reason that is on the record."""
    _check_same_store(context, store)
    reason = clean(values.get("reason", ""), MOST_REASON)
    if not reason:
        raise BadFields({"reason": "request.reason_words"})
    found = stock_queries.get_part(context.session, part)
    _check_not_twice(context, found, quantity, matter)
    _open(context, found, quantity, Urgency.URGENT, matter, bool(waits), override_reason=reason, back=back)


def _check_not_twice(context: Context, part: Part, quantity: int, matter: str) -> None:
    """Raise when this very thing has just been asked for: an impatient thumb presses twice."""
    since = context.now - context.settings.rules.limits.duplicate
    assert context.store is not None
    for request in request_queries.list_unfinished(context.session, context.store.id):
        if request.author_id != context.my_id or request.kind != "transfer" or request.opened_at < since:
            continue
        moved = request_queries.get_transfer(context.session, request.id)
        if (moved.part_id, moved.asked, request.matter) == (part.id, quantity, matter):
            raise TooLate("transfer.opened_already", label=name_of(request))


def _check_same_store(context: Context, store: int) -> None:
    if not access.works_at(context.me, store):
        raise NotAllowed("request.not_yours")


def _open(
    context: Context,
    part: Part,
    quantity: int,
    urgency: Urgency,
    matter: str,
    customer_waits: bool,
    *,
    override_reason: str = "",
    parent_id: int | None = None,
    candidates: list[Candidate] | None = None,
    back: str = "",
) -> Request:
    """Open the request; `candidates` are those of these very rules, where they have been ranked already."""
    store, clocks = context.store, context.settings.rules.clocks.of("transfer", urgency)
    assert store is not None and isinstance(clocks, TransferClocks)
    request = life.open_request(
        context,
        kind_named("transfer"),
        urgency=urgency,
        matter=matter,
        customer_waits=customer_waits,
        cap_at=add_working(request_rules.clock_hours(store, urgency), context.now, clocks.deliver),
        override_reason=override_reason,
    )
    moved = {"request_id": request.id, "part_id": part.id, "asked": quantity, "parent_id": parent_id}
    add_held(context.session, Transfer, {**moved, "back_on": date.fromisoformat(back) if back else None})
    if candidates is None:
        candidates = sources.candidates(context, request)
    life.start(context, request, candidates)
    regions = [candidate.region_id for candidate in candidates]
    facts = done(context, request, "transfer.open", "", reason=override_reason, regions=regions)
    _explain(context, request, facts.ask, candidates)
    return request


def _explain(context: Context, request: Request, ask: Ask | None, candidates: list[Candidate]) -> None:
    """Tell who asked which stores can be asked and why, the first ones in order."""
    if ask is None:
        context.answer(sentence(context.words("transfer.opened_unfilled", label=name_of(request))))
        return
    asked = people_queries.get_store(context.session, ask.store_id).name
    head = texts.say_line(context.language, "transfer.opened", label=name_of(request), asked=asked)
    context.answer(Message((head, *messages.ranking(context.language, _said(context, candidates)))))


def _said(context: Context, candidates: list[Candidate]) -> list[tuple[str, str]]:
    return [(one.name, cards.join_reasons(context.language, one.reasons)) for one in candidates[:MOST_EXPLAINED]]


@button("transfer.again", roles=ASKERS)
def press_again(context: Context, request: int) -> None:
    """Open a second request for what the owner did not promise."""
    found = request_queries.get_request(context.session, request)
    check_requester(context, found, State.ACCEPTED, State.SHIPPED)
    moved = request_queries.get_transfer(context.session, request)
    missing = moved.asked - moved.accepted
    if missing < 1:
        raise TooLate("core.unknown_button")
    check_store(context)
    moved.asked = moved.accepted
    part = stock_queries.get_part(context.session, moved.part_id)
    back = moved.back_on.isoformat() if moved.back_on else ""
    matter = f"{found.matter} ({context.words('transfer.rest_matter', label=name_of(found))})"
    _open(
        context,
        part,
        missing,
        found.urgency,
        matter[:LONGEST_MATTER],
        found.customer_waits,
        parent_id=request,
        back=back,
    )
    done(context, found, "transfer.again", str(found.state))


# Looking


@command("stock", "库存", "existencias", reading=True, writes=refreshing.SET)
def stock(context: Context, words: str) -> None:
    """Who has a part, and who would be asked; nothing is asked yet. `set` says how many one's own store has."""
    if (said := refreshing.to_set(words)) is not None:
        refreshing.set_stock(context, said)
        return
    wanted = clean(words, 80)
    if not wanted:
        raise BadInput("transfer.stock_usage")
    found, _ = find_parts(context, wanted)
    if not found:
        raise BadInput("transfer.unknown_part", words=wanted)
    if len(found) > 1:
        buttons = tuple((Button(f"{part.name} {part.part_no}", "transfer.stock", {"part": part.id}),) for part in found)
        context.answer(Message(sentence(context.words("transfer.which_part")).lines, buttons))
        return
    show_stock(context, found[0])


@button("transfer.stock")
def press_stock(context: Context, part: int) -> None:
    """Show who has the part meant."""
    show_stock(context, stock_queries.get_part(context.session, part))


def show_stock(context: Context, part: Part) -> None:
    """Answer with who has a part, as far as the asker may see it, and who would be asked, each with a button."""
    context.audit("stock", part.part_no)
    levels, more = figures.stock(context, part, figures.viewer_of(context), store=context.store)
    rows = board_messages.stock(context.language, context.timezone, context.now, part, levels, more)
    if context.store is None or context.me.role not in ASKERS:
        context.answer(Message(tuple(rows)))
        return
    would = sources.ranked(context, context.store, part, 1, context.settings.rules)
    rows.extend(messages.ranking(context.language, _said(context, would)))
    buttons = [(messages.ask_store(context.language, part, one),) for one in would[:MOST_EXPLAINED]]
    context.answer(Message(tuple(rows), tuple(buttons)))


@button("transfer.begin", roles=ASKERS)
def press_begin(context: Context, part: int, store: int = 0) -> None:
    """Begin a transfer from the stock table, with the part filled in; this store is asked first."""
    context.first_store_id = store or None
    found = stock_queries.get_part(context.session, part)
    _consider(context, {"part": found.part_no}, waits=None)
