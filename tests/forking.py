"""Runs of programs, the command line first, that need not import it each time: a process that has, and forks for each.

What runs is a process of its own, with its own folder, environment, input and output; only its start is quicker, by the
seconds that importing everything takes. Run as a module it is that process: a line of JSON in, an exit code out.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def run(
    words: list[str], folder: Path, environ: dict[str, str], stdin: str = "", *, module: str = "bot.cli"
) -> subprocess.CompletedProcess[str]:
    """Run `main` of a module, the command line's, in a folder and wait for its end."""
    with tempfile.TemporaryDirectory() as scratch:
        names = {stream: f"{scratch}/{stream}" for stream in ("stdin", "stdout", "stderr")}
        Path(names["stdin"]).write_text(stdin, encoding="utf-8")
        parent = _parent()
        assert parent.stdin is not None and parent.stdout is not None
        parent.stdin.write(
            json.dumps({"module": module, "words": words, "folder": str(folder), "environ": environ, **names}) + "\n"
        )
        parent.stdin.flush()
        code = int(parent.stdout.readline())
        said = (Path(names[stream]).read_text(encoding="utf-8") for stream in ("stdout", "stderr"))
        return subprocess.CompletedProcess(words, code, *said)


@cache
def _parent() -> subprocess.Popen[str]:
    parent = subprocess.Popen(
        [sys.executable, "-m", "tests.forking"],
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )

    def end() -> None:
        parent.communicate()

    atexit.register(end)
    return parent


def _become(asked: dict[str, Any]) -> None:
    """Turn into the program."""
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environ"])
    for number, (name, flags) in enumerate((("stdin", os.O_RDONLY), ("stdout", _NEW), ("stderr", _NEW))):
        handle = os.open(asked[name], flags, 0o600)
        os.dup2(handle, number)
        os.close(handle)
    sys.argv = ["xietong", *asked["words"]]
    try:
        sys.exit(import_module(asked["module"]).main())
    except SystemExit as end:  # anything else ends as it would in a process of its own: told, with 1
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code if isinstance(end.code, int) else 0)  # taking all the modules down takes a second


def _serve() -> None:
    import bot.app
    import bot.chat
    import bot.cli
    import bot.doctor
    import bot.moving
    import bot.workbook  # noqa: F401 - what the commands import when they run
    import tests.hour  # noqa: F401 - and the other programs

    gc.freeze()  # the modules are shared with the children rather than copied
    for line in iter(sys.stdin.readline, ""):
        child = os.fork()
        if child == 0:
            _become(json.loads(line))  # which ends it, as it would end a process of its own
            sys.exit()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
