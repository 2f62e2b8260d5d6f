"""What is done to the ledger by hand: an entry is taken back by its counter-entry, with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import access, notify
from handlers.errors import BadInput, NotFound, TooLate
from handlers.ledger import costs, messages, rules
from handlers.registry import command
from storage.queries import ledger as ledger_queries
from storage.queries import people as people_queries
from storage.tables.people import Role

if TYPE_CHECKING:
    from handlers.context import Context


@command("reverse", "冲正", "anular", roles=access.HQ | {Role.FINANCE})
def reverse(context: Context, words: str) -> None:
    """Take back an entry of points (HQ) or a cost (HQ or finance); whom it touches is told."""
    if rules.find_entry_number(words.strip().partition(" ")[0], "M") is not None:
        costs.reverse_cost(context, words)
        return
    access.check_role(context.person, access.HQ)
    number, reason = rules.split_reversal(words)
    session, name = context.session, rules.entry_label(number)
    entry = ledger_queries.find_points_entry(session, number)
    if entry is None:
        raise NotFound("ledger.no_entry", entry=name)
    if entry.reverses_id is not None:
        raise BadInput("ledger.is_reversal", entry=name)
    added = ledger_queries.reverse_points(session, number, reason=reason, person_id=context.my_id, now=context.now)
    counter = ledger_queries.find_reversal(session, number)
    assert counter is not None
    other = rules.entry_label(counter.id)
    if not added:
        raise TooLate("ledger.reversed_before", entry=name, other=other)
    store = people_queries.get_store(session, entry.store_id)
    context.audit(
        "ledger.reverse",
        name,
        before=messages.signed(entry.points),
        after=f"{other} {messages.signed(counter.points)}",
        reason=reason,
        policy_id=entry.policy_id,
    )
    managers = people_queries.list_staff(session, store.id, (Role.STORE_MANAGER,))
    notify.tell_each(
        context,
        managers,
        lambda language, _zone: messages.told_reversal(language, name, store.name, counter.points, reason),
    )
    context.answer(messages.reversed_entry(context.language, name, other, store.name, counter.points))
