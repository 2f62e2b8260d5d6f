"""The day by which something borrowed is back, as people write it: 还11月30日, return 30 Nov, devolver mañana."""

from __future__ import annotations

import re
from datetime import date, timedelta

from handlers.requests.grammar import clean, fold

_LONGEST = 400
_NAMES = """
january jan enero ene|february feb febrero|march mar marzo|april apr abril abr|may mayo|june jun junio
|july jul julio|august aug agosto ago|september sept sep septiembre|october oct octubre
|november nov noviembre|december dec diciembre dic"""
_MONTHS = {name: number for number, names in enumerate(_NAMES.split("|"), start=1) for name in names.split()}
_SOON = {"今天": 0, "明天": 1, "后天": 2, "today": 0, "tomorrow": 1, "hoy": 0, "manana": 1}
_DAY = (
    r"(?P<iso>[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2})"
    r"|(?P<month>[0-9]{1,2}) ?月 ?(?P<day>[0-9]{1,2}) ?[日号]?"
    rf"|(?P<day_first>[0-9]{{1,2}})(?: de)? (?P<name>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})(?![a-z])"
    rf"|(?P<name_first>{'|'.join(sorted(_MONTHS, key=len, reverse=True))}) (?P<day_last>[0-9]{{1,2}})(?![0-9])"
    r"|(?P<in_days>[0-9]{1,3}) ?(?:天(?:后|内)?|days?|dias?)(?![a-z])"
    rf"|(?P<soon>{'|'.join(_SOON)})(?![a-z])"
)
_VERB = r"(?:归?还|返还|return(?:ed)?|back|devolver|devuelt[oa]|devolucion)"
_BEFORE = re.compile(rf"(?<![a-z]){_VERB} ?:?(?: ?(?:by|on|in|before|el|en|antes del?))? ?(?:{_DAY})(?: ?(?:前|之前))?")
_AFTER = re.compile(rf"(?<![0-9a-z])(?:by |before |antes del? )?(?:{_DAY}) ?(?:前|之前)? ?{_VERB}(?![a-z])")
_ALONE = re.compile(rf"(?:{_VERB} ?)?(?:{_DAY})(?: ?前)?")


def parse_return(words: str, today: date, *, alone: bool = False) -> tuple[date | None, str]:
    """Return the day something is to be back, None where none is named, and the words without it.

    A day without a year is the next of that name. `alone`: the words are to be nothing else.
    """
    shown = clean("; ".join(words.splitlines()), _LONGEST)
    folded = fold(shown)
    match = _ALONE.fullmatch(folded.strip()) if alone else _BEFORE.search(folded) or _AFTER.search(folded)
    if match is None:
        return None, shown
    found = _read(match, today)
    if alone:
        return found, ""
    left = f"{shown[: match.start()]} {shown[match.end() :]}"
    return found, " ".join(left.split()).strip(" ,，;；")


def _read(match: re.Match[str], today: date) -> date | None:
    said = match.groupdict()
    if said["soon"]:
        return today + timedelta(days=_SOON[said["soon"]])
    if said["in_days"]:
        return today + timedelta(days=int(said["in_days"]))
    try:
        if said["iso"]:
            year, month, day = map(int, re.split(r"[-/.]", said["iso"]))
            return date(year, month, day)
        name = said["name"] or said["name_first"]
        month = _MONTHS[name] if name else int(said["month"])
        day = int(said["day"] or said["day_first"] or said["day_last"])
        this_year = date(today.year, month, day)
        return this_year if this_year >= today else date(today.year + 1, month, day)
    except ValueError:  # 2月30日
        return None
