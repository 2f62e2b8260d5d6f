"""What a manager asks for in one line of words, in any order: 前大灯-左 x1 urgent 客户在等.

Fields are known by their shape (x1, 急, 客户在等) and taken out; what is left is the part, and after a pause or a
因为 the matter. A bare number is never a quantity, because part numbers are made of them (8K0 941 003).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from handlers.requests.grammar import COUNTER, MOST_PIECES, clean, fold, parse_count

Urgency = Literal["urgent", "today", "normal"]

LONGEST_TEXT = 400
LONGEST_PART = 80
LONGEST_MATTER = 200


@dataclass(frozen=True, slots=True)
class TransferWords:
    """Hold what was said; "" and None are what was not.

    `problems` are keys, in the order found: quantity_out_of_range (not a whole number from 1 to 9999),
    two_quantities, two_urgencies, too_long. The field a problem is about is then None or cut.
    """

    part: str
    quantity: int | None
    urgency: Urgency | None
    waiting: bool | None
    matter: str
    problems: tuple[str, ...]


# --- words: folded (lower case, no accents), the longer before what it begins with --------------------------

# A field stands alone: between spaces, punctuation or the ends, and not inside a hyphenated name.
_START, _END = r"(?<![^\s,;:.!?()'\"])", r"(?=[\s,;:.!?()'\"]|$)"
_URGENCY: tuple[tuple[Urgency, str], ...] = (
    ("normal", "不着急|不紧急|不急|普通|一般|正常|not urgent|no urgente|no rush|no hurry|normal|sin prisa"),
    ("urgent", "非常急|特急|很急|紧急|加急|急用|急需|急要|急件|急|urgent(?:ly)?|urgente|asap|emergency"),
    ("today", "今天(?:要|内|用)?|今日|当天|当日|today|same[ -]day|hoy(?: mismo)?"),
)
_NOT_WAITING = """
(?:客户|顾客|客人|车主)(?:不在店?|没在?等|不等|不在等)|(?:没有?|无)客户(?:在?等|等待)
|no (?:customer|client) waiting|(?:customer|client) (?:is )?not waiting
|(?:el )?cliente no (?:esta )?esper(?:a|ando)|sin cliente(?: esperando)?"""
_WAITING = """
(?:客户|顾客|客人|车主)(?:正?在(?:店里?)?等(?:着|待)?|在店里?|等着|等待|等)
|(?:the )?(?:customer|client)(?: is|'s)? (?:waiting|in (?:the )?(?:store|shop))|waiting (?:customer|client)
|(?:el )?cliente (?:esta )?(?:esperando|espera|en (?:la )?tienda)"""
# Alone these speak of the customer; in a sentence it may be the mechanic who waits.
_WAITING_BRIEF = "客户在|正?在等|等着"
_KNOWN_MATTERS = """
补库存|补充库存|库存补充|补货|备货|客户已?(?:预约|预订|约)|已约客户|事故车|保养|首保|索赔|质保|三包|返修|召回
|restock(?:ing)?|stock replenishment|warranty|recall|(?:customer )?appointment
|reposicion|garantia|cita(?: con cliente)?"""
_NUMBER = r"(?:-?[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|-?[0-9]+(?:\.[0-9]+)?(?:e[0-9]+)?)"
_CHINESE_NUMBER = "[负半零〇一二两三四五六七八九十百千万亿]+"
_MARK = r"(?:(?:qty|quantity|cantidad|cant|数量)\.? ?[:=]? ?|x ?|\* ?)"
# 2x 刹车片 and 2 x brake pad, but not 205 x 4, where the mark belongs to the number behind it.
_TIMES = r"(?:[x*](?![0-9a-z])| [x*](?![0-9a-z]| [0-9]+(?![0-9a-z])))"
_QUANTITY = re.compile(
    rf"(?:(?<![0-9a-z]){_MARK}(?P<marked>{_NUMBER})(?: ?{COUNTER})?(?![0-9a-z-]|\.[0-9])"
    rf"|(?<![0-9a-z.,-])(?P<counted>(?!0[0-9]){_NUMBER})(?: ?{COUNTER}|{_TIMES})"
    rf"|(?:(?<=[\s,;:.!?])|^)(?P<spoken>{_CHINESE_NUMBER}){COUNTER}"
    rf"|(?<=[^\W\d_a-z第])(?P<tail>{_CHINESE_NUMBER}){COUNTER}{_END}"
    r")(?![式装套月年])"
)
# Cars whose names end in X and a number: 宝马X1 is not one BMW.
_MODELS = ("宝马", "bmw", "小鹏", "xpeng", "极氪", "zeekr", "model", "volvo", "沃尔沃")


def _any(words: str) -> str:
    return words.strip().replace("\n", "")


_FIELDS = re.compile(
    rf"{_START}(?:(?:紧急程度|urgency|urgencia) ?: ?)?(?:"
    + "|".join(f"(?P<{urgency}>{words})" for urgency, words in _URGENCY)
    + rf"|(?P<not_waiting>{_any(_NOT_WAITING)}|不等)|(?P<waiting>{_any(_WAITING)}|{_WAITING_BRIEF})"
    + rf"|(?P<known>{_any(_KNOWN_MATTERS)})){_END}"
)
_SAYS_NOT_WAITING = re.compile(_any(_NOT_WAITING))
_SAYS_WAITING = re.compile(_any(_WAITING))
_CUT = re.compile(
    r"(?P<lead>原因(?:是|:)?|是?因为|由于|(?<![a-z])(?:because(?: of)?|due to|porque|debido a)(?![a-z])"
    r"|(?<![a-z])(?:reason|motivo) ?:)"
    r"|[;!]|(?<![0-9]),|,(?![0-9]{3}(?![0-9]))"
)
_LABEL = re.compile(
    r"(?:(?:配件|备件|零件|名称|part|pieza|repuesto) ?:|(?P<hurry>急需|急要|急求)|需要|求助|求|要"
    r"|(?:(?:i |we )?need|necesit(?:o|amos)|of|de)(?= )) ?(?=.)"
)
_EDGE = " ,;:.!?、，；：。！？"


@dataclass(slots=True)
class _Found:
    """Gather fields while the words are read."""

    quantities: list[int | None] = field(default_factory=list)
    urgencies: set[Urgency] = field(default_factory=set)
    waiting: bool | None = None
    matters: list[str] = field(default_factory=list)
    part: str = ""


def parse_transfer(text: str) -> TransferWords:
    """Read a request for a part in Chinese, English or Spanish; never raises, whatever was written."""
    whole = clean("; ".join(text.splitlines()), LONGEST_TEXT + 1)
    found = _Found()
    for words, is_reason in _segments(whole[:LONGEST_TEXT]):
        if is_reason or found.part:
            _read_matter(words, found, is_reason)
        else:
            found.part = _read_part(words, found)
    return _result(found, too_long=len(whole) > LONGEST_TEXT)


def _segments(shown: str) -> list[tuple[str, bool]]:
    """Cut the words at pauses; True marks what a because leads in."""
    segments, start, is_reason = [], 0, False
    for cut in _CUT.finditer(fold(shown)):
        segments.append((shown[start : cut.start()], is_reason))
        start, is_reason = cut.end(), bool(cut["lead"])
    return [*segments, (shown[start:], is_reason)]


def _read_part(shown: str, found: _Found) -> str:
    """Take every field out of the words and return what is left."""
    folded = fold(shown)
    for match in _quantities(folded):
        folded = _blank(folded, match)
        found.quantities.append(_number(match))
    for match in _FIELDS.finditer(folded):
        folded = _blank(folded, match)
        _take_field(match, shown, found)
    # Where the folded text is blank there was a field, a space or an emoji.
    left = "".join(" " if plain == " " else mark for mark, plain in zip(shown, folded, strict=True))
    left = " ".join(left.split()).strip(_EDGE)
    if label := _LABEL.match(fold(left)):
        left = left[label.end() :].strip(_EDGE)
        found.urgencies |= {"urgent"} if label["hurry"] else set()
    return left


def _read_matter(shown: str, found: _Found, is_reason: bool) -> None:
    """Keep the words as they stand, except for fields at their two ends."""
    folded = fold(shown)
    spans = {match.span(): match for match in _quantities(folded)}
    for match in _FIELDS.finditer(folded):
        if match.lastgroup != "known" and not (is_reason and match.lastgroup in ("waiting", "not_waiting")):
            spans[match.span()] = match
    start, end = 0, len(folded)
    while True:
        start = end - len(folded[start:end].lstrip(_EDGE))
        end = start + len(folded[start:end].rstrip(_EDGE))
        span = next((span for span in spans if span[0] == start or span[1] == end), None)
        if span is None:
            break
        match = spans.pop(span)
        if match.re is _QUANTITY:
            found.quantities.append(_number(match))
        else:
            _take_field(match, shown, found)
        start, end = (span[1], end) if span[0] == start else (start, span[0])
    if start < end:
        found.matters.append(shown[start:end])
    if found.waiting is None and _SAYS_NOT_WAITING.search(folded, start, end):
        found.waiting = False
    elif found.waiting is None and _SAYS_WAITING.search(folded, start, end):
        found.waiting = True


def _take_field(match: re.Match[str], shown: str, found: _Found) -> None:
    match match.lastgroup:
        case "urgent" | "today" | "normal" as urgency:
            found.urgencies.add(urgency)
        case "known":
            found.matters.append(shown[match.start() : match.end()])
        case said:
            found.waiting = said == "waiting"


def _quantities(folded: str) -> list[re.Match[str]]:
    """Return the numbers of pieces, without the names of cars that look like one."""
    return [
        match
        for match in _QUANTITY.finditer(folded)
        if not (match[0].startswith("x") and folded[: match.start()].rstrip().endswith(_MODELS))
    ]


def _number(match: re.Match[str]) -> int | None:
    """Return the whole number from 1 to 9999 that was matched, else None."""
    words = next(group for group in match.groups() if group).replace(",", "")
    number = parse_count(words)
    return number if number is not None and 1 <= number <= MOST_PIECES else None


def _blank(folded: str, match: re.Match[str]) -> str:
    return folded[: match.start()] + " " * (match.end() - match.start()) + folded[match.end() :]


def _result(found: _Found, too_long: bool) -> TransferWords:
    problems = []
    quantities = set(found.quantities)
    if None in quantities:
        problems.append("quantity_out_of_range")
    elif len(quantities) > 1:
        problems.append("two_quantities")
    urgencies = found.urgencies - {"today"} if "urgent" in found.urgencies else found.urgencies
    if len(urgencies) > 1:
        problems.append("two_urgencies")
    matter = ", ".join(found.matters)
    if too_long or len(found.part) > LONGEST_PART or len(matter) > LONGEST_MATTER:
        problems.append("too_long")
    return TransferWords(
        part=found.part[:LONGEST_PART].rstrip(),
        quantity=quantities.pop() if len(quantities) == 1 else None,
        urgency=urgencies.copy().pop() if len(urgencies) == 1 else None,
        waiting=found.waiting,
        matter=matter[:LONGEST_MATTER].rstrip(),
        problems=tuple(problems),
    )
