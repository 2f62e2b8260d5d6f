"""Which store is asked first: each reason by itself, and that all are weighed by the configuration."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from handlers.requests.rules import Conduct, burden, open_minutes
from handlers.settings import Matching, Ranking
from handlers.transfers.rules import Source, rank

MATCHING, RANKING = Matching(safety_stock=1, max_km=150, speed_kmh=60), Ranking()  # a kilometre is a minute
UNMOVED = timedelta(days=90, hours=1)
PLAIN = Source(1, 4, 20.0)


def order(*sources: Source, wanted: int = 1, ranking: Ranking = RANKING) -> list[int]:
    return [one.source.store_id for one in rank(sources, wanted, MATCHING, ranking, UNMOVED)]


@pytest.mark.parametrize(
    ("better", "worse", "weight"),
    [
        pytest.param(Source(2, 4, 19.0), PLAIN, "way", id="nearer"),
        pytest.param(Source(2, 4, 90.0, way_minutes=10), PLAIN, "way", id="the measured way is what counts"),
        pytest.param(Source(2, 9, 20.0), PLAIN, "spare", id="more beside its safety stock"),
        pytest.param(Source(2, 4, 20.0, Conduct(1.0)), PLAIN, "answer", id="answers sooner than is usual"),
        pytest.param(PLAIN, Source(2, 4, 20.0, Conduct(load=1)), "load", id="carries less"),
        pytest.param(PLAIN, Source(2, 4, 20.0, Conduct(refusal_rate=0.5)), "refusal", id="refuses less"),
        pytest.param(PLAIN, Source(2, 4, 20.0, open_minutes=15), "closing", id="closes later"),
        pytest.param(Source(2, 4, 20.0, still=UNMOVED), PLAIN, "dead", id="dead stock goes first"),
    ],
)
def test_each_reason_counts_by_its_weight(better: Source, worse: Source, weight: str) -> None:
    assert order(worse, better) == order(better, worse) == [better.store_id, worse.store_id]
    indifferent = Ranking.model_validate({weight: 0})
    assert len({one.minutes for one in rank([better, worse], 1, MATCHING, indifferent, UNMOVED)}) == 1


def test_who_has_only_some_comes_after_who_has_all_and_nobody_goes_below_the_safety_stock() -> None:
    some, all_of_it = Source(1, 3, 5.0), Source(2, 4, 30.0)
    assert order(some, all_of_it, wanted=3) == [2, 1]
    at_safety, promised, far = Source(3, 1, 1.0), Source(4, 5, 1.0, Conduct(promised=4)), Source(5, 9, 151.0)
    assert order(at_safety, promised, far, PLAIN) == [1]


def test_what_is_said_of_a_place_in_the_ranking_is_what_was_weighed() -> None:
    (unknown, soon, late, fresh) = sorted(
        rank(
            [
                Source(1, 4, None),
                Source(2, 4, 30.0, open_minutes=59),
                Source(3, 4, 30.0, open_minutes=60),
                Source(4, 4, 30.0, way_minutes=12, still=UNMOVED - timedelta(seconds=1)),
            ],
            1,
            MATCHING,
            RANKING,
            UNMOVED,
        ),
        key=lambda one: one.source.store_id,
    )
    assert (unknown.travel_minutes, unknown.left) == (None, 3)
    assert (soon.closes_soon, late.closes_soon) == (True, False)
    assert (soon.travel_minutes, fresh.travel_minutes) == (30, 12)
    assert not fresh.is_dead
    assert rank([Source(1, 4, None, way_minutes=7)], 1, MATCHING, RANKING, UNMOVED)[0].travel_minutes == 7


def test_a_store_that_was_not_asked_counts_as_the_usual_one() -> None:
    assert burden(Conduct(), RANKING) == burden(Conduct(5.0), RANKING) == 5
    assert burden(Conduct(10.0, 0.5, 2), RANKING) == 10 + 15 + 20
    assert burden(Conduct(), Ranking(usual_answer=timedelta(minutes=8))) == 8


@pytest.mark.parametrize(
    ("opens", "closes", "wall", "minutes"),
    [
        (time(8, 30), time(18), time(17, 45), 15),
        (time(8, 30), time(18), time(8, 30), 570),
        (time(8, 30), time(18), time(18), 0),
        (time(8, 30), time(18), time(3), 0),
        (time(22), time(6), time(23, 30), 390),
        (time(22), time(6), time(5, 59), 1),
        (time(22), time(6), time(12), 0),
        (time(0), time(0), time(12), None),
    ],
)
def test_how_much_longer_a_store_is_open_today(opens: time, closes: time, wall: time, minutes: int | None) -> None:
    assert open_minutes(opens, closes, wall) == minutes
