"""Link an account, invite, say who one is, be away, change the language."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from handlers import access
from handlers.errors import BadInput, NotAllowed, NotFound
from handlers.people import messages, rules
from handlers.people.events import take_back
from handlers.people.help import allowed_names
from handlers.registry import STRANGERS, button, command
from handlers.texts import language_of
from handlers.working_time import say_moment
from storage.queries import audit as audit_queries
from storage.queries import people as people_queries
from storage.tables.people import Account, LinkCode, Person, Region, Store

if TYPE_CHECKING:
    from sqlmodel import Session

    from handlers.context import Context

MOST_CHOICES = 20  # buttons under one question


# Linking


@command("start", "link", "绑定", "vincular", roles=STRANGERS, secret=True)
def start(context: Context, words: str) -> None:
    """Link this account to the person of a one-time code, or say hello."""
    inbound = context.inbound
    assert inbound is not None
    # What opens a form (a slash command) is not shown to the others of the chat.
    unseen = inbound.private or inbound.can_form
    given = rules.read_code(words)
    if not unseen and given is not None:
        _burn(context, given)
    elif words.strip() and unseen:
        _link(context, given)
    else:
        context.audit("start")
        if inbound.private and context.account is not None:
            take_back(context, context.account)
        _greet(context, "people.hello")


def _link(context: Context, given: str | None) -> None:
    session, inbound = context.session, context.inbound
    assert inbound is not None
    platform, user = inbound.origin.platform, inbound.user
    if not user:
        raise NotAllowed("people.no_user")
    since = context.now - rules.GUESS_WINDOW
    rules.check_guesses(audit_queries.count_refused(session, platform=platform, user=user, act="start", since=since))
    found = people_queries.find_link_code(session, rules.code_hash(given)) if given else None
    person = people_queries.get_person(session, found.person_id) if found else None
    rules.check_code(found, person, context.now)
    assert found is not None and person is not None
    account = people_queries.find_account(session, platform, user)
    before = ""
    if account is not None:
        owner = people_queries.get_person(session, account.person_id)
        if owner.id != person.id and owner.active:
            raise NotAllowed("people.linked_to_other", name=owner.name)
        before = f"person:{owner.id}"
    again = account is not None and account.person_id == person.id
    if not again:  # the same account again spends no code: it may be meant for another one
        found.used_at = context.now
        _warn_other_account(context, person)
    if account is None:
        account = Account(
            platform=platform,
            user=user,
            person_id=person.id,
            private_chat="",
            linked_at=context.now,
            used_at=context.now,
        )
        session.add(account)
    account.person_id, account.used_at = person.id, context.now
    context.accounts.clear()
    account.private_chat = inbound.origin.chat if inbound.private else user
    context.person, context.account = person, account
    context.store = people_queries.get_store(session, person.store_id) if person.store_id else None
    context.audit("start", f"person:{person.id}", before=before, after=f"{platform}:{user}")
    take_back(context, account)
    _greet(context, "people.linked_again" if again else "people.linked")


def _warn_other_account(context: Context, person: Person) -> None:
    inbound = context.inbound
    assert inbound is not None
    language = context.language_for(person)
    name = rules.shown(inbound.user_name) or inbound.user
    context.tell(person, messages.linked_elsewhere(language, inbound.origin.platform, name))


def _burn(context: Context, given: str) -> None:
    """Take back a code that everybody in a chat has read; whether it was one stays unsaid."""
    found = people_queries.find_link_code(context.session, rules.code_hash(given))
    if found is not None and found.used_at is None:
        found.used_at = context.now
    context.audit("start", refused=True, reason="a code in public", after="burnt" if found else "")
    context.answer(messages.code_in_public(context.language), public=True)


def _greet(context: Context, key: str) -> None:
    if context.person is None:
        context.answer(messages.stranger(context.language))
        return
    facts = _facts(context, context.person)
    context.answer(messages.welcome(context.language, facts, key, allowed_names(context)))


def make_code(session: Session, person: Person, now: datetime) -> str:
    """Make a person's one-time code; those made before are worth nothing any more, and only its hash is kept."""
    people_queries.expire_link_codes(session, person.id, now)
    made = "".join(secrets.choice(rules.ALPHABET) for _ in range(rules.CODE_LENGTH))
    session.add(
        LinkCode(code_hash=rules.code_hash(made), person_id=person.id, created_at=now, expires_at=now + rules.CODE_LIFE)
    )
    return made


# Inviting


@command("invite", "邀请", "invitar", roles=access.REGION)
def invite(context: Context, words: str) -> None:
    """Give somebody a one-time code with which they link their account."""
    if not words.strip():
        raise BadInput("people.invite_whom")
    everybody = _everybody(context)
    found = rules.named(words, everybody)
    mine = [known for known in found if rules.can_invite(context.me, known)]
    if not found:
        names = [known.person.name for known in everybody if rules.can_invite(context.me, known)]
        raise _nobody(words, names)
    if not mine:
        raise NotAllowed("people.invite_not_yours")
    if len(mine) == 1:
        _hand_over(context, mine[0])
        return
    choices = [(_described(context, known), known.person.id) for known in mine[:MOST_CHOICES]]
    context.audit("invite", after=f"{len(mine)} of one name")
    context.answer(messages.which(context.language, mine[0].person.name, choices))


@button("people.invite", roles=access.REGION)
def press_invite(context: Context, person_id: int) -> None:
    """Give the person picked a one-time code."""
    known = next((known for known in _everybody(context) if known.person.id == person_id), None)
    if known is None:
        raise NotFound("people.code_unknown")
    if not rules.can_invite(context.me, known):
        raise NotAllowed("people.invite_not_yours")
    _hand_over(context, known)


