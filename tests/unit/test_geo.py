"""Distances by road, estimated."""

from __future__ import annotations

from math import inf, nan, pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.geo import EARTH_RADIUS_KM, box_around, road_km

SHENZHEN, GUANGZHOU = (22.5431, 114.0579), (23.1291, 113.2644)


@pytest.mark.parametrize(
    ("a", "b", "km"),
    [
        pytest.param(SHENZHEN, GUANGZHOU, 104.2, id="Shenzhen to Guangzhou"),
        pytest.param((39.9042, 116.4074), (31.2304, 121.4737), 1067, id="Beijing to Shanghai"),
        pytest.param((0, 0), (0, 0), 0, id="the same point"),
        pytest.param((0, 179.9), (0, -179.9), 22.24, id="over the date line"),
        pytest.param((90, 0), (90, 120), 0, id="at the pole every longitude is one"),
        pytest.param((90, 0), (-90, 0), pi * EARTH_RADIUS_KM, id="pole to pole"),
        pytest.param((10, 20), (-10, -160), pi * EARTH_RADIUS_KM, id="to the other side of the globe"),
    ],
)
def test_the_straight_distance_is_that_of_the_great_circle(
    a: tuple[float, float], b: tuple[float, float], km: float
) -> None:
    assert road_km(*a, *b, detour=1) == pytest.approx(km, rel=0.002, abs=1e-6)


def test_a_road_is_three_tenths_longer_unless_said_otherwise() -> None:
    straight = road_km(*SHENZHEN, *GUANGZHOU, detour=1)
    assert road_km(*SHENZHEN, *GUANGZHOU) == pytest.approx(1.3 * straight)
    assert road_km(*SHENZHEN, *GUANGZHOU, detour=2) == pytest.approx(2 * straight)


@pytest.mark.parametrize("bad", [(90.1, 0), (-91, 0), (0, 180.1), (0, -181), (nan, 0), (0, nan), (inf, 0)])
def test_a_place_off_the_globe_is_refused(bad: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="not coordinates"):
        road_km(*bad, 0, 0)
    with pytest.raises(ValueError, match="not coordinates"):
        road_km(0, 0, *bad)


@pytest.mark.parametrize("detour", [0.99, 0, -1, nan, inf])
def test_a_road_shorter_than_the_straight_line_is_refused(detour: float) -> None:
    with pytest.raises(ValueError, match="never shorter"):
        road_km(0, 0, 1, 1, detour)


latitudes, longitudes = st.floats(-90, 90), st.floats(-180, 180)


@given(latitudes, longitudes, latitudes, longitudes)
def test_there_and_back_are_equally_far_and_never_beyond_half_the_globe(
    lat1: float, lon1: float, lat2: float, lon2: float
) -> None:
    there = road_km(lat1, lon1, lat2, lon2, detour=1)
    assert there == pytest.approx(road_km(lat2, lon2, lat1, lon1, detour=1))
    assert 0 <= there <= pi * EARTH_RADIUS_KM * (1 + 1e-9)


@given(
    st.floats(-90, 90),
    st.floats(-180, 180),
    st.floats(-3, 3),
    st.floats(-6, 6),
    st.floats(0, 400),
)
def test_whatever_is_near_is_in_the_box_around(lat: float, lon: float, up: float, aside: float, km: float) -> None:
    there = max(-90.0, min(90.0, lat + up)), (lon + aside + 180) % 360 - 180
    south, north, west, east = box_around(lat, lon, km)
    if road_km(lat, lon, *there, detour=1) <= km:
        assert south <= there[0] <= north
        assert west <= there[1] <= east


def test_the_box_around_a_city_leaves_the_next_one_out() -> None:
    south, north, west, east = box_around(*SHENZHEN, 50)
    assert not (south <= GUANGZHOU[0] <= north and west <= GUANGZHOU[1] <= east)
