"""The procedure on one page: in the reader's language, from the configured limits, never longer than one message."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from handlers import texts
from handlers.chat import Message
from handlers.context import Context
from handlers.load import load
from handlers.requests import sop
from handlers.requests.kinds import Kind, all_kinds
from handlers.settings import Settings
from storage.database import Database
from storage.tables.requests import Urgency
from tests.factories import MONDAY, small_network
from tests.talk import Talk

load()
KINDS = list(all_kinds())


def page(kind: Kind, settings: Settings, language: str = "zh") -> str:
    context = Context(None, settings, MONDAY)  # type: ignore[arg-type] - a page asks nothing of the database
    return Message(tuple(sop.page(context, kind, language))).plain


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_page_is_one_message_in_the_readers_language(kind: Kind, language: str) -> None:
    written = page(kind, Settings(), language)
    assert len(written) <= 4096
    assert "{" not in written


def changed(value: Any) -> Any:
    """Return another value of the same kind, one that is shown differently."""
    match value:
        case timedelta():
            return value + timedelta(minutes=7)
        case time():
            return time(value.hour, 59)
        case int() | float():
            return value + 7
        case tuple():
            return (changed(value[0]), *value[1:])
    raise AssertionError(value)


def limits_of(kind: Kind) -> list[tuple[str, ...]]:
    """Name every configured limit of a kind by where it stands in the rules."""
    rules = Settings().rules
    table: BaseModel = getattr(rules.clocks, kind.name)
    urgencies = sorted({str(urgency) for urgency in Urgency} & set(type(table).model_fields))
    found = [("clocks", kind.name, name) for name in type(table).model_fields if name not in urgencies]
    for urgency in urgencies:
        found += [("clocks", kind.name, urgency, name) for name in type(getattr(table, urgency)).model_fields]
    for group in kind.numbers:
        found += [(group, name) for name in type(getattr(rules, group)).model_fields]
    return [*found, ("points", kind.name), ("limits", "hold"), ("limits", "holds"), ("limits", "reopen")]


def put(model: BaseModel, place: tuple[str, ...]) -> BaseModel:
    first, *rest = place
    value = getattr(model, first)
    return model.model_copy(update={first: put(value, tuple(rest)) if rest else changed(value)})


@pytest.mark.parametrize(
    ("kind", "place"),
    [(kind, place) for kind in KINDS for place in limits_of(kind)],
    ids=lambda one: one.name if isinstance(one, Kind) else ".".join(one),
)
def test_a_changed_limit_changes_the_page_so_that_every_one_of_the_kind_stands_on_it(
    kind: Kind, place: tuple[str, ...]
) -> None:
    rules = put(Settings().rules, place)
    assert page(kind, Settings(rules=rules)) != page(kind, Settings())  # type: ignore[arg-type]


def test_the_page_is_asked_for_by_any_name_of_the_kind(database: Database) -> None:
    with database.transaction() as session:
        network = small_network(session)
    talk = Talk(database)
    for words in ("/sop transfer", "/流程 调拨", "/sop traslado"):
        talk.says(network.sz01_advisor, words)
        said = talk.last(network.sz01_advisor).plain
        assert "调拨流程" in said and "45分钟" in said
    talk.says(network.bk01_manager, "/sop transfer")
    assert "within" in talk.last(network.bk01_manager).plain
    talk.says(network.sz01_advisor, "/sop 洗车")
    assert "/sop transfer" in talk.last(network.sz01_advisor).plain
