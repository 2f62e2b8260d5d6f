"""The path of every inbound and every due timer: find, authorise, run, commit, answer.

One inbound is one transaction: what it changes, the timers it sets, what it says and its own end are committed
together or not at all. An error meant for people becomes its sentence; any other is rolled back, logged with the
inbound's id and answered with one apology that carries it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from handlers import access, confirming, forms, masking, messages, notify
from handlers.chat import Inbound, InboundKind, Reply, to_json
from handlers.context import Attached, Context, Quoted
from handlers.errors import BadFields, BadInput, NotAllowed, PersonError, TooLate, Unconfirmed
from handlers.hearing import Route, hear, redacted, route_of, taken
from handlers.registry import Command, registry
from storage.database import Database, is_passing
from storage.queries import chats as chat_queries
from storage.queries import people as people_queries
from storage.queries import queues

if TYPE_CHECKING:
    from sqlmodel import Session

    from handlers.settings import Settings

log = logging.getLogger(__name__)

# A timer that fails is tried again after these waits; then it is put aside and HQ hears of it.
BACK_OFF = tuple(timedelta(seconds=seconds) for seconds in (1, 5, 15, 60, 300, 900))


@dataclass(frozen=True, slots=True)
class Looked:
    """What a reading command found and wants to say, or why it could not."""

    context: Context
    error: Exception | None = None


def is_reading(inbound: Inbound) -> bool:
    """Say whether an inbound leads to a command that only reads: it is looked up first, without the writer."""
    route = route_of(inbound)
    return route.command is not None and route.command.only_reads(route.words)


def wants_file(database: Database, settings: Settings, inbound_id: int, inbound: Inbound, now: datetime) -> bool:
    """Say whether an inbound brings a file to a command that takes one, from somebody who may: then it is fetched."""
    command = route_of(inbound).command
    if command is None or not command.files or not inbound.values.get("file"):
        return False
    with database.transaction(writing=False) as session:
        person = _context(session, settings, inbound_id, inbound, now).person
        return person is not None and (command.roles is None or person.role in command.roles)


def look(
    database: Database,
    settings: Settings,
    inbound_id: int,
    inbound: Inbound,
    now: datetime,
    attached: Attached | None = None,
) -> Looked:
    """Run a reading command without holding the writer; what it says is written by `answer`.

    `attached` is what became of the file that was sent with it. Raises only what may pass.
    """
    with database.transaction(writing=False) as session:
        context = _context(session, settings, inbound_id, inbound, now)
        context.attached = attached
        assert context.inbound is not None
        try:
            _run_command(context, route_of(context.inbound))
        except Exception as error:
            if is_passing(error):
                raise
            return Looked(context, error)
    return Looked(context)


def answer(
    database: Database,
    settings: Settings,
    inbound_id: int,
    inbound: Inbound,
    now: datetime,
    looked: Looked | None = None,
) -> Reply:
    """Work one stored inbound to its end and return what must be answered at once; `looked` is what `look` returned.

    Raises only what may pass (a locked or absent database): the inbound is then still open and can be worked again.
    """
    route = route_of(hear(inbound)[0])
    try:
        if looked is None and is_reading(inbound):
            looked = look(database, settings, inbound_id, inbound, now)
        if looked is not None:
            return _conclude(database, inbound_id, inbound, now, route, looked)
        return _write(database, settings, inbound_id, inbound, now, route)
    except Unconfirmed as error:
        return _ask_first(database, settings, inbound_id, inbound, now, route, error)
    except PersonError as error:
        return _refuse(database, settings, inbound_id, inbound, now, route, error)
    except Exception as error:
        if is_passing(error):
            raise
        log.exception("inbound %s failed", inbound_id)
        return _apologise(database, settings, inbound_id, inbound, now, route, error)


@dataclass(slots=True)
class Fired:
    """A timer that was due, when it was, and whether what it is for was done; else it was put off or aside."""

    timer_id: int
    key: str
    due_at: datetime
    done: bool = False


class NotPutOff(Exception):
    """A timer that failed could not even be put off."""

    def __init__(self, timer_id: int) -> None:
        super().__init__(f"timer {timer_id} could not be put off")
        self.timer_id = timer_id


def fire(
    database: Database, settings: Settings, now: datetime, *, due_by: datetime | None = None, but: Collection[int] = ()
) -> Fired | None:
    """Do what the longest due timer is for, once; None when none is due (`due_by` then), `but` these.

    Those that another process has in hand are passed over.
    """
    fired: Fired | None = None
    try:
        with database.transaction() as session:
            # It has fired before it runs: what it does may cancel the request's pending timers.
            timer = queues.claim_next_timer(session, due_by or now, now, but)
            if timer is None:
                return None
            fired = Fired(timer.timer_id, timer.key, timer.due_at)
            context = Context(session, settings, now, due_at=timer.due_at)
            registry.timers[timer.name](context, **json.loads(timer.args))
            context.flush(session)
        fired.done = True
    except Exception as error:
        if is_passing(error) or fired is None:
            raise
        log.exception("timer %s failed", fired.key)
        try:
            _put_off(database, settings, fired.timer_id, now, error)
        except Exception as another:
            if is_passing(another):
                raise
            raise NotPutOff(fired.timer_id) from another
    return fired


def see_to(database: Database, settings: Settings, now: datetime) -> None:
    """Run everything periodic, each in its own transaction."""
    for name, run in registry.periodics.items():
        try:
            with database.transaction() as session:
                context = Context(session, settings, now)
                run(context)
                context.flush(session)
        except Exception as error:
            if is_passing(error):
                raise
            log.exception("periodic %s failed", name)


def _context(session: Session, settings: Settings, inbound_id: int, inbound: Inbound, now: datetime) -> Context:
    """Find who speaks, and where."""
    heard, contact = hear(inbound)
    context = Context(session, settings, now, heard, inbound_id, contact=contact, unmasked=inbound.text)
    origin = inbound.origin
    if not inbound.private:  # no private chat is bound
        context.chat = chat_queries.find_chat(session, origin.platform, origin.chat, origin.thread)
        if context.chat is None and origin.thread:  # a thread of a bound channel
            context.chat = chat_queries.find_chat(session, origin.platform, origin.chat)
    speaker = people_queries.find_speaker(session, origin.platform, inbound.user) if inbound.user else None
    if speaker is not None and speaker[1].active:
        context.account, context.person, context.store = speaker
    if heard.values.get("quoted"):
        context.quoted = _quoted(session, heard)
    return context


def _quoted(session: Session, heard: Inbound) -> Quoted:
    """Return the message that was replied to, its author by the name we know."""
    values = heard.values
    author = people_queries.find_speaker(session, heard.origin.platform, values.get("author", ""))
    name = author[1].name if author is not None else values.get("author_name", "")
    return Quoted(name, values["quoted"], values.get("link", ""))


def _conclude(
    database: Database, inbound_id: int, inbound: Inbound, now: datetime, route: Route, looked: Looked
) -> Reply:
    """Write what a reading command says."""
    if looked.error is not None:
        raise looked.error
    context = looked.context
    with database.transaction() as session:
        if not queues.end_inbound(session, inbound_id, now):
            return Reply()
        _finish(session, context, route)
        _redact(session, context, inbound)
    return context.reply


def _write(
    database: Database, settings: Settings, inbound_id: int, inbound: Inbound, now: datetime, route: Route
) -> Reply:
    with database.transaction() as session:
        if not queues.end_inbound(session, inbound_id, now):
            return Reply()
        context = _context(session, settings, inbound_id, inbound, now)
        if _run(context, route):
            _touch(context, now)
        _finish(session, context, route)
        _redact(session, context, inbound)
    return context.reply


def _redact(session: Session, context: Context, inbound: Inbound) -> None:
    """Keep what was said without what identifies a customer."""
    kept = redacted(inbound, private=context.private)
    if kept is not inbound:
        assert context.inbound_id is not None
        queues.redact_inbound(session, context.inbound_id, to_json(kept))


def _touch(context: Context, now: datetime) -> None:
    """Remember which of a person's accounts was used last; to the minute, so that a busy one is not always written."""
    account = context.account
    if account is not None and now - account.used_at > timedelta(minutes=1):
        people_queries.touch_account(context.session, account.id, now)


