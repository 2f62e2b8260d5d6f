"""Find parts in other words, and know how long the way between two stores takes."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "part_words",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("means", sa.String(), nullable=False),
        sa.Column("said_by", sa.Integer(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["said_by"], ["persons.id"], name=op.f("fk_part_words_said_by_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_words")),
        sa.UniqueConstraint("word", name=op.f("uq_part_words_word")),
    )
    op.create_table(
        "travel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_store_id", sa.Integer(), nullable=False),
        sa.Column("to_store_id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_travel_not_negative")),
        sa.ForeignKeyConstraint(["from_store_id"], ["stores.id"], name=op.f("fk_travel_from_store_id_stores")),
        sa.ForeignKeyConstraint(["to_store_id"], ["stores.id"], name=op.f("fk_travel_to_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_travel")),
        sa.UniqueConstraint("to_store_id", "from_store_id", name=op.f("uq_travel_to_store_id_from_store_id")),
    )
    op.create_index(op.f("ix_travel_from_store_id"), "travel", ["from_store_id"])
