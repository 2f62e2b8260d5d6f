"""config.toml and the environment become one frozen `Config`; a mistake is an error that names its key.

Any key may come from the environment instead, where it wins: `[telegram] token` is `XIETONG_TELEGRAM__TOKEN`.
`python -m bot.config > config.example.toml` writes the committed example from these models.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic import model_validator as check_whole
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from bot.config_words import KeyPath, Words
from handlers.settings import (
    Ahead,
    Boards,
    Clocks,
    Costs,
    Customers,
    DeadStock,
    Digest,
    Diverting,
    Escalation,
    Flood,
    Frozen,
    Lending,
    Limits,
    Matching,
    Network,
    Points,
    Questions,
    Ranking,
    Rules,
    Settings,
    Supporting,
)

DEFAULT_PATH = Path("config.toml")
PREFIX = "XIETONG_"
_OURS = frozenset({"XIETONG_CONFIG", "XIETONG_KEY"})  # names the file itself, see cli.py; see keys.py


class ConfigError(Exception):
    """The configuration cannot be used; the text names every wrong key and how to mend it."""


def _web_address(value: str) -> str:
    if value and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname):
        raise ValueError("must be an address that begins with https:// (or http://)")
    return value


def _listen(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError('must be an address and a port, for example "127.0.0.1:8443"')
    return value


def _listen_or_not(value: str) -> str:
    """Take "" as nowhere, and port 0 as any that is free."""
    return value if not value or re.fullmatch(r"[^:]+:0|\[.+\]:0", value) else _listen(value)


def _database_url(value: str) -> str:
    if re.match(r"postgres(ql)?(\+psycopg)?://", value):
        return value
    if not value.startswith("sqlite:///") or value.removeprefix("sqlite:///").split("?")[0] in {"", ":memory:"}:
        raise ValueError('must be a file, "sqlite:///xietong.db", or "postgresql://user:password@host/database"')
    return value


def _redis_url(value: str) -> str:
    if value and urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
        raise ValueError('must be like "redis://localhost:6379/0", or "" for none')
    return value


def _webhook_secret(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", value.get_secret_value()):
        raise ValueError("only letters, digits, _ and -, at most 256")
    return value


def _trimmed(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


WebAddress = Annotated[str, BeforeValidator(_trimmed), AfterValidator(_web_address)]
Listen = Annotated[str, BeforeValidator(_trimmed), AfterValidator(_listen)]
MaybeListen = Annotated[str, BeforeValidator(_trimmed), AfterValidator(_listen_or_not)]
Secret = Annotated[SecretStr, BeforeValidator(_trimmed)]


def _needs(section: BaseModel, *names: str) -> None:
    """Refuse an enabled platform that lacks one of these keys."""
    empty = [name for name in names if not _is_given(getattr(section, name))]
    if empty:
        raise PydanticCustomError("needed", "{names}", {"names": ",".join(empty)})


def _is_given(value: str | SecretStr) -> bool:
    return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)


class DatabaseConfig(Frozen):
    """Where everything is remembered."""

    url: Annotated[str, BeforeValidator(_trimmed), AfterValidator(_database_url)] = Field(
        "sqlite:///xietong.db",
        repr=False,
        description="a SQLite file (relative to this file) or postgresql://user:password@host/database",
    )


class RedisConfig(Frozen):
    """Redis wakes several processes sooner; one process needs none."""

    url: Annotated[str, BeforeValidator(_trimmed), AfterValidator(_redis_url)] = Field(
        "", repr=False, description="empty: no Redis", examples=["redis://localhost:6379/0"]
    )


class TelegramConfig(Frozen):
    """The Telegram bot."""

    enabled: bool = Field(False, description="whether `xietong run` connects to Telegram")
    token: Secret = Field(
        SecretStr(""),
        description="the bot's token from @BotFather",
        examples=["123456:ABC-DEF"],
    )
    base_url: WebAddress = Field(
        "https://api.telegram.org", min_length=8, description="Telegram's address, or a bot API server of your own"
    )
    paced: bool = Field(
        True, description="keep Telegram's limits; false only for a bot API server of your own that has none"
    )
    mode: Literal["polling", "webhook"] = Field(
        "polling", description="polling asks Telegram for what is new; webhook lets Telegram call `webhook_url`"
    )
    webhook_url: WebAddress = Field(
        "",
        description="webhook only: the public https address that leads to `listen`",
        examples=["https://bot.example.com/telegram"],
    )
    listen: Listen = Field("127.0.0.1:8443", description="webhook only: where we listen")
    secret: Annotated[Secret, AfterValidator(_webhook_secret)] = Field(
        SecretStr(""),
        description="webhook only: what Telegram must send with each call; empty: made up at each start",
        examples=["a-long-random-word"],
    )

    @check_whole(mode="after")
    def _complete(self) -> TelegramConfig:
        if self.enabled:
            _needs(self, "token", *(["webhook_url"] if self.mode == "webhook" else []))
        return self


class SlackConfig(Frozen):
    """The Slack app; docs/slack-manifest.yaml installs it."""

    enabled: bool = Field(False, description="whether `xietong run` connects to Slack")
    bot_token: Secret = Field(SecretStr(""), description="the bot token of the installed app", examples=["xoxb-…"])
    app_token: Secret = Field(
        SecretStr(""), description="socket mode: the app-level token with connections:write", examples=["xapp-…"]
    )
    signing_secret: Secret = Field(SecretStr(""), description="http mode: the app's signing secret", examples=["8f74…"])
    mode: Literal["socket", "http"] = Field(
        "socket", description="socket needs no public address; http lets Slack call `listen`"
    )
    base_url: WebAddress = Field("https://slack.com/api/", min_length=8, description="Slack's Web API")
    listen: Listen = Field("127.0.0.1:3000", description="http mode: where we listen")

    @check_whole(mode="after")
    def _complete(self) -> SlackConfig:
        if self.enabled:
            _needs(self, "bot_token", "app_token" if self.mode == "socket" else "signing_secret")
        return self


class HealthConfig(Frozen):
    """Whether the process is well, and its figures, over HTTP: for a supervisor and for Prometheus."""

    listen: MaybeListen = Field(
        "127.0.0.1:9464",
        description="where /healthz, /readyz and /metrics answer; port 0: any that is free; empty: nowhere",
    )


class Config(Frozen):
    """Everything `config.toml` and the environment say."""

    model_config = ConfigDict(hide_input_in_errors=True)

    network: Network = Network()
    database: DatabaseConfig = DatabaseConfig()
    redis: RedisConfig = RedisConfig()
    telegram: TelegramConfig = TelegramConfig()
    slack: SlackConfig = SlackConfig()
    health: HealthConfig = HealthConfig()
    clocks: Clocks = Clocks()
    escalation: Escalation = Escalation()
    points: Points = Points()
    matching: Matching = Matching()
    ranking: Ranking = Ranking()
    supporting: Supporting = Supporting()
    diverting: Diverting = Diverting()
    lending: Lending = Lending()
    dead_stock: DeadStock = DeadStock()
    limits: Limits = Limits()
    questions: Questions = Questions()
    costs: Costs = Costs()
    digest: Digest = Digest()
    ahead: Ahead = Ahead()
    flood: Flood = Flood()
    customers: Customers = Customers()
    boards: Boards = Boards()

    def settings(self) -> Settings:
        """Return what `handlers/` is told."""
        rules = Rules(
            clocks=self.clocks,
            escalation=self.escalation,
            points=self.points,
            matching=self.matching,
            ranking=self.ranking,
            supporting=self.supporting,
            diverting=self.diverting,
            lending=self.lending,
            dead_stock=self.dead_stock,
            limits=self.limits,
            questions=self.questions,
            costs=self.costs,
        )
        return Settings(
            network=self.network,
            digest=self.digest,
            flood=self.flood,
            customers=self.customers,
            boards=self.boards,
            ahead=self.ahead,
            rules=rules,
        )

    def secrets(self) -> tuple[str, ...]:
        """Return every secret word of the configuration, for the log to hide."""
        platforms = (self.telegram, self.slack)
        words = [
            value.get_secret_value() for section in platforms for _, value in section if isinstance(value, SecretStr)
        ]
        for url in (self.database.url, self.redis.url):
            if found := re.search(r"//[^/:@]*:(.*)@", url):
                words += [found[1], unquote(found[1])]
        words.append(os.environ.get("XIETONG_KEY", "").strip())
        return tuple(dict.fromkeys(word for word in words if word))


_WORDS = Words(Config, PREFIX)


def load(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """Read the file and the environment. Raises `ConfigError`.

    Without a path `config.toml` of this folder is read if it is there; a path that was named must be there.
    """
    file = path or DEFAULT_PATH
    given = _read(file, needed=path is not None)
    problems = _merge(given, os.environ if environ is None else environ)
    config: Config | None = None
    try:
        config = Config.model_validate(given)
    except ValidationError as error:
        problems += _WORDS.problems(error, given)
    if problems or config is None:
        head = f"{file}: " + ("one mistake" if len(problems) == 1 else f"{len(problems)} mistakes")
        raise ConfigError("\n".join([head, *(f"  {problem}" for problem in problems)]))
    return _rooted(config, file.parent)


def example() -> str:
    """Write the example configuration: every key with its meaning and default."""
    lines = [
        "# xietong 协同: the configuration. Every key has its default here and may be left out.",
        "# Durations are written 2s, 10m, 2h, 3d or 1h30m. Any key may come from the environment instead, where it",
        "# wins: [telegram] token is XIETONG_TELEGRAM__TOKEN. Keep tokens there rather than in this file.",
    ]
    return "\n".join([*lines, _WORDS.example()]) + "\n"


def _read(file: Path, *, needed: bool) -> dict[str, Any]:
    try:
        text = file.read_bytes().decode("utf-8-sig")  # Windows' editor begins a file with a mark
        return tomllib.loads(text.replace("\r\n", "\n"))
    except FileNotFoundError:
        if needed:
            raise ConfigError(f"{file}: there is no such file; `xietong init` writes one") from None
        return {}
    except UnicodeDecodeError:
        raise ConfigError(f"{file}: not UTF-8; save it again with the encoding UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f'{file}: not TOML: {error}; a line is written key = "value"') from None
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None


def _merge(given: dict[str, Any], environ: Mapping[str, str]) -> list[str]:
    """Put what the environment says over what the file says; returns what it says wrongly."""
    known = {_WORDS.variable(path): (path, field) for path, field in _WORDS.keys.items()}
    loosely = {name.replace("_", ""): name for name in known}
    problems = []
    for variable in sorted(environ):
        words = environ[variable].strip()
        if not variable.startswith(PREFIX) or variable in _OURS or not words:
            continue
        if variable in known:
            path, field = known[variable]
            _put(given, path, _from_words(words, field))
        elif near := loosely.get(variable.replace("_", "")):
            problems.append(f"{variable} in the environment: it is written {near}")
        elif "__" in variable:
            near = next(iter(difflib.get_close_matches(variable, known, 1)), "XIETONG_TELEGRAM__TOKEN")
            problems.append(f"{variable} in the environment: there is no such key; for example {near}")
    return problems


def _put(given: dict[str, Any], path: KeyPath, value: Any) -> None:
    section: Any = given
    for name in path[:-1]:
        section = section.setdefault(name, {})
        if not isinstance(section, dict):
            return  # the file is wrong here, and will be told so
    section[path[-1]] = value


def _from_words(words: str, field: FieldInfo) -> Any:
    """Read a list from the environment as JSON or as words between commas; anything else stands as it is."""
    if not isinstance(field.default, tuple):
        return words
    if words.startswith("["):
        try:
            return json.loads(words)
        except ValueError:
            return words
    return [word.strip() for word in words.split(",") if word.strip()]


def _rooted(config: Config, folder: Path) -> Config:
    """Take a relative SQLite file to the configuration's folder."""
    name, mark, options = config.database.url.removeprefix("sqlite:///").partition("?")
    if not config.database.url.startswith("sqlite:///") or Path(name).is_absolute():
        return config
    url = f"sqlite:///{(folder.resolve() / name).as_posix()}{mark}{options}"
    return config.model_copy(update={"database": DatabaseConfig(url=url)})


if __name__ == "__main__":
    sys.stdout.buffer.write(example().encode())
