"""Keep every question small, however many years lie behind it; remember what the stores earned and answered."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tallies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("earned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("answer_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_tallies_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tallies")),
        sa.UniqueConstraint("since", "store_id", name=op.f("uq_tallies_since_store_id")),
    )
    with op.batch_alter_table("asks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_asks_asked_at"))
        batch_op.drop_index(batch_op.f("ix_asks_request_id"))
        batch_op.drop_index(batch_op.f("ix_asks_store_id"))
        batch_op.create_index(
            batch_op.f("ix_asks_answered_at_store_id_asked_at"), ["answered_at", "store_id", "asked_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_asks_state_store_id"), ["state", "store_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_asks_store_id_asked_at_state_answered_at"),
            ["store_id", "asked_at", "state", "answered_at"],
            unique=False,
        )

    with op.batch_alter_table("cards", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cards_request_id"))
        batch_op.create_index(batch_op.f("ix_cards_chat"), ["chat"], unique=False)

    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(
            "ix_events_carried",
            ["at"],
            unique=False,
            sqlite_where=sa.text("word = 'carried'"),
            postgresql_where=sa.text("word = 'carried'"),
        )

    with op.batch_alter_table("points_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_points_entries_at"))
        batch_op.drop_index(batch_op.f("ix_points_entries_store_id"))
        batch_op.create_index(
            batch_op.f("ix_points_entries_at_store_id_points_reverses_id"),
            ["at", "store_id", "points", "reverses_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_points_entries_store_id_at_points"), ["store_id", "at", "points"], unique=False
        )

    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_requests_opened_at"))
        batch_op.drop_index(batch_op.f("ix_requests_owner_store_id"))
        batch_op.drop_index(batch_op.f("ix_requests_region_id"))
        batch_op.drop_index(batch_op.f("ix_requests_state"))
        batch_op.drop_index(batch_op.f("ix_requests_store_id"))
        batch_op.create_index(batch_op.f("ix_requests_ended_at"), ["ended_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_requests_finished_at"), ["finished_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_requests_region_id_ended_at"), ["region_id", "ended_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_requests_state_owner_store_id"), ["state", "owner_store_id"], unique=False)

    with op.batch_alter_table("steps", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_steps_request_id"))
        batch_op.drop_index(batch_op.f("ix_steps_store_id"))
        batch_op.create_index(
            "ix_steps_breached",
            ["breached_at"],
            unique=False,
            sqlite_where=sa.text("breached_at IS NOT NULL"),
            postgresql_where=sa.text("breached_at IS NOT NULL"),
        )
