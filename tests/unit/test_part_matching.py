"""Finding a part: certain only when named in full, otherwise best guesses first."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.boards.matching import Match, PartIndex, PartName, match_parts
from handlers.boards.names import normalise

LEFT, RIGHT, FILTER, FRONT_PADS, REAR_PADS, BATTERY, BULB, PAD_EN, PLUG, WIPER = range(1, 11)
PARTS = [
    PartName(LEFT, "8K0 941 003", "前大灯-左"),
    PartName(RIGHT, "8K0 941 004", "前大灯-右"),
    PartName(FILTER, "06A-115-561B", "机油滤清器", ("机滤",)),
    PartName(FRONT_PADS, "", "前刹车片"),
    PartName(REAR_PADS, "8K0698451", "后刹车片"),
    PartName(BATTERY, "000915105", "蓄电池", ("电瓶", "Battery")),
    PartName(BULB, "", "H7灯泡"),
    PartName(PAD_EN, "", "Brake pad front"),
    PartName(PLUG, "", "火花塞"),
    PartName(WIPER, "", "雨刮片"),
]
INDEX = PartIndex(PARTS)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("前大灯-左", LEFT),
        ("前大灯左", LEFT),
        ("前大灯 左", LEFT),
        (" 前大灯—左 ", LEFT),
        ("前大灯（左）", LEFT),
        ("8K0 941 003", LEFT),
        ("8k0941003", LEFT),
        ("８Ｋ０－９４１－００３", LEFT),
        ("06a 115 561 b", FILTER),
        ("机滤", FILTER),
        ("电瓶", BATTERY),
        ("BATTERY", BATTERY),
        ("brake-pad front", PAD_EN),
        ("h7 灯泡", BULB),
    ],
)
def test_a_part_named_in_full_is_certain_however_it_is_typed(words: str, part: int) -> None:
    assert INDEX.match(words)[0] == Match(part, 100, exact=True)


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        pytest.param("左前大灯", [LEFT], id="the same characters in another order"),
        pytest.param("前大灯", [LEFT, RIGHT], id="beginning of both sides"),
        pytest.param("大灯", [LEFT, RIGHT], id="two characters inside"),
        pytest.param("刹车", [FRONT_PADS, REAR_PADS], id="two characters inside, others"),
        pytest.param("要一个火花塞", [PLUG], id="the name inside what was said"),
        pytest.param("941003", [LEFT], id="end of a number"),
        pytest.param("8K0698", [REAR_PADS], id="beginning of a number"),
        pytest.param("qdd", [LEFT, RIGHT], id="initials of the beginning"),
        pytest.param("QDDZ", [LEFT], id="initials of the whole"),
        pytest.param("qiandadeng", [LEFT, RIGHT], id="pinyin of the beginning"),
        pytest.param("qian da deng zuo", [LEFT], id="pinyin of the whole, with spaces"),
        pytest.param("jilü", [], id="pinyin with an umlaut finds no ji lv"),
        pytest.param("dianping", [BATTERY], id="pinyin of an alias"),
        pytest.param("h7dp", [BULB], id="initials with digits"),
        pytest.param("火花赛", [PLUG], id="wrong character of the same sound"),
        pytest.param("火化塞", [PLUG], id="another one"),
        pytest.param("杀车片", [FRONT_PADS, REAR_PADS], id="the same sound inside the name"),
        pytest.param("雨刷片", [WIPER], id="wrong character of another sound"),
        pytest.param("8K0 941 0O3", [LEFT], id="letter for a digit"),
        pytest.param("front brake pads", [PAD_EN], id="words in another order, plural"),
        pytest.param("brkae pad front", [PAD_EN], id="swapped letters"),
    ],
)
def test_what_is_near_is_found_first_and_never_certain(words: str, parts: list[int]) -> None:
    found = INDEX.match(words)
    best = [match.part for match in found if match.score == found[0].score]
    assert best == parts
    assert not any(match.exact for match in found)


@pytest.mark.parametrize(
    "words", ["", " ", "！！", "-", "👍", "大", "z", "轮胎", "xxx", "<b>", "=cmd()", "\u202e", "a" * 10_000]
)
def test_what_fits_nothing_finds_nothing(words: str) -> None:
    assert INDEX.match(words) == []


@pytest.mark.parametrize("words", ["右前大灯", "前大灯右", "大灯-右"])
def test_the_other_side_is_never_offered_before_the_right_one(words: str) -> None:
    found = [match.part for match in INDEX.match(words)]
    assert found[0] == RIGHT
    assert LEFT not in found


def test_the_other_side_is_not_offered_even_when_it_is_all_there_is() -> None:
    assert match_parts("前大灯-右", [PARTS[0]]) == []
    assert match_parts("rear brake pad", [PARTS[7]]) == []


def test_several_parts_of_one_name_are_all_returned_and_none_is_certain() -> None:
    twins = [PartName(7, "A1", "灯泡"), PartName(3, "A2", "灯 泡"), PartName(5, "A3", "别的")]
    assert match_parts("灯泡", twins) == [Match(3, 100, exact=False), Match(7, 100, exact=False)]
    assert match_parts("A2", twins)[0] == Match(3, 100, exact=True)


def test_a_name_that_begins_another_is_certain_all_the_same() -> None:
    parts = [PartName(1, "", "大灯"), PartName(2, "", "大灯总成")]
    assert [(match.part, match.exact) for match in match_parts("大灯", parts)] == [(1, True), (2, False)]


def test_another_order_of_the_characters_beats_a_longer_name_that_holds_them() -> None:
    parts = [PartName(1, "", "左前大灯总成"), PartName(2, "", "前大灯-左")]
    assert match_parts("前左大灯", parts)[0].part == 2
    assert match_parts("左前大灯", parts[1:]) == [Match(2, 95, exact=False)]


def test_a_part_is_found_once_however_many_of_its_names_fit() -> None:
    parts = [PartName(1, "BAT1", "Battery", ("battery", "BATTERY 12V"))]
    assert match_parts("battery", parts) == [Match(1, 100, exact=True)]


def test_only_as_many_as_asked_for_are_returned_best_first_then_by_id() -> None:
    parts = [PartName(n, "", f"刹车片{n}") for n in (9, 8, 7, 6, 5, 4)] + [PartName(1, "", "前刹车片")]
    assert [match.part for match in match_parts("刹车片", parts, limit=3)] == [4, 5, 6]
    assert len(match_parts("刹车片", parts)) == 5


def test_no_parts_and_empty_names_match_nothing() -> None:
    assert match_parts("前大灯", []) == []
    assert match_parts("前大灯", [PartName(1, "", "")]) == []
    assert match_parts("前大灯", [PartName(1, "--", "!!")]) == []


def test_two_thousand_parts_are_searched_in_a_blink() -> None:
    index = PartIndex(PartName(n, f"8K0 {n:06}", f"配件{n}号-左", (f"alias {n}",)) for n in range(2000))
    started = time.process_time()
    found = index.match("配件1234号-左")
    index.match("灯" * 100_000)  # what somebody pastes is not turned into pinyin to its end
    assert time.process_time() - started < 2
    assert found[0] == Match(1234, 100, exact=True)


names = st.text(st.sampled_from("前后左右大灯刹车片火花塞机油abcAB 0123-"), max_size=8)
catalogues = st.lists(st.builds(lambda no, name: (no, name), names, names), max_size=8).map(
    lambda pairs: [PartName(n, no, name) for n, (no, name) in enumerate(pairs, 1)]
)


@given(names | st.text(max_size=20), catalogues)
def test_scores_are_ranked_bounded_and_certain_at_most_once(words: str, parts: list[PartName]) -> None:
    found = match_parts(words, parts, limit=100)
    assert [(-match.score, match.part) for match in found] == sorted((-match.score, match.part) for match in found)
    assert all(60 <= match.score <= 100 for match in found)
    assert len({match.part for match in found}) == len(found)
    assert sum(match.exact for match in found) <= 1
    named = [
        part.id for part in parts if normalise(words) and normalise(words) in map(normalise, (part.part_no, part.name))
    ]
    assert [match.part for match in found if match.score == 100] == named
    assert [match.part for match in found if match.exact] == (named if len(named) == 1 else [])


def test_only_what_is_named_in_full_and_alone_is_certain_without_a_search() -> None:
    index = PartIndex(
        [
            PartName(1, "HL-1", "前大灯-左", ("headlamp left",)),
            PartName(2, "BP-1", "刹车片", ("pad",)),
            PartName(3, "BP-2", "制动片", ("pad", "")),
        ]
    )
    for words in ("前大灯左", "hl 1", "Headlamp LEFT"):
        assert index.named(words) == 1
        assert index.match(words)[0] == Match(1, 100, exact=True)
    for words in ("pad", "前大灯", "", "-"):  # two of that name, a piece of one, nothing
        assert index.named(words) is None
        assert not any(match.exact for match in index.match(words))
