"""How the demo's requests ended: each way that ends well, and each that does not, with how often it was taken."""

from __future__ import annotations

from collections import Counter

from bot.demo_facts import Facts
from storage.tables.questions import QuestionState
from storage.tables.requests import AskState, Request, State, Urgency


def count_ends(facts: Facts) -> dict[str, int]:
    """Count the ways the requests of every kind went; one may have gone several."""
    found = Counter(dict.fromkeys((*_TRANSFERS, *_SUPPORTS, *_DIVERSIONS, *_ACTIVATIONS), 0))
    for request in facts.requests:
        found.update(_OF_KIND[request.kind](facts, request))
    found["question solved"] = sum(one.state is QuestionState.SOLVED for one in facts.questions)
    return dict(found)


_TRANSFERS = (
    "transfer delivered",
    "transfer refused and delivered by another",
    "transfer unanswered and delivered by another",
    "transfer given back",
    "transfer withdrawn",
    "transfer closed by the region",
    "transfer lent and returned",
    "transfer held",
)
_SUPPORTS = (
    "support done",
    "support refused and done by another",
    "support given back and done by another",
    "support withdrawn after confirmation",
    "support urgent",
    "support late",
    "support unsolved",
    "support closed by the region",
)
_DIVERSIONS = (
    "diversion served",
    "diversion declined",
    "diversion refused and served by another",
    "diversion no-show",
    "diversion turned back",
    "diversion approved by HQ",
    "diversion not approved at first",
    "diversion against the rule",
    "complaint upheld",
    "complaint dismissed",
)


_ACTIVATIONS = ("activation done", "activation refused")


def _transfer(facts: Facts, request: Request) -> list[str]:
    asks, words = _asks(facts, request), _words(facts, request)
    done = request.finished_at is not None
    moved = facts.transfers[request.id]
    return _named(
        _TRANSFERS,
        done,
        done and AskState.REFUSED in asks,
        done and AskState.EXPIRED in asks,
        AskState.BROKEN in asks,
        request.state is State.WITHDRAWN,
        request.state is State.CLOSED,
        moved.back_at is not None,
        "held" in words,
    )


def _support(facts: Facts, request: Request) -> list[str]:
    asks, words = _asks(facts, request), _words(facts, request)
    done = request.finished_at is not None
    late = any(one.name == "arrive" and one.breached_at is not None for one in facts.steps.get(request.id, []))
    return _named(
        _SUPPORTS,
        done,
        done and AskState.REFUSED in asks,
        done and AskState.BROKEN in asks,
        request.state is State.WITHDRAWN and "confirmed" in words,
        request.urgency is Urgency.URGENT,
        done and late,
        facts.supports[request.id].solved == "no",
        request.state is State.CLOSED,
    )


def _diversion(facts: Facts, request: Request) -> list[str]:
    asks, words = _asks(facts, request), _words(facts, request)
    done = request.finished_at is not None
    outcomes = {one.outcome for one in facts.complaints.get(request.id, [])}
    return _named(
        _DIVERSIONS,
        done,
        request.state is State.DECLINED,
        done and AskState.REFUSED in asks,
        "no_show" in words,
        "turned_back" in words,
        facts.diversions[request.id].approval == "approved",
        done and "not_approved" in words,
        bool(request.override_reason),
        "upheld" in outcomes,
        "dismissed" in outcomes,
    )


def _activation(facts: Facts, request: Request) -> list[str]:
    done = request.finished_at is not None
    return _named(_ACTIVATIONS, done, not done and AskState.REFUSED in _asks(facts, request))


_OF_KIND = {"transfer": _transfer, "support": _support, "diversion": _diversion, "activation": _activation}


def _named(names: tuple[str, ...], *are: bool) -> list[str]:
    return [name for name, is_so in zip(names, are, strict=True) if is_so]


def _asks(facts: Facts, request: Request) -> set[AskState]:
    return {one.state for one in facts.asks.get(request.id, [])}


def _words(facts: Facts, request: Request) -> set[str]:
    return {one.word for one in facts.events.get(request.id, [])}
