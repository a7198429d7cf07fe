"""The tables of the operators' desk: who was rung for a caller, and whom an operator brought in."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.base import Base, only


class Ring(Base):
    """One member of staff rung for one caller: who was asked when, and until when it rang."""

    __tablename__ = "rings"
    id: Mapped[int] = mapped_column(primary_key=True)
    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoffs.id"), index=True)
    worker_id: Mapped[int] = mapped_column(ForeignKey("workers.id"))
    rung_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # accepted, declined or not picked up
    __table_args__ = (
        Index("ix_rings_worker_id", "worker_id", "rung_at"),
        only("ended_at IS NULL", "ix_rings_going", "rung_at"),
    )


class Joining(Base):
    """Somebody whom an operator brought into a talk (三方通话): 110, 119, 120 or a colleague."""

    __tablename__ = "joinings"
    id: Mapped[int] = mapped_column(primary_key=True)
    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoffs.id"), index=True)
    worker_id: Mapped[int] = mapped_column(ForeignKey("workers.id"))  # who decided it
    who: Mapped[str] = mapped_column(String(40))  # in words: 急救中心, a colleague's name
    phone: Mapped[str] = mapped_column(String(20))
    sid: Mapped[str | None] = mapped_column(String(40), unique=True)
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ending: Mapped[str] = mapped_column(String(20), default="")  # how the dial ended
