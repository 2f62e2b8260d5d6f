"""The command line as a real process: what it prints, what it leaves in the folder, and its exit codes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot import workbook
from handlers.network.sheets import as_sheet
from storage.database import Database
from storage.migrate import upgrade
from tests import forking

CODE = re.compile(r"15 minutes: ([2-9A-HJKMNP-TV-Z]{8})\b")


@dataclass
class Home:
    """A folder in which the command line is used."""

    folder: Path

    def runs(self, *words: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        """Run the command line here and wait for its end."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("XIETONG_")}
        done = forking.run(list(words), self.folder, {**clean, **environ}, stdin)
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def does(self, *words: str, **environ: str) -> str:
        """Run what must succeed; returns what it printed."""
        done = self.runs(*words, **environ)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def fails(self, code: int, *words: str, **environ: str) -> str:
        """Run what must not succeed; returns its one sentence."""
        done = self.runs(*words, **environ)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stderr

    def counts(self, query: str) -> int:
        """Count in the database."""
        import sqlite3

        with closing(sqlite3.connect(self.folder / "xietong.db")) as connection:
            return int(connection.execute(query).fetchone()[0])


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, str]:
    """Set up a sample network once; returns it with what `init` printed."""
    home = Home(tmp_path_factory.mktemp("sampled"))
    return home, home.does("init", "--sample")


@pytest.fixture
def home(sampled: tuple[Home, str], tmp_path: Path) -> Home:
    """Give a copy of the sample network."""
    folder = tmp_path / "home"
    shutil.copytree(sampled[0].folder, folder)
    return Home(folder)


@pytest.fixture
def bare(tmp_path: Path) -> Home:
    """Give an empty folder."""
    return Home(tmp_path)


# Setting up


def test_one_command_sets_up_and_then_the_doctor_finds_all_well(sampled: tuple[Home, str]) -> None:
    home, said = sampled
    assert CODE.search(said)
    assert "15 stores" in said
    beside = sorted(path.name for path in home.folder.iterdir() if path.suffix != ".db")
    assert beside == ["config.toml", "xietong.db.key"]
    found = home.does("doctor")
    assert "fail" not in found
    assert "warn" not in found
    assert "15 stores have a time zone and hours" in found


def test_init_never_overwrites_and_makes_a_new_code(home: Home) -> None:
    config = home.folder / "config.toml"
    config.write_text("# mine\n[network]\nname = '我的网络'\n", encoding="utf-8")
    people = home.counts("SELECT count(*) FROM persons")
    said = home.does("init", "--sample")
    assert "is there already" in said
    assert "stays as it is" in said
    assert config.read_text(encoding="utf-8").startswith("# mine")
    assert home.counts("SELECT count(*) FROM persons") == people
    assert home.counts("SELECT count(*) FROM link_codes WHERE expires_at > created_at") == 2


def test_init_without_a_sample_makes_hqs_first_person(bare: Home) -> None:
    assert "总部" in bare.does("init")
    assert bare.counts("SELECT count(*) FROM persons WHERE role = 'hq' AND name = '总部'") == 1


def test_the_configuration_is_readable_by_its_owner_alone(sampled: tuple[Home, str]) -> None:
    assert (sampled[0].folder / "config.toml").stat().st_mode & 0o077 == 0 or os.name == "nt"


def test_the_database_lies_beside_the_configuration_wherever_one_stands(home: Home, tmp_path: Path) -> None:
    elsewhere = Home(tmp_path)
    said = elsewhere.does("invite", "张伟", "--config", str(home.folder / "config.toml"))
    assert CODE.search(said)
    assert not list(tmp_path.glob("*.db"))


# Wrong words


@pytest.mark.parametrize(
    ("config", "environ", "says"),
    [
        ('[clocks.transfer]\nsent = "5m"\n', {}, "[clocks.transfer] sent"),
        ("[telegram]\nenabled = true\n", {}, "XIETONG_TELEGRAM__TOKEN"),
        ("", {"XIETONG_NETWORK__TIMEZONE": "Mars"}, "[network] timezone"),
        ("[network\n", {}, "line 1"),
    ],
)
def test_a_wrong_configuration_is_told_and_is_exit_code_2(
    bare: Home, config: str, environ: dict[str, str], says: str
) -> None:
    (bare.folder / "config.toml").write_text(config, encoding="utf-8")
    assert says in bare.fails(2, "migrate", **environ)
    found = bare.runs("doctor", **environ)
    assert found.returncode == 1
    assert says.split("] ")[-1] in found.stdout


