"""When a technician is free, as the map says it, and when one is wanted, as people ask for it.

`周三全天`, `Fri PM`, `11月27日 9:00-12:00`, `mañana por la tarde`: a day, a part of it, or both, in any words around
them. Of the map a weekday comes again every week; 本周三 and a date come once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Literal

Span = tuple[int, int]  # minutes of the day: from, to
Problem = Literal["", "no_such_day", "no_such_time"]

WHOLE_DAY: Span = (0, 24 * 60)
_NOON = 12 * 60
_DASHES = str.maketrans("–—", "--")
_DAY = timedelta(days=1)
# A day without its year that lies further back than this is meant of the next year.
_LONG_PAST = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Parts:
    """What 上午, 下午 and 全天 mean where somebody asks for them."""

    morning: Span
    afternoon: Span
    day: Span


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch that is free: on a date, or on a weekday (0 is Monday) of every week."""

    span: Span
    on: date | None = None
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class When:
    """What was said of a time, and the words without it; `until` is None where only the beginning was said."""

    day: date | None
    begins: int | None
    until: int | None
    rest: str
    problem: Problem = ""


@dataclass(frozen=True, slots=True)
class _Said:
    """One day and one stretch found in words, with where they stood."""

    days: tuple[tuple[date | None, int | None], ...]  # (date, weekday) each
    part: str  # all, am, pm, evening, "" for a stretch of its own or none
    begins: int | None
    until: int | None
    places: tuple[tuple[int, int], ...]
    problem: Problem = ""


# --- words, folded ------------------------------------------------------------------------------------------

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january|jan|enero|ene",
            "february|feb|febrero",
            "march|mar|marzo",
            "april|apr|abril|abr",
            "may|mayo",
            "june|jun|junio",
            "july|jul|julio",
            "august|aug|agosto|ago",
            "september|sept|sep|septiembre",
            "october|oct|octubre",
            "november|nov|noviembre",
            "december|dec|diciembre|dic",
        ),
        1,
    )
    for name in names.split("|")
}
_WEEKDAYS = (
    {
        name: number
        for number, names in enumerate(
            (
                "monday|mon|lunes|lun",
                "tuesday|tues|tue|martes",
                "wednesday|wed|miercoles|mie",
                "thursday|thurs|thur|thu|jueves|jue",
                "friday|fri|viernes|vie",
                "saturday|sat|sabado|sab",
                "sunday|sun|domingo|dom",
            )
        )
        for name in names.split("|")
    }
    | {sign: number for number, sign in enumerate("一二三四五六日")}
    | {str(number + 1): number for number in range(7)}
    | {"天": 6}
)
_CLUSTERS = {
    "工作日": range(5),
    "周末": range(5, 7),
    "每天": range(7),
    "每日": range(7),
    "weekdays": range(5),
    "weekends": range(5, 7),
    "weekend": range(5, 7),
    "daily": range(7),
    "every day": range(7),
    "fin de semana": range(5, 7),
    "todos los dias": range(7),
}
_NEAR = {
    "大后天": 3,
    "后天": 2,
    "明天": 1,
    "明日": 1,
    "今天": 0,
    "今日": 0,
    "day after tomorrow": 2,
    "tomorrow": 1,
    "today": 0,
    "pasado manana": 2,
    "manana": 1,
    "hoy": 0,
}
# 今晚, 明早: the half of the day stands without its 上.
_NEAR_HALVES = {"今": 0, "明": 1}
# Days gone by. Nobody comes then, and who wrote so by mistake is told that rather than asked when.
_GONE = {
    "大前天": 3,
    "前天": 2,
    "昨天": 1,
    "昨日": 1,
    "day before yesterday": 2,
    "yesterday": 1,
    "anteayer": 2,
    "ayer": 1,
}


def _any(words: Sequence[str]) -> str:
    """Join words into a pattern, the longer first; Latin ones stand alone."""
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(rf"(?<![a-z]){word}(?![a-z])" if word.isascii() else word for word in ordered)


