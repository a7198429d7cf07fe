"""The tables for what concerns many at once: a line that is down, and campaigns of extra calls."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.base import Base


class Outage(Base):
    """From when until when the line carried no calls, or did not permit some (domain.breaker)."""

    __tablename__ = "outages"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))  # domain.breaker.Trouble
    tripped_at: Mapped[datetime]
    dials: Mapped[int]  # of the minutes before
    failed: Mapped[int]  # of those
    probe_at: Mapped[datetime]  # when the next few calls are tried
    probing_since: Mapped[datetime | None]  # they are being tried
    closed_at: Mapped[datetime | None]
    escalation_id: Mapped[int | None] = mapped_column(ForeignKey("escalations.id"))
    __table_args__ = (
        Index(
            "uq_outages_standing",
            "kind",
            unique=True,
            sqlite_where=sql("closed_at IS NULL"),
            postgresql_where=sql("closed_at IS NULL"),
        ),
    )


class Campaign(Base):
    """Extra calls for some days and places (heat, cold, typhoon), started by a supervisor."""

    __tablename__ = "campaigns"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))  # a name in policy/mass.yaml
    first_day: Mapped[date]
    last_day: Mapped[date]
    started_by: Mapped[int] = mapped_column(ForeignKey("workers.id"))
    started_at: Mapped[datetime]
    stopped_by: Mapped[int | None] = mapped_column(ForeignKey("workers.id"))
    stopped_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_campaigns_last_day", "last_day"),)


class CampaignPlace(Base):
    """A street, or one community, that a campaign is for."""

    __tablename__ = "campaign_places"
    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    street_id: Mapped[int | None] = mapped_column(ForeignKey("streets.id"))
    community_id: Mapped[int | None] = mapped_column(ForeignKey("communities.id"))


class CampaignCall(Base):
    """A slot that a campaign added; its number in the week is 3 or higher."""

    __tablename__ = "campaign_calls"
    slot_id: Mapped[int] = mapped_column(ForeignKey("slots.id"), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    day: Mapped[date]
    __table_args__ = (Index("ix_campaign_calls_campaign_id", "campaign_id", "day"),)
