"""The rule that raised an escalation, and the escalation of an overdue call-back"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("escalations", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("rule", sa.String(length=60), nullable=False, server_default="")
        )

    with op.batch_alter_table("handoffs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("escalation_id", sa.Integer(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_handoffs_escalation_id"), ["escalation_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_handoffs_escalation_id"), "escalations", ["escalation_id"], ["id"]
        )
