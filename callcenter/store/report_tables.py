"""The tables of the weekly reports and of what was found about danger rules. Only added to.

The database itself refuses to change or delete a report, a page or a signature (see `GUARDED`).
"""

from datetime import date, datetime

from sqlalchemy import (
    Connection,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
)
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.base import Base


class WeekReport(Base):
    """One revision of the report of one week; `number` is its place in the chain."""

    __tablename__ = "week_reports"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)  # 1, 2, 3 ... without a gap
    week: Mapped[date]  # the Monday
    revision: Mapped[int]  # 1, 2 ... within the week
    drawn_at: Mapped[datetime]
    drawn_by: Mapped[str] = mapped_column(String(40))
    draft: Mapped[str] = mapped_column(String(32), unique=True)  # under which its pages lie
    head: Mapped[str] = mapped_column(Text)  # canonical JSON, domain.weekreport
    hash: Mapped[str] = mapped_column(String(64))  # SHA-256 of the head
    __table_args__ = (UniqueConstraint("week", "revision"),)


class ReportPage(Base):
    """One page of a report: elders of one community. Without a report it is a broken-off draft."""

    __tablename__ = "report_pages"
    id: Mapped[int] = mapped_column(primary_key=True)
    draft: Mapped[str] = mapped_column(String(32))
    place: Mapped[int]  # 1, 2, 3 ...
    body: Mapped[str] = mapped_column(Text)  # canonical JSON, domain.weekreport
    hash: Mapped[str] = mapped_column(String(64))
    __table_args__ = (UniqueConstraint("draft", "place"),)


class ReportSignature(Base):
    """A named person closes a week: over this revision and no other."""

    __tablename__ = "report_signatures"
    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("week_reports.id"))
    worker_id: Mapped[int] = mapped_column(ForeignKey("workers.id"))
    name: Mapped[str] = mapped_column(String(40))
    role: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(String(400), default="")
    signed_at: Mapped[datetime]
    previous: Mapped[str] = mapped_column(String(64), unique=True)  # hash of the one before
    hash: Mapped[str] = mapped_column(String(64))
    __table_args__ = (UniqueConstraint("report_id", "worker_id"),)


class Judgement(Base):
    """What somebody found out about danger rules: a false alarm, a real one, a missed emergency.

    Only added to; of several about one escalation the latest counts.
    """

    __tablename__ = "judgements"
    id: Mapped[int] = mapped_column(primary_key=True)
    verdict: Mapped[str] = mapped_column(String(12))  # services.judgements.Verdict
    escalation_id: Mapped[int | None] = mapped_column(ForeignKey("escalations.id"), index=True)
    elder_id: Mapped[int | None] = mapped_column(ForeignKey("elders.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20), default="")  # domain.danger.Kind, of a missed one
    happened_at: Mapped[datetime]
    words: Mapped[str] = mapped_column(
        String(400), default=""
    )  # what was said, or how it was found
    worker_id: Mapped[int] = mapped_column(ForeignKey("workers.id"))
    entered_at: Mapped[datetime]
    __table_args__ = (Index("ix_judgements_happened_at", "verdict", "happened_at"),)


GUARDED = ("week_reports", "report_pages", "report_signatures")


def guards(table: str, dialect: str) -> list[str]:
    """The statements that make a table one that is only added to."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_{verb.lower()}_refused BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    refuse = f"BEGIN RAISE EXCEPTION '{table} is only added to'; END"
    function = f"CREATE FUNCTION {table}_refuse() RETURNS trigger AS $$ {refuse} $$"
    trigger = f"CREATE TRIGGER {table}_refused BEFORE UPDATE OR DELETE ON {table}"
    return [
        f"{function} LANGUAGE plpgsql",
        f"{trigger} FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
    ]


def _guard(table: Table, connection: Connection, **_: object) -> None:
    """Tables that are made without migrations (in tests) are guarded as well."""
    for statement in guards(table.name, connection.dialect.name):
        connection.exec_driver_sql(statement)


for _name in GUARDED:
    event.listen(Base.metadata.tables[_name], "after_create", _guard)
