"""Money in integer minor units: read from words, written for people."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

# Freight, vouchers and prizes stay far below; a number beyond it is a slip of the keyboard.
LIMIT = 1_000_000_000  # in major units, itself refused
LONGEST = 40  # characters of any amount that is one

_EXPONENTS = dict.fromkeys(("JPY", "KRW", "VND", "CLP", "ISK", "XAF", "XOF", "PYG", "UGX", "RWF"), 0)
_EXPONENTS |= dict.fromkeys(("KWD", "BHD", "OMR", "JOD", "TND", "IQD", "LYD"), 3)

# How a currency is written: ¥ alone is the yuan's, because the programme is at home in China.
_SYMBOLS = {"CNY": "¥", "JPY": "JP¥", "EUR": "€", "USD": "$", "THB": "฿", "GBP": "£", "KRW": "₩", "VND": "₫"}
# What may stand beside an amount of each, beyond its code and its symbol.
_ALSO = {
    "CNY": ("rmb", "元", "块", "块钱", "圆", "人民币"),
    "JPY": ("¥", "円", "日元", "yen"),
    "EUR": ("欧元", "euro", "euros"),
    "USD": ("us$", "美元", "dollar", "dollars"),
    "THB": ("泰铢", "baht"),
}
# Only these: normalising everything would read 5² as 52.
_FULL_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {ord("￥"): "¥"}
_AMOUNT = re.compile(r"(?P<before>[^\d\s.,+-]*) ?(?P<number>[0-9][0-9.,]*) ?(?P<wan>万)? ?(?P<after>[^\d\s.,+-]*)")
_GROUPED = re.compile(r"[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*")


def exponent(currency: str) -> int:
    """Return how many decimals a currency has: JPY 0, CNY 2, KWD 3; ValueError if it is no ISO code."""
    if not re.fullmatch("[A-Z]{3}", currency):
        raise ValueError(f"not a currency code: {currency[:20]!r}, for example CNY")
    return _EXPONENTS.get(currency, 2)


def parse_amount(text: str, currency: str) -> int:
    """Read "50", "50.5", "¥1,200.00", "50元" or "1.2万" into minor units of the currency.

    A comma before one or two last digits is a decimal comma (50,5 · 1.200,50); before three it groups.
    Raises ValueError for anything else: negative, another currency, too many decimals, a thousand million or more.
    """
    decimals = exponent(currency)
    words = " ".join(text[:LONGEST].translate(_FULL_WIDTH).lower().split())
    match = _AMOUNT.fullmatch(words)
    if (
        len(text) > LONGEST
        or not match
        or not (_is_beside(match["before"], currency) and _is_beside(match["after"], currency))
    ):
        raise _not_an_amount(words, currency)
    number = _plain(match["number"])
    if number is None:
        raise _not_an_amount(words, currency)
    amount = Decimal(number) * (10_000 if match["wan"] else 1)
    if amount >= LIMIT:
        raise ValueError(f"too large an amount: {words!r}, at most {LIMIT - 1:,}")
    minor = amount.scaleb(decimals)
    # 1.200 may be a thousand and two hundred euros: zeros beyond the currency's decimals are refused as well.
    too_fine = not match["wan"] and len(number.partition(".")[2]) > decimals
    if too_fine or minor != minor.to_integral_value():
        raise ValueError(f"{currency} has {decimals} decimals: {words!r}")
    return int(minor)


def format_amount(minor: int, currency: str, language: str) -> str:
    """Write an amount for people: ¥640,000 · ¥50.50, Spanish 640.000 €; whole amounts go without decimals."""
    decimals = exponent(currency)
    whole, rest = divmod(abs(minor), 10**decimals)
    digits = f"{whole:,}" + (f".{rest:0{decimals}}" if rest else "")
    symbol = _SYMBOLS.get(currency, currency)
    sign = "-" if minor < 0 else ""
    if language.startswith("es"):
        return f"{sign}{digits.translate(str.maketrans(',.', '.,'))} {symbol}"
    gap = " " if symbol[-1].isalpha() else ""
    return f"{sign}{symbol}{gap}{digits}"


def say_wan(minor: int, currency: str = "CNY") -> str:
    """Say an amount the Chinese way without its symbol: 64万, 2.4万, 1.11亿, and 9,500 under 1万; halves up."""
    amount = Decimal(minor).scaleb(-exponent(currency))
    for size, word in ((10**8, "亿"), (10**4, "万")):
        if abs(amount) >= size:
            return f"{_short((amount / size).quantize(Decimal('0.01'), ROUND_HALF_UP))}{word}"
    return _short(amount)


def _short(number: Decimal) -> str:
    words = f"{number:,f}"
    return words.rstrip("0").rstrip(".") if "." in words else words


def _is_beside(words: str, currency: str) -> bool:
    allowed = {"", currency.lower(), _SYMBOLS.get(currency, "").lower(), *_ALSO.get(currency, ())}
    return words in allowed


def _plain(number: str) -> str | None:
    """Rewrite digits with groups and a decimal mark as Decimal reads them; None when they cannot be told apart."""
    if re.fullmatch(r"[0-9]+", number):
        return number
    point = re.fullmatch(r"(?P<whole>.*)\.(?P<rest>[0-9]+)", number)
    comma = re.fullmatch(r"(?P<whole>.*),(?P<rest>[0-9]{1,2})", number)
    if _GROUPED.fullmatch(number) and ("," in number or number.count(".") > 1):
        return number.replace(",", "").replace(".", "")
    for decimal, group in ((point, ","), (comma, ".")):
        if decimal and _is_whole(decimal["whole"], group):
            return decimal["whole"].replace(group, "") + "." + decimal["rest"]
    return None


def _is_whole(digits: str, group: str) -> bool:
    return bool(re.fullmatch(rf"[0-9]+|[0-9]{{1,3}}(?:\{group}[0-9]{{3}})+", digits))


def _not_an_amount(words: str, currency: str) -> ValueError:
    return ValueError(f"not an amount in {currency}: {words!r}; write it like 50 or 1,200.50")
