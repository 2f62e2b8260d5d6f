"""Write the first migration anew from `storage/tables`: `uv run --group dev python .ci/rebase_initial.py`.

Only before the first release; afterwards a change of the tables is a migration of its own
(`python -m storage.migrate revision "what changes"`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from storage import migrate

versions = migrate.MIGRATIONS / "versions"
with tempfile.TemporaryDirectory(dir=migrate.MIGRATIONS.parent, prefix=".rebase-") as folder:
    migrate.MIGRATIONS = Path(shutil.copytree(versions.parent, Path(folder) / "migrations"))
    for path in (migrate.MIGRATIONS / "versions").glob("*.py"):
        path.unlink()
    made = migrate.revision("Make the first tables")
    for words in (["check", "--fix", "--ignore=E501"], ["format"]):
        subprocess.run([sys.executable, "-m", "ruff", *words, "--quiet", made], check=True)  # noqa: S603 (our own words)
    os.replace(made, versions / made.name)
