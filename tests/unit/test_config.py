"""config.toml and the environment: what is read, and how a mistake is told."""

from __future__ import annotations

import itertools
import tomllib
from datetime import time, timedelta
from pathlib import Path

import pytest

from bot.config import Config, ConfigError, example, load
from handlers.settings import Rules, TransferClockTable

ROOT = Path(__file__).parents[2]


def _load(folder: Path, text: str = "", **environ: str) -> Config:
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return load(file, environ)


def _mistakes(folder: Path, text: str = "", **environ: str) -> str:
    with pytest.raises(ConfigError) as caught:
        _load(folder, text, **environ)
    return str(caught.value)


def test_the_committed_example_is_generated_from_the_models() -> None:
    assert (ROOT / "config.example.toml").read_text(encoding="utf-8") == example()


def test_the_example_says_the_defaults(tmp_path: Path) -> None:
    assert load(ROOT / "config.example.toml", {}).settings() == Config().settings()
    given = tomllib.loads(example())
    assert given["clocks"]["transfer"]["seen"] == "5m"
    assert given["clocks"]["transfer"]["normal"]["deliver"] == "1d"


def test_every_key_of_the_example_has_its_meaning_above_it() -> None:
    lines = example().splitlines()
    for above, line in itertools.pairwise(lines):
        if " = " in line and not line.startswith("#"):
            assert above.startswith("# "), line
            assert "None" not in above, above


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load(environ={}).settings() == Config().settings()


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load(tmp_path / "config.toml", {})


def test_a_relative_database_lies_beside_the_configuration(tmp_path: Path) -> None:
    assert _load(tmp_path).database.url == f"sqlite:///{tmp_path.resolve()}/xietong.db"
    elsewhere = '[database]\nurl = "sqlite:////srv/x.db"'
    assert _load(tmp_path, elsewhere).database.url == "sqlite:////srv/x.db"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    config = _load(
        tmp_path,
        '[telegram]\nenabled = true\ntoken = "old"\n',
        XIETONG_TELEGRAM__TOKEN=" new\n",
        XIETONG_CLOCKS__TRANSFER__TODAY__SEEN="7m",
        XIETONG_LIMITS__NUDGES="40, 90",
        XIETONG_DIGEST__NUDGES='["19:00"]',
        XIETONG_ESCALATION__SHIP="7m region, 1h hq",
        XIETONG_POINTS__TRANSFER="3",
        XIETONG_NETWORK__NAME="",
    )
    assert config.telegram.token.get_secret_value() == "new"
    assert config.clocks.transfer.today.seen == timedelta(minutes=7)
    assert config.limits.nudges == (40, 90)
    assert config.digest.nudges == (time(19),)
    assert [str(rung) for rung in config.escalation.ship] == ["7m region", "1h hq"]
    assert config.points.transfer == 3
    assert config.network.name == Config().network.name  # empty is not set


def test_an_unknown_key_is_named_with_the_meaning_of_the_one_that_was_meant(tmp_path: Path) -> None:
    said = _mistakes(tmp_path, '[clocks.transfer]\nsent = "5m"\n')
    assert "one mistake" in said
    assert "[clocks.transfer] sent: there is no such key; perhaps seen." in said
    assert "the asked store has seen the ask" in said
    assert 'seen = "5m"' in said


@pytest.mark.parametrize(
    ("text", "names", "says"),
    [
        ("[telegramm]\n", "[telegramm]", "perhaps [telegram]"),
        ("[zzz]\n", "[zzz]", "there are: network, database"),
        ("[points]\nzzz = 1\n", "[points] zzz", "there are: transfer, support"),
        ("telegram = 3\n", "[telegram]", "must be a section"),
        ('[telegram]\nmode = "poling"\n', '[telegram] mode = "poling"', '"polling" or "webhook"'),
        ('[telegram]\nlisten = "8443"\n', "[telegram] listen", "127.0.0.1:8443"),
        ('[telegram]\nlisten = "h:99999"\n', "[telegram] listen", "127.0.0.1:8443"),
        ('[telegram]\nwebhook_url = "bot.example.com"\n', "[telegram] webhook_url", "https://"),
        ('[telegram]\nsecret = "a b"\n', "[telegram] secret", "letters, digits"),
        ('[network]\ntimezone = "Mars/Base"\n', "[network] timezone", "Asia/Shanghai"),
        ('[network]\nlanguage = "fr"\n', "[network] language", '"zh" or "en" or "es"'),
        ('[network]\ncurrency = "yuan"\n', "[network] currency", "ISO 4217"),
        ("[network]\nname = 3\n", "[network] name", "quotes"),
        ("[clocks.transfer]\nseen = 5\n", "[clocks.transfer] seen = 5", "unit"),
        ('[clocks.transfer]\nanswer = "soon"\n', "[clocks.transfer] answer", "10m"),
        ('[clocks.transfer]\nrecord = "25:00"\n', "[clocks.transfer] record", "18:00"),
        ("[clocks.transfer]\nrecord = [1]\n", "[clocks.transfer] record", "18:00"),
        ('[escalation]\nship = "0s store"\n', "[escalation] ship", "must be a list"),
        ('[escalation]\nship = ["soon hq"]\n', "[escalation] ship", "duration"),
        ('[escalation]\nship = ["5m boss"]\n', "[escalation] ship", "'region'"),
        ("[limits]\nnudges = [80, 50]\n", "[limits] nudges", "[50, 80]"),
        ("[points]\ntransfer = -1\n", "[points] transfer = -1", "greater than or equal to 0"),
        ('[digest]\nnightly = "10m"\n', '[digest] nightly = "10m"', "21:00"),
        ('[database]\nurl = "sqlite://"\n', "[database] url", "xietong.db"),
        ('[redis]\nurl = "localhost:6379"\n', "[redis] url", "redis://"),
    ],
)
def test_a_wrong_key_is_named_and_told_how_to_write_it(tmp_path: Path, text: str, names: str, says: str) -> None:
    said = _mistakes(tmp_path, text)
    assert "one mistake" in said
    assert names in said
    assert says in said


