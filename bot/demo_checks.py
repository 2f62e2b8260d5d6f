"""What must be true of a database at rest: each fact once, nothing left behind, nothing unaccounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bot.demo_facts import Facts, by, gather
from bot.demo_work import bays_are_taken, costs_are_hqs, customers_are_hidden, points_due, technicians_booked_once
from handlers.chat import InboundKind, Priority, inbound_from_json
from handlers.hearing import route_of
from handlers.requests.kinds import kind_of, store_on
from storage.tables.requests import AskState, State

__all__ = ["MOST_TOLD", "Check", "check", "gather"]

MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must be true, in words, and what is not as it says."""

    name: str
    problems: tuple[str, ...]
    count: int  # of what was looked at

    @property
    def ok(self) -> bool:
        """Whether it is true."""
        return not self.problems


def check(facts: Facts) -> list[Check]:
    """Check everything; nothing may have been on its way when the facts were read."""
    return [
        Check(name, tuple(run(facts)), count(facts))
        for name, count, run in (
            ("每个定时器恰好触发一次或取消 · each timer fired once", _timers, timers_fired_once),
            ("收到的都已处理,无一出错 · every inbound worked", _inbound, inbound_is_worked),
            ("要说的都已说出 · the outbox is empty", _outbox, outbox_is_empty),
            ("积分等于完成的工作 · the ledger is the work done", _finished, points_are_the_work),
            ("每次收货库存只动一次 · stock moved once per receipt", _finished, stock_moved_once),
            ("每单有下一个定时器或已结束 · every request goes on or ended", _requests, every_request_goes_on),
            ("每单最多一个接单门店 · at most one owner", _requests, one_owner),
            ("每群每单只有一张卡片 · one card a chat", _cards, one_card_a_chat),
            ("日结周报各发一次 · each board posted once", _boards, boards_once),
            ("审计无缺口 · no gap in the audit", _audited, audit_is_whole),
            ("费用都归总部,各归其单 · HQ bears every cost, once", _costs, costs_are_hqs),
            ("没有技师被约两次 · no technician booked twice", _bookings, technicians_booked_once),
            ("占用的工位等于分流 · bays taken are the diversions", _diversions, bays_are_taken),
            ("客户姓名电话车牌不留明文 · no customer in clear", _secrets, customers_are_hidden),
        )
    ]


def _timers(facts: Facts) -> int:
    return len(facts.timers)


def _inbound(facts: Facts) -> int:
    return len(facts.inbound)


def _outbox(facts: Facts) -> int:
    return len(facts.outbox)


def _finished(facts: Facts) -> int:
    return sum(one.finished_at is not None for one in facts.requests)


def _requests(facts: Facts) -> int:
    return len(facts.requests)


def _cards(facts: Facts) -> int:
    return len(facts.cards)


def _boards(facts: Facts) -> int:
    return sum(one.priority == Priority.DIGEST for one in facts.outbox)


def _audited(facts: Facts) -> int:
    return len(facts.audited)


def _costs(facts: Facts) -> int:
    return len(facts.costs)


def _bookings(facts: Facts) -> int:
    return len(facts.bookings)


def _diversions(facts: Facts) -> int:
    return len(facts.diversions)


def _secrets(facts: Facts) -> int:
    return len(facts.secrets)


def timers_fired_once(facts: Facts) -> Iterable[str]:
    """Find timers that failed, are overdue, or both fired and were cancelled."""
    for timer in facts.timers:
        if timer.fired_at is not None and timer.cancelled_at is not None:
            yield f"{timer.key} fired and was cancelled"
        elif timer.fired_at is not None and timer.fired_at < timer.due_at:
            yield f"{timer.key} fired before it was due"
        elif timer.fired_at is None and timer.cancelled_at is None and timer.due_at <= facts.now:
            yield f"{timer.key} is overdue since {timer.due_at}"
        if timer.attempts:
            yield f"{timer.key} failed {timer.attempts} times: {timer.error}"


def inbound_is_worked(facts: Facts) -> Iterable[str]:
    """Find what was said and not worked, or ended in an apology."""
    for row in facts.inbound:
        if row.done_at is None or row.error:
            yield f"inbound {row.id}: {row.error or 'not worked'}"


