"""One cell of the workbook becomes a value, or a reason why not. A blank cell is None, whatever is asked for."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from handlers.errors import BadInput
from handlers.network.sheets import Cell, plain_key
from storage.tables.people import Role

# More of one part, or more cars a day, is a slip of the finger.
MOST_PARTS = 99_999
MOST_CARS = 9_999
MOST_PRICE = 9_999_999

ROLES: dict[str, Role] = {
    plain_key(word): role
    for role, words in {
        Role.HQ: ("hq", "headquarters", "总部", "central", "sede central"),
        Role.REGION_MANAGER: ("region_manager", "regional manager", "区域经理", "大区经理", "gerente regional"),
        Role.STORE_MANAGER: ("store_manager", "店长", "门店店长", "gerente", "gerente de tienda", "jefe de tienda"),
        Role.DEPUTY: ("deputy", "deputy manager", "副店长", "subgerente", "adjunto"),
        Role.ADVISOR: ("advisor", "service advisor", "服务顾问", "顾问", "asesor", "asesor de servicio"),
        Role.TECHNICIAN: ("technician", "技师", "维修技师", "técnico"),
        Role.FINANCE: ("finance", "财务", "finanzas"),
        Role.AUDITOR: ("auditor", "审计", "auditora"),
    }.items()
    for word in words
}
LANGUAGES = {
    plain_key(word): language
    for language, words in {
        "zh": ("zh", "zh-CN", "中文", "汉语", "Chinese", "chino"),
        "en": ("en", "英文", "英语", "English", "inglés"),
        "es": ("es", "西班牙文", "西班牙语", "Spanish", "español"),
    }.items()
    for word in words
}
_YES = {plain_key(word) for word in ("yes", "y", "true", "1", "是", "有", "sí", "si")}
_NO = {plain_key(word) for word in ("no", "n", "false", "0", "否", "无", "没有")}

_WHOLE = re.compile(r"[+-]?(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.0+)?")
_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(?:\.[0-9]{1,20})?")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?")
_DAY_MINUTES = 24 * 60


def text(cell: Cell, most: int) -> str | None:
    """Read words without what cannot be seen; a whole number is taken for its digits."""
    if cell is None:
        return None
    if isinstance(cell, bool | date | time | timedelta):
        raise BadInput("network.not_words", value=shown(cell))
    if isinstance(cell, int | float):
        return _digits(cell)
    if cell.isprintable():  # as nearly all are: nothing in it hides, and the only blank is the space
        words = cell
    else:
        words = "".join(" " if letter in "\t\r\n\xa0\u3000" else letter for letter in cell if _is_visible(letter))
    words = " ".join(words.split())
    if len(words) > most:
        raise BadInput("network.too_long", value=shown(words), most=most)
    return words or None


def code(cell: Cell, most: int = 20) -> str | None:
    """Read one word without blanks, as it is typed in a chat."""
    words = text(cell, most)
    if words is not None and (" " in words or not any(letter.isalnum() for letter in words)):
        raise BadInput("network.not_a_code", value=shown(words))
    return words


def whole(cell: Cell, most: int, least: int = 0) -> int | None:
    """Read a whole number: 3, 3.0, "3", "３" or "1,200"."""
    number = _whole(cell)
    if number is not None and number < least:
        raise BadInput("network.too_small", value=shown(cell), least=least)
    if number is not None and number > most:
        raise BadInput("network.too_large", value=shown(cell), most=most)
    return number


def number(cell: Cell, most: float) -> float | None:
    """Read a number between -most and most."""
    if isinstance(cell, str):
        words = unicodedata.normalize("NFKC", cell).strip()
        if not words:
            return None
        if not _NUMBER.fullmatch(words):
            raise BadInput("network.not_number", value=shown(cell))
        cell = float(words)
    if cell is None:
        return None
    if isinstance(cell, bool) or not isinstance(cell, int | float) or not math.isfinite(cell):
        raise BadInput("network.not_number", value=shown(cell))
    if abs(cell) > most:
        raise BadInput("network.out_of_range", value=shown(cell), least=f"-{most:g}", most=f"{most:g}")
    return float(cell)


def price(cell: Cell) -> float | None:
    """Read what one piece costs: 1200, "1,200", "1200.50"."""
    found = number(cell.replace(",", "") if isinstance(cell, str) else cell, MOST_PRICE)
    if found is not None and found < 0:
        raise BadInput("network.too_small", value=shown(cell), least=0)
    return found


def wall_time(cell: Cell) -> time | None:
    """Read a time of day to the minute: "08:30", a time, a moment, or the fraction of a day; 24:00 is 00:00."""
    minutes: float | None = None
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, datetime):
        cell = cell.time()
    if isinstance(cell, time):
        minutes = cell.hour * 60 + cell.minute + cell.second / 60 + cell.microsecond / 60e6
    elif isinstance(cell, timedelta):
        minutes = cell / timedelta(minutes=1)
    elif isinstance(cell, float | int) and not isinstance(cell, bool) and 0 <= cell <= 1:
        minutes = cell * _DAY_MINUTES
    elif isinstance(cell, str) and (found := _TIME.fullmatch(unicodedata.normalize("NFKC", cell).strip())):
        minutes = int(found[1]) * 60 + int(found[2]) if int(found[2]) < 60 else None
    if minutes is None or not 0 <= round(minutes) <= _DAY_MINUTES:
        raise BadInput("network.not_time", value=shown(cell))
    return time(*divmod(round(minutes) % _DAY_MINUTES, 60))


def zone(cell: Cell) -> str | None:
    """Read an IANA time zone."""
    words = text(cell, 60)
    if words is not None:
        try:
            ZoneInfo(words)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise BadInput("network.unknown_zone", value=shown(words)) from error
    return words


def role(cell: Cell) -> Role | None:
    """Read a role in any of our languages."""
    words = text(cell, 40)
    if words is None:
        return None
    if plain_key(words) not in ROLES:
        raise BadInput("network.unknown_role", value=shown(words))
    return ROLES[plain_key(words)]


def language(cell: Cell) -> str | None:
    """Read a language by its tag or name."""
    words = text(cell, 40)
    if words is None:
        return None
    if plain_key(words) not in LANGUAGES:
        raise BadInput("network.unknown_language", value=shown(words))
    return LANGUAGES[plain_key(words)]


def phone(cell: Cell) -> str | None:
    """Read a telephone number: digits, with or without a plus."""
    words = text(cell, 40)
    if words is None:
        return None
    digits = re.sub(r"[\s()./-]", "", unicodedata.normalize("NFKC", words))
    if not re.fullmatch(r"\+?[0-9]{5,20}", digits):
        raise BadInput("network.not_phone", value=shown(words))
    return digits


def level(cell: Cell) -> str | None:
    """Read a technician's level: T1, T2 or T3."""
    words = text(cell, 20)
    if words is None:
        return None
    found = re.fullmatch(r"T?([123])级?", unicodedata.normalize("NFKC", words).upper())
    if not found:
        raise BadInput("network.not_level", value=shown(words))
    return f"T{found[1]}"


