"""What a question is about, which specialist it means, and which case is like which."""

from __future__ import annotations

import pytest

from handlers.boards.specialties import find_specialty, has_specialty, is_specialty, without_specialty
from handlers.questions import rules
from handlers.questions.rules import Known

KNOWN = ["三电故障", "钣喷", "智能驾驶", "空调", "high voltage"]


@pytest.mark.parametrize(
    ("asked", "known", "same"),
    [
        ("三电", "三电故障", True),
        ("三电故障", "三电", True),
        ("三电维修", "三电故障", True),
        ("智能", "智能驾驶", True),
        ("三", "三电故障", False),
        ("三元", "三电故障", False),
        ("驾驶", "智能驾驶", False),
        ("AC", "AC system", False),
        ("", "三电", False),
        ("High Voltage", "high voltage", True),
    ],
)
def test_a_specialty_is_known_by_its_beginning_and_never_by_one_sign(asked: str, known: str, same: bool) -> None:
    assert is_specialty(asked, known) is same


def test_a_cell_of_the_map_holds_several_specialties() -> None:
    assert has_specialty("底盘、三电故障", "三电")
    assert not has_specialty("底盘、空调", "三电")
    assert not has_specialty("", "三电")


@pytest.mark.parametrize(
    ("words", "specialty", "rest"),
    [
        ("三电 高压互锁报警", "三电故障", "高压互锁报警"),
        ("三电故障:高压互锁报警", "三电故障", "高压互锁报警"),
        ("三电故障灯亮怎么办", "三电故障", "三电故障灯亮怎么办"),
        ("车子空调不冷", "空调", "车子空调不冷"),
        ("high voltage interlock alarm", "high voltage", "interlock alarm"),
        ("天窗漏水", None, ""),
        ("", None, ""),
    ],
)
def test_the_specialty_is_found_in_the_words_and_nothing_of_the_question_is_lost(
    words: str, specialty: str | None, rest: str
) -> None:
    assert find_specialty(words, KNOWN) == specialty
    if specialty:
        assert without_specialty(words, specialty) == rest


def known(name: str, level: str, specialties: str, person: int | None) -> Known:
    return Known(name, 1, level, specialties, person)


def test_those_who_can_be_told_come_first_and_then_the_higher_level() -> None:
    people = [known("甲", "T3", "三电", None), known("乙", "T1", "三电", 2), known("丙", "T2", "三电", 3)]
    assert [one.name for one in rules.specialists(people, "三电", 9, 5)] == ["丙", "乙", "甲"]
    assert [one.name for one in rules.specialists(people, "三电", 3, 1)] == ["乙"]


def test_experts_of_the_specialty_come_before_other_experts_and_nobody_twice() -> None:
    people = [known("甲", "T3", "钣喷", 1), known("乙", "T3", "三电", 2), known("丙", "T3", "三电", 3)]
    assert [one.name for one in rules.experts(people, "三电", "T3", {3}, 5)] == ["乙", "甲"]


def test_words_are_searched_by_two_signs_of_chinese_and_whole_words_of_other_letters() -> None:
    assert rules.grams("高压互锁 P0A0A!") == ["高压", "压互", "互锁", "p0a0a"]
    assert rules.grams("锁") == []
    assert rules.likeness(rules.grams("互锁报警"), rules.searchable("高压互锁报警")) == 1
    assert rules.likeness(rules.grams("互锁故障"), rules.searchable("高压互锁报警")) == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("words", "number", "rest"),
    [("Q-0001 换插头", 1, "换插头"), ("q12,换插头", 12, "换插头"), ("换插头", None, "换插头"), ("Q1换", None, "Q1换")],
)
def test_a_label_is_read_where_it_stands_first(words: str, number: int | None, rest: str) -> None:
    assert rules.split_label(words) == (number, rest)
