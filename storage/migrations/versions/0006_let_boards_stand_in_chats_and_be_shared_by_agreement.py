"""Let boards stand in chats, and be shared by agreement."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "live_boards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.Integer(), nullable=True),
        sa.Column("board", sa.String(length=32), nullable=False),
        sa.Column("part_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_by", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hurried", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["begun_by"], ["persons.id"], name=op.f("fk_live_boards_begun_by_persons")),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_live_boards_chat_id_chats")),
        sa.ForeignKeyConstraint(["part_id"], ["parts.id"], name=op.f("fk_live_boards_part_id_parts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_boards")),
    )
    with op.batch_alter_table("live_boards", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_live_boards_chat_id"), ["chat_id"], unique=False)
        batch_op.create_index(
            "uq_live_boards_one_of_a_kind",
            ["chat_id", "board", "what"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    with op.batch_alter_table("cards", schema=None) as batch_op:
        batch_op.add_column(sa.Column("board_id", sa.Integer(), nullable=True))
        batch_op.create_unique_constraint(
            batch_op.f("uq_cards_board_id_platform_chat_thread"), ["board_id", "platform", "chat", "thread"]
        )
        batch_op.create_foreign_key(batch_op.f("fk_cards_board_id_live_boards"), "live_boards", ["board_id"], ["id"])

    with op.batch_alter_table("dealers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("agreed", sa.Boolean(), nullable=False, server_default=sa.true()))

    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("first_store_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_requests_first_store_id_stores"), "stores", ["first_store_id"], ["id"]
        )
