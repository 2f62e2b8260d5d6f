"""The part number that stands in the words of a shipping: 已发 8K0 941 003 顺丰 SF123, and whether it is another one.

A number is a part's where it is one we know, where it looks like the one asked for, or where it is called one.
Everything else (a waybill, a time) is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from handlers.requests.grammar import clean

LONGEST_NUMBER = 40
_HERE = "\0"  # stands where something was called a part number; nobody can write it
_MOST_TOKENS = 5  # 8K0 941 003 AB is four
_CALLED = re.compile(
    r"(?:件号|零件号|配件号|part (?:no\.?|number)|p/n|n[úu]mero de pieza|ref\.?)[ :：]*", re.IGNORECASE
)
_SUBSTITUTE = re.compile(r"替代件?|代用件?|替换件?|substitutes?|instead|sustitut[oa]|en lugar", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sent:
    """What was said of the number: "" for nothing; `substitute` says that another one is meant; `rest` is left."""

    number: str = ""
    substitute: bool = False
    rest: str = ""


def bare(number: str) -> str:
    """Return a part number for comparing: 8K0-941 003 and 8k0941003 are one."""
    return "".join(letter for letter in number.upper() if letter.isalnum())


def read_sent(words: str, wanted: str, known: Collection[str]) -> Sent:
    """Read the part number among the words; `known` are the bare numbers of the parts there are."""
    shown = clean(words.replace("，", " ").replace(",", " "), 400)
    substitute = _SUBSTITUTE.search(shown) is not None
    shown = _SUBSTITUTE.sub(" ", shown)
    called = _CALLED.search(shown)
    if called is not None:
        shown = f"{shown[: called.start()]} {_HERE} {shown[called.end() :]}"
    tokens = shown.split()
    for start in range(len(tokens)):
        for end in range(min(start + _MOST_TOKENS, len(tokens)), start, -1):
            taken = tokens[start:end]
            if _HERE in taken:
                continue
            number = bare("".join(taken))
            if number in known or number == bare(wanted) or _looks_like(number, bare(wanted)):
                rest = " ".join(word for word in (*tokens[:start], *tokens[end:]) if word != _HERE)
                return Sent(" ".join(taken)[:LONGEST_NUMBER], substitute, rest)
    if _HERE in tokens:  # called a part number, and like none we know
        at = tokens.index(_HERE)
        named = tokens[at + 1 : at + 2]
        return Sent(" ".join(named)[:LONGEST_NUMBER], substitute, " ".join((*tokens[:at], *tokens[at + 2 :])))
    return Sent("", substitute, " ".join(tokens))


def _looks_like(number: str, wanted: str) -> bool:
    """Say whether a number has the shape of the one asked for: letters and figures in the same places."""
    return len(number) >= 6 and number.isascii() and _shape(number) == _shape(wanted)


def _shape(number: str) -> str:
    return re.sub("[A-Z]", "A", re.sub("[0-9]", "9", number))