_LATIN_DAYS = _any([name for name in _WEEKDAYS if name.isascii() and name.isalpha()])
_WEEKDAY = rf"(?:(?:周|星期|礼拜)(?P<{{0}}zh>[一二三四五六日天]|[1-7](?![0-9次天个]))|(?P<{{0}}en>{_LATIN_DAYS}))"
_MONTH = _any(list(_MONTHS))
_DATES = re.compile(
    r"(?<![0-9])(?P<y>20[0-9]{2})(?:[-/.]|年)(?P<m>[0-9]{1,2})(?:[-/.]|月)(?P<d>[0-9]{1,2})(?![0-9])[日号]?"
    r"|(?:(?P<ny>明年|next year ))?(?<![0-9])(?P<zm>[0-9]{1,2})月(?P<zd>[0-9]{1,2})(?![0-9])[日号]?"
    r"|(?<![0-9/])(?P<one>[0-9]{1,2})/(?P<two>[0-9]{1,2})(?![0-9/])"
    rf"|(?P<em>{_MONTH})\.? ?(?P<ed>[0-9]{{1,2}})(?:st|nd|rd|th)?(?![0-9a-z:])(?:,? (?P<ey>20[0-9]{{2}}))?"
    rf"|(?<![0-9])(?P<sd>[0-9]{{1,2}})(?:st|nd|rd|th)? (?:de |of )?(?P<sm>{_MONTH})(?:,? (?:de )?(?P<sy>20[0-9]{{2}}))?"
    # 6号下午; 2号缸 is no day.
    r"|(?<![0-9])(?P<only>[0-9]{1,2})号(?=$| ?(?:上午|早上|早晨|中午|下午|晚上|傍晚|全天|[0-9]{1,2}[:点时]))"
)
_WEEK = re.compile(
    r"(?P<which>每个?|[上下]个?|本|这个?|every |last |next |this |cada |todos los |proximo |este )?"
    + _WEEKDAY.format("a")
    + r"s?(?: ?(?:-|~|至|到|to|a) ?"
    + _WEEKDAY.format("b")
    + ")?"
)
_CLUSTER = re.compile(_any(list(_CLUSTERS)))
_THE_DAY = "(?<![说证发声])[今明]"  # of 今晚; 说明早期… is no morning
_NEARBY = re.compile(_any(list(_NEAR)) + f"|{_THE_DAY}(?=[早晚])")
_HALF_DAYS = re.compile(f"{_THE_DAY}[早晚]")
_GONE_BY = re.compile(_any(list(_GONE)))
_HALF = r"(?:(?P<{0}half>上午|早上|早晨|中午|下午|晚上|傍晚|(?<=" + _THE_DAY + r")[早晚]) ?)?"
_HOUR = (
    r"(?P<{0}hour>[0-9]{{1,2}})(?:(?::|h(?=[0-9]{{2}}))(?P<{0}minute>[0-9]{{2}})"
    r"|(?P<{0}sign>[点时])(?:(?P<{0}thirty>半)|(?P<{0}odd>[0-9]{{1,2}})分?)?)?"
    r"(?: ?(?P<{0}mark>am|pm|a\.m\.|p\.m\.|h)(?![a-z]))?"
)
_TIME = (_HALF + _HOUR).format
_STRETCH = re.compile(
    rf"(?<![0-9a-z.:])(?:de |from )?{_TIME('a')} ?(?:-|~|至|到|to|a|until|hasta) ?{_TIME('b')}(?![0-9a-z:])"
)
_MOMENT = re.compile(rf"(?<![0-9a-z.:])(?:at |a las )?{_TIME('a')}(?![0-9a-z:])")
_PART = re.compile(
    r"(?P<all>全天|整天|一整天|all[ -]day|whole day|todo el dia)"
    rf"|(?P<am>上午|早上|早晨|(?<={_THE_DAY})早|(?<![a-z])(?:in the )?mornings?(?![a-z])|(?<![a-z0-9])am(?![a-z])"
    r"|(?:por|de|en) la manana|(?<![a-z])manana(?![a-z]))"
    r"|(?P<pm>下午|午后|(?<![a-z])(?:in the )?afternoons?(?![a-z])|(?<![a-z0-9])pm(?![a-z])"
    r"|(?<![a-z])(?:(?:por|de|en) la )?tardes?(?![a-z]))"
    rf"|(?P<evening>晚上|傍晚|(?<={_THE_DAY})晚"
    r"|(?<![a-z])(?:in the )?evenings?(?![a-z])|(?<![a-z])(?:(?:por|de) la )?noches?(?![a-z]))"
)
_PIECES = re.compile(r"[,;、，；|/\n]+(?![0-9])|(?:和|及)|(?<![a-z])(?:and|y)(?![a-z])")
_NEGATED = re.compile(r"不|没|无|除|休|(?<![a-z])(?:not?|except|off|salvo|excepto)(?![a-z])")
# What makes a time of a number.
_MARKS = ("half", "minute", "sign", "mark")
# After a time that stands for itself.
_STOPS = frozenset({"", *" ,，、;；.。!！"})
_PAUSES = re.compile(r"[\s,，、;；]+")
_SPANS: dict[str, Span] = {"am": (0, _NOON), "pm": (_NOON, 24 * 60), "evening": (18 * 60, 24 * 60), "all": WHOLE_DAY}


