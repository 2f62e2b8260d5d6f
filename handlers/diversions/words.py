"""What an advisor says in one line of words: 保养 等待150分钟 宝马X3 需要代步车.

The wait is known by its shape. What stands before it is the service; behind it come the vehicle and, after a pause
or a 需要, what the customer needs. Where the wait comes first or is not said, the words come in this order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from handlers.requests.grammar import clean, fold, parse_count

LONGEST_TEXT = 400
LONGEST_SERVICE = 60
LONGEST_VEHICLE = 60
LONGEST_NEEDS = 200


@dataclass(frozen=True, slots=True)
class DiversionWords:
    """Hold what was said; "" and None are what was not. `problems` are keys: two_waits, too_long."""

    service: str
    wait: int | None
    vehicle: str
    needs: str
    problems: tuple[str, ...]


_NUMBER = r"[0-9]{1,4}(?:\.[0-9])?|[零〇一二两三四五六七八九十百]+"
_HOURS, _MINUTES = r"(?:个?小时|钟头|hours?|hrs?|horas?|h)", r"(?:分钟|分|minutes?|minutos?|mins?|m)"


def _span(mark: str) -> str:
    """Return the pattern of a stretch of time; its groups' names end with the mark."""
    return (
        rf"(?:(?P<hours{mark}>{_NUMBER}) ?(?:个(?P<half_a{mark}>半)小时|{_HOURS}(?P<half_b{mark}>半)?)"
        rf"(?: ?(?P<rest{mark}>[0-9]{{1,3}}) ?{_MINUTES})?|(?P<minutes{mark}>{_NUMBER}) ?{_MINUTES})(?![a-z])"
    )


_WAIT = re.compile(
    r"(?:(?:预计|大概|还)?(?:需要|要)?等待?(?:约|大约|时间)?"
    r"|(?:expected )?wait(?:ing)?(?: of| about)?|esperar?|espera de)"
    rf" ?:? ?(?:约|大约|about|unos|unas)? ?{_span('')}|(?<![0-9a-z.]){_span('_alone')}"
)
_PAUSE = re.compile(r"[,;、]|(?<=\S) (?=需要|想要|要|needs? |wants? |necesita |quiere )")
_EDGE = " ,;:.!、，；：。！"


def parse_diversion(text: str) -> DiversionWords:
    """Read a diversion in Chinese, English or Spanish; never raises, whatever was written."""
    whole = clean("; ".join(text.splitlines()), LONGEST_TEXT + 1)
    shown = whole[:LONGEST_TEXT]
    found = list(_WAIT.finditer(fold(shown)))
    waits = {minutes for match in found if (minutes := _minutes(match)) is not None}
    before, behind = shown, ""
    if found:
        before, behind = shown[: found[0].start()].strip(_EDGE), shown[found[0].end() :].strip(_EDGE)
    parts = [part for words in (before, behind) for part in _parts(words)] if before and behind else None
    if parts is None:
        parts = _loose(before or behind)
    elif len(_parts(before)) == 1 and len(parts) == 2:  # 保养 等150分钟 宝马X3 要代步车 without a pause
        parts = [parts[0], *_first_word(parts[1])]
    service, vehicle, needs = (*parts[:2], "", "")[0], (*parts[1:2], "")[0], "，".join(parts[2:])
    problems = ["two_waits"] if len(waits) > 1 else []
    too_long = (len(service) > LONGEST_SERVICE, len(vehicle) > LONGEST_VEHICLE, len(needs) > LONGEST_NEEDS)
    if len(whole) > LONGEST_TEXT or any(too_long):
        problems.append("too_long")
    return DiversionWords(
        service[:LONGEST_SERVICE],
        waits.pop() if len(waits) == 1 else None,
        vehicle[:LONGEST_VEHICLE],
        needs[:LONGEST_NEEDS],
        tuple(problems),
    )


def parse_wait(text: str) -> int | None:
    """Read a wait where one is asked for, in minutes: 150, 150分钟, 2.5小时, 两个半小时; None when it is none."""
    folded = fold(clean(text, 40)).strip()
    if re.fullmatch(r"[0-9]{1,5}", folded):
        return int(folded)
    match = _WAIT.fullmatch(folded)
    return _minutes(match) if match else None


def _minutes(match: re.Match[str]) -> int | None:
    said = {name.removesuffix("_alone"): words for name, words in match.groupdict().items() if words}
    if "minutes" in said:
        return _count(said["minutes"], 1)
    hours = _count(said["hours"], 60)
    if hours is None:
        return None
    return hours + (30 if "half_a" in said or "half_b" in said else 0) + int(said.get("rest", "0"))


def _count(words: str, size: int) -> int | None:
    if "." in words:
        return round(float(words) * size)
    number = parse_count(words)
    return None if number is None else number * size


def _parts(words: str) -> list[str]:
    """Cut words at their pauses; the cut is made where the folded words have it."""
    folded, parts, start = fold(words), [], 0
    for match in _PAUSE.finditer(folded):
        parts.append(words[start : match.start()])
        start = match.end()
    return [part for one in [*parts, words[start:]] if (part := one.strip(_EDGE))]


def _loose(words: str) -> list[str]:
    """Cut words without a wait between them: by pauses, where there are none by the first two spaces."""
    parts = _parts(words)
    if not parts:
        return []
    first = _first_word(parts[0])
    if len(first) == 2 and len(parts) < 3:
        return [first[0], *(_first_word(first[1]) if len(parts) == 1 else [first[1]]), *parts[1:]]
    return parts


def _first_word(words: str) -> list[str]:
    first, _, rest = words.partition(" ")
    return [part for part in (first, rest.strip()) if part]


_COMPENSATION = re.compile(
    r"(?:给|送|补)?(?:(?P<voucher>服务券|代金券|抵用券|券|(?:service )?vouchers?|vales?(?: de servicio)?|bonos?)"
    r"|(?P<cash>现金|cash|efectivo)) ?:? ?(?P<amount>.*)"
)


def parse_compensation(text: str) -> tuple[str, str] | None:
    """Read 服务券 300 or cash 500 as what is given and its amount in words ("" the usual); None when it is neither."""
    shown = clean(text, 60)
    match = _COMPENSATION.fullmatch(fold(shown))
    if not match:
        return None
    return "voucher" if match["voucher"] else "cash", shown[match.start("amount") :].strip(_EDGE)


_OUTCOME = re.compile(
    r"(?:(?P<dismissed>不成立|驳回|dismiss(?:ed)?|reject(?:ed)?|rechaz(?:ada|ar))"
    r"|(?P<upheld>成立|upheld|uphold|aceptada|aceptar|estimada))[ ,.:;]*(?P<reason>.*)"
)


def parse_outcome(text: str) -> tuple[str, str] | None:
    """Read 不成立 and its reason as upheld or dismissed and the words; None where one of the two is missing."""
    shown = clean(text, 300)
    match = _OUTCOME.fullmatch(fold(shown))
    reason = shown[match.start("reason") :].strip(_EDGE) if match else ""
    if not match or not reason:
        return None
    return "dismissed" if match["dismissed"] else "upheld", reason[:200]
