"""What people mean when they answer a card in words: 收到,可以 · No, because … · Enviado.

The reader errs on the side of asking. Words that bind a store (a consent, a withdrawal) must be all that is said,
while a refusal, a shipment or a receipt may go on in free words; a question is never an answer. What is not clear
is None, and the bot shows its buttons.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

Kind = Literal["seen", "accept", "refuse", "shipped", "received", "cannot", "withdraw"]
Reason = Literal["no_stock", "reserved", "no_hands", "other"]

# Longer than any answer; the rest of what somebody pasted is not read.
LONGEST_ANSWER = 1000
# A consent is a few words; more than this is prose made of them.
LONGEST_CONSENT = 80
MOST_PIECES = 9999
LOWEST_SCORE, HIGHEST_SCORE = 1, 10


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold what was answered: `reason` of a refusal, cannot or withdrawal, `rest` for other words with it."""

    kind: Kind
    quantity: int | None = None
    reason: str = ""
    rest: str = ""


def clean(text: str, limit: int) -> str:
    """Make what a person wrote safe to keep: one line, nothing invisible, ASCII digits and letters, cut to limit.

    Chinese punctuation stays as it was written.
    """
    seen = "".join(map(_clean_character, text))
    return " ".join(unicodedata.normalize("NFC", seen).split())[:limit].rstrip()


def fold(text: str) -> str:
    """Return cleaned text for comparing, character for character: lower case, no accents, ASCII punctuation.

    Position n of the result is position n of the text, so that a match can be cut out of the original.
    """
    return "".join(map(_fold_character, text))


def parse_count(digits: str) -> int | None:
    """Read a whole number in Arabic or Chinese digits (十二, 两); None when it is neither."""
    if digits.isascii() and digits.isdigit():
        return int(digits)
    total = section = number = 0
    for character in digits:
        if character in _NUMBERS:
            number = number * 10 + _NUMBERS[character]
        elif character in _POWERS:
            power = _POWERS[character]
            section += (number or 1) * power if power < 10_000 else 0
            if power >= 10_000:
                total, section = (total + section + number or 1) * power, 0
            number = 0
        else:
            return None
    return total + section + number if digits else None


def parse_quantity(text: str) -> int | None:
    """Read how many, as people write it where a number is asked for: 2, x2, 2个, 两件; None when it is no number."""
    match = re.fullmatch(_COUNT, folded := fold(clean(text, 20)).strip())
    return parse_count(next(group for group in match.groups() if group) if match else folded)


def parse_score(text: str) -> int | None:
    """Read a score from 1 to 10 as people give it: 9, 9分, 9/10, 九分, 9 points; None when it is none."""
    folded = fold(clean(text, 20)).strip()
    match = re.fullmatch(r"([0-9]{1,3}|[一二三四五六七八九十]+)(?:\.0)? ?(?:分|/ ?10|points?|puntos?)?", folded)
    score = parse_count(match[1]) if match else None
    return score if score is not None and LOWEST_SCORE <= score <= HIGHEST_SCORE else None


def parse_answer(text: str) -> Answer | None:
    """Read an answer to a card in Chinese, English or Spanish; None when it is none or not clear."""
    return _parse(clean(text, LONGEST_ANSWER), depth=0)


def as_asked(answer: Answer) -> Answer | None:
    """Read an answer as coming from the store that was asked, which receives and withdraws nothing.

    Its 已收到,可以 accepts, its 已收到 has seen, its 无法交付 refuses; what it cannot mean is None.
    """
    if answer.kind == "cannot":
        return replace(answer, kind="refuse")
    if answer.kind == "received" and answer.rest:
        inner = parse_answer(answer.rest)
        return as_asked(inner) if inner else Answer("seen", rest=answer.rest)
    if answer.kind == "received" and answer.quantity is None:
        return Answer("seen")
    return answer if answer.kind in ("seen", "accept", "refuse") else None


def classify_reason(text: str) -> Reason:
    """Sort the words of a refusal: stock that exists but is promised is `reserved`, even beside 没货."""
    folded = fold(clean(text, LONGEST_ANSWER))
    for reason, pattern in _REASONS:
        if pattern.search(folded):
            return reason
    return "other"


# --- characters ---------------------------------------------------------------------------------------------

_FULL_WIDTH = {wide: wide - 0xFEE0 for a, z in ("０９", "ＡＺ", "ａｚ") for wide in range(ord(a), ord(z) + 1)}
# Marks and letters that show nothing: joiners, fillers, the blank braille cell, variation selectors.
_INVISIBLE = frozenset(map(chr, (0x34F, 0x115F, 0x1160, 0x3164, 0xFFA0, 0x2800, *range(0xFE00, 0xFE10))))
_PUNCTUATION = str.maketrans("。、；：，！？¿¡‘’“”（）×✕✖–—−", ".,;:,!??!''\"\"()xxx---")