def read_windows(words: str, stated_on: date) -> tuple[Window, ...]:
    """Read what the map says of free windows; what cannot be read is no window. `stated_on` is when it was said.

    A day without a time has the time of the next one (周一、周三上午), or the whole day where none follows.
    """
    found: list[Window] = []
    waiting: list[tuple[date | None, int | None]] = []
    for piece in _PIECES.split(_fold(words)):
        said = _read(piece, stated_on, recurring=True)
        if said.problem or _NEGATED.search(piece):
            continue
        waiting.extend(said.days)
        if said.begins is None and not said.part:
            continue
        if said.begins is None:
            span = _SPANS[said.part]
        else:
            span = (said.begins, said.until if said.until is not None else 24 * 60)
        # A part of the day alone (上午) is free on every day.
        found.extend(Window(span, on, weekday) for on, weekday in waiting or [(None, day) for day in range(7)])
        waiting = []
    return (*found, *(Window(WHOLE_DAY, on, weekday) for on, weekday in waiting))


def is_free(windows: Sequence[Window], day: date, span: Span, parts: Parts) -> bool:
    """Say whether a stretch of a day lies within what is free then; windows that meet are one."""
    free = sorted(
        _widened(window.span, parts) for window in windows if window.on == day or window.weekday == day.weekday()
    )
    reached = span[0]
    for begins, until in free:
        if begins <= reached:
            reached = max(reached, until)
    return reached >= span[1]


def _widened(span: Span, parts: Parts) -> Span:
    """Let half a day hold what people mean by it where theirs goes beyond noon."""
    if span == _SPANS["am"]:
        return 0, max(_NOON, parts.morning[1])
    if span == _SPANS["pm"]:
        return min(_NOON, parts.afternoon[0]), 24 * 60
    return span


def find_when(words: str, today: date, parts: Parts) -> When:
    """Find a day and a time in words, each where it was said; `rest` are the other words as they were written."""
    said = _read(_fold(words), today, recurring=False)
    rest = _without(words, said.places)
    if said.problem:
        return When(None, None, None, rest, said.problem)
    day = said.days[0][0] if said.days else None
    if said.begins is not None:
        return When(day, said.begins, said.until, rest)
    if said.part:
        meant = {"am": parts.morning, "pm": parts.afternoon, "all": parts.day}.get(said.part, _SPANS["evening"])
        return When(day, meant[0], meant[1], rest)
    return When(day, None, None, rest)


def as_minutes(at: time) -> int:
    """Return a time as minutes of the day."""
    return at.hour * 60 + at.minute


# --- reading ------------------------------------------------------------------------------------------------


def _read(folded: str, today: date, *, recurring: bool) -> _Said:
    days, places, problem, left = _read_day(folded, today, recurring)
    part, begins, until, more, wrong = _read_time(_without_story(left))
    return _Said(days, part, begins, until, (*places, *more), problem or wrong)


