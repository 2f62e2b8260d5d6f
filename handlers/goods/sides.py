"""Which side gives and which takes: the steps of a kind say it, for whose it is to ship and to receive."""

from __future__ import annotations

from handlers.requests.kinds import Side, kind_of, store_on
from storage.tables.requests import Request


def giver(request: Request) -> Side:
    """Return the side that ships."""
    return kind_of(request).step("ship").accountable


def taker(request: Request) -> Side:
    """Return the side that receives."""
    return kind_of(request).step("receive").accountable


def giver_id(request: Request) -> int:
    """Return the store that ships, of a request that has been accepted."""
    found = store_on(request, giver(request))
    assert found is not None
    return found


def taker_id(request: Request) -> int:
    """Return the store that receives, of a request that has been accepted."""
    found = store_on(request, taker(request))
    assert found is not None
    return found
