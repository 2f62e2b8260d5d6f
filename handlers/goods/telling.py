"""What the two stores are told while goods are on their way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import texts
from handlers.goods import messages, sides
from handlers.messages import sentence
from handlers.requests import cards, life
from handlers.working_time import say_moment
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.queries import stock as stock_queries
from storage.tables.requests import Request

if TYPE_CHECKING:
    from handlers.context import Context


def tell_giver(context: Context, request: Request, key: str, **values: object) -> None:
    """Tell the giving store's leaders of something the receiver did."""
    moved = request_queries.get_transfer(context.session, request.id)
    part = stock_queries.get_part(context.session, moved.part_id)
    store = people_queries.get_store(context.session, sides.taker_id(request)).name
    for person in life.reachable_leaders(context, sides.giver_id(request)):
        language = context.language_for(person)
        said = dict(values)
        if "difference" in said:
            said["difference"] = messages.difference(language, str(said["difference"]))
        words = texts.say(
            language,
            key,
            label=cards.brief(context, request, language)[0],
            part=part.name,
            store=store,
            shipped=moved.shipped,
            asked=moved.asked,
            **said,
        )
        context.tell(person, sentence(words), priority=cards.priority_of(request))


def prompt_record(context: Context, request: Request) -> None:
    """Ask the giving store for freight and waybill."""
    step = request_queries.find_running_step(context.session, request.id, "record")
    if step is None:
        return
    for person in life.reachable_leaders(context, step.store_id):
        language = context.language_for(person)
        due = say_moment(step.due_at, context.timezone_for(person), context.now, language)
        label = cards.brief(context, request, language)[0]
        context.tell(person, sentence(texts.say(language, "goods.record_prompt", label=label, due=due)))