def _read_day(
    folded: str, today: date, recurring: bool
) -> tuple[tuple[tuple[date | None, int | None], ...], tuple[tuple[int, int], ...], Problem, str]:
    """Return the days, where they stood, what is wrong, and the words with blanks there."""
    if found := _DATES.search(folded):
        day = _date_of(found, today)
        problem: Problem = "" if day else "no_such_day"
        return (((day, None),) if day else ()), (found.span(),), problem, _taken(folded, found)
    if recurring and (found := _CLUSTER.search(folded)):
        return tuple((None, number) for number in _CLUSTERS[found[0]]), (found.span(),), "", _taken(folded, found)
    weekdays = list(_WEEK.finditer(folded))
    if found := next((one for one in weekdays if not _is_last_week(one)), None):
        return _weekdays_of(found, today, recurring), (found.span(),), "", _taken(folded, found)
    # In Spanish mañana is tomorrow and the morning: with an article before it, it is the morning.
    for found in _NEARBY.finditer(folded):
        if found[0] == "manana" and re.search(r"(?:por|de|en) la $", folded[: found.start()]):
            continue
        half = _NEAR_HALVES.get(found[0])
        if half is not None:  # what follows is read as a half of the day by what stands before it
            return ((today + half * _DAY, None),), (found.span(),), "", folded
        return ((today + _NEAR[found[0]] * _DAY, None),), (found.span(),), "", _taken(folded, found)
    for found in (*filter(_is_last_week, weekdays), *_GONE_BY.finditer(folded)):
        if recurring or _is_meant(folded, found):
            gone = _GONE.get(found[0])
            days = ((today - gone * _DAY, None),) if gone else _weekdays_of(found, today, recurring)
            return days, (found.span(),), "", _taken(folded, found)
    return (), (), "", folded


def _taken(folded: str, found: re.Match[str]) -> str:
    """Blank the day that is meant, and halves of other days: 今早抛锚,周五下午来."""
    return _HALF_DAYS.sub("  ", _blank(folded, found))


def _is_last_week(found: re.Match[str]) -> bool:
    return (found["which"] or "").strip() in {"上", "上个", "last"}


def _is_meant(folded: str, found: re.Match[str]) -> bool:
    """Say whether a day gone by is the one that is asked for: alone, or with a time; else it belongs to the story."""
    end = _end_of_time(folded, found.end())
    return not _blank(folded, found).strip() or (end > found.end() and folded[end : end + 1] in _STOPS)


def _end_of_time(folded: str, begin: int) -> int:
    """Return where the time that follows ends, `begin` where none does."""
    begin_of_time = begin + len(folded[begin:]) - len(folded[begin:].lstrip())
    times = [found.end() for one in (_PART, _STRETCH, _MOMENT) if (found := one.match(folded, begin_of_time))]
    return max(times, default=begin)


def _without_story(left: str) -> str:
    """Blank days gone by that are not the day asked for, each with its time: 昨天上午报警,周五下午来."""
    for found in (*filter(_is_last_week, _WEEK.finditer(left)), *_GONE_BY.finditer(left)):
        end = _end_of_time(left, found.end())
        left = left[: found.start()] + " " * (end - found.start()) + left[end:]
    return left


def _date_of(found: re.Match[str], today: date) -> date | None:
    groups = found.groupdict()
    year = groups["y"] or groups["ey"] or groups["sy"]
    if groups["only"]:
        year, month, day = "", today.month, int(groups["only"])
        if day < today.day:
            first_of_next = today.replace(day=1) + 31 * _DAY
            year, month = str(first_of_next.year), first_of_next.month
    elif groups["one"]:
        one, two = int(groups["one"]), int(groups["two"])
        month, day = (two, one) if one > 12 else (one, two)  # 27/11 can only be the day first
    elif groups["y"]:
        month, day = int(groups["m"]), int(groups["d"])
    elif groups["zm"]:
        month, day = int(groups["zm"]), int(groups["zd"])
    else:
        month, day = _MONTHS[groups["em"] or groups["sm"]], int(groups["ed"] or groups["sd"])
    try:
        if year:
            return date(int(year), month, day)
        meant = date(today.year + bool(groups["ny"]), month, day)
        return date(today.year + 1, month, day) if today - meant > _LONG_PAST else meant
    except ValueError:
        return None


