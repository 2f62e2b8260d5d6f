"""Reads a file that somebody sent in a process of its own, within limits of memory and time.

`python -m bot.reader NAME` takes the file on its standard input and writes what it says on its standard output: `+`
and the packed sheets, or `-` and why it cannot be used. The process is given no secret, not even our environment.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys

from handlers.errors import BadInput

MEMORY = 1_000_000_000  # bytes of addresses: the interpreter with its libraries takes a fifth of it
SECONDS = 15  # of the processor: a file of 20 MB takes some
PATIENCE = 45.0  # seconds, where the machine has much else to do
# What an interpreter may need to be found and to start.
_KEPT = ("LD_LIBRARY_PATH", "PYTHONHOME", "SYSTEMROOT")


async def read(name: str, content: bytes) -> str:
    """Return the sheets of a file, packed. Raises `BadInput` with one sentence when it cannot be used."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.reader", name),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: os.environ[name] for name in _KEPT if name in os.environ}
        | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)) or os.getcwd()},
    )
    try:
        async with asyncio.timeout(PATIENCE):
            said, _ = await child.communicate(content)
    except TimeoutError:
        raise BadInput("network.file_bomb") from None
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    if child.returncode or not said:
        raise BadInput("network.file_bomb")  # it took more than it may
    words = said[1:].decode()
    if said[:1] == b"+":
        return words
    why = json.loads(words)
    raise BadInput(why["key"], **why["values"])


def main(name: str) -> None:
    """Read what comes in, and say what it says."""
    from bot import workbook
    from handlers.network.packing import pack

    _limit()
    try:
        said = "+" + pack(workbook.read_sent(name, sys.stdin.buffer.read()))
    except BadInput as error:
        said = "-" + json.dumps({"key": error.key, "values": error.values})
    sys.stdout.buffer.write(said.encode())


def _limit() -> None:
    """Take what may be taken at the most: what asks for more is ended."""
    try:
        import resource
    except ImportError:  # where there are no such limits, the file's own (`workbook`) still hold
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it has no file to write
    os.nice(5)  # a large file is read behind everything else


if __name__ == "__main__":
    main(sys.argv[1])
