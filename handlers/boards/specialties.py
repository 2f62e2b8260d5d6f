"""What technicians are good at, as the map says it and as people ask for it: 三电 means 三电故障, and not 三元."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_APART = re.compile(r"[、，,;；|/\n]+")
# What people leave off or add: 三电故障 is 三电, 钣喷维修 is 钣喷.
_TAIL = re.compile(r"(?:故障|维修|修理|诊断|技师|专家|问题)$")
_HEAD = re.compile(r"[^\s,，、:：;；。]*")
_ENDS = re.compile(r"[\s,，、:：;；。]+|$")
SHORTEST = 2  # of Chinese signs; of Latin letters one more: "AC" would be in every other word


def split_specialties(cell: str) -> list[str]:
    """Return the specialties of a cell of the map, as they stand there."""
    return [words for part in _APART.split(cell) if (words := part.strip())]


def is_specialty(asked: str, known: str) -> bool:
    """Say whether what is asked for is this specialty: the same words, or one begins the other."""
    wanted, have = _core(asked), _core(known)
    if not wanted or not have:
        return False
    shorter, longer = sorted((wanted, have), key=len)
    return wanted == have or (len(shorter) >= _least(shorter) and longer.startswith(shorter))


def has_specialty(cell: str, asked: str) -> bool:
    """Say whether a technician's cell of the map holds what is asked for."""
    return any(is_specialty(asked, known) for known in split_specialties(cell))


def find_specialty(words: str, known: Iterable[str]) -> str | None:
    """Find the specialty that words begin with or name, the longest one first; None when they name none."""
    ordered = sorted(dict.fromkeys(known), key=lambda one: (-len(_core(one)), -len(one), one))
    said = _HEAD.match(words.strip())
    head = said[0] if said else ""
    begun = [one for one in ordered if is_specialty(head, one)]
    if begun:
        return begun[0]
    folded = _fold(words)
    return next((one for one in ordered if len(_core(one)) >= _least(_core(one)) and _core(one) in folded), None)


def without_specialty(words: str, specialty: str) -> str:
    """Return words without the specialty they begin with, where it stands there by itself."""
    words = words.strip()
    if words[: len(specialty)].casefold() == specialty.casefold() and _ENDS.match(words, len(specialty)):
        return _ENDS.sub("", words[len(specialty) :], count=1)
    head = _HEAD.match(words)
    if head and is_specialty(head[0], specialty) and _core(specialty).startswith(_core(head[0])):
        return _ENDS.sub("", words[head.end() :], count=1)
    return words


def _least(core: str) -> int:
    return SHORTEST + core.isascii()


def _core(words: str) -> str:
    folded = _fold(words)
    return _TAIL.sub("", folded) or folded


def _fold(words: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", words).casefold().split())
