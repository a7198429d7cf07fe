"""When somebody was last told is found without reading all that they were ever told"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_notices_told", "notices", ["worker_id", "sent_at"])
    op.drop_index("ix_notices_worker_id", table_name="notices")