def outbox_is_empty(facts: Facts) -> Iterable[str]:
    """Find what was not said."""
    for row in facts.outbox:
        if row.done_at is None or row.failed:
            yield f"outbox {row.id} to {row.chat}: {row.failed or 'not said'}"


def points_are_the_work(facts: Facts) -> Iterable[str]:
    """Find work that earned nothing or twice, and points that nobody worked for.

    Points that a complaint holds back are undone by a counter-entry, and entered again where it is dismissed.
    """
    earned = by((one for one in facts.points if one.rule != "points.answer"), lambda one: one.request_id or 0)
    for request in facts.requests:
        entries, due = earned.pop(request.id, []), points_due(facts, request)
        if sum(one.points for one in entries) != due:
            yield f"request {request.number}: {[one.points for one in entries]} for work worth {due}"
        for entry in entries:
            if entry.store_id != store_on(request, kind_of(request).provider):
                yield f"request {request.number}: points to store {entry.store_id}, not its provider's"
    for entries in earned.values():
        yield from (f"entry {entry.key} belongs to no request" for entry in entries)


def stock_moved_once(facts: Facts) -> Iterable[str]:
    """Find receipts whose movements do not add up; what is lent is the lender's again once it is back."""
    for request_id, moved in facts.transfers.items():
        moves = facts.moves.get(request_id, [])
        went, came = sum(one.quantity_out for one in moves), sum(one.quantity_in for one in moves)
        stays = moved.received if moved.back_on is None or moved.back_at is not None else 0
        if (went, came) != (moved.received + moved.lost, stays):
            yield f"request {request_id}: {went} went and {came} came, {moved.received} received, {moved.lost} lost"


def every_request_goes_on(facts: Facts) -> Iterable[str]:
    """Find requests that wait for nothing, and ended ones that still wait."""
    for request in facts.requests:
        if request.ended_at is None and not facts.due.get(request.id):
            yield f"request {request.number} is {request.state} and waits for no timer"
        if request.ended_at is not None:
            running = [step.name for step in facts.steps.get(request.id, []) if step.ended_at is None]
            if running or facts.due.get(request.id):
                yield f"request {request.number} ended and still runs: {running}"


def one_owner(facts: Facts) -> Iterable[str]:
    """Find requests whose owner is not exactly the one store that accepted."""
    for request in facts.requests:
        accepted = [one.store_id for one in facts.asks.get(request.id, []) if one.state is AskState.ACCEPTED]
        owner = [request.owner_store_id] if request.owner_store_id is not None else []
        if accepted != owner and request.state not in {State.WITHDRAWN, State.CLOSED}:
            yield f"request {request.number}: accepted by {accepted}, owned by {owner}"


def one_card_a_chat(facts: Facts) -> Iterable[str]:
    """Find cards that were posted more than once."""
    requests = {card.id: card.request_id or f"Q{card.question_id or card.id}" for card in facts.cards}
    posted = {
        (row.platform, row.chat, row.thread, requests[row.card_id], row.message)
        for row in facts.outbox
        if row.card_id is not None and not row.under_card and row.message and requests[row.card_id] is not None
    }
    for (chat, request_id), count in Counter((one[1], one[3]) for one in posted).items():
        if count > 1:
            yield f"request {request_id} has {count} cards in {chat}"


def boards_once(facts: Facts) -> Iterable[str]:
    """Find boards that were posted twice in a chat."""
    boards = Counter((one.chat, one.payload) for one in facts.outbox if one.priority == Priority.DIGEST)
    yield from (f"{chat} heard {payload[:60]} {count} times" for (chat, payload), count in boards.items() if count > 1)


def audit_is_whole(facts: Facts) -> Iterable[str]:
    """Find missing rows of the audit, and commands and presses that left none."""
    ids = [one.id for one in facts.audited]
    if ids != list(range(1, len(ids) + 1)):
        yield "rows of the audit are missing"
    recorded = {one.inbound_id for one in facts.audited}
    for row in facts.inbound:
        inbound = inbound_from_json(row.payload)
        pressed = inbound.kind in {InboundKind.BUTTON, InboundKind.FORM}
        if row.id not in recorded and (pressed or route_of(inbound).command is not None):
            yield f"inbound {row.id} left no trace: {inbound.text or inbound.token}"
