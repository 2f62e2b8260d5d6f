"""What docs/operations.md and the files beside it say can be done as they say it: keys, figures, commands, drill."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import typer.main
from sqlalchemy import text

from bot.app import HARD_STOP
from bot.cli import app
from bot.config import example
from bot.meters import Meters
from storage.database import Database

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "operations.md").read_text(encoding="utf-8")
UNIT = (DOCS / "xietong@.service").read_text(encoding="utf-8")
COMPOSE = (DOCS / "compose.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("said", [PAGE, UNIT, COMPOSE], ids=["page", "systemd", "compose"])
def test_every_variable_is_a_key_of_the_configuration(said: str) -> None:
    keys = tomllib.loads(example())
    named = re.findall(r"XIETONG_([A-Z]+)__([A-Z_]+)", said)
    assert named
    assert [one for one in named if one[1].lower() not in keys.get(one[0].lower(), {})] == []


def test_every_figure_to_look_at_is_measured() -> None:
    meters = Meters()
    meters.follow_process()
    there = set(re.findall(r"^# TYPE (\w+) ", meters.render().decode(), re.MULTILINE))
    named = set(re.findall(r"\b(xietong_[a-z_]+)", PAGE))
    assert len(named) > 10
    assert {name for name in named if name not in there} == set()


def test_every_command_line_is_one() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    blocks = "\n".join(re.findall(r"^```.*?^```", PAGE, re.MULTILINE | re.DOTALL))
    named = set(re.findall(r"\bxietong ([a-z]+)\b(?! =)", blocks)) | set(re.findall(r"`xietong ([a-z]+)", PAGE))
    assert {"move", "doctor", "backup", "restore", "migrate", "run"} <= named
    assert named - set(commands) == set()


def test_a_supervisor_waits_for_longer_than_the_bot_takes_to_stop() -> None:
    seconds = [
        *(int(one) for one in re.findall(r"TimeoutStopSec=(\d+)", PAGE + UNIT)),
        int(COMPOSE.split("\n  bot:\n")[1].split("stop_grace_period: ")[1].split("s")[0]),
    ]
    assert len(seconds) == 3
    assert min(seconds) > HARD_STOP


def test_processes_of_one_machine_listen_on_ports_of_their_own() -> None:
    ports = re.findall(r"LISTEN=127\.0\.0\.1:(\d+%i)$", UNIT, re.MULTILINE)
    assert len(ports) == 3
    every = [int(port.replace("%i", str(number))) for port in ports for number in range(1, 10)]
    assert len(set(every)) == len(every)


@pytest.mark.postgres
def test_the_questions_of_the_restore_drill_can_be_asked(postgres: Database) -> None:
    asked = re.findall(r'-c "(SELECT [^"]+)"', PAGE)
    assert len(asked) == 3
    with postgres.reading() as connection:
        for question in asked:
            connection.execute(text(question)).all()
