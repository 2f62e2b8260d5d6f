"""The key of customers' data: made once beside the database, readable by its owner alone, and in nobody's log."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import keys
from bot.config import Config, ConfigError
from bot.doctor import _key
from bot.platform import Level
from storage.ciphers import NoKey, Vault, read_key, write_key
from storage.database import Database
from storage.queries import customers as customer_queries
from tests.factories import Factory

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def config_of(database: Database) -> Config:
    return Config.model_validate({"database": {"url": database.url}})


@pytest.fixture(autouse=True)
def no_key_around(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(keys.VARIABLE, raising=False)


def add_somebody(database: Database) -> int:
    with database.transaction() as session:
        store = Factory(session).store()
        return customer_queries.add_customer(
            session, store_id=store.id, name="王五", phone="13900001111", plate="", language="", now=NOW, added_by=None
        )


def found(database: Database) -> tuple[Level, str]:
    with database.transaction(writing=False) as session:
        finding = _key(session, config_of(database))
    return finding.level, finding.text


def test_the_first_run_makes_a_key_that_only_its_owner_reads(database: Database) -> None:
    made = keys.unlock(database, config_of(database))
    assert made is not None and made.name == "xietong.db.key"
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert len(read_key(made.read_text())) == 32
    assert keys.unlock(database, config_of(database)) is None
    assert not list(made.parent.glob("*.key.*"))


def test_the_second_run_reads_what_the_first_one_wrote(database: Database) -> None:
    keys.unlock(database, config_of(database))
    number = add_somebody(database)
    again = Database(database.url)
    keys.unlock(again, config_of(database))
    with again.transaction(writing=False) as session:
        customer = customer_queries.get_customer(session, number)
        assert customer_queries.read_customer(session, customer) == ("王五", "13900001111", "")
    again.close()


def test_the_environment_wins_and_needs_no_file(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(keys.VARIABLE, write_key(bytes(32)))
    assert keys.unlock(database, config_of(database)) is None
    assert database.vault.has_key
    assert not keys.key_file(config_of(database)).exists()  # type: ignore[union-attr]
    assert write_key(bytes(32)) in config_of(database).secrets()  # so the log hides it
    assert write_key(bytes(32)) not in repr(database.vault)


@pytest.mark.parametrize("words", ["short", "schlüssel", "A" * 44, "AAAA=AAAA"])
def test_what_is_no_key_is_an_error_that_does_not_say_it(
    database: Database, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setenv(keys.VARIABLE, words)
    with pytest.raises(ConfigError) as error:
        keys.unlock(database, config_of(database))
    assert words not in str(error.value) and keys.VARIABLE in str(error.value)


def test_a_lost_key_is_not_replaced_by_a_new_one_and_the_doctor_says_so(database: Database) -> None:
    made = keys.unlock(database, config_of(database))
    assert made is not None
    assert found(database)[0] is Level.OK
    add_somebody(database)
    key = made.read_text()
    made.unlink()
    assert keys.unlock(database, config_of(database)) is None and not made.exists()
    assert found(database) == (Level.FAIL, "is missing: that of 1 customers, who cannot be read")
    made.write_text(write_key(os.urandom(32)))
    made.chmod(0o600)
    keys.unlock(database, config_of(database))
    assert found(database)[1].startswith("is another one")
    made.write_text(key)
    made.chmod(0o644)
    keys.unlock(database, config_of(database))
    assert found(database) == (Level.WARN, f"{made} can be read by others")


def test_postgres_has_no_place_beside_it_and_the_doctor_asks_for_the_variable() -> None:
    config = Config.model_validate({"database": {"url": "postgresql://x@localhost/y"}})
    assert keys.key_file(config) is None and keys.find_key(config) is None


def test_a_cipher_is_of_no_use_in_another_place(tmp_path: Path) -> None:
    vault = Vault(os.urandom(32))
    one, other = vault.new_key(), vault.new_key()
    cipher = vault.seal(one, "phone", "13900001111")
    assert cipher != vault.seal(one, "phone", "13900001111")
    assert vault.open(one, "phone", cipher) == "13900001111"
    assert vault.open("", "phone", cipher) == ""
    for key, what, holder in ((one, "name", vault), (other, "phone", vault), (one, "phone", Vault(os.urandom(32)))):
        with pytest.raises(NoKey):
            holder.open(key, what, cipher)