def _finish(session: Session, context: Context, route: Route) -> None:
    if not context.audited and route.act not in {"text", "event"}:
        context.audit(_act(context, route), after=route.words[:200])
    _confirm(context)
    context.flush(session)


def _confirm(context: Context) -> None:
    """Say to words written privately what a button's toast would say: only a button shows one everywhere."""
    inbound, words = context.inbound, context.reply.toast
    if inbound is None or inbound.kind is not InboundKind.TEXT or not inbound.private or not words:
        return
    context.reply = replace(context.reply, toast="", alert=False)
    if not any(said.card is None and said.address == inbound.origin for said in context.said):
        context.answer(messages.sentence(words))


def _run(context: Context, route: Route) -> bool:
    """Run what the inbound leads to; False for words that were not meant for the bot."""
    inbound = context.inbound
    assert inbound is not None
    if inbound.kind is InboundKind.EVENT:
        run = registry.events.get(inbound.text)
        if run is not None:
            run(context)
        return False
    if inbound.kind in {InboundKind.BUTTON, InboundKind.FORM}:
        _run_token(context)
        return True
    # 已解决 is a command, and an answer where a form asks whether something is.
    if route.command is not None and (route.words or not forms.offers(context, inbound.text)):
        _run_command(context, route)
        return True
    return _run_text(context)