@pytest.mark.parametrize("words", [["nonsense"], ["init", "--nonsense"], ["import"], ["demo", "--stores", "1"]])
def test_wrong_words_are_exit_code_2(bare: Home, words: list[str]) -> None:
    assert "Error" in bare.fails(2, *words)


@pytest.mark.parametrize(
    "words", [["import", "n.xlsx"], ["export", "network", "n.xlsx"], ["invite", "张伟"], ["backup", "b.zip"]]
)
def test_before_there_is_a_database_the_way_to_one_is_told(bare: Home, words: list[str]) -> None:
    if words[0] == "import":
        workbook.write(bare.folder / "n.xlsx", [as_sheet("stores", [{"code": "A1", "name": "x"}])])
    assert "xietong init" in bare.fails(1, *words)
    assert not list(bare.folder.glob("*.db"))


def test_an_older_database_is_not_touched_before_it_is_migrated(bare: Home) -> None:
    database = Database(f"sqlite:///{bare.folder}/xietong.db")
    upgrade(database, "0001")
    database.close()
    assert "xietong migrate" in bare.fails(1, "invite", "张伟")
    found = bare.runs("doctor")
    assert found.returncode == 1
    assert "fail" in found.stdout
    assert "→" in bare.does("migrate")
    assert "as it was" in bare.does("migrate")


# Workbooks


def test_import_shows_what_would_change_and_writes_it_when_told(bare: Home) -> None:
    bare.does("init")
    file = bare.folder / "网络.xlsx"
    rows = [{"编码": "SZ01", "门店": "福田店", "备注": "x"}, {"编码": "SZ02", "门店": "南山店"}]
    workbook.write(file, [as_sheet("门店", rows)])
    said = bare.does("import", file.name, "--dry-run")
    assert "门店 新增 2" in said
    assert "+ SZ01 福田店" in said
    assert "「备注」" in said
    assert bare.counts("SELECT count(*) FROM stores") == 0
    assert "--yes" in bare.fails(2, "import", file.name)  # nobody is there to ask
    assert "已写入" in bare.does("import", file.name, "--yes")
    assert bare.counts("SELECT count(*) FROM stores") == 2
    assert "没有变化" in bare.does("import", file.name, "--yes")
    assert bare.counts("SELECT count(*) FROM audit_entries WHERE act = 'import'") == 1


def test_a_bad_row_is_told_with_sheet_row_and_reason_and_nothing_is_written(bare: Home) -> None:
    bare.does("init")
    rows = [{"code": "SZ01", "name": "福田店"}, {"code": "SZ02", "name": "南山店", "timezone": "Mars"}]
    workbook.write(bare.folder / "n.xlsx", [as_sheet("stores", rows)])
    done = bare.runs("import", "n.xlsx", "--yes", XIETONG_NETWORK__LANGUAGE="en")
    assert done.returncode == 1
    assert 'stores, row 3 · timezone: there is no time zone "Mars"' in done.stdout
    assert bare.counts("SELECT count(*) FROM stores") == 0


def test_what_is_exported_changes_nothing_when_it_comes_back(home: Home) -> None:
    assert "门店 15" in home.does("export", "network", "n.xlsx")
    assert "没有变化" in home.does("import", "n.xlsx")
    assert "--force" in home.fails(2, "export", "network", "n.xlsx")
    home.does("export", "network", "n.xlsx", "--force")


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xd0\xcf\x11\xe0" + bytes(600)])
def test_a_file_that_is_no_workbook_is_one_sentence(home: Home, content: bytes) -> None:
    (home.folder / "n.xlsx").write_bytes(content)
    said = home.fails(1, "import", "n.xlsx")
    assert said.count("\n") == 1
    assert ".xlsx" in said


# People


def test_invite_prints_a_code_for_exactly_one_person(home: Home) -> None:
    code = CODE.search(home.does("invite", "张伟"))
    assert code
    assert code[1] not in str(home.folder)
    assert "nobody" in home.fails(1, "invite", "没有这个人")
    rows = [{"name": "张伟", "role": "店长", "store": "GZ01"}]
    workbook.write(home.folder / "n.xlsx", [as_sheet("people", rows)])
    home.does("import", "n.xlsx", "--yes")
    said = home.fails(1, "invite", "张伟")
    assert "SZ01" in said
    assert "GZ01" in said
    assert CODE.search(home.does("invite", "张伟", "--store", "gz01"))
    assert "no store" in home.fails(1, "invite", "张伟", "--store", "XX99")


# Backups