@lru_cache(4096)
def _clean_character(character: str) -> str:
    if character.isspace():
        return " "
    beyond = ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF  # never characters
    if beyond or character in _INVISIBLE or unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co"):
        return ""
    return character.translate(_FULL_WIDTH)


@lru_cache(4096)
def _fold_character(character: str) -> str:
    known = character.translate(_PUNCTUATION)
    if known.isascii():
        return known.lower()
    category = unicodedata.category(character)
    if category == "No":  # x² is not two pieces
        return character
    wide = unicodedata.normalize("NFKD", character)[:1]
    if category[0] in "PSZC" or category == "Me":  # other punctuation is a pause, an emoji a gap
        return wide.lower() if wide.isascii() and wide else "," if category[0] == "P" else " "
    return wide.lower()[:1] or character


# --- words: folded (lower case, no accents), the longer before what it begins with --------------------------

_NUMBERS = {"零": 0, "〇": 0, "两": 2} | {character: n for n, character in enumerate("一二三四五六七八九", 1)}
_POWERS = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}

COUNTER = (
    r"(?:[个只件条块根台瓶桶]|套(?![筒管])|支(?![架臂撑柱])|片(?!簧)|把(?!手)|盒(?!子)|箱(?![盖体])"
    r"|(?:pcs?|pieces?|units?|sets?|ea|uds?|unidad(?:es)?|piezas?|pzas?)(?![a-z])\.?)"
)
_COUNT = (
    r"(?:(?:x|\*|qty|数量|cantidad) ?:? ?)?"
    rf"(?:([0-9]{{1,9}})(?![0-9]|\.[0-9]) ?{COUNTER}?|([{''.join(_NUMBERS | _POWERS)}]{{1,9}}){COUNTER})"
)
_SEP = r"[ ,.;:!()'\"*_~`/-]"
_GREETING = """
你好|您好|抱歉|对不起|不好意思|嗯|哦|(?:我们|我)?(?:这边|本?店)|我们|我|谢谢|辛苦了?|请
|hi|hello|(?:i'?m )?(?:very |so )?sorry|unfortunately|thank you|thanks|thx|please
|hola|lo siento|perdon|gracias|por favor"""
_THANKS = "谢谢|抱歉|对不起|不好意思|thanks|thank you|sorry|please|gracias|lo siento|perdon"
_BECAUSE = """
原因(?:是|:)?|是?因为|由于|理由(?:是|:)?
|(?:the )?reasons?(?: is|:)?|because(?: of)?|bc|due to
|porque|ya que|debido a|(?:el )?motivo(?: es|:)?|la razon es"""

_SEEN = """
收到了|收到|已阅|已读|看到了|看到|知道了|了解了|了解|明白了|明白
|seen|got it|noted|roger|understood|visto|enterado|enterada|entendido"""
_ACCEPT = """
可以|没有?问题|行吧|行|同意|接受|接单|能行|能|成
|ok(?:ay|ey)?|yes|yep|yeah|sure|accept(?:ed)?|agreed|no problem|can do|(?:we|i) can|will do|of course
|si|claro(?: que si)?|vale|de acuerdo|acept(?:o|ar|ado|amos)|(?:sin|ningun|no hay|no) problema|por supuesto"""
# 好的,收到 is how one says "noted"; without 收到 it is a yes.
_WEAK_ACCEPT = "好的|好吧|好嘞|好"
_BESIDE_ACCEPT = """
但是?|不过|只有|只能|最多|给你们?|发|给|出|调拨|调|提供|支援|帮忙|马上(?:安排|送)?|现在就?|这就|立刻|安排
|but|only|just|at most|give|send|ship|you|right away|at once|now
|pero|solo|solamente|enviar|mandar|enseguida|ahora(?: mismo)?"""
_TIME = r"[0-9]{1,3} ?(?:分钟|小时|分|天|min(?:ut[eo]s?|s)?(?![a-z])|h(?:ours?|oras?|rs?)?(?![a-z]))(?:之?内|左右|后)?"

