"""Customers of the demo: nobody in it is real, and none of them may be read in clear where the bot keeps its words."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

# None of these is the surname of anybody who works in the sample network.
_SURNAMES = ("欧阳", "司徒", "上官", "诸葛", "端木", "皇甫", "令狐", "慕容", "宇文", "长孙", "闻人", "尉迟")
_TITLES = ("先生", "女士")
_LETTERS = {"SZ": "B", "GZ": "A", "DG": "S", "FS": "E"}


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody whose car is in a store; the telephone is of a range in which nobody answers."""

    name: str
    phone: str
    plate: str

    @property
    def words(self) -> str:
        """As an advisor writes it."""
        return f"客户{self.name} {self.phone} {self.plate}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What may stand nowhere in clear."""
        return self.name, self.phone, self.plate


def customers(dice: random.Random) -> Iterator[tuple[str, ...]]:
    """Yield name, telephone and the digits of a plate, telephones and plates each once."""
    for number, digits in enumerate(dice.sample(range(10_000, 100_000), 9000)):
        yield f"{dice.choice(_SURNAMES)}{dice.choice(_TITLES)}", f"1390009{number:04}", str(digits)


class Book:
    """The customers of all stores, as they come."""

    def __init__(self, dice: random.Random) -> None:
        self.known: list[Customer] = []
        self._next = customers(dice)

    def next_of(self, store: str) -> Customer:
        """Return the next customer of a store."""
        name, phone, digits = next(self._next)
        customer = Customer(name, phone, f"粤{_LETTERS.get(store[:2], 'B')}{digits}")
        self.known.append(customer)
        return customer

    @property
    def secrets(self) -> tuple[str, ...]:
        """What may stand nowhere in clear of all who came."""
        return tuple(dict.fromkeys(secret for one in self.known for secret in one.secrets))
