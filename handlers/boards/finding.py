"""The parts of the network, kept ready to be found: one index in each process, renewed when they have changed.

The same on both databases. What holds is known by one small number that every change of a part, or of a word for one,
raises; the names are read again only when it is another, and only what is called otherwise is taken in anew.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from handlers.boards.matching import PartIndex, PartName
from handlers.boards.synonyms import SYNONYMS
from storage.queries import stock as stock_queries
from storage.tables.boards import Part

if TYPE_CHECKING:
    from sqlmodel import Session

    from handlers.context import Context

MOST_GUESSES = 5
MANY = 2_000  # parts, of which the index takes a tenth of a second


class _Kept:
    """The index of one database, and the state of the parts that it was made of."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.index = PartIndex(())
        self.state: int | None = None

    def renew(self, session: Session) -> None:
        """Take in what has changed."""
        state = stock_queries.state_of_parts(session)
        if state == self.state:
            return
        own = [(one.word, one.means) for one in stock_queries.list_part_words(session)]
        self.index.synonyms = SYNONYMS.with_own(own) if own else SYNONYMS
        self.index.renew(
            PartName(part_id, part_no, name, tuple(aliases.split("|")) if aliases else ())
            for part_id, part_no, name, aliases in stock_queries.list_part_names(session)
        )
        self.state = state


_kept: WeakKeyDictionary[object, _Kept] = WeakKeyDictionary()  # by the engine of the database


def find_parts(context: Context, words: str) -> tuple[list[Part], bool]:
    """Find the part meant: those of exactly this name (True), else the likeliest few, best first (False)."""
    session = context.session
    kept = _kept.setdefault(session.connection().engine, _Kept())
    with kept.lock:
        kept.renew(session)
        named = kept.index.named(words)
        found = [] if named is not None else [one.part for one in kept.index.match(words, MOST_GUESSES)]
    if named is not None:
        return [stock_queries.get_part(session, named)], True
    return list(stock_queries.list_parts_of(session, found)) if found else [], False


def make_ready(session: Session) -> None:
    """Make the index before somebody asks, where that takes long enough to be felt."""
    if stock_queries.count_parts(session) < MANY:
        return
    kept = _kept.setdefault(session.connection().engine, _Kept())
    with kept.lock:
        kept.renew(session)
