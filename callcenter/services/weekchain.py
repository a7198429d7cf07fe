"""The chain of weekly reports (周报): closing, signing, finding again, checking. Only added to."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcenter.domain.people import ROLE_WORDS, Role
from callcenter.domain.week import at, monday_of, sunday_of
from callcenter.domain.weekreport import (
    FORM,
    Json,
    Kept,
    Link,
    called,
    canonical,
    chain_faults,
    count,
    report_faults,
    sealed,
    sealed_text,
    signature_seal,
)
from callcenter.services import judgements
from callcenter.services.communities import count_on
from callcenter.services.errors import CareError, NotAllowed, NotFound
from callcenter.services.scope import SIGNS
from callcenter.store.report_tables import ReportPage, ReportSignature, WeekReport
from callcenter.store.tables import Slot, Worker

WEEK = timedelta(days=7)
DRAWN_AFTER = timedelta(hours=8)  # of Monday: whoever visited on Sunday has entered it by then


class NotOver(CareError):
    """这一周还没有结束，不能存档。"""


class AlreadySigned(CareError):
    """您已经签过这一版。"""

    status = 409


class OldRevision(CareError):
    """这一周已有更新的一版，请签最新的。"""

    status = 409


@dataclass(kw_only=True)
class Tally:
    """The numbers of the pages so far."""

    whole: Counter[str] = field(default_factory=Counter)
    streets: dict[str, Counter[str]] = field(default_factory=dict)
    places: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)  # hashes

    def add(self, page: Json, mark: str) -> None:
        """Counts one more page."""
        found = count(page)
        street, community = page["street"], page["community"]
        for one in (
            self.whole,
            self.streets.setdefault(street, Counter()),
            self.places.setdefault((street, community), Counter()),
        ):
            one.update(found)
        self.pages.append(mark)


def close(
    session: Session,
    now: datetime,
    monday: date,
    *,
    by: str,
    why: str,
    draft: str,
    tally: Tally,
) -> WeekReport:
    """Adds the report that binds the pages of a draft, as the next link of the chain.

    Two at the same time: the database takes the first and refuses the second (IntegrityError).
    """
    last, before = latest(session), newest(session, monday)
    head = {
        "form": FORM,
        "number": last.number + 1 if last else 1,
        "week": monday.isoformat(),
        "revision": before.revision + 1 if before else 1,
        "drawn_at": now.astimezone(UTC).isoformat(),
        "drawn_by": by,
        "why": why,
        "previous": last.hash if last else "",
        "week_before": _hash_of_week_before(session, monday),
        "replaces": before.hash if before else "",
        "signature": _last_signature(session),
        "communities": count_on(session, sunday_of(monday)),
        "totals": _numbers(tally.whole),
        "streets": [
            {"street": street, "totals": _numbers(some)} for street, some in tally.streets.items()
        ],
        "places": [
            {"street": street, "community": community, "totals": _numbers(some)}
            for (street, community), some in tally.places.items()
        ],
        "pages": tally.pages,
        **_rules(session, monday),
    }
    report = WeekReport(
        number=head["number"],
        week=monday,
        revision=head["revision"],
        drawn_at=now,
        drawn_by=by,
        draft=draft,
        head=canonical(head),
        hash=sealed(head),
    )
    session.add(report)
    session.flush()
    return report


def _numbers(some: Counter[str]) -> dict[str, int]:
    empty = count({"elders": [], "alone": []})
    return {**empty, **some}


def _rules(session: Session, monday: date) -> Json:
    """False alarms and missed emergencies of the week, for each rule."""
    first, after = at(monday, 0), at(monday + timedelta(days=7), 0)
    return {
        "rules": [
            {
                "rule": one.rule,
                "raised": one.raised,
                "needed": one.needed,
                "well": one.well,
                "false_alarms": one.false_alarms,
                "open": one.open,
            }
            for one in judgements.rule_counts(session, first, after)
        ],
        "missed": [
            {
                "kind": one.kind,
                "at": one.happened_at.isoformat(),
                "name": one.called,
                "words": one.words,
                "by": one.by,
            }
            for one in judgements.missed(session, first, after)
        ],
    }


def hashes(session: Session) -> list[str]:
    """The hashes of all reports, in the order of the chain."""
    return list(session.scalars(select(WeekReport.hash).order_by(WeekReport.number)))


def first_week(session: Session) -> date | None:
    """The first week that was ever planned; there is no report of an earlier one."""
    return session.scalar(select(func.min(Slot.week)))


def latest(session: Session) -> WeekReport | None:
    """The last link of the chain."""
    rows = select(WeekReport).order_by(WeekReport.number.desc()).limit(1)
    return session.scalars(rows).one_or_none()


def last_holds(session: Session) -> bool:
    """Whether the head of the last report, with the numbers in it, is still the one drawn."""
    one = latest(session)
    return one is None or sealed_text(one.head) == one.hash


def newest(session: Session, monday: date) -> WeekReport | None:
    """The newest revision of a week."""
    rows = select(WeekReport).where(WeekReport.week == monday)
    return session.scalars(rows.order_by(WeekReport.revision.desc()).limit(1)).one_or_none()


def _hash_of_week_before(session: Session, monday: date) -> str:
    """The newest report of the last earlier week that has one."""
    rows = select(WeekReport).where(WeekReport.week < monday)
    newest_first = rows.order_by(WeekReport.week.desc(), WeekReport.number.desc()).limit(1)
    one = session.scalars(newest_first).one_or_none()
    return one.hash if one else ""


@dataclass(frozen=True, kw_only=True)
class WeekLine:
    """One week in the list of reports."""

    report: WeekReport  # the newest revision
    totals: Json
    signed: tuple[str, ...]  # names under the newest revision


def week_lines(session: Session, page: int, size: int) -> tuple[list[WeekLine], bool]:
    """The newest revision of each week, the latest week first; and whether more follow."""
    last = select(func.max(WeekReport.number)).group_by(WeekReport.week)
    rows = select(WeekReport).where(WeekReport.number.in_(last)).order_by(WeekReport.week.desc())
    found = session.scalars(rows.offset((page - 1) * size).limit(size + 1)).all()
    lines = [
        WeekLine(
            report=one,
            totals=_head(one).get("totals", {}),
            signed=tuple(signature.name for signature in signatures(session, one)),
        )
        for one in found[:size]
    ]
    return lines, len(found) > size


def revisions(session: Session, monday: date) -> Sequence[WeekReport]:
    """All revisions of a week, the first one first."""
    rows = select(WeekReport).where(WeekReport.week == monday).order_by(WeekReport.revision)
    return session.scalars(rows).all()


def report(session: Session, number: int) -> WeekReport:
    """A report by its number. Raises NotFound."""
    rows = select(WeekReport).where(WeekReport.number == number)
    one = session.scalars(rows).one_or_none()
    if one is None:
        raise NotFound("没有这份周报。")
    return one


def head_of(one: WeekReport) -> Json:
    """What a report's head says."""
    head: Json = json.loads(one.head)
    return head


