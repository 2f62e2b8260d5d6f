"""Find the part people mean: by number or name, by pieces of it, in pinyin, with a slip of the finger.

Only one part that is named in full is certain. Everything else is a guess to be confirmed, best first.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

EXACT = 100
LONGEST = 100  # characters of what is asked; no part is called by more
# Under this a guess is noise: one wrong character of three still scores 66.
LEAST = 60
# The opposite side is the dearest mistake in a workshop, and only one character away.
WRONG_SIDE = 25
_OPPOSITES = (("左", "右"), ("前", "后"), ("left", "right"), ("front", "rear"), ("izquierd", "derech"))


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


@dataclass(frozen=True, slots=True)
class _Form:
    """Hold one way a part is called, made comparable once."""

    key: str
    words: str
    pinyin: str
    initials: str
    is_number: bool


class PartIndex:
    """Keep the parts' names ready for matching; it never changes, so that it can be cached."""

    def __init__(self, parts: Iterable[PartName]) -> None:
        self._forms = [
            (part.id, [_form(part.part_no, True), *(_form(name) for name in (part.name, *part.aliases))])
            for part in parts
        ]
        self._named: dict[str, set[int]] = {}
        for part_id, forms in self._forms:
            for form in forms:
                self._named.setdefault(form.key, set()).add(part_id)

    def named(self, words: str) -> int | None:
        """Return the part that is named in full, where it is the only one of that name."""
        key = normalise(words[:LONGEST])
        found = self._named.get(key, set()) if key else set()
        return next(iter(found)) if len(found) == 1 else None

    def match(self, words: str, limit: int = 5) -> list[Match]:
        """Return the parts that fit, best first, those of one score in the order of their ids."""
        query = _form(words[:LONGEST])
        if not query.key:
            return []
        scores = {part: max(_score(query, form) for form in forms) for part, forms in self._forms}
        exact = [part for part, score in scores.items() if score == EXACT]
        found = [Match(part, score, exact=exact == [part]) for part, score in scores.items() if score >= LEAST]
        return sorted(found, key=lambda match: (-match.score, match.part))[:limit]


def match_parts(words: str, parts: Sequence[PartName], limit: int = 5) -> list[Match]:
    """Return the parts that fit the words, best first; for more than one question keep a `PartIndex`."""
    return PartIndex(parts).match(words, limit)


def normalise(text: str) -> str:
    """Reduce a name to what is compared: letters and digits, half width, lower case, without accents."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(character for character in plain if character.isalnum())


def _form(text: str, is_number: bool = False) -> _Form:
    from pypinyin import lazy_pinyin  # its dictionary takes 50 MB and a second: only who needs it loads it

    key = normalise(text)
    syllables = [] if key.isascii() else lazy_pinyin(key)
    return _Form(
        key=key,
        words=" ".join(sorted(filter(None, map(normalise, text.split())))),
        pinyin="".join(syllables),
        initials="".join(s if s.isascii() and s in key else s[0] for s in syllables),
        is_number=is_number,
    )


def _score(query: _Form, form: _Form) -> int:
    """Score one form of a name; the steps are ranks, so that a piece of the name beats a slip in it."""
    if not form.key:
        return 0
    if query.key == form.key:
        return EXACT
    score = max(_by_pieces(query.key, form), _by_pinyin(query, form), _by_slips(query, form))
    if not form.is_number and _is_other_side(query.key, form.key):
        score -= WRONG_SIDE
    return max(0, round(score))


def _by_pieces(query: str, form: _Form) -> float:
    """Score 90–99 for the same characters or a beginning, 80–89 for a piece inside; numbers need 3 digits."""
    least = 3 if form.is_number or query.isascii() else 2
    if Counter(query) == Counter(form.key) and not form.is_number and not query.isascii():
        return 95
    share = len(query) / len(form.key)
    if len(query) >= least and query in form.key:
        return (90 if form.key.startswith(query) else 80) + 9 * share
    if len(form.key) >= max(least, 3) and form.key in query:
        return 80 + 9 / share
    return 0


def _by_pinyin(query: _Form, form: _Form) -> float:
    """Score what sounds the same: typed in pinyin, as initials, or with a wrong character of the same sound."""
    if not form.pinyin or len(query.key) < 2:
        return 0
    sound = query.pinyin or query.key
    if sound == form.pinyin:
        return 94
    if query.pinyin:
        return 85 if form.pinyin.startswith(sound) else 75 if sound in form.pinyin else 0
    if sound == form.initials:
        return 92
    if len(sound) >= 4 and sound in form.pinyin:
        return (85 if form.pinyin.startswith(sound) else 75) + 4 * len(sound) / len(form.pinyin)
    if sound in form.initials:
        return (80 if form.initials.startswith(sound) else 70) + 4 * len(sound) / len(form.initials)
    return 0


def _by_slips(query: _Form, form: _Form) -> float:
    """Score what is nearly the same in writing, at most 89."""
    if min(len(query.key), len(form.key)) < 3:
        return 0
    whole = max(
        fuzz.ratio(query.key, form.key, score_cutoff=LEAST),
        fuzz.ratio(query.words, form.words, score_cutoff=LEAST),
    )
    return min(89.0, whole)


def _is_other_side(query: str, key: str) -> bool:
    return any(
        (one in query and other not in query and other in key and one not in key)
        for pair in _OPPOSITES
        for one, other in (pair, pair[::-1])
    )