def yes(cell: Cell) -> bool | None:
    """Read yes or no."""
    if isinstance(cell, bool) or cell is None:
        return cell
    words = text(cell, 20)
    if words is None:
        return None
    key = plain_key(words)
    if key not in _YES | _NO:
        raise BadInput("network.not_yes_no", value=shown(words))
    return key in _YES


def shown(value: object) -> str:
    """Show what stands in a cell, short."""
    words = " ".join("".join(letter for letter in str(value) if letter.isspace() or _is_visible(letter)).split())
    return words if len(words) <= 40 else f"{words[:40]}…"


def _whole(cell: Cell) -> int | None:
    if cell is None:
        return None
    if isinstance(cell, str):
        words = unicodedata.normalize("NFKC", cell).strip()
        if not words:
            return None
        if _WHOLE.fullmatch(words):
            return int(words.replace(",", "").split(".")[0])
    elif not isinstance(cell, bool):
        if isinstance(cell, int):
            return cell
        if isinstance(cell, float) and cell.is_integer():
            return int(cell)
    raise BadInput("network.not_whole", value=shown(cell))


def _digits(cell: float) -> str:
    """Take a number for the digits that were typed; a spreadsheet keeps only fifteen of them."""
    if abs(cell) >= 1e15:
        raise BadInput("network.digits_lost", value=shown(cell))
    return str(int(cell)) if float(cell).is_integer() else repr(cell)


def _is_visible(letter: str) -> bool:
    """Leave out control characters, marks of direction and joiners: they hide in names and break searching."""
    return letter in "\t\r\n" or unicodedata.category(letter) not in {"Cc", "Cf", "Cs"}
