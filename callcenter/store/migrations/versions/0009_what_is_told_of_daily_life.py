"""What elders tell of their daily life after a check-in, with the words it came from"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wellbeing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("elder_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("topic", sa.String(length=20), nullable=False),
        sa.Column("means", sa.String(length=12), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name=op.f("fk_wellbeing_attempt_id")
        ),
        sa.ForeignKeyConstraint(["elder_id"], ["elders.id"], name=op.f("fk_wellbeing_elder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wellbeing")),
    )
    op.create_index("ix_wellbeing_attempt_id", "wellbeing", ["attempt_id"])
    op.create_index("ix_wellbeing_elder_id", "wellbeing", ["elder_id", "at"])
