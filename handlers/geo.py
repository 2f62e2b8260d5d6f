"""Distances between stores."""

from __future__ import annotations

from functools import lru_cache
from math import asin, cos, degrees, radians, sin, sqrt
from typing import Protocol

EARTH_RADIUS_KM = 6371.0088  # the mean radius (IUGG)


@lru_cache(maxsize=65_536)  # the stores of a network are ranked again and again, and do not move
def road_km(lat1: float, lon1: float, lat2: float, lon2: float, detour: float = 1.3) -> float:
    """Estimate the kilometres by road between two points in degrees: great circle × detour.

    Raises ValueError for coordinates off the globe or a detour under 1.
    """
    if not (abs(lat1) <= 90 and abs(lat2) <= 90 and abs(lon1) <= 180 and abs(lon2) <= 180):  # NaN fails too
        raise ValueError(f"not coordinates in degrees: {lat1}, {lon1} and {lat2}, {lon2}")
    if not 1 <= detour < float("inf"):
        raise ValueError(f"a road is never shorter than the straight line: detour {detour}")
    north, east = radians(lat2 - lat1), radians(lon2 - lon1)
    half = sin(north / 2) ** 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(half))) * detour


class Placed(Protocol):
    """Whatever stands somewhere: a store, or the row of one; None where the place is not known."""

    @property
    def latitude(self) -> float | None:
        """Degrees north."""

    @property
    def longitude(self) -> float | None:
        """Degrees east."""


def way_km(here: Placed, there: Placed, detour: float) -> float | None:
    """Return how far it is by road between two places; None where one of them is not known."""
    if here.latitude is None or here.longitude is None or there.latitude is None or there.longitude is None:
        return None
    return road_km(here.latitude, here.longitude, there.latitude, there.longitude, detour)


def box_around(latitude: float, longitude: float, km: float) -> tuple[float, float, float, float]:
    """Return what holds every point so near in a straight line, in degrees: south, north, west, east.

    It is larger than needed at the poles and at the date line, where it goes all the way round.
    """
    up = degrees((km + 0.01) / EARTH_RADIUS_KM)  # ten metres more: what rounding could leave out
    south, north = latitude - up, latitude + up
    widest = max(abs(south), abs(north))
    if widest >= 89:
        return south, north, -180.0, 180.0
    aside = degrees(2 * asin(min(1.0, sin(radians(up) / 2) / cos(radians(widest)))))
    west, east = longitude - aside, longitude + aside
    return (south, north, west, east) if west >= -180 and east <= 180 else (south, north, -180.0, 180.0)
