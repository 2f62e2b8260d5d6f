"""Telephones, plates and names of customers in free text: found, masked, taken out. Pure.

Errs on the side of people: what looks like a telephone or a plate is masked; a number with a letter before it is a
part's, a waybill's or a label's and stays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

LONGEST_NAME = 40
LONGEST_PHONE = 24
LONGEST_PLATE = 12

Found = Literal["name", "phone", "plate"]


@dataclass(frozen=True, slots=True)
class Contact:
    """What identifies a customer; "" is what was not said."""

    name: str = ""
    phone: str = ""
    plate: str = ""

    def __bool__(self) -> bool:
        return bool(self.name or self.phone or self.plate)


@dataclass(frozen=True, slots=True)
class _Place:
    what: Found
    start: int
    end: int
    words: str


_FULL_WIDTH = {wide: wide - 0xFEE0 for a, z in ("０９", "ＡＺ", "ａｚ") for wide in range(ord(a), ord(z) + 1)}
_APART = r"(?<![A-Za-z0-9+])(?<![A-Za-z0-9]-)"
_GAP = r"[ .\-]?"
_PHONE = re.compile(
    rf"{_APART}(?:\+?86{_GAP})?1[3-9][0-9]{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}}(?![A-Za-z0-9])"
    rf"|{_APART}0[0-9]{{2,3}}[ -][0-9]{{7,8}}(?![A-Za-z0-9])"
    r"|(?<![A-Za-z0-9])\+[0-9]{1,3}(?:[ .\-()]{0,2}[0-9]){7,12}(?![0-9])"
    # A number of another shape is a telephone where it is called one.
    r"|(?i:(?<![a-z])(?:tel[eé]fono|telephone|tel|phone|mobile|m[oó]vil|celular)|电话|手机)[.:： ]{0,3}"
    r"(?P<called>[0-9](?:[ .\-]?[0-9]){6,12})(?![A-Za-z0-9])"
)
_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE = re.compile(
    rf"(?i:[{_PROVINCE}][A-HJ-NP-Z][·•. -]?"
    r"(?:[A-HJK][A-HJ-NP-Z0-9][0-9]{4}|[0-9]{5}[A-HJK]|(?=(?:[A-Z]*[0-9]){3})[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9港澳学警挂]))"
    r"(?![A-Za-z0-9])"
    r"|(?i:(?<![a-z])(?:number plate|plate|matr[ií]cula|placa)|车牌号?)[.:： ]{0,3}"
    r"(?P<called>(?=[A-Za-z -]*[0-9])(?=[0-9 -]*[A-Za-z])[A-Za-z0-9]{1,4}(?:[ -]?[A-Za-z0-9]{1,5}){1,2})(?![A-Za-z0-9])"
)
_CUSTOMER = r"(?:客户|顾客|客人|车主|联系人)"
_TITLE = r"(?:先生|女士|小姐|太太|师傅|老师)"
_HAN = "\u4e00-\u9fff"
# What a bare name may begin with: common family names, where they do not begin a word of the workshop (高压, 雷达).
_FAMILY = (
    "(?:(?!高压|高温|高速|万向|雷达|金属|余量|常亮|白色|黄色|黄灯|黄埔|方向|严重|包括|包装|项目|解决|柴油|龙岗|龙华|罗湖|江门)"
    "[赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕张孔曹严金魏陶姜谢邹喻苏潘葛范彭鲁韦马苗俞任袁柳鲍史唐廉岑薛雷贺倪汤"
    "罗毕郝邬常傅康伍余顾孟黄穆萧尹姚邵汪祁毛狄戴宋庞熊纪舒屈项祝董梁杜阮闵季贾江童郭梅林刁钟徐邱骆高夏蔡田樊胡凌霍虞万柯卢"
    "莫解丁邓洪包石崔龚程邢裴陆荣翁甄段焦谷侯宁仇甘武符刘景詹龙叶黎白赖卓池乔庄晏柴阎廖聂曾游岳邝谭欧方])"
)
_CAPITAL = r"[A-ZÁÉÍÓÚÑ][a-záéíóúñü]+(?:[-'][A-Z][a-z]+)?"
_NAME = re.compile(
    rf"(?:{_CUSTOMER}(?:姓名|叫|是)?[:： ]*)(?P<zh>[{_HAN}]{{1,3}}?{_TITLE})"
    # Without a title a name is one only right before a telephone or a plate.
    rf"|(?:{_CUSTOMER}(?:姓名|叫|是)?[:： ]*)"
    rf"(?P<bare>(?:(?![在等已要约预来说不的想车店到修保换])[{_HAN}]){{2,4}})[,， :：]*(?=\0)"
    # A family name with a title is somebody's; one of two or three signs that stands alone beside a number, too.
    rf"|(?P<titled>{_FAMILY}[{_HAN}]{{0,2}}?(?:先生|女士|小姐|太太))"
    rf"|(?<![{_HAN}\w])(?P<beside>{_FAMILY}(?:(?![在等车店])[{_HAN}]){{1,2}})[,， :：]*(?=\0)"
    rf"|(?:姓名|名字)[:： ]+(?P<named>[{_HAN}]{{2,4}})"
    r"|(?i:(?<![a-z])(?:customer|client|cliente)[: ]+)"
    r"(?P<en>(?:(?:Mrs?|Ms|Miss|Sra?|Srta|Don|Doña)\.? )[A-ZÁÉÍÓÚÑ][\w'-]+"
    r"(?: [A-ZÁÉÍÓÚÑ][\w'-]+)?)"
    rf"|(?<![\w.])(?P<mr>(?:Mrs?|Ms|Miss|Sra?|Srta|Doña)\.? {_CAPITAL}(?: {_CAPITAL})?)"
    rf"|(?<![\w.])(?P<latin>{_CAPITAL} {_CAPITAL})[, :]*"
    r"(?:(?i:tel[eé]fono|telephone|tel|phone|mobile|m[oó]vil)[.: ]*)?(?=\0)"
)
_CALLED = r"(?:(?i:tel[eé]fono|telephone|tel|phone|mobile|m[oó]vil|celular)|电话|手机)?[.:： ]{0,3}"
_LICENSED = r"(?:(?i:number plate|plate|matr[ií]cula|placa)|车牌号?)?[.:： ]{0,3}"
# What is left of a contact once it is masked, with the word that led to it.
_MASKED = re.compile(
    rf"(?:{_CUSTOMER}|(?i:(?<![a-z])(?:customer|client|cliente)(?= ?[:+\w.]*\*)))?(?:姓名|叫|是)?[:： ]*"
    rf"(?:(?:[A-ZÁÉÍÓÚÑ{_HAN}]\*\*(?!\*)|{_CALLED}\+?[0-9]{{2,3}}\*\*\*\*[0-9]{{3,4}}"
    rf"|{_LICENSED}[{_PROVINCE}A-Za-z0-9]{{1,2}}·\*\*\*[A-Za-z0-9港澳学警挂]{{2}})[,，;； ]*)+"
)
_MAYBE = re.compile(
    rf"[0-9０-９]{{3}}|[{_PROVINCE}]|{_CUSTOMER}|{_TITLE}|姓名|(?i:customer|client)|(?:M[rsi]|Sr|Doña)[a-z]{{0,3}}[. ]"
)


def mask_name(name: str) -> str:
    """Return the first letter of a name, the rest hidden: 张**."""
    return f"{name.strip()[:1]}**" if name.strip() else ""


def mask_phone(phone: str) -> str:
    """Return a telephone with its middle hidden: 138****1234, +66****5678."""
    digits = "".join(character for character in phone if character.isdigit())
    if len(digits) == 13 and digits.startswith("861"):
        digits = digits[2:]
    elif phone.lstrip().startswith("+"):
        return f"+{digits[:2]}****{digits[-4:] if len(digits) > 10 else digits[-3:]}"
    if len(digits) > 9:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"{digits[:2]}****{digits[-3:]}" if digits else ""


def mask_plate(plate: str) -> str:
    """Return where a plate is from and its last two characters: 粤B·***12."""
    bare = re.sub(r"[·•.\s-]", "", plate).upper()
    if not bare:
        return ""
    head = bare[:2] if bare[0] in _PROVINCE else bare[:1]
    return f"{head}·***{bare[-2:]}"


def mask(text: str) -> str:
    """Return a text with the telephones, plates and customers' names in it masked."""
    return heard(text)[0]