def _nobody(words: str, names: list[str]) -> NotFound:
    wanted, near = rules.shown(words), rules.near_names(words, names)
    if near:
        return NotFound("people.invite_near", name=wanted, near=", ".join(near))
    return NotFound("people.invite_unknown", name=wanted)


def _hand_over(context: Context, known: rules.Known) -> None:
    assert context.inbound is not None
    made = make_code(context.session, known.person, context.now)
    context.audit("invite", f"person:{known.person.id}")
    minutes = int(rules.CODE_LIFE.total_seconds() // 60)
    told = messages.invitation(context.language, _described(context, known), made, minutes)
    # For nobody else, ever: without a person this is not said elsewhere when it cannot be said here.
    private = context.inbound.private
    context.say(context.origin, told, only_for="" if private else context.inbound.user)


def _everybody(context: Context) -> list[rules.Known]:
    session = context.session
    stores: dict[int | None, Store] = {store.id: store for store in people_queries.list_stores(session, active=False)}
    regions: dict[int | None, Region] = {region.id: region for region in people_queries.list_regions(session)}
    everybody = []
    for person in people_queries.list_everybody(session):
        store = stores.get(person.store_id)
        region_id = rules.region_of(person, store.region_id if store else None)
        region = regions.get(region_id)
        places = ((store.code, store.name) if store else ()) + ((region.name,) if region else ())
        everybody.append(rules.Known(person, region_id, places))
    return everybody


def _described(context: Context, known: rules.Known) -> str:
    place = known.places[min(1, len(known.places) - 1)] if known.places else ""  # a store's name, a region's
    return messages.described(context.language, known.person, place if known.person.store_id or known.region_id else "")


# Who one is


# Not `reading`: it is over sooner than a second transaction has begun.
@command("whoami", "我是谁", "quiensoy", roles=STRANGERS)
def whoami(context: Context, words: str) -> None:
    """Say who one is: role, store, region, language, accounts."""
    if context.person is None:
        context.answer(messages.stranger(context.language))
    else:
        context.answer(messages.who(context.language, _facts(context, context.person)))


def _facts(context: Context, person: Person) -> messages.Facts:
    session = context.session
    store = people_queries.get_store(session, person.store_id) if person.store_id else None
    region_id = rules.region_of(person, store.region_id if store else None)
    region = people_queries.get_region(session, region_id) if region_id else None
    accounts = context.accounts_of(person.id)
    return messages.Facts(
        name=person.name,
        role=person.role,
        store=f"{store.name} ({store.code})" if store else "",
        region=region.name if region else "",
        language=context.language_for(person),
        timezone=context.timezone_for(person),
        accounts=tuple((account.platform, not account.blocked) for account in accounts),
        away_until=person.away_until if rules.is_away(person, context.now) else None,
        now=context.now,
    )


# Absences


@command("away", "离开", "外出", "ausente")
def away(context: Context, words: str) -> None:
    """Be away until a time; the deputy answers meanwhile."""
    if words.strip():
        _set_away(context, words)
        return
    me = context.me
    until = _moment(context, me.away_until) if me.away_until and rules.is_away(me, context.now) else ""
    context.answer(messages.away_choices(context.language, until))


@button("people.away")
def press_away(context: Context, words: str) -> None:
    """Be away for the time picked."""
    _set_away(context, words)


@command("back", "回来", "我回来了", "volver")
def back(context: Context, words: str) -> None:
    """Be back: be asked again."""
    _set_away(context, "off")


def _set_away(context: Context, words: str) -> None:
    me, store = context.me, context.store
    opens = store.opens if store and store.opens != store.closes else None
    until = rules.read_away(words, context.now, context.timezone, opens)
    was_away = rules.is_away(me, context.now)
    before = str(me.away_until or "")
    me.away_until = until
    context.audit("away", f"person:{me.id}", before=before, after=str(until or ""))
    if until is None:
        context.answer(messages.back(context.language, was_away))
        return
    leads = store is not None and access.leads(me, store.id)
    names = [person.name for person in _stand_ins(context, me)] if leads else []
    said = messages.away(
        context.language, _moment(context, until), leads=store.name if store and leads else "", names=names
    )
    context.answer(said)


def _stand_ins(context: Context, person: Person) -> list[Person]:
    assert person.store_id is not None
    colleagues = people_queries.list_staff(context.session, person.store_id, access.STORE_LEADERS)
    reachable = people_queries.list_reachable(context.session, [colleague.id for colleague in colleagues])
    return rules.stand_ins(person, colleagues, reachable, context.now)


def _moment(context: Context, at: datetime) -> str:
    return say_moment(at, context.timezone, context.now, context.language)


# Languages


@command("lang", "language", "语言", "idioma")
def lang(context: Context, words: str) -> None:
    """Change one's own language, or in a group that of the chat."""
    if words.strip():
        _set_language(context, words)
    else:
        context.answer(messages.pick_language(context.language))


@button("people.lang")
def press_lang(context: Context, words: str) -> None:
    """Change to the language picked."""
    _set_language(context, words)


def _set_language(context: Context, words: str) -> None:
    language = rules.read_language(words)
    if language is None:
        raise BadInput("people.lang_unknown")
    inbound, me, chat = context.inbound, context.me, context.chat
    assert inbound is not None
    if inbound.private:
        context.audit("lang", f"person:{me.id}", before=me.language, after=language)
        me.language = language
        context.answer(messages.language_set(language, chat=False))
        return
    if me.role not in access.REGION:
        raise NotAllowed("people.lang_region_only")
    if chat is None:
        raise BadInput("people.not_bound")
    rules.check_binding(me, chat.purpose, chat.region_id)
    context.audit("lang", f"chat:{chat.id}", before=chat.language, after=language_of(language))
    chat.language = language
    context.answer(messages.language_set(language, chat=True), public=True)
