"""Find the part that is meant among all there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.boards.matching import PartIndex, PartName
from storage.queries import stock as stock_queries
from storage.tables.boards import Part

if TYPE_CHECKING:
    from handlers.context import Context

MOST_GUESSES = 5

_index: tuple[str, PartIndex] | None = None


def find_parts(context: Context, words: str) -> tuple[list[Part], bool]:
    """Find the part meant: those of exactly this name (True), else the likeliest few, best first (False)."""
    global _index
    session = context.session
    described = stock_queries.describe_parts(session)
    index = _index[1] if _index is not None and _index[0] == described else None
    if index is None:  # pinyin is made once for each state of the parts table
        parts = stock_queries.list_parts(session)
        index = PartIndex(PartName(part.id, part.part_no, part.name, tuple(part.aliases.split("|"))) for part in parts)
        _index = (described, index)
    named = index.named(words)
    if named is not None:
        return [stock_queries.get_part(session, named)], True
    return [stock_queries.get_part(session, match.part) for match in index.match(words, MOST_GUESSES)], False
