"""Which entries share most with what is asked: sets of entries as long numbers, one bit each, counted in parallel.

An entry has words, and a word features: two letters that follow each other, a sound, a beginning. The entries that have
a feature are one number of as many bits as there are entries. Counting how many of the asked features each entry has is
then an addition of such numbers, digit by digit: some microseconds for fifty thousand entries.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping
from math import log2

# Sets that were asked for are kept as numbers, so many; of 50,000 entries each is some 6 kB.
MOST_KEPT = 2_000
# A feature that all have weighs 1, one that one of a thousand has ten times as much.
MOST_WEIGHT = 12


class Postings:
    """Remember which entries (numbered from 0, in the order they are added) have which words, and what these have.

    Words are few where entries are many: a feature leads to words, and a word to entries.
    """

    def __init__(self, features_of: Callable[[str], Iterable[str]]) -> None:
        self._features_of = features_of
        self._entries: dict[str, array[int]] = {}  # of a word
        self._words: dict[str, list[str]] = {}  # of a feature
        self._count = 0
        self._gone = 0  # the bits of those that were taken out
        self._kept: dict[str, tuple[int, int]] = {}

    @property
    def gone(self) -> int:
        """How many entries were taken out and still take room."""
        return self._gone.bit_count()

    def add(self, words: Iterable[str]) -> int:
        """Add an entry with these words; returns its number."""
        number, entries = self._count, self._entries
        for word in words:
            found = entries.get(word)
            if found is None:
                entries[word] = array("I", (number,))
                for feature in self._features_of(word):
                    self._words.setdefault(feature, []).append(word)
            else:
                found.append(number)
        self._count += 1
        if self._kept:
            self._kept.clear()
        return number

    def take_out(self, number: int) -> None:
        """Let an entry be found no more."""
        self._gone |= 1 << number

    def has_all(self, features: Iterable[str]) -> bool:
        """Say whether one entry has all of these."""
        left = self._all
        for feature in features:
            left &= self._set(feature)[0]
        return bool(left)

    def likeliest(self, features: Mapping[str, float], most: int) -> list[int]:
        """Return the entries that share most with these, `most` of them; what is rare counts more.

        Each feature has a factor. Of those that share as much as the last, the first ones are taken.
        """
        digits: list[int] = []
        for feature, factor in features.items():
            have, count = self._set(feature)
            if count:
                weight = factor * min(MOST_WEIGHT, 1 + log2(self._count / count))
                _add(digits, have, max(1, round(weight)))
        return self._best(digits, most)

    def _best(self, digits: list[int], most: int) -> list[int]:
        """Choose the entries of the largest counts, from the highest digit down."""
        certain, equal = 0, 0
        for digit in digits:
            equal |= digit
        equal &= self._all
        for digit in reversed(digits):
            more = certain | (equal & digit)
            count = more.bit_count()
            if count > most:
                equal &= digit
            else:
                certain, equal = more, equal & ~digit
                if count == most:
                    equal = 0
                    break
        found = _numbers(certain)
        return found + _numbers(equal, most - len(found))

    @property
    def _all(self) -> int:
        return ((1 << self._count) - 1) & ~self._gone

    def _set(self, feature: str) -> tuple[int, int]:
        """Return the entries that have a feature as a number, and how many they are."""
        kept = self._kept.get(feature)
        if kept is None:
            bits = bytearray(self._count // 8 + 1)
            for word in self._words.get(feature, ()):
                for number in self._entries[word]:
                    bits[number >> 3] |= 1 << (number & 7)
            made = int.from_bytes(bits, "little")
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            kept = self._kept[feature] = made, made.bit_count()
        return kept


def _add(digits: list[int], entries: int, weight: int) -> None:
    """Add a weight to the counts of these entries; `digits` are the counts' binary digits, the lowest first."""
    place = 0
    while weight:
        if weight & 1:
            carry, at = entries, place
            while carry:
                if at >= len(digits):
                    digits.extend([0] * (at + 1 - len(digits)))
                digits[at], carry = digits[at] ^ carry, digits[at] & carry
                at += 1
        weight >>= 1
        place += 1


def _numbers(entries: int, most: int | None = None) -> list[int]:
    """Return the numbers of these entries, the first ones where there are more than `most`."""
    found: list[int] = []
    for at, byte in enumerate(entries.to_bytes((entries.bit_length() + 7) // 8, "little")):
        if byte:
            if most is not None and len(found) >= most:
                break
            found += [at * 8 + bit for bit in range(8) if byte >> bit & 1]
    return found if most is None else found[: max(0, most)]
