"""What Alembic runs; everything is configured in `storage/migrate.py`, which hands itself over as `run`."""

from alembic import context

context.config.attributes["run"](context)