def test_every_mistake_is_listed(tmp_path: Path) -> None:
    said = _mistakes(tmp_path, '[network]\nlanguage = "fr"\n[points]\nx = 1\n', XIETONG_LIMITS__ANSWER="1")
    assert "3 mistakes" in said
    assert all(name in said for name in ("[network] language", "[points] x", "XIETONG_LIMITS__ANSWER"))


def test_a_wrong_urgent_clock_is_told_once_though_others_inherit_it(tmp_path: Path) -> None:
    assert "one mistake" in _mistakes(tmp_path, '[clocks.transfer]\nseen = "soon"\n[clocks.transfer.today]\n')


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("[telegram]\nenabled = true\n", ["[telegram] token"]),
        ('[telegram]\nenabled = true\nmode = "webhook"\n', ["[telegram] token", "[telegram] webhook_url"]),
        ("[slack]\nenabled = true\n", ["[slack] bot_token", "[slack] app_token"]),
        ('[slack]\nenabled = true\nmode = "http"\n', ["[slack] bot_token", "[slack] signing_secret"]),
    ],
)
def test_an_enabled_platform_without_its_token_names_the_variable_too(
    tmp_path: Path, text: str, needed: list[str]
) -> None:
    said = _mistakes(tmp_path, text)
    for key in needed:
        section, name = key.strip("[").split("] ")
        assert f"{key} is needed" in said
        assert f"XIETONG_{section.upper()}__{name.upper()} in the environment" in said
    assert said.count("is needed") == len(needed)


def test_a_variable_with_one_underscore_too_few_is_told(tmp_path: Path) -> None:
    assert "it is written XIETONG_TELEGRAM__TOKEN" in _mistakes(tmp_path, XIETONG_TELEGRAM_TOKEN="x")


def test_no_secret_is_in_an_error_or_a_representation(tmp_path: Path) -> None:
    token, password = "123456:VERYSECRET", "hunter2%21"
    text = f'[telegram]\ntoken = "{token}"\n[database]\nurl = "postgresql://me:{password}@db/x"\n'
    config = _load(tmp_path, text)
    assert token not in repr(config) + str(config)
    assert password not in repr(config) + str(config)
    assert {token, password, "hunter2!"} == set(config.secrets())
    wrong = f'[telegram]\ntoken = ["{token}"]\nsecret = "a {token}"\n[database]\nurl = "mysql://me:{password}@db/x"\n'
    said = _mistakes(tmp_path, wrong)
    assert "3 mistakes" in said
    assert "VERYSECRET" not in said
    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[network\n", "line 1"),
        ("[network]\nname = '服务网络'".encode("gbk"), "UTF-8"),
        (b"[network]\nname = 1\nname = 2\n", "not TOML"),
    ],
)
def test_a_file_that_is_no_toml_is_one_clear_sentence(tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=says):
        load(file, {})


def test_a_file_saved_by_windows_is_read(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes("﻿[network]\r\nname = '粤港'\r\n".encode())
    assert load(file, {}).network.name == "粤港"


def test_the_other_urgencies_take_ours_and_then_what_was_set_for_the_urgent() -> None:
    ours = TransferClockTable()
    assert ours.today.seen == timedelta(minutes=15)
    table = TransferClockTable.model_validate({"seen": "1m", "ship": "3h", "normal": {"ship": "9h"}})
    assert (table.today.seen, table.normal.seen) == (timedelta(minutes=1),) * 2
    assert (table.today.ship, table.normal.ship) == (timedelta(hours=3), timedelta(hours=9))
    assert table.today.answer == ours.today.answer
    assert TransferClockTable.model_validate_json(table.model_dump_json()) == table


def test_a_version_stored_with_a_number_no_rule_has_any_more_is_still_read_as_it_was() -> None:
    stored = Rules.model_validate({"ranking": {"dead": 7}}).model_dump_json()
    older = stored.replace('"dead":', '"dead_after":"P90D","dead":')
    assert older != stored
    assert Rules.stored(older) == Rules.stored(stored)
    assert Rules.stored(older).ranking.dead == 7
