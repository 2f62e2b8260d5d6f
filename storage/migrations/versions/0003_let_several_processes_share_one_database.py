"""Let several processes share one database: leases, the pace, and who works what was said."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "paced",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("stamps", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_paced")),
    )
    with op.batch_alter_table("inbound", schema=None) as batch_op:
        batch_op.add_column(sa.Column("taken_by", sa.String(), nullable=False, server_default=""))
        batch_op.drop_index(batch_op.f("ix_inbound_open"), sqlite_where=sa.text("done_at IS NULL"))
        batch_op.create_index(
            "ix_inbound_open",
            ["platform", "chat", "id"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )

    with op.batch_alter_table("timers", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_timers_pending"), sqlite_where=sa.text("fired_at IS NULL AND cancelled_at IS NULL")
        )
        batch_op.create_index(
            "ix_timers_late",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("fired_at IS NULL AND cancelled_at IS NULL"),
            postgresql_where=sa.text("fired_at IS NULL AND cancelled_at IS NULL"),
        )
        batch_op.create_index(
            "ix_timers_pending",
            ["try_at", "id"],
            unique=False,
            sqlite_where=sa.text("fired_at IS NULL AND cancelled_at IS NULL"),
            postgresql_where=sa.text("fired_at IS NULL AND cancelled_at IS NULL"),
        )

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("bundle", sa.String(), nullable=False, server_default=""))
        batch_op.create_index(
            "ix_outbox_bundle",
            ["platform", "chat", "bundle", "id"],
            unique=False,
            sqlite_where=sa.text("bundle <> ''"),
            postgresql_where=sa.text("bundle <> ''"),
        )
