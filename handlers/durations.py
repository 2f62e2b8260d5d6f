"""Durations as the configuration writes them ("1h30m") and as people read them (1小时35分)."""

from __future__ import annotations

import re
from datetime import timedelta

_SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_UNITS = {
    "d": "d|天",
    "h": "h|小时",
    "m": "min|m|分钟|分",
    "s": "s|秒钟|秒",
}
_DURATION = re.compile(
    r"\s*".join(rf"(?:(?P<{unit}>[0-9]{{1,9}})\s*(?:{words}))?" for unit, words in _UNITS.items()),
    re.IGNORECASE,
)
# Nothing the programme times lasts longer; it also keeps sums far from the end of the calendar.
LONGEST = timedelta(days=3650)

# unit → the word behind a number, alone and inside a longer duration
_WORDS = {
    "zh": {"d": "天", "h": "小时", "m": "分", "s": "秒"},
    "en": {"d": " d", "h": " h", "m": " min", "s": " s"},
    "es": {"d": " d", "h": " h", "m": " min", "s": " s"},
}


def parse_duration(text: str) -> timedelta:
    """Read "2s", "10m", "2h", "3d" or "1h30m", larger units first; ValueError with an example otherwise."""
    match = _DURATION.fullmatch(text.strip())
    parts = {unit: int(number) for unit, number in match.groupdict().items() if number} if match else {}
    if not parts:
        raise ValueError(f"not a duration: {text[:40]!r}; write it like 10m, 2h, 3d or 1h30m")
    seconds = sum(number * _SECONDS[unit] for unit, number in parts.items())
    if seconds > LONGEST.total_seconds():
        raise ValueError(f"too long a duration: {text[:40]!r}; at most {format_duration(LONGEST)}")
    return timedelta(seconds=seconds)


def format_duration(duration: timedelta) -> str:
    """Write whole seconds as `parse_duration` reads them; ValueError if negative or not whole."""
    if duration < timedelta(0) or duration.microseconds:
        raise ValueError(f"only whole seconds from 0 can be written: {duration}")
    return "".join(f"{number}{unit}" for unit, number in _split(int(duration.total_seconds()))) or "0s"


def say_duration(duration: timedelta, language: str) -> str:
    """Say a duration in whole minutes, halves up, or in seconds while under a minute: 1 h 35 min."""
    words = _WORDS[language[:2] if language[:2] in _WORDS else "en"]
    sign = "-" if duration < timedelta(0) else ""
    seconds = _round(abs(duration), 1)
    if seconds >= 60:
        seconds = _round(abs(duration), 60)
    parts = _split(seconds) or [("s", 0)]
    if words is _WORDS["zh"]:
        alone = len(parts) == 1 and parts[0][0] == "m"  # 10分钟, but 1小时35分
        return sign + "".join(f"{number}{words[unit]}" for unit, number in parts) + ("钟" if alone else "")
    return sign + " ".join(f"{number}{words[unit]}" for unit, number in parts)


def _round(duration: timedelta, unit_seconds: int) -> int:
    """Round to whole units, halves up; the result is in seconds."""
    unit = timedelta(seconds=unit_seconds)
    return (duration + unit / 2) // unit * unit_seconds


def _split(seconds: int) -> list[tuple[str, int]]:
    parts = []
    for unit, size in _SECONDS.items():
        number, seconds = divmod(seconds, size)
        if number:
            parts.append((unit, number))
    return parts
