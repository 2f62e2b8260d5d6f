"""How much one account may say: a bucket for each, a smaller one for strangers, one for all strangers together."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.flood import MOST_REMEMBERED, TOGETHER_AT_ONCE, Flood, Verdict
from handlers.settings import Flood as Limits
from tests.factories import MONDAY

LIMITS = Limits(at_once=20, every=timedelta(seconds=2), strangers_at_once=5, strangers_every=timedelta(minutes=1))
ADMIT, LOOK_UP, TELL, DROP = Verdict.ADMIT, Verdict.LOOK_UP, Verdict.TELL, Verdict.DROP


class Door:
    """Hears accounts as the gate does; `linked` are those of people of ours."""

    def __init__(self, *linked: str) -> None:
        self.flood = Flood(LIMITS)
        self.linked = linked
        self.now = MONDAY
        self.looked_up: list[str] = []

    def hears(self, who: str, times: int = 1, *, aloud: bool = True) -> list[Verdict]:
        return [self._one(who, aloud) for _ in range(times)]

    def _one(self, who: str, aloud: bool) -> Verdict:
        verdict = self.flood.hears(who, self.now, aloud=aloud)
        if verdict is LOOK_UP:
            self.looked_up.append(who)
            self.flood.learns(who, self.now, linked=who in self.linked)
            verdict = self.flood.hears(who, self.now, aloud=aloud)
        return verdict

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)


def test_a_busy_manager_never_meets_the_limit_and_is_hardly_ever_looked_up() -> None:
    door = Door("zhang")
    for _ in range(60 * 10):  # an hour of ten taps a minute
        assert door.hears("zhang") == [ADMIT]
        door.passes(seconds=6)
    assert len(door.looked_up) <= 1


def test_of_a_flood_so_many_pass_one_is_told_and_the_rest_is_dropped() -> None:
    door = Door("zhang")
    heard = door.hears("zhang", 1000)
    # The five that a stranger may say, then, known, the measure of a person.
    assert heard[:25] == [ADMIT] * 25
    assert heard[25] is TELL
    assert heard[26:] == [DROP] * 974
    assert door.looked_up == ["zhang", "zhang"][: len(door.looked_up)]


def test_one_who_goes_on_flooding_is_told_once_and_again_only_after_a_quiet_time() -> None:
    door = Door("zhang")
    told = 0
    for _ in range(600):
        told += door.hears("zhang", 5).count(TELL)
        door.passes(seconds=1)
    assert told == 1
    door.passes(seconds=60)
    assert door.hears("zhang", 30).count(TELL) == 1


def test_who_is_told_to_wait_can_speak_when_the_wait_is_over() -> None:
    door = Door("zhang")
    for who in ("zhang", "stranger"):
        door.hears(who, 100)
        door.passes(seconds=door.flood.wait(who).total_seconds())
        assert door.hears(who) == [ADMIT]


def test_others_are_untouched() -> None:
    door = Door("zhang", "li")
    door.hears("zhang", 1000)
    door.hears("stranger", 1000)
    assert door.hears("li", 20) == [ADMIT] * 20


def test_a_stranger_has_a_smaller_measure_and_one_answer_an_hour_long() -> None:
    door = Door()
    heard = []
    for _ in range(3600):
        heard += door.hears("stranger")
        door.passes(seconds=1)
    assert heard.count(TELL) == 1
    assert heard.count(ADMIT) <= 5 + 60
    assert len(door.looked_up) <= 61  # a question a minute


def test_a_stranger_who_links_the_account_has_the_measure_of_a_person_within_a_minute() -> None:
    door = Door()
    door.hears("zhang", 50)
    door.linked = ("zhang",)
    door.passes(minutes=1)
    assert door.hears("zhang", 20) == [ADMIT] * 20


def test_a_thousand_strangers_together_fill_nothing_and_shut_no_person_out() -> None:
    door = Door("zhang")
    admitted = 0
    for _ in range(10):
        for number in range(1000):
            admitted += door.hears(f"stranger {number}", 5).count(ADMIT)
        door.passes(minutes=1)
    assert admitted <= TOGETHER_AT_ONCE + 10 * 30
    assert door.hears("zhang", 20) == [ADMIT] * 20


def test_however_many_accounts_speak_the_memory_is_bounded() -> None:
    door = Door()
    for number in range(MOST_REMEMBERED + 500):
        door.hears(f"stranger {number}")
    assert len(door.flood) == MOST_REMEMBERED


def test_words_nobody_waits_an_answer_for_are_dropped_in_silence_and_the_first_that_waits_is_told() -> None:
    door = Door("zhang")
    heard = door.hears("zhang", 200, aloud=False)
    assert TELL not in heard
    assert door.hears("zhang") == [TELL]


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=400)])
def test_a_clock_set_back_locks_nobody_out(back: timedelta) -> None:
    door = Door("zhang")
    door.hears("zhang", 100)
    door.now -= back
    door.hears("zhang")
    door.passes(seconds=60)
    assert door.hears("zhang", 20) == [ADMIT] * 20
