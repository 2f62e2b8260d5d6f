"""What the processes on one PostgreSQL database share: leases by the database's own clock, and the pace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from storage.tables.queues import InboundRow, OutboxRow
from storage.tables.sharing import Lease, Paced

PROCESS = "process:"  # begins the lease that says that a process lives

_leases: Table = Lease.__table__  # type: ignore[attr-defined]
_paced: Table = Paced.__table__  # type: ignore[attr-defined]
_inbound: Table = InboundRow.__table__  # type: ignore[attr-defined]
_outbox: Table = OutboxRow.__table__  # type: ignore[attr-defined]

# The processes' clocks may differ; the database has one. Not now(): that is when the transaction began.
_clock: ColumnElement[datetime] = func.clock_timestamp()


@dataclass(frozen=True, slots=True)
class Beat:
    """What a process learns when it renews its leases: which it holds, and how many processes live."""

    held: frozenset[str]
    living: int


def renew_leases(session: Session, me: str, names: Sequence[str], lasting: timedelta) -> Beat:
    """Renew the lease on one's own life and these others, or take those that nobody holds any more."""
    wanted = [f"{PROCESS}{me}", *names]
    statement = insert(_leases).values([{"name": name, "holder": me, "until": _clock + lasting} for name in wanted])
    held = session.scalars(
        statement.on_conflict_do_update(
            index_elements=["name"],
            set_={"holder": me, "until": statement.excluded.until},
            where=or_(_leases.c.holder == me, _leases.c.until < _clock),
        ).returning(_leases.c.name)
    )
    mine = frozenset(held)
    living = session.scalar(select(func.count()).where(_leases.c.name.startswith(PROCESS), _leases.c.until > _clock))
    return Beat(mine, living or 1)


def tell_time(session: Session) -> datetime:
    """Return the database's clock."""
    at: datetime = session.execute(select(_clock)).scalar_one()
    return at


def count_unaware(session: Session, me: str, since: datetime, lasting: timedelta) -> int:
    """Count the other processes that live and have not renewed since an instant: they do not know who came by then."""
    others = [_leases.c.name.startswith(PROCESS), _leases.c.holder != me, _leases.c.until > _clock]
    unaware = select(func.count()).where(*others, _leases.c.until <= since + lasting)
    return int(session.execute(unaware).scalar_one())


def end_leases(session: Session, me: str) -> None:
    """Give up every lease of a process that ends."""
    session.execute(delete(_leases).where(_leases.c.holder == me))


def list_leases(session: Session) -> list[tuple[str, str, bool]]:
    """List every lease: its name, its holder, and whether it still holds."""
    found = session.execute(select(_leases.c.name, _leases.c.holder, _leases.c.until > _clock).order_by(_leases.c.name))
    return [(name, holder, holds) for name, holder, holds in found]


def _living() -> Any:
    return select(_leases.c.holder).where(_leases.c.name.startswith(PROCESS), _leases.c.until > _clock)


def adopt_inbound(session: Session, me: str) -> list[tuple[int, str, datetime]]:
    """Take what a process that lives no more took in and did not work: id, payload, when it was heard; in order."""
    orphans = (
        select(_inbound.c.id)
        .where(_inbound.c.done_at.is_(None), _inbound.c.taken_by.not_in(_living()))
        .with_for_update(skip_locked=True)
    )
    taken = session.execute(
        update(_inbound)
        .where(_inbound.c.id.in_(orphans))
        .values(taken_by=me)
        .returning(_inbound.c.id, _inbound.c.payload, _inbound.c.received_at)
    )
    return sorted((row_id, payload, received_at) for row_id, payload, received_at in taken)


def release_orphans(session: Session) -> int:
    """Give back what a process that lives no more had claimed of the outbox; returns how many."""
    result = session.execute(
        update(_outbox)
        .where(_outbox.c.done_at.is_(None), _outbox.c.claimed_at.is_not(None), _outbox.c.claimed_by.not_in(_living()))
        .values(claimed_at=None, claimed_by="")
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def bury(session: Session, after: timedelta) -> None:
    """Forget processes that have been gone for long."""
    session.execute(delete(_leases).where(_leases.c.until < _clock - after))


def take_pace(session: Session, limits: Sequence[tuple[str, int, float]], now: datetime) -> float:
    """Count one towards every limit (key, count, seconds), or towards none; return the seconds to wait."""
    wanted = sorted(limits)  # locked in one order, so that nobody waits for one who waits for him
    insertion = insert(_paced).values([{"key": key, "stamps": ""} for key, _, _ in wanted])
    session.execute(insertion.on_conflict_do_nothing())
    stamps = _lock_stamps(session, [key for key, _, _ in wanted])
    wait = max((_wait(stamps[key], count, seconds, _stamp(now)) for key, count, seconds in wanted), default=0)
    if wait > 0:
        return wait / 1000
    for key, count, _ in wanted:
        _write_stamps(session, key, [_stamp(now), *stamps[key]][:count])
    return 0


def put_off_pace(session: Session, keys: Sequence[str], counted: datetime, now: datetime) -> float:
    """Count what was counted then towards these limits as counted now."""
    for key, stamps in _lock_stamps(session, keys).items():
        if _stamp(counted) in stamps:
            stamps.remove(_stamp(counted))
            _write_stamps(session, key, [_stamp(now), *stamps])
    return 0


def _lock_stamps(session: Session, keys: Sequence[str]) -> dict[str, list[int]]:
    found = select(_paced).where(_paced.c.key.in_(keys)).order_by(_paced.c.key).with_for_update()
    return {row.key: [int(word) for word in row.stamps.split()] for row in session.execute(found)}


def _write_stamps(session: Session, key: str, stamps: Sequence[int]) -> None:
    session.execute(update(_paced).where(_paced.c.key == key).values(stamps=" ".join(map(str, stamps))))


def _stamp(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _wait(stamps: Sequence[int], count: int, seconds: float, now: int) -> int:
    """Return the milliseconds until the `count`-th last is `seconds` ago."""
    span = round(seconds * 1000)
    if len(stamps) < count or stamps[count - 1] > now + span:  # else a clock was set back
        return 0
    return stamps[count - 1] + span - now
