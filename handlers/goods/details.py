"""What is said of a shipping: the carrier, the waybill and the time of the way."""

from __future__ import annotations

import re
from datetime import timedelta

from handlers.durations import parse_duration


def read_details(words: str) -> tuple[str, str, timedelta | None]:
    """Read `顺丰 SF123 30分钟` as courier, waybill and the time of the way, whatever is there."""
    courier, waybill, way = [], "", None
    for word in words.replace(",", " ").replace("，", " ").split():
        span = _span(word)
        if way is None and span is not None:
            way = span
        elif not waybill and re.fullmatch(r"(?=.*\d)[A-Za-z0-9-]{5,40}", word):
            waybill = word
        else:
            courier.append(word)
    return " ".join(courier)[:40], waybill, way


def _span(word: str) -> timedelta | None:
    """Read a time of the way as people write it: 30分钟, 2小时, 45min, 1h30m."""
    if found := re.fullmatch(r"(\d{1,4})(?:分钟|分|min|mins|minutos)", word):
        return timedelta(minutes=int(found[1]))
    if found := re.fullmatch(r"(\d{1,2})(?:小时|hours?|horas?)", word):
        return timedelta(hours=int(found[1]))
    try:
        return parse_duration(word)
    except ValueError:
        return None
