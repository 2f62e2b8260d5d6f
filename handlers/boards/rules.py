"""The policy of the boards: what a light means."""

from __future__ import annotations

from handlers.settings import Boards


def light(booked: int, capacity: int, numbers: Boards) -> str:
    """Return the light of a day: over its capacity red, busy yellow, else green."""
    if booked * 100 > capacity * numbers.full:
        return "🔴"
    return "🟡" if booked * 100 >= capacity * numbers.busy else "🟢"


def utilisation(booked: int, capacity: int) -> int:
    """Return bookings ÷ capacity in per cent, halves up."""
    return (booked * 200 + capacity) // (capacity * 2)
