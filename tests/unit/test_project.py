"""What the project says of itself is true: README's commands, the checks CI runs, and that CI skips no service."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "docs/README.zh-CN.md")
SET_UP = "python3 -m pip install -qq --target .uv uv && .uv/bin/uv run "


def commands_of(page: str) -> list[str]:
    """Return the lines of a page's shell blocks."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


@pytest.mark.parametrize("readme", READMES)
def test_a_readme_begins_with_the_demo_and_the_tests_and_ci_runs_the_latter(readme: str) -> None:
    demo, tests = commands_of(readme)[:2]
    assert demo == f"{SET_UP}xietong demo"
    assert tests.startswith(f"{SET_UP}--group dev pytest")
    assert tests in (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("page", ["README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))])
def test_a_page_refers_only_to_what_is_there(page: str) -> None:
    text = re.sub(r"^```.*?^```", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text):
        if not target.startswith(("https://", "mailto:")):
            assert (ROOT / page).parent.joinpath(target).exists(), f"{page} refers to {target}"


TEST_OF_A_SERVICE = """
import pytest

@pytest.mark.postgres
def test_one():
    pytest.skip("for no good reason")
"""


@pytest.mark.parametrize(
    ("ci", "listens", "workers", "fails"),
    [("true", True, "1", True), ("true", True, "0", True), ("true", False, "0", False), ("", True, "0", False)],
)
def test_ci_fails_when_a_test_of_a_service_that_is_there_was_skipped(
    tmp_path: Path, ci: str, listens: bool, workers: str, fails: bool
) -> None:
    (tmp_path / "conftest.py").write_text((ROOT / "tests/conftest.py").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "test_one.py").write_text(TEST_OF_A_SERVICE, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    postgres: x\n    redis: y\n", encoding="utf-8")
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        if listens:
            server.listen()
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-n", workers, str(tmp_path)],
            cwd=tmp_path,
            env={
                **os.environ,
                "CI": ci,
                "PYTHONPATH": str(ROOT),
                "XIETONG_TEST_POSTGRES": f"postgresql://127.0.0.1:{server.getsockname()[1]}/test",
            },
            capture_output=True,
            text=True,
            check=False,
        )
    assert "1 skipped" in done.stdout
    assert (done.returncode != 0) is fails, done.stdout + done.stderr
    assert ("skipped although the service is there" in done.stdout) is fails


def test_every_test_that_a_page_names_is_there() -> None:
    there = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    named = {
        name
        for path in (ROOT / "docs").glob("*.md")
        for name in re.findall(r"`(test_\w+)`", path.read_text(encoding="utf-8"))
    }
    assert named
    assert {name for name in named if f"def {name}(" not in there} == set()