def pages_of(session: Session, one: WeekReport) -> Iterator[Json]:
    """The pages of a report, one after the other."""
    for body, _ in _pages(session, one):
        page: Json = json.loads(body)
        yield page


def _pages(session: Session, one: WeekReport) -> Sequence[tuple[str, str]]:
    rows = (
        select(ReportPage.body, ReportPage.hash)
        .where(ReportPage.draft == one.draft)
        .order_by(ReportPage.place)
    )
    return [(body, hash_) for body, hash_ in session.execute(rows)]


def sign(session: Session, now: datetime, number: int, worker: Worker, words: str) -> None:
    """A named person closes the week over this revision.

    Raises NotAllowed, NotFound, OldRevision, AlreadySigned, or CareError when it has been tampered
    with: nobody puts a name under numbers that do not hold.
    """
    if Role(worker.role) not in SIGNS:
        raise NotAllowed("周报由主管或区值班员签字。")
    one = report(session, number)
    fresh = newest(session, one.week)
    if fresh is not None and fresh.number != one.number:
        raise OldRevision
    signed = select(ReportSignature).where(ReportSignature.report_id == one.id)
    if session.scalar(signed.where(ReportSignature.worker_id == worker.id).limit(1)) is not None:
        raise AlreadySigned
    if faults := report_faults(_kept(session, one)):
        raise CareError(f"这份周报被改过，不能签字：{faults[0]}")
    signature = ReportSignature(
        report_id=one.id,
        worker_id=worker.id,
        name=worker.name,
        role=worker.role,
        words=words.strip()[:400],
        signed_at=now,
        previous=_last_signature(session),
    )
    signature.hash = signature_seal(_signed(one, signature))
    session.add(signature)
    session.flush()


