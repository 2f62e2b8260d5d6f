"""Looking at requests: what waits for one, and the whole story of one, for those it concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import access, texts
from handlers.chat import Message, line
from handlers.errors import NotAllowed
from handlers.messages import sentence
from handlers.registry import EVERYONE, button, command
from handlers.requests import cards, messages
from handlers.requests.commands import find, regions_of
from handlers.requests.kinds import kind_of
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.tables.people import Role
from storage.tables.requests import Request

if TYPE_CHECKING:
    from handlers.context import Context


@command("my", "我的", "待办", "mis", reading=True)
def my(context: Context, words: str) -> None:
    """What waits for the person's store, or for their region."""
    person, session = context.me, context.session
    if person.store_id is not None:
        requests = request_queries.list_unfinished(session, person.store_id)
    elif person.role in {Role.REGION_MANAGER, Role.HQ}:
        region_id = person.region_id if person.role is Role.REGION_MANAGER else None
        requests = request_queries.list_unfinished_of_region(session, region_id)
    else:
        requests = []
    # A practice is its author's alone.
    requests = [one for one in requests if not one.practice or one.author_id == person.id]
    if not requests:
        context.answer(sentence(context.words("request.my_empty")))
        return
    rows, buttons = [line(context.words("request.my_title"))], []
    for request in requests[:20]:
        facts = cards.facts_of(context, request, events=False)
        rows.extend(messages.my_lines(context.language, context.timezone, context.now, facts, _brief(context, request)))
        buttons.append((messages.show_button(context.language, facts.label, request),))
    context.answer(Message(tuple(rows), tuple(buttons[:10])))


@button("request.show", roles=EVERYONE)
def press_show(context: Context, request: int) -> None:
    """Show a request with what can be done with it."""
    found = request_queries.get_request(context.session, request)
    check_may_read(context, found)
    context.answer(cards.render_for(context, found, cards.facts_of(context, found), context.me))


@command("request", "请求", "peticion", reading=True)
def show(context: Context, words: str) -> None:
    """The whole story of a request, and how its clocks went."""
    request = find(context, words, lock=False)
    check_may_read(context, request)
    session, language, zone = context.session, context.language, context.timezone
    facts = cards.facts_of(context, request)
    shown = cards.render_for(context, request, facts, context.me)
    rows = [line(texts.say(language, "request.story"))]
    rows.extend(messages.story(language, zone, context.now, facts.events, facts))
    rows.append(line(context.words("request.steps_title")))
    for step in request_queries.list_steps(session, request.id):
        store = people_queries.get_store(session, step.store_id).name
        rows.append(messages.step_line(language, zone, context.now, step, store))
    context.answer(
        Message(shown.lines[: -1 - min(len(facts.events), messages.STORY_LINES)] + tuple(rows), shown.buttons)
    )


def _brief(context: Context, request: Request) -> str:
    return kind_of(request).brief(context, request, context.language)


def check_may_read(context: Context, request: Request) -> None:
    """Raise unless a request's story is for who speaks."""
    if request.practice and request.author_id != context.person_id:
        raise NotAllowed("request.not_to_read")
    stores = {request.store_id} | {ask.store_id for ask in request_queries.list_asks(context.session, request.id)}
    if not access.can_read_request(context.me, request.region_id, stores, regions_of(context, request)):
        raise NotAllowed("request.not_to_read")
