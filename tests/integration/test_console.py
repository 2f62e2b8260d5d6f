"""The terminal is a platform like the others: said to, answered, pressed and edited."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.app import App
from bot.clock import SimulatedClock
from bot.console import Console, Shown, render
from bot.platform import Gone, Posted
from bot.threads import Inline
from handlers.chat import Address, Button, message
from handlers.context import Context
from handlers.load import load
from handlers.registry import Action, registry
from storage.database import Database
from tests.factories import MONDAY
from tests.outbox_desk import SETTINGS


@pytest.fixture
async def app(database: Database) -> App:
    """Give an app with a console, begun."""
    load()
    app = App(database, SETTINGS, SimulatedClock(MONDAY), [Console()], workers=Inline())
    await app.begin()
    return app


@pytest.fixture
def console(app: App) -> Console:
    """Give the console."""
    found = app.platforms[0]
    assert isinstance(found, Console)
    return found


@pytest.fixture
def pressed() -> Iterator[list[int]]:
    """Declare the button `test.press` for one test; give the numbers that were pressed."""
    numbers: list[int] = []

    def run(context: Context, number: int) -> None:
        numbers.append(number)
        context.toast(f"按了{number}")

    registry.buttons["test.press"] = Action("test.press", None, run)
    yield numbers
    del registry.buttons["test.press"]


def two_buttons(app: App, *numbers: int) -> None:
    """Say something with a button for each number."""
    with app.database.transaction() as session:
        context = Context(session, SETTINGS, MONDAY)
        row = tuple(Button(f"按 {number}", "test.press", {"number": number}) for number in numbers)
        context.say(Address("console", "群"), message("请选", buttons=(row,)))
        context.flush(session)


async def test_words_are_answered_where_they_were_said(app: App, console: Console) -> None:
    seen: list[Shown] = []
    console.watch(seen.append)
    await console.say("张伟", "/whoami")
    await console.say("李娜", "/help", chat="区域店长群")
    await app.settle()
    assert [shown.address.chat for shown in seen] == ["张伟", "区域店长群"]
    assert [shown.only_for for shown in seen] == ["", "李娜"]
    assert console.messages("区域店长群", viewer="张伟") == []
    assert console.messages("区域店长群", viewer="李娜") == [seen[1]]


async def test_words_people_say_to_each_other_are_left_alone(app: App, console: Console) -> None:
    await console.say("张伟", "中午吃什么", chat="区域店长群")
    await app.settle()
    assert console.messages("区域店长群") == []


async def test_a_button_is_pressed_by_its_label_or_its_number(app: App, console: Console, pressed: list[int]) -> None:
    two_buttons(app, 1, 2)
    await app.settle()
    shown = console.last("群", containing="请选")
    assert render(shown) == "请选\n[#1 按 1]  [#2 按 2]"
    assert (await console.press("张伟", shown, "按 2")).toast == "按了2"
    assert (await console.press("张伟", 1)).toast == "按了1"
    assert pressed == [2, 1]
    with pytest.raises(LookupError, match="#7"):
        await console.press("张伟", 7)
    with pytest.raises(LookupError, match="按 9"):
        await console.press("张伟", shown, "按 9")


async def test_an_edit_keeps_the_numbers_of_the_buttons_that_stay(
    app: App, console: Console, pressed: list[int]
) -> None:
    two_buttons(app, 1, 2)
    await app.settle()
    shown = console.last("群")
    second = shown.buttons[1]
    await console.edit(shown.address, Posted("群", shown.id), message("改了", buttons=((second,),)))
    assert render(shown) == "改了\n[#2 按 2]"
    assert shown.edits == 1
    with pytest.raises(LookupError):
        await console.press("张伟", 1)


async def test_a_message_of_another_run_is_gone(console: Console) -> None:
    with pytest.raises(Gone):
        await console.edit(Address("console", "群"), Posted("群", "console:m99"), message("改了"))
