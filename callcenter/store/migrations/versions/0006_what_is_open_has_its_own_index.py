"""What is open has its own index, so that no question of every day grows with the past"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

GONE = (
    ("slots", "ix_slots_due"),
    ("slots", "ix_slots_unended"),
    ("slots", "ix_slots_escalation_id"),
    ("attempts", "ix_attempts_look_at"),
    ("escalations", "ix_escalations_next_at"),
    ("escalations", "ix_escalations_standing"),
    ("escalations", "ix_escalations_elder_id"),
    ("conversations", "ix_conversations_elder_id"),
    ("messages", "ix_messages_conversation_id"),
    ("messages", "ix_messages_attempt_id"),
    ("messages", "ix_messages_undelivered"),
    ("visits", "ix_visits_elder_id"),
    ("events", "ix_events_elder_id"),
    ("events", "ix_events_escalation_id"),
)
WHOLE: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("attempts", "ix_attempts_elder_id", ("elder_id", "id")),
    ("visits", "ix_visits_elder_id", ("elder_id", "began_at")),
    ("events", "ix_events_elder_id", ("elder_id", "at")),
    ("escalations", "ix_escalations_elder_id", ("elder_id", "id")),
    ("conversations", "ix_conversations_elder_id", ("elder_id", "began_at")),
    ("conversations", "ix_conversations_address", ("address", "began_at")),
)
UNDELIVERED = "delivered_at IS NULL AND speaker <> 'caller' AND conversation_id IS NOT NULL"
PARTIAL: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("slots", "ix_slots_next", ("next_action", "next_at"), "state = 'open'"),
    ("slots", "ix_slots_open", ("elder_id",), "state = 'open'"),
    ("slots", "ix_slots_visits", ("by", "id"), "state = 'open' AND kind = 'visit'"),
    ("slots", "ix_slots_idle", ("id",), "state = 'open' AND next_at IS NULL"),
    ("slots", "ix_slots_escalated", ("id",), "state = 'escalated'"),
    ("slots", "ix_slots_escalation_id", ("escalation_id",), "escalation_id IS NOT NULL"),
    ("attempts", "ix_attempts_look_up", ("look_at",), "live"),
    ("attempts", "ix_attempts_live_phone", ("to_phone",), "live"),
    ("escalations", "ix_escalations_open", ("next_at",), "standing <> 'resolved'"),
    ("escalations", "ix_escalations_waiting", ("opened_at",), "standing <> 'resolved'"),
    ("escalations", "ix_escalations_resolved", ("resolved_at",), "standing = 'resolved'"),
    (
        "messages",
        "ix_messages_conversation_id",
        ("conversation_id", "id"),
        "conversation_id IS NOT NULL",
    ),
    ("messages", "ix_messages_attempt_id", ("attempt_id",), "attempt_id IS NOT NULL"),
    ("messages", "ix_messages_undelivered", ("conversation_id",), UNDELIVERED),
    ("events", "ix_events_escalation_id", ("escalation_id",), "escalation_id IS NOT NULL"),
    ("handoffs", "ix_handoffs_open", ("due_at",), "state <> 'done'"),
    ("handoffs", "ix_handoffs_done", ("done_at", "id"), "done_at IS NOT NULL"),
    ("conversations", "ix_conversations_going", ("id",), "ended_at IS NULL"),
)
OFTEN_CHANGED = ("slots", "attempts")  # room on each page keeps a changed row out of the indexes


def upgrade() -> None:
    for table, name in GONE:
        op.drop_index(name, table_name=table)
    for table, name, columns in WHOLE:
        op.create_index(name, table, list(columns))
    for table, name, columns, condition in PARTIAL:
        op.create_index(
            name,
            table,
            list(columns),
            sqlite_where=sa.text("live = 1" if condition == "live" else condition),
            postgresql_where=sa.text(condition),
        )
    if op.get_bind().dialect.name == "postgresql":
        for table in OFTEN_CHANGED:
            op.execute(f"ALTER TABLE {table} SET (fillfactor = 75)")
