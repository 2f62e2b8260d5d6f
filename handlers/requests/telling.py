"""Private words to the author of a request when something happens that a card, edited silently, would hide."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from handlers import notify, texts
from handlers.chat import Message, message
from handlers.requests import cards, life, messages, promises
from handlers.requests.kinds import kind_of
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.tables.people import Person
from storage.tables.requests import AT_WORK, Request, State

if TYPE_CHECKING:
    from handlers.context import Context


# What a request of any kind has become, and the words its author hears of it.
_TOLD = {State.UNFILLED: "request.author_unfilled", State.CLOSED: "request.author_closed"}


def tell_author(context: Context, request: Request, before: str) -> None:
    """Tell the author what the request has become, unless the author did it or nothing has changed.

    Where a customer waits, the words for the customer come with it.
    """
    if request.state == before:
        return
    for_customer = request.customer_waits and request.state in AT_WORK
    if context.person_id == request.author_id:
        if for_customer:
            prompt_line(context, request)
        return
    kind = kind_of(request)
    given_back = request.state is State.ASKING and before in AT_WORK
    key = "request.author_broken" if given_back else _TOLD.get(request.state)
    if request.state in kind.told:
        key = f"{kind.name}.author_{request.state}"
    if key is None:
        if for_customer:
            prompt_line(context, request)
        return
    number = request_queries.add_progress(context.session, request.id, context.now) if for_customer else 0
    store_id = request.owner_store_id
    store = people_queries.get_store(context.session, store_id).name if store_id else ""
    reason = request.end_reason or "—"

    def words(language: str, timezone: str) -> Message:
        label, brief = cards.brief(context, request, language)
        said = texts.say(language, key, label=label, brief=brief, store=store, reason=reason)
        if number:
            line = messages.progress(language, label, number, _forward(context, request, language, timezone), request)
            return replace(line, lines=(*message(said).lines, *line.lines))
        return replace(message(said), gist=messages.gist(label, said))

    bundle = "" if context.inbound or number else messages.NOTICES
    notify.tell_each(context, authors(context, request), words, priority=cards.priority_of(request), bundle=bundle)


def prompt_line(context: Context, request: Request) -> None:
    """Give the author a line for the customer, with the words ready to forward."""
    number = request_queries.add_progress(context.session, request.id, context.now)

    def words(language: str, timezone: str) -> Message:
        label, _ = cards.brief(context, request, language)
        return messages.progress(language, label, number, _forward(context, request, language, timezone), request)

    notify.tell_each(context, authors(context, request), words, priority=cards.priority_of(request))


def _forward(context: Context, request: Request, language: str, timezone: str) -> str:
    return promises.forward(context, request, language, timezone)


def tell_provider(context: Context, request: Request, store_id: int, key: str, **values: object) -> None:
    """Tell the leaders of the store that prepares a request that there is nothing more to prepare."""

    def words(language: str, timezone: str) -> Message:
        label, brief = cards.brief(context, request, language)
        return message(texts.say(language, key, label=label, brief=brief, **values))

    leaders = life.reachable_leaders(context, store_id)
    notify.tell_each(context, leaders, words, priority=cards.priority_of(request))


def authors(context: Context, request: Request) -> list[Person]:
    """Return who hears what the author should: the author, or the store's leaders once the author has left it."""
    author = people_queries.get_person(context.session, request.author_id)
    if author.active and author.store_id == request.store_id:
        return [author]
    return life.reachable_leaders(context, request.store_id)