def heard(text: str) -> tuple[str, Contact]:
    """Return a text masked, and the first name, telephone and plate that stood in it."""
    if not _MAYBE.search(text):
        return text, Contact()
    places = _places(text)
    if not places:
        return text, Contact()
    contact, parts, at = Contact(), [], 0
    for place in places:
        if not getattr(contact, place.what):
            contact = replace(contact, **{place.what: place.words})
        parts += [text[at : place.start], _MASKS[place.what](place.words)]
        at = place.end
    return "".join([*parts, text[at:]]), contact


def stripped(masked: str) -> str:
    """Take what is masked out of a text: it stands in the customer's own record."""
    if "**" not in masked:
        return masked
    return " ".join(_MASKED.sub(" ", masked).split()).strip(" ,，;；")


def parse_contact(text: str) -> Contact:
    """Read `张先生 13800001234 粤B12345`, in any order, where the words are about a customer and nothing else."""
    folded = text.translate(_FULL_WIDTH)
    phone, plate = _PHONE.search(folded), _PLATE.search(folded)
    rest = folded
    for found in (phone, plate):
        if found is not None:
            rest = rest.replace(found[0], " ", 1)
    spoken = _own(phone) if phone else _loose_phone(rest)
    if phone is None and spoken:
        rest = rest.replace(spoken, " ", 1)
    name = re.sub(rf"^(?:{_CUSTOMER}|(?i:customer|client|cliente))(?:姓名|叫|是)?[:： ]*", "", " ".join(rest.split()))
    return Contact(
        name=name.strip(" ,，;；:：")[:LONGEST_NAME],
        phone=_tidy_phone(spoken)[:LONGEST_PHONE],
        plate=_tidy_plate(_own(plate))[:LONGEST_PLATE] if plate else "",
    )


