"""What people type for a part, among fifty thousand: `part_queries.tsv` was written before the search was tuned."""

from __future__ import annotations

import csv
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.parts import CatalogueEntry, catalogue
from handlers.boards.matching import PartIndex, PartName
from handlers.boards.synonyms import SYNONYMS, Synonyms

QUERIES = Path(__file__).parent.parent / "part_queries.tsv"


def queries() -> Iterator[dict[str, str]]:
    with QUERIES.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")


def is_meant(query: dict[str, str], part: CatalogueEntry) -> bool:
    """Say whether a part is one of those that a query means: what it leaves open may be anything."""
    said = ((query["side"], part.side), (query["model"], part.model), (query["year"], part.year))
    return part.component in query["component"].split("/") and all(wanted in ("", it) for wanted, it in said)


def name_of(part: CatalogueEntry) -> PartName:
    return PartName(part.id, part.part_no, part.name, (part.aliases,))


@pytest.fixture(scope="module")
def parts() -> dict[int, CatalogueEntry]:
    return {part.id: part for part in catalogue()}


@pytest.fixture(scope="module")
def index(parts: dict[int, CatalogueEntry]) -> PartIndex:
    return PartIndex(map(name_of, parts.values()))


def test_the_right_part_is_among_the_first_three_of_fifty_thousand_and_found_in_time(
    parts: dict[int, CatalogueEntry], index: PartIndex
) -> None:
    asked = list(queries())
    assert len(parts) == 50_000
    assert len(asked) == 300
    missed: list[str] = []
    took: list[float] = []
    for query in asked:
        begun = time.process_time()
        found = index.match(query["query"])
        took.append(time.process_time() - begun)
        if not any(is_meant(query, parts[one.part]) for one in found[:3]):
            missed.append(query["query"])
    assert len(missed) <= 15, missed
    assert statistics.median(took) < 0.02


def test_a_change_of_a_few_parts_is_taken_in_without_making_the_index_again(
    parts: dict[int, CatalogueEntry], index: PartIndex
) -> None:
    names = {part_id: name_of(part) for part_id, part in parts.items()}
    gone, renamed = names.pop(1), PartName(2, names[2].part_no, "氙气探照灯")
    new = PartName(60_000, "XX-1", "氙气灯罩")
    begun = time.process_time()
    changed = index.renew([*(names | {2: renamed}).values(), new])
    assert time.process_time() - begun < 0.5  # it takes more than a second to make it
    assert changed == 4  # one came, one went, and one went and came
    assert index.named(gone.part_no) is None
    assert [one.part for one in index.match("氙气")] == [2, 60_000]
    assert index.named(parts[3].part_no) == 3
    index.renew(map(name_of, parts.values()))
    assert index.named(gone.part_no) == 1
    assert index.match("氙气") == []


def test_an_index_of_which_more_is_gone_than_there_is_is_made_again() -> None:
    index = PartIndex(PartName(number, f"A-{number:04}", f"灯泡{number}") for number in range(200))
    left = [PartName(number, f"A-{number:04}", f"灯泡{number}") for number in range(190, 270)]
    index.renew(left)
    assert index.named("灯泡5") is None
    assert index.match("灯泡265")[0].part == 265
    index.renew([])
    assert index.match("灯泡") == []


def test_a_word_and_what_it_means_find_each_other_and_a_networks_own_go_before_the_trades() -> None:
    parts = [PartName(1, "A-1", "蓄电池"), PartName(2, "A-2", "制动片-前"), PartName(3, "A-3", "电瓶车")]
    index = PartIndex(parts, Synonyms({"电瓶": "蓄电池", "刹车": "制动"}))
    assert [one.part for one in index.match("电瓶")] == [1, 3]  # the whole name in other words goes before a piece
    assert index.match("dianping")[0].part == 1
    assert index.match("前刹车片")[0].part == 2
    assert not any(one.exact for one in index.match("电瓶"))
    own = SYNONYMS.with_own([("电瓶", ""), ("小电池", "蓄电池")])
    index.synonyms = own.with_own([*own.words.items(), ("dead cell", "蓄电池"), ("制动块", "A-2 pad")])
    assert index.match("Dead Cell")[0].part == 1
    assert index.match("制动块")[0].part == 2  # of which the other word is no part's
    assert [one.part for one in index.match("电瓶")] == [3]
    assert index.match("小电池")[0].part == 1
