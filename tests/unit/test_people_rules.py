"""Codes, absences, names and bindings, as tables of cases with the edges named."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.errors import BadInput, NotAllowed, TooLate
from handlers.people import messages, rules  # noqa: F401 - the sentences of the errors
from storage.tables.chats import Purpose
from storage.tables.people import LinkCode, Person, Role

# A Monday, 10:00 in Shenzhen.
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
CHINA = "Asia/Shanghai"


def away(words: str, *, now: datetime = NOW, zone: str = CHINA, opens: time | None = time(8, 30)) -> datetime | None:
    return rules.read_away(words, now, zone, opens)


def in_china(day: int, hour: int, minute: int = 0, *, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


# Codes


@pytest.mark.parametrize(
    "words",
    [
        "ABCD2345",
        "abcd2345",
        " abcd 2345 ",
        "abcd-2345",
        "ＡＢＣＤ２３４５",
        "a b c d 2 3 4 5",
        "ABCD—2345",
        "\u200eABCD2345",
    ],
)
def test_a_code_is_read_in_any_case_width_and_grouping(words: str) -> None:
    assert rules.read_code(words) == "ABCD2345"


@pytest.mark.parametrize(
    "words", ["", "true", "ABCD234", "ABCD23456", "ABCDO345", "ABCD1345", "绑定码绑定码绑定", "🙂" * 8, "A" * 10_000]
)
def test_what_cannot_be_a_code_is_none(words: str) -> None:
    assert rules.read_code(words) is None


def test_the_alphabet_has_no_look_alikes() -> None:
    assert not set("01OILU") & set(rules.ALPHABET)
    assert len(set(rules.ALPHABET)) == len(rules.ALPHABET) == 30


def code(**facts: Any) -> LinkCode:
    known: dict[str, Any] = {"code_hash": "x", "person_id": 1, "created_at": NOW, "expires_at": NOW + rules.CODE_LIFE}
    return LinkCode(**{**known, **facts})


PERSON = Person(id=1, name="张伟", role=Role.STORE_MANAGER)


def test_a_code_is_good_until_the_instant_it_expires() -> None:
    rules.check_code(code(), PERSON, NOW + rules.CODE_LIFE - timedelta(seconds=1))
    with pytest.raises(TooLate) as expired:
        rules.check_code(code(), PERSON, NOW + rules.CODE_LIFE)
    assert expired.value.key == "people.code_expired"


@pytest.mark.parametrize(
    ("found", "person", "error", "key"),
    [
        (None, None, NotAllowed, "people.code_unknown"),
        (code(), Person(id=1, name="张伟", role=Role.STORE_MANAGER, active=False), NotAllowed, "people.code_unknown"),
        (code(used_at=NOW), PERSON, TooLate, "people.code_used"),
        (code(used_at=NOW, expires_at=NOW), PERSON, TooLate, "people.code_used"),
    ],
)
def test_a_bad_code_says_what_is_wrong_with_it(
    found: LinkCode | None, person: Person | None, error: type[Exception], key: str
) -> None:
    with pytest.raises(error) as refused:
        rules.check_code(found, person, NOW)
    assert refused.value.key == key  # type: ignore[attr-defined]


def test_the_fifth_refusal_is_the_last_that_may_be_tried_again() -> None:
    rules.check_guesses(rules.MOST_GUESSES - 1)
    with pytest.raises(NotAllowed):
        rules.check_guesses(rules.MOST_GUESSES)


# Absences


@pytest.mark.parametrize(
    ("words", "until"),
    [
        ("2h", NOW + timedelta(hours=2)),
        ("2 h", NOW + timedelta(hours=2)),
        ("2小时", NOW + timedelta(hours=2)),
        ("2个小时", NOW + timedelta(hours=2)),
        ("\u202e2h\u200f", NOW + timedelta(hours=2)),
        ("２小时", NOW + timedelta(hours=2)),
        ("半小时", NOW + timedelta(minutes=30)),
        ("30分钟", NOW + timedelta(minutes=30)),
        ("1h30m", NOW + timedelta(minutes=90)),
        ("for 90 minutes", NOW + timedelta(minutes=90)),
        ("2 hours", NOW + timedelta(hours=2)),
        ("durante 2 horas", NOW + timedelta(hours=2)),
        ("3天", NOW + timedelta(days=3)),
        ("离开2小时", NOW + timedelta(hours=2)),
        # a time of day
        ("until 14:00", in_china(2, 14)),
        ("UNTIL 14:00", in_china(2, 14)),
        ("until 14：00", in_china(2, 14)),
        ("14:00", in_china(2, 14)),
        ("until 14", in_china(2, 14)),
        ("到14:00", in_china(2, 14)),
        ("到14点", in_china(2, 14)),
        ("到下午2点", in_china(2, 14)),
        ("下午2点半", in_china(2, 14, 30)),
        ("14点15分", in_china(2, 14, 15)),
        ("到14:00回来", in_china(2, 14)),
        ("until 2pm", in_china(2, 14)),
        ("until 2 p.m.", in_china(2, 14)),
        ("hasta las 14:00", in_china(2, 14)),
        ("hasta las 14h", in_china(2, 14)),
        ("中午12点", in_china(2, 12)),
        ("中午1点", in_china(2, 13)),
        ("12pm", in_china(2, 12)),
        ("12am", in_china(3, 0)),
        ("今晚8点", in_china(2, 20)),
        # passed today: tomorrow
        ("until 09:59", in_china(3, 9, 59)),
        ("until 10:00", in_china(3, 10)),
        ("until 10:01", in_china(2, 10, 1)),
        ("until 24:00", in_china(3, 0)),
        # a day
        ("tomorrow", in_china(3, 8, 30)),
        ("明天", in_china(3, 8, 30)),
        ("mañana", in_china(3, 8, 30)),
        ("until tomorrow", in_china(3, 8, 30)),
        ("到明天", in_china(3, 8, 30)),
        ("明早8点", in_china(3, 8)),
        ("明天下午3点", in_china(3, 15)),
        ("tomorrow 9am", in_china(3, 9)),
        ("tomorrow at 14:30", in_china(3, 14, 30)),
        ("mañana a las 14:00", in_china(3, 14)),
        ("后天", in_china(4, 8, 30)),
        ("the day after tomorrow", in_china(4, 8, 30)),
        ("今天", in_china(3, 8, 30)),
        ("today 14:00", in_china(2, 14)),
        ("until 2026-03-05", in_china(5, 8, 30)),
        ("2026-03-05 14:00", in_china(5, 14)),
        ("3月5日", in_china(5, 8, 30)),
        ("3月5号 14:00", in_china(5, 14)),
    ],
)
def test_an_absence_is_read_as_people_write_it(words: str, until: datetime) -> None:
    assert away(words) == until


@pytest.mark.parametrize("words", ["off", "OFF", "back", "回来", "回来了。", "volver", "结束"])
def test_being_back_is_no_time(words: str) -> None:
    assert away(words) is None


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("soon", "people.away_unclear"),
        ("14", "people.away_unclear"),  # 14 what?
        ("until 25:00", "people.away_unclear"),
        ("until 14:60", "people.away_unclear"),
        ("13pm", "people.away_unclear"),
        ("-2h", "people.away_unclear"),
        ("until", "people.away_unclear"),
        ("tomorrow maybe", "people.away_unclear"),
        ("2026-02-30", "people.away_unclear"),
        ("2月30日", "people.away_unclear"),
        ("=cmd()", "people.away_unclear"),
        ("<b>2h</b>", "people.away_unclear"),
        ("2h" * 5_000, "people.away_unclear"),
        ("٢h", "people.away_unclear"),
        ("0m", "people.away_past"),
        ("today 08:00", "people.away_past"),
        ("2020-01-01", "people.away_past"),
        ("61d", "people.away_long"),
        ("2027-01-01", "people.away_long"),
        ("9999-12-31 23:59", "people.away_long"),
        ("0001-01-01", "people.away_past"),
        ("0000-01-01", "people.away_unclear"),
        ("999999999d", "people.away_unclear"),
    ],
)
def test_an_odd_absence_is_refused_with_an_example(words: str, key: str) -> None:
    with pytest.raises(BadInput) as refused:
        away(words)
    assert refused.value.key == key
    assert "/away" in refused.value.words("zh")


@given(st.text(alphabet="0123456789:-点半月日天年明后今晚上午下到回来 hmdapmuntil\u200f", max_size=24) | st.text())
def test_whatever_is_written_an_absence_is_a_time_soon_or_a_sentence(words: str) -> None:
    for zone in (CHINA, "America/Los_Angeles"):
        try:
            until = away(words, zone=zone)
        except BadInput:
            continue
        assert until is None or NOW < until <= NOW + rules.MOST_AWAY


def test_an_absence_is_in_the_persons_own_time_zone() -> None:
    assert away("until 14:00", zone="Asia/Bangkok") == in_china(2, 15)
    assert away("until 14:00", zone="America/Mexico_City") == datetime(2026, 3, 2, 20, 0, tzinfo=UTC)


def test_a_day_written_without_its_year_is_the_next_one() -> None:
    assert away("1月5日", now=datetime(2026, 12, 30, tzinfo=UTC)) == datetime(2027, 1, 5, 0, 30, tzinfo=UTC)


def test_tomorrow_begins_in_the_morning_where_there_is_no_opening() -> None:
    assert away("明天", opens=None) == in_china(3, 9)


# Who answers meanwhile


def leader(number: int, role: Role = Role.DEPUTY, **facts: Any) -> Person:
    known: dict[str, Any] = {"id": number, "name": f"p{number}", "role": role, "store_id": 1, **facts}
    return Person(**known)


def test_who_is_here_linked_and_leads_the_store_stands_in() -> None:
    me = leader(1, Role.STORE_MANAGER)
    there = [
        me,
        leader(2),
        leader(3, away_until=NOW + timedelta(seconds=1)),
        leader(4, away_until=NOW),  # back this very instant
        leader(5, Role.ADVISOR),
        leader(6, store_id=2),
        leader(7, active=False),
        leader(8),  # has no account
    ]
    assert [person.id for person in rules.stand_ins(me, there, {1, 2, 3, 4, 5, 6, 7}, NOW)] == [2, 4]


# Names


def test_words_said_back_are_short_and_on_one_visible_line() -> None:
    assert rules.shown("a\u202eb\u0000c\nd") == "a b c d"
    assert len(rules.shown("张" * 10_000)) == rules.MOST_SHOWN
    assert rules.shown("<b>张伟</b>") == "<b>张伟</b>"  # the platforms escape


@pytest.mark.parametrize(
    ("wanted", "near"),
    [("张玮", "张伟"), ("zhangwei", "张伟"), ("张维", "张伟"), ("Jose Garcia", "José García"), ("王方", "王芳")],
)
def test_a_name_written_nearly_right_is_offered(wanted: str, near: str) -> None:
    assert rules.near_names(wanted, ["张伟", "王芳", "José García", "Somchai"])[0] == near


def test_nothing_near_is_nothing() -> None:
    assert rules.near_names("xyz", ["张伟", "王芳"]) == []
    assert rules.near_names("张" * 10_000, ["王芳"]) == []


def test_a_person_is_named_alone_or_with_their_place() -> None:
    here = rules.Known(Person(id=1, name="张伟", role=Role.DEPUTY), 1, ("SZ01", "深圳南山店", "深圳"))
    there = rules.Known(Person(id=2, name="张伟", role=Role.DEPUTY), 2, ("GZ01", "广州天河店", "广州"))
    other = rules.Known(Person(id=3, name="José  García", role=Role.DEPUTY), 2, ("GZ01", "广州天河店", "广州"))
    everybody = [here, there, other]
    assert rules.named("张伟", everybody) == [here, there]
    assert rules.named("张伟 sz01", everybody) == [here]
    assert rules.named("广州天河店 张伟", everybody) == [there]
    assert rules.named("josé garcía gz01", everybody) == [other]
    assert rules.named("张", everybody) == []


@pytest.mark.parametrize(
    ("asker", "invited", "region", "allowed"),
    [
        (Role.HQ, Role.HQ, None, True),
        (Role.HQ, Role.STORE_MANAGER, 1, True),
        (Role.REGION_MANAGER, Role.STORE_MANAGER, 1, True),
        (Role.REGION_MANAGER, Role.STORE_MANAGER, 2, False),
        (Role.REGION_MANAGER, Role.HQ, 1, False),
        (Role.REGION_MANAGER, Role.FINANCE, None, False),
        (Role.STORE_MANAGER, Role.DEPUTY, 1, False),
    ],
)
def test_who_may_invite_whom(asker: Role, invited: Role, region: int | None, allowed: bool) -> None:
    person = Person(id=1, name="a", role=asker, region_id=1 if asker is Role.REGION_MANAGER else None)
    known = rules.Known(Person(id=2, name="b", role=invited), region)
    assert rules.can_invite(person, known) is allowed


# Chats and languages


@pytest.mark.parametrize(
    ("words", "purpose", "rest"),
    [
        ("managers", Purpose.MANAGERS, ""),
        ("店长", Purpose.MANAGERS, ""),
        ("紧急 华南", Purpose.EMERGENCY, "华南"),
        ("华南 紧急", Purpose.EMERGENCY, "华南"),
        ("TECHNICIANS South China", Purpose.TECHNICIANS, "South China"),
        ("técnicos", Purpose.TECHNICIANS, ""),
        ("总部", Purpose.HQ, ""),
        ("hq hq", Purpose.HQ, "hq"),  # a region may be called anything
        ("party", None, "party"),
        ("", None, ""),
    ],
)
def test_a_purpose_is_read_in_three_languages(words: str, purpose: Purpose | None, rest: str) -> None:
    assert rules.read_binding(words) == (purpose, rest)


@pytest.mark.parametrize(
    ("role", "region", "purpose", "of", "refused"),
    [
        (Role.HQ, None, Purpose.HQ, None, ""),
        (Role.HQ, None, Purpose.MANAGERS, 2, ""),
        (Role.REGION_MANAGER, 1, Purpose.MANAGERS, 1, ""),
        (Role.REGION_MANAGER, 1, Purpose.MANAGERS, 2, "people.bind_other_region"),
        (Role.REGION_MANAGER, 1, Purpose.HQ, None, "people.bind_hq_only"),
        (Role.REGION_MANAGER, None, Purpose.MANAGERS, 1, "people.bind_other_region"),
        (Role.STORE_MANAGER, 1, Purpose.MANAGERS, 1, "people.bind_other_region"),
    ],
)
def test_who_may_bind_what(role: Role, region: int | None, purpose: Purpose, of: int | None, refused: str) -> None:
    person = Person(id=1, name="a", role=role, region_id=region)
    if not refused:
        rules.check_binding(person, purpose, of)
        return
    with pytest.raises(NotAllowed) as error:
        rules.check_binding(person, purpose, of)
    assert error.value.key == refused


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("zh", "zh"),
        ("中文", "zh"),
        ("English", "en"),
        ("ESPAÑOL", "es"),
        ("西班牙语", "es"),
        ("fr", None),
        ("z" * 9_999, None),
    ],
)
def test_a_language_is_read_by_any_of_its_names(words: str, language: str | None) -> None:
    assert rules.read_language(words) == language
