"""Talking to the bot without a platform: what people say goes through the real dispatch, time passes when told to.

    talk = Talk(database)
    talk.says(network.sz01_manager, "/transfer 前大灯-左 x1 urgent 客户在等")
    talk.presses(network.sz02_manager, "可以")
    talk.passes(minutes=45)
    assert "T-0001" in talk.last(network.managers_chat).plain

A place is a `Person` (their private chat), a `Chat`, an `Address` or a chat's id. Work that fails, as an inbound that
is answered with the apology or a timer that raises, fails the test; `Talk(..., tolerant=True)` lets it pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlmodel import col, select

from handlers import dispatch
from handlers.chat import (
    Address,
    Button,
    Form,
    Inbound,
    InboundKind,
    Reply,
    to_json,
)
from handlers.load import load
from handlers.settings import Limits, Rules, Settings
from storage.database import Database
from storage.queries import people as people_queries
from storage.queries import queues
from storage.tables.people import Account, Person
from storage.tables.queues import InboundRow, Timer
from tests.factories import MONDAY
from tests.heard import Ears, Heard, Place, User

load()

__all__ = ["Heard", "Place", "Talk", "User"]

# For tests in which a store asks for the same thing again and again: nobody is warned of it.
UNWARNED = Settings(rules=Rules(limits=Limits(duplicate=timedelta(0))))
# Periodic work is seen to this often while time passes: in the real process every minute, which would be slow here.
TICK = timedelta(hours=1)


class Talk(Ears):
    """Drives one database; `now` is the talk's own time and moves only by `passes`."""

    def __init__(
        self,
        database: Database,
        settings: Settings | None = None,
        now: datetime = MONDAY,
        *,
        tolerant: bool = False,
    ) -> None:
        super().__init__(database, now)
        self.settings = settings or Settings()
        self.tolerant = tolerant
        self.reply = Reply()  # what the last inbound was answered at once
        self._said = 0

    # What people do

    def says(
        self,
        user: User,
        text: str,
        *,
        chat: Place | None = None,
        private: bool | None = None,
        addressed: bool | None = None,
        reply_to: Heard | str = "",
        can_form: bool = False,
        source: str = "",
    ) -> Reply:
        """Write a text: privately unless `chat` says where. A slash or `@bot` before it addresses the bot."""
        account, origin, private = self._from(user, chat, private)
        meant = re.match(r"\s*(/xietong\s+|/|@bot\s+)", text)
        self._said += 1
        return self.takes(
            Inbound(
                id=source or f"{origin.platform}:said-{self._said}",
                kind=InboundKind.TEXT,
                origin=origin,
                user=account,
                user_name=account,
                text=text[meant.end() :] if meant else text,
                addressed=bool(meant) if addressed is None else addressed,
                private=private,
                message=f"said-{self._said}",
                reply_to=self._id_of(reply_to),
                can_form=can_form,
            )
        )

    def presses(
        self,
        user: User,
        choice: str,
        *,
        chat: Place | None = None,
        on: Heard | str = "",
        can_form: bool = False,
        source: str = "",
    ) -> Reply:
        """Press the newest button with this label or action that the user can see.

        `chat` says where; `on` is the message, or words it contains. A message edited since shows its new buttons
        alone. Without them the user's private chat comes first, then every group.
        """
        heard, button = self._button(user, choice, chat, on)
        return self.presses_token(user, button.token, on=heard, can_form=can_form, source=source)

    def presses_token(
        self,
        user: User,
        token: str,
        *,
        on: Heard | None = None,
        chat: Place | None = None,
        can_form: bool = False,
        source: str = "",
    ) -> Reply:
        """Press a button by its token: a stale or a forged one, too."""
        if on is not None and chat is None:
            account, origin = self.account_on(user, on.address.platform), on.address
            private = bool(
                isinstance(user, Person) and on.address.chat == self.account(user, origin.platform).private_chat
            )
        else:
            account, origin, private = self._from(user, chat, None)
        self._said += 1
        return self.takes(
            Inbound(
                id=source or f"{origin.platform}:pressed-{self._said}",
                kind=InboundKind.BUTTON,
                origin=origin,
                user=account,
                user_name=account,
                private=private,
                message=on.delivered_as if on else "",
                token=token,
                can_form=can_form,
            )
        )

    def sends_form(
        self,
        user: User,
        values: dict[str, str],
        *,
        form: Form | None = None,
        chat: Place | None = None,
        source: str = "",
    ) -> Reply:
        """Send a form: the one opened last unless `form` says which. Fields left out keep what the form showed."""
        form = form or self.reply.form
        assert form is not None, "no form was opened before this user"
        account, origin, private = self._from(user, chat, None)
        self._said += 1
        return self.takes(
            Inbound(
                id=source or f"{origin.platform}:form-{self._said}",
                kind=InboundKind.FORM,
                origin=origin,
                user=account,
                user_name=account,
                private=private,
                token=form.token,
                values={field.name: field.value for field in form.fields} | values,
            )
        )

    def happens(self, event: str, chat: Place, *, user: User = "", message: str = "", **values: str) -> Reply:
        """Let an event of a chat happen, such as `CHAT_MOVED` with `to`."""
        origin = self.address(chat)
        self._said += 1
        return self.takes(
            Inbound(
                id=f"{origin.platform}:event-{self._said}",
                kind=InboundKind.EVENT,
                origin=origin,
                user=self.account_on(user, origin.platform) if user else "",
                text=event,
                message=message,
                values=values,
            )
        )

    def takes(self, inbound: Inbound) -> Reply:
        """Store an inbound and work it to its end; one stored before does nothing and returns an empty reply."""
        with self.database.transaction() as session:
            row_id = queues.add_inbound(
                session,
                source=inbound.id,
                platform=inbound.origin.platform,
                chat=inbound.origin.chat,
                payload=to_json(inbound),
                now=self.now,
            )
        if row_id is None:
            return Reply()
        self.reply = dispatch.answer(self.database, self.settings, row_id, inbound, self.now)
        with self.database.transaction(writing=False) as session:
            error = session.get_one(InboundRow, row_id).error
        assert self.tolerant or not error, f"{inbound.text or inbound.token!r} failed: {error} (traceback in the log)"
        return self.reply

    # Time

    def passes(
        self,
        *,
        seconds: float = 0,
        minutes: float = 0,
        hours: float = 0,
        days: float = 0,
        until: datetime | None = None,
        tick: timedelta = TICK,
    ) -> list[str]:
        """Let time pass; timers fire at their instants, in order. Returns the keys of those that fired.

        Periodic work is seen to at the start, every `tick` and at the end.
        """
        end = until or self.now + timedelta(seconds=seconds, minutes=minutes, hours=hours, days=days)
        assert end >= self.now, "time does not go back"
        fired: list[str] = []
        self.sees_to_it()
        while self.now < end:
            stop = min(self.now + tick, end)
            for due in self._due_until(stop):
                self.now = max(self.now, due)
                fired += self.fires_due()
            self.now = stop
            self.sees_to_it()
        fired += self.fires_due()
        return fired

    def fires_due(self) -> list[str]:
        """Fire what is due now; returns the keys of what fired."""
        fired: list[str] = []
        while done := dispatch.fire(self.database, self.settings, self.now):  # one timer may set another due at once
            fired += self._fired(done)
        return fired

    def sees_to_it(self) -> None:
        """Run everything periodic once."""
        dispatch.see_to(self.database, self.settings, self.now)

    def pending(self) -> list[Timer]:
        """List the timers that wait, the next first."""
        with self.database.transaction(writing=False) as session:
            waiting = select(Timer).where(col(Timer.fired_at).is_(None), col(Timer.cancelled_at).is_(None))
            return list(session.exec(waiting.order_by(col(Timer.due_at), col(Timer.id))))

    # Who presses what

    def _from(self, user: User, chat: Place | None, private: bool | None) -> tuple[str, Address, bool]:
        """Return the platform's user, where they speak, and whether that is private."""
        origin = self.address(user if chat is None else chat)
        return self.account_on(user, origin.platform), origin, (chat is None) if private is None else private

    def _id_of(self, message: Heard | str) -> str:
        if isinstance(message, str):
            return message
        assert message.delivered_as, f"nobody can reply to what is not delivered: {message.plain!r}"
        return message.delivered_as

    def _button(self, user: User, choice: str, chat: Place | None, on: Heard | str) -> tuple[Heard, Button]:
        seen: list[str] = []
        for heard in self._candidates(user, chat, on):
            for button in heard.buttons:
                if choice in {button.label, button.action}:
                    return heard, button
                seen.append(f"{button.label} ({button.action})")
        raise AssertionError(f"nobody shows a button {choice!r}; there are: {', '.join(seen) or 'none'}")

    def _candidates(self, user: User, chat: Place | None, on: Heard | str) -> Iterator[Heard]:
        """Yield the messages whose buttons the user may mean, the newest first."""
        if isinstance(on, Heard):
            yield on
            return
        places = [self.address(chat if chat is not None else user)]
        if chat is None:
            with self.database.transaction(writing=False) as session:
                privates = {(a.platform, a.private_chat) for a in session.exec(select(Account))}
            said_at = dict.fromkeys(heard.address for heard in reversed(self.heard()))
            # Their other accounts and the groups; never somebody else's private chat.
            mine = {(p.platform, p.chat) for p in places} | self._privates_of(user)
            places += [a for a in said_at if (a.platform, a.chat) in mine and a not in places]
            places += [a for a in said_at if (a.platform, a.chat) not in privates | mine and self._is_on(user, a)]
        for place in places:
            account = self.account_on(user, place.platform)
            for heard in reversed(self.visible(place)):
                if heard.only_for in {"", account} and on in heard.plain:
                    yield heard

    def _privates_of(self, user: User) -> set[tuple[str, str]]:
        if isinstance(user, str):
            return set()
        with self.database.transaction(writing=False) as session:
            return {(a.platform, a.private_chat) for a in people_queries.list_accounts(session, user.id)}

    def _is_on(self, user: User, address: Address) -> bool:
        if isinstance(user, str):
            return (user.rpartition(":")[0] or "telegram") == address.platform
        return any(platform == address.platform for platform, _ in self._privates_of(user))

    def _fired(self, fired: dispatch.Fired) -> list[str]:
        with self.database.transaction(writing=False) as session:
            timer = session.get_one(Timer, fired.timer_id)
        assert self.tolerant or not timer.error, f"timer {timer.key} failed: {timer.error} (traceback in the log)"
        return [timer.key] if fired.done else []

    def _due_until(self, stop: datetime) -> Iterator[datetime]:
        """Yield the instants at which something is due, in order, looking again after each."""
        before: datetime | None = None
        while True:
            with self.database.transaction(writing=False) as session:
                due = queues.find_next_due(session)
            if due is None or due > stop or due == before:
                return
            before = due
            yield due
