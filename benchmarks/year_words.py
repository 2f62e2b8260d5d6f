"""How the history is written in SQL: what the two databases say differently, and INSERT … SELECT."""

from __future__ import annotations

# How a life goes, in seconds from its opening; `x` is a minute more for each of the store's seven moods.
SEEN, ANSWERED, SHIPPED, RECEIVED, RECORDED = 60, 120, 2_700, 5_400, 9_000

# What a life is of, told by its number: of eleven nine are transfers. Eleven has nothing in common with the twenty of
# its fate, so that every kind has every fate.
KINDS = 11
SUPPORT, DIVERSION = 3, 7
KIND = f"CASE n % {KINDS} WHEN {SUPPORT} THEN 'support' WHEN {DIVERSION} THEN 'diversion' ELSE 'transfer' END"


def kind_of(number: int) -> str:
    """Return what a life is of."""
    return {SUPPORT: "support", DIVERSION: "diversion"}.get(number % KINDS, "transfer")


def by_kind(transfer: object, support: object, diversion: object) -> str:
    """Write what is another thing in each kind of life."""
    return f"CASE kind WHEN 'support' THEN {support} WHEN 'diversion' THEN {diversion} ELSE {transfer} END"


class Words:
    """How one database writes what the other writes differently."""

    def __init__(self, is_sqlite: bool) -> None:
        self.is_sqlite = is_sqlite

    def at(self, seconds: str) -> str:
        """Write an instant that is given in seconds since 1970."""
        if self.is_sqlite:
            return f"strftime('%Y-%m-%d %H:%M:%S.000000', {seconds}, 'unixepoch')"
        return f"to_timestamp({seconds})"

    def token(self, number: str) -> str:
        """Write a token as scattered as a random one, and different for each number: an odd factor loses nothing."""
        scattered = f"(CAST({number} AS BIGINT) * 2654435761 % 4294967296)"
        return f"'y' || {scattered}"


def insert(table: str, columns: dict[str, str], source: str = "lives", given: str = "") -> str:
    """Write INSERT … SELECT; `given` names a table of constants that is told beside each life."""
    names, values = ", ".join(f'"{name}"' for name in columns), ", ".join(columns.values())
    return f"{given}INSERT INTO {table} ({names}) SELECT {values} FROM {source}"