def signatures(session: Session, one: WeekReport) -> Sequence[ReportSignature]:
    """Who has signed a report, in order."""
    rows = select(ReportSignature).where(ReportSignature.report_id == one.id)
    return session.scalars(rows.order_by(ReportSignature.id)).all()


def _signed(one: WeekReport, signature: ReportSignature) -> Json:
    return {
        "report": one.hash,
        "worker": signature.worker_id,
        "name": signature.name,
        "role": ROLE_WORDS[Role(signature.role)],
        "words": signature.words,
        "at": signature.signed_at.astimezone(UTC).isoformat(),
        "previous": signature.previous,
    }


def _last_signature(session: Session) -> str:
    """The hash of the last signature under any report; the next one names it."""
    rows = select(ReportSignature.hash).order_by(ReportSignature.id.desc()).limit(1)
    return session.scalar(rows) or ""


def weeks_due(session: Session, now: datetime) -> list[date]:
    """Weeks that are over and come after the last report, the oldest first.

    Without any report they begin with the first week that was ever planned.
    """
    last = session.scalar(select(func.max(WeekReport.week)))
    first = last + WEEK if last else session.scalar(select(func.min(Slot.week)))
    return _mondays(first, monday_of(now - DRAWN_AFTER)) if first else []


def _mondays(first: date, after: date) -> list[date]:
    return [first + WEEK * number for number in range(max(0, (after - first).days // 7))]


def faults(session: Session, now: datetime) -> Iterator[str]:
    """Everything that is wrong with the reports that are kept, each named with its place."""
    rows = session.scalars(select(WeekReport).order_by(WeekReport.number)).all()
    yield from chain_faults([_link(one) for one in rows], _weeks_wanted(session, now, rows))
    for one in rows:
        yield from report_faults(_kept(session, one))
    yield from _signature_faults(session, {one.id: one for one in rows})


def _signature_faults(session: Session, reports: dict[int, WeekReport]) -> Iterator[str]:
    """Signatures that were changed, that belong elsewhere, or that are gone."""
    last, known = "", {""}
    for signature in session.scalars(select(ReportSignature).order_by(ReportSignature.id)):
        one = reports.get(signature.report_id)
        name = called(one.week.isoformat(), one.revision) if one else "已经不在的周报"
        if one is None or signature.hash != signature_seal(_signed(one, signature)):
            yield f"{name}：{signature.name}的签字对不上这一版"
        if signature.previous != last:
            yield f"{name}：{signature.name}之前缺一个签字"
        last = signature.hash
        known.add(last)
    for one in reports.values():
        if _head(one).get("signature", "") not in known:
            yield f"{called(one.week.isoformat(), one.revision)}：生成之前的签字缺了"


def _weeks_wanted(session: Session, now: datetime, rows: Sequence[WeekReport]) -> list[str]:
    """Every week from the first report to the last, and every later one that is due."""
    if not rows:
        return [week.isoformat() for week in weeks_due(session, now)]
    last = max(one.week for one in rows)
    wanted = _mondays(min(one.week for one in rows), last + WEEK) + weeks_due(session, now)
    return [week.isoformat() for week in wanted]


def _head(one: WeekReport) -> Json:
    try:
        return head_of(one)
    except ValueError:  # named by report_faults
        return {}


def _link(one: WeekReport) -> Link:
    head = _head(one)
    return Link(
        number=one.number,
        week=one.week.isoformat(),
        revision=one.revision,
        hash=one.hash,
        previous=str(head.get("previous")),
        week_before=str(head.get("week_before")),
        replaces=str(head.get("replaces")),
    )


def _kept(session: Session, one: WeekReport) -> Kept:
    return Kept(
        number=one.number,
        week=one.week.isoformat(),
        revision=one.revision,
        head=one.head,
        hash=one.hash,
        pages=_pages(session, one),
    )
