"""Keep what lies dead: when a level moved last, what was used up, prices, and what lay dead week by week."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dead_stock_weeks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("unpriced", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_dead_stock_weeks_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_stock_weeks")),
        sa.UniqueConstraint("store_id", "week", name=op.f("uq_dead_stock_weeks_store_id_week")),
    )

    with op.batch_alter_table("parts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("price", sa.Integer(), nullable=True))

    with op.batch_alter_table("stock_levels", schema=None) as batch_op:
        batch_op.add_column(sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("used", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True))
    # What happened before is not known: nothing counts as lying still for longer than its figure is old.
    op.execute("UPDATE stock_levels SET moved_at = stated_at, counted_at = stated_at")
    with op.batch_alter_table("stock_levels", schema=None) as batch_op:
        batch_op.alter_column("moved_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.alter_column("counted_at", existing_type=sa.DateTime(timezone=True), nullable=False)

    with op.batch_alter_table("transfers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("outward", sa.Boolean(), nullable=False, server_default=sa.false()))
