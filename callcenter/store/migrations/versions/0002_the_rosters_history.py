"""The roster's history"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Until now the wider list was whoever lives alone today. Nothing says since when, but for those
# who are covered; the others enter on the day of this migration.
FILL = """
INSERT INTO visiting_list (elder_id, living, entered_on, left_on, left_why)
SELECT e.id, e.living,
       COALESCE((SELECT MIN(c.entered_on) FROM coverage c WHERE c.elder_id = e.id), CURRENT_DATE),
       (SELECT MAX(c.left_on) FROM coverage c WHERE c.elder_id = e.id
        AND c.left_why IN ('已搬走', '已去世')),
       COALESCE((SELECT MAX(c.left_why) FROM coverage c WHERE c.elder_id = e.id
        AND c.left_why IN ('已搬走', '已去世')), '')
FROM elders e WHERE e.living IN ('alone', 'empty_nest')
"""


def upgrade() -> None:
    op.create_table(
        "community_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=True),
        sa.Column("into_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["from_id"], ["communities.id"], name=op.f("fk_community_changes_from_id")
        ),
        sa.ForeignKeyConstraint(
            ["into_id"], ["communities.id"], name=op.f("fk_community_changes_into_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_changes")),
    )
    with op.batch_alter_table("community_changes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_community_changes_changed_on"), ["changed_on"], unique=False
        )

    op.create_table(
        "former_homes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("elder_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["communities.id"], name=op.f("fk_former_homes_community_id")
        ),
        sa.ForeignKeyConstraint(["elder_id"], ["elders.id"], name=op.f("fk_former_homes_elder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_homes")),
    )
    with op.batch_alter_table("former_homes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_former_homes_community_id"), ["community_id"], unique=False
        )
        batch_op.create_index("ix_former_homes_elder_id", ["elder_id", "until"], unique=False)

    op.create_table(
        "visiting_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("elder_id", sa.Integer(), nullable=False),
        sa.Column("living", sa.String(length=20), nullable=False),
        sa.Column("entered_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("left_why", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["elder_id"], ["elders.id"], name=op.f("fk_visiting_list_elder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visiting_list")),
    )
    with op.batch_alter_table("visiting_list", schema=None) as batch_op:
        batch_op.create_index("ix_visiting_list_elder_id", ["elder_id", "entered_on"], unique=False)
        batch_op.create_index(
            "uq_visiting_list_open",
            ["elder_id"],
            unique=True,
            sqlite_where=sa.text("left_on IS NULL"),
            postgresql_where=sa.text("left_on IS NULL"),
        )

    op.execute(FILL)