def _run_command(context: Context, route: Route) -> None:
    command, inbound = route.command, context.inbound
    assert command is not None and inbound is not None
    access.check_role(context.person, command.roles)
    if not inbound.private and not command.in_groups:
        raise NotAllowed("core.private_only")
    if inbound.private and not command.in_private:
        raise NotAllowed("core.groups_only")
    command.run(context, _words_for(context, route, command))


def _words_for(context: Context, route: Route, command: Command) -> str:
    """Return a command's words: its own, else those of the message that it replies to."""
    if not command.quotes or context.quoted is None or route.words:
        return route.words
    return taken(context.quoted.text) if command.contacts == "taken" else context.quoted.text


def _run_token(context: Context) -> None:
    """Look up what an opaque token stands for; a token we did not make does nothing."""
    inbound = context.inbound
    assert inbound is not None
    found = chat_queries.find_token(context.session, inbound.token) if inbound.token else None
    table = registry.buttons if inbound.kind is InboundKind.BUTTON else registry.forms
    action = table.get(found.action) if found else None
    if found is None or action is None:
        raise TooLate("core.unknown_button")
    access.check_role(context.person, action.roles)
    args: dict[str, Any] = json.loads(found.args)
    context.customer_id = args.pop("customer_id", None)
    confirming.take(context, args)
    if inbound.kind is InboundKind.BUTTON:
        action.run(context, **args)
    else:
        action.run(context, inbound.values, **args)


def _run_text(context: Context) -> bool:
    """Offer words to whoever waits for an answer; words to the bot that nobody understands are answered."""
    inbound = context.inbound
    assert inbound is not None
    for run in registry.replies:
        if run(context, inbound.text):
            return True
    if not (inbound.addressed or inbound.private):
        return False
    if context.person is None:
        raise NotAllowed("core.stranger")
    raise BadInput("core.not_understood")


