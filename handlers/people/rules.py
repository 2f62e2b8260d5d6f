"""Who may link, invite and bind; what the words of an absence mean; who answers meanwhile."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from rapidfuzz import fuzz

from handlers import access
from handlers.durations import parse_duration
from handlers.errors import BadInput, NotAllowed, TooLate
from handlers.texts import Language
from handlers.working_time import at_local, local, next_local
from storage.tables.chats import Purpose
from storage.tables.people import LinkCode, Person, Role

# Crockford's letters and digits without the look-alikes 0 O 1 I L and without U: 30^8 codes.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8
CODE_LIFE = timedelta(minutes=15)
# Typing errors are forgiven a few times; guessing 30^8 codes five at a time is hopeless.
MOST_GUESSES = 5
GUESS_WINDOW = timedelta(minutes=15)

# Longer is not an absence: the person's role then passes to somebody else.
MOST_AWAY = timedelta(days=60)
# When "tomorrow" begins for people without a store, or of one that never shuts.
MORNING = time(9, 0)

MOST_SHOWN = 40  # characters of somebody's words said back to them
NEAR_ENOUGH = 50  # of 100: one of the two characters of 张伟 is right
MOST_NEAR = 3


# Words as people write them


def fold(words: str) -> str:
    """Return words so that they compare whatever their width, case and blanks, and whatever nobody sees in them."""
    seen = "".join(sign for sign in words if unicodedata.category(sign) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", seen).casefold().split())


def shown(words: str) -> str:
    """Return somebody's words fit to be said back: short, one line, nothing invisible that turns the line around."""
    visible = "".join(
        sign if unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Cn"} else " " for sign in words[:400]
    )
    line = " ".join(visible.split())
    return line if len(line) <= MOST_SHOWN else line[: MOST_SHOWN - 1] + "…"


def near_names(wanted: str, names: Iterable[str]) -> list[str]:
    """Return the names most like the one wanted, by their signs or by their sound."""
    wanted = fold(wanted)[:MOST_SHOWN]
    sound = _sound(wanted)
    scored = [(max(fuzz.ratio(wanted, fold(name)), fuzz.ratio(sound, _sound(fold(name)))), name) for name in set(names)]
    near = sorted((-score, name) for score, name in scored if score >= NEAR_ENOUGH)
    return [name for _, name in near[:MOST_NEAR]]


def _sound(words: str) -> str:
    from pypinyin import lazy_pinyin  # its dictionary takes 50 MB and a second: only who needs it loads it

    return "".join(lazy_pinyin(words)).replace(" ", "")


# Codes


def read_code(words: str) -> str | None:
    """Return the code in these words, in any case and with any dashes and blanks; None when it cannot be one."""
    signs = "".join(sign for sign in unicodedata.normalize("NFKC", words[:100]).upper() if sign.isalnum())
    return signs if len(signs) == CODE_LENGTH and set(signs) <= set(ALPHABET) else None


def code_hash(code: str) -> str:
    """Return what is kept of a code."""
    return hashlib.sha256(code.encode()).hexdigest()


