"""What people write and are called cannot become markup, formulas, lines of a log or signs to a terminal."""

from __future__ import annotations

import json
import logging
import os
import re
import unicodedata
from pathlib import Path

import pytest
import python_calamine

from bot import workbook
from bot.log import LineFormatter, Redactor
from bot.slack_blocks import parts as slack_parts
from bot.telegram import Telegram
from bot.telegram_text import parts as telegram_parts
from handlers.chat import Address, Inbound, InboundKind, Message, bold, code, copy, line, mention
from handlers.errors import BadInput
from handlers.network import commands as network_commands
from handlers.network.sheets import Row, Sheet
from handlers.registry import registry
from handlers.settings import Settings
from storage.backup import back_up
from storage.database import Database, DatabaseError
from storage.queries import queues
from storage.tables.people import Person, Store
from tests.factories import MONDAY, SmallNetwork, small_network
from tests.integration.telegram_desk import GROUP, address
from tests.integration.telegram_desk import given_clock as given_clock
from tests.integration.telegram_desk import given_telegram as given_telegram
from tests.integration.telegram_desk import given_wire as given_wire
from tests.talk import Talk
from tests.wire_telegram import TelegramWire

HOSTILE = [
    '<b>x</b><a href="tg://user?id=1">y</a></pre></code>&lt;i&gt;',
    "<!channel> <!here> <@U0HQ> <#C0X> <http://a.cn|b> *x* _y_ ~z~ `q` &amp;",
    '=HYPERLINK("http://a.cn","x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "{0.__class__} {settings} %s %(x)s {{}} {",
    "2026-01-01 00:00:00.000Z ERROR   bot: forged\r\n2026 again",
    "\x1b[2J\x1b]0;owned\x07\x9b31m",
    "\u202eevil\u202c \u2066x\u2069 \u200b\u200d\ufeff\u2028\u2029",
    "a" + "\u0301" * 3000,
    "前" * 10_000,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 200,
    "'; DROP TABLE requests; --",
    "../../../etc/passwd\0.xlsx",
    "\ud83d half \udc00",
]
# What nobody sees and what turns a line, a terminal or a reader's eye around.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029\ud800-\udfff]")


@pytest.fixture
def network(database: Database) -> SmallNetwork:
    with database.transaction() as session:
        return small_network(session)


# Into the bot and out again


def test_whatever_is_written_with_any_command_nothing_breaks_and_nothing_unseen_is_said(
    database: Database, network: SmallNetwork
) -> None:
    quick = Database(database.url, passing=True)
    talk = Talk(quick)
    short, long = (
        [" ".join(words for words in HOSTILE if len(words) < 1000)],
        [one for one in HOSTILE if len(one) > 1000],
    )
    for person, said in ((network.sz01_manager, short + long), (network.hq, short + HOSTILE[6:9])):
        for name in registry.commands:
            for words in said:
                mark = talk.mark()
                talk.says(person, f"/{name} {words}")
                for heard in talk.heard(after=mark):
                    found = UNSEEN.search(heard.plain.replace("\n", ""))
                    assert found is None, (name, words[:20], heard.plain[:200])
                    assert len(heard.plain) < 5000, (name, words[:20])
    quick.close()


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_a_request_with_such_words_reads_on_its_card_as_plain_words_in_one_line(
    database: Database, network: SmallNetwork, words: str
) -> None:
    talk = Talk(database)
    talk.says(network.sz01_manager, "/transfer 前大灯-左 x1 urgent 客户在等")
    card = talk.card(network.managers_chat)
    talk.says(network.sz02_deputy, f"不行,原因是{words}", reply_to=talk.card(network.sz02_deputy))
    talk.says(network.shenzhen_manager, f"/close T-0001 {words}")
    for heard in [card, *talk.heard(network.managers_chat), *talk.heard(network.sz03_manager)]:
        assert UNSEEN.search(heard.plain.replace("\n", "")) is None
        assert len(heard.plain) < 4000
        combining = sum(unicodedata.combining(letter) > 0 for letter in heard.plain)
        assert combining <= 400


# To Telegram and Slack


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
async def test_on_telegram_every_style_shows_the_words_as_they_are(
    wire: TelegramWire, telegram: Telegram, words: str
) -> None:
    said = Message((line(words, bold(words), code(words), mention(None, words)), (copy(words),)))
    before = len(wire.messages(GROUP))
    await telegram.post(address(GROUP), said)
    shown = "".join(one.text for one in wire.messages(GROUP)[before:])
    meant = said.plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    squeezed = str.maketrans("", "", "\n \x00\u2028\u2029")
    assert shown.translate(squeezed) == meant.translate(squeezed)
    kinds = {entity["type"] for one in wire.messages(GROUP)[before:] for entity in one.entities}
    assert kinds <= {"bold", "code", "pre"}
    assert wire.violations == []


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_on_slack_no_word_is_markup_neither_in_blocks_nor_in_the_fallback(words: str) -> None:
    for part in slack_parts(Message((line(words, bold(words), mention(None, words)),))):
        assert re.search(r"<[!@#]", part.text) is None
        assert "<http" not in part.text
        kinds = set(re.findall(r'"type": "(\w+)"', json.dumps(part.blocks)))
        assert kinds <= {"rich_text", "rich_text_section", "text", "link"}
        assert not kinds & {"mrkdwn", "user", "usergroup", "broadcast", "channel"}


