"""The tables of the roster's history: who was on which list when, and how the map was redrawn."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.base import Base


class VisitingEntry(Base):
    """From when until when an elder is on the wider visiting list: alone or in an empty nest."""

    __tablename__ = "visiting_list"
    id: Mapped[int] = mapped_column(primary_key=True)
    elder_id: Mapped[int] = mapped_column(ForeignKey("elders.id"))
    living: Mapped[str] = mapped_column(String(20))  # domain.people.Living
    entered_on: Mapped[date]
    left_on: Mapped[date | None]  # first day no longer on the list
    left_why: Mapped[str] = mapped_column(String(60), default="")
    __table_args__ = (
        Index("ix_visiting_list_elder_id", "elder_id", "entered_on"),
        Index(
            "uq_visiting_list_open",
            "elder_id",
            unique=True,
            sqlite_where=sql("left_on IS NULL"),
            postgresql_where=sql("left_on IS NULL"),
        ),
    )


class FormerHome(Base):
    """A community in which an elder lived before; where they live now stands with the elder."""

    __tablename__ = "former_homes"
    id: Mapped[int] = mapped_column(primary_key=True)
    elder_id: Mapped[int] = mapped_column(ForeignKey("elders.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("communities.id"), index=True)
    until: Mapped[date]  # first day elsewhere
    __table_args__ = (Index("ix_former_homes_elder_id", "elder_id", "until"),)


class CommunityChange(Base):
    """One line of how the map was redrawn: this community went into that one on this day."""

    __tablename__ = "community_changes"
    id: Mapped[int] = mapped_column(primary_key=True)
    changed_on: Mapped[date] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(10))  # domain.people.Redrawing
    from_id: Mapped[int | None] = mapped_column(ForeignKey("communities.id"))  # None: opened
    into_id: Mapped[int | None] = mapped_column(ForeignKey("communities.id"))  # None: closed