def check_guesses(refused: int) -> None:
    """Raise NotAllowed when an account was refused too often lately."""
    if refused >= MOST_GUESSES:
        raise NotAllowed("people.code_guesses", minutes=int(GUESS_WINDOW.total_seconds() // 60))


def check_code(found: LinkCode | None, person: Person | None, now: datetime) -> None:
    """Raise unless the code links somebody now. Raises NotAllowed for an unknown code, TooLate for an old one."""
    if found is None or person is None or not person.active:
        raise NotAllowed("people.code_unknown")
    if found.used_at is not None:
        raise TooLate("people.code_used")
    if found.expires_at <= now:
        raise TooLate("people.code_expired", minutes=int(CODE_LIFE.total_seconds() // 60))


# Invitations


@dataclass(frozen=True, slots=True)
class Known:
    """A person with the names of their place: a store's code and name, a region's name."""

    person: Person
    region_id: int | None
    places: tuple[str, ...] = ()


def can_invite(asker: Person, known: Known) -> bool:
    """Say whether the asker may give this person a code: HQ everybody, a region its own people."""
    if asker.role == Role.HQ:
        return True
    return known.person.role != Role.HQ and known.region_id is not None and access.oversees(asker, known.region_id)


def named(words: str, everybody: Iterable[Known]) -> list[Known]:
    """Return the people these words name: a name, with or without their store or region before or behind it."""
    wanted = fold(words[:200])
    return [known for known in everybody if wanted in _ways_to_name(known)]


def _ways_to_name(known: Known) -> set[str]:
    name = fold(known.person.name)
    places = [fold(place) for place in known.places]
    return {name} | {f"{name} {place}" for place in places} | {f"{place} {name}" for place in places}


# Absences

_OFF = frozenset(["off", "back", "end", "no", "回来", "回来了", "我回来了", "结束", "取消", "volver", "volví", "fin"])
_UNTIL = re.compile(r"(?:until|till|til|hasta(?: las?| el)?|直到|一直到|到|至)\s*")
_FOR = re.compile(r"(?:for|por|durante|离开|外出)\s*")
_BACK = re.compile(r"\s*(?:回来|回|之前|以前|前|为止)$")
_DAYS = {
    0: ("today", "今天", "今日", "hoy"),
    1: ("tomorrow", "明天", "明日", "mañana", "manana"),
    2: ("day after tomorrow", "the day after tomorrow", "后天", "pasado mañana", "pasado manana"),
}
_DAY_WORDS = {word: days for days, words in _DAYS.items() for word in words}
_DAY = re.compile(
    rf"(?P<word>{'|'.join(sorted(_DAY_WORDS, key=len, reverse=True))})"
    r"|(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
    r"|(?P<zh_month>\d{1,2})月(?P<zh_day>\d{1,2})[日号]?"
)
_AT = re.compile(r"\s*(?:at|a las?|el)?\s*")
_TIME = re.compile(
    r"(?P<part>上午|早上|早晨|凌晨|中午|下午|傍晚|晚上|晚)?\s*"
    r"(?P<hour>\d{1,2})(?:(?P<colon>:)(?P<minute>\d{2})|(?P<dot>[点时])(?:(?P<half>半)|(?P<zh_minute>\d{1,2})分?)?|(?P<h>h))?"
    r"\s*(?P<half_day>[ap]\.?m\.?)?"
)
_SHORT = {"今晚": "今天晚上", "明早": "明天早上", "明晚": "明天晚上"}
_AFTERNOON = frozenset(["中午", "下午", "傍晚", "晚上", "晚"])


def read_away(words: str, now: datetime, timezone: str, opens: time | None) -> datetime | None:
    """Return until when the words say somebody is away; None: they are back.

    "2h", "until 14:00" (passed today: tomorrow), "tomorrow" (until it opens), "12月3日 14:00"; Chinese, English and
    Spanish. Raises BadInput for anything else, for the past and for too long.
    """
    text = fold(words[:200]).strip(" .。,!?")
    if text in _OFF:
        return None
    text, until = _cut(_UNTIL, text)
    if not until:
        text, _ = _cut(_FOR, text)
    text = _BACK.sub("", text)
    for short, long in _SHORT.items():
        text = text.replace(short, long)
    moment = _wall(text, until, now, timezone, opens) or _after(text, now)
    if moment is None:
        raise BadInput("people.away_unclear")
    if moment <= now:
        raise BadInput("people.away_past")
    if moment > now + MOST_AWAY:
        raise BadInput("people.away_long", days=MOST_AWAY.days)
    return moment


def _cut(beginning: re.Pattern[str], text: str) -> tuple[str, bool]:
    found = beginning.match(text)
    return (text[found.end() :], True) if found else (text, False)


def _after(text: str, now: datetime) -> datetime | None:
    if text in {"半小时", "half an hour", "media hora"}:
        return now + timedelta(minutes=30)
    text = re.sub(r"(?<=\d)\s*(?:hours?|hrs?|horas?|个小时|个钟头|钟头)", "h", text)
    text = re.sub(r"(?<=\d)\s*(?:minutes?|mins?|minutos?)", "m", text)
    text = re.sub(r"(?<=\d)\s*(?:days?|días?|dias?)", "d", text)
    try:
        return now + parse_duration(text)
    except ValueError:
        return None


def _wall(text: str, until: bool, now: datetime, timezone: str, opens: time | None) -> datetime | None:
    """Read a day, a time of day, or both; a bare number is a time only after "until"."""
    today = local(now, timezone).date()
    found = _DAY.match(text)
    rest = text[found.end() :] if found else text
    rest = rest[_AT.match(rest).end() :]  # type: ignore[union-attr] # it matches nothing as well
    if found is None:
        at = _time(rest, bare=until)
        return next_local(now, at, timezone) if at is not None else None
    day = _day(found, today)
    if day is None or (rest and _time(rest, bare=True) is None):
        return None
    if day < today:
        raise BadInput("people.away_past")
    if day - today > MOST_AWAY:
        raise BadInput("people.away_long", days=MOST_AWAY.days)
    if not rest and day == today:  # away for the rest of today
        day += timedelta(days=1)
    return at_local(day, _time(rest, bare=True) or opens or MORNING, timezone)


def _day(found: re.Match[str], today: date) -> date | None:
    if found["word"]:
        return today + timedelta(days=_DAY_WORDS[found["word"]])
    try:
        if found["year"]:
            return date(int(found["year"]), int(found["month"]), int(found["day"]))
        day = date(today.year, int(found["zh_month"]), int(found["zh_day"]))
        return day if day >= today else day.replace(year=day.year + 1)
    except ValueError:
        return None


def _time(text: str, *, bare: bool) -> time | None:
    found = _TIME.fullmatch(text)
    if not found:
        return None
    marked = found["colon"] or found["dot"] or found["part"] or found["half_day"]
    if not (marked or bare):
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or found["zh_minute"] or (30 if found["half"] else 0))
    half_day = (found["half_day"] or "").replace(".", "")
    if half_day and not 1 <= hour <= 12:
        return None
    if half_day == "am" and hour == 12:
        hour = 0
    if (half_day == "pm" or (found["part"] in _AFTERNOON and found["part"] != "中午")) and hour < 12:
        hour += 12
    if found["part"] == "中午" and hour < 10:  # 中午1点; but 中午11点半
        hour += 12
    if (hour, minute) == (24, 0):
        hour = 0
    return time(hour, minute) if hour < 24 and minute < 60 else None


def is_away(person: Person, now: datetime) -> bool:
    """Say whether the person is away now."""
    return person.away_until is not None and person.away_until > now


def stand_ins(person: Person, colleagues: Sequence[Person], reachable: Collection[int], now: datetime) -> list[Person]:
    """Return who answers for a store while this one of its leaders is away."""
    return [
        other
        for other in colleagues
        if other.id != person.id
        and other.active
        and other.role in access.STORE_LEADERS
        and other.store_id == person.store_id
        and not is_away(other, now)
        and other.id in reachable
    ]


# Chats

_PURPOSES = {
    Purpose.MANAGERS: "managers manager 店长 店长群 区域店长 区域店长群 gerentes gerente",
    Purpose.EMERGENCY: "emergency emergencies 紧急 紧急群 应急 紧急支援 紧急支援群 emergencia emergencias",
    Purpose.TECHNICIANS: "technicians technician tech 技师 技师群 技师互助群 técnicos técnico tecnicos tecnico",
    Purpose.HQ: "hq headquarters 总部 总部群 central",
}
PURPOSE_WORDS = {word: purpose for purpose, words in _PURPOSES.items() for word in words.split()}


def read_binding(words: str) -> tuple[Purpose | None, str]:
    """Return the purpose these words name, and the rest of them: a region's name or nothing."""
    purpose, rest = None, []
    for word in words[:200].split():
        meant = PURPOSE_WORDS.get(fold(word))
        if purpose is None and meant is not None:
            purpose = meant
        else:
            rest.append(word)
    return purpose, " ".join(rest)


def check_binding(person: Person, purpose: Purpose, region_id: int | None) -> None:
    """Raise NotAllowed unless this person may bind a chat for this purpose of this region, or undo that."""
    if purpose is Purpose.HQ and person.role != Role.HQ:
        raise NotAllowed("people.bind_hq_only")
    if purpose is not Purpose.HQ and not access.oversees(person, region_id):
        raise NotAllowed("people.bind_other_region")


_LANGUAGE_WORDS: dict[Language, str] = {
    "zh": "zh cn zh-cn zh-hans 中文 汉语 普通话 简体中文 chinese chino",
    "en": "en english 英文 英语 inglés ingles",
    "es": "es spanish español espanol castellano 西班牙文 西班牙语 西语",
}
LANGUAGE_WORDS: dict[str, Language] = {
    word: language for language, words in _LANGUAGE_WORDS.items() for word in words.split()
}


def read_language(words: str) -> Language | None:
    """Return the language these words name."""
    return LANGUAGE_WORDS.get(fold(words[:40]))


# Who is told


def region_of(person: Person, store_region: int | None) -> int | None:
    """Return the region a person belongs to: their own, or their store's."""
    return person.region_id if person.region_id is not None else store_region
