"""Looks at customers in full: each on the record, and too many of them a case for HQ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import forms, notify, texts
from handlers.access import HQ
from handlers.chat import Message
from handlers.customers import messages, rules
from handlers.errors import BadFields, NotAllowed, TooLate
from handlers.masking import mask
from handlers.messages import sentence
from handlers.registry import button, form, timer
from storage.queries import customers as customer_queries
from storage.queries import people as people_queries
from storage.tables.people import Person

if TYPE_CHECKING:
    from handlers.context import Context

MOST_REASON = 200


def may_look(context: Context) -> bool:
    """Say whether the speaker may look once more; one look too many freezes the right and opens a case for HQ.

    Raises NotAllowed where it is frozen already.
    """
    session, limits, person = context.session, context.settings.customers, context.me
    customer_queries.lock_person(session, person.id)
    last = customer_queries.find_last_case(session, person.id)
    if rules.is_frozen(last):
        raise NotAllowed("customer.frozen")
    since = rules.counted_since(last, limits.looks_within, context.now)
    if customer_queries.count_looks(session, person.id, since) < limits.looks:
        return True
    _open_case(context, person)
    return False


def _open_case(context: Context, person: Person) -> None:
    limits, now, store = context.settings.customers, context.now, context.store
    due = now + limits.case_due
    number = customer_queries.add_case(
        context.session, person_id=person.id, now=now, due_at=due, looks=limits.looks + 1
    )
    context.later(f"look_case:{number}:due", "customers.case_due", due, case=number)
    context.audit("customer.look_frozen", person.name, after=f"case {number}", refused=True)
    context.toast(messages.too_many(context.language, context.timezone, now, due, limits), alert=True)

    def words(language: str, timezone: str) -> Message:
        place = store.name if store else ""
        return messages.case(
            language, timezone, now, number=number, who=person.name, store=place, due=due, limits=limits
        )

    notify.tell_hq(context, words)


@timer("customers.case_due")
def case_due(context: Context, case: int) -> None:
    """Remind HQ of a right nobody has decided about in time; it stays frozen."""
    found = customer_queries.get_case(context.session, case)
    if found.decided_at is not None:
        return
    who = people_queries.get_person(context.session, found.person_id).name
    notify.tell_hq(
        context,
        lambda language, timezone: messages.case_overdue(
            language, timezone, context.now, number=case, who=who, due=found.due_at
        ),
    )


@button("customers.decide", roles=HQ)
def press_decide(context: Context, case: int, restore: int) -> None:
    """Ask why the right is restored, or stays frozen."""
    if customer_queries.get_case(context.session, case).restored:
        raise TooLate("customer.already_decided")
    forms.ask(context, messages.decide_form(context.language, case, restore))


@form("customers.decide", roles=HQ)
def send_decide(context: Context, values: dict[str, str], case: int, restore: int) -> None:
    """Decide about a frozen right; whose it is hears of it."""
    reason = mask(" ".join(values.get("reason", "").split()))[:MOST_REASON]
    if not reason:
        raise BadFields({"reason": "request.reason_words"})
    found = customer_queries.get_case(context.session, case)
    if found.restored:
        raise TooLate("customer.already_decided")
    found.decided_at, found.decided_by, found.restored, found.reason = context.now, context.my_id, bool(restore), reason
    person = people_queries.get_person(context.session, found.person_id)
    key = "customer.decided_restored" if restore else "customer.decided_kept"
    context.audit(
        "customer.look_decided", person.name, before="frozen", after="restored" if restore else "frozen", reason=reason
    )

    def words(language: str, _timezone: str) -> Message:
        return sentence(texts.say(language, key, reason=reason))

    notify.tell_each(context, [person], words)
    context.answer(sentence(context.words("customer.decision_noted", who=person.name)))
