"""Borrowing as people ask for it: a transfer with the day by which it is back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.access import ASKERS
from handlers.registry import command
from handlers.transfers import commands, loans
from handlers.transfers.loan_words import parse_return
from handlers.working_time import local

if TYPE_CHECKING:
    from handlers.context import Context


@command("borrow", "借用", "prestamo", contacts="taken", roles=ASKERS, quotes=True)
def borrow(context: Context, words: str) -> None:
    """Borrow a part or a tool from another store until a day; what is missing is asked for."""
    commands.check_store(context)
    assert context.store is not None
    back, rest = parse_return(words, local(context.now, context.store.timezone).date())
    if back is not None:
        loans.check_day(context, back)
    commands.begin(context, rest, back=back.isoformat() if back else "", loan=True)
