"""Answers in words: a reply to a card, or plain words to the bot where only one thing waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from handlers import access
from handlers.access import ASKERS, STORE_LEADERS
from handlers.errors import BadInput, NotAllowed
from handlers.registry import reply
from handlers.requests import commands, looking, rules
from handlers.requests.commands import request_of_card
from handlers.requests.grammar import Answer, as_asked, clean, parse_answer
from handlers.requests.kinds import Side, kind_of, store_on
from storage.queries import requests as request_queries
from storage.tables.requests import Ask, Request

if TYPE_CHECKING:
    from handlers.context import Context

# Words give nobody more than the buttons do.
_MAY = {"withdraw": ASKERS, "cannot": STORE_LEADERS}


@reply
def answer_in_words(context: Context, text: str) -> bool:
    """Take words as an answer to a card; chatter under a card, and words about nothing, are left alone."""
    inbound = context.inbound
    assert inbound is not None
    answer = parse_answer(text)
    request = request_of_card(context)
    meant = inbound.addressed or inbound.private
    if request is None:
        if not meant or answer is None or context.person is None:
            return False
        request = _only_one(context, answer)
    if answer is None:
        if meant and inbound.reply_to:
            raise BadInput("request.not_understood")
        return False
    if context.person is None:
        raise NotAllowed("core.stranger")
    return _apply(context, request, answer, meant=meant)


def _only_one(context: Context, answer: Answer) -> Request:
    """Return the one request these words can be about. Raises BadInput when there is none or several."""
    store_id = context.me.store_id
    if store_id is None:
        raise BadInput("core.not_understood")
    found = [request.id for request in _concerned(context, store_id, answer)]
    if not found:
        raise BadInput("core.not_understood")
    if len(found) > 1:
        raise BadInput("request.which_one")
    return request_queries.get_request(context.session, found[0])


def _concerned(context: Context, store_id: int, answer: Answer) -> list[Request]:
    """List the requests of this store that these words can be about as they stand."""
    session = context.session
    asks = request_queries.list_unanswered_asks(session, store_id)
    asked = [request_queries.get_request(session, ask.request_id, lock=False) for ask in asks if not ask.practice]
    owned = [one for one in request_queries.list_owned(session, store_id) if not one.practice]
    unfinished = request_queries.list_unfinished(session, store_id)
    mine = [one for one in unfinished if one.store_id == store_id and not one.practice]
    coming = [one for one in unfinished if not one.practice and _awaits(one, store_id)]
    match answer.kind:
        case "accept" | "refuse":
            return asked
        case "seen":  # with nothing to answer, 收到 is about goods
            return asked or coming
        case "cannot":
            return list(owned)
        case "withdraw":
            return [one for one in mine if one.state in rules.WITHDRAWABLE]
        case said:
            meant = _meant(said, "owner", owned) + _meant(said, "requester", mine)
            return meant or (asked if as_asked(answer) else [])


def _awaits(request: Request, store_id: int | None) -> bool:
    """Say whether what a request moves is on its way to this store."""
    kind = kind_of(request)
    return request.state in kind.awaited and store_on(request, kind.bound_for) == store_id


def _meant(said: str, side: Side, requests: Sequence[Request]) -> list[Request]:
    """List which of these a side can be saying this of, those in the first of its states before all others."""
    words = [(one, kind_of(one).words.get(said)) for one in requests]
    fitting = [(one, word) for one, word in words if word and word.side == side and one.state in word.states]
    return [one for one, word in fitting if one.state is word.states[0]] or [one for one, _ in fitting]


def _apply(context: Context, request: Request, answer: Answer, *, meant: bool) -> bool:
    kind = kind_of(request)
    ask = request_queries.find_open_ask(context.session, request.id)
    if ask is not None and ask.state in rules.ANSWERABLE and access.works_at(context.me, ask.store_id):
        answer = as_asked(answer) or answer  # 已收到,可以 of a store that is asked means the ask, not goods
    played = commands.plays(context, request) and ask is not None and ask.state in rules.ANSWERABLE
    if answer.kind == "seen" and _awaits(request, context.me.store_id):  # 收到 from who waits for it: offer the receipt
        looking.press_show(context, request.id)
        return True
    if answer.kind == "seen" and access.works_at(context.me, request.store_id) and not played:
        return True
    if answer.kind in {"seen", "accept", "refuse"}:
        return _answer(context, request, answer, meant=meant)
    word = kind.words.get(answer.kind)
    if word is None and answer.kind not in _MAY:
        raise BadInput("request.not_understood")
    access.check_role(context.person, word.roles if word else _MAY[answer.kind])
    if word is not None:
        word.run(context, request, answer)
    elif answer.kind == "withdraw":
        commands.withdraw(context, request, clean(answer.reason, commands.MOST_REASON))
    elif answer.reason:
        commands.cannot(context, request, clean(answer.reason, commands.MOST_REASON))
    else:
        commands.press_cannot(context, request.id)
    return True


def _answer(context: Context, request: Request, answer: Answer, *, meant: bool) -> bool:
    ask = _my_ask(context, request)
    if ask is None:
        if answer.kind == "seen" and not meant:
            return False  # a colleague's 收到 under somebody else's card is politeness
        ask = request_queries.find_open_ask(context.session, request.id) or _last_ask(context, request)
    if ask is None:
        raise NotAllowed("request.not_asked")
    if answer.kind == "seen":
        commands.press_seen(context, ask.id)
    elif answer.kind == "accept":
        commands.accept(context, ask.id, answer.quantity)
    else:
        commands.refuse_in_words(context, ask.id, answer.reason)
    return True


def _my_ask(context: Context, request: Request) -> Ask | None:
    """Return the latest ask of the store of who speaks."""
    asks = request_queries.list_asks(context.session, request.id)
    return next((ask for ask in reversed(asks) if ask.store_id == context.me.store_id), None)


def _last_ask(context: Context, request: Request) -> Ask | None:
    asks = request_queries.list_asks(context.session, request.id)
    return asks[-1] if asks else None
