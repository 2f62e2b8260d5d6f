"""Says what is in the outbox: by priority, in order, at the pace each chat allows, an edit rather than a repeat.

A chat has one message in hand at a time, so its order is kept; chats are worked side by side. Nothing is claimed
before its chat may speak, so nobody waits with a claim in hand. What cannot be said now is given back with its whole
chat; what can never be said is put aside, on the record.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta

from bot import outbox
from bot.lines import Line
from bot.meters import LIMIT, PACE, Meters
from bot.notes import Notes
from bot.outbox import Parcel, Want
from bot.pace import Pacer, SharedPace
from bot.platform import (
    DeliveryError,
    Gone,
    Moved,
    Platform,
    Posted,
    Refused,
    TryLater,
    Unreachable,
    Unsayable,
)
from bot.threads import Desk
from handlers.chat import Address, Inbound, message_from_json
from handlers.settings import Settings
from storage.queries.outbox import Waiting

log = logging.getLogger(__name__)

SEND = 45.0  # seconds a platform may take for one message, before it is taken for lost
IDLE = timedelta(seconds=5)  # the outbox is looked at this often, for what another process wrote
SET_BACK = timedelta(seconds=5)  # a clock that shows so much less than before was set; what waited by it need not
SECOND_TRY = timedelta(seconds=60)  # after a chat was found unreachable
BACK_OFF = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 4, 8, 15, 30, 60))
MOST_TRIES = 10  # of a message that fails while others are said

Happened = Callable[[int, Inbound, datetime], Awaitable[object]]
"""Work a stored event of a chat to its end."""

ToldOff = Callable[[str, str], Awaitable[None]]
"""Have it told that a platform refuses us, and why."""

Holds = Callable[[], bool]
"""Whether what this process has in hand is still its own: another takes over what stands still for too long."""


async def _nobody(_platform: str, _why: str) -> None:
    """Tell nobody."""


class Delivery:
    """Says what is in the outbox of these platforms; `by` names this process on its claims."""

    def __init__(
        self,
        desk: Desk,
        settings: Settings,
        platforms: Iterable[Platform],
        happened: Happened,
        *,
        by: str,
        shared: SharedPace | None = None,
        holds: Holds = lambda: True,
        meters: Meters | None = None,
        patience: float = SEND,
        refused: ToldOff = _nobody,
    ) -> None:
        self._desk = desk
        self._settings = settings
        self._happened = happened
        self._by = by
        self._shared = shared
        self._holds = holds
        self._meters = meters or Meters()
        self._patience = patience
        self._refused = refused
        self._notes = Notes(desk, self._meters, by)
        self._lines = {platform.name: Line.to(platform) for platform in platforms}
        self.shown: datetime | None = None  # what the clock showed when the outbox was looked at
        self._woken = asyncio.Event()
        self._failed_alone: dict[int, tuple[int, datetime]] = {}  # row → tries that failed while others worked, when

    def wake(self) -> None:
        """Look at the outbox at once: something may have been said."""
        self._woken.set()

    def answers(self, platform: str) -> bool:
        """Say whether a platform takes what is said to it, as far as its last answers go."""
        line = self._lines.get(platform)
        return line is not None and not line.outage.failures and not line.refused

    def takes_again(self, platform: str) -> None:
        """Note that a platform which refused us takes our words: what waits is said at once."""
        self._lines[platform].renewed()
        self.wake()

    def has_lost(self, row_id: int, claimed_by: str) -> bool:
        """Say whether this process has claimed a message and nobody has it in hand: its end could not be noted."""
        return claimed_by == self._by and f"outbox {row_id}" not in {task.get_name() for task in self._in_hand}

    async def run(self) -> None:
        """Say what is due, and wait for the next, for ever."""
        while True:
            self._woken.clear()
            now = self._desk.now()
            next_look = await self._begin_due(now)
            seconds = (min(next_look or now + IDLE, now + IDLE) - self._desk.now()).total_seconds()
            await self._wait(max(seconds, 0))

    async def deliver_due(self, now: datetime) -> datetime | None:
        """Say everything that may be said now; return when to look again, None when nothing waits."""
        while True:
            next_look = await self._begin_due(now)
            if not self._in_hand:
                return next_look
            await asyncio.wait(self._in_hand)

    async def drain(self, seconds: float) -> None:
        """Wait for what is on its way; what takes longer is cancelled, and said again by the next process."""
        if self._in_hand:
            _, late = await asyncio.wait(self._in_hand, timeout=seconds)
            for task in late:
                task.cancel()
            if late:
                log.warning("%d messages were on their way and may be said again", len(late))
                await asyncio.wait(late, timeout=1)

    async def release_all(self) -> None:
        """Give back every claim: where this is the only process, all of them are of one that is gone."""
        await self._release(lambda: outbox.release(self._desk.database))

    async def release_orphans(self) -> None:
        """Give back what processes that live no more had in hand."""
        await self._release(lambda: outbox.release_orphans(self._desk.database))

    async def release_mine(self) -> None:
        """Give back what this process could not end."""
        await self._desk.once(lambda: outbox.release(self._desk.database, by=self._by))

    async def _release(self, work: Callable[[], int]) -> None:
        if count := await self._desk.surely(work):
            log.warning("%d messages were in the hands of a process that is gone; they are said again", count)
            self._meters.messages_resaid.inc(count)
            self._woken.set()

    @property
    def _in_hand(self) -> set[asyncio.Task[None]]:
        return {task for line in self._lines.values() for task in line.in_hand}

    async def _wait(self, seconds: float) -> None:
        """Wait until somebody wakes us, so long at the most."""
        sleeping = asyncio.create_task(self._desk.clock.sleep(seconds))
        waking = asyncio.create_task(self._woken.wait())
        try:
            await asyncio.wait({sleeping, waking}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            waking.cancel()

    # Choosing what to say

    async def _begin_due(self, now: datetime) -> datetime | None:
        """Begin to say what may be said now; return when to look again, None when only a wake can bring more."""
        database = self._desk.database
        await self._look_at_clock(now)
        while True:
            if self._lines and all(line.is_full for line in self._lines.values()):
                return None  # a look through a long outbox costs more than a message: the end of one wakes us
            waiting = await self._desk.surely(lambda: outbox.list_waiting(database, now), reading=True)
            wants, later = self._choose(waiting, now)
            if not wants:
                return later
            parcels, dropped = await self._desk.surely(
                lambda: outbox.claim(database, wants, now, self._by),  # noqa: B023
                kind="claim",
            )
            for parcel in parcels:
                self._begin(parcel, now)
            if not parcels and not dropped:  # another process was quicker
                return now + timedelta(milliseconds=50)
            if not dropped:  # the end of what is in hand wakes us
                return later

    async def _look_at_clock(self, now: datetime) -> None:
        """Let nobody wait until a clock that was set back shows again what it showed: the pace begins anew."""
        before, self.shown = self.shown, now
        is_set = before is not None and now < before - SET_BACK
        if before is None or is_set:
            await self._desk.surely(lambda: outbox.hasten(self._desk.database, now, every=is_set))
        if is_set:
            log.warning("the clock was set back by %s; what waited by it is said now", before and before - now)
            for line in self._lines.values():
                line.pacer, line.until = Pacer(line.platform), None

    def _choose(self, waiting: list[Waiting], now: datetime) -> tuple[dict[str, Want], datetime | None]:
        """Say what of each platform to claim now, and when there will be more.

        Only what was looked at is claimed: a chat whose message ends meanwhile has its pace to keep.
        """
        wants: dict[str, Want] = {}
        later: list[datetime] = []
        for name, line in self._lines.items():
            mine = [one for one in waiting if one.platform == name]
            due, again = line.choose(mine, now)
            if due:
                wants[name] = Want(due, line.platform.has_threads)
            later.extend(again)
            for seconds in line.let_go(due, mine, now):
                self._meters.rate_limit_wait.labels(name, PACE).observe(seconds)
        later = [at for at in later if at > now]
        return wants, min(later, default=None)

    def _begin(self, parcel: Parcel, now: datetime) -> None:
        line = self._lines[parcel.row.platform]
        pacer = line.pacer  # a clock that is set back replaces it: what was taken of one is given back to the same
        pacer.take(parcel.row.chat, now)
        task = asyncio.create_task(self._deliver(line, pacer, parcel), name=f"outbox {parcel.row.id}")
        line.in_hand.add(task)
        task.add_done_callback(lambda done: self._end(line, done))

    def _end(self, line: Line, task: asyncio.Task[None]) -> None:
        line.in_hand.discard(task)
        self._woken.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.critical("%s could not be noted in the database", task.get_name(), exc_info=error)

    # Saying it

    async def _deliver(self, line: Line, pacer: Pacer, parcel: Parcel) -> None:
        row, now = parcel.row, self._desk.now
        apart = row.only_for if row.only_for != row.chat else ""
        counted = now()
        until = await self._held_until(pacer, parcel, apart, counted)
        if until is not None:
            pacer.end(row.chat, None)
            await self._hold_back(parcel, until)
            return
        if not self._holds():  # we stood still for so long that another process says it
            pacer.end(row.chat, None, apart)
            return
        error: Exception | None = None
        try:
            async with asyncio.timeout(self._patience):
                posted = await self._say(line.platform, parcel)
        except Exception as failure:  # noqa: BLE001 - whatever it is, it must not stop what waits behind it
            error = failure
        arrived = now()
        pacer.end(row.chat, arrived, apart)
        if self._shared is not None:
            await self._shared.arrived(pacer.limits(row.chat, arrived), counted, arrived)
        if error is not None:
            await self._failed(line, parcel, error)
            return
        line.said_at = arrived
        line.answered()
        self._failed_alone.pop(row.id, None)
        await self._notes.note(parcel, posted)
        self._meters.messages_said.labels(row.platform).inc()
        due = max(row.created_at, row.held_until or row.created_at)
        lateness = max((arrived - due).total_seconds(), 0)
        self._meters.message_lateness.labels(row.platform).observe(lateness)
        if log.isEnabledFor(logging.DEBUG):
            what = f"message {posted.message}" if posted else "changed"
            took = (arrived - counted).total_seconds()
            log.debug(
                "outbox %d to %s: %s in %.1f ms, %.1f ms after it was due",
                *(row.id, parcel.address, what, took * 1_000, lateness * 1_000),
            )

    async def _hold_back(self, parcel: Parcel, until: datetime) -> None:
        """Give back what a limit holds back after all."""
        database, now = self._desk.database, self._desk.now
        self._meters.rate_limit_wait.labels(parcel.row.platform, PACE).observe((until - now()).total_seconds())
        await self._desk.surely(lambda: outbox.put_off(database, parcel, until, now(), self._by, tried=False))

    async def _held_until(self, pacer: Pacer, parcel: Parcel, apart: str, now: datetime) -> datetime | None:
        """Return until when a limit holds a claimed message back after all, None when nothing does.

        Words for one person alone may go to that person's private chat (`apart`), which has a pace of its own.
        """
        if apart and (at := pacer.take_in(apart, now)) > now:
            return at
        wait = await self._shared.share(pacer.limits(parcel.row.chat, now), now) if self._shared else 0
        if wait > 0 and apart:
            pacer.end_in(apart, None)
        return now + timedelta(seconds=wait) if wait > 0 else None  # other processes have used up this pace

    async def _say(self, platform: Platform, parcel: Parcel) -> Posted | None:
        """Say it by one call; returns where it stands, None when something that stands was changed."""
        row, card, posted = parcel.row, parcel.card, parcel.posted
        message = message_from_json(parcel.payload)
        if card is None:
            return await platform.post(parcel.address, message, only_for=row.only_for, reply_to=row.reply_to)
        if row.under_card:
            thread = Address(row.platform, card.posted_chat or row.chat, card.message)
            return await platform.post(thread, message)
        if posted is None:
            return await platform.post(parcel.address, message)
        await platform.edit(parcel.address, posted, message)
        return None

    # What went wrong

    async def _failed(self, line: Line, parcel: Parcel, error: Exception) -> None:
        if isinstance(error, DeliveryError) and (not isinstance(error, TryLater) or error.limited):
            line.answered()
        match error:
            case TimeoutError():
                await self._try_later(line, parcel, TryLater(f"no answer in {self._patience:g} s"))
            case Refused():
                await self._wait_for_mending(line, parcel, error)
            case TryLater():
                await self._try_later(line, parcel, error)
            case Gone():
                database = self._desk.database
                if not await self._desk.surely(lambda: outbox.card_gone(database, parcel, self._desk.now(), self._by)):
                    log.info("outbox %d: %s", parcel.row.id, error)
            case Moved() | Unreachable():
                await self._report(parcel, error)
            case Unsayable():
                await self._give_up(parcel, str(error))
            case DeliveryError():
                await self._try_again(parcel, error)
            case _:
                log.error("outbox %d failed", parcel.row.id, exc_info=error)
                await self._try_again(parcel, error)

    async def _try_later(self, line: Line, parcel: Parcel, error: TryLater) -> None:
        """Let the chat wait: as long as it was told to, else longer each time."""
        row, now = parcel.row, self._desk.now()
        if error.limited:
            wait = timedelta(seconds=error.seconds or 1)
            self._meters.rate_limit_wait.labels(row.platform, LIMIT).observe(wait.total_seconds())
            log.info("outbox %d: %s asks for %s of patience", row.id, parcel.address, wait)
        else:
            if line.said_at is not None and self._fails_alone(row.id, line.said_at, now):
                await self._give_up(parcel, f"failed {MOST_TRIES} times while others were said: {error}")
                return
            log.info("outbox %d to %s: %s", row.id, parcel.address, error)
            pause = line.outage.failed(error)
            if line.outage.is_on:
                line.until = now + timedelta(seconds=pause)
            wait = timedelta(seconds=error.seconds) if error.seconds else _back_off(row.attempts)
        await self._put_off(line, parcel, now + wait)

    async def _wait_for_mending(self, line: Line, parcel: Parcel, error: Refused) -> None:
        """Let the whole platform wait until somebody gives us a valid token, and have that told."""
        log.info("outbox %d to %s: %s", parcel.row.id, parcel.address, error)
        line.refused = True
        line.until = self._desk.now() + timedelta(seconds=error.seconds or 0)
        await self._put_off(line, parcel, line.until)
        await self._refused(parcel.row.platform, str(error))  # after: what waits may go another way

    def _fails_alone(self, row_id: int, said_at: datetime, now: datetime) -> bool:
        """Say whether it failed often enough while others were said in between."""
        tries, last = self._failed_alone.get(row_id, (0, now))
        tries += said_at >= last
        self._failed_alone[row_id] = (tries, now)
        return tries >= MOST_TRIES

    async def _try_again(self, parcel: Parcel, error: Exception) -> None:
        """Try what failed for a reason nobody knows again, but not for ever."""
        row = parcel.row
        if row.attempts + 1 >= MOST_TRIES:
            await self._give_up(parcel, f"{type(error).__name__}: {error}")
            return
        await self._put_off(self._lines[row.platform], parcel, self._desk.now() + _back_off(row.attempts))

    async def _put_off(self, line: Line, parcel: Parcel, until: datetime) -> None:
        # Also what is said there from now on waits, which the rows delayed in the database cannot know.
        line.pacer.hold(parcel.row.chat, until)
        database = self._desk.database
        await self._desk.surely(lambda: outbox.put_off(database, parcel, until, self._desk.now(), self._by))

    async def _report(self, parcel: Parcel, error: Moved | Unreachable) -> None:
        """Tell the bot what a refusal says about the chat, and do as it decides with what is still to be said."""
        database, settings, now = self._desk.database, self._settings, self._desk.now
        log.warning("outbox %d: %s: %s", parcel.row.id, parcel.address, error)
        event = await self._desk.surely(lambda: outbox.add_event(database, settings, parcel, error, now(), self._by))
        if event is None and (isinstance(error, Unreachable) or parcel.row.attempts >= MOST_TRIES):
            await self._give_up(parcel, str(error))
            return
        if event is not None:
            await self._happened(*event, now())
        until = now() + SECOND_TRY
        await self._desk.surely(lambda: outbox.after_event(database, parcel, error, until, now(), self._by))

    async def _give_up(self, parcel: Parcel, why: str) -> None:
        log.error("outbox %d to %s is given up: %s", parcel.row.id, parcel.address, why)
        database, settings = self._desk.database, self._settings
        self._failed_alone.pop(parcel.row.id, None)
        self._meters.messages_given_up.labels(parcel.row.platform).inc()
        why = why.partition("\n")[0]  # people are told the first line; the log has them all
        await self._desk.surely(lambda: outbox.give_up(database, settings, parcel, why, self._desk.now(), self._by))


def _back_off(attempts: int) -> timedelta:
    return BACK_OFF[min(attempts, len(BACK_OFF) - 1)]
