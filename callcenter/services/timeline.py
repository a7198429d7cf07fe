"""The time line of an elder: every thing that happened, in plain words, never changed."""

from datetime import datetime

from sqlalchemy.orm import Session

from callcenter.store.tables import Event


def note(
    session: Session,
    now: datetime,
    kind: str,
    text: str,
    *,
    elder_id: int | None = None,
    escalation_id: int | None = None,
) -> None:
    """Adds one line to the time line. `text` is Chinese and is cut at 300 characters."""
    session.add(
        Event(at=now, elder_id=elder_id, kind=kind, text=text[:300], escalation_id=escalation_id)
    )
