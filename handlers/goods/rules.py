"""The policy of goods on their way: how many can be promised, sent, received and cancelled, and how long it takes."""

from __future__ import annotations

from datetime import timedelta

from handlers.errors import BadInput
from storage.tables.requests import Transfer

MOST_PIECES = 9999


def check_quantity(quantity: int, most: int = MOST_PIECES) -> None:
    """Raise BadInput unless the quantity is between 1 and `most`."""
    if not 1 <= quantity <= most:
        raise BadInput("request.bad_quantity", most=most)


def planned_travel(seen: timedelta, answer: timedelta, ship: timedelta, deliver: timedelta) -> timedelta:
    """Return the time the plan leaves for the way: the cap less the steps before it, and at least a minute.

    Whoever receives has that long from the shipping, also past the cap: who ships late must not make another break
    a limit.
    """
    return max(deliver - seen - answer - ship, timedelta(minutes=1))


def to_ship(moved: Transfer) -> int:
    """Return how many pieces are promised, still wanted and not sent."""
    return moved.accepted - moved.shipped - moved.cancelled


def on_its_way(moved: Transfer) -> int:
    """Return how many pieces were sent and have not arrived."""
    return moved.shipped - moved.received - moved.lost


def to_cancel(moved: Transfer) -> int:
    """Return how many pieces the requester can still do without.

    Before the first receipt what is on its way cannot be called off, only what was not sent; afterwards what did not
    come with the rest counts as not coming.
    """
    if not moved.received + moved.lost:
        return to_ship(moved)
    return outstanding(moved.accepted, moved.received, moved.lost, moved.cancelled)


def outstanding(accepted: int, received: int, lost: int, cancelled: int) -> int:
    """Return how many pieces of a promise are still to come."""
    return accepted - received - lost - cancelled