def test_a_mention_cannot_be_made_of_an_id_that_is_none() -> None:
    from dataclasses import replace

    for user in ("U1> <!channel", '1"><b>', "here", "1 2", "", "U0X|x", "１２３"):
        span = replace(mention(1, "x"), user=user)
        assert "<!" not in slack_parts(Message(((span,),)))[0].text
        assert "tg://" not in telegram_parts(Message(((span,),)))[0]


# Into files


def test_in_a_workbook_of_ours_every_cell_stays_words(tmp_path: Path) -> None:
    cells = tuple(words.encode("utf-8", "replace").decode() for words in HOSTILE if "\0" not in words)
    file = tmp_path / "x.xlsx"
    workbook.write(
        file, [Sheet("门店", (Row(1, ("name",) * len(cells)), Row(2, cells), Row(3, ("\t=1", "\r=1", "=1"))))]
    )
    import zipfile

    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert not any(b"<f>" in part or b"<f " in part for part in parts.values())
    assert not any(b"<hyperlink" in part for part in parts.values())
    read = python_calamine.CalamineWorkbook.from_path(file).get_sheet_by_name("门店").to_python()
    assert read[1][2] == HOSTILE[2]


def test_names_that_are_formulas_are_exported_as_words_and_taken_in_again(
    database: Database, network: SmallNetwork, tmp_path: Path
) -> None:
    with database.transaction() as session:
        session.get_one(Person, network.sz01_manager.id).name = "=1+1"
        session.get_one(Store, network.sz03.id).name = "@SUM(A1)"
    with database.transaction(writing=False) as session:
        sheets = network_commands.export_sheets(session, Settings(), MONDAY)
    again = workbook.read_bytes(workbook.write_bytes(sheets))
    cells = {cell for sheet in again for row in sheet.rows for cell in row.cells}
    assert {"=1+1", "@SUM(A1)"} <= cells


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_names_from_a_workbook_hold_nothing_unseen(words: str) -> None:
    from handlers.network.cells import shown, text

    try:
        name = text(words, 60) or ""
    except BadInput:
        name = ""
    for seen in (name, shown(words)):
        assert UNSEEN.search(seen) is None
        assert len(seen) <= 60


@pytest.mark.parametrize("write", ["workbook", "backup"])
def test_a_link_laid_in_a_shared_folder_is_not_written_through(
    database: Database, network: SmallNetwork, tmp_path: Path, write: str
) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    file = tmp_path / "out"
    (tmp_path / f".out.{os.getpid()}").symlink_to(precious)  # whoever guesses the number of our process
    if write == "workbook":
        workbook.write(file, [Sheet("x", (Row(1, ("a",)),))])
    else:
        back_up(database, file, MONDAY)
    assert precious.read_text() == "mine"
    assert file.is_file()
    assert not file.is_symlink()


@pytest.mark.parametrize("write", ["workbook", "backup"])
def test_a_file_that_is_a_link_is_replaced_and_what_it_leads_to_is_left_alone(
    database: Database, network: SmallNetwork, tmp_path: Path, write: str
) -> None:
    file, gone = tmp_path / "out", tmp_path / "not there"
    file.symlink_to(gone)
    if write == "workbook":
        workbook.write(file, [Sheet("x", (Row(1, ("a",)),))])
    else:
        back_up(database, file, MONDAY)
    assert not file.is_symlink()
    assert not gone.exists()


@pytest.mark.parametrize("name", ["x" * 300, "no/such/folder/x", "a\0b"])
def test_a_file_name_that_cannot_be_is_one_error_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises((OSError, ValueError)):
        workbook.write(tmp_path / name, [Sheet("x", (Row(1, ("a",)),))])
    assert list(tmp_path.iterdir()) == []


# Into the log


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_a_record_is_one_line_whatever_is_in_its_words_names_and_errors(words: str) -> None:
    try:
        raise ValueError(words)
    except ValueError as error:
        record = logging.LogRecord("bot", logging.ERROR, "x", 1, "%s said %r", (words, words), None)
        told = LineFormatter(Redactor()).format(record)
        record.exc_info = (type(error), error, error.__traceback__)
        traced = LineFormatter(Redactor()).format(record)
    assert "\n" not in told
    assert len(told) < 8_200
    assert UNSEEN.search(traced.replace("\n", "")) is None
    assert all(row.startswith("  | ") for row in traced.split("\n")[1:])


def test_what_a_database_refuses_is_told_without_what_people_wrote(any_database: Database) -> None:
    from sqlalchemy import text

    with pytest.raises(DatabaseError) as caught, any_database.transaction() as session:
        session.execute(text("INSERT INTO nowhere VALUES (:words)"), {"words": "13900001111 张伟"})
    assert "13900001111" not in str(caught.value)
    assert "13900001111" not in repr(caught.value)


def test_a_token_in_an_address_is_hidden_however_it_is_written() -> None:
    token = "1234567890:" + "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw9"
    for written in (token, token.replace(":", "%3A"), token.replace(":", "%3a")):
        assert "AAHdq" not in Redactor().hide(f"https://api.telegram.org/bot{written}/getMe")


# As an inbound


def test_whatever_comes_from_outside_can_be_stored(any_database: Database) -> None:
    with any_database.transaction() as session:
        for number, words in enumerate(HOSTILE):
            from handlers.chat import inbound_from_json, to_json

            inbound = Inbound(
                f"x:{number}",
                InboundKind.BUTTON,
                Address("telegram", "1"),
                user="1",
                user_name=words,
                text=words,
                token=words,
                values={words: words},
            )
            queues.add_inbound(
                session, source=inbound.id, platform="telegram", chat="1", payload=to_json(inbound), now=MONDAY
            )
            assert inbound_from_json(to_json(inbound)) == inbound
