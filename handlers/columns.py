"""Tables of a monospace face that a phone shows without wrapping: how wide words are there, cut and filled up.

A cell is as wide as a Latin letter; a Chinese character and most emoji take two.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Sequence

CELLS = 34  # what the narrowest phones show of a monospace line
_ELLIPSIS = "…"
_LEAST = 6  # cells of the column that is cut where a row is too wide


def width(text: str) -> int:
    """Return how many cells a text takes."""
    return sum(map(_width, text))


def _width(sign: str) -> int:
    if unicodedata.east_asian_width(sign) in "WF":
        return 2
    return 0 if unicodedata.category(sign) in {"Mn", "Me", "Cf"} else 1


def cut(text: str, cells: int) -> str:
    """Return the text in so many cells at the most, with … where something is left out."""
    if width(text) <= cells:
        return text
    kept, room = "", cells - width(_ELLIPSIS)
    for sign in text:
        room -= _width(sign)
        if room < 0:
            break
        kept += sign
    return kept.rstrip() + _ELLIPSIS


def fill(text: str, cells: int, *, right: bool = False) -> str:
    """Return the text filled up with blanks to so many cells."""
    blanks = " " * (cells - width(text))
    return blanks + text if right else text + blanks


def wrapped(text: str, cells: int = CELLS, *, indent: str = "") -> Iterator[str]:
    """Yield a text in lines of so many cells, broken at blanks where there are any, each after the indent."""
    room = cells - width(indent)
    row = ""
    for word in text.split():
        joined = f"{row} {word}" if row else word
        if width(joined) <= room:
            row = joined
            continue
        if row:
            yield indent + row
        while width(word) > room:
            head = cut(word, room + 1).removesuffix(_ELLIPSIS)
            yield indent + head
            word = word[len(head) :]
        row = word
    if row:
        yield indent + row


def table(rows: Sequence[Sequence[str]], *, right: Collection[int] = (), cells: int = CELLS) -> list[str]:
    """Return rows of columns as lines; those `right` stand at the right, and the first is cut where there is no room.

    A column in which nothing stands is left out.
    """
    if not rows:
        return []
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    shown = [number for number, wide in enumerate(widths) if wide]
    over = sum(widths[number] for number in shown) + len(shown) - 1 - cells
    if over > 0:
        widths[0] = max(_LEAST, widths[0] - over)
    return [
        " ".join(fill(cut(row[one], widths[one]), widths[one], right=one in right) for one in shown).rstrip()
        for row in rows
    ]