def _weekdays_of(found: re.Match[str], today: date, recurring: bool) -> tuple[tuple[date | None, int | None], ...]:
    first = _WEEKDAYS[found["azh"] or found["aen"]]
    last = found["bzh"] or found["ben"]
    numbers = [first]
    while last and numbers[-1] != _WEEKDAYS[last]:
        numbers.append((numbers[-1] + 1) % 7)
    which = (found["which"] or "").strip()
    monday = today - today.weekday() * _DAY
    if which in {"本", "这", "这个", "this", "este"}:
        return tuple((monday + number * _DAY, None) for number in numbers)
    if _is_last_week(found):
        return tuple((monday + (number - 7) * _DAY, None) for number in numbers)
    if which in {"下", "下个", "next", "proximo"}:
        return tuple((monday + (7 + number) * _DAY, None) for number in numbers)
    if recurring:
        return tuple((None, number) for number in numbers)
    return tuple((today + (number - today.weekday()) % 7 * _DAY, None) for number in numbers)


def _read_time(left: str) -> tuple[str, int | None, int | None, tuple[tuple[int, int], ...], Problem]:
    """Return the part of the day, or from when to when; where it stood; what is wrong."""
    for found in _STRETCH.finditer(left):
        if any(found[side + group] for side in "ab" for group in _MARKS):  # 9-12 alone may be anything
            return _stretch(found, _beside(left, found))
    for found in _MOMENT.finditer(left):
        if any(found["a" + group] for group in _MARKS):
            beside = _beside(left, found)
            half = found["ahalf"] or found["amark"] or (beside.lastgroup if beside else "") or ""
            begins = _minutes(found, "a", half)
            problem: Problem = "" if begins is not None and begins < 24 * 60 else "no_such_time"
            return "", None if problem else begins, None, _places(found, beside), problem
    if found_part := _PART.search(left):
        return str(found_part.lastgroup), None, None, (found_part.span(),), ""
    return "", None, None, (), ""


def _stretch(
    found: re.Match[str], beside: re.Match[str] | None
) -> tuple[str, int | None, int | None, tuple[tuple[int, int], ...], Problem]:
    end_half = found["bhalf"] or found["bmark"]
    half = found["ahalf"] or found["amark"] or (beside.lastgroup if beside else "") or ""
    begins, until = _minutes(found, "a", half), _minutes(found, "b", end_half or "")
    if begins is not None and until is not None:
        if half and not end_half and until <= begins and until <= _NOON:  # 下午2点到4点
            until += _NOON
        elif not half and (end_half or "").startswith("p") and begins + _NOON < until:  # 2-4pm
            begins += _NOON
    if begins is None or until is None or until <= begins:
        return "", None, None, _places(found, beside), "no_such_time"
    return "", begins, until, _places(found, beside), ""


def _beside(left: str, found: re.Match[str]) -> re.Match[str] | None:
    """Return the part of the day that stands apart from a time: Friday afternoon at 3:00."""
    return _PART.search(_blank(left, found))


def _places(found: re.Match[str], beside: re.Match[str] | None) -> tuple[tuple[int, int], ...]:
    return (found.span(), beside.span()) if beside else (found.span(),)


def _minutes(found: re.Match[str], side: str, half: str) -> int | None:
    """Return a moment in minutes of the day; None for one that does not exist. The end of the day is 24:00."""
    hour = int(found[side + "hour"])
    minute = 30 if found[side + "thirty"] else int(found[side + "minute"] or found[side + "odd"] or 0)
    late = half in {"下午", "晚上", "傍晚", "晚", "evening"} or half.startswith("p") or (half == "中午" and hour < 3)
    if late and hour < 12:
        hour += 12
    elif hour == 12 and half in {"am", "a.m."}:
        hour = 0
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    return hour * 60 + minute


def _blank(folded: str, found: re.Match[str]) -> str:
    return folded[: found.start()] + " " * (found.end() - found.start()) + folded[found.end() :]


def _without(words: str, places: Sequence[tuple[int, int]]) -> str:
    """Return the words without these places, and without the pauses that stood around them."""
    kept, at = [], 0
    for start, end in sorted(places):
        kept.append(words[at:start].rstrip(" ,，、;；"))
        at = end
    kept.append(words[at:] if not places else words[at:].lstrip(" ,，、;；"))
    return _PAUSES.sub(lambda pause: pause[0] if pause[0].strip() else " ", " ".join(filter(None, kept))).strip()


def _fold(words: str) -> str:
    """Return words for comparing, sign for sign: lower case, half width, without accents."""
    dashed = words.translate(_DASHES)
    return "".join(unicodedata.normalize("NFKD", sign)[:1].lower() or sign for sign in dashed)
