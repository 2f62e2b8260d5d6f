"""A request before it is posted: made of somebody's message, or like one that is open already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import texts
from handlers.access import ASKERS, check_role
from handlers.chat import InboundKind, Line, bold
from handlers.context import Quoted
from handlers.errors import BadInput, TooLate, Unconfirmed
from handlers.registry import button, command, registry
from handlers.requests import around_messages, clocks, messages, rules
from handlers.requests.grammar import clean
from handlers.requests.kinds import Kind, all_kinds, kind_of
from handlers.working_time import say_moment
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.tables.requests import Request

if TYPE_CHECKING:
    from handlers.context import Context

LONGEST_QUOTE = 400


@command("draft", "草稿", "borrador", roles=ASKERS, quotes=True)
def draft(context: Context, words: str) -> None:
    """Make a request of a message: which kind is asked first."""
    said = clean(words, LONGEST_QUOTE)
    if not said:
        raise BadInput("around.draft_usage")
    if context.quoted is None:
        context.quoted = Quoted(context.me.name, said)
    kinds = [kind for kind in all_kinds() if _opens(kind) in registry.commands]
    offered = [(kind.name, context.words(f"kind.{kind.name}")) for kind in kinds]
    context.answer(around_messages.draft(context.language, context.quoted.author, said, offered))


def _opens(kind: Kind) -> str:
    return kind.command or kind.name


@button("request.draft_as", roles=ASKERS)
def press_draft_as(context: Context, kind: str) -> None:
    """Begin a request of this kind from the words of the message."""
    found = next((one for one in all_kinds() if one.name == kind), None)
    if found is None or context.quoted is None:
        raise TooLate("core.unknown_button")
    opens = registry.commands[_opens(found)]
    check_role(context.person, opens.roles)
    opens.run(context, context.quoted.text)


def check_confirmed(context: Context, request: Request) -> None:
    """Raise Unconfirmed where who asks should look first: it is somebody's message, or open already.

    Nothing is public until then: what was begun is rolled back, and begun again with the press of a button.
    """
    inbound = context.inbound
    if context.confirmed or inbound is None:
        return
    same = _same(context, request)
    seen = context.quoted is None or inbound.kind is InboundKind.FORM  # a whole form was looked at before it was sent
    if same is None and seen:
        return
    language, lines = context.language, list[Line]()
    if same is not None:
        lines.append(_looks_like(context, same))
    if not seen:
        lines.extend(_preview(context, request))
    if same is not None:
        label = rules.label(kind_of(same).letter, same.number)
        lines.append(texts.say_line(language, "around.same_question", label=label))
    raise Unconfirmed(lines, "around.same_button" if same is not None else "around.confirm_button")


def _same(context: Context, request: Request) -> Request | None:
    """Find what the same store has asked for a short time ago, and is still open."""
    since = context.now - clocks.rules_of(context, request).limits.duplicate
    kind = kind_of(request)
    for other in request_queries.list_recent(context.session, request, since):
        if other.id != request.id and other.practice == request.practice and kind.same(context, request, other):
            return other
    return None


def _looks_like(context: Context, same: Request) -> Line:
    language, kind = context.language, kind_of(same)
    label, brief = rules.label(kind.letter, same.number), kind.brief(context, same, language)
    at = say_moment(same.opened_at, context.timezone, context.now, language)
    store_id = same.owner_store_id
    if store_id is None:
        return texts.say_line(language, "around.same_open", label=bold(label), brief=brief, at=at)
    store = people_queries.get_store(context.session, store_id).name
    return texts.say_line(language, "around.same_owned", label=bold(label), brief=brief, at=at, store=store)


def _preview(context: Context, request: Request) -> list[Line]:
    """Write what would be posted, with the words it was made of."""
    language, kind = context.language, kind_of(request)
    context.session.flush()
    lines = [texts.say_line(language, "around.draft_title")]
    title, urgency = texts.say(language, f"kind.{kind.name}"), texts.say(language, f"urgency.{request.urgency}")
    lines.append((bold(title), *texts.say_line(language, "around.draft_urgency", urgency=urgency)))
    lines.extend(kind.what(context, request, language, context.timezone))
    lines.append(texts.say_line(language, kind.matter, matter=messages.say_matter(language, request.matter)))
    if context.quoted is not None:
        who, words = context.quoted.author or "—", clean(context.quoted.text, LONGEST_QUOTE)
        lines.append(texts.say_line(language, "around.draft_original", who=who, words=words))
    return lines
