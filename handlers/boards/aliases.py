"""What parts are called besides, said by HQ for the whole network."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from handlers.access import HQ
from handlers.boards import alias_messages as messages
from handlers.boards.names import normalise, plain
from handlers.boards.synonyms import SYNONYMS
from handlers.errors import BadInput, TooLate
from handlers.registry import button, command
from storage.queries import stock as stock_queries

if TYPE_CHECKING:
    from handlers.context import Context

MOST_LETTERS = 30
_PARTED = re.compile(r"[=＝]|\s+是\s+")


@command("alias", "别名", "sinonimo", roles=HQ)
def alias(context: Context, words: str) -> None:
    """Say another word for parts, for the whole network; with nothing behind the `=` it is taken out again."""
    if not words.strip():
        own = [(one.word, one.means) for one in stock_queries.list_part_words(context.session)]
        context.answer(messages.aliases(context.language, own, len(SYNONYMS.words)))
        return
    said = _PARTED.split(words)
    if len(said) != 2:
        raise BadInput("boards.alias_usage")
    word, means = (" ".join(plain(side).split()) for side in said)
    if not 2 <= len(normalise(word)) <= MOST_LETTERS or (means and not 2 <= len(normalise(means)) <= MOST_LETTERS):
        raise BadInput("boards.alias_length", most=MOST_LETTERS)
    if normalise(word) == normalise(means):
        raise BadInput("boards.alias_same", word=word, means=means)
    before = _stated(context, word)
    if not means and (before or SYNONYMS.words.get(word, "")) == "":
        raise BadInput("boards.alias_none", word=word)
    _put(context, word, means if means or word in SYNONYMS.words else None)
    undo: dict[str, str | int] = {"word": word, "means": means, "before": before or "", "known": before is not None}
    context.answer(messages.alias_said(context.language, word, means, undo))


@button("boards.alias_undo", roles=HQ)
def press_alias_undo(context: Context, word: str, means: str, before: str, known: int) -> None:
    """Let a word mean what it meant before, unless somebody has changed it since."""
    if (_stated(context, word) or "") != means:
        raise TooLate("boards.alias_changed", word=word)
    _put(context, word, before if known else None)
    now = before if known else SYNONYMS.words.get(word, "")
    undo: dict[str, str | int] = {"word": word, "means": before if known else "", "before": means, "known": 1}
    context.answer(messages.alias_said(context.language, word, now, undo))


def _stated(context: Context, word: str) -> str | None:
    """Return what the network says of a word, None where it says nothing."""
    found = stock_queries.find_part_word(context.session, word)
    return None if found is None else found.means


def _put(context: Context, word: str, means: str | None) -> None:
    before = _stated(context, word)
    stock_queries.put_part_word(context.session, word, means, by=context.my_id, now=context.now)
    context.audit("boards.alias", word, before=before or "", after=means or "")