def _loose_phone(text: str) -> str:
    """Find a number that can only be a telephone where nothing but a customer is spoken of."""
    found = re.search(r"(?<![0-9])\+?[0-9](?:[ .\-]?[0-9]){6,14}(?![0-9])", text)
    return found[0] if found else ""


def _places(text: str) -> list[_Place]:
    """Find what identifies a customer, in order and never one within another."""
    folded = text.translate(_FULL_WIDTH)
    found = [_place("phone", match) for match in _PHONE.finditer(folded)]
    found += [place for match in _PLATE.finditer(folded) if not _within(place := _place("plate", match), found)]
    marked = list(folded)
    for place in found:
        marked[place.start] = "\0"
    for match in _NAME.finditer("".join(marked)):
        group = match.lastgroup
        assert group is not None
        found.append(_Place("name", match.start(group), match.end(group), match[group]))
    return sorted(found, key=lambda place: place.start)


def _place(what: Found, match: re.Match[str]) -> _Place:
    group = "called" if match["called"] else 0
    words = match[group]
    tidy = _tidy_phone(words) if what == "phone" else _tidy_plate(words)
    return _Place(what, match.start(group), match.end(group), tidy)


def _within(place: _Place, others: list[_Place]) -> bool:
    return any(place.start < other.end and other.start < place.end for other in others)


def _own(match: re.Match[str]) -> str:
    return match["called"] or match[0]


def _tidy_phone(phone: str) -> str:
    digits = re.sub(r"[^0-9]", "", phone)
    if len(digits) == 13 and digits.startswith("861"):
        return digits[2:]
    return f"+{digits}" if phone.lstrip().startswith("+") else digits


def _tidy_plate(plate: str) -> str:
    return re.sub(r"[·•.\s-]", "", plate).upper()


_MASKS = {"name": mask_name, "phone": mask_phone, "plate": mask_plate}
