"""How busy the stores are today: the region's capacity, with a button to send a customer where a bay is free."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.access import ASKERS
from handlers.boards import figures, refreshing
from handlers.boards import messages as board_messages
from handlers.chat import Button, Message
from handlers.diversions import sources
from handlers.diversions.commands import draft
from handlers.errors import BadInput
from handlers.registry import button, command
from handlers.requests.grammar import clean
from handlers.requests.messages import comma
from storage.queries import people as people_queries

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.tables.people import Region

MOST_OFFERED = 5


@command("capacity", "产能", "capacidad")
def capacity(context: Context, words: str) -> None:
    """The capacity of one's region today, or of the region named; a number says the own bookings of today."""
    said = refreshing.to_set(words)
    if said is not None or words.strip()[:1].isdecimal():
        refreshing.set_capacity(context, words if said is None else said)
        return
    region = _region(context, clean(words, 40))
    context.audit("capacity", region.name if region else "")
    rows = figures.capacity(context, figures.viewer_of(context), region_id=region.id if region else None)
    lines = board_messages.capacity(
        context.language,
        context.timezone,
        context.now,
        region.name if region else "",
        rows,
        context.settings.boards,
    )
    buttons: list[tuple[Button, ...]] = []
    if context.store is not None and context.me.role in ASKERS:
        shown = {row.store_id for row in rows}
        for one in sources.offers(context, context.store, context.settings.rules):
            if one.store.id in shown:
                label = context.words("diversion.ask_store_button", store=one.store.name)
                buttons.append((Button(label, "diversion.begin", {"store": one.store.id}),))
    context.answer(Message(tuple(lines), tuple(buttons[:MOST_OFFERED])))


def _region(context: Context, words: str) -> Region | None:
    """Return the region named, else one's own, else that of the chat; None for the whole network."""
    session, me = context.session, context.me
    if words:
        found = people_queries.find_region(session, words)
        if found is None:
            names = [region.name for region in people_queries.list_regions(session)]
            known = comma(context.language).join(names)
            raise BadInput("boards.unknown_region", words=words, known=known, example=names[0] if names else "")
        return found
    region_id = context.store.region_id if context.store else me.region_id
    if region_id is None and context.chat is not None:
        region_id = context.chat.region_id
    return people_queries.get_region(session, region_id) if region_id is not None else None


@button("diversion.begin", roles=ASKERS)
def press_begin(context: Context, store: int = 0) -> None:
    """Begin a diversion from the board; this store is asked first once the customer goes."""
    context.first_store_id = store or None
    draft(context, {})
