"""Who is good at something: the technicians' map, with a button to ask each store that could send somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.access import ASKERS
from handlers.boards import figures, refreshing
from handlers.boards import messages as board_messages
from handlers.boards.rules import TechRow
from handlers.boards.specialties import find_specialty
from handlers.chat import Button, Message
from handlers.errors import BadInput
from handlers.geo import way_km
from handlers.messages import sentence
from handlers.registry import button, command
from handlers.requests.grammar import clean
from handlers.requests.messages import comma
from handlers.support import messages
from handlers.support.commands import draft, specialties
from handlers.support.words import LONGEST_SPECIALTY

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.tables.people import Store

MOST_OFFERED = 5  # stores to be asked, and specialties to pick from


@command("tech", "技师", "tecnicos", "técnicos", reading=True, writes=refreshing.SET)
def tech(context: Context, words: str) -> None:
    """Who is good at something, how far away, and when they are free. `set` says it of one's own technicians."""
    if (said := refreshing.to_set(words)) is not None:
        refreshing.set_technician(context, said)
        return
    wanted = clean(words, LONGEST_SPECIALTY)
    known = specialties(context)
    if not wanted and known:
        buttons = tuple((Button(one, "support.show", {"specialty": one}),) for one in known[: messages.MOST_OFFERED])
        context.answer(Message(sentence(context.words("boards.tech_which")).lines, buttons))
        return
    specialty = find_specialty(wanted, known) if wanted else ""
    if specialty is None:
        named = comma(context.language).join(known[: messages.MOST_OFFERED]) or "—"
        raise BadInput("boards.tech_nobody", words=wanted, known=named, example=known[0] if known else "三电")
    show(context, specialty)


@button("support.show")
def press_show(context: Context, specialty: str) -> None:
    """Show who has the specialty picked."""
    show(context, specialty)


def show(context: Context, specialty: str) -> None:
    """Answer with who is good at something, as far as the asker may see it."""
    context.audit("tech", specialty)
    here, detour = context.store, context.settings.rules.matching.detour

    def km_to(store: Store) -> float | None:
        return way_km(here, store, detour) if here is not None else None

    rows = figures.technicians(context, specialty, figures.viewer_of(context), km_to=km_to)
    lines = board_messages.technicians(
        context.language, context.timezone, context.now, specialty, rows, with_way=here is not None
    )
    offered = _offered(context, rows) if here is not None and context.me.role in ASKERS else []
    context.answer(Message(tuple(lines), tuple((_ask(context, specialty, row),) for row in offered)))


def _offered(context: Context, rows: list[TechRow]) -> list[TechRow]:
    """Return who can be asked for: of other stores near, said of late to be free now and then, each store once."""
    found: dict[int, TechRow] = {}
    most = context.settings.rules.supporting.max_km
    assert context.store is not None
    for row in rows:
        near = row.km is None or row.km <= most
        if row.store_id != context.store.id and row.free and near and not row.stale:
            found.setdefault(row.store_id, row)
    return list(found.values())[:MOST_OFFERED]


def _ask(context: Context, specialty: str, row: TechRow) -> Button:
    label = context.words("support.ask_store_button", store=row.store, technician=row.name)
    return Button(label, "support.begin", {"specialty": specialty, "level": row.level, "store": row.store_id})


@button("support.begin", roles=ASKERS)
def press_begin(context: Context, specialty: str, level: str = "", store: int = 0) -> None:
    """Begin a support from the map, with what it is for filled in; this store is asked first."""
    context.first_store_id = store or None
    draft(context, {"specialty": specialty, "level": level})
