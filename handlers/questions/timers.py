"""What happens later to a question nobody has answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.questions import calling, cards
from handlers.registry import timer
from storage.queries import questions as question_queries
from storage.tables.questions import QuestionState

if TYPE_CHECKING:
    from handlers.context import Context


@timer("questions.next")
def call_next(context: Context, question: int, turn: int) -> None:
    """Call the next level, unless somebody has answered meanwhile."""
    found = question_queries.get_question(context.session, question)
    if found.state is not QuestionState.OPEN or found.turn != turn:
        return
    calling.climb(context, found)
    cards.refresh(context, found)


@timer("questions.refresh")
def refresh(context: Context, question: int) -> None:
    """Show a question's cards again, as when one was deleted or its chat moved."""
    cards.refresh(context, question_queries.get_question(context.session, question))
