"""How well a part fits what was asked: whole names by ranks, what is put together of words by how much of it fits."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from rapidfuzz import fuzz

from handlers.boards.names import Word, features, plain, words_of

EXACT = 100
# Under this a guess is noise: one wrong character of three still scores 66.
LEAST = 60
# The opposite side is the dearest mistake in a workshop, and only one character away.
WRONG_SIDE = 25
_OPPOSITES = (("左", "右"), ("前", "后"), ("left", "right"), ("front", "rear"), ("izquierd", "derech"))
# Words that all fit make a guess of this score at the most; of those that fit by less than this there is none.
ALL_WORDS, LEAST_FIT = 93, 0.62
# What a character of the same sound counts for, and one that is found by itself in a longer word.
SAME_SOUND, ALONE = 0.88, 0.5
# What people say around a part.
_FILLERS = re.compile("请问|有没有|谁家有|谁有|哪里有|有吗|零件号|配件号|备件号|要?[一两]?[个只条套]|要|的|款")


@dataclass(frozen=True, slots=True)
class Form:
    """Hold one way a part is called, made comparable once."""

    key: str
    words: str
    pinyin: str  # "" where it is not Chinese
    initials: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Fitted:
    """Hold a part as it is compared: each way it is called, and all its words together."""

    forms: tuple[Form, ...]
    number: str
    chinese: tuple[Word, ...]
    others: frozenset[str]
    keys: str  # all the Chinese words, parted by blanks; so are their sounds
    sounds: str
    pinyin: str  # those of the name in one piece
    initials: str


@lru_cache(maxsize=4_096)
def fitted(part_no: str, name: str, aliases: tuple[str, ...]) -> Fitted:
    """Make a part comparable."""
    called = [words_of(text) for text in (name, *aliases)]
    words = tuple(dict.fromkeys(chain.from_iterable(called)))
    chinese = tuple(word for word in words if word.sound)
    number, whole, *others = _form(words_of(part_no), True), *map(_form, called)
    return Fitted(
        forms=(number, whole, *others),
        number=number.key,
        chinese=chinese,
        others=frozenset(word.key for word in words if not word.sound),
        keys=" ".join(word.key for word in chinese),
        sounds=" ".join(word.sound for word in chinese),
        pinyin=whole.pinyin,
        initials=whole.initials,
    )


def _form(words: Sequence[Word], is_number: bool = False) -> Form:
    """Make one way a part is called comparable."""
    keys = [word.key for word in words]
    is_chinese = any(word.sound for word in words)
    return Form(
        key="".join(keys),
        words=" ".join(sorted(keys)),
        pinyin="".join(word.pinyin or word.key for word in words) if is_chinese else "",
        initials="".join(word.initials or word.key for word in words),
        is_number=is_number,
    )


class Query:
    """What is asked: whole, and in words."""

    def __init__(self, words: str) -> None:
        self.form = _form(words_of(words))
        said = _FILLERS.sub(" ", plain(words))
        self._words = words_of(said) or words_of(words)
        letters = [word.key for word in self._words if not word.sound]
        self._typed = "".join(letters) if len(letters) > 1 else ""
        self._size = sum(len(word.key) for word in self._words)

    def features(self) -> dict[str, float]:
        """Return what a part is looked up by, and how much each feature says."""
        found: dict[str, float] = {}
        for word in self._words:
            found |= features(word)
        if self._typed:
            found |= features(Word(self._typed))
        return found

    def score(self, part: Fitted) -> int:
        """Score a part, 0–100."""
        best = max(score(self.form, form) for form in part.forms)
        if best < EXACT and len(self.form.key) > 1:
            best = max(best, self._by_words(part))
        return best

    def _by_words(self, part: Fitted) -> int:
        """Score how much of what is asked fits, word by word, in whatever order."""
        fits = [(len(word.key), _fit(word, part)) for word in self._words]
        found = sum(size * fit for size, fit in fits) / max(1, self._size)
        if self._typed:
            typed = len(self._typed), _fit_letters(self._typed, part)
            rest = [fit for word, fit in zip(self._words, fits, strict=True) if word.sound]
            found = max(found, sum(size * fit for size, fit in (typed, *rest)) / max(1, self._size))
        if found < LEAST_FIT or is_other_side(self.form.key, part.forms[1].key):
            return 0
        return round(LEAST + (ALL_WORDS - LEAST) * (found - LEAST_FIT) / (1 - LEAST_FIT))


def _fit(word: Word, part: Fitted) -> float:
    return _fit_chinese(word, part) if word.sound else _fit_letters(word.key, part)


def _fit_chinese(word: Word, part: Fitted) -> float:
    """Say how much of a Chinese word fits, 0–1: in one piece, in pieces, or nearly."""
    key, size = word.key, len(word.key)
    best = 0.0
    for other in part.chinese:
        if key == other.key:
            return 1.0
        if key in other.key:
            best = max(best, 0.92 + 0.07 * size / len(other.key) + 0.01 * other.key.startswith(key))
    if best or size == 1:
        return best
    for other in part.chinese:
        if len(other.key) > 1:
            best = max(best, 0.98 * fuzz.ratio(word.sound, other.sound) / 100 * _share(word, other))
    return max(best, _by_pieces_of(word, part))


def _share(word: Word, other: Word) -> float:
    """Weigh what only sounds alike a little less."""
    return SAME_SOUND + (1 - SAME_SOUND) * fuzz.ratio(word.key, other.key) / 100


def _by_pieces_of(word: Word, part: Fitted) -> float:
    """Say how much of a word is found in pieces, the longest first from its beginning."""
    size, at, found = len(word.key), 0, 0.0
    while at < size:
        end = next((end for end in range(size, at, -1) if word.sound[at:end] in part.sounds), at)
        if end == at:
            at += 1
            continue
        length, is_same = end - at, word.key[at:end] in part.keys
        if length > 1:
            found += length * (1.0 if is_same else SAME_SOUND)
        elif any(word.key[at] == other.key for other in part.chinese):
            found += 1.0
        elif is_same:
            found += ALONE
        at = end
    return 0.98 * found / size


def _fit_letters(key: str, part: Fitted) -> float:
    """Say how much of a word in letters and digits fits, 0–1: a word, a number, pinyin or initials."""
    if key in part.others:
        return 1.0
    size = len(key)
    best = 0.0
    if size > 2 and key in part.number:
        best = 0.9 + 0.1 * size / len(part.number)
    elif size > 2 and part.number and part.number in key:
        best = 0.95
    elif size > 4 and part.number:
        near = fuzz.ratio(key, part.number[:size], score_cutoff=80), fuzz.ratio(key, part.number, score_cutoff=80)
        best = 0.95 * max(near) / 100
    for other in part.others:
        if size > 1 and other.startswith(key):
            best = max(best, 0.85 + 0.1 * size / len(other))
        elif size > 2 and key in other:
            best = max(best, 0.8)
        elif size > 3:
            best = max(best, 0.95 * fuzz.ratio(key, other, score_cutoff=70) / 100)
    if size > 1:
        best = max(best, _fit_pinyin(key, part))
    if best < 0.8 and size > 3 and _is_pieces(key, part):
        best = 0.82
    return best


def _fit_pinyin(key: str, part: Fitted) -> float:
    size, best = len(key), 0.0
    for word in part.chinese:
        pinyin = word.pinyin
        if key in (pinyin, word.initials):
            return 0.98
        if len(word.key) > 1 and word.initials.startswith(key):
            best = max(best, 0.9)
        elif len(word.key) > 2 and key in word.initials:
            best = max(best, 0.78)
        if size > 2 and pinyin.startswith(key):
            best = max(best, 0.9 + 0.06 * size / len(pinyin))
        elif size > 3 and key in pinyin:
            best = max(best, 0.84)
        elif size > 4:
            best = max(best, 0.9 * fuzz.ratio(key, pinyin, score_cutoff=80) / 100)
    if key in part.initials:
        best = max(best, 0.84)
    if size > 3 and key in part.pinyin:
        best = max(best, 0.86)
    return best


def _is_pieces(key: str, part: Fitted) -> bool:
    """Say whether letters are words, pinyin and initials of a part one after the other: qdda4l, scpmt."""
    known = [(word.pinyin, word.initials) for word in part.chinese]

    def begins(at: int, end: int) -> bool:
        piece = key[at:end]
        if piece in part.others:
            return True
        return end - at > 1 and any(piece == pinyin or initials.startswith(piece) for pinyin, initials in known)

    reached = {0}
    for at in range(len(key)):
        if at in reached:
            reached |= {end for end in range(at + 1, len(key) + 1) if begins(at, end)}
    return len(key) in reached


def score(query: Form, form: Form) -> int:
    """Score one way a part is called; the steps are ranks, so that a piece of the name beats a slip in it."""
    if not form.key:
        return 0
    if query.key == form.key:
        return EXACT
    best = max(_by_pieces(query.key, form), _by_pinyin(query, form), _by_slips(query, form))
    if not form.is_number and is_other_side(query.key, form.key):
        best -= WRONG_SIDE
    return max(0, round(best))


def _by_pieces(query: str, form: Form) -> float:
    """Score 90–99 for the same characters or a beginning, 80–89 for a piece inside; numbers need 3 digits."""
    least = 3 if form.is_number or query.isascii() else 2
    is_as_long = len(query) == len(form.key) and not form.is_number and not query.isascii()
    if is_as_long and Counter(query) == Counter(form.key):
        return 95
    share = len(query) / len(form.key)
    if len(query) >= least and query in form.key:
        return (90 if form.key.startswith(query) else 80) + 9 * share
    if len(form.key) >= max(least, 3) and form.key in query:
        return 80 + 9 / share
    return 0


def _by_pinyin(query: Form, form: Form) -> float:
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


def _by_slips(query: Form, form: Form) -> float:
    """Score what is nearly the same in writing, at most 89."""
    if min(len(query.key), len(form.key)) < 3:
        return 0
    whole = max(
        fuzz.ratio(query.key, form.key, score_cutoff=LEAST),
        fuzz.ratio(query.words, form.words, score_cutoff=LEAST),
    )
    return min(89.0, whole)


def is_other_side(query: str, key: str) -> bool:
    return any(
        (one in query and other not in query and other in key and one not in key)
        for pair in _OPPOSITES
        for one, other in (pair, pair[::-1])
    )
