"""How the name of a part is read: its words, how each sounds, and the features by which it is looked up."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

# What stands together in a part's name: signs within a model (CR-V, ID.4) part nothing, between Chinese words they do.
_WORDS = re.compile(r"[a-z0-9]+(?:[-./_·]+[a-z0-9]+)*|[^\W_a-z0-9]+")
_NOT_LETTERS = re.compile(r"[\W_]+")
_MARKS = re.compile("[\u0300-\u036f]+")  # accents, once they stand apart from their letters
# What is said alike in much of the country, or typed so in haste: zh/z, ch/c, sh/s, -ng/-n, n-/l-.
_SOFTER = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a name: `sound` has one sign for each of its characters, the same for what sounds alike."""

    key: str
    sound: str = ""
    syllables: tuple[str, ...] = ()
    initials: str = ""

    @property
    def pinyin(self) -> str:
        """How it is written in letters."""
        return "".join(self.syllables)


def plain(text: str) -> str:
    """Write a text in half width and lower case, without accents."""
    if text.isascii():
        return text.lower()
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return _MARKS.sub("", spread)


def normalise(text: str) -> str:
    """Reduce a name to what is compared: letters and digits, half width, lower case, without accents."""
    return _NOT_LETTERS.sub("", plain(text))


def words_of(text: str) -> tuple[Word, ...]:
    """Return the words of a name: those in Chinese apart from those in letters. Together they are what is compared."""
    return tuple(map(word_of, keys_of(text)))


def keys_of(text: str) -> list[str]:
    """Return the words of a name without their sounds."""
    return [found if found.isalnum() else _NOT_LETTERS.sub("", found) for found in _WORDS.findall(plain(text))]


@lru_cache(maxsize=8_192)  # names are made of the same words again and again
def word_of(key: str) -> Word:
    """Return a word with its sounds."""
    if key.isascii():
        return Word(key)
    from pypinyin import lazy_pinyin  # its dictionary takes 50 MB and a second: only who needs it loads it

    syllables = [syllable for syllable in lazy_pinyin(key) if syllable]
    if len(syllables) != len(key):  # letters that have no pinyin come in one piece
        syllables = [lazy_pinyin(letter)[0] for letter in key]
    initials = "".join(syllable[0] for syllable in syllables)
    return Word(key, "".join(map(_sign, syllables)), tuple(syllables), initials)


_signs: dict[str, str] = {}


def _sign(syllable: str) -> str:
    """Return the sign of a syllable, the same for those that sound alike."""
    soft = syllable
    for hard, softer in _SOFTER:
        if soft.startswith(hard):
            soft = softer + soft.removeprefix(hard)
            break
    return _signs.setdefault(soft.removesuffix("g") if soft.endswith("ng") else soft, chr(0xE000 + len(_signs)))


def features(word: Word) -> Iterator[tuple[str, float]]:
    """Give what a word that is typed is looked up by, and how much each says; letters may be initials or pinyin."""
    key = word.key
    yield f"={key}", 1.0
    if not word.sound:
        yield from _letter_features(key)
        yield from _initial_features(key)
        return
    yield f"^{key[0]}", 0.3
    yield f"{key[-1]}$", 0.3
    for letter in key:
        yield letter, 0.5
    for piece in _pieces(key, 2):
        yield piece, 1.0
    for sound in word.sound:
        yield sound, 0.3
    for sound in _pieces(word.sound, 2):
        yield sound, 0.8


def _letter_features(letters: str) -> Iterator[tuple[str, float]]:
    for piece in _pieces(letters, 3):
        yield f"#{piece}", 0.5


def _initial_features(letters: str) -> Iterator[tuple[str, float]]:
    if len(letters) > 1:
        yield f":^{letters[:2]}", 0.5
    for length in (2, 3):
        for piece in _pieces(letters, length):
            yield f":{piece}", 0.5


def number_pieces(key: str) -> list[str]:
    """Return the pieces a part's number is looked up by, each as a word of its own."""
    return [f"#{piece}" for piece in _pieces(key, 3)]


def features_of(word: str) -> Iterator[str]:
    """Give what a word of a name, or a piece of a number, is found by."""
    if word.startswith("#"):
        yield word
        return
    read = word_of(word)
    yield from (feature for feature, _ in features(read))
    if read.sound:
        yield f"={read.pinyin}"
        yield f"={read.initials}"
        yield from (feature for feature, _ in _letter_features(read.pinyin))
        yield from (feature for feature, _ in _initial_features(read.initials))


def _pieces(text: str, length: int) -> Iterator[str]:
    return (text[at : at + length] for at in range(len(text) - length + 1))
