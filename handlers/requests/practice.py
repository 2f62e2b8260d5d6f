"""Practice: everything works and nothing counts. Who practises plays both sides, and nobody else hears of it.

Stores are asked as always, on paper: what is said goes to nobody but the author (`Context`), the buttons of the other
side stand on the author's own card, and what would be entered — points, costs, stock, a technician's time — is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.access import ASKERS
from handlers.durations import say_duration
from handlers.errors import BadInput
from handlers.messages import sentence
from handlers.registry import command, timer
from handlers.requests import cards, life, rules
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.tables.requests import State

if TYPE_CHECKING:
    from handlers.context import Context

_ON = frozenset({"on", "开", "开始", "start", "si"})
_OFF = frozenset({"off", "关", "结束", "stop", "no"})


@command("practice", "练习", "practica", roles=ASKERS)
def practice(context: Context, words: str) -> None:
    """Begin or end practising: what one asks for meanwhile counts for nothing."""
    said = words.strip().casefold()
    person = people_queries.get_person(context.session, context.my_id)
    if not said:
        state = context.words("around.on" if person.practising else "around.off")
        context.answer(sentence(context.words("around.practice_is", state=state)))
        return
    if said not in _ON | _OFF:
        raise BadInput("around.practice_usage")
    before, person.practising = person.practising, said in _ON
    context.audit("practice", before=str(before), after=str(person.practising))
    if person.practising:
        after = say_duration(context.settings.rules.limits.practice, context.language)
        context.answer(sentence(context.words("around.practice_on", after=after)))
        return
    for request in request_queries.list_practice(context.session, person.id):
        locked = request_queries.get_request(context.session, request.id)
        if locked.ended_at is None:
            life.stop(context, locked, State.WITHDRAWN, "withdrawn", context.words("around.practice_over"))
            cards.refresh(context, locked)
    context.answer(sentence(context.words("around.practice_off")))


@timer("requests.play")
def play(context: Context, request: int, ask: int) -> None:
    """Accept for the other side of a practice, where its author has not."""
    found = request_queries.get_request(context.session, request)
    open_ask = request_queries.find_open_ask(context.session, request)
    if open_ask is None or open_ask.id != ask or open_ask.state not in rules.ANSWERABLE or not found.practice:
        return
    request_queries.add_event(context.session, request, "played", context.now, store_id=open_ask.store_id)
    life.accept(context, found, open_ask, None)
    cards.refresh(context, found)