def test_a_backup_goes_back_and_what_was_there_is_kept(home: Home) -> None:
    home.does("backup", "b.zip")
    workbook.write(home.folder / "n.xlsx", [as_sheet("people", [{"name": "后来的", "role": "总部"}])])
    home.does("import", "n.xlsx", "--yes")
    people = home.counts("SELECT count(*) FROM persons")
    assert "--replace" in home.fails(2, "restore", "b.zip")
    assert "--yes" in home.fails(2, "restore", "b.zip", "--replace")
    assert home.counts("SELECT count(*) FROM persons") == people
    assert "kept in" in home.does("restore", "b.zip", "--replace", "--yes")
    assert home.counts("SELECT count(*) FROM persons") == people - 1
    assert len(list(home.folder.glob("xietong.db.before_*"))) == 1
    assert "no backup" in home.fails(1, "restore", "n.xlsx")


def test_a_backup_goes_into_a_new_place(home: Home, bare: Home) -> None:
    home.does("backup", str(bare.folder / "b.zip"))
    assert "restored" in bare.does("restore", "b.zip")
    assert bare.counts("SELECT count(*) FROM stores") == 15
    assert bare.runs("doctor").returncode == 0


# Moving


def test_a_move_says_what_it_did_and_what_to_configure_and_again_that_all_is_there(home: Home, tmp_path: Path) -> None:
    target = f"sqlite:///{tmp_path}/new.db"
    before = (home.folder / "xietong.db").read_bytes()
    said = home.does("move", "--to", target)
    assert re.search(r"│ stores +│ 15 +│ 15 +│ same", said)
    assert "compared row for row" in said
    assert f"XIETONG_DATABASE__URL={target}" in said
    assert (home.folder / "xietong.db").read_bytes() == before
    assert "there already" in home.does("move", XIETONG_MOVE_TO=target)
    assert "15 stores" in home.does("doctor", XIETONG_DATABASE__URL=target)


def test_a_move_that_cannot_be_is_one_sentence_without_a_password(home: Home, bare: Home) -> None:
    secret = "s3cr3t-w0rd"
    for code, says, words in (
        (2, "--to", ["--to", f"sqlite:///{home.folder}/xietong.db"]),
        (2, "database", ["--to", f"mysql://u:{secret}@127.0.0.1/x"]),
        (1, "the database refuses", ["--to", f"postgresql://u:{secret}@127.0.0.1:9/x"]),
    ):
        done = home.runs("move", *words)
        assert done.returncode == code, done.stderr
        assert says in done.stderr
        assert secret not in done.stdout + done.stderr
    assert "xietong init" in bare.fails(1, "move", "--to", "sqlite:///new.db")
    home.does("move", "--to", "sqlite:///new.db")
    home.does("invite", "张伟")
    said = home.fails(1, "move", "--to", "sqlite:///new.db")
    assert said.count("\n") == 1
    assert "holds something" in said


# Reports, help, the doctor with a platform


def test_reports_are_printed_as_they_would_be_posted(home: Home) -> None:
    assert "深圳" in home.does("report", "digest", "--at", "2026-03-04T21:00")
    data = json.loads(home.does("report", "weekly", "--at", "2026-03-09T09:00", "--json"))
    assert data["report"] == "weekly"
    assert data["at"] == "2026-03-09T09:00:00+08:00"
    assert "2026-03-04T21:00" in home.fails(2, "report", "digest", "--at", "soon")
    assert "digest or weekly" in home.fails(2, "report", "yearly", "--at", "2026-03-04")


def test_help_is_quick_and_names_every_command(bare: Home) -> None:
    said = bare.does("--help")
    names = [
        "demo",
        "chat",
        "init",
        "import",
        "export",
        "invite",
        "migrate",
        "backup",
        "restore",
        "move",
        "doctor",
        "report",
        "run",
    ]
    assert all(re.search(rf"^  {name} ", said, re.MULTILINE) for name in names)
    imported = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "bot", "--help"], capture_output=True, text=True, check=True
    ).stderr
    heavy = ("sqlalchemy", "telegram", "slack_bolt", "aiohttp", "apscheduler", "xlsxwriter", "redis", "alembic")
    assert not [name for name in heavy if re.search(rf"\| +{name}$", imported, re.MULTILINE)]


def test_a_token_that_telegram_refuses_fails_and_is_not_shown(home: Home) -> None:
    token = "123456789:" + "A" * 35
    done = home.runs(
        "doctor",
        XIETONG_TELEGRAM__ENABLED="true",
        XIETONG_TELEGRAM__TOKEN=token,
        XIETONG_TELEGRAM__BASE_URL="http://127.0.0.1:9",
    )
    assert done.returncode == 1
    assert "fail" in done.stdout
    assert "nobody of HQ is linked" in done.stdout
    assert token not in done.stdout + done.stderr
    assert "A" * 20 not in done.stdout + done.stderr
