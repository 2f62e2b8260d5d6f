"""Find the part people mean: by number or name, by pieces of it, in pinyin, with a slip of the finger, in other words.

Only one part that is named in full is certain. Everything else is a guess to be confirmed, best first. What is asked
is looked up by its features (`postings`), and the few dozen likeliest are compared word by word (`fitting`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from handlers.boards.fitting import EXACT, LEAST, Query, fitted
from handlers.boards.names import features_of, keys_of, normalise, number_pieces
from handlers.boards.postings import Postings
from handlers.boards.synonyms import SYNONYMS, Synonyms

LONGEST = 100  # characters of what is asked; no part is called by more
# So many are compared word by word; of fewer parts all of them.
MOST_COMPARED = 64


@dataclass(frozen=True, slots=True)
class PartName:
    """Name a part in every way it is called."""

    id: int
    part_no: str
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """Say how well a part fits: score 0–100; `exact` when it was named in full and is the only one of that name."""

    part: int
    score: int
    exact: bool


class PartIndex:
    """Keep the parts' names ready for matching, and take in what changes of them."""

    def __init__(self, parts: Iterable[PartName], synonyms: Synonyms = SYNONYMS) -> None:
        self.synonyms = synonyms
        self._empty()
        self.renew(parts)

    def _empty(self) -> None:
        self._parts: dict[int, PartName] = {}
        self._entries: dict[int, int] = {}  # part → its number in the postings
        self._listed: list[int] = []  # and the other way round
        self._named: dict[str, int | list[int]] = {}  # one of that name, or several
        self._postings = Postings(features_of)

    def renew(self, parts: Iterable[PartName]) -> int:
        """Take in the parts as they are now; returns how many were new, called otherwise or gone."""
        now = {part.id: part for part in parts}
        old = [known for part_id, known in self._parts.items() if now.get(part_id) != known]
        for known in old:
            self._forget(known)
        new = [part for part in now.values() if part.id not in self._parts]
        changed = len(new) + len(old)
        if self._postings.gone > len(now):  # what is gone takes more room than what there is
            self._empty()
            new = list(now.values())
        for part in new:
            self._learn(part)
        return changed

    def named(self, words: str) -> int | None:
        """Return the part that is named in full, where it is the only one of that name."""
        found = self._named.get(normalise(words[:LONGEST]))
        return found if isinstance(found, int) else None

    def match(self, words: str, limit: int = 5) -> list[Match]:
        """Return the parts that fit, best first, those of one score in the order of their ids."""
        words = words[:LONGEST]
        if not normalise(words):
            return []
        scores: dict[int, int] = {}
        for said in (words, *self.synonyms.others(words.casefold(), self._is_known)):
            query = Query(said)
            less = said is not words  # what was said itself goes before what means the same
            for part_id in self._likeliest(query):
                part = self._parts[part_id]
                score = query.score(fitted(part.part_no, part.name, part.aliases)) - less
                if score > scores.get(part_id, 0):
                    scores[part_id] = score
        exact = [part for part, score in scores.items() if score == EXACT]
        found = [Match(part, score, exact=exact == [part]) for part, score in scores.items() if score >= LEAST]
        return sorted(found, key=lambda match: (-match.score, match.part))[:limit]

    def _is_known(self, word: str) -> bool:
        """Say whether a part is called so, as far as its features tell."""
        words = keys_of(word)
        pairs = (key[at : at + 2] for key in words if not key.isascii() for at in range(len(key) - 1))
        return self._postings.has_all(chain(pairs, (f"={key}" for key in words if key.isascii())))

    def _likeliest(self, query: Query) -> Iterable[int]:
        if len(self._parts) <= MOST_COMPARED:
            return self._parts
        found = {self._listed[entry] for entry in self._postings.likeliest(query.features(), MOST_COMPARED)}
        named = self._named.get(query.form.key, [])
        return found | {*([named] if isinstance(named, int) else named)}

    def _learn(self, part: PartName) -> None:
        self._parts[part.id] = part
        number, *names = _read(part)
        self._entries[part.id] = self._postings.add({*number_pieces("".join(number)), *chain.from_iterable(names)})
        self._listed.append(part.id)
        for key in _keys(number, *names):
            known = self._named.get(key)
            if known is None:
                self._named[key] = part.id
            elif isinstance(known, int):
                self._named[key] = [known, part.id]
            else:
                known.append(part.id)

    def _forget(self, part: PartName) -> None:
        del self._parts[part.id]
        self._postings.take_out(self._entries.pop(part.id))
        for key in _keys(*_read(part)):
            known = self._named.pop(key)
            left = [other for other in known if other != part.id] if isinstance(known, list) else []
            if left:
                self._named[key] = left if len(left) > 1 else left[0]


def match_parts(words: str, parts: Sequence[PartName], limit: int = 5) -> list[Match]:
    """Return the parts that fit the words, best first; for more than one question keep a `PartIndex`."""
    return PartIndex(parts).match(words, limit)


def _read(part: PartName) -> list[list[str]]:
    """Return the words of each way a part is called, its number first."""
    return [keys_of(text) for text in (part.part_no, part.name, *part.aliases)]


def _keys(*called: list[str]) -> set[str]:
    return {"".join(words) for words in called if words}
