"""The operators' line: who was rung for a caller, who was brought in, and the phrase of an elder"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("handoffs", schema=None) as batch_op:
        for name in ("on_line", "after_hours", "joint"):
            batch_op.add_column(
                sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
            )
        for name in ("line_sid", "seat_sid"):
            batch_op.add_column(
                sa.Column(name, sa.String(length=40), nullable=False, server_default="")
            )
        for name in ("answered_at", "left_at"):
            batch_op.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("elders", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("phrase", sa.String(length=20), nullable=False, server_default="")
        )
    _rings()
    _joinings()
    op.create_index(
        "ix_handoffs_on_line",
        "handoffs",
        ["opened_at"],
        sqlite_where=sa.text("on_line = 1"),
        postgresql_where=sa.text("on_line"),
    )


def _rings() -> None:
    op.create_table(
        "rings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handoff_id", sa.Integer(), nullable=False),
        sa.Column("worker_id", sa.Integer(), nullable=False),
        sa.Column("rung_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoffs.id"], name=op.f("fk_rings_handoff_id")),
        sa.ForeignKeyConstraint(["worker_id"], ["workers.id"], name=op.f("fk_rings_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rings")),
    )
    op.create_index("ix_rings_handoff_id", "rings", ["handoff_id"])
    op.create_index("ix_rings_worker_id", "rings", ["worker_id", "rung_at"])
    going = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_rings_going", "rings", ["rung_at"], sqlite_where=going, postgresql_where=going
    )


def _joinings() -> None:
    op.create_table(
        "joinings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handoff_id", sa.Integer(), nullable=False),
        sa.Column("worker_id", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(length=40), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("sid", sa.String(length=40), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ending", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["handoff_id"], ["handoffs.id"], name=op.f("fk_joinings_handoff_id")
        ),
        sa.ForeignKeyConstraint(["worker_id"], ["workers.id"], name=op.f("fk_joinings_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joinings")),
        sa.UniqueConstraint("sid", name=op.f("uq_joinings_sid")),
    )
    op.create_index("ix_joinings_handoff_id", "joinings", ["handoff_id"])
