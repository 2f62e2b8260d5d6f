"""Dead stock as people see it and move it away: what there is, and an offer to a store that runs short of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import access, forms
from handlers.access import ASKERS, REGION
from handlers.activations import messages, rules, targets
from handlers.activations.words import splits, take_quantity
from handlers.boards.figures import viewer_of
from handlers.boards.finding import find_parts
from handlers.chat import Message
from handlers.errors import BadFields, BadInput, NotAllowed, TooLate
from handlers.goods.rules import MOST_PIECES
from handlers.messages import sentence
from handlers.registry import button, command, form
from handlers.requests import cards, life
from handlers.requests import rules as request_rules
from handlers.requests.commands import done, name_of
from handlers.requests.grammar import clean, parse_quantity
from handlers.requests.kinds import Candidate, kind_named
from handlers.settings import ActivationClocks
from handlers.working_time import add_working
from storage.purposes import MATCHING
from storage.queries import dead_stock as dead_queries
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.queries import shared
from storage.queries import stock as stock_queries
from storage.queries.rows import add_held
from storage.tables.boards import Part
from storage.tables.people import Store
from storage.tables.requests import Transfer, Urgency

if TYPE_CHECKING:
    from handlers.context import Context

WEEKS_SHOWN = 6

# Moving it away


@command("activate", "盘活", "activar", roles=ASKERS)
def activate(context: Context, words: str) -> None:
    """Offer dead stock to a store that runs short of it; what is missing is asked for."""
    quantity, said = take_quantity(words)
    part, store = " ".join(said), ""
    for before, after in splits(said):
        if people_queries.find_store(context.session, after) is not None:
            part, store = before, after
            break
    _consider(context, {"part": part, "quantity": str(quantity or ""), "store": store})


@form("activation.post", roles=ASKERS)
def send_post(context: Context, values: dict[str, str]) -> None:
    """Offer dead stock from a filled form."""
    _consider(context, values)


def _consider(context: Context, values: dict[str, str]) -> None:
    """Ask for what is missing, confirm what is not exact, and offer what is whole."""
    store = _own_store(context)
    words = clean(values.get("part", ""), 80)
    found, is_exact = find_parts(context, words) if words else ([], False)
    if words and not found:
        raise BadFields({"part": "activation.unknown_part"}, words=words)
    exact = found[0] if is_exact and len(found) == 1 else None
    quantity = _quantity(values.get("quantity", ""))
    target = _target(context, store, clean(values.get("store", ""), 60))
    if exact is None or quantity is None:
        filled = {"part": exact.part_no if exact else "", "quantity": str(quantity or "")}
        filled["store"] = target.code if target else ""
        form_asked = messages.form(context.language, [] if exact else found)
        forms.ask(context, form_asked, filled={name: value for name, value in filled.items() if value})
        return
    _offer(context, store, exact, quantity, target)


def _own_store(context: Context) -> Store:
    if context.store is None:
        raise NotAllowed("activation.stores_only")
    return context.store


def _quantity(words: str) -> int | None:
    if not words.strip():
        return None
    quantity = parse_quantity(words)
    if quantity is None or not 1 <= quantity <= MOST_PIECES:
        raise BadFields({"quantity": "activation.bad_quantity"})
    return quantity


def _target(context: Context, own: Store, words: str) -> Store | None:
    if not words:
        return None
    found = people_queries.find_store(context.session, words)
    if found is None or not found.active:
        raise BadFields({"store": "activation.unknown_store"}, words=words)
    if found.id == own.id:
        raise BadFields({"store": "activation.own_store"})
    return found


@button("activation.begin", roles=ASKERS)
def press_begin(context: Context, store: int, part: int, quantity: int, target: int) -> None:
    """Offer what was suggested to the store it was suggested for; an impatient thumb does it once."""
    own = _own_store(context)
    if own.id != store:
        raise NotAllowed("request.not_yours")
    going = dead_queries.list_on_offer(context.session, store).get(part)
    if going is not None:
        found = request_queries.get_request(context.session, going, lock=False)
        raise TooLate("activation.open_already", label=name_of(found))
    to = people_queries.get_store(context.session, target)
    lies_there = any(dead.lying.part_id == part for dead in targets.list_dead(context, own))
    if not lies_there or not to.active:
        raise TooLate("activation.moved_since")
    _offer(context, own, stock_queries.get_part(context.session, part), quantity, to)


def _offer(context: Context, store: Store, part: Part, quantity: int, target: Store | None) -> None:
    """Open the request: the store that was picked is asked first, then whoever else runs short."""
    left = stock_queries.count_stock(context.session, store.id, part.id)
    left -= targets.promised(context, store.id, part.id)
    if left < 1:
        raise BadFields({"part": "activation.nothing_left"}, part=part.name)
    if quantity > left:
        raise BadFields({"quantity": "activation.too_many"}, left=left)
    clocks = context.settings.rules.clocks.of("activation", Urgency.NORMAL)
    assert isinstance(clocks, ActivationClocks)
    candidates = _candidates(context, store, part, target)
    request = life.open_request(
        context,
        kind_named("activation"),
        urgency=Urgency.NORMAL,
        matter=_matter(context, store, part),
        customer_waits=False,
        cap_at=add_working(request_rules.clock_hours(store, Urgency.NORMAL), context.now, clocks.deliver),
    )
    add_held(
        context.session,
        Transfer,
        {"request_id": request.id, "part_id": part.id, "asked": quantity, "outward": True},
    )
    life.start(context, request, candidates)
    regions = [candidate.region_id for candidate in candidates]
    facts = done(context, request, "activation.open", "", regions=regions)
    if facts.ask is None:
        context.answer(sentence(context.words("activation.opened_unfilled", label=name_of(request))))
        return
    reasons = cards.say_reasons(context.language, facts.ask)
    asked = people_queries.get_store(context.session, facts.ask.store_id).name
    words = context.words("activation.opened", label=name_of(request), asked=asked, reasons=reasons)
    context.answer(sentence(words))


def _candidates(context: Context, store: Store, part: Part, target: Store | None) -> list[Candidate]:
    """Rank who runs short of a part, the store that was picked before all others. Raises BadFields without any."""
    ranked = [one for one, _ in targets.ranked(context, store, (part.id,), context.settings.rules)[part.id]]
    if target is not None:
        first = next((one for one in ranked if one.store_id == target.id), None)
        picked = first or targets.as_candidate(target, (("why.picked", {}),))
        return [picked, *(one for one in ranked if one.store_id != target.id)]
    if not ranked:
        raise BadFields({"store": "activation.nobody_short"}, part=part.name)
    return ranked


def _matter(context: Context, store: Store, part: Part) -> str:
    """Say why it is moved away, as its list says it."""
    numbers = context.settings.rules.dead_stock
    lying = next((dead.lying for dead in targets.list_dead(context, store) if dead.lying.part_id == part.id), None)
    if lying is None:
        return context.words("activation.matter_offered")
    if rules.is_unmoved(lying, numbers, context.now):
        return context.words("activation.matter_unmoved", days=rules.days_still(lying, context.now))
    return context.words("activation.matter_too_much", days=rules.lasts_days(lying, context.now))


# Looking


@command("dead", "呆滞", "inmovilizado", reading=True, roles=ASKERS | REGION)
def dead(context: Context, words: str) -> None:
    """What lies dead in a store, what it is worth, and where it could go."""
    store = _store_meant(context, clean(words, 60))
    context.audit("dead", store.code)
    found = targets.list_dead(context, store)
    weeks = dead_queries.list_weeks(context.session, store.id, last=WEEKS_SHOWN)
    numbers, currency = context.settings.rules.dead_stock, context.settings.network.currency
    rows = messages.dead_list(context.language, context.now, store.name, found, weeks, numbers, currency)
    mine = access.works_at(context.me, store.id)
    offered = [one for one in found[: messages.MOST_LISTED] if mine and one.target is not None]
    buttons = [(messages.offer_button(context.language, store.id, one),) for one in offered[: messages.MOST_OFFERED]]
    context.answer(Message(tuple(rows), tuple(buttons)))


def _store_meant(context: Context, words: str) -> Store:
    """Return the store that is asked about: the own one, or one that who asks oversees."""
    if not words and context.store is not None:
        return context.store
    if not words:
        raise BadInput("activation.which_store")
    found = people_queries.find_store(context.session, words)
    if found is None:
        raise BadInput("activation.unknown_store", words=words)
    if not (access.works_at(context.me, found.id) or _may_look(context, found)):
        raise NotAllowed("activation.not_your_store")
    return found


def _may_look(context: Context, store: Store) -> bool:
    """Say whether who oversees a store sees its exact figures: those of a dealer that shares them."""
    sharing = shared.list_sharing_stores(context.session, purpose=MATCHING, region_id=store.region_id)
    return (
        access.oversees(context.me, store.region_id)
        and viewer_of(context).sees(store.dealer_id)
        and any(one.id == store.id for one in sharing)
    )
