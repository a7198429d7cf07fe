"""The district's own number of an elder, by which a roster sheet finds them again"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("elders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("file_no", sa.String(length=30), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_elders_file_no"), ["file_no"])