_CANNOT = """
(?:无法|不能|没法|没办法)(?:按时)?(?:交付|交货|发货|发出|送达|送到|送货)了?|(?:交付?|发|送)不了了?|送不到
|(?:(?:we|i) )?(?:can ?not|can't|cant|unable to|won't be able to) (?:deliver|ship|send)(?: it)?
|(?:no (?:puedo|podemos|se puede)|imposible) (?:entregar|enviar)(?:l[oa])?"""
_REFUSE = """
(?:现在|今天|暂时|目前|这次|这个|真的?|实在|恐怕)?不太?行(?:的(?!话))?
|不可以(?:的(?!话))?|不同意|不接受|拒绝|做不到|不方便|帮不了|给不了|帮不上
|not (?:ok(?:ay)?|possible)|no way|no can do|nope|(?:(?:we|i) )?(?:can't|can ?not)(?: do(?: it| that)?)?
|refused?|reject(?:ed)?|declined?|impossible
|no (?:puedo|podemos|es posible|se puede|acepto|vale)|rechaz(?:o|ar|ado|amos)|imposible"""
# These begin so many other sentences that only a pause or a reason may follow.
_REFUSE_BRIEF = "不能(?:给|发|出|调)?|没有?办法|没法|不|not?"
# Said alone these are a refusal and its reason at once.
_REFUSE_BY_REASON = """
(?:现在|暂时|目前|也|都)?(?:没有?货|没有?库存|无货|无库存|缺货|断货|库存不足|售罄|卖完)了?|没有?了|没有
|(?:人手不[足够]|没人手|没有?人)了?
|(?:we (?:have|are) |we're )?(?:no stock|out of stock|sold out|not in stock|none left|no hands|short[- ]staffed)
|(?:estamos )?(?:sin (?:stock|existencias|personal)|agotad[oa])|no hay (?:stock|existencias|personal)
|(?:we|i) (?:don't|do not) have(?: it| any)?|no (?:lo |la )?(?:tenemos|tengo)|no (?:nos )?quedan?|no hay
|not available|unavailable|no (?:esta )?disponible"""
_SHIPPED = """
(?:货|配件|零件|东西)?(?:已经?(?:发|寄|送)(?:出|货|走)了?|(?:发|寄|送)出了|发货了)
|(?:司机)?(?:在路上|已出发)了?
|货?(?:已经?(?:发|寄)|发了|寄了)(?=[^一-鿿]|$|顺丰|京东|德邦
|中通|圆通|韵达|申通|极兔|邮政|闪送|货拉拉|快递|跑腿)
|(?:already )?(?:shipped|dispatched)|on (?:its|the) way
|(?:already )?sent(?= ?(?:[,.;:!0-9]|$|by |via |with |today))
|(?:ya )?(?:esta )?(?:enviad[oa]s?|despachad[oa]s?)|(?:ya )?en camino"""
_RECEIVED = """
(?:(?:货|配件|零件|东西)?(?:已经?|全部|都)收到|收到货|已?收货|货(?:已经?)?收?到
|(?:配件|零件|东西)收?到|已?到货|已?签收)了?(?:货|配件|零件)?|收到(?:货|配件|零件|东西)了
|(?:already )?received(?: (?:all|everything|it|them|ok))?|got the (?:parts?|goods)
|(?:ya )?recib(?:id[oa]s?|i|imos)(?: tod[oa]s?)?"""
_WITHDRAW = """
(?:撤回|撤销|取消)(?:请求|申请|调拨)?了?|不要了|不需要了
|(?:withdrawn?|cancel(?:l?ed)?)(?: (?:it|this|(?:(?:the|my) )?request))?
|retir(?:ar|o|ado|ada|amos)|cancel(?:ar|o|ado|ada|amos)|anular"""

_NO_HANDS = """
人手|没人|没有人|人不够|缺人|忙不过来|没空
|no hands|short[- ]?(?:staffed|handed)|understaffed|no (?:staff|people|technicians?)
|nobody (?:is )?(?:available|free|here)|not enough (?:staff|people|hands)
|(?:sin|falta de|falta|poco|no hay) personal|sin (?:manos|gente)"""
_NO_STOCK = """
没有?货|(?<!不)缺货|断货|无货|没有?库存|无库存|库存(?:不足|不够|为零|没了)|售罄|卖完|卖光|^没有?了?$|没了$
|no (?:more )?stock|(?<!not )out of stock|not in stock|none (?:left|in stock)|nothing left|no inventory|sold out|ran out
|insufficient stock|do(?:n't| not) have (?:it|any|one|stock|the)|do(?:n't| not) have$
|(?:sin|falta de|no hay|poco) (?:stock|existencias|inventario)|agotad[oa]s?|no (?:lo |la )?(?:tenemos|tengo)
|no (?:nos )?quedan?|^no hay$"""
_RESERVED = """
(?<!没人)(?<!没有)(?<!未)(?:预订|预约|预定)|[已被]订|订[了走出]|留给|(?<!没)被占
|(?<!not )\\b(?:reserved|booked|spoken for|allocated|promised)\\b|reservad[oa]s?|apartad[oa]s?|comprometid[oa]s?"""


