"""Who is rung by a person, wrong numbers to be put right, and how each elder wants to be called"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    habits = sa.Column("habits", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
    other = sa.Column("other_phone", sa.String(length=20), nullable=False, server_default="")
    op.add_column("elders", habits)
    op.add_column("elders", other)
    op.create_index(op.f("ix_elders_other_phone"), "elders", ["other_phone"])
    op.create_table(
        "hand_calls",
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=20), nullable=False),
        sa.Column("risk", sa.Integer(), nullable=False),
        sa.Column("put_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("taken_by", sa.Integer(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name=op.f("fk_hand_calls_slot_id")),
        sa.ForeignKeyConstraint(["taken_by"], ["workers.id"], name=op.f("fk_hand_calls_taken_by")),
        sa.PrimaryKeyConstraint("slot_id", name=op.f("pk_hand_calls")),
    )
    op.create_table(
        "number_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("elder_id", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["elder_id"], ["elders.id"], name=op.f("fk_number_checks_elder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_checks")),
    )
    op.create_index("ix_number_checks_elder_id", "number_checks", ["elder_id", "phone"])
    op.create_index(
        "ix_number_checks_open",
        "number_checks",
        ["due_at"],
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
