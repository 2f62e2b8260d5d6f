"""The key under which customers' own keys are wrapped: from the environment, else a file beside the database.

It is in no configuration, no backup and no log. Without it no customer can be read; with another one neither.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

from bot.config import Config, ConfigError
from storage.ciphers import KEY_BYTES, Vault, read_key, write_key
from storage.database import Database, DatabaseError
from storage.queries import customers as customer_queries

VARIABLE = "XIETONG_KEY"
_MAKE = "python3 -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"


def key_file(config: Config) -> Path | None:
    """Return where the key is kept where the environment does not say it; None: nowhere, as for PostgreSQL."""
    url = config.database.url
    return Path(url.removeprefix("sqlite:///").split("?")[0] + ".key") if url.startswith("sqlite:///") else None


def find_key(config: Config, environ: Mapping[str, str] | None = None) -> bytes | None:
    """Find the key: in the environment, where it wins, else in its file. Raises `ConfigError` for one that is none."""
    words = (os.environ if environ is None else environ).get(VARIABLE, "").strip()
    file = key_file(config)
    try:
        if words:
            return read_key(words)
        return read_key(file.read_text(encoding="ascii")) if file is not None and file.exists() else None
    except ValueError:
        where = f"{VARIABLE} in the environment" if words else str(file)
        raise ConfigError(f"{where}: not a key: 32 bytes as base64, such as {_MAKE} prints") from None
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None


def unlock(database: Database, config: Config) -> Path | None:
    """Give a database its key, and make one for a SQLite file that never had any; returns the file just made."""
    key, file, made = find_key(config), key_file(config), None
    if key is None and file is not None and _never_had_one(database):
        made = file if _write(file) else None
        key = find_key(config)
    database.vault = Vault(key)
    return made


def is_open_to_others(config: Config) -> bool:
    """Say whether others than its owner may read the key's file."""
    file = key_file(config)
    if file is None or not file.exists() or os.name == "nt":
        return False
    return bool(stat.S_IMODE(file.stat().st_mode) & 0o077)


def _never_had_one(database: Database) -> bool:
    try:
        with database.transaction(writing=False) as session:
            return customer_queries.find_proof(session) is None
    except DatabaseError:  # not of this version: whoever opens it says so
        return False


def _write(file: Path) -> bool:
    """Write a new key where none is, whole or not at all; False when another process was first."""
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as target:
            target.write(write_key(secrets.token_bytes(KEY_BYTES)) + "\n")
            target.flush()
            os.fsync(target.fileno())
        os.link(draft, file)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True