def _any(words: str) -> str:
    """Join one table of words into a pattern that never ends inside a Latin word."""
    return f"(?:{words.strip().replace(chr(10), '')})(?:(?<![a-z])|(?![a-z']))"


_REASONS: tuple[tuple[Reason, re.Pattern[str]], ...] = (
    ("reserved", re.compile(_any(_RESERVED))),
    ("no_hands", re.compile(_any(_NO_HANDS))),
    ("no_stock", re.compile(_any(_NO_STOCK))),
)


def _head(words: str, then: str = "") -> re.Pattern[str]:
    """Compile a table to be matched where an answer begins, said once or several times."""
    return re.compile(rf"(?:{_any(words)})(?:{_SEP}*{_any(words)})*{then}")


# What makes of the words before it a question or a condition.
_UNSAID = r"(?![了啊]*(?:吗|么|嘛|呢|没(?!有?[货库人])|吧|的话|的时候|就)| ?\?)"
_PAUSE = rf"(?= *(?:[,.;:!(]|- |$)|[ ,]*(?:{_any(_BECAUSE)}|{_any(_THANKS)}))"
# After Chinese words a space is a pause too; after Latin ones it only parts words.
_GAP = rf"(?:(?<=[一-鿿])(?=[ 0-9])|{_PAUSE})"

_PAUSES = re.compile(rf"[啊呀哦噢哈嘞呐啦]*{_SEP}*")
_PAUSED = re.compile(_GAP)
_SAYS_YES = re.compile(_any(_ACCEPT))
_LEAD = re.compile(rf"(?:{_SEP}|{_any(_GREETING)})*")
_TAIL = " ,.;:!，。；：！、~～…"
_REASON_LEAD = re.compile(rf"[了啊呀哦噢哈嘞呐啦]*(?:{_SEP}|{_any(_GREETING)})*(?:{_any(_BECAUSE)})?[ ,:]*")
_BUT = re.compile(_any("但是?|不过|but|pero"))
_ENDS_ASKING = re.compile(r"(?:\?|吗|么|没)[ ,.!]*$")
_CLAUSE_ASKS = re.compile(r"[^,.;:!]*\?")
_COUNTED = re.compile(rf"[ ,]*{_COUNT}(?= *(?:$|[,;:!.]|{_any(_THANKS)}))")
_COUNTED_SHIPPED = re.compile(rf" ?{_COUNT}(?:(?<![0-9 ])(?= |$)|(?= *(?:$|[,;:!.])))")
_CONSENT = re.compile(
    rf"(?P<yes>{_any(_ACCEPT)})|(?P<weak>{_any(_WEAK_ACCEPT)})|(?P<beside>{_any(_BESIDE_ACCEPT)})"
    rf"|{_any(_GREETING)}|(?P<time>{_TIME})|(?P<count>{_COUNT})|[的啊呀哦噢喔哈嘞呐滴哒啦咯]|-(?! ?[0-9])|(?!-){_SEP}"
)
_HEADS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("withdraw", _head(_WITHDRAW, _UNSAID + _PAUSE)),
    ("cannot", _head(_CANNOT, _UNSAID)),
    ("shipped", _head(_SHIPPED, _UNSAID)),
    ("received", _head(_RECEIVED, rf"{_UNSAID}(?:{_GAP}|(?= ?(?:x ?)?[0-9]))")),
    ("seen", _head(_SEEN, _UNSAID)),
    ("consent", re.compile(rf"{_any(_ACCEPT)}|{_any(_WEAK_ACCEPT)}")),
    ("refuse", _head(_REFUSE, _UNSAID)),
    ("reason", re.compile(_any(_REFUSE_BY_REASON) + _UNSAID + rf"(?:{_GAP}|(?= (?:today|now|left|here|hoy)\b))")),
    (
        "brief",
        re.compile(
            rf"{_any(_REFUSE_BRIEF)}{_UNSAID}(?!\. ?[0-9])(?:{_GAP}|(?= (?:{_any(_REFUSE)}|{_any(_REFUSE_BY_REASON)})))"
        ),
    ),
)


# --- reading ------------------------------------------------------------------------------------------------


