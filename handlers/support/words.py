"""What a manager asks for in one line of words: 三电故障 T3 11月27日下午 高压互锁报警,客户车在店."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from handlers.boards.specialties import find_specialty, without_specialty
from handlers.boards.windows import Parts, When, find_when
from handlers.requests.grammar import clean, fold, parse_count

LONGEST_TEXT = 400
LONGEST_SPECIALTY = 40
LONGEST_MATTER = 200

_LEVEL = re.compile(r"(?<![a-z0-9])t ?([1-3])(?:级|以上|\+)*(?![0-9a-z])|(?<![0-9])([1-3])级(?:以上)?")
_WAITING = re.compile(
    r"(?:客户|顾客|客人|车主).{0,4}(?:等|在店)"
    r"|(?:customer|client)s?(?:'s)?.{0,12}(?:wait|in (?:the )?(?:store|shop))"
    r"|cliente.{0,12}(?:esper|en (?:la )?tienda)"
)
_NOT_WAITING = re.compile(r"(?:客户|顾客|客人|车主).{0,2}(?:不|没)|customer (?:is )?not|cliente no")
_HOURS_AND_MINUTES = re.compile(
    r"(?P<hours>[0-9]{1,3}|[一二两三四五六七八九十]{1,3}) ?"
    r"(?:(?P<half>个半)(?:小时|钟头)?|(?:个?小时|钟头|h) ?(?:(?P<minutes>[0-5]?[0-9]) ?(?:分钟?|m|min)?)?)"
)
_EDGE = " ,;:.!，。；：！、"


@dataclass(frozen=True, slots=True)
class SupportWords:
    """Hold what was said; "" and None are what was not."""

    specialty: str
    level: str
    when: When
    matter: str


def parse_support(text: str, known: Sequence[str], today: date, parts: Parts) -> SupportWords:
    """Read a call for a technician; `known` are the specialties on the map. Never raises."""
    words = clean(" ".join(text.splitlines()), LONGEST_TEXT)
    level = parse_level(words)
    if found := _LEVEL.search(fold(words)):
        words = f"{words[: found.start()]} {words[found.end() :]}"
    when = find_when(words, today, parts)
    rest = when.rest.strip(_EDGE)
    specialty = find_specialty(rest, known) or ""
    matter = without_specialty(rest, specialty) if specialty else rest
    return SupportWords(specialty[:LONGEST_SPECIALTY], level, when, clean(matter.strip(_EDGE), LONGEST_MATTER))


def parse_level(words: str) -> str:
    """Read a level, as T2 or 2级; "" where there is none."""
    found = _LEVEL.search(fold(clean(words, LONGEST_TEXT)))
    return f"T{found[1] or found[2]}" if found else ""


def says_waiting(matter: str) -> bool:
    """Say whether the words mean that a customer waits, or has left the car."""
    folded = fold(matter)
    return bool(_WAITING.search(folded)) and not _NOT_WAITING.search(folded)


def parse_hours(text: str) -> int | None:
    """Read hours of work as minutes: 3, 2.5, 2小时, 2小时30分, 两个半小时; None for anything else."""
    folded = fold(clean(text, 20)).strip()
    if found := _HOURS_AND_MINUTES.fullmatch(folded):
        hours = parse_count(found["hours"])
        return None if hours is None else hours * 60 + (30 if found["half"] else int(found["minutes"] or 0))
    found = re.fullmatch(r"([0-9]{1,3})(?:[.,]([0-9]))? ?(?:小时|个小时|h|hours?|horas?)?", folded)
    return int(found[1]) * 60 + int(found[2] or 0) * 6 if found else None
