"""What is written after /activate: 前大灯-左 x2 SZ02, the part, how many, and the store it goes to, in any order."""

from __future__ import annotations

from collections.abc import Iterator

from handlers.requests.grammar import clean, parse_quantity

LONGEST = 200
MOST_STORE_WORDS = 4  # of a store's name


def take_quantity(text: str) -> tuple[int | None, list[str]]:
    """Take `x2` or `两件` out of the words; a bare number is never a quantity, for part numbers are made of them."""
    quantity, rest = None, list[str]()
    for word in clean(text, LONGEST).replace("，", " ").replace(",", " ").split():
        count = None if quantity is not None or word.isdigit() else parse_quantity(word)
        if count is None:
            rest.append(word)
        else:
            quantity = count
    return quantity, rest


def splits(words: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the ways to read words as a part and a store after it, the longest name of a store first."""
    for count in range(min(MOST_STORE_WORDS, len(words) - 1), 0, -1):
        yield " ".join(words[:-count]), " ".join(words[-count:])