def _refuse(
    database: Database,
    settings: Settings,
    inbound_id: int,
    inbound: Inbound,
    now: datetime,
    route: Route,
    error: PersonError,
) -> Reply:
    """Say privately why nothing was changed, and put it on the record."""
    with database.transaction() as session:
        if not queues.end_inbound(session, inbound_id, now):
            return Reply()
        context = _context(session, settings, inbound_id, inbound, now)
        words = error.words(context.language)
        refused = isinstance(error, NotAllowed | TooLate)
        secret = route.command is not None and (route.command.secret or route.command.contacts == "left")
        said = "" if secret else route.words or (inbound.text if route.act == "text" else "")
        context.audit(_act(context, route), after=said[:200], reason=words, refused=refused)
        if inbound.kind is InboundKind.BUTTON:
            context.toast(words, alert=True)
        elif inbound.kind is InboundKind.FORM and isinstance(error, BadFields):
            context.reply = replace(context.reply, errors=error.field_words(context.language))
        else:
            context.answer(messages.sentence(words))
        context.flush(session)
        _redact(session, context, inbound)
    return context.reply


def _ask_first(
    database: Database,
    settings: Settings,
    inbound_id: int,
    inbound: Inbound,
    now: datetime,
    route: Route,
    error: Unconfirmed,
) -> Reply:
    """Undo what was begun, and ask who spoke whether it is meant."""
    with database.transaction() as session:
        if not queues.end_inbound(session, inbound_id, now):
            return Reply()
        context = _context(session, settings, inbound_id, inbound, now)
        heard = context.inbound
        assert heard is not None
        if route.command is not None:
            words = _words_for(context, route, route.command)
            confirming.ask(context, error, "command", route.command.name, words)
        else:
            found = chat_queries.find_token(session, heard.token)
            assert found is not None
            args: dict[str, Any] = json.loads(found.args)
            context.customer_id = args.pop("customer_id", None)
            confirming.take(context, args)
            act = "button" if heard.kind is InboundKind.BUTTON else "form"
            confirming.ask(context, error, act, found.action, heard.values, **args)
        _finish(session, context, route)
        _redact(session, context, inbound)
    return context.reply


def _act(context: Context, route: Route) -> str:
    """Name what was tried: the action of a button is more than the word `button`."""
    inbound = context.inbound
    if inbound is not None and inbound.token:
        found = chat_queries.find_token(context.session, inbound.token)
        return f"{found.action} {found.args}"[:200] if found else f"{route.act} (forged)"
    return route.act


def _apologise(
    database: Database,
    settings: Settings,
    inbound_id: int,
    inbound: Inbound,
    now: datetime,
    route: Route,
    error: Exception,
) -> Reply:
    with database.transaction() as session:
        row = queues.claim_inbound(session, inbound_id)
        if row is None:
            return Reply()
        row.done_at, row.error = now, masking.mask(f"{type(error).__name__}: {error}"[:500])
        context = _context(session, settings, inbound_id, inbound, now)
        context.audit(_act(context, route), reason=f"failed: inbound {inbound_id}")
        if inbound.kind is not InboundKind.EVENT:
            words = context.words("core.apology", id=inbound_id)
            if inbound.kind is InboundKind.BUTTON:
                context.toast(words, alert=True)
            else:
                context.answer(messages.sentence(words))
        context.flush(session)
        _redact(session, context, inbound)
    return context.reply


def _put_off(database: Database, settings: Settings, timer_id: int, now: datetime, error: Exception) -> None:
    """Try a failed timer again later; after its tries put it aside and tell HQ."""
    with database.transaction() as session:
        timer = queues.claim_timer(session, timer_id, now)
        if timer is None:
            return
        timer.attempts += 1
        timer.error = f"{type(error).__name__}: {error}"[:500]
        if timer.attempts <= len(BACK_OFF):
            timer.try_at = now + BACK_OFF[timer.attempts - 1]
            return
        timer.cancelled_at = now
        context = Context(session, settings, now)
        context.audit("timer put aside", timer.key, reason=timer.error)
        notify.tell_hq(context, lambda language, _zone: messages.timer_put_aside(language, timer.key, timer.error))
        context.flush(session)
