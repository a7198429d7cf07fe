"""Drawing the weekly report (周报): reads the ledger page by page, with bounded memory.

Only reads and adds rows; the caller commits between pages (see callcenter.weekclose).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.domain.people import CATEGORY_WORDS, Category
from callcenter.domain.week import month_of, sunday_of
from callcenter.domain.weekreport import Json, canonical, sealed, with_seal
from callcenter.services.cells import PLACES, Cell, cells_of, hands_of
from callcenter.services.communities import home_on
from callcenter.services.coverage import coverage_in, covered, seen_at_home, visiting
from callcenter.store.report_tables import ReportPage
from callcenter.store.tables import Community, Elder, Slot, Street, Worker

PAGE = 200  # elders on one page; a community with more has several


@dataclass(frozen=True, kw_only=True)
class Place:
    """One community as it stood in the week."""

    id: int
    street: str
    name: str


def places_of(session: Session, monday: date, today: date) -> Sequence[Place]:
    """Every community in which somebody on one of the lists lived at the end of that week."""
    last = sunday_of(monday)
    home = home_on(last, today)
    lived_in = select(home).where(covered(monday, last) | visiting(monday, last)).distinct()
    rows = (
        select(Community.id, Street.name, Community.name)
        .join(Street, Street.id == Community.street_id)
        .where(Community.id.in_(lived_in))
        .order_by(Street.id, Community.id)
    )
    found = session.execute(rows)
    return [Place(id=number, street=street, name=name) for number, street, name in found]


def pages_of(
    session: Session, now: datetime, monday: date, today: date, place: Place, line: int
) -> Iterator[Json]:
    """The pages of one community; `line` is the number of the first elder on the first of them."""
    after = 0
    while True:
        elders = _elders(session, monday, today, place, after)
        alone = _alone(session, monday, today, place, after, elders)
        if not elders and not alone:
            return
        yield {
            "street": place.street,
            "community": place.name,
            "elders": _entries(session, now, monday, elders, line),
            "alone": [with_seal(one) for one in alone],
        }
        line += len(elders)
        if len(elders) < PAGE:
            return
        after = elders[-1][0].id


def _elders(
    session: Session, monday: date, today: date, place: Place, after: int
) -> Sequence[tuple[Elder, str | None]]:
    last = sunday_of(monday)
    rows = (
        select(Elder, Worker.name)
        .outerjoin(Worker, Worker.id == Elder.caseworker_id)
        .where(home_on(last, today) == place.id, covered(monday, last), Elder.id > after)
        .order_by(Elder.id)
        .limit(PAGE)
    )
    return [(elder, name) for elder, name in session.execute(rows)]


def _alone(
    session: Session,
    monday: date,
    today: date,
    place: Place,
    after: int,
    elders: Sequence[tuple[Elder, str | None]],
) -> list[Json]:
    """Those of the wider list whose ids lie within this page's; the last page takes the rest."""
    last = sunday_of(monday)
    week = seen_at_home(monday, last + timedelta(days=1))
    rows = select(Elder.id, Elder.name, week, seen_at_home(*month_of(monday))).where(
        home_on(last, today) == place.id, visiting(monday, last), Elder.id > after
    )
    if len(elders) == PAGE:
        rows = rows.where(Elder.id <= elders[-1][0].id)
    return [
        {"elder": number, "name": name, "week": bool(in_week), "month": bool(in_month)}
        for number, name, in_week, in_month in session.execute(rows.order_by(Elder.id))
    ]


def _entries(
    session: Session,
    now: datetime,
    monday: date,
    elders: Sequence[tuple[Elder, str | None]],
    line: int,
) -> list[Json]:
    ids = [elder.id for elder, _ in elders]
    rows = session.scalars(select(Slot).where(Slot.week == monday, Slot.elder_id.in_(ids))).all()
    slots: dict[int, dict[tuple[str, int], Slot]] = {number: {} for number in ids}
    for slot in rows:
        slots[slot.elder_id][slot.kind, slot.number] = slot
    hands = hands_of(session, rows)
    cover = coverage_in(session, ids, monday)
    entries = []
    for place, (elder, worker) in enumerate(elders):
        cells = cells_of(now, slots[elder.id], hands)
        entry = {
            "line": line + place,
            "elder": elder.id,
            "file_no": elder.file_no or "",
            "name": elder.name,
            "category": CATEGORY_WORDS[Category(cover[elder.id].category)],
            "caseworker": worker or "",
            "left_on": _day(cover[elder.id].left_on),
            "slots": [
                _slot(cell, slots[elder.id].get(where))
                for cell, where in zip(cells, PLACES, strict=True)
            ],
        }
        entries.append(with_seal(entry))
    return entries


def _slot(cell: Cell, slot: Slot | None) -> Json:
    """One slot with its evidence, or with who has it."""
    return {
        "state": cell.state,
        "evidence": cell.evidence,
        "at": cell.ended_at.isoformat() if cell.ended_at else "",
        "by": cell.ended_by,
        "until": _day(slot.excused_until if slot else None),
        "who": "" if cell.ended_at else cell.next_words,
        "escalation": cell.escalation_id or 0,
    }


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def keep_page(session: Session, draft: str, place: int, page: Json) -> str:
    """Adds one page of a draft; gives its hash."""
    mark = sealed(page)
    session.add(ReportPage(draft=draft, place=place, body=canonical(page), hash=mark))
    return mark