def _parse(shown: str, depth: int) -> Answer | None:
    """Read cleaned words; `depth` counts answers inside answers, which nobody nests on purpose."""
    folded = fold(shown)
    start = _skip(_LEAD, folded, 0)
    if depth > 3 or start == len(folded):
        return None
    if consent := _consent(shown, folded):
        return consent
    for name, pattern in _HEADS:
        if match := pattern.match(folded, start):
            return _read(name, shown, folded, start, match.end(), depth)
    return None


def _read(name: str, shown: str, folded: str, start: int, end: int, depth: int) -> Answer | None:
    if name == "consent":  # it began like one and went on as something else
        return None
    if name == "seen":
        return _seen(shown, folded, start, end, depth)
    if name == "refuse" or name == "brief":
        return None if _CLAUSE_ASKS.match(folded, end) else _refusal(shown, folded, end, depth)
    if name == "reason":
        asks = _CLAUSE_ASKS.match(folded, end)
        return None if asks else Answer("refuse", reason=shown[start:].rstrip(_TAIL))
    if _ENDS_ASKING.search(folded):
        return None
    if name == "shipped":
        quantity, end = _counted(_COUNTED_SHIPPED, folded, end)
        return Answer("shipped", quantity, rest=_words(shown, folded, end))
    if name == "received":
        quantity, end = _counted(_COUNTED, folded, end)
        return Answer("received", quantity, rest=_words(shown, folded, end))
    return Answer("cannot" if name == "cannot" else "withdraw", reason=_reason(shown, folded, end))


def _consent(shown: str, folded: str) -> Answer | None:
    """Read a yes that says nothing but yes, how many and how soon."""
    if len(folded) > LONGEST_CONSENT:
        return None
    at, agreed, counts, times = 0, False, set[int | None](), []
    while at < len(folded):
        match = _CONSENT.match(folded, at)
        if not match:
            return None
        agreed = agreed or bool(match["yes"] or match["weak"])
        if match["count"]:
            counts.add(_count_of(match))
        if match["time"]:
            times.append(shown[at : match.end()])
        at = match.end()
    if not agreed or len(counts) > 1 or None in counts:
        return None
    return Answer("accept", quantity=counts.pop() if counts else None, rest=" ".join(times))


def _seen(shown: str, folded: str, start: int, end: int, depth: int) -> Answer | None:
    said = folded[start:end]
    quantity, after = _counted(_COUNTED, folded, end)
    if quantity and said.startswith("收到") and folded[end : end + 1] != ",":
        return Answer("received", quantity, rest=_words(shown, folded, after))
    if quantity:
        return Answer("seen", quantity, rest=_words(shown, folded, after))
    rest = _words(shown, folded, end)
    if not rest:
        return Answer("seen")
    inner = _parse(rest, depth + 1)
    if inner and inner.kind == "accept" and not _SAYS_YES.search(folded, end):
        return None  # 收到,好的
    if inner:
        return inner
    return Answer("seen", rest=rest) if _PAUSED.match(folded, end) else None


def _refusal(shown: str, folded: str, end: int, depth: int) -> Answer | None:
    reason = _reason(shown, folded, end)
    inner = _parse(reason, depth + 1)
    if _BUT.match(fold(reason)) or (inner and inner.kind not in ("refuse", "cannot")):
        return None  # 不行,但是可以… says both
    return Answer("refuse", reason=reason)


def _reason(shown: str, folded: str, end: int) -> str:
    reason = shown[_skip(_REASON_LEAD, folded, end) :].rstrip(_TAIL)
    # 不行（没货）: the opening bracket was the pause.
    return reason[:-1] if reason.endswith((")", "）")) and not re.search("[(（]", reason) else reason


def _words(shown: str, folded: str, end: int) -> str:
    """Return the words from there on, nothing when they are only thanks."""
    if _skip(_LEAD, folded, end) == len(folded):
        return ""
    return shown[_skip(_PAUSES, folded, end) :].rstrip(_TAIL)


def _skip(pattern: re.Pattern[str], folded: str, at: int) -> int:
    match = pattern.match(folded, at)
    return match.end() if match else at


def _counted(pattern: re.Pattern[str], folded: str, end: int) -> tuple[int | None, int]:
    """Read a number of pieces that stands by itself; (None, end) when there is none or it is out of range."""
    match = pattern.match(folded, end)
    quantity = _count_of(match) if match else None
    return (quantity, match.end()) if match and quantity else (None, end)


def _count_of(match: re.Match[str]) -> int | None:
    digits = next(group for group in match.groups()[-2:] if group)
    quantity = parse_count(digits)
    return quantity if quantity and quantity <= MOST_PIECES else None
